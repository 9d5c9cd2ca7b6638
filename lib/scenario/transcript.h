/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * transcript.h - the result of one operation, and how it is printed.
 *
 * Nothing here knows what ran the operation: a simulated machine (run.h) and a
 * real kernel (tests/oracle/runner) print the same transcript by the same code.
 */
#ifndef SIM_SCENARIO_TRANSCRIPT_H
#define SIM_SCENARIO_TRANSCRIPT_H

#include "scenario/ops.h"

#define SCN_MAX_KEYS 24
#define SCN_PFN_TEXT 64

/* What an operation says: a value, keys, lines of text. All empty: "0". */
struct scn_result {
	char value[32];
	unsigned int nr_keys;
	struct {
		const char *key; /* static */
		bool hidden;	/* not shown, but may be expected */
		char text[SCN_PFN_TEXT];
	} key[SCN_MAX_KEYS];
	char *lines;		/* host memory: each closed by \n; NULL = none */
	size_t lines_len;
};

void scn_value(struct scn_result *res, const char *value);
/* -errno by its name, what is not below 0 as a number. */
void scn_value_return(struct scn_result *res, long ret);
/* 0, a signal by its name, -errno by its name. */
void scn_value_signal(struct scn_result *res, int ret);
__attribute__((format(printf, 3, 4)))
void scn_key(struct scn_result *res, const char *key, const char *format, ...);
/* The key that was added last is not shown. */
void scn_hide_key(struct scn_result *res);
/* What the result has under a key, 0 where it was left out; NULL: nothing. "" is the value. */
const char *scn_result_of(const struct scn_result *res, const char *key);
/* The value and the keys that are shown, with a space before each; free() it. */
char *scn_result_text(const struct scn_result *res);
/* Does the result have what is expected? */
bool scn_holds(const struct scn_expect *e, const struct scn_result *res);
/*
 * What ends a run badly where no line expects it: "BUG", "bad_page=2". The first that @op
 * does not expect, or NULL; *@i begins with 0 and goes on with the next.
 */
const char *scn_next_alarm(const struct scn_op *op, const struct scn_result *res, unsigned int *i,
			   char text[SCN_PFN_TEXT + 32]);
__attribute__((format(printf, 2, 3)))
void scn_line(struct scn_result *res, const char *format, ...);

/* An entry, as a portable transcript has it: by names, without numbers of pages. */
struct scn_entry {
	bool none, present, special, write, dirty, young, protnone, normal;
	const char *cache, *level;
	const char *page;	/* what lies behind it: d0+1, anon ... */
	uint64_t bits;		/* all but the pfn */
};
/*
 * Of an empty entry neither the level is told, which depends on what else is
 * mapped nearby, nor what a table may leave in it.
 */
void scn_show_entry(struct scn_result *res, const struct scn_entry *entry);

/* Where a scenario's transcript goes, and what was counted on the way. */
struct scn_transcript {
	const struct scn *scn;
	const struct sim_scenario_options *options;
	struct sim_scenario_result result;
};

/*
 * @machine: what it is, as its line would say it; @unfollowed: what its line says that is
 * not so, or "".
 */
void scn_print_head(const struct scn_transcript *to, const char *machine,
		    const char *unfollowed);
void scn_print_comment(const struct scn_transcript *to, const struct scn_op *op);
/* The operation and its result; returns how many expectations do not hold (0 or 1). */
unsigned int scn_print_op(const struct scn_transcript *to, const struct scn_op *op,
			  const struct scn_result *res);
/* Outcomes that the operation does not expect; returns how many. */
unsigned int scn_print_alarms(const struct scn_transcript *to, const struct scn_op *op,
			      const struct scn_result *res);
/* A portable transcript that ends before its scenario does says why, */
#define SCN_UNDEFINED_WORDS "undefined from here on: "
#define SCN_UNDEFINED "#| " SCN_UNDEFINED_WORDS
void scn_print_undefined(const struct scn_transcript *to, const char *why);
/* and of each expectation behind its end that it failed. */
void scn_print_unreached(const struct scn_transcript *to, const struct scn_op *op);
void scn_print_tail(const struct scn_transcript *to);

#endif
