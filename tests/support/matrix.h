/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef SIM_TESTS_SUPPORT_MATRIX_H
#define SIM_TESTS_SUPPORT_MATRIX_H

#include <stdlib.h>

#include "matrix/matrix.h"
#include "support/run.h"

/* The matrix as one format prints it; to be freed. */
static inline char *matrix_text(const struct sim_matrix_filter *filter,
				enum sim_matrix_format format, bool color)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct sim_matrix_writer *w = sim_matrix_writer_create(out, format, color);

	assert_non_null(w);
	assert_int_equal(sim_matrix_run(filter, sim_matrix_write, w), 0);
	assert_int_equal(sim_matrix_writer_finish(w), 0);
	fclose(out);
	return text;
}

static inline unsigned int count_lines(const char *text)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

/* The longest line, in bytes; escape sequences counted too. */
static inline size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > longest)
			longest = len;
		text += len + (text[len] != 0);
	}
	return longest;
}

#endif
