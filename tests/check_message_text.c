// Messages in words: what each says, and that no message and no size writes beyond its room.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/message_text.h"
#include "tests/kit/message_cases.h"

static const struct fill fills[] = {{9, 3, 2, 1000}, {10, 1, 1, 905}};

static const struct item items[] = {
    {.kind = ITEM_BUY},     {.kind = ITEM_BUY},          {.kind = ITEM_BUY},
    {.kind = ITEM_RESTOCK}, {.kind = ITEM_ORDER_STATUS}, {.kind = ITEM_LOT_STATUS},
};

static const struct result results[] = {
    {.kind = RESULT_RECEIPT, .status = STATUS_SOLD},
    {.kind = RESULT_RECEIPT, .status = STATUS_OVERSOLD},
    {.kind = RESULT_RECEIPT, .status = STATUS_SOLD},
    {.kind = RESULT_RESTOCKED},
    {.kind = RESULT_LOT},
    {.kind = RESULT_ERROR},
};

static const struct level levels[] = {{"a", 1}, {"b", 2}, {"c", 0}, {"d", 4}, {"e", 5},
                                      {"f", 6}, {"g", 7}, {"h", 8}, {"i", 9}, {"j", 1}};

static const struct sold_units sales[] = {{5, 17, 9, 3, 2, 1000}, {5, 18, 9, 4, 1, 1001},
                                          {6, 1, 8, 1, 3, 1},     {6, 2, 8, 1, 4, 2},
                                          {6, 3, 8, 1, 5, 3},     {6, 4, 8, 1, 6, 4}};

static const int64_t others[] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};

