// Bytes to messages. What codec_fast.c does not take is read here: jansson parses, the tables of
// codec_fields.h say what is allowed, and what they do not allow is refused. Before jansson sees a
// byte, its length and nesting are bounded.
#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "schemas/codec_decode.h"
#include "schemas/codec_fields.h"
#include "schemas/codec_read.h"

static bool is_header (const char *key)
{
    return !strcmp (key, "type") || !strcmp (key, "v") || !strcmp (key, "from")
           || !strcmp (key, "clock") || !strcmp (key, "market");
}

static bool refuse_unknown_key (struct reader *self, json_t *root, const struct shape *shape)
{
    for (void *at = json_object_iter (root); at; at = json_object_iter_next (root, at)) {
        const char *key = json_object_iter_key (at);
        bool known = is_header (key);
        for (size_t i = 0; !known && i < shape->field_count; i++) {
            known = !strcmp (key, shape->fields[i].name);
        }
        if (!known) {
            return codec_refuse (self, "\"%.40s\" is no field of it", key);
        }
    }
    assert (false);
    return false;
}

static bool read_header (struct reader *self, json_t *root, struct message *message)
{
    const struct {
        const char *name;
        int64_t min;
        int64_t max;
        int64_t *target;
        bool optional;
    } rows[] = {
        {"from", message_shapes[message->type].from_min, LIMIT_NODE, &message->from, false},
        {"clock", 0, LIMIT_INTEGER, &message->clock, false},
        {"market", 1, LIMIT_INTEGER, &message->market, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct place place = {.name = rows[i].name};
        const json_t *value = json_object_get (root, rows[i].name);
        if (!value && rows[i].optional) {
            continue;
        }
        if (!value) {
            return codec_refuse (self, "%s is missing", rows[i].name);
        }
        if (!codec_read_integer (self, &place, value, rows[i].min, rows[i].max, rows[i].target)) {
            return false;
        }
    }
    return true;
}

static bool read_type (struct reader *self, json_t *root, struct message *message)
{
    const json_t *type = json_object_get (root, "type");
    const json_t *version = json_object_get (root, "v");
    const char *name = json_string_value (type);
    if (!name) {
        return codec_refuse (self, type ? "type must be a string" : "type is missing");
    }
    size_t found = 0;
    while (found < MESSAGE_TYPE_COUNT && strcmp (name, message_shapes[found].name)) {
        found++;
    }
    if (found == MESSAGE_TYPE_COUNT) {
        return codec_refuse (self, "\"%.40s\" is no type of this protocol", name);
    }
    message->type = (enum message_type) found;
    self->type = message_shapes[found].name;
    if (!json_is_integer (version) || json_integer_value (version) != PROTOCOL_VERSION) {
        return codec_refuse (self, version ? "v must be 1, the version of this protocol"
                                           : "v is missing");
    }
    return true;
}

static bool read_message (struct reader *self, json_t *root, struct message *message)
{
    if (!json_is_object (root)) {
        return codec_refuse (self, "must be a JSON object");
    }
    if (!read_type (self, root, message) || !read_header (self, root, message)) {
        return false;
    }
    const struct shape *shape = &message_shapes[message->type];
    size_t found = message->market > 0 ? 5 : 4;  // of the header
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const struct place place = {.name = field->name};
        const json_t *value = json_object_get (root, field->name);
        if (value) {
            found++;
            if (!codec_read_value (self, &place, field, value, (char *) message)) {
                return false;
            }
        } else if (field->optional) {
            codec_set_absent (field, (char *) message);
        } else {
            return codec_refuse (self, "%s is missing", field->name);
        }
    }
    if (message->type == MESSAGE_OVERSOLD) {
        message->oversold.status = STATUS_OVERSOLD;  // Not on the wire: the type says it.
    }
    if (json_object_size (root) != found) {
        return refuse_unknown_key (self, root, shape);
    }
    const char *wrong = codec_seating_wrong (message);
    return !wrong || codec_refuse (self, "%s", wrong);
}

// What jansson must not see, or would let pass: returns what is wrong, NULL when nothing is.
static const char *scan (const char *data, size_t size)
{
    bool in_string = false;
    int depth = 0;
    for (size_t i = 0; i < size; i++) {
        char byte = data[i];
        if (byte == 0) {
            return "a NUL byte";
        }
        if (in_string) {
            // An escaped byte ends no string; a quotation mark that is not escaped does.
            i += byte == '\\' && i + 1 < size && data[i + 1];
            in_string = byte != '"';
        } else if (byte == '"') {
            in_string = true;
        } else if (byte == '[' || byte == '{') {
            if (++depth > LIMIT_JSON_DEPTH) {
                return "nested deeper than 16";
            }
        } else if (byte == ']' || byte == '}') {
            depth--;
        } else if (byte == '-' && i + 1 < size && data[i + 1] == '0') {
            return "a number that begins with -0";
        }
    }
    return NULL;
}

// Tells who sent what, as far as it can be read from a message that is refused.
static void identify (const json_t *root, struct decode_error *error)
{
    const json_t *number = json_object_get (root, "number");
    int64_t from = json_integer_value (json_object_get (root, "from"));
    int64_t value = json_integer_value (number ? number : json_object_get (root, "batch"));
    error->from = from >= 0 && from <= LIMIT_NODE ? from : 0;
    error->number = value >= 0 && value <= LIMIT_INTEGER ? value : 0;
}

bool codec_decode_full (const char *data, size_t size, arena_t *arena, struct message *message,
                        struct decode_error *error)
{
    struct reader reader = {.arena = arena, .error = error, .type = "message"};
    *error = (struct decode_error){.from = 0};
    memset (message, 0, sizeof *message);
    const char *wrong = scan (data, size);
    if (wrong) {
        return codec_refuse (&reader, "not valid: %s", wrong);
    }
    json_error_t parse_error;
    json_t *root = json_loadb (data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &parse_error);
    if (!root) {
        return codec_refuse (&reader, "not valid JSON: %s (byte %d)", parse_error.text,
                             parse_error.position);
    }
    bool valid = read_message (&reader, root, message);
    if (!valid) {
        identify (root, error);
    }
    json_decref (root);
    return valid;
}

bool message_decode (const char *data, size_t size, size_t size_max, arena_t *arena,
                     struct message *message, struct decode_error *error)
{
    if (size > size_max) {
        struct reader reader = {.error = error, .type = "message"};
        *error = (struct decode_error){.from = 0};
        return codec_refuse (&reader, "%zu bytes are more than %zu", size, size_max);
    }
    return codec_decode_fast (data, size, arena, message)
           || codec_decode_full (data, size, arena, message, error);
}
