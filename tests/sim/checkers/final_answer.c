#include "tests/sim/checkers/final_answer.h"

#include <stdio.h>
#include <string.h>

// Those of message.h, told here once more: a checker calls nothing that it checks.
static bool is_final (enum status status)
{
    return status == STATUS_SOLD || status == STATUS_OVERSOLD || status == STATUS_OUT_OF_STOCK
           || status == STATUS_TOO_MANY_LOTS;
}

const char *final_status_name (enum status status)
{
    switch (status) {
    case STATUS_SOLD:
        return "sold";
    case STATUS_OVERSOLD:
        return "oversold";
    case STATUS_OUT_OF_STOCK:
        return "out_of_stock";
    case STATUS_TOO_MANY_LOTS:
        return "too_many_lots";
    default:
        return "no final status";
    }
}

static void read_receipt (const struct receipt *receipt, enum status status,
                          struct final_answer *answer)
{
    answer->number = receipt->number;
    answer->product = receipt->product ? receipt->product : "";
    answer->status = status;
    answer->units = receipt->units;
    answer->missing = receipt->missing;
    answer->amount_cents = receipt->amount_cents;
    answer->fills = receipt->fills;
    answer->fill_count = receipt->fill_count;
}

static void read_oversell (const struct oversell *oversell, struct final_answer *answer)
{
    answer->client = oversell->buyer;
    answer->number = oversell->number;
    answer->product = oversell->product ? oversell->product : "";
    answer->status = STATUS_OVERSOLD;
    answer->units = oversell->units;
    answer->missing = oversell->missing;
    answer->amount_cents = oversell->amount_cents;
    answer->without_fills = true;
}

static void read_restocked (const struct restocked *restocked, struct final_answer *answer)
{
    answer->lot = true;
    answer->number = restocked->number;
    answer->product = restocked->product ? restocked->product : "";
    answer->quantity = restocked->quantity;
    answer->price_cents = restocked->price_cents;
}

bool final_answer_read (const struct fact *fact, struct final_answer *answer)
{
    const struct message *message = fact->message;
    *answer = (struct final_answer){.client = fact->type == FACT_SAID ? fact->peer : fact->node};
    switch (message->type) {
    case MESSAGE_RECEIPT:
        if (!is_final (message->receipt.status)) {
            return false;
        }
        read_receipt (&message->receipt, message->receipt.status, answer);
        return true;
    case MESSAGE_OVERSOLD:
        read_receipt (&message->oversold, STATUS_OVERSOLD, answer);
        return true;
    case MESSAGE_OVERSELL:
        read_oversell (&message->oversell, answer);
        return true;
    case MESSAGE_RESTOCKED:
        read_restocked (&message->restocked, answer);
        return true;
    default:
        return false;
    }
}

int64_t final_refusal_number (const struct message *message)
{
    if (message->type != MESSAGE_ERROR) {
        return 0;
    }
    switch (message->error.reason) {
    case REASON_BAD_REQUEST:
    case REASON_CONFLICT:
    case REASON_EXPIRED:
    case REASON_LIMIT:
        return message->error.number;
    default:
        return 0;
    }
}

static bool same_fill (const struct fill *a, const struct fill *b)
{
    return a->seller == b->seller && a->lot == b->lot && a->units == b->units
           && a->price_cents == b->price_cents;
}

static bool same_fills (const struct final_answer *a, const struct final_answer *b)
{
    if (a->without_fills || b->without_fills) {
        return true;
    }
    if (a->fill_count != b->fill_count) {
        return false;
    }
    for (size_t i = 0; i < a->fill_count; i++) {
        if (!same_fill (&a->fills[i], &b->fills[i])) {
            return false;
        }
    }
    return true;
}

bool final_answer_same (const struct final_answer *a, const struct final_answer *b)
{
    bool same_product = strcmp (a->product, b->product) == 0;
    if (a->lot != b->lot) {
        return false;
    }
    if (a->lot) {
        return same_product && a->quantity == b->quantity && a->price_cents == b->price_cents;
    }
    return (same_product || a->units == 0) && a->status == b->status && a->units == b->units
           && a->missing == b->missing && a->amount_cents == b->amount_cents && same_fills (a, b);
}

static bool fills_stored (const struct final_answer *answer, const durable_t *durable,
                          const struct entry *entry)
{
    if (answer->without_fills) {
        return true;
    }
    if (answer->fill_count != entry->fill_count) {
        return false;
    }
    struct fill fill;
    size_t i = 0;
    for (uint32_t at = entry->fill_first; durable_next_fill (durable, &at, &fill); i++) {
        if (!same_fill (&fill, &answer->fills[i])) {
            return false;
        }
    }
    return true;
}

bool final_answer_stored (const struct final_answer *answer, const durable_t *durable,
                          const struct entry *entry)
{
    if (entry->kind != (answer->lot ? DURABLE_LOT : DURABLE_ORDER)) {
        return false;
    }
    if (entry->product != 0
        && strcmp (answer->product, durable_product (durable, entry->product)) != 0) {
        return false;
    }
    if (answer->lot) {
        return answer->quantity == entry->quantity && answer->price_cents == entry->price_cents;
    }
    return answer->status == entry->status && answer->units == entry->units
           && answer->missing == entry->missing && answer->amount_cents == entry->amount_cents
           && fills_stored (answer, durable, entry);
}

static void print (char text[FINAL_ANSWER_TEXT], const struct final_answer *answer)
{
    if (answer->lot) {
        snprintf (text, FINAL_ANSWER_TEXT, "restocked, %lld of %s at %lld cents",
                  (long long) answer->quantity, answer->product, (long long) answer->price_cents);
        return;
    }
    snprintf (text, FINAL_ANSWER_TEXT, "%s, %lld of %s for %lld cents, %lld missing",
              final_status_name (answer->status), (long long) answer->units, answer->product,
              (long long) answer->amount_cents, (long long) answer->missing);
}

// What does not fit is left out.
static void print_fill (char text[FINAL_ANSWER_TEXT], const struct fill *fill)
{
    size_t length = strlen (text);
    snprintf (text + length, FINAL_ANSWER_TEXT - length, ", %lld from %lld/%lld at %lld",
              (long long) fill->units, (long long) fill->seller, (long long) fill->lot,
              (long long) fill->price_cents);
}

void final_answer_print (const struct final_answer *answer, char text[FINAL_ANSWER_TEXT])
{
    print (text, answer);
    for (size_t i = 0; i < answer->fill_count; i++) {
        print_fill (text, &answer->fills[i]);
    }
}

void entry_print (const durable_t *durable, const struct entry *entry, char text[FINAL_ANSWER_TEXT])
{
    if (entry->kind == DURABLE_NOTHING) {
        snprintf (text, FINAL_ANSWER_TEXT, "nothing");
        return;
    }
    struct final_answer answer = {
        .lot = entry->kind == DURABLE_LOT,
        .product = durable_product (durable, entry->product),
        .status = entry->status,
        .units = entry->units,
        .missing = entry->missing,
        .amount_cents = entry->amount_cents,
        .quantity = entry->quantity,
        .price_cents = entry->price_cents,
    };
    print (text, &answer);
    struct fill fill;
    for (uint32_t at = entry->fill_first; durable_next_fill (durable, &at, &fill);) {
        print_fill (text, &fill);
    }
}
