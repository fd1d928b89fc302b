/*
 * What is measured in turns: a workload is one operation, repeated in batches that are timed, on
 * data that is the same for every peer. Names and sizes stay as they are once published, so that
 * numbers of different days compare.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "data.h"
#include "peer.h"

/* A peer's store under a workload, and how far the workload has come there. */
struct subject {
    const struct peer *peer;
    const struct workload *workload;
    struct terms terms;
    char path[1024];
    void *store;
    /* Operations in a batch. */
    size_t operations;
    /* Which key is next. */
    size_t position;
    /* How many values have been made; each value begins with its number, so that none is written
     * twice. SQLite skips the write of bytes that are there already. */
    uint64_t values_made;
    /* Only for stores with more keys than KEYS_MOST. */
    struct keyset keys;
    /* Room for a value, and for as many as are written in one transaction. */
    char *value;
    spinkv_pair *pairs;
    size_t pair_count;
};

struct workload {
    const char *group;
    const char *name;
    /* In a few words. */
    const char *what;
    size_t key_count;
    /* In bytes. */
    size_t value_size;
    /* Operations in a batch, and in a batch of synced writes: 0 for a workload that only reads. */
    size_t operations;
    size_t operations_synced;
    /* Whether a peer can do it. */
    bool (*can)(const struct peer *peer);
    /* Runs so many operations. */
    void (*run)(struct subject *subject, size_t operations);
    /* Puts the store into the state that the next batch needs; not timed. May be NULL. */
    void (*before)(struct subject *subject);
    /* The keys are not there at first. */
    bool begins_empty;
    /* A batch is run once more than it is timed, so that the memory it uses is near. */
    bool is_hot;
    /* A batch is one call. */
    bool is_whole;
};

extern const struct workload workloads[];
extern const size_t workload_count;

/* A workload by its name, or NULL. */
const struct workload *workload_find(const char *name);

/* Opens a peer's store, with its keys unless the workload begins without. */
void subject_open(struct subject *subject, const struct workload *workload, const struct peer *peer,
                  bool synced, const char *folder);

spinkv_bytes subject_key(const struct subject *subject, size_t index);

/* Gives every pair that is written in one transaction a new value, still to be written. */
void subject_renew(struct subject *subject);

/* Writes a new value for every key. */
void subject_write_all(struct subject *subject);

/* Opens the store anew. */
void subject_reopen(struct subject *subject);

/* Runs a batch and tells how long one of its operations took, in nanoseconds. */
double subject_time_batch(struct subject *subject);

/* Runs a batch and times each of its calls: ns becomes the nanoseconds of as many as it has. */
void subject_time_calls(struct subject *subject, uint64_t *ns);

/* Closes the store and removes its files. */
void subject_close(struct subject *subject);

/* Fails unless both hold the same tuples. */
void subject_compare(const struct subject *a, const struct subject *b);

/* Removes what a peer keeps at a path. */
void store_remove(const char *path);

#endif
