/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * releases.c - the kernel releases as data: which rules each one follows.
 *
 * A rule stands in one row with the releases that follow it; the descriptors
 * are made of these rows. A new release is one more entry in sim_releases and
 * one more name in each row that it follows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ttmsim/pte.h>

#include "base/text.h"
#include "sim/releases.h"

#define R(rule) [SIM_RULE_##rule] = true

/* drivers/gpu/drm/ttm/ttm_bo_vm.c: the file before and after "nuke VM_MIXEDMAP" (5.14). */
#define TTM_5_11 \
	R(TTM_MIXEDMAP), R(TTM_HUGE_FAULT), R(TTM_SETS_PAGE_INDEX), R(TTM_OWN_VM_OPS)
#define TTM_5_14 TTM_6_1, R(TTM_HUGE_FAULT), R(TTM_SETS_PAGE_INDEX)
#define TTM_6_1 \
	R(TTM_REFUSES_COW), R(TTM_DUMMY_PAGE), R(TTM_GEM_MMAP), R(DRM_UNPLUG_UNMAPS)
#define TTM_6_12 \
	TTM_6_1, R(TTM_POPULATE_ERROR_SIGBUS), R(TTM_ACCESS_CHECKS_BYTES), \
	R(TTM_PINNED_STAYS), R(TTM_NO_DUMMY_RESOURCE), R(TTM_FORCED_PLACEMENT)

/* mm/memory.c, mm/huge_memory.c */
#define MM_5_11 \
	R(HUGE_FAULT_ON_SPECIAL_VMA), R(FAULT_WRITE_RESULT), R(ZAP_CHECKS_MAPPING), \
	R(FORK_PROTECTS_SHARED_PUD), R(MIXED_TAKES_PROT)
#define MM_5_14 MM_5_11, R(APPLY_REFUSES_LEAF), R(REMAP_TRACKS_FIRST)
#define MM_6_1 \
	MM_SINCE_6_1, R(FAULT_WRITE_RESULT), R(FORK_PROTECTS_SHARED_PUD), R(MIXED_TAKES_PROT)
#define MM_SINCE_6_1 \
	R(REMAP_TRACKS_FIRST), R(REMAP_ZAPS_ON_ERROR), R(APPLY_REFUSES_LEAF), \
	R(ANON_EXCLUSIVE), R(FAULT_COMPLETED), R(MPROTECT_TRY_WRITABLE), R(PAT_KNOWS_COW)
#define MM_6_12 \
	MM_SINCE_6_1, R(FAULT_SANITIZED), R(UNSHARE_ANY_PAGE), R(WP_HUGE_SHARED_ONLY), \
	R(MPROTECT_CLEAN_ANON), R(MPROTECT_LEAF_WRITABLE), R(MAP_LOCK_REFUSES_LEAF), \
	R(HUGE_FAULT_ON_SPECIAL_VMA), R(HUGE_FAULT_SPARES_PFNMAP), R(MIXED_NOT_OK_SIGBUS), \
	R(INSERT_PAGE_CHECKS_REFCOUNT), R(MIXED_ZERO_PAGE_SPECIAL), \
	R(FLAGS_NEED_WRITE_LOCK)

/* mm/gup.c */
#define GUP_5_11 R(GUP_SPECIAL_GET_EFAULT)
#define GUP_SINCE_6_1 \
	R(GUP_SPECIAL_EEXIST), R(GUP_FAST_RECHECKS_PMD), R(GUP_ZERO_PAGE_UNPINNED), \
	R(GUP_ALWAYS_CHECKS_REFCOUNT)
#define GUP_6_1 GUP_SINCE_6_1, R(GUP_FAST_FORCE_PROTNONE), R(GUP_LEAF_GRABS_ASKED)
#define GUP_6_12 \
	GUP_SINCE_6_1, R(GUP_FAST_TESTS_LEAF_SPECIAL), R(GUP_LONGTERM_FILE), \
	R(GUP_FOLLOWS_PUD_LEAF), R(GUP_LEAF_BATCH), R(GUP_FAST_NEEDS_MAPPING), \
	R(GUP_FAST_EOVERFLOW), R(GUP_FAST_ONLY_ERRORS), R(GUP_FAST_ONLY_CHECKS), \
	R(GUP_PIN_REFUSES_WITH_0), R(GUP_LONGTERM_UNLOCKS), R(DIRECT_IO_PINS), \
	R(GUP_REFUSES_INTERNAL), R(GUP_NONE_IS_EFAULT), R(GUP_DUMP_KEEPS_LOCK)

/* mm/mmap.c, mm/mremap.c, mm/madvise.c */
#define VMA_5_11 R(DONTUNMAP_ANON_ONLY), R(DONTUNMAP_SELF_MERGES), R(CLOSE_BLOCKS_MERGE)
#define VMA_5_14 \
	R(DONTUNMAP_SELF_MERGES), R(MADV_POPULATE), R(MADV_POPULATE_HOLES), \
	R(CLOSE_BLOCKS_MERGE)
