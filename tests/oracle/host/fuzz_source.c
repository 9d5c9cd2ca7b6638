/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fuzz_source.c - what a random program has to map: devices with random handlers,
 * types and protections, some over the pages of another; files.
 */
#include <string.h>

#include "fuzz.h"

static const char *flags_for(struct gen *g, const char *insert, bool free_choice)
{
	static const char *const any[] = { "PFNMAP", "MIXEDMAP", "none" };
	static const char *const plain[] = { "none", "none", "MIXEDMAP" };

	if (free_choice || !strcmp(insert, "remap") || !strcmp(insert, "apply"))
		return PICK(g, any);
	if (!strcmp(insert, "pfn_prot"))
		return "PFNMAP";
	if (!strcmp(insert, "mixed_special"))
		return one_in(g, 2) ? "none" : "MIXEDMAP";
	return strcmp(insert, "fault_page") ? "MIXEDMAP" : PICK(g, plain);
}

/* What it answers where it is asked. */
static void say_handlers(struct gen *g, const char *insert)
{
	static const char *const faults[] = { "retry", "retry", "sigbus", "sigsegv" };
	static const char *const access[] = { "bytes", "bytes", "error" };

	if (!strcmp(insert, "mixed_mkwrite") && one_in(g, 2))
		text_printf(g->out, " pfn_mkwrite=insert");
	else if (one_in(g, 5))
		text_printf(g->out, " pfn_mkwrite=%s", one_in(g, 3) ? "sigbus" : "1");
	if (one_in(g, 6))
		text_printf(g->out, " page_mkwrite=%s", one_in(g, 4) ? "sigbus" : "locked");
	if (one_in(g, 10))
		text_printf(g->out, " fault=%s", PICK(g, faults));
	if (one_in(g, 4))
		text_printf(g->out, " access=%s", PICK(g, access));
	if (one_in(g, 3))
		text_printf(g->out, " open=1");
	if (one_in(g, 5))
		text_printf(g->out, " close=1");
}

/* All memory types at once, or each by itself; a protection of its own. */
static void say_prot(struct gen *g, bool over)
{
	static const char *const types[] = { "wb", "wc", "uc" };
	static const char *const prots[] = { "r", "rw", "rw", "none", "rwx" };

	if (one_in(g, 5))
		text_printf(g->out, " caching=%s", one_in(g, 2) ? "wc" : "uc");
	if (one_in(g, 12))
		text_printf(g->out, " prot_caching=%s", PICK(g, types));
	if (one_in(g, 12))
		text_printf(g->out, " insert_caching=%s", PICK(g, types));
	if (!over && one_in(g, 12))
		text_printf(g->out, " pages_caching=%s", PICK(g, types));
	if (one_in(g, 16))
		text_printf(g->out, " insert_prot=%s", PICK(g, prots));
}

/* Another device, of which it has the pages; NULL: it has its own. */
static const struct source *under(struct gen *g)
{
	const struct source *of = g->nr_sources ? &g->source[below(g, g->nr_sources)] : NULL;

	return of && of->dev && one_in(g, 3) ? of : NULL;
}

static void make_dev(struct gen *g, struct source *s)
{
	static const char *const inserts[] = { "pfn_prot", "pfn_prot", "mixed_prot", "page",
					       "pages", "remap", "apply", "fault_page",
					       "mixed_special", "mixed_mkwrite", "none" };
	static const char *const more[] = { ",IO", ",DONTEXPAND", ",IO,DONTEXPAND,DONTDUMP",
					    ",DONTCOPY", ",NOMAYWRITE" };
	const char *insert = PICK(g, inserts);
	const char *flags = flags_for(g, insert, one_in(g, 12));
	static const char *const bare[] = { "IO", "DONTEXPAND", "IO,DONTEXPAND" };
	bool pages = strstr(insert, "page");
	const struct source *of = under(g);

	if (!strcmp(flags, "none") && one_in(g, 3))
		flags = PICK(g, bare);

	s->dev = true;
	s->cow = strcmp(insert, "pfn_prot") || strcmp(flags, "PFNMAP");
	if (of)
		s->pages = 1 + below(g, of->pages);
	text_printf(g->out, "dev %s pages=%u insert=%s vma=%s", s->name, s->pages, insert, flags);
	if (strstr(flags, "MAP") && one_in(g, 2))
		text_printf(g->out, "%s", PICK(g, more));
	s->io = of ? of->io : !pages && one_in(g, 4);
	if (of)
		text_printf(g->out, " over=%s+%u", of->name, of->pages - s->pages);
	else if (s->io)
		text_printf(g->out, " backing=iomem");
	say_prot(g, of);
	if (s->io && !of && one_in(g, 3))
		text_printf(g->out, " reserve=1");
	if (!strcmp(insert, "remap") && one_in(g, 3))
		text_printf(g->out, " time=fault");
	else if (strcmp(insert, "fault_page") && one_in(g, 4))
		text_printf(g->out, " time=mmap");
	else if (one_in(g, 4))
		text_printf(g->out, " prefault=%u", 2 + below(g, 3));
	say_handlers(g, insert);
	if (one_in(g, 16))
		text_printf(g->out, " reject_cow=1");
	end_op(g);
}

void fuzz_add_source(struct gen *g)
{
	static const char *const modes[] = { "ro", "ro", "rw", "wo" };
	struct source *s = &g->source[g->nr_sources];

	*s = (struct source){ .pages = 2 + below(g, 4), .cow = true };
	if (g->nr_sources && one_in(g, 4)) {
		struct source of = g->source[below(g, g->nr_sources)];

		snprintf(s->name, sizeof(s->name), "f%u", g->nr_sources);
		s->pages = of.pages;
		s->cow = of.cow;
		if (*of.name == 'f')
			return;
		s->prot = PICK(g, modes);
		text_printf(g->out, "open %s %s dev=%s\n", s->name, s->prot, of.name);
		s->prot = strcmp(s->prot, "ro") ? NULL : "r";
	} else if (one_in(g, 4)) {
		snprintf(s->name, sizeof(s->name), "r%u", g->nr_sources);
		text_printf(g->out, "file %s pages=%u\n", s->name, s->pages);
	} else {
		snprintf(s->name, sizeof(s->name), "d%u", g->nr_sources);
		make_dev(g, s);
	}
	g->nr_sources++;
}
