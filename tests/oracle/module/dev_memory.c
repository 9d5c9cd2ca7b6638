// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * dev_memory.c - what a device has to map: RAM pages of its own, or a part of the
 * memory of a display adapter that no driver uses.
 */
#include <linux/bitmap.h>
#include <linux/highmem.h>
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

static int reserve_wc(const struct oracle_device *dev, u32 page, u32 nr)
{
	return arch_io_reserve_memtype_wc(PFN_PHYS(dev->first_pfn + page),
					  (resource_size_t)nr << PAGE_SHIFT);
}

static void free_wc(const struct oracle_device *dev, u32 page, u32 nr)
{
	arch_io_free_memtype_wc(PFN_PHYS(dev->first_pfn + page),
				(resource_size_t)nr << PAGE_SHIFT);
}

static int alloc_io(struct oracle_device *dev)
{
	int ret = take_io(dev);

	if (ret || !dev->config.reserve || dev->config.pages_caching != ORACLE_WC)
		return ret;
	ret = reserve_wc(dev, 0, dev->config.nr_pages);
	dev->reserved = !ret;
	return ret;
}

static void free_io(struct oracle_device *dev)
{
	if (!dev->first_pfn)
		return;
	if (dev->reserved)
		free_wc(dev, 0, dev->config.nr_pages);
	give_io(dev);
}

static struct oracle_reserved *find_reserved(struct oracle_device *dev, u32 page, u32 nr)
{
	for (int i = 0; i < ORACLE_MAX_RESERVED; i++)
		if (dev->reservation[i].nr == nr && (!nr || dev->reservation[i].page == page))
			return &dev->reservation[i];
	return NULL;
}

static bool has_io(const struct oracle_device *dev, u32 page, u32 nr)
{
	return !dev->pages && page < dev->config.nr_pages && nr <= dev->config.nr_pages - page;
}

int oracle_memory_reserve(struct oracle_device *dev, u32 page, u32 nr)
{
	struct oracle_reserved *room;
	int ret = -ENOSPC;

	if (!has_io(dev, page, nr))
		return -EINVAL;
	mutex_lock(&dev->reserve_lock);
	room = find_reserved(dev, 0, 0);
	if (room)
		ret = reserve_wc(dev, page, nr);
	if (!ret)
		*room = (struct oracle_reserved){ page, nr };
	mutex_unlock(&dev->reserve_lock);
	return ret;
}

int oracle_memory_unreserve(struct oracle_device *dev, u32 page, u32 nr)
{
	struct oracle_reserved *found;

	if (!has_io(dev, page, nr))
		return -EINVAL;
	mutex_lock(&dev->reserve_lock);
	found = nr ? find_reserved(dev, page, nr) : NULL;
	if (found) {
		free_wc(dev, page, nr);
		found->nr = 0;
	}
	mutex_unlock(&dev->reserve_lock);
	return found ? 0 : -ENOENT;
}

/* In the type that it has: another one would be refused. */
static void __iomem *map_io(unsigned long pfn)
{
#ifdef CONFIG_X86
	switch (arch_memtype(pfn)) {
	case ORACLE_WC: return ioremap_wc(PFN_PHYS(pfn), PAGE_SIZE);
	case ORACLE_UC: return ioremap_uc(PFN_PHYS(pfn), PAGE_SIZE);
	}
#endif
	return ioremap(PFN_PHYS(pfn), PAGE_SIZE);
}

static int io_bytes(unsigned long pfn, size_t offset, void *buf, size_t len, bool write)
{
#ifdef CONFIG_UML
	char *at = (char *)__va(PFN_PHYS(pfn)) + offset;

	memcpy(write ? at : buf, write ? buf : at, len);
#else
	void __iomem *io = map_io(pfn);

	if (!io)
		return -ENOMEM;
	if (write)
		memcpy_toio(io + offset, buf, len);
	else
		memcpy_fromio(buf, io + offset, len);
	iounmap(io);
#endif
	return 0;
}

int oracle_memory_bytes(const struct oracle_device *dev, unsigned long n, size_t offset,
			void *buf, size_t len, bool write)
{
	char *at;

	if (!dev->pages)
		return io_bytes(dev->first_pfn + n, offset, buf, len, write);
	at = (char *)kmap_local_page(dev->pages[n]) + offset;
	memcpy(write ? at : buf, write ? buf : at, len);
	if (write)
		flush_dcache_page(dev->pages[n]);
	kunmap_local(at);
	return 0;
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
	ret = arch_set_caching(dev->pages, dev->config.nr_pages, dev->config.pages_caching);
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
	while (dev->over)
		dev = dev->over;
	for (u32 i = 1; dev->pages && is_block(dev) && i < dev->config.nr_pages; i++)
		oracle_shield(dev->pages[i]);
}

static void free_ram(struct oracle_device *dev)
{
	if (!dev->pages)
		return;
	if (dev->reserved)
		arch_reset_caching(dev->pages, dev->config.nr_pages, dev->config.pages_caching);
	if (is_block(dev) && dev->pages[0])
		free_block(dev);
	else
		for (u32 i = 0; i < dev->config.nr_pages && dev->pages[i]; i++) {
			oracle_unshield(dev->pages[i]);
			put_page(dev->pages[i]);
		}
	kvfree(dev->pages);
}

bool oracle_memory_is_block(const struct oracle_device *dev)
{
	while (dev->over)
		dev = dev->over;
	return dev->config.iomem || is_block(dev);
}

/* Pages of another device. */
static int borrow(struct oracle_device *dev)
{
	dev->config.iomem = dev->over->config.iomem;
	if (dev->over->pages)
		dev->pages = dev->over->pages + dev->config.over_page;
	dev->first_pfn = dev->over->first_pfn + dev->config.over_page;
	return 0;
}

int oracle_memory_alloc(struct oracle_device *dev)
{
	if (dev->over)
		return borrow(dev);
	return dev->config.iomem ? alloc_io(dev) : alloc_ram(dev);
}

void oracle_memory_free(struct oracle_device *dev)
{
	for (int i = 0; i < ORACLE_MAX_RESERVED; i++)
		if (dev->reservation[i].nr)
			free_wc(dev, dev->reservation[i].page, dev->reservation[i].nr);
	if (dev->over)
		return;
	if (dev->config.iomem)
		free_io(dev);
	else
		free_ram(dev);
}
