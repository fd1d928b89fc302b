/*
 * Ruby: what the families of arguments are. What SWIG generates is compiled as C++, so that a call which may
 * wait is a lambda that runs without the interpreter's lock. Whatever can raise leaves by longjmp: memory that
 * is needed meanwhile belongs to Ruby, and what the library gives is freed by rb_ensure.
 */
%include "lang/ruby_convert.i"

/* ---- Objects ---------------------------------------------------------------------------------- */

/* The method has checked the class; an object that was never initialised holds NULL. */
%typemap(in, noblock=1) struct Store *self {
    $1 = ($1_ltype)RTYPEDDATA_DATA($input);
}
%typemap(in, noblock=1) struct App *self {
    $1 = read_app($input);
}
%typemap(in, noblock=1) App *app_or_default {
    $1 = read_app($input);
}

/* ---- Errors ----------------------------------------------------------------------------------- */

%typemap(in, numinputs=0, noblock=1) spinkv_error *ERROR (spinkv_error error) {
    error.status = SPINKV_OK;
    $1 = &error;
}
%typemap(in, numinputs=0, noblock=1) spinkv_error *NEW_ERROR (spinkv_error error) {
    if (RTYPEDDATA_DATA(self)) {
        rb_raise(rb_eTypeError, "this %" PRIsVALUE " is initialised already", rb_obj_class(self));
    }
    error.status = SPINKV_OK;
    $1 = &error;
}
%typemap(argout, noblock=1) spinkv_error *ERROR, spinkv_error *NEW_ERROR {
    if ($1->status != SPINKV_OK) {
        raise_error($1);
    }
}
%typemap(out, noblock=1) int STATUS {
    (void)$1;
    $result = Qnil;
}

/* ---- Bytes, text and numbers ------------------------------------------------------------------- */

%define BORROWED_TYPEMAPS(ARGUMENT, READ, WHAT)
%typemap(in, noblock=1) (const void *ARGUMENT, size_t SIZE) (struct borrowed lent) {
    lent = borrow(READ($input, WHAT));
    $1 = ($1_ltype)lent.data;
    $2 = lent.size;
}
%typemap(freearg, noblock=1) (const void *ARGUMENT, size_t SIZE) {
    RB_GC_GUARD(lent$argnum.string);
}
%typemap(in, noblock=1) (const void *OPTIONAL_##ARGUMENT, size_t SIZE)
    (struct borrowed lent = {Qnil, NULL, 0}) {
    if (!NIL_P($input)) {
        lent = borrow(READ($input, WHAT));
    }
    $1 = ($1_ltype)lent.data;
    $2 = lent.size;
}
%typemap(freearg, noblock=1) (const void *OPTIONAL_##ARGUMENT, size_t SIZE) {
    RB_GC_GUARD(lent$argnum.string);
}
%enddef
BORROWED_TYPEMAPS(KEY, read_text, "key")
BORROWED_TYPEMAPS(VALUE, read_string, "value")

/* The only value that goes through SWIG is JSON text. */
%typemap(in, numinputs=0, noblock=1) spinkv_value *OUT (spinkv_value read = {NULL, 0}) {
    $1 = &read;
}
%typemap(argout, noblock=1) spinkv_value *OUT {
    $result = take_result({NULL, NULL, $1, rb_utf8_str_new});
}

%define RESULT_TYPEMAPS(TYPE, CONVERT)
%typemap(in, numinputs=0, noblock=1) TYPE *OUT (TYPE number = 0) {
    $1 = &number;
}
%typemap(argout, noblock=1) TYPE *OUT {
    $result = CONVERT(*$1);
}
%enddef
RESULT_TYPEMAPS(bool, boolean_of)
RESULT_TYPEMAPS(int64_t, LL2NUM)
RESULT_TYPEMAPS(uint64_t, ULL2NUM)

%typemap(in, noblock=1) int64_t delta {
    $1 = read_integer($input, "delta", INT64_MIN, INT64_MAX);
}
%typemap(in, noblock=1) size_t limit {
    $1 = NIL_P($input) ? SIZE_MAX : (size_t)read_integer($input, "limit", 0, INT64_MAX);
}
%typemap(in, noblock=1) uint32_t max_open_stores {
    $1 = (uint32_t)read_integer($input, "max_open_stores", 1, 65535);
}

%define TERMINATED_TYPEMAPS(FAMILY, READ, WHAT, OPTIONAL_WHAT)
%typemap(in, noblock=1) const char *FAMILY (VALUE own) {
    own = READ($input, WHAT);
    $1 = RSTRING_PTR(own);
}
%typemap(freearg, noblock=1) const char *FAMILY {
    RB_GC_GUARD(own$argnum);
}
%typemap(in, noblock=1) const char *OPTIONAL_##FAMILY (VALUE own = Qnil) {
    if (!NIL_P($input)) {
        own = READ($input, OPTIONAL_WHAT);
        $1 = RSTRING_PTR(own);
    }
}
%typemap(freearg, noblock=1) const char *OPTIONAL_##FAMILY {
    RB_GC_GUARD(own$argnum);
}
%enddef
TERMINATED_TYPEMAPS(TEXT, read_name, "label", "component")
TERMINATED_TYPEMAPS(PATH, read_path, "$1_name", "runtime_config")

