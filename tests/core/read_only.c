/*
 * Stores that are only read: by choice, because the file may not be written, or because its folder
 * may not. Nothing is ever written then, and what can be read is read. Root may write anywhere, so
 * as root these tests put on the rights of another user for the while.
 */
#include "operations.h"

#define NOBODY 65534

/* Takes away root's rights, so that the modes of files count. */
static void become_nobody(void) {
    if (getuid() == 0) {
        REQUIRE(chmod(".", 0777) == 0);
        REQUIRE(setegid(NOBODY) == 0 && seteuid(NOBODY) == 0);
    }
}

static void become_oneself(void) {
    if (getuid() == 0) {
        REQUIRE(seteuid(0) == 0 && setegid(0) == 0);
    }
}

static spinkv_status open_to_read(const char *path, spinkv_store *store) {
    spinkv_options options = options_for(path);

    options.read_only = true;
    return try_open(&options, store, &err);
}

/* That reads work on a store that operations_fill has filled, and writes are refused. */
static void check_reads_only(spinkv_store store) {
    size_t i;

    for (i = 0; i < OPERATION_COUNT; i++) {
        spinkv_status expected = operations[i].writes ? SPINKV_READ_ONLY : SPINKV_OK;
        if (!CHECK_STATUS(expected, operations[i].call(store, &err))) {
            fprintf(stderr, "    of %s\n", operations[i].name);
        }
    }
}

static void make_store(const char *path) {
    spinkv_store store = open_path(path);

    operations_fill(store);
    spinkv_close(store);
}

static void opened_only_to_read(void) {
    spinkv_store store, writer;

    make_store("store.db");
    CHECK_OK(open_to_read("store.db", &store));
    check_reads_only(store);
    CHECK_STATUS(SPINKV_READ_ONLY, spinkv_set_many(store, NULL, 0, &err));
    /* What others write is seen. */
    writer = open_path("store.db");
    CHECK_OK(set_text(writer, "later", "v"));
    CHECK_VALUE("v", store, "later");
    spinkv_close(writer);
    CHECK_VALUE("v", store, "later");
    spinkv_close(store);
}

/* A file in WAL mode, alone in a folder that may not be written. */
static void in_a_folder_that_may_not_be_written(void) {
    static const char *const names[] = {"folder/store.db", "folder/a?b=c&d#e%20f %.db"};
    size_t i;

    REQUIRE(mkdir("folder", 0755) == 0);
    for (i = 0; i < 2; i++) {
        spinkv_options options = options_for(names[i]);
        spinkv_store store, other;
        make_store(names[i]);
        REQUIRE(chmod(names[i], 0444) == 0 && chmod("folder", 0555) == 0);
        become_nobody();
        CHECK_OK(open_to_read(names[i], &store));
        check_reads_only(store);
        CHECK_OK(open_to_read(names[i], &other));
        CHECK_VALUE("value", other, "key");
        spinkv_close(other);
        /* Not asked for, it is an error, and told at the latest by the first write. */
        if (try_open(&options, &other, &err) == SPINKV_OK) {
            CHECK_STATUS(SPINKV_READ_ONLY, set_text(other, "k", "v"));
            spinkv_close(other);
        } else {
            CHECK_STATUS(SPINKV_READ_ONLY, err.status);
        }
        become_oneself();
        spinkv_close(store);
        REQUIRE(chmod("folder", 0755) == 0);
    }
    /* The owner may write: what was read before the change is not what is read after it. */
    {
        spinkv_store store;
        REQUIRE(chmod(names[0], 0644) == 0 && chmod("folder", 0555) == 0);
        become_nobody();
        CHECK_OK(open_to_read(names[0], &store));
        CHECK_VALUE("value", store, "key");
        become_oneself();
        REQUIRE(chmod("folder", 0755) == 0);
        sql_run_in(names[0], "UPDATE spin_key_value SET value = x'6e6577' WHERE key = 'key'");
        REQUIRE(chmod("folder", 0555) == 0);
        become_nobody();
        CHECK_VALUE("new", store, "key");
        become_oneself();
        REQUIRE(chmod("folder", 0755) == 0);
        CHECK_VALUE("new", store, "key");
        REQUIRE(unlink(names[0]) == 0);
        CHECK_VALUE("io", store, "key");
        spinkv_close(store);
    }
}

/* While its owner has it open, the log beside the file may be needed. */
static void in_a_folder_where_the_owner_writes(void) {
    spinkv_store writer, store;

    REQUIRE(mkdir("folder", 0755) == 0);
    writer = open_path("folder/store.db");
    operations_fill(writer);
    REQUIRE(chmod("folder", 0555) == 0);
    become_nobody();
    CHECK_OK(open_to_read("folder/store.db", &store));
    CHECK_VALUE("value", store, "key");
    become_oneself();
    CHECK_OK(set_text(writer, "key", "newer"));
    become_nobody();
    CHECK_VALUE("newer", store, "key");
    become_oneself();
    spinkv_close(store);
    REQUIRE(chmod("folder", 0755) == 0);
    spinkv_close(writer);
}

/* A log without its -shm file cannot be read there, and without it the file would be out of date.
 */
static void in_a_folder_with_a_log_that_nobody_holds(void) {
    spinkv_store store;
    sqlite3 *db;

    REQUIRE(mkdir("folder", 0755) == 0);
    db = sql_open("store.db");
    sql_run(db, "PRAGMA journal_mode = WAL;" SPIN_TABLE
                "; INSERT INTO spin_key_value VALUES ('test', 'key', x'76')");
    CHECK_NUMBER(0, system("cp store.db store.db-wal folder/"));
    sqlite3_close(db);
    REQUIRE(chmod("folder", 0555) == 0);
    become_nobody();
    CHECK(open_to_read("folder/store.db", &store) != SPINKV_OK);
    CHECK(err.status == SPINKV_READ_ONLY || err.status == SPINKV_IO);
    check_told(__FILE__, __LINE__, err.status);
    become_oneself();
    REQUIRE(chmod("folder", 0755) == 0);
}

static void a_file_that_may_not_be_read(void) {
    spinkv_store store;

    make_store("store.db");
    REQUIRE(chmod("store.db", 0) == 0);
    become_nobody();
    CHECK_STATUS(SPINKV_IO, open_to_read("store.db", &store));
    check_told(__FILE__, __LINE__, SPINKV_IO);
    become_oneself();
    REQUIRE(chmod("store.db", 0644) == 0);
}

static void a_folder_that_may_not_be_entered(void) {
    spinkv_options options = options_for("folder/deep/store.db");
    spinkv_store store;

    REQUIRE(mkdir("folder", 0700) == 0);
    become_nobody();
    if (getuid() == 0) {
        CHECK_STATUS(SPINKV_IO, try_open(&options, &store, &err));
        check_told(__FILE__, __LINE__, SPINKV_IO);
        CHECK_STATUS(SPINKV_IO, open_to_read("folder/deep/store.db", &store));
    }
    become_oneself();
    CHECK_OK(try_open(&options, &store, &err));
    spinkv_close(store);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(opened_only_to_read),
        TEST(in_a_folder_that_may_not_be_written),
        TEST(in_a_folder_where_the_owner_writes),
        TEST(in_a_folder_with_a_log_that_nobody_holds),
        TEST(a_file_that_may_not_be_read),
        TEST(a_folder_that_may_not_be_entered),
    };

    return RUN_TESTS(tests, argc, argv);
}
