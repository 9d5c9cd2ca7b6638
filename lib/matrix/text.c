/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * text.c - the matrix on one screen: what the patch of 2021 changed on
 * each class of architecture, then every case in which GUP got something or
 * page counts moved, put together where release, mode and reason agree.
 *
 * Before and after are the modes `mixed` and `pfn` of the oldest release that
 * was run, so that nothing but the patch differs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "matrix/matrix.h"
#include "sim/releases.h"

#define MAX_GROUPS 64

/* ---- what is kept ---- */

enum column { COL_SLOW, COL_FAST, COL_COUNTS, COL_PRIVATE, COL_READ_ONLY, NR_COLUMNS };

static const char *const column_names[NR_COLUMNS] = {
	"gup", "gup_fast", "page counts", "MAP_PRIVATE", "ro fd, mprotect",
};

static const int column_widths[NR_COLUMNS] = { 8, 8, 13, 13, 15 };

enum class { SPECIAL_FAST, SPECIAL_SLOW, PLAIN_SLOW, PLAIN_FAST, NR_CLASSES };

static const char *const class_names[NR_CLASSES] = {
	"pte_special and fast GUP", "pte_special, no fast GUP",
	"no pte_special, no fast GUP", "fast GUP, no pte_special",
};

struct side {
	char text[NR_COLUMNS][20];	/* "" = not seen, "differs" between architectures */
};

/* Cases with one reason in one release. */
struct group {
	const char *release;
	const char *reason;
	enum sim_verdict verdict;
	uint64_t archs;		/* bits: sim_arch_nth() */
	uint32_t modes;		/* bits: enum sim_ttm_mode */
	unsigned long nr;
	bool shown;
};

struct text {
	const char *release;	/* of the first case: before and after are of it */
	uint32_t releases;	/* bits: sim_release_nth() */
	uint64_t archs[NR_CLASSES];
	uint64_t all_archs;
	struct side before[NR_CLASSES], after[NR_CLASSES];
	struct group group[MAX_GROUPS];
	unsigned int nr_groups;
	unsigned long nr_verdict[SIM_NR_VERDICTS];
};

static unsigned int arch_number(const struct sim_arch *arch)
{
	unsigned int n = 0;

	while (n < 63 && sim_arch_nth(n) && sim_arch_nth(n) != arch)
		n++;
	return n;
}

static unsigned int release_number(const char *name)
{
	unsigned int n = 0;

	while (n < 31 && sim_release_nth(n) && strcmp(sim_release_nth(n), name))
		n++;
	return n;
}

static enum class class_of(uint32_t features)
{
	bool special = features >> SIM_FEAT_PTE_SPECIAL & 1;
	bool fast = features >> SIM_FEAT_FAST_GUP & 1;

	if (special)
		return fast ? SPECIAL_FAST : SPECIAL_SLOW;
	return fast ? PLAIN_FAST : PLAIN_SLOW;
}

/* ---- before and after ---- */

static void note(struct side *side, enum column column, const char *text)
{
	char *at = side->text[column];

	if (!*at)
		snprintf(at, sizeof(side->text[0]), "%s", text);
	else if (strcmp(at, text))
		snprintf(at, sizeof(side->text[0]), "differs");
}

/* After a load and after a store: nothing that mprotect or fork brings about. */
static void note_gup(struct side *side, const struct sim_matrix_cell *cell, enum column column)
{
	int from = column == COL_SLOW ? SIM_GUP_SLOW : SIM_GUP_FAST;
	int to = column == COL_SLOW ? SIM_GUP_FAST : SIM_GUP_FAST_ONLY;
	char text[16];

	for (int phase = SIM_PHASE_READ; phase <= SIM_PHASE_WRITTEN; phase++)
		for (int kind = from; kind < to; kind++)
			note(side, column,
			     cell->gup_reached[phase][kind] == SIM_REACHED_BO ? "the object" :
			     sim_result_name(cell->gup_result[phase][kind], text));
}

