#include "tests/sim/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "actors/clients/random.h"

enum { ENDS_MAX = 1024, EVERYBODY = -1, LEADER = -2 };

struct planned {
    enum fault_class class;
    int64_t a;     // whom it befalls; LEADER: who leads an elected market when it begins
    int64_t b;     // and the other end of a connection, or EVERYBODY
    bool both;     // of a partition: both ways; of a crash: at work; of a new process: a zombie's
    int64_t dies;  // the trader that a partition ends with the death of; 0: nobody
    int64_t lasts_us;
};

// What has begun and is still to end.
struct end {
    int64_t at_us;
    struct planned fault;
};

struct plan {
    const struct market *market;
    const struct options *options;
    enum fault_class classes[FAULT_COUNT];  // planned ones that are at work
    size_t class_count;
    bool traders_die;  // now and then
    int64_t place;     // of the next fault
    int64_t due_us;    // and its time
    struct planned next;
    struct end ends[ENDS_MAX];
    size_t end_count;
};

static bool is_planned (enum fault_class class)
{
    return class >= FAULT_PARTITION;
}

static int64_t any_trader (const struct plan *self, struct random *random)
{
    if (self->market->peer_count > 0 && random_between (random, 0, 1)) {
        return LEADER;
    }
    int64_t any = random_between (random, 1, (int64_t) self->market->trader_count);
    bool unlucky = self->market->unlucky && random_between (random, 0, 3);
    return unlucky ? self->market->unlucky : any;
}

// A client with a core, 0 where there is none.
static int64_t any_client (const struct plan *self, struct random *random)
{
    if (self->market->peer_count > 0) {
        return random_between (random, 1, (int64_t) self->market->peer_count);
    }
    int64_t buyers = (int64_t) self->market->buyer_count;
    int64_t count = buyers + (int64_t) self->market->seller_count;
    int64_t at = random_between (random, 0, count - 1);
    if (count == 0) {
        return 0;
    }
    return at < buyers ? FIRST_BUYER + at : FIRST_SELLER + at - buyers;
}

// Another one than this; the warehouse where there is none.
static int64_t other_trader (const struct plan *self, int64_t trader, struct random *random)
{
    int64_t count = (int64_t) self->market->trader_count;
    if (trader == LEADER) {
        return random_between (random, 1, count);
    }
    int64_t steps = random_between (random, 1, count > 1 ? count - 1 : 1);
    return count > 1 ? (trader - 1 + steps) % count + 1 : WAREHOUSE_NODE;
}

// A trader, and the warehouse, another trader or a client beside it. One that dies while it cannot
// reach the warehouse leaves decisions that its backup alone can settle.
static void draw_ends (const struct plan *self, struct planned *fault, struct random *random)
{
    int64_t beside = random_between (random, 0, 3);
    fault->a = any_trader (self, random);
    fault->b = WAREHOUSE_NODE;
    if (beside == 0) {
        fault->b = any_client (self, random);
    } else if (beside == 1) {
        fault->b = other_trader (self, fault->a, random);
    }
    if (fault->b == WAREHOUSE_NODE && self->traders_die && random_between (random, 0, 1)) {
        fault->dies = fault->a;
    }
    if (random_between (random, 0, 1)) {
        int64_t a = fault->a;
        fault->a = fault->b;
        fault->b = a;
    }
}

static int64_t draw_victim (const struct plan *self, enum fault_class class, struct random *random)
{
    switch (class) {
    case FAULT_CRASH_TRADER:
        return any_trader (self, random);
    case FAULT_REPLACE:
        return self->market->journal_loser;
    case FAULT_CRASH_CLIENT:
        return any_client (self, random);
    case FAULT_PAUSE:
        if (random_between (random, 0, 3)) {
            return any_trader (self, random);
        }
        return random_between (random, 0, 1) ? any_client (self, random) : WAREHOUSE_NODE;
    case FAULT_DISK_FULL:
    case FAULT_FSYNC:
        if (self->market->peer_count > 0) {
            return WAREHOUSE_NODE;  // No other has a disk.
        }
        return random_between (random, 0, 1) ? any_trader (self, random) : WAREHOUSE_NODE;
    default:
        return WAREHOUSE_NODE;
    }
}

