/*
 * The operations of the conformance cases on stores and files: each takes a step, makes the call
 * that it stands for and notes what came of it. They expect nothing; whoever runs a step compares.
 */
#ifndef SPINKV_CONFORMANCE_CALLS_H
#define SPINKV_CONFORMANCE_CALLS_H

#include "conformance_notation.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
    SQL_BUSY_TIMEOUT_MS = 5000
};

/* ---- Arguments ------------------------------------------------------------------------------- */

/* An argument of bytes; an empty one is a NULL pointer in every second step. */
static spinkv_bytes argument(struct run *run, json_t *step, const char *name) {
    spinkv_bytes bytes = to_bytes(run, json_object_get(step, name));
    return bytes.size == 0 && run->ticks % 2 == 0 ? (spinkv_bytes){NULL, 0} : bytes;
}

/* An argument of which NULL means that there is none: not given, or null in the case. */
static spinkv_bytes optional_argument(struct run *run, json_t *step, const char *name) {
    json_t *notation = json_object_get(step, name);
    bool is_given = notation != NULL && !json_is_null(notation);
    return is_given ? to_bytes(run, notation) : (spinkv_bytes){NULL, 0};
}

static const spinkv_bytes *keys_of(struct run *run, json_t *step, size_t *count) {
    json_t *key, *array = to_array(run, json_object_get(step, "keys"));
    spinkv_bytes *keys = allocate(run, json_array_size(array) * sizeof *keys);
    size_t index;
    json_array_foreach(array, index, key) {
        keys[index] = to_bytes(run, key);
    }
    *count = index;
    return *count == 0 && run->ticks % 2 == 0 ? NULL : keys;
}

static const spinkv_pair *pairs_of(struct run *run, json_t *step, size_t *count) {
    json_t *pair, *array = to_array(run, json_object_get(step, "pairs"));
    spinkv_pair *pairs = allocate(run, json_array_size(array) * sizeof *pairs);
    size_t index;
    json_array_foreach(array, index, pair) {
        pairs[index].key = to_bytes(run, json_array_get(pair, 0));
        pairs[index].value = to_bytes(run, json_array_get(pair, 1));
    }
    *count = index;
    return *count == 0 && run->ticks % 2 == 0 ? NULL : pairs;
}

static const char *alias_of(json_t *step) {
    const char *alias = json_string_value(json_object_get(step, "store"));
    return alias == NULL ? "main" : alias;
}

static spinkv_store store_of(struct run *run, json_t *step) {
    json_t *handle = json_object_get(run->stores, alias_of(step));
    if (handle == NULL) {
        fail(run, "no step has opened the store %s", alias_of(step));
    }
    return (spinkv_store)json_integer_value(handle);
}

static void bind(struct run *run, json_t *step, spinkv_store store) {
    json_object_set_new(run->stores, alias_of(step), json_integer(store));
}

