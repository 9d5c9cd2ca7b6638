/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.c - the machine that a scenario runs on: what the file and the caller say
 * of it, what cannot be built, and how it is told.
 */
#include <errno.h>

#include <ttmsim/ttm.h>

#include "pte/arch.h"
#include "scenario/run.h"
#include "sim/releases.h"

/* ---- what is asked for ---- */

/* What one says goes before what the other says. */
static struct sim_machine_config merge(const struct sim_machine_config *first,
				       const struct sim_machine_config *second)
{
	struct sim_machine_config config = *second;

	if (first->arch)
		config.arch = first->arch;
	if (first->release)
		config.release = first->release;
	if (first->ttm)
		config.ttm = first->ttm;
	if (first->ram_bytes)
		config.ram_bytes = first->ram_bytes;
	if (first->vram_bytes)
		config.vram_bytes = first->vram_bytes;
	if (first->prefault)
		config.prefault = first->prefault;
	if (first->pool_max_order)
		config.pool_max_order = first->pool_max_order;
	if (first->thp)
		config.thp = first->thp;
	if (first->cpus)
		config.cpus = first->cpus;
	config.toggle_features = first->toggle_features ^ second->toggle_features;
	config.quiet = true;	/* the transcript tells */
	return config;
}

/* ---- what cannot be ---- */

/* The line that says what machine it is; 1: none does. */
static unsigned int machine_line(const struct scn *scn)
{
	for (unsigned int i = 0; i < scn->nr_ops; i++)
		if (scn->op[i].desc)
			return scn->op[i].desc->run == scn_op_machine ? scn->op[i].line : 1;
	return 1;
}

static void tell(const struct scn *scn, const struct sim_scenario_options *options,
		 const char *what, const char *name, const char *why)
{
	if (options->err)
		fprintf(options->err, "%s:%u:1: error: %s%s%s\n", scn->name, machine_line(scn),
			what, name, why);
}

static void tell_impossible(const struct scn *scn, const struct sim_scenario_options *options,
			    const struct sim_machine_config *config)
{
	char unknown[400];

	if (config->arch && !sim_arch_find(config->arch)) {
		sim_arch_unknown(unknown, sizeof(unknown), config->arch, strlen(config->arch));
		tell(scn, options, unknown, "", "");
	} else if (config->release && !sim_release_find(config->release)) {
		sim_release_unknown(unknown, sizeof(unknown), config->release,
				    strlen(config->release));
		tell(scn, options, unknown, "", "");
	} else {
		tell(scn, options, "no such machine can be built: sizes are whole pages that an"
		     " architecture has room for", "", "");
	}
}

/* A feature that is flipped and stays what it was, for want of a bit; or NULL. */
static const char *idle_toggle(const struct sim_machine *machine, uint32_t toggle)
{
	struct sim_mmu plain;
	uint32_t idle;

	sim_mmu_resolve(&plain, machine->arch, machine->release->number, 0);
	idle = toggle & ~(plain.features ^ machine->mmu->features);
	for (int i = 0; i < SIM_NR_FEATURES; i++)
		if (idle >> i & 1)
			return sim_feature_name((enum sim_feature)i);
	return NULL;
}

int scn_create_machine(const struct scn *scn, const struct sim_scenario_options *options,
		       const struct sim_release *rules, struct sim_machine **out)
{
	struct sim_machine_config config = options->machine_wins ?
		merge(&options->machine, &scn->machine) : merge(&scn->machine, &options->machine);
	struct sim_machine *machine = sim_machine_create_rules(&config, rules);
	const char *idle;

	if (!machine && errno != EINVAL)
		return -ENOMEM;
	if (!machine) {
		tell_impossible(scn, options, &config);
		return -EINVAL;
	}
	idle = config.toggle_features ? idle_toggle(machine, config.toggle_features) : NULL;
	if (idle) {
		tell(scn, options, "toggle=", idle, " changes nothing: the entries of this"
		     " architecture have no bit for it");
		sim_machine_destroy(machine);
		return -EINVAL;
	}
	*out = machine;
	return 0;
}

/* ---- how it is told ---- */

static void print_size(FILE *out, const char *key, uint64_t bytes)
{
	static const char units[] = "\0KMG";
	int unit = 0;

	while (unit < 3 && bytes >= 1024 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	fprintf(out, " %s=%llu", key, (unsigned long long)bytes);
	if (unit)
		fputc(units[unit], out);
}

static void print_toggles(FILE *out, uint32_t toggle)
{
	bool first = true;

	for (int i = 0; i < SIM_NR_FEATURES; i++) {
		if (!(toggle >> i & 1))
			continue;
		fprintf(out, "%s%s", first ? " toggle=" : ",",
			sim_feature_name((enum sim_feature)i));
		first = false;
	}
}

enum sim_ttm_mode scn_ttm_mode(const struct sim_machine *machine)
{
	enum sim_ttm_mode mode = machine->sim->config.ttm;

	if (mode != SIM_TTM_DEFAULT)
		return mode;
	return sim_rule(machine, SIM_RULE_TTM_MIXEDMAP) ? SIM_TTM_MIXED : SIM_TTM_PFN;
}

void scn_describe_unfollowed(const struct scn *scn, const struct sim_machine *machine, FILE *out)
{
	const struct sim_machine_config *said = &scn->machine, *is = &machine->sim->config;

	if (said->arch && strcmp(said->arch, is->arch) != 0)
		fprintf(out, " arch=%s", said->arch);
	if (said->release && strcmp(said->release, is->release) != 0)
		fprintf(out, " release=%s", said->release);
	if (said->ttm && said->ttm != is->ttm)
		fprintf(out, " ttm=%s", sim_ttm_mode_name(said->ttm));
}

void scn_describe_machine(const struct sim_machine *machine, FILE *out)
{
	const struct sim_machine_config *config = &machine->sim->config;

	fprintf(out, "arch=%s release=%s ttm=%s", config->arch, config->release,
		sim_ttm_mode_name(scn_ttm_mode(machine)));
	print_size(out, "ram", config->ram_bytes);
	print_size(out, "vram", config->vram_bytes);
	fprintf(out, " prefault=%u pool_order=%u",
		config->prefault ? config->prefault : TTM_BO_VM_NUM_PREFAULT,
		config->pool_max_order ? config->pool_max_order : MAX_ORDER);
	print_toggles(out, config->toggle_features);
}
