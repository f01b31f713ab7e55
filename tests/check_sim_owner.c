#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum { NONCE = 77, NEXT_NONCE = 88 };

static const struct rules rules = {0};

#define COUNT(facts) (sizeof (facts) / sizeof (facts)[0])
#define COMPLAINT(facts) complaint_of (&owner_checker, &rules, facts, COUNT (facts))

// How traders stand with the warehouse: what is stored of trader 1 when something changes.
#define JOINED STORED (of_trader (1, 1, NONCE, 0, 0), of_view (1, 1, 1, MEMBER_LIVE, 0, 0, 0))
#define BATCH(epoch, nonce, batch, applied) STORED (of_trader (1, epoch, nonce, batch, applied))
#define BACKED STORED (of_view (1, 2, 1, MEMBER_LIVE, 2, 0, 0))
#define TAKING STORED (of_trader (1, 2, NONCE, 0, 5), of_view (1, 3, 1, MEMBER_TAKING, 0, 2, 0))
#define FAILED STORED (of_view (1, 4, 1, MEMBER_FAILED, 0, 0, 3))
#define FRESH STORED (of_trader (1, 3, NEXT_NONCE, 0, 0), of_view (1, 5, 3, MEMBER_LIVE, 0, 0, 3))
#define TAKEN_OVER JOINED, BATCH (1, NONCE, 1, 5), BACKED, TAKING

static struct message on_behalf (int64_t trader, int64_t epoch, int64_t batch)
{
    struct message message = committed (epoch, batch);
    message.committed.trader = trader;
    return message;
}

static struct message view_of (int64_t epoch, int64_t view, int64_t began, int64_t nonce)
{
    return (struct message){.type = MESSAGE_VIEW,
                            .view = {.trader = 1,
                                     .epoch = epoch,
                                     .view = view,
                                     .began = began,
                                     .nonce = nonce,
                                     .state = MEMBER_LIVE}};
}

START_TEST (test_owner_is_content_with_a_trader_that_is_taken_over_and_comes_back)
{
    is_fine (FACTS (JOINED, answered (1, view_of (1, 1, 1, NONCE)), BATCH (1, NONCE, 1, 5),
                    answered (1, committed (1, 1)), answered (1, committed (1, 1)), BACKED, TAKING,
                    answered (1, refusal (0, 0, REASON_TAKEN)), BATCH (2, NONCE, 1, 9),
                    answered (2, on_behalf (1, 2, 1)), FAILED, FRESH,
                    answered (1, view_of (3, 5, 3, NEXT_NONCE)), BATCH (3, NEXT_NONCE, 1, 2),
                    answered (1, committed (3, 1)), over ()));
}
END_TEST

START_TEST (test_owner_is_content_with_a_trader_that_resumes)
{
    is_fine (FACTS (
        JOINED, BATCH (1, NONCE, 1, 5), BACKED,
        STORED (of_trader (1, 2, NEXT_NONCE, 0, 5), of_view (1, 3, 1, MEMBER_LIVE, 0, 0, 0))));
    is_fine (FACTS (TAKEN_OVER, STORED (of_trader (1, 3, NEXT_NONCE, 0, 5),
                                        of_view (1, 4, 1, MEMBER_LIVE, 0, 0, 0))));
}
END_TEST

START_TEST (test_owner_wants_views_told_as_they_are_stored)
{
    const char *words = "stored is: epoch 1, view 1, live, began 1, batch 0";
    is_wrong ("trader 1 is told of trader 1 epoch 2, view 1",
              FACTS (JOINED, answered (1, view_of (2, 1, 1, NONCE))));
    is_wrong (words, FACTS (JOINED, answered (1, view_of (1, 2, 1, NONCE))));
    is_wrong (words, FACTS (JOINED, answered (1, view_of (1, 1, 0, NONCE))));
    is_wrong (words, FACTS (JOINED, answered (2, view_of (1, 1, 1, NEXT_NONCE))));
    is_wrong ("stored is: epoch 0", FACTS (answered (1, view_of (1, 1, 1, NONCE))));
    struct member member = {.trader = 1, .epoch = 1, .state = MEMBER_FAILED};
    struct message message = view_of (1, 1, 1, NONCE);
    message.view.members = &member;
    message.view.member_count = 1;
    is_wrong ("trader 2 is told that trader 1 is a member of epoch 1",
              FACTS (JOINED, answered (2, message)));
    member.state = MEMBER_LIVE;
    is_fine (FACTS (JOINED, answered (2, message)));
}
END_TEST

