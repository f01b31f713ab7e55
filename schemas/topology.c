#include "schemas/topology.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/topology_fields.h"

enum {
    FILE_BYTES_MAX = 4095,
    PING_US_MIN = 1000,
    PING_US_MAX = 60 * 1000 * 1000,
    IN_FLIGHT_MAX = 16,
    WINDOW_MAX = 1024,
    FLUSH_MS_MAX = 60 * 1000,
    EXPIRY_MS_MAX = 60 * 1000,
    ANSWERS_MAX = 65536,
};

static const char *const MODES[] = {"sync", "cached", "batched", "escrow", NULL};
static const char *const ORDERS[] = {"arrival", "lamport", "vector", NULL};
static const char *const CHOICES[] = {"random", "round-robin", NULL};
static const char *const REFUSALS[] = {"keep", "switch", NULL};
static const char *const WHENS[] = {"every", "sold-out", NULL};
static const char *const WHATS[] = {"same", "each", "random", NULL};

static const struct topology_field MARKET_FIELDS[] = {
    {"version", FIELD_CONSTANT, .required = true, .min = TOPOLOGY_VERSION},
    {"mode", FIELD_WORD, offsetof (struct topology, selling.mode), .words = MODES},
    {"flush_count", FIELD_INTEGER, offsetof (struct topology, selling.flush_count), .min = 1,
     .max = LIMIT_BATCH},
    {"flush_ms", FIELD_INTEGER, offsetof (struct topology, selling.flush_ms), .max = FLUSH_MS_MAX},
    {"expiry_ms", FIELD_INTEGER, offsetof (struct topology, selling.expiry_ms), .min = 1,
     .max = EXPIRY_MS_MAX},
    {"oversell_budget", FIELD_BUDGET, offsetof (struct topology, selling.oversell_budget),
     .max = LIMIT_QUANTITY},
    {"order_by", FIELD_WORD, offsetof (struct topology, order_by), .words = ORDERS},
    {"trader_choice", FIELD_WORD, offsetof (struct topology, trader_choice), .words = CHOICES},
    {"invalidation", FIELD_BOOLEAN, offsetof (struct topology, invalidation), .otherwise = true},
    {"trace", FIELD_BOOLEAN, offsetof (struct topology, trace), .otherwise = false},
    {"seed", FIELD_INTEGER, offsetof (struct topology, seed), .max = LIMIT_INTEGER},
    {"ping_every_us", FIELD_INTEGER, offsetof (struct topology, ping_every_us), .min = PING_US_MIN,
     .max = PING_US_MAX},
    {"warehouse", FIELD_PART, .required = true},
    {"products", FIELD_PART, .required = true},
    {"traders", FIELD_PART, .required = true},
    {"buyers", FIELD_PART, .required = true},
    {"sellers", FIELD_PART, .required = true},
    {0},
};

static const struct topology_field WAREHOUSE_FIELDS[] = {
    {"rep", FIELD_ENDPOINT, offsetof (struct topology_warehouse, rep), .required = true},
    {"pub", FIELD_ENDPOINT, offsetof (struct topology_warehouse, pub), .required = true},
    {"store", FIELD_TEXT, offsetof (struct topology_warehouse, store), .max = FILE_BYTES_MAX},
    {"commission_percent", FIELD_INTEGER, offsetof (struct topology_warehouse, commission_percent),
     .max = 100},
    {"answers_kept", FIELD_INTEGER, offsetof (struct topology_warehouse, answers_kept), .min = 1,
     .max = ANSWERS_MAX},
    {0},
};

static const struct topology_field PRODUCT_FIELDS[] = {
    {"name", FIELD_PRODUCT, offsetof (struct topology_product, name), .required = true},
    {"mode", FIELD_WORD, offsetof (struct topology_product, selling.mode), .words = MODES},
    {"flush_count", FIELD_INTEGER, offsetof (struct topology_product, selling.flush_count),
     .min = 1, .max = LIMIT_BATCH},
    {"flush_ms", FIELD_INTEGER, offsetof (struct topology_product, selling.flush_ms),
     .max = FLUSH_MS_MAX},
    {"expiry_ms", FIELD_INTEGER, offsetof (struct topology_product, selling.expiry_ms), .min = 1,
     .max = EXPIRY_MS_MAX},
    {"oversell_budget", FIELD_BUDGET, offsetof (struct topology_product, selling.oversell_budget),
     .max = LIMIT_QUANTITY},
    {0},
};

