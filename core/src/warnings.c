/*
 * Warnings: gathered while files are read, and listed for the app. A warning says what has no
 * effect and was probably meant to; it never holds a value.
 */
#include "warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "error.h"
#include "memory.h"
#include "names.h"
#include "show.h"

/* How many warnings of a file are kept, and room for one: two paths, and what is said. */
#define WARNINGS_MOST 100
#define WARNING_SIZE 2048

spinkv_status spinkv__warn(struct spinkv__label **warnings, spinkv_error *err, const char *format,
                           ...) {
    char raw[WARNING_SIZE], shown[WARNING_SIZE];
    struct spinkv__label *warning;
    unsigned count = 0;
    va_list arguments;

    for (; *warnings; warnings = &(*warnings)->next) {
        count++;
    }
    if (count > WARNINGS_MOST) {
        return SPINKV_OK;
    }
    va_start(arguments, format);
    vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    if (count == WARNINGS_MOST) {
        snprintf(raw, sizeof(raw), "and more warnings of this file");
    }
    spinkv__escape(shown, sizeof(shown), raw, strlen(raw), false);
    warning = calloc(1, sizeof(*warning));
    if (warning) {
        warning->text = strdup(shown);
    }
    if (!warning || !warning->text) {
        free(warning);
        return spinkv__fail_no_memory(err, "a warning");
    }
    *warnings = warning;
    return SPINKV_OK;
}

spinkv_status spinkv__warn_of_near(const struct spinkv__near_field *near,
                                   const spinkv__toml_node *table, spinkv_error *err) {
    struct spinkv__toml_entry *entries = spinkv__toml_entries(table);
    size_t i, count = spinkv__toml_size(table);
    spinkv_status status = SPINKV_OK;

    if (!entries && count > 0) {
        return spinkv__fail_no_memory(err, "the fields of a table");
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        bool is_table = spinkv__toml_type(entries[i].value) == SPINKV__TOML_TABLE;
        if (spinkv__is_near(entries[i].key, near->name)) {
            status = spinkv__warn(near->warnings, err, "%s:%u: %s%s%s%s%s%s", near->path,
                                  spinkv__toml_line(entries[i].value), near->table, near->separator,
                                  is_table ? "[" : "", spinkv__show_word(entries[i].key).text,
                                  is_table ? "]" : "", near->advice);
        }
    }
    free(entries);
    return status;
}

/* ---- Listing ---------------------------------------------------------------------------------- */

static spinkv_status append_all(struct spinkv__list_builder *builder,
                                const struct spinkv__label *warning, spinkv_error *err) {
    spinkv_status status = SPINKV_OK;

    for (; warning && status == SPINKV_OK; warning = warning->next) {
        status = spinkv__list_append(builder, warning->text, strlen(warning->text), err);
    }
    return status;
}

/*
 * Appends that a runtime configuration put the default store in memory by leaving out its path. It
 * is said here, as only now it is known which file the state directory would have given it.
 */
static spinkv_status append_in_memory(const spinkv_app *app, struct spinkv__list_builder *builder,
                                      spinkv_error *err) {
    const char *folder = app->state_dir ? app->state_dir : SPINKV__DEFAULT_STATE_DIR;
    struct spinkv__label *warning = NULL;
    spinkv_status status;

    if (app->default_line == 0 || folder[0] == '\0') {
        return SPINKV_OK;
    }
    status = spinkv__warn(&warning, err,
                          "%s:%u: [key_value_store.default] has no path, so it is in memory; give "
                          "path = \"...\" to keep it in %s/%s",
                          app->runtime_config, app->default_line, folder, SPINKV__DEFAULT_FILE);
    if (status == SPINKV_OK) {
        status = append_all(builder, warning, err);
    }
    spinkv__labels_free(warning);
    return status;
}

spinkv_status spinkv_app_list_warnings(spinkv_app *app, spinkv_list *warnings, spinkv_error *err) {
    struct spinkv__list_builder builder = {0};
    spinkv_status status;

    if (!warnings) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "warnings is NULL");
    }
    memset(warnings, 0, sizeof(*warnings));
    status = spinkv__app_resolve(&app, err);
    if (status != SPINKV_OK) {
        return status;
    }
    spinkv__apps_lock();
    status = append_all(&builder, app->manifest.warnings, err);
    if (status == SPINKV_OK) {
        status = append_all(&builder, app->warnings, err);
    }
    if (status == SPINKV_OK) {
        status = append_in_memory(app, &builder, err);
    }
    spinkv__apps_unlock();
    if (status == SPINKV_OK) {
        spinkv__list_finish(&builder, warnings);
        spinkv__error_clear(err);
    }
    spinkv__list_abandon(&builder);
    return status;
}
