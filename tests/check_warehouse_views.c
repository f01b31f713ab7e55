// How the traders' views change at the warehouse: who may join, who is granted a backup, who may
// take over, and that nothing else changes anything.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/takeover_kit.h"

enum { THIRD_TRADER = 3, NONCE = 90 };

// TRADER's writes so far: one restock, written behind.
static void write_behind (void)
{
    struct item item = wh_behind (wh_restock (SAM, 1, "salt", 5, 15));
    (void) wh_commit (TRADER, &item, 1);
}

// TRADER's view, asked for in a way that is never granted.
static const struct view_told *look (void)
{
    const struct view_told *told = tk_takeover (THIRD_TRADER, TRADER, 1, true);
    ck_assert_uint_eq (wh.out.record_count, 0);
    return told;
}

START_TEST (test_warehouse_begins_a_view_with_the_first_join)
{
    wh_restart ();
    const struct view_told *told = tk_join (TRADER, NONCE, 0, 0);
    tk_changed (told, 1, MEMBER_LIVE);
    ck_assert_int_eq (told->nonce, NONCE);
    ck_assert_int_eq (told->epoch, 1);
    ck_assert_int_eq (told->began, 1);
    ck_assert_int_eq (told->backup, 0);
    ck_assert_int_eq (told->taker, 0);
    ck_assert_str_eq (wh_records (),
                      "trader 1 epoch 1 nonce 90 batch 0 applied 0\n"
                      "view 1 of 1 live began 1 backup 0 taker 0 closed 0 at tcp://here:1\n");
}
END_TEST

START_TEST (test_warehouse_begins_no_view_for_who_has_an_epoch_of_another_store)
{
    wh_restart ();
    const struct view_told *told = tk_join (TRADER, NONCE, 4, 2);
    tk_unchanged (told, 0, MEMBER_LEFT);
    ck_assert_int_eq (told->trader, TRADER);
    ck_assert_int_eq (told->epoch, 0);
    ck_assert_uint_eq (told->member_count, 0);
    ck_assert_uint_eq (wh_snapshot ()->trader_count, 0);
}
END_TEST

START_TEST (test_warehouse_lets_a_trader_with_its_journal_go_on)
{
    tk_begin ();
    write_behind ();
    const struct view_told *told = tk_join (TRADER, NONCE, 1, 1);
    tk_changed (told, 3, MEMBER_LIVE);
    ck_assert_int_eq (told->epoch, 2);
    ck_assert_int_eq (told->began, 1);
    ck_assert_int_eq (told->applied, 1);
    ck_assert_int_eq (told->batch, 0);
    ck_assert_int_eq (told->backup, 0);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->resumed, 1);
    // It goes on counting where it was.
    struct item item = wh_behind (wh_restock (SAM, 2, "salt", 5, 15));
    struct message request = wh_batch (TRADER, 2, 1, &item, 1);
    ck_assert_int_eq (wh_ask (&request)->committed.applied, 2);
    const struct trader_seen *seen = wh_snapshot ()->traders;
    ck_assert_int_eq (seen->epoch, 1);
    ck_assert_int_eq (seen->count, 2);
}
END_TEST

START_TEST (test_warehouse_lets_a_trader_with_its_journal_end_a_takeover)
{
    tk_take ();
    const struct view_told *told = tk_join (TRADER, NONCE, 2, 1);
    tk_changed (told, 4, MEMBER_LIVE);
    ck_assert_int_eq (told->epoch, 3);
    ck_assert_int_eq (told->began, 1);
    ck_assert_int_eq (told->taker, 0);
    // Whoever had begun to take it over is told so, and settles nothing more.
    struct item item = wh_promised (wh_buy (ALICE, 1, "salt", 1), 1);
    struct message late = tk_batch (2, 1, &item, 1);
    ck_assert_int_eq (wh_refused (&late, REASON_FENCED)->trader, TRADER);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 3, true), 4, MEMBER_LIVE);
}
END_TEST

START_TEST (test_warehouse_begins_anew_with_a_trader_that_has_no_journal)
{
    wh_begin ();
    write_behind ();
    const struct view_told *told = tk_join (TRADER, NONCE, 1, 0);
    tk_changed (told, 2, MEMBER_LIVE);
    ck_assert_int_eq (told->epoch, 2);
    ck_assert_int_eq (told->began, 2);
    ck_assert_int_eq (told->applied, 0);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->resumed, 0);
    // A journal of other writes is none, either.
    told = tk_join (TRADER, NONCE + 1, 2, 1);
    tk_changed (told, 3, MEMBER_LIVE);
    ck_assert_int_eq (told->began, 3);
}
END_TEST

