/*
 * What the command line asks for.
 */
#ifndef BENCH_SETTINGS_H
#define BENCH_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct settings {
    /* Where the stores' files go. */
    const char *folder;
    /* Names of workloads, separated by commas; NULL for all. */
    const char *only;
    /* The one group that is run; NULL for all. */
    const char *group;
    long rounds;
    /* The rounds of a workload that is a run over a store of its own. */
    long suite_rounds;
    /* How long a round of one workload takes with all peers, roughly. */
    long round_ms;
    /* Stores that are filled and runs that are counted are this many times smaller. */
    long divisor;
    /* Only say what there is. */
    bool list;
};

/* Whether a workload is asked for. */
bool settings_want(const struct settings *settings, const char *workload);

/* A number of tuples or calls in this run. */
size_t settings_scale(const struct settings *settings, size_t count);

#endif
