/*
 * Apps: which stores exist and where they live. An app is an entry for each label; opening one
 * hands a config of its own to the backend. All apps share one lock, which no call waits for the
 * disk under.
 */
#include "app.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "handle.h"
#include "limits.h"
#include "options.h"
#include "path.h"

#define DEFAULT_LABEL "default"
#define DEFAULT_STATE_DIR ".spin"
#define DEFAULT_FILE "sqlite_key_value.db"
#define MAX_OPEN_STORES 65535

struct entry {
    struct entry *next;
    char *label;
    /* Strings are the entry's own; path is absolute. */
    spinkv_options options;
    /* Whether it is the default store where the state directory puts it. */
    bool in_state_dir;
    /* Whether the app began with it. */
    bool initial;
    /* Keeps a store in memory alive for as long as the app is. */
    struct spinkv__backend_store *anchor;
    struct spinkv__store_config *anchor_config;
};

struct spinkv_app {
    uint64_t id;
    /* One for whoever made the app, and one for each open store. */
    size_t references;
    uint32_t open_count, max_open_stores;
    /* Absolute, "" for in memory, or NULL for .spin in the current directory. */
    char *state_dir;
    struct entry *entries;
};

static pthread_mutex_t apps_mutex = PTHREAD_MUTEX_INITIALIZER;
static spinkv_app *default_app;
static uint64_t last_id;

void spinkv__apps_lock(void) {
    pthread_mutex_lock(&apps_mutex);
}

void spinkv__apps_unlock(void) {
    pthread_mutex_unlock(&apps_mutex);
}

const struct spinkv__backend *spinkv__backend_find(const char *type) {
    return !type || strcmp(type, spinkv__sqlite_backend.type) == 0 ? &spinkv__sqlite_backend : NULL;
}

static void free_options(spinkv_options *options) {
    free((void *)(uintptr_t)options->type);
    free((void *)(uintptr_t)options->path);
    options->type = NULL;
    options->path = NULL;
}

/* Copies options, with path in place of theirs. */
static bool copy_options(spinkv_options *copy, const spinkv_options *options, const char *path) {
    *copy = *options;
    copy->type = options->type ? strdup(options->type) : NULL;
    copy->path = path ? strdup(path) : NULL;
    if ((options->type && !copy->type) || (path && !copy->path)) {
        free_options(copy);
        return false;
    }
    return true;
}

static void free_entry(struct entry *entry) {
    if (entry) {
        free_options(&entry->options);
        free(entry->label);
        free(entry);
    }
}

static struct entry *new_entry(const char *label, const spinkv_options *options, const char *path) {
    struct entry *entry = calloc(1, sizeof(*entry));

    if (!entry) {
        return NULL;
    }
    entry->label = strdup(label);
    if (!entry->label || !copy_options(&entry->options, options, path)) {
        free_entry(entry);
        return NULL;
    }
    return entry;
}

static void free_config(struct spinkv__store_config *config) {
    if (config) {
        free_options(&config->options);
        free((void *)(uintptr_t)config->label);
        free(config);
    }
}

static struct entry *find_entry(spinkv_app *app, const char *label) {
    struct entry *entry = app->entries;

    while (entry && strcmp(entry->label, label) != 0) {
        entry = entry->next;
    }
    return entry;
}

spinkv_status spinkv_app_new(spinkv_app **app, spinkv_error *err) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    spinkv_app *made;

    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "app is NULL");
    }
    *app = NULL;
    made = calloc(1, sizeof(*made));
    if (made) {
        made->entries = new_entry(DEFAULT_LABEL, &options, NULL);
    }
    if (!made || !made->entries) {
        free(made);
        return spinkv__fail_no_memory(err, "the app");
    }
    made->entries->in_state_dir = true;
    made->entries->initial = true;
    made->references = 1;
    made->max_open_stores = SPINKV_DEFAULT_MAX_OPEN_STORES;
    spinkv__apps_lock();
    made->id = ++last_id;
    spinkv__apps_unlock();
    *app = made;
    spinkv__error_clear(err);
    return SPINKV_OK;
}

static void free_app(spinkv_app *app) {
    while (app->entries) {
        struct entry *entry = app->entries;
        app->entries = entry->next;
        free_entry(entry);
    }
    free(app->state_dir);
    free(app);
}

/* Ends one reference; the app goes with the last. */
static void drop_app(spinkv_app *app) {
    bool last;

    spinkv__apps_lock();
    last = --app->references == 0;
    spinkv__apps_unlock();
    if (last) {
        free_app(app);
    }
}

static void drop_anchor(struct entry *entry) {
    if (entry->anchor) {
        entry->anchor->backend->close(entry->anchor);
        free_config(entry->anchor_config);
        entry->anchor = NULL;
    }
}

void spinkv_app_free(spinkv_app *app) {
    struct entry *entry;

    if (app) {
        for (entry = app->entries; entry; entry = entry->next) {
            drop_anchor(entry);
        }
        drop_app(app);
    }
}

