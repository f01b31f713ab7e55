// What clients asked, with which causal tokens, and what they were told: their side of the session
// guarantees (session.c).
#ifndef SOUK_SESSION_CLIENTS_H
#define SOUK_SESSION_CLIENTS_H

#include "tests/sim/checkers/history.h"

typedef struct session_clients session_clients_t;

// The caller owns the result and must destroy it.
session_clients_t *session_clients_new (void);
void session_clients_destroy (session_clients_t **self_p);

// What a history shows of them.
void session_clients_started (session_clients_t *self, int64_t node);
void session_clients_asked (session_clients_t *self, const struct fact *fact);
void session_clients_told (session_clients_t *self, const struct fact *fact);

// How the client, for the first time, asked with a token that lacks what it had been told; NULL:
// it never did. Valid as long as the clients.
const char *session_clients_violation (const session_clients_t *self, int64_t client);

// Whether `seen` has all of the token with which this request went to the trader, or of one of
// them where there were several; true as well where it never did.
bool session_clients_satisfied (const session_clients_t *self, int64_t client, int64_t number,
                                int64_t trader, struct seen seen);

#endif
