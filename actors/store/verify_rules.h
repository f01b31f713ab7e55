// The rules that a market's store must keep, as questions in SQL. Private to verify.
//
// All that verify asks is of the tables and of the columns that are written to the file. The views,
// and `orders.status`, are for people: whoever changes one changes no verdict and no total.
#ifndef SOUK_VERIFY_RULES_H
#define SOUK_VERIFY_RULES_H

#include <stddef.h>
#include <stdint.h>

// All fills: the first one of an order stands in the order's own row, the further ones in a table.
#define FILLS                                                                                 \
    "(SELECT id * 16 AS id, buyer, number, product, trader, lot, seller, lot_units AS units," \
    "  price_cents, commission_cents FROM orders WHERE lot IS NOT NULL"                       \
    " UNION ALL SELECT more.id, buyer, number, product, trader, more.lot, more.seller,"       \
    "  more.units, more.price_cents, more.commission_cents"                                   \
    "  FROM further_fills AS more JOIN orders ON orders.id = more.id / 16)"

// `orders.outcome`, and its words for a message.
#define OUTCOME_SOLD "1"
#define OUTCOME_OVERSOLD "2"
#define OUTCOME_OUT_OF_STOCK "3"
#define OUTCOME_TOO_MANY_LOTS "4"
#define OUTCOME_WORDS                                                       \
    "CASE outcome WHEN " OUTCOME_SOLD " THEN 'sold' WHEN " OUTCOME_OVERSOLD \
    " THEN 'oversold' WHEN " OUTCOME_OUT_OF_STOCK " THEN 'out_of_stock'"    \
    " WHEN " OUTCOME_TOO_MANY_LOTS " THEN 'too_many_lots' ELSE 'unknown' END"

// `sql` yields one text in the first row for the first record that breaks the rule, else no row.
// Its parameters are those of verify_limits.
struct verify_rule {
    const char *name;
    const char *sql;
};

extern const struct verify_rule verify_rules[];
extern const size_t verify_rule_count;

// Of one product: its parameters are the name, and the budget in units and in percent.
extern const struct verify_rule verify_budget_rule;

// The bounds of limits.h, as parameters of the questions.
struct verify_limit {
    const char *name;
    int64_t value;
};

extern const struct verify_limit verify_limits[];
extern const size_t verify_limit_count;

#endif
