/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A program that gdb.sh stops in look_at() of, one frame below what it prints. */
#include <sys/mman.h>

#include <ttmsim/ttmsim.h>

static int device_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP;
	return 0;
}

static const struct file_operations device_fops = { .mmap = device_mmap };

__attribute__((noinline)) void look_at(const void *what);

void look_at(const void *what)
{
	__asm__ volatile("" : : "r"(what) : "memory");
}

int main(void)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct task_struct *task = sim_task_create(machine, "looker");
	struct address_space *mapping = sim_mapping_create(machine);
	struct file *file = sim_file_create(mapping, &device_fops, FMODE_READ | FMODE_WRITE, NULL,
					    "/dev/looked_at");
	struct page *page = sim_alloc_pages(machine, 0);
	struct vm_area_struct *vma;
	pte_t pte, empty = { 0 };
	long addr;

	sim_task_switch(task);
	addr = sim_mmap(task, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (addr < 0)
		return 1;
	vma = find_vma(task->mm, (unsigned long)addr);
	pte = pte_mkspecial(pfn_pte(page_to_pfn(page), vma->vm_page_prot));
	look_at(vma);
	return pte_none(pte) || !pte_none(empty);
}
