#include "actors/souk_options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TOPOLOGY_BLOCK = 64 * 1024, FILE_PATH_BYTES = 8192 };

void usage_error (const char *command, const char *format, ...)
{
    va_list arguments;
    fprintf (stderr, "souk %s: ", command);
    va_start (arguments, format);
    vfprintf (stderr, format, arguments);
    va_end (arguments);
    fprintf (stderr, "\nsouk %s --help shows how it is used\n", command);
    exit (EXIT_USAGE);
}

// Options are long ones. A short one stands in argv[optind], unless it was the last of its word.
static bool is_short (int argc_left, char *const *next, const char *given)
{
    bool within = argc_left && next[0][0] == '-' && next[0][1] != '-' && strchr (*next, optopt);
    return optopt && (within || strncmp (given, "--", 2) != 0);
}

void option_error (const char *command, int option, char *const *argv)
{
    const char *given = argv[optind - 1];
    if (option == ':') {
        usage_error (command, "%s: wants a value", given);
    }
    if (is_short (argv[optind] != NULL, &argv[optind], given)) {
        usage_error (command, "-%c: no such option", optopt);
    }
    usage_error (command, optopt ? "%s: takes no value" : "%s: no such option", given);
}

int64_t parse_integer (const char *command, const char *option, const char *text, int64_t min,
                       int64_t max)
{
    char *end;
    errno = 0;
    long long value = strtoll (text, &end, 10);
    if (errno || end == text || *end || isspace ((unsigned char) *text) || value < min
        || value > max) {
        usage_error (command, "--%s: '%s' must be a whole number from %lld to %lld", option, text,
                     (long long) min, (long long) max);
    }
    return value;
}

int64_t parse_duration_us (const char *command, const char *option, const char *text, int64_t min)
{
    static const struct {
        const char *unit;
        double us;
    } units[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}};
    char *end;
    double value = strtod (text, &end);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        bool fits = isfinite (value) && value >= 0 && value * units[i].us <= 1e15;
        if (end != text && fits && strcmp (end, units[i].unit) == 0) {
            int64_t us = (int64_t) (value * units[i].us + 0.5);
            if (us < min) {
                usage_error (command, "--%s: '%s' is too short: write %lldus or more", option, text,
                             (long long) min);
            }
            return us;
        }
    }
    usage_error (command, "--%s: '%s' is no time: write 0.5s, 200ms or 2m", option, text);
}

int64_t parse_price_cents (const char *command, const char *option, const char *text)
{
    char *end;
    double value = strtod (text, &end);
    int64_t cents =
        isfinite (value) && value > 0 && value < 1e8 ? (int64_t) (value * 100 + 0.5) : 0;
    bool whole = fabs (value * 100 - (double) cents) < 1e-3;
    if (end == text || *end || cents < 1 || cents > LIMIT_PRICE_CENTS || !whole) {
        usage_error (command, "--%s: '%s' is no price: write 10 or 10.50", option, text);
    }
    return cents;
}

int64_t parse_chance (const char *command, const char *option, const char *text)
{
    char *end;
    double value = isdigit ((unsigned char) *text) ? strtod (text, &end) : -1;
    bool given = value >= 0 && (*end == '\0' || strcmp (end, "%") == 0);
    double whole = given && *end == '%' ? 100 : 1;
    if (!given || value > whole) {
        usage_error (command, "--%s: '%s' is no chance: write 0.1%% or 0.001", option, text);
    }
    return (int64_t) (value / whole * 1e6 + 0.5);
}

void parse_range (const char *command, const char *option, const char *text, int64_t max,
                  int64_t *from, int64_t *to)
{
    char *end;
    errno = 0;
    *from = *to = isdigit ((unsigned char) *text) ? strtoll (text, &end, 10) : 0;
    if (*from && *end == '-' && isdigit ((unsigned char) end[1])) {
        *to = strtoll (end + 1, &end, 10);
    }
    if (errno || *from < 1 || *to > max || *end) {
        usage_error (command, "--%s: '%s' must be one number or two like 1-5, from 1 to %lld",
                     option, text, (long long) max);
    }
    if (*from > *to) {
        usage_error (command, "--%s: '%s' begins above its end: write %lld-%lld", option, text,
                     (long long) *to, (long long) *from);
    }
}

bool parse_on_off (const char *command, const char *option, const char *text)
{
    if (strcmp (text, "on") != 0 && strcmp (text, "off") != 0) {
        usage_error (command, "--%s: '%s' must be on or off", option, text);
    }
    return strcmp (text, "on") == 0;
}

enum log_level parse_log (const char *command, const char *text)
{
    static const char *const names[] = {"quiet", "events", "messages"};
    for (int i = 0; i < 3; i++) {
        if (strcmp (text, names[i]) == 0) {
            return (enum log_level) i;
        }
    }
    usage_error (command, "--log: '%s' must be quiet, events or messages", text);
}

