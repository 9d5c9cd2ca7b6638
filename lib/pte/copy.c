/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * copy.c - fork: the parent's entries copied for the child.
 *
 * Only what a fault could not bring back is copied: vmas with private pages
 * (anon_vma), and VM_PFNMAP and VM_MIXEDMAP ones. Of each entry:
 *
 *   what it maps		   the child gets
 *   special, or no page	   the same entry
 *   a page			   the same entry; reference, mapcount, rss for it
 *   a pinned anonymous page	   an entry for a copy made now, so that device and
 *				   parent go on sharing the page
 *   huge leaf, special		   the same leaf (6.12)
 *   huge leaf of a PUD		   the same leaf; up to 6.1 read-only on both
 *				   sides, whatever the mapping
 *   huge leaf otherwise	   nothing: it faults
 *
 * In a mapping that is copied on write, both entries become read-only. The
 * child's is clean where the mapping is shared, and old in any case.
 *
 * Both tables are locked, the parent's first. write_protect_seq is odd
 * meanwhile, so that fast GUP, which takes no lock, does not pin a page between
 * the look at its pins and the loss of its write permission.
 */
#include <errno.h>

#include "pte/leaf.h"
#include "pte/rmap.h"

struct copy {
	struct vm_area_struct *dst_vma, *src_vma;
	struct mm_struct *dst_mm, *src_mm;
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct sim_cpu *cpu;
	bool cow;
	struct page *prealloc;	/* for the next pinned page */
	long rss[NR_MM_COUNTERS];
};

/* ---- pages ---- */

/* Must the child have a copy of its own at once?
 * Models: mm/memory.c, copy_present_page, 5.11: any page of a COW mapping;
 * include/linux/rmap.h, page_try_dup_anon_rmap, 6.1: exclusive anonymous ones, also where
 * the mapping may not be written. */
static bool needs_copy_for_pin(const struct copy *c, const struct page *page)
{
	if (!__atomic_load_n(&c->src_mm->has_pinned, __ATOMIC_ACQUIRE))
		return false;
	if (!sim_rule(c->machine, SIM_RULE_ANON_EXCLUSIVE)) {
		if (!c->cow)
			return false;
	} else if (!sim_page_is_anon(page) || !sim_page_test(page, PG_anon_exclusive)) {
		return false;
	}
	return page_maybe_dma_pinned(page);
}

static void add_rss(struct copy *c)
{
	for (int i = 0; i < NR_MM_COUNTERS; i++) {
		if (c->rss[i])
			sim_rss_add(c->dst_mm, i, c->rss[i]);
		c->rss[i] = 0;
	}
}

/* Models: mm/memory.c, copy_present_page, 5.11 to 6.12. */
static int copy_pinned_page(struct copy *c, void *dst, unsigned long addr, struct page *page)
{
	const struct sim_entry_format *fmt = &c->mmu->format[0];
	struct page *new_page = c->prealloc;
	uint64_t e;

	if (!new_page)
		return -EAGAIN;
	if (sim_phys_copy(c->machine, sim_page_to_pfn(new_page), sim_page_to_pfn(page)))
		return -ENOMEM;
	if (!page_add_new_anon_rmap(new_page, c->dst_vma, addr))
		return -EIO;
	c->prealloc = NULL;
	c->rss[MM_ANONPAGES]++;
	e = fmt_make(fmt, sim_page_to_pfn(new_page), c->dst_vma->vm_page_prot.pgprot);
	e = maybe_mkwrite(fmt, fmt_op(fmt, SIM_OP_MKDIRTY, e), c->dst_vma);
	write_entry(c->machine, c->cpu, 0, dst, addr, e);
	return 0;
}

/* The child shares the page. */
static void dup_page(struct copy *c, struct page *page)
{
	get_page(page);
	if (sim_page_is_anon(page))
		sim_page_clear(page, PG_anon_exclusive);
	sim_page_add_map(page);
	c->rss[sim_mm_counter(page)]++;
}

