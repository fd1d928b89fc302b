/*
 * Results of C as values of JavaScript. Nothing here borrows: what C lends may go as soon as these
 * return.
 */
#include "native.h"

napi_value undefined_value(napi_env env) {
    napi_value value = NULL;

    napi_get_undefined(env, &value);
    return value;
}

napi_value buffer_value(napi_env env, const void *data, size_t size) {
    napi_value value = NULL;

    if (napi_create_buffer_copy(env, size, data, NULL, &value) != napi_ok) {
        napi_throw_error(env, NULL, "the value does not fit in memory");
        return NULL;
    }
    return value;
}

napi_value string_value(napi_env env, const void *data, size_t size) {
    napi_value value = NULL;

    if (napi_create_string_utf8(env, size > 0 ? data : "", size, &value) != napi_ok) {
        napi_throw_error(env, NULL, "the value is longer than a string can be");
        return NULL;
    }
    return value;
}

/* An array of what `convert` makes of the items; undefined for one without data. */
static napi_value list_value(napi_env env, const spinkv_list *list,
                             napi_value (*convert)(napi_env, const void *, size_t)) {
    napi_value array = NULL, undefined = undefined_value(env), item;
    napi_handle_scope scope;

    if (napi_create_array_with_length(env, list->count, &array) != napi_ok) {
        return NULL;
    }
    for (size_t index = 0; index < list->count; index++) {
        const spinkv_bytes *bytes = &list->items[index];
        if (napi_open_handle_scope(env, &scope) != napi_ok) {
            return NULL;
        }
        item = bytes->data ? convert(env, bytes->data, bytes->size) : undefined;
        if (item) {
            napi_set_element(env, array, (uint32_t)index, item);
        }
        napi_close_handle_scope(env, scope);
        if (!item) {
            return NULL;
        }
    }
    return array;
}

napi_value strings_value(napi_env env, const spinkv_list *list) {
    return list_value(env, list, string_value);
}

napi_value buffers_value(napi_env env, const spinkv_list *list) {
    return list_value(env, list, buffer_value);
}
