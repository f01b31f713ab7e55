#include "actors/trace/trail_print.h"

#include <inttypes.h>
#include <string.h>

const char *trail_name (const struct trail *trail, int64_t node, char name[TRAIL_NAME_BYTES])
{
    const struct trail_node *known = trail_node (trail, node);
    if (node == WAREHOUSE_NODE) {
        return strcpy (name, "the warehouse");
    }
    snprintf (name, TRAIL_NAME_BYTES, "%.20s %" PRId64,
              known && known->role[0] ? known->role : "node", node);
    return name;
}

static int64_t began_us (const struct trail *trail)
{
    int64_t least_us = trail->steps[0].us;
    for (size_t i = 1; i < trail->step_count; i++) {
        least_us = trail->steps[i].us < least_us ? trail->steps[i].us : least_us;
    }
    return least_us;
}

// What the message says of itself, in brackets.
static void print_details (const struct step *step, FILE *file)
{
    switch (step->type) {
    case MESSAGE_COMMIT:
        fprintf (file, " (epoch %" PRId64 ", batch %" PRId64 ", %zu request%s)", step->epoch,
                 step->batch, step->requests, step->requests == 1 ? "" : "s");
        break;
    case MESSAGE_COMMITTED:
        fprintf (file, " (epoch %" PRId64 ", batch %" PRId64 ")", step->epoch, step->batch);
        break;
    case MESSAGE_JOURNAL:
        fprintf (file, " (view %" PRId64 ", write %" PRId64 ")", step->view, step->write);
        break;
    case MESSAGE_JOURNALED:
        fprintf (file, " (view %" PRId64 ", up to write %" PRId64 ")", step->view, step->write);
        break;
    case MESSAGE_HANDOVER:
        fprintf (file, " (term %" PRId64 ", %zu request%s)", step->term, step->requests,
                 step->requests == 1 ? "" : "s");
        break;
    case MESSAGE_RECEIPT:
    case MESSAGE_OVERSOLD:
    case MESSAGE_ERROR:
        fprintf (file, step->quantity ? " (%s, %" PRId64 " %s)" : " (%s)", step->word,
                 step->quantity, step->product);
        break;
    default:
        if (step->quantity > 0) {
            fprintf (file, " (%" PRId64 " %s)", step->quantity, step->product);
        }
        break;
    }
}

static void print_fate (const struct trail *trail, const struct step *step, FILE *file)
{
    if (step->fate == FATE_LOST) {
        fprintf (file, ": lost");
    } else if (step->fate == FATE_DROPPED) {
        fprintf (file, ": nobody is there");
    } else if (step->fate == FATE_UNKNOWN && step->did == DID_SEND && step->to != TRAIL_NOBODY) {
        const struct trail_node *to = trail_node (trail, step->to);
        fprintf (file, ", whose trace %s", to ? "ends before" : "is not here");
    } else if (step->fate == FATE_UNKNOWN && step->did == DID_RECEIVE
               && trail_node (trail, step->from)) {
        fprintf (file, ", in whose trace it is not");
    }
}

static void print_what (const struct trail *trail, const struct step *step, FILE *file)
{
    char name[TRAIL_NAME_BYTES];
    const char *type = message_type_name (step->type);
    if (step->did == DID_RECEIVE) {
        fprintf (file, "receives %s", type);
        print_details (step, file);
        fprintf (file, " from %s", trail_name (trail, step->from, name));
    } else if (step->to == TRAIL_NOBODY) {
        fprintf (file, "publishes %s", type);
        print_details (step, file);
    } else {
        fprintf (file, "sends %s%s", type, step->again ? " again" : "");
        print_details (step, file);
        fprintf (file, " to %s", trail_name (trail, step->to, name));
    }
    print_fate (trail, step, file);
}

static const char *answer_word (const struct step *answer)
{
    return answer->word[0] ? answer->word : message_type_name (answer->type);
}

static void print_answers (const struct trail *trail, const struct trail_end *end, FILE *file)
{
    char name[TRAIL_NAME_BYTES];
    if (!end->answered) {
        fprintf (file, ", not answered");
        return;
    }
    fprintf (file, ", answered %s after %.1f ms by %s", answer_word (end->answered),
             (double) (end->answered->us - end->asked->us) / 1000,
             trail_name (trail, end->answered->from, name));
    if (end->last) {
        fprintf (file, ", then %s after %.1f ms", answer_word (end->last),
                 (double) (end->last->us - end->asked->us) / 1000);
    }
}

