/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario.h"
#include "support/scenario.h"

static void test_errors_say_where_and_what(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "foo", "t:1:1: error: unknown operation 'foo'" },
		{ "\n\n  foo", "t:3:3: error: unknown operation 'foo'" },
		{ "bo b0",
		  "t:1:1: error: bo lacks pages\n    1 | bo b0\n      | ^~\nusage: bo BO pages=N" },
		{ "bo b0 pages=1 in=disk",
		  "t:1:18: error: in=disk is not known: system tt vram\n" },
		{ "bo b0 pages=1 color=red", "t:1:15: error: bo has no such key: 'color=red'" },
		{ "bo b0 pages=0", "t:1:13: error: '0' is no number from 1 to 65536" },
		{ "bo b0 pages=99999999999999999999", "t:1:13: error: '99999999999999999999'" },
		{ "bo b0 pages=1 pages=2", "t:1:15: error: 'pages=2' was said already" },
		{ "bo 0b pages=1", "t:1:4: error: '0b' cannot be a name" },
		{ "bo anon pages=1", "t:1:4: error: 'anon' cannot be a name" },
		{ "bo main pages=1", "t:1:4: error: 'main' is a task already" },
		{ "bo b0 pages=1\nbo b0 pages=1", "t:2:4: error: 'b0' is there already" },
		{ "bo b0 pages=1\nfree b0\nfree b0", "t:3:6: error: 'b0' is gone by now" },
		{ "free b0", "t:1:6: error: nothing is named 'b0'" },
		{ "bo b0 pages=1\nopen b0 rw", "t:2:6: error: 'b0' is a buffer object already" },
		{ "bo b0 pages=1\nclose b0",
		  "t:2:7: error: 'b0' is no open file, but a buffer object" },
		{ "open f rwx", "t:1:8: error: unknown word 'rwx': rw ro wo; did you mean rw?" },
		{ "open f rw rw", "t:1:11: error: open has no use for 'rw'" },
		{ "open f rw\nmmap m f", "t:2:1: error: a TTM file maps an object" },
		{ "bo b pages=1\nmmap m anon b pages=1",
		  "t:2:1: error: only a TTM file maps objects" },
		{ "mmap m anon", "t:1:1: error: anonymous memory needs pages=" },
		{ "mmap m anon pages=1 off=1", "t:1:1: error: anonymous memory has no off=" },
		{ "mmap m anon pages=1\nread m", "t:2:6: error: 'm' names no page: NAME+PAGE" },
		{ "mmap m anon pages=1\nread m+x", "t:2:8: error: 'x' is no page from 0" },
		{ "mmap m anon pages=1\nread m+1048577", "t:2:8: error: '1048577' is no page" },
		{ "mmap m anon pages=1 -> 0 -> 0", "t:1:26: error: one -> is enough" },
		{ "mmap m anon pages=1 ->", "t:1:21: error: nothing is expected after ->" },
		{ "mmap m anon pages=1 -> # 0", "t:1:21: error: nothing is expected after ->" },
		{ "mmap m anon pages=1 -> write=1", "t:1:24: error: mmap shows no 'write'" },
		{ "mmap m anon pages=1 -> fine", "t:1:24: error: 'fine' is nothing that a result" },
		{ "mmap m anon pages=1 -> -EFOO", "t:1:24: error: '-EFOO' is nothing" },
		{ "machine arch=vax",
		  "t:1:14: error: architecture vax is not known: arm arm64 mips64 riscv64 s390x um "
		  "x86_64\n" },
		{ "machine release=1.0",
		  "t:1:17: error: release 1.0 is not known: 5.11 5.14 6.1 6.12; nearest 5.11\n" },
		{ "machine toggle=pte_special,wings",
		  "t:1:28: error: toggle=wings is not known: pte_special fast_gup" },
		{ "machine ram=64X", "t:1:13: error: '64X' is no size" },
		{ "maps\nmachine", "t:2:1: error: machine comes first, and once" },
		{ "machine\nmachine", "t:2:1: error: machine comes first, and once" },
		{ "machine ram=65K", "t:1:1: error: no such machine can be built" },
		{ "in child maps", "t:1:4: error: nothing is named 'child'" },
		{ "in", "t:1:3: error: in which task?" },
		{ "fork c\nin c exit c", "t:2:6: error: a task cannot end itself here" },
		{ "fork c\nexit c\nin c maps", "t:3:4: error: 'c' is gone by now" },
		{ "maps \001", "t:1:6: error: byte 0x01 has no place here" },
		{ "maps \377", "t:1:6: error: byte 0xff has no place here" },
		{ "\001", "t:1:1: error: byte 0x01 has no place here" },
		{ "dev d vma=IO,WINGS", "t:1:14: error: vma=WINGS is not known: none PFNMAP" },
		{ "dev d vma=IO,", "t:1:14: error: vma= is not known: none PFNMAP" },
		{ "maps -> =1", "t:1:9: error: maps shows no ''" },
		{ "maps -> a=", "t:1:9: error: 'a=' is no expectation" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct scenario_output o = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_TEXT);

		if (o.ret != -EINVAL || strncmp(o.err, cases[i].error, strlen(cases[i].error)))
			fail_msg("%s\nreturned %d and said\n%snot\n%s", cases[i].text, o.ret,
				 o.err, cases[i].error);
		assert_int_equal(o.out_len, 0);
		scenario_output_free(&o);
	}
}

