#include "tests/sim/campaign/many.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HOUR_MS = 3600 * 1000 };

enum worker_state { WORKER_GONE, WORKER_IDLE, WORKER_BUSY, WORKER_ENDING, WORKER_KILLED };

// A child and the socket to it: seeds go down and come back when they are done; its end is the end
// of file.
struct worker {
    enum worker_state state;
    pid_t pid;
    int socket;
    int said;                   // its stderr, a file in memory that outlives it
    uint64_t seed;              // under way, or the last one
    int64_t since_ms;           // when that began
    bool hung;                  // and was killed for it
    struct run_result *result;  // of that seed, shared with the child
};

struct crew {
    const struct many *many;
    many_result_fn *each;
    void *context;
    struct worker *workers;  // `many->jobs` of them
    struct pollfd *polls;    // of the workers, and one for the signals
    uint64_t next;           // seed to be given out
    bool given;              // all of them are
    bool over;               // no more results are wanted
};

// Where SIGINT and SIGTERM are read, once they are caught.
static int signals = -1;
static sigset_t outer_mask;
static int stopped_by;

void many_catch_signals (void)
{
    sigset_t ours;
    sigemptyset (&ours);
    sigaddset (&ours, SIGINT);
    sigaddset (&ours, SIGTERM);
    sigprocmask (SIG_BLOCK, &ours, &outer_mask);
    signals = signalfd (-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0) {
        sigprocmask (SIG_SETMASK, &outer_mask, NULL);  // Then they end the program as ever.
    }
}

int many_stopped (void)
{
    struct signalfd_siginfo info;
    if (!stopped_by && read (signals, &info, sizeof info) == (ssize_t) sizeof info) {
        stopped_by = (int) info.ssi_signo;
    }
    return stopped_by;
}

int64_t many_now_ms (void)
{
    struct timespec now;
    clock_gettime (CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / (1000 * 1000);
}

// The life of a child.

static _Noreturn void work (const struct many *many, struct run_result *result, int socket)
{
    uint64_t seed;
    struct options options = many->options;
    while (recv (socket, &seed, sizeof seed, 0) == (ssize_t) sizeof seed) {
        options.seed = seed;
        run (&options, many->story, result);
        if (send (socket, &seed, sizeof seed, MSG_NOSIGNAL) != (ssize_t) sizeof seed) {
            break;
        }
    }
    exit (EXIT_SUCCESS);  // And not _exit: a tool that looks for leaks does so now.
}

static void begin_child (const struct crew *crew, const struct worker *self, int socket,
                         pid_t parent)
{
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () != parent) {
        _exit (EXIT_FAILURE);  // It died before that.
    }
    // ^C reaches everyone at the terminal; the parent decides what comes of it.
    signal (SIGINT, SIG_IGN);
    signal (SIGTERM, SIG_DFL);
    if (signals >= 0) {
        sigprocmask (SIG_SETMASK, &outer_mask, NULL);
    }
    // Crashes are expected here, and by the thousand: --trace leaves a core file.
    setrlimit (RLIMIT_CORE, &(const struct rlimit){0, 0});
    // Another child's socket, held here, would keep its end from being seen.
    for (int64_t i = 0; i < crew->many->jobs; i++) {
        if (crew->workers[i].state != WORKER_GONE) {
            close (crew->workers[i].socket);
        }
    }
    dup2 (self->said, STDERR_FILENO);
    work (crew->many, self->result, socket);
}

static bool start_worker (struct crew *crew, struct worker *self)
{
    int ends[2];
    if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    self->said = memfd_create ("stderr", MFD_CLOEXEC);
    pid_t parent = getpid ();
    fflush (NULL);  // What is still to be written is written once.
    self->pid = self->said < 0 ? -1 : fork ();
    if (self->pid == 0) {
        close (ends[0]);
        begin_child (crew, self, ends[1], parent);
    }
    close (ends[1]);
    if (self->pid < 0) {
        close (ends[0]);
        if (self->said >= 0) {
            close (self->said);
        }
        return false;
    }
    self->socket = ends[0];
    self->state = WORKER_IDLE;
    self->hung = false;
    return true;
}

// How a child ended, as a result of the seed that it was at. What the run had drawn is known.
static struct run_result result_of_death (const struct worker *self, int status)
{
    struct run_result result;
    memset (&result, 0, sizeof result);
    result.failed = true;
    result.faults = self->result->faults;
    result.planned = self->result->planned;
    result.market = self->result->market;
    const char *how = "";
    if (self->hung) {
        snprintf (result.checker, sizeof result.checker, "patience");
        how = "not done in time: --patience gives it more";
    } else if (WIFSIGNALED (status)) {
        snprintf (result.checker, sizeof result.checker, "signal %d", WTERMSIG (status));
        how = strsignal (WTERMSIG (status));
    } else {
        snprintf (result.checker, sizeof result.checker, "exit %d", WEXITSTATUS (status));
        bool done = self->state == WORKER_ENDING;
        how = done ? "the process ended badly, its seeds done" : "the process ended by itself";
    }
    char said[RUN_TEXT] = "";
    ssize_t length = pread (self->said, said, sizeof said - 1, 0);
    while (length > 0 && said[length - 1] == '\n') {
        said[--length] = '\0';
    }
    int used = snprintf (result.text, sizeof result.text, "%s%s", how, length > 0 ? ": " : "");
    memcpy (result.text + used, said, sizeof result.text - (size_t) used - 1);
    return result;
}

