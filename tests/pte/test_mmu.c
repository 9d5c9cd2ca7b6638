/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_mmu.c - resolving an architecture, and the entry helpers over every
 * entry of the mock architecture, against a naive model.
 */
#include <ttmsim/sim.h>

#include "pte/mmu.h"
#include "pte/mock_arch.h"
#include "support/run.h"

#define RELEASE SIM_RELEASE(6, 1)
#define ALL (~0u)

static struct sim_mmu mmu;

static void resolve(const struct sim_arch *arch, uint16_t release, uint32_t toggle)
{
	sim_mmu_resolve(&mmu, arch, release, toggle);
}

/* ---- every flag combination with a few pfns ---- */

static const unsigned long some_pfns[] = { 0, 1, 2, 3, 0x5555, 0xaaaaaaaa, 0xffffffff };

/* Calls @check with each entry of the mock at level 0. */
static void for_each_entry(void (*check)(const struct sim_entry_format *fmt, uint64_t e))
{
	resolve(&mock_arch, RELEASE, 0);
	for (uint64_t flags = 0; flags <= MOCK_FLAGS; flags++)
		for (size_t i = 0; i < SIM_ARRAY_SIZE(some_pfns); i++)
			check(&mmu.format[0], flags | some_pfns[i] << MOCK_PFN_SHIFT);
}

static void check_tests(const struct sim_entry_format *fmt, uint64_t e)
{
	bool p = e & MOCK_P, n = e & MOCK_N, u = e & MOCK_U, w = e & MOCK_W;

	assert_int_equal(fmt_test(fmt, SIM_TEST_PRESENT, e), p || n);
	assert_int_equal(fmt_test(fmt, SIM_TEST_PROTNONE, e), n && !p);
	assert_int_equal(fmt_test(fmt, SIM_TEST_WRITE, e), w);
	assert_int_equal(fmt_test(fmt, SIM_TEST_SPECIAL, e), !!(e & MOCK_S));
	assert_int_equal(fmt_test(fmt, SIM_TEST_ACCESS_READ, e), p && u);
	assert_int_equal(fmt_test(fmt, SIM_TEST_HW_WRITE, e), p && u && w);
	assert_false(fmt_test(fmt, SIM_TEST_DEVMAP, e));
	assert_int_equal(fmt_none(fmt, e), e == 0);
}

static void test_fmt_test_every_entry(void **state)
{
	(void)state;
	for_each_entry(check_tests);
}

static void check_ops(const struct sim_entry_format *fmt, uint64_t e)
{
	static const struct {
		enum sim_pte_op_id op;
		uint64_t clear, set;
	} cases[] = {
		{ SIM_OP_MKWRITE, 0, MOCK_W },	   { SIM_OP_WRPROTECT, MOCK_W, 0 },
		{ SIM_OP_MKDIRTY, 0, MOCK_D },	   { SIM_OP_MKCLEAN, MOCK_D, 0 },
		{ SIM_OP_MKYOUNG, 0, MOCK_A },	   { SIM_OP_MKOLD, MOCK_A, 0 },
		{ SIM_OP_MKSPECIAL, 0, MOCK_S },   { SIM_OP_MKLEAF, 0, MOCK_L },
		{ SIM_OP_HW_LOAD, 0, MOCK_A },	   { SIM_OP_MODIFY, 0, 0 },
		{ SIM_OP_MKDEVMAP, 0, 0 },	   { SIM_OP_NONCACHED, MOCK_C0, MOCK_C1 },
		{ SIM_OP_WRITECOMBINE, MOCK_C1, MOCK_C0 },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++)
		assert_int_equal(fmt_op(fmt, cases[i].op, e), (e & ~cases[i].clear) | cases[i].set);
}

static void test_fmt_op_every_entry(void **state)
{
	(void)state;
	for_each_entry(check_ops);
}

static void check_pfn(const struct sim_entry_format *fmt, uint64_t e)
{
	assert_int_equal(fmt_pfn(fmt, e), e >> MOCK_PFN_SHIFT);
	assert_int_equal(fmt_make(fmt, fmt_pfn(fmt, e), e & MOCK_FLAGS), e);
	assert_int_equal(fmt_set_pfn(fmt, e, 0x77), (e & MOCK_FLAGS) | 0x77 << MOCK_PFN_SHIFT);
}