/* ---- Many at once ------------------------------------------------------------------------------ */

%define BATCH_TYPEMAPS(TYPE, ARGUMENT, READ)
%typemap(in, noblock=1) (const TYPE *ARGUMENT, size_t COUNT) (struct batch batch) {
    batch = READ($input);
    $1 = ($1_ltype)batch.items;
    $2 = batch.count;
}
%typemap(freearg, noblock=1) (const TYPE *ARGUMENT, size_t COUNT) {
    RB_GC_GUARD(batch$argnum.pinned);
    RB_GC_GUARD(batch$argnum.memory);
}
%enddef
BATCH_TYPEMAPS(spinkv_bytes, KEYS, read_keys)
BATCH_TYPEMAPS(spinkv_pair, PAIRS, read_pairs)

%define LIST_OUT_TYPEMAPS(FAMILY, MAKE)
%typemap(in, numinputs=0, noblock=1) spinkv_list *FAMILY (spinkv_list list = {NULL, 0}) {
    $1 = &list;
}
%typemap(argout, noblock=1) spinkv_list *FAMILY {
    $result = take_result({$1, NULL, NULL, MAKE});
}
%enddef
LIST_OUT_TYPEMAPS(KEYS, rb_utf8_str_new)
LIST_OUT_TYPEMAPS(VALUES, rb_str_new)

%typemap(in, numinputs=0, noblock=1) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS)
    (spinkv_list first = {NULL, 0}, spinkv_list second = {NULL, 0}) {
    $1 = &first;
    $2 = &second;
}
%typemap(argout, noblock=1) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS) {
    $result = take_result({$1, $2, NULL, rb_utf8_str_new});
}

%typemap(in, noblock=1) const spinkv_options *OPTIONS (spinkv_options read, VALUE pinned) {
    pinned = read_options($input, &read);
    $1 = &read;
}
%typemap(freearg, noblock=1) const spinkv_options *OPTIONS {
    RB_GC_GUARD(pinned$argnum);
}

/* ---- Names, waiting and methods made by hand ---------------------------------------------------- */

%rename("closed?") Store::is_closed;
%rename(set_json_text) Store::set_json;
%rename(get_json_text) Store::get_json;
%rename(version) spinkv_version;

%exception {
    without_lock([&] { $action });
}
%exception Store::is_closed {
    $action
}
%exception spinkv_version {
    $action
}

/* These come from ruby_hot.i. */
%ignore Store::get;
%ignore Store::set;
%ignore Store::exists;
%ignore Store::delete;

%init %{
    load_error_classes();
%}
