/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_slow.c - get_user_pages(): what the vma refuses, what a special entry
 * gives, faults and their errors.
 */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static bool is_old(const struct gup_fixture *fx)
{
	return !sim_rule(fx->machine, SIM_RULE_GUP_SPECIAL_EEXIST);
}

/* ---- check_vma_flags ---- */

static vm_fault_t pfn_mkwrite(struct vm_fault *vmf)
{
	(void)vmf;
	return 0;
}

static const struct vm_operations_struct plain_ops;
static const struct vm_operations_struct tracking_ops = { .pfn_mkwrite = pfn_mkwrite };

#define VM_RW (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE)
#define VM_RO (VM_READ | VM_MAYREAD | VM_MAYWRITE)
#define VM_SHR (VM_SHARED | VM_MAYSHARE)
#define LONGTERM_PIN (FOLL_PIN | FOLL_LONGTERM)

static void check_flags(struct gup_fixture *fx)
{
	static const struct {
		const char *what;
		unsigned long vm_flags;
		const struct vm_operations_struct *ops;
		unsigned int gup_flags;
		int ret, ret_6_12;
	} rows[] = {
		{ "plain", VM_RW | VM_SHR, &plain_ops, 0, 0, 0 },
		{ "io", VM_RW | VM_SHR | VM_IO, &plain_ops, 0, -EFAULT, -EFAULT },
		{ "pfnmap", VM_RW | VM_SHR | VM_PFNMAP, &plain_ops, 0, -EFAULT, -EFAULT },
		{ "mixedmap", VM_RW | VM_SHR | VM_MIXEDMAP, &plain_ops, FOLL_WRITE, 0, 0 },
		{ "mixedmap and io, forced", VM_RW | VM_SHR | VM_MIXEDMAP | VM_IO, &plain_ops,
		  FOLL_FORCE, -EFAULT, -EFAULT },
		{ "anon wanted, file", VM_RW, &plain_ops, FOLL_ANON, -EFAULT, -EFAULT },
		{ "anon wanted, anon", VM_RW, NULL, FOLL_ANON, 0, 0 },
		{ "write to read-only", VM_RO, NULL, FOLL_WRITE, -EFAULT, -EFAULT },
		{ "forced write, private", VM_RO, NULL, FOLL_WRITE | FOLL_FORCE, 0, 0 },
		{ "forced write, shared", VM_RO | VM_SHR, &plain_ops, FOLL_WRITE | FOLL_FORCE,
		  -EFAULT, -EFAULT },
		{ "forced write, shared of a read-only file", VM_READ | VM_MAYREAD | VM_MAYSHARE,
		  &plain_ops, FOLL_WRITE | FOLL_FORCE, -EFAULT, -EFAULT },
		{ "read of none", VM_MAYREAD | VM_MAYWRITE, NULL, 0, -EFAULT, -EFAULT },
		{ "forced read of none", VM_MAYREAD | VM_MAYWRITE, NULL, FOLL_FORCE, 0, 0 },
		{ "forced read, never readable", VM_WRITE | VM_MAYWRITE, NULL, FOLL_FORCE,
		  -EFAULT, -EFAULT },
		{ "write needs no read", VM_WRITE | VM_MAYWRITE, NULL, FOLL_WRITE, 0, 0 },
		{ "long-term write, dirty tracking", VM_RW | VM_SHR, &tracking_ops,
		  LONGTERM_PIN | FOLL_WRITE, 0, -EFAULT },
		{ "long-term read, dirty tracking", VM_RW | VM_SHR, &tracking_ops, LONGTERM_PIN,
		  0, 0 },
		{ "long-term write, no tracking", VM_RW | VM_SHR, &plain_ops,
		  LONGTERM_PIN | FOLL_WRITE, 0, 0 },
		{ "long-term write, private", VM_RW, &tracking_ops, LONGTERM_PIN | FOLL_WRITE, 0,
		  0 },
		{ "short write, dirty tracking", VM_RW | VM_SHR, &tracking_ops,
		  FOLL_PIN | FOLL_WRITE, 0, 0 },
	};
	bool new = sim_rule(fx->machine, SIM_RULE_GUP_LONGTERM_FILE);

	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		struct vm_area_struct vma = { .vm_mm = fx->mm, .vm_flags = rows[i].vm_flags,
					      .vm_ops = rows[i].ops };

		print_message("  %s\n", rows[i].what);
		assert_int_equal(check_vma_flags(&vma, rows[i].gup_flags),
				 new ? rows[i].ret_6_12 : rows[i].ret);
	}
}

