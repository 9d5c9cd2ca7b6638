/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_stress_threads.c - threads of one process that insert, fault, zap, get pages,
 * fork, unmap and map again, all at once and in random order. Nothing may be left, and
 * every count must come out right. Replay a thread's part with SIM_SEED.
 */
#include <pthread.h>
#include <sys/mman.h>

#include <ttmsim/gup.h>
#include <ttmsim/sim.h>

#include "pte/insert/insert.h"
#include "support/address_space.h"
#include "support/base_fixture.h"
#include "support/run.h"

#define NR_THREADS 4
#define NR_STEPS 400
#define NR_PAGES 70ul		/* of a mapping */
#define NR_MAPS 4		/* PFN, MIXED, anonymous, a file */
#define NR_POOL 32

struct shared {
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct task_struct *task;
	struct file *file[NR_MAPS];
	struct page *pool[NR_POOL];
	unsigned long addr[NR_MAPS];
	uint64_t seed;
	unsigned int nr_started;	/* atomic */
};

struct part {
	struct shared *s;
	uint64_t seed;
	unsigned int map;
	unsigned long at, nr;		/* pages */
};

static unsigned long bytes(const struct shared *s, unsigned long nr)
{
	return nr << s->mmu->page_shift;
}

/* ---- a device for each kind ---- */

static vm_fault_t device_fault(struct vm_fault *vmf)
{
	const struct shared *s = vmf->vma->vm_private_data;
	struct page *page = s->pool[vmf->pgoff % NR_POOL];

	if (vmf->vma->vm_flags & VM_PFNMAP)
		return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(page));
	return vmf_insert_mixed(vmf->vma, vmf->address, __pfn_to_pfn_t(page_to_pfn(page), 0));
}

static const struct vm_operations_struct device_ops = { .fault = device_fault };

static int map_device(struct file *filp, struct vm_area_struct *vma, unsigned long vm_flags)
{
	vma->vm_flags |= vm_flags | VM_IO;
	vma->vm_ops = &device_ops;
	vma->vm_private_data = filp->private_data;
	return 0;
}

static int pfn_mmap(struct file *filp, struct vm_area_struct *vma)
{
	return map_device(filp, vma, VM_PFNMAP);
}

static int mixed_mmap(struct file *filp, struct vm_area_struct *vma)
{
	return map_device(filp, vma, VM_MIXEDMAP);
}

static const struct file_operations pfn_fops = { .mmap = pfn_mmap };
static const struct file_operations mixed_fops = { .mmap = mixed_mmap };

static void map_again(struct shared *s, unsigned int map)
{
	int flags = (s->file[map] ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS) | MAP_FIXED;

	assert_int_equal(sim_mmap(s->task, s->addr[map], bytes(s, NR_PAGES),
				  PROT_READ | PROT_WRITE, flags, s->file[map], 0), s->addr[map]);
}

/* ---- what threads do ---- */

static unsigned long any(struct part *p, unsigned long below)
{
	return as_random(&p->seed, (uint32_t)below);
}

static unsigned long addr_of(const struct part *p)
{
	return p->s->addr[p->map] + bytes(p->s, p->at);
}

/* The mapping of it with the lock, where it is there and of the kind; NULL without. */
static struct vm_area_struct *lock_vma(struct part *p, unsigned int map)
{
	struct mm_struct *mm = p->s->task->mm;
	struct vm_area_struct *vma;

	p->map = map;
	mmap_read_lock(mm);
	vma = find_vma(mm, addr_of(p));
	if (vma && vma->vm_start <= addr_of(p) &&
	    vma->vm_end >= addr_of(p) + bytes(p->s, p->nr))
		return vma;
	mmap_read_unlock(mm);
	return NULL;
}

static void insert_pfns(struct part *p)
{
	struct vm_area_struct *vma = lock_vma(p, 0);
	struct sim_pfns pfns = { .pages = p->s->pool };
	unsigned long nr = p->nr < NR_POOL ? p->nr : NR_POOL;

	if (!vma)
		return;
	if (any(p, 2))
		sim_vmf_insert_pfns_prot(vma, addr_of(p), &pfns, &nr, vma->vm_page_prot);
	else
		for (unsigned long i = 0; i < p->nr; i++)
			vmf_insert_pfn(vma, addr_of(p) + bytes(p->s, i),
				       page_to_pfn(p->s->pool[i % NR_POOL]));
	mmap_read_unlock(p->s->task->mm);
}

