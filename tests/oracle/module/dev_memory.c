// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * dev_memory.c - what a device has to map: RAM pages of its own, or a part of the
 * memory of a display adapter that no driver uses.
 */
#include <linux/bitmap.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "arch.h"

#ifdef CONFIG_UML
#include <mem_user.h>
#endif

/* The text console writes into the first pages. */
#define IO_SKIP (SZ_1M >> PAGE_SHIFT)
#define IO_MAX_PAGES (SZ_256M >> PAGE_SHIFT)

static DEFINE_SPINLOCK(io_lock);
static DECLARE_BITMAP(io_used, IO_MAX_PAGES);
static unsigned long io_first_pfn, io_nr_pages, io_next;

#ifdef CONFIG_PCI
static struct pci_dev *display;

void oracle_memory_init(void)
{
	display = pci_get_class(PCI_CLASS_DISPLAY_VGA << 8, NULL);
	/* Not every machine has firmware that lets it answer. */
	if (!display || pci_enable_device_mem(display))
		return;
	if (!(pci_resource_flags(display, 0) & IORESOURCE_MEM))
		return;
	io_first_pfn = pci_resource_start(display, 0) >> PAGE_SHIFT;
	io_nr_pages = min_t(unsigned long, IO_MAX_PAGES,
			    pci_resource_len(display, 0) >> PAGE_SHIFT);
	if (io_nr_pages < IO_SKIP)
		io_nr_pages = 0;
	else
		bitmap_set(io_used, 0, IO_SKIP);
}

void oracle_memory_exit(void)
{
	pci_dev_put(display);
}
#else
void oracle_memory_init(void)
{
#ifdef CONFIG_UML
	unsigned long len, addr = find_iomem("ttmsim", &len);

	if (!addr)
		return;
	io_first_pfn = PFN_DOWN(__pa(addr));
	/* the file's size, and a page that it has not */
	io_nr_pages = min_t(unsigned long, IO_MAX_PAGES, (len >> PAGE_SHIFT) - 1);
#endif
}

void oracle_memory_exit(void)
{
}
#endif

/* ---- I/O memory ---- */

static void give_io(struct oracle_device *dev)
{
	spin_lock(&io_lock);
	bitmap_clear(io_used, dev->first_pfn - io_first_pfn, dev->config.nr_pages);
	spin_unlock(&io_lock);
}

/* A device begins as zeroes, whatever was there before. */
static int clear_io(struct oracle_device *dev)
{
	size_t len = (size_t)dev->config.nr_pages << PAGE_SHIFT;
#ifdef CONFIG_UML
	memset(__va(PFN_PHYS(dev->first_pfn)), 0, len);
#else
	void __iomem *io = ioremap(PFN_PHYS(dev->first_pfn), len);

	if (!io)
		return -ENOMEM;
	memset_io(io, 0, len);
	iounmap(io);
#endif
	return 0;
}

/*
 * Not the range that was given back last: a mapping that a BUG or a failed fork
 * left behind keeps its memory type, and who comes next would get that.
 */
static int take_io(struct oracle_device *dev)
{
	unsigned long at, nr = dev->config.nr_pages;

	spin_lock(&io_lock);
	at = bitmap_find_next_zero_area(io_used, io_nr_pages, io_next, nr, 0);
	if (at + nr > io_nr_pages)
		at = bitmap_find_next_zero_area(io_used, io_nr_pages, 0, nr, 0);
	if (at + nr <= io_nr_pages) {
		bitmap_set(io_used, at, nr);
		dev->first_pfn = io_first_pfn + at;
		io_next = at + nr;
	}
	spin_unlock(&io_lock);
	return dev->first_pfn ? clear_io(dev) : -ENODEV;
}

static int alloc_io(struct oracle_device *dev)
{
	int ret = take_io(dev);

	if (ret || !dev->config.reserve || dev->config.caching != ORACLE_WC)
		return ret;
	ret = arch_io_reserve_memtype_wc(PFN_PHYS(dev->first_pfn),
					 (resource_size_t)dev->config.nr_pages << PAGE_SHIFT);
	dev->reserved = !ret;
	return ret;
}

static void free_io(struct oracle_device *dev)
{
	if (!dev->first_pfn)
		return;
	if (dev->reserved)
		arch_io_free_memtype_wc(PFN_PHYS(dev->first_pfn),
					(resource_size_t)dev->config.nr_pages << PAGE_SHIFT);
	give_io(dev);
}

/* ---- RAM ---- */

static bool is_block(const struct oracle_device *dev)
{
	return dev->config.insert == ORACLE_REMAP;
}

static unsigned int block_order(const struct oracle_device *dev)
{
	return get_order((unsigned long)dev->config.nr_pages << PAGE_SHIFT);
}

static int alloc_pages_of(struct oracle_device *dev)
{
	struct page *block = NULL;

	dev->pages = kvcalloc(dev->config.nr_pages, sizeof(*dev->pages), GFP_KERNEL);
	if (!dev->pages)
		return -ENOMEM;
	if (is_block(dev)) {
		block = alloc_pages(GFP_KERNEL | __GFP_ZERO, block_order(dev));
		if (!block)
			return -ENOMEM;
		dev->first_pfn = page_to_pfn(block);
	}
	for (u32 i = 0; i < dev->config.nr_pages; i++) {
		dev->pages[i] = block ? block + i : alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!dev->pages[i])
			return -ENOMEM;
		if (!block || i == 0)
			oracle_shield(dev->pages[i]);
	}
	return 0;
}

static int alloc_ram(struct oracle_device *dev)
{
	int ret = alloc_pages_of(dev);

	if (ret)
		return ret;
	ret = arch_set_caching(dev->pages, dev->config.nr_pages, dev->config.caching);
	dev->reserved = !ret;
	return ret;
}

/* Its other pages have no references, whatever was done to them. */
static void free_block(struct oracle_device *dev)
{
	oracle_unshield(dev->pages[0]);
	for (u32 i = 1; i < dev->config.nr_pages; i++) {
		set_page_private(dev->pages[i], 0);
		atomic_set(&dev->pages[i]->_mapcount, -1);
		set_page_count(dev->pages[i], 0);
	}
	__free_pages(dev->pages[0], block_order(dev));
}

/*
 * Without a special bit a fork takes references of the block's other pages, too. With
 * the last of them a part of the block would go.
 */
void oracle_memory_forked(const struct oracle_device *dev)
{
	for (u32 i = 1; dev->pages && is_block(dev) && i < dev->config.nr_pages; i++)
		oracle_shield(dev->pages[i]);
}

static void free_ram(struct oracle_device *dev)
{
	if (!dev->pages)
		return;
	if (dev->reserved)
		arch_reset_caching(dev->pages, dev->config.nr_pages, dev->config.caching);
	if (is_block(dev) && dev->pages[0])
		free_block(dev);
	else
		for (u32 i = 0; i < dev->config.nr_pages && dev->pages[i]; i++) {
			oracle_unshield(dev->pages[i]);
			put_page(dev->pages[i]);
		}
	kvfree(dev->pages);
}

int oracle_memory_alloc(struct oracle_device *dev)
{
	return dev->config.iomem ? alloc_io(dev) : alloc_ram(dev);
}

void oracle_memory_free(struct oracle_device *dev)
{
	if (dev->config.iomem)
		free_io(dev);
	else
		free_ram(dev);
}
