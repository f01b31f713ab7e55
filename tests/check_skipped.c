#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "actors/warehouse/skipped.h"

static struct skipped skipped;
static size_t room;

static void set_up (void)
{
    skipped = (struct skipped){0};
    room = 100;
}

static void tear_down (void)
{
    size_t count = skipped.count;
    size_t before = room;
    skipped_clear (&skipped, &room);
    ck_assert_uint_eq (room, before + count);
    ck_assert_ptr_null (skipped.ranges);
}

// Holds the ranges, as in "3-9 11-11", against what they should be.
static void expect (const char *ranges)
{
    char text[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < skipped.count && length < sizeof text; i++) {
        const struct skipped_range *range = &skipped.ranges[skipped.begin + i];
        length += (size_t) snprintf (text + length, sizeof text - length, "%s%d-%d", i ? " " : "",
                                     (int) range->first, (int) range->last);
    }
    ck_assert_str_eq (text, ranges);
}

START_TEST (test_skipped_costs_nothing_while_nothing_is)
{
    ck_assert (!skipped_has (&skipped, 1));
    ck_assert (!skipped_take (&skipped, 1, &room));
    skipped_trim (&skipped, 100, &room);
    ck_assert_int_eq (skipped_last (&skipped), 0);
    ck_assert_ptr_null (skipped.ranges);
    skipped_add (&skipped, 5, 5, &room);
    ck_assert (skipped_take (&skipped, 5, &room));
    ck_assert_ptr_null (skipped.ranges);
    ck_assert_uint_eq (room, 100);
}
END_TEST

START_TEST (test_skipped_joins_what_touches)
{
    skipped_add (&skipped, 3, 4, &room);
    skipped_add (&skipped, 5, 9, &room);
    skipped_add (&skipped, 11, 11, &room);
    expect ("3-9 11-11");
    ck_assert_uint_eq (room, 98);
    ck_assert_int_eq (skipped_last (&skipped), 11);
    static const bool has[] = {0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0};
    for (int64_t number = 0; number < 13; number++) {
        ck_assert_int_eq (skipped_has (&skipped, number), has[number]);
    }
}
END_TEST

START_TEST (test_skipped_parts_a_range_that_is_taken_from)
{
    skipped_add (&skipped, 10, 20, &room);
    skipped_add (&skipped, 30, 30, &room);
    ck_assert (skipped_take (&skipped, 15, &room));
    expect ("10-14 16-20 30-30");
    ck_assert (!skipped_take (&skipped, 15, &room));
    ck_assert (skipped_take (&skipped, 10, &room));
    ck_assert (skipped_take (&skipped, 20, &room));
    ck_assert (skipped_take (&skipped, 30, &room));
    expect ("11-14 16-19");
    ck_assert_uint_eq (room, 98);
}
END_TEST

START_TEST (test_skipped_forgets_what_is_too_old)
{
    skipped_add (&skipped, 1, 3, &room);
    skipped_add (&skipped, 10, 20, &room);
    skipped_add (&skipped, 30, 40, &room);
    skipped_trim (&skipped, 15, &room);
    expect ("15-20 30-40");
    ck_assert_uint_eq (room, 98);
    skipped_trim (&skipped, 41, &room);
    ck_assert_uint_eq (skipped.count, 0);
    ck_assert_uint_eq (room, 100);
}
END_TEST

// What is forgotten is expired, which is safe; what is kept must have been skipped.
START_TEST (test_skipped_gives_up_the_lowest_without_room)
{
    room = 2;
    skipped_add (&skipped, 1, 9, &room);
    skipped_add (&skipped, 20, 29, &room);
    skipped_add (&skipped, 40, 49, &room);
    expect ("20-29 40-49");
    ck_assert (skipped_take (&skipped, 45, &room));
    expect ("20-29 46-49");
    ck_assert (!skipped_has (&skipped, 44));
    ck_assert_uint_eq (room, 0);
    struct skipped other = {0};
    skipped_add (&other, 1, 1, &room);
    ck_assert (!skipped_has (&other, 1));
    ck_assert_ptr_null (other.ranges);
}
END_TEST

