/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_map.c - operations on mappings: mmap and what changes or ends one.
 */
#include <errno.h>

#include "scenario/run.h"
#include "scenario/show.h"

/* ---- mmap ---- */

/* A reference of its own to what is mapped; NULL and *@ret: 0, anonymous, or why not. */
static struct file *find_target(struct scn_run *run, const struct scn_op *op, int *ret)
{
	int index = op->arg[MMAP_FILE].object;
	const struct scn_object *o = &run->object[index < 0 ? 0 : index];
	struct file *file = NULL;

	*ret = 0;
	if (index < 0)
		return NULL;
	if (o->dev)
		file = sim_dev_open(o->dev, FMODE_READ | FMODE_WRITE,
				    run->to.scn->names[index].name);
	else if (o->file)
		file = get_file(o->file);
	*ret = file ? 0 : -EBADF;
	return file;
}

/* Where a TTM file has the object, in pages. */
static int find_bo(const struct scn_run *run, const struct scn_op *op, unsigned long *pgoff)
{
	struct ttm_buffer_object *bo;

	*pgoff = 0;
	if (!op->arg[MMAP_BO].set)
		return 0;
	bo = run->object[op->arg[MMAP_BO].object].bo;
	if (!bo)
		return -ENOENT;
	*pgoff = sim_bo_pgoff(bo);
	return 0;
}

static long map(struct scn_run *run, const struct scn_op *op, const struct scn_mmap *args)
{
	unsigned long pgoff;
	int ret = find_bo(run, op, &pgoff);
	struct file *file;
	long addr;

	if (ret)
		return ret;
	file = find_target(run, op, &ret);
	if (ret)
		return ret;
	addr = args->nowhere ? -EINVAL :
	       sim_mmap(scn_task(run, op), args->addr, args->pages << scn_page_shift(run),
			args->prot, args->flags, file, args->off + pgoff);
	if (file)
		fput(file);
	return addr;
}

void scn_op_mmap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_mmap args;
	long ret;

	scn_read_mmap(&run->memory, op, &args);
	ret = map(run, op, &args);
	args.map->addr = ret > 0 ? (unsigned long)ret : 0;
	args.map->pages = args.pages;
	scn_value_return(res, ret > 0 ? 0 : ret);
}

/* ---- ranges ---- */

static int range_call(struct task_struct *task, int call, const struct scn_range *range)
{
	switch (call) {
	case SCN_MUNMAP: return sim_munmap(task, range->addr, range->len);
	case SCN_MPROTECT: return sim_mprotect(task, range->addr, range->len, range->how);
	case SCN_MADVISE: return sim_madvise(task, range->addr, range->len, range->how);
	case SCN_MLOCK: return sim_mlock(task, range->addr, range->len);
	case SCN_MUNLOCK: return sim_munlock(task, range->addr, range->len);
	default: return sim_msync(task, range->addr, range->len, range->how);
	}
}

void scn_op_range(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_range range;

	if (scn_read_range(&run->memory, op, res, &range))
		scn_value_return(res, range_call(scn_task(run, op), op->desc->variant, &range));
}

void scn_op_mremap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_mremap args;
	long ret;

	if (!scn_read_mremap(&run->memory, op, res, &args))
		return;
	ret = sim_mremap(scn_task(run, op), args.addr, args.old_len, args.new_len, args.flags,
			 args.new_addr);
	scn_remapped(&run->memory, &args, ret, res);
}

/* ---- what a driver does ---- */

/* vm_insert_page() and its likes once more, on a mapping that is there. */
void scn_op_insert(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct mm_struct *mm = scn_task(run, op)->mm;
	struct vm_area_struct *vma;
	struct sim_dev *dev;
	struct scn_insert args;
	vm_fault_t fault = 0;
	int ret = -EFAULT;

	if (!scn_read_insert(&run->memory, op, res, &args))
		return;
	mmap_write_lock(mm);
	vma = find_vma(mm, args.addr);
	dev = vma && vma->vm_start <= args.addr ? sim_dev_of(vma) : NULL;
	if (args.addr >= mm->task_size)
		ret = -EINVAL;
	else if (dev)
		ret = sim_dev_insert_at(vma, args.addr, args.page, args.n,
					args.by < 0 ? sim_dev_inserts_by(dev)
						    : (enum sim_dev_insert)args.by, &fault);
	mmap_write_unlock(mm);
	scn_show_insert(res, ret, fault);
}

/* By the driver that has the mapping, whatever is mapped there. */
void scn_op_zap_ptes(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct mm_struct *mm = scn_task(run, op)->mm;
	struct vm_area_struct *vma;
	struct scn_range range;
	int ret = -EFAULT;

	if (!scn_read_range(&run->memory, op, res, &range))
		return;
	mmap_write_lock(mm);
	vma = find_vma(mm, range.addr);
	if (vma && vma->vm_start <= range.addr) {
		zap_vma_ptes(vma, range.addr, range.len);
		ret = 0;
	}
	mmap_write_unlock(mm);
	scn_value_return(res, ret);
}

void scn_op_zap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	const struct scn_object *o = &run->object[op->arg[ZAP_WHAT].object];
	unsigned int shift = scn_page_shift(run);
	struct address_space *mapping;
	struct scn_zap zap;
	int64_t begin = 0;

	scn_read_zap(&run->memory, op, &zap);
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
	begin += (int64_t)zap.page << shift;
	unmap_mapping_range(mapping, begin, (int64_t)zap.nr << shift, zap.even_cows);
}
