/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * insert.c - one entry at a time: a pfn that stays special, or a page that mm
 * counts from then on.
 *
 *			struct page?	with a special bit	without one
 *	vmf_insert_pfn	  any		special			special by PFNMAP
 *	vmf_insert_mixed  yes		special, not counted	normal, counted
 *			  no		special			special by MIXEDMAP
 *	vm_insert_page	  yes		normal, counted		normal, counted
 *
 * The row of vmf_insert_mixed() is what TTM's switch from it to
 * vmf_insert_pfn() changed: nothing where there is a bit, reference, mapcount
 * and rss of each page where there is none.
 */
#include <errno.h>

#include "pte/insert.h"
#include "pte/memtype.h"
#include "pte/walk.h"

static bool outside(const struct vm_area_struct *vma, unsigned long addr)
{
	return addr < vma->vm_start || addr >= vma->vm_end;
}

/* ---- pfns ---- */

/* False where no entry could be marked so.
 * Models: include/linux/pfn_t.h, pfn_t_devmap, 5.11 to 6.12. */
static bool pfn_t_devmap(const struct sim_machine *machine, pfn_t pfn)
{
	const uint64_t flags = PFN_DEV | PFN_MAP;

	return (pfn.val & flags) == flags && mmu_has(machine->mmu, SIM_FEAT_PTE_DEVMAP);
}

/* Models: include/linux/pfn_t.h, pfn_t_special, 5.11 to 6.12. */
static bool pfn_t_special(const struct sim_machine *machine, pfn_t pfn)
{
	return (pfn.val & PFN_SPECIAL) && machine->mmu->has_special;
}

/* Models: mm/memory.c, insert_pfn without mkwrite, 5.11 to 6.12. */
static inline __attribute__((always_inline)) vm_fault_t
insert_pfn(struct vm_area_struct *vma, struct sim_cpu *cpu, unsigned long addr, unsigned long pfn,
	   uint64_t prot, enum sim_pte_op_id mark)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[SIM_LEAF_PTE];
	uint64_t e = fmt_mark(fmt, mark, fmt_make(fmt, pfn, prot));
	spinlock_t *ptl;
	int err;
	void *slot = get_locked_slot(mm, cpu, addr, &ptl, &err);

	if (__builtin_expect(!slot, 0))
		return err == -EIO ? VM_FAULT_SIGBUS : VM_FAULT_OOM;
	if (fmt_none(fmt, read_entry(cpu, mm->sim_mmu, 0, slot)))
		write_entry(mm->sim_machine, cpu, 0, slot, addr, e);
	ptl_unlock(ptl);
	return VM_FAULT_NOPAGE;
}

/* The four BUGs of vmf_insert_pfn_prot(), one by one. */
static __attribute__((noinline)) bool
insert_pfn_bugs(const struct vm_area_struct *vma, unsigned long pfn)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long flags = vma->vm_flags;

	return SIM_BUG_ON_IN(machine, "mm/memory.c", "vmf_insert_pfn_prot",
			     !(flags & (VM_PFNMAP | VM_MIXEDMAP))) ||
	       SIM_BUG_ON_IN(machine, "mm/memory.c", "vmf_insert_pfn_prot",
			     (flags & (VM_PFNMAP | VM_MIXEDMAP)) ==
				     (VM_PFNMAP | VM_MIXEDMAP)) ||
	       SIM_BUG_ON_IN(machine, "mm/memory.c", "vmf_insert_pfn_prot",
			     (flags & VM_PFNMAP) && is_cow_mapping(flags)) ||
	       /* By hand: the kernel's pfn_valid() needs no machine. */
	       ((flags & VM_MIXEDMAP) && sim_pfn_valid(machine, pfn) &&
		sim_outcome_record(machine, SIM_BUG, "mm/memory.c", "vmf_insert_pfn_prot",
				   "(flags & VM_MIXEDMAP) && pfn_valid(pfn)"));
}

static inline bool insert_pfn_bug(const struct vm_area_struct *vma, unsigned long pfn)
{
	return !insert_pfn_flags_in_order(vma->vm_flags) && insert_pfn_bugs(vma, pfn);
}

/* Are the flags in order, and shared? Then there is no COW mapping to think of. */
static inline bool is_shared_pfnmap(unsigned long vm_flags)
{
	return (vm_flags & (VM_PFN_OR_MIXED | VM_SHARED)) == (VM_PFNMAP | VM_SHARED);
}

