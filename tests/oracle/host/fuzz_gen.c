/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fuzz_gen.c - random programs. Each is a function of its key.
 *
 * What is asked is mostly possible: a device is used as its insertion function
 * wants, a place mostly lies in its mapping, so that programs live long and
 * reach states that nobody thought of. One choice in a few is free all the same.
 */
#include <string.h>

#include <ttmsim/scenario.h>

#include "fuzz.h"

/* ---- pieces ---- */

static void say_task(struct gen *g)
{
	unsigned int i = below(g, 2 * MAX_TASKS);

	if (i < MAX_TASKS && g->child[i])
		text_printf(g->out, "in c%u ", i);
}

static unsigned int any_map(struct gen *g)
{
	/* those made last are the most interesting */
	unsigned int a = below(g, g->nr_maps), b = below(g, g->nr_maps);

	if (g->map[a].gone)
		a = below(g, g->nr_maps);
	if (g->map[b].gone)
		b = below(g, g->nr_maps);
	return a > b ? a : b;
}

static unsigned int any_page(struct gen *g, unsigned int pages)
{
	return one_in(g, 20) ? below(g, pages + 2) : below(g, pages);
}

static void say_place(struct gen *g)
{
	unsigned int m = any_map(g);

	text_printf(g->out, "m%u+%u", m, any_page(g, g->map[m].pages));
}

static struct place say_gup_place(struct gen *g)
{
	unsigned int m = any_map(g);
	struct place place = { m, any_page(g, g->map[m].pages) };

	text_printf(g->out, "m%u+%u", m, place.page);
	return place;
}

/* Where a mapping begins or ends, often: neighbours may merge. */
static void say_at(struct gen *g)
{
	unsigned int m = any_map(g), pages = g->map[m].pages;

	text_printf(g->out, "m%u+%u", m, one_in(g, 3) ? pages : any_page(g, pages));
}

static void say_range(struct gen *g)
{
	unsigned int m = any_map(g), page = any_page(g, g->map[m].pages);

	if (one_in(g, 3)) {
		text_printf(g->out, "m%u", m);
		return;
	}
	text_printf(g->out, "m%u+%u", m, page);
	if (one_in(g, 2) && g->map[m].pages > page)
		text_printf(g->out, " pages=%u", 1 + below(g, g->map[m].pages - page));
}

static void say_n(struct gen *g)
{
	if (one_in(g, 3))
		text_printf(g->out, " n=%u", 2 + below(g, 3));
}

/* ---- mappings ---- */

static const char *any_prot(struct gen *g)
{
	static const char *const prots[] = { "none", "r", "r", "r", "rw", "rw", "rw", "rw", "rw",
					     "rw", "rw", "x", "w", "rx", "rwx" };

	return PICK(g, prots);
}

static void op_mmap(struct gen *g)
{
	static const char *const flags[] = { " populate", " noreserve", " locked" };
	bool again = g->nr_maps == MAX_MAPS;
	unsigned int m = again ? below(g, MAX_MAPS) : g->nr_maps;
	bool anon = !g->nr_sources || one_in(g, 3);
	int source = anon ? -1 : (int)below(g, g->nr_sources);
	struct source *s = anon ? NULL : &g->source[source];
	unsigned int pages = 1 + below(g, 6), off = s && one_in(g, 3) ? below(g, s->pages) : 0;

	if (s && !one_in(g, 8))
		pages = 1 + below(g, s->pages - off);
	text_printf(g->out, "mmap m%u %s", m, s ? s->name : "anon");
	if (s ? one_in(g, s->cow ? 3 : 40) : !one_in(g, 4))
		text_printf(g->out, " share=private");
	if (s && s->prot && !one_in(g, 5))
		text_printf(g->out, " prot=%s", s->prot);
	else if (!one_in(g, 3))
		text_printf(g->out, " prot=%s", any_prot(g));
	text_printf(g->out, " pages=%u", pages);
	if (off)
		text_printf(g->out, " off=%u", off);
	if (g->nr_maps && one_in(g, 3)) {
		text_printf(g->out, " at=");
		say_at(g);
	}
	if (one_in(g, 10))
		text_printf(g->out, "%s", PICK(g, flags));
	end_op(g);
	g->map[m] = (struct map){ pages, source, false };
	g->nr_maps += !again;
}

