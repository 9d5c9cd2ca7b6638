/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * walk.h - the walk itself, inline for the paths that run once per entry, and
 * the page tables as objects. Above this floor only GUP's walks include it.
 */
#ifndef SIM_PTE_WALK_H
#define SIM_PTE_WALK_H

#include "pte/pgtable.h"

/* ---- tables as objects (tables.c) ---- */

/* A table for @level, every entry empty, its lock free. NULL: out of memory. */
void *sim_table_alloc(struct mm_struct *mm, int level);
/* For a table that no other thread can have seen, or after a grace period. */
void sim_table_free(struct mm_struct *mm, int level, void *table);
/* What a table adds to mm->pgtables_bytes: the entries, without padding. */
long sim_table_bytes(const struct sim_mmu *mmu, int level);
/* An entry of @level that holds nothing. */
uint64_t sim_none_value(const struct sim_mmu *mmu, int level);

/* ---- walks ---- */

static inline uintptr_t walk_offset(const struct sim_walk_level *walk, unsigned long addr)
{
	return (addr >> walk->offset_shift) & walk->offset_mask;
}

static inline uint64_t walk_read(const struct sim_walk_level *walk, const void *slot)
{
	return walk->wide ? __atomic_load_n((const uint64_t *)slot, __ATOMIC_ACQUIRE)
			  : __atomic_load_n((const uint32_t *)slot, __ATOMIC_ACQUIRE);
}

/* Does the walk end at this entry, a leaf or an empty one? @plain as below. */
static inline __attribute__((always_inline)) bool
walk_ends(const struct sim_walk_level *walk, uint64_t e, const bool plain)
{
	return (e & walk->table_mask) != walk->table_value || (!plain && e == walk->none_value);
}

/* Where the table that an entry points at lies in the arena. */
static inline uintptr_t walk_phys(const struct sim_walk_level *walk, uint64_t e)
{
	uint64_t phys = e & walk->table_addr_mask;

	return walk->table_addr_shift < 0 ? phys << -walk->table_addr_shift
					  : phys >> walk->table_addr_shift;
}

/*
 * The loop of walk_down(). @plain is a constant: entries above level 0 are wide,
 * hold the address of a table as it is, and one test finds the end. Each step waits
 * for the one before, so it does last what depends on the entry: one and, one add.
 */
static inline __attribute__((always_inline)) void *
walk_down_as(const struct mm_struct *mm, unsigned long addr, int stop, int *at, const bool plain)
{
	int level = mm->sim_mmu->nr_levels - 1;
	const struct sim_walk_level *walk = &mm->sim_mmu->walk[level];
	uintptr_t slot = (uintptr_t)mm->pgd + walk_offset(walk, addr);

	for (; level > stop; level--, walk--) {
		uint64_t e = plain ? __atomic_load_n((const uint64_t *)slot, __ATOMIC_ACQUIRE)
				   : walk_read(walk, (const void *)slot);

		if (__builtin_expect(walk_ends(walk, e, plain), 0))
			break;
		slot = ((uintptr_t)mm->sim_machine + walk_offset(walk - 1, addr)) +
		       (plain ? e & walk->table_addr_mask : walk_phys(walk, e));
	}
	*at = level;
	return (void *)slot;
}

/*
 * sim_walk() without the counter: from the top table down to a leaf, to an
 * empty entry, or to @stop, whichever comes first.
 */
static inline void *walk_down(const struct mm_struct *mm, unsigned long addr, int stop, int *at)
{
	return __builtin_expect(mm->sim_mmu->plain_walk, 1)
		       ? walk_down_as(mm, addr, stop, at, true)
		       : walk_down_as(mm, addr, stop, at, false);
}

/* A slot of level 0, and where its table lies in the arena. */
struct plain_slot {
	uint64_t *slot;
	uintptr_t table;
};

/*
 * To the table below, and in it @offset_below bytes on. False: there is none. The
 * entry of a table is its address and @table_set, no bit more and no bit less, so
 * that what is left without @table_set is an address or no table's entry.
 */
static inline __attribute__((always_inline)) bool
walk_step(const struct sim_machine *machine, uint64_t table_set, uint64_t no_addr_mask,
	  uintptr_t offset_below, struct plain_slot *at)
{
	uint64_t phys = __atomic_load_n(at->slot, __ATOMIC_ACQUIRE) - table_set;

	at->table = phys;
	at->slot = (uint64_t *)((uintptr_t)machine + phys + offset_below);
	return likely(!(phys & no_addr_mask));
}

static inline uintptr_t uniform_offset(unsigned long addr, int level)
{
	return (addr >> (SIM_UNIFORM_SHIFT(level) - 3)) & (((1UL << SIM_UNIFORM_BITS) - 1) << 3);
}

