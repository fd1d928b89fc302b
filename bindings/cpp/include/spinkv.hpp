/*
 * spinkv for C++17 and later: Spin's key-value store, one header over the C interface in spinkv.h.
 *
 * A Store and an App own what they stand for and can be moved, not copied; their destructors close
 * and free. A call that fails throws a subclass of spinkv::Error, one for each status, and leaves
 * the store unchanged. Keys and values go in as anything that is text or bytes (borrowed until the
 * call returns) and come out as std::string, which may hold any bytes.
 *
 * Threads may share a Store, as long as none moves or destroys it under another. What a function
 * does in detail is said in spinkv.h at the function of C that it calls.
 */
#ifndef SPINKV_HPP
#define SPINKV_HPP

#if __cplusplus < 201703L
#error "spinkv.hpp needs C++17: -std=c++17 or later"
#endif

#include <spinkv.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
#if __cplusplus >= 202002L
#include <ranges>
#include <span>
#endif

namespace spinkv {

/* The version of the library in use, such as "0.1.0". */
inline const char *version() noexcept {
    return spinkv_version();
}

/* ---- Errors ---------------------------------------------------------------------------------- */

/* What every error of a store is. what() is one line that names what was met. */
class Error : public std::runtime_error {
  public:
    explicit Error(const spinkv_error &error)
        : std::runtime_error(error.message), status_(error.status),
          engine_code_(error.engine_code) {}
    /* The status: SPINKV_NO_SUCH_KEY. */
    spinkv_status status() const noexcept {
        return status_;
    }
    /* The status's name: "no-such-key". */
    const char *code() const noexcept {
        return spinkv_status_name(status_);
    }
    /* The name of the error of Spin's interface that it belongs to: "io" for what refines that. */
    const char *spin_name() const noexcept {
        return spinkv_status_name(spinkv_status_base(status_));
    }
    /* What the system below said: SQLite's extended result code, or 0. */
    int engine_code() const noexcept {
        return engine_code_;
    }

  private:
    spinkv_status status_;
    int engine_code_;
};

/* The errors of Spin's interface, and below Io those that refine it: one class for each status. */
struct StoreTableFull final : Error {
    using Error::Error;
};
struct NoSuchStore final : Error {
    using Error::Error;
};
struct AccessDenied final : Error {
    using Error::Error;
};
struct InvalidStore final : Error {
    using Error::Error;
};
struct NoSuchKey final : Error {
    using Error::Error;
};
struct Io : Error {
    using Error::Error;
};
struct InvalidArgument final : Io {
    using Io::Io;
};
struct KeyTooLarge final : Io {
    using Io::Io;
};
struct ValueTooLarge final : Io {
    using Io::Io;
};
struct StoreFull final : Io {
    using Io::Io;
};
struct InvalidJson final : Io {
    using Io::Io;
};
struct NotACounter final : Io {
    using Io::Io;
};
struct InvalidConfig final : Io {
    using Io::Io;
};
struct Busy final : Io {
    using Io::Io;
};
struct ReadOnly final : Io {
    using Io::Io;
};
struct Corrupt final : Io {
    using Io::Io;
};
struct NoMemory final : Io {
    using Io::Io;
};
struct Unsupported final : Io {
    using Io::Io;
};

namespace detail {

/* Throws the class of the error's status. */
[[noreturn]] inline void raise(const spinkv_error &error) {
    switch (error.status) {
    case SPINKV_STORE_TABLE_FULL:
        throw StoreTableFull(error);
    case SPINKV_NO_SUCH_STORE:
        throw NoSuchStore(error);
    case SPINKV_ACCESS_DENIED:
        throw AccessDenied(error);
    case SPINKV_INVALID_STORE:
        throw InvalidStore(error);
    case SPINKV_NO_SUCH_KEY:
        throw NoSuchKey(error);
    case SPINKV_IO:
        throw Io(error);
    case SPINKV_INVALID_ARGUMENT:
        throw InvalidArgument(error);
    case SPINKV_KEY_TOO_LARGE:
        throw KeyTooLarge(error);
    case SPINKV_VALUE_TOO_LARGE:
        throw ValueTooLarge(error);
    case SPINKV_STORE_FULL:
        throw StoreFull(error);
    case SPINKV_INVALID_JSON:
        throw InvalidJson(error);
    case SPINKV_NOT_A_COUNTER:
        throw NotACounter(error);
    case SPINKV_INVALID_CONFIG:
        throw InvalidConfig(error);
    case SPINKV_BUSY:
        throw Busy(error);
    case SPINKV_READ_ONLY:
        throw ReadOnly(error);
    case SPINKV_CORRUPT:
        throw Corrupt(error);
    case SPINKV_NO_MEMORY:
        throw NoMemory(error);
    case SPINKV_UNSUPPORTED:
        throw Unsupported(error);
    case SPINKV_OK:
    case SPINKV_STATUS_COUNT:
        break;
    }
    throw Error(error);
}

/* Calls a function of C, which takes an error last, and throws what it fails with. */
template <class Function, class... Arguments> void call(Function function, Arguments... arguments) {
    spinkv_error error;
    if (function(arguments..., &error) != SPINKV_OK) {
        raise(error);
    }
}

/* The same, where a missing key is an outcome and not an error: tells whether it is there. */
template <class Function, class... Arguments>
bool call_found(Function function, Arguments... arguments) {
    spinkv_error error;
    spinkv_status status = function(arguments..., &error);
    if (status != SPINKV_OK && status != SPINKV_NO_SUCH_KEY) {
        raise(error);
    }
    return status == SPINKV_OK;
}

[[noreturn]] inline void raise_null() {
    raise({SPINKV_INVALID_ARGUMENT, 0, "a key, value or text is a null pointer"});
}

/* A text that may have been given as a pointer, which must not be null. */
template <class Text> std::string_view view_of(const Text &text) {
    if constexpr (std::is_convertible_v<const Text &, const char *>) {
        const char *start = text;
        if (start == nullptr) {
            raise_null();
        }
    }
    return text;
}

/* A text as C takes it: a NUL inside would cut it short, so it is refused. */
inline const char *c_text(const std::string &text) {
    if (text.find('\0') != std::string::npos) {
        raise({SPINKV_INVALID_ARGUMENT, 0, "a label, path or option holds a NUL byte"});
    }
    return text.c_str();
}

inline const char *c_text(const std::optional<std::string> &text) {
    return text ? c_text(*text) : nullptr;
}

/* A list from C, freed with its scope. */
struct List {
    spinkv_list list{nullptr, 0};