static void test_fmt_pfn_every_entry(void **state)
{
	(void)state;
	for_each_entry(check_pfn);
}

static void check_modify(const struct sim_entry_format *fmt, uint64_t e)
{
	for (int i = 0; i < 16; i++) {
		uint64_t want = (e & (MOCK_KEPT | MOCK_PFN_MASK)) | (fmt->prot[i] & ~MOCK_KEPT);

		assert_int_equal(fmt_modify(fmt, e, fmt->prot[i]), want);
	}
}

static void test_fmt_modify_every_entry(void **state)
{
	(void)state;
	for_each_entry(check_modify);
}

static void check_cache(const struct sim_entry_format *fmt, uint64_t e)
{
	static const enum sim_cache_mode mode_of[] = { SIM_CACHE_WB, SIM_CACHE_WC,
						       SIM_CACHE_UC_MINUS, SIM_CACHE_UC };

	assert_int_equal(fmt_cache(fmt, e), mode_of[(e & MOCK_CACHE) / MOCK_C0]);
	for (int mode = 0; mode < SIM_NR_CACHE_MODES; mode++) {
		uint64_t to = fmt_set_cache(fmt, e, (enum sim_cache_mode)mode);

		assert_int_equal(fmt_cache(fmt, to), mode);
		assert_int_equal(to & ~MOCK_CACHE, e & ~MOCK_CACHE);
	}
}

static void test_fmt_cache_every_entry(void **state)
{
	(void)state;
	for_each_entry(check_cache);
}

/* Many architectures have no UC-, some no WC: the name read back is UC. */
static void test_fmt_cache_prefers_uc(void **state)
{
	const struct sim_arch *mips = sim_arch_find("mips64");

	(void)state;
	resolve(mips, RELEASE, 0);
	for (int mode = SIM_CACHE_WC; mode < SIM_NR_CACHE_MODES; mode++)
		assert_int_equal(fmt_cache(&mmu.format[0], mips->format[0]->cache[mode]),
				 SIM_CACHE_UC);
}

/* ---- none ---- */

static void test_fmt_none_ignores_stray_bits(void **state)
{
	(void)state;
	resolve(sim_arch_find("x86_64"), RELEASE, 0);
	assert_true(fmt_none(&mmu.format[0], 0x60)); /* A and D: Knights Landing */
	assert_false(fmt_none(&mmu.format[0], 0x61));
	resolve(sim_arch_find("s390x"), RELEASE, 0);
	assert_true(fmt_none(&mmu.format[0], 0x400));
	assert_false(fmt_none(&mmu.format[0], 0));
}

/* ---- what GUP sees at one glance ---- */

static bool passes(int write, uint64_t e)
{
	return (e & mmu.gup_passes[write].mask) == mmu.gup_passes[write].value;
}

/* It may say no where the tests say yes, never the other way round. */
static void check_passes(uint64_t e)
{
	const struct sim_entry_format *fmt = &mmu.format[0];

	if (passes(0, e))
		assert_true(fmt_test(fmt, SIM_TEST_ACCESS_READ, e));
	if (passes(1, e)) {
		assert_true(fmt_test(fmt, SIM_TEST_ACCESS_WRITE, e));
		assert_true(fmt_test(fmt, SIM_TEST_WRITE, e));
	}
	if (!passes(0, e) && !passes(1, e))
		return;
	assert_true(fmt_test(fmt, SIM_TEST_PRESENT, e));
	assert_false(fmt_test(fmt, SIM_TEST_SPECIAL, e));
	assert_false(fmt_test(fmt, SIM_TEST_DEVMAP, e));
	assert_false(mmu_protnone(&mmu, 0, e));
	assert_int_equal(fmt_pfn_flip(fmt, e), 0);
}

static void passes_of_variant(void)
{
	const struct sim_entry_format *fmt = &mmu.format[0];
	uint64_t random = 88172645463325252ULL, e;

	for (int i = 0; i < 2000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		e = fmt_op(fmt, (enum sim_pte_op_id)(random >> 8 & 7),
			   fmt_make(fmt, 0x1234, fmt->prot[random & 15]));
		check_passes(random);
		check_passes(e);
		check_passes(e ^ 1ULL << (random >> 16 & 63));
		check_passes(fmt_op(fmt, SIM_OP_MKSPECIAL, e));
	}
}

