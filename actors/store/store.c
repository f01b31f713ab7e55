#include <assert.h>

#include "actors/store/store_class.h"

// SQLite is the one database there is.
store_t *store_open (const char *path, char *error, size_t error_size)
{
    assert (path && error && error_size > 0);
    return store_sqlite.open (path, error, error_size);
}

void store_close (store_t **self_p)
{
    assert (self_p);
    if (*self_p) {
        (*self_p)->class->close (*self_p);
        *self_p = NULL;
    }
}

// A failure is for good: nobody knows what a second attempt would build upon.
static enum store_status keep_failure (store_t *self, enum store_status status)
{
    if (status == STORE_FAILED) {
        self->failed = true;
    }
    return status;
}

enum store_status store_load (store_t *self, int64_t answers_kept, store_visit_fn *visit,
                              void *context)
{
    assert (self && visit);
    if (self->failed) {
        return STORE_FAILED;
    }
    return keep_failure (self, self->class->load (self, answers_kept, visit, context));
}

enum store_status store_write (store_t *self, const struct record *records, size_t count)
{
    assert (self && (records || count == 0));
    if (self->failed) {
        return STORE_FAILED;
    }
    return count == 0 ? STORE_OK : keep_failure (self, self->class->write (self, records, count));
}

const char *store_error (const store_t *self)
{
    assert (self);
    return self->error;
}
