/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arch_entry.c - one entry of a page table, from bits to words and back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ttmsim/sim.h>

#include "arch.h"
#include "ttmsim.h"

#define NAME_WIDTH 10

/* What a word asks of an entry, and what it is told by. */
static const struct word {
	const char *name;
	enum sim_pte_test_id test;
	enum sim_pte_op_id op;		/* SIM_NR_PTE_OPS: a bit of the protection */
	enum sim_pte_op_id undo;	/* what @opposite asks for */
	const char *opposite;		/* NULL: that is told by silence */
	enum sim_feature feature;	/* SIM_NR_FEATURES: all have it */
} words[] = {
	{ "write", SIM_TEST_WRITE, SIM_NR_PTE_OPS, SIM_NR_PTE_OPS, NULL, SIM_NR_FEATURES },
	{ "exec", SIM_TEST_EXEC, SIM_NR_PTE_OPS, SIM_NR_PTE_OPS, NULL, SIM_NR_FEATURES },
	{ "young", SIM_TEST_YOUNG, SIM_OP_MKYOUNG, SIM_OP_MKOLD, "old", SIM_NR_FEATURES },
	{ "dirty", SIM_TEST_DIRTY, SIM_OP_MKDIRTY, SIM_OP_MKCLEAN, "clean", SIM_NR_FEATURES },
	{ "special", SIM_TEST_SPECIAL, SIM_OP_MKSPECIAL, SIM_NR_PTE_OPS, NULL,
	  SIM_FEAT_PTE_SPECIAL },
	{ "devmap", SIM_TEST_DEVMAP, SIM_OP_MKDEVMAP, SIM_NR_PTE_OPS, NULL,
	  SIM_FEAT_PTE_DEVMAP },
	{ "soft_dirty", SIM_TEST_SOFT_DIRTY, SIM_OP_MKSOFT_DIRTY, SIM_NR_PTE_OPS, NULL,
	  SIM_FEAT_SOFT_DIRTY },
};

static bool whole_number(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static unsigned long leaf_pages(const struct sim_mmu *mmu, int level)
{
	return mmu_leaf_size(mmu, level) >> mmu->page_shift;
}

static const char *level_name(const struct sim_mmu *mmu, int level)
{
	return mmu->level[level].name;
}

/* ---- which level ---- */

static int find_level(const struct sim_mmu *mmu, const char *name)
{
	for (int level = 0; level < mmu->nr_levels; level++)
		if (!strcmp(level_name(mmu, level), name))
			return level;
	return -1;
}

static int no_level(const struct sim_mmu *mmu, const char *name)
{
	char there[80] = "";
	size_t at = 0;

	for (int level = 0; level < mmu->nr_levels; level++)
		at += (size_t)snprintf(there + at, sizeof(there) - at, "%s%s", level ? ", " : "",
				       level_name(mmu, level));
	return unusable("%s has no level '%s'; there are %s", mmu->arch->name, name, there);
}

/* Does it differ from a pte as a huge leaf of this level does, and could be one? */
static bool looks_like_leaf(const struct sim_mmu *mmu, int level, uint64_t entry)
{
	const struct sim_entry_format *format = &mmu->format[level];
	uint64_t prot = format->prot[VM_READ], leaf = fmt_op(format, SIM_OP_MKLEAF, prot);
	uint64_t marker = leaf ^ prot;

	return marker && (entry & marker) == (leaf & marker) && mmu_is_leaf(mmu, level, entry) &&
	       !(fmt_pfn(format, entry) & (leaf_pages(mmu, level) - 1));
}

static int guess_level(const struct sim_mmu *mmu, uint64_t entry)
{
	if (fmt_none(&mmu->format[0], entry))
		return 0;
	for (int level = 1; level < SIM_NR_LEAVES; level++)
		if (mmu->has_leaf[level] && looks_like_leaf(mmu, level, entry))
			return level;
	return 0;
}

/* ---- from bits ---- */

static void print_fields(const struct sim_entry_format *format, uint64_t entry)
{
	uint64_t named = format->pfn_mask;

	for (int i = 0; i < SIM_PTE_FIELDS && format->field[i].name; i++) {
		const struct sim_pte_field *field = &format->field[i];
		uint64_t mask = ~0ULL >> (64 - field->width) << field->lo;

		named |= mask;
		if (!(entry & mask) || mask == format->pfn_mask)
			continue;
		printf("  %-*s  ", NAME_WIDTH, field->name);
		if (field->width > 1)
			printf("0x%llx, ", (unsigned long long)((entry & mask) >> field->lo));
		printf("%s\n", field->what);
	}
	if (entry & ~named)
		printf("  %-*s  0x%llx: bits that no field has\n", NAME_WIDTH, "?",
		       (unsigned long long)(entry & ~named));
}

/* As --encode takes them. */
static void print_words(const struct sim_mmu *mmu, int level, uint64_t entry)
{
	const struct sim_entry_format *format = &mmu->format[level];

	printf("  %-*s  pfn=0x%lx,cache=%s", NAME_WIDTH, "words", fmt_pfn(format, entry),
	       sim_cache_mode_name(fmt_cache(format, entry)));
	if (fmt_test(format, SIM_TEST_PROTNONE, entry))
		fputs(",none", stdout);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (fmt_test(format, words[i].test, entry))
			printf(",%s", words[i].name);
		else if (words[i].opposite)
			printf(",%s", words[i].opposite);
	}
	putchar('\n');
}

