/*
 * spinkv: Spin's key-value store as a library.
 *
 * A store is a named set of tuples (key, value) that lives in a SQLite file laid out exactly as
 * Spin lays it out, or in memory. This header is the whole public interface. It reads in the order
 * in which a program meets it: statuses and errors, memory, options, apps, opening, operations.
 *
 * What holds everywhere, unless a function says otherwise:
 *
 *  - Every function may be called from any thread, and threads may share a store handle.
 *  - A process may fork while stores are open; parent and child both keep working on the same file.
 *  - Keys and values are a pointer and a size in bytes, never NUL-terminated. A NULL pointer is
 *    allowed where the size is 0 and then means "empty". What a function is given is borrowed until
 *    it returns.
 *  - A key is valid UTF-8; it may be empty and may contain NUL bytes. A value is any bytes.
 *  - A function that can fail returns a status and takes an error last, which may be NULL. When it
 *    fails, its out parameters are cleared and the store is unchanged.
 */
#ifndef SPINKV_H
#define SPINKV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Marks what the shared library exports. */
#if defined(__GNUC__)
#define SPINKV_API __attribute__((visibility("default")))
#else
#define SPINKV_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. spinkv_version() tells that of the library. */
#define SPINKV_VERSION "0.1.0"

/*
 * The version of the library in use, such as "0.1.0". A constant; never NULL.
 */
SPINKV_API const char *spinkv_version(void);

/* ---- Statuses and errors --------------------------------------------------------------------- */

/*
 * Every status: X(NAME, number, base, "name", "text").
 *
 * The first six after OK are the errors of Spin's key-value interface, in its order. The rest
 * refine its `io` and name it as their base. Numbers and names never change.
 */
#define SPINKV_STATUS_LIST(X)                                                                      \
    /* The call did what it says. */                                                               \
    X(OK, 0, OK, "ok", "no error")                                                                 \
    /* A 257th store is opened in one app, or 65,535 stores are open in the process. */            \
    X(STORE_TABLE_FULL, 1, STORE_TABLE_FULL, "store-table-full", "too many stores are open")       \
    /* A label is opened that nothing configures. */                                               \
    X(NO_SUCH_STORE, 2, NO_SUCH_STORE, "no-such-store", "no store with that label is configured")  \
    /* A label is opened that the app's component was not granted. */                              \
    X(ACCESS_DENIED, 3, ACCESS_DENIED, "access-denied", "the store is not granted")                \
    /* A handle is used that was never opened, or has been closed. */                              \
    X(INVALID_STORE, 4, INVALID_STORE, "invalid-store", "the handle is not that of an open store") \
    /* A key is read that the store does not hold. */                                              \
    X(NO_SUCH_KEY, 5, NO_SUCH_KEY, "no-such-key", "the store holds no such key")                   \
    /* The disk is full, the file cannot be opened, a read fails. */                               \
    X(IO, 6, IO, "io", "input or output failed")                                                   \
    /* A key that is not UTF-8; a NULL out parameter; an option out of its range. */               \
    X(INVALID_ARGUMENT, 7, IO, "invalid-argument", "an argument is not allowed")                   \
    /* A key of 257 bytes is set. */                                                               \
    X(KEY_TOO_LARGE, 8, IO, "key-too-large", "the key is larger than the store allows")            \
    /* A value of 1,048,577 bytes is set. */                                                       \
    X(VALUE_TOO_LARGE, 9, IO, "value-too-large", "the value is larger than the store allows")      \
    /* A 1,025th key is set. */                                                                    \
    X(STORE_FULL, 10, IO, "store-full", "the store holds as many tuples as it may")                \
    /* set_json of "[1,]"; get_json of a value that is not JSON. */                                \
    X(INVALID_JSON, 11, IO, "invalid-json", "the text is not JSON")                                \
    /* increment of a value that is not 8 bytes, or past the 64-bit range. */                      \
    X(NOT_A_COUNTER, 12, IO, "not-a-counter", "the value cannot be counted with")                  \
    /* A store of an unknown type is added. */                                                     \
    X(INVALID_CONFIG, 13, IO, "invalid-config", "the configuration is not valid")                  \
    /* Another process has been writing for longer than busy_timeout_ms. */                        \
    X(BUSY, 14, IO, "busy", "the file is in use by another writer")                                \
    /* set on a store that was opened with read_only. */                                           \
    X(READ_ONLY, 15, IO, "read-only", "the store is read-only")                                    \
    /* The file is not a database, or its table has another shape. */                              \
    X(CORRUPT, 16, IO, "corrupt", "the file does not hold what a store holds")                     \
    /* An allocation fails. */                                                                     \
    X(NO_MEMORY, 17, IO, "no-memory", "out of memory")                                             \
    /* A store of type "redis" is opened in a build without it. */                                 \
    X(UNSUPPORTED, 18, IO, "unsupported", "this build cannot do that")

