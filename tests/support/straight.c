/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * straight.c - see straight.h.
 */
#include "support/straight.h"
#include "support/outcomes.h"

/* ---- the device ---- */

/* By turns as every kind of driver answers, as far as the vma lets it. */
static vm_fault_t device_fault(struct vm_fault *vmf)
{
	struct straight *w = vmf->vma->vm_private_data;
	unsigned long flags = vmf->vma->vm_flags;
	struct page *page = w->pool[vmf->pgoff % 8];

	if (flags & VM_PFNMAP)
		return is_cow_mapping(flags) || flags & VM_MIXEDMAP
			       ? VM_FAULT_SIGBUS
			       : vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(page));
	if (flags & VM_MIXEDMAP && vmf->pgoff % 3)
		return vmf_insert_mixed(vmf->vma, vmf->address,
					__pfn_to_pfn_t(page_to_pfn(page), PFN_DEV));
	get_page(page);
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct device_ops = { .fault = device_fault };

static int device_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct straight *w = filp->private_data;

	if (w->at->remap_pfn)
		return remap_pfn_range(vma, vma->vm_start, w->at->remap_pfn,
				       vma->vm_end - vma->vm_start, vma->vm_page_prot);
	vma->vm_flags |= w->at->vm_flags;
	vma->vm_ops = &device_ops;
	vma->vm_private_data = w;
	return 0;
}

static const struct file_operations device_fops = { .mmap = device_mmap };

/* ---- arguments ---- */

unsigned long straight_addr(struct straight *w)
{
	unsigned long page = straight_any(w, w->at->nr);

	if (!straight_any(w, 30))
		page = straight_any(w, 2) ? -1ul : w->at->nr;
	return w->at->addr + straight_bytes(w, page);
}

unsigned long straight_range(struct straight *w, unsigned long *nr)
{
	unsigned long at = straight_any(w, 4) ? straight_any(w, w->at->nr) : 0;

	*nr = 1 + straight_any(w, straight_any(w, 3) ? 40 : STRAIGHT_MAX_PAGES);
	if (*nr > w->at->nr - at)
		*nr = w->at->nr - at;
	return w->at->addr + straight_bytes(w, at);
}

struct vm_area_struct *straight_vma(struct straight *w, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(w->mm, addr);

	if (vma && addr >= vma->vm_start)
		return vma;
	vma = find_vma(w->mm, w->at->addr);
	return vma && vma->vm_start < w->at->addr + straight_bytes(w, w->at->nr) ? vma : NULL;
}

unsigned long straight_pfn(struct straight *w)
{
	const struct sim_ram *ram = &w->machine->phys->ram;
	const struct sim_entry_format *fmt = &w->mmu->format[0];
	unsigned long io = w->machine->arch->io_start_pfn;

	switch (straight_any(w, 12)) {
	case 0:
		return ram->start;
	case 1:
		return ram->start + ram->nr - straight_any(w, 30);
	case 2:
		return (fmt->pfn_mask >> fmt->pfn_shift) - straight_any(w, 30);
	case 3:
		return (1ul << (w->machine->arch->max_phys_bits - 1 - w->mmu->page_shift)) -
		       straight_any(w, 30);
	case 4:
	case 5:
	case 6:
		return io + straight_any(w, 600);
	default:
		return sim_page_to_pfn(straight_page(w));
	}
}

struct page *straight_page(struct straight *w)
{
	return w->pool[straight_any(w, straight_any(w, 3) ? STRAIGHT_POOL / 2 : STRAIGHT_POOL)];
}

pgprot_t straight_prot(struct straight *w)
{
	static const unsigned long flags[] = {
		VM_NONE, VM_SHARED, VM_READ, VM_READ | VM_SHARED, VM_READ | VM_WRITE,
		VM_READ | VM_WRITE | VM_SHARED, VM_READ | VM_EXEC, VM_WRITE | VM_SHARED,
	};
	pgprot_t prot = sim_vm_page_prot(w->mmu, flags[straight_any(w, SIM_ARRAY_SIZE(flags))]);

	if (!straight_any(w, 4))
		prot = straight_any(w, 2) ? pgprot_writecombine(prot) : pgprot_noncached(prot);
	return prot;
}

/* ---- a program ---- */

/* RAM that nobody has, or I/O memory: as a driver maps it, shared or not. */
static unsigned long any_remap_pfn(struct straight *w)
{
	const struct sim_ram *ram = &w->machine->phys->ram;

	return straight_any(w, 2) ? ram->start + ram->nr - STRAIGHT_MAX_PAGES - 1
				  : w->machine->arch->io_start_pfn + straight_any(w, 200);
}

