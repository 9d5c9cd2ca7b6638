/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* driver.c - what drivers ask of address spaces and files. */
#include "vma/internal.h"

#include <ttmsim/mm.h>

bool mmap_read_trylock(struct mm_struct *mm)
{
	return sim_read_trylock(mm->sim_machine, &mm->mmap_lock, SIM_RANK_MMAP, __func__);
}

void mmap_assert_locked(struct mm_struct *mm)
{
	bool is_free = sim_write_trylock(mm->sim_machine, &mm->mmap_lock, SIM_RANK_MMAP, __func__);

	if (!is_free)
		return;
	sim_rw_unlock(&mm->mmap_lock, SIM_RANK_MMAP);
	sim_outcome_record(mm->sim_machine, SIM_BUG, "include/linux/mmap_lock.h", __func__,
			   "!rwsem_is_locked(&mm->mmap_lock)");
}

void mmap_assert_write_locked(struct mm_struct *mm)
{
	if (sim_mmap_may_be_read(mm))
		sim_outcome_record(mm->sim_machine, SIM_BUG, "include/linux/mmap_lock.h",
				   __func__, "!rwsem_is_locked(&mm->mmap_lock)");
}

void vma_set_file(struct vm_area_struct *vma, struct file *file)
{
	struct file *old = vma->vm_file;

	vma->vm_file = get_file(file);
	fput(old);
}

void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows)
{
	unsigned int shift = sim_page_shift(mapping->sim_machine);

	unmap_mapping_range(mapping, (int64_t)((uint64_t)start << shift),
			    (int64_t)((uint64_t)nr << shift), even_cows);
}
