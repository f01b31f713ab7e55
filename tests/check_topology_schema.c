// The reader of topology files, held against topology.schema.json: whatever the schema allows or
// forbids for a key, the reader must too. And files that are no topologies at all.
#include <check.h>
#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/topology.h"
#include "tests/kit/topology_case.h"

static const char SCHEMA_PATH[] = "schemas/topology.schema.json";

// A section of the schema, and what the errors call it.
struct section {
    const char *definition;  // in $defs; NULL: the schema itself
    const char *key;
    const char *path;
    bool elected;  // it is a part of an elected market's
};

static const struct section SECTIONS[] = {
    {NULL, "", "", false},
    {"warehouse", "warehouse", "warehouse.", false},
    {"product", "products", "products[0].", false},
    {"trader", "traders", "traders[0].", false},
    {"buyer", "buyers", "buyers[0].", false},
    {"seller", "sellers", "sellers[0].", false},
    {"election", "election", "election.", true},
    {"peer", "peers", "peers[0].", true},
    {"peer_buyer", "peers[0].buyer", "peers[0].buyer.", true},
    {"peer_seller", "peers[1].seller", "peers[1].seller.", true},
};

enum { SECTION_COUNT = sizeof SECTIONS / sizeof SECTIONS[0] };

// The caller owns the result and must decref it.
static json_t *schema_new (void)
{
    json_error_t wrong;
    json_t *schema = json_load_file (SCHEMA_PATH, JSON_REJECT_DUPLICATES, &wrong);
    ck_assert_msg (schema, "%s: line %d: %s", SCHEMA_PATH, wrong.line, wrong.text);
    return schema;
}

static json_t *schema_of (json_t *schema, const struct section *section)
{
    return section->definition
               ? json_object_get (json_object_get (schema, "$defs"), section->definition)
               : schema;
}

static const struct section *begin (int index)
{
    loaded.sample = SECTIONS[index].elected ? TOPOLOGY_ELECTED : TOPOLOGY_SAMPLE;
    return &SECTIONS[index];
}

// What the schema says of one property, each $ref followed: "#/$defs/buyer/properties/product".
static json_t *rule_of (json_t *schema, json_t *property)
{
    json_t *rule = property;
    for (const char *at; (at = json_string_value (json_object_get (rule, "$ref")));) {
        rule = schema;
        for (at += strlen ("#"); *at == '/';) {
            char key[64];
            size_t length = strcspn (++at, "/");
            snprintf (key, sizeof key, "%.*s", (int) length, at);
            rule = json_object_get (rule, key);
            ck_assert_msg (rule, "the schema has no %s", key);
            at += length;
        }
    }
    return rule;
}

static void check_integer (const struct section *section, const char *key, const json_t *rule)
{
    char where[64];
    snprintf (where, sizeof where, "%s%s: must be", section->path, key);
    json_int_t least = json_integer_value (json_object_get (rule, "minimum"));
    json_int_t most = json_integer_value (json_object_get (rule, "maximum"));
    ck_assert_int_lt (least - 1, most);
    assert_refused_at (read_with (section->key, key, json_integer (least - 1)), where);
    assert_refused_at (read_with (section->key, key, json_integer (most + 1)), where);
    assert_refused_at (read_with (section->key, key, json_real ((double) least)), where);
    assert_refused_at (read_with (section->key, key, json_string ("1")), where);
    assert_refused_at (read_with (section->key, key, json_null ()), where);
    // At its bounds the value itself is fine; another key may contradict it and is then named.
    snprintf (where, sizeof where, "%s%s: must be an integer", section->path, key);
    const json_int_t bounds[] = {least, most};
    for (size_t index = 0; index < 2; index++) {
        bool valid = read_with (section->key, key, json_integer (bounds[index]));
        ck_assert_msg (valid || !strstr (loaded.error, where), "%s", loaded.error);
        ck_assert_msg (valid || strstr (key, "_min") || strstr (key, "_max"), "%s", loaded.error);
    }
}

