/*
 * Apps: labels, where the default store lies, how long a store in memory lives, limits on open
 * stores, and paths that cannot be.
 */
#include "support.h"

/* ---- Apps ------------------------------------------------------------------------------------ */

static void labels(void) {
    char long_label[2000];
    spinkv_value value;
    spinkv_store store;
    spinkv_app *app;

    memset(long_label, 'l', sizeof(long_label) - 1);
    long_label[sizeof(long_label) - 1] = '\0';
    CHECK_OK(spinkv_app_new(&app, &err));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "", NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "\xc3(", NULL, error));
    CHECK_OK(spinkv_app_add_store(app, "same", NULL, &err));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "same", NULL, error));
    CHECK_OK(spinkv_app_add_store(app, "Same", NULL, &err));
    CHECK_OK(spinkv_app_add_store(app, "new\nline \"\xc3\xa9\"", NULL, &err));
    CHECK_OK(spinkv_open(app, "new\nline \"\xc3\xa9\"", &store, &err));
    REFUSES(SPINKV_NO_SUCH_KEY, spinkv_get(store, "x", 1, &value, error));
    spinkv_close(store);
    CHECK_OK(spinkv_app_add_store(app, long_label, NULL, &err));
    CHECK_OK(spinkv_open(app, long_label, &store, &err));
    spinkv_close(store);
    REFUSES(SPINKV_NO_SUCH_STORE, spinkv_open(app, "SAME", &store, error));
    REFUSES(SPINKV_NO_SUCH_STORE, spinkv_open(app, "", &store, error));
    REFUSES(SPINKV_NO_SUCH_STORE, spinkv_open(app, "new\nlin\xff", &store, error));
    long_label[1998] = '\0';
    REFUSES(SPINKV_NO_SUCH_STORE, spinkv_open(app, long_label, &store, error));
    REFUSES(SPINKV_NO_SUCH_STORE, spinkv_open(NULL, "same", &store, error));
    spinkv_app_free(app);
}

static void max_open_stores_has_a_range(void) {
    spinkv_app *app;

    CHECK_OK(spinkv_app_new(&app, &err));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_set_max_open_stores(app, 0, error));
    CHECK(strcmp(err.message, "max_open_stores is 0; 1 to 65535 is allowed") == 0);
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_set_max_open_stores(app, 65536, error));
    CHECK_HAS("65536", err.message);
    CHECK_HAS("65535", err.message);
    ACCEPTS(spinkv_app_set_max_open_stores(app, 65535, error));
    ACCEPTS(spinkv_app_set_max_open_stores(app, 1, error));
    spinkv_app_free(app);
}

/* The default store lies where the current directory is when it is opened. */
static void default_app_follows_the_current_directory(void) {
    spinkv_store first, second;

    CHECK_OK(spinkv_open_default(NULL, &first, &err));
    CHECK_OK(set_text(first, "place", "first"));
    REQUIRE(mkdir("elsewhere", 0777) == 0 && chdir("elsewhere") == 0);
    CHECK_OK(spinkv_open(NULL, "default", &second, &err));
    CHECK_VALUE("(none)", second, "place");
    CHECK_OK(set_text(second, "place", "second"));
    CHECK_VALUE("first", first, "place");
    REQUIRE(chdir("..") == 0);
    spinkv_close(first);
    spinkv_close(second);
    CHECK_SQL("first", ".spin/sqlite_key_value.db", "SELECT value FROM spin_key_value");
    CHECK_SQL("second", "elsewhere/.spin/sqlite_key_value.db", "SELECT value FROM spin_key_value");
}

