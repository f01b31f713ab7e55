// Policy `sync`: the trader decides nothing. Every request waits for the warehouse's answer, so
// nothing is ever oversold. Requests of other policies that may have been decided before come
// this way too.
#include "broker/trader/trader_handover.h"

void sync_settle (trader_t *self, const struct request *request, const struct result *result,
                  const struct committed *committed, struct outbox *out)
{
    struct seen seen = {.version = committed->version};
    switch (result->kind) {
    case RESULT_RECEIPT:
        reply_receipt (self, request, result, seen, out);
        notify_sellers (self, request, result, out);
        publish_clock (self, request, result, out);
        break;
    case RESULT_RESTOCKED:
        reply_restocked (self, request, seen, out);
        break;
    case RESULT_LOT:
        reply_lot (self, request, result, out);
        break;
    case RESULT_ERROR:
    case RESULT_SETTLED:
    case RESULT_KIND_COUNT:
        reply_failed (self, request, result->reason, out);
        break;
    }
}
