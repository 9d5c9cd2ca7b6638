/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sim_device.h - the simulator's side of a TTM device: all that struct ttm_device
 * has no field for. ttm_device_init() makes one, ttm_device_fini() ends it.
 *
 * The machine of a device is its mapping's.
 */
#ifndef SIM_TTM_SIM_DEVICE_H
#define SIM_TTM_SIM_DEVICE_H

#include <ttmsim/ttm.h>

#include "base/machine.h"

struct sim_ttm_driver;

/*
 * A side stays in its machine's list when its device is gone, and serves the
 * next one: so the list is walked without a lock.
 */
struct sim_ttm_device {
	const struct ttm_device *bdev;	/* atomic; NULL: free */
	struct sim_ttm_device *next;	/* c */
	struct sim_ttm_driver *driver;	/* NULL: not the ready-made one (simdrv.h) */
	enum sim_ttm_mode mode;		/* never SIM_TTM_DEFAULT */
	unsigned int prefault;		/* PTEs that one fault maps */
	/* what the mode says of mmap: */
	bool mixed;			/* vmas are VM_MIXEDMAP, not VM_PFNMAP */
	bool refuses_cow;
};

/* 0, -ENOMEM. A device whose address was in use has ended unheard. */
int ttm_sim_device_add(const struct ttm_device *bdev);
void ttm_sim_device_remove(const struct ttm_device *bdev);
/* The side of a device that is not the first; one that has the release's mode
 * where no ttm_device_init() of this machine is known. */
struct sim_ttm_device *ttm_sim_device_search(const struct ttm_device *bdev);

static inline struct sim_machine *ttm_machine(const struct ttm_device *bdev)
{
	return bdev->dev_mapping->sim_machine;
}

/* Never NULL. Most machines have one device. @machine: the device's. */
static inline struct sim_ttm_device *ttm_sim_device_in(const struct sim_machine *machine,
						       const struct ttm_device *bdev)
{
	struct sim_ttm_device *first = __atomic_load_n(&machine->ttm_devices, __ATOMIC_ACQUIRE);

	if (first && __atomic_load_n(&first->bdev, __ATOMIC_ACQUIRE) == bdev)
		return first;
	return ttm_sim_device_search(bdev);
}

static inline struct sim_ttm_device *ttm_sim_device(const struct ttm_device *bdev)
{
	return ttm_sim_device_in(ttm_machine(bdev), bdev);
}

#endif
