/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_look.c - operations that look on: entries, counts, views, checks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pte/pgtable.h"
#include "scenario/portable.h"
#include "scenario/show.h"

static const char *level_name(const struct scn_run *run, int level)
{
	return run->machine->mmu->level[level].name;
}

/* Would vm_normal_page() return a page? Asked in silence, of what it may be asked. */
static bool is_normal(struct task_struct *task, unsigned long addr,
		      const struct sim_pte_info *info)
{
	struct vm_area_struct *vma;
	bool normal = false;

	if (info->none || !(info->present || info->protnone))
		return false;
	mmap_read_lock(task->mm);
	vma = find_vma(task->mm, addr);
	if (vma && vma->vm_start <= addr)
		normal = sim_is_normal_entry(vma, addr, info->raw, info->level);
	mmap_read_unlock(task->mm);
	return normal;
}

static uint64_t bits_of(const struct scn_run *run, const struct sim_pte_info *info)
{
	return info->none ? 0 : info->raw & ~run->machine->mmu->format[info->level].pfn_mask;
}

static void show_portable_entry(struct scn_run *run, struct scn_result *res,
				const struct sim_pte_info *info, const char *page, bool normal)
{
	struct scn_entry entry = {
		.none = info->none, .present = info->present, .special = info->special,
		.write = info->write, .dirty = info->dirty, .young = info->young,
		.protnone = info->protnone, .normal = normal,
		.cache = sim_cache_mode_name(info->cache), .level = level_name(run, info->level),
		.page = page, .bits = bits_of(run, info),
	};

	scn_show_entry(res, &entry);
}

/* A key that is there to be expected, and seen where it says something. */
static void show_flag(struct scn_result *res, const char *key, bool set, bool full)
{
	scn_key(res, key, "%d", set);
	if (!set && !full)
		scn_hide_key(res);
}

static void show_word(struct scn_result *res, const char *key, const char *word, bool shown)
{
	scn_key(res, key, "%s", word);
	if (!shown)
		scn_hide_key(res);
}

static void show_bits(struct scn_result *res, const char *key, uint64_t bits, bool full)
{
	scn_key(res, key, "0x%llx", (unsigned long long)bits);
	if (!full)
		scn_hide_key(res);
}

/* What is set, or with @full all of it. */
static void show_entry(struct scn_run *run, struct scn_result *res,
		       const struct sim_pte_info *info, const char *page, bool normal, bool full)
{
	const char *level = level_name(run, info->level);

	if (info->none)
		scn_value(res, "none");
	show_flag(res, "present", info->present, full);
	show_flag(res, "special", info->special, full);
	show_flag(res, "write", info->write, full);
	show_flag(res, "dirty", info->dirty, full);
	show_flag(res, "young", info->young, full);
	show_flag(res, "user", info->user, full);
	if (!full)
		scn_hide_key(res); /* nearly all are */
	show_flag(res, "exec", info->exec, full);
	show_flag(res, "protnone", info->protnone, full);
	show_word(res, "cache", sim_cache_mode_name(info->cache),
		  full || info->cache != SIM_CACHE_WB);
	show_word(res, "level", level, full || (!info->none && info->level));
	show_word(res, "pfn", page, full || !info->none);
	show_bits(res, "raw", info->raw, full);
	show_bits(res, "bits", bits_of(run, info), full);
	show_flag(res, "normal", normal, full);
}

void scn_op_pte(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct task_struct *task = scn_task(run, op);
	char page[SCN_PFN_TEXT] = "none";
	struct sim_pte_info info;
	unsigned long addr;
	bool normal;
	int ret;

	if (!scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr))
		return;
	ret = sim_pte_lookup(task->mm, addr, &info);
	if (ret) {
		scn_value_return(res, ret);
		return;
	}
	if (!info.none)
		scn_name_pfn(run, info.pfn, page);
	normal = is_normal(task, addr, &info);
	if (run->to.options->portable)
		show_portable_entry(run, res, &info, page, normal);
	else
		show_entry(run, res, &info, page, normal, scn_flag(op, LOOK_FULL));
}

/* The pfn of a place: 0, or -errno; -ENODATA where there is none yet. */
static int pfn_of(struct scn_run *run, const struct scn_op *op, unsigned long *pfn)
{
	const struct scn_value *place = &op->arg[LOOK_PLACE];
	const struct scn_object *o = &run->object[place->object];
	unsigned long addr = run->memory.map[place->object].addr;
	struct sim_pte_info info;
	int ret;

	if (o->bo)
		return sim_bo_pfn(o->bo, (unsigned long)place->number, pfn);
	if (o->dev) {
		if (place->number >= run->memory.pages[place->object])
			return -EINVAL;
		*pfn = sim_dev_pfn(o->dev, (unsigned long)place->number);
		return 0;
	}
	if (!addr)
		return -ENODATA;
	addr += (unsigned long)place->number << scn_page_shift(run);
	ret = sim_pte_lookup(scn_task(run, op)->mm, addr, &info);
	*pfn = info.pfn;
	return ret ? ret : info.none ? -ENODATA : 0;
}

void scn_op_refs(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	const struct page *page;
	unsigned long pfn = 0;
	int ret = pfn_of(run, op, &pfn);

	if (ret && ret != -ENODATA) {
		scn_value_return(res, ret);
		return;
	}
	page = ret ? NULL : sim_pfn_to_page(run->machine, pfn);
	if (!page) {
		scn_value(res, "none");
		return;
	}
	scn_show_refs(res, page_count(page), page_mapcount(page), sim_page_test(page, PG_dirty));
}

