#include "tests/kit/text_changes.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

enum { PART_BYTES = 512 };  // a longer part is moved by nobody

void text_put (struct text *self, const char *bytes, size_t size)
{
    assert (self->size + size <= TEXT_ROOM);
    memcpy (self->bytes + self->size, bytes, size);
    self->size += size;
}

void text_replace (const struct text *self, size_t begin, size_t end, const char *bytes,
                   size_t size, struct text *to)
{
    to->size = 0;
    text_put (to, self->bytes, begin);
    text_put (to, bytes, size);
    text_put (to, self->bytes + end, self->size - end);
}

void text_spread (const struct text *self, const char *before, const char *behind, struct text *to)
{
    bool in_string = false;
    to->size = 0;
    for (size_t i = 0; i < self->size; i++) {
        char byte = self->bytes[i];
        bool mark = !in_string && strchr ("{}[]:,", byte);
        in_string = in_string != (byte == '"');
        text_put (to, before, mark ? strlen (before) : 0);
        text_put (to, &byte, 1);
        text_put (to, behind, mark ? strlen (behind) : 0);
    }
}

// One a line.
static const char numbers[] =
    "0\n1\n2\n-1\n-0\n01\n1.0\n1e0\n+1\n\"1\"\nnull\ntrue\nfalse\n[]\n[1]\n{}\n\n255\n256\n257\n"
    "65534\n65535\n65536\n999999\n1000000\n1000001\n999999999\n1000000000\n1000000001\n"
    "9007199254740990\n9007199254740991\n9007199254740992\n90071992547409910\n"
    "9223372036854775808\n18446744073709551617\n99999999999999999999999999\n";
#define NAME(name, text) "\"" text "\"\n"
#define TEN "abcdefghi0"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define LONG SIXTY SIXTY SIXTY SIXTY
static const char strings[] = MESSAGE_TYPES (NAME) STATUSES (NAME) REASONS (NAME) MEMBER_STATES (
    NAME) "\"\"\n\"s\ns\"\ns\n1\nnull\n\"" SIXTY "_-z\"\n\"" SIXTY "_-zz\"\n\"" SIXTY SIXTY
          "abcdefg\"\n\"" SIXTY SIXTY "abcdefgh\"\n"
          "\"" LONG "[ ]{}/!(~).:,12\"\n\"" LONG "[ ]{}/!(~).:,123\"\n\"A\"\n\"s t\"\n\"}\"\n"
          "\"s\\u0074\"\n\"s\\\"\"\n\"s\\\\\"\n\"sold\\u0000\"\n\"s\x7f\"\n\"s\x1f\"\n\"s\x80\"\n"
          "\"s\xc3\xa9\"\n";
#undef NAME

// Where the number or the string that begins at `at` ends; `at`: neither begins there.
static size_t end_of_value (const struct text *self, size_t at)
{
    const char *bytes = self->bytes;
    size_t end = at;
    if (!strchr (":,[{", bytes[at - 1])) {
        return at;
    }
    if (bytes[at] == '"') {
        const char *close = memchr (bytes + at + 1, '"', self->size - at - 1);
        return close ? (size_t) (close - bytes) + 1 : at;
    }
    while (end < self->size && isdigit ((unsigned char) bytes[end])) {
        end++;
    }
    return end;
}

void text_each_value (const struct text *self, struct text *to, void (*visit) (const struct text *))
{
    for (size_t at = 1; at < self->size; at++) {
        size_t end = end_of_value (self, at);
        const char *other = self->bytes[at] == '"' ? strings : numbers;
        while (end > at && *other) {
            size_t length = strcspn (other, "\n");
            text_replace (self, at, end, other, length, to);
            visit (to);
            other += length + 1;
        }
    }
}

