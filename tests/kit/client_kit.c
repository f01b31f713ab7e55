#include "tests/kit/client_kit.h"

#include <stdlib.h>

struct event kit_event (enum event_type type, int64_t now_us)
{
    return (struct event){.type = type, .now_us = now_us};
}

struct event kit_receive (enum port port, const struct message *message, int64_t now_us)
{
    return (struct event){
        .type = EVENT_RECEIVE, .port = port, .now_us = now_us, .message = message};
}

struct message kit_receipt (int64_t from, int64_t number, enum status status, int64_t units,
                            int64_t missing, int64_t amount_cents)
{
    return (struct message){
        .type = MESSAGE_RECEIPT,
        .from = from,
        .clock = 1,
        .market = KIT_MARKET,
        .receipt = {.number = number,
                    .status = status,
                    .product = "",
                    .units = units,
                    .missing = missing,
                    .amount_cents = amount_cents},
    };
}

struct message kit_oversold (int64_t from, int64_t number, int64_t units, int64_t missing,
                             int64_t amount_cents)
{
    struct message message =
        kit_receipt (from, number, STATUS_OVERSOLD, units, missing, amount_cents);
    message.type = MESSAGE_OVERSOLD;
    return message;
}

struct message kit_oversell (int64_t from, int64_t buyer, int64_t number, int64_t units,
                             int64_t missing, int64_t amount_cents)
{
    return (struct message){
        .type = MESSAGE_OVERSELL,
        .from = from,
        .clock = 1,
        .market = KIT_MARKET,
        .oversell = {.epoch = 1,
                     .seq = 1,
                     .trader = from,
                     .buyer = buyer,
                     .number = number,
                     .product = "",
                     .units = units,
                     .missing = missing,
                     .amount_cents = amount_cents},
    };
}

struct message kit_restocked (int64_t from, int64_t number, const char *product)
{
    return (struct message){
        .type = MESSAGE_RESTOCKED,
        .from = from,
        .clock = 1,
        .market = KIT_MARKET,
        .restocked = {.number = number, .product = product, .quantity = 5, .price_cents = 100},
    };
}

struct message kit_error (int64_t from, int64_t number, enum reason reason)
{
    return (struct message){
        .type = MESSAGE_ERROR,
        .from = from,
        .clock = 1,
        .market = KIT_MARKET,
        .error = {.reason = reason, .number = number, .text = "no"},
    };
}

struct message kit_pong (int64_t from, int64_t epoch)
{
    return (struct message){
        .type = MESSAGE_PONG, .from = from, .clock = 1, .market = KIT_MARKET, .pong.epoch = epoch};
}

struct message kit_news (int64_t from, int64_t trader, int64_t epoch, int64_t view,
                         enum member_state state)
{
    static const int64_t remaining[] = {1, 2, 3};
    return (struct message){
        .type = MESSAGE_MEMBER,
        .from = from,
        .clock = 1,
        .market = KIT_MARKET,
        .member = {.epoch = 1,
                   .seq = view,
                   .trader = trader,
                   .trader_epoch = epoch,
                   .view = view,
                   .state = state,
                   .router = "",
                   .remaining = remaining,
                   .remaining_count = 3},
    };
}

size_t kit_count (const struct outbox *out, enum message_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < out->letter_count; i++) {
        count += out->letters[i].message.type == type;
    }
    return count;
}

const struct letter *kit_letter (const struct outbox *out, enum message_type type, size_t n)
{
    for (size_t i = 0; i < out->letter_count; i++) {
        if (out->letters[i].message.type == type && n-- == 0) {
            return &out->letters[i];
        }
    }
    return NULL;
}

int kit_run (Suite *suite)
{
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
