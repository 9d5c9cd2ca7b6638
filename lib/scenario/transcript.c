/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * transcript.c - what a scenario prints: results, expectations that failed,
 * KTAP.
 *
 * A transcript is a scenario again: each operation with all of its result as
 * the expectation. What else is printed begins with "#|", which the parser
 * passes over.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "scenario/transcript.h"

#ifndef TTMSIM_VERSION
#define TTMSIM_VERSION "?"	/* a guest's program prints none */
#endif

#define RESULT_COLUMN 40

/* ---- results ---- */

void scn_value(struct scn_result *res, const char *value)
{
	snprintf(res->value, sizeof(res->value), "%s", value);
}

void scn_value_return(struct scn_result *res, long ret)
{
	const char *name = ret < 0 && ret >= -ERESTARTSYS ? sim_errno_name((int)-ret) : NULL;

	if (name)
		snprintf(res->value, sizeof(res->value), "-%s", name);
	else
		snprintf(res->value, sizeof(res->value), "%ld", ret);
}

void scn_value_signal(struct scn_result *res, int ret)
{
	if (ret == SIGBUS)
		scn_value(res, "SIGBUS");
	else if (ret == SIGSEGV)
		scn_value(res, "SIGSEGV");
	else
		scn_value_return(res, ret);
}

void scn_key(struct scn_result *res, const char *key, const char *format, ...)
{
	va_list args;

	if (res->nr_keys == SCN_MAX_KEYS)
		return;
	res->key[res->nr_keys].key = key;
	res->key[res->nr_keys].hidden = false;
	va_start(args, format);
	vsnprintf(res->key[res->nr_keys].text, sizeof(res->key[0].text), format, args);
	va_end(args);
	res->nr_keys++;
}

void scn_hide_key(struct scn_result *res)
{
	if (res->nr_keys)
		res->key[res->nr_keys - 1].hidden = true;
}

void scn_line(struct scn_result *res, const char *format, ...)
{
	va_list args;
	char *line, *lines;
	int len;

	va_start(args, format);
	len = vasprintf(&line, format, args);
	va_end(args);
	if (len < 0)
		return;
	lines = realloc(res->lines, res->lines_len + (size_t)len + 2);
	if (lines) {
		memcpy(lines + res->lines_len, line, (size_t)len);
		res->lines_len += (size_t)len + 1;
		lines[res->lines_len - 1] = '\n';
		lines[res->lines_len] = 0;
		res->lines = lines;
	}
	free(line);
}

void scn_show_entry(struct scn_result *res, const struct scn_entry *entry)
{
	if (entry->none)
		scn_value(res, "none");
	scn_key(res, "present", "%d", entry->present);
	scn_key(res, "special", "%d", entry->special);
	scn_key(res, "write", "%d", entry->write);
	scn_key(res, "dirty", "%d", entry->dirty);
	scn_key(res, "young", "%d", entry->young);
	scn_key(res, "protnone", "%d", entry->protnone);
	scn_key(res, "cache", "%s", entry->none ? "wb" : entry->cache);
	scn_key(res, "level", "%s", entry->none ? "none" : entry->level);
	scn_key(res, "pfn", "%s", entry->none ? "none" : entry->page);
	scn_key(res, "bits", "0x%llx", entry->none ? 0ULL : (unsigned long long)entry->bits);
	scn_key(res, "normal", "%d", !entry->none && entry->normal);
}

/* ---- expectations ---- */

static bool same_value(const char *a, const char *b)
{
	uint64_t x, y;

	if (!strcmp(a, b))
		return true;
	return scn_parse_number(a, strlen(a), 0, UINT64_MAX, &x) &&
	       scn_parse_number(b, strlen(b), 0, UINT64_MAX, &y) && x == y;
}

/* Keys that any operation may have; left out where they are 0. */
static const char outcome_keys[] = SCN_OUTCOME_KEYS;

/* Keys that are left out where they are 0. */
static bool is_zero_key(const char *key)
{
	if (sim_is_in_list(outcome_keys, key, strlen(key)))
		return true;
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		if (!strcmp(key, sim_counter_name((enum sim_counter)i)))
			return true;
	return false;
}

