/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * compare.c - two transcripts of one program: where they part.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"
#include "scenario/scenario.h"

/* ---- the pieces of a line ---- */

static bool same_line(struct line a, struct line b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

static void put(char to[DIFF_TEXT], struct line from)
{
	snprintf(to, DIFF_TEXT, "%.*s", (int)from.len, from.at);
}

/* Words end at blanks. */
static bool next_word(struct line *rest, struct line *word)
{
	while (rest->len && *rest->at == ' ')
		rest->at++, rest->len--;
	word->at = rest->at;
	word->len = 0;
	while (rest->len && *rest->at != ' ')
		rest->at++, rest->len--, word->len++;
	return word->len != 0;
}

/* "in child read m0+0 -> ..." is a read. */
static void verb_of(struct line line, char verb[32])
{
	struct line word = { line.at, 0 };

	next_word(&line, &word);
	if (word.len == 2 && !memcmp(word.at, "in", 2)) {
		next_word(&line, &word);
		next_word(&line, &word);
	}
	snprintf(verb, 32, "%.*s", (int)word.len, word.at);
}

/* The result: what stands after the arrow. */
static struct line result_of(struct line line)
{
	size_t arrow = line_arrow(line), skip = arrow < line.len ? arrow + 3 : line.len;

	return (struct line){ line.at + skip, line.len - skip };
}

static struct line key_of(struct line word)
{
	const char *equals = memchr(word.at, '=', word.len);

	return (struct line){ equals ? word.at : "value",
			      equals ? (size_t)(equals - word.at) : 5 };
}

static struct line value_of(struct line word)
{
	const char *equals = memchr(word.at, '=', word.len);
	size_t skip = equals ? (size_t)(equals - word.at) + 1 : 0;

	return (struct line){ word.at + skip, word.len - skip };
}

/* Both print their keys in one order: the first word that differs says it. */
static void differ_in_result(struct line kernel, struct line sim, struct difference *diff)
{
	struct line on_kernel = { "", 0 }, on_sim = { "", 0 }, key;
	bool more;

	do {
		more = next_word(&kernel, &on_kernel);
		more &= next_word(&sim, &on_sim);
	} while (more && same_line(on_kernel, on_sim));
	key = key_of(on_kernel.len ? on_kernel : on_sim);
	if (on_kernel.len && on_sim.len && !same_line(key, key_of(on_sim))) {
		key = (struct line){ "value", 5 };
		put(diff->kernel, on_kernel);
		put(diff->sim, on_sim);
	} else {
		put(diff->kernel, value_of(on_kernel));
		put(diff->sim, value_of(on_sim));
	}
	snprintf(diff->key, sizeof(diff->key), "%.*s", (int)key.len, key.at);
}

/* ---- transcripts ---- */

struct reader {
	const char *cursor;
	struct line line;
	bool more;
};

static void advance(struct reader *r)
{
	r->more = next_line(&r->cursor, &r->line);
	if (!r->more)
		r->line = (struct line){ "", 0 };
}

static bool is_op(const struct reader *r)
{
	return r->more && r->line.len && *r->line.at != '#';
}

static void differ_at(const struct reader *kernel, const struct reader *sim,
		      struct difference *diff)
{
	size_t arrow = line_arrow(kernel->line);

	if (is_op(kernel) && is_op(sim) && arrow == line_arrow(sim->line) &&
	    !memcmp(kernel->line.at, sim->line.at, arrow)) {
		verb_of(kernel->line, diff->op);
		differ_in_result(result_of(kernel->line), result_of(sim->line), diff);
		return;
	}
	snprintf(diff->key, sizeof(diff->key), "lines");
	put(diff->kernel, kernel->more ? kernel->line : (struct line){ "(the end)", 9 });
	put(diff->sim, sim->more ? sim->line : (struct line){ "(the end)", 9 });
	if ((is_op(kernel) || !kernel->more) && (is_op(sim) || !sim->more))
		snprintf(diff->op, sizeof(diff->op), "end");
}

bool find_difference(const char *kernel, const char *sim, struct difference *diff)
{
	struct reader k = { kernel, { "", 0 }, true }, s = { sim, { "", 0 }, true };

	memset(diff, 0, sizeof(*diff));
	while (k.more || s.more) {
		advance(&k);
		advance(&s);
		diff->line++;
		if (!same_line(k.line, s.line) || k.more != s.more) {
			differ_at(&k, &s, diff);
			return true;
		}
		if (is_op(&k))
			verb_of(k.line, diff->op);
	}
	return false;
}

bool same_kind(const struct difference *a, const struct difference *b)
{
	return !strcmp(a->op, b->op) && !strcmp(a->key, b->key) &&
	       !strcmp(a->kernel, "BUG") == !strcmp(b->kernel, "BUG") &&
	       !strcmp(a->sim, "BUG") == !strcmp(b->sim, "BUG") &&
	       !strcmp(a->kernel, "(hung)") == !strcmp(b->kernel, "(hung)");
}

/* ---- signatures ---- */

/* d0+3 and d1+2 are alike: each run of digits after a letter, '+' or '-' is one N. */
static void add_alike(struct text *out, const char *value)
{
	for (const char *c = value; *c; c++) {
		bool number = isdigit((unsigned char)*c) && c > value && strchr("+-dcrmf", c[-1]);

		if (number) {
			text_add(out, "N", 1);
			while (isdigit((unsigned char)c[1]) || c[1] == 'x')
				c++;
		} else {
			text_add(out, c, 1);
		}
	}
}

void signature_of(const struct difference *diff, struct text *out)
{
	uint64_t k, s;
	bool numbers = scn_parse_number(diff->kernel, strlen(diff->kernel), 0, UINT64_MAX, &k) &&
		       scn_parse_number(diff->sim, strlen(diff->sim), 0, UINT64_MAX, &s);

	text_printf(out, "%s %s: ", diff->op, diff->key);
	if (numbers && k > 1 && s > 1 && strcmp(diff->key, "bits")) {
		text_printf(out, "the kernel has %s", k > s ? "more" : "less");
		return;
	}
	text_printf(out, "kernel ");
	add_alike(out, diff->kernel);
	text_printf(out, ", simulator ");
	add_alike(out, diff->sim);
}

/* ---- showing ---- */

static void print_side(FILE *out, const char *transcript, unsigned int from, unsigned int at,
		       const char *mark)
{
	struct line line;

	for (unsigned int nr = 1; next_line(&transcript, &line) && nr <= at; nr++)
		if (nr >= from)
			fprintf(out, "%s %.*s\n", nr == at ? mark : " ", (int)line.len, line.at);
}

void print_difference(FILE *out, const char *kernel, const char *sim,
		      const struct difference *diff, unsigned int before)
{
	unsigned int from = diff->line > before ? diff->line - before : 1;

	if (from > 1)
		fprintf(out, "  ...\n");
	if (diff->line > 1)
		print_side(out, kernel, from, diff->line - 1, " ");
	fprintf(out, "kernel:    ");
	print_side(out, kernel, diff->line, diff->line, "");
	if (!strcmp(diff->kernel, "(the end)") || !strcmp(diff->kernel, "(hung)"))
		fprintf(out, " %s\n", diff->kernel);
	fprintf(out, "simulator: ");
	print_side(out, sim, diff->line, diff->line, "");
	if (!strcmp(diff->sim, "(the end)"))
		fprintf(out, " (the end)\n");
}

/* ---- one job ---- */

static unsigned int line_number(const char *text, size_t len)
{
	unsigned int lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

/* What the runner says at the end of a guest that died is no result. */
static void drop_notes(struct text *transcript)
{
	struct line line, last = { "", 0 };
	const char *cursor = text_of(transcript);

	while (next_line(&cursor, &line))
		last = line;
	if (!LINE_BEGINS(last, "#| process"))
		return;
	transcript->len = (size_t)(last.at - transcript->data);
	transcript->data[transcript->len] = 0;
}

/* Is the simulator's next line, and last, the BUG of which the guest died? */
static bool bug_explains(const struct text *sim, const struct difference *diff)
{
	return !strcmp(diff->kernel, "(the end)") && sim->len > 5 &&
	       !strcmp(sim->data + sim->len - 5, " BUG\n") &&
	       line_number(sim->data, sim->len) == diff->line;
}

void refusal_of(const struct job *job, struct text *out)
{
	const char *transcript = text_of(&job->transcript);
	struct line line = { "", 0 };

	while (next_line(&transcript, &line))
		;
	text_add(out, line.at, line.len);
}

bool job_lacks_function(const struct kernel *kernel, const struct job *job)
{
	static const char says[] = "this kernel has no such function: ";
	struct text why = { NULL, 0, 0 };
	const char *lacks;
	bool result;

	if (job->status != JOB_UNUSABLE)
		return false;
	refusal_of(job, &why);
	lacks = strstr(text_of(&why), says);
	result = lacks && kernel_lacks(kernel, lacks + sizeof(says) - 1);
	text_free(&why);
	return result;
}

/* Is all the same up to the line that says what the kernel lacks? */
static bool refused_there(const struct kernel *kernel, const struct job *job,
			  const struct difference *diff)
{
	return job_lacks_function(kernel, job) &&
	       diff->line == line_number(text_of(&job->transcript), job->transcript.len);
}

bool check_job(const struct kernel *kernel, struct job *job, struct text *sim,
	       struct difference *diff)
{
	const struct scenario *s = job->scenario;
	bool differs;
	int ret;

	memset(diff, 0, sizeof(*diff));
	ret = sim_transcript_apart(kernel, s->name, text_of(&s->text), sim);
	if (job->status == JOB_UNUSABLE && ret == -EINVAL)
		return false;
	if (job->status == JOB_HUNG)
		drop_notes(&job->transcript);
	differs = find_difference(text_of(&job->transcript), text_of(sim), diff);
	if (job->status == JOB_UNUSABLE)
		return !differs || !refused_there(kernel, job, diff);
	if (job->status != JOB_HUNG)
		return differs;
	if (differs && bug_explains(sim, diff))
		return false;
	snprintf(diff->kernel, sizeof(diff->kernel), "(hung)");
	return true;
}
