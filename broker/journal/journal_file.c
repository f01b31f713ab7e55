#include "broker/journal/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A sync that was interrupted has neither failed nor been done.
bool file_sync (int fd)
{
    int rc;
    do {
        rc = fdatasync (fd);
    } while (rc != 0 && errno == EINTR);
    return rc == 0;
}

bool file_sync_folder (const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr (path, '/');
    size_t length = slash ? (size_t) (slash - path) + 1 : 0;
    memcpy (folder, path, length);
    memcpy (folder + length, ".", 2);
    int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1) {
        return false;
    }
    int rc;
    do {
        rc = fsync (fd);
    } while (rc != 0 && errno == EINTR);
    int error = errno;
    close (fd);
    errno = error;
    return rc == 0;
}

bool file_write (int fd, const char *bytes, size_t size, int64_t offset)
{
    while (size > 0) {
        ssize_t count = pwrite (fd, bytes, size, (off_t) offset);
        if (count == -1 && errno != EINTR) {
            return false;
        }
        if (count > 0) {
            bytes += count;
            size -= (size_t) count;
            offset += count;
        }
    }
    return true;
}

bool file_cut (int fd, int64_t size)
{
    int rc;
    do {
        rc = ftruncate (fd, (off_t) size);
    } while (rc != 0 && errno == EINTR);
    return rc == 0;
}

bool file_no_room (int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

bool file_is_named (int fd, const char *path)
{
    struct stat opened;
    struct stat named;
    return fstat (fd, &opened) == 0 && stat (path, &named) == 0 && opened.st_ino == named.st_ino
           && opened.st_dev == named.st_dev;
}
