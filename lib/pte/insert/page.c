/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * page.c - pages that mm counts from then on: each mapping is worth a
 * reference, a mapcount, and one of the rss.
 */
#include <errno.h>

#include "pte/insert/insert.h"
#include "pte/run.h"

/*
 * May the zero page be mapped, as a special entry that is not counted?
 * Models: mm/memory.c, vm_mixed_zeropage_allowed, 6.12; without fsdax and
 * mm_forbids_zeropage (s390 guests).
 */
bool vm_mixed_zeropage_allowed(const struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags) || !(vma->vm_flags & (VM_WRITE | VM_MAYWRITE)))
		return true;
	return vma->vm_ops && vma->vm_ops->pfn_mkwrite && (vma->vm_flags & VM_IO);
}

/* Is it the zero page, in a release that maps it uncounted? */
static bool page_is_special_zero(const struct vm_area_struct *vma, const struct page *page)
{
	return sim_rule(vma->vm_mm->sim_machine, SIM_RULE_MIXED_ZERO_PAGE_SPECIAL) &&
	       sim_page_test(page, PG_sim_zero);
}

/* Models: mm/memory.c, validate_page_before_insert, 5.11 to 6.12. */
static int validate_page_before_insert(const struct vm_area_struct *vma, struct page *page)
{
	if (sim_rule(vma->vm_mm->sim_machine, SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT) &&
	    !sim_page_refs(page))
		return -EINVAL;
	if (page_is_special_zero(vma, page))
		return vm_mixed_zeropage_allowed(vma) ? 0 : -EINVAL;
	return sim_page_is_anon(page) || sim_page_test(page, PG_slab) ? -EINVAL : 0;
}

/*
 * Models: mm/memory.c, insert_page_into_pte_locked, 5.11 to 6.12; differs in
 * that s390's mk_pte() does not look at PG_dirty here.
 */
static int insert_page_locked(struct vm_area_struct *vma, struct sim_cpu *cpu, void *slot,
			      unsigned long addr, struct page *page, uint64_t prot)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[SIM_LEAF_PTE];
	uint64_t e = fmt_make(fmt, sim_page_to_pfn(page), prot);

	if (!fmt_none(fmt, read_entry(cpu, mm->sim_mmu, 0, slot)))
		return -EBUSY;
	if (page_is_special_zero(vma, page)) {
		e = fmt_op(fmt, SIM_OP_MKSPECIAL, e);
	} else {
		sim_get_page(page, 1);
		sim_rss_add(mm, sim_mm_counter(page), 1);
		sim_page_add_map(page);
	}
	write_entry(mm->sim_machine, cpu, 0, slot, addr, e);
	return 0;
}

int insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page, uint64_t prot)
{
	struct sim_cpu *cpu = sim_cpu(vma->vm_mm->sim_machine);
	int ret = validate_page_before_insert(vma, page);
	spinlock_t *ptl;
	void *slot;

	if (ret)
		return ret;
	slot = get_locked_slot(vma->vm_mm, cpu, addr, &ptl, &ret);
	if (!slot)
		return ret;
	ret = insert_page_locked(vma, cpu, slot, addr, page, prot);
	ptl_unlock(ptl);
	return ret;
}

/* Makes the mapping VM_MIXEDMAP, which only its sole owner may do. */
static int make_mixedmap(struct vm_area_struct *vma, const char *function)
{
	struct mm_struct *mm = vma->vm_mm;
	struct sim_machine *machine = mm->sim_machine;
	bool mmap_read_trylock;

	if (vma->vm_flags & VM_MIXEDMAP)
		return 0;
	mmap_read_trylock = sim_mmap_may_be_read(mm);
	if (SIM_BUG_ON_IN(machine, "mm/memory.c", function, mmap_read_trylock) ||
	    SIM_BUG_ON_IN(machine, "mm/memory.c", function, vma->vm_flags & VM_PFNMAP))
		return -EIO;
	vma->vm_flags |= VM_MIXEDMAP;
	return 0;
}

static __attribute__((noinline)) int insert_page_checked(struct vm_area_struct *vma,
							 unsigned long addr, struct page *page)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	int ret;

	if (sim_is_crashed(machine))
		return -EIO;
	if (outside(vma, addr))
		return -EFAULT;
	if (!sim_rule(machine, SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT) && !sim_page_refs(page))
		return -EINVAL;
	ret = make_mixedmap(vma, "vm_insert_page");
	return ret ? ret : insert_page(vma, addr, page, vma->vm_page_prot.pgprot);
}

/* The usual case: see insert.h. */
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	if (likely((vma->vm_flags & VM_MIXEDMAP) &&
		   insert_plain_page(vma, addr, page, sim_page_to_pfn(page),
				     vma->vm_page_prot.pgprot, is_up(vma))))
		return 0;
	return insert_page_checked(vma, addr, page);
}

