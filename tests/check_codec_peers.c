// The codec, of what an elected market says: who holds the seats, and ranks at the end of tuples.
// Both ways in which it reads, side by side.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec.h"
#include "schemas/codec_decode.h"

static arena_t *arena;
static char bytes[LIMIT_MESSAGE_BYTES];

static void setup (void)
{
    arena = arena_new (64 * 1024);
}

static void teardown (void)
{
    arena_destroy (&arena);
}

#define HEAD(type, from) "{\"type\":\"" type "\",\"v\":1,\"from\":" from ",\"clock\":1"
#define ELECTION(type, term) HEAD (type, "3") ",\"term\":" term "}"
#define CAMPAIGN(term, seats) HEAD ("campaign", "6") ",\"term\":" term ",\"seats\":" seats "}"
#define SEATING(term, leader, seats) ",\"term\":" term ",\"leader\":" leader ",\"seats\":" seats
#define SEATS(rest) HEAD ("seats", "0") ",\"epoch\":2,\"seq\":3" rest "}"
#define COORDINATOR(rest) HEAD ("coordinator", "6") rest "}"
#define PONG(rest) HEAD ("pong", "6") rest "}"
#define HANDOVER(items) HEAD ("handover", "6") ",\"term\":9,\"items\":[" items "]}"
#define CLOCK(rest) HEAD ("clock", "6") ",\"epoch\":2,\"seq\":3" rest "}"
#define COMMIT(items) HEAD ("commit", "1") ",\"epoch\":1,\"batch\":9,\"items\":[" items "]}"
#define BUY "[\"buy\",5,1,1,\"salt\",2,false,false,0,0,0"
#define RESTOCK "[\"restock\",9,1,1,\"salt\",2,10,false,0,0"

// Each is as Souk writes it.
static const char *const fine[] = {
    ELECTION ("election", "0"),
    ELECTION ("answer", "7"),
    ELECTION ("resign", "9007199254740991"),
    CAMPAIGN ("0", "[6]"),
    CAMPAIGN ("7", "[1,2,65535]"),
    SEATS (SEATING ("0", "0", "[]")),
    SEATS (SEATING ("8", "6", "[5,6]")),
    SEATS (SEATING ("8", "5", "[5,6]")),
    COORDINATOR (SEATING ("8", "6", "[6]")),
    COORDINATOR (SEATING ("8", "6", "[5,6]") ",\"took_us\":4100,\"messages\":9"),
    PONG (""),
    PONG (SEATING ("8", "6", "[5,6]")),
    PONG (",\"epoch\":3" SEATING ("8", "6", "[5,6]")),
    HANDOVER (""),
    HANDOVER (BUY ",[],17]," RESTOCK ",17],[\"order_status\",5,1,3],[\"lot_status\",9,1]"),
    CLOCK (",\"buyer\":3,\"number\":17"),
    CLOCK (",\"buyer\":3,\"number\":17,\"vector\":[[3,17],[6,2]]"),
    COMMIT (BUY "]"),
    COMMIT (BUY ",[],1]"),
    COMMIT (BUY ",[[4,9,3,2,1000]],1]"),
    COMMIT (RESTOCK "]"),
    COMMIT (RESTOCK ",9007199254740991]"),
};

START_TEST (test_codec_takes_what_an_elected_market_says)
{
    struct message fast;
    struct message full;
    struct decode_error error;
    const char *text = fine[_i];
    size_t size = strlen (text);
    ck_assert_msg (codec_decode_fast (text, size, arena, &fast), "%s", text);
    ck_assert_uint_eq (message_encode (&fast, bytes, sizeof bytes), size);
    ck_assert_mem_eq (bytes, text, size);
    ck_assert_msg (codec_decode_full (text, size, arena, &full, &error), "%s", error.text);
    ck_assert_uint_eq (message_encode (&full, bytes, sizeof bytes), size);
    ck_assert_mem_eq (bytes, text, size);
}
END_TEST

