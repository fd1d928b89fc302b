/*
 * Apps, as the rest of the library sees them: what an app holds, and what happens to it.
 */
#ifndef SPINKV_APP_H
#define SPINKV_APP_H

#include "backend.h"
#include "manifest.h"
#include "path.h"
#include "show.h"
#include "spinkv.h"

#define SPINKV__DEFAULT_LABEL "default"
#define SPINKV__DEFAULT_STATE_DIR ".spin"
#define SPINKV__DEFAULT_FILE "sqlite_key_value.db"

/* A store that an app has. */
struct spinkv__entry {
    struct spinkv__entry *next;
    char *label;
    /* Texts are the entry's own; path is absolute. */
    spinkv_options options;
    /* Whether it is the default store where the state directory puts it. */
    bool in_state_dir;
    /* Whether the app began with it. */
    bool initial;
    /* Keeps a store in memory alive for as long as the app is. */
    struct spinkv__backend_store *anchor;
    struct spinkv__store_config *anchor_config;
};

/* Who said where the state directory is; who comes later counts more. */
enum spinkv__state_dir_source {
    SPINKV__FROM_NOWHERE,
    SPINKV__FROM_MANIFEST,
    SPINKV__FROM_RUNTIME_CONFIG,
    SPINKV__FROM_CODE
};

struct spinkv_app {
    uint64_t id;
    /* One for whoever made the app, and one for each open store. */
    size_t references;
    uint32_t open_count, max_open_stores;
    /* Absolute, "" for in memory, or NULL for .spin in the current directory. */
    char *state_dir;
    enum spinkv__state_dir_source state_dir_source;
    struct spinkv__entry *entries;
    /* Its path is NULL if there is none, and then every store may be opened. */
    struct spinkv__manifest manifest;
    /* The component that counts, or NULL for the union of all. */
    char *component;
    /* Whether every label that the manifest grants was found to be that of a store. */
    bool labels_checked;
    /* Labels that were granted in code. */
    struct spinkv__label *grants;
    /* The runtime configuration's path, if there is one, and what is doubtful in it. */
    char *runtime_config;
    struct spinkv__label *warnings;
    /* Where in it the default store's table is, if that has no path; 0 otherwise. */
    unsigned default_line;
};

/* The functions that take an app are called with the apps locked, but for spinkv__app_store_closed
 * and spinkv__app_resolve. */

/* Puts the default app in place of NULL, made and configured if this is its first use. */
spinkv_status spinkv__app_resolve(spinkv_app **app, spinkv_error *err);

/* Whether this is the default app. */
bool spinkv__app_is_default(const spinkv_app *app);

/* The entry with this label, or NULL. */
struct spinkv__entry *spinkv__app_find(const spinkv_app *app, const char *label);

/* The label of a store that is near this one; NULL if there is none. */
const char *spinkv__app_near_label(const spinkv_app *app, const char *label);

/* Lists the labels of all stores, in byte order, as many as fit. */
void spinkv__app_show_labels(const spinkv_app *app, struct spinkv__shown_list *list);

/* Says where the state directory is (absolute, or ""), unless somebody who counts more has. The
 * text is taken over or freed. */
void spinkv__app_put_state_dir(spinkv_app *app, char *state_dir,
                               enum spinkv__state_dir_source source);

/*
 * Puts entries into the app, all or none, in place of the default one that the app began with.
 * Takes them over on success. Errors: SPINKV_INVALID_ARGUMENT (a label is there already).
 */
spinkv_status spinkv__app_put_entries(spinkv_app *app, struct spinkv__entry *entries,
                                      spinkv_error *err);

/* Whether the label is one that the app's component may open. */
spinkv_status spinkv__app_check_grant(const spinkv_app *app, const char *label, spinkv_error *err);

/* Whether every label that the manifest grants is that of a store. */
spinkv_status spinkv__app_check_labels(spinkv_app *app, spinkv_error *err);

/*
 * Makes an entry, checking label and options; path is put in place of that of the options.
 * in_state_dir leaves it where the state directory puts it.
 */
spinkv_status spinkv__entry_new(const char *label, const spinkv_options *options, const char *path,
                                bool in_state_dir, struct spinkv__entry **entry, spinkv_error *err);

/* Frees an entry and those after it. */
void spinkv__entries_free(struct spinkv__entry *entries);

/* Where an entry's store is: *path becomes absolute, or NULL for in memory. It may be in buffer. */
spinkv_status spinkv__entry_path(const spinkv_app *app, const struct spinkv__entry *entry,
                                 struct spinkv__path *buffer, const char **path, spinkv_error *err);

/* Lets go of what keeps an entry's store in memory alive, if anything does. */
void spinkv__anchor_drop(struct spinkv__entry *entry);

/* Counts a store of this app as closed and frees the config it was opened with. */
void spinkv__app_store_closed(spinkv_app *app, struct spinkv__store_config *config);

/* The lock of all apps; also held around a fork. */
void spinkv__apps_lock(void);
void spinkv__apps_unlock(void);

#endif
