// Elected markets: terms follow each other one by one, only those who hold a seat of the latest one
// act on the ledger, nobody tells what became of an order without ever having held one, and as long
// as nothing fails somebody trades, unless all who could are sick.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/final_answer.h"
#include "tests/sim/checkers/shelf.h"

// For so long, after all is well, nobody need trade: elections among all peers, a wrong suspicion,
// a leader that falls sick at once. Far more than the waits of any market.
enum { UNSERVED_MAX_US = 10 * 1000 * 1000 };

struct peer {
    int64_t id;
    bool seated;      // in the latest term, as stored
    bool was_seated;  // at some time of its process
    bool serves;      // as it says itself
    bool stands;      // likewise: it may be elected
    int64_t epoch;    // as stored last
    int64_t batch;    // likewise
    bool is_live;     // its view, likewise
    struct peer *next;
    UT_hash_handle hh;
};

struct holders {
    const struct rules *rules;
    struct shelf shelf;
    struct peer *peers;
    struct peer *first;
    int64_t term;
    int64_t leader;
    int64_t seats[LIMIT_VECTOR];
    size_t seat_count;
    int64_t last_lot;
    bool healed;
    int64_t unserved_us;  // since when nobody trades though somebody could; -1: that is not so
};

static void *make (const struct rules *rules)
{
    struct holders *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->unserved_us = -1;
    return self;
}

static void destroy (void *checker)
{
    struct holders *self = checker;
    HASH_CLEAR (hh, self->peers);
    shelf_free (&self->shelf);
    free (self);
}

static bool holds_seat (const struct holders *self, int64_t id)
{
    for (size_t i = 0; i < self->seat_count; i++) {
        if (self->seats[i] == id) {
            return true;
        }
    }
    return false;
}

static struct peer *peer_of (struct holders *self, int64_t id)
{
    struct peer *peer;
    HASH_FIND (hh, self->peers, &id, sizeof id, peer);
    if (!peer) {
        peer = shelf_take (&self->shelf, sizeof *peer);
        peer->id = id;
        peer->seated = peer->was_seated = holds_seat (self, id);
        peer->next = self->first;
        self->first = peer;
        HASH_ADD (hh, self->peers, id, sizeof peer->id, peer);
    }
    return peer;
}

static bool is_well_formed (const struct seating *seating)
{
    bool leads = false;
    bool ascending = seating->seat_count >= 1 && seating->seat_count <= LIMIT_VECTOR;
    for (size_t i = 0; i < seating->seat_count && ascending; i++) {
        leads = leads || seating->seats[i] == seating->leader;
        ascending = seating->seats[i] > (i == 0 ? 0 : seating->seats[i - 1]);
    }
    return ascending && leads;
}

static bool is_stored (const struct holders *self, const struct seating *seating)
{
    return seating->term == self->term && seating->leader == self->leader
           && seating->seat_count == self->seat_count
           && (self->seat_count == 0
               || memcmp (seating->seats, self->seats, self->seat_count * sizeof *self->seats)
                      == 0);
}

// The terms.

static bool see_term (struct holders *self, const struct seating *seating, char *text)
{
    if (!is_well_formed (seating)) {
        return complain (text,
                         "term %" PRId64 " is stored with %zu seats that are not in order, or "
                         "without its leader %" PRId64,
                         seating->term, seating->seat_count, seating->leader);
    }
    if (seating->term != self->term + 1) {
        return complain (text, "term %" PRId64 " is stored after term %" PRId64, seating->term,
                         self->term);
    }
    self->term = seating->term;
    self->leader = seating->leader;
    self->seat_count = seating->seat_count;
    memcpy (self->seats, seating->seats, seating->seat_count * sizeof *self->seats);
    for (struct peer *peer = self->first; peer; peer = peer->next) {
        peer->seated = holds_seat (self, peer->id);
        peer->was_seated = peer->was_seated || peer->seated;
    }
    return true;
}

// What a transaction does to the ledger, and for whom.

static bool act (struct holders *self, int64_t trader, const char *what, int64_t number, char *text)
{
    if (peer_of (self, trader)->seated) {
        return true;
    }
    return complain (text,
                     "%s %" PRId64 " is stored for peer %" PRId64
                     ", which holds no seat in term %" PRId64 " of %" PRId64,
                     what, number, trader, self->term, self->leader);
}

static bool see_trader (struct holders *self, const struct record_trader *record, char *text)
{
    struct peer *peer = peer_of (self, record->trader);
    if (record->epoch > peer->epoch && !act (self, peer->id, "epoch", record->epoch, text)) {
        return false;
    }
    if (record->epoch == peer->epoch && record->batch > peer->batch
        && !act (self, peer->id, "batch", record->batch, text)) {
        return false;
    }
    peer->epoch = record->epoch;
    peer->batch = record->batch;
    return true;
}

