/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_callback.c - what a driver's functions may call, and in which state they may
 * return: a table of calls, each from within each callback.
 */
#include <errno.h>
#include <sys/mman.h>

#include <ttmsim/gup.h>
#include <ttmsim/sim.h>

#include "base/callback.h"
#include "support/run.h"

#define SIZE 4096ul
#define PAGES 4ul
#define SOME_PFN 0x100ul

static struct sim_machine *machine;
static struct task_struct *task, *other;
static struct file *device;
static unsigned long mapped, unmapped, others; /* anonymous: touched, never touched, of other */
static struct sim_snapshot *saved;

/* What the callback is to do, once, and what came of it. */
static long (*to_call)(void);
static long result;
static int result_errno;
static unsigned int told;

/* ---- calls ---- */

static long do_munmap_own(void)
{
	return sim_munmap(task, unmapped, SIZE);
}

static long do_mmap_anon(void)
{
	return sim_mmap(task, 0, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
}

static long do_mprotect_own(void)
{
	return sim_mprotect(task, unmapped, SIZE, PROT_READ);
}

static long do_mremap_own(void)
{
	return sim_mremap(task, unmapped, SIZE, 2 * SIZE, MREMAP_MAYMOVE, 0);
}

static long do_madvise_entries(void)
{
	return sim_madvise(task, unmapped, SIZE, MADV_DONTNEED);
}

static long do_madvise_flags(void)
{
	return sim_madvise(task, unmapped, SIZE, MADV_DONTFORK);
}

static long do_madvise_populate(void)
{
	return sim_madvise(task, unmapped, SIZE, 22 /* MADV_POPULATE_READ */);
}

static long do_mlock_own(void)
{
	return sim_mlock(task, unmapped, SIZE);
}

static long do_munlock_own(void)
{
	return sim_munlock(task, unmapped, SIZE);
}

static long do_msync_own(void)
{
	return sim_msync(task, unmapped, SIZE, MS_SYNC);
}

static long do_mincore_own(void)
{
	unsigned char vec[1];

	return sim_mincore(task, unmapped, SIZE, vec);
}

static long do_fork(void)
{
	struct task_struct *child;

	return sim_fork(task, "child", &child);
}

static long do_maps(void)
{
	char text[64];

	return sim_maps(task, text, sizeof(text)) < 0 ? -EDEADLK : 0;
}

static long do_smaps(void)
{
	struct sim_smaps smaps;

	return sim_smaps(task, mapped, &smaps);
}

static long do_pagemap(void)
{
	struct sim_pagemap pagemap;

	return sim_pagemap(task, mapped, &pagemap);
}

static long do_read_unmapped(void)
{
	char byte;

	return sim_read(task, unmapped, &byte, 1);
}

static long do_write_unmapped(void)
{
	return sim_write(task, unmapped, "x", 1);
}

static long do_touch_unmapped(void)
{
	return sim_touch(task, unmapped, SIZE, false);
}

static long do_read_mapped(void)
{
	char byte;

	return sim_read(task, mapped, &byte, 1);
}

static long do_gup_fast_unmapped(void)
{
	struct page *page;

	return get_user_pages_fast(unmapped, 1, FOLL_WRITE, &page);
}

static long do_gup_fast_mapped(void)
{
	struct page *page;
	long got = get_user_pages_fast(mapped, 1, FOLL_WRITE, &page);

	if (got == 1)
		put_page(page);
	return got;
}

static long do_gup_unlocked(void)
{
	struct page *page;

	return get_user_pages_unlocked(unmapped, 1, &page, FOLL_WRITE);
}

static long do_access_process_vm(void)
{
	char byte;

	return access_process_vm(task, unmapped, &byte, 1, 0);
}

static long do_process_vm_readv(void)
{
	char byte;

	return sim_process_vm_readv(task, unmapped, &byte, 1);
}

static long do_destroy(void)
{
	sim_machine_destroy(machine);
	return 0;
}

static long do_snapshot(void)
{
	return sim_snapshot(machine) != NULL;
}

static long do_restore(void)
{
	return sim_restore(machine, saved);
}

static long do_mm_check(void)
{
	return sim_mm_check(task->mm, NULL, NULL);
}

static long do_machine_check(void)
{
	return sim_machine_check(machine, NULL, NULL);
}

static long do_unmap_mapping(void)
{
	unmap_mapping_range(device->f_mapping, 0, 0, 1);
	return 0;
}

static long do_switch_to_none(void)
{
	sim_task_switch(NULL);
	return 0;
}

static long do_read_other(void)
{
	char byte;

	return sim_read(other, others, &byte, 1);
}

static long do_munmap_other(void)
{
	return sim_munmap(other, others + SIZE, SIZE);
}

static long do_task_create(void)
{
	sim_exit(sim_task_create(machine, "new"));
	return 0;
}

static long do_lock_for_reading(void)
{
	mmap_read_lock(task->mm);
	mmap_read_unlock(task->mm);
	return 0;
}

static long do_lock_for_writing(void)
{
	mmap_write_lock(task->mm);
	mmap_write_unlock(task->mm);
	return 0;
}

struct call {
	const char *description;
	long (*fn)(void);
	long result;
	int err;		/* errno, where the result does not say it */
	const char *misuse;	/* the call that is told; NULL: none is */
};

static const struct call calls[] = {
	{ "munmap", do_munmap_own, -EDEADLK, 0, "sim_munmap" },
	{ "mmap", do_mmap_anon, -EDEADLK, 0, "sim_mmap" },
	{ "mprotect", do_mprotect_own, -EDEADLK, 0, "sim_mprotect" },
	{ "mremap", do_mremap_own, -EDEADLK, 0, "sim_mremap" },
	{ "madvise, entries", do_madvise_entries, -EDEADLK, 0, "sim_madvise" },
	{ "madvise, flags", do_madvise_flags, -EDEADLK, 0, "sim_madvise" },
	{ "madvise, populate", do_madvise_populate, -EDEADLK, 0, "sim_madvise" },
	{ "mlock", do_mlock_own, -EDEADLK, 0, "sim_mlock" },
	{ "munlock", do_munlock_own, -EDEADLK, 0, "sim_mlock" },
	{ "msync", do_msync_own, -EDEADLK, 0, "sim_msync" },
	{ "mincore", do_mincore_own, -EDEADLK, 0, "sim_mincore" },
	{ "fork", do_fork, -EDEADLK, 0, "sim_fork" },
	{ "maps", do_maps, -EDEADLK, 0, "sim_maps" },
	{ "smaps", do_smaps, -EDEADLK, 0, "sim_smaps" },
	{ "pagemap", do_pagemap, -EDEADLK, 0, "sim_pagemap" },
	{ "a load that faults", do_read_unmapped, -EDEADLK, 0, "sim_read" },
	{ "a store that faults", do_write_unmapped, -EDEADLK, 0, "sim_write" },
	{ "a touch that faults", do_touch_unmapped, -EDEADLK, 0, "sim_touch" },
	{ "a load that does not", do_read_mapped, 0, 0, NULL },
	{ "fast GUP that goes slow", do_gup_fast_unmapped, -EDEADLK, 0, "get_user_pages_unlocked" },
	{ "fast GUP that does not", do_gup_fast_mapped, 1, 0, NULL },
	{ "GUP, unlocked", do_gup_unlocked, -EDEADLK, 0, "get_user_pages_unlocked" },
	{ "access_process_vm", do_access_process_vm, 0, 0, "access_process_vm" },
	{ "process_vm_readv", do_process_vm_readv, -EDEADLK, 0, "sim_process_vm_readv" },
	{ "destroy", do_destroy, 0, 0, "sim_machine_destroy" },
	{ "snapshot", do_snapshot, 0, EDEADLK, "sim_snapshot" },
	{ "restore", do_restore, -EDEADLK, 0, "sim_restore" },
	{ "check of the mm", do_mm_check, 0, EDEADLK, "sim_mm_check" },
	{ "check of the machine", do_machine_check, 0, EDEADLK, "sim_machine_check" },
	{ "mmap_read_lock", do_lock_for_reading, 0, 0, "mmap_read_lock" },
	{ "mmap_write_lock", do_lock_for_writing, 0, 0, "mmap_write_lock" },
	{ "unmap_mapping_range", do_unmap_mapping, 0, 0, NULL },
	{ "switch to no task", do_switch_to_none, 0, 0, NULL },
	{ "another task's load that faults", do_read_other, 0, 0, NULL },
	{ "another task's munmap", do_munmap_other, 0, 0, NULL },
	{ "a new task", do_task_create, 0, 0, NULL },
};

/* ---- callbacks ---- */

static void act(void)
{
	unsigned int before = sim_nr_outcomes(machine, SIM_MISUSE);
	long (*fn)(void) = to_call;

	to_call = NULL;
	if (!fn)
		return;
	errno = 0;
	result = fn();
	result_errno = errno;
	told = sim_nr_outcomes(machine, SIM_MISUSE) - before;
}

static vm_fault_t act_fault(struct vm_fault *vmf)
{
	act();
	return vmf_insert_pfn(vmf->vma, vmf->address, SOME_PFN);
}

static void act_open(struct vm_area_struct *vma)
{
	(void)vma;
	act();
}

static int act_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len, int write)
{
	(void)vma, (void)addr, (void)buf, (void)write;
	act();
	return len;
}

