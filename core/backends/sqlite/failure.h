/*
 * What SQLite's result codes mean here.
 */
#ifndef SPINKV_SQLITE_FAILURE_H
#define SPINKV_SQLITE_FAILURE_H

#include <sqlite3.h>

#include "spinkv.h"

/*
 * Turns a result code into a status and a message: "cannot <action> <name>: ...". db, which may be
 * NULL, is asked for details.
 */
spinkv_status spinkv__sqlite_fail(sqlite3 *db, const char *name, int code, const char *action,
                                  spinkv_error *err);

#endif
