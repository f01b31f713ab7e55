// What the tests of the trader expect of a step: its letters and records.
#include <string.h>

#include "tests/kit/trader_fixture.h"

size_t fix_records (enum record_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < fix.out.record_count; i++) {
        count += fix.out.records[i].type == type;
    }
    return count;
}

const struct record *fix_record (enum record_type type, size_t n)
{
    for (size_t i = 0; i < fix.out.record_count; i++) {
        if (fix.out.records[i].type == type && n-- == 0) {
            return &fix.out.records[i];
        }
    }
    return NULL;
}

size_t fix_count (enum message_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < fix.out.letter_count; i++) {
        count += fix.out.letters[i].message.type == type;
    }
    return count;
}

const struct letter *fix_letter (enum message_type type, size_t n)
{
    for (size_t i = 0; i < fix.out.letter_count; i++) {
        if (fix.out.letters[i].message.type == type && n-- == 0) {
            return &fix.out.letters[i];
        }
    }
    return NULL;
}

const struct letter *fix_only (enum message_type type)
{
    ck_assert_uint_eq (fix_count (type), 1);
    return fix_letter (type, 0);
}

void fix_nothing (void)
{
    ck_assert_uint_eq (fix.out.letter_count, 0);
    ck_assert_uint_eq (fix.out.record_count, 0);
}

void fix_silent (void)
{
    ck_assert_uint_eq (fix.out.letter_count, 0);
}

const struct letter *fix_alone (enum message_type type)
{
    ck_assert_uint_eq (fix.out.letter_count, 1);
    return fix_only (type);
}

void fix_refuses (int64_t to, enum reason reason, int64_t number)
{
    const struct letter *letter = fix_alone (MESSAGE_ERROR);
    struct route route = fix_route (to, 0);
    ck_assert_int_eq (letter->port, PORT_CLIENTS);
    ck_assert_int_eq (letter->to, to);
    ck_assert (fix_same_route (&letter->route, &route));
    ck_assert_str_eq (reason_name (letter->message.error.reason), reason_name (reason));
    ck_assert_int_eq (letter->message.error.number, number);
    ck_assert_str_ne (letter->message.error.text, "");
}

void fix_receipts (int64_t to, int64_t number, enum status status, int64_t units)
{
    for (size_t i = 0; i < fix_count (MESSAGE_RECEIPT); i++) {
        const struct letter *letter = fix_letter (MESSAGE_RECEIPT, i);
        const struct receipt *receipt = &letter->message.receipt;
        struct route route = fix_route (to, 0);
        if (letter->to == to && receipt->number == number) {
            ck_assert_int_eq (letter->port, PORT_CLIENTS);
            ck_assert (fix_same_route (&letter->route, &route));
            ck_assert_str_eq (status_name (receipt->status), status_name (status));
            ck_assert_int_eq (receipt->units, units);
            return;
        }
    }
    ck_abort_msg ("no receipt to %lld for order %lld", (long long) to, (long long) number);
}

const struct commit *fix_commit (int64_t batch)
{
    const struct letter *letter = fix_only (MESSAGE_COMMIT);
    ck_assert_int_eq (letter->port, PORT_WAREHOUSE);
    ck_assert_int_eq (letter->message.commit.epoch, fix.epoch);
    ck_assert_int_eq (letter->message.commit.batch, batch);
    return &letter->message.commit;
}

void fix_commits (int64_t batch, const int64_t *numbers)
{
    const struct commit *commit = fix_commit (batch);
    size_t i = 0;
    for (; numbers[i]; i++) {
        ck_assert_uint_lt (i, commit->item_count);
        ck_assert_int_eq (commit->items[i].number, numbers[i]);
    }
    ck_assert_uint_eq (commit->item_count, i);
}

void fix_refuses_behind (int64_t batch, int64_t from, int64_t number)
{
    (void) fix_alone (MESSAGE_COMMIT);
    const struct commit *commit = fix_commit (batch);
    ck_assert_uint_eq (commit->item_count, 1);
    ck_assert_int_eq (commit->items[0].kind, ITEM_BUY);
    ck_assert_int_eq (commit->items[0].client, from);
    ck_assert_int_eq (commit->items[0].number, number);
    ck_assert (commit->items[0].behind);
    ck_assert_int_eq (commit->items[0].promised, 0);
}

void fix_refused_by_commit (int64_t batch, int64_t to, int64_t number)
{
    fix_settle (batch, fix_receipt (STATUS_OUT_OF_STOCK, "", 0));
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (to, number, STATUS_OUT_OF_STOCK, 0);
}

void fix_stock (const char *product, int64_t available)
{
    fix.version++;
    fix_news (fix_news_of (product, available));
    fix_nothing ();
}

void fix_promises (int64_t number, int64_t quantity, int64_t units)
{
    fix_ask (fix_buy (ALICE, number, "fish", quantity));
    fix_receipts (ALICE, number, STATUS_ACCEPTED, units);
}
