/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_plain_random.c - inserting, zapping, and all that lies between, in random
 * order: the straight way against the long one, and UP against SMP (straight.h).
 * Replay with SIM_SEED.
 */
#include <limits.h>

#include <ttmsim/gup.h>

#include "pte/insert/insert.h"
#include "support/straight.h"

/* ---- inserting ---- */

static uint64_t insert_pfn(struct straight *w)
{
	unsigned long addr = straight_addr(w), nr = 1 + straight_any(w, 30);
	unsigned long pfn = straight_pfn(w);
	struct vm_area_struct *vma;
	pgprot_t prot = straight_prot(w);
	bool own = straight_any(w, 2);
	uint64_t ret = 0;

	mmap_read_lock(w->mm);
	vma = straight_vma(w, addr);
	for (; vma && nr; nr--, addr += straight_bytes(w, 1), pfn += straight_any(w, 2)) {
		if (insert_pfn_would_bug(vma, pfn) && !straight_dares(w))
			continue;
		straight_hash(&ret, own ? vmf_insert_pfn(vma, addr, pfn)
					: vmf_insert_pfn_prot(vma, addr, pfn, prot));
	}
	mmap_read_unlock(w->mm);
	return ret;
}

static uint64_t insert_mixed(struct straight *w)
{
	static const uint64_t flags[] = { 0, 0, PFN_DEV, PFN_DEV | PFN_MAP, PFN_SPECIAL };
	unsigned long addr = straight_addr(w), nr = 1 + straight_any(w, 30);
	uint64_t flag = flags[straight_any(w, SIM_ARRAY_SIZE(flags))], ret = 0;
	struct vm_area_struct *vma;
	pgprot_t prot = straight_prot(w);
	bool own = straight_any(w, 2);

	/* there is no page map of a device behind it */
	w->abused |= flag == (PFN_DEV | PFN_MAP);
	mmap_read_lock(w->mm);
	vma = straight_vma(w, addr);
	for (; vma && nr; nr--, addr += straight_bytes(w, 1)) {
		pfn_t pfn = __pfn_to_pfn_t(straight_pfn(w), flag);

		if (!(vma->vm_flags & VM_MIXEDMAP) && !straight_dares(w))
			continue;
		w->abused |= !(vma->vm_flags & VM_MIXEDMAP) || vma->vm_flags & VM_PFNMAP;
		straight_hash(&ret, own ? vmf_insert_mixed(vma, addr, pfn)
					: vmf_insert_mixed_prot(vma, addr, pfn, prot));
	}
	mmap_read_unlock(w->mm);
	return ret;
}

/* A vma that pages can be put into, with the lock that this takes. */
static struct vm_area_struct *lock_for_pages(struct straight *w, unsigned long addr)
{
	struct vm_area_struct *vma;

	mmap_write_lock(w->mm);
	vma = straight_vma(w, addr);
	/* whoever makes a mapping VM_MIXEDMAP late changes whose entries are */
	if (vma && (vma->vm_flags & VM_PFN_OR_MIXED) != VM_MIXEDMAP)
		w->abused = true;
	if (vma && (vma->vm_flags & VM_PFN_OR_MIXED) == VM_PFNMAP && !straight_dares(w))
		vma = NULL;
	return vma;
}

static uint64_t insert_page_one(struct straight *w)
{
	unsigned long addr = straight_addr(w), nr = 1 + straight_any(w, 30);
	struct vm_area_struct *vma = lock_for_pages(w, addr);
	uint64_t ret = 0;

	for (; vma && nr; nr--, addr += straight_bytes(w, 1))
		straight_hash(&ret, (uint64_t)vm_insert_page(vma, addr, straight_page(w)));
	mmap_write_unlock(w->mm);
	return ret;
}

static uint64_t insert_pages(struct straight *w)
{
	static struct page *list[64];
	unsigned long addr = straight_addr(w), nr = straight_any(w, 64);
	bool ordinary = straight_any(w, 2);
	struct vm_area_struct *vma;
	uint64_t ret = 0;

	for (unsigned long i = 0; i < nr; i++)
		list[i] = ordinary ? w->pool[straight_any(w, 12)] : straight_page(w);
	vma = lock_for_pages(w, addr);
	if (vma)
		straight_hash(&ret, (uint64_t)vm_insert_pages(vma, addr, list, &nr));
	mmap_write_unlock(w->mm);
	straight_hash(&ret, nr);
	return ret;
}

static uint64_t insert_run(struct straight *w)
{
	static unsigned long list[200];
	unsigned long nr, addr = straight_range(w, &nr), pfn = straight_pfn(w), step;
	struct sim_pfns pfns = { .list = straight_any(w, 2) ? list : NULL, .first = pfn };
	struct vm_area_struct *vma;
	pgprot_t prot = straight_prot(w);
	uint64_t ret = 0;

	nr = nr < 200 ? nr : 200;
	step = straight_any(w, 3);
	for (unsigned long i = 0; i < nr; i++)
		list[i] = straight_any(w, 20) ? pfn + i * step : straight_pfn(w);
	mmap_read_lock(w->mm);
	vma = straight_vma(w, addr);
	if (vma && (insert_pfn_flags_in_order(vma->vm_flags) || straight_dares(w)))
		straight_hash(&ret, sim_vmf_insert_pfns_prot(vma, addr, &pfns, &nr, prot));
	mmap_read_unlock(w->mm);
	straight_hash(&ret, nr);
	return ret;
}

