/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Each of the rules E.1 to E.11: a driver's bug that breaks it, and beside it what looks
 * almost like it and is right.
 */
#include "support/findings.h"
#include "support/rogue.h"

#define SHARED_RW (VM_READ | VM_WRITE | VM_SHARED)

enum page_kind {
	IO,			/* I/O memory */
	OWN,			/* a page of RAM that the driver has */
	ZERO,
	FREED,			/* that it has given back once it was mapped */
	NOW_ANON,		/* ... and that a process got then */
	NOW_FILE,		/* ... and that a file got then */
};

#define ANY NULL
#define WITH_SPECIAL " x86_64 arm64 riscv64 s390x "
#define WITH_NX " x86_64 arm64 riscv64 s390x arm "

struct entry_case {
	const char *rule;	/* NULL: nothing is wrong */
	const char *description;
	const char *archs;
	unsigned int mode;	/* of the file */
	int prot, flags;	/* of the mapping */
	struct rogue bug;	/* way, vm_flags, rights, dirty, plain */
	enum page_kind page;
};

#define RO FMODE_READ
#define RW (FMODE_READ | FMODE_WRITE)
#define R PROT_READ
#define W PROT_WRITE

static const struct entry_case cases[] = {
	{ "E.1", "readable where the mapping is PROT_NONE", ANY, RW, PROT_NONE, MAP_SHARED,
	  { .rights = VM_READ | VM_SHARED }, IO },
	{ NULL, "PROT_NONE, and so its entries", ANY, RW, PROT_NONE, MAP_SHARED, { 0 }, IO },
	{ NULL, "readable where the mapping is", ANY, RW, R, MAP_SHARED,
	  { .rights = VM_READ | VM_SHARED }, IO },

	{ "E.2", "writable where the mapping is not", ANY, RW, R, MAP_SHARED,
	  { .rights = SHARED_RW }, IO },
	{ "E.2", "the same of a file that is open for reading", ANY, RO, R, MAP_SHARED,
	  { .rights = SHARED_RW }, OWN },
	{ "E.2", "writable and dirty", ANY, RO, R, MAP_SHARED,
	  { .rights = SHARED_RW, .dirty = true }, IO },
	{ NULL, "writable, and so is the mapping", ANY, RW, R | W, MAP_SHARED,
	  { .rights = SHARED_RW }, IO },
	{ NULL, "not writable, though the mapping is", ANY, RW, R | W, MAP_SHARED,
	  { .rights = VM_READ | VM_SHARED }, IO },

	{ "E.3", "executable where the mapping is not", WITH_NX, RW, R, MAP_SHARED,
	  { .rights = VM_READ | VM_EXEC | VM_SHARED }, IO },
	{ NULL, "nothing goes through, though the mapping can be read", WITH_NX, RW, R, MAP_SHARED,
	  { .rights = VM_SHARED }, IO },
	{ NULL, "executable, and so is the mapping", ANY, RW, R | PROT_EXEC, MAP_SHARED,
	  { .rights = VM_READ | VM_EXEC | VM_SHARED }, IO },

	{ "E.4", "dirty in a mapping that is never written", ANY, RO, R, MAP_SHARED,
	  { .dirty = true }, IO },
	{ NULL, "dirty, and mprotect() may make it writable", ANY, RW, R, MAP_SHARED,
	  { .dirty = true }, IO },

	{ "E.5", "a private mapping that writes to the device", WITH_SPECIAL, RW, R | W,
	  MAP_PRIVATE, { .way = ROGUE_STORE, .rights = SHARED_RW }, IO },
	{ NULL, "a private mapping that does not", WITH_SPECIAL, RW, R | W, MAP_PRIVATE,
	  { .way = ROGUE_STORE }, IO },

	{ "E.6", "the zero page, writable", WITH_SPECIAL, RW, R | W, MAP_SHARED,
	  { .way = ROGUE_STORE }, ZERO },
	{ "E.6", "the same in a private mapping", WITH_SPECIAL, RW, R | W, MAP_PRIVATE,
	  { .way = ROGUE_STORE, .rights = SHARED_RW }, ZERO },
	{ NULL, "the zero page", WITH_SPECIAL, RW, R, MAP_SHARED, { .way = ROGUE_STORE }, ZERO },

	{ "E.7", "a page that was freed", ANY, RW, R | W, MAP_SHARED, { 0 }, FREED },
	{ NULL, "a page that was not", ANY, RW, R | W, MAP_SHARED, { 0 }, OWN },
	{ NULL, "a freed page that the mapping holds", ANY, RW, R | W, MAP_SHARED,
	  { .way = ROGUE_PAGE, .vm_flags = VM_MIXEDMAP }, FREED },

	{ "E.8", "a page that is anonymous memory now", ANY, RW, R | W, MAP_SHARED, { 0 },
	  NOW_ANON },
	{ NULL, "a page that stayed the mapping's, though freed", ANY, RW, R | W, MAP_SHARED,
	  { .way = ROGUE_PAGE, .vm_flags = VM_MIXEDMAP }, NOW_ANON },
	{ "E.9", "a page that is a file's now", ANY, RW, R | W, MAP_SHARED, { 0 }, NOW_FILE },

	{ "E.10", "special outside VM_PFNMAP", WITH_SPECIAL, RW, R | W, MAP_SHARED,
	  { .way = ROGUE_STORE, .vm_flags = VM_IO }, OWN },
	{ NULL, "special in VM_MIXEDMAP", WITH_SPECIAL, RW, R | W, MAP_SHARED,
	  { .way = ROGUE_STORE, .vm_flags = VM_MIXEDMAP }, OWN },
	{ NULL, "the zero page outside VM_PFNMAP", WITH_SPECIAL, RW, R, MAP_SHARED,
	  { .way = ROGUE_STORE, .vm_flags = VM_IO }, ZERO },

	{ "E.11", "not special, and no struct page", WITH_SPECIAL, RW, R | W, MAP_SHARED,
	  { .way = ROGUE_STORE, .plain = true }, IO },
	{ NULL, "not special, where the architecture has no bit", " um ", RW, R | W, MAP_SHARED,
	  { .way = ROGUE_STORE, .plain = true }, IO },
};