static const struct vm_operations_struct act_ops = {
	.fault = act_fault, .open = act_open, .close = act_open, .access = act_access,
};

static int act_mmap(struct file *file, struct vm_area_struct *vma)
{
	(void)file;
	vma->vm_ops = &act_ops;
	vma->vm_flags |= VM_PFNMAP | VM_IO;
	act();
	return 0;
}

static const struct file_operations act_fops = { .mmap = act_mmap };

static long map_device(void)
{
	return sim_mmap(task, 0, PAGES * SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
}

static void from_fault(long (*fn)(void), unsigned long at)
{
	char byte;

	to_call = fn;
	assert_int_equal(sim_read(task, at, &byte, 1), 0);
}

static void from_mmap(long (*fn)(void), unsigned long at)
{
	long addr;

	(void)at;
	to_call = fn;
	addr = map_device();
	assert_true(addr > 0);
	assert_int_equal(sim_munmap(task, (unsigned long)addr, PAGES * SIZE), 0);
}

static void from_open(long (*fn)(void), unsigned long at)
{
	to_call = fn;
	/* a split opens the second half */
	assert_int_equal(sim_mprotect(task, at + SIZE, SIZE, PROT_READ), 0);
	assert_int_equal(sim_mprotect(task, at + SIZE, SIZE, PROT_READ | PROT_WRITE), 0);
}

static void from_close(long (*fn)(void), unsigned long at)
{
	to_call = fn;
	assert_int_equal(sim_munmap(task, at, PAGES * SIZE), 0);
}

static void from_access(long (*fn)(void), unsigned long at)
{
	char byte;

	to_call = fn;
	assert_int_equal(access_process_vm(task, at, &byte, 1, 0), 1);
}

static const struct callback {
	const char *name;
	void (*provoke)(long (*fn)(void), unsigned long at);
} callbacks[] = {
	{ "->fault", from_fault }, { "->mmap", from_mmap },	{ "->open", from_open },
	{ "->close", from_close }, { "->access", from_access },
};

/* ---- the table ---- */

static unsigned long map_anon(struct task_struct *owner, bool touch)
{
	long addr = sim_mmap(owner, 0, PAGES * SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);

	assert_true(addr > 0);
	if (touch)
		assert_int_equal(sim_write(owner, (unsigned long)addr, "x", 1), 0);
	return (unsigned long)addr;
}

static void open_machine(void)
{
	const struct sim_machine_config config = { .quiet = true };
	struct address_space *mapping;

	machine = sim_machine_create(&config);
	assert_non_null(machine);
	task = sim_task_create(machine, "task");
	other = sim_task_create(machine, "other");
	mapping = sim_mapping_create(machine);
	device = sim_file_create(mapping, &act_fops, FMODE_READ | FMODE_WRITE, NULL, "device");
	sim_mapping_put(mapping);
	others = map_anon(other, false);
	mapped = map_anon(task, true);
	unmapped = map_anon(task, false);
	saved = sim_snapshot(machine);
	assert_non_null(saved);
}

static void close_machine(void)
{
	sim_exit(task);
	sim_exit(other);
	fput(device);
	assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
	sim_snapshot_free(saved);
	sim_machine_destroy(machine);
}

static void check_call(const struct call *call, const struct callback *from)
{
	const struct sim_outcome *outcome;
	char byte;
	long at;

	open_machine();
	at = map_device();
	assert_true(at > 0);
	result = -1;
	from->provoke(call->fn, (unsigned long)at);
	outcome = sim_last_outcome(machine, SIM_MISUSE);
	if (result != call->result || result_errno != call->err || told != (call->misuse != NULL))
		fail_msg("%s from %s: %ld, errno %d, %u told", call->description, from->name,
			 result, result_errno, told);
	if (call->misuse) {
		assert_string_equal(outcome->function, call->misuse);
		assert_string_equal(outcome->handler, from->name);
	}
	/* all goes on: nothing is held, and the current task is who it was */
	assert_int_equal(sim_held.nr, 0);
	assert_ptr_equal(sim_current(), task);
	assert_int_equal(sim_nr_outcomes(machine, SIM_MISUSE), call->misuse != NULL);
	assert_int_equal(sim_read(task, unmapped, &byte, 1), 0);
	assert_int_equal(sim_munmap(task, (unsigned long)at, PAGES * SIZE), 0);
	assert_int_equal(sim_machine_check(machine, NULL, NULL), 0);
	close_machine();
}

static void test_each_call_from_each_callback(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(calls); i++)
		for (size_t j = 0; j < SIM_ARRAY_SIZE(callbacks); j++)
			check_call(&calls[i], &callbacks[j]);
}

