// The words of what traders and the warehouse tell each other, and of who is a trader.
#include <assert.h>
#include <inttypes.h>

#include "schemas/message_text.h"
#include "schemas/message_words.h"

enum { LEVELS_TOLD = 8, LOTS_TOLD = 8, TRADERS_TOLD = 16 };

// Says ", 3 orders" or, of the first that is said, " 3 orders".
static void say_count (struct line *line, bool *begun, size_t count, const char *what)
{
    if (count > 0) {
        words_say (line, "%s%zu %s%s", *begun ? ", " : " ", count, what, count == 1 ? "" : "s");
        *begun = true;
    }
}

static void say_commit (struct line *line, int64_t from, const struct commit *commit)
{
    size_t counts[ITEM_KIND_COUNT] = {0};
    for (size_t i = 0; i < commit->item_count; i++) {
        counts[commit->items[i].kind]++;
    }
    size_t questions = counts[ITEM_ORDER_STATUS] + counts[ITEM_LOT_STATUS];
    bool begun = false;
    words_say (line, "trader %" PRId64 " commits batch %" PRId64, from, commit->batch);
    if (commit->trader > 0) {
        words_say (line, " for trader %" PRId64, commit->trader);
    }
    words_say (line, ":");
    say_count (line, &begun, counts[ITEM_BUY], "order");
    say_count (line, &begun, counts[ITEM_RESTOCK], "restock");
    say_count (line, &begun, questions, "question");
    words_say (line, "%s", begun ? "" : " nothing");
}

static void say_committed (struct line *line, int64_t to, const struct committed *committed)
{
    size_t receipts[STATUS_COUNT] = {0};
    size_t counts[RESULT_KIND_COUNT] = {0};
    size_t recalling = 0;
    for (size_t i = 0; i < committed->result_count; i++) {
        const struct result *result = &committed->results[i];
        if (result->kind == RESULT_ERROR && result->reason == REASON_RECALLING) {
            recalling++;  // Nothing is wrong with such an order: it waits for units.
            continue;
        }
        counts[result->kind]++;
        if (result->kind == RESULT_RECEIPT) {
            receipts[result->status]++;
        }
    }
    bool begun = false;
    words_say (line, "trader %" PRId64 " is told that batch %" PRId64, to, committed->batch);
    if (committed->trader > 0) {
        words_say (line, " for trader %" PRId64, committed->trader);
    }
    words_say (line, " is committed:");
    for (unsigned i = 0; i < STATUS_COUNT; i++) {
        if (receipts[i] > 0) {
            words_say (line, "%s%zu %s", begun ? ", " : " ", receipts[i],
                       status_name ((enum status) i));
            begun = true;
        }
    }
    if (counts[RESULT_SETTLED] > 0) {
        words_say (line, "%s%zu settled", begun ? ", " : " ", counts[RESULT_SETTLED]);
        begun = true;
    }
    if (recalling > 0) {
        words_say (line, "%s%zu recalling", begun ? ", " : " ", recalling);
        begun = true;
    }
    say_count (line, &begun, counts[RESULT_RESTOCKED], "restock");
    say_count (line, &begun, counts[RESULT_LOT], "lot");
    say_count (line, &begun, counts[RESULT_ERROR], "error");
    words_say (line, "%s (version %" PRId64 ")", begun ? "" : " nothing", committed->version);
}

static void say_stock (struct line *line, int64_t to, const struct stock *stock)
{
    words_say (line, "snapshot to %" PRId64 ", version %" PRId64 ":%s", to, stock->version,
               stock->stock_count ? "" : " no products");
    for (size_t i = 0; i < stock->stock_count && i < LEVELS_TOLD; i++) {
        words_say (line, "%s%" PRId64 " %s", i ? ", " : " ", stock->stock[i].available,
                   stock->stock[i].product);
    }
    if (stock->stock_count > LEVELS_TOLD) {
        words_say (line, " and %zu more products", stock->stock_count - LEVELS_TOLD);
    }
}

static void say_join (struct line *line, int64_t from, const struct join *join)
{
    words_say (line, "trader %" PRId64 " asks to join", from);
    if (join->epoch > 0) {
        words_say (line, ", after epoch %" PRId64, join->epoch);
    }
    if (join->began > 0) {
        words_say (line, ", with its journal");
    }
    if (join->abandon) {
        words_say (line, ", and gives up what it held");
    }
}

