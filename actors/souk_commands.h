// The commands of souk: each reads its own options from argv (argv[0] is its name) and returns
// the exit status.
#ifndef SOUK_SOUK_COMMANDS_H
#define SOUK_SOUK_COMMANDS_H

int souk_warehouse (int argc, char **argv);
int souk_trader (int argc, char **argv);
int souk_buyer (int argc, char **argv);
int souk_seller (int argc, char **argv);
int souk_peer (int argc, char **argv);
int souk_monitor (int argc, char **argv);
int souk_bench (int argc, char **argv);
int souk_verify (int argc, char **argv);
int souk_trace (int argc, char **argv);
int souk_transactions (int argc, char **argv);
int souk_accounts (int argc, char **argv);

#endif
