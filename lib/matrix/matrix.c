/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * matrix.c - every case of the matrix, run on a machine.
 *
 * For each release, architecture and mode one machine is built, with a task, a
 * file of each mode and, per placement, one object. A case begins on that
 * state, restored from a snapshot, once for each phase:
 *
 *	READ	    mmap, load			    entry, counts; GUP
 *	WRITTEN	    mmap, load, store		    GUP
 *	PROTECTED   ... mprotect away and back	    entry; GUP; mprotect to write
 *	FORKED	    ... fork			    GUP in the child; then the end
 *
 * Nothing here knows what is safe: a verdict is read off what GUP returned (is
 * it a page of the object?) and off the object's page counts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "phys/phys.h"
#include "matrix/matrix.h"

/* One machine with what its cases share. */
struct bench {
	struct sim_machine *machine;
	struct task_struct *task;
	struct file *rw, *ro;
	struct ttm_buffer_object *bo;
	unsigned long bo_pages;
	unsigned long hint;		/* where to map; 0: anywhere */
	struct sim_snapshot *base;	/* with the object */
	int base_refs, base_maps;	/* of the object's first page */
	unsigned long base_objects[SIM_NR_OBJECTS];
	struct sim_matrix_cell *cell;
	unsigned long addr;
	struct task_struct *child;
	bool in_gup;			/* a BUG now would be GUP's */
};

static unsigned long page_bytes(const struct bench *b)
{
	return 1UL << b->machine->mmu->page_shift;
}

/* ---- what is there to see ---- */

static struct page *bo_page(const struct bench *b)
{
	unsigned long pfn;

	return sim_bo_pfn(b->bo, 0, &pfn) ? NULL : sim_pfn_to_page(b->machine, pfn);
}

static bool is_bo_page(const struct bench *b, const struct page *page)
{
	unsigned long pfn, want = page_to_pfn(page);

	for (unsigned long i = 0; i < b->bo_pages; i++)
		if (!sim_bo_pfn(b->bo, i, &pfn) && pfn == want)
			return true;
	return false;
}

static long file_rss(const struct task_struct *task)
{
	return task->mm->rss_stat[MM_FILEPAGES].counter +
	       task->mm->rss_stat[MM_SHMEMPAGES].counter;
}

static bool has_normal_page(const struct bench *b, const struct sim_pte_info *info)
{
	struct vm_area_struct *vma;
	struct page *page = NULL;
	pte_t pte = { info->raw };
	pmd_t pmd = { info->raw };

	mmap_read_lock(b->task->mm);
	vma = find_vma(b->task->mm, b->addr);
	if (vma && info->level == SIM_LEAF_PTE)
		page = vm_normal_page(vma, b->addr, pte);
	else if (vma && info->level == SIM_LEAF_PMD)
		page = vm_normal_page_pmd(vma, b->addr, pmd);
	mmap_read_unlock(b->task->mm);
	return page != NULL;
}

static void look_after_read(struct bench *b)
{
	struct sim_matrix_cell *cell = b->cell;
	struct page *page = bo_page(b);
	struct sim_pte_info info;

	if (sim_pte_lookup(b->task->mm, b->addr, &info) || info.none)
		return;
	cell->pte_present = info.present;
	cell->pte_special = info.special;
	cell->pte_write = info.write;
	cell->pte_level = info.level;
	cell->normal_page = has_normal_page(b, &info);
	cell->rss_taken = file_rss(b->task);
	if (page) {
		cell->ref_taken = page_count(page) - b->base_refs;
		cell->map_taken = page_mapcount(page) - b->base_maps;
	}
}

/* ---- GUP ---- */

struct gup_call {
	unsigned int flags;
	enum { SLOW, FAST, FAST_ONLY, PIN_FAST } call;
};

static const struct gup_call gup_calls[SIM_NR_MATRIX_GUPS] = {
	[SIM_GUP_SLOW] = { 0, SLOW },
	[SIM_GUP_SLOW_WRITE] = { FOLL_WRITE, SLOW },
	[SIM_GUP_FAST] = { 0, FAST },
	[SIM_GUP_FAST_WRITE] = { FOLL_WRITE, FAST },
	[SIM_GUP_FAST_ONLY] = { 0, FAST_ONLY },
	[SIM_GUP_PIN_FAST] = { FOLL_WRITE, PIN_FAST },
	[SIM_GUP_LONGTERM] = { FOLL_WRITE | FOLL_LONGTERM, PIN_FAST },
};

