#include "actors/peer/peer_report.h"

#include <stdio.h>

#include "broker/trader/trader_report.h"

static void begin (struct report *self, const struct peer_teller *teller, const char *event)
{
    report_begin (self, teller->json, event, teller->id, "peer");
}

const char *report_peer_ready (struct report *self, const struct peer_teller *teller,
                               const char *router, const char *pub)
{
    begin (self, teller, "ready");
    report_text (self, "kind", teller->class->role);
    report_open (self, "endpoints");
    report_text (self, "router", router);
    report_text (self, "pub", pub);
    report_close (self);
    return report_end (self);
}

// How it stands, in every line that tells how it gets on.
static void add_state (struct report *self, const struct peer_teller *teller)
{
    struct seating seating = election_seating (peer_election (teller->peer));
    report_text (self, "state", peer_role_name (peer_role (teller->peer)));
    report_flag (self, "content", peer_content (teller->peer));
    report_number (self, "term", seating.term);
    report_number (self, "leader", seating.leader);
}

const char *report_peer_progress (struct report *self, const struct peer_teller *teller)
{
    begin (self, teller, "progress");
    add_state (self, teller);
    teller->class->progress (teller->client, self);
    return report_end (self);
}

const char *report_peer_recovered (struct report *self, const struct peer_teller *teller,
                                   int64_t moved)
{
    begin (self, teller, "recovered");
    report_number (self, "moved", moved);
    return report_end (self);
}

static const char *news_name (enum election_news news)
{
    static const char *const names[] = {
        [ELECTION_NEWS_STANDS] = "stands",   [ELECTION_NEWS_ANSWERED] = "answered",
        [ELECTION_NEWS_REFUSED] = "refused", [ELECTION_NEWS_WON] = "won",
        [ELECTION_NEWS_SERVES] = "serves",   [ELECTION_NEWS_FOLLOWS] = "follows",
    };
    return names[news];
}

static const char *why_name (enum election_why why)
{
    static const char *const names[] = {
        [ELECTION_WHY_START] = "start",       [ELECTION_WHY_SILENT] = "silent",
        [ELECTION_WHY_RESIGNED] = "resigned", [ELECTION_WHY_ASKED] = "asked",
        [ELECTION_WHY_HIGHER] = "higher",     [ELECTION_WHY_UNENDED] = "unended",
    };
    return names[why];
}

// Who trades in the term, as numbers with commas between them.
static void add_seats (struct report *self, const struct peer_teller *teller)
{
    struct seating seating = election_seating (peer_election (teller->peer));
    char text[PEER_TEXT_BYTES] = "";
    int length = 0;
    for (size_t i = 0; i < seating.seat_count && length < PEER_TEXT_BYTES - 8; i++) {
        length += snprintf (text + length, sizeof text - (size_t) length, "%s%lld",
                            i > 0 ? "," : "", (long long) seating.seats[i]);
    }
    report_text (self, "seats", text);
}

const char *report_peer_election (struct report *self, const struct peer_teller *teller,
                                  const struct election_note *note)
{
    begin (self, teller, "election");
    report_number (self, "term", note->term);
    report_text (self, "news", news_name (note->news));
    if (note->news == ELECTION_NEWS_STANDS) {
        report_text (self, "why", why_name (note->why));
    }
    report_number (self, "peer", note->peer);
    report_number (self, "took_us", note->took_us);
    report_number (self, "messages", note->messages);
    if (note->news == ELECTION_NEWS_SERVES) {
        add_seats (self, teller);
    }
    return report_end (self);
}

const char *report_peer_news (struct report *self, const struct peer_teller *teller,
                              const struct peer_note *note)
{
    static const char *const events[] = {
        [PEER_NEWS_SICK] = "sick", [PEER_NEWS_RESIGNED] = "resigned", [PEER_NEWS_HANDED] = "handed",
        [PEER_NEWS_WELL] = "well", [PEER_NEWS_UNSEATED] = "unseated",
    };
    begin (self, teller, events[note->news]);
    if (note->news == PEER_NEWS_HANDED) {
        report_number (self, "peer", note->peer);
    }
    if (note->news == PEER_NEWS_HANDED || note->news == PEER_NEWS_RESIGNED) {
        report_number (self, "count", note->count);
    }
    return report_end (self);
}

static void add_election (struct report *self, const struct election_counters *counters)
{
    report_open (self, "election");
    report_number (self, "stood", counters->stood);
    report_number (self, "won", counters->won);
    report_number (self, "refused", counters->refused);
    report_number (self, "appointed", counters->appointed);
    report_number (self, "meanwhile", counters->meanwhile);
    report_number (self, "messages", counters->messages);
    report_number (self, "unseated", counters->unseated);
    report_close (self);
}

