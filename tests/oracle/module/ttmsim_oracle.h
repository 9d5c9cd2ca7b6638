/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim_oracle.h - what /dev/ttmsim_oracle is asked: the module plays the raw
 * devices of a scenario and reports what no system call tells.
 *
 * An open file of /dev/ttmsim_oracle is a session: one scenario. It owns the
 * devices and the pages that GUP took. All that belongs to it goes with its last
 * descriptor, but for devices that are mapped or open still.
 *
 * Sizes are the same for 32 and 64 bits and every member lies at its own
 * alignment. An ioctl returns 0 or -1 with errno: EINVAL, a member is out of
 * its range; ENOENT, no such device or page; ENOMEM; others where they are said.
 * What the kernel function under test returned is in a member, never in errno.
 */
#ifndef TTMSIM_ORACLE_H
#define TTMSIM_ORACLE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define ORACLE_PATH "/dev/ttmsim_oracle"
#define ORACLE_MAX_PAGES 4096	/* of a device */
#define ORACLE_MAX_GUP 512	/* of one call */

/* ---- the kernel ---- */

struct oracle_info {
	__u64 zero_pfn;
	__u64 task_size;
	__u32 page_shift;
	__u32 pmd_shift;	/* what a leaf one level above a page covers */
	__u32 pte_special;	/* 1: the architecture has a special bit */
	__u32 fast_gup;		/* 1: GUP can go without locks */
	__u32 counts_bad_pages;	/* 1: oracle_outcomes.bad_page is counted */
	__u32 pad;
};
#define ORACLE_INFO _IOR('T', 0, struct oracle_info)

/* Since the module was loaded; only what has changed between two asks means anything. */
struct oracle_outcomes {
	__u32 bad_page;		/* print_bad_pte() reports */
	__u32 pad;
};
#define ORACLE_OUTCOMES _IOR('T', 1, struct oracle_outcomes)

/* ---- devices: as `dev` of ttmsim-scenario(7) ---- */

#define ORACLE_VMA_PFNMAP (1u << 0)
#define ORACLE_VMA_MIXEDMAP (1u << 1)
#define ORACLE_VMA_IO (1u << 2)
#define ORACLE_VMA_DONTEXPAND (1u << 3)
#define ORACLE_VMA_DONTDUMP (1u << 4)
#define ORACLE_VMA_DONTCOPY (1u << 5)
#define ORACLE_VMA_NOMAYWRITE (1u << 6) /* mmap takes VM_MAYWRITE away */

enum oracle_insert {
	ORACLE_PFN_PROT,	/* vmf_insert_pfn_prot */
	ORACLE_MIXED_PROT,	/* vmf_insert_mixed_prot; where that is gone, vmf_insert_mixed */
	ORACLE_MIXED_SPECIAL,	/* the same, of a pfn with PFN_SPECIAL */
	ORACLE_MIXED_MKWRITE,	/* vmf_insert_mixed_mkwrite; at a read vmf_insert_mixed */
	ORACLE_PAGE,		/* vm_insert_page */
	ORACLE_PAGES,		/* vm_insert_pages */
	ORACLE_REMAP,		/* remap_pfn_range; RAM is one block then */
	ORACLE_APPLY,		/* apply_to_page_range */
	ORACLE_FAULT_PAGE,	/* the handler returns the page */
	ORACLE_NOTHING,		/* faults are SIGBUS */
	ORACLE_NR_INSERTS	/* where it is asked for: the device's own */
};

enum oracle_answer {
	ORACLE_NO_HANDLER,
	ORACLE_ALLOW,		/* ->fault: maps; ->pfn_mkwrite: 0 */
	ORACLE_LOCKED,		/* ->page_mkwrite: the page is locked */
	ORACLE_INSERT_AGAIN,	/* ->pfn_mkwrite: inserts once more */
	ORACLE_RETRY,		/* ->fault: asks for a second try first, where it may */
	ORACLE_SIGBUS,
	ORACLE_SIGSEGV,
	ORACLE_NR_ANSWERS
};

enum oracle_access { ORACLE_NO_ACCESS, ORACLE_ACCESS_BYTES, ORACLE_ACCESS_ERROR,
		     ORACLE_NR_ACCESSES };

enum oracle_call {
	ORACLE_OPEN, ORACLE_CLOSE, ORACLE_FAULT, ORACLE_PAGE_MKWRITE, ORACLE_PFN_MKWRITE,
	ORACLE_ACCESS, ORACLE_NR_CALLS
};

