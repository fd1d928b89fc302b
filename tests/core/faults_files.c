/*
 * Every input and output fails once, and all from each on fail. SQLite reaches files through the
 * layer below, which is registered as its default VFS: it hands each call on to the real one, or
 * fails it as a disk or another process would. The files are tried with a write-ahead log and,
 * where the layer says that memory cannot be shared, with a rollback journal.
 */
#include "faults.h"

/* ---- A layer over the files of SQLite -------------------------------------------------------- */

/* How a struck call fails: in the way of a broken disk, or of a full one that others use. */
static bool full_and_busy;

/* Without shared memory a file cannot have a write-ahead log. */
static bool without_shared_memory;

static int calls_met;

struct layer_file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_file *real_file(sqlite3_file *file) {
    return ((struct layer_file *)file)->real;
}

/* Counts a call that may fail; tells whether it does. */
static bool strikes(void) {
    calls_met++;
    return fault_strikes();
}

static int layer_close(sqlite3_file *file) {
    sqlite3_file *real = real_file(file);

    return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}

static int layer_read(sqlite3_file *file, void *buffer, int size, sqlite3_int64 offset) {
    return strikes() ? SQLITE_IOERR_READ
                     : real_file(file)->pMethods->xRead(real_file(file), buffer, size, offset);
}

/* A full disk takes the first half. */
static int layer_write(sqlite3_file *file, const void *buffer, int size, sqlite3_int64 offset) {
    sqlite3_file *real = real_file(file);

    if (strikes()) {
        real->pMethods->xWrite(real, buffer, size / 2, offset);
        return full_and_busy ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    return real->pMethods->xWrite(real, buffer, size, offset);
}

static int layer_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return strikes() ? SQLITE_IOERR_TRUNCATE
                     : real_file(file)->pMethods->xTruncate(real_file(file), size);
}

static int layer_sync(sqlite3_file *file, int flags) {
    return strikes() ? SQLITE_IOERR_FSYNC
                     : real_file(file)->pMethods->xSync(real_file(file), flags);
}

static int layer_file_size(sqlite3_file *file, sqlite3_int64 *size) {
    return strikes() ? SQLITE_IOERR_FSTAT
                     : real_file(file)->pMethods->xFileSize(real_file(file), size);
}

static int layer_lock(sqlite3_file *file, int level) {
    if (strikes()) {
        return full_and_busy ? SQLITE_BUSY : SQLITE_IOERR_LOCK;
    }
    return real_file(file)->pMethods->xLock(real_file(file), level);
}

static int layer_unlock(sqlite3_file *file, int level) {
    return real_file(file)->pMethods->xUnlock(real_file(file), level);
}

static int layer_check_reserved(sqlite3_file *file, int *reserved) {
    return strikes() ? SQLITE_IOERR_CHECKRESERVEDLOCK
                     : real_file(file)->pMethods->xCheckReservedLock(real_file(file), reserved);
}

static int layer_file_control(sqlite3_file *file, int operation, void *argument) {
    return real_file(file)->pMethods->xFileControl(real_file(file), operation, argument);
}

static int layer_sector_size(sqlite3_file *file) {
    return real_file(file)->pMethods->xSectorSize(real_file(file));
}

static int layer_characteristics(sqlite3_file *file) {
    return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}

static int layer_shm_map(sqlite3_file *file, int page, int page_size, int extend,
                         void volatile **memory) {
    *memory = NULL;
    return strikes() ? SQLITE_IOERR_SHMMAP
                     : real_file(file)->pMethods->xShmMap(real_file(file), page, page_size, extend,
                                                          memory);
}

static int layer_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    if ((flags & SQLITE_SHM_LOCK) && strikes()) {
        return full_and_busy ? SQLITE_BUSY : SQLITE_IOERR_SHMLOCK;
    }
    return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}

static void layer_shm_barrier(sqlite3_file *file) {
    real_file(file)->pMethods->xShmBarrier(real_file(file));
}

static int layer_shm_unmap(sqlite3_file *file, int remove_memory) {
    return real_file(file)->pMethods->xShmUnmap(real_file(file), remove_memory);
}

