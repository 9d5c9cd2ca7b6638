/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * text.c - bytes that grow, lines, and transcripts as text.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

static void reserve(struct text *text, size_t more)
{
	if (text->len + more + 1 <= text->max)
		return;
	text->max = 2 * text->max + more + 256;
	text->data = realloc(text->data, text->max);
	if (!text->data)
		give_up("out of memory");
}

void text_add(struct text *text, const char *bytes, size_t len)
{
	reserve(text, len);
	if (len)
		memcpy(text->data + text->len, bytes, len);
	text->len += len;
	text->data[text->len] = 0;
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len > 0) {
		reserve(text, (size_t)len);
		vsnprintf(text->data + text->len, (size_t)len + 1, format, args);
		text->len += (size_t)len;
	}
	va_end(args);
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ NULL, 0, 0 };
}

void text_read_file(struct text *text, const char *path)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	char part[65536];
	size_t len;

	if (!in)
		give_up("%s: %s", path, strerror(errno));
	while ((len = fread(part, 1, sizeof(part), in)) > 0)
		text_add(text, part, len);
	if (ferror(in))
		give_up("%s: %s", path, strerror(errno));
	if (in != stdin)
		fclose(in);
}

void text_write_file(const struct text *text, const char *path)
{
	FILE *out = fopen(path, "wb");
	bool bad = !out;

	if (out) {
		bad = fwrite(text_of(text), 1, text->len, out) != text->len;
		bad |= fclose(out) != 0;
	}
	if (bad)
		give_up("%s: %s", path, strerror(errno));
}

bool next_line(const char **cursor, struct line *line)
{
	const char *end;

	if (!*cursor || !**cursor)
		return false;
	line->at = *cursor;
	end = strchr(line->at, '\n');
	line->len = end ? (size_t)(end - line->at) : strlen(line->at);
	*cursor = end ? end + 1 : line->at + line->len;
	while (line->len && line->at[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* Names and values hold no "->". */
size_t line_arrow(struct line line)
{
	for (size_t i = 0; i + 3 <= line.len; i++)
		if (!memcmp(line.at + i, " ->", 3))
			return i;
	return line.len;
}

static size_t trimmed(const char *at, size_t len)
{
	while (len && at[len - 1] == ' ')
		len--;
	return len;
}

void text_compact(struct text *out, const char *transcript)
{
	struct line line;

	while (next_line(&transcript, &line)) {
		size_t arrow = line_arrow(line);

		if (*line.at == '#')
			arrow = line.len;
		text_add(out, line.at, trimmed(line.at, arrow));
		if (arrow < line.len)
			text_add(out, line.at + arrow, trimmed(line.at + arrow,
							       line.len - arrow));
		text_add(out, "\n", 1);
	}
}

void text_program(struct text *out, const char *transcript)
{
	struct line line;

	while (next_line(&transcript, &line)) {
		if (LINE_BEGINS(line, "#|"))
			continue;
		if (*line.at == '#')
			text_add(out, line.at, line.len);
		else
			text_add(out, line.at, trimmed(line.at, line_arrow(line)));
		text_add(out, "\n", 1);
	}
}

unsigned int count_observations(const char *transcript)
{
	struct line line;
	unsigned int nr = 0;

	while (next_line(&transcript, &line))
		nr += *line.at != '#' && line_arrow(line) < line.len;
	return nr;
}
