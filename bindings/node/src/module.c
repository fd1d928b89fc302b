/*
 * The addon's entry, and what belongs to one environment: the main thread or a worker has each its
 * own, and leaves no store open when it ends.
 */
#include "native.h"

#include <stdlib.h>
#include <string.h>

struct environment *environment_of(napi_env env) {
    void *data = NULL;

    napi_get_instance_data(env, &data);
    return data;
}

bool environment_reserve(struct environment *environment) {
    size_t capacity = environment->store_capacity;
    spinkv_store *stores;

    if (environment->store_count < capacity) {
        return true;
    }
    capacity = capacity ? 2 * capacity : 8;
    stores = realloc(environment->stores, capacity * sizeof(*stores));
    if (!stores) {
        return false;
    }
    environment->stores = stores;
    environment->store_capacity = capacity;
    return true;
}

void environment_note_open(struct environment *environment, spinkv_store store) {
    environment->stores[environment->store_count++] = store;
}

void environment_close(struct environment *environment, spinkv_store store) {
    size_t index = environment->store_count;

    while (index > 0) {
        index--;
        if (environment->stores[index] == store) {
            environment->stores[index] = environment->stores[--environment->store_count];
            spinkv_close(store);
            return;
        }
    }
}

static void free_environment(napi_env env, void *data, void *hint) {
    struct environment *environment = data;

    (void)env;
    (void)hint;
    for (size_t index = 0; index < environment->store_count; index++) {
        spinkv_close(environment->stores[index]);
    }
    free(environment->stores);
    free(environment);
}

/* ---- Errors ---------------------------------------------------------------------------------------- */

napi_value error_value(napi_env env, const spinkv_error *error) {
    napi_value make_error = NULL, receiver = NULL, made = NULL, arguments[3] = {NULL, NULL, NULL};

    if (napi_get_reference_value(env, environment_of(env)->make_error, &make_error) != napi_ok ||
        napi_create_int32(env, (int32_t)error->status, &arguments[0]) != napi_ok ||
        napi_create_string_utf8(env, error->message, NAPI_AUTO_LENGTH, &arguments[1]) != napi_ok ||
        napi_create_int32(env, error->engine_code, &arguments[2]) != napi_ok ||
        napi_get_undefined(env, &receiver) != napi_ok ||
        napi_call_function(env, receiver, make_error, 3, arguments, &made) != napi_ok) {
        return NULL;
    }
    return made;
}

napi_value throw_error(napi_env env, const spinkv_error *error) {
    napi_value made = error_value(env, error);

    if (made) {
        napi_throw(env, made);
    }
    return NULL;
}

/* ---- The module ------------------------------------------------------------------------------------ */

/* start(makeError): says how errors are made; called once, before anything else. */
static napi_value start(napi_env env, napi_callback_info info) {
    struct environment *environment = environment_of(env);
    size_t count = 1;
    napi_value function;

    if (!environment->make_error &&
        napi_get_cb_info(env, info, &count, &function, NULL, NULL) == napi_ok) {
        napi_create_reference(env, function, 1, &environment->make_error);
    }
    return NULL;
}

/* Every status as [number, name, name of Spin's error], so that JavaScript need not repeat the
 * list. */
static napi_value statuses_value(napi_env env) {
    napi_value list = NULL, row, cell;

    napi_create_array(env, &list);
    for (uint32_t status = 1; status < SPINKV_STATUS_COUNT; status++) {
        const char *texts[] = {spinkv_status_name((spinkv_status)status),
                               spinkv_status_name(spinkv_status_base((spinkv_status)status))};
        napi_create_array(env, &row);
        napi_create_uint32(env, status, &cell);
        napi_set_element(env, row, 0, cell);
        for (uint32_t index = 0; index < 2; index++) {
            napi_create_string_utf8(env, texts[index], NAPI_AUTO_LENGTH, &cell);
            napi_set_element(env, row, index + 1, cell);
        }
        napi_set_element(env, list, status - 1, row);
    }
    return list;
}

NAPI_MODULE_INIT() {
    struct environment *environment = calloc(1, sizeof(*environment));
    napi_value version, function;

    if (!environment ||
        napi_set_instance_data(env, environment, free_environment, NULL) != napi_ok) {
        free(environment);
        napi_throw_error(env, NULL, "spinkv could not be loaded: out of memory");
        return NULL;
    }
    napi_create_string_utf8(env, spinkv_version(), NAPI_AUTO_LENGTH, &version);
    napi_set_named_property(env, exports, "version", version);
    napi_set_named_property(env, exports, "statuses", statuses_value(env));
    napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function);
    napi_set_named_property(env, exports, "start", function);
    if (!export_reads(env, exports) || !export_operations(env, exports) ||
        !export_apps(env, exports)) {
        return NULL;
    }
    return exports;
}
