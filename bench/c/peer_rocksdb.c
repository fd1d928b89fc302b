/*
 * RocksDB through its C interface, with the options that it has when nobody changes any. What it
 * has for counting, transactions and merges, takes another kind of database.
 */
#include <rocksdb/c.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "peer.h"

struct handle {
    rocksdb_t *db;
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
};

static void expect(const char *message) {
    if (message) {
        fail("rocksdb: %s", message);
    }
}

static void *open_store(const struct terms *terms) {
    struct handle *handle = calloc(1, sizeof(*handle));
    rocksdb_options_t *options = rocksdb_options_create();
    char *message = NULL;

    if (!handle) {
        fail("out of memory");
    }
    rocksdb_options_set_create_if_missing(options, 1);
    handle->db = rocksdb_open(options, terms->path, &message);
    expect(message);
    rocksdb_options_destroy(options);
    handle->read = rocksdb_readoptions_create();
    handle->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(handle->write, terms->synced);
    return handle;
}

static void close_store(void *store) {
    struct handle *handle = store;

    rocksdb_writeoptions_destroy(handle->write);
    rocksdb_readoptions_destroy(handle->read);
    rocksdb_close(handle->db);
    free(handle);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static bool get(void *store, spinkv_bytes key, spinkv_value *value) {
    const struct handle *handle = store;
    char *message = NULL;

    value->data = rocksdb_get(handle->db, handle->read, key.data, key.size, &value->size, &message);
    expect(message);
    return value->data != NULL;
}

static rocksdb_pinnableslice_t *pin(const struct handle *handle, spinkv_bytes key) {
    char *message = NULL;
    rocksdb_pinnableslice_t *held =
        rocksdb_get_pinned(handle->db, handle->read, key.data, key.size, &message);

    expect(message);
    return held;
}

static bool get_into(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size) {
    rocksdb_pinnableslice_t *held = pin(store, key);

    if (held) {
        const char *data = rocksdb_pinnableslice_value(held, size);
        if (*size <= capacity) {
            memcpy(buffer, data, *size);
        }
        rocksdb_pinnableslice_destroy(held);
    }
    return held != NULL;
}

static bool exists(void *store, spinkv_bytes key) {
    rocksdb_pinnableslice_t *held = pin(store, key);

    rocksdb_pinnableslice_destroy(held);
    return held != NULL;
}

/* Goes through all tuples; keys gets the bytes of all keys, one after the other, unless NULL. */
static size_t walk(const struct handle *handle, char **keys) {
    rocksdb_iterator_t *iterator = rocksdb_create_iterator(handle->db, handle->read);
    size_t count = 0, used = 0, capacity = 0;

    for (rocksdb_iter_seek_to_first(iterator); rocksdb_iter_valid(iterator);
         rocksdb_iter_next(iterator)) {
        size_t size;
        const char *bytes = rocksdb_iter_key(iterator, &size);
        if (keys) {
            if (used + size > capacity) {
                capacity = 2 * (used + size);
                *keys = realloc(*keys, capacity);
                if (!*keys) {
                    fail("out of memory");
                }
            }
            memcpy(*keys + used, bytes, size);
            used += size;
        } else if (!rocksdb_iter_value(iterator, &size)) {
            fail("rocksdb: a tuple has no value");
        }
        count++;
    }
    rocksdb_iter_destroy(iterator);
    return count;
}

static size_t get_keys(void *store) {
    char *keys = NULL;
    size_t count = walk(store, &keys);

    free(keys);
    return count;
}

static size_t read_all(void *store) {
    return walk(store, NULL);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void set(void *store, spinkv_bytes key, spinkv_bytes value) {
    const struct handle *handle = store;
    char *message = NULL;

    rocksdb_put(handle->db, handle->write, key.data, key.size, value.data, value.size, &message);
    expect(message);
}

static void write_batch(const struct handle *handle, rocksdb_writebatch_t *batch) {
    char *message = NULL;

    rocksdb_write(handle->db, handle->write, batch, &message);
    expect(message);
    rocksdb_writebatch_destroy(batch);
}

static void set_many(void *store, const spinkv_pair *pairs, size_t count) {
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    size_t i;

    for (i = 0; i < count; i++) {
        rocksdb_writebatch_put(batch, pairs[i].key.data, pairs[i].key.size, pairs[i].value.data,
                               pairs[i].value.size);
    }
    write_batch(store, batch);
}

static void delete_one(void *store, spinkv_bytes key) {
    const struct handle *handle = store;
    char *message = NULL;

    rocksdb_delete(handle->db, handle->write, key.data, key.size, &message);
    expect(message);
}

static void delete_many(void *store, const spinkv_bytes *keys, size_t count) {
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    size_t i;

    for (i = 0; i < count; i++) {
        rocksdb_writebatch_delete(batch, keys[i].data, keys[i].size);
    }
    write_batch(store, batch);
}

static const char *version(void) {
    return "RocksDB " ROCKSDB_VERSION;
}

extern const struct peer peer_rocksdb;
const struct peer peer_rocksdb = {
    .name = "RocksDB",
    .full = "sync=true",
    .normal = "sync=false",
    .one_process = true,
    .version = version,
    .open = open_store,
    .close = close_store,
    .get = get,
    .get_into = get_into,
    .exists = exists,
    .get_keys = get_keys,
    .read_all = read_all,
    .set = set,
    .set_many = set_many,
    .delete_one = delete_one,
    .delete_many = delete_many,
};
