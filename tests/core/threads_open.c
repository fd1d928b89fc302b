/*
 * Opening, closing and freeing while other threads do the same or use what is going: a call on a
 * handle that is closed meanwhile succeeds or is invalid-store, and never reaches another store.
 */
#include "support.h"

#define THREADS 6

/* ---- Closing under calls --------------------------------------------------------------------- */

struct shared {
    _Atomic spinkv_store store;
    atomic_bool done;
    atomic_long added, refused;
};

static void *add_until_done(void *context) {
    struct shared *shared = context;
    spinkv_error error;

    while (!atomic_load(&shared->done)) {
        spinkv_store store = atomic_load(&shared->store);
        spinkv_status status = spinkv_increment(store, "n", 1, 1, NULL, &error);
        spinkv_value value;
        if (status == SPINKV_OK) {
            atomic_fetch_add(&shared->added, 1);
        } else if (CHECK_STATUS(SPINKV_INVALID_STORE, status)) {
            atomic_fetch_add(&shared->refused, 1);
            sleep_us(20);
        }
        status = spinkv_get(store, "n", 1, &value, &error);
        if (status == SPINKV_OK) {
            CHECK_NUMBER(8, value.size);
            spinkv_value_free(&value);
        } else {
            CHECK(status == SPINKV_INVALID_STORE || status == SPINKV_NO_SUCH_KEY);
        }
    }
    return NULL;
}

/* Closes and reopens one store while threads use it. */
static void close_under_calls(const char *path) {
    spinkv_options options = options_for(path);
    pthread_t threads[THREADS];
    struct shared shared;
    spinkv_store store;
    spinkv_app *app;
    int i;

    memset(&shared, 0, sizeof(shared));
    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_OK(spinkv_app_add_store(app, "test", &options, &err));
    for (i = 0; i < THREADS; i++) {
        threads[i] = start_thread(add_until_done, &shared);
    }
    for (i = 0; i < rounds(600); i++) {
        CHECK_OK(spinkv_open(app, "test", &store, &err));
        atomic_store(&shared.store, store);
        sleep_us(i % 7 * 50);
        spinkv_close(store);
        if (i % 2) {
            spinkv_close(store);
        }
        CHECK_STATUS(SPINKV_INVALID_STORE, set_text(store, "n", "no counter"));
    }
    atomic_store(&shared.done, true);
    for (i = 0; i < THREADS; i++) {
        join_thread(threads[i]);
    }
    CHECK_OK(spinkv_open(app, "test", &store, &err));
    CHECK_NUMBER(atomic_load(&shared.added), add_to(store, "n", 0));
    CHECK(atomic_load(&shared.added) > 0);
    CHECK(atomic_load(&shared.refused) > 0);
    spinkv_close(store);
    spinkv_app_free(app);
}

static void closing_under_calls_in_memory(void) {
    close_under_calls(NULL);
}

static void closing_under_calls_of_a_file(void) {
    close_under_calls("store.db");
    CHECK_SOUND("store.db");
}

/* Many threads close one handle: it is closed once. */
static void *close_it(void *context) {
    spinkv_close(*(spinkv_store *)context);
    return NULL;
}

static void closing_in_many_threads(void) {
    spinkv_store stores[THREADS], other;
    spinkv_app *app;
    int i, round;

    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_OK(spinkv_app_set_state_dir(app, "", &err));
    CHECK_OK(spinkv_app_set_max_open_stores(app, 2, &err));
    for (round = 0; round < rounds(200); round++) {
        CHECK_OK(spinkv_open_default(app, &stores[0], &err));
        CHECK_OK(spinkv_open_default(app, &other, &err));
        for (i = 1; i < THREADS; i++) {
            stores[i] = stores[0];
        }
        in_threads(THREADS, close_it, stores, sizeof(stores[0]));
        CHECK_OK(set_text(other, "k", "v"));
        spinkv_close(other);
    }
    spinkv_app_free(app);
}

/* ---- Opening at once ------------------------------------------------------------------------- */

struct opener {
    spinkv_app *app;
    const char *path;
    int number;
};

