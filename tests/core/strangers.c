/*
 * Files that somebody else made: no database, cut off, of another shape or a newer version, or
 * damaged anywhere. Each must be told apart with a clear status; none may crash the process or
 * have anything in it run.
 */
#include "operations.h"

/* ---- Files of another shape ------------------------------------------------------------------ */

/* Makes a file with these statements. */
static void make_file(const char *path, const char *sql) {
    unlink(path);
    sql_run_in(path, sql);
}

/* The status of opening a file, for writing or only for reading. */
static spinkv_status status_of_open(const char *path, bool read_only) {
    spinkv_options options = options_for(path);
    spinkv_store store;
    spinkv_status status;

    options.read_only = read_only;
    status = try_open(&options, &store, &err);
    if (status != SPINKV_OK) {
        CHECK_NUMBER(0, store);
        check_told(__FILE__, __LINE__, status);
    }
    spinkv_close(store);
    return status;
}

#define CHECK_BOTH_WAYS(expected, path)                                                            \
    do {                                                                                           \
        CHECK_STATUS((expected), status_of_open((path), false));                                   \
        CHECK_STATUS((expected), status_of_open((path), true));                                    \
    } while (0)

static void tables_of_another_shape(void) {
    static const char *const shapes[] = {
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL)",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
        "extra TEXT, PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
        "extra AS (1) VIRTUAL, PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB "
        "GENERATED ALWAYS AS (x'00') NOT NULL, PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL)",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT PRIMARY KEY NOT NULL, "
        "value BLOB NOT NULL)",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (key, store))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (store, key, value))",
        "CREATE TABLE spin_key_value (store TEXT, key TEXT NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB, "
        "PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, "
        "PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT COLLATE NOCASE NOT NULL, "
        "value BLOB NOT NULL, PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT COLLATE RTRIM NOT NULL, key TEXT NOT NULL, "
        "value BLOB NOT NULL, PRIMARY KEY (store, key))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (store, key COLLATE NOCASE))",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (store, key)) WITHOUT ROWID",
        "CREATE VIEW spin_key_value AS SELECT 'test' AS store, 'k' AS key, x'76' AS value",
        "CREATE VIRTUAL TABLE spin_key_value USING fts5(store, key, value)",
        "CREATE VIRTUAL TABLE spin_key_value USING rtree(store, key, value)",
        "CREATE TABLE t (a); CREATE INDEX spin_key_value ON t (a)",
        SPIN_TABLE "; CREATE UNIQUE INDEX u ON spin_key_value (value)",
        SPIN_TABLE "; CREATE UNIQUE INDEX u ON SPIN_KEY_VALUE (store) WHERE key > 'k'",
        /* All but the words of Spin's table. */
        "CREATE TABLE spin_key_value (store TEXTNOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (store, key))",
        SPIN_TABLE " STRICT, WITHOUT ROWID",
    };
    size_t i;

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        unsigned failures = atomic_load(&check_failures);
        make_file("store.db", shapes[i]);
        CHECK_BOTH_WAYS(SPINKV_CORRUPT, "store.db");
        CHECK_HAS("spin_key_value", err.message);
        if (atomic_load(&check_failures) > failures) {
            fprintf(stderr, "    of the table: %s\n", shapes[i]);
        }
    }
}

/* What differs only in ways that change nothing is Spin's table. */
static void tables_of_the_same_shape(void) {
    static const char *const shapes[] = {
        SPIN_TABLE,
        "CREATE TABLE SPIN_KEY_VALUE (Store text not null, KEY Text Not Null, Value Blob NOT NULL, "
        "primary key (store, key))",
        "CREATE TABLE IF NOT EXISTS \"spin_key_value\" (\"store\" TEXT NOT NULL, [key] TEXT NOT "
        "NULL, `value` BLOB NOT NULL, PRIMARY KEY (\"store\", \"key\"))",
        "CREATE TABLE spin_key_value\n(\tstore TEXT\r\nNOT NULL,key TEXT NOT NULL,value BLOB "
        "NOT\fNULL,"
        "PRIMARY KEY(store,key)\n)",
        "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, -- a comment\n"
        "value BLOB NOT NULL, PRIMARY KEY (store, key))",
        SPIN_TABLE "; CREATE TABLE other (a); CREATE INDEX i ON spin_key_value (key)",
        SPIN_TABLE "; PRAGMA user_version = 7; PRAGMA application_id = 9",
    };
    size_t i;

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        spinkv_store store;
        make_file("store.db", shapes[i]);
        CHECK_STATUS(SPINKV_OK, status_of_open("store.db", true));
        store = open_path("store.db");
        CHECK_OK(set_text(store, "k", "v"));
        CHECK_VALUE("v", store, "k");
        spinkv_close(store);
        CHECK_SQL("BLOB/v", "store.db",
                  "SELECT upper(typeof(value)) || '/' || value FROM "
                  "spin_key_value WHERE store = 'test' AND key = 'k'");
    }
}

