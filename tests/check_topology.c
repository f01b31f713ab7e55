// The reader of topology files: what it hands over, and the rules that no schema can tell.
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schemas/topology.h"
#include "tests/kit/topology_case.h"

START_TEST (test_topology_reads_every_field)
{
    ck_assert_msg (read_text (TOPOLOGY_SAMPLE), "%s", loaded.error);
    ck_assert_str_eq (loaded.topology.folder, loaded.folder);
    const struct topology_selling *rest = &loaded.topology.selling;
    ck_assert_str_eq (rest->mode, "batched");
    ck_assert_int_eq (rest->flush_count, 3);
    ck_assert_int_eq (rest->flush_ms, 40);
    ck_assert_int_eq (rest->expiry_ms, 600);
    ck_assert_int_eq (rest->oversell_budget.units, -1);
    ck_assert_int_eq (rest->oversell_budget.percent, 5);
    ck_assert_str_eq (loaded.topology.order_by, "lamport");
    ck_assert_str_eq (loaded.topology.trader_choice, "round-robin");
    ck_assert (!loaded.topology.invalidation);
    ck_assert (loaded.topology.trace);
    ck_assert_int_eq (loaded.topology.seed, 42);
    ck_assert_int_eq (loaded.topology.ping_every_us, 20000);
    ck_assert_str_eq (loaded.topology.warehouse.rep, "tcp://127.0.0.1:*");
    ck_assert_str_eq (loaded.topology.warehouse.pub, "ipc:///tmp/pub");
    ck_assert_str_eq (loaded.topology.warehouse.store, "market.db");
    ck_assert_int_eq (loaded.topology.warehouse.commission_percent, 20);
    ck_assert_int_eq (loaded.topology.warehouse.answers_kept, 512);
    ck_assert_uint_eq (loaded.topology.product_count, 2);
    ck_assert_str_eq (loaded.topology.products[0].name, "salt");
    const struct topology_selling *salt = &loaded.topology.products[0].selling;
    ck_assert_str_eq (salt->mode, "escrow");
    ck_assert_int_eq (salt->flush_count, 64);
    ck_assert_int_eq (salt->flush_ms, 2);
    ck_assert_int_eq (salt->expiry_ms, 7);
    ck_assert_int_eq (salt->oversell_budget.units, 10);
    ck_assert_int_eq (salt->oversell_budget.percent, -1);
    ck_assert_str_eq (loaded.topology.products[1].name, "fish");
    ck_assert_ptr_null (loaded.topology.products[1].selling.mode);
    ck_assert_uint_eq (loaded.topology.trader_count, 1);
    ck_assert_int_eq (loaded.topology.traders[0].id, 7);
    ck_assert_str_eq (loaded.topology.traders[0].router, "tcp://127.0.0.1:5001");
    ck_assert_str_eq (loaded.topology.traders[0].pub, "tcp://[::1]:5002");
    ck_assert_int_eq (loaded.topology.traders[0].queue_max, 100);
    ck_assert_int_eq (loaded.topology.traders[0].batch_max, 5);
    ck_assert_int_eq (loaded.topology.traders[0].in_flight_max, 2);
    ck_assert_str_eq (loaded.topology.traders[0].journal, "trader-7.journal");
}
END_TEST

START_TEST (test_topology_reads_every_field_of_a_client)
{
    ck_assert_msg (read_text (TOPOLOGY_SAMPLE), "%s", loaded.error);
    ck_assert_uint_eq (loaded.topology.buyer_count, 1);
    const struct topology_buyer *buyer = &loaded.topology.buyers[0];
    ck_assert_int_eq (buyer->id, 3);
    ck_assert_str_eq (buyer->product, "random");
    ck_assert_str_eq (buyer->on_refusal, "switch");
    ck_assert_int_eq (buyer->quantity_min, 1);
    ck_assert_int_eq (buyer->quantity_max, 5);
    ck_assert (buyer->all_or_nothing);
    ck_assert_int_eq (buyer->think_time_us, 500000);
    ck_assert_int_eq (buyer->orders, 7);
    ck_assert_int_eq (buyer->window, 4);
    ck_assert_int_eq (buyer->first_number, 9);
    ck_assert_uint_eq (loaded.topology.seller_count, 1);
    const struct topology_seller *seller = &loaded.topology.sellers[0];
    ck_assert_int_eq (seller->id, 4);
    ck_assert_str_eq (seller->product, "fish");
    ck_assert_str_eq (seller->restock_when, "sold-out");
    ck_assert_str_eq (seller->restock_what, "each");
    ck_assert_int_eq (seller->quantity_min, 6);
    ck_assert_int_eq (seller->quantity_max, 9);
    ck_assert_int_eq (seller->price_cents_min, 1000);
    ck_assert_int_eq (seller->price_cents_max, 2000);
    ck_assert_int_eq (seller->every_us, 5000000);
    ck_assert_int_eq (seller->restocks, 8);
    ck_assert_int_eq (seller->first_number, 10);
}
END_TEST

