// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * main.c - /dev/ttmsim_oracle: sessions, and which ioctl asks whom.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdebug.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"

struct session {
	struct mutex lock;
	struct list_head devices;
	s32 next_id;
	struct oracle_holds holds;
};

union argument {
	struct oracle_info info;
	struct oracle_outcomes outcomes;
	struct oracle_dev dev;
	struct oracle_open open;
	struct oracle_dev_pfn dev_pfn;
	struct oracle_insert_at insert;
	struct oracle_zap zap;
	struct oracle_pte pte;
	struct oracle_page page;
	struct oracle_gup gup;
	struct oracle_put put;
	struct oracle_byte byte;
	struct oracle_calls calls;
	struct oracle_reserve reserve;
	struct oracle_zap_ptes zap_ptes;
	struct oracle_vma vma;
};

/* ---- the kernel ---- */

static void info(struct oracle_info *out)
{
	bool counted;

	oracle_bad_pages(&counted);
	memset(out, 0, sizeof(*out));
	out->zero_pfn = page_to_pfn(ZERO_PAGE(0));
	out->task_size = TASK_SIZE;
	out->page_shift = PAGE_SHIFT;
	out->pmd_shift = PMD_SHIFT;
	out->pte_special = IS_ENABLED(CONFIG_ARCH_HAS_PTE_SPECIAL);
	/* Renamed in 6.10. */
	out->fast_gup = IS_ENABLED(CONFIG_HAVE_FAST_GUP) || IS_ENABLED(CONFIG_HAVE_GUP_FAST);
	out->counts_bad_pages = counted;
}

static void outcomes(struct oracle_outcomes *out)
{
	bool counted;

	out->bad_page = oracle_bad_pages(&counted);
	out->pad = 0;
}

/* ---- devices ---- */

/* With a reference, or NULL. */
static struct oracle_device *device_get(struct session *session, s32 id)
{
	struct oracle_device *dev, *found = NULL;

	mutex_lock(&session->lock);
	list_for_each_entry(dev, &session->devices, list) {
		if (dev->config.id != id)
			continue;
		found = dev;
		atomic_inc(&dev->users);
		break;
	}
	mutex_unlock(&session->lock);
	return found;
}

static int new_device(struct session *session, struct oracle_dev *config)
{
	struct oracle_device *over = config->over < 0 ? NULL : device_get(session, config->over);
	struct oracle_device *dev;

	if (config->over >= 0 && !over)
		return -ENOENT;
	dev = oracle_device_create(config, over);
	if (over)
		oracle_device_put(over);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	mutex_lock(&session->lock);
	config->id = dev->config.id = session->next_id++;
	list_add_tail(&dev->list, &session->devices);
	mutex_unlock(&session->lock);
	return 0;
}

static int open_device(struct session *session, struct oracle_open *open)
{
	struct oracle_device *dev = device_get(session, open->id);

	if (!dev)
		return -ENOENT;
	open->fd = oracle_device_open(dev, open->flags);
	oracle_device_put(dev);
	return open->fd < 0 ? open->fd : 0;
}

static int find_pfn(struct session *session, struct oracle_dev_pfn *at)
{
	struct oracle_device *dev = device_get(session, at->id);
	int ret = 0;

	if (!dev)
		return -ENOENT;
	if (at->page < dev->config.nr_pages)
		at->pfn = oracle_device_pfn(dev, at->page);
	else
		ret = -EINVAL;
	oracle_device_put(dev);
	return ret;
}

static int byte(struct session *session, struct oracle_byte *at)
{
	struct oracle_device *dev = device_get(session, at->id);
	int ret = -EINVAL;
	u8 byte = at->byte;

	if (!dev)
		return -ENOENT;
	if (at->page < dev->config.nr_pages)
		ret = oracle_memory_bytes(dev, at->page, 0, &byte, 1, at->write);
	at->byte = byte;
	oracle_device_put(dev);
	return ret;
}

static int calls(struct session *session, struct oracle_calls *calls)
{
	struct oracle_device *dev = device_get(session, calls->id);

	if (!dev)
		return -ENOENT;
	for (int i = 0; i < ORACLE_NR_CALLS; i++)
		calls->calls[i] = atomic_read(&dev->calls[i]);
	oracle_device_put(dev);
	return 0;
}

static int reserve(struct session *session, struct oracle_reserve *reserve)
{
	struct oracle_device *dev = device_get(session, reserve->id);

	if (!dev)
		return -ENOENT;
	reserve->ret = (reserve->begin ? oracle_memory_reserve : oracle_memory_unreserve)(
		dev, reserve->page, reserve->nr);
	oracle_device_put(dev);
	return 0;
}

