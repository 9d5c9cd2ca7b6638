/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sim_side.c - a scenario on the simulator: its portable transcript.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"
#include "scenario/scenario.h"
#include "scenario/transcript.h"

static const struct kernel *checked_kernel;

/* What kernels were not given, by why. */
static struct groups cuts;
static unsigned int nr_operations_cut;

/* Takes the line off that says where the transcript ends early; was there one? @why
 * (unless NULL) gets the reason. */
static bool take_mark(struct text *transcript, struct text *why)
{
	char *mark = transcript->data ? strstr(transcript->data, SCN_UNDEFINED) : NULL;

	if (!mark)
		return false;
	if (why)
		text_printf(why, "%.*s", (int)strcspn(mark, "\n"), mark);
	*mark = 0;
	transcript->len = (size_t)(mark - transcript->data);
	return true;
}

static int run(const struct kernel *kernel, const char *name, const char *text, struct text *out)
{
	char *printed = NULL, *said = NULL;
	size_t printed_len = 0, said_len = 0;
	FILE *to = open_memstream(&printed, &printed_len);
	FILE *err = open_memstream(&said, &said_len);
	struct sim_scenario_options options = {
		.name = name, .out = to, .err = err, .portable = true,
		.machine = { .arch = kernel->arch, .release = kernel->release },
	};
	int ret;

	if (!to || !err)
		give_up("out of memory");
	ret = sim_scenario_run(text, strlen(text), &options, NULL);
	fclose(to);
	fclose(err);
	if (ret == -ENOMEM)
		give_up("out of memory");
	text_compact(out, ret ? said : printed);
	free(printed);
	free(said);
	return ret ? -EINVAL : 0;
}

int sim_transcript(const struct kernel *kernel, const char *name, const char *text,
		   struct text *out)
{
	int ret = run(kernel, name, text, out);

	take_mark(out, NULL);
	return ret;
}

/* In the child. */
static _Noreturn void write_transcript(const struct kernel *kernel, const char *name,
				       const char *text, int fd)
{
	struct text out = { NULL, 0, 0 };
	int ret = run(kernel, name, text, &out);
	size_t at = 0;

	while (at < out.len) {
		ssize_t len = write(fd, out.data + at, out.len - at);

		if (len <= 0)
			break;
		at += (size_t)len;
	}
	_exit(ret ? 3 : 0);
}

static int run_apart(const struct kernel *kernel, const char *name, const char *text,
		     struct text *out)
{
	int pair[2], status;
	char part[65536];
	ssize_t len;
	pid_t pid;

	if (pipe(pair))
		give_up("pipe: %s", strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		give_up("fork: %s", strerror(errno));
	if (!pid) {
		close(pair[0]);
		alarm(60);
		write_transcript(kernel, name, text, pair[1]);
	}
	close(pair[1]);
	while ((len = read(pair[0], part, sizeof(part))) > 0)
		text_add(out, part, (size_t)len);
	close(pair[0]);
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status)) {
		text_printf(out, "#| simulator: %s\n", strsignal(WTERMSIG(status)));
		return WTERMSIG(status);
	}
	return WEXITSTATUS(status) ? -EINVAL : 0;
}

int sim_transcript_apart(const struct kernel *kernel, const char *name, const char *text,
			 struct text *out)
{
	int ret = run_apart(kernel, name, text, out);

	take_mark(out, NULL);
	return ret;
}

static unsigned int count_operations(const char *program)
{
	unsigned int nr = 0;
	struct line line;

	while (next_line(&program, &line))
		nr += line.len && *line.at != '#';
	return nr;
}

void sim_defined_part(const char *name, const struct text *program, struct text *out)
{
	struct text transcript = { NULL, 0, 0 }, why = { NULL, 0, 0 };

	if (checked_kernel &&
	    !run_apart(checked_kernel, name, text_of(program), &transcript) &&
	    take_mark(&transcript, &why)) {
		text_program(out, text_of(&transcript));
		groups_count(&cuts, text_of(&why), name);
		nr_operations_cut += count_operations(text_of(program)) -
				     count_operations(text_of(out));
	} else {
		text_add(out, text_of(program), program->len);
	}
	text_free(&transcript);
	text_free(&why);
}

void sim_print_cuts(FILE *out)
{
	groups_print(&cuts, "programs were given to the kernel only up to a point,", out);
	if (cuts.total)
		fprintf(out, "%u operations were not asked for that\n", nr_operations_cut);
	groups_free(&cuts);
}

bool kernel_lacks(const struct kernel *kernel, const char *verb)
{
	/* User-mode Linux is built without core dumps. */
	if (!strcmp(verb, "dump_page"))
		return kernel->arch && !strcmp(kernel->arch, "um");
	return !strcmp(verb, "pin_fast_only") && kernel->release &&
	       sim_release_number(kernel->release) > SIM_RELEASE(6, 1);
}

bool sim_parses(const char *text, size_t len)
{
	struct scn *scn;

	if (scn_parse(text, len, "program", NULL, &scn))
		return false;
	scn_free(scn);
	return true;
}

void kernel_check(const struct kernel *kernel)
{
	struct sim_machine_config config = { .arch = kernel->arch, .release = kernel->release };
	struct sim_machine *machine = sim_machine_create(&config);

	if (!machine)
		give_up("the simulator has no machine of arch %s, release %s: %s", kernel->arch,
			kernel->release, strerror(errno));
	checked_kernel = kernel;
	sim_machine_destroy(machine);
}
