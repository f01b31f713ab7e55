// A journal's lines: what was taken from a lease is read as it is written, or not at all.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "broker/journal/journal_text.h"

#define BUY "decided buy 7 1 11 1 3 salt 2 part 2 7 1"
#define FIFTEEN                                                                        \
    " 1:9:3:1:5 2:9:3:1:5 3:9:3:1:5 4:9:3:1:5 5:9:3:1:5 6:9:3:1:5 7:9:3:1:5 8:9:3:1:5" \
    " 9:9:3:1:5 10:9:3:1:5 11:9:3:1:5 12:9:3:1:5 13:9:3:1:5 14:9:3:1:5 15:9:3:1:5"
static const struct {
    const char *words;
    int taken;  // lots that it tells; -1: it is no record
} told[] = {
    {BUY, 0},
    {BUY " 4:9:3:2:1000", 1},
    {BUY " 4:9:3:1:1000 5:8:1:1:1200", 2},
    {BUY " 4:9:3:1:1000 0:0:0:1:0", 2},
    {BUY FIFTEEN " 16:9:3:1:5", 16},
    {BUY FIFTEEN " 16:9:3:1:5 17:9:3:1:5", -1},
    {BUY " ", -1},
    {BUY " 4", -1},
    {BUY " 4:9:3:2", -1},
    {BUY " 4:9:3:2:", -1},
    {BUY " 4:9:3:2:1000 ", -1},
    {BUY " 4:9:3:2:1000:1", -1},
    {BUY "  4:9:3:2:1000", -1},
    {BUY " 4 9 3 2 1000", -1},
    {BUY " 04:9:3:2:1000", -1},
    {BUY " -4:9:3:2:1000", -1},
    {BUY " 4:65536:3:2:1000", -1},
    {BUY " 4:9:3:0:1000", -1},
    {BUY " 4:9:3:1000001:1000", -1},
    {BUY " 4:9:3:2:1000000001", -1},
    {BUY " 9007199254740992:9:3:2:1000", -1},
    {BUY " 5:9:3:1:1000 4:8:1:1:1200", -1},
    {BUY " 4:9:3:1:1000 4:8:1:1:1200", -1},
    {BUY " 0:0:0:1:0 4:9:3:1:1000", -1},
    {BUY " 0:0:0:1:0 0:0:0:1:0", -1},
    {"decided restock 7 1 11 1 3 salt 2 1000 7 1 4:9:3:2:1000", -1},
};

START_TEST (test_journal_text_reads_what_was_taken_from_a_lease_or_no_record)
{
    char text[512], line[600];
    struct journal_room room;
    struct journal_place place;
    struct record record;
    size_t size = (size_t) snprintf (text, sizeof text, "1 1 %s", told[_i].words);
    unsigned crc = (unsigned) crc32 (0, (const Bytef *) text, (uInt) size);
    size = (size_t) snprintf (line, sizeof line, "%08x %s\n", crc, text);
    ck_assert_uint_eq (journal_text_frame (line, size, &place), size);
    bool valid = journal_text_record (line, size, &record, &room);
    ck_assert_int_eq (valid ? (int) record.decided.item.taken_count : -1, told[_i].taken);
    if (valid) {
        ck_assert (!record.decided.item.taken == (told[_i].taken == 0));
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("journal_text");
    TCase *strict = tcase_create ("strictness");
    tcase_add_loop_test (strict, test_journal_text_reads_what_was_taken_from_a_lease_or_no_record,
                         0, (int) (sizeof told / sizeof told[0]));
    suite_add_tcase (suite, strict);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