START_TEST (test_owner_wants_no_batch_but_the_latest_epochs)
{
    is_wrong ("batch 2 of epoch 1 of trader 1 is committed to trader 1",
              FACTS (JOINED, BATCH (1, NONCE, 1, 5), answered (1, committed (1, 2))));
    is_wrong ("batch 0 of epoch 1", FACTS (JOINED, answered (1, committed (1, 0))));
    is_wrong ("batch 1 of epoch 1", FACTS (TAKEN_OVER, answered (1, committed (1, 1))));
    is_wrong ("of trader 2 is committed to trader 2", FACTS (answered (2, committed (1, 1))));
}
END_TEST

START_TEST (test_owner_lets_none_but_the_taker_commit_for_another)
{
    struct fact batch = BATCH (2, NONCE, 1, 9);
    is_fine (FACTS (TAKEN_OVER, batch, answered (2, on_behalf (1, 2, 1))));
    is_wrong ("is committed to trader 3",
              FACTS (TAKEN_OVER, batch, answered (3, on_behalf (1, 2, 1))));
    is_wrong ("is committed to trader 1",
              FACTS (TAKEN_OVER, batch, answered (1, committed (2, 1))));
    is_wrong ("is committed to trader 2",
              FACTS (TAKEN_OVER, batch, FAILED, answered (2, on_behalf (1, 2, 1))));
    is_wrong ("is committed to trader 2",
              FACTS (JOINED, BATCH (1, NONCE, 1, 5), BACKED, answered (2, on_behalf (1, 1, 1))));
}
END_TEST

