/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * memtype.c - x86 memory types: two mappings of the same memory must agree on
 * how it is cached, so each pfn has one type and insertion asks for it.
 *
 *	RAM		two flags in struct page: WB, WC or UC-
 *	I/O memory	a tree of reservations by byte range; UC- where there is
 *			none. Reservations may overlap as long as they agree.
 *	ISA hole	0xa0000 to 0x100000: WB, not tracked
 *
 * A reservation that finds others takes over the type of the first it meets;
 * the caller then says whether that will do. What nobody reserved can be
 * reserved as anything but WB: firmware has the MTRRs make I/O memory uncached,
 * and a request for WB becomes UC- there. So no reservation is ever WB, the one
 * type that the kernel's is_new_memtype_allowed() would keep from those who
 * wanted less.
 */
#include <errno.h>

#include <bsd/sys/tree.h>

#include "pte/pat/memtype.h"

/* One reservation, in bytes, end exclusive. */
struct memtype {
	RB_ENTRY(memtype) link;
	unsigned long subtree_last;
	uint64_t start, end;
	enum sim_cache_mode type;
	bool of_vma;		/* remap_pfn_range() or fork made it for a mapping */
};

#define SIM_INTERVAL_NAME memtype_tree
#define SIM_INTERVAL_TYPE memtype
#define SIM_INTERVAL_LINK link
#define SIM_INTERVAL_SUBTREE subtree_last
#define SIM_INTERVAL_START(m) ((m)->start)
#define SIM_INTERVAL_LAST(m) ((m)->end - 1)
#include "base/interval.h"

/* Letters: l = under lock. */
struct sim_memtype {
	spinlock_t lock;	/* rank MEMTYPE */
	struct memtype *root;	/* l */
	struct memtype_run last; /* l: the last answer; none since a change */
	struct memtype *last_m;	/* l: the reservation that it came from; NULL: from none */
};

/*
 * Takes over the type of what overlaps, which must be one.
 * Models: arch/x86/mm/pat/memtype_interval.c, memtype_check_conflict, 5.11 to 6.12.
 */
static int check_conflict(struct sim_memtype *mt, struct memtype *fresh)
{
	const uint64_t start = fresh->start, last = fresh->end - 1;
	struct memtype *m = memtype_tree_first(&mt->root, start, last);

	if (!m)
		return 0;
	fresh->type = m->type;
	for (; m; m = memtype_tree_next(m, start, last))
		if (m->type != fresh->type)
			return -EBUSY;
	return 0;
}

/*
 * The reservation to end: this very range, or one that begins before and ends
 * with it, which is cut short (mremap).
 * Models: arch/x86/mm/pat/memtype_interval.c, memtype_match, 5.11 to 6.12.
 */
static struct memtype *find_match(struct sim_memtype *mt, uint64_t start, uint64_t end, bool exact)
{
	struct memtype *m;

	for (m = memtype_tree_first(&mt->root, start, end - 1); m;
	     m = memtype_tree_next(m, start, end - 1))
		if (m->end == end && (exact ? m->start == start : m->start < start))
			return m;
	return NULL;
}

/* ---- ranges ---- */

bool sim_memtype_untracked(uint64_t start, uint64_t end)
{
	return start >= SIM_ISA_START && end <= SIM_ISA_END;
}

int sim_memtype_is_ram(const struct sim_machine *machine, uint64_t start, uint64_t end)
{
	const struct sim_ram *ram = &machine->phys->ram;
	uint64_t ram_start = memtype_bytes(machine, ram->start);
	uint64_t ram_end = memtype_bytes(machine, ram->start + ram->nr);

	start = start > SIM_ISA_END ? start : SIM_ISA_END;
	if (start >= end || end <= ram_start || start >= ram_end)
		return 0;
	return start >= ram_start ? 1 : -1;
}

/* ---- RAM ---- */

