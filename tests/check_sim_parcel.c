// Parcels: what arrives is what was sent, whatever became of the sender's memory meanwhile, and the
// digest tells two messages apart.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec_fields.h"
#include "tests/kit/message_cases.h"
#include "tests/sim/world/digest.h"
#include "tests/sim/world/parcel.h"

enum { SAMPLES = 24, BLOCK_BYTES = 4 * 1024 * 1024, BOTH_WAYS = 2 };

static arena_t *arena;    // of messages that last
static arena_t *passing;  // of those that are sent and then gone

static void setup (void)
{
    arena = arena_new (BLOCK_BYTES);
    passing = arena_new (BLOCK_BYTES);
}

static void teardown (void)
{
    arena_destroy (&arena);
    arena_destroy (&passing);
    parcel_pool_empty ();
}

// Each loop test is run for every type, as a copy and as bytes.
static enum message_type type_of (int i)
{
    return (enum message_type) (i / BOTH_WAYS);
}

static bool encoded_of (int i)
{
    return i % BOTH_WAYS == 1;
}

static enum case_size size_of (int sample)
{
    return sample == 0 ? CASE_SMALLEST : sample == 1 ? CASE_LARGEST : CASE_ANY;
}

// Draws the same message in both arenas: `kept` to compare with, `sent` to be sent.
static void draw_twice (enum message_type type, int sample, struct message *kept,
                        struct message *sent)
{
    struct draw draw = {.state = (uint64_t) sample};
    struct draw again = draw;
    arena_reset (arena);
    arena_reset (passing);
    message_case (type, size_of (sample), &draw, arena, kept);
    message_case (type, size_of (sample), &again, passing, sent);
}

// Overwrites all that the sent message was made of.
static void spoil (struct message *sent)
{
    memset (sent, 0xa5, sizeof *sent);
    arena_reset (passing);
    memset (arena_take (passing, BLOCK_BYTES, 1), 0xa5, BLOCK_BYTES);
}

static void expect_arrival (struct parcel *parcel, const struct message *message)
{
    struct decode_error error = {.text = ""};
    const struct message *arrived = parcel_open (parcel, &error);
    ck_assert_msg (arrived != NULL, "%s", error.text);
    ck_assert (messages_equal (message, arrived));
    ck_assert_ptr_eq (parcel_open (parcel, &error), arrived);
    ck_assert (messages_equal (message, arrived));
}

START_TEST (test_parcel_arrives_as_it_was_sent)
{
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct message kept, sent;
        draw_twice (type_of (_i), sample, &kept, &sent);
        struct parcel *parcel = parcel_new (&sent, encoded_of (_i));
        spoil (&sent);
        expect_arrival (parcel, &kept);
        parcel_free (parcel);
    }
}
END_TEST

START_TEST (test_parcel_is_doubled_whole_before_and_after_it_was_opened)
{
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct message kept, sent;
        draw_twice (type_of (_i), sample, &kept, &sent);
        struct parcel *first = parcel_new (&sent, encoded_of (_i));
        spoil (&sent);
        struct parcel *second = parcel_double (first);
        expect_arrival (first, &kept);
        struct parcel *third = parcel_double (first);
        parcel_free (first);
        struct parcel *other =
            parcel_new (&(struct message){.type = MESSAGE_PING, .from = 1}, encoded_of (_i));
        expect_arrival (second, &kept);
        expect_arrival (third, &kept);
        parcel_free (second);
        parcel_free (third);
        parcel_free (other);
    }
}
END_TEST

START_TEST (test_parcel_is_made_of_memory_that_was_freed)
{
    struct message kept, sent;
    draw_twice (type_of (_i), 2, &kept, &sent);
    struct parcel *parcel = parcel_new (&sent, encoded_of (_i));
    expect_arrival (parcel, &kept);
    uintptr_t place = (uintptr_t) parcel;
    for (int i = 0; i < 3; i++) {
        parcel_free (parcel);
        parcel = parcel_new (&sent, encoded_of (_i));
        ck_assert_uint_eq ((uintptr_t) parcel, place);
        expect_arrival (parcel, &kept);
    }
    parcel_free (parcel);
}
END_TEST

START_TEST (test_parcel_decodes_into_memory_that_was_freed)
{
    struct decode_error error;
    struct message kept, sent;
    draw_twice (MESSAGE_BUY, 2, &kept, &sent);
    uintptr_t place = 0;
    for (int i = 0; i < 3; i++) {
        struct parcel *parcel = parcel_new (&sent, true);
        uintptr_t product = (uintptr_t) parcel_open (parcel, &error)->buy.product;
        ck_assert (i == 0 || product == place);
        place = product;
        parcel_free (parcel);
    }
}
END_TEST

