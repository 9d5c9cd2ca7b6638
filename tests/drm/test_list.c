/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The lists, and the words, that drivers' code is written in: list.h, kernel.h, atomic.h. */
#include <ttmsim/kernel.h>

#include "support/run.h"

struct item {
	int nr;
	struct list_head link;
};

/* The numbers of a list as text, forwards; and the same backwards, or the test fails. */
static const char *text_of(struct list_head *head)
{
	static char text[64];
	struct item *item;
	size_t len = 0;

	list_for_each_entry(item, head, link)
		text[len++] = (char)('0' + item->nr);
	text[len] = '\0';
	assert_int_equal(list_count_nodes(head), len);
	list_for_each_entry_reverse(item, head, link)
		assert_int_equal(text[--len], '0' + item->nr);
	assert_int_equal(len, 0);
	return text;
}

static void fill(struct item *item, int nr, struct list_head *head)
{
	INIT_LIST_HEAD(head);
	for (int i = 0; i < nr; i++) {
		item[i].nr = i;
		list_add_tail(&item[i].link, head);
	}
}

static void test_entries_are_added_and_moved(void **state)
{
	struct item item[5];
	LIST_HEAD(other);
	LIST_HEAD(head);

	(void)state;
	fill(item, 5, &head);
	assert_string_equal(text_of(&head), "01234");
	list_del(&item[2].link);
	assert_ptr_equal(item[2].link.next, LIST_POISON1);
	list_add(&item[2].link, &head);
	assert_string_equal(text_of(&head), "20134");
	list_move(&item[4].link, &head);
	list_move_tail(&item[2].link, &head);
	assert_string_equal(text_of(&head), "40132");
	list_rotate_left(&head);
	assert_string_equal(text_of(&head), "01324");
	list_swap(&item[0].link, &item[1].link);
	assert_string_equal(text_of(&head), "10324");
	list_swap(&item[1].link, &item[4].link);
	assert_string_equal(text_of(&head), "40321");
	list_bulk_move_tail(&head, &item[0].link, &item[3].link);
	assert_string_equal(text_of(&head), "42103");
	list_cut_position(&other, &head, &item[2].link);
	assert_string_equal(text_of(&other), "42");
	assert_string_equal(text_of(&head), "103");
	list_splice_tail_init(&other, &head);
	assert_true(list_empty(&other));
	assert_string_equal(text_of(&head), "10342");
	list_cut_before(&other, &head, &item[0].link);
	assert_string_equal(text_of(&other), "1");
	assert_true(list_is_singular(&other));
	list_splice_init(&other, &head);
	assert_string_equal(text_of(&head), "10342");
}

static void test_entries_are_replaced(void **state)
{
	struct item item[3], with = { .nr = 9 };
	LIST_HEAD(head);

	(void)state;
	fill(item, 3, &head);
	list_replace_init(&item[1].link, &with.link);
	assert_string_equal(text_of(&head), "092");
	assert_true(list_empty(&item[1].link));
	assert_true(list_is_first(&item[0].link, &head));
	assert_true(list_is_last(&item[2].link, &head));
	assert_ptr_equal(list_first_entry(&head, struct item, link), &item[0]);
	assert_ptr_equal(list_last_entry(&head, struct item, link), &item[2]);
	assert_ptr_equal(list_next_entry(&item[0], link), &with);
	assert_ptr_equal(list_prev_entry(&item[2], link), &with);
	list_del_init(&item[0].link);
	assert_true(list_empty(&item[0].link));
}

static void test_entries_may_go_while_they_are_walked(void **state)
{
	struct item item[6], whole, *at, *next;
	struct list_head *pos, *n;
	LIST_HEAD(other);
	LIST_HEAD(head);

	(void)state;
	fill(item, 6, &head);
	list_for_each_entry_safe(at, next, &head, link)
		if (at->nr % 2)
			list_del(&at->link);
	assert_string_equal(text_of(&head), "024");
	list_for_each_entry_safe_reverse(at, next, &head, link)
		list_move_tail(&at->link, &other);
	assert_string_equal(text_of(&other), "420");
	list_for_each_safe(pos, n, &other)
		list_del(pos);
	assert_null(list_first_entry_or_null(&other, struct item, link));
	INIT_LIST_HEAD(&whole.link); /* as a member, so that its entry is memory, too */
	at = list_prepare_entry((struct item *)NULL, &whole.link, link);
	list_for_each_entry_continue(at, &whole.link, link)
		fail();
}

