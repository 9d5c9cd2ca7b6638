/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "support/run.h"

static void test_text_distances(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} cases[] = {
		{ "", "", 0 }, { "", "abc", 3 }, { "abc", "", 3 }, { "abc", "abc", 0 },
		{ "mproect", "mprotect", 1 }, { "mmpa", "mmap", 1 }, { "gpu", "gup", 1 },
		{ "kitten", "sitting", 3 }, { "ab", "ba", 1 }, { "abcd", "badc", 2 },
		{ "x", "y", 1 }, { "ca", "abc", 3 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const char *a = cases[i].a, *b = cases[i].b;

		if (sim_edit_distance(a, strlen(a), b, strlen(b)) != cases[i].distance ||
		    sim_edit_distance(b, strlen(b), a, strlen(a)) != cases[i].distance)
			fail_msg("%s, %s: %u", a, b, sim_edit_distance(a, strlen(a), b, strlen(b)));
	}
}

/* One change of any kind at any place of a word is a distance of 1, or none. */
static void test_text_any_change_is_one(void **state)
{
	static const char word[] = "gup_fast_only";
	size_t len = sizeof(word) - 1;
	char changed[sizeof(word) + 1];

	(void)state;
	for (size_t i = 0; i < len; i++) {
		memcpy(changed, word, i);
		memcpy(changed + i, word + i + 1, len - i);
		assert_int_equal(sim_edit_distance(word, len, changed, len - 1), 1);
		memcpy(changed, word, sizeof(word));
		changed[i] = '%';
		assert_int_equal(sim_edit_distance(word, len, changed, len), 1);
		memcpy(changed + i + 1, word + i, len - i);
		assert_int_equal(sim_edit_distance(word, len, changed, len + 1), 1);
		memcpy(changed, word, sizeof(word));
		if (i + 1 < len && word[i] != word[i + 1]) {
			changed[i] = word[i + 1];
			changed[i + 1] = word[i];
			assert_int_equal(sim_edit_distance(word, len, changed, len), 1);
		}
	}
}

static void test_text_long_words_are_far(void **state)
{
	char longest[SIM_MAX_COMPARED + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(sim_edit_distance(longest, SIM_MAX_COMPARED, longest, SIM_MAX_COMPARED),
			 0);
	assert_true(sim_edit_distance(longest, SIM_MAX_COMPARED + 1, "a", 1) > SIM_MAX_COMPARED);
	assert_true(sim_edit_distance("a", 1, longest, SIM_MAX_COMPARED + 1) > SIM_MAX_COMPARED);
}

static void test_text_choices(void **state)
{
	static const struct {
		const char *description, *word, *names, *text;
	} cases[] = {
		{ "all, and the nearest", "wr", "rw ro wo", ": rw ro wo; did you mean rw?" },
		{ "none is near", "disk", "system tt vram", ": system tt vram" },
		{ "a letter is near to no letter", "a", "b c", ": b c" },
		{ "no word at all", "", "b c", ": b c" },
		{ "nothing there", "x", "", "" },
		{ "the first of the nearest", "gup_fasst", "gup_fast gup_fasts",
		  ": gup_fast gup_fasts; did you mean gup_fast?" },
	};
	struct sim_choices choices;

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		sim_choices_begin(&choices, cases[i].word, strlen(cases[i].word));
		sim_choices_add_all(&choices, cases[i].names);
		if (strcmp(sim_choices_text(&choices), cases[i].text))
			fail_msg("%s: %s", cases[i].description, choices.text);
	}
}

static void test_text_long_lists_are_left_out(void **state)
{
	struct sim_choices choices;
	char name[32];

	(void)state;
	sim_choices_begin(&choices, "name-077", 8);
	for (int i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "name-%03d", i);
		sim_choices_add(&choices, name);
	}
	assert_string_equal(sim_choices_text(&choices), "; did you mean name-007?");
}

static void test_text_lists(void **state)
{
	(void)state;
	assert_true(sim_is_in_list("x86 amd64", "x86", 3));
	assert_true(sim_is_in_list("x86 amd64", "amd64", 5));
	assert_false(sim_is_in_list("x86 amd64", "amd", 3));
	assert_false(sim_is_in_list("x86  amd64", "", 0));
	assert_false(sim_is_in_list(NULL, "x86", 3));
}

static void test_text_escapes(void **state)
{
	static const struct {
		const char *description, *text, *escaped;
	} cases[] = {
		{ "plain", "a b~", "a b~" },
		{ "controls", "a\033[31m\n\t\x7f", "a\\x1b[31m\\n\\t\\x7f" },
		{ "letters of UTF-8 stay", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7",
		  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7" },
		{ "its controls do not", "\xc2\x9b" "31m", "\\xc2\\x9b31m" },
		{ "nor what turns the direction", "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "what is no UTF-8", "\xff\xc3", "\\xff\\xc3" },
		{ "a slash written in two bytes", "\xc0\xaf", "\\xc0\\xaf" },
		{ "a control written in three bytes", "\xe0\x80\x9b", "\\xe0\\x80\\x9b" },
		{ "half of a pair", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "past the last character", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		size_t len = sim_escape(out, sizeof(out), cases[i].text, strlen(cases[i].text));

		if (strcmp(out, cases[i].escaped) || len != strlen(out))
			fail_msg("%s: %s", cases[i].description, out);
	}
}

/* An escape is whole or not there, whatever room there is; so is a character. */
static void test_text_escapes_are_cut_whole(void **state)
{
	static const char text[] = "\033\xc3\xa4\n";
	static const char whole[] = "\\x1b\xc3\xa4\\n";

	(void)state;
	for (size_t size = 1; size < sizeof(whole) + 2; size++) {
		char *out = malloc(size); /* its own memory, so that ASan sees a byte behind it */
		size_t len = sim_escape(out, size, text, sizeof(text) - 1);

		assert_int_equal(strlen(out), len);
		assert_memory_equal(out, whole, len);
		assert_true(len == 0 || len == 4 || len == 6 || len == 8);
		free(out);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_text_distances),
	cmocka_unit_test(test_text_any_change_is_one),
	cmocka_unit_test(test_text_long_words_are_far),
	cmocka_unit_test(test_text_choices),
	cmocka_unit_test(test_text_long_lists_are_left_out),
	cmocka_unit_test(test_text_lists),
	cmocka_unit_test(test_text_escapes),
	cmocka_unit_test(test_text_escapes_are_cut_whole),
};
SIM_TEST_MAIN(tests)
