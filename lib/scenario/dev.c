/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * dev.c - a raw device: its pages, its files, its life.
 *
 * RAM comes page by page, as from alloc_page(); for remap_pfn_range() as one
 * block. All of it lies in the arena: a restored machine has its devices back.
 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "phys/phys.h"
#include "scenario/dev_internal.h"
#include "sim/machine.h"

/* ---- pages ---- */

static unsigned int block_order(const struct sim_dev *dev)
{
	unsigned int order = 0;

	while (1UL << order < dev->config.nr_pages)
		order++;
	return order;
}

/* Its own pages are one block. */
static bool is_block(const struct sim_dev *dev)
{
	return dev->config.insert == SIM_DEV_REMAP;
}

static void free_ram(struct sim_dev *dev)
{
	unsigned long nr = dev->config.nr_pages;

	if (!dev->pages)
		return;
	for (unsigned long i = 0; i < nr && dev->pages[i]; i++)
		sim_set_memtype_ram(dev->machine, page_to_pfn(dev->pages[i]), 1, SIM_CACHE_WB);
	if (is_block(dev) && dev->pages[0])
		sim_free_pages(dev->pages[0], block_order(dev));
	else
		for (unsigned long i = 0; i < nr && dev->pages[i]; i++)
			put_page(dev->pages[i]);
	sim_free(dev->pages, nr * sizeof(*dev->pages), SIM_OBJ_MISC);
}

static int alloc_ram(struct sim_dev *dev)
{
	unsigned long nr = dev->config.nr_pages;
	struct page *block = NULL;

	dev->pages = sim_alloc(dev->machine, nr * sizeof(*dev->pages), SIM_OBJ_MISC);
	if (!dev->pages)
		return -ENOMEM;
	if (is_block(dev)) {
		block = sim_alloc_pages(dev->machine, block_order(dev));
		if (!block)
			return -ENOMEM;
		dev->first_pfn = page_to_pfn(block);
	}
	for (unsigned long i = 0; i < nr; i++) {
		dev->pages[i] = block ? block + i : sim_alloc_pages(dev->machine, 0);
		if (!dev->pages[i])
			return -ENOMEM;
		if (sim_set_memtype_ram(dev->machine, page_to_pfn(dev->pages[i]), 1,
					dev->config.pages_caching))
			return -EINVAL;
	}
	return 0;
}

/* ---- I/O memory, and what is reserved of it ---- */

static int reserve_wc(const struct sim_dev *dev, unsigned long n, unsigned long nr)
{
	unsigned int shift = dev->machine->mmu->page_shift;

	return arch_io_reserve_memtype_wc((resource_size_t)(dev->first_pfn + n) << shift,
					  (resource_size_t)nr << shift);
}

static void free_wc(const struct sim_dev *dev, unsigned long n, unsigned long nr)
{
	unsigned int shift = dev->machine->mmu->page_shift;

	arch_io_free_memtype_wc((resource_size_t)(dev->first_pfn + n) << shift,
				(resource_size_t)nr << shift);
}

static bool reserves_all(const struct sim_dev *dev)
{
	return dev->config.reserve && dev->config.pages_caching == SIM_CACHE_WC;
}

static int alloc_io(struct sim_dev *dev)
{
	dev->first_pfn = sim_machine_dev_io(dev->machine, dev->config.nr_pages);
	if (!dev->first_pfn)
		return -ENOMEM;
	return reserves_all(dev) ? reserve_wc(dev, 0, dev->config.nr_pages) : 0;
}

static void free_io(struct sim_dev *dev)
{
	if (dev->first_pfn && reserves_all(dev))
		free_wc(dev, 0, dev->config.nr_pages);
}

static struct dev_reserved *find_reserved(struct sim_dev *dev, unsigned long n, unsigned long nr)
{
	for (int i = 0; i < SIM_DEV_MAX_RESERVED; i++)
		if (dev->reserved[i].nr == nr && (!nr || dev->reserved[i].n == n))
			return &dev->reserved[i];
	return NULL;
}

static bool has_io(const struct sim_dev *dev, unsigned long n, unsigned long nr)
{
	return !dev->pages && n < dev->config.nr_pages && nr <= dev->config.nr_pages - n;
}

int sim_dev_reserve(struct sim_dev *dev, unsigned long n, unsigned long nr)
{
	struct dev_reserved *room = find_reserved(dev, 0, 0);
	int ret;

	if (!has_io(dev, n, nr))
		return -EINVAL;
	if (!room)
		return -ENOSPC;
	ret = reserve_wc(dev, n, nr);
	if (!ret)
		*room = (struct dev_reserved){ n, nr };
	return ret;
}

