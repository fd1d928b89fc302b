/*
 * The native of FloorPeer: the key is copied in, and a value out, as every get must.
 */
#include <jni.h>

#define KEY_MOST 256
#define VALUE_SIZE 100

static const jbyte value[VALUE_SIZE];

JNIEXPORT jbyteArray JNICALL Java_FloorPeer_copy(JNIEnv *env, jclass of, jstring key);

JNIEXPORT jbyteArray JNICALL Java_FloorPeer_copy(JNIEnv *env, jclass of, jstring key) {
    jchar units[KEY_MOST];
    jsize size = (*env)->GetStringLength(env, key);
    jbyteArray array;

    (void)of;
    (*env)->GetStringRegion(env, key, 0, size < KEY_MOST ? size : KEY_MOST, units);
    array = (*env)->NewByteArray(env, VALUE_SIZE);
    if (array) {
        (*env)->SetByteArrayRegion(env, array, 0, VALUE_SIZE, value);
    }
    return array;
}