/* ---- remap ---- */

/* Into an occupied entry is a BUG. */
static void make_room(struct straight *w, struct vm_area_struct *vma, unsigned long addr,
		      unsigned long nr)
{
	static const struct sim_zap all = { .even_cows = true };

	if (!straight_dares(w))
		sim_zap_range(vma, addr, addr + straight_bytes(w, nr), &all);
}

/* Pages of the vma from @addr on, up to @nr. */
static unsigned long room_in(const struct straight *w, const struct vm_area_struct *vma,
			     unsigned long addr, unsigned long nr)
{
	unsigned long room = (vma->vm_end - addr) >> w->mmu->page_shift;

	return nr < room ? nr : room;
}

/* In a mapping that can be copied on write as a fault handler would: the lock that
 * mmap has says that no file knows of the mapping yet. */
static uint64_t remap(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr), pfn = straight_pfn(w);
	struct vm_area_struct *vma;
	pgprot_t prot = straight_prot(w);
	bool whole = straight_any(w, 8);
	int ret = 0;

	mmap_read_lock(w->mm);
	vma = straight_vma(w, addr);
	if (vma && (vma->vm_flags & VM_PFN_OR_MIXED) == VM_PFNMAP) {
		if ((whole && is_cow_mapping(vma->vm_flags)) || addr >= vma->vm_end ||
		    addr < vma->vm_start) {
			addr = vma->vm_start;
			nr = ULONG_MAX;
		}
		nr = room_in(w, vma, addr, nr);
		make_room(w, vma, addr, nr);
		w->abused |= is_cow_mapping(vma->vm_flags);
		if (!straight_any(w, 30))
			addr += straight_any(w, straight_bytes(w, 1));
		ret = remap_pfn_range(vma, addr, pfn, straight_bytes(w, nr), prot);
	}
	mmap_read_unlock(w->mm);
	return (uint64_t)ret;
}

/* ---- zap ---- */

static uint64_t zap(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);
	const struct sim_zap how = {
		.even_cows = straight_any(w, 2),
		.check_mapping = straight_any(w, 2) ? NULL
				 : straight_any(w, 2) ? w->file->f_mapping : w->device->f_mapping,
	};
	struct vm_area_struct *vma;

	mmap_write_lock(w->mm);
	vma = straight_vma(w, addr);
	if (vma)
		sim_zap_range(vma, addr, addr + straight_bytes(w, nr), &how);
	mmap_write_unlock(w->mm);
	return 0;
}

static uint64_t zap_ptes(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);
	struct vm_area_struct *vma;

	mmap_read_lock(w->mm);
	vma = straight_vma(w, addr);
	if (vma)
		zap_vma_ptes(vma, addr, straight_bytes(w, nr));
	mmap_read_unlock(w->mm);
	return 0;
}

static uint64_t unmap_file(struct straight *w)
{
	struct file *file = straight_any(w, 2) ? w->file : w->device;
	unsigned long at = straight_any(w, w->at->nr), nr = 1 + straight_any(w, w->at->nr);

	unmap_mapping_range(file->f_mapping, (loff_t)straight_bytes(w, at),
			    (loff_t)straight_bytes(w, nr), straight_any(w, 2));
	return 0;
}

/* ---- between ---- */

static uint64_t access_memory(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);
	bool write = straight_any(w, 2);

	nr = nr < 60 ? nr : 60;
	return (uint64_t)sim_touch(w->cur, addr, straight_bytes(w, nr), write);
}

static uint64_t exit_task(struct straight *w)
{
	if (w->nr_tasks == 1)
		return 0;
	sim_task_switch(w->task[0]);
	sim_exit(w->task[--w->nr_tasks]);
	return 0;
}

static uint64_t protect(struct straight *w)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	unsigned long nr, addr = straight_range(w, &nr);

	return (uint64_t)sim_mprotect(w->cur, addr, straight_bytes(w, nr),
				      prots[straight_any(w, 3)]);
}

static uint64_t unmap(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);

	nr = nr < 20 ? nr : 20;
	return (uint64_t)sim_munmap(w->cur, addr, straight_bytes(w, nr));
}

static uint64_t set_types(struct straight *w)
{
	static const enum sim_cache_mode modes[] = { SIM_CACHE_WB, SIM_CACHE_WC,
						     SIM_CACHE_UC_MINUS };
	uint64_t at = memtype_bytes(w->machine, w->machine->arch->io_start_pfn) +
		      straight_bytes(w, straight_any(w, 600)) + straight_any(w, 3) * 8;
	uint64_t len = straight_bytes(w, 1 + straight_any(w, 60));
	struct page *page = straight_page(w);

	switch (straight_any(w, 3)) {
	case 0:
		return (uint64_t)sim_set_memtype_ram(w->machine, sim_page_to_pfn(page), 1,
						     modes[straight_any(w, 3)]);
	case 1:
		return (uint64_t)arch_io_reserve_memtype_wc(at, len);
	default:
		arch_io_free_memtype_wc(at, len);
		return 0;
	}
}

