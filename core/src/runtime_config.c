/*
 * Reading a runtime configuration (runtime-config.toml): the stores it configures, and the state
 * directory. Spin's other tables in it are none of our business. All of a file counts, or nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "error.h"
#include "memory.h"
#include "options.h"
#include "path.h"
#include "toml.h"

/* The most stores that a file may configure. */
#define STORES_MOST 10000

typedef const spinkv__toml_node node;

/* What a file holds, until all of it has been read. */
struct reading {
    /* The file, absolute. */
    const char *path;
    struct spinkv__entry *entries;
    /* Absolute, "" for in memory, NULL for not said. */
    char *state_dir;
    struct spinkv__label *warnings;
    spinkv_error *err;
};

/* Puts the place and the table before what the error says already. */
static spinkv_status fail_in(struct reading *reading, node *at, const char *label,
                             spinkv_status status) {
    char what[SPINKV_ERROR_MESSAGE_SIZE];

    if (!reading->err) {
        return status;
    }
    snprintf(what, sizeof(what), "%s", reading->err->message);
    return spinkv__fail(reading->err, status, "%s:%u: [key_value_store.%.60s]: %s", reading->path,
                        spinkv__toml_line(at), label, what);
}

static spinkv_status fail_type(struct reading *reading, node *at, const char *field,
                               const char *allowed) {
    return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG, "%s:%u: %.80s is %s; %s is allowed",
                        reading->path, spinkv__toml_line(at), field, spinkv__toml_type_name(at),
                        allowed);
}

static spinkv_status no_memory(struct reading *reading) {
    return spinkv__fail_no_memory(reading->err, "the runtime configuration");
}

/* Sets one option by its name and the type of its value. */
static spinkv_status set_option(struct reading *reading, spinkv_options *options,
                                const struct spinkv__toml_entry *entry) {
    const char *text;
    size_t size;

    if (strlen(entry->key) != entry->key_size) {
        return spinkv__fail(reading->err, SPINKV_INVALID_ARGUMENT,
                            "the name of a field holds a NUL");
    }
    switch (spinkv__toml_type(entry->value)) {
    case SPINKV__TOML_TEXT:
        text = spinkv__toml_text(entry->value, &size);
        if (strlen(text) != size) {
            return spinkv__fail(reading->err, SPINKV_INVALID_ARGUMENT, "%.40s holds a NUL",
                                entry->key);
        }
        return spinkv_options_set_text(options, entry->key, text, reading->err);
    case SPINKV__TOML_INTEGER:
        return spinkv_options_set_number(options, entry->key, spinkv__toml_integer(entry->value),
                                         reading->err);
    case SPINKV__TOML_BOOLEAN:
        return spinkv_options_set_boolean(options, entry->key, spinkv__toml_boolean(entry->value),
                                          reading->err);
    default:
        return spinkv__fail(reading->err, SPINKV_INVALID_ARGUMENT,
                            "%.40s is %s; a text, a number or a boolean is allowed", entry->key,
                            spinkv__toml_type_name(entry->value));
    }
}

/* Reads a store's options; type comes first, as it decides which others there are. */
static spinkv_status read_options(struct reading *reading, const struct spinkv__toml_entry *store,
                                  spinkv_options *options) {
    struct spinkv__toml_entry *entries;
    node *type = spinkv__toml_get(store->value, "type");
    size_t i, count = spinkv__toml_size(store->value);
    spinkv_status status = SPINKV_OK;
    node *at = store->value;

    if (!type) {
        spinkv__fail(reading->err, SPINKV_INVALID_CONFIG,
                     "type is missing; \"spin\", \"redis\", \"azure_cosmos\" and \"aws_dynamo\" "
                     "are allowed");
        return fail_in(reading, store->value, store->key, SPINKV_INVALID_CONFIG);
    }
    entries = spinkv__toml_entries(store->value);
    if (!entries) {
        return no_memory(reading);
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        if (strcmp(entries[i].key, "type") == 0) {
            at = entries[i].value;
            status = set_option(reading, options, &entries[i]);
        }
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        at = entries[i].value;
        status = set_option(reading, options, &entries[i]);
    }
    free(entries);
    if (status == SPINKV_OK) {
        at = store->value;
        status = spinkv__options_check(options, reading->err);
    }
    return status == SPINKV_OK ? status : fail_in(reading, at, store->key, SPINKV_INVALID_CONFIG);
}