    List() = default;
    List(const List &) = delete;
    List &operator=(const List &) = delete;
    ~List() {
        spinkv_list_free(&list);
    }
    std::string operator[](std::size_t index) const {
        const spinkv_bytes &item = list.items[index];
        return {static_cast<const char *>(item.data), item.size};
    }
    std::vector<std::string> strings() const {
        std::vector<std::string> all;
        all.reserve(list.count);
        for (std::size_t index = 0; index < list.count; index++) {
            all.push_back((*this)[index]);
        }
        return all;
    }
};

} // namespace detail

/* ---- Bytes ----------------------------------------------------------------------------------- */

/*
 * A key or value on its way in: anything that converts to std::string_view, and since C++20 also a
 * contiguous range of std::byte or unsigned char. Borrows; made by the call that takes it.
 */
class Bytes {
  public:
    template <class Text,
              class = std::enable_if_t<std::is_convertible_v<const Text &, std::string_view>>>
    Bytes(const Text &text) : Bytes(detail::view_of(text)) {}
    Bytes(std::string_view text) : bytes_{text.data() ? text.data() : "", text.size()} {}
    Bytes(const void *data, std::size_t size) : bytes_{data ? data : "", size} {
        if (data == nullptr && size != 0) {
            detail::raise_null();
        }
    }
    Bytes(std::nullptr_t) = delete;
#if __cplusplus >= 202002L
    template <std::ranges::contiguous_range Range>
    requires(std::is_same_v<std::ranges::range_value_t<Range>, std::byte> ||
             std::is_same_v<std::ranges::range_value_t<Range>, unsigned char>)
        Bytes(const Range &range)
        : Bytes(std::ranges::data(range), std::ranges::size(range)) {}
#endif
    /* Never NULL. */
    const void *data() const noexcept {
        return bytes_.data;
    }
    std::size_t size() const noexcept {
        return bytes_.size;
    }
    operator spinkv_bytes() const noexcept {
        return bytes_;
    }