/* The outcome of a call: SPINKV_OK, SPINKV_NO_SUCH_KEY and so on, from SPINKV_STATUS_LIST. */
typedef enum spinkv_status {
#define SPINKV_STATUS_ENUM(NAME, number, base, name, text) SPINKV_##NAME = number,
    SPINKV_STATUS_LIST(SPINKV_STATUS_ENUM)
#undef SPINKV_STATUS_ENUM
    /* One more than the largest status; not a status. */
    SPINKV_STATUS_COUNT
} spinkv_status;

/*
 * A status's name as Spin spells such names: "no-such-key". A constant; "unknown" for a number that
 * is no status.
 */
SPINKV_API const char *spinkv_status_name(spinkv_status status);

/*
 * A status in a few words: "the store holds no such key". A constant; "unknown status" for a number
 * that is no status.
 */
SPINKV_API const char *spinkv_status_text(spinkv_status status);

/*
 * Which of Spin's six errors a status belongs to: itself for the six and for SPINKV_OK, SPINKV_IO
 * for everything that refines it (and for a number that is no status).
 */
SPINKV_API spinkv_status spinkv_status_base(spinkv_status status);

/* Size in bytes of the message in a spinkv_error, with its terminating NUL. */
#define SPINKV_ERROR_MESSAGE_SIZE 1024

/*
 * What went wrong, filled by a call that failed. It is the caller's own, owns nothing and needs no
 * initialisation; after a call that succeeded its status is SPINKV_OK and its message "".
 */
typedef struct spinkv_error {
    /* The same status that the call returned. */
    spinkv_status status;
    /* What the system below said: SQLite's extended result code, or 0. */
    int engine_code;
    /* One line of UTF-8, NUL-terminated, that names what was met and what is allowed. Never holds a
     * value, and a key only shortened to its first 40 bytes. */
    char message[SPINKV_ERROR_MESSAGE_SIZE];
} spinkv_error;

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Bytes that belong to somebody else. data may be NULL where size is 0. */
typedef struct spinkv_bytes {
    const void *data;
    size_t size;
} spinkv_bytes;

/* A tuple to write. */
typedef struct spinkv_pair {
    /* Valid UTF-8, within max_key_bytes. */
    spinkv_bytes key;
    /* Any bytes, within max_value_bytes. */
    spinkv_bytes value;
} spinkv_pair;

/*
 * A value that was read. Owned by the caller: free it with spinkv_value_free. data is never NULL
 * after a call that succeeded, also where size is 0, and a NUL byte that size does not count
 * follows the last byte.
 */
typedef struct spinkv_value {
    const void *data;
    size_t size;
} spinkv_value;

/*
 * Keys or values that were read, in one block of memory. Owned by the caller: free it with
 * spinkv_list_free, which frees the bytes of all items too. items is NULL where count is 0.
 */
typedef struct spinkv_list {
    const spinkv_bytes *items;
    size_t count;
} spinkv_list;

/* Frees what a value owns and clears it. NULL, and a value that is cleared already, are ignored. */
SPINKV_API void spinkv_value_free(spinkv_value *value);

/* Frees what a list owns and clears it. NULL, and a list that is cleared already, are ignored. */
SPINKV_API void spinkv_list_free(spinkv_list *list);

/* ---- Options of a store ---------------------------------------------------------------------- */

/* What a write has survived when it returns. */
typedef enum spinkv_durability {
    /* The loss of power: each write is synced to the disk. The default. */
    SPINKV_DURABILITY_FULL = 0,
    /* The end of the process, however abrupt. The last writes before a loss of power may go, from
     * the end; the file stays whole. */
    SPINKV_DURABILITY_NORMAL = 1
} spinkv_durability;

