#include <check.h>
#include <string.h>

#include "actors/clients/random.h"
#include "tests/kit/client_fixture.h"

// The client is one of them.
static const int64_t PEERS[] = {1, 2, 3, 10};

// What the client was last told of the seats, and what became of its requests, by number.
enum { REQUESTS_MAX = 1 << 12 };
static bool seated[128];
static bool ended[REQUESTS_MAX];
static bool sent[REQUESTS_MAX];
static int64_t last_to[REQUESTS_MAX];
static int64_t closed;

// Takes the letters out.
static void check_letters (void)
{
    for (size_t i = 0; i < out.letter_count; i++) {
        const struct letter *letter = &out.letters[i];
        ck_assert_msg (seated[letter->to], "%s to %lld, which has no seat",
                       message_type_name (letter->message.type), (long long) letter->to);
        if (letter->message.type == MESSAGE_BUY) {
            int64_t number = letter->message.buy.number;
            ck_assert (!ended[number]);
            ck_assert_int_eq (letter->message.buy.attempt == 1, !sent[number]);
            sent[number] = true;
            last_to[number] = letter->to;
        }
    }
    outbox_clear (&out);
}

static void check_answers (void)
{
    struct client_answer answer;
    while (client_next (client, &answer)) {
        ck_assert (sent[answer.number] && !ended[answer.number]);
        ck_assert_int_eq (answer.outcome, CLIENT_DECIDED);
        ended[answer.number] = true;
        closed++;
    }
}

static void seat_any (struct random *random)
{
    int64_t seats[5] = {0};
    size_t count = 0;
    memset (seated, 0, sizeof seated);
    for (size_t i = 0; i < 4; i++) {
        if (random_between (random, 0, 2) == 0) {
            seated[PEERS[i]] = true;
            seats[count++] = PEERS[i];
        }
    }
    if (random_between (random, 0, 3) == 0) {
        seats[count++] = 99;
    }
    client_seats (client, seats, count, now_us, &out);
    check_letters ();
    bool any = seated[1] || seated[2] || seated[3] || seated[10];
    for (int64_t number = 1; any && number < client_next_number (client); number++) {
        ck_assert (ended[number] || seated[last_to[number]]);
    }
}

// A trader answers a request, or turns it away: the one that has it, or one that had it.
static void answer_any (struct random *random)
{
    int64_t last = client_next_number (client) - 1;
    int64_t number = random_between (random, last > 15 ? last - 15 : 1, last);
    if (last < 1) {
        return;
    }
    int64_t from =
        random_between (random, 0, 3) ? last_to[number] : PEERS[random_between (random, 0, 3)];
    if (from && random_between (random, 0, 1)) {
        static const enum reason REASONS[] = {REASON_BUSY, REASON_UNAVAILABLE, REASON_PENDING};
        tell (kit_error (from, number, REASONS[random_between (random, 0, 2)]));
    } else if (from) {
        tell (kit_receipt (from, number, STATUS_SOLD, 1, 0, 5));
    }
}

static void settle_all (void)
{
    static const int64_t LAST = 3;
    memset (seated, 0, sizeof seated);
    seated[LAST] = true;
    client_seats (client, &LAST, 1, now_us, &out);
    check_letters ();
    for (int64_t number = 1; number < client_next_number (client); number++) {
        if (!ended[number]) {
            ck_assert_int_eq (last_to[number], LAST);
            tell (kit_receipt (LAST, number, STATUS_SOLD, 1, 0, 5));
            check_answers ();
        }
    }
}

START_TEST (test_client_gets_one_answer_to_each_request_and_asks_only_those_with_seats)
{
    struct random random = random_seeded ((uint64_t) _i);
    config.traders = PEERS;
    config.trader_count = 4;
    config.elected = true;
    config.ping_every_us = _i % 2 ? KIT_S : 0;
    config.choice = _i % 3 ? CHOICE_RANDOM : CHOICE_ROUND_ROBIN;
    config.give_up_us = 1000000 * (int64_t) KIT_S;
    begin ();
    int64_t asked = 0;
    for (int i = 0; i < 3000; i++) {
        now_us += random_between (&random, 0, 200 * KIT_MS);
        int64_t chance = random_between (&random, 0, 9);
        outbox_clear (&out);
        if (chance < 3) {
            asked += buy (1) != 0;
        } else if (chance < 7) {
            answer_any (&random);
        } else if (chance == 7) {
            seat_any (&random);
        } else {
            client_hold (client, chance == 8);
        }
        check_letters ();
        check_answers ();
        if (client_deadline (client) <= now_us) {
            step (kit_event (EVENT_DEADLINE, now_us));
            check_letters ();
            check_answers ();
        }
        ck_assert_int_eq (client_open (client), asked - closed);
    }
    settle_all ();
    ck_assert_int_eq (client_open (client), 0);
    ck_assert_int_eq (closed, asked);
    ck_assert_int_gt (asked, 300);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("client_seats_random");
    TCase *seeds = tcase_create ("seeds");
    tcase_add_checked_fixture (seeds, set_up, tear_down);
    tcase_add_loop_test (
        seeds, test_client_gets_one_answer_to_each_request_and_asks_only_those_with_seats, 0, 10);
    suite_add_tcase (suite, seeds);
    return kit_run (suite);
}
