/*
 * JSON by SQLite's own functions, which keep every token as it was: json_valid() is strict RFC 8259
 * and json() drops the space between tokens. They run on private connections in memory; idle ones
 * are kept, so that threads do not wait for each other. What those functions do not check, UTF-8
 * and NUL bytes, is checked before.
 */
#include "json.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "utf8.h"

/* How many idle engines are kept. */
#define IDLE_MOST 4

struct engine {
    struct engine *next;
    sqlite3 *db;
    sqlite3_stmt *check;
    sqlite3_stmt *compact;
};

static pthread_mutex_t engines_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t engines_changed = PTHREAD_COND_INITIALIZER;
static struct engine *idle_engines;
static size_t idle_count, working_count;

void spinkv__json_before_fork(void) {
    pthread_mutex_lock(&engines_mutex);
    while (working_count > 0) {
        pthread_cond_wait(&engines_changed, &engines_mutex);
    }
}

void spinkv__json_after_fork(bool in_child) {
    if (in_child) {
        pthread_cond_init(&engines_changed, NULL);
    }
    pthread_mutex_unlock(&engines_mutex);
}

static void free_engine(struct engine *engine) {
    if (engine) {
        sqlite3_finalize(engine->check);
        sqlite3_finalize(engine->compact);
        sqlite3_close(engine->db);
        free(engine);
    }
}

/* Since 3.42 json() takes JSON5 too. Before, it tells better than json_valid() what failed. */
static const char *compact_sql(void) {
    return sqlite3_libversion_number() < 3042000 ? "SELECT json(?1)"
                                                 : "SELECT json(?1) WHERE json_valid(?1)";
}

static struct engine *new_engine(void) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    struct engine *engine = calloc(1, sizeof(*engine));

    if (!engine) {
        return NULL;
    }
    if (sqlite3_open_v2(":memory:", &engine->db, flags, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(engine->db, "SELECT json_valid(?1)", -1, &engine->check, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(engine->db, compact_sql(), -1, &engine->compact, NULL) != SQLITE_OK) {
        free_engine(engine);
        return NULL;
    }
    return engine;
}

static struct engine *take_engine(void) {
    struct engine *engine;

    pthread_mutex_lock(&engines_mutex);
    working_count++;
    engine = idle_engines;
    if (engine) {
        idle_engines = engine->next;
        idle_count--;
    }
    pthread_mutex_unlock(&engines_mutex);
    return engine ? engine : new_engine();
}

static void give_engine(struct engine *engine) {
    bool keep;

    pthread_mutex_lock(&engines_mutex);
    keep = engine && idle_count < IDLE_MOST;
    if (keep) {
        engine->next = idle_engines;
        idle_engines = engine;
        idle_count++;
    }
    pthread_mutex_unlock(&engines_mutex);
    if (!keep) {
        free_engine(engine);
    }
    pthread_mutex_lock(&engines_mutex);
    working_count--;
    pthread_cond_broadcast(&engines_changed);
    pthread_mutex_unlock(&engines_mutex);
}

static spinkv_status fail_invalid(spinkv_error *err, spinkv_bytes key, const char *why) {
    return spinkv__fail(err, SPINKV_INVALID_JSON, "the value of key %s is not JSON: it %s",
                        spinkv__show_key(key.data, key.size).text, why);
}

/* What SQLite's functions would let pass. */
static spinkv_status check_bytes(spinkv_bytes key, spinkv_bytes text, spinkv_error *err) {
    if (text.size == 0) {
        return fail_invalid(err, key, "is empty");
    }
    if (memchr(text.data, '\0', text.size)) {
        return fail_invalid(err, key, "holds a NUL byte");
    }
    if (!spinkv__utf8_is_valid(text.data, text.size)) {
        return fail_invalid(err, key, "is not valid UTF-8");
    }
    return SPINKV_OK;
}

/* Runs a statement on the text and takes its answer: a status, and the compact text if asked for.
 */
static spinkv_status run(sqlite3_stmt *statement, spinkv_bytes key, spinkv_bytes text,
                         spinkv_value *compact, spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    int code = sqlite3_bind_text64(statement, 1, text.data, text.size, SQLITE_STATIC, SQLITE_UTF8);

    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
    }
    if (code == SQLITE_ROW && compact) {
        const void *answer = sqlite3_column_text(statement, 0);
        size_t size = (size_t)sqlite3_column_bytes(statement, 0);
        status = answer ? spinkv__value_copy(answer, size, compact, err)
                        : spinkv__fail_no_memory(err, "JSON");
    } else if (code == SQLITE_DONE || code == SQLITE_ERROR ||
               (code == SQLITE_ROW && !sqlite3_column_int(statement, 0))) {
        status = fail_invalid(err, key, "is another text, or nested too deep");
    } else if (code == SQLITE_TOOBIG) {
        status = spinkv__fail(err, SPINKV_VALUE_TOO_LARGE,
                              "the JSON text for key %s is %zu bytes, more than SQLite takes",
                              spinkv__show_key(key.data, key.size).text, text.size);
    } else if (code != SQLITE_ROW) {
        status = spinkv__fail_no_memory(err, "JSON");
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

/* json_valid() also says no when memory is out; json() tells the two apart. */
static spinkv_status check(struct engine *engine, spinkv_bytes key, spinkv_bytes text,
                           spinkv_error *err) {
    spinkv_value compact = {NULL, 0};
    spinkv_status status = run(engine->check, key, text, NULL, err);

    if (status == SPINKV_INVALID_JSON) {
        status = run(engine->compact, key, text, &compact, err);
        spinkv_value_free(&compact);
        status = status == SPINKV_OK ? spinkv__fail_no_memory(err, "JSON") : status;
    }
    return status;
}

spinkv_status spinkv__json_compact(spinkv_bytes key, spinkv_bytes text, spinkv_value *compact,
                                   spinkv_error *err) {
    spinkv_status status = check_bytes(key, text, err);
    struct engine *engine;

    if (status != SPINKV_OK) {
        return status;
    }
    engine = take_engine();
    status = engine ? run(engine->compact, key, text, compact, err)
                    : spinkv__fail_no_memory(err, "JSON");
    give_engine(engine);
    return status;
}

spinkv_status spinkv__json_check(spinkv_bytes key, spinkv_bytes text, spinkv_error *err) {
    spinkv_status status = check_bytes(key, text, err);
    struct engine *engine;

    if (status != SPINKV_OK) {
        return status;
    }
    engine = take_engine();
    status = engine ? check(engine, key, text, err) : spinkv__fail_no_memory(err, "JSON");
    give_engine(engine);
    return status;
}
