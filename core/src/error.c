/*
 * Filling the caller's spinkv_error, and showing a key in a message so that whatever it holds the
 * message stays one short line of UTF-8. Never allocates.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

/* How many bytes of a key a message shows. */
#define SHOWN_BYTES 40

/* Makes one line of UTF-8 of a message, whatever the names in it hold. */
static void make_readable(char *message) {
    size_t i, size = strlen(message);
    bool valid = spinkv__utf8_is_valid(message, size);

    for (i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)message[i];
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !valid)) {
            message[i] = '?';
        }
    }
}

spinkv_status spinkv__fail(spinkv_error *err, spinkv_status status, const char *format, ...) {
    va_list arguments;
    int length;

    if (!err) {
        return status;
    }
    err->status = status;
    err->engine_code = 0;
    va_start(arguments, format);
    length = vsnprintf(err->message, sizeof(err->message), format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof(err->message)) {
        size_t end = spinkv__utf8_boundary(err->message, sizeof(err->message) - 1);
        err->message[end] = '\0';
    }
    make_readable(err->message);
    return status;
}

spinkv_status spinkv__fail_no_memory(spinkv_error *err, const char *what) {
    return spinkv__fail(err, SPINKV_NO_MEMORY, "out of memory for %s", what);
}

struct spinkv__shown_key spinkv__show_key_start(const void *key, size_t key_size) {
    const unsigned char *bytes = key;
    struct spinkv__shown_key shown;
    size_t end = key_size, used = 0, i;
    bool readable;

    if (end > SHOWN_BYTES) {
        end = spinkv__utf8_boundary(key, SHOWN_BYTES);
    }
    readable = spinkv__utf8_is_valid(key, end);
    shown.text[used++] = '"';
    for (i = 0; i < end; i++) {
        bool plain = bytes[i] >= 0x20 && bytes[i] != 0x7f && (bytes[i] < 0x80 || readable);
        if (bytes[i] == '"' || bytes[i] == '\\') {
            shown.text[used++] = '\\';
        }
        if (plain) {
            shown.text[used++] = (char)bytes[i];
        } else {
            used += (size_t)snprintf(shown.text + used, 5, "\\x%02x", bytes[i]);
        }
    }
    shown.text[used++] = '"';
    snprintf(shown.text + used, sizeof(shown.text) - used, "%s", end < key_size ? "..." : "");
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
