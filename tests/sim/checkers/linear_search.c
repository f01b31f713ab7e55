#include "tests/sim/checkers/linear_search.h"

#include <stdlib.h>

#include "tests/sim/checkers/linear_order.h"
#include "tests/sim/checkers/linear_stock.h"

enum { HEAD = 0, NONE = -1 };

// One place in the order that is being tried.
struct frame {
    int32_t operation;  // that stands here
    int32_t tried;      // the highest rank that was tried here
    size_t first_lot;   // the oldest with units left before it
    size_t lots;        // that it took from
};

struct search {
    const struct linear_operation *operations;
    size_t count;
    int32_t *ranks;  // of each operation, in the order of trying
    struct linear_order *orders;
    // What is not placed yet: beginnings and ends in order of time, linked by their entries.
    // Those of operation i are 2i + 1 and 2i + 2; entry 0 is the head.
    int32_t *next;
    int32_t *prev;
    size_t left;      // operations with an end that are not placed
    size_t odd_left;  // of these, the ones that were told too_many_lots
    struct linear_stock stock;
    struct frame *frames;
    size_t depth;
    struct digest digest;  // of what is placed
    struct digest_set memo;
};

static void *checked (void *memory)
{
    if (!memory) {
        abort ();
    }
    return memory;
}

static struct digest operation_key (int32_t operation)
{
    return digest_of (0, 0, (uint64_t) operation);  // Lots have others.
}

static void unlink_entry (struct search *self, int32_t entry)
{
    int32_t next = self->next[entry];
    self->next[self->prev[entry]] = next;
    if (next != NONE) {
        self->prev[next] = self->prev[entry];
    }
}

// Entries come back in the reverse order of their going.
static void relink_entry (struct search *self, int32_t entry)
{
    int32_t next = self->next[entry];
    self->next[self->prev[entry]] = entry;
    if (next != NONE) {
        self->prev[next] = entry;
    }
}

// Whether the order can stand at the present place. One that nobody was told of, and that changes
// nothing, might as well never have taken effect.
static bool fits (struct search *self, const struct linear_operation *buy, struct linear_plan *plan)
{
    *plan = linear_stock_plan (&self->stock, buy);
    return buy->end == INT64_MAX ? plan->units > 0
                                 : linear_stock_was_told (&self->stock, buy, plan);
}

// Places the operation at the present depth.
static void place (struct search *self, int32_t at, const struct linear_plan *plan)
{
    const struct linear_operation *operation = &self->operations[at];
    struct frame *frame = &self->frames[self->depth++];
    frame->operation = at;
    frame->first_lot = self->stock.first;
    frame->lots = plan->lots;
    if (operation->kind == LINEAR_RESTOCK) {
        linear_stock_bring (&self->stock, at);
    } else {
        linear_stock_sell (&self->stock, plan);
    }
    unlink_entry (self, 2 * at + 1);
    if (operation->end != INT64_MAX) {
        unlink_entry (self, 2 * at + 2);
        self->left--;
        self->odd_left -= operation->status == STATUS_TOO_MANY_LOTS;
    }
    digest_add (&self->digest, operation_key (at));
}

// Takes the last one back.
static void displace (struct search *self)
{
    const struct frame *frame = &self->frames[--self->depth];
    const struct linear_operation *operation = &self->operations[frame->operation];
    digest_subtract (&self->digest, operation_key (frame->operation));
    if (operation->end != INT64_MAX) {
        self->odd_left += operation->status == STATUS_TOO_MANY_LOTS;
        self->left++;
        relink_entry (self, 2 * frame->operation + 2);
    }
    relink_entry (self, 2 * frame->operation + 1);
    if (operation->kind == LINEAR_RESTOCK) {
        linear_stock_unbring (&self->stock);
    } else {
        linear_stock_unsell (&self->stock, frame->lots, frame->first_lot);
    }
}

// Returns false when this state was reached before.
static bool is_new (struct search *self)
{
    struct digest digest = self->digest;
    digest_add (&digest, self->stock.digest);
    return digest_set_add (&self->memo, digest);
}

