/*
 * Failing the n-th call of some kind (an allocation, an input or output), for n = 1, 2, 3 ... until
 * no call is left to fail, once with the n-th alone and once with all from the n-th on. What fails,
 * and how, is in the program that includes this; here is the counting, and what must hold after
 * each: a status that tells of it, a store that holds what it held before or, if the call
 * succeeded, after, also once it is opened again, and that works.
 */
#ifndef SPINKV_FAULTS_H
#define SPINKV_FAULTS_H

#include "operations.h"

/* How a run fails: the n-th call and, for ever, those after it. */
struct fault {
    int countdown;
    bool for_ever;
    bool armed, fired;
};

static struct fault fault;

static inline void fault_arm(int n, bool for_ever) {
    fault = (struct fault){n, for_ever, true, false};
}

/* Ends the fault; tells whether it happened. */
static inline bool fault_disarm(void) {
    fault.armed = false;
    return fault.fired;
}

/* Whether the call that is being made now is to fail. */
static inline bool fault_strikes(void) {
    if (!fault.armed || (fault.fired && !fault.for_ever)) {
        return false;
    }
    if (fault.fired || --fault.countdown == 0) {
        fault.fired = true;
        return true;
    }
    return false;
}

/* Runs body for each n, in both ways, until a run in which nothing failed. Body gets n and whether
 * all from the n-th on fail, and tells whether it was struck. Slow tools visit only some n. */
static inline void for_each_fault(bool (*body)(const void *context, int n, bool for_ever),
                                  const void *context, const char *what) {
    int for_ever, n, stride = 37 / rounds(37);

    for (for_ever = 0; for_ever <= 1; for_ever++) {
        unsigned failures = atomic_load(&check_failures);
        for (n = 1; body(context, n, for_ever != 0); n += stride) {
            if (atomic_load(&check_failures) > failures) {
                fprintf(stderr, "    in %s, failing %s %d\n", what,
                        for_ever ? "all calls from number" : "call number", n);
                break;
            }
        }
        /* A loop that ends at once has tested nothing. */
        CHECK(n > 1);
    }
}

/* ---- Operations under faults ----------------------------------------------------------------- */

/* A way to strike operations. */
struct faulted {
    const struct operation *operation;
    /* NULL for in memory. */
    const char *path;
    /* Whether a failed call may have this status. */
    bool (*may_fail_with)(spinkv_status status);
    /* What a store holds before the operation and after it. */
    char *before, *after;
    /* Called at the end of each run, when nothing is open. */
    void (*check_rest)(void);
};

static inline void check_snapshot(const char *expected, spinkv_store store) {
    char *met = snapshot(store);

    CHECK_TEXT(expected, met);
    free(met);
}

/* Either, for what a failed write may have left on the disk. */
static inline void check_either(const char *one, const char *other, spinkv_store store) {
    char *met = snapshot(store);

    CHECK_TEXT(strcmp(met, other) == 0 ? other : one, met);
    free(met);
}

/* Opens a store that does not wait long for a lock that stays. */
static inline spinkv_store open_impatient(const char *path) {
    spinkv_options options = options_for(path);
    spinkv_store store;

    options.busy_timeout_ms = 1;
    CHECK_OK(try_open(&options, &store, &err));
    return store;
}

/* A filled store whose connection has not run a statement yet (in memory: it has). */
static inline spinkv_store open_filled(const char *path) {
    spinkv_store store = open_impatient(path);

    operations_fill(store);
    if (path) {
        spinkv_close(store);
        store = open_impatient(path);
    }
    return store;
}

/* That the store is as it should be after a struck operation, and works. */
static inline void check_after(const struct faulted *faulted, spinkv_store store,
                               spinkv_status status) {
    const char *expected = status == SPINKV_OK ? faulted->after : faulted->before;

    if (status != SPINKV_OK) {
        check_true(__FILE__, __LINE__, spinkv_status_name(status), faulted->may_fail_with(status));
        check_told(__FILE__, __LINE__, status);
    }
    check_snapshot(expected, store);
    CHECK_OK(set_text(store, "probe", "p"));
    CHECK_VALUE("p", store, "probe");
    CHECK_OK(delete_text(store, "probe"));
    CHECK_OK(set_text(store, "probe", "q"));
}

static inline void check_reopened(const struct faulted *faulted, spinkv_status status) {
    spinkv_store store = open_path(faulted->path);

    CHECK_VALUE("q", store, "probe");
    CHECK_OK(delete_text(store, "probe"));
    if (status == SPINKV_OK) {
        check_snapshot(faulted->after, store);
    } else {
        check_either(faulted->before, faulted->after, store);
    }
    spinkv_close(store);
    CHECK_SOUND(faulted->path);
}

static inline bool strike_operation(const void *context, int n, bool for_ever) {
    const struct faulted *faulted = context;
    spinkv_store store = open_filled(faulted->path);
    spinkv_status status;
    bool fired;

    fault_arm(n, for_ever);
    status = faulted->operation->call(store, &err);
    fired = fault_disarm();
    if (!fired) {
        CHECK_STATUS(SPINKV_OK, status);
    }
    check_after(faulted, store, status);
    spinkv_close(store);
    if (faulted->path) {
        check_reopened(faulted, status);
    }
    if (faulted->check_rest) {
        faulted->check_rest();
    }
    return fired;
}

/* Strikes every operation. */
static inline void strike_operations(const char *path, bool (*may_fail_with)(spinkv_status status),
                                     void (*check_rest)(void)) {
    size_t i;

    for (i = 0; i < OPERATION_COUNT; i++) {
        struct faulted faulted = {&operations[i], path, may_fail_with, NULL, NULL, check_rest};
        spinkv_store store = open_filled(path);
        faulted.before = snapshot(store);
        CHECK_OK(operations[i].call(store, &err));
        faulted.after = snapshot(store);
        spinkv_close(store);
        for_each_fault(strike_operation, &faulted, operations[i].name);
        free(faulted.before);
        free(faulted.after);
    }
}

#endif
