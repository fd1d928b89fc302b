/*
 * Reading a runtime configuration (runtime-config.toml): the stores it configures, and the state
 * directory. Spin's other tables in it are none of our business. All of a file counts, or nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "error.h"
#include "options.h"
#include "path.h"
#include "show.h"
#include "toml.h"
#include "warnings.h"

/* The most stores that a file may configure. */
#define STORES_MOST 10000

/* The fields of a file that are read, and the environment variable that may name one. */
#define STORES "key_value_store"
#define STATE_DIR "state_dir"
#define VARIABLE "RUNTIME_CONFIG_FILE"

typedef const spinkv__toml_node node;

/* What a file holds, until all of it has been read. */
struct reading {
    /* The file, absolute. */
    const char *path;
    struct spinkv__entry *entries;
    /* Absolute, "" for in memory, NULL for not said. */
    char *state_dir;
    struct spinkv__label *warnings;
    /* The line of the default store's table, if that has no path; 0 otherwise. */
    unsigned default_line;
    spinkv_error *err;
};

/* Puts the place and the table before what the error says already. */
static spinkv_status fail_in(struct reading *reading, node *at, const char *label,
                             spinkv_status status) {
    if (reading->err) {
        reading->err->status = status;
    }
    spinkv__error_prefix(reading->err, "%s:%u: %s: ", reading->path, spinkv__toml_line(at),
                         spinkv__show_table(label).text);
    return status;
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
    const char *text, *takes = spinkv__option_takes(entry->key);
    enum spinkv__toml_type type = spinkv__toml_type(entry->value);
    spinkv_error *err = reading->err;
    size_t size;

    if (strlen(entry->key) != entry->key_size) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the name of a field holds a NUL");
    }
    if (strcmp(entry->key, STATE_DIR) == 0) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "unknown option \"" STATE_DIR
                            "\": it is no store's, and stands above the first table");
    }
    if (type == SPINKV__TOML_INTEGER) {
        return spinkv_options_set_number(options, entry->key, spinkv__toml_integer(entry->value),
                                         err);
    }
    if (type == SPINKV__TOML_BOOLEAN) {
        return spinkv_options_set_boolean(options, entry->key, spinkv__toml_boolean(entry->value),
                                          err);
    }
    if (type == SPINKV__TOML_TEXT || !takes) {
        text = type == SPINKV__TOML_TEXT ? spinkv__toml_text(entry->value, &size) : "";
        if (type == SPINKV__TOML_TEXT && takes && strlen(text) != size) {
            return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "%s holds a NUL", entry->key);
        }
        return spinkv_options_set_text(options, entry->key, text, err);
    }
    return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the option \"%s\" takes %s, not %s",
                        entry->key, takes, spinkv__toml_type_name(entry->value));
}

/* The field of a store's table with this name; the table itself if it has none. */
static node *field_of(const struct spinkv__toml_entry *store, const char *name) {
    node *field = name ? spinkv__toml_get(store->value, name) : NULL;

    return field ? field : store->value;
}

/* Reads a store's options; type comes first, as it decides which others there are. */
static spinkv_status read_options(struct reading *reading, const struct spinkv__toml_entry *store,
                                  spinkv_options *options) {
    struct spinkv__toml_entry *entries;
    node *type = spinkv__toml_get(store->value, "type");
    size_t i, count = spinkv__toml_size(store->value);
    spinkv_status status = SPINKV_OK;
    const char *wrong = NULL;

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
            wrong = entries[i].key;
            status = set_option(reading, options, &entries[i]);
        }
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        wrong = entries[i].key;
        status = set_option(reading, options, &entries[i]);
    }
    if (status == SPINKV_OK) {
        wrong = NULL;
        status = spinkv__options_check(options, &wrong, reading->err);
    }
    if (status != SPINKV_OK) {
        fail_in(reading, field_of(store, wrong), store->key, SPINKV_INVALID_CONFIG);
    }
    free(entries);
    return status == SPINKV_OK ? status : SPINKV_INVALID_CONFIG;
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
            status = fail_in(reading, field_of(store, "path"), store->key, SPINKV_INVALID_CONFIG);
        }
    }
    if (status == SPINKV_OK) {
        status = spinkv__entry_new(store->key, &options, path, false, &entry, reading->err);
        if (status == SPINKV_INVALID_ARGUMENT) {
            status = fail_in(reading, field_of(store, options.read_only ? "read_only" : NULL),
                             store->key, SPINKV_INVALID_CONFIG);
        }
    }
    if (status == SPINKV_OK) {
        entry->next = reading->entries;
        reading->entries = entry;
        if (strcmp(store->key, SPINKV__DEFAULT_LABEL) == 0 && !options.path &&
            spinkv__options_are_spin(&options)) {
            reading->default_line = spinkv__toml_line(store->value);
        }
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
    struct spinkv__path absolute = {""}, file;
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
        status = spinkv__path_absolute(text, SPINKV__DEFAULT_FILE, &file, reading->err);
        if (status == SPINKV_OK) {
            status = spinkv__path_absolute(text, NULL, &absolute, reading->err);
        }
    }
    if (status == SPINKV_INVALID_ARGUMENT) {
        return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG,
                            "%s:%u: state_dir is longer than %d bytes as an absolute path with "
                            "the file's name",
                            reading->path, spinkv__toml_line(state_dir), SPINKV__PATH_LONGEST);
    }
    if (status == SPINKV_OK) {
        reading->state_dir = strdup(absolute.text);
        status = reading->state_dir ? SPINKV_OK : no_memory(reading);
    }
    return status;
}

/* Warns of fields at the top that were probably meant to be one of ours. */
static spinkv_status warn_of_root(struct reading *reading, node *root) {
    struct spinkv__near_field stores = {&reading->warnings,
                                        reading->path,
                                        "",
                                        "",
                                        STORES,
                                        " configures nothing; a store's table is called "
                                        "[" STORES ".<label>]"};
    struct spinkv__near_field state_dir = {&reading->warnings,
                                           reading->path,
                                           "",
                                           "",
                                           STATE_DIR,
                                           " changes nothing; the state directory is " STATE_DIR};
    spinkv_status status = spinkv__warn_of_near(&stores, root, reading->err);

    return status == SPINKV_OK ? spinkv__warn_of_near(&state_dir, root, reading->err) : status;
}

static spinkv_status read_root(struct reading *reading, node *root) {
    node *stores = spinkv__toml_get(root, STORES);
    node *state_dir = spinkv__toml_get(root, STATE_DIR);
    spinkv_status status = SPINKV_OK;

    if (stores) {
        status = read_stores(reading, stores);
    }
    if (state_dir && status == SPINKV_OK) {
        status = read_state_dir(reading, state_dir);
    }
    return status == SPINKV_OK ? warn_of_root(reading, root) : status;
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
        app->default_line = reading->default_line;
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
    const char *named = path ? NULL : getenv(VARIABLE);
    struct spinkv__path absolute;
    spinkv_status status;

    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app is NULL");
    }
    path = path ? path : named;
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
    } else if (named) {
        spinkv__error_prefix(err, "from " VARIABLE ": ");
    }
    return status;
}
