#include "broker/journal/journal_text.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "broker/journal/journal_lines.h"
#include "schemas/codec_fields.h"
#include "schemas/digits.h"

static const struct line *line_of (const struct record *record)
{
    for (size_t i = 0; i < LINE_KINDS; i++) {
        if (journal_lines[i].type == record->type
            && (!journal_line_has_item (record->type)
                || journal_lines[i].item == record->decided.item.kind)) {
            return &journal_lines[i];
        }
    }
    return NULL;
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
        return digits_write (at, number);
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

// Writes what the item took from a lease, a word for each lot.
static char *put_taken (char *at, const struct item *item)
{
    assert (item->taken_count <= LIMIT_FILLS);
    for (size_t i = 0; i < item->taken_count; i++) {
        const char *units = (const char *) &item->taken[i];
        for (size_t j = 0; j < UNITS_NUMBERS; j++) {
            const struct word *word = &journal_units_words[j];
            int64_t number = *(const int64_t *) (const void *) (units + word->offset);
            assert (number >= word->min && number <= word->max);
            *at++ = j > 0 ? ':' : ' ';
            at = digits_write (at, number);
        }
    }
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
    char *end = digits_write (at + FRAME_BYTES, place.number);
    *end++ = ' ';
    end = digits_write (end, place.first);
    *end++ = ' ';
    end = put_text (end, line->name);
    for (size_t i = 0; i < line->count; i++) {
        end = put_word (end, &line->words[i], record);
    }
    if (journal_line_has_taken (line)) {
        end = put_taken (end, &record->decided.item);
    }
    return put_frame (at, end);
}

char *journal_text_header (char *at, int64_t trader)
{
    char *end = put_text (at + FRAME_BYTES, "0 0 journal ");
    end = put_text (digits_write (end, JOURNAL_VERSION), " trader ");
    return put_frame (at, digits_write (end, trader));
}
