/*
 * The one place that knows which status each of SQLite's result codes is.
 */
#include "failure.h"

#include <string.h>

#include "../../src/error.h"

static spinkv_status status_of(int code) {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return SPINKV_BUSY;
    case SQLITE_READONLY:
        return SPINKV_READ_ONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
        return SPINKV_CORRUPT;
    case SQLITE_NOMEM:
        return SPINKV_NO_MEMORY;
    case SQLITE_TOOBIG:
        return SPINKV_VALUE_TOO_LARGE;
    default:
        return SPINKV_IO;
    }
}

/* SQLITE_ERROR says what it is only in its text. */
static spinkv_status status_of_text(const char *text) {
    if (strstr(text, "unsupported file format")) {
        return SPINKV_UNSUPPORTED;
    }
    return SPINKV_CORRUPT;
}

spinkv_status spinkv__sqlite_fail(sqlite3 *db, const char *name, int code, const char *action,
                                  spinkv_error *err) {
    const char *text =
        db && sqlite3_errcode(db) != SQLITE_OK ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    int system_error = db ? sqlite3_system_errno(db) : 0;
    spinkv_status status = (code & 0xff) == SQLITE_ERROR ? status_of_text(text) : status_of(code);
    const char *why = "";

    if (status == SPINKV_IO && system_error != 0) {
        why = strerror(system_error);
    }
    spinkv__fail(err, status, "cannot %s %s: %s%s%s", action, name, text, why[0] ? ": " : "", why);
    if (err) {
        err->engine_code = code;
    }
    return status;
}
