/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arch_draw.c - a bit field, drawn:
 *
 *	 63   62..59   58       57
 *	+----+--------+--------+---
 *	| NX |  PKEY  | DEVMAP | -
 *	+----+--------+--------+---
 */
#include <stdio.h>
#include <string.h>

#include "arch.h"

#define MAX_WIDTH 79
#define MAX_CELLS 72

struct cell {
	int lo, hi;
	const char *name;	/* "-": no field has these bits */
	const char *what;	/* NULL there */
};

static const struct sim_pte_field *field_with(const struct sim_entry_format *format, int bit)
{
	for (int i = 0; i < SIM_PTE_FIELDS && format->field[i].name; i++) {
		const struct sim_pte_field *field = &format->field[i];

		if (field->lo <= bit && bit < field->lo + field->width)
			return field;
	}
	return NULL;
}

/* From the highest bit down; a gap is a cell too. */
static int find_cells(const struct sim_entry_format *format, int bits, struct cell *cells)
{
	int nr = 0;

	for (int bit = bits - 1; bit >= 0 && nr < MAX_CELLS;) {
		const struct sim_pte_field *field = field_with(format, bit);
		struct cell *cell = &cells[nr++];
		int lo = bit;

		while (lo > 0 && field_with(format, lo - 1) == field)
			lo--;
		*cell = (struct cell){ lo, bit, field ? field->name : "-",
				       field ? field->what : NULL };
		bit = lo - 1;
	}
	return nr;
}

static void range_text(const struct cell *cell, char text[12])
{
	if (cell->lo == cell->hi)
		snprintf(text, 12, "%d", cell->lo);
	else
		snprintf(text, 12, "%d..%d", cell->hi, cell->lo);
}

static int cell_width(const struct cell *cell)
{
	char range[12];
	size_t name = strlen(cell->name), len;

	range_text(cell, range);
	len = strlen(range);
	return (int)(name > len ? name : len) + 2;
}

static void draw_line(const struct cell *cells, int nr)
{
	fputs("  +", stdout);
	for (int i = 0; i < nr; i++) {
		for (int n = cell_width(&cells[i]); n; n--)
			putchar('-');
		putchar('+');
	}
	putchar('\n');
}

static void draw_row(const struct cell *cells, int nr, bool color)
{
	char range[12];

	fputs("   ", stdout);
	for (int i = 0; i < nr; i++) {
		range_text(&cells[i], range);
		printf(" %-*s", i < nr - 1 ? cell_width(&cells[i]) : 0, range);
	}
	putchar('\n');
	draw_line(cells, nr);
	fputs("  |", stdout);
	for (int i = 0; i < nr; i++)
		printf(" %s%-*s%s|", color && cells[i].what ? "\033[1m" : "",
		       cell_width(&cells[i]) - 1, cells[i].name,
		       color && cells[i].what ? "\033[0m" : "");
	putchar('\n');
	draw_line(cells, nr);
}

void draw_format(const struct sim_entry_format *format, unsigned int bits, bool color)
{
	struct cell cells[MAX_CELLS];
	int nr = find_cells(format, (int)bits, cells), from = 0;
	char range[12];

	while (from < nr) {
		int to = from, width = 3;

		while (to < nr && width + cell_width(&cells[to]) + 1 <= MAX_WIDTH)
			width += cell_width(&cells[to++]) + 1;
		draw_row(&cells[from], to - from, color);
		from = to;
	}
	for (int i = 0; i < nr; i++) {
		if (!cells[i].what)
			continue;
		range_text(&cells[i], range);
		printf("    %-7s %-12s %s\n", range, cells[i].name, cells[i].what);
	}
}
