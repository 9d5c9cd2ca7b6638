/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * modes.c - mapping modes that no kernel has: all that a fault maps at once.
 *
 *	apply	without a look at what is there
 *	pfns	with every check that mode pfn makes, and its results
 */
#include "ttm/fault.h"

/* ---- apply ---- */

static int apply_entry(pte_t *pte, unsigned long addr, void *data)
{
	struct ttm_fault *f = data;

	if (beyond_pages(f))
		return -EIO;
	if (f->pages && !f->pages[f->offset])
		return -ENOMEM;
	set_pte_at(f->vma->vm_mm, addr, pte,
		   pte_mkspecial(pfn_pte(fault_pfn(f, f->offset++), f->prot)));
	return 0;
}

/*
 * Models: the proposal "drm/ttm: use apply_page_range instead of
 * vmf_insert_pfn_prot" of August 2025 (in no release): no look at what is there,
 * no range, memory-type or pfn check, and an error in what was not asked for is
 * one of the fault.
 */
vm_fault_t ttm_insert_apply(struct ttm_fault *f, pgoff_t num_prefault)
{
	unsigned long pages = f->last - f->offset;
	int err;

	if (pages > num_prefault)
		pages = num_prefault;
	err = apply_to_page_range(f->vma->vm_mm, f->vmf->address,
				  pages << sim_page_shift(f->machine), apply_entry, f);
	if (!err)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/* ---- pfns ---- */

/* How many pfns a driver is asked for before they are inserted. */
#define DRIVER_PFNS 64

/* How many of @nr pages from offset on are there: to the array's end, or a gap. */
static unsigned long pages_there(const struct ttm_fault *f, unsigned long nr)
{
	struct page *const *pages;
	unsigned long n = 0, in_array;

	if (!f->pages)
		return nr;
	pages = f->pages + f->offset;
	in_array = f->offset < f->nr_pages ? f->nr_pages - f->offset : 0;
	nr = nr < in_array ? nr : in_array;
#pragma GCC unroll 8
	for (; n < nr; n++)
		if (!pages[n])
			break;
	return n;
}

/* The next of @nr pfns, as many as one call can take. Returns how many. */
static unsigned long next_pfns(const struct ttm_fault *f, unsigned long nr, struct sim_pfns *pfns,
			       unsigned long list[DRIVER_PFNS])
{
	*pfns = (struct sim_pfns){ .first = f->first_pfn + f->offset };
	if (f->pages)
		pfns->pages = f->pages + f->offset;
	if (!f->asks_driver)
		return nr;
	nr = nr < DRIVER_PFNS ? nr : DRIVER_PFNS;
	for (unsigned long i = 0; i < nr; i++)
		list[i] = ttm_bo_io_mem_pfn(f->bo, f->offset + i);
	pfns->list = list;
	return nr;
}

/* The index of the pages that insert_each() would have come to. */
static void set_indices(const struct ttm_fault *f, unsigned long nr)
{
	if (!f->pages || !f->sets_index)
		return;
	for (unsigned long i = 0; i < nr; i++)
		(void)fault_pfn(f, f->offset + i);
}

/* In effect insert_each(), of pfns. */
vm_fault_t ttm_insert_pfns(struct ttm_fault *f, pgoff_t num_prefault)
{
	unsigned long want = f->last - f->offset, there, done = 0, list[DRIVER_PFNS];

	want = want < num_prefault ? want : num_prefault;
	there = pages_there(f, want);
	while (done < there) {
		struct sim_pfns pfns;
		unsigned long nr = next_pfns(f, there - done, &pfns, list), left = nr;
		unsigned long address = f->vmf->address + (done << sim_page_shift(f->machine));
		vm_fault_t ret = sim_vmf_insert_pfns_prot(f->vma, address, &pfns, &left, f->prot);

		set_indices(f, left ? nr - left + 1 : nr);
		done += nr - left;
		f->offset += nr - left;
		if (ret & VM_FAULT_ERROR)
			return insert_error(f, done, ret);
	}
	if (done < want && beyond_pages(f))
		return VM_FAULT_SIGBUS;
	return done < want && !done ? VM_FAULT_OOM : VM_FAULT_NOPAGE;
}
