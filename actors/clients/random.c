#include "actors/clients/random.h"

struct random random_seeded (uint64_t seed)
{
    return (struct random){.state = seed};
}

uint64_t random_next (struct random *self)
{
    self->state += UINT64_C (0x9e3779b97f4a7c15);
    uint64_t mixed = self->state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C (0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

int64_t random_between (struct random *self, int64_t min, int64_t max)
{
    if (max <= min) {
        return min;
    }
    uint64_t span = (uint64_t) max - (uint64_t) min;
    if (span == UINT64_MAX) {
        return (int64_t) random_next (self);
    }
    return (int64_t) ((uint64_t) min + random_next (self) % (span + 1));
}
