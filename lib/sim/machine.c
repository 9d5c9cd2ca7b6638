/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.c - building and freeing machines.
 *
 * Creation wires the floors: arena, counters, the architecture resolved for the
 * release, physical memory, memory types. The TTM device comes when it is first
 * asked for: a machine without one is small, and so is its snapshot.
 */
#include <errno.h>

#include "base/tell.h"
#include "phys/layout.h"
#include "pte/pgtable.h"
#include "sim/machine.h"
#include "sim/releases.h"
#include "vma/gup_ops.h"

#define DEFAULT_ARCH "x86_64"
#define DEFAULT_RELEASE "6.1"
#define DEFAULT_RAM (64ULL << 20)
#define DEFAULT_VRAM (16ULL << 20)
#define MAX_RAM (4ULL << 30)
#define MAX_VRAM (4ULL << 30)

/* Fills in the defaults; -EINVAL for a release or sizes that cannot be. */
static int complete_config(struct sim_machine_config *config, const struct sim_arch *arch,
			   const struct sim_release **release)
{
	uint64_t page = 1ULL << arch->page_shift;
	uint64_t ram_end, io_end;

	if (!config->release)
		config->release = DEFAULT_RELEASE;
	*release = sim_release_find(config->release);
	if (!*release || (*release)->number < arch->since)
		return -EINVAL;
	config->release = (*release)->name;
	config->arch = arch->name;
	if (!config->ram_bytes)
		config->ram_bytes = DEFAULT_RAM;
	if (!config->vram_bytes)
		config->vram_bytes = DEFAULT_VRAM;
	if ((config->ram_bytes | config->vram_bytes) & (page - 1))
		return -EINVAL;
	if (config->ram_bytes > MAX_RAM || config->vram_bytes > MAX_VRAM)
		return -EINVAL;
	if (config->ttm >= SIM_NR_TTM_MODES || config->thp > SIM_THP_NEVER ||
	    config->pool_max_order > MAX_ORDER)
		return -EINVAL;
	ram_end = ((uint64_t)arch->ram_start_pfn << arch->page_shift) + config->ram_bytes;
	io_end = ((uint64_t)arch->io_start_pfn << arch->page_shift) + config->vram_bytes +
		 SIM_DEV_IO_BYTES;
	if (ram_end > (uint64_t)arch->io_start_pfn << arch->page_shift ||
	    (arch->max_phys_bits < 64 && io_end > 1ULL << arch->max_phys_bits))
		return -EINVAL;
	return 0;
}

static void note_baseline(struct sim_machine *machine)
{
	struct sim_sim *sim = machine->sim;

	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++)
		sim->base_objects[kind] = sim_live_objects(machine, (enum sim_object)kind);
	sim->base_free_pages = sim_phys_free_pages(machine);
}

static void switch_task(struct task_struct *task)
{
	(void)sim_task_switch(task);
}

static int init_machine(struct sim_machine *machine, const struct sim_arch *arch,
			const struct sim_release *release, const struct sim_machine_config *config)
{
	unsigned long nr_vram = config->vram_bytes >> arch->page_shift;
	struct sim_sim *sim;
	int ret;

	ret = sim_cpu_init(machine);
	if (ret)
		return ret;
	sim = sim_alloc(machine, sizeof(*sim), SIM_OBJ_MISC);
	if (!sim)
		return -ENOMEM;
	sim->config = *config;
	sim_mmu_resolve(&sim->mmu, arch, release->number, config->toggle_features);
	machine->sim = sim;
	machine->arch = arch;
	machine->release = release;
	machine->thp = (int)config->thp;
	machine->max_map_count = DEFAULT_MAX_MAP_COUNT;
	machine->up = config->cpus == 1;
	sim_tell_init(&machine->telling, config->quiet);
	if (config->oops || sim_env_is_on("TTMSIM_OOPS"))
		sim_oops_begin(machine);
	if (machine->up)
		sim->mmu.plain.kind |= SIM_PLAIN_UP;
	machine->gup = &sim_gup_ops;
	machine->switch_task = switch_task;
	machine->mmu = &sim->mmu;
	sim->dev_io_next = arch->io_start_pfn + nr_vram;
	sim->dev_io_end = sim->dev_io_next + (SIM_DEV_IO_BYTES >> arch->page_shift);
	ret = sim_phys_create(machine, arch->page_shift, arch->ram_start_pfn,
			      config->ram_bytes >> arch->page_shift, arch->io_start_pfn,
			      sim->dev_io_end - arch->io_start_pfn);
	if (!ret)
		ret = sim_memtype_init(machine);
	if (!ret)
		note_baseline(machine);
	return ret;
}

