/*
 * Filling the caller's spinkv_error, and showing a key in a message so that whatever it holds the
 * message stays one short line of UTF-8. Never allocates.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "show.h"
#include "utf8.h"

/* How many bytes of a key a message shows. */
#define SHOWN_BYTES 40

/* Room for a message before it is made fit to be shown and cut. */
#define RAW_SIZE (2 * SPINKV_ERROR_MESSAGE_SIZE)

/* Puts a message where it belongs, as one line of UTF-8 whatever the names in it hold. */
static void put_message(spinkv_error *err, const char *raw) {
    spinkv__escape(err->message, sizeof(err->message), raw, strlen(raw), false);
}

spinkv_status spinkv__fail(spinkv_error *err, spinkv_status status, const char *format, ...) {
    char raw[RAW_SIZE];
    va_list arguments;

    if (!err) {
        return status;
    }
    err->status = status;
    err->engine_code = 0;
    va_start(arguments, format);
    vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    put_message(err, raw);
    return status;
}

void spinkv__error_prefix(spinkv_error *err, const char *format, ...) {
    char raw[RAW_SIZE];
    va_list arguments;
    int used;

    if (!err) {
        return;
    }
    va_start(arguments, format);
    used = vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    if (used >= 0 && (size_t)used < sizeof(raw)) {
        snprintf(raw + used, sizeof(raw) - (size_t)used, "%s", err->message);
    }
    put_message(err, raw);
}

spinkv_status spinkv__fail_no_memory(spinkv_error *err, const char *what) {
    return spinkv__fail(err, SPINKV_NO_MEMORY, "out of memory for %s", what);
}

struct spinkv__shown_key spinkv__show_key_start(const void *key, size_t key_size) {
    size_t end = key_size, used = 0;
    struct spinkv__shown_key shown;

    if (end > SHOWN_BYTES) {
        end = spinkv__utf8_boundary(key, SHOWN_BYTES);
    }
    shown.text[used++] = '"';
    used += spinkv__escape(shown.text + used, sizeof(shown.text) - used, key, end, true);
    snprintf(shown.text + used, sizeof(shown.text) - used, "\"%s", end < key_size ? "..." : "");
    return shown;
}

struct spinkv__shown_key spinkv__show_key(const void *key, size_t key_size) {
    struct spinkv__shown_key shown = spinkv__show_key_start(key, key_size);
    size_t used = strlen(shown.text);

    if (key_size > SHOWN_BYTES) {
        snprintf(shown.text + used, sizeof(shown.text) - used, " (%zu bytes)", key_size);
    }
    return shown;
}