static void add_peer (struct report *self, const struct peer_counters *counters)
{
    report_open (self, "peer");
    report_number (self, "seated", counters->seated);
    report_number (self, "sick", counters->sick);
    report_number (self, "sales", counters->sales);
    report_number (self, "handed", counters->handed);
    report_number (self, "turned", counters->turned);
    report_number (self, "unseated", counters->unseated);
    report_close (self);
}

const char *report_peer_summary (struct report *self, const struct peer_teller *teller)
{
    struct trader_counters counters = peer_trader_counters (teller->peer);
    begin (self, teller, "summary");
    report_text (self, "kind", teller->class->role);
    add_state (self, teller);
    teller->class->summary (teller->client, self);
    report_open (self, "trader");
    report_trader_counters (self, &counters);
    report_close (self);
    add_election (self, election_counters (peer_election (teller->peer)));
    add_peer (self, peer_counters (teller->peer));
    return report_end (self);
}

// "4.1 ms after it stood, 9 messages", where that is known.
static void leads_text (const struct election_note *note, char text[PEER_TEXT_BYTES])
{
    int length = snprintf (text, PEER_TEXT_BYTES, "election: peer %lld leads in term %lld",
                           (long long) note->peer, (long long) note->term);
    if (note->took_us > 0) {
        int64_t tenths = (note->took_us + 50) / 100;
        snprintf (text + length, PEER_TEXT_BYTES - (size_t) length,
                  ", %lld.%lld ms after it stood, %lld message%s", (long long) (tenths / 10),
                  (long long) (tenths % 10), (long long) note->messages,
                  note->messages == 1 ? "" : "s");
    }
}

void peer_election_text (int64_t id, const struct election_note *note, char text[PEER_TEXT_BYTES])
{
    char whom[32] = "";
    switch (note->news) {
    case ELECTION_NEWS_STANDS:
        if (note->peer == id || note->why == ELECTION_WHY_START) {
            snprintf (whom, sizeof whom, "it ");
        } else if (note->peer > 0) {
            snprintf (whom, sizeof whom, "%lld ", (long long) note->peer);
        }
        snprintf (text, PEER_TEXT_BYTES, "election: peer %lld stands, for %s%s (term %lld)",
                  (long long) id, whom, election_why_text (note->why), (long long) note->term);
        return;
    case ELECTION_NEWS_ANSWERED:
        snprintf (text, PEER_TEXT_BYTES, "election: %lld has answered peer %lld",
                  (long long) note->peer, (long long) id);
        return;
    case ELECTION_NEWS_REFUSED:
        snprintf (text, PEER_TEXT_BYTES, "election: peer %lld was refused: %lld leads in term %lld",
                  (long long) id, (long long) note->peer, (long long) note->term);
        return;
    case ELECTION_NEWS_WON:
        snprintf (text, PEER_TEXT_BYTES, "election: peer %lld has won term %lld", (long long) id,
                  (long long) note->term);
        return;
    case ELECTION_NEWS_SERVES:
    case ELECTION_NEWS_FOLLOWS:
        leads_text (note, text);
        return;
    }
}

void peer_news_text (int64_t id, const struct peer_note *note, char text[PEER_TEXT_BYTES])
{
    char waiting[64] = "";
    switch (note->news) {
    case PEER_NEWS_SICK:
        snprintf (text, PEER_TEXT_BYTES, "peer %lld has fallen sick", (long long) id);
        return;
    case PEER_NEWS_RESIGNED:
        if (note->count > 0) {
            snprintf (waiting, sizeof waiting, ", and %lld requests wait for its successor",
                      (long long) note->count);
        }
        snprintf (text, PEER_TEXT_BYTES, "peer %lld has resigned%s", (long long) id, waiting);
        return;
    case PEER_NEWS_HANDED:
        snprintf (text, PEER_TEXT_BYTES, "peer %lld has handed %lld requests over to %lld",
                  (long long) id, (long long) note->count, (long long) note->peer);
        return;
    case PEER_NEWS_WELL:
        snprintf (text, PEER_TEXT_BYTES, "peer %lld is well again", (long long) id);
        return;
    case PEER_NEWS_UNSEATED:
        snprintf (text, PEER_TEXT_BYTES, "peer %lld trades no more: others were elected",
                  (long long) id);
        return;
    }
}
