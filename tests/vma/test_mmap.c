/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

#define RW (PROT_READ | PROT_WRITE)
#define MAY (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define LOOKED_AT (VM_ACCESS_FLAGS | VM_SHARED | VM_MAYSHARE | MAY)

#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

struct mmap_case {
	const char *description;
	unsigned int fmode;		/* of the file; 0: anonymous */
	int prot, flags;
	long result;			/* 0: an address */
	unsigned long vm_flags;		/* of LOOKED_AT */
	bool cow;
};

static const struct mmap_case cases[] = {
	{ "MAP_SHARED, rw fd", FMODE_READ | FMODE_WRITE, RW, MAP_SHARED, 0,
	  VM_READ | VM_WRITE | VM_SHARED | VM_MAYSHARE | MAY, false },
	{ "MAP_SHARED, ro fd", FMODE_READ, PROT_READ, MAP_SHARED, 0,
	  VM_READ | VM_MAYSHARE | VM_MAYREAD | VM_MAYEXEC, false },
	{ "MAP_SHARED, ro fd, PROT_NONE", FMODE_READ, PROT_NONE, MAP_SHARED, 0,
	  VM_MAYSHARE | VM_MAYREAD | VM_MAYEXEC, false },
	{ "MAP_SHARED, ro fd, PROT_WRITE", FMODE_READ, RW, MAP_SHARED, -EACCES, 0, false },
	{ "MAP_SHARED, wo fd", FMODE_WRITE, PROT_WRITE, MAP_SHARED, -EACCES, 0, false },
	{ "MAP_PRIVATE, rw fd", FMODE_READ | FMODE_WRITE, RW, MAP_PRIVATE, 0,
	  VM_READ | VM_WRITE | MAY, true },
	{ "MAP_PRIVATE, ro fd, PROT_WRITE", FMODE_READ, RW, MAP_PRIVATE, 0,
	  VM_READ | VM_WRITE | MAY, true },
	{ "MAP_PRIVATE, ro fd, PROT_READ", FMODE_READ, PROT_READ, MAP_PRIVATE, 0,
	  VM_READ | MAY, true },
	{ "MAP_PRIVATE, ro fd, PROT_NONE", FMODE_READ, PROT_NONE, MAP_PRIVATE, 0, MAY, true },
	{ "MAP_PRIVATE, wo fd", FMODE_WRITE, PROT_NONE, MAP_PRIVATE, -EACCES, 0, false },
	{ "neither shared nor private", FMODE_READ, PROT_READ, 0, -EINVAL, 0, false },
	{ "MAP_SHARED drops what it does not know", FMODE_READ, PROT_READ,
	  MAP_SHARED | 0x80000, 0, VM_READ | VM_MAYSHARE | VM_MAYREAD | VM_MAYEXEC, false },
	{ "MAP_SHARED_VALIDATE refuses it", FMODE_READ, PROT_READ,
	  MAP_SHARED_VALIDATE | 0x80000, -EOPNOTSUPP, 0, false },
	{ "MAP_SHARED_VALIDATE", FMODE_READ | FMODE_WRITE, RW, MAP_SHARED_VALIDATE, 0,
	  VM_READ | VM_WRITE | VM_SHARED | VM_MAYSHARE | MAY, false },
	{ "MAP_GROWSDOWN of a file", FMODE_READ, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN,
	  -EINVAL, 0, false },
	{ "anonymous, private", 0, RW, MAP_PRIVATE, 0, VM_READ | VM_WRITE | MAY, true },
	{ "anonymous, private, PROT_EXEC", 0, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0,
	  VM_READ | VM_EXEC | MAY, true },
	{ "anonymous, shared", 0, RW, MAP_SHARED, 0,
	  VM_READ | VM_WRITE | VM_SHARED | VM_MAYSHARE | MAY, false },
	{ "anonymous, shared, growing", 0, RW, MAP_SHARED | MAP_GROWSDOWN, -EINVAL, 0, false },
	{ "anonymous, neither", 0, RW, 0, -EINVAL, 0, false },
	{ "MAP_HUGETLB", 0, RW, MAP_PRIVATE | MAP_HUGETLB, -EINVAL, 0, false },
};

