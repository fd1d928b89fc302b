/*
 * Who may open what: a manifest's grants to one component, those that were made in code, and what
 * to say when a store is not among them or is granted but nowhere configured.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "error.h"
#include "path.h"
#include "show.h"

static bool has_label(const struct spinkv__label *labels, const char *label) {
    while (labels && strcmp(labels->text, label) != 0) {
        labels = labels->next;
    }
    return labels != NULL;
}

/* ---- Loading a manifest ----------------------------------------------------------------------- */

/* Lists the ids of all components, as many as fit. */
static struct spinkv__shown_list list_components(const struct spinkv__manifest *manifest) {
    struct spinkv__shown_list ids = {"", false};
    const struct spinkv__component *component = manifest->components;

    for (; component && !ids.is_full; component = component->next) {
        spinkv__shown_list_add(&ids, spinkv__show_name(component->id).text);
    }
    return ids;
}

/* Finds out which component counts: *id becomes its id, or NULL for the union of all. */
static spinkv_status choose_component(const struct spinkv__manifest *manifest, const char *asked,
                                      const char **id, spinkv_error *err) {
    struct spinkv__shown_list ids = list_components(manifest);

    *id = asked;
    if (asked && strcmp(asked, SPINKV__ALL_COMPONENTS) == 0) {
        *id = NULL;
        return SPINKV_OK;
    }
    if (!manifest->components) {
        return spinkv__fail(err, SPINKV_INVALID_CONFIG, "%s has no component", manifest->path);
    }
    if (!asked && manifest->components->next) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "%s has several components; name one of %s, or \"*\" for the union",
                            manifest->path, ids.text);
    }
    *id = asked ? asked : manifest->components->id;
    if (!spinkv__manifest_find(manifest, *id)) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "there is no component %s in %s, which has %s",
                            spinkv__show_name(asked).text, manifest->path, ids.text);
    }
    return SPINKV_OK;
}

/* The state directory beside a manifest. Caller frees *state_dir. */
static spinkv_status find_state_dir(const char *manifest_path, char **state_dir,
                                    spinkv_error *err) {
    size_t folder_size = (size_t)(strrchr(manifest_path, '/') - manifest_path) + 1;
    struct spinkv__path folder, file;
    spinkv_status status;

    snprintf(folder.text, sizeof(folder.text), "%.*s",
             (int)(folder_size > 1 ? folder_size - 1 : folder_size), manifest_path);
    status = spinkv__path_absolute(folder.text, SPINKV__DEFAULT_STATE_DIR "/" SPINKV__DEFAULT_FILE,
                                   &file, err);
    if (status != SPINKV_OK) {
        return status;
    }
    *state_dir = malloc(folder_size + sizeof(SPINKV__DEFAULT_STATE_DIR));
    if (!*state_dir) {
        return spinkv__fail_no_memory(err, "the state directory");
    }
    memcpy(*state_dir, manifest_path, folder_size);
    memcpy(*state_dir + folder_size, SPINKV__DEFAULT_STATE_DIR, sizeof(SPINKV__DEFAULT_STATE_DIR));
    return SPINKV_OK;
}

/* Gives the manifest to the app, which takes over all three. The apps are locked. */
static spinkv_status put_manifest(spinkv_app *app, struct spinkv__manifest *manifest,
                                  char *component, char *state_dir, spinkv_error *err) {
    if (app->manifest.path) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app has a manifest already: %s",
                            app->manifest.path);
    }
    app->manifest = *manifest;
    app->component = component;
    app->labels_checked = false;
    memset(manifest, 0, sizeof(*manifest));
    spinkv__app_put_state_dir(app, state_dir, SPINKV__FROM_MANIFEST);
    return SPINKV_OK;
}

spinkv_status spinkv_app_load_manifest(spinkv_app *app, const char *path, const char *component,
                                       spinkv_error *err) {
    struct spinkv__manifest manifest;
    struct spinkv__path absolute;
    char *own_component = NULL, *state_dir = NULL;
    const char *id = NULL;
    spinkv_status status;

    if (!app || !path) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app or the manifest's path is NULL");
    }
    if (path[0] == '\0') {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "the manifest's path is empty; give the path of a spin.toml");
    }
    status = spinkv__path_absolute(path, NULL, &absolute, err);
    if (status == SPINKV_OK) {
        status = spinkv__manifest_read(absolute.text, &manifest, err);
    }
    if (status != SPINKV_OK) {
        return status;
    }
    status = choose_component(&manifest, component, &id, err);
    if (status == SPINKV_OK) {
        own_component = id ? strdup(id) : NULL;
        status = id && !own_component ? spinkv__fail_no_memory(err, "the component's id")
                                      : find_state_dir(absolute.text, &state_dir, err);
    }
    if (status == SPINKV_OK) {
        spinkv__apps_lock();
        status = put_manifest(app, &manifest, own_component, state_dir, err);
        spinkv__apps_unlock();
    }
    if (status == SPINKV_OK) {
        spinkv__error_clear(err);
    } else {
        free(own_component);
        free(state_dir);
    }
    spinkv__manifest_free(&manifest);
    return status;
}

