// Messages to bytes, straight into the buffer: no tree, no printf, no copy in between. It walks
// the tables of codec_fields.h.
#include <assert.h>
#include <string.h>

#include "schemas/codec.h"
#include "schemas/codec_fields.h"
#include "schemas/digits.h"

enum {
    // No key with its value is longer than this, but for lists, which are written value by value:
    // an error's text of which every byte is escaped.
    VALUE_ROOM = FIELD_KEY_BYTES + 2 * LIMIT_TEXT + 16,
    PREFIX_BYTES = 64,
};

struct prefix {
    char bytes[PREFIX_BYTES];
    size_t length;
};

// What every message begins with, up to the value of `from`.
static_assert (PROTOCOL_VERSION == 1, "the prefixes below tell the version");
#define PREFIX_TEXT(text) "{\"type\":\"" text "\",\"v\":1,\"from\":"
#define PREFIX(name, text) {PREFIX_TEXT (text), sizeof PREFIX_TEXT (text) - 1},
static const struct prefix prefixes[] = {MESSAGE_TYPES (PREFIX)};
#undef PREFIX
#undef PREFIX_TEXT

// Where the next byte goes, and the end of the buffer.
struct writer {
    char *at;
    char *end;
};

static size_t room (const struct writer *self)
{
    return (size_t) (self->end - self->at);
}

static char *write_word (char *at, const char *word)
{
    size_t length = strlen (word);
    *at++ = '"';
    memcpy (at, word, length);
    at[length] = '"';
    return at + length + 1;
}

static char *write_product (char *at, const char *name, bool may_be_empty)
{
    assert (name);
    *at++ = '"';
    size_t length = 0;
    while (codec_product_byte[(unsigned char) name[length]]) {
        assert (length < LIMIT_PRODUCT_NAME);
        *at++ = name[length++];
    }
    assert (name[length] == 0 && (length > 0 || may_be_empty));
    *at++ = '"';
    return at;
}

// The length of the UTF-8 sequence that `bytes` begins with (RFC 3629), 0 when it is none.
static size_t utf8_length (const unsigned char *bytes)
{
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    if ((bytes[0] >= 0x80 && bytes[0] < 0xc2) || bytes[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xed && bytes[1] > 0x9f)
        || (bytes[0] == 0xf0 && bytes[1] < 0x90) || (bytes[0] == 0xf4 && bytes[1] > 0x8f)) {
        return 0;
    }
    return length;
}

// A text is for a person, and may quote what somebody sent: what is no UTF-8 or would break a
// line becomes a question mark, and what is too long is cut off.
static char *write_text (char *at, const char *text, size_t length_max)
{
    assert (text);
    const unsigned char *bytes = (const unsigned char *) text;
    size_t left = length_max;
    *at++ = '"';
    while (*bytes && left > 0) {
        size_t length = utf8_length (bytes);
        if (length > left) {
            break;
        }
        if (length == 0 || *bytes < 0x20 || *bytes == 0x7f) {
            *at++ = '?';
            length = 1;
        } else {
            if (*bytes == '"' || *bytes == '\\') {
                *at++ = '\\';
            }
            memcpy (at, bytes, length);
            at += length;
        }
        bytes += length;
        left -= length;
    }
    *at++ = '"';
    return at;
}

static int64_t integer_at (const char *base, size_t offset)
{
    return *(const int64_t *) (const void *) (base + offset);
}

static const char *string_at (const char *base, size_t offset)
{
    return *(const char *const *) (const void *) (base + offset);
}

// The enums, and the kinds of items and results, begin at 0 and have few values.
static unsigned word_at (const char *base, size_t offset)
{
    return *(const unsigned *) (const void *) (base + offset);
}

static_assert (sizeof (enum status) == sizeof (unsigned)
                   && sizeof (enum reason) == sizeof (unsigned)
                   && sizeof (enum member_state) == sizeof (unsigned)
                   && sizeof (enum socket_name) == sizeof (unsigned)
                   && sizeof (enum happening) == sizeof (unsigned)
                   && sizeof (enum item_kind) == sizeof (unsigned)
                   && sizeof (enum result_kind) == sizeof (unsigned),
               "word_at reads them");