/* Models: arch/x86/mm/pat/memtype.c, set_page_memtype, 5.11 to 6.12. */
static void set_page_memtype(struct page *page, enum sim_cache_mode mode)
{
	unsigned long bits = 0;

	if (mode == SIM_CACHE_WC)
		bits = 1UL << PG_arch_1;
	else if (mode != SIM_CACHE_WB)
		bits = 1UL << PG_uncached;
	sim_phys_touch(page);
	sim_page_set_type_bits(page, bits);
}

/* The struct page of a byte of physical memory. */
static struct page *page_at(const struct sim_machine *machine, uint64_t at)
{
	return sim_pfn_to_page(machine, at >> machine->mmu->page_shift);
}

static void set_range_memtype(struct sim_machine *machine, uint64_t start, uint64_t end,
			      enum sim_cache_mode mode)
{
	for (; start < end && page_at(machine, start); start += mmu_page_size(machine->mmu))
		set_page_memtype(page_at(machine, start), mode);
}

/* Only pages that are WB can be reserved.
 * Models: arch/x86/mm/pat/memtype.c, reserve_ram_pages_type, 5.11 to 6.12; a
 * range that leaves RAM is refused, where the kernel would go astray. */
static int reserve_ram(struct sim_machine *machine, uint64_t start, uint64_t end,
		       enum sim_cache_mode mode)
{
	for (uint64_t at = start; at < end; at += mmu_page_size(machine->mmu)) {
		const struct page *page = page_at(machine, at);

		if (!page)
			return -EINVAL;
		if (page_memtype(page) != SIM_CACHE_WB)
			return -EBUSY;
	}
	set_range_memtype(machine, start, end, mode);
	return 0;
}

int sim_set_memtype_ram(struct sim_machine *machine, unsigned long pfn, unsigned long nr,
			enum sim_cache_mode mode)
{
	int ret = machine ? sim_enter(machine) : -EINVAL;

	if (ret || !machine->mmu->has_pat)
		return ret;
	if ((unsigned int)mode >= SIM_NR_CACHE_MODES)
		return -EINVAL;
	for (unsigned long i = 0; i < nr; i++)
		if (!sim_pfn_valid(machine, pfn + i))
			return -EINVAL;
	for (unsigned long i = 0; i < nr; i++)
		set_page_memtype(sim_pfn_to_page(machine, pfn + i), mode);
	return 0;
}

/* ---- reserve, free, look up ---- */

/* Models: arch/x86/mm/pat/memtype.c, pat_x_mtrr_type, 5.11 to 6.12; the MTRRs
 * say write-back for RAM and uncached for all else. */
static enum sim_cache_mode effective_type(enum sim_cache_mode want)
{
	return want == SIM_CACHE_WB ? SIM_CACHE_UC_MINUS : want;
}

static int reserve_io(struct sim_machine *machine, uint64_t start, uint64_t end,
		      enum sim_cache_mode *type, bool of_vma)
{
	struct sim_memtype *mt = machine->memtype;
	struct memtype *fresh = sim_alloc(machine, sizeof(*fresh), SIM_OBJ_MEMTYPE);
	int ret;

	if (!fresh)
		return -ENOMEM;
	fresh->start = start;
	fresh->end = end;
	fresh->type = effective_type(*type);
	fresh->of_vma = of_vma;
	sim_spin_lock(machine, &mt->lock, SIM_RANK_MEMTYPE);
	ret = check_conflict(mt, fresh);
	if (!ret) {
		*type = fresh->type;
		memtype_tree_insert(&mt->root, fresh);
		mt->last.nr = 0;
	}
	sim_spin_unlock(&mt->lock, SIM_RANK_MEMTYPE);
	if (ret)
		sim_free(fresh, sizeof(*fresh), SIM_OBJ_MEMTYPE);
	return ret;
}

static int reserve(struct sim_machine *machine, uint64_t start, uint64_t end,
		   enum sim_cache_mode *type, bool of_vma)
{
	int is_ram = sim_memtype_is_ram(machine, start, end);

