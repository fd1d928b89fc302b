/*
 * The stores that an app has: an entry for each label, with the options it was added with.
 */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "bounds.h"
#include "error.h"
#include "memory.h"
#include "names.h"
#include "options.h"
#include "path.h"

static void free_entry(struct spinkv__entry *entry) {
    if (entry) {
        spinkv__options_free(&entry->options);
        free(entry->label);
        free(entry);
    }
}

void spinkv__entries_free(struct spinkv__entry *entries) {
    while (entries) {
        struct spinkv__entry *next = entries->next;
        free_entry(entries);
        entries = next;
    }
}

static spinkv_status check_label(const char *label, spinkv_error *err) {
    if (!label || label[0] == '\0') {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the label is %s",
                            label ? "empty" : "NULL");
    }
    return spinkv__check_text(label, strlen(label), "label", err);
}

spinkv_status spinkv__entry_new(const char *label, const spinkv_options *options, const char *path,
                                bool in_state_dir, struct spinkv__entry **entry,
                                spinkv_error *err) {
    spinkv_status status = check_label(label, err);
    struct spinkv__entry *made;

    *entry = NULL;
    if (status == SPINKV_OK) {
        status = spinkv__options_check(options, NULL, err);
    }
    if (status == SPINKV_OK && options->read_only && spinkv__options_are_spin(options) && !path &&
        !in_state_dir) {
        status = spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                              "read_only needs a path: a store in memory would stay empty");
    }
    if (status != SPINKV_OK) {
        return status;
    }
    made = calloc(1, sizeof(*made));
    if (made) {
        made->label = strdup(label);
    }
    if (!made || !made->label || !spinkv__options_copy(&made->options, options, path)) {
        free_entry(made);
        return spinkv__fail_no_memory(err, "the store's entry");
    }
    made->in_state_dir = in_state_dir;
    *entry = made;
    return SPINKV_OK;
}

struct spinkv__entry *spinkv__app_find(const spinkv_app *app, const char *label) {
    struct spinkv__entry *entry = app->entries;

    while (entry && strcmp(entry->label, label) != 0) {
        entry = entry->next;
    }
    return entry;
}

const char *spinkv__app_near_label(const spinkv_app *app, const char *label) {
    struct spinkv__nearest nearest = {NULL, 0};
    const struct spinkv__entry *entry;

    for (entry = app->entries; entry; entry = entry->next) {
        spinkv__nearer_name(&nearest, label, entry->label);
    }
    return nearest.name;
}

/* Takes out the default entry that the app began with, if it is still there. */
static void remove_initial(spinkv_app *app) {
    struct spinkv__entry **link = &app->entries, *entry;

    while (*link && !(*link)->initial) {
        link = &(*link)->next;
    }
    entry = *link;
    if (entry) {
        *link = entry->next;
        spinkv__anchor_drop(entry);
        free_entry(entry);
    }
}

spinkv_status spinkv__app_put_entries(spinkv_app *app, struct spinkv__entry *entries,
                                      spinkv_error *err) {
    struct spinkv__entry *entry, *last = NULL;

    for (entry = entries; entry; entry = entry->next) {
        const struct spinkv__entry *old = spinkv__app_find(app, entry->label);
        if (old && !old->initial) {
            return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the store %s is in the app already",
                                spinkv__show_key(entry->label, strlen(entry->label)).text);
        }
        last = entry;
    }
    for (entry = entries; entry; entry = entry->next) {
        if (strcmp(entry->label, SPINKV__DEFAULT_LABEL) == 0) {
            remove_initial(app);
        }
    }
    if (last) {
        app->labels_checked = false;
        last->next = app->entries;
        app->entries = entries;
    }
    return SPINKV_OK;
}

/* Puts the store that it is about before what the error says. */
static spinkv_status fail_for(const char *label, spinkv_status status, spinkv_error *err) {
    if (label && label[0] != '\0') {
        spinkv__error_prefix(err, "the store %s: ", spinkv__show_name(label).text);
    }
    return status;
}