int sim_dev_unreserve(struct sim_dev *dev, unsigned long n, unsigned long nr)
{
	struct dev_reserved *found = nr ? find_reserved(dev, n, nr) : NULL;

	if (!has_io(dev, n, nr))
		return -EINVAL;
	if (!found)
		return -ENOENT;
	free_wc(dev, n, nr);
	found->nr = 0;
	return 0;
}

/* ---- the pages of another device ---- */

static int borrow(struct sim_dev *dev)
{
	struct sim_dev *over = dev->config.over;
	unsigned long page = dev->config.over_page;

	if (page > over->config.nr_pages || dev->config.nr_pages > over->config.nr_pages - page)
		return -EINVAL;
	dev->config.iomem = over->config.iomem;
	if (over->pages)
		dev->pages = over->pages + page;
	dev->first_pfn = over->first_pfn + page;
	return 0;
}

static int get_memory(struct sim_dev *dev)
{
	if (dev->config.over)
		return borrow(dev);
	return dev->config.iomem ? alloc_io(dev) : alloc_ram(dev);
}

static void put_memory(struct sim_dev *dev)
{
	for (int i = 0; i < SIM_DEV_MAX_RESERVED; i++)
		if (dev->reserved[i].nr)
			free_wc(dev, dev->reserved[i].n, dev->reserved[i].nr);
	if (dev->config.over)
		sim_dev_put(dev->config.over);
	else if (dev->config.iomem)
		free_io(dev);
	else
		free_ram(dev);
}

bool sim_dev_is_over(const struct sim_dev *dev)
{
	return dev->config.over;
}

unsigned long sim_dev_pfn(const struct sim_dev *dev, unsigned long n)
{
	return dev->pages ? page_to_pfn(dev->pages[n]) : dev->first_pfn + n;
}

bool sim_dev_remaps(const struct sim_dev *dev)
{
	return dev->config.insert == SIM_DEV_REMAP;
}

unsigned long sim_dev_nr_pages(const struct sim_dev *dev)
{
	return dev->config.nr_pages;
}

struct address_space *sim_dev_mapping(const struct sim_dev *dev)
{
	return dev->mapping;
}

/* ---- files ---- */

static int dev_release(struct inode *inode, struct file *filp)
{
	(void)inode;
	sim_dev_put(filp->private_data);
	return 0;
}

static const struct file_operations dev_fops = {
	.mmap = dev_mmap,
	.release = dev_release,
};

unsigned int sim_dev_calls(const struct sim_dev *dev, enum sim_dev_call call)
{
	return __atomic_load_n(&dev->calls[call], __ATOMIC_RELAXED);
}

struct sim_dev *sim_dev_of(const struct vm_area_struct *vma)
{
	const struct file *file = vma->vm_file;

	return file && file->f_op == &dev_fops ? file->private_data : NULL;
}

/* ---- life ---- */

struct sim_dev *sim_dev_create(struct sim_machine *machine, const struct sim_dev_config *config)
{
	struct sim_dev *dev = sim_alloc(machine, sizeof(*dev), SIM_OBJ_MISC);

	if (!dev)
		return NULL;
	dev->machine = machine;
	dev->config = *config;
	dev->users.counter = 1;
	if (config->over)
		__atomic_fetch_add(&config->over->users.counter, 1, __ATOMIC_RELAXED);
	dev->mapping = sim_mapping_create(machine);
	dev_set_ops(dev);
	if (!dev->mapping || get_memory(dev)) {
		sim_dev_put(dev);
		return NULL;
	}
	return dev;
}

void sim_dev_put(struct sim_dev *dev)
{
	if (__atomic_sub_fetch(&dev->users.counter, 1, __ATOMIC_ACQ_REL))
		return;
	put_memory(dev);
	if (dev->mapping)
		sim_mapping_put(dev->mapping);
	sim_free(dev, sizeof(*dev), SIM_OBJ_MISC);
}

struct file *sim_dev_open(struct sim_dev *dev, unsigned int fmode, const char *name)
{
	struct file *file;

	__atomic_fetch_add(&dev->users.counter, 1, __ATOMIC_RELAXED);
	file = sim_file_create(dev->mapping, &dev_fops, fmode, dev, name);
	if (!file)
		sim_dev_put(dev);
	return file;
}
