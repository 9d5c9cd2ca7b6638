/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_the_language_page(void **state)
{
	static const struct scenario_case cases[] = {
		{ "all of it, as the manual has it",
		  "machine arch=arm64 release=5.11 ttm=mixed ram=64M vram=16M\n"
		  "bo   b0 pages=16 in=system caching=wc\n"
		  "open f0 rw\n"
		  "mmap m0 f0 b0 share=shared prot=rw      -> 0\n"
		  "write m0+0                              -> 0\n"
		  "pte  m0+0                               -> special=1 write=1 pfn=b0+0\n"
		  "gup_fast m0+0 write                     -> -EFAULT\n"
		  "gup  m0+0 write n=2                     -> -EFAULT\n"
		  "refs b0+0                               -> ref=1 map=0\n"
		  "mprotect m0 prot=r                      -> 0\n"
		  "move b0 to=vram                         -> 0\n"
		  "fork child                              -> 0\n"
		  "in child read m0+0                      -> 0\n"
		  "munmap m0 ; free b0 ; maps\n"
		  "dev  d0 vma=PFNMAP,IO insert=pfn_prot backing=ram caching=wb prefault=16 reject_cow=1\n"
		  "mmap m1 d0 share=private prot=r pages=4 -> -EINVAL\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_a_bug_ends_it(void **state)
{
	static const char text[] =
		"dev d vma=PFNMAP,IO\nmmap m d share=private\nread m+0 -> BUG\nread m+0 -> -EIO\n"
		"teardown -> -EIO\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_int_equal(o.result.nr_failed, 0);
	assert_true(o.result.crashed);
	assert_non_null(strstr(o.out, "#| BUG: mm/memory.c, vmf_insert_pfn_prot: "));
	scenario_output_free(&o);
}

static void test_every_operation_on_a_crashed_machine(void **state)
{
	static const char text[] =
		"bo b pages=2\nopen f rw\nfile r pages=2\nmmap t f b\nread t+0\nfork c\n"
		"dev d vma=PFNMAP,IO\nmmap m d share=private\nread m+0 -> BUG\n"
		"bo b2 pages=1\nmove b to=vram\nfile r2 pages=1\nopen f2 rw\nopen f3 rw dev=d\n"
		"dev d2\nmmap x f b\nmmap y d\nmmap z anon pages=1\nmprotect t prot=r\n"
		"madvise t normal\nmremap t pages=1\nmlock t\nmunlock t\nwrite t+0\nread b+0\n"
		"ptrace t+0\npte t+0\nrefs b+0\nrefs t+0\ngup t+0\ngup_fast t+0\npin t+0\n"
		"gup_fast_only t+0\npin_fast t+0\npin_fast_only t+0\nput t+0\nunpin t+0\nzap b\n"
		"zap r\nsmaps t\nmaps\ncounters\ncheck\nfork c2\nexit c\nmunmap t\nclose f\n"
		"free b\nfail_alloc n=1\nexit main\nteardown\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_string_equal(o.err, "");
	assert_int_equal(o.ret, 0);
	assert_true(o.result.crashed);
	assert_int_equal(o.result.nr_failed, 0);
	scenario_output_free(&o);
}

/* What has exited costs nothing any more; what lives costs what it has inherited. */
static void test_work_is_of_what_lives(void **state)
{
	size_t len = 0, max = 40000;
	char *text = malloc(max);
	struct scenario_output o;

	(void)state;
	len += (size_t)snprintf(text, max, "mmap m anon pages=4 share=private\n");
	for (int i = 0; i < 60; i++)
		len += (size_t)snprintf(text + len, max - len, "fork e%d\nexit e%d\n", i, i);
	len += (size_t)snprintf(text + len, max - len, "fork c0\n");
	for (int i = 1; i < 30; i++)
		len += (size_t)snprintf(text + len, max - len, "in c%d fork c%d\n", i - 1, i);
	o = scenario_run_len(text, len, SIM_SCENARIO_TEXT);
	assert_string_equal(o.err, "");
	assert_int_equal(o.ret, 0);
	scenario_output_free(&o);
	free(text);
}

static void test_work_is_limited(void **state)
{
	size_t len = 0, max = 200000;
	char *text = malloc(max);
	struct scenario_output o;

	(void)state;
	len += (size_t)snprintf(text, max, "mmap m anon pages=65536 share=private\n");
	for (int i = 0; i < 9000; i++)
		len += (size_t)snprintf(text + len, max - len, "read m+%d\n", i);
	o = scenario_run_len(text, len, SIM_SCENARIO_TEXT);
	assert_int_equal(o.ret, -E2BIG);
	assert_non_null(strstr(o.err, "too much work"));
	scenario_output_free(&o);
	free(text);
}

static void test_options_are_defaults_for_the_machine(void **state)
{
	static const char text[] = "machine release=5.11\nmmap m anon pages=1 share=private\n"
				   "write m+0\npte m+0 -> raw=0\n";
	struct sim_scenario_options options = { .machine = { .arch = "s390x" } };
	struct sim_scenario_result result;

	(void)state;
	assert_int_equal(sim_scenario_run(text, sizeof(text) - 1, &options, &result), 0);
	assert_int_equal(result.nr_failed, 1);
	assert_int_equal(sim_scenario_run(text, sizeof(text) - 1, NULL, NULL), 0);
	assert_int_equal(sim_scenario_run("bo", 2, NULL, NULL), -EINVAL);
	options.machine.arch = "pdp11";
	assert_int_equal(sim_scenario_run("maps", 4, &options, NULL), -EINVAL);
}

static void test_injected_failures_lose_nothing(void **state)
{
	char text[400];

	(void)state;
	for (int nth = 1; nth < 60; nth++) {
		struct scenario_output o;

		snprintf(text, sizeof(text),
			 "open f rw\nbo b0 pages=1\nmmap m0 f b0\nfail_alloc n=%d\n"
			 "bo b pages=4 in=tt\nfile r pages=2\ndev d pages=3 vma=PFNMAP,IO\n"
			 "mmap m anon pages=4 share=private\nwrite m+0 n=4\nmmap t f b\n"
			 "write t+0 n=4\nmmap e d\nread e+0\nfork c\nin c write m+0\n"
			 "move b0 to=vram\nmprotect m+1 prot=r\nmunmap m+2\ngup m+0 write\n", nth);
		o = scenario_run_len(text, strlen(text), SIM_SCENARIO_TEXT);
		if (o.ret || o.result.nr_leaks || o.result.nr_violations)
			fail_msg("failure %d: %s%s", nth, o.err, o.out);
		scenario_output_free(&o);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_the_language_page),
	cmocka_unit_test(test_a_bug_ends_it),
	cmocka_unit_test(test_every_operation_on_a_crashed_machine),
	cmocka_unit_test(test_work_is_of_what_lives),
	cmocka_unit_test(test_work_is_limited),
	cmocka_unit_test(test_options_are_defaults_for_the_machine),
	cmocka_unit_test(test_injected_failures_lose_nothing),
};
SIM_TEST_MAIN(tests)
