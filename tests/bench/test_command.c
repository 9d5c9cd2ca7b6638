/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim-bench, run as a program: what it prints and how it ends. Times are not
 * looked at: under a sanitizer they mean nothing.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ttmsim/base.h>

#include "support/command.h"
#include "support/run.h"

/* As short as a row can be. */
#define QUICK "-n 3 --min-time=0 --nr=16 --arch=um --cpus=smp "

#define CSV_AXES "name,arch,release,backing,caching,tables,nr,threads,cpus,"
#define CSV_HEADER CSV_AXES "ns_min,ns_median,x_limit,fault,handler,walk,"
#define CSV_COLUMNS (12 + SIM_NR_COUNTERS)

static int find_command(void **state)
{
	(void)state;
	return command_find("ttmsim-bench");
}

static void test_runs(void **state)
{
	static const struct command_case cases[] = {
		{ "version", "$T --version", 0, "ttmsim-bench 0." },
		{ "help", "$T --help", 0, "Usage: " },
		{ "help that cannot be written", "$T --help 2>&1 >/dev/full", 2, "cannot write" },
		{ "families that cannot", "$T --list 2>&1 >/dev/full", 2, "cannot write" },
		{ "an option that was meant", "$T --filtre=x 2>&1", 2, "did you mean --filter?" },
		{ "families", "$T --list", 0, "limit/walk4" },
		{ "axes", "$T --list", 0, "existing, fresh (existing)" },
		{ "rows", "$T --list=rows --filter=^limit/store", 0,
		  "limit/store/nr:512/threads:1\n" },
		{ "K and M", "$T --list=rows --filter=limit/store --nr=4K,4M", 0,
		  "limit/store/nr:4096/threads:1\nlimit/store/nr:4194304/threads:1\n" },
		{ "twice is once",
		  "$T --list=rows --filter=limit/ --nr=16,16 | sort | uniq -d | wc -l",
		  0, "0" },
		{ "text", "$T " QUICK "--filter=limit/store", 0, "x limit" },
		{ "a name without axes matches", "$T " QUICK "--filter='limit/store$'", 0,
		  "\nlimit/store " },
		{ "counts have no times", "$T --counts --filter=limit/store | grep -c ' ns '", 1,
		  "0" },
		{ "no colour in a pipe",
		  "$T " QUICK "--filter=limit | grep -c \"$(printf '\\033')\"", 1, "0" },
		{ "no progress in a pipe", "$T " QUICK "--filter=limit 2>&1 | grep -c '\\[1/'", 1,
		  "0" },
		{ "no match", "$T --filter=fly 2>&1", 2,
		  "no row matches 'fly'; the families are" },
		{ "which has the families", "$T --filter=fly 2>&1", 2, "limit/walk4" },
		{ "no expression", "$T '--filter=(' 2>&1", 2, "--filter: '(': " },
		{ "an architecture's other name", "$T --list=rows --filter=^fault/pfn/ "
		  "--arch=aarch64", 0, "arch:arm64" },
		{ "no such arch", "$T --arch=um,vax 2>&1", 2, "--arch: no 'vax'; there are arm, " },
		{ "no such release", "$T --release=1.0 2>&1", 2, "there are 5.11, " },
		{ "no such backing", "$T --backing=rom 2>&1", 2, "there are ram, io\n" },
		{ "no such memory type", "$T --caching=wt 2>&1", 2, "there are wb, wc, " },
		{ "no such tables", "$T --tables=old 2>&1", 2, "there are existing, fresh\n" },
		{ "no such order", "$T --order=odd 2>&1", 2, "there are sequential, shuffled\n" },
		{ "no such sharing", "$T --shared=two 2>&1", 2, "there are own, shared\n" },
		{ "no such cpus", "$T --cpus=2 2>&1", 2, "there are smp, 1\n" },
		{ "no number", "$T --nr=many 2>&1", 2, "--nr: 'many' is no number" },
		{ "too large a number", "$T --nr=5000M 2>&1", 2, "'5000M' is no number" },
		{ "a number with more", "$T --prefault=16x 2>&1", 2, "and not all" },
		{ "no threads at all", "$T --threads=0 2>&1", 2, "--threads: '0' is no number" },
		{ "an empty list", "$T --arch= 2>&1", 2, "--arch: no ''" },
		{ "no such format", "$T --format=xml 2>&1", 2, "not 'xml'" },
		{ "no such list", "$T --list=all 2>&1", 2, "--list is families or rows" },
		{ "no whole repetition", "$T --repetitions=1.5 2>&1", 2, "whole number" },
		{ "no repetition", "$T -n 0 2>&1", 2, "--repetitions is a whole number from 1" },
		{ "no time", "$T --min-time=x 2>&1", 2, "--min-time is a number from 0" },
		{ "no words", "$T now 2>&1", 2, "what is 'now'?" },
		{ "no such option", "$T --bogus 2>&1", 2, "bogus" },
		{ "results that cannot be written", "$T --list 2>&1 >/dev/full", 2,
		  "cannot write" },
		{ "no file", "$T --list -o /nonexistent/x 2>&1", 2, "/nonexistent/x: No such" },
		{ "compare", "$T " QUICK "--compare limit/walk4 limit/store", 0, "confidence" },
		{ "compare values", "$T " QUICK "--compare limit/store/nr:16 limit/store/nr:512", 0,
		  "limit/store/nr:512" },
		{ "compare as CSV", "$T " QUICK "--compare limit/store limit/store --format=csv", 0,
		  "\nlimit/store/nr:16/threads:1,limit/store/nr:16/threads:1," },
		{ "compare with what?", "$T --compare limit/store 2>&1", 2, "with what?" },
		{ "compare with an option", "$T --compare limit/store --list 2>&1", 2,
		  "with what?" },
		{ "compare nothing known", "$T --compare limit/store fly 2>&1", 2,
		  "no family is 'fly'; there are " },
		{ "compare half a name", "$T --compare limit/store limit 2>&1", 2,
		  "no family is 'limit'" },
		{ "compare along no axis", "$T --compare limit/store/big limit/store 2>&1", 2,
		  "'big' is no axis and value" },
		{ "compare at no value", "$T --compare limit/store/nr:x limit/store 2>&1", 2,
		  "--nr: 'x'" },
		{ "compare at many values", "$T --compare limit/store/nr:1,2 limit/store 2>&1", 2,
		  "more than one value" },
		{ "compare what is filtered",
		  "$T --filter=x --compare limit/store limit/store 2>&1", 2, "has two names" },
		{ "compare counts", "$T --counts --compare limit/store limit/store 2>&1", 2,
		  "needs times" },
	};

	(void)state;
	command_check(cases, SIM_ARRAY_SIZE(cases));
}