/* ---- the state at the return ---- */

static enum {
	KEEPS_READ, KEEPS_WRITE_OF_OTHER, DROPS_WITHOUT_SAYING, DROPS_TWICE, RETRIES_AND_HOLDS,
	RETRIES, EVERY_BIT, RESIZES,
} how;

static vm_fault_t careless_fault(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;

	switch (vmf->flags & FAULT_FLAG_TRIED ? (int)RESIZES + 1 : (int)how) {
	case KEEPS_READ:
		mmap_read_lock(mm);
		break;
	case KEEPS_WRITE_OF_OTHER:
		mmap_write_lock(other->mm);
		break;
	case DROPS_TWICE:
		mmap_read_unlock(mm);
		mmap_read_unlock(mm);
		break;
	case DROPS_WITHOUT_SAYING:
		mmap_read_unlock(mm);
		break;
	case RETRIES:
		mmap_read_unlock(mm);
		return VM_FAULT_RETRY;
	case RETRIES_AND_HOLDS:
		return VM_FAULT_RETRY;
	case EVERY_BIT:
		return ~0u;
	case RESIZES:
		vmf->vma->vm_end += SIZE;
		break;
	}
	return vmf_insert_pfn(vmf->vma, vmf->address, SOME_PFN);
}

static const struct vm_operations_struct careless_ops = { .fault = careless_fault };

