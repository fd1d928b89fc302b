/*
 * Apps: made, told where their state directory is, and opened stores from. Opening one hands a
 * config of its own to the backend. All apps share one lock, which no call waits for the disk
 * under.
 */
#include "app.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "handle.h"
#include "options.h"

#define MAX_OPEN_STORES 65535

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

static void free_config(struct spinkv__store_config *config) {
    if (config) {
        spinkv__options_free(&config->options);
        free((void *)(uintptr_t)config->label);
        free(config);
    }
}

/* ---- Making and freeing ----------------------------------------------------------------------- */

static void free_app(spinkv_app *app) {
    spinkv__entries_free(app->entries);
    spinkv__manifest_free(&app->manifest);
    spinkv__labels_free(app->grants);
    spinkv__labels_free(app->warnings);
    free(app->component);
    free(app->runtime_config);
    free(app->state_dir);
    free(app);
}

spinkv_status spinkv_app_new(spinkv_app **app, spinkv_error *err) {
    const spinkv_options options = SPINKV_OPTIONS_INIT;
    spinkv_status status;
    spinkv_app *made;

    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "app is NULL");
    }
    *app = NULL;
    made = calloc(1, sizeof(*made));
    if (!made) {
        return spinkv__fail_no_memory(err, "the app");
    }
    status = spinkv__entry_new(SPINKV__DEFAULT_LABEL, &options, NULL, true, &made->entries, err);
    if (status != SPINKV_OK) {
        free(made);
        return status;
    }
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

void spinkv__anchor_drop(struct spinkv__entry *entry) {
    if (entry->anchor) {
        entry->anchor->backend->close(entry->anchor);
        free_config(entry->anchor_config);
        entry->anchor = NULL;
    }
}

void spinkv_app_free(spinkv_app *app) {
    struct spinkv__entry *entry;

    if (app) {
        for (entry = app->entries; entry; entry = entry->next) {
            spinkv__anchor_drop(entry);
        }
        drop_app(app);
    }
}

/* Makes the default app, unless another thread was faster. */
static spinkv_status make_default_app(spinkv_app **app, spinkv_error *err) {
    spinkv_app *made = NULL;
    spinkv_status status = spinkv_app_new(&made, err);

    if (status == SPINKV_OK) {
        status = spinkv_app_load_runtime_config(made, NULL, err);
    }
    if (status == SPINKV_OK) {
        spinkv__apps_lock();
        if (!default_app) {
            default_app = made;
            made = NULL;
        }
        *app = default_app;
        spinkv__apps_unlock();
    }
    spinkv_app_free(made);
    return status;
}

spinkv_status spinkv__app_resolve(spinkv_app **app, spinkv_error *err) {
    if (!*app) {
        spinkv__apps_lock();
        *app = default_app;
        spinkv__apps_unlock();
    }
    return *app ? SPINKV_OK : make_default_app(app, err);
}

bool spinkv__app_is_default(const spinkv_app *app) {
    return app == default_app;
}

/* ---- The state directory and the limit on stores ----------------------------------------------- */

void spinkv__app_put_state_dir(spinkv_app *app, char *state_dir,
                               enum spinkv__state_dir_source source) {
    if (source < app->state_dir_source) {
        free(state_dir);
        return;
    }
    free(app->state_dir);
    app->state_dir = state_dir;
    app->state_dir_source = source;
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
        status = spinkv__path_absolute(state_dir, SPINKV__DEFAULT_FILE, &file, err);
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
    spinkv__app_put_state_dir(app, copy, SPINKV__FROM_CODE);
    spinkv__apps_unlock();
    spinkv__error_clear(err);
    return SPINKV_OK;
}

spinkv_status spinkv_app_set_max_open_stores(spinkv_app *app, uint32_t count, spinkv_error *err) {
    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app is NULL");
    }
    if (count < 1 || count > MAX_OPEN_STORES) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "max_open_stores is %u; 1 to %d is allowed", count, MAX_OPEN_STORES);
    }
    spinkv__apps_lock();
    app->max_open_stores = count;
    spinkv__apps_unlock();
    spinkv__error_clear(err);
    return SPINKV_OK;
}

/* ---- Opening ---------------------------------------------------------------------------------- */

spinkv_status spinkv__entry_path(const spinkv_app *app, const struct spinkv__entry *entry,
                                 struct spinkv__path *buffer, const char **path,
                                 spinkv_error *err) {
    *path = entry->options.path;
    if (!entry->in_state_dir || (app->state_dir && app->state_dir[0] == '\0')) {
        return SPINKV_OK;
    }
    *path = buffer->text;
    return spinkv__path_absolute(app->state_dir ? app->state_dir : SPINKV__DEFAULT_STATE_DIR,
                                 SPINKV__DEFAULT_FILE, buffer, err);
}

static struct spinkv__store_config *
new_config(const spinkv_app *app, const struct spinkv__entry *entry, const char *path) {
    struct spinkv__store_config *config = calloc(1, sizeof(*config));

    if (!config) {
        return NULL;
    }
    config->app_id = app->id;
    config->label = strdup(entry->label);
    config->label_size = strlen(entry->label);
    if (!config->label || !spinkv__options_copy(&config->options, &entry->options, path)) {
        free((void *)(uintptr_t)config->label);
        free(config);
        return NULL;
    }
    return config;
}

