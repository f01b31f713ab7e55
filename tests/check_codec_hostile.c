// What the codec refuses, and what it says then.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec.h"

static arena_t *arena;
static char first[LIMIT_BATCH_BYTES];

static void setup (void)
{
    arena = arena_new (64 * 1024);
}

static void teardown (void)
{
    arena_destroy (&arena);
}

// Decodes from a copy of exactly the message's size, so that a read beyond it is caught.
static bool decode (const char *data, size_t size, struct message *message,
                    struct decode_error *error)
{
    char *exact = malloc (size ? size : 1);
    ck_assert_ptr_nonnull (exact);
    memcpy (exact, data, size);
    bool valid = message_decode (exact, size, LIMIT_BATCH_BYTES, arena, message, error);
    free (exact);
    return valid;
}

// Hostile input: each is the smallest change of a message that is fine.
#define HEAD(type) "{\"type\":\"" type "\",\"v\":1,\"from\":5,\"clock\":1,\"number\":17,"
#define BUY(rest) HEAD ("buy") rest "}"
#define RECEIPT(rest) \
    HEAD ("receipt")  \
    "\"status\":\"sold\",\"product\":\"salt\",\"units\":2,\"amount_cents\":1," rest "}"
#define SALE(sales)                                                                         \
    "{\"type\":\"sale\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,\"seq\":1,\"trader\":1," \
    "\"product\":\"salt\",\"sales\":" sales "}"
#define COMMIT(items)                                                              \
    "{\"type\":\"commit\",\"v\":1,\"from\":1,\"clock\":1,\"epoch\":1,\"batch\":9," \
    "\"items\":[" items "]}"
#define ESCROW "[\"buy\",5,1,1,\"salt\",2,false,true,2,1,3,"
#define LEASE(wanted, all)                                                         \
    "{\"type\":\"lease\",\"v\":1,\"from\":2,\"clock\":1,\"epoch\":1,\"number\":7," \
    "\"product\":\"salt\",\"wanted\":" wanted ",\"all\":" all "}"
#define LEASED(held)                                                                \
    "{\"type\":\"leased\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,\"number\":7," \
    "\"product\":\"salt\",\"applied\":0,\"held\":" held "}"
#define RESULT(result)                                                                \
    "{\"type\":\"committed\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,\"batch\":9," \
    "\"version\":1,\"applied\":0,\"results\":[" result "]}"
#define MEMBER(state, remaining)                                                              \
    "{\"type\":\"member\",\"v\":1,\"from\":2,\"clock\":1,\"epoch\":1,\"seq\":1,\"trader\":1," \
    "\"trader_epoch\":1,\"view\":1,\"state\":\"" state "\",\"backup\":0,\"taker\":0,"         \
    "\"router\":\"\",\"remaining\":" remaining "}"
#define SIXTY "tcp://abcdefghijklmnopqrstuvwxyz.0123456789.abcdefghijklmnop"
#define JOIN(router)                                                                         \
    "{\"type\":\"join\",\"v\":1,\"from\":2,\"clock\":1,\"nonce\":1,\"epoch\":0,\"began\":0," \
    "\"router\":\"" router "\"}"
#define PING_IN(market) "{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1,\"market\":" market "}"

struct hostile {
    const char *bytes;
    const char *text;  // that the error begins with
    int64_t from;
    int64_t number;
};

