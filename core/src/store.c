/*
 * The operations, from the caller's arguments to the backend: each finds what the handle stands
 * for, checks keys, values and out parameters, calls the backend's function and fills in the
 * message of a missing key. What is the same for every backend is here and nothing else.
 */
#include <string.h>

#include "app.h"
#include "backend.h"
#include "bounds.h"
#include "counter.h"
#include "error.h"
#include "handle.h"
#include "json.h"
#include "memory.h"
#include "recall.h"

typedef const struct spinkv__open_store open_store_t;

static spinkv_bytes bytes(const void *data, size_t size) {
    spinkv_bytes view = {data ? data : "", size};

    return view;
}

static spinkv_status fail_null(spinkv_error *err, const char *what) {
    return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "%s is NULL", what);
}

static spinkv_status fail_unsupported(open_store_t *opened, const char *operation,
                                      spinkv_error *err) {
    return spinkv__fail(err, SPINKV_UNSUPPORTED, "a store of type \"%s\" cannot %s",
                        opened->backend_store->backend->type, operation);
}

/* Gives SPINKV_NO_SUCH_KEY its message. */
static spinkv_status explain(spinkv_status status, open_store_t *opened, spinkv_bytes key,
                             spinkv_error *err) {
    if (status == SPINKV_NO_SUCH_KEY && err) {
        spinkv__fail(err, status, "the store \"%.60s\" holds no key %s", opened->config->label,
                     spinkv__show_key(key.data, key.size).text);
    }
    return status;
}

/* Finds an open store and checks a key that is read or deleted. On success it must be released. */
static spinkv_status begin(spinkv_store store, const void *key, size_t key_size,
                           open_store_t **opened, spinkv_error *err) {
    spinkv_status status = spinkv__handle_acquire(store, opened, err);

    if (status == SPINKV_OK) {
        status = spinkv__check_text(key, key_size, "key", err);
        if (status != SPINKV_OK) {
            spinkv__handle_release(store);
        }
    }
    return status;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static spinkv_status take_copy(void *context, const void *data, size_t size, spinkv_error *err) {
    return spinkv__value_copy(data, size, context, err);
}

static spinkv_status get_copy(open_store_t *opened, spinkv_bytes key, spinkv_value *value,
                              spinkv_error *err) {
    struct spinkv__backend_store *backend_store = opened->backend_store;
    spinkv_status status =
        backend_store->backend->get(backend_store, key, SIZE_MAX, take_copy, value, err);

    return explain(status, opened, key, err);
}

spinkv_status spinkv_get(spinkv_store store, const void *key, size_t key_size, spinkv_value *value,
                         spinkv_error *err) {
    open_store_t *opened;
    spinkv_status status;

    if (!value) {
        return fail_null(err, "value");
    }
    value->data = NULL;
    value->size = 0;
    status = begin(store, key, key_size, &opened, err);
    if (status == SPINKV_OK) {
        status = get_copy(opened, bytes(key, key_size), value, err);
        spinkv__handle_release(store);
    }
    return status;
}

/* Memory of the caller's that a value goes into if it fits. */
struct buffer {
    void *data;
    size_t capacity;
    size_t value_size;
};

static spinkv_status take_into(void *context, const void *data, size_t size, spinkv_error *err) {
    struct buffer *buffer = context;

    (void)err;
    buffer->value_size = size;
    if (data && size > 0 && size <= buffer->capacity) {
        memcpy(buffer->data, data, size);
    }
    return SPINKV_OK;
}

bool spinkv__recall_into(spinkv_store store, const void *key, size_t key_size, void *buffer,
                         size_t capacity, size_t *value_size, spinkv_error *err) {
    struct buffer into = {buffer, capacity, 0};
    open_store_t *opened;
    spinkv_status status = begin(store, key, key_size, &opened, err);
    bool known = true;

    if (status == SPINKV_OK) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        spinkv_bytes read = bytes(key, key_size);
        known = backend_store->backend->recall &&
                backend_store->backend->recall(backend_store, read, capacity, take_into, &into,
                                               &status, err);
        if (known) {
            explain(status, opened, read, err);
        }
        spinkv__handle_release(store);
    }
    *value_size = into.value_size;
    return known;
}

spinkv_status spinkv_get_into(spinkv_store store, const void *key, size_t key_size, void *buffer,
                              size_t capacity, size_t *value_size, spinkv_error *err) {
    struct buffer into = {buffer, capacity, 0};
    open_store_t *opened;
    spinkv_status status;

    if (!value_size || (!buffer && capacity > 0)) {
        return fail_null(err, value_size ? "buffer" : "value_size");
    }
    *value_size = 0;
    status = begin(store, key, key_size, &opened, err);
    if (status == SPINKV_OK) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        spinkv_bytes read = bytes(key, key_size);
        status = backend_store->backend->get(backend_store, read, capacity, take_into, &into, err);
        explain(status, opened, read, err);
        spinkv__handle_release(store);
    }
    if (status == SPINKV_OK) {
        *value_size = into.value_size;
    }
    return status;
}

