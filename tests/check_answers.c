#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "actors/warehouse/answers.h"

static answers_t *answers;

static void tear_down (void)
{
    answers_destroy (&answers);
    ck_assert_ptr_null (answers);
    answers_destroy (&answers);
}

// An answer that can be told from all others by its client and number.
static struct answer make (int64_t client, int64_t number, size_t fill_count)
{
    return (struct answer){
        .number = number,
        .amount_cents = client * 1000 + number % 1000,
        .quantity = (uint32_t) (number % LIMIT_QUANTITY),
        .fill_count = (uint8_t) fill_count,
        .kind = ITEM_BUY,
    };
}

static void make_fills (int64_t client, int64_t number, struct fill *fills, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fills[i] = (struct fill){
            .seller = LIMIT_NODE - (int64_t) i,
            .lot = number,
            .units = client,
            .price_cents = LIMIT_PRICE_CENTS - (int64_t) i,
        };
    }
}

static bool add (int64_t client, int64_t number, size_t fill_count)
{
    struct answer answer = make (client, number, fill_count);
    struct fill fills[LIMIT_FILLS];
    make_fills (client, number, fills, fill_count);
    return answers_add (answers, client, &answer, fills);
}

static enum answer_state state (int64_t client, int64_t number)
{
    const struct answer *found;
    enum answer_state state = answers_find (answers, client, number, &found);
    if ((state == ANSWER_KNOWN) != (found != NULL)) {
        ck_abort_msg ("answer %lld of %lld is half known", (long long) number, (long long) client);
    }
    return state;
}

// The answer is there, with all its fills in order.
static void check_known (int64_t client, int64_t number, size_t fill_count)
{
    const struct answer *found;
    struct answer expected = make (client, number, fill_count);
    if (answers_find (answers, client, number, &found) != ANSWER_KNOWN || found->number != number
        || found->amount_cents != expected.amount_cents || found->quantity != expected.quantity
        || found->fill_count != fill_count) {
        ck_abort_msg ("answer %lld of %lld is lost", (long long) number, (long long) client);
    }
    struct fill fills[LIMIT_FILLS];
    struct fill wanted[LIMIT_FILLS];
    answers_fills (answers, found, fills);
    make_fills (client, number, wanted, fill_count);
    for (size_t i = 0; i < fill_count; i++) {
        if (fills[i].seller != wanted[i].seller || fills[i].lot != wanted[i].lot
            || fills[i].units != wanted[i].units || fills[i].price_cents != wanted[i].price_cents) {
            ck_abort_msg ("fill %zu of answer %lld of %lld is another's", i, (long long) number,
                          (long long) client);
        }
    }
}

static const int64_t windows[] = {1, 2, 7, 8, 9, 64, 100, LIMIT_ANSWERS, 65536};

START_TEST (test_answers_expire_at_exactly_what_is_kept)
{
    answers = answers_new (windows[_i]);
    int64_t highest = 3 * windows[_i] + 5;
    for (int64_t number = 1; number <= highest; number++) {
        if (state (3, number) != ANSWER_NEW || !add (3, number, number % 3 == 0)) {
            ck_abort_msg ("number %d is not new", (int) number);
        }
    }
    for (int64_t number = highest; number > highest - windows[_i]; number--) {
        check_known (3, number, number % 3 == 0);
    }
    ck_assert_int_eq (state (3, highest - windows[_i]), ANSWER_EXPIRED);
    ck_assert_int_eq (state (3, 1), ANSWER_EXPIRED);
    ck_assert_int_eq (state (3, highest + 1), ANSWER_NEW);
    ck_assert (!add (3, highest - windows[_i], 2));
}
END_TEST

START_TEST (test_answers_take_numbers_in_any_order)
{
    answers = answers_new (10);
    static const int64_t numbers[] = {8, 3, 10, 1, 9, 2};
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq (state (3, numbers[i]), ANSWER_NEW);
        ck_assert (add (3, numbers[i], i));
    }
    for (size_t i = 0; i < 6; i++) {
        check_known (3, numbers[i], i);
    }
    ck_assert_int_eq (state (3, 4), ANSWER_NEW);
    ck_assert (add (3, 11, 0));
    ck_assert_int_eq (state (3, 1), ANSWER_EXPIRED);
    check_known (3, 2, 5);
}
END_TEST

