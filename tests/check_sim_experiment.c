#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/experiment/experiment_options.h"
#include "tests/sim/experiment/meter.h"
#include "tests/sim/experiment/units.h"

enum { FIRST_BUYER = 10, BUYERS = 3, SELLER = 20, TRADER = 1 };

static meter_t *meter;

static void set_up (void)
{
    meter = meter_new (FIRST_BUYER, BUYERS);
}

static void tear_down (void)
{
    meter_destroy (&meter);
    ck_assert_ptr_null (meter);
    meter_destroy (&meter);
}

static void see (enum fact_type type, int64_t now_us, int64_t node, const struct message *message)
{
    meter_see (meter, &(struct fact){.type = type,
                                     .now_us = now_us,
                                     .node = node,
                                     .life = 1,
                                     .peer = TRADER,
                                     .message = message});
}

static void ask (int64_t now_us, int64_t buyer, int64_t number, int64_t attempt)
{
    struct message message = {.type = MESSAGE_BUY, .from = buyer};
    message.buy = (struct buy){.number = number, .attempt = attempt, .product = "salt"};
    see (FACT_ASKED, now_us, buyer, &message);
}

static void tell (int64_t now_us, int64_t buyer, int64_t number, enum status status, int64_t units,
                  int64_t missing)
{
    struct message message = {.type = MESSAGE_RECEIPT, .from = TRADER};
    message.receipt = (struct receipt){
        .number = number, .status = status, .product = "salt", .units = units, .missing = missing};
    see (FACT_TOLD, now_us, buyer, &message);
}

static void tell_error (int64_t now_us, int64_t buyer, int64_t number, enum reason reason)
{
    struct message message = {.type = MESSAGE_ERROR, .from = TRADER};
    message.error = (struct error){.reason = reason, .number = number, .text = ""};
    see (FACT_TOLD, now_us, buyer, &message);
}

START_TEST (test_meter_times_an_order_from_its_making_to_its_final_answer)
{
    ask (1000, 10, 1, 1);
    ask (1500, 12, 1, 1);
    tell (1040, 10, 1, STATUS_SOLD, 2, 0);
    tell (1530, 12, 1, STATUS_OUT_OF_STOCK, 0, 0);
    const struct figures *figures = meter_figures (meter);
    ck_assert_int_eq (figures->orders, 2);
    ck_assert_int_eq (figures->sold, 1);
    ck_assert_int_eq (figures->refused, 1);
    ck_assert_int_eq (figures->accepted, 0);
    ck_assert_int_eq (figures->units, 2);
    ck_assert_int_eq (figures->final_answer.sum_us, 40 + 30);
    ck_assert_int_eq (figures->first_answer.sum_us, 40 + 30);
}
END_TEST

START_TEST (test_meter_tells_the_first_answer_from_the_final_one)
{
    ask (1000, 10, 1, 1);
    tell (1010, 10, 1, STATUS_ACCEPTED, 3, 0);
    tell (1020, 10, 1, STATUS_ACCEPTED, 3, 0);
    ck_assert_int_eq (meter_figures (meter)->orders, 0);
    tell (1100, 10, 1, STATUS_OVERSOLD, 1, 2);
    const struct figures *figures = meter_figures (meter);
    ck_assert_int_eq (figures->orders, 1);
    ck_assert_int_eq (figures->accepted, 1);
    ck_assert_int_eq (figures->oversold, 1);
    ck_assert_int_eq (figures->units, 1);
    ck_assert_int_eq (figures->missing_units, 2);
    ck_assert_int_eq (figures->first_answer.count, 1);
    ck_assert_int_eq (figures->first_answer.sum_us, 10);
    ck_assert_int_eq (figures->final_answer.sum_us, 100);
}
END_TEST

START_TEST (test_meter_counts_an_oversell_once_however_often_it_is_told)
{
    struct message published = {.type = MESSAGE_OVERSELL, .from = TRADER};
    published.oversell = (struct oversell){.buyer = 10, .number = 4, .missing = 1};
    ask (0, 10, 4, 1);
    tell (10, 10, 4, STATUS_ACCEPTED, 1, 0);
    see (FACT_TOLD, 20, 10, &published);
    tell (30, 10, 4, STATUS_OVERSOLD, 0, 1);
    tell (40, 10, 4, STATUS_OVERSOLD, 0, 1);
    ck_assert_int_eq (meter_figures (meter)->orders, 1);
    ck_assert_int_eq (meter_figures (meter)->oversold, 1);
    ck_assert_int_eq (meter_figures (meter)->missing_units, 1);
    ck_assert_int_eq (meter_figures (meter)->final_answer.sum_us, 20);
}
END_TEST

