// Requests about views, for the tests of the warehouse: each is sent as wh_ask does, and its answer
// is the view as the warehouse then has it, valid until the next step.
#ifndef SOUK_TAKEOVER_KIT_H
#define SOUK_TAKEOVER_KIT_H

#include "tests/kit/warehouse_fixture.h"

const struct view_told *tk_join (int64_t trader, int64_t nonce, int64_t epoch, int64_t began);
const struct view_told *tk_claim (int64_t trader, int64_t epoch, int64_t view, int64_t backup);
const struct view_told *tk_leave (int64_t trader, int64_t epoch, int64_t view);
const struct view_told *tk_takeover (int64_t from, int64_t trader, int64_t view, bool complete);

// A warehouse with TRADER, which OTHER_TRADER backs up: epoch 1, view 2.
void tk_begin (void);

// And OTHER_TRADER takes it over: epoch 2, view 3.
void tk_take (void);

// A batch of TRADER's that OTHER_TRADER sends.
struct message tk_batch (int64_t epoch, int64_t batch, const struct item *items, size_t count);

// Whether the last step changed the view, to this one of that state, and told so on PUB; or changed
// nothing at all.
void tk_changed (const struct view_told *told, int64_t view, enum member_state state);
void tk_unchanged (const struct view_told *told, int64_t view, enum member_state state);

#endif
