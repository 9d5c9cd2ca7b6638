/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * insert.c - insert/..., the ways to put pfns into a page table; and zap/...,
 * which drops what each of them left.
 *
 *	insert/X:	| insert | zap, insert | zap, ...
 *	zap/X:		insert | zap | insert, zap | insert, ...	(| = clock)
 *
 * A fault handler calls what takes one pfn in a loop, so the loop is here, and
 * what it calls walks, locks and checks for each PTE. What takes a range gets
 * all that a thread has to insert in one call, where it lies in one piece.
 *
 * mmap_lock is what the caller of these functions pays for, once for whatever
 * they insert: it is not taken here. Only remap_pfn_range(), which asks in some
 * releases who holds it, runs while it is held for writing.
 */
#include "insert.h"

/* ---- one pfn or page a call ---- */

/*
 * The loops that call once per page have all that they need in locals, as a driver's
 * would: what is in memory would be read again after each call.
 */
static void insert_pfn_prot(const struct insert_part *part)
{
	struct vm_area_struct *vma = part->vma;
	const unsigned long *pfn = part->pfn, *end = pfn + part->nr;
	unsigned long addr = part->addr, page_size = part->page_size;
	pgprot_t prot = vma->vm_page_prot;

	for (; pfn != end; pfn++, addr += page_size)
		if (vmf_insert_pfn_prot(vma, addr, *pfn, prot) != VM_FAULT_NOPAGE)
			bench_die("vmf_insert_pfn_prot");
}

/* With the flag that TTM gave its pfns: of a device, yet no devmap. */
static void insert_mixed_prot(const struct insert_part *part)
{
	struct vm_area_struct *vma = part->vma;
	const unsigned long *pfn = part->pfn, *end = pfn + part->nr;
	unsigned long addr = part->addr, page_size = part->page_size;
	pgprot_t prot = vma->vm_page_prot;

	for (; pfn != end; pfn++, addr += page_size)
		if (vmf_insert_mixed_prot(vma, addr, __pfn_to_pfn_t(*pfn, PFN_DEV), prot) !=
		    VM_FAULT_NOPAGE)
			bench_die("vmf_insert_mixed_prot");
}

static void insert_page(const struct insert_part *part)
{
	struct vm_area_struct *vma = part->vma;
	struct page **page = part->page, **end = page + part->nr;
	unsigned long addr = part->addr, page_size = part->page_size;

	for (; page != end; page++, addr += page_size)
		if (vm_insert_page(vma, addr, *page))
			bench_die("vm_insert_page");
}

static void insert_pmd(const struct insert_part *part)
{
	unsigned long step = part->leaf_pages;
	struct vm_fault vmf = { .vma = part->vma, .address = part->addr };
	pgprot_t prot = part->vma->vm_page_prot;

	for (unsigned long i = 0; i < part->nr; i += step, vmf.address += step * part->page_size)
		if (vmf_insert_pfn_pmd_prot(&vmf, __pfn_to_pfn_t(part->pfn[i], PFN_DEV), prot,
					    false) != VM_FAULT_NOPAGE)
			bench_die("vmf_insert_pfn_pmd_prot");
}

/* ---- ranges ---- */

static void insert_pages(const struct insert_part *part)
{
	unsigned long left = part->nr;

	if (vm_insert_pages(part->vma, part->addr, part->page, &left) || left)
		bench_die("vm_insert_pages");
}

static void insert_remap(const struct insert_part *part)
{
	if (remap_pfn_range(part->vma, part->addr, part->pfn[0], part->nr * part->page_size,
			    part->vma->vm_page_prot))
		bench_die("remap_pfn_range");
}

struct apply {
	struct mm_struct *mm;
	const unsigned long *pfn;	/* the next one */
	pgprot_t prot;
};

static int apply_one(pte_t *pte, unsigned long addr, void *data)
{
	struct apply *apply = data;

	set_pte_at(apply->mm, addr, pte, pte_mkspecial(pfn_pte(*apply->pfn++, apply->prot)));
	return 0;
}