static void insert_pages(struct part *p)
{
	struct vm_area_struct *vma = lock_vma(p, 1);
	unsigned long nr = p->nr < NR_POOL ? p->nr : NR_POOL;
	unsigned long how = any(p, 3);

	if (!vma)
		return;
	if (how == 0)
		vm_insert_pages(vma, addr_of(p), p->s->pool, &nr);
	for (unsigned long i = 0; how && i < p->nr; i++) {
		struct page *page = p->s->pool[i % NR_POOL];
		unsigned long addr = addr_of(p) + bytes(p->s, i);

		if (how == 1)
			vm_insert_page(vma, addr, page);
		else
			vmf_insert_mixed(vma, addr, __pfn_to_pfn_t(page_to_pfn(page), 0));
	}
	mmap_read_unlock(p->s->task->mm);
}

static int look_and_set(pte_t *pte, unsigned long addr, void *data)
{
	const struct shared *s = ((struct part *)data)->s;
	pgprot_t prot = sim_vm_page_prot(s->mmu, VM_READ | VM_SHARED);

	if (pte_none(ptep_get(pte)))
		set_pte_at(s->task->mm, addr, pte,
			   pte_mkspecial(pfn_pte(page_to_pfn(s->pool[0]), prot)));
	return 0;
}

static void apply(struct part *p)
{
	if (!lock_vma(p, 0))
		return;
	apply_to_page_range(p->s->task->mm, addr_of(p), bytes(p->s, p->nr), look_and_set, p);
	mmap_read_unlock(p->s->task->mm);
}

static void zap(struct part *p)
{
	struct shared *s = p->s;
	struct vm_area_struct *vma;

	if (any(p, 2)) {
		vma = lock_vma(p, 0);
		if (!vma)
			return;
		zap_vma_ptes(vma, addr_of(p), bytes(s, p->nr));
		mmap_read_unlock(s->task->mm);
	} else if (s->file[p->map]) {
		unmap_mapping_range(s->file[p->map]->f_mapping, (loff_t)bytes(s, p->at),
				    (loff_t)bytes(s, p->nr), 1);
	}
}

static void get_pages(struct part *p)
{
	struct page *got[NR_PAGES];
	unsigned int flags = any(p, 2) ? FOLL_WRITE : 0;
	long nr;

	if (any(p, 2)) {
		nr = get_user_pages_fast(addr_of(p), (int)p->nr, flags, got);
	} else {
		mmap_read_lock(p->s->task->mm);
		nr = get_user_pages(addr_of(p), p->nr, flags, got, NULL);
		mmap_read_unlock(p->s->task->mm);
	}
	for (long i = 0; i < nr; i++)
		put_page(got[i]);
}

static void touch(struct part *p)
{
	sim_touch(p->s->task, addr_of(p), bytes(p->s, p->nr), any(p, 2));
}

static void fork_and_exit(struct part *p)
{
	struct task_struct *child = NULL;

	if (sim_fork(p->s->task, "child", &child))
		return;
	sim_touch(child, addr_of(p), bytes(p->s, p->nr), true);
	sim_exit(child);
}

static void unmap_and_map(struct part *p)
{
	sim_munmap(p->s->task, addr_of(p), bytes(p->s, p->nr));
	if (any(p, 2))
		map_again(p->s, p->map);
}

static void protect(struct part *p)
{
	sim_mprotect(p->s->task, addr_of(p), bytes(p->s, p->nr),
		     any(p, 2) ? PROT_READ : PROT_READ | PROT_WRITE);
}

static void (*const deeds[])(struct part *p) = {
	insert_pfns, insert_pfns, insert_pages, insert_pages, apply, zap, zap, get_pages,
	get_pages, get_pages, touch, touch, touch, fork_and_exit, unmap_and_map, protect,
};

