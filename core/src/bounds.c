/*
 * Checking keys and values against UTF-8 and the limits of a store, before any backend sees them.
 */
#include "bounds.h"

#include <inttypes.h>

#include "error.h"
#include "utf8.h"

spinkv_status spinkv__check_bytes(const void *data, size_t size, const char *what,
                                  spinkv_error *err) {
    if (!data && size > 0) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the %s is NULL and its size is %zu",
                            what, size);
    }
    return SPINKV_OK;
}

spinkv_status spinkv__check_text(const void *data, size_t size, const char *what,
                                 spinkv_error *err) {
    spinkv_status status = spinkv__check_bytes(data, size, what, err);

    if (status == SPINKV_OK && !spinkv__utf8_is_valid(data, size)) {
        status = spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the %s %s is not valid UTF-8", what,
                              spinkv__show_key(data, size).text);
    }
    return status;
}

spinkv_status spinkv__check_new_key(const spinkv_options *options, spinkv_bytes key,
                                    spinkv_error *err) {
    spinkv_status status = spinkv__check_text(key.data, key.size, "key", err);

    if (status == SPINKV_OK && options->max_key_bytes > 0 && key.size > options->max_key_bytes) {
        status = spinkv__fail(err, SPINKV_KEY_TOO_LARGE,
                              "the key %s is %zu byte%s, the limit is %" PRIu64 " (max_key_bytes)",
                              spinkv__show_key_start(key.data, key.size).text, key.size,
                              key.size == 1 ? "" : "s", options->max_key_bytes);
    }
    return status;
}

spinkv_status spinkv__check_new_value(const spinkv_options *options, spinkv_bytes key,
                                      const void *value, size_t value_size, spinkv_error *err) {
    spinkv_status status = spinkv__check_bytes(value, value_size, "value", err);

    if (status == SPINKV_OK && options->max_value_bytes > 0 &&
        value_size > options->max_value_bytes) {
        status = spinkv__fail(err, SPINKV_VALUE_TOO_LARGE,
                              "the value of key %s is %zu byte%s, the limit is %" PRIu64
                              " (max_value_bytes)",
                              spinkv__show_key(key.data, key.size).text, value_size,
                              value_size == 1 ? "" : "s", options->max_value_bytes);
    }
    return status;
}
