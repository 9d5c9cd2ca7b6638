/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tell.c - outcomes on stderr, as they happen, and the host's stack where the user
 * wants to stop at them.
 */
#include "base/tell.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define HAS_BACKTRACE 1
#endif

#define STACK_MAX 64

/* As printed; with _ for blanks: as TTMSIM_ABORT takes them. */
static const char *const kind_names[SIM_NR_OUTCOME_KINDS] = {
	[SIM_BUG] = "BUG",
	[SIM_WARN] = "WARN",
	[SIM_BAD_PAGE] = "bad page",
	[SIM_MISUSE] = "misuse",
	[SIM_OOPS] = "oops",
	[SIM_ENDLESS] = "endless",
};

static const char *const kind_words[SIM_NR_OUTCOME_KINDS] = {
	[SIM_BUG] = "bug",
	[SIM_WARN] = "warn",
	[SIM_BAD_PAGE] = "bad_page",
	[SIM_MISUSE] = "misuse",
	[SIM_OOPS] = "oops",
	[SIM_ENDLESS] = "endless",
};

const char *sim_outcome_name(enum sim_outcome_kind kind)
{
	return (unsigned int)kind < SIM_NR_OUTCOME_KINDS ? kind_names[kind] : NULL;
}

__attribute__((noinline)) void sim_outcome_breakpoint(const struct sim_outcome *outcome)
{
	__asm__ volatile("" : : "r"(outcome) : "memory");
}

/* ---- what the environment wants ---- */

bool sim_env_is_on(const char *name)
{
	const char *value = getenv(name);

	return value && *value && strcmp(value, "0");
}

/* Bits of enum sim_outcome_kind; 0 for a word that names none. */
static uint32_t kinds_of(const char *word, size_t len)
{
	if (len == strlen("all") && !strncmp(word, "all", len))
		return (1u << SIM_NR_OUTCOME_KINDS) - 1;
	for (int kind = 0; kind < SIM_NR_OUTCOME_KINDS; kind++)
		if (strlen(kind_words[kind]) == len && !strncmp(word, kind_words[kind], len))
			return 1u << kind;
	return 0;
}

/* Once in a process: machines are made by the thousand. */
static void tell_unknown(const char *word, size_t len)
{
	static int told;

	if (__atomic_exchange_n(&told, 1, __ATOMIC_RELAXED))
		return;
	fprintf(stderr, "ttmsim: TTMSIM_ABORT: '%.*s' is no kind of outcome:", (int)len, word);
	for (int kind = 0; kind < SIM_NR_OUTCOME_KINDS; kind++)
		fprintf(stderr, " %s", kind_words[kind]);
	fputs(" all\n", stderr);
}

static uint32_t parse_kinds(const char *text)
{
	uint32_t kinds = 0;

	while (text && *text) {
		size_t len = strcspn(text, ", ");
		uint32_t named = kinds_of(text, len);

		if (len && !named)
			tell_unknown(text, len);
		kinds |= named;
		text += len;
		text += strspn(text, ", ");
	}
	return kinds;
}

void sim_tell_init(struct sim_telling *telling, bool quiet)
{
	telling->quiet = quiet || sim_env_is_on("TTMSIM_QUIET");
	telling->abort_on = parse_kinds(getenv("TTMSIM_ABORT"));
}

/* ---- telling ---- */

const char *sim_describe_caller(const void *code, char *to, size_t size)
{
	char place[128];

	sim_describe_code(code, place, sizeof(place));
	snprintf(to, size, "%s%s", *place ? ", called from " : "", place);
	return to;
}

const char *sim_describe_code(const void *code, char *to, size_t size)
{
	const char *file;
	Dl_info info;

	*to = '\0';
	if (!code || !dladdr(code, &info) || !info.dli_fname)
		return to;
	if (info.dli_sname && info.dli_saddr == code) {
		snprintf(to, size, "%s", info.dli_sname);
	} else if (info.dli_sname) {
		snprintf(to, size, "%s+0x%zx", info.dli_sname,
			 (size_t)((const char *)code - (const char *)info.dli_saddr));
	} else {
		file = strrchr(info.dli_fname, '/');
		snprintf(to, size, "%s+0x%zx", file ? file + 1 : info.dli_fname,
			 (size_t)((const char *)code - (const char *)info.dli_fbase));
	}
	return to;
}

static void print(const struct sim_outcome *outcome, const void *fn, bool last)
{
	char code[128], handler[192] = "", addr[48] = "";

	if (outcome->handler)
		snprintf(handler, sizeof(handler), "%s %s, ", outcome->handler,
			 sim_describe_code(fn, code, sizeof(code)));
	if (outcome->addr)
		snprintf(addr, sizeof(addr), ", address 0x%" PRIx64, outcome->addr);
	/* one call, one line, whatever other threads print */
	fprintf(stderr, "ttmsim: %s: %s, %s: %s [%stask %s%s]%s\n", kind_names[outcome->kind],
		outcome->file, outcome->function, outcome->condition, handler,
		*outcome->comm ? outcome->comm : "none", addr,
		last ? ", and is told no more" : "");
}

static void print_stack(void)
{
#ifdef HAS_BACKTRACE
	void *stack[STACK_MAX];
	int depth = backtrace(stack, STACK_MAX);

	fflush(stderr);
	backtrace_symbols_fd(stack, depth, STDERR_FILENO);
#endif
}

void sim_tell(const struct sim_telling *telling, const struct sim_outcome *outcome,
	      const void *fn, enum sim_tell how)
{
	bool stop = telling->abort_on >> outcome->kind & 1;

	sim_outcome_breakpoint(outcome);
	if (stop || (!telling->quiet && how != SIM_TELL_NO_MORE))
		print(outcome, fn, how == SIM_TELL_LAST);
	if (stop) {
		print_stack();
		abort();
	}
}
