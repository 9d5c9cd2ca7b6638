/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/scenario.h"

/* A program, and how its portable transcript ends. */
struct end {
	const char *description, *text, *expected;
};

static char *transcript(const char *text, bool portable)
{
	char *printed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&printed, &len);
	struct sim_scenario_options options = { .name = "t", .out = out, .portable = portable };

	assert_int_equal(sim_scenario_run(text, strlen(text), &options, NULL), 0);
	fclose(out);
	return printed;
}

static void ends_show(const struct end *ends, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char *got = transcript(ends[i].text, true);
		size_t len = strlen(got), tail = strlen(ends[i].expected);

		if (len < tail || strcmp(got + len - tail, ends[i].expected) != 0)
			fail_msg("%s:\n%s", ends[i].description, got);
		free(got);
	}
}

#define MIPS "machine arch=mips64 release=6.1\n"
#define MARK "#| undefined from here on: "
#define UNMAPPED "a page that is not mapped was unmapped\n"

static void test_undefined_before_an_operation(void **state)
{
	static const struct end ends[] = {
		{ "fast GUP meets an entry of I/O memory without its special bit",
		  MIPS "dev d backing=iomem\nmmap m d\nread m+0\nmprotect m prot=r\ngup_fast m+0",
		  "mprotect m prot=r                       -> 0\n" MARK
		  "an entry without a struct page\n" },
		{ "a page of a block, which has no references, gets one",
		  MIPS "dev d insert=remap pages=2\nmmap m d\nread m+1\nmprotect m prot=r\nfork c",
		  MARK "a reference to a page without any\n" },
		{ "write-only memory is not readable before it is written",
		  MIPS "mmap m anon prot=w pages=1 share=private\nread m+0",
		  MARK "faults for ever\n" },
	};

	(void)state;
	ends_show(ends, SIM_ARRAY_SIZE(ends));
}

static void test_undefined_after_an_operation(void **state)
{
	static const struct end ends[] = {
		{ "a device loses its page",
		  MIPS "dev d\nmmap m d\nread m+0\nmprotect m prot=r\nmunmap m\nrefs d+0",
		  "-> 0 bad_page=1\n" MARK UNMAPPED },
		{ "so does everybody the zero page",
		  MIPS "mmap m anon prot=r pages=1 share=private\nread m+0\nmprotect m prot=rx\n"
		  "munmap m\nrefs m+0",
		  "-> 0 bad_page=1\n" MARK "a page that its flags keep was freed\n" },
		{ "a page of a block has no reference to lose",
		  MIPS "dev d insert=remap pages=2\nmmap m d\nread m+1\nmprotect m+1 prot=r\n"
		  "munmap m\nrefs d+1",
		  "-> 0 bad_page=1\n" MARK "a page without references lost one\n" },
	};

	(void)state;
	ends_show(ends, SIM_ARRAY_SIZE(ends));
}

/* A copy on write tells nobody of a mapcount that is not there. */
static void test_undefined_is_not_told_as_a_bad_entry(void **state)
{
	static const struct end ends[] = {
		{ "copied", MIPS "dev d vma=MIXEDMAP insert=mixed_prot\n"
		  "mmap m d share=private prot=r\nread m+0\nmprotect m prot=rw\nwrite m+0\n"
		  "read m+0",
		  "write m+0                               -> 0\n" MARK UNMAPPED },
	};

	(void)state;
	ends_show(ends, SIM_ARRAY_SIZE(ends));
}

static void test_undefined_is_of_portable_transcripts(void **state)
{
	char *got = transcript(MIPS "dev d\nmmap m d\nread m+0\nmprotect m prot=r\nmunmap m\n"
			       "refs d+0", false);

	(void)state;
	assert_null(strstr(got, MARK));
	assert_non_null(strstr(got, "ref=0"));
	free(got);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_undefined_before_an_operation),
	cmocka_unit_test(test_undefined_after_an_operation),
	cmocka_unit_test(test_undefined_is_not_told_as_a_bad_entry),
	cmocka_unit_test(test_undefined_is_of_portable_transcripts),
};
SIM_TEST_MAIN(tests)
