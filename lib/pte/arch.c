/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arch.c - the registry of architectures, and names.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pte/arch.h"

/* Written by the build from the names of the files in lib/pte/arch/. */
extern const struct sim_arch *const sim_arch_table[];
extern const unsigned int sim_arch_table_nr;

const struct sim_arch *sim_arch_nth(unsigned int n)
{
	return n < sim_arch_table_nr ? sim_arch_table[n] : NULL;
}

const struct sim_arch *sim_arch_find_word(const char *name, size_t len)
{
	const struct sim_arch *arch;

	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++)
		if (sim_is_in_list(arch->name, name, len) ||
		    sim_is_in_list(arch->aliases, name, len))
			return arch;
	return NULL;
}

const struct sim_arch *sim_arch_find(const char *name)
{
	return name ? sim_arch_find_word(name, strlen(name)) : NULL;
}

void sim_arch_unknown(char *out, size_t size, const char *name, size_t len)
{
	const struct sim_arch *arch;
	struct sim_choices choices;
	char word[SIM_MAX_COMPARED + 1];

	sim_choices_begin(&choices, name, len);
	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++)
		sim_choices_add(&choices, arch->name);
	sim_escape(word, sizeof(word), name, len);
	snprintf(out, size, "architecture %s is not known%s", word, sim_choices_text(&choices));
}

bool sim_arch_has(const struct sim_arch *arch, uint16_t release, enum sim_feature feature)
{
	if (!arch)
		return false;
	for (const struct sim_arch_feature *f = arch->feature; f->since != 0xffff; f++)
		if (f->feature == feature && release >= f->since &&
		    (!f->until || release < f->until))
			return true;
	return false;
}

const struct sim_entry_format *sim_arch_format(const struct sim_arch *arch, uint16_t release,
					       enum sim_leaf leaf)
{
	const struct sim_old_format *old;

	if (!arch || (unsigned int)leaf >= SIM_NR_LEAVES)
		return NULL;
	old = arch->old_format;
	for (; old && old->format; old++)
		if (old->leaf == leaf && release < old->until)
			return old->format;
	return arch->format[leaf];
}

const char *sim_feature_name(enum sim_feature feature)
{
	static const char *const name[SIM_NR_FEATURES] = {
		[SIM_FEAT_PTE_SPECIAL] = "pte_special",
		[SIM_FEAT_FAST_GUP] = "fast_gup",
		[SIM_FEAT_PMD_LEAF] = "pmd_leaf",
		[SIM_FEAT_PUD_LEAF] = "pud_leaf",
		[SIM_FEAT_PMD_SPECIAL] = "pmd_special",
		[SIM_FEAT_PUD_SPECIAL] = "pud_special",
		[SIM_FEAT_PTE_DEVMAP] = "pte_devmap",
		[SIM_FEAT_PAT] = "pat",
		[SIM_FEAT_SOFT_DIRTY] = "soft_dirty",
		[SIM_FEAT_TWO_WORD_PTE] = "two_word_pte",
		[SIM_FEAT_MODIFY_KEEPS_SPECIAL] = "modify_keeps_special",
		[SIM_FEAT_IOREMAP_PROT] = "ioremap_prot",
		[SIM_FEAT_NUMA_BALANCING] = "numa_balancing",
		[SIM_FEAT_PER_VMA_LOCK] = "per_vma_lock",
		[SIM_FEAT_SECRETMEM] = "secretmem",
		[SIM_FEAT_MERGE_VMAS] = "merge_vmas",
	};

	return (unsigned int)feature < SIM_NR_FEATURES ? name[feature] : NULL;
}

const char *sim_cache_mode_name(enum sim_cache_mode mode)
{
	static const char *const name[SIM_NR_CACHE_MODES] = { "wb", "wc", "uc-", "uc" };

	return (unsigned int)mode < SIM_NR_CACHE_MODES ? name[mode] : NULL;
}
