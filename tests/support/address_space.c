/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * address_space.c - see address_space.h.
 */
#include <stdlib.h>

#include "support/address_space.h"
#include "support/outcomes.h"

static void tell(const char *what, void *data)
{
	(void)data;
	print_error("%s\n", what);
}

/* ---- the driver behind as->pfn_file ---- */

static void pfn_open(struct vm_area_struct *vma)
{
	struct as *as = vma->vm_file->private_data;

	__atomic_fetch_add(&as->nr_open, 1, __ATOMIC_RELAXED);
}

static void pfn_close(struct vm_area_struct *vma)
{
	struct as *as = vma->vm_file->private_data;

	__atomic_fetch_add(&as->nr_close, 1, __ATOMIC_RELAXED);
}

static vm_fault_t pfn_fault(struct vm_fault *vmf)
{
	const struct sim_arch *arch = sim_machine_arch(vmf->vma->vm_mm->sim_machine);

	return vmf_insert_pfn(vmf->vma, vmf->address, arch->io_start_pfn + vmf->pgoff);
}

static const struct vm_operations_struct pfn_vm_ops = {
	.open = pfn_open,
	.close = pfn_close,
	.fault = pfn_fault,
};

static int pfn_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	if (is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vma->vm_flags |= VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP;
	vma->vm_ops = &pfn_vm_ops;
	return 0;
}

static const struct file_operations pfn_fops = {
	.mmap = pfn_mmap,
};

/* ---- machines ---- */

void as_create(struct as *as, const char *arch, const char *release)
{
	struct sim_machine_config config = { .arch = arch, .release = release };
	struct address_space *mapping;

	memset(as, 0, sizeof(*as));
	as->machine = sim_machine_create(&config);
	assert_non_null(as->machine);
	expect_outcomes(as->machine);
	as->page = 1UL << sim_machine_arch(as->machine)->page_shift;
	as->base = 0x10000000;
	as->task = sim_task_create(as->machine, "test");
	assert_non_null(as->task);
	as->file = sim_regular_file_create(as->machine, AS_FILE_PAGES, "file");
	assert_non_null(as->file);
	mapping = sim_mapping_create(as->machine);
	assert_non_null(mapping);
	as->pfn_file = sim_file_create(mapping, &pfn_fops, FMODE_READ | FMODE_WRITE, as, "pfn");
	assert_non_null(as->pfn_file);
	sim_mapping_put(mapping);
	sim_task_switch(as->task);
}

void as_destroy(struct as *as)
{
	as_check(as, as->task);
	sim_exit(as->task);
	fput(as->file);
	fput(as->pfn_file);
	assert_int_equal(sim_machine_leaks(as->machine, tell, NULL), 0);
	assert_int_equal(sim_nr_outcomes(as->machine, SIM_BUG), 0);
	assert_int_equal(sim_nr_outcomes(as->machine, SIM_WARN), 0);
	assert_int_equal(sim_nr_outcomes(as->machine, SIM_BAD_PAGE), 0);
	sim_machine_destroy(as->machine);
}

void as_for_all(void (*fn)(struct as *as))
{
	static const char *const archs[] = { "x86_64", "arm", "s390x" };
	static const char *const releases[] = { "5.11", "6.1", "6.12" };
	struct as as;

	for (size_t a = 0; a < SIM_ARRAY_SIZE(archs); a++) {
		for (size_t r = 0; r < SIM_ARRAY_SIZE(releases); r++) {
			as_create(&as, archs[a], releases[r]);
			fn(&as);
			as_destroy(&as);
		}
	}
}

void as_check(struct as *as, struct task_struct *task)
{
	(void)as;
	assert_int_equal(sim_mm_check(task->mm, tell, NULL), 0);
}

/* ---- strips ---- */

/* How a letter is mapped. */
struct as_kind {
	char letter;
	int prot, flags;
	int file;		/* 0 anonymous, 1 as->file, 2 as->pfn_file */
};

static const struct as_kind kinds[] = {
	{ 'n', PROT_NONE, MAP_PRIVATE, 0 },
	{ 'r', PROT_READ, MAP_PRIVATE, 0 },
	{ 'w', PROT_READ | PROT_WRITE, MAP_PRIVATE, 0 },
	{ 'x', PROT_READ | PROT_EXEC, MAP_PRIVATE, 0 },
	{ 'N', PROT_NONE, MAP_PRIVATE, 1 },
	{ 'R', PROT_READ, MAP_PRIVATE, 1 },
	{ 'W', PROT_READ | PROT_WRITE, MAP_PRIVATE, 1 },
	{ 'X', PROT_READ | PROT_EXEC, MAP_PRIVATE, 1 },
	{ 't', PROT_READ, MAP_SHARED, 1 },
	{ 's', PROT_READ | PROT_WRITE, MAP_SHARED, 1 },
	{ 'P', PROT_READ | PROT_WRITE, MAP_SHARED, 2 },
	{ 'L', PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LOCKED, 0 },
	{ 'D', PROT_READ | PROT_WRITE, MAP_PRIVATE, 0 },
};

