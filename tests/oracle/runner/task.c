/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * task.c - a task of a scenario: it waits on a socket, does one thing itself,
 * answers, and keeps nothing but its mappings.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "task.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

static sigjmp_buf on_signal;
static volatile sig_atomic_t armed, code;

static void caught(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (!armed)
		_exit(128 + signal);
	armed = 0;
	code = info->si_code;
	siglongjmp(on_signal, signal);
}

/* Inherited by every task: no system call for it later. */
void task_signals(void)
{
	/* The jump out of the handler leaves the mask alone, and so does entering it. */
	struct sigaction action = { .sa_sigaction = caught,
				    .sa_flags = SA_NODEFER | SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* One byte of each page, up to the first that signals. The byte read is the first page's. */
static void touch(struct ask *ask)
{
	volatile uint8_t *at = (volatile uint8_t *)ask->arg[0];
	unsigned long page_size = 1UL << machine.page_shift;
	uint8_t byte = ask->byte;
	int signal = sigsetjmp(on_signal, 0);

	if (signal) {
		ask->ret = signal;
		ask->code = code;
		return;
	}
	armed = 1;
	for (unsigned long i = 0; i < ask->arg[1]; i++) {
		if (ask->kind == ASK_WRITE)
			at[i * page_size] = byte;
		else if (i)
			(void)at[i * page_size];
		else
			ask->byte = at[0];
	}
	armed = 0;
	ask->ret = 0;
}

static void call(struct ask *ask, int fd)
{
	unsigned long *a = ask->arg;

	if (ask->fd_arg >= 0)
		a[ask->fd_arg] = (unsigned long)fd;
	ask->ret = syscall(ask->call, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (ask->ret == -1)
		ask->ret = -errno;
}

static void module(struct ask *ask, int session, int fd)
{
	if (fd >= 0)
		ask->u.zap.fd = fd;
	ask->ret = ioctl(session, (unsigned long)ask->call, &ask->u) ? -errno : 0;
}

long task_clone(unsigned long flags)
{
	long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	return pid < 0 ? -errno : pid;
}

/* The child is the supervisor's: a sibling, which outlives this task. */
static void fork_task(struct ask *ask, int *sock, int fd)
{
	ask->ret = task_clone(CLONE_PARENT);
	if (ask->ret)
		return;
	close(*sock);
	*sock = dup(fd);
}

static void mincore_of(struct ask *ask)
{
	int ret = mincore((void *)ask->arg[0], ask->arg[1], ask->u.resident);

	ask->ret = ret ? -errno : 0;
}

/*
 * A page on its way to an LRU list, as of memory that is locked no more, has a
 * reference for it: what counts references would see it. Populating drains them.
 */
static void drain_lru(void)
{
	static uint8_t page[4096] __attribute__((aligned(4096)));

	madvise(page, sizeof(page), MADV_POPULATE_READ);
}

static void do_ask(struct ask *ask, int *sock, int session, int fd)
{
	switch (ask->kind) {
	case ASK_CALL: call(ask, fd); break;
	case ASK_READ:
	case ASK_WRITE: touch(ask); break;
	case ASK_IOCTL: module(ask, session, fd); break;
	case ASK_FORK: fork_task(ask, sock, fd); break;
	case ASK_EXIT: _exit(0);
	case ASK_MINCORE: mincore_of(ask); break;
	default: task_io(ask); break;
	}
}

/* A descriptor that comes along lives as long as what is done with it. */
static bool receive(int sock, struct ask *ask, int *fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { ask, sizeof(*ask) };
	struct msghdr msg = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *head;

	if (recvmsg(sock, &msg, 0) != sizeof(*ask))
		return false;
	head = CMSG_FIRSTHDR(&msg);
	*fd = -1;
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(head), sizeof(*fd));
	return true;
}

void task_main(int sock, int session)
{
	struct ask ask;
	int fd;

	while (receive(sock, &ask, &fd)) {
		bool is_child;

		drain_lru();
		do_ask(&ask, &sock, session, fd);
		if (fd >= 0)
			close(fd);
		is_child = ask.kind == ASK_FORK && !ask.ret;
		/* The parent tells of its child. */
		if (!is_child && send(sock, &ask, sizeof(ask), MSG_NOSIGNAL) != sizeof(ask))
			break;
	}
	_exit(0);
}
