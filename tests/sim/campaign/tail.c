#include "tests/sim/campaign/tail.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { TAIL_BYTES = 64 * 1024 };

// A ring. It is shared with the children that write to it.
struct ring {
    size_t written;  // bytes so far; the next one goes to this, modulo the size
    char bytes[TAIL_BYTES];
};

struct tail {
    struct ring *ring;
    FILE *stream;
};

static ssize_t write_ring (void *cookie, const char *bytes, size_t size)
{
    struct ring *ring = cookie;
    for (size_t i = 0; i < size; i++) {
        ring->bytes[(ring->written + i) % TAIL_BYTES] = bytes[i];
    }
    ring->written += size;
    return (ssize_t) size;
}

tail_t *tail_new (void)
{
    tail_t *self = calloc (1, sizeof *self);
    if (!self) {
        return NULL;
    }
    self->ring =
        mmap (NULL, sizeof *self->ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (self->ring == MAP_FAILED) {
        free (self);
        return NULL;
    }
    const cookie_io_functions_t functions = {.write = write_ring};
    self->stream = fopencookie (self->ring, "w", functions);
    if (!self->stream) {
        tail_destroy (&self);
        return NULL;
    }
    // A process that is killed takes its buffers along: so each line leaves them at once.
    setvbuf (self->stream, NULL, _IOLBF, BUFSIZ);
    return self;
}

void tail_destroy (tail_t **self_p)
{
    tail_t *self = *self_p;
    if (!self) {
        return;
    }
    if (self->stream) {
        fclose (self->stream);
    }
    munmap (self->ring, sizeof *self->ring);
    free (self);
    *self_p = NULL;
}

FILE *tail_stream (tail_t *self)
{
    return self->stream;
}

static char byte_at (const struct ring *ring, size_t at)
{
    return ring->bytes[at % TAIL_BYTES];
}

// Whether a line that is not empty ends just before `at`.
static bool ends_words (const struct ring *ring, size_t at, size_t oldest)
{
    return byte_at (ring, at - 1) == '\n' && at - 1 > oldest && byte_at (ring, at - 2) != '\n';
}

void tail_print (const tail_t *self, size_t lines, const char *margin, FILE *to)
{
    const struct ring *ring = self->ring;
    size_t oldest = ring->written > TAIL_BYTES ? ring->written - TAIL_BYTES : 0;
    size_t end = ring->written;
    while (end > oldest && byte_at (ring, end - 1) != '\n') {
        end--;
    }
    size_t begin = end;
    for (size_t left = lines + 1; begin > oldest; begin--) {
        left -= ends_words (ring, begin, oldest);
        if (left == 0) {
            break;
        }
    }
    // What the ring begins with is the rest of a line, once it has gone round.
    while (begin == oldest && oldest > 0 && begin < end) {
        oldest += byte_at (ring, begin++) != '\n';
    }
    bool fresh = true;
    for (size_t at = begin; at < end; at++) {
        if (fresh) {
            fputs (margin, to);
        }
        fputc (byte_at (ring, at), to);
        fresh = byte_at (ring, at) == '\n';
    }
}
