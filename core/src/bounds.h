/*
 * What may be a key and a value. Reading and deleting only ask for UTF-8: what lies in a file
 * beyond a limit can still be read and deleted.
 */
#ifndef SPINKV_BOUNDS_H
#define SPINKV_BOUNDS_H

#include "spinkv.h"

/* Bytes as an argument: a NULL pointer is allowed only with size 0. what names the argument. */
spinkv_status spinkv__check_bytes(const void *data, size_t size, const char *what,
                                  spinkv_error *err);

/* A key, prefix or the like: UTF-8. */
spinkv_status spinkv__check_text(const void *data, size_t size, const char *what,
                                 spinkv_error *err);

/* A key to write: UTF-8 within options->max_key_bytes. */
spinkv_status spinkv__check_new_key(const spinkv_options *options, spinkv_bytes key,
                                    spinkv_error *err);

/* A value to write: within options->max_value_bytes. */
spinkv_status spinkv__check_new_value(const spinkv_options *options, spinkv_bytes key,
                                      const void *value, size_t value_size, spinkv_error *err);

#endif
