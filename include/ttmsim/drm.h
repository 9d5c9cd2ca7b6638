/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * drm.h - what TTM stands on: lists, reference counts, fences, reservation
 * locks, fake mmap offsets, DRM devices and GEM objects, under their kernel
 * names and as small as TTM's use of them allows.
 *
 * Functions that sleep give up with -EIO (bool: false) once the machine has
 * crashed, so that no thread waits for a lock whose holder is gone.
 */
#ifndef TTMSIM_DRM_H
#define TTMSIM_DRM_H

#include <errno.h>

#include <ttmsim/atomic.h>
#include <ttmsim/drm_mm.h>
#include <ttmsim/lock.h>
#include <ttmsim/slab.h>
#include <ttmsim/vma.h>

SIM_BEGIN_DECLS

/* A sleep was ended by a signal: the system call is to be restarted. */
#ifndef ERESTARTSYS
#define ERESTARTSYS 512
#endif

/* ------------------------------------------------- reference counting ---- */

/* Models: include/linux/kref.h, struct kref, 6.1. */
struct kref {
	refcount_t refcount;
};

/**
 * kref_init - start with one reference
 */
SIM_API void kref_init(struct kref *kref);

/**
 * kref_read - how many references there are
 */
SIM_API unsigned int kref_read(const struct kref *kref);

/**
 * kref_get - take a reference; the caller has one already
 */
SIM_API void kref_get(struct kref *kref);

/**
 * kref_put - drop a reference; the last one calls @release
 *
 * Dropping one that is not there: SIM_WARN, and the count is saturated.
 *
 * Returns: 1, @release was called;
 *          0.
 */
SIM_API int kref_put(struct kref *kref, void (*release)(struct kref *kref));

/**
 * kref_get_unless_zero - take a reference to an object that may be going
 *
 * Returns: 1;
 *          0 where the count was 0.
 */
SIM_API int kref_get_unless_zero(struct kref *kref);

/* ------------------------------------------------------ ww mutexes ------- */

/*
 * Locks of which one ww_acquire_ctx may take several in any order. The ctx
 * that began earlier is the older one (lower stamp) and wins.
 *
 *   wait-die	a younger ctx that holds locks gets -EDEADLK instead of waiting
 *		for an older one
 *   wound-wait	an older ctx wounds the younger holder, whose next attempt to
 *		wait gets -EDEADLK
 *
 * Who got -EDEADLK drops all its locks, waits for the contended one with the
 * slow variant, and starts over.
 */
struct ww_class {
	atomic_long_t stamp;
	const char *acquire_name;
	const char *mutex_name;
	unsigned int is_wait_die;
};

/* Models: include/linux/ww_mutex.h, struct ww_acquire_ctx, 6.1. */
struct ww_acquire_ctx {
	struct task_struct *task;
	unsigned long stamp;
	unsigned int acquired;		/* locks held through it */
	unsigned short wounded;		/* under the wait_lock of a held lock */
	unsigned short is_wait_die;
};

/*
 * Models: include/linux/ww_mutex.h, struct ww_mutex, 6.1; differs in that
 * waiters form no queue: they look again until they get it, which is safe
 * because each only ever waits for who holds the lock now.
 */
struct ww_mutex {
	spinlock_t wait_lock;		/* guards ctx; never held while waiting */
	unsigned int sim_locked;	/* a */
	uint64_t sim_owner;		/* a: the thread that took it, 0 = none */
	struct ww_acquire_ctx *ctx;	/* the holder's, or NULL */
	struct ww_class *ww_class;
	struct sim_machine *sim_machine; /* c: for its counters and its end; may be NULL */
};

/**
 * ww_mutex_init - an unlocked mutex of a class, of the current machine
 */
SIM_API void ww_mutex_init(struct ww_mutex *lock, struct ww_class *ww_class);

/**
 * ww_acquire_init - begin to take several locks of a class
 *
 * Models: include/linux/ww_mutex.h, ww_acquire_init, 6.1.
 */
SIM_API void ww_acquire_init(struct ww_acquire_ctx *ctx, struct ww_class *ww_class);

/**
 * ww_acquire_done - all locks have been taken; for checkers only
 */
