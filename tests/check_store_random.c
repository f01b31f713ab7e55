// Whatever a store is told, that of the simulator hands over what SQLite's does.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/message_cases.h"
#include "tests/kit/store_case.h"
#include "tests/sim/world/store_memory.h"

// A market at random: what is in it need not add up, as long as no record contradicts another.
struct draft {
    struct draw draw;
    struct record batch[64];
    size_t count;
    int64_t lots;             // that came
    struct record lot[1000];  // by id
    int64_t products;
    int64_t term;
    int64_t step;          // between numbers that may be used
    bool sold[5][100];     // orders that are taken, by buyer and number
    bool brought[5][100];  // lots, by seller and number
};

static int64_t between (struct draft *self, int64_t min, int64_t max)
{
    return draw_between (&self->draw, min, max);
}

static struct record *add (struct draft *self, enum record_type type)
{
    struct record *record = &self->batch[self->count++];
    *record = (struct record){.type = type};
    return record;
}

static void add_lot (struct draft *self)
{
    int64_t seller = between (self, 0, 4), number = between (self, 1, 99);
    if (self->brought[seller][number]) {
        return;
    }
    self->brought[seller][number] = true;
    int64_t left = between (self, 0, 2);
    struct record *record = add (self, RECORD_LOT);
    record->lot = (struct record_lot){
        ++self->lots, 4 + seller,          number * self->step, 1, between (self, 1, 3), 5, 9,
        left,         between (self, 0, 9)};
    self->lot[self->lots] = *record;
}

static void add_order (struct draft *self)
{
    int64_t buyer = between (self, 0, 4), number = between (self, 1, 99);
    if (self->sold[buyer][number]) {
        return;
    }
    self->sold[buyer][number] = true;
    struct record *order = add (self, RECORD_ORDER);
    *order = (struct record){
        .type = RECORD_ORDER,
        .order = {.buyer = buyer + 1,
                  .number = number * self->step,
                  .trader = 1,
                  .product = 1,
                  .quantity = 1,
                  .status = STATUS_OUT_OF_STOCK},
    };
    order->order.missing = between (self, -5, 3) > 0 ? 2 : 0;
    order->order.product = between (self, 0, self->products);
    int64_t fills = self->lots < 3 ? 0 : between (self, 0, 3);
    order->order.units = between (self, 0, 4) == 0 ? 0 : fills;
    for (int64_t i = 0; i < fills; i++) {
        const struct record_lot *lot = &self->lot[self->lots - (i * 2 + 1) % 3].lot;
        add (self, RECORD_FILL)->fill = (struct record_fill){
            buyer + 1, order->order.number, lot->lot, lot->seller, lot->number, 1, 1, 5, i};
    }
}

static void add_view (struct draft *self, int64_t value)
{
    static const enum member_state states[] = {MEMBER_LIVE, MEMBER_TAKING, MEMBER_FAILED,
                                               MEMBER_LEFT};
    static const char *const routers[] = {"", "tcp://127.0.0.1:5560", "ipc://one"};
    add (self, RECORD_VIEW)->view = (struct record_view){
        between (self, 1, 5), value, value + 1, states[value % 4], value % 3, value % 5, value + 2,
        routers[value % 3]};
}

static void add_lease (struct draft *self, int64_t value)
{
    if (value % 3 == 0) {
        add (self, RECORD_LEASE_STATE)->lease_state = (struct record_lease_state){
            between (self, 1, 5), between (self, 1, 3), value, value + 1, value % 7, value % 2};
    } else if (self->lots > 0) {
        add (self, RECORD_LEASE)->lease =
            (struct record_lease){between (self, 1, 5), between (self, 1, self->lots), value % 4};
    }
}

// A batch grants one term at most.
static void add_seats (struct draft *self)
{
    static const int64_t seats[] = {1, 2, 3, 5, 8};
    for (size_t i = 0; i < self->count; i++) {
        if (self->batch[i].type == RECORD_SEATS) {
            return;
        }
    }
    int64_t first = between (self, 0, 4);
    self->term += between (self, 1, 3);
    add (self, RECORD_SEATS)->seats.seating = (struct seating){
        self->term, seats[first], &seats[first], (size_t) between (self, 1, 5 - first)};
}

static void add_any (struct draft *self)
{
    static const char *const names[] = {"apple", "pear", "plum"};
    int64_t value = between (self, 0, 1000);
    switch (between (self, 0, 10)) {
    case 0:
        add_lot (self);
        return;
    case 1:
        if (self->lots > 0) {
            add (self, RECORD_LOT_LEFT)->lot_left =
                (struct record_lot_left){between (self, 1, self->lots), value % 9 / 6};
        }
        return;
    case 2:
        add (self, RECORD_ACCOUNT)->account =
            (struct record_account){between (self, 0, 300), value - 500};
        return;
    case 3:
        add (self, RECORD_TRADER)->trader =
            (struct record_trader){between (self, 1, 5), value, value + 1, value + 2, value + 3};
        return;
    case 4:
        add (self, RECORD_WAREHOUSE)->warehouse = (struct record_warehouse){value, value + 1, 77};
        return;
    case 5:
        if (self->products < 3) {
            const char *name = names[self->products++];
            add (self, RECORD_PRODUCT)->product =
                (struct record_product){self->products, name, 0, 0};
        }
        return;
    case 6:
        add_view (self, value);
        return;
    case 7:
    case 8:
        add_lease (self, value);
        return;
    case 9:
        add_seats (self);
        return;
    default:
        add_order (self);
    }
}

// Both hand over the same, whatever they were told and however often they were asked. Some nodes
// buy and sell; numbers lie close together, or are spread over more than a gap may be wide.
START_TEST (test_stores_do_not_differ)
{
    static char text[STORE_TEXT_BYTES];
    struct draft *draft = calloc (1, sizeof *draft);
    store_t *file = must_open (":memory:");
    store_t *memory = store_memory_open ();
    draft->draw.state = (uint64_t) _i;
    draft->step = _i % 2 ? 1 : LIMIT_SKIPPED_BACK / 70;
    for (int round = 0; round < 60; round++) {
        int64_t wanted = between (draft, 0, 12);
        draft->count = 0;
        for (int64_t i = 0; i < wanted; i++) {
            add_any (draft);
        }
        for (int64_t times = between (draft, 1, 2); times > 0; times--) {
            must_write (file, draft->batch, draft->count);
            must_write (memory, draft->batch, draft->count);
        }
        if (between (draft, 0, 9) == 0 || round == 59) {
            int64_t answers_kept = between (draft, 1, 40);
            strcpy (text, load_text (file, answers_kept));
            ck_assert_str_eq (load_text (memory, answers_kept), text);
        }
    }
    store_close (&file);
    store_close (&memory);
    free (draft);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("store_random");
    TCase *random = tcase_create ("at random");
    tcase_set_timeout (random, 60);
    tcase_add_loop_test (random, test_stores_do_not_differ, 0, 40);
    suite_add_tcase (suite, random);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
