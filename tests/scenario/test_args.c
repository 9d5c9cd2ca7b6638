/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdlib.h>
#include <sys/mman.h>

#include <ttmsim/gup.h>

#include "scenario/args.h"
#include "support/run.h"

#define PAGE 4096ul

/* A scenario of which every mapping @m lies at 1 GiB with 8 pages, and @n nowhere. */
struct told {
	struct scn *scn;
	struct scn_memory memory;
	const struct scn_op *op;	/* the last */
	struct scn_result res;
};

static struct told tell(const char *text)
{
	struct told t = { .scn = NULL };

	assert_int_equal(scn_parse(text, strlen(text), "test", stderr, &t.scn), 0);
	t.memory = (struct scn_memory){
		.scn = t.scn, .page_shift = 12, .pmd_size = 512 * PAGE, .task_size = 1ul << 47,
	};
	for (unsigned int i = 0; i < t.scn->nr_names; i++) {
		if (!strcmp(t.scn->names[i].name, "m"))
			t.memory.map[i] = (struct scn_map){ 1ul << 30, 8 };
		if (t.scn->names[i].kind == SCN_DEV)
			t.memory.pages[i] = 6;
	}
	t.op = &t.scn->op[t.scn->nr_ops - 1];
	return t;
}

static void done(struct told *t)
{
	free(t->res.lines);
	scn_free(t->scn);
}

#define MAPS "mmap m anon pages=8; mmap n anon pages=2; "

static void test_mmap(void **state)
{
	static const struct {
		const char *text;
		unsigned long addr, pages, off;
		int prot, flags;
		bool nowhere;
	} rows[] = {
		{ "dev d pages=6; mmap x d", 0, 6, 0, PROT_READ | PROT_WRITE, MAP_SHARED, false },
		{ "dev d pages=6; open f ro dev=d; mmap x f off=2 prot=r", 0, 4, 2, PROT_READ,
		  MAP_SHARED, false },
		{ "dev d pages=6; mmap x d off=7 share=private", 0, 1, 7, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE, false },
		{ "dev d; mmap x d pages=3 off=1 align=pmd", (1ul << 45) + PAGE, 3, 1,
		  PROT_READ | PROT_WRITE, MAP_SHARED, false },
		{ MAPS "mmap x anon pages=2 at=m+3 populate locked",
		  (1ul << 30) + 3 * PAGE, 2, 0, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE | MAP_LOCKED, false },
		{ MAPS "mmap x anon pages=2 at=n noreserve denywrite", 0, 2, 0,
		  PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE | MAP_DENYWRITE, true },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		struct told t = tell(rows[i].text);
		struct scn_mmap args;

		scn_read_mmap(&t.memory, t.op, &args);
		assert_int_equal(args.addr, rows[i].addr);
		assert_int_equal(args.pages, rows[i].pages);
		assert_int_equal(args.off, rows[i].off);
		assert_int_equal(args.prot, rows[i].prot);
		assert_int_equal(args.flags, rows[i].flags);
		assert_int_equal(args.nowhere, rows[i].nowhere);
		done(&t);
	}
}

static void test_aligned_maps_do_not_overlap(void **state)
{
	struct told t = tell("dev d; mmap x d pages=513 align=pmd");
	struct scn_mmap first, second;

	(void)state;
	scn_read_mmap(&t.memory, t.op, &first);
	scn_read_mmap(&t.memory, t.op, &second);
	assert_int_equal(second.addr - first.addr, 2 * 512 * PAGE);
	done(&t);
}

