/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_batch_random.c - pages got in one call against the same pages got one by one,
 * in address spaces that a random program has left (straight.h). A batch stops where
 * the loop stops, and returns what it has by then, or the loop's first error.
 * Replay with SIM_SEED.
 */
#include <ttmsim/gup.h>

#include "support/straight.h"

#define NR_PAGES 100

enum way { SLOW, SLOW_PIN, FAST, FAST_ONLY, FAST_PIN, NR_WAYS };

struct batch {
	enum way way;
	unsigned long addr, nr;
	unsigned int flags;
};

/* What it came to. */
struct outcome {
	long ret;
	struct page *page[NR_PAGES];
	int refs[NR_PAGES];
	unsigned long flags[NR_PAGES];
	uint64_t entries;
	uint64_t counters[SIM_NR_COUNTERS];
};

static bool is_slow(enum way way)
{
	return way == SLOW || way == SLOW_PIN;
}

/* @vmas: to be told as well, which no straight way does; or NULL. */
static long get(const struct batch *b, unsigned long addr, unsigned long nr, struct page **pages,
		struct vm_area_struct **vmas)
{
	switch (b->way) {
	case FAST:
		return get_user_pages_fast(addr, (int)nr, b->flags, pages);
	case FAST_ONLY:
		return get_user_pages_fast_only(addr, (int)nr, b->flags, pages);
	case FAST_PIN:
		return pin_user_pages_fast(addr, (int)nr, b->flags, pages);
	case SLOW_PIN:
		return pin_user_pages(addr, nr, b->flags, pages, vmas);
	default:
		return get_user_pages(addr, nr, b->flags, pages, vmas);
	}
}

static void in_one_call(struct straight *w, const struct batch *b, struct outcome *o)
{
	(void)w;
	o->ret = get(b, b->addr, b->nr, o->page, NULL);
}

static void one_by_one(struct straight *w, const struct batch *b, struct outcome *o)
{
	struct vm_area_struct *vma;
	unsigned long i = 0;
	long ret = 1;

	for (; i < b->nr; i++) {
		ret = get(b, b->addr + straight_bytes(w, i), 1, &o->page[i], &vma);
		if (ret != 1)
			break;
	}
	o->ret = i ? (long)i : ret;
}

static void take_down(struct straight *w, const struct batch *b, struct outcome *o)
{
	sim_counters(w->machine, o->counters);
	/* a pin up to 5.14 counts entries without a page as well */
	for (long i = 0; i < o->ret; i++) {
		if (o->page[i]) {
			o->refs[i] = page_count(o->page[i]);
			o->flags[i] = o->page[i]->flags;
		}
	}
	for (unsigned long i = 0; i < b->nr; i++) {
		int level;
		void *slot = walk_down(w->mm, b->addr + straight_bytes(w, i), 0, &level);

		straight_hash(&o->entries, level ? 0 : mmu_read(w->mmu, 0, slot));
	}
}

static void run(struct straight *w, const struct batch *b, struct outcome *o,
		void (*how)(struct straight *w, const struct batch *b, struct outcome *o))
{
	memset(o, 0, sizeof(*o));
	if (is_slow(b->way))
		mmap_read_lock(w->mm);
	how(w, b, o);
	if (is_slow(b->way))
		mmap_read_unlock(w->mm);
	take_down(w, b, o);
}

static void same(const char *what, const struct batch *b, uint64_t batch, uint64_t loop)
{
	if (batch != loop)
		fail_msg("way %d, %lu pages, flags %#x: %s: %#llx, one by one %#llx", (int)b->way,
			 b->nr, b->flags, what, (unsigned long long)batch,
			 (unsigned long long)loop);
}

/* A batch walks once where it takes no lock, and does not go back to that way once it
 * has left it, where each of several calls may take a page and let it go again; the
 * slow way is the same for each page. */
static bool may_differ(enum way way, enum sim_counter counter)
{
	if (is_slow(way))
		return false;
	if (way == FAST_ONLY)
		return counter == SIM_CNT_WALK;
	return counter != SIM_CNT_FAULT && counter != SIM_CNT_HANDLER &&
	       counter != SIM_CNT_MAPCOUNT && counter != SIM_CNT_PAGE_ALLOC &&
	       counter != SIM_CNT_TABLE_ALLOC;
}

static void compare(const struct batch *b, const struct outcome *batch, const struct outcome *loop)
{
	same("result", b, (uint64_t)batch->ret, (uint64_t)loop->ret);
	for (long i = 0; i < batch->ret; i++) {
		assert_ptr_equal(batch->page[i], loop->page[i]);
		same("references", b, (uint64_t)batch->refs[i], (uint64_t)loop->refs[i]);
		if (is_slow(b->way))
			same("flags", b, batch->flags[i], loop->flags[i]);
	}
	same("entries", b, batch->entries, loop->entries);
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		if (!may_differ(b->way, (enum sim_counter)i))
			same(sim_counter_name((enum sim_counter)i), b, batch->counters[i],
			     loop->counters[i]);
}

