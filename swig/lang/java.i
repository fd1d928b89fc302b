/*
 * What the families of arguments are in Java. SWIG makes only the natives (-noproxy), in a class that the
 * package keeps to itself; the classes that a user meets are written by hand over them, in bindings/java.
 *
 * A key is a String and a value a byte[]. A store is passed as its handle, which is a number, so that
 * nothing of it can be freed twice or used after it was. Everything that is many (keys, tuples, lists,
 * options) goes through as one byte[], a block: one copy, however many there are. A block begins with
 * how many items there are, as 4 bytes in the machine's order; each item is its size, in the same form
 * (-1: there is none), and its bytes. spinkv.Block is the other end.
 */
%pragma(java) jniclassclassmodifiers="final class"
%pragma(java) moduleclassmodifiers="final class"
%pragma(java) jniclasscode=%{
  static {
    NativeLibrary.load();
  }
%}

%{
#include <string.h>

/* Keys of up to so many UTF-16 units, and values of up to so many bytes, come in through the stack. */
#define SMALL_TEXT_UNITS 256
#define SMALL_BYTES_SIZE 4096

/* A String on its way in, as UTF-8. */
struct text {
    const char *data;
    size_t size;
    char *heap;
    char small[3 * SMALL_TEXT_UNITS];
};

/* A byte[] on its way in. data is NULL where it is null. */
struct bytes {
    const char *data;
    size_t size;
    char *heap;
    char small[SMALL_BYTES_SIZE];
};

/* A block on its way in, taken apart. */
struct batch {
    struct bytes block;
    void *items;
    size_t count;
};

/* spinkv.StoreException and its method that makes the exception of a status. */
static jclass exception_class;
static jmethodID exception_of;

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
    JNIEnv *env;
    jclass found;

    (void)reserved;
    if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_8) != JNI_OK) {
        return JNI_ERR;
    }
    found = (*env)->FindClass(env, "spinkv/StoreException");
    exception_class = found ? (*env)->NewGlobalRef(env, found) : NULL;
    if (!exception_class) {
        return JNI_ERR;
    }
    exception_of = (*env)->GetStaticMethodID(env, exception_class, "of",
                                             "(II[B)Lspinkv/StoreException;");
    return exception_of ? JNI_VERSION_1_8 : JNI_ERR;
}

static void raise_no_memory(JNIEnv *env, const char *message) {
    jclass found = (*env)->FindClass(env, "java/lang/OutOfMemoryError");

    if (found) {
        (*env)->ThrowNew(env, found, message);
    }
}

/* Memory that is never NULL, or the exception. */
static void *allocate(JNIEnv *env, size_t size) {
    void *memory = malloc(size > 0 ? size : 1);

    if (!memory) {
        raise_no_memory(env, "no memory for what goes into the store");
    }
    return memory;
}

static jbyteArray bytes_of(JNIEnv *env, const void *data, size_t size) {
    jbyteArray array;

    if (size > INT32_MAX) {
        raise_no_memory(env, "the value is larger than an array can be");
        return NULL;
    }
    array = (*env)->NewByteArray(env, (jsize)size);
    if (array) {
        (*env)->SetByteArrayRegion(env, array, 0, (jsize)size, data);
    }
    return array;
}

static void raise_error(JNIEnv *env, const spinkv_error *error) {
    jbyteArray message;
    jthrowable exception;

    if ((*env)->ExceptionCheck(env)) {
        return;
    }
    message = bytes_of(env, error->message, strlen(error->message));
    if (!message) {
        return;
    }
    exception = (*env)->CallStaticObjectMethod(env, exception_class, exception_of,
                                               (jint)error->status, (jint)error->engine_code,
                                               message);
    if (!(*env)->ExceptionCheck(env)) {
        (*env)->Throw(env, exception);
    }
}

/* ---- In ---------------------------------------------------------------------------------------- */

static bool is_surrogate(jchar unit, jchar first) {
    return (unit & 0xfc00) == first;
}

/*
 * Writes units as UTF-8 and gives its size, at most three bytes a unit. Half a surrogate pair becomes the
 * three bytes that UTF-8 does not allow, so that the store refuses it as any key that is not UTF-8.
 */
static size_t encode(const jchar *units, size_t count, char *utf8) {
    char *end = utf8;
    size_t i;

    for (i = 0; i < count; i++) {
        uint32_t point = units[i];
        if (point < 0x80) {
            *end++ = (char)point;
            continue;
        }
        if (point < 0x800) {
            *end++ = (char)(0xc0 | point >> 6);
        } else {
            if (is_surrogate(units[i], 0xd800) && i + 1 < count &&
                is_surrogate(units[i + 1], 0xdc00)) {
                point = 0x10000 + ((point & 0x3ff) << 10 | (units[++i] & 0x3ff));
                *end++ = (char)(0xf0 | point >> 18);
                *end++ = (char)(0x80 | (point >> 12 & 0x3f));
            } else {
                *end++ = (char)(0xe0 | point >> 12);
            }
            *end++ = (char)(0x80 | (point >> 6 & 0x3f));
        }
        *end++ = (char)(0x80 | (point & 0x3f));
    }
    return (size_t)(end - utf8);
}

