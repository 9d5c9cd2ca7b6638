/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_arch_laws.c - what holds for the entries of every architecture, in every
 * release, with every feature toggled. After mm/debug_vm_pgtable.c and its
 * table in Documentation/mm/arch_pgtable_helpers.rst.
 *
 *	pte_arch_laws [ARCH [PATTERN]]	all architectures, all laws by default
 */
#include <stdlib.h>
#include <sys/mman.h>

#include <ttmsim/sim.h>

#include "pte/arch/form.h"
#include "pte/mmu.h"
#include "support/run.h"

static const struct sim_arch *only;	/* NULL: all */

/* The variant under test. */
static struct sim_mmu mmu;
static const struct sim_entry_format *fmt;
static int level;

/* Why a law is broken: names the variant. */
#define LAW(cond, e) \
	do { \
		if (!(cond)) \
			broken(#cond, e, __LINE__); \
	} while (0)

static void broken(const char *cond, uint64_t e, int line)
{
	fprintf(stderr, "%s, level %d, features 0x%x, entry 0x%llx: not %s\n", mmu.arch->name,
		level, mmu.features, (unsigned long long)e, cond);
	_fail(__FILE__, line);
}

typedef void (*law_fn)(void);

static void at_each_level(law_fn law)
{
	for (level = 0; level < SIM_NR_LEAVES; level++) {
		if (!mmu.has_leaf[level])
			continue;
		fmt = &mmu.format[level];
		law();
	}
}

/* Does a toggle change nothing that the laws look at? */
static bool same_entries(const struct sim_mmu *a, const struct sim_mmu *b)
{
	/* Padding that differs only makes the laws run once more.
	 * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
	return memcmp(a->format, b->format, sizeof(a->format)) == 0 &&
	       memcmp(a->has_leaf, b->has_leaf, sizeof(a->has_leaf)) == 0;
}

/* A release as it is, with one feature flipped, and with all. */
static void in_each_toggle_of(const struct sim_arch *arch, uint16_t release, law_fn law)
{
	struct sim_mmu plain;

	sim_mmu_resolve(&plain, arch, release, 0);
	for (int f = -1; f <= SIM_NR_FEATURES; f++) {
		sim_mmu_resolve(&mmu, arch, release,
				f < 0 ? 0 : f == SIM_NR_FEATURES ? ~0u : 1u << f);
		if (f < 0 || !same_entries(&mmu, &plain))
			at_each_level(law);
	}
}

static void in_each_variant_of(const struct sim_arch *arch, law_fn law)
{
	const char *release;

	for (unsigned int r = 0; (release = sim_release_nth(r)); r++)
		if (sim_release_number(release) >= arch->since)
			in_each_toggle_of(arch, sim_release_number(release), law);
}

static void everywhere(law_fn law)
{
	const struct sim_arch *arch;

	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++)
		if (!only || arch == only)
			in_each_variant_of(arch, law);
}

static void for_each_arch(void (*check)(const struct sim_arch *arch))
{
	const struct sim_arch *arch;

	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++)
		if (!only || arch == only)
			check(arch);
}

static bool test(enum sim_pte_test_id id, uint64_t e)
{
	return fmt_test(fmt, id, e);
}

static uint64_t op(enum sim_pte_op_id id, uint64_t e)
{
	return fmt_op(fmt, id, e);
}

static uint64_t leaf_prot(int vm_flags)
{
	return sim_prot_to_leaf(&mmu, level, mmu.format[0].prot[vm_flags]);
}

static uint64_t make(unsigned long pfn, int vm_flags)
{
	return fmt_make(fmt, pfn, leaf_prot(vm_flags));
}

/* Every protection in every state that mm brings entries into. */
static void for_each_entry(void (*check)(uint64_t e))
{
	static const enum sim_pte_op_id states[] = { SIM_OP_MKYOUNG, SIM_OP_MKDIRTY,
						     SIM_OP_MKSPECIAL, SIM_OP_MKWRITE,
						     SIM_OP_WRPROTECT, SIM_OP_MKOLD };
	const unsigned long pfn = 0x12345000 >> (mmu.level[level].shift - mmu.page_shift)
				  << (mmu.level[level].shift - mmu.page_shift);
	const unsigned long some = fmt_pfn(fmt, fmt_make(fmt, pfn, leaf_prot(1)));

	for (int prot = 0; prot < 16; prot++) {
		for (unsigned int set = 0; set < 1u << SIM_ARRAY_SIZE(states); set++) {
			uint64_t e = make(some, prot);

			for (size_t i = 0; i < SIM_ARRAY_SIZE(states); i++)
				if (set >> i & 1)
					e = op(states[i], e);
			check(e);
		}
	}
}

