/*
 * The library itself, with the options that it has when nobody changes any but the durability. As a
 * program should, it passes an error to every call.
 */
#include <stdlib.h>

#include "fail.h"
#include "peer.h"

#define LABEL "bench"

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

static void *open_store(const char *path, bool synced) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    struct handle *handle = calloc(1, sizeof(*handle));
    spinkv_error err;

    if (!handle) {
        fail("out of memory");
    }
    options.path = path;
    options.durability = synced ? SPINKV_DURABILITY_FULL : SPINKV_DURABILITY_NORMAL;
    expect(spinkv_app_new(&handle->app, &err), &err);
    expect(spinkv_app_add_store(handle->app, LABEL, &options, &err), &err);
    expect(spinkv_open(handle->app, LABEL, &handle->store, &err), &err);
    return handle;
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

const struct peer peer_spinkv = {
    .name = "spinkv",
    .open = open_store,
    .close = close_store,
    .get = get,
    .get_into = get_into,
    .exists = exists,
    .get_keys = get_keys,
    .set = set,
    .set_many = set_many,
    .delete_one = delete_one,
    .delete_many = delete_many,
    .increment = increment,
    .set_json = set_json,
};