void scn_op_memtype(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	unsigned long pfn = 0;
	int ret = pfn_of(run, op, &pfn);

	if (ret == -ENODATA)
		scn_value(res, "none");
	else if (ret)
		scn_value_return(res, ret);
	else
		scn_key(res, "type", "%s",
			sim_cache_mode_name(sim_memtype_lookup(run->machine, pfn)));
}

void scn_op_pagemap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	char page[SCN_PFN_TEXT] = "none";
	struct sim_pagemap map;
	unsigned long addr;
	int ret;

	if (!scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr))
		return;
	ret = sim_pagemap(scn_task(run, op), addr, &map);
	if (ret) {
		scn_value_return(res, ret);
		return;
	}
	if (map.present)
		scn_name_pfn(run, map.pfn, page);
	scn_key(res, "present", "%d", map.present);
	scn_key(res, "file", "%d", map.file);
	scn_key(res, "exclusive", "%d", map.exclusive);
	scn_key(res, "page", "%s", page);
}

void scn_op_mincore(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	unsigned char vec[SCN_MAX_MINCORE];
	char text[SCN_MAX_MINCORE + 1] = "";
	struct scn_range range;
	int ret;

	if (!scn_read_range(&run->memory, op, res, &range))
		return;
	ret = sim_mincore(scn_task(run, op), range.addr, range.len, vec);
	scn_value_return(res, ret);
	if (ret)
		return;
	for (size_t i = 0; i < range.len >> scn_page_shift(run); i++)
		text[i] = vec[i] ? '1' : '0';
	scn_key(res, "resident", "%s", text);
}

void scn_op_smaps(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct sim_smaps s;
	unsigned long addr;
	int ret;

	if (!scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr))
		return;
	ret = sim_smaps(scn_task(run, op), addr, &s);
	if (ret) {
		scn_value_return(res, ret);
		return;
	}
	/* kB, as the file has them */
	scn_key(res, "size", "%lu", s.size >> 10);
	scn_key(res, "rss", "%lu", s.rss >> 10);
	scn_key(res, "anonymous", "%lu", s.anonymous >> 10);
	scn_key(res, "shared_clean", "%lu", s.shared_clean >> 10);
	scn_key(res, "shared_dirty", "%lu", s.shared_dirty >> 10);
	scn_key(res, "private_clean", "%lu", s.private_clean >> 10);
	scn_key(res, "private_dirty", "%lu", s.private_dirty >> 10);
	scn_key(res, "locked", "%lu", s.locked >> 10);
	scn_show_flags(res, s.vm_flags, run->to.options->portable);
}

/* vm_page_prot is what entries are made with: protection and memory type. */
static void show_prot(const struct scn_run *run, struct scn_result *res, uint64_t prot)
{
	const struct sim_entry_format *fmt = &run->machine->mmu->format[SIM_LEAF_PTE];

	scn_key(res, "bits", "0x%llx", (unsigned long long)(prot & ~fmt->pfn_mask));
	scn_key(res, "cache", "%s", sim_cache_mode_name(fmt_cache(fmt, prot)));
}

void scn_op_vmprot(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct mm_struct *mm = scn_task(run, op)->mm;
	struct vm_area_struct *vma;
	unsigned long addr;

	if (!scn_address(&run->memory, &op->arg[LOOK_PLACE], res, &addr))
		return;
	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (vma && vma->vm_start <= addr) {
		show_prot(run, res, vma->vm_page_prot.pgprot);
		scn_key(res, "pat", "%d", !!(vma->vm_flags & VM_PAT));
		scn_show_flags(res, vma->vm_flags, run->to.options->portable);
	} else {
		scn_value_return(res, -ENOMEM);
	}
	mmap_read_unlock(mm);
}

static void show_lines(struct scn_result *res, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		scn_line(res, "%.*s", (int)len, text);
		text += len + (text[len] != 0);
	}
}

void scn_op_maps(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	int len = sim_maps(scn_task(run, op), NULL, 0);
	char *text;

	if (run->to.options->portable && len >= 0) {
		scn_portable_maps(run, scn_task(run, op), res);
		return;
	}
	if (len < 0) {
		scn_value_return(res, len);
		return;
	}
	text = malloc((size_t)len + 1);
	if (!text) {
		scn_value_return(res, -ENOMEM);
		return;
	}
	text[0] = 0;
	sim_maps(scn_task(run, op), text, (size_t)len + 1);
	show_lines(res, text);
	free(text);
}

static void tell_line(const char *what, void *data)
{
	scn_line(data, "%s", what);
}

void scn_op_check(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	(void)op;
	scn_key(res, "violations", "%u", sim_machine_check(run->machine, tell_line, res));
}

/* What was counted since the last time, zeros left out. */
void scn_op_counters(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	uint64_t now[SIM_NR_COUNTERS];

	(void)op;
	sim_counters(run->machine, now);
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		if (now[i] != run->counters[i])
			scn_key(res, sim_counter_name((enum sim_counter)i), "%llu",
				(unsigned long long)(now[i] - run->counters[i]));
	memcpy(run->counters, now, sizeof(now));
}

void scn_op_fail_alloc(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	(void)res;
	sim_fail_alloc(run->machine, (unsigned long)scn_number(op, FAIL_NTH, 1));
}

void scn_op_teardown(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	(void)op;
	if (sim_crashed(run->machine)) {
		scn_value_return(res, -EIO);
		return;
	}
	scn_key(res, "leaks", "%u", scn_teardown(run, res));
}