bool spinkv__recall_exists(spinkv_store store, const void *key, size_t key_size, bool *exists,
                           spinkv_error *err) {
    open_store_t *opened;
    bool known = true;

    if (begin(store, key, key_size, &opened, err) == SPINKV_OK) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        known = backend_store->backend->recall_exists &&
                backend_store->backend->recall_exists(backend_store, bytes(key, key_size), exists);
        spinkv__handle_release(store);
    }
    return known;
}

spinkv_status spinkv_exists(spinkv_store store, const void *key, size_t key_size, bool *exists,
                            spinkv_error *err) {
    open_store_t *opened;
    spinkv_status status;

    if (!exists) {
        return fail_null(err, "exists");
    }
    *exists = false;
    status = begin(store, key, key_size, &opened, err);
    if (status == SPINKV_OK) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        status = backend_store->backend->exists(backend_store, bytes(key, key_size), exists, err);
        spinkv__handle_release(store);
    }
    return status;
}

spinkv_status spinkv_count(spinkv_store store, uint64_t *count, spinkv_error *err) {
    open_store_t *opened;
    spinkv_status status;

    if (!count) {
        return fail_null(err, "count");
    }
    *count = 0;
    status = spinkv__handle_acquire(store, &opened, err);
    if (status == SPINKV_OK) {
        status = opened->backend_store->backend->count(opened->backend_store, count, err);
        spinkv__handle_release(store);
    }
    return status;
}

static spinkv_status check_keys(const spinkv_bytes *keys, size_t count, spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    size_t i;

    if (!keys && count > 0) {
        return fail_null(err, "keys");
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        status = spinkv__check_text(keys[i].data, keys[i].size, "key", err);
    }
    return status;
}

static spinkv_status take_item(void *context, const void *data, size_t size, spinkv_error *err) {
    return spinkv__list_append(context, data, size, err);
}

spinkv_status spinkv_get_many(spinkv_store store, const spinkv_bytes *keys, size_t count,
                              spinkv_list *values, spinkv_error *err) {
    struct spinkv__list_builder builder = {0};
    open_store_t *opened;
    spinkv_status status;

    if (!values) {
        return fail_null(err, "values");
    }
    values->items = NULL;
    values->count = 0;
    status = spinkv__handle_acquire(store, &opened, err);
    if (status != SPINKV_OK) {
        return status;
    }
    status = check_keys(keys, count, err);
    if (status == SPINKV_OK && count > 0) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        status =
            backend_store->backend->get_many(backend_store, keys, count, take_item, &builder, err);
    }
    if (status == SPINKV_OK) {
        spinkv__list_finish(&builder, values);
    }
    spinkv__list_abandon(&builder);
    spinkv__handle_release(store);
    return status;
}

/* ---- Listing --------------------------------------------------------------------------------- */

/* A page of keys while it is listed. */
struct page {
    /* The store's, for messages. */
    const char *label;
    spinkv_bytes prefix;
    /* data is NULL for the beginning. */
    spinkv_bytes after;
    size_t limit;
    struct spinkv__list_builder builder;
};

static bool begins_with(spinkv_bytes text, spinkv_bytes prefix) {
    return text.size >= prefix.size && memcmp(text.data, prefix.data, prefix.size) == 0;
}

