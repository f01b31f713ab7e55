// Leases: a trader gives units back and gets others, one message at a time, numbered for each
// product, so that one that comes again changes nothing more. And what becomes of its leases when
// its view changes.
#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"

static void record_lot (void *context, const struct lease_entry *entry, int64_t lot, int64_t units)
{
    outbox_record (context, RECORD_LEASE)->lease =
        (struct record_lease){.trader = entry->key.trader, .lot = lot, .units = units};
}

static void record_entry (void *context, const struct lease_entry *entry)
{
    outbox_record (context, RECORD_LEASE_STATE)->lease_state = (struct record_lease_state){
        .trader = entry->key.trader,
        .product = entry->key.product,
        .epoch = entry->epoch,
        .number = entry->number,
        .budget = entry->budget,
        .clean = entry->clean,
    };
}

void warehouse_record_leases (warehouse_t *self, struct outbox *out)
{
    leases_tell_changed (self->leases, record_lot, record_entry, out);
}

void warehouse_tell_leases (warehouse_t *self, struct outbox *out)
{
    bool touched = self->touched_count > 0;
    warehouse_publish_stock (self, out);
    warehouse_record_leases (self, out);
    if (touched) {
        warehouse_record (self, out);
    }
}

// Tells what the trader holds of the product. Of one that nobody has ever offered nothing is kept,
// and so its number is not used up: one that comes late may find the product, and be granted then.
static void answer_lease (warehouse_t *self, const struct view *view, const struct lease *lease,
                          const struct lease_entry *entry, struct outbox *out)
{
    size_t count = 0;
    struct leased_units *held = arena_take (out->arena, entry ? entry->count + 1 : 1, sizeof *held);
    if (entry && entry->budget > 0) {
        held[count++] = (struct leased_units){.units = entry->budget};
    }
    for (size_t i = 0; entry && i < entry->count; i++) {
        const struct leased_lot *leased = &entry->lots[i];
        if (leased->units > 0) {
            held[count++] = (struct leased_units){
                .id = leased->lot->id,
                .seller = leased->lot->seller,
                .lot = leased->lot->number,
                .units = leased->units,
                .price_cents = leased->lot->price_cents,
            };
        }
    }
    warehouse_letter (self, out, PORT_WAREHOUSE, view->trader, MESSAGE_LEASED)->leased =
        (struct leased){
            .epoch = lease->epoch,
            .number = entry ? lease->number : 0,
            .product = lease->product,
            .applied = view->applied,
            .held = held,
            .held_count = count,
        };
}

static bool holds_returned (const struct lease_entry *entry, const struct lease *lease)
{
    int64_t before = -1;
    for (size_t i = 0; i < lease->returned_count; i++) {
        const struct leased_units *units = &lease->returned[i];
        if (!entry || units->id <= before || units->units < 1
            || units->units > leases_held (entry, units->id)) {
            return false;
        }
        before = units->id;
    }
    return true;
}

static void take_back (warehouse_t *self, struct lease_entry *entry, const struct lease *lease)
{
    struct product *product = entry->product;
    int64_t before = product->available;
    for (size_t i = 0; i < lease->returned_count; i++) {
        leases_free (self->leases, entry, lease->returned[i].id, lease->returned[i].units);
    }
    if (product->available != before) {
        self->counters.returned += product->available - before;
        warehouse_touch (self, product);
    }
    if (lease->all && !entry->clean) {
        entry->clean = true;
        leases_change (self->leases, entry);
    }
}

static int64_t live_count (const warehouse_t *self)
{
    int64_t count = 0;
    for (const struct view *view = self->views; view; view = view->hh.next) {
        count += view->state == MEMBER_LIVE;
    }
    return count;
}

// Leases up to `wanted` units of the oldest free lots. Returns how many.
static int64_t grant_lots (warehouse_t *self, struct lease_entry *entry, int64_t wanted)
{
    struct product *product = entry->product;
    int64_t granted = 0;
    while (granted < wanted && product->first
           && (leases_room (entry) > 0 || leases_held (entry, product->first->id) > 0)) {
        struct lot *lot = product->first;
        int64_t there = lots_free_units (lot);
        int64_t units = there < wanted - granted ? there : wanted - granted;
        leases_grant (self->leases, entry, lot, units);
        granted += units;
    }
    return granted;
}

// Leases units that are not there: of what the budget has left, no more than this trader's share.
static int64_t grant_budget (warehouse_t *self, struct lease_entry *entry, int64_t wanted,
                             int64_t traders)
{
    const struct product *product = entry->product;
    const struct policy *policy = warehouse_policy (self, product->name);
    int64_t budget = policy->budget_units + product->stocked * policy->budget_percent / 100;
    int64_t left = budget - leases_budget (self->leases, product);
    if (!PLANTED (56)) {
        left -= product->oversold;
    }
    if (left <= 0 || (entry->budget == 0 && leases_room (entry) == 0)) {
        return 0;
    }
    int64_t share = (left + traders - 1) / traders;
    int64_t units = wanted < share ? wanted : share;
    leases_grant_budget (self->leases, entry, units);
    return units;
}

