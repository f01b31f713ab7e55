#include "broker/shells/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

__attribute__ ((format (printf, 2, 3))) static void add (struct report *self, const char *format,
                                                         ...)
{
    va_list arguments;
    va_start (arguments, format);
    int length =
        vsnprintf (self->text + self->length, REPORT_BYTES - self->length, format, arguments);
    va_end (arguments);
    size_t room = REPORT_BYTES - 1 - self->length;
    self->length += length < 0 ? 0 : (size_t) length < room ? (size_t) length : room;
}

// A comma where something stands before it in the same group.
static void separate (struct report *self)
{
    char last = self->length ? self->text[self->length - 1] : '{';
    if (last != '{' && last != '[') {
        add (self, self->json ? "," : ", ");
    }
}

void report_begin (struct report *self, bool json, const char *event, int64_t node,
                   const char *role)
{
    self->json = json;
    self->length = 0;
    self->text[0] = 0;
    if (json) {
        add (self, "{\"event\":\"%s\",\"node\":%" PRId64 ",\"role\":\"%s\"", event, node, role);
    } else {
        add (self, "%s %" PRId64 " %s", role, node, event);
    }
}

void report_number (struct report *self, const char *name, int64_t value)
{
    separate (self);
    add (self, self->json ? "\"%s\":%" PRId64 : "%s %" PRId64, name, value);
}

void report_flag (struct report *self, const char *name, bool value)
{
    separate (self);
    if (self->json) {
        add (self, "\"%s\":%s", name, value ? "true" : "false");
    } else {
        add (self, "%s %s", name, value ? "yes" : "no");
    }
}

// Values are endpoints and names of this program: what JSON must escape is left out.
void report_text (struct report *self, const char *name, const char *value)
{
    separate (self);
    add (self, self->json ? "\"%s\":\"" : "%s ", name);
    for (const char *c = value; *c; c++) {
        if (*c != '"' && *c != '\\' && (unsigned char) *c >= ' ') {
            add (self, "%c", *c);
        }
    }
    add (self, "%s", self->json ? "\"" : "");
}

void report_open (struct report *self, const char *name)
{
    separate (self);
    add (self, self->json ? "\"%s\":{" : "%s {", name);
}

void report_close (struct report *self)
{
    add (self, "}");
}

void report_pairs (struct report *self, const char *name)
{
    separate (self);
    add (self, self->json ? "\"%s\":[" : "%s [", name);
}

void report_pair (struct report *self, int64_t first, int64_t second)
{
    separate (self);
    add (self, "[%" PRId64 ",%" PRId64 "]", first, second);
}

void report_pairs_end (struct report *self)
{
    add (self, "]");
}

const char *report_end (struct report *self)
{
    if (self->json) {
        add (self, "}");
    }
    return self->text;
}