static const struct as_kind *kind_of(char letter)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++)
		if (kinds[i].letter == letter)
			return &kinds[i];
	fail_msg("no such letter: %c", letter);
	return NULL;
}

static void map_run(struct as *as, char letter, unsigned long first, unsigned long nr)
{
	const struct as_kind *kind = kind_of(letter);
	int flags = kind->flags | MAP_FIXED | (kind->file ? 0 : MAP_ANONYMOUS);
	struct file *file = kind->file == 2 ? as->pfn_file : kind->file ? as->file : NULL;
	unsigned long addr = as_page(as, first);

	assert_int_equal(sim_mmap(as->task, addr, as_len(as, nr), kind->prot, flags, file, first),
			 addr);
	if (letter == 'D')
		assert_int_equal(sim_madvise(as->task, addr, as_len(as, nr), MADV_DONTFORK), 0);
}

void as_from(struct as *as, const char *strip)
{
	unsigned long page = 0;

	while (*strip) {
		size_t nr = strspn(strip, (char[]){ *strip, 0 });

		if (*strip != '.' && *strip != '|')
			map_run(as, *strip, page, nr);
		if (*strip != '|')
			page += nr;
		strip += nr;
	}
}

void as_clear(struct as *as)
{
	assert_int_equal(sim_munmap(as->task, as->base, as_len(as, 1024)), 0);
}

static char letter_of(const struct vm_area_struct *vma)
{
	unsigned long flags = vma->vm_flags;
	static const char private_anon[8] = { 'n', 'r', '?', 'w', '?', 'x', '?', '?' };
	static const char private_file[8] = { 'N', 'R', '?', 'W', '?', 'X', '?', '?' };

	if (flags & VM_PFNMAP)
		return 'P';
	if (flags & VM_MAYSHARE)
		return flags & VM_WRITE ? 's' : flags & VM_READ ? 't' : '?';
	if (vma->vm_file)
		return private_file[flags & VM_ACCESS_FLAGS];
	if (flags & VM_LOCKED)
		return 'L';
	if (flags & VM_DONTCOPY)
		return 'D';
	return private_anon[flags & VM_ACCESS_FLAGS];
}

void as_strip(struct as *as, struct task_struct *task, size_t nr, char *buf, size_t len)
{
	const struct vm_area_struct *last = NULL;
	size_t used = 0;

	for (size_t i = 0; i < nr && used + 3 < len; i++) {
		unsigned long addr = as_page(as, i);
		struct vm_area_struct *vma = find_vma(task->mm, addr);

		if (!vma || vma->vm_start > addr) {
			buf[used++] = '.';
			last = NULL;
			continue;
		}
		if (last && last != vma && letter_of(last) == letter_of(vma))
			buf[used++] = '|';
		buf[used++] = letter_of(vma);
		last = vma;
	}
	buf[used] = 0;
}

void as_assert_at(struct as *as, struct task_struct *task, const char *strip, const char *file,
		  int line)
{
	char found[512];
	size_t nr = 0;

	for (const char *s = strip; *s; s++)
		nr += *s != '|';
	as_strip(as, task, nr, found, sizeof(found));
	if (strcmp(found, strip)) {
		print_error("%s (%s %s)\nexpected %s\nfound    %s\n",
			    as->what ? as->what : "strip", sim_machine_arch(as->machine)->name,
			    sim_machine_release(as->machine), strip, found);
		_fail(file, line);
	}
	as_check(as, task);
}

unsigned long as_flags(struct as *as, unsigned long i)
{
	struct vm_area_struct *vma = find_vma(as->task->mm, as_page(as, i));

	assert_non_null(vma);
	assert_true(vma->vm_start <= as_page(as, i));
	return vma->vm_flags;
}

/* ---- random ---- */

uint64_t as_seed(uint64_t fallback)
{
	const char *text = getenv("SIM_SEED");
	uint64_t seed = text && *text ? strtoull(text, NULL, 0) : fallback;

	print_message("SIM_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* splitmix64 */
uint32_t as_random(uint64_t *state, uint32_t below)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return below ? (uint32_t)((z >> 32) % below) : (uint32_t)(z >> 32);
}
