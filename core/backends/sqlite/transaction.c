/*
 * Writing: every write is part of one transaction that knows the limit on tuples and takes the
 * write lock at its beginning, so that it never finds out halfway that somebody was faster. What is
 * written goes into the read cache once it is committed.
 */
#include "transaction.h"

#include <inttypes.h>

#include "../../src/error.h"
#include "cache.h"
#include "count.h"
#include "reading.h"

/* A write of more keys than this drops them from the cache: it is a bulk load rather than use. */
#define REMEMBERED_MOST 64

static spinkv_bytes key_at(const struct write *write, size_t index) {
    return write->kind == WRITE_SET ? write->pairs[index].key : write->keys[index];
}

/* ---- Statements --------------------------------------------------------------------------------- */

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

/* SQLite limits a row even where the store limits nothing. */
static spinkv_status fail_too_big(struct connection *connection, const spinkv_pair *pair,
                                  spinkv_error *err) {
    return spinkv__fail(err, SPINKV_VALUE_TOO_LARGE,
                        "the value of key %s is %zu bytes, the limit of SQLite is %d with the key",
                        spinkv__show_key(pair->key.data, pair->key.size).text, pair->value.size,
                        sqlite3_limit(connection->db, SQLITE_LIMIT_LENGTH, -1));
}

static spinkv_status set_with(struct sqlite_store *store, struct connection *connection,
                              enum statement which, const spinkv_pair *pair, spinkv_error *err) {
    const void *value = pair->value.data ? pair->value.data : "";
    sqlite3_stmt *statement;
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, which, &pair->key, &statement, err);
    int code;

    if (status == SPINKV_OK) {
        code = sqlite3_bind_blob64(statement, 3, value, pair->value.size, SQLITE_STATIC);
        status = code == SQLITE_OK ? step_to_end(connection, statement, err)
                                   : spinkv__connection_fail(connection, code, "write to", err);
    }
    return status == SPINKV_VALUE_TOO_LARGE ? fail_too_big(connection, pair, err) : status;
}

/*
 * Sets a key. *is_there says whether the store probably holds it, and then whether it did: writing
 * over a value takes SQLite less than finding out whether there is one to write over.
 */
static spinkv_status set_one(struct sqlite_store *store, struct connection *connection,
                             const spinkv_pair *pair, bool *is_there, spinkv_error *err) {
    int64_t rows_added = connection->rows_added;
    spinkv_status status = SPINKV_OK;

    if (*is_there) {
        status = set_with(store, connection, STATEMENT_OVERWRITE, pair, err);
        *is_there = sqlite3_changes(connection->db) > 0;
    }
    if (status == SPINKV_OK && !*is_there) {
        status = set_with(store, connection, STATEMENT_SET, pair, err);
        *is_there = connection->rows_added == rows_added;
    }
    return status;
}

static spinkv_status delete_one(struct sqlite_store *store, struct connection *connection,
                                const spinkv_bytes *key, spinkv_error *err) {
    sqlite3_stmt *statement;
    spinkv_status status =
        spinkv__attempt_prepare(store, connection, STATEMENT_DELETE, key, &statement, err);

    return status == SPINKV_OK ? step_to_end(connection, statement, err) : status;
}

/* ---- What a write does in a transaction --------------------------------------------------------- */

static spinkv_status take_current(void *context, const void *current, size_t current_size,
                                  spinkv_error *err) {
    struct write *write = context;

    return write->decide(write->context, current, current_size, &write->change, err);
}

static spinkv_status update(struct connection *connection, struct write *write) {
    struct reading reading = {*write->keys, SIZE_MAX, take_current, write, NULL};
    spinkv_status status = spinkv__get_once(write->store, connection, &reading, write->err);
    bool is_there = status == SPINKV_OK;

    if (status == SPINKV_NO_SUCH_KEY) {
        status = take_current(write, NULL, 0, write->err);
    }
    if (status == SPINKV_OK && write->change.write) {
        spinkv_pair pair = {*write->keys, {write->change.value, write->change.value_size}};
        status = set_one(write->store, connection, &pair, &is_there, write->err);
    }
    return status;
}

