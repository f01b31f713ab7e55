// Cached products keep the session guarantees (Terry et al. 1994) by causal tokens: whoever has
// seen something never sees a market without it again. Four things make that so, each held
// against what could be seen from outside:
//
//   a client carries all that it was told in the token of its next request;
//   a trader decides nothing before it has seen as much as that token;
//   a decision is a write of its trader, and the token that comes with it counts up to that one;
//   what a process says that it has seen never becomes less.
//
// The tokens of a cache name their own trader. Those of answers that were passed on from the
// warehouse tell its version alone: clients merge them, and they promise nothing more. Nor do those
// of products that are batched or sold from leases.
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/session_clients.h"
#include "tests/sim/checkers/shelf.h"
#include "tests/sim/checkers/token.h"

struct process_key {
    int64_t trader;
    int64_t began;  // the epoch since which its writes count
};

struct decided {
    int64_t client;
    int64_t number;
};

// The processes of a trader that go on from one journal, one after the other.
struct process {
    struct process_key key;
    int64_t life;             // of the latest one
    struct token said;        // that it has seen
    pairs_t *writes;          // (write, 0): those that came with a decision, of all of them,
    struct decided *decided;  // and which one it was
    size_t decided_size;
    UT_hash_handle hh;
};

struct decision_key {
    int64_t trader;
    int64_t client;
    int64_t number;
};

// That a trader has recorded.
struct decision {
    struct decision_key key;
    int64_t life;  // of the process that did
    UT_hash_handle hh;
};

struct session {
    const struct rules *rules;
    session_clients_t *clients;
    struct process *processes;   // uthash
    struct decision *decisions;  // uthash
};

// An answer of a cache, as it left its trader.
struct saying {
    int64_t trader;
    int64_t client;
    int64_t number;
    int64_t life;
    bool decision;  // of a request that the trader decided by itself
    bool anew;      // and this process did
    struct seen seen;
    struct trader_seen own;  // the trader's component
};

static void *make (const struct rules *rules)
{
    struct session *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->clients = session_clients_new ();
    return self;
}

static void destroy (void *context)
{
    struct session *self = context;
    session_clients_destroy (&self->clients);
    struct process *process;
    struct process *next;
    HASH_ITER (hh, self->processes, process, next) {
        HASH_DEL (self->processes, process);
        token_free (&process->said);
        pairs_destroy (&process->writes);
        free (process->decided);
        free (process);
    }
    struct decision *decision;
    struct decision *next_decision;
    HASH_ITER (hh, self->decisions, decision, next_decision) {
        HASH_DEL (self->decisions, decision);
        free (decision);
    }
    free (self);
}

static struct process *process_of (struct session *self, const struct trader_seen *own)
{
    struct process_key key = {.trader = own->trader, .began = own->epoch};
    struct process *process;
    HASH_FIND (hh, self->processes, &key, sizeof key, process);
    if (!process) {
        process = calloc (1, sizeof *process);
        if (!process) {
            abort ();
        }
        process->key = key;
        process->writes = pairs_new ();
        HASH_ADD (hh, self->processes, key, sizeof process->key, process);
    }
    return process;
}

static void see_recorded (struct session *self, const struct fact *fact)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct item *item = &fact->records[i].decided.item;
        if (fact->records[i].type != RECORD_DECIDED) {
            continue;
        }
        struct decision *decision = calloc (1, sizeof *decision);
        if (!decision) {
            abort ();
        }
        decision->key = (struct decision_key){fact->node, item->client, item->number};
        decision->life = fact->life;
        struct decision *before;
        HASH_REPLACE (hh, self->decisions, key, sizeof decision->key, decision, before);
        free (before);
    }
}

static bool makes_no_promise (const struct rules *rules, const char *product)
{
    enum mode mode = rules_mode (rules, product);
    return mode == MODE_BATCHED || mode == MODE_ESCROW;
}

static const char *product_of (const struct message *message)
{
    switch (message->type) {
    case MESSAGE_RESTOCKED:
        return message->restocked.product;
    case MESSAGE_RECEIPT:
        return message->receipt.product;
    case MESSAGE_OVERSOLD:
        return message->oversold.product;
    default:
        return NULL;
    }
}

// Returns false for a message that is no answer of a cache.
static bool read_saying (const struct session *self, const struct fact *fact, struct saying *saying)
{
    const struct message *message = fact->message;
    *saying = (struct saying){.trader = fact->node, .client = fact->peer, .life = fact->life};
    const char *product = product_of (message);
    if (product && makes_no_promise (self->rules, product)) {
        return false;
    }
    if (message->type == MESSAGE_RESTOCKED) {
        saying->number = message->restocked.number;
        saying->seen = message->restocked.seen;
    } else if (message->type == MESSAGE_RECEIPT || message->type == MESSAGE_OVERSOLD) {
        const struct receipt *receipt =
            message->type == MESSAGE_RECEIPT ? &message->receipt : &message->oversold;
        saying->number = receipt->number;
        saying->seen = receipt->seen;
        saying->decision = message->type == MESSAGE_RECEIPT && receipt->status == STATUS_ACCEPTED;
    } else {
        return false;
    }
    const struct trader_seen *own = token_of (saying->seen, saying->trader);
    saying->own = own ? *own : (struct trader_seen){.trader = saying->trader};
    struct decision_key key = {saying->trader, saying->client, saying->number};
    const struct decision *decision;
    HASH_FIND (hh, self->decisions, &key, sizeof key, decision);
    saying->decision = saying->decision || (own && decision && message->type == MESSAGE_RESTOCKED);
    saying->anew = saying->decision && (!decision || decision->life == fact->life);
    return own || saying->decision;
}