/* ---- the descriptor itself ---- */

static void geometry(const struct sim_arch *arch)
{
	unsigned int shift = arch->page_shift;

	assert_in_range(arch->nr_levels, 2, SIM_MAX_LEVELS);
	assert_non_null(arch->title);
	assert_non_null(arch->source);
	for (int l = 0; l < arch->nr_levels; l++) {
		const struct sim_level *lv = &arch->level[l];

		assert_non_null(lv->name);
		assert_int_equal(lv->shift, shift);
		assert_true(lv->entry_bytes == 4 || lv->entry_bytes == 8);
		assert_in_range(lv->table_lg2, SIM_DESC_UNIT_LG2, 14);
		assert_true((size_t)lv->entry_bytes << lv->index_bits <= 1UL << lv->table_lg2);
		shift += lv->index_bits;
	}
	assert_true(arch->task_size <= 1ULL << shift);
	assert_true(arch->mmap_min >= 1ULL << arch->page_shift);
	assert_int_equal(arch->task_size & ((1ULL << arch->page_shift) - 1), 0);
	assert_true(arch->mmap_up_from < arch->task_size);
	assert_int_equal(arch->mmap_up_from & ((1ULL << arch->page_shift) - 1), 0);
}

static void test_geometry_levels_meet(void **state)
{
	(void)state;
	for_each_arch(geometry);
}

static void memory_fits(const struct sim_arch *arch)
{
	const struct sim_entry_format *pte = arch->format[0];
	uint64_t pfns = pte->pfn_mask >> pte->pfn_shift;
	unsigned int pfn_bits = arch->max_phys_bits - arch->page_shift;

	assert_true(pfns + 1 == 0 || pfns >= (1ULL << pfn_bits) - 1);
	assert_true(arch->io_start_pfn > arch->ram_start_pfn);
	assert_true(arch->io_start_pfn < 1ULL << pfn_bits);
	assert_true(arch->ram_start_pfn > 0);
}

static void test_memory_fits_the_pfn_field(void **state)
{
	(void)state;
	for_each_arch(memory_fits);
}

static uint64_t field_bits(const struct sim_pte_field *f)
{
	return BITS(f->lo, f->lo + f->width - 1);
}

static uint64_t bits_used(const struct sim_entry_format *f)
{
	uint64_t bits = f->none_value | f->none_ignore | f->pfn_mask | f->cache_mask |
			f->pfn_inverted_unless;

	for (int i = 0; i < SIM_NR_PTE_TESTS; i++)
		for (int alt = 0; alt < SIM_PTE_ALTS; alt++)
			bits |= f->test[i].any[alt].mask;
	for (int i = 0; i < SIM_NR_PTE_OPS; i++)
		for (int s = 0; s < SIM_PTE_STEPS; s++)
			bits |= f->op[i].step[s].if_mask | f->op[i].step[s].set |
				f->op[i].step[s].clear;
	for (int i = 0; i < 16; i++)
		bits |= f->prot[i];
	return bits;
}

static void fields_cover(const struct sim_entry_format *f)
{
	uint64_t seen = 0;

	for (int i = 0; i < SIM_PTE_FIELDS && f->field[i].name; i++) {
		assert_int_equal(seen & field_bits(&f->field[i]), 0);
		assert_non_null(f->field[i].what);
		seen |= field_bits(&f->field[i]);
	}
	assert_int_equal(bits_used(f) & ~seen, 0);
	assert_null(f->field[SIM_PTE_FIELDS - 1].name);
}

static void fields(const struct sim_arch *arch)
{
	const char *release;

	for (unsigned int r = 0; (release = sim_release_nth(r)); r++)
		for (int leaf = 0; leaf < SIM_NR_LEAVES; leaf++)
			if (arch->format[leaf])
				fields_cover(sim_arch_format(arch, sim_release_number(release),
							     (enum sim_leaf)leaf));
}

