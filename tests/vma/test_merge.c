/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Merging: each case is a strip, one operation, and the strip that must follow.
 */
#include "support/address_space.h"

#define RW (PROT_READ | PROT_WRITE)

enum op { OP_MMAP, OP_MPROTECT, OP_MUNMAP, OP_FILE, OP_TOUCH };

struct step {
	enum op op;
	unsigned long first, nr;	/* pages */
	int prot;
	long pgoff;			/* OP_FILE */
};

struct merge_case {
	const char *description;
	const char *from;
	struct step step[3];
	const char *to;
};

static void do_step(struct as *as, const struct step *step)
{
	unsigned long addr = as_page(as, step->first), len = as_len(as, step->nr);
	char byte = 1;

	switch (step->op) {
	case OP_MMAP:
		assert_int_equal(sim_mmap(as->task, addr, len, step->prot,
					  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0), addr);
		break;
	case OP_FILE:
		assert_int_equal(sim_mmap(as->task, addr, len, step->prot, MAP_PRIVATE | MAP_FIXED,
					  as->file, (unsigned long)step->pgoff), addr);
		break;
	case OP_MPROTECT:
		assert_int_equal(sim_mprotect(as->task, addr, len, step->prot), 0);
		break;
	case OP_MUNMAP:
		assert_int_equal(sim_munmap(as->task, addr, len), 0);
		break;
	case OP_TOUCH:
		for (unsigned long i = 0; i < step->nr; i++)
			assert_int_equal(sim_write(as->task, addr + i * as->page, &byte, 1), 0);
		break;
	}
}

/* The numbers are those of the drawing in lib/vma/merge.c. */
static const struct merge_case cases[] = {
	{ "1: a new range fills the hole between two", "ww..ww",
	  { { OP_MMAP, 2, 2, RW, 0 } }, "wwwwww" },
	{ "2: a new range after prev", "ww..rr", { { OP_MMAP, 2, 2, RW, 0 } }, "wwwwrr" },
	{ "3: a new range before next", "rr..ww", { { OP_MMAP, 2, 2, RW, 0 } }, "rrwwww" },
	{ "a new range beside vmas of other rights", "rr..xx",
	  { { OP_MMAP, 2, 2, RW, 0 } }, "rrwwxx" },
	{ "a new range that touches neither", "ww....ww",
	  { { OP_MMAP, 3, 2, RW, 0 } }, "ww.ww.ww" },
	{ "4: the end of mid goes to next", "rrrrxx",
	  { { OP_MPROTECT, 2, 2, PROT_READ | PROT_EXEC, 0 } }, "rrxxxx" },
	{ "5: the start of mid goes to prev", "xxrrrr",
	  { { OP_MPROTECT, 2, 2, PROT_READ | PROT_EXEC, 0 } }, "xxxxrr" },
	{ "6: mid goes, and next too", "xxrrxx",
	  { { OP_MPROTECT, 2, 2, PROT_READ | PROT_EXEC, 0 } }, "xxxxxx" },
	{ "7: mid goes to prev", "xxrrww",
	  { { OP_MPROTECT, 2, 2, PROT_READ | PROT_EXEC, 0 } }, "xxxxww" },
	{ "8: mid goes to next", "wwrrxx",
	  { { OP_MPROTECT, 2, 2, PROT_READ | PROT_EXEC, 0 } }, "wwxxxx" },
	{ "the middle of mid cannot merge", "rrrrrr",
	  { { OP_MPROTECT, 2, 2, PROT_READ | PROT_EXEC, 0 } }, "rrxxrr" },
	{ "split and merged again", "xxxxxx",
	  { { OP_MPROTECT, 2, 2, PROT_READ, 0 },
	    { OP_MPROTECT, 2, 2, PROT_READ | PROT_EXEC, 0 } }, "xxxxxx" },
	{ "split, touched and merged again: one anon_vma", "wwwwww",
	  { { OP_TOUCH, 0, 6, 0, 0 }, { OP_MPROTECT, 2, 2, PROT_READ, 0 },
	    { OP_MPROTECT, 2, 2, RW, 0 } }, "wwwwww" },
	{ "a file's pages that follow each other", "RR..RR",
	  { { OP_FILE, 2, 2, PROT_READ, 2 } }, "RRRRRR" },
	{ "a file's pages that do not", "RR..RR",
	  { { OP_FILE, 2, 2, PROT_READ, 3 } }, "RR|RR|RR" },
	{ "a file's pages that follow prev only", "RR..",
	  { { OP_FILE, 2, 2, PROT_READ, 2 } }, "RRRR" },
	{ "file and anonymous memory", "RR..", { { OP_MMAP, 2, 2, PROT_READ, 0 } }, "RRrr" },
	{ "private and shared", "ss..", { { OP_FILE, 2, 2, RW, 2 } }, "ssWW" },
	{ "VM_LOCKED differs", "LL..", { { OP_MMAP, 2, 2, RW, 0 } }, "LLww" },
	{ "VM_DONTCOPY differs", "DD..", { { OP_MMAP, 2, 2, RW, 0 } }, "DDww" },
	{ "VM_SPECIAL never: cut and alike again", "PPPPPP",
	  { { OP_MPROTECT, 2, 2, PROT_READ, 0 }, { OP_MPROTECT, 2, 2, RW, 0 } }, "PP|PP|PP" },
	{ "over a mapping: the old one goes, the new one merges", "wwrrww",
	  { { OP_MMAP, 2, 2, RW, 0 } }, "wwwwww" },
	{ "a hole is cut and filled", "wwwwww",
	  { { OP_MUNMAP, 2, 2, 0, 0 }, { OP_MMAP, 2, 2, RW, 0 } }, "wwwwww" },
	{ "a new range beside touched memory", "ww..",
	  { { OP_TOUCH, 0, 2, 0, 0 }, { OP_MMAP, 2, 2, RW, 0 } }, "wwww" },
};