START_TEST (test_warehouse_lets_the_backup_alone_free_a_trader_without_its_journal)
{
    tk_begin ();
    const struct view_told *told = tk_join (TRADER, NONCE, 1, 0);
    tk_unchanged (told, 2, MEMBER_LIVE);
    ck_assert_int_eq (told->nonce, 1);
    tk_unchanged (tk_join (TRADER, NONCE, 1, 7), 2, MEMBER_LIVE);
    (void) tk_takeover (OTHER_TRADER, TRADER, 2, false);
    tk_unchanged (tk_join (TRADER, NONCE, 2, 0), 3, MEMBER_TAKING);  // it must wait
    (void) tk_takeover (OTHER_TRADER, TRADER, 3, true);
    told = tk_join (TRADER, NONCE, 2, 0);
    tk_changed (told, 5, MEMBER_LIVE);
    ck_assert_int_eq (told->epoch, 3);
    ck_assert_int_eq (told->began, 3);
}
END_TEST

START_TEST (test_warehouse_begins_anew_with_a_trader_that_was_taken_over)
{
    tk_take ();
    (void) tk_takeover (OTHER_TRADER, TRADER, 3, true);
    // Its journal does not help it: what is in there was settled, or told to nobody.
    const struct view_told *told = tk_join (TRADER, NONCE, 2, 1);
    tk_changed (told, 5, MEMBER_LIVE);
    ck_assert_int_eq (told->began, 3);
    ck_assert_int_eq (told->applied, 0);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->resumed, 0);
    const struct trader_seen *seen = wh_snapshot ()->traders;
    ck_assert_int_eq (seen->epoch, 3);
    ck_assert_int_eq (seen->count, 0);
}
END_TEST

START_TEST (test_warehouse_grants_a_join_only_to_who_knows_the_epoch)
{
    tk_begin ();
    static const int64_t epochs[] = {0, 2, 9};
    for (size_t i = 0; i < 3; i++) {
        tk_unchanged (tk_join (TRADER, NONCE, epochs[i], 1), 2, MEMBER_LIVE);
    }
    ck_assert_int_eq (wh_join (TRADER, 1), 1);  // the process that has it, whatever it says
    ck_assert_uint_eq (wh.out.record_count, 0);
}
END_TEST

START_TEST (test_warehouse_learns_where_a_trader_is_reached)
{
    wh_begin ();
    struct message again = {
        .type = MESSAGE_JOIN, .from = TRADER, .join = {.nonce = 1, .router = "tcp://else:2"}};
    const struct view_told *told = &wh_ask (&again)->view;
    ck_assert_int_eq (told->view, 1);
    ck_assert_uint_eq (told->member_count, 2);
    ck_assert_str_eq (told->members[0].router, "tcp://else:2");
    ck_assert_str_eq (wh_letter (MESSAGE_MEMBER, 0)->message.member.router, "tcp://else:2");
    (void) wh_ask (&again);
    ck_assert_uint_eq (wh.out.record_count + wh_letters (MESSAGE_MEMBER), 0);
    wh_restart ();
    ck_assert_str_eq (look ()->members[0].router, "tcp://else:2");
}
END_TEST

START_TEST (test_warehouse_tells_all_members_with_a_view)
{
    tk_take ();
    (void) tk_join (5, 1, 0, 0);
    (void) tk_leave (5, 1, 1);
    for (int round = 0; round < 2; round++) {
        const struct view_told *told = tk_takeover (THIRD_TRADER, 5, 1, true);
        static const struct member members[] = {{TRADER, 2, MEMBER_TAKING, ""},
                                                {OTHER_TRADER, 1, MEMBER_LIVE, ""},
                                                {5, 1, MEMBER_LEFT, "tcp://here:1"}};
        ck_assert_uint_eq (told->member_count, 3);
        for (size_t i = 0; i < 3; i++) {
            ck_assert_int_eq (told->members[i].trader, members[i].trader);
            ck_assert_int_eq (told->members[i].epoch, members[i].epoch);
            ck_assert_int_eq (told->members[i].state, members[i].state);
            ck_assert_str_eq (told->members[i].router, members[i].router);
        }
        wh_restart ();
    }
}
END_TEST

START_TEST (test_warehouse_grants_a_backup_by_compare_and_swap)
{
    wh_begin ();
    tk_changed (tk_claim (TRADER, 1, 1, OTHER_TRADER), 2, MEMBER_LIVE);
    ck_assert_int_eq (look ()->backup, OTHER_TRADER);
    // Sent twice, it is granted once; and an older one takes nothing back.
    tk_unchanged (tk_claim (TRADER, 1, 1, OTHER_TRADER), 2, MEMBER_LIVE);
    tk_unchanged (tk_claim (TRADER, 1, 1, 0), 2, MEMBER_LIVE);
    ck_assert_int_eq (look ()->backup, OTHER_TRADER);
    tk_changed (tk_claim (TRADER, 1, 2, 0), 3, MEMBER_LIVE);
    ck_assert_int_eq (look ()->backup, 0);
}
END_TEST

