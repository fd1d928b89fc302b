/*
 * The read cache of a file: what was read and written last, given out only while nobody, in any
 * process, has committed anything since. docs/cache.md says why it is exact.
 *
 * Every function may be called from several threads at once. Where one says "held", the caller
 * holds a connection of the file, so that the WAL index cannot go away.
 */
#ifndef SPINKV_SQLITE_CACHE_H
#define SPINKV_SQLITE_CACHE_H

#include "../../src/backend.h"
#include "cache_shard.h"
#include "wal_index.h"

struct cache;

/* NULL if memory is out. */
struct cache *spinkv__cache_new(void);
void spinkv__cache_free(struct cache *cache);

/* Makes the bound at least so many bytes. */
void spinkv__cache_allow(struct cache *cache, uint64_t bytes);

/* Whether its bound is more than 0. */
bool spinkv__cache_is_used(const struct cache *cache);

/* Begins to use the index of a connection, until detached; before that nothing is cached. Held. */
bool spinkv__cache_is_attached(const struct cache *cache);
void spinkv__cache_attach(struct cache *cache, wal_index *index);
/* The same for a database in memory, whose only connection writes through this cache. */
void spinkv__cache_attach_memory(struct cache *cache);
void spinkv__cache_detach(struct cache *cache);

/* Locks all of it, for a fork. */
void spinkv__cache_lock(struct cache *cache);
void spinkv__cache_unlock(struct cache *cache);

struct cache_key spinkv__cache_key(const struct cache *cache, const void *label, spinkv_bytes key);

/* ---- Asking ----------------------------------------------------------------------------------- */

/*
 * Looks a key up and, if its value is known, hands it to take (data NULL if it is larger than
 * most), whose status goes into *status.
 */
enum cached spinkv__cache_get(struct cache *cache, const struct cache_key *key, size_t most,
                              spinkv__take_value *take, void *context, spinkv_status *status,
                              spinkv_error *err);

/* What is known of a key. */
enum cached spinkv__cache_look(struct cache *cache, const struct cache_key *key);

/* ---- Remembering what was read ---------------------------------------------------------------- */

/* The file as it was when a read began. */
struct cache_view {
    wal_index *index;
    struct wal_header header;
};

/* Notes what the file is like, before a transaction that reads. Held. */
void spinkv__cache_watch(struct cache *cache, struct cache_view *view);

/* The same for answers from the cache alone; nothing need be held. */
void spinkv__cache_watch_unheld(struct cache *cache, struct cache_view *view);

/* Whether nothing has been committed since; nothing need be held. */
bool spinkv__cache_is_unchanged(struct cache *cache, const struct cache_view *view);

/* Remembers what such a transaction read. Held. */
void spinkv__cache_remember(struct cache *cache, const struct cache_view *view,
                            const struct cache_key *key, enum cached what, const void *value,
                            size_t value_size);

/* ---- Following what is written ---------------------------------------------------------------- */

/* One write, with the file's writing connection held from begin to end. */
struct cache_write {
    wal_index *index;
    /* The header just before the commit; valid if there has been one. */
    struct wal_header before;
    bool committed, follows;
    uint64_t epoch;
};

/* Begins a write: before the transaction. */
void spinkv__cache_write_begin(struct cache *cache, struct cache_write *write);

/* Says that the write may change a key; need not be said if write->index is NULL. Before the
 * commit. */
void spinkv__cache_write_expect(struct cache *cache, const struct cache_key *key);

/* Notes the header, when SQLite is about to commit. */
void spinkv__cache_write_note(struct cache_write *write);

/* Tells, after the commit, whether it is the last one there was. pages: how many it wrote. */
void spinkv__cache_write_committed(struct cache *cache, struct cache_write *write, uint32_t pages);

/* Remembers what the commit made of a key (value NULL: deleted); each of those expected. */
void spinkv__cache_write_remember(struct cache *cache, const struct cache_write *write,
                                  const struct cache_key *key, const void *value,
                                  size_t value_size);

/* Forgets a key that the commit changed; each of those expected that is not remembered. */
void spinkv__cache_write_forget(struct cache *cache, const struct cache_write *write,
                                const struct cache_key *key);

/* Ends a write, whatever became of it. */
void spinkv__cache_write_end(struct cache *cache, struct cache_write *write);

#endif