static const struct {
    const char *bytes;
    const char *text;  // that the error begins with
} hostile[] = {
    {ELECTION ("election", "-1"), "election: term must be an integer from 0 to"},
    {ELECTION ("answer", "-1"), "answer: term must be an integer from 0 to"},
    {ELECTION ("resign", "9007199254740992"), "resign: term must be an integer from 0 to"},
    {ELECTION ("election", "\"7\""), "election: term must be an integer from 0 to"},
    {HEAD ("election", "3") "}", "election: term is missing"},
    {HEAD ("election", "0") ",\"term\":7}", "election: from must be an integer from 1 to"},
    {CAMPAIGN ("-1", "[6]"), "campaign: term must be an integer from 0 to"},
    {CAMPAIGN ("7", "[]"), "campaign: seats must be an array of 1 to 64 values, not an array of 0"},
    {CAMPAIGN ("7", "6"), "campaign: seats must be an array of 1 to 64 values, not 6"},
    {CAMPAIGN ("7", "[6,5]"), "campaign: seats must name its peers in ascending order, each once"},
    {CAMPAIGN ("7", "[5,5,6]"),
     "campaign: seats must name its peers in ascending order, each once"},
    {CAMPAIGN ("7", "[0,6]"), "campaign: seats[0] must be an integer from 1 to 65535, not 0"},
    {CAMPAIGN ("7", "[6,65536]"), "campaign: seats[1] must be an integer from 1 to 65535, not"},
    {CAMPAIGN ("7", "[[5],[6]]"), "campaign: seats[0] must be an integer from 1 to 65535, not an"},
    {CAMPAIGN ("7", "[5,\"6\"]"),
     "campaign: seats[1] must be an integer from 1 to 65535, not \"6\""},
    {CAMPAIGN ("7", "[5,6.0]"), "campaign: seats[1] must be an integer from 1 to 65535, not 6.0"},
    {CAMPAIGN ("7", "[5,6,]"), "message: not valid JSON"},
    {SEATS (SEATING ("8", "7", "[5,6]")), "seats: leader must be one of its seats"},
    {SEATS (SEATING ("8", "0", "[5,6]")), "seats: leader must be one of its seats"},
    {SEATS (SEATING ("8", "6", "[]")), "seats: leader must be one of its seats"},
    {SEATS (SEATING ("0", "6", "[5,6]")),
     "seats: in term 0 there is no leader and no seat is held"},
    {SEATS (SEATING ("0", "0", "[6]")), "seats: in term 0 there is no leader and no seat is held"},
    {SEATS (SEATING ("-1", "6", "[6]")), "seats: term must be an integer from 0 to"},
    {SEATS (SEATING ("8", "6", "[6,5]")), "seats: seats must name its peers in ascending order"},
    {COORDINATOR (SEATING ("0", "0", "[]")), "coordinator: term must be an integer from 1 to"},
    {COORDINATOR (SEATING ("8", "0", "[6]")), "coordinator: leader must be an integer from 1 to"},
    {COORDINATOR (SEATING ("8", "6", "[]")), "coordinator: seats must be an array of 1 to 64"},
    {COORDINATOR (SEATING ("8", "4", "[5,6]")), "coordinator: leader must be one of its seats"},
    {COORDINATOR (SEATING ("8", "6", "[6]") ",\"took_us\":-1"), "coordinator: took_us must be an"},
    {PONG (",\"term\":8"), "pong: leader must be one of its seats"},
    {PONG (",\"term\":8,\"leader\":6"), "pong: leader must be one of its seats"},
    {PONG (",\"leader\":6"), "pong: in term 0 there is no leader and no seat is held"},
    {PONG (",\"seats\":[6]"), "pong: in term 0 there is no leader and no seat is held"},
    {PONG (SEATING ("8", "6", "[6,6]")), "pong: seats must name its peers in ascending order"},
    {HEAD ("handover", "6") ",\"term\":0,\"items\":[]}",
     "handover: term must be an integer from 1"},
    {HANDOVER ("[\"sell\",5,1]"), "handover: items[0] must be an array that begins with a known"},
    {HANDOVER ("[\"order_status\",5,1,-1]"), "handover: items[0].rank must be an integer from 0"},
    {HANDOVER ("[\"order_status\",5,1,1,1]"),
     "handover: items[0] must be an array of 3 or 4 values"},
    {CLOCK (",\"buyer\":0,\"number\":17"), "clock: buyer must be an integer from 1 to 65535"},
    {CLOCK (",\"buyer\":3,\"number\":0"), "clock: number must be an integer from 1 to"},
    {CLOCK (",\"buyer\":3,\"number\":1,\"vector\":[[6,1],[3,1]]"), "clock: vector must name its"},
    {COMMIT (BUY ",7]"), "commit: items[0].taken must be an array of at most 16 tuples, not 7"},
    {COMMIT (BUY ",[],-7]"), "commit: items[0].rank must be an integer from 0 to"},
    {COMMIT (BUY ",[],7,7]"), "commit: items[0] must be an array of 11 to 13 values, not an array"},
    {COMMIT (RESTOCK ",7,7]"),
     "commit: items[0] must be an array of 10 or 11 values, not an array"},
    {COMMIT (RESTOCK ",9007199254740992]"), "commit: items[0].rank must be an integer from 0 to"},
};