// Often short. A trader is away for so long, now and then, that others take it for dead, or for as
// long as it takes until they do: then it is back while it is taken over.
static int64_t draw_time (const struct plan *self, enum fault_class class, struct random *random)
{
    int64_t longest_us = random_between (random, 0, 7) ? 100 * WORLD_MS : 4 * WORLD_SECOND;
    int64_t lasts_us = random_between (random, 1, longest_us);
    int64_t ping_us = self->market->watch_us;
    int64_t long_us = random_between (random, 3, 20) * ping_us;
    int64_t about_us = random_between (random, 2 * ping_us, 3 * ping_us + 8 * WORLD_MS);
    int64_t how = random_between (random, 0, 3);
    bool away = class == FAULT_CRASH_TRADER || class == FAULT_PAUSE || class == FAULT_REPLACE
                || class == FAULT_PARTITION;
    if (how < 2 || !away) {
        return lasts_us;
    }
    return how == 2 ? about_us : long_us;
}

// Draws the fault at the next place, some time after the one before.
static void draw_next (struct plan *self, int64_t now_us)
{
    uint64_t mixed = self->market->plan_seed + (uint64_t) self->place * UINT64_C (0x9e3779b9);
    struct random random = random_seeded (mixed);
    size_t last = self->class_count - 1;
    self->next = (struct planned){
        .class = self->classes[random_between (&random, 0, (int64_t) last)],
        .both = random_next (&random) % 2,
    };
    self->next.lasts_us = draw_time (self, self->next.class, &random);
    if (self->next.class == FAULT_PARTITION || self->next.class == FAULT_DISCONNECT) {
        draw_ends (self, &self->next, &random);
        if (self->next.class == FAULT_PARTITION && !self->next.dies
            && random_between (&random, 0, 3) == 0) {
            self->next = (struct planned){.class = FAULT_PARTITION,
                                          .a = any_trader (self, &random),
                                          .b = EVERYBODY,
                                          .both = self->next.both,
                                          .lasts_us = self->next.lasts_us};
        }
    } else {
        self->next.a = draw_victim (self, self->next.class, &random);
    }
    self->due_us = now_us + random_between (&random, 1, 2 * self->market->gap_us);
}

plan_t *plan_new (const struct market *market, const struct options *options)
{
    plan_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->market = market;
    self->options = options;
    self->due_us = DEADLINE_NONE;
    self->traders_die = market->faults & (INT64_C (1) << FAULT_CRASH_TRADER);
    for (int class = 0; class < FAULT_COUNT; class ++) {
        if (is_planned ((enum fault_class) class) && (market->faults & (INT64_C (1) << class))) {
            self->classes[self->class_count++] = (enum fault_class) class;
        }
    }
    if (self->class_count > 0) {
        draw_next (self, 0);
    }
    return self;
}

void plan_destroy (plan_t **self_p)
{
    free (*self_p);
    *self_p = NULL;
}

int64_t plan_due (const plan_t *self)
{
    int64_t due_us = self->due_us;
    for (size_t i = 0; i < self->end_count; i++) {
        due_us = self->ends[i].at_us < due_us ? self->ends[i].at_us : due_us;
    }
    return due_us;
}

int64_t plan_count (const plan_t *self)
{
    return self->place;
}

static bool is_skipped (const struct plan *self)
{
    for (size_t i = 0; i < self->options->skip_count; i++) {
        if (self->options->skip[i] == self->place) {
            return true;
        }
    }
    return false;
}

static void cut_pair (world_t *world, int64_t a, int64_t b, bool both, bool cuts)
{
    world_cut (world, a, b, cuts);
    if (both) {
        world_cut (world, b, a, cuts);
    }
}

static void cut (const struct plan *self, world_t *world, const struct planned *fault, bool cuts)
{
    const struct market *market = self->market;
    if (fault->b != EVERYBODY) {
        cut_pair (world, fault->a, fault->b, fault->both, cuts);
        return;
    }
    cut_pair (world, fault->a, WAREHOUSE_NODE, fault->both, cuts);
    for (size_t i = 0; i < market->trader_count; i++) {
        if (market->trader_ids[i] != fault->a) {
            cut_pair (world, fault->a, market->trader_ids[i], fault->both, cuts);
        }
    }
    for (size_t i = 0; i < market->buyer_count; i++) {
        cut_pair (world, fault->a, market->buyers[i].client.id, fault->both, cuts);
    }
    for (size_t i = 0; i < market->seller_count; i++) {
        cut_pair (world, fault->a, market->sellers[i].client.id, fault->both, cuts);
    }
}

static void end_later (struct plan *self, world_t *world, const struct planned *fault)
{
    self->ends[self->end_count++] =
        (struct end){.at_us = world_now_us (world) + fault->lasts_us, .fault = *fault};
}

