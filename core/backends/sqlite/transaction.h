/*
 * Writes, and running them in a transaction: one alone, or those of several threads together.
 */
#ifndef SPINKV_SQLITE_TRANSACTION_H
#define SPINKV_SQLITE_TRANSACTION_H

#include <pthread.h>

#include "attempt.h"

enum write_kind {
    WRITE_SET,
    WRITE_DELETE,
    WRITE_UPDATE
};

/* One call that writes, and what becomes of it. */
struct write {
    struct sqlite_store *store;
    enum write_kind kind;
    size_t count;
    /* What is set. */
    const spinkv_pair *pairs;
    /* Of a single key: whether the store is known to hold it. */
    bool is_there;
    /* What is deleted, or the one key that is updated. */
    const spinkv_bytes *keys;
    spinkv__decide_change *decide;
    void *context;
    struct spinkv__change change;

    spinkv_status status;
    spinkv_error *err;
    int64_t rows_added;

    /* Its place among the writes of its file; see group.c. */
    struct write *next;
    struct wait wait;
    pthread_cond_t ended_condition;
    bool waits, taken, ended;
};

/* Runs a write by itself. SPINKV_BUSY means that it changed nothing. */
spinkv_status spinkv__write_alone(struct connection *connection, struct write *write);

/* How durable a write is to be. */
spinkv_durability spinkv__write_durability(const struct write *write);

/* Begins a transaction for several writes, as durable as said, and takes the write lock for it. */
spinkv_status spinkv__write_begin_together(struct connection *connection,
                                           spinkv_durability durability, spinkv_error *err);

/*
 * Runs several writes in the transaction that has begun, commits it with one sync, and gives each
 * its status. False if it was not committed: then nothing has changed and no status counts.
 */
bool spinkv__write_together(struct connection *connection, struct write **writes, size_t count);

#endif