const char *scn_result_of(const struct scn_result *res, const char *key)
{
	if (!*key)
		return *res->value ? res->value : res->nr_keys ? NULL : "0";
	for (unsigned int i = 0; i < res->nr_keys; i++)
		if (!strcmp(res->key[i].key, key))
			return res->key[i].text;
	return is_zero_key(key) ? "0" : NULL;
}

bool scn_holds(const struct scn_expect *e, const struct scn_result *res)
{
	const char *got = scn_result_of(res, e->key);

	return got && same_value(got, e->value);
}

static bool is_expected(const struct scn_op *op, const char *key)
{
	for (unsigned int i = 0; i < op->nr_expect; i++)
		if (!strcmp(op->expect[i].key, key))
			return true;
	return false;
}

const char *scn_next_alarm(const struct scn_op *op, const struct scn_result *res, unsigned int *i,
			   char text[SCN_PFN_TEXT + 32])
{
	static const char *const alarms[] = { "", "bad_page", "misuse", "leaks" };

	while (*i < sizeof(alarms) / sizeof(alarms[0])) {
		const char *key = alarms[(*i)++], *got = scn_result_of(res, key);

		if (!got || is_expected(op, key) || !strcmp(got, "0") ||
		    (!*key && strcmp(got, "BUG") != 0))
			continue;
		snprintf(text, SCN_PFN_TEXT + 32, "%s%s%s", key, *key ? "=" : "", got);
		return text;
	}
	return NULL;
}

/* ---- printing ---- */

static bool prints(const struct scn_transcript *to)
{
	return to->options->out && (to->options->format == SIM_SCENARIO_TEXT ||
				    to->options->format == SIM_SCENARIO_KTAP);
}

static bool is_ktap(const struct scn_transcript *to)
{
	return to->options->format == SIM_SCENARIO_KTAP;
}

/* What every line of a KTAP test inside another begins with. */
#define KTAP_INDENT "    "

static void print_result(FILE *out, const struct scn_result *res)
{
	if (*res->value || !res->nr_keys)
		fprintf(out, " %s", *res->value ? res->value : "0");
	for (unsigned int i = 0; i < res->nr_keys; i++)
		if (!res->key[i].hidden)
			fprintf(out, " %s=%s", res->key[i].key, res->key[i].text);
}

char *scn_result_text(const struct scn_result *res)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	print_result(out, res);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void print_lines(const struct scn_transcript *to, const struct scn_result *res)
{
	const char *line = res->lines;

	while (line && *line) {
		const char *end = strchr(line, '\n');

		fprintf(to->options->out, "%s%.*s\n", is_ktap(to) ? KTAP_INDENT "# " : "#| ",
			(int)(end - line), line);
		line = end + 1;
	}
}

/* "write=1" or "0". */
static void print_item(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s%s%s", key, *key ? "=" : "", value);
}

/* "FAILED: FILE:LINE: ", red to the end of the line. */
static void begin_failure(FILE *out, const char *before, const struct scn_transcript *to,
			  const struct scn_op *op)
{
	fprintf(out, "%s%sFAILED: %s:%u: ", before, to->options->color ? "\033[31m" : "",
		to->scn->name, op->line);
}

static void end_failure(FILE *out, const struct scn_transcript *to)
{
	fprintf(out, "%s\n", to->options->color ? "\033[0m" : "");
}

static void print_failures(FILE *out, const char *before, const struct scn_transcript *to,
			   const struct scn_op *op, const struct scn_result *res)
{
	for (unsigned int i = 0; i < op->nr_expect; i++) {
		const struct scn_expect *e = &op->expect[i];
		const char *got = scn_result_of(res, e->key);

		if (scn_holds(e, res))
			continue;
		begin_failure(out, before, to, op);
		fputs("expected ", out);
		print_item(out, e->key, e->value);
		fputs(", got ", out);
		print_item(out, e->key, got ? got : "nothing");
		end_failure(out, to);
	}
}

static void print_text(const struct scn_transcript *to, const struct scn_op *op,
		       const struct scn_result *res, bool failed)
{
	FILE *out = to->options->out;

	fprintf(out, "%-*s ->", RESULT_COLUMN - 1, op->text);
	print_result(out, res);
	fputc('\n', out);
	print_lines(to, res);
	if (failed)
		print_failures(out, "#| ", to, op, res);
}

