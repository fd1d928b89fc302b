/*
 * A part of the read cache: entries found by their key, bounded in bytes. It knows nothing of when
 * an entry is right; that is what cache.c is for. One thread uses a shard at a time: the caller
 * locks it.
 */
#ifndef SPINKV_SQLITE_CACHE_SHARD_H
#define SPINKV_SQLITE_CACHE_SHARD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is remembered of a key. */
enum cached {
    CACHED_NOTHING,
    /* That it is not there. */
    CACHED_MISSING,
    /* That it is there; not its value. */
    CACHED_PRESENT,
    CACHED_VALUE
};

/* A key of a label, with its hash. */
struct cache_key {
    /* Stands for the label: one address for each label of a file. */
    const void *label;
    const void *data;
    size_t size;
    uint64_t hash;
};

struct cache_entry {
    struct cache_entry *next_in_bucket;
    /* Towards the entry that came last, and towards the first. */
    struct cache_entry *newer, *older;
    uint64_t hash;
    /* The epoch in which it is right. */
    uint64_t epoch;
    const void *label;
    uint32_t key_size, value_size, capacity;
    /* An enum cached. */
    uint8_t what;
    /* Whether it was asked for since the hand passed. */
    bool visited;
    /* The key, then the value. */
    unsigned char bytes[];
};

struct cache_shard {
    pthread_mutex_t mutex;
    struct cache_entry **buckets;
    size_t bucket_count, entry_count;
    /* Memory in use, with the entries' own. */
    size_t bytes;
    struct cache_entry *newest, *oldest;
    /* Where the search for what goes next is. */
    struct cache_entry *hand;
};

void spinkv__cache_shard_init(struct cache_shard *shard);
void spinkv__cache_shard_destroy(struct cache_shard *shard);

/* The entry of a key, whatever its epoch; NULL if there is none. */
struct cache_entry *spinkv__cache_shard_find(struct cache_shard *shard,
                                             const struct cache_key *key);

static inline const void *spinkv__cache_entry_value(const struct cache_entry *entry) {
    return entry->bytes + entry->key_size;
}

/*
 * Remembers something of a key, in place of what was. Entries go, those of other epochs and those
 * not asked for again first, until the shard is within limit bytes. What does not fit is forgotten.
 */
void spinkv__cache_shard_put(struct cache_shard *shard, const struct cache_key *key, uint64_t epoch,
                             enum cached what, const void *value, size_t value_size, size_t limit);

/* Forgets a key. */
void spinkv__cache_shard_forget(struct cache_shard *shard, const struct cache_key *key);

#endif
