#include "actors/clients/buyer.h"

#include <assert.h>
#include <stdlib.h>

#include "actors/clients/catalog.h"
#include "actors/clients/random.h"

enum { BUYER_WINDOW_MAX = 1024 };

// An order to come: when, and of what.
struct plan {
    int64_t due_us;
    int64_t product;  // index in the catalog
};

struct buyer {
    struct buyer_config config;  // its strings are not used
    struct catalog catalog;
    client_t *client;
    struct random random;
    struct plan *plans;  // ascending by time; one for each slot of the window that thinks
    size_t plan_at;      // the first one: plans are a ring of `window`
    size_t plan_count;
    struct buyer_book book;
    size_t entry_at;  // of the last step's answers, the next one to be told as an entry
    struct histogram latency;
    bool started;
};

struct buyer_config buyer_config_default (void)
{
    return (struct buyer_config){
        .client = client_config_default (),
        .quantity_min = 1,
        .quantity_max = 1,
        .window = 1,
    };
}

buyer_t *buyer_new (const struct buyer_config *config, uint64_t seed)
{
    assert (config->window >= 1 && config->window <= BUYER_WINDOW_MAX);
    buyer_t *self = calloc (1, sizeof *self);
    struct plan *plans = calloc ((size_t) config->window, sizeof *plans);
    if (!self || !plans) {
        abort ();
    }
    self->config = *config;
    self->catalog = catalog_new (config->products, config->product_count, config->product);
    self->random = random_seeded (seed);
    self->client = client_new (&config->client, random_next (&self->random));
    self->plans = plans;
    return self;
}

void buyer_destroy (buyer_t **self_p)
{
    assert (self_p);
    buyer_t *self = *self_p;
    if (!self) {
        return;
    }
    client_destroy (&self->client);
    catalog_free (&self->catalog);
    free (self->plans);
    free (self);
    *self_p = NULL;
}

static bool more_to_order (const buyer_t *self)
{
    return !client_stopped (self->client)
           && (!self->config.orders || self->book.requests < self->config.orders);
}

static struct plan *plan_of (const buyer_t *self, size_t i)
{
    return &self->plans[(self->plan_at + i) % (size_t) self->config.window];
}

// Nearly always the new one is the last, since all think for the same time.
static void plan (buyer_t *self, int64_t due_us, int64_t product)
{
    assert (self->plan_count < (size_t) self->config.window);
    size_t i = self->plan_count++;
    for (; i > 0 && plan_of (self, i - 1)->due_us > due_us; i--) {
        *plan_of (self, i) = *plan_of (self, i - 1);
    }
    *plan_of (self, i) = (struct plan){.due_us = due_us, .product = product};
}

// The first orders are spread over one think time, so that buyers that start together do not
// march in step.
static void plan_first_orders (buyer_t *self, int64_t now_us)
{
    self->started = true;
    int64_t think_us = self->config.think_time_us > 0 ? self->config.think_time_us : 0;
    for (int64_t i = 0; i < self->config.window; i++) {
        int64_t wait_us = random_between (&self->random, 0, think_us);
        plan (self, client_later (now_us, wait_us), catalog_first (&self->catalog, &self->random));
    }
}

static int64_t next_product (buyer_t *self, const struct client_answer *answer)
{
    bool refused =
        answer->outcome == CLIENT_DECIDED
        && (answer->status == STATUS_OUT_OF_STOCK || answer->status == STATUS_TOO_MANY_LOTS);
    if (refused) {
        return self->config.switch_on_refusal
                   ? catalog_other (&self->catalog, &self->random, answer->tag)
                   : answer->tag;
    }
    // A product that it switched to stays the one it orders, as long as it gets it.
    return self->config.product ? answer->tag : catalog_first (&self->catalog, &self->random);
}

// Plans the order that follows the one which was answered for the first time.
static void think (buyer_t *self, const struct client_answer *answer, int64_t now_us)
{
    int64_t wait_us = self->config.think_time_us;
    if (answer->outcome == CLIENT_FAILED && wait_us < self->config.client.timeout_us) {
        // What was refused for good would be refused again at once, and so for ever.
        wait_us = self->config.client.timeout_us;
    }
    plan (self, client_later (now_us, wait_us), next_product (self, answer));
}

