#include "tests/kit/faulty_disk.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    bool writes_armed;
    enum write_fault fault;
    int write_error;
    int writes_left;   // that still go well
    bool interrupted;  // stuttering: the last call was
    bool syncs_armed;
    int sync_error;
    int syncs_left;
    ino_t only;  // 0: every file
    int writes;
    int syncs;
    int failures;
    bool deadly;
    int calls_left;  // before the one that kills
} disk;

void faulty_disk_break_writes (enum write_fault fault, int error, int writes)
{
    disk.writes_armed = true;
    disk.fault = fault;
    disk.write_error = error;
    disk.writes_left = writes;
}

void faulty_disk_break_syncs (int error, int syncs)
{
    disk.syncs_armed = true;
    disk.sync_error = error;
    disk.syncs_left = syncs;
}

void faulty_disk_only (const char *path)
{
    struct stat status;
    if (stat (path, &status) != 0) {
        abort ();
    }
    disk.only = status.st_ino;
}

void faulty_disk_kill_at (int calls)
{
    disk.deadly = true;
    disk.calls_left = calls;
}

void faulty_disk_mend (void)
{
    disk.deadly = false;
    disk.writes_armed = false;
    disk.syncs_armed = false;
    disk.only = 0;
}

int faulty_disk_writes (void)
{
    return disk.writes;
}

int faulty_disk_syncs (void)
{
    return disk.syncs;
}

int faulty_disk_failures (void)
{
    return disk.failures;
}

static bool concerned (int fd)
{
    struct stat status;
    return disk.only == 0 || (fstat (fd, &status) == 0 && status.st_ino == disk.only);
}

static ssize_t fail (int error)
{
    disk.failures++;
    errno = error;
    return -1;
}

// The process dies by SIGKILL before it does what it was about to do, if that is the call to die at.
static void die_in_time (void)
{
    if (disk.deadly && disk.calls_left-- == 0) {
        raise (SIGKILL);
    }
}

ssize_t pwrite64 (int fd, const void *bytes, size_t count, off64_t offset)
{
    disk.writes++;
    die_in_time ();
    if (!disk.writes_armed || !concerned (fd) || disk.writes_left-- > 0) {
        return syscall (SYS_pwrite64, fd, bytes, count, offset);
    }
    disk.writes_left = 0;
    switch (disk.fault) {
    case WRITE_FAILS:
        return fail (disk.write_error);
    case WRITE_FAILS_SHORT:
        disk.fault = WRITE_FAILS;
        return syscall (SYS_pwrite64, fd, bytes, count / 2, offset);
    case WRITE_STUTTERS:
        disk.interrupted = !disk.interrupted;
        return disk.interrupted
                   ? fail (EINTR)
                   : syscall (SYS_pwrite64, fd, bytes, count < 100 ? count : 100, offset);
    case WRITE_KILLS:
        syscall (SYS_pwrite64, fd, bytes, count / 2, offset);
        raise (SIGKILL);
    }
    abort ();
}

ssize_t pwrite (int fd, const void *bytes, size_t count, off_t offset)
{
    return pwrite64 (fd, bytes, count, offset);
}

static int sync_by (long call, int fd)
{
    disk.syncs++;
    die_in_time ();
    if (!disk.syncs_armed || !concerned (fd) || disk.syncs_left-- > 0) {
        return (int) syscall (call, fd);
    }
    disk.syncs_left = 0;
    return (int) fail (disk.sync_error);
}

int fdatasync (int fd)
{
    return sync_by (SYS_fdatasync, fd);
}

int fsync (int fd)
{
    return sync_by (SYS_fsync, fd);
}

int ftruncate (int fd, off_t size)
{
    die_in_time ();
    return (int) syscall (SYS_ftruncate, fd, size);
}

int rename (const char *from, const char *to)
{
    die_in_time ();
    return (int) syscall (SYS_rename, from, to);
}

int link (const char *from, const char *to)
{
    die_in_time ();
    return (int) syscall (SYS_link, from, to);
}
