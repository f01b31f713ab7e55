#include <assert.h>
#include <stdlib.h>

#include "tests/sim/checkers/checker.h"

// Those that name the cause best come first: what one fact shows, then what it took many to show.
const struct checker_class *const all_checkers[] = {
    &owner_checker,        &seats_checker,
    &conservation_checker, &money_checker,
    &outcome_checker,      &durability_checker,
    &promise_checker,      &escrow_checker,
    &session_checker,      &linear_checker,
    &stock_checker,        &convergence_checker,
    &liveness_checker,     NULL,
};

enum { CHECKER_COUNT = sizeof all_checkers / sizeof all_checkers[0] - 1 };

struct panel {
    void *checkers[CHECKER_COUNT];           // each of the class at the same place in all_checkers
    const struct checker_class *complained;  // NULL: none
    char text[CHECKER_TEXT];
};

panel_t *panel_new (const struct rules *rules)
{
    panel_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    for (size_t i = 0; i < CHECKER_COUNT; i++) {
        self->checkers[i] = all_checkers[i]->make (rules);
    }
    return self;
}

void panel_destroy (panel_t **self_p)
{
    assert (self_p);
    panel_t *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < CHECKER_COUNT; i++) {
        all_checkers[i]->destroy (self->checkers[i]);
    }
    free (self);
    *self_p = NULL;
}

const struct checker_class *panel_see (panel_t *self, const struct fact *fact)
{
    for (size_t i = 0; i < CHECKER_COUNT && !self->complained; i++) {
        if (!all_checkers[i]->see (self->checkers[i], fact, self->text)) {
            self->complained = all_checkers[i];
        }
    }
    return self->complained;
}

const char *panel_text (const panel_t *self)
{
    return self->text;
}
