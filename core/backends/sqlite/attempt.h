/*
 * An attempt: one try at an operation on a store, with a connection of its file, repeated for as
 * long as somebody else holds the file.
 */
#ifndef SPINKV_SQLITE_ATTEMPT_H
#define SPINKV_SQLITE_ATTEMPT_H

#include <stdatomic.h>

#include "connection.h"
#include "file.h"

struct sqlite_store {
    struct spinkv__backend_store base;
    struct file *file;
    /* What is known of its tuples; the address stands for the label. */
    struct tuples *tuples;
    /* The file's read cache; NULL if the store does without. */
    struct cache *cache;
    /* Whether a value went beyond the bound of a read, and no small one has been read since. */
    atomic_bool meets_large_values;
};

/* Tries an operation on a connection that is taken. SPINKV_BUSY means that it changed nothing. */
typedef spinkv_status spinkv__attempt(struct sqlite_store *store, struct connection *connection,
                                      void *context, spinkv_error *err);

/*
 * Makes attempts to read until one is not SPINKV_BUSY, or the store's busy timeout has passed.
 */
spinkv_status spinkv__attempt_run(struct spinkv__backend_store *base, spinkv__attempt *attempt,
                                  void *context, spinkv_error *err);

/* Gives the last attempt's status, with a message if it is SPINKV_BUSY. */
spinkv_status spinkv__attempt_end(struct sqlite_store *store, const struct wait *wait,
                                  spinkv_status status, spinkv_error *err);

/* Prepares a statement about the store's tuples, binding the label and, unless it is NULL, a key.
 */
spinkv_status spinkv__attempt_prepare(struct sqlite_store *store, struct connection *connection,
                                      enum statement which, const spinkv_bytes *key,
                                      sqlite3_stmt **statement, spinkv_error *err);

#endif
