#include "tests/kit/history_case.h"

#include <assert.h>
#include <check.h>
#include <string.h>

enum { COPIES = 1024 };

const char *complaint_of (const struct checker_class *class, const struct rules *rules,
                          const struct fact *facts, size_t count)
{
    static char text[CHECKER_TEXT];
    text[0] = '\0';
    void *checker = class->make (rules);
    bool well = true;
    for (size_t i = 0; i < count && well; i++) {
        well = class->see (checker, &facts[i], text);
    }
    class->destroy (checker);
    assert (well || (text[0] != '\0' && memchr (text, '\0', sizeof text)));
    return well ? NULL : text;
}

static const struct message *copy (struct message message)
{
    static struct message copies[COPIES];
    static size_t next;
    struct message *copy = &copies[next++ % COPIES];
    *copy = message;
    return copy;
}

struct fact at (int64_t now_us, struct fact fact)
{
    fact.now_us = now_us;
    return fact;
}

struct fact started (int64_t node, int64_t life)
{
    return (struct fact){.type = FACT_STARTED, .node = node, .life = life};
}

struct fact ended (int64_t node, int64_t life)
{
    return (struct fact){.type = FACT_ENDED, .node = node, .life = life};
}

struct fact asked (int64_t client, int64_t trader, struct message message)
{
    return (struct fact){
        .type = FACT_ASKED, .node = client, .life = 1, .peer = trader, .message = copy (message)};
}

struct fact said (int64_t trader, int64_t life, int64_t client, struct message message)
{
    return (struct fact){
        .type = FACT_SAID, .node = trader, .life = life, .peer = client, .message = copy (message)};
}

struct fact told (int64_t client, int64_t trader, struct message message)
{
    return (struct fact){
        .type = FACT_TOLD, .node = client, .life = 1, .peer = trader, .message = copy (message)};
}

struct fact answered (int64_t trader, struct message message)
{
    return (struct fact){
        .type = FACT_ANSWERED, .life = 1, .peer = trader, .message = copy (message)};
}

struct fact stored (const struct record *records, size_t count)
{
    return (struct fact){.type = FACT_STORED, .life = 1, .records = records, .record_count = count};
}

struct fact recorded (int64_t trader, int64_t life, const struct record *records, size_t count)
{
    return (struct fact){.type = FACT_RECORDED,
                         .node = trader,
                         .life = life,
                         .records = records,
                         .record_count = count};
}

struct fact unrecorded (int64_t trader, int64_t life)
{
    return (struct fact){.type = FACT_UNRECORDED, .node = trader, .life = life};
}

struct fact healed (void)
{
    return (struct fact){.type = FACT_HEALED};
}

struct fact believed (int64_t trader, const char *product, int64_t units)
{
    return (struct fact){
        .type = FACT_BELIEVED, .node = trader, .life = 1, .product = product, .units = units};
}

struct fact held (int64_t trader, int64_t life, const char *product, int64_t units, int64_t budget)
{
    return (struct fact){.type = FACT_HELD,
                         .node = trader,
                         .life = life,
                         .product = product,
                         .units = units,
                         .budget = budget};
}

struct fact forsaken (int64_t trader)
{
    return (struct fact){.type = FACT_FORSAKEN, .node = trader};
}

struct fact booked (int64_t client, struct book_fact book)
{
    return (struct fact){.type = FACT_BOOK, .node = client, .life = 1, .book = book};
}

struct fact over (void)
{
    return (struct fact){.type = FACT_OVER};
}

struct message buy (int64_t buyer, int64_t number, const char *product, int64_t quantity)
{
    return (struct message){
        .type = MESSAGE_BUY,
        .from = buyer,
        .buy = {.number = number, .attempt = 1, .product = product, .quantity = quantity},
    };
}

struct message restock (int64_t seller, int64_t number, const char *product, int64_t quantity,
                        int64_t price_cents)
{
    return (struct message){
        .type = MESSAGE_RESTOCK,
        .from = seller,
        .restock = {.number = number,
                    .attempt = 1,
                    .product = product,
                    .quantity = quantity,
                    .price_cents = price_cents},
    };
}