static spinkv_status write_at(struct connection *connection, struct write *write, size_t index,
                              bool *is_there) {
    return write->kind == WRITE_SET
               ? set_one(write->store, connection, &write->pairs[index], is_there, write->err)
               : delete_one(write->store, connection, &write->keys[index], write->err);
}

static spinkv_status write_all(struct connection *connection, struct write *write) {
    spinkv_status status = SPINKV_OK;
    bool guess = write->is_there, was_wrong = false;
    size_t i;

    if (write->kind == WRITE_UPDATE) {
        return update(connection, write);
    }
    for (i = 0; i < write->count && status == SPINKV_OK; i++) {
        /* Keys that are written together are mostly all there or all new. */
        bool is_there = guess;
        status = write_at(connection, write, i, &is_there);
        was_wrong = was_wrong || (guess && !is_there);
        guess = is_there && !was_wrong;
    }
    return status;
}

/* ---- The limit on tuples ------------------------------------------------------------------------ */

static uint64_t max_entries_of(const struct write *write) {
    return write->store->base.config->options.max_entries;
}

/* Says that the store is full; a write of one key names it. */
static spinkv_status fail_full(const struct write *write) {
    const struct spinkv__store_config *config = write->store->base.config;
    int64_t held = write->store->tuples->count;
    bool is_one = write->count == 1;
    spinkv_bytes key = key_at(write, 0);

    return spinkv__fail(write->err, SPINKV_STORE_FULL,
                        "the store \"%.60s\" holds %" PRId64 " tuple%s, the limit is %" PRIu64
                        " (max_entries); %s%s new",
                        config->label, held, held == 1 ? "" : "s", config->options.max_entries,
                        is_one ? spinkv__show_key(key.data, key.size).text : "more keys than fit",
                        is_one ? " is" : " are");
}

/* Puts a transaction under the check of the store's limit on tuples. */
static void begin_check(const struct write *write, struct connection *connection,
                        struct count_check *check) {
    check->commits = spinkv__file_commits(write->store->file);
    check->tuples = write->store->tuples;
    check->max_entries = max_entries_of(write);
    spinkv__count_begin(connection, check);
}

/* Counts the store's tuples in the transaction that has begun, unless the count is known. */
static spinkv_status know_count(const struct write *write, struct connection *connection) {
    spinkv_status status = SPINKV_OK;
    uint64_t count = 0;

    if (spinkv__count_is_unknown(connection)) {
        status = spinkv__count_once(write->store, connection, &count, write->err);
        if (status == SPINKV_OK) {
            spinkv__count_learn(connection, (int64_t)count);
        }
    }
    return status;
}

spinkv_durability spinkv__write_durability(const struct write *write) {
    return write->store->base.config->options.durability;
}

/* ---- One write alone ---------------------------------------------------------------------------- */

/* Runs a write in a transaction, which holds the write lock from its beginning. */
static spinkv_status transact(struct connection *connection, struct write *write) {
    struct count_check check;
    spinkv_status status;

    begin_check(write, connection, &check);
    status = spinkv__connection_run(connection, STATEMENT_BEGIN_IMMEDIATE, write->err);
    if (status == SPINKV_OK) {
        status = know_count(write, connection);
    }
    if (status == SPINKV_OK) {
        status = write_all(connection, write);
    }
    if (status == SPINKV_OK) {
        status = spinkv__connection_run(connection, STATEMENT_COMMIT, write->err);
    }
    if (check.refusal == COUNT_FULL) {
        status = fail_full(write);
    }
    if (status != SPINKV_OK && !sqlite3_get_autocommit(connection->db)) {
        spinkv__connection_run(connection, STATEMENT_ROLLBACK, NULL);
    }
    spinkv__count_end(connection, status == SPINKV_OK);
    return status;
}

