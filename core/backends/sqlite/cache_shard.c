/*
 * A hash table whose entries also stand in a queue in the order they came. What has to go is found
 * by a hand that moves from the oldest to the newest entry, sparing once those asked for since it
 * passed: the algorithm is SIEVE (Zhang and others, NSDI 2024), which keeps what is used often over
 * what is read once, and does not move an entry that is found.
 */
#include "cache_shard.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 64

/* What malloc adds to an allocation, about, and an entry's share of the buckets. */
#define OVERHEAD_SIZE 32

void spinkv__cache_shard_init(struct cache_shard *shard) {
    memset(shard, 0, sizeof(*shard));
    pthread_mutex_init(&shard->mutex, NULL);
}

void spinkv__cache_shard_destroy(struct cache_shard *shard) {
    while (shard->oldest) {
        struct cache_entry *entry = shard->oldest;
        shard->oldest = entry->newer;
        free(entry);
    }
    free(shard->buckets);
    pthread_mutex_destroy(&shard->mutex);
}

static size_t memory_of(const struct cache_entry *entry) {
    return sizeof(*entry) + entry->capacity + OVERHEAD_SIZE;
}

static struct cache_entry **bucket_of(struct cache_shard *shard, uint64_t hash) {
    return &shard->buckets[hash & (shard->bucket_count - 1)];
}

struct cache_entry *spinkv__cache_shard_find(struct cache_shard *shard,
                                             const struct cache_key *key) {
    struct cache_entry *entry = shard->buckets ? *bucket_of(shard, key->hash) : NULL;

    while (entry &&
           !(entry->hash == key->hash && entry->label == key->label &&
             entry->key_size == key->size && memcmp(entry->bytes, key->data, key->size) == 0)) {
        entry = entry->next_in_bucket;
    }
    return entry;
}

static void remove_entry(struct cache_shard *shard, struct cache_entry *entry) {
    struct cache_entry **link = bucket_of(shard, entry->hash);

    while (*link != entry) {
        link = &(*link)->next_in_bucket;
    }
    *link = entry->next_in_bucket;
    if (shard->hand == entry) {
        shard->hand = entry->newer;
    }
    *(entry->newer ? &entry->newer->older : &shard->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &shard->oldest) = entry->newer;
    shard->bytes -= memory_of(entry);
    shard->entry_count--;
    free(entry);
}

/* Doubles the buckets when there are more entries; without memory, chains grow longer instead. */
static void grow_buckets(struct cache_shard *shard) {
    size_t count = shard->bucket_count ? 2 * shard->bucket_count : FIRST_BUCKETS;
    struct cache_entry **buckets;
    struct cache_entry *entry;

    if (shard->entry_count < shard->bucket_count) {
        return;
    }
    buckets = calloc(count, sizeof(*buckets));
    if (!buckets) {
        return;
    }
    free(shard->buckets);
    shard->buckets = buckets;
    shard->bucket_count = count;
    for (entry = shard->oldest; entry; entry = entry->newer) {
        struct cache_entry **bucket = bucket_of(shard, entry->hash);
        entry->next_in_bucket = *bucket;
        *bucket = entry;
    }
}

/* Removes the entry that can best be spared. There is one. */
static void evict(struct cache_shard *shard, uint64_t epoch) {
    struct cache_entry *entry = shard->hand ? shard->hand : shard->oldest;

    while (entry->visited && entry->epoch == epoch) {
        entry->visited = false;
        entry = entry->newer ? entry->newer : shard->oldest;
    }
    shard->hand = entry;
    remove_entry(shard, entry);
}

static void add_entry(struct cache_shard *shard, struct cache_entry *entry) {
    struct cache_entry **bucket = bucket_of(shard, entry->hash);

    entry->next_in_bucket = *bucket;
    *bucket = entry;
    entry->older = shard->newest;
    *(shard->newest ? &shard->newest->newer : &shard->oldest) = entry;
    shard->newest = entry;
    shard->bytes += memory_of(entry);
    shard->entry_count++;
}

/* A new entry for a key with room for a value; NULL if it does not fit the limit, or memory is out.
 */
static struct cache_entry *make_room(struct cache_shard *shard, const struct cache_key *key,
                                     uint64_t epoch, size_t value_size, size_t limit) {
    size_t capacity = key->size + value_size;
    size_t memory = sizeof(struct cache_entry) + capacity + OVERHEAD_SIZE;
    struct cache_entry *entry;

    if (memory > limit) {
        return NULL;
    }
    while (shard->entry_count > 0 && shard->bytes + memory > limit) {
        evict(shard, epoch);
    }
    grow_buckets(shard);
    entry = shard->buckets ? malloc(sizeof(*entry) + capacity) : NULL;
    if (entry) {
        memset(entry, 0, sizeof(*entry));
        entry->hash = key->hash;
        entry->label = key->label;
        entry->key_size = (uint32_t)key->size;
        entry->capacity = (uint32_t)capacity;
        memcpy(entry->bytes, key->data, key->size);
        add_entry(shard, entry);
    }
    return entry;
}

void spinkv__cache_shard_put(struct cache_shard *shard, const struct cache_key *key, uint64_t epoch,
                             enum cached what, const void *value, size_t value_size, size_t limit) {
    struct cache_entry *entry = spinkv__cache_shard_find(shard, key);

    if (entry && key->size + value_size > entry->capacity) {
        remove_entry(shard, entry);
        entry = NULL;
    }
    if (!entry) {
        entry = make_room(shard, key, epoch, value_size, limit);
    }
    if (entry) {
        entry->epoch = epoch;
        entry->what = (uint8_t)what;
        entry->value_size = (uint32_t)value_size;
        if (value_size > 0) {
            memcpy(entry->bytes + entry->key_size, value, value_size);
        }
    }
}

void spinkv__cache_shard_forget(struct cache_shard *shard, const struct cache_key *key) {
    struct cache_entry *entry = spinkv__cache_shard_find(shard, key);

    if (entry) {
        remove_entry(shard, entry);
    }
}