const char *parse_endpoint (const char *command, const char *option, const char *text)
{
    if (!*text || strlen (text) > LIMIT_ENDPOINT) {
        usage_error (command, "--%s: an endpoint has 1 to %d bytes", option, LIMIT_ENDPOINT);
    }
    return text;
}

struct crash parse_crash (const char *command, const char *text, const char *first,
                          const char *second)
{
    struct crash crash;
    size_t length = strcspn (text, "@");
    bool known = (strlen (first) == length && strncmp (first, text, length) == 0)
                 || (strlen (second) == length && strncmp (second, text, length) == 0);
    if (!known || !crash_parse (text, &crash)) {
        usage_error (command, "--crash: '%s' must be %s@N or %s@N, N from 1", text, first, second);
    }
    return crash;
}

const char *parse_product (const char *command, const char *option, const char *text)
{
    if (strcmp (text, "random") == 0) {
        return NULL;
    }
    if (!product_name_valid (text)) {
        usage_error (command, "--%s: '%s' is no product: 1 to %d of a-z, 0-9, _ and -", option,
                     text, LIMIT_PRODUCT_NAME);
    }
    return text;
}

// The value of an option in argv, the last one's as getopt_long would have it, NULL where there is
// none. What else is wrong with argv is for the reading of all options to tell.
static const char *find_value (int wanted, int argc, char *const *argv,
                               const struct option *options)
{
    const char *value = NULL;
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        if (option == wanted) {
            value = optarg;
        }
    }
    optind = 0;  // The GNU way to begin anew.
    return value;
}

const struct topology *find_topology (int argc, char *const *argv, const struct option *options)
{
    static struct topology topology;
    static arena_t *arena;  // Reachable to the end, so that no leak is reported.
    const char *path = find_value ('t', argc, argv, options);
    char error[512];
    if (!path) {
        return NULL;
    }
    if (!arena) {
        arena = arena_new (TOPOLOGY_BLOCK);
    }
    if (!topology_read (path, arena, &topology, error, sizeof error)) {
        usage_error (argv[0], "--topology: %s: %s", path, error);
    }
    return &topology;
}

const char *topology_file (const struct topology *topology, const char *path)
{
    static char whole[FILE_PATH_BYTES];
    if (!path || path[0] == '/') {
        return path;
    }
    snprintf (whole, sizeof whole, "%s/%s", topology->folder, path);
    return whole;
}

const char *topology_trace (const struct topology *topology, int64_t node)
{
    static char path[FILE_PATH_BYTES];
    snprintf (path, sizeof path, "%s/trace-%lld.jsonl", topology->folder, (long long) node);
    return topology->trace ? path : NULL;
}

int64_t find_id (int argc, char *const *argv, const struct option *options)
{
    const char *text = find_value ('i', argc, argv, options);
    return text ? parse_integer (argv[0], "id", text, 1, LIMIT_NODE) : 0;
}

const struct topology_trader *topology_trader_of (const char *command,
                                                  const struct topology *topology, int64_t id)
{
    for (size_t i = 0; i < topology->trader_count; i++) {
        if (topology->traders[i].id == id) {
            return &topology->traders[i];
        }
    }
    usage_error (command, "--id: the topology has no trader %lld", (long long) id);
}

const struct topology_buyer *topology_buyer_of (const char *command,
                                                const struct topology *topology, int64_t id)
{
    for (size_t i = 0; i < topology->buyer_count; i++) {
        if (topology->buyers[i].id == id) {
            return &topology->buyers[i];
        }
    }
    usage_error (command, "--id: the topology has no buyer %lld", (long long) id);
}

const struct topology_seller *topology_seller_of (const char *command,
                                                  const struct topology *topology, int64_t id)
{
    for (size_t i = 0; i < topology->seller_count; i++) {
        if (topology->sellers[i].id == id) {
            return &topology->sellers[i];
        }
    }
    usage_error (command, "--id: the topology has no seller %lld", (long long) id);
}

const struct topology_peer *topology_peer_of (const char *command, const struct topology *topology,
                                              int64_t id)
{
    for (size_t i = 0; i < topology->peer_count; i++) {
        if (topology->peers[i].id == id) {
            return &topology->peers[i];
        }
    }
    usage_error (command, "--id: the topology has no peer %lld", (long long) id);
}

// splitmix64 (Steele, Lea, Flood 2014): neighbouring seeds and nodes get unlike streams.
uint64_t node_seed (int64_t seed, int64_t node)
{
    uint64_t z = (uint64_t) seed * UINT64_C (0x9E3779B97F4A7C15) + (uint64_t) node + 1;
    z = (z ^ (z >> 30)) * UINT64_C (0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C (0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t process_seed (int64_t node)
{
    struct timespec now;
    clock_gettime (CLOCK_REALTIME, &now);
    return node_seed (now.tv_sec * 1000000007 + now.tv_nsec + getpid (), node);
}
