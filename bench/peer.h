/*
 * What is compared: a peer is a key-value store behind one table of functions, which does its best
 * with each of them and ends the program when a call fails. Each peer has a file of its own,
 * peer_<name>.c.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <spinkv.h>

struct peer {
    const char *name;
    /* Opens the store in a file, which is made if it is not there. synced: each write is on the
     * disk when it returns; otherwise it survives the end of the process only. */
    void *(*open)(const char *path, bool synced);
    void (*close)(void *store);
    /* Reads into memory of its own, which spinkv_value_free frees. False if the key is missing. */
    bool (*get)(void *store, spinkv_bytes key, spinkv_value *value);
    /* Reads into a buffer if the value fits. False if the key is missing. */
    bool (*get_into)(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size);
    bool (*exists)(void *store, spinkv_bytes key);
    /* Makes a list of all keys in memory, and tells how many there are. */
    size_t (*get_keys)(void *store);
    void (*set)(void *store, spinkv_bytes key, spinkv_bytes value);
    /* All or nothing. */
    void (*set_many)(void *store, const spinkv_pair *pairs, size_t count);
    void (*delete_one)(void *store, spinkv_bytes key);
    /* All or nothing. */
    void (*delete_many)(void *store, const spinkv_bytes *keys, size_t count);
    /* Adds 1 to a counter of 8 bytes, with no other write in between. */
    int64_t (*increment)(void *store, spinkv_bytes key);
    /* Checks JSON text and stores its compact form. */
    void (*set_json)(void *store, spinkv_bytes key, spinkv_bytes json);
};

extern const struct peer peer_spinkv;
extern const struct peer peer_sqlite;

#endif