struct message order_status (int64_t buyer, int64_t number)
{
    return (struct message){
        .type = MESSAGE_ORDER_STATUS, .from = buyer, .order_status = {.number = number}};
}

struct message lot_status (int64_t seller, int64_t number)
{
    return (struct message){
        .type = MESSAGE_LOT_STATUS, .from = seller, .lot_status = {.number = number}};
}

struct message receipt (int64_t trader, int64_t number, enum status status, const char *product,
                        int64_t units, int64_t amount_cents)
{
    return (struct message){
        .type = MESSAGE_RECEIPT,
        .from = trader,
        .receipt = {.number = number,
                    .status = status,
                    .product = product,
                    .units = units,
                    .amount_cents = amount_cents},
    };
}

struct message oversold (int64_t trader, int64_t number, const char *product, int64_t units,
                         int64_t missing, int64_t amount_cents)
{
    return (struct message){
        .type = MESSAGE_OVERSOLD,
        .from = trader,
        .oversold = {.number = number,
                     .status = STATUS_OVERSOLD,
                     .product = product,
                     .units = units,
                     .missing = missing,
                     .amount_cents = amount_cents},
    };
}

struct message restocked (int64_t trader, int64_t number, const char *product, int64_t quantity,
                          int64_t price_cents)
{
    return (struct message){
        .type = MESSAGE_RESTOCKED,
        .from = trader,
        .restocked = {.number = number,
                      .product = product,
                      .quantity = quantity,
                      .price_cents = price_cents},
    };
}

struct message refusal (int64_t from, int64_t number, enum reason reason)
{
    return (struct message){
        .type = MESSAGE_ERROR,
        .from = from,
        .error = {.reason = reason, .number = number, .text = "no"},
    };
}

struct message view (int64_t nonce, int64_t epoch)
{
    return (struct message){.type = MESSAGE_VIEW, .view = {.nonce = nonce, .epoch = epoch}};
}

struct message committed (int64_t epoch, int64_t batch)
{
    return (struct message){
        .type = MESSAGE_COMMITTED,
        .committed = {.epoch = epoch, .batch = batch},
    };
}

struct message leased (const char *product, int64_t applied, const struct leased_units *held,
                       size_t count)
{
    return (struct message){
        .type = MESSAGE_LEASED,
        .leased = {.epoch = 1,
                   .number = 1,
                   .product = product,
                   .applied = applied,
                   .held = held,
                   .held_count = count},
    };
}

struct record of_warehouse (int64_t epoch, int64_t version)
{
    return (struct record){.type = RECORD_WAREHOUSE,
                           .warehouse = {.epoch = epoch, .version = version}};
}

struct record of_product (int64_t product, const char *name)
{
    return (struct record){.type = RECORD_PRODUCT, .product = {.product = product, .name = name}};
}

struct record of_lot (int64_t lot, int64_t seller, int64_t number, int64_t product,
                      int64_t quantity, int64_t price_cents)
{
    return (struct record){
        .type = RECORD_LOT,
        .lot = {.lot = lot,
                .seller = seller,
                .number = number,
                .trader = 1,
                .product = product,
                .price_cents = price_cents,
                .quantity = quantity,
                .left = quantity},
    };
}

struct record of_left (int64_t lot, int64_t left)
{
    return (struct record){.type = RECORD_LOT_LEFT, .lot_left = {.lot = lot, .left = left}};
}

struct record of_order (int64_t buyer, int64_t number, int64_t product, int64_t quantity,
                        enum status status, int64_t units, int64_t amount_cents)
{
    return (struct record){
        .type = RECORD_ORDER,
        .order = {.buyer = buyer,
                  .number = number,
                  .trader = 1,
                  .product = product,
                  .quantity = quantity,
                  .status = status,
                  .units = units,
                  .amount_cents = amount_cents},
    };
}

