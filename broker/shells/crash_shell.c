#include "broker/shells/crash_shell.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
    [CRASH_BEFORE_PROCESSING] = "before-processing",
    [CRASH_AFTER_PROCESSING] = "after-processing",
    [CRASH_BEFORE_COMMIT] = "before-commit",
    [CRASH_AFTER_COMMIT] = "after-commit",
};

enum { COUNT_MAX = 1000000000 };

bool crash_parse (const char *text, struct crash *parsed)
{
    const char *at = strchr (text, '@');
    if (!at || at[1] < '1' || at[1] > '9') {
        return false;
    }
    char *end;
    *parsed = (struct crash){.point = CRASH_NOWHERE};
    parsed->count = strtoll (at + 1, &end, 10);
    for (int i = CRASH_BEFORE_PROCESSING; i <= CRASH_AFTER_COMMIT; i++) {
        if (strlen (names[i]) == (size_t) (at - text)
            && memcmp (names[i], text, (size_t) (at - text)) == 0) {
            parsed->point = (enum crash_point) i;
            return *end == 0 && parsed->count <= COUNT_MAX;
        }
    }
    return false;
}

static bool due (struct crash *self, enum crash_point point)
{
    return self->point == point && --self->count == 0;
}

__attribute__ ((noreturn)) static void crash (void)
{
    kill (getpid (), SIGKILL);
    abort ();  // Not reached: that signal cannot be held back.
}

void crash_at (struct crash *self, enum crash_point point)
{
    if (due (self, point)) {
        crash ();
    }
}

void crash_at_buy (struct crash *self, int64_t buyer, int64_t number)
{
    crash_at (self, CRASH_BEFORE_PROCESSING);
    if (due (self, CRASH_AFTER_PROCESSING)) {
        self->buyer = buyer;
        self->number = number;
    }
}

void crash_at_answer (const struct crash *self, int64_t buyer, int64_t number)
{
    if (self->buyer == buyer && self->number == number) {
        crash ();
    }
}
