// The tables of a store in SQLite, and how to tell a store from any other file. Shared by the
// store, which writes them, and by verify, which only reads.
#ifndef SOUK_STORE_SCHEMA_H
#define SOUK_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "schemas/message.h"

enum {
    STORE_APPLICATION_ID = 0x536f756b,  // "Souk", in the file's header
    STORE_VERSION = 5,                  // of the tables, in the file's user_version
};

enum {
    STORE_FILL_PLACES = 16,  // ids of fills that each order has: see the table further_fills
};

enum store_kind {
    STORE_KIND_EMPTY,  // a database without any table: a store may be made of it
    STORE_KIND_OURS,   // a store of this version
    STORE_KIND_OTHER,  // neither
};

// All tables, and the views of them that are for people; to be run in one transaction.
extern const char *const store_schema_tables_sql;
extern const char *const store_schema_views_sql;

// An order's outcome as `orders.outcome` holds it; 0 for a status that is not final.
int64_t store_schema_outcome (enum status status);

// The status of an outcome. Returns false when there is none.
bool store_schema_status (int64_t outcome, enum status *status);

// The name of a trader's state, as `views.state` holds it; NULL for one that no view is in.
const char *store_schema_state_name (enum member_state state);

// The state of a name. Returns false when no view is in one of that name.
bool store_schema_state (const char *name, enum member_state *state);

// Looks what the database is. For STORE_KIND_OTHER the reason is written to `error`, as in
// "x.db is no store: file is not a database".
enum store_kind store_schema_look (sqlite3 *db, const char *path, char *error, size_t error_size);

#endif