START_TEST (test_meter_times_an_order_that_was_sent_again_from_the_first_sending)
{
    ask (0, 11, 7, 1);
    tell_error (5, 11, 7, REASON_BUSY);
    ask (100, 11, 7, 2);
    tell_error (105, 11, 7, REASON_UNAVAILABLE);
    ask (200, 11, 7, 3);
    tell (230, 11, 7, STATUS_SOLD, 1, 0);
    tell (240, 11, 7, STATUS_SOLD, 1, 0);
    const struct figures *figures = meter_figures (meter);
    ck_assert_int_eq (figures->orders, 1);
    ck_assert_int_eq (figures->resent, 2);
    ck_assert_int_eq (figures->turned_away, 2);
    ck_assert_int_eq (figures->final_answer.sum_us, 230);
}
END_TEST

START_TEST (test_meter_counts_what_was_refused_for_good_as_failed)
{
    ask (0, 11, 7, 1);
    tell_error (5, 11, 7, REASON_EXPIRED);
    tell (9, 11, 7, STATUS_SOLD, 1, 0);
    ck_assert_int_eq (meter_figures (meter)->orders, 1);
    ck_assert_int_eq (meter_figures (meter)->failed, 1);
    ck_assert_int_eq (meter_figures (meter)->sold, 0);
    ck_assert_int_eq (meter_figures (meter)->final_answer.count, 0);
}
END_TEST

START_TEST (test_meter_forgets_the_warm_up_but_not_the_orders_that_are_open)
{
    ask (0, 10, 1, 1);
    tell (50, 10, 1, STATUS_SOLD, 1, 0);
    ask (60, 10, 2, 1);
    ask (60, 11, 1, 1);
    tell (70, 11, 1, STATUS_ACCEPTED, 1, 0);
    meter_begin (meter);
    ck_assert_int_eq (meter_figures (meter)->orders, 0);
    tell (100, 10, 2, STATUS_SOLD, 1, 0);
    tell (110, 11, 1, STATUS_SOLD, 1, 0);
    ck_assert_int_eq (meter_figures (meter)->orders, 2);
    ck_assert_int_eq (meter_figures (meter)->accepted, 1);
    ck_assert_int_eq (meter_figures (meter)->final_answer.sum_us, 40 + 50);
    ck_assert_int_eq (meter_figures (meter)->first_answer.sum_us, 40);
}
END_TEST

START_TEST (test_meter_follows_as_many_open_orders_as_a_buyer_can_have)
{
    for (int64_t number = 1; number <= LIMIT_ANSWERS; number++) {
        ask (number, 10, number, 1);
    }
    for (int64_t number = LIMIT_ANSWERS; number >= 1; number--) {
        tell (number + 5, 10, number, STATUS_SOLD, 1, 0);
    }
    ck_assert_int_eq (meter_figures (meter)->orders, LIMIT_ANSWERS);
    ck_assert_int_eq (meter_figures (meter)->final_answer.min_us, 5);
    ck_assert_int_eq (meter_figures (meter)->final_answer.max_us, 5);
}
END_TEST

START_TEST (test_meter_forgets_an_order_that_was_given_up_when_its_place_is_needed)
{
    ask (0, 10, 1, 1);
    ask (100, 10, 1 + LIMIT_ANSWERS, 1);
    tell (110, 10, 1, STATUS_SOLD, 1, 0);
    ck_assert_int_eq (meter_figures (meter)->orders, 0);
    tell (110, 10, 1 + LIMIT_ANSWERS, STATUS_SOLD, 1, 0);
    ck_assert_int_eq (meter_figures (meter)->orders, 1);
    ck_assert_int_eq (meter_figures (meter)->final_answer.sum_us, 10);
}
END_TEST

