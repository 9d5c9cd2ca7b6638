/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_memtype.c - memory types of RAM and of I/O memory, alone.
 */
#include <stdlib.h>

#include "pte/pat/memtype.h"
#include "support/base_fixture.h"
#include "support/pte_fixture.h"

static struct pte_fixture f;

static int setup(void **state)
{
	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pte_fixture_exit(&f);
	return 0;
}

static uint64_t io_byte(unsigned long page)
{
	return (uint64_t)(pte_fixture_io(&f) + page) << 12;
}

static int reserve_wc(unsigned long page, unsigned long nr)
{
	return arch_io_reserve_memtype_wc(io_byte(page), (uint64_t)nr << 12);
}

static void free_wc(unsigned long page, unsigned long nr)
{
	arch_io_free_memtype_wc(io_byte(page), (uint64_t)nr << 12);
}

static enum sim_cache_mode io_type(unsigned long page)
{
	return sim_memtype_lookup(f.machine, pte_fixture_io(&f) + page);
}

/* Reserves as ioremap() would; fails the test where that does. */
static void reserve(unsigned long page, unsigned long nr, enum sim_cache_mode mode)
{
	enum sim_cache_mode got = mode;

	assert_int_equal(sim_memtype_reserve(f.machine, io_byte(page), io_byte(page + nr), &got),
			 0);
	assert_int_equal(got, mode);
}

static void unreserve(unsigned long page, unsigned long nr)
{
	sim_memtype_free(f.machine, io_byte(page), io_byte(page + nr));
}

/* One after the other, from a page with half a reservation on. */
static void test_memtype_of_ends_within_a_page(void **state)
{
	const uint64_t half = 0x800;

	(void)state;
	assert_int_equal(arch_io_reserve_memtype_wc(io_byte(0) + half, io_byte(2) - io_byte(0)), 0);
	for (unsigned long page = 0; page < 3; page++)
		assert_int_equal(io_type(page), SIM_CACHE_WC);
	assert_int_equal(io_type(3), SIM_CACHE_UC_MINUS);
	arch_io_free_memtype_wc(io_byte(0) + half, io_byte(2) - io_byte(0));
	assert_int_equal(arch_io_reserve_memtype_wc(io_byte(8), half + io_byte(1) - io_byte(0)), 0);
	for (unsigned long page = 8; page < 10; page++)
		assert_int_equal(io_type(page), SIM_CACHE_WC);
	assert_int_equal(io_type(10), SIM_CACHE_UC_MINUS);
	arch_io_free_memtype_wc(io_byte(8), half + io_byte(1) - io_byte(0));
}

/* ---- RAM ---- */

static void test_memtype_ram_lives_in_page_flags(void **state)
{
	static const struct {
		enum sim_cache_mode set, get;
	} cases[] = {
		{ SIM_CACHE_WC, SIM_CACHE_WC },
		{ SIM_CACHE_UC_MINUS, SIM_CACHE_UC_MINUS },
		{ SIM_CACHE_UC, SIM_CACHE_UC_MINUS },
		{ SIM_CACHE_WB, SIM_CACHE_WB },
	};
	unsigned long pfn = pte_fixture_ram(&f);

	(void)state;
	assert_int_equal(sim_memtype_lookup(f.machine, pfn), SIM_CACHE_WB);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		assert_int_equal(sim_set_memtype_ram(f.machine, pfn, 2, cases[i].set), 0);
		assert_int_equal(sim_memtype_lookup(f.machine, pfn + 1), cases[i].get);
		assert_int_equal(sim_memtype_lookup(f.machine, pfn + 2), SIM_CACHE_WB);
	}
}

static void test_memtype_ram_keeps_other_flags(void **state)
{
	struct page *page = sim_pfn_to_page(f.machine, pte_fixture_ram(&f));

	(void)state;
	sim_phys_touch(page);
	sim_page_set(page, PG_swapbacked);
	sim_set_memtype_ram(f.machine, pte_fixture_ram(&f), 1, SIM_CACHE_WC);
	assert_true(sim_page_test(page, PG_swapbacked));
	sim_set_memtype_ram(f.machine, pte_fixture_ram(&f), 1, SIM_CACHE_WB);
	assert_int_equal(page->flags, 1ul << PG_swapbacked);
	sim_page_clear(page, PG_swapbacked);
}

