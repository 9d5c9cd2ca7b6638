/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fuzz_ops - a sequence of operations on one of a few machines, each input on a
 * restored snapshot. The first byte chooses the machine, then three bytes make
 * an operation: what, on which slot, how.
 *
 * At the end everything is given back: no invariant may be broken and nothing
 * be left, unless the kernel itself would have complained on the way (a BUG, a
 * WARN or a bad page): some of these machines have the bugs of their kernels. Two
 * bugs no kernel complains of; docs/fidelity.md has them: mprotect() of arm64 takes
 * the memory type from an entry (O.4, M.2), and up to 5.14 a write may copy what is
 * pinned (P.3).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ttmsim/ttmsim.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NR_MAPS 8
#define NR_TASKS 4
#define NR_BOS 3
#define NR_HELD 16
#define MAX_PAGES 16
#define MAX_OPS 400

static const struct sim_machine_config configs[] = {
	{ .arch = "x86_64", .release = "6.1", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18 },
	{ .arch = "x86_64", .release = "5.11", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18 },
	{ .arch = "arm64", .release = "6.12", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18 },
	{ .arch = "arm", .release = "5.11", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18,
	  .pool_max_order = 1 },
	{ .arch = "s390x", .release = "5.14", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18 },
	{ .arch = "mips64", .release = "6.1", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18 },
	{ .arch = "riscv64", .release = "6.12", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18,
	  .ttm = SIM_TTM_APPLY },
	{ .arch = "um", .release = "6.12", .ram_bytes = 2 << 20, .vram_bytes = 1 << 18 },
	{ .arch = "x86_64", .release = "5.11", .ram_bytes = 8 << 20, .vram_bytes = 4 << 20,
	  .ttm = SIM_TTM_HUGE },
};

#define NR_CONFIGS (sizeof(configs) / sizeof(configs[0]))

struct bench {
	struct sim_machine *machine;
	struct sim_snapshot *start;
	unsigned long page;	/* bytes */
	struct file *file[3];	/* TTM read-write, TTM read-only, a regular file */
	struct ttm_buffer_object *bo[NR_BOS];
	struct task_struct *main_task;
};

/* What one input does; on the stack, so that nothing outlives it. */
struct input {
	struct bench *b;
	struct task_struct *task[NR_TASKS];
	struct { unsigned long addr, pages; } map[NR_MAPS];
	struct { struct page *page; bool pin; } held[NR_HELD];
	unsigned int nr_held;
};

static struct bench benches[NR_CONFIGS];

static bool prepare(struct bench *b, const struct sim_machine_config *config)
{
	static const uint32_t places[NR_BOS] = { TTM_PL_SYSTEM, TTM_PL_TT, TTM_PL_VRAM };
	struct sim_machine_config quiet = *config;
	struct sim_ttm_device *ttm;

	quiet.quiet = true;
	b->machine = sim_machine_create(&quiet);
	ttm = b->machine ? sim_machine_ttm(b->machine) : NULL;
	if (!ttm)
		return false;
	b->page = 1ul << sim_machine_arch(b->machine)->page_shift;
	b->main_task = sim_task_create(b->machine, "fuzz");
	sim_task_switch(b->main_task);
	b->file[0] = sim_ttm_open(ttm, FMODE_READ | FMODE_WRITE);
	b->file[1] = sim_ttm_open(ttm, FMODE_READ);
	b->file[2] = sim_regular_file_create(b->machine, MAX_PAGES, "file");
	for (int i = 0; i < NR_BOS; i++)
		b->bo[i] = sim_bo_create(ttm, config->ttm == SIM_TTM_HUGE ? 512 : MAX_PAGES,
					 places[i], i ? ttm_write_combined : ttm_cached);
	b->start = sim_snapshot(b->machine);
	return b->start != NULL;
}

/* ---- operations: @slot chooses, @how says the rest ---- */

static unsigned long addr_of(const struct input *in, uint8_t slot, uint8_t how)
{
	return in->map[slot % NR_MAPS].addr + (how % MAX_PAGES) * in->b->page;
}

static struct task_struct *task_of(const struct input *in, uint8_t slot)
{
	struct task_struct *task = in->task[slot / 64];

	return task ? task : in->b->main_task;
}

