/*
 * How much memory the library takes for a store.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "workload.h"

/* Reads a store in a process of its own, and prints what it took. Call it before threads run. */
void memory_measure(const struct workload *workload, const char *folder);

#endif
