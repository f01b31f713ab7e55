#include "tests/sim/checkers/stock_writes.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/checkers/names.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/token.h"

// What became of a request, whoever decided it.
struct fate {
    int64_t wanted;  // units, the least that was asked for; 0: it was not
    bool whole;      // and a part would not do
    bool ordered;    // an order is stored,
    int64_t units;   // that got so many
    bool failed;     // or somebody was told that it is none
    int64_t trader;  // of a lot that is stored: who brought it, in which epoch,
    int64_t epoch;
    int64_t applied;  // and how many of its writes were applied with it
};

// A promise that was made.
struct made {
    int64_t count;
    const char *product;
    int64_t units;
    size_t request;
};

// A restock that was asked of a process, and may be one of its writes.
struct brought {
    const char *product;
    int64_t quantity;
    int64_t until;  // if so, then of no higher count
    size_t request;
};

struct process {
    struct made *made;  // in the order of their counts
    size_t made_count;
    size_t made_size;
    struct brought *brought;
    size_t brought_count;
    size_t brought_size;
};

// How many writes of an epoch were applied, from which state on.
struct applied {
    int64_t state;
    int64_t count;
};

struct epoch {
    struct applied *applied;
    size_t count;
    size_t size;
};

struct node {
    int64_t life;   // the latest one
    bool up;        // and whether it lasts
    int64_t epoch;  // that the warehouse has granted last
};

struct stock_writes {
    names_t *names;
    pairs_t *requests;  // (client, number)
    struct fate *fates;
    size_t fate_size;
    pairs_t *node_ids;  // (0, node)
    struct node *nodes;
    size_t node_size;
    pairs_t *process_ids;  // (trader, life)
    struct process *processes;
    size_t process_size;
    pairs_t *epoch_ids;  // (trader, epoch)
    struct epoch *epochs;
    size_t epoch_size;
    pairs_t *promised;  // (process, request)
    pairs_t *asked;     // (process, request), where it may have brought something,
    size_t *brought;    // and at which place of the process
    size_t brought_size;
};

stock_writes_t *stock_writes_new (void)
{
    stock_writes_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->names = names_new ();
    self->requests = pairs_new ();
    self->node_ids = pairs_new ();
    self->process_ids = pairs_new ();
    self->epoch_ids = pairs_new ();
    self->promised = pairs_new ();
    self->asked = pairs_new ();
    return self;
}

void stock_writes_destroy (stock_writes_t **self_p)
{
    assert (self_p);
    stock_writes_t *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < pairs_count (self->process_ids); i++) {
        free (self->processes[i].made);
        free (self->processes[i].brought);
    }
    for (size_t i = 0; i < pairs_count (self->epoch_ids); i++) {
        free (self->epochs[i].applied);
    }
    names_destroy (&self->names);
    pairs_destroy (&self->requests);
    pairs_destroy (&self->node_ids);
    pairs_destroy (&self->process_ids);
    pairs_destroy (&self->epoch_ids);
    pairs_destroy (&self->promised);
    pairs_destroy (&self->asked);
    free (self->fates);
    free (self->nodes);
    free (self->processes);
    free (self->epochs);
    free (self->brought);
    free (self);
    *self_p = NULL;
}

static size_t request_of (stock_writes_t *self, int64_t client, int64_t number)
{
    size_t place = pairs_place (self->requests, client, number);
    self->fates = array_room (self->fates, &self->fate_size, place + 1, sizeof *self->fates);
    return place;
}

static struct node *node_of (stock_writes_t *self, int64_t id)
{
    size_t place = pairs_place (self->node_ids, 0, id);
    self->nodes = array_room (self->nodes, &self->node_size, place + 1, sizeof *self->nodes);
    return &self->nodes[place];
}

static size_t process_of (stock_writes_t *self, int64_t trader, int64_t life)
{
    size_t place = pairs_place (self->process_ids, trader, life);
    self->processes =
        array_room (self->processes, &self->process_size, place + 1, sizeof *self->processes);
    return place;
}

void stock_writes_started (stock_writes_t *self, const struct fact *fact)
{
    struct node *node = node_of (self, fact->node);
    node->life = fact->life;
    node->up = true;
}

