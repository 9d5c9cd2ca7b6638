/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * names.c - how counters, objects, rules and errors are printed.
 */
#include <string.h>

#include "base/release.h"

static const char *const counter_names[SIM_NR_COUNTERS] = {
	[SIM_CNT_FAULT] = "fault",
	[SIM_CNT_HANDLER] = "handler",
	[SIM_CNT_WALK] = "walk",
	[SIM_CNT_TABLE_ALLOC] = "table_alloc",
	[SIM_CNT_TABLE_FREE] = "table_free",
	[SIM_CNT_LOCK] = "lock",
	[SIM_CNT_PAT_LOOKUP] = "pat_lookup",
	[SIM_CNT_PTE_READ] = "pte_read",
	[SIM_CNT_PTE_WRITE] = "pte_write",
	[SIM_CNT_REF] = "ref",
	[SIM_CNT_MAPCOUNT] = "mapcount",
	[SIM_CNT_TLB_FLUSH] = "tlb_flush",
	[SIM_CNT_PAGE_ALLOC] = "page_alloc",
	[SIM_CNT_PAGE_FREE] = "page_free",
	[SIM_CNT_GUP_FAST] = "gup_fast",
	[SIM_CNT_GUP_SLOW] = "gup_slow",
};

static const char *const object_names[SIM_NR_OBJECTS] = {
	[SIM_OBJ_MISC] = "misc",
	[SIM_OBJ_TASK] = "task",
	[SIM_OBJ_MM] = "mm",
	[SIM_OBJ_VMA] = "vma",
	[SIM_OBJ_ANON_VMA] = "anon_vma",
	[SIM_OBJ_FILE] = "file",
	[SIM_OBJ_TABLE] = "table",
	[SIM_OBJ_PAGE_BYTES] = "page_bytes",
	[SIM_OBJ_PAGE] = "page",
	[SIM_OBJ_MEMTYPE] = "memtype",
	[SIM_OBJ_BO] = "bo",
	[SIM_OBJ_TT] = "tt",
	[SIM_OBJ_RESOURCE] = "resource",
	[SIM_OBJ_HASH] = "hash",
	[SIM_OBJ_CPU] = "cpu",
};

