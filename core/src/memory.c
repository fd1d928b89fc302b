/*
 * The memory behind spinkv_value and spinkv_list: how it is laid out, grown and freed. Nothing else
 * in the library knows the layout.
 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

/* What a spinkv_list's items point into the middle of. */
struct list_block {
    char *bytes;
    spinkv_bytes items[];
};

/* Marks an item that is "none" while offsets stand in for pointers. */
#define NONE SIZE_MAX

void spinkv_value_free(spinkv_value *value) {
    if (value) {
        free((void *)(uintptr_t)value->data);
        value->data = NULL;
        value->size = 0;
    }
}

void spinkv_list_free(spinkv_list *list) {
    if (list && list->items) {
        struct list_block *block =
            (void *)((uintptr_t)list->items - offsetof(struct list_block, items));
        free(block->bytes);
        free(block);
    }
    if (list) {
        list->items = NULL;
        list->count = 0;
    }
}

spinkv_status spinkv__value_copy(const void *data, size_t size, spinkv_value *value,
                                 spinkv_error *err) {
    char *copy = malloc(size + 1);

    if (!copy) {
        return spinkv__fail_no_memory(err, "the value");
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    copy[size] = '\0';
    value->data = copy;
    value->size = size;
    return SPINKV_OK;
}

static bool reserve_item(struct spinkv__list_builder *builder) {
    size_t capacity = builder->capacity ? builder->capacity * 2 : 16;
    struct list_block *block;

    if (builder->count < builder->capacity) {
        return true;
    }
    block = realloc(builder->block, sizeof(*block) + capacity * sizeof(block->items[0]));
    if (!block) {
        return false;
    }
    builder->block = block;
    builder->capacity = capacity;
    return true;
}

static bool reserve_bytes(struct spinkv__list_builder *builder, size_t size) {
    size_t needed = builder->bytes_used + size;
    size_t capacity = builder->bytes_capacity ? builder->bytes_capacity : 256;
    char *bytes;

    if (needed <= builder->bytes_capacity) {
        return true;
    }
    while (capacity < needed) {
        capacity *= 2;
    }
    bytes = realloc(builder->bytes, capacity);
    if (!bytes) {
        return false;
    }
    builder->bytes = bytes;
    builder->bytes_capacity = capacity;
    return true;
}

spinkv_status spinkv__list_append(struct spinkv__list_builder *builder, const void *data,
                                  size_t size, spinkv_error *err) {
    spinkv_bytes *item;

    /* One byte more than needed, so that an empty item has an address too. */
    if (!reserve_item(builder) || !reserve_bytes(builder, size + 1)) {
        return spinkv__fail_no_memory(err, "the list");
    }
    item = &builder->block->items[builder->count++];
    item->size = size;
    item->data = (void *)(data ? builder->bytes_used : NONE);
    if (size > 0) {
        memcpy(builder->bytes + builder->bytes_used, data, size);
        builder->bytes_used += size;
    }
    return SPINKV_OK;
}

void spinkv__list_finish(struct spinkv__list_builder *builder, spinkv_list *list) {
    struct list_block *block = builder->block;
    size_t i;

    list->items = NULL;
    list->count = builder->count;
    if (block) {
        for (i = 0; i < builder->count; i++) {
            uintptr_t offset = (uintptr_t)block->items[i].data;
            block->items[i].data = offset == NONE ? NULL : builder->bytes + offset;
        }
        block->bytes = builder->bytes;
        list->items = block->items;
    }
    memset(builder, 0, sizeof(*builder));
}

void spinkv__list_abandon(struct spinkv__list_builder *builder) {
    free(builder->block);
    free(builder->bytes);
    memset(builder, 0, sizeof(*builder));
}