static void print_access(const struct sim_entry_format *format, uint64_t entry)
{
	bool reads = fmt_test(format, SIM_TEST_HW_READ, entry);
	bool writes = fmt_test(format, SIM_TEST_HW_WRITE, entry);

	printf("  %-*s  %s\n", NAME_WIDTH, "user may",
	       reads && writes ? "read and write" : reads ? "read" : writes ? "write" :
	       "do nothing without a fault");
}

/* What points at a table has its address, not a pfn's bits. */
static void print_table(const struct sim_mmu *mmu, int level, uint64_t entry)
{
	const struct sim_level *l = &mmu->level[level];
	uint64_t phys = entry & l->table_addr_mask;

	phys = l->table_addr_shift < 0 ? phys << -l->table_addr_shift : phys >> l->table_addr_shift;
	printf("  a table at 0x%llx; other bits 0x%llx\n", (unsigned long long)phys,
	       (unsigned long long)(entry & ~l->table_addr_mask));
}

static bool is_table(const struct sim_mmu *mmu, int level, uint64_t entry)
{
	const struct sim_walk_level *walk = &mmu->walk[level];

	return level && (entry & walk->table_mask) == walk->table_value;
}

int decode_entry(const struct sim_mmu *mmu, const char *release, const char *text,
		 const char *level_word)
{
	uint64_t entry;
	int level;

	if (!whole_number(text, &entry))
		return unusable("--decode: '%s' is no number of 64 bits", text);
	level = level_word ? find_level(mmu, level_word) : guess_level(mmu, entry);
	if (level < 0)
		return no_level(mmu, level_word);
	if (mmu->level[level].entry_bytes == 4 && entry >> 32)
		return unusable("--decode: an entry of %s has 32 bits, %s has more",
				mmu->arch->name, text);
	printf("%s, Linux %s: 0x%llx as a %s%s\n", mmu->arch->name, release,
	       (unsigned long long)entry, level_name(mmu, level),
	       level_word ? "" : " (guessed; --level says which)");
	if (mmu_is_none(mmu, level, entry)) {
		puts("  empty");
	} else if (is_table(mmu, level, entry)) {
		print_table(mmu, level, entry);
	} else if (!mmu_is_leaf(mmu, level, entry)) {
		puts("  neither empty, nor a table, nor a leaf");
	} else {
		print_words(mmu, level, entry);
		if (!fmt_test(&mmu->format[level], SIM_TEST_PRESENT, entry))
			puts("  not present");
		print_access(&mmu->format[level], entry);
		print_fields(&mmu->format[level], entry);
	}
	return STATUS_OK;
}

/* ---- from words ---- */

struct wanted {
	uint64_t pfn;
	bool has_pfn, none, write, exec;
	int cache;		/* -1: as the protection has it */
	enum sim_pte_op_id op[2 * sizeof(words) / sizeof(words[0])];
	unsigned int nr_ops;
};

static int take_cache(const char *name, struct wanted *out)
{
	for (int mode = 0; mode < SIM_NR_CACHE_MODES; mode++) {
		if (!strcmp(name, sim_cache_mode_name((enum sim_cache_mode)mode))) {
			out->cache = mode;
			return STATUS_OK;
		}
	}
	return unusable("--encode: no memory type is '%s'; there are wb, wc, uc-, uc", name);
}