static void state_dir_is_resolved_when_it_is_set(void) {
    spinkv_options options = options_for("own.db");
    spinkv_store store;
    spinkv_app *app;

    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_OK(spinkv_app_set_state_dir(app, "deep/state", &err));
    REQUIRE(mkdir("elsewhere", 0777) == 0 && chdir("elsewhere") == 0);
    CHECK_OK(spinkv_open_default(app, &store, &err));
    CHECK_OK(set_text(store, "k", "v"));
    spinkv_close(store);
    REQUIRE(chdir("..") == 0);
    CHECK(access("deep/state/sqlite_key_value.db", F_OK) == 0);
    CHECK_OK(spinkv_app_set_state_dir(app, "", &err));
    CHECK_OK(spinkv_open_default(app, &store, &err));
    CHECK_VALUE("(none)", store, "k");
    spinkv_close(store);
    /* With a place of its own, the state directory is nothing to it. */
    CHECK_OK(spinkv_app_add_store(app, "default", &options, &err));
    CHECK_OK(spinkv_open_default(app, &store, &err));
    spinkv_close(store);
    CHECK(access("own.db", F_OK) == 0);
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "default", &options, error));
    spinkv_app_free(app);
}

static void stores_in_memory_live_as_long_as_the_app_or_a_store(void) {
    spinkv_store store, other;
    spinkv_app *app, *second;

    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_OK(spinkv_app_new(&second, &err));
    CHECK_OK(spinkv_app_add_store(app, "m", NULL, &err));
    CHECK_OK(spinkv_app_add_store(second, "m", NULL, &err));
    CHECK_OK(spinkv_open(app, "m", &store, &err));
    CHECK_OK(set_text(store, "k", "v"));
    CHECK_OK(spinkv_open(second, "m", &other, &err));
    CHECK_VALUE("(none)", other, "k");
    spinkv_close(other);
    spinkv_close(store);
    CHECK_OK(spinkv_open(app, "m", &store, &err));
    CHECK_VALUE("v", store, "k");
    spinkv_app_free(app);
    CHECK_VALUE("v", store, "k");
    spinkv_close(store);
    spinkv_app_free(second);
}

/* ---- Paths ----------------------------------------------------------------------------------- */

static void paths_that_are_too_long(void) {
    char path[600] = "";
    spinkv_options options = options_for(path);
    spinkv_store store;
    spinkv_app *app;

    CHECK_OK(spinkv_app_new(&app, &err));
    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[501] = '\0';
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "a", &options, error));
    CHECK_HAS("501", err.message);
    CHECK_HAS("500", err.message);
    path[500] = '\0';
    CHECK_OK(spinkv_app_add_store(app, "a", &options, &err));
    /* A name of 499 bytes is too long for the file system, not for us. */
    REFUSES(SPINKV_IO, spinkv_open(app, "a", &store, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_set_state_dir(app, path, error));
    spinkv_app_free(app);
}

/* The path that counts is the one that links lead to. */
static void paths_through_a_long_link(void) {
    char folder[512] = "", name[128];
    spinkv_options options = options_for("link/store.db");
    spinkv_store store;
    size_t used = 0;
    int i;

    for (i = 0; i < 4; i++) {
        memset(name, 'a' + i, 119);
        name[119] = '\0';
        used += (size_t)snprintf(folder + used, sizeof(folder) - used, "%s%s", i ? "/" : "", name);
        REQUIRE(mkdir(folder, 0777) == 0);
    }
    REQUIRE(symlink(folder, "link") == 0);
    REFUSES(SPINKV_INVALID_ARGUMENT, try_open(&options, &store, error));
    CHECK_HAS("500", err.message);
}

