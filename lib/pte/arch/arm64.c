/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arm64.c - arm64 with 4K pages and 48-bit virtual addresses.
 *
 * Arm ARM, VMSAv8-64: level 3 descriptors = level 0 here, level 2 = 1 (pmd),
 * level 1 = 2 (pud), level 0 = 3 (pgd).
 *
 * Dirty state (pgtable.h, the table above __check_racy_pte_update):
 *
 *	dirty writable	RDONLY	WRITE	DIRTY (software)
 *	no    no	1	0	0
 *	no    yes	1	1	0	the next store clears RDONLY (DBM)
 *	yes   no	1	0	1
 *	yes   yes	0	1	any
 *
 * so an operation that takes WRITE away first saves a dirty state that only
 * the hardware knew, and one that gives it looks at DIRTY.
 */
#include "pte/arch/form.h"

#define VALID BIT(0)
#define TABLE_BIT BIT(1)	/* clear in a leaf above level 0 */
#define ATTRINDX(n) ((uint64_t)(n) << 2)
#define ATTRINDX_MASK ATTRINDX(7)
#define USER BIT(6)
#define RDONLY BIT(7)
#define SHARED (3ULL << 8)
#define AF BIT(10)
#define NG BIT(11)
#define GP BIT(50)
#define WRITE BIT(51)		/* the hardware's DBM */
#define PXN BIT(53)
#define UXN BIT(54)
#define DIRTY BIT(55)
#define SPECIAL BIT(56)
#define DEVMAP BIT(57)
#define PROT_NONE BIT(58)	/* up to 6.6, where VALID is clear */
#define PO_IDX BITS(60, 62)

/* arch/arm64/include/asm/memory.h, MT_*; 5.11 had more types in front. */
#define MT_NORMAL_NC 2
#define OLD_MT_DEVICE_nGnRnE 4
#define MT_DEVICE_nGnRnE 3

/* pgtable-prot.h, PAGE_*; mm/mmap.c, protection_map without Enhanced PAN. */
#define DEFAULT (VALID | TABLE_BIT | AF | SHARED)
#define PAGE_READONLY_EXEC (DEFAULT | USER | RDONLY | NG | PXN)
#define PAGE_READONLY (PAGE_READONLY_EXEC | UXN)
#define PAGE_SHARED_EXEC (PAGE_READONLY_EXEC | WRITE)
#define PAGE_SHARED (PAGE_READONLY | WRITE)
#define NONE_BITS ((DEFAULT & ~VALID) | RDONLY | NG | PXN | UXN)

#define PROT(page_none) \
	PROT_MAP(page_none, PAGE_READONLY, PAGE_READONLY_EXEC, PAGE_READONLY_EXEC, \
		 PAGE_SHARED, PAGE_SHARED_EXEC)

/* present: VALID, or the mark of an entry that only software sees. */
#define TESTS(none_mark, none_mask, none_value) \
	[SIM_TEST_PRESENT] = TEST_EITHER(VALID, VALID, none_mark, none_mark), \
	[SIM_TEST_PROTNONE] = TEST_IS(none_mask, none_value), \
	[SIM_TEST_WRITE] = TEST_SET(WRITE), \
	[SIM_TEST_DIRTY] = TEST_EITHER(DIRTY, DIRTY, WRITE | RDONLY, WRITE), \
	[SIM_TEST_YOUNG] = TEST_SET(AF), \
	[SIM_TEST_USER] = TEST_SET(USER), \
	[SIM_TEST_EXEC] = TEST_CLEAR(UXN), \
	[SIM_TEST_SPECIAL] = TEST_SET(SPECIAL), \
	[SIM_TEST_DEVMAP] = TEST_SET(DEVMAP), \
	[SIM_TEST_ACCESS_READ] = TEST_SET(VALID | USER), \
	[SIM_TEST_ACCESS_WRITE] = TEST_SET(VALID | USER | WRITE), \
	[SIM_TEST_HW_READ] = TEST_SET(VALID | USER), \
	[SIM_TEST_HW_WRITE] = TEST_EITHER(VALID | USER | WRITE, VALID | USER | WRITE, \
					  VALID | USER | RDONLY, VALID | USER)

#define SAVE_HW_DIRTY STEP_IF(WRITE | RDONLY, WRITE, 0, DIRTY)
#define HW_DIRTY_AGAIN STEP_IF(DIRTY | WRITE, DIRTY | WRITE, RDONLY, 0)