SIM_API void ww_acquire_done(struct ww_acquire_ctx *ctx);

/**
 * ww_acquire_fini - end of @ctx; it must hold no lock (else SIM_WARN)
 */
SIM_API void ww_acquire_fini(struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_lock - wait for a lock
 * @ctx: NULL to take only this one
 *
 * Returns: 0;
 *          -EALREADY, @ctx holds it already;
 *          -EDEADLK, back off: see above; also where the calling thread holds it
 *          without a ctx, which hangs a kernel (recorded as SIM_WARN);
 *          -EIO, the machine has crashed.
 * Models: kernel/locking/mutex.c, ww_mutex_lock, 6.1.
 */
SIM_API int ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_lock_interruptible - the same, until a signal comes
 *
 * Returns: as ww_mutex_lock();
 *          -EINTR, current->sim_signal_pending was set while it waited.
 * Models: kernel/locking/mutex.c, ww_mutex_lock_interruptible, 6.1.
 */
SIM_API int ww_mutex_lock_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_trylock - take a lock if it is free
 *
 * Returns: 1;
 *          0 where it is taken.
 * Models: kernel/locking/mutex.c, ww_mutex_trylock, 6.1.
 */
SIM_API int ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_unlock - let go; of a free lock: recorded as SIM_WARN
 */
SIM_API void ww_mutex_unlock(struct ww_mutex *lock);

/**
 * ww_mutex_is_locked - is it taken, by whomever?
 */
SIM_API bool ww_mutex_is_locked(struct ww_mutex *lock);

/* --------------------------------------------------------- fences -------- */

/* Longest wait of the functions that take a timeout in jiffies. */
#define MAX_SCHEDULE_TIMEOUT (~0UL >> 1)
#define HZ 250

/*
 * Something a device will have done at some time.
 * Models: include/linux/dma-fence.h, struct dma_fence, 6.1; differs in that it
 * knows no callbacks and is always freed by the last dma_fence_put().
 */
struct dma_fence {
	struct kref refcount;
	unsigned int signaled;		/* a */
	int error;
	struct sim_machine *sim_machine; /* c */
};

/**
 * sim_fence_create - a fence that has not signaled
 *
 * Returns: the fence with one reference;
 *          NULL where an allocation failed.
 */
SIM_API struct dma_fence *sim_fence_create(struct sim_machine *machine);

/**
 * dma_fence_get - take a reference; NULL is passed on
 *
 * Returns: @fence.
 */
SIM_API struct dma_fence *dma_fence_get(struct dma_fence *fence);

/**
 * dma_fence_put - drop a reference; NULL is ignored
 */
SIM_API void dma_fence_put(struct dma_fence *fence);

/**
 * dma_fence_signal - it is done: waiters go on
 *
 * Returns: 0;
 *          -EINVAL where it was signaled already.
 */
SIM_API int dma_fence_signal(struct dma_fence *fence);

/**
 * dma_fence_is_signaled - is it done?
 */
SIM_API bool dma_fence_is_signaled(struct dma_fence *fence);

/**
 * dma_fence_wait - wait until it is done
 *
 * Returns: 0;
 *          -ERESTARTSYS, @intr and a signal came;
 *          -EBUSY, nobody signaled it for 30 s (a kernel waits on);
 *          -EIO, the machine has crashed.
 */
SIM_API long dma_fence_wait(struct dma_fence *fence, bool intr);

/* ---------------------------------------------------- reservations ------- */

/* Models: include/linux/dma-resv.h, enum dma_resv_usage, 6.1. */
enum dma_resv_usage {
	DMA_RESV_USAGE_KERNEL,		/* memory management: everyone waits */
	DMA_RESV_USAGE_WRITE,
	DMA_RESV_USAGE_READ,
	DMA_RESV_USAGE_BOOKKEEP,
};

#define SIM_RESV_FENCES 4

/*
 * The lock of a buffer object, with the fences of what is under way on it.
 * Models: include/linux/dma-resv.h, struct dma_resv, 6.1; differs in that at
 * most SIM_RESV_FENCES fences that have not signaled fit.
 */
struct dma_resv {
	struct ww_mutex lock;
	unsigned int sim_nr_fences;	/* a; written under sim_fence_lock */
	spinlock_t sim_fence_lock;	/* guards what follows */
	struct dma_fence *sim_fence[SIM_RESV_FENCES];
	enum dma_resv_usage sim_usage[SIM_RESV_FENCES];
};

/* The class of all reservations: wait-die. Models: drivers/dma-buf/dma-resv.c. */
extern SIM_API struct ww_class reservation_ww_class;

/**
 * dma_resv_init - an unlocked reservation without fences, of the current machine
 */
SIM_API void dma_resv_init(struct dma_resv *obj);

/**
 * dma_resv_fini - drop its fences
 */
SIM_API void dma_resv_fini(struct dma_resv *obj);

/**
 * dma_resv_lock - ww_mutex_lock() on it
 *
 * Returns: as ww_mutex_lock().
 */
SIM_API int dma_resv_lock(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_lock_interruptible - ww_mutex_lock_interruptible() on it
 *
 * Returns: as ww_mutex_lock_interruptible().
 */
SIM_API int dma_resv_lock_interruptible(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_lock_slow - wait for the one that gave -EDEADLK, holding no other
 */
SIM_API void dma_resv_lock_slow(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_lock_slow_interruptible - the same, until a signal comes
 *
 * Returns: as ww_mutex_lock_interruptible().
 */
SIM_API int dma_resv_lock_slow_interruptible(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_trylock - ww_mutex_trylock() on it, without a ctx
 */
SIM_API bool dma_resv_trylock(struct dma_resv *obj);

/**
 * dma_resv_unlock - let go of it
 */
SIM_API void dma_resv_unlock(struct dma_resv *obj);

/**
 * dma_resv_is_locked - is it taken, by whomever?
 */
SIM_API bool dma_resv_is_locked(struct dma_resv *obj);

/**
 * dma_resv_locking_ctx - the ctx that holds it, or NULL
 */
SIM_API struct ww_acquire_ctx *dma_resv_locking_ctx(struct dma_resv *obj);

/**
 * dma_resv_reserve_fences - make room for fences
 *
 * Returns: 0;
 *          -ENOMEM, no room.
 */
SIM_API int dma_resv_reserve_fences(struct dma_resv *obj, unsigned int num_fences);

/**
 * dma_resv_add_fence - add a fence, taking a reference
 *
 * Without room (dma_resv_reserve_fences()) it is dropped with a SIM_WARN.
 */
SIM_API void dma_resv_add_fence(struct dma_resv *obj, struct dma_fence *fence,
				enum dma_resv_usage usage);

/**
 * dma_resv_held - does the calling thread hold it?
 */
SIM_API bool dma_resv_held(struct dma_resv *obj);

/**
 * dma_resv_assert_held - SIM_WARN where it does not, as lockdep warns
 */
SIM_API void dma_resv_assert_held(struct dma_resv *obj);

/* A walk over fences. Models: include/linux/dma-resv.h, struct dma_resv_iter, 6.1. */
struct dma_resv_iter {
	struct dma_resv *obj;
	enum dma_resv_usage usage;	/* fences up to this one */
	struct dma_fence *fence;	/* where it is; without the lock: with a reference */
	enum dma_resv_usage fence_usage;
	unsigned int index;
	bool is_restarted;		/* never: fences are listed under a lock of their own */
};

static inline void dma_resv_iter_begin(struct dma_resv_iter *cursor, struct dma_resv *obj,
				       enum dma_resv_usage usage)
{
	cursor->obj = obj;
	cursor->usage = usage;
	cursor->fence = NULL;
	cursor->index = 0;
	cursor->is_restarted = false;
}

/**
 * dma_resv_iter_end - end of a walk: drops what it stands on
 */
SIM_API void dma_resv_iter_end(struct dma_resv_iter *cursor);

static inline enum dma_resv_usage dma_resv_iter_usage(struct dma_resv_iter *cursor)
{
	return cursor->fence_usage;
}

static inline bool dma_resv_iter_is_restarted(struct dma_resv_iter *cursor)
{
	return cursor->is_restarted;
}

/**
 * dma_resv_iter_first - the first fence, signaled or not
 *
 * Holds: the reservation.
 *
 * Returns: the fence;
 *          NULL, there is none.
 * Models: drivers/dma-buf/dma-resv.c, dma_resv_iter_first, 6.1.
 */
SIM_API struct dma_fence *dma_resv_iter_first(struct dma_resv_iter *cursor);

/**
 * dma_resv_iter_next - the one after it
 *
 * Returns: as dma_resv_iter_first().
 */
SIM_API struct dma_fence *dma_resv_iter_next(struct dma_resv_iter *cursor);

/**
 * dma_resv_iter_first_unlocked - the first fence that has not signaled
 *
 * The walk has a reference to it until it goes on, or ends.
 *
 * Returns: as dma_resv_iter_first().
 * Models: drivers/dma-buf/dma-resv.c, dma_resv_iter_first_unlocked, 6.1.
 */
SIM_API struct dma_fence *dma_resv_iter_first_unlocked(struct dma_resv_iter *cursor);

/**
 * dma_resv_iter_next_unlocked - the one after it that has not signaled
 *
 * Returns: as dma_resv_iter_first().
 */
SIM_API struct dma_fence *dma_resv_iter_next_unlocked(struct dma_resv_iter *cursor);

#define dma_resv_for_each_fence(cursor, obj, usage, fence) \
	for (dma_resv_iter_begin(cursor, obj, usage), fence = dma_resv_iter_first(cursor); fence; \
	     fence = dma_resv_iter_next(cursor))
#define dma_resv_for_each_fence_unlocked(cursor, fence) \
	for (fence = dma_resv_iter_first_unlocked(cursor); fence; \
	     fence = dma_resv_iter_next_unlocked(cursor))

/**
 * dma_resv_test_signaled - have all fences up to a usage signaled?
 */
SIM_API bool dma_resv_test_signaled(struct dma_resv *obj, enum dma_resv_usage usage);

/**
 * dma_resv_wait_timeout - wait for all fences up to a usage
 * @timeout: jiffies
 *
 * Returns: jiffies left, at least 1;
 *          0, they have not signaled in time;
 *          -ERESTARTSYS, @intr and a signal came;
 *          -EIO, the machine has crashed.
 */
SIM_API long dma_resv_wait_timeout(struct dma_resv *obj, enum dma_resv_usage usage, bool intr,
				   unsigned long timeout);

/* --------------------------------------------------- ranges, offsets ----- */

/* Models: include/drm/drm_vma_manager.h, struct drm_vma_offset_node, 6.1. */
struct drm_vma_offset_node {
	spinlock_t vm_lock;
	struct drm_mm_node vm_node;	/* in pages; manager's vm_lock */
	struct sim_vma_offset_file *sim_vm_files; /* vm_lock: who may map it */
	void *driver_private;
};

/* Models: include/drm/drm_vma_manager.h, struct drm_vma_offset_manager, 6.1. */
struct drm_vma_offset_manager {
	spinlock_t vm_lock;
	struct drm_mm vm_addr_space_mm;	/* vm_lock; in pages */
	struct sim_machine *sim_machine; /* c */
};

/**
 * sim_drm_file_page_offset_start - DRM_FILE_PAGE_OFFSET_START of a machine
 *
 * Returns: pages: above what fits 32 bits of bytes (64-bit kernels) or 28
 * (32-bit ones).
 * Models: include/drm/drm_vma_manager.h, 5.11 to 6.12.
 */
SIM_API unsigned long sim_drm_file_page_offset_start(const struct sim_machine *machine);

/**
 * sim_drm_file_page_offset_size - DRM_FILE_PAGE_OFFSET_SIZE of a machine, in pages
 */
SIM_API unsigned long sim_drm_file_page_offset_size(const struct sim_machine *machine);

/* Of the current machine. */
#define DRM_FILE_PAGE_OFFSET_START sim_drm_file_page_offset_start(sim_current()->sim_machine)
#define DRM_FILE_PAGE_OFFSET_SIZE sim_drm_file_page_offset_size(sim_current()->sim_machine)

/**
 * drm_vma_offset_manager_init - an empty range of fake offsets, of the current machine
 * @page_offset, @size: pages
 */
SIM_API void drm_vma_offset_manager_init(struct drm_vma_offset_manager *mgr,
					 unsigned long page_offset, unsigned long size);

/**
 * drm_vma_offset_manager_destroy - end of a manager; all nodes must be gone (else SIM_WARN)
 */
SIM_API void drm_vma_offset_manager_destroy(struct drm_vma_offset_manager *mgr);

/**
 * drm_vma_offset_add - give a node a range of offsets; one that has one keeps it
 *
 * Returns: 0;
 *          -ENOSPC.
 * Models: drivers/gpu/drm/drm_vma_manager.c, drm_vma_offset_add, 6.1.
 */
SIM_API int drm_vma_offset_add(struct drm_vma_offset_manager *mgr,
			       struct drm_vma_offset_node *node, unsigned long pages);

/**
 * drm_vma_offset_remove - take it away; without one: nothing
 */
SIM_API void drm_vma_offset_remove(struct drm_vma_offset_manager *mgr,
				   struct drm_vma_offset_node *node);

/**
 * drm_vma_offset_lock_lookup - keep nodes from going until the unlock
 */
SIM_API void drm_vma_offset_lock_lookup(struct drm_vma_offset_manager *mgr);

/**
 * drm_vma_offset_unlock_lookup - end of drm_vma_offset_lock_lookup()
 */
SIM_API void drm_vma_offset_unlock_lookup(struct drm_vma_offset_manager *mgr);

/**
 * drm_vma_offset_lookup_locked - the node that holds [start, start + pages)
 *
 * Holds: drm_vma_offset_lock_lookup().
 *
 * Returns: the node, which may begin below @start;
 *          NULL where no single node holds the range.
 * Models: drivers/gpu/drm/drm_vma_manager.c, drm_vma_offset_lookup_locked, 6.1.
 */
SIM_API struct drm_vma_offset_node *
drm_vma_offset_lookup_locked(struct drm_vma_offset_manager *mgr, unsigned long start,
			     unsigned long pages);

/**
 * drm_vma_offset_exact_lookup_locked - the same for a node that begins at @start
 *
 * Returns: the node;
 *          NULL.
 */
SIM_API struct drm_vma_offset_node *
drm_vma_offset_exact_lookup_locked(struct drm_vma_offset_manager *mgr, unsigned long start,
				   unsigned long pages);

/**
 * drm_vma_node_reset - a node without an offset, that no file may map
 */
SIM_API void drm_vma_node_reset(struct drm_vma_offset_node *node);

struct drm_file;

/**
 * drm_vma_node_allow - let a file map a node; counted: as often as it is revoked
 *
 * Returns: 0;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/drm_vma_manager.c, drm_vma_node_allow, 6.1.
 */
SIM_API int drm_vma_node_allow(struct drm_vma_offset_node *node, struct drm_file *tag);

/**
 * drm_vma_node_allow_once - the same, but one revocation ends it
 *
 * Returns: as drm_vma_node_allow().
 */
SIM_API int drm_vma_node_allow_once(struct drm_vma_offset_node *node, struct drm_file *tag);

/**
 * drm_vma_node_revoke - undo one drm_vma_node_allow(); without one: nothing
 */
SIM_API void drm_vma_node_revoke(struct drm_vma_offset_node *node, struct drm_file *tag);

/**
 * drm_vma_node_is_allowed - may a file map a node?
 */
SIM_API bool drm_vma_node_is_allowed(struct drm_vma_offset_node *node, struct drm_file *tag);

static inline int drm_vma_node_verify_access(struct drm_vma_offset_node *node,
					     struct drm_file *tag)
{
	return drm_vma_node_is_allowed(node, tag) ? 0 : -EACCES;
}

/**
 * drm_vma_node_start - the first page of its range; 0 without one
 */
static inline unsigned long drm_vma_node_start(const struct drm_vma_offset_node *node)
{
	return (unsigned long)node->vm_node.start;
}

/**
 * drm_vma_node_size - the pages of its range; 0 without one
 */
static inline unsigned long drm_vma_node_size(const struct drm_vma_offset_node *node)
{
	return (unsigned long)node->vm_node.size;
}

/**
 * drm_vma_node_offset_addr - its range's first byte, what user space passes to mmap
 *
 * Acts on the current machine (its page size).
 */
SIM_API uint64_t drm_vma_node_offset_addr(const struct drm_vma_offset_node *node);

/**
 * drm_vma_node_unmap - drop all entries that map the node, private copies too
 *
 * Models: include/drm/drm_vma_manager.h, drm_vma_node_unmap, 6.1:
 * unmap_mapping_range() with even_cows.
 */
SIM_API void drm_vma_node_unmap(struct drm_vma_offset_node *node,
				struct address_space *file_mapping);

/* ------------------------------------------------ devices, GEM objects --- */

struct device;
struct drm_device;

typedef void (*drmm_release_t)(struct drm_device *dev, void *res);

/* Models: include/drm/drm_device.h, struct drm_device, 6.1 (what TTM needs). */
struct drm_device {
	struct sim_machine *sim_machine; /* c */
	unsigned int unplugged;		/* a */
	struct address_space *sim_mapping; /* d: of its files; NULL: none */
	struct drm_vma_offset_manager *vma_offset_manager; /* c */
	struct device *dev;		/* d */
	struct mutex object_name_lock;	/* handles of all files */
	spinlock_t sim_managed_lock;
	struct sim_drmm_action *sim_managed; /* newest first */
};

/**
 * sim_drm_device_init - a device that is plugged in
 */
SIM_API void sim_drm_device_init(struct drm_device *dev, struct sim_machine *machine,
				 struct drm_vma_offset_manager *vma_offset_manager);

/**
 * sim_drm_device_fini - run the managed actions, newest first
 */
SIM_API void sim_drm_device_fini(struct drm_device *dev);

/**
 * drm_dev_enter - may the hardware be touched?
 * @dev: NULL counts as plugged in
 * @idx: for drm_dev_exit()
 *
 * Returns: true, and drm_dev_exit() must follow;
 *          false after drm_dev_unplug().
 * Models: drivers/gpu/drm/drm_drv.c, drm_dev_enter, 6.1; differs in that
 * drm_dev_unplug() does not wait for those inside.
 */
SIM_API bool drm_dev_enter(struct drm_device *dev, int *idx);

/**
 * drm_dev_exit - end of a successful drm_dev_enter()
 */
SIM_API void drm_dev_exit(int idx);

/**
 * drm_dev_unplug - the hardware is gone
 *
 * Since 5.14 all that files of @dev->sim_mapping map is unmapped; a driver sets that to
 * the mapping of its TTM device. Without it, and up to 5.11, mappings stay until the
 * driver drops them.
 * Models: drivers/gpu/drm/drm_drv.c, drm_dev_unplug, 6.1 and 6.12.
 */
SIM_API void drm_dev_unplug(struct drm_device *dev);

/**
 * drm_dev_is_unplugged - has drm_dev_unplug() been called?
 */
static inline bool drm_dev_is_unplugged(struct drm_device *dev)
{
	return __atomic_load_n(&dev->unplugged, __ATOMIC_ACQUIRE) != 0;
}

/**
 * drmm_add_action - run @action when the device goes
 *
 * Returns: 0;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/drm_managed.c, drmm_add_action, 6.1.
 */
SIM_API int drmm_add_action(struct drm_device *dev, drmm_release_t action, void *data);

/**
 * drmm_kmalloc - memory that goes with the device
 *
 * Returns: it;
 *          NULL, no memory.
 * Models: drivers/gpu/drm/drm_managed.c, drmm_kmalloc, 6.1.
 */
SIM_API void *drmm_kmalloc(struct drm_device *dev, size_t size, gfp_t gfp);

/**
 * drmm_kfree - give such memory back before
 */
SIM_API void drmm_kfree(struct drm_device *dev, void *data);

static inline void *drmm_kzalloc(struct drm_device *dev, size_t size, gfp_t gfp)
{
	return drmm_kmalloc(dev, size, gfp | __GFP_ZERO);
}

/**
 * drmm_add_action_or_reset - run @action when the device goes
 *
 * Returns: 0;
 *          -ENOMEM, and @action has been run.
 */
SIM_API int drmm_add_action_or_reset(struct drm_device *dev, drmm_release_t action, void *data);

SIM_END_DECLS

#include <ttmsim/drm_gem.h>

#endif
