/*
 * The table in the file, which must be exactly Spin's.
 */
#ifndef SPINKV_SQLITE_SCHEMA_H
#define SPINKV_SQLITE_SCHEMA_H

#include "connection.h"

/*
 * Checks that the file is a database with Spin's table. Where the table is missing, create puts the
 * file in WAL mode, if that can be done now, and makes the table; without it, a missing table is
 * SPINKV_CORRUPT.
 */
spinkv_status spinkv__schema_check(struct connection *connection, bool create, spinkv_error *err);

#endif