// One that was replaced ends later than the next one begins.
void stock_writes_ended (stock_writes_t *self, const struct fact *fact)
{
    struct node *node = node_of (self, fact->node);
    node->up = node->up && node->life != fact->life;
}

// Only what is asked for the first time is decided by the trader itself. The letter reaches the
// process that is there, or else the next one: what is under way goes with its connection.
static void ask_restock (stock_writes_t *self, const struct fact *fact)
{
    const struct restock *restock = &fact->message->restock;
    if (restock->attempt > 1) {
        return;
    }
    const struct node *node = node_of (self, fact->peer);
    size_t at = process_of (self, fact->peer, node->up ? node->life : node->life + 1);
    struct process *process = &self->processes[at];
    process->brought = array_room (process->brought, &process->brought_size,
                                   process->brought_count + 1, sizeof *process->brought);
    size_t request = request_of (self, fact->node, restock->number);
    process->brought[process->brought_count] = (struct brought){
        .product = names_keep (self->names, restock->product),
        .quantity = restock->quantity,
        .until = INT64_MAX,
        .request = request,
    };
    size_t place = pairs_place (self->asked, (int64_t) at, (int64_t) request);
    self->brought =
        array_room (self->brought, &self->brought_size, place + 1, sizeof *self->brought);
    self->brought[place] = process->brought_count++;
}

static void ask_buy (stock_writes_t *self, const struct fact *fact)
{
    const struct buy *buy = &fact->message->buy;
    size_t request = request_of (self, fact->node, buy->number);
    struct fate *fate = &self->fates[request];
    if (fate->wanted == 0 || buy->quantity < fate->wanted) {
        fate->wanted = buy->quantity;
    }
    fate->whole = fate->whole || buy->all_or_nothing;
}

void stock_writes_asked (stock_writes_t *self, const struct fact *fact)
{
    if (fact->message->type == MESSAGE_RESTOCK) {
        ask_restock (self, fact);
    } else if (fact->message->type == MESSAGE_BUY) {
        ask_buy (self, fact);
    }
}

bool stock_writes_part (const stock_writes_t *self, const struct promise *promise)
{
    size_t request = pairs_find (self->requests, promise->client, promise->number);
    return request != PAIRS_NONE && !self->fates[request].whole
           && promise->units < self->fates[request].wanted;
}

// The process is done with a restock: if it was a write of its own then one of these at most.
static void settle (stock_writes_t *self, const struct fact *fact, size_t request, int64_t until)
{
    size_t process = process_of (self, fact->node, fact->life);
    size_t place = pairs_find (self->asked, (int64_t) process, (int64_t) request);
    if (place != PAIRS_NONE) {
        struct brought *brought = &self->processes[process].brought[self->brought[place]];
        brought->until = until < brought->until ? until : brought->until;
    }
}

// An error may be about a question of the same number, or a conflict with a request that goes on. So
// it takes a promise back, to be on the safe side, but not a restock.
//
// What was passed on comes back without a count of this trader, and was no write of it.
void stock_writes_said (stock_writes_t *self, const struct fact *fact)
{
    if (fact->message->type == MESSAGE_ERROR) {
        size_t request = request_of (self, fact->peer, fact->message->error.number);
        self->fates[request].failed = true;
    } else if (fact->message->type == MESSAGE_RESTOCKED) {
        const struct restocked *restocked = &fact->message->restocked;
        const struct trader_seen *own = token_of (restocked->seen, fact->node);
        size_t request = request_of (self, fact->peer, restocked->number);
        settle (self, fact, request, own ? own->count : 0);
    }
}

static void note_applied (stock_writes_t *self, const struct record_trader *record, int64_t state)
{
    size_t place = pairs_place (self->epoch_ids, record->trader, record->epoch);
    self->epochs = array_room (self->epochs, &self->epoch_size, place + 1, sizeof *self->epochs);
    struct epoch *epoch = &self->epochs[place];
    epoch->applied =
        array_room (epoch->applied, &epoch->size, epoch->count + 1, sizeof *epoch->applied);
    epoch->applied[epoch->count++] = (struct applied){.state = state, .count = record->applied};
    node_of (self, record->trader)->epoch = record->epoch;
}

