/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_look.c - operations that look on: entries, counts, views.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

static const char *cache_name(uint32_t cache)
{
	static const char *const names[] = { "wb", "wc", "uc-", "uc" };

	return cache < 4 ? names[cache] : "unknown";
}

/* ---- entries ---- */

static bool look_up(struct scn_run *run, const struct scn_op *op, unsigned long addr,
		    struct ask *a)
{
	*a = (struct ask){ .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_PTE };
	a->u.pte.addr = addr;
	return ask(run, op, a, -1);
}

static void show_entry(struct scn_run *run, struct scn_result *res, const struct oracle_pte *pte)
{
	static const char *const levels[] = { "pte", "pmd", "pud", "p4d", "pgd" };
	char page[SCN_PFN_TEXT] = "none";
	struct scn_entry entry = {
		.none = pte->none, .present = pte->present, .special = pte->special,
		.write = pte->write, .dirty = pte->dirty, .young = pte->young,
		.protnone = pte->protnone, .normal = pte->normal == 1,
		.cache = cache_name(pte->cache),
		.level = pte->level < 5 ? levels[pte->level] : "unknown",
		.page = page, .bits = pte->bits,
	};

	if (!pte->none)
		name_pfn(run, pte->pfn, page);
	scn_show_entry(res, &entry);
}

void scn_op_pte(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	unsigned long addr;
	struct ask a;

	if (!session_needed(run) || !scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr) ||
	    !look_up(run, op, addr, &a))
		return;
	if (a.ret) {
		scn_value_return(res, a.ret);
		return;
	}
	show_entry(run, res, &a.u.pte);
}

/* The pfn of a place: 0, or -errno; -ENODATA where there is none yet; -EIO: the end. */
static int pfn_of(struct scn_run *run, const struct scn_op *op, uint64_t *pfn)
{
	const struct scn_value *place = &op->arg[LOOK_PLACE];
	struct object *o = &run->object[place->object];
	unsigned long addr = run->memory.map[place->object].addr;
	struct ask a;

	if (o->dev >= 0)
		return dev_pfn(run, o, (unsigned long)place->number, pfn) ? 0 : -EINVAL;
	if (!addr)
		return -ENODATA;
	if (!look_up(run, op, addr + (place->number << machine.page_shift), &a))
		return -EIO;
	*pfn = a.u.pte.pfn;
	return a.ret ? (int)a.ret : a.u.pte.none ? -ENODATA : 0;
}

void scn_op_refs(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct oracle_page page;
	uint64_t pfn = 0;
	int ret;

	if (!session_needed(run))
		return;
	ret = pfn_of(run, op, &pfn);
	if (ret && ret != -ENODATA) {
		scn_value_return(res, ret);
		return;
	}
	if (ret || !page_look(run, pfn, &page) || !page.valid) {
		scn_value(res, "none");
		return;
	}
	/* All the machine shares the zero page. */
	if (pfn == machine.info.zero_pfn)
		page.refcount -= run->zero_refs - 1;
	scn_show_refs(res, page.refcount, page.mapcount, page.dirty);
}

void scn_op_memtype(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct oracle_page page;
	uint64_t pfn = 0;
	int ret;

	if (!session_needed(run))
		return;
	ret = pfn_of(run, op, &pfn);
	if (ret == -ENODATA)
		scn_value(res, "none");
	else if (ret)
		scn_value_return(res, ret);
	else if (!page_look(run, pfn, &page))
		unusable(run, "no memory type of a page: %s", strerror(errno));
	else
		scn_key(res, "type", "%s", cache_name(page.memtype));
}

void scn_op_vmprot(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_VMA };
	unsigned long addr;

	if (!session_needed(run) ||
	    !scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr))
		return;
	a.u.vma.addr = addr;
	if (!ask(run, op, &a, -1))
		return;
	if (a.ret) {
		scn_value_return(res, a.ret);
		return;
	}
	scn_key(res, "bits", "0x%llx", (unsigned long long)a.u.vma.bits);
	scn_key(res, "cache", "%s", cache_name(a.u.vma.cache));
	scn_key(res, "pat", "%u", a.u.vma.pat);
	scn_show_flags(res, (unsigned long)a.u.vma.flags, true);
}

