// Terms that were never granted: somebody lies, or takes a peer's name. Elections have no
// protection against who goes on lying; when it ends, so does the harm.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/village.h"

enum { SECOND = 1000 * VILLAGE_MS, PEERS = 4, CASES = 32 };

static village_t *village;

static void set_up (void)
{
    village = village_new (PEERS, 1, true, 7);
    village_start_all (village);
    village_run (village, SECOND);
}

static void tear_down (void)
{
    village_destroy (&village);
}

// What somebody says in the name of `from`, who did not.
static void lie (int64_t to, int64_t from, int64_t term, int64_t leader)
{
    struct message message = {
        .type = MESSAGE_COORDINATOR,
        .from = from,
        .coordinator.seating = {.term = term, .leader = leader, .seats = &leader, .seat_count = 1},
    };
    village_tell (village, to, PORT_CLIENTS, &message);
}

static void lie_to_all (int64_t from, int64_t term, int64_t leader)
{
    for (int64_t id = 1; id <= PEERS; id++) {
        lie (id, from, term, leader);
    }
}

START_TEST (test_whoever_is_no_peer_is_not_believed)
{
    lie_to_all (77, LIMIT_INTEGER, 77);
    lie_to_all (77, LIMIT_INTEGER, 2);
    lie_to_all (3, LIMIT_INTEGER, 77);
    ck_assert_int_eq (village_leader (village), 4);
    village_run (village, SECOND);
    ck_assert_int_eq (village->granted, 1);
}
END_TEST

START_TEST (test_a_leader_believes_the_warehouse_alone)
{
    lie (4, 3, 1000, 3);
    ck_assert (election_leads (village_peer (village, 4)));
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 4);
    ck_assert_int_eq (village->granted, 1);
}
END_TEST

// All take the peer for the leader, whatever they take for the term.
static void ck_all_follow (int64_t leader)
{
    ck_assert (election_leads (village_peer (village, leader)));
    for (int64_t id = 1; id <= PEERS; id++) {
        if (village_peer (village, id)) {
            ck_assert_int_eq (election_seating (village_peer (village, id)).leader, leader);
        }
    }
}

START_TEST (test_a_term_that_was_never_granted_does_not_last)
{
    const int64_t terms[] = {2, 3, 100, LIMIT_INTEGER};
    int64_t term = terms[_i / 8];
    int64_t leader = _i % 4 + 1;
    if (_i % 8 < 4) {
        lie_to_all (3, term, leader);
    } else {
        lie (1, 3, term, leader);
    }
    village_run (village, 6 * SECOND);
    ck_all_follow (4);
    village_kill (village, 4);
    village_run (village, 6 * SECOND);
    ck_all_follow (3);
    ck_assert_int_eq (village_leader (village), 3);
    ck_assert_int_le (village->granted, 6);
}
END_TEST

static Suite *suite (void)
{
    Suite *suite = suite_create ("election_lies");
    TCase *lies = tcase_create ("lies");
    tcase_set_timeout (lies, 60);
    tcase_add_checked_fixture (lies, set_up, tear_down);
    tcase_add_test (lies, test_whoever_is_no_peer_is_not_believed);
    tcase_add_test (lies, test_a_leader_believes_the_warehouse_alone);
    tcase_add_loop_test (lies, test_a_term_that_was_never_granted_does_not_last, 0, CASES);
    suite_add_tcase (suite, lies);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
