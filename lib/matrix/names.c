/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * names.c - how cases and their results are called; the writers by format.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "matrix/matrix.h"

const char *sim_place_name(enum sim_matrix_placement placement)
{
	static const char *const names[] = { "system", "tt", "vram" };

	return placement < SIM_NR_PLACES ? names[placement] : NULL;
}

const char *sim_sharing_name(enum sim_matrix_sharing sharing)
{
	static const char *const names[] = { "shared/rw", "shared/ro", "private/rw",
					     "private/ro" };

	return sharing < SIM_NR_SHARINGS ? names[sharing] : NULL;
}

const char *sim_prot_name(int prot)
{
	return prot & PROT_WRITE ? "rw" : prot & PROT_READ ? "r" : "none";
}

const char *sim_gup_name(enum sim_matrix_gup gup)
{
	static const char *const names[] = { "gup", "gup_write", "gup_fast", "gup_fast_write",
					     "gup_fast_only", "pin_fast", "pin_longterm" };

	return gup < SIM_NR_MATRIX_GUPS ? names[gup] : NULL;
}

const char *sim_phase_name(enum sim_matrix_phase phase)
{
	static const char *const names[] = { "read", "written", "protected", "forked" };

	return phase < SIM_NR_PHASES ? names[phase] : NULL;
}

char *sim_result_name(int result, char text[16])
{
	const char *name = result < 0 ? strerrorname_np(-result) : NULL;

	if (name)
		snprintf(text, 16, "-%s", name);
	else
		snprintf(text, 16, "%d", result);
	return text;
}

char *sim_touch_name(int result, char text[16])
{
	if (result == SIGBUS || result == SIGSEGV)
		strcpy(text, result == SIGBUS ? "SIGBUS" : "SIGSEGV");
	else
		sim_result_name(result, text);
	return text;
}

const char *sim_verdict_name(enum sim_verdict verdict)
{
	static const char *const names[] = { "safe", "refused", "refcount-taken",
					     "gup-reaches-ttm", "BUG" };

	return verdict < SIM_NR_VERDICTS ? names[verdict] : NULL;
}

/* ---- writers ---- */

static const struct sim_matrix_ops *ops_of(enum sim_matrix_format format)
{
	switch (format) {
	case SIM_MATRIX_TABLE: return &sim_matrix_table_ops;
	case SIM_MATRIX_CSV: return &sim_matrix_csv_ops;
	case SIM_MATRIX_JSON: return &sim_matrix_json_ops;
	case SIM_MATRIX_HTML: return &sim_matrix_html_ops;
	default: return &sim_matrix_text_ops;
	}
}

struct sim_matrix_writer *sim_matrix_writer_create(FILE *out, enum sim_matrix_format format,
						   bool color)
{
	struct sim_matrix_writer *w;

	if (!out || (unsigned int)format > SIM_MATRIX_HTML) {
		errno = EINVAL;
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->out = out;
	w->format = format;
	w->color = color;
	if (ops_of(format)->begin(w)) {
		free(w);
		return NULL;
	}
	return w;
}

int sim_matrix_write(const struct sim_matrix_cell *cell, void *writer)
{
	struct sim_matrix_writer *w = writer;

	if (!cell || !w)
		return -EINVAL;
	w->nr_cells++;
	return ops_of(w->format)->cell(w, cell);
}

int sim_matrix_writer_finish(struct sim_matrix_writer *w)
{
	int ret;

	if (!w)
		return -EINVAL;
	ret = ops_of(w->format)->end(w);
	free(w);
	return ret;
}
