/*
 * Every allocation fails once, and all from each on fail: those of the library itself, whose
 * malloc, calloc, realloc and strdup the linker redirects to here (see CMakeLists.txt), and those
 * of SQLite, which is configured with the allocator below. Memory that is given back is counted
 * too, so that each run shows that nothing was leaked.
 */
#include "faults.h"

/* ---- Allocators ------------------------------------------------------------------------------ */

/* Blocks that are held: by the library (and this program), and by SQLite. */
static atomic_long held, held_by_sqlite;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *block);

static void *counted(void *block, atomic_long *count) {
    if (block) {
        atomic_fetch_add(count, 1);
    }
    return block;
}

void *__wrap_malloc(size_t size) {
    return fault_strikes() ? NULL : counted(__real_malloc(size), &held);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fault_strikes() ? NULL : counted(__real_calloc(count, size), &held);
}

void *__wrap_realloc(void *block, size_t size) {
    void *grown = fault_strikes() ? NULL : __real_realloc(block, size);

    return block ? grown : counted(grown, &held);
}

char *__wrap_strdup(const char *text) {
    return fault_strikes() ? NULL : counted(__real_strdup(text), &held);
}

void __wrap_free(void *block) {
    if (block) {
        atomic_fetch_sub(&held, 1);
    }
    __real_free(block);
}

/*
 * C++'s operator new and delete, as toml++ and the standard library call them: what a program
 * defines under their names counts, also where that is written in C.
 */
__attribute__((visibility("default"))) void *_Znwm(size_t size);
__attribute__((visibility("default"))) void _ZdlPv(void *block);
__attribute__((visibility("default"))) void _ZdlPvm(void *block, size_t size);
void _ZSt17__throw_bad_allocv(void) __attribute__((noreturn));

void *_Znwm(size_t size) {
    void *block = malloc(size);

    if (!block) {
        _ZSt17__throw_bad_allocv();
    }
    return block;
}

void _ZdlPv(void *block) {
    free(block);
}

void _ZdlPvm(void *block, size_t size) {
    (void)size;
    free(block);
}

static sqlite3_mem_methods original;

static void *sqlite_malloc(int size) {
    return fault_strikes() ? NULL : counted(original.xMalloc(size), &held_by_sqlite);
}

static void *sqlite_realloc(void *block, int size) {
    return fault_strikes() ? NULL : original.xRealloc(block, size);
}

static void sqlite_free(void *block) {
    if (block) {
        atomic_fetch_sub(&held_by_sqlite, 1);
    }
    original.xFree(block);
}

static void replace_allocator_of_sqlite(void) {
    sqlite3_mem_methods methods;

    REQUIRE(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &original) == SQLITE_OK);
    methods = original;
    methods.xMalloc = sqlite_malloc;
    methods.xRealloc = sqlite_realloc;
    methods.xFree = sqlite_free;
    REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
    /* A connection's small blocks come from malloc one by one, and not from a pool of its own. */
    REQUIRE(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK);
}

/* ---- Leaks ----------------------------------------------------------------------------------- */

static long rest, rest_of_sqlite;

/* Notes what stays allocated while nothing is open: the table of handles and engines for JSON. */
static void note_rest(void) {
    spinkv_store store = open_path(NULL);
    size_t i;

    for (i = 0; i < OPERATION_COUNT; i++) {
        operations_fill(store);
        CHECK_OK(operations[i].call(store, &err));
    }
    spinkv_close(store);
    rest = atomic_load(&held);
    rest_of_sqlite = atomic_load(&held_by_sqlite);
}

/* before and after of strike_operations are two blocks more than when the rest was noted. */
static void check_rest(long more) {
    CHECK_NUMBER(rest + more, atomic_load(&held));
    CHECK_NUMBER(rest_of_sqlite, atomic_load(&held_by_sqlite));
}

static void check_rest_in_run(void) {
    check_rest(2);
}

static bool is_no_memory(spinkv_status status) {
    return status == SPINKV_NO_MEMORY;
}

/* ---- The first JSON in the process ----------------------------------------------------------- */

/* Goes first, so that the engine that JSON needs is made under faults. */
static bool strike_first_json(const void *context, int n, bool for_ever) {
    spinkv_store store = open_path(NULL);
    spinkv_status status;
    bool fired;

    (void)context;
    fault_arm(n, for_ever);
    status = call_set_json(store, &err);
    fired = fault_disarm();
    CHECK_STATUS(fired && status != SPINKV_OK ? SPINKV_NO_MEMORY : SPINKV_OK, status);
    CHECK_NUMBER(status == SPINKV_OK, count_of(store));
    spinkv_close(store);
    return fired;
}

