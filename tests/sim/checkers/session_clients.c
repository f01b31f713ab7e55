#include "tests/sim/checkers/session_clients.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/token.h"

// A client that gives up does not say so, and what comes later it does not read. None gives up
// before this time, since it asked first or was promised something.
enum { SURELY_OPEN_US = 60 * 1000 * 1000 };

struct client {
    int64_t node;
    int64_t life;        // counts its processes, as far as they were heard of
    struct token known;  // all that its process was told before `fresh_us`
    struct token fresh;  // and at that time: letters that leave then may not carry it yet
    int64_t fresh_us;
    char *violation;    // its first one; NULL: none
    UT_hash_handle hh;  // by node
};

// The token with which a request went to a trader.
struct asking {
    struct asking *next;  // to another trader, or with a token that does not dominate this one
    int64_t trader;
    struct token token;
};

struct request_key {
    int64_t client;
    int64_t number;
};

struct request {
    struct request_key key;
    int64_t life;  // of its client
    bool buy;
    bool promised;
    bool closed;  // its client knows the final answer
    int64_t since_us;
    struct asking asking;
    UT_hash_handle hh;
};

struct session_clients {
    struct client *clients;    // uthash
    struct request *requests;  // uthash
};

static void *new_of (size_t size)
{
    void *memory = calloc (1, size);
    if (!memory) {
        abort ();
    }
    return memory;
}

session_clients_t *session_clients_new (void)
{
    return new_of (sizeof (session_clients_t));
}

static void free_request (struct request *request)
{
    token_free (&request->asking.token);
    while (request->asking.next) {
        struct asking *asking = request->asking.next;
        request->asking.next = asking->next;
        token_free (&asking->token);
        free (asking);
    }
    free (request);
}

void session_clients_destroy (session_clients_t **self_p)
{
    assert (self_p);
    session_clients_t *self = *self_p;
    if (!self) {
        return;
    }
    struct client *client;
    struct client *next_client;
    HASH_ITER (hh, self->clients, client, next_client) {
        HASH_DEL (self->clients, client);
        token_free (&client->known);
        token_free (&client->fresh);
        free (client->violation);
        free (client);
    }
    struct request *request;
    struct request *next_request;
    HASH_ITER (hh, self->requests, request, next_request) {
        HASH_DEL (self->requests, request);
        free_request (request);
    }
    free (self);
    *self_p = NULL;
}

static struct client *find_client (const session_clients_t *self, int64_t node)
{
    struct client *client;
    HASH_FIND (hh, self->clients, &node, sizeof node, client);
    return client;
}

static struct client *client_of (session_clients_t *self, int64_t node)
{
    struct client *client = find_client (self, node);
    if (!client) {
        client = new_of (sizeof *client);
        client->node = node;
        HASH_ADD (hh, self->clients, node, sizeof client->node, client);
    }
    return client;
}

static struct request *find_request (const session_clients_t *self, int64_t client, int64_t number)
{
    struct request_key key = {.client = client, .number = number};
    struct request *request;
    HASH_FIND (hh, self->requests, &key, sizeof key, request);
    return request;
}

static struct request *request_of (session_clients_t *self, const struct client *client,
                                   int64_t number, bool buy, int64_t now_us)
{
    struct request *request = find_request (self, client->node, number);
    if (!request) {
        request = new_of (sizeof *request);
        request->key = (struct request_key){.client = client->node, .number = number};
        request->life = client->life;
        request->buy = buy;
        request->since_us = now_us;
        HASH_ADD (hh, self->requests, key, sizeof request->key, request);
    }
    return request;
}

// What was told before now is known for good.
static void pass_time (struct client *client, int64_t now_us)
{
    if (now_us > client->fresh_us) {
        token_merge (&client->known, token_view (&client->fresh));
        token_clear (&client->fresh);
        client->fresh_us = now_us;
    }
}

// A new process has seen nothing.
void session_clients_started (session_clients_t *self, int64_t node)
{
    struct client *client = find_client (self, node);
    if (client) {
        client->life++;
        token_clear (&client->known);
        token_clear (&client->fresh);
    }
}

// The weakest tokens are enough: whoever dominates another one dominates one of these.
static void note_asking (struct request *request, int64_t trader, struct seen seen)
{
    struct asking *asking = &request->asking;
    for (; asking->trader != 0; asking = asking->next) {
        struct seen known = token_view (&asking->token);
        if (asking->trader == trader && token_dominates (seen, known)) {
            return;
        }
        if (asking->trader == trader && token_dominates (known, seen)) {
            break;
        }
        if (!asking->next) {
            asking->next = new_of (sizeof *asking);
        }
    }
    asking->trader = trader;
    token_clear (&asking->token);
    token_merge (&asking->token, seen);
}

