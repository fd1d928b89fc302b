/*
 * The C interface as Go calls it best: results come back by value, so that nothing of Go's is
 * allocated for them, and the error, which is large, only exists where a call has failed. Keys and
 * values are borrowed until the call returns.
 */
#ifndef SPINKV_GO_CALLS_H
#define SPINKV_GO_CALLS_H

#include <spinkv.h>
#include <stdlib.h>

/* What a call came to. */
typedef struct spinkv_go_outcome {
    /* A size, count, counter, handle or flag. */
    int64_t number;
    /* NULL, or what went wrong: owned by the caller, free it with spinkv_go_failure_free. */
    spinkv_error *failure;
} spinkv_go_outcome;

/* A list that was read, owned by the caller. */
typedef struct spinkv_go_listing {
    spinkv_list list;
    spinkv_error *failure;
} spinkv_go_listing;

/* A value that was read, owned by the caller. */
typedef struct spinkv_go_reading {
    spinkv_value value;
    spinkv_error *failure;
} spinkv_go_reading;

void spinkv_go_failure_free(spinkv_error *failure);

/* ---- One key --------------------------------------------------------------------------------- */

spinkv_go_outcome spinkv_go_get_into(spinkv_store store, const char *key, size_t key_size,
                                     char *buffer, size_t capacity);

/* As spinkv_go_get_into; a missing key is no failure here, and the number -1. */
spinkv_go_outcome spinkv_go_find_into(spinkv_store store, const char *key, size_t key_size,
                                      char *buffer, size_t capacity);

spinkv_go_outcome spinkv_go_set(spinkv_store store, const char *key, size_t key_size,
                                const char *value, size_t value_size);

spinkv_go_outcome spinkv_go_delete(spinkv_store store, const char *key, size_t key_size);

spinkv_go_outcome spinkv_go_exists(spinkv_store store, const char *key, size_t key_size);

spinkv_go_outcome spinkv_go_increment(spinkv_store store, const char *key, size_t key_size,
                                      int64_t delta);

/* expected is NULL where the key must be absent. */
spinkv_go_outcome spinkv_go_compare_and_swap(spinkv_store store, const char *key, size_t key_size,
                                             const char *expected, size_t expected_size,
                                             const char *value, size_t value_size);

spinkv_go_outcome spinkv_go_set_json(spinkv_store store, const char *key, size_t key_size,
                                     const char *json, size_t json_size);

spinkv_go_reading spinkv_go_get_json(spinkv_store store, const char *key, size_t key_size);

/* ---- Many keys ------------------------------------------------------------------------------- */

spinkv_go_outcome spinkv_go_count(spinkv_store store);

/* after counts if has_after, and may then be NULL for the empty key. A limit below 0 is none. */
spinkv_go_listing spinkv_go_list_keys(spinkv_store store, const char *prefix, size_t prefix_size,
                                      bool has_after, const char *after, size_t after_size,
                                      int64_t limit);

/* Go may not pass memory that points to other memory of its own. So many keys come as one block of
 * bytes with the size of each, and tuples as key, value, key, value and so on. */
spinkv_go_listing spinkv_go_get_many(spinkv_store store, const char *block, const size_t *sizes,
                                     size_t key_count);

spinkv_go_outcome spinkv_go_delete_many(spinkv_store store, const char *block, const size_t *sizes,
                                        size_t key_count);

spinkv_go_outcome spinkv_go_set_many(spinkv_store store, const char *block, const size_t *sizes,
                                     size_t pair_count);

/* ---- Stores and apps ------------------------------------------------------------------------- */

/* The number is the handle. app may be NULL. */
spinkv_go_outcome spinkv_go_open(spinkv_app *app, const char *label);

spinkv_go_outcome spinkv_go_app_seed(spinkv_app *app, const char *block, const size_t *sizes,
                                     size_t pair_count);

spinkv_options spinkv_go_default_options(void);

#endif
