/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * s390x.c - 64-bit s390 with the three tables of a default task.
 *
 * z/Architecture Principles of Operation, ch. 3: page table = level 0, segment
 * table = 1 (pmd), region-third table = 2 (pud). exec gives a task an address
 * space of 4 TB whose top is the region-third table (mmu_context.h,
 * init_new_context, 6.1); the kernel adds levels when something is mapped above
 * that (crst_table_upgrade), which is not modelled: task_size ends at 4 TB.
 *
 * An empty pte is 0x400. INVALID and PROTECT, the bits that the hardware
 * looks at, follow from the software bits: INVALID unless readable and young,
 * PROTECT unless writable and dirty, so young and dirty come by faults.
 */
#include "pte/arch/form.h"

#define PRESENT BIT(0)
#define SOFT_DIRTY BIT(1)
#define YOUNG BIT(2)
#define DIRTY BIT(3)
#define READ BIT(4)
#define WRITE BIT(5)
#define SPECIAL BIT(6)
#define NOEXEC BIT(8)
#define PROTECT BIT(9)
#define INVALID BIT(10)

/* Segment table entries have their own bits. */
#define SEG_READ BIT(0)
#define SEG_WRITE BIT(1)
#define SEG_INVALID BIT(5)
#define SEG_NOEXEC BIT(8)
#define SEG_PROTECT BIT(9)
#define SEG_LARGE BIT(10)
#define SEG_YOUNG BIT(12)
#define SEG_DIRTY BIT(13)
#define SEG_SOFT_DIRTY BIT(14)

#define REGION3_TYPE 0x04
#define REGION_LENGTH 0x03
#define REGION_INVALID 0x20

/* pgtable.h, PAGE_* and SEGMENT_*; mm/mmap.c, protection_map. */
#define BASE (PRESENT | INVALID | PROTECT)
#define PAGE_NONE BASE
#define PAGE_RX (BASE | READ)
#define PAGE_RO (PAGE_RX | NOEXEC)
#define PAGE_RWX (PAGE_RX | WRITE)
#define PAGE_RW (PAGE_RWX | NOEXEC)
#define SEGMENT_NONE (SEG_INVALID | SEG_PROTECT)
#define SEGMENT_RX (SEG_PROTECT | SEG_READ)
#define SEGMENT_RO (SEGMENT_RX | SEG_NOEXEC)
#define SEGMENT_RWX (SEG_READ | SEG_WRITE)
#define SEGMENT_RW (SEGMENT_RWX | SEG_NOEXEC)

#define VALID_IF_YOUNG STEP_IF(YOUNG | READ, YOUNG | READ, INVALID, 0)
#define STORE_IF_DIRTY STEP_IF(DIRTY | WRITE, DIRTY | WRITE, PROTECT, 0)