struct record of_fill (int64_t buyer, int64_t number, int64_t lot, int64_t seller,
                       int64_t seller_number, int64_t units, int64_t price_cents,
                       int64_t commission_cents)
{
    return (struct record){
        .type = RECORD_FILL,
        .fill = {.buyer = buyer,
                 .number = number,
                 .lot = lot,
                 .seller = seller,
                 .seller_number = seller_number,
                 .trader = 1,
                 .units = units,
                 .price_cents = price_cents,
                 .commission_cents = commission_cents},
    };
}

struct record of_account (int64_t node, int64_t balance_cents)
{
    return (struct record){.type = RECORD_ACCOUNT,
                           .account = {.node = node, .balance_cents = balance_cents}};
}

struct record of_trader (int64_t trader, int64_t epoch, int64_t nonce, int64_t batch,
                         int64_t applied)
{
    return (struct record){
        .type = RECORD_TRADER,
        .trader =
            {.trader = trader, .epoch = epoch, .nonce = nonce, .batch = batch, .applied = applied},
    };
}

struct record of_view (int64_t trader, int64_t view, int64_t began, enum member_state state,
                       int64_t backup, int64_t taker, int64_t closed)
{
    return (struct record){.type = RECORD_VIEW,
                           .view = {.trader = trader,
                                    .view = view,
                                    .began = began,
                                    .state = state,
                                    .backup = backup,
                                    .taker = taker,
                                    .closed = closed,
                                    .router = ""}};
}

struct record of_joined (int64_t epoch, int64_t began)
{
    return (struct record){.type = RECORD_JOINED,
                           .joined = {.market = 1, .epoch = epoch, .began = began}};
}

static struct record decided (int64_t write, struct item item)
{
    item.behind = true;
    return (struct record){.type = RECORD_DECIDED,
                           .decided = {.trader = 1, .write = write, .item = item}};
}

struct record of_decided (int64_t write, int64_t buyer, int64_t number, const char *product,
                          int64_t promised)
{
    return decided (write, (struct item){.kind = ITEM_BUY,
                                         .client = buyer,
                                         .number = number,
                                         .product = product,
                                         .quantity = promised,
                                         .promised = promised});
}

struct record of_lease (int64_t trader, int64_t lot, int64_t units)
{
    return (struct record){.type = RECORD_LEASE,
                           .lease = {.trader = trader, .lot = lot, .units = units}};
}

struct record of_lease_state (int64_t trader, int64_t product, int64_t number, int64_t budget)
{
    return (struct record){
        .type = RECORD_LEASE_STATE,
        .lease_state =
            {.trader = trader, .product = product, .epoch = 1, .number = number, .budget = budget},
    };
}

struct record of_taken (int64_t write, int64_t buyer, int64_t number, const char *product,
                        const struct leased_units *taken)
{
    return decided (write, (struct item){.kind = ITEM_BUY,
                                         .client = buyer,
                                         .number = number,
                                         .product = product,
                                         .quantity = taken->units,
                                         .promised = taken->units,
                                         .taken = taken,
                                         .taken_count = 1});
}

struct record of_brought (int64_t write, int64_t seller, int64_t number, const char *product,
                          int64_t quantity)
{
    return decided (write, (struct item){.kind = ITEM_RESTOCK,
                                         .client = seller,
                                         .number = number,
                                         .product = product,
                                         .quantity = quantity});
}

static const struct checker_class *judging;
static const struct rules *judging_by;

void verdict_is (const char *complaint, const char *words)
{
    if (!words) {
        ck_assert_msg (!complaint, "complains: %s", complaint);
        return;
    }
    ck_assert_msg (complaint != NULL, "does not complain: %s", words);
    ck_assert_msg (strstr (complaint, words) != NULL, "says: %s", complaint);
}

void judge_by (const struct checker_class *class, const struct rules *rules)
{
    judging = class;
    judging_by = rules;
}

void is_fine (const struct fact *facts, size_t count)
{
    verdict_is (complaint_of (judging, judging_by, facts, count), NULL);
}

void is_wrong (const char *words, const struct fact *facts, size_t count)
{
    is_fine (facts, count - 1);
    verdict_is (complaint_of (judging, judging_by, facts, count), words);
}
