#include "tests/sim/checkers/stock_writes.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/checkers/names.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/token.h"

// What became of a request, whoever decided it.
struct fate {
    int64_t wanted;   // units, the least that was asked for; 0: it was not
    int64_t version;  // of the token that it came with, the least one
    bool whole;       // and a part would not do
    bool ordered;     // an order is stored,
    int64_t units;    // that got so many
    bool failed;      // or somebody was told that it is none
};

// A decision.
struct made {
    int64_t write;
    const char *product;
    int64_t units;  // promised, or brought
    bool lot;
    size_t request;
};

// All that count since the same epoch.
struct writes {
    struct made *made;  // in the order of their writes
    size_t made_count;
    size_t made_size;
};

// How many writes were applied, from which state on.
struct applied {
    int64_t state;
    int64_t count;
};

struct epoch {
    struct applied *applied;
    size_t count;
    size_t size;
};

struct process {
    int64_t began;    // as it has joined
    int64_t version;  // the highest one that it has said to have seen
    int64_t then;     // the same, when it made the first decision that found no room
    bool crowded;     // there is such a one
};

struct stock_writes {
    const struct rules *rules;
    names_t *names;
    pairs_t *requests;  // (client, number)
    struct fate *fates;
    size_t fate_size;
    pairs_t *trader_ids;  // (0, trader)
    int64_t *began;       // of each, as stored last
    size_t trader_size;
    pairs_t *process_ids;  // (trader, life)
    struct process *processes;
    size_t process_size;
    pairs_t *writes_ids;  // (trader, began)
    struct writes *writes;
    size_t writes_size;
    pairs_t *epoch_ids;  // (trader, began)
    struct epoch *epochs;
    size_t epoch_size;
};

stock_writes_t *stock_writes_new (const struct rules *rules)
{
    stock_writes_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->names = names_new ();
    self->requests = pairs_new ();
    self->trader_ids = pairs_new ();
    self->process_ids = pairs_new ();
    self->writes_ids = pairs_new ();
    self->epoch_ids = pairs_new ();
    return self;
}

void stock_writes_destroy (stock_writes_t **self_p)
{
    assert (self_p);
    stock_writes_t *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < pairs_count (self->writes_ids); i++) {
        free (self->writes[i].made);
    }
    for (size_t i = 0; i < pairs_count (self->epoch_ids); i++) {
        free (self->epochs[i].applied);
    }
    names_destroy (&self->names);
    pairs_destroy (&self->requests);
    pairs_destroy (&self->trader_ids);
    pairs_destroy (&self->process_ids);
    pairs_destroy (&self->writes_ids);
    pairs_destroy (&self->epoch_ids);
    free (self->fates);
    free (self->began);
    free (self->processes);
    free (self->writes);
    free (self->epochs);
    free (self);
    *self_p = NULL;
}

static size_t request_of (stock_writes_t *self, int64_t client, int64_t number)
{
    size_t place = pairs_place (self->requests, client, number);
    self->fates = array_room (self->fates, &self->fate_size, place + 1, sizeof *self->fates);
    return place;
}

static struct process *process_of (stock_writes_t *self, const struct fact *fact)
{
    size_t place = pairs_place (self->process_ids, fact->node, fact->life);
    self->processes =
        array_room (self->processes, &self->process_size, place + 1, sizeof *self->processes);
    return &self->processes[place];
}

static struct writes *writes_of (stock_writes_t *self, int64_t trader, int64_t began)
{
    size_t place = pairs_place (self->writes_ids, trader, began);
    self->writes = array_room (self->writes, &self->writes_size, place + 1, sizeof *self->writes);
    return &self->writes[place];
}

static int64_t *began_of (stock_writes_t *self, int64_t trader)
{
    size_t place = pairs_place (self->trader_ids, 0, trader);
    self->began = array_room (self->began, &self->trader_size, place + 1, sizeof *self->began);
    return &self->began[place];
}

