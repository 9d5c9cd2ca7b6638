/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mm_fixture.c - see mm_fixture.h.
 */
#include "support/mm_fixture.h"
#include "support/outcomes.h"
#include "support/tables.h"

static const char *const archs[] = { "x86_64", "arm64", "arm", "um", "mips64", "s390x" };
static const char *const releases[] = { "5.11", "6.1", "6.12" };

static char where[64];		/* of the run that is going on */
static unsigned long baseline[SIM_NR_OBJECTS];
static unsigned long baseline_free;

/* ---- machines ---- */

static void note_baseline(struct sim_machine *machine)
{
	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++)
		baseline[kind] = sim_live_objects(machine, (enum sim_object)kind);
	baseline_free = sim_phys_free_pages(machine);
}

static void check_leaks(struct sim_machine *machine)
{
	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++) {
		unsigned long live = sim_live_objects(machine, (enum sim_object)kind);

		if (kind == SIM_OBJ_CPU || kind == SIM_OBJ_MISC || kind == SIM_OBJ_PAGE_BYTES)
			continue;
		if (live != baseline[kind])
			fail_msg("%lu objects of kind %s, were %lu", live,
				 sim_object_name((enum sim_object)kind), baseline[kind]);
	}
	assert_int_equal(sim_phys_free_pages(machine), baseline_free);
}

void mm_fixture_open(struct mm_fixture *fx, const struct sim_machine_config *config)
{
	memset(fx, 0, sizeof(*fx));
	fx->machine = sim_machine_create(config);
	assert_non_null(fx->machine);
	expect_outcomes(fx->machine);
	assert_int_equal(sim_enter(fx->machine), 0);
	note_baseline(fx->machine);
	fx->mmu = fx->machine->mmu;
	fx->page = mmu_page_size(fx->mmu);
	fx->mapping = (struct address_space *)(void *)&fx->drv;
	for (int i = 0; i < MM_PAGES; i++) {
		fx->drv.page[i] = sim_alloc_pages(fx->machine, 0);
		assert_non_null(fx->drv.page[i]);
		fx->drv.page[i]->mapping = fx->mapping;
	}
	fx->drv.io_pfn = fx->machine->arch->io_start_pfn;
	fx->drv.pfn = fx->drv.io_pfn;
	fx->mm = mm_create(fx);
}

void mm_fixture_close(struct mm_fixture *fx)
{
	mm_destroy(fx->mm);
	for (int i = 0; i < MM_PAGES; i++) {
		assert_int_equal(page_mapcount(fx->drv.page[i]), 0);
		assert_int_equal(page_count(fx->drv.page[i]), 1);
		fx->drv.page[i]->mapping = NULL;
		put_page(fx->drv.page[i]);
	}
	check_leaks(fx->machine);
	sim_machine_destroy(fx->machine);
}

void mm_fixture_each(void (*check)(struct mm_fixture *fx), void **state)
{
	(void)state;
	for (size_t a = 0; a < SIM_ARRAY_SIZE(archs); a++) {
		for (size_t r = 0; r < SIM_ARRAY_SIZE(releases); r++) {
			struct sim_machine_config config = { .arch = archs[a],
							     .release = releases[r] };
			struct mm_fixture fx;

			snprintf(where, sizeof(where), "%s %s", archs[a], releases[r]);
			mm_fixture_open(&fx, &config);
			check(&fx);
			mm_fixture_close(&fx);
		}
	}
	where[0] = 0;
}

int mm_fixture_teardown(void **state)
{
	(void)state;
	if (where[0])
		print_message("           : on %s\n", where);
	where[0] = 0;
	return 0;
}

/* ---- address spaces ---- */

struct mm_struct *mm_create(struct mm_fixture *fx)
{
	struct mm_struct *mm = sim_alloc(fx->machine, sizeof(*mm), SIM_OBJ_MM);

	assert_non_null(mm);
	mm->sim_machine = fx->machine;
	mm->sim_mmu = fx->mmu;
	mm->task_size = fx->mmu->task_size;
	sim_rwlock_init(&mm->mmap_lock);
	assert_int_equal(sim_pgd_alloc(mm), 0);
	return mm;
}

void mm_destroy(struct mm_struct *mm)
{
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		assert_int_equal(mm_rss(mm, i), 0);
	free_tables(mm, MM_BASE, mm->task_size, 0, 0);
	sim_pgd_free(mm);
	sim_free(mm, sizeof(*mm), SIM_OBJ_MM);
}

struct vm_area_struct *mm_map(struct mm_fixture *fx, struct mm_struct *mm, unsigned long at,
			      unsigned long pages, unsigned long flags,
			      const struct vm_operations_struct *ops)
{
	struct vm_area_struct *vma = sim_alloc(fx->machine, sizeof(*vma), SIM_OBJ_VMA);

	assert_non_null(vma);
	vma->vm_mm = mm;
	vma->vm_start = MM_BASE + at * fx->page;
	vma->vm_end = vma->vm_start + pages * fx->page;
	vma->vm_flags = flags;
	vma->vm_ops = ops;
	vma->vm_private_data = &fx->drv;
	if (ops)
		vma->vm_file = (struct file *)(void *)&fx->drv;
	vma->vm_page_prot = sim_vm_page_prot(mm->sim_mmu, flags);
	if ((flags & VM_SHARED) && ops && (ops->page_mkwrite || ops->pfn_mkwrite))
		vma->vm_page_prot = sim_vm_page_prot(mm->sim_mmu, flags & ~VM_SHARED);
	return vma;
}