static const struct sim_entry_format pte = {
	.test = {
		[SIM_TEST_PRESENT] = TEST_SET(PRESENT),
		[SIM_TEST_PROTNONE] = TEST_IS(PRESENT | READ, PRESENT),
		[SIM_TEST_WRITE] = TEST_SET(WRITE),
		[SIM_TEST_DIRTY] = TEST_SET(DIRTY),
		[SIM_TEST_YOUNG] = TEST_SET(YOUNG),
		[SIM_TEST_USER] = TEST_ALWAYS, /* user space has tables of its own */
		[SIM_TEST_EXEC] = TEST_CLEAR(NOEXEC),
		[SIM_TEST_SPECIAL] = TEST_SET(SPECIAL),
		[SIM_TEST_SOFT_DIRTY] = TEST_SET(SOFT_DIRTY),
		[SIM_TEST_ACCESS_READ] = TEST_SET(PRESENT), /* the generic test */
		[SIM_TEST_ACCESS_WRITE] = TEST_SET(PRESENT | WRITE),
		[SIM_TEST_HW_READ] = TEST_IS(PRESENT | INVALID, PRESENT),
		[SIM_TEST_HW_WRITE] = TEST_IS(PRESENT | INVALID | PROTECT, PRESENT),
	},
	.op = {
		[SIM_OP_MKWRITE] = OP_STEPS(STEP(0, WRITE), STORE_IF_DIRTY),
		[SIM_OP_WRPROTECT] = OP_REPLACE(WRITE, PROTECT),
		[SIM_OP_MKDIRTY] = OP_STEPS(STEP(0, DIRTY | SOFT_DIRTY), STORE_IF_DIRTY),
		[SIM_OP_MKCLEAN] = OP_REPLACE(DIRTY, PROTECT),
		[SIM_OP_MKYOUNG] = OP_STEPS(STEP(0, YOUNG), VALID_IF_YOUNG),
		[SIM_OP_MKOLD] = OP_REPLACE(YOUNG, INVALID),
		[SIM_OP_MKSPECIAL] = OP_SET(SPECIAL),
		[SIM_OP_MKSOFT_DIRTY] = OP_SET(SOFT_DIRTY),
		/* mk_pte_phys makes every new entry young */
		[SIM_OP_MAKE] = OP_STEPS(STEP(0, YOUNG), VALID_IF_YOUNG),
		[SIM_OP_MODIFY] = OP_STEPS(VALID_IF_YOUNG, STORE_IF_DIRTY),
	},
	.none_value = INVALID,
	.pfn_mask = BITS(12, 63),
	.pfn_shift = 12,
	.chg_mask = BITS(12, 63) | SPECIAL | DIRTY | YOUNG | SOFT_DIRTY,
	.chg_or = SPECIAL | DIRTY | YOUNG | SOFT_DIRTY,
	.prot = PROT_MAP(PAGE_NONE, PAGE_RO, PAGE_RX, PAGE_RX, PAGE_RW, PAGE_RWX),
	.field = {
		{ "PRESENT", 0, 1, "mapped" },
		{ "SOFT_DIRTY", 1, 1, "dirty since soft-dirty was cleared" },
		{ "YOUNG", 2, 1, "accessed" },
		{ "DIRTY", 3, 1, "dirty" },
		{ "READ", 4, 1, "readable; clear is PROT_NONE" },
		{ "WRITE", 5, 1, "writable" },
		{ "SPECIAL", 6, 1, "no struct page for mm" },
		{ "UNUSED", 7, 1, "a KVM guest does not use the page" },
		{ "NOEXEC", 8, 1, "hardware: no execution" },
		{ "PROTECT", 9, 1, "hardware: stores fault" },
		{ "INVALID", 10, 1, "hardware: every access faults" },
		{ "LARGE", 11, 1, "of a hugetlb page" },
		{ "PFN", 12, 52, "page frame" },
	},
};

#define SEG_STORE_IF_DIRTY \
	STEP_IF(SEG_DIRTY | SEG_WRITE, SEG_DIRTY | SEG_WRITE, SEG_PROTECT, 0)
#define SEG_VALID_IF_READ STEP_IF(SEG_READ, SEG_READ, SEG_INVALID, 0)

