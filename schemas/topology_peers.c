// The part of a topology that tells of an elected market: its peers, and how they elect.
#include <stdio.h>
#include <string.h>

#include "schemas/topology_parts.h"

enum {
    WAIT_US_MIN = 1000,
    WAIT_US_MAX = 60 * 1000 * 1000,
    MILLION = 1000 * 1000,
};

static const char *const ON_SICK[] = {"drain", "handover", NULL};

static const struct topology_field ELECTION_FIELDS[] = {
    {"seats", FIELD_INTEGER, offsetof (struct topology_election, seats), .min = 1,
     .max = LIMIT_VECTOR},
    {"ping_every_us", FIELD_INTEGER, offsetof (struct topology_election, ping_every_us),
     .min = WAIT_US_MIN, .max = WAIT_US_MAX},
    {"answer_wait_us", FIELD_INTEGER, offsetof (struct topology_election, answer_wait_us),
     .min = WAIT_US_MIN, .max = WAIT_US_MAX},
    {"settle_us", FIELD_INTEGER, offsetof (struct topology_election, settle_us),
     .max = WAIT_US_MAX},
    {"reclaim", FIELD_BOOLEAN, offsetof (struct topology_election, reclaim), .otherwise = true},
    {"sick_per_million", FIELD_INTEGER, offsetof (struct topology_election, sick_per_million),
     .max = MILLION},
    {"on_sick", FIELD_WORD, offsetof (struct topology_election, on_sick), .words = ON_SICK},
    {"recover_after_us", FIELD_INTEGER, offsetof (struct topology_election, recover_after_us),
     .max = LIMIT_INTEGER},
    {0},
};

static const struct topology_field PEER_FIELDS[] = {
    {"id", FIELD_INTEGER, offsetof (struct topology_peer, id), .required = true, .min = 1,
     .max = LIMIT_NODE},
    {"router", FIELD_ENDPOINT, offsetof (struct topology_peer, router), .required = true},
    {"pub", FIELD_ENDPOINT, offsetof (struct topology_peer, pub), .required = true},
    {"buyer", FIELD_PART, .required = false},
    {"seller", FIELD_PART, .required = false},
    {"sick_from_start", FIELD_BOOLEAN, offsetof (struct topology_peer, sick_from_start),
     .otherwise = false},
    {"sick_at_us", FIELD_INTEGER, offsetof (struct topology_peer, sick_at_us),
     .max = LIMIT_INTEGER},
    {0},
};

// What fixed nodes would do, peers do.
static bool no_others (struct topology_reader *self, const json_t *root)
{
    static const char *const lists[] = {"traders", "buyers", "sellers"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const json_t *list = json_object_get (root, lists[i]);
        if (list && (!json_is_array (list) || json_array_size (list) > 0)) {
            return topology_refuse (self, lists[i],
                                    "must be empty or left out: with peers, they buy and sell, and "
                                    "those that they elect trade");
        }
    }
    return true;
}

// What the peer does: buys or sells.
static bool read_part (struct topology_reader *self, size_t index, const json_t *object,
                       const struct topology_field *buyer_fields,
                       const struct topology_field *seller_fields, struct topology_peer *peer)
{
    char path[FIELD_PATH_BYTES];
    json_t *buys = json_object_get (object, "buyer");
    json_t *sells = json_object_get (object, "seller");
    peer->buyer = NULL;
    peer->seller = NULL;
    snprintf (path, sizeof path, "peers[%zu].%s", index, buys && !sells ? "buyer" : "seller");
    if (buys && sells) {
        return topology_refuse (self, path, "is one too many: a peer has a buyer or a seller");
    }
    if (!buys && !sells) {
        snprintf (path, sizeof path, "peers[%zu].buyer", index);
        return topology_refuse (self, path, "is missing: a peer has a buyer or a seller");
    }
    if (buys) {
        struct topology_buyer *buyer = arena_take (self->arena, 1, sizeof *buyer);
        *buyer = (struct topology_buyer){.id = peer->id};
        peer->buyer = buyer;
        return topology_read_object (self, path, buys, buyer_fields, buyer);
    }
    struct topology_seller *seller = arena_take (self->arena, 1, sizeof *seller);
    *seller = (struct topology_seller){.id = peer->id};
    peer->seller = seller;
    return topology_read_object (self, path, sells, seller_fields, seller);
}

static bool read_election (struct topology_reader *self, const json_t *root,
                           struct topology_election *election)
{
    json_t *nothing = json_object ();
    json_t *object = json_object_get (root, "election");
    bool valid = topology_read_object (self, "election", object ? object : nothing, ELECTION_FIELDS,
                                       election);
    json_decref (nothing);
    return valid;
}

bool topology_read_elected (struct topology_reader *self, const json_t *root,
                            const struct topology_field *buyer_fields,
                            const struct topology_field *seller_fields, struct topology *topology)
{
    if (!json_object_get (root, "peers")) {
        return topology_refuse (self, "election", "is for peers, and there are none");
    }
    struct topology_peer *peers = topology_read_list (
        self, root, "peers", 1, LIMIT_VECTOR, PEER_FIELDS, sizeof *peers, &topology->peer_count);
    if (!peers) {
        return false;
    }
    for (size_t index = 0; index < topology->peer_count; index++) {
        const json_t *object = json_array_get (json_object_get (root, "peers"), index);
        if (!read_part (self, index, object, buyer_fields, seller_fields, &peers[index])) {
            return false;
        }
    }
    topology->peers = peers;
    return no_others (self, root) && read_election (self, root, &topology->election);
}

static bool is_sync (struct topology_reader *self, const char *path, const char *mode)
{
    return !mode || strcmp (mode, "sync") == 0
           || topology_refuse (self, path,
                               "an elected market is sold in sync: only so does whoever is elected "
                               "next have all that counts; leave the mode out");
}

static bool part_consistent (struct topology_reader *self, const struct topology *topology,
                             size_t index)
{
    const struct topology_buyer *buyer = topology->peers[index].buyer;
    const struct topology_seller *seller = topology->peers[index].seller;
    char path[FIELD_PATH_BYTES];
    snprintf (path, sizeof path, "peers[%zu].%s", index, buyer ? "buyer" : "seller");
    if (buyer) {
        return topology_product_known (self, topology, path, buyer->product)
               && topology_range_valid (self, path, "quantity", buyer->quantity_min,
                                        buyer->quantity_max);
    }
    return topology_product_known (self, topology, path, seller->product)
           && topology_range_valid (self, path, "quantity", seller->quantity_min,
                                    seller->quantity_max)
           && topology_range_valid (self, path, "price_cents", seller->price_cents_min,
                                    seller->price_cents_max);
}

bool topology_elected_consistent (struct topology_reader *self, const struct topology *topology)
{
    if (topology->peer_count == 0) {
        return true;
    }
    if (!is_sync (self, "mode", topology->selling.mode)) {
        return false;
    }
    for (size_t index = 0; index < topology->product_count; index++) {
        char path[FIELD_PATH_BYTES];
        snprintf (path, sizeof path, "products[%zu].mode", index);
        if (!is_sync (self, path, topology->products[index].selling.mode)) {
            return false;
        }
    }
    for (size_t index = 0; index < topology->peer_count; index++) {
        if (!part_consistent (self, topology, index)) {
            return false;
        }
    }
    return true;
}
