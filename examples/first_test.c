/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * first_test.c - a first CMocka test of a driver's fault handler.
 *
 * The driver is the upper half: a file whose mmap sets up a VM_PFNMAP mapping
 * and whose fault handler maps one page of VRAM. The test is the lower half.
 *
 * cc first_test.c $(pkg-config --cflags --libs ttmsim-checked cmocka)
 */
#include <signal.h>
#include <sys/mman.h>

#include <ttmsim/cmocka.h>

#define PAGE 4096ul
#define DEVICE_PAGES 4ul

/* ---- the driver ---- */

static vm_fault_t driver_fault(struct vm_fault *vmf)
{
	unsigned long first_pfn = *(unsigned long *)vmf->vma->vm_private_data;

	if (vmf->pgoff >= DEVICE_PAGES)
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vmf->vma, vmf->address, first_pfn + vmf->pgoff);
}

static const struct vm_operations_struct driver_vm_ops = { .fault = driver_fault };

static int driver_mmap(struct file *filp, struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vma->vm_flags |= VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP;
	vma->vm_private_data = filp->private_data;
	vma->vm_ops = &driver_vm_ops;
	return 0;
}

static const struct file_operations driver_fops = { .mmap = driver_mmap };

/* ---- its test ---- */

static void test_fault_maps_the_page_touched(void **state)
{
	struct sim_test *t = *state;
	unsigned long first_pfn = sim_machine_arch(t->machine)->io_start_pfn;
	struct address_space *mapping = sim_mapping_create(t->machine);
	struct file *file = sim_file_create(mapping, &driver_fops, FMODE_READ | FMODE_WRITE,
					    &first_pfn, "/dev/mine");
	struct page *page;
	long addr;

	addr = sim_mmap(t->task, 0, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	assert_true(addr > 0);
	assert_errno(sim_write(t->task, addr + 2 * PAGE, "x", 1), 0);
	assert_pte(t->task->mm, addr + 2 * PAGE, "present special pfn=%lu", first_pfn + 2);
	assert_errno(sim_write(t->task, addr + DEVICE_PAGES * PAGE, "x", 1), SIGBUS);
	assert_errno(get_user_pages_fast(addr + 2 * PAGE, 1, FOLL_WRITE, &page), -EFAULT);
	assert_errno(sim_mmap(t->task, 0, PAGE, PROT_READ, MAP_PRIVATE, file, 0), -EINVAL);

	fput(file);
	sim_mapping_put(mapping);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		sim_unit_test(test_fault_maps_the_page_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
