#include "actors/bench/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    READY_MS = 15000,
    STOP_MS = 15000,
    STEP_MS = 5,
};

// In the child: ends with its parent, and is not reached by ^C on the terminal, since the bench
// stops its processes in order.
static void detach (pid_t parent)
{
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    setpgid (0, 0);
    if (getppid () != parent) {
        _exit (1);  // It died before the kernel was told.
    }
}

// Reads what has come, once something has. Returns false where nothing came in time, it prints no
// more, or nobody has taken what stands there.
static bool read_more (struct process *self, int wait_ms)
{
    struct pollfd item = {.fd = self->out, .events = POLLIN};
    size_t room = sizeof self->text - self->length;
    if (self->pid == 0 || room == 0 || poll (&item, 1, wait_ms) != 1) {
        return false;
    }
    ssize_t got = read (self->out, self->text + self->length, room);
    self->length += got > 0 ? (size_t) got : 0;
    return got > 0;
}

// Takes the line that begins there out of the text, where it has an end.
static bool take_line (struct process *self, size_t begin, char line[PROCESS_LINE])
{
    char *from = self->text + begin;
    char *end = memchr (from, '\n', self->length - begin);
    if (!end) {
        return false;
    }
    snprintf (line, PROCESS_LINE, "%.*s", (int) (end - from), from);
    size_t behind = self->length - (size_t) (end + 1 - self->text);
    memmove (from, end + 1, behind);
    self->length = begin + behind;
    return true;
}

bool process_line (struct process *self, int wait_ms, char line[PROCESS_LINE])
{
    return take_line (self, 0, line) || (read_more (self, wait_ms) && take_line (self, 0, line));
}

// Where the first line begins that tells of no member.
static size_t begin_of_ready (const struct process *self)
{
    static const char member[] = "{\"event\":\"member\"";
    const char *at = self->text;
    const char *end = self->text + self->length;
    while ((size_t) (end - at) >= sizeof member && memcmp (at, member, sizeof member - 1) == 0) {
        const char *newline = memchr (at, '\n', (size_t) (end - at));
        if (!newline) {
            break;
        }
        at = newline + 1;
    }
    return (size_t) (at - self->text);
}

static bool read_ready (struct process *self, char *error, size_t error_size)
{
    bool ready = false;
    do {
        ready = take_line (self, begin_of_ready (self), self->ready);
    } while (!ready && read_more (self, READY_MS));
    if (ready) {
        return true;
    }
    snprintf (error, error_size, "a process that the bench needs did not start");
    process_stop (self);
    return false;
}

// Forks. Returns 0 in the child, whose parent reads what it writes to `*out`; -1 and the reason in
// `error` when there can be no child.
static pid_t begin (struct process *self, int *out, char *error, size_t error_size)
{
    int pipe_fds[2];
    pid_t parent = getpid ();
    fflush (NULL);
    *self = (struct process){.out = -1};
    if (pipe2 (pipe_fds, O_CLOEXEC) == -1) {
        snprintf (error, error_size, "no process can be started: %s", strerror (errno));
        return -1;
    }
    self->pid = fork ();
    if (self->pid == -1) {
        snprintf (error, error_size, "no process can be started: %s", strerror (errno));
        close (pipe_fds[0]);
        close (pipe_fds[1]);
        self->pid = 0;
        return -1;
    }
    if (self->pid == 0) {
        detach (parent);
        *out = pipe_fds[1];
        return 0;
    }
    close (pipe_fds[1]);
    self->out = pipe_fds[0];
    return self->pid;
}

// Becomes the program, with its output, or its messages, going to `out`.
static void become (char *const *argv, int out, bool messages)
{
    dup2 (messages ? open ("/dev/null", O_WRONLY | O_CLOEXEC) : out, STDOUT_FILENO);
    if (messages) {
        dup2 (out, STDERR_FILENO);
    }
    execv (argv[0], argv);
    _exit (127);
}

bool process_fork (struct process *self, process_fn *serve, const char *argument, char *error,
                   size_t error_size)
{
    int out;
    pid_t pid = begin (self, &out, error, error_size);
    if (pid == 0) {
        serve (out, argument);
        _exit (1);
    }
    return pid > 0 && read_ready (self, error, error_size);
}

