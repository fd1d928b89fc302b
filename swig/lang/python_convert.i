/*
 * Between Python's objects and C: what lends its bytes, texts, lists, options, and the exceptions. The
 * typemaps of python.i call these functions.
 */
%{
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

/* What SWIG keeps a pointer in; defined with its runtime. */
static void *held_by(PyObject *object);

/* The exception classes by status. */
static PyObject *error_classes[SPINKV_STATUS_COUNT];

static void raise_error(const spinkv_error *err) {
    PyObject *message;

    if (PyErr_Occurred()) {
        return;
    }
    message = PyUnicode_DecodeUTF8(err->message, (Py_ssize_t)strlen(err->message), "backslashreplace");
    if (message) {
        PyErr_SetObject(error_classes[err->status], message);
        Py_DECREF(message);
    }
}

static void raise_invalid_argument(const char *format, PyObject *detail) {
    PyErr_Clear();
    PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT], format, detail);
}

/* Says that a str is no UTF-8; of a value nothing is shown, and of a key its beginning. */
static void raise_not_utf8(PyObject *object, const char *what) {
    PyErr_Clear();
    if (strcmp(what, "key") == 0) {
        PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT], "the key %.60R cannot be written as UTF-8",
                     object);
    } else {
        PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT],
                     "the %s, a str, cannot be written as UTF-8", what);
    }
}

/* Fetches the exception classes from spinkv.errors, which has one for each status. */
static int load_error_classes(void) {
    PyObject *module = PyImport_ImportModule("spinkv.errors");
    PyObject *by_code = module ? PyObject_GetAttrString(module, "BY_CODE") : NULL;
    int status = by_code ? SPINKV_OK + 1 : SPINKV_STATUS_COUNT;

    for (; status < SPINKV_STATUS_COUNT; status++) {
        const char *name = spinkv_status_name((spinkv_status)status);
        error_classes[status] = PyMapping_GetItemString(by_code, name);
        if (!error_classes[status]) {
            break;
        }
    }
    Py_XDECREF(by_code);
    Py_XDECREF(module);
    return PyErr_Occurred() ? -1 : 0;
}

/* Bytes that a Python object lends until they are given back. */
struct borrowed {
    const void *data;
    size_t size;
    Py_buffer view;
    PyObject *copy;
};

static void give_back(struct borrowed *borrowed) {
    if (borrowed->view.obj) {
        PyBuffer_Release(&borrowed->view);
    }
    Py_CLEAR(borrowed->copy);
}

/*
 * Borrows from a buffer. One that is not contiguous is copied, and so is a key, which must stay what
 * it was when it was checked.
 */
static int borrow_buffer(PyObject *object, const char *what, bool is_key,
                         struct borrowed *borrowed) {
    if (!PyObject_CheckBuffer(object)) {
        PyErr_Format(PyExc_TypeError, "%s must be str or bytes-like, not %.80s", what,
                     Py_TYPE(object)->tp_name);
        return -1;
    }
    if (!is_key && PyObject_GetBuffer(object, &borrowed->view, PyBUF_SIMPLE) == 0) {
        borrowed->data = borrowed->view.buf;
        borrowed->size = (size_t)borrowed->view.len;
        return 0;
    }
    borrowed->view.obj = NULL;
    PyErr_Clear();
    borrowed->copy = PyBytes_FromObject(object);
    if (!borrowed->copy) {
        return -1;
    }
    borrowed->data = PyBytes_AS_STRING(borrowed->copy);
    borrowed->size = (size_t)PyBytes_GET_SIZE(borrowed->copy);
    return 0;
}

/* Borrows the bytes of a bytes-like object, or a str as UTF-8. */
static int borrow(PyObject *object, const char *what, struct borrowed *borrowed) {
    Py_ssize_t size;

    borrowed->view.obj = NULL;
    borrowed->copy = NULL;
    if (PyUnicode_Check(object)) {
        borrowed->data = PyUnicode_AsUTF8AndSize(object, &size);
        borrowed->size = (size_t)size;
        if (!borrowed->data && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
            raise_not_utf8(object, what);
        }
        return borrowed->data ? 0 : -1;
    }
    if (PyBytes_Check(object)) {
        borrowed->data = PyBytes_AS_STRING(object);
        borrowed->size = (size_t)PyBytes_GET_SIZE(object);
        return 0;
    }
    return borrow_buffer(object, what, strcmp(what, "key") == 0, borrowed);
}

