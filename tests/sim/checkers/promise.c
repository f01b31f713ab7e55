// A promise is kept, whoever dies: an order that anybody was told to be accepted is in the end
// stored for the trader that promised it, as sold, with the units that were promised, or as oversold,
// with as many as it got and the rest missing. It is promised once, with the same units whenever it
// is told, and only when it stands in the journal of the trader that promises it, and is not void.
//
// Units of a lease are promised for good: told as sold, before they are stored, they are in the end
// stored as sold. Nobody answers for what no trader can keep (excuses.h).
#include <inttypes.h>
#include <stdlib.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/excuses.h"
#include "tests/sim/checkers/final_answer.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/shelf.h"
#include "tests/sim/checkers/token.h"

// A number of a client, by its place in `durable`.
struct request {
    int64_t trader;   // that promised; 0: nobody
    int64_t began;    // of that trader
    int64_t units;    // promised
    bool final;       // as sold
    int64_t sold_by;  // the trader that it is stored for
};

// What a trader's journal has of a number.
struct recorded {
    int64_t life;  // of the journal
    int64_t units;
};

struct promise {
    const struct rules *rules;
    durable_t *durable;
    excuses_t *excuses;
    struct request *requests;
    size_t request_size;
    pairs_t *trader_ids;  // (0, trader)
    int64_t *lives;       // of each one's journal: how often all that stood in it became void
    size_t life_size;
    pairs_t *recorded;         // (trader, place)
    struct recorded *records;  // of each, by its place there
    size_t record_size;
};

static void *make (const struct rules *rules)
{
    struct promise *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->durable = durable_new ();
    self->excuses = excuses_new (rules);
    self->trader_ids = pairs_new ();
    self->recorded = pairs_new ();
    return self;
}

static void destroy (void *checker)
{
    struct promise *self = checker;
    durable_destroy (&self->durable);
    excuses_destroy (&self->excuses);
    pairs_destroy (&self->trader_ids);
    pairs_destroy (&self->recorded);
    free (self->requests);
    free (self->lives);
    free (self->records);
    free (self);
}

static size_t place_of (struct promise *self, int64_t client, int64_t number)
{
    size_t place = durable_place (self->durable, client, number);
    self->requests =
        array_room (self->requests, &self->request_size, place + 1, sizeof *self->requests);
    return place;
}

static int64_t *life_of (struct promise *self, int64_t trader)
{
    size_t place = pairs_place (self->trader_ids, 0, trader);
    self->lives = array_room (self->lives, &self->life_size, place + 1, sizeof *self->lives);
    return &self->lives[place];
}

static void see_recorded (struct promise *self, const struct fact *fact)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        const struct item *item = &record->decided.item;
        if (record->type == RECORD_VOID) {
            (*life_of (self, fact->node))++;
        }
        if (record->type != RECORD_DECIDED || item->kind != ITEM_BUY) {
            continue;
        }
        size_t place = place_of (self, item->client, item->number);
        size_t at = pairs_place (self->recorded, fact->node, (int64_t) place);
        self->records =
            array_room (self->records, &self->record_size, at + 1, sizeof *self->records);
        self->records[at] = (struct recorded){
            .life = *life_of (self, fact->node),
            .units = item->promised,
        };
    }
}

// Whether two promises of one number, or none of it stored, can be nobody's fault.
static bool is_excused (const struct promise *self, size_t place)
{
    const struct entry *entry = durable_at (self->durable, place);
    const struct request *request = &self->requests[place];
    return excuses_promise (self->excuses, entry->client, entry->number, request->trader,
                            request->began);
}

// An order from leases that is all or nothing gets nothing where some unit of the budget is not there:
// what misses is that, and no more.
static bool is_all_short (const struct promise *self, const struct request *request,
                          const struct entry *entry)
{
    const char *product = durable_product (self->durable, entry->product);
    return rules_mode (self->rules, product) == MODE_ESCROW && entry->all_or_nothing
           && entry->units == 0 && entry->missing > 0 && entry->missing <= request->units;
}

static bool keeps (const struct promise *self, const struct request *request,
                   const struct entry *entry)
{
    bool whole = entry->status == STATUS_SOLD && entry->missing == 0;
    bool short_of = entry->status == STATUS_OVERSOLD && !request->final;
    return entry->kind == DURABLE_ORDER && (whole || short_of)
           && (entry->units + entry->missing == request->units
               || is_all_short (self, request, entry))
           && request->sold_by == request->trader;
}

