/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <signal.h>

#include "support/address_space.h"

#define RW (PROT_READ | PROT_WRITE)

struct mprotect_case {
	const char *description;
	const char *from;
	unsigned long first, nr;
	int prot;
	int result;
	const char *to;
};

static const struct mprotect_case cases[] = {
	{ "all of one", "wwww", 0, 4, PROT_READ, 0, "rrrr" },
	{ "its start", "wwww", 0, 2, PROT_READ, 0, "rrww" },
	{ "its end", "wwww", 2, 2, PROT_READ, 0, "wwrr" },
	{ "its middle", "wwwww", 2, 1, PROT_NONE, 0, "wwnww" },
	{ "nothing changes", "wwww", 1, 2, RW, 0, "wwww" },
	{ "across vmas", "xxnnRR", 1, 4, PROT_READ, 0, "xrrrRR" },
	{ "a hole in the range: what lies before it has changed", "ww.ww", 0, 5, PROT_READ,
	  -ENOMEM, "rr.ww" },
	{ "a hole at the start", ".ww", 0, 3, PROT_READ, -ENOMEM, ".ww" },
	{ "a special mapping", "PPPP", 1, 2, PROT_READ, 0, "P|PP|P" },
	{ "a private file mapping may be written", "RRRR", 0, 4, RW, 0, "WWWW" },
	{ "PROT_NONE and back", "nnnn", 0, 4, PROT_READ, 0, "rrrr" },
};

static void run_cases(struct as *as)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct mprotect_case *c = &cases[i];

		as->what = c->description;
		as_from(as, c->from);
		assert_int_equal(sim_mprotect(as->task, as_page(as, c->first), as_len(as, c->nr),
					      c->prot), c->result);
		as_assert(as, c->to);
		as_clear(as);
	}
}

static void test_mprotect_cases(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

static void bad_arguments(struct as *as)
{
	const unsigned long addr = as->base, page = as->page;

	as_from(as, "wwww");
	assert_int_equal(sim_mprotect(as->task, addr + 1, page, PROT_READ), -EINVAL);
	assert_int_equal(sim_mprotect(as->task, addr, 0, PROT_READ), 0);
	assert_int_equal(sim_mprotect(as->task, addr, ~0UL - addr, PROT_READ), -ENOMEM);
	assert_int_equal(sim_mprotect(as->task, addr, page, 0x100), -EINVAL);
	assert_int_equal(sim_mprotect(as->task, addr, page, PROT_GROWSDOWN | PROT_GROWSUP),
			 -EINVAL);
	assert_int_equal(sim_mprotect(as->task, addr, page, PROT_GROWSDOWN), -EINVAL);
	assert_int_equal(sim_mprotect(as->task, addr, page, PROT_GROWSUP), -EINVAL);
	assert_int_equal(sim_mprotect(NULL, addr, page, PROT_READ), -ESRCH);
	as_assert(as, "wwww");
}

static void test_mprotect_bad_arguments(void **state)
{
	(void)state;
	as_for_all(bad_arguments);
}

/* The question that ends the seed: a shared mapping of a read-only file. */
static void read_only_file(struct as *as)
{
	struct file *ro = sim_file_reopen(as->file, FMODE_READ);

	assert_true(sim_mmap(as->task, as->base, as_len(as, 2), PROT_READ, MAP_SHARED | MAP_FIXED,
			     ro, 0) > 0);
	assert_int_equal(sim_mprotect(as->task, as->base, as_len(as, 2), RW), -EACCES);
	assert_int_equal(sim_mprotect(as->task, as->base, as_len(as, 2), PROT_NONE), 0);
	assert_int_equal(sim_mprotect(as->task, as->base, as_len(as, 2), PROT_READ), 0);
	as_assert(as, "tt");
	as_clear(as);
	fput(ro);
}

static void test_mprotect_read_only_file(void **state)
{
	(void)state;
	as_for_all(read_only_file);
}

/* What an access does after each change, with the page mapped before. */
static void accesses(struct as *as, const char *strip)
{
	char byte = 7;

	as_from(as, strip);
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_mprotect(as->task, as->base, as->page, PROT_READ), 0);
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), SIGSEGV);
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_mprotect(as->task, as->base, as->page, PROT_NONE), 0);
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), SIGSEGV);
	assert_int_equal(sim_mprotect(as->task, as->base, as->page, RW), 0);
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_int_equal(byte, 7);
	as_check(as, as->task);
	as_clear(as);
}

