#include "broker/journal/journal_text.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "schemas/codec_fields.h"

enum {
    FRAME_BYTES = 9,  // the CRC and a space
    FIELDS_MAX = 12,  // of a record
};

enum word_kind { WORD_NUMBER, WORD_PRODUCT, WORD_ALL };

// A word of a record: where its value stands in `struct record`, and what it may be.
struct word {
    enum word_kind kind;
    size_t offset;
    int64_t min;
    int64_t max;
};

struct line {
    const char *name;
    enum record_type type;
    enum item_kind item;  // of decided and copied
    size_t count;
    struct word words[FIELDS_MAX];
};

#define AT(member) offsetof (struct record, member)
#define NODE(member)                            \
    {                                           \
        WORD_NUMBER, AT (member), 1, LIMIT_NODE \
    }
#define COUNT(member)                              \
    {                                              \
        WORD_NUMBER, AT (member), 0, LIMIT_INTEGER \
    }
#define NUMBER(member)                             \
    {                                              \
        WORD_NUMBER, AT (member), 1, LIMIT_INTEGER \
    }
#define UP_TO(member, max)               \
    {                                    \
        WORD_NUMBER, AT (member), 0, max \
    }
#define ITEM                                                                   \
    NODE (decided.trader), NUMBER (decided.write), NODE (decided.item.client), \
        NUMBER (decided.item.number), COUNT (decided.item.clock),              \
        {WORD_PRODUCT, AT (decided.item.product), 0, 0},                       \
    {                                                                          \
        WORD_NUMBER, AT (decided.item.quantity), 1, LIMIT_QUANTITY             \
    }
#define FIRST UP_TO (decided.item.first.trader, LIMIT_NODE), COUNT (decided.item.first.epoch)
#define BUY                                                       \
    {                                                             \
        ITEM, {WORD_ALL, AT (decided.item.all_or_nothing), 0, 0}, \
            UP_TO (decided.item.promised, LIMIT_QUANTITY), FIRST  \
    }
#define RESTOCK                                                          \
    {                                                                    \
        ITEM, UP_TO (decided.item.price_cents, LIMIT_PRICE_CENTS), FIRST \
    }
#define WRITE                                    \
    {                                            \
        NODE (write.trader), COUNT (write.write) \
    }
#define COPY                                  \
    {                                         \
        NODE (copy.trader), COUNT (copy.view) \
    }

// Where two have the same type, the buy stands before the restock.
static const struct line lines[] = {
    {"joined",
     RECORD_JOINED,
     0,
     4,
     {COUNT (joined.market), COUNT (joined.epoch), COUNT (joined.began), COUNT (joined.settled)}},
    {"decided buy", RECORD_DECIDED, ITEM_BUY, 11, BUY},
    {"decided restock", RECORD_DECIDED, ITEM_RESTOCK, 10, RESTOCK},
    {"settled", RECORD_SETTLED, 0, 2, WRITE},
    {"void", RECORD_VOID, 0, 2, WRITE},
    {"copy",
     RECORD_COPY,
     0,
     4,
     {NODE (copy.trader), COUNT (copy.view), COUNT (copy.began), COUNT (copy.settled)}},
    {"copied buy", RECORD_COPIED, ITEM_BUY, 11, BUY},
    {"copied restock", RECORD_COPIED, ITEM_RESTOCK, 10, RESTOCK},
    {"copy_settled", RECORD_COPY_SETTLED, 0, 2, WRITE},
    {"sealed", RECORD_SEALED, 0, 2, COPY},
    {"forwarded", RECORD_FORWARDED, 0, 2, WRITE},
    {"copy_end", RECORD_COPY_END, 0, 2, COPY},
};

enum { LINE_KINDS = sizeof lines / sizeof *lines };

static bool has_item (enum record_type type)
{
    return type == RECORD_DECIDED || type == RECORD_COPIED;
}

static const struct line *line_of (const struct record *record)
{
    for (size_t i = 0; i < LINE_KINDS; i++) {
        if (lines[i].type == record->type
            && (!has_item (record->type) || lines[i].item == record->decided.item.kind)) {
            return &lines[i];
        }
    }
    return NULL;
}

