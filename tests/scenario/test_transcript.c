/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_text(void **state)
{
	static const char text[] =
		"# why\n\nmmap  m anon\tpages=1 share=private -> 0 # so\nwrite m+0 value=3\n"
		"read m+0 -> value=4\nread m+1 -> 0 value=1\n";
	static const char want[] =
		"#| ttmsim " TTMSIM_VERSION ": t\n"
		"#| on a machine arch=x86_64 release=6.1 ttm=pfn ram=64M vram=16M prefault=16"
		" pool_order=11\n"
		"# why\n\n"
		"mmap m anon pages=1 share=private       -> 0\n"
		"write m+0 value=3                       -> 0\n"
		"read m+0                                -> 0 value=0x03\n"
		"#| FAILED: t:5: expected value=4, got value=0x03\n"
		"read m+1                                -> SIGSEGV code=SEGV_MAPERR\n"
		"#| FAILED: t:6: expected 0, got SIGSEGV\n"
		"#| FAILED: t:6: expected value=1, got value=nothing\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_string_equal(o.out, want);
	assert_int_equal(o.result.nr_failed, 2);
	assert_int_equal(o.result.nr_expected, 3);
	scenario_output_free(&o);
}

static void test_ktap(void **state)
{
	static const char text[] =
		"# why\nmmap m anon pages=1 share=private -> 0\nwrite m+0\nread m+0 -> value=4\n";
	static const char want[] =
		"    KTAP version 1\n"
		"    # Subtest: t\n"
		"    1..2\n"
		"    ok 1 line 2: mmap m anon pages=1 share=private\n"
		"    # mmap m anon pages=1 share=private -> 0\n"
		"    # write m+0 -> 0\n"
		"    not ok 2 line 4: read m+0\n"
		"    # read m+0 -> 0 value=0xa5\n"
		"    # FAILED: t:4: expected value=4, got value=0xa5\n"
		"not ok 1 t\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_KTAP);

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_string_equal(o.out, want);
	scenario_output_free(&o);
	o = scenario_run_len("maps", 4, SIM_SCENARIO_KTAP);
	assert_non_null(strstr(o.out, "    1..0\n"));
	assert_non_null(strstr(o.out, "ok 1 t # SKIP no expectations\n"));
	scenario_output_free(&o);
}

static void test_quiet(void **state)
{
	static const char text[] = "mmap m anon pages=1 -> 0\nread m+1 -> 0\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_QUIET);

	(void)state;
	assert_int_equal(o.out_len, 0);
	assert_string_equal(o.err, "FAILED: t:2: expected 0, got SIGSEGV\n");
	scenario_output_free(&o);
}

static void test_color_marks_failures(void **state)
{
	char *out = NULL;
	size_t len;
	FILE *file = open_memstream(&out, &len);
	struct sim_scenario_options options = { .out = file, .color = true };

	(void)state;
	assert_int_equal(sim_scenario_run("maps -> 1", 9, &options, NULL), 0);
	fclose(file);
	assert_non_null(strstr(out, "\033[31mFAILED: scenario:1: expected 1, got 0\033[0m\n"));
	free(out);
}

static void test_values_compare_as_numbers(void **state)
{
	(void)state;
	scenario_holds("hex and decimal", "mmap m anon pages=1 share=private\nwrite m+0 value=255\n"
		       "read m+0 -> value=255 bad_page=0 warn=0\nread m+0 -> value=0xFF\n");
}

/* What a scenario prints is a scenario: it holds, and prints the same. */
static void test_a_transcript_is_a_scenario(void **state)
{
	static const char text[] =
		"# a comment\nmachine arch=s390x release=5.11\nbo b pages=3 in=vram\nopen f rw\n"
		"mmap m f b share=private -> -EINVAL\nread m+0\nwrite m+0 ; pte m+0\nmaps\nsmaps m\n"
		"gup_fast m+0 write\ncounters\nfork c\nin c read m+1\ndev d vma=PFNMAP,IO\n"
		"mmap n d share=private\nread n+0\nread n+0\n";
	struct scenario_output first = scenario_run_len(text, sizeof(text) - 1,
							SIM_SCENARIO_TEXT), second, third;

	(void)state;
	assert_int_equal(first.ret, 0);
	assert_int_equal(first.result.nr_failed, 1);
	second = scenario_run_len(first.out, first.out_len, SIM_SCENARIO_TEXT);
	assert_int_equal(second.ret, 0);
	assert_int_equal(second.result.nr_failed, 0);
	assert_int_equal(second.result.nr_expected, second.result.nr_ops);
	third = scenario_run_len(second.out, second.out_len, SIM_SCENARIO_TEXT);
	assert_string_equal(second.out, third.out);
	scenario_output_free(&first);
	scenario_output_free(&second);
	scenario_output_free(&third);
}

static void test_head_says_what_was_asked(void **state)
{
	static const char text[] =
		"machine arch=aarch64 release=5.11 ram=65536K vram=68K toggle=pte_special,fast_gup\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_non_null(strstr(o.out, "#| on a machine arch=arm64 release=5.11 ttm=mixed ram=64M "
			       "vram=68K prefault=16 pool_order=11 "
			       "toggle=pte_special,fast_gup\n"));
	scenario_output_free(&o);
}

