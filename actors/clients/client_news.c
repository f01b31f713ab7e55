// What the client hears of its traders: their epochs, their ends and returns, their market.
#include "actors/clients/client_state.h"

// The requests that wait for this trader go on at once: it is known not to have them any more.
static void move_on (client_t *self, size_t trader, int64_t now_us, struct outbox *out)
{
    for (int64_t number = self->oldest; number < self->next; number++) {
        struct request *request = client_request_of (self, number);
        if (!request) {
            continue;
        }
        bool last = request->trader == trader;
        if (request->phase == PHASE_HELD) {
            continue;  // Nobody holds a seat that it could go to.
        }
        if (request->phase == PHASE_UNSETTLED) {
            if (last) {
                client_ask_status (self, request, now_us, out);
            }
        } else if (last || request->first_at == trader) {
            request->refusals = 0;
            // One that another trader has got, and has not answered, stays with that one.
            if (last || request->phase == PHASE_BACKOFF) {
                client_submit (self, request, now_us, out);
            }
        }
    }
}

// The trader serves, in this epoch.
static bool goes_live (struct trader_state *trader, int64_t epoch)
{
    bool again = trader->epoch && epoch > trader->epoch;
    trader->epoch = epoch;
    trader->state = MEMBER_LIVE;
    if (again) {
        trader->suspect_until_us = 0;
    }
    return again;
}

void client_take_pong (client_t *self, size_t trader, int64_t epoch, int64_t now_us,
                       struct outbox *out)
{
    struct trader_state *state = &self->traders[trader];
    // An older epoch is that of a process that does not know of its end; one that has not joined
    // has none.
    if (epoch > state->epoch || (epoch == state->epoch && state->state == MEMBER_SUSPECTED)) {
        if (goes_live (state, epoch)) {
            move_on (self, trader, now_us, out);
        }
    }
}

// Whether these news are newer than what is known of the trader. A suspicion changes no view.
static bool is_news (const struct trader_state *trader, const struct membership *news)
{
    if (news->trader_epoch < trader->epoch) {
        return false;
    }
    return news->view > trader->view
           || (news->view == trader->view && news->state == MEMBER_SUSPECTED
               && trader->state == MEMBER_LIVE);
}

// Before which epoch all that the trader decided is settled or void, by these news.
static int64_t closed_by (const struct membership *news)
{
    switch (news->state) {
    case MEMBER_FAILED:  // Nor will it decide anything in the epoch of its takeover.
    case MEMBER_LEFT:
        return news->trader_epoch + 1;
    default:
        return 0;
    }
}

void client_take_news (client_t *self, const struct membership *news, int64_t now_us,
                       struct outbox *out)
{
    size_t at = 0;
    if (!client_find_trader (self, news->trader, &at)) {
        return;
    }
    struct trader_state *trader = &self->traders[at];
    bool again = false;
    if (is_news (trader, news)) {
        trader->view = news->view;
        if (news->state == MEMBER_LIVE) {
            again = goes_live (trader, news->trader_epoch);
            client_heard (self, at, now_us);
        }
        trader->epoch = news->trader_epoch;
        if (news->state == MEMBER_SUSPECTED && self->config.ping_every_us == 0) {
            client_suspect (self, at, now_us);  // No PONG would ever take it back.
        } else {
            trader->state = news->state;
        }
    }
    // However late they come: what is settled stays so.
    bool closed = closed_by (news) > trader->closed;
    if (closed) {
        trader->closed = closed_by (news);
    }
    if (closed || again) {
        move_on (self, at, now_us, out);
    }
}

void client_leave_foreign (client_t *self, size_t trader, int64_t now_us, struct outbox *out)
{
    struct trader_state *state = &self->traders[trader];
    if (!state->foreign) {
        state->foreign = true;
        state->foreign_new = true;
        self->foreign_news = true;
        move_on (self, trader, now_us, out);
    }
}

bool client_same_market (client_t *self, size_t trader, const struct event *event,
                         struct outbox *out)
{
    int64_t market = event->message->market;
    if (!self->market) {
        self->market = market;
    }
    if (market && market != self->market) {
        if (event->port == PORT_TRADER) {
            client_leave_foreign (self, trader, event->now_us, out);
        }
        return false;
    }
    if (!market && self->market) {
        return false;  // It has not joined, or is no trader at all: no sign of life.
    }
    if (market && event->port == PORT_TRADER) {
        self->traders[trader].foreign = false;
    }
    return true;
}
