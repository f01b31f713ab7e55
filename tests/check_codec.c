// The codec: what it writes it reads, and no bytes at all end it. What it refuses, and what it says
// then, is in check_codec_hostile.c.
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec.h"
#include "tests/kit/message_cases.h"

enum { SEEDS = 24, SAMPLES = 400, BIG_MESSAGE = 400 };

static arena_t *arena;
static char first[LIMIT_BATCH_BYTES];
static char second[LIMIT_BATCH_BYTES];

static void setup (void)
{
    arena = arena_new (64 * 1024);
}

static void teardown (void)
{
    arena_destroy (&arena);
}

// Decodes from a copy of exactly the message's size, so that a read beyond it is caught.
static bool decode (const char *data, size_t size, struct message *message,
                    struct decode_error *error)
{
    char *exact = malloc (size ? size : 1);
    ck_assert_ptr_nonnull (exact);
    memcpy (exact, data, size);
    bool valid = message_decode (exact, size, LIMIT_BATCH_BYTES, arena, message, error);
    free (exact);
    return valid;
}

static void expect_there_and_back (const struct message *message)
{
    struct message back;
    struct decode_error error;
    size_t size = message_encode (message, first, sizeof first);
    ck_assert_uint_gt (size, 0);
    ck_assert_msg (decode (first, size, &back, &error), "%s: %.*s", error.text, (int) size, first);
    ck_assert_msg (messages_equal (message, &back), "%.*s", (int) size, first);
    ck_assert_uint_eq (message_encode (&back, second, sizeof second), size);
    ck_assert_mem_eq (first, second, size);
}

// What a changed message decodes to is a valid message itself.
static void expect_total (const char *data, size_t size)
{
    struct message message;
    struct decode_error error;
    arena_reset (arena);
    if (message_decode (data, size, LIMIT_BATCH_BYTES, arena, &message, &error)) {
        ck_assert_uint_gt (message_encode (&message, second, sizeof second), 0);
    } else {
        ck_assert_uint_gt (strlen (error.text), 0);
        ck_assert_int_le (error.from, LIMIT_NODE);
    }
}

START_TEST (test_codec_reads_what_it_writes)
{
    struct draw draw = {.state = (uint64_t) _i};
    for (enum message_type type = 0; type < MESSAGE_TYPE_COUNT; type++) {
        for (int i = 0; i < 8; i++) {
            struct message message;
            arena_reset (arena);
            message_case (type, CASE_ANY, &draw, arena, &message);
            expect_there_and_back (&message);
        }
    }
}
END_TEST

START_TEST (test_codec_has_room_for_the_largest_message)
{
    enum message_type type = (enum message_type) _i;
    bool batch = type == MESSAGE_COMMIT || type == MESSAGE_COMMITTED || type == MESSAGE_STOCK
                 || type == MESSAGE_JOURNAL || type == MESSAGE_VIEW || type == MESSAGE_HANDOVER;
    struct draw draw = {.state = 1};
    struct message message;
    struct message back;
    struct decode_error error;
    message_case (type, CASE_LARGEST, &draw, arena, &message);
    size_t limit = batch ? LIMIT_BATCH_BYTES : LIMIT_MESSAGE_BYTES;
    size_t size = message_encode (&message, first, limit);
    ck_assert_uint_gt (size, 0);
    ck_assert (message_decode (first, size, limit, arena, &back, &error));
    ck_assert (messages_equal (&message, &back));
}
END_TEST

START_TEST (test_codec_writes_into_exactly_the_room_there_is)
{
    struct draw draw = {.state = 7};
    struct message message;
    message_case ((enum message_type) _i, CASE_SMALLEST, &draw, arena, &message);
    size_t size = message_encode (&message, first, sizeof first);
    for (size_t room = 0; room <= size; room++) {
        char *exact = malloc (room ? room : 1);
        ck_assert_ptr_nonnull (exact);
        ck_assert_uint_eq (message_encode (&message, exact, room), room == size ? size : 0);
        ck_assert (room < size || !memcmp (exact, first, size));
        free (exact);
    }
}
END_TEST

START_TEST (test_codec_writes_the_header_first_and_leaves_out_defaults)
{
    static const char expected[] =
        "{\"type\":\"buy\",\"v\":1,\"from\":5,\"clock\":42,\"number\":17,\"product\":\"salt\","
        "\"quantity\":2}";
    const struct message message = {
        .type = MESSAGE_BUY,
        .from = 5,
        .clock = 42,
        .buy = {.number = 17, .attempt = 1, .product = "salt", .quantity = 2}};
    size_t size = message_encode (&message, first, sizeof first);
    ck_assert_uint_eq (size, sizeof expected - 1);
    ck_assert_mem_eq (first, expected, size);
}
END_TEST

