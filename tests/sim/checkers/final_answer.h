// Final answers, whichever message they come in: what became of an order (a receipt with a final
// status, `oversold`, or the published `oversell`), or that a lot is in (`restocked`).
#ifndef SOUK_FINAL_ANSWER_H
#define SOUK_FINAL_ANSWER_H

#include "tests/sim/checkers/durable.h"

struct final_answer {
    int64_t client;  // whose request it answers
    int64_t number;
    bool lot;             // a lot is in; else it is of an order
    const char *product;  // borrowed from the message, like the fills
    enum status status;   // of an order, as far as fill_count
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
    bool without_fills;  // the message does not tell them
    const struct fill *fills;
    size_t fill_count;
    int64_t quantity;  // of a lot, like all below
    int64_t price_cents;
};

// Reads it from the message of a FACT_SAID or FACT_TOLD. Returns false when that is none.
bool final_answer_read (const struct fact *fact, struct final_answer *answer);

// The number of the request that an error refuses for good; 0: the message is no such error.
int64_t final_refusal_number (const struct message *message);

// Whether two answers say the same, but for clock, `seen` and `vector`. An order that got nothing
// may be told by any product's name, since that may not be known.
bool final_answer_same (const struct final_answer *a, const struct final_answer *b);

// Whether it says what is stored. The name of a product that was never offered is not compared:
// there is none.
bool final_answer_stored (const struct final_answer *answer, const durable_t *durable,
                          const struct entry *entry);

// The status' name on the wire; "no final status" for any but those.
const char *final_status_name (enum status status);

enum { FINAL_ANSWER_TEXT = 192 };

// The answer in a few words, such as "sold, 2 of salt for 200 cents, 0 missing, 2 from 9/1 at 100".
void final_answer_print (const struct final_answer *answer, char text[FINAL_ANSWER_TEXT]);
void entry_print (const durable_t *durable, const struct entry *entry,
                  char text[FINAL_ANSWER_TEXT]);

#endif