static const char *const rule_names[SIM_NR_RULES] = {
	[SIM_RULE_TTM_MIXEDMAP] = "ttm_mixedmap",
	[SIM_RULE_TTM_REFUSES_COW] = "ttm_refuses_cow",
	[SIM_RULE_TTM_HUGE_FAULT] = "ttm_huge_fault",
	[SIM_RULE_TTM_SETS_PAGE_INDEX] = "ttm_sets_page_index",
	[SIM_RULE_TTM_POPULATE_ERROR_SIGBUS] = "ttm_populate_error_sigbus",
	[SIM_RULE_TTM_DUMMY_PAGE] = "ttm_dummy_page",
	[SIM_RULE_DRM_UNPLUG_UNMAPS] = "drm_unplug_unmaps",
	[SIM_RULE_TTM_ACCESS_CHECKS_BYTES] = "ttm_access_checks_bytes",
	[SIM_RULE_TTM_OWN_VM_OPS] = "ttm_own_vm_ops",
	[SIM_RULE_TTM_PINNED_STAYS] = "ttm_pinned_stays",
	[SIM_RULE_TTM_GEM_MMAP] = "ttm_gem_mmap",
	[SIM_RULE_TTM_NO_DUMMY_RESOURCE] = "ttm_no_dummy_resource",
	[SIM_RULE_TTM_FORCED_PLACEMENT] = "ttm_forced_placement",
	[SIM_RULE_MIXED_TAKES_PROT] = "mixed_takes_prot",
	[SIM_RULE_MIXED_NOT_OK_SIGBUS] = "mixed_not_ok_sigbus",
	[SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT] = "insert_page_checks_refcount",
	[SIM_RULE_MIXED_ZERO_PAGE_SPECIAL] = "mixed_zero_page_special",
	[SIM_RULE_REMAP_TRACKS_FIRST] = "remap_tracks_first",
	[SIM_RULE_REMAP_ZAPS_ON_ERROR] = "remap_zaps_on_error",
	[SIM_RULE_FLAGS_NEED_WRITE_LOCK] = "flags_need_write_lock",
	[SIM_RULE_APPLY_REFUSES_LEAF] = "apply_refuses_leaf",
	[SIM_RULE_MAP_LOCK_REFUSES_LEAF] = "map_lock_refuses_leaf",
	[SIM_RULE_PAT_KNOWS_COW] = "pat_knows_cow",
	[SIM_RULE_FORK_PROTECTS_SHARED_PUD] = "fork_protects_shared_pud",
	[SIM_RULE_HUGE_FAULT_ON_SPECIAL_VMA] = "huge_fault_on_special_vma",
	[SIM_RULE_HUGE_FAULT_SPARES_PFNMAP] = "huge_fault_spares_pfnmap",
	[SIM_RULE_ANON_EXCLUSIVE] = "anon_exclusive",
	[SIM_RULE_FAULT_COMPLETED] = "fault_completed",
	[SIM_RULE_MPROTECT_TRY_WRITABLE] = "mprotect_try_writable",
	[SIM_RULE_MPROTECT_CLEAN_ANON] = "mprotect_clean_anon",
	[SIM_RULE_MPROTECT_LEAF_WRITABLE] = "mprotect_leaf_writable",
	[SIM_RULE_FAULT_WRITE_RESULT] = "fault_write_result",
	[SIM_RULE_FAULT_SANITIZED] = "fault_sanitized",
	[SIM_RULE_UNSHARE_ANY_PAGE] = "unshare_any_page",
	[SIM_RULE_WP_HUGE_SHARED_ONLY] = "wp_huge_shared_only",
	[SIM_RULE_ZAP_CHECKS_MAPPING] = "zap_checks_mapping",
	[SIM_RULE_GUP_FAST_TESTS_LEAF_SPECIAL] = "gup_fast_tests_leaf_special",
	[SIM_RULE_GUP_FAST_RECHECKS_PMD] = "gup_fast_rechecks_pmd",
	[SIM_RULE_GUP_SPECIAL_EEXIST] = "gup_special_eexist",
	[SIM_RULE_GUP_SPECIAL_GET_EFAULT] = "gup_special_get_efault",
	[SIM_RULE_GUP_LONGTERM_FILE] = "gup_longterm_file",
	[SIM_RULE_GUP_ZERO_PAGE_UNPINNED] = "gup_zero_page_unpinned",
	[SIM_RULE_GUP_FOLLOWS_PUD_LEAF] = "gup_follows_pud_leaf",
	[SIM_RULE_GUP_LEAF_BATCH] = "gup_leaf_batch",
	[SIM_RULE_GUP_FAST_FORCE_PROTNONE] = "gup_fast_force_protnone",
	[SIM_RULE_GUP_FAST_NEEDS_MAPPING] = "gup_fast_needs_mapping",
	[SIM_RULE_GUP_LEAF_GRABS_ASKED] = "gup_leaf_grabs_asked",
	[SIM_RULE_GUP_FAST_EOVERFLOW] = "gup_fast_eoverflow",
	[SIM_RULE_GUP_FAST_ONLY_ERRORS] = "gup_fast_only_errors",
	[SIM_RULE_GUP_FAST_ONLY_CHECKS] = "gup_fast_only_checks",
	[SIM_RULE_GUP_PIN_REFUSES_WITH_0] = "gup_pin_refuses_with_0",
	[SIM_RULE_GUP_LONGTERM_UNLOCKS] = "gup_longterm_unlocks",
	[SIM_RULE_GUP_REFUSES_INTERNAL] = "gup_refuses_internal",
	[SIM_RULE_GUP_DUMP_KEEPS_LOCK] = "gup_dump_keeps_lock",
	[SIM_RULE_GUP_NONE_IS_EFAULT] = "gup_none_is_efault",
	[SIM_RULE_GUP_ALWAYS_CHECKS_REFCOUNT] = "gup_always_checks_refcount",
	[SIM_RULE_DIRECT_IO_PINS] = "direct_io_pins",
	[SIM_RULE_DONTUNMAP_ANON_ONLY] = "dontunmap_anon_only",
	[SIM_RULE_DONTUNMAP_SELF_MERGES] = "dontunmap_self_merges",
	[SIM_RULE_DONTUNMAP_ALONE] = "dontunmap_alone",
	[SIM_RULE_MREMAP_ASKS_FIRST] = "mremap_asks_first",
	[SIM_RULE_MADV_POPULATE] = "madv_populate",
	[SIM_RULE_MADV_POPULATE_HOLES] = "madv_populate_holes",
	[SIM_RULE_MADV_DONTNEED_LOCKED] = "madv_dontneed_locked",
	[SIM_RULE_MADV_COLLAPSE] = "madv_collapse",
	[SIM_RULE_MADV_REMOVE_MAYWRITE] = "madv_remove_maywrite",
	[SIM_RULE_MADV_PAGEOUT_KEEPS_YOUNG] = "madv_pageout_keeps_young",
	[SIM_RULE_CLOSE_BLOCKS_MERGE] = "close_blocks_merge",
	[SIM_RULE_MMAP_PREFERS_NEXT] = "mmap_prefers_next",
	[SIM_RULE_MMAP_STACK_NOHUGEPAGE] = "mmap_stack_nohugepage",
	[SIM_RULE_MUNMAP_SPLITS_OFF_REST] = "munmap_splits_off_rest",
	[SIM_RULE_MMAP_KEEPS_UNMAP_ERROR] = "mmap_keeps_unmap_error",
	[SIM_RULE_MREMAP_EXPAND_MERGES] = "mremap_expand_merges",
	[SIM_RULE_MPROTECT_UNACCOUNTS] = "mprotect_unaccounts",
	[SIM_RULE_FORK_OPENS_FIRST] = "fork_opens_first",
	[SIM_RULE_SMAPS_WALKS_PFNMAP] = "smaps_walks_pfnmap",
	[SIM_RULE_UNMAP_FLUSHES_PFNMAP] = "unmap_flushes_pfnmap",
	[SIM_RULE_PAGEMAP_LEAF_EACH] = "pagemap_leaf_each",
};

const char *sim_counter_name(enum sim_counter counter)
{
	return (unsigned int)counter < SIM_NR_COUNTERS ? counter_names[counter] : NULL;
}

const char *sim_object_name(enum sim_object kind)
{
	return (unsigned int)kind < SIM_NR_OBJECTS ? object_names[kind] : NULL;
}

const char *sim_rule_name(enum sim_rule rule)
{
	return (unsigned int)rule < SIM_NR_RULES ? rule_names[rule] : NULL;
}

const char *sim_errno_name(int err)
{
	return err == 512 ? "ERESTARTSYS" : strerrorname_np(err); /* user space never sees that */
}
