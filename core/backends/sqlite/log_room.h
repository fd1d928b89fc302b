/*
 * Room at the end of the write-ahead log. A sync of a file that has grown writes its new size too,
 * which takes as long again as the sync itself. So a durable commit that would append to the log
 * finds bytes there to write over, some commits' worth at a time. The bytes are 0, which no frame
 * of the log is (its page number is not 0): to whoever reads the log it ends where it ended before.
 */
#ifndef SPINKV_SQLITE_LOG_ROOM_H
#define SPINKV_SQLITE_LOG_ROOM_H

#include <sqlite3.h>
#include <stdint.h>

#include "wal_index.h"

struct connection;

/* What a connection knows of the room. */
struct log_room {
    /* The log that was looked at, and so many bytes there are of it. */
    uint32_t log_number;
    sqlite3_int64 end;
};

/*
 * Makes room for a commit that is about to be written, where it will be synced; the write lock is
 * held. What goes wrong is left to the commit to meet.
 */
void spinkv__log_room_keep(struct connection *connection);

#endif
