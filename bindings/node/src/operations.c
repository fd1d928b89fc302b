/*
 * Every operation once, in three parts: read the arguments, run without JavaScript, make the
 * answer. A synchronous call does the three in turn; a promise runs the second on a thread of the
 * pool, with arguments of its own.
 */
#include "native.h"

#include <stdlib.h>

#define MAX_ARGUMENTS 5

struct call {
    const struct operation *operation;
    /* Whether the arguments must outlive the callback. */
    bool keep;
    spinkv_store store;
    spinkv_app *app;
    struct text key;
    /* The value, label, prefix or JSON text. */
    struct text value;
    /* What may be left out: the expected value, or the key to start after. */
    struct text optional;
    struct batch batch;
    int64_t number;
    bool number_is_big;
    size_t limit;

    spinkv_status status;
    spinkv_error error;
    spinkv_value read;
    spinkv_list list;
    uint64_t count;
    bool flag;

    napi_async_work work;
    napi_deferred deferred;
    /* The object that the call is made on, which is not collected before it is done. */
    napi_ref object;
};

struct operation {
    const char *name;
    bool (*read)(napi_env env, napi_value *arguments, struct call *call);
    spinkv_status (*run)(struct call *call);
    napi_value (*answer)(napi_env env, struct call *call);
    /* Whether a key that is not there is answered with undefined, and is no error. */
    bool finds;
};

/* ---- Reading arguments: the first is the handle, or the app, of all ---------------------------------- */

static bool read_handle(napi_env env, napi_value *arguments, struct call *call) {
    napi_get_value_uint32(env, arguments[0], &call->store);
    return true;
}

static bool read_key(napi_env env, napi_value *arguments, struct call *call) {
    return read_handle(env, arguments, call) &&
           read_text(env, arguments[1], "key", call->keep, &call->key);
}

static bool read_key_value(napi_env env, napi_value *arguments, struct call *call) {
    return read_key(env, arguments, call) &&
           read_text(env, arguments[2], "value", call->keep, &call->value);
}

static bool read_key_delta(napi_env env, napi_value *arguments, struct call *call) {
    return read_key(env, arguments, call) &&
           read_integer(env, arguments[2], "delta", &call->number, &call->number_is_big);
}

static bool read_swap(napi_env env, napi_value *arguments, struct call *call) {
    return read_key(env, arguments, call) &&
           read_optional_text(env, arguments[2], "expected value", call->keep, &call->optional) &&
           read_text(env, arguments[3], "value", call->keep, &call->value);
}

static bool read_page(napi_env env, napi_value *arguments, struct call *call) {
    napi_valuetype type = napi_undefined;
    int64_t limit = 0;
    bool is_big;

    if (!read_handle(env, arguments, call) ||
        !read_optional_text(env, arguments[1], "prefix", call->keep, &call->value) ||
        !read_optional_text(env, arguments[2], "key to start after", call->keep, &call->optional)) {
        return false;
    }
    call->limit = SIZE_MAX;
    napi_typeof(env, arguments[3], &type);
    if (type == napi_undefined || type == napi_null) {
        return true;
    }
    if (!read_integer(env, arguments[3], "limit", &limit, &is_big)) {
        return false;
    }
    call->limit = (size_t)limit;
    return limit >= 0 || refuse(env, "the %s is negative", "limit");
}

static bool read_keys(napi_env env, napi_value *arguments, struct call *call) {
    return read_handle(env, arguments, call) &&
           read_batch(env, arguments[1], "key", call->keep, &call->batch);
}

/* Keys and values in turn. */
static bool read_pairs(napi_env env, napi_value *arguments, struct call *call) {
    return read_handle(env, arguments, call) &&
           read_batch(env, arguments[1], "key or value", call->keep, &call->batch);
}

static bool read_app_pairs(napi_env env, napi_value *arguments, struct call *call) {
    call->app = app_of(env, arguments[0]);
    return read_batch(env, arguments[1], "key or value", call->keep, &call->batch);
}

static bool read_app_label(napi_env env, napi_value *arguments, struct call *call) {
    call->app = app_of(env, arguments[0]);
    return read_c_text(env, arguments[1], "label", false, &call->value);
}

/* ---- Running ----------------------------------------------------------------------------------------- */

#define KEY call->store, call->key.data, call->key.size
#define VALUE call->value.data, call->value.size

static spinkv_status run_get(struct call *call) {
    return spinkv_get(KEY, &call->read, &call->error);
}

static spinkv_status run_set(struct call *call) {
    return spinkv_set(KEY, VALUE, &call->error);
}

static spinkv_status run_delete(struct call *call) {
    return spinkv_delete(KEY, &call->error);
}

static spinkv_status run_exists(struct call *call) {
    return spinkv_exists(KEY, &call->flag, &call->error);
}

static spinkv_status run_get_keys(struct call *call) {
    return spinkv_get_keys(call->store, &call->list, &call->error);
}

static spinkv_status run_list_keys(struct call *call) {
    return spinkv_list_keys(call->store, VALUE, call->optional.data, call->optional.size,
                            call->limit, &call->list, &call->error);
}

