/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * anon_reuse.c - a vma that needs an anon_vma takes its neighbour's where the
 * two might become one vma again.
 *
 *	mprotect cuts a vma in two, each half faults, mprotect makes both alike:
 *	they can only merge (lib/vma/merge.c) if one anon_vma owns both halves.
 *
 * mmap_lock, held for reading, keeps the list of vmas as it is. A neighbour's
 * anon_vma may come up meanwhile, but not go.
 */
#include "pte/rmap.h"

/* Could mprotect make one vma of a and b, which follows it?
 * Models: mm/mmap.c, anon_vma_compatible, 5.11 to 6.12. */
static bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return a->vm_end == b->vm_start && a->vm_file == b->vm_file &&
	       !((a->vm_flags ^ b->vm_flags) & ~(VM_ACCESS_FLAGS | VM_SOFTDIRTY)) &&
	       b->vm_pgoff == linear_page_index(a, b->vm_start);
}

/* One that came through fork stays with its vma.
 * Models: mm/mmap.c, reusable_anon_vma, 5.11 to 6.12. */
static struct anon_vma *reusable_anon_vma(struct vm_area_struct *old)
{
	if (old->sim_anon_forked)
		return NULL;
	return __atomic_load_n(&old->anon_vma, __ATOMIC_ACQUIRE);
}

struct anon_vma *find_mergeable_anon_vma(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->sim_next, *prev = vma->sim_prev;
	struct anon_vma *anon_vma = NULL;

	if (next && anon_vma_compatible(vma, next))
		anon_vma = reusable_anon_vma(next);
	if (!anon_vma && prev && anon_vma_compatible(prev, vma))
		anon_vma = reusable_anon_vma(prev);
	return anon_vma;
}