static void map_one(struct straight *w, struct straight_map *map, unsigned long i)
{
	static const unsigned long kinds[] = {
		VM_PFNMAP | VM_IO, VM_PFNMAP | VM_IO, VM_MIXEDMAP, VM_MIXEDMAP | VM_IO, 0,
		VM_PFNMAP | VM_MIXEDMAP,
	};
	bool device = straight_any(w, 4), shared = straight_any(w, 3);
	struct file *file = device ? w->device : straight_any(w, 2) ? w->file : NULL;
	int flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | (file ? 0 : MAP_ANONYMOUS);
	long ret;

	w->at = map;
	map->nr = 1 + straight_any(w, straight_any(w, 2) ? 40 : STRAIGHT_MAX_PAGES);
	map->remap_pfn = device && !straight_any(w, 5) ? any_remap_pfn(w) : 0;
	map->vm_flags = device ? kinds[straight_any(w, SIM_ARRAY_SIZE(kinds))] : 0;
	map->addr = 0x10000000 + i * 0x2000000 +
		    straight_bytes(w, straight_any(w, 1u << w->mmu->level[0].index_bits));
	ret = sim_mmap(w->cur, map->addr, straight_bytes(w, map->nr),
		       straight_any(w, 4) ? PROT_READ | PROT_WRITE : PROT_READ, flags, file, 0);
	assert_int_equal(ret, map->addr);
}

static void take_turns(struct straight *w)
{
	w->cur = w->task[straight_any(w, w->nr_tasks)];
	w->mm = w->cur->mm;
	w->at = &w->map[straight_any(w, STRAIGHT_MAPS)];
	sim_task_switch(w->cur);
}

static const struct straight_op *any_op(struct straight *w, const struct straight_op *ops)
{
	unsigned long sum = 0, n;

	for (const struct straight_op *op = ops; op->name; op++)
		sum += op->weight;
	n = straight_any(w, sum);
	while (n >= ops->weight)
		n -= ops++->weight;
	return ops;
}

static void count_entry(const struct sim_event *event, void *data)
{
	struct straight *w = data;

	w->nr_told += event->kind == SIM_EV_PTE;
}

/* ---- what it left ---- */

static void look_at_task(struct straight *w, unsigned int t, struct straight_result *r)
{
	const struct mm_struct *mm = w->task[t]->mm;

	for (int i = 0; i < NR_MM_COUNTERS; i++)
		r->rss[t][i] = mm->rss_stat[i].counter;
	r->table_bytes[t] = mm->pgtables_bytes.counter;
	for (int m = 0; m < STRAIGHT_MAPS; m++) {
		for (unsigned long i = 0; i < w->map[m].nr; i++) {
			int level;
			void *slot = walk_down(mm, w->map[m].addr + straight_bytes(w, i), 0,
					       &level);

			r->entry[t][m][i] = level ? 0 : mmu_read(w->mmu, 0, slot);
		}
	}
}

static void look_at_pages(const struct straight *w, struct straight_result *r)
{
	const struct sim_ram *ram = &w->machine->phys->ram;

	for (unsigned long i = 0; i < ram->nr && i < STRAIGHT_RAM; i++) {
		const struct page *page = ram->map + i;

		r->page[i] = (struct straight_page){ page->flags, page->_refcount.counter,
						     page->_mapcount.counter,
						     page->mapping != NULL };
	}
}

/* A device maps what it likes here, also pages that are free and any memory type: what
 * is asked of entries (E, M) is not asked of it. */
static void tell(const char *what, void *data)
{
	struct straight_result *r = data;

	if (*what == 'E' || *what == 'M')
		return;
	r->nr_violations++;
	if (!r->abused)
		print_error("%s\n", what);
}

static void look(struct straight *w, struct straight_result *r)
{
	r->crashed = sim_crashed(w->machine);
	for (int i = 0; i < SIM_NR_OUTCOME_KINDS; i++)
		r->nr_outcomes[i] = sim_nr_outcomes(w->machine, (enum sim_outcome_kind)i);
	for (int i = 0; i < SIM_NR_OBJECTS; i++)
		r->live[i] = sim_live_objects(w->machine, (enum sim_object)i);
	for (unsigned int t = 0; t < w->nr_tasks; t++)
		look_at_task(w, t, r);
	look_at_pages(w, r);
	sim_fail_alloc(w->machine, 0);
	r->abused = w->abused;
	sim_machine_check(w->machine, tell, r);
	if (!w->abused)
		assert_int_equal(r->nr_violations, 0);
}

/* ---- running one ---- */