static void op_munmap(struct gen *g)
{
	text_printf(g->out, "munmap ");
	if (one_in(g, 5)) {
		unsigned int m = any_map(g);

		g->map[m].gone = true;
		text_printf(g->out, "m%u\n", m);
		return;
	}
	say_place(g);
	if (one_in(g, 3))
		text_printf(g->out, " pages=%u", 2 + below(g, 4));
	end_op(g);
}

static void op_mprotect(struct gen *g)
{
	text_printf(g->out, "mprotect ");
	say_range(g);
	text_printf(g->out, " prot=%s\n", any_prot(g));
}

static void op_madvise(struct gen *g)
{
	static const char *const advice[] = {
		"normal", "random", "sequential", "willneed", "dontneed", "dontneed", "dontneed",
		"dontfork", "dofork", "hugepage", "nohugepage", "dontdump", "dodump",
		"populate_read", "populate_write", "wipeonfork", "keeponfork",
	};

	text_printf(g->out, "madvise ");
	say_range(g);
	text_printf(g->out, " %s\n", PICK(g, advice));
}

/* A part of a mapping, or a second one of what is shared: under a name of its own. */
static void op_mremap_part(struct gen *g)
{
	unsigned int m = any_map(g), page = any_page(g, g->map[m].pages);
	bool again = g->nr_maps == MAX_MAPS;
	unsigned int as = again ? below(g, MAX_MAPS) : g->nr_maps;
	unsigned int old = below(g, g->map[m].pages + 1);
	unsigned int pages = one_in(g, 2) && old ? old : 1 + below(g, 6);

	text_printf(g->out, "mremap m%u+%u old=%u pages=%u as=m%u", m, page, old, pages, as);
	if (one_in(g, 6)) {
		text_printf(g->out, " dontunmap");
	} else if (one_in(g, 3)) {
		text_printf(g->out, " at=");
		say_at(g);
	}
	end_op(g);
	g->map[as] = (struct map){ pages, g->map[m].source, false };
	g->nr_maps += !again;
}

static void op_mremap(struct gen *g)
{
	unsigned int m = any_map(g), pages = g->map[m].pages;

	if (one_in(g, 3)) {
		op_mremap_part(g);
		return;
	}
	text_printf(g->out, "mremap m%u", m);
	if (one_in(g, 4)) {
		text_printf(g->out, " pages=%u dontunmap\n", pages);
		return;
	}
	if (one_in(g, 2))
		pages = 1 + below(g, 8);
	text_printf(g->out, " pages=%u", pages);
	if (one_in(g, 4)) {
		text_printf(g->out, " inplace");
	} else if (one_in(g, 2)) {
		text_printf(g->out, " at=");
		say_at(g);
	}
	end_op(g);
	g->map[m].pages = pages;
}

static void op_lock(struct gen *g)
{
	text_printf(g->out, one_in(g, 3) ? "munlock " : "mlock ");
	say_range(g);
	end_op(g);
}

static void op_sync(struct gen *g)
{
	static const char *const how[] = { "", " async", " sync", " invalidate",
					   " async sync" };

	text_printf(g->out, "msync ");
	say_range(g);
	text_printf(g->out, "%s\n", PICK(g, how));
}

/* ---- access ---- */

static void op_read(struct gen *g)
{
	text_printf(g->out, "read ");
	say_place(g);
	say_n(g);
	end_op(g);
}

static void op_write(struct gen *g)
{
	text_printf(g->out, "write ");
	say_place(g);
	text_printf(g->out, " value=%u", 1 + below(g, 99));
	say_n(g);
	end_op(g);
}

/* What only some may be asked: the array itself, and what the fast walk has no flag for. */
static void say_odd_flags(struct gen *g, const char *flavour)
{
	bool fast = strstr(flavour, "fast");

	if (one_in(g, fast ? 40 : 8))
		text_printf(g->out, " dump");
	if (one_in(g, fast ? 40 : 8))
		text_printf(g->out, " nowait");
	if (!fast && one_in(g, 8))
		text_printf(g->out, " nopages");
}

