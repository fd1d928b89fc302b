// The program that answers the requests of languages/README.md in C++.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "peer.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t KEY_COUNT = 1000;
constexpr std::size_t KEY_STEP = 617;
constexpr std::size_t VALUE_SIZE = 100;
constexpr std::size_t NUMBER_SIZE = 8;

using Open = std::unique_ptr<Peer>(const Terms &);

std::int64_t ns_since(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

Keys all_keys() {
    Keys keys;
    char key[32];

    for (std::size_t i = 0; i < KEY_COUNT; i++) {
        std::snprintf(key, sizeof(key), "user:%011zu", 2 * (i * KEY_STEP % KEY_COUNT));
        keys.emplace_back(key);
    }
    return keys;
}

class Server {
  public:
    explicit Server(Open *opener) : opener_(opener) {}

    std::string answer(const std::string &line) {
        std::istringstream words(line);
        std::string kind, operation;
        std::size_t count = 0;

        words >> kind;
        if (kind == "open") {
            open(words);
        } else if (kind == "fill") {
            position_ = 0;
            number_ = 0;
            prepare(KEY_COUNT, true);
            peer_->set_many(pairs_);
        } else if (kind == "close") {
            peer_.reset();
        } else if (kind == "batch" && words >> operation >> count) {
            return batch(operation, count);
        } else if (kind == "calls" && words >> operation >> count) {
            return calls(operation, count);
        } else if (kind == "values") {
            return values();
        } else {
            throw std::runtime_error("the request " + line + " is unknown");
        }
        return "ok";
    }

  private:
    void open(std::istringstream &words) {
        std::string durability, cache, path;

        words >> durability >> cache;
        words.get();
        std::getline(words, path);
        peer_ = opener_({path, durability == "full", cache == "uncached"});
    }

    // Takes the keys that are next, with new values if they are to be written.
    void prepare(std::size_t count, bool writes) {
        keys_.clear();
        pairs_.clear();
        for (std::size_t i = 0; i < count; i++) {
            const std::string &key = all_[position_];
            position_ = (position_ + 1) % KEY_COUNT;
            if (writes) {
                pairs_.emplace_back(key, next_value());
            } else {
                keys_.push_back(key);
            }
        }
    }

    std::string next_value() {
        std::string value(VALUE_SIZE, '\0');

        for (std::size_t i = 0; i < VALUE_SIZE; i++) {
            value[i] = static_cast<char>(i < NUMBER_SIZE ? number_ >> (8 * i) : 37 * i);
        }
        number_++;
        return value;
    }

    void get(std::size_t first, std::size_t count) {
        if (peer_->get(keys_, first, count) != count * VALUE_SIZE) {
            throw std::runtime_error("a wrong result of get");
        }
    }

    std::string batch(const std::string &operation, std::size_t count) {
        prepare(count, operation != "get");
        if (operation == "get") {
            get(0, count);
        }
        auto start = Clock::now();
        if (operation == "get") {
            get(0, count);
        } else if (operation == "set") {
            peer_->set(pairs_, 0, count);
        } else {
            peer_->set_many(pairs_);
        }
        return std::to_string(ns_since(start));
    }

    std::string calls(const std::string &operation, std::size_t count) {
        std::string answer;

        prepare(count, operation != "get");
        if (operation == "get") {
            get(0, count);
        }
        for (std::size_t i = 0; i < count; i++) {
            auto start = Clock::now();
            if (operation == "get") {
                get(i, 1);
            } else {
                peer_->set(pairs_, i, 1);
            }
            answer += std::to_string(ns_since(start)) + (i + 1 < count ? " " : "");
        }
        return answer;
    }

    std::string values() {
        static const char digits[] = "0123456789abcdef";
        std::string answer;

        for (const std::string &key : all_) {
            for (char byte : peer_->read(key)) {
                auto bits = static_cast<unsigned char>(byte);
                answer += digits[bits >> 4];
                answer += digits[bits & 15];
            }
            answer += ' ';
        }
        answer.pop_back();
        return answer;
    }

    Open *opener_;
    std::unique_ptr<Peer> peer_;
    const Keys all_ = all_keys();
    Keys keys_;
    Pairs pairs_;
    std::size_t position_ = 0;
    std::uint64_t number_ = 0;
};

void serve(const std::string &name) {
    bool is_spinkv = name == "spinkv";
    Server server(is_spinkv ? open_spinkv : open_sqlite);
    std::string line;

    std::cout << "ready\tC++17, "
#if defined(__clang__)
              << __VERSION__ << '\t'
#else
              << "g++ " << __VERSION__ << '\t'
#endif
              << (is_spinkv ? spinkv_version_text() : sqlite_version_text()) << '\t'
              << (is_spinkv ? "WAL, durability full\tWAL, durability normal"
                            : "WAL, synchronous=FULL\tWAL, synchronous=NORMAL")
              << std::endl;
    while (std::getline(std::cin, line)) {
        std::cout << server.answer(line) << std::endl;
    }
}

} // namespace

int main(int count, char **arguments) {
    try {
        serve(count > 1 ? arguments[1] : "spinkv");
    } catch (const std::exception &error) {
        std::cout << "failed: " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