// What does not travel must not arrive: else a core could live on it here, and fall elsewhere.
START_TEST (test_parcel_brings_nothing_that_the_wire_does_not)
{
    static const struct item items[] = {
        {.kind = ITEM_ORDER_STATUS, .client = 5, .number = 7, .product = "salt", .promised = 3},
        {.kind = ITEM_RESTOCK,
         .client = 5,
         .number = 7,
         .clock = LIMIT_INTEGER + 1,
         .product = "salt",
         .quantity = 1,
         .price_cents = 1,
         .all_or_nothing = true},
    };
    static const struct tick ticks[] = {{5, LIMIT_INTEGER + 1}};
    const struct message messages[] = {
        {.type = MESSAGE_COMMIT,
         .from = 1,
         .clock = LIMIT_INTEGER + 1,
         .commit = {.epoch = 1, .batch = 1, .items = items, .item_count = 2}},
        {.type = MESSAGE_OVERSOLD,
         .from = 1,
         .oversold = {.number = 1,
                      .status = STATUS_SOLD,
                      .product = "salt",
                      .missing = 1,
                      .fills = (const struct fill[]){{1, 1, 1, 1}},
                      .vector = {ticks, 1}}},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct decode_error error;
        struct parcel *copy = parcel_new (&messages[i], false);
        struct parcel *bytes = parcel_new (&messages[i], true);
        ck_assert (!messages_equal (&messages[i], parcel_open (bytes, &error)));
        expect_arrival (copy, parcel_open (bytes, &error));
        parcel_free (copy);
        parcel_free (bytes);
    }
}
END_TEST

// The digest. A message is changed value by value, by the tables that the codec goes by.

enum { VALUE_BYTES = 8 };

struct changes {
    const struct message *message;
    uint64_t digest;  // of the message as it was
    int64_t tried;
};

static void expect_other_digest (struct changes *self)
{
    if (!codec_seating_wrong (self->message)) {  // Else nobody sends it.
        ck_assert_uint_ne (message_digest (1, self->message), self->digest);
        self->tried++;
    }
}

// Puts another valid value in the place of this one, which is no list.
static size_t change_value (const struct field *field, char *at)
{
    static const char *const names[] = {"salt", "pepper"};
    const char *name;
    int64_t value;
    unsigned word;
    switch (field->kind) {
    case VALUE_BOOL:
        *(bool *) at = !*(bool *) at;
        return sizeof (bool);
    case VALUE_PRODUCT:
    case VALUE_PRODUCT_OR_NONE:
    case VALUE_TEXT:
        memcpy (&name, at, sizeof name);
        name = names[!strcmp (name, "salt")];
        memcpy (at, &name, sizeof name);
        return sizeof name;
    case VALUE_WORD:
        memcpy (&word, at, sizeof word);
        // sold and accepted change places: those must name a product
        word = (word ^ 1) < (unsigned) field->max ? word ^ 1 : word - 1;
        memcpy (at, &word, sizeof word);
        return sizeof word;
    default:
        memcpy (&value, at, sizeof value);
        value += value > field->min ? -1 : 1;
        memcpy (at, &value, sizeof value);
        return sizeof value;
    }
}

static void try_value (struct changes *self, const struct field *field, char *at)
{
    char kept[VALUE_BYTES];
    memcpy (kept, at, sizeof kept);
    size_t size = change_value (field, at);
    expect_other_digest (self);
    memcpy (at, kept, size);
}

static void try_count (struct changes *self, size_t *count, int64_t min)
{
    if (*count > (size_t) min) {
        --*count;
        expect_other_digest (self);
        ++*count;
    }
}

static void try_fields (struct changes *self, const struct shape *shape, char *base, bool key);

// The first and the last tuple. Of those that ascend the first alone may change its key.
static void try_tuples (struct changes *self, const struct list *list, char *elements, size_t count)
{
    for (size_t i = 0; i<count; i += count> 1 ? count - 1 : 1) {
        char *element = elements + i * list->element_bytes;
        unsigned kind = 0;
        if (list->shape_count > 1) {
            memcpy (&kind, element, sizeof kind);
        }
        try_fields (self, &list->shapes[kind], element, i == 0 || list->order == ORDER_ANY);
    }
}

static void try_fields (struct changes *self, const struct shape *shape, char *base, bool key)
{
    static const struct field version = {.kind = VALUE_INTEGER};
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        char *at = base + field->offset;
        char *elements;
        if (field->kind == VALUE_LIST) {
            size_t *count = (void *) (base + field->beside);
            memcpy (&elements, at, sizeof elements);
            try_count (self, count, field->min);
            try_tuples (self, field->list, elements, *count);
        } else if (field->kind == VALUE_SEEN) {
            struct seen *seen = (void *) at;
            memcpy (&elements, &seen->traders, sizeof elements);
            try_value (self, &version, (char *) &seen->version);
            try_count (self, &seen->count, 0);
            try_tuples (self, &trader_seen_list, elements, seen->count);
        } else if (key || i > 0) {
            try_value (self, field, at);
        }
    }
}

