/*
 * Python's get, set, exists and delete, by hand: called without packing arguments, and a value is read
 * into a buffer on the stack if it is small and into the bytes object itself if it is not. What the store
 * remembers is read with the interpreter's lock held, which takes less time than letting go of it. No
 * lock of the store is ever held while the interpreter's lock is waited for, so that a fork can wait for
 * the store.
 */
%header %{
#include "core/src/recall.h"
%}

%wrapper %{
/* Values up to this size, in bytes, are read in one step. */
#define SMALL_VALUE_SIZE 16384

/*
 * Lets go of the interpreter's lock for a read, if there is another thread that could use it; threads
 * are only made by those who hold the lock. Letting go costs more than all else that a read adds to C.
 */
static PyThreadState *release_interpreter(void) {
    PyThreadState *first = PyInterpreterState_ThreadHead(PyInterpreterState_Get());

    return PyThreadState_Next(first) ? PyEval_SaveThread() : NULL;
}

static void take_interpreter(PyThreadState *released) {
    if (released) {
        PyEval_RestoreThread(released);
    }
}

static void *held_by(PyObject *object) {
    return ((SwigPyObject *)object)->ptr;
}

static spinkv_store handle_of_object(PyObject *self) {
    return handle_of(held_by(self));
}

/* Reads a value that did not fit the stack, whose size may change in between. */
static PyObject *read_large(spinkv_store handle, const struct borrowed *key, size_t size,
                            spinkv_error *err) {
    PyObject *value = NULL;
    size_t capacity;

    do {
        Py_XDECREF(value);
        capacity = size;
        value = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)capacity);
        if (!value) {
            return NULL;
        }
        if (!spinkv__recall_into(handle, key->data, key->size, PyBytes_AS_STRING(value), capacity, &size,
                                 err)) {
            Py_BEGIN_ALLOW_THREADS
            spinkv_get_into(handle, key->data, key->size, PyBytes_AS_STRING(value), capacity, &size, err);
            Py_END_ALLOW_THREADS
        }
    } while (err->status == SPINKV_OK && size > capacity);
    if (err->status != SPINKV_OK) {
        Py_DECREF(value);
        return NULL;
    }
    if (size < capacity) {
        _PyBytes_Resize(&value, (Py_ssize_t)size);
    }
    return value;
}

static PyObject *read_value(spinkv_store handle, const struct borrowed *key, spinkv_error *err) {
    char small[SMALL_VALUE_SIZE];
    size_t size;

    if (!spinkv__recall_into(handle, key->data, key->size, small, sizeof(small), &size, err)) {
        PyThreadState *released = release_interpreter();
        spinkv_get_into(handle, key->data, key->size, small, sizeof(small), &size, err);
        take_interpreter(released);
    }
    if (err->status != SPINKV_OK) {
        return NULL;
    }
    return size <= sizeof(small) ? bytes_of(small, size) : read_large(handle, key, size, err);
}

/* Finds the optional second argument of get, positional or by its name. */
static int find_default(PyObject *const *arguments, Py_ssize_t count, PyObject *names,
                        PyObject **fallback) {
    Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;

    *fallback = count == 2 ? arguments[1] : NULL;
    if (named == 1 && count == 1 &&
        PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "default") == 0) {
        *fallback = arguments[1];
        return 0;
    }
    if (named > 0 || count < 1 || count > 2) {
        PyErr_Format(PyExc_TypeError, "get() takes a key and, optionally, default; %zd arguments given",
                     count + named);
        return -1;
    }
    return 0;
}

static PyObject *store_get(PyObject *self, PyObject *const *arguments, Py_ssize_t count,
                           PyObject *names) {
    spinkv_error err;
    PyObject *fallback, *value;
    struct borrowed key;

    if (find_default(arguments, count, names, &fallback) < 0 ||
        borrow(arguments[0], "key", &key) < 0) {
        return NULL;
    }
    value = read_value(handle_of_object(self), &key, &err);
    give_back(&key);
    if (!value && err.status == SPINKV_NO_SUCH_KEY && fallback) {
        Py_INCREF(fallback);
        return fallback;
    }
    if (!value && err.status != SPINKV_OK) {
        raise_error(&err);
    }
    return value;
}