static bool equals(spinkv_bytes a, spinkv_bytes b) {
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static bool is_below(spinkv_bytes a, spinkv_bytes b) {
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

    return order < 0 || (order == 0 && a.size < b.size);
}

static spinkv_status take_page_key(void *context, const void *key, size_t key_size, bool *more,
                                   spinkv_error *err) {
    spinkv_bytes listed = bytes(key, key_size);
    struct page *page = context;
    spinkv_status status;

    *more = true;
    if (page->after.data && equals(listed, page->after)) {
        return SPINKV_OK;
    }
    if (!begins_with(listed, page->prefix)) {
        *more = false;
        return SPINKV_OK;
    }
    status = spinkv__check_text(key, key_size, "key", NULL);
    if (status != SPINKV_OK) {
        return spinkv__fail(err, SPINKV_CORRUPT,
                            "the store \"%.60s\" holds a key that is not UTF-8: %s", page->label,
                            spinkv__show_key(key, key_size).text);
    }
    status = spinkv__list_append(&page->builder, listed.data, key_size, err);
    *more = page->builder.count < page->limit;
    return status;
}

static spinkv_status list_page(open_store_t *opened, struct page *page, spinkv_list *keys,
                               spinkv_error *err) {
    struct spinkv__backend_store *backend_store = opened->backend_store;
    bool later = page->after.data && is_below(page->prefix, page->after);
    spinkv_bytes from = later ? page->after : page->prefix;
    spinkv_status status = SPINKV_OK;

    page->label = opened->config->label;
    if (page->limit > 0) {
        status = backend_store->backend->list(backend_store, from, take_page_key, page, err);
    }
    if (status == SPINKV_OK) {
        spinkv__list_finish(&page->builder, keys);
    }
    spinkv__list_abandon(&page->builder);
    return status;
}

spinkv_status spinkv_list_keys(spinkv_store store, const void *prefix, size_t prefix_size,
                               const void *after, size_t after_size, size_t limit,
                               spinkv_list *keys, spinkv_error *err) {
    struct page page = {NULL, bytes(prefix, prefix_size), {after, after_size}, limit, {0}};
    open_store_t *opened;
    spinkv_status status;

    if (!keys) {
        return fail_null(err, "keys");
    }
    keys->items = NULL;
    keys->count = 0;
    status = spinkv__handle_acquire(store, &opened, err);
    if (status != SPINKV_OK) {
        return status;
    }
    status = spinkv__check_text(prefix, prefix_size, "prefix", err);
    if (status == SPINKV_OK) {
        status = spinkv__check_text(after, after_size, "key to list after", err);
    }
    if (status == SPINKV_OK) {
        status = list_page(opened, &page, keys, err);
    }
    spinkv__handle_release(store);
    return status;
}

spinkv_status spinkv_get_keys(spinkv_store store, spinkv_list *keys, spinkv_error *err) {
    return spinkv_list_keys(store, NULL, 0, NULL, 0, SIZE_MAX, keys, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static spinkv_status check_pair(const spinkv_options *options, const spinkv_pair *pair,
                                spinkv_error *err) {
    spinkv_status status = spinkv__check_new_key(options, pair->key, err);

    if (status == SPINKV_OK) {
        status =
            spinkv__check_new_value(options, pair->key, pair->value.data, pair->value.size, err);
    }
    return status;
}

static spinkv_status check_pairs(open_store_t *opened, const spinkv_pair *pairs, size_t count,
                                 spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    size_t i;

    if (!pairs && count > 0) {
        return fail_null(err, "pairs");
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        status = check_pair(&opened->config->options, &pairs[i], err);
    }
    return status;
}

static spinkv_status check_writable(open_store_t *opened, spinkv_error *err) {
    if (opened->config->options.read_only) {
        return spinkv__fail(err, SPINKV_READ_ONLY, "the store \"%.60s\" was opened read-only",
                            opened->config->label);
    }
    return SPINKV_OK;
}

spinkv_status spinkv_set_many(spinkv_store store, const spinkv_pair *pairs, size_t count,
                              spinkv_error *err) {
    open_store_t *opened;
    spinkv_status status = spinkv__handle_acquire(store, &opened, err);

    if (status != SPINKV_OK) {
        return status;
    }
    status = check_writable(opened, err);
    if (status == SPINKV_OK) {
        status = check_pairs(opened, pairs, count, err);
    }
    if (status == SPINKV_OK && count > 0) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        status = backend_store->backend->set_many(backend_store, pairs, count, err);
    }
    spinkv__handle_release(store);
    return status;
}

spinkv_status spinkv_set(spinkv_store store, const void *key, size_t key_size, const void *value,
                         size_t value_size, spinkv_error *err) {
    spinkv_pair pair = {{key, key_size}, {value, value_size}};

    return spinkv_set_many(store, &pair, 1, err);
}

spinkv_status spinkv_delete_many(spinkv_store store, const spinkv_bytes *keys, size_t count,
                                 spinkv_error *err) {
    open_store_t *opened;
    spinkv_status status = spinkv__handle_acquire(store, &opened, err);

    if (status != SPINKV_OK) {
        return status;
    }
    status = check_writable(opened, err);
    if (status == SPINKV_OK) {
        status = check_keys(keys, count, err);
    }
    if (status == SPINKV_OK && count > 0) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        status = backend_store->backend->delete_many(backend_store, keys, count, err);
    }
    spinkv__handle_release(store);
    return status;
}

spinkv_status spinkv_delete(spinkv_store store, const void *key, size_t key_size,
                            spinkv_error *err) {
    spinkv_bytes deleted = {key, key_size};

    return spinkv_delete_many(store, &deleted, 1, err);
}

/* ---- Reading, deciding and writing in one step ----------------------------------------------- */

static spinkv_status update(spinkv_store store, const spinkv_pair *pair,
                            spinkv__decide_change *decide, void *context, spinkv_error *err) {
    open_store_t *opened;
    spinkv_status status = spinkv__handle_acquire(store, &opened, err);

    if (status != SPINKV_OK) {
        return status;
    }
    status = check_writable(opened, err);
    if (status == SPINKV_OK) {
        status = check_pair(&opened->config->options, pair, err);
    }
    if (status == SPINKV_OK && !opened->backend_store->backend->update) {
        status = fail_unsupported(opened, "read and write in one step", err);
    }
    if (status == SPINKV_OK) {
        struct spinkv__backend_store *backend_store = opened->backend_store;
        status = backend_store->backend->update(
            backend_store, bytes(pair->key.data, pair->key.size), decide, context, err);
    }
    spinkv__handle_release(store);
    return status;
}

struct addition {
    spinkv_bytes key;
    int64_t delta, sum;
    unsigned char value[SPINKV__COUNTER_SIZE];
};

static spinkv_status decide_addition(void *context, const void *current, size_t current_size,
                                     struct spinkv__change *change, spinkv_error *err) {
    struct addition *addition = context;
    int64_t number = 0;

    if (current && !spinkv__counter_read(current, current_size, &number)) {
        return spinkv__fail(err, SPINKV_NOT_A_COUNTER,
                            "the value of key %s is %zu byte%s, a counter has %d",
                            spinkv__show_key(addition->key.data, addition->key.size).text,
                            current_size, current_size == 1 ? "" : "s", SPINKV__COUNTER_SIZE);
    }
    if (!spinkv__counter_add(number, addition->delta, &addition->sum)) {
        return spinkv__fail(err, SPINKV_NOT_A_COUNTER,
                            "the counter %s would leave the range of 64 bits",
                            spinkv__show_key(addition->key.data, addition->key.size).text);
    }
    spinkv__counter_write(addition->sum, addition->value);
    change->write = true;
    change->value = addition->value;
    change->value_size = sizeof(addition->value);
    return SPINKV_OK;
}

spinkv_status spinkv_increment(spinkv_store store, const void *key, size_t key_size, int64_t delta,
                               int64_t *number, spinkv_error *err) {
    struct addition addition = {{key, key_size}, delta, 0, {0}};
    spinkv_pair pair = {{key, key_size}, {addition.value, sizeof(addition.value)}};
    spinkv_status status = update(store, &pair, decide_addition, &addition, err);

    if (number) {
        *number = status == SPINKV_OK ? addition.sum : 0;
    }
    return status;
}

struct swap {
    /* data is NULL for absent. */
    spinkv_bytes expected;
    spinkv_bytes value;
    bool done;
};

static spinkv_status decide_swap(void *context, const void *current, size_t current_size,
                                 struct spinkv__change *change, spinkv_error *err) {
    struct swap *swap = context;

    (void)err;
    if (current && swap->expected.data) {
        swap->done = equals(bytes(current, current_size), swap->expected);
    } else {
        swap->done = !current && !swap->expected.data;
    }
    change->write = swap->done;
    change->value = swap->value.data;
    change->value_size = swap->value.size;
    return SPINKV_OK;
}

spinkv_status spinkv_compare_and_swap(spinkv_store store, const void *key, size_t key_size,
                                      const void *expected, size_t expected_size, const void *value,
                                      size_t value_size, bool *swapped, spinkv_error *err) {
    struct swap swap = {{expected, expected_size}, {value, value_size}, false};
    spinkv_pair pair = {{key, key_size}, {value, value_size}};
    spinkv_status status;

    if (!swapped) {
        return fail_null(err, "swapped");
    }
    *swapped = false;
    status = spinkv__check_bytes(expected, expected_size, "expected value", err);
    if (status == SPINKV_OK) {
        status = update(store, &pair, decide_swap, &swap, err);
    }
    *swapped = status == SPINKV_OK && swap.done;
    return status;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

spinkv_status spinkv_set_json(spinkv_store store, const void *key, size_t key_size,
                              const void *json, size_t json_size, spinkv_error *err) {
    spinkv_value compact = {NULL, 0};
    open_store_t *opened;
    spinkv_status status = begin(store, key, key_size, &opened, err);

    if (status != SPINKV_OK) {
        return status;
    }
    spinkv__handle_release(store);
    status = spinkv__check_bytes(json, json_size, "JSON text", err);
    if (status == SPINKV_OK) {
        status = spinkv__json_compact(bytes(key, key_size), bytes(json, json_size), &compact, err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_set(store, key, key_size, compact.data, compact.size, err);
    }
    spinkv_value_free(&compact);
    return status;
}

spinkv_status spinkv_get_json(spinkv_store store, const void *key, size_t key_size,
                              spinkv_value *json, spinkv_error *err) {
    spinkv_status status = spinkv_get(store, key, key_size, json, err);

    if (status == SPINKV_OK) {
        status = spinkv__json_check(bytes(key, key_size), bytes(json->data, json->size), err);
        if (status != SPINKV_OK) {
            spinkv_value_free(json);
        }
    }
    return status;
}

void spinkv_close(spinkv_store store) {
    spinkv__handle_close(store);
}