static void begin(struct straight *w, uint64_t seed)
{
	w->seed = seed;
	/* pte_modify() loses the special bit there, for mprotect() and for NUMA faults */
	w->abused = !strcmp(w->machine->arch->name, "mips64");
	w->nr_tasks = 1;
	w->cur = w->task[0];
	sim_task_switch(w->cur);
	for (unsigned long i = 0; i < STRAIGHT_MAPS; i++)
		map_one(w, &w->map[i], i);
}

void straight_run(struct straight *w, const struct straight_op *ops, uint64_t seed, bool listen,
		  struct straight_result *r)
{
	static struct sim_snapshot *before; /* reachable where the test fails */

	memset(r, 0, sizeof(*r));
	before = sim_snapshot(w->machine);
	assert_non_null(before);
	sim_set_event_fn(w->machine, listen ? count_entry : NULL, w);
	begin(w, seed);
	for (unsigned int i = 0; i < STRAIGHT_STEPS && !sim_crashed(w->machine); i++) {
		const struct straight_op *op = any_op(w, ops);

		take_turns(w);
		r->step[i].name = op->name;
		r->step[i].ret = op->fn(w);
		sim_counters(w->machine, r->step[i].counters);
		r->nr_steps = i + 1;
	}
	look(w, r);
	sim_task_switch(NULL);
	sim_set_event_fn(w->machine, NULL, NULL);
	assert_int_equal(sim_restore(w->machine, before), 0);
	sim_snapshot_free(before);
}

/* ---- two ---- */

static void same(const char *what, uint64_t a, uint64_t b)
{
	if (a != b)
		fail_msg("%s: %#llx, and %#llx", what, (unsigned long long)a,
			 (unsigned long long)b);
}

static void same_step(const struct straight_result *a, const struct straight_result *b,
		      unsigned int i)
{
	char what[80];

	if (strcmp(a->step[i].name, b->step[i].name))
		fail_msg("step %u: %s, and %s", i, a->step[i].name, b->step[i].name);
	snprintf(what, sizeof(what), "step %u, %s, result", i, a->step[i].name);
	same(what, a->step[i].ret, b->step[i].ret);
	for (int c = 0; c < SIM_NR_COUNTERS; c++) {
		snprintf(what, sizeof(what), "step %u, %s, %s", i, a->step[i].name,
			 sim_counter_name((enum sim_counter)c));
		same(what, a->step[i].counters[c], b->step[i].counters[c]);
	}
}

static void same_task(const struct straight_result *a, const struct straight_result *b, int t)
{
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		same("rss", (uint64_t)a->rss[t][i], (uint64_t)b->rss[t][i]);
	same("bytes of tables", (uint64_t)a->table_bytes[t], (uint64_t)b->table_bytes[t]);
	for (int m = 0; m < STRAIGHT_MAPS; m++)
		for (int i = 0; i < STRAIGHT_MAX_PAGES; i++)
			same("entry", a->entry[t][m][i], b->entry[t][m][i]);
}

static void same_page(const struct straight_page *a, const struct straight_page *b)
{
	same("flags of a page", a->flags, b->flags);
	same("references", (uint64_t)a->refs, (uint64_t)b->refs);
	same("mapcount", (uint64_t)a->maps, (uint64_t)b->maps);
	same("whether a page has a mapping", a->mapping, b->mapping);
}

void straight_same(const struct straight_result *a, const struct straight_result *b)
{
	for (unsigned int i = 0; i < a->nr_steps && i < b->nr_steps; i++)
		same_step(a, b, i);
	same("steps", a->nr_steps, b->nr_steps);
	same("crashed", a->crashed, b->crashed);
	for (int t = 0; t < STRAIGHT_TASKS; t++)
		same_task(a, b, t);
	for (int i = 0; i < SIM_NR_OUTCOME_KINDS; i++)
		same("outcomes", a->nr_outcomes[i], b->nr_outcomes[i]);
	for (int i = 0; i < SIM_NR_OBJECTS; i++)
		same(sim_object_name((enum sim_object)i), a->live[i], b->live[i]);
	for (int i = 0; i < STRAIGHT_RAM; i++)
		same_page(&a->page[i], &b->page[i]);
	same("violations", a->nr_violations, b->nr_violations);
}

/* ---- machines ---- */

/* An anonymous page that task[0] has. */
static struct page *anon_page(struct straight *w)
{
	struct sim_pte_info info;
	long addr = sim_mmap(w->task[0], 0, straight_bytes(w, 1), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);

	assert_true(addr > 0);
	assert_int_equal(sim_write(w->task[0], (unsigned long)addr, "x", 1), 0);
	assert_int_equal(sim_pte_lookup(w->task[0]->mm, (unsigned long)addr, &info), 0);
	return sim_pfn_to_page(w->machine, info.pfn);
}

