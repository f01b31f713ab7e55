// What the peers of an elected market tell each other, as tables, and the one rule of these
// messages that goes over several fields.
#include "schemas/codec_rows.h"

// An id stands alone in its list, without brackets.
static const struct field seat_fields[] = {{
    .name = "peer",
    .key = ",\"peer\":",
    .key_length = sizeof (",\"peer\":") - 1,
    NODE,
}};
static const struct shape seat_shape[] = {SHAPE (NULL, seat_fields, 0)};
const struct list codec_seat_list = {seat_shape, 1, sizeof (int64_t), ORDER_ASCENDING, true};

// `answer` and `resign` have the same struct, at the same place.
const struct field codec_election_fields[1] = {
    {MESSAGE (election.term, "term"), COUNT},
};
const struct field codec_campaign_fields[2] = {
    {MESSAGE (campaign.term, "term"), COUNT},
    {MESSAGE (campaign.seats, "seats"),
     LIST (struct message, campaign.seat_count, codec_seat_list, LIMIT_VECTOR), .min = 1},
};
const struct field codec_seats_fields[5] = {
    {MESSAGE (seats.epoch, "epoch"), COUNT},
    {MESSAGE (seats.seq, "seq"), COUNT},
    {MESSAGE (seats.seating.term, "term"), COUNT},
    {MESSAGE (seats.seating.leader, "leader"), NODE_OR_NONE},
    {MESSAGE (seats.seating.seats, "seats"),
     LIST (struct message, seats.seating.seat_count, codec_seat_list, LIMIT_VECTOR)},
};
const struct field codec_coordinator_fields[5] = {
    {MESSAGE (coordinator.seating.term, "term"), NUMBER},
    {MESSAGE (coordinator.seating.leader, "leader"), NODE},
    {MESSAGE (coordinator.seating.seats, "seats"),
     LIST (struct message, coordinator.seating.seat_count, codec_seat_list, LIMIT_VECTOR),
     .min = 1},
    {MESSAGE (coordinator.took_us, "took_us"), COUNT, OPTIONAL (0)},
    {MESSAGE (coordinator.messages, "messages"), COUNT, OPTIONAL (0)},
};
const struct field codec_handover_fields[2] = {
    {MESSAGE (handover.term, "term"), NUMBER},
    {MESSAGE (handover.items, "items"),
     LIST (struct message, handover.item_count, codec_item_list, LIMIT_BATCH)},
};
const struct field codec_clock_fields[5] = {
    {MESSAGE (tick.epoch, "epoch"), COUNT},
    {MESSAGE (tick.seq, "seq"), COUNT},
    {MESSAGE (tick.buyer, "buyer"), NODE},
    {MESSAGE (tick.number, "number"), NUMBER},
    VECTOR (tick.vector),
};

static bool holds (const struct seating *seating, int64_t peer)
{
    for (size_t i = 0; i < seating->seat_count; i++) {
        if (seating->seats[i] == peer) {
            return true;
        }
    }
    return false;
}

static const char *seating_wrong (const struct seating *seating)
{
    if (seating->term == 0 && (seating->leader > 0 || seating->seat_count > 0)) {
        return "in term 0 there is no leader and no seat is held";
    }
    if (seating->term > 0 && !holds (seating, seating->leader)) {
        return "leader must be one of its seats";
    }
    return NULL;
}

const char *codec_seating_wrong (const struct message *message)
{
    switch (message->type) {
    case MESSAGE_PONG:
        return seating_wrong (&message->pong.seating);
    case MESSAGE_SEATS:
        return seating_wrong (&message->seats.seating);
    case MESSAGE_COORDINATOR:
        return seating_wrong (&message->coordinator.seating);
    default:
        return NULL;
    }
}
