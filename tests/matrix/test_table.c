/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/matrix.h"

static void test_a_line_for_each_case(void **state)
{
	char *text = matrix_text(NULL, SIM_MATRIX_TABLE, false);

	(void)state;
	assert_true(count_lines(text) > 36);
	assert_in_range(longest_line(text), 60, 80);
	assert_non_null(strstr(text, "5.11 x86_64  huge  sys   sh/rw rw   0      nH"));
	free(text);
}

static void test_color(void **state)
{
	struct sim_matrix_filter filter = { .arch = "um", .release = "5.11" };
	char *text = matrix_text(&filter, SIM_MATRIX_TABLE, true);

	(void)state;
	assert_non_null(strstr(text, "\033[33mrefcount-taken\033[0m\n"));
	assert_non_null(strstr(text, "\033[32msafe\033[0m\n"));
	assert_non_null(strstr(text, "\n180 cases\n"));
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_a_line_for_each_case),
	cmocka_unit_test(test_color),
};
SIM_TEST_MAIN(tests)
