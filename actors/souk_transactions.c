// souk transactions: the journals of traders as a table, one line a decision.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "actors/souk_commands.h"
#include "actors/souk_options.h"
#include "broker/journal/journal_read.h"
#include "schemas/arena.h"

enum { ERROR_BYTES = 512, ROWS_BLOCK = 64 * 1024, WRITES_MAX = 16 * 1024 * 1024 };

static const char help[] =
    "Prints what the journal of a trader tells of its sales, one line an order.\n"
    "\n"
    "  souk transactions runs/latest/trader-1.journal\n"
    "  souk transactions trader-1.journal.2 trader-1.journal.1 trader-1.journal --json\n"
    "\n"
    "  --json    one JSON object a line\n"
    "  --help\n"
    "\n"
    "The columns: count, trader (who decided), product, buyer, and completed: FALSE where the "
    "units\n"
    "are promised, TRUE where the warehouse has the sale, FORWARD where this trader has brought "
    "it\n"
    "there for another one that had died. A journal that has grown begins anew, and the latest of\n"
    "the earlier files ends in .1: name the older ones first. It only reads, and may run while "
    "the\n"
    "trader does. Exit status: 1 where a file is damaged, with nothing printed.\n";

static const struct option options[] = {
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

enum completed {
    PROMISED,   // by its trader
    SETTLED,    // its trader knows that the warehouse has it
    VOIDED,     // its trader had told nobody when it was taken over
    COPIED,     // not printed: its trader's own journal tells of it
    COPY_DONE,  // nor that
    FORWARDED,  // by another trader
};

// What names a decision for ever: whose it is, and which of the writes since an epoch.
struct key {
    int64_t trader;
    int64_t began;
    int64_t write;
};

struct row {
    struct key key;
    enum completed completed;
    char product[LIMIT_PRODUCT_NAME + 1];
    int64_t buyer;
    int64_t number;
    int64_t units;
    UT_hash_handle hh;  // in the order in which they were decided
};

// Where a trader's writes stand, as the journal tells: its own, or of one that it keeps a copy of.
struct counted {
    int64_t trader;
    int64_t began;
    int64_t done;  // all up to this write have been dealt with
    UT_hash_handle hh;
};

struct table {
    int64_t owner;  // whose journal is being read
    struct row *rows;
    struct counted *counts;
    arena_t *arena;
};

static struct counted *counted_of (struct table *self, int64_t trader)
{
    struct counted *counted;
    HASH_FIND (hh, self->counts, &trader, sizeof trader, counted);
    if (!counted) {
        counted = arena_take (self->arena, 1, sizeof *counted);
        *counted = (struct counted){.trader = trader};
        HASH_ADD (hh, self->counts, trader, sizeof counted->trader, counted);
    }
    return counted;
}

// Writes of a trader count from 1 anew, or go on.
static void begin (struct table *self, int64_t trader, int64_t began, int64_t done)
{
    struct counted *counted = counted_of (self, trader);
    counted->began = began;
    counted->done = done;
}

static struct row *find (const struct table *self, const struct key *key)
{
    struct row *row;
    HASH_FIND (hh, self->rows, key, sizeof *key, row);
    return row;
}

static void add (struct table *self, const struct record_decided *decided, enum completed completed)
{
    struct key key = {decided->trader, counted_of (self, decided->trader)->began, decided->write};
    const struct item *item = &decided->item;
    bool sale = item->kind == ITEM_BUY && item->promised > 0;
    struct row *row = sale ? find (self, &key) : NULL;
    if (row && completed == PROMISED && (row->completed == COPIED || row->completed == COPY_DONE)) {
        row->completed = PROMISED;  // Its copy was read before it.
    }
    if (row || !sale) {
        return;
    }
    row = arena_take (self->arena, 1, sizeof *row);
    *row = (struct row){
        .key = key,
        .completed = completed,
        .buyer = item->client,
        .number = item->number,
        .units = item->promised,
    };
    strcpy (row->product, item->product);
    HASH_ADD (hh, self->rows, key, sizeof row->key, row);
}

// What a decision is when it is said to be completed so: what its own trader knows stands above
// what a backup knows, and both above what was read before.
static enum completed after (enum completed now, enum completed then)
{
    switch (then) {
    case SETTLED:
        return now == PROMISED ? SETTLED : now;
    case FORWARDED:
        return now == SETTLED ? now : FORWARDED;
    default:
        return now == COPIED ? then : now;
    }
}

// All up to this write are completed so, but for those that were before.
static void complete (struct table *self, const struct record_write *write, enum completed how)
{
    struct counted *counted = counted_of (self, write->trader);
    if (write->write - counted->done > WRITES_MAX) {
        counted->done = write->write - WRITES_MAX;  // No file tells of more.
    }
    for (; counted->done < write->write; counted->done++) {
        struct key key = {write->trader, counted->began, counted->done + 1};
        struct row *row = find (self, &key);
        if (row) {
            row->completed = after (row->completed, how);
        }
    }
}

// What its own trader had promised to nobody, as it was taken over before.
static void void_promised (struct table *self)
{
    for (struct row *row = self->rows; row; row = row->hh.next) {
        if (row->completed == PROMISED && row->key.trader == self->owner) {
            row->completed = VOIDED;
        }
    }
}

// Where it goes on as it was, the warehouse has what it says to be settled, though its trader may
// have died before it heard of that.
static void join (struct table *self, const struct record_joined *joined)
{
    if (counted_of (self, self->owner)->began == joined->began) {
        const struct record_write settled = {.trader = self->owner, .write = joined->settled};
        complete (self, &settled, SETTLED);
    }
    begin (self, self->owner, joined->began, joined->settled);
}

static bool take (void *context, const struct record *record)
{
    struct table *self = context;
    switch (record->type) {
    case RECORD_JOINED:
        join (self, &record->joined);
        break;
    case RECORD_DECIDED:
        add (self, &record->decided, PROMISED);
        break;
    case RECORD_SETTLED:
        complete (self, &record->write, SETTLED);
        break;
    case RECORD_VOID:
        void_promised (self);
        break;
    case RECORD_COPY:
        begin (self, record->copy.trader, record->copy.began, record->copy.settled);
        break;
    case RECORD_COPIED:
        add (self, &record->decided, COPIED);
        break;
    case RECORD_COPY_SETTLED:
        complete (self, &record->write, COPY_DONE);
        break;
    case RECORD_FORWARDED:
        complete (self, &record->write, FORWARDED);
        break;
    default:
        break;
    }
    return true;
}

// Takes a file in. Returns false where it cannot be read or is damaged, which is told.
static bool read_file (struct table *table, const char *path)
{
    char error[ERROR_BYTES];
    struct journal_content content;
    bool good = journal_content_open (&content, path, error, sizeof error);
    table->owner = content.trader;
    good = good && journal_content_visit (&content, path, take, table, error, sizeof error);
    if (!good) {
        fprintf (stderr, "souk transactions: %s\n", error);
    } else if (content.good < content.size) {
        fprintf (stderr, "souk transactions: %s: %zu bytes of an unfinished write are left out\n",
                 path, content.size - content.good);
    }
    journal_content_free (&content);
    return good;
}

// NULL: it is not printed.
static const char *word_of (enum completed completed)
{
    return completed == PROMISED    ? "FALSE"
           : completed == SETTLED   ? "TRUE"
           : completed == FORWARDED ? "FORWARD"
                                    : NULL;
}

static void print_row (const struct row *row, int64_t count, bool json)
{
    if (json) {
        printf ("{\"count\":%" PRId64 ",\"trader\":%" PRId64
                ",\"product\":\"%s\",\"buyer\":%" PRId64 ",\"completed\":\"%s\",\"number\":%" PRId64
                ",\"units\":%" PRId64 ",\"epoch\":%" PRId64 ",\"write\":%" PRId64 "}\n",
                count, row->key.trader, row->product, row->buyer, word_of (row->completed),
                row->number, row->units, row->key.began, row->key.write);
    } else {
        printf ("%" PRId64 ",%" PRId64 ",%s,%" PRId64 ",%s\n", count, row->key.trader, row->product,
                row->buyer, word_of (row->completed));
    }
}

static void print (const struct table *table, bool json)
{
    int64_t count = 0;
    if (!json) {
        printf ("count,trader,product,buyer,completed\n");
    }
    for (const struct row *row = table->rows; row; row = row->hh.next) {
        if (word_of (row->completed)) {
            print_row (row, ++count, json);
        }
    }
}

static int run (char *const *paths, int count, bool json)
{
    struct table table = {.arena = arena_new (ROWS_BLOCK)};
    bool good = true;
    for (int i = 0; i < count && good; i++) {
        good = read_file (&table, paths[i]);
    }
    if (good) {
        print (&table, json);
    }
    HASH_CLEAR (hh, table.rows);
    HASH_CLEAR (hh, table.counts);
    arena_destroy (&table.arena);
    return good ? EXIT_FINE : EXIT_FAILED;
}

int souk_transactions (int argc, char **argv)
{
    bool json = false;
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 'j':
            json = true;
            break;
        case 'h':
            fputs (help, stdout);
            return EXIT_FINE;
        default:
            option_error (argv[0], option, argv);
        }
    }
    if (optind == argc) {
        usage_error (argv[0], "wants a trader's journal: souk transactions trader-1.journal");
    }
    return run (argv + optind, argc - optind, json);
}
