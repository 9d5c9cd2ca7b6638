/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_apply_random.c - apply_to_page_range() with callbacks that do all that one can
 * think of. Where nobody listens a table is lent to the callback, and its stores are
 * counted when it is taken back: that must not show (straight.h). Replay with SIM_SEED.
 */
#include "support/straight.h"

/* What a callback does with an entry: bits. */
enum {
	STORE = 1 << 0,
	STORE_TWICE = 1 << 1,
	CLEAR = 1 << 2,		/* an empty entry, stored */
	STORE_BEFORE = 1 << 3,	/* to the entry before it as well */
	LOOK = 1 << 4,		/* reads it, and its tests */
	NEST = 1 << 5,		/* applies to another address space meanwhile */
	WANDER = 1 << 6,	/* becomes a task of another machine, and comes back */
	STAY = 1 << 7,		/* comes back only when it is called again */
	ELSEWHERE = 1 << 8,	/* stores to the address space of another machine */
	NR_DEEDS = 9
};

#define FAR 0x40000000ul	/* where nothing is mapped */

struct visit {
	struct straight *w;
	struct mm_struct *mm;
	uint64_t deeds, said;
	unsigned long nr, pfn, stop_at;
	pgprot_t prot;
	struct mm_struct *nested;	/* NEST: what it applies to */
	unsigned long nested_addr;
	unsigned int bytes;		/* of an entry */
};

static pte_t entry_of(struct visit *v)
{
	return pte_mkspecial(pfn_pte(v->pfn + v->nr, v->prot));
}

static int store_one(pte_t *pte, unsigned long addr, void *data)
{
	struct visit *v = data;

	straight_hash(&v->said, addr);
	set_pte_at(v->nested, addr, pte, entry_of(v));
	return straight_any(v->w, 10) ? 0 : -EINTR;
}

/* Not where the locks of the two tables would be taken in the wrong order. */
static void nest(struct visit *v, const void *slot)
{
	int level;
	const void *other = v->nested ? walk_down(v->nested, v->nested_addr, 0, &level) : NULL;

	if (other && !level && sim_ptl(v->w->mmu, 0, slot) < sim_ptl(v->w->mmu, 0, other))
		straight_hash(&v->said, (uint64_t)apply_to_page_range(
					v->nested, v->nested_addr,
					straight_bytes(v->w, 1 + straight_any(v->w, 3)),
					store_one, v));
}

/* An entry of nobody's: what is stored to it, and whose counter it is. */
static void store_elsewhere(struct visit *v)
{
	struct mm_struct *mm = v->w->stranger->mm;
	int level;
	void *slot = walk_down(mm, FAR, 0, &level);

	if (!level)
		set_pte_at(mm, FAR, slot, (pte_t){ 0x1234567 });
	straight_hash(&v->said, sim_counter(mm->sim_machine, SIM_CNT_PTE_WRITE) ? 1 : 0);
}

static void wander(struct visit *v)
{
	sim_task_switch(v->w->stranger);
	straight_hash(&v->said, pte_mkspecial(pfn_pte(5, v->prot)).pte);
	if (!(v->deeds & STAY))
		sim_task_switch(v->w->cur);
}

static int callback(pte_t *pte, unsigned long addr, void *data)
{
	struct visit *v = data;
	pte_t old = { 0 };

	v->nr++;
	straight_hash(&v->said, addr);
	if (v->deeds & LOOK) {
		old = ptep_get(pte);
		straight_hash(&v->said, old.pte);
		straight_hash(&v->said, (uint64_t)pte_none(old) + 2 * (uint64_t)pte_special(old));
	}
	if (v->deeds & NEST)
		nest(v, pte);
	if (v->deeds & ELSEWHERE)
		store_elsewhere(v);
	if (v->deeds & (STORE | STORE_TWICE))
		set_pte_at(v->mm, addr, pte, entry_of(v));
	if (v->deeds & WANDER)
		wander(v);
	if (v->stop_at == v->nr)
		return -EINTR;
	if (v->deeds & STORE_TWICE)
		set_pte_at(v->mm, addr, pte, pte_mkspecial(pfn_pte(v->pfn, v->prot)));
	if (v->deeds & CLEAR)
		set_pte_at(v->mm, addr, pte,
			   (pte_t){ v->w->mmu->format[SIM_LEAF_PTE].none_value });
	if ((v->deeds & STORE_BEFORE) && v->nr > 1 &&
	    (uintptr_t)pte & ((1ul << v->w->mmu->level[0].table_lg2) - 1))
		set_pte_at(v->mm, addr - straight_bytes(v->w, 1),
			   (pte_t *)(void *)((char *)pte - v->bytes), entry_of(v));
	return 0;
}

