/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The walk without pages, as the vma floor has it. What mlock and the like make of
 * it: tests/vma/test_populate.c.
 */
#include "support/gup_fixture.h"
#include "vma/gup_ops.h"

static void check_table(struct gup_fixture *fx)
{
	static const struct {
		const char *description;
		unsigned long vm_flags;
		bool write, force;
		int want;
	} cases[] = {
		{ "a read", VM_READ | VM_MAYREAD, false, false, 0 },
		{ "a write of what cannot be written", VM_READ | VM_MAYREAD | VM_MAYWRITE, true,
		  false, -EFAULT },
		{ "... forced: a private copy will do", VM_READ | VM_MAYREAD | VM_MAYWRITE, true,
		  true, 0 },
		{ "... forced, but shared", VM_READ | VM_SHARED | VM_MAYWRITE, true, true,
		  -EFAULT },
		{ "a forced read of write-only memory", VM_WRITE | VM_MAYREAD, false, true, 0 },
		{ "a special mapping", VM_READ | VM_PFNMAP, false, true, -EFAULT },
		{ "I/O memory", VM_READ | VM_IO, false, true, -EFAULT },
	};

	assert_ptr_equal(fx->machine->gup, &sim_gup_ops);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct vm_area_struct vma = { .vm_mm = fx->mm, .vm_flags = cases[i].vm_flags };

		if (sim_gup_ops.check(&vma, cases[i].write, cases[i].force) != cases[i].want)
			fail_msg("%s", cases[i].description);
	}
}

static void test_populate_check(void **state)
{
	(void)state;
	gup_each_release("x86_64", check_table);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_populate_check),
};

SIM_TEST_MAIN(tests)