struct state_case {
	const char *description;
	int how;
	int result;
	unsigned int told;
	const char *says;	/* is part of the last condition */
};

static const struct state_case state_cases[] = {
	{ "takes mmap_lock and keeps it", KEEPS_READ, 0, 2,
	  "mmap_lock is still held at the return, taken by mmap_read_lock" },
	{ "keeps another's", KEEPS_WRITE_OF_OTHER, 0, 1, "taken by mmap_write_lock, called from " },
	{ "lets mmap_lock go", DROPS_WITHOUT_SAYING, 0, 1,
	  "was let go and is needed, taken by sim_read" },
	{ "lets it go twice", DROPS_TWICE, 0, 2, "was let go and is needed" },
	{ "retries, and holds it", RETRIES_AND_HOLDS, 0, 1, "though the result says" },
	{ "retries as it should", RETRIES, 0, 0, NULL },
	{ "says everything at once", EVERY_BIT, -ENOMEM, 1, "though the result says" },
	{ "makes its vma larger", RESIZES, 0, 1, "vm_end was changed" },
};

static void check_state(const struct state_case *c)
{
	const struct sim_outcome *outcome;
	struct vm_area_struct *vma;
	char byte;
	long at;
	int ret;

	open_machine();
	at = map_device();
	vma = find_vma(task->mm, (unsigned long)at);
	vma->vm_ops = &careless_ops;
	how = c->how;
	ret = sim_read(task, (unsigned long)at, &byte, 1);
	outcome = sim_last_outcome(machine, SIM_MISUSE);
	if (ret != c->result || sim_nr_outcomes(machine, SIM_MISUSE) != c->told)
		fail_msg("%s: %d, %u told", c->description, ret,
			 sim_nr_outcomes(machine, SIM_MISUSE));
	if (c->says) {
		if (!strstr(outcome->condition, c->says))
			fail_msg("%s: %s", c->description, outcome->condition);
		assert_string_equal(outcome->function, "->fault");
	}
	assert_int_equal(sim_held.nr, 0);
	assert_int_equal(sim_munmap(other, others, SIZE), 0);
	assert_int_equal(sim_munmap(task, (unsigned long)at, PAGES * SIZE), 0);
	assert_int_equal(sim_machine_check(machine, NULL, NULL), 0);
	close_machine();
}

