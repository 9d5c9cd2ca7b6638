/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_map.c - operations on mappings: mmap and what changes or ends one.
 */
#include <errno.h>
#include <sys/mman.h>

#include "scenario/run.h"

/* ---- mmap ---- */

/* What an mmap is of. */
struct target {
	struct file *file;	/* a reference of its own; NULL: anonymous */
	unsigned long pgoff;
	unsigned long pages;	/* of the whole object; 0 where it has no end */
};

/* The object behind an open file: its pages. */
static unsigned long pages_behind(const struct scn_run *run, int index)
{
	int of = run->to.scn->names[index].of;

	return run->object[of >= 0 ? of : index].pages;
}

static int find_target(struct scn_run *run, const struct scn_op *op, struct target *target)
{
	int index = op->arg[MMAP_FILE].object;
	const struct scn_object *o, *bo;

	target->pgoff = scn_number(op, MMAP_OFF, 0);
	if (index < 0)
		return 0;
	o = &run->object[index];
	target->pages = pages_behind(run, index);
	if (op->arg[MMAP_BO].set) {
		bo = &run->object[op->arg[MMAP_BO].object];
		if (!bo->bo)
			return -ENOENT;
		target->pages = bo->pages;
		target->pgoff += sim_bo_pgoff(bo->bo);
	}
	if (o->dev)
		target->file = sim_dev_open(o->dev, FMODE_READ | FMODE_WRITE,
					    run->to.scn->names[index].name);
	else if (o->file)
		target->file = get_file(o->file);
	return target->file ? 0 : -EBADF;
}

/*
 * An address for a mapping of which page 0 of the object would lie at the start
 * of a PMD: as a hint, so that mmap still decides.
 */
static unsigned long aligned_hint(struct scn_run *run, unsigned long off, unsigned long pages)
{
	const struct sim_mmu *mmu = run->machine->mmu;
	unsigned long pmd = mmu_leaf_size(mmu, mmu->nr_levels > 1 ? 1 : 0);
	unsigned long len = (off + pages) << mmu->page_shift;
	unsigned long hint;

	if (!run->next_aligned)
		run->next_aligned = (mmu->task_size / 4) & ~(pmd - 1);
	hint = run->next_aligned;
	run->next_aligned += (len + pmd - 1) & ~(pmd - 1);
	return hint + (off << mmu->page_shift);
}

static int flags_of(const struct scn_op *op, const struct target *target)
{
	int flags = (int)scn_number(op, MMAP_SHARE, MAP_SHARED);

	if (!target->file)
		flags |= MAP_ANONYMOUS;
	if (scn_flag(op, MMAP_DENYWRITE))
		flags |= MAP_DENYWRITE;
	if (scn_flag(op, MMAP_POPULATE))
		flags |= MAP_POPULATE;
	if (scn_flag(op, MMAP_NORESERVE))
		flags |= MAP_NORESERVE;
	if (scn_flag(op, MMAP_LOCKED))
		flags |= MAP_LOCKED;
	if (op->arg[MMAP_AT].set)
		flags |= MAP_FIXED;
	return flags;
}

static long map_target(struct scn_run *run, const struct scn_op *op, const struct target *target,
		       unsigned long pages)
{
	const struct scn_value *at = &op->arg[MMAP_AT];
	unsigned long addr = 0;

	if (at->set) {
		addr = run->object[at->object].map.addr;
		if (!addr)
			return -EINVAL;
		addr += (unsigned long)at->number << scn_page_shift(run);
	} else if (scn_number(op, MMAP_ALIGN, SIM_LEAF_PTE) == SIM_LEAF_PMD) {
		addr = aligned_hint(run, scn_number(op, MMAP_OFF, 0), pages);
	}
	return sim_mmap(scn_task(run, op), addr, pages << scn_page_shift(run),
			(int)scn_number(op, MMAP_PROT, PROT_READ | PROT_WRITE),
			flags_of(op, target), target->file, target->pgoff);
}

void scn_op_mmap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_map *map = &run->object[op->arg[MMAP_NAME].object].map;
	struct target target = { NULL, 0, 0 };
	unsigned long off = scn_number(op, MMAP_OFF, 0);
	unsigned long pages;
	long ret = find_target(run, op, &target);

	pages = scn_number(op, MMAP_PAGES, target.pages > off ? target.pages - off : 1);
	if (!ret)
		ret = map_target(run, op, &target, pages);
	if (target.file)
		fput(target.file);
	map->addr = ret > 0 ? (unsigned long)ret : 0;
	map->pages = pages;
	scn_value_return(res, ret > 0 ? 0 : ret);
}

/* ---- ranges ---- */

struct range {
	unsigned long addr, len;
};

/* A whole mapping, or from a page on: one page unless it says how many. */
static bool find_range(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		       struct range *range)
{
	const struct scn_value *place = &op->arg[RANGE_MAP];
	unsigned long pages = place->has_page ? 1 : run->object[place->object].map.pages;

	if (!scn_address(run, place, res, &range->addr))
		return false;
	range->len = scn_number(op, RANGE_PAGES, pages) << scn_page_shift(run);
	return true;
}