/*
 * A batch that takes locks by now stops where the vma forbids what the entry alone does
 * not, as an entry of PROT_NONE without NUMA balancing: there the lockless way goes on,
 * if it is asked anew.
 */
static bool slow_way_stops(struct straight *w, const struct batch *b, long at)
{
	unsigned long addr = b->addr + straight_bytes(w, (unsigned long)at);
	struct batch slow = { .way = b->way == FAST ? SLOW : SLOW_PIN, .flags = b->flags };
	struct page *page;
	long ret;

	if (is_slow(b->way) || b->way == FAST_ONLY || !at)
		return false;
	mmap_read_lock(w->mm);
	ret = get(&slow, addr, 1, &page, NULL);
	mmap_read_unlock(w->mm);
	return ret != 1;
}

static uint64_t get_both(struct straight *w)
{
	static const unsigned int flags[] = { 0, FOLL_WRITE, FOLL_FORCE, FOLL_WRITE | FOLL_FORCE };
	static struct outcome batch, loop;
	static struct sim_snapshot *before; /* reachable where the test fails */
	struct batch b = { .way = (enum way)straight_any(w, NR_WAYS) };

	b.addr = straight_range(w, &b.nr);
	b.nr = b.nr < NR_PAGES ? b.nr : NR_PAGES;
	b.flags = flags[straight_any(w, SIM_ARRAY_SIZE(flags))];
	if (b.way >= FAST)
		b.flags &= FOLL_WRITE;
	before = sim_snapshot(w->machine);
	assert_non_null(before);
	run(w, &b, &loop, one_by_one);
	assert_int_equal(sim_restore(w->machine, before), 0);
	run(w, &b, &batch, in_one_call);
	if (batch.ret >= loop.ret || !slow_way_stops(w, &b, batch.ret))
		compare(&b, &batch, &loop);
	assert_int_equal(sim_restore(w->machine, before), 0);
	sim_snapshot_free(before);
	return (uint64_t)batch.ret;
}

/* ---- what the address space is like ---- */

static uint64_t access_memory(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);
	bool write = straight_any(w, 2);

	return (uint64_t)sim_touch(w->cur, addr, straight_bytes(w, nr), write);
}

static uint64_t protect(struct straight *w)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	unsigned long nr, addr = straight_range(w, &nr);

	nr = nr < 20 ? nr : 20;
	return (uint64_t)sim_mprotect(w->cur, addr, straight_bytes(w, nr),
				      prots[straight_any(w, 3)]);
}

static uint64_t unmap(struct straight *w)
{
	unsigned long nr, addr = straight_range(w, &nr);

	nr = nr < 8 ? nr : 8;
	return (uint64_t)sim_munmap(w->cur, addr, straight_bytes(w, nr));
}

static uint64_t pin_some(struct straight *w)
{
	struct page *got[8];
	unsigned long nr, addr = straight_range(w, &nr);

	return (uint64_t)pin_user_pages_fast(addr, (int)(nr < 8 ? nr : 8), 0, got);
}

static const struct straight_op getting[] = {
	{ "get", get_both, 10 }, { "access", access_memory, 8 }, { "fork", straight_fork, 4 },
	{ "mprotect", protect, 3 }, { "munmap", unmap, 1 }, { "pin", pin_some, 1 }, { 0 },
};

static void test_batch_is_the_same_as_one_by_one(void **state)
{
	(void)state;
	straight_everywhere(getting, 5);
}

/* Each twice, and once the one that stops it. */
static void test_batch_counts_what_it_reads(void **state)
{
	static struct straight w;
	struct sim_machine_config config = { .arch = "x86_64", .release = "6.1" };
	struct page *got[8];
	uint64_t read;
	long addr;

	(void)state;
	straight_open(&w, &config);
	sim_task_switch(w.task[0]);
	addr = sim_mmap(w.task[0], 0, straight_bytes(&w, 8), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	assert_true(addr > 0);
	assert_int_equal(sim_touch(w.task[0], (unsigned long)addr, straight_bytes(&w, 5), true), 0);
	read = sim_counter(w.machine, SIM_CNT_PTE_READ);
	assert_int_equal(get_user_pages_fast_only((unsigned long)addr, 8, 0, got), 5);
	assert_int_equal(sim_counter(w.machine, SIM_CNT_PTE_READ), read + 11);
	sim_task_switch(NULL);
	straight_close(&w);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_batch_counts_what_it_reads),
	cmocka_unit_test(test_batch_is_the_same_as_one_by_one),
};

SIM_TEST_MAIN(tests)
