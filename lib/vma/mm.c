/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mm.c - address spaces: made, freed, locked.
 */
#include "base/atomic.h"
#include "vma/internal.h"

/* Room that mmap leaves for the stack. Models: mm/util.c, MIN_GAP of
 * mmap_base, 6.1; without randomisation, and less where user space is tiny. */
#define STACK_GAP (128UL << 20)

static unsigned long mmap_base(const struct mm_struct *mm)
{
	unsigned long up_from = mm->sim_machine->arch->mmap_up_from, gap = mm->task_size / 8;

	if (up_from)
		return up_from;
	if (gap > STACK_GAP)
		gap = STACK_GAP;
	return (mm->task_size - gap) & ~(page_size(mm) - 1);
}

struct mm_struct *mm_alloc(struct sim_machine *machine)
{
	struct mm_struct *mm = sim_alloc(machine, sizeof(*mm), SIM_OBJ_MM);

	if (!mm)
		return NULL;
	mm->sim_machine = machine;
	mm->sim_mmu = machine->mmu;
	mm->task_size = machine->mmu->task_size;
	mm->mmap_base = mmap_base(mm);
	mm->mm_users.counter = 1;
	mm->mm_count.counter = 1;
	sim_rwlock_init(&mm->mmap_lock);
	if (sim_pgd_alloc(mm)) {
		sim_free(mm, sizeof(*mm), SIM_OBJ_MM);
		return NULL;
	}
	return mm;
}

void mmget(struct mm_struct *mm)
{
	int users = sim_add_int(mm->sim_machine->up, &mm->mm_users.counter, 1);

	sim_assert(users > 0);
	(void)users;
}

bool mmget_not_zero(struct mm_struct *mm)
{
	int users = __atomic_load_n(&mm->mm_users.counter, __ATOMIC_RELAXED);

	while (users)
		if (sim_cmpxchg_int(mm->sim_machine->up, &mm->mm_users.counter, &users, users + 1,
				    __ATOMIC_ACQUIRE))
			return true;
	return false;
}

void mmput(struct mm_struct *mm)
{
	sim_assert(__atomic_load_n(&mm->mm_users.counter, __ATOMIC_RELAXED) > 0);
	if (__atomic_sub_fetch(&mm->mm_users.counter, 1, __ATOMIC_ACQ_REL))
		return;
	exit_mmap(mm);
	sim_assert(!mm->map_count && !mm->sim_vmas.nr_nodes);
	mmdrop(mm);
}

void mmgrab(struct mm_struct *mm)
{
	sim_add_int(mm->sim_machine->up, &mm->mm_count.counter, 1);
}

/* What does not add up once all mappings are gone.
 * Models: kernel/fork.c, check_mm, 5.11 to 6.12. */
static void check_mm(const struct mm_struct *mm)
{
	static const char *const bad_rss[NR_MM_COUNTERS] = {
		[MM_FILEPAGES] = "Bad rss-counter state type:MM_FILEPAGES",
		[MM_ANONPAGES] = "Bad rss-counter state type:MM_ANONPAGES",
		[MM_SWAPENTS] = "Bad rss-counter state type:MM_SWAPENTS",
		[MM_SHMEMPAGES] = "Bad rss-counter state type:MM_SHMEMPAGES",
	};

	for (int i = 0; i < NR_MM_COUNTERS; i++)
		if (__atomic_load_n(&mm->rss_stat[i].counter, __ATOMIC_RELAXED))
			sim_outcome_record(mm->sim_machine, SIM_BAD_PAGE, "kernel/fork.c",
					   "check_mm", bad_rss[i]);
	if (__atomic_load_n(&mm->pgtables_bytes.counter, __ATOMIC_RELAXED))
		sim_outcome_record(mm->sim_machine, SIM_BAD_PAGE, "kernel/fork.c", "check_mm",
				   "non-zero pgtables_bytes");
}

void mmdrop(struct mm_struct *mm)
{
	sim_assert(__atomic_load_n(&mm->mm_count.counter, __ATOMIC_RELAXED) > 0);
	if (__atomic_sub_fetch(&mm->mm_count.counter, 1, __ATOMIC_ACQ_REL))
		return;
	sim_pgd_free(mm);
	check_mm(mm);
	sim_rwlock_destroy(&mm->mmap_lock); /* what comes to lie here has an order of its own */
	sim_free(mm, sizeof(*mm), SIM_OBJ_MM);
}

/* For a driver: its lock, and where it took it. */
static void driver_lock(struct mm_struct *mm, bool write, const char *by, const void *from)
{
	if (write ? sim_mmap_write_lock(mm, by) : sim_mmap_read_lock(mm, by))
		sim_lock_pretend(&mm->mmap_lock, SIM_RANK_MMAP, by);
	sim_lock_taken_by(by, from);
}

static void driver_unlock(struct mm_struct *mm, const char *by)
{
	if (!sim_mmap_unlock(mm))
		sim_lock_not_held(mm->sim_machine, SIM_RANK_MMAP, by);
}

void mmap_read_lock(struct mm_struct *mm)
{
	driver_lock(mm, false, __func__, __builtin_return_address(0));
}

void mmap_read_unlock(struct mm_struct *mm)
{
	driver_unlock(mm, __func__);
}

void mmap_write_lock(struct mm_struct *mm)
{
	driver_lock(mm, true, __func__, __builtin_return_address(0));
}

void mmap_write_unlock(struct mm_struct *mm)
{
	driver_unlock(mm, __func__);
}
