/*
 * Forking under load: threads of the parent write without pause while children, and children of
 * children, do the same with the handles that they were born with. Nothing that was acknowledged
 * may be lost, no process may hang, and the file stays whole.
 */
#include "support.h"

#define PARENT_THREADS 3
#define CHILDREN 16
#define PATIENCE_MS 200000

struct load {
    spinkv_store store;
    /* What keys of this process begin with. */
    char name[32];
    int depth;
    /* In the parent: when to stop, and how often it wrote. */
    atomic_bool done;
    atomic_long written;
    atomic_int forkers_done;
};

static void write_round(struct load *load, int thread, int round) {
    char key[64], value[16];
    spinkv_pair pairs[2] = {{{key, 0}, {value, 0}}, {{"last", 4}, {key, 0}}};

    snprintf(key, sizeof(key), "%s/%d/%d", load->name, thread, round);
    snprintf(value, sizeof(value), "%d", round);
    pairs[0].key.size = pairs[1].value.size = strlen(key);
    pairs[0].value.size = strlen(value);
    if (round % 2) {
        CHECK_OK(spinkv_set_many(load->store, pairs, 2, &err));
    } else {
        CHECK_OK(set_text(load->store, key, value));
    }
    CHECK_VALUE(value, load->store, key);
    CHECK(add_to(load->store, "total", 1) > 0);
}

struct thread_load {
    struct load *load;
    int number, rounds;
};

/* Writes so many rounds, or until it is told to stop. */
static void *write_rounds(void *context) {
    struct thread_load *thread = context;
    int i;

    for (i = 0; thread->rounds ? i < thread->rounds : !atomic_load(&thread->load->done); i++) {
        begin_turn();
        write_round(thread->load, thread->number, i);
        end_turn();
        atomic_fetch_add(&thread->load->written, 1);
    }
    return NULL;
}

/* A child: two threads that write, and a child of its own in between. */
static void be_child(void *context) {
    const struct load *parent = context;
    struct load load = {parent->store, "", parent->depth + 1, false, 0, 0};
    struct thread_load threads[2] = {{&load, 0, 12}, {&load, 1, 12}};
    pthread_t other;

    snprintf(load.name, sizeof(load.name), "%d", (int)getpid());
    if (UNDER_ASAN && load.depth < 2) {
        join_child(fork_child(be_child, &load), PATIENCE_MS);
    }
    other = start_thread(write_rounds, &threads[1]);
    if (!UNDER_ASAN && load.depth < 2) {
        join_child(fork_child(be_child, &load), PATIENCE_MS);
    }
    write_rounds(&threads[0]);
    join_thread(other);
}

static void check_totals(spinkv_store store, long written_by_parent) {
    /* Each child and grandchild wrote 24 rounds; each round one key of its own. */
    long expected = written_by_parent + (long)rounds(CHILDREN) * 2 * 24;

    CHECK_NUMBER(expected, add_to(store, "total", 0));
    CHECK_NUMBER(expected + 2, count_of(store));
}

static void fork_under_load(spinkv_durability durability) {
    spinkv_options options = options_for("store.db");
    struct load load = {0, "parent", 0, false, 0, 0};
    struct thread_load contexts[PARENT_THREADS];
    pthread_t threads[PARENT_THREADS];
    pid_t children[CHILDREN];
    int i, count = rounds(CHILDREN);

    options.durability = durability;
    options.max_entries = 0;
    options.busy_timeout_ms = 120000;
    CHECK_OK(try_open(&options, &load.store, &err));
    for (i = 0; i < PARENT_THREADS; i++) {
        contexts[i] = (struct thread_load){&load, i, 0};
        threads[i] = start_thread(write_rounds, &contexts[i]);
    }
    for (i = 0; i < count; i++) {
        children[i] = fork_child(be_child, &load);
        sleep_us(i % 4 * 3000);
    }
    for (i = 0; i < count; i++) {
        join_child(children[i], PATIENCE_MS);
    }
    atomic_store(&load.done, true);
    for (i = 0; i < PARENT_THREADS; i++) {
        join_thread(threads[i]);
    }
    check_totals(load.store, atomic_load(&load.written));
    spinkv_close(load.store);
    CHECK_SOUND("store.db");
}