	if (start >= end || is_ram < 0)
		return -EINVAL;
	if (sim_memtype_untracked(start, end)) {
		*type = SIM_CACHE_WB;
		return 0;
	}
	return is_ram ? reserve_ram(machine, start, end, *type)
		      : reserve_io(machine, start, end, type, of_vma);
}

int sim_memtype_reserve(struct sim_machine *machine, uint64_t start, uint64_t end,
			enum sim_cache_mode *type)
{
	return reserve(machine, start, end, type, false);
}

int sim_memtype_reserve_for_vma(struct sim_machine *machine, uint64_t start, uint64_t end,
				enum sim_cache_mode *type)
{
	return reserve(machine, start, end, type, true);
}

void sim_memtype_each_of_vma(struct sim_machine *machine,
			     void (*fn)(uint64_t start, uint64_t end, void *data), void *data)
{
	struct sim_memtype *mt = machine->memtype;
	struct memtype *m;

	sim_spin_lock(machine, &mt->lock, SIM_RANK_MEMTYPE);
	for (m = memtype_tree_first(&mt->root, 0, ~0UL); m; m = memtype_tree_next(m, 0, ~0UL))
		if (m->of_vma)
			fn(m->start, m->end, data);
	sim_spin_unlock(&mt->lock, SIM_RANK_MEMTYPE);
}

/* Models: arch/x86/mm/pat/memtype_interval.c, memtype_erase, 5.11 to 6.12. */
static void free_io(struct sim_machine *machine, uint64_t start, uint64_t end)
{
	struct sim_memtype *mt = machine->memtype;
	struct memtype *m, *gone = NULL;

	sim_spin_lock(machine, &mt->lock, SIM_RANK_MEMTYPE);
	mt->last.nr = 0;
	m = find_match(mt, start, end, true);
	if (m) {
		memtype_tree_remove(&mt->root, m);
		gone = m;
	} else {
		m = find_match(mt, start, end, false);
		if (m) {
			memtype_tree_remove(&mt->root, m);
			m->end = start;
			memtype_tree_insert(&mt->root, m);
		}
	}
	sim_spin_unlock(&mt->lock, SIM_RANK_MEMTYPE);
	sim_free(gone, sizeof(*gone), SIM_OBJ_MEMTYPE);
}

void sim_memtype_free(struct sim_machine *machine, uint64_t start, uint64_t end)
{
	int is_ram = sim_memtype_is_ram(machine, start, end);

	if (start >= end || sim_memtype_untracked(start, end) || is_ram < 0)
		return;
	if (is_ram)
		set_range_memtype(machine, start, end, SIM_CACHE_WB);
	else
		free_io(machine, start, end);
}

/* Pfns of whole pages in [start, end), bytes; just @pfn where its own is not among them. */
static struct memtype_run run_of(const struct sim_machine *machine, unsigned long pfn,
				 uint64_t start, uint64_t end, enum sim_cache_mode type)
{
	unsigned int shift = machine->mmu->page_shift;
	unsigned long first = (unsigned long)((start + (1UL << shift) - 1) >> shift);
	unsigned long last = (unsigned long)(end >> shift);

	if (pfn < first || pfn >= last)
		return (struct memtype_run){ pfn, 1, type };
	return (struct memtype_run){ first, last - first, type };
}

/*
 * The first reservation that ends behind @start. Whoever has come to the end of the
 * last answer finds it right behind: those that begin before the reservation it came
 * from had ended by then, or the answer would have come from them. The reservation
 * itself may reach into this page, or beyond it: an answer is of whole pages.
 */
static struct memtype *first_from_locked(const struct sim_memtype *mt, unsigned long pfn,
					 uint64_t start)
{
	if (mt->last_m && mt->last.nr && pfn == mt->last.start + mt->last.nr &&
	    mt->last_m->end <= start)
		return memtype_tree_next(mt->last_m, start, ~0UL);
	return memtype_tree_first(&mt->root, start, ~0UL);
}

