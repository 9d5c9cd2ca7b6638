/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pfns.c - the bulk insert: vmf_insert_pfn_prot() for a run of pfns, with one
 * walk and one hold of the lock per table of leaves.
 *
 * What the call checks for each pfn falls in three:
 *
 *	the same for all	checked once	no BUG by flags and kind of mapping,
 *						machine sound, protection upright
 *	up to a bound		cut there	the end of the vma, of the table
 *	of each			in the loop	occupied entry, memory type
 *
 * A run that does not pass the first kind is not refused, since most that fail it
 * are in order (I/O memory in a VM_MIXEDMAP vma): the loop then asks about each
 * pfn. Where the loop stops before its bound, vmf_insert_pfn_prot() itself says what
 * is to be said about that pfn, and the run goes on behind it where it can.
 *
 * The memory type is asked for once per stretch of pfns that have the same: of I/O
 * memory by its reservations, of RAM by blocks, and page by page where the pages of a
 * block have different ones.
 */
#include <errno.h>

#include "pte/insert/insert.h"
#include "pte/pat/memtype.h"
#include "pte/run.h"

/* Pfns [start, start + nr) have a memory type with these cache bits; with nr 0 only the
 * pfn asked about has. */
struct typed {
	unsigned long start, nr;
	uint64_t cache;
};

struct bulk {
	struct vm_area_struct *vma;
	struct sim_machine *machine;
	struct sim_cpu *cpu;
	const struct sim_pfns *pfns;
	const struct sim_ram *ram;
	pgprot_t prot;
	bool ask_each;		/* the flags or the protection say nothing for all pfns */
	struct entry_run run;
	struct typed types;	/* with PAT: the last answer */
};

/* ---- what to insert ---- */

enum source { FROM_LIST, FROM_PAGES, FROM_FIRST };

static inline __attribute__((always_inline)) unsigned long
nth_pfn(const struct sim_pfns *pfns, const struct sim_ram *ram, unsigned long i,
	const enum source source)
{
	if (source == FROM_LIST)
		return pfns->list[i];
	if (source == FROM_PAGES)
		return ram->start + (unsigned long)(pfns->pages[i] - ram->map);
	return pfns->first + i;
}

/* The same pfns from the @at-th on. */
static struct sim_pfns pfns_from(const struct sim_pfns *pfns, unsigned long at)
{
	return (struct sim_pfns){ pfns->list ? pfns->list + at : NULL,
				  pfns->pages ? pfns->pages + at : NULL, pfns->first + at };
}

static enum source source_of(const struct sim_pfns *pfns)
{
	return pfns->list ? FROM_LIST : pfns->pages ? FROM_PAGES : FROM_FIRST;
}

static unsigned long pfn_at(const struct bulk *b, unsigned long i)
{
	return nth_pfn(b->pfns, b->ram, i, source_of(b->pfns));
}

/* ---- memory types ---- */

/* The cache bits of @pfn; pfns [*@start, *@start + *@nr) around it have the same. */
static __attribute__((noinline)) uint64_t ask_types(const struct bulk *b, unsigned long pfn,
						    unsigned long *start, unsigned long *nr)
{
	struct sim_machine *machine = b->machine;
	const struct sim_entry_format *fmt = &machine->mmu->format[SIM_LEAF_PTE];
	const struct page *page = sim_pfn_to_page(machine, pfn);
	struct memtype_run run;

	*nr = 0;
	if (page && pfn >= SIM_ISA_END >> machine->mmu->page_shift) {
		if (!sim_memtype_ram_run(machine, pfn, &run))
			return fmt->cache[page_memtype(page)];
		*nr = run.nr;
	} else {
		run = sim_memtype_io_run(machine, pfn, 1UL << machine->mmu->level[0].index_bits);
		/* Pages of RAM that lie among them have a type of their own. */
		if (run.start >= b->ram->start + b->ram->nr || run.start + run.nr <= b->ram->start)
			*nr = run.nr;
	}
	*start = run.start;
	return fmt->cache[run.type];
}