/* The defaults, which are the limits that Spin documents. */
#define SPINKV_DEFAULT_BUSY_TIMEOUT_MS 5000
#define SPINKV_DEFAULT_MAX_KEY_BYTES 256
#define SPINKV_DEFAULT_MAX_VALUE_BYTES 1048576
#define SPINKV_DEFAULT_MAX_ENTRIES 1024
#define SPINKV_DEFAULT_CACHE_BYTES 8388608
#define SPINKV_DEFAULT_MAX_OPEN_STORES 256

/*
 * How a store behaves and where it lives. Start from SPINKV_OPTIONS_INIT and change what you need;
 * or set options by name with the functions below. Texts are borrowed until the store is added.
 */
typedef struct spinkv_options {
    /* The backend: "spin" (SQLite, the default; NULL means it), or "redis", "azure_cosmos" and
     * "aws_dynamo", which this build checks and cannot open. */
    const char *type;
    /* spin: the SQLite file, absolute, or relative to the current directory of the moment when the
     * store is added. Missing parent folders are made when it is opened. "" and ":memory:" mean in
     * memory: private to the app and the label, gone when the app and all its stores are. NULL
     * means the same, but for the label "default", which stays in the state directory; only in a
     * runtime configuration "default" without a path is in memory, too. At most 500 bytes once
     * absolute. */
    const char *path;
    /* A spinkv_durability. */
    spinkv_durability durability;
    /* How long a call waits for another writer before it is SPINKV_BUSY, in milliseconds; 0 to
     * 86,400,000 (a day). */
    uint32_t busy_timeout_ms;
    /* The largest key that may be written, in bytes; 0 means no limit. */
    uint64_t max_key_bytes;
    /* The largest value that may be written, in bytes; 0 means no limit but SQLite's own of
     * 1,000,000,000 bytes a row. */
    uint64_t max_value_bytes;
    /* The most tuples the store may hold; 0 means no limit. */
    uint64_t max_entries;
    /* Memory for the read cache of the store's file in this process, in bytes. Of several stores in
     * one file the largest counts; 0 lets this store do without. See docs/cache.md. */
    uint64_t cache_bytes;
    /* Opens the file without ever writing to it; writes are SPINKV_READ_ONLY, and a file that is
     * missing is SPINKV_IO. Works in a folder that cannot be written, too; in one that can, SQLite
     * leaves the -wal and -shm files that reading a file in WAL mode takes. */
    bool read_only;
    /* redis, needed: redis:// or rediss:// with a host, as in redis://user:password@host:port/0, or
     * unix:// or redis+unix:// with the path of a socket, as in unix:///run/redis.sock. Secret but
     * for the host, the port, the database's number and the path. */
    const char *url;
    /* azure_cosmos, needed: the account. */
    const char *account;
    /* azure_cosmos, needed: the database. */
    const char *database;
    /* azure_cosmos, needed: the container. */
    const char *container;
    /* azure_cosmos: the key; without it the environment's credentials count. Secret. */
    const char *key;
    /* aws_dynamo, needed: the region. */
    const char *region;
    /* aws_dynamo, needed: the table. */
    const char *table;
    /* aws_dynamo: the access key; without credentials the environment's count. Secret. */
    const char *access_key;
    /* aws_dynamo: the secret key. Secret. */
    const char *secret_key;
    /* aws_dynamo: the session's token. Secret. */
    const char *token;
    /* aws_dynamo: whether reads are strongly consistent. */
    bool consistent_read;
} spinkv_options;

/* The defaults: in memory, full durability, Spin's documented limits. */
#define SPINKV_OPTIONS_INIT                                                                        \
    {                                                                                              \
        NULL, NULL, SPINKV_DURABILITY_FULL, SPINKV_DEFAULT_BUSY_TIMEOUT_MS,                        \
            SPINKV_DEFAULT_MAX_KEY_BYTES, SPINKV_DEFAULT_MAX_VALUE_BYTES,                          \
            SPINKV_DEFAULT_MAX_ENTRIES, SPINKV_DEFAULT_CACHE_BYTES, false, NULL, NULL, NULL, NULL, \
            NULL, NULL, NULL, NULL, NULL, NULL, false                                              \
    }

/*
 * Sets the option called name ("type", "path", "durability", "url", "account" and so on) to a text.
 * The text is borrowed for as long as the options are used. durability is "full" or "normal".
 *
 * Errors: SPINKV_INVALID_ARGUMENT for an unknown name (the message suggests the nearest one of the
 * type that is set, or of all while none is), an option that is no text, or a text that is not
 * allowed. name, text and options must not be NULL.
 */