/* Plain memory, shared and in use, is what it is for. */
static void plain_memory_passes(void)
{
	const struct sim_entry_format *fmt = &mmu.format[0];
	uint64_t e = fmt_op(fmt, SIM_OP_MKYOUNG, fmt_make(fmt, 0x1234, fmt->prot[11]));

	assert_true(passes(0, e));
	assert_true(passes(1, e));
}

static void test_gup_passes_is_no_more_than_the_tests(void **state)
{
	const struct sim_arch *arch;
	const char *release;

	(void)state;
	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++)
		for (unsigned int r = 0; (release = sim_release_nth(r)); r++)
			for (int f = -1; f < SIM_NR_FEATURES; f++) {
				resolve(arch, sim_release_number(release), f < 0 ? 0 : 1u << f);
				passes_of_variant();
				if (f < 0)
					plain_memory_passes();
			}
}

/* An architecture that one mask cannot describe: then nothing passes. */
static void test_gup_passes_nothing_where_it_takes_more(void **state)
{
	struct sim_entry_format fmt = *mock_arch.format[0];
	struct sim_arch arch = mock_arch;

	(void)state;
	fmt.test[SIM_TEST_SPECIAL].any[0].mask |= MOCK_D | MOCK_A;
	arch.format[0] = &fmt;
	resolve(&arch, RELEASE, 0);
	for (uint64_t e = 0; e <= MOCK_FLAGS; e++)
		assert_false(passes(0, e) || passes(1, e));
}

/* ---- tables ---- */

static void test_mmu_table_round_trip(void **state)
{
	struct sim_machine *base = (struct sim_machine *)(uintptr_t)(SIM_ARENA_BYTES * 4);
	const struct sim_arch *arch;

	(void)state;
	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++) {
		resolve(arch, RELEASE, 0);
		for (int level = 1; level < arch->nr_levels; level++) {
			void *table = (char *)base + 0xdeadc000;
			uint64_t e = mmu_table_entry(&mmu, level, table, base);

			assert_ptr_equal(mmu_table(&mmu, level, e, base), table);
			assert_false(mmu_is_none(&mmu, level, e));
			assert_false(mmu_is_leaf(&mmu, level, e));
		}
	}
}

static void test_mmu_table_arm_two_words(void **state)
{
	struct sim_machine *base = (struct sim_machine *)(uintptr_t)(SIM_ARENA_BYTES * 4);
	uint64_t e;

	(void)state;
	resolve(sim_arch_find("arm"), RELEASE, 0);
	e = mmu_table_entry(&mmu, 1, (char *)base + 0x12345000, base);
	assert_int_equal((uint32_t)e, 0x12345831);
	assert_int_equal(e >> 32, 0x12345c31);
}

static void test_mmu_table_riscv_is_shifted(void **state)
{
	struct sim_machine *base = (struct sim_machine *)(uintptr_t)(SIM_ARENA_BYTES * 4);

	(void)state;
	resolve(sim_arch_find("riscv64"), RELEASE, 0);
	assert_int_equal(mmu_table_entry(&mmu, 1, (char *)base + 0x12345000, base),
			 (0x12345ULL << 10) | 1);
}

static void test_mmu_index_of_address(void **state)
{
	(void)state;
	resolve(&mock_arch, RELEASE, 0);
	assert_int_equal(mmu_index(&mmu, 0, 0x2d000), 1);
	assert_int_equal(mmu_index(&mmu, 1, 0x2d000), 3);
	assert_int_equal(mmu_index(&mmu, 2, 0x2d000), 2);
	assert_int_equal(mmu_leaf_size(&mmu, 1), 4 * mmu_page_size(&mmu));
}

static void test_mmu_read_write_width(void **state)
{
	uint64_t words = ~0ULL;

	(void)state;
	resolve(sim_arch_find("arm"), RELEASE, 0);
	mmu_write(&mmu, 0, &words, 0x11);
	assert_int_equal(words, 0xffffffff00000011);
	assert_int_equal(mmu_read(&mmu, 0, &words), 0x11);
	assert_int_equal(mmu_xchg(&mmu, false, 0, &words, 0x22), 0x11);
	assert_int_equal(words, 0xffffffff00000022);
	resolve(sim_arch_find("um"), RELEASE, 0);
	assert_int_equal(mmu_xchg(&mmu, false, 0, &words, 3), 0xffffffff00000022);
	mmu_write(&mmu, 0, &words, 5);
	assert_int_equal(mmu_read(&mmu, 0, &words), 5);
}

