/*
 * One SQLite connection: opened so that a file from a stranger can do no harm, with its statements
 * prepared once and kept. One thread uses it at a time.
 */
#ifndef SPINKV_SQLITE_CONNECTION_H
#define SPINKV_SQLITE_CONNECTION_H

#include <sqlite3.h>
#include <sys/types.h>
#include <time.h>

#include "../../src/backend.h"
#include "log_room.h"
#include "wait.h"

/* The statements, each prepared when it is first used: X(NAME, "SQL"). */
#define SPINKV__STATEMENTS(X)                                                                      \
    X(GET, "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2")                       \
    X(GET_UP_TO,                                                                                   \
      "SELECT CASE WHEN length(value) <= ?3 OR typeof(value) <> 'blob' THEN value END, "           \
      "length(value) FROM spin_key_value WHERE store = ?1 AND key = ?2")                           \
    X(EXISTS, "SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2")                        \
    X(LIST, "SELECT key FROM spin_key_value WHERE store = ?1 AND key >= ?2 ORDER BY key")          \
    X(COUNT, "SELECT count(key) FROM spin_key_value WHERE store = ?1")                             \
    X(SET, "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3) "                   \
           "ON CONFLICT (store, key) DO UPDATE SET value = excluded.value")                        \
    X(OVERWRITE, "UPDATE spin_key_value SET value = ?3 WHERE store = ?1 AND key = ?2")             \
    X(DELETE, "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2")                          \
    X(BEGIN, "BEGIN")                                                                              \
    X(BEGIN_IMMEDIATE, "BEGIN IMMEDIATE")                                                          \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(SAVEPOINT, "SAVEPOINT one_of_several")                                                       \
    X(ROLLBACK_TO, "ROLLBACK TO one_of_several")                                                   \
    X(RELEASE, "RELEASE one_of_several")

enum statement {
#define STATEMENT_ENUM(NAME, sql) STATEMENT_##NAME,
    SPINKV__STATEMENTS(STATEMENT_ENUM)
#undef STATEMENT_ENUM
    STATEMENT_COUNT_
};

/* How a connection is opened. */
enum access {
    /* Makes the file and its table if need be. */
    ACCESS_CREATE,
    /* Another connection to a file that is there. */
    ACCESS_OPEN,
    /* Never writes. */
    ACCESS_READ_ONLY
};

/*
 * The pages of the write-ahead log after which a commit merges it into the database. More would
 * make that rarer, but each page written costs a search past its earlier versions in the log.
 */
#define LOG_PAGES 2000

struct connection {
    struct connection *next;
    /* Whether it is the file's one connection that may write. */
    bool writer;
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT_];
    /* What messages call the file. */
    const char *name;
    spinkv_durability durability;
    /* The wait of the call that uses the connection now. */
    struct wait *wait;
    /* The tuple count's view of the transaction in progress; see count.h. */
    struct count_check *check;
    int64_t rows_added;
    /* Pages written before the transaction in progress, and those of them before its end. */
    int pages_written, pages_spilled;
    /* The read cache's view of the writes in progress; see cache.h. */
    struct cache_write *cache_write;
    /* The file's WAL index, of the connection that may write; NULL while it is not known, or where
     * there is none. And how often it was looked for. */
    wal_index *index;
    int index_searches;
    struct log_room log_room;
    /* Opened as immutable, because its folder cannot be written; and what the file was like then.
     */
    bool immutable;
    off_t file_size;
    struct timespec file_changed;
};

/*
 * Opens a connection to a file (NULL for in memory) and, unless access is ACCESS_OPEN, checks its
 * table. name, which messages use, is borrowed for as long as the connection is open.
 */
spinkv_status spinkv__connection_open(const char *path, const char *name, enum access access,
                                      struct wait *wait, struct connection **connection,
                                      spinkv_error *err);

/* Closes a connection; NULL is ignored. keep_log leaves the write-ahead log for others to merge. */
void spinkv__connection_close(struct connection *connection, bool keep_log);

/* Whether an immutable connection still shows what the file holds. */
bool spinkv__connection_is_current(const struct connection *connection, const char *path);

/* A statement, prepared if it is not yet, with the label bound as ?1 where it takes one. */
spinkv_status spinkv__connection_prepare(struct connection *connection, enum statement which,
                                         sqlite3_stmt **statement, spinkv_error *err);

/* Runs a statement that takes and gives nothing. */
spinkv_status spinkv__connection_run(struct connection *connection, enum statement which,
                                     spinkv_error *err);

/* Rolls back what a call before this one could not, for want of memory; else does nothing. */
spinkv_status spinkv__connection_end_transaction(struct connection *connection, spinkv_error *err);

/* Makes what is committed from now on as durable as asked. */
spinkv_status spinkv__connection_set_durability(struct connection *connection,
                                                spinkv_durability durability, spinkv_error *err);

/* Looks for the WAL index, unless it is known, or was looked for in vain too often. */
void spinkv__connection_find_index(struct connection *connection);

/* Notes what has been written, before a transaction. */
void spinkv__connection_note_writes(struct connection *connection);

/*
 * How many pages have been added to the write-ahead log since then; 0 if that is not known, because
 * some went there before the commit and may have been written twice.
 */
uint32_t spinkv__connection_pages_added(struct connection *connection);

/*
 * Syncs the write-ahead log if the transaction since then wrote nothing: SQLite skips bytes that
 * are there already, and with them the sync that others, who did not sync, have left to do.
 */
spinkv_status spinkv__connection_sync_unwritten(struct connection *connection, spinkv_error *err);

/* Turns what SQLite said into a status and a message: "cannot <action> <file>: ...". */
spinkv_status spinkv__connection_fail(struct connection *connection, int code, const char *action,
                                      spinkv_error *err);

#endif
