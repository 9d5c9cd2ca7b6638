/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"
#include "support/outcomes.h"

#define VRAM_PAGES 64
#define TT_PAGES 128

static struct ttm_fixture *running;

/* Directory leaves of I/O memory stay with the machine once it was written. */
static unsigned long nr_io_leaves(const struct sim_machine *machine)
{
	unsigned long nr = 0;

	for (unsigned long i = 0; i << SIM_IO_LEAF_LG2 < machine->phys->io_nr; i++)
		nr += machine->phys->io[i] != NULL;
	return nr;
}

static unsigned long live(const struct sim_machine *machine, enum sim_object kind)
{
	unsigned long nr = sim_live_objects(machine, kind);

	return kind == SIM_OBJ_MISC ? nr - nr_io_leaves(machine) : nr;
}

void ttm_fixture_open(struct ttm_fixture *fx, const struct sim_machine_config *config)
{
	struct sim_ttm_config ttm = { .mode = config ? config->ttm : SIM_TTM_DEFAULT };

	memset(fx, 0, sizeof(*fx));
	fx->machine = sim_machine_create(config);
	assert_non_null(fx->machine);
	expect_outcomes(fx->machine);
	fx->arch = sim_machine_arch(fx->machine)->name;
	fx->release = sim_machine_release(fx->machine);
	fx->page = 1UL << sim_machine_arch(fx->machine)->page_shift;
	fx->free_pages = sim_phys_free_pages(fx->machine);
	for (int i = 0; i < SIM_NR_OBJECTS; i++)
		fx->objects[i] = live(fx->machine, (enum sim_object)i);
	ttm.vram_bytes = VRAM_PAGES * fx->page;
	ttm.gtt_bytes = TT_PAGES * fx->page;
	if (config) {
		ttm.prefault = config->prefault;
		ttm.pool_max_order = config->pool_max_order;
	}
	if (config && config->vram_bytes) {
		ttm.vram_bytes = config->vram_bytes;
		ttm.gtt_bytes = config->vram_bytes;
	}
	fx->dev = sim_ttm_device_create(fx->machine, &ttm);
	assert_non_null(fx->dev);
	fx->bdev = sim_ttm_bdev(fx->dev);
	fx->task = sim_task_create(fx->machine, "test");
	fx->file = sim_ttm_open(fx->dev, FMODE_READ | FMODE_WRITE);
	assert_non_null(fx->task);
	assert_non_null(fx->file);
	sim_task_switch(fx->task);
}

void ttm_fixture_exit_task(struct ttm_fixture *fx)
{
	if (fx->task)
		sim_exit(fx->task);
	if (fx->file)
		fput(fx->file);
	fx->task = NULL;
	fx->file = NULL;
}

static void check_nothing_left(struct ttm_fixture *fx)
{
	for (int i = 0; i < SIM_NR_OBJECTS; i++) {
		enum sim_object kind = (enum sim_object)i;

		if (kind == SIM_OBJ_CPU || kind == SIM_OBJ_PAGE_BYTES)
			continue;
		if (kind == SIM_OBJ_PAGE && fx->expect_bad_pages)
			continue;
		if (live(fx->machine, kind) != fx->objects[i])
			fail_msg("%s: %ld left", sim_object_name(kind),
				 (long)(live(fx->machine, kind) - fx->objects[i]));
	}
	if (!fx->expect_bad_pages)
		assert_int_equal(sim_phys_free_pages(fx->machine), fx->free_pages);
}

static void check_outcomes(const struct ttm_fixture *fx)
{
	const struct sim_outcome *outcome = sim_last_outcome(fx->machine, SIM_WARN);

	if (outcome && !fx->expect_warnings)
		fail_msg("%s: %s: %s", outcome->file, outcome->function, outcome->condition);
	outcome = sim_last_outcome(fx->machine, SIM_BAD_PAGE);
	if (outcome && !fx->expect_bad_pages)
		fail_msg("%s: %s: %s", outcome->file, outcome->function, outcome->condition);
}

static void tell(const char *what, void *data)
{
	(void)data;
	print_error("%s\n", what);
}

