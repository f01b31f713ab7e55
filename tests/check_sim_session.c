#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"
#include "tests/sim/checkers/token.h"

enum { SECOND = 1000 * 1000 };

// Traders are 1 and 2, the buyer is 5, the seller 9.
static const struct product_rule products[] = {{.product = "silk", .mode = MODE_BATCHED},
                                               {.product = "salt", .mode = MODE_ESCROW}};
static const struct rules rules = {.mode = MODE_CACHED, .products = products, .product_count = 2};

static struct fact facts[256];
static size_t fact_count;
static int64_t now_us;  // each fact comes a second after the one before

static void add (struct fact fact)
{
    now_us += SECOND;
    facts[fact_count++] = at (now_us, fact);
}

// At the same time as the one before.
static void add_now (struct fact fact)
{
    now_us -= SECOND;
    add (fact);
}

// The history is over. Returns the complaint, NULL: none; the next history begins.
static const char *complaint (void)
{
    add (booked (5, (struct book_fact){0}));
    add (booked (9, (struct book_fact){.seller = true}));
    add (over ());
    const char *text = complaint_of (&session_checker, &rules, facts, fact_count);
    fact_count = 0;
    now_us = 0;
    return text;
}

static void assert_good (void)
{
    verdict_is (complaint (), NULL);
}

static void assert_bad (const char *words)
{
    verdict_is (complaint (), words);
}

static void assert_verdict (bool good, const char *words)
{
    verdict_is (complaint (), good ? NULL : words);
}

// Tokens: of the warehouse alone, and with the writes of traders 1 and 2, each in its epoch 3
// unless another one is given.
static struct seen version (int64_t version)
{
    return (struct seen){.version = version};
}

static struct seen token_in (int64_t version, int64_t epoch, int64_t count_1, int64_t count_2)
{
    static struct trader_seen traders[256][2];
    static size_t next;
    struct trader_seen *pair = traders[next++ % 256];
    pair[0] = (struct trader_seen){.trader = 1, .epoch = epoch, .count = count_1};
    pair[1] = (struct trader_seen){.trader = 2, .epoch = 3, .count = count_2};
    return (struct seen){.version = version, .traders = pair, .count = 2};
}

static struct seen token (int64_t version, int64_t count_1, int64_t count_2)
{
    return token_in (version, 3, count_1, count_2);
}

static struct message order (int64_t number, struct seen seen)
{
    struct message message = buy (5, number, "gold", 1);
    message.buy.seen = seen;
    return message;
}

static struct message lot (int64_t number, struct seen seen)
{
    struct message message = restock (9, number, "gold", 1, 100);
    message.restock.seen = seen;
    return message;
}

static struct message answer (int64_t trader, int64_t number, enum status status, struct seen seen)
{
    struct message message = receipt (trader, number, status, "gold", 1, 0);
    message.receipt.seen = seen;
    return message;
}

static struct message accepted (int64_t trader, int64_t number, struct seen seen)
{
    return answer (trader, number, STATUS_ACCEPTED, seen);
}

static struct message brought (int64_t trader, int64_t number, struct seen seen)
{
    struct message message = restocked (trader, number, "gold", 1, 100);
    message.restocked.seen = seen;
    return message;
}

// A trader's answer leaves it and arrives.
static void answer_buyer (int64_t trader, struct message message)
{
    add (said (trader, 1, 5, message));
    add (told (5, trader, message));
}

static const char lost[] = "may lose what it has seen";

START_TEST (test_a_client_carries_what_it_was_told)
{
    const struct seen carried[] = {token (7, 4, 9), token (8, 5, 9), token_in (7, 4, 0, 9),
                                   token (6, 4, 9), token (7, 3, 9), token_in (7, 2, 8, 9),
                                   version (7)};
    for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++) {
        add (asked (5, 1, order (1, version (0))));
        answer_buyer (1, answer (1, 1, STATUS_SOLD, token (7, 4, 9)));
        add (asked (5, 2, order (2, carried[i])));
        assert_verdict (i < 3, lost);
    }
}
END_TEST

