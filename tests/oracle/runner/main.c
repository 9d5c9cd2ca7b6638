/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * main.c - usage:
 *	runner			as the first process: serves the host
 *	runner --serve		the same on standard input and output, by hand
 *	runner FILE...		prints the transcripts of scenarios
 *
 * Without the kernel module a scenario can use regular files and anonymous
 * memory, and whatever system calls do with them.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include "task.h"

static void go_fixed(char **argv)
{
	int now = personality(0xffffffff);

	if (now == -1 || now & ADDR_NO_RANDOMIZE)
		return;
	personality((unsigned long)now | ADDR_NO_RANDOMIZE);
	execv(getpid() == 1 ? argv[0] : "/proc/self/exe", argv);
}

#define HEAP_BYTES (4ul << 20)

/*
 * Nothing of ours lies where mmap puts things: memory comes from the heap only. And
 * that is the supervisor's alone: a task that is stuck for ever keeps all that it
 * has, and one that has less is forked faster. Below lies what the C library needs.
 */
static void keep_to_heap(void)
{
	uintptr_t page = (uintptr_t)getpagesize(), begin, end;

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_TOP_PAD, HEAP_BYTES);
	mallopt(M_ARENA_MAX, 1);
	begin = ((uintptr_t)sbrk(0) + page - 1) & ~(page - 1);
	free(malloc(HEAP_BYTES / 2));
	end = (uintptr_t)sbrk(0) & ~(page - 1);
	if (end > begin)
		madvise((void *)begin, end - begin, MADV_DONTFORK);
}

static void block_child_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void find_disk(void)
{
	const char *said = getenv("ORACLE_DISK");
	struct stat st;

	machine.disk = said ? said : "/dev/ram0";
	if (stat(machine.disk, &st) || !S_ISBLK(st.st_mode))
		machine.disk = NULL;
}

/* Said on the kernel's command line: a word with a capital is in init's environment. */
static int open_port(void)
{
	const char *said = getenv("ORACLE_TTY");
	char path[64];
	int fd = -1;

	if (!said)
		return -1;
	snprintf(path, sizeof(path), "%s%s", said[0] == '/' ? "" : "/dev/", said);
	/* A driver may make it a while after its module was loaded. */
	for (int tries = 0; tries < 500; tries++) {
		fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			break;
		usleep(10000);
	}
	if (fd < 0)
		fprintf(stderr, "runner: %s: %s\n", path, strerror(errno));
	return fd;
}

static void serve(void)
{
	int fd = open_port();

	protocol_serve(fd < 0 ? STDIN_FILENO : fd, fd < 0 ? STDOUT_FILENO : fd);
}

static int run_file(const char *path)
{
	static const char *const ends[] = { "", "", "hung", "unusable" };
	FILE *file = fopen(path, "re");
	char *text = malloc(SCN_MAX_BYTES);
	size_t len = file && text ? fread(text, 1, SCN_MAX_BYTES, file) : 0;
	enum end end = END_UNUSABLE;

	if (!file || !text)
		fprintf(stderr, "runner: %s: %s\n", path, strerror(errno));
	else
		end = supervise(text, len, path, stdout);
	if (file)
		fclose(file);
	free(text);
	if (*ends[end])
		fprintf(stderr, "runner: %s: %s\n", path, ends[end]);
	return end == END_HUNG || end == END_UNUSABLE;
}

int main(int argc, char **argv)
{
	bool is_init = getpid() == 1;
	int status = 0;

	go_fixed(argv);
	keep_to_heap();
	if (is_init)
		boot();
	block_child_signal();
	task_signals();
	kmsg_open();
	find_disk();
	machine_probe();
	if (is_init || (argc == 2 && !strcmp(argv[1], "--serve"))) {
		serve();
		if (is_init)
			boot_off();
		return 0;
	}
	for (int i = 1; i < argc; i++)
		status |= run_file(argv[i]);
	return status;
}
