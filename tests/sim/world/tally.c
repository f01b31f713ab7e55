// What the records and letters of a market show of the traders' lives and deaths, counted for
// sometimes.h. Nothing depends on it.
#include <string.h>

#include "tests/sim/world/world_state.h"

// The epoch that the trader has by the records of one transaction, or had before.
static int64_t epoch_in (const struct record *records, size_t count, const struct node *trader)
{
    for (size_t i = 0; i < count; i++) {
        if (records[i].type == RECORD_TRADER && records[i].trader.trader == trader->id) {
            return records[i].trader.epoch;
        }
    }
    return trader->tally.epoch;
}

static bool commits_still (const struct tally *tally)
{
    bool all = tally->applied_epoch == tally->sent_epoch && tally->applied >= tally->sent;
    return tally->sent > 0 && tally->sent_epoch == tally->epoch && !all;
}

static void tally_view (int64_t *count, struct tally *tally, const struct record_view *view,
                        int64_t epoch)
{
    bool is_live = view->state == MEMBER_LIVE;
    bool returns = is_live && epoch > tally->epoch && tally->epoch > 0;
    count[SOMETIMES_TAKEOVER_BEGUN] += view->state == MEMBER_TAKING;
    count[SOMETIMES_TAKEOVER_COMMIT] += view->state == MEMBER_TAKING && commits_still (tally);
    count[SOMETIMES_TAKEOVER_DONE] += view->state == MEMBER_FAILED && tally->state == MEMBER_TAKING;
    count[SOMETIMES_RESUMED] += returns && view->began < epoch;
    count[SOMETIMES_RESUMED_LEASED] += returns && view->began < epoch && tally->died_holding;
    count[SOMETIMES_FRESH] += returns && view->began == epoch;
    count[SOMETIMES_TAKEOVER_CANCELLED] += returns && tally->state == MEMBER_TAKING;
    if (is_live && view->backup) {
        count[SOMETIMES_BACKUP_REPLACED] += tally->backup && tally->backup != view->backup;
        tally->backup = view->backup;
    }
    tally->state = view->state;
    tally->view = view->view;
}

static struct tally *tally_of (world_t *self, int64_t trader)
{
    struct node *node = self->by_id[trader];
    bool trades = node && (node->role == ROLE_TRADER || node->role == ROLE_PEER);
    return trades ? &node->tally : NULL;
}

// Whether the transaction frees leases of this trader.
static bool frees_leases (const struct record *records, size_t count, int64_t trader)
{
    for (size_t i = 0; i < count; i++) {
        if (records[i].type == RECORD_LEASE && records[i].lease.trader == trader
            && records[i].lease.units == 0) {
            return true;
        }
    }
    return false;
}

static void note_seats (world_t *self, const struct seating *seating)
{
    self->seating = *seating;
    memcpy (self->seats, seating->seats, seating->seat_count * sizeof *self->seats);
    self->seating.seats = self->seats;
    self->sometimes.count[SOMETIMES_TERM]++;
}

void tally_stored (world_t *self, const struct record *records, size_t count)
{
    struct tally *tally;
    for (size_t i = 0; i < count; i++) {
        if (records[i].type == RECORD_SEATS) {
            note_seats (self, &records[i].seats.seating);
        }
        if (records[i].type == RECORD_VIEW && (tally = tally_of (self, records[i].view.trader))) {
            int64_t epoch = epoch_in (records, count, self->by_id[records[i].view.trader]);
            tally_view (self->sometimes.count, tally, &records[i].view, epoch);
            self->sometimes.count[SOMETIMES_LEASE_TAKEN] +=
                records[i].view.state == MEMBER_FAILED
                && frees_leases (records, count, records[i].view.trader);
        }
    }
    for (size_t i = 0; i < count; i++) {
        const struct record_trader *record = &records[i].trader;
        if (records[i].type != RECORD_TRADER || !(tally = tally_of (self, record->trader))) {
            continue;
        }
        tally->epoch = record->epoch;
        if (record->batch > 0) {
            tally->applied_epoch = record->epoch;
            tally->applied = record->batch;
        }
    }
}

void tally_recorded (world_t *self, const struct node *node, const struct record *records,
                     size_t count)
{
    struct tally *tally = &self->by_id[node->id]->tally;
    for (size_t i = 0; i < count; i++) {
        switch (records[i].type) {
        case RECORD_JOINED:
            tally->settled = records[i].joined.settled;
            tally->decided = tally->decided < tally->settled ? tally->settled : tally->decided;
            break;
        case RECORD_DECIDED:
            tally->decided = records[i].decided.write;
            break;
        case RECORD_SETTLED:
            tally->settled = records[i].write.write;
            break;
        case RECORD_VOID:
            self->sometimes.count[SOMETIMES_VOID] += tally->decided - tally->settled;
            tally->decided = 0;
            tally->settled = 0;
            break;
        default:
            break;
        }
    }
}

// The trader's product of this name, NULL: it is not one that is sold from leases.
static const struct product_policy *leased_product (const struct node *trader, const char *name)
{
    const struct trader_config *config = &trader->config.trader;
    if (trader->role != ROLE_TRADER) {
        return NULL;  // Of an elected market nothing is leased.
    }
    for (size_t i = 0; i < config->product_count && i < HELD_PRODUCTS; i++) {
        if (config->products[i].policy.mode == MODE_ESCROW
            && strcmp (config->products[i].product, name) == 0) {
            return &config->products[i];
        }
    }
    return NULL;
}