static const struct hostile hostile[] = {
    {"", "message: not valid JSON", 0, 0},
    {" ", "message: not valid JSON", 0, 0},
    {"null", "message: must be a JSON object", 0, 0},
    {"17", "message: must be a JSON object", 0, 0},
    {"[]", "message: must be a JSON object", 0, 0},
    {"\"buy\"", "message: must be a JSON object", 0, 0},
    {"{}", "message: type is missing", 0, 0},
    {"{\"type\":7,\"from\":5}", "message: type must be a string", 5, 0},
    {"{\"type\":\"by\",\"v\":1,\"from\":5}", "message: \"by\" is no type of this protocol", 5, 0},
    {"{\"type\":\"ping\",\"from\":5,\"clock\":1}", "ping: v is missing", 5, 0},
    {"{\"type\":\"ping\",\"v\":2,\"from\":5,\"clock\":1}", "ping: v must be 1", 5, 0},
    {"{\"type\":\"ping\",\"v\":1.0,\"from\":5,\"clock\":1}", "ping: v must be 1", 5, 0},
    {"{\"type\":\"ping\",\"v\":1,\"clock\":1}", "ping: from is missing", 0, 0},
    {"{\"type\":\"ping\",\"v\":1,\"from\":0,\"clock\":1}",
     "ping: from must be an integer from 1 to 65535, not 0", 0, 0},
    {"{\"type\":\"ping\",\"v\":1,\"from\":65536,\"clock\":1}",
     "ping: from must be an integer from 1 to 65535, not 65536", 0, 0},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":-1}", "ping: clock must be an integer", 5, 0},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1,\"Clock\":1}",
     "ping: \"Clock\" is no field of it", 5, 0},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1,\"number\":1}",
     "ping: \"number\" is no field of it", 5, 1},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1} x", "message: not valid JSON", 0, 0},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1}{}", "message: not valid JSON", 0, 0},
    {"{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1,}", "message: not valid JSON", 0, 0},
    {"{'type':'ping'}", "message: not valid JSON", 0, 0},
    {"\xef\xbb\xbf{}", "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"salt\""), "buy: quantity is missing", 5, 17},
    {BUY ("\"quantity\":2"), "buy: product is missing", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":\"two\""),
     "buy: quantity must be an integer from 1 to 1000000, not \"two\"", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":0"),
     "buy: quantity must be an integer from 1 to 1000000, not 0", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":-2"),
     "buy: quantity must be an integer from 1 to 1000000, not -2", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":1000001"),
     "buy: quantity must be an integer from 1 to 1000000, not 1000001", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2.0"),
     "buy: quantity must be an integer from 1 to 1000000, not 2.0", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":1e3"),
     "buy: quantity must be an integer from 1 to 1000000, not 1000.0", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":null"), "buy: quantity must be an integer", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":true"), "buy: quantity must be an integer", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":[2]"),
     "buy: quantity must be an integer from 1 to 1000000, not an array", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":{}"),
     "buy: quantity must be an integer from 1 to 1000000, not an object", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":1e400"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":99999999999999999999"), "message: not valid JSON", 0,
     0},
    {BUY ("\"product\":\"salt\",\"quantity\":02"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":+2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":0x2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":NaN"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":-0"), "message: not valid: a number that", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"quantity\":2"),
     "message: not valid JSON: duplicate object key", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"quantit\\u0079\":2"),
     "message: not valid JSON: duplicate object key", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"price_cents\":1"),
     "buy: \"price_cents\" is no field of it", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"attempt\":0"),
     "buy: attempt must be an integer from 1 to 9007199254740991, not 0", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"attempt\":9007199254740992"),
     "buy: attempt must be an integer from 1 to 9007199254740991, not 9007199254740992", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"all_or_nothing\":1"),
     "buy: all_or_nothing must be true or false, not 1", 5, 17},
    {BUY ("\"product\":\"\",\"quantity\":2"), "buy: product must be a product's name", 5, 17},
    {BUY ("\"product\":\"Salt\",\"quantity\":2"), "buy: product must be a product's name", 5, 17},
    {BUY ("\"product\":\"s t\",\"quantity\":2"), "buy: product must be a product's name", 5, 17},
    {BUY ("\"product\":17,\"quantity\":2"), "buy: product must be a product's name", 5, 17},
    {BUY ("\"product\":\"0123456789012345678901234567890123456789012345678901234567890123\","
          "\"quantity\":2"),
     "buy: product must be a product's name of 1 to 63 of [a-z0-9_-], not a string of 64 bytes", 5,
     17},
    {BUY ("\"product\":\"s\\u0000\",\"quantity\":2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"s\\u001f\",\"quantity\":2"),
     "buy: product must be a product's name of 1 to 63 of [a-z0-9_-], not \"s\\u001F\"", 5, 17},
    {BUY ("\"product\":\"s\nt\",\"quantity\":2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"s\xff\",\"quantity\":2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"s\xc0\x80\",\"quantity\":2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"\xed\xa0\x80\",\"quantity\":2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"\\ud800\",\"quantity\":2"), "message: not valid JSON", 0, 0},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"seen\":[]"),
     "buy: seen must be an array of a version and at most 256 tuples", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"seen\":7"), "buy: seen must be an array", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"seen\":[-1]"), "buy: seen.version must be an", 5,
     17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"seen\":[1,[1,1]]"),
     "buy: seen[1] must be an array of 3 values, not an array of 2 values", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"seen\":[1,[2,1,1],[2,1,1]]"),
     "buy: seen must name its traders in ascending order", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"vector\":[[2,1],[1,1]]"),
     "buy: vector must name its nodes in ascending order", 5, 17},
    {BUY ("\"product\":\"salt\",\"quantity\":2,\"vector\":[[0,1]]"),
     "buy: vector[0].node must be an integer from 1 to 65535, not 0", 5, 17},
    {RECEIPT ("\"missing\":-1"), "receipt: missing must be an integer from 0 to 1000000", 5, 17},
    {RECEIPT ("\"fills\":[[9,3,2,1000],[9,4,0,1000]]"),
     "receipt: fills[1].units must be an integer from 1 to 1000000, not 0", 5, 17},
    {RECEIPT ("\"fills\":[{}]"), "receipt: fills[0] must be an array of 4 values", 5, 17},
    {HEAD ("receipt") "\"status\":\"lost\",\"product\":\"s\",\"units\":0,\"amount_cents\":0}",
     "receipt: status must be one of sold, accepted, oversold, out_of_stock, too_many_lots, "
     "unknown, not \"lost\"",
     5, 17},
    {HEAD ("receipt") "\"status\":\"sold\",\"product\":\"\",\"units\":0,\"amount_cents\":0}",
     "receipt: product must be a product's name", 5, 17},
    {HEAD ("oversold") "\"status\":\"sold\",\"product\":\"s\",\"units\":0,\"missing\":1,"
                       "\"amount_cents\":0}",
     "oversold: \"status\" is no field of it", 5, 17},
    {HEAD ("error") "\"reason\":\"busy\",\"text\":\"a\\nb\"}",
     "error: text must be a text of at most 255 bytes", 5, 17},
    {HEAD ("error") "\"reason\":\"tired\",\"text\":\"\"}",
     "error: reason must be one of bad_request, conflict, expired, busy, unavailable, limit, "
     "fenced, taken, gap, pending, foreign, recalling, unseated, not \"tired\"",
     5, 17},
    {SALE ("[]"), "sale: sales must be an array of 1 to 256 tuples, not an array of 0", 0, 0},
    {SALE ("[5,1,9,3,2,10]"), "sale: sales[0] must be an array of 6 values, not 5", 0, 0},
    {SALE ("[[5,1,9,3,0,10]]"), "sale: sales[0].units must be an integer from 1 to", 0, 0},
    {COMMIT ("[]"), "commit: items[0] must be an array that begins with a known kind", 1, 9},
    {COMMIT ("7"), "commit: items[0] must be an array that begins with a known kind", 1, 9},
    {COMMIT ("[\"order_status\",5,1],[\"sell\",5,1]"), "commit: items[1] must be an array that", 1,
     9},
    {COMMIT ("[\"order_status\",5]"), "commit: items[0] must be an array of 3 or 4 values", 1, 9},
    {COMMIT ("[\"buy\",5,1,1,\"salt\",2,false,false,-1,0,0]"),
     "commit: items[0].promised must be an integer from 0 to 1000000, not -1", 1, 9},
    {COMMIT ("[\"buy\",5,1,1,\"salt\",2,0,false,0,0,0]"),
     "commit: items[0].all_or_nothing must be true or false, not 0", 1, 9},
    {COMMIT ("[\"restock\",5,1,1,\"salt\",2,1000000001,true,0,0]"),
     "commit: items[0].price_cents must be an integer from 1 to 1000000000", 1, 9},
    {COMMIT ("[\"buy\",5,1,1,\"salt\",2,false,false,0]"),
     "commit: items[0] must be an array of 11 to 13 values, not an array of 9", 1, 9},
    {COMMIT ("[\"buy\",5,1,1,\"salt\",2,false,false,0,65536,0]"),
     "commit: items[0].first must be an integer from 0 to 65535, not 65536", 1, 9},
    {COMMIT (ESCROW "[[4,9,3,0,1000]]]"), "commit: items[0].taken[0].units must be an", 1, 9},
    {COMMIT (ESCROW "[[4,9,3,2]]]"), "commit: items[0].taken[0] must be an array of 5", 1, 9},
    {COMMIT (ESCROW "[4,9,3,2,1000]]"), "commit: items[0].taken[0] must be an array of 5", 1, 9},
    {COMMIT (ESCROW "0]"), "commit: items[0].taken must be an array of at most 16 tuples", 1, 9},
    {COMMIT (ESCROW "[[5,9,3,1,10],[4,9,3,1,10]]]"),
     "commit: items[0].taken must name its ids in ascending order, each once, and 0 last", 1, 9},
    {COMMIT (ESCROW "[[4,9,3,1,10],[4,9,3,1,10]]]"), "commit: items[0].taken must name its ids", 1,
     9},
    {COMMIT (ESCROW "[[0,0,0,1,0],[4,9,3,1,10]]]"), "commit: items[0].taken must name its ids", 1,
     9},
    {COMMIT (ESCROW "[],0,0]"), "commit: items[0] must be an array of 11 to 13 values, not", 1, 9},
    {COMMIT ("[\"restock\",5,1,1,\"salt\",2,10,true,0,0,[]]"),
     "commit: items[0].rank must be an integer from 0 to 9007199254740991, not an array", 1, 9},
    {LEASED ("[[4,9,3,1,10],[0,0,0,1,0]]"),
     "leased: held must name its ids in ascending order, each once", 0, 7},
    {LEASED ("[[4,65536,3,1,10]]"), "leased: held[0].seller must be an integer from 0 to", 0, 7},
    {LEASED ("[[-1,0,0,1,0]]"), "leased: held[0].id must be an integer from 0 to", 0, 7},
    {LEASE ("-1", "false"), "lease: wanted must be an integer from 0 to 1000000, not -1", 2, 7},
    {LEASE ("1000001", "false"), "lease: wanted must be an integer from 0 to 1000000", 2, 7},
    {LEASE ("1", "0"), "lease: all must be true or false, not 0", 2, 7},
    {RESULT ("[\"settled\",0]"), "committed: results[0] must be an array of 1 values", 0, 9},
    {RESULT ("\"settled\""), "committed: results[0] must be an array that begins with", 0, 9},
    {MEMBER ("live", "[1]"), "member: remaining[0] must be an array of 1 value", 2, 0},
    {MEMBER ("live", "[[1,1]]"), "member: remaining[0] must be an array of 1 value", 2, 0},
    {MEMBER ("live", "[[]]"), "member: remaining[0] must be an array of 1 value", 2, 0},
    {MEMBER ("live", "[[0]]"), "member: remaining[0].trader must be an integer from 1 to", 2, 0},
    {MEMBER ("live", "[[2],[1]]"), "member: remaining must name its traders in ascending", 2, 0},
    {MEMBER ("dead", "[]"),
     "member: state must be one of live, suspected, taking, failed, left, not \"dead\"", 2, 0},
    {JOIN (SIXTY SIXTY "12345678"), "join: router must be a text of at most 127 bytes", 2, 0},
    {PING_IN ("0"), "ping: market must be an integer from 1 to 9007199254740991, not 0", 5, 0},
    {PING_IN ("null"), "ping: market must be an integer from 1 to", 5, 0},
    {PING_IN ("\"7\""), "ping: market must be an integer from 1 to", 5, 0},
    {PING_IN ("9007199254740992"), "ping: market must be an integer from 1 to", 5, 0},
    {PING_IN ("7,\"market\":7"), "message: not valid JSON: duplicate object key", 0, 0},
    {"{\"type\":\"committed\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,\"batch\":9,\"version\":1,"
     "\"applied\":0,\"results\":[[\"error\",\"gap\"],[\"receipt\",\"sold\",\"salt\",1,0,5,"
     "[[9,1,1,0]]]]}",
     "committed: results[1].fills[0].price_cents must be an integer from 1 to", 0, 9},
};

