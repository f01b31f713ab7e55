#include "actors/monitor/monitor_line.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schemas/codec.h"
#include "schemas/message_text.h"

enum {
    TOPIC_COLUMN = 16,
    PUBLISHER_BYTES = 32,
    SHORT_BYTES = 2 * MESSAGE_TEXT_BYTES,  // of a line but for a message in JSON
};

// SGR parameters (ECMA-48, 8.3.117).
#define DIM "2"
#define RED "31"
#define BOLD_RED "1;31"
#define GREEN "32"
#define YELLOW "33"
#define BOLD_YELLOW "1;33"
#define CYAN "36"
#define BOLD_MAGENTA "1;35"

static size_t write_line (char *line, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

static size_t write_line (char *line, const char *format, ...)
{
    va_list arguments;
    va_start (arguments, format);
    int length = vsnprintf (line, SHORT_BYTES, format, arguments);
    va_end (arguments);
    assert (length > 0 && length < SHORT_BYTES);
    return (size_t) length;
}

// A trader that goes on without a backup is a market that cannot lose another one.
static const char *color_of_member (const struct membership *member)
{
    switch (member->state) {
    case MEMBER_LIVE:
        return member->backup > 0 ? GREEN : BOLD_YELLOW;
    case MEMBER_SUSPECTED:
        return BOLD_YELLOW;
    case MEMBER_TAKING:
    case MEMBER_FAILED:
        return BOLD_RED;
    default:
        return YELLOW;
    }
}

static const char *color_of (const struct message *message)
{
    switch (message->type) {
    case MESSAGE_SALE:
        return GREEN;
    case MESSAGE_OVERSELL:
        return BOLD_RED;
    case MESSAGE_MEMBER:
        return color_of_member (&message->member);
    case MESSAGE_RECALL:
        return YELLOW;
    case MESSAGE_SEATS:
        return BOLD_YELLOW;
    case MESSAGE_CLOCK:
        return DIM;
    case MESSAGE_SOCKET:
        return message->socket.error[0] ? BOLD_YELLOW : YELLOW;
    default:
        return CYAN;
    }
}

// The lines and paragraphs of Unicode, and what turns the direction of text: U+2028 to U+202E and
// U+2066 to U+2069, each three bytes.
static bool misleads (const unsigned char *at)
{
    return at[0] == 0xe2
           && ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae)
               || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

// The control characters of ISO 6429 are two bytes in UTF-8: a terminal obeys them, too.
static void disarm (char *text)
{
    for (unsigned char *at = (unsigned char *) text; *at; at++) {
        if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f) {
            at[0] = at[1] = '?';
        } else if (misleads (at)) {
            at[0] = at[1] = at[2] = '?';
        }
    }
}

// One line for a person: when, of what, and what happened.
static size_t tell (struct line_style style, struct line_time when, const char *subject,
                    const char *color, const char *text, char *line)
{
    if (style.color) {
        return write_line (line, "\033[" DIM "m%s\033[0m \033[%sm%-*s %s\033[0m\n", when.text,
                           color, TOPIC_COLUMN, subject, text);
    }
    return write_line (line, "%s %-*s %s\n", when.text, TOPIC_COLUMN, subject, text);
}

static size_t line_text (struct line_style style, struct line_time when, const char *topic,
                         const struct message *message, char *line)
{
    char text[MESSAGE_TEXT_BYTES];
    (void) message_text (message, 0, text, sizeof text);
    disarm (text);
    return tell (style, when, topic, color_of (message), text, line);
}

static size_t line_member (struct line_style style, struct line_time when, const char *topic,
                           const struct message *message, int64_t epoch_before, char *line)
{
    char text[MESSAGE_TEXT_BYTES];
    (void) member_text (message, epoch_before, text, sizeof text);
    return tell (style, when, topic, color_of (message), text, line);
}