static bool see_record (struct holders *self, const struct record *record, char *text)
{
    switch (record->type) {
    case RECORD_ORDER:
        return act (self, record->order.trader, "an order, number", record->order.number, text);
    case RECORD_LOT:
        if (record->lot.lot <= self->last_lot) {
            return true;  // As it stands now.
        }
        self->last_lot = record->lot.lot;
        return act (self, record->lot.trader, "lot", record->lot.lot, text);
    case RECORD_TRADER:
        return see_trader (self, &record->trader, text);
    case RECORD_VIEW:
        peer_of (self, record->view.trader)->is_live = record->view.state == MEMBER_LIVE;
        return true;
    default:
        return true;
    }
}

// Who lost its seat is gone with it, so that nothing of an older term is under way any more.
static bool see_views (const struct holders *self, char *text)
{
    for (const struct peer *peer = self->first; peer; peer = peer->next) {
        if (peer->is_live && !peer->seated) {
            return complain (text,
                             "the view of peer %" PRId64 " is live in term %" PRId64 " of %" PRId64
                             ", in which it holds no seat",
                             peer->id, self->term, self->leader);
        }
    }
    return true;
}

static bool see_stored (struct holders *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_SEATS
            && !see_term (self, &fact->records[i].seats.seating, text)) {
            return false;
        }
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (!see_record (self, &fact->records[i], text)) {
            return false;
        }
    }
    return see_views (self, text);
}

// What is said.

static bool see_answered (struct holders *self, const struct fact *fact, char *text)
{
    const struct message *message = fact->message;
    if (message->type == MESSAGE_COMMITTED && !peer_of (self, fact->peer)->seated) {
        return complain (text,
                         "batch %" PRId64 " is committed to peer %" PRId64
                         ", which holds no seat in term %" PRId64 " of %" PRId64,
                         message->committed.batch, fact->peer, self->term, self->leader);
    }
    if (message->type == MESSAGE_SEATS && !is_stored (self, &message->seats.seating)) {
        return complain (text,
                         "peer %" PRId64 " is told of term %" PRId64 " of %" PRId64
                         "; stored is term %" PRId64 " of %" PRId64,
                         fact->peer, message->seats.seating.term, message->seats.seating.leader,
                         self->term, self->leader);
    }
    return true;
}

static bool see_said (struct holders *self, const struct fact *fact, char *text)
{
    struct final_answer answer;
    if (final_answer_read (fact, &answer) && !peer_of (self, fact->node)->was_seated) {
        return complain (text,
                         "peer %" PRId64 " tells client %" PRId64
                         " what became of its number %" PRId64
                         ", and has held no seat since it began",
                         fact->node, answer.client, answer.number);
    }
    return true;
}

// Whether somebody trades.

static void see_life (struct holders *self, const struct fact *fact)
{
    if (fact->node == WAREHOUSE_NODE) {
        return;
    }
    struct peer *peer = peer_of (self, fact->node);
    peer->was_seated = peer->seated;
    peer->serves = false;
    peer->stands = false;
}

static bool somebody_trades (const struct holders *self)
{
    for (const struct peer *peer = self->first; peer; peer = peer->next) {
        if (peer->serves && peer->seated) {
            return true;
        }
    }
    return false;
}

static bool somebody_could (const struct holders *self)
{
    for (const struct peer *peer = self->first; peer; peer = peer->next) {
        if (peer->stands) {
            return true;
        }
    }
    return false;
}

static bool see_time (struct holders *self, const struct fact *fact, char *text)
{
    bool unserved = self->healed && !somebody_trades (self) && somebody_could (self);
    if (self->unserved_us >= 0 && fact->now_us - self->unserved_us > UNSERVED_MAX_US) {
        return complain (text,
                         "nothing fails, and for %" PRId64
                         " us nobody trades who holds a seat in term %" PRId64 " of %" PRId64,
                         fact->now_us - self->unserved_us, self->term, self->leader);
    }
    if (!unserved) {
        self->unserved_us = -1;
    } else if (self->unserved_us < 0) {
        self->unserved_us = fact->now_us;
    }
    return true;
}

static bool see_fact (struct holders *self, const struct fact *fact, char *text)
{
    switch (fact->type) {
    case FACT_STORED:
        return see_stored (self, fact, text);
    case FACT_ANSWERED:
        return see_answered (self, fact, text);
    case FACT_SAID:
        return see_said (self, fact, text);
    case FACT_STARTED:
    case FACT_ENDED:
        see_life (self, fact);
        return true;
    case FACT_SERVES:
        peer_of (self, fact->node)->serves = fact->units;
        return true;
    case FACT_STANDS:
        peer_of (self, fact->node)->stands = fact->units;
        return true;
    case FACT_HEALED:
        self->healed = true;
        return true;
    default:
        return true;
    }
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct holders *self = checker;
    return !self->rules->elected || (see_fact (self, fact, text) && see_time (self, fact, text));
}

const struct checker_class seats_checker = {
    .name = "seats",
    .about = "elected: terms one by one, and none but those who hold a seat trade",
    .make = make,
    .see = see,
    .destroy = destroy,
};