  private:
    spinkv_bytes bytes_;
};

/* A tuple on its way in. */
using Pair = std::pair<Bytes, Bytes>;

namespace detail {

/* Whether what a range gives stays where it is for as long as the range: then it is borrowed. What
 * a range makes as it goes is gone with the next step. */
template <class Iterator, class = void> struct lends : std::false_type {};
template <class Iterator>
struct lends<Iterator, std::void_t<typename std::iterator_traits<Iterator>::iterator_category>>
    : std::bool_constant<
          std::is_lvalue_reference_v<decltype(*std::declval<Iterator &>())> &&
          std::is_base_of_v<std::forward_iterator_tag,
                            typename std::iterator_traits<Iterator>::iterator_category>> {};

/* Keys or tuples of a range as C takes them, with copies of those that could not be borrowed. */
template <class Item> class Gathered {
  public:
    template <class Range> explicit Gathered(Range &range) {
        using Iterator = decltype(std::begin(range));
        for (auto &&part : range) {
            items_.push_back(item<lends<Iterator>::value>(part));
        }
    }
    const Item *data() const noexcept {
        return items_.data();
    }
    std::size_t size() const noexcept {
        return items_.size();
    }

  private:
    template <bool is_lent> spinkv_bytes bytes(Bytes given) {
        if constexpr (is_lent) {
            return given;
        } else {
            return Bytes(
                copies_.emplace_back(static_cast<const char *>(given.data()), given.size()));
        }
    }
    template <bool is_lent, class Part> Item item(const Part &part) {
        if constexpr (std::is_same_v<Item, spinkv_pair>) {
            const auto &[key, value] = part;
            return {bytes<is_lent>(key), bytes<is_lent>(value)};
        } else {
            return bytes<is_lent>(part);
        }
    }

    std::vector<Item> items_;
    std::deque<std::string> copies_; /* which moves none that is there */
};

} // namespace detail

/* ---- Options --------------------------------------------------------------------------------- */

/*
 * How a store behaves and where it lives, by the names in spinkv_options:
 *
 *     spinkv::StoreOptions().path("cache.db").max_entries(0).set("durability", "normal")
 *
 * Names and values are checked when the store is added.
 */
class StoreOptions {
  public:
    /* Sets an option by name to a text, a number or true or false. */
    template <class Value> StoreOptions &set(std::string name, const Value &value) {
        if constexpr (std::is_same_v<Value, bool>) {
            options_.emplace_back(std::move(name), value);
        } else if constexpr (std::is_integral_v<Value>) {
            options_.emplace_back(std::move(name), number(value));
        } else if constexpr (std::is_convertible_v<const Value &, std::string_view>) {
            options_.emplace_back(std::move(name), std::string(detail::view_of(value)));
        } else {
            options_.emplace_back(std::move(name), std::string(value));
        }
        return *this;
    }
    StoreOptions &path(const std::string &path) {
        return set("path", path);
    }
    StoreOptions &durability(spinkv_durability durability) {
        return set("durability", durability == SPINKV_DURABILITY_NORMAL ? "normal" : "full");
    }
    StoreOptions &busy_timeout_ms(std::int64_t timeout_ms) {
        return set("busy_timeout_ms", timeout_ms);
    }
    StoreOptions &max_key_bytes(std::int64_t size) {
        return set("max_key_bytes", size);
    }
    StoreOptions &max_value_bytes(std::int64_t size) {
        return set("max_value_bytes", size);
    }
    StoreOptions &max_entries(std::int64_t count) {
        return set("max_entries", count);
    }
    StoreOptions &cache_bytes(std::int64_t size) {
        return set("cache_bytes", size);
    }
    StoreOptions &read_only(bool read_only = true) {
        return set("read_only", read_only);
    }

    /* The options as C takes them, which borrow from these. */
    spinkv_options c_options() const {
        spinkv_options options = SPINKV_OPTIONS_INIT;
        for (const auto &[name, value] : options_) {
            const char *c_name = detail::c_text(name);
            if (const auto *text = std::get_if<std::string>(&value)) {
                const char *c_value = detail::c_text(*text);
                detail::call(spinkv_options_set_text, &options, c_name, c_value);
            } else if (const auto *number = std::get_if<std::int64_t>(&value)) {
                detail::call(spinkv_options_set_number, &options, c_name, *number);
            } else {
                bool flag = std::get<bool>(value);
                detail::call(spinkv_options_set_boolean, &options, c_name, flag);
            }
        }
        return options;
    }

