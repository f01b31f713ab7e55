#include "schemas/topology_fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/limits.h"
#include "schemas/message.h"
#include "schemas/topology.h"

bool topology_refuse (struct topology_reader *self, const char *path, const char *format, ...)
{
    int length = snprintf (self->error, self->error_size, "%s%s", path, path[0] ? ": " : "");
    if (length >= 0 && (size_t) length < self->error_size) {
        va_list arguments;
        va_start (arguments, format);
        vsnprintf (self->error + length, self->error_size - (size_t) length, format, arguments);
        va_end (arguments);
    }
    return false;
}

static void path_join (char path[FIELD_PATH_BYTES], const char *parent, const char *key)
{
    snprintf (path, FIELD_PATH_BYTES, "%.60s%s%.60s", parent, parent[0] ? "." : "", key);
}

static const struct topology_field *field_named (const struct topology_field *fields,
                                                 const char *key)
{
    for (const struct topology_field *field = fields; field->kind != FIELD_NONE; field++) {
        if (strcmp (field->key, key) == 0) {
            return field;
        }
    }
    return NULL;
}

static bool read_integer (struct topology_reader *self, const char *path, const json_t *value,
                          const struct topology_field *field, int64_t *result)
{
    if (json_is_integer (value)) {
        *result = json_integer_value (value);
        if (*result >= field->min && *result <= field->max) {
            return true;
        }
    }
    if (field->max == LIMIT_INTEGER) {
        return topology_refuse (self, path, "must be an integer from %" PRId64, field->min);
    }
    return topology_refuse (self, path, "must be an integer from %" PRId64 " to %" PRId64,
                            field->min, field->max);
}

static bool read_word (struct topology_reader *self, const char *path, const json_t *value,
                       const char *const *words, const char **result)
{
    char known[FIELD_PATH_BYTES] = "";
    const char *given = json_string_value (value);
    for (; *words; words++) {
        if (given && strcmp (given, *words) == 0) {
            *result = *words;
            return true;
        }
        size_t length = strlen (known);
        snprintf (known + length, sizeof known - length, "%s%s", length > 0 ? ", " : "", *words);
    }
    return topology_refuse (self, path, "must be one of %s", known);
}

bool topology_endpoint_valid (const char *text)
{
    size_t length = strlen (text);
    if (strncmp (text, "ipc://", 6) == 0) {
        return length > 6 && length <= 6 + FIELD_IPC_BYTES_MAX;
    }
    const char *colon = strrchr (text, ':');
    if (strncmp (text, "tcp://", 6) != 0 || length > LIMIT_ENDPOINT || colon < text + 7) {
        return false;
    }
    size_t digits = strspn (colon + 1, "0123456789");
    return strcmp (colon + 1, "*") == 0 || (digits >= 1 && digits <= 5 && !colon[1 + digits]);
}

static bool read_string (struct topology_reader *self, const char *path, const json_t *value,
                         const struct topology_field *field, const char **result)
{
    const char *text = json_string_value (value);
    size_t length = json_string_length (value);
    if (field->kind == FIELD_PRODUCT && (!text || !product_name_valid (text))) {
        return topology_refuse (self, path,
                                "must be a name of 1 to %d characters a-z, 0-9, _ and -",
                                LIMIT_PRODUCT_NAME);
    }
    if (field->kind == FIELD_ENDPOINT && (!text || !topology_endpoint_valid (text))) {
        return topology_refuse (self, path,
                                "must be tcp://HOST:PORT, tcp://HOST:* or ipc://PATH, the path "
                                "at most %d bytes, all at most %d",
                                FIELD_IPC_BYTES_MAX, LIMIT_ENDPOINT);
    }
    if (field->kind == FIELD_TEXT && (!text || length < 1 || length > (size_t) field->max)) {
        return topology_refuse (self, path, "must be a string of 1 to %" PRId64 " bytes",
                                field->max);
    }
    *result = arena_string (self->arena, text, length);
    return true;
}

// "5%" is 5. Returns -1 for what is no percentage.
static int64_t percentage (const char *text)
{
    size_t digits = strspn (text, "0123456789");
    if (digits < 1 || digits > 3 || strcmp (text + digits, "%") != 0
        || (text[0] == '0' && digits > 1)) {
        return -1;
    }
    int64_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value <= 100 ? value : -1;
}

