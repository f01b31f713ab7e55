#include <check.h>
#include <stdlib.h>

#include "actors/clients/histogram.h"
#include "actors/clients/random.h"

static struct histogram one;
static struct histogram two;
static struct histogram both;

static int ascending (const void *a, const void *b)
{
    int64_t left = *(const int64_t *) a;
    int64_t right = *(const int64_t *) b;
    return (left > right) - (left < right);
}

START_TEST (test_histogram_knows_each_value_to_one_part_in_32)
{
    struct random random = random_seeded (7);
    for (int i = 0; i < 20000; i++) {
        int64_t value = (int64_t) (random_next (&random) >> random_between (&random, 24, 63));
        histogram_clear (&one);
        histogram_add (&one, value);
        struct histogram_bucket bucket;
        size_t at = 0;
        ck_assert (histogram_next (&one, &at, &bucket));
        ck_assert_int_le (bucket.low_us, value);
        ck_assert_int_ge (bucket.high_us, value);
        ck_assert_int_le ((bucket.high_us - bucket.low_us) * 32, bucket.low_us);
        ck_assert_int_eq (bucket.count, 1);
        ck_assert (!histogram_next (&one, &at, &bucket));
    }
}
END_TEST

START_TEST (test_histogram_percentiles_are_never_below_the_true_ones_and_hardly_above)
{
    enum { VALUES = 997 };
    static const int64_t parts[] = {1, 100, 2500, 5000, 9000, 9900, 9990, 9999, 10000};
    struct random random = random_seeded ((uint64_t) _i);
    static int64_t values[VALUES];
    histogram_clear (&one);
    for (int i = 0; i < VALUES; i++) {
        values[i] = random_between (&random, 0, INT64_C (1) << random_between (&random, 0, 30));
        histogram_add (&one, values[i]);
    }
    qsort (values, VALUES, sizeof values[0], ascending);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        int64_t rank = (VALUES * parts[i] + 9999) / 10000;
        int64_t truth = values[rank - 1];
        int64_t told = histogram_percentile (&one, parts[i]);
        ck_assert_int_ge (told, truth);
        ck_assert_int_le (told, truth + truth / 32);
    }
    ck_assert_int_eq (one.max_us, values[VALUES - 1]);
    ck_assert_int_eq (one.min_us, values[0]);
    ck_assert_int_eq (histogram_percentile (&one, 10000), values[VALUES - 1]);
}
END_TEST

START_TEST (test_histogram_merges_as_if_all_were_added_to_one)
{
    struct random random = random_seeded (3);
    histogram_clear (&one);
    histogram_clear (&two);
    histogram_clear (&both);
    histogram_merge (&one, &two);
    ck_assert_int_eq (one.count, 0);
    for (int i = 0; i < 3000; i++) {
        int64_t value = random_between (&random, 5, 5000000);
        histogram_add (i % 3 ? &one : &two, value);
        histogram_add (&both, value);
    }
    histogram_merge (&one, &two);
    ck_assert_mem_eq (&one, &both, sizeof one);
}
END_TEST

START_TEST (test_histogram_walks_its_buckets_in_order_and_completely)
{
    histogram_clear (&one);
    for (int64_t value = 1; value < 100000; value = value * 3 + 1) {
        histogram_add (&one, value);
        histogram_add (&one, value);
    }
    int64_t count = 0;
    int64_t last_us = -1;
    struct histogram_bucket bucket;
    for (size_t at = 0; histogram_next (&one, &at, &bucket);) {
        ck_assert_int_gt (bucket.low_us, last_us);
        last_us = bucket.high_us;
        count += bucket.count;
    }
    ck_assert_int_eq (count, one.count);
}
END_TEST

START_TEST (test_histogram_takes_every_value)
{
    histogram_clear (&one);
    ck_assert_int_eq (histogram_percentile (&one, 5000), 0);
    histogram_add (&one, -5);
    histogram_add (&one, INT64_MAX);
    ck_assert_int_eq (one.count, 2);
    ck_assert_int_eq (one.min_us, 0);
    ck_assert_int_eq (one.max_us, (INT64_C (1) << HISTOGRAM_TOP_BITS) - 1);
    ck_assert_int_eq (histogram_percentile (&one, -1), 0);
    ck_assert_int_eq (histogram_percentile (&one, 20000), one.max_us);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("histogram");
    TCase *values = tcase_create ("values");
    tcase_add_test (values, test_histogram_knows_each_value_to_one_part_in_32);
    tcase_add_test (values, test_histogram_takes_every_value);
    tcase_add_test (values, test_histogram_merges_as_if_all_were_added_to_one);
    suite_add_tcase (suite, values);
    TCase *reading = tcase_create ("reading");
    tcase_add_loop_test (
        reading, test_histogram_percentiles_are_never_below_the_true_ones_and_hardly_above, 0, 20);
    tcase_add_test (reading, test_histogram_walks_its_buckets_in_order_and_completely);
    suite_add_tcase (suite, reading);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