  private:
    /* A number as C takes it. Beyond what that can say there is nothing to tell apart. */
    template <class Value> static std::int64_t number(Value value) {
        constexpr auto most = std::numeric_limits<std::int64_t>::max();
        if constexpr (std::is_unsigned_v<Value> && sizeof(Value) >= sizeof most) {
            return value > static_cast<Value>(most) ? most : static_cast<std::int64_t>(value);
        } else {
            return value;
        }
    }

    std::vector<std::pair<std::string, std::variant<std::string, std::int64_t, bool>>> options_;
};

/* ---- Stores ---------------------------------------------------------------------------------- */

namespace detail {

inline std::vector<std::string> list_keys(spinkv_store store, Bytes prefix,
                                          std::optional<Bytes> after, std::size_t limit) {
    List keys;
    call(spinkv_list_keys, store, prefix.data(), prefix.size(), after ? after->data() : nullptr,
         after ? after->size() : 0, limit, &keys.list);
    return keys.strings();
}

} // namespace detail

class Keys;
class KeyIterator;

/* An open store. Every call throws InvalidStore once it is closed or moved from. */
class Store {
  public:
    /* Takes over a handle from C: the store closes it. */
    explicit Store(spinkv_store handle) noexcept : handle_(handle) {}
    Store(Store &&other) noexcept : handle_(std::exchange(other.handle_, 0)) {}
    Store &operator=(Store &&other) noexcept {
        if (this != &other) {
            spinkv_close(handle_);
            handle_ = std::exchange(other.handle_, 0);
        }
        return *this;
    }
    Store(const Store &) = delete;
    Store &operator=(const Store &) = delete;
    ~Store() {
        spinkv_close(handle_);
    }

    /* The handle in C, still owned by the store. */
    spinkv_store handle() const noexcept {
        return handle_;
    }
    /* Closes the store now. One that is closed already is ignored. */
    void close() noexcept {
        spinkv_close(handle_);
    }

    /* Reads the value of a key, or throws NoSuchKey. */
    std::string get(Bytes key) const {
        std::string value;
        spinkv_error error;
        if (read(key, value, error) != SPINKV_OK) {
            detail::raise(error);
        }
        return value;
    }
    /* Reads the value of a key, or gives nothing. */
    std::optional<std::string> find(Bytes key) const {
        std::string value;
        spinkv_error error;
        spinkv_status status = read(key, value, error);
        if (status == SPINKV_NO_SUCH_KEY) {
            return std::nullopt;
        }
        if (status != SPINKV_OK) {
            detail::raise(error);
        }
        return value;
    }
    /* Reads the value of a key, or gives the one that stands in for it. */
    std::string get_or(Bytes key, std::string missing) const {
        std::optional<std::string> value = find(key);
        return value ? *std::move(value) : std::move(missing);
    }
    /* Reads into memory of the caller's if the value fits; gives the value's size either way. */
    std::size_t get_into(Bytes key, void *buffer, std::size_t capacity) const {
        std::size_t size = 0;
        detail::call(spinkv_get_into, handle_, key.data(), key.size(), buffer, capacity, &size);
        return size;
    }
#if __cplusplus >= 202002L
    std::size_t get_into(Bytes key, std::span<std::byte> buffer) const {
        return get_into(key, buffer.data(), buffer.size());
    }
#endif
    void set(Bytes key, Bytes value) {
        detail::call(spinkv_set, handle_, key.data(), key.size(), value.data(), value.size());
    }
    /* Deletes a key, which need not be there. */
    void erase(Bytes key) {
        detail::call(spinkv_delete, handle_, key.data(), key.size());
    }
    bool exists(Bytes key) const {
        bool exists = false;
        detail::call(spinkv_exists, handle_, key.data(), key.size(), &exists);
        return exists;
    }
    std::uint64_t count() const {
        std::uint64_t count = 0;
        detail::call(spinkv_count, handle_, &count);
        return count;
    }