static void types_init(struct bulk *b)
{
	b->types = (struct typed){ 0, 0, 0 };
	b->run.bits &= ~b->machine->mmu->format[SIM_LEAF_PTE].cache_mask;
}

/* ---- the loops: how many of @nr pfns from the @at-th on were passed ---- */

/*
 * @wrote: how many of them found an empty entry. What the loop needs is copied first:
 * the compiler cannot know that no entry lies where it was read from.
 * => its lock held, no pfn is inverted
 */
static inline __attribute__((always_inline)) unsigned long
fill(struct bulk *b, uint64_t *slot, unsigned long at, unsigned long nr, unsigned long *wrote,
     const enum source source, const bool typed)
{
	const struct entry_run run = b->run;
	const struct sim_pfns pfns = pfns_from(b->pfns, at);
	const struct sim_ram ram = *b->ram;
	unsigned long start = b->types.start, known = b->types.nr, occupied = 0;
	uint64_t cache = b->types.cache;

#pragma GCC unroll 4
	for (unsigned long i = 0; i < nr; i++) {
		unsigned long pfn = nth_pfn(&pfns, &ram, i, source);
		uint64_t e = run.bits | ((uint64_t)pfn << run.pfn_shift & run.pfn_mask);

		if (typed) {
			if (unlikely(pfn - start >= known))
				cache = ask_types(b, pfn, &start, &known);
			e |= cache;
		}
		if (likely(entry_run_none(&run, entry_run_read(slot, i, true))))
			entry_run_write(slot, i, e, true);
		else
			occupied++;
	}
	b->types = (struct typed){ start, known, cache };
	*wrote = nr - occupied;
	return nr;
}

/* A loop for each source; @typed is a constant. */
static inline __attribute__((always_inline)) unsigned long
fill_plain(struct bulk *b, uint64_t *slot, unsigned long at, unsigned long nr,
	   unsigned long *wrote, const bool typed)
{
	switch (source_of(b->pfns)) {
	case FROM_LIST:
		return fill(b, slot, at, nr, wrote, FROM_LIST, typed);
	case FROM_PAGES:
		return fill(b, slot, at, nr, wrote, FROM_PAGES, typed);
	default:
		return fill(b, slot, at, nr, wrote, FROM_FIRST, typed);
	}
}

/* May the @i-th pfn be inserted? For sure, where nothing needs to be asked. */
static bool may_insert(const struct bulk *b, unsigned long i)
{
	unsigned long pfn;

	if (!b->ask_each)
		return true;
	pfn = pfn_at(b, i);
	return !insert_pfn_would_bug(b->vma, pfn) &&
	       pfn_modify_allowed(b->machine, pfn, b->prot.pgprot);
}

static uint64_t type_of(struct bulk *b, unsigned long pfn)
{
	if (pfn - b->types.start >= b->types.nr)
		b->types.cache = ask_types(b, pfn, &b->types.start, &b->types.nr);
	return b->types.cache;
}

/* With everything that is not usual: narrow entries, listeners, a look at each pfn. */
static unsigned long fill_asking(struct bulk *b, void *slot, unsigned long addr,
				 unsigned long at, unsigned long nr, unsigned long *wrote)
{
	const struct sim_mmu *mmu = b->machine->mmu;
	unsigned long i = 0;

	*wrote = 0;
	for (; i < nr && may_insert(b, at + i); i++, addr += mmu_page_size(mmu)) {
		unsigned long pfn = pfn_at(b, at + i);
		uint64_t e = entry_run_make(&b->run, pfn);

		if (mmu->has_pat)
			e |= type_of(b, pfn);
		if (!entry_run_none(&b->run, entry_run_read(slot, i, b->run.wide)))
			continue;
		entry_run_write(slot, i, e, b->run.wide);
		sim_event(b->machine, SIM_EV_PTE, addr, e, NULL);
		++*wrote;
	}
	return i;
}