static void note_side(struct side *side, const struct sim_matrix_cell *cell)
{
	char text[16];

	if (cell->sharing == SIM_SHARED_RW && cell->prot & PROT_WRITE) {
		note_gup(side, cell, COL_SLOW);
		note_gup(side, cell, COL_FAST);
		note(side, COL_COUNTS, cell->ref_taken || cell->map_taken || cell->rss_taken ?
		     "ref, map, rss" : "none taken");
	}
	if (cell->sharing == SIM_PRIVATE_RW && cell->prot & PROT_WRITE)
		note(side, COL_PRIVATE, cell->mmap_result ?
		     sim_result_name(cell->mmap_result, text) : "copy on write");
	if (cell->sharing == SIM_SHARED_RO && cell->prot == PROT_READ)
		note(side, COL_READ_ONLY, sim_result_name(cell->mprotect_write, text));
}

static void note_before_after(struct text *t, const struct sim_matrix_cell *cell)
{
	enum class class = class_of(cell->features);

	if (strcmp(cell->release, t->release) || cell->placement != SIM_PLACE_SYSTEM)
		return;
	t->archs[class] |= 1ULL << arch_number(cell->arch);
	if (cell->mode == SIM_TTM_MIXED)
		note_side(&t->before[class], cell);
	if (cell->mode == SIM_TTM_PFN)
		note_side(&t->after[class], cell);
}

/* ---- groups ---- */

static bool got_copy(const struct sim_matrix_cell *cell)
{
	for (int phase = 0; phase < SIM_NR_PHASES; phase++)
		for (int kind = 0; kind < SIM_NR_MATRIX_GUPS; kind++)
			if (cell->gup_reached[phase][kind] == SIM_REACHED_OTHER)
				return true;
	return false;
}

static struct group *group_of(struct text *t, const struct sim_matrix_cell *cell)
{
	struct group *g;

	for (unsigned int i = 0; i < t->nr_groups; i++) {
		g = &t->group[i];
		if (!strcmp(g->release, cell->release) && !strcmp(g->reason, cell->reason) &&
		    g->verdict == cell->verdict)
			return g;
	}
	if (t->nr_groups == MAX_GROUPS)
		return NULL;
	g = &t->group[t->nr_groups++];
	g->release = cell->release;
	g->reason = cell->reason;
	g->verdict = cell->verdict;
	return g;
}

static void note_group(struct text *t, const struct sim_matrix_cell *cell)
{
	struct group *g;

	if (cell->verdict < SIM_VERDICT_REFCOUNT_TAKEN && !got_copy(cell))
		return;
	g = group_of(t, cell);
	if (!g)
		return;
	g->archs |= 1ULL << arch_number(cell->arch);
	g->modes |= 1u << cell->mode;
	g->nr++;
}

static int text_begin(struct sim_matrix_writer *w)
{
	w->state = calloc(1, sizeof(struct text));
	return w->state ? 0 : -ENOMEM;
}

static int text_cell(struct sim_matrix_writer *w, const struct sim_matrix_cell *cell)
{
	struct text *t = w->state;

	if (!t->release)
		t->release = cell->release;
	t->releases |= 1u << release_number(cell->release);
	t->all_archs |= 1ULL << arch_number(cell->arch);
	t->nr_verdict[cell->verdict]++;
	note_before_after(t, cell);
	note_group(t, cell);
	return 0;
}

/* ---- printing ---- */

static const char *bold(const struct sim_matrix_writer *w)
{
	return w->color ? "\033[1m" : "";
}

static const char *plain(const struct sim_matrix_writer *w)
{
	return w->color ? "\033[0m" : "";
}

static void print_archs(FILE *out, uint64_t archs)
{
	for (unsigned int n = 0; n < 64 && sim_arch_nth(n); n++)
		if (archs >> n & 1)
			fprintf(out, " %s", sim_arch_nth(n)->name);
}

static void print_side(const struct sim_matrix_writer *w, const char *title,
		       const struct side *side, const struct side *other)
{
	fprintf(w->out, "  %-14s", title);
	for (int i = 0; i < NR_COLUMNS; i++) {
		bool changed = *other->text[i] && strcmp(side->text[i], other->text[i]);

		fprintf(w->out, " %s%-*s%s", changed ? bold(w) : "",
			i < NR_COLUMNS - 1 ? column_widths[i] : 0,
			*side->text[i] ? side->text[i] : "-", changed ? plain(w) : "");
	}
	fputc('\n', w->out);
}

static bool is_seen(const struct side *side)
{
	return *side->text[COL_SLOW] != 0;
}

static bool has_sides(const struct text *t)
{
	for (int c = 0; c < NR_CLASSES; c++)
		if (is_seen(&t->before[c]) || is_seen(&t->after[c]))
			return true;
	return false;
}

