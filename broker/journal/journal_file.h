// Files as a journal needs them: written, made durable and cut through interruptions.
#ifndef SOUK_JOURNAL_FILE_H
#define SOUK_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// All return false with errno where it could not be done.

// Writes all of it at `offset`, through short writes.
bool file_write (int fd, const char *bytes, size_t size, int64_t offset);

// Makes what was written durable; what has happened to names in the folder of `path`.
bool file_sync (int fd);
bool file_sync_folder (const char *path);

// Leaves `size` bytes of it.
bool file_cut (int fd, int64_t size);

// Whether the path names the open file.
bool file_is_named (int fd, const char *path);

// Whether this errno tells of a disk, a quota or a file's limit that is full.
bool file_no_room (int error);

#endif
