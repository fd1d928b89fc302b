/*
 * A peer's store under a workload: made, filled, run, compared with another and removed.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fail.h"
#include "workload.h"

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void store_remove(const char *path) {
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", "-lock"};
    char name[1100];
    size_t i;

    for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
        nftw(name, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    }
}

spinkv_bytes subject_key(const struct subject *subject, size_t index) {
    return subject->keys.bytes ? keyset_key(&subject->keys, index) : data_key(index);
}

static void make_values(struct subject *subject) {
    const struct workload *workload = subject->workload;
    size_t count = workload->key_count <= KEYS_MOST ? workload->key_count : 1000, i;
    char *values = data_allocate(count + 1, workload->value_size);

    if (workload->key_count > KEYS_MOST) {
        keyset_make(&subject->keys, workload->key_count, 16);
    }
    data_fill(values, (count + 1) * workload->value_size);
    subject->value = values;
    subject->pair_count = count;
    subject->pairs = data_allocate(count, sizeof(*subject->pairs));
    for (i = 0; i < count; i++) {
        values += workload->value_size;
        subject->pairs[i].key = subject_key(subject, i);
        subject->pairs[i].value = (spinkv_bytes){values, workload->value_size};
    }
}

void subject_renew(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->pair_count; i++) {
        char *value = subject->value + (i + 1) * subject->workload->value_size;
        data_number_value(value, subject->workload->value_size, subject->values_made++);
    }
}

void subject_write_all(struct subject *subject) {
    size_t first, i;

    for (first = 0; first < subject->workload->key_count; first += subject->pair_count) {
        for (i = 0; i < subject->pair_count; i++) {
            subject->pairs[i].key = subject_key(subject, first + i);
        }
        subject_renew(subject);
        subject->peer->set_many(subject->store, subject->pairs, subject->pair_count);
    }
}

void subject_reopen(struct subject *subject) {
    subject->peer->close(subject->store);
    subject->store = subject->peer->open(&subject->terms);
}

void subject_open(struct subject *subject, const struct workload *workload, const struct peer *peer,
                  bool synced, const char *folder) {
    int size;

    memset(subject, 0, sizeof(*subject));
    subject->peer = peer;
    subject->workload = workload;
    subject->operations = synced ? workload->operations_synced : workload->operations;
    size = snprintf(subject->path, sizeof(subject->path), "%s/%s-%s.db", folder, workload->name,
                    peer->name);
    if (size < 0 || (size_t)size >= sizeof(subject->path)) {
        fail("the path of the folder is too long");
    }
    make_values(subject);
    store_remove(subject->path);
    subject->terms = (struct terms){subject->path, synced, workload->key_count};
    subject->store = peer->open(&subject->terms);
    if (!workload->begins_empty) {
        subject_write_all(subject);
    }
    /* Closing merges the write-ahead log. One write begins a new one: on an empty log, SQLite's
     * reads take a system call more. */
    subject_reopen(subject);
    if (!workload->begins_empty) {
        subject_renew(subject);
        peer->set(subject->store, subject->pairs[0].key, subject->pairs[0].value);
    }
}

static void prepare_batch(struct subject *subject) {
    size_t position = subject->position;

    if (subject->workload->before) {
        subject->workload->before(subject);
    }
    if (subject->workload->is_hot) {
        subject->workload->run(subject, subject->operations);
        subject->position = position;
    }
}

double subject_time_batch(struct subject *subject) {
    uint64_t start;

    prepare_batch(subject);
    start = clock_ns();
    subject->workload->run(subject, subject->operations);
    return (double)(clock_ns() - start) / (double)subject->operations;
}

void subject_time_calls(struct subject *subject, uint64_t *ns) {
    size_t i;

    prepare_batch(subject);
    for (i = 0; i < subject->operations; i++) {
        uint64_t start = clock_ns();
        subject->workload->run(subject, 1);
        ns[i] = clock_ns() - start;
    }
}

void subject_close(struct subject *subject) {
    subject->peer->close(subject->store);
    store_remove(subject->path);
    keyset_free(&subject->keys);
    free(subject->value);
    free(subject->pairs);
}

void subject_compare(const struct subject *a, const struct subject *b) {
    size_t step = a->workload->key_count / KEYS_MOST + 1, i;

    for (i = 0; i < a->workload->key_count; i += step) {
        spinkv_value left = {NULL, 0}, right = {NULL, 0};
        bool in_left = a->peer->get(a->store, subject_key(a, i), &left);
        bool in_right = b->peer->get(b->store, subject_key(b, i), &right);
        if (in_left != in_right || left.size != right.size ||
            (left.size > 0 && memcmp(left.data, right.data, left.size) != 0)) {
            fail("%s: %s and %s do not hold the same", a->workload->name, a->peer->name,
                 b->peer->name);
        }
        spinkv_value_free(&left);
        spinkv_value_free(&right);
    }
}
