/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

struct populate_case {
	const char *description;
	int prot, flags, file;		/* as kinds of address_space.c */
	long anon, shmem;		/* pages afterwards, of 4 */
};

static const struct populate_case cases[] = {
	{ "writable memory: pages of its own", PROT_READ | PROT_WRITE, MAP_PRIVATE, 0, 4, 0 },
	{ "read-only memory: the zero page", PROT_READ, MAP_PRIVATE, 0, 0, 0 },
	{ "no right: nothing", PROT_NONE, MAP_PRIVATE, 0, 0, 0 },
	{ "a private file, writable: copies", PROT_READ | PROT_WRITE, MAP_PRIVATE, 1, 4, 4 },
	{ "a private file, read-only: its pages", PROT_READ, MAP_PRIVATE, 1, 0, 4 },
	{ "a shared file: its pages", PROT_READ | PROT_WRITE, MAP_SHARED, 1, 0, 4 },
	{ "a special mapping: nothing", PROT_READ | PROT_WRITE, MAP_SHARED, 2, 0, 0 },
};

static void run_cases(struct as *as)
{
	struct mm_struct *mm = as->task->mm;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct populate_case *c = &cases[i];
		struct file *file = c->file == 2 ? as->pfn_file : c->file ? as->file : NULL;
		long shmem = c->anon ? 0 : c->shmem;

		assert_int_equal(sim_mmap(as->task, as->base, as_len(as, 4), c->prot,
					  c->flags | MAP_FIXED | MAP_POPULATE |
					  (file ? 0 : MAP_ANONYMOUS), file, 0), as->base);
		if (mm->rss_stat[MM_ANONPAGES].counter != c->anon ||
		    mm->rss_stat[MM_SHMEMPAGES].counter != shmem)
			fail_msg("%s: anon %ld, shmem %ld", c->description,
				 mm->rss_stat[MM_ANONPAGES].counter,
				 mm->rss_stat[MM_SHMEMPAGES].counter);
		as_check(as, as->task);
		as_clear(as);
	}
}

static void test_populate_cases(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

/* MAP_NONBLOCK takes MAP_POPULATE back; an end of the file is no error. */
static void quirks(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	const int flags = MAP_PRIVATE | MAP_FIXED | MAP_POPULATE;

	assert_true(sim_mmap(as->task, as->base, as_len(as, 4), PROT_READ | PROT_WRITE,
			     flags | MAP_ANONYMOUS | MAP_NONBLOCK, NULL, 0) > 0);
	assert_int_equal(mm->rss_stat[MM_ANONPAGES].counter, 0);
	assert_true(sim_mmap(as->task, as->base, as_len(as, 4), PROT_READ, flags, as->file,
			     AS_FILE_PAGES - 2) > 0);
	assert_int_equal(mm->rss_stat[MM_SHMEMPAGES].counter, 2);
	as_clear(as);
}

static void test_populate_quirks(void **state)
{
	(void)state;
	as_for_all(quirks);
}

/* ---- handlers that do not map ---- */

struct handler {
	vm_fault_t answer;
	int nr_calls;
};

static vm_fault_t answer(struct vm_fault *vmf)
{
	struct handler *handler = vmf->vma->vm_file->private_data;

	handler->nr_calls++;
	if (!(handler->answer & VM_FAULT_RETRY))
		return handler->answer;
	mmap_read_unlock(vmf->vma->vm_mm);
	return VM_FAULT_RETRY;
}

static const struct vm_operations_struct answer_ops = { .fault = answer };

static int answer_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_MIXEDMAP;
	vma->vm_ops = &answer_ops;
	return 0;
}

/* Whatever the handler answers it ends; where the kernel would not, with a WARN. */
static void handlers(struct as *as)
{
	static const struct file_operations fops = { .mmap = answer_mmap };
	static const vm_fault_t answers[] = { VM_FAULT_RETRY, VM_FAULT_SIGBUS, VM_FAULT_OOM,
					      VM_FAULT_NOPAGE };
	struct sim_snapshot *before = sim_snapshot(as->machine);

	assert_non_null(before);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(answers); i++) {
		struct handler handler = { answers[i], 0 };
		struct address_space *mapping = sim_mapping_create(as->machine);
		struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE,
						    &handler, "answer");

		assert_int_equal(sim_mmap(as->task, as->base, as_len(as, 2), PROT_READ,
					  MAP_SHARED | MAP_FIXED | MAP_POPULATE, file, 0),
				 as->base);
		assert_in_range(handler.nr_calls, 1, 1000);
		assert_int_equal(sim_nr_outcomes(as->machine, SIM_WARN),
				 answers[i] == VM_FAULT_NOPAGE);
		as_clear(as);
		fput(file);
		sim_mapping_put(mapping);
	}
	assert_int_equal(sim_restore(as->machine, before), 0);
	sim_snapshot_free(before);
}

static void test_populate_handlers(void **state)
{
	(void)state;
	as_for_all(handlers);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_populate_cases),
	cmocka_unit_test(test_populate_quirks),
	cmocka_unit_test(test_populate_handlers),
};

SIM_TEST_MAIN(tests)
