/*
 * What the benchmark in Python calls of the one in C.
 */
#ifndef BENCH_LOOPS_H
#define BENCH_LOOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LOOPS_API __attribute__((visibility("default")))
#else
#define LOOPS_API
#endif

struct subject;

/* Opens the library's store for a workload; its file goes into folder. */
LOOPS_API struct subject *bench_open(const char *workload_name, bool synced, const char *folder);

/* How many operations a batch has. */
LOOPS_API size_t bench_operations(const struct subject *subject);

/* Runs a batch and tells how long one of its operations took, in nanoseconds. */
LOOPS_API double bench_time_batch(struct subject *subject);

/* Runs a batch and tells how long each of its operations took, in nanoseconds. */
LOOPS_API void bench_time_calls(struct subject *subject, uint64_t *ns);

LOOPS_API void bench_close(struct subject *subject);

#endif