static void op_gup(struct gen *g)
{
	static const char *const flavours[] = { "gup", "gup_fast", "gup_fast_only", "pin",
						"pin_fast", "pin_fast_only", "gup_unlocked",
						"gup_remote", "pin_unlocked", "pin_remote",
						"dump_page" };
	const char *flavour;

	flavour = PICK(g, flavours);
	/* the program would end there */
	if (kernel_lacks(g->kernel, flavour))
		flavour = "pin_fast";
	text_printf(g->out, "%s ", flavour);
	g->got[g->nr_got++ % MAX_GOT] = say_gup_place(g);
	if (strcmp(flavour, "dump_page")) {
		say_n(g);
		if (one_in(g, 2))
			text_printf(g->out, " write");
		if (one_in(g, 5))
			text_printf(g->out, " force");
		if (one_in(g, 5))
			text_printf(g->out, " longterm");
		say_odd_flags(g, flavour);
	}
	end_op(g);
}

static void op_put(struct gen *g)
{
	unsigned int nr = g->nr_got < MAX_GOT ? g->nr_got : MAX_GOT;
	struct place place;

	if (!nr) {
		op_gup(g);
		return;
	}
	place = g->got[below(g, nr)];
	text_printf(g->out, "%s m%u+%u\n", one_in(g, 2) ? "put" : "unpin", place.map, place.page);
}

static void op_outside(struct gen *g)
{
	static const char *const how[] = { "vm_read", "vm_write", "direct_read", "direct_write",
					   "vmsplice" };

	text_printf(g->out, "%s ", PICK(g, how));
	say_place(g);
	say_n(g);
	end_op(g);
}

static void op_ptrace(struct gen *g)
{
	text_printf(g->out, "ptrace ");
	say_place(g);
	text_printf(g->out, one_in(g, 2) ? " write\n" : "\n");
}

/* ---- tasks, drivers, looking ---- */

static void op_fork(struct gen *g)
{
	if (g->nr_children == MAX_TASKS) {
		op_write(g);
		return;
	}
	g->child[g->nr_children] = true;
	text_printf(g->out, "fork c%u\n", g->nr_children++);
}

static void op_exit(struct gen *g)
{
	unsigned int i = below(g, MAX_TASKS), tries = 0;

	while (!g->child[i] && tries++ < MAX_TASKS)
		i = (i + 1) % MAX_TASKS;
	if (!g->child[i]) {
		op_read(g);
		return;
	}
	g->child[i] = false;
	text_printf(g->out, "exit c%u\n", i);
}

static const struct source *any_source(struct gen *g, bool dev)
{
	const struct source *s = g->nr_sources ? &g->source[below(g, g->nr_sources)] : NULL;

	return s && *s->name != 'f' && (s->dev || !dev) ? s : NULL;
}

static void op_zap(struct gen *g)
{
	const struct source *s = any_source(g, false);

	if (!s) {
		op_munmap(g);
		return;
	}
	text_printf(g->out, "zap %s", s->name);
	if (one_in(g, 2))
		text_printf(g->out, "+%u pages=%u", below(g, s->pages), 1 + below(g, s->pages));
	text_printf(g->out, one_in(g, 2) ? " even_cows=0\n" : "\n");
}

static void op_insert(struct gen *g)
{
	static const char *const by[] = { "pfn_prot", "mixed_prot", "mixed_special",
					  "mixed_mkwrite", "page", "pages", "remap", "apply",
					  "apply", "fault_page" };
	unsigned int m = any_map(g);

	if (g->map[m].source < 0 || *g->source[g->map[m].source].name != 'd') {
		op_gup(g);
		return;
	}
	text_printf(g->out, "insert m%u+%u page=%u", m, any_page(g, g->map[m].pages),
		    below(g, g->source[g->map[m].source].pages));
	say_n(g);
	if (one_in(g, 4))
		text_printf(g->out, " by=%s", PICK(g, by));
	end_op(g);
}

static void op_zap_ptes(struct gen *g)
{
	text_printf(g->out, "zap_ptes ");
	say_range(g);
	end_op(g);
}