/* ---- several ---- */

/* How many entries one hold of the page-table lock inserts. */
#define INSERT_BATCH 8

/* Pages under way. */
struct pages {
	struct vm_area_struct *vma;
	struct sim_machine *machine;
	struct sim_cpu *cpu;
	struct page **page;
	struct entry_run run;
	bool plain;		/* nobody listens, and entries are plain */
};

/*
 * Pages that need no question, into entries that are empty: up to @nr, or the first
 * that is another. => the lock held, p->plain
 */
static unsigned long insert_plain_pages(const struct pages *p, uint64_t *slot, unsigned long nr)
{
	const struct sim_ram *ram = &p->machine->phys->ram;
	const struct entry_run run = p->run;
	struct mm_struct *mm = p->vma->vm_mm;
	bool up = p->machine->up;
	long rss[NR_MM_COUNTERS] = { 0 };
	unsigned long i = 0;

	for (; i < nr; i++) {
		struct page *page = p->page[i];
		unsigned long pfn = ram->start + (unsigned long)(page - ram->map);

		if (unlikely(!page_is_plain(page) ||
			     !entry_run_none(&run, entry_run_read(slot, i, true))))
			break;
		if (unlikely(!page_count_mapping(page, up)))
			sim_page_get_dead(page);
		rss[plain_page_counter(page)]++;
		entry_run_write(slot, i, entry_run_make(&run, pfn), true);
	}
	for (int member = 0; member < NR_MM_COUNTERS; member++)
		if (rss[member])
			sim_rss_add(mm, member, rss[member]);
	sim_cpu_count_n(p->cpu, SIM_CNT_PTE_READ, i);
	sim_cpu_count_n(p->cpu, SIM_CNT_PTE_WRITE, i);
	sim_cpu_count_n(p->cpu, SIM_CNT_REF, i);
	sim_cpu_count_n(p->cpu, SIM_CNT_MAPCOUNT, i);
	return i;
}

/* One page, whatever it is. => the lock held */
static int insert_any_page(const struct pages *p, void *slot, unsigned long addr,
			   struct page *page)
{
	int err = sim_page_refs(page) ? validate_page_before_insert(p->vma, page) : -EINVAL;

	return err ? err : insert_page_locked(p->vma, p->cpu, slot, addr, page,
					      p->vma->vm_page_prot.pgprot);
}

/*
 * Up to @nr pages under one hold of the lock; all lie in one table.
 * Returns how many were inserted; *@err is the next one's error.
 */
static unsigned long insert_batch(const struct pages *p, unsigned long addr, unsigned long nr,
				  int *err)
{
	struct mm_struct *mm = p->vma->vm_mm;
	unsigned int bytes = mm->sim_mmu->level[0].entry_bytes, shift = mm->sim_mmu->page_shift;
	unsigned long done = 0;
	spinlock_t *ptl;
	char *slot = get_locked_slot(mm, p->cpu, addr, &ptl, err);

	if (!slot)
		return 0;
	if (likely(p->plain))
		done = insert_plain_pages(p, (uint64_t *)slot, nr);
	for (; done < nr; done++) {
		*err = insert_any_page(p, slot + done * bytes, addr + (done << shift),
				       p->page[done]);
		if (*err)
			break;
	}
	ptl_unlock(ptl);
	return done;
}

/*
 * Models: mm/memory.c, insert_pages, 5.11 to 6.12; differs in that each batch
 * is walked to from the top.
 */
static int insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages,
			unsigned long *num)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct sim_mmu *mmu = machine->mmu;
	uint64_t prot = vma->vm_page_prot.pgprot;
	struct pages p = { .vma = vma, .machine = machine, .cpu = sim_cpu(machine), .page = pages,
			   .plain = !machine->listeners.event && (prot & mmu->plain.upright) };
	int err = 0;

	entry_run_init(&p.run, mmu, prot, SIM_NR_PTE_OPS);
	while (*num) {
		unsigned long room = entries_in_table(mmu, addr, vma->vm_end), nr, done;

		nr = *num < room ? *num : room;
		nr = nr < INSERT_BATCH ? nr : INSERT_BATCH;
		done = insert_batch(&p, addr, nr, &err);
		*num -= done;
		p.page += done;
		addr += done << mmu->page_shift;
		if (done < nr)
			return err;
	}
	return 0;
}

int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages,
		    unsigned long *num)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	int ret;

	if (sim_is_crashed(vma->vm_mm->sim_machine))
		return -EIO;
	if (outside(vma, addr) || *num > (vma->vm_end - addr) >> shift)
		return -EFAULT;
	ret = make_mixedmap(vma, __func__);
	return ret ? ret : insert_pages(vma, addr, pages, num);
}
