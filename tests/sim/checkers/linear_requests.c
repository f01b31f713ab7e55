#include "tests/sim/checkers/linear_requests.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 16 };

struct body {
    struct body *next;  // another one under the same number
    struct linear_product *product;
    struct linear_operation operation;
};

struct request_key {
    int64_t client;
    int64_t number;
};

// What the warehouse stored under a number.
struct stored {
    bool there;
    enum linear_kind kind;
    int64_t product;  // as records name it
    int64_t quantity;
    int64_t price_cents;
    bool all_or_nothing;
    bool changed;  // the stock
    int64_t rank;  // of a lot
    int64_t hint;
};

struct request {
    struct request_key key;
    struct body body;
    bool refused;  // told that nothing was done
    struct stored stored;
    UT_hash_handle hh;
};

struct linear_requests {
    const struct rules *rules;
    struct request *requests;         // uthash
    struct linear_product *products;  // uthash
    struct linear_product **named;    // by the number that records give them; NULL: not yet
    size_t named_size;
    int64_t moments;  // of beginnings and ends
    int64_t records;  // of orders and lots
};

static void *checked (void *memory)
{
    if (!memory) {
        abort ();
    }
    return memory;
}

linear_requests_t *linear_requests_new (const struct rules *rules)
{
    linear_requests_t *self = checked (calloc (1, sizeof *self));
    self->rules = rules;
    return self;
}

static void free_body (struct body *body)
{
    free ((void *) body->operation.fills);
}

void linear_requests_destroy (linear_requests_t **self_p)
{
    assert (self_p);
    linear_requests_t *self = *self_p;
    if (!self) {
        return;
    }
    struct request *request;
    struct request *next_request;
    HASH_ITER (hh, self->requests, request, next_request) {
        HASH_DEL (self->requests, request);
        free_body (&request->body);
        while (request->body.next) {
            struct body *body = request->body.next;
            request->body.next = body->next;
            free_body (body);
            free (body);
        }
        free (request);
    }
    struct linear_product *product;
    struct linear_product *next_product;
    HASH_ITER (hh, self->products, product, next_product) {
        HASH_DEL (self->products, product);
        free (product->operations);
        free (product);
    }
    free (self->named);
    free (self);
    *self_p = NULL;
}

static struct linear_product *product_of (linear_requests_t *self, const char *name)
{
    struct linear_product *product;
    HASH_FIND_STR (self->products, name, product);
    if (!product) {
        product = checked (calloc (1, sizeof *product));
        snprintf (product->name, sizeof product->name, "%s", name);
        product->sync = rules_mode (self->rules, name) == MODE_SYNC;
        HASH_ADD_STR (self->products, name, product);
    }
    return product;
}

static struct request *find (const linear_requests_t *self, int64_t client, int64_t number)
{
    struct request_key key = {.client = client, .number = number};
    struct request *request;
    HASH_FIND (hh, self->requests, &key, sizeof key, request);
    return request;
}

// What a message asks for; false where it asks for nothing that could be done.
static bool read_body (const struct message *message, struct linear_operation *operation,
                       const char **product)
{
    *operation = (struct linear_operation){.end = INT64_MAX, .hint = INT64_MAX};
    if (message->type == MESSAGE_BUY) {
        operation->kind = LINEAR_BUY;
        operation->number = message->buy.number;
        operation->quantity = message->buy.quantity;
        operation->all_or_nothing = message->buy.all_or_nothing;
        *product = message->buy.product;
    } else if (message->type == MESSAGE_RESTOCK) {
        operation->kind = LINEAR_RESTOCK;
        operation->number = message->restock.number;
        operation->quantity = message->restock.quantity;
        operation->price_cents = message->restock.price_cents;
        *product = message->restock.product;
    } else {
        return false;
    }
    return operation->quantity >= 1 && operation->quantity <= LIMIT_QUANTITY
           && operation->price_cents >= 0 && operation->price_cents <= LIMIT_PRICE_CENTS
           && strlen (*product) <= LIMIT_PRODUCT_NAME;
}

