/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * json.c - results in Google Benchmark's schema.
 *
 * What its tools read (tools/compare.py): each repetition is an entry with
 * run_type "iteration", followed by entries with run_type "aggregate"; one
 * iteration is one operation here. Counters are further members of an entry,
 * as user counters are there: x_limit is a repetition's own multiple, in an
 * aggregate that of the row. real_time is by the clock, over all threads;
 * cpu_time is what the threads spent on an operation, summed. Of two builds the
 * names begin with this/ and other/.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

static struct {
	json_t *benchmarks, *comparisons;
	const struct family *family;
	int family_index, instance;
	const char *prefix;	/* of names: which build it is */
} doc;

static double mean_of(const double *values, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += values[i];
	return sum / (double)nr;
}

static double stddev_of(const double *values, size_t nr)
{
	double mean = mean_of(values, nr), sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += (values[i] - mean) * (values[i] - mean);
	return nr > 1 ? sqrt(sum / (double)(nr - 1)) : 0;
}

static const struct {
	const char *name;
	double (*of)(const double *values, size_t nr);
} aggregates[] = {
	{ "mean", mean_of }, { "median", median_of }, { "stddev", stddev_of }, { "min", min_of },
};

/* ---- entries ---- */

static json_t *new_entry(const struct row *row, const struct figures *figures,
			 const char *aggregate)
{
	char run_name[BENCH_NAME + BENCH_LABEL], name[BENCH_NAME + 2 * BENCH_LABEL];

	snprintf(run_name, sizeof(run_name), "%s%s", doc.prefix, row->full);
	snprintf(name, sizeof(name), "%s%s%s", run_name, aggregate ? "_" : "",
		 aggregate ? aggregate : "");
	return json_pack("{s:s, s:i, s:i, s:s, s:s, s:i, s:i}", "name", name,
			 "family_index", doc.family_index,
			 "per_family_instance_index", doc.instance, "run_name", run_name,
			 "run_type", aggregate ? "aggregate" : "iteration",
			 "repetitions", (int)figures->repetitions,
			 "threads", (int)row->point.threads);
}

static void add_times(json_t *entry, double real, double cpu)
{
	json_object_set_new(entry, "real_time", json_real(real));
	json_object_set_new(entry, "cpu_time", json_real(cpu));
	json_object_set_new(entry, "time_unit", json_string("ns"));
}

static void add_counters(json_t *entry, const struct figures *figures, double x_limit)
{
	if (x_limit > 0)
		json_object_set_new(entry, "x_limit", json_real(x_limit));
	for (int i = 0; figures->counted && i < SIM_NR_COUNTERS; i++)
		json_object_set_new(entry, sim_counter_name((enum sim_counter)i),
				    json_real(figures->counter[i]));
}

static void add_repetition(const struct row *row, const struct figures *figures, unsigned int i)
{
	json_t *entry = new_entry(row, figures, NULL);

	json_object_set_new(entry, "repetition_index", json_integer(i));
	json_object_set_new(entry, "iterations", json_integer((json_int_t)figures->ops));
	add_times(entry, figures->ns[i], figures->busy[i]);
	add_counters(entry, figures, figures->limit ? figures->ns[i] / figures->limit[i] : 0);
	json_array_append_new(doc.benchmarks, entry);
}

static void add_aggregate(const struct row *row, const struct figures *figures, size_t which)
{
	const char *name = aggregates[which].name;
	json_t *entry = new_entry(row, figures, name);

	json_object_set_new(entry, "aggregate_name", json_string(name));
	json_object_set_new(entry, "aggregate_unit", json_string("time"));
	json_object_set_new(entry, "iterations", json_integer((json_int_t)figures->repetitions));
	add_times(entry, aggregates[which].of(figures->ns, figures->repetitions),
		  aggregates[which].of(figures->busy, figures->repetitions));
	add_counters(entry, figures, figures->x_limit);
	json_array_append_new(doc.benchmarks, entry);
}

/* Without times (--counts) an entry has its counters only. */
static void add_counted(const struct row *row, const struct figures *figures)
{
	json_t *entry = new_entry(row, figures, NULL);

	add_counters(entry, figures, figures->x_limit);
	json_array_append_new(doc.benchmarks, entry);
}

static void json_row(FILE *out, const struct row *row, const struct figures *figures)
{
	(void)out;
	doc.instance++;
	if (row->family != doc.family) {
		doc.family = row->family;
		doc.family_index++;
		doc.instance = 0;
	}
	if (!figures->repetitions)
		add_counted(row, figures);
	for (unsigned int i = 0; i < figures->repetitions; i++)
		add_repetition(row, figures, i);
	for (size_t i = 0; figures->repetitions > 1 && i < ARRAY_SIZE(aggregates); i++)
		add_aggregate(row, figures, i);
}

/* ---- the document ---- */

static void json_compare_begin(FILE *out)
{
	(void)out;
	doc.benchmarks = json_array();
	doc.comparisons = json_array();
	doc.family_index = -1;
	doc.prefix = "";
}

static void json_begin(FILE *out, const struct rows *rows, const struct plan *plan)
{
	(void)rows;
	(void)plan;
	json_compare_begin(out);
}

static void json_compare(FILE *out, const struct comparison *c)
{
	json_row(out, &c->a, &c->fa);
	json_row(out, &c->b, &c->fb);
	json_array_append_new(doc.comparisons,
			      json_pack("{s:s, s:s, s:f, s:f, s:f, s:i}", "a", c->a.full,
					"b", c->b.full, "ratio", c->ratio, "low", c->low,
					"high", c->high, "pairs", (int)c->fa.repetitions));
}

static void json_against_begin(FILE *out, const struct rows *rows, const struct against *against)
{
	(void)rows;
	(void)against;
	json_compare_begin(out);
}

static json_t *ratios(const struct comparison *c)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < c->fa.repetitions; i++)
		json_array_append_new(array, json_real(c->fa.ns[i] / c->fb.ns[i]));
	return array;
}

static void json_against(FILE *out, const struct comparison *c, const struct against *against)
{
	doc.prefix = "this/";
	json_row(out, &c->a, &c->fa);
	doc.prefix = "other/";
	json_row(out, &c->b, &c->fb);
	json_array_append_new(doc.comparisons,
			      json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:i, s:o}",
					"name", c->a.full, "against", against->binary,
					"verdict", against_verdict(c, against), "ratio", c->ratio,
					"low", c->low, "high", c->high,
					"pairs", (int)c->fa.repetitions, "ratios", ratios(c)));
}

static void json_end(FILE *out)
{
	json_t *root = json_pack("{s:o, s:o}", "context", bench_context(), "benchmarks",
				 doc.benchmarks);

	if (!root)
		bench_die("JSON");
	if (json_array_size(doc.comparisons))
		json_object_set(root, "comparisons", doc.comparisons);
	json_decref(doc.comparisons);
	json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
	fputc('\n', out);
	json_decref(root);
	memset(&doc, 0, sizeof(doc));
}

const struct format json_format = {
	"json", json_begin, json_row, json_compare_begin, json_compare,
	json_against_begin, json_against, json_end,
};
