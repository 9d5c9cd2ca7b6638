/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * file.c - files: what is opened (struct file), what it is opened on (struct
 * address_space), and the regular file that lives in memory, as tmpfs has it.
 *
 * Several files may be open on one address_space; the vmas of all of them
 * are in its i_mmap. Shared anonymous memory is such a file that nobody opened.
 */
#include "vma/internal.h"

struct address_space *sim_mapping_create(struct sim_machine *machine)
{
	struct address_space *mapping;

	if (!machine || sim_enter(machine))
		return NULL;
	mapping = sim_alloc(machine, sizeof(*mapping), SIM_OBJ_FILE);
	if (!mapping)
		return NULL;
	mapping->sim_machine = machine;
	mapping->sim_users.counter = 1;
	sim_rwlock_init(&mapping->i_mmap_rwsem);
	sim_mutex_init(&mapping->sim_pages_lock);
	return mapping;
}

void sim_mapping_put(struct address_space *mapping)
{
	if (!mapping)
		return;
	if (__atomic_sub_fetch(&mapping->sim_users.counter, 1, __ATOMIC_ACQ_REL))
		return;
	sim_page_cache_free(mapping);
	sim_free(mapping, sizeof(*mapping), SIM_OBJ_FILE);
}

struct file *sim_file_create(struct address_space *mapping, const struct file_operations *fops,
			     unsigned int fmode, void *private_data, const char *name)
{
	struct sim_machine *machine = mapping ? mapping->sim_machine : NULL;
	struct file *file;
	char *copy;

	if (!machine || !fmode || (fmode & ~(FMODE_READ | FMODE_WRITE)) || sim_enter(machine))
		return NULL;
	sim_assert(__atomic_load_n(&mapping->sim_users.counter, __ATOMIC_RELAXED) > 0);
	file = sim_alloc(machine, sizeof(*file), SIM_OBJ_FILE);
	if (!file)
		return NULL;
	copy = sim_strdup(machine, name ? name : "");
	if (!copy) {
		sim_free(file, sizeof(*file), SIM_OBJ_FILE);
		return NULL;
	}
	file->sim_name = copy;
	file->f_op = fops;
	file->f_mapping = mapping;
	file->f_mode = fmode;
	file->f_count.counter = 1;
	file->private_data = private_data;
	file->sim_machine = machine;
	__atomic_fetch_add(&mapping->sim_users.counter, 1, __ATOMIC_RELAXED);
	return file;
}

struct file *sim_file_reopen(struct file *file, unsigned int fmode)
{
	if (!file)
		return NULL;
	return sim_file_create(file->f_mapping, file->f_op, fmode, file->private_data,
			       file->sim_name);
}

struct file *get_file(struct file *f)
{
	__atomic_fetch_add(&f->f_count.counter, 1, __ATOMIC_RELAXED);
	return f;
}

void fput(struct file *file)
{
	if (__atomic_sub_fetch(&file->f_count.counter, 1, __ATOMIC_ACQ_REL))
		return;
	if (file->f_op && file->f_op->release)
		(void)SIM_CALL(file->sim_machine, file->f_op, release, 0, -EIO, NULL, file);
	sim_mapping_put(file->f_mapping);
	sim_strfree((char *)(uintptr_t)file->sim_name);
	sim_free(file, sizeof(*file), SIM_OBJ_FILE);
}

/* ---- memory-backed files ---- */

/*
 * The page at the fault's place in the file: shared mappings map it, private
 * ones copy it at the first write.
 * Models: mm/shmem.c, shmem_fault, 6.1; without swap and holes being punched.
 */
static vm_fault_t shmem_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;

	if (vmf->pgoff >= mapping->sim_nr_pages)
		return VM_FAULT_SIGBUS;
	vmf->page = sim_page_cache_get(mapping, vmf->pgoff);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

const struct vm_operations_struct sim_shmem_vm_ops = {
	.fault = shmem_fault,
};

static int shmem_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &sim_shmem_vm_ops;
	return 0;
}

/* Models: fs/libfs.c, noop_fsync, 6.1. */
static int noop_fsync(struct file *file, int64_t start, int64_t end, int datasync)
{
	(void)file, (void)start, (void)end, (void)datasync;
	return 0;
}

static const struct file_operations shmem_file_operations = {
	.mmap = shmem_mmap,
	.fsync = noop_fsync,
};

static struct file *shmem_file(struct sim_machine *machine, unsigned long nr_pages,
			       const char *name)
{
	struct address_space *mapping = sim_mapping_create(machine);
	struct file *file;

	if (!mapping)
		return NULL;
	mapping->sim_nr_pages = nr_pages;
	mapping->sim_swapbacked = true;
	file = sim_file_create(mapping, &shmem_file_operations, FMODE_READ | FMODE_WRITE, NULL,
			       name);
	sim_mapping_put(mapping);
	return file;
}

struct file *sim_shmem_file_create(struct sim_machine *machine, unsigned long nr_pages)
{
	return shmem_file(machine, nr_pages, "/dev/zero (deleted)");
}

struct file *sim_regular_file_create(struct sim_machine *machine, unsigned long nr_pages,
				     const char *name)
{
	return shmem_file(machine, nr_pages, name);
}