START_TEST (test_codec_says_what_is_wrong)
{
    const struct hostile *row = &hostile[_i];
    struct message message;
    struct decode_error error;
    ck_assert (!decode (row->bytes, strlen (row->bytes), &message, &error));
    ck_assert_msg (!strncmp (error.text, row->text, strlen (row->text)), "%s: \"%s\"", row->bytes,
                   error.text);
    ck_assert_int_eq (error.from, row->from);
    ck_assert_int_eq (error.number, row->number);
}
END_TEST

static void expect_refused (const char *bytes, size_t size, const char *text)
{
    struct message message;
    struct decode_error error;
    ck_assert (!decode (bytes, size, &message, &error));
    ck_assert_msg (strstr (error.text, text), "%s", error.text);
}

START_TEST (test_codec_refuses_a_nul_byte)
{
    static const char inside[] = "{\"type\":\"ping\",\"v\":1,\0\"from\":5,\"clock\":1}";
    static const char behind[] = "{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1}";
    expect_refused (inside, sizeof inside - 1, "a NUL byte");
    expect_refused (behind, sizeof behind, "a NUL byte");
    expect_refused ("{\"a\":\"\\\0\"}", 9, "a NUL byte");
}
END_TEST

START_TEST (test_codec_refuses_deep_nesting_before_it_is_parsed)
{
    memset (first, '[', sizeof first);
    expect_refused (first, sizeof first, "nested deeper than 16");
    for (size_t i = 0; i + 5 <= sizeof first; i += 5) {
        memcpy (first + i, "{\"a\":", 5);
    }
    expect_refused (first, sizeof first, "nested deeper than 16");
    memset (first, '[', LIMIT_JSON_DEPTH + 1);
    memset (first + LIMIT_JSON_DEPTH + 1, ']', LIMIT_JSON_DEPTH + 1);
    expect_refused (first, 2 * (LIMIT_JSON_DEPTH + 1), "nested deeper than 16");
    expect_refused (first + 1, 2 * LIMIT_JSON_DEPTH, "must be a JSON object");
}
END_TEST