/* What a driver sees and does beside its mappings. */
static void op_driver(struct gen *g)
{
	static const char *const what[] = { "reserve", "reserve", "unreserve", "memtype" };
	const struct source *s = any_source(g, true);
	unsigned int page, choice = below(g, 4);

	if (!s) {
		op_zap_ptes(g);
		return;
	}
	page = any_page(g, s->pages);
	if (s->io && one_in(g, 2))
		text_printf(g->out, "%s %s+%u\n", PICK(g, what), s->name, below(g, s->pages));
	else if (choice == 0)
		text_printf(g->out, "calls %s\n", s->name);
	else if (choice == 1)
		text_printf(g->out, "write %s+%u value=%u\n", s->name, page, 1 + below(g, 99));
	else
		text_printf(g->out, "read %s+%u\n", s->name, page);
}

static void op_look(struct gen *g)
{
	static const char *const how[] = { "pte", "pte", "refs", "refs", "smaps", "pagemap",
					   "mincore", "memtype", "vmprot" };
	const char *what = PICK(g, how);

	text_printf(g->out, "%s ", what);
	say_place(g);
	end_op(g);
}

static void op_maps(struct gen *g)
{
	text_printf(g->out, "maps\n");
}

/* ---- programs ---- */

static const struct {
	unsigned int weight;
	void (*add)(struct gen *g);
	bool anywhere;		/* by any task */
} ops[] = {
	{ 14, op_mmap, true }, { 8, op_munmap, true }, { 14, op_mprotect, true },
	{ 10, op_madvise, true }, { 9, op_mremap, true }, { 5, op_lock, true },
	{ 3, op_sync, true }, { 18, op_read, true }, { 22, op_write, true },
	{ 14, op_gup, true }, { 5, op_put, true }, { 8, op_outside, true },
	{ 4, op_ptrace, true }, { 8, op_fork, true }, { 2, op_exit, false },
	{ 4, op_zap, true }, { 4, op_insert, true }, { 2, op_zap_ptes, true },
	{ 5, op_driver, true }, { 6, op_look, true }, { 3, op_maps, true },
};

#define NR_OPS (sizeof(ops) / sizeof(ops[0]))

static void add_op(struct gen *g)
{
	unsigned int all = 0, at, i = 0;

	for (size_t o = 0; o < NR_OPS; o++)
		all += ops[o].weight;
	for (at = below(g, all); at >= ops[i].weight; i++)
		at -= ops[i].weight;
	if (ops[i].anywhere)
		say_task(g);
	ops[i].add(g);
}

static void dump_task(struct gen *g, const char *in)
{
	text_printf(g->out, "%smaps\n", in);
	for (unsigned int m = 0; m < g->nr_maps; m++) {
		for (unsigned int page = 0; page < g->map[m].pages && page < DUMP_PAGES; page++)
			text_printf(g->out, "%spte m%u+%u\n", in, m, page);
		text_printf(g->out, "%srefs m%u+0\n%ssmaps m%u\n%svmprot m%u\n%smincore m%u\n",
			    in, m, in, m, in, m, in, m);
	}
}

/* What no operation has shown so far. */
static void dump(struct gen *g)
{
	dump_task(g, "");
	for (unsigned int i = 0; i < MAX_TASKS; i++) {
		char in[8];

		snprintf(in, sizeof(in), "in c%u ", i);
		if (g->child[i])
			dump_task(g, in);
	}
	for (unsigned int s = 0; s < g->nr_sources; s++) {
		if (!g->source[s].dev)
			continue;
		for (unsigned int page = 0; page < DUMP_PAGES && page < g->source[s].pages; page++)
			text_printf(g->out, "refs %s+%u\n", g->source[s].name, page);
		text_printf(g->out, "calls %s\nmemtype %s+0\n", g->source[s].name,
			    g->source[s].name);
	}
}

void fuzz_program(const struct fuzz_key *key, struct text *out)
{
	struct gen g = {
		.random = key->seed * 0x2545f4914f6cdd1du + key->index, .out = out,
		.kernel = key->kernel,
	};
	unsigned int nr;

	next_random(&g);
	nr = 2 + below(&g, key->length - 1);
	for (unsigned int i = below(&g, 4); i > 0; i--)
		fuzz_add_source(&g);
	op_mmap(&g);
	for (unsigned int i = 0; i < nr; i++)
		add_op(&g);
	dump(&g);
}