// The two lots that were sold from first, of those that no other operation precedes.
struct first_lots {
    int32_t first;
    int32_t second;
};

static bool is_sold_before (const struct search *self, int32_t at, int32_t other)
{
    return other == NONE || self->orders[at].first_end < self->orders[other].first_end;
}

static struct first_lots find_first_lots (const struct search *self)
{
    struct first_lots lots = {NONE, NONE};
    for (int32_t entry = self->next[HEAD]; entry % 2 == 1; entry = self->next[entry]) {
        int32_t at = (entry - 1) / 2;
        if (self->operations[at].kind == LINEAR_RESTOCK) {
            if (is_sold_before (self, at, lots.first)) {
                lots.second = lots.first;
                lots.first = at;
            } else if (is_sold_before (self, at, lots.second)) {
                lots.second = at;
            }
        }
    }
    return lots;
}

// Whether no other lot must come before this one.
static bool may_come (const struct search *self, int32_t at, const struct first_lots *lots)
{
    const struct linear_order *order = &self->orders[at];
    const struct linear_stock *stock = &self->stock;
    int32_t last = stock->count > 0 ? stock->lots[stock->count - 1].restock : NONE;
    int32_t next = last == NONE ? NONE : self->orders[last].before;
    int32_t other = lots->first == at ? lots->second : lots->first;
    return (order->after == NONE || order->after == last) && (next == NONE || next == at)
           && (other == NONE || !linear_order_follows (order, &self->orders[other]));
}

// The next operation to try here, of those that no other one precedes: they began before the
// first end of all that is not placed. NONE: all were tried.
static int32_t next_candidate (const struct search *self, int32_t tried)
{
    struct first_lots lots = find_first_lots (self);
    int32_t best = NONE;
    for (int32_t entry = self->next[HEAD]; entry % 2 == 1; entry = self->next[entry]) {
        int32_t at = (entry - 1) / 2;
        if (self->ranks[at] > tried && (best == NONE || self->ranks[at] < self->ranks[best])
            && (self->operations[at].kind == LINEAR_BUY || may_come (self, at, &lots))) {
            best = at;
        }
    }
    return best;
}

// Whether nothing is lost by placing an operation as soon as it fits: whatever order goes on from
// here with it in a later place still holds when it is moved here.
//
// An order that was refused changes nothing for the others. One that was sold its units: in any
// order in which it stands later its lots are the same, so those between took from the first of
// its lots alone, which had enough for all; they get the same in its wake. What was out of stock
// before it is so after it. Only a refusal for too many lots could become another one.
static bool is_settled (const struct search *self, const struct linear_operation *operation)
{
    return operation->kind == LINEAR_BUY && operation->end != INT64_MAX
           && (operation->status != STATUS_SOLD || self->odd_left == 0);
}

// Tries one more operation at this depth. Returns false when none is left to be tried.
static bool try_next (struct search *self)
{
    struct frame *frame = &self->frames[self->depth];
    int32_t at = next_candidate (self, frame->tried);
    if (at == NONE) {
        return false;
    }
    frame->tried = self->ranks[at];
    const struct linear_operation *operation = &self->operations[at];
    struct linear_plan plan = {0};
    if (operation->kind == LINEAR_BUY && !fits (self, operation, &plan)) {
        return true;
    }
    if (is_settled (self, operation)) {
        frame->tried = INT32_MAX;
    }
    place (self, at, &plan);
    if (is_new (self)) {
        self->frames[self->depth].tried = NONE;
    } else {
        displace (self);
    }
    return true;
}

