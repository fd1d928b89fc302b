/*
 * Opening a SQLite connection and keeping its statements. Whatever a file's schema holds, nothing
 * in it is run: no triggers, views, extensions or unsafe functions, and SQLite's own defences are
 * on.
 */
#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/error.h"
#include "../../src/path.h"
#include "count.h"
#include "failure.h"
#include "schema.h"

static const char *const statement_sql[] = {
#define STATEMENT_SQL(NAME, sql) sql,
    SPINKV__STATEMENTS(STATEMENT_SQL)
#undef STATEMENT_SQL
};

spinkv_status spinkv__connection_fail(struct connection *connection, int code, const char *action,
                                      spinkv_error *err) {
    return spinkv__sqlite_fail(connection->db, connection->name, code, action, err);
}

spinkv_status spinkv__connection_prepare(struct connection *connection, enum statement which,
                                         sqlite3_stmt **statement, spinkv_error *err) {
    sqlite3_stmt **kept = &connection->statements[which];

    *statement = NULL;
    if (!*kept) {
        int code = sqlite3_prepare_v3(connection->db, statement_sql[which], -1,
                                      SQLITE_PREPARE_PERSISTENT, kept, NULL);
        if (code != SQLITE_OK) {
            *kept = NULL;
            return spinkv__connection_fail(connection, code, "use", err);
        }
    }
    *statement = *kept;
    return SPINKV_OK;
}

spinkv_status spinkv__connection_run(struct connection *connection, enum statement which,
                                     spinkv_error *err) {
    sqlite3_stmt *statement;
    spinkv_status status = spinkv__connection_prepare(connection, which, &statement, err);
    int code;

    if (status != SPINKV_OK) {
        return status;
    }
    code = sqlite3_step(statement);
    if (code != SQLITE_DONE) {
        status = spinkv__connection_fail(connection, code, "use", err);
    }
    sqlite3_reset(statement);
    return status;
}

spinkv_status spinkv__connection_end_transaction(struct connection *connection, spinkv_error *err) {
    return sqlite3_get_autocommit(connection->db)
               ? SPINKV_OK
               : spinkv__connection_run(connection, STATEMENT_ROLLBACK, err);
}

spinkv_status spinkv__connection_set_durability(struct connection *connection,
                                                spinkv_durability durability, spinkv_error *err) {
    const char *sql = durability == SPINKV_DURABILITY_FULL ? "PRAGMA synchronous=FULL"
                                                           : "PRAGMA synchronous=NORMAL";
    int code;

    if (connection->durability == durability) {
        return SPINKV_OK;
    }
    code = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        return spinkv__connection_fail(connection, code, "set the durability of", err);
    }
    connection->durability = durability;
    return SPINKV_OK;
}

/* The most searches for a file's WAL index: it is there once the connection has read. */
#define INDEX_SEARCHES_MOST 4

void spinkv__connection_find_index(struct connection *connection) {
    if (!connection->index && connection->index_searches < INDEX_SEARCHES_MOST) {
        connection->index_searches++;
        connection->index = spinkv__wal_index_find(connection->db);
    }
}

/* A number that SQLite keeps of a connection. */
static int number_of(struct connection *connection, int which) {
    int number = 0, highest = 0;

    sqlite3_db_status(connection->db, which, &number, &highest, 0);
    return number;
}

void spinkv__connection_note_writes(struct connection *connection) {
    connection->pages_written = number_of(connection, SQLITE_DBSTATUS_CACHE_WRITE);
    connection->pages_spilled = number_of(connection, SQLITE_DBSTATUS_CACHE_SPILL);
}

uint32_t spinkv__connection_pages_added(struct connection *connection) {
    if (number_of(connection, SQLITE_DBSTATUS_CACHE_SPILL) != connection->pages_spilled) {
        return 0;
    }
    return (uint32_t)(number_of(connection, SQLITE_DBSTATUS_CACHE_WRITE) -
                      connection->pages_written);
}