/* ---- features ---- */

static void test_resolve_without_special_drops_the_bit(void **state)
{
	const struct sim_entry_format *fmt = &mmu.format[0];

	(void)state;
	resolve(&mock_arch, RELEASE, 1u << SIM_FEAT_PTE_SPECIAL);
	assert_false(mmu.has_special);
	assert_int_equal(fmt_op(fmt, SIM_OP_MKSPECIAL, MOCK_P), MOCK_P);
	assert_false(fmt_test(fmt, SIM_TEST_SPECIAL, MOCK_P | MOCK_S));
	/* the other level keeps its own */
	assert_int_equal(fmt_op(&mmu.format[1], SIM_OP_MKSPECIAL, MOCK_P), MOCK_P | MOCK_S);
}

static void test_resolve_devmap_off_keeps_special(void **state)
{
	(void)state;
	resolve(sim_arch_find("x86_64"), RELEASE, 1u << SIM_FEAT_PTE_DEVMAP);
	assert_int_equal(fmt_op(&mmu.format[0], SIM_OP_MKSPECIAL, 1), 1 | BIT(9));
	assert_int_equal(fmt_op(&mmu.format[0], SIM_OP_MKDEVMAP, 1), 1);
	resolve(sim_arch_find("x86_64"), RELEASE, 1u << SIM_FEAT_PTE_SPECIAL);
	assert_int_equal(fmt_op(&mmu.format[0], SIM_OP_MKDEVMAP, 1), 1 | BIT(58));
}

static void test_resolve_soft_dirty_off(void **state)
{
	const struct sim_arch *x86 = sim_arch_find("x86_64");

	(void)state;
	resolve(x86, RELEASE, 0);
	assert_int_equal(fmt_op(&mmu.format[0], SIM_OP_MKDIRTY, 3), 3 | BIT(6) | BIT(11));
	resolve(x86, RELEASE, 1u << SIM_FEAT_SOFT_DIRTY);
	assert_int_equal(fmt_op(&mmu.format[0], SIM_OP_MKDIRTY, 3), 3 | BIT(6));
}

static void test_resolve_modify_keeps_special(void **state)
{
	const struct sim_arch *mips = sim_arch_find("mips64");

	(void)state;
	resolve(mips, SIM_RELEASE(6, 1), 0);
	assert_false(fmt_test(&mmu.format[0], SIM_TEST_SPECIAL,
			      fmt_modify(&mmu.format[0], BIT(5) | 1, mips->format[0]->prot[1])));
	resolve(mips, SIM_RELEASE(6, 6), 0);
	assert_true(fmt_test(&mmu.format[0], SIM_TEST_SPECIAL,
			     fmt_modify(&mmu.format[0], BIT(5) | 1, mips->format[0]->prot[1])));
}

static void test_resolve_impossible_features_stay_off(void **state)
{
	const uint32_t no_bits = 1u << SIM_FEAT_PTE_SPECIAL | 1u << SIM_FEAT_PMD_LEAF |
				 1u << SIM_FEAT_PUD_LEAF | 1u << SIM_FEAT_PMD_SPECIAL |
				 1u << SIM_FEAT_PUD_SPECIAL | 1u << SIM_FEAT_PTE_DEVMAP |
				 1u << SIM_FEAT_SOFT_DIRTY;

	(void)state;
	resolve(sim_arch_find("arm"), RELEASE, ALL);
	assert_int_equal(mmu.features & no_bits, 0);
	assert_true(mmu.has_fast_gup);
	assert_false(mmu.has_leaf[1]);
	resolve(sim_arch_find("s390x"), RELEASE, 1u << SIM_FEAT_PMD_SPECIAL);
	assert_int_equal(mmu.features & 1u << SIM_FEAT_PMD_SPECIAL, 0);
}

