/*
 * Filling the caller's spinkv_error. Every failure in the library ends in spinkv__fail, which never
 * allocates.
 */
#ifndef SPINKV_ERROR_H
#define SPINKV_ERROR_H

#include "spinkv.h"

/* Fills err, which may be NULL, with a status and a message in printf's format; returns the status.
 */
spinkv_status spinkv__fail(spinkv_error *err, spinkv_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* spinkv__fail of SPINKV_NO_MEMORY; what says what the memory was for. */
spinkv_status spinkv__fail_no_memory(spinkv_error *err, const char *what);

/* Puts a text in printf's format before the message of err, which may be NULL. */
void spinkv__error_prefix(spinkv_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says in err, which may be NULL, that nothing is wrong. */
static inline void spinkv__error_clear(spinkv_error *err) {
    if (err) {
        err->status = SPINKV_OK;
        err->engine_code = 0;
        err->message[0] = '\0';
    }
}

/* Room for a key as messages show it: 40 bytes, each at most \xNN, quotes, dots and its size. */
#define SPINKV__SHOWN_KEY_SIZE 224

/* A key as messages show it: quoted, escaped; one that is cut after 40 bytes with its size. */
struct spinkv__shown_key {
    char text[SPINKV__SHOWN_KEY_SIZE];
};

struct spinkv__shown_key spinkv__show_key(const void *key, size_t key_size);

/* The same without the size, for messages that say it anyway. */
struct spinkv__shown_key spinkv__show_key_start(const void *key, size_t key_size);

#endif