/* The app that NULL stands for; app itself otherwise. */
static spinkv_status resolve_app(spinkv_app **app, spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    spinkv_app *made = NULL;

    if (*app) {
        return SPINKV_OK;
    }
    spinkv__apps_lock();
    *app = default_app;
    spinkv__apps_unlock();
    if (*app) {
        return SPINKV_OK;
    }
    status = spinkv_app_new(&made, err);
    if (status == SPINKV_OK) {
        spinkv__apps_lock();
        if (!default_app) {
            default_app = made;
            made = NULL;
        }
        *app = default_app;
        spinkv__apps_unlock();
        spinkv_app_free(made);
    }
    return status;
}

spinkv_status spinkv_app_set_state_dir(spinkv_app *app, const char *state_dir, spinkv_error *err) {
    struct spinkv__path absolute = {""};
    spinkv_status status;
    char *copy;

    if (!app || !state_dir) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app or the state directory is NULL");
    }
    if (state_dir[0] != '\0') {
        struct spinkv__path file;
        status = spinkv__path_absolute(state_dir, DEFAULT_FILE, &file, err);
        if (status == SPINKV_OK) {
            status = spinkv__path_absolute(state_dir, NULL, &absolute, err);
        }
        if (status != SPINKV_OK) {
            return status;
        }
    }
    copy = strdup(absolute.text);
    if (!copy) {
        return spinkv__fail_no_memory(err, "the state directory");
    }
    spinkv__apps_lock();
    free(app->state_dir);
    app->state_dir = copy;
    spinkv__apps_unlock();
    spinkv__error_clear(err);
    return SPINKV_OK;
}

spinkv_status spinkv_app_set_max_open_stores(spinkv_app *app, uint32_t count, spinkv_error *err) {
    if (!app || count < 1 || count > MAX_OPEN_STORES) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "the app is NULL, or max_open_stores is %u; 1 to %d is allowed", count,
                            MAX_OPEN_STORES);
    }
    spinkv__apps_lock();
    app->max_open_stores = count;
    spinkv__apps_unlock();
    spinkv__error_clear(err);
    return SPINKV_OK;
}

static spinkv_status check_label(const char *label, spinkv_error *err) {
    if (!label || label[0] == '\0') {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the label is %s",
                            label ? "empty" : "NULL");
    }
    return spinkv__check_text(label, strlen(label), "label", err);
}

/* Puts an entry into the app, in place of the default one that the app began with. */
static spinkv_status put_entry(spinkv_app *app, struct entry *entry, spinkv_error *err) {
    struct entry *old, **link;
    bool taken;

    spinkv__apps_lock();
    old = find_entry(app, entry->label);
    taken = old && !old->initial;
    if (!taken && old) {
        for (link = &app->entries; *link != old; link = &(*link)->next) {
        }
        *link = old->next;
    }
    if (!taken) {
        entry->next = app->entries;
        app->entries = entry;
    }
    spinkv__apps_unlock();
    if (taken) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the store %s is in the app already",
                            spinkv__show_key(entry->label, strlen(entry->label)).text);
    }
    if (old) {
        drop_anchor(old);
        free_entry(old);
    }
    spinkv__error_clear(err);
    return SPINKV_OK;
}

spinkv_status spinkv_app_add_store(spinkv_app *app, const char *label,
                                   const spinkv_options *options, spinkv_error *err) {
    const spinkv_options defaults = SPINKV_OPTIONS_INIT;
    struct spinkv__path absolute;
    const char *path = NULL;
    struct entry *entry;
    spinkv_status status;
    bool in_state_dir;

    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app is NULL");
    }
    options = options ? options : &defaults;
    status = check_label(label, err);
    if (status == SPINKV_OK) {
        status = spinkv__options_check(options, err);
    }
    if (status == SPINKV_OK && !spinkv__backend_find(options->type)) {
        status = spinkv__fail(err, SPINKV_INVALID_CONFIG,
                              "the store \"%.60s\" is of type \"%.40s\"; \"spin\" is allowed",
                              label, options->type);
    }
    in_state_dir = status == SPINKV_OK && !options->path && strcmp(label, DEFAULT_LABEL) == 0;
    if (status == SPINKV_OK && options->read_only && !in_state_dir &&
        spinkv__path_is_memory(options->path)) {
        status = spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                              "read_only needs a path: a store in memory would stay empty");
    }
    if (status == SPINKV_OK && !spinkv__path_is_memory(options->path)) {
        status = spinkv__path_absolute(options->path, NULL, &absolute, err);
        path = absolute.text;
    }
    if (status != SPINKV_OK) {
        return status;
    }
    entry = new_entry(label, options, path);
    if (!entry) {
        return spinkv__fail_no_memory(err, "the store's entry");
    }
    entry->in_state_dir = in_state_dir;
    status = put_entry(app, entry, err);
    if (status != SPINKV_OK) {
        free_entry(entry);
    }
    return status;
}

