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

static void test_outcome_says_where_the_thread_was(void **state)
{
	struct sim_callback callback = { .name = "->fault", .addr = 0x7000 };
	const struct sim_outcome *outcome;

	sim_thread.callback = &callback;
	sim_thread.comm = "painter\0\0\0\0\0\0\0\0";
	sim_outcome_record(*state, SIM_MISUSE, "f", "g", "c");
	sim_thread.callback = NULL;
	sim_thread.comm = NULL;
	outcome = sim_last_outcome(*state, SIM_MISUSE);
	assert_string_equal(outcome->handler, "->fault");
	assert_string_equal(outcome->comm, "painter");
	assert_int_equal(outcome->addr, 0x7000);

	sim_outcome_record(*state, SIM_MISUSE, "f", "g", "c");
	assert_ptr_not_equal(sim_last_outcome(*state, SIM_MISUSE), outcome);
	assert_null(sim_last_outcome(*state, SIM_MISUSE)->handler);
	assert_string_equal(sim_last_outcome(*state, SIM_MISUSE)->comm, "");
}

static void test_oops_crashes_misuse_and_endless_do_not(void **state)
{
	sim_outcome_record(*state, SIM_MISUSE, "f", "g", "c");
	sim_outcome_record(*state, SIM_ENDLESS, "f", "g", "c");
	assert_false(sim_crashed(*state));
	sim_outcome_record(*state, SIM_OOPS, "f", "g", "c");
	assert_true(sim_crashed(*state));
}

static void test_format_copies_the_condition(void **state)
{
	char name[] = "mmap_lock";

	sim_outcome_format(*state, SIM_MISUSE, "f", "g", "%s is held", name);
	name[0] = 'X';
	assert_string_equal(sim_last_outcome(*state, SIM_MISUSE)->condition, "mmap_lock is held");
}

static void test_expected_are_counted_down_and_no_others(void **state)
{
	struct sim_machine *machine = *state;

	sim_expect_outcome(machine, SIM_BAD_PAGE, 0);
	sim_expect_outcome(machine, SIM_WARN, 3);
	sim_outcome_record(machine, SIM_WARN, "f", "g", "c");
	sim_outcome_record(machine, SIM_WARN, "f", "g", "other");
	assert_int_equal(sim_outcomes_missing(machine, SIM_WARN), 1);
	assert_int_equal(sim_outcomes_unexpected(machine, SIM_WARN), 0);
	sim_outcome_record(machine, SIM_WARN, "f", "g", "c");
	assert_int_equal(sim_outcomes_missing(machine, SIM_WARN), 0);
	machine->telling.quiet = true;
	sim_outcome_record(machine, SIM_WARN, "f", "g", "c");
	sim_outcome_record(machine, SIM_BAD_PAGE, "f", "g", "c");
	assert_int_equal(sim_outcomes_unexpected(machine, SIM_WARN), 1);
	assert_int_equal(sim_outcomes_unexpected(machine, SIM_BAD_PAGE), 1);
	assert_int_equal(sim_nr_outcomes(machine, SIM_WARN), 4);
}

static void test_expected_any_number_until_none(void **state)
{
	struct sim_machine *machine = *state;

	sim_expect_outcome(machine, SIM_BAD_PAGE, SIM_ANY_NUMBER);
	for (int i = 0; i < 50; i++)
		sim_outcome_record(machine, SIM_BAD_PAGE, "f", "g", "c");
	assert_int_equal(sim_outcomes_missing(machine, SIM_BAD_PAGE), 0);
	assert_int_equal(sim_outcomes_unexpected(machine, SIM_BAD_PAGE), 0);
	sim_expect_outcome(machine, SIM_BAD_PAGE, 0);
	machine->telling.quiet = true;
	sim_outcome_record(machine, SIM_BAD_PAGE, "f", "g", "c");
	assert_int_equal(sim_outcomes_unexpected(machine, SIM_BAD_PAGE), 1);
}

static void test_expectations_outlive_a_restore(void **state)
{
	struct sim_snapshot *snapshot = sim_snapshot(*state);

	sim_expect_outcome(*state, SIM_BUG, 2);
	sim_outcome_record(*state, SIM_BUG, "f", "g", "c");
	assert_int_equal(sim_restore(*state, snapshot), 0);
	assert_int_equal(sim_outcomes_missing(*state, SIM_BUG), 1);
	assert_int_equal(sim_nr_outcomes(*state, SIM_BUG), 0);
	sim_snapshot_free(snapshot);
}

static void test_expect_of_nonsense_is_ignored(void **state)
{
	sim_expect_outcome(NULL, SIM_BUG, 1);
	sim_expect_outcome(*state, SIM_NR_OUTCOME_KINDS, 1);
	assert_int_equal(sim_outcomes_missing(NULL, SIM_BUG), 0);
	assert_int_equal(sim_outcomes_missing(*state, SIM_NR_OUTCOME_KINDS), 0);
	assert_int_equal(sim_outcomes_unexpected(NULL, SIM_BUG), 0);
	assert_null(sim_outcome_name(SIM_NR_OUTCOME_KINDS));
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
	TEST(test_outcome_says_where_the_thread_was),
	TEST(test_oops_crashes_misuse_and_endless_do_not),
	TEST(test_format_copies_the_condition),
	TEST(test_expected_are_counted_down_and_no_others),
	TEST(test_expected_any_number_until_none),
	TEST(test_expectations_outlive_a_restore),
	TEST(test_expect_of_nonsense_is_ignored),
};
SIM_TEST_MAIN(tests)
