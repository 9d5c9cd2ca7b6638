/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/matrix.h"

static void expect_in(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no '%s' in\n%s", what, text);
}

static void test_fits_a_screen(void **state)
{
	char *text = matrix_text(NULL, SIM_MATRIX_TEXT, false);

	(void)state;
	assert_in_range(count_lines(text), 20, 40);
	assert_in_range(longest_line(text), 60, 80);
	assert_null(strchr(text, '\033'));
	free(text);
}

static void test_answers_the_seed(void **state)
{
	char *text = matrix_text(NULL, SIM_MATRIX_TEXT, false);

	(void)state;
	expect_in(text, "Linux 5.11, before the patch (after: tried)\n");
	expect_in(text, "pte_special and fast GUP: arm64 mips64 s390x x86_64\n");
	expect_in(text, "pte_special, no fast GUP: riscv64\n");
	expect_in(text, "no pte_special, no fast GUP: arm um\n");
	expect_in(text, "The patch changes: page counts (only arm um), MAP_PRIVATE (everywhere)"
		  ".\n");
	expect_in(text, "  a huge leaf without a special bit; fast GUP looks at no vma\n");
	expect_in(text, "  mprotect took the special bit away (pte_modify)\n");
	expect_in(text, "  GUP gets the private copy that a store made: not the object's memory\n");
	expect_in(text, "refcount-taken: arm um in 5.11 mixed,huge; 5.14 6.1 mixed");
	expect_in(text, "Own modes: 5.11 mixed,huge; 5.14 pfn,huge; 6.1 6.12 pfn; others are"
		  " tried.\n");
	free(text);
}

static void test_of_one_release_and_arch(void **state)
{
	struct sim_matrix_filter filter = { .arch = "arm", .release = "6.1", .mode = SIM_TTM_PFN };
	char *text = matrix_text(&filter, SIM_MATRIX_TEXT, false);

	(void)state;
	expect_in(text, "Linux 6.1, after the patch (before: tried)\n");
	expect_in(text, "nowhere\n");
	assert_null(strstr(text, "before, MIXED"));
	free(text);
}

static void test_of_a_mode_that_is_neither_side(void **state)
{
	struct sim_matrix_filter filter = { .release = "5.11", .mode = SIM_TTM_HUGE };
	char *text = matrix_text(&filter, SIM_MATRIX_TEXT, false);

	(void)state;
	assert_int_equal(strncmp(text, "Where GUP got something", 23), 0);
	free(text);
}

static void test_color(void **state)
{
	char *text = matrix_text(NULL, SIM_MATRIX_TEXT, true);

	(void)state;
	expect_in(text, "\033[1;31mgup-reaches-ttm\033[0m:");
	free(text);
}

static void test_nothing_was_run(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(sim_matrix_writer_finish(
		sim_matrix_writer_create(out, SIM_MATRIX_TEXT, false)), 0);
	fclose(out);
	assert_string_equal(text, "");
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fits_a_screen),
	cmocka_unit_test(test_answers_the_seed),
	cmocka_unit_test(test_of_one_release_and_arch),
	cmocka_unit_test(test_of_a_mode_that_is_neither_side),
	cmocka_unit_test(test_color),
	cmocka_unit_test(test_nothing_was_run),
};
SIM_TEST_MAIN(tests)
