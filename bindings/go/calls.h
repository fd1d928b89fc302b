/*
 * The C interface as Go calls it best: results come back by value, so that nothing of Go's is
 * allocated for them, and the error, which is large, only exists where a call has failed.
 */
#ifndef SPINKV_GO_CALLS_H
#define SPINKV_GO_CALLS_H

#include <spinkv.h>
#include <stdlib.h>

/* What a call came to. */
typedef struct outcome {
    /* A size, count, counter or flag. */
    int64_t number;
    /* NULL, or what went wrong: give it back with failure_free. */
    spinkv_error *failure;
} outcome;

/* A list that was read; it is the caller's. */
typedef struct listing {
    spinkv_list list;
    spinkv_error *failure;
} listing;

/* A value that was read; it is the caller's. */
typedef struct reading {
    spinkv_value value;
    spinkv_error *failure;
} reading;

/* Keeps an error beyond the call that it comes from. */
static inline spinkv_error *keep(spinkv_status status, const spinkv_error *err) {
    static spinkv_error no_memory = {SPINKV_NO_MEMORY, 0, "out of memory"};
    spinkv_error *kept = NULL;

    if (status != SPINKV_OK) {
        kept = malloc(sizeof(*kept));
        if (kept) {
            *kept = *err;
        } else {
            kept = &no_memory;
        }
    }
    return kept;
}

static inline void failure_free(spinkv_error *failure) {
    if (failure->engine_code != 0 || failure->status != SPINKV_NO_MEMORY) {
        free(failure);
    }
}

/* ---- One key ------------------------------------------------------------------------------- */

static inline outcome get_into(spinkv_store store, const char *key, size_t key_size, char *buffer,
                               size_t capacity) {
    spinkv_error err;
    size_t size = 0;
    spinkv_status status = spinkv_get_into(store, key, key_size, buffer, capacity, &size, &err);
    outcome got = {(int64_t)size, keep(status, &err)};
    return got;
}

/* As get_into; the number is -1 where the key is missing, which is no failure here. */
static inline outcome find_into(spinkv_store store, const char *key, size_t key_size, char *buffer,
                                size_t capacity) {
    spinkv_error err;
    size_t size = 0;
    spinkv_status status = spinkv_get_into(store, key, key_size, buffer, capacity, &size, &err);
    outcome found = {-1, NULL};
    if (status != SPINKV_NO_SUCH_KEY) {
        found.number = (int64_t)size;
        found.failure = keep(status, &err);
    }
    return found;
}

static inline outcome set(spinkv_store store, const char *key, size_t key_size, const char *value,
                          size_t value_size) {
    spinkv_error err;
    spinkv_status status = spinkv_set(store, key, key_size, value, value_size, &err);
    outcome done = {0, keep(status, &err)};
    return done;
}

static inline outcome delete_key(spinkv_store store, const char *key, size_t key_size) {
    spinkv_error err;
    outcome done = {0, keep(spinkv_delete(store, key, key_size, &err), &err)};
    return done;
}

static inline outcome exists(spinkv_store store, const char *key, size_t key_size) {
    spinkv_error err;
    bool there = false;
    spinkv_status status = spinkv_exists(store, key, key_size, &there, &err);
    outcome told = {there, keep(status, &err)};
    return told;
}

static inline outcome increment(spinkv_store store, const char *key, size_t key_size,
                                int64_t delta) {
    spinkv_error err;
    int64_t number = 0;
    spinkv_status status = spinkv_increment(store, key, key_size, delta, &number, &err);
    outcome done = {number, keep(status, &err)};
    return done;
}

static inline outcome compare_and_swap(spinkv_store store, const char *key, size_t key_size,
                                       const char *expected, size_t expected_size,
                                       const char *value, size_t value_size) {
    spinkv_error err;
    bool swapped = false;
    spinkv_status status = spinkv_compare_and_swap(store, key, key_size, expected, expected_size,
                                                   value, value_size, &swapped, &err);
    outcome done = {swapped, keep(status, &err)};
    return done;
}

static inline outcome set_json(spinkv_store store, const char *key, size_t key_size,
                               const char *json, size_t json_size) {
    spinkv_error err;
    spinkv_status status = spinkv_set_json(store, key, key_size, json, json_size, &err);
    outcome done = {0, keep(status, &err)};
    return done;
}

