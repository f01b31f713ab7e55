#include "tests/sim/checkers/history.h"

#include <string.h>

static const struct product_rule *rule_of (const struct rules *self, const char *product)
{
    for (size_t i = 0; i < self->product_count; i++) {
        if (strcmp (self->products[i].product, product) == 0) {
            return &self->products[i];
        }
    }
    return NULL;
}

enum mode rules_mode (const struct rules *self, const char *product)
{
    const struct product_rule *rule = rule_of (self, product);
    return rule ? rule->mode : self->mode;
}

bool rules_cached (const struct rules *self, const char *product)
{
    enum mode mode = rules_mode (self, product);
    return mode == MODE_CACHED || mode == MODE_BATCHED;
}

bool rules_may_oversell (const struct rules *self, const char *product)
{
    const struct product_rule *rule = rule_of (self, product);
    return rules_cached (self, product)
           || (rule && (rule->budget_units > 0 || rule->budget_percent > 0));
}

int64_t rules_budget (const struct rules *self, const char *product, int64_t stocked)
{
    const struct product_rule *rule = rule_of (self, product);
    return rule ? rule->budget_units + stocked * rule->budget_percent / 100 : 0;
}

bool rules_any (const struct rules *self, enum mode mode)
{
    bool any = self->mode == mode;
    for (size_t i = 0; i < self->product_count; i++) {
        any = any || self->products[i].mode == mode;
    }
    return any;
}
