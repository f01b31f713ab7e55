// The journal's file: what is written is read again, and what a crash or a bad disk leaves in it.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/journal/journal_read.h"
#include "tests/kit/journal_case.h"

static bool same_item (const struct item *a, const struct item *b)
{
    return a->kind == b->kind && a->client == b->client && a->number == b->number
           && a->clock == b->clock && strcmp (a->product, b->product) == 0
           && a->quantity == b->quantity && a->price_cents == b->price_cents
           && a->all_or_nothing == b->all_or_nothing && a->behind == b->behind
           && a->promised == b->promised && a->first.trader == b->first.trader
           && a->first.epoch == b->first.epoch && a->taken_count == b->taken_count
           && (a->taken_count == 0
               || memcmp (a->taken, b->taken, a->taken_count * sizeof *a->taken) == 0);
}

static bool same_record (const struct record *a, const struct record *b)
{
    if (a->type != b->type) {
        return false;
    }
    switch (a->type) {
    case RECORD_JOINED:
        return memcmp (&a->joined, &b->joined, sizeof a->joined) == 0;
    case RECORD_DECIDED:
    case RECORD_COPIED:
        return a->decided.trader == b->decided.trader && a->decided.write == b->decided.write
               && same_item (&a->decided.item, &b->decided.item);
    case RECORD_COPY:
    case RECORD_SEALED:
    case RECORD_COPY_END:
        return memcmp (&a->copy, &b->copy, sizeof a->copy) == 0;
    default:
        return memcmp (&a->write, &b->write, sizeof a->write) == 0;
    }
}

static bool is_next_kind (void *context, const struct record *record)
{
    size_t *next = context;
    return *next < JOURNAL_CASE_KINDS && same_record (record, &journal_case_records[(*next)++]);
}

START_TEST (test_journal_gives_back_a_record_of_each_kind)
{
    journal_t *journal = journal_case_open ();
    for (int i = 0; i < 2; i++) {
        size_t next = 0;
        if (i == 0) {
            journal_case_append (journal, journal_case_records, JOURNAL_CASE_KINDS);
        } else {
            journal_close (&journal);
            journal = journal_case_open ();
            ck_assert_int_eq (journal_cut (journal), 0);
        }
        ck_assert_msg (journal_load (journal, is_next_kind, &next) == JOURNAL_OK, "%s",
                       journal_error (journal));
        ck_assert_uint_eq (next, JOURNAL_CASE_KINDS);
    }
    journal_close (&journal);
    ck_assert_ptr_null (journal);
    journal_close (&journal);
}
END_TEST

START_TEST (test_journal_is_text_of_one_record_a_line)
{
    static const char expected[] = "399fd887 0 0 journal 1 trader 7\n"
                                   "592c2a6a 1 1 decided buy 7 1 11 1 3 salt 2 part 2 7 1\n"
                                   "a8ac0b1e 2 2 decided buy 7 2 11 2 6 salt 2 part 2 7 1\n"
                                   "b9dc80bb 3 2 decided buy 7 3 11 3 9 salt 2 part 2 7 1\n"
                                   "12c496f7 4 4 decided buy 7 4 11 4 12 salt 2 part 2 7 1 "
                                   "4:9:3:1:1000 0:0:0:1:0\n";
    const struct leased_units taken[] = {{4, 9, 3, 1, 1000}, {0, 0, 0, 1, 0}};
    struct record leased = journal_case_decision (4);
    leased.decided.item.taken = taken;
    leased.decided.item.taken_count = 2;
    size_t size;
    journal_t *journal = journal_case_open ();
    journal_case_decide (journal, 1, 1);
    journal_case_decide (journal, 2, 3);
    journal_case_append (journal, &leased, 1);
    journal_close (&journal);
    const char *bytes = journal_case_read (journal_case_path (), &size);
    ck_assert_str_eq (bytes, expected);
}
END_TEST

START_TEST (test_journal_numbers_on_after_it_was_opened_again)
{
    for (int64_t n = 1; n <= 20; n++) {
        journal_t *journal = journal_case_open ();
        journal_case_decide (journal, 2 * n - 1, 2 * n);
        journal_close (&journal);
    }
    ck_assert_int_eq (journal_case_found (), 40);
}
END_TEST

START_TEST (test_journal_takes_a_batch_larger_than_its_buffer)
{
    journal_t *journal = journal_case_open ();
    journal_case_decide (journal, 1, 10000);
    journal_case_holds (journal, 1, 10000);
    journal_close (&journal);
    ck_assert_int_eq (journal_case_found (), 10000);
}
END_TEST

START_TEST (test_journal_is_one_process_alone)
{
    journal_t *journal = journal_case_open ();
    journal_case_refused ("in use by another process");
    ck_assert_int_eq (journal_rotate (journal, NULL, 0), JOURNAL_OK);
    journal_case_refused ("in use by another process");
    journal_close (&journal);
    journal = journal_case_open ();
    journal_close (&journal);
}
END_TEST