/* A str or bytes of its own for what an object lends, so that it stays as it is. */
static PyObject *keep(PyObject *object, const char *what) {
    if (PyUnicode_CheckExact(object) || PyBytes_CheckExact(object)) {
        Py_INCREF(object);
        return object;
    }
    if (PyUnicode_Check(object)) {
        return PyUnicode_FromObject(object);
    }
    if (PyObject_CheckBuffer(object)) {
        return PyBytes_FromObject(object);
    }
    PyErr_Format(PyExc_TypeError, "%s must be str or bytes-like, not %.80s", what,
                 Py_TYPE(object)->tp_name);
    return NULL;
}

/* Keeps an object in a list and lends its bytes for as long as the list lives. */
static int lend_kept(PyObject *kept, PyObject *object, const char *what, spinkv_bytes *bytes) {
    struct borrowed borrowed;
    PyObject *own = keep(object, what);
    int failed = !own || PyList_Append(kept, own) < 0 || borrow(own, what, &borrowed) < 0;

    Py_XDECREF(own);
    if (failed) {
        return -1;
    }
    bytes->data = borrowed.data;
    bytes->size = borrowed.size;
    return 0;
}

/* Many keys or pairs, with the list that keeps their objects alive. */
struct batch {
    PyObject *kept;
    void *items;
    size_t count;
};

static void free_batch(struct batch *batch) {
    Py_CLEAR(batch->kept);
    PyMem_Free(batch->items);
    batch->items = NULL;
}

/* Makes a batch of what an iterable gives, item by item with read_item. */
static int read_batch(PyObject *iterable, size_t item_size, struct batch *batch,
                      int (*read_item)(PyObject *kept, PyObject *object, void *item)) {
    PyObject *objects = PySequence_Tuple(iterable);
    size_t i, count;

    batch->kept = NULL;
    batch->items = NULL;
    batch->count = 0;
    if (!objects) {
        return -1;
    }
    count = (size_t)PyTuple_GET_SIZE(objects);
    batch->kept = PyList_New(0);
    batch->items = PyMem_Calloc(count + 1, item_size);
    if (!batch->kept || !batch->items) {
        PyErr_NoMemory();
    }
    for (i = 0; i < count && !PyErr_Occurred(); i++) {
        PyObject *object = PyTuple_GET_ITEM(objects, (Py_ssize_t)i);
        read_item(batch->kept, object, (char *)batch->items + i * item_size);
    }
    Py_DECREF(objects);
    batch->count = count;
    return PyErr_Occurred() ? -1 : 0;
}

static int read_key(PyObject *kept, PyObject *object, void *item) {
    return lend_kept(kept, object, "key", item);
}

static int read_keys(PyObject *object, struct batch *batch) {
    if (PyUnicode_Check(object) || PyBytes_Check(object)) {
        PyErr_Format(PyExc_TypeError, "keys must be an iterable of keys, not one %.80s",
                     Py_TYPE(object)->tp_name);
        batch->kept = NULL;
        batch->items = NULL;
        return -1;
    }
    return read_batch(object, sizeof(spinkv_bytes), batch, read_key);
}

static int read_pair(PyObject *kept, PyObject *object, void *item) {
    spinkv_pair *pair = item;
    PyObject *both = NULL;
    Py_ssize_t size;
    int failed = -1;

    if (!PyUnicode_Check(object) && !PyBytes_Check(object)) {
        both = PySequence_Tuple(object);
    }
    if (both && PyTuple_GET_SIZE(both) == 2) {
        failed = lend_kept(kept, PyTuple_GET_ITEM(both, 0), "key", &pair->key) < 0 ||
                 lend_kept(kept, PyTuple_GET_ITEM(both, 1), "value", &pair->value) < 0;
    } else if (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        size = both ? PyTuple_GET_SIZE(both) : 0;
        PyErr_Format(PyExc_TypeError,
                     both ? "an item must be a pair of a key and a value, not %.80s of %zd"
                          : "an item must be a pair of a key and a value, not %.80s",
                     Py_TYPE(object)->tp_name, size);
    }
    Py_XDECREF(both);
    return failed ? -1 : 0;
}

static int read_pairs(PyObject *object, struct batch *batch) {
    return read_batch(object, sizeof(spinkv_pair), batch, read_pair);
}

static PyObject *bytes_of(const void *data, size_t size) {
    return PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
}