// What may be stored of trader 1 after epoch 1, batch 1 with five writes, with trader 2 as backup.
static const struct step {
    struct record_trader trader;
    struct record_view view;
    const char *complaint;  // NULL: none
} steps[] = {
    {{1, 1, NONCE, 2, 9}, {1, 2, 1, MEMBER_LIVE, 2, 0, 0, ""}, NULL},
    {{1, 1, NONCE, 1, 5}, {1, 3, 1, MEMBER_LIVE, 0, 0, 0, ""}, NULL},
    {{1, 1, NONCE, 1, 5}, {1, 3, 1, MEMBER_LIVE, 3, 0, 0, ""}, NULL},
    {{1, 1, NONCE, 1, 5}, {1, 3, 1, MEMBER_LEFT, 0, 0, 2, ""}, NULL},
    {{1, 2, NONCE, 0, 5}, {1, 3, 1, MEMBER_TAKING, 0, 2, 0, ""}, NULL},
    {{1, 2, NEXT_NONCE, 0, 5}, {1, 3, 1, MEMBER_LIVE, 0, 0, 0, ""}, NULL},
    {{1, 1, NONCE, 3, 9}, {1, 2, 1, MEMBER_LIVE, 2, 0, 0, ""}, "one by one"},
    {{1, 1, NONCE, 2, 4}, {1, 2, 1, MEMBER_LIVE, 2, 0, 0, ""}, "stay applied"},
    {{1, 1, NONCE, 1, 6}, {1, 2, 1, MEMBER_LIVE, 2, 0, 0, ""}, "applied by batches"},
    {{1, 2, NONCE, 1, 5}, {1, 2, 1, MEMBER_LIVE, 2, 0, 0, ""}, "counts its change"},
    {{1, 1, NONCE, 1, 5}, {1, 2, 1, MEMBER_LIVE, 3, 0, 0, ""}, "counts its change"},
    {{1, 1, NONCE, 1, 5}, {1, 4, 1, MEMBER_LIVE, 0, 0, 0, ""}, "count by one"},
    {{1, 1, NONCE, 1, 5}, {1, 3, 1, MEMBER_LIVE, 1, 0, 0, ""}, "backup of its own"},
    {{1, 1, NONCE, 1, 5}, {1, 3, 1, MEMBER_LIVE, 0, 0, 1, ""}, "closes nothing"},
    {{1, 1, NONCE, 1, 5}, {1, 3, 1, MEMBER_LEFT, 0, 0, 1, ""}, "its epoch is closed"},
    {{1, 2, NONCE, 0, 5}, {1, 3, 1, MEMBER_TAKING, 0, 3, 0, ""}, "none but the backup"},
    {{1, 1, NONCE, 0, 5}, {1, 3, 1, MEMBER_TAKING, 0, 2, 0, ""}, "raises the epoch"},
    {{1, 2, NONCE, 0, 0}, {1, 3, 1, MEMBER_TAKING, 0, 2, 0, ""}, "keeps what is applied"},
    {{1, 1, NONCE, 1, 5}, {1, 3, 1, MEMBER_FAILED, 0, 0, 1, ""}, "takeover that is complete"},
    {{1, 2, NEXT_NONCE, 0, 0}, {1, 3, 2, MEMBER_LIVE, 0, 0, 0, ""}, "waits until all is settled"},
    {{1, 2, NEXT_NONCE, 0, 4}, {1, 3, 1, MEMBER_LIVE, 0, 0, 0, ""}, "goes on where it was"},
    {{1, 3, NEXT_NONCE, 0, 5}, {1, 3, 1, MEMBER_LIVE, 0, 0, 0, ""}, "the next epoch"},
    {{1, 2, NEXT_NONCE, 0, 5}, {1, 3, 1, MEMBER_LIVE, 2, 0, 0, ""}, "no backup"},
};

START_TEST (test_owner_wants_views_to_change_by_the_rules)
{
    const struct step *step = &steps[_i];
    struct record next[] = {{.type = RECORD_TRADER, .trader = step->trader},
                            {.type = RECORD_VIEW, .view = step->view}};
    struct fact facts[] = {JOINED, BATCH (1, NONCE, 1, 5), BACKED, stored (next, 2)};
    verdict_is (COMPLAINT (facts), step->complaint);
}
END_TEST

START_TEST (test_owner_wants_a_takeover_to_end_before_a_fresh_start)
{
    is_wrong ("waits until all is settled",
              FACTS (TAKEN_OVER, STORED (of_trader (1, 3, NEXT_NONCE, 0, 0),
                                         of_view (1, 4, 3, MEMBER_LIVE, 0, 0, 0))));
    is_wrong ("goes on where it was", FACTS (TAKEN_OVER, FAILED,
                                             STORED (of_trader (1, 3, NEXT_NONCE, 0, 5),
                                                     of_view (1, 5, 1, MEMBER_LIVE, 0, 0, 3))));
    is_wrong ("nobody commits for a trader that is gone",
              FACTS (TAKEN_OVER, FAILED, BATCH (2, NONCE, 1, 6)));
}
END_TEST

// Others were elected: trader 1 holds no seat any more.
static const int64_t others[] = {2, 3};
static const int64_t also_it[] = {1, 2};
static struct record elected (const int64_t *seats)
{
    return (struct record){.type = RECORD_SEATS, .seats = {.seating = {1, 2, seats, 2}}};
}

