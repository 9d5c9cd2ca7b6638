/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * peer.c - a ttmsim-bench in a process of its own, and how it is asked (serve.c).
 *
 * It may be any program: what it prints is believed only where it is an answer, and
 * one that says nothing is not waited for without end.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"

#define GREETING_MS 10000
#define ANSWER_MS 300000

struct peer {
	const char *binary;
	pid_t pid;
	int to, from;
	char line[BENCH_TEXT];	/* the last answer */
	char build_type[BENCH_LABEL];
};

extern char **environ;

/* ---- the process ---- */

static int spawn(struct peer *peer, bool quiet, int in, int out)
{
	char *argv[] = { (char *)"ttmsim-bench", (char *)"--serve", NULL };
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!error && quiet)
		error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
							 O_WRONLY, 0);
	if (!error)
		error = posix_spawn(&peer->pid, peer->binary, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static int start_process(struct peer *peer, bool quiet)
{
	int in[2], out[2], error;

	if (pipe2(in, O_CLOEXEC))
		return errno;
	if (pipe2(out, O_CLOEXEC)) {
		error = errno;
		close(in[0]);
		close(in[1]);
		return error;
	}
	error = spawn(peer, quiet, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	peer->to = in[1];
	peer->from = out[0];
	return error;
}

void peer_pin(const struct peer *peer, unsigned int nth)
{
	cpu_set_t mine, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(mine), &mine) || !CPU_COUNT(&mine))
		return;
	nth %= (unsigned int)CPU_COUNT(&mine);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &mine) || nth--)
			continue;
		CPU_SET(cpu, &one);
		/* Where it cannot be, the scheduler's choice is as good for both. */
		(void)sched_setaffinity(peer->pid, sizeof(one), &one);
		return;
	}
}

/* What has not ended by itself at the end of its input is not waited for. */
void peer_stop(struct peer *peer)
{
	if (peer->to >= 0)
		close(peer->to);
	if (peer->from >= 0)
		close(peer->from);
	if (peer->pid > 0) {
		kill(peer->pid, SIGKILL);
		waitpid(peer->pid, NULL, 0);
	}
	free(peer);
}

/* ---- its words ---- */

static enum peer_status lost(struct peer *peer, char *why)
{
	struct timespec moment = { 0, 100 * 1000 * 1000 };
	int status;

	/* The end of its output comes a little before its end. */
	if (waitpid(peer->pid, &status, WNOHANG) == 0) {
		nanosleep(&moment, NULL);
		if (waitpid(peer->pid, &status, WNOHANG) == 0) {
			snprintf(why, BENCH_TEXT, "%s: it no longer answers", peer->binary);
			return PEER_LOST;
		}
	}
	peer->pid = 0;
	if (WIFSIGNALED(status))
		snprintf(why, BENCH_TEXT, "%s: it was ended by signal %d (%s)", peer->binary,
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(why, BENCH_TEXT, "%s: it ended with status %d", peer->binary,
			 WEXITSTATUS(status));
	return PEER_LOST;
}

static bool readable(const struct peer *peer, double until)
{
	struct pollfd fd = { .fd = peer->from, .events = POLLIN };
	double left;
	int ready;

	do {
		left = (until - clock_ns()) / 1e6;
		ready = left > 0 ? poll(&fd, 1, (int)left + 1) : 0;
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static enum peer_status hear(struct peer *peer, int ms, char *why)
{
	double until = clock_ns() + ms * 1e6;
	size_t len = 0;

	while (len < sizeof(peer->line)) {
		ssize_t got;

		if (!readable(peer, until)) {
			snprintf(why, BENCH_TEXT, "%s: no answer in %d seconds", peer->binary,
				 ms / 1000);
			return PEER_LOST;
		}
		got = read(peer->from, peer->line + len, sizeof(peer->line) - len);
		if (got <= 0)
			return lost(peer, why);
		len += (size_t)got;
		if (peer->line[len - 1] == '\n') {
			peer->line[len - 1] = 0;
			return PEER_OK;
		}
	}
	snprintf(why, BENCH_TEXT, "%s: an answer without end", peer->binary);
	return PEER_LOST;
}

__attribute__((format(printf, 3, 4)))
static enum peer_status ask(struct peer *peer, char *why, const char *format, ...)
{
	char line[BENCH_TEXT];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (len < 0 || write(peer->to, line, (size_t)len) != len)
		return lost(peer, why);
	return hear(peer, ANSWER_MS, why);
}

static enum peer_status misheard(const struct peer *peer, const char *question, char *why)
{
	snprintf(why, BENCH_TEXT, "%s: asked for %s, it answers '%.100s'", peer->binary, question,
		 peer->line);
	return PEER_LOST;
}

/* ---- questions ---- */

enum peer_status peer_start(const char *binary, bool quiet, struct peer **out, char *why)
{
	struct peer *peer = bench_alloc(sizeof(*peer));
	enum peer_status status;
	int error;

	*peer = (struct peer){ .binary = binary, .to = -1, .from = -1 };
	error = start_process(peer, quiet);
	if (error) {
		snprintf(why, BENCH_TEXT, "%s: %s", binary, strerror(error));
		peer->pid = 0;
		peer_stop(peer);
		return PEER_LOST;
	}
	status = hear(peer, GREETING_MS, why);
	if (status == PEER_OK && strncmp(peer->line, SERVE_GREETING, strlen(SERVE_GREETING)) != 0)
		status = misheard(peer, "a greeting", why);
	if (status != PEER_OK) {
		peer_stop(peer);
		return status;
	}
	snprintf(peer->build_type, sizeof(peer->build_type), "%.*s", BENCH_LABEL - 1,
		 peer->line + strlen(SERVE_GREETING));
	*out = peer;
	return PEER_OK;
}

const char *peer_build_type(const struct peer *peer)
{
	return peer->build_type;
}

enum peer_status peer_row(struct peer *peer, const struct row *row, char *why)
{
	enum peer_status status = ask(peer, why, "row %s\n", row->full);

	if (status != PEER_OK || !strcmp(peer->line, "ok"))
		return status;
	if (strncmp(peer->line, "no ", 3) != 0)
		return misheard(peer, row->full, why);
	snprintf(why, BENCH_TEXT, "%.500s", peer->line + 3);
	return PEER_NO_ROW;
}

enum peer_status peer_calibrate(struct peer *peer, double ns, unsigned long *runs, char *why)
{
	enum peer_status status = ask(peer, why, "calibrate %.17g\n", ns);
	char *end;

	if (status != PEER_OK)
		return status;
	*runs = strtoul(peer->line, &end, 10);
	return *runs && !*end ? PEER_OK : misheard(peer, "a number of runs", why);
}

enum peer_status peer_batch(struct peer *peer, unsigned long runs, struct batch *batch,
			    double *ops, char *why)
{
	enum peer_status status = ask(peer, why, "batch %lu\n", runs);

	if (status != PEER_OK)
		return status;
	if (sscanf(peer->line, "%lf %lf %lf", &batch->ns_per_op, &batch->busy_ns, ops) != 3 ||
	    !(batch->ns_per_op > 0) || !(batch->busy_ns > 0) || !(*ops >= 1) ||
	    !isfinite(batch->ns_per_op) || !isfinite(batch->busy_ns) || !isfinite(*ops))
		return misheard(peer, "times", why);
	return PEER_OK;
}