static void say_claim (struct line *line, int64_t from, const struct claim *claim)
{
    if (claim->leaves) {
        words_say (line, "trader %" PRId64 " asks to leave", from);
    } else if (claim->backup > 0) {
        words_say (line, "trader %" PRId64 " asks to be backed up by trader %" PRId64, from,
                   claim->backup);
    } else {
        words_say (line, "trader %" PRId64 " asks to go on without a backup", from);
    }
    words_say (line, " (view %" PRId64 ")", claim->view);
}

static void say_takeover (struct line *line, int64_t from, const struct takeover *takeover)
{
    words_say (line, "trader %" PRId64 " %s trader %" PRId64 " (view %" PRId64 ")", from,
               takeover->complete ? "has settled all of" : "asks to take over", takeover->trader,
               takeover->view);
}

static void say_view (struct line *line, int64_t to, const struct view_told *view)
{
    if (view->trader != to) {
        words_say (line, "trader %" PRId64 " is told: ", to);
    }
    words_say (line, "trader %" PRId64 " is in epoch %" PRId64, view->trader, view->epoch);
    if (view->state == MEMBER_TAKING) {
        words_say (line, ", taken over by trader %" PRId64, view->taker);
    } else if (view->state != MEMBER_LIVE) {
        words_say (line, ", %s", member_state_name (view->state));
    } else if (view->backup > 0) {
        words_say (line, ", backed up by trader %" PRId64, view->backup);
    }
}

static int64_t units_of (const struct leased_units *units, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += units[i].units;
    }
    return sum;
}

static void say_lease (struct line *line, int64_t from, const struct lease *lease)
{
    int64_t back = units_of (lease->returned, lease->returned_count);
    words_say (line, "trader %" PRId64, from);
    if (lease->wanted > 0) {
        words_say (line, " asks for %" PRId64 " %s", lease->wanted, lease->product);
        if (back > 0) {
            words_say (line, ", gives back %" PRId64, back);
        }
    } else if (back > 0) {
        words_say (line, " gives back %" PRId64 " %s", back, lease->product);
    } else {
        words_say (line, " %s %s", lease->all ? "holds no" : "asks what it holds of",
                   lease->product);
    }
    bool says_all = lease->all && (lease->wanted > 0 || back > 0);
    words_say (line, "%s (lease %" PRId64 ")", says_all ? ", holds no more" : "", lease->number);
}

static void say_leased (struct line *line, int64_t to, const struct leased *leased)
{
    words_say (line, "trader %" PRId64 " holds %" PRId64 " %s", to,
               units_of (leased->held, leased->held_count), leased->product);
    for (size_t i = 0; i < leased->held_count && i < LOTS_TOLD; i++) {
        const struct leased_units *held = &leased->held[i];
        words_say (line, "%s%" PRId64, i ? ", " : ": ", held->units);
        if (held->id > 0) {
            words_say (line, " of %" PRId64 "'s lot %" PRId64, held->seller, held->lot);
        } else {
            words_say (line, " of the budget");
        }
    }
    if (leased->held_count > LOTS_TOLD) {
        words_say (line, " and %zu more lots", leased->held_count - LOTS_TOLD);
    }
    words_say (line, " (lease %" PRId64 ")", leased->number);
}

static void say_journal (struct line *line, int64_t from, int64_t to, const struct journal *journal)
{
    if (journal->item_count == 0) {
        words_say (line, "trader %" PRId64 " asks trader %" PRId64 " how far its copy is", from,
                   to);
    } else {
        words_say (
            line,
            "trader %" PRId64 " copies %zu decision%s to trader %" PRId64 ", from write %" PRId64,
            from, journal->item_count, journal->item_count == 1 ? "" : "s", to, journal->write);
    }
    words_say (line, " (view %" PRId64 ")", journal->view);
}

static void say_journaled (struct line *line, int64_t from, int64_t to,
                           const struct journaled *journaled)
{
    words_say (line,
               "trader %" PRId64 " tells trader %" PRId64 " that its copy %s write %" PRId64
               " (view %" PRId64 ")",
               from, to, journaled->sealed ? "is sealed behind" : "holds all up to",
               journaled->write, journaled->view);
}

