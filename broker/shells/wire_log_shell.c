// The node's log: a line for each message that a person wants to read of, and for what the shells
// say.
#include <stdarg.h>
#include <sys/time.h>
#include <time.h>

#include "broker/shells/wire_shell.h"
#include "schemas/message_text.h"

enum {
    LOG_TEXT = 2304,
    TELL_AGAIN_US = 1000000,
    TELL_SEATS_AGAIN_US = 60000000,
    ORDER_ITEM_BYTES = 80,  // one request of a batch, in words
    ORDER_ITEMS = 24,       // in a line
};

static_assert (ORDER_ITEM_BYTES * (ORDER_ITEMS + 1) < LOG_TEXT, "a line holds them");

void wire_log (const struct wire *self, const char *format, ...)
{
    if (self->log == LOG_QUIET) {
        return;
    }
    struct timeval now;
    struct tm local;
    char text[LOG_TEXT];
    va_list arguments;
    gettimeofday (&now, NULL);
    localtime_r (&now.tv_sec, &local);
    va_start (arguments, format);
    vsnprintf (text, sizeof text, format, arguments);
    va_end (arguments);
    fprintf (stderr, "%02d:%02d:%02d.%03d %s\n", local.tm_hour, local.tm_min, local.tm_sec,
             (int) (now.tv_usec / 1000), text);
}

// What a person wants to read of a market: who asked, who got what, what went wrong. Of elections
// what a node makes of the messages is told, not each of them: of 64 peers there would be
// thousands.
static bool is_event (enum message_type type)
{
    switch (type) {
    case MESSAGE_BUY:
    case MESSAGE_RECEIPT:
    case MESSAGE_OVERSOLD:
    case MESSAGE_RESTOCK:
    case MESSAGE_RESTOCKED:
    case MESSAGE_SOLD:
    case MESSAGE_ERROR:
    case MESSAGE_JOIN:
    case MESSAGE_VIEW:
    case MESSAGE_LEASE:
    case MESSAGE_LEASED:
    case MESSAGE_OVERSELL:
    case MESSAGE_SALE:
    case MESSAGE_RECALL:
    case MESSAGE_MEMBER:
    case MESSAGE_RESIGN:
    case MESSAGE_CAMPAIGN:
    case MESSAGE_SEATS:
    case MESSAGE_HANDOVER:
        return true;
    default:
        return false;
    }
}

// Where the last line of this type is kept, NULL where each is told.
static struct told *told_of (struct wire *self, enum message_type type)
{
    switch (type) {
    case MESSAGE_JOIN:
        return &self->told[0];
    case MESSAGE_VIEW:
        return &self->told[1];
    case MESSAGE_CAMPAIGN:
        return &self->campaign;
    case MESSAGE_SEATS:
        return &self->seats;
    default:
        return NULL;
    }
}

// Who waits for its place, or for the warehouse to elect it, asks many times a second, and is
// answered the same; and who leads asks now and then whether it still does. That would bury the
// line that says what it waits for, so it is told once a second, and of seats once a minute.
static bool was_told (struct wire *self, const struct message *message, const char *text)
{
    struct told *last = told_of (self, message->type);
    if (!last) {
        return false;
    }
    int64_t now_us = wire_now_us ();
    if (streq (last->text, text) && now_us < last->again_us) {
        return true;
    }
    // A line that does not fit is told each time.
    snprintf (last->text, sizeof last->text, "%.*s", (int) sizeof last->text - 1, text);
    bool of_seats = message->type == MESSAGE_CAMPAIGN || message->type == MESSAGE_SEATS;
    last->again_us = now_us + (of_seats ? TELL_SEATS_AGAIN_US : TELL_AGAIN_US);
    return false;
}

static void log_text (struct wire *self, const struct message *message, int64_t to)
{
    char text[MESSAGE_TEXT_BYTES];
    message_text (message, to, text, sizeof text);
    if (self->log == LOG_MESSAGES || !was_told (self, message, text)) {
        wire_log (self, "%s", text);
    }
}

void wire_log_message (struct wire *self, const struct message *message, int64_t to)
{
    if (self->log == LOG_MESSAGES || (self->log == LOG_EVENTS && is_event (message->type))) {
        log_text (self, message, to);
    }
}

static size_t order_item (const struct item *item, char *text, size_t size)
{
    bool by_buyer = item->kind == ITEM_BUY || item->kind == ITEM_ORDER_STATUS;
    bool asks = item->kind == ITEM_ORDER_STATUS || item->kind == ITEM_LOT_STATUS;
    int length =
        snprintf (text, size, "%lld %s %lld %s%s %lld", (long long) item->clock,
                  by_buyer ? "buyer" : "seller", (long long) item->client,
                  asks ? "asks after " : "", by_buyer ? "order" : "lot", (long long) item->number);
    return (size_t) length;
}

// The order in which requests are decided: that of a batch. What was decided before is not in it.
static void log_order (const struct wire *self, const struct commit *commit)
{
    char text[LOG_TEXT];
    size_t length = 0;
    size_t count = 0;
    bool goes_on = false;
    for (size_t i = 0; i <= commit->item_count; i++) {
        bool ends = i == commit->item_count;
        if (count > 0 && (ends || count == ORDER_ITEMS)) {
            wire_log (self, "batch %lld%s, by %s clock: %s", (long long) commit->batch,
                      goes_on ? " goes on" : "", self->order, text);
            goes_on = true;
            count = length = 0;
        }
        if (!ends && !commit->items[i].behind) {
            length += (size_t) snprintf (text + length, sizeof text - length, "%s",
                                         count > 0 ? ", " : "");
            length += order_item (&commit->items[i], text + length, sizeof text - length);
            count++;
        }
    }
}

// Of what is published to all, and told to each of them, one line is enough, here. A trader that
// passes on how another one is has told of it when the news came.
static bool tells_letter (const struct message *message)
{
    switch (message->type) {
    case MESSAGE_MEMBER:
        return message->from == WAREHOUSE_NODE || message->member.state == MEMBER_SUSPECTED;
    case MESSAGE_RESIGN:
        return false;  // Its shell says that it has.
    case MESSAGE_CLOCK:
        return true;
    default:
        return is_event (message->type);
    }
}

void wire_log_letter (struct wire *self, const struct letter *letter)
{
    const struct message *message = &letter->message;
    if (self->log == LOG_MESSAGES || (self->log == LOG_EVENTS && tells_letter (message))) {
        log_text (self, message, message->type == MESSAGE_MEMBER ? 0 : letter->to);
    }
    if (self->order && self->log != LOG_QUIET && message->type == MESSAGE_COMMIT) {
        log_order (self, &message->commit);
    }
}