/* A list of what a spinkv_list holds; NULL data becomes None. */
static PyObject *list_of(const spinkv_list *list, bool as_text) {
    PyObject *result = PyList_New((Py_ssize_t)list->count);
    size_t i;

    for (i = 0; result && i < list->count; i++) {
        const spinkv_bytes *item = &list->items[i];
        PyObject *object = Py_None;
        if (!item->data) {
            Py_INCREF(object);
        } else if (as_text) {
            object = PyUnicode_DecodeUTF8(item->data, (Py_ssize_t)item->size, "surrogateescape");
        } else {
            object = bytes_of(item->data, item->size);
        }
        if (!object) {
            Py_CLEAR(result);
        } else {
            PyList_SET_ITEM(result, (Py_ssize_t)i, object);
        }
    }
    return result;
}

/* A pair of lists of texts. */
static PyObject *two_lists_of(const spinkv_list *first, const spinkv_list *second) {
    PyObject *a = list_of(first, true), *b = list_of(second, true);
    PyObject *both = a && b ? PyTuple_Pack(2, a, b) : NULL;

    Py_XDECREF(a);
    Py_XDECREF(b);
    return both;
}

/* A str without NUL, as UTF-8 that lives as long as the str. */
static const char *read_text(PyObject *object, const char *what) {
    const char *text;
    Py_ssize_t size;

    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s must be str, not %.80s", what, Py_TYPE(object)->tp_name);
        return NULL;
    }
    text = PyUnicode_AsUTF8AndSize(object, &size);
    if (!text || strlen(text) != (size_t)size) {
        PyErr_Clear();
        PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT],
                     "the %s %.60R cannot be written as UTF-8 without a NUL", what, object);
        return NULL;
    }
    return text;
}

/* What an option takes, in Python's words; NULL if there is no such option. */
static const char *option_takes(const char *name) {
    spinkv_options scratch = SPINKV_OPTIONS_INIT;

    if (spinkv_options_set_number(&scratch, name, 0, NULL) == SPINKV_OK) {
        return strncmp(name, "max_", 4) == 0 ? "an int (0 for no limit)" : "an int";
    }
    if (spinkv_options_set_boolean(&scratch, name, false, NULL) == SPINKV_OK) {
        return "a bool";
    }
    if (spinkv_options_set_text(&scratch, name, "", NULL) == SPINKV_OK) {
        return strcmp(name, "path") == 0 ? "a path (str, bytes or PathLike)" : "a str";
    }
    return strcmp(name, "durability") == 0 ? "the str \"full\" or \"normal\"" : NULL;
}

/* Says that an int is beyond what an option takes, or beyond 64 bits, in which case it is not shown. */
static int raise_out_of_range(const char *name) {
    spinkv_options scratch = SPINKV_OPTIONS_INIT;
    spinkv_error err = {SPINKV_OK, 0, ""};
    const char *allowed;

    if (spinkv_options_set_number(&scratch, name, 0, &err) != SPINKV_OK) {
        raise_error(&err);
        return -1;
    }
    spinkv_options_set_number(&scratch, name, INT64_MIN, &err);
    allowed = strchr(err.message, ';');
    PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT], "%s is out of range%s", name,
                 allowed ? allowed : "");
    return -1;
}

/* Says why an object was no text. It may be secret, so nothing that Python says of it is passed on. */
static int raise_no_text(const char *name, PyObject *value) {
    spinkv_options scratch = SPINKV_OPTIONS_INIT;
    const char *takes = option_takes(name);
    spinkv_error err = {SPINKV_OK, 0, ""};

    if (PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        if (takes) {
            PyErr_Format(PyExc_TypeError, "the option %s takes %s, not %.80s", name, takes,
                         Py_TYPE(value)->tp_name);
        } else {
            spinkv_options_set_text(&scratch, name, "", &err);
            raise_error(&err);
        }
    } else if (PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT],
                     "the option %.60s holds a NUL or cannot be written as UTF-8", name);
    }
    return -1;
}

/* One option by name. A text is kept alive by the list. */
static int read_option(spinkv_options *options, PyObject *kept, PyObject *name, PyObject *value) {
    Py_ssize_t size = 0;
    const char *text_name = PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, &size) : NULL;
    spinkv_error err = {SPINKV_OK, 0, ""};
    PyObject *bytes = NULL;
    spinkv_status status;

    if (!text_name || strlen(text_name) != (size_t)size) {
        PyErr_SetString(PyExc_TypeError, "the name of an option is a str without NUL");
        return -1;
    }
    if (value == Py_None && strcmp(text_name, "path") == 0) {
        return 0;
    }
    if (PyBool_Check(value)) {
        status = spinkv_options_set_boolean(options, text_name, value == Py_True, &err);
    } else if (PyLong_Check(value)) {
        int overflow;
        long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
        if (overflow) {
            return raise_out_of_range(text_name);
        }
        status = spinkv_options_set_number(options, text_name, number, &err);
    } else if (PyUnicode_FSConverter(value, &bytes)) {
        int appended = PyList_Append(kept, bytes);
        Py_DECREF(bytes);
        if (appended < 0) {
            return -1;
        }
        status = spinkv_options_set_text(options, text_name, PyBytes_AS_STRING(bytes), &err);
    } else {
        return raise_no_text(text_name, value);
    }
    if (status != SPINKV_OK) {
        raise_error(&err);
        return -1;
    }
    return 0;
}

