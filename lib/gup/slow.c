/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * slow.c - get_user_pages(): for each page
 *
 *	1. entering a vma: do its flags allow it?	check_vma_flags
 *	2. follow the tables				follow_page_mask
 *	3. nothing there, or not enough: fault, and 2	faultin_page
 *	4. write the page down, next
 *
 * An error ends the walk; it is returned where no page was got, else the
 * number of pages.
 *
 * A fault may drop mmap_lock (VM_FAULT_RETRY) only where the caller has said so
 * by @locked: then *locked becomes 0, the vma may be gone, and the walk starts
 * again from the page that it was at.
 */
#include "gup/internal.h"

/* ---- 1. the vma ---- */

/*
 * May a write through a long-term pin happen behind the back of a file that
 * tracks dirty pages?
 * Models: mm/gup.c, writable_file_mapping_allowed; mm/mmap.c,
 * vma_needs_dirty_tracking, 6.12; the files here have no write-back.
 */
static bool writable_file_mapping_allowed(const struct vm_area_struct *vma,
					  unsigned int gup_flags)
{
	if ((gup_flags & (FOLL_PIN | FOLL_LONGTERM)) != (FOLL_PIN | FOLL_LONGTERM) ||
	    !sim_rule(vma->vm_mm->sim_machine, SIM_RULE_GUP_LONGTERM_FILE))
		return true;
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED))
		return true;
	return !vma->vm_ops->page_mkwrite && !vma->vm_ops->pfn_mkwrite;
}

static int check_write(const struct vm_area_struct *vma, unsigned int gup_flags)
{
	if (!vma_is_anonymous(vma) && !writable_file_mapping_allowed(vma, gup_flags))
		return -EFAULT;
	if (vma->vm_flags & VM_WRITE)
		return 0;
	if (!(gup_flags & FOLL_FORCE) || !is_cow_mapping(vma->vm_flags))
		return -EFAULT;
	return 0;
}

static int check_read(const struct vm_area_struct *vma, unsigned int gup_flags)
{
	if (vma->vm_flags & VM_READ)
		return 0;
	return (gup_flags & FOLL_FORCE) && (vma->vm_flags & VM_MAYREAD) ? 0 : -EFAULT;
}

int check_vma_flags(const struct vm_area_struct *vma, unsigned int gup_flags)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return -EFAULT;
	if ((gup_flags & FOLL_ANON) && !vma_is_anonymous(vma))
		return -EFAULT;
	return gup_flags & FOLL_WRITE ? check_write(vma, gup_flags) : check_read(vma, gup_flags);
}

/* ---- 3. the fault ---- */

int vm_fault_to_errno(vm_fault_t vm_fault)
{
	if (vm_fault & VM_FAULT_OOM)
		return -ENOMEM;
	if (vm_fault & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON))
		return -EFAULT;
	return 0;
}

static unsigned int fault_flags_of(const struct gup *g, unsigned int flags, bool unshare)
{
	unsigned int fault_flags = 0;

	if (flags & FOLL_WRITE)
		fault_flags |= FAULT_FLAG_WRITE;
	if (flags & FOLL_REMOTE)
		fault_flags |= FAULT_FLAG_REMOTE;
	if (g->locked)
		fault_flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	if (flags & FOLL_NOWAIT)
		fault_flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT;
	if (flags & FOLL_TRIED)
		fault_flags |= FAULT_FLAG_TRIED;
	if (unshare)
		fault_flags |= FAULT_FLAG_UNSHARE;
	return fault_flags;
}

/*
 * Returns 0, look again; -EBUSY or -EAGAIN, mmap_lock is gone (or FOLL_NOWAIT);
 * -EFAULT, -ENOMEM; -EIO after a BUG.
 * Models: mm/gup.c, faultin_page, 5.11 to 6.12.
 */
