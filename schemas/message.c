#include "schemas/message.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NAME(name, text) text,
static const char *const type_names[] = {MESSAGE_TYPES (NAME)};
static const char *const status_names[] = {STATUSES (NAME)};
static const char *const reason_names[] = {REASONS (NAME)};
static const char *const member_state_names[] = {MEMBER_STATES (NAME)};
static const char *const socket_names[] = {SOCKETS (NAME)};
static const char *const happening_names[] = {HAPPENINGS (NAME)};
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

const char *member_state_name (enum member_state state)
{
    assert (state < MEMBER_STATE_COUNT);
    return member_state_names[state];
}

const char *socket_name (enum socket_name socket)
{
    assert (socket < SOCKET_COUNT);
    return socket_names[socket];
}

const char *happening_name (enum happening happening)
{
    assert (happening < HAPPENING_COUNT);
    return happening_names[happening];
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

bool message_is_published (enum message_type type)
{
    return type == MESSAGE_INVALIDATION || type == MESSAGE_OVERSELL || type == MESSAGE_SALE
           || type == MESSAGE_RECALL || type == MESSAGE_MEMBER || type == MESSAGE_SOCKET
           || type == MESSAGE_SEATS || type == MESSAGE_CLOCK;
}

// Written byte by byte, since it is done for each order.
static size_t topic_of_product (char topic[TOPIC_BYTES], const char *kind, const char *product)
{
    size_t length = strlen (kind);
    size_t size = strlen (product);
    assert (size <= LIMIT_PRODUCT_NAME);
    memcpy (topic, kind, length);
    memcpy (topic + length, product, size + 1);
    return length + size;
}

static size_t topic_of_node (char topic[TOPIC_BYTES], const char *kind, int64_t node)
{
    int length = snprintf (topic, TOPIC_BYTES, "%s%lld", kind, (long long) node);
    assert (length > 0 && length < TOPIC_BYTES);
    return (size_t) length;
}

static size_t topic_alone (char topic[TOPIC_BYTES], const char *name)
{
    strcpy (topic, name);
    return strlen (name);
}

size_t message_topic (const struct message *message, int64_t addressee, char topic[TOPIC_BYTES])
{
    switch (message->type) {
    case MESSAGE_INVALIDATION:
        return topic_of_product (topic, "stock.", message->invalidation.product);
    case MESSAGE_SALE:
        return topic_of_product (topic, "sale.", message->sale.product);
    case MESSAGE_RECALL:
        return topic_of_product (topic, "recall.", message->recall.product);
    case MESSAGE_OVERSELL:
        return topic_of_node (topic, "oversell.", addressee);
    case MESSAGE_MEMBER:
        return topic_of_node (topic, "member.", message->member.trader);
    case MESSAGE_SOCKET:
        return topic_of_node (topic, "socket.", message->from);
    case MESSAGE_SEATS:
        return topic_alone (topic, "seats");
    case MESSAGE_CLOCK:
        return topic_alone (topic, "clock");
    default:
        assert (false);  // No other type is published.
        return 0;
    }
}
