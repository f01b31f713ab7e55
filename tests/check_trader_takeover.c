// A trader as the backup of others that fall silent: suspicion, takeover, settling, completion.
#include <stdlib.h>

#include "broker/liveness.h"
#include "tests/kit/copy_fixture.h"

enum { INTERVAL_US = 250000 };

START_TEST (test_a_quiet_primary_is_pinged_and_then_suspected)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_wait (INTERVAL_US - 1);
    fix_nothing ();
    copy_wait (1);
    const struct letter *ping = fix_alone (MESSAGE_PING);
    ck_assert_int_eq (ping->port, PORT_TRADER);
    ck_assert_int_eq (ping->to, FIRST_PRIMARY);
    copy_wait (INTERVAL_US);
    ck_assert_uint_eq (fix_count (MESSAGE_PING), 1);
    copy_wait (INTERVAL_US - 1);
    ck_assert_uint_eq (fix_count (MESSAGE_TAKEOVER), 0);
    copy_wait (1);
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
    ck_assert_uint_eq (copy_records (RECORD_SEALED), 1);
}
END_TEST

START_TEST (test_a_suspicion_is_published)
{
    struct member members[] = {
        {.trader = FIX_TRADER, .epoch = 1, .state = MEMBER_LIVE, .router = "tcp://one"},
        {.trader = FIRST_PRIMARY, .epoch = 7, .state = MEMBER_LIVE, .router = "tcp://two"},
        {.trader = SECOND_PRIMARY, .epoch = 2, .state = MEMBER_FAILED, .router = "tcp://three"},
    };
    struct message news = copy_view (FIX_OTHER, COPY_VIEW, MEMBER_LIVE, 0);
    news.view.members = members;
    news.view.member_count = 3;
    copy_warehouse (news);
    copy_die (1);
    const struct letter *letter = fix_only (MESSAGE_MEMBER);
    ck_assert_int_eq (letter->port, PORT_NEWS);
    const struct membership *member = &letter->message.member;
    ck_assert_int_eq (member->trader, FIRST_PRIMARY);
    ck_assert_int_eq (member->trader_epoch, 7);
    ck_assert_int_eq (member->state, MEMBER_SUSPECTED);
    ck_assert_int_eq (member->epoch, 1);
    ck_assert_int_eq (member->backup, FIX_TRADER);
    ck_assert_str_eq (member->router, "tcp://two");
    ck_assert_uint_eq (member->remaining_count, 2);
    ck_assert_int_eq (member->remaining[0], FIX_TRADER);
    ck_assert_int_eq (member->remaining[1], FIRST_PRIMARY);
}
END_TEST

START_TEST (test_whoever_is_heard_is_not_suspected)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    for (int i = 0; i < 20; i++) {
        copy_wait (INTERVAL_US);
        ck_assert_uint_eq (fix_count (MESSAGE_TAKEOVER), 0);
        if (i % 3 == 0) {
            copy_hear (FIRST_PRIMARY, COPY_VIEW, 0, 1, 0);
        } else if (i % 3 == 1) {
            fix_client (fix_plain (MESSAGE_PING, FIRST_PRIMARY));
        } else {
            struct message pong = fix_plain (MESSAGE_PONG, FIRST_PRIMARY);
            pong.market = FIX_MARKET;
            struct event event = fix_received (PORT_TRADER, &pong);
            outbox_clear (&fix.out);
            trader_step (fix.trader, &event, &fix.out);
        }
        copy_drain ();
    }
    copy_silence ();
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
}
END_TEST

START_TEST (test_a_backup_that_was_away_itself_suspects_nobody_for_that)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_wait (100 * INTERVAL_US);
    ck_assert_uint_eq (fix_count (MESSAGE_TAKEOVER), 0);
}
END_TEST

START_TEST (test_a_takeover_is_asked_for_until_it_is_answered)
{
    copy_die (1);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq (fix_due_in (), INTERVAL_US);
        copy_wait (INTERVAL_US);
        copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
        ck_assert_uint_eq (fix.out.record_count, 0);
    }
}
END_TEST