spinkv_status spinkv__connection_sync_unwritten(struct connection *connection, spinkv_error *err) {
    sqlite3_file *log = NULL;
    int code = SQLITE_OK;

    if (connection->durability != SPINKV_DURABILITY_FULL ||
        number_of(connection, SQLITE_DBSTATUS_CACHE_WRITE) != connection->pages_written) {
        return SPINKV_OK;
    }
    sqlite3_file_control(connection->db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log && log->pMethods) {
        code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    }
    return code == SQLITE_OK ? SPINKV_OK : spinkv__connection_fail(connection, code, "sync", err);
}

/* SQLite's busy handler. */
static int wait_for_lock(void *context, int attempt) {
    struct connection *connection = context;

    return spinkv__wait_pause(connection->wait, attempt);
}

static void switch_on(sqlite3 *db, int setting, int on) {
    sqlite3_db_config(db, setting, on, (int *)NULL);
}

/* Settings that the safety and the durability of a file rest on. */
static int configure(struct connection *connection) {
    sqlite3 *db = connection->db;

    sqlite3_extended_result_codes(db, 1);
    switch_on(db, SQLITE_DBCONFIG_DEFENSIVE, 1);
    switch_on(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    switch_on(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    switch_on(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0);
    switch_on(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
    sqlite3_busy_handler(db, wait_for_lock, connection);
    sqlite3_wal_autocheckpoint(db, LOG_PAGES);
    spinkv__count_watch(connection);
    return sqlite3_exec(db,
                        "PRAGMA synchronous=FULL;"
#ifdef __APPLE__
                        "PRAGMA fullfsync=ON;"
#endif
                        "PRAGMA cell_size_check=ON",
                        NULL, NULL, NULL);
}

/* A file's path as a URI that says that nothing changes it. */
static void immutable_uri(const char *path, char *uri, size_t size) {
    size_t used = (size_t)snprintf(uri, size, "file:");

    for (; *path; path++) {
        const char *format = strchr("%?#", *path) ? "%%%02x" : "%c";
        used += (size_t)snprintf(uri + used, size - used, format, (unsigned char)*path);
    }
    snprintf(uri + used, size - used, "?immutable=1");
}

static int open_flags(enum access access) {
    switch (access) {
    case ACCESS_CREATE:
        return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    case ACCESS_OPEN:
        return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    case ACCESS_READ_ONLY:
        break;
    }
    return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
}

/*
 * Whether a file that SQLite does not take for a database is one in a newer format. In a database's
 * header bytes 16 and 17 are the page size, a power of two, and byte 19 is the version needed to
 * read it (SQLite's "Database File Format", section 1.3).
 */
static bool is_newer_format(const char *path) {
    static const char magic[16] = "SQLite format 3";
    unsigned char header[20];
    FILE *file = fopen(path, "rb");
    bool newer = false;

    if (file) {
        if (fread(header, 1, sizeof(header), file) == sizeof(header) &&
            memcmp(header, magic, sizeof(magic)) == 0) {
            unsigned page_size = (unsigned)header[16] << 8 | header[17];
            newer = (page_size & (page_size - 1)) == 0 && header[19] > 2;
        }
        fclose(file);
    }
    return newer;
}

/*
 * Whether a file that SQLite opened for reading only could be written: it does that also where it
 * failed for another reason, such as too many open files.
 */
static bool may_write(const char *path) {
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* Opens what path says, and checks or makes its table. */
static spinkv_status open_database(struct connection *connection, const char *path,
                                   enum access access, spinkv_error *err) {
    int flags = open_flags(access);
    char uri[3 * SPINKV__PATH_SIZE + 32];
    int code;

    if (connection->immutable) {
        immutable_uri(path, uri, sizeof(uri));
        path = uri;
        flags |= SQLITE_OPEN_URI;
    }
    code = sqlite3_open_v2(path ? path : ":memory:", &connection->db, flags, NULL);
    if (code == SQLITE_OK && path && access != ACCESS_READ_ONLY && !connection->immutable &&
        sqlite3_db_readonly(connection->db, "main") == 1 && may_write(path)) {
        return spinkv__fail(err, SPINKV_IO,
                            "cannot open %s for writing; the process may have too "
                            "many files open",
                            connection->name);
    }
    if (code == SQLITE_OK) {
        code = configure(connection);
    }
    if (code != SQLITE_OK) {
        return spinkv__connection_fail(connection, code, "open", err);
    }
    return access == ACCESS_OPEN ? SPINKV_OK
                                 : spinkv__schema_check(connection, access == ACCESS_CREATE, err);
}

static void close_database(struct connection *connection) {
    size_t i;

    for (i = 0; i < STATEMENT_COUNT_; i++) {
        sqlite3_finalize(connection->statements[i]);
        connection->statements[i] = NULL;
    }
    sqlite3_close(connection->db);
    connection->db = NULL;
}

/* Notes what the file is like; false if a write-ahead log lies beside it, which immutable ignores.
 */
static bool note_file(struct connection *connection, const char *path) {
    char log[SPINKV__PATH_SIZE + 8];
    struct stat found;

    snprintf(log, sizeof(log), "%s-wal", path);
    if (stat(log, &found) == 0 && found.st_size > 0) {
        return false;
    }
    if (stat(path, &found) != 0) {
        return false;
    }
    connection->file_size = found.st_size;
    connection->file_changed = found.st_mtim;
    return true;
}

bool spinkv__connection_is_current(const struct connection *connection, const char *path) {
    struct connection now;

    if (!connection->immutable) {
        return true;
    }
    memset(&now, 0, sizeof(now));
    return note_file(&now, path) && now.file_size == connection->file_size &&
           now.file_changed.tv_sec == connection->file_changed.tv_sec &&
           now.file_changed.tv_nsec == connection->file_changed.tv_nsec;
}

/*
 * A file in WAL mode needs a -shm file beside it even to be read. In a folder that cannot be
 * written there is none, but then nobody is writing either, and it can be read as immutable.
 */
static bool may_be_immutable(struct connection *connection, const char *path, enum access access,
                             spinkv_status status) {
    int code = sqlite3_errcode(connection->db);

    return access == ACCESS_READ_ONLY && status != SPINKV_OK && status != SPINKV_CORRUPT &&
           (code == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY) &&
           note_file(connection, path);
}

spinkv_status spinkv__connection_open(const char *path, const char *name, enum access access,
                                      struct wait *wait, struct connection **connection,
                                      spinkv_error *err) {
    struct connection *opened = calloc(1, sizeof(*opened));
    spinkv_status status;

    *connection = NULL;
    if (!opened) {
        return spinkv__fail_no_memory(err, "a connection");
    }
    opened->name = name;
    opened->durability = SPINKV_DURABILITY_FULL;
    opened->wait = wait;
    status = open_database(opened, path, access, err);
    if (path && status == SPINKV_CORRUPT && sqlite3_errcode(opened->db) == SQLITE_NOTADB &&
        is_newer_format(path)) {
        status =
            spinkv__fail(err, SPINKV_UNSUPPORTED, "cannot open %s: it needs a newer SQLite", name);
    }
    if (path && may_be_immutable(opened, path, access, status)) {
        close_database(opened);
        opened->immutable = true;
        status = open_database(opened, path, access, err);
    }
    if (status != SPINKV_OK) {
        spinkv__connection_close(opened, false);
        return status;
    }
    *connection = opened;
    return SPINKV_OK;
}

void spinkv__connection_close(struct connection *connection, bool keep_log) {
    if (connection) {
        if (keep_log && connection->db) {
            switch_on(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
        }
        close_database(connection);
        free(connection);
    }
}