/* The first half is such as drivers have; the other half is not, or not to be counted. */
static void fill_pool(struct straight *w)
{
	for (int i = 0; i < STRAIGHT_POOL; i++) {
		w->pool[i] = sim_alloc_pages(w->machine, i == 20 ? 2 : 0);
		assert_non_null(w->pool[i]);
		if (i % 3 == 1)
			sim_page_set(w->pool[i], PG_swapbacked);
	}
	sim_page_set(w->pool[12], PG_slab);
	sim_page_set(w->pool[13], PG_slab);
	w->pool[14] = anon_page(w);
	w->pool[15] = anon_page(w);
	w->pool[16] = sim_pfn_to_page(w->machine, sim_zero_pfn(w->machine));
	w->pool[17] = w->pool[16];
	w->pool[21] = w->pool[20] + 1; /* a tail: no reference */
	w->pool[22] = w->pool[20] + 2;
}

uint64_t straight_fork(struct straight *w)
{
	struct task_struct *child = NULL;
	int ret = 0;

	if (w->nr_tasks < STRAIGHT_TASKS)
		ret = sim_fork(w->cur, "child", &child);
	if (child)
		w->task[w->nr_tasks++] = child;
	return (uint64_t)ret;
}

void straight_open(struct straight *w, const struct sim_machine_config *config)
{
	struct address_space *mapping;

	memset(w, 0, sizeof(*w));
	w->machine = sim_machine_create(config);
	assert_non_null(w->machine);
	expect_outcomes(w->machine);
	w->mmu = w->machine->mmu;
	w->task[0] = sim_task_create(w->machine, "straight");
	assert_non_null(w->task[0]);
	sim_task_switch(w->task[0]);
	mapping = sim_mapping_create(w->machine);
	assert_non_null(mapping);
	w->device = sim_file_create(mapping, &device_fops, FMODE_READ | FMODE_WRITE, w, "device");
	assert_non_null(w->device);
	sim_mapping_put(mapping);
	w->file = sim_regular_file_create(w->machine, STRAIGHT_MAX_PAGES + 1, "file");
	assert_non_null(w->file);
	fill_pool(w);
	sim_task_switch(NULL);
}

void straight_close(struct straight *w)
{
	sim_machine_destroy(w->machine);
}

/* One pair of machines, UP and SMP. */
static void one_pair(const struct sim_machine_config *smp, const struct straight_op *ops,
		     unsigned int nr, uint64_t *seed, struct task_struct *stranger)
{
	static struct straight_result straight, listened, up;
	struct sim_machine_config one_cpu = *smp;
	static struct straight w[2];

	one_cpu.cpus = 1;
	straight_open(&w[0], smp);
	straight_open(&w[1], &one_cpu);
	w[0].stranger = w[1].stranger = stranger;
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t program = *seed;

		as_random(seed, 0);
		print_message("%s %s, toggle %#x: seed %#llx\n", smp->arch, smp->release,
			      smp->toggle_features, (unsigned long long)program);
		straight_run(&w[0], ops, program, false, &straight);
		straight_run(&w[0], ops, program, true, &listened);
		straight_same(&straight, &listened);
		print_message("UP\n");
		straight_run(&w[1], ops, program, false, &up);
		straight_same(&straight, &up);
		straight_run(&w[1], ops, program, true, &listened);
		straight_same(&straight, &listened);
	}
	straight_close(&w[0]);
	straight_close(&w[1]);
}

void straight_everywhere(const struct straight_op *ops, unsigned int nr)
{
	static const uint32_t toggles[] = {
		0, 1u << SIM_FEAT_PAT, 1u << SIM_FEAT_PTE_SPECIAL,
		1u << SIM_FEAT_PTE_DEVMAP | 1u << SIM_FEAT_NUMA_BALANCING,
	};
	struct sim_machine_config other = { .arch = "arm", .release = "6.1" };
	struct sim_machine *elsewhere = sim_machine_create(&other);
	uint64_t seed = as_seed(5);
	const struct sim_arch *arch;

	assert_non_null(elsewhere);
	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++) {
		for (unsigned int i = 0; i < 4 * SIM_ARRAY_SIZE(toggles); i++) {
			const char *release = sim_release_nth(i / SIM_ARRAY_SIZE(toggles));
			struct sim_machine_config config = {
				.arch = arch->name, .release = release, .ram_bytes = 16 << 20,
				.toggle_features = toggles[i % SIM_ARRAY_SIZE(toggles)],
			};

			if (release && sim_release_number(release) >= arch->since)
				one_pair(&config, ops, nr, &seed,
					 sim_task_create(elsewhere, "stranger"));
		}
	}
	sim_machine_destroy(elsewhere);
}
