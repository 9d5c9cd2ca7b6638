/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * file.h - files, and what they map.
 *
 * What <ttmsim/vma.h> says of its sim_ calls holds for these, too.
 */
#ifndef TTMSIM_FILE_H
#define TTMSIM_FILE_H

#include <ttmsim/pte.h>

SIM_BEGIN_DECLS

#define FMODE_READ 0x1u
#define FMODE_WRITE 0x2u

struct address_space;
struct inode;

/* Models: include/linux/fs.h, struct file_operations, 6.1 (what mm calls). */
struct file_operations {
	/* set up a new vma: 0 or -errno. mmap_lock held for writing */
	int (*mmap)(struct file *filp, struct vm_area_struct *vma);
	/* the last reference is gone; @inode is NULL */
	int (*release)(struct inode *inode, struct file *filp);
	/* where a new mapping goes: an address, or -errno as one. Optional */
	unsigned long (*get_unmapped_area)(struct file *filp, unsigned long addr,
					   unsigned long len, unsigned long pgoff,
					   unsigned long flags);
	/* write back: 0 or -errno. Optional; without it msync(MS_SYNC) is -EINVAL */
	int (*fsync)(struct file *filp, int64_t start, int64_t end, int datasync);
};

/*
 * What a file's pages and mappings hang on.
 * Models: include/linux/fs.h, struct address_space, 6.1.
 */
struct address_space {
	struct sim_machine *sim_machine; /* c */
	struct rw_semaphore i_mmap_rwsem;
	struct {
		struct vm_area_struct *rbh_root;
	} i_mmap;			/* i: all vmas of this file */
	void *sim_pages;		/* page cache, by pgoff; under sim_pages_lock */
	struct mutex sim_pages_lock;
	unsigned long sim_nr_pages;	/* c: size of a regular file, in pages; else 0 */
	bool sim_swapbacked;		/* pages count as MM_SHMEMPAGES */
	atomic_t sim_users;
};

/* Models: include/linux/fs.h, struct file, 6.1. */
struct file {
	const struct file_operations *f_op; /* c */
	struct address_space *f_mapping; /* c */
	unsigned int f_mode;		/* c: FMODE_* */
	atomic_t f_count;
	void *private_data;		/* d */
	struct sim_machine *sim_machine; /* c */
	const char *sim_name;		/* c: as maps shows it */
};

/**
 * sim_mapping_create - an empty address space for files of a machine
 *
 * Returns: the mapping with one user;
 *          NULL where an allocation failed.
 */
SIM_API struct address_space *sim_mapping_create(struct sim_machine *machine);

/**
 * sim_mapping_put - drop a user; the last one frees the mapping and its pages
 * @mapping: NULL is ignored
 */
SIM_API void sim_mapping_put(struct address_space *mapping);

/**
 * sim_file_create - open a file
 * @mapping: gets one more user for as long as the file lives
 * @fmode: FMODE_READ, FMODE_WRITE or both
 * @name: copied
 *
 * Returns: the file with one reference;
 *          NULL where an allocation failed, @mapping is NULL or @fmode is no such
 *          mode.
 */
SIM_API struct file *sim_file_create(struct address_space *mapping,
				     const struct file_operations *fops, unsigned int fmode,
				     void *private_data, const char *name);

/**
 * sim_regular_file_create - a regular, memory-backed file of @nr_pages zeroed pages
 *
 * Shared mappings of it see one page cache; private ones copy on write.
 * Touches past its end are SIGBUS.
 *
 * Returns: the file, open for reading and writing, with one reference;
 *          NULL where an allocation failed.
 */
SIM_API struct file *sim_regular_file_create(struct sim_machine *machine,
					     unsigned long nr_pages, const char *name);

/**
 * sim_writeback_file_create - the same of a file system that writes back
 *
 * Its page cache is not swap-backed, it has ->page_mkwrite, and sim_msync() with MS_SYNC
 * makes pages clean and entries read-only. So from 6.12 on a long-term pin for writing is
 * refused.
 *
 * Returns: as sim_regular_file_create().
 * Models: mm/filemap.c, generic_file_vm_ops, 5.11 to 6.12.
 */
SIM_API struct file *sim_writeback_file_create(struct sim_machine *machine,
					       unsigned long nr_pages, const char *name);

/**
 * sim_file_reopen - the same file opened once more, with another mode
 *
 * Returns: the new file;
 *          NULL where an allocation failed, @file is NULL or @fmode is no such mode.
 */
SIM_API struct file *sim_file_reopen(struct file *file, unsigned int fmode);

/**
 * get_file - take a reference
 *
 * Returns: @f.
 */
SIM_API struct file *get_file(struct file *f);

/**
 * fput - drop a reference; the last one calls ->release and frees the file
 */
SIM_API void fput(struct file *file);

SIM_END_DECLS

#endif
