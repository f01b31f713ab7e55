#include "actors/trace/trail.h"

#include <stdlib.h>
#include <string.h>

enum { NODES_ROOM = 64, STEPS_ROOM = 64 };

void trail_init (struct trail *self, int64_t client, int64_t number)
{
    *self = (struct trail){.client = client, .number = number};
}

void trail_free (struct trail *self)
{
    free (self->nodes);
    free (self->steps);
    *self = (struct trail){0};
}

// Room for one more; grows by doubling.
static void *grow (void *items, size_t count, size_t first, size_t size)
{
    bool is_full = count == 0 || (count >= first && (count & (count - 1)) == 0);
    if (!is_full) {
        return items;
    }
    void *larger = realloc (items, (count < first ? first : 2 * count) * size);
    if (!larger) {
        abort ();
    }
    return larger;
}

static struct trail_node *find_node (const struct trail *self, int64_t id)
{
    for (size_t i = 0; i < self->node_count; i++) {
        if (self->nodes[i].id == id) {
            return &self->nodes[i];
        }
    }
    return NULL;
}

const struct trail_node *trail_node (const struct trail *self, int64_t id)
{
    return find_node (self, id);
}

void trail_add_node (struct trail *self, int64_t id, const char *role)
{
    if (find_node (self, id) || self->node_count == TRAIL_NODES_MAX) {
        return;
    }
    self->nodes = grow (self->nodes, self->node_count, NODES_ROOM, sizeof *self->nodes);
    self->nodes[self->node_count++] = (struct trail_node){.id = id, .role = role};
}

void trail_node_ended (struct trail *self, int64_t id)
{
    struct trail_node *node = find_node (self, id);
    if (node) {
        node->ended = true;
    }
}

void trail_add (struct trail *self, const struct step *step)
{
    if (self->step_count == TRAIL_STEPS_MAX) {
        self->full = true;
        return;
    }
    self->steps = grow (self->steps, self->step_count, STEPS_ROOM, sizeof *self->steps);
    self->steps[self->step_count] = *step;
    // Of the nodes' order, until trail_join needs the field for something else.
    self->steps[self->step_count].sender = self->step_count;
    self->step_count++;
}

// The two nodes of a message that goes from one to another.
static bool is_between (const struct step *message, int64_t from, int64_t to)
{
    return message->from == from && message->to == to;
}

static bool is_answered_by (const struct step *asked, const struct step *answer)
{
    if (!is_between (answer, asked->to, asked->from)) {
        return false;
    }
    if (asked->type == MESSAGE_COMMIT && answer->type == MESSAGE_COMMITTED) {
        return asked->trader == answer->trader && asked->epoch == answer->epoch
               && asked->batch == answer->batch;
    }
    return asked->type == MESSAGE_JOURNAL && answer->type == MESSAGE_JOURNALED
           && asked->view == answer->view && asked->write <= answer->write;
}

// A journaled confirms all writes up to its own, and is sent often: the first one that reaches is
// the one that counts.
static bool is_confirmed (const struct trail *self, const struct step *answer)
{
    for (size_t i = 0; i < self->step_count; i++) {
        const struct step *step = &self->steps[i];
        if (step->type == MESSAGE_JOURNALED && step->did == answer->did
            && step->view == answer->view && is_between (step, answer->from, answer->to)) {
            return true;
        }
    }
    return false;
}

// Whether this is how the message left that came in `came`.
static bool is_sender_of (const struct step *left, const struct step *came)
{
    return left->did == DID_SEND && left->type == came->type && left->from == came->from
           && left->node == came->from && left->clock == came->clock
           && (left->to == came->node || left->to == TRAIL_NOBODY);
}

bool trail_answers (const struct trail *self, const struct step *step)
{
    if (step->type == MESSAGE_JOURNALED && is_confirmed (self, step)) {
        return false;
    }
    for (size_t i = 0; i < self->step_count; i++) {
        const struct step *before = &self->steps[i];
        bool refused = step->type == MESSAGE_ERROR && step->from == WAREHOUSE_NODE
                       && step->did == DID_RECEIVE && is_sender_of (before, step);
        if (refused || is_answered_by (before, step)) {
            return true;
        }
    }
    return false;
}

