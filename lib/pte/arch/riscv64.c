/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * riscv64.c - 64-bit RISC-V with Sv39, without Svpbmt.
 *
 * RISC-V privileged spec, 4.4: level 0, 1 (pmd), 2 (pgd). An entry of any level
 * is a leaf where one of R, W and X is set; W without R is reserved, so R or X
 * tell. Without Svpbmt (and before it) there is no memory type in an entry:
 * pgprot_noncached() and pgprot_writecombine() change nothing.
 *
 * Accessed and dirty come by faults (Svade, what the RVA20 and RVA22 profiles
 * ask for).
 */
#include "pte/arch/form.h"

#define V BIT(0)
#define R BIT(1)
#define W BIT(2)
#define X BIT(3)
#define U BIT(4)
#define PROT_NONE BIT(5)	/* GLOBAL, where V is clear */
#define A BIT(6)
#define D BIT(7)
#define SPECIAL BIT(8)
#define DEVMAP BIT(9)

/* pgtable.h, PAGE_*; mm/init.c, protection_map. */
#define OLD_PAGE_NONE PROT_NONE
#define PAGE_NONE (PROT_NONE | R)
#define PAGE_READ (V | A | U | R)
#define PAGE_EXEC (V | A | U | X)
#define PAGE_READ_EXEC (PAGE_READ | X)
#define PAGE_WRITE (PAGE_READ | W)
#define PAGE_WRITE_EXEC (PAGE_READ_EXEC | W)

#define PROT(none) \
	PROT_MAP(none, PAGE_READ, PAGE_EXEC, PAGE_READ_EXEC, PAGE_WRITE, PAGE_WRITE_EXEC)

/* pte_access_permitted is the generic one: present, and writable if asked. */
#define TESTS \
	[SIM_TEST_PRESENT] = TEST_EITHER(V, V, PROT_NONE, PROT_NONE), \
	[SIM_TEST_PROTNONE] = TEST_IS(V | PROT_NONE, PROT_NONE), \
	[SIM_TEST_WRITE] = TEST_SET(W), \
	[SIM_TEST_DIRTY] = TEST_SET(D), \
	[SIM_TEST_YOUNG] = TEST_SET(A), \
	[SIM_TEST_USER] = TEST_SET(U), \
	[SIM_TEST_EXEC] = TEST_SET(X), \
	[SIM_TEST_SPECIAL] = TEST_SET(SPECIAL), \
	[SIM_TEST_DEVMAP] = TEST_SET(DEVMAP), \
	[SIM_TEST_ACCESS_READ] = TEST_EITHER(V, V, PROT_NONE, PROT_NONE), \
	[SIM_TEST_ACCESS_WRITE] = TEST_EITHER(V | W, V | W, PROT_NONE | W, PROT_NONE | W), \
	[SIM_TEST_HW_READ] = TEST_SET(V | U | R | A), \
	[SIM_TEST_HW_WRITE] = TEST_SET(V | U | W | A | D)

#define OPS \
	[SIM_OP_MKWRITE] = OP_SET(W), \
	[SIM_OP_WRPROTECT] = OP_CLEAR(W), \
	[SIM_OP_MKDIRTY] = OP_SET(D), \
	[SIM_OP_MKCLEAN] = OP_CLEAR(D), \
	[SIM_OP_MKYOUNG] = OP_SET(A), \
	[SIM_OP_MKOLD] = OP_CLEAR(A), \
	[SIM_OP_MKSPECIAL] = OP_SET(SPECIAL), \
	[SIM_OP_MKDEVMAP] = OP_SET(DEVMAP)

#define KEPT (~(V | R | W | X | U | PROT_NONE))

/* pte_modify or-s the new protection in whole, so mprotect makes entries young. */
#define MODIFY .chg_mask = KEPT, .chg_or = A | D | SPECIAL | DEVMAP

