#include <check.h>
#include <stdlib.h>

#include "actors/warehouse/leases.h"

static lots_t *lots;
static leases_t *leases;
static struct product *salt;

static void set_up (void)
{
    lots = lots_new ();
    leases = leases_new ();
    salt = lots_add_product (lots, "salt");
}

static void tear_down (void)
{
    leases_destroy (&leases);
    ck_assert_ptr_null (leases);
    leases_destroy (&leases);
    lots_destroy (&lots);
}

static struct lot *add (int64_t units)
{
    return lots_add (
        lots, salt,
        &(struct lot){
            .seller = 7, .number = 1, .price_cents = 10, .quantity = units, .left = units});
}

// What was told, a line of the test's own per call.
struct told {
    size_t lots;
    size_t entries;
    int64_t last_lot;
    int64_t last_units;
};

static void tell_lot (void *context, const struct lease_entry *entry, int64_t lot, int64_t units)
{
    struct told *told = context;
    ck_assert_ptr_nonnull (entry);
    told->lots++;
    told->last_lot = lot;
    told->last_units = units;
}

static void tell_entry (void *context, const struct lease_entry *entry)
{
    ck_assert (!entry->changed);
    ((struct told *) context)->entries++;
}

static struct told tell (void)
{
    struct told told = {0};
    leases_tell_changed (leases, tell_lot, tell_entry, &told);
    return told;
}

static void forget_lot (void *context, const struct lot *lot)
{
    (void) context;
    (void) lot;
}

START_TEST (test_leases_are_found_by_trader_and_product)
{
    struct product *oil = lots_add_product (lots, "oil");
    ck_assert_ptr_null (leases_find (leases, 1, salt));
    struct lease_entry *entry = leases_entry (leases, 1, salt);
    ck_assert_ptr_eq (leases_entry (leases, 1, salt), entry);
    ck_assert_ptr_null (leases_find (leases, 2, salt));
    ck_assert_ptr_null (leases_find (leases, 1, oil));
    struct lease_entry *other = leases_entry (leases, 1, oil);
    ck_assert_ptr_ne (other, entry);
    ck_assert_ptr_eq (leases_find (leases, 1, salt), entry);
    ck_assert_ptr_eq (leases_find (leases, 1, oil), other);
    ck_assert_int_eq (entry->number + entry->budget + entry->units, 0);
}
END_TEST

START_TEST (test_leases_move_units_between_free_leased_and_sold)
{
    struct lot *lot = add (10);
    struct lease_entry *one = leases_entry (leases, 1, salt);
    struct lease_entry *two = leases_entry (leases, 2, salt);
    leases_grant (leases, one, lot, 4);
    leases_grant (leases, two, lot, 3);
    leases_grant (leases, one, lot, 1);
    ck_assert_int_eq (leases_held (one, lot->id), 5);
    ck_assert_int_eq (leases_held (two, lot->id), 3);
    ck_assert_int_eq (lot->leased, 8);
    ck_assert_int_eq (salt->available, 2);
    leases_sell (leases, one, lots, lot->id, 2);
    leases_free (leases, two, lot->id, 3);
    ck_assert_int_eq (lot->leased, 3);
    ck_assert_int_eq (lot->left, 8);
    ck_assert_int_eq (salt->available, 5);
    ck_assert_int_eq (one->units, 3);
    ck_assert_uint_eq (one->held, 1);
    ck_assert_int_eq (two->units, 0);
    ck_assert_uint_eq (two->held, 0);
    ck_assert_ptr_eq (leases_lot (one, lot->id), lot);
    ck_assert_ptr_null (leases_lot (two, lot->id));
}
END_TEST

START_TEST (test_leases_keep_their_lots_in_the_order_of_arrival)
{
    struct lot *first = add (1);
    struct lot *second = add (2);
    struct lot *third = add (3);
    struct lease_entry *entry = leases_entry (leases, 1, salt);
    leases_grant (leases, entry, second, 2);
    leases_grant (leases, entry, third, 3);
    leases_grant (leases, entry, first, 1);
    ck_assert_uint_eq (entry->count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq (entry->lots[i].lot->id, (int64_t) i + 1);
        ck_assert_int_eq (entry->lots[i].units, (int64_t) i + 1);
    }
    ck_assert_int_eq (leases_held (entry, 4), 0);
}
END_TEST

START_TEST (test_leases_tell_each_change_once_a_batch)
{
    struct lot *lot = add (10);
    struct lease_entry *entry = leases_entry (leases, 1, salt);
    leases_grant (leases, entry, lot, 9);
    for (int i = 0; i < 8; i++) {
        leases_sell (leases, entry, lots, lot->id, 1);
    }
    struct told told = tell ();
    ck_assert_uint_eq (told.lots, 1);
    ck_assert_uint_eq (told.entries, 1);
    ck_assert_int_eq (told.last_lot, lot->id);
    ck_assert_int_eq (told.last_units, 1);
    told = tell ();
    ck_assert_uint_eq (told.lots + told.entries, 0);
    leases_change (leases, entry);
    told = tell ();
    ck_assert_uint_eq (told.lots, 0);
    ck_assert_uint_eq (told.entries, 1);
}
END_TEST