static void test_range(void **state)
{
	static const struct {
		const char *text;
		unsigned long page, pages;
		int how;
	} rows[] = {
		{ MAPS "munmap m", 0, 8, 0 },
		{ MAPS "munmap m+2", 2, 1, 0 },
		{ MAPS "mlock m+2 pages=3", 2, 3, 0 },
		{ MAPS "mprotect m prot=rx", 0, 8, PROT_READ | PROT_EXEC },
		{ MAPS "madvise m+1 dontneed", 1, 1, MADV_DONTNEED },
		{ MAPS "msync m", 0, 8, MS_SYNC },
		{ MAPS "msync m async invalidate", 0, 8, MS_ASYNC | MS_INVALIDATE },
		{ MAPS "mincore m pages=48", 0, 48, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		struct told t = tell(rows[i].text);
		struct scn_range range;

		assert_true(scn_read_range(&t.memory, t.op, &t.res, &range));
		assert_int_equal(range.addr, (1ul << 30) + rows[i].page * PAGE);
		assert_int_equal(range.len, rows[i].pages * PAGE);
		assert_int_equal(range.how, rows[i].how);
		done(&t);
	}
}

static void test_nothing_is_read_of_what_is_not_mapped(void **state)
{
	struct told t = tell(MAPS "munmap n");
	struct scn_range range;

	(void)state;
	assert_false(scn_read_range(&t.memory, t.op, &t.res, &range));
	assert_string_equal(t.res.value, "not-mapped");
	done(&t);
}

static void test_mremap_moves_the_name(void **state)
{
	struct told t = tell(MAPS "mremap m pages=3");
	struct scn_mremap args;

	(void)state;
	assert_true(scn_read_mremap(&t.memory, t.op, &t.res, &args));
	assert_int_equal(args.old_len, 8 * PAGE);
	assert_int_equal(args.new_len, 3 * PAGE);
	assert_int_equal(args.flags, MREMAP_MAYMOVE);
	scn_remapped(&t.memory, &args, -12, &t.res);
	assert_string_equal(t.res.value, "-ENOMEM");
	assert_int_equal(args.map->pages, 8);
	scn_remapped(&t.memory, &args, 1l << 31, &t.res);
	assert_int_equal(args.map->addr, 1ul << 31);
	assert_int_equal(args.map->pages, 3);
	done(&t);
}

static void test_dev(void **state)
{
	struct told t = tell("dev d insert=remap caching=wc pages=3"), plain = tell("dev d");
	struct sim_dev_config config;

	(void)state;
	assert_true(scn_read_dev(&t.memory, t.op, &t.res, &config));
	assert_int_equal(config.insert, SIM_DEV_REMAP);
	assert_int_equal(config.prot_caching, SIM_CACHE_WC);
	assert_int_equal(config.pages_caching, SIM_CACHE_WC);
	assert_int_equal(config.nr_pages, 3);
	assert_true(config.at_mmap);
	assert_int_equal(config.insert_caching, SIM_CACHE_WC);
	assert_false(config.own_prot);
	assert_true(scn_read_dev(&plain.memory, plain.op, &plain.res, &config));
	assert_int_equal(config.vm_flags, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	assert_int_equal(config.nr_pages, 16);
	assert_false(config.at_mmap);
	done(&t);
	done(&plain);
}

static void test_dev_over_another(void **state)
{
	struct told t = tell("dev d; dev e over=d+2"), u = tell("dev d; dev e over=d+2 pages=5");
	struct sim_dev_config config;

	(void)state;
	assert_true(scn_read_dev(&t.memory, t.op, &t.res, &config));
	assert_int_equal(config.over_page, 2);
	assert_int_equal(config.nr_pages, 4);
	assert_false(scn_read_dev(&u.memory, u.op, &u.res, &config));
	assert_string_equal(u.res.value, "-EINVAL");
	done(&t);
	done(&u);
}

static void test_mremap_of_a_part_has_its_own_name(void **state)
{
	struct told t = tell(MAPS "mremap m+2 old=3 pages=4 as=x");
	struct told u = tell(MAPS "mremap m+2 pages=9");
	struct scn_mremap args;

	(void)state;
	assert_true(scn_read_mremap(&t.memory, t.op, &t.res, &args));
	assert_int_equal(args.addr, (1ul << 30) + 2 * PAGE);
	assert_int_equal(args.old_len, 3 * PAGE);
	assert_int_equal(args.new_len, 4 * PAGE);
	scn_remapped(&t.memory, &args, 1l << 31, &t.res);
	assert_int_equal(args.map->addr, 1ul << 31);
	scn_remapped(&t.memory, &args, -12, &t.res);
	assert_int_equal(args.map->addr, 0);
	assert_true(scn_read_mremap(&u.memory, u.op, &u.res, &args));
	assert_int_equal(args.old_len, 6 * PAGE);
	assert_null(args.map);
	done(&t);
	done(&u);
}

static void test_zap(void **state)
{
	static const struct {
		const char *text;
		unsigned long page, nr;
		bool even_cows;
	} rows[] = {
		{ "dev d pages=6; zap d", 0, 6, true },
		{ "dev d pages=6; zap d+2", 2, 1, true },
		{ "dev d pages=6; zap d+2 pages=3 even_cows=0", 2, 3, false },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		struct told t = tell(rows[i].text);
		struct scn_zap zap;

		scn_read_zap(&t.memory, t.op, &zap);
		assert_int_equal(zap.page, rows[i].page);
		assert_int_equal(zap.nr, rows[i].nr);
		assert_int_equal(zap.even_cows, rows[i].even_cows);
		done(&t);
	}
}

static void test_transfer(void **state)
{
	struct told t = tell(MAPS "direct_read m+1 n=2 value=9"), u = tell(MAPS "vmsplice m+0");
	struct scn_transfer args;

	(void)state;
	assert_true(scn_read_transfer(&t.memory, t.op, &t.res, &args));
	assert_int_equal(args.kind, SCN_DIRECT_READ);
	assert_int_equal(args.len, 2 * PAGE);
	assert_int_equal(args.byte, 9);
	assert_false(args.out);
	assert_true(scn_read_transfer(&u.memory, u.op, &u.res, &args));
	assert_true(args.out);
	scn_show_transfer(&u.res, &args, 4096, 7);
	assert_string_equal(u.res.key[0].text, "0x07");
	done(&t);
	done(&u);
}

static void test_gup(void **state)
{
	static const struct {
		const char *text;
		enum scn_gup_flavour flavour;
		unsigned int flags;
	} rows[] = {
		{ MAPS "gup m+0", SCN_GUP, 0 },
		{ MAPS "gup m+0 pin write", SCN_PIN, FOLL_WRITE },
		{ MAPS "gup_fast m+0 pin force", SCN_PIN_FAST, FOLL_FORCE },
		{ MAPS "gup_fast_only m+0 pin", SCN_PIN_FAST_ONLY, 0 },
		{ MAPS "pin_fast m+0 pin longterm", SCN_PIN_FAST, FOLL_LONGTERM },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		struct told t = tell(rows[i].text);
		struct scn_gup args;

		assert_true(scn_read_gup(&t.memory, t.op, &t.res, &args));
		assert_int_equal(args.flavour, rows[i].flavour);
		assert_int_equal(args.flags, rows[i].flags);
		assert_int_equal(args.n, 1);
		done(&t);
	}
}

static void test_the_newest_of_a_place_is_taken(void **state)
{
	struct told got = tell(MAPS "gup m+1"), gone = tell(MAPS "put m+1 n=2");
	struct scn_holds holds = { .nr = 0 };
	struct scn_put put;
	uintptr_t page;

	(void)state;
	for (uintptr_t i = 0; i < 100; i++)
		assert_true(scn_hold(&holds, got.op, i % 2, 1000 + i, false));
	assert_true(scn_hold(&holds, got.op, 0, 1, true));
	scn_read_put(gone.op, &put);
	assert_int_equal(put.n, 2);
	assert_true(scn_take_held(&holds, &put, 0, &page));
	assert_int_equal(page, 1098);
	assert_true(scn_take_held(&holds, &put, 1, &page));
	assert_int_equal(page, 1099);
	assert_false(scn_take_held(&holds, &put, 2, &page));
	put.pin = true;
	assert_true(scn_take_held(&holds, &put, 0, &page));
	assert_int_equal(page, 1);
	assert_false(scn_take_held(&holds, &put, 0, &page));
	assert_int_equal(holds.nr, 98);
	free(holds.held);
	done(&got);
	done(&gone);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mmap),
	cmocka_unit_test(test_aligned_maps_do_not_overlap),
	cmocka_unit_test(test_range),
	cmocka_unit_test(test_nothing_is_read_of_what_is_not_mapped),
	cmocka_unit_test(test_mremap_moves_the_name),
	cmocka_unit_test(test_dev),
	cmocka_unit_test(test_dev_over_another),
	cmocka_unit_test(test_mremap_of_a_part_has_its_own_name),
	cmocka_unit_test(test_zap),
	cmocka_unit_test(test_transfer),
	cmocka_unit_test(test_gup),
	cmocka_unit_test(test_the_newest_of_a_place_is_taken),
};
SIM_TEST_MAIN(tests)