static void insert_apply(const struct insert_part *part)
{
	struct mm_struct *mm = part->vma->vm_mm;
	struct apply apply = { mm, part->pfn, part->vma->vm_page_prot };

	if (apply_to_page_range(mm, part->addr, part->nr * part->page_size, apply_one, &apply))
		bench_die("apply_to_page_range");
}

static void insert_pfns_of(const struct insert_part *part, const struct sim_pfns *pfns)
{
	unsigned long left = part->nr;

	if (sim_vmf_insert_pfns_prot(part->vma, part->addr, pfns, &left,
				     part->vma->vm_page_prot) != VM_FAULT_NOPAGE || left)
		bench_die("sim_vmf_insert_pfns_prot");
}

static void insert_pfns(const struct insert_part *part)
{
	const struct sim_pfns pfns = { .list = part->pfn };

	insert_pfns_of(part, &pfns);
}

static void insert_pfns_pages(const struct insert_part *part)
{
	const struct sim_pfns pfns = { .pages = part->page };

	insert_pfns_of(part, &pfns);
}

static void insert_pfns_run(const struct insert_part *part)
{
	const struct sim_pfns pfns = { .first = part->pfn[0] };

	insert_pfns_of(part, &pfns);
}

/* ---- ways ---- */

#define PFN_FLAGS (VM_IO | VM_PFNMAP)
#define MIXED_FLAGS (VM_IO | VM_MIXEDMAP)
/* A card's VRAM of which each object was reserved by itself. */
#define NR_RESERVATIONS 1000

static const struct insert_way pfn_prot = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_pfn_prot,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
};

static const struct insert_way pfn_prot_reserved = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_pfn_prot,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
	.reservations = NR_RESERVATIONS,
};

static const struct insert_way mixed_prot = {
	.vm_flags = MIXED_FLAGS,
	.insert = insert_mixed_prot,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
};

static const struct insert_way page = {
	.vm_flags = MIXED_FLAGS,
	.insert = insert_page,
	.special = SIM_NR_FEATURES,
	.pages_only = true,
};

static const struct insert_way pages = {
	.vm_flags = MIXED_FLAGS,
	.insert = insert_pages,
	.special = SIM_NR_FEATURES,
	.pages_only = true,
};

static const struct insert_way remap = {
	.insert = insert_remap,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
	.write_locked = true,
};

static const struct insert_way apply = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_apply,
	.special = SIM_FEAT_PTE_SPECIAL,
};

static const struct insert_way pfns = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_pfns,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
};

static const struct insert_way pfns_reserved = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_pfns,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
	.reservations = NR_RESERVATIONS,
};

static const struct insert_way pfns_pages = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_pfns_pages,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
	.pages_only = true,
};

static const struct insert_way pfns_run = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_pfns_run,
	.special = SIM_FEAT_PTE_SPECIAL,
	.tracked = true,
};

static const struct insert_way pmd = {
	.vm_flags = PFN_FLAGS,
	.insert = insert_pmd,
	.special = SIM_FEAT_PMD_SPECIAL,
	.tracked = true,
	.leaf = true,
};

/* ---- families ---- */

/* A family's functions are told the point, but not of which family it is. */
#define FUNCTIONS_OF(way)                                                                         \
	static const char *unfit_##way(const struct point *point)                                 \
	{                                                                                         \
		return insert_unfit(&way, point);                                                 \
	}                                                                                         \
	static void *setup_##way(const struct point *point)                                       \
	{                                                                                         \
		return insert_rig_create(&way, point, false);                                     \
	}

#define ZAP_SETUP_OF(way)                                                                         \
	static void *setup_zap_##way(const struct point *point)                                   \
	{                                                                                         \
		return insert_rig_create(&way, point, true);                                      \
	}

#define INSERT_FAMILY(way, family_name, family_what, family_axes)                                 \
	{                                                                                         \
		.name = "insert/" family_name, .what = family_what, .unit = "pte",                \
		.axes = (family_axes), .unfit = unfit_##way, .setup = setup_##way,                \
		.run = insert_run, .reset = insert_zap, .enter = insert_enter,                    \
		.teardown = insert_rig_destroy, .machine = insert_rig_machine,                    \
	}

