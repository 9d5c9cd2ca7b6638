/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mmu.c - an architecture resolved for one machine.
 *
 * The descriptor says what an architecture can have; the release says what it
 * has. What is missing is taken out of the formats here, once, so that no
 * helper ever asks: a test becomes false, an operation the identity.
 */
#include "pte/mmu.h"

/* The bits that a test looks at. */
static uint64_t test_bits(const struct sim_entry_format *fmt, enum sim_pte_test_id id)
{
	return fmt->test[id].any[0].mask | fmt->test[id].any[1].mask;
}

/* Take a bit with its test and its operation out of a format. */
static void drop_bit(struct sim_entry_format *fmt, enum sim_pte_test_id test,
		     enum sim_pte_op_id op)
{
	uint64_t bits = test_bits(fmt, test);

	memset(&fmt->test[test], 0, sizeof(fmt->test[test]));
	memset(&fmt->op[op], 0, sizeof(fmt->op[op]));
	for (int id = 0; id < SIM_NR_PTE_OPS; id++)
		for (int i = 0; i < SIM_PTE_STEPS; i++)
			fmt->op[id].step[i].set &= ~bits;
}

/* Which feature says that leaves of a level may be special. */
static const enum sim_feature special_feature[SIM_NR_LEAVES] = {
	SIM_FEAT_PTE_SPECIAL, SIM_FEAT_PMD_SPECIAL, SIM_FEAT_PUD_SPECIAL
};

static const enum sim_feature leaf_feature[SIM_NR_LEAVES] = {
	SIM_NR_FEATURES, SIM_FEAT_PMD_LEAF, SIM_FEAT_PUD_LEAF
};

static bool has_bit(const struct sim_mmu *mmu, int leaf, enum sim_pte_test_id test)
{
	return test_bits(&mmu->format[leaf], test) != 0;
}

static void keep_feature(struct sim_mmu *mmu, enum sim_feature feature, bool possible)
{
	if (!possible)
		mmu->features &= ~(1u << feature);
}

/* Features that the formats cannot express stay off, whatever is toggled. */
static void drop_impossible(struct sim_mmu *mmu, const struct sim_arch *arch)
{
	for (int leaf = 0; leaf < SIM_NR_LEAVES; leaf++) {
		if (leaf > 0)
			keep_feature(mmu, leaf_feature[leaf],
				     leaf < arch->nr_levels && arch->format[leaf]);
		keep_feature(mmu, special_feature[leaf],
			     has_bit(mmu, leaf, SIM_TEST_SPECIAL) &&
			     (leaf == 0 || mmu_has(mmu, leaf_feature[leaf])));
	}
	keep_feature(mmu, SIM_FEAT_PTE_DEVMAP, has_bit(mmu, 0, SIM_TEST_DEVMAP));
	keep_feature(mmu, SIM_FEAT_SOFT_DIRTY, has_bit(mmu, 0, SIM_TEST_SOFT_DIRTY));
	keep_feature(mmu, SIM_FEAT_PAT, mmu->format[0].cache_mask != 0);
}

static void resolve_features(struct sim_mmu *mmu, const struct sim_arch *arch, uint16_t release,
			     uint32_t toggle)
{
	for (int f = 0; f < SIM_NR_FEATURES; f++)
		if (sim_arch_has(arch, release, (enum sim_feature)f))
			mmu->features |= 1u << f;
	mmu->features ^= toggle & ((1u << SIM_NR_FEATURES) - 1);
	drop_impossible(mmu, arch);
	mmu->has_pat = mmu_has(mmu, SIM_FEAT_PAT);
	mmu->has_special = mmu_has(mmu, SIM_FEAT_PTE_SPECIAL);
	mmu->has_fast_gup = mmu_has(mmu, SIM_FEAT_FAST_GUP);
}

/* What fmt_mark() builds on. */
static bool only_sets_bits(const struct sim_pte_op *op)
{
	uint64_t rest = op->step[0].if_mask | op->step[0].if_value | op->step[0].clear;

	for (int i = 1; i < SIM_PTE_STEPS; i++)
		rest |= op->step[i].set | op->step[i].clear;
	return rest == 0;
}

/* What entry_run_init() builds on: an operation that neither asks for a pfn nor
 * changes one. */
static __attribute__((unused)) bool spares_the_pfn(const struct sim_entry_format *fmt,
						   const struct sim_pte_op *op)
{
	uint64_t touched = 0;

	for (int i = 0; i < SIM_PTE_STEPS; i++)
		touched |= op->step[i].if_mask | op->step[i].set | op->step[i].clear;
	return (touched & fmt->pfn_mask) == 0;
}

