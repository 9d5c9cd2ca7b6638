/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <signal.h>

#include "support/address_space.h"

static void signals(struct as *as)
{
	unsigned long top = as->task->mm->task_size;
	char byte = 1, buf[3] = "";

	as_from(as, "wrn.x");
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_read(as->task, as_page(as, 1), &byte, 1), 0);
	assert_int_equal(sim_write(as->task, as_page(as, 1), &byte, 1), SIGSEGV);
	assert_int_equal(sim_read(as->task, as_page(as, 2), &byte, 1), SIGSEGV);
	assert_int_equal(sim_write(as->task, as_page(as, 2), &byte, 1), SIGSEGV);
	assert_int_equal(sim_read(as->task, as_page(as, 3), &byte, 1), SIGSEGV);
	assert_int_equal(sim_read(as->task, as_page(as, 4), &byte, 1), 0);
	assert_int_equal(sim_read(as->task, top, &byte, 1), SIGSEGV);
	assert_int_equal(sim_read(as->task, ~0UL, buf, 3), SIGSEGV);
	assert_int_equal(sim_read(as->task, 0, &byte, 0), 0);
	assert_int_equal(sim_read(NULL, as->base, &byte, 1), -ESRCH);
}

static void test_access_signals(void **state)
{
	(void)state;
	as_for_all(signals);
}

/* The code that comes with a signal. */
static void codes(struct as *as)
{
	static const struct {
		unsigned int page;
		bool write;
		int signo, code;
	} rows[] = {
		{ 1, true, SIGSEGV, SEGV_ACCERR },	/* read-only */
		{ 2, false, SIGSEGV, SEGV_ACCERR },	/* PROT_NONE */
		{ 3, true, SIGSEGV, SEGV_MAPERR },	/* nothing */
		{ 5, false, SIGBUS, BUS_ADRERR },	/* beyond the file */
	};
	char byte = 1;

	as_from(as, "wrn.");
	assert_true(sim_mmap(as->task, as_page(as, 5), as->page, PROT_READ,
			     MAP_SHARED | MAP_FIXED, as->file, AS_FILE_PAGES) > 0);
	assert_int_equal(sim_last_signal(as->task).signo, 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		unsigned long addr = as_page(as, rows[i].page) + 8;
		struct sim_siginfo info;
		int ret = rows[i].write ? sim_write(as->task, addr, &byte, 1)
					: sim_read(as->task, addr, &byte, 1);

		info = sim_last_signal(as->task);
		assert_int_equal(ret, rows[i].signo);
		assert_int_equal(info.signo, rows[i].signo);
		assert_int_equal(info.code, rows[i].code);
		assert_int_equal(info.addr, addr);
	}
	assert_int_equal(sim_read(as->task, as->task->mm->task_size, &byte, 1), SIGSEGV);
	assert_int_equal(sim_last_signal(as->task).code, SEGV_MAPERR);
}

static void test_access_signal_codes(void **state)
{
	(void)state;
	as_for_all(codes);
}

/* Memory that is executable only: the entry's own bits decide. */
static void test_access_exec_only(void **state)
{
	static const struct { const char *arch; int result; } cases[] = {
		{ "x86_64", 0 }, { "riscv64", SIGSEGV },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct as as;
		char byte = 0;

		as_create(&as, cases[i].arch, "6.1");
		assert_true(sim_mmap(as.task, as.base, as.page, PROT_EXEC,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0) > 0);
		assert_int_equal(sim_read(as.task, as.base, &byte, 1), cases[i].result);
		assert_int_equal(sim_write(as.task, as.base, &byte, 1), SIGSEGV);
		as_destroy(&as);
	}
}

/* Memory for stores only: the entry may let loads through, the fault does not. */
static void test_access_write_only(void **state)
{
	static const struct { const char *arch; int result; } cases[] = {
		{ "x86_64", 0 }, { "riscv64", 0 }, { "um", SIGSEGV },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct as as;
		char byte = 0;

		as_create(&as, cases[i].arch, "6.1");
		assert_true(sim_mmap(as.task, as.base, 2 * as.page, PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0) > 0);
		assert_int_equal(sim_read(as.task, as.base, &byte, 1), cases[i].result);
		assert_int_equal(sim_write(as.task, as.base + as.page, &byte, 1), 0);
		assert_int_equal(sim_read(as.task, as.base + as.page, &byte, 1), 0);
		as_destroy(&as);
	}
}

