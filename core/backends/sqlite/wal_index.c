/*
 * Finding the header of the WAL index, and reading what it says: of the log, and of one's own
 * commit. The layout of the index is in SQLite's "WAL-mode File Format", that of the log in its
 * "Database File Format".
 */
#include "wal_index.h"

#include <stddef.h>
#include <string.h>

/* What the log's file holds before its frames, and before the page in each. */
#define LOG_HEADER_SIZE 32
#define FRAME_HEADER_SIZE 24

/* The size of the index's parts, each of which is mapped by itself. */
#define INDEX_PART_SIZE 32768

/* Where the fields lie in a header, in bytes. */
#define CHANGE_OFFSET 8
#define PAGE_SIZE_OFFSET 14
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

uint32_t spinkv__wal_header_frames(const struct wal_header *header) {
    return field(header, LAST_FRAME_OFFSET);
}

int64_t spinkv__wal_header_offset(const struct wal_header *header, uint32_t frames) {
    uint16_t said;
    int64_t page_size;

    memcpy(&said, (const unsigned char *)header->words + PAGE_SIZE_OFFSET, sizeof(said));
    page_size = said == 1 ? 65536 : said;
    return LOG_HEADER_SIZE + (int64_t)frames * (FRAME_HEADER_SIZE + page_size);
}

/* The first salt, a number in big-endian order. */
uint32_t spinkv__wal_header_log_number(const struct wal_header *header) {
    const unsigned char *salt = (const unsigned char *)header->words + SALT_OFFSET;

    return (uint32_t)salt[0] << 24 | (uint32_t)salt[1] << 16 | (uint32_t)salt[2] << 8 | salt[3];
}

bool spinkv__wal_header_follows(const struct wal_header *after, const struct wal_header *before,
                                uint32_t pages) {
    uint32_t last_frame = spinkv__wal_header_frames(after);

    if (memcmp(after, before, sizeof(*after)) == 0) {
        /* Bytes that were there already: nothing was written. */
        return true;
    }
    if (pages == 0 || field(after, CHANGE_OFFSET) != field(before, CHANGE_OFFSET) + 1) {
        return false;
    }
    if (memcmp(&after->words[SALT_OFFSET / 8], &before->words[SALT_OFFSET / 8], 8) == 0) {
        return last_frame == spinkv__wal_header_frames(before) + pages;
    }
    /*
     * A recovery of the log, after a process was killed, sets the counter of changes to 0. For
     * other commits since then to bring it to this number in the next log, they must be more than
     * it was before, each of at least a page.
     */
    return spinkv__wal_header_log_number(after) == spinkv__wal_header_log_number(before) + 1 &&
           last_frame == pages && pages <= field(before, CHANGE_OFFSET);
}
