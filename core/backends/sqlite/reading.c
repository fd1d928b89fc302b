/*
 * Reading: one value or many, whether a key is there, keys in order, and how many. None of it waits
 * for a writer where the file is in WAL mode.
 */
#include "reading.h"

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

/* Hands over the value in the first column of a row. A value that is TEXT is its bytes. */
static spinkv_status take_column(struct sqlite_store *store, struct connection *connection,
                                 sqlite3_stmt *row, const struct reading *reading,
                                 spinkv_error *err) {
    int type = sqlite3_column_type(row, 0);
    const void *value = sqlite3_column_blob(row, 0);
    size_t size = (size_t)sqlite3_column_bytes(row, 0);

    if (type == SQLITE_NULL && sqlite3_column_count(row) == 2 &&
        sqlite3_column_type(row, 1) == SQLITE_INTEGER) {
        return reading->take(reading->context, NULL, (size_t)sqlite3_column_int64(row, 1), err);
    }
    if (type != SQLITE_BLOB && type != SQLITE_TEXT) {
        return fail_type(connection, "the value of key", reading->key, type, err);
    }
    if (!value && sqlite3_errcode(connection->db) == SQLITE_NOMEM) {
        return spinkv__fail_no_memory(err, "the value");
    }
    note_size(store, size, reading->most);
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
        status = SPINKV_NO_SUCH_KEY;
    } else {
        status = spinkv__connection_fail(connection, code, "read", err);
    }
    sqlite3_reset(statement);
    return status;
}

spinkv_status spinkv__sqlite_get(struct spinkv__backend_store *store, spinkv_bytes key, size_t most,
                                 spinkv__take_value *take, void *context, spinkv_error *err) {
    struct reading reading = {key, most, take, context};

    return spinkv__attempt_run(store, FOR_READING, spinkv__get_once, &reading, err);
}

struct reading_many {
    const spinkv_bytes *keys;
    size_t count;
    spinkv__take_value *take;
    void *context;
};

static spinkv_status get_each(struct sqlite_store *store, struct connection *connection,
                              const struct reading_many *many, spinkv_error *err) {
    struct reading reading = {{NULL, 0}, SIZE_MAX, many->take, many->context};
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

spinkv_status spinkv__sqlite_get_many(struct spinkv__backend_store *store, const spinkv_bytes *keys,
                                      size_t count, spinkv__take_value *take, void *context,
                                      spinkv_error *err) {
    struct reading_many many = {keys, count, take, context};

    return spinkv__attempt_run(store, FOR_READING, get_many_once, &many, err);
}

struct lookup {
    spinkv_bytes key;
    bool exists;
};

static spinkv_status exists_once(struct sqlite_store *store, struct connection *connection,
                                 void *context, spinkv_error *err) {
    struct lookup *lookup = context;
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
    }
    sqlite3_reset(statement);
    return status;
}

spinkv_status spinkv__sqlite_exists(struct spinkv__backend_store *store, spinkv_bytes key,
                                    bool *exists, spinkv_error *err) {
    struct lookup lookup = {key, false};
    spinkv_status status = spinkv__attempt_run(store, FOR_READING, exists_once, &lookup, err);

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

    return spinkv__attempt_run(store, FOR_READING, list_once, &listing, err);
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
    return spinkv__attempt_run(store, FOR_READING, spinkv__count_once, count, err);
}