/* Whoever gets it, the next allocation or one after it fails. */
static uint64_t fail_soon(struct straight *w)
{
	sim_fail_alloc(w->machine, 1 + straight_any(w, 5));
	return 0;
}

/* An entry with any bits, which no insertion would make. */
static uint64_t poke(struct straight *w)
{
	unsigned long addr = straight_addr(w);
	const struct sim_entry_format *fmt = &w->mmu->format[0];
	uint64_t e = straight_any(w, 2)
			     ? fmt_make(fmt, straight_pfn(w), straight_prot(w).pgprot)
			     : fmt->none_value ^
				       1ULL << straight_any(w, 8u * w->mmu->level[0].entry_bytes);
	int err;
	void *slot;

	if (straight_any(w, 4))
		return 0;
	w->abused = true;
	mmap_write_lock(w->mm);
	slot = straight_vma(w, addr) == find_vma(w->mm, addr) ? sim_walk_alloc(w->mm, addr, 0, &err)
							      : NULL;
	if (slot)
		mmu_write(w->mmu, 0, slot, e);
	mmap_write_unlock(w->mm);
	return 0;
}

static uint64_t get_pages(struct straight *w)
{
	static const unsigned int flags[] = { 0, FOLL_WRITE, FOLL_FORCE, FOLL_WRITE | FOLL_FORCE };
	static struct page *got[64];
	unsigned long nr, addr = straight_range(w, &nr);
	unsigned int flag = flags[straight_any(w, SIM_ARRAY_SIZE(flags))];
	uint64_t ret = 0;
	long n;

	nr = nr < 64 ? nr : 64;
	if (straight_any(w, 2)) {
		n = get_user_pages_fast(addr, (int)nr, flag, got);
	} else {
		mmap_read_lock(w->mm);
		n = get_user_pages(addr, nr, flag, got, NULL);
		mmap_read_unlock(w->mm);
	}
	straight_hash(&ret, (uint64_t)n);
	for (long i = 0; i < n; i++) {
		straight_hash(&ret, sim_page_to_pfn(got[i]));
		put_page(got[i]);
	}
	return ret;
}

static const struct straight_op everything[] = {
	{ "insert_pfn", insert_pfn, 8 }, { "insert_mixed", insert_mixed, 8 },
	{ "insert_page", insert_page_one, 6 }, { "insert_pages", insert_pages, 6 },
	{ "insert_pfns", insert_run, 6 }, { "remap", remap, 6 }, { "zap", zap, 8 },
	{ "zap_vma_ptes", zap_ptes, 4 }, { "unmap_mapping_range", unmap_file, 2 },
	{ "access", access_memory, 10 }, { "fork", straight_fork, 3 }, { "exit", exit_task, 1 },
	{ "mprotect", protect, 3 }, { "munmap", unmap, 3 }, { "types", set_types, 4 },
	{ "fail", fail_soon, 2 }, { "poke", poke, 1 }, { "gup", get_pages, 5 }, { 0 },
};

static void test_plain_is_the_same_as_the_long_way(void **state)
{
	(void)state;
	straight_everywhere(everything, 12);
}

/* The entry that stops it has been read as well, straight or not. */
static void test_remap_counts_the_entry_that_stops_it(void **state)
{
	static struct straight w;
	struct sim_machine_config config = { .arch = "um", .release = "6.1" };
	struct vm_area_struct *vma;
	unsigned long io;
	uint64_t read;
	long addr;

	(void)state;
	straight_open(&w, &config);
	w.map[0].vm_flags = VM_PFNMAP;
	w.at = &w.map[0];
	addr = sim_mmap(w.task[0], 0, straight_bytes(&w, 8), PROT_READ, MAP_SHARED, w.device, 0);
	assert_true(addr > 0);
	io = w.machine->arch->io_start_pfn;
	vma = find_vma(w.task[0]->mm, (unsigned long)addr);
	assert_int_equal(vmf_insert_pfn(vma, (unsigned long)addr + straight_bytes(&w, 5), io),
			 VM_FAULT_NOPAGE);
	read = sim_counter(w.machine, SIM_CNT_PTE_READ);
	assert_int_equal(remap_pfn_range(vma, (unsigned long)addr, io, straight_bytes(&w, 8),
					 vma->vm_page_prot), -EIO);
	assert_int_equal(sim_counter(w.machine, SIM_CNT_PTE_READ), read + 6);
	straight_close(&w);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_remap_counts_the_entry_that_stops_it),
	cmocka_unit_test(test_plain_is_the_same_as_the_long_way),
};

SIM_TEST_MAIN(tests)
