/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * scenario.h - scenarios from the inside. The language: ttmsim-scenario(7).
 *
 *   text --lex--> tokens --parse, by the table of operations--> struct scn
 *        --run, op by op--> results --transcript--> lines
 *
 * Parsing resolves every name, so that running cannot fail but for memory. A
 * scenario is host memory; what it does lies in its machine.
 */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include <ttmsim/scenario.h>

/* Limits: a file beyond them is refused with a message. */
#define SCN_MAX_BYTES (4u << 20)
#define SCN_MAX_LINE 2000	/* bytes */
#define SCN_MAX_OPS 10000
#define SCN_MAX_NAMES 256
#define SCN_MAX_NAME 31		/* bytes */
#define SCN_MAX_TASKS 64
#define SCN_MAX_PAGES 65536	/* of one object or mapping */
#define SCN_MAX_GUP 512		/* pages of one call */
#define SCN_MAX_MINCORE 48	/* pages: one digit each */
#define SCN_MAX_DIRECT 64		/* pages of one direct I/O */
#define SCN_MAX_SPLICE 16		/* pages of one vmsplice: what a pipe holds */
#define SCN_MAX_ARGS 24
#define SCN_MAX_EXPECT 32	/* keys of one expectation */
#define SCN_MAX_ERRORS 20	/* told of one file */
#define SCN_MAX_WORK 8000000	/* pages that all operations may look at together */

/* What a name can stand for. */
enum scn_kind {
	SCN_TASK = 1,
	SCN_BO = 2,
	SCN_FILE = 4,		/* an open file */
	SCN_DEV = 8,		/* a raw device */
	SCN_REGULAR = 16,	/* a regular file */
	SCN_MAP = 32,
	SCN_ANON = 64,		/* the word "anon" where a file may stand */
	/* while parsing: what makes it is wrong, and told */
	SCN_ANY = SCN_TASK | SCN_BO | SCN_FILE | SCN_DEV | SCN_REGULAR | SCN_MAP,
};

/* ----------------------------------------------------- what ops look like -- */

enum scn_type {
	/* by position */
	SCN_NEW,	/* a name that is made */
	SCN_OLD,	/* a name that is there */
	SCN_PLACE,	/* NAME+PAGE */
	SCN_RANGE,	/* NAME, all of it, or NAME+PAGE */
	SCN_WORD,	/* one word of a list */
	SCN_FLAG,	/* a word that may stand anywhere; no value */
	/* key=value */
	SCN_KEY_WORD,	/* one word of a list */
	SCN_KEY_WORDS,	/* words with commas between them, or-ed together */
	SCN_KEY_NUMBER,	/* 12, 0x0c */
	SCN_KEY_SIZE,	/* 64M: bytes, K M G */
	SCN_KEY_NAME,	/* a name that is there */
	SCN_KEY_RANGE,	/* NAME or NAME+PAGE */
	SCN_KEY_NEW,	/* a name that is made */
	SCN_KEY_ARCH,
	SCN_KEY_RELEASE,
	SCN_KEY_FEATURES, /* features with commas between them */
};

struct scn_word {
	const char *text;	/* NULL ends a list */
	uint64_t value;
};

struct scn_param {
	const char *name;	/* NULL ends a list; of a flag: the word itself */
	enum scn_type type;
	bool optional;
	unsigned int kinds;	/* enum scn_kind, of names and places */
	const struct scn_word *words;
	uint64_t min, max;	/* of numbers and sizes */
};

struct scn;
struct scn_run;
struct scn_op;
struct scn_result;

struct scn_desc {
	const char *name;
	void (*run)(struct scn_run *run, const struct scn_op *op, struct scn_result *res);
	const struct scn_param *params;
	const char *keys;	/* the result's keys, with spaces between and around them */
	bool without_task;	/* runs where no task is left, too */
	int variant;		/* of those that share a run(): args.h */
	/* what is wrong with the arguments as a whole, or NULL; may be NULL itself */
	const char *(*check)(const struct scn *scn, const struct scn_op *op);
};

