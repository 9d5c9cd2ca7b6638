/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fault.c - the parts of a fault's beginning (fault.h) that may wait or fail.
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, 5.11 to 6.12.
 */
#include "ttm/fault.h"

vm_fault_t ttm_fault_wait_idle(struct ttm_buffer_object *bo, struct vm_fault *vmf)
{
	long err;

	if (fault_flag_allow_retry_first(vmf->flags)) {
		if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
			return VM_FAULT_RETRY;
		ttm_bo_get(bo);
		mmap_read_unlock(vmf->vma->vm_mm);
		(void)dma_resv_wait_timeout(bo->base.resv, DMA_RESV_USAGE_KERNEL, true,
					    MAX_SCHEDULE_TIMEOUT);
		dma_resv_unlock(bo->base.resv);
		ttm_bo_put(bo);
		return VM_FAULT_RETRY;
	}
	err = dma_resv_wait_timeout(bo->base.resv, DMA_RESV_USAGE_KERNEL, true,
				    MAX_SCHEDULE_TIMEOUT);
	if (err >= 0)
		return 0;
	return err == -ERESTARTSYS ? VM_FAULT_NOPAGE : VM_FAULT_SIGBUS;
}

static vm_fault_t populate_error(const struct sim_machine *machine, int err)
{
	if (!sim_rule(machine, SIM_RULE_TTM_POPULATE_ERROR_SIGBUS))
		return VM_FAULT_OOM;
	if (err == -EINTR || err == -ERESTARTSYS || err == -EAGAIN)
		return VM_FAULT_NOPAGE;
	return VM_FAULT_SIGBUS;
}

vm_fault_t ttm_fault_populate(struct ttm_fault *f)
{
	struct ttm_buffer_object *bo = f->bo;
	struct ttm_operation_ctx ctx = {
		.interruptible = sim_rule(f->machine, SIM_RULE_TTM_POPULATE_ERROR_SIGBUS),
		.force_alloc = true,
	};
	int err = ttm_tt_populate(bo->bdev, bo->ttm, &ctx);

	return err ? populate_error(f->machine, err) : 0;
}