static void writers_on_all_sides(void) {
    fork_under_load(SPINKV_DURABILITY_NORMAL);
}

static void writers_on_all_sides_with_full_durability(void) {
    fork_under_load(SPINKV_DURABILITY_FULL);
}

/* ---- Forks of many threads ------------------------------------------------------------------- */

static void *open_and_close(void *context) {
    struct load *load = context;
    spinkv_store store;

    while (!atomic_load(&load->done)) {
        spinkv_options options =
            options_for(atomic_fetch_add(&load->written, 1) % 2 ? "other.db" : NULL);
        begin_turn();
        CHECK_OK(try_open(&options, &store, &err));
        CHECK_OK(set_text(store, "k", "v"));
        spinkv_close(store);
        end_turn();
    }
    return NULL;
}

static void add_one(void *context) {
    struct load *load = context;

    CHECK(add_to(load->store, "total", 1) > 0);
}

static void *fork_often(void *context) {
    struct load *load = context;
    int i;

    for (i = 0; i < rounds(25); i++) {
        join_child(fork_child(add_one, load), PATIENCE_MS);
    }
    atomic_fetch_add(&load->forkers_done, 1);
    while (atomic_load(&load->forkers_done) < 2) {
        sleep_us(1000);
    }
    return NULL;
}

/* Two threads fork at once, while others open and close stores. */
static void forks_of_two_threads_while_stores_are_opened(void) {
    struct load load = {open_path("store.db"), "", 0, false, 0, 0};
    pthread_t threads[4];
    int i;

    for (i = 0; i < 4; i++) {
        threads[i] = start_thread(i < 2 ? open_and_close : fork_often, &load);
    }
    join_thread(threads[2]);
    join_thread(threads[3]);
    atomic_store(&load.done, true);
    join_thread(threads[0]);
    join_thread(threads[1]);
    CHECK_NUMBER(2 * rounds(25), add_to(load.store, "total", 0));
    spinkv_close(load.store);
    CHECK_SOUND("store.db");
    CHECK_SOUND("other.db");
}

/* ---- Forks under readers and in memory ------------------------------------------------------- */

static void *read_and_write_memory(void *context) {
    struct load *load = context;
    spinkv_list keys;
    int i;

    for (i = 0; !atomic_load(&load->done); i++) {
        char key[16];
        snprintf(key, sizeof(key), "%d", i % 100);
        begin_turn();
        CHECK_OK(set_text(load->store, key, "v"));
        CHECK_OK(spinkv_get_keys(load->store, &keys, &err));
        spinkv_list_free(&keys);
        end_turn();
    }
    return NULL;
}

static void check_copy(void *context) {
    struct load *load = context;
    int64_t count = count_of(load->store);
    spinkv_list keys;

    CHECK(count <= 101);
    CHECK_OK(spinkv_get_keys(load->store, &keys, &err));
    CHECK_NUMBER(count, keys.count);
    spinkv_list_free(&keys);
    CHECK_OK(set_text(load->store, "child", "v"));
    CHECK_NUMBER(count + 1, count_of(load->store));
}

static void a_store_in_memory_is_copied_whole(void) {
    struct load load = {open_path(NULL), "", 0, false, 0, 0};
    pthread_t threads[2];
    int i;

    for (i = 0; i < 2; i++) {
        threads[i] = start_thread(read_and_write_memory, &load);
    }
    for (i = 0; i < rounds(60); i++) {
        join_child(fork_child(check_copy, &load), PATIENCE_MS);
        sleep_us(500);
    }
    atomic_store(&load.done, true);
    for (i = 0; i < 2; i++) {
        join_thread(threads[i]);
    }
    CHECK_VALUE("(none)", load.store, "child");
    spinkv_close(load.store);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(writers_on_all_sides),
        TEST(writers_on_all_sides_with_full_durability),
        TEST(forks_of_two_threads_while_stores_are_opened),
        TEST(a_store_in_memory_is_copied_whole),
    };

    return RUN_TESTS(tests, argc, argv);
}
