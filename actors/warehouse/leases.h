// Who holds which leased units: for each trader and product an entry, with the lots that it holds
// units of, and how it stands with the warehouse. Escrow after O'Neil ("The Escrow Transactional
// Method", ACM TODS 11(4), 1986): what is leased to a trader nobody else can sell.
//
// Per lot, always: lot.leased = the sum of its units over all entries. This module keeps that: it
// alone moves units between free and leased. Entries grow as needed and are never forgotten, so
// that a number that was used stays used.
#ifndef SOUK_LEASES_H
#define SOUK_LEASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "actors/warehouse/lots.h"

struct leased_lot {
    struct lot *lot;
    int64_t units;  // 0: none any more, as soon as that was told
    bool changed;   // since it was told
};

struct lease_key {
    int64_t trader;
    int64_t product;  // id
};

struct lease_entry {
    struct lease_key key;
    struct product *product;
    int64_t epoch;            // of the trader, in which
    int64_t number;           // of its leases the latest was applied
    bool clean;               // it has given back all that it had, and got nothing since
    bool changed;             // since it was told
    int64_t budget;           // units of the oversell budget that it holds
    int64_t units;            // of lots, the sum over those below
    size_t held;              // lots with units
    struct leased_lot *lots;  // ascending by id
    size_t count;
    size_t size;
    struct lease_entry *next;  // of the same product
    struct lease_entry *changed_next;
    UT_hash_handle hh;
};

typedef struct leases leases_t;

// The caller owns the result and must destroy it. It borrows the lots and products.
leases_t *leases_new (void);
void leases_destroy (leases_t **self_p);

// The trader's entry for a product, or NULL; leases_entry makes one that holds nothing.
struct lease_entry *leases_find (leases_t *self, int64_t trader, const struct product *product);
struct lease_entry *leases_entry (leases_t *self, int64_t trader, struct product *product);

// The units of a lot that the entry holds; of id 0 those of the budget.
int64_t leases_held (const struct lease_entry *entry, int64_t lot);

// The lot of this id, if the entry holds units of it; or NULL.
struct lot *leases_lot (const struct lease_entry *entry, int64_t lot);

// Over the traders that are not clean: units of the product's lots that may be idle there.
int64_t leases_idle (const leases_t *self, const struct product *product);

// Budget units of the product that any trader holds.
int64_t leases_budget (const leases_t *self, const struct product *product);

// Whether an entry holds anything, units of the budget included.
bool leases_holds (const struct lease_entry *entry);

// How many more lots the entry has room for: with the budget, LIMIT_LEASED_LOTS in all.
size_t leases_room (const struct lease_entry *entry);

// Gives free units of a lot to the entry. It must have room, or hold units of that lot.
void leases_grant (leases_t *self, struct lease_entry *entry, struct lot *lot, int64_t units);

// Gives it units of the budget: with room, where it has none yet.
void leases_grant_budget (leases_t *self, struct lease_entry *entry, int64_t units);

// As leases_grant, of what was told in an earlier life.
void leases_restore (struct lease_entry *entry, struct lot *lot, int64_t units);

// Takes units that the entry holds: back among the free ones (id 0: back to the budget), or sold.
void leases_free (leases_t *self, struct lease_entry *entry, int64_t lot, int64_t units);
void leases_sell (leases_t *self, struct lease_entry *entry, lots_t *lots, int64_t lot,
                  int64_t units);

// Takes all that the entry holds back. Returns how many units became free.
int64_t leases_free_all (leases_t *self, struct lease_entry *entry);

// Notes that the entry itself has changed: its number, `clean`, or its budget.
void leases_change (leases_t *self, struct lease_entry *entry);

// Tells each entry that has changed since the last call, and each of its lots that has. To be
// called before lots_tell_changed, which forgets lots.
typedef void leases_lot_fn (void *context, const struct lease_entry *entry, int64_t lot,
                            int64_t units);
typedef void leases_entry_fn (void *context, const struct lease_entry *entry);
void leases_tell_changed (leases_t *self, leases_lot_fn *tell_lot, leases_entry_fn *tell_entry,
                          void *context);

#endif