// How many digits a number has.
static size_t digits_of (uint64_t value)
{
    size_t count = 1;
    for (; value >= 10000; value /= 10000) {
        count += 4;
    }
    return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

// From the last digit to the first, two at a time, where they belong.
static char *put_number (char *at, int64_t value)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    uint64_t rest = (uint64_t) value;
    char *end = at + digits_of (rest);
    char *first = end;
    for (; rest >= 10; rest /= 100) {
        first -= 2;
        memcpy (first, pairs + rest % 100 * 2, 2);
    }
    if (first > at) {
        *at = (char) ('0' + rest);
    }
    return end;
}

static char *put_text (char *at, const char *text)
{
    size_t length = strlen (text);
    memcpy (at, text, length);
    return at + length;
}

static char *put_product (char *at, const char *name)
{
    size_t length = 0;
    for (; codec_product_byte[(unsigned char) name[length]]; length++) {
        assert (length < LIMIT_PRODUCT_NAME);
        at[length] = name[length];
    }
    assert (name[length] == 0 && length > 0);
    return at + length;
}

static char *put_word (char *at, const struct word *word, const struct record *record)
{
    const char *value = (const char *) record + word->offset;
    *at++ = ' ';
    switch (word->kind) {
    case WORD_NUMBER: {
        int64_t number = *(const int64_t *) (const void *) value;
        assert (number >= word->min && number <= word->max);
        return put_number (at, number);
    }
    case WORD_PRODUCT: {
        return put_product (at, *(const char *const *) (const void *) value);
    }
    case WORD_ALL:
        return put_text (at, *(const bool *) value ? "all" : "part");
    }
    assert (false);
    return at;
}

// Writes the CRC of what stands from `begin` to `at` before it, and the newline behind it.
static char *put_frame (char *line, char *at)
{
    static const char hex[] = "0123456789abcdef";
    const char *begin = line + FRAME_BYTES;
    uint32_t crc = (uint32_t) crc32 (0, (const Bytef *) begin, (uInt) (at - begin));
    for (int i = 0; i < 8; i++) {
        line[i] = hex[crc >> (28 - 4 * i) & 15];
    }
    line[8] = ' ';
    *at++ = '\n';
    assert (at - line <= JOURNAL_LINE_BYTES);
    return at;
}

char *journal_text_line (char *at, struct journal_place place, const struct record *record)
{
    const struct line *line = line_of (record);
    assert (line);
    char *end = put_number (at + FRAME_BYTES, place.number);
    *end++ = ' ';
    end = put_number (end, place.first);
    *end++ = ' ';
    end = put_text (end, line->name);
    for (size_t i = 0; i < line->count; i++) {
        end = put_word (end, &line->words[i], record);
    }
    return put_frame (at, end);
}

char *journal_text_header (char *at, int64_t trader)
{
    char *end = put_text (at + FRAME_BYTES, "0 0 journal ");
    end = put_text (put_number (end, JOURNAL_VERSION), " trader ");
    return put_frame (at, put_number (end, trader));
}

// Text that is read word by word; `at` is NULL once something was not as it must be.
struct reader {
    const char *at;
    const char *end;
};

static int64_t take_number (struct reader *self)
{
    int64_t value = 0;
    const char *at = self->at;
    while (at && at < self->end && *at >= '0' && *at <= '9' && value <= LIMIT_INTEGER / 10) {
        value = value * 10 + (*at++ - '0');
    }
    bool good =
        at && at > self->at && value <= LIMIT_INTEGER && (*self->at != '0' || at == self->at + 1);
    self->at = good ? at : NULL;
    return value;
}

// Whether `text` comes next, which is taken.
static bool take_text (struct reader *self, const char *text)
{
    size_t length = strlen (text);
    if (!self->at || (size_t) (self->end - self->at) < length
        || memcmp (self->at, text, length) != 0) {
        return false;
    }
    self->at += length;
    return true;
}

static void expect (struct reader *self, const char *text)
{
    if (!take_text (self, text)) {
        self->at = NULL;
    }
}

