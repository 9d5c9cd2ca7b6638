/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_tell.c - what stderr hears of outcomes, each case in a process of its own.
 */
#include "support/base_fixture.h"

#include <signal.h>
#include <stdlib.h>

#include "base/tell.h"

static bool quiet;
static unsigned int expected, times;
static enum sim_outcome_kind kind;

static vm_fault_t a_driver_fault(void)
{
	return 0;
}

static void record(void)
{
	struct sim_machine *machine = bare_machine_create();
	struct sim_callback callback = { .name = "->fault", .addr = 0x7f0000001000 };

	callback.fn = (const void *)(uintptr_t)a_driver_fault;
	sim_tell_init(&machine->telling, quiet);
	sim_expect_outcome(machine, kind, expected);
	sim_thread.callback = &callback;
	sim_thread.comm = "painter\0\0\0\0\0\0\0\0";
	for (unsigned int i = 0; i < times; i++)
		sim_outcome_record(machine, kind, "mm/memory.c", "zap_pte_range", "what held");
}

struct told {
	const char *description;
	enum sim_outcome_kind kind;
	bool quiet;
	unsigned int expected, times;
	const char *quiet_env, *abort_env;
	int signal;
	const char *said; /* is part of it; NULL: nothing is said */
};

static const struct told tolds[] = {
	{ "as a kernel's log", SIM_WARN, false, 0, 1, NULL, NULL, 0,
	  "ttmsim: WARN: mm/memory.c, zap_pte_range: what held [->fault " },
	{ "with task and address", SIM_BAD_PAGE, false, 0, 1, NULL, NULL, 0,
	  ", task painter, address 0x7f0000001000]\n" },
	{ "ten of the same", SIM_BUG, false, 0, 11, NULL, NULL, 0, "], and is told no more\n" },
	{ "quiet by configuration", SIM_WARN, true, 0, 1, NULL, NULL, 0, NULL },
	{ "quiet by environment", SIM_WARN, false, 0, 1, "1", NULL, 0, NULL },
	{ "0 is not quiet", SIM_OOPS, false, 0, 1, "0", NULL, 0, "ttmsim: oops: " },
	{ "expected", SIM_WARN, false, 2, 2, NULL, NULL, 0, NULL },
	{ "one more than expected", SIM_WARN, false, 2, 3, NULL, NULL, 0, "ttmsim: WARN: " },
	{ "stops", SIM_MISUSE, false, 0, 1, NULL, "bug,misuse", SIGABRT, "ttmsim: misuse: " },
	{ "stops with the host's stack", SIM_BUG, false, 0, 1, NULL, "bug", SIGABRT, "tell" },
	{ "stops, quiet or not", SIM_BUG, true, 0, 1, "1", "all", SIGABRT, "ttmsim: BUG: " },
	{ "bad_page is one word", SIM_BAD_PAGE, false, 0, 1, NULL, "bad_page", SIGABRT,
	  "ttmsim: bad page: " },
	{ "of other kinds it does not", SIM_WARN, true, 0, 1, NULL, "bug, oops", 0, NULL },
	{ "nor at what is expected", SIM_BUG, false, 1, 1, NULL, "all", 0, NULL },
	{ "a word that is none", SIM_BUG, true, 0, 1, NULL, "warm", 0,
	  "'warm' is no kind of outcome: bug warn bad_page misuse oops endless all\n" },
};

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void test_told_each_way(void **state)
{
	char said[4096];

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(tolds); i++) {
		const struct told *t = &tolds[i];
		int got;

		set("TTMSIM_QUIET", t->quiet_env);
		set("TTMSIM_ABORT", t->abort_env);
		quiet = t->quiet;
		expected = t->expected;
		times = t->times;
		kind = t->kind;
		got = signal_of(record, said, sizeof(said));
		if (got != t->signal || (t->said ? !strstr(said, t->said) : *said))
			fail_msg("%s: signal %d, said: %s", t->description, got, said);
	}
	set("TTMSIM_QUIET", NULL);
	set("TTMSIM_ABORT", NULL);
}

static void test_told_ten_times(void **state)
{
	char said[4096], *at = said;
	int nr = 0;

	(void)state;
	quiet = false;
	expected = 0;
	times = 1000;
	kind = SIM_WARN;
	assert_int_equal(signal_of(record, said, sizeof(said)), 0);
	while ((at = strstr(at, "ttmsim: "))) {
		at++;
		nr++;
	}
	assert_int_equal(nr, 10);
}

static void test_describe_code(void **state)
{
	char to[128];

	(void)state;
	assert_string_equal(sim_describe_code(NULL, to, sizeof(to)), "");
	assert_string_equal(sim_describe_code(to, to, sizeof(to)), "");
	sim_describe_code((const void *)(uintptr_t)a_driver_fault, to, sizeof(to));
	assert_non_null(strstr(to, "base_tell+0x"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_told_each_way),
	cmocka_unit_test(test_told_ten_times),
	cmocka_unit_test(test_describe_code),
};
SIM_TEST_MAIN(tests)
