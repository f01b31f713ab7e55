// What each message looks like on the wire, as tables: one row a field, from which the encoder
// writes, the decoder reads, and a test holds schemas and protocol.md to account. Whoever adds a
// field to a message adds it here, to its schema and to protocol.md, and nowhere else.
#ifndef SOUK_CODEC_FIELDS_H
#define SOUK_CODEC_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/message.h"

enum value_kind {
    VALUE_INTEGER,          // int64_t, from min to max
    VALUE_CLOCK,            // int64_t that counts events and stays at max once it is there
    VALUE_BOOL,             // bool
    VALUE_PRODUCT,          // const char *, a valid product name
    VALUE_PRODUCT_OR_NONE,  // the same, or "" unless the status beside it sells something
    VALUE_TEXT,  // const char *, at most `max` bytes and LIMIT_TEXT, without control ones
    VALUE_WORD,  // an enum, by its name among the field's words
    VALUE_LIST,  // a pointer and a count: an array of tuples
    VALUE_SEEN,  // struct seen: an array of the version and then tuples
};

enum { FIELD_KEY_BYTES = 24 };

struct field {
    const char *name;
    char key[FIELD_KEY_BYTES];  // ,"name": as it is written into an object
    size_t key_length;
    enum value_kind kind;
    bool optional;             // may be left out, and is when it has the value `absent`; of a
                               // tuple the last ones alone, whose value is then 0 or no list
    size_t offset;             // of the value in its struct
    size_t beside;             // offset of a list's count, or of a product's status
    int64_t min;               // of an integer, or of a list's count
    int64_t max;               // of an integer, a list's count or a text's bytes; of words how many
    int64_t absent;            // what an integer or bool is when it was left out
    const struct list *list;   // what the tuples of a list are
    const char *const *words;  // names of the enum, in its order
};

// An object or a tuple: fields in the order in which they are written.
struct shape {
    const char *name;  // a message's type, a tuple's kind; NULL: there is but one kind
    const struct field *fields;
    size_t field_count;
    int64_t from_min;  // of a message: the lowest node id that sends it
};

// How the tuples of a list follow each other, by their first field, which is then at offset 0.
enum tuple_order {
    ORDER_ANY,
    ORDER_ASCENDING,           // strictly
    ORDER_ASCENDING_ZERO_LAST  // strictly, but for 0, which is greater than all others
};

// Tuples with one shape, or with one shape for each value of the enum that their struct begins
// with; the tuple then begins with the shape's name.
struct list {
    const struct shape *shapes;
    size_t shape_count;
    size_t element_bytes;
    enum tuple_order order;
    bool bare;  // tuples of one value, which stands alone, without brackets
};

// Whether a receipt of this status may leave the product's name empty: an order that is unknown,
// or was for a product that nobody ever brought.
bool codec_product_may_be_empty (enum status status);

// Whether the tuple at `element` follows the one before it as the order asks.
bool codec_in_order (enum tuple_order order, const char *element, size_t element_bytes);

// Which bytes a product's name may have. Faster than strspn, which builds such a table each time.
extern const bool codec_product_byte[256];

// What is wrong with who holds which seat in a message that tells it: more than a field's own
// bounds. NULL: nothing, or it tells none.
const char *codec_seating_wrong (const struct message *message);

// Sets a field that was left out to what the table says, in `base`, which was zero.
void codec_set_absent (const struct field *field, char *base);

// By message type. The fields of the header are not among the rows.
extern const struct shape message_shapes[MESSAGE_TYPE_COUNT];

// The tuples of a struct seen.
extern const struct list trader_seen_list;

#endif