START_TEST (test_a_client_learns_from_every_kind_of_answer)
{
    const struct seen seen = token (7, 4, 9);
    struct message notice = oversold (1, 1, "gold", 0, 1, 0);
    notice.oversold.seen = seen;
    const struct message messages[] = {
        accepted (1, 1, seen),
        answer (1, 1, STATUS_OUT_OF_STOCK, version (7)),
        notice,
    };
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        for (int good = 0; good <= 1; good++) {
            add (asked (5, 1, order (1, version (0))));
            answer_buyer (1, messages[i]);
            add (asked (5, 1, order (2, good ? seen : version (6))));
            assert_verdict (good, lost);
        }
    }
    for (int good = 0; good <= 1; good++) {
        add (asked (9, 1, lot (1, version (0))));
        add (told (9, 1, brought (1, 1, seen)));
        add (asked (9, 1, lot (2, good ? seen : version (6))));
        assert_verdict (good, "client 9 asked for its request 2 with the token [6]");
    }
}
END_TEST

START_TEST (test_a_client_need_not_carry_what_comes_while_it_asks)
{
    for (int later = 0; later <= 1; later++) {
        add (asked (5, 1, order (1, version (0))));
        answer_buyer (1, accepted (1, 1, token (7, 4, 9)));
        if (later) {
            add (asked (5, 1, order (2, version (0))));
        } else {
            add_now (asked (5, 1, order (2, version (0))));
        }
        assert_verdict (!later, lost);
    }
}
END_TEST

START_TEST (test_a_new_process_has_been_told_nothing)
{
    for (int good = 0; good <= 1; good++) {
        add (asked (5, 1, order (1, version (0))));
        answer_buyer (1, accepted (1, 1, token (7, 4, 9)));
        add (asked (5, 1, order (2, token (7, 4, 9))));
        if (good) {
            add (ended (5, 1));
            add (started (5, 2));
        }
        add (asked (5, 1, order (3, version (0))));
        assert_verdict (good, lost);
    }
    // What the process before it asked for is none of its business.
    add (asked (5, 1, order (1, version (0))));
    add (started (5, 2));
    answer_buyer (1, accepted (1, 1, token (7, 4, 9)));
    add (asked (5, 1, order (2, version (0))));
    assert_good ();
}
END_TEST

// A client reads the answers that it waits for: not those to what it never asked or that is
// answered, and perhaps not one that comes very late.
START_TEST (test_a_client_learns_from_the_answers_that_it_waits_for)
{
    struct message notice = {.type = MESSAGE_OVERSELL, .oversell = {.buyer = 5, .number = 1}};
    const struct message first[] = {
        answer (1, 1, STATUS_UNKNOWN, version (0)),
        refusal (1, 1, REASON_BUSY),
        answer (1, 1, STATUS_SOLD, version (0)),
        refusal (1, 1, REASON_LIMIT),
        notice,
    };
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        add (asked (5, 1, order (1, version (0))));
        add (told (5, 1, first[i]));
        answer_buyer (1, answer (1, 1, STATUS_OVERSOLD, token (7, 4, 9)));
        add (asked (5, 1, order (2, version (0))));
        assert_verdict (i >= 2, lost);
    }
    answer_buyer (1, accepted (1, 1, token (7, 4, 9)));
    add (asked (5, 1, order (2, version (0))));
    assert_good ();
    add (asked (5, 1, order (1, version (0))));
    now_us += 60 * SECOND;
    answer_buyer (1, accepted (1, 1, token (7, 4, 9)));
    answer_buyer (1, answer (1, 1, STATUS_SOLD, token (7, 4, 9)));
    add (asked (5, 1, order (2, version (0))));
    assert_good ();
}
END_TEST

// A client without a book has no core; it may forget what it likes.
START_TEST (test_a_stranger_need_not_carry_anything)
{
    struct message message = buy (6, 2, "gold", 1);
    add (asked (6, 1, buy (6, 1, "gold", 1)));
    add (told (6, 1, accepted (1, 1, token (7, 4, 9))));
    add (asked (6, 1, message));
    assert_good ();
}
END_TEST

