// What souk's commands share in reading their options: values with units, the topology, and
// errors that say what was wrong and what to write instead.
#ifndef SOUK_SOUK_OPTIONS_H
#define SOUK_SOUK_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "actors/clients/client_shell.h"
#include "broker/shells/crash_shell.h"
#include "schemas/topology.h"

enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

// Ends the program with EXIT_USAGE and one line on stderr, behind "souk COMMAND: ".
void usage_error (const char *command, const char *format, ...)
    __attribute__ ((format (printf, 2, 3), noreturn));

// What getopt_long found wrong with argv, in words; for the cases '?' and ':'.
void option_error (const char *command, int option, char *const *argv) __attribute__ ((noreturn));

// Values of an option; a bad one is a usage error that names the option.
int64_t parse_integer (const char *command, const char *option, const char *text, int64_t min,
                       int64_t max);
// "0.5s", "200ms", "2m", in microseconds, at least `min`.
int64_t parse_duration_us (const char *command, const char *option, const char *text, int64_t min);
// "0.1%" or "0.001", in millionths: 1000.
int64_t parse_chance (const char *command, const char *option, const char *text);
// "10", "10.50", in cents.
int64_t parse_price_cents (const char *command, const char *option, const char *text);
// "3" or "1-5".
void parse_range (const char *command, const char *option, const char *text, int64_t max,
                  int64_t *from, int64_t *to);
bool parse_on_off (const char *command, const char *option, const char *text);
// "quiet", "events" or "messages".
enum log_level parse_log (const char *command, const char *text);
// One that other nodes are told: at most LIMIT_ENDPOINT bytes.
const char *parse_endpoint (const char *command, const char *option, const char *text);
// "POINT@N", of one of the two points that a command has.
struct crash parse_crash (const char *command, const char *text, const char *first,
                          const char *second);
// NULL for "random".
const char *parse_product (const char *command, const char *option, const char *text);

// The topology of --topology ('t' in `options`), read before the other options so that they go over
// it. Returns NULL where argv has none; ends with EXIT_USAGE where the file is not one. It lives as
// long as the program. getopt_long begins anew after it.
const struct topology *find_topology (int argc, char *const *argv, const struct option *options);

// The path of a file that a topology names, which is relative to the topology's own folder; NULL
// for NULL. Valid until the next call.
const char *topology_file (const struct topology *topology, const char *path);

// Where this topology wants the node's trace, in its own folder; NULL: nowhere. It lives as long as
// the program.
const char *topology_trace (const struct topology *topology, int64_t node);

// The topology's entry of this node id; a usage error when it has none.
const struct topology_trader *topology_trader_of (const char *command,
                                                  const struct topology *topology, int64_t id);
const struct topology_buyer *topology_buyer_of (const char *command,
                                                const struct topology *topology, int64_t id);
const struct topology_seller *topology_seller_of (const char *command,
                                                  const struct topology *topology, int64_t id);
const struct topology_peer *topology_peer_of (const char *command, const struct topology *topology,
                                              int64_t id);

// The value of --id ('i' in `options`) in argv, 0 where it is missing. getopt_long begins anew
// after it.
int64_t find_id (int argc, char *const *argv, const struct option *options);

// Of this topology's seed, one for a node.
uint64_t node_seed (int64_t seed, int64_t node);

// One that no other process has, whatever the topology's is.
uint64_t process_seed (int64_t node);

#endif
