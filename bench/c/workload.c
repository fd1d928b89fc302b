/*
 * The table of workloads and their loops. A loop checks what it gets, as far as that costs nothing
 * to speak of, so that a peer that fails cannot look fast.
 */
#include "workload.h"

#include <string.h>

#include "data.h"
#include "fail.h"

static size_t next_position(struct subject *subject) {
    size_t position = subject->position;

    subject->position = position + 1 == subject->workload->key_count ? 0 : position + 1;
    return position;
}

static spinkv_bytes next_key(struct subject *subject) {
    return subject_key(subject, next_position(subject));
}

static void check(const struct subject *subject, bool held) {
    if (!held) {
        fail("%s: %s: a wrong result", subject->workload->name, subject->peer->name);
    }
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void run_get(struct subject *subject, size_t operations) {
    size_t i;

    for (i = 0; i < operations; i++) {
        spinkv_value value;
        bool found = subject->peer->get(subject->store, next_key(subject), &value);
        check(subject, found && value.size == subject->workload->value_size);
        spinkv_value_free(&value);
    }
}

static void run_get_into(struct subject *subject, size_t operations) {
    size_t capacity = subject->workload->value_size, i;

    for (i = 0; i < operations; i++) {
        size_t size;
        bool found = subject->peer->get_into(subject->store, next_key(subject), subject->value,
                                             capacity, &size);
        check(subject, found && size == capacity);
    }
}

static void run_get_missing(struct subject *subject, size_t operations) {
    size_t i;

    for (i = 0; i < operations; i++) {
        spinkv_bytes key = data_missing_key(next_position(subject));
        spinkv_value value;
        check(subject, !subject->peer->get(subject->store, key, &value));
    }
}

static void run_exists(struct subject *subject, size_t operations) {
    size_t i;

    for (i = 0; i < operations; i++) {
        check(subject, subject->peer->exists(subject->store, next_key(subject)));
    }
}

static void run_get_keys(struct subject *subject, size_t operations) {
    size_t i;

    for (i = 0; i < operations; i++) {
        check(subject, subject->peer->get_keys(subject->store) == subject->workload->key_count);
    }
}

/* All keys in turn, in an order without order: a step that is prime to every count of keys. */
static void run_get_any(struct subject *subject, size_t operations) {
    const size_t step = 618033989;
    size_t i;

    for (i = 0; i < operations; i++) {
        spinkv_value value;
        size_t position = next_position(subject) * step % subject->workload->key_count;
        bool found = subject->peer->get(subject->store, subject_key(subject, position), &value);
        check(subject, found && value.size == subject->workload->value_size);
        spinkv_value_free(&value);
    }
}

/* The same 1,000 keys all the time, spread over the store. */
static void run_get_hot(struct subject *subject, size_t operations) {
    size_t spread = subject->workload->key_count / 1000, i;

    for (i = 0; i < operations; i++) {
        spinkv_value value;
        size_t position = subject->position * spread;
        bool found = subject->peer->get(subject->store, subject_key(subject, position), &value);
        check(subject, found && value.size == subject->workload->value_size);
        spinkv_value_free(&value);
        subject->position = (subject->position + 1) % 1000;
    }
}

static void before_open(struct subject *subject) {
    subject->peer->close(subject->store);
}

static void run_open(struct subject *subject, size_t operations) {
    spinkv_value value;

    (void)operations;
    subject->store = subject->peer->open(&subject->terms);
    check(subject, subject->peer->get(subject->store, next_key(subject), &value));
    spinkv_value_free(&value);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void delete_all(struct subject *subject) {
    spinkv_bytes keys[KEYS_MOST];
    size_t i;

    for (i = 0; i < subject->workload->key_count; i++) {
        keys[i] = data_key(i);
    }
    subject->peer->delete_many(subject->store, keys, subject->workload->key_count);
}

/* Once all keys have been written, they are deleted, so that the next ones are new again. */
static void before_set_new(struct subject *subject) {
    if (subject->position == 0) {
        delete_all(subject);
    }
}

static void before_delete(struct subject *subject) {
    if (subject->position == 0) {
        subject_write_all(subject);
    }
}

static void run_set(struct subject *subject, size_t operations) {
    spinkv_bytes value = {subject->value, subject->workload->value_size};
    size_t i;

    for (i = 0; i < operations; i++) {
        data_number_value(subject->value, subject->workload->value_size, subject->values_made++);
        subject->peer->set(subject->store, next_key(subject), value);
    }
}

static void run_set_many(struct subject *subject, size_t operations) {
    subject->peer->set_many(subject->store, subject->pairs, operations);
}

static void run_delete(struct subject *subject, size_t operations) {
    size_t i;

    for (i = 0; i < operations; i++) {
        subject->peer->delete_one(subject->store, next_key(subject));
    }
}

static void run_increment(struct subject *subject, size_t operations) {
    size_t i;

    for (i = 0; i < operations; i++) {
        check(subject, subject->peer->increment(subject->store, next_key(subject)) > 0);
    }
}

static void run_set_json(struct subject *subject, size_t operations) {
    size_t i;

    for (i = 0; i < operations; i++) {
        size_t size =
            data_json(subject->value, subject->workload->value_size, subject->values_made++);
        spinkv_bytes json = {subject->value, size};
        subject->peer->set_json(subject->store, next_key(subject), json);
    }
}

/* ---- What a peer can ------------------------------------------------------------------------- */

static bool can_get(const struct peer *peer) {
    return peer->get != NULL;
}

static bool can_get_into(const struct peer *peer) {
    return peer->get_into != NULL;
}

static bool can_set(const struct peer *peer) {
    return peer->set != NULL && !peer->is_variant;
}

static bool can_increment(const struct peer *peer) {
    return peer->increment != NULL && !peer->is_variant;
}

static bool can_set_json(const struct peer *peer) {
    return peer->set_json != NULL && !peer->is_variant;
}

/* A large store is filled without syncs. */
static bool can_grow(const struct peer *peer) {
    return peer->normal != NULL;
}

/* What several processes may use needs no cache of its own to be filled first. */
static bool can_grow_hot(const struct peer *peer) {
    return peer->normal != NULL && !peer->one_process;
}

/* ---- The table ------------------------------------------------------------------------------- */

#define KB ((size_t)1000)
#define MB ((size_t)1 << 20)

#define GROW_ANY(name, what, count)                                                                \
    { "growth", name, what, count, 100, 500, 0, can_grow, run_get_any, NULL, false, false, false }
#define GROW_HOT(name, what, count)                                                                \
    {                                                                                              \
        "growth", name, what, count, 100, 200, 0, can_grow_hot, run_get_hot, NULL, false, true,    \
            false                                                                                  \
    }

/*
 * Batches are short, so that most of them run without another process in between. A batch of synced
 * writes is one call, so that their p99 and worst are those of single calls.
 */
const struct workload workloads[] = {
    /* group, name, what, keys, bytes, batch, synced, can, run, before, empty, hot, whole */
    {"operations", "get", "100 bytes", 1000, 100, 200, 0, can_get, run_get, NULL, false, true,
     false},
    {"operations", "get_into", "100 bytes, into a buffer", 1000, 100, 200, 0, can_get_into,
     run_get_into, NULL, false, true, false},
    {"operations", "get_10kb", "10 kB", 100, 10 * KB, 100, 0, can_get, run_get, NULL, false, true,
     false},
    {"operations", "get_1mb", "1 MB", 8, MB, 2, 0, can_get, run_get, NULL, false, false, false},
    {"operations", "get_missing", "a missing key", 1000, 100, 200, 0, can_get, run_get_missing,
     NULL, false, true, false},
    {"operations", "exists", "a key that is there", 1000, 100, 200, 0, can_get, run_exists, NULL,
     false, true, false},
    {"operations", "get_keys", "1,024 keys, per call", 1024, 100, 1, 0, can_get, run_get_keys, NULL,
     false, false, false},
    {"operations", "set", "100 bytes, overwriting", 1000, 100, 100, 1, can_set, run_set, NULL,
     false, false, false},
    {"operations", "set_new", "100 bytes, a new key", 1000, 100, 100, 1, can_set, run_set,
     before_set_new, true, false, false},
    {"operations", "set_many", "1,000 tuples, per tuple", 1000, 100, 1000, 1000, can_set,
     run_set_many, subject_renew, false, false, true},
    {"operations", "delete", "a key that is there", 1000, 100, 100, 1, can_set, run_delete,
     before_delete, false, false, false},
    {"operations", "increment", "a counter", 1000, 8, 100, 1, can_increment, run_increment, NULL,
     true, false, false},
    {"operations", "set_json", "270 bytes of JSON", 1000, 512, 100, 1, can_set_json, run_set_json,
     NULL, false, false, false},
    {"open", "open", "open a closed file, first get", 1000, 100, 1, 0, can_get, run_open,
     before_open, false, false, false},
    GROW_ANY("get_any_1k", "any of 1,000 keys", 1000),
    GROW_ANY("get_any_10k", "any of 10,000 keys", 10 * KB),
    GROW_ANY("get_any_100k", "any of 100,000 keys", 100 * KB),
    GROW_ANY("get_any_1m", "any of 1,000,000 keys", 1000 * KB),
    GROW_HOT("get_hot_1k", "1,000 of 1,000 keys", 1000),
    GROW_HOT("get_hot_10k", "1,000 of 10,000 keys", 10 * KB),
    GROW_HOT("get_hot_100k", "1,000 of 100,000 keys", 100 * KB),
    GROW_HOT("get_hot_1m", "1,000 of 1,000,000 keys", 1000 * KB),
};

const size_t workload_count = sizeof(workloads) / sizeof(workloads[0]);

const struct workload *workload_find(const char *name) {
    size_t i;

    for (i = 0; i < workload_count; i++) {
        if (strcmp(workloads[i].name, name) == 0) {
            return &workloads[i];
        }
    }
    return NULL;
}
