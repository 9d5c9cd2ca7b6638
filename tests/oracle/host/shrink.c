/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * shrink.c - the shortest program that shows a difference: operations go, then
 * arguments, as long as the first difference stays of its kind.
 *
 * The candidates of one round go to the guest together.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define MAX_LINES 512
#define MAX_TRIES 4000

struct lines {
	struct line v[MAX_LINES];
	unsigned int nr;
};

static void split(struct lines *lines, const char *text)
{
	lines->nr = 0;
	while (lines->nr < MAX_LINES && next_line(&text, &lines->v[lines->nr]))
		lines->nr++;
}

/* ---- candidates ---- */

struct round {
	struct shrink *shrink;
	struct scenarios candidates;
	struct job *jobs;
	int winner;		/* -1: none so far */
	struct text on_sim;
	struct difference diff;
};

static void add_candidate(struct round *round, struct text *program)
{
	if (program->len && sim_parses(program->data, program->len)) {
		struct scenario *s = scenarios_add(&round->candidates, "shrink", "shrink");

		text_add(&s->text, program->data, program->len);
	}
	text_free(program);
}

/* Without lines [from, from + nr). */
static void add_without(struct round *round, const struct lines *lines, unsigned int from,
			unsigned int nr)
{
	struct text program = { NULL, 0, 0 };

	for (unsigned int i = 0; i < lines->nr; i++)
		if (i < from || i >= from + nr)
			text_printf(&program, "%.*s\n", (int)lines->v[i].len, lines->v[i].at);
	add_candidate(round, &program);
}

static bool has_name(struct line line, struct line name)
{
	for (size_t i = 0; i + name.len <= line.len; i++) {
		bool begins = i == 0 || !isalnum((unsigned char)line.at[i - 1]);
		bool ends = i + name.len == line.len ||
			    !isalnum((unsigned char)line.at[i + name.len]);

		if (begins && ends && !memcmp(line.at + i, name.at, name.len))
			return true;
	}
	return false;
}

/* The second word of what makes something. */
static bool made_name(struct line line, struct line *name)
{
	static const char *const makers[] = { "mmap ", "dev ", "file ", "open ", "fork " };

	if (LINE_BEGINS(line, "in c")) {
		const char *rest = memchr(line.at + 3, ' ', line.len - 3);

		if (!rest)
			return false;
		line.len -= (size_t)(rest + 1 - line.at);
		line.at = rest + 1;
	}
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		size_t len = strlen(makers[i]);

		if (!line_is(line, makers[i], len))
			continue;
		name->at = line.at + len;
		name->len = strcspn(name->at, " \n");
		return true;
	}
	return false;
}

/* Without the operation that makes a name and all that use it. */
static void add_without_name(struct round *round, const struct lines *lines, struct line name)
{
	struct text program = { NULL, 0, 0 };

	for (unsigned int i = 0; i < lines->nr; i++)
		if (!has_name(lines->v[i], name))
			text_printf(&program, "%.*s\n", (int)lines->v[i].len, lines->v[i].at);
	add_candidate(round, &program);
}

/* Line @at with the bytes [from, to) replaced. */
static void add_edited(struct round *round, const struct lines *lines, unsigned int at,
		       size_t from, size_t to, const char *with)
{
	struct text program = { NULL, 0, 0 };

	for (unsigned int i = 0; i < lines->nr; i++) {
		struct line line = lines->v[i];

		if (i != at)
			text_printf(&program, "%.*s\n", (int)line.len, line.at);
		else
			text_printf(&program, "%.*s%s%.*s\n", (int)from, line.at, with,
				    (int)(line.len - to), line.at + to);
	}
	add_candidate(round, &program);
}

/* mmap NAME SOURCE ...: of nothing. */
static void add_anon(struct round *round, const struct lines *lines, unsigned int at)
{
	struct line line = lines->v[at], name;
	size_t from, to;

	if (!made_name(line, &name) || !memmem(line.at, line.len, "mmap ", 5))
		return;
	from = (size_t)(name.at - line.at) + name.len + 1;
	to = from;
	while (to < line.len && line.at[to] != ' ')
		to++;
	if (from >= line.len || line_is((struct line){ line.at + from, to - from }, "anon", 4))
		return;
	add_edited(round, lines, at, from, to, "anon");
	add_edited(round, lines, at, from, to, "anon pages=2");
}

/* Each word but the verb left out; "in TASK" left out; each number made smaller. */
static void add_simpler(struct round *round, const struct lines *lines, unsigned int at)
{
	struct line line = lines->v[at];

	add_anon(round, lines, at);
	if (LINE_BEGINS(line, "in c"))
		add_edited(round, lines, at, 0,
			   3 + strcspn(line.at + 3, " \n") + 1, "");
	for (size_t i = 1; i < line.len; i++) {
		size_t end = i;

		if (line.at[i - 1] == ' ') {
			while (end < line.len && line.at[end] != ' ')
				end++;
			add_edited(round, lines, at, i - 1, end, "");
		}
		end = i;
		while (end < line.len && isdigit((unsigned char)line.at[end]))
			end++;
		if (end == i || !strchr("=+", line.at[i - 1]))
			continue;
		if (end - i > 1 || line.at[i] > '1')
			add_edited(round, lines, at, i, end, "1");
		if (end - i > 1 || line.at[i] > '2')
			add_edited(round, lines, at, i, end, "2");
		if (end - i > 1 || line.at[i] > '0')
			add_edited(round, lines, at, i, end, "0");
	}
}

