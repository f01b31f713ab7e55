#include "broker/shells/topics_shell.h"

enum { TOPICS_MAX = 4096 };

static int same_text (const void *a, const void *b)
{
    return strcmp (a, b);
}

static void free_text (void **text)
{
    free (*text);
    *text = NULL;
}

void topics_init (struct topics *self)
{
    self->all = false;
    self->changes = 0;
    self->wanted = zlistx_new ();
    if (!self->wanted) {
        abort ();
    }
    zlistx_set_comparator (self->wanted, same_text);
    zlistx_set_destructor (self->wanted, free_text);
}

void topics_free (struct topics *self)
{
    zlistx_destroy (&self->wanted);
}

// One (un)subscription is one frame: 1 or 0, then the prefix. XPUB passes on the first of a kind
// and the last one's end. A prefix with a NUL would be taken for the shorter one before the NUL,
// and its end for that one's; no topic has any.
static void update (struct topics *self, zmq_msg_t *frame)
{
    size_t size = zmq_msg_size (frame);
    const char *data = zmq_msg_data (frame);
    if (size == 0 || size > TOPIC_BYTES || (data[0] != 0 && data[0] != 1)
        || memchr (data + 1, 0, size - 1)) {
        return;
    }
    char *prefix = strndup (data + 1, size - 1);
    void *known = prefix ? zlistx_find (self->wanted, prefix) : NULL;
    self->all = self->all || zlistx_size (self->wanted) == TOPICS_MAX;
    if (data[0] == 1 && !known && prefix && !self->all) {
        zlistx_add_end (self->wanted, prefix);
        return;
    }
    if (data[0] == 0 && known) {
        zlistx_delete (self->wanted, known);
    }
    free (prefix);
}

bool topics_update (struct topics *self, zsock_t *xpub)
{
    struct frames frames;
    for (int i = 0; i < LIMIT_DRAIN; i++) {
        if (!wire_receive (xpub, &frames)) {
            return true;
        }
        if (frames.count == 1) {
            update (self, &frames.frame[0]);
            self->changes++;
        }
        wire_close (&frames);
    }
    return false;
}

bool topics_want (const struct topics *self, const struct letter *letter)
{
    if (self->all || zlistx_size (self->wanted) == 0) {
        return self->all;
    }
    char topic[TOPIC_BYTES];
    message_topic (&letter->message, letter->to, topic);
    for (char *prefix = zlistx_first (self->wanted); prefix; prefix = zlistx_next (self->wanted)) {
        if (strncmp (topic, prefix, strlen (prefix)) == 0) {
            return true;
        }
    }
    return false;
}
