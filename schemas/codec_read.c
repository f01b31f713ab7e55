#include "schemas/codec_read.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    PLACE_BYTES = 80,
    WORDS_BYTES = 160,
    QUOTED_BYTES_MAX = 30,                     // a longer string is not quoted in an error
    EXCERPT_BYTES = 6 * QUOTED_BYTES_MAX + 8,  // since JSON may write a byte as six
};

// Keeps a text to one line of printable ASCII: it may quote what somebody sent.
static void make_printable (char *text)
{
    for (; *text; text++) {
        if (*text < 0x20 || *text > 0x7e) {
            *text = '?';
        }
    }
}

bool codec_refuse (struct reader *self, const char *format, ...)
{
    char *text = self->error->text;
    int length = snprintf (text, LIMIT_TEXT + 1, "%s: ", self->type);
    va_list arguments;
    va_start (arguments, format);
    vsnprintf (text + length, (size_t) (LIMIT_TEXT + 1 - length), format, arguments);
    va_end (arguments);
    make_printable (text);
    return false;
}

// Writes "results[3].fills[1].units". What does not fit is cut off; it always fits.
static size_t write_place (const struct place *place, char *text, size_t size)
{
    size_t length = place->parent ? write_place (place->parent, text, size) : 0;
    int more = place->name ? snprintf (text + length, size - length, "%s%s",
                                       place->parent ? "." : "", place->name)
                           : snprintf (text + length, size - length, "[%zu]", place->index);
    length += (size_t) more;
    return length < size ? length : size - 1;
}

// Refuses the value at `place`, which must be what `wanted` says.
static bool refuse_value (struct reader *self, const struct place *place, const json_t *value,
                          const char *wanted)
{
    char where[PLACE_BYTES];
    char excerpt[EXCERPT_BYTES] = "an object";
    write_place (place, where, sizeof where);
    if (json_is_array (value)) {
        snprintf (excerpt, sizeof excerpt, "an array of %zu values", json_array_size (value));
    } else if (json_string_length (value) > QUOTED_BYTES_MAX) {
        snprintf (excerpt, sizeof excerpt, "a string of %zu bytes", json_string_length (value));
    } else if (!json_is_object (value)) {
        const size_t flags = JSON_ENCODE_ANY | JSON_ENSURE_ASCII;
        size_t length = json_dumpb (value, excerpt, sizeof excerpt - 1, flags);
        assert (length < sizeof excerpt);
        excerpt[length] = 0;
    }
    return codec_refuse (self, "%s must be %s, not %s", where, wanted, excerpt);
}

bool codec_read_integer (struct reader *self, const struct place *place, const json_t *value,
                         int64_t min, int64_t max, int64_t *number)
{
    if (!json_is_integer (value) || json_integer_value (value) < min
        || json_integer_value (value) > max) {
        char wanted[80];
        snprintf (wanted, sizeof wanted, "an integer from %lld to %lld", (long long) min,
                  (long long) max);
        return refuse_value (self, place, value, wanted);
    }
    *number = json_integer_value (value);
    return true;
}

static bool read_product (struct reader *self, const struct place *place, const json_t *value,
                          bool may_be_empty, const char **product)
{
    const char *name = json_string_value (value);
    if (!name || !((may_be_empty && !name[0]) || product_name_valid (name))) {
        return refuse_value (self, place, value, "a product's name of 1 to 63 of [a-z0-9_-]");
    }
    *product = arena_string (self->arena, name, json_string_length (value));
    return true;
}

static bool read_text (struct reader *self, const struct place *place, const struct field *field,
                       const json_t *value, const char **text)
{
    char wanted[64];
    const char *bytes = json_string_value (value);
    size_t length = json_string_length (value);
    bool valid = bytes && length <= (size_t) field->max;
    for (size_t i = 0; valid && i < length; i++) {
        valid = (unsigned char) bytes[i] >= 0x20 && bytes[i] != 0x7f;
    }
    if (!valid) {
        snprintf (wanted, sizeof wanted, "a text of at most %d bytes without control characters",
                  (int) field->max);
        return refuse_value (self, place, value, wanted);
    }
    *text = arena_string (self->arena, bytes, length);
    return true;
}

