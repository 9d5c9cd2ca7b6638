/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/run.h"

#include "base/release.h"

typedef const char *(*name_fn)(unsigned int value);

static const char *counter_name(unsigned int value)
{
	return sim_counter_name((enum sim_counter)value);
}

static const char *object_name(unsigned int value)
{
	return sim_object_name((enum sim_object)value);
}

static const char *rule_name(unsigned int value)
{
	return sim_rule_name((enum sim_rule)value);
}

static const struct {
	const char *description;
	name_fn name;
	unsigned int nr;
} tables[] = {
	{ "counters", counter_name, SIM_NR_COUNTERS },
	{ "objects", object_name, SIM_NR_OBJECTS },
	{ "rules", rule_name, SIM_NR_RULES },
};

static bool is_word(const char *name)
{
	return name && name[0] && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
				  strlen(name);
}

static void test_name_for_every_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(tables); i++) {
		for (unsigned int value = 0; value < tables[i].nr; value++) {
			if (!is_word(tables[i].name(value)))
				fail_msg("%s: no name for %u", tables[i].description, value);
		}
	}
}

static void test_name_is_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(tables); i++) {
		for (unsigned int a = 0; a < tables[i].nr; a++) {
			for (unsigned int b = 0; b < a; b++)
				assert_string_not_equal(tables[i].name(a), tables[i].name(b));
		}
	}
}

static void test_name_of_unknown_is_null(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(tables); i++) {
		assert_null(tables[i].name(tables[i].nr));
		assert_null(tables[i].name(~0u));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_name_for_every_value),
	cmocka_unit_test(test_name_is_unique),
	cmocka_unit_test(test_name_of_unknown_is_null),
};
SIM_TEST_MAIN(tests)
