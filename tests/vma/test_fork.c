/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

static struct task_struct *fork_of(struct task_struct *task)
{
	struct task_struct *child = NULL;

	assert_int_equal(sim_fork(task, "child", &child), 0);
	assert_non_null(child);
	return child;
}

static void layout(struct as *as)
{
	struct task_struct *child;

	as_from(as, "wwrRs.DLPn");
	child = fork_of(as->task);
	as_assert(as, "wwrRs.DLPn");
	as_assert_task(as, child, "wwrRs..wPn"); /* no VM_DONTCOPY, nothing locked */
	assert_int_equal(child->mm->total_vm, 8);
	assert_int_equal(child->mm->locked_vm, 0);
	assert_int_equal(as->task->mm->locked_vm, 1);
	assert_int_equal(as->nr_open, 1);
	sim_exit(child);
	assert_int_equal(as->nr_close, 1);
	as_clear(as);
	assert_int_equal(as->nr_close, 2);
}

static void test_fork_layout(void **state)
{
	(void)state;
	as_for_all(layout);
}

/* Where mappings go, and what is wanted of them: of that only what may be inherited. */
static void inherited(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	struct task_struct *child;
	long addr, in_child;

	mm->mmap_base -= 64 * as->page;
	mm->def_flags = VM_LOCKED | VM_NOHUGEPAGE;
	assert_int_equal(sim_fork(as->task, "child", &child), 0);
	assert_int_equal(child->mm->mmap_base, mm->mmap_base);
	assert_int_equal(child->mm->def_flags, VM_NOHUGEPAGE);
	mm->def_flags = 0;
	addr = sim_mmap(as->task, 0, as->page, PROT_READ, MAP_PRIVATE, as->file, 0);
	in_child = sim_mmap(child, 0, as->page, PROT_READ, MAP_PRIVATE, as->file, 0);
	assert_true(addr > 0);
	assert_int_equal(in_child, addr);
	sim_exit(child);
	assert_int_equal(sim_munmap(as->task, (unsigned long)addr, as->page), 0);
}

static void test_fork_inherits(void **state)
{
	(void)state;
	as_for_all(inherited);
}

static char load(struct task_struct *task, unsigned long addr)
{
	char byte = 0x55;

	assert_int_equal(sim_read(task, addr, &byte, 1), 0);
	return byte;
}

static void store(struct task_struct *task, unsigned long addr, char byte)
{
	assert_int_equal(sim_write(task, addr, &byte, 1), 0);
}

/* Who sees whose stores: private memory parts ways, shared memory does not. */
static void sees(struct as *as)
{
	const struct { char kind; bool shared; } cases[] = {
		{ 'w', false }, { 'W', false }, { 's', true }, { 'P', true },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct task_struct *child;

		as_from(as, (char[]){ cases[i].kind, 0 });
		store(as->task, as->base, 1);
		child = fork_of(as->task);
		assert_int_equal(load(child, as->base), 1);
		store(as->task, as->base, 2);
		assert_int_equal(load(child, as->base), cases[i].shared ? 2 : 1);
		store(child, as->base, 3);
		assert_int_equal(load(as->task, as->base), cases[i].shared ? 3 : 2);
		as_check(as, as->task);
		as_check(as, child);
		sim_exit(child);
		assert_int_equal(load(as->task, as->base), cases[i].shared ? 3 : 2);
		as_clear(as);
	}
}

static void test_fork_sees(void **state)
{
	(void)state;
	as_for_all(sees);
}

static void wipe(struct as *as)
{
	struct task_struct *child;

	as_from(as, "ww");
	store(as->task, as->base, 1);
	store(as->task, as_page(as, 1), 1);
	assert_int_equal(sim_madvise(as->task, as->base, as->page, MADV_WIPEONFORK), 0);
	child = fork_of(as->task);
	assert_int_equal(load(child, as->base), 0);
	assert_int_equal(load(child, as_page(as, 1)), 1);
	as_check(as, child);
	sim_exit(child);
	assert_int_equal(load(as->task, as->base), 1);
}

static void test_fork_wipes(void **state)
{
	(void)state;
	as_for_all(wipe);
}

/* The child of a child, and the parent that goes first. */
static void generations(struct as *as)
{
	struct task_struct *child, *grandchild;

	as_from(as, "wwss");
	store(as->task, as->base, 1);
	child = fork_of(as->task);
	store(child, as_page(as, 1), 2);
	grandchild = fork_of(child);
	sim_exit(child);
	assert_int_equal(load(grandchild, as->base), 1);
	assert_int_equal(load(grandchild, as_page(as, 1)), 2);
	store(grandchild, as_page(as, 2), 3);
	assert_int_equal(load(as->task, as_page(as, 2)), 3);
	as_check(as, grandchild);
	sim_exit(grandchild);
}

static void test_fork_generations(void **state)
{
	(void)state;
	as_for_all(generations);
}

/* unmap_mapping_range() reaches the child's entries as well. */
static void unmap_reaches_child(struct as *as)
{
	struct sim_pte_info info;
	struct task_struct *child;

	as_from(as, "PP");
	store(as->task, as->base, 1);
	child = fork_of(as->task);
	assert_int_equal(sim_pte_lookup(child->mm, as->base, &info), 0);
	assert_true(info.present);
	unmap_mapping_range(as->pfn_file->f_mapping, 0, 0, 1);
	assert_int_equal(sim_pte_lookup(child->mm, as->base, &info), 0);
	assert_true(info.none);
	assert_int_equal(sim_pte_lookup(as->task->mm, as->base, &info), 0);
	assert_true(info.none);
	sim_exit(child);
	as_clear(as);
}

static void test_fork_unmap_reaches_child(void **state)
{
	(void)state;
	as_for_all(unmap_reaches_child);
}

/* ->open sees the child's vma before or after its entries. */
static int opened_with_entry;

static void look_at_entry(struct vm_area_struct *vma)
{
	struct sim_pte_info info;

	if (!sim_pte_lookup(vma->vm_mm, vma->vm_start, &info))
		opened_with_entry = info.present;
}

static vm_fault_t insert(struct vm_fault *vmf)
{
	const struct sim_arch *arch = sim_machine_arch(vmf->vma->vm_mm->sim_machine);

	return vmf_insert_pfn(vmf->vma, vmf->address, arch->io_start_pfn);
}

static const struct vm_operations_struct looking_ops = { .open = look_at_entry, .fault = insert };

static int looking_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &looking_ops;
	return 0;
}

static void open_order(struct as *as)
{
	static const struct file_operations fops = { .mmap = looking_mmap };
	bool first = strncmp(sim_machine_release(as->machine), "5.", 2) != 0;
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "look");

	assert_true(sim_mmap(as->task, as->base, as->page, PROT_READ, MAP_SHARED | MAP_FIXED, file,
			     0) > 0);
	load(as->task, as->base);
	opened_with_entry = -1;
	sim_exit(fork_of(as->task));
	assert_int_equal(opened_with_entry, !first);
	as_clear(as);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_fork_open_order(void **state)
{
	(void)state;
	as_for_all(open_order);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fork_layout),
	cmocka_unit_test(test_fork_inherits),
	cmocka_unit_test(test_fork_sees),
	cmocka_unit_test(test_fork_wipes),
	cmocka_unit_test(test_fork_generations),
	cmocka_unit_test(test_fork_unmap_reaches_child),
	cmocka_unit_test(test_fork_open_order),
};

SIM_TEST_MAIN(tests)