static bool refuse_word (struct reader *self, const struct place *place, const struct field *field,
                         const json_t *value)
{
    char wanted[WORDS_BYTES] = "one of ";
    size_t length = strlen (wanted);
    for (size_t i = 0; i < (size_t) field->max && length < sizeof wanted; i++) {
        length += (size_t) snprintf (wanted + length, sizeof wanted - length, "%s%s", i ? ", " : "",
                                     field->words[i]);
    }
    return refuse_value (self, place, value, wanted);
}

// Finds the word among the names of the enum.
static bool read_word (struct reader *self, const struct place *place, const struct field *field,
                       const json_t *value, unsigned *number)
{
    const char *word = json_string_value (value);
    for (unsigned i = 0; word && i < field->max; i++) {
        if (!strcmp (word, field->words[i])) {
            *number = i;
            return true;
        }
    }
    return refuse_word (self, place, field, value);
}

// Chooses the shape of a tuple; where there is more than one, its first value names it.
static const struct shape *find_shape (const struct list *list, const json_t *tuple)
{
    if (list->shape_count == 1) {
        return list->shapes;
    }
    const char *name = json_string_value (json_array_get (tuple, 0));
    for (size_t i = 0; name && i < list->shape_count; i++) {
        if (!strcmp (name, list->shapes[i].name)) {
            return &list->shapes[i];
        }
    }
    return NULL;
}

// How many of the shape's fields are never left out.
static size_t least_of (const struct shape *shape)
{
    size_t count = shape->field_count;
    while (count > 0 && shape->fields[count - 1].optional) {
        count--;
    }
    return count;
}

// How many of the shape's fields the tuple has, from its value `first` on. SIZE_MAX: too few, or
// too many.
static size_t fields_of (const struct shape *shape, size_t first, const json_t *tuple)
{
    size_t size = json_array_size (tuple);
    bool fits = json_is_array (tuple) && size >= first + least_of (shape)
                && size <= first + shape->field_count;
    return fits ? size - first : SIZE_MAX;
}

static bool refuse_size (struct reader *self, const struct place *place, const struct shape *shape,
                         size_t first, const json_t *tuple)
{
    char wanted[72];
    size_t most = first + shape->field_count;
    size_t least = first + least_of (shape);
    if (least < most) {
        snprintf (wanted, sizeof wanted, "an array of %zu %s %zu values", least,
                  most == least + 1 ? "or" : "to", most);
    } else {
        snprintf (wanted, sizeof wanted, "an array of %zu values", most);
    }
    return refuse_value (self, place, tuple, wanted);
}

static bool refuse_order (struct reader *self, const struct place *place, const struct list *list)
{
    char where[PLACE_BYTES];
    write_place (place, where, sizeof where);
    return codec_refuse (self, "%s must name its %ss in ascending order, each once%s", where,
                         list->shapes->fields->name,
                         list->order == ORDER_ASCENDING_ZERO_LAST ? ", and 0 last" : "");
}

static bool read_tuple (struct reader *self, const struct place *place, const struct list *list,
                        const json_t *tuple, char *element)
{
    const struct shape *shape = find_shape (list, tuple);
    if (!shape) {
        return refuse_value (self, place, tuple, "an array that begins with a known kind");
    }
    size_t first = 0;
    if (list->shape_count > 1) {
        unsigned kind = (unsigned) (shape - list->shapes);
        memcpy (element, &kind, sizeof kind);
        first = 1;
    }
    size_t count = fields_of (shape, first, tuple);
    if (count == SIZE_MAX) {
        return refuse_size (self, place, shape, first, tuple);
    }
    for (size_t i = 0; i < count; i++) {
        const struct field *field = &shape->fields[i];
        const struct place inner = {.parent = place, .name = field->name};
        if (!codec_read_value (self, &inner, field, json_array_get (tuple, first + i), element)) {
            return false;
        }
    }
    return true;
}

