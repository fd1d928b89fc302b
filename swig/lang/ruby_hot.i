/*
 * Ruby's get, set, exists? and delete, by hand: a value is read into a buffer on the stack if it is small and
 * into the String itself if it is not. What the store remembers is read with the interpreter's lock held,
 * which takes less time than letting go of it; and nothing is copied for another thread where there is none.
 */
%header %{
#ifdef SPINKV_INSTALLED
/* An installed library shows nothing but its public interface. */
static bool spinkv__recall_into(spinkv_store, const void *, size_t, void *, size_t, size_t *, spinkv_error *) {
    return false;
}
static bool spinkv__recall_exists(spinkv_store, const void *, size_t, bool *, spinkv_error *) {
    return false;
}
#else
extern "C" {
#include "core/src/recall.h"
}
#endif
%}

%wrapper %{
/* Values up to this size, in bytes, are read in one step. */
#define SMALL_VALUE_SIZE 16384

static spinkv_store handle_of_object(VALUE self) {
    return handle_of(static_cast<Store *>(RTYPEDDATA_DATA(self)));
}

/* The String itself where no other thread can change it, else what borrow gives. */
static struct borrowed borrow_briefly(VALUE string) {
    if (rb_thread_alone()) {
        return {string, RSTRING_PTR(string), static_cast<size_t>(RSTRING_LEN(string))};
    }
    return borrow(string);
}

/* As spinkv_get_into. */
static void read_into(spinkv_store handle, VALUE key, void *buffer, size_t capacity, size_t *size,
                      spinkv_error *err) {
    if (!spinkv__recall_into(handle, RSTRING_PTR(key), static_cast<size_t>(RSTRING_LEN(key)), buffer, capacity,
                             size, err)) {
        struct borrowed lent = borrow_briefly(key);
        without_lock([&] { spinkv_get_into(handle, lent.data, lent.size, buffer, capacity, size, err); });
        RB_GC_GUARD(lent.string);
    }
}

/* Reads a value that did not fit the stack, whose size may change in between. */
static VALUE read_large(spinkv_store handle, VALUE key, size_t size, spinkv_error *err) {
    VALUE value;
    size_t capacity;

    do {
        capacity = size;
        value = rb_str_new(NULL, static_cast<long>(capacity));
        read_into(handle, key, RSTRING_PTR(value), capacity, &size, err);
    } while (err->status == SPINKV_OK && size > capacity);
    if (err->status == SPINKV_OK && size < capacity) {
        rb_str_set_len(value, static_cast<long>(size));
    }
    return value;
}

/* The value, or nil with the status in err. */
static VALUE read_value(VALUE self, VALUE key, spinkv_error *err) {
    spinkv_store handle = handle_of_object(self);
    char small[SMALL_VALUE_SIZE];
    VALUE value = Qnil;
    size_t size;

    read_into(handle, key, small, sizeof(small), &size, err);
    if (err->status == SPINKV_OK) {
        value = size <= sizeof(small) ? rb_str_new(small, static_cast<long>(size))
                                      : read_large(handle, key, size, err);
    }
    return err->status == SPINKV_OK ? value : Qnil;
}

static VALUE store_get(VALUE self, VALUE key) {
    spinkv_error err;
    VALUE text = read_text(key, "key"), value = read_value(self, text, &err);

    if (err.status != SPINKV_OK) {
        raise_error(&err);
    }
    RB_GC_GUARD(text);
    return value;
}

/* The same with nil for a key that is not there. */
static VALUE store_find(VALUE self, VALUE key) {
    spinkv_error err;
    VALUE text = read_text(key, "key"), value = read_value(self, text, &err);

    if (err.status != SPINKV_OK && err.status != SPINKV_NO_SUCH_KEY) {
        raise_error(&err);
    }
    RB_GC_GUARD(text);
    return value;
}

/*
 * Reads into a String of the caller's as far as it is long. Other threads may change that String, so without
 * the lock the value is read into one of its own.
 */
static VALUE store_get_into(VALUE self, VALUE key, VALUE buffer) {
    spinkv_store handle = handle_of_object(self);
    VALUE text = read_text(key, "key"), value = Qnil;
    spinkv_error err;
    size_t size = 0, capacity;

    Check_Type(buffer, T_STRING);
    rb_str_modify(buffer);
    capacity = static_cast<size_t>(RSTRING_LEN(buffer));
    if (rb_thread_alone()) {
        read_into(handle, text, RSTRING_PTR(buffer), capacity, &size, &err);
    } else if (!spinkv__recall_into(handle, RSTRING_PTR(text), static_cast<size_t>(RSTRING_LEN(text)),
                                    RSTRING_PTR(buffer), capacity, &size, &err)) {
        value = read_value(self, text, &err);
        rb_str_modify(buffer);
        size = NIL_P(value) ? 0 : static_cast<size_t>(RSTRING_LEN(value));
        if (!NIL_P(value) && size <= static_cast<size_t>(RSTRING_LEN(buffer))) {
            memcpy(RSTRING_PTR(buffer), RSTRING_PTR(value), size);
        }
    }
    if (err.status != SPINKV_OK) {
        raise_error(&err);
    }
    RB_GC_GUARD(text);
    RB_GC_GUARD(value);
    return SIZET2NUM(size);
}

static VALUE store_set(VALUE self, VALUE key, VALUE value) {
    spinkv_store handle = handle_of_object(self);
    VALUE text = read_text(key, "key"), bytes = read_string(value, "value");
    struct borrowed lent_key = borrow_briefly(text), lent_value = borrow_briefly(bytes);
    spinkv_error err;

    without_lock([&] {
        spinkv_set(handle, lent_key.data, lent_key.size, lent_value.data, lent_value.size, &err);
    });
    if (err.status != SPINKV_OK) {
        raise_error(&err);
    }
    RB_GC_GUARD(lent_key.string);
    RB_GC_GUARD(lent_value.string);
    return Qnil;
}

static VALUE store_exists(VALUE self, VALUE key) {
    spinkv_store handle = handle_of_object(self);
    VALUE text = read_text(key, "key");
    spinkv_error err;
    bool exists;

    if (!spinkv__recall_exists(handle, RSTRING_PTR(text), static_cast<size_t>(RSTRING_LEN(text)), &exists,
                               &err)) {
        struct borrowed lent = borrow_briefly(text);
        without_lock([&] { spinkv_exists(handle, lent.data, lent.size, &exists, &err); });
        RB_GC_GUARD(lent.string);
    }
    if (err.status != SPINKV_OK) {
        raise_error(&err);
    }
    RB_GC_GUARD(text);
    return boolean_of(exists);
}

static VALUE store_delete(VALUE self, VALUE key) {
    spinkv_store handle = handle_of_object(self);
    struct borrowed lent = borrow_briefly(read_text(key, "key"));
    spinkv_error err;

    without_lock([&] { spinkv_delete(handle, lent.data, lent.size, &err); });
    if (err.status != SPINKV_OK) {
        raise_error(&err);
    }
    RB_GC_GUARD(lent.string);
    return Qnil;
}
%}

/* SWIG's objects know neither their type nor their size. */
%init %{
    rb_define_alloc_func(SwigClassApp.klass, allocate_app);
    rb_define_alloc_func(SwigClassStore.klass, allocate_store);
    rb_define_method(SwigClassStore.klass, "get", RUBY_METHOD_FUNC(store_get), 1);
    rb_define_method(SwigClassStore.klass, "[]", RUBY_METHOD_FUNC(store_find), 1);
    rb_define_method(SwigClassStore.klass, "get_into", RUBY_METHOD_FUNC(store_get_into), 2);
    rb_define_method(SwigClassStore.klass, "set", RUBY_METHOD_FUNC(store_set), 2);
    rb_define_method(SwigClassStore.klass, "[]=", RUBY_METHOD_FUNC(store_set), 2);
    rb_define_method(SwigClassStore.klass, "exists?", RUBY_METHOD_FUNC(store_exists), 1);
    rb_define_method(SwigClassStore.klass, "delete", RUBY_METHOD_FUNC(store_delete), 1);
%}