START_TEST (test_a_takeover_is_not_asked_for_before_its_seal_is_recorded)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_wait (INTERVAL_US);
    copy_wait (INTERVAL_US);
    fix_wait (INTERVAL_US);
    ck_assert_uint_eq (copy_records (RECORD_SEALED), 1);
    fix_step (EVENT_UNWRITTEN);
    fix_nothing ();
    copy_wait (fix_due_in ());
    ck_assert_uint_eq (copy_records (RECORD_SEALED), 1);
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
}
END_TEST

START_TEST (test_only_what_is_not_applied_is_settled)
{
    copy_die (5);
    copy_grant (FIRST_PRIMARY, 7, 3);
    copy_commits (FIRST_PRIMARY, 8, 4, 2);
    ck_assert_uint_eq (copy_records (RECORD_COPY_SETTLED), 1);
    copy_commit (FIRST_PRIMARY, 8, 2);
    ck_assert_uint_eq (copy_records (RECORD_FORWARDED), 1);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
    ck_assert_int_eq (trader_counters (fix.trader)->forwarded, 2);
}
END_TEST

START_TEST (test_a_copy_without_open_decisions_is_complete_at_once)
{
    copy_die (3);
    copy_grant (FIRST_PRIMARY, 2, 3);
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
}
END_TEST

START_TEST (test_a_copy_is_settled_in_batches_one_at_a_time)
{
    copy_die (2 * LIMIT_BATCH + 3);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_commits (FIRST_PRIMARY, 1, 1, LIMIT_BATCH);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    copy_commit (FIRST_PRIMARY, 1, LIMIT_BATCH);
    copy_commits (FIRST_PRIMARY, 2, 1 + LIMIT_BATCH, LIMIT_BATCH);
    copy_commit (FIRST_PRIMARY, 2, LIMIT_BATCH);
    copy_commits (FIRST_PRIMARY, 3, 1 + 2 * LIMIT_BATCH, 3);
    ck_assert_uint_eq (fix_count (MESSAGE_TAKEOVER), 0);  // Not before all is settled.
    copy_commit (FIRST_PRIMARY, 3, 3);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
}
END_TEST

START_TEST (test_a_batch_that_is_not_answered_is_sent_again)
{
    copy_die (2);
    copy_grant (FIRST_PRIMARY, 0, 0);
    ck_assert_int_eq (fix_due_in (), (int) fix.config.commit_timeout_us);
    copy_wait (fix.config.commit_timeout_us);
    copy_commits (FIRST_PRIMARY, 1, 1, 2);
    copy_commit (FIRST_PRIMARY, 1, 2);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
    copy_commit (FIRST_PRIMARY, 1, 2);  // The answer to the first one comes, too.
    fix_nothing ();
    ck_assert_int_eq (trader_counters (fix.trader)->forwarded, 2);
}
END_TEST

START_TEST (test_answers_that_do_not_fit_are_not_taken)
{
    copy_die (2);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_commit (FIRST_PRIMARY, 2, 2);
    fix_nothing ();
    copy_commit (FIRST_PRIMARY, 1, 1);
    fix_nothing ();
    copy_commit (SECOND_PRIMARY, 1, 2);
    fix_nothing ();
    struct result odd[2] = {fix_receipt (STATUS_SOLD, "fish", 2), fix_restocked ("fish", 2)};
    struct message message = fix_committed (1, odd, 2);
    message.committed.trader = FIRST_PRIMARY;
    message.committed.epoch = 8;
    copy_warehouse (message);
    fix_nothing ();
}
END_TEST