START_TEST (test_digest_is_another_when_any_value_is)
{
    static const struct field node = {.kind = VALUE_INTEGER, .min = 1};
    static const struct field clock = {.kind = VALUE_CLOCK};
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct message message;
        struct draw draw = {.state = (uint64_t) sample};
        arena_reset (arena);
        message_case ((enum message_type) _i, size_of (sample), &draw, arena, &message);
        struct changes changes = {&message, message_digest (1, &message), 0};
        try_value (&changes, &node, (char *) &message.from);
        try_value (&changes, &clock, (char *) &message.clock);
        try_fields (&changes, &message_shapes[_i], (char *) &message, true);
        if (size_of (sample) == CASE_LARGEST) {  // Nothing is empty there.
            ck_assert_int_ge (changes.tried, 2 + (int64_t) message_shapes[_i].field_count);
        }
        ck_assert_uint_eq (message_digest (1, &message), changes.digest);
    }
}
END_TEST

START_TEST (test_digest_is_that_of_every_copy)
{
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct decode_error error;
        struct message kept, sent;
        draw_twice (type_of (_i), sample, &kept, &sent);
        uint64_t digest = message_digest (7, &sent);
        struct parcel *parcel = parcel_new (&sent, encoded_of (_i));
        spoil (&sent);
        ck_assert_uint_eq (message_digest (7, parcel_open (parcel, &error)), digest);
        parcel_free (parcel);
    }
}
END_TEST

START_TEST (test_digest_tells_types_apart)
{
    uint64_t digests[MESSAGE_TYPE_COUNT];
    for (unsigned i = 0; i < MESSAGE_TYPE_COUNT; i++) {
        struct draw draw = {.state = 1};
        struct message message;
        message_case ((enum message_type) i, CASE_SMALLEST, &draw, arena, &message);
        digests[i] = message_digest (0, &message);
        for (unsigned k = 0; k < i; k++) {
            ck_assert_uint_ne (digests[i], digests[k]);
        }
    }
}
END_TEST

START_TEST (test_digest_tells_the_order_of_messages)
{
    const struct message ping = {.type = MESSAGE_PING, .from = 1};
    const struct message pong = {.type = MESSAGE_PONG, .from = 1};
    uint64_t one = message_digest (message_digest (0, &ping), &pong);
    uint64_t other = message_digest (message_digest (0, &pong), &ping);
    ck_assert_uint_ne (one, other);
    ck_assert_uint_ne (message_digest (0, &ping), message_digest (1, &ping));
}
END_TEST

// On every machine, whichever compiler built it.
START_TEST (test_digest_is_the_same_everywhere)
{
    const struct message message = {
        .type = MESSAGE_BUY,
        .from = 5,
        .clock = 42,
        .buy = {.number = 17, .attempt = 1, .product = "salt", .quantity = 2}};
    ck_assert_uint_eq (message_digest (0, &message), UINT64_C (0xdf9c3162967167b2));
}
END_TEST

static Suite *parcel_suite (void)
{
    const int runs = MESSAGE_TYPE_COUNT * BOTH_WAYS;
    Suite *suite = suite_create ("sim parcel");
    TCase *parcels = tcase_create ("parcels");
    tcase_add_checked_fixture (parcels, setup, teardown);
    tcase_set_timeout (parcels, 60);
    tcase_add_loop_test (parcels, test_parcel_arrives_as_it_was_sent, 0, runs);
    tcase_add_loop_test (parcels, test_parcel_is_doubled_whole_before_and_after_it_was_opened, 0,
                         runs);
    tcase_add_loop_test (parcels, test_parcel_is_made_of_memory_that_was_freed, 0, runs);
    tcase_add_test (parcels, test_parcel_decodes_into_memory_that_was_freed);
    tcase_add_test (parcels, test_parcel_brings_nothing_that_the_wire_does_not);
    suite_add_tcase (suite, parcels);
    TCase *digests = tcase_create ("digest");
    tcase_add_checked_fixture (digests, setup, teardown);
    tcase_set_timeout (digests, 60);
    tcase_add_loop_test (digests, test_digest_is_another_when_any_value_is, 0, MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (digests, test_digest_is_that_of_every_copy, 0, runs);
    tcase_add_test (digests, test_digest_tells_types_apart);
    tcase_add_test (digests, test_digest_tells_the_order_of_messages);
    tcase_add_test (digests, test_digest_is_the_same_everywhere);
    suite_add_tcase (suite, digests);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (parcel_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
