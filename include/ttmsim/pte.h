/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pte.h - page tables: entries, memory types, insertion, zap, faults.
 *
 * Glossary. An *entry* is one slot of a table; *level* 0 is the table of
 * leaves ("pte table"), level n points at tables of level n-1. A *leaf* is an
 * entry that maps memory: level 0 always, level 1 (PMD) and 2 (PUD) where the
 * architecture has a leaf marker. `_lg2` marks a log2 value.
 */
#ifndef TTMSIM_PTE_H
#define TTMSIM_PTE_H

#include <ttmsim/arch.h>

SIM_BEGIN_DECLS

/* ------------------------------------------------------- looking at ptes -- */

/* A leaf as read back from a page table. */
struct sim_pte_info {
	int level;		/* enum sim_leaf; where present */
	bool none;		/* nothing there at all */
	bool present, special, write, dirty, young, user, exec, protnone;
	enum sim_cache_mode cache;
	unsigned long pfn;	/* of the page at the address asked about */
	uint64_t raw;		/* the entry as stored */
};

/**
 * sim_pte_lookup - what the page table holds at an address
 *
 * Takes no lock: for tests and transcripts.
 *
 * Returns: 0, also where nothing is mapped (info->none);
 *          -EINVAL where @addr is no user address, or NULL was passed.
 */
SIM_API int sim_pte_lookup(struct mm_struct *mm, unsigned long addr,
			   struct sim_pte_info *info);

/**
 * sim_pte_describe - an entry in words, in one line
 * @text: gets at most @len bytes, ended with 0; may be NULL
 *
 * What is set, then memory type, level and pfn: "present special write young user
 * cache=wc level=pte pfn=0x100"; "none" where nothing is there.
 *
 * Returns: how long the line is, as snprintf();
 *          -EINVAL where NULL was passed for @info, or a level that there is not.
 */
SIM_API int sim_pte_describe(const struct sim_pte_info *info, char *text, size_t len);

/**
 * sim_pte_holds - does an entry say what is expected of it?
 * @expected: words with spaces between them: none present special write dirty young
 *	user exec protnone, each also as !WORD, WORD=0 or WORD=1; cache=wb|wc|uc-|uc,
 *	level=pte|pmd|pud, pfn=NUMBER, raw=NUMBER
 * @word, @len: where not all holds, the first word that does not; must not be NULL
 *
 * Returns: 1, every word holds;
 *          0, *@word does not;
 *          -EINVAL, *@word is not understood, or NULL was passed.
 */
SIM_API int sim_pte_holds(const struct sim_pte_info *info, const char *expected,
			  const char **word, size_t *len);

/**
 * vm_normal_page - the struct page behind a pte, if mm may count it
 * @addr: within @vma
 * @pte: as sim_pte_info.raw holds it
 *
 * Holds: the page-table lock, or a reference that keeps the page.
 *
 * Returns: the page;
 *          NULL where the entry is special, or counts as such.
 * Models: mm/memory.c, vm_normal_page, 5.11 to 6.12, both schemes.
 */
SIM_API struct page *vm_normal_page(struct vm_area_struct *vma, unsigned long addr, pte_t pte);

/**
 * vm_normal_page_pmd - the same for a PMD leaf
 *
 * Returns: the page;
 *          NULL where the leaf is special, or counts as such.
 * Models: mm/memory.c, vm_normal_page_pmd, 5.11 to 6.12.
 */
SIM_API struct page *vm_normal_page_pmd(struct vm_area_struct *vma, unsigned long addr,
					pmd_t pmd);

/* ---------------------------------------------------------- memory types -- */

/**
 * pgprot_writecombine - the protection with its memory type made WC
 *
 * Acts on the current machine. Models: each architecture's pgprot_writecombine,
 * SIM_OP_WRITECOMBINE of its descriptor.
 */
SIM_API pgprot_t pgprot_writecombine(pgprot_t prot);

/**
 * pgprot_noncached - the protection with its memory type made UC (x86: UC-)
 *
 * Acts on the current machine.
 */
SIM_API pgprot_t pgprot_noncached(pgprot_t prot);

/**
 * vm_get_page_prot - the protection for a vma's flags
 *
 * Acts on the current machine.
 * Models: mm/mmap.c, vm_get_page_prot, 6.1.
 */
SIM_API pgprot_t vm_get_page_prot(unsigned long vm_flags);

/**
 * sim_set_memtype_ram - set the memory type of RAM pages, as set_pages_array_wc() does
 *
 * Without SIM_FEAT_PAT it does nothing.
 *
 * Returns: 0;
 *          -EINVAL where a pfn has no struct page.
 * Models: arch/x86/mm/pat/memtype.c, set_page_memtype, 6.1.
 */
