/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/portable.h"

static void test_portable_entries(void **state)
{
	static const struct portable_case cases[] = {
		{ "an entry of a device",
		  "dev d vma=MIXEDMAP insert=page\nmmap m d\nread m+1\npte m+1",
		  "-> present=1 special=0 write=1 dirty=0 young=1 protnone=0 cache=wb level=pte "
		  "pfn=d+1 bits=0x8000000000000027 normal=1\n" },
		{ "special is not normal",
		  "dev d\nmmap m d\nread m+1\npte m+1",
		  "special=1 write=1 dirty=0 young=1 protnone=0 cache=wb level=pte pfn=d+1 "
		  "bits=0x8000000000000227 normal=0\n" },
		{ "of an empty one nothing is told",
		  "mmap m anon pages=1\npte m+0",
		  "-> none present=0 special=0 write=0 dirty=0 young=0 protnone=0 cache=wb "
		  "level=none pfn=none bits=0x0 normal=0\n" },
		{ "PROT_NONE turns the bits of the pfn, not the others",
		  "mmap m anon pages=1 share=private\nwrite m+0\nmprotect m prot=none\npte m+0",
		  "protnone=1 cache=wb level=pte pfn=anon bits=0x960 normal=1\n" },
		{ "a page of a file", "file f pages=2\nmmap m f\nread m+1\npte m+1", "pfn=f+1" },
		{ "a private copy",
		  "file f pages=2\nmmap m f share=private\nwrite m+1\npte m+1", "pfn=anon" },
		{ "the zero page", "mmap m anon pages=1 share=private\nread m+0\npte m+0",
		  "pfn=zero" },
		{ "a page of no name", "mmap m anon pages=1\ngup m+0", "-> 1 page=other\n" },
	};

	(void)state;
	portable_cases_show(cases, SIM_ARRAY_SIZE(cases));
}

static void test_portable_outcomes_are_flags(void **state)
{
	static const struct portable_case cases[] = {
		{ "no number, no words",
		  "dev d vma=none insert=apply pages=4\nmmap m d\nread m+0 n=4\n"
		  "munmap m\nmmap m d",
		  "munmap m                                -> 0 bad_page=1\nmmap m d" },
	};

	(void)state;
	portable_cases_show(cases, SIM_ARRAY_SIZE(cases));
}

static void test_portable_ends_with_a_bug(void **state)
{
	static const char text[] = "dev d insert=page\nmmap m d\nread m+0 -> BUG\nread m+1\n";
	struct sim_scenario_result result;
	char *got = portable_transcript(text, &result);

	(void)state;
	assert_non_null(strstr(got, "read m+0                                -> BUG\n"));
	assert_null(strstr(got, "m+1"));
	assert_null(strstr(got, "#|"));
	assert_true(result.crashed);
	assert_int_equal(result.nr_failed, 0);
	free(got);
}

/* Expectations behind the end, after a BUG and after what is undefined. */
static void test_portable_fails_what_it_does_not_reach(void **state)
{
#define ENDS "dev d insert=page\nmmap m d\nread m+0 -> BUG\npte m+0 -> present=7\nmaps\n"
#define UNDEFINED "machine arch=mips64 release=6.1\nmmap m anon prot=w pages=1 share=private\n" \
		  "read m+0 -> 0\nread m+0 -> 0\n"
	static const struct {
		const char *text;
		enum sim_scenario_format format;
		const char *out, *err;
	} cases[] = {
		{ ENDS, SIM_SCENARIO_TEXT,
		  "read m+0                                -> BUG\n"
		  "#| FAILED: t:4: not reached\n", "" },
		{ ENDS, SIM_SCENARIO_QUIET, "", "FAILED: t:4: not reached\n" },
		{ ENDS, SIM_SCENARIO_KTAP,
		  "    1..2\n    # dev d insert=page -> 0\n    # mmap m d -> 0\n"
		  "    ok 1 line 3: read m+0\n    # read m+0 -> BUG\n"
		  "    not ok 2 line 4: pte m+0\n    # FAILED: t:4: not reached\nnot ok 1 t\n", "" },
		{ UNDEFINED, SIM_SCENARIO_TEXT,
		  "#| undefined from here on: faults for ever\n"
		  "#| FAILED: t:3: not reached\n#| FAILED: t:4: not reached\n", "" },
		{ UNDEFINED, SIM_SCENARIO_KTAP,
		  "    # undefined from here on: faults for ever\n"
		  "    not ok 1 line 3: read m+0\n    # FAILED: t:3: not reached\n"
		  "    not ok 2 line 4: read m+0\n    # FAILED: t:4: not reached\nnot ok 1 t\n", "" },
	};
#undef ENDS
#undef UNDEFINED

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		char *printed = NULL, *said = NULL;
		size_t printed_len = 0, said_len = 0;
		FILE *out = open_memstream(&printed, &printed_len);
		FILE *err = open_memstream(&said, &said_len);
		struct sim_scenario_options options = { .name = "t", .out = out, .err = err,
							.format = cases[i].format,
							.portable = true };
		struct sim_scenario_result result;

		assert_int_equal(sim_scenario_run(cases[i].text, strlen(cases[i].text), &options,
						  &result), 0);
		fclose(out);
		fclose(err);
		if (!strstr(printed, cases[i].out))
			fail_msg("%zu: %s", i, printed);
		assert_string_equal(said, cases[i].err);
		assert_int_equal(result.nr_expected, 2);
		assert_true(result.nr_failed);
		free(printed);
		free(said);
	}
}

static void test_portable_bug_has_no_keys(void **state)
{
	static const char text[] =
		"dev d vma=none insert=apply pages=4\ndev e vma=none insert=page pages=4\n"
		"mmap n e\nmmap m d\nread m+0\nmadvise m pages=8 populate_read\n";
	struct sim_scenario_result result;
	char *got = portable_transcript(text, &result);

	(void)state;
	assert_non_null(strstr(got, "madvise m pages=8 populate_read         -> BUG\n"));
	free(got);
}

static void test_portable_refuses(void **state)
{
	static const char *const texts[] = {
		"\nbo b pages=1", "\nopen f rw", "\nmachine ttm=pfn", "\nmachine ram=64M",
		"\nmachine vram=1M", "\nmachine prefault=1", "\nmachine pool_order=1",
		"\nmachine toggle=pat", "\ncounters", "\ncheck", "\nfail_alloc n=1", "\nteardown",
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(texts); i++) {
		char *printed = NULL, *said = NULL;
		size_t printed_len = 0, said_len = 0;
		FILE *out = open_memstream(&printed, &printed_len);
		FILE *err = open_memstream(&said, &said_len);
		struct sim_scenario_options options = { .name = "t", .out = out, .err = err,
							.portable = true };

		assert_int_equal(sim_scenario_run(texts[i], strlen(texts[i]), &options, NULL),
				 -EINVAL);
		fclose(out);
		fclose(err);
		assert_int_equal(printed_len, 0);
		if (strncmp(said, "t:2:1: error: not portable: ", 28))
			fail_msg("%s: %s", texts[i], said);
		free(printed);
		free(said);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_portable_entries),
	cmocka_unit_test(test_portable_outcomes_are_flags),
	cmocka_unit_test(test_portable_ends_with_a_bug),
	cmocka_unit_test(test_portable_fails_what_it_does_not_reach),
	cmocka_unit_test(test_portable_bug_has_no_keys),
	cmocka_unit_test(test_portable_refuses),
};
SIM_TEST_MAIN(tests)