static void first_json(void) {
    for_each_fault(strike_first_json, NULL, "the first set_json");
}

/* ---- Operations ------------------------------------------------------------------------------ */

static void operations_in_memory(void) {
    note_rest();
    strike_operations(NULL, is_no_memory, check_rest_in_run);
}

static void operations_in_a_file(void) {
    note_rest();
    strike_operations("store.db", is_no_memory, check_rest_in_run);
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* A file to open under faults, and the one status it may have besides SPINKV_NO_MEMORY. */
struct opening {
    const char *sql;
    spinkv_status status;
    bool read_only;
};

static bool strike_opening(const void *context, int n, bool for_ever) {
    const struct opening *opening = context;
    spinkv_options options = options_for("folder/store.db");
    spinkv_status status;
    spinkv_store store;
    bool fired;

    remove_folder("folder");
    if (opening->sql) {
        REQUIRE(mkdir("folder", 0777) == 0);
        sql_run_in("folder/store.db", opening->sql);
    }
    options.read_only = opening->read_only;
    fault_arm(n, for_ever);
    status = try_open(&options, &store, &err);
    fired = fault_disarm();
    if (!fired || status != SPINKV_NO_MEMORY) {
        CHECK_STATUS(opening->status, status);
    }
    CHECK((status == SPINKV_OK) == (store != 0));
    if (store) {
        CHECK(opening->read_only || set_text(store, "k", "v") == SPINKV_OK);
        spinkv_close(store);
    }
    CHECK_STATUS(opening->status, try_open(&options, &store, &err));
    spinkv_close(store);
    check_rest(0);
    return fired;
}

static void opening_files(void) {
    static const struct opening openings[] = {
        {NULL, SPINKV_OK, false},
        {SPIN_TABLE, SPINKV_OK, false},
        {SPIN_TABLE, SPINKV_OK, true},
        {"PRAGMA journal_mode = WAL;" SPIN_TABLE, SPINKV_OK, true},
        /* A check that is left out for want of memory would let these in. */
        {"PRAGMA encoding = 'UTF-16le';" SPIN_TABLE, SPINKV_UNSUPPORTED, false},
        {"CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT "
         "NULL, PRIMARY KEY (store, key COLLATE NOCASE))",
         SPINKV_CORRUPT, false},
        {"CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT "
         "NULL, PRIMARY KEY (store, key)) WITHOUT ROWID",
         SPINKV_CORRUPT, false},
        {"CREATE VIEW spin_key_value AS SELECT 1 AS store, 2 AS key, 3 AS value", SPINKV_CORRUPT,
         false},
        {"CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT "
         "NULL, extra, PRIMARY KEY (store, key))",
         SPINKV_CORRUPT, true},
    };
    size_t i;

    note_rest();
    for (i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        for_each_fault(strike_opening, &openings[i],
                       openings[i].sql ? openings[i].sql : "opening a missing file");
    }
}

/* ---- Apps ------------------------------------------------------------------------------------ */

static bool strike_app(const void *context, int n, bool for_ever) {
    spinkv_options options = options_for(NULL);
    spinkv_store first = 0, second = 0;
    spinkv_app *app = SPOILT;
    spinkv_status status;
    bool fired;

    (void)context;
    options.type = "spin";
    fault_arm(n, for_ever);
    status = spinkv_app_new(&app, &err);
    CHECK((status == SPINKV_OK) == (app != NULL));
    if (status == SPINKV_OK) {
        status = spinkv_app_set_state_dir(app, "state", &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_app_set_state_dir(app, "", &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_app_add_store(app, "m", &options, &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_open(app, "m", &first, &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_open_default(app, &second, &err);
    }
    fired = fault_disarm();
    CHECK_STATUS(fired && status != SPINKV_OK ? SPINKV_NO_MEMORY : SPINKV_OK, status);
    if (status != SPINKV_OK) {
        check_told(__FILE__, __LINE__, SPINKV_NO_MEMORY);
    }
    if (first) {
        CHECK_OK(set_text(first, "k", "v"));
    }
    if (app && !first && spinkv_open(app, "m", &first, &err) == SPINKV_NO_SUCH_STORE) {
        CHECK_OK(spinkv_app_add_store(app, "m", &options, &err));
    }
    spinkv_close(first);
    spinkv_close(second);
    spinkv_app_free(app);
    check_rest(0);
    return fired;
}

static void apps(void) {
    note_rest();
    for_each_fault(strike_app, NULL, "an app");
}

/* ---- Files ----------------------------------------------------------------------------------- */

static const char *const files[][2] = {
    {"spin_manifest_version = 2\nkey_value_stores = []\n"
     "[[trigger.http]]\ncomponent = { key_value_stores = ['x'] }\n"
     "[[trigger.http]]\nid = 't'\ncomponents.a = ['web', 'no', {}]\n"
     "[component.web]\nkey_value_stores = ['default', 'a-label-longer-than-a-short-string']\n"
     "key_value_store = ['x']\n",
     "statedir = 'x'\nstate_dir = 'a-folder-whose-name-is-longer-than-a-short-string'\n"
     "[key_value_store.default]\ntype = 'spin'\n"
     "[key_value_store.x]\ntype = 'spin'\npath = 'x.db'\n"
     "[key_value_store.a-label-longer-than-a-short-string]\n"
     "type = 'redis'\nurl = 'redis://u:p@localhost'\n"},
    {"spin_version = '1'\n[[component]]\nid = 'a'\nkey_value_stores = ['default']\n", ""},
    /* Errors, which must not become others for want of memory. */
    {"spin_manifest_version = 2\n[component.a]\nkey_value_stores = ['Not a label']\n", NULL},
    {"spin_manifest_version = 2\na = [1, {b = 'an unfinished string that is long enough]\n", NULL}};

static void put_file(const char *path, const char *content) {
    FILE *file = fopen(path, "w");

    REQUIRE(file && fputs(content, file) >= 0 && fclose(file) == 0);
}

/* Makes an app of both files and asks it all it knows. */
static spinkv_status use_files(spinkv_app *app, bool has_configuration) {
    spinkv_list labels = {NULL, 0}, summaries = {NULL, 0}, warnings = {NULL, 0};
    spinkv_status status = spinkv_app_load_manifest(app, "spin.toml", "*", &err);

    if (status == SPINKV_OK && has_configuration) {
        status = spinkv_app_load_runtime_config(app, "rc.toml", &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_app_grant(app, "more", &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_app_check(app, &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_app_list_stores(app, &labels, &summaries, &err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_app_list_warnings(app, &warnings, &err);
    }
    spinkv_list_free(&labels);
    spinkv_list_free(&summaries);
    spinkv_list_free(&warnings);
    return status;
}

static bool strike_files(const void *context, int n, bool for_ever) {
    const char *const *texts = context;
    spinkv_status status, expected = texts[1] ? SPINKV_OK : SPINKV_INVALID_CONFIG;
    long before = atomic_load(&held);
    spinkv_app *app = NULL;
    bool fired;

    fault_arm(n, for_ever);
    status = spinkv_app_new(&app, &err);
    if (status == SPINKV_OK) {
        status = use_files(app, texts[1] != NULL);
    }
    fired = fault_disarm();
    if (!fired || status != SPINKV_NO_MEMORY) {
        CHECK_STATUS(expected, status);
    }
    spinkv_app_free(app);
    CHECK_NUMBER(before, atomic_load(&held));
    return fired;
}

static void app_files(void) {
    size_t i;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        put_file("spin.toml", files[i][0]);
        put_file("rc.toml", files[i][1] ? files[i][1] : "");
        for_each_fault(strike_files, files[i], files[i][0]);
    }
}

/* A list grows as it is read: every growth fails. */
static bool strike_long_list(const void *context, int n, bool for_ever) {
    const spinkv_store *store = context;
    spinkv_list keys = {SPOILT, 9};
    spinkv_status status;
    bool fired;

    fault_arm(n, for_ever);
    status = spinkv_get_keys(*store, &keys, &err);
    fired = fault_disarm();
    CHECK_STATUS(fired && status != SPINKV_OK ? SPINKV_NO_MEMORY : SPINKV_OK, status);
    CHECK_NUMBER(status == SPINKV_OK ? 1000 : 0, keys.count);
    CHECK((keys.items != NULL) == (status == SPINKV_OK));
    spinkv_list_free(&keys);
    return fired;
}

static void long_lists(void) {
    spinkv_store store;
    char key[16];
    int i;

    note_rest();
    store = open_path(NULL);
    for (i = 0; i < 1000; i++) {
        snprintf(key, sizeof(key), "%d", i);
        CHECK_OK(set_text(store, key, "v"));
    }
    for_each_fault(strike_long_list, &store, "a list of 1,000 keys");
    spinkv_close(store);
    check_rest(0);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(first_json),
        TEST(operations_in_memory),
        TEST(operations_in_a_file),
        TEST(opening_files),
        TEST(apps),
        TEST(app_files),
        TEST(long_lists),
    };

    replace_allocator_of_sqlite();
    return RUN_TESTS(tests, argc, argv);
}
