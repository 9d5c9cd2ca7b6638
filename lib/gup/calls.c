/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * calls.c - what drivers call: get_user_pages() and its likes, which flags each
 * takes, and who holds mmap_lock.
 *
 *			acts on		mmap_lock
 *	_pages		current		the caller's, kept
 *	_pages_unlocked	current		taken here; a fault may give it up meanwhile
 *	_pages_remote	any mm		the caller's; given up where *locked says so
 *	get_dump_page	current		as _unlocked
 *
 * Up to 6.1 each function looks for what it must not be given; 6.12 asks the same of
 * all (is_valid_gup_args), and those with pins answer 0.
 */
#include "gup/internal.h"

/* What only GUP itself may say. Models: mm/internal.h, INTERNAL_GUP_FLAGS, 6.12. */
#define INTERNAL_GUP_FLAGS (FOLL_TOUCH | FOLL_TRIED | FOLL_REMOTE | FOLL_PIN | FOLL_FAST_ONLY)

/* The current task's address space, which the caller's mmap_lock keeps; NULL and *@err
 * where there is none. */
static struct mm_struct *enter_current_mm(long *err)
{
	struct task_struct *task = sim_current();
	struct mm_struct *mm = task ? __atomic_load_n(&task->mm, __ATOMIC_RELAXED) : NULL;

	*err = mm ? sim_enter(task->sim_machine) : -EFAULT;
	return *err ? NULL : mm;
}

/*
 * May a call that takes references be asked that? WARNs where not.
 * Models: mm/gup.c, is_valid_gup_flags, 5.11 to 6.1; is_valid_gup_args, 6.12.
 */
static bool is_valid_get(struct mm_struct *mm, unsigned int gup_flags, struct page **pages)
{
	struct sim_machine *machine = mm->sim_machine;

	if (sim_rule(machine, SIM_RULE_GUP_REFUSES_INTERNAL) &&
	    (SIM_WARN_ON(machine, SIM_GUP_FILE, gup_flags & INTERNAL_GUP_FLAGS) ||
	     SIM_WARN_ON(machine, SIM_GUP_FILE, (gup_flags & FOLL_GET) && !pages)))
		return false;
	return !SIM_WARN_ON(machine, SIM_GUP_FILE, gup_flags & FOLL_PIN) &&
	       !SIM_WARN_ON(machine, SIM_GUP_FILE, gup_flags & FOLL_LONGTERM);
}

/* The same of one that pins; *@ret is what it answers to what it may not be asked. */
static bool is_valid_pin(struct mm_struct *mm, unsigned int gup_flags, struct page **pages,
			 long *ret)
{
	struct sim_machine *machine = mm->sim_machine;

	*ret = sim_rule(machine, SIM_RULE_GUP_PIN_REFUSES_WITH_0) ? 0 : -EINVAL;
	if (sim_rule(machine, SIM_RULE_GUP_REFUSES_INTERNAL) &&
	    SIM_WARN_ON(machine, SIM_GUP_FILE, gup_flags & INTERNAL_GUP_FLAGS))
		return false;
	return !SIM_WARN_ON(machine, SIM_GUP_FILE, gup_flags & FOLL_GET) &&
	       !SIM_WARN_ON(machine, SIM_GUP_FILE, !pages);
}

/* Models: mm/gup.c, __gup_longterm_locked, 6.1; no page has to be migrated. */
static long __gup_longterm_locked(struct gup *g)
{
	if ((g->flags & FOLL_LONGTERM) &&
	    SIM_WARN_ON(g->mm->sim_machine, SIM_GUP_FILE, !(g->flags & FOLL_PIN)))
		return -EINVAL;
	return __get_user_pages_locked(g);
}

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages, struct vm_area_struct **vmas)
{
	long err;
	struct mm_struct *mm = enter_current_mm(&err);
	struct gup g = { mm, start, nr_pages, gup_flags | FOLL_TOUCH, pages, vmas, NULL };

	if (!mm)
		return err;
	if (!is_valid_get(mm, gup_flags, pages))
		return -EINVAL;
	return __gup_longterm_locked(&g);
}

static long get_unlocked(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			 struct page **pages, unsigned int gup_flags)
{
	int locked = 1;
	struct gup g = { mm, start, nr_pages, gup_flags, pages, NULL, &locked };
	long ret;

	if (sim_mmap_read_lock(mm, "get_user_pages_unlocked"))
		return -EDEADLK;
	ret = __get_user_pages_locked(&g);
	if (locked)
		sim_mmap_unlock(mm);
	return ret;
}

/* Of this one 6.1 asks less than of the others.
 * Models: mm/gup.c, get_user_pages_unlocked, 5.11 to 6.12. */
static bool is_valid_unlocked(struct mm_struct *mm, unsigned int gup_flags, struct page **pages)
{
	if (sim_rule(mm->sim_machine, SIM_RULE_GUP_REFUSES_INTERNAL))
		return is_valid_get(mm, gup_flags, pages);
	return !SIM_WARN_ON(mm->sim_machine, SIM_GUP_FILE, gup_flags & FOLL_LONGTERM);
}

