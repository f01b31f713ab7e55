// The reader of topology files, in elected markets: what it hands over of the peers and of how they
// elect, and what it refuses.
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/topology.h"
#include "tests/kit/topology_case.h"

static void begin (void)
{
    topology_case_begin ();
    loaded.sample = TOPOLOGY_ELECTED;
}

static bool read_elected_with (const char *section, const char *key, const char *value)
{
    char text[256];
    snprintf (text, sizeof text, "[%s]", value);
    json_t *holder = parsed (text);
    bool valid = read_with (section, key, json_deep_copy (json_array_get (holder, 0)));
    json_decref (holder);
    return valid;
}

START_TEST (test_topology_reads_how_peers_elect)
{
    ck_assert_msg (read_text (TOPOLOGY_ELECTED), "%s", loaded.error);
    const struct topology_election *election = &loaded.topology.election;
    ck_assert_int_eq (election->seats, 2);
    ck_assert_int_eq (election->ping_every_us, 100000);
    ck_assert_int_eq (election->answer_wait_us, 30000);
    ck_assert_int_eq (election->settle_us, 400000);
    ck_assert (!election->reclaim);
    ck_assert_int_eq (election->sick_per_million, 1000);
    ck_assert_str_eq (election->on_sick, "handover");
    ck_assert_int_eq (election->recover_after_us, 10000000);
    ck_assert_uint_eq (loaded.topology.trader_count, 0);
    ck_assert_uint_eq (loaded.topology.buyer_count, 0);
    ck_assert_uint_eq (loaded.topology.seller_count, 0);
}
END_TEST

START_TEST (test_topology_reads_every_field_of_a_peer_that_buys)
{
    ck_assert_msg (read_text (TOPOLOGY_ELECTED), "%s", loaded.error);
    ck_assert_uint_eq (loaded.topology.peer_count, 2);
    const struct topology_peer *peer = &loaded.topology.peers[0];
    ck_assert_int_eq (peer->id, 7);
    ck_assert_str_eq (peer->router, "ipc://a");
    ck_assert_str_eq (peer->pub, "ipc://b");
    ck_assert (peer->sick_from_start);
    ck_assert_int_eq (peer->sick_at_us, 5000000);
    ck_assert_ptr_null (peer->seller);
    const struct topology_buyer *buyer = peer->buyer;
    ck_assert_int_eq (buyer->id, 7);
    ck_assert_str_eq (buyer->product, "salt");
    ck_assert_str_eq (buyer->on_refusal, "switch");
    ck_assert_int_eq (buyer->quantity_min, 1);
    ck_assert_int_eq (buyer->quantity_max, 5);
    ck_assert (buyer->all_or_nothing);
    ck_assert_int_eq (buyer->think_time_us, 6);
    ck_assert_int_eq (buyer->orders, 8);
    ck_assert_int_eq (buyer->window, 4);
    ck_assert_int_eq (buyer->first_number, 9);
}
END_TEST

START_TEST (test_topology_reads_every_field_of_a_peer_that_sells)
{
    ck_assert_msg (read_text (TOPOLOGY_ELECTED), "%s", loaded.error);
    const struct topology_peer *peer = &loaded.topology.peers[1];
    ck_assert_int_eq (peer->id, 3);
    ck_assert (!peer->sick_from_start);
    ck_assert_int_eq (peer->sick_at_us, -1);
    ck_assert_ptr_null (peer->buyer);
    const struct topology_seller *seller = peer->seller;
    ck_assert_int_eq (seller->id, 3);
    ck_assert_str_eq (seller->product, "fish");
    ck_assert_str_eq (seller->restock_when, "sold-out");
    ck_assert_str_eq (seller->restock_what, "each");
    ck_assert_int_eq (seller->quantity_min, 6);
    ck_assert_int_eq (seller->quantity_max, 9);
    ck_assert_int_eq (seller->price_cents_min, 1000);
    ck_assert_int_eq (seller->price_cents_max, 2000);
    ck_assert_int_eq (seller->every_us, 11);
    ck_assert_int_eq (seller->restocks, 12);
    ck_assert_int_eq (seller->first_number, 10);
}
END_TEST

START_TEST (test_topology_tells_what_was_left_out_of_an_election)
{
    ck_assert_msg (read_with ("", "election", NULL), "%s", loaded.error);
    const struct topology_election *election = &loaded.topology.election;
    ck_assert_int_eq (election->seats, -1);
    ck_assert_int_eq (election->ping_every_us, -1);
    ck_assert_int_eq (election->answer_wait_us, -1);
    ck_assert_int_eq (election->settle_us, -1);
    ck_assert (election->reclaim);
    ck_assert_int_eq (election->sick_per_million, -1);
    ck_assert_ptr_null (election->on_sick);
    ck_assert_int_eq (election->recover_after_us, -1);
    ck_assert_msg (read_elected_with ("peers[0]", "buyer", "{}"), "%s", loaded.error);
    ck_assert_ptr_null (loaded.topology.peers[0].buyer->product);
    ck_assert_int_eq (loaded.topology.peers[0].buyer->orders, -1);
}
END_TEST