spinkv_status spinkv_app_grant(spinkv_app *app, const char *label, spinkv_error *err) {
    struct spinkv__label *grant;

    if (!app || !label) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app or the label is NULL");
    }
    if (label[0] == '\0') {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the label is empty");
    }
    grant = calloc(1, sizeof(*grant));
    if (grant) {
        grant->text = strdup(label);
    }
    if (!grant || !grant->text) {
        free(grant);
        return spinkv__fail_no_memory(err, "the grant");
    }
    spinkv__apps_lock();
    if (!has_label(app->grants, label)) {
        grant->next = app->grants;
        app->grants = grant;
        grant = NULL;
    }
    spinkv__apps_unlock();
    spinkv__labels_free(grant);
    spinkv__error_clear(err);
    return SPINKV_OK;
}

/* ---- Checking --------------------------------------------------------------------------------- */

static bool is_granted(const spinkv_app *app, const char *label) {
    const struct spinkv__component *component;

    if (!app->manifest.path || has_label(app->grants, label)) {
        return true;
    }
    for (component = app->manifest.components; component; component = component->next) {
        bool counts = !app->component || strcmp(app->component, component->id) == 0;
        if (counts && has_label(component->labels, label)) {
            return true;
        }
    }
    return false;
}

spinkv_status spinkv__app_check_grant(const spinkv_app *app, const char *label, spinkv_error *err) {
    const char *id = app->component;
    struct spinkv__shown shown;

    if (is_granted(app, label)) {
        return SPINKV_OK;
    }
    if (label[0] == '\0') {
        return spinkv__fail(err, SPINKV_ACCESS_DENIED,
                            "the label is empty, which grants nothing; the store that needs no "
                            "configuration is \"%s\"",
                            SPINKV__DEFAULT_LABEL);
    }
    shown = spinkv__show_name(id ? id : "");
    return spinkv__fail(err, SPINKV_ACCESS_DENIED,
                        "the store %s is not granted to %s%s; add it to key_value_stores of %s in "
                        "%s",
                        spinkv__show_name(label).text, id ? "component " : "any component",
                        id ? shown.text : "", id ? "that component" : "one", app->manifest.path);
}

/* What is said of labels that nothing configures. */
struct unknown {
    /* For each what Spin says of it, and the tables that would configure them. */
    struct spinkv__shown_list labels, tables;
    unsigned count;
    /* Whether one of them is empty, which nothing could configure. */
    bool has_empty;
};

static void add_unknown(struct unknown *unknown, const spinkv_app *app, const char *label,
                        const char *component) {
    char part[3 * SPINKV__SHOWN_SIZE + 80];
    const char *nearest;
    struct spinkv__shown table = spinkv__show_table(label);

    unknown->count++;
    if (unknown->labels.is_full) {
        return;
    }
    nearest = spinkv__app_near_label(app, label);
    snprintf(part, sizeof(part), "unknown key_value_stores label %s for component %s%s%s%s",
             spinkv__show_name(label).text, spinkv__show_name(component).text,
             nearest ? " (did you mean " : "", nearest ? spinkv__show_name(nearest).text : "",
             nearest ? "?)" : "");
    spinkv__shown_list_add(&unknown->labels, part);
    unknown->has_empty = unknown->has_empty || label[0] == '\0';
    if (label[0] != '\0' && !strstr(unknown->tables.text, table.text)) {
        spinkv__shown_list_add(&unknown->tables, table.text);
    }
}

static spinkv_status fail_unknown(const spinkv_app *app, const struct unknown *unknown,
                                  spinkv_error *err) {
    const char *config = app->runtime_config, *tables = unknown->tables.text;
    const char *empty = unknown->has_empty ? "; a label is not empty" : "";

    if (tables[0] == '\0') {
        return spinkv__fail(err, SPINKV_NO_SUCH_STORE, "%s, in %s%s", unknown->labels.text,
                            app->manifest.path, empty);
    }
    if (config) {
        return spinkv__fail(err, SPINKV_NO_SUCH_STORE, "%s, in %s%s; add %s to %s",
                            unknown->labels.text, app->manifest.path, empty, tables, config);
    }
    return spinkv__fail(err, SPINKV_NO_SUCH_STORE,
                        "%s, in %s%s; pass a runtime configuration (runtime_config, "
                        "RUNTIME_CONFIG_FILE) with %s, or add the stores in code (stores)",
                        unknown->labels.text, app->manifest.path, empty, tables);
}

spinkv_status spinkv__app_check_labels(spinkv_app *app, spinkv_error *err) {
    struct unknown unknown = {{"", false}, {"", false}, 0, false};
    const struct spinkv__component *component;
    const struct spinkv__label *label;

    if (app->labels_checked) {
        return SPINKV_OK;
    }
    for (component = app->manifest.components; component; component = component->next) {
        for (label = component->labels; label; label = label->next) {
            if (!spinkv__app_find(app, label->text)) {
                add_unknown(&unknown, app, label->text, component->id);
            }
        }
    }
    app->labels_checked = unknown.count == 0;
    return app->labels_checked ? SPINKV_OK : fail_unknown(app, &unknown, err);
}

spinkv_status spinkv_app_check(spinkv_app *app, spinkv_error *err) {
    spinkv_status status;

    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app is NULL");
    }
    spinkv__apps_lock();
    status = spinkv__app_check_labels(app, err);
    spinkv__apps_unlock();
    if (status == SPINKV_OK) {
        spinkv__error_clear(err);
    }
    return status;
}
