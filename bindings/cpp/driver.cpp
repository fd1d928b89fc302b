// The driver of C++: answers the requests of the conformance cases, a line each, by the protocol in
// tests/conformance/README.md. It only translates; what is right is decided by whoever asks.
#include <spinkv.hpp>

#include <cstdlib>
#include <cxxabi.h>
#include <iostream>
#include <map>
#include <sstream>
#include <typeinfo>
#include <unistd.h>

namespace {

using std::string;

constexpr unsigned char UNTOUCHED = 0xa5;

std::map<string, spinkv::App> apps;
std::map<string, spinkv::Store> stores;

// ---- Words ---------------------------------------------------------------------------------------

string to_hex(std::string_view bytes) {
    static const char digits[] = "0123456789abcdef";
    string word = "x";
    for (char byte : bytes) {
        word += digits[static_cast<unsigned char>(byte) >> 4];
        word += digits[byte & 15];
    }
    return word;
}

string from_hex(const string &word) {
    if (word.empty() || word[0] != 'x') {
        throw std::invalid_argument("not bytes: " + word);
    }
    string bytes;
    for (std::size_t index = 1; index < word.size(); index += 2) {
        bytes += static_cast<char>(std::stoi(word.substr(index, 2), nullptr, 16));
    }
    return bytes;
}

// A request on its way: hands out its words one after the other.
class Request {
  public:
    explicit Request(const string &line) : words_(line) {}
    bool has_more() {
        return !(words_ >> std::ws).eof();
    }
    string word() {
        string word;
        words_ >> word;
        return word;
    }
    string bytes() {
        return from_hex(word());
    }
    std::int64_t number() {
        return std::stoll(word());
    }
    std::optional<string> optional_word() {
        string found = word();
        return found == "-" ? std::nullopt : std::optional(found);
    }
    std::optional<string> optional_bytes() {
        std::optional<string> found = optional_word();
        return found ? std::optional(from_hex(*found)) : std::nullopt;
    }
    std::vector<string> all_bytes() {
        std::vector<string> all;
        while (has_more()) {
            all.push_back(bytes());
        }
        return all;
    }
    std::vector<std::pair<string, string>> all_pairs() {
        std::vector<std::pair<string, string>> all;
        while (has_more()) {
            string key = bytes();
            all.emplace_back(key, bytes());
        }
        return all;
    }
    std::pair<string, spinkv::StoreOptions> store_with_options() {
        string label = bytes();
        spinkv::StoreOptions options;
        for (std::int64_t left = number(); left > 0; left--) {
            string name = bytes();
            string value = word();
            if (value[0] == 'x') {
                options.set(name, from_hex(value));
            } else if (value == "true" || value == "false") {
                options.set(name, value == "true");
            } else {
                options.set(name, std::stoll(value));
            }
        }
        return {label, options};
    }
    spinkv::App &app() {
        return apps.at(word());
    }
    spinkv::Store &store() {
        return stores.at(word());
    }

  private:
    std::istringstream words_;
};

string all_hex(const std::vector<string> &all) {
    string words;
    for (const string &bytes : all) {
        words += " " + to_hex(bytes);
    }
    return words;
}

string optional_hex(const std::optional<string> &bytes) {
    return bytes ? " " + to_hex(*bytes) : " -";
}

string to_word(bool flag) {
    return flag ? " true" : " false";
}

// ---- Requests: each gives the words of its answer, with a space before each --------------------------

string reset(Request &request) {
    stores.clear();
    apps.clear();
    if (chdir(request.bytes().c_str()) != 0) {
        throw std::runtime_error("no such folder");
    }
    return "";
}

string new_app(Request &request) {
    spinkv::AppOptions options;
    string app = request.word();
    options.manifest = request.optional_bytes();
    options.component = request.optional_bytes();
    options.runtime_config = request.optional_bytes();
    options.state_dir = request.optional_bytes();
    if (std::optional<string> count = request.optional_word()) {
        options.max_open_stores = static_cast<std::uint32_t>(std::stoul(*count));
    }
    while (request.has_more()) {
        options.stores.push_back(request.store_with_options());
    }
    return all_hex(apps.emplace(app, options).first->second.warnings());
}

string add_store(Request &request) {
    spinkv::App &app = request.app();
    auto [label, options] = request.store_with_options();
    app.add_store(label, options);
    return "";
}

string list_stores(Request &request) {
    string words;
    for (const auto &[label, summary] : request.app().stores()) {
        words += " " + to_hex(label) + " " + to_hex(summary);
    }
    return words;
}

string set_environment(Request &request) {
    string name = request.bytes();
    std::optional<string> value = request.optional_bytes();
    if ((value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str())) != 0) {
        throw std::runtime_error("the environment cannot be changed");
    }
    return "";
}

string open(Request &request) {
    string store = request.word();
    std::optional<string> app = request.optional_word();
    string label = request.bytes();
    stores.insert_or_assign(store, app ? apps.at(*app).open(label) : spinkv::open(label));
    return "";
}

string open_default(Request &request) {
    string store = request.word();
    std::optional<string> app = request.optional_word();
    stores.insert_or_assign(store, app ? apps.at(*app).open_default() : spinkv::open_default());
    return "";
}

string use_handle(Request &request) {
    string store = request.word();
    stores.insert_or_assign(store, spinkv::Store(static_cast<spinkv_store>(request.number())));
    return "";
}