/*
 * What overlaps agrees on the type, so a reservation's pages all have its own; where
 * there is none, UC- holds up to the next one. Reservations of one type that follow
 * without a gap count as one, as far as @want pfns need it. The ISA hole is cut out.
 * Models: arch/x86/mm/pat/memtype.c, lookup_memtype, 5.11 to 6.12.
 */
static void search_locked(const struct sim_machine *machine, struct sim_memtype *mt,
			  unsigned long pfn, unsigned long want)
{
	uint64_t want_end = memtype_bytes(machine, pfn + want);
	uint64_t start = memtype_bytes(machine, pfn), end = memtype_bytes(machine, pfn + 1);
	struct memtype *m = first_from_locked(mt, pfn, start);
	bool found = m && m->start < end;
	uint64_t run_start = found ? m->start : start;
	uint64_t run_end = found ? m->end : m ? m->start : ~0ULL;

	sim_assert_expensive(m == memtype_tree_first(&mt->root, start, ~0UL));
	while (found && run_end < want_end) {
		struct memtype *next = memtype_tree_next(m, run_end, ~0UL);

		if (!next || next->start > run_end || next->type != m->type)
			break;
		m = next;
		run_end = next->end;
	}
	if (run_start < SIM_ISA_END && start >= SIM_ISA_END)
		run_start = SIM_ISA_END;
	if (run_end > SIM_ISA_START && start < SIM_ISA_START)
		run_end = SIM_ISA_START;
	mt->last = run_of(machine, pfn, run_start, run_end,
			  found ? m->type : SIM_CACHE_UC_MINUS);
	mt->last_m = found ? m : NULL;
}

static unsigned long type_bits(const struct page *page)
{
	return __atomic_load_n(&page->flags, __ATOMIC_RELAXED) & SIM_TYPE_BITS;
}

/* How far one looks for pages of the same type: few may be asked about. */
#define SAME_TYPE_AHEAD 8

/* Of the pages from the @nr-th to @end, those of its own type from it on. */
static unsigned long same_type_ahead(const struct sim_ram *ram, unsigned long nr,
				     unsigned long end)
{
	unsigned long bits = type_bits(&ram->map[nr]), at = nr + 1;

	if (end > nr + SAME_TYPE_AHEAD)
		end = nr + SAME_TYPE_AHEAD;
	while (at < end && type_bits(&ram->map[at]) == bits)
		at++;
	return at;
}

bool sim_memtype_ram_run(const struct sim_machine *machine, unsigned long pfn,
			 struct memtype_run *run)
{
	const struct sim_phys *phys = machine->phys;
	unsigned long nr = pfn - phys->ram.start, bits;
	unsigned long first = nr >> SIM_TYPE_BLOCK_LG2 << SIM_TYPE_BLOCK_LG2;
	unsigned long end = first + (1UL << SIM_TYPE_BLOCK_LG2);
	bool isa = phys->ram.start + first < SIM_ISA_END >> machine->mmu->page_shift;

	end = end < phys->ram.nr ? end : phys->ram.nr;
	if (isa || !sim_block_has_one_type(phys, nr, &bits)) {
		bits = type_bits(&phys->ram.map[nr]);
		end = isa ? nr + 1 : same_type_ahead(&phys->ram, nr, end);
		first = nr;
	}
	run->start = phys->ram.start + first;
	run->nr = end - first;
	run->type = memtype_of_flags(bits);
	return !isa;
}

/* Who asks for one page asks for the next one soon, so the last answer often holds.
 * *@locks: how many were taken, not counted. */
static inline struct memtype_run io_run(struct sim_machine *machine, unsigned long pfn,
					unsigned long want, unsigned int *locks)
{
	struct sim_memtype *mt = machine->memtype;
	struct memtype_run run;

	*locks = 0;
	if (sim_memtype_untracked(memtype_bytes(machine, pfn), memtype_bytes(machine, pfn + 1)))
		return (struct memtype_run){ pfn, 1, SIM_CACHE_WB };
	sim_spin_acquire(machine->up, &mt->lock, SIM_RANK_MEMTYPE);
	if (unlikely(pfn - mt->last.start >= mt->last.nr))
		search_locked(machine, mt, pfn, want);
	run = mt->last;
	sim_spin_unlock(&mt->lock, SIM_RANK_MEMTYPE);
	*locks = 1;
	return run;
}

