/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * maps.c - what /proc/PID/maps and /proc/PID/smaps say.
 *
 * smaps asks vm_normal_page() about each entry: what has no struct page that mm
 * counts is not there. Up to 6.1 a VM_PFNMAP vma is passed over whole, private
 * copies included, since the page walk takes it for a hole.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "vma/internal.h"

/* Text that grows past the end of its buffer in length only. */
struct text {
	char *buf;
	size_t len, used;
};

static void __attribute__((format(printf, 2, 3))) text_add(struct text *text, const char *format,
							    ...)
{
	size_t room = text->used < text->len ? text->len - text->used : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? text->buf + text->used : NULL, room, format, args);
	va_end(args);
	text->used += (size_t)n;
}

static const char *vma_name(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->name)
		return SIM_CALL(vma->vm_mm->sim_machine, vma->vm_ops, name, vma->vm_start, NULL,
				vma);
	return vma->vm_file ? vma->vm_file->sim_name : NULL;
}

/* Models: fs/proc/task_mmu.c, show_map_vma and show_vma_header_prefix, 6.1. Files
 * have device 00:01 and inode 1. */
static void show_map_vma(struct text *text, struct vm_area_struct *vma)
{
	const struct sim_machine *machine = vma->vm_mm->sim_machine;
	size_t width = 25 + (size_t)machine->arch->bits_per_long / 8 * 6 - 1;
	unsigned long flags = vma->vm_flags, start = text->used;
	unsigned long offset = 0;
	const char *name = vma_name(vma);

	if (vma->vm_file)
		offset = vma->vm_pgoff << vma->vm_mm->sim_mmu->page_shift;
	text_add(text, "%08lx-%08lx %c%c%c%c %08lx %s ", vma->vm_start, vma->vm_end,
		 flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
		 flags & VM_EXEC ? 'x' : '-', flags & VM_MAYSHARE ? 's' : 'p', offset,
		 vma->vm_file ? "00:01 1" : "00:00 0");
	if (name && *name) {
		size_t used = text->used - start;

		text_add(text, "%*s%s", used < width + 1 ? (int)(width + 1 - used) : 1, "", name);
	}
	text_add(text, "\n");
}

static int show_maps(struct mm_struct *mm, char *buf, size_t len)
{
	struct text text = { buf, buf ? len : 0, 0 };
	struct vm_area_struct *vma;

	if (!buf && len)
		return -EINVAL;
	if (text.len)
		buf[0] = 0;
	if (sim_mmap_read_lock(mm, "sim_maps"))
		return -EDEADLK;
	for (vma = sim_vma_next(mm, NULL); vma; vma = vma->sim_next)
		show_map_vma(&text, vma);
	sim_mmap_unlock(mm);
	return text.used > INT_MAX ? -EOVERFLOW : (int)text.used;
}

int sim_maps(struct task_struct *task, char *buf, size_t len)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, show_maps(call.mm, buf, len));
}

/* ---- smaps ---- */

/* Models: fs/proc/task_mmu.c, smaps_account, 5.11 to 6.12. */
static void smaps_account(struct sim_smaps *out, const struct page *page, unsigned long size,
			  bool dirty, unsigned long *pss)
{
	int mapcount = page_mapcount(page);
	bool shared = mapcount >= 2;

	dirty |= sim_page_test(page, PG_dirty);
	out->rss += size;
	if (sim_page_is_anon(page))
		out->anonymous += size;
	if (shared)
		*(dirty ? &out->shared_dirty : &out->shared_clean) += size;
	else
		*(dirty ? &out->private_dirty : &out->private_clean) += size;
	*pss += size / (unsigned long)(shared ? mapcount : 1);
}

/* The entry that covers @addr. Returns the first address after it. */
static unsigned long smaps_entry(struct vm_area_struct *vma, unsigned long addr,
				 struct sim_smaps *out, unsigned long *pss)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	struct vma_leaf leaf;
	struct page *page = vma_leaf_lock(vma, addr, &leaf) ? vma_leaf_page(&leaf) : NULL;

	if (page)
		smaps_account(out, page, mmu_leaf_size(mmu, leaf.level),
			      fmt_test(&mmu->format[leaf.level], SIM_TEST_DIRTY, leaf.e), pss);
	vma_leaf_unlock(&leaf);
	return vma_leaf_end(&leaf);
}

/* Models: fs/proc/task_mmu.c, smap_gather_stats; mm/pagewalk.c, walk_page_vma, 6.1
 * (which asks walk_page_test) and 6.12. */
static void smap_gather_stats(struct vm_area_struct *vma, struct sim_smaps *out)
{
	unsigned long addr = vma->vm_start, pss = 0;

	if ((vma->vm_flags & VM_PFNMAP) &&
	    !sim_rule(vma->vm_mm->sim_machine, SIM_RULE_SMAPS_WALKS_PFNMAP))
		return;
	while (addr >= vma->vm_start && addr < vma->vm_end)
		addr = smaps_entry(vma, addr, out, &pss);
	if (vma->vm_flags & VM_LOCKED)
		out->locked = pss;
}

static int show_smap(struct mm_struct *mm, unsigned long addr, struct sim_smaps *out)
{
	struct vm_area_struct *vma;

	if (!out)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	if (sim_mmap_read_lock(mm, "sim_smaps"))
		return -EDEADLK;
	vma = vma_lookup(mm, addr);
	if (vma) {
		out->start = vma->vm_start;
		out->end = vma->vm_end;
		out->vm_flags = vma->vm_flags;
		out->pgoff = vma->vm_pgoff;
		out->name = vma_name(vma);
		out->size = vma->vm_end - vma->vm_start;
		smap_gather_stats(vma, out);
	}
	sim_mmap_unlock(mm);
	return vma ? 0 : -ENOMEM;
}

int sim_smaps(struct task_struct *task, unsigned long addr, struct sim_smaps *out)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, show_smap(call.mm, addr, out));
}