static void run_case(struct as *as, const struct mmap_case *c)
{
	struct file *file = c->fmode ? sim_file_reopen(as->file, c->fmode) : NULL;
	int flags = c->flags | MAP_FIXED | (file ? 0 : MAP_ANONYMOUS);
	long ret = sim_mmap(as->task, as->base, as_len(as, 2), c->prot, flags, file, 1);

	if (ret != (c->result ? c->result : (long)as->base))
		fail_msg("%s: %ld", c->description, ret);
	if (file)
		fput(file);
	if (ret < 0)
		return;
	if ((as_flags(as, 0) & LOOKED_AT) != c->vm_flags)
		fail_msg("%s: vm_flags %lx", c->description, as_flags(as, 0));
	if (is_cow_mapping(as_flags(as, 0)) != c->cow)
		fail_msg("%s: is_cow_mapping", c->description);
	as_check(as, as->task);
	as_clear(as);
}

static void run_cases(struct as *as)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++)
		run_case(as, &cases[i]);
}

static void test_mmap_flags(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

static long map_anon(struct as *as, unsigned long addr, unsigned long len, int flags)
{
	return sim_mmap(as->task, addr, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | flags, NULL,
			0);
}

static void bad_arguments(struct as *as)
{
	struct task_struct *task = as->task;
	unsigned long top = task->mm->task_size;

	assert_int_equal(map_anon(as, 0, 0, 0), -EINVAL);
	assert_int_equal(map_anon(as, 0, ~0UL, 0), -ENOMEM);
	assert_int_equal(map_anon(as, 0, top + as->page, 0), -ENOMEM);
	assert_int_equal(map_anon(as, as->base + 1, as->page, MAP_FIXED), -EINVAL);
	assert_int_equal(map_anon(as, top, as->page, MAP_FIXED), -ENOMEM);
	assert_int_equal(map_anon(as, 0, as->page, MAP_FIXED), -EPERM);
	assert_int_equal(sim_mmap(task, 0, as->page, PROT_READ, MAP_PRIVATE, NULL, 0), -EBADF);
	assert_int_equal(sim_mmap(task, 0, 2 * as->page, PROT_READ, MAP_PRIVATE, as->file, ~0UL),
			 -EOVERFLOW);
	assert_int_equal(sim_mmap(task, 0, as->page, PROT_READ, MAP_PRIVATE, as->file, ~0UL - 1),
			 -EOVERFLOW);
	assert_int_equal(sim_mmap(task, 0, as->page, PROT_READ, MAP_SHARED, as->pfn_file,
				  ~0UL / as->page + 1), -EOVERFLOW);
	assert_int_equal(sim_mmap(NULL, 0, as->page, PROT_READ, MAP_PRIVATE, as->file, 0), -ESRCH);
	assert_null(sim_vma_next(task->mm, NULL));
}

static void test_mmap_file_of_another_machine(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL), *other = sim_machine_create(NULL);
	struct task_struct *task = sim_task_create(machine, "task");
	struct file *file = sim_regular_file_create(other, 1, "file");

	(void)state;
	assert_int_equal(sim_mmap(task, 0, 4096, PROT_READ, MAP_PRIVATE, file, 0), -EINVAL);
	assert_int_equal(file->f_count.counter, 1);
	sim_machine_destroy(machine);
	sim_machine_destroy(other);
}

static void test_mmap_bad_arguments(void **state)
{
	(void)state;
	as_for_all(bad_arguments);
}

/* Stacks are not for huge pages, where there are any, in 6.12. */
static void stack(struct as *as)
{
	bool huge = sim_machine_features(as->machine) & (1ULL << SIM_FEAT_PMD_LEAF);
	bool knows = !strcmp(sim_machine_release(as->machine), "6.12");

	assert_int_equal(map_anon(as, as->base, as->page, MAP_FIXED | MAP_STACK), as->base);
	assert_int_equal(!!(as_flags(as, 0) & VM_NOHUGEPAGE), huge && knows);
	as_clear(as);
}

static void test_mmap_stack(void **state)
{
	(void)state;
	as_for_all(stack);
}

static void fixed(struct as *as)
{
	as_from(as, "wwww");
	assert_int_equal(map_anon(as, as_page(as, 1), as_len(as, 2), MAP_FIXED_NOREPLACE),
			 -EEXIST);
	as_assert(as, "wwww");
	assert_int_equal(map_anon(as, as_page(as, 4), as_len(as, 1), MAP_FIXED_NOREPLACE),
			 as_page(as, 4));
	as_assert(as, "wwwwr");
	assert_int_equal(map_anon(as, as_page(as, 1), as_len(as, 2), MAP_FIXED), as_page(as, 1));
	as_assert(as, "wrrwr");
}

