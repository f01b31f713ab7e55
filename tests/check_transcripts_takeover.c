// Stories of a trader's death, as transcripts in tests/golden. What the market says must be what is
// written there, word by word. SOUK_GOLDEN=write writes them anew: read them then.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/transcript.h"

enum { PING_EVERY = 250 * WORLD_MS, NOTICED = 3 * PING_EVERY, A_WHILE = 20 * WORLD_MS };

// The clients' orders, both of which go to trader 1 first.
static struct buy of_alice;
static struct buy of_bob;

// Two traders that back each other up, and three fish.
static void set_up (void)
{
    transcript_open ();
    transcript_add_trader (1, MODE_CACHED, PING_EVERY);
    transcript_add_trader (2, MODE_CACHED, PING_EVERY);
    transcript_run (A_WHILE);
    transcript_restock (SAM, 1, 1, 3);
    transcript_run (A_WHILE);
    of_alice = (struct buy){.number = 1, .quantity = 2, .first = transcript_first (1)};
    of_bob = (struct buy){.number = 1, .quantity = 2, .first = transcript_first (2)};
}

// For the first time, or again.
static void ask (int64_t buyer, struct buy *order, int64_t trader)
{
    order->attempt++;
    transcript_buy (buyer, trader, *order);
}

// The order is on its way.
static void until_sent (void)
{
    transcript_run (WORLD_MS / 2);
}

// Trader 1 has decided it, and what others say to that is on its way.
static void until_copied (void)
{
    transcript_run (5 * WORLD_MS / 2);
}

START_TEST (test_transcript_of_a_trader_that_dies_before_it_has_processed_an_order)
{
    ask (ALICE, &of_alice, 1);
    until_sent ();
    world_crash (transcript_world (), 1);
    transcript_run (A_WHILE);
    ask (ALICE, &of_alice, 2);
    transcript_run (A_WHILE);
    ask (BOB, &of_bob, 2);
    transcript_run (NOTICED);
    ask (ALICE, &of_alice, 2);
    transcript_run (A_WHILE);
    transcript_must_be (
        "case_t",
        "Case T: trader 1 dies before it has processed alice's (11) order. She asks trader 2, "
        "which\n"
        "backs trader 1 up: \"pending\", until the takeover is complete, for trader 1 might have\n"
        "decided it. Then the warehouse (0) decides, once. Bob (12) was served in between, so "
        "that\n"
        "one fish of three is left for her.");
}
END_TEST

START_TEST (test_transcript_of_a_trader_that_dies_when_it_has_decided_an_order)
{
    transcript_begin ();
    world_set_delay (transcript_world (), 1, 0, 10 * WORLD_MS);
    ask (ALICE, &of_alice, 1);
    until_copied ();
    world_crash (transcript_world (), 1);
    transcript_run (A_WHILE);
    ask (ALICE, &of_alice, 2);
    transcript_run (NOTICED);
    transcript_must_be (
        "case_f",
        "Case F: trader 1 has decided alice's (11) order and dies before it can answer. Its batch "
        "is\n"
        "lost with it, its backup, trader 2, holds the copy. Trader 2 takes it over, settles the\n"
        "order in its name, and answers alice. (How the two became each other's backups: case_t.)");
}
END_TEST

START_TEST (test_transcript_of_a_trader_that_dies_when_the_warehouse_has_committed)
{
    transcript_begin ();
    ask (ALICE, &of_alice, 1);
    until_copied ();
    world_crash (transcript_world (), 1);
    transcript_run (A_WHILE);
    ask (ALICE, &of_alice, 2);
    transcript_run (NOTICED);
    transcript_must_be (
        "case_committed",
        "The third case: trader 1 dies when the warehouse (0) has committed alice's (11) order "
        "and\n"
        "before she hears of it. She asks trader 2: the warehouse knows the order and its "
        "outcome,\n"
        "so nobody has to wait for the takeover, in which nothing is left to settle.");
}
END_TEST

START_TEST (test_transcript_of_a_trader_that_goes_on_after_its_takeover)
{
    transcript_begin ();
    ask (ALICE, &of_alice, 1);
    until_sent ();
    world_pause (transcript_world (), 1);
    world_cut (transcript_world (), 0, 1, true);
    transcript_run (NOTICED);
    ask (ALICE, &of_alice, 2);
    transcript_run (A_WHILE);
    world_cut (transcript_world (), 0, 1, false);
    world_resume (transcript_world (), 1);
    transcript_run (A_WHILE);
    of_bob.first = transcript_first (1);
    ask (BOB, &of_bob, 1);
    transcript_run (A_WHILE);
    transcript_must_be ("zombie", "A zombie: trader 1 is stopped with alice's (11) order unread, "
                                  "taken over by trader 2, and\n"
                                  "goes on without having heard the news. It decides her order: "
                                  "the copy is refused, the batch\n"
                                  "is answered \"taken\", and nobody is told anything. It begins "
                                  "anew from its journal, joins in\n"
                                  "a new epoch, is backed up again, and serves bob (12).");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("transcripts of a takeover");
    TCase *stories = tcase_create ("stories");
    tcase_add_checked_fixture (stories, set_up, transcript_close);
    tcase_add_test (stories,
                    test_transcript_of_a_trader_that_dies_before_it_has_processed_an_order);
    tcase_add_test (stories, test_transcript_of_a_trader_that_dies_when_it_has_decided_an_order);
    tcase_add_test (stories,
                    test_transcript_of_a_trader_that_dies_when_the_warehouse_has_committed);
    tcase_add_test (stories, test_transcript_of_a_trader_that_goes_on_after_its_takeover);
    suite_add_tcase (suite, stories);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
