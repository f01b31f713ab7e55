// What the tests of the journal share: a folder for one, records of every kind, and what a file
// tells when it is opened.
#ifndef SOUK_JOURNAL_CASE_H
#define SOUK_JOURNAL_CASE_H

#include "broker/journal/journal.h"

enum { JOURNAL_CASE_TRADER = 7, JOURNAL_CASE_KINDS = 12, JOURNAL_CASE_BYTES = 1024 * 1024 };

// For checked fixtures: an empty folder, faults off; and its end. `journal_case_path` is in it.
void journal_case_begin (void);
void journal_case_end (void);
const char *journal_case_path (void);

// One record of each kind; n-th decision of the trader.
extern const struct record journal_case_records[JOURNAL_CASE_KINDS];
struct record journal_case_decision (int64_t write);

// Opens the case's journal, which must go well; the caller must close it. `refused`: must not, and
// the reason must have this in it.
journal_t *journal_case_open (void);
void journal_case_refused (const char *says);
void journal_case_append (journal_t *journal, const struct record *records, size_t count);
void journal_case_decide (journal_t *journal, int64_t first, int64_t last);  // in one batch

// That the journal holds exactly the decisions from `first` to `last`; and how many there are from
// 1 on, when the file is opened as it is.
void journal_case_holds (journal_t *journal, int64_t first, int64_t last);
int64_t journal_case_found (void);

// The bytes of a file, at most JOURNAL_CASE_BYTES; valid until the next call. And a file of these.
const char *journal_case_read (const char *path, size_t *size);
void journal_case_write (const char *path, const char *bytes, size_t size);

#endif