    /* All keys, in byte order. */
    std::vector<std::string> get_keys() const {
        detail::List keys;
        detail::call(spinkv_get_keys, handle_, &keys.list);
        return keys.strings();
    }
    /* One page of keys: those that begin with prefix and come strictly after `after`. */
    std::vector<std::string>
    list_keys(Bytes prefix = "", std::optional<Bytes> after = std::nullopt,
              std::size_t limit = std::numeric_limits<std::size_t>::max()) const {
        return detail::list_keys(handle_, prefix, after, limit);
    }
    /* The keys that begin with prefix, to iterate over, a page at a time: the next page throws
     * InvalidStore once the store is closed. Iterating over the store itself goes over all keys. */
    Keys keys(std::string prefix = "") const;
    KeyIterator begin() const;
    KeyIterator end() const;

    /* One entry for every key of a range, in the order asked. */
    template <class Range> std::vector<std::optional<std::string>> get_many(Range &&keys) const {
        detail::Gathered<spinkv_bytes> c_keys(keys);
        detail::List found;
        detail::call(spinkv_get_many, handle_, c_keys.data(), c_keys.size(), &found.list);
        std::vector<std::optional<std::string>> values(found.list.count);
        for (std::size_t index = 0; index < found.list.count; index++) {
            if (found.list.items[index].data != nullptr) {
                values[index] = found[index];
            }
        }
        return values;
    }
    std::vector<std::optional<std::string>> get_many(std::initializer_list<Bytes> keys) const {
        return get_many<std::initializer_list<Bytes> &>(keys);
    }
    /* Writes all tuples of a range of pairs, such as a std::map, or none. */
    template <class Range> void set_many(Range &&pairs) {
        detail::Gathered<spinkv_pair> c_pairs(pairs);
        detail::call(spinkv_set_many, handle_, c_pairs.data(), c_pairs.size());
    }
    void set_many(std::initializer_list<Pair> pairs) {
        set_many<std::initializer_list<Pair> &>(pairs);
    }
    /* Deletes all keys of a range, or none. */
    template <class Range> void erase_many(Range &&keys) {
        detail::Gathered<spinkv_bytes> c_keys(keys);
        detail::call(spinkv_delete_many, handle_, c_keys.data(), c_keys.size());
    }
    void erase_many(std::initializer_list<Bytes> keys) {
        erase_many<std::initializer_list<Bytes> &>(keys);
    }

    /* Adds to the counter at a key and gives the new number. */
    std::int64_t increment(Bytes key, std::int64_t delta = 1) {
        std::int64_t number = 0;
        detail::call(spinkv_increment, handle_, key.data(), key.size(), delta, &number);
        return number;
    }
    /* Writes value if the key holds exactly expected, or, for std::nullopt, is not there. */
    bool compare_and_swap(Bytes key, std::optional<Bytes> expected, Bytes value) {
        bool swapped = false;
        detail::call(spinkv_compare_and_swap, handle_, key.data(), key.size(),
                     expected ? expected->data() : nullptr, expected ? expected->size() : 0,
                     value.data(), value.size(), &swapped);
        return swapped;
    }

    /* Writes JSON text in its compact form. */
    void set_json(Bytes key, Bytes json) {
        detail::call(spinkv_set_json, handle_, key.data(), key.size(), json.data(), json.size());
    }
    /* Reads a value that is JSON text, or throws NoSuchKey. */
    std::string get_json(Bytes key) const {
        JsonText json;
        detail::call(spinkv_get_json, handle_, key.data(), key.size(), &json.value);
        return json.string();
    }
    /* Reads a value that is JSON text, or gives nothing. */
    std::optional<std::string> find_json(Bytes key) const {
        JsonText json;
        if (!detail::call_found(spinkv_get_json, handle_, key.data(), key.size(), &json.value)) {
            return std::nullopt;
        }
        return json.string();
    }

  private:
    struct JsonText {
        spinkv_value value{nullptr, 0};

        JsonText() = default;
        JsonText(const JsonText &) = delete;
        JsonText &operator=(const JsonText &) = delete;
        ~JsonText() {
            spinkv_value_free(&value);
        }
        std::string string() const {
            return {static_cast<const char *>(value.data), value.size};
        }
    };

