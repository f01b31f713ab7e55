// The seats of an elected market: who may trade in the term at hand. A term is granted by
// compare-and-swap alone: whoever wants the next one says which it takes for the current one, and
// the answer tells what that is, granted or not. So of two winners of an election one is granted a
// term, and a campaign that comes again or late changes nothing.
#include <string.h>

#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"
#include "schemas/seating.h"

bool warehouse_is_seating (const struct seating *seating)
{
    if (seating->term < 1 || seating->term > LIMIT_INTEGER || seating->seat_count < 1
        || seating->seat_count > LIMIT_VECTOR || !seating->seats) {
        return false;
    }
    int64_t before = 0;
    for (size_t i = 0; i < seating->seat_count; i++) {
        if (seating->seats[i] <= before || seating->seats[i] > LIMIT_NODE) {
            return false;
        }
        before = seating->seats[i];
    }
    return seating_has (seating, seating->leader);
}

static struct seating current (const warehouse_t *self)
{
    return (struct seating){
        .term = self->term,
        .leader = self->leader,
        .seats = self->seats,
        .seat_count = self->seat_count,
    };
}

static struct seating told (const warehouse_t *self, struct outbox *out)
{
    const struct seating seating = current (self);
    return seating_copy (&seating, out->arena);
}

void warehouse_take_seating (warehouse_t *self, const struct seating *seating)
{
    self->term = seating->term;
    self->leader = seating->leader;
    self->seat_count = seating->seat_count;
    memcpy (self->seats, seating->seats, seating->seat_count * sizeof *self->seats);
}

bool warehouse_unseated (const warehouse_t *self, int64_t trader)
{
    const struct seating seating = current (self);
    return seating.term > 0 && !seating_has (&seating, trader) && !PLANTED (69);
}

void warehouse_refuse_unseated (warehouse_t *self, const struct message *message,
                                struct outbox *out)
{
    self->counters.unseated++;
    warehouse_decline (self, message, out, REASON_UNSEATED, message_number (message),
                       "you hold no seat in this term: others were elected, stop trading");
}

// Who held a seat and has not left is taken for failed: its place is free, for it as well, should
// it be seated again. What it had not committed was told to nobody.
static void unseat_others (warehouse_t *self, struct outbox *out)
{
    for (struct view *view = self->views; view; view = view->hh.next) {
        if (view->state == MEMBER_LIVE && warehouse_unseated (self, view->trader)) {
            view->state = MEMBER_FAILED;
            view->backup = 0;
            view->closed = view->epoch + 1;
            warehouse_free_leases (self, view->trader);
            warehouse_change_view (self, view, out);
        }
    }
}

static void grant (warehouse_t *self, const struct seating *next, struct outbox *out)
{
    warehouse_take_seating (self, next);
    self->counters.terms++;
    outbox_record (out, RECORD_SEATS)->seats.seating = told (self, out);
    if (self->config.publish) {
        struct message *news = warehouse_letter (self, out, PORT_NEWS, 0, MESSAGE_SEATS);
        news->seats = (struct seats){
            .epoch = self->epoch,
            .seq = ++self->seats_seq,
            .seating = told (self, out),
        };
    }
    unseat_others (self, out);
}

void warehouse_campaign (warehouse_t *self, const struct message *message, struct outbox *out)
{
    const struct campaign *campaign = &message->campaign;
    const struct seating next = {
        .term = campaign->term + 1,
        .leader = message->from,
        .seats = campaign->seats,
        .seat_count = campaign->seat_count,
    };
    if (!self->config.elected) {
        self->counters.refused_input++;
        warehouse_decline (self, message, out, REASON_BAD_REQUEST, 0,
                           "the traders of this market are not elected: its topology names no "
                           "peers");
        return;
    }
    bool current_term = campaign->term == self->term || PLANTED (70);
    self->counters.campaigns++;
    if (current_term && warehouse_is_seating (&next)) {
        grant (self, &next, out);
    }
    warehouse_letter (self, out, PORT_WAREHOUSE, message->from, MESSAGE_SEATS)->seats =
        (struct seats){
            .epoch = self->epoch,
            .seq = self->seats_seq,
            .seating = told (self, out),
        };
}
