/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arch.h - the architectures as data: geometry, and each kind of entry as masks.
 * The glossary of <ttmsim/pte.h> holds here, too.
 */
#ifndef TTMSIM_ARCH_H
#define TTMSIM_ARCH_H

#include <ttmsim/mm_types.h>

SIM_BEGIN_DECLS

/* What an architecture (of some release) has; bits of sim_machine_features(). */
enum sim_feature {
	SIM_FEAT_PTE_SPECIAL,	/* ARCH_HAS_PTE_SPECIAL */
	SIM_FEAT_FAST_GUP,	/* HAVE_FAST_GUP */
	SIM_FEAT_PMD_LEAF,	/* HAVE_ARCH_TRANSPARENT_HUGEPAGE */
	SIM_FEAT_PUD_LEAF,	/* HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD */
	SIM_FEAT_PMD_SPECIAL,	/* ARCH_SUPPORTS_PMD_PFNMAP */
	SIM_FEAT_PUD_SPECIAL,	/* ARCH_SUPPORTS_PUD_PFNMAP */
	SIM_FEAT_PTE_DEVMAP,	/* ARCH_HAS_PTE_DEVMAP */
	SIM_FEAT_PAT,		/* memory types are tracked (x86 track_pfn_*) */
	SIM_FEAT_SOFT_DIRTY,	/* HAVE_ARCH_SOFT_DIRTY */
	SIM_FEAT_TWO_WORD_PTE,	/* GUP_GET_PTE_LOW_HIGH */
	SIM_FEAT_MODIFY_KEEPS_SPECIAL, /* pte_modify leaves the special bit */
	SIM_FEAT_IOREMAP_PROT,	/* HAVE_IOREMAP_PROT */
	SIM_FEAT_NUMA_BALANCING, /* ARCH_SUPPORTS_NUMA_BALANCING: pte_protnone() works */
	SIM_FEAT_PER_VMA_LOCK,	/* ARCH_SUPPORTS_PER_VMA_LOCK: vm_flags_set() looks at locks */
	SIM_FEAT_SECRETMEM,	/* ARCH_HAS_SET_DIRECT_MAP: GUP looks for secret pages */
	SIM_FEAT_MERGE_VMAS,	/* MMU_GATHER_MERGE_VMAS: one TLB flush for many vmas */
	SIM_NR_FEATURES
};

/* A release as one number, ordered: SIM_RELEASE(6, 1) < SIM_RELEASE(6, 12). */
#define SIM_RELEASE(major, minor) ((uint16_t)((major) << 8 | (minor)))

/* An architecture has @feature in releases since <= r < until; 0 = no limit. */
struct sim_arch_feature {
	enum sim_feature feature;
	uint16_t since;
	uint16_t until;
};

/*
 * One step of an operation on an entry: where (e & if_mask) == if_value, clear
 * @clear, then set @set. A step of zeros does nothing.
 */
struct sim_pte_step {
	uint64_t if_mask, if_value;
	uint64_t clear, set;
};

#define SIM_PTE_STEPS 3

/* An operation on an entry: its steps in order. */
struct sim_pte_op {
	struct sim_pte_step step[SIM_PTE_STEPS];
};

/* A test of an entry: does (e & mask) == value hold for one alternative? */
struct sim_pte_alt {
	uint64_t mask, value;
};

#define SIM_PTE_ALTS 2

/*
 * An alternative with mask 0 is absent; a test without alternatives is false,
 * unless @always.
 */
struct sim_pte_test {
	struct sim_pte_alt any[SIM_PTE_ALTS];
	bool always;
};

/* A run of bits of an entry, for drawing and for names. */
struct sim_pte_field {
	const char *name;	/* short, as the kernel has it: "SPECIAL" */
	uint8_t lo, width;	/* bits lo .. lo + width - 1 */
	const char *what;	/* a few words */
};

#define SIM_PTE_FIELDS 40

enum sim_cache_mode {
	SIM_CACHE_WB,
	SIM_CACHE_WC,
	SIM_CACHE_UC_MINUS,
	SIM_CACHE_UC,
	SIM_NR_CACHE_MODES
};

/* The tests and operations of one entry format, as indices. */
enum sim_pte_test_id {
	SIM_TEST_PRESENT,	/* pte_present: the kernel's view */
	SIM_TEST_LEAF,		/* pmd_leaf, pud_leaf; at level 0 unused */
	SIM_TEST_PROTNONE,	/* present but no access */
	SIM_TEST_WRITE,		/* pte_write */
	SIM_TEST_DIRTY,
	SIM_TEST_YOUNG,
	SIM_TEST_USER,
	SIM_TEST_EXEC,
	SIM_TEST_SPECIAL,
	SIM_TEST_DEVMAP,
	SIM_TEST_SOFT_DIRTY,
	SIM_TEST_ACCESS_READ,	/* pte_access_permitted(pte, false) */
	SIM_TEST_ACCESS_WRITE,	/* pte_access_permitted(pte, true) */
	SIM_TEST_HW_READ,	/* a user load succeeds without a fault */
	SIM_TEST_HW_WRITE,	/* a user store succeeds without a fault */
	SIM_NR_PTE_TESTS
};