static void *do_anything(void *data)
{
	struct shared *s = data;
	struct part p = { .s = s, .seed = s->seed + 77 * __atomic_fetch_add(&s->nr_started, 1,
									   __ATOMIC_RELAXED) };

	sim_task_switch(s->task);
	for (int i = 0; i < NR_STEPS; i++) {
		p.map = (unsigned int)any(&p, NR_MAPS);
		p.at = any(&p, NR_PAGES);
		p.nr = 1 + any(&p, NR_PAGES - p.at);
		deeds[any(&p, SIM_ARRAY_SIZE(deeds))](&p);
	}
	sim_task_switch(NULL);
	return NULL;
}

/* ---- machines ---- */

static void tell(const char *what, void *data)
{
	(void)data;
	print_error("%s\n", what);
}

static struct file *open_device(struct shared *s, const struct file_operations *fops)
{
	struct address_space *mapping = sim_mapping_create(s->machine);
	struct file *file;

	assert_non_null(mapping);
	file = sim_file_create(mapping, fops, FMODE_READ | FMODE_WRITE, s, "device");
	assert_non_null(file);
	sim_mapping_put(mapping);
	return file;
}

static void open_shared(struct shared *s, const char *arch, const char *release)
{
	struct sim_machine_config config = { .arch = arch, .release = release };

	s->machine = sim_machine_create(&config);
	assert_non_null(s->machine);
	s->mmu = s->machine->mmu;
	s->task = sim_task_create(s->machine, "stress");
	assert_non_null(s->task);
	s->file[0] = open_device(s, &pfn_fops);
	s->file[1] = open_device(s, &mixed_fops);
	s->file[2] = NULL;
	s->file[3] = sim_regular_file_create(s->machine, NR_PAGES, "file");
	assert_non_null(s->file[3]);
	for (int i = 0; i < NR_POOL; i++) {
		s->pool[i] = sim_alloc_pages(s->machine, 0);
		assert_non_null(s->pool[i]);
	}
	for (unsigned int i = 0; i < NR_MAPS; i++) {
		s->addr[i] = 0x10000000 + i * 0x1000000 + mmu_leaf_size(s->mmu, 1) -
			     bytes(s, NR_PAGES / 2);
		map_again(s, i);
	}
	s->nr_started = 0;
}

static void close_shared(struct shared *s)
{
	assert_false(sim_crashed(s->machine));
	assert_int_equal(sim_machine_check(s->machine, tell, NULL), 0);
	for (int i = 0; i < SIM_NR_OUTCOME_KINDS; i++)
		assert_int_equal(sim_nr_outcomes(s->machine, (enum sim_outcome_kind)i), 0);
	sim_exit(s->task);
	for (int i = 0; i < NR_POOL; i++) {
		assert_int_equal(page_count(s->pool[i]), 1);
		assert_int_equal(page_mapcount(s->pool[i]), 0);
		sim_free_pages(s->pool[i], 0);
	}
	for (int i = 0; i < NR_MAPS; i++)
		if (s->file[i])
			fput(s->file[i]);
	assert_int_equal(sim_machine_leaks(s->machine, tell, NULL), 0);
	sim_machine_destroy(s->machine);
}

static void test_stress_of_one_address_space(void **state)
{
	static const char *const archs[] = { "x86_64", "arm64", "um", "arm", "s390x" };
	static const char *const releases[] = { "5.11", "6.1", "6.12" };
	uint64_t seed = as_seed(8);

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(archs) * SIM_ARRAY_SIZE(releases); i++) {
		static struct shared s;

		s.seed = seed + i * 1000;
		open_shared(&s, archs[i % SIM_ARRAY_SIZE(archs)],
			    releases[i / SIM_ARRAY_SIZE(archs)]);
		print_message("%s %s\n", sim_machine_arch(s.machine)->name,
			      sim_machine_release(s.machine));
		run_threads(2 + i % (NR_THREADS - 1), do_anything, &s);
		close_shared(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_stress_of_one_address_space),
};

SIM_TEST_MAIN(tests)
