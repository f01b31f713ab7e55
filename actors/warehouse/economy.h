// What the sales of a batch did to the accounts, in words, for a log: made of the batch's records
// alone. It keeps nothing.
#ifndef SOUK_ECONOMY_H
#define SOUK_ECONOMY_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/record.h"

enum { ECONOMY_TEXT_BYTES = 1024 };

// Writes "buyer 5 spent 15.00 (-45.00), seller 9 earned 12.00 (36.00), trader 6 got 3.00 (9.00)" to
// `text`: in parentheses what each account stands at now. Whom there is no room for is counted at
// the end. Returns false, with nothing written, where nothing was sold.
bool economy_text (const struct record *records, size_t count, char text[ECONOMY_TEXT_BYTES]);

#endif
