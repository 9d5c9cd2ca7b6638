/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The matrix against the decision table of what GUP does with TTM mappings:
 * each row here says what the sources of the kernel say, the matrix what ran.
 */
#include <signal.h>
#include <sys/mman.h>

#include "matrix/matrix.h"
#include "support/run.h"

#define MAX_CELLS 20000

static struct sim_matrix_cell cells[MAX_CELLS];
static unsigned int nr_cells;

static int keep(const struct sim_matrix_cell *cell, void *data)
{
	(void)data;
	assert_true(nr_cells < MAX_CELLS);
	cells[nr_cells++] = *cell;
	return 0;
}

static int run_all(void **state)
{
	(void)state;
	nr_cells = 0;
	return sim_matrix_run(NULL, keep, NULL);
}

static bool has(const struct sim_matrix_cell *c, enum sim_feature feature)
{
	return c->features >> feature & 1;
}

static bool is_private(const struct sim_matrix_cell *c)
{
	return c->sharing == SIM_PRIVATE_RW || c->sharing == SIM_PRIVATE_RO;
}

static bool reached(const struct sim_matrix_cell *c, enum sim_matrix_reached what, bool fast)
{
	for (int phase = 0; phase < SIM_NR_PHASES; phase++)
		for (int kind = 0; kind < SIM_NR_MATRIX_GUPS; kind++)
			if ((kind >= SIM_GUP_FAST) == fast && c->gup_reached[phase][kind] == what)
				return true;
	return false;
}

static void fail_cell(const struct sim_matrix_cell *c, const char *why)
{
	fail_msg("%s %s %s %s %s %s: %s (%s: %s)", c->release, c->arch->name,
		 sim_ttm_mode_name(c->mode), sim_place_name(c->placement),
		 sim_sharing_name(c->sharing), sim_prot_name(c->prot), why,
		 sim_verdict_name(c->verdict), c->reason);
}

#define CELL_CHECK(c, cond) \
	do { \
		if (!(cond)) \
			fail_cell(c, #cond); \
	} while (0)

static void test_every_case_is_there(void **state)
{
	unsigned int nr_archs = 0, nr_releases = 0, nr = 0;
	const struct sim_arch *arch;

	(void)state;
	while (sim_release_nth(nr_releases))
		nr_releases++;
	for (; (arch = sim_arch_nth(nr_archs)); nr_archs++)
		for (unsigned int r = 0; r < nr_releases; r++)
			nr += sim_release_number(sim_release_nth(r)) >= arch->since;
	assert_int_equal(nr_cells, nr * (SIM_NR_TTM_MODES - 1) * SIM_NR_PLACES *
			 SIM_NR_SHARINGS * 3);
	for (unsigned int i = 0; i < nr_cells; i++)
		assert_non_null(cells[i].reason);
}

/* mmap: a COW mapping needs mode mixed, or huge on a MIXEDMAP release. */
static void test_mmap_results(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];
		bool cow_ok = c->mode == SIM_TTM_MIXED ||
			      (c->mode == SIM_TTM_HUGE && !strcmp(c->release, "5.11"));

		if (c->sharing == SIM_SHARED_RO && c->prot & PROT_WRITE)
			CELL_CHECK(c, c->mmap_result == -EACCES);
		else if (is_private(c) && !cow_ok)
			CELL_CHECK(c, c->mmap_result == -EINVAL);
		else
			CELL_CHECK(c, c->mmap_result == 0);
		CELL_CHECK(c, (c->verdict == SIM_VERDICT_REFUSED) == (c->mmap_result != 0));
	}
}

/*
 * Since 6.12 insert_page() takes no page without references: a prefault meets a
 * tail of the pool's block, and its error is what the fault returns.
 */
static bool prefault_fails(const struct sim_matrix_cell *c)
{
	return !strcmp(c->release, "6.12") && c->mode == SIM_TTM_MIXED &&
	       !has(c, SIM_FEAT_PTE_SPECIAL) && c->placement != SIM_PLACE_VRAM;
}

static void test_touches(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (c->mmap_result || c->bug || prefault_fails(c))
			continue;
		CELL_CHECK(c, c->touch_read == (c->prot & PROT_READ ? 0 : SIGSEGV));
		CELL_CHECK(c, c->touch_write == (c->prot & PROT_WRITE ? 0 : SIGSEGV));
		CELL_CHECK(c, c->fork_result == 0);
	}
}

/* The question that ends the seed. */
static void test_mprotect_to_write_needs_mayw(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (c->mmap_result || c->bug)
			continue;
		CELL_CHECK(c, c->mprotect_write == (c->sharing == SIM_SHARED_RO ? -EACCES : 0));
	}
}

