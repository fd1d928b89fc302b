/*
 * Finding the header of the WAL index, and telling one's own commit by it.
 */
#include "wal_index.h"

#include <stddef.h>
#include <string.h>

/* The size of the index's parts, each of which is mapped by itself. */
#define INDEX_PART_SIZE 32768

/* Where the fields lie in a header, in bytes. */
#define CHANGE_OFFSET 8
#define LAST_FRAME_OFFSET 16
#define SALT_OFFSET 32

static bool is_in_wal_mode(sqlite3 *db) {
    sqlite3_stmt *statement = NULL;
    bool in_wal_mode = false;

    if (sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const char *mode = (const char *)sqlite3_column_text(statement, 0);
        in_wal_mode = mode && strcmp(mode, "wal") == 0;
    }
    sqlite3_finalize(statement);
    return in_wal_mode;
}

wal_index *spinkv__wal_index_find(sqlite3 *db) {
    sqlite3_file *file = NULL;
    void volatile *part = NULL;

    if (!is_in_wal_mode(db) ||
        sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file ||
        !file->pMethods || file->pMethods->iVersion < 2 || !file->pMethods->xShmMap ||
        file->pMethods->xShmMap(file, 0, INDEX_PART_SIZE, 0, &part) != SQLITE_OK || !part) {
        return NULL;
    }
    return (wal_index *)part + WAL_HEADER_WORDS;
}

static uint32_t field(const struct wal_header *header, size_t offset) {
    uint32_t value;

    memcpy(&value, (const unsigned char *)header->words + offset, sizeof(value));
    return value;
}

/* The first salt, a number in big-endian order that grows by one when the log begins anew. */
static uint32_t log_number(const struct wal_header *header) {
    const unsigned char *salt = (const unsigned char *)header->words + SALT_OFFSET;

    return (uint32_t)salt[0] << 24 | (uint32_t)salt[1] << 16 | (uint32_t)salt[2] << 8 | salt[3];
}

bool spinkv__wal_header_follows(const struct wal_header *after, const struct wal_header *before,
                                uint32_t pages) {
    uint32_t last_frame = field(after, LAST_FRAME_OFFSET);

    if (memcmp(after, before, sizeof(*after)) == 0) {
        /* Bytes that were there already: nothing was written. */
        return true;
    }
    if (pages == 0 || field(after, CHANGE_OFFSET) != field(before, CHANGE_OFFSET) + 1) {
        return false;
    }
    if (memcmp(&after->words[SALT_OFFSET / 8], &before->words[SALT_OFFSET / 8], 8) == 0) {
        return last_frame == field(before, LAST_FRAME_OFFSET) + pages;
    }
    /*
     * A recovery of the log, after a process was killed, sets the counter of changes to 0. For
     * other commits since then to bring it to this number in the next log, they must be more than
     * it was before, each of at least a page.
     */
    return log_number(after) == log_number(before) + 1 && last_frame == pages &&
           pages <= field(before, CHANGE_OFFSET);
}
