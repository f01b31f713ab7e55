// Processes that a bench starts and stops. They end with it, however it ends.
#ifndef SOUK_PROCESSES_H
#define SOUK_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROCESS_LINE = 1024 };

struct process {
    pid_t pid;                 // 0: none
    int out;                   // what it prints; -1: it is not read
    char ready[PROCESS_LINE];  // the line that it printed when it was ready
    char text[8192];           // what it has printed, and nobody has read yet
    size_t length;             // of `text`
    char last[4096];           // what it printed last, once it was stopped
};

// Starts `argv` (ended by NULL) and waits for the line that it prints when it is ready; what it
// tells of members before stays to be read. Returns false with the reason in `error` when it ends
// before or takes too long.
bool process_start (struct process *self, char *const *argv, char *error, size_t error_size);

// The same, for one that says on stderr how it fares; what it prints on stdout goes nowhere.
bool process_start_watched (struct process *self, char *const *argv, char *error,
                            size_t error_size);

// The same, with a function in place of a program: it is to print the line to `out` and never
// return. To be called before any thread is started.
typedef void process_fn (int out, const char *argument);
bool process_fork (struct process *self, process_fn *serve, const char *argument, char *error,
                   size_t error_size);

// The text behind `key` in the line that it printed: NULL where there is none. `text` gets it.
const char *process_ready_text (const struct process *self, const char *key, char *text,
                                size_t size);

// The next line that it prints, without the newline: false where none comes within the time, or it
// prints no more. To be called from time to time, so that it never waits for a reader.
bool process_line (struct process *self, int wait_ms, char line[PROCESS_LINE]);

// CPU that it has used so far, all threads, user and system; 0 where that cannot be told.
double process_cpu_us (const struct process *self);

// The most memory that it ever had resident.
int64_t process_peak_kib (const struct process *self);

// Asks it to end and waits; kills it when it takes too long. Returns whether it was there and ended
// well: by itself, or as it was asked to.
bool process_stop (struct process *self);

// Ends it at once, as kill -9 does. What it printed can be read no more.
void process_kill (struct process *self);

// Whether it is there still.
bool process_lives (const struct process *self);

#endif