static void run_cases(struct as *as)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct merge_case *c = &cases[i];

		as->what = c->description;
		as_from(as, c->from);
		for (size_t s = 0; s < SIM_ARRAY_SIZE(c->step) && c->step[s].nr; s++)
			do_step(as, &c->step[s]);
		as_assert(as, c->to);
		as_clear(as);
	}
}

static void test_merge_cases(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

/* Pages of two anon_vmas: the new range can join only one of them, and which
 * one is up to the release. */
static void two_anon_vmas(struct as *as)
{
	bool prefers_next = strcmp(sim_machine_release(as->machine), "6.1") == 0;

	as_from(as, "ww.ww");
	do_step(as, &(struct step){ OP_TOUCH, 0, 2, 0, 0 });
	do_step(as, &(struct step){ OP_TOUCH, 3, 2, 0, 0 });
	do_step(as, &(struct step){ OP_MMAP, 2, 1, RW, 0 });
	as_assert(as, prefers_next ? "ww|www" : "www|ww");
}

/* Untouched, hole, touched: the first vma takes over whose pages it gets. */
static void takes_over_anon_vma(struct as *as)
{
	bool prefers_next = strcmp(sim_machine_release(as->machine), "6.1") == 0;

	as_from(as, "ww.ww");
	do_step(as, &(struct step){ OP_TOUCH, 3, 2, 0, 0 });
	do_step(as, &(struct step){ OP_MMAP, 2, 1, RW, 0 });
	as_assert(as, prefers_next ? "ww|www" : "wwwww");
	do_step(as, &(struct step){ OP_TOUCH, 0, 5, 0, 0 });
	assert_non_null(sim_vma_next(as->task->mm, NULL)->anon_vma);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_ANON_VMA), 1);
	as_check(as, as->task);
}

static void test_merge_takes_over_anon_vma(void **state)
{
	(void)state;
	as_for_all(takes_over_anon_vma);
}

static void test_merge_two_anon_vmas(void **state)
{
	(void)state;
	as_for_all(two_anon_vmas);
}