START_TEST (test_codec_writes_tuples_as_protocol_md_tells_them)
{
    static const char expected[] =
        "{\"type\":\"receipt\",\"v\":1,\"from\":1,\"clock\":43,\"number\":17,\"status\":\"sold\","
        "\"product\":\"salt\",\"units\":2,\"amount_cents\":2000,\"fills\":[[9,3,2,1000]],"
        "\"seen\":[12,[1,3,40],[2,1,7]],\"vector\":[[5,17],[9,3]]}";
    const struct fill fills[] = {{9, 3, 2, 1000}};
    const struct trader_seen traders[] = {{1, 3, 40}, {2, 1, 7}};
    const struct tick ticks[] = {{5, 17}, {9, 3}};
    const struct message message = {.type = MESSAGE_RECEIPT,
                                    .from = 1,
                                    .clock = 43,
                                    .receipt = {.number = 17,
                                                .status = STATUS_SOLD,
                                                .product = "salt",
                                                .units = 2,
                                                .amount_cents = 2000,
                                                .fills = fills,
                                                .fill_count = 1,
                                                .seen = {12, traders, 2},
                                                .vector = {ticks, 2}}};
    size_t size = message_encode (&message, first, sizeof first);
    ck_assert_uint_eq (size, sizeof expected - 1);
    ck_assert_mem_eq (first, expected, size);
}
END_TEST

START_TEST (test_codec_writes_numbers_of_every_length)
{
    for (int64_t power = 1; power < LIMIT_INTEGER; power *= 10) {
        for (int64_t clock = power - 1; clock <= power + 1; clock++) {
            const struct message message = {.type = MESSAGE_PING, .from = 1, .clock = clock};
            size_t size = message_encode (&message, first, sizeof first);
            size_t expected = (size_t) sprintf (
                second, "{\"type\":\"ping\",\"v\":1,\"from\":1,\"clock\":%" PRId64 "}", clock);
            ck_assert_uint_eq (size, expected);
            ck_assert_mem_eq (first, second, size);
        }
    }
}
END_TEST

START_TEST (test_codec_keeps_a_clock_at_its_end)
{
    const struct message message = {.type = MESSAGE_PING, .from = 1, .clock = LIMIT_INTEGER + 1};
    struct message back;
    struct decode_error error;
    size_t size = message_encode (&message, first, sizeof first);
    ck_assert (decode (first, size, &back, &error));
    ck_assert_int_eq (back.clock, LIMIT_INTEGER);

    const struct tick ticks[] = {{5, LIMIT_INTEGER + 1}};
    const struct message buy = {
        .type = MESSAGE_BUY,
        .from = 5,
        .buy = {.number = 1, .attempt = 1, .product = "salt", .quantity = 1, .vector = {ticks, 1}}};
    size = message_encode (&buy, first, sizeof first);
    ck_assert (decode (first, size, &back, &error));
    ck_assert_int_eq (back.buy.vector.ticks[0].count, LIMIT_INTEGER);
}
END_TEST

START_TEST (test_codec_makes_any_text_of_an_error_valid)
{
    static const char text[] = "a\nb\x7f"
                               "c\xff\xc3(\xed\xa0\x80\xc3\xa9\"\\";
    struct message message = {.type = MESSAGE_ERROR, .from = 1, .error = {.text = text}};
    struct message back;
    struct decode_error error;
    size_t size = message_encode (&message, first, sizeof first);
    ck_assert_msg (decode (first, size, &back, &error), "%s", error.text);
    ck_assert_str_eq (back.error.text, "a?b?c\?\?(???\xc3\xa9\"\\");

    char longer[LIMIT_TEXT + 10];
    memset (longer, 'x', sizeof longer);
    strcpy (longer + LIMIT_TEXT - 1, "\xc3\xa9");  // one byte of it beyond the limit
    message.error.text = longer;
    size = message_encode (&message, first, sizeof first);
    ck_assert_msg (decode (first, size, &back, &error), "%s", error.text);
    ck_assert_uint_eq (strlen (back.error.text), LIMIT_TEXT - 1);
}
END_TEST

START_TEST (test_codec_reads_keys_in_any_order_and_between_blanks)
{
    static const char text[] =
        " { \"quantity\" : 2,\n\"product\":\"salt\",\"clock\":42,\"number\":17,\"from\":5,"
        "\t\"v\":1,\"type\":\"buy\" } \r\n";
    struct message message;
    struct decode_error error;
    ck_assert_msg (decode (text, sizeof text - 1, &message, &error), "%s", error.text);
    ck_assert_int_eq (message.type, MESSAGE_BUY);
    ck_assert_int_eq (message.buy.attempt, 1);
    ck_assert_int_eq (message.buy.quantity, 2);
    ck_assert_str_eq (message.buy.product, "salt");
    ck_assert_ptr_null (message.buy.vector.ticks);
}
END_TEST

