/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "phys/refs.h"

#define RAM_PFN (BARE_RAM_START + 100)
#define IO_PFN (BARE_IO_START + 300)
#define HOLE_PFN (BARE_IO_START - 1)

static const struct {
	const char *description;
	unsigned long pfn;
} kinds[] = {
	{ "RAM", RAM_PFN },
	{ "I/O", IO_PFN },
	{ "last of RAM", BARE_RAM_START + BARE_RAM_PAGES - 1 },
	{ "last of I/O", BARE_IO_START + BARE_IO_PAGES - 1 },
};

static unsigned long nr_committed(const struct sim_machine *machine)
{
	return sim_live_objects(machine, SIM_OBJ_PAGE_BYTES);
}

static void check_page(struct sim_machine *machine, unsigned long pfn,
		       const unsigned char *wanted)
{
	unsigned char found[BARE_PAGE_SIZE];

	assert_int_equal(sim_phys_read(machine, pfn, 0, found, sizeof(found)), 0);
	assert_memory_equal(found, wanted, sizeof(found));
}

static void test_fresh_page_reads_as_zeros(void **state)
{
	static const unsigned char zeros[BARE_PAGE_SIZE];

	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++)
		check_page(*state, kinds[i].pfn, zeros);
	assert_int_equal(nr_committed(*state), 0);
}

static void test_write_of_zeros_commits_nothing(void **state)
{
	static const unsigned char zeros[BARE_PAGE_SIZE];

	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++)
		assert_int_equal(sim_phys_write(*state, kinds[i].pfn, 0, zeros, sizeof(zeros)), 0);
	assert_int_equal(nr_committed(*state), 0);
}

/* Every offset and length around words, against a plain array. */
static void test_write_then_read_any_alignment(void **state)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++) {
		unsigned char wanted[BARE_PAGE_SIZE] = { 0 }, next = 1;

		for (size_t offset = 0; offset < 20; offset++) {
			for (size_t len = 0; len < 20; len++) {
				unsigned char data[20];

				for (size_t j = 0; j < len; j++)
					data[j] = wanted[offset + j] = next++;
				assert_int_equal(sim_phys_write(*state, kinds[i].pfn, offset,
								data, len), 0);
				check_page(*state, kinds[i].pfn, wanted);
				assert_int_equal(sim_phys_read(*state, kinds[i].pfn, offset,
							       data, len), 0);
				assert_memory_equal(data, wanted + offset, len);
			}
		}
		assert_int_equal(nr_committed(*state), i + 1);
	}
}

struct range {
	const char *description;
	unsigned long pfn;
	size_t offset, len;
	int result;
};

static const struct range ranges[] = {
	{ "whole page", RAM_PFN, 0, BARE_PAGE_SIZE, 0 },
	{ "last byte", RAM_PFN, BARE_PAGE_SIZE - 1, 1, 0 },
	{ "nothing at the end", RAM_PFN, BARE_PAGE_SIZE, 0, 0 },
	{ "over the end", RAM_PFN, BARE_PAGE_SIZE - 1, 2, -EINVAL },
	{ "longer than a page", RAM_PFN, 0, BARE_PAGE_SIZE + 1, -EINVAL },
	{ "behind the end", RAM_PFN, BARE_PAGE_SIZE + 1, 0, -EINVAL },
	{ "wraps", RAM_PFN, 8, SIZE_MAX - 4, -EINVAL },
	{ "I/O", IO_PFN, 0, 8, 0 },
	{ "hole", HOLE_PFN, 0, 8, -EFAULT },
	{ "the highest pfn", ~0ul, 0, 8, -EFAULT },
};

static void test_read_and_write_check_the_range(void **state)
{
	unsigned char buf[BARE_PAGE_SIZE + 8];

	memset(buf, 1, sizeof(buf));
	for (size_t i = 0; i < SIM_ARRAY_SIZE(ranges); i++) {
		const struct range *r = &ranges[i];

		if (sim_phys_write(*state, r->pfn, r->offset, buf, r->len) != r->result ||
		    sim_phys_read(*state, r->pfn, r->offset, buf, r->len) != r->result)
			fail_msg("%s", r->description);
	}
}

static void test_crashed_machine_answers_eio(void **state)
{
	unsigned char byte = 1;

	sim_outcome_record(*state, SIM_BUG, "f", "g", "c");
	assert_int_equal(sim_phys_read(*state, RAM_PFN, 0, &byte, 1), -EIO);
	assert_int_equal(sim_phys_write(*state, RAM_PFN, 0, &byte, 1), -EIO);
}

static void test_write_without_memory_is_enomem(void **state)
{
	struct sim_machine *machine = *state;
	unsigned char byte = 9, found = 1;

	for (size_t i = 0; i < 2; i++) {
		unsigned long nth = 1;

		for (;; nth++) {
			int err;

			sim_fail_alloc(machine, nth);
			err = sim_phys_write(machine, kinds[i].pfn, 1, &byte, 1);
			if (!err)
				break;
			assert_int_equal(err, -ENOMEM);
			assert_int_equal(sim_phys_read(machine, kinds[i].pfn, 1, &found, 1), 0);
			assert_int_equal(found, 0);
			assert_int_equal(nr_committed(machine), i);
		}
		sim_fail_alloc(machine, 0);
		assert_int_equal(nth, i + 2); /* RAM: bytes; I/O: a leaf of slots, bytes */
	}
}

