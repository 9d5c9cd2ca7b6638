/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/sweep.h"

static void test_text_tells_what_differs(void **state)
{
	static const char text[] =
		"machine release=5.11\nbo b pages=4\nopen f rw\nmmap m f b share=private -> 0\n"
		"read m+0\nmmap n f b\n";
	static const char want[] =
		"t: 4 machines, 2 outcomes\n"
		"  releases        5.11 5.14 6.1 6.12\n"
		"  not as written  release=5.11\n"
		"\n"
		"They part at line 4.\n"
		"\n"
		"line 4: mmap m f b share=private -> 0\n"
		"    0                         5.11\n"
		"  ! -EINVAL                   5.14 6.1 6.12\n"
		"\n"
		"line 5: read m+0\n"
		"    0 value=0x00              5.11\n"
		"    not-mapped                5.14 6.1 6.12\n"
		"\n"
		"Machines that agree on every line:\n"
		"       1 hold                 5.11\n"
		"  !    3 fail from line 4     5.14 6.1 6.12\n"
		"\n"
		"! An expectation fails, or an outcome is not expected: on 3 of 4 machines.\n";
	struct sweep_output o = sweep_run(text, (struct sim_sweep_options){ .releases = "all" });

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_string_equal(o.out, want);
	sweep_output_free(&o);
}

static void test_text_where_all_agree(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "mmap m anon pages=1 -> 0\n",
		  "t: 7 machines, 1 outcome\n"
		  "  architectures   arm arm64 mips64 riscv64 s390x um x86_64\n\nAll do the same.\n" },
		{ "mmap m anon pages=1 -> -EPERM\n",
		  "\nline 1: mmap m anon pages=1 -> -EPERM\n"
		  "  ! 0                         everywhere\n\n! An expectation fails" },
		{ "dev d insert=fault_page\nmmap m d\nwrite m+1\n",
		  "\nthe end:\n  ! leaks=2 bad_page=1        arm um\n" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct sweep_output o = sweep_run(cases[i].text,
						  (struct sim_sweep_options){ .archs = "all" });

		if (!strstr(o.out, cases[i].want))
			fail_msg("%s", o.out);
		sweep_output_free(&o);
	}
}

static void test_text_says_what_was_left_out(void **state)
{
	struct sweep_output o = sweep_run("maps", (struct sim_sweep_options){
		.archs = "all", .toggle_features = 1u << SIM_FEAT_PTE_SPECIAL });

	(void)state;
	assert_non_null(strstr(o.out, "  cannot be built arm um\n"));
	assert_non_null(strstr(o.out, "  toggled         pte_special\n"));
	sweep_output_free(&o);
}

/* Whatever is shown, it fits a mail. */
static void test_text_has_80_columns(void **state)
{
	static const char text[] =
		"bo b pages=16\nopen f rw\nmmap m f b share=private\nwrite m+0\npte m+0 full\n"
		"smaps m\ngup_fast m+0 write\nmmap n f b\nwrite n+2\nfork c\nin c read n+3\n"
		"munmap n\nsmaps m\ncheck\ncounters\n";
	struct sweep_output o = sweep_run(text, (struct sim_sweep_options){
		.archs = "all", .releases = "all", .modes = "all" });

	(void)state;
	assert_int_equal(o.ret, 0);
	for (const char *line = o.out; *line; line = strchr(line, '\n') + 1)
		if (strcspn(line, "\n") > 80)
			fail_msg("%.*s", (int)strcspn(line, "\n"), line);
	sweep_output_free(&o);
}

static void test_text_in_colour(void **state)
{
	struct sweep_output o = sweep_run("maps -> 1", (struct sim_sweep_options){
		.archs = "arm,um", .color = true });

	(void)state;
	assert_non_null(strstr(o.out, "\033[31m  ! 0\033[0m"));
	sweep_output_free(&o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_text_tells_what_differs),
	cmocka_unit_test(test_text_where_all_agree),
	cmocka_unit_test(test_text_says_what_was_left_out),
	cmocka_unit_test(test_text_has_80_columns),
	cmocka_unit_test(test_text_in_colour),
};
SIM_TEST_MAIN(tests)
