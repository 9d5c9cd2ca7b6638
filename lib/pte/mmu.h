/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mmu.h - an architecture as one machine has it: the descriptor with the
 * features of the release resolved, and the entry helpers on it.
 *
 * Resolving once at creation means that no helper asks for a feature: without
 * PTE_SPECIAL the special test has no alternative (false) and the mkspecial
 * operation no step (identity).
 */
#ifndef SIM_PTE_MMU_H
#define SIM_PTE_MMU_H

#include <string.h>

#include <ttmsim/pte.h>

#include "base/assert.h"
#include "base/callback.h"
#include "base/event.h"
#include "base/lock.h"
#include "base/outcome.h"

/*
 * What a walk needs of one level, in one cache line. An entry that has
 * (e & table_mask) == table_value, and is not none_value, points at a table; all
 * others are leaves or empty.
 */
struct sim_walk_level {
	uint64_t none_value;
	uint64_t table_mask, table_value;
	uint64_t table_addr_mask;
	uint64_t table_set, no_addr_mask; /* a table's entry - table_set: no_addr_mask is clear */
	uint32_t offset_mask;		/* the offset of an address's entry, bytes: */
	uint8_t offset_shift;		/* addr >> offset_shift & offset_mask */
	int8_t table_addr_shift;
	bool wide;			/* entries of 8 bytes, not 4 */
} __attribute__((aligned(64)));

/* Bits of sim_plain_pte.kind. */
enum {
	SIM_PLAIN_UP = 1,		/* sim_machine.up */
	SIM_PLAIN_PAT = 2,		/* sim_mmu.has_pat */
	SIM_PLAIN_SPECIAL = 4,		/* sim_mmu.has_special */
	SIM_PLAIN_UNIFORM_3 = 8,	/* levels, all of SIM_UNIFORM_BITS, and with tables' */
	SIM_PLAIN_UNIFORM_4 = 16,	/* entries that look the same */
};

/*
 * What an insertion needs, in one cache line, where most things are plain: levels are
 * uniform, an entry has its pfn from SIM_PLAIN_PFN_SHIFT on, an empty one has no bit
 * that counts, and pfn_pte() adds nothing to pfn and protection.
 */
struct sim_plain_pte {
	/* A protection with one of these bits makes a plain entry whose pfn is stored
	 * as it is. 0 where nothing is plain. */
	uint64_t upright;
	uint64_t pfn_mask;
	uint64_t special;		/* what pte_mkspecial() sets */
	uint64_t none_mask;		/* (e & none_mask) == 0: empty */
	uint64_t table_set, no_addr_mask; /* where uniform: of sim_walk_level */
	uint8_t kind;
	uint8_t pfn_shift;
	uint8_t page_shift, pmd_shift, pud_shift; /* of leaves; of folded levels, the top one's */
} __attribute__((aligned(64)));

#define SIM_PLAIN_PFN_SHIFT 12

/* The geometry that most have. */
#define SIM_UNIFORM_BITS 9
#define SIM_UNIFORM_SHIFT(level) (12 + SIM_UNIFORM_BITS * (level))

struct sim_mmu {
	uint8_t page_shift;
	uint8_t nr_levels;
	bool has_pat;			/* SIM_FEAT_PAT */
	bool has_special;		/* SIM_FEAT_PTE_SPECIAL */
	bool has_fast_gup;
	bool ad_fault;			/* SIM_AD_FAULT */
	bool plain_walk;		/* above level 0: wide, table addresses unshifted, and
					 * table_mask tells empty entries as well */
	uint32_t features;		/* 1 << enum sim_feature */
	uint64_t task_size;
	struct sim_plain_pte plain;
	struct sim_walk_level walk[SIM_MAX_LEVELS];
	const struct sim_arch *arch;
	enum sim_ttm_caching ttm_caching;
	struct sim_level level[SIM_MAX_LEVELS];
	bool has_leaf[SIM_MAX_LEVELS];	/* leaves may lie at this level */
	struct sim_entry_format format[SIM_NR_LEAVES];
	struct sim_pte_alt gup_passes[2]; /* ptes that pass all tests of the lockless walk,
					   * to be read or (1) written; others may as well */
};

/*
 * Fills @mmu for an architecture in a release; @toggle flips the features
 * whose bits are set in it (tests of an architecture with and without one).
 * A feature for which the formats have no bits stays off.
 */
void sim_mmu_resolve(struct sim_mmu *mmu, const struct sim_arch *arch, uint16_t release,
		     uint32_t toggle);

/* Makes @machine, or none, the one that kernel-named functions without a context act
 * on. Returns the one that was. */
