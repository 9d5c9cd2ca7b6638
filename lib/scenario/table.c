/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * table.c - every operation of the scenario language: its parameters,
 * the keys of its result, the function that runs it.
 */
#include <string.h>
#include <sys/mman.h>

#include "scenario/args.h"

/* younger than some C libraries */
#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

static const struct scn_word ttm_words[] = {
	{ "mixed", SIM_TTM_MIXED }, { "pfn", SIM_TTM_PFN }, { "apply", SIM_TTM_APPLY },
	{ "pfns", SIM_TTM_PFNS }, { "huge", SIM_TTM_HUGE }, { NULL, 0 },
};

static const struct scn_word place_words[] = {
	{ "system", TTM_PL_SYSTEM }, { "tt", TTM_PL_TT }, { "vram", TTM_PL_VRAM },
	{ NULL, 0 },
};

static const struct scn_word caching_words[] = {
	{ "wb", SIM_CACHE_WB }, { "wc", SIM_CACHE_WC }, { "uc", SIM_CACHE_UC }, { NULL, 0 },
};

static const struct scn_word mode_words[] = {
	{ "rw", FMODE_READ | FMODE_WRITE }, { "ro", FMODE_READ }, { "wo", FMODE_WRITE },
	{ NULL, 0 },
};

static const struct scn_word share_words[] = {
	{ "shared", MAP_SHARED }, { "private", MAP_PRIVATE }, { NULL, 0 },
};

static const struct scn_word prot_words[] = {
	{ "none", PROT_NONE }, { "r", PROT_READ }, { "w", PROT_WRITE },
	{ "rw", PROT_READ | PROT_WRITE }, { "x", PROT_EXEC }, { "rx", PROT_READ | PROT_EXEC },
	{ "rwx", PROT_READ | PROT_WRITE | PROT_EXEC }, { NULL, 0 },
};

static const struct scn_word advice_words[] = {
	{ "normal", MADV_NORMAL }, { "random", MADV_RANDOM },
	{ "sequential", MADV_SEQUENTIAL }, { "willneed", MADV_WILLNEED },
	{ "dontneed", MADV_DONTNEED }, { "dontfork", MADV_DONTFORK }, { "dofork", MADV_DOFORK },
	{ "hugepage", MADV_HUGEPAGE }, { "nohugepage", MADV_NOHUGEPAGE },
	{ "dontdump", MADV_DONTDUMP }, { "dodump", MADV_DODUMP },
	{ "wipeonfork", MADV_WIPEONFORK }, { "keeponfork", MADV_KEEPONFORK },
	{ "populate_read", MADV_POPULATE_READ }, { "populate_write", MADV_POPULATE_WRITE },
	{ "free", MADV_FREE }, { "remove", MADV_REMOVE }, { "cold", MADV_COLD },
	{ "pageout", MADV_PAGEOUT }, { "dontneed_locked", MADV_DONTNEED_LOCKED },
	{ "mergeable", MADV_MERGEABLE }, { "unmergeable", MADV_UNMERGEABLE },
	{ "collapse", MADV_COLLAPSE },
	{ NULL, 0 },
};

static const struct scn_word align_words[] = {
	{ "page", SIM_LEAF_PTE }, { "pmd", SIM_LEAF_PMD }, { NULL, 0 },
};

static const struct scn_word vma_words[] = {
	{ "none", 0 }, { "PFNMAP", VM_PFNMAP }, { "MIXEDMAP", VM_MIXEDMAP }, { "IO", VM_IO },
	{ "DONTEXPAND", VM_DONTEXPAND }, { "DONTDUMP", VM_DONTDUMP },
	{ "DONTCOPY", VM_DONTCOPY }, { "NOMAYWRITE", SCN_DEV_NOMAYWRITE }, { NULL, 0 },
};

