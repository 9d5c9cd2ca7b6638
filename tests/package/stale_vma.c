/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * stale_vma.c - a driver that keeps a vma and looks at it after munmap: for tools that
 * tell. With an argument it does not look.
 */
#include <stdio.h>
#include <sys/mman.h>

#include <ttmsim/ttmsim.h>

static struct vm_area_struct *kept;

static int keep_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	kept = vma;
	return 0;
}

static const struct file_operations fops = { .mmap = keep_mmap };

int main(int argc, char **argv)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct task_struct *task = sim_task_create(machine, "test");
	struct address_space *mapping = sim_mapping_create(machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "/dev/mine");
	long addr;

	(void)argv;
	addr = sim_mmap(task, 0, 4096, PROT_READ, MAP_SHARED, file, 0);
	printf("start 0x%lx\n", kept->vm_start);
	sim_munmap(task, (unsigned long)addr, 4096);
	if (argc == 1)
		printf("start 0x%lx\n", kept->vm_start);
	fput(file);
	sim_mapping_put(mapping);
	sim_exit(task);
	sim_machine_destroy(machine);
	return 0;
}