/* What was moved before the signal stays moved. */
static void across_pages(struct as *as)
{
	char text[] = "across", found[8] = "";
	unsigned long addr;

	as_from(as, "ww.");
	addr = as_page(as, 1) - 3;
	assert_int_equal(sim_write(as->task, addr, text, sizeof(text)), 0);
	assert_int_equal(sim_read(as->task, addr, found, sizeof(text)), 0);
	assert_string_equal(found, text);
	addr = as_page(as, 2) - 3;
	assert_int_equal(sim_write(as->task, addr, text, sizeof(text)), SIGSEGV);
	memset(found, 0, sizeof(found));
	assert_int_equal(sim_read(as->task, addr, found, 3), 0);
	assert_string_equal(found, "acr");
}

static void test_access_across_pages(void **state)
{
	(void)state;
	as_for_all(across_pages);
}

/* ---- a page after the other ---- */

/* As sim_read() and sim_write() of each page: the same faults, the same entries. */
static void touches(struct as *as)
{
	char text[] = "kept", found[8] = "";
	uint64_t faults = sim_counter(as->machine, SIM_CNT_FAULT);

	as_from(as, "wwwwrr.");
	assert_int_equal(sim_write(as->task, as_page(as, 1), text, sizeof(text)), 0);
	assert_int_equal(sim_touch(as->task, as->base, as_len(as, 4), true), 0);
	assert_int_equal(sim_touch(as->task, as->base, as_len(as, 6), false), 0);
	assert_int_equal(sim_counter(as->machine, SIM_CNT_FAULT) - faults, 6);
	assert_int_equal(sim_read(as->task, as_page(as, 1), found, sizeof(text)), 0);
	assert_string_equal(found, text);
	for (unsigned long i = 0; i < 6; i++) {
		struct sim_pte_info pte;

		assert_int_equal(sim_pte_lookup(as->task->mm, as_page(as, i), &pte), 0);
		assert_true(pte.present && pte.young && pte.dirty == (i < 4));
	}
	assert_int_equal(sim_counter(as->machine, SIM_CNT_FAULT) - faults, 6);
}

static void test_access_touch_each_page(void **state)
{
	(void)state;
	as_for_all(touches);
}

static void touches_refused(struct as *as)
{
	unsigned long top = as->task->mm->task_size;

	as_from(as, "wwrw.w");
	assert_int_equal(sim_touch(as->task, as->base, as_len(as, 6), false), SIGSEGV);
	assert_int_equal(sim_touch(as->task, as->base, as_len(as, 4), true), SIGSEGV);
	assert_int_equal(sim_touch(as->task, as_page(as, 5), as_len(as, 1), true), 0);
	assert_int_equal(sim_touch(as->task, top, as_len(as, 1), false), SIGSEGV);
	assert_int_equal(sim_touch(as->task, 0 - as->page, as->page, false), SIGSEGV);
	assert_int_equal(sim_touch(as->task, as->base + 1, as->page, false), -EINVAL);
	assert_int_equal(sim_touch(as->task, as->base, 1, false), -EINVAL);
	assert_int_equal(sim_touch(as->task, top, 0, false), 0);
	assert_int_equal(sim_touch(NULL, as->base, as->page, false), -ESRCH);
}

static void test_access_touch_refused(void **state)
{
	(void)state;
	as_for_all(touches_refused);
}

/* ---- handlers of every kind ---- */

struct handler {
	vm_fault_t answer;
	int nr_calls;
	int nr_bad;	/* answers before it inserts */
};

static vm_fault_t answer(struct vm_fault *vmf)
{
	struct handler *handler = vmf->vma->vm_file->private_data;
	const struct sim_arch *arch = sim_machine_arch(vmf->vma->vm_mm->sim_machine);

	if (handler->nr_calls++ >= handler->nr_bad)
		return vmf_insert_pfn(vmf->vma, vmf->address, arch->io_start_pfn);
	if (handler->answer & VM_FAULT_RETRY) {
		if (!(vmf->flags & FAULT_FLAG_ALLOW_RETRY))
			return VM_FAULT_SIGBUS;
		mmap_read_unlock(vmf->vma->vm_mm);
	}
	return handler->answer;
}

static const struct vm_operations_struct answer_ops = { .fault = answer };

static int answer_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &answer_ops;
	return 0;
}

struct handler_case {
	const char *description;
	vm_fault_t answer;
	int nr_bad;
	bool signal;
	int result;
};

