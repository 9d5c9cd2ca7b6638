/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_pfns.c - mode pfns does what mode pfn does, in every way that a fault can
 * end, on every architecture in every release.
 */
#include "support/ttm_fixture.h"

#define NR_PAGES 200ul

/* One fault, on an object of NR_PAGES pages that is mapped from its start. */
struct situation {
	const char *what;
	uint32_t mem_type;
	unsigned long at;		/* page that is touched */
	unsigned int prefault;
	unsigned long more;		/* pages that the vma has beyond the object */
	long missing;			/* page that the array lacks; -1: none */
	long there;			/* page that is mapped already; -1: none */
	unsigned long fail_nth;		/* allocation */
	unsigned long (*io_mem_pfn)(struct ttm_buffer_object *bo, unsigned long page_offset);
	bool no_access;			/* PROT_NONE entries: x86 refuses high pfns then */
	unsigned long take_flags, add_flags; /* of the vma */
};

/* Scattered; on x86 in a part that PROT_NONE entries must not name, from page 130 on. */
static unsigned long scattered(struct ttm_buffer_object *bo, unsigned long page_offset)
{
	const struct sim_machine *machine = ttm_machine(bo->bdev);
	unsigned int bits = machine->arch->max_phys_bits - machine->mmu->page_shift;

	if (page_offset < 130)
		return machine->phys->io_start + (page_offset * 7 & 255);
	return (1ul << bits) - 1 - page_offset;
}

static unsigned long all_high(struct ttm_buffer_object *bo, unsigned long page_offset)
{
	return scattered(bo, page_offset + 130);
}

#define NOTHING .missing = -1, .there = -1

static const struct situation situations[] = {
	{ "system", TTM_PL_SYSTEM, .prefault = 16, NOTHING },
	{ "TT, to the end", TTM_PL_TT, .at = 190, .prefault = 16, NOTHING },
	{ "TT, all at once", TTM_PL_TT, .at = 3, .prefault = 512, NOTHING },
	{ "VRAM, all at once", TTM_PL_VRAM, .prefault = 512, NOTHING },
	{ "VRAM, one", TTM_PL_VRAM, .at = 7, .prefault = 1, NOTHING },
	{ "one is there", TTM_PL_TT, .prefault = 16, .missing = -1, .there = 9 },
	{ "the first is there", TTM_PL_VRAM, .prefault = 16, .missing = -1, .there = 0 },
	{ "the first is missing", TTM_PL_TT, .at = 5, .prefault = 16, .missing = 5, .there = -1 },
	{ "a later one is missing", TTM_PL_TT, .prefault = 16, .missing = 5, .there = -1 },
	{ "the first one after the last", TTM_PL_TT, .prefault = 16, .missing = 16, .there = -1 },
	{ "beyond the array", TTM_PL_TT, .at = 190, .prefault = 16, .more = 20, NOTHING },
	{ "up to its end", TTM_PL_TT, .at = 190, .prefault = 10, .more = 20, NOTHING },
	{ "beyond VRAM's", TTM_PL_VRAM, .at = 190, .prefault = 16, .more = 20, NOTHING },
	{ "missing, then beyond", TTM_PL_TT, .at = 190, .prefault = 16, .more = 20,
	  .missing = 198, .there = -1 },
	{ "no first table", TTM_PL_TT, .prefault = 16, .fail_nth = 1, NOTHING },
	{ "no second table", TTM_PL_TT, .prefault = 512, .fail_nth = 4, NOTHING },
	{ "no second table, VRAM", TTM_PL_VRAM, .prefault = 512, .fail_nth = 3, NOTHING },
	{ "the driver's pfns", TTM_PL_VRAM, .prefault = 512, .io_mem_pfn = scattered, NOTHING },
	{ "the driver's, refused from 130 on", TTM_PL_VRAM, .prefault = 512,
	  .io_mem_pfn = scattered, .no_access = true, NOTHING },
	{ "the driver's, refused at once", TTM_PL_VRAM, .prefault = 512,
	  .io_mem_pfn = all_high, .no_access = true, NOTHING },
	{ "the driver's own MIXEDMAP, RAM", TTM_PL_TT, .prefault = 16, .take_flags = VM_PFNMAP,
	  .add_flags = VM_MIXEDMAP, NOTHING },
	{ "the driver's own MIXEDMAP, VRAM", TTM_PL_VRAM, .prefault = 16,
	  .take_flags = VM_PFNMAP, .add_flags = VM_MIXEDMAP, NOTHING },
	{ "both flags", TTM_PL_VRAM, .prefault = 16, .add_flags = VM_MIXEDMAP, NOTHING },
	{ "neither flag", TTM_PL_VRAM, .prefault = 16, .take_flags = VM_PFNMAP, NOTHING },
};