bool topology_budget_parse (const char *text, struct topology_budget *budget)
{
    size_t digits = strspn (text, "0123456789");
    *budget = (struct topology_budget){.units = -1, .percent = percentage (text)};
    if (digits >= 1 && digits <= 7 && !text[digits] && (text[0] != '0' || digits == 1)) {
        budget->units = strtoll (text, NULL, 10);
    }
    return budget->percent >= 0 || (budget->units >= 0 && budget->units <= LIMIT_QUANTITY);
}

static bool read_budget (struct topology_reader *self, const char *path, const json_t *value,
                         const struct topology_field *field, struct topology_budget *budget)
{
    *budget = (struct topology_budget){.units = -1, .percent = -1};
    if (json_is_string (value)) {
        budget->percent = percentage (json_string_value (value));
    } else if (json_is_integer (value) && json_integer_value (value) <= field->max) {
        budget->units = json_integer_value (value);
    }
    return budget->percent >= 0 || budget->units >= 0
           || topology_refuse (self, path,
                               "must be an integer from 0 to %" PRId64
                               ", for units, or a string from 0%% to 100%%, of what was stocked",
                               field->max);
}

static bool read_field (struct topology_reader *self, const char *path, const json_t *value,
                        const struct topology_field *field, char *target)
{
    char *place = target + field->offset;
    switch (field->kind) {
    case FIELD_INTEGER:
        return read_integer (self, path, value, field, (int64_t *) (void *) place);
    case FIELD_BOOLEAN:
        *(bool *) (void *) place = json_is_true (value);
        return json_is_boolean (value) || topology_refuse (self, path, "must be true or false");
    case FIELD_WORD:
        return read_word (self, path, value, field->words, (const char **) (void *) place);
    case FIELD_TEXT:
    case FIELD_PRODUCT:
    case FIELD_ENDPOINT:
        return read_string (self, path, value, field, (const char **) (void *) place);
    case FIELD_BUDGET:
        return read_budget (self, path, value, field, (struct topology_budget *) (void *) place);
    case FIELD_CONSTANT:
        return (json_is_integer (value) && json_integer_value (value) == field->min)
               || topology_refuse (self, path, "must be %" PRId64, field->min);
    case FIELD_PART:
    case FIELD_NONE:
        break;
    }
    return true;
}

static void leave_out (const struct topology_field *field, char *target)
{
    void *place = target + field->offset;
    switch (field->kind) {
    case FIELD_INTEGER:
        *(int64_t *) place = -1;
        break;
    case FIELD_BOOLEAN:
        *(bool *) place = field->otherwise;
        break;
    case FIELD_WORD:
    case FIELD_TEXT:
    case FIELD_PRODUCT:
    case FIELD_ENDPOINT:
        *(const char **) place = NULL;
        break;
    case FIELD_BUDGET:
        *(struct topology_budget *) place = (struct topology_budget){.units = -1, .percent = -1};
        break;
    case FIELD_CONSTANT:
    case FIELD_PART:
    case FIELD_NONE:
        break;
    }
}

static bool keys_known (struct topology_reader *self, const char *path, json_t *object,
                        const struct topology_field *fields)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value)
    {
        if (field_named (fields, key)) {
            continue;
        }
        char where[FIELD_PATH_BYTES];
        path_join (where, path, key);
        char known[FIELD_PATH_BYTES * 2] = "";
        for (const struct topology_field *field = fields; field->kind != FIELD_NONE; field++) {
            size_t length = strlen (known);
            snprintf (known + length, sizeof known - length, "%s%s", length > 0 ? ", " : "",
                      field->key);
        }
        return topology_refuse (self, where, "is not known; known are %s", known);
    }
    return true;
}

bool topology_read_object (struct topology_reader *self, const char *path, json_t *object,
                           const struct topology_field *fields, void *target)
{
    if (!json_is_object (object)) {
        return topology_refuse (self, path, "must be an object");
    }
    if (!keys_known (self, path, object, fields)) {
        return false;
    }
    for (const struct topology_field *field = fields; field->kind != FIELD_NONE; field++) {
        char where[FIELD_PATH_BYTES];
        path_join (where, path, field->key);
        const json_t *value = json_object_get (object, field->key);
        if (!value && field->required) {
            return topology_refuse (self, where, "is missing");
        }
        if (!value) {
            leave_out (field, target);
        } else if (!read_field (self, where, value, field, target)) {
            return false;
        }
    }
    return true;
}
