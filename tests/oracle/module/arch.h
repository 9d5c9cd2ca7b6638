/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arch.h - what the kernel's own helpers do not give for each architecture:
 * an entry's bits without its pfn, whether it is PROT_NONE, its memory type, making
 * RAM pages of another memory type, and storing an entry.
 */
#ifndef TTMSIM_ORACLE_ARCH_H
#define TTMSIM_ORACLE_ARCH_H

#include <linux/mm.h>
#include <linux/pgtable.h>

#include "internal.h"

#if defined(CONFIG_UML)

/* Without what is between the kernel and its host: has that been told of the entry? */
#define ORACLE_PFN_MASK (PAGE_MASK | _PAGE_NEWPAGE | _PAGE_NEWPROT)

static inline bool arch_protnone(u64 raw)
{
	return (raw & (_PAGE_PRESENT | _PAGE_PROTNONE)) == _PAGE_PROTNONE;
}

/* The host goes on with what was there before until it is told. */
static inline void arch_set_pte(struct vm_area_struct *vma, unsigned long addr, pte_t *pte,
				pte_t e)
{
	set_pte(pte, e);
	if (oracle_symbols.flush_tlb_page)
		oracle_symbols.flush_tlb_page(vma, addr);
}
#define arch_set_pte arch_set_pte

#elif defined(CONFIG_X86)

#include <asm/set_memory.h>

#define ORACLE_PFN_MASK PTE_PFN_MASK

static inline bool arch_protnone(u64 raw)
{
	return (raw & (_PAGE_PRESENT | _PAGE_PROTNONE)) == _PAGE_PROTNONE;
}

/* In the order of enum page_cache_mode; write-through and write-protected are not ours. */
static inline u32 arch_cache_of(int page_cache_mode)
{
	static const u8 cache[] = { ORACLE_WB, ORACLE_WC, ORACLE_UC_MINUS, ORACLE_UC };

	return (unsigned int)page_cache_mode < ARRAY_SIZE(cache) ? cache[page_cache_mode]
								 : ORACLE_CACHE_UNKNOWN;
}

static inline u32 arch_cache(u64 raw)
{
	if (!oracle_symbols.pgprot2cachemode)
		return ORACLE_CACHE_UNKNOWN;
	return arch_cache_of(oracle_symbols.pgprot2cachemode(__pgprot(raw & _PAGE_CACHE_MASK)));
}

static inline u32 arch_memtype(unsigned long pfn)
{
	if (!oracle_symbols.lookup_memtype)
		return ORACLE_CACHE_UNKNOWN;
	return arch_cache_of(oracle_symbols.lookup_memtype((u64)pfn << PAGE_SHIFT));
}

static inline int arch_set_caching(struct page **pages, int nr, u32 caching)
{
	switch (caching) {
	case ORACLE_WC: return set_pages_array_wc(pages, nr);
	case ORACLE_UC: return set_pages_array_uc(pages, nr);
	default: return 0;
	}
}

static inline void arch_reset_caching(struct page **pages, int nr, u32 caching)
{
	if (caching != ORACLE_WB)
		set_pages_array_wb(pages, nr);
}

/* Does the mapping have a reservation of its own? */
static inline bool arch_is_tracked(unsigned long vm_flags)
{
	return vm_flags & VM_PAT;
}

#define ORACLE_HAS_MEMORY_TYPES

#elif defined(CONFIG_MIPS)

#include <asm/tlbflush.h>

#define ORACLE_PFN_MASK (~((1ULL << _PFN_SHIFT) - 1))

/* No bit of its own: there, but neither readable nor writable. */
static inline bool arch_protnone(u64 raw)
{
	return (raw & (_PAGE_PRESENT | _PAGE_NO_READ | _PAGE_WRITE)) ==
	       (_PAGE_PRESENT | _PAGE_NO_READ);
}

/* On many CPUs write-combining is uncached: then it is called so. */
#define ORACLE_HAS_ENTRY_CACHE
static inline u32 arch_cache(u64 raw)
{
	u64 cache = raw & _CACHE_MASK;

	if (cache == _page_cachable_default)
		return ORACLE_WB;
	if (cache == _CACHE_UNCACHED)
		return ORACLE_UC;
	return cache == boot_cpu_data.writecombine ? ORACLE_WC : ORACLE_CACHE_UNKNOWN;
}

/*
 * set_pte_at() calls what is not for modules: it is for caches with aliases. While
 * the TLB has what was there before, an access tells the entry nothing.
 */
static inline void arch_set_pte(struct vm_area_struct *vma, unsigned long addr, pte_t *pte,
				pte_t e)
{
	set_pte(pte, e);
	flush_tlb_page(vma, addr);
}
#define arch_set_pte arch_set_pte

#else
#error "this architecture has no part in arch.h yet"
#endif

#ifndef arch_set_pte
#define arch_set_pte(vma, addr, pte, e) set_pte_at((vma)->vm_mm, addr, pte, e)
#endif

#ifndef ORACLE_HAS_MEMORY_TYPES

#ifndef ORACLE_HAS_ENTRY_CACHE
/* User-mode Linux: its entries have no bits for it, so this is so by definition. */
static inline u32 arch_cache(u64 raw)
{
	return ORACLE_WB;
}
#endif

/*
 * Only x86 keeps track of memory types (lookup_memtype()). Elsewhere each page is
 * WB by definition, here as in the simulator: that both say so confirms nothing.
 */
static inline u32 arch_memtype(unsigned long pfn)
{
	return ORACLE_WB;
}

static inline int arch_set_caching(struct page **pages, int nr, u32 caching)
{
	return 0;
}

static inline void arch_reset_caching(struct page **pages, int nr, u32 caching)
{
}

static inline bool arch_is_tracked(unsigned long vm_flags)
{
	return false;
}

#endif

#endif
