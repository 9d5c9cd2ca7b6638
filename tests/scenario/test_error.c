/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_errors_say_where_and_what(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "foo", "t:1:1: error: unknown operation 'foo'" },
		{ "\n\n  foo", "t:3:3: error: unknown operation 'foo'" },
		{ "bo b0", "t:1:1: error: bo lacks pages\nusage: bo BO pages=N" },
		{ "bo b0 pages=1 in=disk", "t:1:18: error: 'disk' is no in\nusage: bo" },
		{ "bo b0 pages=1 color=red", "t:1:15: error: bo has no such key: 'color=red'" },
		{ "bo b0 pages=0", "t:1:13: error: '0' is no number from 1 to 65536" },
		{ "bo b0 pages=99999999999999999999", "t:1:13: error: '99999999999999999999'" },
		{ "bo b0 pages=1 pages=2", "t:1:15: error: 'pages=2' was said already" },
		{ "bo 0b pages=1", "t:1:4: error: '0b' cannot be a name" },
		{ "bo anon pages=1", "t:1:4: error: 'anon' cannot be a name" },
		{ "bo main pages=1", "t:1:4: error: 'main' is a task already" },
		{ "bo b0 pages=1\nbo b0 pages=1", "t:2:4: error: 'b0' is there already" },
		{ "bo b0 pages=1\nfree b0\nfree b0", "t:3:6: error: 'b0' is gone by now" },
		{ "free b0", "t:1:6: error: nothing is named 'b0'" },
		{ "bo b0 pages=1\nopen b0 rw", "t:2:6: error: 'b0' is a buffer object already" },
		{ "bo b0 pages=1\nclose b0", "t:2:7: error: 'b0' is no open file" },
		{ "open f rwx", "t:1:8: error: 'rwx' is no rw|ro|wo" },
		{ "open f rw rw", "t:1:11: error: open has no use for 'rw'" },
		{ "open f rw\nmmap m f", "t:2:1: error: a TTM file maps an object" },
		{ "bo b pages=1\nmmap m anon b pages=1",
		  "t:2:1: error: only a TTM file maps objects" },
		{ "mmap m anon", "t:1:1: error: anonymous memory needs pages=" },
		{ "mmap m anon pages=1 off=1", "t:1:1: error: anonymous memory has no off=" },
		{ "mmap m anon pages=1\nread m", "t:2:6: error: 'm' names no page: NAME+PAGE" },
		{ "mmap m anon pages=1\nread m+x", "t:2:8: error: 'x' is no page from 0" },
		{ "mmap m anon pages=1\nread m+1048577", "t:2:8: error: '1048577' is no page" },
		{ "mmap m anon pages=1 -> 0 -> 0", "t:1:26: error: one -> is enough" },
		{ "mmap m anon pages=1 ->", "t:1:21: error: nothing is expected after ->" },
		{ "mmap m anon pages=1 -> # 0", "t:1:21: error: nothing is expected after ->" },
		{ "mmap m anon pages=1 -> write=1", "t:1:24: error: mmap shows no 'write'" },
		{ "mmap m anon pages=1 -> fine", "t:1:24: error: 'fine' is nothing that a result" },
		{ "mmap m anon pages=1 -> -EFOO", "t:1:24: error: '-EFOO' is nothing" },
		{ "machine arch=vax", "t:1:14: error: 'vax' is no architecture" },
		{ "machine release=1.0", "t:1:17: error: '1.0' is no kernel release" },
		{ "machine toggle=pte_special,wings", "t:1:28: error: 'wings' is no feature" },
		{ "machine ram=64X", "t:1:13: error: '64X' is no size" },
		{ "maps\nmachine", "t:2:1: error: machine comes first, and once" },
		{ "machine\nmachine", "t:2:1: error: machine comes first, and once" },
		{ "machine ram=65K", "t:1:1: error: no such machine can be built" },
		{ "in child maps", "t:1:4: error: nothing is named 'child'" },
		{ "in", "t:1:3: error: in which task?" },
		{ "fork c\nin c exit c", "t:2:6: error: a task cannot end itself here" },
		{ "fork c\nexit c\nin c maps", "t:3:4: error: 'c' is gone by now" },
		{ "maps \001", "t:1:6: error: byte 0x01 has no place here" },
		{ "maps \377", "t:1:6: error: byte 0xff has no place here" },
		{ "\001", "t:1:1: error: unknown operation" },
		{ "dev d vma=IO,WINGS", "t:1:14: error: 'WINGS' is no vma" },
		{ "dev d vma=IO,", "t:1:14: error: '' is no vma" },
		{ "maps -> =1", "t:1:9: error: maps shows no ''" },
		{ "maps -> a=", "t:1:9: error: 'a=' is no expectation" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct scenario_output o = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_TEXT);

		if (o.ret != -EINVAL || strncmp(o.err, cases[i].error, strlen(cases[i].error)))
			fail_msg("%s\nreturned %d and said\n%snot\n%s", cases[i].text, o.ret,
				 o.err, cases[i].error);
		assert_int_equal(o.out_len, 0);
		scenario_output_free(&o);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_errors_say_where_and_what),
};
SIM_TEST_MAIN(tests)