static int call_gup(unsigned long addr, const struct gup_call *gup, struct page **page)
{
	switch (gup->call) {
	case SLOW: return (int)get_user_pages_unlocked(addr, 1, page, gup->flags);
	case FAST: return get_user_pages_fast(addr, 1, gup->flags, page);
	case FAST_ONLY: return get_user_pages_fast_only(addr, 1, gup->flags, page);
	default: return pin_user_pages_fast(addr, 1, gup->flags, page);
	}
}

static void note_level(struct bench *b, unsigned long addr)
{
	struct sim_pte_info info;

	if (!sim_pte_lookup(sim_current()->mm, addr, &info))
		b->cell->reached_level = info.level;
}

/* GUP of one page, given back at once. What it was goes into *@reached where
 * that is more than what is there. Returns GUP's result. */
static int ask_page(struct bench *b, unsigned long addr, const struct gup_call *gup,
		    enum sim_matrix_reached *reached)
{
	struct page *page = NULL;
	int ret = call_gup(addr, gup, &page);

	if (ret != 1 || !page)
		return ret;
	if (is_bo_page(b, page)) {
		*reached = SIM_REACHED_BO;
		note_level(b, addr);
	} else if (*reached == SIM_REACHED_NOTHING) {
		*reached = SIM_REACHED_OTHER;
	}
	if (gup->call == PIN_FAST)
		unpin_user_page(page);
	else
		put_page(page);
	return ret;
}

/*
 * The result is that of the first page, which was written to; what was reached
 * is told of its neighbour too, which a private mapping has not copied. Not
 * under a huge leaf: what is put there is not what was got (lib/gup/fast.c).
 */
static void ask_gup(struct bench *b, enum sim_matrix_phase phase, enum sim_matrix_gup kind)
{
	const struct gup_call *gup = &gup_calls[kind];
	enum sim_matrix_reached *reached = &b->cell->gup_reached[phase][kind];
	struct sim_pte_info info;

	b->cell->gup_result[phase][kind] = ask_page(b, b->addr, gup, reached);
	if (sim_crashed(b->machine) ||
	    sim_pte_lookup(sim_current()->mm, b->addr, &info) || info.level != SIM_LEAF_PTE)
		return;
	ask_page(b, b->addr + page_bytes(b), gup, reached);
}

static void ask_gups(struct bench *b, enum sim_matrix_phase phase)
{
	for (int kind = 0; kind < SIM_NR_MATRIX_GUPS && !sim_crashed(b->machine); kind++)
		ask_gup(b, phase, (enum sim_matrix_gup)kind);
}

/* ---- phases ---- */

static bool crashed(struct bench *b)
{
	if (!sim_crashed(b->machine))
		return false;
	b->cell->bug = sim_last_outcome(b->machine, SIM_BUG)->condition;
	b->cell->bug_in_gup = b->in_gup;
	return true;
}

static int map_bo(struct bench *b)
{
	enum sim_matrix_sharing sharing = b->cell->sharing;
	bool ro = sharing == SIM_SHARED_RO || sharing == SIM_PRIVATE_RO;
	bool shared = sharing == SIM_SHARED_RW || sharing == SIM_SHARED_RO;
	long ret = sim_mmap(b->task, b->hint, b->bo_pages * page_bytes(b), b->cell->prot,
			    shared ? MAP_SHARED : MAP_PRIVATE, ro ? b->ro : b->rw,
			    sim_bo_pgoff(b->bo));

	b->addr = ret > 0 ? (unsigned long)ret : 0;
	return ret > 0 ? 0 : (int)ret;
}

static int load(struct bench *b)
{
	uint8_t byte;

	return sim_read(b->task, b->addr, &byte, 1);
}

static int store(struct bench *b)
{
	static const uint8_t byte = 0x5a;

	return sim_write(b->task, b->addr, &byte, 1);
}

static int other_prot(int prot)
{
	return prot == PROT_READ ? PROT_NONE : PROT_READ;
}

