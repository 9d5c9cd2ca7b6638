/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check_types.c - the rules M: memory types.
 *
 *	M.1 with PAT: an entry has the memory type of its page
 *	M.2 without: all entries that map a page agree
 *	M.3 what a VM_PAT vma maps of I/O memory is reserved for it
 *	M.4 what is reserved for a vma, a VM_PAT vma maps
 *
 * UC and UC- are one type here: they differ in what an MTRR may make of them. Copies and
 * the zero page are left out: the kernel maps them with the type of the mapping that they
 * were made for, whatever RAM has.
 *
 * Splitting a vma leaves its reservation whole, so M.3 and M.4 count: at each byte there
 * are as many reservations as vmas that should have one.
 *
 *	reservations	[-----------------)
 *	VM_PAT vmas	[------)[-----)			behind the second: M.4
 */
#include <stdlib.h>

#include "phys/phys.h"
#include "pte/pat/memtype.h"
#include "sim/check.h"

/* ---- entries ---- */

static enum sim_cache_mode folded(enum sim_cache_mode mode)
{
	return mode == SIM_CACHE_UC_MINUS ? SIM_CACHE_UC : mode;
}

/* The type of the first entry that was seen of a page, or NULL for a pfn that is
 * neither RAM nor I/O memory. */
static uint8_t *type_of(const struct machine_check *mc, unsigned long pfn)
{
	const struct sim_phys *phys = mc->machine->phys;

	if (pfn - phys->ram.start < phys->ram.nr)
		return &mc->types[pfn - phys->ram.start];
	if (pfn - phys->io_start < phys->io_nr)
		return &mc->types[phys->ram.nr + (pfn - phys->io_start)];
	return NULL;
}

static void check_against_page(struct machine_check *mc, const struct sim_check_entry *entry,
			       enum sim_cache_mode mode)
{
	enum sim_cache_mode page = folded(lookup_memtype(mc->machine, mc->cpu, entry->pfn));

	if (mode != page)
		sim_check_tell_entry(&mc->check, "M.1", entry, "memory type %s, the page's is %s",
				     sim_cache_mode_name(mode), sim_cache_mode_name(page));
}

static void check_against_others(struct machine_check *mc, const struct sim_check_entry *entry,
				 enum sim_cache_mode mode)
{
	uint8_t *type = type_of(mc, entry->pfn);

	if (!type)
		return;
	if (!*type)
		*type = (uint8_t)(1 + mode);
	else if (*type != 1 + mode)
		sim_check_tell_entry(&mc->check, "M.2", entry,
				     "memory type %s, another mapping of the page has %s",
				     sim_cache_mode_name(mode),
				     sim_cache_mode_name((enum sim_cache_mode)(*type - 1)));
}

static bool has_any_type(const struct machine_check *mc, const struct sim_check_entry *entry)
{
	return entry->pfn == mc->machine->phys->zero_pfn ||
	       (entry->counted && sim_page_is_anon(entry->counted));
}

void check_types_entry(struct machine_check *mc, const struct sim_check_entry *leaf)
{
	const struct sim_mmu *mmu = mc->machine->mmu;
	unsigned long nr = 1UL << (mmu->level[leaf->level].shift - mmu->page_shift);
	struct sim_check_entry entry = *leaf;
	enum sim_cache_mode mode = folded(fmt_cache(&mmu->format[leaf->level], leaf->e));

	for (; nr; nr--, entry.pfn++, entry.addr += mmu_page_size(mmu)) {
		if (has_any_type(mc, &entry))
			continue;
		if (mmu->has_pat)
			check_against_page(mc, &entry, mode);
		else
			check_against_others(mc, &entry, mode);
	}
}

/* ---- reservations ---- */

static void add_edge(struct machine_check *mc, const struct check_edge *edge)
{
	struct check_edge *more;
	unsigned int max;

	if (mc->nr_edges == mc->max_edges) {
		max = mc->max_edges ? 2 * mc->max_edges : 64;
		more = realloc(mc->edges, max * sizeof(*more));
		if (!more) {
			mc->edges_incomplete = true;
			return;
		}
		mc->edges = more;
		mc->max_edges = max;
	}
	mc->edges[mc->nr_edges++] = *edge;
}

static void add_reservation(uint64_t start, uint64_t end, void *data)
{
	add_edge(data, &(struct check_edge){ .at = start, .reservations = 1 });
	add_edge(data, &(struct check_edge){ .at = end, .reservations = -1 });
}

void check_types_vma(struct machine_check *mc, struct vm_area_struct *vma)
{
	struct check_edge edge = { .vmas = 1, .vm_start = vma->vm_start, .vm_end = vma->vm_end,
				   .who = mc->check.who };
	unsigned long pfn;
	uint64_t start, end;

	if (sim_pat_pfn(vma, &pfn)) {
		mc->edges_incomplete = true;
		return;
	}
	start = memtype_bytes(mc->machine, pfn);
	end = start + (vma->vm_end - vma->vm_start);
	if (sim_memtype_is_ram(mc->machine, start, end) || sim_memtype_untracked(start, end))
		return;
	edge.at = start;
	add_edge(mc, &edge);
	add_edge(mc, &(struct check_edge){ .at = end, .vmas = -1 });
}

static int compare_edges(const void *a, const void *b)
{
	const struct check_edge *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* @vma: the last that has begun by then. */
static void tell_reservation(struct machine_check *mc, const struct check_edge *edge, int vmas,
			     int reservations, const struct check_edge *vma)
{
	unsigned long long start = edge->at, end = edge[1].at;

	if (vmas > reservations)
		sim_check_tell(&mc->check, "M.3 bytes 0x%llx-0x%llx of vma 0x%lx-0x%lx of %s: "
			       "%d VM_PAT vmas, %d reservations for vmas", start, end,
			       vma->vm_start, vma->vm_end, vma->who, vmas, reservations);
	else
		sim_check_tell(&mc->check, "M.4 bytes 0x%llx-0x%llx: %d VM_PAT vmas, "
			       "%d reservations for vmas", start, end, vmas, reservations);
}

void check_types_reservations(struct machine_check *mc)
{
	const struct check_edge *vma = NULL;
	int vmas = 0, reservations = 0;

	if (!mc->machine->mmu->has_pat)
		return;
	sim_memtype_each_of_vma(mc->machine, add_reservation, mc);
	if (mc->edges_incomplete)
		return;
	if (mc->nr_edges)
		qsort(mc->edges, mc->nr_edges, sizeof(*mc->edges), compare_edges);
	for (unsigned int i = 0; i < mc->nr_edges; i++) {
		const struct check_edge *edge = &mc->edges[i];

		vmas += edge->vmas;
		reservations += edge->reservations;
		if (edge->vmas > 0)
			vma = edge;
		if (vmas != reservations && i + 1 < mc->nr_edges && edge[1].at != edge->at)
			tell_reservation(mc, edge, vmas, reservations, vma);
	}
}
