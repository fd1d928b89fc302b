/*
 * What the program prints: JSON, one object a line.
 */
#ifndef BENCH_OUTPUT_H
#define BENCH_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "histogram.h"

/* A workload as the output names it. */
struct heading {
    const char *group, *name, *what;
    /* "full", "normal", or "" where nothing is written. */
    const char *durability;
    /* How many operations are timed as one. */
    size_t operations;
    /* How many ticks there will be. */
    size_t ticks;
};

const char *output_durability(bool writes, bool synced);

void output_peers(void);
void output_workload(const struct heading *heading);

/* A round of one peer: nanoseconds an operation of each batch, and of single calls (or NULL). */
void output_round(const struct heading *heading, const char *peer, long round, const double *ns,
                  size_t count, const struct histogram *calls);

/* Progress: a part of a workload is done. */
void output_tick(const struct heading *heading);

#endif
