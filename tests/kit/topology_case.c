#include "tests/kit/topology_case.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char TOPOLOGY_SAMPLE[] =
    "{'version': 1, 'mode': 'batched', 'flush_count': 3, 'flush_ms': 40, 'expiry_ms': 600,"
    " 'oversell_budget': '5%', 'order_by': 'lamport', 'trader_choice': 'round-robin', "
    "'invalidation': false, 'trace': true, 'seed': 42, 'ping_every_us': 20000,"
    " 'warehouse': {'rep': 'tcp://127.0.0.1:*', 'pub': 'ipc:///tmp/pub', 'store': 'market.db',"
    "  'commission_percent': 20, 'answers_kept': 512},"
    " 'products': [{'name': 'salt', 'mode': 'escrow', 'flush_count': 64, 'flush_ms': 2, "
    "'expiry_ms': 7,"
    "  'oversell_budget': 10}, {'name': 'fish'}],"
    " 'traders': [{'id': 7, 'router': 'tcp://127.0.0.1:5001', 'pub': 'tcp://[::1]:5002',"
    "  'queue_max': 100, 'batch_max': 5, 'in_flight_max': 2, 'journal': 'trader-7.journal'}],"
    " 'buyers': [{'id': 3, 'product': 'random', 'on_refusal': 'switch', 'quantity_min': 1,"
    "  'quantity_max': 5, 'all_or_nothing': true, 'think_time_us': 500000, 'orders': 7,"
    "  'window': 4, 'first_number': 9}],"
    " 'sellers': [{'id': 4, 'product': 'fish', 'restock_when': 'sold-out',"
    "  'restock_what': 'each', 'quantity': 6, 'price_cents_min': 1000, 'price_cents_max': 2000,"
    "  'every_us': 5000000, 'restocks': 8, 'first_number': 10}]}";

const char TOPOLOGY_SMALLEST[] =
    "{'version': 1, 'warehouse': {'rep': 'tcp://127.0.0.1:1', 'pub': 'tcp://127.0.0.1:2'},"
    " 'products': [{'name': 'salt'}],"
    " 'traders': [{'id': 1, 'router': 'tcp://127.0.0.1:3', 'pub': 'tcp://127.0.0.1:4'}],"
    " 'buyers': [{'id': 2}], 'sellers': [{'id': 3}]}";

struct topology_case loaded;

void topology_case_begin (void)
{
    snprintf (loaded.folder, sizeof loaded.folder, "/tmp/check_topology_XXXXXX");
    ck_assert_ptr_nonnull (mkdtemp (loaded.folder));
    snprintf (loaded.path, sizeof loaded.path, "%s/topology.json", loaded.folder);
    loaded.arena = arena_new (4096);
    loaded.error[0] = '\0';
}

void topology_case_end (void)
{
    arena_destroy (&loaded.arena);
    unlink (loaded.path);
    rmdir (loaded.folder);
}

bool read_bytes (const char *bytes, size_t size)
{
    FILE *file = fopen (loaded.path, "wb");
    ck_assert_ptr_nonnull (file);
    ck_assert_uint_eq (fwrite (bytes, 1, size, file), size);
    ck_assert_int_eq (fclose (file), 0);
    arena_reset (loaded.arena);
    return topology_read (loaded.path, loaded.arena, &loaded.topology, loaded.error,
                          sizeof loaded.error);
}

json_t *parsed (const char *text)
{
    char *copy = strdup (text);
    for (char *at = copy; (at = strchr (at, '\''));) {
        *at = '"';
    }
    json_error_t wrong;
    json_t *root = json_loads (copy, 0, &wrong);
    ck_assert_msg (root, "line %d: %s", wrong.line, wrong.text);
    free (copy);
    return root;
}

bool read_json (const json_t *root)
{
    char *text = json_dumps (root, 0);
    bool valid = read_bytes (text, strlen (text));
    free (text);
    return valid;
}

bool read_text (const char *text)
{
    json_t *root = parsed (text);
    bool valid = read_json (root);
    json_decref (root);
    return valid;
}

// The object that `section` names: the market itself (""), the warehouse, or the first element of
// a list.
static json_t *part_of (json_t *root, const char *section)
{
    if (!section[0]) {
        return root;
    }
    json_t *part = json_object_get (root, section);
    return json_is_array (part) ? json_array_get (part, 0) : part;
}

bool read_with (const char *section, const char *key, json_t *value)
{
    json_t *root = parsed (TOPOLOGY_SAMPLE);
    json_t *part = part_of (root, section);
    if (value) {
        json_object_set_new (part, key, value);
    } else {
        json_object_del (part, key);
    }
    bool valid = read_json (root);
    json_decref (root);
    return valid;
}

void assert_refused_at (bool valid, const char *where)
{
    ck_assert_msg (!valid, "taken, but %s is wrong", where);
    ck_assert_msg (strstr (loaded.error, where), "\"%s\" does not name %s", loaded.error, where);
}