static void test_resolve_special_leaf_needs_the_leaf(void **state)
{
	(void)state;
	resolve(&mock_arch, RELEASE, 1u << SIM_FEAT_PMD_LEAF);
	assert_false(mmu_has(&mmu, SIM_FEAT_PMD_SPECIAL));
	assert_false(mmu_is_leaf(&mmu, 1, MOCK_P | MOCK_L));
	resolve(&mock_arch, RELEASE, 0);
	assert_true(mmu_is_leaf(&mmu, 1, MOCK_P | MOCK_L));
	assert_false(mmu_is_leaf(&mmu, 1, MOCK_P));
}

static void test_resolve_ttm_caching_by_release(void **state)
{
	const struct sim_arch *riscv = sim_arch_find("riscv64");

	(void)state;
	resolve(riscv, SIM_RELEASE(6, 12), 0);
	assert_int_equal(mmu.ttm_caching, SIM_TTM_CACHING_IGNORED);
	resolve(riscv, SIM_RELEASE(7, 1), 0);
	assert_int_equal(mmu.ttm_caching, SIM_TTM_CACHING_FULL);
}

/* ---- protections of leaves ---- */

static void test_prot_to_leaf_level_0_is_identity(void **state)
{
	(void)state;
	resolve(sim_arch_find("x86_64"), RELEASE, 0);
	assert_int_equal(sim_prot_to_leaf(&mmu, 0, 0x8000000000000027), 0x8000000000000027);
}

static void test_prot_to_leaf_marks_the_leaf(void **state)
{
	(void)state;
	resolve(sim_arch_find("x86_64"), RELEASE, 0);
	assert_int_equal(sim_prot_to_leaf(&mmu, 1, 0x27), 0xa7);
	resolve(sim_arch_find("arm64"), RELEASE, 0);
	assert_int_equal(sim_prot_to_leaf(&mmu, 1, 0x703), 0x701);
}

static void test_prot_to_leaf_s390x_translates(void **state)
{
	static const struct {
		const char *what;
		uint64_t prot, leaf;
	} cases[] = {
		{ "none", 0x601, 0x220 }, { "ro", 0x711, 0x301 }, { "rx", 0x611, 0x201 },
		{ "rw", 0x731, 0x103 },	  { "rwx", 0x631, 0x003 }, { "unknown", 0x1, 0x003 },
	};
	const uint64_t mkhuge = 0x400 | 0x1000 | 0x200;

	(void)state;
	resolve(sim_arch_find("s390x"), RELEASE, 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(sim_prot_to_leaf(&mmu, 1, cases[i].prot), cases[i].leaf | mkhuge);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fmt_test_every_entry),
	cmocka_unit_test(test_fmt_op_every_entry),
	cmocka_unit_test(test_fmt_pfn_every_entry),
	cmocka_unit_test(test_fmt_modify_every_entry),
	cmocka_unit_test(test_fmt_cache_every_entry),
	cmocka_unit_test(test_fmt_cache_prefers_uc),
	cmocka_unit_test(test_fmt_none_ignores_stray_bits),
	cmocka_unit_test(test_gup_passes_is_no_more_than_the_tests),
	cmocka_unit_test(test_gup_passes_nothing_where_it_takes_more),
	cmocka_unit_test(test_mmu_table_round_trip),
	cmocka_unit_test(test_mmu_table_arm_two_words),
	cmocka_unit_test(test_mmu_table_riscv_is_shifted),
	cmocka_unit_test(test_mmu_index_of_address),
	cmocka_unit_test(test_mmu_read_write_width),
	cmocka_unit_test(test_resolve_without_special_drops_the_bit),
	cmocka_unit_test(test_resolve_devmap_off_keeps_special),
	cmocka_unit_test(test_resolve_soft_dirty_off),
	cmocka_unit_test(test_resolve_modify_keeps_special),
	cmocka_unit_test(test_resolve_impossible_features_stay_off),
	cmocka_unit_test(test_resolve_special_leaf_needs_the_leaf),
	cmocka_unit_test(test_resolve_ttm_caching_by_release),
	cmocka_unit_test(test_prot_to_leaf_level_0_is_identity),
	cmocka_unit_test(test_prot_to_leaf_marks_the_leaf),
	cmocka_unit_test(test_prot_to_leaf_s390x_translates),
};

SIM_TEST_MAIN(tests)
