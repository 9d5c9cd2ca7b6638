/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * axis.c - the axes along which a family can be moved, as data.
 *
 * A value is a number: for an axis with named values the index of the name,
 * else the number itself. So whoever walks over points needs to know no axis.
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"

struct axis {
	const char *name;
	const char *help;
	const char *by_default;	/* of families that have the axis */
	const char *base;	/* of those that do not */
	/* Name of the nth value, NULL behind the last; NULL: values are numbers. */
	const char *(*nth)(unsigned long n);
	const char *zero;	/* what the number 0 is called; NULL: "0" */
	void (*set)(struct point *point, unsigned long value);
	unsigned long (*get)(const struct point *point);
	bool in_name;
};

/* ---- values by name ---- */

static const char *arch_nth(unsigned long n)
{
	const struct sim_arch *arch = sim_arch_nth((unsigned int)n);

	return arch ? arch->name : NULL;
}

static const char *release_nth(unsigned long n)
{
	return sim_release_nth((unsigned int)n);
}

static const char *caching_nth(unsigned long n)
{
	return n < SIM_NR_CACHE_MODES ? sim_cache_mode_name((enum sim_cache_mode)n) : NULL;
}

#define TWO_NAMES(axis, first, second) \
static const char *axis##_nth(unsigned long n) \
{ \
	return n == 0 ? (first) : n == 1 ? (second) : NULL; \
}

TWO_NAMES(backing, "ram", "io")
TWO_NAMES(tables, "existing", "fresh")
TWO_NAMES(order, "sequential", "shuffled")
TWO_NAMES(shared, "own", "shared")
TWO_NAMES(cpus, "smp", "1")

/* ---- the members of a point ---- */

static void arch_set(struct point *point, unsigned long value)
{
	point->arch = arch_nth(value);
}

static void release_set(struct point *point, unsigned long value)
{
	point->release = release_nth(value);
}

static unsigned long index_of(const char *(*nth)(unsigned long n), const char *name)
{
	unsigned long n = 0;

	while (nth(n) && strcmp(nth(n), name) != 0)
		n++;
	return n;
}

static unsigned long arch_get(const struct point *point)
{
	return index_of(arch_nth, point->arch);
}

static unsigned long release_get(const struct point *point)
{
	return index_of(release_nth, point->release);
}

#define MEMBER(axis, type, member) \
static void axis##_set(struct point *point, unsigned long value) \
{ \
	point->member = (type)value; \
} \
static unsigned long axis##_get(const struct point *point) \
{ \
	return (unsigned long)point->member; \
}

MEMBER(backing, enum bench_backing, backing)
MEMBER(caching, enum sim_cache_mode, caching)
MEMBER(tables, bool, fresh)
MEMBER(order, bool, shuffled)
MEMBER(nr, unsigned long, nr)
MEMBER(prefault, unsigned long, prefault)
MEMBER(threads, unsigned int, threads)
MEMBER(shared, bool, shared)
MEMBER(cpus, unsigned int, cpus)

static const struct axis axes[BENCH_NR_AXES] = {
	[AXIS_ARCH] = { "arch", "architectures, or all", "x86_64,um", "x86_64",
		arch_nth, NULL, arch_set, arch_get, false },
	[AXIS_RELEASE] = { "release", "kernel releases, or all", "6.1", "6.1",
		release_nth, NULL, release_set, release_get, false },
	[AXIS_BACKING] = { "backing", "ram (struct pages), io (VRAM)", "ram", "ram",
		backing_nth, NULL, backing_set, backing_get, false },
	[AXIS_CACHING] = { "caching", "memory types: wb, wc, uc-, uc", "wb", "wb",
		caching_nth, NULL, caching_set, caching_get, false },
	[AXIS_TABLES] = { "tables", "existing, fresh (made in the timed part)", "existing",
		"existing", tables_nth, NULL, tables_set, tables_get, false },
	[AXIS_ORDER] = { "order", "of the pages: sequential, shuffled", "sequential",
		"sequential", order_nth, NULL, order_set, order_get, true },
	[AXIS_NR] = { "nr", "sizes, e.g. 16,512,4K,4M; without it the family's own", "512",
		"512", NULL, NULL, nr_set, nr_get, false },
	[AXIS_PREFAULT] = { "prefault", "PTEs that a fault maps, e.g. 1,16,512,all",
		"1,16,512,all", "16", NULL, "all", prefault_set, prefault_get, true },
	[AXIS_THREADS] = { "threads", "e.g. 1,2", "1", "1",
		NULL, NULL, threads_set, threads_get, false },
	[AXIS_SHARED] = { "shared", "the threads' object: own, shared", "own", "own",
		shared_nth, NULL, shared_set, shared_get, true },
	[AXIS_CPUS] = { "cpus", "1 (a UP machine), smp", "smp,1", "smp",
		cpus_nth, NULL, cpus_set, cpus_get, false },
};

const char *axis_name(enum bench_axis axis)
{
	return axes[axis].name;
}

const char *axis_help(enum bench_axis axis)
{
	return axes[axis].help;
}

const char *axis_default(enum bench_axis axis)
{
	return axes[axis].by_default;
}

const char *axis_value(enum bench_axis axis, unsigned long n)
{
	return axes[axis].nth ? axes[axis].nth(n) : NULL;
}

bool axis_in_name(enum bench_axis axis)
{
	return axes[axis].in_name;
}