// Another process would wait for ever for the leases of a dead one. So nobody comes in its place,
// but in a market where such leases are given up.
static void replace (const struct plan *self, world_t *world, const struct planned *fault)
{
    const struct market *market = self->market;
    bool is_dead = !world_trader (world, fault->a);
    if (is_dead && rules_any (&market->rules, MODE_ESCROW) && !market->abandons) {
        return;
    }
    if (fault->both) {
        world_pause (world, fault->a);  // A zombie: it goes on when it has been replaced.
    }
    world_replace (world, fault->a, market->abandons);
}

static void begin (const struct plan *self, world_t *world, const struct planned *fault)
{
    switch (fault->class) {
    case FAULT_PARTITION:
        cut (self, world, fault, true);
        break;
    case FAULT_DISCONNECT:
        world_disconnect (world, fault->a, fault->b);
        break;
    case FAULT_CRASH_WAREHOUSE:
    case FAULT_CRASH_TRADER:
    case FAULT_CRASH_CLIENT:
        if (fault->class == FAULT_CRASH_CLIENT && fault->a == WAREHOUSE_NODE) {
            break;  // There is no client.
        }
        if (fault->both) {
            world_doom (world, fault->a);
        } else {
            world_crash (world, fault->a);
        }
        break;
    case FAULT_PAUSE:
        world_pause (world, fault->a);
        break;
    case FAULT_REPLACE:
        replace (self, world, fault);
        break;
    case FAULT_DISK_FULL:
        world_fill_disk (world, fault->a, true);
        break;
    case FAULT_FSYNC:
        world_fail_fsync (world, fault->a);
        break;
    default:
        break;
    }
}

// What it had sent, and was held back, is lost with it.
static void die (struct plan *self, world_t *world, const struct planned *fault)
{
    struct planned death = {.class = FAULT_CRASH_TRADER, .a = fault->dies};
    death.lasts_us = fault->lasts_us;
    begin (self, world, &death);
    end_later (self, world, &death);
}

static void end (struct plan *self, world_t *world, const struct planned *fault)
{
    switch (fault->class) {
    case FAULT_PARTITION:
        if (fault->dies) {
            die (self, world, fault);
        }
        cut (self, world, fault, false);
        break;
    case FAULT_CRASH_WAREHOUSE:
    case FAULT_CRASH_TRADER:
    case FAULT_CRASH_CLIENT:
        world_start (world, fault->a);
        break;
    case FAULT_REPLACE:
        world_withdraw (world, fault->a);
        world_resume (world, fault->a);
        break;
    case FAULT_PAUSE:
        world_resume (world, fault->a);
        break;
    case FAULT_DISK_FULL:
        world_fill_disk (world, fault->a, false);
        break;
    default:
        break;
    }
}

static int64_t resolved (const struct plan *self, const world_t *world, int64_t whom)
{
    int64_t leader = world_leader (world);
    int64_t peers = (int64_t) self->market->peer_count;
    if (whom != LEADER) {
        return whom;
    }
    return leader ? leader : self->place % peers + 1;
}

// Who that is, now that it begins.
static void name_leader (struct plan *self, const world_t *world)
{
    struct planned *fault = &self->next;
    fault->a = resolved (self, world, fault->a);
    fault->b = resolved (self, world, fault->b);
    fault->dies = resolved (self, world, fault->dies);
    bool alone = fault->class == FAULT_PARTITION || fault->class == FAULT_DISCONNECT;
    if (alone && fault->a == fault->b) {
        fault->b = WAREHOUSE_NODE;  // Nobody is cut off from itself.
    }
}

void plan_act (plan_t *self, world_t *world)
{
    int64_t now_us = world_now_us (world);
    for (size_t i = 0; i < self->end_count;) {
        if (self->ends[i].at_us <= now_us) {
            struct planned fault = self->ends[i].fault;
            self->ends[i] = self->ends[--self->end_count];
            end (self, world, &fault);
        } else {
            i++;
        }
    }
    if (self->due_us == DEADLINE_NONE || self->due_us > now_us) {
        return;
    }
    if (!is_skipped (self) && self->end_count < ENDS_MAX) {
        char text[64];
        snprintf (text, sizeof text, "planned fault %lld: %s", (long long) self->place,
                  fault_name (self->next.class));
        world_note (world, text);
        name_leader (self, world);
        begin (self, world, &self->next);
        end_later (self, world, &self->next);
    }
    self->place++;
    draw_next (self, now_us);
}
