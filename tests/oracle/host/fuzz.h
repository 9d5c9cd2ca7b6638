/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fuzz.h - a random program while it is made: what there is so far, and chance.
 *
 *	fuzz_gen.c	the operations
 *	fuzz_source.c	what there is to map: devices, files
 */
#ifndef ORACLE_HOST_FUZZ_H
#define ORACLE_HOST_FUZZ_H

#include "oracle.h"

#define MAX_SOURCES 5
#define MAX_MAPS 8
#define MAX_TASKS 3
#define DUMP_PAGES 3

struct source {
	char name[16];
	unsigned int pages;
	bool io;		/* a device whose memory can be reserved */
	bool dev, cow;		/* cow: private mappings of it can be touched */
	const char *prot;	/* what a file that is open for less allows; NULL: all */
};

struct map {
	unsigned int pages;
	int source;		/* -1: anonymous */
	bool gone;		/* unmapped as a whole */
};

#define MAX_GOT 4

struct place {
	unsigned int map, page;
};

struct gen {
	uint64_t random;
	const struct kernel *kernel;
	struct text *out;
	struct source source[MAX_SOURCES];
	unsigned int nr_sources;
	struct map map[MAX_MAPS];
	unsigned int nr_maps;
	bool child[MAX_TASKS];	/* c0, c1 ...: alive */
	unsigned int nr_children; /* that ever were */
	struct place got[MAX_GOT]; /* where GUP was asked last */
	unsigned int nr_got;
};

/* ---- chance ---- */

static inline uint64_t next_random(struct gen *g)
{
	uint64_t z = g->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline unsigned int below(struct gen *g, unsigned int n)
{
	return (unsigned int)(next_random(g) >> 33) % n;
}

static inline bool one_in(struct gen *g, unsigned int n)
{
	return below(g, n) == 0;
}

#define PICK(g, list) list[below(g, sizeof(list) / sizeof(list[0]))]

static inline void end_op(struct gen *g)
{
	text_printf(g->out, "\n");
}

/* fuzz_source.c: one more device, file, or open file. */
void fuzz_add_source(struct gen *g);

#endif