static void *open_set_close(void *context) {
    const struct opener *opener = context;
    spinkv_options options = options_for(opener->path);
    spinkv_store store = 0;
    char key[16];

    snprintf(key, sizeof(key), "%d", opener->number);
    if (opener->app) {
        CHECK_OK(spinkv_open(opener->app, "test", &store, &err));
    } else {
        CHECK_OK(try_open(&options, &store, &err));
    }
    CHECK_OK(set_text(store, key, "v"));
    CHECK_VALUE("v", store, key);
    spinkv_close(store);
    return NULL;
}

/* Threads open one missing file, each in an app of its own or all in one. */
static void open_at_once(bool share_app) {
    struct opener openers[THREADS];
    char path[64];
    int i, round;

    for (round = 0; round < rounds(40); round++) {
        spinkv_options options = options_for(path);
        spinkv_app *app = NULL;
        spinkv_store store;
        snprintf(path, sizeof(path), "new %d/folder/store.db", round);
        if (share_app) {
            CHECK_OK(spinkv_app_new(&app, &err));
            CHECK_OK(spinkv_app_add_store(app, "test", &options, &err));
        }
        for (i = 0; i < THREADS; i++) {
            openers[i] = (struct opener){app, path, i};
        }
        in_threads(THREADS, open_set_close, openers, sizeof(openers[0]));
        spinkv_app_free(app);
        store = open_path(path);
        CHECK_NUMBER(THREADS, count_of(store));
        spinkv_close(store);
    }
}

static void opening_a_missing_file_in_many_apps(void) {
    open_at_once(false);
}

static void opening_a_missing_file_in_one_app(void) {
    open_at_once(true);
}

static void *open_often(void *context) {
    int i;

    for (i = 0; i < rounds(100); i++) {
        open_set_close(context);
    }
    return NULL;
}

/* The last store of a file is closed while the next is opened, over and over. */
static void opening_what_is_being_closed(void) {
    struct opener openers[THREADS];
    spinkv_store store;
    int i;

    for (i = 0; i < THREADS; i++) {
        openers[i] = (struct opener){NULL, "store.db", i};
    }
    in_threads(THREADS, open_often, openers, sizeof(openers[0]));
    store = open_path("store.db");
    CHECK_NUMBER(THREADS, count_of(store));
    spinkv_close(store);
    CHECK_SOUND("store.db");
}

static void *open_default_once(void *context) {
    spinkv_store *store = context;

    CHECK_OK(spinkv_open_default(NULL, store, &err));
    return NULL;
}

/* Goes first: the default app is made once in a process. */
static void the_default_app_is_one(void) {
    spinkv_store stores[THREADS];
    int i;

    in_threads(THREADS, open_default_once, stores, sizeof(stores[0]));
    CHECK_OK(set_text(stores[0], "k", "v"));
    for (i = 0; i < THREADS; i++) {
        CHECK_VALUE("v", stores[i], "k");
        spinkv_close(stores[i]);
    }
}

/* ---- Freeing apps ---------------------------------------------------------------------------- */

struct use {
    spinkv_store store;
    const char *expected;
};

static void *use_and_close(void *context) {
    const struct use *use = context;
    int i;

    for (i = 0; i < 20; i++) {
        CHECK_VALUE(use->expected, use->store, "k");
        CHECK_OK(set_text(use->store, "other", "v"));
    }
    spinkv_close(use->store);
    return NULL;
}

/* An app is freed while its stores are used and closed; the last of them takes it along. */
static void freeing_an_app_under_its_stores(void) {
    int round, i;

    for (round = 0; round < rounds(60); round++) {
        spinkv_options options = options_for("store.db");
        pthread_t threads[THREADS];
        struct use uses[THREADS];
        spinkv_app *app;
        CHECK_OK(spinkv_app_new(&app, &err));
        CHECK_OK(spinkv_app_set_state_dir(app, "", &err));
        CHECK_OK(spinkv_app_add_store(app, "file", &options, &err));
        for (i = 0; i < THREADS; i++) {
            bool is_file = i % 2 == 1;
            uses[i].expected = is_file ? "file" : "memory";
            CHECK_OK(spinkv_open(app, is_file ? "file" : "default", &uses[i].store, &err));
            CHECK_OK(set_text(uses[i].store, "k", uses[i].expected));
        }
        for (i = 0; i < THREADS; i++) {
            threads[i] = start_thread(use_and_close, &uses[i]);
        }
        sleep_us(round % 5 * 100);
        spinkv_app_free(app);
        for (i = 0; i < THREADS; i++) {
            join_thread(threads[i]);
        }
    }
}

