/*
 * Between Ruby's objects and C: what lends its bytes, texts, lists, options, and the exceptions. The
 * typemaps of ruby.i call these functions.
 */
%{
#include <ruby/encoding.h>
#include <ruby/thread.h>

#include <string.h>

/* SWIG's, which close and free what an object holds. */
static void free_App(void *app);
static void free_Store(void *store);

static size_t size_of_app(const void *app) {
    return app ? sizeof(App) : 0;
}

static size_t size_of_store(const void *store) {
    return store ? sizeof(Store) : 0;
}

static const rb_data_type_t app_type = {
    "Spinkv::App", {NULL, free_App, size_of_app}, NULL, NULL, 0};
static const rb_data_type_t store_type = {
    "Spinkv::Store", {NULL, free_Store, size_of_store}, NULL, NULL, 0};

/* An object that holds nothing until it is initialised. */
static VALUE allocate_app(VALUE klass) {
    return TypedData_Wrap_Struct(klass, &app_type, NULL);
}

static VALUE allocate_store(VALUE klass) {
    return TypedData_Wrap_Struct(klass, &store_type, NULL);
}

/* What an App holds, or NULL for nil. */
static App *read_app(VALUE object) {
    void *held = NIL_P(object) ? NULL : rb_check_typeddata(object, &app_type);

    if (!held && !NIL_P(object)) {
        rb_raise(rb_eTypeError, "the App was never initialised");
    }
    return static_cast<App *>(held);
}

/* ---- Waiting ---------------------------------------------------------------------------------- */

template <class Call> struct pending {
    Call *call;
    bool is_done;
};

template <class Call> void *run_pending(void *argument) {
    auto *pending_call = static_cast<pending<Call> *>(argument);
    (*pending_call->call)();
    pending_call->is_done = true;
    return NULL;
}

/*
 * Makes a call that may wait, without the interpreter's lock if there is another thread that could use it.
 * Interrupts are looked for before the call alone: what was done is never lost, and nothing leaks.
 */
template <class Call> static void without_lock(Call call) {
    pending<Call> waiting = {&call, false};

    if (rb_thread_alone()) {
        call();
        return;
    }
    for (;;) {
        rb_thread_call_without_gvl2(run_pending<Call>, &waiting, NULL, NULL);
        if (waiting.is_done) {
            return;
        }
        rb_thread_check_ints();
    }
}

/* ---- Errors ----------------------------------------------------------------------------------- */

/* The exception classes by status. */
static VALUE error_classes[SPINKV_STATUS_COUNT];

static void raise_error(const spinkv_error *err) {
    VALUE error = rb_exc_new_str(error_classes[err->status], rb_utf8_str_new_cstr(err->message));

    rb_iv_set(error, "@engine_code", INT2NUM(err->engine_code));
    rb_exc_raise(error);
}

#define raise_invalid_argument(...)                                                                \
    rb_enc_raise(rb_utf8_encoding(), error_classes[SPINKV_INVALID_ARGUMENT], __VA_ARGS__)

/* Fetches the exception classes, of which spinkv/errors.rb has one for each status. */
static void load_error_classes(void) {
    VALUE by_code = rb_path2class("Spinkv::Error");
    int status;

    by_code = rb_const_get(by_code, rb_intern("BY_CODE"));
    for (status = SPINKV_OK + 1; status < SPINKV_STATUS_COUNT; status++) {
        const char *name = spinkv_status_name(static_cast<spinkv_status>(status));
        error_classes[status] = rb_hash_fetch(by_code, rb_str_new_cstr(name));
        rb_gc_register_mark_object(error_classes[status]);
    }
}

/* ---- Strings in ------------------------------------------------------------------------------- */

/* The String that an object is or, by to_str, stands for. */
static VALUE read_string(VALUE object, const char *what) {
    VALUE string = RB_TYPE_P(object, T_STRING) ? object : rb_check_string_type(object);

    if (NIL_P(string)) {
        rb_raise(rb_eTypeError, "%s must be a String, not %" PRIsVALUE, what, rb_obj_class(object));
    }
    return string;
}

/* The same for text, which may be a Symbol, as UTF-8. What is tagged as binary is taken to be that. */
static VALUE read_text(VALUE object, const char *what) {
    VALUE string = SYMBOL_P(object) ? rb_sym2str(object) : read_string(object, what);
    VALUE converted = string;
    int encoding = rb_enc_get_index(string);

    if (encoding != rb_utf8_encindex() && encoding != rb_ascii8bit_encindex() &&
        !rb_enc_str_asciionly_p(string)) {
        converted = rb_str_conv_enc(string, rb_enc_get(string), rb_utf8_encoding());
        if (converted == string) {
            raise_invalid_argument("the %s cannot be written as UTF-8", what);
        }
    }
    return converted;
}

/* A copy that ends in a NUL and has no other, for what C takes as such. */
static VALUE terminate(VALUE string, const char *what) {
    VALUE own = rb_str_new(RSTRING_PTR(string), RSTRING_LEN(string));

    RB_GC_GUARD(string);
    if (strlen(RSTRING_PTR(own)) != static_cast<size_t>(RSTRING_LEN(own))) {
        raise_invalid_argument("the %s holds a NUL", what);
    }
    return own;
}

static VALUE read_name(VALUE object, const char *what) {
    return terminate(read_text(object, what), what);
}

/* A String, or what to_path gives, as its bytes; those of UTF-16 and its like would name another file. */
static VALUE read_path(VALUE object, const char *what) {
    VALUE path = rb_check_funcall(object, rb_intern("to_path"), 0, NULL);
    VALUE string = read_string(path == Qundef ? object : path, what);

    return rb_enc_asciicompat(rb_enc_get(string)) ? terminate(string, what) : read_name(string, what);
}

/* Bytes that a String lends for as long as it is guarded. */
struct borrowed {
    VALUE string;
    const void *data;
    size_t size;
};

/* Borrows from a String that nobody can change; if it was not one, a long one shares its bytes. */
static struct borrowed borrow(VALUE string) {
    VALUE frozen = rb_str_new_frozen(string);
    struct borrowed lent = {frozen, RSTRING_PTR(frozen), static_cast<size_t>(RSTRING_LEN(frozen))};

    return lent;
}

/* ---- Pinning ---------------------------------------------------------------------------------- */

static void mark_pinned(void *argument) {
    VALUE strings = reinterpret_cast<VALUE>(argument);
    long index;

    rb_gc_mark(strings);
    for (index = 0; index < RARRAY_LEN(strings); index++) {
        rb_gc_mark(RARRAY_AREF(strings, index));
    }
}

static const rb_data_type_t pinned_type = {
    "Spinkv::Pinned", {mark_pinned, NULL, NULL}, NULL, NULL, 0};

/*
 * An object that keeps the Strings of an Array, those pushed later too, where they are: compaction moves what
 * only an Array refers to, and with a short String its bytes.
 */
static VALUE pin(VALUE strings) {
    return TypedData_Wrap_Struct(0, &pinned_type, reinterpret_cast<void *>(strings));
}

/* ---- Many at once ----------------------------------------------------------------------------- */

/* Many keys or pairs: a pair is the bytes of its key and behind them those of its value. */
struct batch {
    VALUE pinned;
    VALUE memory;
    const void *items;
    size_t count;
};

static_assert(sizeof(spinkv_pair) == 2 * sizeof(spinkv_bytes), "a pair is two times bytes");

/*
 * Makes a batch of Strings that are all read, so that no code of Ruby's runs any more. Where the lock is about
 * to be released they are frozen, so that no other thread changes them.
 */
static struct batch lend_all(VALUE strings, size_t strings_an_item) {
    size_t count = static_cast<size_t>(RARRAY_LEN(strings)), index;
    VALUE memory = rb_str_tmp_new(static_cast<long>(count * sizeof(spinkv_bytes)));
    auto *items = reinterpret_cast<spinkv_bytes *>(RSTRING_PTR(memory));
    struct batch batch = {pin(strings), memory, items, count / strings_an_item};
    bool is_alone = rb_thread_alone();

    for (index = 0; index < count; index++) {
        VALUE string = RARRAY_AREF(strings, static_cast<long>(index));
        if (!is_alone) {
            string = rb_str_new_frozen(string);
            rb_ary_store(strings, static_cast<long>(index), string);
        }
        items[index].data = RSTRING_PTR(string);
        items[index].size = static_cast<size_t>(RSTRING_LEN(string));
    }
    return batch;
}

/* An Array of what an object enumerates. */
static VALUE read_list(VALUE object, const char *what) {
    VALUE list = rb_check_array_type(object);

    if (NIL_P(list) && !NIL_P(object)) {
        list = rb_check_funcall(object, rb_intern("to_a"), 0, NULL);
    }
    if (list == Qundef || !RB_TYPE_P(list, T_ARRAY)) {
        rb_raise(rb_eTypeError, "%s must be enumerable, which %" PRIsVALUE " is not", what,
                 rb_obj_class(object));
    }
    return list;
}

static struct batch read_keys(VALUE object) {
    VALUE list = read_list(object, "keys"), strings = rb_ary_new();
    long index;

    for (index = 0; index < RARRAY_LEN(list); index++) {
        rb_ary_push(strings, read_text(rb_ary_entry(list, index), "key"));
    }
    return lend_all(strings, 1);
}

static int read_pair(VALUE key, VALUE value, VALUE strings) {
    VALUE text = read_text(key, "key");

    rb_ary_push(strings, text);
    rb_ary_push(strings, read_string(value, "value"));
    return ST_CONTINUE;
}

static struct batch read_pairs(VALUE object) {
    VALUE strings = rb_ary_new(), list;
    long index;

    if (RB_TYPE_P(object, T_HASH)) {
        rb_hash_foreach(object, read_pair, strings);
        return lend_all(strings, 2);
    }
    list = read_list(object, "pairs");
    for (index = 0; index < RARRAY_LEN(list); index++) {
        VALUE pair = rb_check_array_type(rb_ary_entry(list, index));
        if (NIL_P(pair) || RARRAY_LEN(pair) != 2) {
            rb_raise(rb_eTypeError, "an item must be a pair of a key and a value");
        }
        read_pair(rb_ary_entry(pair, 0), rb_ary_entry(pair, 1), strings);
    }
    return lend_all(strings, 2);
}

/* ---- Options and numbers ---------------------------------------------------------------------- */

/* The number that an Integer is, or what is nearest to it in 64 bits: then false. */
static bool fits_number(VALUE integer, int64_t *number) {
    int sign;

    if (FIXNUM_P(integer)) {
        *number = FIX2LONG(integer);
        return true;
    }
    sign = rb_integer_pack(integer, number, 1, sizeof(*number), 0,
                           INTEGER_PACK_2COMP | INTEGER_PACK_NATIVE_BYTE_ORDER |
                               INTEGER_PACK_LSWORD_FIRST);
    if ((sign == 1 && *number >= 0) || (sign == -1 && *number < 0)) {
        return true;
    }
    *number = sign < 0 ? INT64_MIN : INT64_MAX;
    return false;
}

/* An Integer within a range, for an argument called what. */
static int64_t read_integer(VALUE object, const char *what, int64_t least, int64_t most) {
    int64_t number;

    if (!RB_INTEGER_TYPE_P(object)) {
        rb_raise(rb_eTypeError, "%s must be an Integer, not %" PRIsVALUE, what, rb_obj_class(object));
    }
    if (!fits_number(object, &number)) {
        raise_invalid_argument("%s is beyond 64 bits; %lld to %lld is allowed", what,
                               static_cast<long long>(least), static_cast<long long>(most));
    }
    if (number < least || number > most) {
        raise_invalid_argument("%s is %lld; %lld to %lld is allowed", what,
                               static_cast<long long>(number), static_cast<long long>(least),
                               static_cast<long long>(most));
    }
    return number;
}

/* Options that are being read, and the Strings that they borrow from. */
struct reading {
    spinkv_options *options;
    VALUE kept;
};

static spinkv_status set_text_option(struct reading *reading, const char *name, VALUE value,
                                     spinkv_error *err) {
    VALUE text;

    if (SYMBOL_P(value)) {
        value = rb_sym2str(value);
    }
    if (!RB_TYPE_P(value, T_STRING) && !rb_respond_to(value, rb_intern("to_path"))) {
        rb_raise(rb_eTypeError, "the option %s is a String, Integer, boolean or path, not %" PRIsVALUE,
                 name, rb_obj_class(value));
    }
    text = read_path(value, "option");
    rb_ary_push(reading->kept, text);
    return spinkv_options_set_text(reading->options, name, RSTRING_PTR(text), err);
}

/* One option by name. No message holds its value, which may be secret. */
static int read_option(VALUE key, VALUE value, VALUE argument) {
    auto *reading = reinterpret_cast<struct reading *>(argument);
    VALUE own_name = terminate(read_text(key, "option's name"), "option's name");
    const char *name = RSTRING_PTR(own_name);
    spinkv_error err;
    int64_t number;

    if (NIL_P(value) && strcmp(name, "path") == 0) {
        return ST_CONTINUE;
    }
    err.status = SPINKV_OK;
    if (value == Qtrue || value == Qfalse) {
        spinkv_options_set_boolean(reading->options, name, value == Qtrue, &err);
    } else if (RB_INTEGER_TYPE_P(value)) {
        bool fits = fits_number(value, &number);
        if (spinkv_options_set_number(reading->options, name, number, &err) == SPINKV_OK && !fits) {
            raise_invalid_argument("the option %s is more than 9223372036854775807", name);
        }
    } else {
        set_text_option(reading, name, value, &err);
    }
    if (err.status != SPINKV_OK) {
        raise_error(&err);
    }
    RB_GC_GUARD(own_name);
    return ST_CONTINUE;
}

/* Options from a Hash; gives what keeps their texts alive. */
static VALUE read_options(VALUE hash, spinkv_options *options) {
    const spinkv_options defaults = SPINKV_OPTIONS_INIT;
    struct reading reading = {options, rb_ary_new()};
    VALUE pinned = pin(reading.kept);

    Check_Type(hash, T_HASH);
    *options = defaults;
    rb_hash_foreach(hash, read_option, reinterpret_cast<VALUE>(&reading));
    RB_GC_GUARD(pinned);
    return pinned;
}

/* ---- Results ---------------------------------------------------------------------------------- */

static VALUE boolean_of(bool flag) {
    return flag ? Qtrue : Qfalse;
}

/* What is made into objects of Ruby's, and freed whatever comes. What is NULL is not there. */
struct made_of {
    spinkv_list *list;
    spinkv_list *second_list;
    spinkv_value *value;
    VALUE (*make)(const char *data, long size);
};

static VALUE make_list(const struct made_of *from, const spinkv_list *list) {
    VALUE made = rb_ary_new_capa(static_cast<long>(list->count));
    size_t index;

    for (index = 0; index < list->count; index++) {
        const spinkv_bytes *item = &list->items[index];
        auto *data = static_cast<const char *>(item->data);
        rb_ary_push(made, data ? from->make(data, static_cast<long>(item->size)) : Qnil);
    }
    return made;
}

static VALUE make_result(VALUE argument) {
    auto *from = reinterpret_cast<struct made_of *>(argument);
    VALUE first;

    if (from->value) {
        return from->make(static_cast<const char *>(from->value->data),
                          static_cast<long>(from->value->size));
    }
    first = make_list(from, from->list);
    return from->second_list ? rb_assoc_new(first, make_list(from, from->second_list)) : first;
}

static VALUE free_result(VALUE argument) {
    auto *from = reinterpret_cast<struct made_of *>(argument);

    spinkv_list_free(from->list);
    spinkv_list_free(from->second_list);
    spinkv_value_free(from->value);
    return Qnil;
}

static VALUE take_result(struct made_of from) {
    VALUE argument = reinterpret_cast<VALUE>(&from);

    return rb_ensure(make_result, argument, free_result, argument);
}
%}
