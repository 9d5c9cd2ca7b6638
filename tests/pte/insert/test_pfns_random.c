/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_pfns_random.c - a run of pfns in one call against the loop that it
 * stands for, on random runs, everywhere; and the loop against itself with
 * somebody who listens to events, which has it take no short cut.
 *
 * A case is drawn on one machine, which is snapshot; the loop runs, what it left
 * is taken down, the machine is restored, and the call runs. So both begin from
 * the same bytes. Replay with SIM_SEED.
 */
#include <limits.h>

#include "pte/pat/memtype.h"
#include "pte/walk.h"
#include "support/address_space.h"
#include "support/pte_fixture.h"

#define PFNMAP (VM_DRIVER | VM_PFNMAP | VM_IO)
#define MIXED (VM_DRIVER | VM_MIXEDMAP | VM_IO)

/* ---- a machine and a case on it ---- */

#define MAX_NR 2000		/* pfns in a run */
#define MAX_VMA 2200		/* pages */
#define MARGIN 64		/* pages beside the vma that are compared as well */
#define WINDOW (MAX_VMA + 2 * MARGIN)

struct world {
	struct pte_fixture f;
	uint64_t seed;
	struct vm_area_struct *vma;
	/* the arguments */
	unsigned long addr, nr;
	struct sim_pfns pfns;
	pgprot_t prot;
	/* around the call */
	unsigned long fail_nth;
	bool events, crashed;
	/* what pfns points at */
	unsigned long list[MAX_NR];
	struct page *page[MAX_NR];
};

static unsigned long any(struct world *w, unsigned long below)
{
	return as_random(&w->seed, (uint32_t)below);
}

static unsigned long per_table(const struct world *w)
{
	return 1ul << w->f.mmu->level[0].index_bits;
}

static unsigned long any_vm_flags(struct world *w)
{
	static const unsigned long few[] = {
		MIXED, MIXED, MIXED, VM_PRIVATE | VM_MIXEDMAP, VM_PRIVATE | VM_PFNMAP,
		VM_READ | VM_MAYREAD | VM_PFNMAP, VM_DRIVER, PFNMAP | VM_MIXEDMAP,
	};

	return any(w, 3) ? PFNMAP : few[any(w, SIM_ARRAY_SIZE(few))];
}

static void draw_vma(struct world *w)
{
	unsigned long nr = 1 + any(w, any(w, 2) ? 40 : MAX_VMA);
	unsigned long start = w->f.base + pages(&w->f, any(w, 3 * per_table(w)));

	if (!any(w, 8)) /* the last one that user space can have */
		start = w->f.mmu->task_size - pages(&w->f, nr);
	w->vma = pte_fixture_vma(&w->f, start, nr, any_vm_flags(w));
}

/* Mostly in the vma; now and then beyond either end, or in the middle of a page. */
static void draw_range(struct world *w)
{
	unsigned long in_vma = (w->vma->vm_end - w->vma->vm_start) >> w->f.mmu->page_shift;
	unsigned long at = any(w, 3) ? any(w, in_vma) : 0;

	w->nr = any(w, 3) ? any(w, 60) : any(w, MAX_NR + 1);
	if (any(w, 4) && w->nr > in_vma - at)
		w->nr = in_vma - at;
	w->addr = w->vma->vm_start + pages(&w->f, at);
	if (!any(w, 16))
		w->addr = w->vma->vm_start - pages(&w->f, 1 + any(w, 20));
	if (!any(w, 16))
		w->addr = w->vma->vm_end - pages(&w->f, any(w, 20)) + pages(&w->f, any(w, 20));
	if (!any(w, 16))
		w->addr += any(w, pages(&w->f, 1));
}

