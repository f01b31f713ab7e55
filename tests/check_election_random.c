// Whatever befalls the peers, each term has one leader (the kit holds that), and once all is well
// again there is a leader whom all follow, within a bound.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/village.h"

enum {
    SEEDS = 240,
    ROUNDS = 40,
    HEALED_US = 4000 * VILLAGE_MS,
    PEERS = 8,
};

static bool is_out (village_t *village, int64_t id)
{
    election_t *peer = village_peer (village, id);
    return peer && election_state (peer) == ELECTION_OUT;
}

static void befall (village_t *village, int64_t id)
{
    switch (village_draw (village, 0, 6)) {
    case 0:
    case 1:
        if (village_peer (village, id)) {
            village_kill (village, id);
        } else {
            village_start (village, id);
        }
        break;
    case 2:
    case 3:
        village->peers[id - 1].cut = !village->peers[id - 1].cut;
        break;
    case 4:
    case 5:
        if (is_out (village, id)) {
            village_return (village, id);
        } else if (village_peer (village, id)) {
            village_leave (village, id);
        }
        break;
    default:
        village->closed = !village->closed;
    }
}

static void heal (village_t *village)
{
    village->loss_per_mille = 0;
    village->closed = false;
    village->delay_max_us = 500;
    for (int64_t id = 1; id <= (int64_t) village->count; id++) {
        village->peers[id - 1].cut = false;
        if (!village_peer (village, id)) {
            village_start (village, id);
        } else if (is_out (village, id)) {
            village_return (village, id);
        }
    }
}

// Two that stand at once, a candidate that is refused, a leader that lost its seat without a word.
struct sometimes {
    int64_t meanwhile;
    int64_t refused;
    int64_t appointed;
};

static void count (village_t *village, struct sometimes *sometimes)
{
    for (int64_t id = 1; id <= (int64_t) village->count; id++) {
        const struct election_counters *counters = election_counters (village_peer (village, id));
        sometimes->meanwhile += counters->meanwhile;
        sometimes->refused += counters->refused;
        sometimes->appointed += counters->appointed;
    }
}

static void live (uint64_t seed, struct sometimes *sometimes)
{
    size_t peers = seed % PEERS + 1;
    int64_t seats = (int64_t) (seed / PEERS % 3) + 1;
    bool reclaim = seed / (PEERS * 3) % 2 == 0;
    village_t *village = village_new (peers, seats, reclaim, seed);
    village->loss_per_mille = village_draw (village, 0, 1) ? village_draw (village, 0, 300) : 0;
    village->delay_max_us = village_draw (village, 0, 1) ? 30 * VILLAGE_MS : 500;
    village_start_all (village);
    for (int i = 0; i < ROUNDS; i++) {
        befall (village, village_draw (village, 1, (int64_t) peers));
        village_run (village, village_draw (village, 1, 700) * VILLAGE_MS);
    }
    heal (village);
    village_run (village, HEALED_US);
    int64_t leader = village_leader (village);
    ck_assert_msg (leader > 0, "seed %llu: no leader", (unsigned long long) seed);
    ck_assert_msg (!reclaim || leader == (int64_t) peers, "seed %llu: %lld leads",
                   (unsigned long long) seed, (long long) leader);
    struct seating seating = election_seating (village_peer (village, leader));
    size_t wanted = peers < (size_t) seats ? peers : (size_t) seats;
    ck_assert_msg (seating.seat_count == wanted, "seed %llu: %zu seats", (unsigned long long) seed,
                   seating.seat_count);
    for (size_t i = 0; reclaim && i < wanted; i++) {
        ck_assert_int_eq (seating.seats[i], (int64_t) (peers - wanted + i + 1));
    }
    count (village, sometimes);
    village_destroy (&village);
}

START_TEST (test_once_all_is_well_there_is_one_leader)
{
    struct sometimes sometimes = {0};
    for (uint64_t seed = (uint64_t) _i * 24; seed < (uint64_t) _i * 24 + 24; seed++) {
        live (seed, &sometimes);
    }
    ck_assert_int_gt (sometimes.meanwhile, 0);
    ck_assert_int_gt (sometimes.refused, 0);
    ck_assert_int_gt (sometimes.appointed, 0);
}
END_TEST

static Suite *suite (void)
{
    Suite *suite = suite_create ("election_random");
    TCase *faults = tcase_create ("faults");
    tcase_set_timeout (faults, 120);
    tcase_add_loop_test (faults, test_once_all_is_well_there_is_one_leader, 0, SEEDS / 24);
    suite_add_tcase (suite, faults);
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
