// The world's inside, shared by its files alone:
//   world.c       the verbs, and the loop that makes things happen
//   world_faults.c  faults from outside
//   nodes.c       who takes part: ids, cores, facts that they cause
//   process.c     a node's process: rounds of work, start, crash, pause
//   warehouse_process.c  what a warehouse's process does with its disk
//   trader_process.c  what a trader's process does with its journal
//   peer_process.c  what is to be seen of a peer: when it trades, when it is out
//   held.c        what traders have left of their leases
//   tally.c       what happened sometimes, by records and letters
//   network.c     connections, and what becomes of a letter on its way
//   post.c        letters that leave a round: to whom, and as which facts
//   story.c       what is told and hashed
#ifndef SOUK_WORLD_STATE_H
#define SOUK_WORLD_STATE_H

#include "actors/clients/random.h"
#include "tests/sim/world/agenda.h"
#include "tests/sim/world/disk.h"
#include "tests/sim/world/parcel.h"
#include "tests/sim/world/stranger.h"
#include "tests/sim/world/trader_disk.h"
#include "tests/sim/world/world.h"

enum {
    HELD_MAX = 64,  // letters that a connecting socket keeps while nobody answers
    NODES_FIRST = 16,
    HELD_PRODUCTS = 4,  // of a trader's list, that held.c looks at
    RESTART_MIN_US = 5 * WORLD_MS,
    RESTART_MAX_US = 200 * WORLD_MS,
};

enum role {
    ROLE_WAREHOUSE,
    ROLE_TRADER,
    ROLE_BUYER,
    ROLE_SELLER,
    ROLE_PEER,
    ROLE_STRANGER,
    ROLE_HAND
};

// How a core of each role is made and moved. Whoever adds a core adds a row in nodes.c.
struct core_class {
    const char *name;
    void *(*make) (const void *config, uint64_t seed);
    void (*unmake) (void **core_p);
    void (*step) (void *core, const struct event *event, struct outbox *out);
    int64_t (*deadline) (const void *core);
    bool (*done) (const void *core);  // NULL: it goes on until it is killed
};

enum node_state { NODE_UP, NODE_PAUSED, NODE_DOWN };

// A letter on its way, held back, or taken in.
struct mail {
    struct mail *next;
    struct parcel *parcel;  // NULL: garbage
    const char *garbage;    // bytes that are no message
    struct node *from;
    struct node *to;
    enum port port;  // that it arrives at
    struct line *line;
    int64_t incarnation;  // of the line, when it was sent
    const struct message *opened;
    bool life_sign;  // it says that its sender lives, and nothing else
};

struct mail_list {
    struct mail *first;
    struct mail *last;
    size_t count;
};

// What is known of a trader, for the counters alone (tally.c).
struct tally {
    int64_t epoch;  // as stored last, like the next three
    int64_t view;
    enum member_state state;
    int64_t backup;         // the last one that it had
    int64_t applied_epoch;  // of the last batch that was applied
    int64_t applied;
    int64_t sent_epoch;  // of the last batch that it sent
    int64_t sent;
    int64_t decided;  // writes in its journal, and how many of them are settled
    int64_t settled;
    bool died_holding;  // units of a lease, that its next process does not know
    struct {
        int64_t epoch;
        int64_t number;
        bool recalled;        // since it gave back all
    } leases[HELD_PRODUCTS];  // the latest letter that it sent about each
};

// What was seen of a peer last, in this life.
struct peer_seen {
    bool serves;        // it trades for the others
    bool stands;        // it may be elected
    bool told;          // which of both
    bool stopped;       // it was told to stop
    int64_t waits_for;  // the latest request that it has made and not sent; 0: none
    int64_t since_us;   // when that was seen first
};

// Of one product.
struct held {
    int64_t units;
    int64_t budget;
};