/* The entry as the child gets it; the parent's is write-protected on the way. */
static uint64_t child_entry(struct copy *c, int level, void *src, unsigned long addr, uint64_t e)
{
	const struct sim_entry_format *fmt = &c->mmu->format[level];

	if (c->cow && fmt_test(fmt, SIM_TEST_WRITE, e)) {
		leaf_wrprotect(c->machine, c->cpu, level, src, addr);
		e = fmt_op(fmt, SIM_OP_WRPROTECT, e);
	}
	if (c->src_vma->vm_flags & VM_SHARED)
		e = fmt_op(fmt, SIM_OP_MKCLEAN, e);
	return fmt_op(fmt, SIM_OP_MKOLD, e);
}

/* 0, or -EAGAIN: a page is wanted. Models: mm/memory.c, copy_present_pte, 5.11 to 6.12. */
static int copy_pte(struct copy *c, void *dst, void *src, unsigned long addr)
{
	const struct sim_entry_format *fmt = &c->mmu->format[0];
	uint64_t e = read_entry(c->cpu, c->mmu, 0, src);
	struct page *page;

	if (fmt_none(fmt, e) || !fmt_test(fmt, SIM_TEST_PRESENT, e))
		return 0;
	page = sim_normal_page(c->src_vma, addr, e, 0);
	if (page && needs_copy_for_pin(c, page))
		return copy_pinned_page(c, dst, addr, page);
	if (page)
		dup_page(c, page);
	write_entry(c->machine, c->cpu, 0, dst, addr, child_entry(c, 0, src, addr, e));
	return 0;
}

/* Under both locks; *@addr stops at @end or where a page is wanted. */
static int copy_some_ptes(struct copy *c, char *dst, char *src, unsigned long *addr,
			  unsigned long end)
{
	spinlock_t *src_ptl = sim_ptl(c->mmu, 0, src), *dst_ptl = sim_ptl(c->mmu, 0, dst);
	unsigned int bytes = c->mmu->level[0].entry_bytes;
	int ret = 0;

	ptl_lock(c->cpu, src_ptl);
	ptl_lock(c->cpu, dst_ptl);
	while (*addr != end) {
		ret = copy_pte(c, dst, src, *addr);
		if (ret)
			break;
		dst += bytes;
		src += bytes;
		*addr += mmu_page_size(c->mmu);
	}
	add_rss(c);
	ptl_unlock(dst_ptl);
	ptl_unlock(src_ptl);
	return ret;
}

/* Models: mm/memory.c, copy_pte_range, 5.11 to 6.12. */
static int copy_ptes(struct copy *c, void *src_table, unsigned long addr, unsigned long end)
{
	const unsigned long start = addr;
	int ret;
	char *dst = walk_alloc(c->dst_mm, addr, 0, &ret);

	if (!dst)
		return -ENOMEM;
	do {
		size_t at = ((addr - start) >> c->mmu->page_shift) * c->mmu->level[0].entry_bytes;

		ret = copy_some_ptes(c, dst + at, mmu_slot(c->mmu, 0, src_table, addr), &addr,
				     end);
		if (ret != -EAGAIN)
			break;
		c->prealloc = sim_alloc_pages(c->machine, 0);
	} while (c->prealloc);
	if (ret == -EAGAIN)
		return -ENOMEM;
	if (c->prealloc)
		put_page(c->prealloc);
	c->prealloc = NULL;
	return ret;
}

/* ---- huge leaves ---- */

static bool protects_leaf(const struct copy *c, int level)
{
	return level > 1 && (c->cow || sim_rule(c->machine, SIM_RULE_FORK_PROTECTS_SHARED_PUD));
}

/* Models: mm/huge_memory.c, copy_huge_pmd: 5.11 and 6.1 skip what is not
 * anonymous, 6.12 copies what is special. copy_huge_pud copies in all of them. */