static void check_words (const struct section *section, const char *key, const json_t *words)
{
    char where[64];
    snprintf (where, sizeof where, "%s%s: must be one of", section->path, key);
    size_t index;
    json_t *word;
    json_array_foreach (words, index, word)
    {
        ck_assert_msg (read_with (section->key, key, json_copy (word)), "%s", loaded.error);
        ck_assert (!read_with (section->key, key, json_string ("no-such-word")));
        ck_assert_ptr_nonnull (strstr (loaded.error, json_string_value (word)));
    }
    assert_refused_at (read_with (section->key, key, json_string ("")), where);
    assert_refused_at (read_with (section->key, key, json_integer (1)), where);
}

static void check_length (const struct section *section, const char *key, const json_t *rule)
{
    char where[64];
    snprintf (where, sizeof where, "%s%s: must be", section->path, key);
    size_t most = (size_t) json_integer_value (json_object_get (rule, "maxLength"));
    ck_assert_uint_gt (most, 0);
    char *text = malloc (most + 2);
    memset (text, 'a', most + 1);
    text[most + 1] = '\0';
    assert_refused_at (read_with (section->key, key, json_string (text)), where);
    assert_refused_at (read_with (section->key, key, json_string ("")), where);
    assert_refused_at (read_with (section->key, key, json_true ()), where);
    free (text);
}

// An integer within bounds, or a string of a pattern.
static void check_either (const struct section *section, const char *key, const json_t *rules)
{
    char where[64];
    snprintf (where, sizeof where, "%s%s: must be", section->path, key);
    ck_assert_uint_eq (json_array_size (rules), 2);
    const json_t *rule = json_array_get (rules, 0);
    json_int_t most = json_integer_value (json_object_get (rule, "maximum"));
    ck_assert_int_eq (json_integer_value (json_object_get (rule, "minimum")), 0);
    ck_assert_msg (read_with (section->key, key, json_integer (0)), "%s", loaded.error);
    ck_assert_msg (read_with (section->key, key, json_integer (most)), "%s", loaded.error);
    assert_refused_at (read_with (section->key, key, json_integer (-1)), where);
    assert_refused_at (read_with (section->key, key, json_integer (most + 1)), where);
    assert_refused_at (read_with (section->key, key, json_real (1)), where);
    const char *pattern =
        json_string_value (json_object_get (json_array_get (rules, 1), "pattern"));
    regex_t expression;
    ck_assert_int_eq (regcomp (&expression, pattern, REG_EXTENDED | REG_NOSUB), 0);
    static const char *const texts[] = {"0%",   "5%", "99%", "100%", "101%", "00%",
                                        "010%", "",   "5",   "%",    "5%%",  " 5%"};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        bool allowed = regexec (&expression, texts[index], 0, NULL, 0) == 0;
        bool valid = read_with (section->key, key, json_string (texts[index]));
        ck_assert_msg (valid == allowed, "%s: %s", texts[index], loaded.error);
    }
    regfree (&expression);
}

START_TEST (test_topology_keeps_to_the_bounds_of_its_schema)
{
    const struct section *section = begin (_i);
    json_t *schema = schema_new ();
    const char *key;
    json_t *property;
    json_object_foreach (json_object_get (schema_of (schema, section), "properties"), key, property)
    {
        const json_t *rule = rule_of (schema, property);
        const char *type = json_string_value (json_object_get (rule, "type"));
        char where[64];
        snprintf (where, sizeof where, "%s%s", section->path, key);
        if (json_object_get (rule, "enum")) {
            check_words (section, key, json_object_get (rule, "enum"));
        } else if (json_object_get (rule, "anyOf")) {
            check_either (section, key, json_object_get (rule, "anyOf"));
        } else if (strcmp (type, "integer") == 0) {
            check_integer (section, key, rule);
        } else if (strcmp (type, "boolean") == 0) {
            ck_assert (read_with (section->key, key, json_true ()));
            ck_assert (read_with (section->key, key, json_false ()));
            assert_refused_at (read_with (section->key, key, json_integer (1)), where);
        } else if (strcmp (type, "string") == 0) {
            check_length (section, key, rule);
        } else {
            assert_refused_at (read_with (section->key, key, json_integer (1)), where);
        }
    }
    json_decref (schema);
}
END_TEST