static PyObject *store_set(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    spinkv_error err;
    struct borrowed key, value;
    spinkv_store handle = handle_of_object(self);

    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "set() takes a key and a value; %zd arguments given", count);
        return NULL;
    }
    if (borrow(arguments[0], "key", &key) < 0) {
        return NULL;
    }
    if (borrow(arguments[1], "value", &value) < 0) {
        give_back(&key);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    spinkv_set(handle, key.data, key.size, value.data, value.size, &err);
    Py_END_ALLOW_THREADS
    give_back(&key);
    give_back(&value);
    if (err.status != SPINKV_OK) {
        raise_error(&err);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *store_exists(PyObject *self, PyObject *object) {
    spinkv_error err;
    spinkv_store handle = handle_of_object(self);
    struct borrowed key;
    bool exists;

    if (borrow(object, "key", &key) < 0) {
        return NULL;
    }
    if (!spinkv__recall_exists(handle, key.data, key.size, &exists, &err)) {
        PyThreadState *released = release_interpreter();
        spinkv_exists(handle, key.data, key.size, &exists, &err);
        take_interpreter(released);
    }
    give_back(&key);
    if (err.status != SPINKV_OK) {
        raise_error(&err);
        return NULL;
    }
    return PyBool_FromLong(exists);
}

static PyObject *store_delete(PyObject *self, PyObject *object) {
    spinkv_error err;
    spinkv_store handle = handle_of_object(self);
    struct borrowed key;

    if (borrow(object, "key", &key) < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    spinkv_delete(handle, key.data, key.size, &err);
    Py_END_ALLOW_THREADS
    give_back(&key);
    if (err.status != SPINKV_OK) {
        raise_error(&err);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef hot_methods[] = {
    {"get", (PyCFunction)(void (*)(void))store_get, METH_FASTCALL | METH_KEYWORDS,
     "get($self, key, /, default=...)\n--\n\n"
     "Read the value of a key, as bytes.\n\n"
     "key is a str, or bytes-like holding UTF-8. If the store holds no such key, default is\n"
     "returned where one is given; otherwise NoSuchKey is raised, which is a KeyError.\n\n"
     "Raises NoSuchKey, InvalidStore, InvalidArgument (a key that is not UTF-8), Busy, Corrupt, Io.\n\n"
     ">>> with spinkv.open_default() as store:\n"
     "...     store.set(\"mykey\", b\"myvalue\")\n"
     "...     store.get(\"mykey\")\n"
     "...     store.get(\"other\", default=None)\n"
     "b'myvalue'\n"},
    {"set", (PyCFunction)(void (*)(void))store_set, METH_FASTCALL,
     "set($self, key, value, /)\n--\n\n"
     "Write the value of a key, new or in place of the old one.\n\n"
     "key is a str of at most 256 bytes as UTF-8 (max_key_bytes), value is bytes-like, or a str which\n"
     "is stored as UTF-8, of at most 1,048,576 bytes (max_value_bytes). When set returns, the value is\n"
     "as durable as the store's durability says.\n\n"
     "Raises KeyTooLarge, ValueTooLarge, StoreFull (a new key beyond max_entries), ReadOnly,\n"
     "InvalidStore, InvalidArgument, Busy, Corrupt, Io.\n\n"
     ">>> with spinkv.open_default() as store:\n"
     "...     store.set(\"mykey\", b\"myvalue\")\n"},
    {"exists", store_exists, METH_O,
     "exists($self, key, /)\n--\n\n"
     "Tell whether the store holds a key, without reading its value.\n\n"
     "Raises InvalidStore, InvalidArgument, Busy, Corrupt, Io.\n\n"
     ">>> with spinkv.open_default() as store:\n"
     "...     store.exists(\"nothing\")\n"
     "False\n"},
    {"delete", store_delete, METH_O,
     "delete($self, key, /)\n--\n\n"
     "Delete a key with its value. A key that is not there is no error.\n\n"
     "Raises ReadOnly, InvalidStore, InvalidArgument, Busy, Corrupt, Io.\n\n"
     ">>> with spinkv.open_default() as store:\n"
     "...     store.delete(\"nothing\")\n"},
    {NULL, NULL, 0, NULL}};

/* What SWIG gives every type to handle pointers with, which is no part of a store. */
static const char *const pointer_methods[] = {"acquire", "append", "disown",  "next",
                                              "own",     "this",   "thisown", NULL};

static PyTypeObject *find_type(PyObject *module, const char *name) {
    PyTypeObject *type = (PyTypeObject *)PyObject_GetAttrString(module, name);
    size_t i;

    for (i = 0; type && pointer_methods[i]; i++) {
        PyDict_DelItemString(type->tp_dict, pointer_methods[i]);
        PyErr_Clear();
        /* The base type is this module's alone: its SWIG_TYPE_TABLE is. */
        PyDict_DelItemString(type->tp_base->tp_dict, pointer_methods[i]);
        PyErr_Clear();
    }
    if (type) {
        PyType_Modified(type->tp_base);
        /* SWIG's own looks into the pointer, which may not be there. */
        type->tp_repr = PyBaseObject_Type.tp_repr;
        type->tp_str = PyBaseObject_Type.tp_str;
        PyType_Modified(type);
    }
    return type;
}

/* Puts the methods above into the type that SWIG made. */
static int finish_types(PyObject *module) {
    PyTypeObject *type = find_type(module, "Store");
    PyMethodDef *method;

    app_type = find_type(module, "App");
    for (method = hot_methods; type && method->ml_name; method++) {
        PyObject *descriptor = PyDescr_NewMethod(type, method);
        if (descriptor) {
            PyDict_SetItemString(type->tp_dict, method->ml_name, descriptor);
            Py_DECREF(descriptor);
        }
    }
    if (type) {
        PyType_Modified(type);
    }
    Py_XDECREF(type);
    return PyErr_Occurred() ? -1 : 0;
}
%}

%init %{
    if (load_error_classes() == 0) {
        finish_types(m);
    }
%}
