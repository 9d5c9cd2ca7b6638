/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vma.c - vmas as objects: made, copied, linked, counted; and how many there may be.
 */
#include "vma/internal.h"

int vma_spares_get(struct mm_struct *mm, struct vma_spares *spares, unsigned int nr)
{
	sim_assert(!spares->mm && nr <= SIM_VMA_SPARES);
	spares->mm = mm;
	while (spares->nr < nr) {
		struct vm_area_struct *vma = sim_alloc(mm->sim_machine, sizeof(*vma), SIM_OBJ_VMA);

		if (!vma)
			break;
		spares->vma[spares->nr++] = vma;
	}
	if (spares->nr == nr && !vma_tree_reserve(mm, nr))
		return 0;
	vma_spares_put(spares);
	return -ENOMEM;
}

void vma_spares_put(struct vma_spares *spares)
{
	if (!spares->mm)
		return;
	while (spares->nr)
		vm_area_free(spares->vma[--spares->nr]);
	vma_tree_trim(spares->mm);
	spares->mm = NULL;
}

unsigned int vma_cuts(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *first = vma_lookup(mm, start), *last = vma_lookup(mm, end);

	return (first && first->vm_start < start) + (last && last->vm_start < end);
}

struct vm_area_struct *vm_area_take(struct mm_struct *mm, struct vma_spares *spares)
{
	struct vm_area_struct *vma;

	sim_assert(spares->nr);
	vma = spares->vma[--spares->nr];
	vma->vm_mm = mm;
	return vma;
}

struct vm_area_struct *vm_area_dup(struct vm_area_struct *orig, struct mm_struct *mm,
				   struct vma_spares *spares)
{
	struct vm_area_struct *vma = vm_area_take(mm, spares);

	sim_assert(vma != orig && mm->sim_machine == orig->vm_mm->sim_machine);
	/* Not the links: a change elsewhere in the file's i_mmap may be writing to
	 * those of @orig. */
	memcpy(vma, orig, offsetof(struct vm_area_struct, sim_prev));
	vma->vm_mm = mm;
	return vma;
}

void vm_area_free(struct vm_area_struct *vma)
{
	sim_free(vma, sizeof(*vma), SIM_OBJ_VMA);
}

void vma_get_refs(struct vm_area_struct *vma)
{
	sim_assert(!vma->vm_file ||
		   __atomic_load_n(&vma->vm_file->f_count.counter, __ATOMIC_RELAXED) > 0);
	if (vma->vm_file)
		get_file(vma->vm_file);
	if (vma->anon_vma)
		sim_anon_vma_get(vma->anon_vma);
}

void vma_put_refs(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		fput(vma->vm_file);
	sim_anon_vma_put(vma->anon_vma);
	vma->vm_file = NULL;
	vma->anon_vma = NULL;
}

void vma_open(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->open)
		SIM_CALL_VOID(vma->vm_mm->sim_machine, vma->vm_ops, open, vma->vm_start, vma);
}

void vma_close(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		SIM_CALL_VOID(vma->vm_mm->sim_machine, vma->vm_ops, close, vma->vm_start, vma);
}

int sim_set_max_map_count(struct sim_machine *machine, int count)
{
	int ret = machine ? sim_enter(machine) : -EINVAL;

	if (ret)
		return ret;
	if (count < 0)
		return -EINVAL;
	__atomic_store_n(&machine->max_map_count, count, __ATOMIC_RELAXED);
	return 0;
}

void vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	sim_assert(mmap_write_held(mm) && mm->map_count >= 0);
	vma_tree_insert(mm, vma);
	mm->map_count++;
	i_mmap_insert(vma);
	sim_assert_expensive(small_vma_tree_is_valid(mm));
}

void vm_stat_account(struct mm_struct *mm, unsigned long flags, long npages)
{
	mm->total_vm += npages;
	if ((flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE)
		mm->data_vm += npages;
}
