#include <check.h>

#include "actors/clients/random.h"
#include "tests/kit/client_fixture.h"

static struct message any_message (struct random *random)
{
    int64_t from = random_between (random, 1, 4);
    int64_t last = client_next_number (client);
    int64_t number = random_between (random, last > 12 ? last - 12 : 0, last);
    enum status status = (enum status) random_between (random, 0, STATUS_COUNT - 1);
    int64_t epoch = random_between (random, 0, 5);
    switch (random_between (random, 0, 6)) {
    case 0:
        return kit_error (from, number, (enum reason) random_between (random, 0, REASON_COUNT - 1));
    case 5:
        return kit_pong (from, epoch);
    case 6:
        return kit_news (from, random_between (random, 1, 4), epoch, random_between (random, 0, 9),
                         (enum member_state) random_between (random, 0, MEMBER_STATE_COUNT - 1));
    case 1:
        return kit_oversold (from, number, 1, 1, 7);
    case 2:
        return kit_oversell (from, random_between (random, 9, 10), number, 1, 1, 7);
    case 3:
        return kit_restocked (from, number, "fish");
    default:
        return kit_receipt (from, number, status, 1, 0, 7);
    }
}

// Final answers, by number modulo the table's size.
static bool ended[1 << 16];

static void check_answers (int64_t *closed)
{
    struct client_answer answer;
    while (client_next (client, &answer)) {
        ck_assert_int_lt (answer.number, client_next_number (client));
        ck_assert (!ended[answer.number]);
        if (answer.outcome != CLIENT_ACCEPTED) {
            ended[answer.number] = true;
            (*closed)++;
        }
    }
}

// What the traders were told of the first one, by number modulo the table's size.
static struct first firsts[1 << 16];

static void check_letters (void)
{
    for (size_t i = 0; i < out.letter_count; i++) {
        const struct letter *letter = &out.letters[i];
        ck_assert (letter->to >= 1 && letter->to <= 3);
        if (letter->message.type != MESSAGE_BUY) {
            continue;
        }
        const struct buy *buy = &letter->message.buy;
        struct first *first = &firsts[buy->number];
        if (buy->attempt == 1) {
            *first = buy->first;
            ck_assert_int_eq (first->trader, config.bound ? letter->to : 0);
        }
        ck_assert_int_eq (buy->first.trader, first->trader);
        ck_assert_int_eq (buy->first.epoch, first->epoch);
    }
}

START_TEST (test_client_keeps_its_promises_whatever_comes_when)
{
    struct random random = random_seeded ((uint64_t) _i);
    config.bound = _i % 2;
    config.answers_kept = random_between (&random, 1, 50);
    config.ping_every_us = _i % 3 ? KIT_S : 0;
    begin ();
    int64_t asked = 0;
    int64_t closed = 0;
    for (int i = 0; i < 3000; i++) {
        now_us += random_between (&random, 0, 200 * KIT_MS);
        int64_t chance = random_between (&random, 0, 9);
        if (chance < 3) {
            int64_t number = buy (2);
            ck_assert_int_eq (number != 0, client_next_number (client) == number + 1);
            asked += number != 0;
            check_letters ();
        } else if (chance < 7) {
            struct message message = any_message (&random);
            if (message_is_published (message.type)) {
                publish (message);
            } else {
                tell (message);
            }
            check_letters ();
        }
        check_answers (&closed);
        if (client_deadline (client) <= now_us) {
            step (kit_event (EVENT_DEADLINE, now_us));
            check_answers (&closed);
            check_letters ();
        }
        ck_assert_int_gt (client_deadline (client), now_us);
        ck_assert_int_eq (client_open (client), asked - closed);
        ck_assert_int_le (client_open (client), config.answers_kept);
    }
    step (kit_event (EVENT_STOP, now_us));
    int64_t end_us = now_us + config.give_up_us;
    while (client_open (client)) {
        run_to_deadline ();
        check_answers (&closed);
        check_letters ();
        ck_assert_int_le (now_us, end_us);
    }
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
    ck_assert_int_eq (closed, asked);
    ck_assert_int_gt (asked, 20);
}
END_TEST

START_TEST (test_client_does_the_same_for_the_same_seed)
{
    int64_t trace[2] = {0, 0};
    for (int round = 0; round < 2; round++) {
        now_us = 0;
        begin ();
        for (int i = 0; i < 200; i++) {
            if (i % 7 == 0) {
                (void) buy (1);
            } else {
                run_to_deadline ();
            }
            for (size_t k = 0; k < out.letter_count; k++) {
                trace[round] = (trace[round] * 31 + out.letters[k].to + now_us) % 1000000007;
            }
        }
        client_destroy (&client);
    }
    ck_assert_int_eq (trace[0], trace[1]);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("client_random");
    TCase *seeds = tcase_create ("seeds");
    tcase_add_checked_fixture (seeds, set_up, tear_down);
    tcase_add_loop_test (seeds, test_client_keeps_its_promises_whatever_comes_when, 0, 40);
    tcase_add_test (seeds, test_client_does_the_same_for_the_same_seed);
    suite_add_tcase (suite, seeds);
    return kit_run (suite);
}