START_TEST (test_topology_tells_what_was_left_out)
{
    ck_assert_msg (read_text (TOPOLOGY_SMALLEST), "%s", loaded.error);
    const struct topology_selling *const selling[] = {&loaded.topology.selling,
                                                      &loaded.topology.products[0].selling};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_ptr_null (selling[i]->mode);
        ck_assert_int_eq (selling[i]->flush_count, -1);
        ck_assert_int_eq (selling[i]->flush_ms, -1);
        ck_assert_int_eq (selling[i]->expiry_ms, -1);
        ck_assert_int_eq (selling[i]->oversell_budget.units, -1);
        ck_assert_int_eq (selling[i]->oversell_budget.percent, -1);
    }
    ck_assert_ptr_null (loaded.topology.order_by);
    ck_assert_ptr_null (loaded.topology.trader_choice);
    ck_assert (loaded.topology.invalidation);
    ck_assert (!loaded.topology.trace);
    ck_assert_int_eq (loaded.topology.seed, -1);
    ck_assert_int_eq (loaded.topology.ping_every_us, -1);
    ck_assert_ptr_null (loaded.topology.warehouse.store);
    ck_assert_int_eq (loaded.topology.warehouse.commission_percent, -1);
    ck_assert_int_eq (loaded.topology.warehouse.answers_kept, -1);
    ck_assert_int_eq (loaded.topology.traders[0].queue_max, -1);
    ck_assert_int_eq (loaded.topology.traders[0].batch_max, -1);
    ck_assert_int_eq (loaded.topology.traders[0].in_flight_max, -1);
    ck_assert_ptr_null (loaded.topology.traders[0].journal);
    ck_assert_ptr_null (loaded.topology.buyers[0].product);
    ck_assert_ptr_null (loaded.topology.buyers[0].on_refusal);
    ck_assert_int_eq (loaded.topology.buyers[0].quantity_min, -1);
    ck_assert_int_eq (loaded.topology.buyers[0].quantity_max, -1);
    ck_assert (!loaded.topology.buyers[0].all_or_nothing);
    ck_assert_int_eq (loaded.topology.buyers[0].think_time_us, -1);
    ck_assert_int_eq (loaded.topology.buyers[0].orders, -1);
    ck_assert_int_eq (loaded.topology.buyers[0].window, -1);
    ck_assert_int_eq (loaded.topology.sellers[0].first_number, -1);
    ck_assert_ptr_null (loaded.topology.sellers[0].restock_when);
    ck_assert_int_eq (loaded.topology.sellers[0].quantity_min, -1);
    ck_assert_int_eq (loaded.topology.sellers[0].quantity_max, -1);
    ck_assert_int_eq (loaded.topology.sellers[0].every_us, -1);
}
END_TEST

START_TEST (test_topology_allows_a_market_without_clients)
{
    ck_assert (read_with ("", "buyers", json_array ()));
    ck_assert_uint_eq (loaded.topology.buyer_count, 0);
    ck_assert (read_with ("", "sellers", json_array ()));
    assert_refused_at (read_with ("", "traders", json_array ()), "traders");
    assert_refused_at (read_with ("", "products", json_array ()), "products");
}
END_TEST

START_TEST (test_topology_in_the_current_folder_has_a_dot_for_its_folder)
{
    ck_assert (read_text (TOPOLOGY_SMALLEST));
    char before[4096];
    ck_assert_ptr_nonnull (getcwd (before, sizeof before));
    ck_assert_int_eq (chdir (loaded.folder), 0);
    ck_assert (topology_read ("topology.json", loaded.arena, &loaded.topology, loaded.error,
                              sizeof loaded.error));
    ck_assert_str_eq (loaded.topology.folder, ".");
    ck_assert_int_eq (chdir (before), 0);
}
END_TEST

static const struct {
    const char *endpoint;
    bool valid;
} ENDPOINTS[] = {
    {"tcp://127.0.0.1:*", true},
    {"tcp://127.0.0.1:5555", true},
    {"tcp://[::1]:1", true},
    {"tcp://market.example:65535", true},
    {"ipc:///run/souk/rep", true},
    {"ipc://x", true},
    {"tcp://127.0.0.1", false},
    {"tcp://:5555", false},
    {"tcp://127.0.0.1:", false},
    {"tcp://127.0.0.1:x", false},
    {"tcp://h:123456", false},
    {"tcp://h:*1", false},
    {"ipc://", false},
    {"inproc://x", false},
    {"127.0.0.1:5555", false},
    {"udp://127.0.0.1:1", false},
    {"tcp://", false},
};

