/*
 * Java's reads, by hand: a value comes through the stack if it is small, and a key that is not there is
 * null without an exception being made.
 */
%native(Store_find) jbyteArray Store_find(jint handle, jstring key);
%native(Store_get_into) jint Store_get_into(jint handle, jstring key, jbyteArray buffer, jint offset,
                                            jint capacity);
%native(Store_get_into_memory) jint Store_get_into_memory(jint handle, jstring key, jobject buffer,
                                                          jint offset, jint capacity);

%wrapper %{
/* Values up to this size, in bytes, are read in one step. */
#define SMALL_VALUE_SIZE 16384

/* Reads a value of any size, or raises what the read fails with, but for a key that is not there. */
static jbyteArray find_any(JNIEnv *env, spinkv_store store, const struct text *key) {
    jbyteArray array = NULL;
    spinkv_value value;
    spinkv_error error;

    if (spinkv_get(store, key->data, key->size, &value, &error) == SPINKV_OK) {
        array = bytes_of(env, value.data, value.size);
    } else if (error.status != SPINKV_NO_SUCH_KEY) {
        raise_error(env, &error);
    }
    spinkv_value_free(&value);
    return array;
}

SWIGEXPORT jbyteArray JNICALL Java_spinkv_coreJNI_Store_1find(JNIEnv *env, jclass self, jint handle,
                                                              jstring string) {
    spinkv_store store = (spinkv_store)handle;
    char small[SMALL_VALUE_SIZE];
    jbyteArray array = NULL;
    spinkv_status status;
    struct text key;
    size_t size;

    (void)self;
    borrow_text(env, string, &key);
    if (key.data) {
        status = spinkv_get_into(store, key.data, key.size, small, sizeof(small), &size, NULL);
        if (status == SPINKV_OK && size <= sizeof(small)) {
            array = bytes_of(env, small, size);
        } else if (status != SPINKV_NO_SUCH_KEY) {
            array = find_any(env, store, &key);
        }
    }
    free(key.heap);
    return array;
}

/* Reads a value that is too large for the stack into a part of an array, if it fits. */
static size_t read_into(JNIEnv *env, spinkv_store store, const struct text *key, jbyteArray array,
                        jint offset, jint capacity, spinkv_error *error) {
    spinkv_value value;
    size_t size;

    spinkv_get(store, key->data, key->size, &value, error);
    size = value.size;
    if (size > 0 && size <= (size_t)capacity) {
        (*env)->SetByteArrayRegion(env, array, offset, (jsize)size, value.data);
    }
    spinkv_value_free(&value);
    return size;
}

SWIGEXPORT jint JNICALL Java_spinkv_coreJNI_Store_1get_1into(JNIEnv *env, jclass self, jint handle,
                                                             jstring string, jbyteArray array,
                                                             jint offset, jint capacity) {
    spinkv_store store = (spinkv_store)handle;
    char small[SMALL_VALUE_SIZE];
    spinkv_error error = {SPINKV_OK, 0, ""};
    struct text key;
    size_t size = 0;

    (void)self;
    borrow_text(env, string, &key);
    if (key.data) {
        spinkv_get_into(store, key.data, key.size, small, sizeof(small), &size, &error);
        if (size > sizeof(small) && size <= (size_t)capacity) {
            size = read_into(env, store, &key, array, offset, capacity, &error);
        } else if (size <= (size_t)capacity) {
            (*env)->SetByteArrayRegion(env, array, offset, (jsize)size, (const jbyte *)small);
        }
        if (error.status != SPINKV_OK) {
            raise_error(env, &error);
        }
    }
    free(key.heap);
    return (jint)size;
}

SWIGEXPORT jint JNICALL Java_spinkv_coreJNI_Store_1get_1into_1memory(JNIEnv *env, jclass self,
                                                                     jint handle, jstring string,
                                                                     jobject buffer, jint offset,
                                                                     jint capacity) {
    char *memory = (*env)->GetDirectBufferAddress(env, buffer);
    spinkv_error error = {SPINKV_OK, 0, ""};
    struct text key;
    size_t size = 0;

    (void)self;
    borrow_text(env, string, &key);
    if (key.data) {
        spinkv_get_into((spinkv_store)handle, key.data, key.size, memory ? memory + offset : NULL,
                        memory ? (size_t)capacity : 0, &size, &error);
        if (error.status != SPINKV_OK) {
            raise_error(env, &error);
        }
    }
    free(key.heap);
    return (jint)size;
}
%}
