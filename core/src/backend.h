/*
 * What a backend is: where tuples live. A backend stores bytes under bytes and nothing else.
 * Handles, key and value limits, UTF-8, JSON and who may open what are settled above it, before it
 * is called.
 *
 * The contract:
 *
 *  - A backend is a const table of functions. Its stores begin with struct spinkv__backend_store.
 *  - Every function may be called from several threads at once on one store, and waits at most
 *    options.busy_timeout_ms for another writer before it returns SPINKV_BUSY.
 *  - What is passed in is borrowed until the function returns; the config until the store is
 * closed. What is handed to a callback is borrowed until the callback returns. A callback must not
 * call the library and must not wait: the engine may hold a lock meanwhile.
 *  - Keys compare as bytes (memcmp, the shorter first) and are listed in that order.
 *  - set, delete, set_many, delete_many and update are each atomic and, when they return, durable
 * as options.durability says. If one fails, nothing has changed.
 *  - A write that would add a tuple to a store of options.max_entries tuples or more fails with
 *    SPINKV_STORE_FULL; the check and the write are one atomic step. 0 means no such limit.
 *  - A missing key is SPINKV_NO_SUCH_KEY without a message; who called knows the key. Every other
 *    failure comes with a message.
 *  - A function that a backend cannot offer is NULL; the call above it is then SPINKV_UNSUPPORTED.
 */
#ifndef SPINKV_BACKEND_H
#define SPINKV_BACKEND_H

#include "spinkv.h"

#define SPINKV__BACKEND_VERSION 1

/* What a store is opened with. Strings belong to whoever made the config. */
struct spinkv__store_config {
    /* The app that a store in memory is private to: a number no other app of the process has. */
    uint64_t app_id;
    const char *label;
    size_t label_size;
    /* path is absolute, or NULL for in memory. */
    spinkv_options options;
};

/* What every backend's store begins with. */
struct spinkv__backend_store {
    const struct spinkv__backend *backend;
    const struct spinkv__store_config *config;
};

/*
 * Takes a value that was read, while the engine still holds it. data is NULL if the value is larger
 * than the reader wanted; size is then still its size.
 */
typedef spinkv_status spinkv__take_value(void *context, const void *data, size_t size,
                                         spinkv_error *err);

/* Takes a key, in a listing; *more set to false ends the listing. */
typedef spinkv_status spinkv__take_key(void *context, const void *key, size_t key_size, bool *more,
                                       spinkv_error *err);

/* What a change makes of a value. */
struct spinkv__change {
    /* Whether to write at all. */
    bool write;
    const void *value;
    size_t value_size;
};

/*
 * Decides what becomes of a value: current is NULL if the key is not there. May be called more than
 * once for one update, so it must depend on nothing but its arguments. A failure ends the update.
 */
typedef spinkv_status spinkv__decide_change(void *context, const void *current, size_t current_size,
                                            struct spinkv__change *change, spinkv_error *err);

struct spinkv__backend {
    unsigned version;
    /* The options.type that chooses it. */
    const char *type;

    spinkv_status (*open)(const struct spinkv__store_config *config,
                          struct spinkv__backend_store **store, spinkv_error *err);
    void (*close)(struct spinkv__backend_store *store);

    /* Reads one value; one larger than most need not be read, only measured. */
    spinkv_status (*get)(struct spinkv__backend_store *store, spinkv_bytes key, size_t most,
                         spinkv__take_value *take, void *context, spinkv_error *err);
    /*
     * Read as get and exists do, but from memory alone and without waiting for anything; false if
     * that cannot tell. NULL for a backend that remembers nothing.
     */
    bool (*recall)(struct spinkv__backend_store *store, spinkv_bytes key, size_t most,
                   spinkv__take_value *take, void *context, spinkv_status *status,
                   spinkv_error *err);
    bool (*recall_exists)(struct spinkv__backend_store *store, spinkv_bytes key, bool *exists);
    /* Reads values in one snapshot; take is called once for each key, in order, for one that is not
     * there with data NULL. */
    spinkv_status (*get_many)(struct spinkv__backend_store *store, const spinkv_bytes *keys,
                              size_t count, spinkv__take_value *take, void *context,
                              spinkv_error *err);
    spinkv_status (*exists)(struct spinkv__backend_store *store, spinkv_bytes key, bool *exists,
                            spinkv_error *err);
    /* Lists keys in order, from the first that is not below from, until take has enough. */
    spinkv_status (*list)(struct spinkv__backend_store *store, spinkv_bytes from,
                          spinkv__take_key *take, void *context, spinkv_error *err);
    spinkv_status (*count)(struct spinkv__backend_store *store, uint64_t *count, spinkv_error *err);

    spinkv_status (*set_many)(struct spinkv__backend_store *store, const spinkv_pair *pairs,
                              size_t count, spinkv_error *err);
    spinkv_status (*delete_many)(struct spinkv__backend_store *store, const spinkv_bytes *keys,
                                 size_t count, spinkv_error *err);
    spinkv_status (*update)(struct spinkv__backend_store *store, spinkv_bytes key,
                            spinkv__decide_change *decide, void *context, spinkv_error *err);

    /* Let go of what a forked child must not inherit, and hold all locks until after the fork. */
    void (*before_fork)(void);
    void (*after_fork)(bool in_child);
};

/* SQLite files, and SQLite in memory. */
extern const struct spinkv__backend spinkv__sqlite_backend;

/* The backend of a type, or NULL. */
const struct spinkv__backend *spinkv__backend_find(const char *type);

#endif