SPINKV_API spinkv_status spinkv_options_set_text(spinkv_options *options, const char *name,
                                                 const char *text, spinkv_error *err);

/*
 * Sets the option called name ("busy_timeout_ms", "max_key_bytes", "max_value_bytes",
 * "max_entries", "cache_bytes") to a number.
 *
 * Errors: SPINKV_INVALID_ARGUMENT as above, and for a number out of the option's range.
 */
SPINKV_API spinkv_status spinkv_options_set_number(spinkv_options *options, const char *name,
                                                   int64_t number, spinkv_error *err);

/*
 * Sets the option called name ("read_only", "consistent_read") to true or false.
 *
 * Errors: SPINKV_INVALID_ARGUMENT as above.
 */
SPINKV_API spinkv_status spinkv_options_set_boolean(spinkv_options *options, const char *name,
                                                    bool value, spinkv_error *err);

/* ---- Apps ------------------------------------------------------------------------------------ */

/*
 * Which stores exist, where they live and which may be opened. Made by spinkv_app_new, freed with
 * spinkv_app_free. Wherever a function takes an app, NULL means the default app where it says so:
 * that has the store "default", in the file .spin/sqlite_key_value.db in the directory that is
 * current when it is opened, and what the file named by the environment variable
 * RUNTIME_CONFIG_FILE configures, if it is set when the default app is first used.
 *
 * An app is built by loading a manifest and a runtime configuration, adding stores and granting
 * them, in any order, before stores are opened from it; what is done later counts for stores opened
 * later.
 */
typedef struct spinkv_app spinkv_app;

/*
 * Makes an app that has the store "default", in .spin/sqlite_key_value.db in the directory that is
 * current when it is opened.
 *
 * Errors: SPINKV_NO_MEMORY. app must not be NULL.
 */
SPINKV_API spinkv_status spinkv_app_new(spinkv_app **app, spinkv_error *err);

/*
 * Frees an app. NULL is ignored. Stores opened from it stay open and usable; close each as always.
 */
SPINKV_API void spinkv_app_free(spinkv_app *app);

/*
 * Loads a Spin app's manifest (spin.toml, of version 1 or 2) for one component: from now on only
 * what its key_value_stores grants may be opened, and the state directory is .spin beside the
 * manifest. component is the component's id; an inline component has the id that Spin gives it.
 * NULL means the only component, and "*" the union of all. An app has at most one manifest. What
 * it grants must be that of a store before one is opened: see spinkv_app_check.
 *
 * Errors: SPINKV_INVALID_CONFIG (not TOML, with file, line and column; a wrong type or missing
 * field, with file, line, table and field; a label that is neither kebab-case nor snake_case in
 * version 2), SPINKV_INVALID_ARGUMENT (app or path is NULL or the path empty; no such component, or
 * NULL where there are several: the message lists those there are; the app has a manifest already;
 * the default store's path would be longer than 500 bytes), SPINKV_IO (also for what is no regular
 * file), SPINKV_NO_MEMORY.
 */
SPINKV_API spinkv_status spinkv_app_load_manifest(spinkv_app *app, const char *path,
                                                  const char *component, spinkv_error *err);

/*
 * Loads a runtime configuration (runtime-config.toml): adds the store of each
 * [key_value_store.<label>], and takes state_dir, which is relative to the current directory; ""
 * puts the default store in memory. A store's fields are type, which must be there, and the options
 * of spinkv_options; a relative path is resolved against the folder of the file. A store of type
 * spin without a path is in memory, "default" too. Other tables are ignored. path NULL means the
 * file that the environment variable RUNTIME_CONFIG_FILE names, and nothing if it is not
 * set or empty. An app has at most one runtime configuration.
 *
 * Errors: SPINKV_INVALID_CONFIG (not TOML; an unknown type or field, a missing field, a wrong type,
 * a number out of range: with file, line and label, never with what may be secret),
 * SPINKV_INVALID_ARGUMENT (app is NULL, a label is in the app already, the app has a runtime
 * configuration already), SPINKV_IO (also for what is no regular file), SPINKV_NO_MEMORY. The
 * message says so where RUNTIME_CONFIG_FILE named the file. On failure nothing is added.
 */
SPINKV_API spinkv_status spinkv_app_load_runtime_config(spinkv_app *app, const char *path,
                                                        spinkv_error *err);