START_TEST (test_waiting_buyers_are_told)
{
    fix_client (fix_plain (MESSAGE_PING, ALICE));
    copy_die (4);
    copy_grant (FIRST_PRIMARY, 0, 0);
    const struct fill fill = {.seller = SAM, .lot = 1, .units = 2, .price_cents = 100};
    fix_client (fix_plain (MESSAGE_PING, SAM));
    struct result results[] = {
        fix_receipt (STATUS_SOLD, "fish", 2),
        fix_receipt (STATUS_OVERSOLD, "fish", 1),
        fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0),
        fix_error (REASON_CONFLICT),
    };
    results[0].fills = &fill;
    results[0].fill_count = 1;
    results[1].missing = 1;
    struct message message = fix_committed (1, results, 4);
    message.committed.trader = FIRST_PRIMARY;
    message.committed.epoch = 8;
    copy_warehouse (message);
    fix_receipts (ALICE, 1, STATUS_SOLD, 2);
    fix_receipts (ALICE, 3, STATUS_OUT_OF_STOCK, 0);
    ck_assert_int_eq (fix_only (MESSAGE_OVERSOLD)->message.oversold.missing, 1);
    ck_assert_int_eq (fix_only (MESSAGE_OVERSOLD)->to, ALICE);
    ck_assert_uint_eq (fix_count (MESSAGE_OVERSELL), 1);
    ck_assert_int_eq (fix_only (MESSAGE_ERROR)->message.error.number, 4);
    ck_assert_int_eq (fix_only (MESSAGE_SOLD)->to, SAM);
}
END_TEST

START_TEST (test_buyers_that_were_never_heard_are_not_told)
{
    copy_die (2);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_commit (FIRST_PRIMARY, 1, 2);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
}
END_TEST

// The warehouse says only that it is settled: the receipt is what the copy has of it.
START_TEST (test_a_sale_from_a_lease_is_told_to_its_buyer_and_its_sellers)
{
    const struct result settled = {.kind = RESULT_SETTLED};
    fix_client (fix_plain (MESSAGE_PING, ALICE));
    fix_client (fix_plain (MESSAGE_PING, SUE));
    fix_client (copy_sale (FIRST_PRIMARY, COPY_VIEW));
    copy_drain ();
    copy_silence ();
    copy_grant (FIRST_PRIMARY, 0, 0);
    struct message message = fix_committed (1, &settled, 1);
    message.committed.trader = FIRST_PRIMARY;
    message.committed.epoch = fix_only (MESSAGE_COMMIT)->message.commit.epoch;
    fix_warehouse (message);
    fix_receipts (ALICE, 1, STATUS_SOLD, 3);
    const struct receipt *receipt = &fix_only (MESSAGE_RECEIPT)->message.receipt;
    ck_assert_int_eq (receipt->amount_cents, 330);
    ck_assert_uint_eq (receipt->fill_count, 2);
    ck_assert_int_eq (receipt->fills[1].seller, SUE);
    ck_assert_int_eq (receipt->fills[1].units, 1);
    const struct letter *letter = fix_only (MESSAGE_SOLD);  // Sam was never heard here.
    ck_assert_int_eq (letter->to, SUE);
    ck_assert_int_eq (letter->message.sold.lot, 7);
    ck_assert_str_eq (letter->message.sold.product, "fish");
    ck_assert_int_eq (letter->message.sold.price_cents, 130);
    copy_drain ();
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
}
END_TEST

// A decision from the cache cannot be settled in so few words.
START_TEST (test_only_a_sale_from_a_lease_can_be_settled_without_a_receipt)
{
    const struct result settled = {.kind = RESULT_SETTLED};
    copy_die (1);
    copy_grant (FIRST_PRIMARY, 0, 0);
    struct message message = fix_committed (1, &settled, 1);
    message.committed.trader = FIRST_PRIMARY;
    message.committed.epoch = fix_only (MESSAGE_COMMIT)->message.commit.epoch;
    copy_warehouse (message);
    fix_nothing ();
    ck_assert_int_eq (trader_counters (fix.trader)->forwarded, 0);
}
END_TEST

START_TEST (test_a_missing_batch_is_mended_by_asking_anew)
{
    copy_die (4);
    copy_grant (FIRST_PRIMARY, 3, 0);
    copy_commits (FIRST_PRIMARY, 4, 1, 4);
    copy_warehouse (copy_refusal (FIRST_PRIMARY, REASON_GAP, 2));
    copy_wait (INTERVAL_US);
    copy_grant (FIRST_PRIMARY, 1, 2);
    copy_commits (FIRST_PRIMARY, 2, 3, 2);
}
END_TEST

