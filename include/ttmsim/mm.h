/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mm.h - what drivers ask of vmas, faults and entries, under their kernel names.
 *
 * A handler's machine is the current one, so sizes are that machine's: PAGE_SIZE
 * is no constant. Without a current machine pages have 4096 bytes.
 */
#ifndef TTMSIM_MM_H
#define TTMSIM_MM_H

#include <sys/types.h>

#include <ttmsim/gup.h>
#include <ttmsim/kernel.h>
#include <ttmsim/vma.h>

SIM_BEGIN_DECLS

/* ------------------------------------------------------------ sizes ------ */

#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT (sim_current_pte.page_shift)
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(addr) ALIGN_DOWN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr) IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
/* Of a leaf one level up, whether or not the architecture has such leaves. */
#define PMD_SHIFT (sim_current_pte.pmd_shift)
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))
#define PUD_SHIFT (sim_current_pte.pud_shift)
#define PUD_SIZE (1UL << PUD_SHIFT)
#define PUD_MASK (~(PUD_SIZE - 1))
#define PMD_ORDER (PMD_SHIFT - PAGE_SHIFT)
#define PUD_ORDER (PUD_SHIFT - PAGE_SHIFT)
#define HPAGE_PMD_SHIFT PMD_SHIFT
#define HPAGE_PMD_SIZE PMD_SIZE
#define HPAGE_PMD_NR (1 << PMD_ORDER)
#define HPAGE_PMD_ORDER PMD_ORDER

#define PFN_ALIGN(x) PAGE_ALIGN(x)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))

static inline int get_order(unsigned long size)
{
	return order_base_2(PFN_UP(size));
}

static inline pfn_t pfn_to_pfn_t(unsigned long pfn)
{
	return __pfn_to_pfn_t(pfn, 0);
}

static inline pfn_t phys_to_pfn_t(phys_addr_t addr, u64 flags)
{
	return __pfn_to_pfn_t((unsigned long)(addr >> PAGE_SHIFT), flags);
}

static inline phys_addr_t pfn_t_to_phys(pfn_t pfn)
{
	return PFN_PHYS(pfn_t_to_pfn(pfn));
}

/* ------------------------------------------------------------- vmas ------ */

#if TTMSIM_LINUX >= KERNEL_VERSION(6, 3, 0)

/**
 * vm_flags_set - set flags of a vma
 *
 * Holds: mmap_lock for writing; else SIM_WARN in a release that has a lock per vma.
 * Models: include/linux/mm.h, vm_flags_set, 6.12.
 */
SIM_API void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags);

/**
 * vm_flags_clear - clear flags of a vma
 *
 * Holds: as vm_flags_set().
 */
SIM_API void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags);

/**
 * vm_flags_mod - set some flags, then clear some
 *
 * Holds: as vm_flags_set().
 */
SIM_API void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear);

/**
 * vm_flags_reset - replace all flags
 *
 * Holds: as vm_flags_set().
 */
SIM_API void vm_flags_reset(struct vm_area_struct *vma, vm_flags_t flags);

/* Of a vma that nobody else knows yet. */
static inline void vm_flags_init(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags = flags;
}

#endif

/* The last page offset of a vma, and which one is at an address, are in pages. */
#ifndef SIM_VMA_INTERNAL_H
static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}
#endif

static inline bool vma_is_shared_maywrite(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

static inline bool vma_is_accessible(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_ACCESS_FLAGS) != 0;
}

static inline bool range_in_vma(const struct vm_area_struct *vma, unsigned long start,
				unsigned long end)
{
	return vma && vma->vm_start <= start && end <= vma->vm_end;
}

/**
 * vma_lookup - the vma at an address
 *
 * Holds: mmap_lock.
 *
 * Returns: the vma;
 *          NULL where nothing is mapped.
 * Models: include/linux/mm.h, vma_lookup, 6.1.
 */
SIM_API struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr);

