/*
 * Making room in the log: rarely, so that a commit mostly costs a look at the WAL index.
 */
#include "log_room.h"

#include "connection.h"

/* Frames for which there shall be room when a commit begins: those that most commits take. */
#define FRAMES_NEXT 8

/* The room is doubled, up to so many frames at a time. */
#define FRAMES_LEAST 8
#define FRAMES_MOST 128

/* Writes zeros behind a file that is this large, and gives how large it is then. */
static sqlite3_int64 extend(sqlite3_file *log, sqlite3_int64 size, sqlite3_int64 end) {
    static const unsigned char zeros[65536];

    while (size < end) {
        sqlite3_int64 left = end - size;
        int part = left < (sqlite3_int64)sizeof(zeros) ? (int)left : (int)sizeof(zeros);
        if (log->pMethods->xWrite(log, zeros, part, size) != SQLITE_OK) {
            break;
        }
        size += part;
    }
    return size;
}

static uint32_t frames_to_add(uint32_t frames) {
    return frames < FRAMES_LEAST ? FRAMES_LEAST : frames > FRAMES_MOST ? FRAMES_MOST : frames;
}

void spinkv__log_room_keep(struct connection *connection) {
    struct log_room *room = &connection->log_room;
    struct wal_header header;
    sqlite3_file *log = NULL;
    uint32_t frames;
    sqlite3_int64 needed;

    if (connection->durability != SPINKV_DURABILITY_FULL || !connection->index) {
        return;
    }
    spinkv__wal_index_read(connection->index, &header);
    frames = spinkv__wal_header_frames(&header);
    if (frames == 0 || frames >= LOG_PAGES) {
        /* A log begins, or is about to begin, at the start of the file. */
        return;
    }
    needed = spinkv__wal_header_offset(&header, frames + FRAMES_NEXT);
    if (room->log_number == spinkv__wal_header_log_number(&header) && room->end >= needed) {
        return;
    }
    sqlite3_file_control(connection->db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (!log || !log->pMethods || log->pMethods->xFileSize(log, &room->end) != SQLITE_OK) {
        return;
    }
    room->log_number = spinkv__wal_header_log_number(&header);
    if (room->end < needed) {
        uint32_t last = frames + FRAMES_NEXT + frames_to_add(frames);
        room->end = extend(log, room->end, spinkv__wal_header_offset(&header, last));
    }
}
