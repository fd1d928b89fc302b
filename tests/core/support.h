/*
 * What several test programs need: stores opened in one line, plain SQLite beside them, threads,
 * forked children, clocks, random numbers that are the same in every run. Expects nothing of the
 * library but that a store can be opened; everything else is checked where it is tested.
 */
#ifndef SPINKV_SUPPORT_H
#define SPINKV_SUPPORT_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "check.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

/* The table as Spin makes it. */
#define SPIN_TABLE                                                                                 \
    "CREATE TABLE spin_key_value (store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "   \
    "PRIMARY KEY (store, key))"

/* How many times a loop is to run that runs `full` times at full speed. SPINKV_TEST_DIVISOR, which
 * CMakeLists.txt sets for tools that are many times slower, makes it fewer. */
static inline int rounds(int full) {
    const char *text = getenv("SPINKV_TEST_DIVISOR");
    int divisor = text ? atoi(text) : 1;
    int fewer = divisor > 1 ? full / divisor : full;

    return fewer > 0 ? fewer : 1;
}

/* Whether to take the time that continuous integration takes: where SPINKV_EFFORT is 4 or more. */
static inline bool is_thorough(void) {
    const char *effort = getenv("SPINKV_EFFORT");

    return effort && atoi(effort) >= 4;
}

/* ---- Time and chance ------------------------------------------------------------------------- */

static inline int64_t now_ms(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void sleep_us(long microseconds) {
    struct timespec duration = {microseconds / 1000000, microseconds % 1000000 * 1000};

    while (nanosleep(&duration, &duration) != 0 && errno == EINTR) {
    }
}

/* The next of a row of random numbers; *state is where it stands, and never 0. */
static inline uint32_t random_next(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* ---- Stores ---------------------------------------------------------------------------------- */

/* Options for a file with the defaults, or for in memory where path is NULL. Those for a file are
 * not synced, for speed; where that matters a test sets the durability. */
static inline spinkv_options options_for(const char *path) {
    spinkv_options options = SPINKV_OPTIONS_INIT;

    options.path = path;
    options.durability = SPINKV_DURABILITY_NORMAL;
    return options;
}

/* Opens the store "test" with these options, in an app of its own. */
static inline spinkv_status try_open(const spinkv_options *options, spinkv_store *store,
                                     spinkv_error *error) {
    spinkv_app *app = NULL;
    spinkv_status status;

    *store = 0;
    status = spinkv_app_new(&app, error);
    if (status == SPINKV_OK) {
        status = spinkv_app_add_store(app, "test", options, error);
    }
    if (status == SPINKV_OK) {
        status = spinkv_open(app, "test", store, error);
    }
    spinkv_app_free(app);
    return status;
}

/* Opens the store "test" in a file, or in memory where path is NULL; 0 if that failed. */
static inline spinkv_store open_path(const char *path) {
    spinkv_options options = options_for(path);
    spinkv_store store;

    CHECK_OK(try_open(&options, &store, &err));
    return store;
}

/* Calls with a key and value that are plain texts. */
static inline spinkv_status set_text(spinkv_store store, const char *key, const char *value) {
    return spinkv_set(store, key, strlen(key), value, strlen(value), &err);
}

static inline spinkv_status delete_text(spinkv_store store, const char *key) {
    return spinkv_delete(store, key, strlen(key), &err);
}

/* The value of a key as text in buffer; "(none)" or a status's name where there is none. */
static inline const char *get_text(spinkv_store store, const char *key, char *buffer, size_t size) {
    size_t value_size = 0;
    spinkv_status status =
        spinkv_get_into(store, key, strlen(key), buffer, size - 1, &value_size, &err);

    if (status != SPINKV_OK) {
        return status == SPINKV_NO_SUCH_KEY ? "(none)" : spinkv_status_name(status);
    }
    buffer[value_size < size ? value_size : 0] = '\0';
    return buffer;
}

#define CHECK_VALUE(expected, store, key)                                                          \
    do {                                                                                           \
        char value_buffer[256];                                                                    \
        CHECK_TEXT((expected), get_text((store), (key), value_buffer, sizeof(value_buffer)));      \
    } while (0)

/* Adds to a counter; gives the new number, or -1. */
static inline int64_t add_to(spinkv_store store, const char *key, int64_t delta) {
    int64_t number = -1;

    return CHECK_OK(spinkv_increment(store, key, strlen(key), delta, &number, &err)) ? number : -1;
}

static inline int64_t count_of(spinkv_store store) {
    uint64_t count = 0;

    return CHECK_OK(spinkv_count(store, &count, &err)) ? (int64_t)count : -1;
}

/* ---- Plain SQLite ---------------------------------------------------------------------------- */

static inline sqlite3 *sql_open(const char *path) {
    sqlite3 *db = NULL;

    REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 20000);
    return db;
}

/* Runs statements, which must succeed. */
static inline void sql_run(sqlite3 *db, const char *sql) {
    char *message = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, message ? message : "?");
        check_failed();
    }
    sqlite3_free(message);
}

/* Runs statements on a file in a connection of their own. */
static inline void sql_run_in(const char *path, const char *sql) {
    sqlite3 *db = sql_open(path);

    sql_run(db, sql);
    sqlite3_close(db);
}