static struct applied latest_applied (const stock_writes_t *self, int64_t trader, int64_t epoch)
{
    size_t place = pairs_find (self->epoch_ids, trader, epoch);
    return place == PAIRS_NONE ? (struct applied){0}
                               : self->epochs[place].applied[self->epochs[place].count - 1];
}

static void note_order (stock_writes_t *self, const struct record_order *record)
{
    size_t request = request_of (self, record->buyer, record->number);
    struct fate *fate = &self->fates[request];
    fate->ordered = true;
    fate->units = record->units;
}

static void note_lot (stock_writes_t *self, const struct record_lot *record)
{
    size_t request = request_of (self, record->seller, record->number);
    struct fate *fate = &self->fates[request];
    fate->trader = record->trader;
    fate->epoch = node_of (self, record->trader)->epoch;
    fate->applied = latest_applied (self, record->trader, fate->epoch).count;
}

void stock_writes_stored (stock_writes_t *self, const struct fact *fact, int64_t state)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_TRADER) {
            note_applied (self, &fact->records[i].trader, state);
        }
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_ORDER) {
            note_order (self, &fact->records[i].order);
        } else if (fact->records[i].type == RECORD_LOT) {
            note_lot (self, &fact->records[i].lot);
        }
    }
}

bool stock_writes_promise (stock_writes_t *self, const struct promise *promise)
{
    size_t at = process_of (self, promise->trader, promise->life);
    size_t request = request_of (self, promise->client, promise->number);
    size_t known = pairs_count (self->promised);
    if (pairs_place (self->promised, (int64_t) at, (int64_t) request) < known) {
        return false;
    }
    struct process *process = &self->processes[at];
    process->made = array_room (process->made, &process->made_size, process->made_count + 1,
                                sizeof *process->made);
    process->made[process->made_count++] = (struct made){
        .count = promise->count,
        .product = names_keep (self->names, promise->product),
        .units = promise->units,
        .request = request,
    };
    return true;
}

static const struct process *maker_of (const stock_writes_t *self, const struct promise *promise)
{
    size_t place = pairs_find (self->process_ids, promise->trader, promise->life);
    assert (place != PAIRS_NONE && self->processes[place].made_count > 0);
    return &self->processes[place];
}

struct writes_walk stock_writes_walk (const stock_writes_t *self, const struct promise *latest,
                                      bool most)
{
    size_t epoch = pairs_find (self->epoch_ids, latest->trader, latest->epoch);
    return (struct writes_walk){
        .most = most,
        .next = maker_of (self, latest)->made_count - 1,
        .known = epoch == PAIRS_NONE ? 0 : self->epochs[epoch].count,
    };
}

// How many writes of the epoch were applied by this state. `known` is how many entries may count.
static int64_t applied_by (const stock_writes_t *self, const struct promise *promise, int64_t state,
                           size_t *known)
{
    size_t place = pairs_find (self->epoch_ids, promise->trader, promise->epoch);
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
    const struct process *process = maker_of (self, latest);
    const char *product = process->made[process->made_count - 1].product;
    int64_t applied = applied_by (self, latest, state, &walk->known);
    while (walk->next > 0 && process->made[walk->next - 1].count > applied) {
        const struct made *made = &process->made[--walk->next];
        walk->promised += made->product == product && made->count < latest->count
                              ? units_of (self, made, walk->most)
                              : 0;
    }
    return walk->promised;
}

int64_t stock_writes_restocked (const stock_writes_t *self, const struct promise *latest,
                                int64_t state)
{
    const struct process *process = maker_of (self, latest);
    const char *product = process->made[process->made_count - 1].product;
    size_t known = stock_writes_walk (self, latest, false).known;
    int64_t applied = applied_by (self, latest, state, &known);
    int64_t units = 0;
    for (size_t i = 0; i < process->brought_count; i++) {
        const struct brought *brought = &process->brought[i];
        const struct fate *fate = &self->fates[brought->request];
        bool stored = fate->trader == latest->trader && fate->epoch == latest->epoch;
        int64_t until = stored && fate->applied < brought->until ? fate->applied : brought->until;
        units += brought->product == product && until > applied ? brought->quantity : 0;
    }
    return units;
}