START_TEST (test_meter_leaves_out_what_is_not_for_its_buyers)
{
    struct message restock = {.type = MESSAGE_RESTOCK, .from = SELLER};
    restock.restock = (struct restock){.number = 1, .attempt = 2, .product = "salt"};
    ask (0, 9, 1, 1);
    ask (0, 13, 1, 1);
    tell (10, 9, 1, STATUS_SOLD, 1, 0);
    tell (10, 13, 1, STATUS_SOLD, 1, 0);
    tell (10, 12, 5, STATUS_SOLD, 1, 0);
    tell_error (10, 12, 0, REASON_BAD_REQUEST);
    see (FACT_ASKED, 20, SELLER, &restock);
    ck_assert_int_eq (meter_figures (meter)->orders, 0);
    ck_assert_int_eq (meter_figures (meter)->resent, 1);
}
END_TEST

START_TEST (test_meter_counts_batches_and_the_orders_in_them)
{
    const struct result results[] = {
        {.kind = RESULT_RECEIPT}, {.kind = RESULT_RESTOCKED}, {.kind = RESULT_SETTLED}};
    struct message committed = {.type = MESSAGE_COMMITTED};
    struct message snapshot = {.type = MESSAGE_STOCK};
    committed.committed = (struct committed){.results = results, .result_count = 3};
    see (FACT_ANSWERED, 0, WAREHOUSE_NODE, &committed);
    see (FACT_ANSWERED, 0, WAREHOUSE_NODE, &snapshot);
    see (FACT_ANSWERED, 0, WAREHOUSE_NODE, &committed);
    ck_assert_int_eq (meter_figures (meter)->batches, 2);
    ck_assert_int_eq (meter_figures (meter)->batched, 4);
}
END_TEST

static const struct {
    const char *text;
    int64_t us;
    const char *left;  // behind it
} times[] = {
    {"0", 0, ""},
    {"5us", 5, ""},
    {"0.5s", 500000, ""},
    {"1.25ms", 1250, ""},
    {"2m", 120000000, ""},
    {"1h", HOUR_US, ""},
    {"0.0000019s", -1, NULL},
    {"0.000001s", 1, ""},
    {"200us-0.4ms", 200, "-0.4ms"},
    {"999999999h", 999999999 * HOUR_US, ""},
    {"1000000000s", -1, NULL},
    {"99999999999999999999s", -1, NULL},
    {"5", -1, NULL},
    {"", -1, NULL},
    {"s", -1, NULL},
    {"-1s", -1, NULL},
    {"1.s", -1, NULL},
    {".5s", -1, NULL},
    {"0.0", -1, NULL},
    {"1e3s", -1, NULL},
    {"1 s", -1, NULL},
    {"1sx", -1, NULL},
    {"1S", -1, NULL},
};

START_TEST (test_a_time_is_read_with_its_unit)
{
    const char *text = times[_i].text;
    ck_assert_int_eq (units_take_time_us (&text), times[_i].us);
    if (times[_i].left) {
        ck_assert_str_eq (text, times[_i].left);
    }
}
END_TEST

START_TEST (test_a_time_is_printed_as_it_would_be_written)
{
    const struct {
        int64_t us;
        const char *text;
    } printed[] = {
        {0, "0"},
        {5, "5us"},
        {999, "999us"},
        {1000, "1ms"},
        {1200, "1.2ms"},
        {1250, "1.25ms"},
        {1001, "1.001ms"},
        {500000, "500ms"},
        {1000000, "1s"},
        {1500000, "1.5s"},
        {60000000, "1m"},
        {90000000, "90s"},
        {1000001, "1000.001ms"},
        {HOUR_US, "1h"},
        {HOUR_US + SECOND_US, "3601s"},
    };
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        char text[32] = "";
        FILE *file = fmemopen (text, sizeof text, "w");
        ck_assert_ptr_nonnull (file);
        units_print_time (printed[i].us, file);
        fclose (file);
        ck_assert_str_eq (text, printed[i].text);
    }
}
END_TEST

START_TEST (test_options_take_what_is_within_bounds)
{
    struct experiment experiment = experiment_default ();
    char error[256] = "";
    ck_assert (experiment_take (&experiment, "--traders", "256", error, sizeof error));
    ck_assert (experiment_take (&experiment, "--quantity", "2-5", error, sizeof error));
    ck_assert (experiment_take (&experiment, "--fsync", "0", error, sizeof error));
    ck_assert (experiment_take (&experiment, "--warehouse-latency", "1ms-0.5s", error, 256));
    ck_assert (experiment_take (&experiment, "--mode", "cached", error, sizeof error));
    ck_assert_int_eq (experiment.traders, 256);
    ck_assert_int_eq (experiment.quantity.min, 2);
    ck_assert_int_eq (experiment.quantity.max, 5);
    ck_assert_int_eq (experiment.fsync_us.max, 0);
    ck_assert_int_eq (experiment.warehouse_latency_us.min, 1000);
    ck_assert_int_eq (experiment.warehouse_latency_us.max, 500000);
    ck_assert_int_eq (experiment.mode, 1);
    ck_assert_str_eq (error, "");
}
END_TEST

