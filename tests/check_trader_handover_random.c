// Two traders and the warehouse under random events: traders resign and hand over, or are killed,
// and come back. Whatever happens, each request is decided once, and whoever asks again gets the
// same answer.
#include <stdlib.h>

#include "tests/kit/handover_world.h"

enum {
    OPEN = 8,  // requests of each client, at most
    ROUNDS = 3000,
};

// Something new, or something that is not answered, or now and then something that is.
static void any_client_asks (void)
{
    int64_t client = hw_draw (1, HW_CLIENTS);
    int64_t open = 0;
    for (int64_t number = 1; number <= hw.asked[client]; number++) {
        open += hw_open_request (client, number);
    }
    if (open < OPEN && hw.asked[client] < HW_NUMBERS && hw_chance (60)) {
        hw_ask (client, ++hw.asked[client]);
        return;
    }
    int64_t number = hw_draw (1, hw.asked[client]);
    if (hw.asked[client] > 0 && (hw_open_request (client, number) || hw_chance (10))) {
        hw_ask (client, number);
    }
}

static void resign_or_die (int64_t id)
{
    if (hw_chance (2)) {
        hw.yields[id] = true;
        trader_yield (hw.traders[id]);
    } else if (hw_draw (0, 999) < 3) {
        hw_begin_life (id);
    }
}

static void some_rounds (void)
{
    for (int i = 0; i < 20; i++) {
        hw_round ();
    }
}

// Nothing is lost or changes any more: all that is asked again is answered,
static void come_to_rest (void)
{
    int64_t open = 1;
    hw.loss = 0;
    for (int i = 0; i < 500 && open > 0; i++) {
        open = 0;
        for (int64_t client = 1; client <= HW_CLIENTS; client++) {
            for (int64_t number = 1; number <= hw.asked[client]; number++) {
                if (hw_open_request (client, number)) {
                    open++;
                    hw_ask (client, number);
                }
            }
        }
        some_rounds ();
    }
    ck_assert_int_eq (open, 0);
}

// and so is what was answered before, in the same way.
static void all_ask_again (void)
{
    int64_t before = hw.repeated;
    for (int64_t client = 1; client <= HW_CLIENTS; client++) {
        for (int64_t number = 1; number <= hw.asked[client]; number++) {
            hw_ask (client, number);
            some_rounds ();
        }
    }
    ck_assert_int_gt (hw.repeated, before + HW_NUMBERS);
}

START_TEST (test_traders_decide_each_request_once_however_they_hand_over)
{
    hw_open_market (_i);
    for (int i = 0; i < ROUNDS; i++) {
        for (int64_t n = hw_draw (0, 2); n > 0; n--) {
            any_client_asks ();
        }
        hw_round ();
        for (int64_t id = 1; id <= HW_TRADERS; id++) {
            resign_or_die (id);
        }
    }
    come_to_rest ();
    all_ask_again ();
    for (int64_t client = 1; client <= HW_CLIENTS; client++) {
        ck_assert_int_gt (hw.asked[client], HW_NUMBERS / 4);
    }
    for (int64_t id = 1; id <= HW_TRADERS; id++) {
        hw_end_life (id);
    }
    ck_assert_int_gt (hw.handed, 0);
    ck_assert_int_gt (hw.inherited, 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader handover random");
    TCase *random = tcase_create ("random");
    tcase_add_checked_fixture (random, hw_set_up, hw_tear_down);
    tcase_set_timeout (random, 60);
    tcase_add_loop_test (random, test_traders_decide_each_request_once_however_they_hand_over, 0,
                         30);
    suite_add_tcase (suite, random);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
