#include "tests/kit/transcript.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { STORY_BYTES = 64 * 1024, STEPS = 10000 };

static world_t *world;
static char *told;
static size_t told_size;
static FILE *teller;
static size_t begun;  // where the story begins

void transcript_open (void)
{
    struct world_config config = world_config_default ();
    begun = 0;
    teller = open_memstream (&told, &told_size);
    ck_assert_ptr_nonnull (teller);
    config.story = teller;
    world = world_new (&config, NULL, NULL);
    world_add_hand (world, ALICE);
    world_add_hand (world, BOB);
    world_add_hand (world, SAM);
}

void transcript_close (void)
{
    world_destroy (&world);
    fclose (teller);
    free (told);
}

world_t *transcript_world (void)
{
    return world;
}

void transcript_add_trader (int64_t id, enum mode mode, int64_t ping_every_us)
{
    struct trader_config config = trader_config_default ();
    config.id = id;
    config.policy = policy_default (mode);
    config.invalidation = mode == MODE_CACHED;  // Else it would only be heard of, or is not wanted.
    config.ping_every_us = ping_every_us;
    world_add_trader (world, &config);
}

void transcript_run (int64_t time_us)
{
    enum world_end end = world_run (world, world_now_us (world) + time_us, STEPS);
    ck_assert (end == WORLD_TIME || end == WORLD_QUIET);
}

void transcript_quiet (void)
{
    ck_assert_int_eq (world_run (world, world_now_us (world) + 10 * WORLD_MS, STEPS), WORLD_QUIET);
}

struct first transcript_first (int64_t trader)
{
    return (struct first){.trader = trader, .epoch = trader_epoch (world_trader (world, trader))};
}

void transcript_buy (int64_t buyer, int64_t trader, struct buy order)
{
    struct message message = {.type = MESSAGE_BUY, .from = buyer, .clock = 1, .buy = order};
    message.buy.product = "fish";
    world_say (world, buyer, trader, &message);
}

void transcript_restock (int64_t seller, int64_t trader, int64_t number, int64_t quantity)
{
    struct message message = {.type = MESSAGE_RESTOCK, .from = seller, .clock = 1};
    message.restock = (struct restock){.number = number,
                                       .attempt = 1,
                                       .product = "fish",
                                       .quantity = quantity,
                                       .price_cents = 250,
                                       .first = transcript_first (trader)};
    world_say (world, seller, trader, &message);
}

void transcript_begin (void)
{
    fflush (teller);
    begun = told_size;
}

// Shows the first line in which the two differ, and all of the story, which may be longer than a
// message of Check's.
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
    fprintf (stderr, "%s would be:\n%s", path, story);
    ck_abort_msg ("%s:%d differs\n- %.*s\n+ %.*s\n`make golden` writes it, if this is meant.", path,
                  line, (int) strcspn (of_golden, "\n"), of_golden, (int) strcspn (of_story, "\n"),
                  of_story);
}

void transcript_must_be (const char *name, const char *heading)
{
    static char text[STORY_BYTES];
    static char golden[STORY_BYTES];
    char path[256];
    const char *mode = getenv ("SOUK_GOLDEN");
    bool writes = mode && strcmp (mode, "write") == 0;
    snprintf (path, sizeof path, "tests/golden/%s.txt", name);
    fflush (teller);
    const char *story = told + begun;
    story += story[0] == '\n';  // There is an empty line behind the heading.
    int length = snprintf (text, sizeof text, "%s\n\n%s", heading, story);
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
