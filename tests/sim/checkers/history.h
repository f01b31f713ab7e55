// The recorded history of a market: what could be seen of it from outside, fact by fact. It is
// written by the simulator (or by hand, in a test) and read by the checkers, which know nothing
// else. So a checker shares no code with what it checks, and a history is all that a test needs.
#ifndef SOUK_HISTORY_H
#define SOUK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/policy.h"
#include "schemas/message.h"
#include "schemas/record.h"

// What is common knowledge of a market: how it was set up.
struct product_rule {
    const char *product;
    enum mode mode;
    int64_t budget_units;    // of escrow: that may be oversold,
    int64_t budget_percent;  // and so many percent of all that was ever stocked
};

struct rules {
    int64_t commission_percent;
    int64_t answers_kept;  // by the warehouse, for each client
    bool invalidation;     // caches follow the warehouse's PUB
    bool elected;          // peers elect their traders; all is sync
    enum mode mode;        // of products not listed below, which have no budget
    const struct product_rule *products;
    size_t product_count;
};

enum mode rules_mode (const struct rules *self, const char *product);

// Whether a trader promises the product from a cache of the stock: cached and batched.
bool rules_cached (const struct rules *self, const char *product);

// Whether orders of the product may be oversold.
bool rules_may_oversell (const struct rules *self, const char *product);

// Units of the product that may be oversold by its budget, when so many were stocked.
int64_t rules_budget (const struct rules *self, const char *product, int64_t stocked);

// Whether some product is sold in this mode, or may be.
bool rules_any (const struct rules *self, enum mode mode);

enum fact_type {
    FACT_STARTED,     // a node's process begins: `node`, `life`
    FACT_ENDED,       // it is gone, with all that it had not made durable: `node`, `life`
    FACT_ASKED,       // `message` leaves the client `node` for the trader `peer`: buy, restock,
                      // order_status or lot_status, for the first time or again
    FACT_SAID,        // `message` leaves the trader `node` for the client `peer`
    FACT_TOLD,        // `message` of the trader `peer` reaches the client `node`
    FACT_ANSWERED,    // `message` leaves the warehouse for the trader `peer`
    FACT_STORED,      // `records` have become durable at the warehouse, all at once
    FACT_RECORDED,    // `records` stand in the journal of the trader `node`: durable, but for those
                      // of what is settled, which a crash may lose
    FACT_UNRECORDED,  // those of a round found no room there: `node`, `life`
    FACT_HELD,        // the trader `node` has `units` of `product` left of its leases, and `budget`
                      // of the oversell budget: told when that changes
    FACT_FORSAKEN,    // from now on another process may come for the trader `node`, without its
                      // journal and whatever that holds: what only that has is lost
    FACT_SERVES,  // the peer `node` trades for the others from now on (`units` 1), or no more (0)
    FACT_STANDS,  // it may be elected from now on (1), or not (0), since it is sick or was told to
                  // stop: told once of each process, and when that changes
    FACT_HEALED,  // no fault happens from now on
    FACT_BELIEVED,  // all is quiet, and the trader `node` takes `units` of `product` for available
    FACT_BOOK,      // all is quiet, and the buyer or seller `node` has this `book`
    FACT_OVER,      // the end: nothing is under way and nothing is due
};

// A client's own sums over the requests of its last life, from number `first` on.
struct book_fact {
    bool seller;
    int64_t first;
    int64_t requests;
    int64_t units;         // bought, or brought
    int64_t amount_cents;  // spent (buyers)
    int64_t missing;       // promised and not there (buyers)
    int64_t open;          // without a final answer, or given up
};

struct fact {
    enum fact_type type;
    int64_t now_us;
    int64_t node;
    int64_t life;  // of the node's process, from 1
    int64_t peer;
    const struct message *message;  // borrowed for the call, like all below
    const struct record *records;
    size_t record_count;
    const char *product;
    int64_t units;
    int64_t budget;
    struct book_fact book;
};

#endif
