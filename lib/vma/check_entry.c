/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check_entry.c - the rules E: one entry against its vma and its page.
 *
 *	E.1 to E.3  an entry lets through no access that the vma's flags do not. What
 *		    they do is read off the entry that protection_map makes of them,
 *		    since an architecture without a bit for it grants more than asked
 *		    (x86: what can be executed can be read).
 *	E.4	    no dirty entry in a mapping that can never be written (one that lets
 *		    stores through is E.2). Where VM_MAYWRITE is set, FOLL_FORCE and
 *		    mprotect() make such entries.
 *	E.5	    a private mapping writes to copies, that is to anonymous pages, alone
 *	E.6	    nothing writes to the zero page
 *	E.7	    no entry maps a page that is free
 *	E.8, E.9    an entry that mm does not count (so nothing holds the page) maps no
 *		    page that has become anonymous memory, or that of a file other than
 *		    the vma's. A page that went from one driver to another looks like
 *		    any driver's: O.1 knows of TTM's, nobody of others.
 *	E.10	    special entries only where VM_PFNMAP or VM_MIXEDMAP say so, but for
 *		    the zero page and devmap entries
 *	E.11	    an entry that mm takes for a counted page has a struct page
 *
 * Each asks which facts hold of the entry, the vma and the page, so it is a row: facts
 * that must be there, facts that must not, and what is wrong then.
 */
#include "vma/check.h"

/* Of the entry. */
#define READS (1u << 0)		/* a load goes through */
#define WRITES (1u << 1)	/* a store goes through, or pte_write() */
#define EXECS (1u << 2)
#define DIRTY (1u << 3)
#define SPECIAL (1u << 4)
#define DEVMAP (1u << 5)
/* Of its page. */
#define COUNTED (1u << 6)	/* vm_normal_page() has it */
#define ZERO (1u << 7)
#define FREE (1u << 8)
#define ANON (1u << 9)
#define OTHER_FILE (1u << 10)
#define LOST (1u << 11)		/* it has no struct page, and mm would look for it */
/* Of the vma. */
#define NO_READ (1u << 12)
#define NO_WRITE (1u << 13)
#define NO_EXEC (1u << 14)
#define NEVER_DIRTY (1u << 15)
#define COW (1u << 16)
#define PLAIN (1u << 17)	/* neither VM_PFNMAP nor VM_MIXEDMAP */
#define FINDS (1u << 18)	/* ->find_special_page */

static const struct rule {
	const char *name;
	uint32_t must, must_not;
	const char *what;
} rules[] = {
	{ "E.1", READS | NO_READ, 0, "it can be read, the mapping cannot" },
	{ "E.2", WRITES | NO_WRITE, 0, "it can be written, the mapping cannot" },
	/* where a load is wrong as well, E.1 says so: not all architectures tell them apart */
	{ "E.3", EXECS | NO_EXEC, NO_READ, "it can be executed, the mapping cannot" },
	{ "E.3", EXECS | NO_EXEC | NO_READ, READS, "it can be executed, the mapping cannot" },
	{ "E.4", DIRTY | NEVER_DIRTY, WRITES, "it is dirty, the mapping can never be written" },
	{ "E.5", WRITES | COW, ANON | ZERO | FREE,
	  "it can be written, the mapping is private and this is no copy" },
	{ "E.6", WRITES | ZERO, 0, "it can be written, and is the zero page" },
	{ "E.7", FREE, 0, "the page is free" },
	{ "E.8", ANON, COUNTED | FREE, "nobody counts it, and the page is anonymous memory now" },
	{ "E.9", OTHER_FILE, COUNTED | FREE,
	  "nobody counts it, and the page is that of another file now" },
	{ "E.10", SPECIAL | PLAIN, ZERO | DEVMAP | FINDS,
	  "it is special, the mapping is neither VM_PFNMAP nor VM_MIXEDMAP" },
	{ "E.11", LOST, 0, "it is not special, and there is no struct page" },
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

/* ---- facts ---- */

/* The entry with the most rights that the flags of a vma allow, also by what the MMU makes
 * of it: on MIPS a store through a write-only one leaves it readable. */
static uint64_t strongest_entry(const struct sim_mmu *mmu, int level, vm_flags_t flags)
{
	const struct sim_entry_format *fmt = &mmu->format[level];
	uint64_t prot = sim_vm_page_prot(mmu, flags).pgprot, e;

	e = fmt_make(fmt, 0, level ? sim_prot_to_leaf(mmu, level, prot) : prot);
	e = fmt_op(fmt, SIM_OP_MKYOUNG, e);
	if (!(flags & VM_WRITE))
		return e;
	e = fmt_op(fmt, SIM_OP_MKDIRTY, fmt_op(fmt, SIM_OP_MKWRITE, e));
	return fmt_test(fmt, SIM_TEST_HW_WRITE, e) ? fmt_op(fmt, SIM_OP_HW_STORE, e) : e;
}

static uint32_t facts_of_bits(const struct sim_entry_format *fmt, uint64_t e)
{
	uint32_t facts = 0;

	facts |= fmt_test(fmt, SIM_TEST_HW_READ, e) ? READS : 0;
	facts |= fmt_test(fmt, SIM_TEST_WRITE, e) || fmt_test(fmt, SIM_TEST_HW_WRITE, e) ? WRITES
											  : 0;
	/* there is no bit against it in an entry that lets nothing through (x86, s390) */
	facts |= fmt_test(fmt, SIM_TEST_EXEC, e) && !fmt_test(fmt, SIM_TEST_PROTNONE, e) ? EXECS
											 : 0;
	facts |= fmt_test(fmt, SIM_TEST_DIRTY, e) ? DIRTY : 0;
	facts |= fmt_test(fmt, SIM_TEST_SPECIAL, e) ? SPECIAL : 0;
	facts |= fmt_test(fmt, SIM_TEST_DEVMAP, e) ? DEVMAP : 0;
	return facts;
}

static uint32_t facts_of_vma(const struct vm_area_struct *vma, int level)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	vm_flags_t flags = vma->vm_flags;
	uint32_t can = facts_of_bits(&mmu->format[level], strongest_entry(mmu, level, flags));
	uint32_t facts = 0;

	facts |= can & READS ? 0 : NO_READ;
	facts |= can & WRITES ? 0 : NO_WRITE;
	facts |= can & EXECS ? 0 : NO_EXEC;
	facts |= (can & DIRTY) || (flags & (VM_WRITE | VM_MAYWRITE)) ? 0 : NEVER_DIRTY;
	facts |= is_cow_mapping(flags) ? COW : 0;
	facts |= flags & (VM_PFNMAP | VM_MIXEDMAP) ? 0 : PLAIN;
	facts |= vma->vm_ops && vma->vm_ops->find_special_page ? FINDS : 0;
	return facts;
}