static void all_accesses(struct as *as)
{
	accesses(as, "w");
	accesses(as, "W");
	accesses(as, "s");
	accesses(as, "P");
}

static void test_mprotect_accesses(void **state)
{
	(void)state;
	as_for_all(all_accesses);
}

/* VM_ACCOUNT comes with VM_WRITE, and stays, unless nothing was touched (6.12). */
static void account(struct as *as)
{
	bool unaccounts = strcmp(sim_machine_release(as->machine), "6.12") == 0;
	char byte = 1;

	as_from(as, "rr");
	assert_int_equal(sim_mprotect(as->task, as->base, as->page, RW), 0);
	assert_true(as_flags(as, 0) & VM_ACCOUNT);
	assert_int_equal(sim_mprotect(as->task, as->base, as->page, PROT_READ), 0);
	as_assert(as, unaccounts ? "rr" : "r|r");
	assert_int_equal(sim_mprotect(as->task, as->base, as->page, RW), 0);
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_mprotect(as->task, as->base, as->page, PROT_READ), 0);
	as_assert(as, "r|r");
}

static void test_mprotect_account(void **state)
{
	(void)state;
	as_for_all(account);
}

static int refuse_write(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned long newflags)
{
	(void)vma, (void)start, (void)end;
	return newflags & VM_WRITE ? -EPERM : 0;
}

static const struct vm_operations_struct ops = { .mprotect = refuse_write };

static int ops_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &ops;
	return 0;
}

static void driver_refuses(struct as *as)
{
	static const struct file_operations fops = { .mmap = ops_mmap };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "ops");

	assert_true(sim_mmap(as->task, as->base, as_len(as, 3), PROT_READ, MAP_PRIVATE | MAP_FIXED,
			     file, 0) > 0);
	assert_int_equal(sim_mprotect(as->task, as_page(as, 1), as->page, RW), -EPERM);
	as_assert(as, "RRR");
	assert_int_equal(sim_mprotect(as->task, as_page(as, 1), as->page, PROT_NONE), 0);
	as_assert(as, "RNR");
	as_clear(as);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_mprotect_driver_refuses(void **state)
{
	(void)state;
	as_for_all(driver_refuses);
}

/* A locked mapping that becomes writable gets its private pages at once. */
static void locked(struct as *as)
{
	long before;

	assert_true(sim_mmap(as->task, as->base, as_len(as, 4), PROT_READ,
			     MAP_PRIVATE | MAP_FIXED | MAP_LOCKED, as->file, 0) > 0);
	before = as->task->mm->rss_stat[MM_ANONPAGES].counter;
	assert_int_equal(before, 0);
	assert_int_equal(sim_mprotect(as->task, as->base, as_len(as, 4), RW), 0);
	assert_int_equal(as->task->mm->rss_stat[MM_ANONPAGES].counter, 4);
	as_clear(as);
}

static void test_mprotect_locked(void **state)
{
	(void)state;
	as_for_all(locked);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mprotect_cases),
	cmocka_unit_test(test_mprotect_bad_arguments),
	cmocka_unit_test(test_mprotect_read_only_file),
	cmocka_unit_test(test_mprotect_accesses),
	cmocka_unit_test(test_mprotect_account),
	cmocka_unit_test(test_mprotect_driver_refuses),
	cmocka_unit_test(test_mprotect_locked),
};

SIM_TEST_MAIN(tests)