static void test_check_vma_flags_table(void **state)
{
	(void)state;
	gup_each_release("x86_64", check_flags);
}

/* ---- kinds of mappings ---- */

static void pfnmap_refuses(struct gup_fixture *fx)
{
	struct page *page = NULL;
	unsigned long addr;
	uint64_t raw;

	fx->dev.vm_flags = VM_PFNMAP;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	gup_touch(fx, addr, true);
	raw = gup_raw(fx, addr);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_WRITE, &page), -EFAULT);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_FORCE, &page), -EFAULT);
	assert_int_equal(gup_slow(fx, addr + fx->page, 1, 0, NULL), -EFAULT);
	assert_int_equal(gup_pin(fx, addr, 1, 0, &page), -EFAULT);
	assert_null(page);
	assert_int_equal(gup_raw(fx, addr), raw);
	assert_int_equal(fx->dev.nr_fault, 1); /* the touch alone */
}

static void test_gup_pfnmap_is_refused(void **state)
{
	(void)state;
	gup_each(pfnmap_refuses);
}

/* VM_MIXEDMAP without VM_IO: the entry decides. */
static void mixedmap_special(struct gup_fixture *fx)
{
	struct page *const mark = (struct page *)(uintptr_t)0x1000;
	struct page *pages[2] = { mark, mark };
	unsigned long addr;
	long got;

	fx->dev.vm_flags = VM_MIXEDMAP;
	fx->dev.insert = GUP_INSERT_MIXED;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	got = gup_slow(fx, addr, 1, 0, pages);
	if (!fx->mmu->has_special) {
		/* no bit: the entry is normal, its page counted */
		assert_int_equal(got, 1);
		assert_ptr_equal(pages[0], fx->dev.page[0]);
		assert_int_equal(page_count(pages[0]), 3);
		gup_put(pages, 1);
		return;
	}
	assert_int_equal(got, is_old(fx) ? -EFAULT : -EEXIST);
	assert_int_equal(page_count(fx->dev.page[0]), 1);
	/* pinning did not look: the place in pages[] keeps what it had */
	got = gup_pin(fx, addr, 2, 0, pages);
	assert_int_equal(got, is_old(fx) ? 2 : -EEXIST);
	assert_ptr_equal(pages[0], mark);
	assert_ptr_equal(pages[1], mark);
	/* without pages[] a special entry is passed over */
	assert_int_equal(gup_slow(fx, addr, 2, 0, NULL), 2);
}

static void test_gup_mixedmap_special_entry(void **state)
{
	(void)state;
	gup_each(mixedmap_special);
}

static void touch_marks_the_entry(struct gup_fixture *fx)
{
	struct sim_pte_info info;
	unsigned long addr;

	fx->dev.vm_flags = VM_MIXEDMAP;
	fx->dev.insert = GUP_INSERT_MIXED;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_WRITE, NULL), 1);
	assert_int_equal(sim_pte_lookup(fx->mm, addr, &info), 0);
	assert_true(info.young);
	assert_true(info.dirty);
}

static void test_gup_special_entry_is_touched(void **state)
{
	(void)state;
	gup_each_release("x86_64", touch_marks_the_entry);
}

static void normal_pages(struct gup_fixture *fx)
{
	struct page *pages[3];
	struct vm_area_struct *vmas[3];
	unsigned long addr;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 3);
	mmap_read_lock(fx->mm);
	assert_int_equal(get_user_pages(addr + 5, 3, FOLL_WRITE, pages, vmas), 3);
	mmap_read_unlock(fx->mm);
	for (int i = 0; i < 3; i++) {
		assert_ptr_equal(pages[i], fx->dev.page[i]);
		assert_ptr_equal(vmas[i], gup_vma(fx, addr));
		assert_int_equal(page_count(pages[i]), 3); /* ours, the entry's, GUP's */
		assert_true(sim_page_test(pages[i], PG_dirty));
	}
	gup_put(pages, 3);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_GUP_SLOW), 3);
}

