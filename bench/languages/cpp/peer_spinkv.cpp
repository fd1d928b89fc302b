// The library through spinkv.hpp.
#include <spinkv.hpp>

#include "peer.hpp"

namespace {

spinkv::StoreOptions options_of(const Terms &terms) {
    spinkv::StoreOptions options;

    options.path(terms.path)
        .durability(terms.synced ? SPINKV_DURABILITY_FULL : SPINKV_DURABILITY_NORMAL);
    if (terms.uncached) {
        options.cache_bytes(0);
    }
    return options;
}

class Spinkv : public Peer {
  public:
    explicit Spinkv(const Terms &terms) : store_(spinkv::open("bench", options_of(terms))) {}

    std::size_t get(const Keys &keys, std::size_t first, std::size_t count) override {
        std::size_t size = 0;
        for (std::size_t i = first; i < first + count; i++) {
            size += store_.get(keys[i]).size();
        }
        return size;
    }

    void set(const Pairs &pairs, std::size_t first, std::size_t count) override {
        for (std::size_t i = first; i < first + count; i++) {
            store_.set(pairs[i].first, pairs[i].second);
        }
    }

    void set_many(const Pairs &pairs) override {
        store_.set_many(pairs);
    }

    std::string read(const std::string &key) override {
        return store_.get(key);
    }

  private:
    spinkv::Store store_;
};

} // namespace

std::string spinkv_version_text() {
    return spinkv::version();
}

std::unique_ptr<Peer> open_spinkv(const Terms &terms) {
    return std::make_unique<Spinkv>(terms);
}