/* ---- trying ---- */

static void job_done(struct job *job, void *data)
{
	struct round *round = data;
	struct text sim = { NULL, 0, 0 };
	struct difference diff;

	round->shrink->tries++;
	progress("making it shorter: %u programs tried", round->shrink->tries);
	if (round->winner < 0 && check_job(round->shrink->kernel, job, &sim, &diff) &&
	    same_kind(&diff, &round->shrink->diff)) {
		round->winner = (int)(job - round->jobs);
		round->on_sim = sim;
		round->diff = diff;
		return;
	}
	text_free(&sim);
}

static void win(struct round *round)
{
	struct shrink *shrink = round->shrink;
	struct job *job = &round->jobs[round->winner];

	shrink->program.len = 0;
	text_add(&shrink->program, text_of(&job->scenario->text), job->scenario->text.len);
	text_free(&shrink->on_kernel);
	shrink->on_kernel = job->transcript;
	job->transcript = (struct text){ NULL, 0, 0 };
	text_free(&shrink->on_sim);
	shrink->on_sim = round->on_sim;
	shrink->diff = round->diff;
}

/* Runs the candidates; the first that still shows it becomes the program. */
static bool try_all(struct round *round)
{
	unsigned int nr = round->candidates.nr, step = 24;

	round->winner = -1;
	round->jobs = calloc(nr ? nr : 1, sizeof(*round->jobs));
	if (!round->jobs)
		give_up("out of memory");
	for (unsigned int i = 0; i < nr; i++)
		round->jobs[i].scenario = &round->candidates.v[i];
	for (unsigned int i = 0; i < nr && round->winner < 0; i += step)
		vm_run(round->shrink->vm, round->jobs + i, nr - i < step ? nr - i : step, job_done,
		       round);
	if (round->winner >= 0)
		win(round);
	for (unsigned int i = 0; i < nr; i++)
		text_free(&round->jobs[i].transcript);
	free(round->jobs);
	scenarios_free(&round->candidates);
	return round->winner >= 0;
}

static struct round begin_round(struct shrink *shrink, struct lines *lines)
{
	split(lines, text_of(&shrink->program));
	return (struct round){ .shrink = shrink };
}

/* After the line where they differ nothing matters. */
static bool drop_tail(struct shrink *shrink)
{
	static struct lines lines;
	struct round round = begin_round(shrink, &lines);
	unsigned int keep = 0, nr = 0, at = shrink->diff.line;
	const char *transcript = text_of(&shrink->on_kernel);
	struct line line;

	while (next_line(&transcript, &line) && nr++ < at)
		keep += *line.at != '#';
	if (!keep || keep >= lines.nr)
		return false;
	add_without(&round, &lines, keep, lines.nr - keep);
	return try_all(&round);
}

static bool drop_names(struct shrink *shrink)
{
	static struct lines lines;
	struct round round = begin_round(shrink, &lines);
	struct line name;

	for (unsigned int i = 0; i < lines.nr; i++)
		if (made_name(lines.v[i], &name))
			add_without_name(&round, &lines, name);
	return try_all(&round);
}

static bool drop_chunks(struct shrink *shrink, unsigned int size)
{
	static struct lines lines;
	struct round round = begin_round(shrink, &lines);

	for (unsigned int from = 0; from < lines.nr; from += size)
		add_without(&round, &lines, from, size);
	return try_all(&round);
}

/* One that another line makes needless only together: pairs. */
static bool drop_pairs(struct shrink *shrink)
{
	static struct lines lines;
	struct round round = begin_round(shrink, &lines);

	if (lines.nr > 16)
		return false;
	for (unsigned int a = 0; a < lines.nr; a++) {
		for (unsigned int b = a + 2; b < lines.nr; b++) {
			struct text program = { NULL, 0, 0 };

			for (unsigned int i = 0; i < lines.nr; i++)
				if (i != a && i != b)
					text_printf(&program, "%.*s\n", (int)lines.v[i].len,
						    lines.v[i].at);
			add_candidate(&round, &program);
		}
	}
	return try_all(&round);
}

static bool simplify(struct shrink *shrink)
{
	static struct lines lines;
	struct round round = begin_round(shrink, &lines);

	for (unsigned int i = 0; i < lines.nr; i++)
		add_simpler(&round, &lines, i);
	return try_all(&round);
}

static bool drop_lines(struct shrink *shrink)
{
	unsigned int nr = 0;
	bool any = false;

	for (size_t i = 0; i < shrink->program.len; i++)
		nr += shrink->program.data[i] == '\n';
	for (unsigned int size = nr / 2 ? nr / 2 : 1; size; size /= 2)
		while (shrink->tries < MAX_TRIES && drop_chunks(shrink, size))
			any = true;
	return any;
}

void shrink_program(struct shrink *shrink)
{
	bool better = true;

	drop_tail(shrink);
	while (better && shrink->tries < MAX_TRIES) {
		better = false;
		while (drop_names(shrink) && shrink->tries < MAX_TRIES)
			better = true;
		better |= drop_lines(shrink);
		if (!better)
			better = drop_pairs(shrink);
		while (simplify(shrink) && shrink->tries < MAX_TRIES)
			better = true;
	}
	progress_end();
}