static void test_memtype_ram_refuses_what_is_no_ram(void **state)
{
	unsigned long end = f.machine->phys->ram.start + f.machine->phys->ram.nr;

	(void)state;
	assert_int_equal(sim_set_memtype_ram(f.machine, end - 1, 2, SIM_CACHE_WC), -EINVAL);
	assert_int_equal(sim_memtype_lookup(f.machine, end - 1), SIM_CACHE_WB);
	assert_int_equal(sim_set_memtype_ram(f.machine, end - 1, 1, SIM_NR_CACHE_MODES), -EINVAL);
}

/* ---- I/O memory ---- */

static void test_memtype_io_is_uncached_unless_reserved(void **state)
{
	(void)state;
	assert_int_equal(io_type(0), SIM_CACHE_UC_MINUS);
	assert_int_equal(reserve_wc(4, 4), 0);
	assert_int_equal(io_type(3), SIM_CACHE_UC_MINUS);
	assert_int_equal(io_type(4), SIM_CACHE_WC);
	assert_int_equal(io_type(7), SIM_CACHE_WC);
	assert_int_equal(io_type(8), SIM_CACHE_UC_MINUS);
	free_wc(4, 4);
	assert_int_equal(io_type(4), SIM_CACHE_UC_MINUS);
}

static void test_memtype_io_part_of_a_page_counts(void **state)
{
	(void)state;
	assert_int_equal(arch_io_reserve_memtype_wc(io_byte(2) + 100, 8), 0);
	assert_int_equal(io_type(2), SIM_CACHE_WC);
	assert_int_equal(io_type(1), SIM_CACHE_UC_MINUS);
	arch_io_free_memtype_wc(io_byte(2) + 100, 8);
}

static void test_memtype_io_same_type_may_overlap(void **state)
{
	(void)state;
	assert_int_equal(reserve_wc(0, 8), 0);
	assert_int_equal(reserve_wc(4, 8), 0);
	assert_int_equal(reserve_wc(0, 8), 0);
	assert_int_equal(sim_live_objects(f.machine, SIM_OBJ_MEMTYPE), 3);
	free_wc(0, 8);
	assert_int_equal(io_type(0), SIM_CACHE_WC);
	free_wc(0, 8);
	assert_int_equal(io_type(0), SIM_CACHE_UC_MINUS);
	assert_int_equal(io_type(4), SIM_CACHE_WC);
	free_wc(4, 8);
}

/* Who wants WC and finds UC- gets UC-, and that is no error. */
static void test_memtype_io_joins_an_uncached_range(void **state)
{
	(void)state;
	reserve(0, 4, SIM_CACHE_UC_MINUS);
	assert_int_equal(reserve_wc(2, 4), 0);
	assert_int_equal(io_type(5), SIM_CACHE_UC_MINUS);
	free_wc(2, 4);
	unreserve(0, 4);
}

static void test_memtype_io_two_types_in_the_way(void **state)
{
	(void)state;
	reserve(0, 2, SIM_CACHE_UC_MINUS);
	reserve(2, 2, SIM_CACHE_WC);
	assert_int_equal(reserve_wc(1, 2), -EBUSY);
	assert_int_equal(sim_live_objects(f.machine, SIM_OBJ_MEMTYPE), 2);
	unreserve(0, 2);
	unreserve(2, 2);
}

/* Firmware leaves no I/O memory cached. */
static void test_memtype_io_write_back_becomes_uncached(void **state)
{
	enum sim_cache_mode type = SIM_CACHE_WB;

	(void)state;
	assert_int_equal(sim_memtype_reserve(f.machine, io_byte(0), io_byte(1), &type), 0);
	assert_int_equal(type, SIM_CACHE_UC_MINUS);
	unreserve(0, 1);
}

static void test_memtype_io_free_by_end_cuts_short(void **state)
{
	(void)state;
	assert_int_equal(reserve_wc(0, 8), 0);
	free_wc(5, 3);
	assert_int_equal(io_type(4), SIM_CACHE_WC);
	assert_int_equal(io_type(5), SIM_CACHE_UC_MINUS);
	/* neither its start nor its end: unknown, ignored */
	free_wc(0, 3);
	free_wc(1, 2);
	assert_int_equal(io_type(0), SIM_CACHE_WC);
	free_wc(0, 5);
}

