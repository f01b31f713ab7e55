// Connections, and what becomes of a letter on its way. TCP keeps the order of what it carries and
// loses it only with the connection; ZeroMQ adds queues that are lost then too, a ROUTER that knows
// nobody who is not connected, and a PUB that drops. The faults strike on top of that.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world/world_state.h"

enum {
    RECONNECT_MIN_US = 1 * WORLD_MS,
    RECONNECT_MAX_US = 60 * WORLD_MS,
    JOIN_MAX_US = 30 * WORLD_MS,       // until a subscription is in force
    CUT_BREAKS_US = 2 * WORLD_SECOND,  // a connection that was cut for so long is given up
    LATE_MAX_US = 3 * WORLD_SECOND,
    LINES_FIRST = 8,
};

void mail_append (struct mail_list *list, struct mail *mail)
{
    mail->next = NULL;
    if (list->last) {
        list->last->next = mail;
    } else {
        list->first = mail;
    }
    list->last = mail;
    list->count++;
}

struct mail *mail_take (struct mail_list *list)
{
    struct mail *mail = list->first;
    if (mail) {
        list->first = mail->next;
        list->last = list->first ? list->last : NULL;
        list->count--;
    }
    return mail;
}

void mail_free (world_t *self, struct mail *mail)
{
    if (mail->parcel) {
        parcel_free (mail->parcel);
    }
    mail->next = self->mails;
    self->mails = mail;
}

void mail_drop_all (world_t *self, struct mail_list *list)
{
    for (struct mail *mail; (mail = mail_take (list));) {
        mail_free (self, mail);
    }
}

static struct mail *mail_new (world_t *self)
{
    struct mail *mail = self->mails;
    if (mail) {
        self->mails = mail->next;
    } else {
        mail = malloc (sizeof *mail);
        if (!mail) {
            abort ();
        }
    }
    *mail = (struct mail){0};
    return mail;
}

void network_free (world_t *self)
{
    for (struct line *line; (line = self->lines);) {
        self->lines = line->next;
        mail_drop_all (self, &line->ways[0].held);
        mail_drop_all (self, &line->ways[1].held);
        free (line);
    }
    for (struct mail *mail; (mail = self->mails);) {
        self->mails = mail->next;
        free (mail);
    }
}

static struct line *line_new (world_t *self, struct node *lesser, struct node *greater)
{
    struct line *line = malloc (sizeof *line);
    if (!line) {
        abort ();
    }
    *line = (struct line){.ends = {lesser, greater}, .incarnation = 1};
    line->ways[0].delay_us = -1;
    line->ways[1].delay_us = -1;
    if (self->last_line) {
        self->last_line->next = line;
    } else {
        self->lines = line;
    }
    self->last_line = line;
    return line;
}

// Makes room for a line to the node of this index.
static void grow_lines (struct node *node, size_t index)
{
    size_t size = node->line_size ? node->line_size : LINES_FIRST;
    while (size <= index) {
        size *= 2;
    }
    node->lines = realloc (node->lines, size * sizeof *node->lines);
    if (!node->lines) {
        abort ();
    }
    memset (node->lines + node->line_size, 0, (size - node->line_size) * sizeof *node->lines);
    node->line_size = size;
}

struct line *line_between (world_t *self, struct node *a, struct node *b)
{
    struct node *lesser = a->index < b->index ? a : b;
    struct node *greater = lesser == a ? b : a;
    if (lesser->index >= greater->line_size) {
        grow_lines (greater, lesser->index);
    }
    struct line **line = &greater->lines[lesser->index];
    if (!*line) {
        *line = line_new (self, lesser, greater);
    }
    return *line;
}

static struct way *way_from (struct line *line, const struct node *from)
{
    return &line->ways[line->ends[0] != from];
}

static void hold (world_t *self, struct way *way, struct mail *mail)
{
    mail_append (&way->held, mail);
    self->held++;
}

static bool strikes (world_t *self, enum fault_class class)
{
    bool healed = class == FAULT_NEWS_LOSS ? self->news_healed : self->healed;
    if (healed || !(self->config.faults & (INT64_C (1) << class))) {
        return false;
    }
    return world_draw (self, STREAM_STRIKE, 0, 999) < self->config.per_mille;
}

