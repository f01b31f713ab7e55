// A copy of another trader's decisions, as trader_copy.c keeps it, copy_records.c records it and
// trader_takeover.c uses it up. Parts of the trader, for these files alone.
#ifndef SOUK_COPY_STATE_H
#define SOUK_COPY_STATE_H

#include "broker/trader/trader_copy.h"

enum copy_state {
    COPY_NONE,        // there is none: only the views that are over are remembered
    COPY_OPEN,        // takes what its trader decides
    COPY_SEALED,      // takes no more; the warehouse is asked for the takeover
    COPY_SETTLING,    // granted: what it holds goes to the warehouse
    COPY_COMPLETING,  // all of it is settled; the warehouse is told so
};

// A decision. Its item's `product` and `taken` are set when it is looked at, since the ring may
// move.
struct copied {
    struct item item;
    char product[LIMIT_PRODUCT_NAME + 1];
    struct leased_units taken[LIMIT_FILLS];  // as many as the item has
};

// What the journal tells of a copy.
struct copy_mark {
    int64_t passed;
    int64_t view;  // 0: no copy
    int64_t base;
    int64_t held;
    bool sealed;
};

// Writes base + 1 to held are in the ring, each at write % size.
struct copy {
    int64_t trader;  // whose decisions
    enum copy_state state;
    int64_t passed;  // the latest view that is known to be over: no copy is begun for it any more
    int64_t view;    // that the copy is for
    int64_t began;   // the epoch in which the trader's writes began to count
    int64_t base;    // the warehouse has all up to this one
    int64_t held;    // the highest one; equal to base: the ring is empty
    struct copied *ring;
    int64_t size;  // of the ring, a power of two; 0: not made yet

    struct copy_mark recorded;  // or on the way there in this round
    struct copy_mark durable;   // as of the end of the last round
    int64_t room_due_us;        // the journal had no room: try again then; 0: it has

    bool answers;        // a `journal` came, and is not answered yet
    struct route route;  // from where,
    int64_t asked;       // and for which view
    int64_t acked;       // told to the trader to be held

    bool watched;
    struct liveness life;

    int64_t granted;     // view of the takeover; 0: none was granted
    int64_t epoch;       // under which the copy is settled
    int64_t batch;       // the last one that was committed
    size_t batch_count;  // items of the one under way; 0: none is
    int64_t due_us;      // when to ask or to commit again

    UT_hash_handle hh;  // by trader, ascending
};

// trader_copy.c
struct copy *copy_find (const trader_t *self, int64_t trader);   // NULL: not known
struct copy *copy_find_or_add (trader_t *self, int64_t trader);  // NULL: there are too many

// An empty one, behind the write that is settled.
void copy_begin (struct copy *self, int64_t view, int64_t began, int64_t settled);
// It is not needed any more: views up to `passed` are over.
void copy_end (struct copy *self, int64_t passed);

// Whether a view is one that came behind all that the copy knows of.
bool copy_is_newer (const struct copy *self, int64_t view);
bool copy_is_sealed (const struct copy *self);  // takes nothing more

bool copy_takes (const struct item *item);                       // whether it can be a decision
bool copy_take (struct copy *self, const struct item *item);     // the next one; false: it is full
struct item copy_item (const struct copy *self, int64_t write);  // borrowed until the copy changes
void copy_settled (struct copy *self, int64_t write);  // drops all up to it: the warehouse has them

// Answers the `journal` that waits.
void copy_acknowledge (trader_t *trader, struct copy *self, struct outbox *out);

// copy_records.c: what has changed since it was recorded last.
void copy_record (struct copy *self, struct outbox *out);

#endif
