/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mm_types.h - the structures that page tables, vmas, GUP and TTM share, under
 * the kernel's names.
 *
 * Lock letters behind a field: m = mmap_lock, p = page-table lock, i =
 * i_mmap_rwsem, c = constant after creation, a = atomic, d = the driver's.
 * Two letters: either to read, both to write.
 */
#ifndef TTMSIM_MM_TYPES_H
#define TTMSIM_MM_TYPES_H

#include <ttmsim/phys.h>

SIM_BEGIN_DECLS

/* Entries. The value is the entry as the architecture stores it; a 4-byte
 * entry lies in the low half. Pointers to entries are for ptep_get() and
 * set_pte_at() only: what they point at is as wide as the architecture's. */
typedef struct { uint64_t pte; } pte_t;
typedef struct { uint64_t pmd; } pmd_t;
typedef struct { uint64_t pud; } pud_t;
typedef struct { uint64_t p4d; } p4d_t;
typedef struct { uint64_t pgd; } pgd_t;
typedef struct { uint64_t pgprot; } pgprot_t;
typedef struct { uint64_t val; } pfn_t;

#define pgprot_val(x) ((x).pgprot)
#define pte_val(x) ((x).pte)
#define pmd_val(x) ((x).pmd)

/* Flags of a pfn_t, at its top. Models: include/linux/pfn_t.h, 6.1. */
#define PFN_SG_CHAIN (1ULL << 63)
#define PFN_SG_LAST (1ULL << 62)
#define PFN_DEV (1ULL << 61)
#define PFN_MAP (1ULL << 60)
#define PFN_SPECIAL (1ULL << 59)
#define PFN_FLAGS_MASK (31ULL << 59)

static inline pfn_t __pfn_to_pfn_t(unsigned long pfn, uint64_t flags)
{
	pfn_t ret = { pfn | (flags & PFN_FLAGS_MASK) };

	return ret;
}

static inline unsigned long pfn_t_to_pfn(pfn_t pfn)
{
	return (unsigned long)(pfn.val & ~PFN_FLAGS_MASK);
}

/* vma->vm_flags. Models: include/linux/mm.h, 6.1; VM_DENYWRITE as in 5.11. */
#define VM_NONE 0x00000000ul
#define VM_READ 0x00000001ul
#define VM_WRITE 0x00000002ul
#define VM_EXEC 0x00000004ul
#define VM_SHARED 0x00000008ul
#define VM_MAYREAD 0x00000010ul
#define VM_MAYWRITE 0x00000020ul
#define VM_MAYEXEC 0x00000040ul
#define VM_MAYSHARE 0x00000080ul
#define VM_GROWSDOWN 0x00000100ul
#define VM_UFFD_MISSING 0x00000200ul
#define VM_PFNMAP 0x00000400ul
#define VM_DENYWRITE 0x00000800ul
#define VM_UFFD_WP 0x00001000ul
#define VM_LOCKED 0x00002000ul
#define VM_IO 0x00004000ul
#define VM_SEQ_READ 0x00008000ul
#define VM_RAND_READ 0x00010000ul
#define VM_DONTCOPY 0x00020000ul
#define VM_DONTEXPAND 0x00040000ul
#define VM_LOCKONFAULT 0x00080000ul
#define VM_ACCOUNT 0x00100000ul
#define VM_NORESERVE 0x00200000ul
#define VM_HUGETLB 0x00400000ul
#define VM_SYNC 0x00800000ul
#define VM_ARCH_1 0x01000000ul
#define VM_PAT VM_ARCH_1
#define VM_WIPEONFORK 0x02000000ul
#define VM_DONTDUMP 0x04000000ul
#define VM_SOFTDIRTY 0x08000000ul
#define VM_MIXEDMAP 0x10000000ul
#define VM_HUGEPAGE 0x20000000ul
#define VM_NOHUGEPAGE 0x40000000ul
#define VM_MERGEABLE 0x80000000ul

#define VM_ACCESS_FLAGS (VM_READ | VM_WRITE | VM_EXEC)
#define VM_SPECIAL (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)