#define FIELDS(shift) \
	{ { "V", 0, 1, "valid" }, \
	  { "R", 1, 1, "readable" }, \
	  { "W", 2, 1, "writable" }, \
	  { "X", 3, 1, "executable" }, \
	  { "U", 4, 1, "user" }, \
	  { "G", 5, 1, "global; PROT_NONE where V is clear" }, \
	  { "A", 6, 1, "accessed" }, \
	  { "D", 7, 1, "dirty" }, \
	  { "SPECIAL", 8, 1, "no struct page for mm" }, \
	  { "DEVMAP", 9, 1, "ZONE_DEVICE" }, \
	  { "PFN", shift, 54 - (shift), "page frame" } }

static const struct sim_entry_format pte_before_5_14 = {
	MODIFY,
	.test = { TESTS },
	.op = { OPS },
	.pfn_mask = BITS(10, 53),
	.pfn_shift = 10,
	.prot = PROT(OLD_PAGE_NONE),
	.field = FIELDS(10),
};

static const struct sim_entry_format pte = {
	MODIFY,
	.test = { TESTS },
	.op = { OPS },
	.pfn_mask = BITS(10, 53),
	.pfn_shift = 10,
	.prot = PROT(PAGE_NONE),
	.field = FIELDS(10),
};

/* pmd_mkhuge changes nothing: the protection itself makes the leaf. */
static const struct sim_entry_format pmd = {
	MODIFY,
	.test = { TESTS, [SIM_TEST_LEAF] = TEST_EITHER(R, R, X, X) },
	.op = { OPS },
	.pfn_mask = BITS(19, 53),
	.pfn_shift = 10,
	.prot = PROT(PAGE_NONE),
	.field = FIELDS(19),
};

static const struct sim_old_format old_format[] = {
	{ SIM_RELEASE(5, 14), SIM_LEAF_PTE, &pte_before_5_14 },
	{ 0, SIM_LEAF_PTE, NULL },
};

static const struct sim_arch_feature feature[] = {
	{ SIM_FEAT_PTE_SPECIAL, 0, 0 },
	{ SIM_FEAT_FAST_GUP, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_PMD_LEAF, SIM_RELEASE(5, 14), 0 },
	{ SIM_FEAT_PMD_SPECIAL, SIM_RELEASE(6, 18), 0 },
	{ SIM_FEAT_PTE_DEVMAP, SIM_RELEASE(6, 12), SIM_RELEASE(6, 18) },
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0 },
	{ SIM_FEAT_IOREMAP_PROT, SIM_RELEASE(7, 1), 0 },
	{ SIM_FEAT_NUMA_BALANCING, SIM_RELEASE(5, 14), 0 },
	{ SIM_FEAT_PER_VMA_LOCK, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_SECRETMEM, SIM_RELEASE(5, 14), 0 },
	SIM_ARCH_FEATURES_END
};

/* A table's address is in the pfn field: the address shifted right by two. */
#define TABLE .table_set = V, .table_addr_mask = BITS(10, 53), .table_addr_shift = -2

const struct sim_arch sim_arch_riscv64 = {
	.name = "riscv64",
	.aliases = "riscv",
	.title = "RISC-V Sv39, without Svpbmt, accessed and dirty by faults (Svade)",
	.source = "arch/riscv/include/asm/pgtable{,-bits,-64}.h, arch/riscv/mm/init.c; "
		  "6.1 and 6.12",
	.page_shift = 12,
	.nr_levels = 3,
	.bits_per_long = 64,
	.task_size = 1ULL << 38,
	.mmap_min = 0x10000,
	.ram_start_pfn = 0x80000,	/* as QEMU's virt machine */
	.io_start_pfn = 0x400000,	/* its 64-bit PCI window, at 16 GiB */
	.max_phys_bits = 56,
	.ad_rule = SIM_AD_FAULT,
	.ttm_caching = { { SIM_TTM_CACHING_IGNORED, 0 },
			 { SIM_TTM_CACHING_FULL, SIM_RELEASE(7, 1) } },
	.level = {
		{ LEVEL("pte", 12, 9, 8, 12) },
		{ LEVEL("pmd", 21, 9, 8, 12), TABLE },
		{ LEVEL("pgd", 30, 9, 8, 12), TABLE },
	},
	.format = { &pte, &pmd, NULL },
	.old_format = old_format,
	.feature = feature,
};
