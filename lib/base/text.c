/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * text.c - words of messages.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FAR (2 * SIM_MAX_COMPARED)

/* ---- what was meant ---- */

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * The optimal string alignment distance, by three rows of the usual table:
 * row[i % 3][j] is the distance of the first i bytes of @a and the first j of @b.
 */
unsigned int sim_edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int row[3][SIM_MAX_COMPARED + 1];

	if (a_len > SIM_MAX_COMPARED || b_len > SIM_MAX_COMPARED)
		return FAR;
	for (size_t j = 0; j <= b_len; j++)
		row[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned int *now = row[i % 3], *last = row[(i - 1) % 3];

		now[0] = (unsigned int)i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(last[j], now[j - 1]) + 1;
			now[j] = least(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], row[(i - 2) % 3][j - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

/* Of a short word everything is near, so that little may differ. */
static bool is_near(unsigned int distance, size_t len)
{
	return distance < len && distance <= (len < 4 ? 1 : len < 8 ? 2 : 3);
}

void sim_choices_begin(struct sim_choices *choices, const char *word, size_t len)
{
	choices->word = word;
	choices->len = len;
	choices->distance = FAR;
	choices->cut = false;
	choices->nearest[0] = 0;
	choices->list[0] = 0;
}

static void add(struct sim_choices *choices, const char *name, size_t len)
{
	size_t used = strlen(choices->list);
	unsigned int distance = sim_edit_distance(choices->word, choices->len, name, len);

	if (used + len + 2 > sizeof(choices->list))
		choices->cut = true;
	else
		snprintf(choices->list + used, sizeof(choices->list) - used, " %.*s", (int)len,
			 name);
	if (distance >= choices->distance || len >= sizeof(choices->nearest))
		return;
	choices->distance = distance;
	memcpy(choices->nearest, name, len);
	choices->nearest[len] = 0;
}

void sim_choices_add(struct sim_choices *choices, const char *name)
{
	add(choices, name, strlen(name));
}

void sim_choices_add_all(struct sim_choices *choices, const char *names)
{
	while (names && *names) {
		size_t len = strcspn(names, " ");

		if (len)
			add(choices, names, len);
		names += len + (names[len] != 0);
	}
}

const char *sim_choices_text(struct sim_choices *choices)
{
	bool near = is_near(choices->distance, choices->len);
	bool listed = !choices->cut && *choices->list;

	snprintf(choices->text, sizeof(choices->text), "%s%s%s%s%s", listed ? ":" : "",
		 listed ? choices->list : "", near ? "; did you mean " : "",
		 near ? choices->nearest : "", near ? "?" : "");
	return choices->text;
}

const char *sim_choices_near(struct sim_choices *choices)
{
	choices->cut = true;
	return sim_choices_text(choices);
}

bool sim_is_in_list(const char *list, const char *name, size_t len)
{
	while (list && *list) {
		size_t one = strcspn(list, " ");

		if (one && one == len && !memcmp(list, name, len))
			return true;
		list += one + (list[one] != 0);
	}
	return false;
}

/* ---- what may be printed ---- */

/* The bytes of a printable character of UTF-8 that is none of ASCII; 0: it is none. */
static size_t utf8_bytes(const unsigned char *text, size_t len)
{
	size_t nr = *text >= 0xf0 && *text < 0xf5 ? 4 : *text >= 0xe0 && *text < 0xf0 ? 3 :
		    *text >= 0xc2 && *text < 0xe0 ? 2 : 0;
	uint32_t code = nr ? *text & (0x7fu >> nr) : 0;

	if (nr > len)
		return 0;
	for (size_t i = 1; i < nr; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	/* written longer than it need be, halves of pairs, controls, turns of direction */
	if ((nr == 3 && code < 0x800) || (nr == 4 && (code < 0x10000 || code > 0x10ffff)) ||
	    (code >= 0xd800 && code < 0xe000) || code < 0xa0 ||
	    (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
		return 0;
	return nr;
}

static size_t escape_byte(char out[5], unsigned char c)
{
	static const char letters[] = "\a" "a" "\b" "b" "\t" "t" "\n" "n" "\v" "v" "\f" "f"
				      "\r" "r";

	for (size_t i = 0; i < sizeof(letters) - 1; i += 2)
		if (c == (unsigned char)letters[i])
			return (size_t)snprintf(out, 5, "\\%c", letters[i + 1]);
	return (size_t)snprintf(out, 5, "\\x%02x", c);
}

size_t sim_escape(char *out, size_t size, const char *text, size_t len)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t used = 0;

	while (len) {
		size_t taken = *from >= ' ' && *from < 0x7f ? 1 : utf8_bytes(from, len);
		char escaped[5];
		size_t nr = taken ? taken : escape_byte(escaped, *from);

		if (used + nr + 1 > size)
			break;
		memcpy(out + used, taken ? (const char *)from : escaped, nr);
		used += nr;
		from += taken ? taken : 1;
		len -= taken ? taken : 1;
	}
	out[used] = 0;
	return used;
}