static const struct scn_word insert_words[] = {
	{ "pfn_prot", SIM_DEV_PFN_PROT }, { "mixed_prot", SIM_DEV_MIXED_PROT },
	{ "mixed_special", SIM_DEV_MIXED_SPECIAL }, { "mixed_mkwrite", SIM_DEV_MIXED_MKWRITE },
	{ "page", SIM_DEV_PAGE }, { "pages", SIM_DEV_PAGES }, { "remap", SIM_DEV_REMAP },
	{ "apply", SIM_DEV_APPLY }, { "fault_page", SIM_DEV_FAULT_PAGE },
	{ "none", SIM_DEV_NOTHING }, { NULL, 0 },
};

static const struct scn_word fault_words[] = {
	{ "map", SIM_DEV_ALLOW }, { "retry", SIM_DEV_RETRY }, { "sigbus", SIM_DEV_SIGBUS },
	{ "sigsegv", SIM_DEV_SIGSEGV }, { NULL, 0 },
};

static const struct scn_word page_mkwrite_words[] = {
	{ "0", SIM_DEV_NO_HANDLER }, { "locked", SIM_DEV_LOCKED }, { "sigbus", SIM_DEV_SIGBUS },
	{ NULL, 0 },
};

static const struct scn_word pfn_mkwrite_words[] = {
	{ "0", SIM_DEV_NO_HANDLER }, { "1", SIM_DEV_ALLOW }, { "insert", SIM_DEV_INSERT },
	{ "sigbus", SIM_DEV_SIGBUS }, { NULL, 0 },
};

static const struct scn_word access_words[] = {
	{ "0", SIM_DEV_NO_ACCESS }, { "bytes", SIM_DEV_ACCESS_BYTES },
	{ "error", SIM_DEV_ACCESS_ERROR }, { NULL, 0 },
};

static const struct scn_word backing_words[] = { { "ram", 0 }, { "iomem", 1 }, { NULL, 0 } };
static const struct scn_word time_words[] = { { "fault", 0 }, { "mmap", 1 }, { NULL, 0 } };

/* One parameter: required, optional, with kinds, with words, with limits. */
#define NEW(n, k) { n, SCN_NEW, false, k, NULL, 0, 0 }
#define OLD(n, k) { n, SCN_OLD, false, k, NULL, 0, 0 }
#define OLD_OPT(n, k) { n, SCN_OLD, true, k, NULL, 0, 0 }
#define PLACE(n, k) { n, SCN_PLACE, false, k, NULL, 0, 0 }
#define RANGE(n, k) { n, SCN_RANGE, false, k, NULL, 0, 0 }
#define WORD(n, w) { n, SCN_WORD, false, 0, w, 0, 0 }
#define FLAG(n) { n, SCN_FLAG, true, 0, NULL, 0, 0 }
#define KEY(n, t) { n, t, true, 0, NULL, 0, 0 }
#define KEY_WORD(n, w) { n, SCN_KEY_WORD, true, 0, w, 0, 0 }
#define KEY_WORD_REQ(n, w) { n, SCN_KEY_WORD, false, 0, w, 0, 0 }
#define KEY_WORDS(n, w) { n, SCN_KEY_WORDS, true, 0, w, 0, 0 }
#define KEY_NUM(n, lo, hi) { n, SCN_KEY_NUMBER, true, 0, NULL, lo, hi }
#define KEY_NUM_REQ(n, lo, hi) { n, SCN_KEY_NUMBER, false, 0, NULL, lo, hi }
#define KEY_SIZE(n, lo, hi) { n, SCN_KEY_SIZE, true, 0, NULL, lo, hi }
#define KEY_NAME(n, k) { n, SCN_KEY_NAME, true, k, NULL, 0, 0 }
#define KEY_RANGE(n, k) { n, SCN_KEY_RANGE, true, k, NULL, 0, 0 }
#define KEY_NEW(n, k) { n, SCN_KEY_NEW, true, k, NULL, 0, 0 }
#define END { NULL, SCN_FLAG, true, 0, NULL, 0, 0 }

