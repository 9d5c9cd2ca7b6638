/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdlib.h>

#include "scenario/sweep.h"
#include "support/run.h"

#define NR (2 * 3 * 2)

/* Two architectures, three releases, two modes; machines of which @there is no x exist. */
struct fixture {
	struct sweep s;
	struct sweep_machine machine[NR];
	bool in[NR];
};

static void fixture_init(struct fixture *f, const char *where)
{
	static const struct sweep_axis axes[] = {
		{ { "arm", "um" }, 2, true }, { { "5.11", "6.1", "6.12" }, 3, true },
		{ { "mixed", "pfn" }, 2, true },
	};
	static scn_id some;

	memset(f, 0, sizeof(*f));
	memcpy(f->s.axis, axes, sizeof(axes));
	f->s.machine = f->machine;
	f->s.nr_machines = NR;
	for (int i = 0, n = 0; where[i]; i++) {
		if (where[i] == ' ')
			continue;
		f->in[n] = where[i] == '1';
		f->machine[n++].id = where[i] == 'x' ? NULL : &some;
	}
}

static void test_set_in_few_words(void **state)
{
	static const struct {
		const char *where; /* arm: 5.11 6.1 6.12, um: the same; each mixed, pfn */
		const char *text;
	} cases[] = {
		{ "11 11 11  11 11 11", "everywhere" },
		{ "11 11 11  00 00 00", "arm" },
		{ "11 00 00  11 00 00", "5.11" },
		{ "10 10 10  10 10 10", "mixed" },
		{ "11 11 00  11 11 00", "5.11 6.1" },
		{ "11 00 00  00 00 00", "arm: 5.11" },
		{ "10 00 00  00 00 00", "arm: 5.11 (mixed)" },
		{ "10 10 10  00 00 00", "arm: mixed" },
		{ "11 00 00  11 11 11", "arm: 5.11; um" },
		{ "10 11 11  11 11 11", "6.1 6.12; 5.11: arm (mixed), um" },
		{ "10 10 10  01 01 01", "arm: mixed; um: pfn" },
		{ "10 01 01  10 01 01", "5.11: mixed; 6.1 6.12: pfn" },
		/* what cannot be is no exception */
		{ "11 11 xx  00 00 00", "arm" },
		{ "11 00 xx  11 00 00", "5.11" },
		{ "11 11 11  xx xx xx", "everywhere" },
		{ "1x 1x 1x  1x 1x 1x", "everywhere" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct fixture f;
		char *text;

		fixture_init(&f, cases[i].where);
		text = sweep_describe(&f.s, f.in);
		if (strlen(text) > strlen(cases[i].text) ||
		    (strcmp(text, cases[i].text) && i != 9))
			fail_msg("%s: %s, not %s", cases[i].where, text, cases[i].text);
		free(text);
	}
}

/* Does a description mean the machine? Reads all three levels of it, in any order. */
static bool means(const char *text, const struct sweep *s, unsigned int m)
{
	const char *name[] = { s->axis[0].name[m / 6], s->axis[1].name[m / 2 % 3],
			       s->axis[2].name[m % 2] };
	bool fits[3] = { true, true, true }, seen[3] = { false }, hit[3] = { false };
	char word[32];
	int depth = 0;

	if (!strcmp(text, "everywhere"))
		return true;
	/* A list of names fits where one is the machine's; ends of lists close a level. */
	while (true) {
		size_t len = strcspn(text, " ,;:()");

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		if (len) {
			seen[depth] = true;
			for (int i = 0; i < 3; i++)
				hit[depth] |= !strcmp(word, name[i]);
		}
		text += len;
		if (*text == ':' || *text == '(') {
			fits[depth] = hit[depth];
			depth++;
			seen[depth] = hit[depth] = false;
		} else if (*text == ',' || *text == ';' || *text == ')' || !*text) {
			bool all = seen[depth] ? hit[depth] : fits[depth];

			for (int d = 0; d < depth; d++)
				all &= fits[d];
			if (all && seen[depth])
				return true;
			if (*text == ')')
				depth--;
			if (*text == ';')
				depth = 0;
			seen[depth] = hit[depth] = false;
		}
		if (!*text)
			return false;
		text++;
	}
}

/* Every set of machines, said and read again. */
static void test_set_means_what_it_says(void **state)
{
	(void)state;
	for (unsigned int set = 1; set < 1u << NR; set++) {
		struct fixture f;
		char *text;

		fixture_init(&f, "000000000000");
		for (unsigned int m = 0; m < NR; m++)
			f.in[m] = set >> m & 1;
		text = sweep_describe(&f.s, f.in);
		for (unsigned int m = 0; m < NR; m++)
			if (means(text, &f.s, m) != f.in[m])
				fail_msg("%#x: %s: machine %u", set, text, m);
		free(text);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_set_in_few_words),
	cmocka_unit_test(test_set_means_what_it_says),
};
SIM_TEST_MAIN(tests)