struct memtype_run sim_memtype_io_run(struct sim_machine *machine, unsigned long pfn,
				      unsigned long want)
{
	unsigned int locks;
	struct memtype_run run = io_run(machine, pfn, want, &locks);

	sim_count_n(machine, SIM_CNT_LOCK, locks);
	return run;
}

unsigned int sim_memtype_io_plain(struct sim_machine *machine, unsigned long pfn, uint64_t *prot)
{
	unsigned int locks;
	struct memtype_run run = io_run(machine, pfn, 1, &locks);

	*prot = fmt_set_cache(&machine->mmu->format[SIM_LEAF_PTE], *prot, run.type);
	return locks;
}

enum sim_cache_mode sim_memtype_io(struct sim_machine *machine, unsigned long pfn)
{
	return sim_memtype_io_run(machine, pfn, 1).type;
}

enum sim_cache_mode sim_memtype_lookup(struct sim_machine *machine, unsigned long pfn)
{
	if (!machine || !machine->mmu->has_pat)
		return SIM_CACHE_WB;
	return lookup_memtype(machine, sim_cpu(machine), pfn);
}

/* ---- for drivers: on the current machine ---- */

/* Models: arch/x86/mm/pat/memtype.c, memtype_reserve_io, 5.11 to 6.12. */
int arch_io_reserve_memtype_wc(resource_size_t start, resource_size_t size)
{
	struct sim_machine *machine = sim_current_machine();
	enum sim_cache_mode type = SIM_CACHE_WC;
	int ret = machine ? sim_enter(machine) : -EINVAL;

	if (ret || !machine->mmu->has_pat)
		return ret;
	return sim_memtype_reserve(machine, start, start + size, &type);
}

void arch_io_free_memtype_wc(resource_size_t start, resource_size_t size)
{
	struct sim_machine *machine = sim_current_machine();

	if (machine && !sim_enter(machine) && machine->mmu->has_pat)
		sim_memtype_free(machine, start, start + size);
}

/* ---- for the page-table floor ---- */

void sim_track_pfn_insert(struct sim_machine *machine, uint64_t *prot, unsigned long pfn)
{
	track_pfn_insert(machine, sim_cpu(machine), prot, pfn);
}

/* Models: arch/x86/include/asm/processor.h, l1tf_pfn_limit, 5.11 to 6.12. */
bool sim_pfn_allowed_inverted(const struct sim_machine *machine, unsigned long pfn)
{
	unsigned int bits = machine->arch->max_phys_bits - 1 - machine->mmu->page_shift;

	return sim_pfn_valid(machine, pfn) || pfn < 1UL << bits;
}

bool sim_pfn_modify_allowed(struct sim_machine *machine, unsigned long pfn, uint64_t prot)
{
	return pfn_modify_allowed(machine, pfn, prot);
}

int sim_memtype_init(struct sim_machine *machine)
{
	struct sim_memtype *mt;

	if (!machine->mmu->has_pat)
		return 0;
	mt = sim_alloc(machine, sizeof(*mt), SIM_OBJ_MISC);
	if (!mt)
		return -ENOMEM;
	machine->memtype = mt;
	return 0;
}

void sim_memtype_exit(struct sim_machine *machine)
{
	struct sim_memtype *mt = machine->memtype;
	struct memtype *m;

	if (!mt)
		return;
	while ((m = mt->root)) {
		memtype_tree_remove(&mt->root, m);
		sim_free(m, sizeof(*m), SIM_OBJ_MEMTYPE);
	}
	sim_free(mt, sizeof(*mt), SIM_OBJ_MISC);
	machine->memtype = NULL;
}
