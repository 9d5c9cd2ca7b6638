/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * args.c - what an operation is told: its words, numbers and defaults become
 * the arguments of the call that it stands for.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ttmsim/gup.h>

#include "scenario/args.h"

#define DEFAULT_BYTE 0xa5

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static uint8_t byte_of(const struct scn_op *op, unsigned int arg)
{
	return (uint8_t)scn_number(op, arg, DEFAULT_BYTE);
}

/* Words that set flags. */
struct flag_word {
	unsigned int arg;
	unsigned long flag;
};

static unsigned long flags_of(const struct scn_op *op, const struct flag_word *words, size_t nr)
{
	unsigned long flags = 0;

	for (size_t i = 0; i < nr; i++)
		if (op->arg[words[i].arg].set)
			flags |= words[i].flag;
	return flags;
}

#define FLAGS_OF(op, words) flags_of(op, words, sizeof(words) / sizeof((words)[0]))

bool scn_address(const struct scn_memory *memory, const struct scn_value *place,
		 struct scn_result *res, unsigned long *addr)
{
	const struct scn_map *map = &memory->map[place->object];

	if (!map->addr) {
		scn_value(res, "not-mapped");
		return false;
	}
	*addr = map->addr + ((unsigned long)place->number << memory->page_shift);
	return true;
}

/* ---- mmap ---- */

/*
 * An address for a mapping of which page 0 of the object would lie at the start
 * of a PMD: as a hint, so that mmap still decides.
 */
static unsigned long aligned_hint(struct scn_memory *memory, unsigned long off,
				  unsigned long pages)
{
	unsigned long pmd = memory->pmd_size;
	unsigned long len = (off + pages) << memory->page_shift;
	unsigned long hint;

	if (!memory->next_aligned)
		memory->next_aligned = (memory->task_size / 4) & ~(pmd - 1);
	hint = memory->next_aligned;
	memory->next_aligned += (len + pmd - 1) & ~(pmd - 1);
	return hint + (off << memory->page_shift);
}

/* Pages of what is mapped; 0 where it has no end. */
static unsigned long pages_behind(const struct scn_memory *memory, const struct scn_op *op)
{
	int index = op->arg[MMAP_FILE].object, of;

	if (index < 0)
		return 0;
	if (op->arg[MMAP_BO].set)
		return memory->pages[op->arg[MMAP_BO].object];
	of = memory->scn->names[index].of;
	return memory->pages[of >= 0 ? of : index];
}

static int mmap_flags(const struct scn_op *op)
{
	static const struct flag_word words[] = {
		{ MMAP_DENYWRITE, MAP_DENYWRITE }, { MMAP_POPULATE, MAP_POPULATE },
		{ MMAP_NORESERVE, MAP_NORESERVE }, { MMAP_LOCKED, MAP_LOCKED },
		{ MMAP_AT, MAP_FIXED },
	};
	int flags = (int)(scn_number(op, MMAP_SHARE, MAP_SHARED) | FLAGS_OF(op, words));

	return op->arg[MMAP_FILE].object < 0 ? flags | MAP_ANONYMOUS : flags;
}

void scn_read_mmap(struct scn_memory *memory, const struct scn_op *op, struct scn_mmap *args)
{
	const struct scn_value *at = &op->arg[MMAP_AT];
	unsigned long whole = pages_behind(memory, op);

	args->map = &memory->map[op->arg[MMAP_NAME].object];
	args->off = scn_number(op, MMAP_OFF, 0);
	args->pages = scn_number(op, MMAP_PAGES, whole > args->off ? whole - args->off : 1);
	args->prot = (int)scn_number(op, MMAP_PROT, PROT_READ | PROT_WRITE);
	args->flags = mmap_flags(op);
	args->addr = at->set ? memory->map[at->object].addr : 0;
	args->nowhere = at->set && !args->addr;
	if (at->set)
		args->addr += (unsigned long)at->number << memory->page_shift;
	else if (scn_number(op, MMAP_ALIGN, SIM_LEAF_PTE) == SIM_LEAF_PMD)
		args->addr = aligned_hint(memory, args->off, args->pages);
}