START_TEST (test_answers_take_huge_and_sparse_numbers)
{
    answers = answers_new (1024);
    static const int64_t numbers[] = {
        5, 5 + 512, 1000, 1000000007, LIMIT_INTEGER - 1023, LIMIT_INTEGER - 512, LIMIT_INTEGER};
    for (size_t i = 0; i < 7; i++) {
        ck_assert (add (3, numbers[i], 2));
        for (size_t j = 0; j <= i; j++) {
            if (numbers[j] > numbers[i] - 1024) {
                check_known (3, numbers[j], 2);
            } else {
                ck_assert_int_eq (state (3, numbers[j]), ANSWER_EXPIRED);
            }
        }
    }
    // A number that shares its place in the table with an older one.
    ck_assert (add (4, 8, 1));
    ck_assert (add (4, 8 + 1024 * 4, 1));
    ck_assert_int_eq (state (4, 8), ANSWER_EXPIRED);
    ck_assert_int_eq (state (4, 9), ANSWER_SKIPPED);
    check_known (4, 8 + 1024 * 4, 1);
}
END_TEST

START_TEST (test_answers_keep_each_clients_own)
{
    answers = answers_new (4);
    for (int64_t number = 1; number <= 50; number++) {
        ck_assert (add (3, number, 3));
        ck_assert (add (LIMIT_NODE, 2 * number, 1));
    }
    for (int64_t back = 0; back < 4; back++) {
        check_known (3, 50 - back, 3);
        ck_assert_int_eq (state (LIMIT_NODE, 100 - back), back % 2 ? ANSWER_NEW : ANSWER_KNOWN);
    }
    ck_assert_int_eq (state (5, 1), ANSWER_NEW);
}
END_TEST

START_TEST (test_answers_have_room_for_as_many_clients_as_the_limit)
{
    answers = answers_new (16);
    for (int64_t client = 1; client <= LIMIT_CLIENTS; client++) {
        if (state (client, 9) != ANSWER_NEW || !add (client, 9, 1)) {
            ck_abort_msg ("no room for client %d", (int) client);
        }
    }
    ck_assert_int_eq (state (LIMIT_CLIENTS + 1, 1), ANSWER_NO_ROOM);
    ck_assert (!add (LIMIT_CLIENTS + 1, 1, 0));
    ck_assert_int_eq (state (LIMIT_CLIENTS, 10), ANSWER_NEW);
    ck_assert (add (LIMIT_CLIENTS, 10, 0));
    check_known (1, 9, 1);
}
END_TEST

START_TEST (test_answers_take_fills_one_by_one)
{
    answers = answers_new (16);
    struct fill fills[LIMIT_FILLS];
    make_fills (3, 5, fills, LIMIT_FILLS);
    struct answer answer = make (3, 5, 0);
    ck_assert (!answers_add_fill (answers, 3, 5, &fills[0]));
    ck_assert (answers_add (answers, 3, &answer, NULL));
    ck_assert (!answers_add_fill (answers, 3, 6, &fills[0]));
    ck_assert (!answers_add_fill (answers, 4, 5, &fills[0]));
    for (size_t i = 0; i < LIMIT_FILLS; i++) {
        ck_assert (answers_add_fill (answers, 3, 5, &fills[i]));
        check_known (3, 5, i + 1);
    }
    ck_assert (!answers_add_fill (answers, 3, 5, &fills[0]));
    check_known (3, 5, LIMIT_FILLS);
}
END_TEST

START_TEST (test_answers_give_a_restock_no_fills)
{
    answers = answers_new (16);
    struct fill fill;
    make_fills (3, 5, &fill, 1);
    struct answer answer = {.number = 5, .kind = ITEM_RESTOCK, .lot = 77, .price_cents = 9};
    ck_assert (answers_add (answers, 3, &answer, NULL));
    ck_assert (!answers_add_fill (answers, 3, 5, &fill));
    const struct answer *found;
    ck_assert_int_eq (answers_find (answers, 3, 5, &found), ANSWER_KNOWN);
    ck_assert_int_eq (found->lot, 77);
    ck_assert_int_eq (found->price_cents, 9);
}
END_TEST

