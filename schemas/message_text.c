#include "schemas/message_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "schemas/message_words.h"

enum { SALES_TOLD = 4, NAME_BYTES = 32, MONEY_BYTES = 32 };

void words_say (struct line *self, const char *format, ...)
{
    va_list arguments;
    va_start (arguments, format);
    int more = vsnprintf (self->text + self->length, self->size - self->length, format, arguments);
    va_end (arguments);
    self->length += more > 0 ? (size_t) more : 0;
    if (self->length >= self->size) {
        self->length = self->size - 1;
    }
}

static const char *money (int64_t cents, char text[MONEY_BYTES])
{
    snprintf (text, MONEY_BYTES, "%" PRId64 ".%02" PRId64, cents / 100, cents % 100);
    return text;
}

// Whoever publishes is the warehouse or a trader.
static const char *publisher (int64_t node, char text[NAME_BYTES])
{
    if (node == WAREHOUSE_NODE) {
        return "the warehouse";
    }
    snprintf (text, NAME_BYTES, "trader %" PRId64, node);
    return text;
}

static void say_attempt (struct line *line, int64_t attempt)
{
    if (attempt > 1) {
        words_say (line, ", attempt %" PRId64, attempt);
    }
}

static void say_buy (struct line *line, int64_t from, const struct buy *buy)
{
    words_say (line, "buyer %" PRId64 " asks for %" PRId64 " %s (order %" PRId64 "%s", from,
               buy->quantity, buy->product, buy->number,
               buy->all_or_nothing ? ", all or nothing" : "");
    say_attempt (line, buy->attempt);
    words_say (line, ")");
}

static void say_fills (struct line *line, const struct receipt *receipt)
{
    char price[MONEY_BYTES];
    for (size_t i = 0; i < receipt->fill_count; i++) {
        const struct fill *fill = &receipt->fills[i];
        words_say (line, "%s%" PRId64 " at %s from %" PRId64 ", lot %" PRId64, i ? "; " : " (",
                   fill->units, money (fill->price_cents, price), fill->seller, fill->lot);
    }
    words_say (line, "%s", receipt->fill_count ? ")" : "");
}

static void say_got (struct line *line, const struct receipt *receipt)
{
    char amount[MONEY_BYTES];
    words_say (line, "%" PRId64 " %s for %s", receipt->units, receipt->product,
               money (receipt->amount_cents, amount));
    say_fills (line, receipt);
}

static void say_missing (struct line *line, const struct receipt *receipt)
{
    words_say (line, "%" PRId64 " of %" PRId64 " %s missing", receipt->missing,
               receipt->units + receipt->missing, receipt->product);
    if (receipt->units > 0) {
        words_say (line, ", ");
        say_got (line, receipt);
    }
}

static void say_receipt (struct line *line, int64_t to, const struct receipt *receipt)
{
    words_say (line, "receipt to %" PRId64 ": order %" PRId64 " ", to, receipt->number);
    switch (receipt->status) {
    case STATUS_SOLD:
        words_say (line, "sold, ");
        say_got (line, receipt);
        return;
    case STATUS_ACCEPTED:
        words_say (line, "accepted, %" PRId64 " %s promised", receipt->units, receipt->product);
        return;
    case STATUS_OVERSOLD:
        words_say (line, "oversold, ");
        say_missing (line, receipt);
        return;
    case STATUS_OUT_OF_STOCK:
        if (receipt->product[0]) {
            words_say (line, "refused, %s is out of stock", receipt->product);
        } else {
            words_say (line, "refused, nothing like it is in stock");
        }
        return;
    case STATUS_TOO_MANY_LOTS:
        words_say (line, "refused, %s lies in too many small lots", receipt->product);
        return;
    case STATUS_UNKNOWN:
        words_say (line, "is unknown");
        return;
    case STATUS_COUNT:
        break;
    }
    assert (false);
}