static void test_errors_name_what_was_meant(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "mproect m prot=r", "unknown operation 'mproect'; did you mean mprotect?" },
		{ "gpu_fast m+0", "unknown operation 'gpu_fast'; did you mean gup_fast?" },
		{ "fly", "unknown operation 'fly'\n" },
		{ "bo b0 paegs=1", "bo has no such key: 'paegs=1'; did you mean pages?" },
		{ "mmap m anon pages=1\ngup m+0 wriet",
		  "gup has no use for 'wriet'; did you mean write?" },
		{ "bo b0 pages=1 in=vrma",
		  "in=vrma is not known: system tt vram; did you mean vram?" },
		{ "mmap m anon pages=1\nmadvise m dontned", "did you mean dontneed?" },
		{ "dev d vma=IO,PFNAMP", "did you mean PFNMAP?" },
		{ "bo buffer pages=1\nfree bufer",
		  "nothing is named 'bufer'; did you mean buffer?" },
		{ "mmap m0 anon pages=1\nbo b0 pages=1\nfree m1", "nothing is named 'm1'\n" },
		{ "mmap m0 anon pages=1\nrefs nn+0", "nothing is named 'nn'\n" },
		{ "mmap m anon pages=1\npte m+0 -> wirte=1",
		  "pte shows no 'wirte': present special" },
		{ "mmap m anon pages=1\npte m+0 -> wirte=1", "; did you mean write?" },
		{ "maps -> -EFUALT", "is nothing that a result can be; did you mean -EFAULT?" },
		{ "maps -> SIGBSU", "did you mean SIGBUS?" },
		{ "machine arch=x86_46", "s390x um x86_64; did you mean x86_64?" },
		{ "machine release=6.6",
		  "release 6.6 is not known: 5.11 5.14 6.1 6.12; nearest 6.1" },
		{ "machine toggle=pte_specail", "did you mean pte_special?" },
		{ "mmap m anon pages=1\nbo b pages=1\nzap m",
		  "'m' is no buffer object, device or file, but a mapping" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct scenario_output o = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_TEXT);

		if (o.ret != -EINVAL || !strstr(o.err, cases[i].error))
			fail_msg("%s\nsaid\n%snot\n%s", cases[i].text, o.err, cases[i].error);
		scenario_output_free(&o);
	}
}

static void test_errors_show_the_place(void **state)
{
	static const struct {
		const char *description, *text, *shown;
	} cases[] = {
		{ "the whole word", "\n reed m+0",
		  "    2 |  reed m+0\n      |  ^~~~\n" },
		{ "a part of one", "bo b pages=0 in=tt",
		  "    1 | bo b pages=0 in=tt\n      |            ^\n" },
		{ "up to the next operation", "maps;fly;maps",
		  "    1 | maps;fly;maps\n      |      ^~~\n" },
		{ "what a terminal would act on", "maps \033[31m\tx",
		  "    1 | maps ?[31m x\n      |      ^~~~~\n" },
		{ "the end of a line", "in", "    1 | in\n      |   ^\n" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct scenario_output o = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_TEXT);

		if (o.ret != -EINVAL || !strstr(o.err, cases[i].shown))
			fail_msg("%s:\n%s", cases[i].description, o.err);
		scenario_output_free(&o);
	}
}

