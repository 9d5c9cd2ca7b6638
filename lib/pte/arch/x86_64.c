/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * x86_64.c - x86-64 with 4-level page tables.
 *
 * Intel SDM vol. 3A, 4.5: PTE = level 0, PDE = 1 (pmd), PDPTE = 2 (pud),
 * PML4E = 3 (pgd).
 *
 * An entry that is not 0 and has P clear holds its pfn inverted (L1TF), so a
 * PROT_NONE entry never names memory that a speculating CPU would read.
 * From 6.6 on a read-only dirty entry has its dirty state in SAVED_DIRTY, since
 * W=0, D=1 means shadow stack; shadow stacks themselves are not modelled.
 */
#include "pte/arch/form.h"

#define P BIT(0)
#define RW BIT(1)
#define US BIT(2)
#define PWT BIT(3)
#define PCD BIT(4)
#define A BIT(5)
#define D BIT(6)
#define PAT BIT(7)		/* of a 4K page; at higher levels the leaf marker: */
#define PSE BIT(7)
#define PROTNONE BIT(8)		/* where P is clear, GLOBAL else */
#define SPECIAL BIT(9)
#define UFFD_WP BIT(10)
#define SOFT_DIRTY BIT(11)
#define PAT_LARGE BIT(12)
#define OLD_DEVMAP BIT(58)
#define NEW_DEVMAP BIT(57)
#define SAVED_DIRTY BIT(58)
#define NX BIT(63)

/* arch/x86/mm/pgprot.c, protection_map; pgtable_types.h, PAGE_*. */
#define PAGE_NONE (A | PROTNONE)
#define PAGE_READONLY_EXEC (P | US | A)
#define PAGE_READONLY (PAGE_READONLY_EXEC | NX)
#define PAGE_SHARED_EXEC (P | RW | US | A)
#define PAGE_SHARED (PAGE_SHARED_EXEC | NX)

#define COMMON_CHG (PCD | PWT | SPECIAL | A | D | SOFT_DIRTY | UFFD_WP)

#define TESTS(devmap) \
	[SIM_TEST_PRESENT] = TEST_EITHER(P, P, PROTNONE, PROTNONE), \
	[SIM_TEST_PROTNONE] = TEST_IS(P | PROTNONE, PROTNONE), \
	[SIM_TEST_WRITE] = TEST_SET(RW), \
	[SIM_TEST_YOUNG] = TEST_SET(A), \
	[SIM_TEST_USER] = TEST_SET(US), \
	[SIM_TEST_EXEC] = TEST_CLEAR(NX), \
	[SIM_TEST_SPECIAL] = TEST_SET(SPECIAL), \
	[SIM_TEST_DEVMAP] = TEST_SET(devmap), \
	[SIM_TEST_SOFT_DIRTY] = TEST_SET(SOFT_DIRTY), \
	[SIM_TEST_ACCESS_READ] = TEST_SET(P | US), \
	[SIM_TEST_ACCESS_WRITE] = TEST_SET(P | US | RW), \
	[SIM_TEST_HW_READ] = TEST_SET(P | US), \
	[SIM_TEST_HW_WRITE] = TEST_SET(P | US | RW)

#define OPS(devmap) \
	[SIM_OP_MKYOUNG] = OP_SET(A), \
	[SIM_OP_MKOLD] = OP_CLEAR(A), \
	[SIM_OP_MKSPECIAL] = OP_SET(SPECIAL), \
	[SIM_OP_MKDEVMAP] = OP_SET(devmap), \
	[SIM_OP_MKSOFT_DIRTY] = OP_SET(SOFT_DIRTY), \
	[SIM_OP_HW_LOAD] = OP_SET(A), \
	[SIM_OP_HW_STORE] = OP_SET(A | D), \
	[SIM_OP_WRITECOMBINE] = OP_SET(PWT), \
	[SIM_OP_NONCACHED] = OP_SET(PCD)

/* pte_dirty and what touches it, up to 6.1 ... */
#define OLD_DIRTY_TEST [SIM_TEST_DIRTY] = TEST_SET(D)
#define OLD_DIRTY_OPS \
	[SIM_OP_MKWRITE] = OP_SET(RW), \
	[SIM_OP_WRPROTECT] = OP_CLEAR(RW), \
	[SIM_OP_MKDIRTY] = OP_SET(D | SOFT_DIRTY), \
	[SIM_OP_MKCLEAN] = OP_CLEAR(D)

