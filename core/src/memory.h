/*
 * Values and lists that the caller will own. A list grows as one array of items and one block of
 * bytes, and is given away without another copy.
 */
#ifndef SPINKV_MEMORY_H
#define SPINKV_MEMORY_H

#include "spinkv.h"

/* Copies bytes into a value of the caller's. */
spinkv_status spinkv__value_copy(const void *data, size_t size, spinkv_value *value,
                                 spinkv_error *err);

/* A list while it grows. Zeroed to begin with; ended by spinkv__list_finish or
 * spinkv__list_abandon. */
struct spinkv__list_builder {
    struct list_block *block;
    size_t count, capacity;
    char *bytes;
    size_t bytes_used, bytes_capacity;
};

/* Appends a copy of these bytes; data NULL appends an item that is "none". */
spinkv_status spinkv__list_append(struct spinkv__list_builder *builder, const void *data,
                                  size_t size, spinkv_error *err);

/* Gives the list away and leaves the builder empty. Cannot fail. */
void spinkv__list_finish(struct spinkv__list_builder *builder, spinkv_list *list);

/* Frees what the builder holds. */
void spinkv__list_abandon(struct spinkv__list_builder *builder);

#endif
