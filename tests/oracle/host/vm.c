/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vm.c - a virtual machine, and the protocol that its runner speaks on the
 * standard input and output of the VM command:
 *
 *   guest: ready UTS-RELEASE MACHINE
 *   host:  run NAME BYTES, then so many bytes of scenario
 *   guest: begin NAME, "| LINE" for each line of the transcript, end NAME STATUS
 *   host:  quit
 *
 * Several runs are on their way at a time, so that the guest never waits. What
 * does not end in time, or dies, ends the machine; the scenario that the guest
 * was at has hung, the ones after it are sent to a new machine.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define WINDOW_JOBS 16
#define WINDOW_BYTES 16384
#define MAX_FAILED_BOOTS 3

struct vm {
	struct vm_options options;
	pid_t pid;		/* 0: not running */
	int fd;
	struct text in;		/* what came and is no whole line yet */
	struct text out;	/* what is to be sent from out_at on */
	size_t out_at;
	char uname[256];
	unsigned int starts;
};

/* ---- the process ---- */

struct vm *vm_create(const struct vm_options *options)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	if (!vm)
		give_up("out of memory");
	vm->options = *options;
	signal(SIGPIPE, SIG_IGN);
	return vm;
}

static void spawn(struct vm *vm)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		give_up("socketpair: %s", strerror(errno));
	fflush(NULL);
	vm->pid = fork();
	if (vm->pid < 0)
		give_up("fork: %s", strerror(errno));
	if (!vm->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_DFL);
		dup2(pair[1], STDIN_FILENO);
		dup2(pair[1], STDOUT_FILENO);
		execvp(vm->options.argv[0], vm->options.argv);
		fprintf(stderr, "ttmsim-oracle: %s: %s\n", vm->options.argv[0], strerror(errno));
		_exit(127);
	}
	close(pair[1]);
	vm->fd = pair[0];
	vm->in.len = 0;
	vm->out.len = 0;
	vm->out_at = 0;
	vm->starts++;
}

/* Within @seconds, or it is killed. */
static void reap(struct vm *vm, double seconds)
{
	double until = seconds_now() + seconds;

	while (waitpid(vm->pid, NULL, WNOHANG) == 0) {
		if (seconds_now() > until) {
			kill(vm->pid, SIGKILL);
			waitpid(vm->pid, NULL, 0);
			break;
		}
		usleep(20000);
	}
	vm->pid = 0;
}

static void stop(struct vm *vm)
{
	if (!vm->pid)
		return;
	kill(vm->pid, SIGTERM);
	reap(vm, 2);
	close(vm->fd);
}

void vm_destroy(struct vm *vm)
{
	if (vm->pid) {
		ssize_t sent = send(vm->fd, "quit\n", 5, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent == 5) {
			reap(vm, 10);
			close(vm->fd);
		} else {
			stop(vm);
		}
	}
	text_free(&vm->in);
	text_free(&vm->out);
	free(vm);
}

unsigned int vm_starts(const struct vm *vm)
{
	return vm->starts;
}

/* ---- bytes ---- */

enum io { IO_OK, IO_TIMEOUT, IO_END };

/* Sends and receives what it can until something came or @until is over. */
static enum io pump(struct vm *vm, double until)
{
	struct pollfd poll_fd = { vm->fd, POLLIN, 0 };
	double left = until - seconds_now();
	char part[65536];
	ssize_t len;
	int ret;

	if (vm->out_at < vm->out.len)
		poll_fd.events |= POLLOUT;
	ret = poll(&poll_fd, 1, left > 0 ? (int)(left * 1000) + 1 : 0);
	if (ret == 0)
		return left > 0 ? IO_OK : IO_TIMEOUT;
	if (poll_fd.revents & POLLOUT) {
		len = send(vm->fd, vm->out.data + vm->out_at, vm->out.len - vm->out_at,
			   MSG_NOSIGNAL | MSG_DONTWAIT);
		vm->out_at += len > 0 ? (size_t)len : 0;
		if (vm->out_at == vm->out.len)
			vm->out_at = vm->out.len = 0;
	}
	if (!(poll_fd.revents & (POLLIN | POLLHUP | POLLERR)))
		return IO_OK;
	len = recv(vm->fd, part, sizeof(part), MSG_DONTWAIT);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? IO_OK : IO_END;
	text_add(&vm->in, part, (size_t)len);
	return len ? IO_OK : IO_END;
}

/* Each whole line that came, by @take; what it wants no more stays. */
static void take_lines(struct vm *vm, bool (*take)(struct line line, void *data), void *data)
{
	const char *from = text_of(&vm->in), *end;
	bool more = true;
	size_t left;

	if (!vm->in.data)
		return;
	while (more && (end = memchr(from, '\n', vm->in.len - (size_t)(from - vm->in.data)))) {
		struct line line = { from, (size_t)(end - from) };

		while (line.len && line.at[line.len - 1] == '\r')
			line.len--;
		more = take(line, data);
		from = end + 1;
	}
	left = vm->in.len - (size_t)(from - vm->in.data);
	memmove(vm->in.data, from, left);
	vm->in.len = left;
	vm->in.data[left] = 0;
}

/* ---- booting ---- */

static bool take_ready(struct line line, void *data)
{
	struct vm *vm = data;

	/* firmware may have written before it on the same line */
	for (size_t i = 0; i + 6 <= line.len; i++) {
		if (memcmp(line.at + i, "ready ", 6))
			continue;
		snprintf(vm->uname, sizeof(vm->uname), "%.*s", (int)(line.len - i - 6),
			 line.at + i + 6);
		return false;
	}
	return true;
}