/* What ends badly, whether a line says so, and how it is told. */
static void test_alarms(void **state)
{
#define LEFT "dev d insert=apply\nmmap m d share=private\nwrite m+3\ninsert m+0 n=12\n"
#define BUGS "dev d\nmmap m d share=private prot=r\n"
#define BAD "dev d vma=none insert=apply pages=4\nmmap m d\nread m+0 n=4\n"
	static const struct {
		const char *text, *told;
		unsigned int nr;
	} cases[] = {
		{ BUGS "read m+0", "FAILED: t:3: BUG was not expected\n", 1 },
		{ BUGS "read m+0 -> BUG", NULL, 0 },
		{ BUGS "read m+0 -> BUG\nread m+1 -> -EIO", NULL, 0 },
		{ BUGS "read m+0 -> warn=0", "FAILED: t:3: BUG was not expected\n", 1 },
		{ BUGS "read m+0 -> 0", "FAILED: t:3: expected 0, got BUG\n", 0 },
		{ BAD "munmap m", "FAILED: t:4: bad_page=4 was not expected\n", 1 },
		{ BAD "munmap m -> 0", "FAILED: t:4: bad_page=4 was not expected\n", 1 },
		{ BAD "munmap m -> bad_page=4", NULL, 0 },
		{ LEFT, "FAILED: t:4: bad_page=1 was not expected\n"
		  "FAILED: t:4: leaks=2 was not expected\n", 2 },
		{ LEFT "teardown", "FAILED: t:5: bad_page=1 was not expected\n"
		  "FAILED: t:5: leaks=2 was not expected\n", 2 },
		{ LEFT "teardown -> leaks=2", "FAILED: t:5: bad_page=1 was not expected\n", 1 },
		{ LEFT "teardown -> leaks=2 bad_page=1", NULL, 0 },
		{ BAD, "FAILED: t:3: bad_page=4 was not expected\n", 1 },
		{ "mmap m anon pages=1\nread m+0", NULL, 0 },
	};
#undef LEFT
#undef BUGS
#undef BAD

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct scenario_output o = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_TEXT);
		struct scenario_output q = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_QUIET);
		const char *failed = strstr(o.out, "FAILED"), *told = cases[i].told;

		if (o.result.nr_unexpected != cases[i].nr || !failed != !told ||
		    (failed && strncmp(failed, told, strcspn(told, "\n") + 1) != 0))
			fail_msg("%s:\n%s", cases[i].text, o.out);
		assert_string_equal(q.err, cases[i].told ? cases[i].told : "");
		assert_int_equal(q.out_len, 0);
		scenario_output_free(&q);
		scenario_output_free(&o);
	}
}

static void test_alarms_fail_a_ktap_test(void **state)
{
	static const char text[] = "dev d\nmmap m d share=private prot=r\nread m+0\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_KTAP);

	(void)state;
	assert_non_null(strstr(o.out, "    # FAILED: t:3: BUG was not expected\nnot ok 1 t\n"));
	scenario_output_free(&o);
}

/* Whatever a run met: what it printed is a scenario that holds, and prints the same. */
static void test_transcripts_run_again(void **state)
{
	static const char *const texts[] = {
		"dev d insert=apply\nmmap m d share=private\nwrite m+3\ninsert m+0 n=12\n",
		"machine arch=um\ndev d insert=fault_page\nmmap m d\nwrite m+1\n",
		("machine arch=mips64 release=6.1\nbo b pages=4\nopen f rw\nmmap m f b\nwrite m+0\n"
		 "mprotect m prot=r\nmunmap m\nfile o pages=32\nmmap n o\nwrite n+0\ngup_fast m+0\n"),
		"dev d\nmmap m d share=private prot=r\nread m+0\nread m+0\npte m+0 full\n",
		"mmap m anon pages=2\nwrite m+1\npte m+0\npte m+1\npte m+1 full\npte m+0 full\n",
		"exit main\nmaps\nteardown\nteardown\n",
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(texts); i++) {
		struct scenario_output o = scenario_run_len(texts[i], strlen(texts[i]),
							    SIM_SCENARIO_TEXT);
		struct scenario_output again = scenario_run_len(o.out, o.out_len,
								SIM_SCENARIO_TEXT);
		char *failed = strstr(o.out, "#| FAILED");

		if (again.ret || again.result.nr_failed || again.result.nr_unexpected)
			fail_msg("%s%s", again.err, again.out);
		assert_int_equal(again.result.nr_ops, o.result.nr_ops);
		for (; failed; failed = strstr(o.out, "#| FAILED")) /* the second expects it */
			memmove(failed, strchr(failed, '\n') + 1, strlen(strchr(failed, '\n')));
		assert_string_equal(again.out, o.out);
		scenario_output_free(&again);
		scenario_output_free(&o);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_text),
	cmocka_unit_test(test_ktap),
	cmocka_unit_test(test_quiet),
	cmocka_unit_test(test_color_marks_failures),
	cmocka_unit_test(test_values_compare_as_numbers),
	cmocka_unit_test(test_a_transcript_is_a_scenario),
	cmocka_unit_test(test_head_says_what_was_asked),
	cmocka_unit_test(test_alarms),
	cmocka_unit_test(test_alarms_fail_a_ktap_test),
	cmocka_unit_test(test_transcripts_run_again),
};
SIM_TEST_MAIN(tests)
