/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Every operation with its 1st, 2nd, 3rd ... allocation made to fail, until
 * none is left to fail: the operation says so, and the address space is as it
 * was. Each attempt starts from the same snapshot.
 */
#include "support/address_space.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define MOVE (MREMAP_MAYMOVE | MREMAP_FIXED)

/* Mapped and touched before each operation. */
#define LAYOUT "wwwwwwRRRRRRssssssPPPPPP....rrrr"

static long op_mmap_merged(struct as *as)
{
	return sim_mmap(as->task, as_page(as, 24), as_len(as, 2), PROT_READ, ANON | MAP_FIXED,
			NULL, 0);
}

static long op_mmap_over(struct as *as)
{
	return sim_mmap(as->task, as_page(as, 2), as_len(as, 2), PROT_NONE, ANON | MAP_FIXED, NULL,
			0);
}

static long op_mmap_over_several(struct as *as)
{
	return sim_mmap(as->task, as_page(as, 4), as_len(as, 16), PROT_READ,
			MAP_SHARED | MAP_FIXED, as->file, 0);
}

static long op_mmap_shared_anonymous(struct as *as)
{
	return sim_mmap(as->task, as_page(as, 8), as_len(as, 2), RW,
			MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
}

static long op_mmap_driver(struct as *as)
{
	return sim_mmap(as->task, 0, as_len(as, 4), RW, MAP_SHARED, as->pfn_file, 0);
}

static long op_mmap_populate(struct as *as)
{
	return sim_mmap(as->task, as_page(as, 24), as_len(as, 4), RW,
			ANON | MAP_FIXED | MAP_POPULATE, NULL, 0);
}

static long op_munmap(struct as *as)
{
	return sim_munmap(as->task, as_page(as, 2), as_len(as, 2));
}

static long op_munmap_several(struct as *as)
{
	return sim_munmap(as->task, as_page(as, 4), as_len(as, 16));
}

static long op_mprotect(struct as *as)
{
	return sim_mprotect(as->task, as_page(as, 2), as_len(as, 2), PROT_READ);
}

static long op_mprotect_several(struct as *as)
{
	return sim_mprotect(as->task, as_page(as, 4), as_len(as, 16), PROT_READ);
}

static long op_mremap_move(struct as *as)
{
	return sim_mremap(as->task, as_page(as, 1), as_len(as, 3), as_len(as, 3), MOVE,
			  as_page(as, 3000));
}

static long op_mremap_move_driver(struct as *as)
{
	return sim_mremap(as->task, as_page(as, 19), as_len(as, 3), as_len(as, 3), MOVE,
			  as_page(as, 3000));
}

static long op_mremap_grow(struct as *as)
{
	return sim_mremap(as->task, as_page(as, 6), as_len(as, 6), as_len(as, 8), MREMAP_MAYMOVE,
			  0);
}

static long op_mremap_grow_in_place(struct as *as)
{
	return sim_mremap(as->task, as_page(as, 28), as_len(as, 4), as_len(as, 8), 0, 0);
}

static long op_mremap_shrink(struct as *as)
{
	return sim_mremap(as->task, as_page(as, 1), as_len(as, 4), as_len(as, 2), 0, 0);
}

static long op_madvise_flags(struct as *as)
{
	return sim_madvise(as->task, as_page(as, 2), as_len(as, 2), MADV_DONTFORK);
}

static long op_madvise_dontneed(struct as *as)
{
	return sim_madvise(as->task, as_page(as, 2), as_len(as, 2), MADV_DONTNEED);
}

static long op_madvise_populate(struct as *as)
{
	if (!strcmp(sim_machine_release(as->machine), "5.11"))
		return 0; /* not known yet */
	return sim_madvise(as->task, as_page(as, 14), as_len(as, 4), MADV_POPULATE_WRITE);
}

static long op_mlock(struct as *as)
{
	return sim_mlock(as->task, as_page(as, 2), as_len(as, 8));
}

static long op_munlock(struct as *as)
{
	return sim_munlock(as->task, as_page(as, 2), as_len(as, 2));
}

static long op_fork(struct as *as)
{
	struct task_struct *child;
	int ret = sim_fork(as->task, "child", &child);

	if (ret)
		return ret;
	as_check(as, child);
	sim_exit(child);
	sim_task_switch(as->task);
	return 0;
}

static long op_write(struct as *as)
{
	char bytes[3] = { 1, 2, 3 };

	return sim_write(as->task, as_page(as, 9) - 1, bytes, sizeof(bytes));
}

static long op_read(struct as *as)
{
	char byte = 0;

	return sim_read(as->task, as_page(as, 31), &byte, 1);
}

static long op_task(struct as *as)
{
	struct task_struct *task = sim_task_create(as->machine, "new");

	if (!task)
		return -ENOMEM;
	sim_exit(task);
	sim_task_switch(as->task);
	return 0;
}

static long op_file(struct as *as)
{
	struct file *file = sim_regular_file_create(as->machine, 100, "new");

	if (!file)
		return -ENOMEM;
	fput(file);
	return 0;
}

static long op_reopen(struct as *as)
{
	struct file *file = sim_file_reopen(as->file, FMODE_READ);

	if (!file)
		return -ENOMEM;
	fput(file);
	return 0;
}

struct op {
	const char *name;
	long (*run)(struct as *as);
	bool leaves_flags;	/* the flags are set before pages are asked for */
};

static const struct op ops[] = {
	{ "mmap, merged", op_mmap_merged, false },
	{ "mmap over the middle of one", op_mmap_over, false },
	{ "mmap over several", op_mmap_over_several, false },
	{ "mmap, shared anonymous", op_mmap_shared_anonymous, false },
	{ "mmap of a driver's file", op_mmap_driver, false },
	{ "mmap, populated", op_mmap_populate, false },
	{ "munmap", op_munmap, false },
	{ "munmap of several", op_munmap_several, false },
	{ "mprotect", op_mprotect, false },
	{ "mprotect of several", op_mprotect_several, false },
	{ "mremap, moved", op_mremap_move, false },
	{ "mremap, moved, a driver's", op_mremap_move_driver, false },
	{ "mremap, grown by moving", op_mremap_grow, false },
	{ "mremap, grown in place", op_mremap_grow_in_place, false },
	{ "mremap, shrunk", op_mremap_shrink, false },
	{ "madvise, flags", op_madvise_flags, false },
	{ "madvise, entries", op_madvise_dontneed, false },
	{ "madvise, populate", op_madvise_populate, false },
	{ "mlock", op_mlock, true },
	{ "munlock", op_munlock, false },
	{ "fork", op_fork, false },
	{ "store", op_write, false },
	{ "load", op_read, false },
	{ "task", op_task, false },
	{ "file", op_file, false },
	{ "reopen", op_reopen, false },
};

struct state {
	char maps[4096];
	char strip[256];
	unsigned long tasks, mms, vmas, files;
};

static void look(struct as *as, struct state *state)
{
	assert_true(sim_maps(as->task, state->maps, sizeof(state->maps)) > 0);
	as_strip(as, as->task, 40, state->strip, sizeof(state->strip));
	state->tasks = sim_live_objects(as->machine, SIM_OBJ_TASK);
	state->mms = sim_live_objects(as->machine, SIM_OBJ_MM);
	state->vmas = sim_live_objects(as->machine, SIM_OBJ_VMA);
	state->files = sim_live_objects(as->machine, SIM_OBJ_FILE);
}

static void compare(const struct op *op, unsigned long nth, const struct state *before,
		    const struct state *after)
{
	if (strcmp(before->maps, after->maps) || strcmp(before->strip, after->strip))
		fail_msg("%s, allocation %lu: it was\n%s%s\nand is\n%s%s", op->name, nth,
			 before->maps, before->strip, after->maps, after->strip);
	if (before->tasks != after->tasks || before->mms != after->mms ||
	    before->vmas != after->vmas || before->files != after->files)
		fail_msg("%s, allocation %lu: objects are left", op->name, nth);
}

/* Returns whether there was an nth allocation. */
static bool attempt(struct as *as, const struct op *op, unsigned long nth)
{
	struct state before, after;
	bool reached;
	long ret;

	look(as, &before);
	sim_fail_alloc(as->machine, nth);
	ret = op->run(as);
	reached = !sim_fail_alloc_pending(as->machine);
	sim_fail_alloc(as->machine, 0);
	if (ret < 0 && (!reached || (ret != -ENOMEM && ret != -EAGAIN)))
		fail_msg("%s, allocation %lu: %ld", op->name, nth, ret);
	look(as, &after);
	as_check(as, as->task);
	if (ret < 0 && !op->leaves_flags)
		compare(op, nth, &before, &after);
	return reached;
}

static void touch_layout(struct as *as)
{
	char byte = 1;

	for (int i = 0; LAYOUT[i]; i++)
		if (strchr("wsP", LAYOUT[i]) && i % 6 < 4)
			assert_int_equal(sim_write(as->task, as_page(as, i), &byte, 1), 0);
}

static void sweep(struct as *as)
{
	struct sim_snapshot *snapshot;
	unsigned long total = 0;
	struct as saved;

	as_from(as, LAYOUT);
	touch_layout(as);
	snapshot = sim_snapshot(as->machine);
	assert_non_null(snapshot);
	saved = *as;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(ops); i++) {
		for (unsigned long nth = 1; attempt(as, &ops[i], nth); nth++, total++) {
			assert_true(nth < 1000);
			assert_int_equal(sim_restore(as->machine, snapshot), 0);
			*as = saved;
		}
		assert_int_equal(sim_restore(as->machine, snapshot), 0);
		*as = saved;
	}
	assert_true(total > 40);
	sim_snapshot_free(snapshot);
}

static void test_nth_alloc_sweep(void **state)
{
	(void)state;
	as_for_all(sweep);
}

/* The same without a restore: what failed leaves nothing that the end of the
 * task would not take along. */
static void sweep_on(struct as *as)
{
	as_from(as, LAYOUT);
	touch_layout(as);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(ops); i++) {
		for (unsigned long nth = 1; nth < 200; nth++) {
			bool reached = attempt(as, &ops[i], nth);

			as_clear(as);
			assert_int_equal(sim_munmap(as->task, as_page(as, 3000), as_len(as, 8)), 0);
			as_from(as, LAYOUT);
			touch_layout(as);
			if (!reached)
				break;
		}
	}
}

static void test_nth_alloc_sweep_without_restore(void **state)
{
	(void)state;
	as_for_all(sweep_on);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_nth_alloc_sweep),
	cmocka_unit_test(test_nth_alloc_sweep_without_restore),
};

SIM_TEST_MAIN(tests)