static void test_fields_cover_all_bits_once(void **state)
{
	(void)state;
	for_each_arch(fields);
}

static void step_rules(void)
{
	for (int i = 0; i < SIM_NR_PTE_OPS; i++) {
		bool ended = false;

		for (int s = 0; s < SIM_PTE_STEPS; s++) {
			const struct sim_pte_step *step = &fmt->op[i].step[s];
			bool empty = !(step->set | step->clear);

			LAW(!(ended && !empty), step->set);
			LAW((step->if_value & ~step->if_mask) == 0, step->if_value);
			ended |= empty;
		}
	}
	for (int i = 0; i < SIM_NR_PTE_TESTS; i++)
		for (int a = 0; a < SIM_PTE_ALTS; a++)
			LAW((fmt->test[i].any[a].value & ~fmt->test[i].any[a].mask) == 0,
			    fmt->test[i].any[a].value);
}

static void test_steps_have_no_gaps(void **state)
{
	(void)state;
	everywhere(step_rules);
}

static void special_bit(void)
{
	static const enum sim_feature has[] = { SIM_FEAT_PTE_SPECIAL, SIM_FEAT_PMD_SPECIAL,
						SIM_FEAT_PUD_SPECIAL };
	uint64_t e = op(SIM_OP_MKSPECIAL, make(0, VM_READ));

	LAW(test(SIM_TEST_SPECIAL, e) == mmu_has(&mmu, has[level]), e);
	LAW((e != make(0, VM_READ)) == mmu_has(&mmu, has[level]), e);
}

static void test_special_follows_its_feature(void **state)
{
	(void)state;
	everywhere(special_bit);
}

/* ---- entries ---- */

static void none_is_nothing(void)
{
	uint64_t none = level ? mmu.level[level].none_value : fmt->none_value;

	LAW(mmu_is_none(&mmu, level, none), none);
	LAW(fmt_none(fmt, none | fmt->none_ignore), none);
	LAW(!test(SIM_TEST_PRESENT, none), none);
	LAW(!test(SIM_TEST_SPECIAL, none), none);
	LAW(!test(SIM_TEST_HW_READ, none), none);
	LAW(!test(SIM_TEST_HW_WRITE, none), none);
	LAW(!test(SIM_TEST_ACCESS_READ, none), none);
	for (int prot = 0; prot < 16; prot++) {
		LAW(!fmt_none(fmt, make(0, prot)), make(0, prot));
		LAW(test(SIM_TEST_PRESENT, make(0, prot)), make(0, prot));
		LAW(mmu_is_leaf(&mmu, level, make(0, prot)), make(0, prot));
	}
}

static void test_none_is_not_present(void **state)
{
	(void)state;
	everywhere(none_is_nothing);
}

static void pfn_round_trip(void)
{
	for (int prot = 0; prot < 16; prot++) {
		LAW(fmt_pfn(fmt, make(0, prot)) == 0, make(0, prot));
		for (int bit = 0; bit < 64; bit++) {
			unsigned long pfn = 1UL << bit;
			uint64_t in = fmt->pfn_mask >> fmt->pfn_shift & pfn;

			if (!in)
				continue;
			LAW(fmt_pfn(fmt, make(pfn, prot)) == pfn, make(pfn, prot));
			LAW(fmt_pfn(fmt, fmt_set_pfn(fmt, make(0, prot), pfn)) == pfn, pfn);
		}
	}
}

static void test_pfn_round_trip(void **state)
{
	(void)state;
	everywhere(pfn_round_trip);
}

static void ops_do_what_they_say(uint64_t e)
{
	bool none = test(SIM_TEST_PROTNONE, e);

	LAW(test(SIM_TEST_WRITE, op(SIM_OP_MKWRITE, e)) || none, e);
	LAW(!test(SIM_TEST_WRITE, op(SIM_OP_WRPROTECT, e)), e);
	LAW(test(SIM_TEST_DIRTY, op(SIM_OP_MKDIRTY, e)), e);
	LAW(!test(SIM_TEST_DIRTY, op(SIM_OP_MKCLEAN, e)), e);
	LAW(test(SIM_TEST_YOUNG, op(SIM_OP_MKYOUNG, e)), e);
	LAW(!test(SIM_TEST_YOUNG, op(SIM_OP_MKOLD, e)), e);
	LAW(test(SIM_TEST_SOFT_DIRTY, op(SIM_OP_MKSOFT_DIRTY, e)) ==
	    mmu_has(&mmu, SIM_FEAT_SOFT_DIRTY), e);
	LAW(test(SIM_TEST_DEVMAP, op(SIM_OP_MKDEVMAP, e)) ==
	    mmu_has(&mmu, SIM_FEAT_PTE_DEVMAP), e);
}

