/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"
#include "vma/internal.h"

static void cuts(struct as *as)
{
	const struct { unsigned long start, end; unsigned int nr; } cases[] = {
		{ 0, 4, 0 }, { 1, 4, 1 }, { 0, 3, 1 }, { 1, 3, 2 }, { 1, 7, 2 }, { 4, 6, 0 },
		{ 5, 7, 1 }, { 0, 8, 0 },
	};

	as_from(as, "wwww..rr");
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++)
		assert_int_equal(vma_cuts(as->task->mm, as_page(as, cases[i].start),
					  as_page(as, cases[i].end)), cases[i].nr);
}

static void test_vma_cuts(void **state)
{
	(void)state;
	as_for_all(cuts);
}

static void spares(struct as *as)
{
	unsigned long before = sim_live_objects(as->machine, SIM_OBJ_VMA);
	struct vma_spares spares = { 0 };

	sim_fail_alloc(as->machine, 3);
	assert_int_equal(vma_spares_get(as->task->mm, &spares, 5), -ENOMEM);
	assert_int_equal(spares.nr, 0);
	assert_int_equal(vma_spares_get(as->task->mm, &spares, 5), 0);
	assert_ptr_equal(vm_area_take(as->task->mm, &spares)->vm_mm, as->task->mm);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_VMA), before + 5);
	vma_spares_put(&spares);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_VMA), before + 1);
	vm_area_free(spares.vma[4]);
}

static void test_vma_spares(void **state)
{
	(void)state;
	as_for_all(spares);
}

/* A copy has no links, and references only once it takes them. */
static void dup(struct as *as)
{
	struct vma_spares spares = { 0 };
	struct vm_area_struct *vma, *copy;

	as_from(as, "ss");
	vma = find_vma(as->task->mm, as->base);
	assert_int_equal(vma_spares_get(as->task->mm, &spares, 1), 0);
	copy = vm_area_dup(vma, as->task->mm, &spares);
	assert_int_equal(copy->vm_start, vma->vm_start);
	assert_int_equal(copy->vm_flags, vma->vm_flags);
	assert_ptr_equal(copy->vm_ops, vma->vm_ops);
	assert_null(copy->sim_prev);
	assert_null(copy->sim_next);
	assert_null(copy->sim_i_mmap.rbe_parent);
	assert_int_equal(as->file->f_count.counter, 2);
	vma_get_refs(copy);
	assert_int_equal(as->file->f_count.counter, 3);
	vma_put_refs(copy);
	assert_int_equal(as->file->f_count.counter, 2);
	vm_area_free(copy);
}

static void test_vma_dup(void **state)
{
	(void)state;
	as_for_all(dup);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_vma_cuts),
	cmocka_unit_test(test_vma_spares),
	cmocka_unit_test(test_vma_dup),
};

SIM_TEST_MAIN(tests)