static bool list_has (const json_t *list, const char *word)
{
    size_t index;
    json_t *item;
    json_array_foreach (list, index, item)
    {
        if (strcmp (json_string_value (item), word) == 0) {
            return true;
        }
    }
    return false;
}

// Whether some other key, or the lack of one, requires this one.
static bool is_implied (const json_t *part, const char *key)
{
    const char *other;
    json_t *list;
    json_object_foreach (json_object_get (part, "dependentRequired"), other, list)
    {
        if (list_has (list, key) && strcmp (other, "election") != 0) {
            return true;
        }
    }
    return list_has (json_object_get (json_object_get (part, "else"), "required"), key);
}

START_TEST (test_topology_requires_what_its_schema_requires)
{
    const struct section *section = begin (_i);
    json_t *schema = schema_new ();
    json_t *part = schema_of (schema, section);
    const char *key;
    json_t *property;
    json_object_foreach (json_object_get (part, "properties"), key, property)
    {
        char where[64];
        snprintf (where, sizeof where, "%s%s: is missing", section->path, key);
        bool needed = list_has (json_object_get (part, "required"), key)
                      || is_implied (part, key)
                      // One of the two is; the sample has this one.
                      || (json_object_get (part, "oneOf") && strcmp (key, "buyer") == 0);
        bool valid = read_with (section->key, key, NULL);
        ck_assert_msg (valid == !needed, "%s", loaded.error);
        ck_assert_msg (valid || strstr (loaded.error, where), "%s", loaded.error);
    }
    json_decref (schema);
}
END_TEST

START_TEST (test_topology_knows_the_keys_of_its_schema_and_no_others)
{
    const struct section *section = begin (_i);
    assert_refused_at (read_with (section->key, "colour", json_integer (1)), "colour");
    char expected[512];
    int length =
        snprintf (expected, sizeof expected, "%scolour: is not known; known are ", section->path);
    json_t *schema = schema_new ();
    const char *key;
    json_t *property;
    const char *comma = "";
    json_object_foreach (json_object_get (schema_of (schema, section), "properties"), key, property)
    {
        length +=
            snprintf (expected + length, sizeof expected - (size_t) length, "%s%s", comma, key);
        comma = ", ";
    }
    json_decref (schema);
    ck_assert_str_eq (loaded.error, expected);
}
END_TEST

START_TEST (test_topology_refuses_a_file_cut_off_anywhere)
{
    json_t *root = parsed (TOPOLOGY_SMALLEST);
    char *text = json_dumps (root, JSON_COMPACT);
    for (size_t size = 0; size < strlen (text); size++) {
        loaded.error[0] = '\0';
        ck_assert (!read_bytes (text, size));
        ck_assert_str_ne (loaded.error, "");
    }
    ck_assert (read_bytes (text, strlen (text)));
    free (text);
    json_decref (root);
}
END_TEST

static const struct {
    const char *bytes;
    size_t size;
} BROKEN[] = {
    {"[]", 2},
    {"7", 1},
    {"{\"seed\": 1e400}", 15},
    {"{\"seed\": 99999999999999999999}", 30},
    {"{\"mode\": \"sy\0nc\"}", 17},
    {"{\"mode\": \"sy\\u0000nc\"}", 22},
    {"{\"mode\": \"\xff\"}", 13},
    {"{} {}", 5},
};

START_TEST (test_topology_refuses_broken_json)
{
    ck_assert (!read_bytes (BROKEN[_i].bytes, BROKEN[_i].size));
    ck_assert_str_ne (loaded.error, "");
}
END_TEST