// Its socket has ended: so has the worker.
static void bury (struct crew *crew, struct worker *self)
{
    int status = 0;
    while (waitpid (self->pid, &status, 0) < 0 && errno == EINTR) {
    }
    // One that ends badly when its work is done counts too: it may have found its memory leaking.
    // One that was done just when it was taken for hung had failed in nothing.
    bool failed = self->state == WORKER_BUSY || (self->state == WORKER_ENDING && status != 0);
    if (failed && !crew->over) {
        struct run_result result = result_of_death (self, status);
        crew->over = !crew->each (crew->context, self->seed, &result);
    }
    close (self->socket);
    close (self->said);
    self->state = WORKER_GONE;
}

static void hear (struct crew *crew, struct worker *self)
{
    uint64_t seed;
    ssize_t length = recv (self->socket, &seed, sizeof seed, MSG_DONTWAIT);
    if (length == (ssize_t) sizeof seed) {
        self->state = self->hung ? WORKER_KILLED : WORKER_IDLE;
        crew->over = !crew->each (crew->context, seed, self->result);
    } else if (length >= 0 || (errno != EAGAIN && errno != EINTR)) {
        bury (crew, self);
    }
}

// Gives an idle worker its next seed, or tells it that there is none.
static void employ (struct crew *crew, struct worker *self)
{
    self->since_ms = many_now_ms ();
    if (crew->given) {
        shutdown (self->socket, SHUT_WR);
        self->state = WORKER_ENDING;
        return;
    }
    memset (self->result, 0, sizeof *self->result);
    self->seed = crew->next;
    self->state = WORKER_BUSY;
    crew->given = crew->next == crew->many->last;
    crew->next++;
    // When it is dead already, its end is seen next, with this seed under way.
    send (self->socket, &self->seed, sizeof self->seed, MSG_NOSIGNAL);
}

// Until something is heard, somebody's time is over or a signal comes.
static void wait_for_news (struct crew *crew)
{
    int64_t now_ms = many_now_ms ();
    int64_t wait_ms = crew->many->patience_ms;
    for (int64_t i = 0; i < crew->many->jobs; i++) {
        const struct worker *worker = &crew->workers[i];
        bool waiting = worker->state != WORKER_GONE;
        int64_t left_ms = worker->since_ms + crew->many->patience_ms - now_ms;
        crew->polls[i] = (struct pollfd){.fd = waiting ? worker->socket : -1, .events = POLLIN};
        if (waiting && !worker->hung && left_ms < wait_ms) {
            wait_ms = left_ms > 0 ? left_ms : 0;
        }
    }
    crew->polls[crew->many->jobs] = (struct pollfd){.fd = signals, .events = POLLIN};
    // At most an hour, which an int can hold.
    poll (crew->polls, (nfds_t) crew->many->jobs + 1,
          (int) (wait_ms < HOUR_MS ? wait_ms : HOUR_MS));
    crew->over = crew->over || many_stopped ();
}

static void attend (struct crew *crew)
{
    int64_t now_ms = many_now_ms ();
    for (int64_t i = 0; i < crew->many->jobs && !crew->over; i++) {
        struct worker *worker = &crew->workers[i];
        if (worker->state == WORKER_GONE) {
            continue;
        }
        if (crew->polls[i].revents) {
            hear (crew, worker);
        } else if (now_ms - worker->since_ms >= crew->many->patience_ms && !worker->hung) {
            worker->hung = true;
            kill (worker->pid, SIGKILL);
        }
    }
}

// Sees to it that everyone has something to do. Returns false when nobody is left to do it.
static bool employ_all (struct crew *crew)
{
    bool any = false;
    for (int64_t i = 0; i < crew->many->jobs; i++) {
        struct worker *worker = &crew->workers[i];
        if (worker->state == WORKER_GONE && !crew->given) {
            start_worker (crew, worker);  // One that cannot be is missed when there is none at all.
        }
        if (worker->state == WORKER_IDLE) {
            employ (crew, worker);
        }
        any = any || worker->state != WORKER_GONE;
    }
    return any;
}

static void dismiss_all (struct crew *crew)
{
    for (int64_t i = 0; i < crew->many->jobs; i++) {
        if (crew->workers[i].state != WORKER_GONE) {
            kill (crew->workers[i].pid, SIGKILL);
            bury (crew, &crew->workers[i]);
        }
    }
}

bool many_run (const struct many *self, many_result_fn *each, void *context)
{
    struct crew crew = {.many = self, .each = each, .context = context, .next = self->first};
    crew.workers = calloc ((size_t) self->jobs, sizeof *crew.workers);
    crew.polls = calloc ((size_t) self->jobs + 1, sizeof *crew.polls);
    size_t shared_size = (size_t) self->jobs * sizeof (struct run_result);
    struct run_result *shared =
        mmap (NULL, shared_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool made = crew.workers && crew.polls && shared != MAP_FAILED;
    for (int64_t i = 0; made && i < self->jobs; i++) {
        crew.workers[i].result = &shared[i];
    }
    while (made && !crew.over && employ_all (&crew)) {
        wait_for_news (&crew);
        attend (&crew);
    }
    made = made && (crew.over || crew.given);
    crew.over = true;
    if (crew.workers) {
        dismiss_all (&crew);
    }
    if (shared != MAP_FAILED) {
        munmap (shared, shared_size);
    }
    free (crew.polls);
    free (crew.workers);
    return made;
}
