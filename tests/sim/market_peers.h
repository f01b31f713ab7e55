// The part of a market's drawing that is for elected ones alone. For market.c.
#ifndef SOUK_SIM_MARKET_PEERS_H
#define SOUK_SIM_MARKET_PEERS_H

#include "actors/clients/random.h"
#include "tests/sim/market.h"

// How many peers there are, before the traders are drawn that they may become.
void market_peers_begin (struct market *self, const struct options *options, struct random *random);

// Makes the peers of the traders, buyers and sellers that were drawn, which are no nodes of their
// own.
void market_peers_end (struct market *self, struct random *random);

#endif