static __attribute__((noinline)) vm_fault_t
insert_pfn_checked(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		   pgprot_t pgprot)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	struct sim_cpu *cpu;

	if (sim_is_crashed(machine) || insert_pfn_bug(vma, pfn) || outside(vma, addr))
		return VM_FAULT_SIGBUS;
	if (!pfn_modify_allowed(machine, pfn, pgprot.pgprot))
		return VM_FAULT_SIGBUS;
	cpu = sim_cpu(machine);
	track_pfn_insert(machine, cpu, &pgprot.pgprot, pfn);
	return insert_pfn(vma, cpu, addr, pfn, pgprot.pgprot, SIM_OP_MKSPECIAL);
}

/* Fills an empty entry; false where there is one. => its lock held */
static inline bool fill_plain(const struct sim_plain_pte *plain, uint64_t *slot,
			      unsigned long pfn, uint64_t prot)
{
	if (unlikely((*slot & plain->none_mask) != plain->none_value))
		return false;
	prot = (prot & plain->prot_mask) | plain->special;
	__atomic_store_n(slot, prot | ((uint64_t)pfn << plain->pfn_shift & plain->pfn_mask),
			 __ATOMIC_RELEASE);
	return true;
}

/* The same with the lock taken; false also where somebody has it. */
static inline bool fill_plain_locked(struct sim_machine *machine,
				     const struct sim_plain_pte *plain,
				     const struct plain_slot *at, unsigned long pfn, uint64_t prot)
{
	spinlock_t *ptl = &sim_desc_at(machine, at->table)->ptl;
	bool done;

	if (unlikely(!sim_spin_try_acquire(false, ptl, SIM_RANK_PTL)))
		return false;
	done = fill_plain(plain, at->slot, pfn, prot);
	sim_spin_unlock(ptl, SIM_RANK_PTL);
	return done;
}

/*
 * The usual case, with every check of the kernel's and none of another: a shared
 * VM_PFNMAP vma rules all four BUGs out, an upright protection is never refused,
 * and a quiet machine has no events to tell. Whatever else is met on the way, a
 * table that is missing, an entry that is there, a lock that is taken, nothing has
 * been done or counted yet, and insert_pfn_checked() begins again.
 * Models: mm/memory.c, vmf_insert_pfn_prot with insert_pfn, 5.11 to 6.12.
 */
vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			       pgprot_t pgprot)
{
	const struct mm_struct *mm = vma->vm_mm;
	struct sim_machine *machine = mm->sim_machine;
	const struct sim_mmu *mmu = mm->sim_mmu;
	const struct sim_plain_pte *plain = &mmu->plain;
	uint64_t prot = pgprot.pgprot;
	struct plain_slot at;

	if (unlikely(!sim_is_quiet(machine) || !is_shared_pfnmap(vma->vm_flags) ||
		     outside(vma, addr) || !(prot & plain->upright)))
		return insert_pfn_checked(vma, addr, pfn, pgprot);
	if (plain->has_pat && unlikely(!ram_memtype(machine, pfn, &prot)))
		return insert_pfn_checked(vma, addr, pfn, pgprot);
	if (unlikely(!walk_plain(mm, machine, mmu, addr, &at)))
		return insert_pfn_checked(vma, addr, pfn, pgprot);
	if (unlikely(plain->up ? !fill_plain(plain, at.slot, pfn, prot)
			       : !fill_plain_locked(machine, plain, &at, pfn, prot)))
		return insert_pfn_checked(vma, addr, pfn, pgprot);
	sim_quiet_count(SIM_CNT_INSERTED + plain->has_pat);
	return VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	return vmf_insert_pfn_prot(vma, addr, pfn, vma->vm_page_prot);
}

/* ---- pages ---- */

/*
 * May the zero page be mapped, as a special entry that is not counted?
 * Models: mm/memory.c, vm_mixed_zeropage_allowed, 6.12; without fsdax and
 * mm_forbids_zeropage (s390 guests).
 */
static bool vm_mixed_zeropage_allowed(const struct vm_area_struct *vma)
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

