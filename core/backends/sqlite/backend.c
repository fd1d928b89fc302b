/*
 * The SQLite backend: opening and closing its stores, and its table of functions.
 */
#include "../../src/backend.h"

#include <stdlib.h>

#include "../../src/error.h"
#include "reading.h"
#include "writing.h"

static void sqlite_close(struct spinkv__backend_store *base) {
    struct sqlite_store *store = (struct sqlite_store *)base;

    spinkv__file_close(store->file);
    free(store);
}

static spinkv_status sqlite_open(const struct spinkv__store_config *config,
                                 struct spinkv__backend_store **base, spinkv_error *err) {
    struct sqlite_store *store = calloc(1, sizeof(*store));
    spinkv_status status;

    *base = NULL;
    if (!store) {
        return spinkv__fail_no_memory(err, "the store");
    }
    store->base.backend = &spinkv__sqlite_backend;
    store->base.config = config;
    status = spinkv__file_open(config, &store->file, err);
    if (status == SPINKV_OK) {
        store->cache = config->options.cache_bytes > 0 ? spinkv__file_cache(store->file) : NULL;
        spinkv__cache_allow(spinkv__file_cache(store->file), config->options.cache_bytes);
        store->tuples = spinkv__file_tuples(store->file, config->label, config->label_size);
        if (!store->tuples) {
            spinkv__file_close(store->file);
            status = spinkv__fail_no_memory(err, "the store");
        }
    }
    if (status != SPINKV_OK) {
        free(store);
        return status;
    }
    *base = &store->base;
    return SPINKV_OK;
}

const struct spinkv__backend spinkv__sqlite_backend = {
    .version = SPINKV__BACKEND_VERSION,
    .type = "spin",
    .open = sqlite_open,
    .close = sqlite_close,
    .get = spinkv__sqlite_get,
    .recall = spinkv__sqlite_recall,
    .recall_exists = spinkv__sqlite_recall_exists,
    .get_many = spinkv__sqlite_get_many,
    .exists = spinkv__sqlite_exists,
    .list = spinkv__sqlite_list,
    .count = spinkv__sqlite_count,
    .set_many = spinkv__sqlite_set_many,
    .delete_many = spinkv__sqlite_delete_many,
    .update = spinkv__sqlite_update,
    .before_fork = spinkv__files_before_fork,
    .after_fork = spinkv__files_after_fork,
};
