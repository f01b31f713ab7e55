// The node's log: a line for each message that a person wants to read of, and for what the shells say.
#include <stdarg.h>
#include <sys/time.h>
#include <time.h>

#include "broker/shells/wire_shell.h"
#include "schemas/message_text.h"

enum { LOG_TEXT = 2304, TELL_AGAIN_US = 1000000 };

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

// What a person wants to read of a market: who asked, who got what, what went wrong.
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
    case MESSAGE_ELECTION:
    case MESSAGE_ANSWER:
    case MESSAGE_COORDINATOR:
    case MESSAGE_RESIGN:
    case MESSAGE_CAMPAIGN:
    case MESSAGE_SEATS:
    case MESSAGE_HANDOVER:
    case MESSAGE_CLOCK:
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
    default:
        return NULL;
    }
}

// Who waits for its place, or for the warehouse to elect it, asks many times a second, and is answered
// the same. That would bury the line that says what it waits for, so it is told once a second.
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
    last->again_us = now_us + TELL_AGAIN_US;
    return false;
}

void wire_log_message (struct wire *self, const struct message *message, int64_t to)
{
    if (self->log == LOG_MESSAGES || (self->log == LOG_EVENTS && is_event (message->type))) {
        char text[MESSAGE_TEXT_BYTES];
        message_text (message, to, text, sizeof text);
        if (self->log == LOG_MESSAGES || !was_told (self, message, text)) {
            wire_log (self, "%s", text);
        }
    }
}

// What is published is for all. A trader that passes on how another one is has told of it when the
// news came.
void wire_log_letter (struct wire *self, const struct letter *letter)
{
    const struct message *message = &letter->message;
    if (message->type != MESSAGE_MEMBER) {
        wire_log_message (self, message, letter->to);
    } else if (self->log == LOG_MESSAGES || message->from == WAREHOUSE_NODE
               || message->member.state == MEMBER_SUSPECTED) {
        wire_log_message (self, message, 0);
    }
}
