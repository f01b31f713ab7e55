// The orders that a client of a bench has outstanding.
#include <check.h>
#include <stdlib.h>

#include "actors/bench/window.h"

enum { SIZE = 4 };

static struct order places[SIZE];
static struct window window;

static void setup (void)
{
    for (size_t i = 0; i < SIZE; i++) {
        places[i] = (struct order){.state = ORDER_FREE};
    }
    window = (struct window){.orders = places, .size = SIZE};
}

START_TEST (test_a_window_numbers_its_orders_and_has_room_for_so_many)
{
    for (int64_t i = 1; i <= SIZE; i++) {
        struct order *order = window_open (&window, 10 * i);
        ck_assert_int_eq (order->number, i);
        ck_assert_int_eq (order->due_us, 10 * i);
        ck_assert_int_eq (order->attempt, 1);
    }
    ck_assert_ptr_null (window_open (&window, 0));
}
END_TEST

START_TEST (test_an_order_is_found_by_its_number_while_it_is_open)
{
    for (int i = 0; i < SIZE; i++) {
        (void) window_open (&window, 0);
    }
    ck_assert_int_eq (window_find (&window, 3)->number, 3);
    window_close (&window, window_find (&window, 3));
    ck_assert_ptr_null (window_find (&window, 3));
    ck_assert_ptr_null (window_find (&window, 9));
    ck_assert_int_eq (window_find (&window, 4)->number, 4);
}
END_TEST

START_TEST (test_the_first_is_the_oldest_where_all_are_closed_in_turn)
{
    ck_assert_ptr_null (window_first (&window));
    for (int64_t i = 0; i < 10 * SIZE; i++) {
        while (window_open (&window, 0)) {
        }
        ck_assert_int_eq (window_first (&window)->number, i + 1);
        window_close (&window, window_first (&window));
    }
}
END_TEST

// Whatever the order of answers, each place is used again and no order is lost.
START_TEST (test_places_are_used_again_in_any_order)
{
    srand (7);
    int64_t closed = 0;
    while (closed < 1000) {
        while (window_open (&window, 0)) {
        }
        ck_assert_uint_eq (window.open, SIZE);
        struct order *order = &places[rand () % SIZE];
        ck_assert_int_ne (order->state, ORDER_FREE);
        ck_assert_ptr_eq (window_find (&window, order->number), order);
        window_close (&window, order);
        closed++;
    }
    ck_assert_int_eq (window.number, closed + SIZE - 1);
}
END_TEST

START_TEST (test_numbers_do_not_run_away_from_the_oldest_order)
{
    ck_assert_int_eq (window_open (&window, 0)->number, 1);
    struct order *order;
    while ((order = window_open (&window, 0))) {
        window_close (&window, order);
    }
    ck_assert_int_eq (window.number, WINDOW_SPAN_MAX);
    window_close (&window, window_find (&window, 1));
    ck_assert_int_eq (window_open (&window, 0)->number, WINDOW_SPAN_MAX + 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("window");
    TCase *test_case = tcase_create ("orders outstanding");
    tcase_add_checked_fixture (test_case, setup, NULL);
    tcase_add_test (test_case, test_a_window_numbers_its_orders_and_has_room_for_so_many);
    tcase_add_test (test_case, test_an_order_is_found_by_its_number_while_it_is_open);
    tcase_add_test (test_case, test_the_first_is_the_oldest_where_all_are_closed_in_turn);
    tcase_add_test (test_case, test_places_are_used_again_in_any_order);
    tcase_add_test (test_case, test_numbers_do_not_run_away_from_the_oldest_order);
    suite_add_tcase (suite, test_case);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
