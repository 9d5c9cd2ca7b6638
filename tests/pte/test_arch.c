/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_arch.c - the architectures against figures taken from the kernel's
 * headers by hand: geometry, features per release, raw entries.
 */
#include "pte/arch.h"
#include "pte/arch/form.h"
#include "pte/mmu.h"
#include "support/run.h"

#define R5_11 SIM_RELEASE(5, 11)
#define R5_14 SIM_RELEASE(5, 14)
#define R6_1 SIM_RELEASE(6, 1)
#define R6_12 SIM_RELEASE(6, 12)

static struct sim_mmu mmu;

static const struct sim_entry_format *format_of(const char *arch, uint16_t release, int leaf)
{
	sim_mmu_resolve(&mmu, sim_arch_find(arch), release, 0);
	assert_true(mmu.has_leaf[leaf]);
	return &mmu.format[leaf];
}

/* ---- the registry ---- */

static void test_registry_is_sorted(void **state)
{
	static const char *const names[] = { "arm", "arm64", "mips64", "riscv64",
					     "s390x", "um", "x86_64" };

	(void)state;
	for (unsigned int i = 0; i < SIM_ARRAY_SIZE(names); i++)
		assert_non_null(sim_arch_find(names[i]));
	for (unsigned int i = 1; sim_arch_nth(i); i++)
		assert_true(strcmp(sim_arch_nth(i - 1)->name, sim_arch_nth(i)->name) < 0);
}

static void test_registry_other_names(void **state)
{
	static const char *const names[][2] = {
		{ "x86", "x86_64" }, { "amd64", "x86_64" }, { "x86-64", "x86_64" },
		{ "aarch64", "arm64" }, { "armhf", "arm" }, { "arm32", "arm" },
		{ "mipsel64", "mips64" }, { "mips64el", "mips64" }, { "riscv", "riscv64" },
		{ "s390", "s390x" },
	};

	(void)state;
	for (unsigned int i = 0; i < SIM_ARRAY_SIZE(names); i++) {
		assert_non_null(sim_arch_find(names[i][0]));
		assert_string_equal(sim_arch_find(names[i][0])->name, names[i][1]);
	}
}

static void test_registry_unknown_names(void **state)
{
	char text[300];

	(void)state;
	sim_arch_unknown(text, sizeof(text), "x86_46", 6);
	assert_string_equal(text, "architecture x86_46 is not known: arm arm64 mips64 riscv64 "
			    "s390x um x86_64; did you mean x86_64?");
	sim_arch_unknown(text, sizeof(text), "\033vax", 4);
	assert_non_null(strstr(text, "architecture \\x1bvax is not known: "));
	assert_null(sim_arch_find("vax"));
	assert_null(sim_arch_find(""));
	assert_null(sim_arch_find(NULL));
	assert_null(sim_arch_nth(1000));
}

static void test_names_of_features_and_modes(void **state)
{
	(void)state;
	for (int f = 0; f < SIM_NR_FEATURES; f++)
		assert_non_null(sim_feature_name((enum sim_feature)f));
	assert_string_equal(sim_feature_name(SIM_FEAT_PTE_SPECIAL), "pte_special");
	assert_null(sim_feature_name(SIM_NR_FEATURES));
	assert_string_equal(sim_cache_mode_name(SIM_CACHE_UC_MINUS), "uc-");
	assert_null(sim_cache_mode_name(SIM_NR_CACHE_MODES));
}

/* ---- geometry ---- */

