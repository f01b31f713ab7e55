// What the subscribers of an XPUB want to hear, so that nothing is built that nobody hears.
#ifndef SOUK_TOPICS_SHELL_H
#define SOUK_TOPICS_SHELL_H

#include "broker/shells/wire_shell.h"

struct topics {
    zlistx_t *wanted;  // prefixes, as strings
    bool all;          // there were too many to remember: everything is wanted
    int64_t changes;   // counts what the subscribers have said
};

void topics_init (struct topics *self);
void topics_free (struct topics *self);
// Takes in what the subscribers of the XPUB said meanwhile, at most LIMIT_DRAIN of it. Returns
// whether that was all.
bool topics_update (struct topics *self, zsock_t *xpub);
bool topics_want (const struct topics *self, const struct letter *letter);

#endif
