/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mips64.c - MIPS64 release 2 without RIXI (5KE class), 4K pages, huge pages.
 *
 * The layout is that of kernels with CONFIG_CPU_HAS_RIXI (CPU_MIPS64_R2 selects
 * it), which run on CPUs without it, too: then the NO_EXEC bit is never set, and
 * NO_READ is one that only software looks at. Debian's 5kc-malta is one of them,
 * and what the running kernel showed is what stands here (docs/oracle.md).
 *
 * The TLB is loaded by software. An entry has two halves: what mm knows
 * (PRESENT, WRITE, ACCESSED, MODIFIED) and what goes to EntryLo (VALID, DIRTY,
 * called silent read and silent write), derived from it: VALID where readable
 * and accessed, DIRTY where writable and modified. The refill handler
 * (arch/mips/mm/tlbex.c, build_pte_present, build_pte_writable,
 * build_make_write) sets both halves without a page fault, so it counts as
 * hardware here.
 *
 * Up to 6.1 pte_modify forgets SPECIAL: its _PAGE_CHG_MASK lacks the bit.
 */
#include "pte/arch/form.h"

#define PRESENT BIT(0)
#define WRITE BIT(1)
#define ACCESSED BIT(2)
#define MODIFIED BIT(3)
#define HUGE BIT(4)
#define SPECIAL BIT(5)
#define NO_READ BIT(7)		/* bit 6: NO_EXEC, of CPUs with RIXI */
#define GLOBAL BIT(8)
#define VALID BIT(9)		/* silent read */
#define DIRTY BIT(10)		/* silent write */
#define CCA(n) ((uint64_t)(n) << 11)

#define UNCACHED CCA(2)
#define CACHABLE CCA(3)		/* noncoherent: Config.K0 as boot loaders set it */

#define PAGE (PRESENT | CACHABLE)

/* mm/cache.c, setup_protection_map with _PAGE_NO_EXEC 0. */
#define PROT \
	{ PAGE | NO_READ, PAGE, PAGE | NO_READ, PAGE, PAGE, PAGE, PAGE, PAGE, \
	  PAGE | NO_READ, PAGE, PAGE | WRITE | NO_READ, PAGE | WRITE, PAGE, PAGE, \
	  PAGE | WRITE, PAGE | WRITE }

/*
 * pte_access_permitted is the generic one: a PROT_NONE entry passes it. A store
 * makes an entry VALID whatever NO_READ says: loads pass from then on.
 */
#define TESTS \
	[SIM_TEST_PRESENT] = TEST_SET(PRESENT), \
	[SIM_TEST_PROTNONE] = TEST_IS(PRESENT | NO_READ | WRITE, PRESENT | NO_READ), \
	[SIM_TEST_WRITE] = TEST_SET(WRITE), \
	[SIM_TEST_DIRTY] = TEST_SET(MODIFIED), \
	[SIM_TEST_YOUNG] = TEST_SET(ACCESSED), \
	[SIM_TEST_USER] = TEST_ALWAYS, \
	[SIM_TEST_EXEC] = TEST_ALWAYS, \
	[SIM_TEST_SPECIAL] = TEST_SET(SPECIAL), \
	[SIM_TEST_ACCESS_READ] = TEST_SET(PRESENT), \
	[SIM_TEST_ACCESS_WRITE] = TEST_SET(PRESENT | WRITE), \
	[SIM_TEST_HW_READ] = TEST_EITHER(VALID, VALID, PRESENT | NO_READ, PRESENT), \
	[SIM_TEST_HW_WRITE] = TEST_SET(PRESENT | WRITE)

#define READABLE_IF_YOUNG STEP_IF(ACCESSED | NO_READ, ACCESSED, 0, VALID)

#define OPS \
	[SIM_OP_MKWRITE] = OP_STEPS(STEP(0, WRITE), STEP_IF(MODIFIED, MODIFIED, 0, DIRTY)), \
	[SIM_OP_WRPROTECT] = OP_CLEAR(WRITE | DIRTY), \
	[SIM_OP_MKDIRTY] = OP_STEPS(STEP(0, MODIFIED), STEP_IF(WRITE, WRITE, 0, DIRTY)), \
	[SIM_OP_MKCLEAN] = OP_CLEAR(MODIFIED | DIRTY), \
	[SIM_OP_MKYOUNG] = OP_STEPS(STEP(0, ACCESSED), READABLE_IF_YOUNG), \
	[SIM_OP_MKOLD] = OP_CLEAR(ACCESSED | VALID), \
	[SIM_OP_MKSPECIAL] = OP_SET(SPECIAL), \
	[SIM_OP_HW_LOAD] = OP_SET(ACCESSED | VALID), \
	[SIM_OP_HW_STORE] = OP_SET(ACCESSED | MODIFIED | VALID | DIRTY), \
	[SIM_OP_WRITECOMBINE] = OP_REPLACE(CCA(7), UNCACHED), \
	[SIM_OP_NONCACHED] = OP_REPLACE(CCA(7), UNCACHED)

