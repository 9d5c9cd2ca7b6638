/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sweep.c - one scenario on many machines.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pte/arch.h"
#include "scenario/sweep.h"
#include "sim/releases.h"

/* ---- the axes ---- */

__attribute__((format(printf, 2, 3)))
static int refuse(const struct sim_sweep_options *options, const char *format, ...)
{
	va_list args;

	if (options->err) {
		va_start(args, format);
		vfprintf(options->err, format, args);
		va_end(args);
		fputc('\n', options->err);
	}
	return -EINVAL;
}

static const char *nth_name(enum sweep_axis_id id, unsigned int n)
{
	const struct sim_arch *arch;

	switch (id) {
	case SWEEP_ARCH:
		arch = sim_arch_nth(n);
		return arch ? arch->name : NULL;
	case SWEEP_RELEASE:
		return sim_release_nth(n);
	default:
		return sim_ttm_mode_name((enum sim_ttm_mode)n);
	}
}

/* The name that the axis has of a word: the same string each time; NULL: none. */
static const char *find_name(enum sweep_axis_id id, const char *word, size_t len)
{
	const struct sim_arch *arch;
	const struct sim_release *release;
	char text[16];

	if (id == SWEEP_ARCH) {
		arch = sim_arch_find_word(word, len);
		return arch ? arch->name : NULL;
	}
	if (len >= sizeof(text))
		return NULL;
	snprintf(text, sizeof(text), "%.*s", (int)len, word);
	if (id == SWEEP_RELEASE) {
		release = sim_release_find(text);
		return release ? release->name : NULL;
	}
	for (unsigned int n = 0; nth_name(id, n); n++)
		if (!strcmp(nth_name(id, n), text))
			return nth_name(id, n);
	return NULL;
}

static int refuse_name(const struct sweep *s, enum sweep_axis_id id, const char *word, size_t len)
{
	char unknown[400], escaped[SIM_MAX_COMPARED + 1];
	struct sim_choices choices;

	if (id == SWEEP_ARCH) {
		sim_arch_unknown(unknown, sizeof(unknown), word, len);
	} else if (id == SWEEP_RELEASE) {
		sim_release_unknown(unknown, sizeof(unknown), word, len);
	} else {
		sim_choices_begin(&choices, word, len);
		for (unsigned int n = 0; nth_name(id, n); n++)
			sim_choices_add(&choices, nth_name(id, n));
		sim_escape(escaped, sizeof(escaped), word, len);
		snprintf(unknown, sizeof(unknown), "mode %s is not known%s", escaped,
			 sim_choices_text(&choices));
	}
	return refuse(s->options, "%s", unknown);
}

static bool has_name(const struct sweep_axis *axis, const char *name)
{
	for (unsigned int i = 0; i < axis->nr; i++)
		if (axis->name[i] == name)
			return true;
	return false;
}