START_TEST (test_topology_takes_tcp_and_ipc_endpoints_alone)
{
    const char *endpoint = ENDPOINTS[_i].endpoint;
    bool valid = read_with ("traders", "router", json_string (endpoint));
    ck_assert_msg (valid == ENDPOINTS[_i].valid, "%s: %s", endpoint, loaded.error);
    ck_assert (valid || strstr (loaded.error, "traders[0].router: must be tcp://HOST:PORT"));
}
END_TEST

START_TEST (test_topology_refuses_an_ipc_path_too_long_for_a_socket)
{
    char endpoint[6 + 108 + 1] = "ipc://";
    memset (endpoint + 6, 'x', 107);
    ck_assert_msg (read_with ("warehouse", "rep", json_string (endpoint)), "%s", loaded.error);
    endpoint[6 + 107] = 'x';
    assert_refused_at (read_with ("warehouse", "rep", json_string (endpoint)), "warehouse.rep");
}
END_TEST

START_TEST (test_topology_refuses_an_endpoint_too_long_to_be_told)
{
    char endpoint[LIMIT_ENDPOINT + 2];
    for (size_t size = LIMIT_ENDPOINT; size <= LIMIT_ENDPOINT + 1; size++) {
        memset (endpoint, 'x', size);
        memcpy (endpoint, "tcp://", 6);
        strcpy (endpoint + size - 3, ":80");
        bool valid = read_with ("traders", "router", json_string (endpoint));
        ck_assert_msg (valid == (size == LIMIT_ENDPOINT), "%zu: %s", size, loaded.error);
    }
    ck_assert_ptr_nonnull (strstr (loaded.error, "traders[0].router: must be tcp://HOST:PORT"));
}
END_TEST

static const struct {
    const char *value;  // JSON
    int64_t units;      // both -1: refused
    int64_t percent;
} BUDGETS[] = {
    {"0", 0, -1},      {"1", 1, -1},        {"1000000", 1000000, -1}, {"'0%'", -1, 0},
    {"'5%'", -1, 5},   {"'100%'", -1, 100}, {"1000001", -1, -1},      {"-1", -1, -1},
    {"1.0", -1, -1},   {"'101%'", -1, -1},  {"'5'", -1, -1},          {"'%'", -1, -1},
    {"'05%'", -1, -1}, {"'5 %'", -1, -1},   {"'-5%'", -1, -1},        {"'5%%'", -1, -1},
    {"true", -1, -1},  {"null", -1, -1},    {"[5]", -1, -1},          {"'1.5%'", -1, -1},
};

START_TEST (test_topology_takes_a_budget_of_units_or_percent)
{
    char text[64];
    snprintf (text, sizeof text, "[%s]", BUDGETS[_i].value);
    json_t *holder = parsed (text);
    bool valid =
        read_with ("products", "oversell_budget", json_incref (json_array_get (holder, 0)));
    json_decref (holder);
    if (BUDGETS[_i].units < 0 && BUDGETS[_i].percent < 0) {
        assert_refused_at (valid, "products[0].oversell_budget: must be an integer from 0");
        return;
    }
    ck_assert_msg (valid, "%s", loaded.error);
    const struct topology_budget *budget = &loaded.topology.products[0].selling.oversell_budget;
    ck_assert_int_eq (budget->units, BUDGETS[_i].units);
    ck_assert_int_eq (budget->percent, BUDGETS[_i].percent);
}
END_TEST

static const struct {
    const char *section;
    const char *key;
    const char *value;  // JSON
    const char *where;
} CONTRADICTIONS[] = {
    {"buyers", "id", "7", "buyers[0].id: is taken"},
    {"sellers", "id", "3", "sellers[0].id: is taken"},
    {"", "traders",
     "[{'id': 9, 'router': 'ipc://a', 'pub': 'ipc://b'},"
     " {'id': 9, 'router': 'ipc://c', 'pub': 'ipc://d'}]",
     "traders[1].id: is taken"},
    {"", "traders",
     "[{'id': 8, 'router': 'ipc://a', 'pub': 'ipc://b', 'journal': 'j'},"
     " {'id': 9, 'router': 'ipc://c', 'pub': 'ipc://d', 'journal': 'j'}]",
     "traders[1].journal: is that of traders[0], too: j"},
    {"", "products", "[{'name': 'fish'}, {'name': 'salt'}, {'name': 'fish'}]",
     "products[2].name: stands here twice: fish"},
    {"", "products", "[{'name': 'random'}, {'name': 'fish'}]", "products[0].name: must not be"},
    {"buyers", "product", "'boar'", "buyers[0].product: is not among the products: boar"},
    {"sellers", "product", "'boar'", "sellers[0].product: is not among the products: boar"},
    {"buyers", "product", "'Fish'", "buyers[0].product: must be a name"},
    {"buyers", "quantity_min", "6", "buyers[0].quantity_min: must not be above quantity_max"},
    {"sellers", "quantity_max", "5", "sellers[0].quantity_min: must not be above quantity_max"},
    {"sellers", "price_cents_max", "999",
     "sellers[0].price_cents_min: must not be above price_cents_max"},
    {"", "version", "2", "version: must be 1"},
    {"", "warehouse", "[]", "warehouse: must be an object"},
    {"", "buyers", "{}", "buyers: must be a list"},
    {"", "buyers", "[[]]", "buyers[0]: must be an object"},
    {"", "sellers", "[{'id': 5}, null]", "sellers[1]: must be an object"},
};