#define PARAMS(op) static const struct scn_param op##_params[SCN_MAX_ARGS + 1]

PARAMS(machine) = {
	KEY("arch", SCN_KEY_ARCH), KEY("release", SCN_KEY_RELEASE), KEY_WORD("ttm", ttm_words),
	KEY_SIZE("ram", 65536, 1ULL << 30), KEY_SIZE("vram", 65536, 1ULL << 30),
	KEY_NUM("prefault", 1, 512), KEY_NUM("pool_order", 1, 11),
	KEY("toggle", SCN_KEY_FEATURES), END,
};
PARAMS(bo) = {
	NEW("BO", SCN_BO), KEY_NUM_REQ("pages", 1, SCN_MAX_PAGES), KEY_WORD("in", place_words),
	KEY_WORD("caching", caching_words), END,
};
PARAMS(free) = { OLD("BO", SCN_BO), END };
PARAMS(move) = { OLD("BO", SCN_BO), KEY_WORD_REQ("to", place_words), END };
PARAMS(file) = {
	NEW("FILE", SCN_REGULAR), KEY_NUM_REQ("pages", 1, SCN_MAX_PAGES),
	KEY_NUM("writeback", 0, 1), END,
};
PARAMS(dev) = {
	NEW("DEV", SCN_DEV), KEY_WORDS("vma", vma_words), KEY_WORD("insert", insert_words),
	KEY_WORD("insert_prot", prot_words), KEY_WORD("backing", backing_words),
	KEY_RANGE("over", SCN_DEV), KEY_WORD("caching", caching_words),
	KEY_WORD("prot_caching", caching_words), KEY_WORD("insert_caching", caching_words),
	KEY_WORD("pages_caching", caching_words), KEY_NUM("reserve", 0, 1),
	KEY_NUM("prefault", 1, 512), KEY_NUM("reject_cow", 0, 1), KEY_WORD("fault", fault_words),
	KEY_WORD("page_mkwrite", page_mkwrite_words), KEY_WORD("pfn_mkwrite", pfn_mkwrite_words),
	KEY_WORD("access", access_words), KEY_NUM("open", 0, 1), KEY_NUM("close", 0, 1),
	KEY_WORD("time", time_words), KEY_NUM("pages", 1, 4096), END,
};
PARAMS(reserve) = { RANGE("DEV", SCN_DEV), KEY_NUM("pages", 1, 4096), END };
PARAMS(calls) = { OLD("DEV", SCN_DEV), END };
PARAMS(open) = {
	NEW("OPEN", SCN_FILE), WORD("rw|ro|wo", mode_words),
	KEY_NAME("dev", SCN_DEV | SCN_REGULAR), END,
};
PARAMS(close) = { OLD("OPEN", SCN_FILE), END };
PARAMS(fork) = { NEW("TASK", SCN_TASK), END };
PARAMS(exit) = { OLD("TASK", SCN_TASK), END };
PARAMS(mmap) = {
	NEW("MAP", SCN_MAP), OLD("OPEN|DEV|FILE|anon", SCN_FILE | SCN_DEV | SCN_REGULAR | SCN_ANON),
	OLD_OPT("BO", SCN_BO), KEY_WORD("share", share_words), KEY_WORD("prot", prot_words),
	KEY_NUM("pages", 1, SCN_MAX_PAGES), KEY_NUM("off", 0, SCN_MAX_PAGES),
	KEY_WORD("align", align_words), KEY_RANGE("at", SCN_MAP), FLAG("denywrite"),
	FLAG("populate"), FLAG("noreserve"), FLAG("locked"), END,
};
PARAMS(range) = { RANGE("MAP", SCN_MAP), KEY_NUM("pages", 1, SCN_MAX_PAGES), END };
PARAMS(mprotect) = {
	RANGE("MAP", SCN_MAP), KEY_NUM("pages", 1, SCN_MAX_PAGES),
	KEY_WORD_REQ("prot", prot_words), END,
};
PARAMS(madvise) = {
	RANGE("MAP", SCN_MAP), KEY_NUM("pages", 1, SCN_MAX_PAGES), WORD("ADVICE", advice_words),
	END,
};
PARAMS(mremap) = {
	RANGE("MAP", SCN_MAP), KEY_NUM_REQ("pages", 1, SCN_MAX_PAGES),
	KEY_NUM("old", 0, SCN_MAX_PAGES), FLAG("inplace"), FLAG("dontunmap"),
	KEY_RANGE("at", SCN_MAP), KEY_NEW("as", SCN_MAP), END,
};
PARAMS(msync) = {
	RANGE("MAP", SCN_MAP), KEY_NUM("pages", 1, SCN_MAX_PAGES), FLAG("async"), FLAG("sync"),
	FLAG("invalidate"), END,
};
PARAMS(mincore) = { RANGE("MAP", SCN_MAP), KEY_NUM("pages", 1, SCN_MAX_MINCORE), END };
PARAMS(read) = { PLACE("PLACE", SCN_MAP | SCN_BO | SCN_DEV), KEY_NUM("n", 1, SCN_MAX_PAGES), END };
PARAMS(write) = {
	PLACE("PLACE", SCN_MAP | SCN_BO | SCN_DEV), KEY_NUM("n", 1, SCN_MAX_PAGES),
	KEY_NUM("value", 0, 255), END,
};
PARAMS(ptrace) = {
	PLACE("PLACE", SCN_MAP), FLAG("write"), KEY_NUM("value", 0, 255), END,
};
PARAMS(vm_read) = { PLACE("PLACE", SCN_MAP), KEY_NUM("n", 1, SCN_MAX_GUP), END };
PARAMS(vm_write) = {
	PLACE("PLACE", SCN_MAP), KEY_NUM("n", 1, SCN_MAX_GUP), KEY_NUM("value", 0, 255), END,
};
PARAMS(direct_read) = {
	PLACE("PLACE", SCN_MAP), KEY_NUM("n", 1, SCN_MAX_DIRECT), KEY_NUM("value", 0, 255), END,
};
PARAMS(direct_write) = { PLACE("PLACE", SCN_MAP), KEY_NUM("n", 1, SCN_MAX_DIRECT), END };
PARAMS(vmsplice) = { PLACE("PLACE", SCN_MAP), KEY_NUM("n", 1, SCN_MAX_SPLICE), END };
PARAMS(gup) = {
	PLACE("PLACE", SCN_MAP), KEY_NUM("n", 1, SCN_MAX_GUP), FLAG("write"), FLAG("force"),
	FLAG("longterm"), FLAG("pin"), FLAG("dump"), FLAG("nowait"), FLAG("nopages"), END,
};
PARAMS(put) = { PLACE("PLACE", SCN_MAP), KEY_NUM("n", 1, SCN_MAX_GUP), END };
PARAMS(pte) = { PLACE("PLACE", SCN_MAP), FLAG("full"), END };
PARAMS(pagemap) = { PLACE("PLACE", SCN_MAP), END };
PARAMS(smaps) = { RANGE("MAP", SCN_MAP), END };
PARAMS(refs) = { PLACE("PLACE", SCN_MAP | SCN_BO | SCN_DEV), END };
PARAMS(zap) = {
	RANGE("BO|DEV|FILE", SCN_BO | SCN_DEV | SCN_REGULAR), KEY_NUM("even_cows", 0, 1),
	KEY_NUM("pages", 1, SCN_MAX_PAGES), END,
};
PARAMS(insert) = {
	PLACE("PLACE", SCN_MAP), KEY_NUM("page", 0, SCN_MAX_PAGES - 1),
	KEY_NUM("n", 1, SCN_MAX_GUP), KEY_WORD("by", insert_words), END,
};
PARAMS(memtype) = { PLACE("PLACE", SCN_MAP | SCN_DEV), END };
PARAMS(fail_alloc) = { KEY_NUM_REQ("n", 1, 1000000), END };
PARAMS(none) = { END };