// Of its own writes an answer tells those up to the one that it answers, and answers come in any
// order: so what a process has said it has seen is kept without them.
static void note_said (struct process *process, const struct saying *saying)
{
    struct seen seen = saying->seen;
    size_t at = 0;
    while (at < seen.count && seen.traders[at].trader != saying->trader) {
        at++;
    }
    seen.count = at;
    token_merge (&process->said, seen);
    if (at < saying->seen.count) {
        seen.traders = saying->seen.traders + at + 1;
        seen.count = saying->seen.count - at - 1;
        token_merge (&process->said, seen);
    }
}

static bool check_grown (struct process *process, const struct saying *saying, char *text)
{
    if (process->life != saying->life) {
        // It has lost what it knew of others, but not what it has decided.
        token_clear (&process->said);
        process->life = saying->life;
    }
    struct seen said = token_view (&process->said);
    if (token_dominates (saying->seen, said)) {
        note_said (process, saying);
        return true;
    }
    char now[TOKEN_TEXT];
    char before[TOKEN_TEXT];
    token_print (saying->seen, now);
    token_print (said, before);
    snprintf (text, CHECKER_TEXT,
              "trader %lld says to client %lld, for its request %lld, that it has seen %s: it has "
              "said %s before",
              (long long) saying->trader, (long long) saying->client, (long long) saying->number,
              now, before);
    return false;
}

static bool check_waited (const struct session *self, const struct saying *saying, char *text)
{
    if (session_clients_satisfied (self->clients, saying->client, saying->number, saying->trader,
                                   saying->seen)) {
        return true;
    }
    char seen[TOKEN_TEXT];
    token_print (saying->seen, seen);
    snprintf (text, CHECKER_TEXT,
              "trader %lld has decided request %lld of client %lld with %s seen, which is less "
              "than any token that the request came with",
              (long long) saying->trader, (long long) saying->number, (long long) saying->client,
              seen);
    return false;
}

// Each request that a process decides is a write of its own, and no other request is that one.
static bool check_counted (struct process *process, const struct saying *saying, char *text)
{
    char seen[TOKEN_TEXT];
    token_print (saying->seen, seen);
    if (saying->own.epoch == 0 || saying->own.count == 0) {
        return complain (text,
                         "trader %lld has decided request %lld of client %lld, but the token %s "
                         "that comes with it does not count it",
                         (long long) saying->trader, (long long) saying->number,
                         (long long) saying->client, seen);
    }
    size_t known = pairs_count (process->writes);
    size_t place = pairs_place (process->writes, saying->own.count, 0);
    process->decided =
        array_room (process->decided, &process->decided_size, place + 1, sizeof *process->decided);
    struct decided *decided = &process->decided[place];
    if (place == known) {
        *decided = (struct decided){.client = saying->client, .number = saying->number};
    }
    if (decided->client == saying->client && decided->number == saying->number) {
        return true;
    }
    return complain (text,
                     "trader %lld has decided request %lld of client %lld as the write that the "
                     "token %s counts last: that one was request %lld of client %lld",
                     (long long) saying->trader, (long long) saying->number,
                     (long long) saying->client, seen, (long long) decided->number,
                     (long long) decided->client);
}

static bool see_said (struct session *self, const struct fact *fact, char *text)
{
    struct saying saying;
    if (!read_saying (self, fact, &saying)) {
        return true;
    }
    struct process *process = process_of (self, &saying.own);
    if (!check_grown (process, &saying, text)) {
        return false;
    }
    return !saying.decision
           || ((!saying.anew || check_waited (self, &saying, text))
               && check_counted (process, &saying, text));
}

// Only the clients that have a core keep a book, and are bound to carry their tokens.
static bool see_book (const struct session *self, const struct fact *fact, char *text)
{
    const char *violation = session_clients_violation (self->clients, fact->node);
    if (violation) {
        snprintf (text, CHECKER_TEXT, "%s", violation);
    }
    return !violation;
}

static bool see (void *context, const struct fact *fact, char *text)
{
    struct session *self = context;
    if (self->rules->elected) {
        return true;  // All is sync, and who waits for an election asks with the token it had then.
    }
    switch (fact->type) {
    case FACT_STARTED:
        session_clients_started (self->clients, fact->node);
        return true;
    case FACT_ASKED:
        session_clients_asked (self->clients, fact);
        return true;
    case FACT_TOLD:
        session_clients_told (self->clients, fact);
        return true;
    case FACT_RECORDED:
        see_recorded (self, fact);
        return true;
    case FACT_SAID:
        return see_said (self, fact, text);
    case FACT_BOOK:
        return see_book (self, fact, text);
    default:
        return true;
    }
}

const struct checker_class session_checker = {
    .name = "session",
    .about = "cached: what a client has seen, it never misses again",
    .make = make,
    .see = see,
    .destroy = destroy,
};