static int64_t delay_of (world_t *self, const struct line *line, const struct way *way)
{
    const struct world_config *config = &self->config;
    if (way->delay_us >= 0) {
        return way->delay_us;
    }
    if (config->warehouse_delay_max_us > 0 && line->ends[0]->role == ROLE_WAREHOUSE) {
        return world_draw (self, STREAM_DELAY, config->warehouse_delay_min_us,
                           config->warehouse_delay_max_us);
    }
    return world_draw (self, STREAM_DELAY, config->delay_min_us, config->delay_max_us);
}

// When a letter that leaves now will arrive: behind those before it, unless it is struck, which
// makes it `late`.
static int64_t arrival_of (world_t *self, const struct line *line, struct way *way, bool news,
                           bool *late)
{
    int64_t *last_us = news ? &way->news_last_us : &way->last_us;
    int64_t at_us = self->now_us + delay_of (self, line, way);
    if (strikes (self, FAULT_DELAY)) {
        *late = true;
        int64_t late_us = world_draw (self, STREAM_STRIKE, 1, 8);
        at_us += late_us == 8 ? world_draw (self, STREAM_STRIKE, 0, LATE_MAX_US)
                              : late_us * self->config.delay_max_us;
    }
    if (strikes (self, FAULT_REORDER)) {
        *late = true;
        // It takes a way of its own: those behind it may overtake it, and it those before it.
        at_us += world_draw (self, STREAM_STRIKE, 0, 4) * self->config.delay_max_us;
        self->sometimes.count[SOMETIMES_OVERTAKEN] += at_us < *last_us;
        return at_us;
    }
    *last_us = at_us > *last_us ? at_us : *last_us;
    return *last_us;
}

// Returns whether it will be late.
static bool put_on_way (world_t *self, struct mail *mail)
{
    bool late = false;
    struct way *way = way_from (mail->line, mail->from);
    int64_t at_us = arrival_of (self, mail->line, way, mail->port == PORT_NEWS, &late);
    agenda_add (&self->agenda, at_us, ENTRY_ARRIVAL, mail, 0);
    return late;
}

static bool is_open (const world_t *self, const struct line *line, const struct node *to)
{
    return to->state != NODE_DOWN && self->now_us >= line->open_us;
}

// What a ROUTER can do for a letter: nothing where the connection it was to take is gone.
static bool is_routed (const world_t *self, const struct line *line, const struct node *to,
                       int64_t incarnation)
{
    return is_open (self, line, to) && incarnation == line->incarnation && !to->gone;
}

static enum passage strike (world_t *self, const struct line *line, const struct node *from,
                            const struct node *to, enum port port)
{
    const struct way *way = &line->ways[line->ends[0] != from];
    if (port == PORT_NEWS) {
        bool joined = is_open (self, line, to) && self->now_us >= way->joined_us && way->cuts == 0;
        if (!joined || strikes (self, FAULT_NEWS_LOSS)) {
            self->sometimes.count[SOMETIMES_NEWS_MISSED]++;
            return PASSAGE_LOST;
        }
        return PASSAGE_GOES;
    }
    bool silent = port == PORT_TRADER && strikes (self, FAULT_SILENT);
    if (silent || strikes (self, FAULT_LOSS)) {
        self->sometimes.count[SOMETIMES_LOST]++;
        return PASSAGE_LOST;
    }
    return PASSAGE_GOES;
}

// Whether it is said for ever where nothing else happens: by those who watch each other, and by
// caches that expire.
static bool is_life_sign (const struct message *message)
{
    return message->type == MESSAGE_PING || message->type == MESSAGE_PONG
           || message->type == MESSAGE_JOURNALED || message->type == MESSAGE_SNAPSHOT
           || message->type == MESSAGE_STOCK
           || (message->type == MESSAGE_JOURNAL && message->journal.item_count == 0);
}