/* ---- another build ---- */

/* One whose times are so far off that no load of the machine hides it. */
#define OTHER(what) \
	"BENCH=$T OTHER='" what "' $T --against=" TTMSIM_SOURCE_DIR "/tests/bench/other.sh "
#define FEW "--filter='limit/store$' --nr=512 -n 6 "

static void test_against_tells_faster_from_slower(void **state)
{
	static const struct command_case cases[] = {
		{ "the other is slower", OTHER("times 100") FEW, 0, " faster " },
		{ "the other is faster", OTHER("times 0.01") FEW, 1, " slower " },
		{ "which is told", OTHER("times 0.01") FEW "2>&1 >/dev/null", 1,
		  "1 of 1 rows slower than " },
		{ "slower, but not by as much", OTHER("times 0.2") FEW "--threshold=1000", 0,
		  " slower " },
		{ "the same", "$T --against=$T --filter='limit/store$' --nr=512 -n 100", 0,
		  " same " },
		{ "of two rows", "$T --against=$T --filter='limit/(store|walk4)$' --nr=512 -n 2"
		  " --threshold=1000 | grep -c '^limit/'", 0, "2\n" },
		{ "with two threads", "$T --against=$T --filter='limit/store$' -n 2 --threads=2"
		  " | cat", 0, "threads 2" }, /* whatever the verdict of so few is */
		{ "as CSV", OTHER("times 100") FEW "--format=csv", 0,
		  "ratio,low,high,pairs,verdict\nlimit/store,,,,,,512,1,," },
		{ "its verdict", OTHER("times 100") FEW "--format=csv", 0, ",6,faster\n" },
	};

	(void)state;
	command_check(cases, SIM_ARRAY_SIZE(cases));
}

