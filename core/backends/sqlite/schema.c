/*
 * Checking and making the table spin_key_value. A file from a stranger may hold anything of that
 * name; what is not exactly Spin's table is refused before a statement touches it.
 */
#include "schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../../src/error.h"

#define TABLE                                                                                      \
    "spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "                \
    "PRIMARY KEY (store, key))"

/* How long an open waits for others to let the file be switched to WAL, in milliseconds. */
#define SWITCH_WAIT_MS 250

struct column {
    const char *name, *type;
    int primary_key;
};

static const struct column columns[] = {
    {"store", "TEXT", 1}, {"key", "TEXT", 2}, {"value", "BLOB", 0}};

#define COLUMN_COUNT (int)(sizeof(columns) / sizeof(columns[0]))

/* Says what is wrong with the table, unless what was read of it could not be held in memory. */
static spinkv_status fail_shape(struct connection *connection, const char *what,
                                spinkv_error *err) {
    if (sqlite3_errcode(connection->db) == SQLITE_NOMEM) {
        return spinkv__fail_no_memory(err, "the schema");
    }
    return spinkv__fail(err, SPINKV_CORRUPT,
                        "spin_key_value in %s is not the table of a key-value store: %s",
                        connection->name, what);
}

/* Prepares a question about the schema; the caller finalizes it. */
static spinkv_status ask(struct connection *connection, const char *sql, sqlite3_stmt **question,
                         spinkv_error *err) {
    int code = sqlite3_prepare_v2(connection->db, sql, -1, question, NULL);

    return code == SQLITE_OK ? SPINKV_OK : spinkv__connection_fail(connection, code, "read", err);
}

/* Goes on to the next row of an answer; *row tells whether there is one. */
static spinkv_status next_row(struct connection *connection, sqlite3_stmt *question, bool *row,
                              spinkv_error *err) {
    int code = sqlite3_step(question);

    *row = code == SQLITE_ROW;
    return *row || code == SQLITE_DONE ? SPINKV_OK
                                       : spinkv__connection_fail(connection, code, "read", err);
}

static bool text_is(sqlite3_stmt *row, int column, const char *expected) {
    const char *text = (const char *)sqlite3_column_text(row, column);

    return text && sqlite3_stricmp(text, expected) == 0;
}

/* The first word or sign of some SQL, and where it ends. */
static const char *next_token(const char *sql, const char **end) {
    sql += strspn(sql, " \t\n\f\r");
    *end = sql;
    while (isalnum((unsigned char)**end) || **end == '_') {
        ++*end;
    }
    *end += *end == sql && *sql ? 1 : 0;
    return sql;
}

/* Whether two pieces of SQL are the same but for spaces and case. */
static bool is_same_sql(const char *one, const char *other) {
    const char *one_end, *other_end;

    do {
        one = next_token(one, &one_end);
        other = next_token(other, &other_end);
        if (one_end - one != other_end - other ||
            sqlite3_strnicmp(one, other, (int)(one_end - one)) != 0) {
            return false;
        }
        one = one_end;
        other = other_end;
    } while (*one || *other);
    return true;
}

/* What the schema says of the table. */
struct found_table {
    bool is_there;
    /* Whether it was made by the very statement that Spin and this library use, and has no further
     * index: then nothing about it need be asked. */
    bool is_as_made;
};

/* Looks at one row: type, rootpage, sql and name of the table or of what belongs to it. */
static spinkv_status look_at(struct connection *connection, sqlite3_stmt *row,
                             struct found_table *table, spinkv_error *err) {
    const char *sql = (const char *)sqlite3_column_text(row, 2);
    bool is_table = text_is(row, 3, "spin_key_value");

    if (sqlite3_errcode(connection->db) == SQLITE_NOMEM) {
        return spinkv__fail_no_memory(err, "the schema");
    }
    if (!is_table) {
        /* Indexes that SQLite makes for itself have no SQL. */
        table->is_as_made = table->is_as_made && !sql;
        return SPINKV_OK;
    }
    table->is_there = true;
    if (!text_is(row, 0, "table")) {
        return fail_shape(connection, "it is a view or an index", err);
    }
    if (sqlite3_column_int(row, 1) == 0) {
        return fail_shape(connection, "it is a virtual table", err);
    }
    table->is_as_made = table->is_as_made && sql && is_same_sql(sql, "CREATE TABLE " TABLE);
    return SPINKV_OK;
}

