// The election's inside, shared by its files alone:
//   election.c         the verbs and the dispatch
//   election_state.c   peers, seats, letters, notes
//   election_stand.c   the Bully algorithm, up to the campaign at the warehouse
//   election_learn.c   who leads: what the warehouse says, and what peers know
//   election_watch.c   who is silent, and which seats are to be filled
#ifndef SOUK_ELECTION_STATE_H
#define SOUK_ELECTION_STATE_H

#include "broker/election/election.h"
#include "broker/liveness.h"

enum {
    NOTES = 32,
    LISTEN_US = 50000,           // a peer that begins asks after those that it has not heard
    CAMPAIGN_RETRY_US = 100000,  // the warehouse was asked, and has not answered
    REACH_INTERVALS = 10,        // a leader asks after who is silent, each time so many are over
    CONTRADICTIONS = 2,          // answers of the warehouse that a leader believes against itself
    WELL_INTERVALS = 2,          // who was heard within so many may be appointed
};

struct election_peer {
    int64_t id;
    bool silent;       // did not answer, and was not heard since
    bool out;          // has resigned, and was not heard since
    bool heard;        // since this peer began to settle
    bool reached;      // what this peer sends it arrives: it has replied since then
    int64_t heard_us;  // last
    struct liveness life;
};

struct seat_list {
    int64_t ids[LIMIT_VECTOR];  // ascending
    size_t count;
};

struct bully {
    struct election_config config;  // its `peers` is not used
    struct election_peer peers[LIMIT_VECTOR];
    size_t own;  // index of this peer
    enum election_state state;
    int64_t now_us;      // of the event at hand
    int64_t due_us;      // of the state; DEADLINE_NONE where it waits for nothing
    int64_t settled_us;  // settling, it has listened long enough

    int64_t term;  // the latest that it knows of
    int64_t leader;
    struct seat_list seats;
    bool evicted;         // this peer has given up its seat, or the warehouse says that it has none
    int64_t over_term;    // the latest that the warehouse has shown to be over
    int64_t served_term;  // in which its trader was ready, and everybody told if it leads

    int64_t campaign_term;  // that it takes for the current one
    struct seat_list proposed;
    int64_t canvass_us;  // since then peers are looked for
    bool appoints;       // it leads already, and wants other seats
    int64_t appoint_due_us;
    int64_t confirm_due_us;  // a leader asks the warehouse whether it still is,
    int64_t confirmed_us;    // and did last
    bool doubted;            // by somebody, since it asked
    int64_t contradicted;    // answers, one after another, of an earlier term

    int64_t began_us;  // it stood
    int64_t messages;  // since then
    struct election_note notes[NOTES];
    size_t note_at;
    size_t note_count;
    struct election_counters counters;
};

// election_state.c
struct election_peer *election_peer_of (election_t *self, int64_t id);  // NULL: nobody of that id
bool election_has_seat (const election_t *self, int64_t id);
void election_adopt (election_t *self, const struct seating *seating);
void election_wait (election_t *self, enum election_state state,
                    int64_t wait_us);                // then look again
bool election_in_progress (const election_t *self);  // it takes part in one just now
// A letter to one peer, and to all others; counted where it belongs to an election.
struct message *election_letter (election_t *self, struct outbox *out, int64_t to,
                                 enum message_type type);
void election_tell_all (election_t *self, struct outbox *out, enum message_type type);
void election_count (election_t *self);
// What it knows, in memory that stays as it is while the letter waits.
struct seating election_copy (const election_t *self, struct outbox *out);
void election_ping (election_t *self, struct election_peer *peer, struct outbox *out);
void election_tell_leader (election_t *self, struct outbox *out, int64_t to, int64_t took_us,
                           int64_t messages);
void election_tell_all_leader (election_t *self, struct outbox *out, int64_t took_us,
                               int64_t messages);
void election_note (election_t *self, struct election_note note);

// Asks the warehouse for the term after `term`.
void election_ask (election_t *self, int64_t term, const struct seat_list *seats,
                   struct outbox *out);

// election_stand.c
void election_settle (election_t *self, int64_t wait_us, struct outbox *out);
void election_stand (election_t *self, enum election_why why, int64_t peer, struct outbox *out);
void election_campaign (election_t *self, const struct seat_list *seats, struct outbox *out);
void election_ask_again (election_t *self, struct outbox *out);  // for the term it campaigns for
void election_asked (election_t *self, const struct event *event, struct outbox *out);
void election_answered (election_t *self, struct election_peer *peer);
void election_run_due (election_t *self, struct outbox *out);
void election_look_early (election_t *self, struct outbox *out);  // somebody was heard

// election_learn.c
void election_follow (election_t *self);
void election_told (election_t *self, const struct seats *told, struct outbox *out);
void election_learn (election_t *self, const struct seating *seating, int64_t from,
                     struct outbox *out);
bool election_accepts (const election_t *self);  // whoever leads; else it would rather lead itself

// election_watch.c
void election_watch_begin (election_t *self);  // whom it is to watch has changed
void election_doubt (election_t *self);        // a leader hears of a later term: it will ask
void election_watch (election_t *self, struct outbox *out);
int64_t election_watch_due (const election_t *self);

#endif
