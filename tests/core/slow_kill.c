/*
 * A writer is killed in the middle of its work, again and again: every write that it had
 * acknowledged is there, each batch is there whole or not at all, and the file is sound.
 */
#include "support.h"

#define BATCH 5

/* What the writer tells the parent over a pipe: the number of the round that is written. */
struct writer {
    int told[2];
    spinkv_durability durability;
};

/* Writes round after round until it is killed. Round i is the value i under "single", a key of its
 * own, one more in "counter", and a batch of keys that all hold i. */
static void write_until_killed(void *context) {
    const struct writer *writer = context;
    spinkv_options options = options_for("store.db");
    char keys[BATCH][16], key[32], value[16];
    spinkv_pair pairs[BATCH];
    spinkv_store store;
    int round, i;

    options.durability = writer->durability;
    options.max_entries = 0;
    CHECK_OK(try_open(&options, &store, &err));
    for (round = (int)add_to(store, "counter", 0) + 1; atomic_load(&check_failures) == 0; round++) {
        snprintf(value, sizeof(value), "%d", round);
        snprintf(key, sizeof(key), "own/%d", round);
        CHECK_OK(set_text(store, "single", value));
        CHECK_OK(set_text(store, key, value));
        for (i = 0; i < BATCH; i++) {
            snprintf(keys[i], sizeof(keys[i]), "batch/%d", i);
            pairs[i].key = (spinkv_bytes){keys[i], strlen(keys[i])};
            pairs[i].value = (spinkv_bytes){value, strlen(value)};
        }
        CHECK_OK(spinkv_set_many(store, pairs, BATCH, &err));
        CHECK_NUMBER(round, add_to(store, "counter", 1));
        CHECK(write(writer->told[1], &round, sizeof(round)) == sizeof(round));
    }
}

/* The last round that was told; last where none was. */
static int read_last(int from, int last) {
    int round;

    while (read(from, &round, sizeof(round)) == sizeof(round)) {
        last = round;
    }
    return last;
}

/* What is in the store after the writer had told of a round and was killed in the next. */
static void check_store(int last) {
    spinkv_options options = options_for("store.db");
    char key[32], value[64], expected[64];
    spinkv_store store;
    int64_t counter;
    int i, batch;

    options.max_entries = 0;
    CHECK_OK(try_open(&options, &store, &err));
    counter = add_to(store, "counter", 0);
    CHECK(counter == last || counter == last + 1);
    CHECK(atoi(get_text(store, "single", value, sizeof(value))) - last <= 1);
    CHECK(last == 0 || atoi(get_text(store, "single", value, sizeof(value))) >= last);
    for (i = 1; i <= last; i++) {
        snprintf(key, sizeof(key), "own/%d", i);
        snprintf(expected, sizeof(expected), "%d", i);
        CHECK_VALUE(expected, store, key);
    }
    snprintf(expected, sizeof(expected), "%s", get_text(store, "batch/0", value, sizeof(value)));
    batch = atoi(expected);
    CHECK(batch == last || batch == last + 1);
    for (i = 1; i < BATCH; i++) {
        snprintf(key, sizeof(key), "batch/%d", i);
        CHECK_VALUE(expected, store, key);
    }
    spinkv_close(store);
    CHECK_SOUND("store.db");
}

static void kill_writers(spinkv_durability durability, int kills) {
    struct writer writer = {{-1, -1}, durability};
    uint32_t chance = 5;
    int i, last = 0;

    for (i = 0; i < kills; i++) {
        pid_t child;
        int status = 0;
        REQUIRE(pipe(writer.told) == 0);
        child = fork_child(write_until_killed, &writer);
        close(writer.told[1]);
        sleep_us((long)(2000 + random_next(&chance) % 60000));
        kill(child, SIGKILL);
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status));
        last = read_last(writer.told[0], last);
        close(writer.told[0]);
        check_store(last);
        /* A round that was begun counts as done, so that the next writer goes on from there. */
        {
            spinkv_store store = open_path("store.db");
            last = (int)add_to(store, "counter", 0);
            spinkv_close(store);
        }
    }
    /* Most were killed while they wrote. */
    CHECK(last > kills);
}

static void killed_writers(void) {
    kill_writers(SPINKV_DURABILITY_NORMAL, 40);
}

static void killed_writers_with_full_durability(void) {
    kill_writers(SPINKV_DURABILITY_FULL, 40);
}

/* One of several writers is killed; the others do not notice. */
static void *count_in_thread(void *context) {
    spinkv_store store = *(spinkv_store *)context;
    int i;

    for (i = 0; i < 400; i++) {
        CHECK(add_to(store, "survivor", 1) > 0);
    }
    return NULL;
}

static void writers_beside_one_that_is_killed(void) {
    struct writer writer = {{-1, -1}, SPINKV_DURABILITY_NORMAL};
    spinkv_store store;
    pthread_t thread;
    int i;

    for (i = 0; i < 10; i++) {
        pid_t child;
        REQUIRE(pipe(writer.told) == 0);
        child = fork_child(write_until_killed, &writer);
        close(writer.told[1]);
        store = open_path("store.db");
        thread = start_thread(count_in_thread, &store);
        sleep_us(5000 + i * 2000);
        kill(child, SIGKILL);
        REQUIRE(waitpid(child, NULL, 0) == child);
        join_thread(thread);
        close(writer.told[0]);
        CHECK_NUMBER(400 * (i + 1), add_to(store, "survivor", 0));
        spinkv_close(store);
    }
    CHECK_SOUND("store.db");
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(killed_writers),
        TEST(killed_writers_with_full_durability),
        TEST(writers_beside_one_that_is_killed),
    };

    return RUN_TESTS(tests, argc, argv);
}
