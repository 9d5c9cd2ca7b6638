/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random calls against a naive model: an array that says of each page what it
 * is and which byte it holds. After each call the two must agree page by page,
 * and the vmas must be in their canonical form: no border where nothing
 * differs. Several tasks by fork. Replay with SIM_SEED.
 */
#include <signal.h>

#include "support/address_space.h"

#define NR_PAGES 40
#define MAX_TASKS 3
#define RW (PROT_READ | PROT_WRITE)

enum kind { HOLE, ANON, FILE_PRIVATE, FILE_SHARED };

struct model_page {
	enum kind kind;
	int prot;
	unsigned long pgoff;	/* of file pages */
	bool own;		/* private: has a byte of its own ... */
	unsigned char byte;	/* ... this one */
	bool dontfork, locked;
};

struct model_task {
	struct task_struct *task;
	struct model_page page[NR_PAGES];
};

struct model {
	struct as *as;
	uint64_t seed;
	int nr_tasks;
	struct model_task task[MAX_TASKS];
	unsigned char file[AS_FILE_PAGES];
};

static uint32_t any(struct model *model, unsigned long below)
{
	return as_random(&model->seed, (uint32_t)below);
}

static int any_prot(struct model *model)
{
	static const int prots[] = { PROT_NONE, PROT_READ, RW, PROT_READ | PROT_EXEC };

	return prots[any(model, 4)];
}

/* ---- the operations, on both ---- */

static void do_mmap(struct model *model, struct model_task *t, unsigned long at, unsigned long nr)
{
	enum kind kind = (enum kind)(1 + any(model, 3));
	unsigned long pgoff = any(model, AS_FILE_PAGES - nr + 1);
	int flags = MAP_FIXED | (kind == FILE_SHARED ? MAP_SHARED : MAP_PRIVATE);
	int prot = any_prot(model);
	struct file *file = kind == ANON ? NULL : model->as->file;

	if (any(model, 2) && at + nr <= AS_FILE_PAGES)
		pgoff = at;
	assert_int_equal(sim_mmap(t->task, as_page(model->as, at), as_len(model->as, nr), prot,
				  flags | (file ? 0 : MAP_ANONYMOUS), file, pgoff),
			 as_page(model->as, at));
	for (unsigned long i = 0; i < nr; i++)
		t->page[at + i] = (struct model_page){ .kind = kind, .prot = prot,
						       .pgoff = pgoff + i };
}

static void do_munmap(struct model *model, struct model_task *t, unsigned long at,
		      unsigned long nr)
{
	assert_int_equal(sim_munmap(t->task, as_page(model->as, at), as_len(model->as, nr)), 0);
	memset(&t->page[at], 0, nr * sizeof(t->page[0]));
}

static void do_mprotect(struct model *model, struct model_task *t, unsigned long at,
			unsigned long nr)
{
	int prot = any_prot(model), want = 0;

	for (unsigned long i = at; i < at + nr && !want; i++) {
		if (t->page[i].kind == HOLE)
			want = -ENOMEM;
		else
			t->page[i].prot = prot;
	}
	assert_int_equal(sim_mprotect(t->task, as_page(model->as, at), as_len(model->as, nr),
				      prot), want);
}

static void do_dontneed(struct model *model, struct model_task *t, unsigned long at,
			unsigned long nr)
{
	int want = 0;

	for (unsigned long i = at; i < at + nr && want != -EINVAL; i++) {
		if (t->page[i].kind == HOLE)
			want = -ENOMEM;
		else if (t->page[i].locked)
			want = -EINVAL;
		else
			t->page[i].own = false;
	}
	assert_int_equal(sim_madvise(t->task, as_page(model->as, at), as_len(model->as, nr),
				     MADV_DONTNEED), want);
}

static void do_dontfork(struct model *model, struct model_task *t, unsigned long at,
			unsigned long nr)
{
	bool dontfork = any(model, 2);
	int want = 0;

	for (unsigned long i = at; i < at + nr; i++) {
		if (t->page[i].kind == HOLE)
			want = -ENOMEM;
		else
			t->page[i].dontfork = dontfork;
	}
	assert_int_equal(sim_madvise(t->task, as_page(model->as, at), as_len(model->as, nr),
				     dontfork ? MADV_DONTFORK : MADV_DOFORK), want);
}

