// A client under test with what it is configured by, its outbox and the virtual time. It is node
// 10 and knows the traders 1, 2 and 3.
#ifndef SOUK_CLIENT_FIXTURE_H
#define SOUK_CLIENT_FIXTURE_H

#include "actors/clients/client.h"
#include "tests/kit/client_kit.h"

extern struct client_config config;
extern client_t *client;
extern struct outbox out;  // of the last step
extern int64_t now_us;

// A checked fixture. Tests change `config` and then begin.
void set_up (void);
void set_up_bound (void);  // and watching the traders, each second
void tear_down (void);
void step (struct event event);
void begin (void);
void begin_known (void);  // and all traders have said that they serve in their first epoch
int64_t buy (int64_t quantity);
void tell (struct message message);
void publish (struct message message);
void run_to_deadline (void);
// While this trader says nothing and the others answer PINGs, until a letter of the type leaves.
// Returns whom it goes to.
int64_t run_without (int64_t silent, enum message_type type);
struct client_answer the_answer (void);
void no_answer (void);
const struct letter *only_letter (enum message_type type);

#endif
