/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The rules O: a driver with vm_ops of its own, whose fault handler has a bug, on every
 * architecture and release.
 */
#include "support/findings.h"
#include "support/ttm_fixture.h"

#define NR_PAGES 8ul

enum bug {
	NO_BUG,
	STALE_PFN,		/* keeps the pfn of the first fault, wherever the object goes */
	FAKE_OFFSET,		/* forgets that vm_pgoff begins at the fake offset */
	NO_CACHING,		/* forgets ttm_io_prot() */
	NO_END,			/* maps a vma that is longer than the object */
};

/* One mapping of one object; the handlers find it by the file. */
struct driver {
	struct ttm_fixture *fx;
	struct file *file;
	struct ttm_buffer_object *bo;
	enum bug bug;
	unsigned long first_pfn;	/* STALE_PFN */
	unsigned long addr;
};

static vm_fault_t bug_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	struct driver *d = vma->vm_file->private_data;
	unsigned long page = (vmf->address - vma->vm_start) / d->fx->page;
	pgprot_t prot;
	vm_fault_t ret = ttm_bo_vm_reserve(bo, vmf);

	if (ret)
		return ret;
	ret = VM_FAULT_SIGBUS;
	if (ttm_mem_io_reserve(bo->bdev, bo->resource))
		goto out;
	prot = ttm_io_prot(bo, bo->resource, vma->vm_page_prot);
	if (!d->first_pfn || d->bug != STALE_PFN)
		d->first_pfn = (unsigned long)(bo->resource->bus.offset / d->fx->page);
	if (d->bug == FAKE_OFFSET)
		page = vmf->pgoff;
	if (d->bug == NO_CACHING)
		prot = vma->vm_page_prot;
	ret = vmf_insert_pfn_prot(vma, vmf->address, d->first_pfn + page, prot);
out:
	dma_resv_unlock(bo->base.resv);
	return ret;
}

static const struct vm_operations_struct bug_vm_ops = {
	.fault = bug_fault, .open = ttm_bo_vm_open, .close = ttm_bo_vm_close,
};

static int bug_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct driver *d = filp->private_data;
	int ret = ttm_bo_mmap_obj(vma, d->bo);

	vma->vm_ops = &bug_vm_ops;
	vma->vm_flags = (vma->vm_flags & ~VM_MIXEDMAP) | VM_PFNMAP;
	return ret;
}

static const struct file_operations bug_fops = {
	.mmap = bug_mmap,
};

static void touch(struct driver *d, unsigned long nr)
{
	char byte;

	for (unsigned long i = 0; i < nr; i++)
		assert_int_equal(sim_read(d->fx->task, d->addr + i * d->fx->page, &byte, 1), 0);
}

/* An object in VRAM, mapped by a driver with a bug. */
static void create(struct driver *d, struct ttm_fixture *fx, enum bug bug)
{
	unsigned long nr = NR_PAGES + (bug == NO_END ? 1 : 0);
	long addr;

	*d = (struct driver){ .fx = fx, .bug = bug };
	d->bo = ttm_bo(fx, NR_PAGES, TTM_PL_VRAM, ttm_write_combined);
	d->file = sim_file_create(fx->bdev->dev_mapping, &bug_fops, FMODE_READ | FMODE_WRITE, d,
				  "/dev/dri/bug");
	assert_non_null(d->file);
	addr = sim_mmap(fx->task, 0, nr * fx->page, PROT_READ | PROT_WRITE, MAP_SHARED, d->file,
			sim_bo_pgoff(d->bo));
	assert_true(addr > 0);
	d->addr = (unsigned long)addr;
}

static void destroy(struct driver *d, unsigned long nr)
{
	assert_int_equal(sim_munmap(d->fx->task, d->addr, nr * d->fx->page), 0);
	fput(d->file);
	ttm_bo_put(d->bo);
}

/* ---- O.1 ---- */

static void check_moved(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *other;
	struct driver d;

	create(&d, fx, STALE_PFN);
	touch(&d, NR_PAGES);
	assert_sound("where it was made", fx->machine);
	assert_int_equal(sim_bo_move(d.bo, TTM_PL_SYSTEM), 0);
	assert_sound("moved, and nothing is mapped", fx->machine);
	other = ttm_bo(fx, NR_PAGES, TTM_PL_VRAM, ttm_write_combined);
	assert_int_equal(sim_bo_move(d.bo, TTM_PL_VRAM), 0);
	touch(&d, NR_PAGES);
	assert_finding("moved back to another place", fx->machine, "O.1",
		       "page 0 of an object that has it at pfn ");
	ttm_bo_unmap_virtual(d.bo);
	assert_sound("unmapped", fx->machine);
	destroy(&d, NR_PAGES);
	ttm_bo_put(other);
}

