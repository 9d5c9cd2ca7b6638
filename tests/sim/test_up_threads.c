/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_up_threads.c - a machine with one CPU: every scenario says what it says on an
 * SMP machine, counts what it counts there, and another thread is kept out.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ttmsim/gup.h>
#include <ttmsim/scenario.h>
#include <ttmsim/ttm.h>

#include "support/base_fixture.h"

/* ---- scenarios ---- */

static char *transcript(const char *text, size_t len, unsigned int cpus, int *failed)
{
	struct sim_scenario_options options = { .machine = { .cpus = cpus } };
	struct sim_scenario_result result;
	char *out = NULL;
	size_t size;

	options.err = stderr;
	options.out = open_memstream(&out, &size);
	assert_non_null(options.out);
	assert_int_equal(sim_scenario_run(text, len, &options, &result), 0);
	fclose(options.out);
	*failed = (int)(result.nr_failed + result.nr_violations + result.nr_leaks);
	return out;
}

/* With what was counted at the end, where nobody has crashed by then. */
static void same_on_up(const char *text, size_t len)
{
	int failed[3];
	char *smp = transcript(text, len, 0, &failed[0]);
	char *up = transcript(text, len, 1, &failed[1]);
	char *two = transcript(text, len, 2, &failed[2]);

	assert_string_equal(smp, up);
	assert_string_equal(smp, two);
	assert_int_equal(failed[0], failed[1]);
	assert_int_equal(failed[0], failed[2]);
	free(smp);
	free(up);
	free(two);
}

static void run_file(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 16, file);
	fclose(file);
	print_message("%s\n", path);
	len += (size_t)snprintf(text + len, 16, "\ncounters\n");
	same_on_up(text, len);
}

static void test_up_examples_say_and_count_the_same(void **state)
{
	DIR *dir = opendir(TTMSIM_SOURCE_DIR "/examples");
	const struct dirent *entry;
	char path[4096];
	int nr = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".sim"))
			continue;
		snprintf(path, sizeof(path), TTMSIM_SOURCE_DIR "/examples/%s", entry->d_name);
		run_file(path);
		nr++;
	}
	closedir(dir);
	assert_in_range(nr, 10, 1000);
}

/* A program on every architecture, release and mode. */
static void test_up_matrix_of_machines_counts_the_same(void **state)
{
	static const char program[] =
		"bo b pages=40\nopen f rw\nmmap m f b\nwrite m+0\nread m+20\nfork c\n"
		"in c write m+3\nmprotect m prot=r\ngup m+0 n=4\ngup_fast m+0 n=4\n"
		"move b to=vram\nread m+0\nmmap p f b share=private\nread p+1\nmmap a anon pages=8\n"
		"write a+1\nin c read m+1\nfork d\nwrite a+1\ngup a+1 write\nput a+1\nunpin m+0\n"
		"maps\nsmaps m\nexit c\nexit d\nmunmap m\ncounters\n";
	static const char *const modes[] = { "mixed", "pfn", "apply", "pfns", "huge" };
	char text[2048];
	const struct sim_arch *arch;

	(void)state;
	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++) {
		for (unsigned int i = 0; sim_release_nth(i / 5); i++) {
			const char *release = sim_release_nth(i / 5);
			int failed;
			char *smp, *up;

			if (sim_release_number(release) < arch->since)
				continue;
			snprintf(text, sizeof(text), "machine arch=%s release=%s ttm=%s\n%s",
				 arch->name, release, modes[i % 5], program);
			smp = transcript(text, strlen(text), 0, &failed);
			up = transcript(text, strlen(text), 1, &failed);
			assert_string_equal(smp, up);
			free(smp);
			free(up);
		}
	}
}

/* ---- other threads ---- */

struct shared {
	struct sim_machine *machine;
	struct task_struct *task;
	struct page *page;
	unsigned long addr;
	int wanted;		/* what a call returns */
};

