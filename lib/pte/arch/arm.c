/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arm.c - 32-bit ARMv7 SMP with short descriptors (2 levels, no LPAE).
 *
 * A pte table is a page: 512 Linux entries of 4 bytes below, room for the 512
 * hardware entries above. A pgd entry is two words, since the hardware's
 * tables have 256 entries: each word points at one half of the upper part.
 *
 *	pgd entry		pte table
 *	| word 0 | ----+	+0	Linux entries (what mm reads and writes)
 *	| word 1 | --+ +---->	+2048	hardware entries 0 .. 255
 *		     +------>	+3072	hardware entries 256 .. 511
 *
 * The hardware half stays empty here: what the MMU would see follows from the
 * Linux entry (SIM_TEST_HW_*), as arch/arm/mm/proc-v7-2level.S,
 * cpu_v7_set_pte_ext derives it at each store.
 *
 * All twelve low bits have a use, so there is no special bit: the one
 * architecture of a large user base where mm goes by vm_pgoff and pfn_valid().
 */
#include "pte/arch/form.h"

#define PRESENT BIT(0)		/* L_PTE_VALID too */
#define YOUNG BIT(1)
#define MT(n) ((uint64_t)(n) << 2)
#define MT_MASK MT(0xf)
#define DIRTY BIT(6)
#define RDONLY BIT(7)
#define USER BIT(8)
#define XN BIT(9)
#define SHARED BIT(10)
#define NONE BIT(11)

#define MT_UNCACHED 0x0
#define MT_BUFFERABLE 0x1
#define MT_WRITEALLOC 0x7

/* pgtable.h, PAGE_* with mm/mmu.c's user_pgprot of an SMP kernel. */
#define DEFAULT (PRESENT | YOUNG | MT(MT_WRITEALLOC) | SHARED)
#define PAGE_NONE (DEFAULT | RDONLY | XN | NONE)
#define PAGE_READONLY_EXEC (DEFAULT | USER | RDONLY)
#define PAGE_READONLY (PAGE_READONLY_EXEC | XN)
#define PAGE_SHARED_EXEC (DEFAULT | USER)
#define PAGE_SHARED (PAGE_SHARED_EXEC | XN)

static const struct sim_entry_format pte = {
	.test = {
		[SIM_TEST_PRESENT] = TEST_SET(PRESENT),
		[SIM_TEST_PROTNONE] = TEST_SET(PRESENT | NONE),
		[SIM_TEST_WRITE] = TEST_CLEAR(RDONLY),
		[SIM_TEST_DIRTY] = TEST_SET(DIRTY),
		[SIM_TEST_YOUNG] = TEST_SET(YOUNG),
		[SIM_TEST_USER] = TEST_SET(USER),
		[SIM_TEST_EXEC] = TEST_CLEAR(XN),
		[SIM_TEST_ACCESS_READ] = TEST_SET(PRESENT | USER),
		[SIM_TEST_ACCESS_WRITE] = TEST_IS(PRESENT | USER | RDONLY, PRESENT | USER),
		[SIM_TEST_HW_READ] = TEST_IS(PRESENT | YOUNG | USER | NONE,
					     PRESENT | YOUNG | USER),
		[SIM_TEST_HW_WRITE] = TEST_IS(PRESENT | YOUNG | USER | NONE | DIRTY | RDONLY,
					      PRESENT | YOUNG | USER | DIRTY),
	},
	.op = {
		[SIM_OP_MKWRITE] = OP_CLEAR(RDONLY),
		[SIM_OP_WRPROTECT] = OP_SET(RDONLY),
		[SIM_OP_MKDIRTY] = OP_SET(DIRTY),
		[SIM_OP_MKCLEAN] = OP_CLEAR(DIRTY),
		[SIM_OP_MKYOUNG] = OP_SET(YOUNG),
		[SIM_OP_MKOLD] = OP_CLEAR(YOUNG),
		[SIM_OP_WRITECOMBINE] = OP_REPLACE(MT_MASK, MT(MT_BUFFERABLE)),
		[SIM_OP_NONCACHED] = OP_REPLACE(MT_MASK, MT(MT_UNCACHED)),
	},
	.pfn_mask = BITS(12, 31),
	.pfn_shift = 12,
	.chg_mask = BITS(0, 31) & ~(XN | RDONLY | USER | NONE | PRESENT),
	.cache_mask = MT_MASK,
	.cache = { MT(MT_WRITEALLOC), MT(MT_BUFFERABLE), MT(MT_UNCACHED), MT(MT_UNCACHED) },
	.prot = PROT_MAP(PAGE_NONE, PAGE_READONLY, PAGE_READONLY_EXEC, PAGE_READONLY_EXEC,
			 PAGE_SHARED, PAGE_SHARED_EXEC),
	.field = {
		{ "PRESENT", 0, 1, "mapped" },
		{ "YOUNG", 1, 1, "accessed" },
		{ "MT", 2, 4, "memory type" },
		{ "DIRTY", 6, 1, "dirty" },
		{ "RDONLY", 7, 1, "not writable" },
		{ "USER", 8, 1, "user access" },
		{ "XN", 9, 1, "no execution" },
		{ "SHARED", 10, 1, "shareable between CPUs" },
		{ "NONE", 11, 1, "PROT_NONE" },
		{ "PFN", 12, 20, "page frame" },
	},
};

static const struct sim_arch_feature feature[] = {
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0 },
	SIM_ARCH_FEATURES_END
};

const struct sim_arch sim_arch_arm = {
	.name = "arm",
	.aliases = "arm32 armhf armel armv7",
	.title = "32-bit ARMv7 SMP, short descriptors (no LPAE)",
	.source = "arch/arm/include/asm/pgtable{,-2level}.h, pgalloc.h, arch/arm/mm/mmu.c, "
		  "proc-v7-2level.S; 6.1 and 6.12",
	.page_shift = 12,
	.nr_levels = 2,
	.bits_per_long = 32,
	.task_size = 0xc0000000ULL - (16ULL << 20), /* PAGE_OFFSET - 16M */
	.mmap_min = 0x8000,
	.ram_start_pfn = 0x40000,
	.io_start_pfn = 0xc0000,
	.max_phys_bits = 32,
	.ad_rule = SIM_AD_FAULT,
	.ttm_caching = { { SIM_TTM_CACHING_FULL, 0 } },
	.level = {
		{ LEVEL("pte", 12, 9, 4, 12) },
		/* _PAGE_USER_TABLE, the address of the hardware half (+2048) in
		 * the lower word and 1024 more in the upper one */
		{ LEVEL("pgd", 21, 11, 8, 14), .table_set = 0x1 | BIT(4) | BIT(5) | 2048,
		  .table_addr_mask = BITS(12, 31), .table_copy_add = 1024 },
	},
	.format = { &pte, NULL, NULL },
	.feature = feature,
};
