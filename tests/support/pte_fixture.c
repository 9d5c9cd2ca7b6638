/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/pte_fixture.h"
#include "support/tables.h"

#include "sim/machine.h"
#include "support/outcomes.h"

/* ---- making and ending ---- */

static void add_task(struct pte_fixture *f)
{
	f->mmu = f->machine->mmu;
	f->task = sim_task_create(f->machine, "test");
	assert_non_null(f->task);
	f->mm = f->task->mm;
	sim_task_switch(f->task);
	f->base = mmu_leaf_size(f->mmu, 1);
	while (f->base < f->machine->arch->mmap_min)
		f->base += mmu_leaf_size(f->mmu, 1);
}

void pte_fixture_init_machine(struct pte_fixture *f, struct sim_machine *machine)
{
	memset(f, 0, sizeof(*f));
	f->machine = machine;
	assert_non_null(f->machine);
	expect_outcomes(f->machine);
	add_task(f);
}

void pte_fixture_init_config(struct pte_fixture *f, const struct sim_machine_config *config)
{
	pte_fixture_init_machine(f, sim_machine_create(config));
}

void pte_fixture_init_arch(struct pte_fixture *f, const struct sim_arch *arch,
			   const char *release, uint32_t toggle)
{
	struct sim_machine_config config = { .release = release, .toggle_features = toggle };

	pte_fixture_init_machine(f, sim_machine_create_arch(arch, &config));
}

void pte_fixture_init_toggled(struct pte_fixture *f, const char *arch, const char *release,
			      uint32_t toggle)
{
	const struct sim_arch *found = sim_arch_find(arch);

	assert_non_null(found);
	pte_fixture_init_arch(f, found, release, toggle);
}

void pte_fixture_init(struct pte_fixture *f, const char *arch, const char *release)
{
	pte_fixture_init_toggled(f, arch, release, 0);
}

static void check_nothing_left(struct pte_fixture *f)
{
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		assert_int_equal(f->mm->rss_stat[i].counter, 0);
	assert_int_equal(f->mm->pgtables_bytes.counter, 0);
	assert_int_equal(sim_live_objects(f->machine, SIM_OBJ_TABLE), 1);
	assert_int_equal(sim_live_objects(f->machine, SIM_OBJ_MEMTYPE), 0);
}

static void check_machine(struct pte_fixture *f)
{
	for (unsigned int i = 0; i < f->nr_vmas; i++) {
		sim_untrack_pfn(f->vma[i]); /* it looks at the first entry */
		pte_fixture_drop(f, f->vma[i]);
		sim_free(f->vma[i], sizeof(*f->vma[i]), SIM_OBJ_VMA);
	}
	free_tables(f->mm, 0, f->mmu->task_size, 0, 0);
	check_nothing_left(f);
	sim_exit(f->task);
	assert_int_equal(sim_machine_leaks(f->machine, NULL, NULL), 0);
}

void pte_fixture_exit(struct pte_fixture *f)
{
	if (!sim_crashed(f->machine))
		check_machine(f);
	sim_task_switch(NULL);
	sim_machine_destroy(f->machine);
}

/* ---- vmas ---- */

struct vm_area_struct *pte_fixture_vma(struct pte_fixture *f, unsigned long addr,
				       unsigned long nr_pages, unsigned long vm_flags)
{
	struct vm_area_struct *vma = sim_alloc(f->machine, sizeof(*vma), SIM_OBJ_VMA);

	assert_non_null(vma);
	assert_in_range(f->nr_vmas, 0, PTE_FIXTURE_VMAS - 1);
	vma->vm_mm = f->mm;
	vma->vm_start = addr;
	vma->vm_end = addr + pages(f, nr_pages);
	vma->vm_flags = vm_flags;
	vma->vm_page_prot = sim_vm_page_prot(f->mmu, vm_flags);
	f->vma[f->nr_vmas++] = vma;
	return vma;
}

static void drop_entry(struct vm_area_struct *vma, unsigned long addr, int level, void *slot)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_mmu *mmu = mm->sim_mmu;
	struct page *page = NULL;

	if (level == 0)
		page = sim_normal_page(vma, addr, mmu_read(mmu, 0, slot), 0);
	mmu_write(mmu, level, slot,
		  level ? mmu->level[level].none_value : mmu->format[0].none_value);
	if (!page)
		return;
	sim_rss_add(mm, sim_mm_counter(page), -1);
	sim_page_remove_map(page);
	sim_put_page(page, 1);
}

void pte_fixture_drop(struct pte_fixture *f, struct vm_area_struct *vma)
{
	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += pages(f, 1)) {
		int level;
		void *slot = sim_walk(f->mm, addr, &level);

		if (!mmu_is_none(f->mmu, level, mmu_read(f->mmu, level, slot)))
			drop_entry(vma, addr, level, slot);
	}
}

struct sim_pte_info pte_fixture_at(struct pte_fixture *f, unsigned long addr)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(f->mm, addr, &info), 0);
	return info;
}

unsigned long pte_fixture_mapped(struct pte_fixture *f, const struct vm_area_struct *vma)
{
	unsigned long nr = 0;

	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += pages(f, 1))
		nr += !pte_fixture_at(f, addr).none;
	return nr;
}

unsigned long pte_fixture_ram(const struct pte_fixture *f)
{
	/* The machine's last pages: the allocator hands out the first ones. */
	return f->machine->phys->ram.start + f->machine->phys->ram.nr - 1024;
}

unsigned long pte_fixture_io(const struct pte_fixture *f)
{
	return f->machine->arch->io_start_pfn;
}

/* ---- every machine ---- */

void pte_for_each_machine(void (*fn)(struct pte_fixture *f))
{
	static const char *const releases[] = { "5.11", "6.1", "6.12" };
	const struct sim_arch *arch;

	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++) {
		for (size_t i = 0; i < SIM_ARRAY_SIZE(releases); i++) {
			struct pte_fixture f;

			if (sim_release_number(releases[i]) < arch->since)
				continue;
			print_message("%s %s\n", arch->name, releases[i]);
			pte_fixture_init(&f, arch->name, releases[i]);
			fn(&f);
			pte_fixture_exit(&f);
		}
	}
}