static const struct {
    struct message message;
    int64_t to;
    const char *text;
} rows[] = {
    {{.type = MESSAGE_BUY, .from = 5, .buy = {.number = 17, .product = "salt", .quantity = 2}},
     1,
     "buyer 5 asks for 2 salt (order 17)"},
    {{.type = MESSAGE_BUY,
      .from = 5,
      .buy =
          {.number = 17, .attempt = 3, .product = "salt", .quantity = 2, .all_or_nothing = true}},
     1,
     "buyer 5 asks for 2 salt (order 17, all or nothing, attempt 3)"},
    {{.type = MESSAGE_ORDER_STATUS, .from = 5, .order_status = {17}},
     1,
     "buyer 5 asks what became of order 17"},
    {{.type = MESSAGE_RECEIPT,
      .from = 1,
      .receipt = {.number = 17,
                  .status = STATUS_SOLD,
                  .product = "salt",
                  .units = 2,
                  .amount_cents = 2000,
                  .fills = fills,
                  .fill_count = 1}},
     5,
     "receipt to 5: order 17 sold, 2 salt for 20.00 (2 at 10.00 from 9, lot 3)"},
    {{.type = MESSAGE_RECEIPT,
      .from = 1,
      .receipt = {.number = 17,
                  .status = STATUS_SOLD,
                  .product = "salt",
                  .units = 3,
                  .amount_cents = 2905,
                  .fills = fills,
                  .fill_count = 2}},
     5,
     "receipt to 5: order 17 sold, 3 salt for 29.05 "
     "(2 at 10.00 from 9, lot 3; 1 at 9.05 from 10, lot 1)"},
    {{.type = MESSAGE_RECEIPT,
      .receipt = {.number = 17, .status = STATUS_ACCEPTED, .product = "salt", .units = 2}},
     5,
     "receipt to 5: order 17 accepted, 2 salt promised"},
    {{.type = MESSAGE_RECEIPT,
      .receipt = {.number = 19,
                  .status = STATUS_OVERSOLD,
                  .product = "salt",
                  .units = 1,
                  .missing = 1,
                  .amount_cents = 1000}},
     5,
     "receipt to 5: order 19 oversold, 1 of 2 salt missing, 1 salt for 10.00"},
    {{.type = MESSAGE_RECEIPT,
      .receipt = {.number = 18, .status = STATUS_OUT_OF_STOCK, .product = "salt"}},
     5,
     "receipt to 5: order 18 refused, salt is out of stock"},
    {{.type = MESSAGE_RECEIPT,
      .receipt = {.number = 18, .status = STATUS_OUT_OF_STOCK, .product = ""}},
     5,
     "receipt to 5: order 18 refused, nothing like it is in stock"},
    {{.type = MESSAGE_RECEIPT,
      .receipt = {.number = 18, .status = STATUS_TOO_MANY_LOTS, .product = "salt"}},
     5,
     "receipt to 5: order 18 refused, salt lies in too many small lots"},
    {{.type = MESSAGE_RECEIPT, .receipt = {.number = 18, .status = STATUS_UNKNOWN, .product = ""}},
     5,
     "receipt to 5: order 18 is unknown"},
    {{.type = MESSAGE_OVERSOLD,
      .oversold = {.number = 19, .status = STATUS_OVERSOLD, .product = "salt", .missing = 2}},
     5,
     "buyer 5 is told that order 19 was oversold: 2 of 2 salt missing"},
    {{.type = MESSAGE_RESTOCK,
      .from = 9,
      .restock =
          {.number = 3, .attempt = 1, .product = "salt", .quantity = 5, .price_cents = 1000}},
     1,
     "seller 9 restocks 5 salt at 10.00 (lot 3)"},
    {{.type = MESSAGE_RESTOCKED, .restocked = {3, "salt", 5, 1000, {0}, {0}}},
     9,
     "seller 9 is told that lot 3 is taken: 5 salt at 10.00"},
    {{.type = MESSAGE_LOT_STATUS, .from = 9, .lot_status = {3}},
     1,
     "seller 9 asks what is left of lot 3"},
    {{.type = MESSAGE_LOT, .lot = {3, "salt", 5, 2, 1000}},
     9,
     "seller 9 is told that lot 3 has 2 of 5 salt left at 10.00"},
    {{.type = MESSAGE_SOLD, .sold = {5, 17, 3, "salt", 2, 7}},
     9,
     "seller 9 is told that 2 salt of lot 3 went to 5 at 0.07 (order 17)"},
    {{.type = MESSAGE_PING, .from = 5}, 1, "5 asks whether 1 is there"},
    {{.type = MESSAGE_PONG, .from = 1}, 5, "1 tells 5 that it is there"},
    {{.type = MESSAGE_ERROR, .error = {REASON_BUSY, 17, 0, 0, "the queue is full"}},
     5,
     "error to 5 about 17: busy, the queue is full"},
    {{.type = MESSAGE_ERROR, .error = {REASON_BAD_REQUEST, 0, 0, 0, "type is missing"}},
     5,
     "error to 5: bad_request, type is missing"},
    {{.type = MESSAGE_ERROR, .error = {REASON_TAKEN, 4, 1, 2, "it was taken over"}},
     2,
     "error to 2 about 4 for trader 1: taken, it was taken over"},
    {{.type = MESSAGE_JOIN, .from = 1, .join = {7, 0, 0, "a", false}}, 0, "trader 1 asks to join"},
    {{.type = MESSAGE_JOIN, .from = 1, .join = {7, 2, 0, "a", false}},
     0,
     "trader 1 asks to join, after epoch 2"},
    {{.type = MESSAGE_JOIN, .from = 1, .join = {7, 2, 1, "a", false}},
     0,
     "trader 1 asks to join, after epoch 2, with its journal"},
    {{.type = MESSAGE_CLAIM, .from = 1, .claim = {3, 5, 2, false}},
     0,
     "trader 1 asks to be backed up by trader 2 (view 5)"},
    {{.type = MESSAGE_CLAIM, .from = 1, .claim = {3, 5, 0, false}},
     0,
     "trader 1 asks to go on without a backup (view 5)"},
    {{.type = MESSAGE_CLAIM, .from = 1, .claim = {3, 5, 0, true}},
     0,
     "trader 1 asks to leave (view 5)"},
    {{.type = MESSAGE_TAKEOVER, .from = 2, .takeover = {1, 6, false}},
     0,
     "trader 2 asks to take over trader 1 (view 6)"},
    {{.type = MESSAGE_TAKEOVER, .from = 2, .takeover = {1, 7, true}},
     0,
     "trader 2 has settled all of trader 1 (view 7)"},
    {{.type = MESSAGE_VIEW, .view = {.trader = 1, .epoch = 3}}, 1, "trader 1 is in epoch 3"},
    {{.type = MESSAGE_VIEW, .view = {.trader = 1, .epoch = 3, .backup = 2}},
     1,
     "trader 1 is in epoch 3, backed up by trader 2"},
    {{.type = MESSAGE_VIEW, .view = {.trader = 1, .epoch = 4, .state = MEMBER_TAKING, .taker = 2}},
     2,
     "trader 2 is told: trader 1 is in epoch 4, taken over by trader 2"},
    {{.type = MESSAGE_VIEW, .view = {.trader = 1, .epoch = 4, .state = MEMBER_FAILED}},
     1,
     "trader 1 is in epoch 4, failed"},
    {{.type = MESSAGE_JOURNAL, .from = 1, .journal = {6, 2, 3, 40, 41, items, 3}},
     2,
     "trader 1 copies 3 decisions to trader 2, from write 41 (view 6)"},
    {{.type = MESSAGE_JOURNAL, .from = 1, .journal = {6, 2, 3, 40, 41, items, 1}},
     2,
     "trader 1 copies 1 decision to trader 2, from write 41 (view 6)"},
    {{.type = MESSAGE_JOURNAL, .from = 1, .journal = {6, 2, 3, 40, 41, NULL, 0}},
     2,
     "trader 1 asks trader 2 how far its copy is (view 6)"},
    {{.type = MESSAGE_JOURNALED, .from = 2, .journaled = {6, 2, 43, true, false}},
     1,
     "trader 2 tells trader 1 that its copy holds all up to write 43 (view 6)"},
    {{.type = MESSAGE_JOURNALED, .from = 2, .journaled = {6, 2, 43, true, true}},
     1,
     "trader 2 tells trader 1 that its copy is sealed behind write 43 (view 6)"},
    {{.type = MESSAGE_COMMIT, .from = 1, .commit = {0, 3, 4, items, 4}},
     0,
     "trader 1 commits batch 4: 3 orders, 1 restock"},
    {{.type = MESSAGE_COMMIT, .from = 1, .commit = {0, 3, 4, items + 4, 2}},
     0,
     "trader 1 commits batch 4: 2 questions"},
    {{.type = MESSAGE_COMMIT, .from = 1, .commit = {0, 3, 5, NULL, 0}},
     0,
     "trader 1 commits batch 5: nothing"},
    {{.type = MESSAGE_COMMITTED, .committed = {0, 3, 4, 14, 0, results, 6, NULL, 0}},
     1,
     "trader 1 is told that batch 4 is committed: 2 sold, 1 oversold, 1 restock, 1 lot, 1 error "
     "(version 14)"},
    {{.type = MESSAGE_COMMIT, .from = 2, .commit = {1, 4, 1, items, 1}},
     0,
     "trader 2 commits batch 1 for trader 1: 1 order"},
    {{.type = MESSAGE_COMMITTED, .committed = {1, 4, 1, 14, 41, results, 1, NULL, 0}},
     2,
     "trader 2 is told that batch 1 for trader 1 is committed: 1 sold (version 14)"},
    {{.type = MESSAGE_SNAPSHOT, .from = 1}, 0, "trader 1 asks for a snapshot"},
    {{.type = MESSAGE_STOCK, .stock = {2, 12, levels, 3, NULL, 0}},
     1,
     "snapshot to 1, version 12: 1 a, 2 b, 0 c"},
    {{.type = MESSAGE_STOCK, .stock = {2, 12, levels, 10, NULL, 0}},
     1,
     "snapshot to 1, version 12: 1 a, 2 b, 0 c, 4 d, 5 e, 6 f, 7 g, 8 h and 2 more products"},
    {{.type = MESSAGE_STOCK, .stock = {2, 0, NULL, 0, NULL, 0}},
     1,
     "snapshot to 1, version 0: no products"},
    {{.type = MESSAGE_INVALIDATION, .invalidation = {2, 8, 13, "salt", 3, NULL, 0, false}},
     0,
     "the warehouse publishes: 3 salt free (version 13)"},
    {{.type = MESSAGE_OVERSELL, .from = 1, .oversell = {2, 1, 1, 5, 19, "salt", 1, 1, 1000}},
     5,
     "trader 1 tells buyer 5: order 19 was oversold, 1 of 2 salt missing"},
    {{.type = MESSAGE_OVERSELL, .from = 0, .oversell = {2, 1, 1, 5, 19, "salt", 1, 1, 1000}},
     1,
     "the warehouse finds oversold: order 19 of buyer 5 at trader 1, 1 of 2 salt missing"},
    {{.type = MESSAGE_SALE, .sale = {2, 21, 1, "salt", sales, 1}},
     0,
     "sold: 2 salt at 10.00 from seller 9 (lot 3) to buyer 5 (order 17) through trader 1"},
    {{.type = MESSAGE_SALE, .sale = {2, 21, 1, "salt", sales, 2}},
     0,
     "sold: 2 salt at 10.00 from seller 9 (lot 3) to buyer 5 (order 17); 1 salt at 10.01 from "
     "seller 9 (lot 4) to buyer 5 (order 18) through trader 1"},
    {{.type = MESSAGE_SALE, .sale = {2, 21, 1, "salt", sales, 6}},
     0,
     "sold: 2 salt at 10.00 from seller 9 (lot 3) to buyer 5 (order 17); 1 salt at 10.01 from "
     "seller 9 (lot 4) to buyer 5 (order 18); 3 salt at 0.01 from seller 8 (lot 1) to buyer 6 "
     "(order 1); 4 salt at 0.02 from seller 8 (lot 1) to buyer 6 (order 2) and 2 more through "
     "trader 1"},
    {{.type = MESSAGE_MEMBER, .member = {.trader = 1, .trader_epoch = 1, .view = 1}},
     0,
     "trader 1 has joined (epoch 1)"},
    {{.type = MESSAGE_MEMBER, .from = 2, .member = {.trader = 1, .trader_epoch = 5, .view = 9}},
     7,
     "informed that trader 1 is there, without a backup (epoch 5)"},
    {{.type = MESSAGE_MEMBER, .member = {.trader = 1, .trader_epoch = 5, .view = 9, .backup = 2}},
     0,
     "trader 1 is backed up by trader 2"},
    {{.type = MESSAGE_MEMBER,
      .from = 2,
      .member = {.trader = 1, .trader_epoch = 3, .state = MEMBER_SUSPECTED}},
     0,
     "trader 2 suspects trader 1"},
    {{.type = MESSAGE_MEMBER,
      .from = 2,
      .member = {.trader = 1, .trader_epoch = 3, .state = MEMBER_SUSPECTED}},
     7,
     "informed that trader 2 suspects trader 1"},
    {{.type = MESSAGE_MEMBER,
      .member = {.trader = 1, .trader_epoch = 4, .state = MEMBER_TAKING, .taker = 2}},
     0,
     "trader 2 takes over trader 1 (epoch 4)"},
    {{.type = MESSAGE_MEMBER,
      .from = 2,
      .member = {.trader = 1, .state = MEMBER_FAILED, .remaining = others, .remaining_count = 1}},
     7,
     "informed that trader 1 has failed, the remaining traders are 2"},
    {{.type = MESSAGE_MEMBER,
      .from = 3,
      .member = {.trader = 1, .state = MEMBER_FAILED, .remaining = others, .remaining_count = 2}},
     0,
     "trader 3 passes on: trader 1 has failed, the remaining traders are 2, 3"},
    {{.type = MESSAGE_MEMBER,
      .member = {.trader = 1, .state = MEMBER_FAILED, .remaining = others, .remaining_count = 18}},
     0,
     "trader 1 has failed, the remaining traders are 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, "
     "15, 16, 17 and 2 more"},
    {{.type = MESSAGE_MEMBER, .member = {.trader = 1, .state = MEMBER_LEFT}},
     0,
     "trader 1 has left, no trader remains"},
    {{.type = MESSAGE_SOCKET,
      .from = 1,
      .socket = {2, 1, SOCKET_ROUTER, HAPPENING_ACCEPTED, "tcp://127.0.0.1:41234", ""}},
     0,
     "trader 1's router accepted tcp://127.0.0.1:41234"},
    {{.type = MESSAGE_SOCKET,
      .socket = {2, 1, SOCKET_REP, HAPPENING_HANDSHAKE_FAILED, "tcp://127.0.0.1:5550",
                 "Broken pipe"}},
     0,
     "the warehouse's rep failed to shake hands at tcp://127.0.0.1:5550: Broken pipe"},
};