static bool start (struct process *self, char *const *argv, bool messages, char *error,
                   size_t error_size)
{
    int out;
    pid_t pid = begin (self, &out, error, error_size);
    if (pid == 0) {
        become (argv, out, messages);
    }
    return pid > 0 && read_ready (self, error, error_size);
}

bool process_start (struct process *self, char *const *argv, char *error, size_t error_size)
{
    return start (self, argv, false, error, error_size);
}

bool process_start_watched (struct process *self, char *const *argv, char *error, size_t error_size)
{
    return start (self, argv, true, error, error_size);
}

const char *process_ready_text (const struct process *self, const char *key, char *text,
                                size_t size)
{
    char quoted[64];
    snprintf (quoted, sizeof quoted, "\"%s\":\"", key);
    const char *value = strstr (self->ready, quoted);
    const char *end = value ? strchr (value + strlen (quoted), '"') : NULL;
    if (!end) {
        return NULL;
    }
    value += strlen (quoted);
    snprintf (text, size, "%.*s", (int) (end - value), value);
    return text;
}

double process_cpu_us (const struct process *self)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid (self->pid, &clock) != 0 || clock_gettime (clock, &used) == -1) {
        return 0;
    }
    return (double) used.tv_sec * 1e6 + (double) used.tv_nsec / 1e3;
}

int64_t process_peak_kib (const struct process *self)
{
    char path[64];
    char line[256];
    long long kib = 0;
    snprintf (path, sizeof path, "/proc/%lld/status", (long long) self->pid);
    FILE *status = fopen (path, "re");
    while (status && fgets (line, sizeof line, status)) {
        if (sscanf (line, "VmHWM: %lld kB", &kib) == 1) {
            break;
        }
    }
    if (status) {
        fclose (status);
    }
    return kib;
}

bool process_lives (const struct process *self)
{
    siginfo_t info = {.si_pid = 0};
    return self->pid > 0
           && waitid (P_PID, (id_t) self->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0
           && info.si_pid == 0;
}

// Reads what it still prints, so that it never waits for a reader. Returns false at the end of it.
static bool read_last (struct process *self)
{
    struct pollfd item = {.fd = self->out, .events = POLLIN};
    if (poll (&item, 1, STEP_MS) != 1) {
        return true;
    }
    char text[sizeof self->last / 2];
    ssize_t got = read (self->out, text, sizeof text);
    size_t size = got > 0 ? (size_t) got : 0;
    size_t kept = strlen (self->last);
    if (kept + size >= sizeof self->last) {
        kept = sizeof self->last / 2 - 1;
        memmove (self->last, self->last + strlen (self->last) - kept, kept);
    }
    memcpy (self->last + kept, text, size);
    self->last[kept + size] = 0;
    return size > 0;
}

static bool has_ended (struct process *self, int *status)
{
    if (!read_last (self)) {
        poll (NULL, 0, STEP_MS);  // It has closed its output, and will be gone in a moment.
    }
    if (waitpid (self->pid, status, WNOHANG) != self->pid) {
        return false;
    }
    while (read_last (self)) {  // What it printed since is read to its end.
    }
    return true;
}

void process_kill (struct process *self)
{
    if (self->pid > 0) {
        kill (self->pid, SIGKILL);
        waitpid (self->pid, NULL, 0);
        close (self->out);
        self->pid = 0;
    }
}

bool process_stop (struct process *self)
{
    int status = 0;
    if (self->pid == 0) {
        return true;
    }
    bool fine = process_lives (self);
    bool ended = false;
    kill (self->pid, SIGTERM);
    for (int waited = 0; !ended && waited < STOP_MS; waited += STEP_MS) {
        ended = has_ended (self, &status);
    }
    if (!ended) {
        kill (self->pid, SIGKILL);
        waitpid (self->pid, &status, 0);
        fine = false;
    }
    bool as_asked = WIFSIGNALED (status) && WTERMSIG (status) == SIGTERM;
    fine = fine && (as_asked || (WIFEXITED (status) && WEXITSTATUS (status) == 0));
    close (self->out);
    self->pid = 0;
    return fine;
}