void text_double_array (const struct text *self, size_t at, struct text *to)
{
    int depth = 0;
    size_t end = at;
    size_t behind_number = at + 1;
    do {
        depth += self->bytes[end] == '[';
        depth -= self->bytes[end] == ']';
    } while (++end < self->size && depth > 0);
    while (isdigit ((unsigned char) self->bytes[behind_number])) {
        behind_number++;
    }
    to->size = 0;
    text_put (to, self->bytes, at);
    text_put (to, "[1", behind_number > at + 1 ? 2 : 1);
    text_put (to, self->bytes + behind_number, end - behind_number);
    text_put (to, ",", 1);
    text_put (to, self->bytes + at, self->size - at);
}

static void splice (struct text *self, size_t begin, size_t end, const char *bytes, size_t size)
{
    assert (self->size - (end - begin) + size <= TEXT_ROOM);
    memmove (self->bytes + begin + size, self->bytes + end, self->size - end);
    memcpy (self->bytes + begin, bytes, size);
    self->size = self->size - (end - begin) + size;
}

static size_t any_place (const struct text *self, struct draw *draw)
{
    return (size_t) draw_between (draw, 0, (int64_t) self->size - 1);
}

// A part, which is a field or a value: up to the next comma or the end of the object.
struct part {
    size_t begin;
    size_t end;
};

static struct part any_part (const struct text *self, struct draw *draw)
{
    size_t at = any_place (self, draw);
    while (at > 0 && !strchr (",[{", self->bytes[at - 1])) {
        at--;
    }
    struct part part = {at, at};
    while (part.end < self->size && part.end - at < PART_BYTES
           && !strchr (",}", self->bytes[part.end])) {
        part.end++;
    }
    return part;
}

static void swap_parts (struct text *self, struct draw *draw)
{
    struct part a = any_part (self, draw);
    struct part b = any_part (self, draw);
    if (a.end > b.begin) {
        return;
    }
    char a_bytes[PART_BYTES];
    char b_bytes[PART_BYTES];
    memcpy (a_bytes, self->bytes + a.begin, a.end - a.begin);
    memcpy (b_bytes, self->bytes + b.begin, b.end - b.begin);
    splice (self, b.begin, b.end, a_bytes, a.end - a.begin);
    splice (self, a.begin, a.end, b_bytes, b.end - b.begin);
}

static void double_part (struct text *self, struct draw *draw)
{
    struct part part = any_part (self, draw);
    char bytes[PART_BYTES + 1];
    size_t length = part.end - part.begin;
    memcpy (bytes, self->bytes + part.begin, length);
    bytes[length] = ',';
    splice (self, part.begin, part.begin, bytes, length + 1);
}

static void nest_part (struct text *self, struct draw *draw)
{
    char brackets[LIMIT_JSON_DEPTH + 2];
    size_t depth = (size_t) draw_between (draw, 1, sizeof brackets);
    struct part part = any_part (self, draw);
    memset (brackets, ']', depth);
    splice (self, part.end, part.end, brackets, depth);
    memset (brackets, '[', depth);
    splice (self, part.begin, part.begin, brackets, depth);
}

static void change_byte (struct text *self, struct draw *draw)
{
    static const char likely[] = "0123456789-.eE+[]{},:\"\\tfn_a \t\n\0";
    size_t at = any_place (self, draw);
    char byte = draw_next (draw) & 1 ? likely[draw_next (draw) % (sizeof likely - 1)]
                                     : (char) draw_next (draw);
    switch (draw_next (draw) % 5) {
    case 0:
        self->bytes[at] = byte;
        return;
    case 1:
        splice (self, at, at, &byte, 1);
        return;
    case 2:
        splice (self, at, at + 1, "", 0);
        return;
    case 3:
        splice (self, at, at, " ", 1);
        return;
    default:
        text_put (self, &byte, 1);
    }
}

void text_change (struct text *self, struct draw *draw)
{
    struct part part;
    switch (draw_next (draw) % 8) {
    case 0:
        self->size = any_place (self, draw);
        return;
    case 1:
        swap_parts (self, draw);
        return;
    case 2:
        double_part (self, draw);
        return;
    case 3:
        nest_part (self, draw);
        return;
    case 4:
        part = any_part (self, draw);
        splice (self, part.begin, part.end, "", 0);
        return;
    default:
        change_byte (self, draw);
    }
}