/* ---- tables ---- */

/* What vmf_insert_pfn_prot() says; it has asked for the memory type by then. */
static vm_fault_t no_table(struct bulk *b, unsigned long at, int err)
{
	if (b->machine->mmu->has_pat)
		lookup_memtype(b->machine, b->cpu, pfn_at(b, at));
	return err == -EIO ? VM_FAULT_SIGBUS : VM_FAULT_OOM;
}

/*
 * The pfns from the @at-th on that go into one table; @nr is what there is room
 * for. Returns how many were passed, 0 with *@ret where there is no table.
 */
static unsigned long fill_table(struct bulk *b, unsigned long addr, unsigned long at,
				unsigned long nr, vm_fault_t *ret)
{
	struct mm_struct *mm = b->vma->vm_mm;
	bool unusual = b->ask_each || b->machine->listeners.event || !b->run.wide;
	unsigned long done, wrote;
	spinlock_t *ptl;
	int err;
	void *slot = get_locked_slot(mm, b->cpu, addr, &ptl, &err);

	if (unlikely(!slot)) {
		*ret = no_table(b, at, err);
		return 0;
	}
	if (unlikely(unusual))
		done = fill_asking(b, slot, addr, at, nr, &wrote);
	else if (mm->sim_mmu->has_pat)
		done = fill_plain(b, slot, at, nr, &wrote, true);
	else
		done = fill_plain(b, slot, at, nr, &wrote, false);
	ptl_unlock(ptl);
	if (mm->sim_mmu->has_pat)
		sim_cpu_count_n(b->cpu, SIM_CNT_PAT_LOOKUP, done);
	sim_cpu_count_n(b->cpu, SIM_CNT_PTE_READ, done);
	sim_cpu_count_n(b->cpu, SIM_CNT_PTE_WRITE, wrote);
	return done;
}

/* How many pfns fit from @addr on, in its table and in the vma; 0 outside of it. */
static unsigned long room_at(const struct bulk *b, unsigned long addr, unsigned long want)
{
	const struct vm_area_struct *vma = b->vma;
	unsigned long room;

	if (addr < vma->vm_start || addr >= vma->vm_end || sim_is_crashed(b->machine))
		return 0;
	room = entries_in_table(b->machine->mmu, addr, vma->vm_end);
	return want < room ? want : room;
}

static void bulk_init(struct bulk *b, struct vm_area_struct *vma, const struct sim_pfns *pfns,
		      pgprot_t prot)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;

	b->vma = vma;
	b->machine = machine;
	b->cpu = sim_cpu(machine);
	b->pfns = pfns;
	b->ram = &machine->phys->ram;
	b->prot = prot;
	entry_run_init(&b->run, machine->mmu, prot.pgprot, SIM_OP_MKSPECIAL);
	b->ask_each = !insert_pfn_flags_in_order(vma->vm_flags) || b->run.flip;
	if (machine->mmu->has_pat)
		types_init(b);
}

vm_fault_t sim_vmf_insert_pfns_prot(struct vm_area_struct *vma, unsigned long addr,
				    const struct sim_pfns *pfns, unsigned long *nr,
				    pgprot_t pgprot)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	unsigned long at = 0, want = *nr;
	vm_fault_t ret = VM_FAULT_NOPAGE;
	struct bulk b;

	bulk_init(&b, vma, pfns, pgprot);
	while (at < want && ret == VM_FAULT_NOPAGE) {
		unsigned long room = room_at(&b, addr, want - at), done = 0;

		if (room && may_insert(&b, at)) {
			done = fill_table(&b, addr, at, room, &ret);
		} else {
			ret = vmf_insert_pfn_prot(vma, addr, pfn_at(&b, at),
						  pgprot);
			done = ret == VM_FAULT_NOPAGE;
		}
		at += done;
		addr += done << shift;
	}
	*nr = want - at;
	return ret;
}
