/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mock_arch.h - an architecture small enough to enumerate: 3 levels of 4
 * entries, so 64 pages of user space, with leaves at pte and pmd level.
 *
 *	level 2 (4 x 64K)	level 1 (4 x 16K)	level 0 (4 x 4K)
 *	| 0 | 1 | 2 | 3 |  -->	| 0 | 1 | 2 | 3 |  -->	| 0 | 1 | 2 | 3 |
 *
 * A flag is one bit, with no rule between bits, so a naive model is one line
 * per operation. Tables take 2 KiB, the least that the arena has a lock for.
 * It has every feature in every release; toggle what should be missing:
 *	machine = sim_machine_create_arch(&mock_arch, &config);
 */
#ifndef SIM_TESTS_PTE_MOCK_ARCH_H
#define SIM_TESTS_PTE_MOCK_ARCH_H

#include "pte/arch/form.h"

enum mock_bit {
	MOCK_P = BIT(0),	/* present */
	MOCK_W = BIT(1),
	MOCK_U = BIT(2),
	MOCK_X = BIT(3),
	MOCK_A = BIT(4),
	MOCK_D = BIT(5),
	MOCK_S = BIT(6),	/* special */
	MOCK_N = BIT(7),	/* PROT_NONE, where P is clear */
	MOCK_L = BIT(8),	/* leaf */
	MOCK_C0 = BIT(9),	/* memory type, 2 bits */
	MOCK_C1 = BIT(10),
};

#define MOCK_NR_FLAGS 11
#define MOCK_FLAGS BITS(0, MOCK_NR_FLAGS - 1)
#define MOCK_CACHE ((uint64_t)MOCK_C0 | MOCK_C1)
#define MOCK_PFN_SHIFT 12
#define MOCK_PFN_MASK BITS(12, 43)
#define MOCK_KEPT ((uint64_t)MOCK_A | MOCK_D | MOCK_S | MOCK_L | MOCK_CACHE)
#define MOCK_NR_PAGES 64

#define MOCK_READ ((uint64_t)MOCK_P | MOCK_U | MOCK_A)
#define MOCK_PROT \
	PROT_MAP((uint64_t)MOCK_N | MOCK_A, MOCK_READ, MOCK_READ | MOCK_X, MOCK_READ | MOCK_X, \
		 MOCK_READ | MOCK_W, MOCK_READ | MOCK_W | MOCK_X)