/* Says that nothing configures a label, which there are, and how one more is added. */
static spinkv_status fail_no_such_store(const spinkv_app *app, const char *label,
                                        spinkv_error *err) {
    const char *nearest = spinkv__app_near_label(app, label);
    struct spinkv__shown_list labels = {"", false};
    const char *advice =
        "add it to the app with its options (add_store, stores) or in a runtime configuration";

    if (spinkv__app_is_default(app)) {
        advice = "open another with options of its own (path=...), or name a runtime configuration "
                 "in RUNTIME_CONFIG_FILE";
    }
    if (label[0] == '\0') {
        advice = "a label is not empty";
    }
    spinkv__app_show_labels(app, &labels);
    return spinkv__fail(err, SPINKV_NO_SUCH_STORE,
                        "no store %s is configured%s%s%s; there %s %s; %s",
                        spinkv__show_name(label).text, nearest ? " (did you mean " : "",
                        nearest ? spinkv__show_name(nearest).text : "", nearest ? "?)" : "",
                        app->entries && app->entries->next ? "are" : "is", labels.text, advice);
}

/* Whether a store may be opened now, which its entry or its absence says. */
static spinkv_status check_entry(const spinkv_app *app, const struct spinkv__entry *entry,
                                 const char *label, spinkv_error *err) {
    if (!entry) {
        return fail_no_such_store(app, label, err);
    }
    if (!spinkv__backend_find(entry->options.type)) {
        return spinkv__fail(err, SPINKV_UNSUPPORTED,
                            "the store %s is of type \"%s\", which this build cannot open",
                            spinkv__show_name(label).text, entry->options.type);
    }
    if (app->open_count >= app->max_open_stores) {
        return spinkv__fail(err, SPINKV_STORE_TABLE_FULL,
                            "%u stores of this app are open, the limit is %u (max_open_stores)",
                            app->open_count, app->max_open_stores);
    }
    return SPINKV_OK;
}

/* Makes the config of the store with this label, and counts the store as open. The apps are locked.
 */
static spinkv_status begin_open(spinkv_app *app, const char *label,
                                struct spinkv__store_config **config, spinkv_error *err) {
    const struct spinkv__entry *entry = spinkv__app_find(app, label);
    spinkv_status status = check_entry(app, entry, label, err);
    struct spinkv__path buffer;
    const char *path;

    if (status == SPINKV_OK) {
        status = spinkv__entry_path(app, entry, &buffer, &path, err);
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
    struct spinkv__entry *entry;

    spinkv__apps_lock();
    entry = spinkv__app_find(app, label);
    /* In the meantime "default" may have been given another place, which needs no anchor. */
    if (!entry->anchor && spinkv__options_are_spin(&entry->options) && !entry->options.path) {
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

/* Opens a store that may be opened and whose config has been made. */
static spinkv_status open_configured(struct spinkv__open_store *open_store, spinkv_store *store,
                                     spinkv_error *err) {
    const struct spinkv__store_config *config = open_store->config;
    const struct spinkv__backend *backend = spinkv__backend_find(config->options.type);
    spinkv_status status = backend->open(config, &open_store->backend_store, err);

    if (status == SPINKV_OK && !config->options.path) {
        status = anchor_store(open_store->app, config->label, err);
    }
    if (status == SPINKV_OK) {
        status = spinkv__handle_new(open_store, store, err);
    }
    if (status != SPINKV_OK) {
        if (open_store->backend_store) {
            backend->close(open_store->backend_store);
        }
        spinkv__app_store_closed(open_store->app, open_store->config);
        return status;
    }
    spinkv__error_clear(err);
    return SPINKV_OK;
}

spinkv_status spinkv_open(spinkv_app *app, const char *label, spinkv_store *store,
                          spinkv_error *err) {
    struct spinkv__open_store open_store = {NULL, NULL, NULL};
    spinkv_status status;

    if (store) {
        *store = 0;
    }
    if (!store || !label) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the label or the store is NULL");
    }
    status = spinkv__app_resolve(&app, err);
    if (status != SPINKV_OK) {
        return status;
    }
    open_store.app = app;
    spinkv__apps_lock();
    status = spinkv__app_check_labels(app, err);
    if (status == SPINKV_OK) {
        status = spinkv__app_check_grant(app, label, err);
    }
    if (status == SPINKV_OK) {
        status = begin_open(app, label, &open_store.config, err);
    }
    spinkv__apps_unlock();
    return status == SPINKV_OK ? open_configured(&open_store, store, err) : status;
}

spinkv_status spinkv_open_default(spinkv_app *app, spinkv_store *store, spinkv_error *err) {
    return spinkv_open(app, SPINKV__DEFAULT_LABEL, store, err);
}

spinkv_status spinkv_app_seed(spinkv_app *app, const spinkv_pair *pairs, size_t count,
                              spinkv_error *err) {
    struct spinkv__open_store open_store = {NULL, NULL, NULL};
    spinkv_store store = 0;
    spinkv_status status = spinkv__app_resolve(&app, err);

    if (status != SPINKV_OK) {
        return status;
    }
    open_store.app = app;
    spinkv__apps_lock();
    status = begin_open(app, SPINKV__DEFAULT_LABEL, &open_store.config, err);
    spinkv__apps_unlock();
    if (status == SPINKV_OK) {
        status = open_configured(&open_store, &store, err);
    }
    if (status == SPINKV_OK) {
        status = spinkv_set_many(store, pairs, count, err);
        spinkv_close(store);
    }
    return status;
}
