/*
 * Reading: one value or many, whether a key is there, keys in order, and how many. None of it waits
 * for a writer where the file is in WAL mode.
 */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

#include "../../src/error.h"

/* A value up to this size, in bytes, lies in one page, so that SQLite need not put it together. */
#define PAGE_VALUE_SIZE 4000

static spinkv_status fail_type(struct connection *connection, const char *what, spinkv_bytes key,
                               int type, spinkv_error *err) {
    static const char *const type_names[] = {"", "an INTEGER", "a REAL", "TEXT", "a BLOB", "NULL"};

    return spinkv__fail(err, SPINKV_CORRUPT, "%s %s in %s is %s, which no store writes", what,
                        spinkv__show_key(key.data, key.size).text, connection->name,
                        type_names[type]);
}

/* Notes whether a store has large values; writes only news, as threads share it. */
static void note_size(struct sqlite_store *store, size_t size, size_t most) {
    bool known = atomic_load_explicit(&store->meets_large_values, memory_order_relaxed);

    if (size > most && !known) {
        atomic_store_explicit(&store->meets_large_values, true, memory_order_relaxed);
    } else if (size <= PAGE_VALUE_SIZE && known) {
        atomic_store_explicit(&store->meets_large_values, false, memory_order_relaxed);
    }
}

/* Lets the cache, if view is not NULL, know what a key was found to be. */
static void remember(struct sqlite_store *store, const struct cache_view *view, spinkv_bytes key,
                     enum cached what, const void *value, size_t value_size) {
    if (view) {
        struct cache_key cache_key = spinkv__cache_key(store->cache, store->tuples, key);
        spinkv__cache_remember(store->cache, view, &cache_key, what, value, value_size);
    }
}

/* Hands over the value in the first column of a row. A value that is TEXT is its bytes. */
static spinkv_status take_column(struct sqlite_store *store, struct connection *connection,
                                 sqlite3_stmt *row, const struct reading *reading,
                                 spinkv_error *err) {
    int type = sqlite3_column_type(row, 0);
    const void *value = sqlite3_column_blob(row, 0);
    size_t size = (size_t)sqlite3_column_bytes(row, 0);

    if (type == SQLITE_NULL && sqlite3_column_count(row) == 2 &&
        sqlite3_column_type(row, 1) == SQLITE_INTEGER) {
        remember(store, reading->view, reading->key, CACHED_PRESENT, NULL, 0);
        return reading->take(reading->context, NULL, (size_t)sqlite3_column_int64(row, 1), err);
    }
    if (type != SQLITE_BLOB && type != SQLITE_TEXT) {
        return fail_type(connection, "the value of key", reading->key, type, err);
    }
    if (!value && sqlite3_errcode(connection->db) == SQLITE_NOMEM) {
        return spinkv__fail_no_memory(err, "the value");
    }
    note_size(store, size, reading->most);
    remember(store, reading->view, reading->key, CACHED_VALUE, value, size);
    return reading->take(reading->context, value ? value : "", size, err);
}

/*
 * Which statement reads up to a size. SQLite puts a large value together before its size is known;
 * the statement that asks for the size first costs small values a little, so it is for stores that
 * have met a value that was too large.
 */
static enum statement choose_get(const struct sqlite_store *store, size_t most) {
    bool measures =
        most != SIZE_MAX && atomic_load_explicit(&store->meets_large_values, memory_order_relaxed);

    return measures ? STATEMENT_GET_UP_TO : STATEMENT_GET;
}

spinkv_status spinkv__get_once(struct sqlite_store *store, struct connection *connection,
                               void *context, spinkv_error *err) {
    const struct reading *reading = context;
    enum statement which = choose_get(store, reading->most);
    sqlite3_stmt *statement;
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, which, &reading->key, &statement, err);
    int code;

    if (status != SPINKV_OK) {
        return status;
    }
    if (which == STATEMENT_GET_UP_TO) {
        sqlite3_bind_int64(statement, 3, (sqlite3_int64)reading->most);
    }
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        status = take_column(store, connection, statement, reading, err);
    } else if (code == SQLITE_DONE) {
        remember(store, reading->view, reading->key, CACHED_MISSING, NULL, 0);
        status = SPINKV_NO_SUCH_KEY;
    } else {
        status = spinkv__connection_fail(connection, code, "read", err);
    }
    sqlite3_reset(statement);
    return status;
}

/* Notes what the file is like before a read for the cache; NULL if the store does without. */
static const struct cache_view *watch(struct sqlite_store *store, struct cache_view *view) {
    if (!store->cache) {
        return NULL;
    }
    spinkv__cache_watch(store->cache, view);
    return view;
}

/* Reads one value, and lets the cache know. */
static spinkv_status get_watched(struct sqlite_store *store, struct connection *connection,
                                 void *context, spinkv_error *err) {
    struct reading *reading = context;
    struct cache_view view;

    reading->view = watch(store, &view);
    return spinkv__get_once(store, connection, reading, err);
}

