// The codec's fast path: it takes what Souk writes, and whatever it takes, the full decoder takes
// and makes the same of.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec_decode.h"
#include "tests/kit/text_changes.h"

enum { SEEDS = 12, EACH = 6, CHANGES = 80, SMALL_BYTES = 800, LISTS = 3 };

static arena_t *arena;
static struct text sample;   // as it was written
static struct text changed;  // and what became of it
static size_t taken;         // by the fast path
static size_t refused;       // by the full decoder

static void setup (void)
{
    arena = arena_new (64 * 1024);
    taken = 0;
    refused = 0;
}

static void teardown (void)
{
    arena_destroy (&arena);
}

// Draws a message and writes it.
static void draw_sample (enum message_type type, enum case_size size, struct draw *draw,
                         struct message *message)
{
    arena_reset (arena);
    message_case (type, size, draw, arena, message);
    sample.size = message_encode (message, sample.bytes, LIMIT_BATCH_BYTES);
    sample.bytes[sample.size] = 0;
    ck_assert_uint_gt (sample.size, 0);
}

// A small one of any kind.
static void draw_small_sample (enum message_type type, struct draw *draw)
{
    struct message message;
    do {
        draw_sample (type, CASE_ANY, draw, &message);
    } while (sample.size > SMALL_BYTES);
}

// Nothing is left of what the struct was before: where words differ, both are a pointer.
static bool words_agree (const struct message *a, const struct message *b)
{
    uint64_t words[2][sizeof *a / sizeof (uint64_t)];
    memcpy (words[0], a, sizeof words[0]);
    memcpy (words[1], b, sizeof words[1]);
    bool agree = true;
    for (size_t i = 0; i < sizeof words[0] / sizeof words[0][0]; i++) {
        agree = agree && (words[0][i] == words[1][i] || (words[0][i] && words[1][i]));
    }
    return agree;
}

// Reads in both ways, from a copy of exactly the size, so that a read beyond it is caught. Returns
// whether the fast path took it.
static bool expect_agreement (const struct text *text)
{
    struct message fast;
    struct message full;
    struct decode_error error;
    char *exact = malloc (text->size ? text->size : 1);
    ck_assert_ptr_nonnull (exact);
    memcpy (exact, text->bytes, text->size);
    memset (&fast, 0xa5, sizeof fast);
    bool fast_valid = codec_decode_fast (exact, text->size, arena, &fast);
    bool full_valid = codec_decode_full (exact, text->size, arena, &full, &error);
    free (exact);
    taken += fast_valid;
    refused += !full_valid;
    if (fast_valid) {
        ck_assert_msg (full_valid, "%s: %.*s", error.text, (int) text->size, text->bytes);
        ck_assert_msg (messages_equal (&fast, &full), "%.*s", (int) text->size, text->bytes);
        ck_assert_msg (words_agree (&fast, &full), "%.*s", (int) text->size, text->bytes);
    }
    return fast_valid;
}

// What the fast path leaves alone: escapes, and what is no ASCII.
static bool is_plain (const struct text *text)
{
    bool plain = true;
    for (size_t i = 0; i < text->size; i++) {
        plain = plain && text->bytes[i] > 0 && text->bytes[i] != '\\';
    }
    return plain;
}

static void expect_taken (const struct message *message, const struct text *text)
{
    struct message back;
    ck_assert_msg (expect_agreement (text) == is_plain (text), "%.*s", (int) text->size,
                   text->bytes);
    if (codec_decode_fast (text->bytes, text->size, arena, &back)) {
        ck_assert_msg (messages_equal (message, &back), "%.*s", (int) text->size, text->bytes);
    }
}

START_TEST (test_codec_fast_takes_what_souk_writes)
{
    struct draw draw = {.state = (uint64_t) _i};
    struct message message;
    for (enum message_type type = 0; type < MESSAGE_TYPE_COUNT; type++) {
        for (int i = 0; i < EACH; i++) {
            draw_sample (type, i == 0 ? CASE_SMALLEST : CASE_ANY, &draw, &message);
            expect_taken (&message, &sample);
        }
    }
}
END_TEST

START_TEST (test_codec_fast_takes_the_largest_messages)
{
    struct draw draw = {.state = 1};
    struct message message;
    draw_sample ((enum message_type) _i, CASE_LARGEST, &draw, &message);
    expect_taken (&message, &sample);
}
END_TEST

