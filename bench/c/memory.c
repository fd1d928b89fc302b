/*
 * Measures memory in a child, where nothing else has been opened: what malloc has given out, less
 * what SQLite took of it, which has a cache of pages of its own.
 */
#include "memory.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

/* Enough to fill a cache twice over. */
#define READS_MOST 200000

static long long own_bytes(void) {
    struct mallinfo2 info = mallinfo2();

    return (long long)(info.uordblks + info.hblkhd) - sqlite3_memory_used();
}

static void measure(const struct workload *workload, const char *folder) {
    size_t reads = 2 * workload->key_count < READS_MOST ? 2 * workload->key_count : READS_MOST;
    struct subject subject;
    long long before, after;

    subject_open(&subject, workload, &peer_spinkv, false, folder);
    subject.peer->close(subject.store);
    before = own_bytes();
    subject.store = subject.peer->open(&subject.terms);
    workload->run(&subject, reads);
    after = own_bytes();
    printf("{\"kind\": \"memory\", \"workload\": \"%s\", \"cache_bytes\": %d, "
           "\"used_bytes\": %lld}\n",
           workload->name, SPINKV_DEFAULT_CACHE_BYTES, after - before);
    subject_close(&subject);
}

void memory_measure(const struct workload *workload, const char *folder) {
    pid_t child;
    int status;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        measure(workload, folder);
        fflush(stdout);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        fail("the memory of %s could not be measured", workload->name);
    }
}
