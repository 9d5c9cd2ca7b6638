/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

static void exit_frees(struct as *as)
{
	unsigned long free_pages = sim_phys_free_pages(as->machine);
	struct task_struct *task = sim_task_create(as->machine, NULL), *mine = as->task;
	char byte = 1;

	as->task = task;
	as_from(as, "wWsPL");
	for (int i = 0; i < 5; i++)
		assert_int_equal(sim_write(task, as_page(as, i), &byte, 1), 0);
	assert_true(sim_phys_free_pages(as->machine) < free_pages);
	as->task = mine;
	sim_exit(task);
	/* what stays is the page cache of a file that is still open */
	assert_int_equal(free_pages - sim_phys_free_pages(as->machine), 2);
	assert_int_equal(as->nr_close, 1);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_VMA), 0);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_ANON_VMA), 0);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_MM), 1);
}

static void test_exit_frees(void **state)
{
	(void)state;
	as_for_all(exit_frees);
}

static int closed_at;

static void note_close(struct vm_area_struct *vma)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(vma->vm_mm, vma->vm_start, &info), 0);
	assert_true(info.none);
	closed_at++;
}

static vm_fault_t insert(struct vm_fault *vmf)
{
	const struct sim_arch *arch = sim_machine_arch(vmf->vma->vm_mm->sim_machine);

	return vmf_insert_pfn(vmf->vma, vmf->address, arch->io_start_pfn);
}

static const struct vm_operations_struct closing_ops = { .close = note_close, .fault = insert };

static int closing_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &closing_ops;
	return 0;
}

/* ->close comes when the entries are gone; the file outlives its last vma. */
static void order(struct as *as)
{
	static const struct file_operations fops = { .mmap = closing_mmap };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "");
	struct task_struct *task = sim_task_create(as->machine, "exits");
	char byte = 0;

	sim_mapping_put(mapping);
	for (int i = 0; i < 3; i++) {
		unsigned long addr = as_page(as, 2 * i);

		assert_true(sim_mmap(task, addr, as->page, PROT_READ, MAP_SHARED | MAP_FIXED, file,
				     0) > 0);
		assert_int_equal(sim_read(task, addr, &byte, 1), 0);
	}
	fput(file);
	closed_at = 0;
	sim_exit(task);
	assert_int_equal(closed_at, 3);
}

static void test_exit_order(void **state)
{
	(void)state;
	as_for_all(order);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_exit_frees),
	cmocka_unit_test(test_exit_order),
};

SIM_TEST_MAIN(tests)
