/*
 * Making attempts: a connection is taken for each and given back, and busy is waited out.
 */
#include "attempt.h"

#include <inttypes.h>

#include "../../src/error.h"

spinkv_status spinkv__attempt_end(struct sqlite_store *store, const struct wait *wait,
                                  spinkv_status status, spinkv_error *err) {
    if (status == SPINKV_OK) {
        /* An attempt before the one that succeeded may have filled it. */
        spinkv__error_clear(err);
    }
    if (status == SPINKV_BUSY) {
        return spinkv__fail(err, status,
                            "%s has been in use by another writer for longer than %" PRIu32
                            " ms (busy_timeout_ms)",
                            spinkv__file_name(store->file), wait->timeout_ms);
    }
    return status;
}

spinkv_status spinkv__attempt_run(struct spinkv__backend_store *base, spinkv__attempt *attempt,
                                  void *context, spinkv_error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct wait wait = {base->config->options.busy_timeout_ms, 0};
    struct connection *connection;
    spinkv_status status;
    int repeats = 0;

    do {
        status = spinkv__file_take(store->file, FOR_READING, &wait, &connection, err);
        if (status == SPINKV_OK) {
            status = attempt(store, connection, context, err);
            spinkv__file_give(store->file, connection);
        }
    } while (status == SPINKV_BUSY && spinkv__wait_again(&wait, repeats++));
    return spinkv__attempt_end(store, &wait, status, err);
}

static int bind_text(sqlite3_stmt *statement, int index, const void *text, size_t size) {
    return sqlite3_bind_text64(statement, index, text ? text : "", size, SQLITE_STATIC,
                               SQLITE_UTF8);
}

spinkv_status spinkv__attempt_prepare(struct sqlite_store *store, struct connection *connection,
                                      enum statement which, const spinkv_bytes *key,
                                      sqlite3_stmt **statement, spinkv_error *err) {
    const struct spinkv__store_config *config = store->base.config;
    spinkv_status status = spinkv__connection_prepare(connection, which, statement, err);
    int code;

    if (status != SPINKV_OK) {
        return status;
    }
    code = bind_text(*statement, 1, config->label, config->label_size);
    if (code == SQLITE_OK && key) {
        code = bind_text(*statement, 2, key->data, key->size);
    }
    if (code == SQLITE_TOOBIG && key) {
        return spinkv__fail(err, SPINKV_KEY_TOO_LARGE,
                            "the key %s is %zu bytes, more than SQLite takes",
                            spinkv__show_key(key->data, key->size).text, key->size);
    }
    return code == SQLITE_OK ? SPINKV_OK : spinkv__connection_fail(connection, code, "use", err);
}