// Reads the tuples of `array` from its element `first` on.
static bool read_tuples (struct reader *self, const struct place *place, const struct list *list,
                         const json_t *array, size_t first, void **elements, size_t *count)
{
    *elements = NULL;
    *count = json_array_size (array) - first;
    if (*count == 0) {
        return true;
    }
    char *element = arena_take (self->arena, *count, list->element_bytes);
    memset (element, 0, *count * list->element_bytes);
    *elements = element;
    for (size_t i = 0; i < *count; i++, element += list->element_bytes) {
        const struct place inner = {.parent = place, .index = i + first};
        const json_t *tuple = json_array_get (array, i + first);
        bool valid = list->bare
                         ? codec_read_value (self, &inner, list->shapes->fields, tuple, element)
                         : read_tuple (self, &inner, list, tuple, element);
        if (!valid) {
            return false;
        }
        if (i > 0 && !codec_in_order (list->order, element, list->element_bytes)) {
            return refuse_order (self, place, list);
        }
    }
    return true;
}

static bool refuse_list (struct reader *self, const struct place *place, const struct field *field,
                         const json_t *value)
{
    char wanted[80];
    const char *what = field->list && field->list->bare ? "values" : "tuples";
    if (field->min > 0) {
        snprintf (wanted, sizeof wanted, "an array of %lld to %lld %s", (long long) field->min,
                  (long long) field->max, what);
    } else {
        snprintf (wanted, sizeof wanted, "an array of %sat most %lld %s",
                  field->kind == VALUE_SEEN ? "a version and " : "", (long long) field->max, what);
    }
    return refuse_value (self, place, value, wanted);
}

static bool read_list (struct reader *self, const struct place *place, const struct field *field,
                       const json_t *value, char *base)
{
    bool seen = field->kind == VALUE_SEEN;
    size_t first = seen ? 1 : 0;
    size_t size = json_array_size (value);
    size_t least = first + (size_t) field->min;
    if (!json_is_array (value) || size < least || size - first > (size_t) field->max) {
        return refuse_list (self, place, field, value);
    }
    void *elements = NULL;
    size_t count = 0;
    if (seen) {
        struct seen *token = (void *) (base + field->offset);
        const struct place version = {.parent = place, .name = "version"};
        if (!codec_read_integer (self, &version, json_array_get (value, 0), 0, LIMIT_INTEGER,
                                 &token->version)
            || !read_tuples (self, place, &trader_seen_list, value, first, &elements, &count)) {
            return false;
        }
        token->traders = elements;
        token->count = count;
        return true;
    }
    if (!read_tuples (self, place, field->list, value, first, &elements, &count)) {
        return false;
    }
    memcpy (base + field->offset, &elements, sizeof elements);
    memcpy (base + field->beside, &count, sizeof count);
    return true;
}

bool codec_read_value (struct reader *self, const struct place *place, const struct field *field,
                       const json_t *value, char *base)
{
    void *target = base + field->offset;
    switch (field->kind) {
    case VALUE_INTEGER:
    case VALUE_CLOCK:
        return codec_read_integer (self, place, value, field->min, field->max, target);
    case VALUE_BOOL:
        if (!json_is_boolean (value)) {
            return refuse_value (self, place, value, "true or false");
        }
        *(bool *) target = json_is_true (value);
        return true;
    case VALUE_PRODUCT:
        return read_product (self, place, value, false, target);
    case VALUE_PRODUCT_OR_NONE: {
        const enum status *status = (const void *) (base + field->beside);
        return read_product (self, place, value, codec_product_may_be_empty (*status), target);
    }
    case VALUE_TEXT:
        return read_text (self, place, field, value, target);
    case VALUE_WORD:
        return read_word (self, place, field, value, target);
    case VALUE_LIST:
    case VALUE_SEEN:
        return read_list (self, place, field, value, base);
    }
    assert (false);
    return false;
}