static void check_right_after_move(struct ttm_fixture *fx)
{
	struct driver d;

	create(&d, fx, NO_BUG);
	touch(&d, NR_PAGES);
	assert_int_equal(sim_bo_move(d.bo, TTM_PL_SYSTEM), 0);
	assert_int_equal(sim_bo_move(d.bo, TTM_PL_VRAM), 0);
	touch(&d, NR_PAGES);
	assert_sound("a driver that asks where the object is", fx->machine);
	destroy(&d, NR_PAGES);
}

/* ttm_bo_pipeline_gutting() leaves the mappings to the driver. */
static void check_purged(struct ttm_fixture *fx)
{
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_placement nowhere = { 0 };
	struct driver d;

	for (int unmaps = 0; unmaps < 2; unmaps++) {
		create(&d, fx, NO_BUG);
		touch(&d, NR_PAGES);
		assert_int_equal(ttm_bo_reserve(d.bo, false, false, NULL), 0);
		if (unmaps)
			ttm_bo_unmap_virtual(d.bo);
		assert_int_equal(ttm_bo_validate(d.bo, &nowhere, &ctx), 0);
		ttm_bo_unreserve(d.bo);
		if (unmaps)
			assert_sound("purged", fx->machine);
		else
			assert_finding("purged under a mapping", fx->machine, "O.1",
				       "page 0 of an object that has no memory there now "
				       "(7 more follow it)");
		destroy(&d, NR_PAGES);
	}
}

static void check_fake_offset(struct ttm_fixture *fx)
{
	struct driver d;
	char byte;

	create(&d, fx, FAKE_OFFSET);
	(void)sim_read(fx->task, d.addr, &byte, 1); /* there may be nothing at that pfn */
	assert_finding("the fake offset", fx->machine, "O.1", "page 0 of an object");
	destroy(&d, NR_PAGES);
}

/* ---- O.2 ---- */

static void check_beyond(struct ttm_fixture *fx)
{
	struct driver d;

	create(&d, fx, NO_END);
	touch(&d, NR_PAGES);
	assert_sound("up to its end", fx->machine);
	touch(&d, NR_PAGES + 1);
	assert_finding("behind its end", fx->machine, "O.2", "page 8 of an object of 8");
	destroy(&d, NR_PAGES + 1);
}

/* ---- O.3 ---- */

/* Up to 5.11 TTM's fault handler does not ask for the device. */
static void check_unplugged(struct ttm_fixture *fx)
{
	bool asks = strcmp(fx->release, "5.11") != 0;
	struct driver d;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	create(&d, fx, NO_BUG);
	touch(&d, NR_PAGES);
	drm_dev_unplug(sim_ttm_ddev(fx->dev));
	assert_sound("unplugged, which unmaps", fx->machine);
	ttm_load(fx, addr);
	assert_sound("the dummy page", fx->machine);
	touch(&d, NR_PAGES);
	if (asks)
		assert_finding("a handler that does not ask", fx->machine, "O.3",
			       "page 0 of an object whose device was unplugged (7 more follow it)");
	else
		assert_sound("nobody asks", fx->machine);
	destroy(&d, NR_PAGES);
	ttm_bo_put(bo);
}

/* ---- O.4 ---- */

static bool caching_shows(const struct ttm_fixture *fx)
{
	pgprot_t plain = vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED);
	pgprot_t wc = ttm_prot_from_caching(ttm_write_combined, plain);

	return wc.pgprot != plain.pgprot && !fx->machine->mmu->has_pat;
}

static void check_no_caching(struct ttm_fixture *fx)
{
	struct driver d;

	create(&d, fx, NO_CACHING);
	touch(&d, NR_PAGES);
	if (caching_shows(fx))
		assert_finding("without ttm_io_prot()", fx->machine, "O.4",
			       "memory type wb, the object's is ");
	else
		assert_sound("the type is the page's, or there is but one", fx->machine);
	destroy(&d, NR_PAGES);
}

/* ---- all ---- */

#define CHECK(name) \
	static void test_##name(void **state) { ttm_fixture_each(check_##name, state); }

CHECK(moved)
CHECK(right_after_move)
CHECK(purged)
CHECK(fake_offset)
CHECK(beyond)
CHECK(unplugged)
CHECK(no_caching)

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_moved), TTM_TEST(test_right_after_move), TTM_TEST(test_purged),
	TTM_TEST(test_fake_offset), TTM_TEST(test_beyond), TTM_TEST(test_unplugged),
	TTM_TEST(test_no_caching),
};

SIM_TEST_MAIN(tests)
