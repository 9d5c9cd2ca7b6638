/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>
#include <jansson.h>

#include "support/sweep.h"

static const char scenario[] =
	"# COW\nbo b pages=4\nopen f rw\nmmap m f b share=private -> 0\nread m+0\n";

static struct sweep_output print_as(enum sim_sweep_format format)
{
	struct sweep_output o = sweep_run(scenario, (struct sim_sweep_options){
		.archs = "s390x,arm64", .releases = "all", .format = format });

	assert_int_equal(o.ret, 0);
	return o;
}

static void test_csv_has_a_row_for_each(void **state)
{
	struct sweep_output o = print_as(SIM_SWEEP_CSV);
	unsigned int rows = 0;

	(void)state;
	for (const char *at = o.out; (at = strchr(at, '\n')); at++)
		rows++;
	assert_int_equal(rows, 1 + 2 * 4 * 4);
	assert_non_null(strstr(o.out, "arch,release,ttm,outcome,line,operation,result,failed\n"
			       "s390x,5.11,default,1,2,bo b pages=4,0,0\n"));
	assert_non_null(strstr(o.out, "s390x,6.1,default,2,4,mmap m f b share=private,-EINVAL,"
			       "1\n"));
	sweep_output_free(&o);
}

static void test_csv_quotes(void **state)
{
	struct sweep_output o = sweep_run("dev d vma=PFNMAP,IO", (struct sim_sweep_options){
		.archs = "um,arm64", .format = SIM_SWEEP_CSV });

	(void)state;
	assert_non_null(strstr(o.out, ",1,\"dev d vma=PFNMAP,IO\",0,0\n"));
	sweep_output_free(&o);
}

static void test_json_says_the_same(void **state)
{
	struct sweep_output o = print_as(SIM_SWEEP_JSON);
	json_t *all = json_loads(o.out, 0, NULL), *operation, *result;
	json_t *machines = json_object_get(all, "machines");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(all, "first_line")), 4);
	assert_int_equal(json_array_size(machines), 8);
	assert_int_equal(json_array_size(json_object_get(all, "operations")), 4);
	operation = json_array_get(json_object_get(all, "operations"), 2);
	assert_true(json_is_true(json_object_get(operation, "differs")));
	result = json_array_get(json_object_get(operation, "results"), 1);
	assert_string_equal(json_string_value(json_object_get(result, "result")), "-EINVAL");
	assert_true(json_is_true(json_object_get(result, "failed")));
	json_decref(all);
	sweep_output_free(&o);
}

static void test_html_has_a_map(void **state)
{
	struct sweep_output o = print_as(SIM_SWEEP_HTML);
	unsigned int cells = 0;

	(void)state;
	for (const char *at = o.out; (at = strstr(at, "<td class=\"fail\" style=")); at++)
		cells++;
	assert_int_equal(cells, 2 * 3);
	assert_non_null(strstr(o.out, "title=\"arm64 6.12 default\">"));
	assert_non_null(strstr(o.out, "<code>-EINVAL</code> !<td>5.14 6.1 6.12\n"));
	assert_non_null(strstr(o.out, "they part at line 4."));
	sweep_output_free(&o);
}

static void test_html_escapes(void **state)
{
	struct sim_sweep_options options = { .name = "<a&\"b\">", .format = SIM_SWEEP_HTML };
	char *text = NULL;
	size_t len = 0;

	(void)state;
	options.out = open_memstream(&text, &len);
	assert_int_equal(sim_scenario_sweep("maps", 4, &options, NULL), 0);
	fclose(options.out);
	assert_non_null(strstr(text, "<title>&lt;a&amp;&quot;b&quot;&gt;</title>"));
	free(text);
}

static void test_what_cannot_be_written(void **state)
{
	(void)state;
	for (int format = SIM_SWEEP_TEXT; format <= SIM_SWEEP_HTML; format++) {
		struct sim_sweep_options options = { .format = (enum sim_sweep_format)format };

		options.out = fopen("/dev/full", "w");
		assert_non_null(options.out);
		setvbuf(options.out, NULL, _IONBF, 0);
		assert_int_equal(sim_scenario_sweep("maps", 4, &options, NULL), -EIO);
		fclose(options.out);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_csv_has_a_row_for_each),
	cmocka_unit_test(test_csv_quotes),
	cmocka_unit_test(test_json_says_the_same),
	cmocka_unit_test(test_html_has_a_map),
	cmocka_unit_test(test_html_escapes),
	cmocka_unit_test(test_what_cannot_be_written),
};
SIM_TEST_MAIN(tests)