/* A single statement is its own transaction. If the count turns out to be unknown, it has not
 * happened. */
static spinkv_status write_single(struct connection *connection, struct write *write) {
    struct count_check check;
    spinkv_status status;

    begin_check(write, connection, &check);
    status = write_at(connection, write, 0, &write->is_there);
    spinkv__count_end(connection, status == SPINKV_OK);
    if (check.refusal == COUNT_UNKNOWN) {
        return transact(connection, write);
    }
    return check.refusal == COUNT_FULL ? fail_full(write) : status;
}

/* ---- The read cache ----------------------------------------------------------------------------- */

static struct cache_key cache_key_at(struct cache *cache, const struct write *write, size_t index) {
    return spinkv__cache_key(cache, write->store->tuples, key_at(write, index));
}

/* Prepares a connection and the cache for writes that are about to begin. */
static void begin_writes(struct connection *connection, struct write **writes, size_t count,
                         struct cache_write *follow) {
    struct cache *cache = spinkv__file_cache(writes[0]->store->file);
    size_t i, j;

    if (connection->durability == SPINKV_DURABILITY_FULL) {
        spinkv__connection_find_index(connection);
    }
    spinkv__cache_write_begin(cache, follow);
    connection->cache_write = follow;
    for (i = 0; i < count; i++) {
        for (j = 0; follow->index && j < writes[i]->count; j++) {
            struct cache_key key = cache_key_at(cache, writes[i], j);
            spinkv__cache_write_expect(cache, &key);
            if (writes[i]->count == 1) {
                writes[i]->is_there = spinkv__cache_look(cache, &key) >= CACHED_PRESENT;
            }
        }
    }
    spinkv__connection_note_writes(connection);
}

/* Remembers what a write that is committed has made of its keys. */
static void remember(struct cache *cache, const struct cache_write *follow,
                     const struct write *write) {
    size_t i;

    if (write->kind == WRITE_UPDATE && !write->change.write) {
        return;
    }
    for (i = 0; i < write->count; i++) {
        struct cache_key key = cache_key_at(cache, write, i);
        spinkv_bytes value = write->kind == WRITE_SET ? write->pairs[i].value
                             : write->kind == WRITE_DELETE
                                 ? (spinkv_bytes){NULL, 0}
                                 : (spinkv_bytes){write->change.value, write->change.value_size};
        if (write->count > REMEMBERED_MOST) {
            spinkv__cache_write_forget(cache, follow, &key);
        } else if (write->kind == WRITE_DELETE) {
            spinkv__cache_write_remember(cache, follow, &key, NULL, 0);
        } else {
            spinkv__cache_write_remember(cache, follow, &key, value.data ? value.data : "",
                                         value.size);
        }
    }
}

/* Ends what begin_writes began. */
static void end_writes(struct connection *connection, struct write **writes, size_t count,
                       struct cache_write *follow, bool committed) {
    struct cache *cache = spinkv__file_cache(writes[0]->store->file);
    size_t i;

    connection->cache_write = NULL;
    if (committed) {
        spinkv__cache_write_committed(cache, follow, spinkv__connection_pages_added(connection));
    }
    for (i = 0; follow->follows && i < count; i++) {
        if (writes[i]->status == SPINKV_OK) {
            remember(cache, follow, writes[i]);
        }
    }
    spinkv__cache_write_end(cache, follow);
}

spinkv_status spinkv__write_alone(struct connection *connection, struct write *write) {
    struct cache_write follow;
    bool single = write->kind != WRITE_UPDATE && write->count == 1;
    spinkv_status status =
        spinkv__connection_set_durability(connection, spinkv__write_durability(write), write->err);

    begin_writes(connection, &write, 1, &follow);
    if (status == SPINKV_OK) {
        status = single ? write_single(connection, write) : transact(connection, write);
    }
    write->status = status;
    end_writes(connection, &write, 1, &follow, status == SPINKV_OK);
    if (status == SPINKV_OK && !(write->kind == WRITE_UPDATE && !write->change.write)) {
        status = spinkv__connection_sync_unwritten(connection, write->err);
    }
    return write->status = status;
}