/* Calls that tell by a result. */
static void *call_all(void *data)
{
	struct shared *s = data;
	struct task_struct *child = NULL;
	struct sim_pte_info info;
	struct page *pages[1];
	unsigned char vec[1];
	char byte = 0;

	sim_task_switch(s->task);
	assert_int_equal(sim_write(s->task, s->addr, &byte, 1), s->wanted);
	assert_int_equal(sim_read(s->task, s->addr, &byte, 1), s->wanted);
	assert_int_equal(sim_touch(s->task, s->addr, 4096, true), s->wanted);
	assert_int_equal(sim_mprotect(s->task, s->addr, 4096, PROT_READ | PROT_WRITE), s->wanted);
	assert_int_equal(sim_madvise(s->task, s->addr, 4096, MADV_NORMAL), s->wanted);
	assert_int_equal(sim_mincore(s->task, s->addr, 4096, vec), s->wanted);
	assert_int_equal(sim_set_max_map_count(s->machine, 65530), s->wanted);
	assert_int_equal(sim_pte_lookup(s->task->mm, s->addr, &info), s->wanted);
	assert_int_equal(sim_phys_read(s->machine, sim_machine_arch(s->machine)->ram_start_pfn, 0,
				       &byte, 1), s->wanted);
	assert_int_equal(sim_set_memtype_ram(s->machine, page_to_pfn(s->page), 1, SIM_CACHE_WB),
			 s->wanted);
	assert_int_equal(get_user_pages_fast_only(s->addr, 0, 0, pages), 0);
	if (!s->wanted)
		return NULL;
	assert_int_equal(sim_mmap(s->task, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, NULL,
				  0), s->wanted);
	assert_int_equal(sim_munmap(s->task, s->addr, 4096), s->wanted);
	assert_int_equal(sim_fork(s->task, "child", &child), s->wanted);
	assert_int_equal(get_user_pages_fast(s->addr, 1, 0, pages), s->wanted);
	/* and those that return what they made */
	assert_null(sim_alloc_pages(s->machine, 0));
	assert_null(sim_task_create(s->machine, "other"));
	assert_null(sim_mapping_create(s->machine));
	return NULL;
}

static void open_shared(struct shared *s, unsigned int cpus)
{
	struct sim_machine_config config = { .arch = "x86_64", .release = "6.1", .cpus = cpus };

	s->machine = sim_machine_create(&config);
	assert_non_null(s->machine);
	s->task = sim_task_create(s->machine, "test");
	assert_non_null(s->task);
	s->page = sim_alloc_pages(s->machine, 0);
	assert_non_null(s->page);
	s->addr = (unsigned long)sim_mmap(s->task, 0, 4096, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	assert_int_equal(sim_write(s->task, s->addr, "x", 1), 0);
}

static void close_shared(struct shared *s)
{
	sim_free_pages(s->page, 0);
	sim_exit(s->task);
	assert_int_equal(sim_machine_leaks(s->machine, NULL, NULL), 0);
	sim_machine_destroy(s->machine);
}

static void test_up_keeps_another_thread_out(void **state)
{
	uint64_t before[SIM_NR_COUNTERS], after[SIM_NR_COUNTERS];
	struct sim_snapshot *snapshot;
	struct shared s;

	(void)state;
	open_shared(&s, 1);
	s.wanted = -EBUSY;
	sim_counters(s.machine, before);
	run_threads(1, call_all, &s);
	snapshot = sim_snapshot(s.machine);
	assert_int_equal(sim_restore(s.machine, snapshot), 0);
	run_threads(1, call_all, &s);
	sim_counters(s.machine, after);
	assert_memory_equal(before, after, sizeof(before));
	sim_snapshot_free(snapshot);
	s.wanted = 0;
	call_all(&s);
	close_shared(&s);
}

static void test_any_other_number_of_cpus_is_for_threads(void **state)
{
	static const unsigned int cpus[] = { 0, 2, 3, 64, 1000, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		struct shared s;

		open_shared(&s, cpus[i]);
		s.wanted = 0;
		run_threads(1, call_all, &s);
		run_threads(4, call_all, &s);
		close_shared(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_up_examples_say_and_count_the_same),
	cmocka_unit_test(test_up_matrix_of_machines_counts_the_same),
	cmocka_unit_test(test_up_keeps_another_thread_out),
	cmocka_unit_test(test_any_other_number_of_cpus_is_for_threads),
};

SIM_TEST_MAIN(tests)
