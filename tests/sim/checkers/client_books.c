#include "tests/sim/checkers/client_books.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <uthash.h>

#include "tests/sim/checkers/shelf.h"

// An order that the warehouse has stored.
struct bought {
    int64_t number;
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
    struct bought *next;  // of the same buyer
};

// A lot that the warehouse has stored.
struct brought {
    int64_t number;
    int64_t quantity;
    struct brought *next;  // of the same seller
};

struct client {
    int64_t node;
    struct bought *bought;
    struct brought *brought;
    UT_hash_handle hh;
};

struct client_books {
    struct shelf shelf;
    struct client *clients;
    bool forsaken;  // what was sold to a buyer may be lost with a journal
};

client_books_t *client_books_new (void)
{
    client_books_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    return self;
}

void client_books_destroy (client_books_t **self_p)
{
    assert (self_p);
    client_books_t *self = *self_p;
    if (!self) {
        return;
    }
    HASH_CLEAR (hh, self->clients);
    shelf_free (&self->shelf);
    free (self);
    *self_p = NULL;
}

static struct client *client_of (client_books_t *self, int64_t node)
{
    struct client *client;
    HASH_FIND (hh, self->clients, &node, sizeof node, client);
    if (!client) {
        client = shelf_take (&self->shelf, sizeof *client);
        client->node = node;
        HASH_ADD (hh, self->clients, node, sizeof client->node, client);
    }
    return client;
}

static void see_lot (client_books_t *self, const struct record_lot *record)
{
    struct client *client = client_of (self, record->seller);
    struct brought *brought = shelf_take (&self->shelf, sizeof *brought);
    brought->number = record->number;
    brought->quantity = record->quantity;
    brought->next = client->brought;
    client->brought = brought;
}

static void see_order (client_books_t *self, const struct record_order *record)
{
    struct client *client = client_of (self, record->buyer);
    struct bought *bought = shelf_take (&self->shelf, sizeof *bought);
    bought->number = record->number;
    bought->units = record->units;
    bought->missing = record->missing;
    bought->amount_cents = record->amount_cents;
    bought->next = client->bought;
    client->bought = bought;
}

static void see_stored (client_books_t *self, const struct fact *fact)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_LOT) {
            see_lot (self, &record->lot);
        } else if (record->type == RECORD_ORDER) {
            see_order (self, &record->order);
        }
    }
}

// Of what is open the buyer does not know the end, which the ledger may have: there its book may
// have less.
static bool buyer_agrees (const struct book_fact *book, const struct book_fact *ledger)
{
    if (book->open == 0) {
        return book->units == ledger->units && book->missing == ledger->missing
               && book->amount_cents == ledger->amount_cents;
    }
    return book->units <= ledger->units && book->missing <= ledger->missing
           && book->amount_cents <= ledger->amount_cents;
}

static bool see_buyer (const struct client *client, const struct book_fact *book, char *text)
{
    struct book_fact ledger = {0};
    for (const struct bought *bought = client->bought; bought; bought = bought->next) {
        if (bought->number >= book->first) {
            ledger.units += bought->units;
            ledger.missing += bought->missing;
            ledger.amount_cents += bought->amount_cents;
        }
    }
    if (!buyer_agrees (book, &ledger)) {
        return complain (text,
                         "buyer %" PRId64 " has booked %" PRId64 " units for %" PRId64
                         " cents and %" PRId64 " missing, %" PRId64 " open; the ledger %" PRId64
                         " for %" PRId64 " and %" PRId64 " missing",
                         client->node, book->units, book->amount_cents, book->missing, book->open,
                         ledger.units, ledger.amount_cents, ledger.missing);
    }
    return true;
}

static bool see_seller (const struct client *client, const struct book_fact *book, char *text)
{
    int64_t units = 0;
    for (const struct brought *brought = client->brought; brought; brought = brought->next) {
        units += brought->number >= book->first ? brought->quantity : 0;
    }
    if (book->units > units || (book->units < units && book->open == 0)) {
        return complain (text,
                         "seller %" PRId64 " has booked %" PRId64 " units, %" PRId64
                         " open; the ledger %" PRId64,
                         client->node, book->units, book->open, units);
    }
    return true;
}

bool client_books_see (client_books_t *self, const struct fact *fact, char *text)
{
    switch (fact->type) {
    case FACT_STORED:
        see_stored (self, fact);
        return true;
    case FACT_BOOK: {
        const struct client *client = client_of (self, fact->node);
        return fact->book.seller ? see_seller (client, &fact->book, text)
                                 : self->forsaken || see_buyer (client, &fact->book, text);
    }
    case FACT_FORSAKEN:
        self->forsaken = true;
        return true;
    default:
        return true;
    }
}