static bool same_body (const struct body *body, const struct linear_operation *operation,
                       const char *product)
{
    const struct linear_operation *known = &body->operation;
    return known->kind == operation->kind && known->quantity == operation->quantity
           && known->price_cents == operation->price_cents
           && known->all_or_nothing == operation->all_or_nothing
           && strcmp (body->product->name, product) == 0;
}

void linear_requests_asked (linear_requests_t *self, int64_t client, const struct message *message)
{
    struct linear_operation operation;
    const char *product;
    if (!read_body (message, &operation, &product)) {
        return;
    }
    operation.client = client;
    operation.begin = ++self->moments;
    struct request *request = find (self, operation.client, operation.number);
    if (!request) {
        request = checked (calloc (1, sizeof *request));
        request->key = (struct request_key){operation.client, operation.number};
        request->body.product = product_of (self, product);
        request->body.operation = operation;
        HASH_ADD (hh, self->requests, key, sizeof request->key, request);
        return;
    }
    for (struct body *body = &request->body;; body = body->next) {
        if (same_body (body, &operation, product)) {
            return;
        }
        if (!body->next) {
            body->next = checked (calloc (1, sizeof *body));
            body->next->product = product_of (self, product);
            body->next->operation = operation;
            return;
        }
    }
}

static int64_t number_of (const struct message *message)
{
    switch (message->type) {
    case MESSAGE_RECEIPT:
        return message->receipt.number;
    case MESSAGE_OVERSOLD:
        return message->oversold.number;
    case MESSAGE_RESTOCKED:
        return message->restocked.number;
    case MESSAGE_ERROR:
        return message->error.number;
    default:
        return 0;
    }
}

// The buyer hears what became of its order. Of a number that it used for several products the
// receipt says which one it is for, unless nobody knows the product.
static void end_buys (linear_requests_t *self, struct request *request,
                      const struct receipt *receipt)
{
    for (struct body *body = &request->body; body; body = body->next) {
        struct linear_operation *operation = &body->operation;
        bool meant =
            receipt->product[0] == '\0' || strcmp (receipt->product, body->product->name) == 0;
        if (operation->kind != LINEAR_BUY || operation->end != INT64_MAX || !meant
            || !body->product->sync) {
            continue;
        }
        operation->end = ++self->moments;
        operation->status = receipt->status;
        operation->units = receipt->units;
        operation->missing = receipt->missing;
        operation->amount_cents = receipt->amount_cents;
        operation->fill_count = receipt->fill_count;
        if (receipt->fill_count > 0) {
            struct fill *fills = checked (calloc (receipt->fill_count, sizeof *fills));
            memcpy (fills, receipt->fills, receipt->fill_count * sizeof *fills);
            operation->fills = fills;
        }
    }
}

static void end_restock (linear_requests_t *self, struct request *request,
                         const struct restocked *restocked)
{
    const struct linear_operation told = {
        .kind = LINEAR_RESTOCK,
        .quantity = restocked->quantity,
        .price_cents = restocked->price_cents,
    };
    for (struct body *body = &request->body; body; body = body->next) {
        if (same_body (body, &told, restocked->product) && body->operation.end == INT64_MAX) {
            body->operation.end = ++self->moments;
        }
    }
}

void linear_requests_told (linear_requests_t *self, int64_t client, const struct message *message)
{
    struct request *request = find (self, client, number_of (message));
    if (!request) {
        return;
    }
    switch (message->type) {
    case MESSAGE_RECEIPT:
        if (message->receipt.status != STATUS_ACCEPTED
            && message->receipt.status != STATUS_UNKNOWN) {
            end_buys (self, request, &message->receipt);
        }
        break;
    case MESSAGE_OVERSOLD:
        end_buys (self, request, &message->oversold);
        break;
    case MESSAGE_RESTOCKED:
        end_restock (self, request, &message->restocked);
        break;
    case MESSAGE_ERROR:
        if (message->error.reason == REASON_CONFLICT || message->error.reason == REASON_LIMIT
            || message->error.reason == REASON_BAD_REQUEST) {
            request->refused = true;
        }
        break;
    default:
        break;
    }
}

