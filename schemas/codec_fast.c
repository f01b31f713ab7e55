// Bytes to messages, the short way: one pass over what is written as codec_encode.c writes it.
// There are no errors here. Whatever is not as expected is left to codec_decode.c, which judges it
// and finds the words.
//
// A reader takes where it is in the message and returns where it has got to; NULL: not as expected.
// The last byte is a `}`, and no reader but that of texts steps over a `}`: so all stop there, and
// only those that take many bytes at once have to look for the end.
#include <string.h>

#include "schemas/codec_decode.h"
#include "schemas/codec_fields.h"

// Room that a list begins with, in tuples; it is doubled when it is full.
enum { ROOM_FIRST = 2 };

struct source {
    const char *last;  // the byte that ends the message
    arena_t *arena;    // of strings and lists
};

#define NAME(name, text) text,
static const char *const type_names[] = {MESSAGE_TYPES (NAME)};
#undef NAME

static inline bool is_blank (char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static inline const char *skip_blanks (const char *at)
{
    while (is_blank (*at)) {
        at++;
    }
    return at;
}

// Takes the mark, which is no `}`, and the blanks around it.
static inline const char *take_mark (const char *at, char mark)
{
    at = skip_blanks (at);
    return *at == mark ? skip_blanks (at + 1) : NULL;
}

// Takes these bytes, all of them or none.
static inline const char *take_bytes (const struct source *self, const char *at, const char *bytes,
                                      size_t length)
{
    return (size_t) (self->last - at) >= length && !memcmp (at, bytes, length) ? at + length : NULL;
}

// Takes the name, whose opening quotation mark was taken, with the closing one.
static inline const char *take_name (const char *at, const char *name)
{
    while (*name && *at == *name) {
        at++;
        name++;
    }
    return !*name && *at == '"' ? at + 1 : NULL;
}

// Takes a key with the mark before it, the colon behind it, and the blanks around each.
static inline const char *take_key (const char *at, char before, const char *key)
{
    at = take_mark (at, before);
    at = at && *at == '"' ? take_name (at + 1, key) : NULL;
    return at ? take_mark (at, ':') : NULL;
}

// Takes a string that is one of the names, and tells which.
static const char *read_name (const char *at, const char *const names[], unsigned count,
                              unsigned *index)
{
    if (*at != '"') {
        return NULL;
    }
    const char *behind = NULL;
    for (unsigned i = 0; !behind && i < count; i++) {
        behind = take_name (at + 1, names[i]);
        *index = i;
    }
    return behind;
}

// A number that begins with 0 is over then: a digit behind it is nothing that anybody expects.
static inline const char *read_integer (const char *at, int64_t min, int64_t max, int64_t *number)
{
    int64_t value = *at++ - '0';
    if (value < 0 || value > 9) {
        return NULL;
    }
    if (value > 0) {
        for (; *at >= '0' && *at <= '9' && value <= max; at++) {
            value = value * 10 + (*at - '0');
        }
    }
    *number = value;
    return value >= min && value <= max ? at : NULL;
}

static const char *read_bool (const struct source *self, const char *at, bool *value)
{
    *value = *at == 't';
    return *value ? take_bytes (self, at, "true", 4) : take_bytes (self, at, "false", 5);
}

static const char *read_product (const struct source *self, const char *at, bool may_be_empty,
                                 const char **product)
{
    const char *begin = at + 1;
    if (*at != '"') {
        return NULL;
    }
    at = begin;
    while (codec_product_byte[(unsigned char) *at]) {
        at++;
    }
    size_t length = (size_t) (at - begin);
    if (*at != '"' || length > LIMIT_PRODUCT_NAME || (length == 0 && !may_be_empty)) {
        return NULL;
    }
    *product = arena_string (self->arena, begin, length);
    return at + 1;
}

static const char *read_text (const struct source *self, const char *at, size_t length_max,
                              const char **text)
{
    const char *begin = at + 1;
    if (*at != '"') {
        return NULL;
    }
    at = begin;
    while (at < self->last && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\') {
        at++;
    }
    size_t length = (size_t) (at - begin);
    if (*at != '"' || length > length_max) {
        return NULL;
    }
    *text = arena_string (self->arena, begin, length);
    return at + 1;
}

static const char *read_value (const struct source *self, const char *at, const struct field *field,
                               char *base);

// Takes the beginning of a tuple, and its kind if there is more than one.
static const char *read_kind (const char *at, const struct list *list, char *element,
                              const struct shape **shape)
{
    if (list->shape_count == 1) {
        *shape = list->shapes;
        return take_mark (at, '[');
    }
    at = take_mark (at, '[');
    if (!at || *at != '"') {
        return NULL;
    }
    const char *behind = NULL;
    for (unsigned kind = 0; !behind && kind < list->shape_count; kind++) {
        *shape = &list->shapes[kind];
        behind = take_name (at + 1, list->shapes[kind].name);
        memcpy (element, &kind, sizeof kind);
    }
    return behind ? skip_blanks (behind) : NULL;
}

static const char *read_tuple (const struct source *self, const char *at, const struct list *list,
                               char *element)
{
    const struct shape *shape = NULL;
    at = read_kind (at, list, element, &shape);
    bool comma = list->shape_count > 1;
    for (size_t i = 0; at && i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const char *value = comma ? take_mark (at, ',') : at;
        if (!value && field->optional) {
            break;  // Only the last ones of a tuple may be left out.
        }
        at = value ? read_value (self, value, field, element) : NULL;
        comma = true;
    }
    return at ? take_mark (at, ']') : NULL;
}

// The value of a tuple that stands alone.
static const char *read_bare (const struct source *self, const char *at, const struct list *list,
                              char *element)
{
    at = read_value (self, at, list->shapes->fields, element);
    return at ? skip_blanks (at) : NULL;
}

struct tuples {
    char *elements;  // NULL: none
    size_t count;
    size_t room;
};

// Makes room for one more tuple, of zeros. What moves leaves its old place to the arena.
static char *add_tuple (const struct source *self, const struct list *list, size_t max,
                        struct tuples *tuples)
{
    const size_t bytes = list->element_bytes;
    if (tuples->count == tuples->room) {
        size_t room = tuples->room ? 2 * tuples->room : ROOM_FIRST;
        room = room < max ? room : max;
        char *elements = arena_take (self->arena, room, bytes);
        if (tuples->count > 0) {
            memcpy (elements, tuples->elements, tuples->count * bytes);
        }
        memset (elements + tuples->count * bytes, 0, (room - tuples->count) * bytes);
        tuples->elements = elements;
        tuples->room = room;
    }
    return tuples->elements + tuples->count++ * bytes;
}

// Reads tuples up to the closing bracket; `comma`: one stands before the first, too.
static const char *read_tuples (const struct source *self, const char *at, const struct list *list,
                                size_t max, bool comma, struct tuples *tuples)
{
    while (at && *at != ']') {
        at = comma ? take_mark (at, ',') : at;
        if (!at || tuples->count == max) {
            return NULL;
        }
        char *element = add_tuple (self, list, max, tuples);
        at =
            list->bare ? read_bare (self, at, list, element) : read_tuple (self, at, list, element);
        if (list->order != ORDER_ANY && tuples->count > 1
            && !codec_in_order (list->order, element, list->element_bytes)) {
            return NULL;
        }
        comma = true;
    }
    return at ? at + 1 : NULL;
}

static const char *read_list (const struct source *self, const char *at, const struct field *field,
                              char *base)
{
    struct tuples tuples = {.count = 0};
    at = take_mark (at, '[');
    if (!at) {
        return NULL;
    }
    if (field->kind == VALUE_SEEN) {
        struct seen *seen = (void *) (base + field->offset);
        at = read_integer (at, 0, LIMIT_INTEGER, &seen->version);
        at = at ? skip_blanks (at) : NULL;
        at = read_tuples (self, at, &trader_seen_list, (size_t) field->max, true, &tuples);
        seen->traders = (void *) tuples.elements;
        seen->count = tuples.count;
        return at;
    }
    at = read_tuples (self, at, field->list, (size_t) field->max, false, &tuples);
    at = tuples.count >= (size_t) field->min ? at : NULL;
    memcpy (base + field->offset, &tuples.elements, sizeof tuples.elements);
    memcpy (base + field->beside, &tuples.count, sizeof tuples.count);
    return at;
}

static const char *read_value (const struct source *self, const char *at, const struct field *field,
                               char *base)
{
    void *target = base + field->offset;
    switch (field->kind) {
    case VALUE_INTEGER:
    case VALUE_CLOCK:
        return read_integer (at, field->min, field->max, target);
    case VALUE_BOOL:
        return read_bool (self, at, target);
    case VALUE_PRODUCT:
        return read_product (self, at, false, target);
    case VALUE_PRODUCT_OR_NONE: {
        const enum status *status = (const void *) (base + field->beside);
        return read_product (self, at, codec_product_may_be_empty (*status), target);
    }
    case VALUE_TEXT:
        return read_text (self, at, (size_t) field->max, target);
    case VALUE_WORD:
        return read_name (at, field->words, (unsigned) field->max, target);
    case VALUE_LIST:
    case VALUE_SEEN:
        return read_list (self, at, field, base);
    }
    return NULL;
}

static const char *read_header (const char *at, struct message *message)
{
    unsigned type = 0;
    int64_t version;
    at = take_key (at, '{', "type");
    at = at ? read_name (at, type_names, MESSAGE_TYPE_COUNT, &type) : NULL;
    at = at ? take_key (at, ',', "v") : NULL;
    at = at ? read_integer (at, PROTOCOL_VERSION, PROTOCOL_VERSION, &version) : NULL;
    at = at ? take_key (at, ',', "from") : NULL;
    at = at ? read_integer (at, message_shapes[type].from_min, LIMIT_NODE, &message->from) : NULL;
    at = at ? take_key (at, ',', "clock") : NULL;
    message->type = (enum message_type) type;
    at = at ? read_integer (at, 0, LIMIT_INTEGER, &message->clock) : NULL;
    const char *market = at ? take_key (at, ',', "market") : NULL;
    return market ? read_integer (market, 1, LIMIT_INTEGER, &message->market) : at;
}

static const char *read_fields (const struct source *self, const char *at, struct message *message)
{
    const struct shape *shape = &message_shapes[message->type];
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const char *value = take_key (at, ',', field->name);
        if (value) {
            at = read_value (self, value, field, (char *) message);
            if (!at) {
                return NULL;
            }
        } else if (field->optional) {
            codec_set_absent (field, (char *) message);
        } else {
            return NULL;
        }
    }
    return skip_blanks (at);
}

bool codec_decode_fast (const char *data, size_t size, arena_t *arena, struct message *message)
{
    while (size > 0 && is_blank (data[size - 1])) {
        size--;
    }
    if (size == 0 || data[size - 1] != '}') {
        return false;
    }
    const struct source source = {.last = data + size - 1, .arena = arena};
    memset (message, 0, sizeof *message);
    const char *at = read_header (data, message);
    at = at ? read_fields (&source, at, message) : NULL;
    if (message->type == MESSAGE_OVERSOLD) {
        message->oversold.status = STATUS_OVERSOLD;  // Not on the wire: the type says it.
    }
    return at == source.last && !codec_seating_wrong (message);
}
