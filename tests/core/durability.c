/*
 * What has been synced when a write returns. SQLite skips a write of bytes that are there already,
 * so a durable write has to see to it that whoever put them there left nothing to sync. And a sync
 * shall rarely find that the log has grown. This program counts the syncs by standing in for
 * fdatasync and fsync.
 */
#include <sys/stat.h>

#include "operations.h"

static int syncs, grown_syncs;
static off_t synced_size;

__attribute__((visibility("default"))) int fdatasync(int file) {
    struct stat found;

    syncs++;
    if (fstat(file, &found) == 0 && found.st_size != synced_size) {
        grown_syncs++;
        synced_size = found.st_size;
    }
    return 0;
}

__attribute__((visibility("default"))) int fsync(int file) {
    (void)file;
    syncs++;
    return 0;
}

static spinkv_store open_with(spinkv_durability durability) {
    spinkv_options options = options_for("store.db");
    spinkv_store store = 0;

    options.durability = durability;
    REQUIRE(try_open(&options, &store, &err) == SPINKV_OK);
    return store;
}

static int syncs_of_set(spinkv_store store, const char *value) {
    syncs = 0;
    CHECK_OK(spinkv_set(store, "key", 3, value, strlen(value), &err));
    return syncs;
}

static void full_syncs_each_write(void) {
    spinkv_store store = open_with(SPINKV_DURABILITY_FULL);
    bool swapped;

    syncs_of_set(store, "first");
    CHECK(syncs_of_set(store, "one") > 0);
    CHECK(syncs_of_set(store, "two") > 0);
    syncs = 0;
    CHECK_OK(spinkv_increment(store, "n", 1, 1, NULL, &err));
    CHECK(syncs > 0);
    syncs = 0;
    CHECK_OK(spinkv_delete(store, "key", 3, &err));
    CHECK(syncs > 0);
    syncs = 0;
    CHECK_OK(spinkv_compare_and_swap(store, "key", 3, "x", 1, "y", 1, &swapped, &err));
    CHECK_NUMBER(0, syncs);
    spinkv_close(store);
}

static void normal_does_not_sync(void) {
    spinkv_store store = open_with(SPINKV_DURABILITY_NORMAL);

    syncs_of_set(store, "first");
    CHECK_NUMBER(0, syncs_of_set(store, "one"));
    CHECK_NUMBER(0, syncs_of_set(store, "one"));
    spinkv_close(store);
}

static void full_syncs_what_normal_wrote(void) {
    spinkv_store normal = open_with(SPINKV_DURABILITY_NORMAL);
    spinkv_store full = open_with(SPINKV_DURABILITY_FULL);
    spinkv_pair pairs[] = {{{"key", 3}, {"same", 4}}, {{"other", 5}, {"same", 4}}};

    CHECK_OK(spinkv_set_many(normal, pairs, 2, &err));
    CHECK(syncs_of_set(full, "same") > 0);
    CHECK_OK(spinkv_set_many(normal, pairs, 2, &err));
    syncs = 0;
    CHECK_OK(spinkv_set_many(full, pairs, 2, &err));
    CHECK(syncs > 0);
    CHECK_OK(spinkv_delete(normal, "key", 3, &err));
    syncs = 0;
    CHECK_OK(spinkv_delete(full, "key", 3, &err));
    CHECK(syncs > 0);
    spinkv_close(normal);
    spinkv_close(full);
}

static off_t log_size(void) {
    struct stat found;

    REQUIRE(stat("store.db-wal", &found) == 0);
    return found.st_size;
}

/* Sets a key so often, to another value each time. */
static void set_often(spinkv_store store, uint32_t times) {
    uint32_t value;

    for (value = 0; value < times; value++) {
        CHECK_OK(spinkv_set(store, "key", 3, (const char *)&value, sizeof(value), &err));
    }
}

static void full_rarely_lets_the_log_grow(void) {
    spinkv_store store = open_with(SPINKV_DURABILITY_FULL);
    off_t size;

    set_often(store, 10);
    grown_syncs = 0;
    set_often(store, 640);
    CHECK(grown_syncs > 0);
    CHECK(grown_syncs < 20);
    /* Never more than half of the log is room. */
    CHECK(log_size() < (off_t)2 * 650 * (24 + 4096));
    spinkv_close(store);

    store = open_with(SPINKV_DURABILITY_FULL);
    set_often(store, 2100);
    size = log_size();
    set_often(store, 3000);
    /* Each log begins where the one before began. */
    CHECK_NUMBER(size, log_size());
    spinkv_close(store);
}

static void normal_makes_no_room(void) {
    spinkv_store store = open_with(SPINKV_DURABILITY_NORMAL);

    set_often(store, 100);
    CHECK(log_size() <= (off_t)32 + (off_t)110 * (24 + 4096));
    spinkv_close(store);
}

/* As SQLite reads it, the log ends with the last frame, whatever lies behind. */
static void room_is_no_part_of_the_log(void) {
    spinkv_store store = open_with(SPINKV_DURABILITY_FULL);
    sqlite3 *db;
    int frames = 0, merged = 0;

    set_often(store, 20);
    REQUIRE(sqlite3_open("store.db", &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, "SELECT 1 FROM spin_key_value", NULL, NULL, NULL) == SQLITE_OK);
    REQUIRE(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_FULL, &frames, &merged) ==
            SQLITE_OK);
    CHECK(frames >= 20);
    CHECK_NUMBER(frames, merged);
    CHECK(log_size() > (off_t)32 + (off_t)frames * (24 + 4096));
    sqlite3_close(db);
    spinkv_close(store);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(full_syncs_each_write),        TEST(normal_does_not_sync),
        TEST(full_syncs_what_normal_wrote), TEST(full_rarely_lets_the_log_grow),
        TEST(normal_makes_no_room),         TEST(room_is_no_part_of_the_log),
    };

    return RUN_TESTS(tests, argc, argv);
}