/**
 * is_cow_mapping - would a write to this mapping make a private copy?
 *
 * True for every MAP_PRIVATE mapping that may ever be written, whatever its
 * protection is now: MAP_PRIVATE leaves VM_MAYWRITE set, so PROT_READ and
 * PROT_NONE ones count. False for MAP_SHARED of a read-only file, which has
 * neither VM_SHARED nor VM_MAYWRITE.
 * Models: include/linux/mm.h, is_cow_mapping, 6.1 (mm/internal.h in 5.11).
 */
static inline bool is_cow_mapping(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/* Fault results. Models: include/linux/mm_types.h, enum vm_fault_reason, 6.1. */
#define VM_FAULT_OOM 0x000001u
#define VM_FAULT_SIGBUS 0x000002u
#define VM_FAULT_MAJOR 0x000004u
#define VM_FAULT_WRITE 0x000008u /* up to 6.1: a write was let through */
#define VM_FAULT_HWPOISON 0x000010u
#define VM_FAULT_SIGSEGV 0x000040u
#define VM_FAULT_NOPAGE 0x000100u
#define VM_FAULT_LOCKED 0x000200u
#define VM_FAULT_RETRY 0x000400u
#define VM_FAULT_FALLBACK 0x000800u
#define VM_FAULT_DONE_COW 0x001000u
#define VM_FAULT_COMPLETED 0x004000u
#define VM_FAULT_ERROR \
	(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON | VM_FAULT_FALLBACK)

/* Models: include/linux/mm_types.h, enum fault_flag, 6.1. */
enum fault_flag {
	FAULT_FLAG_WRITE = 1 << 0,
	FAULT_FLAG_MKWRITE = 1 << 1,
	FAULT_FLAG_ALLOW_RETRY = 1 << 2,
	FAULT_FLAG_RETRY_NOWAIT = 1 << 3,
	FAULT_FLAG_KILLABLE = 1 << 4,
	FAULT_FLAG_TRIED = 1 << 5,
	FAULT_FLAG_USER = 1 << 6,
	FAULT_FLAG_REMOTE = 1 << 7,
	FAULT_FLAG_INSTRUCTION = 1 << 8,
	FAULT_FLAG_INTERRUPTIBLE = 1 << 9,
	FAULT_FLAG_UNSHARE = 1 << 10,
};

#define FAULT_FLAG_DEFAULT \
	(FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE | FAULT_FLAG_INTERRUPTIBLE)

/* Models: include/linux/mm.h, enum page_entry_size, 6.1. */
enum page_entry_size {
	PE_SIZE_PTE = 0,
	PE_SIZE_PMD,
	PE_SIZE_PUD,
};

struct pt_regs;
struct file;
struct anon_vma;
struct mm_struct;
struct vm_area_struct;
struct sim_mmu;
struct sim_vma_node;

/* One fault under way. Models: include/linux/mm.h, struct vm_fault, 6.1. */
struct vm_fault {
	struct vm_area_struct *vma;	/* c: who is asked */
	gfp_t gfp_mask;
	pgoff_t pgoff;			/* page offset in the file, from the address */
	unsigned long address;		/* page-aligned */
	unsigned long real_address;	/* as the access had it */
	unsigned int flags;		/* enum fault_flag */
	pmd_t *pmd;			/* the entries that the walk met, where known */
	pud_t *pud;
	pte_t orig_pte;			/* the entry at the time of the fault */
	struct page *cow_page;		/* ->fault may fill it for a COW fault */
	struct page *page;		/* ->fault returns its page here */
	pte_t *pte;
	spinlock_t *ptl;
	pmd_t orig_pmd;
	void *prealloc_pte;		/* a table made before ->fault is asked */
};

/*
 * What a mapping can do. Any member may be NULL.
 * Models: include/linux/mm.h, struct vm_operations_struct, 6.1.
 */
struct vm_operations_struct {
	/* the vma was copied: fork, split. mmap_lock held for writing */
	void (*open)(struct vm_area_struct *area);
	/* the vma goes: mmap_lock held for writing */
	void (*close)(struct vm_area_struct *area);
	/* may the vma be split at addr? 0 or -errno */
	int (*may_split)(struct vm_area_struct *area, unsigned long addr);
	/* the vma was moved: 0 or -errno */
	int (*mremap)(struct vm_area_struct *area);
	/* may the protection change? 0 or -errno */
	int (*mprotect)(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned long newflags);
	/* nothing is mapped at vmf->address: mmap_lock held for reading */
	vm_fault_t (*fault)(struct vm_fault *vmf);
	/* the same for a leaf of a larger size; VM_FAULT_FALLBACK to decline */
	vm_fault_t (*huge_fault)(struct vm_fault *vmf, enum page_entry_size pe_size);
	/* a page is about to become writable */
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf);
	/* the same where there is no struct page */
	vm_fault_t (*pfn_mkwrite)(struct vm_fault *vmf);
	/* reads or writes for ptrace: bytes done or -errno */
	int (*access)(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
		      int write);
	const char *(*name)(struct vm_area_struct *vma);
	/* Xen's grant mappings: a page for a special pte */
	struct page *(*find_special_page)(struct vm_area_struct *vma, unsigned long addr);
};

