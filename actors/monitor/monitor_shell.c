#include "actors/monitor/monitor_shell.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "broker/shells/wire_shell.h"

enum {
    LOOK_US = 500000,  // from one look at the topology to the next
    BUFFER_BYTES = 4 * LINE_BYTES,
    PIECE_BYTES = 4096,  // PIPE_BUF: a pipe that is ready for writing has room for as many
    TIME_BYTES = 16,
    TOLD_BYTES = 1024,
};

struct shell {
    struct monitor_shell_config *config;
    zsock_t *pipe;
    zsock_t *news;  // SUB
    struct wire wire;
    monitor_t *monitor;
    int64_t end_us;   // DEADLINE_NONE: not by itself
    int64_t look_us;  // at the topology
    bool missing;     // it was said that there is no topology yet
    bool opening;     // it was said that the market does not listen yet
    bool over;        // it was said that the market has ended
    bool ended;
    bool unheard;  // nobody reads what is written
    bool failed;
    time_t second;  // that `clock` tells
    char clock[TIME_BYTES];
    char *buffer;  // BUFFER_BYTES: lines that are to be written
    size_t length;
    int64_t messages;
    int64_t missed;
    int64_t malformed;
};

static void tell (struct shell *self, const char *command, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

static void tell (struct shell *self, const char *command, const char *format, ...)
{
    char line[TOLD_BYTES];
    va_list arguments;
    va_start (arguments, format);
    vsnprintf (line, sizeof line, format, arguments);
    va_end (arguments);
    zstr_sendx (self->pipe, command, line, NULL);
}

static void fail (struct shell *self, const char *why)
{
    tell (self, "FAILED", "%s", why);
    self->failed = true;
    self->ended = true;
}

static bool open_news (struct shell *self)
{
    const struct monitor_shell_config *config = self->config;
    char error[ENDPOINTS_ERROR];
    self->news =
        wire_socket (ZMQ_SUB, WIRE_CONNECT, NULL, LIMIT_MESSAGE_BYTES, error, sizeof error);
    if (!self->news) {
        fail (self, error);
        return false;
    }
    zsock_set_linger (self->news, 0);
    for (size_t i = 0; i < config->topic_count; i++) {
        zsock_set_subscribe (self->news, config->topics[i]);
    }
    if (config->topic_count == 0) {
        zsock_set_subscribe (self->news, "");
    }
    return true;
}

// Listens to all who publish now. Connections to those who published before stay as they are, and
// what is known of everybody is kept: what is lost on the way from one market to the next is told.
// After an end each is named again, since the next market may have the endpoints of the last.
static void listen_to_all (struct shell *self)
{
    const struct endpoints *endpoints = &self->config->endpoints;
    char error[ENDPOINTS_ERROR];
    if (!self->news && !open_news (self)) {
        return;
    }
    for (size_t i = 0; i < endpoints->count; i++) {
        const char *endpoint = endpoints->list[i];
        bool had = endpoints_had (endpoints, endpoint);
        if (had && !self->over) {
            continue;
        }
        if (!had && !wire_attach (self->news, WIRE_CONNECT, endpoint, error, sizeof error)) {
            fail (self, error);
            return;
        }
        tell (self, "READY", "monitor: listens to %s", endpoint);
    }
    for (size_t i = 0; i < endpoints->before_count; i++) {
        if (!endpoints_have (endpoints, endpoints->before[i])) {
            (void) zsock_disconnect (self->news, "%s", endpoints->before[i]);
        }
    }
}

static void tell_end (struct shell *self)
{
    if (self->over) {
        return;
    }
    self->over = true;
    if (self->news) {
        tell (self, "READY", "monitor: the market has ended; waits for the next one in %s",
              self->config->endpoints.run_dir);
    } else {
        tell (self, "READY", "monitor: the run in %s has ended; waits for the next one",
              self->config->endpoints.run_dir);
    }
}

// Looks whether the topology has changed. One that is missing is waited for. One that cannot be
// read is a failure as long as there was none; later it may be on its way to another one.
static void look (struct shell *self)
{
    struct endpoints *endpoints = &self->config->endpoints;
    switch (endpoints_look (endpoints)) {
    case ENDPOINTS_NEW:
        listen_to_all (self);
        self->over = false;
        break;
    case ENDPOINTS_ENDED:
        tell_end (self);
        break;
    case ENDPOINTS_MISSING:
        if (!self->news && !self->opening && !self->over && !self->missing) {
            tell (self, "READY", "monitor: waits for %s/topology.json: tools/launch.py writes it",
                  endpoints->run_dir);
        }
        self->missing = true;
        break;
    case ENDPOINTS_OPENING:
        if (!self->opening) {
            tell (self, "READY", "monitor: waits until the market in %s listens",
                  endpoints->run_dir);
        }
        self->opening = true;
        break;
    case ENDPOINTS_FAILED:
        if (!self->news && !self->opening && !self->over) {
            fail (self, endpoints->error);
        }
        break;
    case ENDPOINTS_SAME:
        break;
    }
    self->look_us = endpoints->run_dir ? wire_now_us () + LOOK_US : DEADLINE_NONE;
}

// Whether the output takes a piece of what is to be written; false: it does not, and it is time to
// end. A reader that is slow is waited for, and meanwhile messages wait, or are lost: that is for
// publishers and their high-water marks.
static bool wait_for_room (struct shell *self)
{
    while (true) {
        zmq_pollitem_t items[] = {
            {NULL, self->config->output, ZMQ_POLLOUT, 0},
            {zsock_resolve (self->pipe), 0, ZMQ_POLLIN, 0},
        };
        long timeout_ms = self->ended ? 0 : wire_timeout_ms (self->end_us);
        int ready = zmq_poll (items, self->ended ? 1 : 2, timeout_ms);
        if (ready == -1 && errno == EINTR) {
            continue;
        }
        if (items[0].revents) {
            return true;
        }
        if (self->ended || ready == -1) {
            return false;
        }
        self->ended = items[1].revents || wire_now_us () >= self->end_us;
    }
}

static void flush (struct shell *self)
{
    size_t at = 0;
    while (at < self->length && !self->unheard && wait_for_room (self)) {
        size_t left = self->length - at;
        ssize_t written = write (self->config->output, self->buffer + at,
                                 left < PIECE_BYTES ? left : PIECE_BYTES);
        if (written > 0) {
            at += (size_t) written;
        } else if (written == -1 && errno != EINTR && errno != EAGAIN) {
            self->unheard = true;
            self->ended = true;
            if (errno != EPIPE) {
                tell (self, "FAILED", "cannot write: %s", strerror (errno));
            }
        }
    }
    self->length = 0;
}

// The wall clock; the time of day is made anew once a second.
static struct line_time line_time_now (struct shell *self)
{
    struct timeval now;
    gettimeofday (&now, NULL);
    if (now.tv_sec != self->second) {
        struct tm local;
        self->second = now.tv_sec;
        localtime_r (&now.tv_sec, &local);
        strftime (self->clock, sizeof self->clock, "%H:%M:%S.000", &local);
    }
    int ms = (int) (now.tv_usec / 1000);
    char *digits = self->clock + strlen ("00:00:00.");
    digits[0] = (char) ('0' + ms / 100);
    digits[1] = (char) ('0' + ms / 10 % 10);
    digits[2] = (char) ('0' + ms % 10);
    return (struct line_time){self->clock, (int64_t) now.tv_sec * 1000 + ms};
}

// The topic as a string, "?" where it cannot be one.
static void read_topic (struct frames *frames, char topic[TOPIC_BYTES])
{
    static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.";
    size_t size = zmq_msg_size (&frames->frame[0]);
    strcpy (topic, "?");
    if (size == 0 || size >= TOPIC_BYTES) {
        return;
    }
    memcpy (topic, zmq_msg_data (&frames->frame[0]), size);
    topic[size] = 0;
    if (strspn (topic, bytes) != size) {
        strcpy (topic, "?");
    }
}

static void show_malformed (struct shell *self, struct line_time now, const char *topic,
                            const char *why)
{
    self->malformed++;
    self->length +=
        line_malformed (self->config->style, now, topic, why, self->buffer + self->length);
}

// Of each sale a person is told anyway, and of its clock when he has asked for that.
static bool is_quiet (const struct shell *self, const struct message *message)
{
    return message->type == MESSAGE_CLOCK && !self->config->style.json
           && self->config->topic_count == 0;
}

static void show (struct shell *self, struct frames *frames)
{
    struct line_style style = self->config->style;
    struct line_time now = line_time_now (self);
    char topic[TOPIC_BYTES];
    struct decode_error error;
    struct event event;
    read_topic (frames, topic);
    wire_decode (&self->wire, frames, 1, LIMIT_MESSAGE_BYTES, &event, &error);
    if (event.type == EVENT_MALFORMED) {
        show_malformed (self, now, topic, error.text);
        return;
    }
    if (!monitor_topic_fits (event.message, topic)) {
        show_malformed (self, now, topic, "it is not published under this topic");
        return;
    }
    struct notice notice = monitor_note (self->monitor, event.message, topic);
    bool quiet = is_quiet (self, event.message);
    notice.missed = quiet ? 0 : notice.missed;
    self->missed += notice.missed;
    self->length +=
        line_notice (style, now, topic, event.message->from, &notice, self->buffer + self->length);
    if (quiet) {
        return;
    }
    self->length +=
        line_message (style, now, topic, event.message, &notice, self->buffer + self->length);
    self->messages++;
    self->ended = self->ended || self->messages == self->config->count;
}

// Takes what waits, and writes it when the buffer is full or nothing waits any more.
static void drain (struct shell *self)
{
    struct frames frames;
    for (int i = 0; i < LIMIT_DRAIN && !self->ended; i++) {
        if (!wire_receive (self->news, &frames)) {
            break;
        }
        show (self, &frames);
        wire_close (&frames);
        if (self->length + 2 * LINE_BYTES > BUFFER_BYTES) {
            flush (self);
        }
    }
    wire_round (&self->wire);
    flush (self);
}

static void serve (struct shell *self)
{
    while (!self->ended) {
        zmq_pollitem_t items[] = {
            {zsock_resolve (self->pipe), 0, ZMQ_POLLIN, 0},
            {NULL, self->config->output, ZMQ_POLLERR, 0},
            {self->news ? zsock_resolve (self->news) : NULL, -1, ZMQ_POLLIN, 0},
        };
        int64_t wake_us = self->look_us < self->end_us ? self->look_us : self->end_us;
        int count = self->news ? 3 : 2;
        if (zmq_poll (items, count, wire_timeout_ms (wake_us)) == -1 && errno != EINTR) {
            return;
        }
        if (self->news) {
            drain (self);
        }
        int64_t now_us = wire_now_us ();
        if (!self->ended && now_us >= self->look_us) {
            look (self);
        }
        self->ended = self->ended || items[0].revents || items[1].revents || now_us >= self->end_us;
    }
}

void monitor_shell (zsock_t *pipe, void *config)
{
    struct shell self = {.config = config, .pipe = pipe, .end_us = DEADLINE_NONE, .second = -1};
    zsock_signal (pipe, 0);
    wire_init (&self.wire, LOG_QUIET);
    self.monitor = monitor_new ();
    self.buffer = malloc (BUFFER_BYTES);
    if (!self.buffer) {
        abort ();
    }
    if (self.config->for_us > 0) {
        self.end_us = wire_now_us () + self.config->for_us;
    }
    if (self.config->endpoints.run_dir) {
        look (&self);
    } else {
        self.look_us = DEADLINE_NONE;
        listen_to_all (&self);
    }
    serve (&self);
    if (!self.failed) {
        tell (&self, "READY",
              "monitor: %" PRId64 " messages, %" PRId64 " missed, %" PRId64 " malformed",
              self.messages, self.missed, self.malformed);
    }
    zsock_destroy (&self.news);
    monitor_destroy (&self.monitor);
    wire_free (&self.wire);
    free (self.buffer);
    tell (&self, "DONE", "%s", "");
}
