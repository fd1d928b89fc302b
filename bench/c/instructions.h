/*
 * Bare calls of the library, for a tool that counts instructions.
 */
#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H

#include <stddef.h>

/* Runs so many batches of a workload, named as in the table of workloads, or with "_uncached". */
void instructions_run(const char *name, size_t batches, const char *folder);

#endif