/* ---- /proc ---- */

#define MAP_PRESENT (1ULL << 63)
#define MAP_FILE_PAGE (1ULL << 61)
#define MAP_EXCLUSIVE (1ULL << 56)
#define MAP_PFN ((1ULL << 55) - 1)

/* Models: fs/proc/task_mmu.c, pagemap_read, 6.1; 6.12 looks at what is read. */
static bool pagemap_reads_on(void)
{
	return strtoul(machine.release, NULL, 10) == 6 &&
	       strtoul(strchr(machine.release, '.') + 1, NULL, 10) < 12;
}

/*
 * The kernel may look at all entries up to the end of a last-level table, however
 * few are read. What it reports is the first one's where the rest has fewer reports.
 */
static int read_pagemap(struct scn_run *run, pid_t pid, unsigned long addr, uint64_t *entry)
{
	unsigned long next = addr + (1UL << machine.page_shift);
	int ret = procfs_pagemap(pid, addr, entry);
	uint32_t reports = session_bad_pages(run), others = 0;
	uint64_t other;

	if (reports && pagemap_reads_on() && next & ((1UL << machine.info.pmd_shift) - 1)) {
		procfs_pagemap(pid, next, &other);
		others = session_bad_pages(run);
	}
	run->bad_page = reports > others;
	return ret;
}

void scn_op_pagemap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	char page[SCN_PFN_TEXT] = "none";
	unsigned long addr;
	uint64_t entry;
	int ret;

	if (!session_needed(run) || !scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr))
		return;
	ret = read_pagemap(run, run->object[op->task].task.pid, addr, &entry);
	if (ret) {
		scn_value_return(res, ret);
		return;
	}
	if (entry & MAP_PRESENT)
		name_pfn(run, entry & MAP_PFN, page);
	scn_key(res, "present", "%d", !!(entry & MAP_PRESENT));
	scn_key(res, "file", "%d", !!(entry & MAP_FILE_PAGE));
	scn_key(res, "exclusive", "%d", !!(entry & MAP_EXCLUSIVE));
	scn_key(res, "page", "%s", page);
}

/*
 * The lines of the mapping that @addr lies in, and where the next one begins; NULL
 * where there is none.
 */
static const char *find_mapping(const char *text, unsigned long addr, const char **end)
{
	const char *found = NULL, *line;
	struct procfs_map map;

	for (line = text; line && *line; line = strchr(line, '\n') + 1) {
		if (!procfs_parse(line, &map))
			continue;
		if (found)
			break;
		if (addr >= map.start && addr < map.end)
			found = line;
	}
	*end = line;
	return found;
}

/*
 * Who reads smaps has the kernel look at each entry of each mapping, and it
 * reports what is wrong with any: only what it says of one mapping counts. The
 * file is read again, with a stop where that mapping begins.
 */
static void recount_reports(struct scn_run *run, pid_t pid, size_t begin, size_t len)
{
	int fd;

	if (!session_bad_pages(run))
		return;
	fd = procfs_open(pid, "smaps");
	if (fd < 0)
		return;
	procfs_skip(fd, begin);
	session_bad_pages(run);
	procfs_skip(fd, len);
	close(fd);
}

/* "Rss:   12 kB", from the mapping's first line on. */
static unsigned long field(const char *lines, const char *name)
{
	const char *at = strstr(lines, name);

	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

/* VmFlags: those that the simulator knows. Others are of the kernel's configuration. */
static void show_flags(struct scn_result *res, const char *lines)
{
	static const char known[] =
		" rd wr ex sh mr mw me ms pf dw lo io dc de ac dd mm hg nh wf nr ";
	const char *at = strstr(lines, "VmFlags:");
	char text[SCN_PFN_TEXT] = "", name[5];
	size_t len = 0;

	for (at = at ? at + 8 : ""; *at == ' ' && at[1] >= 'a' && at[1] <= 'z'; at += 3) {
		snprintf(name, sizeof(name), " %.2s ", at + 1);
		if (strstr(known, name))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.2s",
						len ? "," : "", at + 1);
	}
	scn_key(res, "flags", "%s", len ? text : "none");
}