void tally_recalled (struct node *to, const struct message *news)
{
    const struct product_policy *product =
        news->type == MESSAGE_RECALL ? leased_product (to, news->recall.product) : NULL;
    if (product) {
        to->tally.leases[product - to->config.trader.products].recalled = true;
    }
}

static void count_lease (int64_t *count, struct node *from, const struct lease *lease)
{
    const struct product_policy *product = leased_product (from, lease->product);
    if (!product) {
        return;
    }
    size_t place = (size_t) (product - from->config.trader.products);
    bool again = from->tally.leases[place].epoch == lease->epoch
                 && from->tally.leases[place].number == lease->number;
    bool recalled = from->tally.leases[place].recalled;
    from->tally.leases[place].epoch = lease->epoch;
    from->tally.leases[place].number = lease->number;
    count[SOMETIMES_LEASE_RESENT] += again;
    if (lease->all && !again) {
        bool some = lease->returned_count > 0;
        count[SOMETIMES_RECALL_FOUND] += recalled && some;
        count[SOMETIMES_RECALL_FOUND_NONE] += recalled && !some;
        count[SOMETIMES_IDLE_RETURNED] += !recalled && some;
        from->tally.leases[place].recalled = false;
    }
}

static void count_passed (int64_t *count, const struct node *from, const struct commit *commit)
{
    for (size_t i = 0; i < commit->item_count; i++) {
        const struct item *item = &commit->items[i];
        count[SOMETIMES_LEASE_PASSED] += item->kind == ITEM_BUY && !item->behind
                                         && item->first.trader == from->id
                                         && leased_product (from, item->product);
    }
}

void tally_letter (world_t *self, struct node *from, const struct message *message)
{
    struct tally *tally = &from->tally;
    if (message->type == MESSAGE_LEASE) {
        count_lease (self->sometimes.count, from, &message->lease);
    } else if (message->type == MESSAGE_JOURNAL) {
        bool ahead = message->journal.view > self->by_id[from->id]->tally.view;
        self->sometimes.count[SOMETIMES_CAUGHT_UP] += ahead && message->journal.item_count > 0;
    } else if (message->type == MESSAGE_COMMIT
               && (message->commit.trader == 0 || message->commit.trader == from->id)) {
        count_passed (self->sometimes.count, from, &message->commit);
        tally->sent_epoch = message->commit.epoch;
        tally->sent = message->commit.batch;
    }
}

static bool is_decided_now (const struct node *warehouse, const struct item *item)
{
    for (size_t i = 0; i < warehouse->out->record_count; i++) {
        const struct record *record = &warehouse->out->records[i];
        if (record->type == RECORD_ORDER && record->order.buyer == item->client
            && record->order.number == item->number) {
            return true;
        }
    }
    return false;
}

// Answers from the table, through another trader, to what a trader that is gone had decided.
static int64_t count_recovered (world_t *self, const struct node *warehouse,
                                const struct commit *commit, const struct committed *committed,
                                int64_t committer)
{
    int64_t recovered = 0;
    for (size_t i = 0; i < commit->item_count && i < committed->result_count; i++) {
        const struct item *item = &commit->items[i];
        const struct node *first =
            item->kind == ITEM_BUY && item->first.trader > 0 && item->first.trader <= LIMIT_NODE
                ? self->by_id[item->first.trader]
                : NULL;
        bool died = first && first->role == ROLE_TRADER && first->id != committer
                    && (first->state == NODE_DOWN || first->tally.state != MEMBER_LIVE
                        || first->tally.epoch > item->first.epoch);
        recovered += died && !item->behind && committed->results[i].kind == RESULT_RECEIPT
                     && !is_decided_now (warehouse, item);
    }
    return recovered;
}

static int64_t units_in (const struct leased_units *units, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += units[i].units;
    }
    return sum;
}

// Whether a trader got less than it wanted of what has a budget.
static bool is_budget_short (const struct node *trader, const struct lease *lease,
                             const struct leased *leased)
{
    const struct product_policy *product = leased_product (trader, lease->product);
    return product && (product->policy.budget_units > 0 || product->policy.budget_percent > 0)
           && units_in (leased->held, leased->held_count) < lease->wanted;
}

void tally_answer (world_t *self, const struct node *warehouse, const struct mail *asked,
                   const struct message *answer)
{
    int64_t *count = self->sometimes.count;
    if (answer->type == MESSAGE_ERROR && answer->error.reason == REASON_TAKEN) {
        count[SOMETIMES_ZOMBIE_REFUSED] += asked->from->was_paused;
    } else if (answer->type == MESSAGE_ERROR && answer->error.reason == REASON_UNSEATED) {
        count[SOMETIMES_UNSEATED]++;
    } else if (answer->type == MESSAGE_SEATS && asked->opened
               && asked->opened->type == MESSAGE_CAMPAIGN) {
        // Another one was granted the term that this one wanted.
        const struct seating *seating = &answer->seats.seating;
        count[SOMETIMES_TWO_CANDIDATES] +=
            seating->term == asked->opened->campaign.term + 1 && seating->leader != asked->from->id;
    } else if (answer->type == MESSAGE_LEASED && asked->opened
               && asked->opened->type == MESSAGE_LEASE) {
        count[SOMETIMES_BUDGET_SHORT] +=
            is_budget_short (asked->from, &asked->opened->lease, &answer->leased);
    } else if (answer->type == MESSAGE_COMMITTED && asked->opened
               && asked->opened->type == MESSAGE_COMMIT) {
        count[SOMETIMES_TABLE_ANSWER] += count_recovered (self, warehouse, &asked->opened->commit,
                                                          &answer->committed, asked->from->id);
    }
}
