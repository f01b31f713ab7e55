#include "tests/sim/world/parcel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/codec_fields.h"

// A compiler may come without the header where it comes without the sanitizer.
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void) (at), (void) (size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void) (at), (void) (size))
#endif

enum {
    BIN_COUNT = 16,
    BIN_LEAST_BYTES = 256,  // of a block of bin 0; of each bin twice that of the one before
    ARENA_BYTES = 4096,
    ALIGNMENT = 8,  // of every list: all begin with an int64_t, an enum or a pointer
};

// A block of the pool, in one piece.
struct parcel {
    struct parcel *next;     // while it is free: the next one of its bin
    unsigned bin;            // by its size
    bool encoded;            // `data` is what travels on the wire
    bool opened;             // `message` is there
    size_t size;             // bytes of data
    arena_t *arena;          // what was decoded borrows from it; NULL until then
    struct message message;  // what arrives
    max_align_t data[];      // the message's lists and strings, or its bytes
};

// What was freed, to be used again. One for the process, which has one thread.
static struct {
    struct parcel *blocks[BIN_COUNT];
    arena_t **arenas;
    size_t arena_count;
    size_t arena_size;
} pool;

static char wire[LIMIT_BATCH_BYTES];

// What of a block a sanitizer is to guard while the block is free: all but what the pool needs.
static size_t guarded_bytes (unsigned bin)
{
    return ((size_t) BIN_LEAST_BYTES << bin) - offsetof (struct parcel, message);
}

// A block with room for so many bytes of data.
static struct parcel *block_take (size_t data_bytes)
{
    unsigned bin = 0;
    while (((size_t) BIN_LEAST_BYTES << bin) < sizeof (struct parcel) + data_bytes) {
        bin++;
    }
    assert (bin < BIN_COUNT);
    struct parcel *self = pool.blocks[bin];
    if (self) {
        pool.blocks[bin] = self->next;
        ASAN_UNPOISON_MEMORY_REGION (&self->message, guarded_bytes (bin));
    } else {
        self = malloc ((size_t) BIN_LEAST_BYTES << bin);
        if (!self) {
            abort ();
        }
    }
    self->bin = bin;
    self->opened = false;
    self->size = data_bytes;
    self->arena = NULL;
    return self;
}

static arena_t *arena_take_free (void)
{
    return pool.arena_count > 0 ? pool.arenas[--pool.arena_count] : arena_new (ARENA_BYTES);
}

static void arena_give_back (arena_t *arena)
{
    arena_reset (arena);
    if (pool.arena_count == pool.arena_size) {
        pool.arena_size = pool.arena_size ? pool.arena_size * 2 : 16;
        pool.arenas = realloc (pool.arenas, pool.arena_size * sizeof *pool.arenas);
        if (!pool.arenas) {
            abort ();
        }
    }
    pool.arenas[pool.arena_count++] = arena;
}

void parcel_free (struct parcel *self)
{
    assert (self);
    if (self->arena) {
        arena_give_back (self->arena);
    }
    self->next = pool.blocks[self->bin];
    pool.blocks[self->bin] = self;
    ASAN_POISON_MEMORY_REGION (&self->message, guarded_bytes (self->bin));
}

void parcel_pool_empty (void)
{
    for (unsigned bin = 0; bin < BIN_COUNT; bin++) {
        while (pool.blocks[bin]) {
            struct parcel *block = pool.blocks[bin];
            pool.blocks[bin] = block->next;
            ASAN_UNPOISON_MEMORY_REGION (&block->message, guarded_bytes (bin));
            free (block);
        }
    }
    while (pool.arena_count > 0) {
        arena_destroy (&pool.arenas[--pool.arena_count]);
    }
    free (pool.arenas);
    pool.arenas = NULL;
    pool.arena_size = 0;
}

// Copying. It takes what the tables name and nothing else, so that what arrives is what decoding
// the bytes would have made: a field that does not travel is zero, an empty list is NULL, and a
// clock stays at its end. First the room is measured, then all goes into one block.

static const char *pointer_at (const char *base, size_t offset)
{
    const char *pointer;
    memcpy (&pointer, base + offset, sizeof pointer);
    return pointer;
}

static size_t count_at (const char *base, size_t offset)
{
    size_t count;
    memcpy (&count, base + offset, sizeof count);
    return count;
}

static size_t aligned (size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t) (ALIGNMENT - 1);
}

static const struct shape *shape_of (const struct list *list, const char *element)
{
    unsigned kind = 0;
    if (list->shape_count > 1) {
        memcpy (&kind, element, sizeof kind);  // the enum that the struct begins with
        assert (kind < list->shape_count);
    }
    return &list->shapes[kind];
}

// Whether its tuples are nothing but integers, which are copied as they stand.
static bool is_flat (const struct list *list)
{
    bool flat = list->shape_count == 1;
    for (size_t i = 0; flat && i < list->shapes->field_count; i++) {
        flat = list->shapes->fields[i].kind == VALUE_INTEGER;
    }
    return flat;
}

static size_t measure (const struct shape *shape, const char *base);

static size_t measure_list (const struct list *list, const char *elements, size_t count)
{
    size_t bytes = aligned (count * list->element_bytes);
    if (is_flat (list)) {
        return bytes;
    }
    for (size_t i = 0; i < count; i++, elements += list->element_bytes) {
        bytes += measure (shape_of (list, elements), elements);
    }
    return bytes;
}

