/*
 * The library itself, with the options that it has when nobody changes any but the durability and,
 * for more than 1,024 tuples, their limit; and once more without its read cache. As a program
 * should, it passes an error to every call.
 */
#include <stdlib.h>

#include "fail.h"
#include "peer.h"

#define LABEL "bench"
#define PAGE_KEY_COUNT 1000

struct handle {
    spinkv_app *app;
    spinkv_store store;
};

static void expect(spinkv_status status, const spinkv_error *err) {
    if (status != SPINKV_OK) {
        fail("spinkv: %s", err->message);
    }
}

static spinkv_store store_of(void *handle) {
    return ((const struct handle *)handle)->store;
}

static void *open_with(const struct terms *terms, uint64_t cache_bytes) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    struct handle *handle = calloc(1, sizeof(*handle));
    spinkv_error err;

    if (!handle) {
        fail("out of memory");
    }
    options.path = terms->path;
    options.durability = terms->synced ? SPINKV_DURABILITY_FULL : SPINKV_DURABILITY_NORMAL;
    options.cache_bytes = cache_bytes;
    if (terms->tuple_count > SPINKV_DEFAULT_MAX_ENTRIES) {
        options.max_entries = 0;
    }
    expect(spinkv_app_new(&handle->app, &err), &err);
    expect(spinkv_app_add_store(handle->app, LABEL, &options, &err), &err);
    expect(spinkv_open(handle->app, LABEL, &handle->store, &err), &err);
    return handle;
}

static void *open_store(const struct terms *terms) {
    return open_with(terms, SPINKV_DEFAULT_CACHE_BYTES);
}

static void *open_uncached(const struct terms *terms) {
    return open_with(terms, 0);
}

static void close_store(void *store) {
    struct handle *handle = store;

    spinkv_close(handle->store);
    spinkv_app_free(handle->app);
    free(handle);
}

static bool get(void *store, spinkv_bytes key, spinkv_value *value) {
    spinkv_error err;
    spinkv_status status = spinkv_get(store_of(store), key.data, key.size, value, &err);

    if (status == SPINKV_NO_SUCH_KEY) {
        return false;
    }
    expect(status, &err);
    return true;
}

static bool get_into(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size) {
    spinkv_error err;
    spinkv_status status =
        spinkv_get_into(store_of(store), key.data, key.size, buffer, capacity, size, &err);

    if (status == SPINKV_NO_SUCH_KEY) {
        return false;
    }
    expect(status, &err);
    return true;
}

static bool exists(void *store, spinkv_bytes key) {
    spinkv_error err;
    bool found;

    expect(spinkv_exists(store_of(store), key.data, key.size, &found, &err), &err);
    return found;
}

static size_t get_keys(void *store) {
    spinkv_error err;
    spinkv_list keys;
    size_t count;

    expect(spinkv_get_keys(store_of(store), &keys, &err), &err);
    count = keys.count;
    spinkv_list_free(&keys);
    return count;
}

/* Page by page, as a program reads a store that may be too large to list whole. */
static size_t read_all(void *store) {
    spinkv_store handle = store_of(store);
    spinkv_list keys = {NULL, 0}, values;
    spinkv_bytes after = {NULL, 0};
    spinkv_error err;
    size_t count = 0;

    for (;;) {
        spinkv_list page;
        expect(
            spinkv_list_keys(handle, NULL, 0, after.data, after.size, PAGE_KEY_COUNT, &page, &err),
            &err);
        spinkv_list_free(&keys);
        keys = page;
        if (keys.count == 0) {
            return count;
        }
        expect(spinkv_get_many(handle, keys.items, keys.count, &values, &err), &err);
        spinkv_list_free(&values);
        count += keys.count;
        after = keys.items[keys.count - 1];
    }
}

static void set(void *store, spinkv_bytes key, spinkv_bytes value) {
    spinkv_error err;

    expect(spinkv_set(store_of(store), key.data, key.size, value.data, value.size, &err), &err);
}

static void set_many(void *store, const spinkv_pair *pairs, size_t count) {
    spinkv_error err;

    expect(spinkv_set_many(store_of(store), pairs, count, &err), &err);
}

static void delete_one(void *store, spinkv_bytes key) {
    spinkv_error err;

    expect(spinkv_delete(store_of(store), key.data, key.size, &err), &err);
}

static void delete_many(void *store, const spinkv_bytes *keys, size_t count) {
    spinkv_error err;

    expect(spinkv_delete_many(store_of(store), keys, count, &err), &err);
}

static int64_t increment(void *store, spinkv_bytes key) {
    spinkv_error err;
    int64_t number;

    expect(spinkv_increment(store_of(store), key.data, key.size, 1, &number, &err), &err);
    return number;
}

static void set_json(void *store, spinkv_bytes key, spinkv_bytes json) {
    spinkv_error err;

    expect(spinkv_set_json(store_of(store), key.data, key.size, json.data, json.size, &err), &err);
}

#define FUNCTIONS                                                                                  \
    .version = spinkv_version, .close = close_store, .get = get, .get_into = get_into,             \
    .exists = exists, .get_keys = get_keys, .read_all = read_all, .set = set,                      \
    .set_many = set_many, .delete_one = delete_one, .delete_many = delete_many,                    \
    .increment = increment, .set_json = set_json

const struct peer peer_spinkv = {
    .name = "spinkv",
    .full = "WAL, durability full",
    .normal = "WAL, durability normal",
    .open = open_store,
    FUNCTIONS,
};

const struct peer peer_spinkv_uncached = {
    .name = "spinkv, cache off",
    .full = "WAL, durability full",
    .normal = "WAL, durability normal",
    .is_variant = true,
    .open = open_uncached,
    FUNCTIONS,
};
