/*
 * The read cache and group commit under threads: what a thread says it has committed, others read
 * at once, on the same handle, on another of the same file, and through a second opening of the
 * file that shares nothing with the first but SQLite's shared memory. Writes that go together fail
 * alone.
 */
#include "support.h"

#define WRITERS 4
#define READERS 3

/* ---- Freshness ------------------------------------------------------------------------------- */

struct shared {
    spinkv_store write_to[WRITERS], read_from[READERS];
    /* What each writer has committed. */
    atomic_int committed[WRITERS];
    atomic_int writers_left;
};

struct worker {
    struct shared *shared;
    int number, rounds;
};

static void *write_numbers(void *context) {
    const struct worker *worker = context;
    spinkv_store store = worker->shared->write_to[worker->number];
    char key[16], text[16];
    int i;

    snprintf(key, sizeof(key), "key/%d", worker->number);
    for (i = 1; i <= worker->rounds; i++) {
        snprintf(text, sizeof(text), "%d", i);
        CHECK_OK(set_text(store, key, text));
        CHECK_VALUE(text, store, key);
        atomic_store(&worker->shared->committed[worker->number], i);
    }
    atomic_fetch_sub(&worker->shared->writers_left, 1);
    return NULL;
}

static void *read_numbers(void *context) {
    const struct worker *worker = context;
    spinkv_store store = worker->shared->read_from[worker->number];
    char key[16], buffer[32];
    int i = 0, told, met;

    while (atomic_load(&worker->shared->writers_left) > 0) {
        i = (i + 1) % WRITERS;
        snprintf(key, sizeof(key), "key/%d", i);
        told = atomic_load(&worker->shared->committed[i]);
        met = atoi(get_text(store, key, buffer, sizeof(buffer)));
        if (!CHECK(met >= told)) {
            fprintf(stderr, "    %s: told %d, met %d\n", key, told, met);
        }
        if (atomic_load(&check_failures) > 0) {
            break;
        }
    }
    return NULL;
}

static void check_fresh(const spinkv_store *write_to, const spinkv_store *read_from) {
    struct worker writers[WRITERS], reading[READERS];
    pthread_t threads[READERS];
    struct shared shared;
    int i;

    memset(&shared, 0, sizeof(shared));
    atomic_store(&shared.writers_left, WRITERS);
    for (i = 0; i < WRITERS; i++) {
        shared.write_to[i] = write_to[i % 2];
        writers[i] = (struct worker){&shared, i, rounds(1500)};
    }
    for (i = 0; i < READERS; i++) {
        shared.read_from[i] = read_from[i % 2];
        reading[i] = (struct worker){&shared, i, 0};
        threads[i] = start_thread(read_numbers, &reading[i]);
    }
    in_threads(WRITERS, write_numbers, writers, sizeof(writers[0]));
    for (i = 0; i < READERS; i++) {
        join_thread(threads[i]);
    }
}

static void fresh_on_one_handle(void) {
    spinkv_store store = open_path("store.db");
    spinkv_store stores[] = {store, store};

    check_fresh(stores, stores);
    spinkv_close(store);
}

static void fresh_in_memory(void) {
    spinkv_store store = open_path(NULL);
    spinkv_store stores[] = {store, store};

    check_fresh(stores, stores);
    spinkv_close(store);
}

/* A store that only reads has the file open for itself, as another process would. */
static void fresh_through_another_opening(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store first = open_path("store.db"), second = open_path("store.db");
    spinkv_store write_to[] = {first, second}, read_from[2];

    options.read_only = true;
    CHECK_OK(try_open(&options, &read_from[0], &err));
    options.cache_bytes = 0;
    CHECK_OK(try_open(&options, &read_from[1], &err));
    check_fresh(write_to, read_from);
    spinkv_close(first);
    spinkv_close(second);
    spinkv_close(read_from[0]);
    spinkv_close(read_from[1]);
}

static void fresh_with_a_small_cache(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store stores[2];

    options.cache_bytes = 4096;
    CHECK_OK(try_open(&options, &stores[0], &err));
    stores[1] = stores[0];
    check_fresh(stores, stores);
    spinkv_close(stores[0]);
}

/* ---- Group commit ---------------------------------------------------------------------------- */

struct member {
    spinkv_store store;
    int number, rounds;
    int added;
};