struct seen {
	vm_fault_t ret;
	bool crashed;
	const char *bug;
	uint64_t counters[SIM_NR_COUNTERS];
	uint64_t entry[NR_PAGES + 32];
	unsigned long index[NR_PAGES];
};

static void look(struct ttm_fixture *fx, struct ttm_buffer_object *bo, unsigned long addr,
		 struct seen *seen)
{
	const struct sim_outcome *bug = sim_last_outcome(fx->machine, SIM_BUG);

	seen->bug = bug ? bug->condition : "";
	seen->crashed = sim_crashed(fx->machine);
	if (seen->crashed) /* which ends all look-ups */
		return;
	for (unsigned long i = 0; i < SIM_ARRAY_SIZE(seen->entry); i++)
		seen->entry[i] = ttm_pte(fx, addr + i * fx->page).raw;
	for (unsigned long i = 0; i < NR_PAGES && bo->ttm; i++)
		seen->index[i] = bo->ttm->pages[i] ? bo->ttm->pages[i]->index : 0;
}

/* A mapping that goes beyond its object, at an address near the end of a table. */
static struct vm_area_struct *map(struct ttm_fixture *fx, struct ttm_buffer_object *bo,
				  const struct situation *s)
{
	unsigned long table = 1ul << fx->machine->mmu->level[1].shift;
	long addr = sim_mmap(fx->task, 16 * table - 100 * fx->page, bo->base.size,
			     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fx->file,
			     sim_bo_pgoff(bo));
	struct vm_area_struct *vma;

	assert_true(addr > 0);
	vma = ttm_vma(fx, (unsigned long)addr);
	vma->vm_end += s->more * fx->page;
	vma->vm_flags = (vma->vm_flags & ~s->take_flags) | s->add_flags;
	if (s->no_access)
		vma->vm_page_prot = vm_get_page_prot(VM_SHARED);
	return vma;
}

static vm_fault_t fault(struct ttm_fixture *fx, struct vm_area_struct *vma, unsigned long page,
			unsigned int prefault)
{
	struct vm_fault vmf = { .vma = vma, .address = vma->vm_start + page * fx->page,
				.flags = FAULT_FLAG_WRITE };
	vm_fault_t ret;

	fx->dev->prefault = prefault;
	mmap_read_lock(fx->task->mm);
	ret = vma->vm_ops->fault(&vmf);
	mmap_read_unlock(fx->task->mm);
	return ret;
}

static void touch(struct ttm_fixture *fx, struct ttm_buffer_object *bo,
		  const struct situation *s, struct seen *seen)
{
	struct vm_area_struct *vma = map(fx, bo, s);
	struct page *missing = NULL;
	uint64_t before[SIM_NR_COUNTERS];

	if (s->there >= 0)
		assert_int_equal(fault(fx, vma, (unsigned long)s->there, 1), VM_FAULT_NOPAGE);
	if (s->missing >= 0) {
		missing = bo->ttm->pages[s->missing];
		bo->ttm->pages[s->missing] = NULL;
	}
	sim_counters(fx->machine, before);
	sim_fail_alloc(fx->machine, s->fail_nth);
	seen->ret = fault(fx, vma, s->at, s->prefault);
	sim_fail_alloc(fx->machine, 0);
	sim_counters(fx->machine, seen->counters);
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		seen->counters[i] -= before[i];
	look(fx, bo, vma->vm_start, seen);
	if (s->missing >= 0)
		bo->ttm->pages[s->missing] = missing;
	unmap_mapping_range(fx->bdev->dev_mapping, 0, 0, 1);
	vma->vm_end -= s->more * fx->page;
}

static void run(const struct sim_machine_config *config, const struct situation *s,
		struct seen *seen)
{
	static struct ttm_fixture fx;	/* outlives a failed check */
	struct ttm_device_funcs funcs, *old;
	struct ttm_buffer_object *bo;