/* RAM, I/O memory, neither, and where one meets the other. */
static unsigned long any_pfn(struct world *w)
{
	const struct sim_ram *ram = &w->f.machine->phys->ram;
	const struct sim_entry_format *fmt = &w->f.mmu->format[0];
	unsigned int phys_bits = w->f.machine->arch->max_phys_bits - w->f.mmu->page_shift;

	switch (any(w, 12)) {
	case 0:
		return any(w, ram->start);
	case 1:
		return ram->start - any(w, ram->start < 20 ? ram->start : 20);
	case 2:
		return ram->start + ram->nr - any(w, 30);
	case 3:
		return (1ul << phys_bits) - any(w, 30);
	case 4:
		return (1ul << (phys_bits - 1)) - any(w, 30);
	case 5:
		return (fmt->pfn_mask >> fmt->pfn_shift) - any(w, 30);
	case 6:
	case 7:
	case 8:
		return pte_fixture_io(&w->f) + any(w, 2048);
	default:
		return ram->start + any(w, ram->nr);
	}
}

static void draw_list(struct world *w)
{
	for (unsigned long i = 0; i < w->nr;) {
		unsigned long pfn = any_pfn(w), len = 1 + any(w, 200), step = any(w, 4) ? 1 : 2;

		for (; len && i < w->nr; len--, pfn += step)
			w->list[i++] = pfn;
	}
	w->pfns.list = w->list;
}

static void draw_pages(struct world *w)
{
	const struct sim_ram *ram = &w->f.machine->phys->ram;

	for (unsigned long i = 0; i < w->nr;) {
		unsigned long at = any(w, ram->nr), len = 1 + any(w, 200);

		for (; len && i < w->nr && at < ram->nr; len--)
			w->page[i++] = ram->map + at++;
	}
	w->pfns.pages = w->page;
}

/* Fields that do not apply hold what must not be looked at. */
static void draw_pfns(struct world *w)
{
	w->pfns = (struct sim_pfns){ .first = any_pfn(w) };
	switch (any(w, 4)) {
	case 0:
		w->pfns.pages = w->page;
		return draw_list(w);
	case 1:
		return draw_pages(w);
	default:
		return;
	}
}

static pgprot_t any_prot(struct world *w)
{
	static const unsigned long flags[] = {
		VM_SHARED, VM_NONE, VM_READ, VM_READ | VM_SHARED, VM_READ | VM_WRITE,
		VM_READ | VM_WRITE | VM_SHARED, VM_READ | VM_EXEC, VM_WRITE | VM_SHARED,
	};
	pgprot_t prot = w->vma->vm_page_prot;

	if (!any(w, 2))
		prot = sim_vm_page_prot(w->f.mmu, flags[any(w, SIM_ARRAY_SIZE(flags))]);
	if (!any(w, 4))
		prot = any(w, 2) ? pgprot_writecombine(prot) : pgprot_noncached(prot);
	return prot;
}

/* ---- what is there before the call ---- */

static void draw_memtypes(struct world *w)
{
	static const enum sim_cache_mode modes[] = { SIM_CACHE_WC, SIM_CACHE_UC_MINUS };
	const struct sim_ram *ram = &w->f.machine->phys->ram;

	if (!w->f.mmu->has_pat)
		return;
	for (unsigned long n = any(w, 30); n; n--) {
		unsigned long at = any(w, ram->nr - 300);

		sim_set_memtype_ram(w->f.machine, ram->start + at, 1 + any(w, 300),
				    modes[any(w, 2)]);
	}
	for (unsigned long n = any(w, 30); n; n--) {
		unsigned long at = pte_fixture_io(&w->f) + any(w, 2048);
		enum sim_cache_mode mode = modes[any(w, 2)];

		/* refused where two would not agree */
		sim_memtype_reserve(w->f.machine, memtype_bytes(w->f.machine, at),
				    memtype_bytes(w->f.machine, at + 1 + any(w, 100)), &mode);
	}
}

/* An entry: of a page, or one bit that no empty one has, or that it may have. */
static void occupy(struct world *w, unsigned long addr)
{
	const struct sim_entry_format *fmt = &w->f.mmu->format[0];
	unsigned int bits = 8u * w->f.mmu->level[0].entry_bytes;
	int err;
	void *slot = sim_walk_alloc(w->f.mm, addr, 0, &err);

	if (!slot)
		return; /* under a leaf */
	mmu_write(w->f.mmu, 0, slot,
		  any(w, 2) ? fmt_make(fmt, any_pfn(w), any_prot(w).pgprot)
			    : fmt->none_value ^ 1ULL << any(w, bits));
}