/* A path beside the file that is read, where it is relative. */
static spinkv_status resolve(struct reading *reading, const char *path,
                             struct spinkv__path *absolute) {
    size_t folder_size = (size_t)(strrchr(reading->path, '/') - reading->path);
    struct spinkv__path folder;

    if (path[0] == '/') {
        return spinkv__path_absolute(path, NULL, absolute, reading->err);
    }
    snprintf(folder.text, sizeof(folder.text), "%.*s", (int)folder_size, reading->path);
    return spinkv__path_absolute(folder_size ? folder.text : "/", path, absolute, reading->err);
}

static spinkv_status read_store(struct reading *reading, const struct spinkv__toml_entry *store) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    struct spinkv__path absolute;
    struct spinkv__entry *entry;
    const char *path = NULL;
    spinkv_status status;

    if (spinkv__toml_type(store->value) != SPINKV__TOML_TABLE) {
        return fail_type(reading, store->value, "an entry of [key_value_store]",
                         "a table ([key_value_store.<label>])");
    }
    if (strlen(store->key) != store->key_size) {
        return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG, "%s:%u: a label holds a NUL",
                            reading->path, spinkv__toml_line(store->value));
    }
    status = read_options(reading, store, &options);
    if (status == SPINKV_OK && !spinkv__path_is_memory(options.path)) {
        status = resolve(reading, options.path, &absolute);
        path = absolute.text;
        if (status == SPINKV_INVALID_ARGUMENT) {
            status = fail_in(reading, store->value, store->key, SPINKV_INVALID_CONFIG);
        }
    }
    if (status == SPINKV_OK) {
        status = spinkv__entry_new(store->key, &options, path, false, &entry, reading->err);
        if (status == SPINKV_INVALID_ARGUMENT) {
            status = fail_in(reading, store->value, store->key, SPINKV_INVALID_CONFIG);
        }
    }
    if (status == SPINKV_OK) {
        entry->next = reading->entries;
        reading->entries = entry;
    }
    return status;
}

static spinkv_status read_stores(struct reading *reading, node *stores) {
    struct spinkv__toml_entry *entries;
    size_t i, count;
    spinkv_status status = SPINKV_OK;

    if (spinkv__toml_type(stores) != SPINKV__TOML_TABLE) {
        return fail_type(reading, stores, "key_value_store", "a table ([key_value_store.<label>])");
    }
    entries = spinkv__toml_entries(stores);
    count = spinkv__toml_size(stores);
    if (count > STORES_MOST) {
        free(entries);
        return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG, "%s: more than %d stores",
                            reading->path, STORES_MOST);
    }
    if (!entries && count > 0) {
        return no_memory(reading);
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        status = read_store(reading, &entries[i]);
    }
    free(entries);
    return status;
}

static spinkv_status read_state_dir(struct reading *reading, node *state_dir) {
    struct spinkv__path absolute = {""};
    spinkv_status status = SPINKV_OK;
    const char *text;
    size_t size;

    if (spinkv__toml_type(state_dir) != SPINKV__TOML_TEXT) {
        return fail_type(reading, state_dir, "state_dir", "a string");
    }
    text = spinkv__toml_text(state_dir, &size);
    if (strlen(text) != size) {
        return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG, "%s:%u: state_dir holds a NUL",
                            reading->path, spinkv__toml_line(state_dir));
    }
    if (text[0] != '\0') {
        status = spinkv__path_absolute(text, NULL, &absolute, reading->err);
    }
    if (status == SPINKV_INVALID_ARGUMENT) {
        return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG,
                            "%s:%u: state_dir is longer than %d bytes as an absolute path",
                            reading->path, spinkv__toml_line(state_dir), SPINKV__PATH_LONGEST);
    }
    if (status == SPINKV_OK) {
        reading->state_dir = strdup(absolute.text);
        status = reading->state_dir ? SPINKV_OK : no_memory(reading);
    }
    return status;
}

