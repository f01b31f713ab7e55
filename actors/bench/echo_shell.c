#include "actors/bench/echo_shell.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker/shells/wire_shell.h"
#include "schemas/codec.h"

enum { REPLY_BYTES = 1024, REPORT_ERROR = 256 };

// A receipt as it comes from a market in the middle of a run.
static size_t sample_receipt (char buffer[REPLY_BYTES])
{
    static const struct fill fill = {.seller = 9, .lot = 3, .units = 1, .price_cents = 1000};
    static const struct trader_seen seen = {.trader = 1, .epoch = 1, .count = 0};
    const struct message message = {
        .type = MESSAGE_RECEIPT,
        .from = 1,
        .clock = 100000,
        .receipt = {.number = 1000,
                    .status = STATUS_SOLD,
                    .product = "salt",
                    .units = 1,
                    .amount_cents = 1000,
                    .fills = &fill,
                    .fill_count = 1,
                    .seen = {.version = 1000, .traders = &seen, .count = 1}},
    };
    return message_encode (&message, buffer, REPLY_BYTES);
}

static void serve (void *router)
{
    char reply[REPLY_BYTES];
    size_t size = sample_receipt (reply);
    zmq_msg_t id;
    zmq_msg_t body;
    zmq_msg_init (&id);
    zmq_msg_init (&body);
    while (zmq_msg_recv (&id, router, 0) != -1 && zmq_msg_recv (&body, router, 0) != -1) {
        if (zmq_msg_send (&id, router, ZMQ_SNDMORE) == -1
            || zmq_send (router, reply, size, 0) == -1) {
            zmq_msg_close (&id);  // Its client has gone.
            zmq_msg_init (&id);
        }
    }
}

void echo_shell (int out, const char *endpoint)
{
    char error[REPORT_ERROR];
    zsys_handler_set (NULL);
    signal (SIGTERM, SIG_DFL);
    signal (SIGINT, SIG_DFL);
    zsock_t *router =
        wire_socket (ZMQ_ROUTER, WIRE_BIND, endpoint, LIMIT_MESSAGE_BYTES, error, sizeof error);
    if (!router) {
        fprintf (stderr, "souk bench: %s\n", error);
        return;
    }
    dprintf (out, "{\"router\":\"%s\"}\n", wire_endpoint (router));
    serve (zsock_resolve (router));
}