static void test_against_what_cannot_be(void **state)
{
	static const struct command_case cases[] = {
		{ "no such file", "$T --against=/nonexistent/x 2>&1", 2,
		  "--against: /nonexistent/x: No such file" },
		{ "no program", "$T --against=/etc 2>&1", 2, "--against: /etc: Permission denied" },
		{ "an older one", OTHER("older") "2>&1", 2,
		  "ended with status 2; what can be measured against is a ttmsim-bench that"
		  " knows --serve" },
		{ "another program", "$T --against=/bin/echo 2>&1", 2,
		  "asked for a greeting, it answers '--serve'" },
		{ "one without end", OTHER("endless") "2>&1", 2, "an answer without end" },
		{ "one that is silent", OTHER("silent") "2>&1", 2, "no answer in 10 seconds" },
		{ "one without the row", OTHER("no-row") FEW "2>&1", 2,
		  "other.sh: such row here\n" },
		{ "which leaves none", OTHER("no-row") FEW "2>&1", 2,
		  "the other build has none of these rows" },
		{ "one that dies", OTHER("dies") FEW "2>&1", 1, "it ended with status 3" },
		{ "one that is killed", OTHER("killed") FEW "2>&1", 1, "by signal 9 (Killed)" },
		{ "one that babbles", OTHER("babbles") FEW "2>&1", 1,
		  "asked for times, it answers 'quick'" },
		{ "no match", "$T --against=$T --filter=fly 2>&1", 2, "no row matches 'fly'" },
		{ "nothing that can be", "$T --against=$T --filter=insert/pmd --arch=um 2>&1", 2,
		  "insert/pmd/" },
		{ "no threshold", "$T --against=$T --threshold=x 2>&1", 2,
		  "--threshold is a number from 0 to 1000" },
		{ "a threshold of what?", "$T --threshold=3 2>&1", 2, "is for --against" },
		{ "two kinds", "$T --against=$T --compare limit/store limit/walk4 2>&1", 2,
		  "one of them at a time" },
		{ "counts", "$T --against=$T --counts 2>&1", 2, "--against needs times" },
		{ "served an odd question", "echo who | $T --serve 2>&1", 2, "what is 'who'?" },
		{ "served times of nothing", "echo batch 1 | $T --serve 2>&1", 2,
		  "what is 'batch 1'?" },
		{ "served no such row", "echo row limit/store/nr:x | $T --serve", 0,
		  "no --nr: 'x'" },
		{ "served an unfit row", "echo row insert/pmd/arch:um | $T --serve", 0, "\nno " },
		{ "served a row, and another one",
		  "printf 'row limit/store/nr:16/threads:1\nbatch 1\nrow limit/walk4\n' |"
		  " $T --serve | grep -c ok", 0, "2\n" },
	};

	(void)state;
	command_check(cases, SIM_ARRAY_SIZE(cases));
}

/* ---- CSV ---- */

static unsigned int columns_of(const char *line)
{
	unsigned int nr = 1;

	for (; *line; line++)
		nr += *line == ',';
	return nr;
}

static void test_csv_has_every_column(void **state)
{
	char *rest = command_output("$T " QUICK "--format=csv"), *line;
	unsigned int lines = 0;

	(void)state;
	assert_memory_equal(rest, CSV_HEADER, strlen(CSV_HEADER));
	while ((line = strsep(&rest, "\n")) && *line) {
		assert_int_equal(columns_of(line), CSV_COLUMNS);
		lines++;
	}
	assert_true(lines > 5);
}