static spinkv_status warn_of_plural(struct reading *reading, node *plural) {
    struct spinkv__label *warning = calloc(1, sizeof(*warning));
    size_t size = strlen(reading->path) + 128;

    if (warning) {
        warning->text = malloc(size);
        reading->warnings = warning;
    }
    if (!warning || !warning->text) {
        return no_memory(reading);
    }
    snprintf(warning->text, size,
             "%s:%u: [key_value_stores] configures nothing; a store's table is called "
             "[key_value_store.<label>]",
             reading->path, spinkv__toml_line(plural));
    return SPINKV_OK;
}

static spinkv_status read_root(struct reading *reading, node *root) {
    node *stores = spinkv__toml_get(root, "key_value_store");
    node *plural = spinkv__toml_get(root, "key_value_stores");
    node *state_dir = spinkv__toml_get(root, "state_dir");
    spinkv_status status = SPINKV_OK;

    if (stores) {
        status = read_stores(reading, stores);
    }
    if (state_dir && status == SPINKV_OK) {
        status = read_state_dir(reading, state_dir);
    }
    if (plural && status == SPINKV_OK) {
        status = warn_of_plural(reading, plural);
    }
    return status;
}

/* Gives the app what was read, which it takes over. The apps are locked. */
static spinkv_status put_all(spinkv_app *app, struct reading *reading, char **path) {
    spinkv_status status = SPINKV_OK;

    if (app->runtime_config) {
        return spinkv__fail(reading->err, SPINKV_INVALID_ARGUMENT,
                            "the app has a runtime configuration already: %s", app->runtime_config);
    }
    status = spinkv__app_put_entries(app, reading->entries, reading->err);
    if (status == SPINKV_OK) {
        reading->entries = NULL;
        app->warnings = reading->warnings;
        reading->warnings = NULL;
        app->runtime_config = *path;
        *path = NULL;
        if (reading->state_dir) {
            spinkv__app_put_state_dir(app, reading->state_dir, SPINKV__FROM_RUNTIME_CONFIG);
            reading->state_dir = NULL;
        }
    }
    return status;
}

static spinkv_status load(spinkv_app *app, const char *path, spinkv_error *err) {
    struct reading reading = {.path = path, .err = err};
    struct spinkv__toml *document;
    char *own_path = NULL;
    spinkv_status status = spinkv__toml_read(path, &document, err);

    if (status == SPINKV_OK) {
        status = read_root(&reading, spinkv__toml_root(document));
        spinkv__toml_free(document);
    }
    if (status == SPINKV_OK) {
        own_path = strdup(path);
        status = own_path ? SPINKV_OK : no_memory(&reading);
    }
    if (status == SPINKV_OK) {
        spinkv__apps_lock();
        status = put_all(app, &reading, &own_path);
        spinkv__apps_unlock();
    }
    spinkv__entries_free(reading.entries);
    spinkv__labels_free(reading.warnings);
    free(reading.state_dir);
    free(own_path);
    return status;
}

spinkv_status spinkv_app_load_runtime_config(spinkv_app *app, const char *path, spinkv_error *err) {
    struct spinkv__path absolute;
    spinkv_status status;

    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app is NULL");
    }
    path = path ? path : getenv("RUNTIME_CONFIG_FILE");
    if (!path || path[0] == '\0') {
        spinkv__error_clear(err);
        return SPINKV_OK;
    }
    status = spinkv__path_absolute(path, NULL, &absolute, err);
    if (status == SPINKV_OK) {
        status = load(app, absolute.text, err);
    }
    if (status == SPINKV_OK) {
        spinkv__error_clear(err);
    }
    return status;
}

spinkv_status spinkv_app_list_warnings(spinkv_app *app, spinkv_list *warnings, spinkv_error *err) {
    struct spinkv__list_builder builder = {0};
    const struct spinkv__label *warning;
    spinkv_status status = SPINKV_OK;

    if (!app || !warnings) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app or warnings is NULL");
    }
    memset(warnings, 0, sizeof(*warnings));
    spinkv__apps_lock();
    for (warning = app->warnings; warning && status == SPINKV_OK; warning = warning->next) {
        status = spinkv__list_append(&builder, warning->text, strlen(warning->text), err);
    }
    spinkv__apps_unlock();
    if (status == SPINKV_OK) {
        spinkv__list_finish(&builder, warnings);
        spinkv__error_clear(err);
    }
    spinkv__list_abandon(&builder);
    return status;
}
