// The space-time diagram of Lamport's paper, turned so that time runs down: a column a node, a dot
// a step with the clock that it had, an arrow a message.
#include <inttypes.h>

#include "actors/trace/trail_print.h"

static bool takes_part (const struct trail *trail, int64_t node, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        if (trail->steps[i].node == node) {
            return true;
        }
    }
    return false;
}

// A box at the head of each column, in the order in which the nodes come into it.
static void print_columns (const struct trail *trail, FILE *file)
{
    char name[TRAIL_NAME_BYTES];
    fprintf (file, "  { rank=same;\n");
    for (size_t i = 0; i < trail->step_count; i++) {
        int64_t node = trail->steps[i].node;
        if (!takes_part (trail, node, i)) {
            fprintf (file,
                     "    n%" PRId64 " [label=\"%s\", shape=box, style=rounded, "
                     "group=\"n%" PRId64 "\"];\n",
                     node, trail_name (trail, node, name), node);
        }
    }
    fprintf (file, "  }\n");
}

// A step, below the one before it in its column.
static void print_step (const struct trail *trail, size_t index, FILE *file)
{
    const struct step *step = &trail->steps[index];
    fprintf (file, "  s%zu [label=\"%" PRId64 "\", group=\"n%" PRId64 "\"];\n", index + 1, step->at,
             step->node);
    size_t above = index;
    while (above > 0 && trail->steps[above - 1].node != step->node) {
        above--;
    }
    if (above > 0) {
        fprintf (file, "  s%zu -> s%zu", above, index + 1);
    } else {
        fprintf (file, "  n%" PRId64 " -> s%zu", step->node, index + 1);
    }
    fprintf (file, " [style=dotted, arrowhead=none, weight=8];\n");
}

static void print_message (const struct trail *trail, size_t index, FILE *file)
{
    const struct step *step = &trail->steps[index];
    const char *type = message_type_name (step->type);
    const char *again = trail->steps[step->sender].again ? " again" : "";
    const char *space = step->word[0] ? " " : "";
    if (step->did == DID_RECEIVE && step->sender != index) {
        fprintf (file, "  s%zu -> s%zu [label=\"%s%s%s%s\"];\n", step->sender + 1, index + 1, type,
                 space, step->word, again);
    } else if (step->fate == FATE_LOST || step->fate == FATE_DROPPED) {
        fprintf (file,
                 "  l%zu [label=\"lost\", shape=plaintext, fontcolor=red];\n"
                 "  s%zu -> l%zu [label=\"%s%s\", style=dashed, color=red];\n",
                 index + 1, index + 1, index + 1, type, again);
    }
}

void trail_print_dot (const struct trail *trail, FILE *file)
{
    fprintf (file,
             "digraph \"%" PRId64 "/%" PRId64 "\" {\n"
             "  node [shape=circle, width=0.3, fixedsize=false, fontsize=10];\n"
             "  edge [fontsize=9];\n",
             trail->client, trail->number);
    print_columns (trail, file);
    for (size_t i = 0; i < trail->step_count; i++) {
        print_step (trail, i, file);
    }
    for (size_t i = 0; i < trail->step_count; i++) {
        print_message (trail, i, file);
    }
    fprintf (file, "}\n");
}
