/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check.h - what the parts of sim_machine_check() share. lib/vma/check.h says how a
 * check works; these rules need more than one address space, or TTM.
 */
#ifndef SIM_SIM_CHECK_H
#define SIM_SIM_CHECK_H

#include "sim/machine.h"
#include "vma/check.h"

struct ttm_buffer_object;

/* The object that the vma under the walk maps (check_object.c). */
struct check_object {
	const struct vm_area_struct *vma; /* whose object that is, whether it has one or not */
	struct ttm_buffer_object *bo;	/* NULL: none, or one that somebody has reserved */
	enum sim_cache_mode cache;	/* what ttm_io_prot() gives its entries */
	bool has_cache;			/* and may be asked for it */
};

/* A VM_PAT vma's range of I/O memory begins or ends (check_types.c). */
struct check_edge {
	uint64_t at;		/* bytes */
	int vmas, reservations;	/* that begin there: 1; that end: -1 */
	unsigned long vm_start, vm_end; /* of the vma */
	const char *who;	/* whose it is */
};

struct machine_check {
	struct sim_check check;		/* first: check_of() */
	struct sim_machine *machine;
	struct sim_cpu *cpu;
	int *maps;			/* of each page of RAM: the counted ptes that map it */
	uint8_t *types;			/* of each page, RAM then I/O memory: 1 + the memory type
					 * of the first entry that maps it; 0: none does */
	struct check_object object;
	struct check_edge *edges;
	unsigned int nr_edges, max_edges;
	bool edges_incomplete;		/* no memory, or a vma that nobody knows the range of */
};

static inline struct machine_check *check_of(struct sim_check *check)
{
	return (struct machine_check *)check;
}

/* check_object.c: O. */
void check_object_entry(struct machine_check *mc, const struct sim_check_entry *entry);
void check_object_end(struct machine_check *mc);

/* check_types.c: M. */
void check_types_entry(struct machine_check *mc, const struct sim_check_entry *entry);
/* The reservation that a VM_PAT vma should have; inside mmap_lock. */
void check_types_vma(struct machine_check *mc, struct vm_area_struct *vma);
/* When all vmas were seen. */
void check_types_reservations(struct machine_check *mc);

/* check_pages.c: P. When all entries were seen. */
void check_pages(struct machine_check *mc);

#endif