static void law_ops(void)
{
	for_each_entry(ops_do_what_they_say);
}

static void test_ops_do_what_they_say(void **state)
{
	(void)state;
	everywhere(law_ops);
}

static void once_is_enough(uint64_t e)
{
	for (int id = 0; id < SIM_NR_PTE_OPS; id++) {
		uint64_t once = op((enum sim_pte_op_id)id, e);

		LAW(op((enum sim_pte_op_id)id, once) == once, e);
	}
}

static void law_idempotence(void)
{
	for_each_entry(once_is_enough);
}

static void test_ops_are_idempotent(void **state)
{
	(void)state;
	everywhere(law_idempotence);
}

static uint64_t seed;

static uint64_t next_random(void)
{
	seed += 0x9e3779b97f4a7c15;
	uint64_t z = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;

	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void law_random(void)
{
	for (int i = 0; i < 200; i++) {
		uint64_t e = next_random();

		once_is_enough(e);
		for (int id = SIM_OP_MKWRITE; id <= SIM_OP_HW_STORE; id++)
			LAW(fmt_pfn(fmt, op((enum sim_pte_op_id)id, e)) == fmt_pfn(fmt, e), e);
	}
}

/* SIM_SEED=N repeats a run. */
static void test_ops_random_entries(void **state)
{
	const char *env = getenv("SIM_SEED");

	(void)state;
	seed = env ? strtoull(env, NULL, 0) : 20210323;
	print_message("SIM_SEED=%llu\n", (unsigned long long)seed);
	everywhere(law_random);
}

/* An operation and the properties that it is meant to change. */
static const struct {
	enum sim_pte_op_id op;
	uint32_t changes;	/* 1 << enum sim_pte_test_id */
} independence[] = {
	/* mips: an entry that is neither readable nor writable is PROT_NONE */
	{ SIM_OP_MKWRITE, 1u << SIM_TEST_WRITE | 1u << SIM_TEST_PROTNONE },
	{ SIM_OP_WRPROTECT, 1u << SIM_TEST_WRITE | 1u << SIM_TEST_PROTNONE },
	{ SIM_OP_MKDIRTY, 1u << SIM_TEST_DIRTY | 1u << SIM_TEST_SOFT_DIRTY },
	{ SIM_OP_MKCLEAN, 1u << SIM_TEST_DIRTY },
	{ SIM_OP_MKYOUNG, 1u << SIM_TEST_YOUNG },
	{ SIM_OP_MKOLD, 1u << SIM_TEST_YOUNG },
	{ SIM_OP_MKSPECIAL, 1u << SIM_TEST_SPECIAL },
	{ SIM_OP_MKDEVMAP, 1u << SIM_TEST_SPECIAL | 1u << SIM_TEST_DEVMAP },
	{ SIM_OP_MKSOFT_DIRTY, 1u << SIM_TEST_SOFT_DIRTY },
	{ SIM_OP_HW_LOAD, 1u << SIM_TEST_YOUNG },
	{ SIM_OP_HW_STORE, 1u << SIM_TEST_YOUNG | 1u << SIM_TEST_DIRTY },
};

/* Up to 5.14 arm64's pte_mkwrite made an entry dirty as well. */
static uint32_t side_effects(enum sim_pte_op_id id)
{
	if (id == SIM_OP_MKWRITE && fmt->op[id].step[0].clear)
		return 1u << SIM_TEST_DIRTY;
	return 0;
}

static void ops_change_nothing_else(uint64_t e)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(independence); i++) {
		uint64_t after = op(independence[i].op, e);
		uint32_t may = independence[i].changes | side_effects(independence[i].op);

		LAW(fmt_pfn(fmt, after) == fmt_pfn(fmt, e), e);
		LAW(fmt_cache(fmt, after) == fmt_cache(fmt, e), e);
		for (int id = 0; id <= SIM_TEST_SOFT_DIRTY; id++)
			LAW(may >> id & 1 || test((enum sim_pte_test_id)id, after) ==
			    test((enum sim_pte_test_id)id, e), e);
	}
}

