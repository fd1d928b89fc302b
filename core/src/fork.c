/*
 * The handlers around fork(2). Before a fork every lock of the library is taken, outermost first,
 * and the backends let go of what a child must not inherit; after it both sides give the locks
 * back. A call that waits for another process sees that a fork is pending and makes way.
 */
#include "fork.h"

#include <pthread.h>
#include <stdatomic.h>

#include "app.h"
#include "backend.h"
#include "handle.h"
#include "json.h"

/* How many threads are about to fork. */
static atomic_int pending;

bool spinkv__fork_is_pending(void) {
    return atomic_load_explicit(&pending, memory_order_relaxed) > 0;
}

static void before_fork(void) {
    atomic_fetch_add(&pending, 1);
    spinkv__handles_lock();
    spinkv__apps_lock();
    spinkv__json_before_fork();
    spinkv__sqlite_backend.before_fork();
}

static void after_fork(bool in_child) {
    if (in_child) {
        atomic_store(&pending, 0);
    } else {
        atomic_fetch_sub(&pending, 1);
    }
    spinkv__sqlite_backend.after_fork(in_child);
    spinkv__json_after_fork(in_child);
    spinkv__apps_unlock();
    spinkv__handles_unlock();
}

static void after_fork_in_parent(void) {
    after_fork(false);
}

static void after_fork_in_child(void) {
    after_fork(true);
    spinkv__handles_forget_calls();
}

/* When the library is loaded: later, a fork could come in between. */
__attribute__((constructor)) static void watch(void) {
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