START_TEST (test_warehouse_denies_a_claim_of_another_epoch_or_view)
{
    tk_begin ();
    static const struct claim claims[] = {{2, 2, 0, false}, {0, 2, 0, false}, {1, 1, 0, false},
                                          {1, 3, 0, false}, {1, 1, 0, true},  {2, 2, 0, true}};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        struct message request = {.type = MESSAGE_CLAIM, .from = TRADER, .claim = claims[i]};
        tk_unchanged (&wh_ask (&request)->view, 2, MEMBER_LIVE);
        ck_assert_int_eq (look ()->backup, OTHER_TRADER);
    }
}
END_TEST

START_TEST (test_warehouse_denies_a_backup_that_could_not_take_over)
{
    wh_begin ();
    (void) tk_join (THIRD_TRADER, 1, 0, 0);
    (void) tk_leave (THIRD_TRADER, 1, 1);
    static const int64_t backups[] = {TRADER, 7, THIRD_TRADER};  // itself, nobody, one that left
    for (size_t i = 0; i < 3; i++) {
        tk_unchanged (tk_claim (TRADER, 1, 1, backups[i]), 1, MEMBER_LIVE);
        ck_assert_int_eq (look ()->backup, 0);
    }
}
END_TEST

START_TEST (test_warehouse_denies_claims_of_who_is_not_live)
{
    tk_take ();
    tk_unchanged (tk_claim (TRADER, 2, 3, 0), 3, MEMBER_TAKING);
    (void) tk_takeover (OTHER_TRADER, TRADER, 3, true);
    tk_unchanged (tk_claim (TRADER, 2, 4, 0), 4, MEMBER_FAILED);
    tk_unchanged (tk_leave (TRADER, 2, 4), 4, MEMBER_FAILED);
    tk_unchanged (tk_claim (9, 1, 1, TRADER), 0, MEMBER_LEFT);  // never joined
}
END_TEST

START_TEST (test_warehouse_lets_a_trader_leave)
{
    tk_begin ();
    const struct view_told *told = tk_leave (TRADER, 1, 2);
    tk_changed (told, 3, MEMBER_LEFT);
    ck_assert_int_eq (told->backup, 0);
    ck_assert_str_eq (wh_records (), "trader 1 epoch 1 nonce 1 batch 0 applied 0\n"
                                     "view 3 of 1 left began 1 backup 0 taker 0 closed 2 at \n");
    ck_assert_uint_eq (wh_letter (MESSAGE_MEMBER, 0)->message.member.remaining_count, 1);
    tk_unchanged (tk_leave (TRADER, 1, 2), 3, MEMBER_LEFT);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 2, false), 3, MEMBER_LEFT);
    struct message request = wh_batch (TRADER, 1, 1, NULL, 0);
    (void) wh_refused (&request, REASON_TAKEN);
    told = tk_join (TRADER, NONCE, 1, 1);
    tk_changed (told, 4, MEMBER_LIVE);
    ck_assert_int_eq (told->began, 2);
}
END_TEST

START_TEST (test_warehouse_grants_the_backup_a_takeover)
{
    tk_begin ();
    write_behind ();
    const struct view_told *told = tk_takeover (OTHER_TRADER, TRADER, 2, false);
    tk_changed (told, 3, MEMBER_TAKING);
    ck_assert_int_eq (told->epoch, 2);
    ck_assert_int_eq (told->taker, OTHER_TRADER);
    ck_assert_int_eq (told->backup, 0);
    ck_assert_int_eq (told->began, 1);
    ck_assert_int_eq (told->applied, 1);
    ck_assert_int_eq (told->batch, 0);
    const struct membership *member = &wh_letter (MESSAGE_MEMBER, 0)->message.member;
    ck_assert_uint_eq (member->remaining_count, 1);
    ck_assert_int_eq (member->remaining[0], OTHER_TRADER);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 2, false), 3, MEMBER_TAKING);
    // What it has written stays counted, and in the epoch in which it was.
    ck_assert_int_eq (wh_snapshot ()->traders[0].epoch, 1);
    ck_assert_int_eq (wh_snapshot ()->traders[0].count, 1);
    wh_restart ();
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 2, false), 3, MEMBER_TAKING);
}
END_TEST

