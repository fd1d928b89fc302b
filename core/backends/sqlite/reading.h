/*
 * The backend's functions that read.
 */
#ifndef SPINKV_SQLITE_READING_H
#define SPINKV_SQLITE_READING_H

#include "attempt.h"

/* What one value is read for. */
struct reading {
    spinkv_bytes key;
    /* A larger value need not be read. */
    size_t most;
    spinkv__take_value *take;
    void *context;
    /* What the file was like before; NULL if what is read is not for the cache. */
    const struct cache_view *view;
};

/* Reads one value; context is a struct reading. A missing key is SPINKV_NO_SUCH_KEY. */
spinkv_status spinkv__get_once(struct sqlite_store *store, struct connection *connection,
                               void *context, spinkv_error *err);

/* Counts the store's tuples; context is a uint64_t. */
spinkv_status spinkv__count_once(struct sqlite_store *store, struct connection *connection,
                                 void *context, spinkv_error *err);

/* As in the backend's table. */
spinkv_status spinkv__sqlite_get(struct spinkv__backend_store *store, spinkv_bytes key, size_t most,
                                 spinkv__take_value *take, void *context, spinkv_error *err);
bool spinkv__sqlite_recall(struct spinkv__backend_store *store, spinkv_bytes key, size_t most,
                           spinkv__take_value *take, void *context, spinkv_status *status,
                           spinkv_error *err);
bool spinkv__sqlite_recall_exists(struct spinkv__backend_store *store, spinkv_bytes key,
                                  bool *exists);
spinkv_status spinkv__sqlite_get_many(struct spinkv__backend_store *store, const spinkv_bytes *keys,
                                      size_t count, spinkv__take_value *take, void *context,
                                      spinkv_error *err);
spinkv_status spinkv__sqlite_exists(struct spinkv__backend_store *store, spinkv_bytes key,
                                    bool *exists, spinkv_error *err);
spinkv_status spinkv__sqlite_list(struct spinkv__backend_store *store, spinkv_bytes from,
                                  spinkv__take_key *take, void *context, spinkv_error *err);
spinkv_status spinkv__sqlite_count(struct spinkv__backend_store *store, uint64_t *count,
                                   spinkv_error *err);

#endif
