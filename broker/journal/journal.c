#include "broker/journal/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "broker/journal/journal_file.h"
#include "broker/journal/journal_read.h"
#include "broker/journal/journal_text.h"

enum {
    BUFFER_BYTES = 256 * 1024,
    ERROR_BYTES = 512,
    PATH_BYTES = PATH_MAX - 16,  // that a suffix may follow
    OPEN_TRIES = 100,
};

struct journal_file {
    char path[PATH_BYTES];
    int64_t trader;
    int fd;           // locked
    int64_t size;     // bytes that count: nothing stands behind them
    int64_t last;     // number of the last record
    int64_t durable;  // of the last one that was durable
    int64_t rotate_bytes;
    int64_t grown_at;  // the size beyond which it should begin anew
    int64_t cut;
    bool failed;
    char error[ERROR_BYTES];
    char buffer[BUFFER_BYTES];
};

// Tells, behind the path, what is wrong. Always false.
__attribute__ ((format (printf, 2, 3))) static bool tell (journal_t *self, const char *format, ...)
{
    va_list arguments;
    int length = snprintf (self->error, sizeof self->error, "%.200s: ", self->path);
    va_start (arguments, format);
    vsnprintf (self->error + length, sizeof self->error - (size_t) length, format, arguments);
    va_end (arguments);
    return false;
}

static enum journal_status failed (journal_t *self, const char *what)
{
    tell (self, "%s: %s", what, strerror (errno));
    self->failed = true;
    return JOURNAL_FAILED;
}

// Opens and locks the file, made where it is missing.
static bool open_locked (journal_t *self)
{
    for (int i = 0; i < OPEN_TRIES; i++) {
        self->fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
        if (self->fd == -1) {
            tell (self, "%s", strerror (errno));
            return false;
        }
        if (flock (self->fd, LOCK_EX | LOCK_NB) != 0) {
            tell (self, "%s",
                  errno == EWOULDBLOCK
                      ? "in use by another process: is this trader running already?"
                      : strerror (errno));
            return false;
        }
        if (file_is_named (self->fd, self->path)) {  // Else another one has just taken its place.
            return true;
        }
        close (self->fd);
        self->fd = -1;
    }
    tell (self, "it changes all the time");
    return false;
}

static bool put_header (journal_t *self, int fd)
{
    size_t length = (size_t) (journal_text_header (self->buffer, self->trader) - self->buffer);
    if (!file_write (fd, self->buffer, length, 0)) {
        return false;
    }
    self->size = (int64_t) length;
    self->last = 0;
    return true;
}

// Begins a journal in a file in which none was finished.
static bool begin (journal_t *self, const struct journal_content *content)
{
    char header[JOURNAL_LINE_BYTES] = {0};
    journal_text_header (header, self->trader);
    bool zeros = content->size > 0 && content->bytes[0] == 0;
    if (!zeros && memcmp (header, content->bytes, content->size) != 0) {
        tell (self, "is no journal of trader %" PRId64 ": name another file", self->trader);
        return false;
    }
    if (!file_cut (self->fd, 0) || !put_header (self, self->fd) || !file_sync (self->fd)
        || !file_sync_folder (self->path)) {
        failed (self, "cannot be begun");
        return false;
    }
    return true;
}

// Takes over what counts of the file, and cuts off the rest.
static bool take_content (journal_t *self)
{
    struct journal_content content;
    bool good =
        journal_content_read (&content, self->fd, self->path, self->error, sizeof self->error);
    if (good && content.trader == 0) {
        good = begin (self, &content);
    } else if (good && content.trader != self->trader) {
        tell (self, "is the journal of trader %" PRId64 ", not of trader %" PRId64, content.trader,
              self->trader);
        good = false;
    } else if (good) {
        self->size = (int64_t) content.good;
        self->last = content.last;
        self->cut = (int64_t) (content.size - content.good);
        if ((self->cut > 0 && !file_cut (self->fd, self->size)) || !file_sync (self->fd)
            || !file_sync_folder (self->path)) {
            failed (self, "cannot be made durable");
            good = false;
        }
    }
    journal_content_free (&content);
    return good;
}

journal_t *journal_open (const char *path, int64_t trader, char *error, size_t error_size)
{
    assert (path && trader >= 1 && trader <= LIMIT_NODE && error && error_size > 0);
    if (strlen (path) >= PATH_BYTES) {
        snprintf (error, error_size, "the journal's path is too long");
        return NULL;
    }
    journal_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    strcpy (self->path, path);
    self->trader = trader;
    self->fd = -1;
    if (!open_locked (self) || !take_content (self)) {
        snprintf (error, error_size, "%s", self->error);
        journal_close (&self);
        return NULL;
    }
    self->durable = self->last;
    journal_rotate_at (self, JOURNAL_ROTATE_BYTES);
    return self;
}

void journal_close (journal_t **self_p)
{
    assert (self_p);
    if (*self_p && (*self_p)->fd != -1) {
        close ((*self_p)->fd);
    }
    free (*self_p);
    *self_p = NULL;
}

void journal_rotate_at (journal_t *self, int64_t bytes)
{
    self->rotate_bytes = bytes;
    self->grown_at = bytes;
}

