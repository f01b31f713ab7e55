// What the tests of clients share: events with a virtual time, and a look into the outbox.
#ifndef SOUK_CLIENT_KIT_H
#define SOUK_CLIENT_KIT_H

#include <check.h>

#include "broker/core.h"

enum { KIT_MS = 1000, KIT_S = 1000 * 1000, KIT_MARKET = 4711 };

struct event kit_event (enum event_type type, int64_t now_us);
// `message` is borrowed.
struct event kit_receive (enum port port, const struct message *message, int64_t now_us);

// Messages of the trader `from`.
struct message kit_receipt (int64_t from, int64_t number, enum status status, int64_t units,
                            int64_t missing, int64_t amount_cents);
struct message kit_oversold (int64_t from, int64_t number, int64_t units, int64_t missing,
                             int64_t amount_cents);
struct message kit_oversell (int64_t from, int64_t buyer, int64_t number, int64_t units,
                             int64_t missing, int64_t amount_cents);
struct message kit_restocked (int64_t from, int64_t number, const char *product);
struct message kit_error (int64_t from, int64_t number, enum reason reason);

// That the trader `from` serves in this epoch; what it publishes of another one. Of KIT_MARKET.
struct message kit_pong (int64_t from, int64_t epoch);
struct message kit_news (int64_t from, int64_t trader, int64_t epoch, int64_t view,
                         enum member_state state);

// How many letters of the type there are, and the n-th of them from 0, or NULL.
size_t kit_count (const struct outbox *out, enum message_type type);
const struct letter *kit_letter (const struct outbox *out, enum message_type type, size_t n);

// Runs the suite; returns what main is to return.
int kit_run (Suite *suite);

#endif
