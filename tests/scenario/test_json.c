/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <jansson.h>

#include "support/scenario.h"

static json_t *run(const char *text)
{
	struct scenario_output o = scenario_run_len(text, strlen(text), SIM_SCENARIO_JSON);
	json_error_t error;
	json_t *all;

	assert_int_equal(o.ret, 0);
	assert_string_equal(o.err, "");
	all = json_loadb(o.out, o.out_len, 0, &error);
	if (!all)
		fail_msg("%d:%d: %s\n%s", error.line, error.column, error.text, o.out);
	scenario_output_free(&o);
	return all;
}

static const char *text_of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void test_json_has_all_of_a_result(void **state)
{
	json_t *all = run("machine arch=arm64\nmmap m anon pages=1 -> 0\nwrite m+0\n"
			  "pte m+0 -> write=1 raw=5\nread m+3\nmaps\n");
	json_t *ops = json_object_get(all, "operations"), *op, *expectations;

	(void)state;
	assert_string_equal(text_of(all, "scenario"), "t");
	assert_string_equal(text_of(all, "ttmsim"), TTMSIM_VERSION);
	assert_string_equal(text_of(json_object_get(all, "machine"), "arch"), "arm64");
	assert_string_equal(text_of(json_object_get(all, "machine"), "ttm"), "pfn");
	assert_int_equal(json_array_size(ops), 6);
	op = json_array_get(ops, 3);
	assert_string_equal(text_of(op, "operation"), "pte m+0");
	assert_int_equal(json_integer_value(json_object_get(op, "line")), 4);
	assert_true(json_is_null(json_object_get(op, "value")));
	assert_string_equal(text_of(json_object_get(op, "keys"), "special"), "0");
	assert_non_null(text_of(json_object_get(op, "keys"), "raw"));
	expectations = json_object_get(op, "expectations");
	assert_int_equal(json_array_size(expectations), 2);
	assert_true(json_is_true(json_object_get(json_array_get(expectations, 0), "holds")));
	assert_true(json_is_false(json_object_get(json_array_get(expectations, 1), "holds")));
	assert_string_equal(text_of(json_array_get(ops, 4), "value"), "SIGSEGV");
	assert_int_equal(json_array_size(json_object_get(json_array_get(ops, 5), "lines")), 1);
	op = json_object_get(all, "result");
	assert_int_equal(json_integer_value(json_object_get(op, "failed")), 1);
	assert_int_equal(json_integer_value(json_object_get(op, "expected")), 2);
	json_decref(all);
}

static void test_json_tells_what_nobody_expected(void **state)
{
	json_t *all = run("dev d\nmmap m d share=private prot=r\nread m+0\n");
	json_t *op = json_array_get(json_object_get(all, "operations"), 2);

	(void)state;
	assert_string_equal(text_of(op, "value"), "BUG");
	assert_string_equal(json_string_value(json_array_get(json_object_get(op, "unexpected"), 0)),
			    "BUG");
	op = json_object_get(all, "result");
	assert_true(json_is_true(json_object_get(op, "crashed")));
	assert_int_equal(json_integer_value(json_object_get(op, "unexpected")), 1);
	json_decref(all);
}

static void test_json_that_cannot_be_written(void **state)
{
	struct sim_scenario_options options = { .format = SIM_SCENARIO_JSON };

	(void)state;
	assert_int_equal(sim_scenario_run("maps", 4, &options, NULL), 0); /* to nowhere */
	options.out = fopen("/dev/full", "w");
	assert_non_null(options.out);
	setvbuf(options.out, NULL, _IONBF, 0);
	assert_int_equal(sim_scenario_run("maps", 4, &options, NULL), -EIO);
	fclose(options.out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_json_has_all_of_a_result),
	cmocka_unit_test(test_json_tells_what_nobody_expected),
	cmocka_unit_test(test_json_that_cannot_be_written),
};
SIM_TEST_MAIN(tests)
