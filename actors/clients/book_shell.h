// A buyer's book as a file: CSV, a heading and then a line for each order that has its final
// answer, in the order of the answers. What it says can be held against the ledger.
//
//   number,product,quantity,status,units,missing,amount_cents,first_trader
//
// status is sold, oversold, out_of_stock, too_many_lots, failed (refused for good) or gave_up
// (nobody answered: what became of it is unknown).
#ifndef SOUK_BOOK_SHELL_H
#define SOUK_BOOK_SHELL_H

#include <stdio.h>

#include "actors/clients/buyer.h"

struct book {
    FILE *file;        // NULL: no book is kept
    const char *path;  // borrowed
};

// Makes the file; NULL for `path`: no book, and nothing fails. Returns false with the reason in
// `error` where it is there already, or cannot be made.
bool book_open (struct book *self, const char *path, char *error, size_t error_size);

void book_add (struct book *self, const struct buyer_entry *entry);

// Return false with the reason in `error` when anything since it was opened could not be written.
bool book_flush (struct book *self, char *error, size_t error_size);
bool book_close (struct book *self, char *error, size_t error_size);

#endif
