// What a peer's shell tells whoever runs it, as lines of report.h, and of elections in its log.
#ifndef SOUK_PEER_REPORT_H
#define SOUK_PEER_REPORT_H

#include "actors/clients/client_shell.h"
#include "actors/peer/peer.h"
#include "broker/shells/report.h"

// Whose reports they are.
struct peer_teller {
    peer_t *peer;
    int64_t id;
    const struct client_class *class;  // a buyer's or a seller's
    void *client;                      // its core
    bool json;
};

// Each writes one line, begins and ends it, and returns it; it is borrowed from the report.
const char *report_peer_ready (struct report *self, const struct peer_teller *teller,
                               const char *router, const char *pub);
const char *report_peer_progress (struct report *self, const struct peer_teller *teller);
// That answers came from another trader than the one asked first.
const char *report_peer_recovered (struct report *self, const struct peer_teller *teller,
                                   int64_t moved);
const char *report_peer_election (struct report *self, const struct peer_teller *teller,
                                  const struct election_note *note);
const char *report_peer_news (struct report *self, const struct peer_teller *teller,
                              const struct peer_note *note);
const char *report_peer_summary (struct report *self, const struct peer_teller *teller);

// The same in words, for the log.
enum { PEER_TEXT_BYTES = 256 };
void peer_election_text (int64_t id, const struct election_note *note, char text[PEER_TEXT_BYTES]);
void peer_news_text (int64_t id, const struct peer_note *note, char text[PEER_TEXT_BYTES]);

#endif