static int take_pfn(const struct sim_mmu *mmu, int level, const char *number, struct wanted *out)
{
	const struct sim_entry_format *format = &mmu->format[level];

	if (!whole_number(number, &out->pfn))
		return unusable("--encode: '%s' is no pfn", number);
	if (out->pfn > format->pfn_mask >> format->pfn_shift)
		return unusable("--encode: pfn %s does not fit; the largest is 0x%llx", number,
				(unsigned long long)(format->pfn_mask >> format->pfn_shift));
	if (out->pfn & (leaf_pages(mmu, level) - 1))
		return unusable("--encode: a %s leaf begins at a multiple of 0x%lx pages, not at"
				" %s", level_name(mmu, level), leaf_pages(mmu, level), number);
	out->has_pfn = true;
	return STATUS_OK;
}

static int no_word(const char *name)
{
	char there[200] = "";
	size_t at = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		at += (size_t)snprintf(there + at, sizeof(there) - at, ", %s%s%s", words[i].name,
				       words[i].opposite ? ", " : "",
				       words[i].opposite ? words[i].opposite : "");
	return unusable("--encode: what is '%s'? There are pfn=, cache=, none%s", name, there);
}

static int take_word(const struct sim_mmu *mmu, const char *name, struct wanted *out)
{
	if (!strcmp(name, "none")) {
		out->none = true;
		return STATUS_OK;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct word *word = &words[i];
		bool undo = word->opposite && !strcmp(name, word->opposite);

		if (!undo && strcmp(name, word->name) != 0)
			continue;
		if (word->feature != SIM_NR_FEATURES && !mmu_has(mmu, word->feature))
			return unusable("--encode: %s has no %s", mmu->arch->name,
					sim_feature_name(word->feature));
		out->write |= word->test == SIM_TEST_WRITE;
		out->exec |= word->test == SIM_TEST_EXEC;
		if (word->op != SIM_NR_PTE_OPS)
			out->op[out->nr_ops++] = undo ? word->undo : word->op;
		return STATUS_OK;
	}
	return no_word(name);
}

static int take_words(const struct sim_mmu *mmu, int level, const char *text, struct wanted *out)
{
	char *copy = strdup(text), *rest = copy, *name;
	int status = copy ? STATUS_OK : unusable("%s", strerror(ENOMEM));

	while (status == STATUS_OK && (name = strsep(&rest, ","))) {
		if (!strncmp(name, "pfn=", 4))
			status = take_pfn(mmu, level, name + 4, out);
		else if (!strncmp(name, "cache=", 6))
			status = take_cache(name + 6, out);
		else if (out->nr_ops == sizeof(out->op) / sizeof(out->op[0]))
			status = unusable("--encode: too many words");
		else
			status = take_word(mmu, name, out);
	}
	free(copy);
	if (status == STATUS_OK && !out->has_pfn)
		status = unusable("--encode: of which pfn? Say pfn=0x100");
	return status;
}

/* As of a shared mapping with these rights: pfn_pte() of its protection, then the rest. */
static uint64_t make_entry(const struct sim_mmu *mmu, int level, const struct wanted *wanted)
{
	const struct sim_entry_format *format = &mmu->format[level];
	unsigned long rights = wanted->none ? 0 :
		VM_READ | (wanted->write ? VM_WRITE : 0) | (wanted->exec ? VM_EXEC : 0);
	uint64_t prot = mmu->format[0].prot[rights | VM_SHARED], entry;

	if (wanted->cache >= 0)
		prot = fmt_set_cache(&mmu->format[0], prot, (enum sim_cache_mode)wanted->cache);
	entry = fmt_make(format, wanted->pfn, level ? sim_prot_to_leaf(mmu, level, prot) : prot);
	for (unsigned int i = 0; i < wanted->nr_ops; i++)
		entry = fmt_op(format, wanted->op[i], entry);
	return entry;
}

int encode_entry(const struct sim_mmu *mmu, const char *text, const char *level_word)
{
	struct wanted wanted = { .cache = -1 };
	int level = level_word ? find_level(mmu, level_word) : 0, status;

	if (level < 0)
		return no_level(mmu, level_word);
	if (level && (level >= SIM_NR_LEAVES || !mmu->has_leaf[level]))
		return unusable("%s has no leaf of level %s", mmu->arch->name, level_word);
	status = take_words(mmu, level, text, &wanted);
	if (status == STATUS_OK)
		printf("0x%llx\n", (unsigned long long)make_entry(mmu, level, &wanted));
	return status;
}
