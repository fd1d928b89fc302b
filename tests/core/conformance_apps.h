/*
 * The operations of the conformance cases that are about apps: making them from a manifest, a
 * runtime configuration and stores, granting, seeding, listing, and opening stores from them. As
 * with the other operations, they note what came of a call and expect nothing of it.
 */
#ifndef SPINKV_CONFORMANCE_APPS_H
#define SPINKV_CONFORMANCE_APPS_H

#include "conformance_calls.h"

static const char *app_name_of(json_t *step) {
    const char *name = json_string_value(json_object_get(step, "app"));
    return name == NULL ? "main" : name;
}

/* The place of an app by its name, or a free place. */
static size_t app_place(struct run *run, const char *name) {
    size_t place = APPS_MAX;
    for (size_t index = APPS_MAX; index-- > 0;) {
        if (run->apps[index].app != NULL && strcmp(run->apps[index].name, name) == 0) {
            return index;
        }
        place = run->apps[index].app == NULL ? index : place;
    }
    if (place == APPS_MAX) {
        fail(run, "more than %d apps", APPS_MAX);
    }
    return place;
}

/* ---- The parts of a new app ------------------------------------------------------------------ */

/* A text of a step, or NULL where it is left out or null. */
static const char *optional_text(struct run *run, json_t *step, const char *name) {
    json_t *notation = json_object_get(step, name);
    return notation == NULL || json_is_null(notation) ? NULL : to_text(run, notation);
}

static spinkv_status add_store(struct run *run, spinkv_app *app, const char *label, json_t *given,
                               spinkv_error *err) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    spinkv_status status = SPINKV_OK;
    const char *name;
    json_t *value;
    json_object_foreach(given, name, value) {
        if (json_is_boolean(value)) {
            status = spinkv_options_set_boolean(&options, name, json_is_true(value), err);
        } else if (json_is_integer(value)) {
            status = spinkv_options_set_number(&options, name, json_integer_value(value), err);
        } else if (!run->in_memory || strcmp(name, "path") != 0) {
            status = spinkv_options_set_text(&options, name, to_text(run, value), err);
        }
        if (status != SPINKV_OK) {
            return status;
        }
    }
    return spinkv_app_add_store(app, label, &options, err);
}

static spinkv_status part_manifest(struct run *run, json_t *step, spinkv_app *app,
                                   spinkv_error *err) {
    const char *manifest = optional_text(run, step, "manifest");
    const char *component = optional_text(run, step, "component");
    return manifest ? spinkv_app_load_manifest(app, manifest, component, err) : SPINKV_OK;
}

/* Where only the manifest is given, the environment may name the runtime configuration. */
static spinkv_status part_runtime_config(struct run *run, json_t *step, spinkv_app *app,
                                         spinkv_error *err) {
    const char *path = optional_text(run, step, "runtime_config");
    bool is_wanted = path != NULL || json_object_get(step, "manifest") != NULL;
    return is_wanted ? spinkv_app_load_runtime_config(app, path, err) : SPINKV_OK;
}

static spinkv_status part_stores(struct run *run, json_t *step, spinkv_app *app,
                                 spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    const char *label;
    json_t *options;
    json_object_foreach(json_object_get(step, "stores"), label, options) {
        status = add_store(run, app, label, options, err);
        if (status != SPINKV_OK) {
            return status;
        }
    }
    return status;
}

static spinkv_status part_state_dir(struct run *run, json_t *step, spinkv_app *app,
                                    spinkv_error *err) {
    bool is_given = json_object_get(step, "state_dir") != NULL;
    const char *folder = is_given ? optional_text(run, step, "state_dir") : "state";
    folder = run->in_memory ? "" : folder;
    return folder ? spinkv_app_set_state_dir(app, folder, err) : SPINKV_OK;
}

static spinkv_status part_max_open_stores(struct run *run, json_t *step, spinkv_app *app,
                                          spinkv_error *err) {
    json_t *count = json_object_get(step, "max_open_stores");
    (void)run;
    return count ? spinkv_app_set_max_open_stores(app, (uint32_t)json_integer_value(count), err)
                 : SPINKV_OK;
}