enum journal_status journal_load (journal_t *self, journal_visit_fn *visit, void *context)
{
    struct journal_content content;
    if (self->failed) {
        return JOURNAL_FAILED;
    }
    bool good =
        journal_content_read (&content, self->fd, self->path, self->error, sizeof self->error)
        && journal_content_visit (&content, self->path, visit, context, self->error,
                                  sizeof self->error);
    journal_content_free (&content);
    return good ? JOURNAL_OK : JOURNAL_FAILED;
}

// Whether a record must be durable before anything is told that follows from it. Without one of the
// others a process that begins again knows less than it could, and asks or does once more.
static bool must_be_durable (enum record_type type)
{
    return type != RECORD_SETTLED && type != RECORD_COPY_SETTLED && type != RECORD_FORWARDED
           && type != RECORD_COPY_END;
}

struct writing {
    int fd;
    int64_t size;
    struct journal_place place;  // of the next record
};

// Writes records' lines where `writing` stands, a buffer at a time.
static bool write_lines (journal_t *self, struct writing *writing, const struct record *records,
                         size_t count)
{
    char *at = self->buffer;
    for (size_t i = 0; i < count; i++) {
        at = journal_text_line (at, writing->place, &records[i]);
        writing->place.number++;
        if (i + 1 == count || self->buffer + BUFFER_BYTES - at < JOURNAL_LINE_BYTES) {
            size_t length = (size_t) (at - self->buffer);
            if (!file_write (writing->fd, self->buffer, length, writing->size)) {
                return false;
            }
            writing->size += (int64_t) length;
            at = self->buffer;
        }
    }
    return true;
}

// Nothing of a batch that found no room stays behind.
static enum journal_status take_back (journal_t *self)
{
    if (!file_no_room (errno)) {
        return failed (self, "cannot be written");
    }
    tell (self, "%s", strerror (errno));
    return file_cut (self->fd, self->size) ? JOURNAL_FULL : failed (self, "cannot be cut");
}

enum journal_status journal_append (journal_t *self, const struct record *records, size_t count)
{
    assert (self && (records || count == 0));
    if (self->failed) {
        return JOURNAL_FAILED;
    }
    bool durable = false;
    for (size_t i = 0; i < count && !durable; i++) {
        durable = must_be_durable (records[i].type);
    }
    struct writing writing = {self->fd, self->size, {self->last + 1, self->durable + 1}};
    if (!write_lines (self, &writing, records, count)) {
        return take_back (self);
    }
    if (durable && !file_sync (self->fd)) {
        return failed (self, "cannot be made durable");
    }
    self->size = writing.size;
    self->last += (int64_t) count;
    self->durable = durable ? self->last : self->durable;
    return JOURNAL_OK;
}

// Writes the file that is to take this one's place, locked like it. Returns its descriptor, -1
// with errno where it could not be.
static int write_anew (journal_t *self, const char *path, const struct record *records,
                       size_t count, struct writing *writing)
{
    int fd = open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    size_t length = (size_t) (journal_text_header (self->buffer, self->trader) - self->buffer);
    *writing = (struct writing){fd, (int64_t) length, {1, 1}};
    if (fd == -1) {
        return -1;
    }
    if (flock (fd, LOCK_EX | LOCK_NB) != 0 || !file_write (fd, self->buffer, length, 0)
        || !write_lines (self, writing, records, count) || !file_sync (fd)) {
        int error = errno;
        close (fd);
        unlink (path);
        errno = error;
        return -1;
    }
    return fd;
}

// Gives the journal a second name, <path>.1, and those before it the next ones. Where that has been
// done, and the new file then not put in its place, nothing is to be done.
static bool keep_old (const journal_t *self)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    snprintf (to, sizeof to, "%s.1", self->path);
    if (file_is_named (self->fd, to)) {
        return true;
    }
    for (int i = JOURNAL_KEPT - 1; i >= 1; i--) {
        snprintf (from, sizeof from, "%s.%d", self->path, i);
        snprintf (to, sizeof to, "%s.%d", self->path, i + 1);
        if (rename (from, to) != 0 && errno != ENOENT) {
            return false;
        }
    }
    return link (self->path, from) == 0;
}

// The old one goes on; it tries again when it has grown by as much once more.
static enum journal_status goes_on (journal_t *self, const char *path)
{
    tell (self, "cannot begin anew: %s", strerror (errno));
    unlink (path);
    self->grown_at = self->size + self->rotate_bytes;
    return JOURNAL_FULL;
}

enum journal_status journal_rotate (journal_t *self, const struct record *records, size_t count)
{
    char path[PATH_MAX];
    struct writing writing;
    assert (self && (records || count == 0));
    if (self->failed) {
        return JOURNAL_FAILED;
    }
    snprintf (path, sizeof path, "%s.new", self->path);
    int fd = write_anew (self, path, records, count, &writing);
    if (fd == -1) {
        return errno == EIO ? failed (self, "cannot begin anew") : goes_on (self, path);
    }
    if (!keep_old (self) || rename (path, self->path) != 0) {
        close (fd);
        return goes_on (self, path);
    }
    close (self->fd);
    self->fd = fd;
    if (!file_sync_folder (self->path)) {
        return failed (self, "cannot be made durable");
    }
    self->size = writing.size;
    self->last = (int64_t) count;
    self->durable = self->last;
    self->grown_at = self->size + self->rotate_bytes;
    return JOURNAL_OK;
}

bool journal_grown (const journal_t *self)
{
    return self->size > self->grown_at;
}

int64_t journal_cut (const journal_t *self)
{
    return self->cut;
}

const char *journal_error (const journal_t *self)
{
    return self->error;
}
