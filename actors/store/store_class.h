// What a database must do to hold a store: one `struct store_class` each. Private to the stores;
// everybody else includes store.h.
#ifndef SOUK_STORE_CLASS_H
#define SOUK_STORE_CLASS_H

#include "actors/store/store.h"

enum { STORE_ERROR_BYTES = 512 };

// Each function is called as its namesake in store.h tells. After a STORE_FAILED only `close`
// follows, which must then leave the files as they are.
struct store_class {
    store_t *(*open) (const char *path, char *error, size_t error_size);
    void (*close) (store_t *self);
    enum store_status (*load) (store_t *self, int64_t answers_kept, store_visit_fn *visit,
                               void *context);
    enum store_status (*write) (store_t *self, const struct record *records, size_t count);
};

// The head of every store: the first field of a class's own struct.
struct store {
    const struct store_class *class;
    bool failed;                    // STORE_FAILED was returned: for good
    char error[STORE_ERROR_BYTES];  // of the last failure, "" for none
};

extern const struct store_class store_sqlite;

#endif
