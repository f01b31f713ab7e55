// A disk that can be made to fail, at the border of the system calls: linked into a test program
// these take the place of libc's pwrite, fdatasync, fsync, ftruncate, rename and link, also for
// SQLite, so that all of SQLite's own handling of a bad disk is run and not imitated.
#ifndef SOUK_FAULTY_DISK_H
#define SOUK_FAULTY_DISK_H

#include <stdbool.h>

enum write_fault {
    WRITE_FAILS,        // with `error`, each time, until switched off
    WRITE_FAILS_SHORT,  // as WRITE_FAILS, but half of the first one's bytes get written
    WRITE_STUTTERS,     // every call is interrupted once, and then writes at most 100 bytes
    WRITE_KILLS,        // the process dies by SIGKILL with half of the bytes written
};

// Makes writes fail once `writes` more of them went well.
void faulty_disk_break_writes (enum write_fault fault, int error, int writes);

// Makes the sync fail, each time, once `syncs` more of them went well.
void faulty_disk_break_syncs (int error, int syncs);

// Kills the process, by SIGKILL, at the next of these calls but `calls`, before it is done.
void faulty_disk_kill_at (int calls);

// Only this file is broken; all are by default. The file must exist.
void faulty_disk_only (const char *path);

// Switches all faults off. A test begins so.
void faulty_disk_mend (void);

// Calls since the process began, failed ones included.
int faulty_disk_writes (void);
int faulty_disk_syncs (void);

// Of these the failed ones.
int faulty_disk_failures (void);

#endif
