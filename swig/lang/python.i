/*
 * Python: what the families of arguments are. The functions that they call are in python_convert.i, and
 * the methods that are called most, made by hand, in python_hot.i.
 */
%include "lang/python_convert.i"

/* ---- Objects ---------------------------------------------------------------------------------- */

/* The method's descriptor has checked the type; an object that was never initialised holds NULL, which
 * is the default app only where None stands for it. */
%typemap(in, noblock=1) struct App *self {
    $1 = ($1_ltype)((SwigPyObject *)$input)->ptr;
    if (!$1) {
        PyErr_SetString(error_classes[SPINKV_INVALID_ARGUMENT], "the App was never initialised");
        SWIG_fail;
    }
}
%typemap(in, noblock=1) struct Store *self {
    $1 = ($1_ltype)((SwigPyObject *)$input)->ptr;
}
%typemap(freearg) struct App *self, struct Store *self ""
%typemap(in, noblock=1) App *app_or_default {
    if (read_app($input, (void **)&$1) < 0) {
        SWIG_fail;
    }
}

/* ---- Errors ----------------------------------------------------------------------------------- */

%typemap(in, numinputs=0, noblock=1) spinkv_error *ERROR (spinkv_error error) {
    error.status = SPINKV_OK;
    $1 = &error;
}
%typemap(in, numinputs=0, noblock=1) spinkv_error *NEW_ERROR (spinkv_error error) {
    if (held_by(self)) {
        PyErr_Format(PyExc_TypeError, "this %s is initialised already", Py_TYPE(self)->tp_name);
        SWIG_fail;
    }
    error.status = SPINKV_OK;
    $1 = &error;
}
%typemap(argout, noblock=1) spinkv_error *ERROR, spinkv_error *NEW_ERROR {
    if ($1->status != SPINKV_OK) {
        raise_error($1);
        SWIG_fail;
    }
}
%typemap(out, noblock=1) int STATUS {
    (void)$1;
    $result = SWIG_Py_Void();
}

/* ---- Bytes, text and numbers ------------------------------------------------------------------- */

%define BORROWED_TYPEMAPS(ARGUMENT, WHAT)
%typemap(in, noblock=1) (const void *ARGUMENT, size_t SIZE) (struct borrowed lent = {0}) {
    if (borrow($input, WHAT, &lent) < 0) {
        SWIG_fail;
    }
    $1 = ($1_ltype)lent.data;
    $2 = lent.size;
}
%typemap(freearg, noblock=1) (const void *ARGUMENT, size_t SIZE) {
    give_back(&lent$argnum);
}
%typemap(in, noblock=1) (const void *OPTIONAL_##ARGUMENT, size_t SIZE) (struct borrowed lent = {0}) {
    if ($input != Py_None && borrow($input, WHAT, &lent) < 0) {
        SWIG_fail;
    }
    $1 = ($1_ltype)lent.data;
    $2 = lent.size;
}
%typemap(freearg, noblock=1) (const void *OPTIONAL_##ARGUMENT, size_t SIZE) {
    give_back(&lent$argnum);
}
%enddef
BORROWED_TYPEMAPS(KEY, "key")
BORROWED_TYPEMAPS(VALUE, "value")

%typemap(in, numinputs=0, noblock=1) spinkv_value *OUT (spinkv_value read = {0}) {
    $1 = &read;
}
%typemap(argout, noblock=1) spinkv_value *OUT {
    Py_DECREF($result);
    $result = bytes_of($1->data, $1->size);
    if (!$result) {
        SWIG_fail;
    }
}
%typemap(freearg, noblock=1) spinkv_value *OUT {
    spinkv_value_free($1);
}

%define NUMBER_OUT_TYPEMAPS(TYPE, CONVERT)
%typemap(in, numinputs=0, noblock=1) TYPE *OUT (TYPE number = 0) {
    $1 = &number;
}
%typemap(argout, noblock=1) TYPE *OUT {
    Py_DECREF($result);
    $result = CONVERT(*$1);
    if (!$result) {
        SWIG_fail;
    }
}
%enddef
NUMBER_OUT_TYPEMAPS(bool, PyBool_FromLong)
NUMBER_OUT_TYPEMAPS(int64_t, PyLong_FromLongLong)
NUMBER_OUT_TYPEMAPS(uint64_t, PyLong_FromUnsignedLongLong)