bool spinkv__sqlite_recall(struct spinkv__backend_store *base, spinkv_bytes key, size_t most,
                           spinkv__take_value *take, void *context, spinkv_status *status,
                           spinkv_error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct cache_key cache_key;

    if (!store->cache) {
        return false;
    }
    cache_key = spinkv__cache_key(store->cache, store->tuples, key);
    switch (spinkv__cache_get(store->cache, &cache_key, most, take, context, status, err)) {
    case CACHED_VALUE:
        return true;
    case CACHED_MISSING:
        *status = SPINKV_NO_SUCH_KEY;
        return true;
    default:
        return false;
    }
}

spinkv_status spinkv__sqlite_get(struct spinkv__backend_store *store, spinkv_bytes key, size_t most,
                                 spinkv__take_value *take, void *context, spinkv_error *err) {
    struct reading reading = {key, most, take, context, NULL};
    spinkv_status status;

    if (spinkv__sqlite_recall(store, key, most, take, context, &status, err)) {
        return status;
    }
    return spinkv__attempt_run(store, get_watched, &reading, err);
}

struct reading_many {
    const spinkv_bytes *keys;
    size_t count;
    spinkv__take_value *take;
    void *context;
};

static spinkv_status get_each(struct sqlite_store *store, struct connection *connection,
                              const struct reading_many *many, spinkv_error *err) {
    struct cache_view view;
    struct reading reading = {{NULL, 0}, SIZE_MAX, many->take, many->context, watch(store, &view)};
    spinkv_status status = SPINKV_OK;
    size_t i;

    for (i = 0; i < many->count && status == SPINKV_OK; i++) {
        reading.key = many->keys[i];
        status = spinkv__get_once(store, connection, &reading, err);
        if (status == SPINKV_NO_SUCH_KEY) {
            status = many->take(many->context, NULL, 0, err);
        }
    }
    return status;
}

/* Reads in one transaction: a snapshot that the first read takes, so that only it can be busy. */
static spinkv_status get_many_once(struct sqlite_store *store, struct connection *connection,
                                   void *context, spinkv_error *err) {
    spinkv_status status = spinkv__connection_run(connection, STATEMENT_BEGIN, err);

    if (status == SPINKV_OK) {
        status = get_each(store, connection, context, err);
        spinkv__connection_run(connection, STATEMENT_ROLLBACK, NULL);
    }
    return status;
}

/* Values from the cache, each after its size, until it is clear that they are of one moment. */
struct gathered {
    unsigned char *bytes;
    size_t used, capacity;
};

/* The size of a key that is not there. */
#define GATHERED_MISSING SIZE_MAX

/* The most bytes that are gathered. */
#define GATHERED_MOST 4194304

static spinkv_status append_gathered(struct gathered *gathered, const void *data, size_t size) {
    size_t needed = gathered->used + size;

    if (needed > gathered->capacity) {
        size_t capacity = needed < 2048 ? 4096 : 2 * needed;
        unsigned char *bytes = needed <= GATHERED_MOST ? realloc(gathered->bytes, capacity) : NULL;
        if (!bytes) {
            return SPINKV_NO_MEMORY;
        }
        gathered->bytes = bytes;
        gathered->capacity = capacity;
    }
    if (size > 0) {
        memcpy(gathered->bytes + gathered->used, data, size);
    }
    gathered->used = needed;
    return SPINKV_OK;
}

static spinkv_status take_gathered(void *context, const void *data, size_t size,
                                   spinkv_error *err) {
    spinkv_status status = append_gathered(context, &size, sizeof(size));

    (void)err;
    return status == SPINKV_OK ? append_gathered(context, data, size) : status;
}

/* Asks the cache for all values; whether it had them, and all of one moment. */
static bool gather(struct spinkv__backend_store *base, const struct reading_many *many,
                   struct gathered *gathered) {
    struct cache *cache = ((struct sqlite_store *)base)->cache;
    const size_t missing = GATHERED_MISSING;
    spinkv_status status;
    struct cache_view view;
    size_t i;

    if (!cache) {
        return false;
    }
    spinkv__cache_watch_unheld(cache, &view);
    for (i = 0; i < many->count; i++) {
        if (!spinkv__sqlite_recall(base, many->keys[i], SIZE_MAX, take_gathered, gathered, &status,
                                   NULL)) {
            return false;
        }
        if (status == SPINKV_NO_SUCH_KEY) {
            status = append_gathered(gathered, &missing, sizeof(missing));
        }
        if (status != SPINKV_OK) {
            return false;
        }
    }
    return spinkv__cache_is_unchanged(cache, &view);
}

static spinkv_status hand_over(const struct reading_many *many, const struct gathered *gathered,
                               spinkv_error *err) {
    const unsigned char *at = gathered->bytes;
    spinkv_status status = SPINKV_OK;
    size_t i, size;

    for (i = 0; i < many->count && status == SPINKV_OK; i++) {
        memcpy(&size, at, sizeof(size));
        at += sizeof(size);
        if (size == GATHERED_MISSING) {
            status = many->take(many->context, NULL, 0, err);
        } else {
            status = many->take(many->context, at, size, err);
            at += size;
        }
    }
    return status;
}