/* Models: mm/memory.c, insert_page, 5.11 to 6.12. */
static int insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page,
		       uint64_t prot)
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

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	int ret;

	if (sim_is_crashed(machine))
		return -EIO;
	if (outside(vma, addr))
		return -EFAULT;
	if (!sim_rule(machine, SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT) && !sim_page_refs(page))
		return -EINVAL;
	ret = make_mixedmap(vma, __func__);
	return ret ? ret : insert_page(vma, addr, page, vma->vm_page_prot.pgprot);
}

/* How many entries one hold of the page-table lock inserts. */
#define INSERT_BATCH 8

/*
 * Up to @nr pages under one hold of the lock; all lie in one table.
 * Returns how many were inserted; *@err is the next one's error.
 */
static unsigned long insert_batch(struct vm_area_struct *vma, unsigned long addr,
				  struct page **pages, unsigned long nr, int *err)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	struct sim_cpu *cpu = sim_cpu(vma->vm_mm->sim_machine);
	unsigned long done = 0;
	spinlock_t *ptl;
	char *slot = get_locked_slot(vma->vm_mm, cpu, addr, &ptl, err);

	if (!slot)
		return 0;
	for (; done < nr; done++) {
		*err = sim_page_refs(pages[done]) ? validate_page_before_insert(vma, pages[done])
					       : -EINVAL;
		if (!*err)
			*err = insert_page_locked(vma, cpu, slot, addr, pages[done],
						  vma->vm_page_prot.pgprot);
		if (*err)
			break;
		addr += mmu_page_size(mmu);
		slot += mmu->level[0].entry_bytes;
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
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	int err = 0;

	while (*num) {
		unsigned long room = (1UL << mmu->level[0].index_bits) - mmu_index(mmu, 0, addr);
		unsigned long nr = *num < room ? *num : room, done;

		nr = nr < INSERT_BATCH ? nr : INSERT_BATCH;
		done = insert_batch(vma, addr, pages, nr, &err);
		*num -= done;
		pages += done;
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

/* ---- pfns or pages ---- */

/* Models: mm/memory.c, vm_mixed_ok without mkwrite, 5.11 to 6.12. */
static bool vm_mixed_ok(const struct vm_area_struct *vma, pfn_t pfn)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	bool zero = pfn_t_to_pfn(pfn) == sim_zero_pfn(machine);

	if (zero && sim_rule(machine, SIM_RULE_MIXED_ZERO_PAGE_SPECIAL) &&
	    !vm_mixed_zeropage_allowed(vma))
		return false;
	return (vma->vm_flags & VM_MIXEDMAP) || pfn_t_devmap(machine, pfn) ||
	       pfn_t_special(machine, pfn) || zero;
}

static vm_fault_t insert_counted(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn,
				 pgprot_t prot)
{
	struct page *page = sim_pfn_to_page(vma->vm_mm->sim_machine, pfn_t_to_pfn(pfn));
	int err = insert_page(vma, addr, page, prot.pgprot);

	if (err == -ENOMEM)
		return VM_FAULT_OOM;
	return err && err != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_mixed_prot(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn,
				 pgprot_t pgprot)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long nr = pfn_t_to_pfn(pfn);
	bool mixed_ok, devmap = pfn_t_devmap(machine, pfn);
	struct sim_cpu *cpu;

	if (sim_is_crashed(machine))
		return VM_FAULT_SIGBUS;
	mixed_ok = vm_mixed_ok(vma, pfn);
	if (!sim_rule(machine, SIM_RULE_MIXED_NOT_OK_SIGBUS) &&
	    SIM_BUG_ON_IN(machine, "mm/memory.c", "__vm_insert_mixed", !mixed_ok))
		return VM_FAULT_SIGBUS;
	if (!mixed_ok || outside(vma, addr))
		return VM_FAULT_SIGBUS;
	cpu = sim_cpu(machine);
	track_pfn_insert(machine, cpu, &pgprot.pgprot, nr);
	if (!pfn_modify_allowed(machine, nr, pgprot.pgprot))
		return VM_FAULT_SIGBUS;
	if (!machine->mmu->has_special && !devmap && sim_pfn_valid(machine, nr))
		return insert_counted(vma, addr, pfn, pgprot);
	return insert_pfn(vma, cpu, addr, nr, pgprot.pgprot,
			  devmap ? SIM_OP_MKDEVMAP : SIM_OP_MKSPECIAL);
}

vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	return vmf_insert_mixed_prot(vma, addr, pfn, vma->vm_page_prot);
}