START_TEST (test_owner_lets_a_trader_fail_by_an_election_of_others)
{
    is_fine (FACTS (JOINED, BATCH (1, NONCE, 1, 5),
                    STORED (elected (others), of_view (1, 2, 1, MEMBER_FAILED, 0, 0, 2))));
    is_wrong (
        "takeover that is complete",
        FACTS (JOINED, STORED (elected (also_it), of_view (1, 2, 1, MEMBER_FAILED, 0, 0, 2))));
    const char *words = "who loses its seat has failed, and its epoch is closed";
    is_wrong (words,
              FACTS (JOINED, STORED (elected (others), of_view (1, 2, 1, MEMBER_FAILED, 0, 0, 1))));
    is_wrong (words,
              FACTS (JOINED, STORED (elected (others), of_view (1, 2, 1, MEMBER_LEFT, 0, 0, 2))));
    is_wrong (words, FACTS (JOINED, STORED (elected (others), of_trader (1, 2, NONCE, 0, 0),
                                            of_view (1, 2, 1, MEMBER_FAILED, 0, 0, 3))));
}
END_TEST

START_TEST (test_owner_wants_the_warehouse_to_count_its_starts)
{
    struct fact facts[] = {
        STORED (of_warehouse (1, 0)),
        STORED (of_warehouse (1, 5)),
        STORED (of_warehouse (2, 5)),
        STORED (of_warehouse (3, 5), of_warehouse (3, 6)),
    };
    ck_assert_ptr_null (COMPLAINT (facts));
    facts[3] = STORED (of_warehouse (4, 5));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 4, version 5 after 2, 5");
    facts[3] = STORED (of_warehouse (1, 5));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 1, version 5 after 2, 5");
    facts[3] = STORED (of_warehouse (2, 4));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 2, version 4 after 2, 5");
    facts[3] = STORED (of_warehouse (3, 4));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 3, version 4 after 2, 5");
    facts[0] = STORED (of_warehouse (0, 0));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 0, version 0 after 0, 0");
}
END_TEST

START_TEST (test_owner_wants_a_higher_epoch_of_each_process_of_the_warehouse)
{
    struct fact facts[] = {
        started (WAREHOUSE_NODE, 1), STORED (of_warehouse (1, 0)), STORED (of_warehouse (1, 5)),
        started (WAREHOUSE_NODE, 2), STORED (of_warehouse (2, 5)),
    };
    ck_assert_ptr_null (complaint_of (&owner_checker, &rules, facts, 5));
    facts[4] = STORED (of_warehouse (1, 5));
    ck_assert_str_eq (complaint_of (&owner_checker, &rules, facts, 5),
                      "the warehouse is stored with epoch 1, version 5 after 1, 5");
}
END_TEST

int main (void)
{
    judge_by (&owner_checker, &rules);
    Suite *suite = suite_create ("sim_owner");
    TCase *all = tcase_create ("all");
    tcase_add_test (all, test_owner_is_content_with_a_trader_that_is_taken_over_and_comes_back);
    tcase_add_test (all, test_owner_is_content_with_a_trader_that_resumes);
    suite_add_tcase (suite, all);

    TCase *answers = tcase_create ("answers");
    tcase_add_test (answers, test_owner_wants_views_told_as_they_are_stored);
    tcase_add_test (answers, test_owner_wants_no_batch_but_the_latest_epochs);
    tcase_add_test (answers, test_owner_lets_none_but_the_taker_commit_for_another);
    suite_add_tcase (suite, answers);

    TCase *records = tcase_create ("records");
    tcase_add_loop_test (records, test_owner_wants_views_to_change_by_the_rules, 0,
                         (int) COUNT (steps));
    tcase_add_test (records, test_owner_wants_a_takeover_to_end_before_a_fresh_start);
    tcase_add_test (records, test_owner_lets_a_trader_fail_by_an_election_of_others);
    tcase_add_test (records, test_owner_wants_the_warehouse_to_count_its_starts);
    tcase_add_test (records, test_owner_wants_a_higher_epoch_of_each_process_of_the_warehouse);
    suite_add_tcase (suite, records);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
