/*
 * The library's workloads for the benchmark in Python, which loads them so that batches in C and in
 * Python can take turns in one process.
 */
#include "loops.h"

#include <stdlib.h>

#include "data.h"
#include "fail.h"
#include "workload.h"

struct subject *bench_open(const char *workload_name, bool synced, const char *folder) {
    const struct workload *workload = workload_find(workload_name);
    struct subject *subject = malloc(sizeof(*subject));

    if (!workload || !subject) {
        fail("%s cannot be run", workload_name);
    }
    data_init();
    subject_open(subject, workload, &peer_spinkv, synced, folder);
    return subject;
}

size_t bench_operations(const struct subject *subject) {
    return subject->operations;
}

double bench_time_batch(struct subject *subject) {
    return subject_time_batch(subject);
}

void bench_time_calls(struct subject *subject, uint64_t *ns) {
    subject_time_calls(subject, ns);
}

void bench_close(struct subject *subject) {
    subject_close(subject);
    free(subject);
}
