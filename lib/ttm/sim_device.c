/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sim_device.c - the simulator's side of TTM devices: where each is found, and
 * how its device maps.
 */
#include "ttm/internal.h"

/* ---- modes ---- */

const char *sim_ttm_mode_name(enum sim_ttm_mode mode)
{
	static const char *const names[SIM_NR_TTM_MODES] = {
		[SIM_TTM_DEFAULT] = "default",	[SIM_TTM_MIXED] = "mixed",
		[SIM_TTM_PFN] = "pfn",		[SIM_TTM_APPLY] = "apply",
		[SIM_TTM_PFNS] = "pfns",	[SIM_TTM_HUGE] = "huge",
	};

	return (unsigned int)mode < SIM_NR_TTM_MODES ? names[mode] : NULL;
}

static void set_mode(struct sim_ttm_device *dev, const struct sim_machine *machine,
		     enum sim_ttm_mode mode)
{
	bool mixed = sim_rule(machine, SIM_RULE_TTM_MIXEDMAP);

	if (mode == SIM_TTM_DEFAULT)
		mode = mixed ? SIM_TTM_MIXED : SIM_TTM_PFN;
	dev->mode = mode;
	dev->mixed = mode == SIM_TTM_HUGE ? mixed : mode == SIM_TTM_MIXED;
	dev->refuses_cow = mode == SIM_TTM_HUGE ? sim_rule(machine, SIM_RULE_TTM_REFUSES_COW)
						: mode != SIM_TTM_MIXED;
}

int sim_ttm_device_set_mode(struct ttm_device *bdev, enum sim_ttm_mode mode)
{
	struct sim_ttm_device *dev;

	if (!bdev || (unsigned int)mode >= SIM_NR_TTM_MODES)
		return -EINVAL;
	dev = ttm_sim_device(bdev);
	if (!dev->bdev)
		return -EINVAL;
	set_mode(dev, ttm_machine(bdev), mode);
	return 0;
}

/* ---- the sides of a machine's devices ---- */

static struct sim_ttm_device *find(struct sim_machine *machine, const struct ttm_device *bdev)
{
	struct sim_ttm_device *dev = __atomic_load_n(&machine->ttm_devices, __ATOMIC_ACQUIRE);

	while (dev && __atomic_load_n(&dev->bdev, __ATOMIC_ACQUIRE) != bdev)
		dev = dev->next;
	return dev;
}

/*
 * A driver may keep its struct ttm_device outside the machine: a restore does not
 * take that back, but it does what stands in the machine.
 */
struct sim_ttm_device *ttm_sim_device_search(const struct ttm_device *bdev)
{
	static struct sim_ttm_device mixed = {
		.mode = SIM_TTM_MIXED, .prefault = TTM_BO_VM_NUM_PREFAULT, .mixed = true,
	}, pfn = {
		.mode = SIM_TTM_PFN, .prefault = TTM_BO_VM_NUM_PREFAULT, .refuses_cow = true,
	};
	struct sim_ttm_device *dev = find(ttm_machine(bdev), bdev);

	if (dev)
		return dev;
	return sim_rule(ttm_machine(bdev), SIM_RULE_TTM_MIXEDMAP) ? &mixed : &pfn;
}

/* Holds: ttm_lock. The side that @bdev has, or a free one; NULL. */
static struct sim_ttm_device *find_usable(struct sim_machine *machine,
					  const struct ttm_device *bdev)
{
	struct sim_ttm_device *dev = find(machine, bdev);

	if (dev)
		return dev;
	dev = find(machine, NULL);
	if (dev)
		sim_count_object(machine, SIM_OBJ_MISC, 1);
	return dev;
}

static void make(struct sim_ttm_device *dev, const struct ttm_device *bdev)
{
	dev->driver = NULL;
	dev->prefault = TTM_BO_VM_NUM_PREFAULT;
	set_mode(dev, ttm_machine(bdev), SIM_TTM_DEFAULT);
	__atomic_store_n(&dev->bdev, bdev, __ATOMIC_RELEASE);
}

int ttm_sim_device_add(const struct ttm_device *bdev)
{
	struct sim_machine *machine = ttm_machine(bdev);
	struct sim_ttm_device *fresh = sim_alloc(machine, sizeof(*fresh), SIM_OBJ_MISC), *dev;

	if (!fresh)
		return -ENOMEM;
	sim_spin_lock(machine, &machine->ttm_lock, SIM_RANK_MISC);
	dev = find_usable(machine, bdev);
	make(dev ? dev : fresh, bdev);
	if (!dev) {
		fresh->next = machine->ttm_devices;
		__atomic_store_n(&machine->ttm_devices, fresh, __ATOMIC_RELEASE);
	}
	sim_spin_unlock(&machine->ttm_lock, SIM_RANK_MISC);
	if (dev)
		sim_free(fresh, sizeof(*fresh), SIM_OBJ_MISC);
	return 0;
}

void ttm_sim_device_remove(const struct ttm_device *bdev)
{
	struct sim_machine *machine = ttm_machine(bdev);
	struct sim_ttm_device *dev;

	sim_spin_lock(machine, &machine->ttm_lock, SIM_RANK_MISC);
	dev = find(machine, bdev);
	if (dev) {
		__atomic_store_n(&dev->bdev, NULL, __ATOMIC_RELEASE);
		sim_count_object(machine, SIM_OBJ_MISC, -1);
	}
	sim_spin_unlock(&machine->ttm_lock, SIM_RANK_MISC);
}
