/*
 * LevelDB through its C interface, with the options that it has when nobody changes any. It has no
 * transactions, so nothing to count with.
 */
#include <leveldb/c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "peer.h"

struct handle {
    leveldb_t *db;
    leveldb_readoptions_t *read;
    leveldb_writeoptions_t *write;
};

static void expect(const char *message) {
    if (message) {
        fail("leveldb: %s", message);
    }
}

static void *open_store(const struct terms *terms) {
    struct handle *handle = calloc(1, sizeof(*handle));
    leveldb_options_t *options = leveldb_options_create();
    char *message = NULL;

    if (!handle) {
        fail("out of memory");
    }
    leveldb_options_set_create_if_missing(options, 1);
    handle->db = leveldb_open(options, terms->path, &message);
    expect(message);
    leveldb_options_destroy(options);
    handle->read = leveldb_readoptions_create();
    handle->write = leveldb_writeoptions_create();
    leveldb_writeoptions_set_sync(handle->write, terms->synced);
    return handle;
}

static void close_store(void *store) {
    struct handle *handle = store;

    leveldb_writeoptions_destroy(handle->write);
    leveldb_readoptions_destroy(handle->read);
    leveldb_close(handle->db);
    free(handle);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static bool get(void *store, spinkv_bytes key, spinkv_value *value) {
    const struct handle *handle = store;
    char *message = NULL;

    value->data = leveldb_get(handle->db, handle->read, key.data, key.size, &value->size, &message);
    expect(message);
    return value->data != NULL;
}

/* There is no question whether a key is there but its get. */
static bool exists(void *store, spinkv_bytes key) {
    spinkv_value value;
    bool found = get(store, key, &value);

    leveldb_free((void *)(uintptr_t)value.data);
    return found;
}

/* Goes through all tuples; keys gets the bytes of all keys, one after the other, unless NULL. */
static size_t walk(const struct handle *handle, char **keys) {
    leveldb_iterator_t *iterator = leveldb_create_iterator(handle->db, handle->read);
    size_t count = 0, used = 0, capacity = 0;

    for (leveldb_iter_seek_to_first(iterator); leveldb_iter_valid(iterator);
         leveldb_iter_next(iterator)) {
        size_t size;
        const char *bytes = leveldb_iter_key(iterator, &size);
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
        } else if (!leveldb_iter_value(iterator, &size)) {
            fail("leveldb: a tuple has no value");
        }
        count++;
    }
    leveldb_iter_destroy(iterator);
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

    leveldb_put(handle->db, handle->write, key.data, key.size, value.data, value.size, &message);
    expect(message);
}

static void write_batch(const struct handle *handle, leveldb_writebatch_t *batch) {
    char *message = NULL;

    leveldb_write(handle->db, handle->write, batch, &message);
    expect(message);
    leveldb_writebatch_destroy(batch);
}

static void set_many(void *store, const spinkv_pair *pairs, size_t count) {
    leveldb_writebatch_t *batch = leveldb_writebatch_create();
    size_t i;

    for (i = 0; i < count; i++) {
        leveldb_writebatch_put(batch, pairs[i].key.data, pairs[i].key.size, pairs[i].value.data,
                               pairs[i].value.size);
    }
    write_batch(store, batch);
}

static void delete_one(void *store, spinkv_bytes key) {
    const struct handle *handle = store;
    char *message = NULL;

    leveldb_delete(handle->db, handle->write, key.data, key.size, &message);
    expect(message);
}

static void delete_many(void *store, const spinkv_bytes *keys, size_t count) {
    leveldb_writebatch_t *batch = leveldb_writebatch_create();
    size_t i;

    for (i = 0; i < count; i++) {
        leveldb_writebatch_delete(batch, keys[i].data, keys[i].size);
    }
    write_batch(store, batch);
}

static const char *version(void) {
    static char text[32];

    snprintf(text, sizeof(text), "LevelDB %d.%d", leveldb_major_version(), leveldb_minor_version());
    return text;
}

extern const struct peer peer_leveldb;
const struct peer peer_leveldb = {
    .name = "LevelDB",
    .full = "sync=true",
    .normal = "sync=false",
    .one_process = true,
    .version = version,
    .open = open_store,
    .close = close_store,
    .get = get,
    .exists = exists,
    .get_keys = get_keys,
    .read_all = read_all,
    .set = set,
    .set_many = set_many,
    .delete_one = delete_one,
    .delete_many = delete_many,
};