/* A write of each kind, some of which must fail and leave no trace. */
static void write_one_of_each(struct member *member, int round) {
    char key[32], text[32];
    spinkv_pair pairs[3];
    spinkv_error error;
    bool swapped;
    int i;

    snprintf(key, sizeof(key), "own/%d", member->number);
    snprintf(text, sizeof(text), "%d", round);
    CHECK_OK(spinkv_set(member->store, key, strlen(key), text, strlen(text), &error));
    CHECK_OK(spinkv_increment(member->store, "counter", 7, 1, NULL, &error));
    CHECK_STATUS(SPINKV_NOT_A_COUNTER, spinkv_increment(member->store, "text", 4, 1, NULL, &error));
    CHECK_HAS("text", error.message);
    CHECK_OK(
        spinkv_compare_and_swap(member->store, "text", 4, "not this", 8, "x", 1, &swapped, &error));
    CHECK(!swapped);
    for (i = 0; i < 3; i++) {
        pairs[i].key = (spinkv_bytes){i < 2 ? key : "one too many", i < 2 ? strlen(key) : 12};
        pairs[i].value = (spinkv_bytes){"spoilt", 6};
    }
    CHECK_STATUS(SPINKV_STORE_FULL, spinkv_set_many(member->store, pairs, 3, &error));
    CHECK_HAS("max_entries", error.message);
    CHECK_STATUS(SPINKV_STORE_FULL,
                 spinkv_set(member->store, "another", 7, text, strlen(text), &error));
    CHECK_HAS("another", error.message);
    CHECK_OK(spinkv_delete(member->store, "nothing", 7, &error));
    CHECK_VALUE(text, member->store, key);
}

static void *write_in_a_group(void *context) {
    struct member *member = context;
    int i;

    for (i = 0; i < member->rounds; i++) {
        write_one_of_each(member, i);
    }
    return NULL;
}

/* The store is as full as it may be: counter, text, and a key for each thread. */
static void check_group(const char *path, spinkv_durability durability) {
    spinkv_options options = options_for(path);
    struct member members[WRITERS];
    spinkv_store store;
    char key[32];
    int i;

    options.durability = durability;
    options.max_entries = WRITERS + 2;
    CHECK_OK(try_open(&options, &store, &err));
    CHECK_OK(set_text(store, "text", "a text, which is no counter"));
    CHECK_OK(spinkv_increment(store, "counter", 7, 0, NULL, &err));
    for (i = 0; i < WRITERS; i++) {
        snprintf(key, sizeof(key), "own/%d", i);
        CHECK_OK(set_text(store, key, ""));
        members[i] = (struct member){store, i, rounds(300), 0};
    }
    in_threads(WRITERS, write_in_a_group, members, sizeof(members[0]));
    CHECK_NUMBER(WRITERS * members[0].rounds, add_to(store, "counter", 0));
    CHECK_NUMBER(WRITERS + 2, count_of(store));
    CHECK_VALUE("a text, which is no counter", store, "text");
    spinkv_close(store);
}

static void group_in_a_file(void) {
    check_group("store.db", SPINKV_DURABILITY_NORMAL);
    CHECK_SOUND("store.db");
}

static void group_that_syncs(void) {
    check_group("store.db", SPINKV_DURABILITY_FULL);
}

static void group_in_memory(void) {
    check_group(NULL, SPINKV_DURABILITY_NORMAL);
}

static void *insert_keys(void *context) {
    struct member *member = context;
    spinkv_error error;
    char key[32];
    int i;

    for (i = 0; i < member->rounds; i++) {
        int size = snprintf(key, sizeof(key), "%d/%d", member->number, i);
        spinkv_status status = spinkv_set(member->store, key, (size_t)size, "", 0, &error);
        if (status == SPINKV_OK) {
            member->added++;
        } else {
            CHECK_STATUS(SPINKV_STORE_FULL, status);
        }
    }
    return NULL;
}

/* Threads fill a store to its limit, to the last tuple and no further. */
static void a_group_stops_at_the_limit(void) {
    spinkv_options options = options_for("store.db");
    struct member members[WRITERS];
    spinkv_store store;
    int i, added = 0;

    options.max_entries = 100;
    CHECK_OK(try_open(&options, &store, &err));
    for (i = 0; i < WRITERS; i++) {
        members[i] = (struct member){store, i, 40, 0};
    }
    in_threads(WRITERS, insert_keys, members, sizeof(members[0]));
    for (i = 0; i < WRITERS; i++) {
        added += members[i].added;
    }
    CHECK_NUMBER(100, added);
    CHECK_NUMBER(100, count_of(store));
    spinkv_close(store);
}

static const struct test tests[] = {
    TEST(fresh_on_one_handle),
    TEST(fresh_in_memory),
    TEST(fresh_through_another_opening),
    TEST(fresh_with_a_small_cache),
    TEST(group_in_a_file),
    TEST(group_that_syncs),
    TEST(group_in_memory),
    TEST(a_group_stops_at_the_limit),
};

int main(int argc, char **argv) {
    return RUN_TESTS(tests, argc, argv);
}
