// Opening and closing a store in SQLite, and the lock that keeps a second warehouse out.
#include "actors/store/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "actors/store/store_schema.h"

enum { BUSY_TIMEOUT_MS = 2000 };

// WAL lets readers look while the warehouse writes; FULL syncs it with every commit.
static const char settings_sql[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -65536;"             // 64 MiB
    "PRAGMA journal_size_limit = 67108864;";  // bytes that the WAL keeps once it was emptied

// Writes the error and is false, for a return.
static bool fail (char *error, size_t error_size, const char *path, const char *reason)
{
    snprintf (error, error_size, "cannot open the store %s: %s", path, reason);
    return false;
}

// Tells who holds the lock: its process id stands in the lock file.
static bool fail_locked (int lock, const char *path, char *error, size_t error_size)
{
    char holder[32] = "";
    ssize_t length = pread (lock, holder, sizeof holder - 1, 0);
    holder[length > 0 ? length : 0] = 0;
    snprintf (error, error_size, "the store %s is in use by another warehouse (process %s)", path,
              holder[0] ? holder : "unknown");
    return false;
}

// The process id is for the message alone: without room for it the lock holds all the same.
static void note_holder (int lock)
{
    char holder[32];
    int length = snprintf (holder, sizeof holder, "%ld", (long) getpid ());
    bool noted = ftruncate (lock, 0) == 0 && pwrite (lock, holder, (size_t) length, 0) == length;
    (void) noted;
}

// One warehouse writes. The lock is on a file beside the database, since closing any descriptor
// of the database itself would drop SQLite's own locks on it. The kernel releases it with the
// process, however that ends. The file stays: whoever removed it could remove another's lock.
static bool take_lock (struct store_sqlite *self, const char *path, char *error, size_t error_size)
{
    const char *file = sqlite3_db_filename (self->db, "main");  // with symbolic links resolved
    char *name = sqlite3_mprintf ("%s-lock", file);
    self->lock = name ? open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
    sqlite3_free (name);
    if (self->lock < 0) {
        return fail (error, error_size, path, strerror (errno));
    }
    if (flock (self->lock, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? fail_locked (self->lock, path, error, error_size)
                                    : fail (error, error_size, path, strerror (errno));
    }
    note_holder (self->lock);
    return true;
}

static bool run (struct store_sqlite *self, const char *sql)
{
    return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

// Makes the tables where there are none, all of them or none.
static bool make_tables (struct store_sqlite *self)
{
    char marks[96];
    snprintf (marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d",
              STORE_APPLICATION_ID, STORE_VERSION);
    return run (self, "BEGIN IMMEDIATE") && run (self, store_schema_tables_sql)
           && run (self, store_schema_views_sql) && run (self, marks) && run (self, "COMMIT");
}

// A commit of one order changes six pages, each in another table: the smaller they are, the sooner
// they are summed up and written. Below this, batches cost more.
static bool set_page_size (struct store_sqlite *self)
{
    char pragma[48];
    snprintf (pragma, sizeof pragma, "PRAGMA page_size = %d", PAGE_BYTES);
    return run (self, pragma);
}

// In memory there is no WAL, and no need of one.
static bool set_journal (struct store_sqlite *self, bool in_memory)
{
    const char *wanted = in_memory ? "memory" : "wal";
    sqlite3_stmt *statement = NULL;
    bool set = sqlite3_prepare_v2 (self->db, "PRAGMA journal_mode = WAL", -1, &statement, NULL)
                   == SQLITE_OK
               && sqlite3_step (statement) == SQLITE_ROW
               && strcmp ((const char *) sqlite3_column_text (statement, 0), wanted) == 0;
    sqlite3_finalize (statement);
    return set;
}

// SQLite's own checkpoint after a commit passes over failures, so the store makes it itself. A WAL
// that is shorter than before was begun anew.
static int note_wal_pages (void *context, sqlite3 *db, const char *schema, int pages)
{
    (void) db;
    (void) schema;
    struct store_sqlite *self = context;
    if (pages < self->wal_pages) {
        self->checkpoint_pages = CHECKPOINT_PAGES;
    }
    self->wal_pages = pages;
    return SQLITE_OK;
}

static bool prepare_database (struct store_sqlite *self, const char *path, char *error,
                              size_t error_size)
{
    bool in_memory = strcmp (path, ":memory:") == 0;
    if (!in_memory && !take_lock (self, path, error, error_size)) {
        return false;
    }
    sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
    enum store_kind kind = store_schema_look (self->db, path, error, error_size);
    if (kind == STORE_KIND_OTHER) {
        return false;
    }
    if ((kind == STORE_KIND_EMPTY && !set_page_size (self)) || !set_journal (self, in_memory)
        || !run (self, settings_sql) || (kind == STORE_KIND_EMPTY && !make_tables (self))
        || store_sqlite_prepare (self) != SQLITE_OK) {
        return fail (error, error_size, path, sqlite3_errmsg (self->db));
    }
    self->checkpoint_pages = CHECKPOINT_PAGES;
    sqlite3_wal_hook (self->db, note_wal_pages, self);
    return true;
}

// After a failure nothing is written any more: what is on the disk is for the next start to find
// out. Else all is durable in the WAL, and where it cannot be moved now, the next start does that.
static void close_database (struct store_sqlite *self)
{
    for (int i = 0; i < PUT_COUNT; i++) {
        sqlite3_finalize (self->put[i]);
    }
    if (self->base.failed) {
        sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    } else {
        sqlite3_busy_timeout (self->db, 0);
        sqlite3_wal_checkpoint_v2 (self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    sqlite3_close (self->db);
}

static void close_sqlite (store_t *store)
{
    struct store_sqlite *self = (struct store_sqlite *) store;
    if (self->db) {
        close_database (self);
    }
    if (self->lock >= 0) {
        close (self->lock);
    }
    free (self);
}

static store_t *open_sqlite (const char *path, char *error, size_t error_size)
{
    struct store_sqlite *self = calloc (1, sizeof *self);
    if (!self) {
        fail (error, error_size, path, "out of memory");
        return NULL;
    }
    self->base.class = &store_sqlite;
    self->lock = -1;
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (*path == 0) {
        fail (error, error_size, path, "the path is empty");  // SQLite would take a passing file.
    } else if (sqlite3_open_v2 (path, &self->db, flags, NULL) != SQLITE_OK) {
        fail (error, error_size, path, sqlite3_errmsg (self->db));
    } else if (prepare_database (self, path, error, error_size)) {
        return &self->base;
    }
    self->base.failed = true;
    close_sqlite (&self->base);
    return NULL;
}

const struct store_class store_sqlite = {
    .open = open_sqlite,
    .close = close_sqlite,
    .load = store_sqlite_load,
    .write = store_sqlite_write,
};