START_TEST (test_answers_know_which_numbers_were_skipped)
{
    answers = answers_new (4);
    static const int64_t numbers[] = {2, 3, 5, 9, 12};
    for (size_t i = 0; i < 5; i++) {
        ck_assert (add (3, numbers[i], 1));
    }
    static const enum answer_state states[] = {
        ANSWER_SKIPPED, ANSWER_EXPIRED, ANSWER_EXPIRED, ANSWER_SKIPPED, ANSWER_EXPIRED,
        ANSWER_SKIPPED, ANSWER_SKIPPED, ANSWER_SKIPPED, ANSWER_KNOWN,   ANSWER_NEW};
    for (int64_t number = 1; number <= 10; number++) {
        ck_assert_int_eq (state (3, number), states[number - 1]);
    }
    // Taken once, it is expired like any other: there is no place for the answer itself.
    ck_assert (add (3, 7, 2));
    ck_assert_int_eq (state (3, 7), ANSWER_EXPIRED);
    ck_assert (!add (3, 7, 2));
    ck_assert_int_eq (state (3, 6), ANSWER_SKIPPED);
    ck_assert_int_eq (state (3, 8), ANSWER_SKIPPED);
    check_known (3, 9, 1);
}
END_TEST

START_TEST (test_answers_tell_skipped_numbers_up_to_a_bound)
{
    answers = answers_new (10);
    int64_t highest = INT64_C (1700000000000000);  // microseconds since 1970
    ck_assert (add (3, highest, 0));
    ck_assert_int_eq (state (3, highest - 9), ANSWER_NEW);
    ck_assert_int_eq (state (3, highest - 10), ANSWER_SKIPPED);
    ck_assert_int_eq (state (3, highest - LIMIT_SKIPPED_BACK + 1), ANSWER_SKIPPED);
    ck_assert_int_eq (state (3, highest - LIMIT_SKIPPED_BACK), ANSWER_EXPIRED);
    ck_assert (add (3, highest + 100, 0));
    ck_assert_int_eq (state (3, highest), ANSWER_EXPIRED);
    ck_assert_int_eq (state (3, highest + 90), ANSWER_SKIPPED);
    ck_assert_int_eq (state (3, highest - LIMIT_SKIPPED_BACK + 101), ANSWER_SKIPPED);
    ck_assert_int_eq (state (3, highest - LIMIT_SKIPPED_BACK + 100), ANSWER_EXPIRED);
    ck_assert (!add (3, highest - LIMIT_SKIPPED_BACK + 100, 0));
}
END_TEST

// Many clients that leave out every other number: those that come late get no ranges any more.
START_TEST (test_answers_bound_what_was_skipped_by_all_clients)
{
    enum { ORDERS = LIMIT_SKIPPED_BACK / 2, CLIENTS = LIMIT_SKIPPED / ORDERS + 2 };
    answers = answers_new (2);
    for (int64_t client = 1; client <= CLIENTS; client++) {
        for (int64_t number = 1; number <= ORDERS; number++) {
            if (!add (client, 2 * number, 0)) {
                ck_abort_msg ("number %d of client %d is not new", (int) number, (int) client);
            }
        }
    }
    ck_assert_int_eq (state (1, 3), ANSWER_SKIPPED);
    ck_assert_int_eq (state (1, 4), ANSWER_EXPIRED);
    ck_assert_int_eq (state (CLIENTS, 3), ANSWER_EXPIRED);
    check_known (CLIENTS, 2 * ORDERS, 0);
}
END_TEST

START_TEST (test_answers_conclude_nothing_from_what_a_store_leaves_out)
{
    answers = answers_new (4);
    static const int64_t numbers[] = {2, 90, 100, 97};
    for (size_t i = 0; i < 4; i++) {
        struct answer answer = make (3, numbers[i], 0);
        ck_assert (answers_restore (answers, 3, &answer));
    }
    for (int64_t number = 1; number <= 96; number++) {
        ck_assert_int_eq (state (3, number), ANSWER_EXPIRED);
    }
    ck_assert (answers_restore_skipped (answers, 3, 50, 59));
    ck_assert (answers_restore_skipped (answers, 3, 96, 96));
    for (int64_t number = 1; number <= 96; number++) {
        bool is_skipped = (number >= 50 && number <= 59) || number == 96;
        ck_assert_int_eq (state (3, number), is_skipped ? ANSWER_SKIPPED : ANSWER_EXPIRED);
    }
    ck_assert_int_eq (state (3, 98), ANSWER_NEW);
    // From then on it notes them itself.
    ck_assert (add (3, 102, 0));
    ck_assert_int_eq (state (3, 97), ANSWER_EXPIRED);
    ck_assert_int_eq (state (3, 98), ANSWER_SKIPPED);
}
END_TEST

