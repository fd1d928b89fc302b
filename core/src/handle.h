/*
 * Handles: the numbers that stand for open stores. A number holds a slot and a generation, so that
 * a stale one is always found out. A call holds a reference on what the handle stands for, so that
 * a close in another thread takes effect when the call is done.
 */
#ifndef SPINKV_HANDLE_H
#define SPINKV_HANDLE_H

#include "backend.h"
#include "spinkv.h"

/* What an open handle stands for. */
struct spinkv__open_store {
    struct spinkv__backend_store *backend_store;
    struct spinkv__store_config *config;
    spinkv_app *app;
};

/*
 * Makes a handle, which then owns what it stands for. On failure (SPINKV_STORE_TABLE_FULL,
 * SPINKV_NO_MEMORY) the caller still owns it.
 */
spinkv_status spinkv__handle_new(const struct spinkv__open_store *open_store, spinkv_store *handle,
                                 spinkv_error *err);

/* Gives what a handle stands for and holds a reference on it, or fails with SPINKV_INVALID_STORE.
 */
spinkv_status spinkv__handle_acquire(spinkv_store handle,
                                     const struct spinkv__open_store **open_store,
                                     spinkv_error *err);

/* Ends the reference of a spinkv__handle_acquire that succeeded. */
void spinkv__handle_release(spinkv_store handle);

/* Makes the handle stale. What it stands for goes when the last reference does. */
void spinkv__handle_close(spinkv_store handle);

/* Around a fork. */
void spinkv__handles_lock(void);
void spinkv__handles_unlock(void);

/* Ends, in a forked child, the references of calls that only the parent goes on with. */
void spinkv__handles_forget_calls(void);

#endif