/* Stores are added to an app and opened from it in many threads. */
static void *add_and_open(void *context) {
    const struct opener *opener = context;
    spinkv_store store, same;
    char label[32];
    int i;

    for (i = 0; i < 30; i++) {
        snprintf(label, sizeof(label), "store %d/%d", opener->number, i);
        CHECK_OK(spinkv_app_add_store(opener->app, label, NULL, &err));
        CHECK_OK(spinkv_open(opener->app, label, &store, &err));
        CHECK_OK(spinkv_open(opener->app, label, &same, &err));
        CHECK_OK(set_text(store, "k", label));
        CHECK_VALUE(label, same, "k");
        spinkv_close(store);
        spinkv_close(same);
        CHECK_OK(spinkv_app_set_state_dir(opener->app, "", &err));
        CHECK_OK(spinkv_open_default(opener->app, &store, &err));
        spinkv_close(store);
    }
    return NULL;
}

static void adding_and_opening_in_one_app(void) {
    struct opener openers[THREADS];
    spinkv_app *app;
    int i;

    CHECK_OK(spinkv_app_new(&app, &err));
    for (i = 0; i < THREADS; i++) {
        openers[i] = (struct opener){app, NULL, i};
    }
    in_threads(THREADS, add_and_open, openers, sizeof(openers[0]));
    spinkv_app_free(app);
}

/* The default store is opened in memory while it is given another place. */
struct moving {
    spinkv_app *app;
    atomic_int *ready;
    bool moves;
};

static void *open_or_move(void *context) {
    const struct moving *moving = context;
    spinkv_options options = options_for(NULL);
    spinkv_error error;
    spinkv_store store;
    spinkv_status status;

    options.type = "redis";
    options.url = "redis://localhost";
    atomic_fetch_add(moving->ready, 1);
    while (atomic_load(moving->ready) < 2) {
    }
    if (moving->moves) {
        CHECK_OK(spinkv_app_add_store(moving->app, "default", &options, &error));
        return NULL;
    }
    status = spinkv_open_default(moving->app, &store, &error);
    if (status == SPINKV_OK) {
        CHECK_OK(set_text(store, "k", "v"));
        CHECK_VALUE("v", store, "k");
        spinkv_close(store);
    } else {
        CHECK_STATUS(SPINKV_UNSUPPORTED, status);
    }
    return NULL;
}

static void moving_the_default_store_under_opening(void) {
    int round;

    for (round = 0; round < rounds(400); round++) {
        atomic_int ready = 0;
        struct moving both[2];
        CHECK_OK(spinkv_app_new(&both[0].app, &err));
        CHECK_OK(spinkv_app_set_state_dir(both[0].app, "", &err));
        both[1] = both[0] = (struct moving){both[0].app, &ready, false};
        both[1].moves = true;
        in_threads(2, open_or_move, both, sizeof(both[0]));
        spinkv_app_free(both[0].app);
    }
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(the_default_app_is_one),
        TEST(closing_under_calls_in_memory),
        TEST(closing_under_calls_of_a_file),
        TEST(closing_in_many_threads),
        TEST(opening_a_missing_file_in_many_apps),
        TEST(opening_a_missing_file_in_one_app),
        TEST(opening_what_is_being_closed),
        TEST(freeing_an_app_under_its_stores),
        TEST(adding_and_opening_in_one_app),
        TEST(moving_the_default_store_under_opening),
    };

    return RUN_TESTS(tests, argc, argv);
}