/* The entries of the first page, which was written to, and of its neighbour. */
static void look_at_two(const struct bench *b, struct sim_pte_info pte[2])
{
	for (unsigned int i = 0; i < 2; i++)
		sim_pte_lookup(b->task->mm, b->addr + i * page_bytes(b), &pte[i]);
}

static void protect_and_back(struct bench *b)
{
	unsigned long len = b->bo_pages * page_bytes(b);
	struct sim_pte_info before[2] = { 0 }, after[2] = { 0 };

	look_at_two(b, before);
	if (sim_mprotect(b->task, b->addr, len, other_prot(b->cell->prot)))
		return;
	sim_mprotect(b->task, b->addr, len, b->cell->prot);
	look_at_two(b, after);
	for (unsigned int i = 0; i < 2; i++)
		if (before[i].special && !after[i].special && !after[i].none &&
		    before[i].pfn == after[i].pfn)
			b->cell->special_lost = true;
}

/* The state of a phase, from the beginning. false: there is nothing to ask. */
static bool enter_phase(struct bench *b, enum sim_matrix_phase phase)
{
	struct sim_matrix_cell *cell = b->cell;

	sim_restore(b->machine, b->base);
	sim_task_switch(b->task);
	b->child = NULL;
	cell->mmap_result = map_bo(b);
	if (cell->mmap_result)
		return false;
	cell->touch_read = load(b);
	if (phase == SIM_PHASE_READ)
		look_after_read(b);
	if (phase >= SIM_PHASE_WRITTEN)
		cell->touch_write = store(b);
	if (phase >= SIM_PHASE_PROTECTED)
		protect_and_back(b);
	if (phase >= SIM_PHASE_FORKED && !sim_crashed(b->machine)) {
		cell->fork_result = sim_fork(b->task, "child", &b->child);
		sim_task_switch(b->child ? b->child : b->task);
	}
	return !sim_crashed(b->machine);
}

/* Everything unmapped: is all as it was? */
static void end_case(struct bench *b)
{
	struct sim_matrix_cell *cell = b->cell;
	struct page *page;

	sim_task_switch(b->task);
	if (b->child)
		sim_exit(b->child);
	sim_munmap(b->task, b->addr, b->bo_pages * page_bytes(b));
	cell->bad_pages = sim_nr_outcomes(b->machine, SIM_BAD_PAGE);
	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++)
		if (kind != SIM_OBJ_PAGE_BYTES && kind != SIM_OBJ_CPU &&
		    sim_live_objects(b->machine, (enum sim_object)kind) != b->base_objects[kind])
			cell->leaks++;
	page = bo_page(b);
	if (page && (page_count(page) != b->base_refs || page_mapcount(page) != b->base_maps))
		cell->leaks++;
}

static void run_case(struct bench *b)
{
	struct sim_matrix_cell *cell = b->cell;

	b->in_gup = false;
	for (int phase = 0; phase < SIM_NR_PHASES; phase++) {
		if (!enter_phase(b, (enum sim_matrix_phase)phase) || crashed(b))
			break;
		b->in_gup = true;
		ask_gups(b, (enum sim_matrix_phase)phase);
		if (crashed(b))
			return;
		b->in_gup = false;
		if (phase == SIM_PHASE_PROTECTED)
			cell->mprotect_write = sim_mprotect(b->task, b->addr,
							    b->bo_pages * page_bytes(b),
							    PROT_READ | PROT_WRITE);
	}
	if (crashed(b) || cell->mmap_result)
		return;
	end_case(b);
	crashed(b);
}

/* ---- verdicts ---- */

static bool reached(const struct sim_matrix_cell *cell, enum sim_matrix_reached what)
{
	for (int phase = 0; phase < SIM_NR_PHASES; phase++)
		for (int kind = 0; kind < SIM_NR_MATRIX_GUPS; kind++)
			if (cell->gup_reached[phase][kind] == what)
				return true;
	return false;
}