string get_into(Request &request) {
    spinkv::Store &store = request.store();
    string key = request.bytes();
    string buffer(static_cast<std::size_t>(request.number()), static_cast<char>(UNTOUCHED));
    std::size_t size = store.get_into(key, buffer.data(), buffer.size());
    return " " + std::to_string(size) + " " + to_hex(buffer);
}

string set(Request &request) {
    spinkv::Store &store = request.store();
    string key = request.bytes();
    store.set(key, request.bytes());
    return "";
}

string iterate(Request &request) {
    std::vector<string> keys;
    for (const string &key : request.store()) {
        keys.push_back(key);
    }
    return all_hex(keys);
}

string list_keys(Request &request) {
    spinkv::Store &store = request.store();
    string prefix = request.optional_bytes().value_or("");
    std::optional<string> after = request.optional_bytes();
    std::optional<string> limit = request.optional_word();
    return all_hex(
        store.list_keys(prefix, after ? std::optional<spinkv::Bytes>(*after) : std::nullopt,
                        limit ? std::stoull(*limit) : std::numeric_limits<std::size_t>::max()));
}

string get_many(Request &request) {
    spinkv::Store &store = request.store();
    string words;
    for (const std::optional<string> &value : store.get_many(request.all_bytes())) {
        words += optional_hex(value);
    }
    return words;
}

string increment(Request &request) {
    spinkv::Store &store = request.store();
    string key = request.bytes();
    std::optional<string> delta = request.optional_word();
    return " " +
           std::to_string(delta ? store.increment(key, std::stoll(*delta)) : store.increment(key));
}

string compare_and_swap(Request &request) {
    spinkv::Store &store = request.store();
    string key = request.bytes();
    std::optional<string> old = request.optional_bytes();
    auto expected = old ? std::optional<spinkv::Bytes>(*old) : std::nullopt;
    return to_word(store.compare_and_swap(key, expected, request.bytes()));
}

string set_json(Request &request) {
    spinkv::Store &store = request.store();
    string key = request.bytes();
    store.set_json(key, request.bytes());
    return "";
}

string get_json(Request &request) {
    spinkv::Store &store = request.store();
    return " " + to_hex(store.get_json(request.bytes()));
}

string find_json(Request &request) {
    spinkv::Store &store = request.store();
    return optional_hex(store.find_json(request.bytes()));
}

string repeat(Request &request) {
    spinkv::Store &store = request.store();
    for (std::int64_t left = request.number(); left > 0; left--) {
        store.set("key", string(1000, 'v'));
        string value = store.get("key");
        try {
            value = store.get("missing");
        } catch (const spinkv::NoSuchKey &) {
            continue;
        }
    }
    return "";
}

string answer(const string &operation, Request &request) {
    static const std::map<string, string (*)(Request &)> operations = {
        {"reset", reset},
        {"new_app", new_app},
        {"add_store", add_store},
        {"free_app", [](Request &r) { return apps.erase(r.word()), string(); }},
        {"grant", [](Request &r) { return r.app().grant(r.bytes()), string(); }},
        {"seed", [](Request &r) { return r.app().seed(r.all_pairs()), string(); }},
        {"list_stores", list_stores},
        {"set_environment", set_environment},
        {"open", open},
        {"open_default", open_default},
        {"use_handle", use_handle},
        {"close", [](Request &r) { return r.store().close(), string(); }},
        {"get", [](Request &r) { return " " + to_hex(r.store().get(r.bytes())); }},
        {"find", [](Request &r) { return optional_hex(r.store().find(r.bytes())); }},
        {"get_into", get_into},
        {"set", set},
        {"delete", [](Request &r) { return r.store().erase(r.bytes()), string(); }},
        {"exists", [](Request &r) { return to_word(r.store().exists(r.bytes())); }},
        {"get_keys", [](Request &r) { return all_hex(r.store().get_keys()); }},
        {"iterate", iterate},
        {"list_keys", list_keys},
        {"count", [](Request &r) { return " " + std::to_string(r.store().count()); }},
        {"get_many", get_many},
        {"set_many", [](Request &r) { return r.store().set_many(r.all_pairs()), string(); }},
        {"delete_many", [](Request &r) { return r.store().erase_many(r.all_bytes()), string(); }},
        {"increment", increment},
        {"compare_and_swap", compare_and_swap},
        {"set_json", set_json},
        {"get_json", get_json},
        {"find_json", find_json},
        {"set_json_text", set_json},
        {"get_json_text", get_json},
        {"repeat", repeat},
    };
    return operations.at(operation)(request);
}

// The name of an error's class, without its namespace.
string kind_of(const spinkv::Error &error) {
    char *name = abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, nullptr);
    string kind = name;
    std::free(name);
    return kind.substr(kind.rfind(':') + 1);
}

} // namespace

int main() {
    string line;
    std::cout << "ready 1" << std::endl;
    while (std::getline(std::cin, line)) {
        Request request(line);
        try {
            std::cout << "ok" + answer(request.word(), request);
        } catch (const spinkv::Error &error) {
            std::cout << "error " << error.code() << ' ' << error.spin_name() << ' '
                      << kind_of(error) << ' ' << to_hex(error.what());
        } catch (const std::exception &error) {
            std::cout << "broken " << to_hex(error.what());
        }
        std::cout << std::endl;
    }
    return 0;
}