/* Finds out whether something of the table's name is there, and that it is an ordinary table. */
static spinkv_status find_table(struct connection *connection, struct found_table *table,
                                spinkv_error *err) {
    sqlite3_stmt *question = NULL;
    bool row = true;
    spinkv_status status = ask(connection,
                               "SELECT type, rootpage, sql, name FROM sqlite_master "
                               "WHERE 'spin_key_value' COLLATE NOCASE IN (name, tbl_name) "
                               "AND type <> 'trigger'",
                               &question, err);

    *table = (struct found_table){false, true};
    while (status == SPINKV_OK && row) {
        status = next_row(connection, question, &row, err);
        if (status == SPINKV_OK && row) {
            status = look_at(connection, question, table, err);
        }
    }
    sqlite3_finalize(question);
    return status;
}

/* Checks one row of PRAGMA table_xinfo: cid, name, type, notnull, dflt_value, pk, hidden. */
static spinkv_status check_column(struct connection *connection, sqlite3_stmt *row, unsigned *seen,
                                  spinkv_error *err) {
    const char *name = (const char *)sqlite3_column_text(row, 1);
    char what[128];
    int i;

    for (i = 0; i < COLUMN_COUNT; i++) {
        if (text_is(row, 1, columns[i].name)) {
            *seen |= 1u << i;
            if (text_is(row, 2, columns[i].type) && sqlite3_column_int(row, 3) == 1 &&
                sqlite3_column_int(row, 5) == columns[i].primary_key &&
                sqlite3_column_int(row, 6) == 0) {
                return SPINKV_OK;
            }
            snprintf(what, sizeof(what), "its column %s is not %s NOT NULL%s", columns[i].name,
                     columns[i].type, columns[i].primary_key ? " in the primary key" : "");
            return fail_shape(connection, what, err);
        }
    }
    snprintf(what, sizeof(what), "it has a column \"%.40s\"", name ? name : "");
    return fail_shape(connection, what, err);
}

static spinkv_status check_columns(struct connection *connection, spinkv_error *err) {
    sqlite3_stmt *question = NULL;
    unsigned seen = 0;
    bool row = true;
    spinkv_status status = ask(connection, "PRAGMA table_xinfo(spin_key_value)", &question, err);

    while (status == SPINKV_OK && row) {
        status = next_row(connection, question, &row, err);
        if (status == SPINKV_OK && row) {
            status = check_column(connection, question, &seen, err);
        }
    }
    if (status == SPINKV_OK && seen != (1u << COLUMN_COUNT) - 1) {
        status = fail_shape(connection, "it lacks a column", err);
    }
    sqlite3_finalize(question);
    return status;
}

/* Keys must compare as bytes, in the columns and in the index of the primary key. */
static spinkv_status check_collation(struct connection *connection, spinkv_error *err) {
    sqlite3_stmt *question = NULL;
    const char *collation;
    spinkv_status status;
    bool other = false;
    int i, code;

    for (i = 0; i < 2 && !other; i++) {
        code = sqlite3_table_column_metadata(connection->db, "main", "spin_key_value",
                                             columns[i].name, NULL, &collation, NULL, NULL, NULL);
        if (code != SQLITE_OK) {
            return spinkv__connection_fail(connection, code, "read", err);
        }
        other = sqlite3_stricmp(collation, "BINARY") != 0;
    }
    status = ask(connection,
                 "SELECT 1 FROM pragma_index_list('spin_key_value') AS indexes, "
                 "pragma_index_xinfo(indexes.name) AS parts "
                 "WHERE indexes.origin = 'pk' AND parts.key AND parts.coll <> 'BINARY'",
                 &question, err);
    if (status == SPINKV_OK && !other) {
        status = next_row(connection, question, &other, err);
    }
    if (status == SPINKV_OK && other) {
        status = fail_shape(connection, "it does not compare keys as bytes", err);
    }
    sqlite3_finalize(question);
    return status;
}

/* Rows are counted as they come and go, which takes rowids. */
static spinkv_status check_rowid(struct connection *connection, spinkv_error *err) {
    sqlite3_stmt *question = NULL;
    int code =
        sqlite3_prepare_v2(connection->db, "SELECT rowid FROM spin_key_value", -1, &question, NULL);

    sqlite3_finalize(question);
    if (code == SQLITE_ERROR) {
        return fail_shape(connection, "it is WITHOUT ROWID", err);
    }
    return code == SQLITE_OK ? SPINKV_OK : spinkv__connection_fail(connection, code, "read", err);
}