static int copy_leaf(struct copy *c, int level, void *src, unsigned long addr)
{
	const struct sim_entry_format *fmt = &c->mmu->format[level];
	spinlock_t *src_ptl = sim_ptl(c->mmu, level, src), *dst_ptl;
	int ret;
	void *dst;
	uint64_t e;

	dst = walk_alloc(c->dst_mm, addr, level, &ret);
	if (!dst)
		return -ENOMEM;
	dst_ptl = sim_ptl(c->mmu, level, dst);
	ptl_lock(c->cpu, src_ptl);
	ptl_lock(c->cpu, dst_ptl);
	e = read_entry(c->cpu, c->mmu, level, src);
	if (!mmu_is_none(c->mmu, level, e) && mmu_is_leaf(c->mmu, level, e) &&
	    (level > 1 || fmt_test(fmt, SIM_TEST_SPECIAL, e))) {
		if (protects_leaf(c, level) && fmt_test(fmt, SIM_TEST_WRITE, e))
			e = leaf_wrprotect(c->machine, c->cpu, level, src, addr);
		write_entry(c->machine, c->cpu, level, dst, addr, fmt_op(fmt, SIM_OP_MKOLD, e));
	}
	ptl_unlock(dst_ptl);
	ptl_unlock(src_ptl);
	return 0;
}

/* ---- the walk ---- */

/* Models: mm/memory.c, copy_pmd_range up to copy_p4d_range, 5.11 to 6.12. */
static int copy_tables(struct copy *c, int level, void *table, unsigned long addr,
		       unsigned long end)
{
	int ret = 0;

	for (unsigned long next; addr != end && !ret; addr = next) {
		void *slot = mmu_slot(c->mmu, level, table, addr);
		uint64_t e = mmu_read(c->mmu, level, slot);

		next = leaf_end(c->mmu, level, addr, end);
		if (mmu_is_none(c->mmu, level, e))
			continue;
		if (mmu_is_leaf(c->mmu, level, e))
			ret = copy_leaf(c, level, slot, addr);
		else if (level > 1)
			ret = copy_tables(c, level - 1, mmu_table(c->mmu, level, e, c->machine),
					  addr, next);
		else
			ret = copy_ptes(c, mmu_table(c->mmu, level, e, c->machine), addr, next);
	}
	return ret;
}

/* Models: mm/memory.c, vma_needs_copy, 6.1, and the same test in
 * copy_page_range, 5.11. */
static bool vma_needs_copy(const struct vm_area_struct *src_vma)
{
	return (src_vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) || src_vma->anon_vma;
}

/* Odd while entries lose their write permission. */
static void write_protect_seq_step(struct mm_struct *mm)
{
	__atomic_fetch_add(&mm->write_protect_seq, 1, __ATOMIC_SEQ_CST);
}

int copy_page_range(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	struct mm_struct *src_mm = src_vma->vm_mm;
	struct copy c = {
		.dst_vma = dst_vma,
		.src_vma = src_vma,
		.dst_mm = dst_vma->vm_mm,
		.src_mm = src_mm,
		.machine = src_mm->sim_machine,
		.mmu = src_mm->sim_mmu,
		.cpu = sim_cpu(src_mm->sim_machine),
		.cow = is_cow_mapping(src_vma->vm_flags),
	};
	bool tracked = src_vma->vm_flags & VM_PFNMAP;
	int ret;

	if (sim_is_crashed(c.machine))
		return -EIO;
	if (!vma_needs_copy(src_vma))
		return 0;
	ret = tracked ? sim_track_pfn_copy(dst_vma, src_vma) : 0;
	if (ret)
		return ret;
	sim_cpu_count(c.cpu, SIM_CNT_WALK);
	if (c.cow)
		write_protect_seq_step(src_mm);
	ret = copy_tables(&c, c.mmu->nr_levels - 1, src_mm->pgd, src_vma->vm_start,
			  src_vma->vm_end);
	if (c.cow)
		write_protect_seq_step(src_mm);
	if (c.prealloc)
		put_page(c.prealloc);
	if (ret && tracked)
		sim_untrack_pfn_copy(dst_vma, src_vma);
	return ret;
}
