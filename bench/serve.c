/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * serve.c - a row, measured when asked: what --against has two builds do in turn.
 *
 *	asked			answered
 *				SERVE_GREETING release
 *	row NAME		ok | no REASON
 *	calibrate NS		RUNS
 *	batch RUNS		NS_PER_OP BUSY_NS OPS
 *	(end of file)
 *
 * A line for a line; numbers are as printf writes them. Nothing is done unasked, so
 * that one build is still while the other one is measured.
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"

struct server {
	struct load *load;	/* NULL: no row was asked for */
	FILE *out;
};

static void set_row(struct server *server, const char *name)
{
	char why[BENCH_TEXT];
	struct row row;

	if (server->load)
		load_destroy(server->load);
	server->load = NULL;
	if (!row_find(name, &row, why)) {
		fprintf(server->out, "no %s\n", why);
		return;
	}
	server->load = load_create(row.family, &row.point, 0);
	fputs("ok\n", server->out);
}

static void calibrate(struct server *server, const char *ns)
{
	fprintf(server->out, "%lu\n", load_calibrate(server->load, strtod(ns, NULL)));
}

/* One run is not timed: since the last batch the caches have been the other build's. */
static void time_batch(struct server *server, const char *number)
{
	unsigned long runs = strtoul(number, NULL, 10);
	struct batch batch;

	runs = runs ? runs : 1;
	load_batch(server->load, 1);
	batch = load_batch(server->load, runs);
	fprintf(server->out, "%.17g %.17g %.17g\n", batch.ns_per_op, batch.busy_ns,
		load_ops(server->load, runs));
}

static const struct {
	const char *word;
	bool needs_row;
	void (*answer)(struct server *server, const char *argument);
} requests[] = {
	{ "row ", false, set_row },
	{ "calibrate ", true, calibrate },
	{ "batch ", true, time_batch },
};

static bool answer(struct server *server, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		size_t len = strlen(requests[i].word);

		if (strncmp(line, requests[i].word, len) != 0)
			continue;
		if (requests[i].needs_row && !server->load)
			break;
		requests[i].answer(server, line + len);
		fflush(server->out);
		return true;
	}
	fprintf(stderr, "ttmsim-bench: --serve: what is '%.100s'?\n", line);
	return false;
}

int serve(FILE *in, FILE *out)
{
	struct server server = { NULL, out };
	char line[BENCH_TEXT];
	bool ok = true;

	fprintf(out, SERVE_GREETING "%s\n", bench_build_type());
	fflush(out);
	while (ok && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = 0;
		ok = answer(&server, line);
	}
	if (server.load)
		load_destroy(server.load);
	return ok ? STATUS_OK : STATUS_UNUSABLE;
}
