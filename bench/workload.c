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
    return data_key(next_position(subject));
}

static void check(const struct subject *subject, bool held) {
    if (!held) {
        fail("%s: %s: a wrong result", subject->workload->name, subject->peer->name);
    }
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void run_get(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        spinkv_value value;
        bool found = subject->peer->get(subject->store, next_key(subject), &value);
        check(subject, found && value.size == subject->workload->value_size);
        spinkv_value_free(&value);
    }
}

static void run_get_into(struct subject *subject) {
    size_t capacity = subject->workload->value_size, i;

    for (i = 0; i < subject->operations; i++) {
        size_t size;
        bool found = subject->peer->get_into(subject->store, next_key(subject), subject->value,
                                             capacity, &size);
        check(subject, found && size == capacity);
    }
}

static void run_get_missing(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        spinkv_bytes key = data_missing_key(next_position(subject));
        spinkv_value value;
        check(subject, !subject->peer->get(subject->store, key, &value));
    }
}

static void run_exists(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        check(subject, subject->peer->exists(subject->store, next_key(subject)));
    }
}

static void run_get_keys(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        check(subject, subject->peer->get_keys(subject->store) == subject->workload->key_count);
    }
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

static void run_set(struct subject *subject) {
    spinkv_bytes value = {subject->value, subject->workload->value_size};
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        data_number_value(subject->value, subject->values_made++);
        subject->peer->set(subject->store, next_key(subject), value);
    }
}

static void run_set_many(struct subject *subject) {
    subject->peer->set_many(subject->store, subject->pairs, subject->operations);
}

static void run_delete(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        subject->peer->delete_one(subject->store, next_key(subject));
    }
}

static void run_increment(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        check(subject, subject->peer->increment(subject->store, next_key(subject)) > 0);
    }
}

static void run_set_json(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->operations; i++) {
        size_t size =
            data_json(subject->value, subject->workload->value_size, subject->values_made++);
        spinkv_bytes json = {subject->value, size};
        subject->peer->set_json(subject->store, next_key(subject), json);
    }
}

/* ---- The table ------------------------------------------------------------------------------- */

#define KB ((size_t)1000)
#define MB ((size_t)1 << 20)

/*
 * Batches are short, so that most of them run without another process in between. A batch of synced
 * writes is one call, so that their p99 and worst are those of single calls.
 */
const struct workload workloads[] = {
    {"get", "100 bytes", 1000, 100, 200, 0, false, NULL, run_get},
    {"get_into", "100 bytes, into a buffer", 1000, 100, 200, 0, false, NULL, run_get_into},
    {"get_10kb", "10 kB", 100, 10 * KB, 100, 0, false, NULL, run_get},
    {"get_1mb", "1 MB", 8, MB, 2, 0, false, NULL, run_get},
    {"get_missing", "a missing key", 1000, 100, 200, 0, false, NULL, run_get_missing},
    {"exists", "a key that is there", 1000, 100, 200, 0, false, NULL, run_exists},
    {"get_keys", "1,024 keys, per call", 1024, 100, 1, 0, false, NULL, run_get_keys},
    {"set", "100 bytes, overwriting", 1000, 100, 100, 1, false, NULL, run_set},
    {"set_new", "100 bytes, a new key", 1000, 100, 100, 1, true, before_set_new, run_set},
    {"set_many", "1,000 tuples, per tuple", 1000, 100, 1000, 1000, false, subject_renew,
     run_set_many},
    {"delete", "a key that is there", 1000, 100, 100, 1, false, before_delete, run_delete},
    {"increment", "a counter", 1000, 8, 100, 1, true, NULL, run_increment},
    {"set_json", "270 bytes of JSON", 1000, 512, 100, 1, false, NULL, run_set_json},
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
