#include "actors/store/store_reader.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "actors/store/store_schema.h"

enum { BUSY_TIMEOUT_MS = 2000 };

// What is looked at, and where it is told why it cannot be.
struct look {
    const char *path;
    store_look_fn *look;
    void *context;
    char *error;
    size_t error_size;
};

static bool exists (const char *path, const char *suffix)
{
    char *name = sqlite3_mprintf ("%s%s", path, suffix);
    struct stat status;
    bool there = name && stat (name, &status) == 0;
    sqlite3_free (name);
    return there;
}

// Whether the warehouse that had the store last still runs: the lock file names its process. A
// warehouse that was killed leaves its WAL behind, and that file.
static bool is_held (const char *path)
{
    char *name = sqlite3_mprintf ("%s-lock", path);
    FILE *lock = name ? fopen (name, "re") : NULL;
    sqlite3_free (name);
    long holder = 0;
    bool known = lock && fscanf (lock, "%ld", &holder) == 1 && holder > 0;
    if (lock) {
        fclose (lock);
    }
    return known && (kill ((pid_t) holder, 0) == 0 || errno == EPERM);
}

// An absolute path as an URI, with '%', '?' and '#' escaped (RFC 3986, section 2.1).
static char *still_uri (const char *path)
{
    sqlite3_str *uri = sqlite3_str_new (NULL);
    sqlite3_str_appendall (uri, "file://");
    for (; *path; path++) {
        if (strchr ("%?#", *path)) {
            sqlite3_str_appendf (uri, "%%%02X", (unsigned) *path);
        } else {
            sqlite3_str_appendchar (uri, 1, *path);
        }
    }
    sqlite3_str_appendall (uri, "?immutable=1");
    return sqlite3_str_finish (uri);
}

// A store that nobody has open has no WAL. It is read as an immutable file, which needs no right
// to write beside it and leaves nothing there. Any other is read as SQLite's readers do.
static bool open_store (const char *path, bool still, sqlite3 **db)
{
    char *uri = still ? still_uri (path) : NULL;
    int rc = still && !uri
                 ? SQLITE_NOMEM
                 : sqlite3_open_v2 (still ? uri : path, db,
                                    SQLITE_OPEN_READONLY | (still ? SQLITE_OPEN_URI : 0), NULL);
    sqlite3_free (uri);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout (*db, BUSY_TIMEOUT_MS);
        // A file from elsewhere runs nothing but what is asked here.
        sqlite3_db_config (*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    }
    return rc == SQLITE_OK;
}

static bool take (const struct look *self, bool still)
{
    sqlite3 *db = NULL;
    bool taken = false;
    if (!open_store (self->path, still, &db)
        || sqlite3_exec (db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        snprintf (self->error, self->error_size, "cannot read %s: %s", self->path,
                  sqlite3_errmsg (db));
        goto close;
    }
    enum store_kind kind = store_schema_look (db, self->path, self->error, self->error_size);
    if (kind == STORE_KIND_EMPTY) {
        snprintf (self->error, self->error_size, "%s is no store: it is empty", self->path);
    }
    if (kind == STORE_KIND_OURS) {
        taken = self->look (self->context, db, still || !is_held (self->path));
    }
close:
    sqlite3_close (db);
    return taken;
}

static bool same_file (const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size
           && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool take_file (const struct look *self)
{
    struct stat before, after;
    const char *path = self->path;
    bool still = stat (path, &before) == 0 && !exists (path, "-wal") && !exists (path, "-journal");
    bool taken = take (self, still);
    if (still
        && (exists (path, "-wal") || stat (path, &after) != 0 || !same_file (&before, &after))) {
        // A warehouse started meanwhile: it was not still, and what was read may not fit together.
        taken = take (self, false);
    }
    return taken;
}

bool store_reader_look (const char *path, store_look_fn *look, void *context, char *error,
                        size_t error_size)
{
    char *file = realpath (path, NULL);  // The WAL is beside the file, not beside a link to it.
    if (!file) {
        snprintf (error, error_size, "cannot read %s: %s", path, strerror (errno));
        return false;
    }
    const struct look self = {file, look, context, error, error_size};
    struct stat status;
    bool is_folder = stat (file, &status) == 0 && S_ISDIR (status.st_mode);
    if (is_folder) {
        snprintf (error, error_size, "%s is a folder; the store in that of a run is warehouse.db",
                  path);
    }
    bool taken = !is_folder && take_file (&self);
    free (file);
    return taken;
}
