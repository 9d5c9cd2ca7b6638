/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is told: one sentence for entries in a row that break one rule, and who it is.
 */
#include "support/findings.h"
#include "support/rogue.h"

static void create(struct rogue *r)
{
	rogue_create(r, "x86_64", "6.1", FMODE_READ | FMODE_WRITE);
	r->rights = VM_READ | VM_WRITE | VM_SHARED;
}

static void test_entries_in_a_row_are_one_finding(void **state)
{
	struct rogue r;
	unsigned long addr;

	(void)state;
	create(&r);
	addr = rogue_mmap(&r, 5, PROT_READ, MAP_SHARED);
	assert_finding("five", r.machine, "E.2", " (4 more follow it)");
	/* two in a row, a hole, two more */
	assert_int_equal(sim_munmap(r.task, addr + 2 * r.page, r.page), 0);
	assert_int_equal(findings_of(r.machine).nr, 2);
	assert_int_equal(sim_munmap(r.task, addr + 1 * r.page, 3 * r.page), 0);
	assert_int_equal(findings_of(r.machine).nr, 2);
	assert_null(strstr(findings_of(r.machine).text, "follow"));
	rogue_destroy(&r);
}

/* Two rules, broken by turns by the same entries: each is told once. */
static void test_rules_are_told_apart(void **state)
{
	struct findings f;
	struct rogue r;

	(void)state;
	create(&r);
	r.way = ROGUE_STORE;
	r.vm_flags = VM_IO;
	r.cache = SIM_CACHE_UC;
	rogue_mmap(&r, 6, PROT_READ, MAP_SHARED);
	f = findings_of(r.machine);
	assert_int_equal(f.nr, 2);
	assert_non_null(strstr(f.text, "E.2 "));
	assert_non_null(strstr(f.text, "E.10 "));
	assert_non_null(strstr(f.text, "neither VM_PFNMAP nor VM_MIXEDMAP (5 more follow it)"));
	rogue_destroy(&r);
}

static void test_a_finding_names_everything(void **state)
{
	struct task_struct *child;
	char want[256];
	struct sim_pte_info pte;
	unsigned long addr;
	struct rogue r;

	(void)state;
	create(&r);
	addr = rogue_mmap(&r, 1, PROT_READ, MAP_SHARED);
	assert_int_equal(sim_fork(r.task, "child", &child), 0);
	assert_int_equal(sim_munmap(r.task, addr, r.page), 0);
	assert_int_equal(sim_write(child, addr, "x", 1), 0);
	assert_int_equal(sim_pte_lookup(child->mm, addr, &pte), 0);
	snprintf(want, sizeof(want),
		 "E.2 0x%lx in vma 0x%lx-0x%lx r--s /dev/rogue of child, entry 0x%llx of pfn 0x%lx: "
		 "it can be written, the mapping cannot\n", addr, addr, addr + r.page,
		 (unsigned long long)pte.raw, r.pfn);
	assert_string_equal(findings_of(r.machine).text, want);
	rogue_destroy(&r);
}

static void test_nobody_listens(void **state)
{
	struct rogue r;

	(void)state;
	create(&r);
	rogue_mmap(&r, 3, PROT_READ, MAP_SHARED);
	assert_int_equal(sim_machine_check(r.machine, NULL, NULL), 1);
	assert_int_equal(sim_mm_check(r.task->mm, NULL, NULL), 1);
	rogue_destroy(&r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_entries_in_a_row_are_one_finding),
	cmocka_unit_test(test_rules_are_told_apart),
	cmocka_unit_test(test_a_finding_names_everything),
	cmocka_unit_test(test_nobody_listens),
};

SIM_TEST_MAIN(tests)