START_TEST (test_options_refuse_what_is_not_and_stay_as_they_were)
{
    const char *const wrong[][2] = {
        {"--traders", "0"},
        {"--traders", "257"},
        {"--traders", "1-2"},
        {"--traders", ""},
        {"--traders", NULL},
        {"--traders", "5x"},
        {"--mode", "fast"},
        {"--mode", ""},
        {"--quantity", "5-1"},
        {"--quantity", "1-"},
        {"--quantity", "1-2-3"},
        {"--quantity", "0-1"},
        {"--think-time", "5"},
        {"--think-time", "2h"},
        {"--think-time", "-1s"},
        {"--fsync", "2ms-1ms"},
        {"--client-latency", "0"},
        {"--seed", "99999999999999999999"},
        {"--seed", "9007199254740992"},
        {"--frobnicate", "1"},
        {"traders", "1"},
    };
    const struct experiment before = experiment_default ();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct experiment experiment = before;
        char error[256] = "";
        ck_assert_msg (!experiment_take (&experiment, wrong[i][0], wrong[i][1], error, 256),
                       "%s %s", wrong[i][0], wrong[i][1]);
        ck_assert_ptr_nonnull (strstr (error, wrong[i][0]));
        ck_assert_mem_eq (&experiment, &before, sizeof before);
    }
}
END_TEST

START_TEST (test_no_more_clients_than_a_warehouse_remembers)
{
    struct experiment experiment = experiment_default ();
    char error[256] = "";
    experiment.buyers = LIMIT_CLIENTS - 1;
    experiment.sellers = 1;
    ck_assert (experiment_check (&experiment, error, sizeof error));
    experiment.sellers = 2;
    ck_assert (!experiment_check (&experiment, error, sizeof error));
    ck_assert_ptr_nonnull (strstr (error, "--buyers"));
    experiment.sellers = 0;
    ck_assert (!experiment_check (&experiment, error, sizeof error));
    ck_assert_ptr_nonnull (strstr (error, "--stock"));
    experiment.stock = 1;
    ck_assert (experiment_check (&experiment, error, sizeof error));
}
END_TEST

static Suite *suite (void)
{
    Suite *suite = suite_create ("experiment");
    TCase *meters = tcase_create ("meter");
    tcase_add_checked_fixture (meters, set_up, tear_down);
    tcase_add_test (meters, test_meter_times_an_order_from_its_making_to_its_final_answer);
    tcase_add_test (meters, test_meter_tells_the_first_answer_from_the_final_one);
    tcase_add_test (meters, test_meter_counts_an_oversell_once_however_often_it_is_told);
    tcase_add_test (meters, test_meter_times_an_order_that_was_sent_again_from_the_first_sending);
    tcase_add_test (meters, test_meter_counts_what_was_refused_for_good_as_failed);
    tcase_add_test (meters, test_meter_forgets_the_warm_up_but_not_the_orders_that_are_open);
    tcase_add_test (meters, test_meter_follows_as_many_open_orders_as_a_buyer_can_have);
    tcase_add_test (meters, test_meter_forgets_an_order_that_was_given_up_when_its_place_is_needed);
    tcase_add_test (meters, test_meter_leaves_out_what_is_not_for_its_buyers);
    tcase_add_test (meters, test_meter_counts_batches_and_the_orders_in_them);
    suite_add_tcase (suite, meters);
    TCase *options = tcase_create ("options");
    tcase_add_loop_test (options, test_a_time_is_read_with_its_unit, 0,
                         sizeof times / sizeof *times);
    tcase_add_test (options, test_a_time_is_printed_as_it_would_be_written);
    tcase_add_test (options, test_options_take_what_is_within_bounds);
    tcase_add_test (options, test_options_refuse_what_is_not_and_stay_as_they_were);
    tcase_add_test (options, test_no_more_clients_than_a_warehouse_remembers);
    suite_add_tcase (suite, options);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
