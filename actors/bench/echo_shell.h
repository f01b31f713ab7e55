// The limit that a market is held against: a ROUTER that answers each message at once, and does
// nothing else.
#ifndef SOUK_ECHO_SHELL_H
#define SOUK_ECHO_SHELL_H

// Serves at the endpoint until it is killed, in a process of its own. Prints {"router":"<endpoint>"}
// to `out` when it is there. Its answers are as long as a market's receipts.
void echo_shell (int out, const char *endpoint);

#endif
