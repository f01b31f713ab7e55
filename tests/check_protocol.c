// protocol.md tells every field, status, reason and bound, and shows examples that are messages.
// Run from the repository's root, or with SOUK_ROOT set to it.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec.h"
#include "schemas/codec_fields.h"

#define NAME(name, text) text,
static const char *const statuses[] = {STATUSES (NAME)};
static const char *const reasons[] = {REASONS (NAME)};
static const char *const types[] = {MESSAGE_TYPES (NAME)};
static const char *const states[] = {MEMBER_STATES (NAME)};
#undef NAME

static char *protocol;  // protocol.md
static char *limits;    // limits.h

static char *read_text (const char *name)
{
    enum { TEXT_BYTES = 256 * 1024 };
    char path[512];
    const char *root = getenv ("SOUK_ROOT");
    snprintf (path, sizeof path, "%s/schemas/%s", root && root[0] ? root : ".", name);
    FILE *file = fopen (path, "rb");
    ck_assert_msg (file != NULL, "%s: cannot be read; set SOUK_ROOT", path);
    char *text = malloc (TEXT_BYTES);
    ck_assert_ptr_nonnull (text);
    size_t length = fread (text, 1, TEXT_BYTES - 1, file);
    ck_assert_int_eq (fclose (file), 0);
    text[length] = 0;
    return text;
}

static void setup (void)
{
    protocol = read_text ("protocol.md");
    limits = read_text ("limits.h");
}

static void teardown (void)
{
    free (protocol);
    free (limits);
}

// The part of protocol.md under a heading, up to the next one of its kind or above; the caller
// owns it.
static char *section_of (const char *heading)
{
    char line[80];
    snprintf (line, sizeof line, "\n%s\n", heading);
    const char *begin = strstr (protocol, line);
    ck_assert_msg (begin != NULL, "protocol.md has no \"%s\"", heading);
    begin += strlen (line);
    ck_assert_msg (!strstr (begin, line), "protocol.md has \"%s\" twice", heading);
    const char *end = strstr (begin, "\n## ");
    const char *same = strstr (begin, "\n### ");
    end = same && (!end || same < end) ? same : end;
    size_t length = end ? (size_t) (end - begin) : strlen (begin);
    char *section = calloc (length + 1, 1);
    ck_assert_ptr_nonnull (section);
    memcpy (section, begin, length);
    return section;
}

// A row of a table that tells `name`. Returns where it begins.
static const char *expect_row (const char *section, const char *name)
{
    char row[80];
    snprintf (row, sizeof row, "\n| `%s` | ", name);
    const char *at = strstr (section, row);
    ck_assert_msg (at != NULL, "no row for %s, or it is not in its place", name);
    return at;
}

static void expect_tuple_told (const char *section, const struct list *list)
{
    for (size_t kind = 0; kind < list->shape_count; kind++) {
        const struct shape *shape = &list->shapes[kind];
        char form[256] = "[";
        size_t length = 1;
        if (shape->name) {
            length += (size_t) sprintf (form + length, "\"%s\"", shape->name);
        }
        for (size_t i = 0; i < shape->field_count; i++) {
            length += (size_t) sprintf (form + length, "%s%s", length > 1 ? ", " : "",
                                        shape->fields[i].name);
        }
        strcpy (form + length, "]");
        ck_assert_msg (strstr (section, form) != NULL, "%s is not told", form);
    }
}

START_TEST (test_protocol_tells_each_field_of_a_message_in_its_place)
{
    const struct shape *shape = &message_shapes[_i];
    char heading[64];
    snprintf (heading, sizeof heading, "### %s", types[_i]);
    char *section = section_of (heading);
    size_t rows = 0;
    for (const char *at = section; (at = strstr (at, "\n| `")); at++) {
        rows++;
    }
    ck_assert_uint_eq (rows, shape->field_count);
    const char *row = section;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        row = expect_row (row, field->name);  // in the order in which they are written
        // Tuples of a clock or a token have sections of their own.
        bool tuples = field->kind == VALUE_LIST && !field->list->bare;
        if (tuples && strcmp (field->name, "vector") != 0) {
            expect_tuple_told (section, field->list);
        }
    }
    free (section);
}
END_TEST

START_TEST (test_protocol_tells_the_tuples_of_clocks_and_tokens)
{
    const struct field *vector = NULL;
    const struct shape *buy = &message_shapes[MESSAGE_BUY];
    for (size_t i = 0; i < buy->field_count; i++) {
        vector = strcmp (buy->fields[i].name, "vector") ? vector : &buy->fields[i];
    }
    ck_assert_ptr_nonnull (vector);
    char *tokens = section_of ("## Causal tokens");
    char *clocks = section_of ("## Vector clocks");
    expect_tuple_told (tokens, &trader_seen_list);
    expect_tuple_told (clocks, vector->list);
    free (tokens);
    free (clocks);
}
END_TEST

