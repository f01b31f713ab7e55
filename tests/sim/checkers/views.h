// How a trader stands with the warehouse, as RECORD_TRADER and RECORD_VIEW say it together, and in
// which ways that may change. A transaction changes a view in one way at most.
#ifndef SOUK_VIEWS_H
#define SOUK_VIEWS_H

#include "schemas/record.h"

struct view {
    struct record_trader trader;  // epoch 0: it has never joined
    struct record_view view;
};

// Why `next` may not follow `last`, in words; NULL: it may. Of a trader that is forsaken
// (FACT_FORSAKEN), what an earlier process has promised may be closed when another one joins. One
// that loses its seat by the same transaction is `unseated`.
const char *views_wrong (const struct view *last, const struct view *next, bool forsaken,
                         bool unseated);

// Whether `next` is a fresh start from a live view: whatever the process before it had promised and
// not settled is lost, since another one came without its journal and nobody had a copy.
bool views_forsakes (const struct view *last, const struct view *next);

enum { VIEW_TEXT = 192 };

// The view in a few words, such as "epoch 3, view 5, live, began 1, batch 2, applied 7, ...".
void views_print (const struct view *view, char text[VIEW_TEXT]);

#endif
