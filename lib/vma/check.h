/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check.h - looking at address spaces: what is wrong, and where.
 *
 * Four families of rules, each a table or a function of a few lines:
 *
 *	V.  an address space and its books	lib/vma/check.c
 *	E.  one entry, its vma and its page	lib/vma/check_entry.c
 *	O.  an entry and TTM's object		lib/sim/check_object.c
 *	M.  memory types and reservations	lib/sim/check_types.c
 *	P.  a page and all that map it		lib/sim/check_pages.c
 *
 * sim_mm_check() asks V and E, sim_machine_check() all of them. Each address space
 * is walked once: the walk passes over what is empty, a cache line at a time, and
 * shows each present entry with its vma to the E rules, then to @entry_too, which
 * is how the floor above joins in.
 *
 *	walk -> struct sim_check_entry -> facts -> rules of check_entry.c
 *					       \-> check->entry_too()
 *
 * What a rule asks of an entry are facts, one bit each (check_entry.c), so a rule is
 * data: these facts must be there, those must not. A rule that needs more is code.
 *
 * A mistake mostly comes many times in a row. Entries that follow each other in one
 * vma and break the same rule are told, and counted, once, with how many they are.
 *
 * What a kernel itself leaves is no reason to be silent: the entry is as wrong as if a
 * driver had made it. docs/fidelity.md has a row for each such state.
 */
#ifndef SIM_VMA_CHECK_H
#define SIM_VMA_CHECK_H

#include "vma/internal.h"

/* A present leaf. */
struct sim_check_entry {
	struct vm_area_struct *vma;	/* where it lies: never NULL */
	unsigned long addr;
	int level;
	uint64_t e;
	unsigned long pfn;
	struct page *page;		/* of that pfn, or NULL */
	struct page *counted;		/* as vm_normal_page() says, or NULL; of ptes alone */
};

#define SIM_CHECK_TEXT 400

/* The first of some entries that follow each other and break one rule. */
struct sim_check_pending {
	const char *rule;		/* NULL: nothing is pending */
	const struct vm_area_struct *vma;
	unsigned long end;		/* where the next entry would lie */
	unsigned int nr_more;
	char text[SIM_CHECK_TEXT];
};

#define SIM_CHECK_PENDING 4

/* A check under way, of one address space after the other. */
struct sim_check {
	struct mm_struct *mm;		/* that is looked at */
	const char *who;		/* whose it is; NULL: nobody's name is known */
	void (*tell)(const char *what, void *data);
	void *data;
	unsigned int nr;
	/* of each present leaf, after the rules here; NULL: none */
	void (*entry_too)(struct sim_check *check, const struct sim_check_entry *entry);

	/* What the E rules know (check_entry.c): neighbours are mostly alike. */
	struct {
		const struct vm_area_struct *vma; /* of the leaves of a level in this vma */
		int level;
		uint32_t of_vma;
		uint64_t bits;		/* an entry without its pfn */
		uint32_t of_bits;
		uint32_t sound;		/* facts that break no rule; 0: none known */
	} facts;

	/* told when it is known how many follow; one for each rule that is broken */
	struct sim_check_pending pending[SIM_CHECK_PENDING];
};

/* Something is wrong, in a sentence of its own. */
void sim_check_tell(struct sim_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Something is wrong with an entry: address, vma, pfn and entry go before what
 * @format says. @rule is "E.1" and so on, a constant.
 */
void sim_check_tell_entry(struct sim_check *check, const char *rule,
			  const struct sim_check_entry *entry, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Tells what is pending; before the last look at @nr. */
void sim_check_flush(struct sim_check *check);

/* V and E of one address space. Takes mmap_lock for writing. */
void sim_check_mm(struct sim_check *check, struct mm_struct *mm);

/* ---- check_walk.c ---- */

/* Callbacks of one walk; embedded in what they need. */
struct sim_entry_walk {
	struct mm_struct *mm;
	/* an entry that is not empty and no table */
	void (*leaf)(struct sim_entry_walk *walk, int level, uint64_t e, unsigned long addr);
	/* a table of this level, before what is in it; not the top one */
	void (*table)(struct sim_entry_walk *walk, int level);
};

/* From the lowest address on. Holds: mmap_lock for writing. */
void sim_walk_entries(struct sim_entry_walk *walk);

/* ---- check_entry.c ---- */

/* The rules E of one entry. */
void sim_check_entry(struct sim_check *check, const struct sim_check_entry *entry);

#endif