static void test_gup_normal_pages(void **state)
{
	(void)state;
	gup_each(normal_pages);
}

static void anonymous(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2), zero = sim_zero_pfn(fx->machine);
	struct page *page;

	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), 1);
	assert_int_equal(page_to_pfn(page), zero);
	gup_put(&page, 1);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_WRITE, &page), 1);
	assert_int_not_equal(page_to_pfn(page), zero);
	assert_true(sim_page_is_anon(page));
	gup_put(&page, 1);
}

static void test_gup_anonymous_memory(void **state)
{
	(void)state;
	gup_each(anonymous);
}

/* ---- FOLL_FORCE ---- */

/* A debugger's breakpoint: a write to a read-only private mapping of a file. */
static void forced_write(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *page;
	char byte = 0;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, PROT_READ, MAP_PRIVATE, 1);
	assert_int_equal(sim_phys_write(fx->machine, page_to_pfn(fx->dev.page[0]), 0, "x", 1), 0);
	gup_touch(fx, addr, false);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_WRITE, &page), -EFAULT);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_WRITE | FOLL_FORCE, &page), 1);
	assert_ptr_not_equal(page, fx->dev.page[0]);
	assert_true(sim_page_is_anon(page));
	assert_int_equal(sim_phys_read(fx->machine, page_to_pfn(page), 0, &byte, 1), 0);
	assert_int_equal(byte, 'x');
	/* the entry itself stays read-only */
	assert_int_not_equal(sim_write(fx->task, addr, &byte, 1), 0);
	gup_put(&page, 1);
	/* again, without a fault */
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_WRITE | FOLL_FORCE, &page), 1);
	gup_put(&page, 1);
}

static void test_gup_force_write_copies(void **state)
{
	(void)state;
	gup_each(forced_write);
}

static void forced_read(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	struct page *page;

	gup_touch(fx, addr, true);
	assert_int_equal(sim_mprotect(fx->task, addr, fx->page, PROT_NONE), 0);
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EFAULT);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_FORCE, &page), 1);
	gup_put(&page, 1);
}

static void test_gup_force_read_of_prot_none(void **state)
{
	(void)state;
	gup_each(forced_read);
}

/* ---- ends ---- */

static void holes(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 4);
	struct page *pages[4];

	assert_int_equal(sim_munmap(fx->task, addr + 2 * fx->page, fx->page), 0);
	assert_int_equal(gup_slow(fx, addr, 4, FOLL_WRITE, pages), 2);
	gup_put(pages, 2);
	assert_int_equal(gup_slow(fx, addr + 2 * fx->page, 1, FOLL_WRITE, pages), -EFAULT);
	assert_int_equal(gup_slow(fx, addr, 0, FOLL_WRITE, pages), 0);
	assert_int_equal(gup_slow(fx, fx->mmu->task_size, 1, 0, pages), -EFAULT);
	assert_int_equal(gup_slow(fx, ~0UL, 1, 0, pages), -EFAULT);
}

static void test_gup_stops_at_a_hole(void **state)
{
	(void)state;
	gup_each_release("x86_64", holes);
}

static void bad_flags(struct gup_fixture *fx)
{
	bool zero = sim_rule(fx->machine, SIM_RULE_GUP_PIN_REFUSES_WITH_0);
	long pin_refused = zero ? 0 : -EINVAL;
	unsigned long addr = gup_anon(fx, RW, 1);
	struct page *page;

	assert_int_equal(gup_slow(fx, addr, 1, FOLL_PIN, &page), -EINVAL);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_LONGTERM, &page), -EINVAL);
	assert_int_equal(gup_pin(fx, addr, 1, FOLL_GET, &page), pin_refused);
	assert_int_equal(gup_pin(fx, addr, 1, 0, NULL), pin_refused);
	assert_int_equal(get_user_pages_unlocked(addr, 1, &page, FOLL_LONGTERM), -EINVAL);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 5);
	sim_task_switch(NULL);
	assert_int_equal(get_user_pages(addr, 1, 0, &page, NULL), -EFAULT);
	sim_task_switch(fx->task);
}

