/*
 * Values from JavaScript as C takes them. Strings are UTF-8 and bytes are borrowed, unless another
 * thread could change them under the call: shared memory is always copied, and everything is where
 * the call goes on after JavaScript does.
 */
#include "native.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may lie at the end of a full buffer: all of a character but its last byte, and the NUL. */
#define UTF8_REMAINDER 4
/* Memory that small texts share, and how many of them are read with one scope of handles. */
#define SHARED_SIZE 4096
#define ITEMS_A_SCOPE 64
#define MAX_SAFE_INTEGER 9007199254740991.0

/* Puts a message that names what a program passed on one line. */
static void keep_on_one_line(char *message) {
    for (; *message; message++) {
        if ((unsigned char)*message < ' ' || *message == 0x7F) {
            *message = '?';
        }
    }
}

bool refuse(napi_env env, const char *format, const char *what) {
    spinkv_error error = {SPINKV_INVALID_ARGUMENT, 0, ""};

    snprintf(error.message, sizeof(error.message), format, what);
    keep_on_one_line(error.message);
    throw_error(env, &error);
    return false;
}

static bool refuse_type(napi_env env, const char *format, const char *what) {
    char message[200];

    snprintf(message, sizeof(message), format, what);
    napi_throw_type_error(env, NULL, message);
    return false;
}

static bool out_of_memory(napi_env env) {
    const spinkv_error error = {SPINKV_NO_MEMORY, 0, "out of memory"};

    throw_error(env, &error);
    return false;
}

/* ---- Text ------------------------------------------------------------------------------------------ */

void free_text(struct text *text) {
    free(text->owned);
    text->owned = NULL;
}

/* Whether UTF-8 holds U+FFFD, which is also what is written for half a surrogate pair. */
static bool has_replacement(const char *data, size_t size) {
    const char *end = data + size, *found = data;

    while ((found = memchr(found, 0xEF, (size_t)(end - found))) != NULL) {
        if (end - found >= 3 && (unsigned char)found[1] == 0xBF &&
            (unsigned char)found[2] == 0xBD) {
            return true;
        }
        found++;
    }
    return false;
}

/* Whether a string has half a surrogate pair. */
static bool has_lone_surrogate(const char16_t *units, size_t count) {
    for (size_t index = 0; index < count; index++) {
        if ((units[index] & 0xFC00) == 0xD800 && index + 1 < count &&
            (units[index + 1] & 0xFC00) == 0xDC00) {
            index++;
        } else if ((units[index] & 0xF800) == 0xD800) {
            return true;
        }
    }
    return false;
}

static bool check_surrogates(napi_env env, napi_value value, const char *what) {
    char16_t *units = NULL;
    size_t count = 0;
    bool lone;

    napi_get_value_string_utf16(env, value, NULL, 0, &count);
    units = malloc((count + 1) * sizeof(*units));
    if (!units) {
        return out_of_memory(env);
    }
    napi_get_value_string_utf16(env, value, units, count + 1, &count);
    lone = has_lone_surrogate(units, count);
    free(units);
    return !lone || refuse(env, "the %s has half a surrogate pair, which UTF-8 cannot write", what);
}

static bool read_string(napi_env env, napi_value value, const char *what, size_t size,
                        struct text *text) {
    char *data = text->small;

    if (size + UTF8_REMAINDER >= sizeof(text->small)) {
        if (napi_get_value_string_utf8(env, value, NULL, 0, &size) != napi_ok) {
            return refuse_type(env, "%s cannot be read", what);
        }
        data = text->owned = malloc(size + 1);
        if (!data) {
            return out_of_memory(env);
        }
        napi_get_value_string_utf8(env, value, data, size + 1, &size);
    }
    text->data = data;
    text->size = size;
    return !has_replacement(data, size) || check_surrogates(env, value, what);
}

/* Takes a copy of what `text` borrows. */
static bool copy_text(napi_env env, struct text *text) {
    char *data = text->small;

    if (text->size > sizeof(text->small)) {
        data = text->owned = malloc(text->size);
        if (!data) {
            return out_of_memory(env);
        }
    }
    if (text->size > 0) {
        memcpy(data, text->data, text->size);
    }
    text->data = data;
    return true;
}

static bool read_bytes(napi_env env, napi_value value, const char *what, bool keep,
                       struct text *text) {
    napi_typedarray_type type = napi_float64_array;
    napi_value memory = NULL;
    bool is_array = false, is_own = false;
    void *data = NULL;

    napi_is_typedarray(env, value, &is_array);
    if (is_array) {
        napi_get_typedarray_info(env, value, &type, &text->size, &data, &memory, NULL);
    }
    if (type != napi_uint8_array && type != napi_uint8_clamped_array) {
        return refuse_type(env, "the %s must be a string or a Uint8Array", what);
    }
    text->data = data && text->size > 0 ? data : "";
    napi_is_arraybuffer(env, memory, &is_own);
    return (is_own && !keep) || copy_text(env, text);
}

