/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gup_fixture.c - see gup_fixture.h.
 */
#include "support/gup_fixture.h"
#include "support/outcomes.h"

/* ---- the device ---- */

static struct gup_device *device_of(const struct vm_area_struct *vma)
{
	return vma->vm_private_data;
}

static vm_fault_t insert(struct vm_fault *vmf, struct gup_device *dev)
{
	struct page *page = dev->page[vmf->pgoff % GUP_PAGES];

	switch (dev->insert) {
	case GUP_INSERT_PFN:
		return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(page));
	case GUP_INSERT_IO:
		return vmf_insert_pfn(vmf->vma, vmf->address, dev->io_pfn + vmf->pgoff);
	case GUP_INSERT_MIXED:
		return vmf_insert_mixed(vmf->vma, vmf->address,
					__pfn_to_pfn_t(page_to_pfn(page), PFN_DEV));
	case GUP_INSERT_PAGE:
		get_page(page);
		vmf->page = page;
		return 0;
	case GUP_INSERT_NOTHING:
		break;
	}
	return VM_FAULT_NOPAGE;
}

static vm_fault_t device_fault(struct vm_fault *vmf)
{
	struct gup_device *dev = device_of(vmf->vma);

	dev->nr_fault++;
	dev->nr_tried += !!(vmf->flags & FAULT_FLAG_TRIED);
	dev->fault_flags = vmf->flags;
	if (dev->answers > 0) {
		dev->answers--;
		if (dev->answer & VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
			mmap_read_unlock(vmf->vma->vm_mm);
		return dev->answer;
	}
	return insert(vmf, dev);
}

static int device_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
			 int write)
{
	struct gup_device *dev = device_of(vma);
	size_t offset = (addr - vma->vm_start) % sizeof(dev->bytes);

	if (dev->access_result <= 0)
		return dev->access_result;
	if (len > dev->access_result)
		len = dev->access_result;
	if ((size_t)len > sizeof(dev->bytes) - offset)
		len = (int)(sizeof(dev->bytes) - offset);
	if (write)
		memcpy(dev->bytes + offset, buf, (size_t)len);
	else
		memcpy(buf, dev->bytes + offset, (size_t)len);
	return len;
}

static const struct vm_operations_struct device_ops = {
	.fault = device_fault,
	.access = device_access,
};

static int device_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct gup_device *dev = filp->private_data;

	vma->vm_flags |= dev->vm_flags;
	vma->vm_ops = dev->ops ? dev->ops : &device_ops;
	vma->vm_private_data = dev;
	return 0;
}

static const struct file_operations device_fops = {
	.mmap = device_mmap,
};

/* ---- machines ---- */

static const char *where_arch, *where_release;

static void open_device(struct gup_fixture *fx)
{
	struct address_space *mapping = sim_mapping_create(fx->machine);

	assert_non_null(mapping);
	fx->file = sim_file_create(mapping, &device_fops, FMODE_READ | FMODE_WRITE, &fx->dev,
				   "device");
	assert_non_null(fx->file);
	sim_mapping_put(mapping);
	for (int i = 0; i < GUP_PAGES; i++) {
		fx->dev.page[i] = sim_alloc_pages(fx->machine, 0);
		assert_non_null(fx->dev.page[i]);
	}
	fx->dev.io_pfn = sim_machine_arch(fx->machine)->io_start_pfn;
}

void gup_open_toggled(struct gup_fixture *fx, const char *arch, const char *release,
		      uint32_t toggle)
{
	struct sim_machine_config config = { .arch = arch, .release = release,
					     .toggle_features = toggle };

	memset(fx, 0, sizeof(*fx));
	where_arch = arch;
	where_release = release;
	fx->release = release;
	fx->machine = sim_machine_create(&config);
	assert_non_null(fx->machine);
	expect_outcomes(fx->machine);
	fx->mmu = fx->machine->mmu;
	fx->page = mmu_page_size(fx->mmu);
	fx->task = sim_task_create(fx->machine, "gup");
	assert_non_null(fx->task);
	fx->mm = fx->task->mm;
	sim_task_switch(fx->task);
	open_device(fx);
}

void gup_open(struct gup_fixture *fx, const char *arch, const char *release)
{
	gup_open_toggled(fx, arch, release, 0);
}

static void tell(const char *what, void *data)
{
	(void)data;
	print_error("%s, %s: %s\n", where_arch, where_release, what);
}

void gup_close(struct gup_fixture *fx)
{
	if (!sim_crashed(fx->machine)) {
		assert_int_equal(sim_machine_check(fx->machine, tell, NULL), 0);
		sim_exit(fx->task);
		fput(fx->file);
		for (int i = 0; i < GUP_PAGES; i++) {
			assert_int_equal(page_count(fx->dev.page[i]), 1);
			assert_int_equal(page_mapcount(fx->dev.page[i]), 0);
			put_page(fx->dev.page[i]);
		}
		assert_int_equal(sim_machine_leaks(fx->machine, tell, NULL), 0);
	}
	sim_task_switch(NULL);
	sim_machine_destroy(fx->machine);
}

