// A peer in C++: a store with the loops that are timed, each call written as a user would write it.
#ifndef BENCH_CPP_PEER_HPP
#define BENCH_CPP_PEER_HPP

#include <memory>
#include <string>
#include <utility>
#include <vector>

using Keys = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Terms {
    std::string path;
    bool synced;
    bool uncached;
};

class Peer {
  public:
    Peer() = default;
    Peer(const Peer &) = delete;
    Peer &operator=(const Peer &) = delete;
    virtual ~Peer() = default;
    // Reads each key from first on, and adds up the sizes of the values.
    virtual std::size_t get(const Keys &keys, std::size_t first, std::size_t count) = 0;
    virtual void set(const Pairs &pairs, std::size_t first, std::size_t count) = 0;
    virtual void set_many(const Pairs &pairs) = 0;
    virtual std::string read(const std::string &key) = 0;
};

// Their versions, and opening them.
std::string spinkv_version_text();
std::unique_ptr<Peer> open_spinkv(const Terms &terms);
std::string sqlite_version_text();
std::unique_ptr<Peer> open_sqlite(const Terms &terms);

#endif