static void say_oversold (struct line *line, int64_t to, const struct receipt *oversold)
{
    words_say (line, "buyer %" PRId64 " is told that order %" PRId64 " was oversold: ", to,
               oversold->number);
    say_missing (line, oversold);
}

static void say_restock (struct line *line, int64_t from, const struct restock *restock)
{
    char price[MONEY_BYTES];
    words_say (line, "seller %" PRId64 " restocks %" PRId64 " %s at %s (lot %" PRId64, from,
               restock->quantity, restock->product, money (restock->price_cents, price),
               restock->number);
    say_attempt (line, restock->attempt);
    words_say (line, ")");
}

static void say_restocked (struct line *line, int64_t to, const struct restocked *restocked)
{
    char price[MONEY_BYTES];
    words_say (line,
               "seller %" PRId64 " is told that lot %" PRId64 " is taken: %" PRId64 " %s at %s", to,
               restocked->number, restocked->quantity, restocked->product,
               money (restocked->price_cents, price));
}

static void say_lot (struct line *line, int64_t to, const struct lot_state *lot)
{
    char price[MONEY_BYTES];
    words_say (line,
               "seller %" PRId64 " is told that lot %" PRId64 " has %" PRId64 " of %" PRId64
               " %s left at %s",
               to, lot->number, lot->left, lot->quantity, lot->product,
               money (lot->price_cents, price));
}

static void say_sold (struct line *line, int64_t to, const struct sold *sold)
{
    char price[MONEY_BYTES];
    words_say (line,
               "seller %" PRId64 " is told that %" PRId64 " %s of lot %" PRId64 " went to %" PRId64
               " at %s (order %" PRId64 ")",
               to, sold->units, sold->product, sold->lot, sold->buyer,
               money (sold->price_cents, price), sold->order);
}

static void say_error (struct line *line, int64_t to, const struct error *error)
{
    words_say (line, "error to %" PRId64, to);
    if (error->number > 0) {
        words_say (line, " about %" PRId64, error->number);
    }
    if (error->trader > 0) {
        words_say (line, " for trader %" PRId64, error->trader);
    }
    words_say (line, ": %s, %s", reason_name (error->reason), error->text);
}

// An oversell is told twice: the warehouse finds it, then the trader tells the buyer.
static void say_oversell (struct line *line, int64_t from, const struct oversell *oversell)
{
    if (from == WAREHOUSE_NODE) {
        words_say (line,
                   "the warehouse finds oversold: order %" PRId64 " of buyer %" PRId64
                   " at trader %" PRId64,
                   oversell->number, oversell->buyer, oversell->trader);
    } else {
        words_say (line,
                   "trader %" PRId64 " tells buyer %" PRId64 ": order %" PRId64 " was oversold",
                   from, oversell->buyer, oversell->number);
    }
    words_say (line, ", %" PRId64 " of %" PRId64 " %s missing", oversell->missing,
               oversell->units + oversell->missing, oversell->product);
}

static void say_sale (struct line *line, const struct sale *sale)
{
    char price[MONEY_BYTES];
    for (size_t i = 0; i < sale->sale_count && i < SALES_TOLD; i++) {
        const struct sold_units *sold = &sale->sales[i];
        words_say (line,
                   "%s%" PRId64 " %s at %s from seller %" PRId64 " (lot %" PRId64
                   ") to buyer %" PRId64 " (order %" PRId64 ")",
                   i ? "; " : "sold: ", sold->units, sale->product,
                   money (sold->price_cents, price), sold->seller, sold->lot, sold->buyer,
                   sold->number);
    }
    if (sale->sale_count > SALES_TOLD) {
        words_say (line, " and %zu more", sale->sale_count - SALES_TOLD);
    }
    words_say (line, " through trader %" PRId64, sale->trader);
}