// Writes one value that is no list, of at most VALUE_ROOM bytes with its key.
static char *write_value (char *at, const struct field *field, const char *base)
{
    switch (field->kind) {
    case VALUE_INTEGER: {
        int64_t value = integer_at (base, field->offset);
        assert (value >= field->min && value <= field->max);
        return digits_write (at, value);
    }
    case VALUE_CLOCK: {
        // A clock may have come from anybody: one at its end must not end us.
        int64_t value = integer_at (base, field->offset);
        return digits_write (at, value < field->max ? value : field->max);
    }
    case VALUE_BOOL: {
        bool value = *(const bool *) (base + field->offset);
        memcpy (at, value ? "true" : "false", 5);
        return at + (value ? 4 : 5);
    }
    case VALUE_PRODUCT:
        return write_product (at, string_at (base, field->offset), false);
    case VALUE_PRODUCT_OR_NONE:
        return write_product (
            at, string_at (base, field->offset),
            codec_product_may_be_empty ((enum status) word_at (base, field->beside)));
    case VALUE_TEXT:
        return write_text (at, string_at (base, field->offset), (size_t) field->max);
    case VALUE_WORD: {
        unsigned word = word_at (base, field->offset);
        assert (word < field->max);
        return write_word (at, field->words[word]);
    }
    case VALUE_LIST:
    case VALUE_SEEN:
        break;
    }
    assert (false);  // A list is no single value.
    return at;
}

static bool put_bytes (struct writer *self, const char *bytes, size_t length)
{
    if (room (self) < length) {
        return false;
    }
    memcpy (self->at, bytes, length);
    self->at += length;
    return true;
}

// Writes a value behind its key, or behind `before` where it has none: in a tuple.
static bool put_value (struct writer *self, const struct field *field, const char *base,
                       char before)
{
    char scratch[VALUE_ROOM];
    bool tight = room (self) < VALUE_ROOM;
    char *begin = tight ? scratch : self->at;
    char *at = begin;
    if (before) {
        *at++ = before;
    } else {
        // Of the key's whole array, since a copy of a fixed size is a few moves.
        memcpy (at, field->key, FIELD_KEY_BYTES);
        at += field->key_length;
    }
    at = write_value (at, field, base);
    if (tight) {
        return put_bytes (self, scratch, (size_t) (at - scratch));
    }
    self->at = at;
    return true;
}

// Writes the key of a list: its whole array, too, where there is room.
static bool put_key (struct writer *self, const struct field *field)
{
    if (room (self) < FIELD_KEY_BYTES) {
        return put_bytes (self, field->key, field->key_length);
    }
    memcpy (self->at, field->key, FIELD_KEY_BYTES);
    self->at += field->key_length;
    return true;
}

static bool put_tuples (struct writer *self, const struct list *list, const char *elements,
                        size_t count, char before);

static bool put_list (struct writer *self, const struct field *field, const char *base)
{
    const char *elements = *(const char *const *) (const void *) (base + field->offset);
    size_t count = *(const size_t *) (const void *) (base + field->beside);
    assert (count >= (size_t) field->min && count <= (size_t) field->max);
    return put_tuples (self, field->list, elements, count, '[');
}

static bool put_seen (struct writer *self, const struct field *field, const char *base)
{
    const struct seen *seen = (const void *) (base + field->offset);
    assert (seen->version >= 0 && seen->version <= LIMIT_INTEGER);
    assert (seen->count <= (size_t) field->max);
    char version[24] = "[";
    size_t length = (size_t) (digits_write (version + 1, seen->version) - version);
    return put_bytes (self, version, length)
           && put_tuples (self, &trader_seen_list, (const char *) seen->traders, seen->count, ',');
}

// Whether an optional field has the value that it has when it is left out.
static bool is_absent (const struct field *field, const char *base)
{
    switch (field->kind) {
    case VALUE_LIST:
        return *(const size_t *) (const void *) (base + field->beside) == 0;
    case VALUE_SEEN: {
        const struct seen *seen = (const void *) (base + field->offset);
        return seen->version == 0 && seen->count == 0;
    }
    case VALUE_BOOL:
        return *(const bool *) (base + field->offset) == (field->absent != 0);
    default:
        return integer_at (base, field->offset) == field->absent;
    }
}

