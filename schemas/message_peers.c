// The words of what the peers of an elected market tell each other, and of who holds its seats.
#include <inttypes.h>

#include "schemas/message_words.h"

enum { SEATS_TOLD = 16 };

static void say_peers (struct line *line, const int64_t *seats, size_t count)
{
    for (size_t i = 0; i < count && i < SEATS_TOLD; i++) {
        bool last = i + 1 == count;
        words_say (line, "%s%" PRId64, i == 0 ? "" : last ? " and " : ", ", seats[i]);
    }
    if (count > SEATS_TOLD) {
        words_say (line, " and %zu more", count - SEATS_TOLD);
    }
}

static void say_traders (struct line *line, const int64_t *seats, size_t count)
{
    words_say (line, ", the trader%s", count == 1 ? " is " : "s are ");
    say_peers (line, seats, count);
}

// Says "peer 6 leads in term 8, the traders are 5 and 6".
static void say_seating (struct line *line, const struct seating *seating)
{
    if (seating->term == 0) {
        words_say (line, "nobody was ever elected");
        return;
    }
    words_say (line, "peer %" PRId64 " leads in term %" PRId64, seating->leader, seating->term);
    say_traders (line, seating->seats, seating->seat_count);
}

void words_of_seating (struct line *line, const struct seating *seating)
{
    if (seating->term > 0) {
        words_say (line, ", ");
        say_seating (line, seating);
    }
}

static void say_campaign (struct line *line, int64_t from, const struct campaign *campaign)
{
    words_say (
        line, "peer %" PRId64 " asks the warehouse for the term after %" PRId64 ", with seats for ",
        from, campaign->term);
    say_peers (line, campaign->seats, campaign->seat_count);
}

// Published, it tells of a term that was granted; else it answers a campaign.
static void say_seats (struct line *line, int64_t to, const struct seats *seats)
{
    const struct seating *seating = &seats->seating;
    if (to > 0) {
        words_say (line, "peer %" PRId64 " is told that ", to);
        say_seating (line, seating);
    } else if (seating->term == 0) {
        say_seating (line, seating);
    } else {
        words_say (line, "the warehouse grants term %" PRId64 " to peer %" PRId64, seating->term,
                   seating->leader);
        say_traders (line, seating->seats, seating->seat_count);
    }
}

static void say_coordinator (struct line *line, int64_t from, int64_t to,
                             const struct coordinator *coordinator)
{
    words_say (line, "peer %" PRId64 " tells peer %" PRId64 ": ", from, to);
    say_seating (line, &coordinator->seating);
    if (coordinator->took_us > 0) {
        words_say (line, ", %" PRId64 ".%" PRId64 " ms after it stood, %" PRId64 " message%s",
                   coordinator->took_us / 1000, coordinator->took_us / 100 % 10,
                   coordinator->messages, coordinator->messages == 1 ? "" : "s");
    }
}

static void say_handover (struct line *line, int64_t from, int64_t to,
                          const struct handover *handover)
{
    words_say (
        line,
        "trader %" PRId64 " hands %zu request%s over to trader %" PRId64 " (term %" PRId64 ")",
        from, handover->item_count, handover->item_count == 1 ? "" : "s", to, handover->term);
}

bool words_of_peers (struct line *line, const struct message *message, int64_t to)
{
    int64_t from = message->from;
    switch (message->type) {
    case MESSAGE_ELECTION:
        words_say (line,
                   "peer %" PRId64 " stands for election, unless peer %" PRId64
                   " does (term %" PRId64 ")",
                   from, to, message->election.term);
        return true;
    case MESSAGE_ANSWER:
        words_say (line,
                   "peer %" PRId64 " answers peer %" PRId64
                   ": it takes over from here (term %" PRId64 ")",
                   from, to, message->answer.term);
        return true;
    case MESSAGE_RESIGN:
        words_say (line,
                   "peer %" PRId64 " tells peer %" PRId64
                   " that it gives up its seat (term %" PRId64 ")",
                   from, to, message->resign.term);
        return true;
    case MESSAGE_COORDINATOR:
        say_coordinator (line, from, to, &message->coordinator);
        return true;
    case MESSAGE_CAMPAIGN:
        say_campaign (line, from, &message->campaign);
        return true;
    case MESSAGE_SEATS:
        say_seats (line, to, &message->seats);
        return true;
    case MESSAGE_HANDOVER:
        say_handover (line, from, to, &message->handover);
        return true;
    case MESSAGE_CLOCK:
        words_say (line,
                   "trader %" PRId64 " has sold to buyer %" PRId64 " (order %" PRId64
                   "), its clock is %" PRId64,
                   from, message->tick.buyer, message->tick.number, message->clock);
        return true;
    default:
        return false;
    }
}