static int zap(const struct oracle_zap *zap)
{
	struct file *filp = fget(zap->fd);

	if (!filp)
		return -EBADF;
	unmap_mapping_range(filp->f_mapping, (loff_t)zap->page << PAGE_SHIFT,
			    (loff_t)zap->nr << PAGE_SHIFT, zap->even_cows);
	fput(filp);
	return 0;
}

/* ---- the file ---- */

static int ask(struct session *session, unsigned int command, union argument *arg)
{
	switch (command) {
	case ORACLE_INFO: info(&arg->info); return 0;
	case ORACLE_OUTCOMES: outcomes(&arg->outcomes); return 0;
	case ORACLE_DEV_CREATE: return new_device(session, &arg->dev);
	case ORACLE_DEV_OPEN: return open_device(session, &arg->open);
	case ORACLE_DEV_PFN: return find_pfn(session, &arg->dev_pfn);
	case ORACLE_INSERT: return oracle_insert_at(&arg->insert);
	case ORACLE_ZAP: return zap(&arg->zap);
	case ORACLE_PTE: return oracle_look_entry(&arg->pte);
	case ORACLE_PAGE_LOOK: oracle_look_page(&arg->page); return 0;
	case ORACLE_GUP: return oracle_gup(&session->holds, &arg->gup);
	case ORACLE_PUT: return oracle_put(&session->holds, arg->put.handle);
	case ORACLE_BYTE: return byte(session, &arg->byte);
	case ORACLE_CALLS: return calls(session, &arg->calls);
	case ORACLE_RESERVE: return reserve(session, &arg->reserve);
	case ORACLE_ZAP_PTES: return oracle_zap_ptes(&arg->zap_ptes);
	case ORACLE_VMA: return oracle_look_vma(&arg->vma);
	default: return -ENOTTY;
	}
}

static long session_ioctl(struct file *filp, unsigned int command, unsigned long user)
{
	unsigned int size = _IOC_SIZE(command);
	union argument arg = { 0 };
	int ret;

	if (size > sizeof(arg))
		return -ENOTTY;
	if (_IOC_DIR(command) & _IOC_WRITE && copy_from_user(&arg, (void __user *)user, size))
		return -EFAULT;
	ret = ask(filp->private_data, command, &arg);
	if (!ret && _IOC_DIR(command) & _IOC_READ && copy_to_user((void __user *)user, &arg, size))
		return -EFAULT;
	return ret;
}

static int session_open(struct inode *inode, struct file *filp)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	/* What the last session did to it. */
	oracle_unshield(ZERO_PAGE(0));
	oracle_shield(ZERO_PAGE(0));
	mutex_init(&session->lock);
	mutex_init(&session->holds.lock);
	INIT_LIST_HEAD(&session->devices);
	filp->private_data = session;
	return 0;
}

static int session_release(struct inode *inode, struct file *filp)
{
	struct session *session = filp->private_data;
	struct oracle_device *dev, *next;

	oracle_put_all(&session->holds);
	list_for_each_entry_safe(dev, next, &session->devices, list) {
		list_del_init(&dev->list);
		oracle_device_put(dev);
	}
	kfree(session);
	return 0;
}

static const struct file_operations session_fops = {
	.owner = THIS_MODULE,
	.open = session_open,
	.release = session_release,
	.unlocked_ioctl = session_ioctl,
};

/*
 * What would outlive a task that dies of a BUG, and end the guest. What it has
 * plugged lies on its stack (madvise's populate_read), which is unwound: at its
 * next sleep it would flush what is there by then. And where it was an RCU reader
 * (a page table that is mapped, 6.12) no grace period would end any more; this
 * call itself is in one.
 */
static int task_dies(struct notifier_block *block, unsigned long event, void *data)
{
	if (event != DIE_OOPS)
		return NOTIFY_DONE;
	current->plug = NULL;
	while (rcu_preempt_depth() > 1)
		rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block dying = { .notifier_call = task_dies };

static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ttmsim_oracle",
	.fops = &session_fops,
};

/* The file comes last: from then on there may be sessions. */
static int __init oracle_init(void)
{
	int ret = oracle_symbols_init();

	if (ret)
		return ret;
	oracle_memory_init();
	oracle_shield(ZERO_PAGE(0));
	ret = register_die_notifier(&dying);
	if (ret)
		goto undo;
	ret = misc_register(&misc);
	if (!ret)
		return 0;
	unregister_die_notifier(&dying);
undo:
	oracle_unshield(ZERO_PAGE(0));
	oracle_memory_exit();
	oracle_symbols_exit();
	return ret;
}

static void __exit oracle_exit(void)
{
	misc_deregister(&misc);
	unregister_die_notifier(&dying);
	oracle_unshield(ZERO_PAGE(0));
	oracle_memory_exit();
	oracle_symbols_exit();
}

module_init(oracle_init);
module_exit(oracle_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("plays the devices of ttmsim's scenarios");