/* VM_IO is set in every mode: slow GUP refuses before it looks at entries. */
static void test_slow_gup_never_gets_anything(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (c->mmap_result || c->bug)
			continue;
		CELL_CHECK(c, !reached(c, SIM_REACHED_BO, false));
		CELL_CHECK(c, !reached(c, SIM_REACHED_OTHER, false));
		CELL_CHECK(c, c->gup_result[SIM_PHASE_READ][SIM_GUP_SLOW] == -EFAULT);
		CELL_CHECK(c, c->gup_result[SIM_PHASE_WRITTEN][SIM_GUP_SLOW_WRITE] == -EFAULT);
	}
}

static void test_nothing_without_fast_gup(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (!has(c, SIM_FEAT_FAST_GUP)) {
			CELL_CHECK(c, c->verdict != SIM_VERDICT_GUP_REACHES_TTM);
			CELL_CHECK(c, c->verdict != SIM_VERDICT_BUG);
			CELL_CHECK(c, !reached(c, SIM_REACHED_OTHER, true));
		}
	}
}

static bool is_mips_up_to_6_1(const struct sim_matrix_cell *c)
{
	return has(c, SIM_FEAT_PTE_SPECIAL) && !has(c, SIM_FEAT_MODIFY_KEEPS_SPECIAL);
}

/* pte-mapped, special bit, fast GUP: stops, but for two holes. */
static void test_special_entries_stop_fast_gup(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (!has(c, SIM_FEAT_PTE_SPECIAL) || c->mmap_result || c->pte_level ||
		    !(c->prot & PROT_READ))
			continue;
		CELL_CHECK(c, c->pte_special && !c->normal_page);
		CELL_CHECK(c, !c->ref_taken && !c->map_taken && !c->rss_taken);
		if (!is_mips_up_to_6_1(c)) {
			CELL_CHECK(c, !reached(c, SIM_REACHED_BO, true));
			CELL_CHECK(c, !c->special_lost && !c->bad_pages && !c->leaks);
		}
	}
}

/* pte_modify drops the bit: RAM pages are reached after mprotect, never before. */
static void test_mips_loses_the_special_bit(void **state)
{
	unsigned int nr = 0;

	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (!is_mips_up_to_6_1(c) || c->mmap_result || c->pte_level || is_private(c) ||
		    c->prot == PROT_NONE || c->placement == SIM_PLACE_VRAM)
			continue;
		CELL_CHECK(c, !strcmp(c->arch->name, "mips64"));
		for (int kind = 0; kind < SIM_NR_MATRIX_GUPS; kind++) {
			CELL_CHECK(c, !c->gup_reached[SIM_PHASE_READ][kind]);
			CELL_CHECK(c, !c->gup_reached[SIM_PHASE_WRITTEN][kind]);
		}
		CELL_CHECK(c, c->verdict == SIM_VERDICT_GUP_REACHES_TTM);
		CELL_CHECK(c, c->special_lost && c->bad_pages);
		nr++;
	}
	assert_true(nr > 0);
}

/* There the entries beside a private copy lose it as well, and zap counts them. */
static void test_mips_beside_a_private_copy(void **state)
{
	unsigned int nr = 0;

	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (!is_mips_up_to_6_1(c) || c->mmap_result || c->mode != SIM_TTM_MIXED ||
		    !is_private(c) || !(c->prot & PROT_WRITE))
			continue;
		/* The neighbour of the page that was copied is the object's still. */
		CELL_CHECK(c, c->verdict == (c->placement == SIM_PLACE_VRAM ? SIM_VERDICT_BUG :
							SIM_VERDICT_GUP_REACHES_TTM));
		CELL_CHECK(c, c->special_lost);
		nr++;
	}
	assert_true(nr > 0);
}

static void test_safe_leaves_nothing_behind(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++)
		if (cells[i].verdict == SIM_VERDICT_SAFE)
			CELL_CHECK(&cells[i], !cells[i].bad_pages && !cells[i].leaks);
}

/* A PMD leaf without a special bit: only 6.12 has one, on x86 and arm64. */
static void test_huge_leaves(void **state)
{
	unsigned int nr_reached = 0, nr_special = 0;

	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (!c->pte_level)
			continue;
		CELL_CHECK(c, c->mode == SIM_TTM_HUGE && has(c, SIM_FEAT_PMD_LEAF));
		CELL_CHECK(c, strcmp(c->release, "6.1"));
		CELL_CHECK(c, c->pte_special == has(c, SIM_FEAT_PMD_SPECIAL));
		if (c->pte_special) {
			CELL_CHECK(c, c->verdict == SIM_VERDICT_SAFE);
			nr_special++;
		}
		if (c->verdict == SIM_VERDICT_GUP_REACHES_TTM && c->reached_level) {
			CELL_CHECK(c, c->placement != SIM_PLACE_VRAM);
			nr_reached++;
		}
		if (!c->pte_special && has(c, SIM_FEAT_FAST_GUP) &&
		    c->placement == SIM_PLACE_VRAM && c->prot & PROT_READ)
			CELL_CHECK(c, c->verdict == SIM_VERDICT_BUG && c->bug_in_gup);
	}
	assert_true(nr_reached && nr_special);
}

