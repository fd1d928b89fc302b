/*
 * Writing: each operation is one transaction that knows the limit on tuples and takes the write
 * lock at its beginning, so that it never finds out halfway that somebody was faster.
 */
#include "writing.h"

#include <inttypes.h>

#include "../../src/error.h"
#include "count.h"
#include "reading.h"

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
        status = spinkv__count_once(store, connection, &count, err);
        if (status == SPINKV_OK) {
            spinkv__count_learn(connection, (int64_t)count);
        }
    }
    return status;
}

/* Runs an attempt in one transaction, which holds the write lock from its beginning. key: see
 * above. */
static spinkv_status transact(struct sqlite_store *store, struct connection *connection,
                              spinkv__attempt *body, void *context, const spinkv_bytes *key,
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
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, STATEMENT_SET, &pair->key, &statement, err);
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
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, STATEMENT_DELETE, key, &statement, err);

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

/* Prepares a connection for a write as durable as the store's are. */
static spinkv_status begin_write(struct sqlite_store *store, struct connection *connection,
                                 spinkv_error *err) {
    spinkv_durability durability = store->base.config->options.durability;

    spinkv__connection_note_writes(connection);
    return spinkv__connection_set_durability(connection, durability, err);
}

static spinkv_status write_once(struct sqlite_store *store, struct connection *connection,
                                void *context, spinkv_error *err) {
    const struct writing *writing = context;
    spinkv_status status = begin_write(store, connection, err);

    if (status != SPINKV_OK) {
        return status;
    }
    status = writing->count == 1 ? write_single(store, connection, writing, err)
                                 : transact(store, connection, write_each, context, NULL, err);
    return status == SPINKV_OK ? spinkv__connection_sync_unwritten(connection, err) : status;
}

spinkv_status spinkv__sqlite_set_many(struct spinkv__backend_store *store, const spinkv_pair *pairs,
                                      size_t count, spinkv_error *err) {
    struct writing writing = {pairs, NULL, count};

    return spinkv__attempt_run(store, FOR_WRITING, write_once, &writing, err);
}

spinkv_status spinkv__sqlite_delete_many(struct spinkv__backend_store *store,
                                         const spinkv_bytes *keys, size_t count,
                                         spinkv_error *err) {
    struct writing writing = {NULL, keys, count};

    return spinkv__attempt_run(store, FOR_WRITING, write_once, &writing, err);
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
    spinkv_status status = spinkv__get_once(store, connection, &reading, err);

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
    spinkv_status status = begin_write(store, connection, err);

    if (status == SPINKV_OK) {
        status = transact(store, connection, update_body, updating, &updating->key, err);
    }
    if (status == SPINKV_OK && updating->change.write) {
        status = spinkv__connection_sync_unwritten(connection, err);
    }
    return status;
}

spinkv_status spinkv__sqlite_update(struct spinkv__backend_store *store, spinkv_bytes key,
                                    spinkv__decide_change *decide_change, void *context,
                                    spinkv_error *err) {
    struct updating updating = {key, decide_change, context, {false, NULL, 0}};

    return spinkv__attempt_run(store, FOR_WRITING, update_once, &updating, err);
}
