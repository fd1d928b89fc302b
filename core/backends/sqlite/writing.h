/*
 * The backend's functions that write, as in its table.
 */
#ifndef SPINKV_SQLITE_WRITING_H
#define SPINKV_SQLITE_WRITING_H

#include "attempt.h"

spinkv_status spinkv__sqlite_set_many(struct spinkv__backend_store *store, const spinkv_pair *pairs,
                                      size_t count, spinkv_error *err);
spinkv_status spinkv__sqlite_delete_many(struct spinkv__backend_store *store,
                                         const spinkv_bytes *keys, size_t count, spinkv_error *err);
spinkv_status spinkv__sqlite_update(struct spinkv__backend_store *store, spinkv_bytes key,
                                    spinkv__decide_change *decide_change, void *context,
                                    spinkv_error *err);

#endif