static bool is_listed(const char *list, const char *name)
{
	char with_spaces[32];

	snprintf(with_spaces, sizeof(with_spaces), " %s ", name);
	return !list || strstr(list, with_spaces);
}

/* What takes the driver's page once it is free: the allocator gives out what it got back last. */
static void reuse(struct rogue *r, enum page_kind kind)
{
	unsigned long addr;
	struct file *file;
	struct sim_pte_info pte;

	if (kind == NOW_ANON) {
		addr = rogue_mmap_anon(r, 1, PROT_READ | PROT_WRITE);
	} else {
		file = sim_regular_file_create(r->machine, 1, "file");
		addr = (unsigned long)sim_mmap(r->task, 0, r->page, PROT_READ | PROT_WRITE,
					       MAP_SHARED, file, 0);
	}
	assert_int_equal(sim_write(r->task, addr, "x", 1), 0);
	assert_int_equal(sim_pte_lookup(r->task->mm, addr, &pte), 0);
	if (r->way != ROGUE_PAGE)
		assert_int_equal(pte.pfn, r->pfn);
}

static void run_case(const struct entry_case *c, const char *arch, const char *release)
{
	struct rogue r;
	char what[160], vma[64];
	unsigned long addr;

	snprintf(what, sizeof(what), "%s %s: %s", arch, release, c->description);
	rogue_create(&r, arch, release, c->mode);
	r.way = c->bug.way;
	r.vm_flags = c->bug.vm_flags ? c->bug.vm_flags : VM_PFNMAP;
	r.rights = c->bug.rights;
	r.dirty = c->bug.dirty;
	r.plain = c->bug.plain;
	/* RAM and what is stored have no reservation to take a type from. */
	if (c->page == IO && c->bug.way == ROGUE_STORE)
		r.cache = SIM_CACHE_UC;
	if (c->page == ZERO)
		r.pfn = sim_zero_pfn(r.machine);
	else if (c->page != IO)
		r.pfn = rogue_alloc(&r);
	addr = rogue_mmap(&r, 1, c->prot, c->flags);
	if (c->page >= FREED)
		rogue_free(&r, r.pfn);
	if (c->page > FREED)
		reuse(&r, c->page);
	snprintf(vma, sizeof(vma), "0x%lx in vma 0x%lx-0x%lx", addr, addr, addr + r.page);
	if (c->rule)
		assert_finding(what, r.machine, c->rule, vma);
	else
		assert_sound(what, r.machine);
	rogue_destroy(&r);
}

static void test_each_rule_and_what_is_like_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++)
		for (unsigned int a = 0; sim_arch_nth(a); a++)
			for (unsigned int n = 0; sim_release_nth(n); n++)
				if (is_listed(cases[i].archs, sim_arch_nth(a)->name))
					run_case(&cases[i], sim_arch_nth(a)->name,
						 sim_release_nth(n));
}

/* A page inside a leaf of 512. */
static void test_a_page_of_a_leaf_is_free(void **state)
{
	struct sim_machine_config config = {
		.release = "5.11", .ttm = SIM_TTM_HUGE, .vram_bytes = 8 << 20,
	};
	struct sim_machine *machine = sim_machine_create(&config);
	struct task_struct *task = sim_task_create(machine, "t");
	struct file *file = sim_ttm_open(sim_machine_ttm(machine), FMODE_READ | FMODE_WRITE);
	struct ttm_buffer_object *bo = sim_bo_create(sim_machine_ttm(machine), 512, TTM_PL_TT,
						     ttm_cached);
	long addr = sim_mmap(task, 4 << 21, 2 << 20, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_FIXED, file, sim_bo_pgoff(bo));
	struct sim_pte_info pte;

	(void)state;
	assert_true(addr > 0);
	assert_int_equal(sim_write(task, (unsigned long)addr, "x", 1), 0);
	assert_int_equal(sim_pte_lookup(task->mm, (unsigned long)addr, &pte), 0);
	assert_int_equal(pte.level, 1);
	assert_sound("a leaf", machine);
	sim_task_switch(task);
	sim_free_pages(pfn_to_page(pte.pfn + 100), 0);
	assert_finding("a page of it is free", machine, "E.7", "the page is free");
	sim_machine_destroy(machine);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_each_rule_and_what_is_like_it),
	cmocka_unit_test(test_a_page_of_a_leaf_is_free),
};

SIM_TEST_MAIN(tests)
