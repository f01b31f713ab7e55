#include "schemas/message.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NAME(name, text) text,
static const char *const type_names[] = {MESSAGE_TYPES (NAME)};
static const char *const status_names[] = {STATUSES (NAME)};
static const char *const reason_names[] = {REASONS (NAME)};
#undef NAME

const char *message_type_name (enum message_type type)
{
    assert (type < MESSAGE_TYPE_COUNT);
    return type_names[type];
}

const char *status_name (enum status status)
{
    assert (status < STATUS_COUNT);
    return status_names[status];
}

const char *reason_name (enum reason reason)
{
    assert (reason < REASON_COUNT);
    return reason_names[reason];
}

bool status_is_final (enum status status)
{
    return status != STATUS_ACCEPTED && status != STATUS_UNKNOWN;
}

bool product_name_valid (const char *name)
{
    size_t length = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    return length >= 1 && length <= LIMIT_PRODUCT_NAME && name[length] == 0;
}

int64_t message_number (const struct message *message)
{
    switch (message->type) {
    case MESSAGE_BUY:
        return message->buy.number;
    case MESSAGE_ORDER_STATUS:
        return message->order_status.number;
    case MESSAGE_RECEIPT:
        return message->receipt.number;
    case MESSAGE_OVERSOLD:
        return message->oversold.number;
    case MESSAGE_RESTOCK:
        return message->restock.number;
    case MESSAGE_RESTOCKED:
        return message->restocked.number;
    case MESSAGE_LOT_STATUS:
        return message->lot_status.number;
    case MESSAGE_LOT:
        return message->lot.number;
    case MESSAGE_ERROR:
        return message->error.number;
    case MESSAGE_COMMIT:
        return message->commit.batch;
    case MESSAGE_COMMITTED:
        return message->committed.batch;
    default:
        return 0;
    }
}

size_t message_topic (const struct message *message, int64_t addressee, char topic[TOPIC_BYTES])
{
    int length = 0;
    switch (message->type) {
    case MESSAGE_INVALIDATION:
        length = snprintf (topic, TOPIC_BYTES, "stock.%s", message->invalidation.product);
        break;
    case MESSAGE_SALE:
        length = snprintf (topic, TOPIC_BYTES, "sale.%s", message->sale.product);
        break;
    case MESSAGE_OVERSELL:
        length = snprintf (topic, TOPIC_BYTES, "oversell.%lld", (long long) addressee);
        break;
    default:
        assert (false);  // No other type is published.
    }
    assert (length > 0 && length < TOPIC_BYTES);
    return (size_t) length;
}