void ttm_fixture_close(struct ttm_fixture *fx)
{
	bool crashed = sim_crashed(fx->machine);

	if (!fx->expect_bad_pages)
		assert_int_equal(sim_machine_check(fx->machine, tell, NULL), 0);
	ttm_fixture_exit_task(fx);
	if (!crashed) {
		sim_ttm_device_destroy(fx->dev);
		check_nothing_left(fx);
		check_outcomes(fx);
	}
	sim_task_switch(NULL);
	sim_machine_destroy(fx->machine);
}

void ttm_fixture_each(void (*check)(struct ttm_fixture *fx), void **state)
{
	static struct ttm_fixture fx;	/* outlives a failed check */

	(void)state;
	for (unsigned int i = 0; sim_arch_nth(i); i++) {
		for (unsigned int j = 0; sim_release_nth(j); j++) {
			struct sim_machine_config config = {
				.arch = sim_arch_nth(i)->name,
				.release = sim_release_nth(j),
			};

			if (sim_arch_nth(i)->since > sim_release_number(config.release))
				continue;
			ttm_fixture_open(&fx, &config);
			running = &fx;
			check(&fx);
			ttm_fixture_close(&fx);
			running = NULL;
		}
	}
}

int ttm_fixture_teardown(void **state)
{
	(void)state;
	if (running)
		print_error("on %s, %s\n", running->arch, running->release);
	running = NULL;
	sim_task_switch(NULL);
	return 0;
}

struct ttm_buffer_object *ttm_bo(struct ttm_fixture *fx, unsigned long pages, uint32_t mem_type,
				 enum ttm_caching caching)
{
	struct ttm_buffer_object *bo = sim_bo_create(fx->dev, pages, mem_type, caching);

	assert_non_null(bo);
	return bo;
}

long ttm_mmap(struct ttm_fixture *fx, struct ttm_buffer_object *bo, int prot, int flags)
{
	return sim_mmap(fx->task, 0, bo->base.size, prot, flags, fx->file, sim_bo_pgoff(bo));
}

unsigned long ttm_map(struct ttm_fixture *fx, struct ttm_buffer_object *bo)
{
	long addr = ttm_mmap(fx, bo, PROT_READ | PROT_WRITE, MAP_SHARED);

	assert_true(addr > 0);
	return (unsigned long)addr;
}

struct sim_pte_info ttm_pte(struct ttm_fixture *fx, unsigned long addr)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(fx->task->mm, addr, &info), 0);
	return info;
}

struct vm_area_struct *ttm_vma(struct ttm_fixture *fx, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(fx->task->mm, addr);

	assert_non_null(vma);
	assert_true(vma->vm_start <= addr);
	return vma;
}

void ttm_store(struct ttm_fixture *fx, unsigned long addr, uint8_t value)
{
	assert_int_equal(sim_write(fx->task, addr, &value, 1), 0);
}

uint8_t ttm_load(struct ttm_fixture *fx, unsigned long addr)
{
	uint8_t value = 0;

	assert_int_equal(sim_read(fx->task, addr, &value, 1), 0);
	return value;
}

unsigned long ttm_pfn(struct ttm_buffer_object *bo, unsigned long page)
{
	unsigned long pfn = 0;

	assert_int_equal(sim_bo_pfn(bo, page, &pfn), 0);
	return pfn;
}

vm_fault_t ttm_fault(struct ttm_fixture *fx, unsigned long addr, unsigned int flags,
		     bool *dropped)
{
	struct vm_area_struct *vma = ttm_vma(fx, addr);
	struct vm_fault vmf = { .vma = vma, .address = addr, .real_address = addr,
				.flags = flags,
				.pgoff = vma->vm_pgoff + (addr - vma->vm_start) / fx->page };
	vm_fault_t ret;

	mmap_read_lock(fx->task->mm);
	ret = vma->vm_ops->fault(&vmf);
	*dropped = (ret & VM_FAULT_RETRY) && !(flags & FAULT_FLAG_RETRY_NOWAIT);
	if (!*dropped)
		mmap_read_unlock(fx->task->mm);
	return ret;
}

vm_fault_t ttm_plain_fault(struct ttm_fixture *fx, unsigned long addr)
{
	bool dropped;
	vm_fault_t ret = ttm_fault(fx, addr, FAULT_FLAG_WRITE, &dropped);

	assert_false(dropped);
	return ret;
}
