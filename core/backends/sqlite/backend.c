/*
 * The SQLite backend: each function of the backend table as SQL statements on a connection of the
 * store's file. Every operation is an attempt that is repeated, until the store's busy timeout, as
 * long as somebody else holds the file.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../../src/backend.h"
#include "../../src/error.h"
#include "connection.h"
#include "count.h"
#include "file.h"

struct sqlite_store {
    struct spinkv__backend_store base;
    struct file *file;
    struct tuples *tuples;
    /* Whether a value went beyond the bound of a read, and none that was small has been read since.
     */
    atomic_bool meets_large_values;
};

/* A value up to this size, in bytes, lies in one page, so that SQLite need not put it together. */
#define PAGE_VALUE_SIZE 4000

/* ---- Attempts -------------------------------------------------------------------------------- */

/* One try at an operation on a connection that is taken. SPINKV_BUSY means that it changed nothing.
 */
typedef spinkv_status attempt_function(struct sqlite_store *store, struct connection *connection,
                                       void *context, spinkv_error *err);

static spinkv_status run(struct spinkv__backend_store *base, enum use use,
                         attempt_function *attempt, void *context, spinkv_error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct wait wait = {base->config->options.busy_timeout_ms, 0};
    struct connection *connection;
    spinkv_status status;
    int repeats = 0;

    do {
        status = spinkv__file_take(store->file, use, &wait, &connection, err);
        if (status == SPINKV_OK) {
            status = attempt(store, connection, context, err);
            spinkv__file_give(store->file, connection);
        }
    } while (status == SPINKV_BUSY && spinkv__wait_again(&wait, repeats++));
    if (status == SPINKV_OK) {
        /* An attempt before the one that succeeded may have filled it. */
        spinkv__error_clear(err);
    }
    if (status == SPINKV_BUSY) {
        return spinkv__fail(err, status,
                            "%s has been in use by another writer for longer than %" PRIu32
                            " ms (busy_timeout_ms)",
                            spinkv__file_name(store->file), wait.timeout_ms);
    }
    return status;
}

/* ---- Statements ------------------------------------------------------------------------------ */

static int bind_text(sqlite3_stmt *statement, int index, const void *text, size_t size) {
    return sqlite3_bind_text64(statement, index, text ? text : "", size, SQLITE_STATIC,
                               SQLITE_UTF8);
}

/* Prepares a statement about the store's tuples and binds the label and, unless it is NULL, a key.
 */
static spinkv_status prepare(struct sqlite_store *store, struct connection *connection,
                             enum statement which, const spinkv_bytes *key,
                             sqlite3_stmt **statement, spinkv_error *err) {
    const struct spinkv__store_config *config = store->base.config;
    spinkv_status status = spinkv__connection_prepare(connection, which, statement, err);
    int code;

    if (status != SPINKV_OK) {
        return status;
    }
    code = bind_text(*statement, 1, config->label, config->label_size);
    if (code == SQLITE_OK && key) {
        code = bind_text(*statement, 2, key->data, key->size);
    }
    if (code == SQLITE_TOOBIG && key) {
        return spinkv__fail(err, SPINKV_KEY_TOO_LARGE,
                            "the key %s is %zu bytes, more than SQLite takes",
                            spinkv__show_key(key->data, key->size).text, key->size);
    }
    return code == SQLITE_OK ? SPINKV_OK : spinkv__connection_fail(connection, code, "use", err);
}