START_TEST (test_codec_refuses_every_prefix)
{
    struct draw draw = {.state = (uint64_t) _i};
    for (int i = 0; i < 3; i++) {
        struct message message;
        struct decode_error error;
        message_case ((enum message_type) _i, i == 0 ? CASE_SMALLEST : CASE_ANY, &draw, arena,
                      &message);
        size_t size = message_encode (&message, first, sizeof first);
        size_t step = size > BIG_MESSAGE ? size / BIG_MESSAGE : 1;
        for (size_t length = 0; length < size; length += step) {
            arena_reset (arena);
            ck_assert (!decode (first, length, &message, &error));
            ck_assert_uint_gt (strlen (error.text), 0);
        }
        ck_assert (decode (first, size, &message, &error));
    }
}
END_TEST

// Encodes into memory of exactly the message's size, so that a read beyond it is caught.
static char *encoded (const struct message *message, size_t *size)
{
    *size = message_encode (message, first, sizeof first);
    char *bytes = malloc (*size);
    ck_assert_ptr_nonnull (bytes);
    memcpy (bytes, first, *size);
    return bytes;
}

START_TEST (test_codec_survives_every_change_of_a_byte)
{
    struct draw draw = {.state = (uint64_t) _i};
    struct message message;
    message_case ((enum message_type) _i, CASE_SMALLEST, &draw, arena, &message);
    size_t size;
    char *bytes = encoded (&message, &size);
    size_t header = (size_t) (strstr (first, "\"clock\"") - first);
    for (size_t at = 0; at < size; at++) {
        // The header is alike in all types: one type has every change of it, the others some.
        int step = at < header && message.type != MESSAGE_PING ? 17 : 1;
        char kept = bytes[at];
        for (int change = 1; change < 256; change += step) {
            bytes[at] = (char) (kept ^ change);
            expect_total (bytes, size);
        }
        bytes[at] = kept;
    }
    free (bytes);
}
END_TEST

START_TEST (test_codec_survives_changes_of_larger_messages)
{
    struct draw draw = {.state = (uint64_t) _i};
    for (int i = 0; i < 4; i++) {
        struct message message;
        arena_reset (arena);
        message_case ((enum message_type) _i, CASE_ANY, &draw, arena, &message);
        size_t size;
        char *bytes = encoded (&message, &size);
        size_t samples = size > 4096 ? SAMPLES / 20 : SAMPLES;
        for (size_t sample = 0; sample < samples; sample++) {
            static const char likely[] = "0123456789-.eE+[]{},:\"\\tfn ";
            size_t at = draw_next (&draw) % size;
            char kept = bytes[at];
            bytes[at] = draw_next (&draw) & 1 ? likely[draw_next (&draw) % (sizeof likely - 1)]
                                              : (char) draw_next (&draw);
            expect_total (bytes, size);
            bytes[at] = kept;
        }
        free (bytes);
    }
}
END_TEST

static Suite *codec_suite (void)
{
    Suite *suite = suite_create ("codec");
    TCase *back = tcase_create ("there and back");
    tcase_add_checked_fixture (back, setup, teardown);
    tcase_set_timeout (back, 120);
    tcase_add_loop_test (back, test_codec_reads_what_it_writes, 0, SEEDS);
    tcase_add_loop_test (back, test_codec_has_room_for_the_largest_message, 0, MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (back, test_codec_writes_into_exactly_the_room_there_is, 0,
                         MESSAGE_TYPE_COUNT);
    tcase_add_test (back, test_codec_writes_the_header_first_and_leaves_out_defaults);
    tcase_add_test (back, test_codec_writes_tuples_as_protocol_md_tells_them);
    tcase_add_test (back, test_codec_writes_numbers_of_every_length);
    tcase_add_test (back, test_codec_keeps_a_clock_at_its_end);
    tcase_add_test (back, test_codec_makes_any_text_of_an_error_valid);
    tcase_add_test (back, test_codec_reads_keys_in_any_order_and_between_blanks);
    suite_add_tcase (suite, back);

    TCase *changed = tcase_create ("changed bytes");
    tcase_add_checked_fixture (changed, setup, teardown);
    tcase_set_timeout (changed, 120);
    tcase_add_loop_test (changed, test_codec_refuses_every_prefix, 0, MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (changed, test_codec_survives_every_change_of_a_byte, 0,
                         MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (changed, test_codec_survives_changes_of_larger_messages, 0,
                         MESSAGE_TYPE_COUNT);
    suite_add_tcase (suite, changed);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (codec_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