#define PTE_KEYS " present special write dirty young user exec protnone cache level pfn raw" \
	" bits normal "
#define SMAPS_KEYS \
	" size rss anonymous shared_clean shared_dirty private_clean private_dirty locked flags "
#define COUNTER_KEYS \
	" fault handler walk table_alloc table_free lock pat_lookup pte_read pte_write ref" \
	" mapcount tlb_flush page_alloc page_free gup_fast gup_slow "

/* TTM's files map objects, and nothing else does. */
static const char *check_mmap(const struct scn *scn, const struct scn_op *op)
{
	int file = op->arg[MMAP_FILE].object;
	bool ttm = file >= 0 && scn->names[file].kind == SCN_FILE && scn->names[file].of < 0;

	if (ttm && !op->arg[MMAP_BO].set)
		return "a TTM file maps an object: name one after it";
	if (!ttm && op->arg[MMAP_BO].set)
		return "only a TTM file maps objects (open F rw)";
	if (file < 0 && !op->arg[MMAP_PAGES].set)
		return "anonymous memory needs pages=";
	if (file < 0 && op->arg[MMAP_OFF].set)
		return "anonymous memory has no off=";
	return NULL;
}

/* They write to the array whatever they are told. */
static const char *check_gup(const struct scn *scn, const struct scn_op *op)
{
	int flavour = op->desc->variant;
	bool fast = flavour != SCN_GUP && flavour != SCN_PIN && flavour != SCN_GUP_UNLOCKED &&
		    flavour != SCN_PIN_UNLOCKED && flavour != SCN_GUP_REMOTE &&
		    flavour != SCN_PIN_REMOTE;

	(void)scn;
	return fast && scn_flag(op, GUP_NOPAGES) ? "it cannot do without pages" : NULL;
}

