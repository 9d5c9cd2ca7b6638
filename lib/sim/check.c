/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check.c - does a machine keep its invariants, and has it got all back?
 *
 * C.1 every address space is sound (sim_mm_check()).
 * C.2 a page's mapcount is the number of level-0 entries that map it as a
 *     normal page. Huge leaves count nothing: they are only ever inserted by
 *     pfn (vmf_insert_pfn_pmd_prot()).
 * C.3 a free page has no references and no mapcount.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "phys/phys.h"
#include "pte/pgtable.h"
#include "sim/machine.h"

struct check {
	struct sim_machine *machine;
	struct mm_struct *mm;
	int *maps;		/* by pfn - ram.start: entries that were found */
	void (*tell)(const char *what, void *data);
	void *data;
	unsigned int nr;
};

__attribute__((format(printf, 2, 3)))
static void found(struct check *check, const char *format, ...)
{
	char text[160];
	va_list args;

	check->nr++;
	if (!check->tell)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	check->tell(text, check->data);
}

/* One level-0 entry: does it map a page that counts its mappings? */
static void count_leaf(struct check *check, unsigned long addr, uint64_t e)
{
	struct vm_area_struct *vma = find_vma(check->mm, addr);
	pte_t pte = { e };
	struct page *page;

	if (!vma || addr < vma->vm_start ||
	    !fmt_test(&check->mm->sim_mmu->format[0], SIM_TEST_PRESENT, e))
		return;		/* sim_mm_check() tells of leaves outside vmas */
	page = vm_normal_page(vma, addr, pte);
	if (page)
		check->maps[page - check->machine->phys->ram.map]++;
}

static void count_table(struct check *check, void *table, int level, unsigned long addr)
{
	const struct sim_mmu *mmu = check->mm->sim_mmu;
	const struct sim_level *l = &mmu->level[level];

	for (unsigned int i = 0; i < 1u << l->index_bits; i++) {
		unsigned long at = addr + ((unsigned long)i << l->shift);
		uint64_t e = mmu_read(mmu, level, (char *)table + (size_t)i * l->entry_bytes);

		if (mmu_is_none(mmu, level, e))
			continue;
		if (level == 0)
			count_leaf(check, at, e);
		else if (!mmu_is_leaf(mmu, level, e))
			count_table(check, mmu_table(mmu, level, e, check->machine), level - 1,
				    at);
	}
}

static void check_task(struct check *check, struct task_struct *task)
{
	check->mm = task->mm;
	if (!check->mm)
		return;
	check->nr += sim_mm_check(check->mm, check->tell, check->data);
	if (sim_mmap_read_lock(check->mm, "sim_machine_check"))
		return;
	if (check->mm->pgd)
		count_table(check, check->mm->pgd, check->mm->sim_mmu->nr_levels - 1, 0);
	sim_mmap_unlock(check->mm);
}

static void check_page(struct check *check, unsigned long nr)
{
	const struct page *page = &check->machine->phys->ram.map[nr];
	unsigned long pfn = check->machine->phys->ram.start + nr;
	int maps = page_mapcount(page);

	if (maps != check->maps[nr])
		found(check, "pfn 0x%lx: mapcount %d, but %d entries map it", pfn, maps,
		      check->maps[nr]);
	if (sim_page_test(page, PG_sim_free) && page_count(page))
		found(check, "pfn 0x%lx: free, but with %d references", pfn, page_count(page));
}

/* vm_normal_page() records what it finds odd; looking on must not. */
static void check_tasks(struct check *check)
{
	struct sim_machine *machine = check->machine;
	const struct sim_listeners listeners = machine->listeners;
	struct sim_outcome last[SIM_NR_OUTCOME_KINDS];
	unsigned int nr[SIM_NR_OUTCOME_KINDS];

	memcpy(last, machine->last_outcome, sizeof(last));
	memcpy(nr, machine->nr_outcomes, sizeof(nr));
	memset(&machine->listeners, 0, sizeof(machine->listeners));
	for (struct task_struct *task = machine->tasks; task; task = task->sim_next)
		check_task(check, task);
	machine->listeners = listeners;
	memcpy(machine->last_outcome, last, sizeof(last));
	memcpy(machine->nr_outcomes, nr, sizeof(nr));
}

unsigned int sim_machine_check(struct sim_machine *machine,
			       void (*tell)(const char *what, void *data), void *data)
{
	struct check check = { .machine = machine, .tell = tell, .data = data };
	unsigned long nr_pages;

	if (!machine || sim_enter(machine))
		return 0;	/* crashed: nothing holds any more */
	nr_pages = machine->phys->ram.nr;
	check.maps = calloc(nr_pages, sizeof(*check.maps));
	if (!check.maps)
		return 0;
	check_tasks(&check);
	for (unsigned long nr = 0; nr < machine->phys->fresh; nr++)
		check_page(&check, nr);
	free(check.maps);
	return check.nr;
}

/* ---- leaks ---- */

/* Bytes of pages stay with the machine, and so do its threads' counters. */
static bool may_stay(enum sim_object kind)
{
	return kind == SIM_OBJ_PAGE_BYTES || kind == SIM_OBJ_CPU;
}

/* The same goes for the directory of bytes of I/O memory. */
static unsigned long nr_io_leaves(const struct sim_phys *phys)
{
	unsigned long nr = 0;

	for (unsigned long i = 0; i << SIM_IO_LEAF_LG2 < phys->io_nr; i++)
		nr += phys->io[i] != NULL;
	return nr;
}

static void check_objects(struct check *check)
{
	const struct sim_sim *sim = check->machine->sim;

	for (int i = 0; i < SIM_NR_OBJECTS; i++) {
		enum sim_object kind = (enum sim_object)i;
		unsigned long live = sim_live_objects(check->machine, kind);

		if (kind == SIM_OBJ_MISC)
			live -= nr_io_leaves(check->machine->phys);
		if (!may_stay(kind) && live != sim->base_objects[kind])
			found(check, "%s: %ld too many", sim_object_name(kind),
			      (long)(live - sim->base_objects[kind]));
	}
}

static void check_free_pages(struct check *check)
{
	const struct sim_phys *phys = check->machine->phys;
	unsigned long nr_free = sim_phys_free_pages(check->machine);
	unsigned long nr_held = 0;

	if (nr_free != check->machine->sim->base_free_pages)
		found(check, "RAM: %ld pages are not back",
		      (long)(check->machine->sim->base_free_pages - nr_free));
	for (unsigned long nr = 0; nr < phys->fresh; nr++) {
		const struct page *page = &phys->ram.map[nr];

		if (sim_page_test(page, PG_sim_free) &&
		    (page_count(page) || page_mapcount(page)))
			nr_held++;
	}
	if (nr_held)
		found(check, "%lu free pages have references or mappings", nr_held);
}

unsigned int sim_machine_leaks(struct sim_machine *machine,
			       void (*tell)(const char *what, void *data), void *data)
{
	struct check check = { .machine = machine, .tell = tell, .data = data };
	struct sim_ttm_device *ttm;

	if (!machine || sim_enter(machine))
		return 0;
	ttm = machine->sim->ttm;
	if (ttm)
		sim_ttm_pool_shrink(&sim_ttm_bdev(ttm)->pool, ~0UL);
	check_objects(&check);
	check_free_pages(&check);
	return check.nr;
}
