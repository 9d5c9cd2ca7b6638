/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * resv.c - the reservation of a buffer object: a ww mutex with the fences of
 * what is under way on it.
 *
 * The fences have a lock of their own, because they are asked about without
 * the reservation too (the kernel: RCU). No fence at all is the common case
 * and costs one load.
 *
 * Models: drivers/dma-buf/dma-resv.c, 6.1.
 */
#include "drm/internal.h"

#define RESV_FILE "drivers/dma-buf/dma-resv.c"

struct ww_class reservation_ww_class = {
	.acquire_name = "reservation_ww_class_acquire",
	.mutex_name = "reservation_ww_class_mutex",
	.is_wait_die = 1,
};

/* ---- the lock ---- */

void dma_resv_init(struct dma_resv *obj)
{
	memset(obj, 0, sizeof(*obj));
	ww_mutex_init(&obj->lock, &reservation_ww_class);
}

/* Who holds it is told by the name that the driver called. */
static int resv_locked(int ret, const char *by, const void *from)
{
	if (!ret)
		sim_lock_taken_by(by, from);
	return ret;
}

int dma_resv_lock(struct dma_resv *obj, struct ww_acquire_ctx *ctx)
{
	int ret = ww_mutex_lock(&obj->lock, ctx);

	return resv_locked(ret, __func__, __builtin_return_address(0));
}

int dma_resv_lock_interruptible(struct dma_resv *obj, struct ww_acquire_ctx *ctx)
{
	int ret = ww_mutex_lock_interruptible(&obj->lock, ctx);

	return resv_locked(ret, __func__, __builtin_return_address(0));
}

void dma_resv_lock_slow(struct dma_resv *obj, struct ww_acquire_ctx *ctx)
{
	(void)ww_mutex_lock(&obj->lock, ctx);
}

int dma_resv_lock_slow_interruptible(struct dma_resv *obj, struct ww_acquire_ctx *ctx)
{
	return ww_mutex_lock_interruptible(&obj->lock, ctx);
}

bool dma_resv_trylock(struct dma_resv *obj)
{
	return ww_mutex_trylock_by(&obj->lock, NULL, __func__, __builtin_return_address(0));
}

void dma_resv_unlock(struct dma_resv *obj)
{
	ww_mutex_unlock(&obj->lock);
}

bool dma_resv_is_locked(struct dma_resv *obj)
{
	return ww_mutex_is_locked(&obj->lock);
}

struct ww_acquire_ctx *dma_resv_locking_ctx(struct dma_resv *obj)
{
	return __atomic_load_n(&obj->lock.ctx, __ATOMIC_RELAXED);
}

/* ---- its fences ---- */

static void resv_lock_fences(struct dma_resv *obj)
{
	sim_spin_lock(obj->lock.sim_machine, &obj->sim_fence_lock, SIM_RANK_MISC);
}

static void resv_unlock_fences(struct dma_resv *obj)
{
	sim_spin_unlock(&obj->sim_fence_lock, SIM_RANK_MISC);
}

static unsigned int resv_nr_fences(const struct dma_resv *obj)
{
	return __atomic_load_n(&obj->sim_nr_fences, __ATOMIC_ACQUIRE);
}

/* Keep the fences that are wanted, drop the others. Holds: sim_fence_lock. */
static void resv_filter(struct dma_resv *obj, bool keep_unsignaled)
{
	unsigned int kept = 0, nr = resv_nr_fences(obj);

	for (unsigned int i = 0; i < nr; i++) {
		if (keep_unsignaled && !dma_fence_is_signaled(obj->sim_fence[i])) {
			obj->sim_fence[kept] = obj->sim_fence[i];
			obj->sim_usage[kept++] = obj->sim_usage[i];
		} else {
			dma_fence_put(obj->sim_fence[i]);
		}
	}
	__atomic_store_n(&obj->sim_nr_fences, kept, __ATOMIC_RELEASE);
}

void dma_resv_fini(struct dma_resv *obj)
{
	if (!resv_nr_fences(obj))
		return;
	resv_lock_fences(obj);
	resv_filter(obj, false);
	resv_unlock_fences(obj);
}

int dma_resv_reserve_fences(struct dma_resv *obj, unsigned int num_fences)
{
	int ret = 0;

	if (resv_nr_fences(obj) + num_fences <= SIM_RESV_FENCES)
		return 0;
	resv_lock_fences(obj);
	resv_filter(obj, true);
	if (resv_nr_fences(obj) + num_fences > SIM_RESV_FENCES)
		ret = -ENOMEM;
	resv_unlock_fences(obj);
	return ret;
}

void dma_resv_add_fence(struct dma_resv *obj, struct dma_fence *fence,
			enum dma_resv_usage usage)
{
	unsigned int nr;

