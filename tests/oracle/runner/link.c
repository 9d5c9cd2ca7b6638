/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * link.c - the supervisor's end of its tasks. A task may die or get stuck in the
 * kernel for ever: nothing here waits without an end.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

#define STEP_MS 20		/* how often the log is looked at meanwhile */
#define HUNG_MS 20000		/* without an answer */
#define DYING_MS 1000		/* from a task's death to the log that says why */
#define STUCK_MS 300		/* what a killed task gets */

void unusable(struct scn_run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(run->why, sizeof(run->why), format, args);
	va_end(args);
	run->end = END_UNUSABLE;
}

static void hung(struct scn_run *run, struct task *task, const char *what)
{
	task->lost = true;
	snprintf(run->why, sizeof(run->why), "process %d %s", (int)task->pid, what);
	run->end = END_HUNG;
}

/* ---- starting ---- */

static int make_link(int sock[2])
{
	struct timeval step = { 0, STEP_MS * 1000 };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock))
		return -errno;
	setsockopt(sock[0], SOL_SOCKET, SO_RCVTIMEO, &step, sizeof(step));
	return 0;
}

int link_spawn(struct scn_run *run, struct task *task)
{
	int session = run->session; /* the task has no heap, and @run lies there */
	int sock[2], ret = make_link(sock);
	long pid;

	if (ret)
		return ret;
	pid = task_clone(0);
	if (!pid) {
		close(sock[0]);
		task_main(sock[1], session);
	}
	close(sock[1]);
	if (pid < 0) {
		close(sock[0]);
		return (int)pid;
	}
	task->pid = (pid_t)pid;
	task->sock = sock[0];
	return 0;
}

/* ---- asking ---- */

static bool send_ask(const struct task *task, const struct ask *ask, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { (void *)ask, sizeof(*ask) };
	struct msghdr msg = { .msg_iov = &data, .msg_iovlen = 1 };

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	return sendmsg(task->sock, &msg, MSG_NOSIGNAL) == sizeof(*ask);
}

/* An oops is not over when its first line is there. Its end mark is not everywhere. */
static void wait_bug(struct scn_run *run, struct task *task)
{
	uint64_t end = now_ms() + DYING_MS;

	run->end = END_BUG;
	task->lost = true;
	while (!kmsg.over && now_ms() < end) {
		usleep(STEP_MS * 1000);
		if (!kmsg_read(&kmsg))
			break;
	}
}

/* A task is gone, though nobody asked for it: the log says why, or will soon. */
static void died(struct scn_run *run, struct task *task)
{
	uint64_t end = now_ms() + DYING_MS;

	do {
		kmsg_read(&kmsg);
		if (kmsg.oops) {
			wait_bug(run, task);
			return;
		}
		usleep(10000);
	} while (now_ms() < end);
	hung(run, task, "died");
}

static bool wait_answer(struct scn_run *run, struct task *task, struct ask *ask)
{
	uint64_t end = 0;

	/* Most answers come at once: time is asked for after that only. */
	while (!end || now_ms() < end) {
		ssize_t n = recv(task->sock, ask, sizeof(*ask), 0);

		if (n == (ssize_t)sizeof(*ask))
			return true;
		if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
			died(run, task);
			return false;
		}
		kmsg_read(&kmsg);
		if (kmsg.oops) {
			wait_bug(run, task);
			return false;
		}
		if (!end)
			end = now_ms() + HUNG_MS;
	}
	hung(run, task, "does not answer");
	return false;
}

bool link_ask(struct scn_run *run, struct task *task, struct ask *ask, int fd)
{
	if (!send_ask(task, ask, fd)) {
		died(run, task);
		return false;
	}
	return wait_answer(run, task, ask);
}

bool ask(struct scn_run *run, const struct scn_op *op, struct ask *ask, int fd)
{
	return link_ask(run, &run->object[op->task].task, ask, fd);
}

bool ask_call(struct scn_run *run, const struct scn_op *op, struct scn_result *res, long call,
	      const unsigned long arg[6])
{
	struct ask a = { .kind = ASK_CALL, .fd_arg = -1, .call = call };

	memcpy(a.arg, arg, sizeof(a.arg));
	if (!ask(run, op, &a, -1))
		return false;
	scn_value_return(res, a.ret);
	return true;
}

int link_fork(struct scn_run *run, struct task *parent, struct task *child)
{
	struct ask a = { .kind = ASK_FORK, .fd_arg = -1 };
	int sock[2], ret = make_link(sock);

	if (ret)
		return ret;
	if (!link_ask(run, parent, &a, sock[1]))
		a.ret = -EIO;
	close(sock[1]);
	if (a.ret < 0) {
		close(sock[0]);
		return (int)a.ret;
	}
	child->pid = (pid_t)a.ret;
	child->sock = sock[0];
	return 0;
}

/* ---- ending ---- */

/* Within @ms: is the process gone? SIGCHLD is blocked, and pending once one ends. */
static bool gone(pid_t pid, unsigned int ms)
{
	struct timespec step = { ms / 1000, (long)(ms % 1000) * 1000000 };
	sigset_t set;

	if (waitpid(pid, NULL, WNOHANG))
		return true;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, NULL, &step);
	return waitpid(pid, NULL, WNOHANG) != 0;
}

static void forget(struct task *task)
{
	if (task->sock >= 0)
		close(task->sock);
	task->sock = -1;
	task->pid = 0;
}

bool link_exit(struct scn_run *run, struct task *task)
{
	struct ask a = { .kind = ASK_EXIT, .fd_arg = -1 };
	uint64_t end = now_ms() + HUNG_MS;

	send_ask(task, &a, -1);
	while (!gone(task->pid, STEP_MS)) {
		kmsg_read(&kmsg);
		if (kmsg.oops) {
			wait_bug(run, task);
			return false;
		}
		if (now_ms() > end) {
			hung(run, task, "does not end");
			return false;
		}
	}
	forget(task);
	return true;
}

unsigned int link_nr_stuck;

/*
 * Closing its socket ends a task that is well. What is stuck stays so, and nobody
 * waits for it; others may be stuck on what it holds.
 */
static void begin_end(struct scn_run *run, struct task *task)
{
	if (!task->pid)
		return;
	if (run->end != END_OK)
		kill(task->pid, SIGKILL);
	link_nr_stuck += task->lost;
	if (task->lost)
		forget(task);
	else
		close(task->sock);
	task->sock = -1;
}

void link_end_all(struct scn_run *run)
{
	uint64_t end = now_ms() + (run->end == END_OK ? HUNG_MS : STUCK_MS);
	bool left = true;

	for (unsigned int i = 0; i < run->to.scn->nr_names; i++)
		begin_end(run, &run->object[i].task);
	while (left && now_ms() < end) {
		left = false;
		for (unsigned int i = 0; i < run->to.scn->nr_names && !left; i++) {
			struct task *task = &run->object[i].task;

			left = task->pid && !gone(task->pid, STEP_MS);
			if (!left)
				task->pid = 0;
		}
	}
	/* Those of earlier scenarios that ended after all. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}