static const struct topology_field TRADER_FIELDS[] = {
    {"id", FIELD_INTEGER, offsetof (struct topology_trader, id), .required = true, .min = 1,
     .max = LIMIT_NODE},
    {"router", FIELD_ENDPOINT, offsetof (struct topology_trader, router), .required = true},
    {"pub", FIELD_ENDPOINT, offsetof (struct topology_trader, pub), .required = true},
    {"queue_max", FIELD_INTEGER, offsetof (struct topology_trader, queue_max), .min = 1,
     .max = LIMIT_QUEUE},
    {"batch_max", FIELD_INTEGER, offsetof (struct topology_trader, batch_max), .min = 1,
     .max = LIMIT_BATCH},
    {"in_flight_max", FIELD_INTEGER, offsetof (struct topology_trader, in_flight_max), .min = 1,
     .max = IN_FLIGHT_MAX},
    {"journal", FIELD_TEXT, offsetof (struct topology_trader, journal), .max = FILE_BYTES_MAX},
    {0},
};

static const struct topology_field BUYER_FIELDS[] = {
    {"id", FIELD_INTEGER, offsetof (struct topology_buyer, id), .required = true, .min = 1,
     .max = LIMIT_NODE},
    {"product", FIELD_PRODUCT, offsetof (struct topology_buyer, product), .required = false},
    {"on_refusal", FIELD_WORD, offsetof (struct topology_buyer, on_refusal), .words = REFUSALS},
    {"quantity_min", FIELD_INTEGER, offsetof (struct topology_buyer, quantity_min), .min = 1,
     .max = LIMIT_QUANTITY},
    {"quantity_max", FIELD_INTEGER, offsetof (struct topology_buyer, quantity_max), .min = 1,
     .max = LIMIT_QUANTITY},
    {"all_or_nothing", FIELD_BOOLEAN, offsetof (struct topology_buyer, all_or_nothing),
     .otherwise = false},
    {"think_time_us", FIELD_INTEGER, offsetof (struct topology_buyer, think_time_us),
     .max = LIMIT_INTEGER},
    {"orders", FIELD_INTEGER, offsetof (struct topology_buyer, orders), .max = LIMIT_INTEGER},
    {"window", FIELD_INTEGER, offsetof (struct topology_buyer, window), .min = 1,
     .max = WINDOW_MAX},
    {"first_number", FIELD_INTEGER, offsetof (struct topology_buyer, first_number), .min = 1,
     .max = LIMIT_INTEGER},
    {0},
};

static const struct topology_field SELLER_FIELDS[] = {
    {"id", FIELD_INTEGER, offsetof (struct topology_seller, id), .required = true, .min = 1,
     .max = LIMIT_NODE},
    {"product", FIELD_PRODUCT, offsetof (struct topology_seller, product), .required = false},
    {"restock_when", FIELD_WORD, offsetof (struct topology_seller, restock_when), .words = WHENS},
    {"restock_what", FIELD_WORD, offsetof (struct topology_seller, restock_what), .words = WHATS},
    {"quantity", FIELD_INTEGER, offsetof (struct topology_seller, quantity), .min = 1,
     .max = LIMIT_QUANTITY},
    {"price_cents_min", FIELD_INTEGER, offsetof (struct topology_seller, price_cents_min), .min = 1,
     .max = LIMIT_PRICE_CENTS},
    {"price_cents_max", FIELD_INTEGER, offsetof (struct topology_seller, price_cents_max), .min = 1,
     .max = LIMIT_PRICE_CENTS},
    {"every_us", FIELD_INTEGER, offsetof (struct topology_seller, every_us), .min = 1,
     .max = LIMIT_INTEGER},
    {"restocks", FIELD_INTEGER, offsetof (struct topology_seller, restocks), .max = LIMIT_INTEGER},
    {"first_number", FIELD_INTEGER, offsetof (struct topology_seller, first_number), .min = 1,
     .max = LIMIT_INTEGER},
    {0},
};

// Reads the list under `key`, each element `size` bytes. NULL when it is refused.
static void *read_list (struct topology_reader *self, const json_t *root, const char *key,
                        size_t least, size_t most, const struct topology_field *fields, size_t size,
                        size_t *count)
{
    const json_t *list = json_object_get (root, key);
    *count = json_array_size (list);
    if (!json_is_array (list) || *count < least || *count > most) {
        topology_refuse (self, key, "must be a list of %zu to %zu", least, most);
        return NULL;
    }
    char *items = arena_take (self->arena, *count + 1, size);
    for (size_t index = 0; index < *count; index++) {
        char path[FIELD_PATH_BYTES];
        snprintf (path, sizeof path, "%s[%zu]", key, index);
        json_t *item = json_array_get (list, index);
        if (!topology_read_object (self, path, item, fields, items + index * size)) {
            return NULL;
        }
    }
    return items;
}