static void resolve_format(struct sim_mmu *mmu, int leaf)
{
	struct sim_entry_format *fmt = &mmu->format[leaf];

	sim_assert(only_sets_bits(&fmt->op[SIM_OP_MKSPECIAL]));
	sim_assert(only_sets_bits(&fmt->op[SIM_OP_MKDEVMAP]));
	sim_assert(leaf || (spares_the_pfn(fmt, &fmt->op[SIM_OP_MAKE]) &&
			    spares_the_pfn(fmt, &fmt->op[SIM_OP_MKSPECIAL])));

	if (!mmu_has(mmu, SIM_FEAT_MODIFY_KEEPS_SPECIAL))
		fmt->chg_mask &= ~test_bits(fmt, SIM_TEST_SPECIAL);
	if (!mmu_has(mmu, SIM_FEAT_PTE_DEVMAP))
		drop_bit(fmt, SIM_TEST_DEVMAP, SIM_OP_MKDEVMAP);
	if (!mmu_has(mmu, special_feature[leaf]))
		drop_bit(fmt, SIM_TEST_SPECIAL, SIM_OP_MKSPECIAL);
	if (!mmu_has(mmu, SIM_FEAT_SOFT_DIRTY))
		drop_bit(fmt, SIM_TEST_SOFT_DIRTY, SIM_OP_MKSOFT_DIRTY);
	mmu->has_leaf[leaf] = leaf == 0 || mmu_has(mmu, leaf_feature[leaf]);
}

/*
 * The bits that tell a table from all else: those that the leaf test looks at,
 * and those in which an empty entry is different. In a table's entry they have
 * the value that table_set gives them.
 */
static void resolve_walk(struct sim_mmu *mmu, int level)
{
	const struct sim_level *l = &mmu->level[level];
	struct sim_walk_level *walk = &mmu->walk[level];
	unsigned int entry_lg2 = l->entry_bytes == 8 ? 3 : 2;

	walk->none_value = l->none_value;
	walk->table_addr_mask = l->table_addr_mask;
	walk->table_addr_shift = l->table_addr_shift;
	walk->table_set = l->table_set;
	walk->no_addr_mask = ~l->table_addr_mask;
	walk->wide = l->entry_bytes == 8;
	walk->offset_shift = (uint8_t)(l->shift - entry_lg2);
	walk->offset_mask = ((1u << l->index_bits) - 1) << entry_lg2;
	if (level < SIM_NR_LEAVES && mmu->has_leaf[level])
		walk->table_mask = test_bits(&mmu->format[level], SIM_TEST_LEAF);
	walk->table_mask |= (l->none_value ^ l->table_set) & ~l->table_addr_mask;
	walk->table_value = walk->table_mask & l->table_set;
	if (level > 0 && (!walk->wide || walk->table_addr_shift ||
			  (walk->none_value & walk->table_mask) == walk->table_value))
		mmu->plain_walk = false;
}

static bool does_nothing(const struct sim_pte_op *op)
{
	return !(op->step[0].set | op->step[0].clear);
}

static bool is_uniform(const struct sim_mmu *mmu)
{
	const struct sim_walk_level *top = &mmu->walk[mmu->nr_levels - 1];

	for (int level = 0; level < mmu->nr_levels; level++) {
		const struct sim_walk_level *walk = &mmu->walk[level];

		if (mmu->level[level].index_bits != SIM_UNIFORM_BITS ||
		    mmu->level[level].entry_bytes != 8 ||
		    mmu->level[level].shift != SIM_UNIFORM_SHIFT(level))
			return false;
		if (level && (walk->table_set != top->table_set ||
			      walk->no_addr_mask != top->no_addr_mask))
			return false;
	}
	return true;
}

static bool is_plain(const struct sim_mmu *mmu)
{
	const struct sim_entry_format *fmt = &mmu->format[0];

	return mmu->plain_walk && is_uniform(mmu) && mmu->nr_levels >= 3 &&
	       mmu->nr_levels <= 4 && !fmt->none_value &&
	       fmt->pfn_shift == SIM_PLAIN_PFN_SHIFT && does_nothing(&fmt->op[SIM_OP_MAKE]);
}

/* With fewer levels, of the top one: its tables are folded. */
static uint8_t leaf_shift(const struct sim_mmu *mmu, unsigned int level)
{
	return mmu->level[level < mmu->nr_levels ? level : mmu->nr_levels - 1u].shift;
}