enum passage network_send (world_t *self, struct node *from, struct node *to, enum port port,
                           int64_t incarnation, const struct message *message, const char *garbage)
{
    struct line *line = line_between (self, from, to);
    struct way *way = way_from (line, from);
    self->sent[port]++;
    if (port != PORT_NEWS && incarnation && !is_routed (self, line, to, incarnation)) {
        return PASSAGE_NOWHERE;
    }
    bool life_sign = message && is_life_sign (message);
    self->stirred_us = life_sign ? self->stirred_us : self->now_us;
    enum passage passage = strike (self, line, from, to, port);
    if (passage != PASSAGE_GOES) {
        return passage;
    }
    bool waits = !is_open (self, line, to);
    if (waits && way->held.count >= HELD_MAX) {
        return PASSAGE_LOST;
    }
    struct mail *mail = mail_new (self);
    *mail = (struct mail){
        .parcel = garbage ? NULL : parcel_new (message, self->config.encoded),
        .garbage = garbage,
        .from = from,
        .to = to,
        .port = port,
        .line = line,
        .incarnation = line->incarnation,
        .life_sign = life_sign,
    };
    if (waits) {
        hold (self, way, mail);
        return PASSAGE_HELD;
    }
    if (!garbage && strikes (self, FAULT_DOUBLE)) {
        struct mail *second = mail_new (self);
        *second = *mail;
        second->parcel = parcel_double (mail->parcel);
        (void) put_on_way (self, second);
        (void) put_on_way (self, mail);
        self->sometimes.count[SOMETIMES_DOUBLED]++;
        return PASSAGE_TWICE;
    }
    return put_on_way (self, mail) ? PASSAGE_LATE : PASSAGE_GOES;
}

void network_arrive (world_t *self, struct mail *mail)
{
    struct line *line = mail->line;
    struct way *way = way_from (line, mail->from);
    if (mail->incarnation != line->incarnation || mail->to->state == NODE_DOWN || mail->to->gone) {
        self->sometimes.count[SOMETIMES_QUEUE_LOST]++;
        story_lost (self, mail);
        mail_free (self, mail);
    } else if (way->cuts > 0 && mail->port == PORT_NEWS) {
        self->sometimes.count[SOMETIMES_NEWS_MISSED]++;
        mail_free (self, mail);
    } else if (way->cuts > 0) {
        self->sometimes.count[SOMETIMES_CUT]++;
        hold (self, way, mail);
    } else {
        process_take_in (self, mail);
    }
}

// What is under way is lost, and what waits to be resent by TCP. The ends connect again, as
// somebody new to a ROUTER; who subscribes misses what is published until then.
void network_break (world_t *self, struct line *line)
{
    line->incarnation++;
    line->open_us = self->now_us;
    if (!self->healed) {
        line->open_us += world_draw (self, STREAM_CRASH, RECONNECT_MIN_US, RECONNECT_MAX_US);
    }
    for (int i = 0; i < 2; i++) {
        struct way *way = &line->ways[i];
        self->sometimes.count[SOMETIMES_QUEUE_LOST] += (int64_t) way->held.count;
        self->held -= (int64_t) way->held.count;
        mail_drop_all (self, &way->held);
        way->joined_us = line->open_us;
        way->last_us = self->now_us;
        way->news_last_us = self->now_us;
        if (!self->healed) {
            way->joined_us += world_draw (self, STREAM_CRASH, 0, JOIN_MAX_US);
        }
    }
    agenda_add (&self->agenda, line->open_us, ENTRY_RELEASE, line, 0);
}

void network_break_all (world_t *self, const struct node *node)
{
    for (struct line *line = self->lines; line; line = line->next) {
        if (line->ends[0] == node || line->ends[1] == node) {
            network_break (self, line);
        }
    }
}

bool network_holds (const struct line *line)
{
    return line->ways[0].held.count + line->ways[1].held.count > 0;
}

// What was held back goes on, by the connection that there is now. All of it comes before what is
// under way behind it.
void network_release (world_t *self, struct line *line)
{
    for (int i = 0; i < 2; i++) {
        struct way *way = &line->ways[i];
        if (way->cuts > 0 || !is_open (self, line, line->ends[1 - i]) || line->ends[1 - i]->gone) {
            continue;
        }
        for (struct mail *mail; (mail = mail_take (&way->held));) {
            self->held--;
            mail->incarnation = line->incarnation;
            process_take_in (self, mail);
        }
    }
}

void network_release_all (world_t *self, const struct node *node)
{
    if (self->held == 0) {
        return;  // Thousands of clients may start, with a connection to each trader.
    }
    for (struct line *line = self->lines; line; line = line->next) {
        if (line->ends[0] == node || line->ends[1] == node) {
            network_release (self, line);
        }
    }
}

void network_cut (world_t *self, struct node *from, struct node *to, bool cut)
{
    struct line *line = line_between (self, from, to);
    struct way *way = way_from (line, from);
    if (cut) {
        way->cut_us = way->cuts == 0 ? self->now_us : way->cut_us;
        way->cuts++;
        return;
    }
    if (way->cuts == 0 || --way->cuts > 0) {
        return;
    }
    if (self->now_us - way->cut_us >= CUT_BREAKS_US) {
        network_break (self, line);
    } else {
        network_release (self, line);
    }
}