	memset(seen, 0, sizeof(*seen));
	ttm_fixture_open(&fx, config);
	fx.bdev->pool.sim_nr_orders = 1;
	old = fx.bdev->funcs;
	funcs = *old;
	funcs.io_mem_pfn = s->io_mem_pfn;
	bo = ttm_bo(&fx, NR_PAGES, s->mem_type, ttm_write_combined);
	fx.bdev->funcs = &funcs;
	touch(&fx, bo, s, seen);
	fx.bdev->funcs = old;
	if (seen->crashed) {
		sim_task_switch(NULL);
		sim_machine_destroy(fx.machine);
		return;
	}
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static void compare(const struct sim_machine_config *config, const struct situation *s,
		    const struct seen *pfn, const struct seen *pfns)
{
	bool same = pfn->ret == pfns->ret && pfn->crashed == pfns->crashed &&
		    !strcmp(pfn->bug, pfns->bug) &&
		    !memcmp(pfn->entry, pfns->entry, sizeof(pfn->entry)) &&
		    !memcmp(pfn->index, pfns->index, sizeof(pfn->index)) &&
		    pfn->counters[SIM_CNT_PTE_READ] == pfns->counters[SIM_CNT_PTE_READ] &&
		    pfn->counters[SIM_CNT_PTE_WRITE] == pfns->counters[SIM_CNT_PTE_WRITE] &&
		    pfn->counters[SIM_CNT_TABLE_ALLOC] == pfns->counters[SIM_CNT_TABLE_ALLOC];

	if (!same)
		fail_msg("%s %s, %s: result %#x, %s; as a run %#x, %s", config->arch,
			 config->release, s->what, pfn->ret, pfn->bug, pfns->ret, pfns->bug);
}

static void test_pfns_does_what_pfn_does(void **state)
{
	static struct seen pfn, pfns;

	(void)state;
	for (unsigned int i = 0; sim_arch_nth(i); i++) {
		for (unsigned int j = 0; sim_release_nth(j); j++) {
			struct sim_machine_config config = {
				.arch = sim_arch_nth(i)->name, .release = sim_release_nth(j),
				.vram_bytes = 256ul << sim_arch_nth(i)->page_shift,
			};

			if (sim_arch_nth(i)->since > sim_release_number(config.release))
				continue;
			for (size_t n = 0; n < SIM_ARRAY_SIZE(situations); n++) {
				config.ttm = SIM_TTM_PFN;
				run(&config, &situations[n], &pfn);
				config.ttm = SIM_TTM_PFNS;
				run(&config, &situations[n], &pfns);
				compare(&config, &situations[n], &pfn, &pfns);
			}
		}
	}
}

/* That the situations are what they say: on x86, in the results of a run. */
static void test_pfns_results(void **state)
{
	static const struct {
		const char *what, *release;
		vm_fault_t want;
		unsigned long mapped, indexed;
		bool bug;
	} cases[] = {
		{ "TT, all at once", "6.1", VM_FAULT_NOPAGE, 197, 0, false },
		{ "TT, all at once", "5.11", VM_FAULT_NOPAGE, 197, 197, false },
		{ "the first is missing", "5.14", VM_FAULT_OOM, 0, 0, false },
		{ "a later one is missing", "5.14", VM_FAULT_NOPAGE, 5, 5, false },
		{ "beyond the array", "6.1", VM_FAULT_SIGBUS, 0, 0, true },
		{ "up to its end", "6.1", VM_FAULT_NOPAGE, 10, 0, false },
		{ "no first table", "5.14", VM_FAULT_NOPAGE, 0, 1, false },
		{ "no second table", "5.14", VM_FAULT_OOM, 100, 101, false },
		{ "the driver's pfns", "6.1", VM_FAULT_NOPAGE, 200, 0, false },
		{ "the driver's, refused from 130 on", "6.1", VM_FAULT_SIGBUS, 130, 0, false },
		{ "the driver's, refused at once", "6.1", VM_FAULT_NOPAGE, 0, 0, false },
		{ "neither flag", "6.1", VM_FAULT_SIGBUS, 0, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct sim_machine_config config = { .release = cases[i].release,
						     .ttm = SIM_TTM_PFNS, .vram_bytes = 1 << 20 };
		const struct situation *s = situations;
		static struct seen seen;
		unsigned long mapped = 0, indexed = 0;

		while (strcmp(s->what, cases[i].what) != 0)
			s++;
		run(&config, s, &seen);
		for (unsigned long n = 0; n < SIM_ARRAY_SIZE(seen.entry); n++)
			mapped += seen.entry[n] != 0;
		for (unsigned long n = 0; n < NR_PAGES; n++)
			indexed += seen.index[n] != 0;
		if (seen.ret != cases[i].want || mapped != cases[i].mapped ||
		    indexed != cases[i].indexed || seen.crashed != cases[i].bug)
			fail_msg("%s, %s: %#x, %lu mapped, %lu indexed", cases[i].what,
				 cases[i].release, seen.ret, mapped, indexed);
	}
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_pfns_does_what_pfn_does),
	TTM_TEST(test_pfns_results),
};

SIM_TEST_MAIN(tests)
