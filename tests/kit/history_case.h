// Histories by hand, for the tests of checkers: facts, and the messages and records in them, each
// made by one short call. What a call leaves out is 0; set more in the struct that it returns.
//
//     struct fact facts[] = {
//         STORED (of_product (1, "salt"), of_lot (1, 9, 1, 1, 5, 100)),
//         said (1, 1, 9, restocked (1, 9, 1, "salt", 5, 100)),
//     };
//     ck_assert_ptr_null (complaint_of (&owner_checker, &rules, facts, 2));
#ifndef SOUK_HISTORY_CASE_H
#define SOUK_HISTORY_CASE_H

#include "tests/sim/checkers/checker.h"

// Shows the facts to a new checker, in order. Returns NULL, or its first complaint, which is valid
// until the next call. A complaint without words ends the test.
const char *complaint_of (const struct checker_class *class, const struct rules *rules,
                          const struct fact *facts, size_t count);

// Fails the test unless the complaint holds these words; NULL: unless there is none.
void verdict_is (const char *complaint, const char *words);

// The checker and the rules that is_fine and is_wrong go by; borrowed.
void judge_by (const struct checker_class *class, const struct rules *rules);

// The history provokes no complaint; or only its last fact does, with these words.
void is_fine (const struct fact *facts, size_t count);
void is_wrong (const char *words, const struct fact *facts, size_t count);

// A history, and how many facts it has.
#define FACTS(...)                      \
    (const struct fact[]){__VA_ARGS__}, \
        sizeof ((const struct fact[]){__VA_ARGS__}) / sizeof (struct fact)

// Facts. A message is copied; the last 1024 copies are valid. Its strings and lists are borrowed.
struct fact at (int64_t now_us, struct fact fact);  // the same, at this time
struct fact started (int64_t node, int64_t life);
struct fact ended (int64_t node, int64_t life);
struct fact asked (int64_t client, int64_t trader, struct message message);
struct fact said (int64_t trader, int64_t life, int64_t client, struct message message);
struct fact told (int64_t client, int64_t trader, struct message message);
struct fact answered (int64_t trader, struct message message);
struct fact stored (const struct record *records, size_t count);  // borrows them
struct fact recorded (int64_t trader, int64_t life, const struct record *records, size_t count);
struct fact unrecorded (int64_t trader, int64_t life);
struct fact healed (void);
struct fact believed (int64_t trader, const char *product, int64_t units);
struct fact held (int64_t trader, int64_t life, const char *product, int64_t units, int64_t budget);
struct fact forsaken (int64_t trader);
struct fact booked (int64_t client, struct book_fact book);
struct fact over (void);

// Records that have become durable together.
#define STORED(...)                               \
    stored ((const struct record[]){__VA_ARGS__}, \
            sizeof ((const struct record[]){__VA_ARGS__}) / sizeof (struct record))

// Records that stand in the journal of a trader.
#define RECORDED(trader, life, ...)                               \
    recorded (trader, life, (const struct record[]){__VA_ARGS__}, \
              sizeof ((const struct record[]){__VA_ARGS__}) / sizeof (struct record))

// Messages; `from` comes first.
struct message buy (int64_t buyer, int64_t number, const char *product, int64_t quantity);
struct message restock (int64_t seller, int64_t number, const char *product, int64_t quantity,
                        int64_t price_cents);
struct message order_status (int64_t buyer, int64_t number);
struct message lot_status (int64_t seller, int64_t number);
struct message receipt (int64_t trader, int64_t number, enum status status, const char *product,
                        int64_t units, int64_t amount_cents);
struct message oversold (int64_t trader, int64_t number, const char *product, int64_t units,
                         int64_t missing, int64_t amount_cents);
struct message restocked (int64_t trader, int64_t number, const char *product, int64_t quantity,
                          int64_t price_cents);
struct message refusal (int64_t from, int64_t number, enum reason reason);  // an error
struct message view (int64_t nonce, int64_t epoch);
struct message committed (int64_t epoch, int64_t batch);

struct message leased (const char *product, int64_t applied, const struct leased_units *held,
                       size_t count);  // borrows them

// Records. The trader is 1 where there is one.
struct record of_warehouse (int64_t epoch, int64_t version);
struct record of_product (int64_t product, const char *name);
struct record of_lot (int64_t lot, int64_t seller, int64_t number, int64_t product,
                      int64_t quantity, int64_t price_cents);  // all of it is left
struct record of_left (int64_t lot, int64_t left);
struct record of_order (int64_t buyer, int64_t number, int64_t product, int64_t quantity,
                        enum status status, int64_t units, int64_t amount_cents);
struct record of_fill (int64_t buyer, int64_t number, int64_t lot, int64_t seller,
                       int64_t seller_number, int64_t units, int64_t price_cents,
                       int64_t commission_cents);
struct record of_account (int64_t node, int64_t balance_cents);
struct record of_trader (int64_t trader, int64_t epoch, int64_t nonce, int64_t batch,
                         int64_t applied);
struct record of_view (int64_t trader, int64_t view, int64_t began, enum member_state state,
                       int64_t backup, int64_t taker, int64_t closed);
struct record of_joined (int64_t epoch, int64_t began);
struct record of_decided (int64_t write, int64_t buyer, int64_t number, const char *product,
                          int64_t promised);
struct record of_lease (int64_t trader, int64_t lot, int64_t units);
struct record of_lease_state (int64_t trader, int64_t product, int64_t number, int64_t budget);
struct record of_taken (int64_t write, int64_t buyer, int64_t number, const char *product,
                        const struct leased_units *taken);  // one; borrowed
struct record of_brought (int64_t write, int64_t seller, int64_t number, const char *product,
                          int64_t quantity);

#endif