static struct sim_machine *create(const struct sim_arch *arch,
				  const struct sim_machine_config *user_config,
				  const struct sim_release *rules)
{
	struct sim_machine_config config = { 0 };
	const struct sim_release *release;
	struct sim_machine *machine;
	int ret;

	if (user_config)
		config = *user_config;
	ret = complete_config(&config, arch, &release);
	if (ret) {
		errno = -ret;
		return NULL;
	}
	machine = sim_arena_create(sizeof(*machine));
	if (!machine) {
		errno = ENOMEM;
		return NULL;
	}
	ret = init_machine(machine, arch, rules ? rules : release, &config);
	if (ret) {
		sim_machine_destroy(machine);
		errno = -ret;
		return NULL;
	}
	return machine;
}

struct sim_machine *sim_machine_create_arch(const struct sim_arch *arch,
					    const struct sim_machine_config *config)
{
	return create(arch, config, NULL);
}

struct sim_machine *sim_machine_create_rules(const struct sim_machine_config *config,
					     const struct sim_release *rules)
{
	const char *name = config && config->arch ? config->arch : DEFAULT_ARCH;
	const struct sim_arch *arch = sim_arch_find(name);

	if (!arch) {
		errno = EINVAL;
		return NULL;
	}
	return create(arch, config, rules);
}

struct sim_machine *sim_machine_create(const struct sim_machine_config *config)
{
	return sim_machine_create_rules(config, NULL);
}

void sim_machine_destroy(struct sim_machine *machine)
{
	if (!machine || sim_callback_refuses(machine, __func__))
		return;
	if (sim_current_machine() == machine)
		sim_task_switch(NULL);
	sim_held_forget(machine, (const char *)machine + SIM_ARENA_BYTES);
	sim_oops_end(machine);
	sim_arena_destroy(machine);
}

const struct sim_arch *sim_machine_arch(const struct sim_machine *machine)
{
	return machine ? machine->arch : NULL;
}

const char *sim_machine_release(const struct sim_machine *machine)
{
	return machine ? machine->release->name : NULL;
}

uint32_t sim_machine_features(const struct sim_machine *machine)
{
	return machine ? machine->mmu->features : 0;
}

static struct sim_ttm_device *create_ttm(struct sim_machine *machine)
{
	const struct sim_machine_config *config = &machine->sim->config;
	struct sim_ttm_config ttm = { 0 };

	ttm.mode = config->ttm;
	ttm.vram_bytes = config->vram_bytes;
	ttm.prefault = config->prefault;
	ttm.pool_max_order = config->pool_max_order;
	return sim_ttm_device_create(machine, &ttm);
}

/* The device is no leak: what it took belongs to the machine from now on. */
static void rebase(struct sim_machine *machine, const unsigned long before[SIM_NR_OBJECTS],
		   unsigned long free_before)
{
	struct sim_sim *sim = machine->sim;

	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++)
		sim->base_objects[kind] +=
			sim_live_objects(machine, (enum sim_object)kind) - before[kind];
	sim->base_free_pages -= free_before - sim_phys_free_pages(machine);
}

struct sim_ttm_device *sim_machine_ttm(struct sim_machine *machine)
{
	struct sim_ttm_device **slot, *ttm, *other = NULL;
	unsigned long before[SIM_NR_OBJECTS], free_before;

	if (!machine)
		return NULL;
	slot = &machine->sim->ttm;
	ttm = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	if (ttm || sim_enter(machine))
		return ttm;
	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++)
		before[kind] = sim_live_objects(machine, (enum sim_object)kind);
	free_before = sim_phys_free_pages(machine);
	ttm = create_ttm(machine);
	if (!ttm)
		return NULL;
	if (!__atomic_compare_exchange_n(slot, &other, ttm, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		sim_ttm_device_destroy(ttm);
		return other;
	}
	rebase(machine, before, free_before);
	return ttm;
}

unsigned long sim_machine_dev_io(struct sim_machine *machine, unsigned long nr_pages)
{
	struct sim_sim *sim = machine->sim;
	unsigned long pfn = __atomic_load_n(&sim->dev_io_next, __ATOMIC_RELAXED);

	do {
		if (!nr_pages || nr_pages > sim->dev_io_end - pfn)
			return 0;
	} while (!__atomic_compare_exchange_n(&sim->dev_io_next, &pfn, pfn + nr_pages, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return pfn;
}