/* Reads a String. On failure an exception is pending; give back all the same. */
static void borrow_text(JNIEnv *env, jstring string, struct text *text) {
    jchar small[SMALL_TEXT_UNITS];
    jsize count;
    jchar *units;

    text->heap = NULL;
    text->data = NULL;
    text->size = 0;
    if (!string) {
        return;
    }
    count = (*env)->GetStringLength(env, string);
    if (count <= SMALL_TEXT_UNITS) {
        (*env)->GetStringRegion(env, string, 0, count, small);
        text->size = encode(small, (size_t)count, text->small);
        text->data = text->small;
        return;
    }
    units = allocate(env, (size_t)count * sizeof(*units));
    text->heap = units ? allocate(env, (size_t)count * 3) : NULL;
    if (text->heap) {
        (*env)->GetStringRegion(env, string, 0, count, units);
        text->size = encode(units, (size_t)count, text->heap);
        text->data = text->heap;
    }
    free(units);
}

/* Reads a byte[], likewise. */
static void borrow_bytes(JNIEnv *env, jbyteArray array, struct bytes *bytes) {
    char *data;
    jsize size;

    bytes->heap = NULL;
    bytes->data = NULL;
    bytes->size = 0;
    if (!array) {
        return;
    }
    size = (*env)->GetArrayLength(env, array);
    data = bytes->small;
    if (size > SMALL_BYTES_SIZE) {
        data = bytes->heap = allocate(env, (size_t)size);
    }
    if (data) {
        (*env)->GetByteArrayRegion(env, array, 0, size, (jbyte *)data);
        bytes->data = data;
        bytes->size = (size_t)size;
    }
}

static int32_t take_number(const char **block) {
    int32_t number;

    memcpy(&number, *block, sizeof(number));
    *block += sizeof(number);
    return number;
}

static spinkv_bytes take_item(const char **block) {
    spinkv_bytes item;

    item.size = (size_t)take_number(block);
    item.data = *block;
    *block += item.size;
    return item;
}

/* Reads a block, of which as many items in a row as the number says belong together. */
static void borrow_batch(JNIEnv *env, jbyteArray array, size_t together, struct batch *batch) {
    const char *block;
    spinkv_bytes *items;
    size_t count, i;

    batch->items = NULL;
    batch->count = 0;
    borrow_bytes(env, array, &batch->block);
    block = batch->block.data;
    if (!block) {
        return;
    }
    count = (size_t)take_number(&block);
    items = batch->items = allocate(env, count * sizeof(*items));
    for (i = 0; items && i < count; i++) {
        items[i] = take_item(&block);
    }
    batch->count = items ? count / together : 0;
}

static void give_back(struct batch *batch) {
    free(batch->block.heap);
    free(batch->items);
}

/* Reads options from a block: a name, a letter that says what its value is, and the value as text. */
static void borrow_options(JNIEnv *env, jbyteArray array, struct batch *batch,
                           spinkv_options *options) {
    const spinkv_options defaults = SPINKV_OPTIONS_INIT;
    spinkv_error error = {SPINKV_OK, 0, ""};
    const spinkv_bytes *items;
    size_t i;

    *options = defaults;
    borrow_batch(env, array, 3, batch);
    items = batch->items;
    for (i = 0; i < batch->count && error.status == SPINKV_OK; i++) {
        const char *name = items[3 * i].data;
        const char *kind = items[3 * i + 1].data;
        const char *value = items[3 * i + 2].data;
        switch (*kind) {
        case 'n':
            spinkv_options_set_number(options, name, strtoll(value, NULL, 10), &error);
            break;
        case 'b':
            spinkv_options_set_boolean(options, name, *value == '1', &error);
            break;
        default:
            spinkv_options_set_text(options, name, value, &error);
        }
    }
    if (error.status != SPINKV_OK) {
        raise_error(env, &error);
    }
}

/* ---- Out --------------------------------------------------------------------------------------- */

static size_t block_size(const spinkv_list *list) {
    size_t size = sizeof(int32_t);
    size_t i;

    for (i = 0; i < list->count; i++) {
        size += sizeof(int32_t) + list->items[i].size;
    }
    return size;
}

static char *put_number(char *block, int32_t number) {
    memcpy(block, &number, sizeof(number));
    return block + sizeof(number);
}