START_TEST (test_codec_fast_takes_blanks_wherever_json_has_them)
{
    static const char *const blanks[][2] = {{"", " "}, {" ", ""}, {"\r\n", "\t "}, {"   ", "\n"}};
    struct draw draw = {.state = (uint64_t) _i};
    struct message message;
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        draw_sample ((enum message_type) _i, CASE_ANY, &draw, &message);
        if (is_plain (&sample)) {
            text_spread (&sample, blanks[i][0], blanks[i][1], &changed);
            expect_taken (&message, &changed);
        }
    }
}
END_TEST

#define PING "{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1"
#define PONG "{\"type\":\"pong\",\"v\":1,\"from\":1,\"clock\":1"
#define BUY "{\"type\":\"buy\",\"v\":1,\"from\":5,\"clock\":1,\"number\":17,\"product\":\"salt\","
#define RECEIPT "{\"type\":\"receipt\",\"v\":1,\"from\":1,\"clock\":1,\"number\":17,\"status\":"
#define ERROR "{\"type\":\"error\",\"v\":1,\"from\":1,\"clock\":1,\"reason\":\"busy\",\"text\":\""
#define MEMBER                                                                                \
    "{\"type\":\"member\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,\"seq\":1,\"trader\":1," \
    "\"trader_epoch\":1,\"view\":2,\"state\":\"live\",\"backup\":0,\"taker\":0,\"router\":"
#define ITEM(rest)                                                                                 \
    "{\"type\":\"commit\",\"v\":1,\"from\":1,\"clock\":1,\"epoch\":1,\"batch\":9,\"items\":[" rest \
    "]}"
#define ESCROW(taken) ITEM ("[\"buy\",5,1,1,\"salt\",2,false,true,2,1,3" taken "]")
#define LEASED(held)                                                                \
    "{\"type\":\"leased\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,\"number\":7," \
    "\"product\":\"salt\",\"applied\":0" held "}"
#define RESULT(result)                                                                \
    "{\"type\":\"committed\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,\"batch\":9," \
    "\"version\":1,\"applied\":0,\"results\":[" result "]}"
#define SIXTY "abcdefghij_0123456789[ ]{}/!(~).:,#$%&'*+;<=>?@^`|-ABCDEFGHI"