static uint32_t facts_of_page(const struct sim_machine *machine, const struct page *page,
			      const struct vm_area_struct *vma)
{
	const struct address_space *mapping = __atomic_load_n(&page->mapping, __ATOMIC_RELAXED);
	const struct sim_phys *phys = machine->phys;
	unsigned long nr = (unsigned long)(page - phys->ram.map);

	if (nr == phys->zero_pfn - phys->ram.start)
		return ZERO;
	if (nr >= phys->fresh || sim_page_test(page, PG_sim_free))
		return FREE;
	if (sim_page_is_anon(page))
		return ANON;
	return mapping && (!vma->vm_file || vma->vm_file->f_mapping != mapping) ? OTHER_FILE : 0;
}

/* Would mm look for a struct page, in vain? */
static bool is_lost(const struct sim_check_entry *entry, uint32_t facts)
{
	if (entry->page || entry->level)
		return false;
	return entry->vma->vm_mm->sim_mmu->has_special ? !(facts & SPECIAL) : facts & PLAIN;
}

/* ---- rules ---- */

/* Does it break none? */
static bool apply_rules(struct sim_check *check, const struct sim_check_entry *entry,
			uint32_t facts)
{
	bool sound = true;

	for (size_t i = 0; i < NR_RULES; i++) {
		if ((facts & (rules[i].must | rules[i].must_not)) != rules[i].must)
			continue;
		sim_check_tell_entry(check, rules[i].name, entry, "%s", rules[i].what);
		sound = false;
	}
	return sound;
}

/* The other pages of a leaf that covers many: what is said of pages is asked of each. */
static void check_rest_of_leaf(struct sim_check *check, const struct sim_check_entry *leaf,
			       uint32_t facts)
{
	const struct sim_mmu *mmu = check->mm->sim_mmu;
	struct sim_check_entry entry = *leaf;
	unsigned long nr = 1UL << (mmu->level[leaf->level].shift - mmu->page_shift);

	facts &= SPECIAL | WRITES | COW;
	for (unsigned long i = 1; i < nr; i++) {
		entry.addr += mmu_page_size(mmu);
		entry.pfn++;
		entry.page = sim_pfn_to_page(check->mm->sim_machine, entry.pfn);
		if (entry.page)
			apply_rules(check, &entry, facts | facts_of_page(check->mm->sim_machine,
									 entry.page, leaf->vma));
	}
}

/* What is known of the vma and of the bits around the pfn. */
static uint32_t facts_around_pfn(struct sim_check *check, const struct sim_check_entry *entry)
{
	const struct sim_entry_format *fmt = &check->mm->sim_mmu->format[entry->level];
	uint64_t bits = entry->e & ~fmt->pfn_mask;

	if (check->facts.vma != entry->vma || check->facts.level != entry->level) {
		check->facts.vma = entry->vma;
		check->facts.level = entry->level;
		check->facts.of_vma = facts_of_vma(entry->vma, entry->level);
		check->facts.bits = ~bits;
	}
	if (check->facts.bits != bits) {
		check->facts.bits = bits;
		check->facts.of_bits = facts_of_bits(fmt, entry->e);
		check->facts.sound = 0;
	}
	return check->facts.of_vma | check->facts.of_bits;
}

void sim_check_entry(struct sim_check *check, const struct sim_check_entry *entry)
{
	uint32_t facts = facts_around_pfn(check, entry);

	facts |= entry->counted ? COUNTED : 0;
	if (entry->page)
		facts |= facts_of_page(check->mm->sim_machine, entry->page, entry->vma);
	facts |= is_lost(entry, facts) ? LOST : 0;
	if (facts != check->facts.sound && apply_rules(check, entry, facts))
		check->facts.sound = facts;
	if (entry->level && entry->page)
		check_rest_of_leaf(check, entry, facts);
}