static bool boot_once(struct vm *vm)
{
	double begin = seconds_now(), until = begin + vm->options.boot_timeout;
	enum io io = IO_OK;

	spawn(vm);
	vm->uname[0] = 0;
	while (!vm->uname[0] && io == IO_OK) {
		io = pump(vm, until);
		take_lines(vm, take_ready, vm);
		progress("booting %s: %.0f s", vm->options.argv[0], seconds_now() - begin);
	}
	progress_end();
	if (vm->uname[0]) {
		fprintf(stderr, "ready after %.1f s: %s\n", seconds_now() - begin, vm->uname);
		return true;
	}
	complain("%s: %s before it was ready", vm->options.argv[0],
		 io == IO_TIMEOUT ? "time is up" : "it ended");
	stop(vm);
	return false;
}

/* "6.1" is what 6.1.0-56 begins with, and not 6.12. */
static bool is_release(const char *uname, const char *release)
{
	size_t len = strlen(release);

	return !strncmp(uname, release, len) && !(uname[len] >= '0' && uname[len] <= '9');
}

static void boot(struct vm *vm)
{
	const char *release = vm->options.release;

	for (int i = 0; !vm->pid; i++) {
		if (i == MAX_FAILED_BOOTS)
			give_up("%s does not boot", vm->options.argv[0]);
		boot_once(vm);
	}
	if (release && !is_release(vm->uname, release))
		give_up("the guest is '%s', not '%s'", vm->uname, release);
}

const char *vm_uname(struct vm *vm)
{
	boot(vm);
	return vm->uname;
}

/* ---- runs ---- */

struct batch {
	struct vm *vm;
	struct job *jobs;
	unsigned int nr, sent, ended;
	bool confused;		/* the guest answered what was not asked */
	bool again;		/* it has had enough, and will go on as a new one */
	double until;
	void (*done)(struct job *job, void *data);
	void *data;
};

static void finish_job(struct batch *batch, enum job_status status)
{
	struct job *job = &batch->jobs[batch->ended++];
	struct text compact = { NULL, 0, 0 };

	job->status = status;
	text_compact(&compact, text_of(&job->transcript));
	text_free(&job->transcript);
	job->transcript = compact;
	if (batch->done)
		batch->done(job, batch->data);
	batch->until = seconds_now() + batch->vm->options.timeout;
}

static bool is_about(struct line line, size_t skip, const char *name)
{
	size_t len = strlen(name);

	return line.len >= skip + len && !memcmp(line.at + skip, name, len) &&
	       (line.len == skip + len || line.at[skip + len] == ' ');
}

static bool take_answer(struct line line, void *data)
{
	struct batch *batch = data;
	struct job *job = &batch->jobs[batch->ended];
	size_t name_len;

	if (line.len == 5 && LINE_BEGINS(line, "again")) {
		batch->again = true;
		return false;
	}
	if (batch->ended == batch->sent) {
		batch->confused = line.len != 0;
		return !batch->confused;
	}
	if (LINE_BEGINS(line, "| ") || (line.len == 1 && *line.at == '|')) {
		text_add(&job->transcript, line.at + 2, line.len > 2 ? line.len - 2 : 0);
		text_add(&job->transcript, "\n", 1);
		return true;
	}
	if (LINE_BEGINS(line, "begin ")) {
		batch->confused = !is_about(line, 6, job->scenario->name);
		return !batch->confused;
	}
	if (!LINE_BEGINS(line, "end "))
		return true;
	name_len = strlen(job->scenario->name);
	batch->confused = !is_about(line, 4, job->scenario->name);
	if (batch->confused)
		return false;
	line.at += 4 + name_len;
	line.len -= 4 + name_len;
	finish_job(batch, LINE_BEGINS(line, " ok") ? JOB_OK :
		   LINE_BEGINS(line, " unusable") ? JOB_UNUSABLE : JOB_HUNG);
	return true;
}

static void send_more(struct batch *batch)
{
	struct text *out = &batch->vm->out;

	while (batch->sent < batch->nr && batch->sent - batch->ended < WINDOW_JOBS &&
	       out->len - batch->vm->out_at < WINDOW_BYTES) {
		const struct scenario *s = batch->jobs[batch->sent++].scenario;
		struct text program = { NULL, 0, 0 };

		sim_defined_part(s->name, &s->text, &program);
		text_printf(out, "run %s %zu\n", s->name, program.len);
		text_add(out, text_of(&program), program.len);
		text_free(&program);
	}
}

/* The scenario that it was at is at fault; the ones after it go to a new machine. */
static void start_again(struct batch *batch, const char *why)
{
	struct job *job = &batch->jobs[batch->ended];

	complain("%s: the guest %s; it is started again", job->scenario->name, why);
	stop(batch->vm);
	batch->confused = false;
	finish_job(batch, JOB_HUNG);
	batch->sent = batch->ended;
}

static void go_on(struct batch *batch)
{
	stop(batch->vm);
	batch->again = false;
	batch->sent = batch->ended;
}

void vm_run(struct vm *vm, struct job *jobs, unsigned int nr,
	    void (*done)(struct job *job, void *data), void *data)
{
	struct batch batch = { .vm = vm, .jobs = jobs, .nr = nr, .done = done, .data = data };

	while (batch.ended < nr) {
		enum io io;

		if (!vm->pid) {
			boot(vm);
			batch.sent = batch.ended;
			batch.until = 0;
		}
		if (!batch.until)
			batch.until = seconds_now() + vm->options.timeout;
		send_more(&batch);
		io = pump(vm, batch.until);
		take_lines(vm, take_answer, &batch);
		if (batch.ended == nr)
			break;
		if (batch.again)
			go_on(&batch);
		else if (batch.confused)
			start_again(&batch, "answers something else");
		else if (io != IO_OK)
			start_again(&batch, io == IO_TIMEOUT ? "does not answer" : "died");
	}
}