static const struct sim_entry_format pmd = {
	.test = {
		[SIM_TEST_PRESENT] = TEST_SET(SEG_LARGE), /* of a leaf: not empty */
		[SIM_TEST_LEAF] = TEST_SET(SEG_LARGE),
		[SIM_TEST_PROTNONE] = TEST_IS(SEG_LARGE | SEG_READ, SEG_LARGE),
		[SIM_TEST_WRITE] = TEST_SET(SEG_WRITE),
		[SIM_TEST_DIRTY] = TEST_SET(SEG_DIRTY),
		[SIM_TEST_YOUNG] = TEST_SET(SEG_YOUNG),
		[SIM_TEST_USER] = TEST_ALWAYS,
		[SIM_TEST_EXEC] = TEST_CLEAR(SEG_NOEXEC),
		[SIM_TEST_SOFT_DIRTY] = TEST_SET(SEG_SOFT_DIRTY),
		[SIM_TEST_ACCESS_READ] = TEST_SET(SEG_LARGE),
		[SIM_TEST_ACCESS_WRITE] = TEST_SET(SEG_LARGE | SEG_WRITE),
		[SIM_TEST_HW_READ] = TEST_IS(SEG_LARGE | SEG_INVALID, SEG_LARGE),
		[SIM_TEST_HW_WRITE] = TEST_IS(SEG_LARGE | SEG_INVALID | SEG_PROTECT, SEG_LARGE),
	},
	.op = {
		[SIM_OP_MKWRITE] = OP_STEPS(STEP(0, SEG_WRITE), SEG_STORE_IF_DIRTY),
		[SIM_OP_WRPROTECT] = OP_REPLACE(SEG_WRITE, SEG_PROTECT),
		[SIM_OP_MKDIRTY] = OP_STEPS(STEP(0, SEG_DIRTY | SEG_SOFT_DIRTY),
					    SEG_STORE_IF_DIRTY),
		[SIM_OP_MKCLEAN] = OP_REPLACE(SEG_DIRTY, SEG_PROTECT),
		[SIM_OP_MKYOUNG] = OP_STEPS(STEP(0, SEG_YOUNG), SEG_VALID_IF_READ),
		[SIM_OP_MKOLD] = OP_REPLACE(SEG_YOUNG, SEG_INVALID),
		[SIM_OP_MKSOFT_DIRTY] = OP_SET(SEG_SOFT_DIRTY),
		[SIM_OP_MKLEAF] = OP_SET(SEG_LARGE | SEG_YOUNG | SEG_PROTECT),
		/* pmd_modify: PROTECT and INVALID anew from dirty and young */
		[SIM_OP_MODIFY] = OP_STEPS(SEG_STORE_IF_DIRTY,
					   STEP_IF(SEG_DIRTY, 0, 0, SEG_PROTECT),
					   STEP_IF(SEG_YOUNG, 0, 0, SEG_INVALID)),
	},
	.none_value = SEG_INVALID,
	.pfn_mask = BITS(20, 63),
	.pfn_shift = 12,
	.chg_mask = BITS(20, 63) | SEG_DIRTY | SEG_YOUNG | SEG_LARGE | SEG_SOFT_DIRTY,
	.prot = PROT_MAP(SEGMENT_NONE, SEGMENT_RO, SEGMENT_RX, SEGMENT_RX, SEGMENT_RW,
			 SEGMENT_RWX),
	.field = {
		{ "READ", 0, 1, "readable; clear is PROT_NONE" },
		{ "WRITE", 1, 1, "writable" },
		{ "TT", 2, 2, "table type: 0, segment" },
		{ "INVALID", 5, 1, "hardware: every access faults" },
		{ "NOEXEC", 8, 1, "hardware: no execution" },
		{ "PROTECT", 9, 1, "hardware: stores fault" },
		{ "LARGE", 10, 1, "leaf" },
		{ "YOUNG", 12, 1, "accessed" },
		{ "DIRTY", 13, 1, "dirty" },
		{ "SOFT_DIRTY", 14, 1, "dirty since soft-dirty was cleared" },
		{ "PFN", 20, 44, "page frame" },
	},
};

static const struct sim_arch_feature feature[] = {
	{ SIM_FEAT_PTE_SPECIAL, 0, 0 },
	{ SIM_FEAT_FAST_GUP, 0, 0 },
	{ SIM_FEAT_PMD_LEAF, 0, 0 },
	{ SIM_FEAT_SOFT_DIRTY, 0, 0 },
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0 },
	{ SIM_FEAT_IOREMAP_PROT, SIM_RELEASE(6, 1), 0 },
	{ SIM_FEAT_NUMA_BALANCING, 0, 0 },
	{ SIM_FEAT_PER_VMA_LOCK, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_SECRETMEM, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_MERGE_VMAS, 0, 0 },
	SIM_ARCH_FEATURES_END
};

const struct sim_arch sim_arch_s390x = {
	.name = "s390x",
	.aliases = "s390",
	.title = "64-bit s390, 3 levels (4 TB), execute protection, PCI without MIO",
	.source = "arch/s390/include/asm/pgtable.h, pgalloc.h, mmu_context.h, "
		  "arch/s390/mm/mmap.c; 6.1 and 6.12",
	.page_shift = 12,
	.nr_levels = 3,
	.bits_per_long = 64,
	.task_size = 1ULL << 42,	/* _REGION2_SIZE */
	.mmap_min = 0x10000,
	.ram_start_pfn = 0x100,		/* the lowcore's MiB is left out */
	.io_start_pfn = 0x4000000,
	.max_phys_bits = 46,		/* MAX_PHYSMEM_BITS */
	.ad_rule = SIM_AD_FAULT,
	.ttm_caching = { { SIM_TTM_CACHING_IGNORED, 0 } },
	.level = {
		{ LEVEL("pte", 12, 8, 8, 11) },
		{ LEVEL("pmd", 20, 11, 8, 14), .none_value = SEG_INVALID,
		  .table_addr_mask = BITS(11, 63) },
		{ LEVEL("pud", 31, 11, 8, 14), .none_value = REGION3_TYPE | REGION_INVALID,
		  .table_set = REGION3_TYPE | REGION_LENGTH, .table_addr_mask = BITS(12, 63) },
	},
	.format = { &pte, &pmd, NULL },
	.feature = feature,
};