static void check_token (struct client *client, int64_t number, struct seen seen)
{
    struct seen known = token_view (&client->known);
    if (client->violation || token_dominates (seen, known)) {
        return;
    }
    char carried[TOKEN_TEXT];
    char told[TOKEN_TEXT];
    token_print (seen, carried);
    token_print (known, told);
    client->violation = new_of (CHECKER_TEXT);
    snprintf (client->violation, CHECKER_TEXT,
              "client %lld asked for its request %lld with the token %s, but had been told %s "
              "before: it may lose what it has seen",
              (long long) client->node, (long long) number, carried, told);
}

void session_clients_asked (session_clients_t *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    bool buy = message->type == MESSAGE_BUY;
    if (!buy && message->type != MESSAGE_RESTOCK) {
        return;
    }
    int64_t number = buy ? message->buy.number : message->restock.number;
    struct seen seen = buy ? message->buy.seen : message->restock.seen;
    struct client *client = client_of (self, fact->node);
    pass_time (client, fact->now_us);
    check_token (client, number, seen);
    note_asking (request_of (self, client, number, buy, fact->now_us), fact->peer, seen);
}

// The request that a client waits for, so that it takes in what it is told of it; else NULL.
static struct request *open_request (const session_clients_t *self, const struct client *client,
                                     int64_t number, bool buy)
{
    struct request *request = find_request (self, client->node, number);
    bool open = request && !request->closed && request->life == client->life;
    return open && request->buy == buy ? request : NULL;
}

static bool surely_open (const struct request *request, int64_t now_us)
{
    return now_us - request->since_us < SURELY_OPEN_US;
}

static void see_receipt (session_clients_t *self, struct client *client,
                         const struct receipt *receipt, int64_t now_us)
{
    struct request *request = open_request (self, client, receipt->number, true);
    if (!request) {
        return;
    }
    if (surely_open (request, now_us)) {
        token_merge (&client->fresh, receipt->seen);
        if (receipt->status == STATUS_ACCEPTED && !request->promised) {
            request->promised = true;
            request->since_us = now_us;
        }
    }
    request->closed = receipt->status != STATUS_ACCEPTED && receipt->status != STATUS_UNKNOWN;
}

static void see_error (session_clients_t *self, const struct client *client,
                       const struct error *error)
{
    struct request *request = find_request (self, client->node, error->number);
    if (request
        && (error->reason == REASON_BAD_REQUEST || error->reason == REASON_CONFLICT
            || error->reason == REASON_EXPIRED || error->reason == REASON_LIMIT)) {
        request->closed = true;
    }
}

void session_clients_told (session_clients_t *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    struct client *client = client_of (self, fact->node);
    struct request *request;
    pass_time (client, fact->now_us);
    switch (message->type) {
    case MESSAGE_RECEIPT:
        see_receipt (self, client, &message->receipt, fact->now_us);
        break;
    case MESSAGE_OVERSOLD:
        see_receipt (self, client, &message->oversold, fact->now_us);
        break;
    case MESSAGE_OVERSELL:
        request = find_request (self, message->oversell.buyer, message->oversell.number);
        if (request) {
            request->closed = true;
        }
        break;
    case MESSAGE_RESTOCKED:
        request = open_request (self, client, message->restocked.number, false);
        if (request) {
            if (surely_open (request, fact->now_us)) {
                token_merge (&client->fresh, message->restocked.seen);
            }
            request->closed = true;
        }
        break;
    case MESSAGE_ERROR:
        see_error (self, client, &message->error);
        break;
    default:
        break;
    }
}

const char *session_clients_violation (const session_clients_t *self, int64_t client)
{
    const struct client *found = find_client (self, client);
    return found ? found->violation : NULL;
}

static struct asking *first_asking (struct request *request, int64_t trader)
{
    struct asking *asking = request ? &request->asking : NULL;
    while (asking && asking->trader != trader) {
        asking = asking->next;
    }
    return asking;
}

bool session_clients_satisfied (const session_clients_t *self, int64_t client, int64_t number,
                                int64_t trader, struct seen seen)
{
    struct request *request = find_request (self, client, number);
    const struct asking *asking = first_asking (request, trader);
    bool asked = asking;
    for (; asking; asking = asking->next) {
        if (asking->trader == trader && token_dominates (seen, token_view (&asking->token))) {
            return true;
        }
    }
    return !asked;
}