START_TEST (test_codec_counts_no_bracket_within_a_string)
{
    static const char text[] =
        "{\"type\":\"error\",\"v\":1,\"from\":1,\"clock\":1,\"reason\":\"busy\","
        "\"text\":\"\\\"[[[[[[[[[[[[[[[[[[[[ \\\\\"}";
    struct message message;
    struct decode_error error;
    ck_assert_msg (decode (text, sizeof text - 1, &message, &error), "%s", error.text);
    ck_assert_str_eq (message.error.text, "\"[[[[[[[[[[[[[[[[[[[[ \\");
}
END_TEST

START_TEST (test_codec_refuses_what_is_longer_than_allowed)
{
    static const char ping[] = "{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1}";
    struct message message;
    struct decode_error error;
    memset (first, ' ', sizeof first);
    memcpy (first, ping, sizeof ping - 1);
    ck_assert (
        message_decode (first, LIMIT_MESSAGE_BYTES, LIMIT_MESSAGE_BYTES, arena, &message, &error));
    ck_assert (!message_decode (first, LIMIT_MESSAGE_BYTES + 1, LIMIT_MESSAGE_BYTES, arena,
                                &message, &error));
    ck_assert_str_eq (error.text, "message: 65537 bytes are more than 65536");
}
END_TEST

