/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"
#include "vma/internal.h"

static void leaves(struct as *as)
{
	struct vm_area_struct *vma;
	struct vma_leaf leaf;
	char byte = 1;

	as_from(as, "www");
	vma = find_vma(as->task->mm, as->base);
	assert_int_equal(sim_write(as->task, as_page(as, 1), &byte, 1), 0);
	assert_false(vma_leaf_lock(vma, as_page(as, 0), &leaf));
	assert_true(vma_leaf_end(&leaf) >= as_page(as, 1));
	vma_leaf_unlock(&leaf);
	assert_true(vma_leaf_lock(vma, as_page(as, 1) + 5, &leaf));
	assert_int_equal(leaf.level, 0);
	assert_int_equal(vma_leaf_end(&leaf), as_page(as, 2));
	assert_int_equal(vma_leaf_pfn(&leaf), page_to_pfn(vma_leaf_page(&leaf)));
	vma_leaf_unlock(&leaf);
	as_clear(as);
}

static void test_leaf(void **state)
{
	(void)state;
	as_for_all(leaves);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_leaf),
};

SIM_TEST_MAIN(tests)
