/* What the driver does to its process that Java has no words for: its directory and environment. */
#include <jni.h>

#include <stdlib.h>
#include <unistd.h>

JNIEXPORT jboolean JNICALL Java_Driver_changeFolder(JNIEnv *env, jclass self, jbyteArray path);
JNIEXPORT jboolean JNICALL Java_Driver_setVariable(JNIEnv *env, jclass self, jbyteArray name,
                                                   jbyteArray value);

/* The texts end with a NUL. */
static char *text_of(JNIEnv *env, jbyteArray array) {
    return (char *)(*env)->GetByteArrayElements(env, array, NULL);
}

static void give_back(JNIEnv *env, jbyteArray array, char *text) {
    (*env)->ReleaseByteArrayElements(env, array, (jbyte *)text, JNI_ABORT);
}

JNIEXPORT jboolean JNICALL Java_Driver_changeFolder(JNIEnv *env, jclass self, jbyteArray path) {
    char *text = text_of(env, path);
    int status = chdir(text);

    (void)self;
    give_back(env, path, text);
    return status == 0;
}

/* A value of null takes the variable away. */
JNIEXPORT jboolean JNICALL Java_Driver_setVariable(JNIEnv *env, jclass self, jbyteArray name,
                                                   jbyteArray value) {
    char *name_text = text_of(env, name);
    char *value_text = value ? text_of(env, value) : NULL;
    int status = value_text ? setenv(name_text, value_text, 1) : unsetenv(name_text);

    (void)self;
    give_back(env, name, name_text);
    if (value_text) {
        give_back(env, value, value_text);
    }
    return status == 0;
}
