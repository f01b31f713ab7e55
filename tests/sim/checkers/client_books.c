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

// A process of a node.
struct process {
    int64_t node;
    int64_t life;
};

// A process that has confirmed a restock.
struct word {
    struct process process;
    struct word *next;
};

// What a seller brought, or was told that it brought.
struct brought {
    struct request_name name;
    int64_t quantity;
    bool stored;           // by the warehouse
    struct word *words;    // said before it was
    struct brought *next;  // of the same seller
    UT_hash_handle hh;
};

struct client {
    int64_t node;
    struct bought *bought;
    struct brought *brought;
    UT_hash_handle hh;
};

struct end {
    struct process process;
    UT_hash_handle hh;
};

struct client_books {
    const struct rules *rules;
    struct shelf shelf;
    struct client *clients;
    struct brought *brought;
    struct end *ends;  // of processes
};

client_books_t *client_books_new (const struct rules *rules)
{
    client_books_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
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
    HASH_CLEAR (hh, self->brought);
    HASH_CLEAR (hh, self->ends);
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

static struct brought *brought_by (client_books_t *self, int64_t seller, int64_t number)
{
    struct request_name name = {seller, number};
    struct brought *brought;
    HASH_FIND (hh, self->brought, &name, sizeof name, brought);
    if (!brought) {
        struct client *client = client_of (self, seller);
        brought = shelf_take (&self->shelf, sizeof *brought);
        brought->name = name;
        brought->next = client->brought;
        client->brought = brought;
        HASH_ADD (hh, self->brought, name, sizeof name, brought);
    }
    return brought;
}

static void see_lot (client_books_t *self, const struct record_lot *record)
{
    struct brought *brought = brought_by (self, record->seller, record->number);
    brought->stored = true;
    brought->quantity = record->quantity;
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

// A trader that sells from its cache confirms a restock before the warehouse has it. Should its
// process end before that, the seller may believe in a lot that never comes.
static void see_said (client_books_t *self, const struct fact *fact)
{
    const struct restocked *said = &fact->message->restocked;
    if (fact->message->type != MESSAGE_RESTOCKED || !rules_cached (self->rules, said->product)) {
        return;
    }
    struct brought *brought = brought_by (self, fact->peer, said->number);
    if (brought->stored) {
        return;
    }
    brought->quantity = said->quantity;
    struct word *word = shelf_take (&self->shelf, sizeof *word);
    word->process = (struct process){fact->node, fact->life};
    word->next = brought->words;
    brought->words = word;
}

static void see_ended (client_books_t *self, const struct fact *fact)
{
    struct end *end = shelf_take (&self->shelf, sizeof *end);
    end->process = (struct process){fact->node, fact->life};
    HASH_ADD (hh, self->ends, process, sizeof end->process, end);
}

// Whether nobody is left that confirmed the restock and could still bring it to the warehouse.
static bool may_be_lost (const client_books_t *self, const struct brought *brought)
{
    for (const struct word *word = brought->words; word; word = word->next) {
        const struct end *end;
        HASH_FIND (hh, self->ends, &word->process, sizeof word->process, end);
        if (!end) {
            return false;
        }
    }
    return !brought->stored;
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

static bool see_seller (const client_books_t *self, const struct client *client,
                        const struct book_fact *book, char *text)
{
    int64_t units = 0;
    int64_t lost = 0;
    for (const struct brought *brought = client->brought; brought; brought = brought->next) {
        if (brought->name.number >= book->first) {
            units += brought->stored ? brought->quantity : 0;
            lost += may_be_lost (self, brought) ? brought->quantity : 0;
        }
    }
    if (book->units > units + lost || (book->units < units && book->open == 0)) {
        return complain (text,
                         "seller %" PRId64 " has booked %" PRId64 " units, %" PRId64
                         " open; the ledger %" PRId64 ", and %" PRId64
                         " may be lost with their traders",
                         client->node, book->units, book->open, units, lost);
    }
    return true;
}

bool client_books_see (client_books_t *self, const struct fact *fact, char *text)
{
    switch (fact->type) {
    case FACT_STORED:
        see_stored (self, fact);
        return true;
    case FACT_SAID:
        see_said (self, fact);
        return true;
    case FACT_ENDED:
        see_ended (self, fact);
        return true;
    case FACT_BOOK: {
        const struct client *client = client_of (self, fact->node);
        return fact->book.seller ? see_seller (self, client, &fact->book, text)
                                 : see_buyer (client, &fact->book, text);
    }
    default:
        return true;
    }
}
