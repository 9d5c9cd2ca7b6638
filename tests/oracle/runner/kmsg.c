/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * kmsg.c - what the kernel says while a scenario runs: warnings, "bad page"
 * reports, BUGs.
 *
 * A record of /dev/kmsg is "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT\n", then lines of
 * the form " KEY=VALUE".
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

struct kmsg_seen kmsg;
static int kmsg_fd = -1;

void kmsg_open(void)
{
	kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg_fd >= 0)
		lseek(kmsg_fd, 0, SEEK_END);
}

void kmsg_forget(void)
{
	memset(&kmsg, 0, sizeof(kmsg));
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static bool begins(const char *text, const char *part)
{
	return !strncmp(text, part, strlen(part));
}

/*
 * BUG() of the kernel. Its own files have relative names: one that begins with a slash
 * is of a module, or a header that it includes. MIPS names none.
 */
static bool is_bug(const char *text)
{
	static const char at[] = "kernel BUG at ";

	return (begins(text, at) && text[sizeof(at) - 1] != '/') ||
	       begins(text, "Kernel bug detected");
}

/*
 * How the kernel begins to tell of its own death from anything: of a BUG after the
 * line above, of a wild pointer and the like without it.
 */
static bool is_oops(const char *text)
{
	return begins(text, "kernel BUG at ") || begins(text, "Oops") ||
	       begins(text, "invalid opcode: ") || begins(text, "general protection fault") ||
	       begins(text, "BUG: unable to handle ") || begins(text, "BUG: kernel NULL ") ||
	       begins(text, "BUG: failure at ") ||
	       begins(text, "CPU 0 Unable to handle kernel ") ||
	       begins(text, "Unable to handle kernel ");
}

/* A warning that comes while a task dies of a BUG is none of the operation's. */
static void take(struct kmsg_seen *seen, const char *text)
{
	if (!seen->oops && is_bug(text))
		seen->oops = seen->bug = true;
	else if (is_oops(text))
		seen->oops = true;
	else if (seen->oops && has(text, "---[ end trace "))
		seen->over = true;
	else if (!seen->oops && begins(text, "WARNING: CPU: "))
		seen->warn++;
	else if (!seen->oops && begins(text, "BUG: Bad page "))
		seen->bad_page++;
}

bool kmsg_read(struct kmsg_seen *seen)
{
	char record[1024];
	bool any = false;

	while (kmsg_fd >= 0) {
		ssize_t n = read(kmsg_fd, record, sizeof(record) - 1);
		char *text;

		/* Overtaken, what is left begins later; or too long to be one of ours. */
		if (n < 0 && (errno == EPIPE || errno == EINVAL))
			continue;
		if (n <= 0)
			break;
		any = true;
		record[n] = 0;
		record[strcspn(record, "\n")] = 0;
		text = strchr(record, ';');
		if (text)
			take(seen, text + 1);
	}
	return any;
}
