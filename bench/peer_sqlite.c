/*
 * Bare SQLite on a file of the same kind: what somebody would write who needs nothing but these
 * loops. One connection without mutexes, in WAL mode, statements prepared once, and none of the
 * checks that a library makes: no handles, limits, UTF-8, types, waiting or hooks.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "peer.h"

#define LABEL "bench"

#define CREATE_TABLE                                                                               \
    "CREATE TABLE IF NOT EXISTS spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, "          \
    "value BLOB NOT NULL, PRIMARY KEY (store, key))"

#define UPSERT(value)                                                                              \
    "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, " value ") "                   \
    "ON CONFLICT (store, key) DO UPDATE SET value = excluded.value"

enum statement {
    GET,
    EXISTS,
    LIST,
    SET,
    SET_JSON,
    DELETE,
    BEGIN,
    COMMIT,
    STATEMENT_COUNT
};

static const char *const statement_sql[STATEMENT_COUNT] = {
    [GET] = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2",
    [EXISTS] = "SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2",
    [LIST] = "SELECT key FROM spin_key_value WHERE store = ?1 ORDER BY key",
    [SET] = UPSERT("?3"),
    [SET_JSON] = UPSERT("CAST(json(?3) AS BLOB)"),
    [DELETE] = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2",
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
};

struct bare {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

static void expect(const struct bare *bare, bool held) {
    if (!held) {
        fail("sqlite: %s", sqlite3_errmsg(bare->db));
    }
}

static void execute(const struct bare *bare, const char *sql) {
    expect(bare, sqlite3_exec(bare->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void *open_store(const char *path, bool synced) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    struct bare *bare = calloc(1, sizeof(*bare));
    int i;

    if (!bare) {
        fail("out of memory");
    }
    expect(bare, sqlite3_open_v2(path, &bare->db, flags, NULL) == SQLITE_OK);
    execute(bare, "PRAGMA journal_mode=WAL");
    execute(bare, synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    execute(bare, CREATE_TABLE);
    for (i = 0; i < STATEMENT_COUNT; i++) {
        expect(bare, sqlite3_prepare_v3(bare->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                        &bare->statements[i], NULL) == SQLITE_OK);
    }
    return bare;
}

static void close_store(void *store) {
    struct bare *bare = store;
    int i;

    for (i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_finalize(bare->statements[i]);
    }
    expect(bare, sqlite3_close(bare->db) == SQLITE_OK);
    free(bare);
}

static sqlite3_stmt *bind(const struct bare *bare, enum statement which, spinkv_bytes key) {
    sqlite3_stmt *statement = bare->statements[which];

    sqlite3_bind_text64(statement, 1, LABEL, sizeof(LABEL) - 1, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(statement, 2, key.data, key.size, SQLITE_STATIC, SQLITE_UTF8);
    return statement;
}

/* Whether a statement that reads gives a row; it stays there until the statement is reset. */
static bool step_to_row(const struct bare *bare, sqlite3_stmt *statement) {
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

static bool get(void *store, spinkv_bytes key, spinkv_value *value) {
    sqlite3_stmt *statement = bind(store, GET, key);
    bool found = step_to_row(store, statement);

    if (found) {
        copy_column(statement, value);
    }
    sqlite3_reset(statement);
    return found;
}

static bool get_into(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size) {
    sqlite3_stmt *statement = bind(store, GET, key);
    bool found = step_to_row(store, statement);

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

static bool exists(void *store, spinkv_bytes key) {
    sqlite3_stmt *statement = bind(store, EXISTS, key);
    bool found = step_to_row(store, statement);

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

static size_t get_keys(void *store) {
    const struct bare *bare = store;
    sqlite3_stmt *statement = bare->statements[LIST];
    struct listing listing = {0};

    sqlite3_bind_text64(statement, 1, LABEL, sizeof(LABEL) - 1, SQLITE_STATIC, SQLITE_UTF8);
    while (step_to_row(bare, statement)) {
        const void *key = sqlite3_column_text(statement, 0);
        append(&listing, key, (size_t)sqlite3_column_bytes(statement, 0));
    }
    sqlite3_reset(statement);
    free(listing.bytes);
    free(listing.ends);
    return listing.count;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void set(void *store, spinkv_bytes key, spinkv_bytes value) {
    sqlite3_stmt *statement = bind(store, SET, key);

    sqlite3_bind_blob64(statement, 3, value.data, value.size, SQLITE_STATIC);
    step_to_end(store, statement);
}

static void set_many(void *store, const spinkv_pair *pairs, size_t count) {
    const struct bare *bare = store;
    size_t i;

    step_to_end(bare, bare->statements[BEGIN]);
    for (i = 0; i < count; i++) {
        set(store, pairs[i].key, pairs[i].value);
    }
    step_to_end(bare, bare->statements[COMMIT]);
}

static void delete_one(void *store, spinkv_bytes key) {
    step_to_end(store, bind(store, DELETE, key));
}

static void delete_many(void *store, const spinkv_bytes *keys, size_t count) {
    const struct bare *bare = store;
    size_t i;

    step_to_end(bare, bare->statements[BEGIN]);
    for (i = 0; i < count; i++) {
        delete_one(store, keys[i]);
    }
    step_to_end(bare, bare->statements[COMMIT]);
}

static int64_t increment(void *store, spinkv_bytes key) {
    const struct bare *bare = store;
    unsigned char counter[8] = {0};
    uint64_t number = 0;
    size_t size, i;

    step_to_end(bare, bare->statements[BEGIN]);
    get_into(store, key, counter, sizeof(counter), &size);
    for (i = 0; i < sizeof(counter); i++) {
        number |= (uint64_t)counter[i] << (8 * i);
    }
    number++;
    for (i = 0; i < sizeof(counter); i++) {
        counter[i] = (unsigned char)(number >> (8 * i));
    }
    set(store, key, (spinkv_bytes){counter, sizeof(counter)});
    step_to_end(bare, bare->statements[COMMIT]);
    return (int64_t)number;
}

static void set_json(void *store, spinkv_bytes key, spinkv_bytes json) {
    sqlite3_stmt *statement = bind(store, SET_JSON, key);

    sqlite3_bind_text64(statement, 3, json.data, json.size, SQLITE_STATIC, SQLITE_UTF8);
    step_to_end(store, statement);
}

const struct peer peer_sqlite = {
    .name = "sqlite",
    .open = open_store,
    .close = close_store,
    .get = get,
    .get_into = get_into,
    .exists = exists,
    .get_keys = get_keys,
    .set = set,
    .set_many = set_many,
    .delete_one = delete_one,
    .delete_many = delete_many,
    .increment = increment,
    .set_json = set_json,
};
