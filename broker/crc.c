#include "broker/crc.h"

#include <threads.h>
#include <zlib.h>

enum { SLICES = 8 };

// What a byte that stands so many bytes before the last one adds to the remainder.
static uint32_t slices[SLICES][256];

static void make_slices (void)
{
    const z_crc_t *table = get_crc_table ();
    for (int byte = 0; byte < 256; byte++) {
        uint32_t crc = (uint32_t) table[byte];
        slices[0][byte] = crc;
        for (int i = 1; i < SLICES; i++) {
            crc = (uint32_t) table[crc & 0xff] ^ crc >> 8;
            slices[i][byte] = crc;
        }
    }
}

// Eight bytes at a time, whose lookups do not wait for each other: slicing-by-8 (Kounavis and Berry
// 2005). Of a text this short zlib takes most one by one.
uint32_t crc_of (const char *bytes, size_t size)
{
    static once_flag once = ONCE_FLAG_INIT;
    call_once (&once, make_slices);
    const unsigned char *at = (const unsigned char *) bytes;
    uint32_t crc = UINT32_MAX;
    for (; size >= SLICES; size -= SLICES, at += SLICES) {
        crc = slices[7][at[0] ^ (crc & 0xff)] ^ slices[6][at[1] ^ (crc >> 8 & 0xff)]
              ^ slices[5][at[2] ^ (crc >> 16 & 0xff)] ^ slices[4][at[3] ^ crc >> 24]
              ^ slices[3][at[4]] ^ slices[2][at[5]] ^ slices[1][at[6]] ^ slices[0][at[7]];
    }
    for (; size > 0; size--) {
        crc = slices[0][(crc ^ *at++) & 0xff] ^ crc >> 8;
    }
    return ~crc;
}