static void do_mmap(struct input *in, uint8_t slot, uint8_t how)
{
	static const int prots[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE, PROT_WRITE };
	struct bench *b = in->b;
	unsigned int what = how >> 5;
	struct file *file = what < 6 ? b->file[what & 1] : what == 6 ? b->file[2] : NULL;
	int flags = how & 4 ? MAP_PRIVATE : MAP_SHARED;
	unsigned long pgoff = what < 6 ? sim_bo_pgoff(b->bo[what / 2]) : 0, pages = MAX_PAGES;
	long ret;

	if (!file)
		flags |= MAP_ANONYMOUS;
	if (how & 8)
		pages = 5;
	ret = sim_mmap(task_of(in, slot), 0, pages * b->page, prots[how & 3], flags, file, pgoff);
	if (ret > 0) {
		in->map[slot % NR_MAPS].addr = (unsigned long)ret;
		in->map[slot % NR_MAPS].pages = pages;
	}
}

static void do_read(struct input *in, uint8_t slot, uint8_t how)
{
	uint8_t byte;

	sim_read(task_of(in, slot), addr_of(in, slot, how), &byte, 1);
}

static void do_write(struct input *in, uint8_t slot, uint8_t how)
{
	sim_write(task_of(in, slot), addr_of(in, slot, how), &how, 1);
}

static void do_munmap(struct input *in, uint8_t slot, uint8_t how)
{
	sim_munmap(task_of(in, slot), addr_of(in, slot, how), ((how >> 4) + 1ul) * in->b->page);
}

static void do_mprotect(struct input *in, uint8_t slot, uint8_t how)
{
	static const int prots[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE, PROT_EXEC };

	sim_mprotect(task_of(in, slot), addr_of(in, slot, how),
		     ((how >> 6) * 5 + 1ul) * in->b->page, prots[how >> 4 & 3]);
}

static void do_madvise(struct input *in, uint8_t slot, uint8_t how)
{
	static const int advice[] = { MADV_DONTNEED, MADV_DONTFORK, MADV_DOFORK, MADV_HUGEPAGE,
				      MADV_NOHUGEPAGE, MADV_DODUMP, MADV_DONTDUMP, MADV_NORMAL };

	sim_madvise(task_of(in, slot), addr_of(in, slot, how), 4 * in->b->page, advice[how >> 5]);
}

static void do_mremap(struct input *in, uint8_t slot, uint8_t how)
{
	unsigned int nr = slot % NR_MAPS;
	unsigned long pages = (how & 31) + 1;
	long ret = sim_mremap(task_of(in, slot), in->map[nr].addr, in->map[nr].pages * in->b->page,
			      pages * in->b->page, how & 32 ? MREMAP_MAYMOVE : 0, 0);

	if (ret > 0) {
		in->map[nr].addr = (unsigned long)ret;
		in->map[nr].pages = pages;
	}
}

static void do_lock(struct input *in, uint8_t slot, uint8_t how)
{
	unsigned long addr = addr_of(in, slot, how), len = ((how >> 5) + 1ul) * in->b->page;

	if (how & 16)
		sim_munlock(task_of(in, slot), addr, len);
	else
		sim_mlock(task_of(in, slot), addr, len);
}

static void do_fork(struct input *in, uint8_t slot, uint8_t how)
{
	struct task_struct **child = &in->task[1 + how % (NR_TASKS - 1)];

	if (!*child)
		sim_fork(task_of(in, slot), "child", child);
}

static void do_exit(struct input *in, uint8_t slot, uint8_t how)
{
	struct task_struct **child = &in->task[1 + how % (NR_TASKS - 1)];
	struct task_struct *task = *child;

	(void)slot;
	*child = NULL;
	if (task)
		sim_exit(task);
}

static void do_move(struct input *in, uint8_t slot, uint8_t how)
{
	sim_bo_move(in->b->bo[slot % NR_BOS], how % 3);
}

static void hold(struct input *in, struct page *page, bool pin)
{
	in->held[in->nr_held].page = page;
	in->held[in->nr_held++].pin = pin;
}

static void do_gup(struct input *in, uint8_t slot, uint8_t how)
{
	unsigned int flags = (how & 16 ? FOLL_WRITE : 0) | (how & 32 ? FOLL_LONGTERM : 0);
	unsigned long addr = addr_of(in, slot, how);
	struct page *page = NULL;
	bool pin = false;
	long ret;

	if (in->nr_held == NR_HELD)
		return;
	sim_task_switch(task_of(in, slot));
	switch (how >> 6) {
	case 0: ret = get_user_pages_unlocked(addr, 1, &page, flags & ~FOLL_LONGTERM); break;
	case 1: ret = get_user_pages_fast(addr, 1, flags, &page); break;
	case 2: ret = pin_user_pages_fast(addr, 1, flags, &page); pin = true; break;
	default: ret = get_user_pages_fast_only(addr, 1, flags & ~FOLL_LONGTERM, &page);
	}
	if (ret == 1 && page)
		hold(in, page, pin);
}