/* A PMD leaf, or a PUD leaf. */
static void put_leaf(struct world *w, unsigned long addr, int level)
{
	const struct sim_mmu *mmu = w->f.mmu;
	int err;
	void *slot;

	if (level >= mmu->nr_levels || !mmu->has_leaf[level])
		return;
	slot = sim_walk_alloc(w->f.mm, addr, level, &err);
	if (slot && mmu_is_none(mmu, level, mmu_read(mmu, level, slot)))
		mmu_write(mmu, level, slot,
			  fmt_make(&mmu->format[level], 0,
				   sim_prot_to_leaf(mmu, level, w->vma->vm_page_prot.pgprot)));
}

static unsigned long any_addr(struct world *w)
{
	return w->vma->vm_start +
	       pages(&w->f, any(w, (w->vma->vm_end - w->vma->vm_start) >> w->f.mmu->page_shift));
}

static void draw_entries(struct world *w)
{
	if (!any(w, 8))
		put_leaf(w, any_addr(w), any(w, 4) ? SIM_LEAF_PMD : SIM_LEAF_PUD);
	if (any(w, 2))
		return;
	for (unsigned long n = any(w, 12); n; n--) {
		unsigned long addr = any_addr(w), len = any(w, 3) ? 1 : any(w, 600);

		for (; len && addr < w->vma->vm_end; len--, addr += pages(&w->f, 1))
			occupy(w, addr);
	}
}

static void draw(struct world *w)
{
	draw_memtypes(w);
	draw_vma(w);
	draw_entries(w);
	draw_range(w);
	draw_pfns(w);
	w->prot = any_prot(w);
	w->fail_nth = any(w, 4) ? 0 : 1 + any(w, 6);
	w->events = any(w, 2);
	w->crashed = !any(w, 60);
}

/* ---- what it left ---- */

struct result {
	vm_fault_t ret;
	unsigned long left;
	uint64_t counters[SIM_NR_COUNTERS];
	unsigned long live[SIM_NR_OBJECTS];
	long pgtables_bytes;
	bool crashed, pending;
	unsigned int nr_outcomes[SIM_NR_OUTCOME_KINDS];
	struct sim_outcome last;	/* BUG */
	unsigned long nr_events;
	uint64_t events;		/* their hash */
	uint64_t entry[WINDOW];
	int level[WINDOW];
	/* the loop only */
	unsigned long walked, tables;	/* entries that were walked to, in so many tables */
};

static void hash(uint64_t *h, uint64_t value)
{
	*h = (*h ^ value) * 0x100000001b3ull;
	*h ^= *h >> 29;
}

static void note_event(const struct sim_event *event, void *data)
{
	struct result *r = data;

	r->nr_events++;
	hash(&r->events, event->kind);
	hash(&r->events, event->addr);
	hash(&r->events, event->value);
	hash(&r->events, (uintptr_t)event->what);
}

static void begin(struct world *w, struct result *r)
{
	memset(r, 0, sizeof(*r));
	if (w->crashed)
		sim_outcome_record(w->f.machine, SIM_BUG, "test.c", "test", "true");
	sim_fail_alloc(w->f.machine, w->fail_nth);
	sim_set_event_fn(w->f.machine, w->events ? note_event : NULL, r);
}

static void take_down(struct world *w, struct result *r)
{
	struct sim_machine *machine = w->f.machine;
	const struct sim_outcome *last = sim_last_outcome(machine, SIM_BUG);
	unsigned long addr = w->vma->vm_start - pages(&w->f, MARGIN);

	sim_set_event_fn(machine, NULL, NULL);
	sim_counters(machine, r->counters);
	r->pending = sim_fail_alloc_pending(machine);
	r->crashed = sim_crashed(machine);
	r->pgtables_bytes = w->f.mm->pgtables_bytes.counter;
	for (int i = 0; i < SIM_NR_OUTCOME_KINDS; i++)
		r->nr_outcomes[i] = sim_nr_outcomes(machine, (enum sim_outcome_kind)i);
	for (int i = 0; i < SIM_NR_OBJECTS; i++)
		r->live[i] = sim_live_objects(machine, (enum sim_object)i);
	if (last)
		r->last = *last;
	for (int i = 0; i < WINDOW && addr < w->f.mmu->task_size; i++, addr += pages(&w->f, 1)) {
		void *slot = walk_down(w->f.mm, addr, 0, &r->level[i]);

		r->entry[i] = mmu_read(w->f.mmu, r->level[i], slot);
	}
}