// The bytes of all strings and lists that hang on the struct at `base`.
static size_t measure (const struct shape *shape, const char *base)
{
    size_t bytes = 0;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        switch (field->kind) {
        case VALUE_PRODUCT:
        case VALUE_PRODUCT_OR_NONE:
        case VALUE_TEXT:
            bytes += aligned (strlen (pointer_at (base, field->offset)) + 1);
            break;
        case VALUE_LIST:
            bytes += measure_list (field->list, pointer_at (base, field->offset),
                                   count_at (base, field->beside));
            break;
        case VALUE_SEEN: {
            const struct seen *seen = (const void *) (base + field->offset);
            bytes += seen->count * sizeof *seen->traders;
            break;
        }
        default:
            break;
        }
    }
    return bytes;
}

// Appends to the block, of which `*at` is the end so far.
static char *append (char **at, const void *bytes, size_t size)
{
    char *copy = *at;
    memcpy (copy, bytes, size);
    *at += aligned (size);
    return copy;
}

static void copy_fields (const struct shape *shape, const char *from, char *to, char **at);

static const void *copy_tuples (const struct list *list, const char *from, size_t count, char **at)
{
    if (count == 0) {
        return NULL;
    }
    if (is_flat (list)) {
        return append (at, from, count * list->element_bytes);
    }
    char *copy = *at;
    char *to = copy;
    *at += aligned (count * list->element_bytes);
    memset (to, 0, count * list->element_bytes);
    for (size_t i = 0; i < count; i++) {
        if (list->shape_count > 1) {
            memcpy (to, from, sizeof (unsigned));
        }
        copy_fields (shape_of (list, from), from, to, at);
        from += list->element_bytes;
        to += list->element_bytes;
    }
    return copy;
}

static void copy_list (const struct field *field, const char *from, char *to, char **at)
{
    size_t count = count_at (from, field->beside);
    const void *copy = copy_tuples (field->list, pointer_at (from, field->offset), count, at);
    memcpy (to + field->offset, &copy, sizeof copy);
    memcpy (to + field->beside, &count, sizeof count);
}

static void copy_seen (const struct seen *from, struct seen *to, char **at)
{
    to->version = from->version;
    to->traders = copy_tuples (&trader_seen_list, (const char *) from->traders, from->count, at);
    to->count = from->count;
}

static void copy_string (const struct field *field, const char *from, char *to, char **at)
{
    const char *string = pointer_at (from, field->offset);
    const char *copy = append (at, string, strlen (string) + 1);
    memcpy (to + field->offset, &copy, sizeof copy);
}

static void copy_clock (const char *from, char *to)
{
    int64_t clock;
    memcpy (&clock, from, sizeof clock);
    clock = clock < LIMIT_INTEGER ? clock : LIMIT_INTEGER;
    memcpy (to, &clock, sizeof clock);
}

// Copies what the shape names, from a struct to one that is zero.
static void copy_fields (const struct shape *shape, const char *from, char *to, char **at)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const char *source = from + field->offset;
        char *target = to + field->offset;
        switch (field->kind) {
        case VALUE_INTEGER:
            memcpy (target, source, sizeof (int64_t));
            break;
        case VALUE_CLOCK:
            copy_clock (source, target);
            break;
        case VALUE_BOOL:
            memcpy (target, source, sizeof (bool));
            break;
        case VALUE_WORD:
            memcpy (target, source, sizeof (unsigned));
            break;
        case VALUE_PRODUCT:
        case VALUE_PRODUCT_OR_NONE:
        case VALUE_TEXT:
            copy_string (field, from, to, at);
            break;
        case VALUE_LIST:
            copy_list (field, from, to, at);
            break;
        case VALUE_SEEN:
            copy_seen ((const void *) source, (void *) target, at);
            break;
        }
    }
}

static struct parcel *copy_message (const struct message *message)
{
    assert (message->type < MESSAGE_TYPE_COUNT);
    const struct shape *shape = &message_shapes[message->type];
    size_t bytes = measure (shape, (const char *) message);
    struct parcel *self = block_take (bytes);
    char *at = (char *) self->data;
    memset (&self->message, 0, sizeof self->message);
    self->message.type = message->type;
    self->message.from = message->from;
    self->message.market = message->market;
    copy_clock ((const char *) &message->clock, (char *) &self->message.clock);
    copy_fields (shape, (const char *) message, (char *) &self->message, &at);
    assert (at == (char *) self->data + bytes);
    if (message->type == MESSAGE_OVERSOLD) {
        self->message.oversold.status = STATUS_OVERSOLD;  // Not on the wire: the type says it.
    }
    self->encoded = false;
    self->opened = true;
    return self;
}

static struct parcel *copy_bytes (const void *bytes, size_t size)
{
    struct parcel *self = block_take (size);
    memcpy (self->data, bytes, size);
    self->encoded = true;
    return self;
}

struct parcel *parcel_new (const struct message *message, bool encoded)
{
    assert (message);
    if (!encoded) {
        return copy_message (message);
    }
    size_t size = message_encode (message, wire, sizeof wire);
    assert (size > 0);
    return copy_bytes (wire, size);
}

struct parcel *parcel_double (const struct parcel *self)
{
    assert (self);
    return self->encoded ? copy_bytes (self->data, self->size) : copy_message (&self->message);
}

const struct message *parcel_open (struct parcel *self, struct decode_error *error)
{
    assert (self && error);
    if (!self->opened) {
        if (!self->arena) {
            self->arena = arena_take_free ();
        }
        self->opened = message_decode ((const char *) self->data, self->size, LIMIT_BATCH_BYTES,
                                       self->arena, &self->message, error);
    }
    return self->opened ? &self->message : NULL;
}

// Hashing, in the manner of splitmix64 (Steele, Lea, Flood 2014): each step is one to one in the
// word, so that two messages that differ in one word never meet.
