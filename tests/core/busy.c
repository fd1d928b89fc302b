/*
 * Waiting for another writer: as long as busy_timeout_ms and no longer, not at all where that is 0,
 * and with success where the other one is done in time. Reads do not wait. The other writer is a
 * plain SQLite connection, or another process with this library.
 */
#include "operations.h"

/* A store in store.db, filled, whose calls wait so long. */
static spinkv_store open_waiting(uint32_t timeout_ms) {
    spinkv_options options = options_for("store.db");
    spinkv_store store;

    options.busy_timeout_ms = timeout_ms;
    CHECK_OK(try_open(&options, &store, &err));
    operations_fill(store);
    return store;
}

/* That writes are busy after at least so long and at most some more, and reads work at once. */
static void check_while_locked(spinkv_store store, int64_t timeout_ms) {
    size_t i;

    for (i = 0; i < OPERATION_COUNT; i++) {
        int64_t begin_ms = now_ms(), took_ms;
        if (operations[i].writes) {
            CHECK_STATUS(SPINKV_BUSY, operations[i].call(store, &err));
            check_told(__FILE__, __LINE__, SPINKV_BUSY);
            CHECK_HAS("busy_timeout_ms", err.message);
            took_ms = now_ms() - begin_ms;
            CHECK(took_ms >= timeout_ms - 1);
        } else {
            CHECK_OK(operations[i].call(store, &err));
            took_ms = now_ms() - begin_ms;
        }
        if (!CHECK(took_ms <= timeout_ms + 400)) {
            fprintf(stderr, "    %s took %" PRId64 " ms\n", operations[i].name, took_ms);
        }
    }
}

static void check_writes(spinkv_store store) {
    size_t i;

    for (i = 0; i < OPERATION_COUNT; i++) {
        operations_fill(store);
        CHECK_OK(operations[i].call(store, &err));
    }
}

static void waits_as_long_as_it_may(void) {
    static const uint32_t timeouts_ms[] = {0, 30, 200};
    size_t i;

    for (i = 0; i < 3; i++) {
        spinkv_store store = open_waiting(timeouts_ms[i]);
        sqlite3 *other = sql_open("store.db");
        sql_run(other, "BEGIN IMMEDIATE");
        check_while_locked(store, timeouts_ms[i]);
        sql_run(other, "ROLLBACK");
        check_writes(store);
        sqlite3_close(other);
        spinkv_close(store);
    }
}

struct waiter {
    spinkv_store store;
    int64_t timeout_ms;
    long begins_us;
};

static void *wait_by_itself(void *context) {
    const struct waiter *waiter = context;
    spinkv_error error;
    int64_t begin_ms, took_ms;

    sleep_us(waiter->begins_us);
    begin_ms = now_ms();
    CHECK_STATUS(SPINKV_BUSY, spinkv_set(waiter->store, "key", 3, "x", 1, &error));
    took_ms = now_ms() - begin_ms;
    if (!CHECK(took_ms >= waiter->timeout_ms - 1 && took_ms <= waiter->timeout_ms + 400)) {
        fprintf(stderr, "    %" PRId64 " ms took %" PRId64 " ms\n", waiter->timeout_ms, took_ms);
    }
    return NULL;
}

/* Threads that wait together for another process wait each for its own time. */
static void each_thread_waits_for_its_own_time(void) {
    struct waiter waiters[] = {{0, 100, 0}, {0, 1500, 20000}, {0, 300, 40000}, {0, 200, 60000}};
    sqlite3 *other;
    int i;

    for (i = 0; i < 4; i++) {
        waiters[i].store = open_waiting((uint32_t)waiters[i].timeout_ms);
    }
    other = sql_open("store.db");
    sql_run(other, "BEGIN IMMEDIATE");
    in_threads(4, wait_by_itself, waiters, sizeof(waiters[0]));
    sql_run(other, "ROLLBACK");
    sqlite3_close(other);
    for (i = 0; i < 4; i++) {
        spinkv_close(waiters[i].store);
    }
}