struct vm_area_struct *mm_dup_vma(struct vm_area_struct *vma, struct mm_struct *mm)
{
	struct vm_area_struct *copy = sim_alloc(mm->sim_machine, sizeof(*copy), SIM_OBJ_VMA);

	assert_non_null(copy);
	*copy = *vma;
	copy->vm_mm = mm;
	sim_anon_vma_get(copy->anon_vma);
	return copy;
}

void mm_unmap(struct vm_area_struct *vma)
{
	const struct sim_zap all = { .even_cows = true };

	sim_zap_range(vma, vma->vm_start, vma->vm_end, &all);
	sim_anon_vma_put(vma->anon_vma);
	sim_free(vma, sizeof(*vma), SIM_OBJ_VMA);
}

/* ---- touching ---- */

vm_fault_t mm_fault(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	struct mm_struct *mm = vma->vm_mm;
	vm_fault_t ret;

	sim_read_lock(mm->sim_machine, &mm->mmap_lock, SIM_RANK_MMAP, __func__);
	ret = handle_mm_fault(vma, addr, flags, NULL);
	if (!(ret & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		sim_rw_unlock(&mm->mmap_lock, SIM_RANK_MMAP);
	return ret;
}

vm_fault_t mm_touch(struct vm_area_struct *vma, unsigned long addr, bool write)
{
	unsigned int flags = FAULT_FLAG_DEFAULT | FAULT_FLAG_USER;
	unsigned long pfn;

	if (write)
		flags |= FAULT_FLAG_WRITE;
	for (int tries = 0; tries < 8; tries++) {
		vm_fault_t ret;

		if (!sim_mmu_access(vma->vm_mm, addr, write, &pfn))
			return 0;
		ret = mm_fault(vma, addr, flags);
		if (ret & VM_FAULT_ERROR)
			return ret & VM_FAULT_ERROR;
		if (ret & VM_FAULT_RETRY)
			flags |= FAULT_FLAG_TRIED;
	}
	return VM_FAULT_RETRY;
}

static unsigned long touched_pfn(struct vm_area_struct *vma, unsigned long addr, bool write)
{
	unsigned long pfn;

	assert_int_equal(mm_touch(vma, addr, write), 0);
	assert_int_equal(sim_mmu_access(vma->vm_mm, addr, write, &pfn), 0);
	return pfn;
}

uint8_t mm_load(struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long page = mmu_page_size(vma->vm_mm->sim_mmu);
	unsigned long pfn = touched_pfn(vma, addr, false);
	uint8_t value;

	assert_int_equal(sim_phys_read(vma->vm_mm->sim_machine, pfn, addr % page, &value, 1), 0);
	return value;
}

void mm_store(struct vm_area_struct *vma, unsigned long addr, uint8_t value)
{
	unsigned long page = mmu_page_size(vma->vm_mm->sim_mmu);
	unsigned long pfn = touched_pfn(vma, addr, true);

	assert_int_equal(sim_phys_write(vma->vm_mm->sim_machine, pfn, addr % page, &value, 1), 0);
}

/* ---- looking ---- */

uint64_t mm_entry(const struct vm_area_struct *vma, unsigned long addr, int *level)
{
	int at;
	void *slot = sim_walk(vma->vm_mm, addr, level ? level : &at);

	return mmu_read(vma->vm_mm->sim_mmu, level ? *level : at, slot);
}

bool mm_none(const struct vm_area_struct *vma, unsigned long addr)
{
	int level;
	uint64_t e = mm_entry(vma, addr, &level);

	return mmu_is_none(vma->vm_mm->sim_mmu, level, e);
}

bool mm_test(const struct vm_area_struct *vma, unsigned long addr, enum sim_pte_test_id id)
{
	int level;
	uint64_t e = mm_entry(vma, addr, &level);

	assert_false(mmu_is_none(vma->vm_mm->sim_mmu, level, e));
	return fmt_test(&vma->vm_mm->sim_mmu->format[level], id, e);
}

unsigned long mm_pfn(const struct vm_area_struct *vma, unsigned long addr)
{
	int level;
	uint64_t e = mm_entry(vma, addr, &level);

	return fmt_pfn(&vma->vm_mm->sim_mmu->format[level], e);
}

struct page *mm_page(const struct vm_area_struct *vma, unsigned long addr)
{
	return sim_pfn_to_page(vma->vm_mm->sim_machine, mm_pfn(vma, addr));
}

long mm_rss(const struct mm_struct *mm, int member)
{
	return __atomic_load_n(&mm->rss_stat[member].counter, __ATOMIC_RELAXED);
}

uint64_t mm_count(const struct mm_fixture *fx, enum sim_counter counter)
{
	return sim_counter(fx->machine, counter);
}

void mm_set_leaf(struct vm_area_struct *vma, unsigned long addr, int level, unsigned long pfn,
		 bool write, bool special)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	const struct sim_entry_format *fmt = &mmu->format[level];
	uint64_t prot = sim_prot_to_leaf(mmu, level, vma->vm_page_prot.pgprot);
	uint64_t e = fmt_op(fmt, SIM_OP_MKYOUNG, fmt_make(fmt, pfn, prot));
	int err;
	void *slot = sim_walk_alloc(vma->vm_mm, addr, level, &err);

	assert_non_null(slot);
	if (special)
		e = fmt_op(fmt, SIM_OP_MKSPECIAL, e);
	e = fmt_op(fmt, write ? SIM_OP_MKWRITE : SIM_OP_WRPROTECT, e);
	sim_set_entry(vma->vm_mm, level, slot, addr, e);
}

void mm_save(struct mm_fixture *fx, const struct mm_struct *mm, struct mm_state *state)
{
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		state->rss[i] = mm_rss(mm, i);
	for (int i = 0; i < MM_PAGES; i++) {
		state->refs[i] = page_count(fx->drv.page[i]);
		state->maps[i] = page_mapcount(fx->drv.page[i]);
	}
	state->pages = sim_live_objects(fx->machine, SIM_OBJ_PAGE);
}

void mm_assert_same(const struct mm_state *a, const struct mm_state *b)
{
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		assert_int_equal(a->rss[i], b->rss[i]);
	for (int i = 0; i < MM_PAGES; i++) {
		assert_int_equal(a->refs[i], b->refs[i]);
		assert_int_equal(a->maps[i], b->maps[i]);
	}
	assert_int_equal(a->pages, b->pages);
}

/* ---- drivers ---- */

/* The driver of a call, which is noted: several threads may fault at once. */
static struct mm_driver *driver(const struct vm_fault *vmf)
{
	struct mm_driver *drv = vmf->vma->vm_private_data;

	__atomic_store_n(&drv->flags, vmf->flags, __ATOMIC_RELAXED);
	return drv;
}

static void count_call(unsigned int *nr)
{
	__atomic_fetch_add(nr, 1, __ATOMIC_RELAXED);
}

static vm_fault_t page_fault(struct vm_fault *vmf)
{
	struct mm_driver *drv = driver(vmf);

	count_call(&drv->nr_fault);
	if (drv->answer & VM_FAULT_RETRY)
		sim_mmap_unlock(vmf->vma->vm_mm);
	if (drv->answer)
		return drv->answer;
	if (vmf->pgoff >= MM_PAGES)
		return VM_FAULT_SIGBUS;
	vmf->page = drv->page[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

static vm_fault_t page_mkwrite(struct vm_fault *vmf)
{
	struct mm_driver *drv = driver(vmf);

	count_call(&drv->nr_page_mkwrite);
	return drv->answer;
}

static vm_fault_t pfn_mkwrite(struct vm_fault *vmf)
{
	struct mm_driver *drv = driver(vmf);

	count_call(&drv->nr_pfn_mkwrite);
	return drv->answer;
}

static vm_fault_t pfn_fault(struct vm_fault *vmf)
{
	struct mm_driver *drv = driver(vmf);

	count_call(&drv->nr_fault);
	if (drv->answer)
		return drv->answer;
	return vmf_insert_pfn(vmf->vma, vmf->address, drv->pfn + vmf->pgoff);
}

static vm_fault_t mixed_fault(struct vm_fault *vmf)
{
	struct mm_driver *drv = driver(vmf);

	count_call(&drv->nr_fault);
	return vmf_insert_mixed(vmf->vma, vmf->address,
				__pfn_to_pfn_t(drv->pfn + vmf->pgoff, PFN_DEV));
}

static vm_fault_t huge_fault(struct vm_fault *vmf, enum page_entry_size size)
{
	struct mm_driver *drv = driver(vmf);
	pfn_t pfn = __pfn_to_pfn_t(drv->pfn, 0);

	if (size != PE_SIZE_PMD)
		return VM_FAULT_FALLBACK;
	count_call(&drv->nr_huge);
	if (drv->answer)
		return drv->answer;
	return vmf_insert_pfn_pmd_prot(vmf, pfn, vmf->vma->vm_page_prot,
				       vmf->flags & FAULT_FLAG_WRITE);
}

const struct vm_operations_struct mm_page_ops = { .fault = page_fault };
const struct vm_operations_struct mm_mkwrite_ops = { .fault = page_fault,
						     .page_mkwrite = page_mkwrite };
const struct vm_operations_struct mm_pfn_ops = { .fault = pfn_fault };
const struct vm_operations_struct mm_pfn_mkwrite_ops = { .fault = pfn_fault,
							 .pfn_mkwrite = pfn_mkwrite };
const struct vm_operations_struct mm_mixed_ops = { .fault = mixed_fault };
const struct vm_operations_struct mm_huge_ops = { .fault = pfn_fault, .huge_fault = huge_fault };