/* A further UNIQUE could silently drop a write, or other tuples with it. */
static spinkv_status check_uniqueness(struct connection *connection, spinkv_error *err) {
    sqlite3_stmt *question = NULL;
    bool other = false;
    spinkv_status status = ask(connection,
                               "SELECT 1 FROM pragma_index_list('spin_key_value') "
                               "WHERE \"unique\" AND origin <> 'pk'",
                               &question, err);

    if (status == SPINKV_OK) {
        status = next_row(connection, question, &other, err);
    }
    if (other) {
        status = fail_shape(connection, "it has a UNIQUE besides its primary key", err);
    }
    sqlite3_finalize(question);
    return status;
}

static spinkv_status check_table(struct connection *connection, spinkv_error *err) {
    spinkv_status status = check_columns(connection, err);

    if (status == SPINKV_OK) {
        status = check_collation(connection, err);
    }
    if (status == SPINKV_OK) {
        status = check_uniqueness(connection, err);
    }
    return status == SPINKV_OK ? check_rowid(connection, err) : status;
}

static spinkv_status check_encoding(struct connection *connection, spinkv_error *err) {
    sqlite3_stmt *question = NULL;
    spinkv_status status = ask(connection, "PRAGMA encoding", &question, err);
    const char *encoding;
    bool row = false;

    if (status == SPINKV_OK) {
        status = next_row(connection, question, &row, err);
    }
    if (row && !text_is(question, 0, "UTF-8")) {
        encoding = (const char *)sqlite3_column_text(question, 0);
        status = encoding ? spinkv__fail(err, SPINKV_UNSUPPORTED,
                                         "%s keeps its text in %s, a key-value store needs UTF-8",
                                         connection->name, encoding)
                          : spinkv__fail_no_memory(err, "the schema");
    }
    sqlite3_finalize(question);
    return status;
}

/* Asks for WAL, which a file keeps; tells what SQLite answered. */
static int switch_to_wal(struct connection *connection) {
    sqlite3_stmt *question = NULL;
    int code = sqlite3_prepare_v2(connection->db, "PRAGMA journal_mode=WAL", -1, &question, NULL);

    if (code == SQLITE_OK) {
        code = sqlite3_step(question);
    }
    sqlite3_finalize(question);
    return code & 0xff;
}

/*
 * Puts the file in WAL mode. Others may hold it at this moment; after a short wait it is used as it
 * is, and the next open asks again.
 */
static void prefer_wal(struct connection *connection) {
    struct wait *call_wait = connection->wait;
    struct wait wait = {SWITCH_WAIT_MS, 0};
    int attempt = 0;

    if (call_wait->timeout_ms < wait.timeout_ms) {
        wait.timeout_ms = call_wait->timeout_ms;
    }
    connection->wait = &wait;
    while (switch_to_wal(connection) == SQLITE_BUSY && spinkv__wait_pause(&wait, attempt++)) {
    }
    connection->wait = call_wait;
}

static spinkv_status create_table(struct connection *connection, spinkv_error *err) {
    int code = sqlite3_exec(connection->db,
                            "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS " TABLE "; COMMIT", NULL,
                            NULL, NULL);
    spinkv_status status;

    if (code == SQLITE_OK) {
        return SPINKV_OK;
    }
    status = spinkv__connection_fail(connection, code, "make the table in", err);
    sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

spinkv_status spinkv__schema_check(struct connection *connection, bool create, spinkv_error *err) {
    struct found_table table;
    spinkv_status status = find_table(connection, &table, err);

    if (status == SPINKV_OK) {
        status = check_encoding(connection, err);
    }
    if (status == SPINKV_OK && table.is_there && !table.is_as_made) {
        status = check_table(connection, err);
    }
    if (status != SPINKV_OK) {
        return status;
    }
    if (!create) {
        return table.is_there
                   ? SPINKV_OK
                   : spinkv__fail(err, SPINKV_CORRUPT,
                                  "%s has no table spin_key_value, so it is not the file of a "
                                  "key-value store",
                                  connection->name);
    }
    prefer_wal(connection);
    return table.is_there ? SPINKV_OK : create_table(connection, err);
}