/* The first column of the first row as text in buffer; "" where there is no row. */
static inline const char *sql_text(const char *path, const char *sql, char *buffer, size_t size) {
    sqlite3 *db = sql_open(path);
    sqlite3_stmt *statement = NULL;

    buffer[0] = '\0';
    if (CHECK_NUMBER(SQLITE_OK, sqlite3_prepare_v2(db, sql, -1, &statement, NULL)) &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        snprintf(buffer, size, "%s", text ? (const char *)text : "");
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return buffer;
}

#define CHECK_SQL(expected, path, sql)                                                             \
    do {                                                                                           \
        char sql_buffer[256];                                                                      \
        CHECK_TEXT((expected), sql_text((path), (sql), sql_buffer, sizeof(sql_buffer)));           \
    } while (0)

/* That SQLite itself finds nothing wrong with a file. */
#define CHECK_SOUND(path) CHECK_SQL("ok", (path), "PRAGMA integrity_check")

/* ---- Threads --------------------------------------------------------------------------------- */

/*
 * AddressSanitizer's allocator, unlike libc's, may stay locked in a child that is forked while
 * another thread allocates. Under it, and only there, forks and the calls of threads that go on
 * during them take turns; threads start before the forking begins, and end after it.
 */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static inline void begin_turn(void) {
    if (UNDER_ASAN) {
        pthread_mutex_lock(&turn);
    }
}

static inline void end_turn(void) {
    if (UNDER_ASAN) {
        pthread_mutex_unlock(&turn);
        /* For whoever waits, as a mutex is not fair. */
        sleep_us(50);
    }
}

struct thread_start {
    void *(*body)(void *);
    void *context;
    atomic_bool has_started;
};

static inline void *run_thread(void *context) {
    struct thread_start *start = context;
    void *(*body)(void *) = start->body;
    void *body_context = start->context;

    atomic_store(&start->has_started, true);
    return body(body_context);
}

/* Starts a thread, and returns when it runs. */
static inline pthread_t start_thread(void *(*body)(void *), void *context) {
    struct thread_start start = {body, context, false};
    pthread_t thread;

    REQUIRE(pthread_create(&thread, NULL, run_thread, &start) == 0);
    while (!atomic_load(&start.has_started)) {
        sleep_us(20);
    }
    return thread;
}

static inline void join_thread(pthread_t thread) {
    CHECK_NUMBER(0, pthread_join(thread, NULL));
}

/* Runs a body in many threads at once, each with its own element of contexts. */
static inline void in_threads(int count, void *(*body)(void *), void *contexts, size_t size) {
    pthread_t *threads = calloc((size_t)count, sizeof(*threads));
    int i;

    REQUIRE(threads);
    for (i = 0; i < count; i++) {
        REQUIRE(pthread_create(&threads[i], NULL, body, (char *)contexts + (size_t)i * size) == 0);
    }
    for (i = 0; i < count; i++) {
        join_thread(threads[i]);
    }
    free(threads);
}

/* ---- Processes ------------------------------------------------------------------------------- */

/* Ends a child. Under a tool that looks for leaks it becomes another program for that: what it
 * inherited from threads that it does not have would count as lost. */
static inline void end_child(bool has_failed) {
    if (rounds(2) < 2) {
        execl("/bin/sh", "sh", "-c", has_failed ? "exit 1" : "exit 0", (char *)NULL);
    }
    _exit(has_failed);
}

/* Forks a child that runs body, and ends as a failure if a check failed in it. */
static inline pid_t fork_child(void (*body)(void *), void *context) {
    pid_t child;

    begin_turn();
    fflush(NULL);
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        pthread_mutex_init(&turn, NULL);
        atomic_store(&check_failures, 0);
        body(context);
        end_child(atomic_load(&check_failures) > 0);
    }
    end_turn();
    return child;
}

/* Waits until a child is over, at most for so long; a child that hangs is killed and a failure. */
static inline void join_child(pid_t child, int64_t timeout_ms) {
    int64_t deadline_ms = now_ms() + timeout_ms;
    pid_t ended = 0;
    int status = 0;

    while ((ended = waitpid(child, &status, WNOHANG)) == 0 && now_ms() < deadline_ms) {
        sleep_us(500);
    }
    if (ended == 0) {
        fprintf(stderr, "child %d hangs\n", (int)child);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        check_failed();
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "child %d ended with %s %d\n", (int)child,
                WIFEXITED(status) ? "exit status" : "signal",
                WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        check_failed();
    }
}

/* A process that holds the write lock of a file in WAL mode, by plain SQLite. */
struct locker {
    pid_t pid;
    int told, asked;
};

/* To be called while no store is open, so that the process inherits none. It ends when unlocked. */
static inline struct locker start_locker(const char *path) {
    int told[2], asked[2];
    struct locker locker;

    fflush(NULL);
    REQUIRE(pipe(told) == 0 && pipe(asked) == 0);
    locker.pid = fork();
    REQUIRE(locker.pid >= 0);
    if (locker.pid == 0) {
        char byte;
        sqlite3 *db;
        close(told[0]);
        close(asked[1]);
        if (read(asked[0], &byte, 1) == 1) {
            db = sql_open(path);
            sql_run(db, "BEGIN IMMEDIATE");
            if (write(told[1], "l", 1) == 1 && read(asked[0], &byte, 1) >= 0) {
                sql_run(db, "COMMIT");
            }
            sqlite3_close(db);
        }
        end_child(atomic_load(&check_failures) > 0);
    }
    close(told[1]);
    close(asked[0]);
    locker.told = told[0];
    locker.asked = asked[1];
    return locker;
}

/* Has the lock taken. */
static inline void lock_file(const struct locker *locker) {
    char byte;

    REQUIRE(write(locker->asked, "l", 1) == 1 && read(locker->told, &byte, 1) == 1);
}

/* Has the lock given back, and the process end. */
static inline void unlock_file(const struct locker *locker) {
    CHECK(write(locker->asked, "u", 1) == 1);
    join_child(locker->pid, 30000);
    close(locker->asked);
    close(locker->told);
}

#endif
