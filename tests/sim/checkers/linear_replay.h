// Where lots sell by rank, a lot that comes later may sell first, and what linear_search leaves out
// would be missed. Such a product is held against one order of events alone, the one in which the
// warehouse stored them: sync decides there.
//
// A lot of a lesser rank sells first; of those of one rank the one of the lesser seller, then the
// older one; those without a rank (0) as they came. Else the rules are those of linear_search.h.
#ifndef SOUK_LINEAR_REPLAY_H
#define SOUK_LINEAR_REPLAY_H

#include "tests/sim/checkers/linear_search.h"

// The operations are sorted by their hints, which are the order in which they were stored; those
// with none (INT64_MAX) are left out. Never undecided.
struct linear_result linear_replay (struct linear_operation *operations, size_t count);

#endif