static void paths_that_lead_to_no_file(void) {
    static const struct {
        const char *path, *named;
        bool read_only;
    } bad[] = {{"folder", "/folder", false},
               {"folder", "/folder", true},
               {"pipe", "/pipe", false},
               {"/dev/null", "/dev/null", false},
               {"file/in.db", "/file", false},
               {"file/a/in.db", "/file", false},
               {"missing.db", "/missing.db", true},
               {"no/missing.db", "/no", true},
               {"loop", "/loop", false},
               {"loop/in.db", "/loop", false}};
    spinkv_store store;
    size_t i;

    REQUIRE(mkdir("folder", 0777) == 0 && mkfifo("pipe", 0666) == 0);
    REQUIRE(symlink("loop", "loop") == 0);
    fclose(fopen("file", "w"));
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        spinkv_options options = options_for(bad[i].path);
        options.read_only = bad[i].read_only;
        REFUSES(SPINKV_IO, try_open(&options, &store, error));
        CHECK_NUMBER(0, store);
        CHECK_HAS(bad[i].named, err.message);
    }
    CHECK(access("missing.db", F_OK) != 0);
    CHECK(access("no", F_OK) != 0);
}

static void paths_that_a_message_shows_on_one_line(void) {
    spinkv_options options = options_for("fol\nder\x01\xff/in.db");
    spinkv_store store;

    fclose(fopen("fol\nder\x01\xff", "w"));
    REFUSES(SPINKV_IO, try_open(&options, &store, error));
}

/* Two ways to one file are one file: neither waits for the other, both see the same. */
static void paths_that_lead_to_one_file(void) {
    spinkv_store first, second, third;

    REQUIRE(mkdir("a", 0777) == 0 && symlink("a", "b") == 0);
    first = open_path("a/store.db");
    second = open_path("b/../b/store.db");
    REQUIRE(symlink("a/store.db", "direct.db") == 0);
    third = open_path("direct.db");
    CHECK_OK(set_text(first, "k", "v"));
    CHECK_VALUE("v", second, "k");
    CHECK_OK(set_text(third, "k", "w"));
    CHECK_VALUE("w", first, "k");
    spinkv_close(first);
    spinkv_close(second);
    CHECK_VALUE("w", third, "k");
    spinkv_close(third);
    CHECK(access("direct.db-wal", F_OK) != 0);
}

/* A path whose file was put aside leads to the new file, while the old one is still open. */
static void path_whose_file_was_replaced(void) {
    spinkv_store old = open_path("store.db"), young;

    CHECK_OK(set_text(old, "k", "old"));
    sql_run_in("store.db", "PRAGMA wal_checkpoint(TRUNCATE)");
    REQUIRE(rename("store.db", "aside.db") == 0);
    REQUIRE(unlink("store.db-wal") == 0 && unlink("store.db-shm") == 0);
    young = open_path("store.db");
    CHECK_VALUE("(none)", young, "k");
    CHECK_OK(set_text(young, "k", "young"));
    spinkv_close(young);
    spinkv_close(old);
    CHECK_SQL("old", "aside.db", "SELECT value FROM spin_key_value");
    CHECK_SQL("young", "store.db", "SELECT value FROM spin_key_value");
}

static void current_directory_that_is_gone(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store store;
    spinkv_app *app;

    CHECK_OK(spinkv_app_new(&app, &err));
    REQUIRE(mkdir("gone", 0777) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0);
    REFUSES(SPINKV_IO, spinkv_app_add_store(app, "a", &options, error));
    REFUSES(SPINKV_IO, spinkv_app_set_state_dir(app, "state", error));
    REFUSES(SPINKV_IO, spinkv_open_default(app, &store, error));
    CHECK_HAS("current directory", err.message);
    spinkv_app_free(app);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(labels),
        TEST(max_open_stores_has_a_range),
        TEST(default_app_follows_the_current_directory),
        TEST(state_dir_is_resolved_when_it_is_set),
        TEST(stores_in_memory_live_as_long_as_the_app_or_a_store),
        TEST(paths_that_are_too_long),
        TEST(paths_through_a_long_link),
        TEST(paths_that_lead_to_no_file),
        TEST(paths_that_a_message_shows_on_one_line),
        TEST(paths_that_lead_to_one_file),
        TEST(path_whose_file_was_replaced),
        TEST(current_directory_that_is_gone),
    };

    return RUN_TESTS(tests, argc, argv);
}
