#include "tests/sim/checkers/lease_steps.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/shelf.h"

// How a trader stands with a product, by its place in the book.
struct step {
    int64_t units;  // with the budget, as of the last transaction
    int64_t epoch;  // of the latest letter that was applied,
    int64_t number;
    bool clean;    // as it said; not since another process went on
    bool stepped;  // in this transaction
};

// Of a trader.
struct change {
    int64_t applied;  // as of the last transaction
    int64_t epoch;
    bool rose;     // its epoch, in this transaction
    bool gone;     // its view says in this transaction that all of it is settled or void
    bool settles;  // writes of it are applied in this one
};

struct lease_steps {
    const lease_book_t *book;
    const lease_sales_t *sales;
    pairs_t *ids;  // (trader, product)
    struct step *steps;
    size_t step_size;
    pairs_t *traders;  // (0, trader)
    struct change *changes;
    size_t change_size;
};

lease_steps_t *lease_steps_new (const lease_book_t *book, const lease_sales_t *sales)
{
    lease_steps_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->book = book;
    self->sales = sales;
    self->ids = pairs_new ();
    self->traders = pairs_new ();
    return self;
}

void lease_steps_destroy (lease_steps_t **self_p)
{
    assert (self_p);
    lease_steps_t *self = *self_p;
    if (!self) {
        return;
    }
    pairs_destroy (&self->ids);
    pairs_destroy (&self->traders);
    free (self->steps);
    free (self->changes);
    free (self);
    *self_p = NULL;
}

static struct step *step_of (lease_steps_t *self, int64_t trader, int64_t product)
{
    size_t place = pairs_place (self->ids, trader, product);
    self->steps = array_room (self->steps, &self->step_size, place + 1, sizeof *self->steps);
    return &self->steps[place];
}

static struct change *change_of (lease_steps_t *self, int64_t trader)
{
    size_t place = pairs_place (self->traders, 0, trader);
    self->changes =
        array_room (self->changes, &self->change_size, place + 1, sizeof *self->changes);
    return &self->changes[place];
}

static void see_epoch (lease_steps_t *self, const struct record_trader *record)
{
    struct change *change = change_of (self, record->trader);
    change->rose = record->epoch > change->epoch;
    change->epoch = record->epoch;
    change->settles = record->applied > change->applied;
    change->applied = record->applied;
}

// What another process holds that goes on, nobody has given back.
static void see_view (lease_steps_t *self, const struct record_view *record)
{
    struct change *change = change_of (self, record->trader);
    bool joins = record->state == MEMBER_LIVE && change->rose;
    bool fresh = joins && record->began == change->epoch;
    change->gone = record->state == MEMBER_FAILED || record->state == MEMBER_LEFT || fresh;
    for (size_t i = 0; i < pairs_count (self->ids) && joins; i++) {
        if (pairs_first (self->ids, i) == record->trader) {
            self->steps[i].clean = false;
        }
    }
}

static bool see_state (lease_steps_t *self, const struct record_lease_state *record, char *text)
{
    struct step *step = step_of (self, record->trader, record->product);
    int64_t epoch = change_of (self, record->trader)->epoch;
    bool next = record->epoch == step->epoch ? record->number > step->number
                                             : record->epoch > step->epoch && record->number > 0;
    bool same = record->epoch == step->epoch && record->number == step->number;
    if (next && record->epoch != epoch) {
        return complain (text,
                         "a lease of trader %" PRId64 " is taken under epoch %" PRId64
                         ", and the warehouse knows epoch %" PRId64,
                         record->trader, record->epoch, epoch);
    }
    step->stepped = step->stepped || next;
    step->clean = next ? record->clean : step->clean && record->clean;
    step->epoch = next || same ? record->epoch : step->epoch;
    step->number = next || same ? record->number : step->number;
    return true;
}

static int64_t units_of (const struct lease_holder *holder)
{
    return holder->units + holder->budget;
}

static bool check_holder (lease_steps_t *self, const struct lease_holder *holder, char *text)
{
    struct step *step = step_of (self, holder->trader, holder->product);
    const struct change *change = change_of (self, holder->trader);
    int64_t before = step->units;
    int64_t now = step->units = units_of (holder);
    if ((now > before && !step->stepped)
        || (now < before && !step->stepped && !change->settles && !change->gone)) {
        return complain (text,
                         "the lease of trader %" PRId64 " of product %" PRId64 " goes from %" PRId64
                         " units to %" PRId64 ", and nothing new has asked for that",
                         holder->trader, holder->product, before, now);
    }
    int64_t sold = lease_sales_open (self->sales, holder->trader, holder->product);
    if (step->stepped && step->clean && lease_sales_is_live (self->sales, holder->trader)
        && holder->units > sold) {
        return complain (text,
                         "trader %" PRId64 " has given back all of product %" PRId64
                         " that it says it had, is leased %" PRId64 " units, and has sold %" PRId64,
                         holder->trader, holder->product, holder->units, sold);
    }
    return true;
}

static bool see_records (lease_steps_t *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_TRADER) {
            see_epoch (self, &fact->records[i].trader);
        }
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_VIEW) {
            see_view (self, &record->view);
        } else if (record->type == RECORD_LEASE_STATE
                   && !see_state (self, &record->lease_state, text)) {
            return false;
        }
    }
    return true;
}

bool lease_steps_stored (lease_steps_t *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < pairs_count (self->ids); i++) {
        self->steps[i].stepped = false;
    }
    for (size_t i = 0; i < pairs_count (self->traders); i++) {
        self->changes[i].settles = self->changes[i].gone = self->changes[i].rose = false;
    }
    if (!see_records (self, fact, text)) {
        return false;
    }
    const struct lease_holder *holder;
    for (size_t i = 0; (holder = lease_book_holder_at (self->book, i)); i++) {
        if (!check_holder (self, holder, text)) {
            return false;
        }
    }
    return true;
}

int64_t lease_steps_unclean (const lease_steps_t *self, int64_t product)
{
    int64_t units = 0;
    const struct lease_holder *holder;
    for (size_t i = 0; (holder = lease_book_holder_at (self->book, i)); i++) {
        size_t place = pairs_find (self->ids, holder->trader, holder->product);
        bool clean = place != PAIRS_NONE && self->steps[place].clean;
        units += holder->product == product && !clean ? holder->units : 0;
    }
    return units;
}
