/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_memtype_random.c - memory types against a model that knows each byte's: what is
 * reserved, freed and looked up in random order, in bytes, across the ends of RAM, of
 * I/O memory and of the ISA hole. Replay with SIM_SEED.
 *
 * The model keeps a list of reservations in the order of the tree (by start, the
 * earlier one first where they agree), and asks it from the front each time.
 */
#include <stdlib.h>

#include "pte/pat/memtype.h"
#include "sim/machine.h"
#include "support/address_space.h"
#include "support/pte_fixture.h"

#define MAX_RESERVED 200
#define SPAN 48			/* pages that a place has */
#define RUN 40			/* pfns of an insertion */

struct reserved {
	uint64_t start, end;
	enum sim_cache_mode type;
};

struct model {
	struct pte_fixture f;
	uint64_t seed;
	struct reserved list[MAX_RESERVED]; /* by start */
	int nr;
	enum sim_cache_mode *ram;	/* of each page */
	unsigned long place[4];		/* first pfns of where things happen */
	struct vm_area_struct *vma;
};

static unsigned long any(struct model *m, unsigned long below)
{
	return as_random(&m->seed, (uint32_t)below);
}

static const struct sim_ram *ram_of(const struct model *m)
{
	return &m->f.machine->phys->ram;
}

/* ---- the model ---- */

static bool in_ram(const struct model *m, unsigned long pfn)
{
	return pfn >= ram_of(m)->start && pfn < ram_of(m)->start + ram_of(m)->nr;
}

static bool in_isa_hole(uint64_t start, uint64_t end)
{
	return start >= SIM_ISA_START && end <= SIM_ISA_END;
}

static enum sim_cache_mode model_lookup(const struct model *m, unsigned long pfn)
{
	uint64_t start = (uint64_t)pfn << 12, end = start + 4096;

	if (in_ram(m, pfn) && start >= SIM_ISA_END)
		return m->ram[pfn - ram_of(m)->start];
	if (in_isa_hole(start, end))
		return SIM_CACHE_WB;
	for (int i = 0; i < m->nr; i++)
		if (m->list[i].start < end && m->list[i].end > start)
			return m->list[i].type;
	return SIM_CACHE_UC_MINUS;
}

/* 1 RAM, 0 none of it, -1 from outside into it. */
static int model_is_ram(const struct model *m, uint64_t start, uint64_t end)
{
	bool first = true, any_ram = false;

	for (uint64_t at = start > SIM_ISA_END ? start : SIM_ISA_END; at < end;
	     at = (at & ~4095ull) + 4096, first = false) {
		any_ram = in_ram(m, at >> 12);
		if (any_ram)
			return first ? 1 : -1;
	}
	return 0;
}

static void model_insert(struct model *m, struct reserved fresh)
{
	int i = m->nr++;

	for (; i && m->list[i - 1].start > fresh.start; i--)
		m->list[i] = m->list[i - 1];
	m->list[i] = fresh;
}

static struct reserved model_take(struct model *m, int i)
{
	struct reserved gone = m->list[i];

	for (m->nr--; i < m->nr; i++)
		m->list[i] = m->list[i + 1];
	return gone;
}

static int model_reserve_ram(struct model *m, uint64_t start, uint64_t end,
			     enum sim_cache_mode type)
{
	for (uint64_t at = start; at < end; at += 4096) {
		if (!in_ram(m, at >> 12))
			return -EINVAL;
		if (m->ram[(at >> 12) - ram_of(m)->start] != SIM_CACHE_WB)
			return -EBUSY;
	}
	for (uint64_t at = start; at < end; at += 4096)
		m->ram[(at >> 12) - ram_of(m)->start] =
			type == SIM_CACHE_UC ? SIM_CACHE_UC_MINUS : type;
	return 0;
}

static int model_reserve(struct model *m, uint64_t start, uint64_t end, enum sim_cache_mode *type)
{
	struct reserved fresh = { start, end, *type == SIM_CACHE_WB ? SIM_CACHE_UC_MINUS : *type };
	bool met = false;

	for (int i = 0; i < m->nr; i++) {
		if (m->list[i].start >= end || m->list[i].end <= start)
			continue;
		if (met && m->list[i].type != fresh.type)
			return -EBUSY;
		fresh.type = m->list[i].type;
		met = true;
	}
	*type = fresh.type;
	model_insert(m, fresh);
	return 0;
}

static void model_free(struct model *m, uint64_t start, uint64_t end)
{
	for (int i = 0; i < m->nr; i++) {
		if (m->list[i].start == start && m->list[i].end == end) {
			model_take(m, i);
			return;
		}
	}
	for (int i = 0; i < m->nr; i++) {
		if (m->list[i].end == end && m->list[i].start < start) {
			m->list[i].end = start; /* its place in the order stays */
			return;
		}
	}
}