START_TEST (test_message_text_says_what_a_message_is)
{
    char text[MESSAGE_TEXT_BYTES];
    size_t length = message_text (&rows[_i].message, rows[_i].to, text, sizeof text);
    ck_assert_str_eq (text, rows[_i].text);
    ck_assert_uint_eq (length, strlen (text));
}
END_TEST

static const struct {
    int64_t before;
    int64_t now;
    int64_t backup;
    int64_t view;
    const char *text;
} changes[] = {
    {MEMBER_EPOCH_UNKNOWN, 1, 0, 1, "trader 1 has joined (epoch 1)"},
    {MEMBER_EPOCH_UNKNOWN, 5, 0, 9, "trader 1 is there, without a backup (epoch 5)"},
    {4, 5, 0, 9, "trader 1 is back (epoch 5)"},
    {5, 5, 0, 9, "trader 1 goes on without a backup"},
    {1, 1, 0, 3, "trader 1 goes on without a backup"},
    {5, 1, 0, 1, "trader 1 has joined (epoch 1)"},
    {5, 5, 2, 9, "trader 1 is backed up by trader 2"},
};

START_TEST (test_message_text_tells_a_trader_that_is_back_from_one_without_a_backup)
{
    char text[MESSAGE_TEXT_BYTES];
    struct message message = {.type = MESSAGE_MEMBER, .member = {.trader = 1}};
    message.member.trader_epoch = changes[_i].now;
    message.member.backup = changes[_i].backup;
    message.member.view = changes[_i].view;
    size_t length = member_text (&message, changes[_i].before, text, sizeof text);
    ck_assert_str_eq (text, changes[_i].text);
    ck_assert_uint_eq (length, strlen (text));
}
END_TEST

