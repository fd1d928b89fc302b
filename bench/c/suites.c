/*
 * The table of suites and the calls that they are made of.
 */
#include "fail.h"
#include "suite.h"

static spinkv_bytes next_key(struct worker *worker) {
    return keyset_key(worker->keys, worker->position++ % worker->keys->count);
}

static spinkv_bytes any_key(struct worker *worker) {
    return keyset_key(worker->keys, data_random(&worker->random) % worker->keys->count);
}

static spinkv_bytes new_value(struct worker *worker) {
    data_number_value(worker->values, worker->value_size, worker->serial++);
    return (spinkv_bytes){worker->values, worker->value_size};
}

static size_t write_pairs(struct worker *worker, spinkv_bytes (*choose)(struct worker *)) {
    size_t i;

    for (i = 0; i < worker->pair_count; i++) {
        char *value = worker->values + i * worker->value_size;
        data_number_value(value, worker->value_size, worker->serial++);
        worker->pairs[i].key = choose(worker);
        worker->pairs[i].value = (spinkv_bytes){value, worker->value_size};
    }
    worker->peer->set_many(worker->store, worker->pairs, worker->pair_count);
    return worker->pair_count;
}

static size_t set_next(struct worker *worker) {
    worker->peer->set(worker->store, next_key(worker), new_value(worker));
    return 1;
}

static size_t set_any(struct worker *worker) {
    worker->peer->set(worker->store, any_key(worker), new_value(worker));
    return 1;
}

static size_t set_many_next(struct worker *worker) {
    return write_pairs(worker, next_key);
}

static size_t set_many_any(struct worker *worker) {
    return write_pairs(worker, any_key);
}

static size_t get_found(struct worker *worker) {
    spinkv_value value;

    if (!worker->peer->get(worker->store, any_key(worker), &value) ||
        value.size != worker->value_size) {
        fail("%s: a wrong result", worker->peer->name);
    }
    spinkv_value_free(&value);
    return 1;
}

static size_t read_all(struct worker *worker) {
    return worker->peer->read_all(worker->store);
}

static size_t get_keys(struct worker *worker) {
    return worker->peer->get_keys(worker->store);
}

static size_t delete_next(struct worker *worker) {
    worker->peer->delete_one(worker->store, next_key(worker));
    return 1;
}

/* ---- The table ------------------------------------------------------------------------------- */

#define WRITE(name, what, call, calls, pairs, threads, synced, fresh)                              \
    { name, what, call, calls, pairs, threads, true, synced, fresh, false }
#define READ(name, what, call, calls, threads)                                                     \
    { name, what, call, calls, 1, threads, false, false, false, false }

#define SET_BY(count)                                                                              \
    {                                                                                              \
        "set_threads_" #count, "100 bytes, overwriting, " #count " threads", set_any, 1000, 1,     \
            count, true, true, (count) == 1, (count) == 1                                          \
    }
#define GET_BY(count)                                                                              \
    READ("get_threads_" #count, "100 bytes, " #count " threads", get_found, 50000, count)
#define RANDOM_READS_BY(count)                                                                     \
    READ("random_reads_" #count, "24 and 150 bytes, " #count " threads", get_found, 100000, count)

/* Spin's shape: as many tuples as it allows, written one by one as its apps do. */
#define SPIN_SHAPE(size)                                                                           \
    {                                                                                              \
        WRITE("spin_fill_" size, "a new key, " size, set_next, 0, 1, 1, true, true),               \
            READ("spin_get_" size, "any key, " size, get_found, 0, 1),                             \
            READ("spin_get_keys_" size, "all keys, per key", get_keys, 10, 1),                     \
            WRITE("spin_set_" size, "overwriting any key, " size, set_any, 0, 1, 1, true, false),  \
            WRITE("spin_delete_" size, "a key that is there", delete_next, 0, 1, 1, true, false),  \
    }

const struct suite suites[] = {
    {
        .name = "threads",
        .key_size = 16,
        .value_size = 100,
        .entries = 1000,
        .limit_ms = 2000,
        .has_target = true,
        .phases = {SET_BY(1), SET_BY(2), SET_BY(4), SET_BY(8), GET_BY(1), GET_BY(2), GET_BY(4),
                   GET_BY(8)},
    },
    {
        .name = "checkpoints",
        .key_size = 16,
        .value_size = 100,
        .entries = 1000,
        .limit_ms = 8000,
        .phases = {{"long_run", "100,000 sets one after the other", set_any, 100000, 1, 1, true,
                    false, true, true}},
    },
    {
        .name = "db_bench",
        .key_size = 16,
        .value_size = 100,
        .entries = 100000,
        .limit_ms = 2000,
        .phases = {WRITE("fillseq", "keys in order", set_next, 0, 1, 1, false, true),
                   READ("readseq", "all tuples in order, per tuple", read_all, 3, 1),
                   READ("readrandom", "any key", get_found, 0, 1),
                   WRITE("fillbatch", "keys in order, 1,000 a batch, per tuple", set_many_next, 100,
                         1000, 1, false, true),
                   WRITE("fillrandom", "any key", set_any, 0, 1, 1, false, true),
                   WRITE("overwrite", "any key", set_any, 0, 1, 1, false, false),
                   WRITE("fillsync", "any key, synced", set_any, 1000, 1, 1, true, true)},
    },
    {
        .name = "db_bench_100k",
        .key_size = 16,
        .value_size = 100000,
        .entries = 1000,
        .limit_ms = 2000,
        .phases = {WRITE("fill100K", "any key, 100 kB", set_any, 0, 1, 1, false, true),
                   READ("readrandom100K", "any key, 100 kB", get_found, 0, 1)},
    },
    {
        .name = "redb",
        .key_size = 24,
        .value_size = 150,
        .entries = 100000,
        .limit_ms = 2000,
        .phases = {WRITE("bulk_load", "all keys in one commit, per tuple", set_many_next, 1,
                         ALL_KEYS, 1, true, true),
                   WRITE("individual_writes", "a commit each", set_any, 1000, 1, 1, true, false),
                   WRITE("batch_writes", "1,000 a commit, per tuple", set_many_any, 20, 1000, 1,
                         true, false),
                   RANDOM_READS_BY(1), RANDOM_READS_BY(2), RANDOM_READS_BY(4), RANDOM_READS_BY(8)},
    },
    {"spin_100b", 16, 100, 1024, 2000, false, SPIN_SHAPE("100b")},
    {"spin_10kb", 16, 10000, 1024, 2000, false, SPIN_SHAPE("10kb")},
    {"spin_1mb", 16, 1 << 20, 64, 2000, false, SPIN_SHAPE("1mb")},
};

const size_t suite_count = sizeof(suites) / sizeof(suites[0]);
