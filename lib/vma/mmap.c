/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mmap.c - new mappings: which rights they may ever have, where they lie, and
 * what the file's driver makes of them.
 *
 *	fd, flags               VM_SHARED  VM_MAYSHARE  VM_MAYWRITE  is_cow_mapping
 *	MAP_SHARED, O_RDWR          x           x            x
 *	MAP_SHARED, O_RDONLY                    x
 *	MAP_PRIVATE, readable                                x             x
 *	MAP_SHARED, anonymous       x           x            x
 *	MAP_PRIVATE, anonymous                               x             x
 */
#include <sys/mman.h>

#include "vma/internal.h"

#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MAP_TYPE
#define MAP_TYPE 0x0f
#endif
#define MAP_HUGE_SIZES (int)(0x3fu << 26)

/* Models: include/linux/mman.h, LEGACY_MAP_MASK, 6.1. */
#define LEGACY_MAP_MASK \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE | \
	 MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | \
	 MAP_HUGETLB | MAP_HUGE_SIZES)

/* Models: include/linux/fs.h, MAX_LFS_FILESIZE, 6.1 (64 bit). */
#define MAX_FILE_BYTES 0x7fffffffffffffffUL

/* What is to be mapped. */
struct map_request {
	struct mm_struct *mm;
	struct file *file;		/* NULL for anonymous memory */
	unsigned long addr, len;
	unsigned long vm_flags;
	unsigned long pgoff;
};

/* Models: include/linux/mman.h, calc_vm_prot_bits and calc_vm_flag_bits, 5.11 to 6.12. */
static unsigned long calc_vm_flags(const struct mm_struct *mm, int prot, int flags)
{
	unsigned long vm_flags = mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	vm_flags |= prot & PROT_READ ? VM_READ : 0;
	vm_flags |= prot & PROT_WRITE ? VM_WRITE : 0;
	vm_flags |= prot & PROT_EXEC ? VM_EXEC : 0;
	vm_flags |= flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0;
	vm_flags |= flags & MAP_LOCKED ? VM_LOCKED : 0;
	vm_flags |= flags & MAP_NORESERVE ? VM_NORESERVE : 0;
	if ((flags & MAP_STACK) && mmu_has(mm->sim_mmu, SIM_FEAT_PMD_LEAF) &&
	    sim_rule(mm->sim_machine, SIM_RULE_MMAP_STACK_NOHUGEPAGE))
		vm_flags |= VM_NOHUGEPAGE;
	return vm_flags;
}

/* Models: mm/mmap.c, file_mmap_ok, 5.11 to 6.12. DRM files take any offset in
 * bytes that 64 bits hold (FMODE_UNSIGNED_OFFSET); drivers' files here are such. */
static bool file_mmap_ok(const struct map_request *request)
{
	unsigned long bytes = request->file->f_mapping->sim_nr_pages ? MAX_FILE_BYTES : 0;

	if (bytes && request->len > bytes)
		return false;
	return request->pgoff <= to_pages(request->mm, bytes - request->len);
}

/* What MAP_SHARED asks of a file. */
static int check_shared_file(struct map_request *request, int prot, int flags)
{
	if ((flags & MAP_TYPE) == MAP_SHARED)
		flags &= LEGACY_MAP_MASK;
	if (flags & ~(LEGACY_MAP_MASK | MAP_SHARED_VALIDATE))
		return -EOPNOTSUPP;
	if ((prot & PROT_WRITE) && !(request->file->f_mode & FMODE_WRITE))
		return -EACCES;
	request->vm_flags |= VM_SHARED | VM_MAYSHARE;
	if (!(request->file->f_mode & FMODE_WRITE))
		request->vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	return 0;
}

/* Models: mm/mmap.c, do_mmap, the part for files, 5.11 to 6.12. */
static int check_file(struct map_request *request, int prot, int flags)
{
	const struct file *file = request->file;
	int ret = 0;

	if (!file_mmap_ok(request))
		return -EOVERFLOW;
	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
	case MAP_SHARED_VALIDATE:
		ret = check_shared_file(request, prot, flags);
		break;
	case MAP_PRIVATE:
		break;
	default:
		ret = -EINVAL;
	}
	if (ret)
		return ret;
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	if (!file->f_op || !file->f_op->mmap)
		return -ENODEV;
	return request->vm_flags & VM_GROWSDOWN ? -EINVAL : 0;
}

