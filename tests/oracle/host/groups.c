/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * groups.c - differences by what they look like, so that one cause is told once.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

static struct group *find(struct groups *groups, const char *signature)
{
	for (unsigned int i = 0; i < groups->nr; i++)
		if (!strcmp(groups->v[i].signature, signature))
			return &groups->v[i];
	return NULL;
}

unsigned int groups_count(struct groups *groups, const char *signature, const char *name)
{
	struct group *group = find(groups, signature);

	groups->total++;
	if (group)
		return ++group->nr;
	if (groups->nr == groups->max) {
		groups->max = 2 * groups->max + 16;
		groups->v = realloc(groups->v, groups->max * sizeof(*groups->v));
		if (!groups->v)
			give_up("out of memory");
	}
	group = &groups->v[groups->nr++];
	*group = (struct group){ strdup(signature), strdup(name), 1 };
	if (!group->signature || !group->first)
		give_up("out of memory");
	return 1;
}

unsigned int groups_add(struct groups *groups, const struct difference *diff, const char *name)
{
	struct text signature = { NULL, 0, 0 };
	unsigned int nr;

	signature_of(diff, &signature);
	nr = groups_count(groups, signature.data, name);
	text_free(&signature);
	return nr;
}

static int most_first(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return x->nr != y->nr ? (x->nr < y->nr ? 1 : -1) : strcmp(x->signature, y->signature);
}

void groups_print(const struct groups *groups, const char *what, FILE *out)
{
	if (!groups->nr)
		return;
	qsort(groups->v, groups->nr, sizeof(*groups->v), most_first);
	fprintf(out, "%u %s of %u kinds:\n", groups->total, what, groups->nr);
	for (unsigned int i = 0; i < groups->nr; i++)
		fprintf(out, "%6u  %s  (first: %s)\n", groups->v[i].nr, groups->v[i].signature,
			groups->v[i].first);
}

void groups_free(struct groups *groups)
{
	for (unsigned int i = 0; i < groups->nr; i++) {
		free(groups->v[i].signature);
		free(groups->v[i].first);
	}
	free(groups->v);
	*groups = (struct groups){ NULL, 0, 0, 0 };
}
