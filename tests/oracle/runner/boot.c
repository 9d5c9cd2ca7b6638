/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * boot.c - as the first process of a kernel: file systems, modules, and settings
 * under which what happens to a page depends on nothing but the scenario.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner.h"

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static void complain(const char *what)
{
	fprintf(stderr, "runner: %s: %s\n", what, strerror(errno));
}

static void mount_one(const char *type, const char *where)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) && errno != EBUSY)
		complain(where);
}

/* ---- modules ---- */

/* kallsyms_lookup_name() for a module on a kernel without kprobes. */
static void find_kallsyms(char *text, size_t size)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[256], name[128];
	unsigned long addr;

	*text = 0;
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx %*c %127s", &addr, name) == 2 &&
		    !strcmp(name, "kallsyms_lookup_name")) {
			snprintf(text, size, "0x%lx", addr);
			break;
		}
	}
	if (file)
		fclose(file);
}

/* "kallsyms=ADDRESS" becomes the address: it is known in the guest only. */
static void fill_params(char *params, size_t size)
{
	static const char word[] = "kallsyms=ADDRESS";
	char address[32], after[128];
	char *at = strstr(params, word);

	if (!at)
		return;
	find_kallsyms(address, sizeof(address));
	snprintf(after, sizeof(after), "%s", at + sizeof(word) - 1);
	snprintf(at, size - (size_t)(at - params), "kallsyms=%s%s", address, after);
}

static void load_module(const char *path, char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, params, 0) && errno != EEXIST))
		complain(path);
	if (fd >= 0)
		close(fd);
}

/* Each line of /modules: a path, then parameters. */
static void load_modules(void)
{
	FILE *list = fopen("/modules", "re");
	char line[512];

	while (list && fgets(line, sizeof(line), list)) {
		char params[512];
		size_t len;

		line[strcspn(line, "\n")] = 0;
		len = strcspn(line, " ");
		snprintf(params, sizeof(params), "%s", line[len] ? line + len + 1 : "");
		line[len] = 0;
		fill_params(params, sizeof(params));
		if (len && line[0] != '#')
			load_module(line, params);
	}
	if (list)
		fclose(list);
}

/* ---- settings ---- */

static void settle(void)
{
	static const char *const settings[][2] = {
		/* A file's fault maps one page. */
		{ "/sys/kernel/debug/fault_around_bytes", "4096" },
		{ "/sys/kernel/mm/transparent_hugepage/enabled", "never" },
		{ "/sys/kernel/mm/transparent_hugepage/shmem_enabled", "never" },
		{ "/sys/kernel/mm/ksm/run", "0" },
		/* Nothing moves pages behind our back. */
		{ "/proc/sys/vm/compaction_proactiveness", "0" },
		{ "/proc/sys/kernel/numa_balancing", "0" },
		/* A BUG ends its task only; what hangs is the supervisor's business. */
		{ "/proc/sys/kernel/panic_on_oops", "0" },
		{ "/proc/sys/kernel/panic_on_warn", "0" },
		{ "/proc/sys/kernel/hung_task_timeout_secs", "0" },
		{ "/proc/sys/kernel/oops_limit", "0" },
		{ "/proc/sys/kernel/warn_limit", "0" },
		{ "/proc/sys/vm/memfd_noexec", "0" },
		{ "/sys/kernel/debug/clear_warn_once", "1" },
	};

	/* What a kernel does not have needs no setting. */
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		write_file(settings[i][0], settings[i][1]);
}

void boot(void)
{
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mount_one("devtmpfs", "/dev");
	mount_one("debugfs", "/sys/kernel/debug");
	load_modules();
	settle();
}

void boot_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(0);
}
