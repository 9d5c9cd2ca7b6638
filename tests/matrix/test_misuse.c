/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_misuse.c - what is passed wrongly to the calls of matrix.h is refused.
 */
#include <stdlib.h>

#include <ttmsim/matrix.h>

#include "support/run.h"

static void test_misuse_of_the_matrix(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(sim_matrix_run(NULL, NULL, NULL), -EINVAL);
	assert_null(sim_matrix_writer_create(NULL, SIM_MATRIX_TEXT, false));
	errno = 0;
	assert_null(sim_matrix_writer_create(out, (enum sim_matrix_format)99, false));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(sim_matrix_write(NULL, NULL), -EINVAL);
	assert_int_equal(sim_matrix_writer_finish(NULL), -EINVAL);
	fclose(out);
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_misuse_of_the_matrix),
};
SIM_TEST_MAIN(tests)
