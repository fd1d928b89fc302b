/*
 * What the files of the Node.js addon share. It speaks Node-API alone, so one build serves every
 * Node.js from version 18 on, and keeps no state but that of an environment (the main thread or a
 * worker).
 */
#ifndef SPINKV_NODE_NATIVE_H
#define SPINKV_NODE_NATIVE_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <spinkv.h>

/* Texts up to this size, with a few bytes to spare, are read without an allocation. */
#define SMALL_TEXT_SIZE 512

/* ---- Environments ---------------------------------------------------------------------------------- */

/* What belongs to one thread's JavaScript. */
struct environment {
    /* The function of JavaScript that makes an error from status, message and engine code. */
    napi_ref make_error;
    /* The stores that this thread has open: closed when it ends, whether or not they are collected.
     */
    spinkv_store *stores;
    size_t store_count;
    size_t store_capacity;
};

struct environment *environment_of(napi_env env);

/* Makes room for one more open store, so that noting it cannot fail. */
bool environment_reserve(struct environment *environment);
void environment_note_open(struct environment *environment, spinkv_store store);
void environment_close(struct environment *environment, spinkv_store store);

/* ---- Errors ---------------------------------------------------------------------------------------- */

/* The error object of JavaScript for a failed call, or NULL while an exception is pending. */
napi_value error_value(napi_env env, const spinkv_error *error);
/* Throws it. Always gives NULL, as a callback does that threw. */
napi_value throw_error(napi_env env, const spinkv_error *error);
/* Throws what a refused argument is. Always gives false. */
bool refuse(napi_env env, const char *format, const char *what);

/* ---- Arguments ------------------------------------------------------------------------------------- */

/* Bytes from JavaScript: borrowed, in `small`, or owned. */
struct text {
    /* Not NULL unless the text is optional and was left out. */
    const void *data;
    size_t size;
    void *owned;
    char small[SMALL_TEXT_SIZE];
};

/* Many of them: keys, or keys and values in turn. */
struct batch {
    spinkv_bytes *items;
    void **owned;
    size_t count;
    /* What is left of the memory that small texts share. */
    char *room;
    size_t room_size;
};

/* All of these give false with an exception pending where they fail. */

/* A string as UTF-8, or the bytes of a Uint8Array. With `keep` nothing is borrowed. */
bool read_text(napi_env env, napi_value value, const char *what, bool keep, struct text *text);
/* The same; null and undefined give NULL. */
bool read_optional_text(napi_env env, napi_value value, const char *what, bool keep,
                        struct text *text);
/* The same, for C: NULs are refused, and one ends it. */
bool read_c_text(napi_env env, napi_value value, const char *what, bool optional,
                 struct text *text);
void free_text(struct text *text);

/* An array of what read_text takes. */
bool read_batch(napi_env env, napi_value array, const char *what, bool keep, struct batch *batch);
void free_batch(struct batch *batch);

/* A number without a fraction, or a BigInt, which *is_big tells. */
bool read_integer(napi_env env, napi_value value, const char *what, int64_t *number, bool *is_big);

/* ---- Results: NULL with an exception pending where they fail ---------------------------------------- */

napi_value buffer_value(napi_env env, const void *data, size_t size);
napi_value string_value(napi_env env, const void *data, size_t size);
napi_value strings_value(napi_env env, const spinkv_list *list);
napi_value buffers_value(napi_env env, const spinkv_list *list);
napi_value undefined_value(napi_env env);

/* ---- What the module exports ------------------------------------------------------------------------ */

/* Adds functions to the module's object; false with an exception pending. */
bool export_reads(napi_env env, napi_value exports);
bool export_operations(napi_env env, napi_value exports);
bool export_apps(napi_env env, napi_value exports);

/* The app that an argument holds; NULL, which is the default app, for undefined. */
spinkv_app *app_of(napi_env env, napi_value value);

#endif