/*
 * One mapping of an address space.
 * Models: include/linux/mm_types.h, struct vm_area_struct, 6.1.
 */
struct vm_area_struct {
	unsigned long vm_start;		/* mi */
	unsigned long vm_end;		/* mi: first byte after */
	struct mm_struct *vm_mm;	/* c */
	pgprot_t vm_page_prot;		/* m */
	vm_flags_t vm_flags;		/* mi: VM_* */
	const struct vm_operations_struct *vm_ops; /* m */
	unsigned long vm_pgoff;		/* mi: in pages */
	struct file *vm_file;		/* m: NULL for anonymous memory */
	void *vm_private_data;		/* d */
	struct anon_vma *anon_vma;	/* m: set by the first anonymous fault */
	bool sim_anon_forked;		/* m: anon_vma goes back to a parent's (the kernel: more
					 * than one link in anon_vma_chain) */

	struct vm_area_struct *sim_prev, *sim_next; /* m: in mm->sim_vmas, by address */
	/* mapping->i_mmap, by pgoff (lib/vma/rmap.c); a node of sys/tree.h's RB_ENTRY shape */
	struct {
		struct vm_area_struct *rbe_left, *rbe_right, *rbe_parent;
		int rbe_color;
	} sim_i_mmap;
	unsigned long sim_i_mmap_last;	/* i: largest last pgoff below this node */
};

/* Models: include/linux/mm_types_task.h, 6.1. */
enum {
	MM_FILEPAGES,
	MM_ANONPAGES,
	MM_SWAPENTS,
	MM_SHMEMPAGES,
	NR_MM_COUNTERS
};

/* One address space. Models: include/linux/mm_types.h, struct mm_struct, 6.1. */
struct mm_struct {
	struct sim_machine *sim_machine; /* c */
	const struct sim_mmu *sim_mmu;	/* c: the architecture as this machine has it */
	void *pgd;			/* c: the top table */
	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock;	/* adds a table where no huge leaf could lie */
	struct {
		struct sim_vma_node *root;
		struct sim_vma_node *spare; /* for vmas to come */
		unsigned long nr, nr_nodes; /* vmas; nodes, with the spare ones */
	} sim_vmas;			/* m: by address (lib/vma/vma_tree.c) */
	int map_count;			/* m: number of vmas */
	atomic_t mm_users;		/* who uses the mappings; with the last one they go */
	atomic_t mm_count;		/* who keeps the structure; all of mm_users are one */
	unsigned int write_protect_seq;	/* odd while fork write-protects */
	int has_pinned;			/* a: FOLL_PIN was ever used */
	unsigned long task_size;	/* c */
	unsigned long mmap_base;	/* c: mmap searches from here, down or up */
	unsigned long def_flags;	/* m */
	unsigned long total_vm;		/* m: pages */
	unsigned long locked_vm;	/* m: pages */
	unsigned long data_vm;		/* m: pages, private writable */
	atomic_long_t pinned_vm;
	atomic_long_t pgtables_bytes;
	atomic_long_t rss_stat[NR_MM_COUNTERS];
};

SIM_END_DECLS

#endif
