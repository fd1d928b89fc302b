/*
 * Threads that share a store: one handle, several handles of one file, in memory and in files, all
 * operations mixed. What each thread writes it reads back, and shared counters come out right.
 */
#include "operations.h"

#define THREADS 6

struct worker {
    spinkv_store store;
    int number, rounds;
};

static void check_own_key(const struct worker *worker, int round) {
    char key[32], value[32];

    snprintf(key, sizeof(key), "own/%d/%d", worker->number, round % 10);
    snprintf(value, sizeof(value), "%d", round);
    CHECK_OK(set_text(worker->store, key, value));
    CHECK_VALUE(value, worker->store, key);
    if (round % 3 == 0) {
        CHECK_OK(delete_text(worker->store, key));
        CHECK_VALUE("(none)", worker->store, key);
    }
}

/* Two keys that are only ever written together are never seen apart. */
static void check_pair(const struct worker *worker, int round) {
    static const spinkv_bytes keys[] = {{"pair/a", 6}, {"pair/b", 6}};
    spinkv_list values;
    char value[32];
    spinkv_pair pairs[2];
    int i;

    snprintf(value, sizeof(value), "%d/%d", worker->number, round);
    for (i = 0; i < 2; i++) {
        pairs[i].key = keys[i];
        pairs[i].value = (spinkv_bytes){value, strlen(value)};
    }
    CHECK_OK(spinkv_set_many(worker->store, pairs, 2, &err));
    if (CHECK_OK(spinkv_get_many(worker->store, keys, 2, &values, &err))) {
        CHECK_BYTES(values.items[0].data, values.items[0].size, values.items[1].data,
                    values.items[1].size);
        spinkv_list_free(&values);
    }
}

static void check_json(const struct worker *worker, int round) {
    char key[32], json[64];
    spinkv_value value;

    snprintf(key, sizeof(key), "json/%d", worker->number);
    snprintf(json, sizeof(json), "{ \"round\" : %d }", round);
    CHECK_OK(spinkv_set_json(worker->store, key, strlen(key), json, strlen(json), &err));
    snprintf(json, sizeof(json), "{\"round\":%d}", round);
    if (CHECK_OK(spinkv_get_json(worker->store, key, strlen(key), &value, &err))) {
        CHECK_BYTES(json, strlen(json), value.data, value.size);
        spinkv_value_free(&value);
    }
}

static void add_by_swap(const struct worker *worker) {
    bool swapped = false;

    while (!swapped && atomic_load(&check_failures) == 0) {
        char old[16] = "0", new[16];
        get_text(worker->store, "swap", old, sizeof(old));
        snprintf(new, sizeof(new), "%d", atoi(old) + 1);
        CHECK_OK(spinkv_compare_and_swap(worker->store, "swap", 4, old, strlen(old), new,
                                         strlen(new), &swapped, &err));
    }
}

/* Listings are in order and hold what nobody deletes. */
static void check_list_of_keys(const struct worker *worker) {
    spinkv_list keys;
    bool found = false;
    size_t i;

    if (!CHECK_OK(spinkv_get_keys(worker->store, &keys, &err))) {
        return;
    }
    for (i = 0; i < keys.count; i++) {
        found = found || (keys.items[i].size == 7 && memcmp(keys.items[i].data, "counter", 7) == 0);
    }
    CHECK(found);
    spinkv_list_free(&keys);
}

static void *work(void *context) {
    const struct worker *worker = context;
    bool exists = false;
    int i;

    for (i = 0; i < worker->rounds; i++) {
        check_own_key(worker, i);
        CHECK(add_to(worker->store, "counter", worker->number) > 0);
        check_pair(worker, i);
        check_json(worker, i);
        add_by_swap(worker);
        check_list_of_keys(worker);
        CHECK_OK(spinkv_exists(worker->store, "counter", 7, &exists, &err));
        CHECK(exists && count_of(worker->store) > 3);
    }
    return NULL;
}

/* Threads on these stores, which are all one store. */
static void share(spinkv_store *stores, size_t store_count) {
    struct worker workers[THREADS];
    int i, count = rounds(120);
    char expected[16];

    CHECK_OK(set_text(stores[0], "swap", "0"));
    for (i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){stores[(size_t)i % store_count], i + 1, count};
    }
    in_threads(THREADS, work, workers, sizeof(workers[0]));
    CHECK_NUMBER(count * THREADS * (THREADS + 1) / 2, add_to(stores[0], "counter", 0));
    snprintf(expected, sizeof(expected), "%d", count * THREADS);
    CHECK_VALUE(expected, stores[0], "swap");
}

static void one_handle_in_memory(void) {
    spinkv_store store = open_path(NULL);

    share(&store, 1);
    spinkv_close(store);
}

static void one_handle_of_a_file(void) {
    spinkv_store store = open_path("store.db");

    share(&store, 1);
    spinkv_close(store);
    CHECK_SOUND("store.db");
}

static void handles_of_two_apps_and_one_file(void) {
    spinkv_store stores[3];
    int i;

    for (i = 0; i < 3; i++) {
        stores[i] = open_path("store.db");
    }
    share(stores, 3);
    for (i = 0; i < 3; i++) {
        spinkv_close(stores[i]);
    }
    CHECK_SOUND("store.db");
}

static void handles_of_one_app_in_memory(void) {
    spinkv_store stores[3];
    spinkv_app *app;
    int i;

    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_OK(spinkv_app_set_state_dir(app, "", &err));
    for (i = 0; i < 3; i++) {
        CHECK_OK(spinkv_open_default(app, &stores[i], &err));
    }
    share(stores, 3);
    for (i = 0; i < 3; i++) {
        spinkv_close(stores[i]);
    }
    spinkv_app_free(app);
}