// A client that leaves out every other number for ever, and then none any more.
START_TEST (test_skipped_needs_no_more_memory_than_it_uses)
{
    for (int64_t number = 1; number < 100000; number += 2) {
        skipped_add (&skipped, number, number, &room);
        skipped_trim (&skipped, number - 100, &room);
    }
    ck_assert_uint_eq (skipped.count, 51);
    ck_assert_uint_le (skipped.size, 256);
    room = 1000000;
    for (int64_t number = 100001; number < 200000; number += 2) {
        skipped_add (&skipped, number, number, &room);
    }
    for (int64_t number = 100001; number < 199990; number += 2) {
        if (!skipped_take (&skipped, number, &room)) {
            ck_abort_msg ("%d is lost", (int) number);
        }
    }
    skipped_trim (&skipped, 199990, &room);
    ck_assert_uint_eq (skipped.count, 5);
    ck_assert_uint_le (skipped.size, 32);
    expect ("199991-199991 199993-199993 199995-199995 199997-199997 199999-199999");
}
END_TEST

// With enough room it is a bitmap, and no range touches another; without, a part of one.
START_TEST (test_skipped_agrees_with_a_bitmap)
{
    enum { NUMBERS = 3000 };
    static bool bits[NUMBERS + 20];
    struct random random = random_seeded ((uint64_t) _i);
    room = _i % 3 == 0 ? (size_t) random_between (&random, 0, 20) : NUMBERS;
    size_t all = room;
    memset (bits, 0, sizeof bits);
    for (int64_t next = 1; next < NUMBERS;) {
        int64_t number = random_between (&random, 1, next);
        if (random_between (&random, 0, 2) == 0) {
            int64_t last = next + random_between (&random, 0, 9);
            skipped_add (&skipped, next, last, &room);
            memset (&bits[next], 1, (size_t) (last - next + 1));
            next = last + random_between (&random, 1, 3);
        } else if (random_between (&random, 0, 50) == 0) {
            skipped_trim (&skipped, number, &room);
            memset (bits, 0, (size_t) number);
        } else {
            bool had = bits[number];
            bool taken = skipped_take (&skipped, number, &room);
            ck_assert (taken == had || (had && _i % 3 == 0));
            bits[number] = false;
        }
        ck_assert_uint_eq (room + skipped.count, all);
        number = random_between (&random, 1, next);
        ck_assert (skipped_has (&skipped, number) == bits[number] || (bits[number] && _i % 3 == 0));
    }
    for (size_t i = 1; i < skipped.count; i++) {
        const struct skipped_range *range = &skipped.ranges[skipped.begin + i];
        ck_assert (range[-1].last < range->first - 1 && range->first <= range->last);
    }
    for (int64_t number = 1; number < NUMBERS; number++) {
        ck_assert (skipped_has (&skipped, number) == bits[number] || (bits[number] && _i % 3 == 0));
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("skipped");
    TCase *ranges = tcase_create ("ranges");
    tcase_add_checked_fixture (ranges, set_up, tear_down);
    tcase_add_test (ranges, test_skipped_costs_nothing_while_nothing_is);
    tcase_add_test (ranges, test_skipped_joins_what_touches);
    tcase_add_test (ranges, test_skipped_parts_a_range_that_is_taken_from);
    tcase_add_test (ranges, test_skipped_forgets_what_is_too_old);
    tcase_add_test (ranges, test_skipped_gives_up_the_lowest_without_room);
    tcase_add_test (ranges, test_skipped_needs_no_more_memory_than_it_uses);
    tcase_add_loop_test (ranges, test_skipped_agrees_with_a_bitmap, 0, 30);
    suite_add_tcase (suite, ranges);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