#define VMA_SINCE_6_1 \
	R(MADV_POPULATE), R(MREMAP_ASKS_FIRST), R(MREMAP_EXPAND_MERGES), R(FORK_OPENS_FIRST), \
	R(MADV_DONTNEED_LOCKED), R(MADV_COLLAPSE), R(MADV_REMOVE_MAYWRITE), \
	R(UNMAP_FLUSHES_PFNMAP)
#define VMA_6_1_176 \
	VMA_SINCE_6_1, R(MADV_POPULATE_HOLES), R(DONTUNMAP_SELF_MERGES), \
	R(CLOSE_BLOCKS_MERGE), R(MMAP_PREFERS_NEXT)
#define VMA_6_1 \
	VMA_SINCE_6_1, R(MADV_POPULATE_HOLES), R(DONTUNMAP_ALONE), R(CLOSE_BLOCKS_MERGE), \
	R(MMAP_PREFERS_NEXT)
#define VMA_6_12 \
	VMA_SINCE_6_1, R(MMAP_KEEPS_UNMAP_ERROR), R(MMAP_STACK_NOHUGEPAGE), \
	R(MUNMAP_SPLITS_OFF_REST), R(MPROTECT_UNACCOUNTS), R(PAGEMAP_LEAF_EACH), \
	R(MADV_PAGEOUT_KEEPS_YOUNG), \
	R(SMAPS_WALKS_PFNMAP)

static const struct sim_release sim_releases[] = {
	{ "5.11", SIM_RELEASE(5, 11), "linux 5.11.4", { TTM_5_11, MM_5_11, GUP_5_11, VMA_5_11 } },
	{ "5.14", SIM_RELEASE(5, 14), "linux 5.14-rc5",
	  { TTM_5_14, MM_5_14, GUP_5_11, VMA_5_14 } },
	{ "6.1", SIM_RELEASE(6, 1), "linux 6.1.192 (Debian linux-source-6.1)",
	  { TTM_6_1, MM_6_1, GUP_6_1, VMA_6_1 } },
	{ "6.12", SIM_RELEASE(6, 12), "linux 6.12.117 (Debian linux-source-6.12)",
	  { TTM_6_12, MM_6_12, GUP_6_12, VMA_6_12 } },
};

#define NR_RELEASES (sizeof(sim_releases) / sizeof(sim_releases[0]))

/*
 * Known by name, but not one of those that sim_release_nth() goes through: an older
 * state of a stable release, which some architecture of Debian still has.
 */
static const struct sim_release older_releases[] = {
	{ "6.1.176", SIM_RELEASE(6, 1), "linux 6.1.176 (Debian's of mips64el, as it behaves)",
	  { TTM_6_1, MM_6_1, GUP_6_1, VMA_6_1_176 } },
};

#define NR_OLDER (sizeof(older_releases) / sizeof(older_releases[0]))

const struct sim_release *sim_release_find(const char *name)
{
	for (unsigned int i = 0; i < NR_RELEASES; i++)
		if (!strcmp(sim_releases[i].name, name))
			return &sim_releases[i];
	for (unsigned int i = 0; i < NR_OLDER; i++)
		if (!strcmp(older_releases[i].name, name))
			return &older_releases[i];
	return NULL;
}

const char *sim_release_nth(unsigned int n)
{
	return n < NR_RELEASES ? sim_releases[n].name : NULL;
}

uint16_t sim_release_number(const char *name)
{
	const struct sim_release *release = name ? sim_release_find(name) : NULL;

	return release ? release->number : 0;
}

/* Where a release lies among all: a major number has about 20 minor ones. */
static int place_of(unsigned int major, unsigned int minor)
{
	return (int)(20 * major + minor);
}

/* By its number; NULL where @name is none. Of two as near, the older one. */
static const char *nearest_release(const char *name)
{
	unsigned int major, minor;
	int best = 0;

	if (*name < '0' || *name > '9' || sscanf(name, "%3u.%3u", &major, &minor) != 2)
		return NULL;
	for (unsigned int i = 0; i < NR_RELEASES; i++) {
		uint16_t number = sim_releases[i].number;
		int away = abs(place_of(number >> 8, number & 0xff) - place_of(major, minor));
		uint16_t nearest = sim_releases[best].number;

		if (away < abs(place_of(nearest >> 8, nearest & 0xff) - place_of(major, minor)))
			best = (int)i;
	}
	return sim_releases[best].name;
}

void sim_release_unknown(char *out, size_t size, const char *name, size_t len)
{
	char word[SIM_MAX_COMPARED + 1], known[128] = "";
	const char *nearest;

	sim_escape(word, sizeof(word), name, len);
	nearest = nearest_release(word);
	for (unsigned int i = 0; i < NR_RELEASES; i++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, " %s", sim_releases[i].name);
	}
	snprintf(out, size, "release %s is not known:%s%s%s", word, known,
		 nearest ? "; nearest " : "", nearest ? nearest : "");
}