struct sim_machine *sim_set_current_machine(struct sim_machine *machine);

static inline bool mmu_has(const struct sim_mmu *mmu, enum sim_feature feature)
{
	return mmu->features >> feature & 1;
}

/* ------------------------------------------------------ entry helpers ---- */

static inline bool fmt_test(const struct sim_entry_format *fmt, enum sim_pte_test_id id,
			    uint64_t e)
{
	const struct sim_pte_test *t = &fmt->test[id];

	return (t->any[0].mask && (e & t->any[0].mask) == t->any[0].value) ||
	       (t->any[1].mask && (e & t->any[1].mask) == t->any[1].value) || t->always;
}

static inline uint64_t fmt_op(const struct sim_entry_format *fmt, enum sim_pte_op_id id,
			      uint64_t e)
{
	return sim_pte_steps(&fmt->op[id], e);
}

/*
 * SIM_OP_MKSPECIAL and SIM_OP_MKDEVMAP: of every architecture one step that
 * sets bits, whatever the entry is (sim_mmu_resolve() makes sure).
 */
static inline uint64_t fmt_mark(const struct sim_entry_format *fmt, enum sim_pte_op_id id,
				uint64_t e)
{
	return e | fmt->op[id].step[0].set;
}

static inline bool fmt_none(const struct sim_entry_format *fmt, uint64_t e)
{
	return (e & ~fmt->none_ignore) == fmt->none_value;
}

/* x86: an entry with none of these bits, but not 0, has its pfn inverted. */
static inline uint64_t fmt_pfn_flip(const struct sim_entry_format *fmt, uint64_t e)
{
	if (fmt->pfn_inverted_unless && e && !(e & fmt->pfn_inverted_unless))
		return fmt->pfn_mask;
	return 0;
}

static inline unsigned long fmt_pfn(const struct sim_entry_format *fmt, uint64_t e)
{
	return (unsigned long)(((e ^ fmt_pfn_flip(fmt, e)) & fmt->pfn_mask) >> fmt->pfn_shift);
}

/* The bits of @e besides its pfn, with another pfn. */
static inline uint64_t fmt_set_pfn(const struct sim_entry_format *fmt, uint64_t e,
				   unsigned long pfn)
{
	e &= ~fmt->pfn_mask;
	return e | ((((uint64_t)pfn << fmt->pfn_shift) ^ fmt_pfn_flip(fmt, e)) & fmt->pfn_mask);
}

/* pfn_pte: protection bits and a pfn made an entry. As in the kernel they are or-ed:
 * a protection has no bits where the pfn is. */
static inline uint64_t fmt_make(const struct sim_entry_format *fmt, unsigned long pfn,
				uint64_t prot)
{
	uint64_t bits = ((uint64_t)pfn << fmt->pfn_shift) ^ fmt_pfn_flip(fmt, prot);

	return fmt_op(fmt, SIM_OP_MAKE, prot | (bits & fmt->pfn_mask));
}

/* pte_modify: new protection bits, keeping what the architecture keeps. */
static inline uint64_t fmt_modify(const struct sim_entry_format *fmt, uint64_t e, uint64_t prot)
{
	unsigned long pfn = fmt_pfn(fmt, e);

	e = fmt_op(fmt, SIM_OP_MODIFY_OLD, e) & fmt->chg_mask;
	e |= prot & (~fmt->chg_mask | fmt->chg_or);
	return fmt_set_pfn(fmt, fmt_op(fmt, SIM_OP_MODIFY, e), pfn);
}

/*
 * The memory type of an entry. Architectures without UC- encode it as UC, some
 * WC as well (mips): UC is then the honest name, so it is tried first.
 */
static inline enum sim_cache_mode fmt_cache(const struct sim_entry_format *fmt, uint64_t e)
{
	e &= fmt->cache_mask;
	if (e == fmt->cache[SIM_CACHE_WB])
		return SIM_CACHE_WB;
	if (e == fmt->cache[SIM_CACHE_UC])
		return SIM_CACHE_UC;
	if (e == fmt->cache[SIM_CACHE_UC_MINUS])
		return SIM_CACHE_UC_MINUS;
	return e == fmt->cache[SIM_CACHE_WC] ? SIM_CACHE_WC : SIM_CACHE_UC;
}

static inline uint64_t fmt_set_cache(const struct sim_entry_format *fmt, uint64_t e,
				     enum sim_cache_mode mode)
{
	return (e & ~fmt->cache_mask) | fmt->cache[mode];
}

