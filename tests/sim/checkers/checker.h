// A checker holds a history against one invariant. It is shown every fact as it happens and says
// at once where the invariant breaks; what only the whole can show it says at FACT_OVER. None of
// them calls into a core (tests/check_purity.py sees to it).
#ifndef SOUK_CHECKER_H
#define SOUK_CHECKER_H

#include "tests/sim/checkers/history.h"

enum { CHECKER_TEXT = 512 };

struct checker_class {
    const char *name;   // "conservation"
    const char *about;  // "I1: restocked = unsold + sold, per lot and product"
    void *(*make) (const struct rules *rules);  // the rules outlive the checker
    // Returns false and says what is wrong in `text` (of CHECKER_TEXT bytes).
    bool (*see) (void *self, const struct fact *fact, char *text);
    void (*destroy) (void *self);
};

extern const struct checker_class conservation_checker;  // I1
extern const struct checker_class outcome_checker;       // I2
extern const struct checker_class durability_checker;    // I3
extern const struct checker_class owner_checker;         // I4
extern const struct checker_class liveness_checker;      // I5
extern const struct checker_class money_checker;         // I6
extern const struct checker_class linear_checker;        // sync: linearizable, per product
extern const struct checker_class session_checker;       // cached: what a client saw, it keeps
extern const struct checker_class promise_checker;       // I7
extern const struct checker_class stock_checker;         // cached: promised is what was known
extern const struct checker_class escrow_checker;        // escrow: sold once, refused rightly
extern const struct checker_class seats_checker;         // elected: who holds a seat, trades
extern const struct checker_class convergence_checker;   // quiet: every cache is right

// All of them, in the order in which they are asked; NULL at the end.
extern const struct checker_class *const all_checkers[];

// All checkers of one run.
typedef struct panel panel_t;

// The caller owns the result and must destroy it. The rules are borrowed as long as it lives.
panel_t *panel_new (const struct rules *rules);
void panel_destroy (panel_t **self_p);

// Shows the fact to all. Returns the one that complains, whose complaint is then panel_text; NULL:
// all is well. Nothing more is looked at after a complaint.
const struct checker_class *panel_see (panel_t *self, const struct fact *fact);
const char *panel_text (const panel_t *self);

#endif
