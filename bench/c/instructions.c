/*
 * Two runs that differ by some batches differ by the instructions of these batches; so nothing
 * needs to be told to the tool that counts.
 */
#include "instructions.h"

#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "workload.h"

#define UNCACHED "_uncached"

/* Batches before those that are counted: after them whatever is done once has been done and, where
 * the workload only reads, every key has been met. */
#define WARM_BATCHES_READING 30
#define WARM_BATCHES_WRITING 2

void instructions_run(const char *name, size_t batches, const char *folder) {
    const char *suffix = strstr(name, UNCACHED);
    const struct workload *workload;
    struct subject subject;
    char base[64];
    size_t i, warm;

    snprintf(base, sizeof(base), "%.*s", (int)(suffix ? suffix - name : (long)strlen(name)), name);
    workload = workload_find(base);
    if (!workload) {
        fail("there is no workload %s", base);
    }
    subject_open(&subject, workload, suffix ? &peer_spinkv_uncached : &peer_spinkv, false, folder);
    warm = workload->operations_synced == 0 ? WARM_BATCHES_READING : WARM_BATCHES_WRITING;
    for (i = 0; i < warm; i++) {
        subject_time_batch(&subject);
    }
    for (i = 0; i < batches; i++) {
        if (workload->is_whole) {
            subject_renew(&subject);
        }
        workload->run(&subject, subject.operations);
    }
    printf("{\"operations\": %zu}\n", subject.operations);
    subject_close(&subject);
}