// How many free units the trader may have: so many that it holds as many as any other live one, of
// all that is free or may be idle, and no less than that part of the free ones. So each trader that
// asks at the begin of a sale gets what it will sell of it, and need not come again while the
// warehouse settles.
static int64_t share_of (const warehouse_t *self, const struct lease_entry *entry, int64_t traders)
{
    const struct product *product = entry->product;
    int64_t all = product->available + leases_idle (self->leases, product);
    int64_t lacks = all / traders - (entry->clean ? 0 : entry->units);
    int64_t part = product->available / traders;
    int64_t share = lacks > part ? lacks : part;
    return share < product->available ? share : product->available;
}

// What is not there is leased only where the share is too few.
static void grant (warehouse_t *self, struct lease_entry *entry, int64_t wanted)
{
    struct product *product = entry->product;
    int64_t traders = live_count (self);
    int64_t share = share_of (self, entry, traders);
    int64_t units = 0;
    if (!product->recalling) {
        units = grant_lots (self, entry, wanted < share ? wanted : share);
    }
    int64_t budget = 0;
    if (units < wanted && share < wanted) {
        budget = grant_budget (self, entry, wanted - units, traders);
    }
    if (units > 0) {
        warehouse_touch (self, product);
    }
    if (units + budget > 0) {
        entry->clean = false;
    }
    self->counters.leased += units;
    self->counters.budgeted += budget;
}

// A lease is its trader's own affair: only while that one is live, and under its epoch.
static void refuse_stranger (warehouse_t *self, const struct view *view,
                             const struct message *message, struct outbox *out)
{
    self->counters.fenced++;
    if (view && view->state != MEMBER_LIVE) {
        warehouse_decline (self, message, out, REASON_TAKEN, 0,
                           "the trader has left, or another one has taken it over: join again");
    } else {
        warehouse_decline (self, message, out, REASON_FENCED, 0,
                           "another process has joined under this id since: join again");
    }
}

static void refuse_input (warehouse_t *self, const struct message *message, struct outbox *out,
                          const char *text)
{
    self->counters.refused_input++;
    warehouse_decline (self, message, out, REASON_BAD_REQUEST, 0, text);
}

static void apply_lease (warehouse_t *self, const struct view *view, struct product *product,
                         const struct message *message, struct outbox *out)
{
    const struct lease *lease = &message->lease;
    struct lease_entry *entry = leases_find (self->leases, view->trader, product);
    int64_t last = entry && entry->epoch == lease->epoch ? entry->number : 0;
    bool again = lease->number == last;
    bool held = holds_returned (entry, lease);
    if (!again && lease->number != last + 1) {
        warehouse_decline (self, message, out, REASON_GAP, 0,
                           "leases of a product are numbered one by one: send the next one");
        return;
    }
    if (!again && !held) {
        refuse_input (self, message, out,
                      "what is returned is not leased to this trader, or not in order");
        return;
    }
    entry = leases_entry (self->leases, view->trader, product);
    if (!again) {
        entry->epoch = lease->epoch;
        entry->number = lease->number;
        leases_change (self->leases, entry);
    }
    if (!again || (held && PLANTED (52))) {
        take_back (self, entry, lease);
    }
    if (lease->wanted > 0 && (!again || PLANTED (51))) {
        grant (self, entry, lease->wanted);
    }
    answer_lease (self, view, lease, entry, out);
    warehouse_tell_leases (self, out);
}

void warehouse_lease (warehouse_t *self, const struct message *message, struct outbox *out)
{
    const struct lease *lease = &message->lease;
    const struct view *view = warehouse_view (self, message->from);
    if (!view || view->state != MEMBER_LIVE || (view->epoch != lease->epoch && !PLANTED (60))) {
        refuse_stranger (self, view, message, out);
        return;
    }
    if (lease->number < 1 || lease->wanted < 0) {
        refuse_input (self, message, out, "leases are numbered from 1, and want 0 units or more");
        return;
    }
    struct product *product = lots_find_product (self->lots, lease->product);
    if (product) {
        apply_lease (self, view, product, message, out);
    } else if (lease->returned_count > 0) {
        refuse_input (self, message, out, "nobody has ever offered the product");
    } else {
        answer_lease (self, view, lease, NULL, out);
    }
}

// Visits what a trader has of each product, in order of these. NULL: no more.
static struct lease_entry *next_of (const warehouse_t *self, int64_t trader, int64_t *product)
{
    while (*product < (int64_t) lots_product_count (self->lots)) {
        struct lease_entry *entry =
            leases_find (self->leases, trader, lots_product (self->lots, ++*product));
        if (entry && leases_holds (entry)) {
            return entry;
        }
    }
    return NULL;
}

bool warehouse_holds_leases (const warehouse_t *self, int64_t trader)
{
    int64_t product = 0;
    return next_of (self, trader, &product) != NULL;
}

void warehouse_free_leases (warehouse_t *self, int64_t trader)
{
    int64_t product = 0;
    struct lease_entry *entry;
    while ((entry = next_of (self, trader, &product)) != NULL) {
        int64_t units = leases_free_all (self->leases, entry);
        self->counters.returned += units;
        if (units > 0) {
            warehouse_touch (self, entry->product);
        }
    }
}

void warehouse_resume_leases (warehouse_t *self, int64_t trader)
{
    int64_t product = 0;
    struct lease_entry *entry;
    while ((entry = next_of (self, trader, &product)) != NULL) {
        if (entry->clean && !PLANTED (54)) {
            entry->clean = false;
            leases_change (self->leases, entry);
        }
    }
}