START_TEST (test_topology_allows_empty_lists_beside_peers)
{
    static const char *const lists[] = {"traders", "buyers", "sellers"};
    for (int i = 0; i < 3; i++) {
        ck_assert_msg (read_elected_with ("", lists[i], "[]"), "%s", loaded.error);
    }
}
END_TEST

static const struct {
    const char *section;
    const char *key;
    const char *value;  // JSON
    const char *where;
} CONTRADICTIONS[] = {
    {"", "traders", "[{'id': 9, 'router': 'ipc://x', 'pub': 'ipc://y'}]",
     "traders: must be empty or left out"},
    {"", "buyers", "[{'id': 9}]", "buyers: must be empty or left out"},
    {"", "sellers", "[{'id': 9}]", "sellers: must be empty or left out"},
    {"", "sellers", "{}", "sellers: must be empty or left out"},
    {"", "peers", "[]", "peers: must be a list of 1 to 64"},
    {"", "mode", "'cached'", "mode: an elected market is sold in sync"},
    {"", "mode", "'escrow'", "mode: an elected market is sold in sync"},
    {"products[1]", "mode", "'batched'", "products[1].mode: an elected market is sold in sync"},
    {"peers[1]", "id", "7", "peers[1].id: is taken"},
    {"peers[1]", "id", "65536", "peers[1].id: must be an integer from 1 to 65535"},
    {"peers[0]", "seller", "{}", "peers[0].seller: is one too many"},
    {"peers[1]", "buyer", "{}", "peers[1].seller: is one too many"},
    {"peers[0]", "buyer", "{'id': 7}", "peers[0].buyer.id: is not known"},
    {"peers[0].buyer", "product", "'boar'", "peers[0].buyer.product: is not among the products"},
    {"peers[1].seller", "product", "'boar'", "peers[1].seller.product: is not among"},
    {"peers[0].buyer", "quantity_min", "6",
     "peers[0].buyer.quantity_min: must not be above quantity_max"},
    {"peers[1].seller", "quantity_max", "5",
     "peers[1].seller.quantity_min: must not be above quantity_max"},
    {"peers[1].seller", "price_cents_max", "999",
     "peers[1].seller.price_cents_min: must not be above price_cents_max"},
};

START_TEST (test_topology_refuses_what_no_elected_market_can_be)
{
    assert_refused_at (read_elected_with (CONTRADICTIONS[_i].section, CONTRADICTIONS[_i].key,
                                          CONTRADICTIONS[_i].value),
                       CONTRADICTIONS[_i].where);
}
END_TEST

START_TEST (test_topology_refuses_a_peer_that_does_nothing)
{
    assert_refused_at (read_with ("peers[0]", "buyer", NULL), "peers[0].buyer: is missing");
    assert_refused_at (read_with ("peers[1]", "seller", NULL), "peers[1].buyer: is missing");
}
END_TEST

START_TEST (test_topology_refuses_an_election_of_nobody)
{
    assert_refused_at (read_with ("", "peers", NULL), "election: is for peers");
    loaded.sample = TOPOLOGY_SAMPLE;
    assert_refused_at (read_elected_with ("", "election", "{}"), "election: is for peers");
}
END_TEST

static bool read_crowd (int count)
{
    json_t *root = parsed (TOPOLOGY_ELECTED);
    json_t *peers = json_array ();
    for (int i = 0; i < count; i++) {
        json_array_append_new (peers, json_pack ("{s:i, s:s, s:s, s:{}}", "id", 65535 - i, "router",
                                                 "ipc://a", "pub", "ipc://b", "buyer"));
    }
    json_object_set_new (root, "peers", peers);
    bool valid = read_json (root);
    json_decref (root);
    return valid;
}

START_TEST (test_topology_has_at_most_64_peers)
{
    ck_assert_msg (read_crowd (LIMIT_VECTOR), "%s", loaded.error);
    ck_assert_uint_eq (loaded.topology.peer_count, LIMIT_VECTOR);
    assert_refused_at (read_crowd (LIMIT_VECTOR + 1), "peers: must be a list of 1 to 64");
}
END_TEST

static Suite *topology_peers_suite (void)
{
    Suite *suite = suite_create ("topology_peers");
    TCase *reading = tcase_create ("reading");
    tcase_add_checked_fixture (reading, begin, topology_case_end);
    tcase_add_test (reading, test_topology_reads_how_peers_elect);
    tcase_add_test (reading, test_topology_reads_every_field_of_a_peer_that_buys);
    tcase_add_test (reading, test_topology_reads_every_field_of_a_peer_that_sells);
    tcase_add_test (reading, test_topology_tells_what_was_left_out_of_an_election);
    tcase_add_test (reading, test_topology_allows_empty_lists_beside_peers);
    suite_add_tcase (suite, reading);

    TCase *rules = tcase_create ("rules");
    tcase_add_checked_fixture (rules, begin, topology_case_end);
    tcase_add_loop_test (rules, test_topology_refuses_what_no_elected_market_can_be, 0,
                         sizeof CONTRADICTIONS / sizeof CONTRADICTIONS[0]);
    tcase_add_test (rules, test_topology_refuses_a_peer_that_does_nothing);
    tcase_add_test (rules, test_topology_refuses_an_election_of_nobody);
    tcase_add_test (rules, test_topology_has_at_most_64_peers);
    suite_add_tcase (suite, rules);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (topology_peers_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
