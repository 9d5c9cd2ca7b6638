/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * table.c - the matrix, a line for each case, in 80 columns.
 *
 * GUP's two columns (slow, fast) have one letter for each phase: read, written,
 * protected, forked. '-' nothing, 'c' a private copy, 'B' the buffer object.
 */
#include "matrix/matrix.h"

static const char *color_of(enum sim_verdict verdict)
{
	switch (verdict) {
	case SIM_VERDICT_SAFE: return "\033[32m";
	case SIM_VERDICT_REFCOUNT_TAKEN: return "\033[33m";
	case SIM_VERDICT_GUP_REACHES_TTM: return "\033[31m";
	case SIM_VERDICT_BUG: return "\033[35m";
	default: return "\033[2m";
	}
}

static char letter(const struct sim_matrix_cell *cell, int phase, bool fast)
{
	int from = fast ? SIM_GUP_FAST : SIM_GUP_SLOW;
	int to = fast ? SIM_NR_MATRIX_GUPS : SIM_GUP_FAST;
	enum sim_matrix_reached most = SIM_REACHED_NOTHING;

	for (int kind = from; kind < to; kind++)
		if (cell->gup_reached[phase][kind] > most)
			most = cell->gup_reached[phase][kind];
	return "-cB"[most];
}

/* What is left of an error's name in a narrow column. */
static const char *narrow(const char *name)
{
	return *name == '-' ? name + 1 : name;
}

static const char *short_sharing(enum sim_matrix_sharing sharing)
{
	static const char *const names[] = { "sh/rw", "sh/ro", "pr/rw", "pr/ro" };

	return names[sharing];
}

static int table_begin(struct sim_matrix_writer *w)
{
	fputs("slow, fast: GUP, a letter per phase (read, written, mprotect, fork): - nothing,\n"
	      "c a private copy, B the buffer object. map: shared or private, the file's mode.\n"
	      "pte: s special, n normal, H huge. +write: mprotect(PROT_READ | PROT_WRITE).\n\n"
	      "rel  arch    mode  place map   prot mmap   pte +write slow fast verdict\n", w->out);
	return 0;
}

static int table_cell(struct sim_matrix_writer *w, const struct sim_matrix_cell *cell)
{
	char mmap[16], mprotect[16], slow[5] = "", fast[5] = "";
	bool mapped = cell->mmap_result == 0;
	char kind = !cell->pte_present ? '-' : cell->pte_special ? 's' : 'n';

	for (int phase = 0; phase < SIM_NR_PHASES && mapped; phase++) {
		slow[phase] = letter(cell, phase, false);
		fast[phase] = letter(cell, phase, true);
	}
	sim_result_name(cell->mmap_result, mmap);
	sim_result_name(cell->mprotect_write, mprotect);
	fprintf(w->out, "%-4s %-7s %-5s %-5s %-5s %-4s %-6s %c%c  %-6s %-4s %-4s ",
		cell->release, cell->arch->name, sim_ttm_mode_name(cell->mode),
		cell->placement == SIM_PLACE_SYSTEM ? "sys" : sim_place_name(cell->placement),
		short_sharing(cell->sharing), sim_prot_name(cell->prot), narrow(mmap),
		mapped ? kind : ' ', mapped && cell->pte_level ? 'H' : ' ',
		mapped ? narrow(mprotect) : "", slow, fast);
	fprintf(w->out, "%s%s%s\n", w->color ? color_of(cell->verdict) : "",
		sim_verdict_name(cell->verdict), w->color ? "\033[0m" : "");
	return 0;
}

static int table_end(struct sim_matrix_writer *w)
{
	fprintf(w->out, "\n%lu cases\n", w->nr_cells);
	return 0;
}

const struct sim_matrix_ops sim_matrix_table_ops = { table_begin, table_cell, table_end };