/* Of a long line the part around the error, with the mark below it. */
static void test_errors_cut_long_lines(void **state)
{
	char text[1500];

	(void)state;
	for (size_t at = 1; at < 1400; at += 13) {
		struct scenario_output o;
		const char *bar, *mark;

		memset(text, ' ', sizeof(text));
		for (size_t i = 0; i < 3; i++)
			text[at + i] = "fly"[i];
		text[1410] = '#';
		o = scenario_run_len(text, sizeof(text), SIM_SCENARIO_TEXT);
		bar = strchr(o.err, '|');
		mark = strchr(o.err, '^');
		assert_non_null(mark);
		assert_memory_equal(mark, "^~~\n", 4);
		assert_int_equal(strcspn(bar, "\n") <= 80, 1);
		mark -= strrchr(o.err, '|') - bar; /* the same column, a line up */
		assert_memory_equal(mark, "fly", 3);
		scenario_output_free(&o);
	}
}

static void test_errors_are_all_told(void **state)
{
	static const char text[] =
		"machine release=6.6 arch=vax\nbo b0 pages=4 in=disk\nopn f0 rw\n"
		"mmap m0 f0 b0 -> 0\nmproect m0 prot=r -> 0; pte m0+0 -> wirte=1 raw=0 yuong=1\n"
		"gup m0+0 wriet n=0\nfork c k\nin c read m0+0\nfree b0\nnothing b0\nexit c\n"
		"mmap m1 f0 b0\nmaps";
	static const char *const errors[] = {
		"t:1:17: ", "t:1:26: ", "t:2:18: ", "t:3:1: ", "t:5:1: ", "t:5:37: ", "t:5:51: ",
		"t:6:10: ", "t:6:18: ", "t:7:8: ", "t:10:1: ", "t:12:12: ",
	};
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);
	const char *at = o.err;
	unsigned int nr = 0;

	(void)state;
	assert_int_equal(o.ret, -EINVAL);
	assert_int_equal(o.out_len, 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(errors); i++) {
		at = strstr(at, errors[i]);
		if (!at)
			fail_msg("no %s in\n%s", errors[i], o.err);
	}
	for (at = o.err; (at = strstr(at, "error: ")); at++)
		nr++;
	if (nr != SIM_ARRAY_SIZE(errors))
		fail_msg("%u errors:\n%s", nr, o.err);
	scenario_output_free(&o);
}

static void test_errors_have_an_end(void **state)
{
	struct scenario_output o;
	char text[400] = "";
	const char *at;
	unsigned int nr = 0;

	(void)state;
	for (int i = 0; i < SCN_MAX_ERRORS + 7; i++)
		strcat(text, "fly\n");
	o = scenario_run_len(text, strlen(text), SIM_SCENARIO_TEXT);
	for (at = o.err; (at = strstr(at, "error: ")); at++)
		nr++;
	assert_int_equal(nr, SCN_MAX_ERRORS);
	assert_non_null(strstr(o.err, "t: and 7 more\n"));
	scenario_output_free(&o);
}

static void test_errors_escape_the_file_name(void **state)
{
	char *said = NULL;
	size_t len = 0;
	FILE *err = open_memstream(&said, &len);
	struct sim_scenario_options options = { .name = "a\033[31m\n\xc3\xa4", .err = err };

	(void)state;
	assert_int_equal(sim_scenario_run("fly", 3, &options, NULL), -EINVAL);
	fclose(err);
	assert_memory_equal(said, "a\\x1b[31m\\n\xc3\xa4:1:1: error: ", 26);
	free(said);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_errors_say_where_and_what),
	cmocka_unit_test(test_errors_name_what_was_meant),
	cmocka_unit_test(test_errors_show_the_place),
	cmocka_unit_test(test_errors_cut_long_lines),
	cmocka_unit_test(test_errors_are_all_told),
	cmocka_unit_test(test_errors_have_an_end),
	cmocka_unit_test(test_errors_escape_the_file_name),
};
SIM_TEST_MAIN(tests)