spinkv_status spinkv_app_add_store(spinkv_app *app, const char *label,
                                   const spinkv_options *options, spinkv_error *err) {
    const spinkv_options defaults = SPINKV_OPTIONS_INIT;
    struct spinkv__path absolute;
    struct spinkv__entry *entry;
    const char *path = NULL;
    spinkv_status status = SPINKV_OK;
    bool in_state_dir;

    if (!app) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app is NULL");
    }
    options = options ? options : &defaults;
    if (!spinkv__path_is_memory(options->path)) {
        status = spinkv__path_absolute(options->path, NULL, &absolute, err);
        path = absolute.text;
    }
    if (status == SPINKV_OK) {
        in_state_dir = !options->path && spinkv__options_are_spin(options) && label &&
                       strcmp(label, SPINKV__DEFAULT_LABEL) == 0;
        status = spinkv__entry_new(label, options, path, in_state_dir, &entry, err);
    }
    if (status != SPINKV_OK) {
        return fail_for(label, status, err);
    }
    spinkv__apps_lock();
    status = spinkv__app_put_entries(app, entry, err);
    spinkv__apps_unlock();
    if (status == SPINKV_OK) {
        spinkv__error_clear(err);
    } else {
        spinkv__entries_free(entry);
    }
    return status;
}

static spinkv_status append_text(struct spinkv__list_builder *builder, const char *text,
                                 spinkv_error *err) {
    return spinkv__list_append(builder, text, strlen(text), err);
}

/* Appends an entry's label and summary. The apps are locked. */
static spinkv_status append_entry(const spinkv_app *app, const struct spinkv__entry *entry,
                                  struct spinkv__list_builder *labels,
                                  struct spinkv__list_builder *summaries, spinkv_error *err) {
    char summary[SPINKV__SUMMARY_SIZE];
    spinkv_options shown = entry->options;
    struct spinkv__path buffer;
    spinkv_status status = spinkv__entry_path(app, entry, &buffer, &shown.path, err);

    if (status == SPINKV_OK) {
        spinkv__options_summarize(&shown, summary);
        status = append_text(labels, entry->label, err);
    }
    return status == SPINKV_OK ? append_text(summaries, summary, err) : status;
}

static int compare_labels(const void *a, const void *b) {
    const struct spinkv__entry *const *first = a, *const *second = b;

    return strcmp((*first)->label, (*second)->label);
}

/* The entries in the byte order of their labels, *count of them. Caller frees; NULL if memory is
 * out. */
static const struct spinkv__entry **sort_entries(const spinkv_app *app, size_t *count) {
    const struct spinkv__entry *entry, **sorted;
    size_t i = 0;

    for (entry = app->entries; entry; entry = entry->next) {
        i++;
    }
    sorted = calloc(i + 1, sizeof(*sorted));
    *count = i;
    for (entry = app->entries; sorted && entry; entry = entry->next) {
        sorted[--i] = entry;
    }
    if (sorted) {
        qsort(sorted, *count, sizeof(*sorted), compare_labels);
    }
    return sorted;
}

/* The entry whose label comes next in byte order after this one (NULL: the first). */
static const struct spinkv__entry *next_by_label(const spinkv_app *app, const char *after) {
    const struct spinkv__entry *entry, *next = NULL;

    for (entry = app->entries; entry; entry = entry->next) {
        if ((!after || strcmp(entry->label, after) > 0) &&
            (!next || strcmp(entry->label, next->label) < 0)) {
            next = entry;
        }
    }
    return next;
}

void spinkv__app_show_labels(const spinkv_app *app, struct spinkv__shown_list *list) {
    const struct spinkv__entry *entry = NULL;

    while (!list->is_full && (entry = next_by_label(app, entry ? entry->label : NULL))) {
        spinkv__shown_list_add(list, spinkv__show_name(entry->label).text);
    }
}

spinkv_status spinkv_app_list_stores(spinkv_app *app, spinkv_list *labels, spinkv_list *summaries,
                                     spinkv_error *err) {
    struct spinkv__list_builder label_builder = {0}, summary_builder = {0};
    const struct spinkv__entry **sorted;
    spinkv_status status = SPINKV_OK;
    size_t i, count = 0;

    if (!app || !labels || !summaries) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the app, labels or summaries is NULL");
    }
    memset(labels, 0, sizeof(*labels));
    memset(summaries, 0, sizeof(*summaries));
    spinkv__apps_lock();
    sorted = sort_entries(app, &count);
    status = sorted ? SPINKV_OK : spinkv__fail_no_memory(err, "the list of stores");
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        status = append_entry(app, sorted[i], &label_builder, &summary_builder, err);
    }
    spinkv__apps_unlock();
    free(sorted);
    if (status == SPINKV_OK) {
        spinkv__list_finish(&label_builder, labels);
        spinkv__list_finish(&summary_builder, summaries);
        spinkv__error_clear(err);
    }
    spinkv__list_abandon(&label_builder);
    spinkv__list_abandon(&summary_builder);
    return status;
}
