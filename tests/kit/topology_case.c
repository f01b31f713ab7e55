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
    "  'restock_what': 'each', 'quantity_min': 6, 'quantity_max': 9,"
    "  'price_cents_min': 1000, 'price_cents_max': 2000, 'every_us': 5000000, 'restocks': 8, "
    "'first_number': 10}]}";

const char TOPOLOGY_SMALLEST[] =
    "{'version': 1, 'warehouse': {'rep': 'tcp://127.0.0.1:1', 'pub': 'tcp://127.0.0.1:2'},"
    " 'products': [{'name': 'salt'}],"
    " 'traders': [{'id': 1, 'router': 'tcp://127.0.0.1:3', 'pub': 'tcp://127.0.0.1:4'}],"
    " 'buyers': [{'id': 2}], 'sellers': [{'id': 3}]}";

const char TOPOLOGY_ELECTED[] =
    "{'version': 1, 'mode': 'sync', 'order_by': 'vector',"
    " 'warehouse': {'rep': 'tcp://127.0.0.1:1', 'pub': 'tcp://127.0.0.1:2'},"
    " 'products': [{'name': 'salt'}, {'name': 'fish', 'mode': 'sync'}],"
    " 'election': {'seats': 2, 'ping_every_us': 100000, 'answer_wait_us': 30000,"
    "  'settle_us': 400000, 'reclaim': false, 'sick_per_million': 1000, 'on_sick': 'handover',"
    "  'recover_after_us': 10000000},"
    " 'peers': [{'id': 7, 'router': 'ipc://a', 'pub': 'ipc://b', 'sick_from_start': true,"
    "  'sick_at_us': 5000000, 'buyer': {'product': 'salt', 'on_refusal': 'switch',"
    "  'quantity_min': 1, 'quantity_max': 5, 'all_or_nothing': true, 'think_time_us': 6,"
    "  'orders': 8, 'window': 4, 'first_number': 9}},"
    " {'id': 3, 'router': 'ipc://c', 'pub': 'ipc://d', 'seller': {'product': 'fish',"
    "  'restock_when': 'sold-out', 'restock_what': 'each', 'quantity_min': 6, 'quantity_max': 9,"
    "  'price_cents_min': 1000, 'price_cents_max': 2000, 'every_us': 11, 'restocks': 12,"
    "  'first_number': 10}}]}";

struct topology_case loaded;

void topology_case_begin (void)
{
    snprintf (loaded.folder, sizeof loaded.folder, "/tmp/check_topology_XXXXXX");
    ck_assert_ptr_nonnull (mkdtemp (loaded.folder));
    snprintf (loaded.path, sizeof loaded.path, "%s/topology.json", loaded.folder);
    loaded.arena = arena_new (4096);
    loaded.sample = TOPOLOGY_SAMPLE;
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

// The object that `section` names: the market itself (""), or what stands at a path in it, "buyers"
// or "peers[1].seller"; of a list without an index the first element.
static json_t *part_of (json_t *root, const char *section)
{
    json_t *part = root;
    while (*section) {
        char key[32];
        size_t length = strcspn (section, "[.");
        snprintf (key, sizeof key, "%.*s", (int) length, section);
        section += length;
        part = json_object_get (part, key);
        size_t index = *section == '[' ? strtoul (section + 1, NULL, 10) : 0;
        part = json_is_array (part) ? json_array_get (part, index) : part;
        section += strcspn (section, ".");
        section += *section == '.';
    }
    return part;
}

bool read_with (const char *section, const char *key, json_t *value)
{
    json_t *root = parsed (loaded.sample);
    json_t *part = part_of (root, section);
    ck_assert_ptr_nonnull (part);
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
