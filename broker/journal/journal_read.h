// What of a journal's bytes counts: all records up to its end, or up to where a crash has torn the
// last write.
#ifndef SOUK_JOURNAL_READ_H
#define SOUK_JOURNAL_READ_H

#include "broker/journal/journal.h"

struct journal_content {
    char *bytes;
    size_t size;
    size_t good;     // bytes that count: the lines before the first bad one
    int64_t last;    // number of the last record of these, 0: none
    int64_t trader;  // whose it is; 0: not even its first line was finished
};

// Reads the file `fd`, or the one at `path`, and finds what counts. Returns false and a reason in
// `error` (behind the path) where it cannot be read, is no journal, or is damaged: where what is
// bad stands before records of a later write. The caller must free the content in either case.
bool journal_content_read (struct journal_content *self, int fd, const char *path, char *error,
                           size_t error_size);
bool journal_content_open (struct journal_content *self, const char *path, char *error,
                           size_t error_size);
void journal_content_free (struct journal_content *self);

// Hands over its records. Returns false and a reason in `error` where one cannot be understood or
// is refused.
bool journal_content_visit (const struct journal_content *self, const char *path,
                            journal_visit_fn *visit, void *context, char *error, size_t error_size);

#endif