static bool read_parts (struct topology_reader *self, const json_t *root, struct topology *topology)
{
    json_t *warehouse = json_object_get (root, "warehouse");
    if (!topology_read_object (self, "warehouse", warehouse, WAREHOUSE_FIELDS,
                               &topology->warehouse)) {
        return false;
    }
    topology->products = read_list (self, root, "products", 1, LIMIT_PRODUCTS, PRODUCT_FIELDS,
                                    sizeof *topology->products, &topology->product_count);
    if (!topology->products) {
        return false;
    }
    topology->traders = read_list (self, root, "traders", 1, LIMIT_TRADERS, TRADER_FIELDS,
                                   sizeof *topology->traders, &topology->trader_count);
    if (!topology->traders) {
        return false;
    }
    topology->buyers = read_list (self, root, "buyers", 0, LIMIT_CLIENTS, BUYER_FIELDS,
                                  sizeof *topology->buyers, &topology->buyer_count);
    if (!topology->buyers) {
        return false;
    }
    topology->sellers = read_list (self, root, "sellers", 0, LIMIT_CLIENTS, SELLER_FIELDS,
                                   sizeof *topology->sellers, &topology->seller_count);
    return topology->sellers != NULL;
}

static bool claim_id (struct topology_reader *self, unsigned char *taken, const char *list,
                      size_t index, int64_t id)
{
    if (taken[id]) {
        char path[FIELD_PATH_BYTES];
        snprintf (path, sizeof path, "%s[%zu].id", list, index);
        return topology_refuse (self, path, "is taken: another node has the id %" PRId64, id);
    }
    taken[id] = 1;
    return true;
}

static bool ids_unique (struct topology_reader *self, const struct topology *topology)
{
    unsigned char *taken = arena_take (self->arena, LIMIT_NODE + 1, 1);
    memset (taken, 0, LIMIT_NODE + 1);
    for (size_t index = 0; index < topology->trader_count; index++) {
        if (!claim_id (self, taken, "traders", index, topology->traders[index].id)) {
            return false;
        }
    }
    for (size_t index = 0; index < topology->buyer_count; index++) {
        if (!claim_id (self, taken, "buyers", index, topology->buyers[index].id)) {
            return false;
        }
    }
    for (size_t index = 0; index < topology->seller_count; index++) {
        if (!claim_id (self, taken, "sellers", index, topology->sellers[index].id)) {
            return false;
        }
    }
    return true;
}

static bool journals_unique (struct topology_reader *self, const struct topology *topology)
{
    for (size_t index = 0; index < topology->trader_count; index++) {
        const char *journal = topology->traders[index].journal;
        for (size_t other = 0; journal && other < index; other++) {
            const char *theirs = topology->traders[other].journal;
            if (theirs && strcmp (theirs, journal) == 0) {
                char path[FIELD_PATH_BYTES];
                snprintf (path, sizeof path, "traders[%zu].journal", index);
                return topology_refuse (self, path, "is that of traders[%zu], too: %.200s", other,
                                        journal);
            }
        }
    }
    return true;
}