/**
 * find_vma_intersection - the first vma that has a byte in [start_addr, end_addr)
 *
 * Holds: mmap_lock.
 *
 * Returns: the vma;
 *          NULL.
 * Models: mm/mmap.c, find_vma_intersection, 6.1.
 */
SIM_API struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
						     unsigned long start_addr,
						     unsigned long end_addr);

/**
 * vma_set_file - another file behind a vma that is being made
 *
 * The vma's reference to its file goes, one to @file is taken.
 * Models: mm/util.c, vma_set_file, 6.1.
 */
SIM_API void vma_set_file(struct vm_area_struct *vma, struct file *file);

/**
 * mmap_read_trylock - take mmap_lock for reading if that is free
 *
 * Returns: true;
 *          false where somebody holds it for writing.
 */
SIM_API bool mmap_read_trylock(struct mm_struct *mm);

/**
 * mmap_assert_locked - SIM_BUG where nobody holds mmap_lock
 *
 * Models: include/linux/mmap_lock.h, mmap_assert_locked, 6.1 (VM_BUG_ON_MM: told here
 * as it is with CONFIG_DEBUG_VM).
 */
SIM_API void mmap_assert_locked(struct mm_struct *mm);

/**
 * mmap_assert_write_locked - SIM_BUG where nobody holds mmap_lock for writing
 */
SIM_API void mmap_assert_write_locked(struct mm_struct *mm);

/**
 * unmap_mapping_pages - unmap_mapping_range() in pages
 * @nr: 0 = to the end
 *
 * Models: mm/memory.c, unmap_mapping_pages, 6.1.
 */
SIM_API void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr,
				 bool even_cows);

struct zap_details;

/**
 * zap_page_range_single - drop the entries of a range of one vma
 * @details: NULL; the kernel's structure is its own
 *
 * Holds: mmap_lock.
 * Models: mm/memory.c, zap_page_range_single, 6.1.
 */
SIM_API void zap_page_range_single(struct vm_area_struct *vma, unsigned long address,
				   unsigned long size, struct zap_details *details);

/* ----------------------------------------------------------- faults ------ */

/* Models: include/linux/mm_types.h, fault_flag_allow_retry_first, 6.1. */
static inline bool fault_flag_allow_retry_first(unsigned int flags)
{
	return (flags & FAULT_FLAG_ALLOW_RETRY) && !(flags & FAULT_FLAG_TRIED);
}

/* Models: include/linux/mm.h, vmf_error, 6.12 (6.1 without -EHWPOISON). */
static inline vm_fault_t vmf_error(int err)
{
	if (err == -ENOMEM)
		return VM_FAULT_OOM;
#if TTMSIM_LINUX >= KERNEL_VERSION(6, 3, 0)
	if (err == -EHWPOISON)
		return VM_FAULT_HWPOISON;
#endif
	return VM_FAULT_SIGBUS;
}

#if TTMSIM_LINUX >= KERNEL_VERSION(6, 2, 0)
/* Models: include/linux/mm.h, vmf_fs_error, 6.12. */
static inline vm_fault_t vmf_fs_error(int err)
{
	if (err == 0)
		return VM_FAULT_LOCKED;
	if (err == -EFAULT || err == -EAGAIN)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}
#endif

/* Models: include/linux/mm.h, vm_fault_to_errno, 6.1. */
static inline int vm_fault_to_errno(vm_fault_t vm_fault, int foll_flags)
{
	if (vm_fault & VM_FAULT_OOM)
		return -ENOMEM;
	if (vm_fault & VM_FAULT_HWPOISON)
		return foll_flags & (int)FOLL_HWPOISON ? -EHWPOISON : -EFAULT;
	return vm_fault & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV) ? -EFAULT : 0;
}

/* One flag of a task stands for every signal. */
static inline int signal_pending(struct task_struct *p)
{
	return __atomic_load_n(&p->sim_signal_pending, __ATOMIC_RELAXED);
}

static inline int fatal_signal_pending(struct task_struct *p)
{
	return signal_pending(p);
}