START_TEST (test_topology_refuses_a_doubled_key)
{
    json_t *root = parsed (TOPOLOGY_SMALLEST);
    char *text = json_dumps (root, JSON_COMPACT);
    json_decref (root);
    char doubled[1024];
    int length = snprintf (doubled, sizeof doubled, "{\"version\":1,%s", text + 1);
    free (text);
    assert_refused_at (read_bytes (doubled, (size_t) length), "duplicate");
}
END_TEST

START_TEST (test_topology_names_the_line_that_is_broken)
{
    assert_refused_at (read_bytes ("{\"version\":\n 1,\n ]", 18), "line 3");
}
END_TEST

START_TEST (test_topology_refuses_deep_nesting)
{
    enum { DEPTH = 1024 * 1024 };
    char *text = malloc (DEPTH);
    memset (text, '[', DEPTH);
    ck_assert (!read_bytes (text, DEPTH));
    ck_assert_ptr_nonnull (strstr (loaded.error, "is no JSON"));
    free (text);
}
END_TEST

START_TEST (test_topology_refuses_a_file_beyond_its_bound)
{
    char *text = malloc (TOPOLOGY_BYTES_MAX + 1);
    memset (text, ' ', TOPOLOGY_BYTES_MAX + 1);
    assert_refused_at (read_bytes (text, TOPOLOGY_BYTES_MAX + 1), "longer");
    free (text);
}
END_TEST

START_TEST (test_topology_says_why_a_file_cannot_be_read)
{
    assert_refused_at (topology_read ("/nowhere/at/all", loaded.arena, &loaded.topology,
                                      loaded.error, sizeof loaded.error),
                       "No such file");
    assert_refused_at (topology_read (loaded.folder, loaded.arena, &loaded.topology, loaded.error,
                                      sizeof loaded.error),
                       "Is a directory");
}
END_TEST

START_TEST (test_topology_keeps_its_error_within_the_buffer)
{
    json_t *root = parsed (TOPOLOGY_SAMPLE);
    char key[4096];
    memset (key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    json_object_set_new (root, key, json_true ());
    char *text = json_dumps (root, 0);
    json_decref (root);
    ck_assert (!read_bytes (text, strlen (text)));
    free (text);
    char small[8] = "1234567";
    ck_assert (!topology_read (loaded.path, loaded.arena, &loaded.topology, small, 4));
    ck_assert_uint_eq (strlen (small), 3);
    ck_assert_str_eq (small + 4, "567");
}
END_TEST

static Suite *topology_schema_suite (void)
{
    Suite *suite = suite_create ("topology_schema");
    TCase *schema = tcase_create ("schema");
    tcase_add_checked_fixture (schema, topology_case_begin, topology_case_end);
    tcase_add_loop_test (schema, test_topology_keeps_to_the_bounds_of_its_schema, 0, SECTION_COUNT);
    tcase_add_loop_test (schema, test_topology_requires_what_its_schema_requires, 0, SECTION_COUNT);
    tcase_add_loop_test (schema, test_topology_knows_the_keys_of_its_schema_and_no_others, 0,
                         SECTION_COUNT);
    suite_add_tcase (suite, schema);

    TCase *hostile = tcase_create ("hostile files");
    tcase_add_checked_fixture (hostile, topology_case_begin, topology_case_end);
    tcase_set_timeout (hostile, 60);
    tcase_add_test (hostile, test_topology_refuses_a_file_cut_off_anywhere);
    tcase_add_loop_test (hostile, test_topology_refuses_broken_json, 0,
                         sizeof BROKEN / sizeof BROKEN[0]);
    tcase_add_test (hostile, test_topology_refuses_a_doubled_key);
    tcase_add_test (hostile, test_topology_names_the_line_that_is_broken);
    tcase_add_test (hostile, test_topology_refuses_deep_nesting);
    tcase_add_test (hostile, test_topology_refuses_a_file_beyond_its_bound);
    tcase_add_test (hostile, test_topology_says_why_a_file_cannot_be_read);
    tcase_add_test (hostile, test_topology_keeps_its_error_within_the_buffer);
    suite_add_tcase (suite, hostile);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (topology_schema_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
