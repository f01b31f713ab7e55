#include "tests/sim/checkers/idle.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/checkers/pairs.h"

struct level {
    int64_t moment;  // from which on
    int64_t units;
};

struct place {
    struct level *levels;  // in the order of their moments
    size_t count;
    size_t size;
};

struct idle {
    int64_t moment;
    pairs_t *ids;  // (trader, product)
    struct place *places;
    size_t place_size;
};

idle_t *idle_new (void)
{
    idle_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->ids = pairs_new ();
    return self;
}

void idle_destroy (idle_t **self_p)
{
    assert (self_p);
    idle_t *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < pairs_count (self->ids); i++) {
        free (self->places[i].levels);
    }
    pairs_destroy (&self->ids);
    free (self->places);
    free (self);
    *self_p = NULL;
}

int64_t idle_next (idle_t *self)
{
    return ++self->moment;
}

void idle_set (idle_t *self, int64_t trader, int64_t product, int64_t units)
{
    size_t at = pairs_place (self->ids, trader, product);
    self->places = array_room (self->places, &self->place_size, at + 1, sizeof *self->places);
    struct place *place = &self->places[at];
    if (place->count > 0 && place->levels[place->count - 1].units == units) {
        return;
    }
    place->levels =
        array_room (place->levels, &place->size, place->count + 1, sizeof *place->levels);
    place->levels[place->count++] = (struct level){.moment = self->moment, .units = units};
}

// The level that was in force when that moment began counts too.
static int64_t least_since (const struct place *place, int64_t since)
{
    int64_t least = INT64_MAX;
    size_t i = place->count;
    while (i > 0) {
        const struct level *level = &place->levels[--i];
        least = level->units < least ? level->units : least;
        if (level->moment < since) {
            return least;
        }
    }
    return 0;
}

int64_t idle_through (const idle_t *self, int64_t product, int64_t since)
{
    int64_t units = 0;
    for (size_t i = 0; i < pairs_count (self->ids); i++) {
        if (pairs_second (self->ids, i) == product) {
            units += least_since (&self->places[i], since);
        }
    }
    return units;
}
