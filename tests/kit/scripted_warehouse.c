#include "tests/kit/scripted_warehouse.h"

#include <check.h>

#include "tests/kit/client_kit.h"

zsock_t *scripted_warehouse (void)
{
    zsock_t *socket = zsock_new (ZMQ_ROUTER);
    ck_assert_ptr_nonnull (socket);
    zsock_set_rcvtimeo (socket, KIT_BOUND_MS);
    ck_assert_int_eq (zsock_bind (socket, "%s", kit.rep), 0);
    return socket;
}

struct message scripted_taken (zsock_t *warehouse, enum message_type type, zmsg_t **envelope)
{
    for (;;) {
        zmsg_t *frames = zmsg_recv (warehouse);
        ck_assert_msg (frames != NULL, "no %s came", message_type_name (type));
        struct message message = kit_decode (frames);
        zframe_t *body = zmsg_last (frames);
        zmsg_remove (frames, body);
        zframe_destroy (&body);
        if (message.type == type) {
            *envelope = frames;
            return message;
        }
        zmsg_destroy (&frames);
    }
}

void scripted_answer (zsock_t *warehouse, zmsg_t **envelope, struct message message)
{
    message.from = WAREHOUSE_NODE;
    message.clock = 1;
    message.market = KIT_MARKET;
    zframe_t *frame = kit_frame (&message);
    zmsg_append (*envelope, &frame);
    ck_assert_int_eq (zmsg_send (envelope, warehouse), 0);
}

struct message scripted_view (int64_t nonce, int64_t epoch)
{
    return (struct message){
        .type = MESSAGE_VIEW,
        .view =
            {.trader = KIT_TRADER, .nonce = nonce, .epoch = epoch, .view = epoch, .began = epoch},
    };
}

zactor_t *scripted_trader (zsock_t *warehouse)
{
    zmsg_t *envelope;
    zactor_t *trader = kit_start (trader_shell, &kit.trader);
    struct message join = scripted_taken (warehouse, MESSAGE_JOIN, &envelope);
    scripted_answer (warehouse, &envelope, scripted_view (join.join.nonce, 1));
    return trader;
}