static spinkv_status run_count(struct call *call) {
    return spinkv_count(call->store, &call->count, &call->error);
}

static spinkv_status run_get_many(struct call *call) {
    return spinkv_get_many(call->store, call->batch.items, call->batch.count, &call->list,
                           &call->error);
}

static spinkv_status run_delete_many(struct call *call) {
    return spinkv_delete_many(call->store, call->batch.items, call->batch.count, &call->error);
}

/* A pair is two spinkv_bytes, key and value, as they lie in the batch. */
_Static_assert(sizeof(spinkv_pair) == 2 * sizeof(spinkv_bytes), "a pair is a key and a value");

static spinkv_status run_set_many(struct call *call) {
    return spinkv_set_many(call->store, (const spinkv_pair *)call->batch.items,
                           call->batch.count / 2, &call->error);
}

static spinkv_status run_seed(struct call *call) {
    return spinkv_app_seed(call->app, (const spinkv_pair *)call->batch.items, call->batch.count / 2,
                           &call->error);
}

static spinkv_status run_increment(struct call *call) {
    return spinkv_increment(KEY, call->number, &call->number, &call->error);
}

static spinkv_status run_compare_and_swap(struct call *call) {
    return spinkv_compare_and_swap(KEY, call->optional.data, call->optional.size, VALUE,
                                   &call->flag, &call->error);
}

static spinkv_status run_set_json(struct call *call) {
    return spinkv_set_json(KEY, VALUE, &call->error);
}

static spinkv_status run_get_json(struct call *call) {
    return spinkv_get_json(KEY, &call->read, &call->error);
}

static spinkv_status run_open(struct call *call) {
    return spinkv_open(call->app, call->value.data, &call->store, &call->error);
}

/* ---- Answering --------------------------------------------------------------------------------------- */

static napi_value answer_nothing(napi_env env, struct call *call) {
    (void)call;
    return undefined_value(env);
}

static napi_value answer_buffer(napi_env env, struct call *call) {
    return buffer_value(env, call->read.data, call->read.size);
}

static napi_value answer_string(napi_env env, struct call *call) {
    return string_value(env, call->read.data, call->read.size);
}

static napi_value answer_strings(napi_env env, struct call *call) {
    return strings_value(env, &call->list);
}

static napi_value answer_buffers(napi_env env, struct call *call) {
    return buffers_value(env, &call->list);
}

static napi_value answer_flag(napi_env env, struct call *call) {
    napi_value value = NULL;

    napi_get_boolean(env, call->flag, &value);
    return value;
}

static napi_value answer_count(napi_env env, struct call *call) {
    napi_value value = NULL;

    napi_create_int64(env, (int64_t)call->count, &value);
    return value;
}

static napi_value answer_number(napi_env env, struct call *call) {
    napi_value value = NULL;

    (call->number_is_big ? napi_create_bigint_int64 : napi_create_int64)(env, call->number, &value);
    return value;
}

/* A handle of this thread's, which closes it when it ends. */
static napi_value answer_handle(napi_env env, struct call *call) {
    struct environment *environment = environment_of(env);
    napi_value value = NULL;

    if (!environment_reserve(environment)) {
        napi_throw_error(env, NULL, "out of memory");
    } else if (napi_create_uint32(env, call->store, &value) == napi_ok) {
        environment_note_open(environment, call->store);
        return value;
    }
    spinkv_close(call->store);
    return NULL;
}

static const struct operation operations[] = {
    {"get", read_key, run_get, answer_buffer, false},
    {"getString", read_key, run_get, answer_string, false},
    {"set", read_key_value, run_set, answer_nothing, false},
    {"delete", read_key, run_delete, answer_nothing, false},
    {"exists", read_key, run_exists, answer_flag, false},
    {"getKeys", read_handle, run_get_keys, answer_strings, false},
    {"listKeys", read_page, run_list_keys, answer_strings, false},
    {"count", read_handle, run_count, answer_count, false},
    {"getMany", read_keys, run_get_many, answer_buffers, false},
    {"setMany", read_pairs, run_set_many, answer_nothing, false},
    {"deleteMany", read_keys, run_delete_many, answer_nothing, false},
    {"increment", read_key_delta, run_increment, answer_number, false},
    {"compareAndSwap", read_swap, run_compare_and_swap, answer_flag, false},
    {"setJson", read_key_value, run_set_json, answer_nothing, false},
    {"getJson", read_key, run_get_json, answer_string, false},
    {"open", read_app_label, run_open, answer_handle, false},
    {"seed", read_app_pairs, run_seed, answer_nothing, false},
    {"find", read_key, run_get, answer_buffer, true},
    {"findString", read_key, run_get, answer_string, true},
    {"findJson", read_key, run_get_json, answer_string, true},
};

/* ---- Calls ------------------------------------------------------------------------------------------- */

static void begin_call(struct call *call, const struct operation *operation, bool keep) {
    call->operation = operation;
    call->keep = keep;
    call->store = 0;
    call->app = NULL;
    call->key.owned = call->value.owned = call->optional.owned = NULL;
    call->batch = (struct batch){NULL, NULL, 0, NULL, 0};
    call->read = (spinkv_value){NULL, 0};
    call->list = (spinkv_list){NULL, 0};
    call->work = NULL;
    call->object = NULL;
}