static int hex_digit (char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

// The CRC that the line tells; -1: it tells none.
static int64_t told_crc (const char *line, size_t size)
{
    int64_t crc = 0;
    if (size <= FRAME_BYTES || line[8] != ' ') {
        return -1;
    }
    for (int i = 0; i < 8; i++) {
        int digit = hex_digit (line[i]);
        if (digit < 0) {
            return -1;
        }
        crc = crc << 4 | digit;
    }
    return crc;
}

size_t journal_text_frame (const char *line, size_t size, struct journal_place *place)
{
    int64_t crc = told_crc (line, size);
    size = size < JOURNAL_LINE_BYTES ? size : JOURNAL_LINE_BYTES;
    const char *end = crc < 0 ? NULL : memchr (line, '\n', size);
    if (!end) {
        return 0;
    }
    struct reader reader = {line + FRAME_BYTES, end};
    if ((int64_t) crc32 (0, (const Bytef *) reader.at, (uInt) (end - reader.at)) != crc) {
        return 0;
    }
    place->number = take_number (&reader);
    expect (&reader, " ");
    place->first = take_number (&reader);
    expect (&reader, " ");
    return reader.at ? (size_t) (end - line) + 1 : 0;
}

// What follows the frame of a good line.
static struct reader words_of (const char *line, size_t length)
{
    struct reader reader = {line + FRAME_BYTES, line + length - 1};
    take_number (&reader);
    expect (&reader, " ");
    take_number (&reader);
    expect (&reader, " ");
    return reader;
}

static void take_product (struct reader *self, char product[LIMIT_PRODUCT_NAME + 1])
{
    const char *space = self->at ? memchr (self->at, ' ', (size_t) (self->end - self->at)) : NULL;
    size_t length = space ? (size_t) (space - self->at) : 0;
    if (length == 0 || length > LIMIT_PRODUCT_NAME) {
        self->at = NULL;
        return;
    }
    memcpy (product, self->at, length);
    product[length] = 0;
    self->at = product_name_valid (product) ? space : NULL;
}

static void take_word (struct reader *self, const struct word *word, struct record *record,
                       char product[LIMIT_PRODUCT_NAME + 1])
{
    char *value = (char *) record + word->offset;
    expect (self, " ");
    switch (word->kind) {
    case WORD_NUMBER: {
        int64_t number = take_number (self);
        *(int64_t *) (void *) value = number;
        self->at = number >= word->min && number <= word->max ? self->at : NULL;
        break;
    }
    case WORD_PRODUCT:
        take_product (self, product);
        *(const char **) (void *) value = product;
        break;
    case WORD_ALL: {
        bool all = take_text (self, "all");
        *(bool *) value = all;
        if (!all) {
            expect (self, "part");
        }
        break;
    }
    }
}

// The line whose name comes next, with a space behind it; the name is taken.
static const struct line *take_name (struct reader *self)
{
    for (size_t i = 0; i < LINE_KINDS; i++) {
        struct reader ahead = *self;
        if (take_text (&ahead, lines[i].name) && ahead.at < ahead.end && *ahead.at == ' ') {
            *self = ahead;
            return &lines[i];
        }
    }
    return NULL;
}

bool journal_text_record (const char *line, size_t length, struct record *record,
                          char product[LIMIT_PRODUCT_NAME + 1])
{
    struct reader reader = words_of (line, length);
    const struct line *kind = take_name (&reader);
    if (!kind) {
        return false;
    }
    *record = (struct record){.type = kind->type};
    if (has_item (kind->type)) {
        record->decided.item.kind = kind->item;
        record->decided.item.behind = true;
    }
    for (size_t i = 0; i < kind->count; i++) {
        take_word (&reader, &kind->words[i], record, product);
    }
    return reader.at == reader.end;
}

int64_t journal_text_trader (const char *line, size_t length)
{
    struct reader reader = words_of (line, length);
    expect (&reader, "journal ");
    int64_t version = take_number (&reader);
    expect (&reader, " trader ");
    int64_t trader = take_number (&reader);
    bool good = reader.at == reader.end && version == JOURNAL_VERSION && trader >= 1
                && trader <= LIMIT_NODE;
    return good ? trader : 0;
}
