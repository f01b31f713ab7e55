#include "broker/liveness.h"

void liveness_begin (struct liveness *self, int64_t interval_us, int64_t now_us)
{
    *self = (struct liveness){
        .interval_us = interval_us > 0 ? interval_us : 0,
        .heard_us = now_us,
        .pinged_us = now_us,
        .looked_us = now_us,
    };
}

void liveness_heard (struct liveness *self, int64_t now_us)
{
    if (now_us > self->heard_us) {
        self->heard_us = now_us;
    }
}

void liveness_sent (struct liveness *self, int64_t now_us)
{
    if (now_us > self->pinged_us) {
        self->pinged_us = now_us;
    }
}

void liveness_look (struct liveness *self, int64_t now_us)
{
    int64_t away_us = now_us - self->looked_us - self->interval_us;
    if (away_us > 0) {
        // What was heard since the last look was heard by a process that is not away any more.
        int64_t heard_us = self->heard_us + away_us;
        self->heard_us = heard_us < now_us ? heard_us : now_us;
    }
    if (now_us > self->looked_us) {
        self->looked_us = now_us;
    }
}

bool liveness_wants_ping (const struct liveness *self, int64_t now_us)
{
    return self->interval_us && now_us - self->heard_us >= self->interval_us
           && now_us - self->pinged_us >= self->interval_us;
}

bool liveness_suspects (const struct liveness *self, int64_t now_us)
{
    return self->interval_us && now_us - self->heard_us >= LIVENESS_MISSED * self->interval_us;
}

int64_t liveness_deadline (const struct liveness *self)
{
    if (!self->interval_us) {
        return INT64_MAX;
    }
    int64_t quiet_us = self->heard_us > self->pinged_us ? self->heard_us : self->pinged_us;
    const int64_t changes_us[] = {
        quiet_us + self->interval_us,
        self->heard_us + LIVENESS_MISSED * self->interval_us,
    };
    // A change that was there at the last look has been seen: waking for it again would be waking
    // for ever.
    int64_t due_us = self->looked_us + self->interval_us;
    for (int i = 0; i < 2; i++) {
        if (changes_us[i] > self->looked_us && changes_us[i] < due_us) {
            due_us = changes_us[i];
        }
    }
    return due_us;
}
