#include "actors/trace/trail_line.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "broker/shells/trace_shell.h"

void trail_filter_init (struct trail_filter *self, const struct trail *trail)
{
    *self = (struct trail_filter){0};
    snprintf (self->request, sizeof self->request, "[%" PRId64 ",%" PRId64 "]", trail->client,
              trail->number);
}

bool trail_filter_wants (const struct trail_filter *self, const struct trail *trail,
                         const char *line)
{
    static const char heading[] = "{\"trace\":", ended[] = "{\"ended\":";
    if (self->answers) {
        return strstr (line, "\"type\":\"committed\"") || strstr (line, "\"type\":\"journaled\"")
               || strstr (line, "\"type\":\"error\"");
    }
    return trail->asked || strstr (line, self->request)
           || strncmp (line, heading, sizeof heading - 1) == 0
           || strncmp (line, ended, sizeof ended - 1) == 0;
}

// Returns false where the key is missing or no integer from 0.
static bool number (const json_t *line, const char *key, int64_t *value)
{
    const json_t *found = json_object_get (line, key);
    *value = json_integer_value (found);
    return json_is_integer (found) && *value >= 0 && *value <= LIMIT_INTEGER;
}

// 0 where there is none.
static int64_t number_or_none (const json_t *line, const char *key)
{
    int64_t value;
    return number (line, key, &value) ? value : 0;
}

// Words are printed as they stand: they keep to the letters of a product's name.
static const char *word (const json_t *line, const char *key, arena_t *arena)
{
    const char *text = json_string_value (json_object_get (line, key));
    return text && product_name_valid (text) ? arena_string (arena, text, strlen (text)) : "";
}

static bool find_type (const json_t *line, enum message_type *type)
{
    const char *text = json_string_value (json_object_get (line, "type"));
    for (int i = 0; text && i < MESSAGE_TYPE_COUNT; i++) {
        if (strcmp (message_type_name ((enum message_type) i), text) == 0) {
            *type = (enum message_type) i;
            return true;
        }
    }
    return false;
}

static bool find_did (const json_t *line, enum did *did)
{
    static const char *const words[] = {
        [DID_SEND] = "sent", [DID_RECEIVE] = "received", [DID_DROP] = "dropped"};
    const char *text = json_string_value (json_object_get (line, "did"));
    for (int i = 0; text && i <= DID_DROP; i++) {
        if (strcmp (words[i], text) == 0) {
            *did = (enum did) i;
            return true;
        }
    }
    return false;
}

// Where the request stands among those of the line; -1: it is none of them.
static int64_t place_of (const struct trail *trail, const json_t *requests)
{
    for (size_t i = 0; i < json_array_size (requests); i++) {
        const json_t *pair = json_array_get (requests, i);
        if (json_integer_value (json_array_get (pair, 0)) == trail->client
            && json_integer_value (json_array_get (pair, 1)) == trail->number) {
            return (int64_t) i;
        }
    }
    return -1;
}

static void read_details (const json_t *line, arena_t *arena, struct step *step)
{
    step->product = word (line, "product", arena);
    step->word = word (line, step->type == MESSAGE_ERROR ? "reason" : "status", arena);
    step->attempt = number_or_none (line, "attempt");
    step->quantity = number_or_none (line, "quantity") + number_or_none (line, "units");
    step->trader = number_or_none (line, "trader");
    step->epoch = number_or_none (line, "epoch");
    step->batch = number_or_none (line, "batch");
    step->view = number_or_none (line, "view");
    step->write = number_or_none (line, "write");
    step->term = number_or_none (line, "term");
}

static bool read_step (const json_t *line, arena_t *arena, struct step *step)
{
    *step = (struct step){0};
    if (!find_did (line, &step->did) || !find_type (line, &step->type)
        || !number (line, "node", &step->node) || !number (line, "from", &step->from)
        || !number (line, "us", &step->us) || !number (line, "wall_us", &step->wall_us)
        || !number (line, "clock", &step->clock)) {
        return false;
    }
    step->to = TRAIL_NOBODY;
    if (json_object_get (line, "to") && !number (line, "to", &step->to)) {
        return false;
    }
    step->at = step->clock;
    if (step->did == DID_RECEIVE && (!number (line, "at", &step->at) || step->at < step->clock)) {
        return false;
    }
    read_details (line, arena, step);
    return true;
}

// The warehouse takes one request, answers it, and takes the next: so a refusal of a commit, which
// names no request, is known by where it stands.
static bool refuses_what_was_asked (struct trail *trail, const struct step *step, bool named)
{
    if (step->node != WAREHOUSE_NODE || step->to == TRAIL_NOBODY) {
        return false;
    }
    bool refuses = trail->asked && step->did == DID_SEND && step->type == MESSAGE_ERROR;
    trail->asked = step->did == DID_RECEIVE && step->type == MESSAGE_COMMIT && named;
    return refuses;
}

static enum trail_line read_object (const struct trail_filter *filter, struct trail *trail,
                                    const json_t *line, arena_t *arena, struct step *step)
{
    int64_t node;
    if (json_object_get (line, "trace")) {
        if (number_or_none (line, "trace") != TRACE_VERSION || !number (line, "node", &node)) {
            return LINE_BAD;
        }
        trail->asked = false;
        trail_add_node (trail, node, word (line, "role", arena));
        return LINE_HEADING;
    }
    if (json_object_get (line, "ended") && number (line, "node", &node)) {
        trail_node_ended (trail, node);
        return LINE_ENDED;
    }
    if (!read_step (line, arena, step)) {
        return LINE_BAD;
    }
    const json_t *requests = json_object_get (line, "requests");
    int64_t place = place_of (trail, requests);
    step->requests = json_array_size (requests);
    if (step->type == MESSAGE_JOURNAL && place > 0) {
        step->write += place;
    }
    if (filter->answers) {
        return place < 0 && trail_answers (trail, step) ? LINE_STEP : LINE_OTHER;
    }
    bool refuses = refuses_what_was_asked (trail, step, place >= 0);
    return place >= 0 || refuses ? LINE_STEP : LINE_OTHER;
}

enum trail_line trail_line_read (const struct trail_filter *filter, struct trail *trail,
                                 const char *line, size_t length, arena_t *arena, struct step *step)
{
    json_t *object = json_loadb (line, length, JSON_REJECT_DUPLICATES, NULL);
    enum trail_line kind =
        json_is_object (object) ? read_object (filter, trail, object, arena, step) : LINE_BAD;
    json_decref (object);
    return kind;
}