struct node {
    size_t index;  // in order of their coming
    int64_t id;
    enum role role;
    const struct core_class *class;
    union {
        struct trader_config trader;
        struct buyer_config buyer;
        struct seller_config seller;
        struct peer_config peer;
        struct stranger_config stranger;
    } config;
    void *core;        // NULL while down
    int64_t begin_us;  // when its first process starts
    enum node_state state;
    int64_t life;             // counts its processes
    bool aside;               // another process is reached under its id, by all but the warehouse
    int64_t epoch;            // of a trader, the latest that any of its processes was granted
    bool was_paused;          // in this life
    bool gone;                // has done all it wanted, or lost its place: never starts again
    bool outdated;            // a warehouse whose core knows more than the disk
    int64_t last_number;      // of a client, the highest that it used
    struct trader_disk disk;  // a trader's
    struct tally tally;
    struct held held[HELD_PRODUCTS];  // a trader's, as told last
    struct peer_seen seen;            // a peer's
    struct mail_list inbox;
    struct mail_list round;  // taken in; lives until the round's letters have left
    struct outbox *out;
    struct line **lines;  // to nodes of lesser indices, by these; NULL where there is none yet
    size_t line_size;
    int64_t worked_us;  // in all its rounds
    bool busy;          // a round is under way
    bool overdue;       // it ended while the process was paused
    bool doomed;        // it dies within its next round
    bool queued;        // in the world's list of those with something to do
    struct node *ready_next;
    int64_t wake_us;  // when it is planned to wake
    arena_t *memory;  // a hand's: what it heard last
    struct message heard;
    bool has_heard;
};

// What a ROUTER's routing id stands for: a client, and by which of its connections.
struct route_bytes {
    uint32_t index;
    uint32_t incarnation;
};

struct way {
    int64_t last_us;       // arrival of the latest letter
    int64_t news_last_us;  // of the latest published one
    int64_t joined_us;     // a subscription is in force from here on
    int64_t cuts;          // partitions that it lies across
    int64_t cut_us;        // when the first of them came
    int64_t delay_us;      // -1: drawn
    struct mail_list held;
};

// A connection between two nodes, both ways.
struct line {
    struct line *next;     // in the order of their coming
    struct node *ends[2];  // the one of the lesser index first
    int64_t incarnation;   // a new one each time that it breaks
    int64_t open_us;       // it is (re)connected from here on
    struct way ways[2];    // from ends[0], from ends[1]
};

enum { PORTS = PORT_TRADER + 1 };

enum {
    STREAM_DELAY,
    STREAM_STRIKE,
    STREAM_CRASH,
    STREAM_SEEDS,
    STREAM_WORK,
    STREAM_DISKS,
    STREAM_COUNT
};

struct world {
    struct world_config config;
    world_witness_fn *witness;
    void *context;
    bool halted;  // by the witness
    int64_t now_us;
    int64_t last_us;     // when something happened last
    int64_t stirred_us;  // and something other than a sign of life
    int64_t calm_us;     // for so long nothing else happens only when all is quiet
    int64_t steps;
    int64_t sent[PORTS];
    uint64_t hash;
    int64_t told_us;  // time of the story's last line
    struct sometimes sometimes;
    struct random streams[STREAM_COUNT];
    struct agenda agenda;
    struct node **nodes;
    size_t node_count;
    size_t node_size;
    struct node **traders;  // those among them, in the same order
    size_t trader_count;
    size_t trader_size;
    size_t peer_count;
    struct seating seating;  // of an elected market, as stored last; borrows the next
    int64_t seats[LIMIT_VECTOR];
    struct node *by_id[LIMIT_NODE + 1];
    struct node *ready_first;
    struct node *ready_last;
    struct line *lines;  // all of them
    struct line *last_line;
    int64_t held;              // letters that are held back on any of them
    struct mail *mails;        // unused ones
    struct outbox shared_out;  // of nodes whose work takes no time
    struct disk disk;
    bool started;
    bool healed;
    bool news_healed;
};

// nodes.c
struct node *world_add_node (world_t *self, enum role role, int64_t id);
struct node *world_node (const world_t *self, int64_t id);  // asserts that there is one
bool node_is_client (const struct node *node);
void node_count_life (world_t *self, const struct node *node);  // adds what its core counted
void node_count_on (struct node *node);  // its next process uses no number of those before it

// process.c
void process_start (world_t *self, struct node *node);
void process_end (world_t *self, struct node *node);  // with all that it had not made durable
void process_end_and_restart (world_t *self, struct node *node);
int64_t process_leave_half (world_t *self, struct node *node);  // of its letters some leave
void process_pause (world_t *self, struct node *node);
void process_resume (world_t *self, struct node *node);
void process_wake (world_t *self, struct node *node);        // at its deadline
void process_round (world_t *self, struct node *node);       // there may be something to do
void process_round_end (world_t *self, struct node *node);   // the work is done
void process_take_round (struct node *node);                 // what it works on together
void process_take_in (world_t *self, struct mail *mail);     // a mail has arrived
void process_begin_life (world_t *self, struct node *node);  // counts it, and tells of it
void process_work (world_t *self, struct node *node);        // on what a round has made, and end it
void process_step (world_t *self, struct node *node, const struct event *event);
int64_t process_due (const struct node *node);  // DEADLINE_NONE where it is down or done