// How many fields of a tuple are written: the last ones may be left out.
static size_t fields_of (const struct shape *shape, const char *element)
{
    size_t count = shape->field_count;
    while (count > 0 && shape->fields[count - 1].optional
           && is_absent (&shape->fields[count - 1], element)) {
        count--;
    }
    return count;
}

static bool put_tuple (struct writer *self, const struct list *list, const char *element)
{
    const struct shape *shape = list->shapes;
    char before = '[';
    if (list->shape_count > 1) {
        unsigned kind = word_at (element, 0);
        assert (kind < list->shape_count);
        shape += kind;
        char name[32] = "[";
        if (!put_bytes (self, name, (size_t) (write_word (name + 1, shape->name) - name))) {
            return false;
        }
        before = ',';
    }
    const size_t count = fields_of (shape, element);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = &shape->fields[i];
        bool fits = field->kind == VALUE_LIST
                        ? put_bytes (self, &before, 1) && put_list (self, field, element)
                        : put_value (self, field, element, before);
        if (!fits) {
            return false;
        }
        before = ',';
    }
    return put_bytes (self, "]", 1);
}

// Writes the tuples, each behind a comma, the first behind `before`, and the closing bracket.
static bool put_tuples (struct writer *self, const struct list *list, const char *elements,
                        size_t count, char before)
{
    if (count == 0 && before == '[' && !put_bytes (self, "[", 1)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *element = elements + i * list->element_bytes;
        assert (list->order == ORDER_ANY || i == 0
                || codec_in_order (list->order, element, list->element_bytes));
        const char mark = i == 0 ? before : ',';
        bool fits = list->bare ? put_value (self, list->shapes->fields, element, mark)
                               : put_bytes (self, &mark, 1) && put_tuple (self, list, element);
        if (!fits) {
            return false;
        }
    }
    return put_bytes (self, "]", 1);
}

static bool put_field (struct writer *self, const struct field *field, const char *base)
{
    if (field->optional && is_absent (field, base)) {
        return true;
    }
    switch (field->kind) {
    case VALUE_LIST:
        return put_key (self, field) && put_list (self, field, base);
    case VALUE_SEEN:
        return put_key (self, field) && put_seen (self, field, base);
    default:
        return put_value (self, field, base, 0);
    }
}

static bool put_header (struct writer *self, const struct message *message)
{
    static const char clock_key[] = ",\"clock\":";
    static const char market_key[] = ",\"market\":";
    char scratch[PREFIX_BYTES + 96];
    const struct prefix *prefix = &prefixes[message->type];
    assert (message->from >= message_shapes[message->type].from_min && message->from <= LIMIT_NODE);
    memcpy (scratch, prefix->bytes, PREFIX_BYTES);
    char *at = digits_write (scratch + prefix->length, message->from);
    memcpy (at, clock_key, sizeof clock_key - 1);
    int64_t clock = message->clock < LIMIT_INTEGER ? message->clock : LIMIT_INTEGER;
    at = digits_write (at + sizeof clock_key - 1, clock);
    if (message->market > 0) {
        memcpy (at, market_key, sizeof market_key - 1);
        at = digits_write (at + sizeof market_key - 1, message->market);
    }
    return put_bytes (self, scratch, (size_t) (at - scratch));
}

size_t message_encode (const struct message *message, char *buffer, size_t size)
{
    assert (message->type < MESSAGE_TYPE_COUNT);
    assert (!codec_seating_wrong (message));
    struct writer writer = {.at = buffer, .end = buffer + size};
    if (!put_header (&writer, message)) {
        return 0;
    }
    const struct shape *shape = &message_shapes[message->type];
    for (size_t i = 0; i < shape->field_count; i++) {
        if (!put_field (&writer, &shape->fields[i], (const char *) message)) {
            return 0;
        }
    }
    return put_bytes (&writer, "}", 1) ? (size_t) (writer.at - buffer) : 0;
}
