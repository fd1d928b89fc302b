/*
 * The calls of calls.h. They translate, and take no decision.
 */
#include "calls.h"

static spinkv_error out_of_memory = {SPINKV_NO_MEMORY, 0, "out of memory"};

/* Keeps an error beyond the call that has filled it. */
static spinkv_error *keep(const spinkv_error *err) {
    spinkv_error *kept = NULL;

    if (err->status != SPINKV_OK) {
        kept = malloc(sizeof(*kept));
        if (kept) {
            *kept = *err;
        } else {
            kept = &out_of_memory;
        }
    }
    return kept;
}

void spinkv_go_failure_free(spinkv_error *failure) {
    if (failure != &out_of_memory) {
        free(failure);
    }
}

/* ---- One key --------------------------------------------------------------------------------- */

spinkv_go_outcome spinkv_go_get_into(spinkv_store store, const char *key, size_t key_size,
                                     char *buffer, size_t capacity) {
    spinkv_error err;
    size_t size = 0;

    spinkv_get_into(store, key, key_size, buffer, capacity, &size, &err);
    return (spinkv_go_outcome){(int64_t)size, keep(&err)};
}

spinkv_go_outcome spinkv_go_find_into(spinkv_store store, const char *key, size_t key_size,
                                      char *buffer, size_t capacity) {
    spinkv_error err;
    size_t size = 0;
    /* Without an error at first: a missing key's message costs more than to look for the key. */
    spinkv_status status = spinkv_get_into(store, key, key_size, buffer, capacity, &size, NULL);

    err.status = SPINKV_OK;
    if (status != SPINKV_OK && status != SPINKV_NO_SUCH_KEY) {
        status = spinkv_get_into(store, key, key_size, buffer, capacity, &size, &err);
    }
    if (status == SPINKV_NO_SUCH_KEY) {
        return (spinkv_go_outcome){-1, NULL};
    }
    return (spinkv_go_outcome){(int64_t)size, keep(&err)};
}

spinkv_go_outcome spinkv_go_set(spinkv_store store, const char *key, size_t key_size,
                                const char *value, size_t value_size) {
    spinkv_error err;

    spinkv_set(store, key, key_size, value, value_size, &err);
    return (spinkv_go_outcome){0, keep(&err)};
}

spinkv_go_outcome spinkv_go_delete(spinkv_store store, const char *key, size_t key_size) {
    spinkv_error err;

    spinkv_delete(store, key, key_size, &err);
    return (spinkv_go_outcome){0, keep(&err)};
}

spinkv_go_outcome spinkv_go_exists(spinkv_store store, const char *key, size_t key_size) {
    spinkv_error err;
    bool exists = false;

    spinkv_exists(store, key, key_size, &exists, &err);
    return (spinkv_go_outcome){exists, keep(&err)};
}

spinkv_go_outcome spinkv_go_increment(spinkv_store store, const char *key, size_t key_size,
                                      int64_t delta) {
    spinkv_error err;
    int64_t number = 0;

    spinkv_increment(store, key, key_size, delta, &number, &err);
    return (spinkv_go_outcome){number, keep(&err)};
}

spinkv_go_outcome spinkv_go_compare_and_swap(spinkv_store store, const char *key, size_t key_size,
                                             const char *expected, size_t expected_size,
                                             const char *value, size_t value_size) {
    spinkv_error err;
    bool swapped = false;

    spinkv_compare_and_swap(store, key, key_size, expected, expected_size, value, value_size,
                            &swapped, &err);
    return (spinkv_go_outcome){swapped, keep(&err)};
}

spinkv_go_outcome spinkv_go_set_json(spinkv_store store, const char *key, size_t key_size,
                                     const char *json, size_t json_size) {
    spinkv_error err;

    spinkv_set_json(store, key, key_size, json, json_size, &err);
    return (spinkv_go_outcome){0, keep(&err)};
}

spinkv_go_reading spinkv_go_get_json(spinkv_store store, const char *key, size_t key_size) {
    spinkv_error err;
    spinkv_go_reading got = {{NULL, 0}, NULL};

    spinkv_get_json(store, key, key_size, &got.value, &err);
    got.failure = keep(&err);
    return got;
}