SIM_API int sim_set_memtype_ram(struct sim_machine *machine, unsigned long pfn,
				unsigned long nr, enum sim_cache_mode mode);

/**
 * arch_io_reserve_memtype_wc - reserve an I/O range as write-combining
 * @start: bytes, physical
 *
 * Acts on the current machine; without SIM_FEAT_PAT it does nothing.
 *
 * Returns: 0;
 *          -EINVAL, an empty range, or one of RAM and I/O memory mixed;
 *          -EBUSY, what is reserved there is of two types; where it is all of
 *          one, the range takes that type and the call succeeds;
 *          -ENOMEM.
 * Models: arch/x86/mm/pat/memtype.c, arch_io_reserve_memtype_wc, 6.1.
 */
SIM_API int arch_io_reserve_memtype_wc(resource_size_t start, resource_size_t size);

/**
 * arch_io_free_memtype_wc - end a reservation of exactly this range
 *
 * Acts on the current machine; an unknown range is ignored (the kernel prints).
 * Models: arch/x86/mm/pat/memtype.c, arch_io_free_memtype_wc, 6.1.
 */
SIM_API void arch_io_free_memtype_wc(resource_size_t start, resource_size_t size);

/**
 * sim_memtype_lookup - the memory type that insertion would use for a pfn
 *
 * Models: arch/x86/mm/pat/memtype.c, lookup_memtype, 6.1: RAM from its page
 * flags, I/O memory from the reservations, UC- where there is none.
 */
SIM_API enum sim_cache_mode sim_memtype_lookup(struct sim_machine *machine, unsigned long pfn);

/* ------------------------------------------------------------- insertion -- */
/*
 * Unless said otherwise the caller holds mmap_lock for reading and the vma is
 * stable. All act on the vma's machine.
 */

/**
 * vmf_insert_pfn_prot - insert one pfn with a protection of the caller's
 *
 * The four BUGs come first: neither or both of VM_PFNMAP and VM_MIXEDMAP;
 * VM_PFNMAP and is_cow_mapping(); VM_MIXEDMAP and pfn_valid().
 *
 * Returns: VM_FAULT_NOPAGE, inserted, or an entry was there already (it stays);
 *          VM_FAULT_SIGBUS, @addr outside the vma, or the pfn not allowed;
 *          VM_FAULT_OOM, no page table.
 * Models: mm/memory.c, vmf_insert_pfn_prot, 5.11 to 6.12.
 */
SIM_API vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr,
				       unsigned long pfn, pgprot_t pgprot);

/**
 * vmf_insert_pfn - vmf_insert_pfn_prot() with vma->vm_page_prot
 *
 * Returns: as vmf_insert_pfn_prot().
 * Models: mm/memory.c, vmf_insert_pfn, 6.1.
 */
SIM_API vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr,
				  unsigned long pfn);

/* Pfns to insert at one address after the other: one of the three. */
struct sim_pfns {
	const unsigned long *list;	/* these; or, where NULL, */
	struct page *const *pages;	/* those of these pages; or, where NULL, */
	unsigned long first;		/* first, first + 1, ... */
};

/**
 * sim_vmf_insert_pfns_prot - vmf_insert_pfn_prot() on one page after the other
 * @pfns: not changed
 * @nr: in: how many; out: how many were left, the one that failed included
 *
 * One walk and one hold of the lock per table of leaves. Every check is made
 * for every pfn, and the first that fails ends the call with what
 * vmf_insert_pfn_prot() returns for it; those before it stay. The memory type is
 * asked for once per stretch of pfns that have the same: of RAM a block of pages, or
 * each page where a block does not agree; of I/O memory what reservations say. As
 * SIM_CNT_PAT_LOOKUP counts pfns, all counters but those of walks and locks are as the
 * calls one by one leave them.
 *
 * Holds: mmap_lock for reading.
 *
 * Returns: VM_FAULT_NOPAGE, all are inserted, or had an entry already (it stays);
 *          VM_FAULT_SIGBUS, an address outside the vma, or a pfn not allowed;
 *          VM_FAULT_OOM, no page table.
 * Models: no release has it; the kernel's callers loop over
 * mm/memory.c, vmf_insert_pfn_prot, 5.11 to 6.12.
 */
SIM_API vm_fault_t sim_vmf_insert_pfns_prot(struct vm_area_struct *vma, unsigned long addr,
					    const struct sim_pfns *pfns, unsigned long *nr,
					    pgprot_t pgprot);

