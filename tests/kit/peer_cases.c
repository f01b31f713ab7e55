#include "tests/kit/peer_cases.h"

#include <assert.h>
#include <string.h>

// At least one.
static const int64_t *part_seats (struct maker *self, size_t *count)
{
    *count = 1 + part_many (self, LIMIT_VECTOR - 1);
    int64_t *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = LIMIT_NODE - (int64_t) (*count - 1 - i);
    }
    return list;
}

struct seating part_seating (struct maker *self, int64_t term_least)
{
    struct seating made = {.term = part_number (self, term_least, LIMIT_INTEGER)};
    if (made.term > 0) {
        made.seats = part_seats (self, &made.seat_count);
        made.leader = made.seats[part_number (self, 0, (int64_t) made.seat_count - 1)];
    }
    return made;
}

void make_peers (struct maker *self, struct message *message)
{
    switch (message->type) {
    case MESSAGE_ELECTION:
    case MESSAGE_ANSWER:
    case MESSAGE_RESIGN:
        message->election.term = part_number (self, 0, LIMIT_INTEGER);  // all are a term alone
        return;
    case MESSAGE_CAMPAIGN:
        message->campaign.term = part_number (self, 0, LIMIT_INTEGER);
        message->campaign.seats = part_seats (self, &message->campaign.seat_count);
        return;
    case MESSAGE_SEATS:
        message->seats =
            (struct seats){part_number (self, 0, LIMIT_INTEGER),
                           part_number (self, 0, LIMIT_INTEGER), part_seating (self, 0)};
        return;
    case MESSAGE_COORDINATOR:
        message->coordinator =
            (struct coordinator){part_seating (self, 1), part_number (self, 0, LIMIT_INTEGER),
                                 part_number (self, 0, LIMIT_INTEGER)};
        return;
    case MESSAGE_HANDOVER:
        message->handover.term = part_number (self, 1, LIMIT_INTEGER);
        message->handover.items = part_items (self, LIMIT_BATCH, &message->handover.item_count);
        return;
    default:
        assert (message->type == MESSAGE_CLOCK);
        message->tick = (struct clock_news){
            part_number (self, 0, LIMIT_INTEGER), part_number (self, 0, LIMIT_INTEGER),
            part_number (self, 1, LIMIT_NODE), part_number (self, 1, LIMIT_INTEGER),
            part_vector (self)};
    }
}

static bool ids_equal (const int64_t *a, size_t a_count, const int64_t *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || !memcmp (a, b, a_count * sizeof *a));
}

bool seatings_equal (const struct seating *a, const struct seating *b)
{
    return a->term == b->term && a->leader == b->leader
           && ids_equal (a->seats, a->seat_count, b->seats, b->seat_count);
}

static bool ticks_equal (const struct clock_news *a, const struct clock_news *b)
{
    bool equal = a->epoch == b->epoch && a->seq == b->seq && a->buyer == b->buyer
                 && a->number == b->number && a->vector.count == b->vector.count;
    for (size_t i = 0; equal && i < a->vector.count; i++) {
        equal = a->vector.ticks[i].node == b->vector.ticks[i].node
                && a->vector.ticks[i].count == b->vector.ticks[i].count;
    }
    return equal;
}

bool peers_equal (const struct message *a, const struct message *b)
{
    switch (a->type) {
    case MESSAGE_ELECTION:
    case MESSAGE_ANSWER:
    case MESSAGE_RESIGN:
        return a->election.term == b->election.term;
    case MESSAGE_CAMPAIGN:
        return a->campaign.term == b->campaign.term
               && ids_equal (a->campaign.seats, a->campaign.seat_count, b->campaign.seats,
                             b->campaign.seat_count);
    case MESSAGE_SEATS:
        return a->seats.epoch == b->seats.epoch && a->seats.seq == b->seats.seq
               && seatings_equal (&a->seats.seating, &b->seats.seating);
    case MESSAGE_COORDINATOR:
        return a->coordinator.took_us == b->coordinator.took_us
               && a->coordinator.messages == b->coordinator.messages
               && seatings_equal (&a->coordinator.seating, &b->coordinator.seating);
    case MESSAGE_CLOCK:
        return ticks_equal (&a->tick, &b->tick);
    default:
        return false;
    }
}