static void law_independence(void)
{
	for_each_entry(ops_change_nothing_else);
}

static void test_ops_change_nothing_else(void **state)
{
	(void)state;
	everywhere(law_independence);
}

/* ---- pte_modify ---- */

static void modify_keeps(uint64_t e)
{
	bool keeps_special = mmu_has(&mmu, SIM_FEAT_MODIFY_KEEPS_SPECIAL);

	for (int prot = 0; prot < 16; prot++) {
		uint64_t m = fmt_modify(fmt, e, leaf_prot(prot));
		uint64_t fresh = make(0, prot);

		LAW(fmt_pfn(fmt, m) == fmt_pfn(fmt, e), e);
		LAW(test(SIM_TEST_PRESENT, m), e);
		LAW(mmu_is_leaf(&mmu, level, m), e);
		LAW(test(SIM_TEST_WRITE, m) == test(SIM_TEST_WRITE, fresh), e);
		LAW(test(SIM_TEST_USER, m) == test(SIM_TEST_USER, fresh), e);
		LAW(test(SIM_TEST_EXEC, m) == test(SIM_TEST_EXEC, fresh), e);
		LAW(test(SIM_TEST_PROTNONE, m) == test(SIM_TEST_PROTNONE, fresh), e);
		LAW(test(SIM_TEST_DIRTY, m) == test(SIM_TEST_DIRTY, e) ||
		    test(SIM_TEST_WRITE, e), e);
		LAW(!test(SIM_TEST_YOUNG, e) || test(SIM_TEST_YOUNG, m), e);
		LAW(test(SIM_TEST_SPECIAL, m) == (keeps_special && test(SIM_TEST_SPECIAL, e)), e);
		LAW(test(SIM_TEST_SOFT_DIRTY, m) == test(SIM_TEST_SOFT_DIRTY, e), e);
		LAW(fmt_modify(fmt, m, leaf_prot(prot)) == m, e);
	}
}

static void law_modify(void)
{
	for_each_entry(modify_keeps);
}

static void test_modify_keeps_pfn_and_state(void **state)
{
	(void)state;
	everywhere(law_modify);
}

static void modify_dirty(uint64_t e)
{
	for (int prot = 0; prot < 16; prot++) {
		uint64_t m = fmt_modify(fmt, op(SIM_OP_MKDIRTY, e), leaf_prot(prot));
		uint64_t hw = fmt_modify(fmt, op(SIM_OP_HW_STORE, e), leaf_prot(prot));

		LAW(test(SIM_TEST_DIRTY, m), e);
		LAW(!test(SIM_TEST_HW_WRITE, e) || test(SIM_TEST_DIRTY, hw), e);
	}
}

static void law_modify_dirty(void)
{
	for_each_entry(modify_dirty);
}

/* No protection change may lose that a page was written. */
static void test_modify_never_loses_dirty(void **state)
{
	(void)state;
	everywhere(law_modify_dirty);
}

static void law_modify_cache(void)
{
	for (int mode = 0; mode < SIM_NR_CACHE_MODES; mode++) {
		uint64_t e = fmt_set_cache(fmt, make(0, VM_READ), (enum sim_cache_mode)mode);
		uint64_t m = fmt_modify(fmt, e, leaf_prot(VM_READ));
		bool kept = (m & fmt->cache_mask) == fmt->cache[mode];
		bool replaced = (m & fmt->cache_mask) == fmt->cache[SIM_CACHE_WB];

		LAW((fmt->chg_mask & fmt->cache_mask) == fmt->cache_mask ? kept : replaced, e);
	}
}

static void test_modify_keeps_or_replaces_cache(void **state)
{
	(void)state;
	everywhere(law_modify_cache);
}

/* ---- access ---- */