START_TEST (test_topology_refuses_what_contradicts_itself)
{
    json_t *holder = NULL;
    char text[256];
    snprintf (text, sizeof text, "[%s]", CONTRADICTIONS[_i].value);
    holder = parsed (text);
    bool valid = read_with (CONTRADICTIONS[_i].section, CONTRADICTIONS[_i].key,
                            json_deep_copy (json_array_get (holder, 0)));
    json_decref (holder);
    assert_refused_at (valid, CONTRADICTIONS[_i].where);
}
END_TEST

// The sample with `count` buyers, in the order of vector clocks or not.
static bool read_crowd (size_t count, const char *order_by)
{
    json_t *root = parsed (TOPOLOGY_SAMPLE);
    json_t *buyers = json_array ();
    for (size_t index = 0; index < count; index++) {
        json_array_append_new (buyers, json_pack ("{s:i}", "id", (int) (100 + index)));
    }
    json_object_set_new (root, "buyers", buyers);
    json_object_set_new (root, "order_by", json_string (order_by));
    bool valid = read_json (root);
    json_decref (root);
    return valid;
}

START_TEST (test_topology_orders_at_most_64_peers_by_vector)
{
    ck_assert_msg (read_crowd (LIMIT_VECTOR - 2, "vector"), "%s", loaded.error);
    assert_refused_at (read_crowd (LIMIT_VECTOR - 1, "vector"), "order_by: vector");
    ck_assert_msg (read_crowd (LIMIT_VECTOR - 1, "lamport"), "%s", loaded.error);
}
END_TEST

START_TEST (test_topology_bounds_buyers_and_sellers_together)
{
    ck_assert_msg (read_crowd (LIMIT_CLIENTS - 1, "arrival"), "%s", loaded.error);
    ck_assert_uint_eq (loaded.topology.buyer_count, LIMIT_CLIENTS - 1);
    ck_assert_int_eq (loaded.topology.buyers[LIMIT_CLIENTS - 2].id, 100 + LIMIT_CLIENTS - 2);
    assert_refused_at (read_crowd (LIMIT_CLIENTS, "arrival"), "16385");
    assert_refused_at (read_crowd (LIMIT_CLIENTS + 1, "arrival"), "buyers: must be a list");
}
END_TEST

static Suite *topology_suite (void)
{
    Suite *suite = suite_create ("topology");
    TCase *reading = tcase_create ("reading");
    tcase_add_checked_fixture (reading, topology_case_begin, topology_case_end);
    tcase_add_test (reading, test_topology_reads_every_field);
    tcase_add_test (reading, test_topology_reads_every_field_of_a_client);
    tcase_add_test (reading, test_topology_tells_what_was_left_out);
    tcase_add_test (reading, test_topology_allows_a_market_without_clients);
    tcase_add_test (reading, test_topology_in_the_current_folder_has_a_dot_for_its_folder);
    suite_add_tcase (suite, reading);

    TCase *rules = tcase_create ("rules");
    tcase_add_checked_fixture (rules, topology_case_begin, topology_case_end);
    tcase_add_loop_test (rules, test_topology_takes_tcp_and_ipc_endpoints_alone, 0,
                         sizeof ENDPOINTS / sizeof ENDPOINTS[0]);
    tcase_add_loop_test (rules, test_topology_takes_a_budget_of_units_or_percent, 0,
                         sizeof BUDGETS / sizeof BUDGETS[0]);
    tcase_add_test (rules, test_topology_refuses_an_ipc_path_too_long_for_a_socket);
    tcase_add_test (rules, test_topology_refuses_an_endpoint_too_long_to_be_told);
    tcase_add_loop_test (rules, test_topology_refuses_what_contradicts_itself, 0,
                         sizeof CONTRADICTIONS / sizeof CONTRADICTIONS[0]);
    tcase_add_test (rules, test_topology_orders_at_most_64_peers_by_vector);
    tcase_add_test (rules, test_topology_bounds_buyers_and_sellers_together);
    suite_add_tcase (suite, rules);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (topology_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
