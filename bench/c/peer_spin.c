/*
 * The way of Spin's own provider, on the file that it makes: rollback journal, full sync, one
 * connection, its statements prepared once; a key is there if its value can be read. Without the
 * runtime around it, which would only add.
 */
#include "peer_sqlite.h"

static void *open_store(const struct terms *terms) {
    return sqlite_open(terms, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL");
}

static bool exists(void *store, spinkv_bytes key) {
    sqlite3_stmt *statement = sqlite_bind(store, GET, key);
    bool found = sqlite_step_to_row(store, statement) && sqlite3_column_blob(statement, 0);

    sqlite3_reset(statement);
    return found;
}

extern const struct peer peer_spin;
const struct peer peer_spin = {
    .name = "Spin's way",
    .full = "rollback journal, synchronous=FULL",
    .one_thread = true,
    .version = sqlite3_libversion,
    .open = open_store,
    .close = sqlite_close,
    .get = sqlite_get,
    .exists = exists,
    .get_keys = sqlite_get_keys,
    .read_all = sqlite_read_all,
    .set = sqlite_set,
    .set_many = sqlite_set_many,
    .delete_one = sqlite_delete_one,
    .delete_many = sqlite_delete_many,
    .increment = sqlite_increment,
};