/**
 * vmf_insert_mixed_prot - insert a pfn, counted where there is no special bit
 *
 * Returns: VM_FAULT_NOPAGE, inserted, or an entry was there already;
 *          VM_FAULT_SIGBUS, outside the vma, not allowed, or not insertable;
 *          VM_FAULT_OOM.
 * Models: mm/memory.c, __vm_insert_mixed, 5.11 to 6.1; offered on newer
 * releases too, where it stands for their vmf_insert_mixed().
 */
SIM_API vm_fault_t vmf_insert_mixed_prot(struct vm_area_struct *vma, unsigned long addr,
					 pfn_t pfn, pgprot_t pgprot);

/**
 * vmf_insert_mixed - vmf_insert_mixed_prot() with vma->vm_page_prot
 *
 * Returns: as vmf_insert_mixed_prot().
 * Models: mm/memory.c, vmf_insert_mixed, 6.1.
 */
SIM_API vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn);

/**
 * vm_insert_page - insert a refcounted page; the vma becomes VM_MIXEDMAP
 *
 * Holds: mmap_lock for writing where the vma is not VM_MIXEDMAP yet (else BUG).
 *
 * Returns: 0;
 *          -EFAULT, @addr outside the vma;
 *          -EINVAL, the page has no reference, is anonymous, or slab;
 *          -EBUSY, an entry is there;
 *          -ENOMEM.
 * Models: mm/memory.c, vm_insert_page, 5.11 to 6.12.
 */
SIM_API int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);

/**
 * vm_insert_pages - insert several refcounted pages
 * @num: in: how many; out: how many were left
 *
 * Returns: as vm_insert_page(), for the first page that failed.
 * Models: mm/memory.c, vm_insert_pages, 6.1.
 */
SIM_API int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr,
			    struct page **pages, unsigned long *num);

/**
 * remap_pfn_range - map a contiguous physical range
 * @size: bytes
 *
 * Holds: mmap_lock for writing (mmap time).
 *
 * Returns: 0;
 *          -EINVAL, unaligned, a partial COW mapping, or a memory-type conflict;
 *          -EACCES, a pfn is not allowed;
 *          -ENOMEM.
 * Models: mm/memory.c, remap_pfn_range, 5.11 to 6.12.
 */
SIM_API int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			    unsigned long size, pgprot_t prot);

typedef int (*pte_fn_t)(pte_t *pte, unsigned long addr, void *data);

/**
 * apply_to_page_range - call a function on every leaf entry of a range
 * @size: bytes
 *
 * Tables are allocated as needed; the page-table lock is held across a table.
 * @fn reads and writes its entry with ptep_get() and set_pte_at().
 *
 * Returns: 0;
 *          -EINVAL, an empty range, or a huge leaf in the way;
 *          -ENOMEM;
 *          what @fn returned, where that was not 0.
 * Models: mm/memory.c, apply_to_page_range, 6.1.
 */
SIM_API int apply_to_page_range(struct mm_struct *mm, unsigned long address, unsigned long size,
				pte_fn_t fn, void *data);

/**
 * vmf_insert_pfn_pmd_prot - insert a PMD leaf at the fault's address
 *
 * Returns: VM_FAULT_NOPAGE, inserted, or an entry was there already;
 *          VM_FAULT_FALLBACK, the architecture has no PMD leaves;
 *          VM_FAULT_SIGBUS, the aligned address lies outside the vma;
 *          VM_FAULT_OOM.
 * Models: mm/huge_memory.c, vmf_insert_pfn_pmd_prot, 5.11 to 6.6 and its
 * successor vmf_insert_pfn_pmd of 6.12 (special bit where there is one).
 */
SIM_API vm_fault_t vmf_insert_pfn_pmd_prot(struct vm_fault *vmf, pfn_t pfn, pgprot_t pgprot,
					   bool write);

/* ----------------------------------------------- entries, by kernel name -- */
/* All act on the current machine (sim_task_switch(), or inside a handler). */

/*
 * What of the current machine is inlined into drivers, as the kernel's helpers are.
 * Nobody but the functions below uses it.
 */
struct sim_current_pte {
	uint64_t upright;	/* a protection with one of these: pfn_pte() is plain */
	uint64_t pfn_mask;
	uint64_t special;	/* what pte_mkspecial() sets */
	uint8_t pfn_shift;
	uint8_t page_shift, pmd_shift, pud_shift; /* sizes of leaves, log2 */
	const struct sim_entry_format *format; /* NULL: there is no current machine */
	/* the address space whose entries, of 8 bytes, apply_to_page_range() lends to a
	 * callback, where nobody listens to events; and the entries stored meanwhile */
	const struct mm_struct *filling;
	uint64_t filled;
};