START_TEST (test_a_trader_decides_what_it_has_seen_enough_for)
{
    const struct seen seen[] = {token (7, 4, 9), token (8, 5, 10), token_in (7, 4, 1, 9),
                                token (6, 4, 9), token (7, 4, 8),  token_in (7, 2, 8, 9)};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        add (asked (5, 1, order (1, token (7, 4, 9))));
        add (said (1, 1, 5, accepted (1, 1, seen[i])));
        assert_verdict (i < 3, "trader 1 has decided request 1 of client 5 with");

        add (asked (9, 1, lot (1, token (7, 4, 9))));
        add (RECORDED (1, 1, of_brought (1, 9, 1, "gold", 1)));
        add (said (1, 1, 9, brought (1, 1, seen[i])));
        assert_verdict (i < 3, "less than any token that the request came with");
    }
}
END_TEST

// A trader answers the request as it came first, and one that is sent again may carry more.
START_TEST (test_a_trader_decides_by_one_of_the_tokens_that_reached_it)
{
    for (int64_t weak_to = 1; weak_to <= 2; weak_to++) {
        for (int weak_first = 0; weak_first <= 1; weak_first++) {
            add (asked (5, weak_first ? weak_to : 1, order (1, token (weak_first ? 5 : 7, 0, 0))));
            add (asked (5, weak_first ? 1 : weak_to, order (1, token (weak_first ? 7 : 5, 0, 0))));
            add (said (1, 1, 5, accepted (1, 1, token (6, 1, 0))));
            const char *text = complaint_of (&session_checker, &rules, facts, fact_count);
            ck_assert (weak_to == 1 ? !text : strstr (text, "less than any token") != NULL);
            fact_count = 0;
        }
    }
    add (asked (5, 1, order (1, token (7, 0, 5))));
    add (asked (5, 1, order (1, token (5, 0, 7))));
    add (said (1, 1, 5, accepted (1, 1, token (6, 1, 7))));
    ck_assert_ptr_null (complaint_of (&session_checker, &rules, facts, fact_count));
    fact_count = 0;
}
END_TEST

START_TEST (test_an_answer_that_was_passed_on_tells_a_version)
{
    add (asked (5, 1, order (1, token (7, 4, 9))));
    add (said (1, 1, 5, answer (1, 1, STATUS_SOLD, version (3))));
    add (asked (9, 1, lot (1, token (7, 4, 9))));
    add (said (1, 1, 9, brought (1, 1, version (2))));
    assert_good ();
}
END_TEST

// By its backup, or by the next process from the journal, which begins with less in its cache.
START_TEST (test_a_decision_may_be_told_by_another_process)
{
    add (asked (9, 1, lot (1, token (7, 4, 9))));
    add (said (1, 1, 9, brought (1, 1, token (2, 0, 0))));
    add (asked (5, 1, order (1, token (7, 4, 9))));
    add (RECORDED (1, 1, of_decided (1, 5, 1, "gold", 1)));
    add (said (1, 2, 5, accepted (1, 1, token (0, 1, 0))));
    assert_good ();
    add (asked (5, 1, order (1, token (7, 4, 9))));
    add (RECORDED (1, 2, of_decided (1, 5, 1, "gold", 1)));
    add (said (1, 2, 5, accepted (1, 1, token (0, 1, 0))));
    assert_bad ("less than any token that the request came with");
}
END_TEST