/* The same of the current task, which is kept meanwhile. */
static long get_current_unlocked(unsigned long start, unsigned long nr_pages,
				 struct page **pages, unsigned int gup_flags)
{
	struct sim_call call;
	long ret;

	if (!sim_task_hold(&call, sim_current()))
		return -EFAULT;
	ret = get_unlocked(call.mm, start, nr_pages, pages, gup_flags);
	sim_task_release(&call);
	return ret;
}

long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	long err;
	struct mm_struct *mm = enter_current_mm(&err);

	if (!mm)
		return err;
	if (!is_valid_unlocked(mm, gup_flags, pages))
		return -EINVAL;
	return get_current_unlocked(start, nr_pages, pages, gup_flags | FOLL_TOUCH);
}

long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	long ret;
	struct mm_struct *mm = enter_current_mm(&ret);

	if (!mm || !is_valid_pin(mm, gup_flags, pages, &ret))
		return ret;
	if (!sim_rule(mm->sim_machine, SIM_RULE_GUP_LONGTERM_UNLOCKS) &&
	    !is_valid_unlocked(mm, gup_flags, pages))
		return -EINVAL;
	return get_current_unlocked(start, nr_pages, pages, gup_flags | FOLL_PIN | FOLL_TOUCH);
}

long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages,
			   struct vm_area_struct **vmas, int *locked)
{
	struct gup g = { mm, start, nr_pages, gup_flags | FOLL_TOUCH | FOLL_REMOTE, pages, vmas,
			 locked };
	long err;

	if (!mm)
		return -EFAULT;
	err = sim_enter(mm->sim_machine);
	if (err)
		return err;
	if (!is_valid_get(mm, gup_flags, pages))
		return -EINVAL;
	return __get_user_pages_locked(&g);
}

static long get_keeping_lock(struct mm_struct *mm, unsigned long addr, unsigned int gup_flags,
			     struct page **page)
{
	struct gup g = { mm, addr, 1, gup_flags, page, NULL, NULL };
	long ret;

	mmap_read_lock(mm);
	ret = __get_user_pages_locked(&g);
	mmap_read_unlock(mm);
	return ret;
}

/* Models: mm/gup.c, get_dump_page, 5.11 to 6.12, which has no FOLL_UNLOCKABLE there. */
struct page *get_dump_page(unsigned long addr)
{
	const unsigned int flags = FOLL_FORCE | FOLL_DUMP | FOLL_GET;
	struct page *page = NULL;
	struct sim_call call;
	bool keeps;
	long ret;

	if (!enter_current_mm(&ret) || !sim_task_hold(&call, sim_current()))
		return NULL;
	keeps = sim_rule(call.mm->sim_machine, SIM_RULE_GUP_DUMP_KEEPS_LOCK);
	ret = keeps ? get_keeping_lock(call.mm, addr, flags, &page)
		    : get_unlocked(call.mm, addr, 1, &page, flags);
	sim_task_release(&call);
	return ret == 1 ? page : NULL;
}

long gup_longterm_unlocked(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages)
{
	struct gup g = { mm, start, nr_pages, gup_flags, pages, NULL, NULL };
	long ret;

	if (!(gup_flags & FOLL_LONGTERM) ||
	    sim_rule(mm->sim_machine, SIM_RULE_GUP_LONGTERM_UNLOCKS))
		return get_unlocked(mm, start, nr_pages, pages, gup_flags | FOLL_TOUCH);
	if (sim_mmap_read_lock(mm, "get_user_pages_unlocked"))
		return -EDEADLK;
	ret = __gup_longterm_locked(&g);
	sim_mmap_unlock(mm);
	return ret;
}

long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages, struct vm_area_struct **vmas)
{
	long ret;
	struct mm_struct *mm = enter_current_mm(&ret);
	struct gup g = { mm, start, nr_pages, gup_flags | FOLL_PIN, pages, vmas, NULL };

	if (!mm || !is_valid_pin(mm, gup_flags, pages, &ret))
		return ret;
	return __gup_longterm_locked(&g);
}

long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages,
			   struct vm_area_struct **vmas, int *locked)
{
	struct gup g = { mm, start, nr_pages, gup_flags | FOLL_PIN | FOLL_TOUCH | FOLL_REMOTE,
			 pages, vmas, locked };
	long ret;

	if (!mm)
		return -EFAULT;
	ret = sim_enter(mm->sim_machine);
	if (ret || !is_valid_pin(mm, gup_flags, pages, &ret))
		return ret;
	if (SIM_WARN_ON(mm->sim_machine, SIM_GUP_FILE,
			locked && (gup_flags & FOLL_LONGTERM) &&
				!sim_rule(mm->sim_machine, SIM_RULE_GUP_LONGTERM_UNLOCKS)))
		return -EINVAL;
	return __gup_longterm_locked(&g);
}
