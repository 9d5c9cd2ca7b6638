/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A driver of 6.12 in the shape that drivers have, and what its mappings do. */
#include <signal.h>

#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

struct my_gem {
	struct drm_gem_object base;
	struct page **pages;
};

static struct ttm_fixture fx;
static struct drm_minor minor;
static struct drm_file file_priv;
static struct file *file;
static int nr_freed;

static vm_fault_t my_gem_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct my_gem *gem = container_of(vma->vm_private_data, struct my_gem, base);
	loff_t num_pages = (loff_t)(gem->base.size >> PAGE_SHIFT);
	pgoff_t page_offset = vmf->pgoff - drm_vma_node_start(&gem->base.vma_node);
	vm_fault_t ret;

	dma_resv_lock(gem->base.resv, NULL);
	if (page_offset >= (pgoff_t)num_pages || WARN_ON_ONCE(!gem->pages))
		ret = VM_FAULT_SIGBUS;
	else
		ret = vmf_insert_pfn(vma, vmf->address, page_to_pfn(gem->pages[page_offset]));
	dma_resv_unlock(gem->base.resv);
	return ret;
}

static const struct vm_operations_struct my_vm_ops = {
	.fault = my_gem_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

static int my_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	(void)obj;
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_writecombine(vm_get_page_prot(vma->vm_flags));
	return 0;
}

static void my_gem_free(struct drm_gem_object *obj)
{
	struct my_gem *gem = container_of(obj, struct my_gem, base);

	if (gem->pages)
		drm_gem_put_pages(obj, gem->pages, true, true);
	drm_gem_object_release(obj);
	kfree(gem);
	nr_freed++;
}

static const struct drm_gem_object_funcs my_funcs = {
	.free = my_gem_free,
	.mmap = my_gem_mmap,
	.vm_ops = &my_vm_ops,
};
static const struct drm_gem_object_funcs plain_funcs = {
	.free = my_gem_free,
	.vm_ops = &my_vm_ops,
};
static const struct drm_gem_object_funcs bare_funcs = { .free = my_gem_free };

static const struct file_operations my_fops = { .mmap = drm_gem_mmap };

static struct my_gem *my_gem_create(const struct drm_gem_object_funcs *funcs, uint32_t *handle)
{
	struct my_gem *gem = kzalloc(sizeof(*gem), GFP_KERNEL);

	gem->base.funcs = funcs;
	assert_int_equal(drm_gem_object_init(minor.dev, &gem->base, 3 * PAGE_SIZE), 0);
	gem->pages = drm_gem_get_pages(&gem->base);
	assert_false(IS_ERR(gem->pages));
	assert_int_equal(drm_gem_handle_create(&file_priv, &gem->base, handle), 0);
	drm_gem_object_put(&gem->base); /* the handle has it now */
	return gem;
}

static long my_mmap(uint32_t handle, int flags, unsigned long pages)
{
	uint64_t offset;

	assert_int_equal(drm_gem_dumb_map_offset(&file_priv, minor.dev, handle, &offset), 0);
	return sim_mmap(fx.task, 0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE, flags, file,
			(unsigned long)(offset >> PAGE_SHIFT));
}

static int setup(void **state)
{
	struct address_space *mapping;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	nr_freed = 0;
	minor.dev = sim_ttm_ddev(fx.dev);
	sim_drm_file_init(&file_priv, &minor);
	mapping = sim_mapping_create(fx.machine);
	file = sim_file_create(mapping, &my_fops, FMODE_READ | FMODE_WRITE, &file_priv, "card0");
	sim_mapping_put(mapping);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_drm_file_fini(&file_priv);
	fput(file);
	ttm_fixture_close(&fx);
	return 0;
}