static void put_one(struct input *in)
{
	in->nr_held--;
	if (in->held[in->nr_held].pin)
		unpin_user_page(in->held[in->nr_held].page);
	else
		put_page(in->held[in->nr_held].page);
}

static void do_put(struct input *in, uint8_t slot, uint8_t how)
{
	(void)slot, (void)how;
	if (in->nr_held)
		put_one(in);
}

static void do_zap(struct input *in, uint8_t slot, uint8_t how)
{
	unmap_mapping_range(in->b->file[slot % 3]->f_mapping, 0, 0, how & 1);
}

static void do_ptrace(struct input *in, uint8_t slot, uint8_t how)
{
	uint8_t byte = how;

	access_process_vm(task_of(in, slot), addr_of(in, slot, how), &byte, 1,
			  FOLL_FORCE | (how & 16 ? FOLL_WRITE : 0));
}

static void do_fail_alloc(struct input *in, uint8_t slot, uint8_t how)
{
	(void)slot;
	sim_fail_alloc(in->b->machine, how % 16);
}

typedef void op_fn(struct input *in, uint8_t slot, uint8_t how);

static op_fn *const ops[] = {
	do_mmap, do_mmap, do_read, do_write, do_write, do_munmap, do_mprotect, do_madvise,
	do_mremap, do_lock, do_fork, do_exit, do_move, do_gup, do_gup, do_put, do_zap,
	do_ptrace, do_fail_alloc,
};

/* ---- one input ---- */

static void tell(const char *what, void *data)
{
	(void)data;
	fprintf(stderr, "%s\n", what);
}

/* What is wrong, but for what kernels are silent about. */
static void count_wrong(const char *what, void *data)
{
	static const char *const known[] = { "O.4 ", "M.2 ", "P.3 " };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strncmp(what, known[i], strlen(known[i])))
			return;
	*(unsigned int *)data += 1;
}

static void give_back(struct input *in)
{
	struct bench *b = in->b;

	sim_task_switch(b->main_task);
	while (in->nr_held)
		put_one(in);
	for (int i = 0; i < NR_BOS; i++)
		ttm_bo_put(b->bo[i]);
	for (int i = 0; i < 3; i++)
		fput(b->file[i]);
	for (int i = 1; i < NR_TASKS; i++)
		if (in->task[i])
			sim_exit(in->task[i]);
	sim_exit(b->main_task);
}

static bool has_complained(const struct sim_machine *machine)
{
	return sim_nr_outcomes(machine, SIM_BUG) || sim_nr_outcomes(machine, SIM_WARN) ||
	       sim_nr_outcomes(machine, SIM_BAD_PAGE);
}

static void finish(struct input *in)
{
	struct sim_machine *machine = in->b->machine;
	unsigned int wrong = 0;

	sim_fail_alloc(machine, 0);
	if (sim_crashed(machine))
		return;
	sim_machine_check(machine, count_wrong, &wrong);
	if (wrong && !has_complained(machine))
		sim_machine_check(machine, tell, NULL);
	give_back(in);
	wrong += sim_machine_leaks(machine, NULL, NULL);
	if (!wrong || has_complained(machine))
		return;
	sim_machine_leaks(machine, tell, NULL);
	fprintf(stderr, "%u wrong at the end, and nobody complained\n", wrong);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .nr_held = 0 };

	if (size < 4)
		return 0;
	in.b = &benches[data[0] % NR_CONFIGS];
	if (!in.b->machine && !prepare(in.b, &configs[data[0] % NR_CONFIGS]))
		abort();
	sim_restore(in.b->machine, in.b->start);
	in.task[0] = in.b->main_task;
	for (size_t i = 1; i + 2 < size && i < 3 * MAX_OPS; i += 3)
		ops[data[i] % (sizeof(ops) / sizeof(ops[0]))](&in, data[i + 1], data[i + 2]);
	finish(&in);
	sim_task_switch(NULL);
	return 0;
}
