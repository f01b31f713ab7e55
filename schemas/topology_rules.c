// The rules of a topology that tables cannot tell.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "schemas/topology_parts.h"

void *topology_read_list (struct topology_reader *self, const json_t *root, const char *key,
                          size_t least, size_t most, const struct topology_field *fields,
                          size_t size, size_t *count)
{
    const json_t *list = json_object_get (root, key);
    *count = json_array_size (list);
    if (!list) {
        topology_refuse (self, key, "is missing");
        return NULL;
    }
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

bool topology_ids_unique (struct topology_reader *self, const struct topology *topology)
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
    for (size_t index = 0; index < topology->peer_count; index++) {
        if (!claim_id (self, taken, "peers", index, topology->peers[index].id)) {
            return false;
        }
    }
    return true;
}

bool topology_journals_unique (struct topology_reader *self, const struct topology *topology)
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

bool topology_products_unique (struct topology_reader *self, const struct topology *topology)
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

bool topology_product_known (struct topology_reader *self, const struct topology *topology,
                             const char *path, const char *name)
{
    if (!name || strcmp (name, "random") == 0
        || product_listed (topology, topology->product_count, name)) {
        return true;
    }
    char where[FIELD_PATH_BYTES];
    snprintf (where, sizeof where, "%.100s.product", path);
    return topology_refuse (self, where, "is not among the products: %s", name);
}

bool topology_range_valid (struct topology_reader *self, const char *path, const char *range,
                           int64_t min, int64_t max)
{
    char where[FIELD_PATH_BYTES];
    snprintf (where, sizeof where, "%.60s.%.50s_%s", path, range, max < 0 ? "max" : "min");
    if ((min < 0) != (max < 0)) {
        return topology_refuse (self, where, "is missing: both bounds are given or none");
    }
    return min <= max || topology_refuse (self, where, "must not be above %s_max", range);
}