enum sim_pte_op_id {
	SIM_OP_MKWRITE,
	SIM_OP_WRPROTECT,
	SIM_OP_MKDIRTY,
	SIM_OP_MKCLEAN,
	SIM_OP_MKYOUNG,
	SIM_OP_MKOLD,
	SIM_OP_MKSPECIAL,
	SIM_OP_MKDEVMAP,
	SIM_OP_MKSOFT_DIRTY,
	SIM_OP_MKLEAF,		/* pmd_mkhuge, from bits built like a pte */
	SIM_OP_HW_LOAD,		/* what the MMU does to an entry that a load uses */
	SIM_OP_HW_STORE,	/* ... that a store uses */
	SIM_OP_MAKE,		/* pfn_pte: what it adds to pfn and protection (s390) */
	SIM_OP_MODIFY_OLD,	/* pte_modify: what it saves in the old entry first */
	SIM_OP_MODIFY,		/* pte_modify: what it puts right in the new one */
	SIM_OP_WRITECOMBINE,	/* pgprot_writecombine, on protection bits */
	SIM_OP_NONCACHED,	/* pgprot_noncached, on protection bits */
	SIM_NR_PTE_OPS
};

/* How leaves of one level are stored. */
struct sim_entry_format {
	struct sim_pte_test test[SIM_NR_PTE_TESTS];
	struct sim_pte_op op[SIM_NR_PTE_OPS];
	uint64_t none_value;	/* an empty entry; s390x 0x400 */
	uint64_t none_ignore;	/* bits that an empty entry may carry all the same */
	uint64_t pfn_mask;	/* the bits that hold the pfn ... */
	uint8_t pfn_shift;	/* ... of which bit pfn_shift is bit 0 of the pfn */
	uint64_t pfn_inverted_unless; /* x86 L1TF: with none of these bits set, an
				       * entry that is not 0 holds its pfn inverted;
				       * 0 = never */
	uint64_t chg_mask;	/* what pte_modify keeps of the old entry */
	uint64_t chg_or;	/* kept bits that the new protection may add all the
				 * same: pte_modify or-s it in unmasked */
	uint64_t cache_mask;	/* the bits that select the memory type */
	uint64_t cache[SIM_NR_CACHE_MODES]; /* their value for each mode */
	uint64_t prot[16];	/* protection_map: index VM_READ|WRITE|EXEC|SHARED */
	struct sim_pte_field field[SIM_PTE_FIELDS]; /* ends at name NULL */
};

/* Where leaves may lie. */
enum sim_leaf {
	SIM_LEAF_PTE,
	SIM_LEAF_PMD,
	SIM_LEAF_PUD,
	SIM_NR_LEAVES
};

#define SIM_MAX_LEVELS 5

/* One level of the page table, from 0 (leaves) up. */
struct sim_level {
	const char *name;	/* the kernel's: "pte", "pmd", "pud", "pgd" */
	uint8_t shift;		/* log2 of what one entry covers, bytes */
	uint8_t index_bits;
	uint8_t entry_bytes;	/* 4 or 8 */
	uint8_t table_lg2;	/* log2 of the bytes one table takes */
	uint64_t none_value;	/* an empty entry of levels > 0 */
	/* An entry of levels > 0 that points at a table: */
	uint64_t table_set;	/* bits that are set in it ... */
	uint64_t table_addr_mask; /* ... and those that hold the table's address, */
	int8_t table_addr_shift; /* moved left by this much (riscv: -2) */
	uint64_t table_copy_add; /* arm: the upper word is the lower one plus this; 0 = none */
};

/* Who sets young and dirty when a user access goes through an entry. */
enum sim_ad_rule {
	SIM_AD_HARDWARE,	/* the MMU (or its refill handler) sets them */
	SIM_AD_FAULT,		/* the access faults and the kernel sets them */
};

/* What TTM's caching helper makes of a request, per architecture. */
enum sim_ttm_caching {
	SIM_TTM_CACHING_FULL,	/* WC and UC as asked */
	SIM_TTM_CACHING_NONCACHED, /* WC and UC both become noncached (sparc) */
	SIM_TTM_CACHING_IGNORED, /* the request is dropped: cached */
};