static void test_gup_bad_flags(void **state)
{
	(void)state;
	gup_each_release("x86_64", bad_flags);
}

static void fault_errors(struct gup_fixture *fx)
{
	static const struct {
		vm_fault_t answer;
		long ret;
	} rows[] = { { VM_FAULT_SIGBUS, -EFAULT }, { VM_FAULT_OOM, -ENOMEM },
		     { VM_FAULT_SIGSEGV, -EFAULT }, { VM_FAULT_HWPOISON, -EFAULT } };
	struct page *pages[2];
	unsigned long addr;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		fx->dev.answer = rows[i].answer;
		fx->dev.answers = 1;
		assert_int_equal(gup_slow(fx, addr, 1, 0, pages), rows[i].ret);
	}
	gup_touch(fx, addr, false);
	fx->dev.answers = 1;
	assert_int_equal(gup_slow(fx, addr, 2, 0, pages), 1); /* the error is not told */
	gup_put(pages, 1);
}

static void test_gup_fault_errors(void **state)
{
	(void)state;
	gup_each_release("x86_64", fault_errors);
}

static void fault_without_errno(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *page;

	fx->dev.answer = VM_FAULT_FALLBACK;
	fx->dev.answers = 1;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EIO);
	assert_true(sim_crashed(fx->machine));
	assert_string_equal(sim_last_outcome(fx->machine, SIM_BUG)->function, "faultin_page");
	assert_int_equal(get_user_pages_unlocked(addr, 1, &page, 0), -EIO);
}

static void test_gup_fault_result_without_errno_is_a_bug(void **state)
{
	(void)state;
	gup_each_release("x86_64", fault_without_errno);
}

static void no_memory(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	struct page *page;
	long ret = -ENOMEM;

	for (unsigned long nth = 1; ret == -ENOMEM; nth++) {
		sim_fail_alloc(fx->machine, nth);
		ret = gup_slow(fx, addr, 1, FOLL_WRITE, &page);
	}
	sim_fail_alloc(fx->machine, 0);
	assert_int_equal(ret, 1);
	gup_put(&page, 1);
}

static void test_gup_nth_allocation_fails(void **state)
{
	(void)state;
	gup_each(no_memory);
}

static void dump(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2);
	struct page *page;

	assert_int_equal(gup_slow(fx, addr, 1, FOLL_DUMP, &page), -EFAULT);
	gup_touch(fx, addr, false);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_DUMP, &page), -EFAULT); /* the zero page */
	gup_touch(fx, addr, true);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_DUMP, &page), 1);
	gup_put(&page, 1);
}

static void test_gup_dump_skips_zeros(void **state)
{
	(void)state;
	gup_each_release("x86_64", dump);
	gup_each_release("arm", dump);
}

/* ---- retry ---- */

static void retry(struct gup_fixture *fx)
{
	struct page *pages[3];
	unsigned long addr;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 3);
	gup_touch(fx, addr, false);
	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 2;
	assert_int_equal(get_user_pages_unlocked(addr, 3, pages, 0), 3);
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(pages[i], fx->dev.page[i]);
	gup_put(pages, 3);
	assert_int_equal(fx->dev.nr_fault, 1 + 2 + 1 + 1);
	assert_int_equal(fx->dev.nr_tried, 2); /* the next page begins anew */
}

static void test_gup_unlocked_retries(void **state)
{
	(void)state;
	gup_each(retry);
}