/* ---- both ways ---- */

static unsigned long nth_pfn(const struct world *w, unsigned long i)
{
	if (w->pfns.list)
		return w->pfns.list[i];
	return w->pfns.pages ? sim_page_to_pfn(w->pfns.pages[i]) : w->pfns.first + i;
}

/* What the call stands for. */
static void run_loop(struct world *w, struct result *r)
{
	unsigned long addr = w->addr, last_table = ULONG_MAX;

	begin(w, r);
	r->ret = VM_FAULT_NOPAGE;
	for (r->left = w->nr; r->left; r->left--, addr += pages(&w->f, 1)) {
		uint64_t walks = sim_counter(w->f.machine, SIM_CNT_WALK);
		unsigned long table = addr >> w->f.mmu->level[1].shift;

		r->ret = vmf_insert_pfn_prot(w->vma, addr, nth_pfn(w, w->nr - r->left), w->prot);
		if (sim_counter(w->f.machine, SIM_CNT_WALK) != walks) {
			r->walked++;
			r->tables += table != last_table;
			last_table = table;
		}
		if (r->ret != VM_FAULT_NOPAGE)
			break;
	}
	take_down(w, r);
}

static void run_call(struct world *w, struct result *r)
{
	struct sim_pfns pfns = w->pfns;

	begin(w, r);
	r->left = w->nr;
	r->ret = sim_vmf_insert_pfns_prot(w->vma, w->addr, &pfns, &r->left, w->prot);
	assert_true(pfns.list == w->pfns.list && pfns.pages == w->pfns.pages &&
		    pfns.first == w->pfns.first);
	take_down(w, r);
}

static void same(const char *what, uint64_t loop, uint64_t call)
{
	if (loop != call)
		fail_msg("%s: %#llx, then %#llx", what, (unsigned long long)loop,
			 (unsigned long long)call);
}

/* What the call may save: walks and locks. */
static void compare_counters(const struct result *loop, const struct result *call)
{
	for (int i = 0; i < SIM_NR_COUNTERS; i++) {
		bool may_save = i == SIM_CNT_WALK || i == SIM_CNT_LOCK;

		if (!may_save || call->counters[i] > loop->counters[i])
			same(sim_counter_name((enum sim_counter)i), loop->counters[i],
			     call->counters[i]);
	}
}

static void compare_outcomes(const struct result *loop, const struct result *call)
{
	same("crashed", loop->crashed, call->crashed);
	for (int i = 0; i < SIM_NR_OUTCOME_KINDS; i++)
		same("outcomes", loop->nr_outcomes[i], call->nr_outcomes[i]);
	if (!loop->last.file)
		return;
	assert_string_equal(loop->last.file, call->last.file);
	assert_string_equal(loop->last.function, call->last.function);
	assert_string_equal(loop->last.condition, call->last.condition);
}

static void compare_state(const struct result *loop, const struct result *call)
{
	same("result", loop->ret, call->ret);
	same("left", loop->left, call->left);
	compare_outcomes(loop, call);
	for (int i = 0; i < WINDOW; i++) {
		same("level", (uint64_t)loop->level[i], (uint64_t)call->level[i]);
		same("entry", loop->entry[i], call->entry[i]);
	}
	same("failure pending", loop->pending, call->pending);
	same("bytes of tables", (uint64_t)loop->pgtables_bytes, (uint64_t)call->pgtables_bytes);
	for (int i = 0; i < SIM_NR_OBJECTS; i++)
		same(sim_object_name((enum sim_object)i), loop->live[i], call->live[i]);
}

/* One walk and one hold of the lock per table; what else the loop locks, the
 * call may lock as well. */