void scn_op_smaps(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	static const struct {
		const char *key, *name;
	} fields[] = {
		{ "size", "\nSize:" }, { "rss", "\nRss:" }, { "anonymous", "\nAnonymous:" },
		{ "shared_clean", "\nShared_Clean:" }, { "shared_dirty", "\nShared_Dirty:" },
		{ "private_clean", "\nPrivate_Clean:" }, { "private_dirty", "\nPrivate_Dirty:" },
		{ "locked", "\nLocked:" },
	};
	pid_t pid = run->object[op->task].task.pid;
	const char *lines, *end;
	unsigned long addr;
	char *text;

	if (!scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr))
		return;
	text = procfs_text(pid, "smaps");
	lines = find_mapping(text, addr, &end);
	if (lines) {
		recount_reports(run, pid, (size_t)(lines - text), (size_t)(end - lines));
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			scn_key(res, fields[i].key, "%lu", field(lines, fields[i].name));
		show_flags(res, lines);
	} else {
		session_bad_pages(run);
		scn_value_return(res, -ENOMEM);
	}
	free(text);
}

/* "anon", "shm", or the scenario's name of the file. */
static const char *map_name(const struct scn_run *run, const struct procfs_map *map, int file)
{
	if (file >= 0)
		return run->to.scn->names[file].name;
	if (!map->ino)
		return "anon";
	return !strncmp(map->name, "/dev/zero", 9) ? "shm" : "other";
}

/*
 * The offset in pages. remap_pfn_range() puts the pfn there that a mapping which
 * can be copied on write begins with: told as the device's page that has it, "pfn+2".
 */
static void map_offset(struct scn_run *run, const struct procfs_map *map, int file,
		       char text[32])
{
	unsigned long offset = map->offset >> machine.page_shift, n = 0, nr = 0;
	struct object *o = file >= 0 ? &run->object[file] : NULL;
	uint64_t pfn;

	if (o && o->dev >= 0 && map->perms[3] == 'p')
		nr = object_pages(run, o);
	while (n < nr && (offset < nr || !dev_pfn(run, o, n, &pfn) || pfn != offset))
		n++;
	if (n < nr)
		snprintf(text, 32, "pfn+%lu", n);
	else
		snprintf(text, 32, "%lu", offset);
}

static void show_map(struct scn_run *run, struct scn_result *res, const struct procfs_map *map)
{
	bool below = map->start < machine.base;
	unsigned long from_base = below ? machine.base - map->start : map->start - machine.base;
	int file = find_ino(run, map->on, map->ino);
	char offset[32];

	map_offset(run, map, file, offset);
	scn_line(res, "%c0x%lx +%lu %s %s %s", below ? '-' : '+', from_base,
		 (map->end - map->start) >> machine.page_shift, map->perms,
		 offset, map_name(run, map, file));
}

void scn_op_maps(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	char *text = procfs_text(run->object[op->task].task.pid, "maps");
	struct procfs_map map;

	for (const char *line = text; line && *line; line = strchr(line, '\n') + 1)
		if (procfs_parse(line, &map) && map.name[0] != '[' && !machine_owns(map.start))
			show_map(run, res, &map);
	free(text);
}

/* ---- mincore ---- */

void scn_op_mincore(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_MINCORE, .fd_arg = -1 };
	char text[SCN_MAX_MINCORE + 1] = "";
	struct scn_range range;

	if (!scn_read_range(&run->memory, op, res, &range))
		return;
	a.arg[0] = range.addr;
	a.arg[1] = range.len;
	if (!ask(run, op, &a, -1))
		return;
	scn_value_return(res, a.ret);
	for (unsigned long i = 0; i < range.len >> machine.page_shift; i++)
		text[i] = a.u.resident[i] & 1 ? '1' : '0';
	if (!a.ret)
		scn_key(res, "resident", "%s", text);
}