/* Runs a prepared statement that gives no row. */
static spinkv_status step_to_end(struct connection *connection, sqlite3_stmt *statement,
                                 spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    int code = sqlite3_step(statement);

    if (code != SQLITE_DONE) {
        status = spinkv__connection_fail(connection, code, "write to", err);
    }
    sqlite3_reset(statement);
    return status;
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct reading {
    spinkv_bytes key;
    size_t most;
    spinkv__take_value *take;
    void *context;
};

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

static spinkv_status get_once(struct sqlite_store *store, struct connection *connection,
                              void *context, spinkv_error *err) {
    const struct reading *reading = context;
    enum statement which = choose_get(store, reading->most);
    sqlite3_stmt *statement;
    spinkv_status status = prepare(store, connection, which, &reading->key, &statement, err);
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

static spinkv_status sqlite_get(struct spinkv__backend_store *store, spinkv_bytes key, size_t most,
                                spinkv__take_value *take, void *context, spinkv_error *err) {
    struct reading reading = {key, most, take, context};

    return run(store, FOR_READING, get_once, &reading, err);
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
        status = get_once(store, connection, &reading, err);
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

static spinkv_status sqlite_get_many(struct spinkv__backend_store *store, const spinkv_bytes *keys,
                                     size_t count, spinkv__take_value *take, void *context,
                                     spinkv_error *err) {
    struct reading_many many = {keys, count, take, context};

    return run(store, FOR_READING, get_many_once, &many, err);
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
        prepare(store, connection, STATEMENT_EXISTS, &lookup->key, &statement, err);
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

static spinkv_status sqlite_exists(struct spinkv__backend_store *store, spinkv_bytes key,
                                   bool *exists, spinkv_error *err) {
    struct lookup lookup = {key, false};
    spinkv_status status = run(store, FOR_READING, exists_once, &lookup, err);

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
        prepare(store, connection, STATEMENT_LIST, &listing->from, &statement, err);
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

static spinkv_status sqlite_list(struct spinkv__backend_store *store, spinkv_bytes from,
                                 spinkv__take_key *take, void *context, spinkv_error *err) {
    struct listing listing = {from, take, context};

    return run(store, FOR_READING, list_once, &listing, err);
}

static spinkv_status count_once(struct sqlite_store *store, struct connection *connection,
                                void *context, spinkv_error *err) {
    uint64_t *count = context;
    sqlite3_stmt *statement;
    spinkv_status status = prepare(store, connection, STATEMENT_COUNT, NULL, &statement, err);
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

static spinkv_status sqlite_count(struct spinkv__backend_store *store, uint64_t *count,
                                  spinkv_error *err) {
    return run(store, FOR_READING, count_once, count, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Says what is full; key is the new one, or NULL where there are several. */
static spinkv_status fail_full(struct sqlite_store *store, const spinkv_bytes *key,
                               spinkv_error *err) {
    const struct spinkv__store_config *config = store->base.config;

    return spinkv__fail(err, SPINKV_STORE_FULL,
                        "the store \"%.60s\" holds %" PRId64 " tuples, the limit is %" PRIu64
                        " (max_entries); %s%s new",
                        config->label, store->tuples->count, config->options.max_entries,
                        key ? spinkv__show_key(key->data, key->size).text : "more keys than fit",
                        key ? " is" : " are");
}

/* Puts a transaction under the check of the store's limit on tuples. */
static void begin_check(struct sqlite_store *store, struct connection *connection,
                        struct count_check *check) {
    check->commits = spinkv__file_commits(store->file);
    check->tuples = store->tuples;
    check->max_entries = store->base.config->options.max_entries;
    spinkv__count_begin(connection, check);
}

/* Counts the store's tuples in the transaction that has begun, unless the count is known. */
static spinkv_status know_count(struct sqlite_store *store, struct connection *connection,
                                spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    uint64_t count = 0;

    if (spinkv__count_is_unknown(connection)) {
        status = count_once(store, connection, &count, err);
        if (status == SPINKV_OK) {
            spinkv__count_learn(connection, (int64_t)count);
        }
    }
    return status;
}

/* Runs an attempt in one transaction, which holds the write lock from its beginning. key: see
 * above. */
static spinkv_status transact(struct sqlite_store *store, struct connection *connection,
                              attempt_function *body, void *context, const spinkv_bytes *key,
                              spinkv_error *err) {
    struct count_check check;
    spinkv_status status;

    begin_check(store, connection, &check);
    status = spinkv__connection_run(connection, STATEMENT_BEGIN_IMMEDIATE, err);
    if (status == SPINKV_OK) {
        status = know_count(store, connection, err);
    }
    if (status == SPINKV_OK) {
        status = body(store, connection, context, err);
    }
    if (status == SPINKV_OK) {
        status = spinkv__connection_run(connection, STATEMENT_COMMIT, err);
    }
    if (check.refusal == COUNT_FULL) {
        status = fail_full(store, key, err);
    }
    if (status != SPINKV_OK && !sqlite3_get_autocommit(connection->db)) {
        spinkv__connection_run(connection, STATEMENT_ROLLBACK, NULL);
    }
    spinkv__count_end(connection, status == SPINKV_OK);
    return status;
}

/* SQLite limits a row even where the store limits nothing. */
static spinkv_status fail_too_big(struct connection *connection, const spinkv_pair *pair,
                                  spinkv_error *err) {
    return spinkv__fail(err, SPINKV_VALUE_TOO_LARGE,
                        "the value of key %s is %zu bytes, the limit of SQLite is %d with the key",
                        spinkv__show_key(pair->key.data, pair->key.size).text, pair->value.size,
                        sqlite3_limit(connection->db, SQLITE_LIMIT_LENGTH, -1));
}

static spinkv_status set_one(struct sqlite_store *store, struct connection *connection,
                             const spinkv_pair *pair, spinkv_error *err) {
    const void *value = pair->value.data ? pair->value.data : "";
    sqlite3_stmt *statement;
    spinkv_status status = prepare(store, connection, STATEMENT_SET, &pair->key, &statement, err);
    int code;

    if (status == SPINKV_OK) {
        code = sqlite3_bind_blob64(statement, 3, value, pair->value.size, SQLITE_STATIC);
        status = code == SQLITE_OK ? step_to_end(connection, statement, err)
                                   : spinkv__connection_fail(connection, code, "write to", err);
    }
    return status == SPINKV_VALUE_TOO_LARGE ? fail_too_big(connection, pair, err) : status;
}

static spinkv_status delete_one(struct sqlite_store *store, struct connection *connection,
                                const spinkv_bytes *key, spinkv_error *err) {
    sqlite3_stmt *statement;
    spinkv_status status = prepare(store, connection, STATEMENT_DELETE, key, &statement, err);

    return status == SPINKV_OK ? step_to_end(connection, statement, err) : status;
}

struct writing {
    const spinkv_pair *pairs;
    const spinkv_bytes *deleted;
    size_t count;
};

static spinkv_status write_one(struct sqlite_store *store, struct connection *connection,
                               const struct writing *writing, size_t index, spinkv_error *err) {
    return writing->pairs ? set_one(store, connection, &writing->pairs[index], err)
                          : delete_one(store, connection, &writing->deleted[index], err);
}

static spinkv_status write_each(struct sqlite_store *store, struct connection *connection,
                                void *context, spinkv_error *err) {
    const struct writing *writing = context;
    spinkv_status status = SPINKV_OK;
    size_t i;

    for (i = 0; i < writing->count && status == SPINKV_OK; i++) {
        status = write_one(store, connection, writing, i, err);
    }
    return status;
}

/* A single write is its own transaction. If the count turns out to be unknown, it has not happened.
 */
static spinkv_status write_single(struct sqlite_store *store, struct connection *connection,
                                  const struct writing *writing, spinkv_error *err) {
    const spinkv_bytes *key = writing->pairs ? &writing->pairs->key : writing->deleted;
    struct count_check check;
    spinkv_status status;

    begin_check(store, connection, &check);
    status = write_one(store, connection, writing, 0, err);
    spinkv__count_end(connection, status == SPINKV_OK);
    if (check.refusal == COUNT_UNKNOWN) {
        return transact(store, connection, write_each, (void *)(uintptr_t)writing, key, err);
    }
    return check.refusal == COUNT_FULL ? fail_full(store, key, err) : status;
}

static spinkv_status write_once(struct sqlite_store *store, struct connection *connection,
                                void *context, spinkv_error *err) {
    const struct writing *writing = context;
    spinkv_durability durability = store->base.config->options.durability;
    spinkv_status status = spinkv__connection_set_durability(connection, durability, err);

    if (status != SPINKV_OK) {
        return status;
    }
    return writing->count == 1 ? write_single(store, connection, writing, err)
                               : transact(store, connection, write_each, context, NULL, err);
}

static spinkv_status sqlite_set_many(struct spinkv__backend_store *store, const spinkv_pair *pairs,
                                     size_t count, spinkv_error *err) {
    struct writing writing = {pairs, NULL, count};

    return run(store, FOR_WRITING, write_once, &writing, err);
}

static spinkv_status sqlite_delete_many(struct spinkv__backend_store *store,
                                        const spinkv_bytes *keys, size_t count, spinkv_error *err) {
    struct writing writing = {NULL, keys, count};

    return run(store, FOR_WRITING, write_once, &writing, err);
}

struct updating {
    spinkv_bytes key;
    spinkv__decide_change *decide;
    void *context;
    struct spinkv__change change;
};

static spinkv_status decide(void *context, const void *current, size_t current_size,
                            spinkv_error *err) {
    struct updating *updating = context;

    return updating->decide(updating->context, current, current_size, &updating->change, err);
}

static spinkv_status update_body(struct sqlite_store *store, struct connection *connection,
                                 void *context, spinkv_error *err) {
    struct updating *updating = context;
    struct reading reading = {updating->key, SIZE_MAX, decide, updating};
    spinkv_status status = get_once(store, connection, &reading, err);

    if (status == SPINKV_NO_SUCH_KEY) {
        status = decide(updating, NULL, 0, err);
    }
    if (status == SPINKV_OK && updating->change.write) {
        spinkv_pair pair = {updating->key, {updating->change.value, updating->change.value_size}};
        status = set_one(store, connection, &pair, err);
    }
    return status;
}

static spinkv_status update_once(struct sqlite_store *store, struct connection *connection,
                                 void *context, spinkv_error *err) {
    struct updating *updating = context;
    spinkv_durability durability = store->base.config->options.durability;
    spinkv_status status = spinkv__connection_set_durability(connection, durability, err);

    return status == SPINKV_OK
               ? transact(store, connection, update_body, updating, &updating->key, err)
               : status;
}

static spinkv_status sqlite_update(struct spinkv__backend_store *store, spinkv_bytes key,
                                   spinkv__decide_change *decide_change, void *context,
                                   spinkv_error *err) {
    struct updating updating = {key, decide_change, context, {false, NULL, 0}};

    return run(store, FOR_WRITING, update_once, &updating, err);
}

/* ---- Opening and closing --------------------------------------------------------------------- */

static void sqlite_close(struct spinkv__backend_store *base) {
    struct sqlite_store *store = (struct sqlite_store *)base;

    spinkv__file_close(store->file);
    free(store);
}

static spinkv_status sqlite_open(const struct spinkv__store_config *config,
                                 struct spinkv__backend_store **base, spinkv_error *err) {
    struct sqlite_store *store = calloc(1, sizeof(*store));
    spinkv_status status;

    *base = NULL;
    if (!store) {
        return spinkv__fail_no_memory(err, "the store");
    }
    store->base.backend = &spinkv__sqlite_backend;
    store->base.config = config;
    status = spinkv__file_open(config, &store->file, err);
    if (status == SPINKV_OK) {
        store->tuples = spinkv__file_tuples(store->file, config->label, config->label_size);
        if (!store->tuples) {
            spinkv__file_close(store->file);
            status = spinkv__fail_no_memory(err, "the store");
        }
    }
    if (status != SPINKV_OK) {
        free(store);
        return status;
    }
    *base = &store->base;
    return SPINKV_OK;
}

const struct spinkv__backend spinkv__sqlite_backend = {
    .version = SPINKV__BACKEND_VERSION,
    .type = "spin",
    .open = sqlite_open,
    .close = sqlite_close,
    .get = sqlite_get,
    .get_many = sqlite_get_many,
    .exists = sqlite_exists,
    .list = sqlite_list,
    .count = sqlite_count,
    .set_many = sqlite_set_many,
    .delete_many = sqlite_delete_many,
    .update = sqlite_update,
    .before_fork = spinkv__files_before_fork,
    .after_fork = spinkv__files_after_fork,
};
