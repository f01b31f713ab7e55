// What the tests of the warehouse share: one warehouse, stepped as its shell would do it, and a
// store in memory that keeps its records, so that a test may kill it at any point and have it
// rebuilt. Every step is held against what must be true of all steps (wh_step).
#ifndef SOUK_WAREHOUSE_FIXTURE_H
#define SOUK_WAREHOUSE_FIXTURE_H

#include <check.h>

#include "actors/warehouse/warehouse.h"

enum {
    TRADER = 1,
    OTHER_TRADER = 2,
    ALICE = 11,  // buyers
    BOB = 12,
    SAM = 21,  // sellers
    SUE = 22,
    WH_TRADERS = 8,  // trader ids that the fixture can send batches for
};

// A trader's end of its stream of batches.
struct wh_stream {
    int64_t epoch;
    int64_t batch;  // the last one sent
};

struct wh_fixture {
    struct warehouse_config config;  // to be changed before wh_begin
    warehouse_t *warehouse;
    struct outbox out;  // what the last step left behind
    struct wh_store *store;
    struct wh_stream streams[WH_TRADERS];
    int64_t clock;   // of the last letter
    bool losing;     // the records of steps are lost: a crash before the write
    bool unchecked;  // skips what takes long in large tests
};

extern struct wh_fixture wh;

// For a checked fixture of Check: an empty store, and the settings that a market starts with.
void wh_set_up (void);
void wh_tear_down (void);

// A case of the suite with this fixture.
TCase *wh_tcase (Suite *suite, const char *name);

// A warehouse that was started, with TRADER and OTHER_TRADER joined.
void wh_begin (void);

// Kills the warehouse and makes one anew from the records that were written, with wh.config.
void wh_restart (void);

// One step. Asserts that a request is answered by exactly one letter, that letters bear the
// warehouse's id and a rising clock, that the records fit those before them, and that in them
// units are conserved and accounts sum to zero.
void wh_step (const struct event *event);

// Sends the message as a request. The answer is valid until the next step.
const struct message *wh_ask (const struct message *request);
const struct error *wh_refused (const struct message *request, enum reason reason);

int64_t wh_join (int64_t trader, int64_t nonce);  // returns the epoch
const struct stock *wh_snapshot (void);
int64_t wh_available (const char *product);  // in a snapshot, -1 when it is not there
int64_t wh_version (void);                   // in a snapshot

// Sends the trader's next batch, or one of any number in the trader's epoch.
const struct committed *wh_commit (int64_t trader, const struct item *items, size_t count);
const struct committed *wh_commit_as (int64_t trader, int64_t batch, const struct item *items,
                                      size_t count);
struct message wh_batch (int64_t trader, int64_t epoch, int64_t batch, const struct item *items,
                         size_t count);

// The result of a batch of one item, sent by TRADER. Its lists are valid until the next step.
struct result wh_one (struct item item);
struct result wh_one_by (int64_t trader, struct item item);

struct item wh_buy (int64_t client, int64_t number, const char *product, int64_t quantity);
struct item wh_buy_all (int64_t client, int64_t number, const char *product, int64_t quantity);
struct item wh_promised (struct item item, int64_t promised);  // written behind
struct item wh_restock (int64_t client, int64_t number, const char *product, int64_t quantity,
                        int64_t price_cents);
struct item wh_behind (struct item item);
struct item wh_order_status (int64_t client, int64_t number);
struct item wh_lot_status (int64_t client, int64_t number);

// What a result must be.
void wh_is_receipt (struct result result, enum status status, int64_t units, int64_t missing,
                    int64_t amount_cents);
void wh_is_error (struct result result, enum reason reason);
void wh_is_fill (struct result result, size_t index, struct fill fill);
void wh_same_result (const struct result *a, const struct result *b);

// A result that outlives the step. Not to be moved: it points into itself.
struct wh_kept {
    struct result result;
    struct fill fills[LIMIT_FILLS];
    char product[LIMIT_PRODUCT_NAME + 1];
};

void wh_keep (struct wh_kept *self, const struct result *result);

// Letters of the last step: how many of the type, and the n-th of them from 0.
size_t wh_letters (enum message_type type);
const struct letter *wh_letter (enum message_type type, size_t n);

// The last step's records in words, a line each; valid until the next call.
const char *wh_records (void);

#endif