/* ---- what is done to both ---- */

/* Whole pages, or not. RAM goes by the page. */
static void any_bytes(struct model *m, uint64_t *start, uint64_t *end)
{
	unsigned long pfn = m->place[any(m, SIM_ARRAY_SIZE(m->place))] + any(m, SPAN);

	*start = (uint64_t)pfn << 12;
	*end = *start + ((1 + any(m, any(m, 3) ? 4 : SPAN)) << 12);
	if (any(m, 3) || model_is_ram(m, *start, *end))
		return;
	*start += any(m, 4096);
	*end -= any(m, 4096);
	if (model_is_ram(m, *start, *end))
		*start &= ~4095ull;
}

static void reserve(struct model *m)
{
	static const enum sim_cache_mode modes[] = { SIM_CACHE_WB, SIM_CACHE_WC, SIM_CACHE_WC,
						     SIM_CACHE_UC_MINUS, SIM_CACHE_UC };
	enum sim_cache_mode want = modes[any(m, SIM_ARRAY_SIZE(modes))], got = want;
	uint64_t start, end;
	int ret, is_ram;

	any_bytes(m, &start, &end);
	is_ram = model_is_ram(m, start, end);
	if (m->nr == MAX_RESERVED || (is_ram && want == SIM_CACHE_UC))
		return;
	ret = sim_memtype_reserve(m->f.machine, start, end, &got);
	if (start >= end || is_ram < 0)
		assert_int_equal(ret, -EINVAL);
	else if (in_isa_hole(start, end))
		assert_int_equal(ret, 0);
	else if (is_ram)
		assert_int_equal(ret, model_reserve_ram(m, start, end, want));
	else
		assert_int_equal(ret, model_reserve(m, start, end, &want));
	if (!ret && !is_ram && !in_isa_hole(start, end))
		assert_int_equal(got, want);
}

static void unreserve(struct model *m)
{
	uint64_t start, end;

	any_bytes(m, &start, &end);
	if (m->nr && any(m, 4)) {
		const struct reserved *r = &m->list[any(m, (unsigned long)m->nr)];

		start = r->start;
		end = r->end;
		if (!any(m, 4) && end - start > 1) /* cut short */
			start += 1 + any(m, end - start - 1);
	}
	sim_memtype_free(m->f.machine, start, end);
	if (start >= end || in_isa_hole(start, end) || model_is_ram(m, start, end) < 0)
		return;
	if (!model_is_ram(m, start, end)) {
		model_free(m, start, end);
		return;
	}
	for (uint64_t at = start; at < end && in_ram(m, at >> 12); at += 4096)
		m->ram[(at >> 12) - ram_of(m)->start] = SIM_CACHE_WB;
}

static void set_ram(struct model *m)
{
	static const enum sim_cache_mode modes[] = { SIM_CACHE_WB, SIM_CACHE_WC,
						     SIM_CACHE_UC_MINUS };
	unsigned long nr = any(m, any(m, 2) ? 20 : 1000), at = any(m, ram_of(m)->nr - nr);
	enum sim_cache_mode mode = modes[any(m, 3)];

	if (!any(m, 2)) { /* whole blocks */
		at &= ~((1ul << SIM_TYPE_BLOCK_LG2) - 1);
		nr = ram_of(m)->nr - at < 1024 ? ram_of(m)->nr - at : 1024;
	}
	assert_int_equal(sim_set_memtype_ram(m->f.machine, ram_of(m)->start + at, nr, mode), 0);
	while (nr--)
		m->ram[at++] = mode;
}

static void expect(struct model *m, unsigned long pfn)
{
	enum sim_cache_mode got = sim_memtype_lookup(m->f.machine, pfn);

	if (got != model_lookup(m, pfn))
		fail_msg("pfn %#lx: %s, but the model says %s", pfn, sim_cache_mode_name(got),
			 sim_cache_mode_name(model_lookup(m, pfn)));
}

static void look_up(struct model *m)
{
	unsigned long pfn = m->place[any(m, SIM_ARRAY_SIZE(m->place))], nr = any(m, SPAN);

	switch (any(m, 3)) {
	case 0:
		while (nr--)
			expect(m, pfn++);
		break;
	case 1:
		while (nr--)
			expect(m, pfn + any(m, SPAN));
		break;
	default:
		expect(m, ram_of(m)->start + any(m, ram_of(m)->nr));
	}
}

