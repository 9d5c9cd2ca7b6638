/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check_object.c - the rules O: an entry in a vma of a TTM object.
 *
 *	O.1 it maps the page that the object has there now. Where the object was moved,
 *	    evicted, purged, or its memory given back, ttm_bo_unmap_virtual() should have
 *	    taken the entry away. A handler that computes a pfn wrongly fails here too.
 *	O.2 it lies inside the object
 *	O.3 its device has not been unplugged. Since ttm_bo_vm_dummy_page() exists, a page
 *	    of RAM that is not the object's may be the dummy.
 *	O.4 its memory type is what ttm_io_prot() gives the object now. With PAT the type
 *	    is the page's instead: M.1.
 *
 * A vma is one of TTM's where TTM's own functions serve it, which take vm_private_data
 * for the object as this does. Private copies are left alone. The object is reserved
 * while its vma is walked; one that somebody has reserved is passed over: it may be on
 * its way.
 */
#include "phys/phys.h"
#include "pte/pgtable.h"
#include "sim/check.h"
#include "ttm/internal.h"

static bool is_ttm_vma(const struct vm_area_struct *vma)
{
	const struct vm_operations_struct *ops = vma->vm_ops;

	return ops && vma->vm_private_data &&
	       (ops->fault == ttm_bo_vm_fault || ops->open == ttm_bo_vm_open ||
		ops->close == ttm_bo_vm_close || ops->access == ttm_bo_vm_access);
}

/* The object that a vma maps, reserved; NULL. */
static struct ttm_buffer_object *reserve_object(const struct vm_area_struct *vma)
{
	struct ttm_buffer_object *bo;

	if (!is_ttm_vma(vma))
		return NULL;
	bo = vma->vm_private_data;
	return bo->base.resv && dma_resv_trylock(bo->base.resv) ? bo : NULL;
}

/* May ttm_io_prot() be asked? What is not there would be an oops of the machine. */
static bool has_cache(const struct ttm_buffer_object *bo)
{
	const struct ttm_resource_manager *man;

	if (!bo->resource || bo->resource->mem_type >= TTM_NUM_MEM_TYPES)
		return false;
	man = ttm_manager_type(bo->bdev, (int)bo->resource->mem_type);
	return man && (!man->use_tt || bo->ttm);
}

static enum sim_cache_mode expected_cache(struct machine_check *mc, struct ttm_buffer_object *bo,
					  pgprot_t prot)
{
	struct sim_machine *old = sim_set_current_machine(mc->machine);

	prot = ttm_io_prot(bo, bo->resource, prot);
	sim_set_current_machine(old);
	return fmt_cache(&mc->machine->mmu->format[SIM_LEAF_PTE], prot.pgprot);
}

void check_object_end(struct machine_check *mc)
{
	if (mc->object.bo)
		dma_resv_unlock(mc->object.bo->base.resv);
	mc->object.bo = NULL;
	mc->object.vma = NULL;
}

static struct ttm_buffer_object *object_of(struct machine_check *mc,
					   const struct vm_area_struct *vma)
{
	if (mc->object.vma == vma)
		return mc->object.bo;
	check_object_end(mc);
	mc->object.vma = vma;
	mc->object.bo = reserve_object(vma);
	mc->object.has_cache = mc->object.bo && has_cache(mc->object.bo);
	if (mc->object.has_cache)
		mc->object.cache = expected_cache(mc, mc->object.bo, vma->vm_page_prot);
	return mc->object.bo;
}

/* ---- what the object has ---- */

/* Is the object's memory that of its ttm_tt? */
static bool lies_in_tt(const struct ttm_buffer_object *bo)
{
	const struct ttm_resource_manager *man;

	if (bo->resource->mem_type >= TTM_NUM_MEM_TYPES)
		return false;
	man = ttm_manager_type(bo->bdev, (int)bo->resource->mem_type);
	return man && man->use_tt;
}