START_TEST (test_journal_of_another_trader_is_refused)
{
    char error[512];
    journal_t *journal = journal_open (journal_case_path (), 8, error, sizeof error);
    ck_assert_ptr_nonnull (journal);
    journal_close (&journal);
    journal_case_refused ("is the journal of trader 8, not of trader 7");
}
END_TEST

START_TEST (test_journal_leaves_a_file_alone_that_is_none)
{
    static const char *const others[] = {
        "no journal\n", "id,name\n1,salt\n",        "{\"nodes\":[]}",
        "9b5e",         "0 0 journal 1 trader 7\n", "\177ELF",
    };
    size_t size;
    const char *other = others[_i];
    journal_case_write (journal_case_path (), other, strlen (other));
    if (strcmp (other, "9b5e") == 0) {
        journal_case_refused ("is no journal of trader 7");  // The CRC is another one.
    } else {
        journal_case_refused ("is no journal");
    }
    ck_assert_mem_eq (journal_case_read (journal_case_path (), &size), other, strlen (other));
    ck_assert_uint_eq (size, strlen (other));
}
END_TEST

START_TEST (test_journal_says_why_it_cannot_be_opened)
{
    char error[512];
    ck_assert_ptr_null (journal_open ("/tmp", 7, error, sizeof error));
    ck_assert_ptr_nonnull (strstr (error, "directory"));
    ck_assert_ptr_null (journal_open ("/dev/null", 7, error, sizeof error));
    ck_assert_ptr_nonnull (strstr (error, "regular file"));
    ck_assert_ptr_null (journal_open ("/nowhere/at/all", 7, error, sizeof error));
    ck_assert_ptr_nonnull (strstr (error, "No such file"));
}
END_TEST

static bool refuse_the_third (void *context, const struct record *record)
{
    (void) context;
    return record->decided.write != 3;
}

START_TEST (test_journal_says_which_record_was_refused)
{
    journal_t *journal = journal_case_open ();
    journal_case_decide (journal, 1, 5);
    ck_assert_int_eq (journal_load (journal, refuse_the_third, NULL), JOURNAL_FAILED);
    ck_assert_ptr_nonnull (strstr (journal_error (journal), "line 4 (byte 140)"));
    journal_close (&journal);
}
END_TEST

// Three writes, of two records each: the bytes, and where each record's line ends.
struct three_writes {
    char bytes[4096];
    size_t size;
    size_t ends[8];  // of the header, and of the records 1 to 6
};

static struct three_writes three_writes (void)
{
    struct three_writes writes = {.size = 0};
    journal_t *journal = journal_case_open ();
    for (int64_t n = 1; n <= 5; n += 2) {
        journal_case_decide (journal, n, n + 1);
    }
    journal_close (&journal);
    const char *bytes = journal_case_read (journal_case_path (), &writes.size);
    ck_assert_uint_lt (writes.size, sizeof writes.bytes);
    memcpy (writes.bytes, bytes, writes.size);
    size_t line = 0;
    for (size_t i = 0; i < writes.size; i++) {
        if (bytes[i] == '\n') {
            writes.ends[line++] = i + 1;
        }
    }
    ck_assert_uint_eq (line, 7);
    return writes;
}

// Records whose lines are whole in the first `size` bytes.
static int64_t whole_in (const struct three_writes *writes, size_t size)
{
    int64_t count = 0;
    while (count < 6 && writes->ends[count + 1] <= size) {
        count++;
    }
    return count;
}

START_TEST (test_journal_torn_at_any_byte_keeps_all_that_is_whole_and_goes_on)
{
    struct three_writes writes = three_writes ();
    for (size_t size = 0; size <= writes.size; size++) {
        int64_t whole = whole_in (&writes, size);
        journal_case_write (journal_case_path (), writes.bytes, size);
        ck_assert_int_eq (journal_case_found (), whole);
        journal_t *journal = journal_case_open ();
        ck_assert_int_eq (journal_cut (journal), 0);  // It was cut off the first time.
        journal_case_decide (journal, whole + 1, whole + 3);
        journal_close (&journal);
        ck_assert_int_eq (journal_case_found (), whole + 3);
    }
}
END_TEST

START_TEST (test_journal_takes_zeros_at_its_end_for_a_torn_write)
{
    struct three_writes writes = three_writes ();
    for (size_t size = 0; size <= writes.size; size++) {
        char bytes[8192] = {0};
        memcpy (bytes, writes.bytes, size);
        size_t zeros = size < writes.ends[0] && size > 0 ? 0 : 4000;
        journal_case_write (journal_case_path (), bytes, size + zeros);
        ck_assert_int_eq (journal_case_found (), whole_in (&writes, size));
    }
}
END_TEST