static void test_csv_goes_to_a_file(void **state)
{
	const char *out = command_output("D=$(mktemp -d); $T " QUICK
					 "--filter=limit/walk4 --format=csv"
					 " -o $D/f && echo nothing else: && cat $D/f; rm -r $D");

	(void)state;
	assert_memory_equal(out, "nothing else:\nname,", strlen("nothing else:\nname,"));
	assert_non_null(strstr(out, "\nlimit/walk4,"));
}

/* Not the times: a row that took none would be a row that was not measured. */
static void test_csv_times_are_positive(void **state)
{
	char *rest = command_output("$T " QUICK "--filter=limit/ --format=csv"), *line;

	(void)state;
	strsep(&rest, "\n");
	while ((line = strsep(&rest, "\n")) && *line) {
		for (int column = 0; column < 9; column++)
			strsep(&line, ",");
		for (int column = 9; column < 12; column++)
			assert_true(strtod(strsep(&line, ","), NULL) > 0);
	}
}

/* ---- JSON ---- */

static const char *string_of(const json_t *entry, const char *key)
{
	const char *value = json_string_value(json_object_get(entry, key));

	if (!value)
		fail_msg("no %s", key);
	return value;
}

static void check_context(const json_t *context)
{
	assert_int_equal(strlen(string_of(context, "date")), strlen("2026-01-01T00:00:00+0000"));
	assert_true(strlen(string_of(context, "host_name")) > 0);
	assert_true(strlen(string_of(context, "library_build_type")) > 0);
	assert_true(json_integer_value(json_object_get(context, "num_cpus")) > 0);
	assert_true(json_is_integer(json_object_get(context, "mhz_per_cpu")));
	assert_true(json_is_boolean(json_object_get(context, "cpu_scaling_enabled")));
	assert_true(json_is_array(json_object_get(context, "caches")));
	assert_int_equal(json_array_size(json_object_get(context, "load_avg")), 3);
}

/* What Google Benchmark's compare.py takes an entry apart by. */
static void check_entry(const json_t *entry)
{
	static const char *const integers[] = {
		"family_index", "per_family_instance_index", "repetitions", "threads", "iterations",
	};
	bool aggregate = !strcmp(string_of(entry, "run_type"), "aggregate");
	const char *run_name = string_of(entry, "run_name");

	assert_memory_equal(string_of(entry, "name"), run_name, strlen(run_name));
	assert_string_equal(string_of(entry, "time_unit"), "ns");
	for (size_t i = 0; i < SIM_ARRAY_SIZE(integers); i++)
		assert_true(json_is_integer(json_object_get(entry, integers[i])));
	assert_true(json_is_real(json_object_get(entry, "real_time")));
	assert_true(json_is_real(json_object_get(entry, "cpu_time")));
	if (aggregate)
		string_of(entry, "aggregate_name");
	else
		assert_true(json_is_integer(json_object_get(entry, "repetition_index")));
}

static json_t *json_of(const char *args)
{
	json_error_t error;
	json_t *root = json_loads(command_output(args), JSON_REJECT_DUPLICATES, &error);

	if (!root)
		fail_msg("%s: line %d: %s", args, error.line, error.text);
	return root;
}

static void test_json_is_google_benchmarks(void **state)
{
	json_t *root = json_of("$T " QUICK "--format=json --filter='^limit/(store|walk4)'");
	json_t *entries = json_object_get(root, "benchmarks"), *entry;
	size_t i;

	(void)state;
	check_context(json_object_get(root, "context"));
	/* Two rows of three repetitions; mean, median, stddev, min. */
	assert_int_equal(json_array_size(entries), 2 * (3 + 4));
	json_array_foreach(entries, i, entry)
		check_entry(entry);
	json_decref(root);
}