static bool say_broken (const struct promise *self, size_t place, char *text)
{
    char stored[FINAL_ANSWER_TEXT];
    const struct entry *entry = durable_at (self->durable, place);
    const struct request *request = &self->requests[place];
    entry_print (self->durable, entry, stored);
    return complain (text,
                     "trader %" PRId64 " promised client %" PRId64 " %" PRId64
                     " units under its number %" PRId64 "; stored is: %s, for trader %" PRId64,
                     request->trader, entry->client, request->units, entry->number, stored,
                     request->sold_by);
}

static bool check_recorded (struct promise *self, const struct fact *fact, size_t place, char *text)
{
    const struct receipt *receipt = &fact->message->receipt;
    size_t at = pairs_find (self->recorded, fact->node, (int64_t) place);
    bool void_since = at != PAIRS_NONE && self->records[at].life < *life_of (self, fact->node);
    int64_t recorded = at == PAIRS_NONE || void_since ? 0 : self->records[at].units;
    return recorded == receipt->units
           || complain (text,
                        "trader %" PRId64 " promises client %" PRId64 " %" PRId64
                        " units under its number %" PRId64 ", and its journal has %" PRId64,
                        fact->node, fact->peer, receipt->units, receipt->number, recorded);
}

static bool see_accepted (struct promise *self, const struct fact *fact, char *text)
{
    const struct receipt *receipt = &fact->message->receipt;
    const struct trader_seen *own = token_of (receipt->seen, fact->node);
    size_t place = place_of (self, fact->peer, receipt->number);
    struct request *request = &self->requests[place];
    if (!check_recorded (self, fact, place, text)) {
        return false;
    }
    if (request->units && request->units != receipt->units && !is_excused (self, place)) {
        return complain (text,
                         "trader %" PRId64 " promises client %" PRId64 " %" PRId64
                         " units under its number %" PRId64 ", and %" PRId64
                         " were promised before",
                         fact->node, fact->peer, receipt->units, receipt->number, request->units);
    }
    request->trader = fact->node;
    request->began = own ? own->epoch : excuses_began (self->excuses, fact->node, fact->life);
    request->units = receipt->units;
    request->final = receipt->status == STATUS_SOLD;
    const struct entry *entry = durable_at (self->durable, place);
    return entry->kind == DURABLE_NOTHING || keeps (self, request, entry)
           || is_excused (self, place) || say_broken (self, place, text);
}

static bool see_stored (struct promise *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        (void) durable_add (self->durable, &fact->records[i]);
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record_order *order = &fact->records[i].order;
        if (fact->records[i].type != RECORD_ORDER) {
            continue;
        }
        size_t place = place_of (self, order->buyer, order->number);
        struct request *request = &self->requests[place];
        request->sold_by = order->trader;
        if (request->units && !keeps (self, request, durable_at (self->durable, place))
            && !is_excused (self, place)) {
            return say_broken (self, place, text);
        }
    }
    return true;
}

static bool see_over (struct promise *self, char *text)
{
    for (size_t place = 0; place < durable_count (self->durable) && place < self->request_size;
         place++) {
        const struct request *request = &self->requests[place];
        if (request->units && !keeps (self, request, durable_at (self->durable, place))
            && !is_excused (self, place)) {
            return say_broken (self, place, text);
        }
    }
    return true;
}

// What is stored already is told from there.
static bool is_promise (struct promise *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    if (message->type == MESSAGE_RECEIPT && message->receipt.status == STATUS_ACCEPTED) {
        return true;
    }
    return excuses_early (self->excuses, fact)
           && durable_at (self->durable, place_of (self, fact->peer, message->receipt.number))->kind
                  == DURABLE_NOTHING;
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct promise *self = checker;
    excuses_see (self->excuses, fact);
    switch (fact->type) {
    case FACT_RECORDED:
        see_recorded (self, fact);
        return true;
    case FACT_STORED:
        return see_stored (self, fact, text);
    case FACT_SAID:
        return !is_promise (self, fact) || see_accepted (self, fact, text);
    case FACT_OVER:
        return see_over (self, text);
    default:
        return true;
    }
}

const struct checker_class promise_checker = {
    .name = "promise",
    .about = "I7: what was accepted is in the end sold or oversold, whoever dies",
    .make = make,
    .see = see,
    .destroy = destroy,
};