#define OPS(uncached) \
	[SIM_OP_WRPROTECT] = OP_STEPS(SAVE_HW_DIRTY, STEP(WRITE, RDONLY)), \
	[SIM_OP_MKDIRTY] = OP_STEPS(STEP(0, DIRTY), STEP_IF(WRITE, WRITE, RDONLY, 0)), \
	[SIM_OP_MKCLEAN] = OP_REPLACE(DIRTY, RDONLY), \
	[SIM_OP_MKYOUNG] = OP_SET(AF), \
	[SIM_OP_MKOLD] = OP_CLEAR(AF), \
	[SIM_OP_MKSPECIAL] = OP_SET(SPECIAL), \
	[SIM_OP_HW_LOAD] = OP_SET(AF), \
	[SIM_OP_HW_STORE] = OP_STEPS(STEP(0, AF), STEP_IF(WRITE, WRITE, RDONLY, 0)), \
	[SIM_OP_MODIFY_OLD] = OP_STEPS(SAVE_HW_DIRTY), \
	[SIM_OP_WRITECOMBINE] = OP_REPLACE(ATTRINDX_MASK, ATTRINDX(MT_NORMAL_NC) | PXN | UXN), \
	[SIM_OP_NONCACHED] = OP_REPLACE(ATTRINDX_MASK, ATTRINDX(uncached) | PXN | UXN)

/* Older kernels made every entry dirty that they made writable. */
#define OLD_OPS OPS(OLD_MT_DEVICE_nGnRnE), [SIM_OP_MKWRITE] = OP_REPLACE(RDONLY, WRITE)
#define NEW_OPS \
	OPS(MT_DEVICE_nGnRnE), \
	[SIM_OP_MKWRITE] = OP_STEPS(STEP(0, WRITE), HW_DIRTY_AGAIN), \
	[SIM_OP_MODIFY] = OP_STEPS(HW_DIRTY_AGAIN)

#define PTE_DEVMAP [SIM_OP_MKDEVMAP] = OP_SET(DEVMAP | SPECIAL)
#define PMD_DEVMAP [SIM_OP_MKDEVMAP] = OP_SET(DEVMAP)
#define MKLEAF [SIM_OP_MKLEAF] = OP_CLEAR(TABLE_BIT)
#define LEAF(none_mark) \
	[SIM_TEST_LEAF] = TEST_EITHER(VALID | TABLE_BIT, VALID, VALID | none_mark, none_mark)

/* pte_modify takes these from the new protection: the memory type is among them. */
#define REPLACED (USER | PXN | UXN | RDONLY | VALID | WRITE | GP | ATTRINDX_MASK)

#define CACHE(uncached) \
	.cache_mask = ATTRINDX_MASK, \
	.cache = { 0, ATTRINDX(MT_NORMAL_NC), ATTRINDX(uncached), ATTRINDX(uncached) }
#define PFN(shift) .pfn_mask = BITS(shift, 47), .pfn_shift = 12

#define FIELDS(shift, mark, what) \
	{ { "VALID", 0, 1, "the MMU may use it" }, \
	  { "TABLE", 1, 1, "page or table; clear in a block" }, \
	  { "ATTRINDX", 2, 3, "memory type: index into MAIR" }, \
	  { "NS", 5, 1, "non-secure" }, \
	  { "USER", 6, 1, "AP[1]: user access" }, \
	  { "RDONLY", 7, 1, "AP[2]: stores fault, or set dirty where WRITE" }, \
	  { "SH", 8, 2, "shareability" }, \
	  { "AF", 10, 1, "accessed" }, \
	  { "NG", 11, 1, "not global; since 6.12 present where not VALID" }, \
	  { "PFN", shift, 48 - (shift), "page frame" }, \
	  { "GP", 50, 1, "guarded (BTI)" }, \
	  { "WRITE", 51, 1, "writable; the hardware's DBM" }, \
	  { "CONT", 52, 1, "contiguous range" }, \
	  { "PXN", 53, 1, "no privileged execution" }, \
	  { "UXN", 54, 1, "no user execution" }, \
	  { "DIRTY", 55, 1, "dirty, software" }, \
	  { "SPECIAL", 56, 1, "no struct page for mm" }, \
	  { "DEVMAP", 57, 1, "ZONE_DEVICE" }, \
	  { mark, 58, 1, what }, \
	  { "PO_IDX", 60, 3, "permission overlay" } }

/* 5.11 */
static const struct sim_entry_format pte_before_6_1 = {
	PFN(12), CACHE(OLD_MT_DEVICE_nGnRnE),
	.test = { TESTS(PROT_NONE, VALID | PROT_NONE, PROT_NONE) },
	.op = { OLD_OPS, PTE_DEVMAP },
	.chg_mask = ~(REPLACED | PROT_NONE),
	.prot = PROT(NONE_BITS | PROT_NONE),
	.field = FIELDS(12, "PROT_NONE", "present where not VALID"),
};

static const struct sim_entry_format pmd_before_6_1 = {
	PFN(21), CACHE(OLD_MT_DEVICE_nGnRnE),
	.test = { TESTS(PROT_NONE, VALID | PROT_NONE, PROT_NONE), LEAF(PROT_NONE) },
	.op = { OLD_OPS, PMD_DEVMAP, MKLEAF },
	.chg_mask = ~(REPLACED | PROT_NONE),
	.prot = PROT(NONE_BITS | PROT_NONE),
	.field = FIELDS(21, "PROT_NONE", "present where not VALID"),
};