%typemap(in, noblock=1) int64_t delta (long long read_delta) {
    if (read_integer($input, "delta", INT64_MIN, INT64_MAX, &read_delta) < 0) {
        SWIG_fail;
    }
    $1 = read_delta;
}
%typemap(in, noblock=1) size_t limit (long long read_limit) {
    if ($input == Py_None) {
        $1 = SIZE_MAX;
    } else if (read_integer($input, "limit", 0, PY_SSIZE_T_MAX, &read_limit) < 0) {
        SWIG_fail;
    } else {
        $1 = (size_t)read_limit;
    }
}
%typemap(in, noblock=1) uint32_t max_open_stores (long long read_count) {
    if (read_integer($input, "max_open_stores", 1, 65535, &read_count) < 0) {
        SWIG_fail;
    }
    $1 = (uint32_t)read_count;
}
%typemap(in, noblock=1) const char *TEXT {
    $1 = ($1_ltype)read_text($input, "$1_name");
    if (!$1) {
        SWIG_fail;
    }
}
%typemap(freearg) const char *TEXT ""
%typemap(in, noblock=1) const char *OPTIONAL_TEXT {
    $1 = $input == Py_None ? NULL : ($1_ltype)read_text($input, "component");
    if (!$1 && $input != Py_None) {
        SWIG_fail;
    }
}
%typemap(freearg) const char *OPTIONAL_TEXT ""
%typemap(in, noblock=1) const char *PATH (PyObject *encoded = NULL) {
    encoded = read_path($input);
    if (!encoded) {
        SWIG_fail;
    }
    $1 = PyBytes_AS_STRING(encoded);
}
%typemap(in, noblock=1) const char *OPTIONAL_PATH (PyObject *encoded = NULL) {
    if ($input != Py_None) {
        encoded = read_path($input);
        if (!encoded) {
            SWIG_fail;
        }
        $1 = PyBytes_AS_STRING(encoded);
    }
}
%typemap(freearg, noblock=1) const char *PATH, const char *OPTIONAL_PATH {
    Py_XDECREF(encoded$argnum);
}

/* ---- Many at once ------------------------------------------------------------------------------ */

%define BATCH_TYPEMAPS(TYPE, ARGUMENT, READ)
%typemap(in, noblock=1) (const TYPE *ARGUMENT, size_t COUNT) (struct batch batch = {0}) {
    if (READ($input, &batch) < 0) {
        SWIG_fail;
    }
    $1 = ($1_ltype)batch.items;
    $2 = batch.count;
}
%typemap(freearg, noblock=1) (const TYPE *ARGUMENT, size_t COUNT) {
    free_batch(&batch$argnum);
}
%enddef
BATCH_TYPEMAPS(spinkv_bytes, KEYS, read_keys)
BATCH_TYPEMAPS(spinkv_pair, PAIRS, read_pairs)

%define LIST_OUT_TYPEMAPS(FAMILY, AS_TEXT)
%typemap(in, numinputs=0, noblock=1) spinkv_list *FAMILY (spinkv_list list = {0}) {
    $1 = &list;
}
%typemap(argout, noblock=1) spinkv_list *FAMILY {
    Py_DECREF($result);
    $result = list_of($1, AS_TEXT);
    if (!$result) {
        SWIG_fail;
    }
}
%typemap(freearg, noblock=1) spinkv_list *FAMILY {
    spinkv_list_free($1);
}
%enddef
LIST_OUT_TYPEMAPS(KEYS, true)
LIST_OUT_TYPEMAPS(VALUES, false)

%typemap(in, numinputs=0, noblock=1) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS)
    (spinkv_list first = {0}, spinkv_list second = {0}) {
    $1 = &first;
    $2 = &second;
}
%typemap(argout, noblock=1) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS) {
    Py_DECREF($result);
    $result = two_lists_of($1, $2);
    if (!$result) {
        SWIG_fail;
    }
}
%typemap(freearg, noblock=1) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS) {
    spinkv_list_free($1);
    spinkv_list_free($2);
}

%typemap(in, noblock=1) (const char *LABEL, const spinkv_options *OPTIONS)
    (const char *label, spinkv_options read, PyObject *kept = NULL) {
    kept = read_store($input, &label, &read);
    if (!kept) {
        SWIG_fail;
    }
    $1 = ($1_ltype)label;
    $2 = &read;
}
%typemap(freearg, noblock=1) (const char *LABEL, const spinkv_options *OPTIONS) {
    Py_XDECREF(kept$argnum);
}

/* ---- Names and methods made by hand ------------------------------------------------------------ */

/* What the Python class wraps once more is private here. */
%rename(_get_many) Store::get_many;
%rename(_set_many) Store::set_many;
%rename(_set_json) Store::set_json;
%rename(_get_json) Store::get_json;
%rename(_delete_many) Store::delete_many;
%rename(_get_keys) Store::get_keys;
%rename(_list_keys) Store::list_keys;
%rename(_count) Store::count;
%rename(_increment) Store::increment;
%rename(_compare_and_swap) Store::compare_and_swap;
%rename(_close) Store::close;
%rename(_is_closed) Store::is_closed;
%rename(_load_manifest) App::load_manifest;
%rename(_load_runtime_config) App::load_runtime_config;
%rename(_grant) App::grant;
%rename(_check) App::check;
%rename(_list_stores) App::list_stores;
%rename(_list_warnings) App::list_warnings;
%rename(_seed) App::seed;
%rename(_set_state_dir) App::set_state_dir;
%rename(_set_max_open_stores) App::set_max_open_stores;
%rename(_add_store) App::add_store;
%nothread Store::is_closed;

/* These come from python_hot.i, which must come after the class. */
%ignore Store::get;
%ignore Store::set;
%ignore Store::exists;
%ignore Store::delete;
