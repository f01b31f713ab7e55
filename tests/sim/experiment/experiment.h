// Questions about scale, answered in virtual time: `souk-sim --experiment` runs a topology that
// the machine could not hold and prints what it measured as JSON.
#ifndef SOUK_SIM_EXPERIMENT_H
#define SOUK_SIM_EXPERIMENT_H

// The program, with the words behind its name: argv[0] is "--experiment". Returns its exit status:
// 0, 1 (failed) or 2 (a wrong call).
int experiment_main (int argc, char **argv);

#endif