static void print_times (const char *what, size_t count, FILE *file)
{
    if (count > 0) {
        fprintf (file, ", %s %zu time%s", what, count, count == 1 ? "" : "s");
    }
}

static void print_heading (const struct trail *trail, FILE *file)
{
    char name[TRAIL_NAME_BYTES];
    struct trail_end end = trail_end (trail);
    bool restock = end.asked && end.asked->type == MESSAGE_RESTOCK;
    fprintf (file, "%s %" PRId64 "/%" PRId64 ": ", restock ? "restock" : "order", trail->client,
             trail->number);
    if (end.asked) {
        fprintf (file, "%" PRId64 " %s", end.asked->quantity, end.asked->product);
        print_answers (trail, &end, file);
        print_times ("asked again", end.again, file);
    } else {
        fprintf (file, "as the others saw it: %s has no trace of it",
                 trail_name (trail, trail->client, name));
    }
    if (end.lost > 0) {
        fprintf (file, ", %zu message%s lost", end.lost, end.lost == 1 ? "" : "s");
    }
    fprintf (file, "\n");
}

void trail_print_text (const struct trail *trail, FILE *file)
{
    char name[TRAIL_NAME_BYTES];
    int64_t began = began_us (trail);
    print_heading (trail, file);
    fprintf (file, "  %10s  %10s  %-14s  what\n", "clock", "ms", "node");
    for (size_t i = 0; i < trail->step_count; i++) {
        const struct step *step = &trail->steps[i];
        fprintf (file, "  %10" PRId64 "  %+10.3f  %-14s  ", step->at,
                 (double) (step->us - began) / 1000, trail_name (trail, step->node, name));
        print_what (trail, step, file);
        fprintf (file, "\n");
    }
}

static void print_number (const char *key, int64_t value, bool there, FILE *file)
{
    if (there) {
        fprintf (file, ",\"%s\":%" PRId64, key, value);
    }
}

static void print_word (const char *key, const char *value, FILE *file)
{
    if (value[0]) {
        fprintf (file, ",\"%s\":\"%s\"", key, value);
    }
}

static void print_step (const struct trail *trail, size_t index, int64_t began, FILE *file)
{
    static const char *const dids[] = {
        [DID_SEND] = "sent", [DID_RECEIVE] = "received", [DID_DROP] = "dropped"};
    static const char *const fates[] = {[FATE_ARRIVED] = "arrived",
                                        [FATE_LOST] = "lost",
                                        [FATE_UNKNOWN] = "unknown",
                                        [FATE_DROPPED] = "dropped"};
    const struct step *step = &trail->steps[index];
    const struct trail_node *node = trail_node (trail, step->node);
    fprintf (file,
             "{\"step\":%zu,\"clock\":%" PRId64 ",\"time_us\":%" PRId64 ",\"wall_us\":%" PRId64
             ",\"node\":%" PRId64,
             index + 1, step->at, step->us - began, step->wall_us, step->node);
    print_word ("role", node ? node->role : "", file);
    fprintf (file, ",\"did\":\"%s\",\"type\":\"%s\",\"from\":%" PRId64, dids[step->did],
             message_type_name (step->type), step->from);
    print_number ("to", step->to, step->to != TRAIL_NOBODY, file);
    print_word ("fate", fates[step->fate], file);
    print_number ("sent_in", (int64_t) step->sender + 1,
                  step->did == DID_RECEIVE && step->sender != index, file);
    print_word ("product", step->product, file);
    print_word (step->type == MESSAGE_ERROR ? "reason" : "status", step->word, file);
    print_number ("quantity", step->quantity, step->quantity > 0, file);
    print_number ("attempt", step->attempt, step->attempt > 0, file);
    print_number ("trader", step->trader, step->trader > 0, file);
    print_number ("epoch", step->epoch, step->epoch > 0, file);
    print_number ("batch", step->batch, step->batch > 0, file);
    print_number ("view", step->view, step->view > 0, file);
    print_number ("write", step->write, step->write > 0, file);
    print_number ("term", step->term, step->term > 0, file);
    fprintf (file, ",\"again\":%s}\n", step->again ? "true" : "false");
}

void trail_print_json (const struct trail *trail, FILE *file)
{
    int64_t began = began_us (trail);
    for (size_t i = 0; i < trail->step_count; i++) {
        print_step (trail, i, began, file);
    }
}