/* 6.1 */
static const struct sim_entry_format pte_before_6_12 = {
	PFN(12), CACHE(MT_DEVICE_nGnRnE),
	.test = { TESTS(PROT_NONE, VALID | PROT_NONE, PROT_NONE) },
	.op = { NEW_OPS, PTE_DEVMAP },
	.chg_mask = ~(REPLACED | PROT_NONE),
	.prot = PROT(NONE_BITS | PROT_NONE),
	.field = FIELDS(12, "PROT_NONE", "present where not VALID"),
};

static const struct sim_entry_format pmd_before_6_12 = {
	PFN(21), CACHE(MT_DEVICE_nGnRnE),
	.test = { TESTS(PROT_NONE, VALID | PROT_NONE, PROT_NONE), LEAF(PROT_NONE) },
	.op = { NEW_OPS, PMD_DEVMAP, MKLEAF },
	.chg_mask = ~(REPLACED | PROT_NONE),
	.prot = PROT(NONE_BITS | PROT_NONE),
	.field = FIELDS(21, "PROT_NONE", "present where not VALID"),
};

/* 6.12: NG doubles as the mark, PROT_NONE is that without USER and with UXN. */
static const struct sim_entry_format pte = {
	PFN(12), CACHE(MT_DEVICE_nGnRnE),
	.test = { TESTS(NG, VALID | NG | USER | UXN, NG | UXN) },
	.op = { NEW_OPS, PTE_DEVMAP },
	.chg_mask = ~(REPLACED | NG | PO_IDX),
	.prot = PROT(NONE_BITS),
	.field = FIELDS(12, "UFFD_WP", "userfaultfd write protection"),
};

static const struct sim_entry_format pmd = {
	PFN(21), CACHE(MT_DEVICE_nGnRnE),
	.test = { TESTS(NG, VALID | NG | USER | UXN, NG | UXN), LEAF(NG) },
	.op = { NEW_OPS, PMD_DEVMAP, MKLEAF },
	.chg_mask = ~(REPLACED | NG | PO_IDX),
	.prot = PROT(NONE_BITS),
	.field = FIELDS(21, "UFFD_WP", "userfaultfd write protection"),
};

static const struct sim_old_format old_format[] = {
	{ SIM_RELEASE(6, 1), SIM_LEAF_PTE, &pte_before_6_1 },
	{ SIM_RELEASE(6, 1), SIM_LEAF_PMD, &pmd_before_6_1 },
	{ SIM_RELEASE(6, 12), SIM_LEAF_PTE, &pte_before_6_12 },
	{ SIM_RELEASE(6, 12), SIM_LEAF_PMD, &pmd_before_6_12 },
	{ 0, SIM_LEAF_PTE, NULL },
};

static const struct sim_arch_feature feature[] = {
	{ SIM_FEAT_PTE_SPECIAL, 0, 0 },
	{ SIM_FEAT_FAST_GUP, 0, 0 },
	{ SIM_FEAT_PMD_LEAF, 0, 0 },
	{ SIM_FEAT_PMD_SPECIAL, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_PTE_DEVMAP, 0, SIM_RELEASE(6, 18) },
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0 },
	{ SIM_FEAT_IOREMAP_PROT, SIM_RELEASE(6, 1), 0 },
	{ SIM_FEAT_NUMA_BALANCING, 0, 0 },
	{ SIM_FEAT_PER_VMA_LOCK, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_SECRETMEM, SIM_RELEASE(5, 14), 0 },
	SIM_ARCH_FEATURES_END
};

/* Table descriptors of user space forbid privileged execution (pgalloc.h). */
#define TABLE .table_set = VALID | TABLE_BIT | BIT(59), .table_addr_mask = BITS(12, 47)

const struct sim_arch sim_arch_arm64 = {
	.name = "arm64",
	.aliases = "aarch64",
	.title = "arm64, 4K pages, 48-bit addresses, hardware AF and DBM",
	.source = "arch/arm64/include/asm/pgtable{,-hwdef,-prot}.h, memory.h, "
		  "arch/arm64/mm/mmap.c; 6.1 and 6.12",
	.page_shift = 12,
	.nr_levels = 4,
	.bits_per_long = 64,
	.task_size = 1ULL << 48,
	.mmap_min = 0x8000,
	.ram_start_pfn = 0x40000,	/* as QEMU's virt machine */
	.io_start_pfn = 0x8000000,	/* its 64-bit PCI window, at 512 GiB */
	.max_phys_bits = 48,
	.ad_rule = SIM_AD_HARDWARE,
	.ttm_caching = { { SIM_TTM_CACHING_FULL, 0 } },
	.level = {
		{ LEVEL("pte", 12, 9, 8, 12) },
		{ LEVEL("pmd", 21, 9, 8, 12), TABLE },
		{ LEVEL("pud", 30, 9, 8, 12), TABLE },
		{ LEVEL("pgd", 39, 9, 8, 12), TABLE },
	},
	.format = { &pte, &pmd, NULL },
	.old_format = old_format,
	.feature = feature,
};
