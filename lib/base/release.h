/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * release.h - a kernel release, as the set of rules that it follows.
 *
 * A rule is named after what it does, so that code asks
 * sim_rule(machine, SIM_RULE_TTM_REFUSES_COW) and never compares numbers.
 * The releases themselves are data: lib/sim/releases.c.
 */
#ifndef SIM_BASE_RELEASE_H
#define SIM_BASE_RELEASE_H

#include <ttmsim/base.h>

enum sim_rule {
	/* TTM: drivers/gpu/drm/ttm/ttm_bo_vm.c */
	SIM_RULE_TTM_MIXEDMAP,		/* vmas are VM_MIXEDMAP, not VM_PFNMAP */
	SIM_RULE_TTM_REFUSES_COW,	/* mmap of a COW mapping is -EINVAL */
	SIM_RULE_TTM_HUGE_FAULT,	/* ttm_bo_vm_insert_huge exists */
	SIM_RULE_TTM_SETS_PAGE_INDEX,	/* fault writes page->index */
	SIM_RULE_TTM_POPULATE_ERROR_SIGBUS, /* not OOM */
	SIM_RULE_TTM_DUMMY_PAGE,	/* an unplugged device maps a zeroed page */
	SIM_RULE_DRM_UNPLUG_UNMAPS,	/* drm_dev_unplug() unmaps all that its files map */
	SIM_RULE_TTM_ACCESS_CHECKS_BYTES, /* ->access: to the byte, not to the page */
	SIM_RULE_TTM_OWN_VM_OPS,	/* mmap sets TTM's vm_ops, whatever the driver did */
	SIM_RULE_TTM_PINNED_STAYS,	/* ttm_bo_validate: no move of a pinned object */
	SIM_RULE_TTM_GEM_MMAP,		/* mmap goes by drm_gem_mmap, not ttm_bo_mmap */
	SIM_RULE_TTM_NO_DUMMY_RESOURCE,	/* an object without memory has no resource */
	SIM_RULE_TTM_FORCED_PLACEMENT,	/* each place without eviction, then each with */
	/* insertion: mm/memory.c, mm/huge_memory.c */
	SIM_RULE_MIXED_TAKES_PROT,	/* vmf_insert_mixed_prot exists */
	SIM_RULE_MIXED_NOT_OK_SIGBUS,	/* vmf_insert_mixed: SIGBUS, not BUG */
	SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT, /* refcount 0 is -EINVAL */
	SIM_RULE_MIXED_ZERO_PAGE_SPECIAL, /* zero page in a VM_MIXEDMAP vma is not normal */
	SIM_RULE_REMAP_TRACKS_FIRST,	/* remap_pfn_range: memory type before the checks */
	SIM_RULE_REMAP_ZAPS_ON_ERROR,	/* ... an error takes its entries away again */
	SIM_RULE_FLAGS_NEED_WRITE_LOCK,	/* vm_flags_set() without mmap_lock for writing: WARN */
	SIM_RULE_APPLY_REFUSES_LEAF,	/* apply_to_page_range: -EINVAL on a huge leaf */
	SIM_RULE_MAP_LOCK_REFUSES_LEAF,	/* no pte table where a huge leaf is: no BUG */
	SIM_RULE_PAT_KNOWS_COW,		/* a COWed first page does not stand for the range */
	SIM_RULE_FORK_PROTECTS_SHARED_PUD, /* copied PUD leaves are read-only, shared or not */
	/* faults: mm/memory.c */
	SIM_RULE_HUGE_FAULT_ON_SPECIAL_VMA, /* THP path asks VM_PFNMAP/MIXEDMAP vmas */
	SIM_RULE_HUGE_FAULT_SPARES_PFNMAP, /* ... whatever the THP policy says of VM_PFNMAP */
	SIM_RULE_ANON_EXCLUSIVE,	/* PageAnonExclusive decides reuse and pins */
	SIM_RULE_FAULT_COMPLETED,	/* VM_FAULT_COMPLETED exists */
	SIM_RULE_MPROTECT_TRY_WRITABLE,	/* mprotect may map writable at once */
	SIM_RULE_MPROTECT_CLEAN_ANON,	/* ... clean exclusive anonymous pages too */
	SIM_RULE_MPROTECT_LEAF_WRITABLE, /* ... huge leaves too */
	SIM_RULE_FAULT_WRITE_RESULT,	/* VM_FAULT_WRITE is returned */
	SIM_RULE_FAULT_SANITIZED,	/* a write fault that cannot be: WARN, SIGSEGV */
	SIM_RULE_UNSHARE_ANY_PAGE,	/* FAULT_FLAG_UNSHARE copies pages of every kind */
	SIM_RULE_WP_HUGE_SHARED_ONLY,	/* huge_fault at a write to a leaf: shared vmas only */
	SIM_RULE_ZAP_CHECKS_MAPPING,	/* even_cows = 0 keeps every page of another mapping */
	/* GUP: mm/gup.c */
	SIM_RULE_GUP_FAST_TESTS_LEAF_SPECIAL, /* pmd_special, pud_special stop it */
	SIM_RULE_GUP_FAST_RECHECKS_PMD,	/* pmd read again beside the pte */
	SIM_RULE_GUP_SPECIAL_EEXIST,	/* a special pte with pages wanted: -EEXIST */
	SIM_RULE_GUP_SPECIAL_GET_EFAULT, /* ... with FOLL_GET: -EFAULT */
	SIM_RULE_GUP_LONGTERM_FILE,	/* longterm writes to file mappings refused */
	SIM_RULE_GUP_ZERO_PAGE_UNPINNED, /* FOLL_PIN leaves the zero page's count alone */
	SIM_RULE_GUP_FOLLOWS_PUD_LEAF,	/* the slow walk knows huge leaves of a PUD */
	SIM_RULE_GUP_LEAF_BATCH,	/* ... and takes a huge leaf's pages at once */
	SIM_RULE_GUP_FAST_FORCE_PROTNONE, /* FOLL_FORCE goes past a PROT_NONE entry */
	SIM_RULE_GUP_FAST_NEEDS_MAPPING, /* a page without mapping stops the fast walk */
	SIM_RULE_GUP_LEAF_GRABS_ASKED,	/* a leaf's references: the first page asked for */
	SIM_RULE_GUP_FAST_EOVERFLOW,	/* a range that wraps is -EOVERFLOW, not 0 */
	SIM_RULE_GUP_FAST_ONLY_ERRORS,	/* get_user_pages_fast_only tells errors, not 0 */
	SIM_RULE_GUP_FAST_ONLY_CHECKS,	/* ... and refuses FOLL_LONGTERM and FOLL_PIN */
	SIM_RULE_GUP_PIN_REFUSES_WITH_0, /* pin_user_pages: bad arguments are 0, not -EINVAL */
	SIM_RULE_GUP_LONGTERM_UNLOCKS,	/* the fast walk's fallback: retries for FOLL_LONGTERM */
	SIM_RULE_GUP_REFUSES_INTERNAL,	/* flags that only GUP sets, or FOLL_GET without pages */
	SIM_RULE_GUP_DUMP_KEEPS_LOCK,	/* get_dump_page: no fault gives mmap_lock up */
	SIM_RULE_GUP_NONE_IS_EFAULT,	/* no page without an error: WARN, -EFAULT */
	SIM_RULE_GUP_ALWAYS_CHECKS_REFCOUNT, /* a page without references: WARN, taken or not */
	SIM_RULE_DIRECT_IO_PINS,	/* direct I/O takes pins, not references */
	/* vmas: mm/mmap.c, mm/mremap.c, mm/madvise.c */
	SIM_RULE_DONTUNMAP_ANON_ONLY,	/* MREMAP_DONTUNMAP: private anonymous only */
	SIM_RULE_DONTUNMAP_SELF_MERGES,	/* ... and the moved one may become one with it */
	SIM_RULE_DONTUNMAP_ALONE,	/* ... beside the old one nothing merges at all */
	SIM_RULE_MREMAP_ASKS_FIRST,	/* mremap: a hole at addr is -EFAULT before all else */
	SIM_RULE_MADV_POPULATE,		/* MADV_POPULATE_READ and _WRITE exist */
	SIM_RULE_MADV_POPULATE_HOLES,	/* ... and go on behind a hole */
	SIM_RULE_MADV_DONTNEED_LOCKED,	/* MADV_DONTNEED_LOCKED exists */
	SIM_RULE_MADV_COLLAPSE,		/* MADV_COLLAPSE exists */
	SIM_RULE_MADV_REMOVE_MAYWRITE,	/* MADV_REMOVE: VM_MAYWRITE suffices, not VM_WRITE */
	SIM_RULE_MADV_PAGEOUT_KEEPS_YOUNG, /* MADV_PAGEOUT leaves entries as they are */
	SIM_RULE_CLOSE_BLOCKS_MERGE,	/* vm_ops->close: never mergeable */
	SIM_RULE_MMAP_PREFERS_NEXT,	/* new mapping: next decides whether prev merges too */
	SIM_RULE_MMAP_STACK_NOHUGEPAGE,	/* MAP_STACK: VM_NOHUGEPAGE */
	SIM_RULE_MUNMAP_SPLITS_OFF_REST, /* the new vma of a cut is what stays, not what goes */
	SIM_RULE_MMAP_KEEPS_UNMAP_ERROR, /* MAP_FIXED: what unmapping failed with, not -ENOMEM */
	SIM_RULE_MREMAP_EXPAND_MERGES,	/* growing in place merges with the next vma */
	SIM_RULE_MPROTECT_UNACCOUNTS,	/* VM_ACCOUNT goes with VM_WRITE, before any fault */
	SIM_RULE_FORK_OPENS_FIRST,	/* ->open of the copy comes before its entries */
	SIM_RULE_SMAPS_WALKS_PFNMAP,	/* smaps counts private copies in VM_PFNMAP mappings */
	SIM_RULE_UNMAP_FLUSHES_PFNMAP,	/* special vmas: a flush of their own, before i_mmap */
	SIM_RULE_PAGEMAP_LEAF_EACH,	/* a huge leaf: each page's mapcount, not the first's */
	SIM_NR_RULES
};

struct sim_release {
	const char *name;	/* "6.1" */
	uint16_t number;	/* SIM_RELEASE(6, 1) */
	const char *source;	/* which tree it was read from */
	bool rules[SIM_NR_RULES]; /* does it follow the rule? */
};

/* "ttm_refuses_cow" and so on; NULL for an unknown rule. */
const char *sim_rule_name(enum sim_rule rule);
/* What a kernel does that follows it, in one line; NULL for an unknown rule. */
const char *sim_rule_text(enum sim_rule rule);

#endif
