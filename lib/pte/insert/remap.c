/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * remap.c - remap_pfn_range(): a physical range mapped when the vma is made.
 *
 * A mapping that can be copied on write is filled in one go and remembers the
 * first pfn in vm_pgoff: that line tells originals from copies where there is
 * no special bit (normal_page.c).
 *
 *			memory type	checks		flags		an error later
 *	5.11		second		first		third		entries stay
 *	5.14		first		second		third		entries stay
 *	from 6.1	first		second		third		entries go again
 */
#include <errno.h>

#include "pte/pat/memtype.h"
#include "pte/run.h"

struct remap {
	struct vm_area_struct *vma;
	unsigned long addr, end, pfn;
	uint64_t prot;
};

/*
 * The first entry that does not go the way of all, where @pte_none says whether
 * nothing is there: may @pfn be put into it? 0, or the error.
 */
static int check_entry(const struct remap *r, bool pte_none, unsigned long pfn)
{
	struct sim_machine *machine = r->vma->vm_mm->sim_machine;

	if (SIM_BUG_ON_IN(machine, "mm/memory.c", "remap_pte_range", !pte_none))
		return -EIO;
	return pfn_modify_allowed(machine, pfn, r->prot) ? 0 : -EACCES;
}

/* Entries one by one, each reported: the first of them that is not to be filled.
 * => its lock held */
static unsigned long fill_telling(const struct remap *r, const struct entry_run *run,
				  void *slot, unsigned long addr, unsigned long nr,
				  unsigned long pfn)
{
	struct sim_machine *machine = r->vma->vm_mm->sim_machine;
	unsigned long i = 0;

	for (; i < nr; i++, addr += mmu_page_size(machine->mmu)) {
		uint64_t e = entry_run_make(run, pfn + i);

		if (!entry_run_none(run, entry_run_read(slot, i, run->wide)) ||
		    !pfn_modify_allowed(machine, pfn + i, r->prot))
			break;
		entry_run_write(slot, i, e, run->wide);
		sim_event(machine, SIM_EV_PTE, addr, e, NULL);
	}
	return i;
}

/* The same where nobody listens and no pfn is inverted, so that all are allowed. */
static inline __attribute__((always_inline)) unsigned long
fill_plain(const struct entry_run *run, void *slot, unsigned long nr, unsigned long pfn,
	   const bool wide)
{
	const uint64_t step = 1ULL << run->pfn_shift, none_value = run->none_value;
	const uint64_t none_mask = run->none_mask;
	uint64_t e = entry_run_make(run, pfn);
	unsigned long i = 0;

	for (; i < nr; i++, e += step) {
		if (__builtin_expect((entry_run_read(slot, i, wide) & none_mask) != none_value, 0))
			break;
		entry_run_write(slot, i, e, wide);
	}
	return i;
}

/* => its lock held */
static unsigned long fill_table(const struct remap *r, const struct entry_run *run, void *slot,
				unsigned long addr, unsigned long nr, unsigned long pfn)
{
	sim_assert(sim_rank_held(SIM_RANK_PTL, sim_ptl(r->vma->vm_mm->sim_mmu, 0, slot)));
	if (__builtin_expect(run->flip || !entry_run_counts_up(run, pfn, nr) ||
			     r->vma->vm_mm->sim_machine->listeners.event, 0))
		return fill_telling(r, run, slot, addr, nr, pfn);
	return run->wide ? fill_plain(run, slot, nr, pfn, true)
			 : fill_plain(run, slot, nr, pfn, false);
}

/* The entries from @addr to @end, which lie in one table.
 * Models: mm/memory.c, remap_pte_range, 5.11 to 6.12. */
static int remap_table(const struct remap *r, const struct entry_run *run, unsigned long addr,
		       unsigned long end)
{
	struct mm_struct *mm = r->vma->vm_mm;
	const struct sim_mmu *mmu = mm->sim_mmu;
	struct sim_cpu *cpu = sim_cpu(mm->sim_machine);
	unsigned long pfn = r->pfn + ((addr - r->addr) >> mmu->page_shift);
	unsigned long nr = (end - addr) >> mmu->page_shift, done;
	spinlock_t *ptl;
	int err = 0;
	void *slot = get_locked_slot(mm, cpu, addr, &ptl, &err);

	if (!slot)
		return err;
	done = fill_table(r, run, slot, addr, nr, pfn);
	if (done < nr)
		err = check_entry(r, entry_run_none(run, entry_run_read(slot, done, run->wide)),
				  pfn + done);
	ptl_unlock(ptl);
	sim_cpu_count_n(cpu, SIM_CNT_PTE_READ, done + (done < nr));
	sim_cpu_count_n(cpu, SIM_CNT_PTE_WRITE, done);
	return err;
}

