// Stories of stock that is leased, and of a batch, as transcripts in tests/golden.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/transcript.h"

static void buy (int64_t buyer, int64_t trader, int64_t number, int64_t quantity)
{
    transcript_buy (buyer, trader,
                    (struct buy){.number = number,
                                 .attempt = 1,
                                 .quantity = quantity,
                                 .first = transcript_first (trader)});
    transcript_run (10 * WORLD_MS);
}

static void begin_with (enum mode mode, int64_t traders, int64_t units)
{
    for (int64_t trader = 1; trader <= traders; trader++) {
        transcript_add_trader (trader, mode, 0);
    }
    transcript_run (10 * WORLD_MS);
    transcript_restock (SAM, 1, 1, units);
    transcript_run (10 * WORLD_MS);
}

START_TEST (test_transcript_of_a_buy_in_escrow)
{
    begin_with (MODE_ESCROW, 1, 9);
    transcript_begin ();
    buy (ALICE, 1, 1, 2);
    buy (BOB, 1, 1, 3);
    transcript_run (1000 * WORLD_MS);
    transcript_must_be (
        "escrow_buy",
        "Escrow: sam (21) has brought 9 fish at 2.50. For alice (11) trader 1 asks the warehouse (0)\n"
        "for units to sell; bob (12) is answered from what it holds, at once and finally. The\n"
        "warehouse hears of both behind, and gets back what idles for a second.");
}
END_TEST

START_TEST (test_transcript_of_a_recall)
{
    begin_with (MODE_ESCROW, 2, 4);
    transcript_begin ();
    buy (ALICE, 1, 1, 1);
    buy (BOB, 2, 1, 3);
    buy (ALICE, 1, 2, 1);
    transcript_must_be (
        "recall",
        "A recall: there are 4 fish, and trader 1 is leased its share of 2 for alice (11), who wants\n"
        "one. Bob (12) wants 3 of trader 2: the warehouse (0) has not got so many, and says that it\n"
        "recalls what is leased. Trader 1 gives back what it holds, and bob gets his. Alice is refused\n"
        "then, since nothing idles anywhere.");
}
END_TEST

START_TEST (test_transcript_of_a_batch)
{
    begin_with (MODE_BATCHED, 1, 5);
    transcript_run (200 * WORLD_MS);
    transcript_begin ();
    buy (ALICE, 1, 1, 2);
    buy (BOB, 1, 1, 5);
    buy (ALICE, 1, 2, 1);
    transcript_run (100 * WORLD_MS);
    transcript_must_be (
        "batched_buy",
        "Batched: trader 1 promises from its copy of the stock, as it was when it was fetched last,\n"
        "less what it has promised since, and tells the warehouse (0) of several orders together.");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("transcripts of leases");
    TCase *stories = tcase_create ("stories");
    tcase_add_checked_fixture (stories, transcript_open, transcript_close);
    tcase_add_test (stories, test_transcript_of_a_buy_in_escrow);
    tcase_add_test (stories, test_transcript_of_a_recall);
    tcase_add_test (stories, test_transcript_of_a_batch);
    suite_add_tcase (suite, stories);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
