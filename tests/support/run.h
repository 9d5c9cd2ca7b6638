/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * run.h - CMocka and the main() of a test program.
 *
 *	static const struct CMUnitTest tests[] = {
 *		cmocka_unit_test(test_walk_empty_table),
 *	};
 *	SIM_TEST_MAIN(tests)
 *
 * The program takes the name of a case, or a part of it with * and ?, as its
 * argument and then runs only what matches; --list prints the names.
 */
#ifndef SIM_TESTS_SUPPORT_RUN_H
#define SIM_TESTS_SUPPORT_RUN_H

#include <errno.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ctest counts this as skipped (SKIP_RETURN_CODE). */
#define SIM_TEST_SKIP 77

#define SIM_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static inline int sim_test_list(const struct CMUnitTest *tests, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		puts(tests[i].name);
	return 0;
}

/* Has CMocka run only what matches; 2 where nothing does. */
static inline int sim_test_filter(const struct CMUnitTest *tests, size_t nr, const char *arg)
{
	static char pattern[256];

	snprintf(pattern, sizeof(pattern), "*%s*", arg);
	for (size_t i = 0; i < nr; i++) {
		if (fnmatch(pattern, tests[i].name, 0) == 0) {
			cmocka_set_test_filter(pattern);
			return 0;
		}
	}
	fprintf(stderr, "no test matches %s\n", arg);
	return 2;
}

/* main() with a set-up and a tear-down for the whole program (or NULL). */
#define SIM_TEST_MAIN_WITH(tests, setup, teardown) \
	int main(int argc, char **argv) \
	{ \
		const size_t nr = SIM_ARRAY_SIZE(tests); \
\
		if (argc > 1 && strcmp(argv[1], "--list") == 0) \
			return sim_test_list(tests, nr); \
		if (argc > 1 && sim_test_filter(tests, nr, argv[1])) \
			return 2; \
		return cmocka_run_group_tests(tests, setup, teardown) != 0; \
	}

#define SIM_TEST_MAIN(tests) SIM_TEST_MAIN_WITH(tests, NULL, NULL)

#endif