/* ------------------------------------------------------ protections ------ */

/* No kernel address space is modelled: what a shared, writable mapping has. */
#define PAGE_KERNEL vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED)

/**
 * pgprot_device - as pgprot_noncached(), also on arm64, which has a type of its own
 */
static inline pgprot_t pgprot_device(pgprot_t prot)
{
	return pgprot_noncached(prot);
}

/**
 * pgprot_dmacoherent - the protection for memory that a device shares with the CPU
 *
 * Models: include/linux/dma-map-ops.h: pgprot_noncached(); arm, arm64 and riscv have
 * their own, pgprot_writecombine() or the same encoding.
 */
SIM_API pgprot_t pgprot_dmacoherent(pgprot_t prot);

/* Nothing encrypts memory. */
static inline pgprot_t pgprot_decrypted(pgprot_t prot)
{
	return prot;
}

static inline pgprot_t pgprot_encrypted(pgprot_t prot)
{
	return prot;
}

/**
 * pgprot_nx - the protection without execution, where the architecture's kernel has it
 *
 * Models: arch/x86, arch/arm64 (6.1), arch/riscv (6.12); include/linux/pgtable.h: as it is.
 */
SIM_API pgprot_t pgprot_nx(pgprot_t prot);

/* -------------------------------------------------------- insertion ------ */

/**
 * vmf_insert_mixed_mkwrite - vmf_insert_mixed(), writable and dirty at once
 *
 * An entry that is there and has the same pfn becomes writable.
 *
 * Returns: as vmf_insert_mixed().
 * Models: mm/memory.c, vmf_insert_mixed_mkwrite, 5.11 to 6.12.
 */
SIM_API vm_fault_t vmf_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr,
					    pfn_t pfn);

/* Models: include/linux/huge_mm.h, vmf_insert_pfn_pmd, 5.11 to 6.12. */
static inline vm_fault_t vmf_insert_pfn_pmd(struct vm_fault *vmf, pfn_t pfn, bool write)
{
	return vmf_insert_pfn_pmd_prot(vmf, pfn, vmf->vma->vm_page_prot, write);
}

/**
 * vmf_insert_pfn_pud_prot - insert a PUD leaf at the fault's address
 *
 * Returns: as vmf_insert_pfn_pmd_prot().
 * Models: mm/huge_memory.c, vmf_insert_pfn_pud_prot, 5.11 to 6.1.
 */
SIM_API vm_fault_t vmf_insert_pfn_pud_prot(struct vm_fault *vmf, pfn_t pfn, pgprot_t pgprot,
					   bool write);

static inline vm_fault_t vmf_insert_pfn_pud(struct vm_fault *vmf, pfn_t pfn, bool write)
{
	return vmf_insert_pfn_pud_prot(vmf, pfn, vmf->vma->vm_page_prot, write);
}

/**
 * vm_map_pages - insert the pages of a whole mapping, from vma->vm_pgoff on
 * @num: how many pages the object has
 *
 * Returns: 0;
 *          -ENXIO, the mapping begins or ends beyond the object;
 *          as vm_insert_page().
 * Models: mm/memory.c, vm_map_pages, 5.11 to 6.12.
 */
SIM_API int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num);

/**
 * vm_map_pages_zero - the same from the object's first page on
 *
 * Returns: as vm_map_pages().
 */
SIM_API int vm_map_pages_zero(struct vm_area_struct *vma, struct page **pages,
			      unsigned long num);

/* Models: include/linux/mm.h, io_remap_pfn_range, 6.1. */
static inline int io_remap_pfn_range(struct vm_area_struct *vma, unsigned long addr,
				     unsigned long pfn, unsigned long size, pgprot_t prot)
{
	return remap_pfn_range(vma, addr, pfn, size, pgprot_decrypted(prot));
}