static void print_classes(const struct sim_matrix_writer *w, const struct text *t)
{
	fprintf(w->out, "%-16s", "");
	for (int i = 0; i < NR_COLUMNS; i++)
		fprintf(w->out, " %-*s", column_widths[i], column_names[i]);
	fputc('\n', w->out);
	for (int c = 0; c < NR_CLASSES; c++) {
		if (!is_seen(&t->before[c]) && !is_seen(&t->after[c]))
			continue;
		fprintf(w->out, "%s%s%s:", bold(w), class_names[c], plain(w));
		print_archs(w->out, t->archs[c]);
		fputc('\n', w->out);
		if (is_seen(&t->before[c]))
			print_side(w, "before, MIXED", &t->before[c], &t->after[c]);
		if (is_seen(&t->after[c]))
			print_side(w, "after, PFNMAP", &t->after[c], &t->before[c]);
	}
}

/* Which columns differ, and where. */
static void print_changes(const struct sim_matrix_writer *w, const struct text *t)
{
	const char *before = "The patch changes: ";

	for (int i = 0; i < NR_COLUMNS; i++) {
		uint64_t archs = 0, all = 0;

		for (int c = 0; c < NR_CLASSES; c++) {
			if (!is_seen(&t->before[c]) || !is_seen(&t->after[c]))
				continue;
			all |= t->archs[c];
			if (strcmp(t->before[c].text[i], t->after[c].text[i]))
				archs |= t->archs[c];
		}
		if (!archs)
			continue;
		fprintf(w->out, "%s%s (", before, column_names[i]);
		if (archs == all)
			fputs("everywhere)", w->out);
		else {
			fputs("only", w->out);
			print_archs(w->out, archs);
			fputc(')', w->out);
		}
		before = ", ";
	}
	fputs(*before == ',' ? ".\n" : "", w->out);
}

static void print_modes(FILE *out, uint32_t modes)
{
	const char *before = "";

	if (modes == (1u << SIM_NR_TTM_MODES) - 2) {
		fputs("any mode", out);
		return;
	}
	for (int mode = 0; mode < SIM_NR_TTM_MODES; mode++) {
		if (!(modes >> mode & 1))
			continue;
		fprintf(out, "%s%s", before, sim_ttm_mode_name((enum sim_ttm_mode)mode));
		before = ",";
	}
}

/* @text in lines of at most 79 columns, of which @used are used up already;
 * what goes on is indented. */
static void print_wrapped(FILE *out, const char *text, size_t used)
{
	const char *indent = "";
	size_t width = 79 - used;

	while (strlen(text) > width) {
		size_t at = width;

		while (at && text[at] != ' ')
			at--;
		if (!at)
			break;
		fprintf(out, "%s%.*s\n", indent, (int)at, text);
		text += at + 1;
		indent = "    ";
		width = 75;
	}
	fprintf(out, "%s%s\n", indent, text);
}

static const char *verdict_color(const struct sim_matrix_writer *w, enum sim_verdict verdict)
{
	if (!w->color)
		return "";
	return verdict == SIM_VERDICT_GUP_REACHES_TTM ? "\033[1;31m" :
	       verdict == SIM_VERDICT_BUG ? "\033[1;35m" :
	       verdict == SIM_VERDICT_SAFE ? "\033[32m" : "\033[33m";
}

static bool same_hole(const struct group *a, const struct group *b)
{
	return a->archs == b->archs && a->verdict == b->verdict && !strcmp(a->reason, b->reason);
}

/* The releases that say the same of the same architectures, by their modes. */
static void print_releases(FILE *out, struct text *t, const struct group *g)
{
	const char *before = " in";
	unsigned long nr = 0;

	for (struct group *one = t->group; one < t->group + t->nr_groups; one++) {
		if (one->shown || !same_hole(one, g))
			continue;
		fputs(before, out);
		for (struct group *two = one; two < t->group + t->nr_groups; two++) {
			if (two->shown || !same_hole(two, g) || two->modes != one->modes)
				continue;
			two->shown = true;
			nr += two->nr;
			fprintf(out, " %s", two->release);
		}
		fputc(' ', out);
		print_modes(out, one->modes);
		before = ";";
	}
	fprintf(out, " (%lu)", nr);
}