/* Text is refused in another encoding, whether or not the table is there. */
static void files_in_another_encoding(void) {
    make_file("store.db", "PRAGMA encoding = 'UTF-16le';" SPIN_TABLE);
    CHECK_BOTH_WAYS(SPINKV_UNSUPPORTED, "store.db");
    CHECK_HAS("UTF-16", err.message);
    make_file("store.db", "PRAGMA encoding = 'UTF-16be'; CREATE TABLE other (a)");
    CHECK_STATUS(SPINKV_UNSUPPORTED, status_of_open("store.db", false));
    CHECK_SQL("1", "store.db", "SELECT count(*) FROM sqlite_master");
}

/* A trigger's actions, which anybody can put into a file, never happen. */
static void triggers_do_not_run(void) {
    char *before, *after;
    spinkv_store store;
    size_t i;

    make_file("store.db",
              SPIN_TABLE "; CREATE TABLE traces (a);"
                         "CREATE TRIGGER a AFTER INSERT ON spin_key_value BEGIN INSERT INTO traces "
                         "VALUES ('insert'); DELETE FROM spin_key_value; END;"
                         "CREATE TRIGGER b AFTER UPDATE ON spin_key_value BEGIN INSERT INTO traces "
                         "VALUES ('update'); END;"
                         "CREATE TRIGGER c BEFORE DELETE ON spin_key_value BEGIN INSERT INTO "
                         "traces VALUES ('delete'); SELECT raise(ABORT, 'no'); END;"
                         "CREATE TRIGGER spin_key_value_too BEFORE INSERT ON spin_key_value BEGIN "
                         "SELECT raise(FAIL, 'no'); END");
    store = open_path("store.db");
    operations_fill(store);
    before = snapshot(store);
    for (i = 0; i < OPERATION_COUNT; i++) {
        CHECK_OK(operations[i].call(store, &err));
        operations_fill(store);
    }
    after = snapshot(store);
    CHECK_TEXT(before, after);
    free(before);
    free(after);
    spinkv_close(store);
    CHECK_SQL("0", "store.db", "SELECT count(*) FROM traces");
    CHECK_SQL("4", "store.db", "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'");
}

/* ---- Files that are no databases ------------------------------------------------------------- */

