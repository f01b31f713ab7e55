#include "actors/clients/book_shell.h"

#include <errno.h>
#include <string.h>

static bool broken (const struct book *self, int reason, char *error, size_t error_size)
{
    snprintf (error, error_size, "the book cannot be written: %s: %s", self->path,
              strerror (reason));
    return false;
}

// A book that could not even be begun is nobody's to close.
static bool abandon (struct book *self)
{
    fclose (self->file);
    self->file = NULL;
    return false;
}

bool book_open (struct book *self, const char *path, char *error, size_t error_size)
{
    *self = (struct book){.path = path};
    if (!path) {
        return true;
    }
    self->file = fopen (path, "wx");
    if (!self->file && errno == EEXIST) {
        snprintf (error, error_size, "the book is there already: %s: name another file", path);
        return false;
    }
    if (!self->file) {
        return broken (self, errno, error, error_size);
    }
    fputs ("number,product,quantity,status,units,missing,amount_cents,first_trader\n", self->file);
    return book_flush (self, error, error_size) || abandon (self);
}

static const char *status_of (const struct buyer_entry *entry)
{
    switch (entry->outcome) {
    case CLIENT_DECIDED:
        return status_name (entry->status);
    case CLIENT_FAILED:
        return "failed";
    default:
        return "gave_up";
    }
}

void book_add (struct book *self, const struct buyer_entry *entry)
{
    if (self->file) {
        fprintf (self->file, "%lld,%s,%lld,%s,%lld,%lld,%lld,%lld\n", (long long) entry->number,
                 entry->product, (long long) entry->quantity, status_of (entry),
                 (long long) entry->units, (long long) entry->missing,
                 (long long) entry->amount_cents, (long long) entry->first_trader);
    }
}

bool book_flush (struct book *self, char *error, size_t error_size)
{
    if (!self->file) {
        return true;
    }
    errno = EIO;  // Where an earlier write failed, the reason is gone.
    return (fflush (self->file) == 0 && !ferror (self->file))
           || broken (self, errno, error, error_size);
}

bool book_close (struct book *self, char *error, size_t error_size)
{
    if (!self->file) {
        return true;
    }
    bool fine = book_flush (self, error, error_size);
    if (fclose (self->file) != 0 && fine) {
        fine = broken (self, errno, error, error_size);
    }
    self->file = NULL;
    return fine;
}