bool words_of_traders (struct line *line, const struct message *message, int64_t to)
{
    int64_t from = message->from;
    switch (message->type) {
    case MESSAGE_JOIN:
        say_join (line, from, &message->join);
        return true;
    case MESSAGE_CLAIM:
        say_claim (line, from, &message->claim);
        return true;
    case MESSAGE_TAKEOVER:
        say_takeover (line, from, &message->takeover);
        return true;
    case MESSAGE_VIEW:
        say_view (line, to, &message->view);
        return true;
    case MESSAGE_COMMIT:
        say_commit (line, from, &message->commit);
        return true;
    case MESSAGE_COMMITTED:
        say_committed (line, to, &message->committed);
        return true;
    case MESSAGE_SNAPSHOT:
        words_say (line, "trader %" PRId64 " asks for a snapshot", from);
        return true;
    case MESSAGE_STOCK:
        say_stock (line, to, &message->stock);
        return true;
    case MESSAGE_LEASE:
        say_lease (line, from, &message->lease);
        return true;
    case MESSAGE_LEASED:
        say_leased (line, to, &message->leased);
        return true;
    case MESSAGE_JOURNAL:
        say_journal (line, from, to, &message->journal);
        return true;
    case MESSAGE_JOURNALED:
        say_journaled (line, from, to, &message->journaled);
        return true;
    default:
        return false;
    }
}

// Who can be turned to now.
static void say_remaining (struct line *line, const struct membership *member)
{
    if (member->remaining_count == 0) {
        words_say (line, ", no trader remains");
        return;
    }
    words_say (line, ", the remaining traders are ");
    for (size_t i = 0; i < member->remaining_count && i < TRADERS_TOLD; i++) {
        words_say (line, "%s%" PRId64, i ? ", " : "", member->remaining[i]);
    }
    if (member->remaining_count > TRADERS_TOLD) {
        words_say (line, " and %zu more", member->remaining_count - TRADERS_TOLD);
    }
}

static void say_live (struct line *line, const struct membership *member, int64_t epoch_before)
{
    int64_t trader = member->trader;
    if (member->backup > 0) {
        words_say (line, "trader %" PRId64 " is backed up by trader %" PRId64, trader,
                   member->backup);
    } else if (member->view == 1) {
        words_say (line, "trader %" PRId64 " has joined (epoch %" PRId64 ")", trader,
                   member->trader_epoch);
    } else if (epoch_before == MEMBER_EPOCH_UNKNOWN) {
        words_say (line, "trader %" PRId64 " is there, without a backup (epoch %" PRId64 ")",
                   trader, member->trader_epoch);
    } else if (epoch_before == member->trader_epoch) {
        words_say (line, "trader %" PRId64 " goes on without a backup", trader);
    } else {
        words_say (line, "trader %" PRId64 " is back (epoch %" PRId64 ")", trader,
                   member->trader_epoch);
    }
}

// The warehouse says how it is. A trader passes that on, but for its own suspicions.
void words_of_member (struct line *line, const struct message *message, int64_t to,
                      int64_t epoch_before)
{
    const struct membership *member = &message->member;
    int64_t trader = member->trader;
    if (to > 0) {
        words_say (line, "informed that ");
    } else if (message->from != WAREHOUSE_NODE && member->state != MEMBER_SUSPECTED) {
        words_say (line, "trader %" PRId64 " passes on: ", message->from);
    }
    switch (member->state) {
    case MEMBER_LIVE:
        say_live (line, member, epoch_before);
        return;
    case MEMBER_SUSPECTED:
        words_say (line, "trader %" PRId64 " suspects trader %" PRId64, message->from, trader);
        return;
    case MEMBER_TAKING:
        words_say (line, "trader %" PRId64 " takes over trader %" PRId64 " (epoch %" PRId64 ")",
                   member->taker, trader, member->trader_epoch);
        return;
    case MEMBER_FAILED:
        words_say (line, "trader %" PRId64 " has failed", trader);
        say_remaining (line, member);
        return;
    case MEMBER_LEFT:
        words_say (line, "trader %" PRId64 " has left", trader);
        say_remaining (line, member);
        return;
    case MEMBER_STATE_COUNT:
        break;
    }
    assert (false);
}