static int faultin_page(const struct gup *g, struct vm_area_struct *vma, unsigned int *flags,
			bool unshare)
{
	struct sim_machine *machine = g->mm->sim_machine;
	unsigned int fault_flags = fault_flags_of(g, *flags, unshare);
	vm_fault_t ret = handle_mm_fault(vma, g->start, fault_flags, NULL);
	bool dropped = g->locked && !(fault_flags & FAULT_FLAG_RETRY_NOWAIT);

	if (ret & VM_FAULT_COMPLETED) {
		if (g->locked)
			*g->locked = 0;
		return -EAGAIN;
	}
	if (ret & VM_FAULT_ERROR) {
		int err = vm_fault_to_errno(ret);

		if (SIM_BUG_ON(machine, SIM_GUP_FILE, !err))
			return -EIO;
		return sim_is_crashed(machine) ? -EIO : err;
	}
	if (ret & VM_FAULT_RETRY) {
		if (dropped)
			*g->locked = 0;
		return -EBUSY;
	}
	/* 5.11: the private copy is made, FOLL_FORCE may go through it */
	if ((ret & VM_FAULT_WRITE) && !(vma->vm_flags & VM_WRITE))
		*flags |= FOLL_COW;
	return sim_is_crashed(machine) ? -EIO : 0;
}

/* ---- 2. to 4. one page ---- */

/* A special entry where pages are wanted: an error from 6.1 on; before, the
 * place in pages[] is left as it was and counted. */
static long skip_special(const struct gup *g, struct page **page)
{
	if (g->pages && sim_rule(g->mm->sim_machine, SIM_RULE_GUP_SPECIAL_EEXIST))
		return -EEXIST;
	*page = NULL;
	return 0;
}

/* May the walk fault once more on the same page? 0 or why not. */
static int may_try_again(const struct gup *g, int tries)
{
	if (tries && signal_pending())
		return -EINTR;
	if (SIM_WARN_ON(g->mm->sim_machine, SIM_GUP_FILE,
			tries >= SIM_GUP_MAX_TRIES /* the kernel would not come back */))
		return -EFAULT;
	return 0;
}

/*
 * A page that is not there as it is wanted: fault, and look again. @page: what the
 * first look found; in the end as get_one() returns it.
 */
static long get_by_fault(const struct gup *g, struct follow *f, struct page **page)
{
	unsigned int flags = g->flags;

	for (int tries = 0;; tries++) {
		long err = is_err(*page) ? ptr_err(*page) : 0;
		int ret;

		if (err == -EEXIST)
			return skip_special(g, page);
		if (err && err != -EMLINK)
			return err;
		if (*page && !err)
			break;
		ret = faultin_page(g, f->vma, &flags, err == -EMLINK);
		if (!ret)
			ret = may_try_again(g, tries + 1);
		if (ret)
			return ret;
		follow_begin(f, f->vma, flags);
		*page = follow_page_mask(f, g->start);
		f->flags = g->flags;
	}
	return 0;
}

/* 0 and *@page (NULL: nothing to write down), or the error. */
static inline long get_one(const struct gup *g, struct follow *f, struct page **page)
{
	*page = follow_page_mask(f, g->start);
	return *page && !is_err(*page) ? 0 : get_by_fault(g, f, page);
}

/*
 * How many pages from g->start on are got with this one. Up to 6.1 each page is
 * followed by itself where pages or vmas are wanted; 6.12 takes what else of the
 * huge leaf was asked for at once, and adds those references to the page that it
 * is at, not to the leaf's first. Returns -EFAULT where that fails.
 */
static long pages_of_leaf(const struct gup *g, struct page *page, unsigned long page_mask)
{
	bool batch = sim_rule(g->mm->sim_machine, SIM_RULE_GUP_LEAF_BATCH);
	unsigned long n = 1;

	if (batch || !(g->pages || g->vmas))
		n += ~(g->start >> g->mm->sim_mmu->page_shift) & page_mask;
	if (n > g->nr_pages)
		n = g->nr_pages;
	if (n > 1 && g->pages && !try_grab_page(page, (int)n - 1, g->flags)) {
		gup_put_folio(page, 1, g->flags);
		return -EFAULT;
	}
	return (long)n;
}

/* Writes @n pages down, where they are wanted. @page NULL: leaves what is there. */
static void record(struct gup *g, struct vm_area_struct *vma, struct page *page, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		if (g->pages && page)
			g->pages[i] = page + i;
		if (g->vmas)
			g->vmas[i] = vma;
	}
	if (g->pages && page)
		sim_count_n(g->mm->sim_machine, SIM_CNT_GUP_SLOW, n);
}

static void advance(struct gup *g, unsigned long n)
{
	g->start += n << g->mm->sim_mmu->page_shift;
	g->nr_pages -= n;
	if (g->pages)
		g->pages += n;
	if (g->vmas)
		g->vmas += n;
}

