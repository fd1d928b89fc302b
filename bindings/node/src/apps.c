/*
 * Apps: an external that owns a spinkv_app, freed when it is collected, and the calls that build
 * one. They read at most two small files, so they are synchronous only.
 */
#include "native.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_ARGUMENTS 3

/* About what an app with a store in memory takes, which the collector cannot see. */
#define APP_MEMORY 40000

/* What an external holds; without an app once that was freed. */
struct holder {
    spinkv_app *app;
};

static struct holder *holder_of(napi_env env, napi_value value) {
    void *holder = NULL;

    return napi_get_value_external(env, value, &holder) == napi_ok ? holder : NULL;
}

spinkv_app *app_of(napi_env env, napi_value value) {
    struct holder *holder = holder_of(env, value);

    return holder ? holder->app : NULL;
}

static void adjust_memory(napi_env env, int64_t change) {
    int64_t adjusted;

    napi_adjust_external_memory(env, change, &adjusted);
}

static void free_held(napi_env env, struct holder *holder) {
    if (holder->app) {
        spinkv_app_free(holder->app);
        holder->app = NULL;
        adjust_memory(env, -APP_MEMORY);
    }
}

static void finalize_holder(napi_env env, void *holder, void *hint) {
    (void)hint;
    free_held(env, holder);
    free(holder);
}

static napi_value app_new(napi_env env, napi_callback_info info) {
    struct holder *holder = malloc(sizeof(*holder));
    napi_value external = NULL;
    spinkv_error error = {SPINKV_NO_MEMORY, 0, "out of memory"};

    (void)info;
    if (!holder || spinkv_app_new(&holder->app, &error) != SPINKV_OK) {
        free(holder);
        return throw_error(env, &error);
    }
    if (napi_create_external(env, holder, finalize_holder, NULL, &external) != napi_ok) {
        spinkv_app_free(holder->app);
        free(holder);
        return NULL;
    }
    adjust_memory(env, APP_MEMORY);
    return external;
}

/* appFree(app): frees it before it is collected; its stores stay open. */
static napi_value app_free(napi_env env, napi_callback_info info) {
    struct holder *holder;
    napi_value app = NULL;
    size_t count = 1;

    if (napi_get_cb_info(env, info, &count, &app, NULL, NULL) == napi_ok &&
        (holder = holder_of(env, app)) != NULL) {
        free_held(env, holder);
    }
    return NULL;
}

/* ---- Calls of an app and up to two texts ------------------------------------------------------------- */

struct app_call {
    const char *name;
    /* What the texts are called; NULL where there is none. */
    const char *what[2];
    bool is_optional[2];
    spinkv_status (*run)(spinkv_app *app, const char *first, const char *second, spinkv_error *err);
};

static spinkv_status run_load_runtime_config(spinkv_app *app, const char *path, const char *unused,
                                             spinkv_error *err) {
    (void)unused;
    return spinkv_app_load_runtime_config(app, path, err);
}

static spinkv_status run_set_state_dir(spinkv_app *app, const char *path, const char *unused,
                                       spinkv_error *err) {
    (void)unused;
    return spinkv_app_set_state_dir(app, path, err);
}

static spinkv_status run_grant(spinkv_app *app, const char *label, const char *unused,
                               spinkv_error *err) {
    (void)unused;
    return spinkv_app_grant(app, label, err);
}

static spinkv_status run_check(spinkv_app *app, const char *unused, const char *unused_too,
                               spinkv_error *err) {
    (void)unused;
    (void)unused_too;
    return spinkv_app_check(app, err);
}

static const struct app_call app_calls[] = {
    {"appLoadManifest", {"manifest", "component"}, {false, true}, spinkv_app_load_manifest},
    {"appLoadRuntimeConfig", {"runtime configuration"}, {true}, run_load_runtime_config},
    {"appSetStateDir", {"state directory"}, {false}, run_set_state_dir},
    {"appGrant", {"label"}, {false}, run_grant},
    {"appCheck", {NULL}, {false}, run_check},
};

static napi_value call_app(napi_env env, napi_callback_info info) {
    napi_value arguments[MAX_ARGUMENTS];
    size_t count = MAX_ARGUMENTS;
    void *data = NULL;
    const struct app_call *call;
    struct text texts[2];
    bool is_read = true;
    spinkv_error error;

    if (napi_get_cb_info(env, info, &count, arguments, NULL, &data) != napi_ok) {
        return NULL;
    }
    call = data;
    for (size_t index = 0; index < 2; index++) {
        texts[index].data = NULL;
        texts[index].owned = NULL;
        if (is_read && call->what[index]) {
            is_read = read_c_text(env, arguments[index + 1], call->what[index],
                                  call->is_optional[index], &texts[index]);
        }
    }
    if (is_read &&
        call->run(app_of(env, arguments[0]), texts[0].data, texts[1].data, &error) != SPINKV_OK) {
        throw_error(env, &error);
    }
    free_text(&texts[0]);
    free_text(&texts[1]);
    return NULL;
}

static napi_value app_set_max_open_stores(napi_env env, napi_callback_info info) {
    napi_value arguments[2];
    size_t count = 2;
    int64_t number = 0;
    bool is_big;
    spinkv_error error;

    if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok ||
        !read_integer(env, arguments[1], "number of open stores", &number, &is_big)) {
        return NULL;
    }
    if (number < 0 || number > UINT32_MAX) {
        char digits[24];
        snprintf(digits, sizeof(digits), "%" PRId64, number);
        refuse(env, "max_open_stores is %s; 1 to 65535 is allowed", digits);
        return NULL;
    }
    if (spinkv_app_set_max_open_stores(app_of(env, arguments[0]), (uint32_t)number, &error) !=
        SPINKV_OK) {
        throw_error(env, &error);
    }
    return NULL;
}