// The pages of a write reach the disk in any order.
START_TEST (test_journal_takes_a_hole_within_its_last_write_for_torn)
{
    struct three_writes writes = three_writes ();
    for (size_t from = writes.ends[4]; from < writes.ends[5]; from++) {
        for (size_t to = from + 1; to <= writes.ends[5]; to++) {
            char bytes[4096];
            memcpy (bytes, writes.bytes, writes.size);
            memset (bytes + from, 0, to - from);
            journal_case_write (journal_case_path (), bytes, writes.size);
            ck_assert_int_eq (journal_case_found (), 4);
        }
    }
}
END_TEST

START_TEST (test_journal_with_a_hole_before_a_later_write_is_refused)
{
    struct three_writes writes = three_writes ();
    for (int line = 0; line < 4; line++) {
        char bytes[4096], says[64];
        size_t from = line == 0 ? 0 : writes.ends[line - 1];
        memcpy (bytes, writes.bytes, writes.size);
        memset (bytes + from, 0, writes.ends[line] - from);
        journal_case_write (journal_case_path (), bytes, writes.size);
        snprintf (says, sizeof says, "line %d (byte %zu) is damaged", line + 1, from);
        journal_case_refused (says);
    }
}
END_TEST

START_TEST (test_journal_with_a_bit_flipped_is_refused_and_says_where)
{
    struct three_writes writes = three_writes ();
    for (size_t at = 0; at < writes.ends[4]; at++) {
        char says[64];
        int line = 0;
        while (at >= writes.ends[line]) {
            line++;
        }
        snprintf (says, sizeof says, "line %d (byte %zu) is damaged", line + 1,
                  line == 0 ? 0 : writes.ends[line - 1]);
        for (int bit = 0; bit < 8; bit++) {
            size_t size;
            writes.bytes[at] = (char) (writes.bytes[at] ^ 1 << bit);
            journal_case_write (journal_case_path (), writes.bytes, writes.size);
            journal_case_refused (says);
            ck_assert_mem_eq (journal_case_read (journal_case_path (), &size), writes.bytes,
                              writes.size);
            writes.bytes[at] = (char) (writes.bytes[at] ^ 1 << bit);
        }
    }
}
END_TEST

START_TEST (test_journal_with_a_line_left_out_or_doubled_is_refused)
{
    struct three_writes writes = three_writes ();
    for (int line = 1; line < 5; line++) {
        char bytes[8192];
        size_t from = writes.ends[line - 1], to = writes.ends[line];
        memcpy (bytes, writes.bytes, from);
        memcpy (bytes + from, writes.bytes + to, writes.size - to);
        journal_case_write (journal_case_path (), bytes, writes.size - (to - from));
        journal_case_refused ("is damaged");
        memcpy (bytes, writes.bytes, to);
        memcpy (bytes + to, writes.bytes + from, writes.size - from);
        journal_case_write (journal_case_path (), bytes, writes.size + (to - from));
        journal_case_refused ("is damaged");
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("journal");
    TCase *round = tcase_create ("round trip");
    tcase_add_checked_fixture (round, journal_case_begin, journal_case_end);
    tcase_add_test (round, test_journal_gives_back_a_record_of_each_kind);
    tcase_add_test (round, test_journal_is_text_of_one_record_a_line);
    tcase_add_test (round, test_journal_numbers_on_after_it_was_opened_again);
    tcase_add_test (round, test_journal_takes_a_batch_larger_than_its_buffer);
    tcase_add_test (round, test_journal_says_which_record_was_refused);
    suite_add_tcase (suite, round);

    TCase *whose = tcase_create ("whose it is");
    tcase_add_checked_fixture (whose, journal_case_begin, journal_case_end);
    tcase_add_test (whose, test_journal_is_one_process_alone);
    tcase_add_test (whose, test_journal_of_another_trader_is_refused);
    tcase_add_loop_test (whose, test_journal_leaves_a_file_alone_that_is_none, 0, 6);
    tcase_add_test (whose, test_journal_says_why_it_cannot_be_opened);
    suite_add_tcase (suite, whose);

    TCase *damage = tcase_create ("torn and damaged");
    tcase_add_checked_fixture (damage, journal_case_begin, journal_case_end);
    tcase_set_timeout (damage, 60);
    tcase_add_test (damage, test_journal_torn_at_any_byte_keeps_all_that_is_whole_and_goes_on);
    tcase_add_test (damage, test_journal_takes_zeros_at_its_end_for_a_torn_write);
    tcase_add_test (damage, test_journal_takes_a_hole_within_its_last_write_for_torn);
    tcase_add_test (damage, test_journal_with_a_hole_before_a_later_write_is_refused);
    tcase_add_test (damage, test_journal_with_a_bit_flipped_is_refused_and_says_where);
    tcase_add_test (damage, test_journal_with_a_line_left_out_or_doubled_is_refused);
    suite_add_tcase (suite, damage);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