static void test_geometry_table(void **state)
{
	static const struct {
		const char *arch;
		int levels;
		int index_bits[4];	/* from the pte table up */
		int top_lg2;
		int entry_bytes;
		uint64_t task_size;
	} rows[] = {
		{ "arm", 2, { 9, 11 }, 14, 4, 0xbf000000 },
		{ "arm64", 4, { 9, 9, 9, 9 }, 12, 8, 1ULL << 48 },
		{ "mips64", 3, { 9, 9, 10 }, 13, 8, 1ULL << 40 },
		{ "riscv64", 3, { 9, 9, 9 }, 12, 8, 1ULL << 38 },
		{ "s390x", 3, { 8, 11, 11 }, 14, 8, 1ULL << 42 },
		{ "um", 3, { 9, 9, 9 }, 12, 8, 0x7fc0000000 },
		{ "x86_64", 4, { 9, 9, 9, 9 }, 12, 8, 0x7ffffffff000 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_arch *arch = sim_arch_find(rows[i].arch);

		print_message("%s\n", rows[i].arch);
		assert_int_equal(arch->nr_levels, rows[i].levels);
		for (int l = 0; l < rows[i].levels; l++)
			assert_int_equal(arch->level[l].index_bits, rows[i].index_bits[l]);
		assert_int_equal(arch->level[rows[i].levels - 1].table_lg2, rows[i].top_lg2);
		assert_int_equal(arch->level[0].entry_bytes, rows[i].entry_bytes);
		assert_int_equal(arch->task_size, rows[i].task_size);
	}
}

/* ---- features ---- */

static void test_features_table(void **state)
{
	static const struct {
		const char *arch;
		enum sim_feature feature;
		bool in_5_11, in_5_14, in_6_1, in_6_12;
	} rows[] = {
		{ "x86_64", SIM_FEAT_PTE_SPECIAL, 1, 1, 1, 1 },
		{ "x86_64", SIM_FEAT_PMD_SPECIAL, 0, 0, 0, 1 },
		{ "x86_64", SIM_FEAT_PUD_LEAF, 1, 1, 1, 1 },
		{ "x86_64", SIM_FEAT_PAT, 1, 1, 1, 1 },
		{ "arm64", SIM_FEAT_PMD_SPECIAL, 0, 0, 0, 1 },
		{ "arm64", SIM_FEAT_PUD_LEAF, 0, 0, 0, 0 },
		{ "arm64", SIM_FEAT_IOREMAP_PROT, 0, 0, 1, 1 },
		{ "arm", SIM_FEAT_PTE_SPECIAL, 0, 0, 0, 0 },
		{ "arm", SIM_FEAT_FAST_GUP, 0, 0, 0, 0 },
		{ "arm", SIM_FEAT_PMD_LEAF, 0, 0, 0, 0 },
		{ "arm", SIM_FEAT_IOREMAP_PROT, 0, 0, 0, 0 },
		{ "mips64", SIM_FEAT_PTE_SPECIAL, 1, 1, 1, 1 },
		{ "mips64", SIM_FEAT_MODIFY_KEEPS_SPECIAL, 0, 0, 0, 1 },
		{ "mips64", SIM_FEAT_FAST_GUP, 1, 1, 1, 1 },
		{ "s390x", SIM_FEAT_FAST_GUP, 1, 1, 1, 1 },
		{ "s390x", SIM_FEAT_PMD_SPECIAL, 0, 0, 0, 0 },
		{ "s390x", SIM_FEAT_SOFT_DIRTY, 1, 1, 1, 1 },
		{ "riscv64", SIM_FEAT_FAST_GUP, 0, 0, 0, 1 },
		{ "riscv64", SIM_FEAT_PMD_LEAF, 0, 1, 1, 1 },
		{ "riscv64", SIM_FEAT_PTE_DEVMAP, 0, 0, 0, 1 },
		{ "riscv64", SIM_FEAT_IOREMAP_PROT, 0, 0, 0, 0 },
		{ "x86_64", SIM_FEAT_SECRETMEM, 0, 1, 1, 1 },
		{ "s390x", SIM_FEAT_SECRETMEM, 0, 0, 0, 1 },
		{ "mips64", SIM_FEAT_SECRETMEM, 0, 0, 0, 0 },
		{ "mips64", SIM_FEAT_NUMA_BALANCING, 0, 0, 0, 0 },
		{ "x86_64", SIM_FEAT_MERGE_VMAS, 1, 1, 1, 1 },
		{ "s390x", SIM_FEAT_MERGE_VMAS, 1, 1, 1, 1 },
		{ "arm64", SIM_FEAT_MERGE_VMAS, 0, 0, 0, 0 },
		{ "um", SIM_FEAT_MERGE_VMAS, 0, 0, 0, 0 },
		{ "um", SIM_FEAT_PTE_SPECIAL, 0, 0, 0, 0 },
		{ "um", SIM_FEAT_FAST_GUP, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_arch *arch = sim_arch_find(rows[i].arch);

		print_message("%s %s\n", rows[i].arch, sim_feature_name(rows[i].feature));
		assert_int_equal(sim_arch_has(arch, R5_11, rows[i].feature), rows[i].in_5_11);
		assert_int_equal(sim_arch_has(arch, R5_14, rows[i].feature), rows[i].in_5_14);
		assert_int_equal(sim_arch_has(arch, R6_1, rows[i].feature), rows[i].in_6_1);
		assert_int_equal(sim_arch_has(arch, R6_12, rows[i].feature), rows[i].in_6_12);
	}
}

static void test_features_end_with_a_release(void **state)
{
	const struct sim_arch *x86 = sim_arch_find("x86_64");

	(void)state;
	assert_true(sim_arch_has(x86, SIM_RELEASE(6, 17), SIM_FEAT_PTE_DEVMAP));
	assert_false(sim_arch_has(x86, SIM_RELEASE(6, 18), SIM_FEAT_PTE_DEVMAP));
}

static void test_format_of_a_release(void **state)
{
	const struct sim_arch *arm64 = sim_arch_find("arm64");

	(void)state;
	assert_ptr_equal(sim_arch_format(arm64, R6_12, SIM_LEAF_PTE), arm64->format[0]);
	assert_ptr_not_equal(sim_arch_format(arm64, R6_1, SIM_LEAF_PTE), arm64->format[0]);
	assert_ptr_not_equal(sim_arch_format(arm64, R6_1, SIM_LEAF_PTE),
			     sim_arch_format(arm64, R5_11, SIM_LEAF_PTE));
	assert_null(sim_arch_format(arm64, R6_1, SIM_LEAF_PUD));
	assert_null(sim_arch_format(arm64, R6_1, SIM_NR_LEAVES));
}

static void test_special_bit_table(void **state)
{
	static const struct {
		const char *arch;
		int bit;	/* -1: none */
	} rows[] = { { "x86_64", 9 }, { "arm64", 56 }, { "arm", -1 }, { "mips64", 5 },
		     { "s390x", 6 },  { "riscv64", 8 }, { "um", -1 } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_entry_format *fmt = format_of(rows[i].arch, R6_1, 0);

		print_message("%s\n", rows[i].arch);
		assert_int_equal(fmt_op(fmt, SIM_OP_MKSPECIAL, 0),
				 rows[i].bit < 0 ? 0 : BIT(rows[i].bit));
	}
}

/* ---- raw entries ---- */

#define RW_SHARED (VM_READ | VM_WRITE | VM_SHARED)
#define RWX_SHARED (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED)

static void test_raw_entries_of_pfn_0x1234(void **state)
{
	static const struct {
		const char *arch;
		uint16_t release;
		int vm_flags;
		uint64_t raw;
	} rows[] = {
		/* P|RW|US|A|NX */
		{ "x86_64", R6_1, RW_SHARED, 0x8000000001234027 },
		{ "x86_64", R6_1, VM_READ | VM_WRITE, 0x8000000001234025 },
		{ "x86_64", R6_1, VM_READ | VM_EXEC, 0x0000000001234025 },
		/* PROTNONE|A, the pfn inverted */
		{ "x86_64", R6_1, VM_NONE, 0x000ffffffedcb120 },
		/* VALID|page|USER|RDONLY|SH 3|AF|NG|PXN|UXN; shared: |WRITE */
		{ "arm64", R6_1, VM_READ, 0x0060000001234fc3 },
		{ "arm64", R6_1, RW_SHARED, 0x0068000001234fc3 },
		{ "arm64", R6_1, RWX_SHARED, 0x0028000001234fc3 },
		/* no VALID; up to 6.6 a bit of its own, then NG */
		{ "arm64", R6_1, VM_NONE, 0x0460000001234f82 },
		{ "arm64", R6_12, VM_NONE, 0x0060000001234f82 },
		/* PRESENT|YOUNG|WRITEALLOC|SHARED, RDONLY 7, USER 8, XN 9, NONE 11 */
		{ "arm", R6_1, RW_SHARED, 0x0123471f },
		{ "arm", R6_1, VM_READ, 0x0123479f },
		{ "arm", R6_1, VM_NONE, 0x01234e9f },
		/* pfn from bit 14; PRESENT, WRITE or NO_READ, cacheable noncoherent */
		{ "mips64", R6_1, RW_SHARED, 0x1234ULL << 14 | 0x1803 },
		{ "mips64", R6_1, VM_READ, 0x1234ULL << 14 | 0x1801 },
		{ "mips64", R6_1, VM_NONE, 0x1234ULL << 14 | 0x1881 },
		/* made young: INVALID (0x400) is gone where readable */
		{ "s390x", R6_1, RW_SHARED, 0x1234335 },
		{ "s390x", R6_1, VM_READ, 0x1234315 },
		{ "s390x", R6_1, VM_NONE, 0x1234605 },
		/* pfn from bit 10; V R W U A */
		{ "riscv64", R6_1, RW_SHARED, 0x1234ULL << 10 | 0x57 },
		{ "riscv64", R6_1, VM_EXEC, 0x1234ULL << 10 | 0x59 },
		{ "riscv64", R6_1, VM_NONE, 0x1234ULL << 10 | 0x22 },
		{ "riscv64", R5_11, VM_NONE, 0x1234ULL << 10 | 0x20 },
		{ "um", R6_1, RW_SHARED, 0x12340e1 },
		{ "um", R6_1, VM_NONE, 0x1234090 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_entry_format *fmt = format_of(rows[i].arch, rows[i].release, 0);
		uint64_t e = fmt_make(fmt, 0x1234, fmt->prot[rows[i].vm_flags]);

		print_message("%s, flags 0x%x\n", rows[i].arch, rows[i].vm_flags);
		assert_int_equal(e, rows[i].raw);
		assert_int_equal(fmt_pfn(fmt, e), 0x1234);
	}
}

static void test_raw_pmd_leaves(void **state)
{
	static const struct {
		const char *arch;
		uint16_t release;
		int vm_flags;
		unsigned long pfn;
		uint64_t raw;
	} rows[] = {
		{ "x86_64", R6_1, RW_SHARED, 0x1200, 0x80000000012000a7 },
		{ "x86_64", R6_1, VM_NONE, 0x1200, 0x000ffffffec001a0 },
		{ "arm64", R6_1, VM_READ, 0x1200, 0x0060000001200fc1 },
		{ "mips64", R6_1, RW_SHARED, 0x1200, 0x1200ULL << 14 | 0x1813 },
		/* LARGE|YOUNG|PROTECT from pmd_mkhuge, READ|WRITE|NOEXEC */
		{ "s390x", R6_1, RW_SHARED, 0x1200, 0x1201703 },
		{ "riscv64", R6_1, RW_SHARED, 0x1200, 0x1200ULL << 10 | 0x57 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_entry_format *fmt = format_of(rows[i].arch, rows[i].release, 1);
		uint64_t prot = mmu.format[0].prot[rows[i].vm_flags];

		print_message("%s, flags 0x%x\n", rows[i].arch, rows[i].vm_flags);
		assert_int_equal(fmt_make(fmt, rows[i].pfn, sim_prot_to_leaf(&mmu, 1, prot)),
				 rows[i].raw);
		assert_int_equal(fmt_pfn(fmt, rows[i].raw), rows[i].pfn);
	}
}

static void test_raw_memory_types(void **state)
{
	static const struct {
		const char *arch;
		uint16_t release;
		uint64_t wc, nc;	/* of an entry of protection 0 */
	} rows[] = {
		{ "x86_64", R6_1, 0x8, 0x10 },
		{ "arm64", R6_1, 0x0060000000000008, 0x006000000000000c },
		{ "arm64", R5_11, 0x0060000000000008, 0x0060000000000010 },
		{ "arm", R6_1, 0x4, 0 },
		{ "mips64", R6_1, 0x1000, 0x1000 },
		{ "s390x", R6_1, 0, 0 },
		{ "riscv64", R6_1, 0, 0 },
		{ "um", R6_1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_entry_format *fmt = format_of(rows[i].arch, rows[i].release, 0);

		print_message("%s\n", rows[i].arch);
		assert_int_equal(fmt_op(fmt, SIM_OP_WRITECOMBINE, 0), rows[i].wc);
		assert_int_equal(fmt_op(fmt, SIM_OP_NONCACHED, 0), rows[i].nc);
	}
}

/* The PAT bit is 7 in a pte and 12 above, where 7 says leaf. */
static void test_x86_pat_bit_moves(void **state)
{
	(void)state;
	assert_int_equal(format_of("x86_64", R6_1, 0)->cache_mask, 0x98);
	assert_int_equal(format_of("x86_64", R6_1, 1)->cache_mask, 0x1018);
	assert_int_equal(format_of("x86_64", R6_1, 2)->cache_mask, 0x1018);
}

/* pgprot_writecombine or-s: on top of UC- it makes UC. */
static void test_x86_writecombine_over_uncached(void **state)
{
	const struct sim_entry_format *fmt = format_of("x86_64", R6_1, 0);
	uint64_t e = fmt_op(fmt, SIM_OP_WRITECOMBINE, fmt_op(fmt, SIM_OP_NONCACHED, 0x27));

	(void)state;
	assert_int_equal(fmt_cache(fmt, e), SIM_CACHE_UC);
}

static void test_x86_protnone_inverts_the_pfn(void **state)
{
	const struct sim_entry_format *fmt = format_of("x86_64", R6_1, 0);
	uint64_t rw = fmt_make(fmt, 0x1234, fmt->prot[RW_SHARED]);
	uint64_t none = fmt_modify(fmt, rw, fmt->prot[VM_NONE]);

	(void)state;
	assert_int_equal(none & fmt->pfn_mask, ~(0x1234ULL << 12) & fmt->pfn_mask);
	assert_int_equal(fmt_pfn(fmt, none), 0x1234);
	assert_int_equal(fmt_modify(fmt, none, fmt->prot[RW_SHARED]), rw);
}

static void test_x86_saved_dirty_since_6_6(void **state)
{
	const uint64_t rw_dirty = BIT(0) | BIT(1) | BIT(6);
	const struct sim_entry_format *fmt = format_of("x86_64", R6_1, 0);

	(void)state;
	assert_int_equal(fmt_op(fmt, SIM_OP_WRPROTECT, rw_dirty), BIT(0) | BIT(6));
	fmt = format_of("x86_64", R6_12, 0);
	assert_int_equal(fmt_op(fmt, SIM_OP_WRPROTECT, rw_dirty), BIT(0) | BIT(58));
	assert_int_equal(fmt_op(fmt, SIM_OP_MKWRITE, BIT(0) | BIT(58)), rw_dirty);
	assert_true(fmt_test(fmt, SIM_TEST_DIRTY, BIT(0) | BIT(58)));
}

static void test_arm64_dirty_is_kept_without_write(void **state)
{
	const struct sim_entry_format *fmt = format_of("arm64", R6_1, 0);
	uint64_t e = fmt_make(fmt, 1, fmt->prot[RW_SHARED]);

	(void)state;
	assert_false(fmt_test(fmt, SIM_TEST_DIRTY, e));
	e = fmt_op(fmt, SIM_OP_HW_STORE, e); /* DBM: RDONLY cleared */
	assert_true(fmt_test(fmt, SIM_TEST_DIRTY, e));
	assert_int_equal(e & BIT(55), 0);
	e = fmt_op(fmt, SIM_OP_WRPROTECT, e);
	assert_true(fmt_test(fmt, SIM_TEST_DIRTY, e));
	assert_int_equal(e & (BIT(55) | BIT(51) | BIT(7)), BIT(55) | BIT(7));
}

static void test_arm64_mkwrite_by_release(void **state)
{
	const struct sim_entry_format *fmt = format_of("arm64", R5_11, 0);
	uint64_t e = fmt_make(fmt, 1, fmt->prot[VM_READ]);

	(void)state;
	assert_true(fmt_test(fmt, SIM_TEST_DIRTY, fmt_op(fmt, SIM_OP_MKWRITE, e)));
	fmt = format_of("arm64", R6_1, 0);
	assert_false(fmt_test(fmt, SIM_TEST_DIRTY, fmt_op(fmt, SIM_OP_MKWRITE, e)));
}

/* The memory type after mprotect: kept on x86, arm, mips; the new protection's
 * on arm64. */
static void test_modify_memory_type(void **state)
{
	static const struct {
		const char *arch;
		bool kept;
	} rows[] = { { "x86_64", true }, { "arm", true }, { "mips64", true }, { "arm64", false } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_entry_format *fmt = format_of(rows[i].arch, R6_1, 0);
		uint64_t e = fmt_set_cache(fmt, fmt_make(fmt, 1, fmt->prot[RW_SHARED]),
					   SIM_CACHE_WC);

		print_message("%s\n", rows[i].arch);
		e = fmt_modify(fmt, e, fmt->prot[VM_READ]);
		assert_int_equal(e & fmt->cache_mask,
				 fmt->cache[rows[i].kept ? SIM_CACHE_WC : SIM_CACHE_WB]);
	}
}

static void test_s390x_empty_entries(void **state)
{
	const struct sim_entry_format *fmt = format_of("s390x", R6_1, 0);

	(void)state;
	assert_int_equal(fmt->none_value, 0x400);
	assert_int_equal(mmu.level[1].none_value, 0x20);
	assert_int_equal(mmu.level[2].none_value, 0x24);
}

/* The rows of the table in asm/pgtable.h above the pte bits: y d r w -> I R. */
static void test_s390x_hardware_bits_follow(void **state)
{
	static const struct {
		int vm_flags;
		bool dirty, young;
		unsigned int ir; /* INVALID 0x400, PROTECT 0x200 */
	} rows[] = {
		{ VM_NONE, 0, 0, 0x600 },   { VM_NONE, 1, 1, 0x600 },
		{ VM_READ, 0, 0, 0x600 },   { VM_READ, 0, 1, 0x200 },
		{ VM_READ, 1, 0, 0x600 },   { VM_READ, 1, 1, 0x200 },
		{ RW_SHARED, 0, 0, 0x600 }, { RW_SHARED, 0, 1, 0x200 },
		{ RW_SHARED, 1, 0, 0x400 }, { RW_SHARED, 1, 1, 0x000 },
	};
	const struct sim_entry_format *fmt = format_of("s390x", R6_1, 0);

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		uint64_t e = fmt_make(fmt, 1, fmt->prot[rows[i].vm_flags]);

		e = fmt_op(fmt, rows[i].dirty ? SIM_OP_MKDIRTY : SIM_OP_MKCLEAN, e);
		e = fmt_op(fmt, rows[i].young ? SIM_OP_MKYOUNG : SIM_OP_MKOLD, e);
		assert_int_equal(e & 0x600, rows[i].ir);
		assert_int_equal(fmt_modify(fmt, e, fmt->prot[rows[i].vm_flags]), e);
	}
}

/* Without RIXI VALID and DIRTY follow from the software bits. */
static void test_mips64_hardware_bits_follow(void **state)
{
	const struct sim_entry_format *fmt = format_of("mips64", R6_1, 0);
	uint64_t e = fmt_make(fmt, 1, fmt->prot[RW_SHARED]);

	(void)state;
	assert_int_equal(e & 0x600, 0);
	e = fmt_op(fmt, SIM_OP_MKYOUNG, e);
	assert_int_equal(e & 0x600, 0x200);
	e = fmt_op(fmt, SIM_OP_MKDIRTY, e);
	assert_int_equal(e & 0x600, 0x600);
	/* mprotect keeps what says so, and VALID; the next store sets DIRTY again */
	e = fmt_modify(fmt, e, fmt->prot[RW_SHARED]);
	assert_int_equal(e & 0x60c, 0x20c);
	assert_int_equal(fmt_op(fmt, SIM_OP_MKOLD, e) & 0x204, 0);
}

/*
 * What one entry of a device went through on a 5KE, Debian's 6.1.176: a load, a
 * store, mprotect() to read only, which loses the special bit, and back, a store,
 * mprotect() to no access.
 */
static void test_mips64_as_a_kernel_had_it(void **state)
{
	const struct sim_entry_format *fmt = format_of("mips64", R6_1, 0);
	uint64_t e = fmt_op(fmt, SIM_OP_MKSPECIAL, fmt_make(fmt, 0x4b0f, fmt->prot[RW_SHARED]));

	(void)state;
	e = fmt_op(fmt, SIM_OP_HW_LOAD, e);
	assert_int_equal(e, 0x12c3da27);
	e = fmt_op(fmt, SIM_OP_HW_STORE, e);
	assert_int_equal(e, 0x12c3de2f);
	e = fmt_modify(fmt, e, fmt->prot[VM_READ | VM_SHARED]);
	assert_int_equal(e, 0x12c3da0d);
	e = fmt_modify(fmt, e, fmt->prot[RW_SHARED]);
	assert_int_equal(e, 0x12c3da0f);
	e = fmt_op(fmt, SIM_OP_HW_STORE, e);
	assert_int_equal(e, 0x12c3de0f);
	e = fmt_modify(fmt, e, fmt->prot[VM_SHARED]);
	assert_int_equal(e, 0x12c3d88d);
}

/* Write-only memory cannot be read before it has been written. */
static void test_mips64_store_lets_loads_through(void **state)
{
	const struct sim_entry_format *fmt = format_of("mips64", R6_1, 0);
	uint64_t e = fmt_make(fmt, 1, fmt->prot[VM_WRITE | VM_SHARED]);

	(void)state;
	assert_false(fmt_test(fmt, SIM_TEST_HW_READ, fmt_op(fmt, SIM_OP_MKYOUNG, e)));
	assert_true(fmt_test(fmt, SIM_TEST_HW_READ, fmt_op(fmt, SIM_OP_HW_STORE, e)));
}

/* riscv, s390x and um or the new protection in: mprotect makes entries young. */
static void test_riscv64_modify_makes_young(void **state)
{
	const struct sim_entry_format *fmt = format_of("riscv64", R6_1, 0);
	uint64_t e = fmt_op(fmt, SIM_OP_MKOLD, fmt_make(fmt, 1, fmt->prot[RW_SHARED]));

	(void)state;
	assert_true(fmt_test(fmt, SIM_TEST_YOUNG, fmt_modify(fmt, e, fmt->prot[VM_READ])));
	fmt = format_of("x86_64", R6_1, 0);
	e = fmt_op(fmt, SIM_OP_MKOLD, fmt_make(fmt, 1, fmt->prot[RW_SHARED]));
	assert_false(fmt_test(fmt, SIM_TEST_YOUNG, fmt_modify(fmt, e, fmt->prot[VM_READ])));
}

/* The generic pte_access_permitted lets PROT_NONE through; the others do not. */
static void test_access_permitted_of_protnone(void **state)
{
	static const struct {
		const char *arch;
		bool permitted;
	} rows[] = { { "x86_64", false }, { "arm64", false }, { "arm", false },
		     { "mips64", true }, { "riscv64", true }, { "s390x", true } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		const struct sim_entry_format *fmt = format_of(rows[i].arch, R6_1, 0);
		uint64_t e = fmt_make(fmt, 1, fmt->prot[VM_NONE]);

		print_message("%s\n", rows[i].arch);
		assert_int_equal(fmt_test(fmt, SIM_TEST_ACCESS_READ, e), rows[i].permitted);
	}
}

static void test_ttm_caching_table(void **state)
{
	static const struct {
		const char *arch;
		enum sim_ttm_caching rule;
	} rows[] = {
		{ "x86_64", SIM_TTM_CACHING_FULL },  { "arm", SIM_TTM_CACHING_FULL },
		{ "arm64", SIM_TTM_CACHING_FULL },   { "mips64", SIM_TTM_CACHING_FULL },
		{ "s390x", SIM_TTM_CACHING_IGNORED }, { "riscv64", SIM_TTM_CACHING_IGNORED },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		sim_mmu_resolve(&mmu, sim_arch_find(rows[i].arch), R6_1, 0);
		assert_int_equal(mmu.ttm_caching, rows[i].rule);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_registry_is_sorted),
	cmocka_unit_test(test_registry_other_names),
	cmocka_unit_test(test_registry_unknown_names),
	cmocka_unit_test(test_names_of_features_and_modes),
	cmocka_unit_test(test_geometry_table),
	cmocka_unit_test(test_features_table),
	cmocka_unit_test(test_features_end_with_a_release),
	cmocka_unit_test(test_format_of_a_release),
	cmocka_unit_test(test_special_bit_table),
	cmocka_unit_test(test_raw_entries_of_pfn_0x1234),
	cmocka_unit_test(test_raw_pmd_leaves),
	cmocka_unit_test(test_raw_memory_types),
	cmocka_unit_test(test_x86_pat_bit_moves),
	cmocka_unit_test(test_x86_writecombine_over_uncached),
	cmocka_unit_test(test_x86_protnone_inverts_the_pfn),
	cmocka_unit_test(test_x86_saved_dirty_since_6_6),
	cmocka_unit_test(test_arm64_dirty_is_kept_without_write),
	cmocka_unit_test(test_arm64_mkwrite_by_release),
	cmocka_unit_test(test_modify_memory_type),
	cmocka_unit_test(test_s390x_empty_entries),
	cmocka_unit_test(test_s390x_hardware_bits_follow),
	cmocka_unit_test(test_mips64_hardware_bits_follow),
	cmocka_unit_test(test_mips64_as_a_kernel_had_it),
	cmocka_unit_test(test_mips64_store_lets_loads_through),
	cmocka_unit_test(test_riscv64_modify_makes_young),
	cmocka_unit_test(test_access_permitted_of_protnone),
	cmocka_unit_test(test_ttm_caching_table),
};

SIM_TEST_MAIN(tests)