/* ---- Several writes together -------------------------------------------------------------------- */

/* Whether a write of a transaction that goes on may have to be undone by itself. */
static bool may_be_undone(const struct write *write) {
    uint64_t most = max_entries_of(write);
    uint64_t rows = write->kind == WRITE_DELETE ? 0 : write->count;

    return write->count > 1 || (most > 0 && (uint64_t)write->store->tuples->count + rows > most);
}

/* Runs a write within a transaction of several; one that fails leaves no trace. */
static spinkv_status write_among(struct connection *connection, struct write *write) {
    struct count_check *check = connection->check;
    int64_t rows_before = connection->rows_added;
    spinkv_status status;
    bool undoable;

    check->tuples = write->store->tuples;
    check->max_entries = max_entries_of(write);
    status = know_count(write, connection);
    undoable = may_be_undone(write);
    if (status == SPINKV_OK && undoable) {
        status = spinkv__connection_run(connection, STATEMENT_SAVEPOINT, write->err);
    }
    if (status == SPINKV_OK) {
        status = write_all(connection, write);
    }
    write->rows_added = connection->rows_added - rows_before;
    if (status == SPINKV_OK && check->max_entries > 0 && write->rows_added > 0 &&
        (uint64_t)(check->tuples->count + write->rows_added) > check->max_entries) {
        status = fail_full(write);
    }
    if (status != SPINKV_OK) {
        write->rows_added = 0;
        connection->rows_added = rows_before;
        if (undoable) {
            spinkv__connection_run(connection, STATEMENT_ROLLBACK_TO, NULL);
        }
    }
    if (undoable) {
        spinkv__connection_run(connection, STATEMENT_RELEASE, NULL);
    }
    check->tuples->count += write->rows_added;
    check->max_entries = 0;
    return status;
}

/* Runs them; false if the transaction is lost. */
static bool write_each(struct connection *connection, struct write **writes, size_t count) {
    size_t i;

    for (i = 0; i < count; i++) {
        writes[i]->status = write_among(connection, writes[i]);
        if (sqlite3_get_autocommit(connection->db)) {
            return false;
        }
    }
    return true;
}

/* Forgets the counts, which a transaction that was not committed has spoilt. */
static void spoil_counts(struct write **writes, size_t count) {
    size_t i;

    for (i = 0; i < count; i++) {
        writes[i]->store->tuples->epoch = 0;
    }
}

spinkv_status spinkv__write_begin_together(struct connection *connection,
                                           spinkv_durability durability, spinkv_error *err) {
    spinkv_status status = spinkv__connection_set_durability(connection, durability, err);

    return status == SPINKV_OK ? spinkv__connection_run(connection, STATEMENT_BEGIN_IMMEDIATE, err)
                               : status;
}

bool spinkv__write_together(struct connection *connection, struct write **writes, size_t count) {
    struct sqlite_store *store = writes[0]->store;
    struct count_check check = {spinkv__file_commits(store->file), store->tuples, 0, 0};
    struct cache_write follow;
    bool committed;

    begin_writes(connection, writes, count, &follow);
    spinkv__count_begin(connection, &check);
    committed = write_each(connection, writes, count) &&
                spinkv__connection_run(connection, STATEMENT_COMMIT, NULL) == SPINKV_OK;
    if (!sqlite3_get_autocommit(connection->db)) {
        spinkv__connection_run(connection, STATEMENT_ROLLBACK, NULL);
    }
    if (!committed) {
        spoil_counts(writes, count);
    }
    /* The counts have been kept write by write. */
    connection->rows_added = 0;
    spinkv__count_end(connection, committed);
    end_writes(connection, writes, count, &follow, committed);
    return committed && spinkv__connection_sync_unwritten(connection, NULL) == SPINKV_OK;
}
