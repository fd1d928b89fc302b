// What only C++ can do wrong: moved, closed and shared handles, each form in which bytes go in,
// ranges. What every language does is in the conformance cases. Built as C++17 and as C++20; prints
// what is not right.
#include <spinkv.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <thread>
#if __cplusplus >= 202002L
#include <array>
#endif

namespace {

int failures = 0;

void expect(bool is_right, const char *what, int line) {
    if (!is_right) {
        std::printf("line %d: not so: %s\n", line, what);
        failures++;
    }
}

template <class Kind, class Call> bool throws(const Call &call) {
    try {
        call();
    } catch (const Kind &) {
        return true;
    }
    return false;
}

#define EXPECT(condition) expect(condition, #condition, __LINE__)

spinkv::Store in_memory(std::int64_t max_entries = 0) {
    return spinkv::open("check", spinkv::StoreOptions().path("").max_entries(max_entries));
}

void check_handles() {
    spinkv::Store one = in_memory();
    one.set("k", "v");
    spinkv::Store other = std::move(one);
    EXPECT(other.get("k") == "v");
    EXPECT(throws<spinkv::InvalidStore>([&] { (void)one.get("k"); })); // NOLINT: moved from
    spinkv_store replaced = other.handle();
    other = in_memory();
    EXPECT(throws<spinkv::InvalidStore>([&] { (void)spinkv::Store(replaced).count(); }));
    other.close();
    other.close();
    EXPECT(throws<spinkv::InvalidStore>([&] { other.set("k", "v"); }));
    static_assert(!std::is_copy_constructible_v<spinkv::Store>);
    static_assert(std::is_nothrow_move_constructible_v<spinkv::Store>);
    static_assert(!std::is_copy_constructible_v<spinkv::App>);
}

void check_apps() {
    spinkv::AppOptions options;
    options.state_dir = "";
    auto app = std::make_unique<spinkv::App>(options);
    spinkv::Store store = app->open_default();
    app->seed({{"seeded", "1"}});
    spinkv::App moved = std::move(*app);
    EXPECT(throws<spinkv::InvalidArgument>([&] { (void)app->open("default"); }));
    EXPECT(throws<spinkv::InvalidArgument>([&] { app->seed({{"k", "v"}}); }));
    EXPECT(throws<spinkv::InvalidArgument>([&] { (void)app->warnings(); }));
    try {
        (void)app->stores();
        EXPECT(false);
    } catch (const spinkv::InvalidArgument &error) {
        EXPECT(error.what() == std::string("the app has been moved from"));
    }
    app.reset();
    EXPECT(moved.stores().front().label == "default");
    moved = spinkv::App();
    EXPECT(store.get("seeded") == "1");
    std::string label("a\0b", 3);
    EXPECT(throws<spinkv::InvalidArgument>([&] { moved.add_store(label); }));
    EXPECT(
        throws<spinkv::InvalidArgument>([&] { (void)spinkv::open("x", {}).get(label + "\xff"); }));
}

void check_errors() {
    spinkv::Store store = in_memory(1);
    store.set("k", "v");
    EXPECT(throws<spinkv::StoreFull>([&] { store.set("l", "v"); }));
    EXPECT(throws<spinkv::Io>([&] { store.set("l", "v"); }));
    EXPECT(throws<spinkv::Error>([&] { (void)store.get("l"); }));
    EXPECT(!throws<spinkv::Io>([&] {
        try {
            (void)store.get("l");
        } catch (const spinkv::NoSuchKey &error) {
            EXPECT(error.status() == SPINKV_NO_SUCH_KEY);
            EXPECT(std::string_view(error.what()).find("\"l\"") != std::string_view::npos);
        }
    }));
    EXPECT(store.get_or("l", "instead") == "instead" && store.get_or("k", "instead") == "v");
    EXPECT(!store.find_json("l"));
}

void check_values() {
    spinkv::Store store = in_memory();
    std::string_view nothing;
    store.set(nothing, nothing);
    EXPECT(store.find("") == "");
    EXPECT(store.compare_and_swap("new", std::nullopt, ""));
    EXPECT(store.compare_and_swap("new", "", "old") && store.get("new") == "old");
    // On both sides of where a value no longer comes through the stack.
    for (std::size_t size : {std::size_t{1023}, std::size_t{1024}, std::size_t{1025}}) {
        store.set("sized", std::string(size, 's'));
        EXPECT(store.get("sized") == std::string(size, 's'));
    }
    std::map<std::string, std::string> pairs{{"a", "1"}, {"b", "2"}};
    store.set_many(pairs);
    auto found = store.get_many({"b", "x", "a"});
    EXPECT(found.size() == 3 && found[0] == "2" && !found[1] && found[2] == "1");
    store.erase_many(std::vector<std::string>{"a", "b"});
    EXPECT(!store.exists("a"));
    store.set_many({});
#if __cplusplus >= 202002L
    const std::vector<std::byte> bytes{std::byte{0}, std::byte{0xff}};
    const std::array<unsigned char, 2> same{0, 0xff};
    store.set("bytes", bytes);
    EXPECT(store.compare_and_swap("bytes", spinkv::Bytes(same), std::span(bytes).first(1)));
    std::array<std::byte, 4> buffer{};
    EXPECT(store.get_into("bytes", buffer) == 1 && buffer[0] == std::byte{0});
    static_assert(std::input_iterator<spinkv::KeyIterator>);
    static_assert(std::ranges::input_range<spinkv::Keys>);
#endif
}

void check_nulls() {
    spinkv::Store store = in_memory();
    const char *none = nullptr;
    char buffer[1];
    EXPECT(throws<spinkv::InvalidArgument>([&] { (void)store.get(none); }));
    EXPECT(throws<spinkv::InvalidArgument>([&] { store.set("k", none); }));
    EXPECT(throws<spinkv::InvalidArgument>([&] { store.set("k", spinkv::Bytes(none, 1)); }));
    EXPECT(throws<spinkv::InvalidArgument>([&] { store.set_many({{"a", "1"}, {none, ""}}); }));
    EXPECT(throws<spinkv::InvalidArgument>([&] { store.erase_many(std::vector{none}); }));
    EXPECT(throws<spinkv::InvalidArgument>([&] { spinkv::StoreOptions().set("path", none); }));
    EXPECT(store.get_keys().empty());
    store.set("empty", spinkv::Bytes(none, 0));
    EXPECT(store.get_into("empty", nullptr, 0) == 0);
    store.set("k", "v");
    EXPECT(throws<spinkv::InvalidArgument>([&] { (void)store.get_into("k", nullptr, 1); }));
    EXPECT(store.get_into("k", buffer, 0) == 1);
    static_assert(!std::is_constructible_v<spinkv::Bytes, std::nullptr_t>);
}

void check_options() {
    auto most = std::numeric_limits<std::uint64_t>::max();
    spinkv::StoreOptions unlimited;
    unlimited.set("max_entries", most).set("max_key_bytes", std::size_t{4}).set("path", "");
    spinkv::Store store = spinkv::open("check", unlimited.set("type", std::string_view("spin")));
    store.set("four", "");
    EXPECT(throws<spinkv::KeyTooLarge>([&] { store.set("fives", ""); }));
    for (std::int64_t number : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
        auto options = spinkv::StoreOptions().max_entries(number);
        EXPECT(throws<spinkv::InvalidArgument>([&] { (void)spinkv::open("check", options); }));
    }
    std::string nul("a\0b", 3);
    for (const auto &options :
         {spinkv::StoreOptions().set(nul, 1), spinkv::StoreOptions().path(nul)}) {
        EXPECT(throws<spinkv::InvalidArgument>([&] { (void)spinkv::open("check", options); }));
    }
}

// Ranges that make their keys as they go, so that each is gone when the next one comes.
void check_passing_ranges() {
    spinkv::Store store = in_memory();
    const std::string start = "a key that is too long to lie within its string ";
    std::map<std::string, std::string> pairs;
    for (char letter = 'a'; letter < 'k'; letter++) {
        pairs.emplace(start + letter, start + letter + letter);
    }
    store.set_many(pairs);
    store.set("other", "");
    store.erase_many(store.keys(start));
    EXPECT(store.get_keys() == std::vector<std::string>{"other"});
    std::istringstream words("one other 3");
    struct Words {
        std::istream_iterator<std::string> first, last;
        auto begin() const {
            return first;
        }
        auto end() const {
            return last;
        }
    };
    auto found = store.get_many(Words{std::istream_iterator<std::string>(words), {}});
    EXPECT(found.size() == 3 && !found[0] && found[1] == "" && !found[2]);
// Clang before 16 cannot compile the views of GCC's library.
#if __cplusplus >= 202002L && (!defined(__clang__) || __clang_major__ >= 16)
    auto letters = std::views::iota('a', 'k');
    auto make_key = [&](char letter) { return start + letter; };
    auto make_pair = [&](char letter) {
        return std::pair(start + letter, start + letter + letter);
    };
    store.set_many(letters | std::views::transform(make_pair));
    auto is_late = [](const std::string &key) { return key.back() > 'h'; };
    store.erase_many(letters | std::views::transform(make_key) | std::views::filter(is_late));
    auto values = store.get_many(letters | std::views::transform(make_key));
    EXPECT(values.size() == 10 && values[7] == start + "hh" && !values[8] && !values[9]);
#endif
}

void check_iteration() {
    spinkv::Store store = in_memory();
    std::vector<std::string> wanted;
    EXPECT(store.begin() == store.end());
    for (int number = 1000; number < 1600; number++) {
        store.set(wanted.emplace_back(std::string("n").append(std::to_string(number))), "");
    }
    store.set("other", "");
    std::vector<std::string> met;
    for (const std::string &key : store.keys("n")) {
        met.push_back(key);
    }
    EXPECT(met == wanted);
    EXPECT(std::distance(store.begin(), store.end()) == 601);
    auto next = store.begin();
    for (const std::string &key : wanted) {
        EXPECT(*next++ == key);
    }
    EXPECT(*next++ == "other" && next == store.end());
    for (const std::string &key : store) {
        store.erase(key);
    }
    EXPECT(store.count() == 0);
}

void check_iteration_of_closed_stores() {
    spinkv::Store store = in_memory();
    for (int number = 1000; number < 1300; number++) {
        store.set(std::to_string(number), "");
    }
    spinkv::Keys keys = store.keys();
    auto next = keys.begin();
    spinkv::Store moved = std::move(store);
    EXPECT(*next == "1000" && *++next == "1001");
    moved.close();
    EXPECT(throws<spinkv::InvalidStore>([&] { (void)std::distance(next, keys.end()); }));
    EXPECT(throws<spinkv::InvalidStore>([&] { (void)keys.begin(); }));
    while (!throws<spinkv::InvalidStore>([&] { ++next; })) {
    }
    EXPECT(*next == "1255");
    // The store is gone before the loop begins.
    EXPECT(throws<spinkv::InvalidStore>([&] {
        for (const std::string &key : in_memory().keys()) {
            EXPECT(key.empty());
        }
    }));
}

void check_threads() {
    spinkv::Store store = in_memory();
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; number++) {
        threads.emplace_back([&store] {
            for (int time = 0; time < 1000; time++) {
                store.increment("n");
            }
        });
    }
    std::thread late([&store] {
        while (!throws<spinkv::InvalidStore>([&] { (void)store.count(); })) {
        }
    });
    std::for_each(threads.begin(), threads.end(), [](std::thread &thread) { thread.join(); });
    EXPECT(store.increment("n") == 4001);
    store.close();
    late.join();
}

} // namespace

int main() {
    check_handles();
    check_apps();
    check_errors();
    check_values();
    check_nulls();
    check_options();
    check_passing_ranges();
    check_iteration();
    check_iteration_of_closed_stores();
    check_threads();
    return failures == 0 ? 0 : 1;
}