/* Options from a dict, type first, which decides which others there are; returns the list that keeps
 * their texts alive. */
static PyObject *read_options(PyObject *dict, spinkv_options *options) {
    const spinkv_options defaults = SPINKV_OPTIONS_INIT;
    PyObject *kept = PyList_New(0), *own = NULL, *name = NULL, *value;
    Py_ssize_t position = 0;

    *options = defaults;
    if (PyDict_Check(dict)) {
        /* A copy, which no path object can change while it is asked for its path. */
        own = PyDict_Copy(dict);
        name = PyUnicode_FromString("type");
    } else {
        PyErr_SetString(PyExc_TypeError, "the options must be a dict");
    }
    value = own && name ? PyDict_GetItemWithError(own, name) : NULL;
    if (!own || !name || PyErr_Occurred() ||
        (value && kept && read_option(options, kept, name, value) < 0)) {
        Py_CLEAR(kept);
    }
    Py_XDECREF(name);
    while (kept && PyDict_Next(own, &position, &name, &value)) {
        if (read_option(options, kept, name, value) < 0) {
            Py_CLEAR(kept);
        }
    }
    Py_XDECREF(own);
    return kept;
}

/* Puts the store's label before what the error says, if that is about an option. */
static void name_store(PyObject *label) {
    PyObject *type, *error, *trace, *is_plain;

    if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_ValueError)) {
        return;
    }
    PyErr_Fetch(&type, &error, &trace);
    is_plain = PyObject_CallMethod(label, "isprintable", NULL);
    if (is_plain) {
        PyErr_Format(type, is_plain == Py_True ? "the store \"%.60U\": %S" : "the store %.60R: %S",
                     label, error);
        Py_DECREF(is_plain);
    }
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(trace);
}

/* A label with a dict of options, as a tuple; returns the list that keeps their texts alive. */
static PyObject *read_store(PyObject *tuple, const char **label, spinkv_options *options) {
    PyObject *kept;

    if (!PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) != 2) {
        PyErr_SetString(PyExc_TypeError, "a store is a tuple of a label and a dict of options");
        return NULL;
    }
    *label = read_text(PyTuple_GET_ITEM(tuple, 0), "label");
    if (!*label) {
        return NULL;
    }
    kept = read_options(PyTuple_GET_ITEM(tuple, 1), options);
    if (!kept) {
        name_store(PyTuple_GET_ITEM(tuple, 0));
    }
    return kept;
}

/* An int within a range, for an argument called what. */
static int read_integer(PyObject *object, const char *what, long long least, long long most,
                        long long *number) {
    int overflow = 0;

    if (!PyLong_Check(object) || PyBool_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s must be int, not %.80s", what, Py_TYPE(object)->tp_name);
        return -1;
    }
    *number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow) {
        PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT],
                     "%s is out of range; %lld to %lld is allowed", what, least, most);
        return -1;
    }
    if (*number < least || *number > most) {
        PyErr_Format(error_classes[SPINKV_INVALID_ARGUMENT], "%s is %lld; %lld to %lld is allowed", what,
                     *number, least, most);
        return -1;
    }
    return 0;
}

/* A path as bytes for the system. */
static PyObject *read_path(PyObject *object) {
    PyObject *encoded = NULL;

    if (!PyUnicode_FSConverter(object, &encoded) && PyErr_ExceptionMatches(PyExc_ValueError)) {
        raise_invalid_argument("%.60R is no path", object);
    }
    return encoded;
}

/* The type of an App; set when the module is made. */
static PyTypeObject *app_type;

/* What an App object holds, or NULL for None. */
static int read_app(PyObject *object, void **held) {
    *held = NULL;
    if (object == Py_None) {
        return 0;
    }
    if (!PyObject_TypeCheck(object, app_type)) {
        PyErr_Format(PyExc_TypeError, "app must be App or None, not %.80s", Py_TYPE(object)->tp_name);
        return -1;
    }
    *held = held_by(object);
    if (!*held) {
        PyErr_SetString(error_classes[SPINKV_INVALID_ARGUMENT], "the App was never initialised");
        return -1;
    }
    return 0;
}

%}
