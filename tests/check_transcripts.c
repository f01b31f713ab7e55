// Stories that a reader should know, as transcripts in tests/golden. What the market says must be
// what is written there, word by word. SOUK_GOLDEN=write writes them anew: read them then.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world/world.h"

enum { ALICE = 11, BOB = 12, SAM = 21, STORY_BYTES = 64 * 1024, STEPS = 10000 };

static world_t *world;
static char *told;
static size_t told_size;
static FILE *teller;

static void set_up (void)
{
    struct world_config config = world_config_default ();
    teller = open_memstream (&told, &told_size);
    ck_assert_ptr_nonnull (teller);
    config.story = teller;
    world = world_new (&config, NULL, NULL);
    world_add_hand (world, ALICE);
    world_add_hand (world, BOB);
    world_add_hand (world, SAM);
}

static void tear_down (void)
{
    world_destroy (&world);
    fclose (teller);
    free (told);
}

static void add_trader (int64_t id, enum mode mode)
{
    struct trader_config config = trader_config_default ();
    config.id = id;
    config.mode = mode;
    config.invalidation = mode == MODE_CACHED;  // Without a cache there is nothing to listen for.
    world_add_trader (world, &config);
}

// Lets what was said before come to an end.
static void quiet (void)
{
    ck_assert_int_eq (world_run (world, world_now_us (world) + 10 * WORLD_MS, STEPS), WORLD_QUIET);
}

static void buy (int64_t buyer, int64_t trader, int64_t number, int64_t quantity)
{
    struct message message = {.type = MESSAGE_BUY, .from = buyer, .clock = 1};
    message.buy =
        (struct buy){.number = number, .attempt = 1, .product = "fish", .quantity = quantity};
    world_say (world, buyer, trader, &message);
}

static void restock (int64_t seller, int64_t trader, int64_t number, int64_t quantity)
{
    struct message message = {.type = MESSAGE_RESTOCK, .from = seller, .clock = 1};
    message.restock = (struct restock){.number = number,
                                       .attempt = 1,
                                       .product = "fish",
                                       .quantity = quantity,
                                       .price_cents = 250};
    world_say (world, seller, trader, &message);
}

// Shows the first line in which the two differ.
static void differ (const char *path, const char *golden, const char *story)
{
    int line = 1;
    const char *of_golden = golden;
    const char *of_story = story;
    for (size_t i = 0; golden[i] && golden[i] == story[i]; i++) {
        if (golden[i] == '\n') {
            line++;
            of_golden = golden + i + 1;
            of_story = story + i + 1;
        }
    }
    ck_abort_msg ("%s:%d differs\n- %.*s\n+ %.*s\nThe whole story is now:\n%s"
                  "`make golden` writes it, if this is meant.",
                  path, line, (int) strcspn (of_golden, "\n"), of_golden,
                  (int) strcspn (of_story, "\n"), of_story, story);
}

// The story is what was said so far, under a heading of two lines.
static void must_be (const char *name, const char *heading)
{
    static char text[STORY_BYTES];
    static char golden[STORY_BYTES];
    char path[256];
    const char *mode = getenv ("SOUK_GOLDEN");
    bool writes = mode && strcmp (mode, "write") == 0;
    snprintf (path, sizeof path, "tests/golden/%s.txt", name);
    fflush (teller);
    int length = snprintf (text, sizeof text, "%s\n\n%s", heading, told);
    ck_assert_int_lt (length, STORY_BYTES);
    FILE *file = fopen (path, writes ? "w" : "r");
    ck_assert_msg (file != NULL, "%s cannot be opened: run this from the project's folder", path);
    if (writes) {
        ck_assert_int_ge (fputs (text, file), 0);
        ck_assert_int_eq (fclose (file), 0);
        return;
    }
    size_t size = fread (golden, 1, sizeof golden - 1, file);
    golden[size] = 0;
    ck_assert_int_eq (fclose (file), 0);
    if (strcmp (golden, text) != 0) {
        differ (path, golden, text);
    }
}

START_TEST (test_transcript_of_a_buy_from_a_sync_trader)
{
    add_trader (1, MODE_SYNC);
    quiet ();
    restock (SAM, 1, 1, 3);
    quiet ();
    buy (ALICE, 1, 1, 2);
    quiet ();
    buy (BOB, 1, 1, 2);
    (void) world_run (world, world_now_us (world) + WORLD_MS, STEPS);
    buy (ALICE, 1, 2, 1);
    quiet ();
    must_be ("sync_buy",
             "Sync: an order is answered when the warehouse (0) has committed it, so nothing is\n"
             "sold twice. Sam (21) sells fish through trader 1 to alice (11) and bob (12).");
}
END_TEST

START_TEST (test_transcript_of_a_buy_from_a_cached_trader)
{
    add_trader (1, MODE_CACHED);
    quiet ();
    restock (SAM, 1, 1, 3);
    quiet ();
    buy (ALICE, 1, 1, 2);
    quiet ();
    buy (BOB, 1, 1, 2);
    quiet ();
    must_be ("cached_buy",
             "Cached: trader 1 answers alice (11) and bob (12) at once, from its copy of the\n"
             "stock, and writes behind; the final receipt comes from the warehouse (0).");
}
END_TEST

START_TEST (test_transcript_of_an_oversell)
{
    add_trader (1, MODE_CACHED);
    add_trader (2, MODE_CACHED);
    quiet ();
    restock (SAM, 1, 1, 1);
    quiet ();
    buy (ALICE, 1, 1, 1);
    buy (BOB, 2, 1, 1);
    quiet ();
    must_be (
        "oversell",
        "Oversell: traders 1 and 2 both sell the last fish from their caches. The warehouse\n"
        "(0) finds out; bob (12) is told, directly and by his trader's news, and pays nothing.");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("transcripts");
    TCase *stories = tcase_create ("stories");
    tcase_add_checked_fixture (stories, set_up, tear_down);
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
