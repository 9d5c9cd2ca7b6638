/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_munmap_flush.c - how many TLB flushes munmap and exit ask for, and whether
 * the files' vmas can still be found at each.
 */
#include "support/address_space.h"

/* A letter for each flush: l, a vma of a file is linked in its i_mmap; u, none is. */
struct flushes {
	struct as *as;
	char seen[16];
	size_t nr;
};

static bool linked(const struct file *file)
{
	return file->f_mapping->i_mmap.rbh_root != NULL;
}

static void note(const struct sim_event *event, void *data)
{
	struct flushes *f = data;

	if (event->kind != SIM_EV_TLB || f->nr == sizeof(f->seen) - 1)
		return;
	f->seen[f->nr++] = linked(f->as->file) || linked(f->as->pfn_file) ? 'l' : 'u';
}

static void touch(struct as *as, const char *strip)
{
	char byte = 0;

	for (size_t i = 0; strip[i]; i++)
		if (strip[i] != '.')
			assert_int_equal(sim_read(as->task, as_page(as, i), &byte, 1), 0);
}

static const struct flush_case {
	const char *description;
	const char *strip;
	unsigned long nr;	/* pages that go; 0: the task does */
	/* architectures that merge, without and with the rule; those that do not */
	const char *merged_before, *merged, *each;
} cases[] = {
	{ "nothing mapped in it", "....w", 4, "", "", "" },
	{ "one, its table stays", "wwrr", 2, "u", "u", "u" },
	{ "one, its table goes", "ww", 2, "u", "u", "uu" },
	{ "three, their table goes", "wwrrww", 6, "u", "u", "uuuu" },
	{ "a file's", "RRww", 2, "u", "u", "l" },
	{ "special, its table stays", "PPww", 2, "u", "l", "l" },
	{ "special, its table goes", "PP", 2, "u", "lu", "lu" },
	{ "special last, its table stays", "RRwPr", 4, "u", "l", "lll" },
	{ "special between others", "wwPPrr", 6, "u", "lu", "lllu" },
	{ "special first", "PPrrw", 4, "u", "lu", "ll" },
	{ "the end of the task", "wwPPrrRR", 0, "u", "u", "u" },
};

static const char *expected(const struct as *as, const struct flush_case *c)
{
	const char *arch = sim_machine_arch(as->machine)->name;
	const char *release = sim_machine_release(as->machine);

	if (strcmp(arch, "x86_64") != 0 && strcmp(arch, "s390x") != 0)
		return c->each;
	return strncmp(release, "5.", 2) == 0 ? c->merged_before : c->merged;
}

static void unmap(struct as *as, const struct flush_case *c)
{
	if (c->nr) {
		assert_int_equal(sim_munmap(as->task, as->base, as_len(as, c->nr)), 0);
		return;
	}
	sim_exit(as->task);
	as->task = sim_task_create(as->machine, "next");
	assert_non_null(as->task);
	sim_task_switch(as->task);
}

/* Who listens to events is told of each entry; without, runs of entries go at once. */
static void run_case(struct as *as, const struct flush_case *c, bool listen)
{
	struct flushes f = { .as = as };
	const char *want = expected(as, c);
	uint64_t before;

	print_message("%s %s: %s\n", sim_machine_arch(as->machine)->name,
		      sim_machine_release(as->machine), c->description);
	as_from(as, c->strip);
	touch(as, c->strip);
	before = sim_counter(as->machine, SIM_CNT_TLB_FLUSH);
	if (listen)
		sim_set_event_fn(as->machine, note, &f);
	unmap(as, c);
	sim_set_event_fn(as->machine, NULL, NULL);
	assert_int_equal(sim_counter(as->machine, SIM_CNT_TLB_FLUSH), before + strlen(want));
	if (listen)
		assert_string_equal(f.seen, want);
	as_clear(as);
}

static void run_cases(struct as *as)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases) * 2; i++) {
		as->what = cases[i / 2].description;
		run_case(as, &cases[i / 2], i & 1);
	}
}

static void test_munmap_flushes(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

/* What MADV_DONTNEED has emptied leaves tables, which a walk may have cached. */
static void empty_tables(struct as *as)
{
	uint64_t before;

	as_from(as, "ww");
	touch(as, "ww");
	assert_int_equal(sim_madvise(as->task, as->base, as_len(as, 2), MADV_DONTNEED), 0);
	before = sim_counter(as->machine, SIM_CNT_TLB_FLUSH);
	assert_int_equal(sim_munmap(as->task, as->base, as_len(as, 2)), 0);
	assert_int_equal(sim_counter(as->machine, SIM_CNT_TLB_FLUSH), before + 1);
}

static void test_munmap_flushes_for_tables_alone(void **state)
{
	(void)state;
	as_for_all(empty_tables);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_munmap_flushes),
	cmocka_unit_test(test_munmap_flushes_for_tables_alone),
};

SIM_TEST_MAIN(tests)
