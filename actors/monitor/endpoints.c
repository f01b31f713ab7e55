#include "actors/monitor/endpoints.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_BLOCK = 16 * 1024, PATH_BYTES = 4096 };

void endpoints_init (struct endpoints *self, const char *run_dir)
{
    *self = (struct endpoints){.arena = arena_new (ARENA_BLOCK), .run_dir = run_dir};
}

void endpoints_free (struct endpoints *self)
{
    arena_destroy (&self->arena);
    arena_destroy (&self->before_arena);
}

static bool port_open (const char *endpoint)
{
    size_t length = strlen (endpoint);
    return length < 2 || strcmp (endpoint + length - 2, ":*") != 0;
}

static bool is_read (const struct endpoints *self, const struct stat *now)
{
    return now->st_dev == self->read.st_dev && now->st_ino == self->read.st_ino
           && now->st_mtim.tv_sec == self->read.st_mtim.tv_sec
           && now->st_mtim.tv_nsec == self->read.st_mtim.tv_nsec;
}

// Whoever starts a market writes its summary when it has ended. An older one is of another run.
static bool has_ended (const struct endpoints *self, const struct stat *topology)
{
    char path[PATH_BYTES];
    struct stat summary;
    int length = snprintf (path, sizeof path, "%s/summary.json", self->run_dir);
    if (length >= PATH_BYTES || stat (path, &summary) == -1) {
        return false;
    }
    const struct timespec *begun = &topology->st_mtim, *ended = &summary.st_mtim;
    return ended->tv_sec > begun->tv_sec
           || (ended->tv_sec == begun->tv_sec && ended->tv_nsec >= begun->tv_nsec);
}

// Takes over the arena.
static void keep (struct endpoints *self, const struct topology *topology, arena_t *arena)
{
    arena_destroy (&self->before_arena);
    self->before_arena = self->arena;
    self->before_count = self->count;
    memcpy (self->before, self->list, self->count * sizeof *self->list);
    self->arena = arena;
    self->count = 0;
    self->list[self->count++] = topology->warehouse.pub;
    for (size_t i = 0; i < topology->trader_count; i++) {
        self->list[self->count++] = topology->traders[i].pub;
    }
    for (size_t i = 0; i < topology->peer_count; i++) {
        self->list[self->count++] = topology->peers[i].pub;
    }
}

enum endpoints_status endpoints_look (struct endpoints *self)
{
    char path[PATH_BYTES];
    char why[ENDPOINTS_ERROR / 2];
    struct stat now;
    struct topology topology;
    if (!self->run_dir) {
        return ENDPOINTS_SAME;
    }
    int length = snprintf (path, sizeof path, "%s/topology.json", self->run_dir);
    if (length >= PATH_BYTES || stat (path, &now) == -1) {
        int why_not = length >= PATH_BYTES ? ENAMETOOLONG : errno;
        snprintf (self->error, sizeof self->error,
                  "%.200s has no topology.json (%s): name the folder of a run (tools/launch.py "
                  "says where it is), or the endpoints with --pub",
                  self->run_dir, strerror (why_not));
        return why_not == ENOENT ? ENDPOINTS_MISSING : ENDPOINTS_FAILED;
    }
    if (has_ended (self, &now)) {
        return ENDPOINTS_ENDED;
    }
    if (is_read (self, &now)) {
        return ENDPOINTS_SAME;
    }
    arena_t *arena = arena_new (ARENA_BLOCK);
    if (!topology_read (path, arena, &topology, why, sizeof why)) {
        snprintf (self->error, sizeof self->error, "%.200s: %s", path, why);
        arena_destroy (&arena);
        return ENDPOINTS_FAILED;
    }
    bool open = port_open (topology.warehouse.pub);
    for (size_t i = 0; i < topology.trader_count; i++) {
        open = open && port_open (topology.traders[i].pub);
    }
    for (size_t i = 0; i < topology.peer_count; i++) {
        open = open && port_open (topology.peers[i].pub);
    }
    if (!open) {
        arena_destroy (&arena);
        return ENDPOINTS_OPENING;
    }
    keep (self, &topology, arena);
    self->read = now;
    return ENDPOINTS_NEW;
}

static bool is_among (const char *const *list, size_t count, const char *endpoint)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp (list[i], endpoint) == 0) {
            return true;
        }
    }
    return false;
}

bool endpoints_have (const struct endpoints *self, const char *endpoint)
{
    return is_among (self->list, self->count, endpoint);
}

bool endpoints_had (const struct endpoints *self, const char *endpoint)
{
    return is_among (self->before, self->before_count, endpoint);
}