/* ---- ranges ---- */

static int msync_flags(const struct scn_op *op)
{
	static const struct flag_word words[] = {
		{ MSYNC_ASYNC, MS_ASYNC }, { MSYNC_SYNC, MS_SYNC },
		{ MSYNC_INVALIDATE, MS_INVALIDATE },
	};
	int flags = (int)FLAGS_OF(op, words);

	return flags ? flags : MS_SYNC;
}

static int how_of(const struct scn_op *op)
{
	switch (op->desc->variant) {
	case SCN_MPROTECT:
	case SCN_MADVISE: return (int)scn_number(op, RANGE_HOW, 0);
	case SCN_MSYNC: return msync_flags(op);
	default: return 0;
	}
}

bool scn_read_range(const struct scn_memory *memory, const struct scn_op *op,
		    struct scn_result *res, struct scn_range *range)
{
	const struct scn_value *place = &op->arg[RANGE_MAP];
	unsigned long pages = place->has_page ? 1 : memory->map[place->object].pages;

	if (!scn_address(memory, place, res, &range->addr))
		return false;
	pages = scn_number(op, RANGE_PAGES, pages);
	if (op->desc->variant == SCN_MINCORE && pages > SCN_MAX_MINCORE)
		pages = SCN_MAX_MINCORE;
	range->len = pages << memory->page_shift;
	range->how = how_of(op);
	return true;
}

/* ---- mremap ---- */

static unsigned long mremap_flags(const struct scn_op *op)
{
	static const struct flag_word words[] = {
		{ MREMAP_DONTUNMAP_FLAG, MREMAP_DONTUNMAP }, { MREMAP_AT, MREMAP_FIXED },
	};

	return FLAGS_OF(op, words) | (scn_flag(op, MREMAP_INPLACE) ? 0 : MREMAP_MAYMOVE);
}

/* All of a mapping, whose name goes along? */
static bool is_whole(const struct scn_op *op)
{
	return !op->arg[MREMAP_MAP].number && !op->arg[MREMAP_OLD].set;
}

bool scn_read_mremap(struct scn_memory *memory, const struct scn_op *op, struct scn_result *res,
		     struct scn_mremap *args)
{
	const struct scn_value *place = &op->arg[MREMAP_MAP];
	struct scn_map *map = &memory->map[place->object];
	unsigned long rest = map->pages > place->number ? map->pages - place->number : 1;

	args->as = op->arg[MREMAP_AS].set;
	args->map = args->as ? &memory->map[op->arg[MREMAP_AS].object] : is_whole(op) ? map : NULL;
	args->new_addr = 0;
	if (!scn_address(memory, place, res, &args->addr))
		return false;
	if (op->arg[MREMAP_AT].set &&
	    !scn_address(memory, &op->arg[MREMAP_AT], res, &args->new_addr))
		return false;
	args->old_len = scn_number(op, MREMAP_OLD, rest) << memory->page_shift;
	args->new_len = scn_number(op, MREMAP_PAGES, rest) << memory->page_shift;
	args->flags = mremap_flags(op);
	return true;
}

void scn_remapped(const struct scn_memory *memory, const struct scn_mremap *args, long ret,
		  struct scn_result *res)
{
	if (args->map && (ret > 0 || args->as)) {
		args->map->addr = ret > 0 ? (unsigned long)ret : 0;
		args->map->pages = args->new_len >> memory->page_shift;
	}
	scn_value_return(res, ret > 0 ? 0 : ret);
}

/* ---- drivers ---- */

static enum sim_cache_mode caching_of(const struct scn_op *op, unsigned int arg)
{
	return (enum sim_cache_mode)scn_number(op, arg,
					       scn_number(op, DEV_CACHING, SIM_CACHE_WB));
}

static void read_handlers(const struct scn_op *op, struct sim_dev_config *config)
{
	config->fault = (enum sim_dev_answer)scn_number(op, DEV_FAULT_ANSWER, SIM_DEV_ALLOW);
	config->page_mkwrite = (enum sim_dev_answer)scn_number(op, DEV_PAGE_MKWRITE_ANSWER, 0);
	config->pfn_mkwrite = (enum sim_dev_answer)scn_number(op, DEV_PFN_MKWRITE_ANSWER, 0);
	config->access = (enum sim_dev_access)scn_number(op, DEV_ACCESS_ANSWER, 0);
	config->open = scn_number(op, DEV_HAS_OPEN, 0) != 0;
	config->close = scn_number(op, DEV_HAS_CLOSE, 0) != 0;
}