START_TEST (test_a_busy_warehouse_gets_the_batch_again_later)
{
    copy_die (2);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_warehouse (copy_refusal (FIRST_PRIMARY, REASON_UNAVAILABLE, 1));
    fix_nothing ();
    copy_wait (fix.config.commit_timeout_us);
    copy_commits (FIRST_PRIMARY, 1, 1, 2);
}
END_TEST

START_TEST (test_several_primaries_are_taken_over_at_once)
{
    copy_tell (SECOND_PRIMARY, COPY_VIEW, 10, 11, 2);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_silence ();
    ck_assert_uint_eq (fix_count (MESSAGE_TAKEOVER), 2);
    ck_assert_int_eq (fix_letter (MESSAGE_TAKEOVER, 0)->message.takeover.trader, FIRST_PRIMARY);
    ck_assert_int_eq (fix_letter (MESSAGE_TAKEOVER, 1)->message.takeover.trader, SECOND_PRIMARY);
    copy_grant (SECOND_PRIMARY, 0, 10);
    copy_commits (SECOND_PRIMARY, 1, 11, 2);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_commits (FIRST_PRIMARY, 1, 1, 1);
    copy_commit (SECOND_PRIMARY, 1, 2);
    copy_asks (SECOND_PRIMARY, COPY_VIEW + 1, true);
    copy_commit (FIRST_PRIMARY, 1, 1);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
}
END_TEST

START_TEST (test_one_silent_primary_does_not_touch_the_copy_of_another)
{
    copy_tell (SECOND_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    for (int i = 0; i < LIVENESS_MISSED; i++) {
        copy_tell (SECOND_PRIMARY, COPY_VIEW, 0, 2 + i, 1);
        copy_wait (INTERVAL_US);
    }
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
    copy_tell (SECOND_PRIMARY, COPY_VIEW, 0, 5, 1);
    copy_acks (SECOND_PRIMARY, COPY_VIEW, 5, false);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader_takeover");
    TCase *life = tcase_create ("suspicion");
    tcase_add_checked_fixture (life, copy_set_up, copy_tear_down);
    tcase_add_test (life, test_a_quiet_primary_is_pinged_and_then_suspected);
    tcase_add_test (life, test_a_suspicion_is_published);
    tcase_add_test (life, test_whoever_is_heard_is_not_suspected);
    tcase_add_test (life, test_a_backup_that_was_away_itself_suspects_nobody_for_that);
    tcase_add_test (life, test_a_takeover_is_asked_for_until_it_is_answered);
    tcase_add_test (life, test_a_takeover_is_not_asked_for_before_its_seal_is_recorded);
    suite_add_tcase (suite, life);

    TCase *settling = tcase_create ("settling");
    tcase_add_checked_fixture (settling, copy_set_up, copy_tear_down);
    tcase_add_test (settling, test_only_what_is_not_applied_is_settled);
    tcase_add_test (settling, test_a_copy_without_open_decisions_is_complete_at_once);
    tcase_add_test (settling, test_a_copy_is_settled_in_batches_one_at_a_time);
    tcase_add_test (settling, test_a_batch_that_is_not_answered_is_sent_again);
    tcase_add_test (settling, test_answers_that_do_not_fit_are_not_taken);
    tcase_add_test (settling, test_waiting_buyers_are_told);
    tcase_add_test (settling, test_buyers_that_were_never_heard_are_not_told);
    tcase_add_test (settling, test_a_sale_from_a_lease_is_told_to_its_buyer_and_its_sellers);
    tcase_add_test (settling, test_only_a_sale_from_a_lease_can_be_settled_without_a_receipt);
    tcase_add_test (settling, test_a_missing_batch_is_mended_by_asking_anew);
    tcase_add_test (settling, test_a_busy_warehouse_gets_the_batch_again_later);
    tcase_add_test (settling, test_several_primaries_are_taken_over_at_once);
    tcase_add_test (settling, test_one_silent_primary_does_not_touch_the_copy_of_another);
    suite_add_tcase (suite, settling);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
