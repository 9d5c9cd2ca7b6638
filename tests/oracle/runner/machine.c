/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.c - the kernel that this runs on, and an address space for tasks with
 * nothing in the way: what the kernel put into the mmap area is taken out before
 * the first task is forked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "runner.h"

struct machine machine;

#define MAX_OWN 32
static struct { unsigned long start, end; } own[MAX_OWN];
static unsigned int nr_own;

/* The C library would ask the vdso. */
uint64_t now_ms(void)
{
	struct timespec now = { 0, 0 };

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * Where vdso and vvar lie above the stack (MIPS) signals return through them,
 * and they are not in the way.
 */
static bool in_the_way(const struct procfs_map *map)
{
#ifdef __x86_64__
	return !strcmp(map->name, "[vdso]") || !strncmp(map->name, "[vvar", 5);
#else
	(void)map;
	return false;
#endif
}

static void note_own(const struct procfs_map *map)
{
	if (nr_own < MAX_OWN) {
		own[nr_own].start = map->start;
		own[nr_own].end = map->end;
		nr_own++;
	}
}

static void clear_space(void)
{
	char *text = procfs_text(getpid(), "maps");
	struct procfs_map map;

	for (const char *line = text; line && *line; line = strchr(line, '\n') + 1) {
		if (!procfs_parse(line, &map))
			continue;
		if (!in_the_way(&map) || munmap((void *)map.start, map.end - map.start))
			note_own(&map);
	}
	free(text);
}

bool machine_owns(unsigned long addr)
{
	for (unsigned int i = 0; i < nr_own; i++)
		if (addr >= own[i].start && addr < own[i].end)
			return true;
	/* the heap, which grows: below all that mmap gives */
	return addr < (unsigned long)sbrk(0);
}

/* From where, and which way, does mmap fill the area? */
static void probe_area(void)
{
	unsigned long size = 1UL << machine.page_shift;
	char *first = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *second = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	machine.bottom_up = second > first;
	machine.base = (unsigned long)first + (machine.bottom_up ? 0 : size);
	munmap(first, size);
	munmap(second, size);
}

static bool is_user_mode_linux(void)
{
	char line[128] = "";
	FILE *file = fopen("/proc/cpuinfo", "re");
	bool is = false;

	while (file && fgets(line, sizeof(line), file))
		is |= strstr(line, "User Mode Linux") != NULL;
	if (file)
		fclose(file);
	return is;
}

static const char *arch_name(const char *uts_machine)
{
	static char name[65];

	if (is_user_mode_linux())
		return "um";
	if (!strcmp(uts_machine, "aarch64"))
		return "arm64";
	snprintf(name, sizeof(name), "%s", uts_machine);
	return name;
}

void machine_probe(void)
{
	struct utsname uts;

	uname(&uts);
	memcpy(machine.release, uts.release, sizeof(machine.release));
	machine.arch = arch_name(uts.machine);
	machine.page_shift = (unsigned int)__builtin_ctzl((unsigned long)getpagesize());
	machine.has_module = session_info(&machine.info);
	clear_space();
	probe_area();
}