void scn_op_munmap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct range range;

	if (find_range(run, op, res, &range))
		scn_value_return(res, sim_munmap(scn_task(run, op), range.addr, range.len));
}

void scn_op_mprotect(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct range range;

	if (find_range(run, op, res, &range))
		scn_value_return(res, sim_mprotect(scn_task(run, op), range.addr, range.len,
						   (int)scn_number(op, RANGE_HOW, 0)));
}

void scn_op_madvise(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct range range;

	if (find_range(run, op, res, &range))
		scn_value_return(res, sim_madvise(scn_task(run, op), range.addr, range.len,
						  (int)scn_number(op, RANGE_HOW, 0)));
}

void scn_op_mlock(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct range range;

	if (find_range(run, op, res, &range))
		scn_value_return(res, sim_mlock(scn_task(run, op), range.addr, range.len));
}

void scn_op_munlock(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct range range;

	if (find_range(run, op, res, &range))
		scn_value_return(res, sim_munlock(scn_task(run, op), range.addr, range.len));
}

void scn_op_msync(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct range range;
	int flags = 0;

	if (scn_flag(op, MSYNC_ASYNC))
		flags |= MS_ASYNC;
	if (scn_flag(op, MSYNC_SYNC))
		flags |= MS_SYNC;
	if (scn_flag(op, MSYNC_INVALIDATE))
		flags |= MS_INVALIDATE;
	if (find_range(run, op, res, &range))
		scn_value_return(res, sim_msync(scn_task(run, op), range.addr, range.len,
						flags ? flags : MS_SYNC));
}

static unsigned long mremap_flags(const struct scn_op *op)
{
	unsigned long flags = 0;

	if (!scn_flag(op, MREMAP_INPLACE))
		flags |= MREMAP_MAYMOVE;
	if (scn_flag(op, MREMAP_DONTUNMAP_FLAG))
		flags |= MREMAP_DONTUNMAP;
	if (op->arg[MREMAP_AT].set)
		flags |= MREMAP_FIXED;
	return flags;
}

void scn_op_mremap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_map *map = &run->object[op->arg[MREMAP_MAP].object].map;
	unsigned long pages = scn_number(op, MREMAP_PAGES, map->pages), addr, new_addr = 0;
	unsigned int shift = scn_page_shift(run);
	long ret;

	if (!scn_address(run, &op->arg[MREMAP_MAP], res, &addr))
		return;
	if (op->arg[MREMAP_AT].set && !scn_address(run, &op->arg[MREMAP_AT], res, &new_addr))
		return;
	ret = sim_mremap(scn_task(run, op), addr, map->pages << shift, pages << shift,
			 mremap_flags(op), new_addr);
	if (ret > 0) {
		map->addr = (unsigned long)ret;
		map->pages = pages;
	}
	scn_value_return(res, ret > 0 ? 0 : ret);
}

/* ---- what a driver does ---- */

/* vm_insert_page() and its likes once more, on a mapping that is there. */
void scn_op_insert(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	const struct scn_value *place = &op->arg[INSERT_PLACE];
	struct mm_struct *mm = scn_task(run, op)->mm;
	struct vm_area_struct *vma;
	vm_fault_t fault = 0;
	unsigned long addr;
	int ret = -EFAULT;

	if (!scn_address(run, place, res, &addr))
		return;
	mmap_write_lock(mm);
	vma = find_vma(mm, addr);
	if (addr >= mm->task_size)
		ret = -EINVAL;
	else if (vma && vma->vm_start <= addr && sim_dev_of(vma))
		ret = sim_dev_insert_at(vma, addr,
					(unsigned long)scn_number(op, INSERT_PAGE, place->number),
					(unsigned long)scn_number(op, INSERT_N, 1), &fault);
	mmap_write_unlock(mm);
	if (!ret && (fault & VM_FAULT_SIGBUS))
		scn_value(res, "SIGBUS");
	else
		scn_value_return(res, !ret && (fault & VM_FAULT_OOM) ? -ENOMEM : ret);
}

void scn_op_zap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	const struct scn_value *what = &op->arg[ZAP_WHAT];
	const struct scn_object *o = &run->object[what->object];
	uint64_t nr = scn_number(op, ZAP_PAGES, what->has_page ? 1 : o->pages);
	int even_cows = (int)scn_number(op, ZAP_EVEN_COWS, 1);
	unsigned int shift = scn_page_shift(run);
	struct address_space *mapping;
	int64_t begin = 0;

	if (o->bo) {
		mapping = o->bo->bdev->dev_mapping;
		begin = (int64_t)sim_bo_pgoff(o->bo) << shift;
	} else if (o->dev) {
		mapping = sim_dev_mapping(o->dev);
	} else if (o->file) {
		mapping = o->file->f_mapping;
	} else {
		scn_value_return(res, -ENOENT);
		return;
	}
	begin += (int64_t)what->number << shift;
	unmap_mapping_range(mapping, begin, (int64_t)nr << shift, even_cows);
}
