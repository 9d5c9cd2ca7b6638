/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fence.c - fences: what a device will have done at some time.
 * Models: drivers/dma-buf/dma-fence.c, 6.1.
 */
#include <time.h>

#include "drm/internal.h"

struct dma_fence *sim_fence_create(struct sim_machine *machine)
{
	struct dma_fence *fence;

	if (!machine || sim_enter(machine))
		return NULL;
	fence = sim_alloc(machine, sizeof(*fence), SIM_OBJ_MISC);
	if (!fence)
		return NULL;
	kref_init(&fence->refcount);
	fence->sim_machine = machine;
	return fence;
}

static void fence_release(struct kref *kref)
{
	struct dma_fence *fence = container_of(kref, struct dma_fence, refcount);

	sim_free(fence, sizeof(*fence), SIM_OBJ_MISC);
}

struct dma_fence *dma_fence_get(struct dma_fence *fence)
{
	if (fence)
		kref_get(&fence->refcount);
	return fence;
}

void dma_fence_put(struct dma_fence *fence)
{
	if (fence)
		kref_put(&fence->refcount, fence_release);
}

int dma_fence_signal(struct dma_fence *fence)
{
	return __atomic_exchange_n(&fence->signaled, 1, __ATOMIC_ACQ_REL) ? -EINVAL : 0;
}

bool dma_fence_is_signaled(struct dma_fence *fence)
{
	return __atomic_load_n(&fence->signaled, __ATOMIC_ACQUIRE) != 0;
}

double sim_now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

int sim_fence_wait_until(struct dma_fence *fence, bool intr, double deadline)
{
	for (unsigned int round = 0; !dma_fence_is_signaled(fence); round++) {
		if (sim_is_crashed(fence->sim_machine))
			return -EIO;
		if (intr && sim_task_signalled())
			return -ERESTARTSYS;
		if (sim_now_s() >= deadline)
			return -ETIME;
		sim_wait_round(round);
	}
	return 0;
}

long dma_fence_wait(struct dma_fence *fence, bool intr)
{
	int ret = sim_fence_wait_until(fence, intr, sim_now_s() + SIM_FENCE_WAIT_MAX_S);

	return ret == -ETIME ? -EBUSY : ret;
}
