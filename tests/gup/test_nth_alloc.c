/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The system calls that get pages, with their 1st, 2nd, 3rd ... allocation made to
 * fail: each says so, or does less, and gives back what it got.
 */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)
#define PAGES 3

struct call {
	struct gup_fixture *fx;
	unsigned long addr;
	char *buf;
};

static long op_vm_readv(const struct call *c)
{
	return sim_process_vm_readv(c->fx->task, c->addr, c->buf, PAGES * c->fx->page);
}

static long op_vm_writev(const struct call *c)
{
	return sim_process_vm_writev(c->fx->task, c->addr, c->buf, PAGES * c->fx->page);
}

static long op_direct_read(const struct call *c)
{
	return sim_direct_read(c->fx->task, c->addr, c->buf, PAGES * c->fx->page);
}

static long op_direct_write(const struct call *c)
{
	return sim_direct_write(c->fx->task, c->addr, c->buf, PAGES * c->fx->page);
}

static long op_vmsplice(const struct call *c)
{
	return sim_vmsplice(c->fx->task, c->addr, c->buf, PAGES * c->fx->page);
}

static const struct {
	const char *name;
	long (*run)(const struct call *c);
} ops[] = {
	{ "process_vm_readv", op_vm_readv },
	{ "process_vm_writev", op_vm_writev },
	{ "direct read", op_direct_read },
	{ "direct write", op_direct_write },
	{ "vmsplice", op_vmsplice },
};

/* Every page that is there has one user, the mapping. */
static void assert_nothing_held(const struct call *c, const char *name, unsigned long nth)
{
	for (unsigned long i = 0; i < PAGES; i++) {
		struct sim_pte_info info;
		const struct page *page;

		assert_int_equal(sim_pte_lookup(c->fx->mm, c->addr + i * c->fx->page, &info), 0);
		page = info.present ? sim_pfn_to_page(c->fx->machine, info.pfn) : NULL;
		if (page && !sim_page_test(page, PG_sim_zero) && page_count(page) != 1)
			fail_msg("%s, allocation %lu: page %lu has %d users", name, nth, i,
				 page_count(page));
	}
}

static bool attempt(const struct call *c, size_t op, unsigned long nth)
{
	long whole = PAGES * (long)c->fx->page, ret;
	bool reached;

	sim_fail_alloc(c->fx->machine, nth);
	ret = ops[op].run(c);
	reached = !sim_fail_alloc_pending(c->fx->machine);
	sim_fail_alloc(c->fx->machine, 0);
	if (ret != whole && (!reached || (ret != -ENOMEM && ret != -EFAULT && ret <= 0)))
		fail_msg("%s, allocation %lu: %ld", ops[op].name, nth, ret);
	assert_nothing_held(c, ops[op].name, nth);
	return reached;
}

static void sweep(struct gup_fixture *fx)
{
	struct call c = { fx, gup_anon(fx, RW, PAGES), test_malloc(PAGES * fx->page) };
	unsigned long total = 0;

	memset(c.buf, 1, PAGES * fx->page);
	for (size_t op = 0; op < SIM_ARRAY_SIZE(ops); op++) {
		for (unsigned long nth = 1; attempt(&c, op, nth); nth++, total++) {
			assert_true(nth < 1000);
			assert_int_equal(sim_madvise(fx->task, c.addr, PAGES * fx->page,
						     MADV_DONTNEED), 0);
		}
		assert_int_equal(sim_munmap(fx->task, c.addr, PAGES * fx->page), 0);
		c.addr = gup_anon(fx, RW, PAGES);
	}
	assert_true(total > 5);
	test_free(c.buf);
}

static void test_gup_nth_alloc_sweep(void **state)
{
	(void)state;
	gup_each(sweep);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_gup_nth_alloc_sweep),
};

SIM_TEST_MAIN(tests)
