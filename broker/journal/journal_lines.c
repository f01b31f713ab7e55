#include "broker/journal/journal_lines.h"

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

const struct line journal_lines[LINE_KINDS] = {
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

#define UNITS(member, min, max)                                           \
    {                                                                     \
        WORD_NUMBER, offsetof (struct leased_units, member), (min), (max) \
    }
const struct word journal_units_words[UNITS_NUMBERS] = {
    UNITS (id, 0, LIMIT_INTEGER),
    UNITS (seller, 0, LIMIT_NODE),
    UNITS (lot, 0, LIMIT_INTEGER),
    UNITS (units, 1, LIMIT_QUANTITY),
    UNITS (price_cents, 0, LIMIT_PRICE_CENTS),
};

bool journal_line_has_item (enum record_type type)
{
    return type == RECORD_DECIDED || type == RECORD_COPIED;
}

bool journal_line_has_taken (const struct line *line)
{
    return journal_line_has_item (line->type) && line->item == ITEM_BUY;
}
