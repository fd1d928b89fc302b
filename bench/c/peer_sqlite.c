/*
 * Bare SQLite on a file of the same kind: what somebody would write who needs nothing but these
 * loops. A connection without mutexes for each thread, in WAL mode, statements prepared once, and
 * none of the checks that a library makes: no handles, limits, UTF-8, types or hooks. When a file
 * is opened its table is checked, as a program must that did not make it.
 */
#include "peer_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

#define LABEL "bench"

/* As long as the library waits. */
#define BUSY_TIMEOUT_MS 5000

#define CREATE_TABLE                                                                               \
    "CREATE TABLE IF NOT EXISTS spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, "          \
    "value BLOB NOT NULL, PRIMARY KEY (store, key))"

#define UPSERT(value)                                                                              \
    "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, " value ") "                   \
    "ON CONFLICT (store, key) DO UPDATE SET value = excluded.value"

static const char *const statement_sql[STATEMENT_COUNT] = {
    [GET] = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2",
    [EXISTS] = "SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2",
    [LIST] = "SELECT key FROM spin_key_value WHERE store = ?1 ORDER BY key",
    [READ_ALL] = "SELECT key, value FROM spin_key_value WHERE store = ?1 ORDER BY key",
    [SET] = UPSERT("?3"),
    [SET_JSON] = UPSERT("CAST(json(?3) AS BLOB)"),
    [DELETE] = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2",
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
};

static void expect(const struct bare *bare, bool held) {
    if (!held) {
        fail("sqlite: %s", sqlite3_errmsg(bare->db));
    }
}

