/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * procfs.c - a task's files in /proc.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runner.h"

int procfs_open(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return open(path, O_RDONLY | O_CLOEXEC);
}

char *procfs_text(pid_t pid, const char *file)
{
	int fd = procfs_open(pid, file);
	size_t len = 0, max = 0;
	char *text = NULL;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0) {
		if (max - len < 4097) {
			char *more = realloc(text, max + 16384);

			if (!more)
				break;
			text = more;
			max += 16384;
		}
		n = read(fd, text + len, max - len - 1);
		if (n > 0)
			len += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	if (text)
		text[len] = 0;
	return text;
}

void procfs_skip(int fd, size_t len)
{
	char buf[4096];

	while (len) {
		ssize_t n = read(fd, buf, len < sizeof(buf) ? len : sizeof(buf));

		if (n <= 0)
			return;
		len -= (size_t)n;
	}
}

int procfs_pagemap(pid_t pid, unsigned long addr, uint64_t *entry)
{
	int fd = procfs_open(pid, "pagemap"), ret = 0;
	off_t at = (off_t)(addr >> machine.page_shift) * (off_t)sizeof(*entry);

	if (fd < 0)
		return -errno;
	if (pread(fd, entry, sizeof(*entry), at) != sizeof(*entry))
		ret = -EFAULT;
	close(fd);
	return ret;
}

bool procfs_parse(const char *line, struct procfs_map *map)
{
	unsigned int major, minor;
	int at = 0;

	map->name[0] = 0;
	if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu%n", &map->start, &map->end, map->perms,
		   &map->offset, &major, &minor, &map->ino, &at) != 7 || !at)
		return false;
	map->on = makedev(major, minor);
	line += at;
	line += strspn(line, " ");
	snprintf(map->name, sizeof(map->name), "%.*s", (int)strcspn(line, "\n"), line);
	return true;
}
