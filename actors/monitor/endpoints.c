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
    if (!open) {
        arena_destroy (&arena);
        return ENDPOINTS_OPENING;
    }
    arena_destroy (&self->arena);
    self->arena = arena;
    self->read = now;
    self->count = 0;
    self->list[self->count++] = topology.warehouse.pub;
    for (size_t i = 0; i < topology.trader_count; i++) {
        self->list[self->count++] = topology.traders[i].pub;
    }
    return ENDPOINTS_NEW;
}

bool endpoints_have (const struct endpoints *self, const char *endpoint)
{
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp (self->list[i], endpoint) == 0) {
            return true;
        }
    }
    return false;
}
