/*
 * The list of peers.
 */
#include "peer.h"

extern const struct peer peer_sqlite, peer_spin, peer_lmdb, peer_leveldb, peer_rocksdb;

const struct peer *const peers[] = {
    &peer_spinkv,  &peer_spinkv_uncached, &peer_sqlite, &peer_spin,
#if BENCH_HAS_LMDB
    &peer_lmdb,
#endif
#if BENCH_HAS_LEVELDB
    &peer_leveldb,
#endif
#if BENCH_HAS_ROCKSDB
    &peer_rocksdb,
#endif
};

const size_t peer_count = sizeof(peers) / sizeof(peers[0]);

const struct missing_peer missing_peers[] = {
#if !BENCH_HAS_LMDB
    {"lmdb", "liblmdb-dev"},
#endif
#if !BENCH_HAS_LEVELDB
    {"leveldb", "libleveldb-dev"},
#endif
#if !BENCH_HAS_ROCKSDB
    {"rocksdb", "librocksdb-dev"},
#endif
    {NULL, NULL},
};

const size_t missing_peer_count = sizeof(missing_peers) / sizeof(missing_peers[0]) - 1;
