// Stories that a reader should know, as transcripts in tests/golden. What the market says must be
// what is written there, word by word. SOUK_GOLDEN=write writes them anew: read them then.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/transcript.h"

// Where this trader is the first one to hear of the order.
static void buy (int64_t buyer, int64_t trader, int64_t number, int64_t quantity)
{
    transcript_buy (buyer, trader,
                    (struct buy){.number = number,
                                 .attempt = 1,
                                 .quantity = quantity,
                                 .first = transcript_first (trader)});
}

START_TEST (test_transcript_of_a_buy_from_a_sync_trader)
{
    transcript_add_trader (1, MODE_SYNC, 0);
    transcript_quiet ();
    transcript_restock (SAM, 1, 1, 3);
    transcript_quiet ();
    buy (ALICE, 1, 1, 2);
    transcript_quiet ();
    buy (BOB, 1, 1, 2);
    transcript_run (WORLD_MS);
    buy (ALICE, 1, 2, 1);
    transcript_quiet ();
    transcript_must_be (
        "sync_buy",
        "Sync: an order is answered when the warehouse (0) has committed it, so nothing is\n"
        "sold twice. Sam (21) sells fish through trader 1 to alice (11) and bob (12).");
}
END_TEST

START_TEST (test_transcript_of_a_buy_from_a_cached_trader)
{
    transcript_add_trader (1, MODE_CACHED, 0);
    transcript_quiet ();
    transcript_restock (SAM, 1, 1, 3);
    transcript_quiet ();
    buy (ALICE, 1, 1, 2);
    transcript_quiet ();
    buy (BOB, 1, 1, 2);
    transcript_quiet ();
    transcript_must_be (
        "cached_buy",
        "Cached: trader 1 answers alice (11) and bob (12) at once, from its copy of the\n"
        "stock, and writes behind; the final receipt comes from the warehouse (0).");
}
END_TEST

START_TEST (test_transcript_of_an_oversell)
{
    transcript_add_trader (1, MODE_CACHED, 0);
    transcript_add_trader (2, MODE_CACHED, 0);
    transcript_quiet ();
    transcript_restock (SAM, 1, 1, 1);
    transcript_quiet ();
    buy (ALICE, 1, 1, 1);
    buy (BOB, 2, 1, 1);
    transcript_quiet ();
    transcript_must_be (
        "oversell",
        "Oversell: traders 1 and 2 both sell the last fish from their caches. The warehouse\n"
        "(0) finds out; bob (12) is told, directly and by his trader's news, and pays nothing.");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("transcripts");
    TCase *stories = tcase_create ("stories");
    tcase_add_checked_fixture (stories, transcript_open, transcript_close);
    tcase_add_test (stories, test_transcript_of_a_buy_from_a_sync_trader);
    tcase_add_test (stories, test_transcript_of_a_buy_from_a_cached_trader);
    tcase_add_test (stories, test_transcript_of_an_oversell);
    suite_add_tcase (suite, stories);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