static void test_each_state_at_the_return(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(state_cases); i++)
		check_state(&state_cases[i]);
}

/* ---- under a spinlock, and under nobody knows what ---- */

static int apply_again(pte_t *pte, unsigned long addr, void *data)
{
	(void)pte, (void)data;
	result = vmf_insert_pfn(find_vma(task->mm, addr), addr + SIZE, SOME_PFN);
	return 0;
}

static vm_fault_t applying_fault(struct vm_fault *vmf)
{
	(void)apply_to_page_range(vmf->vma->vm_mm, vmf->address, SIZE, apply_again, NULL);
	return vmf_insert_pfn(vmf->vma, vmf->address, SOME_PFN);
}

static const struct vm_operations_struct applying_ops = { .fault = applying_fault };

static void test_apply_callback_that_wants_the_table(void **state)
{
	char byte;
	long at;

	(void)state;
	open_machine();
	at = map_device();
	find_vma(task->mm, (unsigned long)at)->vm_ops = &applying_ops;
	assert_int_equal(sim_read(task, (unsigned long)at, &byte, 1), 0);
	assert_int_equal(sim_nr_outcomes(machine, SIM_MISUSE), 1);
	assert_string_equal(sim_last_outcome(machine, SIM_MISUSE)->condition, "spinlock recursion");
	assert_int_equal(sim_munmap(task, (unsigned long)at, PAGES * SIZE), 0);
	close_machine();
}

static void curious_event(const struct sim_event *event, void *data)
{
	char byte;

	(void)event;
	result = sim_read(task, mapped, &byte, 1);
	++*(unsigned int *)data;
}

static void test_event_callback_may_not_call(void **state)
{
	unsigned int nr = 0;
	char byte;

	(void)state;
	open_machine();
	sim_set_event_fn(machine, curious_event, &nr);
	assert_int_equal(sim_read(task, unmapped, &byte, 1), 0);
	assert_int_equal(result, -EDEADLK);
	assert_true(nr > 0);
	assert_int_equal(sim_nr_outcomes(machine, SIM_MISUSE), nr);
	assert_string_equal(sim_last_outcome(machine, SIM_MISUSE)->handler, "the event callback");
	sim_set_event_fn(machine, NULL, NULL);
	close_machine();
}

/* Outside of callbacks the same holds for who calls the library. */
static void test_caller_that_holds_mmap_lock(void **state)
{
	(void)state;
	open_machine();
	mmap_read_lock(task->mm);
	assert_int_equal(do_munmap_own(), -EDEADLK);
	assert_null(sim_last_outcome(machine, SIM_MISUSE)->handler);
	mmap_read_unlock(task->mm);
	assert_int_equal(do_munmap_own(), 0);
	mmap_write_unlock(task->mm);
	assert_string_equal(sim_last_outcome(machine, SIM_MISUSE)->condition,
			    "mmap_lock is let go and was not held");
	close_machine();
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_each_call_from_each_callback),
	cmocka_unit_test(test_each_state_at_the_return),
	cmocka_unit_test(test_apply_callback_that_wants_the_table),
	cmocka_unit_test(test_event_callback_may_not_call),
	cmocka_unit_test(test_caller_that_holds_mmap_lock),
};
SIM_TEST_MAIN(tests)
