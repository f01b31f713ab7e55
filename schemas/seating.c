#include "schemas/seating.h"

#include <string.h>

bool seating_has (const struct seating *self, int64_t trader)
{
    for (size_t i = 0; i < self->seat_count; i++) {
        if (self->seats[i] == trader) {
            return true;
        }
    }
    return false;
}

struct seating seating_copy (const struct seating *self, arena_t *arena)
{
    struct seating copy = *self;
    if (self->seat_count > 0) {
        int64_t *seats = arena_take (arena, self->seat_count, sizeof *seats);
        memcpy (seats, self->seats, self->seat_count * sizeof *seats);
        copy.seats = seats;
    }
    return copy;
}