enum oracle_cache { ORACLE_WB, ORACLE_WC, ORACLE_UC_MINUS, ORACLE_UC, ORACLE_CACHE_UNKNOWN };

struct oracle_dev {
	__u32 vma_flags;	/* ORACLE_VMA_*: what mmap changes */
	__u32 insert;		/* enum oracle_insert */
	__u32 own_prot;		/* 1: inserted with a protection made anew ... */
	__s32 insert_prot;	/* PROT_* of it; -1: those of the vma */
	__u32 insert_caching;	/* its memory type */
	__u32 prot_caching;	/* of vm_page_prot: ORACLE_WB, _WC or _UC */
	__u32 pages_caching;	/* of RAM pages */
	__u32 iomem;		/* 1: a PCI BAR, else RAM */
	__u32 reserve;		/* 1: reserve I/O memory as write-combining */
	__u32 prefault;		/* pages that one fault maps: 1 to 512 */
	__u32 reject_cow;
	__u32 fault;		/* enum oracle_answer */
	__u32 page_mkwrite;
	__u32 pfn_mkwrite;
	__u32 access;		/* enum oracle_access */
	__u32 open;		/* 1: calls of ->open are counted */
	__u32 close;		/* 1: there is a ->close */
	__u32 at_mmap;		/* 1: mmap maps everything, faults nothing */
	__u32 nr_pages;		/* 1 to ORACLE_MAX_PAGES */
	__s32 over;		/* id of the device whose pages it has; -1: pages of its own */
	__u32 over_page;	/* from this one on */
	__s32 id;		/* out */
};
/* ENODEV: there is no I/O memory, or not so much. */
#define ORACLE_DEV_CREATE _IOWR('T', 2, struct oracle_dev)

/* A new descriptor of the device: fd. */
struct oracle_open {
	__s32 id;
	__u32 flags;		/* O_RDONLY, O_WRONLY or O_RDWR */
	__s32 fd;		/* out */
	__u32 pad;
};
#define ORACLE_DEV_OPEN _IOWR('T', 3, struct oracle_open)

struct oracle_dev_pfn {
	__s32 id;
	__u32 page;
	__u64 pfn;		/* out */
};
#define ORACLE_DEV_PFN _IOWR('T', 4, struct oracle_dev_pfn)

/* One byte, the first, of a page of it. EINVAL: there is no such page. */
struct oracle_byte {
	__s32 id;
	__u32 page;
	__u32 write;
	__u32 byte;		/* in or out */
};
#define ORACLE_BYTE _IOWR('T', 11, struct oracle_byte)

/* How often its handlers were called. */
struct oracle_calls {
	__s32 id;
	__u32 calls[ORACLE_NR_CALLS]; /* out */
	__u32 pad;
};
#define ORACLE_CALLS _IOWR('T', 12, struct oracle_calls)

/* Pages of its I/O memory as write-combining, or no longer so. ret: 0 or -errno. */
struct oracle_reserve {
	__s32 id;
	__u32 page;
	__u32 nr;
	__u32 begin;		/* 1: reserve; 0: end that very reservation */
	__s32 ret;		/* out */
	__u32 pad;
};
#define ORACLE_RESERVE _IOWR('T', 13, struct oracle_reserve)

/*
 * An insertion function on the caller's mapping, with its
 * mmap_lock held for writing: device page @page at @addr. EFAULT: no mapping of a
 * device there.
 * remap and pages and apply insert @nr pages; of the others, each in turn up to
 * the first that fails.
 */
struct oracle_insert_at {
	__u64 addr;
	__u32 page;
	__u32 nr;
	__s32 ret;		/* out: 0 or -errno, of those that return one */
	__u32 fault;		/* out: VM_FAULT_*, of those that return that */
	__u32 by;		/* enum oracle_insert */
	__u32 pad;
};
#define ORACLE_INSERT _IOWR('T', 5, struct oracle_insert_at)

/* unmap_mapping_range() over [page, page + nr) of what @fd is a file of. */
struct oracle_zap {
	__s32 fd;
	__u32 even_cows;
	__u32 page;
	__u32 nr;
};
#define ORACLE_ZAP _IOW('T', 6, struct oracle_zap)