/* What every operation can be asked for besides its own keys. */
#define SCN_OUTCOME_KEYS "warn bad_page misuse"

/* Every operation, by name; NULL where there is none. */
const struct scn_desc *scn_desc_find(const char *name, size_t len);
/* The n-th, in the order of the manual page; NULL past the last. */
const struct scn_desc *scn_desc_nth(unsigned int n);

/* --------------------------------------------------------- what was parsed -- */

struct scn_value {
	bool set;
	bool has_page;
	int object;		/* index of names; -1 for anon */
	uint64_t number;	/* a number, a size, words, or a place's page */
	const char *text;	/* arch or release: static */
};

/* One item of an expectation; key "" is the result's own value. */
struct scn_expect {
	char key[SCN_MAX_NAME + 1];
	char value[64];
};

/* An operation, or (desc NULL) a comment or empty line, kept for the transcript. */
struct scn_op {
	const struct scn_desc *desc;
	unsigned int line;
	char *text;		/* the operation, one space between words; or the comment */
	int task;		/* index of names */
	struct scn_value arg[SCN_MAX_ARGS]; /* as desc->params */
	struct scn_expect *expect;
	unsigned int nr_expect;
};

struct scn_name {
	char name[SCN_MAX_NAME + 1];
	enum scn_kind kind;
	int of;			/* of an open file: the device's or file's name; -1 = TTM */
	bool live;		/* while parsing: not freed so far */
};

struct scn {
	char *name;		/* the file's, for messages */
	struct scn_op *op;
	unsigned int nr_ops, max_ops;
	unsigned int nr_expected;
	unsigned int nr_real;	/* ops that are no comments */
	struct scn_name names[SCN_MAX_NAMES];
	unsigned int nr_names;
	unsigned int nr_tasks;
	struct sim_machine_config machine; /* what the machine line said */
};

/* Where a place may lie: pages from the start of what it names. */
#define SCN_MAX_PLACE (1u << 20)

/* The name of the task that a scenario begins with: index 0. */
#define SCN_MAIN_TASK 0

/*
 * Parse; *@out is to be freed with scn_free().
 * Returns 0; -EINVAL or -E2BIG, all errors told on @err (may be NULL); -ENOMEM.
 */
int scn_parse(const char *text, size_t len, const char *name, FILE *err, struct scn **out);
void scn_free(struct scn *scn);

static inline uint64_t scn_number(const struct scn_op *op, unsigned int arg, uint64_t missing)
{
	return op->arg[arg].set ? op->arg[arg].number : missing;
}

static inline bool scn_flag(const struct scn_op *op, unsigned int arg)
{
	return op->arg[arg].set;
}

/* ------------------------------------------------------------- tokens ------- */

enum scn_token_kind {
	SCN_TOKEN_WORD,
	SCN_TOKEN_ARROW,	/* -> */
	SCN_TOKEN_SEMICOLON,
	SCN_TOKEN_END,		/* of the line, comment passed over */
	SCN_TOKEN_BAD,		/* a byte that no word may hold */
};

struct scn_token {
	enum scn_token_kind kind;
	const char *text;
	size_t len;
	unsigned int column;	/* from 1, in bytes */
};

/* A place in one line. */
struct scn_lexer {
	const char *line;
	size_t len, at;
};

/* The next token of the line. */
struct scn_token scn_next(struct scn_lexer *lexer);

/* Numbers: false where @text is none, or out of [min, max]. */
bool scn_parse_number(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *out);
bool scn_parse_size(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *out);
/* Is it a value that a result can have: a number, -EFAULT, SIGBUS, BUG, none ...? */
bool scn_is_result(const char *text);
struct sim_choices;
/* All of them but the numbers. */
void scn_add_results(struct sim_choices *choices);

#endif
