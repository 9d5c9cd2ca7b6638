/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pairs.c - which rows are compared with which.
 *
 * A side is a family and, behind it, values at which axes are held:
 * "insert/pfn_prot/cpus:1". Every point that the options select for the first
 * family makes a pair; the second family is measured at the same point, but for
 * the axes that its name holds.
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"

struct side {
	const struct family *family;
	const char *moves;	/* "/cpus:1" */
};

static bool find_side(const char *name, struct side *side, char *why)
{
	size_t at;

	side->family = family_find(name, &side->moves);
	if (side->family)
		return true;
	at = (size_t)snprintf(why, BENCH_TEXT, "no family is '%.100s'; there are ", name);
	family_names(why + at, BENCH_TEXT - at);
	return false;
}

static bool apply_moves(const struct side *side, struct point *point, char *why)
{
	char *copy = strdup(side->moves), *rest = copy, *word;
	bool ok = true;

	if (!copy)
		bench_die("memory");
	while (ok && (word = strsep(&rest, "/")))
		ok = !*word || axis_move(point, word, why) != BENCH_NR_AXES;
	free(copy);
	return ok;
}

/* Points that differ only along an axis that a side holds are one. */
static bool is_new(const struct row *row, const struct row *done, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(done[i].full, row->full))
			return false;
	return true;
}

static bool make_pairs(const struct side *a, const struct side *b, struct rows *ra,
		       struct rows *rb, char *why)
{
	size_t nr = 0;

	for (size_t i = 0; i < ra->nr; i++) {
		struct point pa = ra->row[i].point, pb = pa;
		struct row row_a, row_b;

		if (!apply_moves(a, &pa, why) || !apply_moves(b, &pb, why))
			return false;
		row_init(&row_a, a->family, &pa);
		row_init(&row_b, b->family, &pb);
		if (row_a.unfit || row_b.unfit) {
			const struct row *unfit = row_a.unfit ? &row_a : &row_b;

			snprintf(why, BENCH_TEXT, "%s: %s", unfit->full, unfit->unfit);
		} else if (is_new(&row_a, ra->row, nr)) {
			ra->row[nr] = row_a;
			rb->row[nr++] = row_b;
		}
	}
	ra->nr = rb->nr = nr;
	return nr > 0;
}

bool pairs_select(const struct selection *selection, const char *name_a, const char *name_b,
		  struct rows *ra, struct rows *rb, char *why)
{
	struct side a, b;

	if (!find_side(name_a, &a, why) || !find_side(name_b, &b, why))
		return false;
	rows_of_family(selection, a.family, ra);
	rb->row = bench_alloc(ra->nr * sizeof(*rb->row));
	return make_pairs(&a, &b, ra, rb, why);
}

bool row_find(const char *full, struct row *out, char *why)
{
	struct point point = axis_base_point();
	struct side side;

	if (!find_side(full, &side, why) || !apply_moves(&side, &point, why))
		return false;
	row_init(out, side.family, &point);
	if (out->unfit)
		snprintf(why, BENCH_TEXT, "%s", out->unfit);
	return !out->unfit;
}
