/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * internal.h - what the module's files share. No kernel function that is under
 * test is called with a lock of ours held: it may end in a BUG, and then the
 * lock would stay locked.
 */
#ifndef TTMSIM_ORACLE_INTERNAL_H
#define TTMSIM_ORACLE_INTERNAL_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pfn_t.h>
#include <linux/version.h>

#include "ttmsim_oracle.h"

/* ---- devices (dev.c, dev_ops.c, dev_file.c, dev_memory.c) ---- */

#define ORACLE_MAX_RESERVED 16

/* Pages; nr 0: none. */
struct oracle_reserved {
	u32 page, nr;
};

struct oracle_device {
	struct list_head list;		/* of its session */
	struct oracle_dev config;
	struct inode *inode;		/* whose mapping all its files have */
	struct oracle_device *over;	/* whose pages it has, or NULL */
	struct vm_operations_struct ops;
	struct page **pages;		/* NULL for I/O memory */
	unsigned long first_pfn;	/* I/O memory, or the block of remap */
	atomic_t users;			/* the session, each open file, devices over it */
	atomic_t calls[ORACLE_NR_CALLS];
	unsigned long asked_again;	/* for which address a second try was asked last */
	struct mutex reserve_lock;
	struct oracle_reserved reservation[ORACLE_MAX_RESERVED];
	bool reserved;
};

/* @over: NULL, or whose pages it is to have. */
struct oracle_device *oracle_device_create(const struct oracle_dev *config,
					   struct oracle_device *over);
void oracle_device_put(struct oracle_device *dev);

/* A descriptor, or -errno. */
int oracle_device_open(struct oracle_device *dev, u32 flags);

/* NULL: no mapping of a device. */
struct oracle_device *oracle_device_of(struct vm_area_struct *vma);

unsigned long oracle_device_pfn(const struct oracle_device *dev, unsigned long n);
int oracle_insert_at(struct oracle_insert_at *at);
int oracle_zap_ptes(const struct oracle_zap_ptes *zap);

/* dev.c, of the handlers. */
vm_fault_t oracle_insert(struct vm_area_struct *vma, const struct oracle_device *dev,
			 unsigned long addr, unsigned long n, unsigned long nr, u32 by);
int oracle_map_all(struct vm_area_struct *vma, const struct oracle_device *dev);
pgprot_t oracle_caching_prot(u32 caching, pgprot_t prot);

/* dev_ops.c */
void oracle_set_ops(struct oracle_device *dev);
int oracle_mmap(struct file *filp, struct vm_area_struct *vma);

/* 0 or -errno; the other frees what an attempt that failed has left, too. */
int oracle_memory_alloc(struct oracle_device *dev);
void oracle_memory_free(struct oracle_device *dev);
void oracle_memory_forked(const struct oracle_device *dev);
/* Bytes of page @n, from @offset on. 0 or -ENOMEM. */
int oracle_memory_bytes(const struct oracle_device *dev, unsigned long n, size_t offset,
			void *buf, size_t len, bool write);
int oracle_memory_reserve(struct oracle_device *dev, u32 page, u32 nr);
int oracle_memory_unreserve(struct oracle_device *dev, u32 page, u32 nr);
/* Do the pages lie one behind the other? */
bool oracle_memory_is_block(const struct oracle_device *dev);
void oracle_memory_init(void);
void oracle_memory_exit(void);

/* ---- looking (entry.c, page.c) ---- */

int oracle_look_entry(struct oracle_pte *out);
void oracle_look_page(struct oracle_page *out);
int oracle_look_vma(struct oracle_vma *out);

/*
 * Where mprotect() loses the special bit, the end of a mapping drops references
 * that nobody took. Pages that it may happen to have many more meanwhile, which
 * oracle_look_page() leaves out; afterwards they are as they were.
 */
void oracle_shield(struct page *page);
void oracle_unshield(struct page *page);

/* ---- get_user_pages (gup.c) ---- */

struct oracle_held {
	struct page *page;		/* NULL: given back */
	bool pin;
};

/* All that one session has got. A handle is an index. */
struct oracle_holds {
	struct mutex lock;
	struct oracle_held *held;
	unsigned int nr, max;
};

int oracle_gup(struct oracle_holds *holds, struct oracle_gup *gup);
int oracle_put(struct oracle_holds *holds, u32 handle);
void oracle_put_all(struct oracle_holds *holds);

/* ---- symbols.c ---- */

/* What modules may not link to. NULL where this kernel has no such thing. */
struct oracle_symbols {
	struct page *(*vm_normal_page)(struct vm_area_struct *vma, unsigned long addr, pte_t pte);
	void (*lru_add_drain)(void);
	unsigned long *highest_memmap_pfn;
	int (*pgprot2cachemode)(pgprot_t prot);
	int (*lookup_memtype)(u64 paddr);
	vm_fault_t (*vmf_insert_mixed_mkwrite)(struct vm_area_struct *vma, unsigned long addr,
					       pfn_t pfn);
	struct page *(*get_dump_page)(unsigned long addr);
	void (*flush_tlb_page)(struct vm_area_struct *vma, unsigned long addr);
};

extern struct oracle_symbols oracle_symbols;

/* 0, or -ENOENT where symbols cannot be looked up. */
int oracle_symbols_init(void);
void oracle_symbols_exit(void);

/* Reports of bad entries and pages so far; @counted: are they counted? */
u32 oracle_bad_pages(bool *counted);

#endif
