// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * gup.c - get_user_pages of every flavour on the caller's memory, and giving back
 * what it took.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "internal.h"

/* 6.5 has no vmas any more. Models: mm/gup.c, get_user_pages, 6.1 and 6.12. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define NO_VMAS , NULL
#else
#define NO_VMAS
#endif

static long get(const struct oracle_gup *gup, unsigned int flags, struct page **pages)
{
	struct mm_struct *mm = current->mm;
	int locked = 1;
	long ret;

	if (gup->flags & ORACLE_NO_PAGES)
		pages = NULL;
	switch (gup->flavour) {
	case ORACLE_GUP_UNLOCKED:
		return get_user_pages_unlocked(gup->addr, gup->n, pages, flags);
	case ORACLE_PIN_UNLOCKED:
		return pin_user_pages_unlocked(gup->addr, gup->n, pages, flags);
	case ORACLE_GUP_REMOTE:
		mmap_read_lock(mm);
		ret = get_user_pages_remote(mm, gup->addr, gup->n, flags, pages NO_VMAS, &locked);
		if (locked)
			mmap_read_unlock(mm);
		return ret;
	case ORACLE_PIN_REMOTE:
		mmap_read_lock(mm);
		ret = pin_user_pages_remote(mm, gup->addr, gup->n, flags, pages NO_VMAS, &locked);
		if (locked)
			mmap_read_unlock(mm);
		return ret;
	case ORACLE_DUMP_PAGE:
		pages[0] = oracle_symbols.get_dump_page(gup->addr);
		return !!pages[0];
	case ORACLE_GUP_SLOW:
		mmap_read_lock(mm);
		ret = get_user_pages(gup->addr, gup->n, flags, pages NO_VMAS);
		mmap_read_unlock(mm);
		return ret;
	case ORACLE_PIN_SLOW:
		mmap_read_lock(mm);
		ret = pin_user_pages(gup->addr, gup->n, flags, pages NO_VMAS);
		mmap_read_unlock(mm);
		return ret;
	case ORACLE_GUP_FAST:
		return get_user_pages_fast(gup->addr, gup->n, flags, pages);
	case ORACLE_PIN_FAST:
		return pin_user_pages_fast(gup->addr, gup->n, flags, pages);
	case ORACLE_GUP_FAST_ONLY:
		return get_user_pages_fast_only(gup->addr, gup->n, flags, pages);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	case ORACLE_PIN_FAST_ONLY:
		return pin_user_pages_fast_only(gup->addr, gup->n, flags, pages);
#endif
	default:
		return -EOPNOTSUPP;
	}
}

static bool is_supported(u32 flavour)
{
	if (flavour == ORACLE_DUMP_PAGE)
		return oracle_symbols.get_dump_page;
	return flavour != ORACLE_PIN_FAST_ONLY || LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0);
}

static bool is_pin(u32 flavour)
{
	return flavour >= ORACLE_PIN_SLOW && flavour < ORACLE_GUP_UNLOCKED;
}

static unsigned int flags_of(u32 flags)
{
	return (flags & ORACLE_FOLL_WRITE ? FOLL_WRITE : 0) |
	       (flags & ORACLE_FOLL_FORCE ? FOLL_FORCE : 0) |
	       (flags & ORACLE_FOLL_LONGTERM ? FOLL_LONGTERM : 0) |
	       (flags & ORACLE_FOLL_DUMP ? FOLL_DUMP : 0) |
	       (flags & ORACLE_FOLL_NOWAIT ? FOLL_NOWAIT : 0);
}

/* ---- keeping and giving back ---- */

static void give_back(const struct oracle_held *held)
{
	if (!held->page)
		return;
	if (held->pin)
		unpin_user_page(held->page);
	else
		put_page(held->page);
}

/* Those that write to the array whatever they are told. */
static bool needs_pages(u32 flavour)
{
	return flavour == ORACLE_GUP_FAST || flavour == ORACLE_GUP_FAST_ONLY ||
	       flavour == ORACLE_PIN_FAST || flavour == ORACLE_PIN_FAST_ONLY ||
	       flavour == ORACLE_DUMP_PAGE;
}

/* Room for @n more, made before they are got. */
static int make_room(struct oracle_holds *holds, u32 n)
{
	unsigned int max = max(2 * holds->max, holds->nr + n);
	struct oracle_held *held;

	if (holds->nr + n <= holds->max)
		return 0;
	held = kvcalloc(max, sizeof(*held), GFP_KERNEL);
	if (!held)
		return -ENOMEM;
	if (holds->nr)
		memcpy(held, holds->held, holds->nr * sizeof(*held));
	kvfree(holds->held);
	holds->held = held;
	holds->max = max;
	return 0;
}

static int keep(struct oracle_holds *holds, struct page **pages, u32 n, bool pin, u32 *handle)
{
	int ret;

	mutex_lock(&holds->lock);
	ret = make_room(holds, n);
	*handle = holds->nr;
	for (u32 i = 0; i < n; i++) {
		struct oracle_held held = { pages[i], pin };

		if (ret)
			give_back(&held);
		else
			holds->held[holds->nr++] = held;
	}
	mutex_unlock(&holds->lock);
	return ret;
}

int oracle_gup(struct oracle_holds *holds, struct oracle_gup *gup)
{
	bool none = gup->flags & ORACLE_NO_PAGES;
	struct page **pages;
	int ret = 0;

	if (none && needs_pages(gup->flavour))
		return -EINVAL;
	if (!gup->n || gup->n > ORACLE_MAX_GUP || gup->flavour >= ORACLE_NR_GUPS)
		return -EINVAL;
	if (!is_supported(gup->flavour))
		return -EOPNOTSUPP;
	pages = kcalloc(gup->n, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	gup->ret = get(gup, flags_of(gup->flags), pages);
	gup->handle = 0;
	gup->first_pfn = 0;
	gup->written = gup->ret > 0 && pages[0];
	if (gup->written)
		gup->first_pfn = page_to_pfn(pages[0]);
	if (gup->ret > 0 && !none)
		ret = keep(holds, pages, gup->ret, is_pin(gup->flavour), &gup->handle);
	kfree(pages);
	return ret;
}

int oracle_put(struct oracle_holds *holds, u32 handle)
{
	struct oracle_held held = { NULL };

	mutex_lock(&holds->lock);
	if (handle < holds->nr)
		swap(held, holds->held[handle]);
	mutex_unlock(&holds->lock);
	if (!held.page)
		return -ENOENT;
	give_back(&held);
	return 0;
}

void oracle_put_all(struct oracle_holds *holds)
{
	for (unsigned int i = 0; i < holds->nr; i++)
		give_back(&holds->held[i]);
	kvfree(holds->held);
}