static void resolve_plain(struct sim_mmu *mmu)
{
	const struct sim_entry_format *fmt = &mmu->format[0];
	const struct sim_walk_level *top = &mmu->walk[mmu->nr_levels - 1];
	struct sim_plain_pte *plain = &mmu->plain;

	if (is_plain(mmu))
		plain->upright = fmt->pfn_inverted_unless ? fmt->pfn_inverted_unless : ~0ULL;
	plain->pfn_mask = fmt->pfn_mask;
	plain->special = fmt->op[SIM_OP_MKSPECIAL].step[0].set;
	plain->none_mask = ~fmt->none_ignore;
	plain->pfn_shift = fmt->pfn_shift;
	plain->page_shift = mmu->page_shift;
	plain->pmd_shift = leaf_shift(mmu, 1);
	plain->pud_shift = leaf_shift(mmu, 2);
	plain->table_set = top->table_set;
	plain->no_addr_mask = top->no_addr_mask;
	if (mmu->has_pat)
		plain->kind |= SIM_PLAIN_PAT;
	if (mmu->has_special)
		plain->kind |= SIM_PLAIN_SPECIAL;
	if (is_uniform(mmu) && mmu->nr_levels == 3)
		plain->kind |= SIM_PLAIN_UNIFORM_3;
	if (is_uniform(mmu) && mmu->nr_levels == 4)
		plain->kind |= SIM_PLAIN_UNIFORM_4;
}

static const struct sim_pte_alt no_entry = { .mask = 0, .value = 1 };

/*
 * Narrows @alt, which entries must meet, to those that do not meet @stop. Where
 * that is more than one bit can say, no entry is left.
 */
static void but_not(struct sim_pte_alt *alt, const struct sim_pte_alt *stop)
{
	uint64_t other = (alt->value ^ stop->value) & alt->mask & stop->mask;
	uint64_t rest = stop->mask & ~alt->mask;

	if (!stop->mask || other)
		return;
	if (!rest || (rest & (rest - 1))) {
		*alt = no_entry;
		return;
	}
	alt->mask |= rest;
	alt->value |= ~stop->value & rest;
}

static void resolve_gup_passes(struct sim_mmu *mmu, bool write)
{
	const struct sim_pte_test *test = mmu->format[0].test;
	struct sim_pte_alt *passes = &mmu->gup_passes[write];
	uint64_t inverted = mmu->format[0].pfn_inverted_unless;

	*passes = test[write ? SIM_TEST_ACCESS_WRITE : SIM_TEST_ACCESS_READ].any[0];
	if (!passes->mask)
		*passes = no_entry;
	for (int i = 0; i < SIM_PTE_ALTS; i++) {
		but_not(passes, &test[SIM_TEST_SPECIAL].any[i]);
		but_not(passes, &test[SIM_TEST_DEVMAP].any[i]);
		if (mmu_has(mmu, SIM_FEAT_NUMA_BALANCING))
			but_not(passes, &test[SIM_TEST_PROTNONE].any[i]);
	}
	if (inverted && !(passes->value & inverted))
		*passes = no_entry;
}

void sim_mmu_resolve(struct sim_mmu *mmu, const struct sim_arch *arch, uint16_t release,
		     uint32_t toggle)
{
	memset(mmu, 0, sizeof(*mmu));
	mmu->arch = arch;
	mmu->page_shift = arch->page_shift;
	mmu->nr_levels = arch->nr_levels;
	mmu->task_size = arch->task_size;
	mmu->ad_fault = arch->ad_rule == SIM_AD_FAULT;
	memcpy(mmu->level, arch->level, sizeof(mmu->level));
	mmu->ttm_caching = arch->ttm_caching[0].rule;
	if (arch->ttm_caching[1].since && release >= arch->ttm_caching[1].since)
		mmu->ttm_caching = arch->ttm_caching[1].rule;

	for (int leaf = 0; leaf < SIM_NR_LEAVES; leaf++)
		if (arch->format[leaf])
			mmu->format[leaf] = *sim_arch_format(arch, release, (enum sim_leaf)leaf);
	resolve_features(mmu, arch, release, toggle);
	for (int leaf = 0; leaf < SIM_NR_LEAVES; leaf++)
		if (arch->format[leaf])
			resolve_format(mmu, leaf);
	mmu->plain_walk = true;
	for (int level = 0; level < mmu->nr_levels; level++)
		resolve_walk(mmu, level);
	resolve_plain(mmu);
	resolve_gup_passes(mmu, false);
	resolve_gup_passes(mmu, true);
}

/* Which entry of protection_map is this, memory type aside? 15 where none. */
static int prot_index(const struct sim_entry_format *fmt, uint64_t prot)
{
	for (int i = 0; i < 16; i++)
		if (((prot ^ fmt->prot[i]) & ~fmt->cache_mask) == 0)
			return i;
	return 15;
}

uint64_t sim_prot_to_leaf(const struct sim_mmu *mmu, int level, uint64_t prot)
{
	const struct sim_entry_format *fmt = &mmu->format[level];
	const struct sim_entry_format *fmt0 = &mmu->format[0];

	if (level == 0)
		return prot;
	if (memcmp(fmt->prot, fmt0->prot, sizeof(fmt->prot)) != 0) {
		enum sim_cache_mode mode = fmt_cache(fmt0, prot);

		prot = fmt_set_cache(fmt, fmt->prot[prot_index(fmt0, prot)], mode);
	}
	return fmt_op(fmt, SIM_OP_MKLEAF, prot);
}
