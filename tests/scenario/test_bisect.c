/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/scenario.h"

struct bisected {
	int ret;
	struct sim_bisect_result result;
	char *out, *err;
};

static struct bisected bisect(const char *text, const char *arch)
{
	struct sim_bisect_options options = { .name = "t", .machine = { .arch = arch } };
	struct bisected b = { .ret = -1 };
	size_t out_len = 0, err_len = 0;

	options.out = open_memstream(&b.out, &out_len);
	options.err = open_memstream(&b.err, &err_len);
	b.ret = sim_scenario_bisect(text, strlen(text), &options, &b.result);
	fclose(options.out);
	fclose(options.err);
	return b;
}

static void bisected_free(struct bisected *b)
{
	free(b->out);
	free(b->err);
}

#define HUGE "machine ttm=huge\nbo b pages=512 in=vram\nopen f rw\nmmap m f b align=pmd\n" \
	     "write m+0\npte m+0\ngup_fast m+0 write\n"

static void test_bisect_names_the_rule(void **state)
{
	static const struct {
		const char *description, *text, *arch, *told;
		unsigned int nr_changes;
	} cases[] = {
		{ "nothing changes", "mmap m anon pages=1\nread m+0", NULL,
		  "t on x86_64\n5.11 to 5.14: the same\n5.14 to 6.1: the same\n"
		  "6.1 to 6.12: the same\n", 0 },
		{ "a rule that ends", "bo b pages=1\nopen f rw\nmmap m f b share=private", NULL,
		  "5.11 to 5.14:\n line 3: mmap m f b share=private\n    5.11    0\n"
		  "    5.14    -EINVAL\n"
		  "  no longer ttm_mixedmap: TTM's vmas are VM_MIXEDMAP, not VM_PFNMAP\n"
		  "5.14 to 6.1: the same\n", 1 },
		{ "a rule that begins", "mmap m anon pages=2\nmadvise m populate_read", NULL,
		  "    5.11    -EINVAL\n    5.14    0\n"
		  "  madv_populate: MADV_POPULATE_READ and MADV_POPULATE_WRITE exist\n", 1 },
		{ "what the architecture is",
		  "machine release=6.1\nbo b pages=1\nopen f rw\nmmap m f b\nwrite m+0\n"
		  "mprotect m prot=r\npte m+0", "mips64",
		  "t on mips64 (release=6.1 is not followed)\n5.11 to 5.14: the same\n"
		  "5.14 to 6.1: the same\n6.1 to 6.12:\n line 7: pte m+0\n", 1 },
		{ "and which of its features", "bo b pages=1\nopen f rw\nmmap m f b\nwrite m+0\n"
		  "mprotect m prot=r\npte m+0", "mips64el", "  mips64 of 6.12: +modify_keeps_special\n",
		  1 },
		{ "a set of them", HUGE, NULL,
		  " only all of these together:\n"
		  "  huge_fault_on_special_vma: ->huge_fault is asked in VM_PFNMAP and VM_MIXEDMAP "
		  "vmas\n  x86_64 of 6.12: +pmd_special", 2 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct bisected b = bisect(cases[i].text, cases[i].arch);

		if (b.ret || !strstr(b.out, cases[i].told) ||
		    b.result.nr_changes != cases[i].nr_changes || b.result.nr_unexplained ||
		    b.result.nr_releases != 4)
			fail_msg("%s: %d, %u changes, %u unexplained\n%s%s", cases[i].description,
				 b.ret, b.result.nr_changes, b.result.nr_unexplained, b.out, b.err);
		bisected_free(&b);
	}
}

/* Each change has its reason, whatever is asked. */
static void test_bisect_explains_all_changes(void **state)
{
	static const char *const texts[] = {
		HUGE,
		"bo b pages=16\nopen f rw\nmmap m f b share=private\nwrite m+0\npte m+0 full\n"
		"smaps m\ngup_fast m+0 write\nmmap n f b\nwrite n+2\nfork c\nin c read n+3\n"
		"munmap n\nsmaps m\nteardown\n",
		"dev d vma=MIXEDMAP insert=mixed_prot\nmmap m d\nwrite m+1\npte m+1\ngup m+1\n"
		"mprotect m prot=r\nmprotect m prot=rw\npte m+1\nmremap m pages=32\nmaps\n",
		"mmap m anon pages=4 share=private\nwrite m+0 n=4\npin m+0 n=2 write\nfork c\n"
		"write m+0\nin c write m+1\npte m+0\nin c pte m+0\nmadvise m dontneed\nrefs m+0\n",
		"file f pages=4\nmmap m f share=private prot=rw\nread m+0\npin m+0 longterm write\n"
		"mremap m pages=8\nmincore m\npagemap m+0\nmadvise m populate_write\n",
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(texts); i++) {
		for (unsigned int n = 0; sim_arch_nth(n); n++) {
			struct bisected b = bisect(texts[i], sim_arch_nth(n)->name);

			if (b.ret || b.result.nr_unexplained)
				fail_msg("%s%s%s", texts[i], b.out, b.err);
			assert_true(b.result.nr_rules >= b.result.nr_changes);
			bisected_free(&b);
		}
	}
}

static void test_bisect_refuses(void **state)
{
	struct bisected b = bisect("fly", NULL);

	(void)state;
	assert_int_equal(b.ret, -EINVAL);
	assert_non_null(strstr(b.err, "t:1:1: error: unknown operation 'fly'"));
	bisected_free(&b);
	b = bisect("machine ram=65K", NULL);
	assert_int_equal(b.ret, -EINVAL);
	assert_non_null(strstr(b.err, "no such machine can be built"));
	bisected_free(&b);
	b = bisect("maps", "vax");
	assert_int_equal(b.ret, -EINVAL);
	assert_non_null(strstr(b.err, "architecture vax is not known"));
	bisected_free(&b);
	assert_int_equal(sim_scenario_bisect(NULL, 1, NULL, NULL), -EINVAL);
	assert_int_equal(sim_scenario_bisect("maps", 4, NULL, NULL), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_bisect_names_the_rule),
	cmocka_unit_test(test_bisect_explains_all_changes),
	cmocka_unit_test(test_bisect_refuses),
};
SIM_TEST_MAIN(tests)