/**
 * vm_iomap_memory - map an area of physical memory, from vma->vm_pgoff on
 * @start: bytes, physical; @len: bytes
 *
 * Returns: 0;
 *          -EINVAL, the area wraps, or has no room for the mapping;
 *          as remap_pfn_range().
 * Models: mm/memory.c, vm_iomap_memory, 5.11 to 6.12.
 */
SIM_API int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long len);

/**
 * apply_to_existing_page_range - apply_to_page_range() where there are tables
 *
 * Nothing is allocated; what has no table is passed over.
 *
 * Returns: 0;
 *          -EINVAL, an empty range, or a huge leaf in the way;
 *          what @fn returned, where that was not 0.
 * Models: mm/memory.c, apply_to_existing_page_range, 6.1.
 */
SIM_API int apply_to_existing_page_range(struct mm_struct *mm, unsigned long address,
					 unsigned long size, pte_fn_t fn, void *data);

/* ---------------------------------------------------------- look-up ------ */

/**
 * sim_follow_pte - the level-0 entry at an address, with its lock taken
 *
 * Returns: 0, and pte_unmap_unlock() must follow;
 *          -EINVAL, nothing present there, or a huge leaf.
 * Models: mm/memory.c, follow_pte, 6.1.
 */
SIM_API int sim_follow_pte(struct mm_struct *mm, unsigned long address, pte_t **ptepp,
			   spinlock_t **ptlp);

/**
 * sim_follow_pfn - the pfn at an address of a VM_IO or VM_PFNMAP vma
 *
 * Returns: 0;
 *          -EINVAL, another kind of vma, or nothing is present.
 * Models: mm/memory.c, follow_pfn, 6.1.
 */
SIM_API int sim_follow_pfn(struct vm_area_struct *vma, unsigned long address, unsigned long *pfn);

#if TTMSIM_LINUX < KERNEL_VERSION(6, 10, 0)
static inline int follow_pte(struct mm_struct *mm, unsigned long address, pte_t **ptepp,
			     spinlock_t **ptlp)
{
	return sim_follow_pte(mm, address, ptepp, ptlp);
}

static inline int follow_pfn(struct vm_area_struct *vma, unsigned long address,
			     unsigned long *pfn)
{
	return sim_follow_pfn(vma, address, pfn);
}
#endif

#if TTMSIM_LINUX >= KERNEL_VERSION(6, 12, 0)
/* Models: include/linux/mm.h, struct follow_pfnmap_args, 6.12. */
struct follow_pfnmap_args {
	struct vm_area_struct *vma;	/* in */
	unsigned long address;		/* in */
	spinlock_t *lock;		/* held between start and end */
	pte_t *ptep;
	unsigned long pfn;		/* out: of the page at the address */
	pgprot_t pgprot;
	bool writable;
	bool special;
};

/**
 * follow_pfnmap_start - what a VM_IO or VM_PFNMAP vma has at an address, held still
 *
 * Holds: mmap_lock, or i_mmap_rwsem.
 *
 * Returns: 0, and follow_pfnmap_end() must follow;
 *          -EINVAL, outside the vma, another kind of vma, or nothing is present.
 * Models: mm/memory.c, follow_pfnmap_start, 6.12.
 */
SIM_API int follow_pfnmap_start(struct follow_pfnmap_args *args);

/**
 * follow_pfnmap_end - end of a successful follow_pfnmap_start()
 */
SIM_API void follow_pfnmap_end(struct follow_pfnmap_args *args);
#endif

/**
 * generic_access_phys - an ->access() for mappings of I/O memory
 * @len: at most to the end of the page
 *
 * Returns: @len;
 *          -EINVAL, another kind of vma, nothing present, or a write to what is not
 *          writable;
 *          -ENOMEM.
 * Models: mm/memory.c, generic_access_phys, 6.1 and 6.12.
 */
SIM_API int generic_access_phys(struct vm_area_struct *vma, unsigned long addr, void *buf,
				int len, int write);

/* ---------------------------------------------------------- entries ------ */