static int64_t lesser (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater (int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void stock_writes_asked (stock_writes_t *self, const struct fact *fact)
{
    const struct buy *buy = &fact->message->buy;
    if (fact->message->type != MESSAGE_BUY) {
        return;
    }
    size_t request = request_of (self, fact->node, buy->number);
    struct fate *fate = &self->fates[request];
    bool first = fate->wanted == 0;
    fate->wanted = first ? buy->quantity : lesser (fate->wanted, buy->quantity);
    fate->version = first ? buy->seen.version : lesser (fate->version, buy->seen.version);
    fate->whole = fate->whole || buy->all_or_nothing;
}

bool stock_writes_part (const stock_writes_t *self, const struct promise *promise)
{
    size_t request = pairs_find (self->requests, promise->client, promise->number);
    return request != PAIRS_NONE && !self->fates[request].whole
           && promise->units < self->fates[request].wanted;
}

// What a trader says that it has seen, as far as it says so in an answer of its own.
static struct seen seen_of (const struct message *message)
{
    switch (message->type) {
    case MESSAGE_RECEIPT:
        return message->receipt.seen;
    case MESSAGE_OVERSOLD:
        return message->oversold.seen;
    case MESSAGE_RESTOCKED:
        return message->restocked.seen;
    default:
        return (struct seen){0};
    }
}

// An error may be about a question of the same number, or a conflict with a request that goes on. So
// it takes a promise back, to be on the safe side. What was passed on tells the warehouse's version
// without a count of this trader, whose cache need not have seen it.
void stock_writes_said (stock_writes_t *self, const struct fact *fact)
{
    if (fact->message->type == MESSAGE_ERROR) {
        size_t request = request_of (self, fact->peer, fact->message->error.number);
        self->fates[request].failed = true;
        return;
    }
    struct seen seen = seen_of (fact->message);
    if (token_of (seen, fact->node)) {
        struct process *process = process_of (self, fact);
        process->version = greater (process->version, seen.version);
    }
}

void stock_writes_crowded (stock_writes_t *self, const struct fact *fact)
{
    struct process *process = process_of (self, fact);
    process->then = process->crowded ? process->then : process->version;
    process->crowded = true;
}

static void note_applied (stock_writes_t *self, const struct record_trader *record, int64_t state)
{
    size_t place = pairs_place (self->epoch_ids, record->trader, *began_of (self, record->trader));
    self->epochs = array_room (self->epochs, &self->epoch_size, place + 1, sizeof *self->epochs);
    struct epoch *epoch = &self->epochs[place];
    epoch->applied =
        array_room (epoch->applied, &epoch->size, epoch->count + 1, sizeof *epoch->applied);
    epoch->applied[epoch->count++] = (struct applied){.state = state, .count = record->applied};
}

static void note_order (stock_writes_t *self, const struct record_order *record)
{
    size_t request = request_of (self, record->buyer, record->number);
    struct fate *fate = &self->fates[request];
    fate->ordered = true;
    fate->units = record->units;
}

void stock_writes_stored (stock_writes_t *self, const struct fact *fact, int64_t state)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_VIEW) {
            *began_of (self, fact->records[i].view.trader) = fact->records[i].view.began;
        }
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_TRADER) {
            note_applied (self, &fact->records[i].trader, state);
        } else if (fact->records[i].type == RECORD_ORDER) {
            note_order (self, &fact->records[i].order);
        }
    }
}

static void add_made (stock_writes_t *self, struct writes *writes, int64_t write,
                      const struct item *item)
{
    bool lot = item->kind == ITEM_RESTOCK;
    writes->made =
        array_room (writes->made, &writes->made_size, writes->made_count + 1, sizeof *writes->made);
    writes->made[writes->made_count++] = (struct made){
        .write = write,
        .product = names_keep (self->names, item->product),
        .units = lot ? item->quantity : item->promised,
        .lot = lot,
        .request = request_of (self, item->client, item->number),
    };
}

