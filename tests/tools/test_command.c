/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The command, run as a program: what it prints, where, and how it ends.
 */
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

static char command[PATH_MAX];

/* Beside the folder of the tests. 77 without it: it was not built. */
static int find_command(void **state)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	if (len < 0)
		return -1;
	self[len] = 0;
	if (snprintf(command, sizeof(command), "%s/../ttmsim", dirname(self)) < 0)
		return -1;
	if (access(command, X_OK))
		exit(SIM_TEST_SKIP);
	return 0;
}

struct ran {
	int status;
	char out[1 << 18];
};

/* By the shell, both streams together. */
static struct ran *run(const char *args)
{
	static struct ran ran;
	char line[2 * PATH_MAX];
	size_t len;
	FILE *pipe;

	snprintf(line, sizeof(line), "IFS=; T='%s'; %s", command, args);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	len = fread(ran.out, 1, sizeof(ran.out) - 1, pipe);
	ran.out[len] = 0;
	ran.status = WEXITSTATUS(pclose(pipe));
	return &ran;
}

static void test_runs(void **state)
{
	static const struct {
		const char *description, *line;
		int status;
		const char *part;	/* of what is printed */
	} cases[] = {
		{ "version", "$T --version", 0, "ttmsim 0." },
		{ "help", "$T --help", 0, "Usage: " },
		{ "usage of a part", "$T run --usage", 0, "Usage: ttmsim run" },
		{ "no command", "$T 2>&1", 2, "which command?" },
		{ "no such command", "$T fly 2>&1", 2, "unknown command 'fly'" },
		{ "options of the command are not ours", "$T matrix --bogus 2>&1", 2, "bogus" },
		{ "arch", "$T arch", 0, "x86_64      4K  4" },
		{ "one arch", "$T arch s390x", 0, "empty: 0x400" },
		{ "one arch in colour", "$T arch x86_64 --color", 0, "\033[1m" },
		{ "one arch of a release", "$T arch -r 5.11 arm64", 0, "Linux 5.11" },
		{ "no such arch", "$T arch vax 2>&1", 2, "no architecture is named 'vax'" },
		{ "no such release", "$T arch -r 1.0 2>&1", 2, "no kernel release '1.0' is" },
		{ "but these", "$T matrix -r 1.0 2>&1", 2, "only 5.11, 5.14, 6.1, 6.12" },
		{ "two archs", "$T arch arm um 2>&1", 2, "one architecture at a time" },
		{ "matrix", "$T matrix -a um -r 6.1", 0, "no pte_special, no fast GUP: um" },
		{ "matrix, all", "$T matrix -a um -r 6.1 --all", 0, "180 cases" },
		{ "matrix as JSON", "$T matrix -a um -m pfn -r 6.1 --format=json", 0,
		  "\"arch\":\"um\"" },
		{ "no such mode", "$T matrix -m fast 2>&1", 2, "not 'fast'" },
		{ "no such format", "$T matrix --format=xml 2>&1", 2, "not 'xml'" },
		{ "no such colour", "$T matrix --color=red 2>&1", 2, "not 'red'" },
		{ "matrix takes no words", "$T matrix now 2>&1", 2, "what is 'now'?" },
		{ "no colour in a pipe", "$T matrix -a um | grep -c \"$(printf '\\033')\"", 1,
		  "0" },
		{ "run, holds", "echo 'maps -> 0' | $T run -", 0, "maps" },
		{ "run, fails", "echo 'maps -> 1' | $T run -", 1,
		  "#| FAILED: (standard input):1: expected 1, got 0" },
		{ "run, no scenario", "echo fly | $T run - 2>&1", 2,
		  "(standard input):1:1: error" },
		{ "run, no file", "$T run /nonexistent 2>&1", 2, "/nonexistent: No such file" },
		{ "run, a folder", "$T run / 2>&1", 2, "/: Is a directory" },
		{ "run what?", "$T run 2>&1", 2, "which file?" },
		{ "quiet", "echo 'maps -> 0' | $T run -q - | wc -c", 0, "0" },
		{ "ktap", "echo 'maps -> 0' | $T run --format=ktap -", 0,
		  "KTAP version 1\n1..1\n    KTAP version 1\n" },
		{ "ktap of what cannot be used", "$T run --format=ktap /nonexistent 2>/dev/null", 2,
		  "not ok 1 /nonexistent # cannot be used" },
		{ "the worst of several counts", "echo 'maps -> 1' | $T run - /nonexistent 2>&1", 2,
		  "FAILED" },
		{ "no such run format", "$T run --format=xml - 2>&1", 2, "not 'xml'" },
		{ "results that cannot be written", "$T arch 2>&1 >/dev/full", 2, "cannot write" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct ran *ran = run(cases[i].line);

		if (ran->status != cases[i].status || !strstr(ran->out, cases[i].part))
			fail_msg("%s: ended with %d and printed\n%s", cases[i].description,
				 ran->status, ran->out);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_runs),
};
SIM_TEST_MAIN_WITH(tests, find_command, NULL)