static uint64_t any_deeds(struct straight *w)
{
	uint64_t deeds = straight_any(w, 3) ? STORE : 0;

	for (unsigned long n = straight_any(w, 4); n; n--)
		deeds |= 1u << straight_any(w, NR_DEEDS);
	return deeds;
}

static uint64_t apply(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);
	struct visit v = { .w = w, .mm = w->mm, .deeds = any_deeds(w), .pfn = straight_pfn(w),
			   .stop_at = straight_any(w, 3) ? 0 : 1 + straight_any(w, nr),
			   .prot = straight_prot(w), .bytes = w->mmu->level[0].entry_bytes };
	uint64_t written;
	int ret;

	if (w->nr_tasks > 1)
		v.nested = w->task[straight_any(w, w->nr_tasks)]->mm;
	v.nested_addr = straight_any(w, 2) ? FAR : addr & ~(mmu_leaf_size(w->mmu, 1) - 1);
	/* no tables are made under a table's lock */
	if (v.nested)
		sim_walk_alloc(v.nested, v.nested_addr, 0, &ret);
	sim_walk_alloc(w->stranger->mm, FAR, 0, &ret);
	w->abused = true;
	if (!straight_any(w, 30))
		addr++;
	written = sim_counter(w->machine, SIM_CNT_PTE_WRITE) - w->nr_told;
	mmap_write_lock(w->mm);
	ret = apply_to_page_range(w->mm, addr, straight_bytes(w, nr), callback, &v);
	mmap_write_unlock(w->mm);
	if (w->machine->listeners.event) /* each is told of */
		assert_int_equal(sim_counter(w->machine, SIM_CNT_PTE_WRITE) - w->nr_told, written);
	straight_hash(&v.said, (uint64_t)ret);
	straight_hash(&v.said, v.nr);
	/* whose task is current when the callback did not come back */
	straight_hash(&v.said, sim_current() == w->stranger);
	straight_hash(&v.said, sim_current_machine() == w->machine);
	sim_task_switch(w->cur);
	return v.said;
}

/* A store with nobody's table lent. */
static uint64_t store_outside(struct straight *w)
{
	unsigned long addr = straight_addr(w);
	pte_t pte = pte_mkspecial(pfn_pte(straight_pfn(w), straight_prot(w)));
	int err;
	void *slot;

	w->abused = true;
	mmap_write_lock(w->mm);
	slot = sim_walk_alloc(w->mm, addr, 0, &err);
	if (slot)
		set_pte_at(w->mm, addr, slot, pte);
	mmap_write_unlock(w->mm);
	return pte.pte;
}

static uint64_t zap(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);
	const struct sim_zap all = { .even_cows = straight_any(w, 2) };
	struct vm_area_struct *vma;

	mmap_write_lock(w->mm);
	vma = straight_vma(w, addr);
	if (vma)
		sim_zap_range(vma, addr, addr + straight_bytes(w, nr), &all);
	mmap_write_unlock(w->mm);
	return 0;
}

static uint64_t fail_soon(struct straight *w)
{
	sim_fail_alloc(w->machine, 1 + straight_any(w, 5));
	return 0;
}

static const struct straight_op applying[] = {
	{ "apply", apply, 10 }, { "store", store_outside, 3 }, { "zap", zap, 4 },
	{ "fork", straight_fork, 1 }, { "fail", fail_soon, 1 }, { 0 },
};

static void test_apply_with_any_callback(void **state)
{
	(void)state;
	straight_everywhere(applying, 12);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_apply_with_any_callback),
};

SIM_TEST_MAIN(tests)