/* ... and since 6.6: D never stands in an entry without RW. */
#define TO_SAVED STEP_IF(RW | D, D, D, SAVED_DIRTY)
#define FROM_SAVED STEP_IF(RW | SAVED_DIRTY, RW | SAVED_DIRTY, SAVED_DIRTY, D)
#define NEW_DIRTY_TEST [SIM_TEST_DIRTY] = TEST_EITHER(D, D, SAVED_DIRTY, SAVED_DIRTY)
#define NEW_DIRTY_OPS \
	[SIM_OP_MKWRITE] = OP_STEPS(STEP(0, RW), FROM_SAVED), \
	[SIM_OP_WRPROTECT] = OP_STEPS(STEP(RW, 0), TO_SAVED), \
	[SIM_OP_MKDIRTY] = OP_STEPS(STEP(0, D | SOFT_DIRTY), TO_SAVED), \
	[SIM_OP_MKCLEAN] = OP_CLEAR(D | SAVED_DIRTY), \
	[SIM_OP_MODIFY] = OP_STEPS(TO_SAVED, FROM_SAVED)

/* PAT entries 0 to 3 (arch/x86/mm/pat/memtype.c, pat_init): the PAT bit stays 0. */
#define CACHE { 0, PWT, PCD, PCD | PWT }

#define PROT \
	PROT_MAP(PAGE_NONE, PAGE_READONLY, PAGE_READONLY_EXEC, PAGE_READONLY_EXEC, \
		 PAGE_SHARED, PAGE_SHARED_EXEC)

#define FIELDS_LOW \
	{ "P", 0, 1, "present" }, { "RW", 1, 1, "writable" }, { "US", 2, 1, "user" }, \
	{ "PWT", 3, 1, "memory type, with PCD and PAT" }, { "PCD", 4, 1, "memory type" }, \
	{ "A", 5, 1, "accessed" }, { "D", 6, 1, "dirty" }
#define FIELDS_MIDDLE \
	{ "G", 8, 1, "global; PROTNONE where P is clear" }, \
	{ "SPECIAL", 9, 1, "no struct page for mm" }, \
	{ "UFFD_WP", 10, 1, "userfaultfd write protection" }, \
	{ "SOFT_DIRTY", 11, 1, "dirty since soft-dirty was cleared" }
#define FIELDS_HIGH { "PKEY", 59, 4, "protection key" }, { "NX", 63, 1, "no execution" }
#define OLD_FIELDS { "DEVMAP", 58, 1, "ZONE_DEVICE" }, FIELDS_HIGH
#define NEW_FIELDS \
	{ "DEVMAP", 57, 1, "ZONE_DEVICE" }, \
	{ "SAVED_DIRTY", 58, 1, "dirty, of an entry without RW" }, FIELDS_HIGH

#define PTE_FORMAT \
	.none_ignore = A | D,	/* a Knights Landing erratum sets them in empty entries */ \
	.pfn_mask = BITS(12, 51), \
	.pfn_shift = 12, \
	.pfn_inverted_unless = P, \
	.cache_mask = PWT | PCD | PAT, \
	.cache = CACHE, \
	.prot = PROT

#define HUGE_FORMAT(shift) \
	.none_ignore = A | D, \
	.pfn_mask = BITS(shift, 51), \
	.pfn_shift = 12, \
	.pfn_inverted_unless = P, \
	.cache_mask = PWT | PCD | PAT_LARGE, \
	.cache = CACHE, \
	.prot = PROT

#define PTE_FIELDS(high) \
	{ FIELDS_LOW, { "PAT", 7, 1, "memory type" }, FIELDS_MIDDLE, \
	  { "PFN", 12, 40, "page frame" }, high }
#define HUGE_FIELDS(shift, high) \
	{ FIELDS_LOW, { "PSE", 7, 1, "leaf" }, FIELDS_MIDDLE, \
	  { "PAT", 12, 1, "memory type" }, { "PFN", shift, 52 - (shift), "page frame" }, high }

/* As pmd_leaf and pud_trans_huge have it; pud_leaf alone asks for P too. */
#define LEAF [SIM_TEST_LEAF] = TEST_SET(PSE)
#define MKLEAF [SIM_OP_MKLEAF] = OP_SET(PSE)

static const struct sim_entry_format pte_before_6_6 = {
	PTE_FORMAT,
	.test = { TESTS(OLD_DEVMAP), OLD_DIRTY_TEST },
	.op = { OPS(SPECIAL | OLD_DEVMAP), OLD_DIRTY_OPS },
	.chg_mask = BITS(12, 51) | COMMON_CHG | PAT | OLD_DEVMAP,
	.field = PTE_FIELDS(OLD_FIELDS),
};

static const struct sim_entry_format pmd_before_6_6 = {
	HUGE_FORMAT(21),
	.test = { TESTS(OLD_DEVMAP), OLD_DIRTY_TEST, LEAF },
	.op = { OPS(OLD_DEVMAP), OLD_DIRTY_OPS, MKLEAF },
	.chg_mask = BITS(12, 51) | COMMON_CHG | PSE | OLD_DEVMAP,
	.field = HUGE_FIELDS(21, OLD_FIELDS),
};

