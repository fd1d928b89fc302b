/*
 * What is compared: a peer is a key-value store behind one table of functions, which does its best
 * with each of them and ends the program when a call fails. Each peer has a file of its own,
 * peer_<name>.c; peers.c lists them.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <spinkv.h>

/* How a store is opened. */
struct terms {
    /* The file, or the folder for a peer that keeps several. It is made if it is not there. */
    const char *path;
    /* Each write is on the disk when it returns; otherwise it survives the end of the process. */
    bool synced;
    /* How many tuples it will hold at most. */
    size_t tuple_count;
};

/* A function that is NULL is one that the peer has nothing for. */
struct peer {
    const char *name;
    /* How it keeps what terms.synced asks; NULL where it cannot or would not be used so. */
    const char *full, *normal;
    const char *(*version)(void);
    /* One process, or one thread, at a time is all it can serve. */
    bool one_process, one_thread;
    /* Is the library with other options, and run where they matter only. */
    bool is_variant;
    void *(*open)(const struct terms *terms);
    void (*close)(void *store);
    /* What another thread uses in place of the store. NULL: the store itself. */
    void *(*join)(void *store);
    void (*leave)(void *joined);
    /* Reads into memory of its own, which spinkv_value_free frees. False if the key is missing. */
    bool (*get)(void *store, spinkv_bytes key, spinkv_value *value);
    /* Reads into a buffer if the value fits. False if the key is missing. */
    bool (*get_into)(void *store, spinkv_bytes key, void *buffer, size_t capacity, size_t *size);
    bool (*exists)(void *store, spinkv_bytes key);
    /* Makes a list of all keys in memory, and tells how many there are. */
    size_t (*get_keys)(void *store);
    /* Reads all tuples in the order of their keys, and tells how many there are. */
    size_t (*read_all)(void *store);
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

#define PEERS_MOST 8

/* The library first: its numbers are compared with each of the others'. */
extern const struct peer *const peers[];
extern const size_t peer_count;

/* Peers that were not built, each with the package that it takes. */
struct missing_peer {
    const char *name, *package;
};
extern const struct missing_peer missing_peers[];
extern const size_t missing_peer_count;

extern const struct peer peer_spinkv;
extern const struct peer peer_spinkv_uncached;

/* Whether a peer offers a durability. */
static inline bool peer_offers(const struct peer *peer, bool synced) {
    return (synced ? peer->full : peer->normal) != NULL;
}

#endif