/* May a driver drop mmap_lock under a long-term pin? The fallback alone, 6.12. */
static void longterm_unlocks(struct gup_fixture *fx)
{
	bool unlocks = sim_rule(fx->machine, SIM_RULE_GUP_LONGTERM_UNLOCKS);
	struct page *page;
	unsigned long addr;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	assert_int_equal(pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page), 1);
	assert_int_equal(!!(fx->dev.fault_flags & FAULT_FLAG_ALLOW_RETRY), unlocks);
	unpin_user_page(page);
	assert_int_equal(gup_pin(fx, addr + fx->page, 1, FOLL_LONGTERM, &page), 1);
	assert_false(fx->dev.fault_flags & FAULT_FLAG_ALLOW_RETRY);
	unpin_user_page(page);
}

static void test_gup_longterm_may_unlock(void **state)
{
	(void)state;
	gup_each_release("x86_64", longterm_unlocks);
}

/* The first write to a page of a shared file lets mmap_lock go so that the
 * writer can be slowed down: the fault is done, or (5.11) to be repeated. */
static void completed(struct gup_fixture *fx)
{
	struct file *file = sim_regular_file_create(fx->machine, 3, "file");
	long addr = sim_mmap(fx->task, 0, 3 * fx->page, RW, MAP_SHARED, file, 0);
	struct page *pages[3] = { NULL };

	assert_true(addr > 0);
	assert_int_equal(get_user_pages_unlocked((unsigned long)addr, 3, pages, FOLL_WRITE), 3);
	for (int i = 0; i < 3; i++) {
		struct sim_pte_info info;

		assert_int_equal(sim_pte_lookup(fx->mm, (unsigned long)addr + (unsigned long)i *
						fx->page, &info), 0);
		assert_int_equal(info.pfn, page_to_pfn(pages[i]));
	}
	gup_put(pages, 3);
	fput(file);
}

static void test_gup_unlocked_lock_dropped_by_a_write(void **state)
{
	(void)state;
	gup_each(completed);
}

static void longterm(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2);
	struct page *page;

	assert_int_equal(gup_pin(fx, addr, 1, FOLL_LONGTERM | FOLL_WRITE, &page), 1);
	unpin_user_page(page);
	/* the lockless walk finds nothing, the fallback does */
	assert_int_equal(pin_user_pages_fast(addr + fx->page, 1, FOLL_LONGTERM | FOLL_WRITE,
					     &page), 1);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_GUP_SLOW), 2);
	unpin_user_page(page);
	mmap_read_lock(fx->mm);
	assert_int_equal(get_user_pages_remote(fx->mm, addr, 1, FOLL_LONGTERM, &page, NULL,
					       NULL),
			 -EINVAL);
	mmap_read_unlock(fx->mm);
}

static void test_gup_longterm_pins(void **state)
{
	(void)state;
	gup_each_release("x86_64", longterm);
}

static void retry_flags(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *page;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 3);
	/* the lock may not go: the handler is told so */
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), 1);
	assert_int_equal(fx->dev.fault_flags & FAULT_FLAG_ALLOW_RETRY, 0);
	gup_put(&page, 1);
	assert_int_equal(get_user_pages_unlocked(addr + fx->page, 1, &page, FOLL_WRITE), 1);
	assert_int_equal(fx->dev.fault_flags & (FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_WRITE),
			 FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_WRITE);
	gup_put(&page, 1);
	/* not to wait: nothing got is no error */
	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 1;
	assert_int_equal(gup_slow(fx, addr + 2 * fx->page, 1, FOLL_NOWAIT, &page), 0);
	assert_true(fx->dev.fault_flags & FAULT_FLAG_RETRY_NOWAIT);
}

static void test_gup_retry_flags(void **state)
{
	(void)state;
	gup_each_release("x86_64", retry_flags);
}

static void retry_error(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *pages[2];

	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 1000000;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	fx->task->sim_signal_pending = true;
	assert_int_equal(get_user_pages_unlocked(addr, 2, pages, 0), -EINTR);
	fx->task->sim_signal_pending = false;
	assert_int_equal(get_user_pages_unlocked(addr, 2, pages, 0), -EFAULT);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
}

static void test_gup_retry_for_ever_ends(void **state)
{
	(void)state;
	gup_each_release("x86_64", retry_error);
}

