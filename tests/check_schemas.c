// The field tables and the JSON Schemas say the same; check_protocol.c looks at protocol.md. Run
// from the repository's root, or with SOUK_ROOT set to it.
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec.h"
#include "schemas/codec_fields.h"

enum { HEADER_FIELDS = 5, HEADER_REQUIRED = 4 };  // `market` may be left out

static json_t *schema;  // of the type that is looked at

static void teardown (void)
{
    json_decref (schema);
    schema = NULL;
}

static void load_schema (const char *type)
{
    char path[512];
    json_error_t error;
    const char *root = getenv ("SOUK_ROOT");
    snprintf (path, sizeof path, "%s/schemas/%s.schema.json", root && root[0] ? root : ".", type);
    schema = json_load_file (path, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg (schema != NULL, "%s: %s", path, error.text);
}

static int64_t integer_of (const json_t *part, const char *key)
{
    const json_t *value = json_object_get (part, key);
    ck_assert_msg (json_is_integer (value), "%s is missing", key);
    return json_integer_value (value);
}

static void expect_text (const json_t *part, const char *key, const char *text)
{
    const char *found = json_string_value (json_object_get (part, key));
    ck_assert_msg (found && !strcmp (found, text), "%s is not \"%s\"", key, text);
}

static void expect_integer (const json_t *part, int64_t min, int64_t max)
{
    expect_text (part, "type", "integer");
    ck_assert_int_eq (integer_of (part, "minimum"), min);
    ck_assert_int_eq (integer_of (part, "maximum"), max);
}

// The words of an enum, in its order.
static void expect_words (const json_t *part, const char *const *words, size_t count)
{
    const json_t *list = json_object_get (part, "enum");
    ck_assert_uint_eq (json_array_size (list), count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq (json_string_value (json_array_get (list, i)), words[i]);
    }
}

static void expect_field (const json_t *part, const struct field *field);

// A tuple: `kind` first, where it has one, then the fields, and nothing else.
static void expect_tuple (const json_t *part, const struct shape *shape)
{
    const json_t *values = json_object_get (part, "prefixItems");
    size_t first = shape->name ? 1 : 0;
    size_t size = first + shape->field_count;
    expect_text (part, "type", "array");
    ck_assert (json_is_false (json_object_get (part, "items")));
    ck_assert_uint_eq (json_array_size (values), size);
    size_t least = size;
    while (least > first && shape->fields[least - first - 1].optional) {
        least--;
    }
    ck_assert_int_eq (integer_of (part, "minItems"), (int64_t) least);
    ck_assert_int_eq (integer_of (part, "maxItems"), (int64_t) size);
    if (shape->name) {
        expect_text (json_array_get (values, 0), "const", shape->name);
    }
    for (size_t i = 0; i < shape->field_count; i++) {
        const json_t *value = json_array_get (values, first + i);
        const char *name = shape->fields[i].name;
        const char *described = json_string_value (json_object_get (value, "description"));
        ck_assert_msg (described && !strncmp (described, name, strlen (name)), "%s: \"%s\"", name,
                       described ? described : "no description");
        expect_field (value, &shape->fields[i]);
    }
}

static void expect_tuples (const json_t *part, const struct list *list)
{
    const json_t *items = json_object_get (part, "items");
    if (list->bare) {
        expect_field (items, list->shapes->fields);
        return;
    }
    if (list->shape_count == 1) {
        expect_tuple (items, list->shapes);
        return;
    }
    const json_t *kinds = json_object_get (items, "oneOf");
    ck_assert_uint_eq (json_array_size (kinds), list->shape_count);
    for (size_t i = 0; i < list->shape_count; i++) {
        expect_tuple (json_array_get (kinds, i), &list->shapes[i]);
    }
}

static void expect_seen (const json_t *part, const struct field *field)
{
    const json_t *values = json_object_get (part, "prefixItems");
    expect_text (part, "type", "array");
    ck_assert_int_eq (integer_of (part, "minItems"), 1);
    ck_assert_int_eq (integer_of (part, "maxItems"), field->max + 1);
    ck_assert_uint_eq (json_array_size (values), 1);
    expect_integer (json_array_get (values, 0), 0, LIMIT_INTEGER);
    expect_tuples (part, &trader_seen_list);
}

static void expect_product (const json_t *part, int least)
{
    char pattern[64];
    snprintf (pattern, sizeof pattern, "^[a-z0-9_-]{%d,%d}$", least, LIMIT_PRODUCT_NAME);
    expect_text (part, "type", "string");
    expect_text (part, "pattern", pattern);
}

#define NAME(name, text) text,
static const char *const types[] = {MESSAGE_TYPES (NAME)};
#undef NAME

static void expect_field (const json_t *part, const struct field *field)
{
    ck_assert_msg (json_is_object (part), "%s is missing", field->name);
    switch (field->kind) {
    case VALUE_INTEGER:
    case VALUE_CLOCK:
        expect_integer (part, field->min, field->max);
        if (field->optional) {
            ck_assert_int_eq (integer_of (part, "default"), field->absent);
        }
        return;
    case VALUE_BOOL:
        expect_text (part, "type", "boolean");
        return;
    case VALUE_PRODUCT:
        expect_product (part, 1);
        return;
    case VALUE_PRODUCT_OR_NONE:
        expect_product (part, 0);
        return;
    case VALUE_TEXT:
        expect_text (part, "type", "string");
        ck_assert_int_eq (integer_of (part, "maxLength"), field->max);
        return;
    case VALUE_WORD:
        expect_text (part, "type", "string");
        expect_words (part, field->words, (size_t) field->max);
        return;
    case VALUE_LIST:
        expect_text (part, "type", "array");
        ck_assert_int_eq (json_integer_value (json_object_get (part, "minItems")), field->min);
        ck_assert_int_eq (integer_of (part, "maxItems"), field->max);
        expect_tuples (part, field->list);
        return;
    case VALUE_SEEN:
        expect_seen (part, field);
        return;
    }
    ck_abort_msg ("a kind of field that no schema tells");
}

static bool is_required (const char *name)
{
    const json_t *list = json_object_get (schema, "required");
    for (size_t i = 0; i < json_array_size (list); i++) {
        if (!strcmp (json_string_value (json_array_get (list, i)), name)) {
            return true;
        }
    }
    return false;
}

START_TEST (test_schema_agrees_with_the_field_table)
{
    const struct shape *shape = &message_shapes[_i];
    size_t required = HEADER_REQUIRED;
    load_schema (types[_i]);
    const json_t *properties = json_object_get (schema, "properties");
    ck_assert (json_is_false (json_object_get (schema, "additionalProperties")));
    expect_text (schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    expect_text (schema, "type", "object");
    expect_text (json_object_get (properties, "type"), "const", types[_i]);
    ck_assert_str_eq (shape->name, types[_i]);
    ck_assert_int_eq (integer_of (json_object_get (properties, "v"), "const"), PROTOCOL_VERSION);
    expect_integer (json_object_get (properties, "from"), shape->from_min, LIMIT_NODE);
    expect_integer (json_object_get (properties, "clock"), 0, LIMIT_INTEGER);
    expect_integer (json_object_get (properties, "market"), 1, LIMIT_INTEGER);
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        expect_field (json_object_get (properties, field->name), field);
        ck_assert_msg (is_required (field->name) == !field->optional, "%s", field->name);
        required += !field->optional;
    }
    ck_assert_uint_eq (json_object_size (properties), HEADER_FIELDS + shape->field_count);
    ck_assert_uint_eq (json_array_size (json_object_get (schema, "required")), required);
    ck_assert (is_required ("type") && is_required ("v"));
    ck_assert (is_required ("from") && is_required ("clock"));
    ck_assert (!is_required ("market"));
}
END_TEST

static Suite *schemas_suite (void)
{
    Suite *suite = suite_create ("schemas");
    TCase *files = tcase_create ("schema files");
    tcase_add_checked_fixture (files, NULL, teardown);
    tcase_add_loop_test (files, test_schema_agrees_with_the_field_table, 0, MESSAGE_TYPE_COUNT);
    suite_add_tcase (suite, files);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (schemas_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