static char *put_list(char *block, const spinkv_list *list) {
    size_t i;

    block = put_number(block, (int32_t)list->count);
    for (i = 0; i < list->count; i++) {
        const spinkv_bytes *item = &list->items[i];
        block = put_number(block, item->data ? (int32_t)item->size : -1);
        if (item->size > 0) {
            memcpy(block, item->data, item->size);
            block += item->size;
        }
    }
    return block;
}

/* One block, or two in a row. */
static jbyteArray block_of(JNIEnv *env, const spinkv_list *list, const spinkv_list *more) {
    size_t size = block_size(list) + (more ? block_size(more) : 0);
    jbyteArray array;
    char *block;

    if (size > INT32_MAX) {
        raise_no_memory(env, "the list is larger than an array can be");
        return NULL;
    }
    array = (*env)->NewByteArray(env, (jsize)size);
    block = array ? (*env)->GetPrimitiveArrayCritical(env, array, NULL) : NULL;
    if (block) {
        char *end = put_list(block, list);
        if (more) {
            put_list(end, more);
        }
        (*env)->ReleasePrimitiveArrayCritical(env, array, block, 0);
    }
    return array;
}
%}

/* What could not be read is not called with. */
%exception {
    if (!(*jenv)->ExceptionCheck(jenv)) {
        $action
    }
}

/* ---- Results ----------------------------------------------------------------------------------- */

%define RETURNS(NAME, JNI, JAVA)
%typemap(jni) spinkv_status NAME "JNI"
%typemap(jtype) spinkv_status NAME "JAVA"
%typemap(jstype) spinkv_status NAME "JAVA"
%typemap(javaout) spinkv_status NAME { return $jnicall; }
%typemap(out) spinkv_status NAME "$result = 0;"
%enddef
RETURNS(get, jbyteArray, byte[])
RETURNS(get_json, jbyteArray, byte[])
RETURNS(get_keys, jbyteArray, byte[])
RETURNS(list_keys, jbyteArray, byte[])
RETURNS(get_many, jbyteArray, byte[])
RETURNS(list_stores, jbyteArray, byte[])
RETURNS(list_warnings, jbyteArray, byte[])
RETURNS(list_default_warnings, jbyteArray, byte[])
RETURNS(exists, jboolean, boolean)
RETURNS(compare_and_swap, jboolean, boolean)
RETURNS(count, jlong, long)
RETURNS(increment, jlong, long)

%typemap(jni) int STATUS "void"
%typemap(jtype) int STATUS "void"
%typemap(jstype) int STATUS "void"
%typemap(javaout) int STATUS { $jnicall; }
%typemap(out) int STATUS ""

%define ERROR_TYPEMAPS(FAMILY)
%typemap(in, numinputs=0) spinkv_error *FAMILY (spinkv_error error) {
    error.status = SPINKV_OK;
    $1 = &error;
}
%typemap(argout) spinkv_error *FAMILY {
    if ($1->status != SPINKV_OK) {
        raise_error(jenv, $1);
    }
}
%enddef
ERROR_TYPEMAPS(ERROR)
ERROR_TYPEMAPS(NEW_ERROR)

%define NUMBER_OUT_TYPEMAPS(TYPE)
%typemap(in, numinputs=0) TYPE *OUT (TYPE number = 0) "$1 = &number;"
%typemap(argout) TYPE *OUT "$result = *$1;"
%enddef
NUMBER_OUT_TYPEMAPS(bool)
NUMBER_OUT_TYPEMAPS(int64_t)
NUMBER_OUT_TYPEMAPS(uint64_t)

%typemap(in, numinputs=0) spinkv_value *OUT (spinkv_value value = {0}) "$1 = &value;"
%typemap(argout) spinkv_value *OUT {
    if ($1->data) {
        $result = bytes_of(jenv, $1->data, $1->size);
    }
}
%typemap(freearg) spinkv_value *OUT "spinkv_value_free($1);"

%define LIST_OUT_TYPEMAPS(FAMILY)
%typemap(in, numinputs=0) spinkv_list *FAMILY (spinkv_list list = {0}) "$1 = &list;"
%typemap(argout) spinkv_list *FAMILY {
    if (!(*jenv)->ExceptionCheck(jenv)) {
        $result = block_of(jenv, $1, NULL);
    }
}
%typemap(freearg) spinkv_list *FAMILY "spinkv_list_free($1);"
%enddef
LIST_OUT_TYPEMAPS(KEYS)
LIST_OUT_TYPEMAPS(VALUES)

%typemap(in, numinputs=0) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS)
    (spinkv_list first = {0}, spinkv_list second = {0}) {
    $1 = &first;
    $2 = &second;
}
%typemap(argout) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS) {
    if (!(*jenv)->ExceptionCheck(jenv)) {
        $result = block_of(jenv, $1, $2);
    }
}
%typemap(freearg) (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS) {
    spinkv_list_free($1);
    spinkv_list_free($2);
}

