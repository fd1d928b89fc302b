/*
 * Every operation on an open store, as a table, for tests that do one thing to all of them: with
 * handles that are not open, under faults, while others hold the file. Each is called on a store
 * that operations_fill has filled. It spoils its out parameters before the call, and checks after
 * it that a success gave what it should and a failure cleared them.
 */
#ifndef SPINKV_OPERATIONS_H
#define SPINKV_OPERATIONS_H

#include "support.h"

struct operation {
    const char *name;
    bool writes;
    spinkv_status (*call)(spinkv_store store, spinkv_error *error);
};

/* What an out parameter must not hold after a call. */
#define SPOILT ((void *)(uintptr_t)0x5a5a)

#define COUNTER_5 "\5\0\0\0\0\0\0\0"

/* Puts in what the operations expect. */
static inline void operations_fill(spinkv_store store) {
    static const spinkv_pair pairs[] = {{{"counter", 7}, {COUNTER_5, 8}},
                                        {{"empty", 5}, {NULL, 0}},
                                        {{"json", 4}, {"{\"a\":1}", 7}},
                                        {{"key", 3}, {"value", 5}}};
    static const spinkv_bytes others[] = {{"new", 3}, {"newer", 5}};

    CHECK_OK(spinkv_set_many(store, pairs, 4, &err));
    CHECK_OK(spinkv_delete_many(store, others, 2, &err));
}

static inline spinkv_status check_value(spinkv_status status, spinkv_value *value,
                                        const char *expected) {
    if (status == SPINKV_OK) {
        CHECK_BYTES(expected, strlen(expected), value->data, value->size);
        CHECK(value->data && ((const char *)value->data)[value->size] == '\0');
        spinkv_value_free(value);
    }
    CHECK(value->data == NULL && value->size == 0);
    return status;
}

/* expected: the items with commas between them, "-" for one that is not there. */
static inline spinkv_status check_list(spinkv_status status, spinkv_list *list,
                                       const char *expected) {
    char met[256] = "";
    size_t i;

    if (status == SPINKV_OK) {
        for (i = 0; i < list->count; i++) {
            const spinkv_bytes *item = &list->items[i];
            size_t used = strlen(met);
            snprintf(met + used, sizeof(met) - used, "%s%.*s", i > 0 ? "," : "",
                     item->data ? (int)item->size : 1, item->data ? (const char *)item->data : "-");
        }
        CHECK_TEXT(expected, met);
        spinkv_list_free(list);
    }
    CHECK(list->items == NULL && list->count == 0);
    return status;
}

static inline spinkv_status call_get(spinkv_store store, spinkv_error *error) {
    spinkv_value value = {SPOILT, 99};
    spinkv_status status = spinkv_get(store, "key", 3, &value, error);

    return check_value(status, &value, "value");
}

static inline spinkv_status call_get_empty(spinkv_store store, spinkv_error *error) {
    spinkv_value value = {SPOILT, 99};
    spinkv_status status = spinkv_get(store, "empty", 5, &value, error);

    return check_value(status, &value, "");
}

static inline spinkv_status call_get_into(spinkv_store store, spinkv_error *error) {
    char buffer[8] = "";
    size_t size = 99;
    spinkv_status status = spinkv_get_into(store, "key", 3, buffer, sizeof(buffer), &size, error);

    CHECK_NUMBER(status == SPINKV_OK ? 5 : 0, size);
    return status;
}

static inline spinkv_status call_exists(spinkv_store store, spinkv_error *error) {
    bool exists = true;
    spinkv_status status = spinkv_exists(store, "key", 3, &exists, error);

    CHECK(exists == (status == SPINKV_OK));
    return status;
}

static inline spinkv_status call_get_keys(spinkv_store store, spinkv_error *error) {
    spinkv_list keys = {SPOILT, 99};
    spinkv_status status = spinkv_get_keys(store, &keys, error);

    return check_list(status, &keys, "counter,empty,json,key");
}

static inline spinkv_status call_list_keys(spinkv_store store, spinkv_error *error) {
    spinkv_list keys = {SPOILT, 99};
    spinkv_status status = spinkv_list_keys(store, "", 0, "counter", 7, 2, &keys, error);

    return check_list(status, &keys, "empty,json");
}

static inline spinkv_status call_count(spinkv_store store, spinkv_error *error) {
    uint64_t count = 99;
    spinkv_status status = spinkv_count(store, &count, error);

    CHECK_NUMBER(status == SPINKV_OK ? 4 : 0, count);
    return status;
}

