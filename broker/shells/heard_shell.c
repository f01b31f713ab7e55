#include "broker/shells/heard_shell.h"

// The entry of this trader, added where there is none; NULL: there are too many.
static struct heard_trader *find (struct heard *self, int64_t id)
{
    for (size_t i = 0; i < self->count; i++) {
        if (self->traders[i].id == id) {
            return &self->traders[i];
        }
    }
    if (self->count == LIMIT_TRADERS) {
        return NULL;
    }
    self->traders[self->count] = (struct heard_trader){.id = id, .news = -1};
    return &self->traders[self->count++];
}

bool heard_first (struct heard *self, const struct message *message)
{
    if (message->type != MESSAGE_MEMBER) {
        return true;
    }
    struct heard_trader *trader = find (self, message->member.trader);
    int64_t news = 2 * message->member.view + (message->member.state == MEMBER_SUSPECTED);
    if (!trader || news <= trader->news) {
        return false;
    }
    trader->news = news;
    return true;
}