void gup_each_release(const char *arch, void (*fn)(struct gup_fixture *fx))
{
	const char *release;

	for (unsigned int r = 0; (release = sim_release_nth(r)); r++) {
		struct gup_fixture fx;

		gup_open(&fx, arch, release);
		print_message("%s, %s\n", arch, release);
		fn(&fx);
		gup_close(&fx);
	}
}

void gup_each(void (*fn)(struct gup_fixture *fx))
{
	static const char *const archs[] = { "x86_64", "arm64", "arm", "mips64",
					     "s390x", "riscv64", "um" };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(archs); i++)
		gup_each_release(archs[i], fn);
}

/* ---- mappings ---- */

static unsigned long map(struct gup_fixture *fx, unsigned long addr, int prot, int flags,
			 unsigned long nr_pages, struct file *file)
{
	long ret = sim_mmap(fx->task, addr, nr_pages * fx->page, prot, flags, file, 0);

	assert_true(ret > 0);
	return (unsigned long)ret;
}

unsigned long gup_map(struct gup_fixture *fx, int prot, int share, unsigned long nr_pages)
{
	return map(fx, 0, prot, share, nr_pages, fx->file);
}

unsigned long gup_map_aligned(struct gup_fixture *fx, int prot, int share,
			      unsigned long nr_pages, int level)
{
	unsigned long size = mmu_leaf_size(fx->mmu, level);
	unsigned long addr = (0x10000000UL + size - 1) & ~(size - 1);

	return map(fx, addr, prot, share | MAP_FIXED, nr_pages, fx->file);
}

unsigned long gup_anon(struct gup_fixture *fx, int prot, unsigned long nr_pages)
{
	return map(fx, 0, prot, MAP_PRIVATE | MAP_ANONYMOUS, nr_pages, NULL);
}

void gup_touch(struct gup_fixture *fx, unsigned long addr, bool write)
{
	char byte = 1;

	if (write)
		assert_int_equal(sim_write(fx->task, addr, &byte, 1), 0);
	else
		assert_int_equal(sim_read(fx->task, addr, &byte, 1), 0);
}

struct vm_area_struct *gup_vma(struct gup_fixture *fx, unsigned long addr)
{
	struct vm_area_struct *vma;

	mmap_read_lock(fx->mm);
	vma = find_vma(fx->mm, addr);
	mmap_read_unlock(fx->mm);
	assert_non_null(vma);
	return vma;
}

/* ---- calls ---- */

long gup_slow(struct gup_fixture *fx, unsigned long addr, unsigned long nr, unsigned int flags,
	      struct page **pages)
{
	long ret;

	mmap_read_lock(fx->mm);
	ret = get_user_pages(addr, nr, flags, pages, NULL);
	mmap_read_unlock(fx->mm);
	return ret;
}

long gup_pin(struct gup_fixture *fx, unsigned long addr, unsigned long nr, unsigned int flags,
	     struct page **pages)
{
	long ret;

	mmap_read_lock(fx->mm);
	ret = pin_user_pages(addr, nr, flags, pages, NULL);
	mmap_read_unlock(fx->mm);
	return ret;
}

void gup_put(struct page **pages, long nr)
{
	for (long i = 0; i < nr; i++)
		put_page(pages[i]);
}

/* ---- entries ---- */

uint64_t gup_raw(struct gup_fixture *fx, unsigned long addr)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(fx->mm, addr, &info), 0);
	return info.raw;
}

void gup_set_leaf(struct gup_fixture *fx, unsigned long addr, int level, unsigned long pfn,
		  bool write, bool special)
{
	const struct sim_entry_format *fmt = &fx->mmu->format[level];
	uint64_t prot = gup_vma(fx, addr)->vm_page_prot.pgprot;
	uint64_t e = fmt_make(fmt, pfn, sim_prot_to_leaf(fx->mmu, level, prot));
	int err = 0;
	void *slot = sim_walk_alloc(fx->mm, addr, level, &err);

	assert_non_null(slot);
	e = fmt_op(fmt, SIM_OP_MKYOUNG, e);
	e = fmt_op(fmt, write ? SIM_OP_MKWRITE : SIM_OP_WRPROTECT, e);
	if (special)
		e = fmt_op(fmt, SIM_OP_MKSPECIAL, e);
	sim_set_entry(fx->mm, level, slot, addr, e);
}

void gup_clear_leaf(struct gup_fixture *fx, unsigned long addr, int level)
{
	int at;
	void *slot = sim_walk(fx->mm, addr, &at);

	assert_int_equal(at, level);
	sim_set_entry(fx->mm, level, slot, addr, fx->mmu->level[level].none_value);
}

struct page *gup_alloc_block(struct gup_fixture *fx, int level, unsigned int *order)
{
	struct page *page;

	*order = (unsigned int)(fx->mmu->level[level].shift - fx->mmu->page_shift);
	page = sim_alloc_pages(fx->machine, *order);
	assert_non_null(page);
	assert_int_equal(page_to_pfn(page) & ((1UL << *order) - 1), 0);
	return page;
}
