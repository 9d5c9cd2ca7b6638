/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/cpu.h"
#include "base/internal.h"
#include "base/outcome.h"

struct seen {
	unsigned int nr;
	struct sim_event last;
};

static void see(const struct sim_event *event, void *data)
{
	struct seen *seen = data;

	seen->nr++;
	seen->last = *event;
}

static vm_fault_t bug_if(struct sim_machine *machine, bool cond)
{
	if (SIM_BUG_ON(machine, "mm/memory.c", cond))
		return 2;
	return 0;
}

static void test_bug_on_false_is_nothing(void **state)
{
	assert_int_equal(bug_if(*state, false), 0);
	assert_false(sim_crashed(*state));
	assert_int_equal(sim_nr_outcomes(*state, SIM_BUG), 0);
	assert_null(sim_last_outcome(*state, SIM_BUG));
}

static void test_bug_on_crashes_and_says_where(void **state)
{
	const struct sim_outcome *outcome;

	assert_int_equal(bug_if(*state, true), 2);
	assert_true(sim_crashed(*state));
	assert_int_equal(sim_enter(*state), -EIO);
	outcome = sim_last_outcome(*state, SIM_BUG);
	assert_non_null(outcome);
	assert_int_equal(outcome->kind, SIM_BUG);
	assert_string_equal(outcome->file, "mm/memory.c");
	assert_string_equal(outcome->function, "bug_if");
	assert_string_equal(outcome->condition, "cond");
}

static void test_bug_on_in_names_the_kernel_function(void **state)
{
	assert_true(SIM_BUG_ON_IN(*state, "mm/memory.c", "vmf_insert_pfn_prot", *state != NULL));
	assert_string_equal(sim_last_outcome(*state, SIM_BUG)->function, "vmf_insert_pfn_prot");
}

static void test_warn_and_bad_page_do_not_crash(void **state)
{
	assert_true(SIM_WARN_ON(*state, "mm/gup.c", *state != NULL));
	assert_true(sim_outcome_record(*state, SIM_BAD_PAGE, "f", "g", "c"));
	assert_false(sim_crashed(*state));
	assert_int_equal(sim_enter(*state), 0);
	assert_int_equal(sim_nr_outcomes(*state, SIM_WARN), 1);
	assert_int_equal(sim_nr_outcomes(*state, SIM_BAD_PAGE), 1);
}

/* The same outcome again takes no memory, and earlier pointers stay good. */
static void test_outcome_repeated_is_kept_once(void **state)
{
	struct sim_machine *machine = *state;
	const struct sim_outcome *first;
	size_t brk;

	sim_outcome_record(machine, SIM_WARN, "f", "g", "first");
	first = sim_last_outcome(machine, SIM_WARN);
	sim_outcome_record(machine, SIM_WARN, "f", "g", "second");
	assert_string_equal(first->condition, "first");
	assert_string_equal(sim_last_outcome(machine, SIM_WARN)->condition, "second");

	brk = sim_arena_of(machine)->brk;
	for (int i = 0; i < 1000; i++)
		sim_outcome_record(machine, SIM_WARN, "f", "g", "first");
	assert_int_equal(sim_arena_of(machine)->brk, brk);
	assert_ptr_equal(sim_last_outcome(machine, SIM_WARN), first);
	assert_int_equal(sim_nr_outcomes(machine, SIM_WARN), 1002);
}

static void test_outcome_is_an_event(void **state)
{
	struct seen seen = { 0 };

	sim_set_event_fn(*state, see, &seen);
	sim_outcome_record(*state, SIM_WARN, "f", "g", "c");
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.last.kind, SIM_EV_OUTCOME);
	assert_int_equal(seen.last.value, SIM_WARN);
	assert_string_equal(seen.last.what, "c");
	sim_set_event_fn(*state, NULL, NULL);
	sim_outcome_record(*state, SIM_WARN, "f", "g", "c");
	assert_int_equal(seen.nr, 1);
}

static void test_outcome_of_unknown_kind_is_none(void **state)
{
	assert_null(sim_last_outcome(*state, SIM_NR_OUTCOME_KINDS));
	assert_int_equal(sim_nr_outcomes(*state, SIM_NR_OUTCOME_KINDS), 0);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_bug_on_false_is_nothing),
	TEST(test_bug_on_crashes_and_says_where),
	TEST(test_bug_on_in_names_the_kernel_function),
	TEST(test_warn_and_bad_page_do_not_crash),
	TEST(test_outcome_repeated_is_kept_once),
	TEST(test_outcome_is_an_event),
	TEST(test_outcome_of_unknown_kind_is_none),
};
SIM_TEST_MAIN(tests)