START_TEST (test_message_text_keeps_to_its_room)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t full = strlen (rows[i].text);
        for (size_t size = 1; size <= full + 1; size++) {
            char *text = malloc (size);
            ck_assert_ptr_nonnull (text);
            memset (text, 'x', size);
            ck_assert_uint_eq (message_text (&rows[i].message, rows[i].to, text, size), size - 1);
            ck_assert_uint_eq (strlen (text), size - 1);
            ck_assert (!strncmp (text, rows[i].text, size - 1));
            free (text);
        }
    }
}
END_TEST

START_TEST (test_message_text_has_room_for_the_largest_message)
{
    char text[MESSAGE_TEXT_BYTES];
    struct draw draw = {.state = 3};
    struct message message;
    arena_t *arena = arena_new (64 * 1024);
    message_case ((enum message_type) _i, CASE_LARGEST, &draw, arena, &message);
    size_t length = message_text (&message, LIMIT_NODE, text, sizeof text);
    ck_assert_uint_gt (length, 0);
    ck_assert_uint_lt (length, sizeof text - 1);
    message_case ((enum message_type) _i, CASE_SMALLEST, &draw, arena, &message);
    ck_assert_uint_gt (message_text (&message, LIMIT_NODE, text, sizeof text), 0);
    ck_assert_ptr_null (strchr (text, '\n'));
    arena_destroy (&arena);
}
END_TEST

static Suite *message_text_suite (void)
{
    Suite *suite = suite_create ("message_text");
    TCase *words = tcase_create ("words");
    tcase_add_loop_test (words, test_message_text_says_what_a_message_is, 0,
                         (int) (sizeof rows / sizeof rows[0]));
    tcase_add_loop_test (words,
                         test_message_text_tells_a_trader_that_is_back_from_one_without_a_backup, 0,
                         (int) (sizeof changes / sizeof changes[0]));
    suite_add_tcase (suite, words);

    TCase *room = tcase_create ("room");
    tcase_add_test (room, test_message_text_keeps_to_its_room);
    tcase_add_loop_test (room, test_message_text_has_room_for_the_largest_message, 0,
                         MESSAGE_TYPE_COUNT);
    suite_add_tcase (suite, room);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (message_text_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