static bool product_listed (const struct topology *topology, size_t count, const char *name)
{
    for (size_t index = 0; index < count; index++) {
        if (strcmp (topology->products[index].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool products_unique (struct topology_reader *self, const struct topology *topology)
{
    for (size_t index = 0; index < topology->product_count; index++) {
        const char *name = topology->products[index].name;
        char path[FIELD_PATH_BYTES];
        snprintf (path, sizeof path, "products[%zu].name", index);
        if (strcmp (name, "random") == 0) {
            return topology_refuse (self, path,
                                    "must not be random, which stands for all products");
        }
        if (product_listed (topology, index, name)) {
            return topology_refuse (self, path, "stands here twice: %s", name);
        }
    }
    return true;
}

static bool product_known (struct topology_reader *self, const struct topology *topology,
                           const char *list, size_t index, const char *name)
{
    if (!name || strcmp (name, "random") == 0
        || product_listed (topology, topology->product_count, name)) {
        return true;
    }
    char path[FIELD_PATH_BYTES];
    snprintf (path, sizeof path, "%s[%zu].product", list, index);
    return topology_refuse (self, path, "is not among the products: %s", name);
}

// Both bounds of a range are given, or none; the lower one comes first.
static bool range_valid (struct topology_reader *self, const char *list, size_t index,
                         const char *range, int64_t min, int64_t max)
{
    char path[FIELD_PATH_BYTES];
    snprintf (path, sizeof path, "%s[%zu].%s_%s", list, index, range, max < 0 ? "max" : "min");
    if ((min < 0) != (max < 0)) {
        return topology_refuse (self, path, "is missing: both bounds are given or none");
    }
    return min <= max || topology_refuse (self, path, "must not be above %s_max", range);
}

static bool clients_consistent (struct topology_reader *self, const struct topology *topology)
{
    for (size_t index = 0; index < topology->buyer_count; index++) {
        const struct topology_buyer *buyer = &topology->buyers[index];
        if (!product_known (self, topology, "buyers", index, buyer->product)
            || !range_valid (self, "buyers", index, "quantity", buyer->quantity_min,
                             buyer->quantity_max)) {
            return false;
        }
    }
    for (size_t index = 0; index < topology->seller_count; index++) {
        const struct topology_seller *seller = &topology->sellers[index];
        if (!product_known (self, topology, "sellers", index, seller->product)
            || !range_valid (self, "sellers", index, "price_cents", seller->price_cents_min,
                             seller->price_cents_max)) {
            return false;
        }
    }
    return true;
}

static bool counts_bounded (struct topology_reader *self, const struct topology *topology)
{
    size_t clients = topology->buyer_count + topology->seller_count;
    if (clients > LIMIT_CLIENTS) {
        return topology_refuse (self, "", "at most %d buyers and sellers, not %zu", LIMIT_CLIENTS,
                                clients);
    }
    size_t peers = clients + topology->trader_count;
    if (topology->order_by && strcmp (topology->order_by, "vector") == 0 && peers > LIMIT_VECTOR) {
        return topology_refuse (self, "order_by", "vector is for at most %d peers, not %zu",
                                LIMIT_VECTOR, peers);
    }
    return true;
}

static bool read_market (struct topology_reader *self, json_t *root, struct topology *topology)
{
    return topology_read_object (self, "", root, MARKET_FIELDS, topology)
           && read_parts (self, root, topology) && counts_bounded (self, topology)
           && ids_unique (self, topology) && journals_unique (self, topology)
           && products_unique (self, topology) && clients_consistent (self, topology);
}

// The whole file, which the caller must free. NULL when it cannot be read.
static char *read_file (struct topology_reader *self, const char *path, size_t *size)
{
    FILE *file = fopen (path, "rb");
    if (!file) {
        topology_refuse (self, "", "cannot be read: %s", strerror (errno));
        return NULL;
    }
    char *data = malloc (TOPOLOGY_BYTES_MAX + 1);
    *size = data ? fread (data, 1, TOPOLOGY_BYTES_MAX + 1, file) : 0;
    if (!data || ferror (file)) {
        topology_refuse (self, "", "cannot be read: %s", strerror (errno));
        free (data);
        data = NULL;
    } else if (*size > TOPOLOGY_BYTES_MAX) {
        topology_refuse (self, "", "is longer than %d bytes", TOPOLOGY_BYTES_MAX);
        free (data);
        data = NULL;
    }
    fclose (file);
    return data;
}

static const char *folder_of (arena_t *arena, const char *path)
{
    const char *slash = strrchr (path, '/');
    if (!slash) {
        return ".";
    }
    return slash == path ? "/" : arena_string (arena, path, (size_t) (slash - path));
}

bool topology_read (const char *path, arena_t *arena, struct topology *topology, char *error,
                    size_t error_size)
{
    struct topology_reader reader = {arena, error, error_size};
    size_t size = 0;
    char *data = read_file (&reader, path, &size);
    if (!data) {
        return false;
    }
    json_error_t wrong;
    json_t *root = json_loadb (data, size, JSON_REJECT_DUPLICATES, &wrong);
    free (data);
    if (!root) {
        return topology_refuse (&reader, "", "is no JSON: line %d: %s", wrong.line, wrong.text);
    }
    *topology = (struct topology){.folder = folder_of (arena, path)};
    bool valid = read_market (&reader, root, topology);
    json_decref (root);
    return valid;
}
