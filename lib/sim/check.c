/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check.c - does a machine keep its invariants? lib/vma/check.h has the families of
 * rules, and where each is; this file takes them through all address spaces.
 */
#include <errno.h>
#include <stdlib.h>

#include "phys/phys.h"
#include "pte/pgtable.h"
#include "sim/check.h"

static void see_entry(struct sim_check *check, const struct sim_check_entry *entry)
{
	struct machine_check *mc = check_of(check);

	if (entry->counted)
		mc->maps[entry->counted - mc->machine->phys->ram.map]++;
	check_object_entry(mc, entry);
	check_types_entry(mc, entry);
}

static void see_mm(struct machine_check *mc, struct mm_struct *mm)
{
	sim_check_mm(&mc->check, mm);
	check_object_end(mc);
	if (!mm->sim_mmu->has_pat)
		return;
	mmap_write_lock(mm);
	for (struct vm_area_struct *vma = sim_vma_next(mm, NULL); vma; vma = vma->sim_next)
		if (vma->vm_flags & VM_PAT)
			check_types_vma(mc, vma);
	mmap_write_unlock(mm);
}

static void see_all(struct machine_check *mc)
{
	for (struct task_struct *task = mc->machine->tasks; task; task = task->sim_next) {
		mc->check.who = task->comm;
		if (task->mm)
			see_mm(mc, task->mm);
	}
	mc->check.who = NULL;
	check_types_reservations(mc);
	check_pages(mc);
}

/* Would this thread wait for itself at one of the tasks? */
static bool holds_an_mm(struct sim_machine *machine)
{
	for (struct task_struct *task = machine->tasks; task; task = task->sim_next)
		if (task->mm && sim_mmap_is_own(task->mm, "sim_machine_check"))
			return true;
	return false;
}

unsigned int sim_machine_check(struct sim_machine *machine,
			       void (*tell)(const char *what, void *data), void *data)
{
	struct machine_check mc = {
		.check = { .tell = tell, .data = data, .entry_too = see_entry },
		.machine = machine,
	};
	const struct sim_phys *phys;

	if (!machine || sim_enter(machine))
		return 0;	/* crashed: nothing holds any more */
	if (holds_an_mm(machine)) {
		errno = EDEADLK;
		return 0;
	}
	phys = machine->phys;
	mc.cpu = sim_cpu(machine);
	mc.maps = calloc(phys->ram.nr, sizeof(*mc.maps));
	mc.types = calloc(phys->ram.nr + phys->io_nr, sizeof(*mc.types));
	if (mc.maps && mc.types)
		see_all(&mc);
	free(mc.maps);
	free(mc.types);
	free(mc.edges);
	return mc.check.nr;
}