static int print_group(const struct sim_matrix_writer *w, struct text *t, const struct group *g)
{
	char *text = NULL;
	size_t len;
	FILE *line = open_memstream(&text, &len);

	if (!line)
		return -ENOMEM;
	print_archs(line, g->archs);
	print_releases(line, t, g);
	fclose(line);
	fprintf(w->out, "%s%s%s:", verdict_color(w, g->verdict), sim_verdict_name(g->verdict),
		plain(w));
	print_wrapped(w->out, text, strlen(sim_verdict_name(g->verdict)) + 1);
	free(text);
	fprintf(w->out, "  %s\n", g->reason);
	return 0;
}

/* The worst first. */
static int print_groups(const struct sim_matrix_writer *w, struct text *t)
{
	static const enum sim_verdict order[] = {
		SIM_VERDICT_BUG, SIM_VERDICT_GUP_REACHES_TTM, SIM_VERDICT_REFCOUNT_TAKEN,
		SIM_VERDICT_SAFE,
	};
	int ret = 0;

	fprintf(w->out, "%sWhere GUP got something, or page counts moved%s", bold(w), plain(w));
	fprintf(w->out, " (--all lists all %lu cases)\n", w->nr_cells);
	for (unsigned int o = 0; o < sizeof(order) / sizeof(order[0]); o++)
		for (unsigned int i = 0; i < t->nr_groups && !ret; i++)
			if (!t->group[i].shown && t->group[i].verdict == order[o])
				ret = print_group(w, t, &t->group[i]);
	if (!t->nr_groups)
		fputs("nowhere\n", w->out);
	return ret;
}

static void print_totals(const struct sim_matrix_writer *w, const struct text *t)
{
	const char *before = "";

	for (int v = 0; v < SIM_NR_VERDICTS; v++) {
		fprintf(w->out, "%s%lu %s", before, t->nr_verdict[v],
			sim_verdict_name((enum sim_verdict)v));
		before = ", ";
	}
	fputc('\n', w->out);
}

static const char *own_modes(unsigned int release)
{
	const bool *rules = sim_release_find(sim_release_nth(release))->rules;
	bool huge = rules[SIM_RULE_TTM_HUGE_FAULT];

	if (rules[SIM_RULE_TTM_MIXEDMAP])
		return huge ? "mixed,huge" : "mixed";
	return huge ? "pfn,huge" : "pfn";
}

/* Which modes are not only tried on a release. */
static void own_modes_line(FILE *out, const struct text *t)
{
	const char *last = "";

	fputs("Own modes:", out);
	for (unsigned int n = 0; sim_release_nth(n); n++) {
		if (!(t->releases >> n & 1))
			continue;
		if (*last && strcmp(last, own_modes(n)))
			fprintf(out, " %s;", last);
		fprintf(out, " %s", sim_release_nth(n));
		last = own_modes(n);
	}
	fprintf(out, " %s; others are tried.", last);
}

static int print_own_modes(const struct sim_matrix_writer *w, const struct text *t)
{
	char *text = NULL;
	size_t len;
	FILE *line = open_memstream(&text, &len);

	if (!line)
		return -ENOMEM;
	own_modes_line(line, t);
	fclose(line);
	print_wrapped(w->out, text, 0);
	free(text);
	return 0;
}

/* On which side of the patch a release is: that is its own, the other one is tried. */
static const char *side_of(const char *release)
{
	return sim_release_find(release)->rules[SIM_RULE_TTM_MIXEDMAP] ?
		"before the patch (after: tried)" : "after the patch (before: tried)";
}

static int print_all(const struct sim_matrix_writer *w, struct text *t)
{
	int ret;

	if (has_sides(t)) {
		fprintf(w->out, "%sTTM memory and get_user_pages(): Linux %s, %s%s\n"
			"An object in system memory, mapped shared and writable unless"
			" said otherwise.\n\n", bold(w), t->release, side_of(t->release),
			plain(w));
		print_classes(w, t);
		print_changes(w, t);
		fputc('\n', w->out);
	}
	ret = print_groups(w, t);
	if (!ret)
		ret = print_own_modes(w, t);
	print_totals(w, t);
	return ret;
}

static int text_end(struct sim_matrix_writer *w)
{
	struct text *t = w->state;
	int ret = t->release ? print_all(w, t) : 0;

	free(t);
	return ret;
}

const struct sim_matrix_ops sim_matrix_text_ops = { text_begin, text_cell, text_end };
