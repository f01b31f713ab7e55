// What all parts of the trader stand on: its pool of requests and their lists, the clients that
// it has heard, its letters.
#include "broker/trader/trader_state.h"

struct request *trader_request (const trader_t *self, int32_t index)
{
    return index == NOTHING ? NULL : &self->requests[index];
}

int32_t trader_index (const trader_t *self, const struct request *request)
{
    return (int32_t) (request - self->requests);
}

void list_append (trader_t *self, struct list *list, struct request *request)
{
    int32_t index = trader_index (self, request);
    request->next = NOTHING;
    if (list->last == NOTHING) {
        list->first = index;
    } else {
        self->requests[list->last].next = index;
    }
    list->last = index;
    list->count++;
}

struct request *list_take (trader_t *self, struct list *list)
{
    struct request *request = trader_request (self, list->first);
    if (request) {
        list->first = request->next;
        if (list->first == NOTHING) {
            list->last = NOTHING;
        }
        list->count--;
    }
    return request;
}

struct request *trader_find_pending (const trader_t *self, const struct request_key *key)
{
    struct request *request;
    HASH_FIND (hh, self->pending, key, sizeof *key, request);
    return request;
}

struct request *trader_make_pending (trader_t *self, const struct request *request)
{
    if (self->unused == NOTHING || trader_find_pending (self, &request->key)) {
        return NULL;
    }
    struct request *pending = trader_request (self, self->unused);
    self->unused = pending->next;
    *pending = *request;
    HASH_ADD (hh, self->pending, key, sizeof pending->key, pending);
    self->pending_count++;
    return pending;
}

void trader_forget (trader_t *self, struct request *request)
{
    HASH_DEL (self->pending, request);
    self->pending_count--;
    if (request->token != NOTHING) {
        self->token_unused[self->token_unused_count++] = request->token;
    }
    *request = (struct request){.next = self->unused};
    self->unused = trader_index (self, request);
}

struct client_entry *trader_client (trader_t *self, int64_t node)
{
    struct client_entry *client;
    HASH_FIND (hh, self->clients, &node, sizeof node, client);
    return client;
}

const struct policy *trader_policy_of (const trader_t *self, const char *product)
{
    const struct policy_entry *entry;
    HASH_FIND_STR (self->policies, product, entry);
    return entry ? &entry->policy : &self->config.policy;
}

struct letter *trader_letter (trader_t *self, struct outbox *out, enum port port, int64_t to,
                              enum message_type type)
{
    struct letter *letter = outbox_letter (out, port, to, type);
    letter->message.from = self->config.id;
    letter->message.clock = lamport_send (&self->clock);
    letter->message.market = self->market;
    letter->early = port != PORT_CLIENTS && port != PORT_NEWS && writes_may_leave_early (self);
    return letter;
}

struct leased_units *trader_units (const trader_t *self, const struct request *request)
{
    return self->units + (size_t) trader_index (self, request) * LIMIT_FILLS;
}

bool trader_follows (const trader_t *self)
{
    return self->leases || (self->caches && self->config.invalidation);
}

// What is sold from a cached stock must come behind the writes that were decided here, or an order
// could take what its own client was promised before.
void trader_pass (trader_t *self, struct request *request)
{
    request->state = REQUEST_QUEUED;
    bool cached = request->mode == MODE_CACHED || request->mode == MODE_BATCHED;
    request->write = cached ? cache_writes (self->cache) : 0;
    queue_push (self->to_pass, request->rank, trader_index (self, request));
}
