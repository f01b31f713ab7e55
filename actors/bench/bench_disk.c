// What the disk alone takes, where the store and the journals are.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "actors/bench/bench_market.h"
#include "broker/shells/wire_shell.h"

enum { WRITES = 200 };

// As long as a decision in a journal.
static const char line[] =
    "89e8710f 100003 100003 decided buy 1 100000 100 2000 100000 salt 1 part 1 1 1\n";

static bool write_durably (int fd, struct histogram *taken)
{
    for (int i = 0; i < WRITES; i++) {
        int64_t begun_us = wire_now_us ();
        if (write (fd, line, sizeof line - 1) != (ssize_t) sizeof line - 1 || fdatasync (fd) != 0) {
            return false;
        }
        histogram_add (taken, wire_now_us () - begun_us);
    }
    return true;
}

bool market_measure_fsync (struct bench *self)
{
    char path[MARKET_TEXT_BYTES];
    snprintf (path, sizeof path, "%s/fsync", self->folder);
    int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool fine = fd != -1 && write_durably (fd, &self->result->fsync);
    if (!fine) {
        snprintf (self->error, BENCH_ERROR, "cannot write in %s: %s", self->folder,
                  strerror (errno));
    }
    if (fd != -1) {
        close (fd);
    }
    return fine;
}
