/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * anon.c - anonymous pages: which vma's family a page belongs to, and how the
 * kernel tells such a page from a file's.
 *
 * page->mapping of an anonymous page is the address of its anon_vma with bit 0
 * set. The kernel chains the anon_vmas of parent and child; here each vma refers
 * to one, which may be its neighbour's too (anon_reuse.c). A page that outlives
 * it (it is pinned, or a child maps it) keeps the address: only bit 0 is ever
 * looked at.
 */
#include <errno.h>

#include "pte/rmap.h"

struct anon_vma {
	int refcount;	/* atomic: vmas that use it */
};

/* With a reference for @vma. */
static struct anon_vma *find_or_alloc(struct vm_area_struct *vma)
{
	struct anon_vma *anon_vma = find_mergeable_anon_vma(vma);

	if (anon_vma) {
		sim_anon_vma_get(anon_vma);
		return anon_vma;
	}
	anon_vma = sim_alloc(vma->vm_mm->sim_machine, sizeof(*anon_vma), SIM_OBJ_ANON_VMA);
	if (anon_vma)
		anon_vma->refcount = 1;
	return anon_vma;
}

int sim_anon_vma_prepare(struct vm_area_struct *vma)
{
	struct anon_vma *anon_vma, *other = NULL;

	if (__builtin_expect(__atomic_load_n(&vma->anon_vma, __ATOMIC_ACQUIRE) != NULL, 1))
		return 0;
	anon_vma = find_or_alloc(vma);
	if (!anon_vma)
		return -ENOMEM;
	/* Two threads may fault in the same vma; the second one's goes. */
	if (!__atomic_compare_exchange_n(&vma->anon_vma, &other, anon_vma, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		sim_anon_vma_put(anon_vma);
	return 0;
}

void sim_anon_vma_get(struct anon_vma *anon_vma)
{
	if (anon_vma)
		__atomic_fetch_add(&anon_vma->refcount, 1, __ATOMIC_RELAXED);
}

void sim_anon_vma_put(struct anon_vma *anon_vma)
{
	if (anon_vma && __atomic_sub_fetch(&anon_vma->refcount, 1, __ATOMIC_ACQ_REL) == 0)
		sim_free(anon_vma, sizeof(*anon_vma), SIM_OBJ_ANON_VMA);
}

/* Another fault in the same vma may be setting it. */
static const struct anon_vma *read_anon_vma(const struct vm_area_struct *vma)
{
	return __atomic_load_n(&vma->anon_vma, __ATOMIC_ACQUIRE);
}

static void set_anon_mapping(struct page *page, const struct vm_area_struct *vma)
{
	uintptr_t mapping = (uintptr_t)read_anon_vma(vma) + PAGE_MAPPING_ANON;

	__atomic_store_n(&page->mapping, (struct address_space *)mapping, __ATOMIC_RELEASE);
}

bool page_add_new_anon_rmap(struct page *page, struct vm_area_struct *vma, unsigned long addr)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct anon_vma *anon_vma = read_anon_vma(vma);

	if (SIM_BUG_ON_IN(machine, "mm/rmap.c", "__page_set_anon_rmap", !anon_vma))
		return false;
	sim_page_set(page, PG_swapbacked);
	sim_page_set(page, PG_uptodate);
	if (sim_rule(machine, SIM_RULE_ANON_EXCLUSIVE))
		sim_page_set(page, PG_anon_exclusive);
	page->index = linear_page_index(vma, addr);
	set_anon_mapping(page, vma);
	sim_page_add_map(page);
	return true;
}

void page_move_anon_rmap(struct page *page, struct vm_area_struct *vma)
{
	set_anon_mapping(page, vma);
	sim_page_set(page, PG_anon_exclusive);
}
