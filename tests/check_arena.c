#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "schemas/arena.h"

// Everything that was taken, each filled with a byte of its own.
struct taken {
    unsigned char *memory;
    size_t bytes;
};

static void fill (struct taken *taken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memset (taken[i].memory, (int) (i % 251), taken[i].bytes);
    }
}

static void check_unharmed (const struct taken *taken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < taken[i].bytes; j++) {
            if (taken[i].memory[j] != i % 251) {
                ck_abort_msg ("byte %zu of %zu was handed out twice", j, i);
            }
        }
    }
}

START_TEST (test_arena_hands_nothing_out_twice)
{
    enum { TAKEN = 400 };
    static struct taken taken[TAKEN];
    static const size_t blocks[] = {0, 1, 16, 100, 4096};
    struct random random = random_seeded ((uint64_t) _i);
    arena_t *arena = arena_new (blocks[_i % 5]);
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < TAKEN; i++) {
            size_t count = (size_t) random_between (&random, 0, 40);
            size_t size = (size_t) random_between (&random, 0, random_between (&random, 0, 60));
            taken[i] = (struct taken){arena_take (arena, count, size), count * size};
            ck_assert_ptr_nonnull (taken[i].memory);
            ck_assert_uint_eq ((uintptr_t) taken[i].memory % _Alignof(max_align_t), 0);
        }
        fill (taken, TAKEN);
        check_unharmed (taken, TAKEN);
        arena_reset (arena);
    }
    arena_destroy (&arena);
}
END_TEST

START_TEST (test_arena_uses_its_blocks_again)
{
    arena_t *arena = arena_new (256);
    static void *first[50];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 50; i++) {
            void *memory = arena_take (arena, 10, 5 + i);
            if (round == 0) {
                first[i] = memory;
            }
            ck_assert_ptr_eq (memory, first[i]);
        }
        arena_reset (arena);
    }
    arena_destroy (&arena);
}
END_TEST

START_TEST (test_arena_holds_what_is_larger_than_its_blocks)
{
    arena_t *arena = arena_new (64);
    struct taken taken[] = {
        {arena_take (arena, 1, 10), 10},
        {arena_take (arena, 1000, 1000), 1000 * 1000},
        {arena_take (arena, 1, 10), 10},
    };
    fill (taken, 3);
    check_unharmed (taken, 3);
    arena_reset (arena);
    // The large block may stand behind one that is too small now.
    taken[0] = (struct taken){arena_take (arena, 1, 60), 60};
    taken[1] = (struct taken){arena_take (arena, 1, 5000), 5000};
    taken[2] = (struct taken){arena_take (arena, 1, 2000 * 1000), 2000 * 1000};
    fill (taken, 3);
    check_unharmed (taken, 3);
    arena_destroy (&arena);
}
END_TEST

START_TEST (test_arena_copies_strings)
{
    arena_t *arena = arena_new (16);
    const char bytes[] = {'s', 'a', 'l', 't', 'y'};
    char *salt = arena_string (arena, bytes, 4);
    char *empty = arena_string (arena, bytes, 0);
    ck_assert_str_eq (salt, "salt");
    ck_assert_str_eq (empty, "");
    ck_assert_ptr_ne (salt, bytes);
    arena_destroy (&arena);
}
END_TEST

START_TEST (test_arena_is_destroyed_once)
{
    arena_t *arena = arena_new (16);
    arena_destroy (&arena);
    ck_assert_ptr_null (arena);
    arena_destroy (&arena);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("arena");
    TCase *memory = tcase_create ("memory");
    tcase_add_loop_test (memory, test_arena_hands_nothing_out_twice, 0, 10);
    tcase_add_test (memory, test_arena_uses_its_blocks_again);
    tcase_add_test (memory, test_arena_holds_what_is_larger_than_its_blocks);
    tcase_add_test (memory, test_arena_copies_strings);
    tcase_add_test (memory, test_arena_is_destroyed_once);
    suite_add_tcase (suite, memory);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