static int compare (int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_steps (const void *a_p, const void *b_p)
{
    const struct step *a = a_p;
    const struct step *b = b_p;
    int order = compare (a->at, b->at);
    if (order == 0) {
        order = compare (a->node, b->node);
    }
    return order ? order : compare ((int64_t) a->sender, (int64_t) b->sender);
}

// Doubled clocks, of two lives of a node, go to who has not arrived yet.
static void find_sender (struct trail *self, size_t index)
{
    struct step *came = &self->steps[index];
    size_t found = index;
    for (size_t i = 0; i < self->step_count; i++) {
        if (is_sender_of (&self->steps[i], came)) {
            found = i;
            if (self->steps[i].fate != FATE_ARRIVED) {
                break;
            }
        }
    }
    came->sender = found;
    came->fate = found == index ? FATE_UNKNOWN : FATE_ARRIVED;
    self->steps[found].fate = came->fate;
}

// A seller is told once of each lot that it sold from.
static bool is_repeated (const struct step *a, const struct step *b)
{
    return a->type != MESSAGE_SOLD && a->did != DID_RECEIVE && b->did != DID_RECEIVE
           && a->type == b->type && a->node == b->node && a->to == b->to && a->epoch == b->epoch
           && a->batch == b->batch && a->write == b->write && a->view == b->view
           && strcmp (a->word, b->word) == 0;
}

static bool is_asked (const struct trail *self, const struct step *step)
{
    bool asks = step->type == MESSAGE_BUY || step->type == MESSAGE_RESTOCK;
    return asks && step->node == self->client && step->did != DID_RECEIVE;
}

// Requests of the client itself go to any trader.
static bool was_sent_before (const struct trail *self, size_t index)
{
    const struct step *step = &self->steps[index];
    if (step->did == DID_RECEIVE || step->to == TRAIL_NOBODY) {
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        const struct step *before = &self->steps[i];
        bool asked = is_asked (self, before) && is_asked (self, step);
        if (asked || is_repeated (before, step)) {
            return true;
        }
    }
    return false;
}

static enum trail_fate fate_of_unseen (const struct trail *self, const struct step *step)
{
    const struct trail_node *to = trail_node (self, step->to);
    if (step->did == DID_DROP) {
        return FATE_DROPPED;
    }
    return step->to == TRAIL_NOBODY || !to || to->ended ? FATE_UNKNOWN : FATE_LOST;
}

void trail_join (struct trail *self)
{
    if (self->step_count > 0) {
        qsort (self->steps, self->step_count, sizeof *self->steps, compare_steps);
    }
    for (size_t i = 0; i < self->step_count; i++) {
        self->steps[i].again = was_sent_before (self, i);
        self->steps[i].sender = i;
        self->steps[i].fate = fate_of_unseen (self, &self->steps[i]);
    }
    for (size_t i = 0; i < self->step_count; i++) {
        if (self->steps[i].did == DID_RECEIVE) {
            find_sender (self, i);
        }
    }
}

static bool is_answer (enum message_type type)
{
    return type == MESSAGE_RECEIPT || type == MESSAGE_OVERSOLD || type == MESSAGE_RESTOCKED
           || type == MESSAGE_ERROR;
}

// An error may be followed by an answer: the client asks again.
static void take_answer (struct trail_end *end, const struct step *step)
{
    if (!end->answered || end->answered->type == MESSAGE_ERROR) {
        end->answered = step;
    } else if (!end->last && step->type != MESSAGE_ERROR
               && strcmp (step->word, end->answered->word) != 0) {
        end->last = step;
    }
}

struct trail_end trail_end (const struct trail *self)
{
    struct trail_end end = {0};
    for (size_t i = 0; i < self->step_count; i++) {
        const struct step *step = &self->steps[i];
        if (is_asked (self, step)) {
            end.again += end.asked != NULL;
            end.asked = end.asked ? end.asked : step;
        }
        if (step->node == self->client && step->did == DID_RECEIVE && is_answer (step->type)
            && step->from != WAREHOUSE_NODE) {
            take_answer (&end, step);
        }
        end.lost += step->fate == FATE_LOST || step->fate == FATE_DROPPED;
    }
    return end;
}