START_TEST (test_answers_refuse_ranges_that_cannot_have_been_skipped)
{
    answers = answers_new (4);
    ck_assert (!answers_restore_skipped (answers, 3, 1, 1));  // of nobody
    struct answer answer = make (3, 100000, 0);
    ck_assert (answers_restore (answers, 3, &answer));
    ck_assert (!answers_restore_skipped (answers, 3, 99990, 99997));  // may still come in time
    ck_assert (!answers_restore_skipped (answers, 3, 99991, 99990));
    ck_assert (!answers_restore_skipped (answers, 3, 100000 - LIMIT_SKIPPED_BACK, 99990));
    ck_assert (answers_restore_skipped (answers, 3, 100001 - LIMIT_SKIPPED_BACK, 99990));
    ck_assert (!answers_restore_skipped (answers, 3, 99990, 99996));  // told already
    ck_assert (answers_restore_skipped (answers, 3, 99992, 99996));
}
END_TEST

// What a client was answered, in a plain list.
struct diary {
    int64_t numbers[2000];
    size_t fill_counts[2000];
    size_t count;
    int64_t highest;
};

static enum answer_state expect (const struct diary *diary, int64_t number, int64_t kept,
                                 size_t *fill_count)
{
    bool is_old = diary->count > 0 && number <= diary->highest - kept;
    for (size_t i = 0; i < diary->count; i++) {
        if (diary->numbers[i] == number) {
            *fill_count = diary->fill_counts[i];
            return is_old ? ANSWER_EXPIRED : ANSWER_KNOWN;
        }
    }
    bool is_too_old = number <= diary->highest - LIMIT_SKIPPED_BACK;
    return is_old ? is_too_old ? ANSWER_EXPIRED : ANSWER_SKIPPED : ANSWER_NEW;
}

START_TEST (test_answers_agree_with_a_plain_list)
{
    enum { CLIENTS = 3 };
    static struct diary diaries[CLIENTS];
    memset (diaries, 0, sizeof diaries);
    struct random random = random_seeded ((uint64_t) _i);
    int64_t kept = random_between (&random, 1, random_between (&random, 1, 200));
    answers = answers_new (kept);
    for (int i = 0; i < 5000; i++) {
        int64_t client = random_between (&random, 0, CLIENTS - 1);
        struct diary *diary = &diaries[client];
        int64_t jump = random_between (&random, 0, 40) ? 3 : 5 * kept;
        int64_t back = random_between (&random, 0, 9) ? kept + 2 : LIMIT_SKIPPED_BACK + 9;
        int64_t number = diary->highest + random_between (&random, -back, jump);
        number = number < 1 ? 1 : number;
        size_t fill_count = 0;
        enum answer_state expected = expect (diary, number, kept, &fill_count);
        ck_assert_int_eq (state (client, number), expected);
        if (expected == ANSWER_KNOWN) {
            check_known (client, number, fill_count);
        }
        if ((expected == ANSWER_NEW || expected == ANSWER_SKIPPED) && diary->count < 2000) {
            fill_count = (size_t) random_between (&random, 0, LIMIT_FILLS);
            ck_assert (add (client, number, fill_count));
            diary->numbers[diary->count] = number;
            diary->fill_counts[diary->count++] = fill_count;
            diary->highest = number > diary->highest ? number : diary->highest;
        }
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("answers");
    TCase *table = tcase_create ("table");
    tcase_add_checked_fixture (table, NULL, tear_down);
    tcase_add_loop_test (table, test_answers_expire_at_exactly_what_is_kept, 0,
                         (int) (sizeof windows / sizeof windows[0]));
    tcase_add_test (table, test_answers_take_numbers_in_any_order);
    tcase_add_test (table, test_answers_take_huge_and_sparse_numbers);
    tcase_add_test (table, test_answers_keep_each_clients_own);
    tcase_add_test (table, test_answers_have_room_for_as_many_clients_as_the_limit);
    tcase_add_test (table, test_answers_take_fills_one_by_one);
    tcase_add_test (table, test_answers_give_a_restock_no_fills);
    tcase_add_test (table, test_answers_know_which_numbers_were_skipped);
    tcase_add_test (table, test_answers_tell_skipped_numbers_up_to_a_bound);
    tcase_add_test (table, test_answers_bound_what_was_skipped_by_all_clients);
    tcase_add_test (table, test_answers_conclude_nothing_from_what_a_store_leaves_out);
    tcase_add_test (table, test_answers_refuse_ranges_that_cannot_have_been_skipped);
    tcase_add_loop_test (table, test_answers_agree_with_a_plain_list, 0, 20);
    suite_add_tcase (suite, table);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
