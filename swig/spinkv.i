/*
 * The interface that every binding made by SWIG is generated from: a class App and a class Store over the
 * C API. What an argument or a result is in a language is said by that language's file in lang/, for the
 * families of arguments that the files beside this one name. There is no logic here.
 */
%module(package="spinkv", threads="1") core

%{
#include <spinkv.h>

#include <stdlib.h>

/* What an App object of a language holds. */
typedef struct App {
    spinkv_app *app;
} App;

/* What a Store object of a language holds. */
typedef struct Store {
    /* 0 once it is closed. */
    spinkv_store handle;
} Store;

/* What an object holds, which may never have been initialised. */
static spinkv_app *app_of(const App *app) {
    return app ? app->app : NULL;
}

static spinkv_store handle_of(const Store *store) {
    return store ? store->handle : 0;
}

static spinkv_status list_default_warnings(spinkv_error *err, spinkv_list *warnings) {
    return spinkv_app_list_warnings(NULL, warnings, err);
}

static void *make_object(size_t size, spinkv_error *err) {
    void *object = calloc(1, size);

    if (!object) {
        err->status = SPINKV_NO_MEMORY;
        err->message[0] = '\0';
    }
    return object;
}
%}

#ifdef SWIGPYTHON
%include "lang/python.i"
#endif
#ifdef SWIGRUBY
%include "lang/ruby.i"
#endif
#ifdef SWIGJAVA
%include "lang/java.i"
#endif

%include "errors.i"
%include "bytes.i"
%include "keys.i"

typedef struct App {
    %extend {
        App(spinkv_error *new_err) {
            App *app = (App *)make_object(sizeof(*app), new_err);
            if (app && spinkv_app_new(&app->app, new_err) != SPINKV_OK) {
                free(app);
                app = NULL;
            }
            return app;
        }
        ~App() {
            spinkv_app_free(app_of($self));
            free($self);
        }
        spinkv_status load_manifest(spinkv_error *err, const char *manifest,
                                    const char *component_or_null) {
            return spinkv_app_load_manifest(app_of($self), manifest, component_or_null, err);
        }
        spinkv_status load_runtime_config(spinkv_error *err, const char *runtime_config_or_null) {
            return spinkv_app_load_runtime_config(app_of($self), runtime_config_or_null, err);
        }
        spinkv_status grant(spinkv_error *err, const char *label) {
            return spinkv_app_grant(app_of($self), label, err);
        }
        spinkv_status check(spinkv_error *err) {
            return spinkv_app_check(app_of($self), err);
        }
        spinkv_status list_stores(spinkv_error *err, spinkv_list *labels, spinkv_list *summaries) {
            return spinkv_app_list_stores(app_of($self), labels, summaries, err);
        }
        spinkv_status list_warnings(spinkv_error *err, spinkv_list *warnings) {
            return spinkv_app_list_warnings(app_of($self), warnings, err);
        }
        spinkv_status seed(spinkv_error *err, const spinkv_pair *pairs, size_t pair_count) {
            return spinkv_app_seed(app_of($self), pairs, pair_count, err);
        }
        spinkv_status set_state_dir(spinkv_error *err, const char *state_dir) {
            return spinkv_app_set_state_dir(app_of($self), state_dir, err);
        }
        spinkv_status set_max_open_stores(spinkv_error *err, uint32_t max_open_stores) {
            return spinkv_app_set_max_open_stores(app_of($self), max_open_stores, err);
        }
        spinkv_status add_store(spinkv_error *err, const char *store_label,
                                const spinkv_options *store_options) {
            return spinkv_app_add_store(app_of($self), store_label, store_options, err);
        }
    }
} App;

typedef struct Store {
    %extend {
        Store(spinkv_error *new_err, App *app_or_default, const char *label) {
            Store *store = (Store *)make_object(sizeof(*store), new_err);
            spinkv_app *app = app_of(app_or_default);
            if (store && spinkv_open(app, label, &store->handle, new_err) != SPINKV_OK) {
                free(store);
                store = NULL;
            }
            return store;
        }
        ~Store() {
            spinkv_close(handle_of($self));
            free($self);
        }
        void close() {
            spinkv_store handle = handle_of($self);
            if (handle != 0) {
                $self->handle = 0;
                spinkv_close(handle);
            }
        }
        bool is_closed() {
            return handle_of($self) == 0;
        }
        spinkv_status get(spinkv_error *err, const void *key, size_t key_size, spinkv_value *value) {
            return spinkv_get(handle_of($self), key, key_size, value, err);
        }
        spinkv_status set(spinkv_error *err, const void *key, size_t key_size, const void *value,
                          size_t value_size) {
            return spinkv_set(handle_of($self), key, key_size, value, value_size, err);
        }
        spinkv_status delete(spinkv_error *err, const void *key, size_t key_size) {
            return spinkv_delete(handle_of($self), key, key_size, err);
        }
        spinkv_status exists(spinkv_error *err, const void *key, size_t key_size, bool *exists) {
            return spinkv_exists(handle_of($self), key, key_size, exists, err);
        }
        spinkv_status get_keys(spinkv_error *err, spinkv_list *keys) {
            return spinkv_get_keys(handle_of($self), keys, err);
        }
        spinkv_status list_keys(spinkv_error *err, const void *prefix, size_t prefix_size,
                                const void *after_or_null, size_t after_size, size_t limit,
                                spinkv_list *keys) {
            return spinkv_list_keys(handle_of($self), prefix, prefix_size, after_or_null, after_size,
                                    limit, keys, err);
        }
        spinkv_status count(spinkv_error *err, uint64_t *count) {
            return spinkv_count(handle_of($self), count, err);
        }
        spinkv_status get_many(spinkv_error *err, const spinkv_bytes *keys, size_t key_count,
                               spinkv_list *values) {
            return spinkv_get_many(handle_of($self), keys, key_count, values, err);
        }
        spinkv_status set_many(spinkv_error *err, const spinkv_pair *pairs, size_t pair_count) {
            return spinkv_set_many(handle_of($self), pairs, pair_count, err);
        }
        spinkv_status delete_many(spinkv_error *err, const spinkv_bytes *keys, size_t key_count) {
            return spinkv_delete_many(handle_of($self), keys, key_count, err);
        }
        spinkv_status increment(spinkv_error *err, const void *key, size_t key_size, int64_t delta,
                                int64_t *number) {
            return spinkv_increment(handle_of($self), key, key_size, delta, number, err);
        }
        spinkv_status compare_and_swap(spinkv_error *err, const void *key, size_t key_size,
                                       const void *expected_or_null, size_t expected_size,
                                       const void *value, size_t value_size, bool *swapped) {
            return spinkv_compare_and_swap(handle_of($self), key, key_size, expected_or_null,
                                           expected_size, value, value_size, swapped, err);
        }
        spinkv_status set_json(spinkv_error *err, const void *key, size_t key_size, const void *json,
                               size_t json_size) {
            return spinkv_set_json(handle_of($self), key, key_size, json, json_size, err);
        }
        spinkv_status get_json(spinkv_error *err, const void *key, size_t key_size,
                               spinkv_value *json) {
            return spinkv_get_json(handle_of($self), key, key_size, json, err);
        }
    }
} Store;

const char *spinkv_version(void);

/* What is doubtful in the default app's configuration. */
spinkv_status list_default_warnings(spinkv_error *err, spinkv_list *warnings);

#ifdef SWIGPYTHON
%include "lang/python_hot.i"
#endif
#ifdef SWIGRUBY
%include "lang/ruby_hot.i"
#endif
#ifdef SWIGJAVA
%include "lang/java_hot.i"
#endif