#define MOCK_FORMAT(pfn_lo) \
	.test = { \
		[SIM_TEST_PRESENT] = TEST_EITHER(MOCK_P, MOCK_P, MOCK_N, MOCK_N), \
		[SIM_TEST_LEAF] = TEST_SET(MOCK_L), \
		[SIM_TEST_PROTNONE] = TEST_IS((uint64_t)MOCK_P | MOCK_N, MOCK_N), \
		[SIM_TEST_WRITE] = TEST_SET(MOCK_W), \
		[SIM_TEST_DIRTY] = TEST_SET(MOCK_D), \
		[SIM_TEST_YOUNG] = TEST_SET(MOCK_A), \
		[SIM_TEST_USER] = TEST_SET(MOCK_U), \
		[SIM_TEST_EXEC] = TEST_SET(MOCK_X), \
		[SIM_TEST_SPECIAL] = TEST_SET(MOCK_S), \
		[SIM_TEST_ACCESS_READ] = TEST_SET((uint64_t)MOCK_P | MOCK_U), \
		[SIM_TEST_ACCESS_WRITE] = TEST_SET((uint64_t)MOCK_P | MOCK_U | MOCK_W), \
		[SIM_TEST_HW_READ] = TEST_SET((uint64_t)MOCK_P | MOCK_U), \
		[SIM_TEST_HW_WRITE] = TEST_SET((uint64_t)MOCK_P | MOCK_U | MOCK_W), \
	}, \
	.op = { \
		[SIM_OP_MKWRITE] = OP_SET(MOCK_W), \
		[SIM_OP_WRPROTECT] = OP_CLEAR(MOCK_W), \
		[SIM_OP_MKDIRTY] = OP_SET(MOCK_D), \
		[SIM_OP_MKCLEAN] = OP_CLEAR(MOCK_D), \
		[SIM_OP_MKYOUNG] = OP_SET(MOCK_A), \
		[SIM_OP_MKOLD] = OP_CLEAR(MOCK_A), \
		[SIM_OP_MKSPECIAL] = OP_SET(MOCK_S), \
		[SIM_OP_MKLEAF] = OP_SET(MOCK_L), \
		[SIM_OP_HW_LOAD] = OP_SET(MOCK_A), \
		[SIM_OP_HW_STORE] = OP_SET((uint64_t)MOCK_A | MOCK_D), \
		[SIM_OP_WRITECOMBINE] = OP_REPLACE(MOCK_CACHE, MOCK_C0), \
		[SIM_OP_NONCACHED] = OP_REPLACE(MOCK_CACHE, MOCK_C1), \
	}, \
	.pfn_mask = BITS(pfn_lo, 43), \
	.pfn_shift = MOCK_PFN_SHIFT, \
	.chg_mask = MOCK_PFN_MASK | MOCK_KEPT, \
	.cache_mask = MOCK_CACHE, \
	.cache = { 0, MOCK_C0, MOCK_C1, MOCK_CACHE }, \
	.prot = MOCK_PROT, \
	.field = { \
		{ "P", 0, 1, "present" }, { "W", 1, 1, "writable" }, { "U", 2, 1, "user" }, \
		{ "X", 3, 1, "executable" }, { "A", 4, 1, "accessed" }, { "D", 5, 1, "dirty" }, \
		{ "S", 6, 1, "special" }, { "N", 7, 1, "PROT_NONE" }, { "L", 8, 1, "leaf" }, \
		{ "C", 9, 2, "memory type" }, { "PFN", pfn_lo, 44 - (pfn_lo), "page frame" }, \
	}

static const struct sim_entry_format mock_pte = { MOCK_FORMAT(12) };
static const struct sim_entry_format mock_pmd = { MOCK_FORMAT(14) };

static const struct sim_arch_feature mock_feature[] = {
	{ SIM_FEAT_PTE_SPECIAL, 0, 0 },
	{ SIM_FEAT_FAST_GUP, 0, 0 },
	{ SIM_FEAT_PMD_LEAF, 0, 0 },
	{ SIM_FEAT_PMD_SPECIAL, 0, 0 },
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0 },
	{ SIM_FEAT_IOREMAP_PROT, 0, 0 },
	{ SIM_FEAT_NUMA_BALANCING, 0, 0 },
	SIM_ARCH_FEATURES_END
};

#define MOCK_TABLE .table_set = MOCK_P, .table_addr_mask = BITS(11, 43)

static const struct sim_arch mock_arch = {
	.name = "mock",
	.title = "3 levels of 4 entries, for tests",
	.source = "none",
	.page_shift = 12,
	.nr_levels = 3,
	.bits_per_long = 64,
	.task_size = (uint64_t)MOCK_NR_PAGES << 12,
	.mmap_min = 0x1000,
	.ram_start_pfn = 0x100,
	.io_start_pfn = 0x200000,
	.max_phys_bits = 44,
	.ad_rule = SIM_AD_HARDWARE,
	.ttm_caching = { { SIM_TTM_CACHING_FULL, 0 } },
	.level = {
		{ LEVEL("pte", 12, 2, 8, 11) },
		{ LEVEL("pmd", 14, 2, 8, 11), MOCK_TABLE },
		{ LEVEL("pgd", 16, 2, 8, 11), MOCK_TABLE },
	},
	.format = { &mock_pte, &mock_pmd, NULL },
	.feature = mock_feature,
};

#endif
