/*
 * What is measured: a workload is one operation, repeated in batches that are timed, on data that
 * is the same for every peer. Names and sizes stay as they are once published, so that numbers of
 * different days compare.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "peer.h"

/* A peer's store under a workload, and how far the workload has come there. */
struct subject {
    const struct peer *peer;
    const struct workload *workload;
    bool synced;
    char path[1024];
    void *store;
    /* Operations in a batch. */
    size_t operations;
    /* Which key is next. */
    size_t position;
    /* How many values have been made; each value begins with its number, so that none is written
     * twice. SQLite skips the write of bytes that are there already. */
    uint64_t values_made;
    /* Room for a value, and for as many as there are keys. */
    char *value;
    spinkv_pair *pairs;
};

struct workload {
    const char *name;
    /* In a few words. */
    const char *what;
    size_t key_count;
    /* In bytes. */
    size_t value_size;
    /* Operations in a batch, and in a batch of synced writes: 0 for a workload that only reads. */
    size_t operations;
    size_t operations_synced;
    /* Whether the keys are not there at first. */
    bool begins_empty;
    /* Puts the store into the state that the next batch needs; not timed. May be NULL. */
    void (*before)(struct subject *subject);
    /* A batch. */
    void (*run)(struct subject *subject);
};

extern const struct workload workloads[];
extern const size_t workload_count;

/* A workload by its name, or NULL. */
const struct workload *workload_find(const char *name);

/* Opens a peer's store, with its keys unless the workload begins without. */
void subject_open(struct subject *subject, const struct workload *workload, const struct peer *peer,
                  bool synced, const char *folder);

/* Gives every key a new value, still to be written. */
void subject_renew(struct subject *subject);

/* Writes a new value for every key. */
void subject_write_all(struct subject *subject);

/* Runs a batch and tells how long one of its operations took, in nanoseconds. */
double subject_time_batch(struct subject *subject);

/* Closes the store and removes its file. */
void subject_close(struct subject *subject);

/* Fails unless both hold the same tuples. */
void subject_compare(const struct subject *a, const struct subject *b);

#endif