static enum sim_verdict verdict_of(const struct sim_matrix_cell *cell)
{
	if (cell->bug)
		return SIM_VERDICT_BUG;
	if (cell->mmap_result)
		return SIM_VERDICT_REFUSED;
	if (reached(cell, SIM_REACHED_BO))
		return SIM_VERDICT_GUP_REACHES_TTM;
	if (cell->ref_taken || cell->map_taken || cell->rss_taken || cell->bad_pages || cell->leaks)
		return SIM_VERDICT_REFCOUNT_TAKEN;
	return SIM_VERDICT_SAFE;
}

static const char *reason_of(const struct sim_matrix_cell *cell)
{
	switch (cell->verdict) {
	case SIM_VERDICT_BUG:
		if (!cell->bug_in_gup || cell->placement != SIM_PLACE_VRAM)
			return cell->bug;
		return cell->special_lost ?
		       "mprotect took the special bit away: GUP makes a wild page of I/O memory" :
		       "a huge leaf without a special bit: GUP makes a wild page of I/O memory";
	case SIM_VERDICT_REFUSED:
		if (cell->mmap_result == -EACCES)
			return "the file is not open for writing";
		return "VM_MAYWRITE without VM_SHARED: a COW mapping, whatever its protection";
	case SIM_VERDICT_GUP_REACHES_TTM:
		if (cell->reached_level != SIM_LEAF_PTE)
			return "a huge leaf without a special bit; fast GUP looks at no vma";
		if (cell->special_lost)
			return "mprotect took the special bit away (pte_modify)";
		return "a normal entry maps the object's page";
	case SIM_VERDICT_REFCOUNT_TAKEN:
		return cell->bad_pages ?
		       "no special bit: entries count; zap frees tails of the pool's blocks" :
		       "no special bit: insert_page() counts each entry; zap counts it back";
	default:
		break;
	}
	if (reached(cell, SIM_REACHED_OTHER))
		return "GUP gets the private copy that a store made: not the object's memory";
	if (cell->touch_read)
		return "the protection allows no access";
	if (cell->pte_special)
		return "the entry is special: GUP stops at it";
	return cell->placement == SIM_PLACE_VRAM ? "I/O memory: there is no page to count" :
						   "VM_PFNMAP: no entry counts as a page";
}

/* ---- the cases of one machine ---- */

static int make_bo(struct bench *b, enum sim_matrix_placement placement)
{
	static const uint32_t mem_types[SIM_NR_PLACES] = {
		[SIM_PLACE_SYSTEM] = TTM_PL_SYSTEM,
		[SIM_PLACE_TT] = TTM_PL_TT,
		[SIM_PLACE_VRAM] = TTM_PL_VRAM,
	};
	static const uint8_t byte = 0x11;
	struct page *page;

	b->bo = sim_bo_create(sim_machine_ttm(b->machine), b->bo_pages, mem_types[placement],
			      ttm_cached);
	if (!b->bo)
		return -ENOMEM;
	/* Populate, so that there are counts to compare with. */
	if (sim_bo_write(b->bo, 0, &byte, 1))
		return -ENOMEM;
	page = bo_page(b);
	b->base_refs = page ? page_count(page) : 0;
	b->base_maps = page ? page_mapcount(page) : 0;
	for (int kind = 0; kind < SIM_NR_OBJECTS; kind++)
		b->base_objects[kind] = sim_live_objects(b->machine, (enum sim_object)kind);
	b->base = sim_snapshot(b->machine);
	return b->base ? 0 : -ENOMEM;
}

static int run_cell(struct bench *b, const struct sim_matrix_cell *head, sim_matrix_fn fn,
		    void *data)
{
	struct sim_matrix_cell cell = *head;

	b->cell = &cell; /* cppcheck-suppress autoVariables */
	run_case(b);
	b->cell = NULL;
	cell.verdict = verdict_of(&cell);
	cell.reason = reason_of(&cell);
	return fn(&cell, data);
}

static int run_placement(struct bench *b, const struct sim_matrix_cell *head, sim_matrix_fn fn,
			 void *data)
{
	static const int prots[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE };
	struct sim_matrix_cell cell = *head;
	int ret = make_bo(b, head->placement);

	for (int s = 0; s < SIM_NR_SHARINGS && !ret; s++) {
		for (int p = 0; p < 3 && !ret; p++) {
			cell.sharing = (enum sim_matrix_sharing)s;
			cell.prot = prots[p];
			ret = run_cell(b, &cell, fn, data);
		}
	}
	sim_snapshot_free(b->base);
	b->base = NULL;
	return ret;
}

