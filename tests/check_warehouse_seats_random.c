// Terms at random: whoever campaigns for whatever, each is granted once, and those alone trade that
// hold its seats.
#include <stdlib.h>

#include "actors/clients/random.h"
#include "tests/kit/warehouse_fixture.h"

enum { PEERS = 5, STEPS = 400 };

struct drawn {
    int64_t term;
    int64_t leader;
    int64_t seats[PEERS];
    size_t count;
};

static bool sits (const struct drawn *drawn, int64_t peer)
{
    for (size_t i = 0; i < drawn->count; i++) {
        if (drawn->seats[i] == peer) {
            return true;
        }
    }
    return false;
}

// A proposal of any peers, mostly in order, by anybody, of about this term.
static struct drawn draw (struct random *random, int64_t term)
{
    struct drawn drawn = {
        .leader = random_between (random, 1, PEERS),
        .term = term - (random_between (random, 0, 3) == 0),
    };
    bool stands = random_between (random, 0, 5) != 0;
    for (int64_t peer = 1; peer <= PEERS; peer++) {
        if (peer == drawn.leader ? stands : random_between (random, 0, 1) == 0) {
            drawn.seats[drawn.count++] = peer;
        }
    }
    if (random_between (random, 0, 5) == 0 && drawn.count > 1) {
        drawn.seats[1] = drawn.seats[0];
    }
    return drawn;
}

static bool is_good (const struct drawn *drawn, int64_t term)
{
    bool ascends = drawn->count < 2 || drawn->seats[0] < drawn->seats[1];
    return drawn->term == term && ascends && sits (drawn, drawn->leader);
}

static const struct seating *campaign (const struct drawn *drawn)
{
    const struct message request = {
        .type = MESSAGE_CAMPAIGN,
        .from = drawn->leader,
        .campaign = {.term = drawn->term, .seats = drawn->seats, .seat_count = drawn->count},
    };
    const struct message *answer = wh_ask (&request);
    ck_assert_int_eq (answer->type, MESSAGE_SEATS);
    return &answer->seats.seating;
}

static void same (const struct seating *told, const struct drawn *now)
{
    ck_assert_int_eq (told->term, now->term);
    ck_assert_int_eq (told->leader, now->leader);
    ck_assert_uint_eq (told->seat_count, now->count);
    for (size_t i = 0; i < now->count; i++) {
        ck_assert_int_eq (told->seats[i], now->seats[i]);
    }
}

// Whoever sends a batch, it is refused as unseated just where its sender holds no seat, whatever
// else is wrong with it.
static void try_batch (int64_t peer, const struct drawn *now)
{
    struct item item = wh_buy (ALICE, 1, "salt", 1);
    struct message request = wh_batch (peer, 1, 1, &item, 1);
    const struct message *answer = wh_ask (&request);
    bool unseated = answer->type == MESSAGE_ERROR && answer->error.reason == REASON_UNSEATED;
    ck_assert (unseated == (now->term > 0 && !sits (now, peer)));
}

// The store asserts besides that each term is the one after the last.
START_TEST (test_warehouse_grants_terms_one_after_the_other)
{
    struct random random = random_seeded ((uint64_t) _i + 1);
    struct drawn now = {0};
    wh_begin ();
    for (int step = 0; step < STEPS; step++) {
        struct drawn next = draw (&random, now.term);
        bool good = is_good (&next, now.term);
        const struct seating *answer = campaign (&next);
        ck_assert_uint_eq (wh_letters (MESSAGE_SEATS), good ? 2 : 1);
        if (good) {
            now = next;
            now.term++;
        }
        same (answer, &now);
        if (random_between (&random, 0, 9) == 0) {
            wh_restart ();
        }
        try_batch (random_between (&random, 1, PEERS), &now);
    }
    ck_assert_int_gt (now.term, STEPS / 4);
    ck_assert_int_lt (now.term, STEPS);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_seats_random");
    TCase *terms = wh_tcase (suite, "terms");
    tcase_add_loop_test (terms, test_warehouse_grants_terms_one_after_the_other, 0, 8);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