static void test_json_has_one_name_for_each_row(void **state)
{
	json_t *root = json_of("$T --counts --nr=16,32 --format=json");
	json_t *entries = json_object_get(root, "benchmarks"), *entry, *seen = json_object();
	size_t i;

	(void)state;
	json_array_foreach(entries, i, entry) {
		const char *name = string_of(entry, "name");

		if (json_object_get(seen, name))
			fail_msg("%s twice", name);
		json_object_set_new(seen, name, json_true());
	}
	assert_true(json_object_size(seen) >= 10);
	json_decref(seen);
	json_decref(root);
}

static void test_json_of_a_comparison_has_ratio_and_interval(void **state)
{
	json_t *root = json_of("$T " QUICK "--compare limit/walk4 limit/store --format=json");
	json_t *one = json_array_get(json_object_get(root, "comparisons"), 0);
	double ratio = json_real_value(json_object_get(one, "ratio"));

	(void)state;
	assert_true(ratio > 0);
	assert_true(json_real_value(json_object_get(one, "low")) <= ratio);
	assert_true(json_real_value(json_object_get(one, "high")) >= ratio);
	assert_int_equal(json_array_size(json_object_get(root, "benchmarks")), 2 * (3 + 4));
	json_decref(root);
}

/* A row's multiple is of the least times; each repetition has its own. */
static void test_json_has_each_repetitions_own_multiple(void **state)
{
	json_t *root = json_of("$T " QUICK "--format=json --filter='^limit/walk4'");
	json_t *entries = json_object_get(root, "benchmarks"), *entry;
	double least = 1e30, least_limit = 1e30;
	size_t i;

	(void)state;
	json_array_foreach(entries, i, entry) {
		double time = json_real_value(json_object_get(entry, "real_time"));
		double multiple = json_real_value(json_object_get(entry, "x_limit"));

		if (!strcmp(string_of(entry, "run_type"), "aggregate")) {
			assert_float_equal(multiple * least_limit / least, 1, 1e-4);
			continue;
		}
		least = time < least ? time : least;
		if (time / multiple < least_limit)
			least_limit = time / multiple;
	}
	assert_int_equal(i, 3 + 4);
	json_decref(root);
}

static void test_json_of_two_builds_names_both(void **state)
{
	json_t *root = json_of(OTHER("times 100") FEW "--format=json");
	json_t *one = json_array_get(json_object_get(root, "comparisons"), 0), *ratio;
	json_t *entries = json_object_get(root, "benchmarks"), *entry;
	size_t i;

	(void)state;
	assert_string_equal(string_of(one, "name"), "limit/store/nr:512/threads:1");
	assert_string_equal(string_of(one, "verdict"), "faster");
	assert_int_equal(json_array_size(json_object_get(one, "ratios")), 6);
	json_array_foreach(json_object_get(one, "ratios"), i, ratio)
		assert_true(json_real_value(ratio) > 0);
	assert_int_equal(json_array_size(entries), 2 * (6 + 4));
	json_array_foreach(entries, i, entry) {
		const char *prefix = i < 6 + 4 ? "this/limit/store" : "other/limit/store";

		check_entry(entry);
		assert_memory_equal(string_of(entry, "name"), prefix, strlen(prefix));
	}
	json_decref(root);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_runs),
	cmocka_unit_test(test_against_tells_faster_from_slower),
	cmocka_unit_test(test_against_what_cannot_be),
	cmocka_unit_test(test_json_has_each_repetitions_own_multiple),
	cmocka_unit_test(test_json_of_two_builds_names_both),
	cmocka_unit_test(test_csv_has_every_column),
	cmocka_unit_test(test_csv_goes_to_a_file),
	cmocka_unit_test(test_csv_times_are_positive),
	cmocka_unit_test(test_json_is_google_benchmarks),
	cmocka_unit_test(test_json_has_one_name_for_each_row),
	cmocka_unit_test(test_json_of_a_comparison_has_ratio_and_interval),
};
SIM_TEST_MAIN_WITH(tests, find_command, NULL)