/* Storage that waits is used again, and counts as an allocation all the same. */
static void test_write_after_clear(void **state)
{
	struct sim_machine *machine = *state;
	unsigned char byte = 9;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++) {
		unsigned char wanted[BARE_PAGE_SIZE] = { 0 };
		unsigned long pfn = kinds[i].pfn;

		assert_int_equal(sim_phys_write(machine, pfn, 5, &byte, 1), 0);
		assert_int_equal(sim_phys_clear(machine, pfn), 0);
		assert_int_equal(nr_committed(machine), 0);
		check_page(machine, pfn, wanted);
		sim_fail_alloc(machine, 1);
		assert_int_equal(sim_phys_write(machine, pfn, 6, &byte, 1), -ENOMEM);
		check_page(machine, pfn, wanted);
		assert_int_equal(sim_phys_write(machine, pfn, 6, &byte, 1), 0);
		wanted[6] = 9;
		check_page(machine, pfn, wanted);
		assert_int_equal(sim_phys_clear(machine, pfn), 0);
	}
	assert_int_equal(sim_phys_clear(machine, HOLE_PFN), -EFAULT);
}

static void test_copy_between_all_kinds(void **state)
{
	struct sim_machine *machine = *state;

	for (size_t to = 0; to < SIM_ARRAY_SIZE(kinds); to++) {
		for (size_t from = 0; from < SIM_ARRAY_SIZE(kinds); from++) {
			unsigned char wanted[BARE_PAGE_SIZE];

			memset(wanted, (int)(16 * to + from + 1), sizeof(wanted));
			assert_int_equal(sim_phys_write(machine, kinds[from].pfn, 0, wanted,
							sizeof(wanted)), 0);
			assert_int_equal(sim_phys_copy(machine, kinds[to].pfn, kinds[from].pfn),
					 0);
			check_page(machine, kinds[to].pfn, wanted);
			check_page(machine, kinds[from].pfn, wanted);
		}
	}
}

static void test_copy_of_zeros_drops_the_target(void **state)
{
	static const unsigned char zeros[BARE_PAGE_SIZE];
	unsigned char byte = 1;

	assert_int_equal(sim_phys_write(*state, RAM_PFN, 0, &byte, 1), 0);
	assert_int_equal(sim_phys_copy(*state, RAM_PFN, IO_PFN), 0);
	check_page(*state, RAM_PFN, zeros);
	assert_int_equal(nr_committed(*state), 0);
}

static void test_copy_that_fails_changes_nothing(void **state)
{
	static const unsigned char zeros[BARE_PAGE_SIZE];
	unsigned char byte = 1;

	assert_int_equal(sim_phys_write(*state, RAM_PFN, 0, &byte, 1), 0);
	sim_fail_alloc(*state, 1);
	assert_int_equal(sim_phys_copy(*state, RAM_PFN + 1, RAM_PFN), -ENOMEM);
	check_page(*state, RAM_PFN + 1, zeros);
	assert_int_equal(sim_phys_copy(*state, HOLE_PFN, RAM_PFN), -EFAULT);
	assert_int_equal(sim_phys_copy(*state, RAM_PFN, HOLE_PFN), -EFAULT);
	sim_outcome_record(*state, SIM_BUG, "f", "g", "c");
	assert_int_equal(sim_phys_copy(*state, RAM_PFN + 1, RAM_PFN), -EIO);
	assert_int_equal(sim_phys_clear(*state, RAM_PFN), -EIO);
}

static void test_snapshot_brings_back_bytes(void **state)
{
	struct sim_machine *machine = *state;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++) {
		unsigned char wanted[BARE_PAGE_SIZE] = { 0 }, byte = 77;
		struct sim_snapshot *snapshot;

		wanted[9] = 5;
		sim_phys_write(machine, kinds[i].pfn, 0, wanted, sizeof(wanted));
		snapshot = sim_snapshot(machine);
		sim_phys_write(machine, kinds[i].pfn, 9, &byte, 1);
		sim_phys_write(machine, kinds[i].pfn - 1, 9, &byte, 1);
		assert_int_equal(sim_restore(machine, snapshot), 0);
		check_page(machine, kinds[i].pfn, wanted);
		wanted[9] = 0;
		check_page(machine, kinds[i].pfn - 1, wanted);
		sim_snapshot_free(snapshot);
	}
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup_phys, bare_teardown)
	TEST(test_fresh_page_reads_as_zeros),
	TEST(test_write_of_zeros_commits_nothing),
	TEST(test_write_then_read_any_alignment),
	TEST(test_read_and_write_check_the_range),
	TEST(test_crashed_machine_answers_eio),
	TEST(test_write_without_memory_is_enomem),
	TEST(test_write_after_clear),
	TEST(test_copy_between_all_kinds),
	TEST(test_copy_of_zeros_drops_the_target),
	TEST(test_copy_that_fails_changes_nothing),
	TEST(test_snapshot_brings_back_bytes),
};
SIM_TEST_MAIN(tests)