spinkv_status spinkv__sqlite_get_many(struct spinkv__backend_store *store, const spinkv_bytes *keys,
                                      size_t count, spinkv__take_value *take, void *context,
                                      spinkv_error *err) {
    struct reading_many many = {keys, count, take, context};
    struct gathered gathered = {NULL, 0, 0};
    spinkv_status status;

    if (gather(store, &many, &gathered)) {
        status = hand_over(&many, &gathered, err);
    } else {
        status = spinkv__attempt_run(store, get_many_once, &many, err);
    }
    free(gathered.bytes);
    return status;
}

struct lookup {
    spinkv_bytes key;
    bool exists;
};

static spinkv_status exists_once(struct sqlite_store *store, struct connection *connection,
                                 void *context, spinkv_error *err) {
    struct lookup *lookup = context;
    struct cache_view buffer;
    const struct cache_view *view = watch(store, &buffer);
    sqlite3_stmt *statement;
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, STATEMENT_EXISTS, &lookup->key, &statement, err);
    int code;

    if (status != SPINKV_OK) {
        return status;
    }
    code = sqlite3_step(statement);
    lookup->exists = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        status = spinkv__connection_fail(connection, code, "read", err);
    } else {
        remember(store, view, lookup->key, lookup->exists ? CACHED_PRESENT : CACHED_MISSING, NULL,
                 0);
    }
    sqlite3_reset(statement);
    return status;
}

bool spinkv__sqlite_recall_exists(struct spinkv__backend_store *base, spinkv_bytes key,
                                  bool *exists) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct cache_key cache_key;
    enum cached what;

    if (!store->cache) {
        return false;
    }
    cache_key = spinkv__cache_key(store->cache, store->tuples, key);
    what = spinkv__cache_look(store->cache, &cache_key);
    *exists = what != CACHED_MISSING;
    return what != CACHED_NOTHING;
}

spinkv_status spinkv__sqlite_exists(struct spinkv__backend_store *store, spinkv_bytes key,
                                    bool *exists, spinkv_error *err) {
    struct lookup lookup = {key, false};
    spinkv_status status;

    if (spinkv__sqlite_recall_exists(store, key, exists)) {
        return SPINKV_OK;
    }
    status = spinkv__attempt_run(store, exists_once, &lookup, err);
    *exists = lookup.exists;
    return status;
}

struct listing {
    spinkv_bytes from;
    spinkv__take_key *take;
    void *context;
};

static spinkv_status take_listed(struct connection *connection, sqlite3_stmt *row,
                                 const struct listing *listing, bool *more, spinkv_error *err) {
    int type = sqlite3_column_type(row, 0);
    const void *key =
        type == SQLITE_BLOB ? sqlite3_column_blob(row, 0) : sqlite3_column_text(row, 0);
    spinkv_bytes listed = {key ? key : "", (size_t)sqlite3_column_bytes(row, 0)};

    if (type != SQLITE_TEXT) {
        return fail_type(connection, "the key", listed, type, err);
    }
    return listing->take(listing->context, listed.data, listed.size, more, err);
}

static spinkv_status list_once(struct sqlite_store *store, struct connection *connection,
                               void *context, spinkv_error *err) {
    const struct listing *listing = context;
    sqlite3_stmt *statement;
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, STATEMENT_LIST, &listing->from, &statement, err);
    bool more = true;
    int code = SQLITE_ROW;

    if (status != SPINKV_OK) {
        return status;
    }
    while (status == SPINKV_OK && more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        status = take_listed(connection, statement, listing, &more, err);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        status = spinkv__connection_fail(connection, code, "list", err);
    }
    sqlite3_reset(statement);
    return status;
}

spinkv_status spinkv__sqlite_list(struct spinkv__backend_store *store, spinkv_bytes from,
                                  spinkv__take_key *take, void *context, spinkv_error *err) {
    struct listing listing = {from, take, context};

    return spinkv__attempt_run(store, list_once, &listing, err);
}

spinkv_status spinkv__count_once(struct sqlite_store *store, struct connection *connection,
                                 void *context, spinkv_error *err) {
    uint64_t *count = context;
    sqlite3_stmt *statement;
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, STATEMENT_COUNT, NULL, &statement, err);
    int code;

    if (status != SPINKV_OK) {
        return status;
    }
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *count = (uint64_t)sqlite3_column_int64(statement, 0);
    } else {
        status = spinkv__connection_fail(connection, code, "count", err);
    }
    sqlite3_reset(statement);
    return status;
}

spinkv_status spinkv__sqlite_count(struct spinkv__backend_store *store, uint64_t *count,
                                   spinkv_error *err) {
    return spinkv__attempt_run(store, spinkv__count_once, count, err);
}