static void no_progress(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *page;

	fx->dev.insert = GUP_INSERT_NOTHING;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	fx->task->sim_signal_pending = true;
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EINTR);
	fx->task->sim_signal_pending = false;
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EFAULT);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	assert_int_equal(fx->dev.nr_fault, 1 + SIM_GUP_MAX_TRIES);
}

static void test_gup_without_progress_ends(void **state)
{
	(void)state;
	gup_each_release("x86_64", no_progress);
}

/* Another task's memory, and a fault that gives mmap_lock up. */
static void pin_remote(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, PROT_READ | PROT_WRITE, 1), dev;
	bool zero = sim_rule(fx->machine, SIM_RULE_GUP_PIN_REFUSES_WITH_0);
	bool unlocks = sim_rule(fx->machine, SIM_RULE_GUP_LONGTERM_UNLOCKS);
	long refused = zero ? 0 : -EINVAL;
	struct page *page = NULL;
	int locked = 1;

	dev = gup_map(fx, PROT_READ | PROT_WRITE, MAP_SHARED, 1);
	fx->dev.insert = GUP_INSERT_PAGE;
	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 1;
	sim_task_switch(NULL);
	mmap_read_lock(fx->mm);
	assert_int_equal(pin_user_pages_remote(fx->mm, addr, 1, FOLL_WRITE, &page, NULL, NULL), 1);
	unpin_user_page(page);
	assert_int_equal(pin_user_pages_remote(fx->mm, dev, 1, 0, &page, NULL, &locked), 1);
	assert_int_equal(locked, 0);
	unpin_user_page(page);
	mmap_read_lock(fx->mm);
	locked = 1;
	assert_int_equal(pin_user_pages_remote(fx->mm, addr, 1, FOLL_LONGTERM, &page, NULL,
					       &locked), unlocks ? 1 : -EINVAL);
	if (unlocks)
		unpin_user_page(page);
	assert_int_equal(pin_user_pages_remote(fx->mm, addr, 1, FOLL_GET, &page, NULL, NULL),
			 refused);
	assert_int_equal(pin_user_pages_remote(fx->mm, addr, 1, 0, NULL, NULL, NULL), refused);
	assert_int_equal(pin_user_pages_remote(fx->mm, 0, 1, 0, &page, NULL, NULL), -EFAULT);
	mmap_read_unlock(fx->mm);
	assert_int_equal(pin_user_pages_remote(NULL, addr, 1, 0, &page, NULL, NULL), -EFAULT);
	sim_task_switch(fx->task);
}

static void test_slow_pin_remote(void **state)
{
	(void)state;
	gup_each(pin_remote);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_slow_pin_remote),
	cmocka_unit_test(test_check_vma_flags_table),
	cmocka_unit_test(test_gup_pfnmap_is_refused),
	cmocka_unit_test(test_gup_mixedmap_special_entry),
	cmocka_unit_test(test_gup_special_entry_is_touched),
	cmocka_unit_test(test_gup_normal_pages),
	cmocka_unit_test(test_gup_anonymous_memory),
	cmocka_unit_test(test_gup_force_write_copies),
	cmocka_unit_test(test_gup_force_read_of_prot_none),
	cmocka_unit_test(test_gup_stops_at_a_hole),
	cmocka_unit_test(test_gup_bad_flags),
	cmocka_unit_test(test_gup_fault_errors),
	cmocka_unit_test(test_gup_fault_result_without_errno_is_a_bug),
	cmocka_unit_test(test_gup_nth_allocation_fails),
	cmocka_unit_test(test_gup_dump_skips_zeros),
	cmocka_unit_test(test_gup_unlocked_retries),
	cmocka_unit_test(test_gup_longterm_may_unlock),
	cmocka_unit_test(test_gup_unlocked_lock_dropped_by_a_write),
	cmocka_unit_test(test_gup_longterm_pins),
	cmocka_unit_test(test_gup_retry_flags),
	cmocka_unit_test(test_gup_retry_for_ever_ends),
	cmocka_unit_test(test_gup_without_progress_ends),
};

SIM_TEST_MAIN(tests)
