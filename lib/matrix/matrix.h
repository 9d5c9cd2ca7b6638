/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * matrix.h - the matrix from the inside: names of cases, and its writers.
 */
#ifndef SIM_MATRIX_MATRIX_H
#define SIM_MATRIX_MATRIX_H

#include <ttmsim/gup.h>
#include <ttmsim/matrix.h>

#include "sim/machine.h"

const char *sim_place_name(enum sim_matrix_placement placement);
const char *sim_sharing_name(enum sim_matrix_sharing sharing);	/* "shared/rw" */
const char *sim_prot_name(int prot);				/* "rw", "r", "none" */
const char *sim_gup_name(enum sim_matrix_gup gup);
const char *sim_phase_name(enum sim_matrix_phase phase);
/* "0", "EFAULT", "SIGBUS", "1" in a buffer of 16 bytes; returns it. */
char *sim_result_name(int result, char text[16]);
/* The same for a touch: a positive number is a signal. */
char *sim_touch_name(int result, char text[16]);

struct sim_matrix_writer {
	FILE *out;
	enum sim_matrix_format format;
	bool color;
	unsigned long nr_cells;
	void *state;		/* the format's */
};

struct sim_matrix_ops {
	int (*begin)(struct sim_matrix_writer *w);
	int (*cell)(struct sim_matrix_writer *w, const struct sim_matrix_cell *cell);
	int (*end)(struct sim_matrix_writer *w); /* frees state */
};

extern const struct sim_matrix_ops sim_matrix_text_ops;	/* text.c */
extern const struct sim_matrix_ops sim_matrix_table_ops; /* table.c */
extern const struct sim_matrix_ops sim_matrix_csv_ops;	/* out.c */
extern const struct sim_matrix_ops sim_matrix_json_ops;
extern const struct sim_matrix_ops sim_matrix_html_ops;

#endif