/*
 * Sets the folder in which the default store's file lies, unless "default" was configured with a
 * place of its own. It counts more than what a manifest or a runtime configuration says, whichever
 * comes first. A relative path is resolved against the current directory now. "" puts the default
 * store in memory. The folder is made when the store is opened.
 *
 * Errors: SPINKV_INVALID_ARGUMENT (app or state_dir is NULL, the path is longer than 500 bytes with
 * the file's name), SPINKV_IO (the current directory is gone), SPINKV_NO_MEMORY.
 */
SPINKV_API spinkv_status spinkv_app_set_state_dir(spinkv_app *app, const char *state_dir,
                                                  spinkv_error *err);

/*
 * Sets how many stores of this app may be open at once: 1 to 65,535, 256 unless changed. It counts
 * for stores that are opened from now on.
 *
 * Errors: SPINKV_INVALID_ARGUMENT.
 */
SPINKV_API spinkv_status spinkv_app_set_max_open_stores(spinkv_app *app, uint32_t count,
                                                        spinkv_error *err);

/*
 * Adds a store, or gives "default" a place of its own. The label is UTF-8, NUL-terminated, not
 * empty, and compared byte for byte; options may be NULL, which means SPINKV_OPTIONS_INIT; both are
 * copied. Nothing is opened or made yet. Two labels may share one file, where neither sees the
 * other's tuples.
 *
 * Errors, whose message names the store: SPINKV_INVALID_ARGUMENT (app or label is NULL, the
 * label is empty, not UTF-8 or added already; an option is out of range, missing, or another
 * type's; read_only without a path), SPINKV_INVALID_CONFIG (unknown type), SPINKV_IO (the current
 * directory is gone), SPINKV_NO_MEMORY.
 */
SPINKV_API spinkv_status spinkv_app_add_store(spinkv_app *app, const char *label,
                                              const spinkv_options *options, spinkv_error *err);

/*
 * Grants a store by its label (NUL-terminated, not empty), in addition to what the manifest grants.
 * Without a manifest every store may be opened anyway.
 *
 * Errors: SPINKV_INVALID_ARGUMENT, SPINKV_NO_MEMORY.
 */
SPINKV_API spinkv_status spinkv_app_grant(spinkv_app *app, const char *label, spinkv_error *err);

/*
 * Checks that every label that any component of the manifest uses is that of a store, as Spin does
 * when it loads an app. Opening a store checks it too.
 *
 * Errors: SPINKV_NO_SUCH_STORE, with Spin's message for such labels and components and what would
 * configure them, SPINKV_INVALID_ARGUMENT (app is NULL).
 */
SPINKV_API spinkv_status spinkv_app_check(spinkv_app *app, spinkv_error *err);

/*
 * Lists the app's stores in the byte order of their labels, whether they may be opened or not:
 * labels, and for each a line that says where it lives ("SQLite file /srv/app/.spin/x.db"), without
 * any secret and with control characters escaped. On success the caller owns both: free them with
 * spinkv_list_free.
 *
 * Errors: SPINKV_INVALID_ARGUMENT (a pointer is NULL), SPINKV_IO (the current directory is gone),
 * SPINKV_NO_MEMORY.
 */
SPINKV_API spinkv_status spinkv_app_list_stores(spinkv_app *app, spinkv_list *labels,
                                                spinkv_list *summaries, spinkv_error *err);

/*
 * Lists what is doubtful in the manifest and in the runtime configuration, a line each, at most
 * a hundred of each file: names that are near one that would count (key_value_store in a
 * component, [components.x], key_value_stores at the top of a manifest, [key_value_stores.x] and
 * statedir in a runtime configuration), a trigger that names a component which is not there, and a
 * table [key_value_store.default] without a path, which puts that store in memory. app may be NULL
 * (the default app). On success the caller owns the list: free it with spinkv_list_free.
 *
 * Errors: SPINKV_INVALID_ARGUMENT (warnings is NULL), SPINKV_NO_MEMORY; for the default app those
 * of spinkv_app_load_runtime_config.
 */
SPINKV_API spinkv_status spinkv_app_list_warnings(spinkv_app *app, spinkv_list *warnings,
                                                  spinkv_error *err);

/*
 * Writes tuples to the store "default", all or nothing, whether or not a component may open it:
 * what `spin up --key-value key=value` does. app may be NULL (the default app).
 *
 * Errors: those of spinkv_open and spinkv_set_many.
 */