static void print_ktap_point(const struct scn_transcript *to, const struct scn_op *op, bool failed)
{
	fprintf(to->options->out, KTAP_INDENT "%s %u line %u: %s\n", failed ? "not ok" : "ok",
		to->result.nr_expected, op->line, op->text);
}

static void print_ktap(const struct scn_transcript *to, const struct scn_op *op,
		       const struct scn_result *res, bool failed)
{
	FILE *out = to->options->out;

	if (op->nr_expect)
		print_ktap_point(to, op, failed);
	fprintf(out, KTAP_INDENT "# %s ->", op->text);
	print_result(out, res);
	fputc('\n', out);
	print_lines(to, res);
	if (failed)
		print_failures(out, KTAP_INDENT "# ", to, op, res);
}

unsigned int scn_print_op(const struct scn_transcript *to, const struct scn_op *op,
			  const struct scn_result *res)
{
	bool failed = false;

	for (unsigned int i = 0; i < op->nr_expect; i++)
		failed |= !scn_holds(&op->expect[i], res);
	if (prints(to))
		(is_ktap(to) ? print_ktap : print_text)(to, op, res, failed);
	else if (failed && to->options->err && to->options->format == SIM_SCENARIO_QUIET)
		print_failures(to->options->err, "", to, op, res);
	return failed;
}

/* What failures are written to; NULL: nobody is told. */
static FILE *failures_of(const struct scn_transcript *to)
{
	return prints(to) ? to->options->out :
	       to->options->format == SIM_SCENARIO_QUIET ? to->options->err : NULL;
}

/* What each line about a failure begins with. */
static const char *before_failure(const struct scn_transcript *to)
{
	return !prints(to) ? "" : is_ktap(to) ? KTAP_INDENT "# " : "#| ";
}

unsigned int scn_print_alarms(const struct scn_transcript *to, const struct scn_op *op,
			      const struct scn_result *res)
{
	FILE *out = to->options->portable && prints(to) ? NULL : failures_of(to);
	char text[SCN_PFN_TEXT + 32];
	unsigned int i = 0, nr = 0;

	for (; scn_next_alarm(op, res, &i, text); nr++) {
		if (!out)
			continue;
		begin_failure(out, before_failure(to), to, op);
		fprintf(out, "%s was not expected", text);
		end_failure(out, to);
	}
	return nr;
}

void scn_print_unreached(const struct scn_transcript *to, const struct scn_op *op)
{
	FILE *out = failures_of(to);

	if (!out)
		return;
	if (prints(to) && is_ktap(to))
		print_ktap_point(to, op, true);
	begin_failure(out, before_failure(to), to, op);
	fputs("not reached", out);
	end_failure(out, to);
}

void scn_print_undefined(const struct scn_transcript *to, const char *why)
{
	if (prints(to))
		fprintf(to->options->out, "%s" SCN_UNDEFINED_WORDS "%s\n",
			is_ktap(to) ? KTAP_INDENT "# " : "#| ", why);
}

void scn_print_comment(const struct scn_transcript *to, const struct scn_op *op)
{
	if (prints(to) && !is_ktap(to))
		fprintf(to->options->out, "%s\n", op->text);
}

void scn_print_head(const struct scn_transcript *to, const char *machine,
		    const char *unfollowed)
{
	FILE *out = to->options->out;

	if (!prints(to))
		return;
	if (is_ktap(to))
		fprintf(out, KTAP_INDENT "KTAP version 1\n" KTAP_INDENT "# Subtest: %s\n"
			KTAP_INDENT "1..%u\n", to->scn->name, to->scn->nr_expected);
	else if (!to->options->portable)
		fprintf(out, "#| ttmsim " TTMSIM_VERSION ": %s\n#| on a machine %s\n%s%s%s",
			to->scn->name, machine, *unfollowed ? "#| not as written:" : "",
			unfollowed, *unfollowed ? "\n" : "");
}

void scn_print_tail(const struct scn_transcript *to)
{
	unsigned int number = to->options->ktap_number;
	bool failed = to->result.nr_failed || to->result.nr_unexpected;

	if (prints(to) && is_ktap(to))
		fprintf(to->options->out, "%s %u %s%s\n",
			failed ? "not ok" : "ok", number ? number : 1, to->scn->name,
			to->scn->nr_expected || failed ? "" : " # SKIP no expectations");
}
