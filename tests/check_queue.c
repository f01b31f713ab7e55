#include <check.h>
#include <stdlib.h>

#include "actors/clients/random.h"
#include "broker/queue.h"

START_TEST (test_queue_takes_the_least_rank_first)
{
    queue_t *queue = queue_new (4);
    queue_push (queue, (struct rank){.first = 3, .node = 1, .number = 1}, 30);
    queue_push (queue, (struct rank){.first = 1, .node = 9, .number = 9}, 10);
    queue_push (queue, (struct rank){.first = 2, .node = 5, .number = 5}, 20);
    ck_assert_int_eq (queue_pop (queue), 10);
    queue_push (queue, (struct rank){.first = 0, .node = 9, .number = 9}, 0);
    ck_assert_int_eq (queue_pop (queue), 0);
    ck_assert_int_eq (queue_pop (queue), 20);
    ck_assert_int_eq (queue_pop (queue), 30);
    ck_assert_uint_eq (queue_size (queue), 0);
    queue_destroy (&queue);
    ck_assert_ptr_null (queue);
    queue_destroy (&queue);
}
END_TEST

START_TEST (test_queue_breaks_ties_by_node_and_then_by_number)
{
    const struct rank ascending[] = {
        {INT64_MIN, 0, 0}, {-1, 5, 5}, {0, 0, 0}, {0, 0, 1}, {0, 1, 0},
        {1, -1, 7},        {1, 0, -1}, {1, 0, 0}, {1, 2, 0}, {INT64_MAX, 0, 0},
    };
    int count = (int) (sizeof ascending / sizeof ascending[0]);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
            int order = rank_compare (&ascending[i], &ascending[j]);
            ck_assert_int_eq ((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}
END_TEST

START_TEST (test_queue_holds_all_that_it_was_made_for)
{
    queue_t *queue = queue_new (3);
    for (int round = 0; round < 3; round++) {
        for (int32_t i = 0; i < 3; i++) {
            queue_push (queue, (struct rank){.first = i}, i);
        }
        ck_assert_uint_eq (queue_size (queue), 3);
        for (int32_t i = 0; i < 3; i++) {
            ck_assert_int_eq (queue_pop (queue), i);
        }
    }
    queue_destroy (&queue);
}
END_TEST

enum { MODEL_MAX = 200 };

// A queue that looks through everything.
struct model {
    struct queued items[MODEL_MAX];
    size_t size;
};

static int32_t model_pop (struct model *self)
{
    size_t least = 0;
    for (size_t i = 1; i < self->size; i++) {
        if (rank_compare (&self->items[i].rank, &self->items[least].rank) < 0) {
            least = i;
        }
    }
    int32_t request = self->items[least].request;
    self->items[least] = self->items[--self->size];
    return request;
}

START_TEST (test_queue_agrees_with_a_naive_one)
{
    struct random random = random_seeded ((uint64_t) _i);
    int64_t spread = _i % 2 ? 3 : 1000;  // With few different ranks, ties decide.
    queue_t *queue = queue_new (MODEL_MAX);
    struct model model = {.size = 0};
    int32_t next = 0;
    for (int step = 0; step < 4000; step++) {
        bool fill = random_between (&random, 0, 999) < (step / 500 % 2 ? 300 : 700);
        if (fill && model.size < MODEL_MAX) {
            struct rank rank = {
                .first = random_between (&random, 0, spread),
                .node = random_between (&random, 0, spread),
                .number = next,  // No two ranks are the same.
            };
            model.items[model.size++] = (struct queued){.rank = rank, .request = next};
            queue_push (queue, rank, next++);
        } else if (model.size > 0) {
            ck_assert_int_eq (queue_pop (queue), model_pop (&model));
        }
        ck_assert_uint_eq (queue_size (queue), model.size);
    }
    queue_destroy (&queue);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("queue");
    TCase *order = tcase_create ("order");
    tcase_add_test (order, test_queue_takes_the_least_rank_first);
    tcase_add_test (order, test_queue_breaks_ties_by_node_and_then_by_number);
    tcase_add_test (order, test_queue_holds_all_that_it_was_made_for);
    tcase_add_loop_test (order, test_queue_agrees_with_a_naive_one, 0, 20);
    suite_add_tcase (suite, order);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