SPINKV_API spinkv_status spinkv_app_seed(spinkv_app *app, const spinkv_pair *pairs, size_t count,
                                         spinkv_error *err);

/* ---- Opening and closing --------------------------------------------------------------------- */

/*
 * A handle to an open store. 0 is never a handle. A handle that has been closed stays
 * SPINKV_INVALID_STORE for good: no store that is opened later gets the same number.
 */
typedef uint32_t spinkv_store;

/*
 * Opens the store with this exact label. The file, its table and missing parent folders are made
 * where they do not exist. Each call gives a new handle. app may be NULL (the default app).
 *
 * Errors: SPINKV_ACCESS_DENIED (the app's component is not granted the store, whether or not it
 * exists), SPINKV_NO_SUCH_STORE (nothing configures the label: the message lists those there are;
 * "" is not the default; or as spinkv_app_check says), SPINKV_STORE_TABLE_FULL,
 * SPINKV_INVALID_ARGUMENT (label or store is NULL), SPINKV_IO (the file or folder cannot be made or
 * read), SPINKV_CORRUPT (not a database, or its table has another shape), SPINKV_UNSUPPORTED (the
 * file needs a newer SQLite, or is not in UTF-8), SPINKV_BUSY, SPINKV_READ_ONLY (the file lacks the
 * table and cannot be written), SPINKV_NO_MEMORY.
 */
SPINKV_API spinkv_status spinkv_open(spinkv_app *app, const char *label, spinkv_store *store,
                                     spinkv_error *err);

/*
 * spinkv_open of the label "default".
 */
SPINKV_API spinkv_status spinkv_open_default(spinkv_app *app, spinkv_store *store,
                                             spinkv_error *err);

/*
 * Closes a store. A call that another thread is making with the handle finishes as if the store
 * were closed after it. A handle that is not open is ignored.
 */
SPINKV_API void spinkv_close(spinkv_store store);

/* ---- Operations ------------------------------------------------------------------------------ */

/*
 * All of them can fail with
 *   SPINKV_INVALID_STORE      the handle is not open;
 *   SPINKV_INVALID_ARGUMENT   a key, prefix or `after` is not valid UTF-8, or a pointer is NULL
 *                             that must not be;
 *   SPINKV_BUSY               another process held a lock for longer than busy_timeout_ms;
 *   SPINKV_CORRUPT            the file is damaged, or holds a key or value of a type that no store
 *                             writes (a value that is TEXT is read as its bytes);
 *   SPINKV_IO, SPINKV_NO_MEMORY.
 * Those that write can fail with
 *   SPINKV_READ_ONLY          the store was opened with read_only, or its file cannot be written.
 * What else a function fails with is said there. A tuple that lies in the file beyond a limit can
 * be read and deleted.
 */

/*
 * Reads the value of a key. On success *value is owned by the caller: free it with
 * spinkv_value_free.
 *
 * Errors: SPINKV_NO_SUCH_KEY.
 */
SPINKV_API spinkv_status spinkv_get(spinkv_store store, const void *key, size_t key_size,
                                    spinkv_value *value, spinkv_error *err);

/*
 * Reads the value of a key into memory of the caller's. *value_size becomes the size of the value.
 * The value is written to buffer if it is no larger than capacity; if it is larger, buffer is left
 * alone and the call still succeeds, so that the caller can come back with more. buffer may be NULL
 * where capacity is 0, which asks for the size.
 *
 * Errors: SPINKV_NO_SUCH_KEY.
 */
SPINKV_API spinkv_status spinkv_get_into(spinkv_store store, const void *key, size_t key_size,
                                         void *buffer, size_t capacity, size_t *value_size,
                                         spinkv_error *err);

/*
 * Writes the value of a key, new or in place of the old one.
 *
 * Errors: SPINKV_KEY_TOO_LARGE, SPINKV_VALUE_TOO_LARGE, SPINKV_STORE_FULL (the key is new and the
 * store holds max_entries tuples).
 */
SPINKV_API spinkv_status spinkv_set(spinkv_store store, const void *key, size_t key_size,
                                    const void *value, size_t value_size, spinkv_error *err);

/*
 * Deletes a key with its value. A key that is not there is no error.
 */
SPINKV_API spinkv_status spinkv_delete(spinkv_store store, const void *key, size_t key_size,
                                       spinkv_error *err);

/*
 * Tells whether a key is there, without reading its value.
 */