// One tuple more than a list may have.
static void expect_list_refused (const char *head, const char *tuple, size_t count,
                                 const char *tail, const char *text)
{
    size_t length = strlen (head);
    memcpy (first, head, length);
    for (size_t i = 0; i < count; i++) {
        length += (size_t) sprintf (first + length, "%s%s", i ? "," : "", tuple);
    }
    strcpy (first + length, tail);
    expect_refused (first, strlen (first), text);
}

START_TEST (test_codec_refuses_lists_beyond_their_bounds)
{
    expect_list_refused (HEAD ("receipt") "\"status\":\"sold\",\"product\":\"s\",\"units\":1,"
                                          "\"amount_cents\":1,\"fills\":[",
                         "[9,1,1,1]", LIMIT_FILLS + 1, "]}", "fills must be an array of at most");
    expect_list_refused (HEAD ("buy") "\"product\":\"s\",\"quantity\":1,\"vector\":[", "[9,1]",
                         LIMIT_VECTOR + 1, "]}", "vector must be an array of at most 64");
    expect_list_refused (HEAD ("buy") "\"product\":\"s\",\"quantity\":1,\"seen\":[1,", "[9,1,1]",
                         LIMIT_TRADERS + 1, "]}", "and at most 256 tuples");
    expect_list_refused ("{\"type\":\"commit\",\"v\":1,\"from\":1,\"clock\":1,\"epoch\":1,"
                         "\"batch\":9,\"items\":[",
                         "[\"order_status\",5,1]", LIMIT_BATCH + 1, "]}", "at most 512 tuples");
    expect_list_refused ("{\"type\":\"stock\",\"v\":1,\"from\":0,\"clock\":1,\"epoch\":1,"
                         "\"version\":9,\"stock\":[",
                         "[\"s\",1]", LIMIT_PRODUCTS + 1, "]}", "at most 1024 tuples");
}
END_TEST