extern SIM_API __thread struct sim_current_pte sim_current_pte
	__attribute__((tls_model("initial-exec")));

/**
 * sim_set_pte_at - set_pte_at(), never inlined
 *
 * Holds: the page-table lock.
 */
SIM_API void sim_set_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte);

/**
 * ptep_get - read a level-0 entry
 */
SIM_API pte_t ptep_get(pte_t *ptep);

/**
 * set_pte_at - store a level-0 entry
 *
 * Holds: the page-table lock. What a callback of apply_to_page_range() stores is
 * counted when its table is done.
 */
static inline void set_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte)
{
	if (__builtin_expect(sim_current_pte.filling == mm, 1)) {
		__atomic_store_n(&ptep->pte, pte.pte, __ATOMIC_RELEASE);
		sim_current_pte.filled++;
	} else {
		sim_set_pte_at(mm, addr, ptep, pte);
	}
}

/**
 * pfn_pte - an entry that maps @pfn with @prot
 */
static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	const struct sim_entry_format *fmt;
	uint64_t bits = (uint64_t)pfn << sim_current_pte.pfn_shift, e = prot.pgprot;
	pte_t pte = { e | (bits & sim_current_pte.pfn_mask) };

	if (__builtin_expect((e & sim_current_pte.upright) != 0, 1))
		return pte;
	fmt = sim_current_pte.format;
	if (!fmt) {
		pte.pte = 0;
		return pte;
	}
	if (e && fmt->pfn_inverted_unless && !(e & fmt->pfn_inverted_unless))
		pte.pte = e | (~bits & fmt->pfn_mask);
	pte.pte = sim_pte_steps(&fmt->op[SIM_OP_MAKE], pte.pte);
	return pte;
}

/**
 * pte_pfn - the pfn that an entry maps
 */
SIM_API unsigned long pte_pfn(pte_t pte);

/**
 * pte_mkspecial - the entry marked special; the same entry without a special bit
 */
static inline pte_t pte_mkspecial(pte_t pte)
{
	pte.pte |= sim_current_pte.special;
	return pte;
}

/**
 * pte_special - is the entry special? Never, without a special bit
 */
SIM_API int pte_special(pte_t pte);

/**
 * pte_present - does the entry map something (a protnone entry does)?
 */
SIM_API int pte_present(pte_t pte);

/**
 * pte_none - is the entry empty?
 */
SIM_API int pte_none(pte_t pte);

/**
 * pte_write - may the entry be written through?
 */
SIM_API int pte_write(pte_t pte);

/**
 * sim_pte_test - one test of an entry, on an explicit machine and level
 */
SIM_API bool sim_pte_test(const struct sim_machine *machine, enum sim_leaf leaf,
			  enum sim_pte_test_id test, uint64_t entry);

/**
 * sim_pte_op - one operation on an entry, on an explicit machine and level
 *
 * Returns: the new entry.
 */
SIM_API uint64_t sim_pte_op(const struct sim_machine *machine, enum sim_leaf leaf,
			    enum sim_pte_op_id op, uint64_t entry);

/* ------------------------------------------------------- zap and faults --- */

/* When faults may ask ->huge_fault: /sys/kernel/mm/transparent_hugepage/enabled. */
enum sim_thp_policy {
	SIM_THP_ALWAYS,		/* the default, as Debian configures it */
	SIM_THP_MADVISE,	/* only for VM_HUGEPAGE vmas */
	SIM_THP_NEVER,
};

/**
 * zap_vma_ptes - drop the entries of a range of a VM_PFNMAP vma
 *
 * A range that leaves the vma, or a vma without VM_PFNMAP: nothing happens.
 * Holds: mmap_lock.
 * Models: mm/memory.c, zap_vma_ptes, 5.11 to 6.12.
 */
SIM_API void zap_vma_ptes(struct vm_area_struct *vma, unsigned long address,
			  unsigned long size);

/**
 * handle_mm_fault - resolve one fault
 * @address: byte address; @flags: FAULT_FLAG_*
 *
 * Holds: mmap_lock for reading; on VM_FAULT_RETRY and VM_FAULT_COMPLETED it has
 * been dropped, and the vma may be gone. @regs is ignored.
 *
 * Returns: 0, the access is worth another try;
 *          bits of VM_FAULT_*, of which VM_FAULT_ERROR ones are the end of it;
 *          VM_FAULT_SIGSEGV, @address outside the vma;
 *          VM_FAULT_SIGBUS, the machine has crashed.
 * Models: mm/memory.c, handle_mm_fault, 5.11 to 6.12.
 */
SIM_API vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address,
				   unsigned int flags, struct pt_regs *regs);

SIM_END_DECLS

#endif