static inline spinkv_status call_get_many(spinkv_store store, spinkv_error *error) {
    static const spinkv_bytes keys[] = {{"key", 3}, {"no", 2}, {"empty", 5}, {"key", 3}};
    spinkv_list values = {SPOILT, 99};
    spinkv_status status = spinkv_get_many(store, keys, 4, &values, error);

    return check_list(status, &values, "value,-,,value");
}

static inline spinkv_status call_get_json(spinkv_store store, spinkv_error *error) {
    spinkv_value json = {SPOILT, 99};
    spinkv_status status = spinkv_get_json(store, "json", 4, &json, error);

    return check_value(status, &json, "{\"a\":1}");
}

static inline spinkv_status call_set(spinkv_store store, spinkv_error *error) {
    return spinkv_set(store, "key", 3, "other value", 11, error);
}

static inline spinkv_status call_set_new(spinkv_store store, spinkv_error *error) {
    return spinkv_set(store, "new", 3, "1", 1, error);
}

static inline spinkv_status call_delete(spinkv_store store, spinkv_error *error) {
    return spinkv_delete(store, "key", 3, error);
}

static inline spinkv_status call_set_many(spinkv_store store, spinkv_error *error) {
    static const spinkv_pair pairs[] = {
        {{"new", 3}, {"1", 1}}, {{"key", 3}, {"other", 5}}, {{"newer", 5}, {"3", 1}}};

    return spinkv_set_many(store, pairs, 3, error);
}

static inline spinkv_status call_delete_many(spinkv_store store, spinkv_error *error) {
    static const spinkv_bytes keys[] = {{"key", 3}, {"no", 2}, {"empty", 5}};

    return spinkv_delete_many(store, keys, 3, error);
}

static inline spinkv_status call_increment(spinkv_store store, spinkv_error *error) {
    int64_t number = 99;
    spinkv_status status = spinkv_increment(store, "counter", 7, 2, &number, error);

    CHECK_NUMBER(status == SPINKV_OK ? 7 : 0, number);
    return status;
}

static inline spinkv_status call_swap(spinkv_store store, spinkv_error *error) {
    bool swapped = true;
    spinkv_status status =
        spinkv_compare_and_swap(store, "key", 3, "value", 5, "swapped", 7, &swapped, error);

    CHECK(swapped == (status == SPINKV_OK));
    return status;
}

static inline spinkv_status call_swap_absent(spinkv_store store, spinkv_error *error) {
    bool swapped = true;
    spinkv_status status =
        spinkv_compare_and_swap(store, "new", 3, NULL, 0, "first", 5, &swapped, error);

    CHECK(swapped == (status == SPINKV_OK));
    return status;
}

static inline spinkv_status call_set_json(spinkv_store store, spinkv_error *error) {
    return spinkv_set_json(store, "json", 4, "[1, 2]", 6, error);
}

static const struct operation operations[] = {
    {"get", false, call_get},
    {"get of an empty value", false, call_get_empty},
    {"get_into", false, call_get_into},
    {"exists", false, call_exists},
    {"get_keys", false, call_get_keys},
    {"list_keys", false, call_list_keys},
    {"count", false, call_count},
    {"get_many", false, call_get_many},
    {"get_json", false, call_get_json},
    {"set", true, call_set},
    {"set of a new key", true, call_set_new},
    {"delete", true, call_delete},
    {"set_many", true, call_set_many},
    {"delete_many", true, call_delete_many},
    {"increment", true, call_increment},
    {"compare_and_swap", true, call_swap},
    {"compare_and_swap of an absent key", true, call_swap_absent},
    {"set_json", true, call_set_json},
};

#define OPERATION_COUNT (sizeof(operations) / sizeof(operations[0]))

/* All that a store holds, as text: what operations_fill has put in, and what a write changes. Free
 * it with free. */
static inline char *snapshot(spinkv_store store) {
    spinkv_list keys = {NULL, 0}, values = {NULL, 0};
    char *text = calloc(1, 4096);
    size_t i, j, used = 0;

    REQUIRE(text);
    CHECK_OK(spinkv_get_keys(store, &keys, &err));
    CHECK_OK(spinkv_get_many(store, keys.items, keys.count, &values, &err));
    for (i = 0; i < values.count; i++) {
        const unsigned char *value = values.items[i].data;
        used += (size_t)snprintf(text + used, 4096 - used, "%.*s=", (int)keys.items[i].size,
                                 (const char *)keys.items[i].data);
        for (j = 0; j < values.items[i].size; j++) {
            const char *format = value[j] > 0x20 ? "%c" : "<%u>";
            used += (size_t)snprintf(text + used, 4096 - used, format, value[j]);
        }
        used += (size_t)snprintf(text + used, 4096 - used, " ");
    }
    spinkv_list_free(&keys);
    spinkv_list_free(&values);
    return text;
}

#endif