static size_t line_sales (struct line_style style, struct line_time when, const char *topic,
                          const struct message *message, char *line)
{
    size_t length = 0;
    struct message one = *message;
    one.sale.sale_count = 1;
    for (size_t i = 0; i < message->sale.sale_count; i++) {
        one.sale.sales = &message->sale.sales[i];
        length += line_text (style, when, topic, &one, line + length);
    }
    return length;
}

size_t line_message (struct line_style style, struct line_time when, const char *topic,
                     const struct message *message, const struct notice *notice, char *line)
{
    if (!style.json && message->type == MESSAGE_SALE) {
        return line_sales (style, when, topic, message, line);
    }
    if (!style.json && message->type == MESSAGE_MEMBER) {
        return line_member (style, when, topic, message, notice->epoch_before, line);
    }
    if (!style.json) {
        return line_text (style, when, topic, message, line);
    }
    // Written anew, since what came may have had line ends between its values.
    size_t length = write_line (
        line,
        "{\"type\":\"message\",\"time_ms\":%" PRId64 ",\"topic\":\"%s\",\"message\":", when.ms,
        topic);
    size_t size = message_encode (message, line + length, LINE_BYTES - length - 2);
    assert (size > 0);
    length += size;
    memcpy (line + length, "}\n", 2);
    return length + 2;
}

static size_t line_anew (struct line_style style, struct line_time when, int64_t from,
                         int64_t epoch, char *line)
{
    char subject[PUBLISHER_BYTES] = "warehouse";
    char text[64];
    if (style.json) {
        return write_line (line,
                           "{\"type\":\"epoch\",\"time_ms\":%" PRId64 ",\"from\":%" PRId64
                           ",\"epoch\":%" PRId64 "}\n",
                           when.ms, from, epoch);
    }
    if (from != WAREHOUSE_NODE) {
        snprintf (subject, sizeof subject, "trader %" PRId64, from);
    }
    snprintf (text, sizeof text, "has begun anew, in epoch %" PRId64, epoch);
    return tell (style, when, subject, BOLD_MAGENTA, text, line);
}

static size_t line_gap (struct line_style style, struct line_time when, const char *topic,
                        int64_t from, const struct notice *notice, char *line)
{
    char text[64];
    if (style.json) {
        return write_line (line,
                           "{\"type\":\"gap\",\"time_ms\":%" PRId64
                           ",\"topic\":\"%s\",\"from\":%" PRId64 ",\"epoch\":%" PRId64
                           ",\"missed\":%" PRId64 "}\n",
                           when.ms, topic, from, notice->epoch, notice->missed);
    }
    snprintf (text, sizeof text, "missed %" PRId64 " message%s of this topic", notice->missed,
              notice->missed == 1 ? "" : "s");
    return tell (style, when, topic, BOLD_MAGENTA, text, line);
}

size_t line_notice (struct line_style style, struct line_time when, const char *topic, int64_t from,
                    const struct notice *notice, char *line)
{
    size_t length = 0;
    if (notice->anew) {
        length += line_anew (style, when, from, notice->epoch, line);
    }
    if (notice->missed > 0) {
        length += line_gap (style, when, topic, from, notice, line + length);
    }
    return length;
}

size_t line_malformed (struct line_style style, struct line_time when, const char *topic,
                       const char *why, char *line)
{
    char escaped[2 * LIMIT_TEXT + 1];
    size_t length = 0;
    if (!style.json) {
        char text[LIMIT_TEXT + 32];
        snprintf (text, sizeof text, "is no message: %s", why);
        return tell (style, when, topic, RED, text, line);
    }
    for (; *why && length + 2 < sizeof escaped; why++) {
        if (*why == '"' || *why == '\\') {
            escaped[length++] = '\\';
        }
        escaped[length++] = *why;
    }
    escaped[length] = 0;
    return write_line (line,
                       "{\"type\":\"malformed\",\"time_ms\":%" PRId64
                       ",\"topic\":\"%s\",\"error\":\"%s\"}\n",
                       when.ms, topic, escaped);
}
