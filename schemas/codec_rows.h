// How the rows of codec_fields.h are written down, for codec_fields.c and codec_tuples.c alone.
#ifndef SOUK_CODEC_ROWS_H
#define SOUK_CODEC_ROWS_H

#include "schemas/codec_fields.h"

// The parts of a row: what it is called and where it is, and what it may be.
#define AT(type, member, text)                                                          \
    .name = text, .key = ",\"" text "\":", .key_length = sizeof (",\"" text "\":") - 1, \
    .offset = offsetof (type, member)
#define INTEGER(least, most) .kind = VALUE_INTEGER, .min = least, .max = most
#define CLOCK .kind = VALUE_CLOCK, .max = LIMIT_INTEGER
#define LIST(type, counter, of, most) \
    .kind = VALUE_LIST, .beside = offsetof (type, counter), .list = &of, .max = most
#define WORD(names, count) .kind = VALUE_WORD, .words = names, .max = count
#define OPTIONAL(value) .optional = true, .absent = value
#define SHAPE(text, rows, node)                                                    \
    {                                                                              \
        .name = text, .fields = rows, .field_count = sizeof rows / sizeof rows[0], \
        .from_min = node                                                           \
    }
#define MESSAGE(member, text) AT (struct message, member, text)

// What recurs: node ids of traders and clients, a client's numbers, units, prices, counters.
#define NODE INTEGER (1, LIMIT_NODE)
#define NUMBER INTEGER (1, LIMIT_INTEGER)
#define QUANTITY INTEGER (1, LIMIT_QUANTITY)
#define UNITS INTEGER (0, LIMIT_QUANTITY)
#define PRICE INTEGER (1, LIMIT_PRICE_CENTS)
#define COUNT INTEGER (0, LIMIT_INTEGER)
#define PRODUCT .kind = VALUE_PRODUCT
#define VECTOR(member)                                                                       \
    {                                                                                        \
        MESSAGE (member.ticks, "vector"),                                                    \
            LIST (struct message, member.count, codec_tick_list, LIMIT_VECTOR), OPTIONAL (0) \
    }
#define STATUS WORD (codec_status_words, STATUS_COUNT)
#define REASON WORD (codec_reason_words, REASON_COUNT)
#define STATE WORD (codec_state_words, MEMBER_STATE_COUNT)
#define NODE_OR_NONE INTEGER (0, LIMIT_NODE)
#define ENDPOINT .kind = VALUE_TEXT, .max = LIMIT_ENDPOINT

// The words of enums, by codec_tuples.c.
extern const char *const codec_status_words[];
extern const char *const codec_reason_words[];
extern const char *const codec_state_words[];

// Tuples that recur in messages, by codec_tuples.c.
extern const struct list codec_tick_list;
extern const struct list codec_fill_list;
extern const struct list codec_leased_list;
extern const struct list codec_level_list;
extern const struct list codec_item_list;
extern const struct list codec_result_list;

// Messages of an elected market, by codec_peers.c, and the list of those who hold seats.
extern const struct list codec_seat_list;
extern const struct field codec_election_fields[1];
extern const struct field codec_campaign_fields[2];
extern const struct field codec_seats_fields[5];
extern const struct field codec_coordinator_fields[5];
extern const struct field codec_handover_fields[2];
extern const struct field codec_clock_fields[5];

#endif