static void test_mmap_fixed(void **state)
{
	(void)state;
	as_for_all(fixed);
}

/* What cannot be mapped. */
static void no_mmap(struct as *as)
{
	static const struct file_operations none = { 0 };
	struct address_space *mapping = sim_mapping_create(as->machine);

	for (int i = 0; i < 2; i++) {
		struct file *file;

		file = sim_file_create(mapping, i ? &none : NULL, FMODE_READ, NULL, "");
		assert_non_null(file);
		assert_int_equal(sim_mmap(as->task, 0, as->page, PROT_READ, MAP_SHARED, file, 0),
				 -ENODEV);
		fput(file);
	}
	sim_mapping_put(mapping);
}

static void test_mmap_without_mmap(void **state)
{
	(void)state;
	as_for_all(no_mmap);
}

/* A driver that refuses: the call fails with its error, what MAP_FIXED replaced
 * is gone, and its file has no reference too many. */
static void driver_refuses(struct as *as)
{
	as_from(as, "wwww");
	assert_int_equal(sim_mmap(as->task, as_page(as, 1), as_len(as, 2), PROT_READ,
				  MAP_PRIVATE | MAP_FIXED, as->pfn_file, 0), -EINVAL);
	as_assert(as, "w..w");
	assert_int_equal(as->pfn_file->f_count.counter, 1);
	assert_int_equal(as->nr_open + as->nr_close, 0);
}

static void test_mmap_driver_refuses(void **state)
{
	(void)state;
	as_for_all(driver_refuses);
}

static void special(struct as *as)
{
	unsigned long locked;

	assert_int_equal(sim_mmap(as->task, as->base, as_len(as, 2), RW,
				  MAP_SHARED | MAP_FIXED | MAP_LOCKED, as->pfn_file, 0), as->base);
	assert_int_equal(as_flags(as, 0) & (VM_LOCKED | VM_PFNMAP), VM_PFNMAP);
	locked = as->task->mm->locked_vm;
	assert_int_equal(locked, 0);
	assert_int_equal(as->task->mm->pgtables_bytes.counter, 0); /* not populated */
	as_clear(as);
}

static void test_mmap_special_is_not_locked(void **state)
{
	(void)state;
	as_for_all(special);
}

static void accounting(struct as *as)
{
	struct mm_struct *mm = as->task->mm;

	as_from(as, "wwrrssWWL");
	assert_int_equal(mm->total_vm, 9);
	assert_int_equal(mm->data_vm, 5);
	assert_int_equal(mm->locked_vm, 1);
	assert_int_equal(as_flags(as, 0) & VM_ACCOUNT, VM_ACCOUNT);
	assert_int_equal(as_flags(as, 2) & VM_ACCOUNT, 0);
	assert_int_equal(as_flags(as, 4) & VM_ACCOUNT, 0);
	as_clear(as);
	assert_int_equal(mm->total_vm + mm->data_vm + mm->locked_vm, 0);
}

static void test_mmap_accounting(void **state)
{
	(void)state;
	as_for_all(accounting);
}

/* A driver's mmap that changes flags so that the new vma fits its neighbour. */
static int flag_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_DONTDUMP;
	return 0;
}

static void merges_after_mmap(struct as *as)
{
	static const struct file_operations fops = { .mmap = flag_mmap };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "flags");

	assert_non_null(file);
	for (int i = 0; i < 3; i++)
		assert_true(sim_mmap(as->task, as_page(as, i), as->page, PROT_READ,
				     MAP_PRIVATE | MAP_FIXED, file, i) > 0);
	as_assert(as, "RRR");
	assert_int_equal(file->f_count.counter, 2);
	as_clear(as);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_mmap_merges_after_flags_changed(void **state)
{
	(void)state;
	as_for_all(merges_after_mmap);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mmap_flags),
	cmocka_unit_test(test_mmap_bad_arguments),
	cmocka_unit_test(test_mmap_file_of_another_machine),
	cmocka_unit_test(test_mmap_stack),
	cmocka_unit_test(test_mmap_fixed),
	cmocka_unit_test(test_mmap_without_mmap),
	cmocka_unit_test(test_mmap_driver_refuses),
	cmocka_unit_test(test_mmap_special_is_not_locked),
	cmocka_unit_test(test_mmap_accounting),
	cmocka_unit_test(test_mmap_merges_after_flags_changed),
};

SIM_TEST_MAIN(tests)