static const struct sim_entry_format pud_before_6_6 = {
	HUGE_FORMAT(30),
	.test = { TESTS(OLD_DEVMAP), OLD_DIRTY_TEST, LEAF },
	.op = { OPS(OLD_DEVMAP), OLD_DIRTY_OPS, MKLEAF },
	.chg_mask = BITS(12, 51) | COMMON_CHG | PSE | OLD_DEVMAP,
	.field = HUGE_FIELDS(30, OLD_FIELDS),
};

static const struct sim_entry_format pte = {
	PTE_FORMAT,
	.test = { TESTS(NEW_DEVMAP), NEW_DIRTY_TEST },
	.op = { OPS(SPECIAL | NEW_DEVMAP), NEW_DIRTY_OPS },
	.chg_mask = BITS(12, 51) | COMMON_CHG | PAT | NEW_DEVMAP | SAVED_DIRTY,
	.field = PTE_FIELDS(NEW_FIELDS),
};

static const struct sim_entry_format pmd = {
	HUGE_FORMAT(21),
	.test = { TESTS(NEW_DEVMAP), NEW_DIRTY_TEST, LEAF },
	.op = { OPS(NEW_DEVMAP), NEW_DIRTY_OPS, MKLEAF },
	.chg_mask = BITS(12, 51) | COMMON_CHG | PSE | NEW_DEVMAP | SAVED_DIRTY,
	.field = HUGE_FIELDS(21, NEW_FIELDS),
};

static const struct sim_entry_format pud = {
	HUGE_FORMAT(30),
	.test = { TESTS(NEW_DEVMAP), NEW_DIRTY_TEST, LEAF },
	.op = { OPS(NEW_DEVMAP), NEW_DIRTY_OPS, MKLEAF },
	.chg_mask = BITS(12, 51) | COMMON_CHG | PSE | NEW_DEVMAP | SAVED_DIRTY,
	.field = HUGE_FIELDS(30, NEW_FIELDS),
};

static const struct sim_old_format old_format[] = {
	{ SIM_RELEASE(6, 6), SIM_LEAF_PTE, &pte_before_6_6 },
	{ SIM_RELEASE(6, 6), SIM_LEAF_PMD, &pmd_before_6_6 },
	{ SIM_RELEASE(6, 6), SIM_LEAF_PUD, &pud_before_6_6 },
	{ 0, SIM_LEAF_PTE, NULL },
};

static const struct sim_arch_feature feature[] = {
	{ SIM_FEAT_PTE_SPECIAL, 0, 0 },
	{ SIM_FEAT_FAST_GUP, 0, 0 },
	{ SIM_FEAT_PMD_LEAF, 0, 0 },
	{ SIM_FEAT_PUD_LEAF, 0, 0 },
	{ SIM_FEAT_PMD_SPECIAL, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_PUD_SPECIAL, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_PTE_DEVMAP, 0, SIM_RELEASE(6, 18) },
	{ SIM_FEAT_PAT, 0, 0 },
	{ SIM_FEAT_SOFT_DIRTY, 0, 0 },
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0 },
	{ SIM_FEAT_IOREMAP_PROT, 0, 0 },
	{ SIM_FEAT_NUMA_BALANCING, 0, 0 },
	{ SIM_FEAT_PER_VMA_LOCK, SIM_RELEASE(6, 12), 0 },
	{ SIM_FEAT_SECRETMEM, SIM_RELEASE(5, 14), 0 },
	{ SIM_FEAT_MERGE_VMAS, 0, 0 },
	SIM_ARCH_FEATURES_END
};

/* _PAGE_TABLE */
#define TABLE .table_set = P | RW | US | A | D, .table_addr_mask = BITS(12, 51)

const struct sim_arch sim_arch_x86_64 = {
	.name = "x86_64",
	.aliases = "x86 x86-64 amd64 x64",
	.title = "x86-64, 4 levels, PAT, NX, soft-dirty",
	.source = "arch/x86/include/asm/pgtable{,_types,_64_types,-invert}.h, "
		  "arch/x86/mm/pgprot.c, arch/x86/mm/pat/memtype.c; 6.1 and 6.12",
	.page_shift = 12,
	.nr_levels = 4,
	.bits_per_long = 64,
	.task_size = (1ULL << 47) - 4096,
	.mmap_min = 0x10000,
	.ram_start_pfn = 0x100,		/* the first MiB is left out */
	.io_start_pfn = 0x4000000,	/* a 64-bit BAR at 256 GiB */
	.max_phys_bits = 46,		/* MAX_PHYSMEM_BITS */
	.ad_rule = SIM_AD_HARDWARE,
	.ttm_caching = { { SIM_TTM_CACHING_FULL, 0 } },
	.level = {
		{ LEVEL("pte", 12, 9, 8, 12) },
		{ LEVEL("pmd", 21, 9, 8, 12), TABLE },
		{ LEVEL("pud", 30, 9, 8, 12), TABLE },
		{ LEVEL("pgd", 39, 9, 8, 12), TABLE },
	},
	.format = { &pte, &pmd, &pud },
	.old_format = old_format,
	.feature = feature,
};
