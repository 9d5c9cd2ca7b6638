/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * custom_device.c - a TTM device with its own ttm_device_funcs.
 *
 * VRAM of four pages, objects of the driver's own size in host memory, moves by
 * CPU copy. The program maps an object, lets a second one push it out of VRAM,
 * and reads the same bytes through the same mapping.
 *
 * cc custom_device.c $(pkg-config --cflags --libs ttmsim)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ttmsim/ttmsim.h>

#define PAGE 4096ul
#define VRAM_PAGES 4ul

struct my_device {
	struct ttm_device bdev;
	struct drm_device ddev;
	struct drm_vma_offset_manager offsets;
	struct address_space *mapping;
	unsigned long vram_pfn;
	unsigned int nr_moves;
};

struct my_bo {
	struct ttm_buffer_object base;
	const char *name;
};

static struct my_device *to_my_device(struct ttm_device *bdev)
{
	return container_of(bdev, struct my_device, bdev);
}

/* ---- what TTM asks of the driver ---- */

static struct ttm_tt *my_tt_create(struct ttm_buffer_object *bo, uint32_t page_flags)
{
	struct ttm_tt *tt = calloc(1, sizeof(*tt));

	if (tt && ttm_tt_init(tt, bo, page_flags, ttm_cached, 0)) {
		free(tt);
		return NULL;
	}
	return tt;
}

static void my_tt_destroy(struct ttm_device *bdev, struct ttm_tt *tt)
{
	(void)bdev;
	ttm_tt_fini(tt);
	free(tt);
}

/* Out of VRAM means to system memory. */
static void my_evict_flags(struct ttm_buffer_object *bo, struct ttm_placement *placement)
{
	static const struct ttm_place system_memory = { .mem_type = TTM_PL_SYSTEM };

	printf("evict %s\n", container_of(bo, struct my_bo, base)->name);
	placement->num_placement = 1;
	placement->placement = &system_memory;
	placement->num_busy_placement = 1;
	placement->busy_placement = &system_memory;
}

static int my_move(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		   struct ttm_resource *new_mem, struct ttm_place *hop)
{
	(void)evict, (void)hop;
	to_my_device(bo->bdev)->nr_moves++;
	return ttm_bo_move_memcpy(bo, ctx, new_mem);
}

static int my_io_mem_reserve(struct ttm_device *bdev, struct ttm_resource *mem)
{
	if (mem->mem_type != TTM_PL_VRAM)
		return 0;
	mem->bus.offset = (to_my_device(bdev)->vram_pfn + mem->start) * PAGE;
	mem->bus.is_iomem = true;
	mem->bus.caching = ttm_write_combined;
	return 0;
}

static struct ttm_device_funcs my_funcs = {
	.ttm_tt_create = my_tt_create,
	.ttm_tt_destroy = my_tt_destroy,
	.eviction_valuable = ttm_bo_eviction_valuable,
	.evict_flags = my_evict_flags,
	.move = my_move,
	.io_mem_reserve = my_io_mem_reserve,
};

/* ---- the device ---- */

static int my_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct my_device *my = filp->private_data;

	return sim_ttm_gem_mmap(filp, vma, &my->bdev, &my->ddev);
}

static const struct file_operations my_fops = { .mmap = my_mmap };

static int my_device_init(struct my_device *my, struct sim_machine *machine)
{
	int ret;

	my->vram_pfn = sim_machine_arch(machine)->io_start_pfn;
	my->mapping = sim_mapping_create(machine);
	if (!my->mapping)
		return -ENOMEM;
	drm_vma_offset_manager_init(&my->offsets, sim_drm_file_page_offset_start(machine),
				    sim_drm_file_page_offset_size(machine));
	sim_drm_device_init(&my->ddev, machine, &my->offsets);
	ret = ttm_device_init(&my->bdev, &my_funcs, NULL, my->mapping, &my->offsets, false, false);
	return ret ? ret : ttm_range_man_init(&my->bdev, TTM_PL_VRAM, false, VRAM_PAGES);
}

static void my_device_fini(struct my_device *my)
{
	ttm_range_man_fini(&my->bdev, TTM_PL_VRAM);
	ttm_device_fini(&my->bdev);
	sim_drm_device_fini(&my->ddev);
	drm_vma_offset_manager_destroy(&my->offsets);
	sim_mapping_put(my->mapping);
}

/* ---- objects ---- */

static void my_bo_destroy(struct ttm_buffer_object *bo)
{
	drm_gem_object_release(&bo->base);
	free(container_of(bo, struct my_bo, base));
}

static struct ttm_buffer_object *my_bo_create(struct my_device *my, const char *name,
					      unsigned long nr_pages)
{
	struct ttm_place vram = { .mem_type = TTM_PL_VRAM };
	struct ttm_placement placement = { 1, &vram, 1, &vram };
	struct my_bo *bo = calloc(1, sizeof(*bo));

	if (!bo)
		return NULL;
	bo->name = name;
	drm_gem_private_object_init(&my->ddev, &bo->base.base, nr_pages * PAGE);
	if (ttm_bo_init_validate(&my->bdev, &bo->base, ttm_bo_type_device, &placement, 0, false,
				 NULL, NULL, my_bo_destroy))
		return NULL; /* my_bo_destroy() has been called */
	return &bo->base;
}

/* ---- the story ---- */

static int expect(const char *what, long got, long want)
{
	printf("%-44s %ld\n", what, got);
	return got != want;
}

static int story(struct my_device *my, struct task_struct *task)
{
	struct ttm_buffer_object *first = my_bo_create(my, "first", VRAM_PAGES), *second;
	struct file *file = sim_file_create(my->mapping, &my_fops, FMODE_READ | FMODE_WRITE, my,
					    "/dev/mine");
	unsigned char byte = 0x5a;
	int wrong = 0;
	long addr;

	if (!first || !file)
		return 1;
	addr = sim_mmap(task, 0, VRAM_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			sim_bo_pgoff(first));
	wrong |= expect("write through the mapping, in VRAM", sim_write(task, addr, &byte, 1), 0);
	second = my_bo_create(my, "second", VRAM_PAGES);
	wrong |= expect("the first lies in (0 = system memory)", sim_bo_mem_type(first), 0);
	wrong |= expect("moves", my->nr_moves != 0, 1);
	byte = 0;
	wrong |= expect("read through the same mapping", sim_read(task, addr, &byte, 1), 0);
	wrong |= expect("the byte", byte, 0x5a);
	wrong |= expect("a private mapping",
			sim_mmap(task, 0, PAGE, PROT_READ, MAP_PRIVATE, file, sim_bo_pgoff(first)),
			-EINVAL);
	sim_munmap(task, (unsigned long)addr, VRAM_PAGES * PAGE);
	fput(file);
	ttm_bo_put(second);
	ttm_bo_put(first);
	return wrong;
}

int main(void)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct my_device my = { .nr_moves = 0 };
	struct task_struct *task;
	int wrong = 1;

	if (!machine)
		return 1;
	task = sim_task_create(machine, "demo");
	sim_task_switch(task);
	if (!my_device_init(&my, machine)) {
		wrong = story(&my, task);
		my_device_fini(&my);
	}
	sim_exit(task);
	wrong |= expect("kinds of things left", sim_machine_leaks(machine, NULL, NULL), 0);
	sim_machine_destroy(machine);
	return wrong;
}