static void access_implies(uint64_t e)
{
	static const enum sim_pte_test_id allow[] = { SIM_TEST_ACCESS_READ, SIM_TEST_ACCESS_WRITE,
						      SIM_TEST_HW_READ, SIM_TEST_HW_WRITE };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(allow); i++)
		LAW(!test(allow[i], e) || test(SIM_TEST_PRESENT, e), e);
	LAW(!test(SIM_TEST_ACCESS_WRITE, e) || test(SIM_TEST_WRITE, e), e);
	LAW(!test(SIM_TEST_HW_WRITE, e) || test(SIM_TEST_WRITE, e), e);
	LAW(!test(SIM_TEST_HW_READ, e) || test(SIM_TEST_ACCESS_READ, e), e);
	LAW(!test(SIM_TEST_HW_WRITE, e) || test(SIM_TEST_ACCESS_WRITE, e), e);
}

static void law_access(void)
{
	for_each_entry(access_implies);
}

static void test_access_implies_present(void **state)
{
	(void)state;
	everywhere(law_access);
}

static void young_and_dirty(uint64_t e)
{
	if (mmu.ad_fault) {
		LAW(op(SIM_OP_HW_LOAD, e) == e && op(SIM_OP_HW_STORE, e) == e, e);
		LAW(!test(SIM_TEST_HW_READ, e) || test(SIM_TEST_YOUNG, e), e);
		LAW(!test(SIM_TEST_HW_WRITE, e) || test(SIM_TEST_DIRTY, e), e);
		return;
	}
	LAW(test(SIM_TEST_YOUNG, op(SIM_OP_HW_LOAD, e)), e);
	LAW(test(SIM_TEST_YOUNG, op(SIM_OP_HW_STORE, e)), e);
	LAW(!test(SIM_TEST_HW_WRITE, e) || test(SIM_TEST_DIRTY, op(SIM_OP_HW_STORE, e)), e);
}

static void law_young_and_dirty(void)
{
	for_each_entry(young_and_dirty);
}

static void test_young_and_dirty_are_noted(void **state)
{
	(void)state;
	everywhere(law_young_and_dirty);
}

/* What a fault does to an entry lets the access through. */
static void fault_helps(uint64_t e)
{
	uint64_t read = op(SIM_OP_MKYOUNG, e);
	uint64_t write = op(SIM_OP_MKDIRTY, op(SIM_OP_MKYOUNG, op(SIM_OP_MKWRITE, e)));

	if (test(SIM_TEST_PROTNONE, e) || !test(SIM_TEST_USER, e))
		return;
	LAW(test(SIM_TEST_HW_WRITE, write), e);
	LAW(test(SIM_TEST_HW_READ, read) == test(SIM_TEST_HW_READ, op(SIM_OP_MKYOUNG, read)), e);
}

static void law_fault(void)
{
	for_each_entry(fault_helps);
	LAW(test(SIM_TEST_HW_READ, op(SIM_OP_MKYOUNG, make(0, VM_READ))), make(0, VM_READ));
	LAW(test(SIM_TEST_HW_READ, op(SIM_OP_MKYOUNG, make(0, VM_READ | VM_WRITE | VM_SHARED))),
	    make(0, VM_READ | VM_WRITE | VM_SHARED));
}

static void test_fault_lets_the_access_through(void **state)
{
	(void)state;
	everywhere(law_fault);
}

static void law_protnone(void)
{
	for (int shared = 0; shared <= 8; shared += 8) {
		uint64_t e = make(0, shared);

		LAW(test(SIM_TEST_PRESENT, e), e);
		LAW(test(SIM_TEST_PROTNONE, e), e);
		LAW(!test(SIM_TEST_HW_READ, op(SIM_OP_MKYOUNG, e)), e);
		LAW(!test(SIM_TEST_HW_WRITE, op(SIM_OP_MKDIRTY, op(SIM_OP_MKYOUNG, e))), e);
	}
	for (int prot = 1; prot < 16; prot++)
		if (prot != 8 && prot & VM_READ)
			LAW(!test(SIM_TEST_PROTNONE, make(0, prot)), make(0, prot));
}

static void test_protnone_is_present_without_access(void **state)
{
	(void)state;
	everywhere(law_protnone);
}

/* ---- protections and memory types ---- */