static const struct {
    const char *bytes;
    bool taken;
} rows[] = {
    {"", false},
    {" ", false},
    {"}", false},
    {"{}", false},
    {"\"}", false},
    {PING "}", true},
    {" " PING "} ", true},
    {PING "}}", false},
    {PING "},", false},
    {PING ",}", false},
    {PING ",\"number\":1}", false},
    {PING " 2}", false},
    {PING ",\"market\":7}", true},
    {PING ", \"market\" : 7 }", true},
    {PING ",\"market\":9007199254740991}", true},
    {PING ",\"market\":0}", false},
    {PING ",\"market\":9007199254740992}", false},
    {PING ",\"market\":}", false},
    {PING ",\"market\":7,\"market\":7}", false},
    {PONG "}", true},
    {PONG ",\"market\":7}", true},
    {PONG ",\"epoch\":3}", true},
    {PONG ",\"market\":7,\"epoch\":3}", true},
    {PONG ",\"epoch\":3,\"market\":7}", false},
    {"{\"v\":1,\"type\":\"ping\",\"from\":5,\"clock\":1}", false},
    {"{\"type\":\"pin\",\"v\":1,\"from\":5,\"clock\":1}", false},
    {"{\"type\":\"pingo\",\"v\":1,\"from\":5,\"clock\":1}", false},
    {"{\"type\":\"p\\u0069ng\",\"v\":1,\"from\":5,\"clock\":1}", false},
    {"{\"type\":\"ping\",\"v\":10,\"from\":5,\"clock\":1}", false},
    {"{\"type\":\"ping\",\"v\":1,\"from\":05,\"clock\":1}", false},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5.0,\"clock\":1}", false},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":18446744073709551617}", false},
    {BUY "\"quantity\":2}", true},
    {BUY "\"quantity\":2,\"seen\":[0]}", true},
    {BUY "\"quantity\":2,\"seen\":[0],\"vector\":[]}", true},
    {BUY "\"quantity\":2,\"vector\":[],\"seen\":[0]}", false},
    {BUY "\"quantity\":2,\"seen\":[0,]}", false},
    {BUY "\"quantity\":2,\"seen\":[]}", false},
    {BUY "\"quantity\":2,\"vector\":[[1,1],[2,1]]}", true},
    {BUY "\"quantity\":2,\"vector\":[[2,1],[2,1]]}", false},
    {BUY "\"quantity\":2,\"vector\":[[1,1],]}", false},
    {BUY "\"quantity\":2,\"vector\":[,[1,1]]}", false},
    {BUY "\"quantity\":2,\"vector\":[[1,1] [2,1]]}", false},
    {BUY "\"quantity\":2,\"vector\":[[1,1,1]]}", false},
    {BUY "\"quantity\":2,\"vector\":[[1]]}", false},
    {BUY "\"quantity\":2,\"all_or_nothing\":tru}", false},
    {BUY "\"quantity\":2,\"quantity\":2}", false},
    {BUY "\"quantity\":2,\"first\":1}", true},
    {BUY "\"quantity\":2,\"first_epoch\":3}", true},
    {BUY "\"quantity\":2,\"first\":1,\"first_epoch\":3,\"seen\":[0]}", true},
    {BUY "\"quantity\":2,\"first_epoch\":3,\"first\":1}", false},
    {BUY "\"quantity\":2,\"first\":65536}", false},
    {ESCROW (""), true},
    {ESCROW (",[]"), true},
    {ESCROW (" "), true},
    {ESCROW (" , [ ] "), true},
    {ESCROW (",[[4,9,3,2,1000]]"), true},
    {ESCROW (",[[4,9,3,1,1000],[5,8,1,1,7]]"), true},
    {ESCROW (",[[4,9,3,1,1000],[0,0,0,1,0]]"), true},
    {ESCROW (",[[0,0,0,2,0]]"), true},
    {ESCROW (",[[0,0,0,1,0],[4,9,3,1,1000]]"), false},
    {ESCROW (",[[0,0,0,1,0],[0,0,0,1,0]]"), false},
    {ESCROW (",[[5,9,3,1,1000],[4,8,1,1,7]]"), false},
    {ESCROW (",[[4,9,3,1,1000],[4,8,1,1,7]]"), false},
    {ESCROW (",[[4,9,3,2]]"), false},
    {ESCROW (",[4,9,3,2,1000]"), false},
    {ESCROW (","), false},
    {ESCROW (",[],[]"), false},
    {ESCROW ("[]"), false},
    {ITEM ("[\"order_status\",5,1,[]]"), false},
    {LEASED (""), true},
    {LEASED (",\"held\":[[0,0,0,2,0],[4,9,3,60,1000]]"), true},
    {LEASED (",\"held\":[[4,9,3,60,1000],[0,0,0,2,0]]"), false},
    {RESULT ("[\"settled\"]"), true},
    {RESULT ("[ \"settled\" ]"), true},
    {RESULT ("[\"settled\"],[\"error\",\"recalling\"],[\"settled\"]"), true},
    {RESULT ("[\"settled\",]"), false},
    {RESULT ("[\"settled\",0]"), false},
    {RESULT ("[\"settled\""), false},
    {RESULT ("[\"error\"]"), false},
    {MEMBER "\"\",\"remaining\":[]}", true},
    {MEMBER "\"\",\"remaining\":[[1]]}", true},
    {MEMBER "\"\",\"remaining\":[ [ 1 ] , [2] ]}", true},
    {MEMBER "\"\",\"remaining\":[[2],[1]]}", false},
    {MEMBER "\"\",\"remaining\":[[1],[1]]}", false},
    {MEMBER "\"\",\"remaining\":[[0]]}", false},
    {MEMBER "\"\",\"remaining\":[[1,2]]}", false},
    {MEMBER "\"\",\"remaining\":[[]]}", false},
    {MEMBER "\"\",\"remaining\":[1]}", false},
    {MEMBER "\"" SIXTY SIXTY "seven..\",\"remaining\":[]}", true},
    {MEMBER "\"" SIXTY SIXTY "eight...\",\"remaining\":[]}", false},
    {RECEIPT "\"sold\",\"product\":\"s\",\"units\":0,\"amount_cents\":0}", true},
    {RECEIPT "\"sold\",\"product\":\"\",\"units\":0,\"amount_cents\":0}", false},
    {RECEIPT "\"accepted\",\"product\":\"\",\"units\":0,\"amount_cents\":0}", false},
    {RECEIPT "\"unknown\",\"product\":\"\",\"units\":0,\"amount_cents\":0}", true},
    {ERROR "\"}", true},
    {ERROR "", false},
    {ERROR "}", false},
    {ERROR "s}", false},
    {ERROR SIXTY SIXTY SIXTY SIXTY "fifteen  bytes!\"}", true},
    {ERROR SIXTY SIXTY SIXTY SIXTY "sixteen   bytes!\"}", false},
    {ERROR "s\\u0074\"}", false},
    {ERROR "s\xc3\xa9\"}", false},
};

