/*
 * The reads that are called most, synchronous only. Making a Buffer takes longer than reading a
 * value, so a small value is written into a pool of JavaScript's, which makes a view of it, as
 * Node.js does for its own small Buffers. The pool's address is asked for in each call: its owner
 * may have transferred it.
 */
#include "native.h"

/* The largest value that goes into the pool; lib/pool.js leaves room for one. */
#define POOLED_SIZE 1024
/* The largest string that is read without an allocation. */
#define STACK_SIZE 4096
/* How often a value may change its size while it is read, before it is read into C's memory. */
#define ATTEMPTS 4

/* What a callback does with a key that is not there. */
enum missing {
    MISSING_IS_ERROR,
    MISSING_IS_UNDEFINED
};

struct read {
    spinkv_store store;
    struct text key;
    enum missing missing;
};

/* Reads the arguments that all have: the handle and the key, and as many more as there are. */
static bool begin(napi_env env, napi_callback_info info, size_t count, napi_value *arguments,
                  struct read *read) {
    void *missing = NULL;

    if (napi_get_cb_info(env, info, &count, arguments, NULL, &missing) != napi_ok) {
        return false;
    }
    read->missing = missing ? MISSING_IS_UNDEFINED : MISSING_IS_ERROR;
    read->store = 0;
    napi_get_value_uint32(env, arguments[0], &read->store);
    return read_text(env, arguments[1], "key", false, &read->key);
}

/* What a read gives that failed: undefined for a key that may be missing, else it throws. */
static napi_value fail(napi_env env, const struct read *read, const spinkv_error *error) {
    if (error->status == SPINKV_NO_SUCH_KEY && read->missing == MISSING_IS_UNDEFINED) {
        return NULL;
    }
    return throw_error(env, error);
}

/*
 * Reads into memory of the caller's. The message of a missing key takes longer than looking for it,
 * so where that is no error, none is made until another error is met.
 */
static spinkv_status read_into(const struct read *read, void *data, size_t capacity, size_t *size,
                               spinkv_error *error) {
    if (read->missing == MISSING_IS_UNDEFINED) {
        spinkv_status status = spinkv_get_into(read->store, read->key.data, read->key.size, data,
                                               capacity, size, NULL);
        if (status == SPINKV_OK || status == SPINKV_NO_SUCH_KEY) {
            error->status = status;
            return status;
        }
    }
    return spinkv_get_into(read->store, read->key.data, read->key.size, data, capacity, size,
                           error);
}

/* Reads a value of any size into memory of C's, and converts that. */
static napi_value read_copy(napi_env env, const struct read *read,
                            napi_value (*convert)(napi_env, const void *, size_t)) {
    spinkv_value value = {NULL, 0};
    napi_value result;
    spinkv_error error;

    if (spinkv_get(read->store, read->key.data, read->key.size, &value, &error) != SPINKV_OK) {
        return fail(env, read, &error);
    }
    result = convert(env, value.data, value.size);
    spinkv_value_free(&value);
    return result;
}

/* Reads a large value straight into a Buffer of its size, which another writer may change
 * meanwhile. */
static napi_value read_large(napi_env env, const struct read *read, size_t size) {
    spinkv_error error;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        napi_value buffer = NULL;
        void *data = NULL;
        size_t met = 0;

        if (napi_create_buffer(env, size, &data, &buffer) != napi_ok) {
            napi_throw_error(env, NULL, "the value does not fit in memory");
            return NULL;
        }
        if (read_into(read, data, size, &met, &error) != SPINKV_OK) {
            return fail(env, read, &error);
        }
        if (met == size) {
            return buffer;
        }
        size = met;
    }
    return read_copy(env, read, buffer_value);
}

/* get(handle, key, pool, offset): the size of the value at the offset, or else a Buffer. */
static napi_value get(napi_env env, napi_callback_info info) {
    napi_value arguments[4], result = NULL;
    struct read read;
    void *pool = NULL;
    size_t pool_size = 0, capacity, size = 0;
    uint32_t offset = 0;
    spinkv_error error;

    if (!begin(env, info, 4, arguments, &read)) {
        return NULL;
    }
    napi_get_arraybuffer_info(env, arguments[2], &pool, &pool_size);
    napi_get_value_uint32(env, arguments[3], &offset);
    capacity = offset < pool_size ? pool_size - offset : 0;
    capacity = capacity < POOLED_SIZE ? capacity : POOLED_SIZE;
    if (read_into(&read, capacity > 0 ? (char *)pool + offset : NULL, capacity, &size, &error) !=
        SPINKV_OK) {
        result = fail(env, &read, &error);
    } else if (size <= capacity) {
        napi_create_uint32(env, (uint32_t)size, &result);
    } else {
        result = read_large(env, &read, size);
    }
    free_text(&read.key);
    return result;
}

/* getString(handle, key) */
static napi_value get_string(napi_env env, napi_callback_info info) {
    napi_value arguments[2], result = NULL;
    struct read read;
    char buffer[STACK_SIZE];
    size_t size = 0;
    spinkv_error error;

    if (!begin(env, info, 2, arguments, &read)) {
        return NULL;
    }
    if (read_into(&read, buffer, sizeof(buffer), &size, &error) != SPINKV_OK) {
        result = fail(env, &read, &error);
    } else if (size <= sizeof(buffer)) {
        result = string_value(env, buffer, size);
    } else {
        result = read_copy(env, &read, string_value);
    }
    free_text(&read.key);
    return result;
}

/* getInto(handle, key, bytes): the size of the value, which is in the bytes if it fits. */
static napi_value get_into(napi_env env, napi_callback_info info) {
    napi_typedarray_type type = napi_float64_array;
    napi_value arguments[3], result = NULL;
    struct read read;
    bool is_array = false;
    void *data = NULL;
    size_t capacity = 0, size = 0;
    spinkv_error error;

    if (!begin(env, info, 3, arguments, &read)) {
        return NULL;
    }
    napi_is_typedarray(env, arguments[2], &is_array);
    if (is_array) {
        napi_get_typedarray_info(env, arguments[2], &type, &capacity, &data, NULL, NULL);
    }
    if (type != napi_uint8_array && type != napi_uint8_clamped_array) {
        napi_throw_type_error(env, NULL, "the buffer must be a Uint8Array");
    } else if (read_into(&read, data, capacity, &size, &error) != SPINKV_OK) {
        result = fail(env, &read, &error);
    } else {
        napi_create_int64(env, (int64_t)size, &result);
    }
    free_text(&read.key);
    return result;
}

bool export_reads(napi_env env, napi_value exports) {
    static char missing_is_undefined;
    const struct {
        const char *name;
        napi_callback callback;
        void *data;
    } functions[] = {
        {"get", get, NULL},
        {"find", get, &missing_is_undefined},
        {"getString", get_string, NULL},
        {"findString", get_string, &missing_is_undefined},
        {"getInto", get_into, NULL},
    };

    for (size_t index = 0; index < sizeof(functions) / sizeof(functions[0]); index++) {
        napi_value function;
        if (napi_create_function(env, functions[index].name, NAPI_AUTO_LENGTH,
                                 functions[index].callback, functions[index].data,
                                 &function) != napi_ok ||
            napi_set_named_property(env, exports, functions[index].name, function) != napi_ok) {
            return false;
        }
    }
    return true;
}