static void test_errors_travel_in_pointers(void **state)
{
	(void)state;
	assert_true(IS_ERR(ERR_PTR(-ENOMEM)));
	assert_int_equal(PTR_ERR(ERR_PTR(-ENOMEM)), -ENOMEM);
	assert_true(IS_ERR(ERR_PTR(-MAX_ERRNO)));
	assert_false(IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
	assert_false(IS_ERR(NULL));
	assert_true(IS_ERR_OR_NULL(NULL));
	assert_int_equal(PTR_ERR_OR_ZERO(ERR_PTR(-EIO)), -EIO);
	assert_int_equal(PTR_ERR_OR_ZERO(&state), 0);
}

static void test_numbers_are_rounded(void **state)
{
	unsigned long a = 1, b = 2;
	int once = 0;

	(void)state;
	assert_int_equal(ALIGN(5ul, 4), 8);
	assert_int_equal(ALIGN_DOWN(7ul, 4), 4);
	assert_true(IS_ALIGNED(8ul, 4));
	assert_int_equal(DIV_ROUND_UP(7, 3), 3);
	assert_int_equal(round_up(5ul, 8), 8);
	assert_int_equal(round_down(15ul, 8), 8);
	assert_int_equal(roundup(7, 3), 9);
	assert_int_equal(rounddown(8, 3), 6);
	assert_int_equal(min(once++, 7), 0);
	assert_int_equal(once, 1);
	assert_int_equal(max_t(long, -1, 1u), 1);
	assert_int_equal(clamp(12, 3, 9), 9);
	assert_int_equal(max3(1, 3, 2), 3);
	swap(a, b);
	assert_true(a == 2 && b == 1);
	assert_int_equal(upper_32_bits(0x100000002ull), 1);
	assert_int_equal(lower_32_bits(0x100000002ull), 2);
	BUILD_BUG_ON(sizeof(u64) != 8);
}

static void test_bits_and_counters(void **state)
{
	atomic_t v = ATOMIC_INIT(1);
	atomic64_t wide = ATOMIC64_INIT(1ll << 40);
	DECLARE_BITMAP(map, 100) = { 0 };
	int old = 3;

	(void)state;
	atomic_add(2, &v);
	assert_false(atomic_dec_and_test(&v));
	assert_int_equal(atomic_cmpxchg(&v, 2, 5), 2);
	assert_false(atomic_try_cmpxchg(&v, &old, 9));
	assert_int_equal(old, 5);
	assert_int_equal(atomic_fetch_add(2, &v), 5);
	assert_false(atomic_add_unless(&v, 1, 7));
	assert_int_equal(atomic_xchg(&v, 0), 7);
	assert_false(atomic_inc_not_zero(&v));
	assert_true(atomic64_inc_return(&wide) == (1ll << 40) + 1);
	set_bit(70, map);
	assert_true(test_bit(70, map) && test_and_clear_bit(70, map) && !test_bit(70, map));
	assert_false(test_and_set_bit(0, map));
	change_bit(0, map);
	assert_int_equal(map[0] | map[1], 0);
	assert_int_equal(GENMASK(7, 4), 0xf0);
	assert_int_equal(ilog2(4096), 12);
	assert_int_equal(order_base_2(5), 3);
	assert_int_equal(order_base_2(1), 0);
	assert_int_equal(roundup_pow_of_two(5), 8);
	assert_int_equal(rounddown_pow_of_two(5), 4);
	assert_int_equal(fls(0), 0);
	assert_int_equal(fls(8), 4);
	assert_true(is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(6));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_entries_are_added_and_moved),
	cmocka_unit_test(test_entries_are_replaced),
	cmocka_unit_test(test_entries_may_go_while_they_are_walked),
	cmocka_unit_test(test_errors_travel_in_pointers),
	cmocka_unit_test(test_numbers_are_rounded),
	cmocka_unit_test(test_bits_and_counters),
};

SIM_TEST_MAIN(tests)