START_TEST (test_each_decision_is_a_write)
{
    for (int64_t count = 0; count <= 2; count++) {
        add (asked (5, 1, order (1, version (0))));
        add (asked (9, 1, lot (1, version (0))));
        add (said (1, 1, 5, accepted (1, 1, token (7, 1, 0))));
        add (said (1, 1, 5, accepted (1, 1, token (7, 1, 0))));
        add (RECORDED (1, 1, of_brought (1, 9, 1, "gold", 1)));
        add (said (1, 1, 9, brought (1, 1, token (7, count, 0))));
        assert_verdict (count == 2, count == 0 ? "does not count it"
                                               : "counts last: that one was request 1 of client 5");
    }
    add (asked (5, 1, order (1, version (0))));
    add (said (1, 1, 5, accepted (1, 1, version (7))));
    assert_bad ("the token [7] that comes with it does not count it");
    // Another process of the trader counts anew, and the one that it replaced goes on.
    add (asked (5, 1, order (1, version (0))));
    add (asked (5, 1, order (2, version (0))));
    add (said (1, 1, 5, accepted (1, 1, token_in (7, 3, 1, 0))));
    add (said (1, 1, 5, accepted (1, 1, token_in (7, 4, 1, 0))));
    add (said (1, 1, 5, accepted (1, 1, token_in (7, 3, 1, 0))));
    add (said (1, 1, 5, accepted (1, 1, token_in (7, 4, 1, 0))));
    add (said (1, 1, 5, accepted (1, 2, token_in (7, 4, 2, 0))));
    assert_good ();
}
END_TEST

// Of its own writes an answer counts those up to the one that it answers, so they may become fewer.
START_TEST (test_what_a_trader_has_seen_never_becomes_less)
{
    const struct seen then[] = {token (7, 4, 9), token (8, 5, 10), token_in (6, 4, 1, 8),
                                version (3),     token (7, 3, 9),  token (6, 4, 9),
                                token (7, 4, 8)};
    for (size_t i = 0; i < sizeof then / sizeof then[0]; i++) {
        add (asked (5, 1, order (1, version (0))));
        add (asked (5, 1, order (2, version (0))));
        add (said (1, 1, 5, accepted (1, 1, token (7, 4, 9))));
        add (said (1, 1, 5, answer (1, 2, STATUS_SOLD, then[i])));
        assert_verdict (i < 5, "it has said [7,[2,3,9]] before");
    }
    struct message notice = oversold (1, 1, "gold", 0, 1, 0);
    notice.oversold.seen = token (6, 4, 9);
    add (asked (5, 1, order (1, version (0))));
    add (said (1, 1, 5, accepted (1, 1, token (7, 4, 9))));
    add (said (1, 1, 5, notice));
    assert_bad ("it has said [7,[2,3,9]] before");
}
END_TEST

// A batched product is decided by what its cache has seen, and one that is sold from leases
// needs none.
START_TEST (test_only_a_cached_product_waits_for_what_its_client_has_seen)
{
    static const char *const names[] = {"silk", "salt", "gold"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct message few = accepted (1, 1, token (7, 4, 8));
        few.receipt.product = names[i];
        add (asked (5, 1, order (1, token (7, 4, 9))));
        add (said (1, 1, 5, few));
        assert_verdict (i < 2, "less than any token that the request came with");
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_session");
    TCase *clients = tcase_create ("clients");
    tcase_add_test (clients, test_a_client_carries_what_it_was_told);
    tcase_add_test (clients, test_a_client_learns_from_every_kind_of_answer);
    tcase_add_test (clients, test_a_client_need_not_carry_what_comes_while_it_asks);
    tcase_add_test (clients, test_a_new_process_has_been_told_nothing);
    tcase_add_test (clients, test_a_client_learns_from_the_answers_that_it_waits_for);
    tcase_add_test (clients, test_a_stranger_need_not_carry_anything);
    suite_add_tcase (suite, clients);

    TCase *traders = tcase_create ("traders");
    tcase_add_test (traders, test_a_trader_decides_what_it_has_seen_enough_for);
    tcase_add_test (traders, test_a_trader_decides_by_one_of_the_tokens_that_reached_it);
    tcase_add_test (traders, test_an_answer_that_was_passed_on_tells_a_version);
    tcase_add_test (traders, test_a_decision_may_be_told_by_another_process);
    tcase_add_test (traders, test_only_a_cached_product_waits_for_what_its_client_has_seen);
    tcase_add_test (traders, test_each_decision_is_a_write);
    tcase_add_test (traders, test_what_a_trader_has_seen_never_becomes_less);
    suite_add_tcase (suite, traders);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