/* ---- Arguments --------------------------------------------------------------------------------- */

/* The Java type of an argument, for SWIG's three words for it. */
%define TAKES(ARGUMENT, JNI, JAVA)
%typemap(jni) ARGUMENT "JNI"
%typemap(jtype) ARGUMENT "JAVA"
%typemap(jstype) ARGUMENT "JAVA"
%typemap(javain) ARGUMENT "$javainput"
%enddef

%define KEY_TYPEMAPS(FAMILY)
TAKES((const void *FAMILY, size_t SIZE), jstring, String)
%typemap(in) (const void *FAMILY, size_t SIZE) (struct text text) {
    borrow_text(jenv, $input, &text);
    $1 = (void *)text.data;
    $2 = text.size;
}
%typemap(freearg) (const void *FAMILY, size_t SIZE) "free(text$argnum.heap);"
%enddef
KEY_TYPEMAPS(KEY)
KEY_TYPEMAPS(OPTIONAL_KEY)

%define VALUE_TYPEMAPS(FAMILY)
TAKES((const void *FAMILY, size_t SIZE), jbyteArray, byte[])
%typemap(in) (const void *FAMILY, size_t SIZE) (struct bytes bytes) {
    borrow_bytes(jenv, $input, &bytes);
    $1 = (void *)bytes.data;
    $2 = bytes.size;
}
%typemap(freearg) (const void *FAMILY, size_t SIZE) "free(bytes$argnum.heap);"
%enddef
VALUE_TYPEMAPS(VALUE)
VALUE_TYPEMAPS(OPTIONAL_VALUE)

/* A text or path is a byte[] that ends with a NUL: what it may hold is checked where it is made. */
%define TEXT_TYPEMAPS(FAMILY)
TAKES(const char *FAMILY, jbyteArray, byte[])
%typemap(in) const char *FAMILY (struct bytes bytes) {
    borrow_bytes(jenv, $input, &bytes);
    $1 = (char *)bytes.data;
}
%typemap(freearg) const char *FAMILY "free(bytes$argnum.heap);"
%enddef
TEXT_TYPEMAPS(TEXT)
TEXT_TYPEMAPS(PATH)
TEXT_TYPEMAPS(OPTIONAL_TEXT)
TEXT_TYPEMAPS(OPTIONAL_PATH)

%define BATCH_TYPEMAPS(TYPE, ARGUMENT, TOGETHER)
TAKES((const TYPE *ARGUMENT, size_t COUNT), jbyteArray, byte[])
%typemap(in) (const TYPE *ARGUMENT, size_t COUNT) (struct batch batch) {
    borrow_batch(jenv, $input, TOGETHER, &batch);
    $1 = batch.items;
    $2 = batch.count;
}
%typemap(freearg) (const TYPE *ARGUMENT, size_t COUNT) "give_back(&batch$argnum);"
%enddef
BATCH_TYPEMAPS(spinkv_bytes, KEYS, 1)
BATCH_TYPEMAPS(spinkv_pair, PAIRS, 2)

TAKES(const spinkv_options *OPTIONS, jbyteArray, byte[])
%typemap(in) const spinkv_options *OPTIONS (struct batch batch, spinkv_options options) {
    borrow_options(jenv, $input, &batch, &options);
    $1 = &options;
}
%typemap(freearg) const spinkv_options *OPTIONS "give_back(&batch$argnum);"

TAKES(int64_t delta, jlong, long)
%typemap(in) int64_t delta "$1 = $input;"
TAKES(size_t limit, jlong, long)
%typemap(in) size_t limit "$1 = (size_t)$input;"
TAKES(uint32_t max_open_stores, jint, int)
%typemap(in) uint32_t max_open_stores "$1 = (uint32_t)$input;"

/* ---- Stores and apps --------------------------------------------------------------------------- */

%typemap(jni) struct Store * "jint"
%typemap(jtype) struct Store * "int"
%typemap(jstype) struct Store * "int"
%typemap(javain) struct Store * "$javainput"
%typemap(javaout) struct Store * { return $jnicall; }
%typemap(in) struct Store * (Store store) {
    store.handle = (spinkv_store)$input;
    $1 = &store;
}
%typemap(out) struct Store * {
    $result = $1 ? (jint)$1->handle : 0;
    free($1);
}
%ignore Store::~Store;
%ignore Store::is_closed;

%typemap(jstype) App *, struct App * "long"
%typemap(javain) App *, struct App * "$javainput"
%typemap(javaout) App *, struct App * { return $jnicall; }
%typemap(in) App *, struct App * "$1 = (App *)(intptr_t)$input;"
%typemap(out) App *, struct App * "$result = (jlong)(intptr_t)$1;"