static void execute(const struct bare *bare, const char *sql) {
    expect(bare, sqlite3_exec(bare->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

/* A statement, prepared when it is first used. */
static sqlite3_stmt *prepared(struct bare *bare, enum statement which) {
    sqlite3_stmt **kept = &bare->statements[which];

    if (!*kept) {
        expect(bare, sqlite3_prepare_v3(bare->db, statement_sql[which], -1,
                                        SQLITE_PREPARE_PERSISTENT, kept, NULL) == SQLITE_OK);
    }
    return *kept;
}

/* Fails unless the table has Spin's three columns, and no more. */
static void check_table(const struct bare *bare) {
    static const char *const columns[] = {"store", "key", "value"};
    sqlite3_stmt *question;
    int count = 0;

    expect(bare, sqlite3_prepare_v2(bare->db, "PRAGMA table_xinfo(spin_key_value)", -1, &question,
                                    NULL) == SQLITE_OK);
    while (sqlite3_step(question) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(question, 1);
        if (count == 3 || strcmp(name, columns[count]) != 0) {
            fail("sqlite: the table is another one");
        }
        count++;
    }
    if (count != 3) {
        fail("sqlite: the table lacks a column");
    }
    sqlite3_finalize(question);
}

static struct bare *open_connection(const struct terms *terms, const char *settings) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    struct bare *bare = calloc(1, sizeof(*bare));

    if (!bare) {
        fail("out of memory");
    }
    bare->terms = *terms;
    bare->settings = settings;
    expect(bare, sqlite3_open_v2(terms->path, &bare->db, flags, NULL) == SQLITE_OK);
    sqlite3_busy_timeout(bare->db, BUSY_TIMEOUT_MS);
    execute(bare, settings);
    return bare;
}

void *sqlite_open(const struct terms *terms, const char *settings) {
    struct bare *bare = open_connection(terms, settings);

    execute(bare, CREATE_TABLE);
    check_table(bare);
    return bare;
}

static void *open_store(const struct terms *terms) {
    return sqlite_open(terms, terms->synced ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
                                            : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
}

void *sqlite_join(void *store) {
    const struct bare *bare = store;

    return open_connection(&bare->terms, bare->settings);
}

void sqlite_close(void *store) {
    struct bare *bare = store;
    int i;

    for (i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_finalize(bare->statements[i]);
    }
    expect(bare, sqlite3_close(bare->db) == SQLITE_OK);
    free(bare);
}

sqlite3_stmt *sqlite_bind(void *store, enum statement which, spinkv_bytes key) {
    sqlite3_stmt *statement = prepared(store, which);

    sqlite3_bind_text64(statement, 1, LABEL, sizeof(LABEL) - 1, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(statement, 2, key.data, key.size, SQLITE_STATIC, SQLITE_UTF8);
    return statement;
}

/* Whether a statement that reads gives a row; it stays there until the statement is reset. */
bool sqlite_step_to_row(const struct bare *bare, sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);

    expect(bare, code == SQLITE_ROW || code == SQLITE_DONE);
    return code == SQLITE_ROW;
}

static void step_to_end(const struct bare *bare, sqlite3_stmt *statement) {
    expect(bare, sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_reset(statement);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void copy_column(sqlite3_stmt *row, spinkv_value *value) {
    const void *data = sqlite3_column_blob(row, 0);
    size_t size = (size_t)sqlite3_column_bytes(row, 0);
    char *copy = malloc(size + 1);

    if (!copy) {
        fail("out of memory");
    }
    memcpy(copy, data, size);
    copy[size] = '\0';
    value->data = copy;
    value->size = size;
}

bool sqlite_get(void *store, spinkv_bytes key, spinkv_value *value) {
    sqlite3_stmt *statement = sqlite_bind(store, GET, key);
    bool found = sqlite_step_to_row(store, statement);

    if (found) {
        copy_column(statement, value);
    }
    sqlite3_reset(statement);
    return found;
}

bool sqlite_get_into(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size) {
    sqlite3_stmt *statement = sqlite_bind(store, GET, key);
    bool found = sqlite_step_to_row(store, statement);

    if (found) {
        const void *data = sqlite3_column_blob(statement, 0);
        *size = (size_t)sqlite3_column_bytes(statement, 0);
        if (*size <= capacity) {
            memcpy(buffer, data, *size);
        }
    }
    sqlite3_reset(statement);
    return found;
}

bool sqlite_exists(void *store, spinkv_bytes key) {
    sqlite3_stmt *statement = sqlite_bind(store, EXISTS, key);
    bool found = sqlite_step_to_row(store, statement);

    sqlite3_reset(statement);
    return found;
}

/* Keys that are being listed: their bytes one after the other, and where each ends. */
struct listing {
    char *bytes;
    size_t used, capacity;
    size_t *ends;
    size_t count, most;
};

static void *grow(void *memory, size_t size) {
    void *grown = realloc(memory, size);

    if (!grown) {
        fail("out of memory");
    }
    return grown;
}

static void append(struct listing *listing, const void *key, size_t size) {
    if (listing->used + size > listing->capacity) {
        listing->capacity = 2 * (listing->used + size);
        listing->bytes = grow(listing->bytes, listing->capacity);
    }
    if (listing->count == listing->most) {
        listing->most = listing->most ? 2 * listing->most : 16;
        listing->ends = grow(listing->ends, listing->most * sizeof(*listing->ends));
    }
    memcpy(listing->bytes + listing->used, key, size);
    listing->used += size;
    listing->ends[listing->count++] = listing->used;
}

size_t sqlite_get_keys(void *store) {
    struct bare *bare = store;
    sqlite3_stmt *statement = prepared(bare, LIST);
    struct listing listing = {0};

    sqlite3_bind_text64(statement, 1, LABEL, sizeof(LABEL) - 1, SQLITE_STATIC, SQLITE_UTF8);
    while (sqlite_step_to_row(bare, statement)) {
        const void *key = sqlite3_column_text(statement, 0);
        append(&listing, key, (size_t)sqlite3_column_bytes(statement, 0));
    }
    sqlite3_reset(statement);
    free(listing.bytes);
    free(listing.ends);
    return listing.count;
}

size_t sqlite_read_all(void *store) {
    struct bare *bare = store;
    sqlite3_stmt *statement = prepared(bare, READ_ALL);
    size_t count = 0;

    sqlite3_bind_text64(statement, 1, LABEL, sizeof(LABEL) - 1, SQLITE_STATIC, SQLITE_UTF8);
    while (sqlite_step_to_row(bare, statement)) {
        if (!sqlite3_column_text(statement, 0) || !sqlite3_column_blob(statement, 1)) {
            fail("sqlite: a tuple is empty");
        }
        count++;
    }
    sqlite3_reset(statement);
    return count;
}

/* ---- Writing --------------------------------------------------------------------------------- */

void sqlite_set(void *store, spinkv_bytes key, spinkv_bytes value) {
    sqlite3_stmt *statement = sqlite_bind(store, SET, key);

    sqlite3_bind_blob64(statement, 3, value.data, value.size, SQLITE_STATIC);
    step_to_end(store, statement);
}

void sqlite_set_many(void *store, const spinkv_pair *pairs, size_t count) {
    struct bare *bare = store;
    size_t i;

    step_to_end(bare, prepared(bare, BEGIN));
    for (i = 0; i < count; i++) {
        sqlite_set(store, pairs[i].key, pairs[i].value);
    }
    step_to_end(bare, prepared(bare, COMMIT));
}

void sqlite_delete_one(void *store, spinkv_bytes key) {
    step_to_end(store, sqlite_bind(store, DELETE, key));
}

void sqlite_delete_many(void *store, const spinkv_bytes *keys, size_t count) {
    struct bare *bare = store;
    size_t i;

    step_to_end(bare, prepared(bare, BEGIN));
    for (i = 0; i < count; i++) {
        sqlite_delete_one(store, keys[i]);
    }
    step_to_end(bare, prepared(bare, COMMIT));
}

int64_t sqlite_increment(void *store, spinkv_bytes key) {
    struct bare *bare = store;
    unsigned char counter[8] = {0};
    uint64_t number = 0;
    size_t size, i;

    step_to_end(bare, prepared(bare, BEGIN));
    sqlite_get_into(store, key, counter, sizeof(counter), &size);
    for (i = 0; i < sizeof(counter); i++) {
        number |= (uint64_t)counter[i] << (8 * i);
    }
    number++;
    for (i = 0; i < sizeof(counter); i++) {
        counter[i] = (unsigned char)(number >> (8 * i));
    }
    sqlite_set(store, key, (spinkv_bytes){counter, sizeof(counter)});
    step_to_end(bare, prepared(bare, COMMIT));
    return (int64_t)number;
}

void sqlite_set_json(void *store, spinkv_bytes key, spinkv_bytes json) {
    sqlite3_stmt *statement = sqlite_bind(store, SET_JSON, key);

    sqlite3_bind_text64(statement, 3, json.data, json.size, SQLITE_STATIC, SQLITE_UTF8);
    step_to_end(store, statement);
}

extern const struct peer peer_sqlite;
const struct peer peer_sqlite = {
    .name = "bare SQLite",
    .full = "WAL, synchronous=FULL",
    .normal = "WAL, synchronous=NORMAL",
    .version = sqlite3_libversion,
    .open = open_store,
    .close = sqlite_close,
    .join = sqlite_join,
    .leave = sqlite_close,
    .get = sqlite_get,
    .get_into = sqlite_get_into,
    .exists = sqlite_exists,
    .get_keys = sqlite_get_keys,
    .read_all = sqlite_read_all,
    .set = sqlite_set,
    .set_many = sqlite_set_many,
    .delete_one = sqlite_delete_one,
    .delete_many = sqlite_delete_many,
    .increment = sqlite_increment,
    .set_json = sqlite_set_json,
};