/* A neighbour without pages of its own cannot take a range in that has some. */
static void unfaulted_neighbour(struct as *as)
{
	/* without VM_ACCOUNT, which would stay with the first half */
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;

	for (int i = 0; i < 2; i++)
		assert_true(sim_mmap(as->task, as_page(as, 2 * i), as_len(as, 2),
				     i ? PROT_READ : RW, flags, NULL, 0) > 0);
	do_step(as, &(struct step){ OP_TOUCH, 0, 2, 0, 0 });
	do_step(as, &(struct step){ OP_MPROTECT, 0, 2, PROT_READ, 0 });
	as_assert(as, "rr|rr");
	/* the other way round it can: first the touched half changes, then the rest */
	do_step(as, &(struct step){ OP_MPROTECT, 0, 4, RW, 0 });
	as_assert(as, "wwww");
}

static void test_merge_unfaulted_neighbour(void **state)
{
	(void)state;
	as_for_all(unfaulted_neighbour);
}

/* What the child got by fork has an anon_vma of its own for each vma. */
static void after_fork(struct as *as)
{
	struct task_struct *child;

	as_from(as, "wwww");
	do_step(as, &(struct step){ OP_TOUCH, 0, 4, 0, 0 });
	do_step(as, &(struct step){ OP_MPROTECT, 2, 2, PROT_READ, 0 });
	assert_int_equal(sim_fork(as->task, "child", &child), 0);
	assert_int_equal(sim_mprotect(child, as_page(as, 2), as_len(as, 2), RW), 0);
	as_assert_task(as, child, "ww|ww");
	assert_int_equal(sim_mmap(child, as_page(as, 4), as_len(as, 1), RW,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0),
			 as_page(as, 4));
	as_assert_task(as, child, "ww|ww|w");
	sim_exit(child);
	do_step(as, &(struct step){ OP_MPROTECT, 2, 2, RW, 0 });
	as_assert(as, "wwww");
}

static void test_merge_after_fork(void **state)
{
	(void)state;
	as_for_all(after_fork);
}

/* ---- ->close ---- */

static void count_close(struct vm_area_struct *vma)
{
	int *nr = vma->vm_file->private_data;

	(*nr)++;
}

static const struct vm_operations_struct close_vm_ops = { .close = count_close };

static int close_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &close_vm_ops;
	return 0;
}

static const struct file_operations close_fops = { .mmap = close_mmap };

/* Up to 6.1 ->close rules merging out; later, only for a vma that would go. */
static void close_rule(struct as *as)
{
	struct address_space *mapping = sim_mapping_create(as->machine);
	bool blocks = strcmp(sim_machine_release(as->machine), "6.12") != 0;
	struct file *file;
	int nr_close = 0;

	file = sim_file_create(mapping, &close_fops, FMODE_READ | FMODE_WRITE, &nr_close, "close");
	assert_non_null(file);
	for (unsigned long i = 0; i < 4; i += 2)
		assert_int_equal(sim_mmap(as->task, as_page(as, i), as_len(as, 2), PROT_READ,
					  MAP_PRIVATE | MAP_FIXED, file, i), as_page(as, i));
	as_assert(as, blocks ? "RR|RR" : "RRRR");
	assert_int_equal(sim_mprotect(as->task, as_page(as, 1), as_len(as, 1), PROT_NONE), 0);
	assert_int_equal(sim_mprotect(as->task, as_page(as, 1), as_len(as, 1), PROT_READ), 0);
	/* 6.12: the middle piece would go, so it stays. */
	as_assert(as, blocks ? "R|R|RR" : "R|R|RR");
	as_clear(as);
	assert_int_equal(nr_close, 3);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_merge_close_rule(void **state)
{
	(void)state;
	as_for_all(close_rule);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_merge_cases),
	cmocka_unit_test(test_merge_two_anon_vmas),
	cmocka_unit_test(test_merge_takes_over_anon_vma),
	cmocka_unit_test(test_merge_unfaulted_neighbour),
	cmocka_unit_test(test_merge_after_fork),
	cmocka_unit_test(test_merge_close_rule),
};

SIM_TEST_MAIN(tests)