/* The task and the files; where a PMD leaf could be mapped, in huge mode. */
static int prepare(struct bench *b, enum sim_ttm_mode mode)
{
	const struct sim_mmu *mmu = b->machine->mmu;
	struct sim_ttm_device *ttm = sim_machine_ttm(b->machine);

	b->task = sim_task_create(b->machine, "matrix");
	if (!ttm || !b->task)
		return -ENOMEM;
	sim_task_switch(b->task);
	b->rw = sim_ttm_open(ttm, FMODE_READ | FMODE_WRITE);
	b->ro = sim_ttm_open(ttm, FMODE_READ);
	if (!b->rw || !b->ro)
		return -ENOMEM;
	b->bo_pages = 16;
	if (mode == SIM_TTM_HUGE && mmu->has_leaf[1]) {
		b->bo_pages = mmu_leaf_size(mmu, 1) >> mmu->page_shift;
		b->hint = (mmu->task_size / 4) & ~(mmu_leaf_size(mmu, 1) - 1);
	}
	return 0;
}

static int run_machine(const struct sim_matrix_cell *head, sim_matrix_fn fn, void *data)
{
	const struct sim_machine_config config = {
		.arch = head->arch->name, .release = head->release, .ttm = head->mode,
		.quiet = true,
	};
	struct bench b = { .machine = sim_machine_create(&config) };
	struct sim_matrix_cell cell = *head;
	struct sim_snapshot *empty = NULL;
	int ret;

	if (!b.machine)
		return errno == EINVAL ? 0 : -ENOMEM; /* not in this release */
	cell.features = sim_machine_features(b.machine);
	ret = prepare(&b, head->mode);
	if (!ret) {
		empty = sim_snapshot(b.machine);
		ret = empty ? 0 : -ENOMEM;
	}
	for (int place = 0; place < SIM_NR_PLACES && !ret; place++) {
		cell.placement = (enum sim_matrix_placement)place;
		ret = run_placement(&b, &cell, fn, data);
		sim_restore(b.machine, empty);
	}
	sim_snapshot_free(empty);
	sim_task_switch(NULL);
	sim_machine_destroy(b.machine);
	return ret;
}

static int run_arch(const struct sim_matrix_filter *filter, const struct sim_matrix_cell *head,
		    sim_matrix_fn fn, void *data)
{
	struct sim_matrix_cell cell = *head;
	int ret = 0;

	for (int mode = SIM_TTM_MIXED; mode < SIM_NR_TTM_MODES && !ret; mode++) {
		if (filter->mode && (int)filter->mode != mode)
			continue;
		cell.mode = (enum sim_ttm_mode)mode;
		ret = run_machine(&cell, fn, data);
	}
	return ret;
}

static bool wanted(const char *filter, const char *name)
{
	return !filter || !strcmp(filter, name);
}

static bool filter_is_valid(const struct sim_matrix_filter *filter)
{
	const struct sim_arch *arch = filter->arch ? sim_arch_find(filter->arch) : NULL;
	uint16_t release = filter->release ? sim_release_number(filter->release) : 0;

	if ((filter->arch && !arch) || (filter->release && !release))
		return false;
	if (arch && release && arch->since > release)
		return false;
	return filter->mode < SIM_NR_TTM_MODES;
}

int sim_matrix_run(const struct sim_matrix_filter *filter, sim_matrix_fn fn, void *data)
{
	static const struct sim_matrix_filter all;
	struct sim_matrix_cell cell = { 0 };
	int ret = 0;

	if (!filter)
		filter = &all;
	if (!fn || !filter_is_valid(filter))
		return -EINVAL;
	for (unsigned int r = 0; !ret && (cell.release = sim_release_nth(r)); r++) {
		if (!wanted(filter->release, cell.release))
			continue;
		for (unsigned int a = 0; !ret && (cell.arch = sim_arch_nth(a)); a++)
			if (wanted(filter->arch, cell.arch->name))
				ret = run_arch(filter, &cell, fn, data);
	}
	return ret;
}