/* "all", or names with commas between. */
static int read_axis(struct sweep *s, enum sweep_axis_id id, const char *list)
{
	struct sweep_axis *axis = &s->axis[id];

	axis->asked = true;
	if (!strcmp(list, "all")) {
		while (axis->nr < SWEEP_MAX_VALUES && nth_name(id, axis->nr)) {
			axis->name[axis->nr] = nth_name(id, axis->nr);
			axis->nr++;
		}
		return 0;
	}
	while (true) {
		size_t len = strcspn(list, ",");
		const char *name = find_name(id, list, len);

		if (!name)
			return refuse_name(s, id, list, len);
		if (axis->nr < SWEEP_MAX_VALUES && !has_name(axis, name))
			axis->name[axis->nr++] = name;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

/* What the scenario says, or the default, of the axes that nobody asked for. */
static int read_rest(struct sweep *s)
{
	struct sim_scenario_options options = { .err = s->options->err };
	struct sim_machine *machine;
	int ret;

	for (int id = 0; id < SWEEP_NR_AXES && s->axis[id].asked; id++)
		if (id == SWEEP_NR_AXES - 1)
			return 0;
	ret = scn_create_machine(s->scn, &options, NULL, &machine);
	if (ret)
		return ret;
	if (!s->axis[SWEEP_ARCH].asked)
		s->axis[SWEEP_ARCH].name[s->axis[SWEEP_ARCH].nr++] = machine->arch->name;
	if (!s->axis[SWEEP_RELEASE].asked)
		s->axis[SWEEP_RELEASE].name[s->axis[SWEEP_RELEASE].nr++] =
			machine->sim->config.release;
	if (!s->axis[SWEEP_MODE].asked)
		s->axis[SWEEP_MODE].name[s->axis[SWEEP_MODE].nr++] =
			sim_ttm_mode_name(machine->sim->config.ttm);
	sim_machine_destroy(machine);
	return 0;
}

static int read_axes(struct sweep *s)
{
	const char *const lists[] = { s->options->archs, s->options->releases, s->options->modes };
	int ret = 0;

	for (int id = 0; !ret && id < SWEEP_NR_AXES; id++)
		if (lists[id])
			ret = read_axis(s, (enum sweep_axis_id)id, lists[id]);
	return ret ? ret : read_rest(s);
}

/* ---- running ---- */

static enum sim_ttm_mode mode_of(const char *name)
{
	for (int mode = 0; mode < SIM_NR_TTM_MODES; mode++)
		if (!strcmp(sim_ttm_mode_name((enum sim_ttm_mode)mode), name))
			return (enum sim_ttm_mode)mode;
	return SIM_TTM_DEFAULT;
}

/* Where the mode is the default one, the scenario does not say another. */
static int run_machine(struct sweep *s, struct sweep_machine *machine)
{
	struct scn plain = *s->scn;
	struct sim_scenario_options options = {
		.format = SIM_SCENARIO_QUIET, .machine_wins = true,
		.machine = {
			.arch = s->axis[SWEEP_ARCH].name[machine->value[SWEEP_ARCH]],
			.release = s->axis[SWEEP_RELEASE].name[machine->value[SWEEP_RELEASE]],
			.toggle_features = s->options->toggle_features,
		},
	};
	int ret;

	plain.machine.ttm = mode_of(s->axis[SWEEP_MODE].name[machine->value[SWEEP_MODE]]);
	machine->id = calloc(s->nr_ops, sizeof(*machine->id));
	if (!machine->id)
		return -ENOMEM;
	ret = scn_collect(&s->texts, &plain, &options, NULL, machine->id, &machine->failed);
	if (ret == -EINVAL) {
		free(machine->id);
		machine->id = NULL;
		return 0;
	}
	return ret;
}

static int run_all(struct sweep *s)
{
	unsigned int nr = s->axis[0].nr * s->axis[1].nr * s->axis[2].nr;
	int ret = 0;

	s->nr_ops = scn_nr_ids(s->scn);
	s->machine = calloc(nr, sizeof(*s->machine));
	if (!s->machine)
		return -ENOMEM;
	s->nr_machines = nr;
	for (unsigned int i = 0; !ret && i < nr; i++) {
		unsigned int rest = i;

		for (int id = SWEEP_NR_AXES - 1; id >= 0; id--) {
			s->machine[i].value[id] = rest % s->axis[id].nr;
			rest /= s->axis[id].nr;
		}
		ret = run_machine(s, &s->machine[i]);
		s->result.nr_machines += s->machine[i].id != NULL;
		s->result.nr_failed += s->machine[i].failed;
	}
	if (ret == -E2BIG)
		refuse(s->options, "%s: too much work", s->scn->name);
	return ret;
}

/* ---- outcomes ---- */

static void find_outcomes(struct sweep *s)
{
	for (unsigned int m = 0; m < s->nr_machines; m++) {
		struct sweep_machine *machine = &s->machine[m];
		unsigned int same = 0;

		if (!machine->id)
			continue;
		while (same < m && (!s->machine[same].id ||
				    memcmp(s->machine[same].id, machine->id,
					   s->nr_ops * sizeof(*machine->id)) != 0))
			same++;
		machine->outcome = same < m ? s->machine[same].outcome : s->result.nr_outcomes++;
	}
	for (unsigned int op = 0; op < s->nr_ops && !s->result.first_line; op++)
		if (sweep_differs(s, op))
			s->result.first_line = scn_id_line(s->scn, op);
}

/* ---- all of it ---- */

static void free_sweep(struct sweep *s)
{
	scn_results_free(&s->texts);
	for (unsigned int m = 0; m < s->nr_machines; m++)
		free(s->machine[m].id);
	free(s->machine);
}

static int print(const struct sweep *s)
{
	static int (*const printers[])(const struct sweep *, FILE *) = {
		[SIM_SWEEP_TEXT] = sweep_print_text, [SIM_SWEEP_CSV] = sweep_print_csv,
		[SIM_SWEEP_JSON] = sweep_print_json, [SIM_SWEEP_HTML] = sweep_print_html,
	};
	int ret = s->options->out ? printers[s->options->format](s, s->options->out) : 0;

	return ret ? ret : s->options->out && ferror(s->options->out) ? -EIO : 0;
}

int sim_scenario_sweep(const char *text, size_t len, const struct sim_sweep_options *options,
		       struct sim_sweep_result *result)
{
	static const struct sim_sweep_options defaults;
	struct sweep s = { .options = options ? options : &defaults };
	struct scn *scn;
	int ret;

	if ((!text && len) || (unsigned int)s.options->format > SIM_SWEEP_HTML)
		return -EINVAL;
	ret = scn_parse(text, len, s.options->name, s.options->err, &scn);
	if (ret)
		return ret;
	s.scn = scn;
	ret = read_axes(&s);
	if (!ret)
		ret = run_all(&s);
	if (!ret && !s.result.nr_machines)
		ret = refuse(s.options, "%s: no such machine can be built", scn->name);
	if (!ret) {
		find_outcomes(&s);
		ret = print(&s);
	}
	if (!ret && result)
		*result = s.result;
	free_sweep(&s);
	scn_free(scn);
	return ret;
}
