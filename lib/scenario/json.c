/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * json.c - what a scenario gave, for programs: one object with an array of
 * operations, of which each has all of its result.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/run.h"

static json_t *text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return value ? value : json_null();
}

/* "left: page: 1 too many\n..." */
static json_t *lines_of(const struct scn_result *res)
{
	json_t *lines = json_array();
	const char *line = res->lines;

	while (line && *line) {
		size_t len = strcspn(line, "\n");

		json_array_append_new(lines, json_stringn(line, len));
		line += len + (line[len] != 0);
	}
	return lines;
}

static json_t *keys_of(const struct scn_result *res)
{
	json_t *keys = json_object();

	for (unsigned int i = 0; i < res->nr_keys; i++)
		json_object_set_new(keys, res->key[i].key, text_or_null(res->key[i].text));
	return keys;
}

static json_t *expect_of(const struct scn_op *op, const struct scn_result *res)
{
	json_t *expected = json_array();

	for (unsigned int i = 0; i < op->nr_expect; i++) {
		const struct scn_expect *e = &op->expect[i];

		json_array_append_new(expected, json_pack("{s:s?, s:s, s:s?, s:b}",
			"key", *e->key ? e->key : NULL, "expected", e->value,
			"got", scn_result_of(res, e->key), "holds", scn_holds(e, res)));
	}
	return expected;
}

static json_t *alarms_of(const struct scn_op *op, const struct scn_result *res)
{
	json_t *alarms = json_array();
	char text[SCN_PFN_TEXT + 32];
	unsigned int i = 0;

	while (scn_next_alarm(op, res, &i, text))
		json_array_append_new(alarms, json_string(text));
	return alarms;
}

void scn_json_op(void *data, const struct scn_op *op, const struct scn_result *res)
{
	struct scn_json *json = data;
	const char *value = *res->value || res->nr_keys ? res->value : "0";

	json_array_append_new(json->ops, json_pack("{s:i, s:s, s:s?, s:o, s:o, s:o, s:o}",
		"line", (int)op->line, "operation", op->text, "value", *value ? value : NULL,
		"keys", keys_of(res), "expectations", expect_of(op, res),
		"unexpected", alarms_of(op, res), "lines", lines_of(res)));
}

int scn_json_begin(struct scn_json *json)
{
	json->ops = json_array();
	return json->ops ? 0 : -ENOMEM;
}

static json_t *machine_of(const struct sim_machine *machine)
{
	const struct sim_machine_config *config = &machine->sim->config;
	json_t *toggled = json_array();

	for (int i = 0; i < SIM_NR_FEATURES; i++)
		if (config->toggle_features >> i & 1)
			json_array_append_new(toggled, json_string(
				sim_feature_name((enum sim_feature)i)));
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:i, s:o}", "arch", config->arch,
			 "release", config->release,
			 "ttm", sim_ttm_mode_name(scn_ttm_mode(machine)),
			 "ram", (json_int_t)config->ram_bytes,
			 "vram", (json_int_t)config->vram_bytes,
			 "prefault", config->prefault ? (int)config->prefault :
						        TTM_BO_VM_NUM_PREFAULT,
			 "pool_order", config->pool_max_order ? (int)config->pool_max_order :
							        MAX_ORDER,
			 "toggle", toggled);
}

int scn_json_end(struct scn_json *json, const struct scn_transcript *to,
		 const struct sim_machine *machine)
{
	const struct sim_scenario_result *r = &to->result;
	json_t *all = json_pack("{s:s, s:s, s:o, s:O, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:b}}",
		"ttmsim", TTMSIM_VERSION, "scenario", to->scn->name, "machine",
		machine_of(machine), "operations", json->ops, "result",
		"operations", (int)r->nr_ops, "expected", (int)r->nr_expected,
		"failed", (int)r->nr_failed, "unexpected", (int)r->nr_unexpected,
		"violations", (int)r->nr_violations, "leaks", (int)r->nr_leaks,
		"crashed", (int)r->crashed);
	int ret = all && to->options->out ?
		  json_dumpf(all, to->options->out, JSON_INDENT(1)) : 0;

	ret = !all ? -ENOMEM : ret ? -EIO : 0;
	json_decref(all);
	return ret;
}

void scn_json_free(struct scn_json *json)
{
	json_decref(json->ops);
	json->ops = NULL;
}