/* cpu_data[].writecombine is uncached on these CPUs (kernel/cpu-probe.c). */
#define CACHE .cache_mask = CCA(7), .cache = { CACHABLE, UNCACHED, UNCACHED, UNCACHED }

#define FIELDS(shift) \
	{ { "PRESENT", 0, 1, "mapped" }, \
	  { "WRITE", 1, 1, "writable" }, \
	  { "ACCESSED", 2, 1, "accessed" }, \
	  { "MODIFIED", 3, 1, "dirty" }, \
	  { "HUGE", 4, 1, "leaf above level 0" }, \
	  { "SPECIAL", 5, 1, "no struct page for mm" }, \
	  { "NO_EXEC", 6, 1, "not executable (with RIXI)" }, \
	  { "NO_READ", 7, 1, "not readable" }, \
	  { "GLOBAL", 8, 1, "in every address space" }, \
	  { "VALID", 9, 1, "TLB: loads pass" }, \
	  { "DIRTY", 10, 1, "TLB: stores pass" }, \
	  { "CACHE", 11, 3, "memory type" }, \
	  { "PFN", shift, 64 - (shift), "page frame" } }

#define CHG (ACCESSED | MODIFIED | CCA(7) | SPECIAL | BITS(14, 63))

static const struct sim_entry_format pte = {
	CACHE,
	.test = { TESTS },
	.op = { OPS, [SIM_OP_MODIFY] = OP_STEPS(READABLE_IF_YOUNG) },
	.pfn_mask = BITS(14, 63),
	.pfn_shift = 14,
	.chg_mask = CHG,
	.prot = PROT,
	.field = FIELDS(14),
};

static const struct sim_entry_format pmd = {
	CACHE,
	.test = { TESTS, [SIM_TEST_LEAF] = TEST_SET(HUGE) },
	.op = { OPS, [SIM_OP_MKLEAF] = OP_SET(HUGE) },
	.pfn_mask = BITS(23, 63),
	.pfn_shift = 14,
	.chg_mask = CHG | HUGE,
	.prot = PROT,
	.field = FIELDS(23),
};

static const struct sim_arch_feature feature[] = {
	{ SIM_FEAT_PTE_SPECIAL, 0, 0 },
	{ SIM_FEAT_FAST_GUP, 0, 0 },
	{ SIM_FEAT_PMD_LEAF, 0, 0 },
	{ SIM_FEAT_MODIFY_KEEPS_SPECIAL, SIM_RELEASE(6, 6), 0 },
	{ SIM_FEAT_IOREMAP_PROT, 0, 0 },
	SIM_ARCH_FEATURES_END
};

/* The kernel stores the table's virtual address, and in an empty entry that of
 * a table of empty entries; here physical addresses, and 0. */
#define TABLE .table_addr_mask = BITS(12, 63)

const struct sim_arch sim_arch_mips64 = {
	.name = "mips64",
	.aliases = "mips64el mips64le mipsel64",
	.title = "MIPS64 release 2 without RIXI (5KE class), 4K pages, 3 levels, huge pages",
	.source = "arch/mips/include/asm/pgtable{,-bits,-64}.h, arch/mips/mm/cache.c, "
		  "tlbex.c; 6.1 and 6.12",
	.page_shift = 12,
	.nr_levels = 3,
	.bits_per_long = 64,
	.task_size = 1ULL << 40,
	.mmap_min = 0x10000,
	.ram_start_pfn = 0x90000,	/* a Malta board's, but for its first 256 MiB */
	.io_start_pfn = 0x1000000,	/* 64 GiB */
	.max_phys_bits = 40,
	.ad_rule = SIM_AD_HARDWARE,
	/* arch/mips/mm/fault.c, __do_page_fault */
	.sigsegv_is_accerr = true,
	.ttm_caching = { { SIM_TTM_CACHING_FULL, 0 } },
	.level = {
		{ LEVEL("pte", 12, 9, 8, 12) },
		{ LEVEL("pmd", 21, 9, 8, 12), TABLE },
		{ LEVEL("pgd", 30, 10, 8, 13), TABLE },
	},
	.format = { &pte, &pmd, NULL },
	.feature = feature,
};