/* In a file with a rollback journal, which could not be switched because somebody reads it. */
static void waits_in_a_file_with_a_rollback_journal(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store store;
    sqlite3 *other;
    size_t i;

    sql_run_in("store.db", SPIN_TABLE "; INSERT INTO spin_key_value VALUES ('x', 'y', x'00')");
    other = sql_open("store.db");
    sql_run(other, "BEGIN; SELECT * FROM spin_key_value");
    options.busy_timeout_ms = 100;
    CHECK_OK(try_open(&options, &store, &err));
    CHECK_SQL("delete", "store.db", "PRAGMA journal_mode");
    for (i = 0; i < OPERATION_COUNT; i++) {
        if (operations[i].writes) {
            CHECK_STATUS(SPINKV_BUSY, operations[i].call(store, &err));
        }
    }
    sql_run(other, "ROLLBACK");
    operations_fill(store);
    sql_run(other, "BEGIN EXCLUSIVE");
    for (i = 0; i < OPERATION_COUNT; i++) {
        CHECK_STATUS(SPINKV_BUSY, operations[i].call(store, &err));
    }
    sql_run(other, "COMMIT");
    check_writes(store);
    spinkv_close(store);
    sqlite3_close(other);
    CHECK_SOUND("store.db");
}

struct lock {
    sqlite3 *db;
    long held_us;
};

static void *unlock_later(void *context) {
    struct lock *lock = context;

    sleep_us(lock->held_us);
    sql_run(lock->db, "COMMIT");
    return NULL;
}

static void succeeds_when_the_lock_goes_in_time(void) {
    spinkv_store store = open_waiting(20000);
    struct lock lock = {sql_open("store.db"), 60000};
    size_t i;

    for (i = 0; i < OPERATION_COUNT; i++) {
        pthread_t thread;
        int64_t begin_ms;
        if (!operations[i].writes) {
            continue;
        }
        operations_fill(store);
        sql_run(lock.db, "BEGIN IMMEDIATE; "
                         "INSERT OR REPLACE INTO spin_key_value VALUES ('x', 'y', randomblob(5))");
        thread = start_thread(unlock_later, &lock);
        begin_ms = now_ms();
        spoil_error();
        CHECK_OK(operations[i].call(store, &err));
        CHECK_TEXT("", err.message);
        CHECK(now_ms() - begin_ms >= 40);
        CHECK(now_ms() - begin_ms < 5000);
        join_thread(thread);
    }
    sqlite3_close(lock.db);
    spinkv_close(store);
}

/* Another process commits between a read and a write again and again; none of it is lost. */
struct contention {
    int rounds;
    spinkv_store store;
};

static void count_up(void *context) {
    const struct contention *contention = context;
    spinkv_store store = contention->store;
    bool swapped;
    int i;

    for (i = 0; i < contention->rounds; i++) {
        char old[16] = "", new[16];
        CHECK(add_to(store, "counter", 1) > 0);
        do {
            get_text(store, "swap", old, sizeof(old));
            snprintf(new, sizeof(new), "%d", atoi(old) + 1);
            swapped = false;
            CHECK_OK(spinkv_compare_and_swap(store, "swap", 4, old, strlen(old), new, strlen(new),
                                             &swapped, &err));
        } while (!swapped && atomic_load(&check_failures) == 0);
    }
}

static void contend(spinkv_store store) {
    struct contention contention = {rounds(200), store};
    char expected[16];
    pid_t children[3];
    int i;

    CHECK_OK(set_text(store, "swap", "0"));
    for (i = 0; i < 3; i++) {
        children[i] = fork_child(count_up, &contention);
    }
    count_up(&contention);
    for (i = 0; i < 3; i++) {
        join_child(children[i], 60000);
    }
    snprintf(expected, sizeof(expected), "%d", contention.rounds * 4);
    CHECK_NUMBER(contention.rounds * 4, add_to(store, "counter", 0));
    CHECK_VALUE(expected, store, "swap");
}

static void read_modify_write_never_fails(void) {
    spinkv_store store = open_path("store.db");

    contend(store);
    CHECK_SQL("wal", "store.db", "PRAGMA journal_mode");
    spinkv_close(store);
    CHECK_SOUND("store.db");
}

/* A reader keeps the file from being switched while it is opened, so that it stays as it is. */
static void read_modify_write_never_fails_with_a_rollback_journal(void) {
    spinkv_store store;
    sqlite3 *other;

    sql_run_in("store.db", SPIN_TABLE "; INSERT INTO spin_key_value VALUES ('x', 'y', x'00')");
    other = sql_open("store.db");
    sql_run(other, "BEGIN; SELECT * FROM spin_key_value");
    store = open_path("store.db");
    sql_run(other, "COMMIT");
    sqlite3_close(other);
    contend(store);
    CHECK_SQL("delete", "store.db", "PRAGMA journal_mode");
    spinkv_close(store);
    CHECK_SOUND("store.db");
}

