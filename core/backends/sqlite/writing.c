/*
 * The backend's functions that write: each is a write that takes its turn among those of its file.
 */
#include "writing.h"

#include "group.h"

spinkv_status spinkv__sqlite_set_many(struct spinkv__backend_store *store, const spinkv_pair *pairs,
                                      size_t count, spinkv_error *err) {
    struct write write = {.kind = WRITE_SET, .pairs = pairs, .count = count, .err = err};

    return spinkv__group_write(store, &write);
}

spinkv_status spinkv__sqlite_delete_many(struct spinkv__backend_store *store,
                                         const spinkv_bytes *keys, size_t count,
                                         spinkv_error *err) {
    struct write write = {.kind = WRITE_DELETE, .keys = keys, .count = count, .err = err};

    return spinkv__group_write(store, &write);
}

spinkv_status spinkv__sqlite_update(struct spinkv__backend_store *store, spinkv_bytes key,
                                    spinkv__decide_change *decide, void *context,
                                    spinkv_error *err) {
    struct write write = {.kind = WRITE_UPDATE,
                          .keys = &key,
                          .count = 1,
                          .decide = decide,
                          .context = context,
                          .err = err};

    return spinkv__group_write(store, &write);
}
