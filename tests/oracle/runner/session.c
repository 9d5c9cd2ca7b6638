/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * session.c - the kernel module: a session, its devices, and what is known of
 * pages by their number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner.h"

bool session_info(struct oracle_info *info)
{
	int fd = open(ORACLE_PATH, O_RDWR | O_CLOEXEC);
	bool ok = fd >= 0 && !ioctl(fd, ORACLE_INFO, info);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Reports since the last time: of the module, which the log's rate limit does not hide from. */
uint32_t session_bad_pages(struct scn_run *run)
{
	struct oracle_outcomes now;
	uint32_t new;

	if (run->session < 0 || !machine.info.counts_bad_pages ||
	    ioctl(run->session, ORACLE_OUTCOMES, &now)) {
		kmsg_read(&kmsg);
		new = kmsg.bad_page;
		kmsg.bad_page = 0;
		return new;
	}
	new = now.bad_page - run->bad_pages;
	run->bad_pages = now.bad_page;
	return new;
}

void session_open(struct scn_run *run)
{
	struct oracle_page zero;

	run->session = machine.has_module ? open(ORACLE_PATH, O_RDWR | O_CLOEXEC) : -1;
	if (run->session < 0)
		return;
	session_bad_pages(run);
	run->zero_refs = page_look(run, machine.info.zero_pfn, &zero) ? zero.refcount : 1;
}

void session_close(struct scn_run *run)
{
	if (run->session >= 0)
		close(run->session);
	run->session = -1;
}

bool session_needed(struct scn_run *run)
{
	if (run->session < 0)
		unusable(run, "there is no %s", ORACLE_PATH);
	return run->session >= 0;
}

/* ---- what can be opened ---- */

static int dev_open(const struct scn_run *run, const struct object *o, int flags)
{
	struct oracle_open how = { .id = o->dev, .flags = (uint32_t)flags };

	return ioctl(run->session, ORACLE_DEV_OPEN, &how) ? -errno : how.fd;
}

int object_open(struct scn_run *run, struct object *o, int flags)
{
	char path[32];
	int fd;

	if (o->dev >= 0)
		return dev_open(run, o, flags);
	if (o->fd < 0)
		return -EBADF;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", o->fd);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fd;
}

/* Asked once. A device has to be opened for it. */
static void know_inode(struct scn_run *run, struct object *o)
{
	struct stat st;
	int fd;

	if (o->ino)
		return;
	fd = o->dev >= 0 ? dev_open(run, o, O_RDWR) : o->fd;
	if (fd >= 0 && !fstat(fd, &st)) {
		o->ino = st.st_ino;
		o->on = st.st_dev;
	}
	if (fd >= 0 && fd != o->fd)
		close(fd);
}

/* All regular files are of one file system. */
static int find_page_of(struct scn_run *run, unsigned long ino)
{
	for (unsigned int i = 0; ino && i < run->to.scn->nr_names; i++) {
		if (run->to.scn->names[i].kind != SCN_REGULAR)
			continue;
		know_inode(run, &run->object[i]);
		if (run->object[i].ino == ino)
			return (int)i;
	}
	return -1;
}

int find_ino(struct scn_run *run, dev_t on, unsigned long ino)
{
	for (unsigned int i = 0; ino && i < run->to.scn->nr_names; i++) {
		struct object *o = &run->object[i];

		if (!(run->to.scn->names[i].kind & (SCN_DEV | SCN_REGULAR)))
			continue;
		know_inode(run, o);
		if (o->ino == ino && o->on == on)
			return (int)i;
	}
	return -1;
}

/* ---- pages ---- */

bool page_look(struct scn_run *run, uint64_t pfn, struct oracle_page *page)
{
	memset(page, 0, sizeof(*page));
	page->pfn = pfn;
	return !ioctl(run->session, ORACLE_PAGE_LOOK, page);
}

/* A device's pages stay the same: asked once, and all at once. */
static bool know_pfns(const struct scn_run *run, struct object *o)
{
	if (o->pfn)
		return true;
	o->pfn = calloc(object_pages(run, o), sizeof(*o->pfn));
	for (unsigned long page = 0; o->pfn && page < object_pages(run, o); page++) {
		struct oracle_dev_pfn ask = { .id = o->dev, .page = (uint32_t)page };

		if (ioctl(run->session, ORACLE_DEV_PFN, &ask))
			ask.pfn = UINT64_MAX;
		o->pfn[page] = ask.pfn;
	}
	return o->pfn != NULL;
}

bool dev_pfn(struct scn_run *run, struct object *o, unsigned long page, uint64_t *pfn)
{
	if (page >= object_pages(run, o) || !know_pfns(run, o))
		return false;
	*pfn = o->pfn[page];
	return true;
}

/* ---- names ---- */

static bool name_dev_page(struct scn_run *run, uint64_t pfn, char text[SCN_PFN_TEXT])
{
	for (unsigned int i = 0; i < run->to.scn->nr_names; i++) {
		struct object *o = &run->object[i];

		for (unsigned long page = 0; o->dev >= 0 && page < object_pages(run, o); page++) {
			if (!know_pfns(run, o) || o->pfn[page] != pfn)
				continue;
			snprintf(text, SCN_PFN_TEXT, "%s+%lu", run->to.scn->names[i].name, page);
			return true;
		}
	}
	return false;
}

void name_pfn(struct scn_run *run, uint64_t pfn, char text[SCN_PFN_TEXT])
{
	struct oracle_page page;
	int file;

	snprintf(text, SCN_PFN_TEXT, "other");
	if (pfn == machine.info.zero_pfn) {
		snprintf(text, SCN_PFN_TEXT, "zero");
		return;
	}
	if (name_dev_page(run, pfn, text) || !page_look(run, pfn, &page) || !page.valid)
		return;
	file = page.anon ? -1 : find_page_of(run, page.ino);
	if (page.anon)
		snprintf(text, SCN_PFN_TEXT, "anon");
	else if (file >= 0)
		snprintf(text, SCN_PFN_TEXT, "%s+%llu", run->to.scn->names[file].name,
			 (unsigned long long)page.index);
}
