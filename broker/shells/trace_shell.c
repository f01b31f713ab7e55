#include "broker/shells/trace_shell.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 256 * 1024,  // more than a round writes, mostly: then it leaves in one piece
    NOBODY = -1,                // to whom what is published goes
};

struct trace {
    FILE *file;
    char *buffer;
    int64_t node;
    int64_t clock;  // the node's own, as far as its messages tell
    int64_t bytes;  // of the file
    int64_t us;     // when the message of the next line left or came, monotonic
    int64_t wall_us;
    char ended[96];
    bool told;  // why it has ended
};

static void end (trace_t *self, const char *why)
{
    if (!self->ended[0]) {
        snprintf (self->ended, sizeof self->ended, "%s", why);
    }
}

static void put (trace_t *self, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static void put (trace_t *self, const char *format, ...)
{
    va_list arguments;
    va_start (arguments, format);
    int length = vfprintf (self->file, format, arguments);
    va_end (arguments);
    if (length < 0) {
        end (self, strerror (errno));
    } else {
        self->bytes += length;
    }
}

trace_t *trace_new (const char *path, int64_t node, const char *role, char *error,
                    size_t error_size)
{
    int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    struct stat status;
    if (fd == -1 || fstat (fd, &status) == -1) {
        snprintf (error, error_size, "cannot write the trace %s: %s", path, strerror (errno));
        if (fd != -1) {
            close (fd);
        }
        return NULL;
    }
    trace_t *self = calloc (1, sizeof *self);
    FILE *file = self ? fdopen (fd, "a") : NULL;
    char *buffer = file ? malloc (BUFFER_BYTES) : NULL;
    if (!buffer) {
        abort ();
    }
    setvbuf (file, buffer, _IOFBF, BUFFER_BYTES);
    *self = (struct trace){.file = file, .buffer = buffer, .node = node, .bytes = status.st_size};
    // An earlier life may have been killed within a line.
    put (self, "%s{\"trace\":%d,\"node\":%" PRId64 ",\"role\":\"%s\"}\n",
         self->bytes > 0 ? "\n" : "", TRACE_VERSION, node, role);
    return self;
}

void trace_destroy (trace_t **self_p)
{
    trace_t *self = *self_p;
    if (self) {
        fclose (self->file);
        free (self->buffer);
        free (self);
        *self_p = NULL;
    }
}

static int64_t time_us (clockid_t clock)
{
    struct timespec now;
    clock_gettime (clock, &now);
    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void look_at_the_clock (trace_t *self)
{
    self->us = time_us (CLOCK_MONOTONIC);
    self->wall_us = time_us (CLOCK_REALTIME);
}

static void put_number (trace_t *self, const char *key, int64_t value)
{
    put (self, ",\"%s\":%" PRId64, key, value);
}

static void put_text (trace_t *self, const char *key, const char *text)
{
    put (self, ",\"%s\":\"%s\"", key, text);
}

// The words of the market keep to [a-z0-9_-]: nothing is to be escaped.
static void put_product (trace_t *self, const char *product)
{
    if (product_name_valid (product)) {
        put_text (self, "product", product);
    }
}

static void put_request (trace_t *self, int64_t client, int64_t number)
{
    put (self, ",\"requests\":[[%" PRId64 ",%" PRId64 "]]", client, number);
}

static void put_items (trace_t *self, const struct item *items, size_t count)
{
    put (self, ",\"requests\":[");
    for (size_t i = 0; i < count; i++) {
        put (self, "%s[%" PRId64 ",%" PRId64 "]", i > 0 ? "," : "", items[i].client,
             items[i].number);
    }
    put (self, "]");
}

static void put_sales (trace_t *self, const struct sale *sale)
{
    put_number (self, "trader", sale->trader);
    put_product (self, sale->product);
    put (self, ",\"requests\":[");
    for (size_t i = 0; i < sale->sale_count; i++) {
        put (self, "%s[%" PRId64 ",%" PRId64 "]", i > 0 ? "," : "", sale->sales[i].buyer,
             sale->sales[i].number);
    }
    put (self, "]");
}

static void put_receipt (trace_t *self, const struct receipt *receipt, int64_t client)
{
    put_product (self, receipt->product);
    put_text (self, "status", status_name (receipt->status));
    put_number (self, "units", receipt->units);
    put_request (self, client, receipt->number);
}

// A commit is named by trader, epoch and batch, and so is its answer, which has no items.
static void put_batch (trace_t *self, int64_t trader, int64_t epoch, int64_t batch)
{
    put_number (self, "trader", trader);
    put_number (self, "epoch", epoch);
    put_number (self, "batch", batch);
}

static void put_error (trace_t *self, const struct message *message, int64_t to)
{
    const struct error *error = &message->error;
    put_text (self, "reason", reason_name (error->reason));
    if (message->from == WAREHOUSE_NODE) {
        put_number (self, "trader", error->trader);
        put_number (self, "epoch", error->epoch);
    } else if (error->number > 0) {
        put_request (self, to, error->number);
    }
}

// What the client of a request says of it.
static bool put_asked (trace_t *self, const struct message *message)
{
    switch (message->type) {
    case MESSAGE_BUY:
        put_product (self, message->buy.product);
        put_number (self, "quantity", message->buy.quantity);
        put_number (self, "attempt", message->buy.attempt);
        put_request (self, message->from, message->buy.number);
        return true;
    case MESSAGE_RESTOCK:
        put_product (self, message->restock.product);
        put_number (self, "quantity", message->restock.quantity);
        put_number (self, "attempt", message->restock.attempt);
        put_request (self, message->from, message->restock.number);
        return true;
    case MESSAGE_ORDER_STATUS:
        put_request (self, message->from, message->order_status.number);
        return true;
    case MESSAGE_LOT_STATUS:
        put_request (self, message->from, message->lot_status.number);
        return true;
    default:
        return false;
    }
}

// What it is told.
static bool put_answered (trace_t *self, const struct message *message, int64_t to)
{
    switch (message->type) {
    case MESSAGE_RECEIPT:
        put_receipt (self, &message->receipt, to);
        return true;
    case MESSAGE_OVERSOLD:
        put_receipt (self, &message->oversold, to);
        return true;
    case MESSAGE_RESTOCKED:
        put_product (self, message->restocked.product);
        put_number (self, "quantity", message->restocked.quantity);
        put_request (self, to, message->restocked.number);
        return true;
    case MESSAGE_LOT:
        put_request (self, to, message->lot.number);
        return true;
    case MESSAGE_SOLD:
        put_product (self, message->sold.product);
        put_number (self, "units", message->sold.units);
        put_request (self, message->sold.buyer, message->sold.order);
        return true;
    case MESSAGE_ERROR:
        put_error (self, message, to);
        return true;
    default:
        return false;
    }
}

// What traders tell the warehouse and each other of requests, and what is published of them.
static void put_passed_on (trace_t *self, const struct message *message)
{
    switch (message->type) {
    case MESSAGE_COMMIT:
        put_batch (self, message->commit.trader, message->commit.epoch, message->commit.batch);
        put_items (self, message->commit.items, message->commit.item_count);
        break;
    case MESSAGE_COMMITTED:
        put_batch (self, message->committed.trader, message->committed.epoch,
                   message->committed.batch);
        break;
    case MESSAGE_JOURNAL:
        put_number (self, "view", message->journal.view);
        put_number (self, "write", message->journal.write);
        put_items (self, message->journal.items, message->journal.item_count);
        break;
    case MESSAGE_JOURNALED:
        put_number (self, "view", message->journaled.view);
        put_number (self, "write", message->journaled.write);
        break;
    case MESSAGE_HANDOVER:
        put_number (self, "term", message->handover.term);
        put_items (self, message->handover.items, message->handover.item_count);
        break;
    case MESSAGE_SALE:
        put_sales (self, &message->sale);
        break;
    case MESSAGE_OVERSELL:
        put_number (self, "trader", message->oversell.trader);
        put_product (self, message->oversell.product);
        put_request (self, message->oversell.buyer, message->oversell.number);
        break;
    case MESSAGE_CLOCK:
        put_request (self, message->tick.buyer, message->tick.number);
        break;
    default:
        break;
    }
}

static const char *port_name (enum port port)
{
    static const char *const names[] = {
        [PORT_CLIENTS] = "clients",
        [PORT_WAREHOUSE] = "warehouse",
        [PORT_NEWS] = "news",
        [PORT_TRADER] = "trader",
    };
    return names[port];
}

static void put_line (trace_t *self, const char *did, enum port port, int64_t to,
                      const struct message *message, int64_t at)
{
    if (self->ended[0]) {
        return;
    }
    put (self,
         "{\"us\":%" PRId64 ",\"wall_us\":%" PRId64 ",\"node\":%" PRId64
         ",\"did\":\"%s\",\"from\":%" PRId64,
         self->us, self->wall_us, self->node, did, message->from);
    if (to != NOBODY) {
        put_number (self, "to", to);
    }
    put_text (self, "port", port_name (port));
    put_text (self, "type", message_type_name (message->type));
    put_number (self, "clock", message->clock);
    if (at > 0) {
        put_number (self, "at", at);
    }
    if (!put_asked (self, message) && !put_answered (self, message, to)) {
        put_passed_on (self, message);
    }
    put (self, "}\n");
    if (self->bytes >= TRACE_BYTES_MAX) {
        end (self, "it has reached its bound of 64 MiB");
        put (self, "{\"ended\":\"full\",\"node\":%" PRId64 "}\n", self->node);
    }
}

void trace_received (trace_t *self, enum port port, const struct message *message)
{
    int64_t before = self->clock > message->clock ? self->clock : message->clock;
    self->clock = before < LIMIT_INTEGER ? before + 1 : before;
    look_at_the_clock (self);
    put_line (self, "received", port, port == PORT_NEWS ? NOBODY : self->node, message,
              self->clock);
}

void trace_leaves (trace_t *self)
{
    look_at_the_clock (self);
}

void trace_sent (trace_t *self, const struct letter *letter, bool dropped)
{
    if (self->clock < letter->message.clock) {
        self->clock = letter->message.clock;
    }
    put_line (self, dropped ? "dropped" : "sent", letter->port,
              letter->port == PORT_NEWS ? NOBODY : letter->to, &letter->message, 0);
}

const char *trace_flush (trace_t *self)
{
    if (fflush (self->file) == EOF) {
        end (self, strerror (errno));
    }
    if (!self->ended[0] || self->told) {
        return NULL;
    }
    self->told = true;
    return self->ended;
}
