/*
 * LMDB: a read transaction that is renewed for every get, as its manual advises, and a commit for
 * every put. The value is copied out, as the pointer into the map is good until the transaction
 * ends only.
 */
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "peer.h"

#define MAP_BYTES ((size_t)4 << 30)

struct handle {
    MDB_env *env;
    MDB_dbi dbi;
    /* Reset whenever nothing is being read. */
    MDB_txn *reading;
    bool is_joined;
};

static void expect(int code) {
    if (code != 0) {
        fail("lmdb: %s", mdb_strerror(code));
    }
}

static struct handle *new_handle(void) {
    struct handle *handle = calloc(1, sizeof(*handle));

    if (!handle) {
        fail("out of memory");
    }
    return handle;
}

static void begin_reading(struct handle *handle) {
    expect(mdb_txn_begin(handle->env, NULL, MDB_RDONLY, &handle->reading));
    mdb_txn_reset(handle->reading);
}

static void *open_store(const struct terms *terms) {
    struct handle *handle = new_handle();
    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (terms->synced ? 0 : MDB_NOSYNC);
    MDB_txn *txn;

    expect(mdb_env_create(&handle->env));
    expect(mdb_env_set_mapsize(handle->env, MAP_BYTES));
    expect(mdb_env_open(handle->env, terms->path, flags, 0644));
    expect(mdb_txn_begin(handle->env, NULL, 0, &txn));
    expect(mdb_dbi_open(txn, NULL, MDB_CREATE, &handle->dbi));
    expect(mdb_txn_commit(txn));
    begin_reading(handle);
    return handle;
}

static void *join(void *store) {
    const struct handle *shared = store;
    struct handle *handle = new_handle();

    handle->env = shared->env;
    handle->dbi = shared->dbi;
    handle->is_joined = true;
    begin_reading(handle);
    return handle;
}

static void close_store(void *store) {
    struct handle *handle = store;

    mdb_txn_abort(handle->reading);
    if (!handle->is_joined) {
        mdb_env_close(handle->env);
    }
    free(handle);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static MDB_val bytes_of(spinkv_bytes bytes) {
    return (MDB_val){bytes.size, (void *)(uintptr_t)bytes.data};
}

/* Looks a key up; the value is there until the transaction is reset. */
static bool find(struct handle *handle, spinkv_bytes key, MDB_val *value) {
    MDB_val name = bytes_of(key);
    int code;

    expect(mdb_txn_renew(handle->reading));
    code = mdb_get(handle->reading, handle->dbi, &name, value);
    expect(code == MDB_NOTFOUND ? 0 : code);
    return code == 0;
}

static bool get(void *store, spinkv_bytes key, spinkv_value *value) {
    struct handle *handle = store;
    MDB_val held;
    bool found = find(handle, key, &held);

    if (found) {
        char *copy = malloc(held.mv_size + 1);
        if (!copy) {
            fail("out of memory");
        }
        memcpy(copy, held.mv_data, held.mv_size);
        copy[held.mv_size] = '\0';
        value->data = copy;
        value->size = held.mv_size;
    }
    mdb_txn_reset(handle->reading);
    return found;
}

static bool get_into(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size) {
    struct handle *handle = store;
    MDB_val held;
    bool found = find(handle, key, &held);

    if (found) {
        *size = held.mv_size;
        if (held.mv_size <= capacity) {
            memcpy(buffer, held.mv_data, held.mv_size);
        }
    }
    mdb_txn_reset(handle->reading);
    return found;
}

static bool exists(void *store, spinkv_bytes key) {
    struct handle *handle = store;
    MDB_val held;
    bool found = find(handle, key, &held);

    mdb_txn_reset(handle->reading);
    return found;
}

/* Goes through all tuples; keys gets the bytes of all keys, one after the other, unless NULL. */
static size_t walk(struct handle *handle, char *keys) {
    MDB_cursor *cursor;
    MDB_val key, value;
    size_t count = 0;

    expect(mdb_txn_renew(handle->reading));
    expect(mdb_cursor_open(handle->reading, handle->dbi, &cursor));
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        if (keys) {
            memcpy(keys, key.mv_data, key.mv_size);
            keys += key.mv_size;
        }
        count++;
    }
    mdb_cursor_close(cursor);
    mdb_txn_reset(handle->reading);
    return count;
}

static size_t get_keys(void *store) {
    struct handle *handle = store;
    MDB_stat stat;
    size_t count;
    char *keys;

    expect(mdb_env_stat(handle->env, &stat));
    keys = malloc(stat.ms_entries * (size_t)mdb_env_get_maxkeysize(handle->env));
    if (!keys) {
        fail("out of memory");
    }
    count = walk(handle, keys);
    free(keys);
    return count;
}

static size_t read_all(void *store) {
    return walk(store, NULL);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static MDB_txn *begin(const struct handle *handle) {
    MDB_txn *txn;

    expect(mdb_txn_begin(handle->env, NULL, 0, &txn));
    return txn;
}

static void put(const struct handle *handle, MDB_txn *txn, spinkv_bytes key, spinkv_bytes value) {
    MDB_val name = bytes_of(key), bytes = bytes_of(value);

    expect(mdb_put(txn, handle->dbi, &name, &bytes, 0));
}

static void set(void *store, spinkv_bytes key, spinkv_bytes value) {
    MDB_txn *txn = begin(store);

    put(store, txn, key, value);
    expect(mdb_txn_commit(txn));
}

static void set_many(void *store, const spinkv_pair *pairs, size_t count) {
    MDB_txn *txn = begin(store);
    size_t i;

    for (i = 0; i < count; i++) {
        put(store, txn, pairs[i].key, pairs[i].value);
    }
    expect(mdb_txn_commit(txn));
}

static void delete_many(void *store, const spinkv_bytes *keys, size_t count) {
    const struct handle *handle = store;
    MDB_txn *txn = begin(handle);
    size_t i;

    for (i = 0; i < count; i++) {
        MDB_val name = bytes_of(keys[i]);
        int code = mdb_del(txn, handle->dbi, &name, NULL);
        expect(code == MDB_NOTFOUND ? 0 : code);
    }
    expect(mdb_txn_commit(txn));
}

static void delete_one(void *store, spinkv_bytes key) {
    delete_many(store, &key, 1);
}

static int64_t increment(void *store, spinkv_bytes key) {
    const struct handle *handle = store;
    MDB_txn *txn = begin(handle);
    MDB_val name = bytes_of(key), held;
    int64_t number = 0;
    int code = mdb_get(txn, handle->dbi, &name, &held);

    expect(code == MDB_NOTFOUND ? 0 : code);
    if (code == 0) {
        memcpy(&number, held.mv_data, sizeof(number));
    }
    number++;
    put(handle, txn, key, (spinkv_bytes){&number, sizeof(number)});
    expect(mdb_txn_commit(txn));
    return number;
}

static const char *version(void) {
    return mdb_version(NULL, NULL, NULL);
}

extern const struct peer peer_lmdb;
const struct peer peer_lmdb = {
    .name = "LMDB",
    .full = "a synced commit a put",
    .normal = "MDB_NOSYNC",
    .version = version,
    .open = open_store,
    .close = close_store,
    .join = join,
    .leave = close_store,
    .get = get,
    .get_into = get_into,
    .exists = exists,
    .get_keys = get_keys,
    .read_all = read_all,
    .set = set,
    .set_many = set_many,
    .delete_one = delete_one,
    .delete_many = delete_many,
    .increment = increment,
};