static void test_memtype_reserve_refuses(void **state)
{
	uint64_t ram = (uint64_t)f.machine->phys->ram.start << 12;

	(void)state;
	assert_int_equal(arch_io_reserve_memtype_wc(io_byte(0), 0), -EINVAL);
	assert_int_equal(arch_io_reserve_memtype_wc(~0ull - 4095, 8192), -EINVAL);
	/* out of the ISA hole into RAM: it counts as RAM, and has no page there */
	assert_int_equal(arch_io_reserve_memtype_wc(ram - 4096, 8192), -EINVAL);
	sim_fail_alloc(f.machine, 1);
	assert_int_equal(reserve_wc(0, 1), -ENOMEM);
	arch_io_free_memtype_wc(io_byte(0), 0);
}

static void test_memtype_reserve_of_ram(void **state)
{
	uint64_t start = (uint64_t)pte_fixture_ram(&f) << 12;

	(void)state;
	assert_int_equal(arch_io_reserve_memtype_wc(start, 8192), 0);
	assert_int_equal(sim_memtype_lookup(f.machine, pte_fixture_ram(&f) + 1), SIM_CACHE_WC);
	/* once only: RAM is not counted */
	assert_int_equal(arch_io_reserve_memtype_wc(start + 4096, 4096), -EBUSY);
	arch_io_free_memtype_wc(start, 8192);
	assert_int_equal(sim_memtype_lookup(f.machine, pte_fixture_ram(&f) + 1), SIM_CACHE_WB);
}

static void test_memtype_isa_hole_is_not_tracked(void **state)
{
	(void)state;
	assert_int_equal(sim_memtype_lookup(f.machine, 0xa0), SIM_CACHE_WB);
	assert_int_equal(sim_memtype_lookup(f.machine, 0x9f), SIM_CACHE_UC_MINUS);
	assert_int_equal(arch_io_reserve_memtype_wc(0xa0000, 0x10000), 0);
	assert_int_equal(sim_memtype_lookup(f.machine, 0xa0), SIM_CACHE_WB);
	assert_int_equal(sim_live_objects(f.machine, SIM_OBJ_MEMTYPE), 0);
	arch_io_free_memtype_wc(0xa0000, 0x10000);
}

/* ---- against a naive model ---- */

#define MODEL_PAGES 24
#define MODEL_STEPS 4000

struct model_range {
	unsigned long start, nr;
	enum sim_cache_mode type;
	bool used;
};

static enum sim_cache_mode model_type(const struct model_range *r, size_t nr, unsigned long page)
{
	for (size_t i = 0; i < nr; i++)
		if (r[i].used && page - r[i].start < r[i].nr)
			return r[i].type;
	return SIM_CACHE_UC_MINUS;
}

/* Would a new range see two types? Then it is refused. */
static bool model_conflict(const struct model_range *r, size_t nr, struct model_range *fresh)
{
	bool found = false;

	for (size_t i = 0; i < nr; i++) {
		if (!r[i].used || r[i].start >= fresh->start + fresh->nr ||
		    fresh->start >= r[i].start + r[i].nr)
			continue;
		if (found && r[i].type != fresh->type)
			return true;
		fresh->type = r[i].type;
		found = true;
	}
	return false;
}

static void model_step(struct model_range *r, size_t nr, uint64_t *seed)
{
	struct model_range *m = &r[next_random(seed) % nr];
	enum sim_cache_mode type;

	if (m->used) {
		unreserve(m->start, m->nr);
		m->used = false;
		return;
	}
	m->start = next_random(seed) % MODEL_PAGES;
	m->nr = 1 + next_random(seed) % (MODEL_PAGES - m->start);
	m->type = type = next_random(seed) & 1 ? SIM_CACHE_WC : SIM_CACHE_UC_MINUS;
	m->used = !model_conflict(r, nr, m);
	assert_int_equal(sim_memtype_reserve(f.machine, io_byte(m->start),
					     io_byte(m->start + m->nr), &type),
			 m->used ? 0 : -EBUSY);
	if (m->used)
		assert_int_equal(type, m->type);
}