/* Its pages, which may be another device's. */
static bool read_dev_pages(struct scn_memory *memory, const struct scn_op *op,
			   struct scn_result *res, struct sim_dev_config *config)
{
	const struct scn_value *over = &op->arg[DEV_OVER];
	unsigned long of_other = over->set ? memory->pages[over->object] : 0;
	unsigned long rest = of_other > over->number ? of_other - over->number : 0;

	config->over_page = over->number;
	config->nr_pages = scn_number(op, DEV_PAGES, over->set ? rest : 16);
	if (over->set && (!rest || config->nr_pages > rest)) {
		scn_value_return(res, -EINVAL);
		return false;
	}
	memory->pages[op->arg[DEV_NAME].object] = config->nr_pages;
	return true;
}

bool scn_read_dev(struct scn_memory *memory, const struct scn_op *op, struct scn_result *res,
		  struct sim_dev_config *config)
{
	uint64_t flags = scn_number(op, DEV_VMA, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);

	*config = (struct sim_dev_config){
		.vm_flags = (unsigned long)(flags & ~SCN_DEV_NOMAYWRITE),
		.clears_maywrite = flags & SCN_DEV_NOMAYWRITE,
		.insert = (enum sim_dev_insert)scn_number(op, DEV_INSERT, SIM_DEV_PFN_PROT),
		.insert_prot = op->arg[DEV_INSERT_PROT].set
				       ? (int)op->arg[DEV_INSERT_PROT].number : -1,
		.own_prot = op->arg[DEV_INSERT_PROT].set || op->arg[DEV_INSERT_CACHING].set,
		.iomem = scn_number(op, DEV_BACKING, 0) != 0,
		.prot_caching = caching_of(op, DEV_PROT_CACHING),
		.insert_caching = caching_of(op, DEV_INSERT_CACHING),
		.pages_caching = caching_of(op, DEV_PAGES_CACHING),
		.reserve = scn_number(op, DEV_RESERVE, 0) != 0,
		.prefault = (unsigned int)scn_number(op, DEV_PREFAULT, 1),
		.reject_cow = scn_number(op, DEV_REJECT_COW, 0) != 0,
	};
	config->at_mmap = scn_number(op, DEV_TIME, config->insert == SIM_DEV_REMAP) != 0;
	read_handlers(op, config);
	return read_dev_pages(memory, op, res, config);
}

/* Of all of an object, or from a page on. */
static unsigned long pages_of(const struct scn_memory *memory, const struct scn_op *op,
			      unsigned int what, unsigned int pages)
{
	const struct scn_value *value = &op->arg[what];

	return scn_number(op, pages, value->has_page ? 1 : memory->pages[value->object]);
}

void scn_read_reserve(const struct scn_memory *memory, const struct scn_op *op,
		      struct scn_reserve *args)
{
	args->begin = op->desc->variant;
	args->page = op->arg[RANGE_MAP].number;
	args->nr = pages_of(memory, op, RANGE_MAP, RANGE_PAGES);
}

void scn_read_zap(const struct scn_memory *memory, const struct scn_op *op, struct scn_zap *zap)
{
	zap->page = op->arg[ZAP_WHAT].number;
	zap->nr = pages_of(memory, op, ZAP_WHAT, ZAP_PAGES);
	zap->even_cows = scn_number(op, ZAP_EVEN_COWS, 1);
}

bool scn_read_insert(const struct scn_memory *memory, const struct scn_op *op,
		     struct scn_result *res, struct scn_insert *args)
{
	const struct scn_value *place = &op->arg[INSERT_PLACE];

	args->page = scn_number(op, INSERT_PAGE, place->number);
	args->n = scn_number(op, INSERT_N, 1);
	args->by = op->arg[INSERT_BY].set ? (int)op->arg[INSERT_BY].number : -1;
	return scn_address(memory, place, res, &args->addr);
}

