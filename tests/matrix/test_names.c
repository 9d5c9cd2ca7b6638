/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <signal.h>
#include <sys/mman.h>

#include "matrix/matrix.h"
#include "support/run.h"

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(sim_verdict_name(SIM_VERDICT_SAFE), "safe");
	assert_string_equal(sim_verdict_name(SIM_VERDICT_BUG), "BUG");
	assert_null(sim_verdict_name(SIM_NR_VERDICTS));
	assert_string_equal(sim_place_name(SIM_PLACE_VRAM), "vram");
	assert_null(sim_place_name(SIM_NR_PLACES));
	assert_string_equal(sim_sharing_name(SIM_PRIVATE_RO), "private/ro");
	assert_null(sim_sharing_name(SIM_NR_SHARINGS));
	assert_string_equal(sim_gup_name(SIM_GUP_LONGTERM), "pin_longterm");
	assert_null(sim_gup_name(SIM_NR_MATRIX_GUPS));
	assert_string_equal(sim_phase_name(SIM_PHASE_FORKED), "forked");
	assert_null(sim_phase_name(SIM_NR_PHASES));
	assert_string_equal(sim_prot_name(PROT_READ | PROT_WRITE), "rw");
	assert_string_equal(sim_prot_name(PROT_READ), "r");
	assert_string_equal(sim_prot_name(PROT_NONE), "none");
}

static void test_results(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(sim_result_name(0, text), "0");
	assert_string_equal(sim_result_name(3, text), "3");
	assert_string_equal(sim_result_name(-EFAULT, text), "-EFAULT");
	assert_string_equal(sim_result_name(-9999, text), "-9999");
	assert_string_equal(sim_touch_name(SIGBUS, text), "SIGBUS");
	assert_string_equal(sim_touch_name(SIGSEGV, text), "SIGSEGV");
	assert_string_equal(sim_touch_name(-EIO, text), "-EIO");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_names),
	cmocka_unit_test(test_results),
};
SIM_TEST_MAIN(tests)