/* Populating a mapping without rights is an error, but it is locked all the same. */
static void do_mlock(struct model *model, struct model_task *t, unsigned long at, unsigned long nr)
{
	bool lock = any(model, 2), hole = false, none = false;
	unsigned long addr = as_page(model->as, at), len = as_len(model->as, nr);

	for (unsigned long i = at; i < at + nr && !hole; i++) {
		hole = t->page[i].kind == HOLE;
		none |= !hole && !t->page[i].prot;
		if (!hole)
			t->page[i].locked = lock;
	}
	if (!lock)
		assert_int_equal(sim_munlock(t->task, addr, len), hole ? -ENOMEM : 0);
	else
		assert_int_equal(sim_mlock(t->task, addr, len), hole || none ? -ENOMEM : 0);
}

static void move_pages(struct model_task *t, unsigned long from, unsigned long to,
		       unsigned long old, unsigned long new)
{
	struct model_page moved[NR_PAGES];
	struct model_page last = t->page[from + old - 1];

	memcpy(moved, &t->page[from], old * sizeof(moved[0]));
	for (unsigned long i = old; i < new; i++) {
		moved[i] = last;
		moved[i].own = false;
		moved[i].pgoff = last.pgoff + (i - old) + 1;
	}
	memset(&t->page[from], 0, old * sizeof(moved[0]));
	memcpy(&t->page[to], moved, new * sizeof(moved[0]));
}

/* Within one vma, to a place that does not overlap; the file must be long enough. */
static void do_mremap(struct model *model, struct model_task *t, unsigned long at,
		      unsigned long nr)
{
	unsigned long addr = as_page(model->as, at), new = 1 + any(model, 6);
	unsigned long to = any(model, NR_PAGES - new);
	struct vm_area_struct *vma = find_vma(t->task->mm, addr);
	long want = (long)as_page(model->as, to);

	if (at < to + new && to < at + nr)
		return;
	if (!vma || vma->vm_start > addr) {
		want = -EFAULT;
	} else if (addr + as_len(model->as, nr) > vma->vm_end) {
		return;
	} else if (t->page[at].kind != HOLE && t->page[at].pgoff + new > AS_FILE_PAGES) {
		return;
	}
	assert_int_equal(sim_mremap(t->task, addr, as_len(model->as, nr), as_len(model->as, new),
				    MREMAP_MAYMOVE | MREMAP_FIXED, as_page(model->as, to)), want);
	/* Up to 5.14 the target is gone all the same, and what is cut off. */
	if (want < 0 && strncmp(sim_machine_release(model->as->machine), "5.", 2))
		return;
	memset(&t->page[to], 0, new * sizeof(t->page[0]));
	if (new < nr)
		memset(&t->page[at + new], 0, (nr - new) * sizeof(t->page[0]));
	if (want >= 0)
		move_pages(t, at, to, nr < new ? nr : new, new);
}

static void do_store(struct model *model, struct model_task *t, unsigned long at)
{
	struct model_page *page = &t->page[at];
	unsigned char byte = (unsigned char)any(model, 256);
	bool allowed = page->kind != HOLE && (page->prot & PROT_WRITE);

	assert_int_equal(sim_write(t->task, as_page(model->as, at), &byte, 1),
			 allowed ? 0 : SIGSEGV);
	if (!allowed)
		return;
	if (page->kind == FILE_SHARED) {
		model->file[page->pgoff] = byte;
	} else {
		page->own = true;
		page->byte = byte;
	}
}

static void do_fork(struct model *model, struct model_task *t)
{
	struct model_task *child = &model->task[model->nr_tasks];

	if (model->nr_tasks == MAX_TASKS)
		return;
	*child = *t;
	assert_int_equal(sim_fork(t->task, "child", &child->task), 0);
	for (int i = 0; i < NR_PAGES; i++) {
		child->page[i].locked = false;
		if (child->page[i].dontfork)
			memset(&child->page[i], 0, sizeof(child->page[i]));
	}
	model->nr_tasks++;
}

/* The first task stays: the fixture ends it. */
static void do_exit(struct model *model, int i)
{
	if (!i)
		return;
	sim_exit(model->task[i].task);
	model->task[i] = model->task[--model->nr_tasks];
}

/* Drops what the file's entries are, and brings back what is in the file. */
static void do_unmap_file(struct model *model, unsigned long at, unsigned long nr)
{
	unmap_mapping_range(model->as->file->f_mapping, (int64_t)as_len(model->as, at),
			    (int64_t)as_len(model->as, nr), 1);
	for (int t = 0; t < model->nr_tasks; t++) {
		for (int i = 0; i < NR_PAGES; i++) {
			struct model_page *page = &model->task[t].page[i];

			if (page->kind == FILE_PRIVATE && page->pgoff >= at &&
			    page->pgoff < at + nr)
				page->own = false;
		}
	}
}