START_TEST (test_leases_forget_a_lot_when_its_end_was_told)
{
    struct lot *lot = add (3);
    struct lot *other = add (3);
    struct lease_entry *entry = leases_entry (leases, 1, salt);
    leases_grant (leases, entry, lot, 3);
    leases_grant (leases, entry, other, 3);
    leases_sell (leases, entry, lots, lot->id, 3);
    struct told told = tell ();
    ck_assert_uint_eq (told.lots, 2);
    lots_tell_changed (lots, forget_lot, NULL);
    ck_assert_ptr_null (lots_find (lots, 1));
    ck_assert_uint_eq (entry->count, 1);
    ck_assert_int_eq (leases_held (entry, 2), 3);
    leases_free (leases, entry, 2, 3);
    told = tell ();
    ck_assert_int_eq (told.last_lot, 2);
    ck_assert_int_eq (told.last_units, 0);
    ck_assert_uint_eq (entry->count, 0);
}
END_TEST

START_TEST (test_leases_count_what_may_be_idle)
{
    struct lot *lot = add (10);
    struct lease_entry *one = leases_entry (leases, 1, salt);
    struct lease_entry *two = leases_entry (leases, 2, salt);
    leases_grant (leases, one, lot, 4);
    leases_grant (leases, two, lot, 3);
    leases_grant_budget (leases, one, 2);
    leases_grant_budget (leases, two, 5);
    ck_assert_int_eq (leases_idle (leases, salt), 7);
    ck_assert_int_eq (leases_budget (leases, salt), 7);
    two->clean = true;
    ck_assert_int_eq (leases_idle (leases, salt), 4);
    leases_free (leases, one, 0, 2);
    ck_assert_int_eq (leases_budget (leases, salt), 5);
    ck_assert_int_eq (leases_held (two, 0), 5);
    ck_assert_int_eq (leases_free_all (leases, one), 4);
    ck_assert_int_eq (leases_idle (leases, salt), 0);
    ck_assert (!leases_holds (one));
    ck_assert (leases_holds (two));
    ck_assert_int_eq (leases_free_all (leases, two), 3);
    ck_assert (!leases_holds (two) && two->clean);
    ck_assert_int_eq (salt->available, 10);
}
END_TEST

START_TEST (test_leases_have_room_for_so_many_lots)
{
    struct lease_entry *entry = leases_entry (leases, 1, salt);
    for (size_t i = 0; i < LIMIT_LEASED_LOTS - 1; i++) {
        ck_assert_uint_eq (leases_room (entry), LIMIT_LEASED_LOTS - i);
        leases_grant (leases, entry, add (1), 1);
    }
    leases_grant_budget (leases, entry, 1);
    ck_assert_uint_eq (leases_room (entry), 0);
    // One that is sold out makes room at once, told or not.
    leases_sell (leases, entry, lots, 1, 1);
    ck_assert_uint_eq (leases_room (entry), 1);
    leases_grant (leases, entry, add (1), 1);
    ck_assert_uint_eq (leases_room (entry), 0);
    (void) tell ();
    ck_assert_uint_eq (entry->count, LIMIT_LEASED_LOTS - 1);
}
END_TEST

START_TEST (test_leases_are_restored_without_a_word)
{
    struct lot *lot = add (5);
    struct lease_entry *entry = leases_entry (leases, 1, salt);
    leases_restore (entry, lot, 5);
    ck_assert_int_eq (leases_held (entry, lot->id), 5);
    ck_assert_int_eq (salt->available, 0);
    ck_assert_ptr_null (salt->first);
    struct told told = tell ();
    ck_assert_uint_eq (told.lots + told.entries, 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("leases");
    TCase *units = tcase_create ("units");
    tcase_add_checked_fixture (units, set_up, tear_down);
    tcase_add_test (units, test_leases_are_found_by_trader_and_product);
    tcase_add_test (units, test_leases_move_units_between_free_leased_and_sold);
    tcase_add_test (units, test_leases_keep_their_lots_in_the_order_of_arrival);
    tcase_add_test (units, test_leases_tell_each_change_once_a_batch);
    tcase_add_test (units, test_leases_forget_a_lot_when_its_end_was_told);
    tcase_add_test (units, test_leases_count_what_may_be_idle);
    tcase_add_test (units, test_leases_have_room_for_so_many_lots);
    tcase_add_test (units, test_leases_are_restored_without_a_word);
    suite_add_tcase (suite, units);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