static void expect_refused (const char *data, size_t size, const char *text)
{
    struct message message;
    struct decode_error error;
    char *exact = malloc (size);  // so that a read beyond it is caught
    ck_assert_ptr_nonnull (exact);
    memcpy (exact, data, size);
    ck_assert_msg (!codec_decode_fast (exact, size, arena, &message), "%.*s", (int) size, data);
    ck_assert_msg (!codec_decode_full (exact, size, arena, &message, &error), "%.*s", (int) size,
                   data);
    ck_assert_msg (!strncmp (error.text, text, strlen (text)), "%.*s: \"%s\"", (int) size, data,
                   error.text);
    free (exact);
}

START_TEST (test_codec_says_what_is_wrong_with_an_election)
{
    expect_refused (hostile[_i].bytes, strlen (hostile[_i].bytes), hostile[_i].text);
}
END_TEST

// Writes the message up to its seats, and so many of these.
static size_t write_seats (const char *head, int count)
{
    size_t length = (size_t) sprintf (bytes, "%s", head);
    for (int peer = 1; peer <= count; peer++) {
        length += (size_t) sprintf (bytes + length, "%s%d", peer > 1 ? "," : "", peer);
    }
    return length + (size_t) sprintf (bytes + length, "]}");
}

START_TEST (test_codec_takes_sixty_four_seats_and_no_more)
{
    static const struct {
        const char *head;
        const char *text;
    } rows[] = {
        {HEAD ("campaign", "6") ",\"term\":7,\"seats\":[", "campaign: seats must be an array of 1"},
        {HEAD ("pong", "6") ",\"term\":8,\"leader\":6,\"seats\":[",
         "pong: seats must be an array of at most 64 values, not an array of 65 values"},
        {HEAD ("seats", "0") ",\"epoch\":2,\"seq\":3,\"term\":8,\"leader\":6,\"seats\":[",
         "seats: seats must be an array of at most 64 values, not an array of 65 values"},
        {HEAD ("coordinator", "6") ",\"term\":8,\"leader\":6,\"seats\":[",
         "coordinator: seats must be an array of 1 to 64 values, not an array of 65 values"}};
    struct message message;
    struct decode_error error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size = write_seats (rows[i].head, LIMIT_VECTOR);
        ck_assert (codec_decode_fast (bytes, size, arena, &message));
        ck_assert_msg (codec_decode_full (bytes, size, arena, &message, &error), "%s", error.text);
        size = write_seats (rows[i].head, LIMIT_VECTOR + 1);
        expect_refused (bytes, size, rows[i].text);
    }
}
END_TEST

START_TEST (test_codec_keeps_a_rank_at_its_end)
{
    const struct item item = {
        .kind = ITEM_ORDER_STATUS, .client = 5, .number = 1, .rank = INT64_MAX};
    const struct message message = {.type = MESSAGE_HANDOVER,
                                    .from = 6,
                                    .handover = {.term = 9, .items = &item, .item_count = 1}};
    size_t size = message_encode (&message, bytes, sizeof bytes - 1);
    bytes[size] = 0;
    ck_assert_ptr_nonnull (strstr (bytes, "[\"order_status\",5,1,9007199254740991]"));
}
END_TEST

static Suite *codec_peers_suite (void)
{
    Suite *suite = suite_create ("codec, elections");
    TCase *takes = tcase_create ("what it takes");
    tcase_add_checked_fixture (takes, setup, teardown);
    tcase_add_loop_test (takes, test_codec_takes_what_an_elected_market_says, 0,
                         (int) (sizeof fine / sizeof fine[0]));
    tcase_add_test (takes, test_codec_keeps_a_rank_at_its_end);
    suite_add_tcase (suite, takes);

    TCase *refused = tcase_create ("hostile input");
    tcase_add_checked_fixture (refused, setup, teardown);
    tcase_add_loop_test (refused, test_codec_says_what_is_wrong_with_an_election, 0,
                         (int) (sizeof hostile / sizeof hostile[0]));
    tcase_add_test (refused, test_codec_takes_sixty_four_seats_and_no_more);
    suite_add_tcase (suite, refused);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (codec_peers_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
