/*
 * A read after somebody has said that something is committed never gives what was there before,
 * with the cache on. A writer in one process tells readers in others over pipes what it has
 * committed; they read it at once, and again, while a further process checkpoints in every mode,
 * vacuums and tries to switch the journal mode. A writer that is killed changes nothing of that.
 */
#include "support.h"

#include <poll.h>

#define READERS 3
#define KEYS 8

/* In place of a round: there are no more. */
#define THE_END INT64_C(-1)

struct reader {
    /* Where it is told of rounds, and tells that it has read. */
    int told[2], done[2];
};

static struct reader readers[READERS];

static void key_at(int index, char *key, size_t size) {
    snprintf(key, size, "key/%d", index);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* The round in a value; those of odd keys are deleted in odd rounds, which is told by -1. */
static int64_t read_by_get(spinkv_store store, const char *key) {
    char text[64];

    return strcmp(get_text(store, key, text, sizeof(text)), "(none)") == 0 ? -1 : atoll(text);
}

static void check_key(spinkv_store store, int index, int64_t round) {
    char key[16];
    int64_t met;
    int i;

    key_at(index, key, sizeof(key));
    for (i = 0; i < 2; i++) {
        met = read_by_get(store, key);
        if (!(index % 2 == 1 && met == -1) && !CHECK(met >= round)) {
            fprintf(stderr, "    %s: told %" PRId64 ", met %" PRId64 "\n", key, round, met);
        }
    }
}

/* Two keys that are only ever written together. */
static void check_pair(spinkv_store store, int64_t round) {
    static const spinkv_bytes keys[] = {{"key/6", 5}, {"key/6b", 6}};
    spinkv_list values;
    bool exists = false;

    CHECK_OK(spinkv_exists(store, "key/6", 5, &exists, &err));
    CHECK(exists);
    if (CHECK_OK(spinkv_get_many(store, keys, 2, &values, &err))) {
        CHECK_BYTES(values.items[0].data, values.items[0].size, values.items[1].data,
                    values.items[1].size);
        CHECK(values.items[0].data && atoll(values.items[0].data) >= round);
        spinkv_list_free(&values);
    }
}

static void read_what_is_told(void *context) {
    const struct reader *reader = context;
    spinkv_store store = open_path("store.db");
    int64_t round;
    int i;

    while (read(reader->told[0], &round, sizeof(round)) == sizeof(round) && round != THE_END) {
        for (i = 0; i < KEYS; i++) {
            check_key(store, i, round);
        }
        check_pair(store, round);
        if (atomic_load(&check_failures) > 0) {
            break;
        }
        CHECK(write(reader->done[1], "", 1) == 1);
    }
    spinkv_close(store);
}

/* ---- Disturbing ------------------------------------------------------------------------------ */

/* Runs a statement that others may prevent. */
static void try_run(sqlite3 *db, const char *sql) {
    sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void disturb(void *context) {
    static const char *const statements[] = {
        "PRAGMA wal_checkpoint(PASSIVE)",
        "INSERT OR REPLACE INTO spin_key_value VALUES ('other', 'key/0', randomblob(3000))",
        "PRAGMA wal_checkpoint(FULL)",
        "PRAGMA journal_mode=DELETE",
        "PRAGMA wal_checkpoint(RESTART)",
        "DELETE FROM spin_key_value WHERE store = 'other'",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA journal_mode=WAL",
        "BEGIN IMMEDIATE; INSERT INTO spin_key_value VALUES ('other', 'x', x'00'); ROLLBACK"};
    sqlite3 *db = sql_open("store.db");
    int i;

    (void)context;
    sqlite3_busy_timeout(db, 5);
    for (i = 0;; i++) {
        try_run(db, statements[i % (int)(sizeof(statements) / sizeof(statements[0]))]);
        sleep_us(700);
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Commits a round in several calls of all kinds. */
static void write_round(spinkv_store store, int64_t round) {
    char text[32], key[16];
    size_t size = (size_t)snprintf(text, sizeof(text), "%" PRId64, round);
    spinkv_pair pair[] = {{{"key/6", 5}, {text, size}}, {{"key/6b", 6}, {text, size}}};
    spinkv_bytes deleted = {"key/1", 5};
    bool swapped = false;
    int i;

    for (i = 0; i < KEYS; i++) {
        key_at(i, key, sizeof(key));
        if (i == 6) {
            CHECK_OK(spinkv_set_many(store, pair, 2, &err));
        } else if (i == 1 && round % 2 == 1) {
            CHECK_OK(spinkv_delete_many(store, &deleted, 1, &err));
        } else if (i % 2 == 1 && round % 2 == 1) {
            CHECK_OK(delete_text(store, key));
        } else if (i % 2 == 1) {
            CHECK_OK(spinkv_compare_and_swap(store, key, strlen(key), NULL, 0, text, size, &swapped,
                                             &err));
            if (!swapped) {
                CHECK_OK(set_text(store, key, text));
            }
        } else {
            CHECK_OK(set_text(store, key, text));
        }
    }
}

static void tell(int64_t round) {
    int i;

    for (i = 0; i < READERS; i++) {
        CHECK(write(readers[i].told[1], &round, sizeof(round)) == sizeof(round));
    }
}

/* Waits until every reader has read, so that what is told is not long past. */
static void wait_for_readers(void) {
    struct pollfd ready;
    char byte;
    int i;

    for (i = 0; i < READERS; i++) {
        ready = (struct pollfd){.fd = readers[i].done[0], .events = POLLIN};
        CHECK(poll(&ready, 1, 30000) == 1 && read(readers[i].done[0], &byte, 1) == 1);
    }
}

struct writing {
    int64_t from, to;
};

static void write_rounds(void *context) {
    const struct writing *writing = context;
    spinkv_store store = open_path("store.db");
    int64_t round;

    for (round = writing->from; round < writing->to && atomic_load(&check_failures) == 0; round++) {
        write_round(store, round);
        tell(round);
        wait_for_readers();
    }
    spinkv_close(store);
}

/* ---- The processes --------------------------------------------------------------------------- */

struct processes {
    pid_t readers[READERS], disturber;
};

static struct processes start_processes(void) {
    spinkv_store store = open_path("store.db");
    struct processes started;
    int i;

    write_round(store, 0);
    spinkv_close(store);
    for (i = 0; i < READERS; i++) {
        REQUIRE(pipe(readers[i].told) == 0 && pipe(readers[i].done) == 0);
        started.readers[i] = fork_child(read_what_is_told, &readers[i]);
    }
    started.disturber = fork_child(disturb, NULL);
    return started;
}

static void end_processes(const struct processes *started) {
    int i;

    tell(THE_END);
    for (i = 0; i < READERS; i++) {
        join_child(started->readers[i], 60000);
        close(readers[i].told[0]);
        close(readers[i].told[1]);
        close(readers[i].done[0]);
        close(readers[i].done[1]);
    }
    CHECK_NUMBER(0, waitpid(started->disturber, NULL, WNOHANG));
    kill(started->disturber, SIGKILL);
    waitpid(started->disturber, NULL, 0);
    CHECK_SOUND("store.db");
}

/* 19 reads in each of three readers a round, which makes more than a million where all are run. */
static void what_is_told_can_be_read(void) {
    struct processes started = start_processes();
    struct writing writing = {1, rounds(is_thorough() ? 18000 : 4500)};

    write_rounds(&writing);
    end_processes(&started);
}

/* Lets readers end what a killed writer told them last. */
static void drain_readers(void) {
    struct pollfd ready[READERS];
    char byte;
    int i;

    for (i = 0; i < READERS; i++) {
        ready[i] = (struct pollfd){.fd = readers[i].done[0], .events = POLLIN};
    }
    while (poll(ready, READERS, 30) > 0) {
        for (i = 0; i < READERS; i++) {
            if (ready[i].revents & POLLIN) {
                CHECK(read(readers[i].done[0], &byte, 1) == 1);
            }
        }
    }
}

static void a_killed_writer_changes_nothing_of_that(void) {
    struct processes started = start_processes();
    struct writing writing = {1, INT64_MAX};
    uint32_t state = 7;
    int i;

    for (i = 0; i < rounds(40); i++, writing.from += 1000000) {
        pid_t writer = fork_child(write_rounds, &writing);
        sleep_us(2000 + (long)(random_next(&state) % 20000));
        kill(writer, SIGKILL);
        waitpid(writer, NULL, 0);
        drain_readers();
    }
    end_processes(&started);
}

static const struct test tests[] = {
    TEST(what_is_told_can_be_read),
    TEST(a_killed_writer_changes_nothing_of_that),
};

int main(int argc, char **argv) {
    return RUN_TESTS(tests, argc, argv);
}