bool stock_writes_recorded (stock_writes_t *self, const struct fact *fact,
                            const struct record *record, struct promise *promise)
{
    struct process *process = process_of (self, fact);
    const struct record_decided *decided = &record->decided;
    const struct item *item = &decided->item;
    if (record->type == RECORD_JOINED) {
        process->began = record->joined.began;
    }
    if (record->type != RECORD_DECIDED) {
        return false;
    }
    add_made (self, writes_of (self, fact->node, process->began), decided->write, item);
    size_t request = request_of (self, item->client, item->number);
    enum mode mode = rules_mode (self->rules, item->product);
    int64_t asked = mode == MODE_CACHED ? self->fates[request].version : 0;
    *promise = (struct promise){
        .trader = fact->node,
        .began = process->began,
        .write = decided->write,
        .client = item->client,
        .number = item->number,
        .product = item->product,
        .units = item->promised,
        .version = greater (asked, process->crowded ? process->then : process->version),
    };
    return item->kind == ITEM_BUY && item->promised > 0 && mode != MODE_ESCROW;
}

void stock_writes_roomy (stock_writes_t *self, const struct fact *fact)
{
    process_of (self, fact)->crowded = false;
}

static const struct writes *writes_with (const stock_writes_t *self, const struct promise *promise)
{
    size_t place = pairs_find (self->writes_ids, promise->trader, promise->began);
    assert (place != PAIRS_NONE && self->writes[place].made_count > 0);
    return &self->writes[place];
}

struct writes_walk stock_writes_walk (const stock_writes_t *self, const struct promise *latest,
                                      bool most)
{
    size_t epoch = pairs_find (self->epoch_ids, latest->trader, latest->began);
    return (struct writes_walk){
        .most = most,
        .next = writes_with (self, latest)->made_count - 1,
        .known = epoch == PAIRS_NONE ? 0 : self->epochs[epoch].count,
    };
}

// How many writes were applied by this state. `known` is how many entries may count.
static int64_t applied_by (const stock_writes_t *self, const struct promise *promise, int64_t state,
                           size_t *known)
{
    size_t place = pairs_find (self->epoch_ids, promise->trader, promise->began);
    if (place == PAIRS_NONE) {
        return 0;
    }
    const struct applied *applied = self->epochs[place].applied;
    while (*known > 0 && applied[*known - 1].state > state) {
        (*known)--;
    }
    return *known > 0 ? applied[*known - 1].count : 0;
}

static int64_t units_of (const stock_writes_t *self, const struct made *made, bool most)
{
    const struct fate *fate = &self->fates[made->request];
    int64_t units = fate->ordered ? fate->units : made->units;
    if (most) {
        return units > made->units ? units : made->units;
    }
    if (fate->failed) {
        return 0;
    }
    return units < made->units ? units : made->units;
}

int64_t stock_writes_promised (const stock_writes_t *self, const struct promise *latest,
                               int64_t state, struct writes_walk *walk)
{
    const struct writes *writes = writes_with (self, latest);
    const char *product = writes->made[writes->made_count - 1].product;
    int64_t applied = applied_by (self, latest, state, &walk->known);
    while (walk->next > 0 && writes->made[walk->next - 1].write > applied) {
        const struct made *made = &writes->made[--walk->next];
        walk->promised +=
            made->product == product && !made->lot ? units_of (self, made, walk->most) : 0;
    }
    walk->whole = (int64_t) (writes->made_count - 1 - walk->next) >= latest->write - 1 - applied;
    return walk->promised;
}

int64_t stock_writes_restocked (const stock_writes_t *self, const struct promise *latest,
                                int64_t state)
{
    const struct writes *writes = writes_with (self, latest);
    const char *product = writes->made[writes->made_count - 1].product;
    size_t known = stock_writes_walk (self, latest, false).known;
    int64_t applied = applied_by (self, latest, state, &known);
    int64_t units = 0;
    for (size_t i = writes->made_count; i > 0 && writes->made[i - 1].write > applied; i--) {
        const struct made *made = &writes->made[i - 1];
        units += made->lot && made->product == product ? made->units : 0;
    }
    return units;
}