/* For a step without a call that could fail: its error is empty. */
static void made_no_call(struct outcome *out) {
    out->err = (spinkv_error){.status = SPINKV_OK};
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* What a call writes into its outs before it sets them, so that "cleared" is seen to be done. */
static const char POISON[] = "poison";

static void took_value(struct outcome *out, spinkv_value value) {
    out->is_cleared = value.data == NULL && value.size == 0;
    if (out->status == SPINKV_OK) {
        bool has_nul = value.data != NULL && ((const char *)value.data)[value.size] == '\0';
        out->met = has_nul ? from_bytes(value.data, value.size) : json_string("no NUL behind it");
        spinkv_value_free(&value);
    }
}

static void took_list(struct outcome *out, spinkv_list list) {
    out->is_cleared = list.items == NULL && list.count == 0;
    if (out->status == SPINKV_OK) {
        out->met = json_array();
        for (size_t index = 0; index < list.count; index++) {
            spinkv_bytes item = list.items[index];
            json_array_append_new(out->met, item.data == NULL ? json_null()
                                                              : from_bytes(item.data, item.size));
        }
        spinkv_list_free(&list);
    }
}

static void took_boolean(struct outcome *out, bool boolean) {
    out->is_cleared = !boolean;
    out->met = json_boolean(boolean);
}

static void took_number(struct outcome *out, int64_t number) {
    out->is_cleared = number == 0;
    out->met = from_number(number);
}

static void call_get(struct run *run, json_t *step, struct outcome *out) {
    spinkv_value value = {POISON, 1};
    spinkv_bytes key = argument(run, step, "key");
    out->status = spinkv_get(store_of(run, step), key.data, key.size, &value, &out->err);
    took_value(out, value);
}

static void call_get_into(struct run *run, json_t *step, struct outcome *out) {
    size_t value_size = 77;
    size_t capacity = (size_t)to_number(run, json_object_get(step, "capacity"));
    unsigned char *buffer = capacity == 0 ? NULL : allocate(run, capacity);
    spinkv_bytes key = argument(run, step, "key");
    memset(buffer == NULL ? (void *)&(char){0} : buffer, 0xA5, capacity);
    out->status = spinkv_get_into(store_of(run, step), key.data, key.size, buffer, capacity,
                                  &value_size, &out->err);
    out->is_cleared = value_size == 0;
    bool fits = value_size <= capacity;
    for (size_t index = fits ? value_size : 0; index < capacity; index++) {
        if (buffer[index] != 0xA5) {
            fail(run, "byte %zu of the buffer was written", index);
        }
    }
    json_t *value = fits ? from_bytes(buffer, value_size) : NULL;
    out->met = json_pack("{s:o,s:o*}", "size", from_number((int64_t)value_size), "value", value);
}

static void call_set(struct run *run, json_t *step, struct outcome *out) {
    spinkv_bytes key = argument(run, step, "key"), value = argument(run, step, "value");
    out->status =
        spinkv_set(store_of(run, step), key.data, key.size, value.data, value.size, &out->err);
}

static void call_delete(struct run *run, json_t *step, struct outcome *out) {
    spinkv_bytes key = argument(run, step, "key");
    out->status = spinkv_delete(store_of(run, step), key.data, key.size, &out->err);
}

static void call_exists(struct run *run, json_t *step, struct outcome *out) {
    bool exists = true;
    spinkv_bytes key = argument(run, step, "key");
    out->status = spinkv_exists(store_of(run, step), key.data, key.size, &exists, &out->err);
    took_boolean(out, exists);
}

static void call_get_keys(struct run *run, json_t *step, struct outcome *out) {
    spinkv_list keys = {&(spinkv_bytes){POISON, 1}, 1};
    out->status = spinkv_get_keys(store_of(run, step), &keys, &out->err);
    took_list(out, keys);
}

static void call_list_keys(struct run *run, json_t *step, struct outcome *out) {
    spinkv_list keys = {&(spinkv_bytes){POISON, 1}, 1};
    spinkv_bytes prefix = optional_argument(run, step, "prefix");
    spinkv_bytes after = optional_argument(run, step, "after");
    json_t *given = json_object_get(step, "limit");
    size_t limit = given == NULL ? SIZE_MAX : (size_t)to_number(run, given);
    out->status = spinkv_list_keys(store_of(run, step), prefix.data, prefix.size, after.data,
                                   after.size, limit, &keys, &out->err);
    took_list(out, keys);
}

static void call_count(struct run *run, json_t *step, struct outcome *out) {
    uint64_t count = 77;
    out->status = spinkv_count(store_of(run, step), &count, &out->err);
    took_number(out, (int64_t)count);
}

static void call_get_many(struct run *run, json_t *step, struct outcome *out) {
    spinkv_list values = {&(spinkv_bytes){POISON, 1}, 1};
    size_t count = 0;
    const spinkv_bytes *keys = keys_of(run, step, &count);
    out->status = spinkv_get_many(store_of(run, step), keys, count, &values, &out->err);
    took_list(out, values);
}

static void call_set_many(struct run *run, json_t *step, struct outcome *out) {
    size_t count = 0;
    const spinkv_pair *pairs = pairs_of(run, step, &count);
    out->status = spinkv_set_many(store_of(run, step), pairs, count, &out->err);
}

static void call_delete_many(struct run *run, json_t *step, struct outcome *out) {
    size_t count = 0;
    const spinkv_bytes *keys = keys_of(run, step, &count);
    out->status = spinkv_delete_many(store_of(run, step), keys, count, &out->err);
}

static void call_increment(struct run *run, json_t *step, struct outcome *out) {
    int64_t number = 77;
    json_t *given = json_object_get(step, "delta");
    int64_t delta = given == NULL ? 1 : to_number(run, given);
    spinkv_bytes key = argument(run, step, "key");
    out->status =
        spinkv_increment(store_of(run, step), key.data, key.size, delta, &number, &out->err);
    took_number(out, number);
}

static void call_compare_and_swap(struct run *run, json_t *step, struct outcome *out) {
    bool swapped = true;
    spinkv_bytes key = argument(run, step, "key"), value = argument(run, step, "value");
    spinkv_bytes expected = optional_argument(run, step, "expected");
    out->status =
        spinkv_compare_and_swap(store_of(run, step), key.data, key.size, expected.data,
                                expected.size, value.data, value.size, &swapped, &out->err);
    took_boolean(out, swapped);
}

static void call_set_json(struct run *run, json_t *step, struct outcome *out) {
    spinkv_bytes key = argument(run, step, "key"), json = argument(run, step, "json");
    out->status =
        spinkv_set_json(store_of(run, step), key.data, key.size, json.data, json.size, &out->err);
}

static void call_get_json(struct run *run, json_t *step, struct outcome *out) {
    spinkv_value json = {POISON, 1};
    spinkv_bytes key = argument(run, step, "key");
    out->status = spinkv_get_json(store_of(run, step), key.data, key.size, &json, &out->err);
    took_value(out, json);
}

/* ---- The other program and its files --------------------------------------------------------- */

/* Makes the folders above a path. */
static void make_folders(struct run *run, const char *path) {
    char folder[PATH_SIZE];
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
            fail(run, "cannot make %s: %s", folder, strerror(errno));
        }
    }
}