static void say_socket (struct line *line, int64_t from, const struct socket_event *socket)
{
    static const char *const words[HAPPENING_COUNT] = {
        [HAPPENING_ACCEPTED] = "accepted",
        [HAPPENING_ACCEPT_FAILED] = "could not accept at",
        [HAPPENING_CONNECTED] = "connected to",
        [HAPPENING_CONNECT_RETRIED] = "tries again to connect to",
        [HAPPENING_HANDSHAKE_SUCCEEDED] = "shook hands at",
        [HAPPENING_HANDSHAKE_FAILED] = "failed to shake hands at",
        [HAPPENING_DISCONNECTED] = "disconnected from",
    };
    char name[NAME_BYTES];
    assert (socket->event < HAPPENING_COUNT);
    words_say (line, "%s's %s %s %s%s%s", publisher (from, name), socket_name (socket->socket),
               words[socket->event], socket->address, socket->error[0] ? ": " : "", socket->error);
}

// The messages of one or two values.
static void say_short (struct line *line, const struct message *message, int64_t to)
{
    int64_t from = message->from;
    char name[NAME_BYTES];
    switch (message->type) {
    case MESSAGE_ORDER_STATUS:
        words_say (line, "buyer %" PRId64 " asks what became of order %" PRId64, from,
                   message->order_status.number);
        return;
    case MESSAGE_LOT_STATUS:
        words_say (line, "seller %" PRId64 " asks what is left of lot %" PRId64, from,
                   message->lot_status.number);
        return;
    case MESSAGE_PING:
        words_say (line, "%" PRId64 " asks whether %" PRId64 " is there", from, to);
        return;
    case MESSAGE_PONG:
        words_say (line, "%" PRId64 " tells %" PRId64 " that it is there", from, to);
        words_of_seating (line, &message->pong.seating);
        return;
    case MESSAGE_RECALL:
        words_say (line, "the warehouse recalls %s from all traders", message->recall.product);
        return;
    case MESSAGE_INVALIDATION:
        words_say (line, "%s publishes: %" PRId64 " %s free (version %" PRId64 ")",
                   publisher (from, name), message->invalidation.available,
                   message->invalidation.product, message->invalidation.version);
        return;
    default:
        assert (false);
    }
}

size_t message_text (const struct message *message, int64_t to, char *text, size_t size)
{
    assert (size > 0);
    struct line line = {.text = text, .size = size};
    text[0] = 0;
    switch (message->type) {
    case MESSAGE_BUY:
        say_buy (&line, message->from, &message->buy);
        break;
    case MESSAGE_RECEIPT:
        say_receipt (&line, to, &message->receipt);
        break;
    case MESSAGE_OVERSOLD:
        say_oversold (&line, to, &message->oversold);
        break;
    case MESSAGE_RESTOCK:
        say_restock (&line, message->from, &message->restock);
        break;
    case MESSAGE_RESTOCKED:
        say_restocked (&line, to, &message->restocked);
        break;
    case MESSAGE_LOT:
        say_lot (&line, to, &message->lot);
        break;
    case MESSAGE_SOLD:
        say_sold (&line, to, &message->sold);
        break;
    case MESSAGE_ERROR:
        say_error (&line, to, &message->error);
        break;
    case MESSAGE_OVERSELL:
        say_oversell (&line, message->from, &message->oversell);
        break;
    case MESSAGE_SALE:
        say_sale (&line, &message->sale);
        break;
    case MESSAGE_SOCKET:
        say_socket (&line, message->from, &message->socket);
        break;
    case MESSAGE_MEMBER:
        words_of_member (&line, message, to, MEMBER_EPOCH_UNKNOWN);
        break;
    default:
        if (!words_of_traders (&line, message, to) && !words_of_peers (&line, message, to)) {
            say_short (&line, message, to);
        }
    }
    return line.length;
}

size_t member_text (const struct message *message, int64_t epoch_before, char *text, size_t size)
{
    assert (size > 0 && message->type == MESSAGE_MEMBER);
    struct line line = {.text = text, .size = size};
    text[0] = 0;
    words_of_member (&line, message, 0, epoch_before);
    return line.length;
}