void axis_set(enum bench_axis axis, struct point *point, unsigned long value)
{
	axes[axis].set(point, value);
}

const char *axis_label(enum bench_axis axis, const struct point *point, char out[BENCH_LABEL])
{
	const struct axis *a = &axes[axis];
	unsigned long value = a->get(point);

	if (a->nth)
		snprintf(out, BENCH_LABEL, "%s", a->nth(value));
	else if (!value && a->zero)
		snprintf(out, BENCH_LABEL, "%s", a->zero);
	else
		snprintf(out, BENCH_LABEL, "%lu", value);
	return out;
}

/* ---- lists of values ---- */

static void add_value(struct values *values, unsigned long value)
{
	for (size_t i = 0; i < values->nr; i++)
		if (values->value[i] == value)
			return; /* rows are unique */
	values->value = reallocarray(values->value, values->nr + 1, sizeof(*values->value));
	if (!values->value)
		bench_die("a list");
	values->value[values->nr++] = value;
}

#define MAX_NUMBER (1UL << 32)

/* "16", "4K", "4M", and what 0 is called. */
static bool parse_number(const struct axis *axis, const char *word, unsigned long *out)
{
	char *end;
	unsigned long scale = 1;

	if (axis->zero && !strcmp(word, axis->zero)) {
		*out = 0;
		return true;
	}
	if (*word < '0' || *word > '9')
		return false;
	*out = strtoul(word, &end, 10);
	if (*end == 'K' || *end == 'k')
		scale = 1UL << 10, end++;
	else if (*end == 'M' || *end == 'm')
		scale = 1UL << 20, end++;
	if (*end || *out > MAX_NUMBER / scale)
		return false;
	*out *= scale;
	return *out || axis != &axes[AXIS_THREADS];
}

static void say_what_there_is(const struct axis *axis, const char *word, char *why)
{
	int at = snprintf(why, BENCH_TEXT, "--%s: ", axis->name);

	if (!axis->nth) {
		snprintf(why + at, (size_t)(BENCH_TEXT - at),
			 "'%.100s' is no number from %d to %lu%s%s", word,
			 axis == &axes[AXIS_THREADS], MAX_NUMBER, axis->zero ? " and not " : "",
			 axis->zero ? axis->zero : "");
		return;
	}
	at += snprintf(why + at, (size_t)(BENCH_TEXT - at), "no '%.100s'; there are", word);
	for (unsigned long n = 0; axis->nth(n) && at < BENCH_TEXT - BENCH_LABEL; n++)
		at += snprintf(why + at, (size_t)(BENCH_TEXT - at), "%s %s", n ? "," : "",
			       axis->nth(n));
}

static bool add_word(const struct axis *axis, const char *word, struct values *out, char *why)
{
	unsigned long value;

	if (axis->nth && !strcmp(word, "all")) {
		for (value = 0; axis->nth(value); value++)
			add_value(out, value);
		return true;
	}
	if (axis->nth) {
		if (axis->nth == arch_nth && sim_arch_find(word))
			word = sim_arch_find(word)->name; /* not what else it is called */
		value = index_of(axis->nth, word);
		if (axis->nth(value)) {
			add_value(out, value);
			return true;
		}
	} else if (parse_number(axis, word, &value)) {
		add_value(out, value);
		return true;
	}
	say_what_there_is(axis, word, why);
	return false;
}

bool axis_parse(enum bench_axis axis, const char *list, struct values *out, char *why)
{
	char *copy = strdup(list), *rest = copy, *word;
	bool ok = copy != NULL;

	out->nr = 0;
	if (!ok)
		bench_die("a list");
	while (ok && (word = strsep(&rest, ",")))
		ok = add_word(&axes[axis], word, out, why);
	free(copy);
	return ok;
}

static bool move_along(enum bench_axis axis, struct point *point, const char *word, char *why)
{
	struct values values = { NULL, 0 };
	bool ok = axis_parse(axis, word, &values, why);

	if (ok && values.nr != 1) {
		snprintf(why, BENCH_TEXT, "'%s' is more than one value of %s", word,
			 axes[axis].name);
		ok = false;
	}
	if (ok)
		axes[axis].set(point, values.value[0]);
	free(values.value);
	return ok;
}

struct point axis_base_point(void)
{
	struct point point = { 0 };
	char why[BENCH_TEXT];

	for (int axis = 0; axis < BENCH_NR_AXES; axis++)
		if (!move_along((enum bench_axis)axis, &point, axes[axis].base, why))
			bench_die(why);
	return point;
}

enum bench_axis axis_move(struct point *point, const char *word, char *why)
{
	const char *colon = strchr(word, ':');

	for (int i = 0; i < BENCH_NR_AXES; i++) {
		const struct axis *axis = &axes[i];

		if (colon && strlen(axis->name) == (size_t)(colon - word) &&
		    !strncmp(axis->name, word, (size_t)(colon - word)))
			return move_along((enum bench_axis)i, point, colon + 1, why) ?
			       (enum bench_axis)i : BENCH_NR_AXES;
		if (!colon && axis->in_name && axis->nth && axis->nth(index_of(axis->nth, word)))
			return move_along((enum bench_axis)i, point, word, why) ?
			       (enum bench_axis)i : BENCH_NR_AXES;
	}
	snprintf(why, BENCH_TEXT, "'%s' is no axis and value, such as arch:um", word);
	return BENCH_NR_AXES;
}