/* ---- Readers and writers --------------------------------------------------------------------- */

struct crowd {
    spinkv_store store;
    atomic_int reads;
    atomic_bool done;
};

static void *write_once(void *context) {
    struct crowd *crowd = context;

    CHECK_OK(set_text(crowd->store, "written", "v"));
    atomic_store(&crowd->done, true);
    return NULL;
}

static void *read_often(void *context) {
    struct crowd *crowd = context;
    size_t i;
    int round;

    for (round = 0; round < 20; round++) {
        for (i = 0; i < OPERATION_COUNT; i++) {
            if (!operations[i].writes) {
                CHECK_OK(operations[i].call(crowd->store, &err));
                atomic_fetch_add(&crowd->reads, 1);
            }
        }
    }
    return NULL;
}

/* While another connection writes and a thread waits for it, more threads than there are
 * connections for readers go on reading. */
static void readers_go_on_while_a_writer_waits(void) {
    spinkv_options options = options_for("store.db");
    struct crowd crowd;
    pthread_t writer, readers[24];
    int64_t begin_ms;
    sqlite3 *other;
    int i;

    options.busy_timeout_ms = 60000;
    memset(&crowd, 0, sizeof(crowd));
    CHECK_OK(try_open(&options, &crowd.store, &err));
    operations_fill(crowd.store);
    other = sql_open("store.db");
    sql_run(other, "BEGIN IMMEDIATE; DELETE FROM spin_key_value");
    writer = start_thread(write_once, &crowd);
    sleep_us(20000);
    begin_ms = now_ms();
    for (i = 0; i < 24; i++) {
        readers[i] = start_thread(read_often, &crowd);
    }
    for (i = 0; i < 24; i++) {
        join_thread(readers[i]);
    }
    CHECK(now_ms() - begin_ms < 40000);
    CHECK_NUMBER(24 * 20 * 9, atomic_load(&crowd.reads));
    CHECK(!atomic_load(&crowd.done));
    sql_run(other, "ROLLBACK");
    join_thread(writer);
    CHECK_VALUE("v", crowd.store, "written");
    sqlite3_close(other);
    spinkv_close(crowd.store);
}

/* A writer that waits in vain gives up in its own time, however many wait behind it. */
static void *write_in_vain(void *context) {
    struct crowd *crowd = context;
    int64_t begin_ms = now_ms();

    CHECK_STATUS(SPINKV_BUSY, set_text(crowd->store, "written", "v"));
    check_told(__FILE__, __LINE__, SPINKV_BUSY);
    CHECK(now_ms() - begin_ms >= 140);
    CHECK(now_ms() - begin_ms < 3000);
    return NULL;
}

static void many_writers_wait_in_vain(void) {
    spinkv_options options = options_for("store.db");
    struct crowd crowd[4];
    spinkv_store store;
    sqlite3 *other;
    int i;

    options.busy_timeout_ms = 150;
    memset(crowd, 0, sizeof(crowd));
    CHECK_OK(try_open(&options, &store, &err));
    for (i = 0; i < 4; i++) {
        crowd[i].store = store;
    }
    other = sql_open("store.db");
    sql_run(other, "BEGIN IMMEDIATE");
    in_threads(4, write_in_vain, crowd, sizeof(crowd[0]));
    sql_run(other, "ROLLBACK");
    CHECK_OK(set_text(store, "written", "v"));
    sqlite3_close(other);
    spinkv_close(store);
}

/* A reader that needs a connection of its own finds that the file has gone, and says so. */
static void file_that_goes_while_it_is_open(const char *replacement) {
    spinkv_options options = options_for("store.db");
    struct crowd crowd;
    spinkv_value value;
    pthread_t writer;
    sqlite3 *other;

    options.busy_timeout_ms = 60000;
    memset(&crowd, 0, sizeof(crowd));
    CHECK_OK(try_open(&options, &crowd.store, &err));
    operations_fill(crowd.store);
    other = sql_open("store.db");
    sql_run(other, "BEGIN IMMEDIATE");
    writer = start_thread(write_once, &crowd);
    sleep_us(20000);
    REQUIRE(rename("store.db", "aside.db") == 0);
    if (replacement) {
        sql_run_in("store.db", replacement);
    }
    REFUSES(SPINKV_IO, spinkv_get(crowd.store, "key", 3, &value, error));
    CHECK_HAS("store.db", err.message);
    unlink("store.db");
    REQUIRE(rename("aside.db", "store.db") == 0);
    sql_run(other, "COMMIT");
    join_thread(writer);
    CHECK_VALUE("value", crowd.store, "key");
    CHECK_VALUE("v", crowd.store, "written");
    sqlite3_close(other);
    spinkv_close(crowd.store);
}

static void file_that_is_deleted_while_it_is_open(void) {
    file_that_goes_while_it_is_open(NULL);
}

static void file_that_is_replaced_while_it_is_open(void) {
    file_that_goes_while_it_is_open(SPIN_TABLE);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(one_handle_in_memory),
        TEST(one_handle_of_a_file),
        TEST(handles_of_two_apps_and_one_file),
        TEST(handles_of_one_app_in_memory),
        TEST(readers_go_on_while_a_writer_waits),
        TEST(many_writers_wait_in_vain),
        TEST(file_that_is_deleted_while_it_is_open),
        TEST(file_that_is_replaced_while_it_is_open),
    };

    return RUN_TESTS(tests, argc, argv);
}
