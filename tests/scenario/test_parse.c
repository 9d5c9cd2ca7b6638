/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario.h"
#include "support/scenario.h"

/* Longer than any limit, and what must be said about it. */
static void test_parse_limits(void **state)
{
	static const struct {
		const char *description, *unit, *error;
		size_t nr;
		int ret;
	} cases[] = {
		{ "a megabyte line", "a", "a line of more than", 1u << 20, -EINVAL },
		{ "a megabyte of blanks", " ", "a line of more than", 1u << 20, -EINVAL },
		{ "a megabyte comment", "#", "a line of more than", 1u << 20, -EINVAL },
		{ "too many operations", "maps\n", "more than 10000 operations", 10001, -E2BIG },
		{ "too many lines", "#\n", "more than 40000 lines", 50000, -E2BIG },
		{ "too many bytes", "#\n#\n#\n#\n", "more than 4194304 bytes", 600000, -E2BIG },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		size_t unit = strlen(cases[i].unit), len = unit * cases[i].nr;
		char *text = malloc(len);
		struct scenario_output o;

		for (size_t n = 0; n < cases[i].nr; n++)
			memcpy(text + n * unit, cases[i].unit, unit);
		o = scenario_run_len(text, len, SIM_SCENARIO_TEXT);
		if (o.ret != cases[i].ret || !strstr(o.err, cases[i].error))
			fail_msg("%s: returned %d and said %s", cases[i].description, o.ret, o.err);
		scenario_output_free(&o);
		free(text);
	}
}

static void test_parse_too_many_names(void **state)
{
	char text[300 * 24] = "";
	size_t len = 0;
	struct scenario_output o;

	(void)state;
	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "mmap m%d anon pages=1\n",
					i);
	o = scenario_run_len(text, len, SIM_SCENARIO_TEXT);
	assert_int_equal(o.ret, -EINVAL);
	assert_non_null(strstr(o.err, "more than 256 names"));
	scenario_output_free(&o);
}

static void test_parse_nul_bytes(void **state)
{
	static const char text[] = "maps\0\nmaps";
	static const char comment[] = "# a\0b\033[31m\nmaps";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_int_equal(o.ret, -EINVAL);
	assert_non_null(strstr(o.err, "byte 0x00 has no place here"));
	scenario_output_free(&o);
	o = scenario_run_len(comment, sizeof(comment) - 1, SIM_SCENARIO_TEXT);
	assert_int_equal(o.ret, 0);
	assert_non_null(strstr(o.out, "\n# a?b?[31m\n"));
	scenario_output_free(&o);
}

/* Every prefix of a good text is a text: it runs or is refused, no more. */
static void test_parse_truncated(void **state)
{
	static const char text[] =
		"machine arch=arm64 release=5.11 ttm=mixed\nbo b0 pages=4 in=tt caching=wc\n"
		"open f0 rw\nmmap m0 f0 b0 share=private prot=rw -> 0\nwrite m0+1 value=3 -> 0\n"
		"fork c ; in c read m0+1 -> value=3 # so\ngup_fast m0+1 write n=2 pin\n";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		/* Its own memory, so that ASan sees a byte read behind it. */
		char *copy = malloc(len ? len : 1);
		struct scenario_output o;

		memcpy(copy, text, len);
		o = scenario_run_len(copy, len, SIM_SCENARIO_TEXT);
		assert_true(o.ret == 0 || o.ret == -EINVAL);
		assert_true(o.ret == 0 || o.err_len);
		scenario_output_free(&o);
		free(copy);
	}
}

static void test_parse_keeps_lines(void **state)
{
	static const char text[] =
		"# one\r\n\n\tmaps   # two\n#| dropped\n# SPDX-x\n in main\tmaps;";
	struct scn *scn;

	(void)state;
	assert_int_equal(scn_parse(text, sizeof(text) - 1, NULL, NULL, &scn), 0);
	assert_int_equal(scn->nr_ops, 4);
	assert_int_equal(scn->nr_real, 2);
	assert_string_equal(scn->op[0].text, "# one");
	assert_string_equal(scn->op[1].text, "");
	assert_string_equal(scn->op[2].text, "maps");
	assert_int_equal(scn->op[2].line, 3);
	assert_string_equal(scn->op[3].text, "in main maps");
	scn_free(scn);
	scn_free(NULL);
}

static void test_parse_skips_a_bom(void **state)
{
	static const char text[] = "\xef\xbb\xbfmachine arch=um\nmaps -> 0\n";
	static const char later[] = "maps\n\xef\xbb\xbfmaps\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_string_equal(o.err, "");
	assert_int_equal(o.ret, 0);
	assert_int_equal(o.result.nr_failed, 0);
	scenario_output_free(&o);
	o = scenario_run_len(later, sizeof(later) - 1, SIM_SCENARIO_TEXT);
	assert_int_equal(o.ret, -EINVAL);
	scenario_output_free(&o);
	o = scenario_run_len("\xef\xbb", 2, SIM_SCENARIO_TEXT);
	assert_int_equal(o.ret, -EINVAL);
	scenario_output_free(&o);
}

static void test_parse_expectations(void **state)
{
	static const char text[] = "mmap m anon pages=1 -> 0\nread m+0 -> 0 value=0x00 warn=0\n";
	struct scn *scn;

	(void)state;
	assert_int_equal(scn_parse(text, sizeof(text) - 1, "x", NULL, &scn), 0);
	assert_int_equal(scn->nr_expected, 2);
	assert_int_equal(scn->op[1].nr_expect, 3);
	assert_string_equal(scn->op[1].expect[0].key, "");
	assert_string_equal(scn->op[1].expect[1].key, "value");
	assert_string_equal(scn->op[1].expect[1].value, "0x00");
	scn_free(scn);
	assert_int_equal(sim_scenario_nr_expected(text, sizeof(text) - 1, "x", NULL), 2);
	assert_int_equal(sim_scenario_nr_expected("foo", 3, "x", NULL), -EINVAL);
}

static void test_parse_the_empty_text(void **state)
{
	struct scenario_output o = scenario_run_len("", 0, SIM_SCENARIO_TEXT);

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_memory_equal(o.out, "#| ttmsim ", 10); /* its head */
	assert_int_equal(o.result.nr_ops, 0);
	scenario_output_free(&o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_parse_limits),
	cmocka_unit_test(test_parse_too_many_names),
	cmocka_unit_test(test_parse_nul_bytes),
	cmocka_unit_test(test_parse_truncated),
	cmocka_unit_test(test_parse_keeps_lines),
	cmocka_unit_test(test_parse_skips_a_bom),
	cmocka_unit_test(test_parse_expectations),
	cmocka_unit_test(test_parse_the_empty_text),
};
SIM_TEST_MAIN(tests)
