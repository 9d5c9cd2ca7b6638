/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

/* What each architecture makes of WC and UC; as protection bits, before the
 * memory type of the pfn is asked. */
static const struct {
	const char *arch;
	enum sim_cache_mode wc, uc;
} rules[] = {
	{ "x86_64", SIM_CACHE_WC, SIM_CACHE_UC_MINUS },
	{ "arm64", SIM_CACHE_WC, SIM_CACHE_UC },
	{ "arm", SIM_CACHE_WC, SIM_CACHE_UC },
	{ "s390x", SIM_CACHE_WB, SIM_CACHE_WB },
	{ "riscv64", SIM_CACHE_WB, SIM_CACHE_WB },
	{ "um", SIM_CACHE_WB, SIM_CACHE_WB },
};

static enum sim_cache_mode mode_of(struct ttm_fixture *fx, enum ttm_caching caching)
{
	const struct sim_entry_format *fmt = &fx->machine->mmu->format[0];
	pgprot_t prot = vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED);

	return fmt_cache(fmt, ttm_prot_from_caching(caching, prot).pgprot);
}

static void check_rule(struct ttm_fixture *fx)
{
	assert_int_equal(mode_of(fx, ttm_cached), SIM_CACHE_WB);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rules); i++) {
		if (strcmp(rules[i].arch, fx->arch) != 0)
			continue;
		assert_int_equal(mode_of(fx, ttm_write_combined), rules[i].wc);
		assert_int_equal(mode_of(fx, ttm_uncached), rules[i].uc);
	}
}

static void test_prot_from_caching_is_the_architectures(void **state)
{
	ttm_fixture_each(check_rule, state);
}

/* What is not about caching stays. */
static void check_keeps_rights(struct ttm_fixture *fx)
{
	const struct sim_entry_format *fmt = &fx->machine->mmu->format[0];
	pgprot_t prot = vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED);
	pgprot_t wc = ttm_prot_from_caching(ttm_write_combined, prot);

	assert_int_equal(prot.pgprot & ~fmt->cache_mask, wc.pgprot & ~fmt->cache_mask);
}

static void test_prot_from_caching_keeps_rights(void **state)
{
	ttm_fixture_each(check_keeps_rights, state);
}

static void test_prot_from_caching_without_machine_is_identity(void **state)
{
	pgprot_t prot = { 0x25 };

	(void)state;
	sim_task_switch(NULL);
	assert_int_equal(ttm_prot_from_caching(ttm_uncached, prot).pgprot, 0x25);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_prot_from_caching_is_the_architectures),
	TTM_TEST(test_prot_from_caching_keeps_rights),
	TTM_TEST(test_prot_from_caching_without_machine_is_identity),
};

SIM_TEST_MAIN(tests)
