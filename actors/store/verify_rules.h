// The rules that a market's store must keep, as questions in SQL. Private to verify.
#ifndef SOUK_VERIFY_RULES_H
#define SOUK_VERIFY_RULES_H

#include <stddef.h>

// `sql` yields one text in the first row for the first record that breaks the rule, else no row.
struct verify_rule {
    const char *name;
    const char *sql;
};

extern const struct verify_rule verify_rules[];
extern const size_t verify_rule_count;

#endif
