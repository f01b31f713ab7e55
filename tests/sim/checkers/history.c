#include "tests/sim/checkers/history.h"

#include <string.h>

bool rules_cached (const struct rules *self, const char *product)
{
    for (size_t i = 0; i < self->product_count; i++) {
        if (strcmp (self->products[i].product, product) == 0) {
            return self->products[i].cached;
        }
    }
    return self->cached;
}