static spinkv_status (*const PARTS[])(struct run *, json_t *, spinkv_app *, spinkv_error *) = {
    part_manifest, part_runtime_config, part_stores, part_state_dir, part_max_open_stores};

enum {
    PARTS_COUNT = sizeof PARTS / sizeof *PARTS
};

/* Does all parts, every second time in the reverse order, which must make no difference. */
static spinkv_status do_parts(struct run *run, json_t *step, spinkv_app *app, spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    for (size_t index = 0; index < PARTS_COUNT && status == SPINKV_OK; index++) {
        size_t part = run->ticks % 2 == 0 ? index : PARTS_COUNT - 1 - index;
        status = PARTS[part](run, step, app, err);
    }
    return status;
}

/* Whether a text of the list is in the bytes. */
static bool holds(struct run *run, spinkv_bytes bytes, json_t *part) {
    char *text = memcpy(allocate(run, bytes.size + 1), bytes.data, bytes.size);
    text[bytes.size] = '\0';
    return strstr(text, json_string_value(part)) != NULL;
}

/* Every text that is wanted is in a warning; where none is wanted there is none. */
static void check_warnings(struct run *run, json_t *step, spinkv_app *app) {
    json_t *part, *wanted = json_object_get(step, "warning_has");
    spinkv_list warnings = {NULL, 0};
    spinkv_error err;
    size_t index;
    check_strings(run, wanted);
    if (spinkv_app_list_warnings(app, &warnings, &err) != SPINKV_OK) {
        fail(run, "the warnings cannot be listed: %s", err.message);
    }
    bool is_right = (json_array_size(wanted) == 0) == (warnings.count == 0);
    json_array_foreach(wanted, index, part) {
        bool is_found = false;
        for (size_t number = 0; number < warnings.count; number++) {
            is_found |= holds(run, warnings.items[number], part);
        }
        is_right &= is_found;
    }
    size_t count = warnings.count;
    spinkv_list_free(&warnings);
    if (!is_right) {
        fail(run, "%zu warnings, wanted %s", count, shown(run, wanted));
    }
}

static void call_new_app(struct run *run, json_t *step, struct outcome *out) {
    size_t place = app_place(run, app_name_of(step));
    spinkv_app *app = NULL;
    out->status = spinkv_app_new(&app, &out->err);
    if (out->status == SPINKV_OK) {
        out->status = do_parts(run, step, app, &out->err);
    }
    if (out->status == SPINKV_OK) {
        out->status = spinkv_app_check(app, &out->err);
    }
    if (out->status == SPINKV_OK) {
        spinkv_app_free(run->apps[place].app);
        run->apps[place].app = app;
        run->apps[place].name = app_name_of(step);
        check_warnings(run, step, app);
    } else {
        spinkv_app_free(app);
    }
}

/* ---- Apps ------------------------------------------------------------------------------------ */

/* The app of a step; the first step that names it makes it. NULL for the default app. */
static spinkv_app *app_of(struct run *run, json_t *step) {
    if (json_is_null(json_object_get(step, "app"))) {
        return NULL;
    }
    size_t place = app_place(run, app_name_of(step));
    if (run->apps[place].app == NULL) {
        json_t *plain = json_pack("{s:s}", "app", app_name_of(step));
        struct outcome out;
        call_new_app(run, plain, &out);
        json_decref(plain);
        run->apps[place].name = app_name_of(step);
    }
    return run->apps[place].app;
}

static void call_free_app(struct run *run, json_t *step, struct outcome *out) {
    size_t place = app_place(run, app_name_of(step));
    made_no_call(out);
    spinkv_app_free(run->apps[place].app);
    run->apps[place].app = NULL;
}

static void call_add_store(struct run *run, json_t *step, struct outcome *out) {
    spinkv_app *app = app_of(run, step);
    const char *label = to_text(run, json_object_get(step, "label"));
    out->status = add_store(run, app, label, json_object_get(step, "options"), &out->err);
}

static void call_grant(struct run *run, json_t *step, struct outcome *out) {
    spinkv_app *app = app_of(run, step);
    const char *label = to_text(run, json_object_get(step, "label"));
    out->status = spinkv_app_grant(app, label, &out->err);
}

