/*
 * The header of the WAL index, which tells whether anything has been committed to a file. Every
 * commit, by any process, changes it; it lies at the start of the shared memory of the file
 * (SQLite's "WAL-mode File Format", section 2). Two equal copies follow each other, 48 bytes each;
 * a commit writes the second one first, so as long as that one is what it was, no commit has become
 * visible.
 */
#ifndef SPINKV_SQLITE_WAL_INDEX_H
#define SPINKV_SQLITE_WAL_INDEX_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WAL_HEADER_WORDS 6

/* One copy of the header, in words of the machine. */
struct wal_header {
    uint64_t words[WAL_HEADER_WORDS];
};

/* The header in shared memory: its second copy. Others write to it at any time. */
typedef const _Atomic uint64_t wal_index;

/*
 * Finds the header of the file that a connection has read from. It stays where it is for as long as
 * the connection is open. NULL if the file is not in WAL mode, or its index is not shared memory.
 */
wal_index *spinkv__wal_index_find(sqlite3 *db);

/* Reads the header as it is now. While somebody commits, the words may be of two headers. */
static inline void spinkv__wal_index_read(wal_index *index, struct wal_header *header) {
    int i;

    for (i = 0; i < WAL_HEADER_WORDS; i++) {
        header->words[i] = atomic_load_explicit(&index[i], memory_order_acquire);
    }
}

/* Whether the header is this one now. */
static inline bool spinkv__wal_index_is(wal_index *index, const struct wal_header *header) {
    uint64_t difference = 0;
    int i;

    for (i = 0; i < WAL_HEADER_WORDS; i++) {
        difference |= atomic_load_explicit(&index[i], memory_order_acquire) ^ header->words[i];
    }
    return difference == 0;
}

/* How many frames the log holds. */
uint32_t spinkv__wal_header_frames(const struct wal_header *header);

/* Grows by one when the log begins anew, at the start of its file. */
uint32_t spinkv__wal_header_log_number(const struct wal_header *header);

/* Where in its file a log of so many frames ends. */
int64_t spinkv__wal_header_offset(const struct wal_header *header, uint32_t frames);

/*
 * Whether the header after is certainly what one commit of so many pages makes of the header
 * before, with no other commit since. pages is 0 where it is not known how many frames they took.
 */
bool spinkv__wal_header_follows(const struct wal_header *after, const struct wal_header *before,
                                uint32_t pages);

#endif
