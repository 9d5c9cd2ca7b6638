/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rules.c - what each rule does, in words.
 */
#include "base/release.h"

static const char *const texts[SIM_NR_RULES] = {
	[SIM_RULE_TTM_MIXEDMAP] = "TTM's vmas are VM_MIXEDMAP, not VM_PFNMAP",
	[SIM_RULE_TTM_REFUSES_COW] = "TTM's mmap of a COW mapping is -EINVAL",
	[SIM_RULE_TTM_HUGE_FAULT] = "a TTM fault may map huge leaves (ttm_bo_vm_insert_huge)",
	[SIM_RULE_TTM_SETS_PAGE_INDEX] = "a TTM fault writes page->index",
	[SIM_RULE_TTM_POPULATE_ERROR_SIGBUS] =
		"a TTM fault that cannot get pages is SIGBUS, not OOM",
	[SIM_RULE_TTM_DUMMY_PAGE] = "a mapping of an unplugged device is given a zeroed page",
	[SIM_RULE_TTM_ACCESS_CHECKS_BYTES] =
		"TTM's ->access checks its range to the byte, not to the page",
	[SIM_RULE_TTM_OWN_VM_OPS] = "mmap sets TTM's vm_ops, whatever the driver did",
	[SIM_RULE_TTM_PINNED_STAYS] = "ttm_bo_validate() does not move a pinned object",
	[SIM_RULE_TTM_GEM_MMAP] = "mmap of a TTM file goes by drm_gem_mmap(), not ttm_bo_mmap()",
	[SIM_RULE_TTM_NO_DUMMY_RESOURCE] =
		"a TTM object without memory has no resource, bo->resource is NULL",
	[SIM_RULE_TTM_FORCED_PLACEMENT] =
		"each place of a placement is tried without, then with eviction",
	[SIM_RULE_MIXED_NOT_OK_SIGBUS] =
		"vmf_insert_mixed() of a page that cannot be is SIGBUS, not BUG",
	[SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT] =
		"insertion of a page without references is -EINVAL",
	[SIM_RULE_MIXED_ZERO_PAGE_SPECIAL] = "the zero page in a VM_MIXEDMAP vma is not normal",
	[SIM_RULE_REMAP_TRACKS_FIRST] =
		"remap_pfn_range() sees to the memory type before its checks",
	[SIM_RULE_REMAP_ZAPS_ON_ERROR] =
		"remap_pfn_range() takes its entries away again after an error",
	[SIM_RULE_FLAGS_NEED_WRITE_LOCK] = "vm_flags_set() without mmap_lock for writing is a WARN",
	[SIM_RULE_APPLY_REFUSES_LEAF] = "apply_to_page_range() is -EINVAL on a huge leaf",
	[SIM_RULE_MAP_LOCK_REFUSES_LEAF] =
		"no table of entries where a huge leaf is: an error, not a BUG",
	[SIM_RULE_PAT_KNOWS_COW] =
		"the memory type of a range is not taken from a COWed first page",
	[SIM_RULE_FORK_PROTECTS_SHARED_PUD] =
		"fork copies PUD leaves read-only, shared mappings or not",
	[SIM_RULE_HUGE_FAULT_ON_SPECIAL_VMA] =
		"->huge_fault is asked in VM_PFNMAP and VM_MIXEDMAP vmas",
	[SIM_RULE_HUGE_FAULT_SPARES_PFNMAP] =
		"->huge_fault is asked in VM_PFNMAP vmas whatever the THP policy says",
	[SIM_RULE_ANON_EXCLUSIVE] = "PageAnonExclusive decides whether a page is reused, and pins",
	[SIM_RULE_FAULT_COMPLETED] = "a fault may end with VM_FAULT_COMPLETED",
	[SIM_RULE_MPROTECT_TRY_WRITABLE] = "mprotect() may map pages writable at once",
	[SIM_RULE_MPROTECT_CLEAN_ANON] =
		"mprotect() may map clean exclusive anonymous pages writable at once",
	[SIM_RULE_MPROTECT_LEAF_WRITABLE] = "mprotect() may map huge leaves writable at once",
	[SIM_RULE_FAULT_WRITE_RESULT] = "a fault that broke COW returns VM_FAULT_WRITE",
	[SIM_RULE_FAULT_SANITIZED] = "a write fault that cannot be is a WARN and SIGSEGV",
	[SIM_RULE_UNSHARE_ANY_PAGE] = "FAULT_FLAG_UNSHARE copies pages of every kind",
	[SIM_RULE_WP_HUGE_SHARED_ONLY] = "a write to a leaf asks ->huge_fault in shared vmas only",
	[SIM_RULE_ZAP_CHECKS_MAPPING] =
		"a zap with even_cows = 0 keeps every page of another mapping",
	[SIM_RULE_GUP_FAST_TESTS_LEAF_SPECIAL] = "pmd_special and pud_special stop fast GUP",
	[SIM_RULE_GUP_FAST_RECHECKS_PMD] = "fast GUP reads the pmd again beside the pte",
	[SIM_RULE_GUP_SPECIAL_EEXIST] = "GUP of a special pte with pages wanted is -EEXIST inside",
	[SIM_RULE_GUP_SPECIAL_GET_EFAULT] = "GUP of a special pte with FOLL_GET is -EFAULT at once",
	[SIM_RULE_GUP_LONGTERM_FILE] = "GUP refuses FOLL_LONGTERM writes to file mappings",
	[SIM_RULE_GUP_ZERO_PAGE_UNPINNED] = "FOLL_PIN leaves the zero page's count alone",
	[SIM_RULE_GUP_FOLLOWS_PUD_LEAF] = "slow GUP knows huge leaves of a PUD",
	[SIM_RULE_GUP_LEAF_BATCH] = "slow GUP takes a huge leaf's pages at once",
	[SIM_RULE_GUP_FAST_FORCE_PROTNONE] = "fast GUP with FOLL_FORCE goes past a PROT_NONE entry",
	[SIM_RULE_GUP_FAST_NEEDS_MAPPING] = "a page without mapping stops fast GUP",
	[SIM_RULE_GUP_LEAF_GRABS_ASKED] =
		"references to a huge leaf's pages begin at the page asked for",
	[SIM_RULE_GUP_FAST_EOVERFLOW] = "fast GUP of a range that wraps is -EOVERFLOW, not 0",
	[SIM_RULE_GUP_FAST_ONLY_ERRORS] = "get_user_pages_fast_only() tells errors, not 0",
	[SIM_RULE_GUP_FAST_ONLY_CHECKS] =
		"get_user_pages_fast_only() refuses FOLL_LONGTERM and FOLL_PIN",
	[SIM_RULE_GUP_PIN_REFUSES_WITH_0] =
		"pin_user_pages() answers bad arguments with 0, not -EINVAL",
	[SIM_RULE_GUP_LONGTERM_UNLOCKS] = "fast GUP's fallback retries for FOLL_LONGTERM",
	[SIM_RULE_GUP_ALWAYS_CHECKS_REFCOUNT] =
		"GUP warns of a page without references, taken or not",
	[SIM_RULE_DIRECT_IO_PINS] = "direct I/O takes pins, not references",
	[SIM_RULE_DONTUNMAP_ANON_ONLY] = "MREMAP_DONTUNMAP takes private anonymous memory only",
	[SIM_RULE_DONTUNMAP_SELF_MERGES] =
		"what MREMAP_DONTUNMAP moved may become one vma with what stays",
	[SIM_RULE_DONTUNMAP_ALONE] =
		"beside what stays, nothing that MREMAP_DONTUNMAP moved merges at all",
	[SIM_RULE_MREMAP_ASKS_FIRST] = "mremap() of a hole is -EFAULT before all else",
	[SIM_RULE_MADV_POPULATE] = "MADV_POPULATE_READ and MADV_POPULATE_WRITE exist",
	[SIM_RULE_MADV_POPULATE_HOLES] = "MADV_POPULATE_READ and _WRITE go on behind a hole",
	[SIM_RULE_CLOSE_BLOCKS_MERGE] = "a vma whose vm_ops have ->close never merges",
	[SIM_RULE_MMAP_PREFERS_NEXT] =
		"of a new mapping the next vma decides whether the one before merges too",
	[SIM_RULE_MMAP_STACK_NOHUGEPAGE] = "MAP_STACK sets VM_NOHUGEPAGE",
	[SIM_RULE_MUNMAP_SPLITS_OFF_REST] =
		"where munmap() cuts, the new vma is what stays, not what goes",
	[SIM_RULE_MMAP_KEEPS_UNMAP_ERROR] =
		"MAP_FIXED gives what unmapping failed with, not -ENOMEM",
	[SIM_RULE_MREMAP_EXPAND_MERGES] = "a mapping that grows in place merges with the next vma",
	[SIM_RULE_MPROTECT_UNACCOUNTS] = "VM_ACCOUNT goes with VM_WRITE, before any fault",
	[SIM_RULE_FORK_OPENS_FIRST] = "fork() calls the copy's ->open before it copies entries",
	[SIM_RULE_SMAPS_WALKS_PFNMAP] = "smaps counts private copies in VM_PFNMAP mappings",
	[SIM_RULE_UNMAP_FLUSHES_PFNMAP] =
		"munmap() flushes VM_PFNMAP and VM_MIXEDMAP vmas before they leave i_mmap",
	[SIM_RULE_PAGEMAP_LEAF_EACH] =
		"pagemap looks at the mapcount of each page of a huge leaf, not the first's",
	[SIM_RULE_DRM_UNPLUG_UNMAPS] =
		"drm_dev_unplug() unmaps all that the files of its device map",
	[SIM_RULE_MIXED_TAKES_PROT] = "vmf_insert_mixed_prot() exists",
	[SIM_RULE_GUP_REFUSES_INTERNAL] =
		"GUP refuses flags that only GUP itself sets, and FOLL_GET without pages",
	[SIM_RULE_GUP_DUMP_KEEPS_LOCK] = "get_dump_page() keeps mmap_lock through its faults",
	[SIM_RULE_GUP_NONE_IS_EFAULT] = "GUP that gets no page and no error is a WARN and -EFAULT",
	[SIM_RULE_MADV_DONTNEED_LOCKED] = "MADV_DONTNEED_LOCKED exists",
	[SIM_RULE_MADV_COLLAPSE] = "MADV_COLLAPSE exists",
	[SIM_RULE_MADV_REMOVE_MAYWRITE] = "MADV_REMOVE asks for VM_MAYWRITE, not for VM_WRITE",
	[SIM_RULE_MADV_PAGEOUT_KEEPS_YOUNG] = "MADV_PAGEOUT leaves entries as they are",
};

const char *sim_rule_text(enum sim_rule rule)
{
	return (unsigned int)rule < SIM_NR_RULES ? texts[rule] : NULL;
}
