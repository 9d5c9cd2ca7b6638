/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/command.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

static char command[PATH_MAX];

int command_find(const char *name)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return -1;
	self[len] = 0;
	if (snprintf(command, sizeof(command), "%s/../%s", dirname(self), name) < 0)
		return -1;
	if (access(command, X_OK))
		exit(SIM_TEST_SKIP);
	return 0;
}

struct ran *command_run(const char *args)
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

char *command_output(const char *line)
{
	struct ran *ran = command_run(line);

	if (ran->status)
		fail_msg("%s: ended with %d and printed\n%s", line, ran->status, ran->out);
	return ran->out;
}

void command_check(const struct command_case *cases, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++) {
		const struct ran *ran = command_run(cases[i].line);

		if (ran->status != cases[i].status || !strstr(ran->out, cases[i].part))
			fail_msg("%s: ended with %d and printed\n%s", cases[i].description,
				 ran->status, ran->out);
	}
}
