// The program: one command a role. Data goes to stdout, messages to stderr; the exit status is 0
// when all went well, 1 when something failed, 2 when it was called wrongly.
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "actors/souk_commands.h"
#include "actors/souk_options.h"

#define SOUK_VERSION "0.1.0"

static const char help[] =
    "Souk, a market broker on ZeroMQ.\n"
    "\n"
    "  tools/launch.py                        a whole market, for twenty seconds\n"
    "  souk verify runs/latest/warehouse.db   does its store add up?\n"
    "\n"
    "  souk warehouse     runs the warehouse\n"
    "  souk trader        runs a trader\n"
    "  souk buyer         runs a buyer\n"
    "  souk seller        runs a seller\n"
    "  souk peer          runs a buyer or seller that may be elected to trade\n"
    "  souk monitor       shows what happens in a market\n"
    "  souk bench         measures a market, and what the wires alone would allow\n"
    "  souk transactions  shows what a trader's journal tells of its sales\n"
    "  souk accounts      shows who spent and earned what, and each sale's share\n"
    "  souk trace         tells one order's way through the nodes, by its clocks\n"
    "  souk verify        proves from a store that nothing was lost or sold twice\n"
    "\n"
    "souk COMMAND --help shows the options of each; souk --version what it is made of.\n";

static int show_version (int argc, char **argv)
{
    bool json = argc == 2 && strcmp (argv[1], "--json") == 0;
    int major;
    int minor;
    int patch;
    if (argc > 1 && !json) {
        fprintf (stderr, "souk --version: %s: no such option, only --json\n", argv[1]);
        return EXIT_USAGE;
    }
    zmq_version (&major, &minor, &patch);
    printf (json ? "{\"souk\":\"%s\",\"protocol\":%d,\"libzmq\":\"%d.%d.%d\",\"sqlite\":\"%s\"}\n"
                 : "souk %s (protocol %d, libzmq %d.%d.%d, SQLite %s)\n",
            SOUK_VERSION, PROTOCOL_VERSION, major, minor, patch, sqlite3_libversion ());
    return EXIT_FINE;
}

// The numbers 0 to 2 must be taken, by nothing if need be: else a socket or the store could get
// one, and what is meant for stdout or stderr would be written into it.
static bool fill_standard_files (void)
{
    int file;
    do {
        file = open ("/dev/null", O_RDWR);
    } while (file >= 0 && file <= STDERR_FILENO);
    if (file > STDERR_FILENO) {
        close (file);
    }
    return file >= 0;
}

static int run (int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run) (int argc, char **argv);
    } commands[] = {
        {"warehouse", souk_warehouse},
        {"trader", souk_trader},
        {"buyer", souk_buyer},
        {"seller", souk_seller},
        {"peer", souk_peer},
        {"monitor", souk_monitor},
        {"bench", souk_bench},
        {"verify", souk_verify},
        {"transactions", souk_transactions},
        {"trace", souk_trace},
        {"accounts", souk_accounts},
    };
    const char *name = argc > 1 ? argv[1] : NULL;
    bool asked = name && (strcmp (name, "--help") == 0 || strcmp (name, "help") == 0);
    if (asked && argc == 3) {
        static char help_option[] = "--help";  // "help buyer" is "buyer --help".
        name = argv[1] = argv[2];
        argv[2] = help_option;
        asked = false;
    }
    for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp (name, commands[i].name) == 0) {
            return commands[i].run (argc - 1, argv + 1);
        }
    }
    if (name && strcmp (name, "--version") == 0) {
        return show_version (argc - 1, argv + 1);
    }
    if (!asked) {
        fprintf (stderr, name ? "souk: no such command: %s\n\n" : "souk: no command\n\n", name);
    }
    fputs (help, asked ? stdout : stderr);
    return asked ? EXIT_FINE : EXIT_USAGE;
}

int main (int argc, char **argv)
{
    if (!fill_standard_files ()) {
        return EXIT_FAILED;
    }
    int status = run (argc, argv);
    if ((fflush (stdout) != 0 || ferror (stdout)) && status == EXIT_FINE) {
        fprintf (stderr, "souk: cannot write to stdout\n");
        status = EXIT_FAILED;
    }
    return status;
}
