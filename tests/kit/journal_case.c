#include "tests/kit/journal_case.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/faulty_disk.h"

enum { PATH_BYTES = 128 };

static char folder[PATH_BYTES];
static char path[2 * PATH_BYTES];

// The units that a longest line tells.
#define LONGEST(n)                                                                      \
    {                                                                                   \
        LIMIT_INTEGER - n, LIMIT_NODE, LIMIT_INTEGER, LIMIT_QUANTITY, LIMIT_PRICE_CENTS \
    }
static const struct leased_units most_taken[LIMIT_FILLS] = {
    LONGEST (15), LONGEST (14), LONGEST (13), LONGEST (12), LONGEST (11), LONGEST (10),
    LONGEST (9),  LONGEST (8),  LONGEST (7),  LONGEST (6),  LONGEST (5),  LONGEST (4),
    LONGEST (3),  LONGEST (2),  LONGEST (1),  LONGEST (0),
};
static const struct leased_units taken[] = {
    {1, 9, 3, 1, 1000}, {2, 9, 4, LIMIT_QUANTITY, 1}, {0, 0, 0, 2, 0},  // of the budget
};

#define BUY_ITEM(list, size)                                                          \
    {                                                                                 \
        .kind = ITEM_BUY, .client = 65535, .number = LIMIT_INTEGER, .clock = 0,       \
        .product = "salt-and_pepper0123456789-and-all-that-makes-a-name-of-63-bytes", \
        .quantity = LIMIT_QUANTITY, .all_or_nothing = true, .behind = true,           \
        .promised = LIMIT_QUANTITY, .first = {65535, LIMIT_INTEGER}, .taken = list,   \
        .taken_count = size                                                           \
    }
#define RESTOCK_ITEM                                                                            \
    {                                                                                           \
        .kind = ITEM_RESTOCK, .client = 9, .number = 1, .clock = LIMIT_INTEGER, .product = "x", \
        .quantity = 1, .price_cents = LIMIT_PRICE_CENTS, .behind = true                         \
    }

const struct record journal_case_records[JOURNAL_CASE_KINDS] = {
    {.type = RECORD_JOINED, .joined = {4294967295, 3, 2, 17}},
    {.type = RECORD_DECIDED, .decided = {7, 18, BUY_ITEM (taken, 3)}},
    {.type = RECORD_DECIDED, .decided = {7, 19, RESTOCK_ITEM}},
    {.type = RECORD_SETTLED, .write = {7, 18}},
    {.type = RECORD_VOID, .write = {7, 0}},
    {.type = RECORD_COPY, .copy = {8, 4, 1, 100}},
    {.type = RECORD_COPIED, .decided = {8, 101, BUY_ITEM (most_taken, LIMIT_FILLS)}},
    {.type = RECORD_COPIED, .decided = {8, LIMIT_INTEGER, RESTOCK_ITEM}},
    {.type = RECORD_COPY_SETTLED, .write = {8, 101}},
    {.type = RECORD_SEALED, .copy = {.trader = 8, .view = 4}},
    {.type = RECORD_FORWARDED, .write = {8, 102}},
    {.type = RECORD_COPY_END, .copy = {.trader = 8, .view = 4}},
};

struct record journal_case_decision (int64_t write)
{
    return (struct record){
        .type = RECORD_DECIDED,
        .decided = {JOURNAL_CASE_TRADER,
                    write,
                    {.kind = ITEM_BUY,
                     .client = 11,
                     .number = write,
                     .clock = 3 * write,
                     .product = "salt",
                     .quantity = 2,
                     .behind = true,
                     .promised = 2,
                     .first = {JOURNAL_CASE_TRADER, 1}}},
    };
}

void journal_case_begin (void)
{
    strcpy (folder, "/tmp/souk-journal-XXXXXX");
    ck_assert_ptr_nonnull (mkdtemp (folder));
    snprintf (path, sizeof path, "%s/trader.journal", folder);
    faulty_disk_mend ();
}

void journal_case_end (void)
{
    char command[2 * PATH_BYTES];
    snprintf (command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq (system (command), 0);
}

const char *journal_case_path (void)
{
    return path;
}

journal_t *journal_case_open (void)
{
    char error[512] = "";
    journal_t *journal = journal_open (path, JOURNAL_CASE_TRADER, error, sizeof error);
    ck_assert_msg (journal != NULL, "%s", error);
    return journal;
}

void journal_case_refused (const char *says)
{
    char error[512] = "";
    ck_assert_ptr_null (journal_open (path, JOURNAL_CASE_TRADER, error, sizeof error));
    ck_assert_msg (strstr (error, says) != NULL, "'%s' says no '%s'", error, says);
}

void journal_case_append (journal_t *journal, const struct record *records, size_t count)
{
    enum journal_status status = journal_append (journal, records, count);
    ck_assert_msg (status == JOURNAL_OK, "status %d: %s", (int) status, journal_error (journal));
}

void journal_case_decide (journal_t *journal, int64_t first, int64_t last)
{
    size_t count = (size_t) (last - first + 1);
    struct record *records = calloc (count, sizeof *records);
    ck_assert_ptr_nonnull (records);
    for (size_t i = 0; i < count; i++) {
        records[i] = journal_case_decision (first + (int64_t) i);
    }
    journal_case_append (journal, records, count);
    free (records);
}

struct tally {
    int64_t first;
    int64_t last;  // 0: none yet
};

static bool count_decision (void *context, const struct record *record)
{
    struct tally *tally = context;
    struct record expected = journal_case_decision (record->decided.write);
    const struct item *item = &record->decided.item;
    if (tally->last == 0) {
        tally->first = record->decided.write;
        tally->last = record->decided.write - 1;
    }
    return record->type == RECORD_DECIDED && record->decided.write == ++tally->last
           && item->number == expected.decided.item.number
           && item->clock == expected.decided.item.clock && strcmp (item->product, "salt") == 0;
}

void journal_case_holds (journal_t *journal, int64_t first, int64_t last)
{
    struct tally tally = {first, 0};
    enum journal_status status = journal_load (journal, count_decision, &tally);
    ck_assert_msg (status == JOURNAL_OK, "status %d: %s", (int) status, journal_error (journal));
    ck_assert_int_eq (tally.last, last);
    ck_assert_int_eq (tally.first, first);
}

int64_t journal_case_found (void)
{
    struct tally tally = {1, 0};
    journal_t *journal = journal_case_open ();
    ck_assert_int_eq (journal_load (journal, count_decision, &tally), JOURNAL_OK);
    ck_assert_int_eq (tally.first, 1);
    journal_close (&journal);
    return tally.last;
}

const char *journal_case_read (const char *name, size_t *size)
{
    static char bytes[JOURNAL_CASE_BYTES];
    FILE *file = fopen (name, "rb");
    ck_assert_ptr_nonnull (file);
    *size = fread (bytes, 1, sizeof bytes, file);
    ck_assert_uint_lt (*size, sizeof bytes);
    fclose (file);
    return bytes;
}

void journal_case_write (const char *name, const char *bytes, size_t size)
{
    FILE *file = fopen (name, "wb");
    ck_assert_ptr_nonnull (file);
    ck_assert_uint_eq (fwrite (bytes, 1, size, file), size);
    ck_assert_int_eq (fclose (file), 0);
}
