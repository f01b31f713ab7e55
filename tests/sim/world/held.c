// What traders have left of their leases, told as a fact whenever it changes.
#include "tests/sim/world/world_state.h"

static bool is_leased (const struct trader_config *config, size_t i)
{
    return config->products[i].policy.mode == MODE_ESCROW;
}

// Whoever is not reached any more under its id may believe to hold what others have by now.
static struct held held_now (const struct node *node, const char *product)
{
    if (!node->core || node->aside || trader_taken (node->core) || trader_fenced (node->core)) {
        return (struct held){0};
    }
    return (struct held){
        .units = trader_held (node->core, product),
        .budget = trader_held_budget (node->core, product),
    };
}

void held_look (world_t *self, struct node *node)
{
    const struct trader_config *config = &node->config.trader;
    if (self->config.bare) {
        return;
    }
    for (size_t i = 0; i < config->product_count && i < HELD_PRODUCTS; i++) {
        if (!is_leased (config, i)) {
            continue;
        }
        const char *product = config->products[i].product;
        struct held held = held_now (node, product);
        if (held.units != node->held[i].units || held.budget != node->held[i].budget) {
            node->held[i] = held;
            world_fact (self, (struct fact){.type = FACT_HELD,
                                            .node = node->id,
                                            .life = node->life,
                                            .product = product,
                                            .units = held.units,
                                            .budget = held.budget});
        }
    }
}

void held_forget (struct node *node)
{
    node->tally.died_holding = false;
    for (size_t i = 0; i < HELD_PRODUCTS; i++) {
        node->tally.died_holding = node->tally.died_holding || node->held[i].units > 0;
        node->held[i] = (struct held){0};
    }
}