/* zap_vma_ptes() over a range of the caller's mapping at @addr. EFAULT: there is none. */
struct oracle_zap_ptes {
	__u64 addr;
	__u64 len;
};
#define ORACLE_ZAP_PTES _IOW('T', 14, struct oracle_zap_ptes)

/* ---- looking ---- */

/* The caller's mapping at @addr. ENOMEM: there is none. */
struct oracle_vma {
	__u64 addr;
	__u64 bits;		/* out: vm_page_prot without the pfn field's place */
	__u64 flags;		/* out: vm_flags */
	__u32 cache;		/* out: enum oracle_cache, of vm_page_prot */
	__u32 pat;		/* out: VM_PAT */
};
#define ORACLE_VMA _IOWR('T', 15, struct oracle_vma)

/* The caller's entry for @addr: where the walk ends. */
struct oracle_pte {
	__u64 addr;
	__u64 raw;		/* out: as pte_val(), pmd_val() ... */
	__u64 bits;		/* out: raw without its pfn field; 0 where none */
	__u64 pfn;		/* out: of what is present */
	__u32 level;		/* out: 0 = pte, 1 = pmd, 2 = pud, 3 = p4d, 4 = pgd */
	__u32 none;
	__u32 present;
	__u32 special;
	__u32 write;
	__u32 dirty;
	__u32 young;
	__u32 protnone;
	__u32 cache;		/* enum oracle_cache */
	__u32 normal;		/* 1: vm_normal_page() returns a page; 2: not to be asked */
};
/* Also where there is no mapping: then nothing is normal. EINVAL: no user's address. */
#define ORACLE_PTE _IOWR('T', 7, struct oracle_pte)

struct oracle_page {
	__u64 pfn;
	__u64 ino;		/* out: of the file whose page it is; 0 = none */
	__u64 index;		/* out: its page in that file */
	__s32 refcount;		/* out: raw: a pin counts 1024 */
	__s32 mapcount;
	__u32 valid;		/* out: it has a struct page */
	__u32 anon;
	__u32 memtype;		/* out: enum oracle_cache: what PAT says of it */
	__u32 dirty;
};
#define ORACLE_PAGE_LOOK _IOWR('T', 8, struct oracle_page)

/* ---- get_user_pages ---- */

enum oracle_gup_flavour {
	ORACLE_GUP_SLOW,	/* get_user_pages, under mmap_lock */
	ORACLE_GUP_FAST,	/* get_user_pages_fast */
	ORACLE_GUP_FAST_ONLY,	/* get_user_pages_fast_only */
	ORACLE_PIN_SLOW,	/* pin_user_pages, under mmap_lock */
	ORACLE_PIN_FAST,	/* pin_user_pages_fast */
	ORACLE_PIN_FAST_ONLY,	/* pin_user_pages_fast_only */
	ORACLE_PIN_UNLOCKED,	/* pin_user_pages_unlocked */
	ORACLE_PIN_REMOTE,	/* pin_user_pages_remote of the caller's mm, may unlock */
	ORACLE_GUP_UNLOCKED,	/* get_user_pages_unlocked */
	ORACLE_GUP_REMOTE,	/* get_user_pages_remote, likewise */
	ORACLE_DUMP_PAGE,	/* get_dump_page */
	ORACLE_NR_GUPS
};

#define ORACLE_FOLL_WRITE (1u << 0)
#define ORACLE_FOLL_FORCE (1u << 1)
#define ORACLE_FOLL_LONGTERM (1u << 2)
#define ORACLE_FOLL_DUMP (1u << 3)
#define ORACLE_FOLL_NOWAIT (1u << 4)
#define ORACLE_NO_PAGES (1u << 5) /* pages is NULL */

/* Of the caller's memory. EOPNOTSUPP: this kernel has no such function. */
struct oracle_gup {
	__u64 addr;
	__u64 first_pfn;	/* out: of pages[0] */
	__u32 n;
	__u32 flavour;		/* enum oracle_gup_flavour */
	__u32 flags;		/* ORACLE_FOLL_* */
	__s32 ret;		/* out: pages or -errno */
	__u32 handle;		/* out: of pages[0]; the next ones follow */
	__u32 written;		/* out: pages[0] was written */
};
#define ORACLE_GUP _IOWR('T', 9, struct oracle_gup)

/* put_page() or unpin_user_page() of one page, as it was got. */
struct oracle_put {
	__u32 handle;
	__u32 pad;
};
#define ORACLE_PUT _IOW('T', 10, struct oracle_put)

#endif
