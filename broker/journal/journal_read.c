#include "broker/journal/journal_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/journal/journal_text.h"

enum { FILE_BYTES_MAX = 1024 * 1024 * 1024, HEADER_BYTES_MAX = 64 };

static bool fail (char *error, size_t size, const char *path, const char *what)
{
    snprintf (error, size, "%s: %s", path, what);
    return false;
}

static bool read_all (struct journal_content *self, int fd, size_t size)
{
    self->bytes = malloc (size + 1);
    while (self->bytes && self->size < size) {
        ssize_t count = pread (fd, self->bytes + self->size, size - self->size, (off_t) self->size);
        if (count == 0) {
            break;  // It was cut off meanwhile.
        }
        if (count < 0 && errno != EINTR) {
            return false;
        }
        self->size += count > 0 ? (size_t) count : 0;
    }
    return self->bytes;
}

static bool read_file (struct journal_content *self, int fd, const char *path, char *error,
                       size_t error_size)
{
    struct stat status;
    if (fstat (fd, &status) != 0) {
        return fail (error, error_size, path, strerror (errno));
    }
    if (!S_ISREG (status.st_mode)) {
        return fail (error, error_size, path, "a journal is a regular file, and this is none");
    }
    if (status.st_size > FILE_BYTES_MAX) {
        return fail (error, error_size, path, "no journal is so large");
    }
    if (!read_all (self, fd, (size_t) status.st_size)) {
        return fail (error, error_size, path, strerror (errno));
    }
    return true;
}

// Whether a good line stands somewhere behind `from` that no torn write can have left there: of a
// write that began when the record behind `last` was durable, or of a number that was there before.
static bool later_write_behind (const struct journal_content *self, size_t from, int64_t last)
{
    struct journal_place place;
    for (size_t at = from; at < self->size; at++) {
        if (journal_text_frame (self->bytes + at, self->size - at, &place) > 0
            && (place.first > last + 1 || place.number <= last + 1)) {
            return true;
        }
    }
    return false;
}

static bool refuse_damage (const struct journal_content *self, const char *path, char *error,
                           size_t error_size)
{
    snprintf (error, error_size,
              "%s: line %" PRId64 " (byte %zu) is damaged, and records that were durable stand "
              "behind it; nothing was changed: put a copy back that is whole",
              path, self->last + 2, self->good);
    return false;
}

// Whether so few bytes are there, and of such a kind, that its making may have ended at them.
static bool unfinished_header (const struct journal_content *self)
{
    size_t zeros = 0;
    while (zeros < self->size && self->bytes[zeros] == 0) {
        zeros++;
    }
    return zeros == self->size
           || (self->size < HEADER_BYTES_MAX && !memchr (self->bytes, '\n', self->size));
}

static bool find_trader (struct journal_content *self, const char *path, char *error,
                         size_t error_size)
{
    struct journal_place place;
    size_t length = journal_text_frame (self->bytes, self->size, &place);
    self->last = -1;
    if (length > 0 && place.number == 0) {
        self->trader = journal_text_trader (self->bytes, length);
        self->good = length;
        self->last = 0;
        return self->trader != 0
               || fail (error, error_size, path, "is no journal of this version of souk");
    }
    if (later_write_behind (self, 0, -1)) {
        return refuse_damage (self, path, error, error_size);
    }
    self->last = 0;
    return unfinished_header (self)
           || fail (error, error_size, path, "is no journal: name another file");
}

// Takes lines as long as each is the next one.
static void find_good (struct journal_content *self)
{
    struct journal_place place;
    int64_t first = 0;
    while (self->good < self->size) {
        size_t length =
            journal_text_frame (self->bytes + self->good, self->size - self->good, &place);
        if (length == 0 || place.number != self->last + 1
            || (place.first != first && place.first != place.number)) {
            return;
        }
        self->good += length;
        self->last = place.number;
        first = place.first;
    }
}

bool journal_content_read (struct journal_content *self, int fd, const char *path, char *error,
                           size_t error_size)
{
    *self = (struct journal_content){0};
    if (!read_file (self, fd, path, error, error_size)
        || !find_trader (self, path, error, error_size)) {
        return false;
    }
    if (self->trader != 0) {
        find_good (self);
        if (later_write_behind (self, self->good, self->last)) {
            return refuse_damage (self, path, error, error_size);
        }
    }
    return true;
}

bool journal_content_open (struct journal_content *self, const char *path, char *error,
                           size_t error_size)
{
    *self = (struct journal_content){0};
    int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1) {
        return fail (error, error_size, path, strerror (errno));
    }
    bool good = journal_content_read (self, fd, path, error, error_size);
    close (fd);
    return good;
}

void journal_content_free (struct journal_content *self)
{
    free (self->bytes);
    *self = (struct journal_content){0};
}

bool journal_content_visit (const struct journal_content *self, const char *path,
                            journal_visit_fn *visit, void *context, char *error, size_t error_size)
{
    struct journal_place place;
    struct record record;
    struct journal_room room;
    size_t at = 0;
    for (int64_t line = 1; at < self->good; line++) {
        size_t length = journal_text_frame (self->bytes + at, self->good - at, &place);
        const char *what = NULL;
        if (line > 1 && !journal_text_record (self->bytes + at, length, &record, &room)) {
            what = "tells what this version of souk does not know";
        } else if (line > 1 && !visit (context, &record)) {
            what = "contradicts those before it";
        }
        if (what) {
            snprintf (error, error_size, "%s: line %" PRId64 " (byte %zu) %s", path, line, at,
                      what);
            return false;
        }
        at += length;
    }
    return true;
}
