// What the files of topology.h's reader tell each other: topology.c reads, topology_peers.c reads
// the part of an elected market, topology_rules.c has the rules that tables cannot tell.
//
// Each returns false, or NULL, with the reader's error filled in, where something is refused.
#ifndef SOUK_TOPOLOGY_PARTS_H
#define SOUK_TOPOLOGY_PARTS_H

#include "schemas/topology.h"
#include "schemas/topology_fields.h"

// The list under `key`, `least` to `most` elements of `size` bytes, read by their table. It lives
// as long as the reader's arena.
void *topology_read_list (struct topology_reader *self, const json_t *root, const char *key,
                          size_t least, size_t most, const struct topology_field *fields,
                          size_t size, size_t *count);

// Reads `peers` and `election`. The tables are those of a buyer and of a seller that has no id of
// its own.
bool topology_read_elected (struct topology_reader *self, const json_t *root,
                            const struct topology_field *buyer_fields,
                            const struct topology_field *seller_fields, struct topology *topology);

// That its peers name products that there are, and that it is sold in sync; true where there are no
// peers.
bool topology_elected_consistent (struct topology_reader *self, const struct topology *topology);

bool topology_ids_unique (struct topology_reader *self, const struct topology *topology);
bool topology_journals_unique (struct topology_reader *self, const struct topology *topology);
bool topology_products_unique (struct topology_reader *self, const struct topology *topology);

// That the `product` of the client at `path` is one of the products, random or NULL.
bool topology_product_known (struct topology_reader *self, const struct topology *topology,
                             const char *path, const char *name);

// That of a range of the client at `path` both bounds are given, the lower one first, or none.
bool topology_range_valid (struct topology_reader *self, const char *path, const char *range,
                           int64_t min, int64_t max);

#endif