	resv_lock_fences(obj);
	nr = resv_nr_fences(obj);
	if (nr < SIM_RESV_FENCES) {
		obj->sim_fence[nr] = dma_fence_get(fence);
		obj->sim_usage[nr] = usage;
		__atomic_store_n(&obj->sim_nr_fences, nr + 1, __ATOMIC_RELEASE);
	}
	resv_unlock_fences(obj);
	if (nr >= SIM_RESV_FENCES)
		sim_outcome_record(fence->sim_machine, SIM_WARN, RESV_FILE, __func__,
				   "fobj->num_fences >= max");
}

/* A reference to the first fence that has not signaled, or NULL. */
static struct dma_fence *resv_first_unsignaled(struct dma_resv *obj, enum dma_resv_usage usage)
{
	struct dma_fence *found = NULL;

	resv_lock_fences(obj);
	for (unsigned int i = 0; i < resv_nr_fences(obj) && !found; i++)
		if (obj->sim_usage[i] <= usage && !dma_fence_is_signaled(obj->sim_fence[i]))
			found = dma_fence_get(obj->sim_fence[i]);
	resv_unlock_fences(obj);
	return found;
}

bool dma_resv_test_signaled(struct dma_resv *obj, enum dma_resv_usage usage)
{
	struct dma_fence *fence;

	if (__builtin_expect(!resv_nr_fences(obj), 1))
		return true;
	fence = resv_first_unsignaled(obj, usage);
	dma_fence_put(fence);
	return !fence;
}

long dma_resv_wait_timeout(struct dma_resv *obj, enum dma_resv_usage usage, bool intr,
			   unsigned long timeout)
{
	double seconds = (double)timeout / HZ, deadline, left;
	struct dma_fence *fence;

	if (!resv_nr_fences(obj))
		return timeout ? (long)timeout : 1;
	if (seconds > SIM_FENCE_WAIT_MAX_S)
		seconds = SIM_FENCE_WAIT_MAX_S;
	deadline = sim_now_s() + seconds;
	while ((fence = resv_first_unsignaled(obj, usage))) {
		int ret = sim_fence_wait_until(fence, intr, deadline);

		dma_fence_put(fence);
		if (ret)
			return ret == -ETIME ? 0 : ret;
	}
	left = (deadline - sim_now_s()) * HZ;
	return left < 1 ? 1 : (long)left;
}

/* ---- walks ---- */

bool dma_resv_held(struct dma_resv *obj)
{
	return ww_mutex_is_locked(&obj->lock) &&
	       __atomic_load_n(&obj->lock.sim_owner, __ATOMIC_RELAXED) == sim_thread_id();
}

void dma_resv_assert_held(struct dma_resv *obj)
{
	struct sim_machine *machine = obj->lock.sim_machine;
	bool held = dma_resv_held(obj);

	if (machine)
		(void)SIM_WARN_ON(machine, "include/linux/dma-resv.h", !held);
}

/* The fence at the cursor's index, or the next one of its usages; NULL. With @pending
 * only one that has not signaled, and with a reference. => the fences' lock held */
static struct dma_fence *iter_find_locked(struct dma_resv_iter *cursor, bool pending)
{
	struct dma_resv *obj = cursor->obj;

	for (; cursor->index < resv_nr_fences(obj); cursor->index++) {
		struct dma_fence *fence = obj->sim_fence[cursor->index];

		if (obj->sim_usage[cursor->index] > cursor->usage ||
		    (pending && dma_fence_is_signaled(fence)))
			continue;
		cursor->fence_usage = obj->sim_usage[cursor->index++];
		return pending ? dma_fence_get(fence) : fence;
	}
	return NULL;
}

static struct dma_fence *iter_find(struct dma_resv_iter *cursor, bool pending)
{
	resv_lock_fences(cursor->obj);
	cursor->fence = iter_find_locked(cursor, pending);
	resv_unlock_fences(cursor->obj);
	return cursor->fence;
}

struct dma_fence *dma_resv_iter_first(struct dma_resv_iter *cursor)
{
	cursor->index = 0;
	return iter_find(cursor, false);
}

struct dma_fence *dma_resv_iter_next(struct dma_resv_iter *cursor)
{
	return iter_find(cursor, false);
}

struct dma_fence *dma_resv_iter_first_unlocked(struct dma_resv_iter *cursor)
{
	dma_fence_put(cursor->fence);
	cursor->index = 0;
	return iter_find(cursor, true);
}

struct dma_fence *dma_resv_iter_next_unlocked(struct dma_resv_iter *cursor)
{
	dma_fence_put(cursor->fence);
	return iter_find(cursor, true);
}

void dma_resv_iter_end(struct dma_resv_iter *cursor)
{
	dma_fence_put(cursor->fence);
	cursor->fence = NULL;
}