static inline reading get_json(spinkv_store store, const char *key, size_t key_size) {
    spinkv_error err;
    reading got = {{NULL, 0}, NULL};
    spinkv_status status = spinkv_get_json(store, key, key_size, &got.value, &err);
    got.failure = keep(status, &err);
    return got;
}

/* ---- Many keys ----------------------------------------------------------------------------- */

static inline outcome count_keys(spinkv_store store) {
    spinkv_error err;
    uint64_t count = 0;
    spinkv_status status = spinkv_count(store, &count, &err);
    outcome counted = {(int64_t)count, keep(status, &err)};
    return counted;
}

/* after counts if has_after, and may be NULL for the empty key; a limit below 0 is none. */
static inline listing list_keys(spinkv_store store, const char *prefix, size_t prefix_size,
                                bool has_after, const char *after, size_t after_size,
                                int64_t limit) {
    spinkv_error err;
    listing listed = {{NULL, 0}, NULL};
    if (!has_after) {
        after = NULL;
    } else if (!after) {
        after = "";
    }
    spinkv_status status =
        spinkv_list_keys(store, prefix, prefix_size, after, after_size,
                         limit < 0 ? SIZE_MAX : (size_t)limit, &listed.list, &err);
    listed.failure = keep(status, &err);
    return listed;
}

/* Go may not pass memory that points to other memory of its own, so many parts come as one block
 * with their sizes. Gives an array as spinkv_bytes, or as half as many spinkv_pair; the caller
 * frees it. NULL where count is 0, too. */
static inline spinkv_bytes *parts_of(const char *block, const size_t *sizes, size_t count) {
    spinkv_bytes *parts = count > 0 ? calloc(count, sizeof(*parts)) : NULL;

    for (size_t index = 0; parts && index < count; index++) {
        parts[index].data = sizes[index] > 0 ? block : "";
        parts[index].size = sizes[index];
        block += sizes[index];
    }
    return parts;
}

static inline spinkv_error *no_memory(void) {
    return keep(SPINKV_NO_MEMORY, &(spinkv_error){SPINKV_NO_MEMORY, 0, "out of memory"});
}

static inline listing get_many(spinkv_store store, const char *block, const size_t *sizes,
                               size_t count) {
    spinkv_error err;
    listing listed = {{NULL, 0}, NULL};
    spinkv_bytes *keys = parts_of(block, sizes, count);
    if (!keys && count > 0) {
        listed.failure = no_memory();
    } else {
        listed.failure = keep(spinkv_get_many(store, keys, count, &listed.list, &err), &err);
    }
    free(keys);
    return listed;
}

static inline outcome delete_many(spinkv_store store, const char *block, const size_t *sizes,
                                  size_t count) {
    spinkv_error err;
    outcome done = {0, NULL};
    spinkv_bytes *keys = parts_of(block, sizes, count);
    if (!keys && count > 0) {
        done.failure = no_memory();
    } else {
        done.failure = keep(spinkv_delete_many(store, keys, count, &err), &err);
    }
    free(keys);
    return done;
}

/* Of a store, or of an app's default store if there is an app. */
static inline outcome set_many(spinkv_app *app, spinkv_store store, const char *block,
                               const size_t *sizes, size_t count) {
    spinkv_error err;
    outcome done = {0, NULL};
    spinkv_bytes *parts = parts_of(block, sizes, 2 * count);
    const spinkv_pair *pairs = (const spinkv_pair *)parts;
    if (!parts && count > 0) {
        done.failure = no_memory();
    } else if (app) {
        done.failure = keep(spinkv_app_seed(app, pairs, count, &err), &err);
    } else {
        done.failure = keep(spinkv_set_many(store, pairs, count, &err), &err);
    }
    free(parts);
    return done;
}

/* ---- Stores and apps ----------------------------------------------------------------------- */

/* The number is the handle. */
static inline outcome open_store(spinkv_app *app, const char *label) {
    spinkv_error err;
    spinkv_store store = 0;
    spinkv_status status = spinkv_open(app, label, &store, &err);
    outcome opened = {store, keep(status, &err)};
    return opened;
}

static inline spinkv_options default_options(void) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    return options;
}

#endif
