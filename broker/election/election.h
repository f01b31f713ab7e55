// The election of traders among peers: the Bully algorithm (Garcia-Molina, IEEE Trans. Comput.
// C-31(1), 1982), with as many seats as the market is to have traders. Of the peers that are well
// the one with the highest id wins, and appoints the next highest as further traders.
//
// Bully alone can crown two: whoever takes the other for dead. So who wins is a candidate, and asks
// the warehouse for the next term, which that grants by compare-and-swap and makes durable; who
// holds no seat of the current term can commit nothing there. An election that went wrong costs
// time and nothing else.
//
// It never trades: its owner (actors/peer/peer.h) runs a trader while this peer holds a seat.
//
// Ports: PORT_CLIENTS (in: `election`, `coordinator`, `resign` and `ping` of peers; out: `answer`),
// PORT_TRADER (out: the same to them; in: `answer`, `pong`), PORT_WAREHOUSE (`campaign`, `seats`).
#ifndef SOUK_ELECTION_H
#define SOUK_ELECTION_H

#include "broker/core.h"

struct election_config {
    int64_t id;
    const int64_t *peers;         // ids of all, this one among them, ascending; copied
    size_t peer_count;            // 1 to LIMIT_VECTOR
    int64_t seats;                // 1 to LIMIT_VECTOR
    int64_t ping_every_us;        // of the leader by its followers: suspected after three
    int64_t answer_wait_us;       // how long a peer that lives may take to answer
    int64_t coordinator_wait_us;  // and then to win; after that this peer stands again
    int64_t settle_us;            // how long a peer that begins waits for the others to be heard
    bool
        reclaim;  // a peer that comes back takes a seat from a lower one at once; else it waits for
                  // the next election
};

// One seat, reclaim, a ping each 150 ms, half a second to settle; the waits grow with the peers: 20
// ms and 2 more for each of them for an answer, ten times that for the winner.
struct election_config election_config_default (const int64_t *peers, size_t peer_count);

enum election_state {
    ELECTION_SETTLING,     // it listens who is there
    ELECTION_FOLLOWING,    // no election that it knows of: it watches the leader, or leads
    ELECTION_STANDING,     // it has asked the higher ones
    ELECTION_WAITING,      // one has answered: that one, or a higher one, is to win
    ELECTION_CANVASSING,   // it has won, and looks whom it can appoint
    ELECTION_CAMPAIGNING,  // it has asked the warehouse for the next term
    ELECTION_OUT,          // sick: it does not take part
};

// What happened, for whoever tells it.
enum election_news {
    ELECTION_NEWS_STANDS,    // it begins an election: of `peer`, for the reason in `why`
    ELECTION_NEWS_ANSWERED,  // `peer` has answered: it lives
    ELECTION_NEWS_REFUSED,   // the warehouse did not grant it the term: `peer` leads in `term`
    ELECTION_NEWS_WON,       // it was granted the term
    ELECTION_NEWS_SERVES,    // and serves: everybody is told. `took_us`, `messages`
    ELECTION_NEWS_FOLLOWS,   // `peer` leads in `term`
};

enum election_why {
    ELECTION_WHY_START,     // there is no leader that it knows of
    ELECTION_WHY_SILENT,    // `peer` is suspected
    ELECTION_WHY_RESIGNED,  // `peer` has given up its seat
    ELECTION_WHY_ASKED,     // by the lower `peer`
    ELECTION_WHY_HIGHER,    // `peer` leads, and is lower
    ELECTION_WHY_UNENDED,   // whoever answered has not won
};

struct election_note {
    enum election_news news;
    enum election_why why;
    int64_t peer;
    int64_t term;
    int64_t took_us;   // since it stood
    int64_t messages;  // `election`, `answer`, `coordinator` that it sent for it
};

struct election_counters {
    int64_t stood;      // elections that it began
    int64_t won;        // terms that it was granted
    int64_t refused;    // and was not
    int64_t appointed;  // terms that it asked for as a leader, to fill a seat
    int64_t meanwhile;  // elections that it was asked into while it was in one
    int64_t messages;   // `election`, `answer`, `coordinator` and `resign` that it sent
    int64_t unseated;   // times that the warehouse told it that it holds no seat
};

typedef struct bully election_t;

// The caller owns the result and must destroy it.
election_t *election_new (const struct election_config *config);
void election_destroy (election_t **self_p);

// Total: what is not for it, or of nobody that it knows, is ignored. Letters are added to `out`,
// those to peers without a clock: their sender's owner stamps them.
void election_step (election_t *self, const struct event *event, struct outbox *out);
int64_t election_deadline (const election_t *self);

enum election_state election_state (const election_t *self);

// Who holds the seats, as far as it knows; term 0 and nobody while it only knows that it has lost
// its own. Borrowed until the next step.
struct seating election_seating (const election_t *self);

bool election_seated (const election_t *self);  // this peer holds a seat, and is well
bool election_leads (const election_t *self);   // and is the leader

// Those who hold seats and serve, as far as it knows: without those that resigned or are silent,
// and without this peer until election_serve. Room for LIMIT_VECTOR ids. Returns their count.
size_t election_serving (const election_t *self, int64_t *ids);

// Its trader is ready: tells everybody, if it leads, unless that was done in this term.
void election_serve (election_t *self, int64_t now_us, struct outbox *out);

// It is sick: out until election_return. Gives up its seat, if it has one.
void election_leave (election_t *self, int64_t now_us, struct outbox *out);
void election_return (election_t *self, int64_t now_us, struct outbox *out);

// The warehouse says that it holds no seat: it asks around.
void election_unseated (election_t *self, int64_t now_us, struct outbox *out);

// Takes the next of what has happened; false: nothing more. Beyond 32 the oldest are lost.
bool election_next_note (election_t *self, struct election_note *note);

const struct election_counters *election_counters (const election_t *self);

const char *election_why_text (enum election_why why);  // "is silent": behind the peer

#endif