START_TEST (test_protocol_tells_every_word_and_the_header)
{
    char *status = section_of ("## Statuses");
    char *reason = section_of ("## Reasons");
    char *header = section_of ("## The header");
    char *member = section_of ("## States");
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        expect_row (status, statuses[i]);
    }
    for (size_t i = 0; i < REASON_COUNT; i++) {
        expect_row (reason, reasons[i]);
    }
    for (size_t i = 0; i < MEMBER_STATE_COUNT; i++) {
        expect_row (member, states[i]);
    }
    static const char *const keys[] = {"type", "v", "from", "clock", "market"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        expect_row (header, keys[i]);
    }
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        char row[80];
        snprintf (row, sizeof row, "\n| `%s` | %s | ", statuses[i],
                  status_is_final ((enum status) i) ? "yes" : "no");
        ck_assert_msg (strstr (status, row) != NULL, "is %s final?", statuses[i]);
    }
    free (status);
    free (reason);
    free (header);
    free (member);
}
END_TEST

// Each line of the section's examples is a message of that type, as Souk would write it.
START_TEST (test_protocol_shows_examples_that_decode)
{
    arena_t *arena = arena_new (4096);
    char heading[64];
    snprintf (heading, sizeof heading, "### %s", types[_i]);
    char *section = section_of (heading);
    char *begin = strstr (section, "```json\n");
    ck_assert_msg (begin != NULL, "no example");
    begin += strlen ("```json\n");
    char *end = strstr (begin, "```");
    ck_assert_ptr_nonnull (end);
    ck_assert (begin < end);
    while (begin < end) {
        struct message message;
        struct decode_error error;
        char again[4096];
        size_t size = strcspn (begin, "\n");
        ck_assert_msg (message_decode (begin, size, LIMIT_MESSAGE_BYTES, arena, &message, &error),
                       "%s", error.text);
        ck_assert_int_eq ((int) message.type, _i);
        ck_assert_uint_eq (message_encode (&message, again, sizeof again), size);
        ck_assert_mem_eq (again, begin, size);
        begin += size + 1;
    }
    free (section);
    arena_destroy (&arena);
}
END_TEST

START_TEST (test_protocol_has_no_message_that_does_not_exist)
{
    size_t headings = 0;
    for (const char *at = protocol; (at = strstr (at, "\n### ")); at++) {
        headings++;
    }
    ck_assert_uint_eq (headings, MESSAGE_TYPE_COUNT);
}
END_TEST

#define BOUND(name) \
    {               \
#name, name \
    }
static const struct {
    const char *name;
    int64_t value;
} bounds[] = {
    BOUND (LIMIT_MESSAGE_BYTES), BOUND (LIMIT_BATCH_BYTES), BOUND (LIMIT_JSON_DEPTH),
    BOUND (LIMIT_FRAMES),        BOUND (LIMIT_DRAIN),       BOUND (LIMIT_NODE),
    BOUND (LIMIT_TRADERS),       BOUND (LIMIT_CLIENTS),     BOUND (LIMIT_PRODUCTS),
    BOUND (LIMIT_PRODUCT_NAME),  BOUND (LIMIT_LOTS),        BOUND (LIMIT_QUANTITY),
    BOUND (LIMIT_PRICE_CENTS),   BOUND (LIMIT_FILLS),       BOUND (LIMIT_BATCH),
    BOUND (LIMIT_QUEUE),         BOUND (LIMIT_WAITING),     BOUND (LIMIT_VECTOR),
    BOUND (LIMIT_ANSWERS),       BOUND (LIMIT_TEXT),        BOUND (LIMIT_ROUTE),
    BOUND (LIMIT_COPIES),        BOUND (LIMIT_SALES),       BOUND (LIMIT_INTEGER),
    BOUND (LIMIT_ENDPOINT),      BOUND (LIMIT_LEASED_LOTS), BOUND (LIMIT_SKIPPED),
    BOUND (LIMIT_SKIPPED_BACK),
};

START_TEST (test_protocol_tells_every_bound)
{
    char *section = section_of ("## Bounds");
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        char row[80];
        snprintf (row, sizeof row, "\n| `%s` | %lld | ", bounds[i].name,
                  (long long) bounds[i].value);
        ck_assert_msg (strstr (section, row) != NULL, "no row \"%s\"", row + 1);
    }
    free (section);
}
END_TEST

START_TEST (test_bounds_of_limits_h_are_all_looked_at)
{
    for (char *at = limits; (at = strstr (at, "LIMIT_"));) {
        size_t length = strspn (at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        bool known = false;
        for (size_t i = 0; !known && i < sizeof bounds / sizeof bounds[0]; i++) {
            known = strlen (bounds[i].name) == length && !strncmp (bounds[i].name, at, length);
        }
        ck_assert_msg (known, "%.*s is in limits.h, not here", (int) length, at);
        at += length;
    }
}
END_TEST

static Suite *protocol_suite (void)
{
    Suite *suite = suite_create ("protocol");
    TCase *page = tcase_create ("protocol.md");
    tcase_add_checked_fixture (page, setup, teardown);
    tcase_add_loop_test (page, test_protocol_tells_each_field_of_a_message_in_its_place, 0,
                         MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (page, test_protocol_shows_examples_that_decode, 0, MESSAGE_TYPE_COUNT);
    tcase_add_test (page, test_protocol_tells_the_tuples_of_clocks_and_tokens);
    tcase_add_test (page, test_protocol_tells_every_word_and_the_header);
    tcase_add_test (page, test_protocol_has_no_message_that_does_not_exist);
    tcase_add_test (page, test_protocol_tells_every_bound);
    tcase_add_test (page, test_bounds_of_limits_h_are_all_looked_at);
    suite_add_tcase (suite, page);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (protocol_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