/* ---- Many keys ------------------------------------------------------------------------------- */

/* The parts of a block, which the caller frees. NULL where there is no memory, or no part. */
static spinkv_bytes *split(const char *block, const size_t *sizes, size_t count) {
    spinkv_bytes *parts = count > 0 ? calloc(count, sizeof(*parts)) : NULL;

    for (size_t index = 0; parts && index < count; index++) {
        parts[index].data = block;
        parts[index].size = sizes[index];
        block += sizes[index];
    }
    return parts;
}

static spinkv_pair *split_pairs(const char *block, const size_t *sizes, size_t count) {
    spinkv_pair *pairs = count > 0 ? calloc(count, sizeof(*pairs)) : NULL;

    for (size_t index = 0; pairs && index < count; index++) {
        size_t key_size = sizes[2 * index];
        size_t value_size = sizes[2 * index + 1];
        pairs[index].key = (spinkv_bytes){block, key_size};
        pairs[index].value = (spinkv_bytes){block + key_size, value_size};
        block += key_size + value_size;
    }
    return pairs;
}

spinkv_go_outcome spinkv_go_count(spinkv_store store) {
    spinkv_error err;
    uint64_t count = 0;

    spinkv_count(store, &count, &err);
    return (spinkv_go_outcome){(int64_t)count, keep(&err)};
}

spinkv_go_listing spinkv_go_list_keys(spinkv_store store, const char *prefix, size_t prefix_size,
                                      bool has_after, const char *after, size_t after_size,
                                      int64_t limit) {
    spinkv_error err;
    spinkv_go_listing listed = {{NULL, 0}, NULL};
    const char *last = after ? after : "";

    spinkv_list_keys(store, prefix, prefix_size, has_after ? last : NULL, after_size,
                     limit < 0 ? SIZE_MAX : (size_t)limit, &listed.list, &err);
    listed.failure = keep(&err);
    return listed;
}

spinkv_go_listing spinkv_go_get_many(spinkv_store store, const char *block, const size_t *sizes,
                                     size_t key_count) {
    spinkv_error err = out_of_memory;
    spinkv_go_listing listed = {{NULL, 0}, NULL};
    spinkv_bytes *keys = split(block, sizes, key_count);

    if (keys || key_count == 0) {
        spinkv_get_many(store, keys, key_count, &listed.list, &err);
    }
    free(keys);
    listed.failure = keep(&err);
    return listed;
}

spinkv_go_outcome spinkv_go_delete_many(spinkv_store store, const char *block, const size_t *sizes,
                                        size_t key_count) {
    spinkv_error err = out_of_memory;
    spinkv_bytes *keys = split(block, sizes, key_count);

    if (keys || key_count == 0) {
        spinkv_delete_many(store, keys, key_count, &err);
    }
    free(keys);
    return (spinkv_go_outcome){0, keep(&err)};
}

spinkv_go_outcome spinkv_go_set_many(spinkv_store store, const char *block, const size_t *sizes,
                                     size_t pair_count) {
    spinkv_error err = out_of_memory;
    spinkv_pair *pairs = split_pairs(block, sizes, pair_count);

    if (pairs || pair_count == 0) {
        spinkv_set_many(store, pairs, pair_count, &err);
    }
    free(pairs);
    return (spinkv_go_outcome){0, keep(&err)};
}

/* ---- Stores and apps ------------------------------------------------------------------------- */

spinkv_go_outcome spinkv_go_open(spinkv_app *app, const char *label) {
    spinkv_error err;
    spinkv_store store = 0;

    spinkv_open(app, label, &store, &err);
    return (spinkv_go_outcome){store, keep(&err)};
}

spinkv_go_outcome spinkv_go_app_seed(spinkv_app *app, const char *block, const size_t *sizes,
                                     size_t pair_count) {
    spinkv_error err = out_of_memory;
    spinkv_pair *pairs = split_pairs(block, sizes, pair_count);

    if (pairs || pair_count == 0) {
        spinkv_app_seed(app, pairs, pair_count, &err);
    }
    free(pairs);
    return (spinkv_go_outcome){0, keep(&err)};
}

spinkv_options spinkv_go_default_options(void) {
    spinkv_options options = SPINKV_OPTIONS_INIT;

    return options;
}
