#include "schemas/topology.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/topology_parts.h"

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
    {"traders", FIELD_PART, .required = false},
    {"buyers", FIELD_PART, .required = false},
    {"sellers", FIELD_PART, .required = false},
    {"election", FIELD_PART, .required = false},
    {"peers", FIELD_PART, .required = false},
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
    {"quantity_min", FIELD_INTEGER, offsetof (struct topology_seller, quantity_min), .min = 1,
     .max = LIMIT_QUANTITY},
    {"quantity_max", FIELD_INTEGER, offsetof (struct topology_seller, quantity_max), .min = 1,
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

static bool read_parts (struct topology_reader *self, const json_t *root, struct topology *topology)
{
    json_t *warehouse = json_object_get (root, "warehouse");
    if (!topology_read_object (self, "warehouse", warehouse, WAREHOUSE_FIELDS,
                               &topology->warehouse)) {
        return false;
    }
    topology->products =
        topology_read_list (self, root, "products", 1, LIMIT_PRODUCTS, PRODUCT_FIELDS,
                            sizeof *topology->products, &topology->product_count);
    if (!topology->products) {
        return false;
    }
    if (json_object_get (root, "peers") || json_object_get (root, "election")) {
        return topology_read_elected (self, root, BUYER_FIELDS + 1, SELLER_FIELDS + 1, topology);
    }
    topology->traders = topology_read_list (self, root, "traders", 1, LIMIT_TRADERS, TRADER_FIELDS,
                                            sizeof *topology->traders, &topology->trader_count);
    if (!topology->traders) {
        return false;
    }
    topology->buyers = topology_read_list (self, root, "buyers", 0, LIMIT_CLIENTS, BUYER_FIELDS,
                                           sizeof *topology->buyers, &topology->buyer_count);
    if (!topology->buyers) {
        return false;
    }
    topology->sellers = topology_read_list (self, root, "sellers", 0, LIMIT_CLIENTS, SELLER_FIELDS,
                                            sizeof *topology->sellers, &topology->seller_count);
    return topology->sellers != NULL;
}

static bool product_known (struct topology_reader *self, const struct topology *topology,
                           const char *list, size_t index, const char *name)
{
    char path[FIELD_PATH_BYTES];
    snprintf (path, sizeof path, "%s[%zu]", list, index);
    return topology_product_known (self, topology, path, name);
}

static bool range_valid (struct topology_reader *self, const char *list, size_t index,
                         const char *range, int64_t min, int64_t max)
{
    char path[FIELD_PATH_BYTES];
    snprintf (path, sizeof path, "%s[%zu]", list, index);
    return topology_range_valid (self, path, range, min, max);
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
            || !range_valid (self, "sellers", index, "quantity", seller->quantity_min,
                             seller->quantity_max)
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
           && topology_ids_unique (self, topology) && topology_journals_unique (self, topology)
           && topology_products_unique (self, topology) && clients_consistent (self, topology)
           && topology_elected_consistent (self, topology);
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
