/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/ops.h"
#include "support/run.h"

static void test_find(void **state)
{
	(void)state;
	assert_string_equal(scn_desc_find("mmapx", 4)->name, "mmap");
	assert_null(scn_desc_find("mmapx", 5));
	assert_null(scn_desc_find("", 0));
	assert_null(scn_desc_nth(1000));
}

static void test_rows_are_sound(void **state)
{
	const struct scn_desc *desc;

	(void)state;
	for (unsigned int n = 0; (desc = scn_desc_nth(n)); n++) {
		size_t keys = strlen(desc->keys);
		int i = 0;

		assert_non_null(desc->run);
		assert_ptr_equal(scn_desc_find(desc->name, strlen(desc->name)), desc);
		if (keys)
			assert_true(desc->keys[0] == ' ' && desc->keys[keys - 1] == ' ');
		for (; desc->params[i].name; i++) {
			const struct scn_param *param = &desc->params[i];
			bool names = param->type == SCN_NEW || param->type == SCN_OLD ||
				     param->type == SCN_PLACE || param->type == SCN_RANGE ||
				     param->type == SCN_KEY_NAME || param->type == SCN_KEY_RANGE ||
				     param->type == SCN_KEY_NEW;

			assert_int_equal(names, param->kinds != 0);
			assert_true(param->max >= param->min);
		}
		assert_in_range(i, 0, SCN_MAX_ARGS);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_find),
	cmocka_unit_test(test_rows_are_sound),
};
SIM_TEST_MAIN(tests)
