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

/* The component that stands for the union of all. */
#define ALL_COMPONENTS "*"

static bool has_label(const struct spinkv__label *labels, const char *label) {
    while (labels && strcmp(labels->text, label) != 0) {
        labels = labels->next;
    }
    return labels != NULL;
}

/* ---- Loading a manifest ----------------------------------------------------------------------- */

/* Room for a list in a message, and what ends one that does not fit. */
#define LIST_SIZE 360
#define AND_MORE " and more"

/* Appends a part to a list whole, or says once that there is more. */
static void append_part(char list[LIST_SIZE], const char *part) {
    size_t used = strlen(list), room = LIST_SIZE - sizeof(AND_MORE) - 2;
    size_t end = used < sizeof(AND_MORE) ? 0 : used - (sizeof(AND_MORE) - 1);

    if (strcmp(list + end, AND_MORE) == 0) {
        return;
    }
    if (used + strlen(part) + 2 > room) {
        snprintf(list + used, LIST_SIZE - used, AND_MORE);
    } else {
        snprintf(list + used, LIST_SIZE - used, "%s%s", used ? ", " : "", part);
    }
}

/* Writes the ids of all components, as many as fit. */
static void list_components(const struct spinkv__manifest *manifest, char ids[LIST_SIZE]) {
    const struct spinkv__component *component;
    char part[80];

    ids[0] = '\0';
    for (component = manifest->components; component; component = component->next) {
        snprintf(part, sizeof(part), "\"%.70s\"", component->id);
        append_part(ids, part);
    }
}

/* Finds out which component counts: *id becomes its id, or NULL for the union of all. */
static spinkv_status choose_component(const struct spinkv__manifest *manifest, const char *asked,
                                      const char **id, spinkv_error *err) {
    char ids[LIST_SIZE];

    *id = asked;
    if (asked && strcmp(asked, ALL_COMPONENTS) == 0) {
        *id = NULL;
        return SPINKV_OK;
    }
    list_components(manifest, ids);
    if (!manifest->components) {
        return spinkv__fail(err, SPINKV_INVALID_CONFIG, "%s has no component", manifest->path);
    }
    if (!asked && manifest->components->next) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "%s has several components; name one of %s, or \"*\" for the union",
                            manifest->path, ids);
    }
    *id = asked ? asked : manifest->components->id;
    if (!spinkv__manifest_find(manifest, *id)) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "there is no component \"%.60s\" in %s; there are %s", asked,
                            manifest->path, ids);
    }
    return SPINKV_OK;
}

/* The state directory beside a manifest. Caller frees; NULL if memory is out. */
static char *state_dir_beside(const char *manifest_path) {
    static const char name[] = ".spin";
    size_t folder_size = (size_t)(strrchr(manifest_path, '/') - manifest_path) + 1;
    char *state_dir = malloc(folder_size + sizeof(name));

    if (state_dir) {
        memcpy(state_dir, manifest_path, folder_size);
        memcpy(state_dir + folder_size, name, sizeof(name));
    }
    return state_dir;
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
        state_dir = state_dir_beside(absolute.text);
        if ((id && !own_component) || !state_dir) {
            status = spinkv__fail_no_memory(err, "the manifest");
        }
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

    if (!app || !label || label[0] == '\0') {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "the app or the label is NULL, or the label is empty");
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
    grant->next = app->grants;
    app->grants = grant;
    spinkv__apps_unlock();
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
    const char *component = app->component;

    if (is_granted(app, label)) {
        return SPINKV_OK;
    }
    return spinkv__fail(err, SPINKV_ACCESS_DENIED,
                        "the store %s is not granted to %s%s%s; add it to key_value_stores of "
                        "%s in %s",
                        spinkv__show_key(label, strlen(label)).text,
                        component ? "component \"" : "any component", component ? component : "",
                        component ? "\"" : "", component ? "that component" : "one",
                        app->manifest.path);
}

/* Appends to a list what Spin says of a label that nothing configures. */
static void append_unknown(char unknown[LIST_SIZE], const char *label, const char *component) {
    char part[192];

    snprintf(part, sizeof(part), "unknown key_value_stores label \"%.60s\" for component \"%.60s\"",
             label, component);
    append_part(unknown, part);
}

spinkv_status spinkv__app_check_labels(const spinkv_app *app, spinkv_error *err) {
    const struct spinkv__component *component;
    const struct spinkv__label *label;
    const char *first = NULL;
    char unknown[LIST_SIZE] = "";

    for (component = app->manifest.components; component; component = component->next) {
        for (label = component->labels; label; label = label->next) {
            if (!spinkv__app_find(app, label->text)) {
                first = first ? first : label->text;
                append_unknown(unknown, label->text, component->id);
            }
        }
    }
    if (!first) {
        return SPINKV_OK;
    }
    return spinkv__fail(err, SPINKV_NO_SUCH_STORE, "%s; add [key_value_store.%.60s] to %s", unknown,
                        first,
                        app->runtime_config ? app->runtime_config : "a runtime configuration");
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
