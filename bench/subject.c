/*
 * A peer's store under a workload: made, filled, run, compared with another and removed.
 */
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data.h"
#include "fail.h"

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);

    if (!memory) {
        fail("out of memory");
    }
    return memory;
}

static void make_values(struct subject *subject) {
    const struct workload *workload = subject->workload;
    char *values = allocate(workload->key_count + 1, workload->value_size);
    size_t i;

    data_fill(values, (workload->key_count + 1) * workload->value_size);
    subject->value = values;
    subject->pairs = allocate(workload->key_count, sizeof(*subject->pairs));
    for (i = 0; i < workload->key_count; i++) {
        values += workload->value_size;
        subject->pairs[i].key = data_key(i);
        subject->pairs[i].value = (spinkv_bytes){values, workload->value_size};
    }
}

void subject_renew(struct subject *subject) {
    size_t i;

    for (i = 0; i < subject->workload->key_count; i++) {
        char *value = (char *)(uintptr_t)subject->pairs[i].value.data;
        data_number_value(value, subject->values_made++);
    }
}

void subject_write_all(struct subject *subject) {
    subject_renew(subject);
    subject->peer->set_many(subject->store, subject->pairs, subject->workload->key_count);
}

void subject_open(struct subject *subject, const struct workload *workload, const struct peer *peer,
                  bool synced, const char *folder) {
    int size;

    memset(subject, 0, sizeof(*subject));
    subject->peer = peer;
    subject->workload = workload;
    subject->synced = synced;
    subject->operations = synced ? workload->operations_synced : workload->operations;
    size = snprintf(subject->path, sizeof(subject->path), "%s/%s-%s.db", folder, workload->name,
                    peer->name);
    if (size < 0 || (size_t)size >= sizeof(subject->path)) {
        fail("the path of the folder is too long");
    }
    make_values(subject);
    unlink(subject->path);
    subject->store = peer->open(subject->path, synced);
    if (!workload->begins_empty) {
        subject_write_all(subject);
    }
    /* Closing merges the write-ahead log. One write begins a new one: on an empty log, SQLite's
     * reads take a system call more. */
    peer->close(subject->store);
    subject->store = peer->open(subject->path, synced);
    if (!workload->begins_empty) {
        subject_renew(subject);
        peer->set(subject->store, subject->pairs[0].key, subject->pairs[0].value);
    }
}

static double now_ns(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double subject_time_batch(struct subject *subject) {
    double start;

    if (subject->workload->before) {
        subject->workload->before(subject);
    }
    start = now_ns();
    subject->workload->run(subject);
    return (now_ns() - start) / (double)subject->operations;
}

void subject_close(struct subject *subject) {
    subject->peer->close(subject->store);
    unlink(subject->path);
    free(subject->value);
    free(subject->pairs);
}

void subject_compare(const struct subject *a, const struct subject *b) {
    size_t i;

    for (i = 0; i < a->workload->key_count; i++) {
        spinkv_value left = {NULL, 0}, right = {NULL, 0};
        bool in_left = a->peer->get(a->store, data_key(i), &left);
        bool in_right = b->peer->get(b->store, data_key(i), &right);
        if (in_left != in_right || left.size != right.size ||
            (left.size > 0 && memcmp(left.data, right.data, left.size) != 0)) {
            fail("%s: %s and %s do not hold the same", a->workload->name, a->peer->name,
                 b->peer->name);
        }
        spinkv_value_free(&left);
        spinkv_value_free(&right);
    }
}
