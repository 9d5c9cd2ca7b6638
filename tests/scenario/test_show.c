/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>
#include <signal.h>

#include "scenario/show.h"
#include "support/run.h"

static const char *key(const struct scn_result *res, const char *name)
{
	for (unsigned int i = 0; i < res->nr_keys; i++)
		if (!strcmp(res->key[i].key, name))
			return res->key[i].text;
	return "";
}

static void test_flags(void **state)
{
	struct scn_result res = { .nr_keys = 0 }, none = { .nr_keys = 0 };

	(void)state;
	scn_show_flags(&res, VM_READ | VM_SHARED | VM_PFNMAP | VM_DONTDUMP | VM_SOFTDIRTY,
		       false);
	assert_string_equal(key(&res, "flags"), "rd,sh,pf,dd");
	scn_show_flags(&none, VM_RAND_READ, true);
	assert_string_equal(key(&none, "flags"), "none");
}

static void test_refs(void **state)
{
	struct scn_result res = { .nr_keys = 0 };

	(void)state;
	scn_show_refs(&res, 2 * 1024 + 3, 1, true);
	assert_string_equal(key(&res, "ref"), "3");
	assert_string_equal(key(&res, "pin"), "2");
	assert_string_equal(key(&res, "map"), "1");
	assert_string_equal(key(&res, "dirty"), "1");
}

static void test_access(void **state)
{
	static const struct {
		int ret, code;
		const char *value, *text;
	} rows[] = {
		{ 0, SEGV_MAPERR, "0", "" },
		{ SIGSEGV, SEGV_MAPERR, "SIGSEGV", "SEGV_MAPERR" },
		{ SIGSEGV, SEGV_ACCERR, "SIGSEGV", "SEGV_ACCERR" },
		{ SIGBUS, BUS_ADRERR, "SIGBUS", "BUS_ADRERR" },
		{ SIGBUS, BUS_MCEERR_AR, "SIGBUS", "BUS_MCEERR_AR" },
		{ SIGSEGV, 77, "SIGSEGV", "77" },
		{ -ENOMEM, SEGV_MAPERR, "-ENOMEM", "" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		struct scn_result res = { .nr_keys = 0 };

		scn_show_access(&res, rows[i].ret, rows[i].code);
		assert_string_equal(res.value, rows[i].value);
		assert_string_equal(key(&res, "code"), rows[i].text);
	}
}

static void test_calls(void **state)
{
	unsigned int calls[SIM_DEV_NR_CALLS] = { [SIM_DEV_CLOSE] = 2, [SIM_DEV_ACCESS] = 7 };
	struct scn_result res = { .nr_keys = 0 };

	(void)state;
	scn_show_calls(&res, calls);
	assert_string_equal(key(&res, "open"), "0");
	assert_string_equal(key(&res, "close"), "2");
	assert_string_equal(key(&res, "access"), "7");
}

static void test_insert(void **state)
{
	static const struct {
		int ret;
		unsigned int fault;
		const char *value;
	} rows[] = {
		{ 0, VM_FAULT_NOPAGE, "0" }, { 0, VM_FAULT_SIGBUS, "SIGBUS" },
		{ 0, VM_FAULT_OOM, "-ENOMEM" }, { -EBUSY, 0, "-EBUSY" },
		{ -EFAULT, VM_FAULT_SIGBUS, "-EFAULT" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		struct scn_result res = { .nr_keys = 0 };

		scn_show_insert(&res, rows[i].ret, rows[i].fault);
		assert_string_equal(res.value, rows[i].value);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_flags),
	cmocka_unit_test(test_refs),
	cmocka_unit_test(test_access),
	cmocka_unit_test(test_calls),
	cmocka_unit_test(test_insert),
};
SIM_TEST_MAIN(tests)