static void enter_decided (struct buyer_book *book, const struct client_answer *answer)
{
    book->units += answer->units;
    book->spent_cents += answer->amount_cents;
    switch (answer->status) {
    case STATUS_SOLD:
        book->sold++;
        break;
    case STATUS_OVERSOLD:
        book->oversold++;
        book->missing_units += answer->missing;
        break;
    default:
        book->refused++;
    }
}

static void take_answer (buyer_t *self, const struct client_answer *answer, int64_t now_us)
{
    bool moved = answer->moved_from != 0;
    switch (answer->outcome) {
    case CLIENT_ACCEPTED:
        break;
    case CLIENT_DECIDED:
        self->book.moved += moved;
        enter_decided (&self->book, answer);
        break;
    case CLIENT_FAILED:
        self->book.moved += moved;
        self->book.failed++;
        break;
    case CLIENT_GAVE_UP:
        self->book.gave_up++;
        break;
    }
    if (!answer->first) {
        return;
    }
    if (answer->outcome == CLIENT_ACCEPTED || answer->outcome == CLIENT_DECIDED) {
        histogram_add (&self->latency, answer->latency_us);
    }
    think (self, answer, now_us);
}

static void order (buyer_t *self, int64_t product, int64_t now_us, struct outbox *out)
{
    const struct client_request request = {
        .type = MESSAGE_BUY,
        .product = self->catalog.names[product],
        .quantity =
            random_between (&self->random, self->config.quantity_min, self->config.quantity_max),
        .all_or_nothing = self->config.all_or_nothing,
        .tag = product,
    };
    if (client_ask (self->client, &request, now_us, out)) {
        self->book.requests++;
    }
}

static void order_what_is_due (buyer_t *self, int64_t now_us, struct outbox *out)
{
    while (self->plan_count && plan_of (self, 0)->due_us <= now_us && more_to_order (self)
           && client_can_ask (self->client)) {
        int64_t product = plan_of (self, 0)->product;
        self->plan_at = (self->plan_at + 1) % (size_t) self->config.window;
        self->plan_count--;
        order (self, product, now_us, out);
    }
}

void buyer_step (buyer_t *self, const struct event *event, struct outbox *out)
{
    self->entry_at = 0;
    (void) client_step (self->client, event, out);
    if (event->type == EVENT_START && !self->started) {
        plan_first_orders (self, event->now_us);
    }
    struct client_answer answer;
    while (client_next (self->client, &answer)) {
        take_answer (self, &answer, event->now_us);
    }
    order_what_is_due (self, event->now_us, out);
    self->book.open = client_open (self->client);
    self->book.resent = client_resent (self->client);
}

int64_t buyer_deadline (const buyer_t *self)
{
    int64_t due_us = client_deadline (self->client);
    // With the window of open numbers full, the next order waits for an answer and not for time.
    if (self->plan_count && more_to_order (self) && client_can_ask (self->client)) {
        int64_t next_us = plan_of (self, 0)->due_us;
        due_us = next_us < due_us ? next_us : due_us;
    }
    return due_us;
}

bool buyer_done (const buyer_t *self)
{
    return !more_to_order (self) && !client_open (self->client);
}

const struct buyer_book *buyer_book (const buyer_t *self)
{
    return &self->book;
}

bool buyer_next_entry (buyer_t *self, struct buyer_entry *entry)
{
    size_t count = 0;
    const struct client_answer *answers = client_answers (self->client, &count);
    while (self->entry_at < count) {
        const struct client_answer *answer = &answers[self->entry_at++];
        if (answer->outcome != CLIENT_ACCEPTED) {
            *entry = (struct buyer_entry){
                .number = answer->number,
                .product = self->catalog.names[answer->tag],
                .quantity = answer->quantity,
                .outcome = answer->outcome,
                .status = answer->status,
                .units = answer->units,
                .missing = answer->missing,
                .amount_cents = answer->amount_cents,
                .first_trader = answer->first_trader,
            };
            return true;
        }
    }
    return false;
}

client_t *buyer_client (buyer_t *self)
{
    return self->client;
}

int64_t buyer_next_foreign (buyer_t *self)
{
    return client_next_foreign (self->client);
}

const struct histogram *buyer_latency (const buyer_t *self)
{
    return &self->latency;
}