// warehouse_process.c
bool warehouse_process_start (world_t *self, struct node *node);    // false: it had to end
bool warehouse_process_refresh (world_t *self, struct node *node);  // false: it refused, or ended
void warehouse_process_round_end (world_t *self, struct node *node);
void warehouse_process_crash (world_t *self, struct node *node);  // within a round

// trader_process.c
void trader_process_start (world_t *self, struct node *node);
void trader_process_round_end (world_t *self, struct node *node);
void trader_process_crash (world_t *self, struct node *node);  // within a round
void trader_process_begin_anew (world_t *self, struct node *node);
void trader_process_take_place (world_t *self, struct node *node);  // if it has been let in last
struct node *trader_process_twin (const world_t *self, const struct node *node);  // NULL: none
bool trader_process_stays (world_t *self, struct node *node);  // false: it has ended, or began anew

// peer_process.c
void peer_process_look (world_t *self, struct node *node);  // after each step: tells what is new
void peer_process_round_end (world_t *self, struct node *node);
void peer_process_forget (struct node *node);       // its process is gone
bool peer_process_rests (const struct node *node);  // it has ended, or has nothing open and trades,
                                                    // or is sick for good

// held.c
void held_look (world_t *self, struct node *trader);  // tells what it holds, where that has changed
void held_forget (struct node *trader);               // its process is gone

// tally.c
void tally_stored (world_t *self, const struct record *records, size_t count);
void tally_recorded (world_t *self, const struct node *node, const struct record *records,
                     size_t count);
void tally_recalled (struct node *to, const struct message *news);  // if it is a recall
void tally_letter (world_t *self, struct node *from, const struct message *message);
void tally_answer (world_t *self, const struct node *warehouse, const struct mail *asked,
                   const struct message *answer);

// post.c
void post_letters (world_t *self, struct node *from, size_t count);  // the first ones of its outbox
void post_early (world_t *self,
                 struct node *from);  // those that need not wait for the disk; they are
                                      // taken out of it
void post_told (world_t *self, const struct mail *mail);  // FACT_TOLD, to a client

// network.c
enum passage {
    PASSAGE_GOES,
    PASSAGE_TWICE,
    PASSAGE_LATE,  // or overtaken by others
    PASSAGE_LOST,
    PASSAGE_HELD,  // until there is a connection
    PASSAGE_NOWHERE,
};
struct line *line_between (world_t *self, struct node *a, struct node *b);
enum passage network_send (world_t *self, struct node *from, struct node *to, enum port port,
                           int64_t incarnation, const struct message *message, const char *garbage);
void network_arrive (world_t *self, struct mail *mail);
void network_break (world_t *self, struct line *line);
void network_break_all (world_t *self, const struct node *node);
bool network_holds (const struct line *line);  // something back
void network_release (world_t *self, struct line *line);
void network_release_all (world_t *self, const struct node *node);
void network_cut (world_t *self, struct node *from, struct node *to, bool cut);
void network_free (world_t *self);
void mail_free (world_t *self, struct mail *mail);
void mail_append (struct mail_list *list, struct mail *mail);
struct mail *mail_take (struct mail_list *list);  // the first; NULL: none
void mail_drop_all (world_t *self, struct mail_list *list);

// story.c
void story_letter (world_t *self, const struct node *from, const struct node *to,
                   const struct message *message, enum passage passage);
void story_garbage (world_t *self, const struct node *from, const struct node *to,
                    const char *garbage);
void story_lost (world_t *self, const struct mail *mail);  // with its connection, on its way
void story_heard (world_t *self, const struct node *to, enum passage passage);  // of news
void story_news (world_t *self, const struct node *from, const struct message *message);
void story_event (world_t *self, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
void story_records (world_t *self, const struct record *records, size_t count);

// Shows the fact to the witness; time is filled in.
void world_fact (world_t *self, struct fact fact);

static inline int64_t world_draw (world_t *self, int stream, int64_t min, int64_t max)
{
    return random_between (&self->streams[stream], min, max);
}

#endif