static void test_mapping_keeps_the_object(void **state)
{
	uint32_t handle;
	struct my_gem *gem = my_gem_create(&my_funcs, &handle);
	struct task_struct *child;
	long addr = my_mmap(handle, MAP_SHARED, 3);
	unsigned char byte = 0;

	(void)state;
	assert_true(addr > 0);
	assert_int_equal(kref_read(&gem->base.refcount), 2);
	ttm_store(&fx, (unsigned long)addr + PAGE_SIZE, 0x5a);
	assert_int_equal(sim_phys_read(fx.machine, page_to_pfn(gem->pages[1]), 0, &byte, 1), 0);
	assert_int_equal(byte, 0x5a);
	/* with PAT what the page's type says, not what the driver asked for */
	assert_int_equal(ttm_pte(&fx, (unsigned long)addr + PAGE_SIZE).cache, SIM_CACHE_WB);
	assert_int_equal(sim_fork(fx.task, "child", &child), 0);
	assert_int_equal(kref_read(&gem->base.refcount), 3);
	sim_exit(child);
	sim_task_switch(fx.task);
	assert_int_equal(drm_gem_handle_delete(&file_priv, handle), 0);
	assert_int_equal(nr_freed, 0);
	assert_int_equal(ttm_load(&fx, (unsigned long)addr + PAGE_SIZE), 0x5a);
	assert_int_equal(sim_munmap(fx.task, (unsigned long)addr, 3 * PAGE_SIZE), 0);
	assert_int_equal(nr_freed, 1);
}

static void test_mmap_refuses(void **state)
{
	uint32_t mine, bare;
	struct my_gem *gem = my_gem_create(&my_funcs, &mine);

	(void)state;
	my_gem_create(&bare_funcs, &bare);
	assert_int_equal(my_mmap(mine, MAP_PRIVATE, 3), -EINVAL);
	assert_int_equal(my_mmap(mine, MAP_SHARED, 4), -EINVAL);
	assert_int_equal(my_mmap(bare, MAP_SHARED, 3), -EINVAL);
	drm_vma_node_revoke(&gem->base.vma_node, &file_priv);
	assert_int_equal(my_mmap(mine, MAP_SHARED, 3), -EACCES);
	assert_int_equal(drm_vma_node_allow(&gem->base.vma_node, &file_priv), 0);
	drm_dev_unplug(minor.dev);
	assert_int_equal(my_mmap(mine, MAP_SHARED, 3), -ENODEV);
	assert_int_equal(kref_read(&gem->base.refcount), 1);
}

static void test_without_mmap_a_mapping_is_io_memory(void **state)
{
	uint32_t handle;
	struct vm_area_struct *vma;
	long addr;

	(void)state;
	my_gem_create(&plain_funcs, &handle);
	addr = my_mmap(handle, MAP_SHARED, 2);
	vma = ttm_vma(&fx, (unsigned long)addr);
	assert_int_equal(vma->vm_flags & (VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP),
			 VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	assert_int_equal(vma_pages(vma), 2);
	assert_int_equal(sim_munmap(fx.task, (unsigned long)addr, 2 * PAGE_SIZE), 0);
}

static void test_fault_without_pages_is_sigbus(void **state)
{
	uint32_t handle;
	struct my_gem *gem = my_gem_create(&my_funcs, &handle);
	long addr = my_mmap(handle, MAP_SHARED, 3);
	char byte;

	(void)state;
	drm_gem_put_pages(&gem->base, gem->pages, false, false);
	gem->pages = NULL;
	assert_int_equal(sim_read(fx.task, (unsigned long)addr, &byte, 1), SIGBUS);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_WARN)->function, "my_gem_fault");
	fx.expect_warnings = true;
	assert_int_equal(sim_munmap(fx.task, (unsigned long)addr, 3 * PAGE_SIZE), 0);
}

#define MMAP_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	MMAP_TEST(test_mapping_keeps_the_object),
	MMAP_TEST(test_mmap_refuses),
	MMAP_TEST(test_without_mmap_a_mapping_is_io_memory),
	MMAP_TEST(test_fault_without_pages_is_sigbus),
};

SIM_TEST_MAIN(tests)