static int remap_tables(const struct remap *r)
{
	const struct sim_mmu *mmu = r->vma->vm_mm->sim_mmu;
	unsigned long span = mmu_leaf_size(mmu, 1);
	struct entry_run run;
	int ret = 0;

	entry_run_init(&run, mmu, r->prot, SIM_OP_MKSPECIAL);

	for (unsigned long addr = r->addr, next; addr < r->end && !ret; addr = next) {
		next = (addr | (span - 1)) + 1;
		next = next < r->end ? next : r->end;
		ret = remap_table(r, &run, addr, next);
	}
	return ret;
}

/* In a fault handler it is; one that ->mmap is asked about is in no tree and no list yet. */
static bool may_be_in_rmap(struct vm_area_struct *vma)
{
	return sim_mmap_may_be_read(vma->vm_mm) || vma->sim_prev || vma->sim_next ||
	       vma->vm_mm->sim_vmas.nr == 1;
}

/* Alignment, and the rule for mappings that can be copied on write. */
static int check_remap(const struct remap *r)
{
	struct vm_area_struct *vma = r->vma;
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	bool page_aligned = !(r->addr & (mmu_page_size(machine->mmu) - 1));

	if (SIM_WARN_ON(machine, "mm/memory.c", !page_aligned))
		return -EINVAL;
	if (!is_cow_mapping(vma->vm_flags))
		return 0;
	if (r->addr != vma->vm_start || r->end != vma->vm_end)
		return -EINVAL;
	/*
	 * Unless ->mmap does it, the mapping is in its file's reverse map, which goes by
	 * vm_pgoff and is not told (mm/memory.c, remap_pfn_range_notrack, 6.1): what it
	 * finds from then on depends on how its tree happens to look.
	 */
	if (vma->vm_pgoff != r->pfn && may_be_in_rmap(vma))
		__atomic_store_n(&machine->rmap_disordered, 1, __ATOMIC_RELAXED);
	vma->vm_pgoff = r->pfn;
	return 0;
}

static int fill(const struct remap *r)
{
	struct sim_machine *machine = r->vma->vm_mm->sim_machine;

	sim_vma_start_write(r->vma);
	r->vma->vm_flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	if (SIM_BUG_ON_IN(machine, "mm/memory.c", "remap_pfn_range", r->addr >= r->end))
		return -EIO;
	return remap_tables(r);
}

static int track(struct remap *r)
{
	pgprot_t prot = { r->prot };
	int ret = sim_track_pfn_remap(r->vma, &prot, r->pfn, r->addr, r->end - r->addr);

	r->prot = prot.pgprot;
	return ret ? -EINVAL : 0;
}

static void zap_again(const struct remap *r)
{
	static const struct sim_zap zap = { .even_cows = true };

	if (!sim_is_crashed(r->vma->vm_mm->sim_machine) && r->addr < r->end)
		sim_zap_range(r->vma, r->addr, r->end, &zap);
}

/* 5.14 to 6.12: mm/memory.c, remap_pfn_range, remap_pfn_range_notrack. */
static int remap_track_first(struct remap *r)
{
	int ret = track(r);

	if (ret)
		return ret;
	ret = check_remap(r);
	if (!ret)
		ret = fill(r);
	if (!ret)
		return 0;
	if (sim_rule(r->vma->vm_mm->sim_machine, SIM_RULE_REMAP_ZAPS_ON_ERROR))
		zap_again(r);
	sim_untrack_pfn_range(r->vma, r->pfn, r->end - r->addr);
	return ret;
}

/* 5.11: mm/memory.c, remap_pfn_range. */
static int remap_check_first(struct remap *r)
{
	int ret = check_remap(r);

	if (!ret)
		ret = track(r);
	if (ret)
		return ret;
	ret = fill(r);
	if (ret)
		sim_untrack_pfn_range(r->vma, r->pfn, r->end - r->addr);
	return ret;
}

int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long mask = mmu_page_size(machine->mmu) - 1;
	struct remap r = { vma, addr, addr + ((size + mask) & ~mask), pfn, prot.pgprot };

	if (sim_is_crashed(machine))
		return -EIO;
	/* Beyond user space, or around the end of addresses. */
	if (r.end > machine->mmu->task_size || r.end < addr)
		return -EINVAL;
	return sim_rule(machine, SIM_RULE_REMAP_TRACKS_FIRST) ? remap_track_first(&r)
							      : remap_check_first(&r);
}
