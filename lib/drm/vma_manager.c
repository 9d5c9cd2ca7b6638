/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vma_manager.c - fake offsets: where in a device file each object can be mapped.
 * Models: drivers/gpu/drm/drm_vma_manager.c, 6.1; files that may map a node are in a list,
 * not in a tree.
 */
#include "drm/internal.h"

/* Offsets begin above what user space may pass for legacy maps: 4 GiB where
 * long has 64 bits, 256 MiB where it has 32. */
static unsigned long offset_limit(const struct sim_machine *machine)
{
	uint64_t bytes = machine->arch->bits_per_long == 64 ? 0xFFFFFFFFull : 0x0FFFFFFFull;

	return (unsigned long)(bytes >> sim_page_shift(machine));
}

unsigned long sim_drm_file_page_offset_start(const struct sim_machine *machine)
{
	return machine ? offset_limit(machine) + 1 : 0;
}

unsigned long sim_drm_file_page_offset_size(const struct sim_machine *machine)
{
	if (!machine)
		return 0;
	return offset_limit(machine) * (machine->arch->bits_per_long == 64 ? 256 : 16);
}

void drm_vma_offset_manager_init(struct drm_vma_offset_manager *mgr, unsigned long page_offset,
				 unsigned long size)
{
	mgr->vm_lock.word = 0;
	mgr->sim_machine = sim_current_machine();
	drm_mm_init(&mgr->vm_addr_space_mm, page_offset, size);
}

void drm_vma_offset_manager_destroy(struct drm_vma_offset_manager *mgr)
{
	if (mgr->sim_machine)
		(void)SIM_WARN_ON(mgr->sim_machine, "drivers/gpu/drm/drm_mm.c",
				  !drm_mm_clean(&mgr->vm_addr_space_mm));
}

void drm_vma_offset_lock_lookup(struct drm_vma_offset_manager *mgr)
{
	sim_spin_lock(mgr->sim_machine, &mgr->vm_lock, SIM_RANK_OFFSET);
}

void drm_vma_offset_unlock_lookup(struct drm_vma_offset_manager *mgr)
{
	sim_spin_unlock(&mgr->vm_lock, SIM_RANK_OFFSET);
}

int drm_vma_offset_add(struct drm_vma_offset_manager *mgr, struct drm_vma_offset_node *node,
		       unsigned long pages)
{
	int ret = 0;

	drm_vma_offset_lock_lookup(mgr);
	if (!drm_mm_node_allocated(&node->vm_node))
		ret = drm_mm_insert_node(&mgr->vm_addr_space_mm, &node->vm_node, pages);
	drm_vma_offset_unlock_lookup(mgr);
	return ret;
}

void drm_vma_offset_remove(struct drm_vma_offset_manager *mgr, struct drm_vma_offset_node *node)
{
	drm_vma_offset_lock_lookup(mgr);
	if (drm_mm_node_allocated(&node->vm_node)) {
		drm_mm_remove_node(&node->vm_node);
		memset(&node->vm_node, 0, sizeof(node->vm_node));
	}
	drm_vma_offset_unlock_lookup(mgr);
}

struct drm_vma_offset_node *
drm_vma_offset_lookup_locked(struct drm_vma_offset_manager *mgr, unsigned long start,
			     unsigned long pages)
{
	struct drm_mm_node *best = drm_mm_last_from(&mgr->vm_addr_space_mm, start);

	if (!best || best->start + best->size < (uint64_t)start + pages)
		return NULL;
	return container_of(best, struct drm_vma_offset_node, vm_node);
}

struct drm_vma_offset_node *
drm_vma_offset_exact_lookup_locked(struct drm_vma_offset_manager *mgr, unsigned long start,
				   unsigned long pages)
{
	struct drm_vma_offset_node *node = drm_vma_offset_lookup_locked(mgr, start, pages);

	return node && node->vm_node.start == start ? node : NULL;
}

/* ---- who may map ---- */

struct sim_vma_offset_file {
	struct drm_file *tag;
	unsigned long count;
	struct sim_vma_offset_file *next;
};

/* What points to the entry of a file, or to the list's end. => node->vm_lock held */
static struct sim_vma_offset_file **find_file_locked(struct drm_vma_offset_node *node,
						     const struct drm_file *tag)
{
	struct sim_vma_offset_file **at = &node->sim_vm_files;

	while (*at && (*at)->tag != tag)
		at = &(*at)->next;
	return at;
}

/* Memory is had before, as in the kernel, and given back where it is not needed. */
static int vma_node_allow(struct drm_vma_offset_node *node, struct drm_file *tag, bool counted)
{
	struct sim_vma_offset_file *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL), **at;
	int ret = 0;

	spin_lock(&node->vm_lock);
	at = find_file_locked(node, tag);
	if (*at) {
		(*at)->count += counted;
	} else if (fresh) {
		fresh->tag = tag;
		fresh->count = 1;
		*at = fresh;
		fresh = NULL;
	} else {
		ret = -ENOMEM;
	}
	spin_unlock(&node->vm_lock);
	kfree(fresh);
	return ret;
}

int drm_vma_node_allow(struct drm_vma_offset_node *node, struct drm_file *tag)
{
	return vma_node_allow(node, tag, true);
}

int drm_vma_node_allow_once(struct drm_vma_offset_node *node, struct drm_file *tag)
{
	return vma_node_allow(node, tag, false);
}

void drm_vma_node_revoke(struct drm_vma_offset_node *node, struct drm_file *tag)
{
	struct sim_vma_offset_file **at, *gone = NULL;

	spin_lock(&node->vm_lock);
	at = find_file_locked(node, tag);
	if (*at && !--(*at)->count) {
		gone = *at;
		*at = gone->next;
	}
	spin_unlock(&node->vm_lock);
	kfree(gone);
}

bool drm_vma_node_is_allowed(struct drm_vma_offset_node *node, struct drm_file *tag)
{
	bool allowed;

	spin_lock(&node->vm_lock);
	allowed = *find_file_locked(node, tag) != NULL;
	spin_unlock(&node->vm_lock);
	return allowed;
}

/* ---- nodes ---- */

void drm_vma_node_reset(struct drm_vma_offset_node *node)
{
	memset(node, 0, sizeof(*node));
}

uint64_t drm_vma_node_offset_addr(const struct drm_vma_offset_node *node)
{
	const struct sim_machine *machine = sim_current_machine();

	return machine ? node->vm_node.start << sim_page_shift(machine) : 0;
}

void drm_vma_node_unmap(struct drm_vma_offset_node *node, struct address_space *file_mapping)
{
	unsigned int shift;

	if (!drm_mm_node_allocated(&node->vm_node))
		return;
	shift = sim_page_shift(file_mapping->sim_machine);
	unmap_mapping_range(file_mapping, (int64_t)(node->vm_node.start << shift),
			    (int64_t)(node->vm_node.size << shift), 1);
}
