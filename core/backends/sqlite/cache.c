/*
 * When a remembered value may be given out. The cache keeps the header of the WAL index for which
 * its entries are right; while the header in shared memory is the same, nobody has committed since,
 * and an answer from memory is the answer that a transaction begun at that moment would give.
 *
 * An entry is right if its epoch is the cache's. A commit by somebody else begins a new epoch; one
 * of this process's own moves the header on within the epoch, once the entries of what it wrote say
 * so.
 */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#define SHARD_BITS 4
#define SHARDS (1 << SHARD_BITS)

/* The largest keys and values that are kept, in bytes: copying one is done under a lock. */
#define LARGEST_KEY 1024
#define LARGEST_VALUE 65536

/* Keys that a write may change, as bits at their hashes. */
#define EXPECTED_BITS 1024
#define EXPECTED_WORDS (EXPECTED_BITS / 64)

struct cache {
    /* NULL while nothing can be known of the file. Changes with all shards locked, or none in use.
     */
    _Atomic(wal_index *) index;
    /* In place of an index, for a database in memory. */
    _Atomic uint64_t memory_header[WAL_HEADER_WORDS];
    uint64_t seed;
    atomic_uint_fast64_t limit;

    /* Odd while header and epoch are being changed, by whoever holds the mutex. */
    atomic_uint_fast64_t sequence;
    atomic_uint_fast64_t header[WAL_HEADER_WORDS];
    atomic_uint_fast64_t epoch;
    pthread_mutex_t mutex;
    /* Whether this process is writing: the header is then moved on by who writes. */
    bool writing;

    atomic_uint_fast64_t expected[EXPECTED_WORDS];
    struct cache_shard shards[SHARDS];
};

