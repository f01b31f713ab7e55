// The story of an election, as a transcript in tests/golden. What the market says must be what is
// written there, word by word. SOUK_GOLDEN=write writes it anew: read it then.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/transcript.h"

enum { BUYER = 1, SELLER = 2, TRADER = 3, PEERS = 3, STOCK = 5, ORDERS = 2 };

static const int64_t ids[PEERS] = {BUYER, SELLER, TRADER};
static const char *const products[] = {"fish"};

static struct client_config client (int64_t id)
{
    struct client_config config = client_config_default ();
    config.id = id;
    config.elected = true;
    config.traders = ids;
    config.trader_count = PEERS;
    config.ping_every_us = 0;
    return config;
}

// One asks for a fish, and for another one 40 ms after the answer; the other two have five fish to
// sell, once.
static void add_peer (int64_t id)
{
    struct peer_config config = {
        .election = election_config_default (ids, PEERS),
        .trader = trader_config_default (),
        .buyer = buyer_config_default (),
        .seller = seller_config_default (),
        .sells = id != BUYER,
        .sickness = {.at_us = -1},
    };
    config.election.id = config.trader.id = id;
    config.election.ping_every_us = 50 * WORLD_MS;
    config.trader.elected = true;
    config.trader.ping_every_us = 0;
    config.buyer.client = config.seller.client = client (id);
    config.buyer.products = config.seller.products = products;
    config.buyer.product_count = config.seller.product_count = 1;
    config.buyer.think_time_us = 40 * WORLD_MS;
    config.buyer.orders = ORDERS;
    config.seller.quantity_min = config.seller.quantity_max = STOCK;
    config.seller.restocks = 1;
    world_add_peer (transcript_world (), &config);
}

START_TEST (test_transcript_of_an_election)
{
    for (size_t i = 0; i < PEERS; i++) {
        add_peer (ids[i]);
    }
    transcript_run (30 * WORLD_MS);
    world_crash (transcript_world (), TRADER);
    transcript_run (142 * WORLD_MS);
    const struct buyer_book *book = buyer_book (world_buyer (transcript_world (), BUYER));
    ck_assert_int_eq (book->sold, ORDERS);
    transcript_must_be ("election",
                        "Election: each of three peers may become a trader. Peer 3, the highest, "
                        "is elected; peers 2 and\n"
                        "3 have brought fish, and peer 1 buys one. When it wants a second one, "
                        "peer 3 is dead, and the\n"
                        "order waits. Peers 1 and 2 miss their leader, peer 2 wins, is granted the "
                        "next term by the\n"
                        "warehouse (0), and trades: the order is sent to it, and answered, once.");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("transcripts_election");
    TCase *stories = tcase_create ("stories");
    tcase_add_checked_fixture (stories, transcript_open, transcript_close);
    tcase_add_test (stories, test_transcript_of_an_election);
    suite_add_tcase (suite, stories);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