#define LAYER_METHODS(version)                                                                     \
    {                                                                                              \
        .iVersion = (version), .xClose = layer_close, .xRead = layer_read, .xWrite = layer_write,  \
        .xTruncate = layer_truncate, .xSync = layer_sync, .xFileSize = layer_file_size,            \
        .xLock = layer_lock, .xUnlock = layer_unlock, .xCheckReservedLock = layer_check_reserved,  \
        .xFileControl = layer_file_control, .xSectorSize = layer_sector_size,                      \
        .xDeviceCharacteristics = layer_characteristics, .xShmMap = layer_shm_map,                 \
        .xShmLock = layer_shm_lock, .xShmBarrier = layer_shm_barrier, .xShmUnmap = layer_shm_unmap \
    }

static const sqlite3_io_methods layer_methods = LAYER_METHODS(2);
static const sqlite3_io_methods layer_methods_alone = LAYER_METHODS(1);

static sqlite3_vfs layer, *real_vfs;

static int layer_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                      int *flags_out) {
    struct layer_file *opened = (struct layer_file *)file;
    int code;

    (void)vfs;
    opened->base.pMethods = NULL;
    opened->real = (sqlite3_file *)(opened + 1);
    if (strikes()) {
        return SQLITE_CANTOPEN;
    }
    code = real_vfs->xOpen(real_vfs, path, opened->real, flags, flags_out);
    if (opened->real->pMethods) {
        opened->base.pMethods = without_shared_memory ? &layer_methods_alone : &layer_methods;
    }
    return code;
}

static int layer_delete(sqlite3_vfs *vfs, const char *path, int sync_folder) {
    (void)vfs;
    return strikes() ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, path, sync_folder);
}

static int layer_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    return strikes() ? SQLITE_IOERR_ACCESS : real_vfs->xAccess(real_vfs, path, flags, result);
}

static int layer_full_path(sqlite3_vfs *vfs, const char *path, int size, char *full) {
    (void)vfs;
    return strikes() ? SQLITE_CANTOPEN : real_vfs->xFullPathname(real_vfs, path, size, full);
}

/* SQLite's own pauses between tries, which add up to ten seconds, pass in no time. */
static int layer_sleep(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return microseconds;
}

static void register_layer(void) {
    real_vfs = sqlite3_vfs_find(NULL);
    REQUIRE(real_vfs);
    layer = *real_vfs;
    layer.pNext = NULL;
    layer.zName = "layer";
    layer.szOsFile = (int)sizeof(struct layer_file) + real_vfs->szOsFile;
    layer.xOpen = layer_open;
    layer.xDelete = layer_delete;
    layer.xAccess = layer_access;
    layer.xFullPathname = layer_full_path;
    layer.xSleep = layer_sleep;
    REQUIRE(sqlite3_vfs_register(&layer, 1) == SQLITE_OK);
}

/* ---- What may be struck ---------------------------------------------------------------------- */

static bool is_trouble_with_files(spinkv_status status) {
    return status == SPINKV_IO || status == SPINKV_BUSY || status == SPINKV_NO_MEMORY ||
           status == SPINKV_CORRUPT || status == SPINKV_READ_ONLY;
}

/* Runs body in all four ways. */
static void in_all_ways(void (*body)(void)) {
    int way;

    for (way = 0; way < 4; way++) {
        unsigned failures = atomic_load(&check_failures);
        full_and_busy = way % 2 == 1;
        without_shared_memory = way >= 2;
        calls_met = 0;
        body();
        CHECK(calls_met > 100);
        if (atomic_load(&check_failures) > failures) {
            fprintf(stderr, "    with a %s disk and %s\n",
                    full_and_busy ? "full and busy" : "broken",
                    without_shared_memory ? "a rollback journal" : "a write-ahead log");
        }
    }
    full_and_busy = without_shared_memory = false;
}

static void strike_all_operations(void) {
    unlink("store.db");
    strike_operations("store.db", is_trouble_with_files, NULL);
}

static void operations_on_a_file(void) {
    in_all_ways(strike_all_operations);
}

/* ---- Opening and closing --------------------------------------------------------------------- */