/* Models: mm/mmap.c, do_mmap, the part for anonymous memory, 5.11 to 6.12. */
static int check_anonymous(struct map_request *request, int flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
		if (request->vm_flags & VM_GROWSDOWN)
			return -EINVAL;
		request->pgoff = 0;
		request->vm_flags |= VM_SHARED | VM_MAYSHARE;
		return 0;
	case MAP_PRIVATE:
		if (request->vm_flags & VM_GROWSDOWN)
			return -EOPNOTSUPP;
		request->pgoff = to_pages(request->mm, request->addr);
		return 0;
	default:
		return -EINVAL;
	}
}

/* Models: mm/mmap.c, accountable_mapping, 6.1. */
static bool accountable(unsigned long vm_flags)
{
	return (vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

/* ---- the mapping itself ---- */

/* The driver may change flags, protection and operations. */
static int call_mmap(struct map_request *request, struct vm_area_struct *vma)
{
	struct file *file = request->file;
	unsigned long end = vma->vm_end;
	int ret;

	vma->vm_file = get_file(file);
	ret = SIM_CALL(file->sim_machine, file->f_op, mmap, vma->vm_start, -EIO, file, vma);
	if (unlikely(vma->vm_end != end)) {
		sim_outcome_record(file->sim_machine, SIM_MISUSE, "mm/mmap.c", "->mmap",
				   "vm_end was changed");
		vma->vm_end = end;
	}
	if (!ret && sim_is_crashed(request->mm->sim_machine))
		ret = -EIO;
	if (!ret)
		(void)SIM_WARN_ON(request->mm->sim_machine, "mm/mmap.c",
				  request->addr != vma->vm_start);
	return ret;
}

static struct vma_merge merge_of(const struct map_request *request, struct vm_area_struct *prev,
				 struct vm_area_struct *next)
{
	struct vma_merge merge = {
		.mm = request->mm,
		.prev = prev,
		.next = next,
		.start = request->addr,
		.end = request->addr + request->len,
		.flags = request->vm_flags,
		.file = request->file,
		.pgoff = request->pgoff,
	};

	return merge;
}

/*
 * A new vma for the request, linked; or the neighbour that it went into where
 * ->mmap changed flags so that it can. NULL and *@err.
 */
static struct vm_area_struct *map_new_vma(struct map_request *request,
					  struct vma_spares *spares, struct file *shmem, int *err)
{
	struct mm_struct *mm = request->mm;
	struct vm_area_struct *vma = vm_area_take(mm, spares), *prev, *next, *merged = NULL;

	vma->vm_start = request->addr;
	vma->vm_end = request->addr + request->len;
	vma->vm_flags = request->vm_flags;
	vma->vm_page_prot = sim_vm_page_prot(mm->sim_mmu, request->vm_flags);
	vma->vm_pgoff = request->pgoff;
	next = find_vma_prev(mm, request->addr, &prev);
	if (request->file) {
		*err = call_mmap(request, vma);
		if (*err) {
			unmap_region(mm, vma, prev, next);
			vma_put_refs(vma);
			vm_area_free(vma);
			return NULL;
		}
		if (request->vm_flags != vma->vm_flags && prev) {
			struct vma_merge merge = merge_of(request, prev, next);

			merge.flags = vma->vm_flags;
			merge.file = vma->vm_file;
			merge.pgoff = vma->vm_pgoff;
			merged = vma_merge(&merge);
		}
		request->vm_flags = vma->vm_flags;
	} else if (shmem) {
		vma->vm_file = get_file(shmem);
		vma->vm_ops = &sim_shmem_vm_ops;
	}
	if (merged) {
		vma_put_refs(vma);
		vm_area_free(vma);
		return merged;
	}
	vma_link(mm, vma);
	return vma;
}

/* What every mapping gets in the end, merged or new. */
static void finish_mapping(const struct map_request *request, struct vm_area_struct *vma)
{
	struct mm_struct *mm = request->mm;
	unsigned long pages = to_pages(mm, request->len), flags = vma->vm_flags;

	vm_stat_account(mm, request->vm_flags, (long)pages);
	if (request->vm_flags & VM_LOCKED) {
		if (request->vm_flags & VM_SPECIAL)
			flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
		else
			mm->locked_vm += pages;
	}
	if (mmu_has(mm->sim_mmu, SIM_FEAT_SOFT_DIRTY))
		flags |= VM_SOFTDIRTY;
	if (flags != vma->vm_flags)
		vma_set_flags(vma, flags);
	vma_set_page_prot(vma);
}

/*
 * Models: mm/mmap.c, mmap_region, 5.11 to 6.12; differs in that all memory is
 * had before the old mappings go.
 */
static long mmap_region(struct map_request *request, struct vma_spares *spares,
			struct file *shmem)
{
	struct mm_struct *mm = request->mm;
	struct vm_area_struct *vma, *prev, *next;
	struct vma_merge merge;
	int err;

	sim_assert(mmap_write_held(mm) && page_aligned(mm, request->addr | request->len));
	err = do_munmap(mm, request->addr, request->len, spares);
	if (err)
		return sim_rule(mm->sim_machine, SIM_RULE_MMAP_KEEPS_UNMAP_ERROR) ? err : -ENOMEM;
	if (accountable(request->vm_flags))
		request->vm_flags |= VM_ACCOUNT;
	next = find_vma_prev(mm, request->addr, &prev);
	merge = merge_of(request, prev, next);
	vma = vma_merge_mmap(&merge);
	if (!vma)
		vma = map_new_vma(request, spares, shmem, &err);
	if (!vma)
		return err;
	finish_mapping(request, vma);
	return (long)request->addr;
}

/* Gets the memory, maps, gives back what was not used. */
static long mmap_with_memory(struct map_request *request)
{
	struct mm_struct *mm = request->mm;
	unsigned long addr = request->addr, end = addr + request->len;
	struct vma_spares spares = { 0 };
	struct file *shmem = NULL;
	long ret;

	ret = vma_spares_get(mm, &spares, 1 + vma_cuts(mm, addr, end));
	if (ret)
		return ret;
	if (!request->file && (request->vm_flags & VM_SHARED)) {
		shmem = sim_shmem_file_create(mm->sim_machine, to_pages(mm, request->len));
		ret = shmem ? 0 : -ENOMEM;
	}
	if (!ret)
		ret = mmap_region(request, &spares, shmem);
	if (shmem)
		fput(shmem);
	vma_spares_put(&spares);
	return ret;
}

/* The checks that need no vma. Models: mm/mmap.c, do_mmap, 5.11 to 6.12. */
static int check_request(struct map_request *request, int flags)
{
	struct mm_struct *mm = request->mm;
	unsigned long min = mm->sim_machine->arch->mmap_min;

	if (!request->len)
		return -EINVAL;
	if (!(flags & MAP_FIXED)) {
		request->addr &= ~(page_size(mm) - 1);
		if (request->addr && request->addr < min)
			request->addr = page_align(mm, min);
	}
	request->len = page_align(mm, request->len);
	if (!request->len)
		return -ENOMEM;
	if (request->pgoff + to_pages(mm, request->len) < request->pgoff)
		return -EOVERFLOW;
	return mm->map_count > max_map_count(mm) ? -ENOMEM : 0;
}

/* Models: mm/mmap.c, do_mmap, 5.11 to 6.12. */
static long do_mmap(struct map_request *request, int prot, int flags)
{
	struct mm_struct *mm = request->mm;
	long addr;
	int ret;

	if (flags & MAP_FIXED_NOREPLACE)
		flags |= MAP_FIXED;
	ret = check_request(request, flags);
	if (ret)
		return ret;
	addr = get_unmapped_area(mm, request->file, request->addr, request->len, request->pgoff,
				 (unsigned long)flags);
	if (addr < 0)
		return addr;
	request->addr = (unsigned long)addr;
	if ((flags & MAP_FIXED_NOREPLACE) &&
	    find_vma_intersection(mm, request->addr, request->addr + request->len))
		return -EEXIST;
	request->vm_flags = calc_vm_flags(mm, prot, flags);
	if (request->file)
		ret = check_file(request, prot, flags);
	else
		ret = check_anonymous(request, flags);
	return ret ? ret : mmap_with_memory(request);
}

static long mmap_mm(struct map_request *request, int prot, int flags)
{
	struct mm_struct *mm = request->mm;
	bool populate;
	long ret;

	if (flags & MAP_ANONYMOUS)
		request->file = NULL;
	else if (!request->file)
		return -EBADF;
	else if (request->file->sim_machine != mm->sim_machine)
		return -EINVAL;
	if (flags & MAP_HUGETLB)
		return -EINVAL;
	flags &= ~(MAP_EXECUTABLE | MAP_DENYWRITE);
	if (sim_mmap_write_lock(mm, "sim_mmap"))
		return -EDEADLK;
	ret = do_mmap(request, prot, flags);
	populate = (request->vm_flags & VM_LOCKED) ||
		   (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
	sim_mmap_unlock(mm);
	if (ret > 0 && populate)
		mm_populate(mm, request->addr, request->len, true);
	return ret;
}

long sim_mmap(struct task_struct *task, unsigned long addr, unsigned long len, int prot, int flags,
	      struct file *file, unsigned long pgoff)
{
	struct map_request request = { .addr = addr, .len = len, .file = file, .pgoff = pgoff };
	struct sim_call call;
	long ret = sim_call_begin(&call, task);

	if (ret)
		return ret;
	request.mm = call.mm;
	return sim_call_end(&call, mmap_mm(&request, prot, flags));
}
