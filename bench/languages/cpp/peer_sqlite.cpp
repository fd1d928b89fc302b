// SQLite called directly on the same kind of file: statements prepared once, one connection without
// mutexes.
#include <sqlite3.h>

#include <stdexcept>

#include "peer.hpp"

namespace {

constexpr const char *CREATE = "CREATE TABLE IF NOT EXISTS spin_key_value (store TEXT NOT NULL, "
                               "key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))";
constexpr const char *GET = "SELECT value FROM spin_key_value WHERE store = ? AND key = ?";
constexpr const char *SET = "INSERT INTO spin_key_value (store, key, value) VALUES (?, ?, ?) "
                            "ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";

class Sqlite : public Peer {
  public:
    explicit Sqlite(const Terms &terms) {
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        expect(sqlite3_open_v2(terms.path.c_str(), &db_, flags, nullptr) == SQLITE_OK);
        execute("PRAGMA journal_mode=WAL");
        execute(terms.synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
        execute(CREATE);
        prepare(GET, &get_);
        prepare(SET, &set_);
        prepare("BEGIN IMMEDIATE", &begin_);
        prepare("COMMIT", &commit_);
    }

    ~Sqlite() override {
        for (sqlite3_stmt *statement : {get_, set_, begin_, commit_}) {
            sqlite3_finalize(statement);
        }
        sqlite3_close(db_);
    }

    std::size_t get(const Keys &keys, std::size_t first, std::size_t count) override {
        std::size_t size = 0;
        for (std::size_t i = first; i < first + count; i++) {
            size += read(keys[i]).size();
        }
        return size;
    }

    void set(const Pairs &pairs, std::size_t first, std::size_t count) override {
        for (std::size_t i = first; i < first + count; i++) {
            write(pairs[i].first, pairs[i].second);
        }
    }

    void set_many(const Pairs &pairs) override {
        step(begin_);
        for (const auto &[key, value] : pairs) {
            write(key, value);
        }
        step(commit_);
    }

    std::string read(const std::string &key) override {
        bind(get_, key);
        expect(sqlite3_step(get_) == SQLITE_ROW);
        const auto *data = static_cast<const char *>(sqlite3_column_blob(get_, 0));
        std::string value(data, static_cast<std::size_t>(sqlite3_column_bytes(get_, 0)));
        sqlite3_reset(get_);
        return value;
    }

  private:
    void expect(bool held) {
        if (!held) {
            throw std::runtime_error(sqlite3_errmsg(db_));
        }
    }

    void execute(const char *sql) {
        expect(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }

    void prepare(const char *sql, sqlite3_stmt **statement) {
        expect(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, nullptr) ==
               SQLITE_OK);
    }

    void step(sqlite3_stmt *statement) {
        expect(sqlite3_step(statement) == SQLITE_DONE);
        sqlite3_reset(statement);
    }

    static void bind(sqlite3_stmt *statement, const std::string &key) {
        sqlite3_bind_text(statement, 1, "bench", 5, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    }

    void write(const std::string &key, const std::string &value) {
        bind(set_, key);
        sqlite3_bind_blob(set_, 3, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        step(set_);
    }

    sqlite3 *db_ = nullptr;
    sqlite3_stmt *get_ = nullptr, *set_ = nullptr, *begin_ = nullptr, *commit_ = nullptr;
};

} // namespace

std::string sqlite_version_text() {
    return std::string("SQLite ") + sqlite3_libversion();
}

std::unique_ptr<Peer> open_sqlite(const Terms &terms) {
    return std::make_unique<Sqlite>(terms);
}