static void end_call(struct call *call) {
    free_text(&call->key);
    free_text(&call->value);
    free_text(&call->optional);
    free_batch(&call->batch);
    spinkv_value_free(&call->read);
    spinkv_list_free(&call->list);
}

static napi_value answer_call(napi_env env, struct call *call) {
    if (call->status == SPINKV_OK) {
        return call->operation->answer(env, call);
    }
    if (call->status == SPINKV_NO_SUCH_KEY && call->operation->finds) {
        return undefined_value(env);
    }
    return throw_error(env, &call->error);
}

static napi_value call_now(napi_env env, napi_callback_info info) {
    napi_value arguments[MAX_ARGUMENTS], result = NULL;
    size_t count = MAX_ARGUMENTS;
    void *operation = NULL;
    struct call call;

    if (napi_get_cb_info(env, info, &count, arguments, NULL, &operation) != napi_ok) {
        return NULL;
    }
    begin_call(&call, operation, false);
    if (call.operation->read(env, arguments, &call)) {
        call.status = call.operation->run(&call);
        result = answer_call(env, &call);
    }
    end_call(&call);
    return result;
}

static void run_later(napi_env env, void *data) {
    struct call *call = data;

    (void)env;
    call->status = call->operation->run(call);
}

/* Settles the promise with an answer, or with the exception that is pending where there is none. */
static void settle(napi_env env, napi_deferred deferred, napi_value answer) {
    napi_value reason = NULL;

    if (answer) {
        napi_resolve_deferred(env, deferred, answer);
    } else if (napi_get_and_clear_last_exception(env, &reason) == napi_ok) {
        napi_reject_deferred(env, deferred, reason);
    }
}

static void free_call(napi_env env, struct call *call) {
    if (call->work) {
        napi_delete_async_work(env, call->work);
    }
    if (call->object) {
        napi_delete_reference(env, call->object);
    }
    end_call(call);
    free(call);
}

/* Called on the thread that made the call, also where that is ending: then no step succeeds. */
static void complete(napi_env env, napi_status status, void *data) {
    struct call *call = data;

    if (status == napi_ok) {
        settle(env, call->deferred, answer_call(env, call));
    }
    free_call(env, call);
}

/* Gives a promise; the argument behind the operation's own is the object that it is made on. */
static napi_value call_later(napi_env env, napi_callback_info info) {
    napi_value arguments[MAX_ARGUMENTS], promise = NULL, name = NULL;
    size_t count = MAX_ARGUMENTS;
    void *operation = NULL;
    struct call *call = malloc(sizeof(*call));

    if (!call || napi_get_cb_info(env, info, &count, arguments, NULL, &operation) != napi_ok) {
        free(call);
        napi_throw_error(env, NULL, "out of memory");
        return NULL;
    }
    begin_call(call, operation, true);
    if (napi_create_promise(env, &call->deferred, &promise) != napi_ok) {
        free_call(env, call);
        return NULL;
    }
    napi_create_reference(env, arguments[MAX_ARGUMENTS - 1], 1, &call->object);
    napi_create_string_utf8(env, call->operation->name, NAPI_AUTO_LENGTH, &name);
    if (!call->operation->read(env, arguments, call) ||
        napi_create_async_work(env, NULL, name, run_later, complete, call, &call->work) !=
            napi_ok ||
        napi_queue_async_work(env, call->work) != napi_ok) {
        settle(env, call->deferred, NULL);
        free_call(env, call);
    }
    return promise;
}

/* ---- The module -------------------------------------------------------------------------------------- */

/* close(handle): closes a store that this thread opened, and ignores any other. */
static napi_value close_store(napi_env env, napi_callback_info info) {
    napi_value argument;
    size_t count = 1;
    uint32_t store = 0;

    if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) == napi_ok &&
        napi_get_value_uint32(env, argument, &store) == napi_ok) {
        environment_close(environment_of(env), store);
    }
    return NULL;
}

static bool export_function(napi_env env, napi_value exports, const char *name,
                            napi_callback callback, const struct operation *operation) {
    napi_value function;
    bool has = false;

    /* The reads that are called most have a synchronous form of their own. */
    return napi_has_named_property(env, exports, name, &has) == napi_ok &&
           (has || (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, (void *)operation,
                                         &function) == napi_ok &&
                    napi_set_named_property(env, exports, name, function) == napi_ok));
}

bool export_operations(napi_env env, napi_value exports) {
    napi_value promises;

    if (napi_create_object(env, &promises) != napi_ok ||
        napi_set_named_property(env, exports, "promises", promises) != napi_ok ||
        !export_function(env, exports, "close", close_store, NULL)) {
        return false;
    }
    for (size_t index = 0; index < sizeof(operations) / sizeof(operations[0]); index++) {
        const struct operation *operation = &operations[index];
        if (!export_function(env, exports, operation->name, call_now, operation) ||
            !export_function(env, promises, operation->name, call_later, operation)) {
            return false;
        }
    }
    return true;
}