/* The pfn of a page of the object; false: it has no memory there. */
static bool object_pfn(struct ttm_buffer_object *bo, unsigned long page, unsigned long *pfn)
{
	const struct ttm_resource *res = bo->resource;
	const struct ttm_tt *tt = bo->ttm;

	if (!res || page >= res->num_pages)
		return false;
	if (res->bus.is_iomem) {
		*pfn = ttm_bo_io_mem_pfn(bo, page);
		return true;
	}
	if (!lies_in_tt(bo) || !tt || !tt->pages || page >= tt->num_pages || !tt->pages[page])
		return false;
	*pfn = page_to_pfn(tt->pages[page]);
	return true;
}

static bool is_unplugged(const struct machine_check *mc, const struct ttm_buffer_object *bo)
{
	const struct drm_device *dev = bo->base.dev;

	return dev && sim_rule(mc->machine, SIM_RULE_TTM_DUMMY_PAGE) &&
	       __atomic_load_n(&dev->unplugged, __ATOMIC_ACQUIRE);
}

/* ---- rules ---- */

static void check_place(struct machine_check *mc, const struct sim_check_entry *entry,
			struct ttm_buffer_object *bo, unsigned long page)
{
	unsigned long nr = bo->base.size >> mc->machine->mmu->page_shift, pfn = 0;
	bool has = page < nr && object_pfn(bo, page, &pfn);

	if (is_unplugged(mc, bo)) {
		if (!entry->page || (has && pfn == entry->pfn))
			sim_check_tell_entry(&mc->check, "O.3", entry,
					     "page %lu of an object whose device was unplugged",
					     page);
	} else if (page >= nr) {
		sim_check_tell_entry(&mc->check, "O.2", entry, "page %lu of an object of %lu",
				     page, nr);
	} else if (!has) {
		sim_check_tell_entry(&mc->check, "O.1", entry,
				     "page %lu of an object that has no memory there now", page);
	} else if (pfn != entry->pfn) {
		sim_check_tell_entry(&mc->check, "O.1", entry,
				     "page %lu of an object that has it at pfn 0x%lx now", page,
				     pfn);
	}
}

static void check_cache(struct machine_check *mc, const struct sim_check_entry *entry)
{
	enum sim_cache_mode cache = fmt_cache(&mc->machine->mmu->format[entry->level], entry->e);

	if (mc->object.has_cache && !mc->machine->mmu->has_pat && cache != mc->object.cache)
		sim_check_tell_entry(&mc->check, "O.4", entry,
				     "memory type %s, the object's is %s",
				     sim_cache_mode_name(cache),
				     sim_cache_mode_name(mc->object.cache));
}

/* The last page of a leaf stands for all behind the first. */
static void check_end_of_leaf(struct machine_check *mc, const struct sim_check_entry *leaf,
			      struct ttm_buffer_object *bo, unsigned long page)
{
	const struct sim_mmu *mmu = mc->machine->mmu;
	unsigned long more = (1UL << (mmu->level[leaf->level].shift - mmu->page_shift)) - 1;
	struct sim_check_entry entry = *leaf;

	entry.addr += more << mmu->page_shift;
	entry.pfn += more;
	entry.page = sim_pfn_to_page(mc->machine, entry.pfn);
	check_place(mc, &entry, bo, page + more);
}

void check_object_entry(struct machine_check *mc, const struct sim_check_entry *entry)
{
	const struct vm_area_struct *vma = entry->vma;
	struct ttm_buffer_object *bo = object_of(mc, vma);
	unsigned long page;

	if (!bo || (entry->counted && sim_page_is_anon(entry->counted)))
		return;
	page = vma->vm_pgoff + ((entry->addr - vma->vm_start) >> mc->machine->mmu->page_shift) -
	       drm_vma_node_start(&bo->base.vma_node);
	check_place(mc, entry, bo, page);
	check_cache(mc, entry);
	if (entry->level)
		check_end_of_leaf(mc, entry, bo, page);
}