START_TEST (test_codec_fast_takes_this_and_leaves_that)
{
    sample.size = 0;
    text_put (&sample, rows[_i].bytes, strlen (rows[_i].bytes));
    ck_assert_msg (expect_agreement (&sample) == rows[_i].taken, "%s", rows[_i].bytes);
}
END_TEST

START_TEST (test_codec_fast_leaves_a_nul_byte)
{
    static const char inside[] = "{\"type\":\"ping\",\"v\":1,\0\"from\":5,\"clock\":1}";
    sample.size = 0;
    text_put (&sample, inside, sizeof inside - 1);
    ck_assert (!expect_agreement (&sample));
    sample.size = 0;
    text_put (&sample, PING "}", sizeof PING "}");
    ck_assert (!expect_agreement (&sample));
}
END_TEST

static void expect_agreement_again (const struct text *text)
{
    arena_reset (arena);
    expect_agreement (text);
}

START_TEST (test_codec_fast_agrees_on_every_value_at_every_bound)
{
    struct draw draw = {.state = (uint64_t) _i};
    struct message message;
    draw_sample ((enum message_type) _i, CASE_SMALLEST, &draw, &message);
    text_each_value (&sample, &changed, expect_agreement_again);
    draw_small_sample ((enum message_type) _i, &draw);
    text_each_value (&sample, &changed, expect_agreement_again);
    ck_assert_uint_gt (taken, 0);
    ck_assert_uint_gt (refused, 0);
}
END_TEST

// Each list is at its bound: one more tuple, of a node below the others, is one too many.
START_TEST (test_codec_fast_agrees_on_lists_beyond_their_bounds)
{
    // How the first tuple of a field's list is found, of a list within a tuple, of a token.
    static const char *const before[] = {"\":[[", ",[[", "91,["};
    struct draw draw = {.state = 1};
    struct message message;
    draw_sample ((enum message_type) _i, CASE_LARGEST, &draw, &message);
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        const char *at = strstr (sample.bytes, before[i]);
        for (int lists = 0; at && lists < LISTS; lists++) {
            size_t tuple = (size_t) (at - sample.bytes) + strlen (before[i]) - 1;
            text_double_array (&sample, tuple, &changed);
            expect_agreement_again (&changed);
            at = strstr (at + 1, before[i]);
        }
    }
}
END_TEST

START_TEST (test_codec_fast_agrees_on_whatever_is_changed)
{
    struct draw draw = {.state = (uint64_t) _i};
    for (enum message_type type = 0; type < MESSAGE_TYPE_COUNT; type++) {
        for (int i = 0; i < EACH; i++) {
            draw_small_sample (type, &draw);
            for (int j = 0; j < CHANGES; j++) {
                int64_t left = draw_between (&draw, 1, 3);
                text_replace (&sample, 0, 0, "", 0, &changed);
                for (; left > 0 && changed.size > 0; left--) {
                    text_change (&changed, &draw);
                }
                expect_agreement_again (&changed);
            }
        }
    }
    ck_assert_uint_gt (taken, 100);
    ck_assert_uint_gt (refused, 1000);
}
END_TEST

static Suite *codec_fast_suite (void)
{
    const int row_count = (int) (sizeof rows / sizeof rows[0]);
    Suite *suite = suite_create ("codec, the fast path");
    TCase *takes = tcase_create ("what it takes");
    tcase_add_checked_fixture (takes, setup, teardown);
    tcase_set_timeout (takes, 120);
    tcase_add_loop_test (takes, test_codec_fast_takes_what_souk_writes, 0, SEEDS);
    tcase_add_loop_test (takes, test_codec_fast_takes_the_largest_messages, 0, MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (takes, test_codec_fast_takes_blanks_wherever_json_has_them, 0,
                         MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (takes, test_codec_fast_takes_this_and_leaves_that, 0, row_count);
    tcase_add_test (takes, test_codec_fast_leaves_a_nul_byte);
    suite_add_tcase (suite, takes);

    TCase *agrees = tcase_create ("agreement");
    tcase_add_checked_fixture (agrees, setup, teardown);
    tcase_set_timeout (agrees, 120);
    tcase_add_loop_test (agrees, test_codec_fast_agrees_on_every_value_at_every_bound, 0,
                         MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (agrees, test_codec_fast_agrees_on_lists_beyond_their_bounds, 0,
                         MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (agrees, test_codec_fast_agrees_on_whatever_is_changed, 0, SEEDS);
    suite_add_tcase (suite, agrees);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (codec_fast_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