/* The connection of that name to the file, or a free place for it. */
static struct connection *connection_of(struct run *run, json_t *name, json_t *file) {
    struct connection *place = NULL;
    for (size_t index = 0; index < CONNECTIONS_MAX; index++) {
        struct connection *other = &run->connections[index];
        if (other->database == NULL) {
            place = place == NULL ? other : place;
        } else if (json_equal(other->name, name) && json_equal(other->file, file)) {
            return other;
        }
    }
    if (place == NULL) {
        fail(run, "more than %d connections", CONNECTIONS_MAX);
    }
    *place = (struct connection){name, file, NULL};
    return place;
}

static void close_connection(struct connection *connection) {
    sqlite3_close(connection->database);
    connection->database = NULL;
}

static json_t *cell_of(sqlite3_stmt *statement, int column) {
    size_t size = (size_t)sqlite3_column_bytes(statement, column);
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(statement, column));
    case SQLITE_TEXT:
        return from_bytes(sqlite3_column_text(statement, column), size);
    case SQLITE_BLOB:
        return from_blob(sqlite3_column_blob(statement, column), size);
    default:
        return json_null();
    }
}

/* Runs one statement; its rows take the place of those before. */
static void run_sql(struct run *run, sqlite3 *database, const char *sql, struct outcome *out) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    json_decref(out->met);
    out->met = json_array();
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        json_t *row = json_array();
        for (int column = 0; column < sqlite3_column_count(statement); column++) {
            json_array_append_new(row, cell_of(statement, column));
        }
        json_array_append_new(out->met, row);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) {
        fail(run, "the SQL failed: %s: %s", sqlite3_errmsg(database), sql);
    }
}

static void call_sql(struct run *run, json_t *step, struct outcome *out) {
    json_t *name = json_object_get(step, "connection"), *file = json_object_get(step, "file");
    json_t *sql = json_object_get(step, "sql"), *statement;
    const char *path = to_text(run, file);
    made_no_call(out);
    struct connection *connection = connection_of(run, name, file);
    size_t index;
    if (connection->database == NULL) {
        make_folders(run, path);
        if (sqlite3_open(path, &connection->database) != SQLITE_OK) {
            fail(run, "plain sqlite cannot open %s", path);
        }
        sqlite3_busy_timeout(connection->database, SQL_BUSY_TIMEOUT_MS);
    }
    if (json_is_string(sql)) {
        run_sql(run, connection->database, to_text(run, sql), out);
    }
    json_array_foreach(sql, index, statement) {
        run_sql(run, connection->database, to_text(run, statement), out);
    }
    if (name == NULL) {
        close_connection(connection);
    }
}

/* Writes a file and makes its folders. */
static void write_content(struct run *run, const char *path, json_t *notation) {
    spinkv_bytes content = to_bytes(run, notation);
    make_folders(run, path);
    FILE *file = fopen(path, "wb");
    bool is_written = file != NULL && fwrite(content.data, 1, content.size, file) == content.size;
    if (file == NULL || fclose(file) != 0 || !is_written) {
        fail(run, "cannot write %s: %s", path, strerror(errno));
    }
}

static void call_write_file(struct run *run, json_t *step, struct outcome *out) {
    made_no_call(out);
    write_content(run, to_text(run, json_object_get(step, "file")),
                  json_object_get(step, "content"));
}

static void call_file_exists(struct run *run, json_t *step, struct outcome *out) {
    made_no_call(out);
    out->met = json_boolean(access(to_text(run, json_object_get(step, "file")), F_OK) == 0);
}

#endif