/* What others add or delete counts at once, though a store does not count at each write. */
static void the_limit_on_tuples_counts_what_others_do(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store store;

    options.max_entries = 4;
    CHECK_OK(try_open(&options, &store, &err));
    CHECK_OK(set_text(store, "a", "v"));
    CHECK_OK(set_text(store, "b", "v"));
    sql_run_in("store.db", "INSERT INTO spin_key_value VALUES ('test', 'c', x'00')");
    CHECK_OK(set_text(store, "d", "v"));
    CHECK_STATUS(SPINKV_STORE_FULL, set_text(store, "e", "v"));
    sql_run_in("store.db", "DELETE FROM spin_key_value WHERE key = 'a'");
    CHECK_OK(set_text(store, "e", "v"));
    sql_run_in("store.db", "DELETE FROM spin_key_value WHERE key = 'b'");
    sql_run_in("store.db", "INSERT INTO spin_key_value VALUES ('test', 'f', x'00')");
    CHECK_STATUS(SPINKV_STORE_FULL, spinkv_increment(store, "g", 1, 1, NULL, &err));
    CHECK_NUMBER(4, count_of(store));
    spinkv_close(store);
}

/* The limit holds though another process adds to the store at the same time. */
static void add_many(void *context) {
    spinkv_store store = open_path("store.db");
    char key[32];
    int i, added = 0;

    for (i = 0; i < 200; i++) {
        spinkv_status status;
        snprintf(key, sizeof(key), "%d/%d", *(int *)context, i);
        status = set_text(store, key, "v");
        CHECK(status == SPINKV_OK || status == SPINKV_STORE_FULL);
        added += status == SPINKV_OK;
        sleep_us(100);
    }
    CHECK(added > 0);
    spinkv_close(store);
}

static void the_limit_on_tuples_holds_for_two_processes(void) {
    spinkv_store store = open_path("store.db");
    pid_t children[2];
    int numbers[2] = {1, 2}, i;
    char key[32];

    for (i = 0; i < 800; i++) {
        snprintf(key, sizeof(key), "%d", i);
        CHECK_OK(set_text(store, key, "v"));
    }
    for (i = 0; i < 2; i++) {
        children[i] = fork_child(add_many, &numbers[i]);
    }
    for (i = 0; i < 2; i++) {
        join_child(children[i], 60000);
    }
    CHECK_NUMBER(1024, count_of(store));
    CHECK_STATUS(SPINKV_STORE_FULL, set_text(store, "new", "v"));
    CHECK_OK(delete_text(store, "0"));
    CHECK_OK(set_text(store, "new", "v"));
    spinkv_close(store);
}

/* Opening a file that somebody writes to waits, too; where the table is there already, it need not.
 */
static void opening_while_another_writes(void) {
    spinkv_options options = options_for("store.db");
    sqlite3 *other = sql_open("store.db");
    spinkv_store store;
    int64_t begin_ms;

    sql_run(other, "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; CREATE TABLE other (a)");
    options.busy_timeout_ms = 100;
    begin_ms = now_ms();
    REFUSES(SPINKV_BUSY, try_open(&options, &store, error));
    CHECK(now_ms() - begin_ms >= 198);
    CHECK(now_ms() - begin_ms < 2000);
    sql_run(other, "COMMIT");
    CHECK_OK(try_open(&options, &store, &err));
    spinkv_close(store);
    sql_run(other, "BEGIN IMMEDIATE");
    CHECK_OK(try_open(&options, &store, &err));
    CHECK_VALUE("(none)", store, "k");
    spinkv_close(store);
    sqlite3_close(other);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(waits_as_long_as_it_may),
        TEST(each_thread_waits_for_its_own_time),
        TEST(waits_in_a_file_with_a_rollback_journal),
        TEST(succeeds_when_the_lock_goes_in_time),
        TEST(read_modify_write_never_fails),
        TEST(read_modify_write_never_fails_with_a_rollback_journal),
        TEST(the_limit_on_tuples_counts_what_others_do),
        TEST(the_limit_on_tuples_holds_for_two_processes),
        TEST(opening_while_another_writes),
    };

    return RUN_TESTS(tests, argc, argv);
}
