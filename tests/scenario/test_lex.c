/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/scenario.h"
#include "support/run.h"

/* The kinds of the tokens of a line, a letter each. */
static void kinds_of(const char *line, size_t len, char *out)
{
	struct scn_lexer lexer = { line, len, 0 };

	do {
		struct scn_token token = scn_next(&lexer);

		*out = "wa;e!"[token.kind];
	} while (*out != 'e' && *out++ != '!');
	out[*out == 'e'] = 0;
}

static void test_next_kinds(void **state)
{
	static const struct {
		const char *description, *line;
		size_t len;
		const char *kinds;
	} cases[] = {
		{ "nothing", "", 0, "e" },
		{ "blanks", " \t\r", 3, "e" },
		{ "a comment", "  # a ; -> b", 12, "e" },
		{ "a comment right after a word", "a#b", 3, "we" },
		{ "words", "bo b0 pages=1", 13, "wwwe" },
		{ "an arrow and an error", "a -> -EINVAL", 12, "wawe" },
		{ "an arrow that sticks", "a ->0", 5, "wawe" },
		{ "semicolons", "a;b ; c", 7, "w;w;we" },
		{ "a control byte", "a \001", 3, "w" },
		{ "a NUL", "a \0b", 4, "w" },
		{ "not ASCII", "a \303\244", 4, "w" },
		{ "as long as it says, not as the string", "abc def", 3, "we" },
	};
	char kinds[16];

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		kinds_of(cases[i].line, cases[i].len, kinds);
		if (strncmp(kinds, cases[i].kinds, strlen(cases[i].kinds)))
			fail_msg("%s: %s", cases[i].description, kinds);
	}
}

static void test_next_columns(void **state)
{
	const char *line = "  ab  c -> d";
	struct scn_lexer lexer = { line, strlen(line), 0 };
	static const unsigned int columns[] = { 3, 7, 9, 12, 13 };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(columns); i++)
		assert_int_equal(scn_next(&lexer).column, columns[i]);
}

static void test_parse_number(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "12", true, 12 },
		{ "0x1F", true, 31 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "0xffffffffffffffff", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "0x1ffffffffffffffff", false, 0 },
		{ "99999999999999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "0x", false, 0 },
		{ "-1", false, 0 },
		{ "1a", false, 0 },
		{ "+1", false, 0 },
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		bool ok = scn_parse_number(cases[i].text, strlen(cases[i].text), 0, UINT64_MAX,
					   &value);

		if (ok != cases[i].ok || (ok && value != cases[i].value))
			fail_msg("'%s'", cases[i].text);
	}
	assert_false(scn_parse_number("5", 1, 6, 9, &value));
	assert_false(scn_parse_number("10", 2, 6, 9, &value));
	assert_true(scn_parse_number("123", 2, 6, 12, &value));
	assert_int_equal(value, 12);
}

static void test_parse_size(void **state)
{
	uint64_t value;

	(void)state;
	assert_true(scn_parse_size("64K", 3, 0, UINT64_MAX, &value));
	assert_int_equal(value, 65536);
	assert_true(scn_parse_size("3M", 2, 0, UINT64_MAX, &value));
	assert_int_equal(value, 3 << 20);
	assert_true(scn_parse_size("1G", 2, 0, UINT64_MAX, &value));
	assert_int_equal(value, 1 << 30);
	assert_true(scn_parse_size("17", 2, 0, UINT64_MAX, &value));
	assert_int_equal(value, 17);
	assert_false(scn_parse_size("99999999999999999G", 18, 0, UINT64_MAX, &value));
	assert_false(scn_parse_size("M", 1, 0, UINT64_MAX, &value));
	assert_false(scn_parse_size("2M", 2, 0, 1 << 20, &value));
	assert_false(scn_parse_size("", 0, 0, UINT64_MAX, &value));
}

static void test_is_result(void **state)
{
	static const char *const good[] = { "0", "16", "0x10", "-EFAULT", "-EINVAL", "SIGBUS",
					    "SIGSEGV", "BUG", "none", "not-mapped" };
	static const char *const bad[] = { "", "-", "-EFOO", "EFAULT", "sigbus", "-14", "no" };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(good); i++)
		assert_true(scn_is_result(good[i]));
	for (size_t i = 0; i < SIM_ARRAY_SIZE(bad); i++)
		assert_false(scn_is_result(bad[i]));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_next_kinds),
	cmocka_unit_test(test_next_columns),
	cmocka_unit_test(test_parse_number),
	cmocka_unit_test(test_parse_size),
	cmocka_unit_test(test_is_result),
};
SIM_TEST_MAIN(tests)