/* A leaf's format in releases before @until, where it differed. */
struct sim_old_format {
	uint16_t until;		/* the first release that has the newer one */
	enum sim_leaf leaf;
	const struct sim_entry_format *format;
};

struct sim_ttm_caching_rule {
	enum sim_ttm_caching rule;
	uint16_t since;		/* applies from this release on; 0 = always */
};

/*
 * One architecture. lib/pte/arch/NAME.c defines `const struct sim_arch
 * sim_arch_NAME`; docs/adding-an-arch.md walks through it.
 */
struct sim_arch {
	const char *name;	/* "x86_64" */
	const char *aliases;	/* what else it is called, spaces between: "amd64"; or NULL */
	const char *title;	/* one line: what configuration this is */
	const char *source;	/* kernel files and release that it was read from */
	uint8_t page_shift;
	uint8_t nr_levels;
	uint8_t bits_per_long;	/* of the kernel: 32 or 64 */
	uint64_t task_size;	/* first address above user space */
	uint64_t mmap_min;	/* lowest user address that mmap gives out */
	uint64_t mmap_up_from;	/* mmap searches upwards from here; 0: downwards from
				 * what is left for the stack */
	unsigned long ram_start_pfn; /* where RAM begins on a typical machine */
	unsigned long io_start_pfn; /* where the simulated VRAM lies */
	unsigned int max_phys_bits;
	enum sim_ad_rule ad_rule;
	bool no_read_of_write_only; /* a load that faults in a mapping for stores only
				 * is SIGSEGV */
	bool sigsegv_is_accerr;	/* VM_FAULT_SIGSEGV is told as SEGV_ACCERR, not _MAPERR */
	bool copies_by_tables;	/* the kernel reads user memory at the page that an entry
				 * names, whatever rights it gives */
	struct sim_ttm_caching_rule ttm_caching[2]; /* oldest first */
	struct sim_level level[SIM_MAX_LEVELS];
	const struct sim_entry_format *format[SIM_NR_LEAVES]; /* the newest; NULL: no such leaf */
	const struct sim_old_format *old_format; /* oldest first, ends at format NULL; or NULL */
	const struct sim_arch_feature *feature; /* ends at since == until == 0xffff */
	uint16_t since;		/* first release that has this architecture; 0 = all */
};

#define SIM_ARCH_FEATURES_END { SIM_NR_FEATURES, 0xffff, 0xffff }

/**
 * sim_arch_find - an architecture by its name, or one of its other usual names
 * @name: "x86_64", "x86", "amd64", "aarch64", "armhf" ...
 *
 * Returns: the descriptor;
 *          NULL where no architecture has this name.
 */
SIM_API const struct sim_arch *sim_arch_find(const char *name);

/**
 * sim_arch_nth - the architectures in alphabetical order
 *
 * Returns: the descriptor;
 *          NULL past the last one.
 */
SIM_API const struct sim_arch *sim_arch_nth(unsigned int n);

/**
 * sim_arch_has - does an architecture have a feature in a release?
 * @release: SIM_RELEASE(major, minor)
 */
SIM_API bool sim_arch_has(const struct sim_arch *arch, uint16_t release,
			  enum sim_feature feature);

/**
 * sim_arch_format - how a release stores leaves of one level
 * @release: SIM_RELEASE(major, minor)
 *
 * The bits that the release's features do not use (SIM_FEAT_PTE_SPECIAL) are
 * in it all the same.
 *
 * Returns: the format;
 *          NULL where the architecture has no such leaf.
 */
SIM_API const struct sim_entry_format *sim_arch_format(const struct sim_arch *arch,
						       uint16_t release, enum sim_leaf leaf);

/**
 * sim_feature_name - a feature's name as printed, e.g. "pte_special"
 *
 * Returns: a static string;
 *          NULL for an unknown feature.
 */
SIM_API const char *sim_feature_name(enum sim_feature feature);

/**
 * sim_cache_mode_name - "wb", "wc", "uc-", "uc"
 *
 * Returns: a static string;
 *          NULL for an unknown mode.
 */
SIM_API const char *sim_cache_mode_name(enum sim_cache_mode mode);

/* What an operation makes of an entry: sim_pte_op() of a known format. */
static inline uint64_t sim_pte_steps(const struct sim_pte_op *op, uint64_t e)
{
	const struct sim_pte_step *s = op->step;

	for (int i = 0; i < SIM_PTE_STEPS && (s[i].set | s[i].clear); i++)
		if ((e & s[i].if_mask) == s[i].if_value)
			e = (e & ~s[i].clear) | s[i].set;
	return e;
}

SIM_END_DECLS

#endif