START_TEST (test_warehouse_denies_a_takeover_to_anybody_else)
{
    tk_begin ();
    (void) tk_join (THIRD_TRADER, 1, 0, 0);
    tk_unchanged (tk_takeover (THIRD_TRADER, TRADER, 2, false), 2, MEMBER_LIVE);  // no backup
    tk_unchanged (tk_takeover (TRADER, TRADER, 2, false), 2, MEMBER_LIVE);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 1, false), 2, MEMBER_LIVE);  // an older view
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 3, false), 2, MEMBER_LIVE);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 2, true), 2, MEMBER_LIVE);  // not begun
    tk_unchanged (tk_takeover (TRADER, OTHER_TRADER, 1, false), 1, MEMBER_LIVE);
    tk_unchanged (tk_takeover (OTHER_TRADER, 9, 1, false), 0, MEMBER_LEFT);
    (void) tk_claim (TRADER, 1, 2, THIRD_TRADER);  // it has another one by now
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 2, false), 3, MEMBER_LIVE);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 3, false), 3, MEMBER_LIVE);
}
END_TEST

START_TEST (test_warehouse_completes_a_takeover_once)
{
    tk_take ();
    tk_unchanged (tk_takeover (TRADER, TRADER, 3, true), 3, MEMBER_TAKING);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 2, true), 3, MEMBER_TAKING);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 4, true), 3, MEMBER_TAKING);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->takeovers, 0);
    const struct view_told *told = tk_takeover (OTHER_TRADER, TRADER, 3, true);
    tk_changed (told, 4, MEMBER_FAILED);
    ck_assert_int_eq (told->epoch, 2);
    ck_assert_int_eq (told->taker, 0);
    ck_assert_str_eq (wh_records (), "trader 1 epoch 2 nonce 1 batch 0 applied 0\n"
                                     "view 4 of 1 failed began 1 backup 0 taker 0 closed 3 at \n");
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 3, true), 4, MEMBER_FAILED);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 4, true), 4, MEMBER_FAILED);
    tk_unchanged (tk_takeover (OTHER_TRADER, TRADER, 4, false), 4, MEMBER_FAILED);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->takeovers, 1);
}
END_TEST

START_TEST (test_warehouse_counts_the_news_of_each_member)
{
    tk_take ();
    const struct membership *member = &wh_letter (MESSAGE_MEMBER, 0)->message.member;
    ck_assert_int_eq (member->seq, 3);  // join, claim, takeover
    ck_assert_int_eq (member->epoch, 1);
    (void) tk_claim (OTHER_TRADER, 1, 1, 0);
    member = &wh_letter (MESSAGE_MEMBER, 0)->message.member;
    ck_assert_int_eq (member->seq, 2);
    wh_restart ();
    (void) tk_takeover (OTHER_TRADER, TRADER, 3, true);
    member = &wh_letter (MESSAGE_MEMBER, 0)->message.member;
    ck_assert_int_eq (member->seq, 1);
    ck_assert_int_eq (member->epoch, 2);
    wh.config.publish = false;
    wh_restart ();
    (void) tk_join (TRADER, NONCE, 2, 0);
    ck_assert_uint_eq (wh.out.record_count, 2);
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_views");
    TCase *joins = wh_tcase (suite, "joins");
    tcase_add_test (joins, test_warehouse_begins_a_view_with_the_first_join);
    tcase_add_test (joins, test_warehouse_begins_no_view_for_who_has_an_epoch_of_another_store);
    tcase_add_test (joins, test_warehouse_lets_a_trader_with_its_journal_go_on);
    tcase_add_test (joins, test_warehouse_lets_a_trader_with_its_journal_end_a_takeover);
    tcase_add_test (joins, test_warehouse_begins_anew_with_a_trader_that_has_no_journal);
    tcase_add_test (joins, test_warehouse_lets_the_backup_alone_free_a_trader_without_its_journal);
    tcase_add_test (joins, test_warehouse_begins_anew_with_a_trader_that_was_taken_over);
    tcase_add_test (joins, test_warehouse_grants_a_join_only_to_who_knows_the_epoch);
    tcase_add_test (joins, test_warehouse_learns_where_a_trader_is_reached);
    tcase_add_test (joins, test_warehouse_tells_all_members_with_a_view);
    TCase *claims = wh_tcase (suite, "claims");
    tcase_add_test (claims, test_warehouse_grants_a_backup_by_compare_and_swap);
    tcase_add_test (claims, test_warehouse_denies_a_claim_of_another_epoch_or_view);
    tcase_add_test (claims, test_warehouse_denies_a_backup_that_could_not_take_over);
    tcase_add_test (claims, test_warehouse_denies_claims_of_who_is_not_live);
    tcase_add_test (claims, test_warehouse_lets_a_trader_leave);
    TCase *takeovers = wh_tcase (suite, "takeovers");
    tcase_add_test (takeovers, test_warehouse_grants_the_backup_a_takeover);
    tcase_add_test (takeovers, test_warehouse_denies_a_takeover_to_anybody_else);
    tcase_add_test (takeovers, test_warehouse_completes_a_takeover_once);
    tcase_add_test (takeovers, test_warehouse_counts_the_news_of_each_member);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