static void call_seed(struct run *run, json_t *step, struct outcome *out) {
    size_t count = 0;
    spinkv_app *app = app_of(run, step);
    const spinkv_pair *pairs = pairs_of(run, step, &count);
    out->status = spinkv_app_seed(app, pairs, count, &out->err);
}

/* Each text is in the summary of its label, and those that must not be are in none. */
static void check_summaries(struct run *run, json_t *step, const spinkv_list *labels,
                            const spinkv_list *summaries) {
    json_t *part, *lacks = json_object_get(step, "summary_lacks");
    json_t *wanted = json_object_get(step, "summary_has"), *parts;
    const char *label;
    size_t index;
    check_strings(run, lacks);
    for (size_t number = 0; number < summaries->count; number++) {
        json_array_foreach(lacks, index, part) {
            if (holds(run, summaries->items[number], part)) {
                fail(run, "%s is in a summary", shown(run, part));
            }
        }
    }
    json_object_foreach(wanted, label, parts) {
        size_t size = strlen(label), number = 0;
        while (number < labels->count && (labels->items[number].size != size ||
                                          memcmp(labels->items[number].data, label, size) != 0)) {
            number++;
        }
        check_strings(run, parts);
        json_array_foreach(parts, index, part) {
            if (number == labels->count || !holds(run, summaries->items[number], part)) {
                fail(run, "%s is not in the summary of %s", shown(run, part), label);
            }
        }
    }
}

static void call_list_stores(struct run *run, json_t *step, struct outcome *out) {
    spinkv_list labels = {&(spinkv_bytes){POISON, 1}, 1};
    spinkv_list summaries = {&(spinkv_bytes){POISON, 1}, 1};
    out->status = spinkv_app_list_stores(app_of(run, step), &labels, &summaries, &out->err);
    if (out->status == SPINKV_OK) {
        if (labels.count != summaries.count) {
            fail(run, "%zu labels and %zu summaries", labels.count, summaries.count);
        }
        check_summaries(run, step, &labels, &summaries);
        spinkv_list_free(&summaries);
    }
    out->is_cleared = summaries.count == 0;
    took_list(out, labels);
}

/* Sets a variable until the case ends; null takes it away. */
static void call_set_environment(struct run *run, json_t *step, struct outcome *out) {
    const char *name = to_text(run, json_object_get(step, "name"));
    const char *value = optional_text(run, step, "value"), *before = getenv(name);
    made_no_call(out);
    if (json_object_get(run->environment, name) == NULL) {
        json_object_set_new(run->environment, name, before ? json_string(before) : json_null());
    }
    if ((value == NULL ? unsetenv(name) : setenv(name, value, 1)) != 0) {
        fail(run, "cannot set %s", name);
    }
}

static void restore_environment(struct run *run) {
    const char *name;
    json_t *value;
    json_object_foreach(run->environment, name, value) {
        if (json_is_null(value)) {
            unsetenv(name);
        } else {
            setenv(name, json_string_value(value), 1);
        }
    }
}

/* ---- Opening --------------------------------------------------------------------------------- */

static void opened(struct run *run, json_t *step, struct outcome *out, spinkv_store store) {
    out->is_cleared = store == 0;
    if (out->status == SPINKV_OK) {
        bind(run, step, store);
        json_array_append_new(run->opened, json_integer(store));
    }
}

static void call_open(struct run *run, json_t *step, struct outcome *out) {
    spinkv_store store = 77;
    spinkv_app *app = app_of(run, step);
    const char *label = to_text(run, json_object_get(step, "label"));
    out->status = spinkv_open(app, label, &store, &out->err);
    opened(run, step, out, store);
}

static void call_open_default(struct run *run, json_t *step, struct outcome *out) {
    spinkv_store store = 77;
    spinkv_app *app = app_of(run, step);
    out->status = spinkv_open_default(app, &store, &out->err);
    opened(run, step, out, store);
}

static void call_use_handle(struct run *run, json_t *step, struct outcome *out) {
    made_no_call(out);
    bind(run, step, (spinkv_store)to_number(run, json_object_get(step, "number")));
}

static void call_close(struct run *run, json_t *step, struct outcome *out) {
    made_no_call(out);
    spinkv_close(store_of(run, step));
}

#endif
