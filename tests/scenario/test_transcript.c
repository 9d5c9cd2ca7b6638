/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_text(void **state)
{
	static const char text[] =
		"# why\n\nmmap  m anon\tpages=1 share=private -> 0 # so\nwrite m+0 value=3\n"
		"read m+0 -> value=4\nread m+1 -> 0 value=1\n";
	static const char want[] =
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_text),
	cmocka_unit_test(test_ktap),
	cmocka_unit_test(test_quiet),
	cmocka_unit_test(test_color_marks_failures),
	cmocka_unit_test(test_values_compare_as_numbers),
	cmocka_unit_test(test_a_transcript_is_a_scenario),
};
SIM_TEST_MAIN(tests)
