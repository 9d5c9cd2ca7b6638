/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * task_io.c - what a task has the kernel do with its memory from outside:
 * process_vm_readv(), /proc/PID/mem, vmsplice(), O_DIRECT.
 *
 * A task asks these about itself: the kernel goes the same way as for another
 * process (mm/process_vm_access.c; fs/proc/base.c, mem_rw), and a BUG on it ends
 * nobody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "task.h"

#define MAX_PAGE 4096ul
/* For the bytes on this side: pages of it that were never touched cost nothing. */
static uint8_t room[SCN_MAX_GUP * MAX_PAGE] __attribute__((aligned(MAX_PAGE)));

static long of(long ret)
{
	return ret < 0 ? -errno : ret;
}

static void vm(struct ask *ask)
{
	struct iovec here = { room, ask->arg[1] };
	struct iovec there = { (void *)ask->arg[0], ask->arg[1] };

	if (ask->kind == ASK_VM_WRITE) {
		memset(room, ask->byte, ask->arg[1]);
		ask->ret = of(process_vm_writev(getpid(), &here, 1, &there, 1, 0));
	} else {
		ask->ret = of(process_vm_readv(getpid(), &here, 1, &there, 1, 0));
		ask->byte = room[0];
	}
}

static void debugger(struct ask *ask)
{
	off_t at = (off_t)ask->arg[0];
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		ask->ret = -errno;
		return;
	}
	if (ask->kind == ASK_PTRACE_WRITE)
		ask->ret = of(pwrite(fd, &ask->byte, 1, at));
	else
		ask->ret = of(pread(fd, &ask->byte, 1, at));
	close(fd);
}

/* Reads back all that is in the pipe; the first byte. */
static uint8_t drain(int fd, long bytes)
{
	uint8_t first = 0;

	for (long done = 0; done < bytes;) {
		ssize_t n = read(fd, room, sizeof(room));

		if (n <= 0)
			break;
		if (!done)
			first = room[0];
		done += n;
	}
	return first;
}

static void splice_out(struct ask *ask)
{
	struct iovec from = { (void *)ask->arg[0], ask->arg[1] };
	int fd[2];

	if (pipe(fd)) {
		ask->ret = -errno;
		return;
	}
	ask->ret = of(vmsplice(fd[1], &from, 1, SPLICE_F_NONBLOCK));
	ask->byte = drain(fd[0], ask->ret);
	close(fd[0]);
	close(fd[1]);
}

/* The block device's first pages, past the page cache. */
static void disk(struct ask *ask)
{
	bool in = ask->kind == ASK_DIRECT_READ;
	int fd = open(machine.disk, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (fd < 0) {
		ask->ret = -errno;
		return;
	}
	if (in) {
		memset(room, ask->byte, ask->arg[1]);
		ask->ret = of(pwrite(fd, room, ask->arg[1], 0));
		if (ask->ret == (long)ask->arg[1])
			ask->ret = of(pread(fd, (void *)ask->arg[0], ask->arg[1], 0));
	} else {
		ask->ret = of(pwrite(fd, (void *)ask->arg[0], ask->arg[1], 0));
		if (ask->ret > 0 && pread(fd, room, 1ul << machine.page_shift, 0) > 0)
			ask->byte = room[0];
	}
	close(fd);
}

void task_io(struct ask *ask)
{
	switch (ask->kind) {
	case ASK_VM_READ:
	case ASK_VM_WRITE: vm(ask); break;
	case ASK_PTRACE_READ:
	case ASK_PTRACE_WRITE: debugger(ask); break;
	case ASK_SPLICE: splice_out(ask); break;
	case ASK_DIRECT_READ:
	case ASK_DIRECT_WRITE: disk(ask); break;
	default: ask->ret = -ENOSYS; break;
	}
}