// What had to come next in the longest order so far, and could not.
static void note_blocked (struct search *self, size_t placed, struct linear_result *result)
{
    int32_t entry = self->next[HEAD];
    while (entry % 2 == 1) {
        entry = self->next[entry];
    }
    const struct linear_operation *operation = &self->operations[(entry - 1) / 2];
    struct linear_plan plan = {0};
    if (operation->kind == LINEAR_BUY) {
        plan = linear_stock_plan (&self->stock, operation);
    }
    result->placed = placed;
    result->blocked = (size_t) (entry - 1) / 2;
    result->available = self->stock.available;
    result->status = plan.status;
    result->units = plan.units;
    result->amount_cents = plan.amount_cents;
}

static void run (struct search *self, int64_t steps_max, struct linear_result *result)
{
    size_t completed = self->left;
    size_t least_left = SIZE_MAX;
    result->verdict = LINEAR_YES;
    while (self->left > 0) {
        if (self->left < least_left) {
            least_left = self->left;
            note_blocked (self, completed - self->left, result);
        }
        if (result->steps == steps_max) {
            result->verdict = LINEAR_UNDECIDED;
            return;
        }
        result->steps++;
        if (!try_next (self)) {
            if (self->depth == 0) {
                result->verdict = LINEAR_NO;
                return;
            }
            displace (self);
        }
    }
}

struct moment {
    int64_t time;
    int64_t then;   // orders those of the same time, and the entry those of the same of both
    int32_t entry;  // or operation
};

static int compare_moments (const void *a, const void *b)
{
    const struct moment *left = a;
    const struct moment *right = b;
    if (left->time != right->time) {
        return left->time < right->time ? -1 : 1;
    }
    if (left->then != right->then) {
        return left->then < right->then ? -1 : 1;
    }
    return (left->entry > right->entry) - (left->entry < right->entry);
}

static void link_entries (struct search *self, struct moment *moments)
{
    size_t count = 0;
    for (size_t i = 0; i < self->count; i++) {
        const struct linear_operation *operation = &self->operations[i];
        int32_t entry = 2 * (int32_t) i + 1;
        moments[count++] = (struct moment){operation->begin, 0, entry};
        if (operation->end != INT64_MAX) {
            moments[count++] = (struct moment){operation->end, 0, entry + 1};
            self->left++;
            self->odd_left += operation->status == STATUS_TOO_MANY_LOTS;
        }
    }
    qsort (moments, count, sizeof *moments, compare_moments);
    int32_t last = HEAD;
    for (size_t i = 0; i < count; i++) {
        self->next[last] = moments[i].entry;
        self->prev[moments[i].entry] = last;
        last = moments[i].entry;
    }
    self->next[last] = NONE;
}

static void rank_operations (struct search *self, struct moment *moments)
{
    for (size_t i = 0; i < self->count; i++) {
        const struct linear_operation *operation = &self->operations[i];
        moments[i] = (struct moment){operation->hint, operation->end, (int32_t) i};
    }
    qsort (moments, self->count, sizeof *moments, compare_moments);
    for (size_t i = 0; i < self->count; i++) {
        self->ranks[moments[i].entry] = (int32_t) i;
    }
}

struct linear_result linear_search (const struct linear_operation *operations, size_t count,
                                    int64_t steps_max)
{
    struct search self = {
        .operations = operations,
        .count = count,
        .ranks = checked (calloc (count + 1, sizeof *self.ranks)),
        .orders = checked (calloc (count + 1, sizeof *self.orders)),
        .next = checked (calloc (2 * count + 1, sizeof *self.next)),
        .prev = checked (calloc (2 * count + 1, sizeof *self.prev)),
        .frames = checked (calloc (count + 1, sizeof *self.frames)),
    };
    struct moment *moments = checked (calloc (2 * count + 1, sizeof *moments));
    linear_stock_init (&self.stock, operations, count);
    rank_operations (&self, moments);
    linear_order_find (operations, count, self.orders);
    link_entries (&self, moments);
    free (moments);
    self.frames[0].tried = NONE;
    struct linear_result result = {0};
    run (&self, steps_max, &result);
    free (self.ranks);
    free (self.orders);
    free (self.next);
    free (self.prev);
    linear_stock_free (&self.stock);
    free (self.frames);
    digest_set_free (&self.memo);
    return result;
}
