#include "actors/souk_node.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "actors/souk_options.h"

static void stop_signals (sigset_t *signals)
{
    sigemptyset (signals);
    sigaddset (signals, SIGINT);
    sigaddset (signals, SIGTERM);
}

// Signals are taken by node_run alone, and czmq leaves them be. A node whose reader has gone goes
// on with its work, and a file that may not grow is as good as a full disk.
static void prepare (const sigset_t *signals)
{
    sigprocmask (SIG_BLOCK, signals, NULL);
    signal (SIGPIPE, SIG_IGN);
    signal (SIGXFSZ, SIG_IGN);
    zsys_handler_set (NULL);
    zsys_init ();
}

// Takes one report of the actor. Returns false when it was the last.
static bool take_report (zactor_t *actor, bool json, int *status)
{
    char *command = NULL;
    char *line = NULL;
    bool more = zstr_recvx (actor, &command, &line, NULL) >= 1 && !streq (command, "DONE");
    if (command && streq (command, "FAILED")) {
        fprintf (stderr, "souk: %s\n", line);
        *status = EXIT_FAILED;
    } else if (command && streq (command, "WARNING")) {
        fprintf (stderr, "souk: %s\n", line);
    } else if (command && streq (command, "DONE")) {
        if (line && streq (line, "open")) {
            fprintf (stderr, "souk: ended with requests that have no final answer\n");
            *status = EXIT_FAILED;
        }
    } else if (json && line) {
        printf ("%s\n", line);
        fflush (stdout);
    } else if (command && streq (command, "READY")) {
        fprintf (stderr, "%s\n", line);
    } else if (command && streq (command, "SUMMARY")) {
        printf ("%s\n", line);
    }
    zstr_free (&command);
    zstr_free (&line);
    return more;
}

int node_run (zactor_fn *actor_fn, void *config, bool json)
{
    sigset_t signals;
    stop_signals (&signals);
    prepare (&signals);
    int signal_fd = signalfd (-1, &signals, SFD_CLOEXEC);
    zactor_t *actor = zactor_new (actor_fn, config);
    if (signal_fd == -1 || !actor) {
        fprintf (stderr, "souk: cannot start: %s\n", strerror (errno));
        zactor_destroy (&actor);
        return EXIT_FAILED;
    }
    zsock_set_sndtimeo (actor, 0);  // It may have ended when a signal comes: no waiting for it.
    int status = EXIT_FINE;
    int stops = 0;
    for (bool more = true; more;) {
        zmq_pollitem_t items[] = {
            {zsock_resolve (actor), 0, ZMQ_POLLIN, 0},
            {NULL, signal_fd, ZMQ_POLLIN, 0},
        };
        if (zmq_poll (items, 2, -1) == -1 && errno != EINTR) {
            break;
        }
        if (items[1].revents) {
            struct signalfd_siginfo info;
            if (read (signal_fd, &info, sizeof info) == sizeof info) {
                zstr_send (actor, ++stops == 1 ? "STOP" : "$TERM");
            }
        }
        if (items[0].revents) {
            more = take_report (actor, json, &status);
        }
    }
    zactor_destroy (&actor);
    close (signal_fd);
    return status;
}
