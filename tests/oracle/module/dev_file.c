// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * dev_file.c - a device's life and its files.
 *
 * Each device has an inode of a pseudo file system, as DRM devices do: an address
 * space that all its files share, and a number that /proc/PID/maps shows.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>

#include "internal.h"

#define ORACLE_FS_MAGIC 0x74746d6f

static struct vfsmount *mount;
static int mount_count;

static int init_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, ORACLE_FS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type fs_type = {
	.name = "ttmsim_oracle",
	.owner = THIS_MODULE,
	.init_fs_context = init_fs_context,
	.kill_sb = kill_anon_super,
};

static struct inode *inode_create(void)
{
	struct inode *inode;
	int ret = simple_pin_fs(&fs_type, &mount, &mount_count);

	if (ret)
		return ERR_PTR(ret);
	inode = alloc_anon_inode(mount->mnt_sb);
	if (IS_ERR(inode))
		simple_release_fs(&mount, &mount_count);
	return inode;
}

static void inode_end(struct inode *inode)
{
	iput(inode);
	simple_release_fs(&mount, &mount_count);
}

/* ---- files ---- */

static int file_release(struct inode *inode, struct file *filp)
{
	oracle_device_put(filp->private_data);
	return 0;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.mmap = oracle_mmap,
	.release = file_release,
};

struct oracle_device *oracle_device_of(struct vm_area_struct *vma)
{
	return vma->vm_file && vma->vm_file->f_op == &device_fops ? vma->vm_file->private_data
								  : NULL;
}

static struct file *file_create(struct oracle_device *dev, u32 flags)
{
	struct file *filp;

	ihold(dev->inode);
	filp = alloc_file_pseudo(dev->inode, mount, "device", flags & O_ACCMODE, &device_fops);
	if (IS_ERR(filp)) {
		iput(dev->inode);
		return filp;
	}
	/* Who closes it gives the module back, but who makes it does not take it. */
	__module_get(THIS_MODULE);
	atomic_inc(&dev->users);
	filp->private_data = dev;
	return filp;
}

int oracle_device_open(struct oracle_device *dev, u32 flags)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *filp;

	if (fd < 0)
		return fd;
	filp = file_create(dev, flags);
	if (IS_ERR(filp)) {
		put_unused_fd(fd);
		return PTR_ERR(filp);
	}
	fd_install(fd, filp);
	return fd;
}

/* ---- life ---- */

static bool valid(const struct oracle_dev *config)
{
	const u32 flags = ORACLE_VMA_PFNMAP | ORACLE_VMA_MIXEDMAP | ORACLE_VMA_IO |
			  ORACLE_VMA_DONTEXPAND | ORACLE_VMA_DONTDUMP | ORACLE_VMA_DONTCOPY |
			  ORACLE_VMA_NOMAYWRITE;

	return !(config->vma_flags & ~flags) && config->insert < ORACLE_NR_INSERTS &&
	       config->insert_caching < ORACLE_CACHE_UNKNOWN &&
	       config->prot_caching < ORACLE_CACHE_UNKNOWN &&
	       config->pages_caching < ORACLE_CACHE_UNKNOWN &&
	       config->fault < ORACLE_NR_ANSWERS && config->page_mkwrite < ORACLE_NR_ANSWERS &&
	       config->pfn_mkwrite < ORACLE_NR_ANSWERS && config->access < ORACLE_NR_ACCESSES &&
	       config->prefault >= 1 && config->prefault <= 512 &&
	       config->nr_pages >= 1 && config->nr_pages <= ORACLE_MAX_PAGES;
}

static bool fits(const struct oracle_dev *config, const struct oracle_device *over)
{
	return !over || (config->over_page < over->config.nr_pages &&
			 config->nr_pages <= over->config.nr_pages - config->over_page);
}

struct oracle_device *oracle_device_create(const struct oracle_dev *config,
					   struct oracle_device *over)
{
	struct oracle_device *dev;
	int ret;

	if (config->insert == ORACLE_MIXED_MKWRITE && !oracle_symbols.vmf_insert_mixed_mkwrite)
		return ERR_PTR(-EOPNOTSUPP);
	if (!valid(config) || !fits(config, over))
		return ERR_PTR(-EINVAL);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&dev->list);
	mutex_init(&dev->reserve_lock);
	dev->config = *config;
	oracle_set_ops(dev);
	atomic_set(&dev->users, 1);
	dev->inode = inode_create();
	ret = IS_ERR(dev->inode) ? PTR_ERR(dev->inode) : 0;
	if (!ret && over) {
		atomic_inc(&over->users);
		dev->over = over;
	}
	if (!ret)
		ret = oracle_memory_alloc(dev);
	if (ret) {
		oracle_device_put(dev);
		return ERR_PTR(ret);
	}
	return dev;
}

void oracle_device_put(struct oracle_device *dev)
{
	if (!atomic_dec_and_test(&dev->users))
		return;
	oracle_memory_free(dev);
	if (dev->over)
		oracle_device_put(dev->over);
	if (!IS_ERR(dev->inode))
		inode_end(dev->inode);
	kfree(dev);
}
