/*
 * What has been synced when a write returns. SQLite skips a write of bytes that are there already,
 * so a durable write has to see to it that whoever put them there left nothing to sync. This
 * program counts the syncs by standing in for fdatasync and fsync.
 */
#include "operations.h"

static int syncs;

__attribute__((visibility("default"))) int fdatasync(int file) {
    (void)file;
    syncs++;
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

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(full_syncs_each_write),
        TEST(normal_does_not_sync),
        TEST(full_syncs_what_normal_wrote),
    };

    return RUN_TESTS(tests, argc, argv);
}
