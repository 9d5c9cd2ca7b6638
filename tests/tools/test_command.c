/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The command, run as a program: what it prints, where, and how it ends.
 */
#include <stdlib.h>
#include <unistd.h>

#include <ttmsim/arch.h>

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
		  "command fly is not known: arch bisect matrix run\n" },
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
		{ "an entry", "$T arch x86_64 --decode=0x8000000000100227", 0,
		  "words       pfn=0x100,cache=wb,write,young,clean,special\n" },
		{ "its fields", "$T arch x86_64 --decode=0x8000000000100227", 0,
		  "\n  SPECIAL     no struct page for mm\n" },
		{ "its rights", "$T arch x86_64 --decode=0x8000000000100225", 0,
		  "user may    read\n" },
		{ "a guessed pte", "$T arch x86_64 --decode=0x8000000000100227", 0,
		  "as a pte (guessed" },
		{ "a guessed pmd", "$T arch x86_64 --decode=0x80000000fee000e7", 0,
		  "as a pmd (guessed" },
		{ "a guessed block", "$T arch arm64 --decode=0x68000000200fc9", 0,
		  "as a pmd (guessed" },
		{ "a table", "$T arch x86_64 --decode=0x12345067 --level=pmd", 0,
		  "as a pmd\n  a table at 0x12345000; other bits 0x67\n" },
		{ "nothing", "$T arch s390x --decode=0x400", 0, "\n  empty\n" },
		{ "PROT_NONE, its pfn inverted", "$T arch x86_64 --decode=0xfffffffeff120", 0,
		  "pfn=0x100,cache=wb,none,exec,young" },
		{ "bits that mean nothing", "$T arch x86_64 --decode=0x8010000000100227", 0,
		  "bits that no field has" },
		{ "an entry of a release", "$T arch -r 5.11 x86_64 --decode=0x400000000100227", 0,
		  ",devmap" },
		{ "an entry of words", "$T arch x86_64 --encode=pfn=0x100,write,special", 0,
		  "0x8000000000100227\n" },
		{ "a leaf of words", "$T arch x86_64 --level=pmd --encode=pfn=0x200,cache=uc", 0,
		  "0x80000000002000bd\n" },
		{ "no entry", "$T arch x86_64 --decode=0xg 2>&1", 2, "'0xg' is no number" },
		{ "a negative one", "$T arch x86_64 --decode=-1 2>&1", 2, "'-1' is no number" },
		{ "too wide", "$T arch x86_64 --decode=0x10000000000000000 2>&1", 2, "64 bits" },
		{ "of which?", "$T arch --decode=1 2>&1", 2, "an entry of which architecture?" },
		{ "both ways", "$T arch um --decode=1 --encode=pfn=1 2>&1", 2, "not both" },
		{ "a level of what?", "$T arch um --level=pte 2>&1", 2, "--level is for" },
		{ "no such level", "$T arch um --decode=1 --level=p4d 2>&1", 2,
		  "um has no level 'p4d'; there are pte, " },
		{ "no leaf", "$T arch um --encode=pfn=1 --level=pmd 2>&1", 2,
		  "um has no leaf of level pmd" },
		{ "no special bit", "$T arch um --encode=pfn=1,special 2>&1", 2,
		  "um has no pte_special" },
		{ "no such word", "$T arch um --encode=pfn=1,fast 2>&1", 2,
		  "what is 'fast'? There are pfn=, cache=, none, write, exec, young, old, " },
		{ "no pfn", "$T arch um --encode=write 2>&1", 2, "of which pfn?" },
		{ "an odd pfn", "$T arch um --encode=pfn=x 2>&1", 2, "'x' is no pfn" },
		{ "too large a pfn", "$T arch x86_64 --encode=pfn=0x10000000000 2>&1", 2,
		  "the largest is 0xffffffffff" },
		{ "a leaf's odd pfn", "$T arch x86_64 --level=pmd --encode=pfn=0x100 2>&1", 2,
		  "a multiple of 0x200 pages" },
		{ "no such type", "$T arch um --encode=pfn=1,cache=wt 2>&1", 2,
		  "no memory type is 'wt'; there are wb, wc, uc-, uc" },
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
		{ "bisect",
		  "printf 'bo b pages=1\nopen f rw\nmmap m f b share=private\n' | $T bisect -", 0,
		  "\n  no longer ttm_mixedmap: TTM's vmas are VM_MIXEDMAP, not VM_PFNMAP\n" },
		{ "bisect on another architecture", "echo maps | $T bisect -a amd64 -", 0,
		  "(standard input) on x86_64\n5.11 to 5.14: the same\n" },
		{ "bisect, no scenario", "echo fly | $T bisect - 2>&1", 2, ":1:1: error: " },
		{ "bisect, no file", "$T bisect /nonexistent 2>&1", 2, "No such file" },
		{ "bisect what?", "$T bisect 2>&1", 2, "which file?" },
		{ "bisect, unwritten", "echo maps | $T bisect - 2>&1 >/dev/full", 2,
		  "cannot write" },
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

/* What --decode calls an entry, --encode makes that entry again, on each architecture. */
static void test_entries_go_to_words_and_back(void **state)
{
	const char *out = command_output(
		"IFS=' \n'; for a in $($T arch | awk 'NF < 5 { exit } NR > 1 { print $1 }'); do"
		" for w in '' ,write ,write,dirty ,none ,exec,old ,write,cache=wc ,cache=uc,clean; do"
		" e=$($T arch $a --encode=pfn=0x100$w);"
		" x=$($T arch $a --decode=$e --level=pte | sed -n 's/^  words  *//p');"
		" [ \"$e\" = \"$($T arch $a --encode=$x)\" ] && echo as it was ||"
		" echo $a: $e is $x; done; done | sort | uniq -c");
	unsigned int nr = 0;

	(void)state;
	while (sim_arch_nth(nr))
		nr++;
	assert_int_equal(strtoul(out, NULL, 10), 7 * nr);
	if (!strstr(out, "as it was\n") || strchr(out, ':'))
		fail_msg("%s", out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_entries_go_to_words_and_back),
	cmocka_unit_test(test_runs),
};
SIM_TEST_MAIN_WITH(tests, find_command, NULL)