static void law_prot(void)
{
	for (int prot = 0; prot < 16; prot++) {
		bool writable = (prot & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED);
		uint64_t e = make(0, prot);

		LAW(test(SIM_TEST_WRITE, e) == writable, e);
		LAW(fmt_cache(fmt, e) == SIM_CACHE_WB, e);
		LAW(!(prot & VM_EXEC) || test(SIM_TEST_EXEC, e), e);
		LAW(!(prot & VM_READ) || test(SIM_TEST_USER, e), e);
		LAW(!test(SIM_TEST_DIRTY, e), e);
		LAW((leaf_prot(prot) & fmt->pfn_mask) == 0, e);
	}
}

static void test_prot_private_is_read_only(void **state)
{
	(void)state;
	everywhere(law_prot);
}

static void law_cache(void)
{
	uint64_t e = make(0, VM_READ);

	for (int mode = 0; mode < SIM_NR_CACHE_MODES; mode++) {
		uint64_t to = fmt_set_cache(fmt, e, (enum sim_cache_mode)mode);

		LAW((fmt->cache[mode] & ~fmt->cache_mask) == 0, fmt->cache[mode]);
		LAW((to & ~fmt->cache_mask) == (e & ~fmt->cache_mask), to);
		LAW(fmt->cache[fmt_cache(fmt, to)] == fmt->cache[mode], to);
	}
	LAW(!fmt->cache_mask || fmt->cache[SIM_CACHE_WB] != fmt->cache[SIM_CACHE_UC], 0);
	LAW(!fmt->cache_mask || fmt->cache[SIM_CACHE_WB] != fmt->cache[SIM_CACHE_WC], 0);
}

static void test_cache_reads_back(void **state)
{
	(void)state;
	everywhere(law_cache);
}

static void law_pgprot(void)
{
	const struct sim_entry_format *pte = &mmu.format[0];

	for (int prot = 0; prot < 16; prot++) {
		uint64_t wc = fmt_op(pte, SIM_OP_WRITECOMBINE, pte->prot[prot]);
		uint64_t nc = fmt_op(pte, SIM_OP_NONCACHED, pte->prot[prot]);

		LAW((wc & pte->cache_mask) == pte->cache[SIM_CACHE_WC], wc);
		LAW((nc & pte->cache_mask) == pte->cache[SIM_CACHE_UC_MINUS], nc);
		LAW(fmt_test(pte, SIM_TEST_WRITE, wc) ==
		    fmt_test(pte, SIM_TEST_WRITE, pte->prot[prot]), wc);
	}
}

static void test_cache_pgprot_helpers(void **state)
{
	(void)state;
	everywhere(law_pgprot);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_geometry_levels_meet),
	cmocka_unit_test(test_memory_fits_the_pfn_field),
	cmocka_unit_test(test_fields_cover_all_bits_once),
	cmocka_unit_test(test_steps_have_no_gaps),
	cmocka_unit_test(test_special_follows_its_feature),
	cmocka_unit_test(test_none_is_not_present),
	cmocka_unit_test(test_pfn_round_trip),
	cmocka_unit_test(test_ops_do_what_they_say),
	cmocka_unit_test(test_ops_are_idempotent),
	cmocka_unit_test(test_ops_random_entries),
	cmocka_unit_test(test_ops_change_nothing_else),
	cmocka_unit_test(test_modify_keeps_pfn_and_state),
	cmocka_unit_test(test_modify_never_loses_dirty),
	cmocka_unit_test(test_modify_keeps_or_replaces_cache),
	cmocka_unit_test(test_access_implies_present),
	cmocka_unit_test(test_young_and_dirty_are_noted),
	cmocka_unit_test(test_fault_lets_the_access_through),
	cmocka_unit_test(test_protnone_is_present_without_access),
	cmocka_unit_test(test_prot_private_is_read_only),
	cmocka_unit_test(test_cache_reads_back),
	cmocka_unit_test(test_cache_pgprot_helpers),
};

int main(int argc, char **argv)
{
	if (argc > 1) {
		only = sim_arch_find(argv[1]);
		if (!only) {
			fprintf(stderr, "no architecture %s\n", argv[1]);
			return 2;
		}
	}
	if (argc > 2 && sim_test_filter(tests, SIM_ARRAY_SIZE(tests), argv[2]))
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