bool read_text(napi_env env, napi_value value, const char *what, bool keep, struct text *text) {
    size_t size = 0;
    napi_status status =
        napi_get_value_string_utf8(env, value, text->small, sizeof(text->small), &size);

    text->owned = NULL;
    if (status == napi_string_expected) {
        return read_bytes(env, value, what, keep, text);
    }
    if (status != napi_ok) {
        return refuse_type(env, "the %s is missing", what);
    }
    return read_string(env, value, what, size, text);
}

bool read_optional_text(napi_env env, napi_value value, const char *what, bool keep,
                        struct text *text) {
    napi_valuetype type = napi_undefined;

    text->data = NULL;
    text->size = 0;
    text->owned = NULL;
    napi_typeof(env, value, &type);
    return type == napi_undefined || type == napi_null || read_text(env, value, what, keep, text);
}

bool read_c_text(napi_env env, napi_value value, const char *what, bool optional,
                 struct text *text) {
    char *ended;

    if (!(optional ? read_optional_text : read_text)(env, value, what, true, text)) {
        return false;
    }
    if (!text->data) {
        return true;
    }
    if (memchr(text->data, '\0', text->size)) {
        return refuse(env, "the %s holds a NUL", what);
    }
    ended = text->size < sizeof(text->small) ? text->small : malloc(text->size + 1);
    if (!ended) {
        return out_of_memory(env);
    }
    memmove(ended, text->data, text->size);
    ended[text->size] = '\0';
    if (ended != text->small) {
        free(text->owned);
        text->owned = ended;
    }
    text->data = ended;
    return true;
}

/* ---- Many ------------------------------------------------------------------------------------------ */

void free_batch(struct batch *batch) {
    for (size_t index = 0; index < batch->count; index++) {
        free(batch->owned[index]);
    }
    free(batch->owned);
    free(batch->items);
    *batch = (struct batch){NULL, NULL, 0, NULL, 0};
}

/* Puts a small text into memory that it shares with others: the item that began it owns it. */
static bool keep_small(napi_env env, struct text *text, struct batch *batch) {
    if (batch->room_size < text->size) {
        text->owned = batch->room = malloc(SHARED_SIZE);
        batch->room_size = text->owned ? SHARED_SIZE : 0;
        if (!text->owned) {
            return out_of_memory(env);
        }
    }
    memcpy(batch->room, text->small, text->size);
    text->data = batch->room;
    batch->room += text->size;
    batch->room_size -= text->size;
    return true;
}

/* Adds a text to a batch, which takes over what the text owns. */
static bool add_to_batch(napi_env env, struct text *text, struct batch *batch) {
    if (text->data == text->small && !keep_small(env, text, batch)) {
        return false;
    }
    batch->items[batch->count] = (spinkv_bytes){text->data, text->size};
    batch->owned[batch->count] = text->owned;
    batch->count++;
    text->owned = NULL;
    return true;
}

/* Adds the array's next items, so many at a time that handles of JavaScript are not heaped up. */
static bool read_some(napi_env env, napi_value array, const char *what, bool keep, uint32_t end,
                      struct batch *batch) {
    napi_handle_scope scope;
    bool added = true;
    struct text text;

    if (napi_open_handle_scope(env, &scope) != napi_ok) {
        return out_of_memory(env);
    }
    while (added && batch->count < end) {
        napi_value item = NULL;
        napi_get_element(env, array, (uint32_t)batch->count, &item);
        added = read_text(env, item, what, keep, &text) && add_to_batch(env, &text, batch);
        free_text(&text);
    }
    napi_close_handle_scope(env, scope);
    return added;
}

bool read_batch(napi_env env, napi_value array, const char *what, bool keep, struct batch *batch) {
    uint32_t count = 0;
    bool added = true;

    *batch = (struct batch){NULL, NULL, 0, NULL, 0};
    if (napi_get_array_length(env, array, &count) != napi_ok) {
        return refuse_type(env, "the %s must be an array", what);
    }
    batch->items = malloc((count + (size_t)1) * sizeof(*batch->items));
    batch->owned = malloc((count + (size_t)1) * sizeof(*batch->owned));
    if (!batch->items || !batch->owned) {
        return out_of_memory(env);
    }
    while (added && batch->count < count) {
        uint32_t left = count - (uint32_t)batch->count;
        uint32_t some = left < ITEMS_A_SCOPE ? left : ITEMS_A_SCOPE;
        added = read_some(env, array, what, keep, (uint32_t)batch->count + some, batch);
    }
    return added;
}

/* ---- Numbers --------------------------------------------------------------------------------------- */

bool read_integer(napi_env env, napi_value value, const char *what, int64_t *number, bool *is_big) {
    napi_valuetype type = napi_undefined;
    double real = 0;
    bool lossless = false;

    napi_typeof(env, value, &type);
    *is_big = type == napi_bigint;
    if (*is_big) {
        napi_get_value_bigint_int64(env, value, number, &lossless);
        return lossless || refuse(env, "the %s does not fit 64 bits", what);
    }
    if (type != napi_number) {
        return refuse_type(env, "the %s must be a number or a BigInt", what);
    }
    napi_get_value_double(env, value, &real);
    if (!(fabs(real) <= MAX_SAFE_INTEGER) || trunc(real) != real) {
        return refuse(env, "the %s is not a whole number that JavaScript holds exactly", what);
    }
    *number = (int64_t)real;
    return true;
}