SPINKV_API spinkv_status spinkv_exists(spinkv_store store, const void *key, size_t key_size,
                                       bool *exists, spinkv_error *err);

/*
 * Lists all keys in byte order. On success *keys is owned by the caller: free it with
 * spinkv_list_free.
 */
SPINKV_API spinkv_status spinkv_get_keys(spinkv_store store, spinkv_list *keys, spinkv_error *err);

/*
 * Lists one page of keys in byte order: those that begin with prefix and come strictly after
 * `after`, at most limit of them. The next page starts after the last key of this one; nothing is
 * held open in between, so the listing stays right while others write.
 *
 * prefix: "" (size 0) for all. after: NULL for the beginning, and a pointer that is not NULL with
 * size 0 for after the empty key. limit: 0 gives an empty page, SIZE_MAX everything.
 */
SPINKV_API spinkv_status spinkv_list_keys(spinkv_store store, const void *prefix,
                                          size_t prefix_size, const void *after, size_t after_size,
                                          size_t limit, spinkv_list *keys, spinkv_error *err);

/*
 * Counts the tuples of the store.
 */
SPINKV_API spinkv_status spinkv_count(spinkv_store store, uint64_t *count, spinkv_error *err);

/*
 * Reads many values in one snapshot: one item for every key, in the order asked, duplicates
 * included. An item whose data is NULL is a key that is not there; an empty value has data that is
 * not NULL. On success *values is owned by the caller: free it with spinkv_list_free. keys may be
 * NULL where count is 0.
 */
SPINKV_API spinkv_status spinkv_get_many(spinkv_store store, const spinkv_bytes *keys, size_t count,
                                         spinkv_list *values, spinkv_error *err);

/*
 * Writes many tuples, all or nothing. The last of a duplicate key wins; count 0 does nothing.
 *
 * Errors: those of spinkv_set; the message names the tuple that was refused.
 */
SPINKV_API spinkv_status spinkv_set_many(spinkv_store store, const spinkv_pair *pairs, size_t count,
                                         spinkv_error *err);

/*
 * Deletes many keys, all or nothing. Keys that are not there are skipped; count 0 does nothing.
 */
SPINKV_API spinkv_status spinkv_delete_many(spinkv_store store, const spinkv_bytes *keys,
                                            size_t count, spinkv_error *err);

/*
 * Adds delta to the counter at a key and gives the new number. A counter is a value of 8 bytes, a
 * signed little-endian integer; a key that is not there counts as 0. No other write comes in
 * between. number may be NULL.
 *
 * Errors: SPINKV_NOT_A_COUNTER (the value has another size, or the sum does not fit), and those of
 * spinkv_set.
 */
SPINKV_API spinkv_status spinkv_increment(spinkv_store store, const void *key, size_t key_size,
                                          int64_t delta, int64_t *number, spinkv_error *err);

/*
 * Writes value only if the key holds exactly expected, or, where expected is NULL, only if the key
 * is not there. *swapped tells whether it did. An expected empty value is a pointer that is not
 * NULL with size 0. No other write comes in between.
 *
 * Errors: those of spinkv_set. That somebody else was faster is no error.
 */
SPINKV_API spinkv_status spinkv_compare_and_swap(spinkv_store store, const void *key,
                                                 size_t key_size, const void *expected,
                                                 size_t expected_size, const void *value,
                                                 size_t value_size, bool *swapped,
                                                 spinkv_error *err);

/*
 * Writes JSON text (RFC 8259, UTF-8) in its compact form: no spaces between tokens, numbers,
 * strings and the order of members exactly as given.
 *
 * Errors: SPINKV_INVALID_JSON (not JSON, not UTF-8, anything after the value, or nested deeper than
 * SQLite's JSON functions go, which is 1,000 levels or more), and those of spinkv_set for the
 * compact text.
 */
SPINKV_API spinkv_status spinkv_set_json(spinkv_store store, const void *key, size_t key_size,
                                         const void *json, size_t json_size, spinkv_error *err);

/*
 * Reads a value that is JSON text, and gives that text as it is stored. On success *json is owned
 * by the caller: free it with spinkv_value_free.
 *
 * Errors: SPINKV_NO_SUCH_KEY, SPINKV_INVALID_JSON (the value is not JSON).
 */
SPINKV_API spinkv_status spinkv_get_json(spinkv_store store, const void *key, size_t key_size,
                                         spinkv_value *json, spinkv_error *err);

#ifdef __cplusplus
}
#endif

#endif
