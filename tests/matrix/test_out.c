/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <jansson.h>

#include "support/matrix.h"

static const struct sim_matrix_filter small = { .arch = "mips64", .release = "6.1",
						.mode = SIM_TTM_PFN };

static void test_json(void **state)
{
	char *text = matrix_text(&small, SIM_MATRIX_JSON, false);
	json_t *all = json_loads(text, 0, NULL), *row;
	unsigned int reached = 0;
	size_t i;

	(void)state;
	assert_non_null(all);
	assert_int_equal(json_array_size(all), 36);
	json_array_foreach(all, i, row) {
		assert_string_equal(json_string_value(json_object_get(row, "arch")), "mips64");
		assert_true(json_is_true(json_object_get(row, "pte_special")));
		/* What was refused has no results behind mmap's. */
		if (!strcmp(json_string_value(json_object_get(row, "verdict")), "refused")) {
			assert_true(json_is_null(json_object_get(row, "ref_taken")));
			continue;
		}
		assert_true(json_is_integer(json_object_get(row, "ref_taken")));
		reached += !strcmp(json_string_value(json_object_get(row, "gup_fast_protected")),
				   "1 object");
	}
	assert_true(reached > 0);
	json_decref(all);
	free(text);
}

static void test_json_of_nothing(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(sim_matrix_writer_finish(
		sim_matrix_writer_create(out, SIM_MATRIX_JSON, false)), 0);
	fclose(out);
	assert_string_equal(text, "[]\n");
	free(text);
}

/* Fields of a line, commas within quotes left alone. */
static unsigned int count_fields(const char *line)
{
	unsigned int nr = 1;
	bool quoted = false;

	for (; *line && *line != '\r'; line++) {
		quoted ^= *line == '"';
		nr += *line == ',' && !quoted;
	}
	return nr;
}

static void test_csv(void **state)
{
	char *text = matrix_text(&small, SIM_MATRIX_CSV, false);
	unsigned int fields = count_fields(text), nr = 0;

	(void)state;
	assert_int_equal(strncmp(text, "release,arch,", 13), 0);
	for (const char *line = text; *line; line = strstr(line, "\r\n") + 2, nr++)
		assert_int_equal(count_fields(line), fields);
	assert_int_equal(nr, 37);
	/* Reasons have commas. */
	assert_non_null(strstr(text, ",\"VM_MAYWRITE without VM_SHARED: a COW mapping, whatever"));
	free(text);
}

static void test_html(void **state)
{
	char *text = matrix_text(&small, SIM_MATRIX_HTML, false);

	(void)state;
	assert_int_equal(strncmp(text, "<!DOCTYPE html>", 15), 0);
	assert_non_null(strstr(text, "<tr class=\"gup-reaches-ttm\"><td>6.1</td><td>mips64</td>"));
	assert_non_null(strstr(text, "<th>gup_fast_protected</th>"));
	assert_non_null(strstr(text, "</html>\n"));
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_json),
	cmocka_unit_test(test_json_of_nothing),
	cmocka_unit_test(test_csv),
	cmocka_unit_test(test_html),
};
SIM_TEST_MAIN(tests)