/* With @levels a constant: a straight line of code. */
static inline __attribute__((always_inline)) bool
walk_uniform(const struct mm_struct *mm, const struct sim_machine *machine,
	     const struct sim_mmu *mmu, unsigned long addr, struct plain_slot *at,
	     const int levels)
{
	const uint64_t table_set = mmu->plain.table_set, no_addr_mask = mmu->plain.no_addr_mask;

	at->slot = (uint64_t *)((uintptr_t)mm->pgd + uniform_offset(addr, levels - 1));
#pragma GCC unroll 4
	for (int level = levels - 1; level > 0; level--)
		if (!walk_step(machine, table_set, no_addr_mask, uniform_offset(addr, level - 1),
			       at))
			return false;
	return true;
}

/* The slot of level 0; false where a table is missing, or a leaf is in the way.
 * => one of SIM_PLAIN_UNIFORM_* */
static inline __attribute__((always_inline)) bool
walk_uniform_any(const struct mm_struct *mm, const struct sim_machine *machine,
		 const struct sim_mmu *mmu, unsigned long addr, struct plain_slot *at)
{
	at->table = 0;
	if (likely(mmu->plain.kind & SIM_PLAIN_UNIFORM_3))
		return walk_uniform(mm, machine, mmu, addr, at, 3);
	return walk_uniform(mm, machine, mmu, addr, at, 4);
}

/* The same. => mmu->plain_walk */
static inline __attribute__((always_inline)) bool
walk_plain(const struct mm_struct *mm, const struct sim_machine *machine,
	   const struct sim_mmu *mmu, unsigned long addr, struct plain_slot *at)
{
	const struct sim_walk_level *walk = &mmu->walk[mmu->nr_levels - 1];

	if (likely(mmu->plain.kind & (SIM_PLAIN_UNIFORM_3 | SIM_PLAIN_UNIFORM_4)))
		return walk_uniform_any(mm, machine, mmu, addr, at);
	at->table = 0;
	at->slot = (uint64_t *)((uintptr_t)mm->pgd + walk_offset(walk, addr));
	for (; walk != mmu->walk; walk--)
		if (!walk_step(machine, walk->table_set, walk->no_addr_mask,
			       walk_offset(walk - 1, addr), at))
			return false;
	return true;
}

/* sim_walk_alloc() without the counter. */
void *walk_alloc(struct mm_struct *mm, unsigned long addr, int level, int *err);
/* Its last step alone: from @slot of @level to the slot one level below. */
void *walk_alloc_below(struct mm_struct *mm, unsigned long addr, int level, void *slot, int *err);

/*
 * Turns the -EBUSY of a walk to level 0 that met a huge leaf into what the
 * kernel makes of it.
 */
void sim_leaf_in_the_way(struct mm_struct *mm, int *err);

static inline void ptl_lock(struct sim_cpu *cpu, spinlock_t *ptl)
{
	sim_spin_acquire(sim_is_up(ptl), ptl, SIM_RANK_PTL);
	sim_cpu_count(cpu, SIM_CNT_LOCK);
}

static inline void ptl_unlock(spinlock_t *ptl)
{
	sim_spin_unlock(ptl, SIM_RANK_PTL);
}

/*
 * The level-0 slot of @addr with its table's lock held; tables are made as
 * needed. NULL: -ENOMEM in *@err, or -EIO after a BUG.
 * Models: mm/memory.c, __get_locked_pte, 5.11 to 6.12.
 */
static inline void *get_locked_slot(struct mm_struct *mm, struct sim_cpu *cpu,
				    unsigned long addr, spinlock_t **ptl, int *err)
{
	int at;
	void *slot = walk_down(mm, addr, 0, &at);

	if (__builtin_expect(at != 0, 0)) {
		slot = walk_alloc(mm, addr, 0, err);
		if (!slot) {
			sim_cpu_count(cpu, SIM_CNT_WALK);
			sim_leaf_in_the_way(mm, err);
			return NULL;
		}
	}
	*ptl = sim_ptl(mm->sim_mmu, 0, slot);
	sim_spin_acquire(mm->sim_machine->up, *ptl, SIM_RANK_PTL);
	sim_cpu_count_both(cpu, SIM_CNT_WALK, SIM_CNT_LOCK);
	return slot;
}

/* ---- entries, with the counters of one call looked up once ---- */

static inline uint64_t read_entry(struct sim_cpu *cpu, const struct sim_mmu *mmu, int level,
				  const void *slot)
{
	sim_cpu_count(cpu, SIM_CNT_PTE_READ);
	return mmu_read(mmu, level, slot);
}

static inline void write_entry(struct sim_machine *machine, struct sim_cpu *cpu, int level,
			       void *slot, unsigned long addr, uint64_t e)
{
	sim_assert(sim_rank_held(SIM_RANK_PTL, sim_ptl(machine->mmu, level, slot)));
	sim_cpu_count(cpu, SIM_CNT_PTE_WRITE);
	mmu_write(machine->mmu, level, slot, e);
	sim_event(machine, SIM_EV_PTE, addr, e, NULL);
}

/* Makes an entry writable where the mapping may be written.
 * Models: include/linux/mm.h, maybe_mkwrite, 6.1. */
static inline uint64_t maybe_mkwrite(const struct sim_entry_format *fmt, uint64_t e,
				     const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? fmt_op(fmt, SIM_OP_MKWRITE, e) : e;
}

#endif