/* The private copy of a MIXEDMAP mapping: fast GUP gets it, it is not the object. */
static void test_private_copies(void **state)
{
	unsigned int nr = 0;

	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];

		if (c->mmap_result || !is_private(c) || c->mode != SIM_TTM_MIXED ||
		    !(c->prot & PROT_WRITE) || !has(c, SIM_FEAT_FAST_GUP))
			continue;
		CELL_CHECK(c, c->gup_reached[SIM_PHASE_READ][SIM_GUP_FAST] == SIM_REACHED_NOTHING);
		CELL_CHECK(c, c->gup_reached[SIM_PHASE_WRITTEN][SIM_GUP_FAST] == SIM_REACHED_OTHER);
		CELL_CHECK(c, c->gup_result[SIM_PHASE_WRITTEN][SIM_GUP_SLOW] == -EFAULT);
		nr++;
	}
	assert_true(nr > 0);
}

/* What the patch really changed: counts on architectures without the bit. */
static void test_no_special_bit(void **state)
{
	unsigned int nr = 0;

	(void)state;
	for (unsigned int i = 0; i < nr_cells; i++) {
		const struct sim_matrix_cell *c = &cells[i];
		bool counted = c->placement != SIM_PLACE_VRAM && c->prot & PROT_READ;

		if (has(c, SIM_FEAT_PTE_SPECIAL) || c->mmap_result || c->mode == SIM_TTM_HUGE)
			continue;
		CELL_CHECK(c, !c->pte_special);
		if (c->mode == SIM_TTM_MIXED && counted) {
			CELL_CHECK(c, c->verdict == SIM_VERDICT_REFCOUNT_TAKEN);
			CELL_CHECK(c, c->ref_taken == 1 && c->map_taken == 1 && c->rss_taken > 0);
			CELL_CHECK(c, c->normal_page);
			nr++;
		} else {
			CELL_CHECK(c, c->verdict == SIM_VERDICT_SAFE);
			CELL_CHECK(c, !c->leaks && !c->bad_pages);
		}
	}
	assert_true(nr > 0);
}

static int count(const struct sim_matrix_cell *cell, void *data)
{
	(void)cell;
	return ++*(int *)data == 5 ? 42 : 0;
}

static int check_filter(const struct sim_matrix_cell *cell, void *data)
{
	assert_string_equal(cell->arch->name, "arm64");
	assert_string_equal(cell->release, "6.1");
	assert_int_equal(cell->mode, SIM_TTM_APPLY);
	++*(int *)data;
	return 0;
}

static void test_filter(void **state)
{
	struct sim_matrix_filter filter = { .arch = "arm64", .release = "6.1",
					    .mode = SIM_TTM_APPLY };
	int nr = 0;

	(void)state;
	assert_int_equal(sim_matrix_run(&filter, check_filter, &nr), 0);
	assert_int_equal(nr, 36);
	nr = 0;
	assert_int_equal(sim_matrix_run(&filter, count, &nr), 42);
	assert_int_equal(nr, 5);
	filter.arch = "vax";
	assert_int_equal(sim_matrix_run(&filter, count, &nr), -EINVAL);
	filter.arch = NULL;
	filter.release = "1.0";
	assert_int_equal(sim_matrix_run(&filter, count, &nr), -EINVAL);
	filter.release = NULL;
	filter.mode = SIM_NR_TTM_MODES;
	assert_int_equal(sim_matrix_run(&filter, count, &nr), -EINVAL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_every_case_is_there),
	cmocka_unit_test(test_mmap_results),
	cmocka_unit_test(test_touches),
	cmocka_unit_test(test_mprotect_to_write_needs_mayw),
	cmocka_unit_test(test_slow_gup_never_gets_anything),
	cmocka_unit_test(test_nothing_without_fast_gup),
	cmocka_unit_test(test_special_entries_stop_fast_gup),
	cmocka_unit_test(test_mips_loses_the_special_bit),
	cmocka_unit_test(test_mips_beside_a_private_copy),
	cmocka_unit_test(test_safe_leaves_nothing_behind),
	cmocka_unit_test(test_huge_leaves),
	cmocka_unit_test(test_private_copies),
	cmocka_unit_test(test_no_special_bit),
	cmocka_unit_test(test_filter),
};
SIM_TEST_MAIN_WITH(tests, run_all, NULL)
