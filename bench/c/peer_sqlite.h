/*
 * Bare SQLite's loops, for other peers that are SQLite used in another way.
 */
#ifndef BENCH_PEER_SQLITE_H
#define BENCH_PEER_SQLITE_H

#include <sqlite3.h>

#include "peer.h"

enum statement {
    GET,
    EXISTS,
    LIST,
    READ_ALL,
    SET,
    SET_JSON,
    DELETE,
    BEGIN,
    COMMIT,
    STATEMENT_COUNT
};

struct bare {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    /* For the connections of further threads. */
    struct terms terms;
    const char *settings;
};

/* Opens a connection, makes or checks the table. settings: SQL that is run first. */
void *sqlite_open(const struct terms *terms, const char *settings);
void *sqlite_join(void *store);
void sqlite_close(void *store);

/* A statement with its label and key. */
sqlite3_stmt *sqlite_bind(void *store, enum statement which, spinkv_bytes key);

/* Whether a statement that reads gives a row; it stays there until the statement is reset. */
bool sqlite_step_to_row(const struct bare *bare, sqlite3_stmt *statement);

bool sqlite_get(void *store, spinkv_bytes key, spinkv_value *value);
bool sqlite_get_into(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size);
bool sqlite_exists(void *store, spinkv_bytes key);
size_t sqlite_get_keys(void *store);
size_t sqlite_read_all(void *store);
void sqlite_set(void *store, spinkv_bytes key, spinkv_bytes value);
void sqlite_set_many(void *store, const spinkv_pair *pairs, size_t count);
void sqlite_delete_one(void *store, spinkv_bytes key);
void sqlite_delete_many(void *store, const spinkv_bytes *keys, size_t count);
int64_t sqlite_increment(void *store, spinkv_bytes key);
void sqlite_set_json(void *store, spinkv_bytes key, spinkv_bytes json);

#endif