#define ZAP_FAMILY(way, family_axes)                                                              \
	{                                                                                         \
		.name = "zap/" #way, .what = "dropping what insert/" #way " left", .unit = "pte", \
		.axes = (family_axes) & ~AXIS(TABLES), .unfit = unfit_##way,                      \
		.setup = setup_zap_##way, .run = insert_zap, .reset = insert_run,                 \
		.enter = insert_enter,                                                            \
		.teardown = insert_rig_destroy, .machine = insert_rig_machine,                    \
	}

#define ONE_THREAD                                                                                \
	(AXIS(ARCH) | AXIS(RELEASE) | AXIS(BACKING) | AXIS(CACHING) | AXIS(TABLES) | AXIS(NR) |   \
	 AXIS(CPUS))
#define RUNS (ONE_THREAD | AXIS(THREADS) | AXIS(SHARED))
#define LISTS (RUNS | AXIS(ORDER))
#define RAM_LISTS (LISTS & ~AXIS(BACKING))

FUNCTIONS_OF(pfn_prot)
FUNCTIONS_OF(pfn_prot_reserved)
FUNCTIONS_OF(mixed_prot)
FUNCTIONS_OF(page)
FUNCTIONS_OF(pages)
FUNCTIONS_OF(remap)
FUNCTIONS_OF(apply)
FUNCTIONS_OF(pfns)
FUNCTIONS_OF(pfns_reserved)
FUNCTIONS_OF(pfns_pages)
FUNCTIONS_OF(pfns_run)
FUNCTIONS_OF(pmd)

ZAP_SETUP_OF(pfn_prot)
ZAP_SETUP_OF(mixed_prot)
ZAP_SETUP_OF(page)
ZAP_SETUP_OF(pages)
ZAP_SETUP_OF(remap)
ZAP_SETUP_OF(apply)
ZAP_SETUP_OF(pfns)
ZAP_SETUP_OF(pmd)

const struct family insert_families[] = {
	INSERT_FAMILY(pfn_prot, "pfn_prot", "vmf_insert_pfn_prot() each", LISTS),
	INSERT_FAMILY(pfn_prot_reserved, "pfn_prot/reservations:1000",
		      "the same among 1,000 memory types", LISTS),
	INSERT_FAMILY(mixed_prot, "mixed_prot", "vmf_insert_mixed_prot() each", LISTS),
	INSERT_FAMILY(page, "page", "vm_insert_page() each", RAM_LISTS),
	INSERT_FAMILY(pages, "pages", "vm_insert_pages()", RAM_LISTS),
	INSERT_FAMILY(remap, "remap", "remap_pfn_range()", ONE_THREAD),
	INSERT_FAMILY(apply, "apply", "apply_to_page_range(), set_pte_at() each", LISTS),
	INSERT_FAMILY(pfns, "pfns", "sim_vmf_insert_pfns_prot() of a list", LISTS),
	INSERT_FAMILY(pfns_reserved, "pfns/reservations:1000",
		      "the same among 1,000 memory types", LISTS),
	INSERT_FAMILY(pfns_pages, "pfns_pages", "sim_vmf_insert_pfns_prot() of pages", RAM_LISTS),
	INSERT_FAMILY(pfns_run, "pfns_run", "sim_vmf_insert_pfns_prot() of a run", RUNS),
	INSERT_FAMILY(pmd, "pmd", "vmf_insert_pfn_pmd_prot() each leaf", RUNS),
	ZAP_FAMILY(pfn_prot, LISTS),
	ZAP_FAMILY(mixed_prot, LISTS),
	ZAP_FAMILY(page, RAM_LISTS),
	ZAP_FAMILY(pages, RAM_LISTS),
	ZAP_FAMILY(remap, ONE_THREAD),
	ZAP_FAMILY(apply, LISTS),
	ZAP_FAMILY(pfns, LISTS),
	ZAP_FAMILY(pmd, RUNS),
	{ .name = NULL },
};