/* ---- Adding a store ---------------------------------------------------------------------------------- */

/* One option: a name and a text, number or boolean; a text is kept in `value`. */
static bool read_option(napi_env env, napi_value name, napi_value value, struct text *kept,
                        spinkv_options *options) {
    napi_valuetype type = napi_undefined;
    struct text text = {NULL, 0, NULL, ""};
    spinkv_status status = SPINKV_OK;
    int64_t number = 0;
    bool flag = false, is_read;
    spinkv_error error;

    kept->owned = NULL;
    is_read = read_c_text(env, name, "option's name", false, &text);
    napi_typeof(env, value, &type);
    if (is_read && type == napi_boolean) {
        napi_get_value_bool(env, value, &flag);
        status = spinkv_options_set_boolean(options, text.data, flag, &error);
    } else if (is_read && (type == napi_number || type == napi_bigint)) {
        is_read = read_integer(env, value, text.data, &number, &flag);
        status = is_read ? spinkv_options_set_number(options, text.data, number, &error) : status;
    } else if (is_read) {
        is_read = read_c_text(env, value, text.data, false, kept);
        status = is_read ? spinkv_options_set_text(options, text.data, kept->data, &error) : status;
    }
    if (status != SPINKV_OK) {
        throw_error(env, &error);
    }
    free_text(&text);
    return is_read && status == SPINKV_OK;
}

/* appAddStore(app, label, options): options are names and values in turn. */
static napi_value app_add_store(napi_env env, napi_callback_info info) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    napi_value arguments[MAX_ARGUMENTS], name, value;
    size_t count = MAX_ARGUMENTS;
    struct text label = {NULL, 0, NULL, ""}, *kept;
    uint32_t length = 0, index = 0;
    bool is_read;
    spinkv_error error;

    if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) {
        return NULL;
    }
    napi_get_array_length(env, arguments[2], &length);
    kept = calloc(length / 2 + (size_t)1, sizeof(*kept));
    if (!kept) {
        napi_throw_error(env, NULL, "out of memory");
        return NULL;
    }
    is_read = read_c_text(env, arguments[1], "label", false, &label);
    for (; is_read && index < length / 2; index++) {
        napi_get_element(env, arguments[2], 2 * index, &name);
        napi_get_element(env, arguments[2], 2 * index + 1, &value);
        is_read = read_option(env, name, value, &kept[index], &options);
    }
    if (is_read && spinkv_app_add_store(app_of(env, arguments[0]), label.data, &options, &error) !=
                       SPINKV_OK) {
        throw_error(env, &error);
    }
    while (index > 0) {
        free_text(&kept[--index]);
    }
    free(kept);
    free_text(&label);
    return NULL;
}

/* ---- Lists ------------------------------------------------------------------------------------------- */

/* appListStores(app): labels and summaries. */
static napi_value app_list_stores(napi_env env, napi_callback_info info) {
    spinkv_list labels = {NULL, 0}, summaries = {NULL, 0};
    napi_value app = NULL, both = NULL, first, second;
    size_t count = 1;
    spinkv_error error;

    if (napi_get_cb_info(env, info, &count, &app, NULL, NULL) != napi_ok) {
        return NULL;
    }
    if (spinkv_app_list_stores(app_of(env, app), &labels, &summaries, &error) != SPINKV_OK) {
        return throw_error(env, &error);
    }
    first = strings_value(env, &labels);
    second = strings_value(env, &summaries);
    if (first && second && napi_create_array_with_length(env, 2, &both) == napi_ok) {
        napi_set_element(env, both, 0, first);
        napi_set_element(env, both, 1, second);
    }
    spinkv_list_free(&labels);
    spinkv_list_free(&summaries);
    return both;
}

static napi_value app_list_warnings(napi_env env, napi_callback_info info) {
    spinkv_list warnings = {NULL, 0};
    napi_value app = NULL, result;
    size_t count = 1;
    spinkv_error error;

    if (napi_get_cb_info(env, info, &count, &app, NULL, NULL) != napi_ok) {
        return NULL;
    }
    if (spinkv_app_list_warnings(app_of(env, app), &warnings, &error) != SPINKV_OK) {
        return throw_error(env, &error);
    }
    result = strings_value(env, &warnings);
    spinkv_list_free(&warnings);
    return result;
}

/* ---- The module -------------------------------------------------------------------------------------- */

static bool export_function(napi_env env, napi_value exports, const char *name,
                            napi_callback callback, const void *data) {
    napi_value function;

    return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, (void *)data, &function) ==
               napi_ok &&
           napi_set_named_property(env, exports, name, function) == napi_ok;
}

bool export_apps(napi_env env, napi_value exports) {
    for (size_t index = 0; index < sizeof(app_calls) / sizeof(app_calls[0]); index++) {
        if (!export_function(env, exports, app_calls[index].name, call_app, &app_calls[index])) {
            return false;
        }
    }
    return export_function(env, exports, "appNew", app_new, NULL) &&
           export_function(env, exports, "appFree", app_free, NULL) &&
           export_function(env, exports, "appSetMaxOpenStores", app_set_max_open_stores, NULL) &&
           export_function(env, exports, "appAddStore", app_add_store, NULL) &&
           export_function(env, exports, "appListStores", app_list_stores, NULL) &&
           export_function(env, exports, "appListWarnings", app_list_warnings, NULL);
}