/*
 * The protection bits of a leaf at @level, leaf marker and all, from those of
 * level 0: protections are always passed as level 0 has them (pgprot_t), and
 * turned here, for fmt_make() and fmt_modify() alike.
 * Models: pmd_mkhuge; arch/s390/include/asm/pgtable.h, massage_pgprot_pmd, 6.1.
 */
uint64_t sim_prot_to_leaf(const struct sim_mmu *mmu, int level, uint64_t prot);

/* --------------------------------------------------- reading entries ----- */

static inline uint64_t mmu_read(const struct sim_mmu *mmu, int level, const void *slot)
{
	if (mmu->level[level].entry_bytes == 4)
		return __atomic_load_n((const uint32_t *)slot, __ATOMIC_ACQUIRE);
	return __atomic_load_n((const uint64_t *)slot, __ATOMIC_ACQUIRE);
}

static inline void mmu_write(const struct sim_mmu *mmu, int level, void *slot, uint64_t e)
{
	if (mmu->level[level].entry_bytes == 4)
		__atomic_store_n((uint32_t *)slot, (uint32_t)e, __ATOMIC_RELEASE);
	else
		__atomic_store_n((uint64_t *)slot, e, __ATOMIC_RELEASE);
}

/* Returns the old entry. @up: on a UP machine. */
static inline uint64_t mmu_xchg(const struct sim_mmu *mmu, bool up, int level, void *slot,
				uint64_t e)
{
	uint64_t old;

	if (up) {
		old = mmu_read(mmu, level, slot);
		mmu_write(mmu, level, slot, e);
		return old;
	}
	if (mmu->level[level].entry_bytes == 4)
		return __atomic_exchange_n((uint32_t *)slot, (uint32_t)e, __ATOMIC_ACQ_REL);
	return __atomic_exchange_n((uint64_t *)slot, e, __ATOMIC_ACQ_REL);
}

static inline unsigned int mmu_index(const struct sim_mmu *mmu, int level, unsigned long addr)
{
	return (addr >> mmu->level[level].shift) & ((1u << mmu->level[level].index_bits) - 1);
}

static inline void *mmu_slot(const struct sim_mmu *mmu, int level, void *table,
			     unsigned long addr)
{
	return (char *)table + (size_t)mmu_index(mmu, level, addr) *
			       mmu->level[level].entry_bytes;
}

/* The table that an entry of level > 0 points at: tables have their arena
 * offset as physical address. */
static inline void *mmu_table(const struct sim_mmu *mmu, int level, uint64_t e,
			      const struct sim_machine *machine)
{
	const struct sim_level *l = &mmu->level[level];
	uint64_t phys = e & l->table_addr_mask;

	phys = l->table_addr_shift < 0 ? phys << -l->table_addr_shift
				       : phys >> l->table_addr_shift;
	return (char *)(uintptr_t)machine + phys;
}

static inline uint64_t mmu_table_entry(const struct sim_mmu *mmu, int level, const void *table,
				       const struct sim_machine *machine)
{
	const struct sim_level *l = &mmu->level[level];
	uint64_t phys = (uint64_t)((const char *)table - (const char *)machine);
	uint64_t e;

	phys = l->table_addr_shift < 0 ? phys >> -l->table_addr_shift
				       : phys << l->table_addr_shift;
	e = phys | l->table_set;
	return l->table_copy_add ? e | (e + l->table_copy_add) << 32 : e;
}

static inline bool mmu_is_none(const struct sim_mmu *mmu, int level, uint64_t e)
{
	return level ? e == mmu->level[level].none_value : fmt_none(&mmu->format[0], e);
}

/* Is a non-empty entry of this level a leaf? */
static inline bool mmu_is_leaf(const struct sim_mmu *mmu, int level, uint64_t e)
{
	return level == 0 ||
	       (mmu->has_leaf[level] && fmt_test(&mmu->format[level], SIM_TEST_LEAF, e));
}

/*
 * pte_protnone(): constant false where the kernel has no NUMA balancing, whatever
 * the entry says. On MIPS write-only memory has the entry of PROT_NONE.
 */
static inline bool mmu_protnone(const struct sim_mmu *mmu, int level, uint64_t e)
{
	return mmu_has(mmu, SIM_FEAT_NUMA_BALANCING) &&
	       fmt_test(&mmu->format[level], SIM_TEST_PROTNONE, e);
}

static inline unsigned long mmu_page_size(const struct sim_mmu *mmu)
{
	return 1UL << mmu->page_shift;
}

/* Bytes that one entry of a level covers. */
static inline unsigned long mmu_leaf_size(const struct sim_mmu *mmu, int level)
{
	return 1UL << mmu->level[level].shift;
}

#endif