static const char *check_dev(const struct scn *scn, const struct scn_op *op)
{
	(void)scn;
	if (scn_number(op, DEV_PFN_MKWRITE_ANSWER, 0) == SIM_DEV_INSERT &&
	    scn_number(op, DEV_INSERT, SIM_DEV_PFN_PROT) != SIM_DEV_MIXED_MKWRITE)
		return "pfn_mkwrite=insert makes nothing writable but by insert=mixed_mkwrite";
	if (op->arg[DEV_OVER].set && (op->arg[DEV_BACKING].set || op->arg[DEV_RESERVE].set ||
				      op->arg[DEV_PAGES_CACHING].set))
		return "pages that are another device's are as they are there";
	return NULL;
}

static const char *check_fork(const struct scn *scn, const struct scn_op *op)
{
	(void)op;
	return scn->nr_tasks < SCN_MAX_TASKS ? NULL : "too many tasks";
}

static const char *check_exit(const struct scn *scn, const struct scn_op *op)
{
	(void)scn;
	if (op->arg[EXIT_TASK].object == op->task && op->task != SCN_MAIN_TASK)
		return "a task cannot end itself here: leave out the in";
	return NULL;
}

#define OP(op, params, keys) { #op, scn_op_##op, params##_params, keys, false, 0, NULL }
/* Needs no task. */
#define OP_FREE(op, params, keys) { #op, scn_op_##op, params##_params, keys, true, 0, NULL }
#define OP_CHECKED(op, keys, alone) { #op, scn_op_##op, op##_params, keys, alone, 0, check_##op }
/* One of those that are run by the same function. */
#define OP_ONE(op, run, params, keys, variant) \
	{ #op, scn_op_##run, params##_params, keys, false, variant, NULL }
#define OP_GUP(op, variant) \
	{ #op, scn_op_gup, gup_params, " page ", false, variant, check_gup }

static const struct scn_desc descs[] = {
	OP_FREE(machine, machine, ""),
	OP(bo, bo, ""),
	OP(move, move, ""),
	OP_FREE(free, free, ""),
	OP_CHECKED(dev, "", false),
	OP_ONE(reserve, reserve, reserve, "", true),
	OP_ONE(unreserve, reserve, reserve, "", false),
	OP(calls, calls, " open close fault page_mkwrite pfn_mkwrite access "),
	OP(file, file, ""),
	OP(open, open, ""),
	OP_FREE(close, close, ""),
	OP_CHECKED(mmap, "", false),
	OP_ONE(munmap, range, range, "", SCN_MUNMAP),
	OP_ONE(mprotect, range, mprotect, "", SCN_MPROTECT),
	OP_ONE(madvise, range, madvise, "", SCN_MADVISE),
	OP(mremap, mremap, ""),
	OP_ONE(mlock, range, range, "", SCN_MLOCK),
	OP_ONE(munlock, range, range, "", SCN_MUNLOCK),
	OP_ONE(msync, range, msync, "", SCN_MSYNC),
	OP(read, read, " value code "),
	OP(write, write, " code "),
	OP(ptrace, ptrace, " value "),
	OP_ONE(vm_read, transfer, vm_read, " value ", SCN_VM_READ),
	OP_ONE(vm_write, transfer, vm_write, "", SCN_VM_WRITE),
	OP_ONE(direct_read, transfer, direct_read, "", SCN_DIRECT_READ),
	OP_ONE(direct_write, transfer, direct_write, " value ", SCN_DIRECT_WRITE),
	OP_ONE(vmsplice, transfer, vmsplice, " value ", SCN_VMSPLICE),
	OP(pte, pte, PTE_KEYS),
	OP(pagemap, pagemap, " present file exclusive page "),
	OP_ONE(mincore, mincore, mincore, " resident ", SCN_MINCORE),
	OP(memtype, memtype, " type "),
	OP(refs, refs, " ref map pin dirty "),
	OP_GUP(gup, SCN_GUP),
	OP_GUP(gup_unlocked, SCN_GUP_UNLOCKED),
	OP_GUP(gup_remote, SCN_GUP_REMOTE),
	OP_GUP(gup_fast, SCN_GUP_FAST),
	OP_GUP(gup_fast_only, SCN_GUP_FAST_ONLY),
	OP_GUP(pin, SCN_PIN),
	OP_GUP(pin_unlocked, SCN_PIN_UNLOCKED),
	OP_GUP(pin_remote, SCN_PIN_REMOTE),
	OP_GUP(pin_fast, SCN_PIN_FAST),
	OP_GUP(pin_fast_only, SCN_PIN_FAST_ONLY),
	OP_ONE(dump_page, gup, pte, " page ", SCN_DUMP_PAGE),
	OP_ONE(put, put, put, "", false),
	OP_ONE(unpin, put, put, "", true),
	OP_CHECKED(fork, "", false),
	OP_CHECKED(exit, "", true),
	OP(zap, zap, ""),
	OP(zap_ptes, range, ""),
	OP(insert, insert, ""),
	OP(smaps, smaps, SMAPS_KEYS),
	OP(vmprot, smaps, " bits cache pat flags "),
	OP(maps, none, ""),
	OP_FREE(counters, none, COUNTER_KEYS),
	OP_FREE(fail_alloc, fail_alloc, ""),
	OP_FREE(check, none, " violations "),
	OP_FREE(teardown, none, " leaks "),
};

#define NR_DESCS (sizeof(descs) / sizeof(descs[0]))

const struct scn_desc *scn_desc_find(const char *name, size_t len)
{
	for (size_t i = 0; i < NR_DESCS; i++)
		if (strlen(descs[i].name) == len && !memcmp(descs[i].name, name, len))
			return &descs[i];
	return NULL;
}

const struct scn_desc *scn_desc_nth(unsigned int n)
{
	return n < NR_DESCS ? &descs[n] : NULL;
}
