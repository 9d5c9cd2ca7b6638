/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The command, run as a program: what it prints, where, and how it ends.
 */
#include <stdlib.h>
#include <unistd.h>

#include "support/command.h"
#include "support/run.h"

static int find_command(void **state)
{
	(void)state;
	return command_find("ttmsim");
}

static void test_runs(void **state)
{
	static const struct command_case cases[] = {
		{ "version", "$T --version", 0, "ttmsim 0." },
		{ "help", "$T --help", 0, "Usage: " },
		{ "usage of a part", "$T run --usage", 0, "Usage: ttmsim run" },
		{ "no command", "$T 2>&1", 2, "which command?" },
		{ "no such command", "$T fly 2>&1", 2,
		  "command fly is not known: arch matrix run\n" },
		{ "options of the command are not ours", "$T matrix --bogus 2>&1", 2,
		  "unknown option '--bogus'\n" },
		{ "an option that was meant", "$T matrix --relase=6.1 2>&1", 2,
		  "ttmsim matrix: unknown option '--relase'; did you mean --release?" },
		{ "one of those that all have", "$T run --hlep 2>&1", 2, "did you mean --help?" },
		{ "a part of an option", "$T matrix --rel=6.1 --arch um", 0, "um" },
		{ "an option's word is none", "$T arch --release --hlep 2>&1", 2,
		  "release --hlep is not known" },
		{ "a command that was meant", "$T matix 2>&1", 2, "did you mean matrix?" },
		{ "an architecture's other name", "$T arch amd64", 0, "x86_64" },
		{ "in a matrix, too", "$T matrix -a aarch64 -m pfn --format=csv | tail -n 1", 0,
		  ",arm64," },
		{ "a release between", "$T matrix -r 6.6 2>&1", 2,
		  "release 6.6 is not known: 5.11 5.14 6.1 6.12; nearest 6.1" },
		{ "names are escaped", "$T arch \"$(printf '\\033[31m')\" 2>&1", 2,
		  "architecture \\x1b[31m is not known" },
		{ "and those of files",
		  "cd \"$(mktemp -d)\" && printf 'maps -> 1' >\"$(printf 'a\\033b')\" && $T run a*b", 1,
		  "FAILED: a\\x1bb:1:" },
		{ "arch", "$T arch", 0, "x86_64      4K  4" },
		{ "one arch", "$T arch s390x", 0, "empty: 0x400" },
		{ "one arch in colour", "$T arch x86_64 --color", 0, "\033[1m" },
		{ "one arch of a release", "$T arch -r 5.11 arm64", 0, "Linux 5.11" },
		{ "no such arch", "$T arch vax 2>&1", 2, "architecture vax is not known: arm " },
		{ "no such release", "$T arch -r 1.0 2>&1", 2, "release 1.0 is not known: 5.11 " },
		{ "but these", "$T matrix -r 1.0 2>&1", 2, "5.11 5.14 6.1 6.12; nearest 5.11" },
		{ "two archs", "$T arch arm um 2>&1", 2, "one architecture at a time" },
		{ "matrix", "$T matrix -a um -r 6.1", 0, "no pte_special, no fast GUP: um" },
		{ "matrix, all", "$T matrix -a um -r 6.1 --all", 0, "180 cases" },
		{ "matrix as JSON", "$T matrix -a um -m pfn -r 6.1 --format=json", 0,
		  "\"arch\":\"um\"" },
		{ "no such mode", "$T matrix -m fast 2>&1", 2,
		  "mode fast is not known: mixed pfn apply pfns huge" },
		{ "no such format", "$T matrix --format=xml 2>&1", 2,
		  "format xml is not known: text csv json html" },
		{ "no such colour", "$T matrix --color=red 2>&1", 2,
		  "--color red is not known: auto always never" },
		{ "matrix takes no words", "$T matrix now 2>&1", 2, "what is 'now'?" },
		{ "no colour in a pipe", "$T matrix -a um | grep -c \"$(printf '\\033')\"", 1,
		  "0" },
		{ "run, holds", "echo 'maps -> 0' | $T run -", 0, "maps" },
		{ "run, fails", "echo 'maps -> 1' | $T run -", 1,
		  "#| FAILED: (standard input):1: expected 1, got 0" },
		{ "run, a BUG that no line expects",
		  "printf 'dev d\nmmap m d share=private\nread m+0\n' | $T run -", 1,
		  "BUG was not expected" },
		{ "run, one that a line does",
		  "printf 'dev d\nmmap m d share=private\nread m+0 -> BUG\n' | $T run -", 0, "BUG" },
		{ "run, for programs", "echo 'maps -> 0' | $T run --format=json - | tail -n 1",
		  0, "]" },
		{ "run on one other machine", "echo maps | $T run -a um -r 5.11 -m huge -", 0,
		  "on a machine arch=um release=5.11 ttm=huge" },
		{ "run on several", "echo 'maps -> 0' | $T run --arch=all --release=6.1,6.12 -", 0,
		  "(standard input): 14 machines, 1 outcome\n" },
		{ "run on several, of which some fail",
		  "printf 'bo b pages=1\nopen f rw\nmmap m f b share=private -> 0\n' |"
		  " $T run --release=all -", 1, "  ! -EINVAL                   5.14 6.1 6.12\n" },
		{ "run on several, for programs",
		  "echo maps | $T run -a um,arm --format=csv - | wc -l", 0, "3" },
		{ "run on what is not known", "echo maps | $T run -a um,amr64 - 2>&1", 2,
		  "did you mean arm64?" },
		{ "run on a release that is not known", "echo maps | $T run -r 6.6 - 2>&1", 2,
		  "nearest 6.1" },
		{ "run with a feature flipped", "echo maps | $T run --toggle=pat -", 0,
		  "toggle=pat" },
		{ "run with one that is not known", "echo maps | $T run --toggle=pta - 2>&1", 2,
		  "feature pta is not known: pte_special" },
		{ "run on several is not portable", "$T run -a all --portable - 2>&1", 2,
		  "--portable is for one machine" },
		{ "run on several is no test", "$T run -a all --format=ktap - 2>&1", 2,
		  "format ktap is not known: text csv json html" },
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
		{ "no such run format", "$T run --format=xml - 2>&1", 2,
		  "format xml is not known: text ktap json" },
		{ "results that cannot be written", "$T arch 2>&1 >/dev/full", 2, "cannot write" },
		{ "help that cannot", "$T --help 2>&1 >/dev/full", 2, "cannot write" },
		{ "of a command", "$T run --help 2>&1 >/dev/full", 2, "cannot write" },
		{ "the version", "$T --version 2>&1 >/dev/full", 2, "cannot write" },
		{ "a matrix", "$T matrix -a um -r 6.1 2>&1 >/dev/full", 2, "cannot write" },
		{ "a transcript", "echo maps | $T run - 2>&1 >/dev/full", 2, "cannot write" },
	};

	(void)state;
	command_check(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_runs),
};
SIM_TEST_MAIN_WITH(tests, find_command, NULL)