static void do_any(struct model *model)
{
	int i = (int)any(model, (unsigned long)model->nr_tasks);
	struct model_task *t = &model->task[i];
	unsigned long nr = 1 + any(model, 6), at = any(model, NR_PAGES - nr);

	switch (any(model, 16)) {
	case 0:
	case 1:
	case 2:
		return do_mmap(model, t, at, nr);
	case 3:
		return do_munmap(model, t, at, nr);
	case 4:
	case 5:
	case 6:
		return do_mprotect(model, t, at, nr);
	case 7:
	case 8:
		return do_mremap(model, t, at, nr);
	case 9:
		return do_dontneed(model, t, at, nr);
	case 10:
		return do_dontfork(model, t, at, nr);
	case 11:
		return do_mlock(model, t, at, nr);
	case 12:
		return do_unmap_file(model, at, nr);
	case 13:
		return any(model, 2) ? do_fork(model, t) : do_exit(model, i);
	default:
		return do_store(model, t, at);
	}
}

/* ---- do they agree? ---- */

static void compare_vma(const struct model *model, const struct model_page *page,
			const struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long rights = (page->prot & PROT_READ ? VM_READ : 0) |
			       (page->prot & PROT_WRITE ? VM_WRITE : 0) |
			       (page->prot & PROT_EXEC ? VM_EXEC : 0);

	assert_int_equal(vma->vm_flags & VM_ACCESS_FLAGS, rights);
	assert_int_equal(!!(vma->vm_flags & VM_SHARED), page->kind == FILE_SHARED);
	assert_int_equal(!!(vma->vm_flags & VM_DONTCOPY), page->dontfork);
	assert_int_equal(!!(vma->vm_flags & VM_LOCKED), page->locked);
	assert_ptr_equal(vma->vm_file, page->kind == ANON ? NULL : model->as->file);
	if (page->kind != ANON)
		assert_int_equal(vma->vm_pgoff + (addr - vma->vm_start) / model->as->page,
				 page->pgoff);
}

static void compare_page(const struct model *model, const struct model_task *t, unsigned long i)
{
	const struct model_page *page = &t->page[i];
	unsigned long addr = as_page(model->as, i);
	struct vm_area_struct *vma = find_vma(t->task->mm, addr);

	if (page->kind == HOLE) {
		assert_true(!vma || vma->vm_start > addr);
		return;
	}
	assert_true(vma && vma->vm_start <= addr);
	compare_vma(model, page, vma, addr);
}

static void compare_byte(const struct model *model, const struct model_task *t, unsigned long i)
{
	const struct model_page *page = &t->page[i];
	unsigned char byte = 0, want = 0;
	bool allowed = page->kind != HOLE && page->prot;

	if (page->own)
		want = page->byte;
	else if (page->kind != ANON && allowed)
		want = model->file[page->pgoff];
	assert_int_equal(sim_read(t->task, as_page(model->as, i), &byte, 1), allowed ? 0 : SIGSEGV);
	if (allowed && byte != want)
		fail_msg("page %lu holds %u, not %u", i, byte, want);
}

/* Two neighbours that nothing tells apart are one vma. Who owns anonymous pages
 * tells apart; and a child, whose vmas lose VM_LOCKED without being merged, is
 * not looked at. */
static void compare_form(const struct model_task *t, unsigned long page_size)
{
	struct vm_area_struct *vma, *next;

	for (vma = sim_vma_next(t->task->mm, NULL); vma; vma = next) {
		next = sim_vma_next(t->task->mm, vma);
		if (!next || next->vm_start != vma->vm_end || vma->anon_vma || next->anon_vma)
			continue;
		assert_false(!((vma->vm_flags ^ next->vm_flags) & ~VM_SOFTDIRTY) &&
			     vma->vm_file == next->vm_file &&
			     vma->vm_pgoff + (vma->vm_end - vma->vm_start) / page_size ==
			     next->vm_pgoff);
	}
}

static void compare(struct model *model, bool bytes)
{
	for (int t = 0; t < model->nr_tasks; t++) {
		for (unsigned long i = 0; i < NR_PAGES; i++) {
			compare_page(model, &model->task[t], i);
			if (bytes)
				compare_byte(model, &model->task[t], i);
		}
		as_check(model->as, model->task[t].task);
	}
	compare_form(&model->task[0], model->as->page);
}

static void run(struct as *as)
{
	struct model model = { .as = as, .seed = as_seed(7), .nr_tasks = 1 };

	model.task[0].task = as->task;
	for (int i = 0; i < 900; i++) {
		do_any(&model);
		compare(&model, i % 8 == 0);
	}
	while (model.nr_tasks > 1)
		do_exit(&model, 1);
	as_clear(as);
}

static void test_model_random(void **state)
{
	(void)state;
	as_for_all(run);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_model_random),
};

SIM_TEST_MAIN(tests)