/* Where an entry's store is. The apps are locked. */
static spinkv_status entry_path(const spinkv_app *app, const struct entry *entry,
                                struct spinkv__path *buffer, const char **path, spinkv_error *err) {
    *path = entry->options.path;
    if (!entry->in_state_dir || (app->state_dir && app->state_dir[0] == '\0')) {
        return SPINKV_OK;
    }
    *path = buffer->text;
    return spinkv__path_absolute(app->state_dir ? app->state_dir : DEFAULT_STATE_DIR, DEFAULT_FILE,
                                 buffer, err);
}

static struct spinkv__store_config *new_config(const spinkv_app *app, const struct entry *entry,
                                               const char *path) {
    struct spinkv__store_config *config = calloc(1, sizeof(*config));

    if (!config) {
        return NULL;
    }
    config->app_id = app->id;
    config->label = strdup(entry->label);
    config->label_size = strlen(entry->label);
    if (!config->label || !copy_options(&config->options, &entry->options, path)) {
        free_config(config);
        return NULL;
    }
    return config;
}

/* Makes the config of the store with this label, and counts the store as open. */
static spinkv_status begin_open(spinkv_app *app, const char *label,
                                struct spinkv__store_config **config, spinkv_error *err) {
    struct spinkv__path buffer;
    spinkv_status status = SPINKV_OK;
    struct entry *entry;
    const char *path;

    spinkv__apps_lock();
    entry = find_entry(app, label);
    if (!entry) {
        status = spinkv__fail(
            err, SPINKV_NO_SUCH_STORE,
            "no store %s is configured: only \"default\" is there by itself, add others to "
            "the app with their options",
            spinkv__show_key(label, strlen(label)).text);
    } else if (app->open_count >= app->max_open_stores) {
        status = spinkv__fail(err, SPINKV_STORE_TABLE_FULL,
                              "%u stores of this app are open, the limit is %u (max_open_stores)",
                              app->open_count, app->max_open_stores);
    } else {
        status = entry_path(app, entry, &buffer, &path, err);
    }
    if (status == SPINKV_OK) {
        *config = new_config(app, entry, path);
        if (*config) {
            app->open_count++;
            app->references++;
        } else {
            status = spinkv__fail_no_memory(err, "the store's configuration");
        }
    }
    spinkv__apps_unlock();
    return status;
}

void spinkv__app_store_closed(spinkv_app *app, struct spinkv__store_config *config) {
    free_config(config);
    spinkv__apps_lock();
    app->open_count--;
    spinkv__apps_unlock();
    drop_app(app);
}

/* Keeps a store in memory alive for as long as its app, from when it is first opened. */
static spinkv_status anchor_store(spinkv_app *app, const char *label, spinkv_error *err) {
    struct spinkv__backend_store *anchor = NULL;
    struct spinkv__store_config *config = NULL;
    spinkv_status status = SPINKV_OK;
    struct entry *entry;

    spinkv__apps_lock();
    entry = find_entry(app, label);
    if (!entry->anchor) {
        config = new_config(app, entry, NULL);
        status = config ? spinkv__backend_find(entry->options.type)->open(config, &anchor, err)
                        : spinkv__fail_no_memory(err, "the store's configuration");
        if (status == SPINKV_OK) {
            entry->anchor = anchor;
            entry->anchor_config = config;
            config = NULL;
        }
    }
    spinkv__apps_unlock();
    free_config(config);
    return status;
}

spinkv_status spinkv_open(spinkv_app *app, const char *label, spinkv_store *store,
                          spinkv_error *err) {
    struct spinkv__open_store open_store = {NULL, NULL, NULL};
    const struct spinkv__backend *backend;
    spinkv_status status;

    if (store) {
        *store = 0;
    }
    if (!store || !label) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the label or the store is NULL");
    }
    status = resolve_app(&app, err);
    if (status == SPINKV_OK) {
        status = begin_open(app, label, &open_store.config, err);
    }
    if (status != SPINKV_OK) {
        return status;
    }
    open_store.app = app;
    backend = spinkv__backend_find(open_store.config->options.type);
    status = backend->open(open_store.config, &open_store.backend_store, err);
    if (status == SPINKV_OK && !open_store.config->options.path) {
        status = anchor_store(app, label, err);
    }
    if (status == SPINKV_OK) {
        status = spinkv__handle_new(&open_store, store, err);
    }
    if (status != SPINKV_OK) {
        if (open_store.backend_store) {
            backend->close(open_store.backend_store);
        }
        spinkv__app_store_closed(app, open_store.config);
        return status;
    }
    spinkv__error_clear(err);
    return SPINKV_OK;
}

spinkv_status spinkv_open_default(spinkv_app *app, spinkv_store *store, spinkv_error *err) {
    return spinkv_open(app, DEFAULT_LABEL, store, err);
}
