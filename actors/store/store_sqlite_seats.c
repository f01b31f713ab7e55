// The one row of who holds the seats. Its list is a JSON array, for people to ask about; SQLite
// takes it apart.
#include <inttypes.h>
#include <stdio.h>

#include "actors/store/store_sqlite.h"

// A row for each seat; one of nothing where the list is empty, which no market's is.
static const char seating_sql[] =
    "SELECT term, leader, value FROM seating LEFT JOIN json_each (seats) ORDER BY json_each.id";

const char *store_sqlite_seats_text (const struct seating *seating, char text[SEATS_TEXT_BYTES])
{
    size_t length = (size_t) snprintf (text, SEATS_TEXT_BYTES, "[");
    for (size_t i = 0; i < seating->seat_count && length < SEATS_TEXT_BYTES; i++) {
        length += (size_t) snprintf (text + length, SEATS_TEXT_BYTES - length, "%s%" PRId64,
                                     i == 0 ? "" : ",", seating->seats[i]);
    }
    if (seating->seat_count > LIMIT_VECTOR || length + 2 > SEATS_TEXT_BYTES) {
        return NULL;
    }
    snprintf (text + length, SEATS_TEXT_BYTES - length, "]");
    return text;
}

static bool fail (struct store_sqlite *self, const char *reason)
{
    snprintf (self->base.error, sizeof self->base.error, "loading the store: %s", reason);
    return false;
}

bool store_sqlite_load_seats (struct store_sqlite *self, store_visit_fn *visit, void *context)
{
    sqlite3_stmt *statement = NULL;
    int64_t seats[LIMIT_VECTOR];
    struct record record = {.type = RECORD_SEATS, .seats.seating = {.seats = seats}};
    struct seating *seating = &record.seats.seating;
    size_t rows = 0;
    int rc = sqlite3_prepare_v2 (self->db, seating_sql, -1, &statement, NULL);
    while (rc == SQLITE_OK && rows <= LIMIT_VECTOR && sqlite3_step (statement) == SQLITE_ROW) {
        seating->term = sqlite3_column_int64 (statement, 0);
        seating->leader = sqlite3_column_int64 (statement, 1);
        if (rows < LIMIT_VECTOR) {
            seats[rows] = sqlite3_column_int64 (statement, 2);
        }
        rows++;
    }
    bool read = rc == SQLITE_OK && (rows > LIMIT_VECTOR || sqlite3_reset (statement) == SQLITE_OK);
    bool good = read || fail (self, sqlite3_errmsg (self->db));
    seating->seat_count = rows;
    if (good && rows > 0 && (rows > LIMIT_VECTOR || !visit (context, &record))) {
        good = fail (self, "the row of the table seating is no seating");
    }
    sqlite3_finalize (statement);
    return good;
}
