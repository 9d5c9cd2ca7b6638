/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * text.h - words of messages: what there is, what was probably meant, and what may be
 * printed at all.
 */
#ifndef SIM_BASE_TEXT_H
#define SIM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The choices that a word is none of. */
struct sim_choices {
	const char *word;	/* need not end with 0 */
	size_t len;
	unsigned int distance;	/* of the nearest so far */
	bool cut;		/* more than the list has room for */
	char nearest[40];
	char list[200];
	char text[300];
};

void sim_choices_begin(struct sim_choices *choices, const char *word, size_t len);
void sim_choices_add(struct sim_choices *choices, const char *name);
/* All names of a list that has spaces between them. */
void sim_choices_add_all(struct sim_choices *choices, const char *names);
/*
 * ": rw ro wo; did you mean rw?" to put behind "... is not known". A list without end is
 * left out, and so is a name that is not near.
 */
const char *sim_choices_text(struct sim_choices *choices);
/* "; did you mean rw?", or nothing. */
const char *sim_choices_near(struct sim_choices *choices);

/*
 * How many letters to change, add, leave out or swap with the next one.
 * Words of more than SIM_MAX_COMPARED bytes are far from everything.
 */
#define SIM_MAX_COMPARED 40
unsigned int sim_edit_distance(const char *a, size_t a_len, const char *b, size_t b_len);

/* Is it one of the names of a list that has spaces between them? NULL: of none. */
bool sim_is_in_list(const char *list, const char *name, size_t len);

/*
 * Bytes that a terminal would act on, or not understand, as \n or \x1b; UTF-8 stays.
 * Returns the length; what does not fit is cut off. @size is at least 1.
 */
size_t sim_escape(char *out, size_t size, const char *text, size_t len);

#endif