    /* Small values come through the stack; a larger one may grow further between two calls. */
    spinkv_status read(Bytes key, std::string &value, spinkv_error &error) const {
        char small[1024];
        std::size_t size = 0;
        spinkv_status status =
            spinkv_get_into(handle_, key.data(), key.size(), small, sizeof small, &size, &error);
        if (status == SPINKV_OK && size <= sizeof small) {
            value.assign(small, size);
            return status;
        }
        while (status == SPINKV_OK && size != value.size()) {
            value.resize(size);
            status = spinkv_get_into(handle_, key.data(), key.size(), value.data(), value.size(),
                                     &size, &error);
            if (size < value.size()) {
                value.resize(size);
            }
        }
        return status;
    }

    spinkv_store handle_;
};

/* Goes over keys in byte order. Fetches a page at a time, so that it stays right while others
 * write. */
class KeyIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string *;
    using reference = const std::string &;

    /* The end. */
    KeyIterator() = default;
    KeyIterator(const Store &store, std::string prefix)
        : KeyIterator(store.handle(), std::move(prefix)) {}
    KeyIterator(spinkv_store store, std::string prefix)
        : store_(store), prefix_(std::move(prefix)) {
        fetch(std::nullopt);
    }
    reference operator*() const {
        return page_[index_];
    }
    pointer operator->() const {
        return &page_[index_];
    }
    KeyIterator &operator++() {
        if (index_ + 1 < page_.size()) {
            index_++;
        } else {
            fetch(page_.back());
        }
        return *this;
    }
    /* What `*iterator++` reads: a copy of the key, as the page that held it may be gone. */
    class Former {
      public:
        explicit Former(std::string key) : key_(std::move(key)) {}
        const std::string &operator*() const noexcept {
            return key_;
        }

      private:
        std::string key_;
    };
    Former operator++(int) {
        Former former(**this);
        ++*this;
        return former;
    }
    friend bool operator==(const KeyIterator &one, const KeyIterator &other) {
        return one.store_ == other.store_ && one.index_ == other.index_ && one.page_ == other.page_;
    }
    friend bool operator!=(const KeyIterator &one, const KeyIterator &other) {
        return !(one == other);
    }

  private:
    static constexpr std::size_t page_count = 256;

    /* Where it throws, the iterator stays at its key. */
    void fetch(std::optional<Bytes> after) {
        page_ = detail::list_keys(store_, prefix_, after, page_count);
        index_ = 0;
        if (page_.empty()) {
            store_ = 0;
        }
    }

    spinkv_store store_ = 0; /* no store at the end */
    std::string prefix_;
    std::vector<std::string> page_;
    std::size_t index_ = 0;
};

/* The keys of a store that begin with a prefix, as a range. */
class Keys {
  public:
    Keys(const Store &store, std::string prefix)
        : store_(store.handle()), prefix_(std::move(prefix)) {}
    KeyIterator begin() const {
        return {store_, prefix_};
    }
    KeyIterator end() const {
        return {};
    }

  private:
    spinkv_store store_;
    std::string prefix_;
};

inline Keys Store::keys(std::string prefix) const {
    return {*this, std::move(prefix)};
}

inline KeyIterator Store::begin() const {
    return {*this, ""};
}

inline KeyIterator Store::end() const {
    return {};
}

/* ---- Apps ------------------------------------------------------------------------------------ */

/* What an app is made of. What is left out is as spinkv_app_new makes it. */
struct AppOptions {
    /* The path of a spin.toml. Only what it grants to component may be opened. */
    std::optional<std::string> manifest;
    /* The component's id; "*" is the union of all. Without it the manifest must have just one. */
    std::optional<std::string> component;
    /* The path of a runtime-config.toml. Without it, but with a manifest, the file that
     * RUNTIME_CONFIG_FILE names, if it is set; "" means none. */
    std::optional<std::string> runtime_config;
    /* The folder of the default store's file; "" puts it in memory. */
    std::optional<std::string> state_dir;
    /* How many stores may be open at once. */
    std::uint32_t max_open_stores = SPINKV_DEFAULT_MAX_OPEN_STORES;
    /* Further stores: label and options. */
    std::vector<std::pair<std::string, StoreOptions>> stores;
};

/* A store of an app and a line that says where it lives. */
struct StoreInfo {
    std::string label;
    std::string summary;
};

