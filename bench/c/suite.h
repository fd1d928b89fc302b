/*
 * Workloads that are runs over a store of their own: phases, one after the other, as published
 * benchmarks are made. What each call took is kept, and a phase may use several threads.
 */
#ifndef BENCH_SUITE_H
#define BENCH_SUITE_H

#include "data.h"
#include "histogram.h"
#include "peer.h"
#include "settings.h"

/* One thread of a phase. */
struct worker {
    const struct peer *peer;
    void *store;
    const struct keyset *keys;
    size_t value_size;
    /* Room for a call's tuples. */
    char *values;
    spinkv_pair *pairs;
    size_t pair_count;
    /* Which key is next, where keys are taken in turn. */
    size_t position;
    uint64_t random;
    /* The number of the next value. */
    uint64_t serial;
};

struct phase {
    const char *name, *what;
    /* Makes a call and tells how many operations it was. */
    size_t (*call)(struct worker *worker);
    /* How many calls are made; 0 is one for each key. */
    size_t calls;
    /* Tuples that a call writes; ALL_KEYS is all of them. */
    size_t pairs;
    unsigned threads;
    bool writes, synced;
    /* Begins with an empty store. */
    bool fresh;
    /* Fills the store first, which is not timed. */
    bool filled;
};

#define ALL_KEYS SIZE_MAX

#define PHASES_MOST 16

struct suite {
    const char *name;
    size_t key_size, value_size, entries;
    /* A phase that has made its peer wait for this long ends before its calls do. */
    uint64_t limit_ms;
    /* A target rests on it, so it has as many rounds as single operations. */
    bool has_target;
    struct phase phases[PHASES_MOST];
};

extern const struct suite suites[];
extern const size_t suite_count;

/* Runs the suites that are asked for, or says which there are. */
void suites_run(const struct settings *settings);

#endif