/* Enters the vma at g->start. 0, or why that cannot be. */
static int enter_vma(const struct gup *g, struct follow *f)
{
	struct vm_area_struct *vma = vma_lookup(g->mm, g->start);
	int ret = vma ? check_vma_flags(vma, g->flags) : -EFAULT;

	if (!ret)
		follow_begin(f, vma, g->flags);
	return ret;
}

/* As many pages as are there as they are wanted, and as usual. */
static long get_usual(const struct gup *g, const struct follow *f)
{
	unsigned long nr = (f->vma->vm_end - g->start) >> g->mm->sim_mmu->page_shift;

	if (!g->pages || g->vmas)
		return 0;
	nr = follow_usual_pages(f, g->start, nr < g->nr_pages ? nr : g->nr_pages, g->pages);
	sim_cpu_count_n(f->cpu, SIM_CNT_GUP_SLOW, nr);
	return (long)nr;
}

/* One page, or what else of its leaf there is. Returns how many, or the error. */
static long get_any(struct gup *g, struct follow *f)
{
	struct page *page;
	long ret = get_one(g, f, &page);

	if (!ret)
		ret = pages_of_leaf(g, page, f->page_mask);
	if (ret > 0)
		record(g, f->vma, page, (unsigned long)ret);
	return ret;
}

/*
 * Holds: mmap_lock for reading; given up where *locked becomes 0.
 * Returns the pages got, or the error where there are none.
 * Models: mm/gup.c, __get_user_pages, 5.11 to 6.12.
 */
static long __get_user_pages(struct gup *g)
{
	long done = 0, ret = 0;
	struct follow f;

	f.vma = NULL;
	while (g->nr_pages) {
		if (!f.vma || g->start >= f.vma->vm_end) {
			ret = enter_vma(g, &f);
			if (ret)
				break;
		}
		ret = get_usual(g, &f);
		if (!ret)
			ret = get_any(g, &f);
		if (ret < 0)
			break;
		advance(g, (unsigned long)ret);
		done += ret;
	}
	if (sim_is_crashed(g->mm->sim_machine))
		return -EIO;
	if (ret == -EBUSY || ret == -EAGAIN)
		ret = 0;
	return done ? done : ret;
}

long gup_without_pages(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
		       unsigned int gup_flags, int *locked)
{
	struct gup g = { mm, start, nr_pages, gup_flags, NULL, NULL, locked };

	return __get_user_pages(&g);
}

/* ---- giving mmap_lock up and coming back ---- */

/* The page whose fault dropped mmap_lock, alone, until it is there.
 * Returns 1, or the error, which ends the walk; the lock is held where *locked. */
static long get_after_retry(struct gup *g)
{
	unsigned long rest = g->nr_pages - 1;
	long ret;

	g->flags |= FOLL_TRIED;
	for (int tries = 0;; tries++) {
		ret = may_try_again(g, tries);
		if (ret)
			break;
		mmap_read_lock(g->mm);
		*g->locked = 1;
		g->nr_pages = 1;
		ret = __get_user_pages(g);
		if (*g->locked)
			break;
	}
	g->nr_pages = rest;
	g->flags &= ~FOLL_TRIED;
	return ret;
}

/* As often as pages are wanted and mmap_lock is given up: until there is a result. */
static long get_all(struct gup *g)
{
	bool lock_dropped = false;
	long done = 0, ret;

	for (;;) {
		ret = __get_user_pages(g);
		if (!g->locked)
			return ret;
		if (ret > 0)
			done += ret;
		if (!g->nr_pages || *g->locked)
			break;
		lock_dropped = true;
		ret = get_after_retry(g);
		if (ret != 1)
			break;
		done++;
		if (!g->nr_pages)
			break;
	}
	if (lock_dropped && *g->locked) {
		sim_mmap_unlock(g->mm);
		*g->locked = 0;
	}
	return done ? done : ret;
}

long __get_user_pages_locked(struct gup *g)
{
	struct sim_machine *machine = g->mm->sim_machine;
	bool none_wanted = !g->nr_pages, nowait = g->flags & FOLL_NOWAIT;
	long done;

	if (g->flags & FOLL_PIN)
		mm_set_has_pinned(g->mm);
	if (g->pages && !(g->flags & FOLL_PIN))
		g->flags |= FOLL_GET;
	done = get_all(g);
	if (sim_rule(machine, SIM_RULE_GUP_NONE_IS_EFAULT) &&
	    SIM_WARN_ON(machine, SIM_GUP_FILE, done == 0 && !none_wanted && !nowait))
		return -EFAULT;
	return done;
}