/* The stores of one app: which there are, where they live and which may be opened. */
class App {
  public:
    explicit App(const AppOptions &options = {}) {
        spinkv_app *made = nullptr;
        detail::call(spinkv_app_new, &made);
        App app(made);
        app.build(options);
        swap(app);
    }
    App(App &&other) noexcept : app_(std::exchange(other.app_, nullptr)) {}
    App &operator=(App &&other) noexcept {
        App(std::move(other)).swap(*this);
        return *this;
    }
    App(const App &) = delete;
    App &operator=(const App &) = delete;
    ~App() {
        spinkv_app_free(app_);
    }

    /* The app in C, still owned by this one. */
    spinkv_app *handle() const noexcept {
        return app_;
    }
    /* Adds a store, or gives "default" a place of its own. */
    void add_store(const std::string &label, const StoreOptions &options = {}) {
        const char *c_label = detail::c_text(label);
        spinkv_options c_options = options.c_options();
        detail::call(spinkv_app_add_store, checked(), c_label, &c_options);
    }
    /* Grants a store in addition to what the manifest grants. */
    void grant(const std::string &label) {
        detail::call(spinkv_app_grant, checked(), detail::c_text(label));
    }
    /* Writes tuples to "default", whether or not a component may open it. */
    template <class Range> void seed(Range &&pairs) {
        detail::Gathered<spinkv_pair> c_pairs(pairs);
        detail::call(spinkv_app_seed, checked(), c_pairs.data(), c_pairs.size());
    }
    void seed(std::initializer_list<Pair> pairs) {
        seed<std::initializer_list<Pair> &>(pairs);
    }
    /* All stores in the byte order of their labels, granted or not. */
    std::vector<StoreInfo> stores() const {
        detail::List labels;
        detail::List summaries;
        detail::call(spinkv_app_list_stores, checked(), &labels.list, &summaries.list);
        std::vector<StoreInfo> stores;
        for (std::size_t index = 0; index < labels.list.count; index++) {
            stores.push_back({labels[index], summaries[index]});
        }
        return stores;
    }
    /* What is doubtful in the runtime configuration, a line each. */
    std::vector<std::string> warnings() const {
        detail::List warnings;
        detail::call(spinkv_app_list_warnings, checked(), &warnings.list);
        return warnings.strings();
    }
    Store open(const std::string &label) {
        spinkv_store store = 0;
        detail::call(spinkv_open, checked(), detail::c_text(label), &store);
        return Store(store);
    }
    Store open_default() {
        return open("default");
    }

  private:
    explicit App(spinkv_app *app) noexcept : app_(app) {}
    void swap(App &other) noexcept {
        std::swap(app_, other.app_);
    }
    /* NULL would stand for the default app, which an app that was moved from must not become. */
    spinkv_app *checked() const {
        if (app_ == nullptr) {
            detail::raise({SPINKV_INVALID_ARGUMENT, 0, "the app has been moved from"});
        }
        return app_;
    }
    void build(const AppOptions &options) {
        detail::call(spinkv_app_set_max_open_stores, app_, options.max_open_stores);
        if (options.manifest) {
            detail::call(spinkv_app_load_manifest, app_, detail::c_text(options.manifest),
                         detail::c_text(options.component));
        } else if (options.component) {
            detail::raise({SPINKV_INVALID_ARGUMENT, 0,
                           "a component is one of a manifest's: give the manifest too"});
        }
        if (options.manifest || options.runtime_config) {
            detail::call(spinkv_app_load_runtime_config, app_,
                         detail::c_text(options.runtime_config));
        }
        for (const auto &[label, store] : options.stores) {
            add_store(label, store);
        }
        if (options.state_dir) {
            detail::call(spinkv_app_set_state_dir, app_, detail::c_text(options.state_dir));
        }
        detail::call(spinkv_app_check, app_);
    }

    spinkv_app *app_ = nullptr;
};

/* Opens a store of the default app, which has one: "default". */
inline Store open(const std::string &label) {
    spinkv_store store = 0;
    detail::call(spinkv_open, static_cast<spinkv_app *>(nullptr), detail::c_text(label), &store);
    return Store(store);
}

/* Opens a store of its own, with options: spinkv::open("cache", StoreOptions().path("c.db")). */
inline Store open(const std::string &label, const StoreOptions &options) {
    App app;
    app.add_store(label, options);
    return app.open(label);
}

/* Opens the default app's store, in .spin/sqlite_key_value.db in the current directory. */
inline Store open_default() {
    return open("default");
}

} // namespace spinkv

#endif