/* A header that no file has. */
static const struct wal_header no_header = {
    {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

struct cache *spinkv__cache_new(void) {
    struct cache *cache = calloc(1, sizeof(*cache));
    int i;

    if (cache) {
        sqlite3_randomness(sizeof(cache->seed), &cache->seed);
        pthread_mutex_init(&cache->mutex, NULL);
        for (i = 0; i < SHARDS; i++) {
            spinkv__cache_shard_init(&cache->shards[i]);
        }
    }
    return cache;
}

void spinkv__cache_free(struct cache *cache) {
    int i;

    if (cache) {
        for (i = 0; i < SHARDS; i++) {
            spinkv__cache_shard_destroy(&cache->shards[i]);
        }
        pthread_mutex_destroy(&cache->mutex);
        free(cache);
    }
}

void spinkv__cache_allow(struct cache *cache, uint64_t bytes) {
    uint_fast64_t limit = atomic_load(&cache->limit);

    while (limit < bytes && !atomic_compare_exchange_weak(&cache->limit, &limit, bytes)) {
    }
}

bool spinkv__cache_is_used(const struct cache *cache) {
    return atomic_load_explicit(&cache->limit, memory_order_relaxed) > 0;
}

void spinkv__cache_lock(struct cache *cache) {
    int i;

    pthread_mutex_lock(&cache->mutex);
    for (i = 0; i < SHARDS; i++) {
        pthread_mutex_lock(&cache->shards[i].mutex);
    }
}

void spinkv__cache_unlock(struct cache *cache) {
    int i;

    for (i = SHARDS; i-- > 0;) {
        pthread_mutex_unlock(&cache->shards[i].mutex);
    }
    pthread_mutex_unlock(&cache->mutex);
}

/* ---- Keys -------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t hash_key(uint64_t seed, const void *label, spinkv_bytes key) {
    const unsigned char *at = key.data;
    uint64_t hash = mix(seed, (uint64_t)(uintptr_t)label ^ (uint64_t)key.size << 48);
    size_t left = key.size;
    uint64_t word;

    for (; left >= sizeof(word); left -= sizeof(word), at += sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = mix(hash, word);
    }
    for (word = 0; left > 0; left--) {
        word = word << 8 | at[left - 1];
    }
    return mix(mix(hash, word), seed);
}

struct cache_key spinkv__cache_key(const struct cache *cache, const void *label, spinkv_bytes key) {
    struct cache_key cache_key = {label, key.data ? key.data : "", key.size,
                                  hash_key(cache->seed, label, key)};

    return cache_key;
}

static struct cache_shard *shard_of(struct cache *cache, const struct cache_key *key) {
    return &cache->shards[key->hash >> (64 - SHARD_BITS)];
}

/* ---- The header that the entries are right for -------------------------------------------------- */

/* Whether it is this one, and the epoch of its entries. */
static bool is_header(struct cache *cache, const struct wal_header *header, uint64_t *epoch) {
    uint64_t sequence = atomic_load_explicit(&cache->sequence, memory_order_acquire);
    uint64_t difference = sequence & 1;
    int i;

    for (i = 0; i < WAL_HEADER_WORDS; i++) {
        difference |=
            atomic_load_explicit(&cache->header[i], memory_order_acquire) ^ header->words[i];
    }
    *epoch = atomic_load_explicit(&cache->epoch, memory_order_acquire);
    return difference == 0 &&
           atomic_load_explicit(&cache->sequence, memory_order_relaxed) == sequence;
}

/* Changes it. The cache's mutex is locked. */
static void put_header(struct cache *cache, const struct wal_header *header, bool new_epoch) {
    uint64_t sequence = atomic_load_explicit(&cache->sequence, memory_order_relaxed);
    int i;

    atomic_store_explicit(&cache->sequence, sequence + 1, memory_order_relaxed);
    for (i = 0; i < WAL_HEADER_WORDS; i++) {
        atomic_store_explicit(&cache->header[i], header->words[i], memory_order_release);
    }
    if (new_epoch) {
        uint64_t epoch = atomic_load_explicit(&cache->epoch, memory_order_relaxed);
        atomic_store_explicit(&cache->epoch, epoch + 1, memory_order_release);
    }
    atomic_store_explicit(&cache->sequence, sequence + 2, memory_order_release);
}

/* Whether the entries are right for the file as it is now, and their epoch. A shard is locked. */
static bool is_fresh(struct cache *cache, uint64_t *epoch) {
    wal_index *index = atomic_load_explicit(&cache->index, memory_order_acquire);
    struct wal_header now;

    if (!index) {
        return false;
    }
    spinkv__wal_index_read(index, &now);
    return is_header(cache, &now, epoch);
}

bool spinkv__cache_is_attached(const struct cache *cache) {
    return atomic_load_explicit(&cache->index, memory_order_acquire) != NULL;
}

void spinkv__cache_attach(struct cache *cache, wal_index *index) {
    pthread_mutex_lock(&cache->mutex);
    put_header(cache, &no_header, true);
    atomic_store_explicit(&cache->index, index, memory_order_release);
    pthread_mutex_unlock(&cache->mutex);
}

void spinkv__cache_attach_memory(struct cache *cache) {
    spinkv__cache_attach(cache, cache->memory_header);
}

void spinkv__cache_detach(struct cache *cache) {
    atomic_store_explicit(&cache->index, NULL, memory_order_release);
}

/* ---- Asking ------------------------------------------------------------------------------------- */

/* Finds a right entry. The shard is locked. */
static struct cache_entry *find_fresh(struct cache *cache, struct cache_shard *shard,
                                      const struct cache_key *key) {
    struct cache_entry *entry;
    uint64_t epoch;

    if (!is_fresh(cache, &epoch)) {
        return NULL;
    }
    entry = spinkv__cache_shard_find(shard, key);
    if (!entry || entry->epoch != epoch) {
        return NULL;
    }
    if (!entry->visited) {
        entry->visited = true;
    }
    return entry;
}

enum cached spinkv__cache_get(struct cache *cache, const struct cache_key *key, size_t most,
                              spinkv__take_value *take, void *context, spinkv_status *status,
                              spinkv_error *err) {
    struct cache_shard *shard = shard_of(cache, key);
    enum cached what = CACHED_NOTHING;
    struct cache_entry *entry;

    pthread_mutex_lock(&shard->mutex);
    entry = find_fresh(cache, shard, key);
    if (entry) {
        what = entry->what;
        if (what == CACHED_VALUE) {
            const void *value = spinkv__cache_entry_value(entry);
            size_t size = entry->value_size;
            *status = take(context, size <= most ? value : NULL, size, err);
        }
    }
    pthread_mutex_unlock(&shard->mutex);
    return what;
}

enum cached spinkv__cache_look(struct cache *cache, const struct cache_key *key) {
    struct cache_shard *shard = shard_of(cache, key);
    struct cache_entry *entry;
    enum cached what;

    pthread_mutex_lock(&shard->mutex);
    entry = find_fresh(cache, shard, key);
    what = entry ? entry->what : CACHED_NOTHING;
    pthread_mutex_unlock(&shard->mutex);
    return what;
}

/* ---- Remembering what was read ------------------------------------------------------------------ */

void spinkv__cache_watch(struct cache *cache, struct cache_view *view) {
    view->index = atomic_load_explicit(&cache->index, memory_order_acquire);
    if (view->index) {
        spinkv__wal_index_read(view->index, &view->header);
    }
}

void spinkv__cache_watch_unheld(struct cache *cache, struct cache_view *view) {
    pthread_mutex_lock(&cache->shards[0].mutex);
    spinkv__cache_watch(cache, view);
    pthread_mutex_unlock(&cache->shards[0].mutex);
}

bool spinkv__cache_is_unchanged(struct cache *cache, const struct cache_view *view) {
    wal_index *index;
    bool unchanged;

    pthread_mutex_lock(&cache->shards[0].mutex);
    index = atomic_load_explicit(&cache->index, memory_order_acquire);
    unchanged = index && index == view->index && spinkv__wal_index_is(index, &view->header);
    pthread_mutex_unlock(&cache->shards[0].mutex);
    return unchanged;
}

/* Begins an epoch with a header that was read, if that is the file's still and nobody here writes.
 */
static bool begin_epoch(struct cache *cache, const struct cache_view *view, uint64_t *epoch) {
    bool begun = false;

    pthread_mutex_lock(&cache->mutex);
    if (!cache->writing && spinkv__wal_index_is(view->index, &view->header)) {
        begun = is_header(cache, &view->header, epoch);
        if (!begun) {
            put_header(cache, &view->header, true);
            begun = is_header(cache, &view->header, epoch);
        }
    }
    pthread_mutex_unlock(&cache->mutex);
    return begun;
}

static bool is_expected(struct cache *cache, const struct cache_key *key) {
    unsigned bit = key->hash % EXPECTED_BITS;

    return atomic_load_explicit(&cache->expected[bit / 64], memory_order_acquire) >> bit % 64 & 1;
}

/* Puts an entry into a locked shard, without what is too large to be kept. */
static void put_entry(struct cache *cache, struct cache_shard *shard, const struct cache_key *key,
                      uint64_t epoch, enum cached what, const void *value, size_t value_size) {
    size_t limit = (size_t)(atomic_load_explicit(&cache->limit, memory_order_relaxed) / SHARDS);

    if (key->size > LARGEST_KEY) {
        return;
    }
    if (what == CACHED_VALUE && (value_size > LARGEST_VALUE || value_size > limit / 4)) {
        what = CACHED_PRESENT;
    }
    spinkv__cache_shard_put(shard, key, epoch, what, value, what == CACHED_VALUE ? value_size : 0,
                            limit);
}

void spinkv__cache_remember(struct cache *cache, const struct cache_view *view,
                            const struct cache_key *key, enum cached what, const void *value,
                            size_t value_size) {
    struct cache_shard *shard = shard_of(cache, key);
    uint64_t epoch;

    if (!view->index || !spinkv__wal_index_is(view->index, &view->header) ||
        (!is_header(cache, &view->header, &epoch) && !begin_epoch(cache, view, &epoch))) {
        return;
    }
    pthread_mutex_lock(&shard->mutex);
    /* In this order: a write moves the header on before it expects no more. */
    if (!is_expected(cache, key) && is_header(cache, &view->header, &epoch)) {
        put_entry(cache, shard, key, epoch, what, value, value_size);
    }
    pthread_mutex_unlock(&shard->mutex);
}

/* ---- Following what is written ------------------------------------------------------------------ */

void spinkv__cache_write_begin(struct cache *cache, struct cache_write *write) {
    write->index = atomic_load_explicit(&cache->index, memory_order_acquire);
    write->committed = false;
    write->follows = false;
    if (write->index) {
        pthread_mutex_lock(&cache->mutex);
        cache->writing = true;
        pthread_mutex_unlock(&cache->mutex);
    }
}

void spinkv__cache_write_expect(struct cache *cache, const struct cache_key *key) {
    unsigned bit = key->hash % EXPECTED_BITS;
    atomic_uint_fast64_t *word = &cache->expected[bit / 64];
    uint64_t bits = atomic_load_explicit(word, memory_order_relaxed);

    atomic_store_explicit(word, bits | UINT64_C(1) << bit % 64, memory_order_release);
}

void spinkv__cache_write_note(struct cache_write *write) {
    if (write->index) {
        spinkv__wal_index_read(write->index, &write->before);
        write->committed = true;
    }
}

void spinkv__cache_write_committed(struct cache *cache, struct cache_write *write, uint32_t pages) {
    struct wal_header after;

    if (!write->index || !write->committed) {
        return;
    }
    if (write->index == cache->memory_header) {
        atomic_fetch_add_explicit(&cache->memory_header[0], 1, memory_order_acq_rel);
    }
    spinkv__wal_index_read(write->index, &after);
    write->follows = write->index == cache->memory_header ||
                     spinkv__wal_header_follows(&after, &write->before, pages);
    if (write->follows) {
        pthread_mutex_lock(&cache->mutex);
        if (!is_header(cache, &write->before, &write->epoch)) {
            /* Somebody else has committed before this. */
            put_header(cache, &no_header, true);
            write->epoch = atomic_load_explicit(&cache->epoch, memory_order_relaxed);
        }
        pthread_mutex_unlock(&cache->mutex);
        write->before = after;
    }
}

void spinkv__cache_write_remember(struct cache *cache, const struct cache_write *write,
                                  const struct cache_key *key, const void *value,
                                  size_t value_size) {
    struct cache_shard *shard = shard_of(cache, key);

    if (write->follows) {
        pthread_mutex_lock(&shard->mutex);
        put_entry(cache, shard, key, write->epoch, value ? CACHED_VALUE : CACHED_MISSING, value,
                  value ? value_size : 0);
        pthread_mutex_unlock(&shard->mutex);
    }
}

void spinkv__cache_write_forget(struct cache *cache, const struct cache_write *write,
                                const struct cache_key *key) {
    struct cache_shard *shard = shard_of(cache, key);

    if (write->follows) {
        pthread_mutex_lock(&shard->mutex);
        spinkv__cache_shard_forget(shard, key);
        pthread_mutex_unlock(&shard->mutex);
    }
}

void spinkv__cache_write_end(struct cache *cache, struct cache_write *write) {
    int i;

    if (!write->index) {
        return;
    }
    pthread_mutex_lock(&cache->mutex);
    if (write->follows) {
        put_header(cache, &write->before, false);
    }
    cache->writing = false;
    for (i = 0; i < EXPECTED_WORDS; i++) {
        atomic_store_explicit(&cache->expected[i], 0, memory_order_release);
    }
    pthread_mutex_unlock(&cache->mutex);
}