static void name_product (linear_requests_t *self, const struct record_product *record)
{
    size_t at = (size_t) record->product;
    if (at >= self->named_size) {
        size_t size = at >= FIRST_SIZE / 2 ? 2 * at : FIRST_SIZE;
        self->named = checked (realloc (self->named, size * sizeof *self->named));
        for (size_t i = self->named_size; i < size; i++) {
            self->named[i] = NULL;
        }
        self->named_size = size;
    }
    self->named[at] = product_of (self, record->name);
}

static void store (linear_requests_t *self, int64_t client, int64_t number, struct stored stored)
{
    struct request *request = find (self, client, number);
    stored.there = true;
    stored.hint = ++self->records;
    if (request && !request->stored.there) {
        request->stored = stored;
    }
}

void linear_requests_stored (linear_requests_t *self, const struct record *record)
{
    if (record->type == RECORD_PRODUCT) {
        name_product (self, &record->product);
    } else if (record->type == RECORD_ORDER) {
        const struct record_order *order = &record->order;
        store (self, order->buyer, order->number,
               (struct stored){.kind = LINEAR_BUY,
                               .product = order->product,
                               .quantity = order->quantity,
                               .all_or_nothing = order->all_or_nothing,
                               .changed = order->units > 0});
    } else if (record->type == RECORD_LOT) {
        const struct record_lot *lot = &record->lot;
        store (self, lot->seller, lot->number,
               (struct stored){.kind = LINEAR_RESTOCK,
                               .product = lot->product,
                               .quantity = lot->quantity,
                               .price_cents = lot->price_cents,
                               .rank = lot->rank,
                               .changed = true});
    }
}

// Whether the record can be of this body. One of an order for what nobody had ever brought does
// not say what that was.
static bool is_of (const linear_requests_t *self, const struct stored *stored,
                   const struct body *body)
{
    const struct linear_operation *operation = &body->operation;
    size_t at = (size_t) stored->product;
    const struct linear_product *product = at < self->named_size ? self->named[at] : NULL;
    return (!product || product == body->product) && stored->kind == operation->kind
           && stored->quantity == operation->quantity
           && stored->price_cents == operation->price_cents
           && stored->all_or_nothing == operation->all_or_nothing;
}

// The body that a number stands for; NULL where none of them can have changed anything.
static struct body *choose (const linear_requests_t *self, struct request *request)
{
    if (!request->stored.there) {
        bool several = request->body.next;
        bool told = request->body.operation.end != INT64_MAX;
        return several || (request->refused && !told) ? NULL : &request->body;
    }
    struct body *chosen = NULL;
    for (struct body *body = &request->body; body; body = body->next) {
        if (is_of (self, &request->stored, body)) {
            if (chosen) {
                return NULL;  // Refused, for either of several products that nobody had.
            }
            chosen = body;
        }
    }
    return chosen;
}

const struct linear_product *linear_requests_collect (linear_requests_t *self)
{
    struct request *request;
    struct request *next;
    HASH_ITER (hh, self->requests, request, next) {
        struct body *body = choose (self, request);
        if (!body || !body->product->sync) {
            continue;
        }
        struct linear_product *product = body->product;
        if (product->count == product->size) {
            product->size = product->size ? 2 * product->size : FIRST_SIZE;
            product->operations = checked (
                realloc (product->operations, product->size * sizeof *product->operations));
        }
        struct linear_operation *operation = &product->operations[product->count++];
        *operation = body->operation;
        operation->rank = request->stored.rank;
        product->ranked = product->ranked || operation->rank > 0;
        // One that changed nothing, and that nobody was told of, is better left out.
        bool tried_first =
            request->stored.there && (request->stored.changed || operation->end != INT64_MAX);
        operation->hint = tried_first ? request->stored.hint : INT64_MAX;
    }
    return self->products;
}
