// A journal's lines, read: strictly, as journal_text.c writes them.
#include <string.h>
#include <zlib.h>

#include "broker/journal/journal_lines.h"
#include "broker/journal/journal_text.h"
#include "schemas/codec_fields.h"

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

// Takes the units of one lot.
static void take_units (struct reader *self, struct leased_units *units)
{
    for (size_t i = 0; i < UNITS_NUMBERS; i++) {
        const struct word *word = &journal_units_words[i];
        expect (self, i > 0 ? ":" : " ");
        int64_t number = take_number (self);
        *(int64_t *) (void *) ((char *) units + word->offset) = number;
        self->at = number >= word->min && number <= word->max ? self->at : NULL;
    }
}

// Takes what an item took from a lease, up to the end of the line.
static void take_taken (struct reader *self, struct item *item,
                        struct leased_units taken[LIMIT_FILLS])
{
    size_t count = 0;
    while (self->at && self->at < self->end && count < LIMIT_FILLS) {
        take_units (self, &taken[count]);
        if (count > 0
            && !codec_in_order (ORDER_ASCENDING_ZERO_LAST, (const char *) &taken[count],
                                sizeof *taken)) {
            self->at = NULL;
        }
        count++;
    }
    item->taken = count > 0 ? taken : NULL;
    item->taken_count = count;
}

// The line whose name comes next, with a space behind it; the name is taken.
static const struct line *take_name (struct reader *self)
{
    for (size_t i = 0; i < LINE_KINDS; i++) {
        struct reader ahead = *self;
        if (take_text (&ahead, journal_lines[i].name) && ahead.at < ahead.end && *ahead.at == ' ') {
            *self = ahead;
            return &journal_lines[i];
        }
    }
    return NULL;
}

bool journal_text_record (const char *line, size_t length, struct record *record,
                          struct journal_room *room)
{
    struct reader reader = words_of (line, length);
    const struct line *kind = take_name (&reader);
    if (!kind) {
        return false;
    }
    *record = (struct record){.type = kind->type};
    if (journal_line_has_item (kind->type)) {
        record->decided.item.kind = kind->item;
        record->decided.item.behind = true;
    }
    for (size_t i = 0; i < kind->count; i++) {
        take_word (&reader, &kind->words[i], record, room->product);
    }
    if (journal_line_has_taken (kind)) {
        take_taken (&reader, &record->decided.item, room->taken);
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