static void compare_walks(const struct result *loop, const struct result *call)
{
	unsigned long saved = loop->walked - loop->tables;

	same("one walk per table", loop->counters[SIM_CNT_WALK] - saved,
	     call->counters[SIM_CNT_WALK]);
	assert_true(call->counters[SIM_CNT_LOCK] <= loop->counters[SIM_CNT_LOCK] - saved);
}

/* ---- the laws: each begins on the machine as drawn ---- */

typedef void (*law_fn)(struct world *w, const struct sim_snapshot *drawn);

static struct result first, second;

static void restore(struct world *w, const struct sim_snapshot *snapshot)
{
	assert_int_equal(sim_restore(w->f.machine, snapshot), 0);
}

static void call_agrees_with_loop(struct world *w, const struct sim_snapshot *drawn)
{
	run_loop(w, &first);
	restore(w, drawn);
	run_call(w, &second);
	compare_state(&first, &second);
	compare_counters(&first, &second);
	same("events", first.nr_events, second.nr_events);
	same("what the events say", first.events, second.events);
}

static void call_walks_once_per_table(struct world *w, const struct sim_snapshot *drawn)
{
	run_loop(w, &first);
	restore(w, drawn);
	run_call(w, &second);
	compare_walks(&first, &second);
}

static void events_change_nothing(struct world *w, const struct sim_snapshot *drawn)
{
	w->events = false;
	run_loop(w, &first);
	restore(w, drawn);
	w->events = true;
	run_loop(w, &second);
	compare_state(&first, &second);
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		same(sim_counter_name((enum sim_counter)i), first.counters[i],
		     second.counters[i]);
}

static void one_case(struct world *w, const struct sim_snapshot *empty, law_fn law)
{
	static struct sim_snapshot *drawn; /* reachable where the test fails */

	draw(w);
	drawn = sim_snapshot(w->f.machine);
	assert_non_null(drawn);
	law(w, drawn);
	sim_snapshot_free(drawn);
	restore(w, empty);
	w->f.nr_vmas = 0;
}

static void one_machine(struct world *w, const struct sim_machine_config *config, law_fn law)
{
	static struct sim_snapshot *empty; /* reachable where the test fails */

	pte_fixture_init_config(&w->f, config);
	print_message("%s %s, toggle %#x, cpus %u: seed %#llx\n", config->arch, config->release,
		      config->toggle_features, config->cpus, (unsigned long long)w->seed);
	empty = sim_snapshot(w->f.machine);
	assert_non_null(empty);
	for (int i = 0; i < 60; i++)
		one_case(w, empty, law);
	sim_snapshot_free(empty);
	pte_fixture_exit(&w->f);
}

static void every_machine(law_fn law)
{
	static const uint32_t toggles[] = {
		0, 1u << SIM_FEAT_PAT, 1u << SIM_FEAT_PTE_SPECIAL,
		1u << SIM_FEAT_PMD_LEAF | 1u << SIM_FEAT_PUD_LEAF,
	};
	static struct world w;
	const struct sim_arch *arch;

	w.seed = as_seed(4);
	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++) {
		for (unsigned int r = 0; sim_release_nth(r); r++) {
			for (unsigned int t = 0; t < SIM_ARRAY_SIZE(toggles); t++) {
				struct sim_machine_config config = {
					.arch = arch->name, .release = sim_release_nth(r),
					.toggle_features = toggles[t], .cpus = (n + r + t) % 2,
				};

				if (sim_release_number(config.release) >= arch->since)
					one_machine(&w, &config, law);
			}
		}
	}
}

static void test_pfns_random_runs_agree_with_the_loop(void **state)
{
	(void)state;
	every_machine(call_agrees_with_loop);
}

static void test_pfns_random_runs_walk_once_per_table(void **state)
{
	(void)state;
	every_machine(call_walks_once_per_table);
}

static void test_pfn_random_runs_are_the_same_with_events(void **state)
{
	(void)state;
	every_machine(events_change_nothing);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_pfns_random_runs_agree_with_the_loop),
	cmocka_unit_test(test_pfns_random_runs_walk_once_per_table),
	cmocka_unit_test(test_pfn_random_runs_are_the_same_with_events),
};

SIM_TEST_MAIN(tests)