static void write_file(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");

    REQUIRE(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

/* A small valid file, in pages of 512 bytes, with values that spill over pages. */
static size_t read_sample(unsigned char *buffer, size_t capacity) {
    size_t size;
    FILE *file;

    make_file("sample.db", "PRAGMA page_size = 512;" SPIN_TABLE
                           "; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                           "WHERE i < 20) INSERT INTO spin_key_value SELECT 'test', 'k' || i, "
                           "zeroblob(i * i * 5) FROM n; INSERT INTO spin_key_value VALUES "
                           "('test', 'counter', x'0500000000000000'), ('test', 'key', x'7631')");
    file = fopen("sample.db", "rb");
    REQUIRE(file);
    size = fread(buffer, 1, capacity, file);
    fclose(file);
    REQUIRE(size > 4096 && size < capacity);
    return size;
}

static void files_that_are_no_database(void) {
    static const char text[] = "This is a plain text, much longer than the header of a database "
                               "would be: it goes on for more than a hundred bytes, to the end.";
    unsigned char zeros[4096] = {0};
    spinkv_store store;
    size_t size;

    write_file("store.db", text, sizeof(text) - 1);
    CHECK_BOTH_WAYS(SPINKV_CORRUPT, "store.db");
    CHECK_HAS("not a database", err.message);
    for (size = 1; size < 100; size += 7) {
        write_file("store.db", text, size);
        CHECK_BOTH_WAYS(SPINKV_CORRUPT, "store.db");
    }
    write_file("store.db", zeros, sizeof(zeros));
    CHECK_BOTH_WAYS(SPINKV_CORRUPT, "store.db");
    /* What was refused is as it was. */
    write_file("store.db", text, sizeof(text) - 1);
    CHECK_STATUS(SPINKV_CORRUPT, status_of_open("store.db", false));
    zeros[0] = 0;
    {
        FILE *file = fopen("store.db", "rb");
        REQUIRE(file);
        size = fread(zeros, 1, sizeof(zeros), file);
        fclose(file);
    }
    CHECK_BYTES(text, sizeof(text) - 1, zeros, size);
    /* An empty file is a store that has not begun; one that is only read never does. */
    write_file("store.db", "", 0);
    CHECK_STATUS(SPINKV_CORRUPT, status_of_open("store.db", true));
    store = open_path("store.db");
    CHECK_OK(set_text(store, "k", "v"));
    spinkv_close(store);
    CHECK_STATUS(SPINKV_OK, status_of_open("store.db", true));
}

static void files_of_newer_versions(void) {
    unsigned char sample[32768];
    size_t size = read_sample(sample, sizeof(sample));

    /* Byte 18 is the version needed to write, byte 19 the one needed to read; 44 to 47 the format
     * of the schema. */
    sample[19] = 3;
    write_file("store.db", sample, size);
    CHECK_BOTH_WAYS(SPINKV_UNSUPPORTED, "store.db");
    sample[19] = sample[18];
    sample[47] = 5;
    write_file("store.db", sample, size);
    CHECK_BOTH_WAYS(SPINKV_UNSUPPORTED, "store.db");
    sample[47] = 4;
    sample[18] = 3;
    write_file("store.db", sample, size);
    CHECK_STATUS(SPINKV_OK, status_of_open("store.db", true));
    sample[19] = 3;
    sample[16] = 3;
    write_file("store.db", sample, size);
    CHECK_BOTH_WAYS(SPINKV_CORRUPT, "store.db");
}

/* ---- Damage ---------------------------------------------------------------------------------- */

static void count_status(spinkv_status status, unsigned *seen) {
    if (CHECK(status >= SPINKV_OK && status < SPINKV_STATUS_COUNT)) {
        seen[status]++;
    }
}

/* Uses a damaged file in every way. Nothing is expected of it but a status, and time to be bounded;
 * the process being alive after it is the point. */
static void use_damaged(const char *path, bool read_only, unsigned *seen) {
    spinkv_options options = options_for(path);
    spinkv_value value;
    spinkv_list keys;
    spinkv_store store;
    uint64_t count;
    int64_t number;
    char buffer[64];
    size_t size;
    bool answer;

    options.read_only = read_only;
    count_status(try_open(&options, &store, &err), seen);
    if (store) {
        count_status(spinkv_get(store, "k20", 3, &value, &err), seen);
        spinkv_value_free(&value);
        count_status(spinkv_get_into(store, "k3", 2, buffer, sizeof(buffer), &size, &err), seen);
        count_status(spinkv_exists(store, "key", 3, &answer, &err), seen);
        count_status(spinkv_get_keys(store, &keys, &err), seen);
        spinkv_list_free(&keys);
        count_status(spinkv_count(store, &count, &err), seen);
        count_status(spinkv_get_json(store, "key", 3, &value, &err), seen);
        spinkv_value_free(&value);
        count_status(set_text(store, "k7", "a new value"), seen);
        count_status(set_text(store, "new", "a new value"), seen);
        count_status(spinkv_increment(store, "counter", 7, 1, &number, &err), seen);
        count_status(delete_text(store, "k12"), seen);
        spinkv_close(store);
    }
}

/* Every second change falls into the file's header or that of a page, where it does most. */
static size_t place_of_damage(uint32_t *chance, size_t size) {
    switch (random_next(chance) % 4) {
    case 0:
        return random_next(chance) % 100;
    case 1:
        return random_next(chance) % (size / 512) * 512 + random_next(chance) % 16;
    default:
        return random_next(chance) % size;
    }
}

static void damage_anywhere(void) {
    static const unsigned char extremes[] = {0, 1, 2, 0x7f, 0x80, 0xff};
    unsigned char sample[32768], damaged[32768];
    size_t size = read_sample(sample, sizeof(sample));
    unsigned seen[SPINKV_STATUS_COUNT] = {0};
    uint32_t chance = 20240229;
    int i, count = rounds(2500);

    for (i = 0; i < count; i++) {
        unsigned changes = 1 + random_next(&chance) % 4;
        memcpy(damaged, sample, size);
        while (changes-- > 0) {
            size_t at = place_of_damage(&chance, size);
            uint32_t how = random_next(&chance) % 12;
            damaged[at] = how < 6 ? extremes[how] : (unsigned char)random_next(&chance);
        }
        unlink("damaged.db-wal");
        unlink("damaged.db-shm");
        unlink("damaged.db-journal");
        write_file("damaged.db", damaged, size);
        use_damaged("damaged.db", i % 8 == 7, seen);
    }
    /* The damage did reach what is looked at, and much of it is harmless. */
    CHECK(seen[SPINKV_CORRUPT] > 0);
    CHECK(seen[SPINKV_OK] > 0);
    CHECK_NUMBER(0, seen[SPINKV_NO_MEMORY] + seen[SPINKV_INVALID_STORE]);
}

static void cut_off_anywhere(void) {
    unsigned char sample[32768];
    size_t size = read_sample(sample, sizeof(sample)), at;
    unsigned seen[SPINKV_STATUS_COUNT] = {0};

    for (at = 1; at < size; at += (size_t)(211 * 37 / rounds(37))) {
        unlink("damaged.db-wal");
        unlink("damaged.db-shm");
        write_file("damaged.db", sample, at);
        use_damaged("damaged.db", false, seen);
    }
    CHECK(seen[SPINKV_CORRUPT] > 0);
}

/* The log beside a file is as little to be trusted. */
static void damage_in_the_log(void) {
    unsigned char log[65536], damaged[65536], main_file[65536];
    unsigned seen[SPINKV_STATUS_COUNT] = {0};
    size_t log_size, main_size;
    uint32_t chance = 7;
    sqlite3 *db;
    FILE *file;
    int i;

    db = sql_open("sample.db");
    sql_run(db, "PRAGMA page_size = 512; PRAGMA journal_mode = WAL;" SPIN_TABLE
                "; INSERT INTO spin_key_value VALUES ('test', 'key', x'7631'), "
                "('test', 'counter', x'0500000000000000'), ('test', 'k20', zeroblob(3000))");
    file = fopen("sample.db-wal", "rb");
    REQUIRE(file);
    log_size = fread(log, 1, sizeof(log), file);
    fclose(file);
    file = fopen("sample.db", "rb");
    REQUIRE(file);
    main_size = fread(main_file, 1, sizeof(main_file), file);
    fclose(file);
    sqlite3_close(db);
    REQUIRE(log_size > 2000 && log_size < sizeof(log));
    for (i = 0; i < rounds(600); i++) {
        unsigned changes = 1 + random_next(&chance) % 3;
        memcpy(damaged, log, log_size);
        while (changes-- > 0) {
            size_t at = random_next(&chance) % (i % 2 ? 64 : log_size);
            damaged[at] = (unsigned char)random_next(&chance);
        }
        unlink("damaged.db-shm");
        write_file("damaged.db", main_file, main_size);
        write_file("damaged.db-wal", damaged, i % 5 ? log_size : log_size / 2);
        use_damaged("damaged.db", false, seen);
    }
    CHECK(seen[SPINKV_OK] > 0);
}

/* ---- Rows that no store writes --------------------------------------------------------------- */

static void values_of_other_types(void) {
    char buffer[16] = "";
    spinkv_value value;
    spinkv_list list;
    spinkv_store store;
    bool exists;
    size_t size;

    make_file("store.db", SPIN_TABLE
              "; INSERT INTO spin_key_value VALUES ('test', 'integer', 5), "
              "('test', 'real', 1.5), ('test', 'text', 'gr\xc3\xbc\xc3\x9f'), "
              "('test', 'zeros', zeroblob(3)), ('test', 'no text', CAST(x'ff00fe' AS TEXT))");
    store = open_path("store.db");
    REFUSES(SPINKV_CORRUPT, spinkv_get(store, "integer", 7, &value, error));
    CHECK_HAS("INTEGER", err.message);
    CHECK_HAS("\"integer\"", err.message);
    REFUSES(SPINKV_CORRUPT, spinkv_get(store, "real", 4, &value, error));
    CHECK_HAS("REAL", err.message);
    REFUSES(SPINKV_CORRUPT, spinkv_get_into(store, "integer", 7, NULL, 0, &size, error));
    REFUSES(SPINKV_CORRUPT, spinkv_get_json(store, "integer", 7, &value, error));
    REFUSES(SPINKV_CORRUPT, spinkv_increment(store, "integer", 7, 1, NULL, error));
    REFUSES(SPINKV_CORRUPT, spinkv_get_many(store, &(spinkv_bytes){"integer", 7}, 1, &list, error));
    CHECK_OK(spinkv_exists(store, "integer", 7, &exists, &err));
    CHECK(exists);
    CHECK_OK(spinkv_get(store, "text", 4, &value, &err));
    CHECK_BYTES("gr\xc3\xbc\xc3\x9f", 6, value.data, value.size);
    spinkv_value_free(&value);
    CHECK_OK(spinkv_get_into(store, "text", 4, buffer, 5, &size, &err));
    CHECK_NUMBER(6, size);
    CHECK_TEXT("", buffer);
    CHECK_OK(spinkv_get_into(store, "text", 4, buffer, 6, &size, &err));
    CHECK_BYTES("gr\xc3\xbc\xc3\x9f", 7, buffer, 7);
    CHECK_OK(spinkv_get(store, "no text", 7, &value, &err));
    CHECK_BYTES("\xff\0\xfe", 3, value.data, value.size);
    spinkv_value_free(&value);
    CHECK_OK(spinkv_get(store, "zeros", 5, &value, &err));
    CHECK_BYTES("\0\0\0", 3, value.data, value.size);
    spinkv_value_free(&value);
    /* What cannot be read can be written over, and deleted. */
    CHECK_OK(set_text(store, "integer", "v"));
    CHECK_VALUE("v", store, "integer");
    CHECK_OK(delete_text(store, "real"));
    CHECK_VALUE("(none)", store, "real");
    spinkv_close(store);
}

static void keys_of_other_types(void) {
    spinkv_store store;
    spinkv_list keys;

    make_file("store.db", SPIN_TABLE "; INSERT INTO spin_key_value VALUES ('test', 'good', x'76')");
    store = open_path("store.db");
    sql_run_in("store.db", "INSERT INTO spin_key_value VALUES ('test', x'6b', x'76')");
    REFUSES(SPINKV_CORRUPT, spinkv_get_keys(store, &keys, error));
    CHECK_HAS("BLOB", err.message);
    CHECK_VALUE("v", store, "good");
    sql_run_in("store.db", "UPDATE spin_key_value SET key = CAST(x'6bff' AS TEXT) "
                           "WHERE key = x'6b'");
    REFUSES(SPINKV_CORRUPT, spinkv_get_keys(store, &keys, error));
    CHECK_HAS("UTF-8", err.message);
    sql_run_in("store.db", "DELETE FROM spin_key_value WHERE key <> 'good'");
    CHECK_OK(spinkv_get_keys(store, &keys, &err));
    CHECK_NUMBER(1, keys.count);
    spinkv_list_free(&keys);
    spinkv_close(store);
}

/* The schema is changed, or damaged, while the store is open. */
static void schema_that_changes_under_an_open_store(void) {
    spinkv_store store = open_path("store.db");

    CHECK_OK(set_text(store, "k", "v"));
    sql_run_in("store.db", "CREATE TABLE other (a)");
    CHECK_VALUE("v", store, "k");
    CHECK_OK(set_text(store, "k", "w"));
    sql_run_in("store.db", "DROP TABLE spin_key_value");
    CHECK_STATUS(SPINKV_CORRUPT, set_text(store, "k", "x"));
    check_told(__FILE__, __LINE__, SPINKV_CORRUPT);
    CHECK_VALUE("corrupt", store, "k");
    sql_run_in("store.db", SPIN_TABLE);
    CHECK_OK(set_text(store, "k", "y"));
    CHECK_VALUE("y", store, "k");
    spinkv_close(store);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(tables_of_another_shape),
        TEST(tables_of_the_same_shape),
        TEST(files_in_another_encoding),
        TEST(triggers_do_not_run),
        TEST(files_that_are_no_database),
        TEST(files_of_newer_versions),
        TEST(damage_anywhere),
        TEST(cut_off_anywhere),
        TEST(damage_in_the_log),
        TEST(values_of_other_types),
        TEST(keys_of_other_types),
        TEST(schema_that_changes_under_an_open_store),
    };

    return RUN_TESTS(tests, argc, argv);
}