/* Opens a file that is missing, or that holds a tuple, under faults. */
static bool strike_opening(const void *context, int n, bool for_ever) {
    const char *const *sql = context;
    spinkv_options options = options_for("store.db");
    spinkv_status status;
    spinkv_store store;
    bool fired;

    unlink("store.db");
    if (*sql) {
        sql_run_in("store.db", *sql);
    }
    options.busy_timeout_ms = 1;
    fault_arm(n, for_ever);
    status = try_open(&options, &store, &err);
    fired = fault_disarm();
    if (status != SPINKV_OK) {
        CHECK(fired && is_trouble_with_files(status));
        check_told(__FILE__, __LINE__, status);
        CHECK_NUMBER(0, store);
        store = open_path("store.db");
    }
    CHECK_VALUE(*sql ? "v" : "(none)", store, "k");
    CHECK_OK(set_text(store, "new", "n"));
    CHECK_VALUE("n", store, "new");
    spinkv_close(store);
    CHECK_SOUND("store.db");
    CHECK_SQL(*sql ? "2" : "1", "store.db", "SELECT count(*) FROM spin_key_value");
    return fired;
}

static void strike_all_openings(void) {
    static const char *const files[] = {
        NULL, SPIN_TABLE "; INSERT INTO spin_key_value VALUES ('test', 'k', x'76')",
        "PRAGMA journal_mode = WAL;" SPIN_TABLE
        "; INSERT INTO spin_key_value VALUES ('test', 'k', x'76')"};
    size_t i;

    for (i = 0; i < (without_shared_memory ? 2 : 3); i++) {
        for_each_fault(strike_opening, &files[i], files[i] ? files[i] : "opening a missing file");
    }
}

static void opening_a_file(void) {
    in_all_ways(strike_all_openings);
}

/* What was acknowledged stays, though closing cannot merge the log. */
static bool strike_closing(const void *context, int n, bool for_ever) {
    spinkv_store store;
    bool fired;

    (void)context;
    unlink("store.db");
    store = open_path("store.db");
    operations_fill(store);
    CHECK_OK(set_text(store, "k", "v"));
    fault_arm(n, for_ever);
    spinkv_close(store);
    fired = fault_disarm();
    store = open_path("store.db");
    CHECK_VALUE("v", store, "k");
    CHECK_VALUE("value", store, "key");
    CHECK_NUMBER(5, count_of(store));
    CHECK_OK(set_text(store, "k", "w"));
    spinkv_close(store);
    CHECK_SOUND("store.db");
    return fired;
}

static void closing_a_file(void) {
    for_each_fault(strike_closing, NULL, "close");
}

/* ---- Many writes ----------------------------------------------------------------------------- */

#define WRITES 14

/* A row of writes, large and small, in which one call or all from one on fail. Each write that was
 * acknowledged is there at the end; of one that failed, the value is that of before or after. */
static bool strike_writes(const void *context, int n, bool for_ever) {
    static char large[6000];
    spinkv_status statuses[WRITES];
    spinkv_store store;
    bool fired;
    int i;

    (void)context;
    unlink("store.db");
    store = open_impatient("store.db");
    fault_arm(n, for_ever);
    for (i = 0; i < WRITES; i++) {
        char key[2] = {(char)('a' + i % 7), '\0'};
        memset(large, 'A' + i, sizeof(large));
        statuses[i] = spinkv_set(store, key, 1, large, i % 3 ? 10 : sizeof(large), &err);
    }
    fired = fault_disarm();
    spinkv_close(store);
    store = open_path("store.db");
    for (i = 0; i < WRITES; i++) {
        char key[2] = {(char)('a' + i % 7), '\0'}, first = 0;
        bool is_last = i + 7 >= WRITES;
        size_t size = 0;
        CHECK(statuses[i] == SPINKV_OK || is_trouble_with_files(statuses[i]));
        if (is_last && statuses[i] == SPINKV_OK &&
            CHECK_OK(spinkv_get_into(store, key, 1, large, sizeof(large), &size, &err))) {
            first = large[0];
            CHECK_NUMBER('A' + i, first);
            CHECK_NUMBER(i % 3 ? 10 : sizeof(large), size);
            CHECK(memchr(large, first, size) && large[size - 1] == first);
        }
    }
    spinkv_close(store);
    CHECK_SOUND("store.db");
    return fired;
}

static void strike_row_of_writes(void) {
    for_each_fault(strike_writes, NULL, "a row of writes");
}

static void many_writes(void) {
    in_all_ways(strike_row_of_writes);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(operations_on_a_file),
        TEST(opening_a_file),
        TEST(closing_a_file),
        TEST(many_writes),
    };

    register_layer();
    return RUN_TESTS(tests, argc, argv);
}
