/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check_tell.c - the sentences of a check. What is wrong with an entry waits for the
 * next one: as long as that lies behind it and breaks the same rule, it is one case.
 */
#include <stdarg.h>
#include <stdio.h>

#include "vma/check.h"

void sim_check_tell(struct sim_check *check, const char *format, ...)
{
	char text[SIM_CHECK_TEXT];
	va_list args;

	sim_check_flush(check);
	check->nr++;
	if (!check->tell)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	check->tell(text, check->data);
}

static void flush(const struct sim_check *check, struct sim_check_pending *p)
{
	char text[SIM_CHECK_TEXT + 64];

	if (p->rule && check->tell) {
		snprintf(text, sizeof(text), p->nr_more ? "%s (%u more follow%s it)" : "%s",
			 p->text, p->nr_more, p->nr_more == 1 ? "s" : "");
		check->tell(text, check->data);
	}
	p->rule = NULL;
}

void sim_check_flush(struct sim_check *check)
{
	for (int i = 0; i < SIM_CHECK_PENDING; i++)
		flush(check, &check->pending[i]);
}

/* Where the rule waits, or else a place that is free, or else the first. */
static struct sim_check_pending *pending_of(struct sim_check *check, const char *rule)
{
	struct sim_check_pending *empty = NULL;

	for (int i = 0; i < SIM_CHECK_PENDING; i++) {
		if (check->pending[i].rule == rule)
			return &check->pending[i];
		if (!empty && !check->pending[i].rule)
			empty = &check->pending[i];
	}
	return empty ? empty : check->pending;
}

static void describe(const struct sim_check *check, struct sim_check_pending *p,
		     const struct sim_check_entry *entry, const char *what)
{
	const struct vm_area_struct *vma = entry->vma;
	vm_flags_t flags = vma->vm_flags;

	snprintf(p->text, sizeof(p->text),
		 "%s 0x%lx in vma 0x%lx-0x%lx %c%c%c%c %s%s%s, entry 0x%llx of pfn 0x%lx: %s", p->rule,
		 entry->addr, vma->vm_start, vma->vm_end, flags & VM_READ ? 'r' : '-',
		 flags & VM_WRITE ? 'w' : '-', flags & VM_EXEC ? 'x' : '-',
		 flags & VM_MAYSHARE ? 's' : 'p',
		 vma->vm_file && vma->vm_file->sim_name ? vma->vm_file->sim_name : "anon",
		 check->who ? " of " : "", check->who ? check->who : "",
		 (unsigned long long)entry->e, entry->pfn, what);
}

void sim_check_tell_entry(struct sim_check *check, const char *rule,
			  const struct sim_check_entry *entry, const char *format, ...)
{
	struct sim_check_pending *p = pending_of(check, rule);
	char what[SIM_CHECK_TEXT / 2];
	va_list args;

	if (p->rule == rule && p->vma == entry->vma && p->end == entry->addr) {
		p->nr_more++;
	} else {
		flush(check, p);
		check->nr++;
		va_start(args, format);
		vsnprintf(what, sizeof(what), format, args);
		va_end(args);
		p->rule = rule;
		p->vma = entry->vma;
		p->nr_more = 0;
		describe(check, p, entry, what);
	}
	p->end = entry->addr + page_size(check->mm);
}