/**
 * get_locked_pte - the level-0 entry at an address, its table made where missing
 *
 * Returns: the entry, with *@ptl taken;
 *          NULL, no memory, or a huge leaf is in the way.
 * Models: mm/memory.c, get_locked_pte, 6.1.
 */
SIM_API pte_t *get_locked_pte(struct mm_struct *mm, unsigned long addr, spinlock_t **ptl);

/**
 * pte_offset_map_lock - the level-0 entry at an address, with *@ptlp taken
 * @pmd: ignored: the walk begins at the top
 *
 * Returns: the entry;
 *          NULL, there is no table (before 6.5 that is the caller's to know).
 * Models: mm/pgtable-generic.c, pte_offset_map_lock, 6.12.
 */
SIM_API pte_t *pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr,
				   spinlock_t **ptlp);

/**
 * sim_pte_unmap_unlock - let go of an entry's lock
 */
SIM_API void sim_pte_unmap_unlock(pte_t *ptep, spinlock_t *ptl);

#define pte_unmap_unlock(ptep, ptl) sim_pte_unmap_unlock(ptep, ptl)
#define pte_unmap(ptep) ((void)(ptep))

/**
 * sim_pte_op_current - an operation on a level-0 entry of the current machine
 */
SIM_API pte_t sim_pte_op_current(pte_t pte, enum sim_pte_op_id op);

/**
 * sim_pte_test_current - a test of a level-0 entry of the current machine
 */
SIM_API bool sim_pte_test_current(pte_t pte, enum sim_pte_test_id test);

/* Each changes one property of an entry, as the architecture does. */
#define SIM_PTE_OP(name, op) \
	static inline pte_t name(pte_t pte) \
	{ \
		return sim_pte_op_current(pte, op); \
	}
SIM_PTE_OP(pte_wrprotect, SIM_OP_WRPROTECT)
SIM_PTE_OP(pte_mkdirty, SIM_OP_MKDIRTY)
SIM_PTE_OP(pte_mkclean, SIM_OP_MKCLEAN)
SIM_PTE_OP(pte_mkyoung, SIM_OP_MKYOUNG)
SIM_PTE_OP(pte_mkold, SIM_OP_MKOLD)
SIM_PTE_OP(pte_mkdevmap, SIM_OP_MKDEVMAP)
#if TTMSIM_LINUX >= KERNEL_VERSION(6, 6, 0)
SIM_PTE_OP(pte_mkwrite_novma, SIM_OP_MKWRITE)

static inline pte_t pte_mkwrite(pte_t pte, struct vm_area_struct *vma)
{
	(void)vma;
	return pte_mkwrite_novma(pte);
}
#else
SIM_PTE_OP(pte_mkwrite, SIM_OP_MKWRITE)
#endif
#undef SIM_PTE_OP

static inline int pte_dirty(pte_t pte)
{
	return sim_pte_test_current(pte, SIM_TEST_DIRTY);
}

static inline int pte_young(pte_t pte)
{
	return sim_pte_test_current(pte, SIM_TEST_YOUNG);
}

static inline int pte_devmap(pte_t pte)
{
	return sim_pte_test_current(pte, SIM_TEST_DEVMAP);
}

static inline int pte_same(pte_t a, pte_t b)
{
	return a.pte == b.pte;
}

/**
 * flush_tlb_range - a flush of a range: counted, and over when accesses under way are
 */
SIM_API void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
			     unsigned long end);

static inline void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
	flush_tlb_range(vma, addr, addr + PAGE_SIZE);
}

/* Caches are coherent, as on x86: nothing to do. */
static inline void flush_cache_range(struct vm_area_struct *vma, unsigned long start,
				     unsigned long end)
{
	(void)vma, (void)start, (void)end;
}

static inline void flush_cache_page(struct vm_area_struct *vma, unsigned long addr,
				    unsigned long pfn)
{
	(void)vma, (void)addr, (void)pfn;
}

SIM_END_DECLS

#include <ttmsim/gup_args.h>

#endif