static const struct handler_case handler_cases[] = {
	{ "SIGBUS", VM_FAULT_SIGBUS, 1000000, false, SIGBUS },
	{ "SIGSEGV", VM_FAULT_SIGSEGV, 1000000, false, SIGSEGV },
	{ "hardware poison", VM_FAULT_HWPOISON, 1000000, false, SIGBUS },
	{ "out of memory", VM_FAULT_OOM, 1000000, false, -ENOMEM },
	{ "NOPAGE for ever", VM_FAULT_NOPAGE, 1000000, false, -EAGAIN },
	{ "NOPAGE for ever, a signal waits", VM_FAULT_NOPAGE, 1000000, true, -EINTR },
	{ "NOPAGE at first", VM_FAULT_NOPAGE, 3, false, 0 },
	{ "RETRY for ever", VM_FAULT_RETRY, 1000000, false, -EAGAIN },
	{ "RETRY at first", VM_FAULT_RETRY, 2, false, 0 },
	{ "RETRY, a signal waits", VM_FAULT_RETRY, 2, true, -EINTR },
};

static void handlers(struct as *as)
{
	static const struct file_operations fops = { .mmap = answer_mmap };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(handler_cases); i++) {
		const struct handler_case *c = &handler_cases[i];
		struct handler handler = { c->answer, 0, c->nr_bad };
		struct address_space *mapping = sim_mapping_create(as->machine);
		struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE,
						    &handler, "answer");
		char byte = 0;
		int ret;

		assert_true(sim_mmap(as->task, as->base, as->page, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_FIXED, file, 0) > 0);
		as->task->sim_signal_pending = c->signal;
		ret = sim_read(as->task, as->base, &byte, 1);
		as->task->sim_signal_pending = false;
		if (ret != c->result)
			fail_msg("%s: %d", c->description, ret);
		assert_true(handler.nr_calls < 5000);
		as_clear(as);
		fput(file);
		sim_mapping_put(mapping);
	}
}

static void test_access_handlers(void **state)
{
	(void)state;
	as_for_all(handlers);
}

/* A page that nothing answers at. */
static vm_fault_t nowhere(struct vm_fault *vmf)
{
	const struct sim_arch *arch = sim_machine_arch(vmf->vma->vm_mm->sim_machine);

	return vmf_insert_pfn(vmf->vma, vmf->address, arch->ram_start_pfn - 1);
}

static const struct vm_operations_struct nowhere_ops = { .fault = nowhere };

static int nowhere_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &nowhere_ops;
	return 0;
}

static void no_memory_there(struct as *as)
{
	static const struct file_operations fops = { .mmap = nowhere_mmap };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file;
	char byte = 0;

	if (!sim_machine_arch(as->machine)->ram_start_pfn) {
		sim_mapping_put(mapping);
		return;
	}
	file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "nowhere");
	assert_true(sim_mmap(as->task, as->base, as->page, PROT_READ, MAP_SHARED | MAP_FIXED, file,
			     0) > 0);
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), SIGBUS);
	as_clear(as);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_access_no_memory_there(void **state)
{
	(void)state;
	as_for_all(no_memory_there);
}

/* RAM is used up: the access says so and changes nothing. */
static void out_of_memory(struct as *as)
{
	char byte = 1;

	as_from(as, "w");
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0); /* tables */
	for (unsigned long nth = 1; ; nth++) {
		int ret;

		sim_fail_alloc(as->machine, nth);
		ret = sim_write(as->task, as->base, &byte, 1);
		if (sim_fail_alloc_pending(as->machine))
			break;
		if (ret)
			assert_int_equal(ret, -ENOMEM);
		as_check(as, as->task);
		assert_true(nth < 50);
	}
	sim_fail_alloc(as->machine, 0);
}

static void test_access_out_of_memory(void **state)
{
	(void)state;
	as_for_all(out_of_memory);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_access_signals),
	cmocka_unit_test(test_access_signal_codes),
	cmocka_unit_test(test_access_exec_only),
	cmocka_unit_test(test_access_write_only),
	cmocka_unit_test(test_access_across_pages),
	cmocka_unit_test(test_access_touch_each_page),
	cmocka_unit_test(test_access_touch_refused),
	cmocka_unit_test(test_access_handlers),
	cmocka_unit_test(test_access_no_memory_there),
	cmocka_unit_test(test_access_out_of_memory),
};

SIM_TEST_MAIN(tests)
