// souk trace: one order's way through the nodes of a market, by its clocks.
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/souk_commands.h"
#include "actors/souk_options.h"
#include "actors/trace/trail_line.h"
#include "actors/trace/trail_print.h"

enum { WORDS_BLOCK = 64 * 1024, PATH_BYTES = 8192 };

static const char latest[] = "runs/latest";

static const char help[] =
    "Tells one order's way through the nodes of a market: who sent what to whom, by their clocks.\n"
    "\n"
    "  tools/launch.py --trace\n"
    "  souk trace runs/latest --order 5/17\n"
    "  souk trace runs/latest --order 5/17 --dot | dot -Tsvg > order.svg\n"
    "  souk trace --order 9/1 --json | jq -c 'select(.fate == \"lost\")'\n"
    "\n"
    "  --order CLIENT/NUMBER   of the buyer or seller with this node id, its order or restock\n"
    "  --json                  one object a step\n"
    "  --dot                   a space-time diagram for Graphviz: a column a node, time runs down\n"
    "  --help\n"
    "\n"
    "The folder is that of a run with --trace, runs/latest where none is named: each node wrote\n"
    "trace-ID.jsonl there, ID 0 is the warehouse. A book (buyer-5.book.csv) has the numbers of a\n"
    "buyer's orders. Steps are in the order of their Lamport clocks: whatever could have caused\n"
    "another step stands before it, whatever the machines' clocks say. A message that left a node\n"
    "and is not in the trace of the other one was lost. It may run while the market does; then "
    "the\n"
    "last messages may still be on their way. Exit status: 1 where there is no trace, or the "
    "order\n"
    "is not in it.\n";

static const struct option options[] = {
    {"order", required_argument, NULL, 'o'},
    {"json", no_argument, NULL, 'j'},
    {"dot", no_argument, NULL, 'd'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct reading {
    struct trail trail;
    struct trail_filter filter;
    arena_t *arena;
    const char *folder;
    struct dirent **files;
    int file_count;
};

static int is_trace (const struct dirent *entry)
{
    return fnmatch ("trace-*.jsonl", entry->d_name, 0) == 0;
}

// Returns false with a message where there is nothing to read.
static bool find_files (struct reading *self)
{
    self->file_count = scandir (self->folder, &self->files, is_trace, versionsort);
    if (self->file_count == -1) {
        self->file_count = 0;
        fprintf (stderr, "souk: cannot read %s: %s\n", self->folder, strerror (errno));
        return false;
    }
    if (self->file_count == 0) {
        fprintf (stderr,
                 "souk: there is no trace in %s: a market writes one with tools/launch.py --trace, "
                 "a node with --trace FILE\n",
                 self->folder);
        return false;
    }
    return true;
}

// Reads the lines of one file that the filter wants. A node may be killed within a line, or be
// writing it at this moment: what cannot be read is left out, and said so.
static bool read_file (struct reading *self, const char *name)
{
    char path[PATH_BYTES];
    char *line = NULL;
    size_t size = 0;
    size_t bad = 0;
    struct step step;
    snprintf (path, sizeof path, "%s/%s", self->folder, name);
    FILE *file = fopen (path, "r");
    if (!file) {
        fprintf (stderr, "souk: cannot read %s: %s\n", path, strerror (errno));
        return false;
    }
    self->trail.asked = false;
    for (ssize_t length; (length = getline (&line, &size, file)) != -1;) {
        enum trail_line kind = LINE_OTHER;
        if (trail_filter_wants (&self->filter, &self->trail, line)) {
            kind = trail_line_read (&self->filter, &self->trail, line, (size_t) length, self->arena,
                                    &step);
        }
        if (kind == LINE_STEP) {
            trail_add (&self->trail, &step);
        }
        bad += kind == LINE_BAD;
    }
    bool good = !ferror (file);
    if (!good) {
        fprintf (stderr, "souk: cannot read %s: %s\n", path, strerror (errno));
    } else if (bad > 0) {
        fprintf (stderr, "souk: %s: %zu line%s cannot be read and %s left out\n", path, bad,
                 bad == 1 ? "" : "s", bad == 1 ? "is" : "are");
    }
    fclose (file);
    free (line);
    return good;
}

static bool read_files (struct reading *self)
{
    for (int i = 0; i < self->file_count; i++) {
        if (!read_file (self, self->files[i]->d_name)) {
            return false;
        }
    }
    return true;
}

static bool explain_missing (const struct trail *trail)
{
    char name[TRAIL_NAME_BYTES];
    const struct trail_node *client = trail_node (trail, trail->client);
    trail_name (trail, trail->client, name);
    fprintf (stderr, "souk: %" PRId64 "/%" PRId64 " is not in the trace of these %zu nodes: ",
             trail->client, trail->number, trail->node_count);
    if (!client) {
        fprintf (stderr, "no node has the id %" PRId64 "\n", trail->client);
    } else if (client->ended) {
        fprintf (stderr, "that of %s had reached its bound before\n", name);
    } else {
        fprintf (stderr, "%s sent nothing under that number\n", name);
    }
    return false;
}

static bool read_trail (struct reading *self)
{
    if (!find_files (self) || !read_files (self)) {
        return false;
    }
    if (self->trail.step_count == 0) {
        return explain_missing (&self->trail);
    }
    self->filter.answers = true;
    if (!read_files (self)) {
        return false;
    }
    if (self->trail.full) {
        fprintf (stderr, "souk: only %d of its steps are told\n", TRAIL_STEPS_MAX);
    }
    trail_join (&self->trail);
    return true;
}

static int run (const char *folder, int64_t client, int64_t order,
                void (*print) (const struct trail *, FILE *))
{
    struct reading self = {.folder = folder, .arena = arena_new (WORDS_BLOCK)};
    trail_init (&self.trail, client, order);
    trail_filter_init (&self.filter, &self.trail);
    bool good = read_trail (&self);
    if (good) {
        print (&self.trail, stdout);
    }
    for (int i = 0; i < self.file_count; i++) {
        free (self.files[i]);
    }
    free (self.files);
    trail_free (&self.trail);
    arena_destroy (&self.arena);
    return good ? EXIT_FINE : EXIT_FAILED;
}

// "5/17"; cut in place.
static void parse_order (const char *command, char *text, int64_t *client, int64_t *order)
{
    char *slash = strchr (text, '/');
    if (!slash) {
        usage_error (command, "--order: '%s' wants a client and its number, such as 5/17", text);
    }
    *slash = 0;
    *client = parse_integer (command, "order", text, 1, LIMIT_NODE);
    *order = parse_integer (command, "order", slash + 1, 1, LIMIT_INTEGER);
}

int souk_trace (int argc, char **argv)
{
    void (*print) (const struct trail *, FILE *) = trail_print_text;
    int64_t client = 0;
    int64_t order = 0;
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 'o':
            parse_order (argv[0], optarg, &client, &order);
            break;
        case 'j':
        case 'd':
            if (print != trail_print_text) {
                usage_error (argv[0], "--json and --dot: only one of them");
            }
            print = option == 'j' ? trail_print_json : trail_print_dot;
            break;
        case 'h':
            fputs (help, stdout);
            return EXIT_FINE;
        default:
            option_error (argv[0], option, argv);
        }
    }
    if (argc - optind > 1) {
        usage_error (argv[0], "'%s' is one folder too many", argv[optind + 1]);
    }
    if (client == 0) {
        usage_error (argv[0], "--order is missing: CLIENT/NUMBER, such as 5/17");
    }
    return run (optind < argc ? argv[optind] : latest, client, order, print);
}
