/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <string.h>

#include "base/release.h"
#include "support/run.h"

/* Each rule has a line of its own that says something. */
static void test_rules_have_texts(void **state)
{
	(void)state;
	for (int i = 0; i < SIM_NR_RULES; i++) {
		const char *text = sim_rule_text((enum sim_rule)i);

		if (!text || strlen(text) < 15 || strlen(text) > 80 || strchr(text, '\n'))
			fail_msg("%s: %s", sim_rule_name((enum sim_rule)i), text ? text : "none");
		for (int other = 0; other < i; other++)
			assert_string_not_equal(text, sim_rule_text((enum sim_rule)other));
	}
	assert_null(sim_rule_text(SIM_NR_RULES));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_rules_have_texts),
};
SIM_TEST_MAIN(tests)
