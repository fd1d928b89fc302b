/*
 * JSON text (RFC 8259): telling whether bytes are it, and its compact form.
 */
#ifndef SPINKV_JSON_H
#define SPINKV_JSON_H

#include "spinkv.h"

/*
 * Makes the compact form of JSON text, owned by the caller (spinkv_value_free). Messages name the
 * key. Errors: SPINKV_INVALID_JSON, SPINKV_VALUE_TOO_LARGE (SQLite's limit), SPINKV_NO_MEMORY.
 */
spinkv_status spinkv__json_compact(spinkv_bytes key, spinkv_bytes text, spinkv_value *compact,
                                   spinkv_error *err);

/* Checks that the value of a key is JSON text. Errors: as above. */
spinkv_status spinkv__json_check(spinkv_bytes key, spinkv_bytes text, spinkv_error *err);

/* Around a fork. */
void spinkv__json_before_fork(void);
void spinkv__json_after_fork(bool in_child);

#endif