static void test_memtype_random_reservations_agree_with_a_model(void **state)
{
	const char *given = getenv("SIM_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : 0x5eed;
	struct model_range r[12] = { 0 };

	(void)state;
	print_message("SIM_SEED=%#llx\n", (unsigned long long)seed);
	for (int step = 0; step < MODEL_STEPS; step++) {
		model_step(r, SIM_ARRAY_SIZE(r), &seed);
		for (unsigned long page = 0; page < MODEL_PAGES; page++)
			assert_int_equal(io_type(page),
					 model_type(r, SIM_ARRAY_SIZE(r), page));
	}
	for (size_t i = 0; i < SIM_ARRAY_SIZE(r); i++)
		if (r[i].used)
			unreserve(r[i].start, r[i].nr);
}

/* ---- without PAT, without a task ---- */

static void test_memtype_without_pat_does_nothing(void **state)
{
	struct pte_fixture arm;
	uint64_t prot = 0x123;

	(void)state;
	pte_fixture_init(&arm, "arm64", "6.1");
	assert_int_equal(arch_io_reserve_memtype_wc(0x1000, 0x1000), 0);
	arch_io_free_memtype_wc(0x1000, 0x1000);
	assert_int_equal(sim_set_memtype_ram(arm.machine, ~0ul, 1, SIM_CACHE_WC), 0);
	assert_int_equal(sim_memtype_lookup(arm.machine, 0), SIM_CACHE_WB);
	sim_track_pfn_insert(arm.machine, &prot, 0);
	assert_int_equal(prot, 0x123);
	assert_int_equal(sim_counter(arm.machine, SIM_CNT_PAT_LOOKUP), 0);
	sim_memtype_exit(arm.machine);
	pte_fixture_exit(&arm);
	sim_task_switch(f.task);
}

static void test_memtype_without_a_current_task(void **state)
{
	(void)state;
	sim_task_switch(NULL);
	assert_int_equal(arch_io_reserve_memtype_wc(0x1000, 0x1000), -EINVAL);
	arch_io_free_memtype_wc(0x1000, 0x1000);
	sim_task_switch(f.task);
}

static void test_memtype_init_without_memory(void **state)
{
	struct sim_memtype *memtype = f.machine->memtype;

	(void)state;
	sim_fail_alloc(f.machine, 1);
	assert_int_equal(sim_memtype_init(f.machine), -ENOMEM);
	assert_ptr_equal(f.machine->memtype, memtype);
}

static void test_memtype_exit_frees_reservations(void **state)
{
	struct pte_fixture other;

	(void)state;
	pte_fixture_init(&other, "x86_64", "6.1");
	assert_int_equal(arch_io_reserve_memtype_wc(io_byte(0), 4096), 0);
	assert_int_equal(arch_io_reserve_memtype_wc(io_byte(7), 4096), 0);
	sim_memtype_exit(other.machine);
	assert_int_equal(sim_live_objects(other.machine, SIM_OBJ_MEMTYPE), 0);
	assert_int_equal(sim_memtype_init(other.machine), 0);
	pte_fixture_exit(&other);
	sim_task_switch(f.task);
}

/* ---- L1TF ---- */

static void test_pfn_modify_allowed(void **state)
{
	const uint64_t none = sim_vm_page_prot(f.mmu, VM_NONE).pgprot;
	const uint64_t readable = sim_vm_page_prot(f.mmu, VM_READ).pgprot;
	const unsigned long limit = 1ul << (f.machine->arch->max_phys_bits - 1 - 12);

	(void)state;
	assert_true(sim_pfn_modify_allowed(f.machine, limit, readable));
	assert_false(sim_pfn_modify_allowed(f.machine, limit, none));
	assert_true(sim_pfn_modify_allowed(f.machine, limit - 1, none));
	assert_true(sim_pfn_modify_allowed(f.machine, pte_fixture_ram(&f), none));
	/* an entry of zeros is not inverted */
	assert_true(sim_pfn_modify_allowed(f.machine, limit, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(test_memtype_of_ends_within_a_page),
	TEST(test_memtype_ram_lives_in_page_flags),
	TEST(test_memtype_ram_keeps_other_flags),
	TEST(test_memtype_ram_refuses_what_is_no_ram),
	TEST(test_memtype_io_is_uncached_unless_reserved),
	TEST(test_memtype_io_part_of_a_page_counts),
	TEST(test_memtype_io_same_type_may_overlap),
	TEST(test_memtype_io_joins_an_uncached_range),
	TEST(test_memtype_io_two_types_in_the_way),
	TEST(test_memtype_io_write_back_becomes_uncached),
	TEST(test_memtype_io_free_by_end_cuts_short),
	TEST(test_memtype_reserve_refuses),
	TEST(test_memtype_reserve_of_ram),
	TEST(test_memtype_isa_hole_is_not_tracked),
	TEST(test_memtype_random_reservations_agree_with_a_model),
	TEST(test_memtype_without_pat_does_nothing),
	TEST(test_memtype_without_a_current_task),
	TEST(test_memtype_init_without_memory),
	TEST(test_memtype_exit_frees_reservations),
	TEST(test_pfn_modify_allowed),
};

SIM_TEST_MAIN(tests)