/* Every run that a look at I/O memory returns: all that is no RAM in it has the type. */
static void look_at_run(struct model *m)
{
	unsigned long pfn = m->place[any(m, SIM_ARRAY_SIZE(m->place))] + any(m, SPAN);
	struct memtype_run run = sim_memtype_io_run(m->f.machine, pfn, 1 + any(m, SPAN));

	assert_true(pfn - run.start < run.nr);
	for (unsigned long i = 0; i < run.nr && i < 4 * SPAN; i++) {
		unsigned long at = run.start + i;

		if (!in_ram(m, at) || at < SIM_ISA_END >> 12)
			assert_int_equal(run.type, model_lookup(m, at));
	}
}

static void insert(struct model *m)
{
	const struct sim_zap all = { .even_cows = true };
	unsigned long list[RUN], nr = RUN;
	unsigned long pfn = any(m, 3) ? m->place[any(m, SIM_ARRAY_SIZE(m->place))] + any(m, SPAN)
				      : ram_of(m)->start + any(m, ram_of(m)->nr);
	struct sim_pfns pfns = { .list = any(m, 2) ? list : NULL, .first = pfn };

	for (unsigned long i = 0; i < RUN; i++)
		list[i] = any(m, 6) || !i ? pfn + i : list[i - 1] - any(m, 9);
	assert_int_equal(sim_vmf_insert_pfns_prot(m->vma, m->vma->vm_start, &pfns, &nr,
						  m->vma->vm_page_prot), VM_FAULT_NOPAGE);
	for (unsigned long i = 0; i < RUN; i++) {
		struct sim_pte_info info = pte_fixture_at(&m->f, m->vma->vm_start + (i << 12));

		assert_int_equal(info.pfn, pfns.list ? list[i] : pfn + i);
		assert_int_equal(info.cache, model_lookup(m, info.pfn));
	}
	sim_zap_range(m->vma, m->vma->vm_start, m->vma->vm_end, &all);
}

static void against_the_model(struct model *m, unsigned long nr)
{
	for (; nr; nr--) {
		switch (any(m, 12)) {
		case 0:
		case 1:
		case 2:
			reserve(m);
			break;
		case 3:
		case 4:
			unreserve(m);
			break;
		case 5:
			set_ram(m);
			break;
		case 6:
		case 7:
			insert(m);
			break;
		case 8:
		case 9:
			look_at_run(m);
			break;
		default:
			look_up(m);
		}
	}
}

/* False where that cannot be: one was cut short, and lies in the ISA hole by now. */
static bool free_all(struct model *m)
{
	bool all = true;

	for (; m->nr; m->nr--) {
		const struct reserved *r = &m->list[m->nr - 1];

		all &= !in_isa_hole(r->start, r->end);
		sim_memtype_free(m->f.machine, r->start, r->end);
	}
	return all;
}

/* ---- machines ---- */

static void one_machine(const char *release, uint64_t seed, unsigned long ram_start,
			uint64_t ram_bytes)
{
	static struct model m;
	static struct sim_arch arch;
	struct sim_machine_config config = { .release = release, .ram_bytes = ram_bytes };
	struct pte_fixture *f = &m.f;

	memset(&m, 0, sizeof(m));
	arch = *sim_arch_find("x86_64");
	arch.ram_start_pfn = ram_start;
	m.seed = seed;
	pte_fixture_init_machine(f, sim_machine_create_arch(&arch, &config));
	m.ram = calloc(ram_of(&m)->nr, sizeof(*m.ram));
	assert_non_null(m.ram);
	m.vma = pte_fixture_vma(f, f->base, RUN, VM_DRIVER | VM_PFNMAP);
	m.place[0] = pte_fixture_io(f);
	m.place[1] = 0x90;	/* across the ISA hole's start */
	m.place[2] = 0xe8;	/* and its end */
	m.place[3] = ram_start + ram_of(&m)->nr - SPAN / 2;
	against_the_model(&m, 4000);
	free(m.ram);
	if (free_all(&m)) {
		pte_fixture_exit(f);
		return;
	}
	sim_task_switch(NULL);
	sim_machine_destroy(f->machine);
}

static void test_memtype_random_against_a_model(void **state)
{
	uint64_t seed = as_seed(6);

	(void)state;
	for (unsigned int r = 0; sim_release_nth(r); r++) {
		for (int i = 0; i < 3; i++) {
			print_message("%s: seed %#llx\n", sim_release_nth(r),
				      (unsigned long long)seed);
			one_machine(sim_release_nth(r), seed, 0x100, 8 << 20);
			/* RAM from below the ISA hole on, and an end within a block */
			one_machine(sim_release_nth(r), seed, 0x80, (8 << 20) + 0x23000);
			one_machine(sim_release_nth(r), seed, 0xf0, 5 << 20);
			/* none there: reservations go across the hole's end */
			one_machine(sim_release_nth(r), seed, 0x400, 8 << 20);
			as_random(&seed, 0);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_memtype_random_against_a_model),
};

SIM_TEST_MAIN(tests)