START_TEST (test_codec_keeps_the_text_of_an_error_within_its_bound)
{
    struct message message;
    struct decode_error error;
    size_t length = (size_t) sprintf (first, "{\"type\":\"");
    memset (first + length, 'x', 50000);
    strcpy (first + length + 50000, "\"}");
    ck_assert (!decode (first, strlen (first), &message, &error));
    ck_assert_uint_le (strlen (error.text), LIMIT_TEXT);
    strcpy (first, BUY ("\"product\":\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001"
                        "\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001"
                        "\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001"
                        "\\u0001\\u0001\",\"quantity\":2"));
    ck_assert (!decode (first, strlen (first), &message, &error));
    ck_assert_uint_gt (strlen (error.text), 200);
    ck_assert_uint_le (strlen (error.text), LIMIT_TEXT);
}
END_TEST

static Suite *codec_hostile_suite (void)
{
    Suite *suite = suite_create ("codec, hostile input");
    TCase *refused = tcase_create ("hostile input");
    tcase_add_checked_fixture (refused, setup, teardown);
    tcase_add_loop_test (refused, test_codec_says_what_is_wrong, 0,
                         (int) (sizeof hostile / sizeof hostile[0]));
    tcase_add_test (refused, test_codec_refuses_a_nul_byte);
    tcase_add_test (refused, test_codec_refuses_deep_nesting_before_it_is_parsed);
    tcase_add_test (refused, test_codec_counts_no_bracket_within_a_string);
    tcase_add_test (refused, test_codec_refuses_what_is_longer_than_allowed);
    tcase_add_test (refused, test_codec_refuses_lists_beyond_their_bounds);
    tcase_add_test (refused, test_codec_keeps_the_text_of_an_error_within_its_bound);
    suite_add_tcase (suite, refused);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (codec_hostile_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