/* ---- bytes ---- */

void scn_read_access(const struct scn_op *op, struct scn_access *args)
{
	args->n = scn_number(op, ACCESS_N, 1);
	args->byte = byte_of(op, ACCESS_VALUE);
}

bool scn_read_ptrace(const struct scn_memory *memory, const struct scn_op *op,
		     struct scn_result *res, struct scn_ptrace *args)
{
	args->write = scn_flag(op, PTRACE_WRITE);
	args->byte = byte_of(op, PTRACE_VALUE);
	return scn_address(memory, &op->arg[PTRACE_PLACE], res, &args->addr);
}

bool scn_read_transfer(const struct scn_memory *memory, const struct scn_op *op,
		       struct scn_result *res, struct scn_transfer *args)
{
	args->kind = (enum scn_transfer_kind)op->desc->variant;
	args->out = args->kind != SCN_VM_WRITE && args->kind != SCN_DIRECT_READ;
	args->len = (size_t)scn_number(op, ACCESS_N, 1) << memory->page_shift;
	args->byte = args->out ? 0 : byte_of(op, ACCESS_VALUE);
	return scn_address(memory, &op->arg[ACCESS_PLACE], res, &args->addr);
}

void scn_show_transfer(struct scn_result *res, const struct scn_transfer *args, long ret,
		       uint8_t byte)
{
	scn_value_return(res, ret);
	if (args->out && ret > 0)
		scn_key(res, "value", "0x%02x", byte);
}

/* ---- get_user_pages ---- */

static enum scn_gup_flavour flavour_of(const struct scn_op *op)
{
	int flavour = op->desc->variant;

	if (flavour < SCN_PIN && scn_flag(op, GUP_PIN))
		flavour += SCN_PIN;
	return (enum scn_gup_flavour)flavour;
}

bool scn_read_gup(const struct scn_memory *memory, const struct scn_op *op,
		  struct scn_result *res, struct scn_gup *args)
{
	static const struct flag_word words[] = {
		{ GUP_WRITE, FOLL_WRITE }, { GUP_FORCE, FOLL_FORCE },
		{ GUP_LONGTERM, FOLL_LONGTERM }, { GUP_DUMP, FOLL_DUMP },
		{ GUP_NOWAIT, FOLL_NOWAIT },
	};

	args->flavour = flavour_of(op);
	args->n = (int)scn_number(op, GUP_N, 1);
	args->flags = (unsigned int)FLAGS_OF(op, words);
	args->no_pages = scn_flag(op, GUP_NOPAGES);
	return scn_address(memory, &op->arg[GUP_PLACE], res, &args->addr);
}

bool scn_hold(struct scn_holds *holds, const struct scn_op *op, uint64_t nr, uintptr_t page,
	      bool pin)
{
	if (holds->nr == holds->max) {
		unsigned int max = holds->max ? 2 * holds->max : 64;
		struct scn_held *held = reallocarray(holds->held, max, sizeof(*held));

		if (!held)
			return false;
		holds->held = held;
		holds->max = max;
	}
	holds->held[holds->nr++] = (struct scn_held){
		.page = page,
		.map = op->arg[GUP_PLACE].object,
		.place = op->arg[GUP_PLACE].number + nr,
		.pin = pin,
	};
	return true;
}

void scn_read_put(const struct scn_op *op, struct scn_put *put)
{
	put->map = op->arg[PUT_PLACE].object;
	put->place = op->arg[PUT_PLACE].number;
	put->n = scn_number(op, PUT_N, 1);
	put->pin = op->desc->variant;
}

bool scn_take_held(struct scn_holds *holds, const struct scn_put *put, uint64_t nr,
		   uintptr_t *page)
{
	for (unsigned int i = holds->nr; i-- > 0;) {
		struct scn_held *held = &holds->held[i];

		if (held->map != put->map || held->place != put->place + nr ||
		    held->pin != put->pin)
			continue;
		*page = held->page;
		*held = holds->held[--holds->nr];
		return true;
	}
	return false;
}
