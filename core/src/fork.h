/*
 * What the library does around fork(2), so that parent and child both keep working: the locks are
 * taken in order before, and given back after on both sides.
 */
#ifndef SPINKV_FORK_H
#define SPINKV_FORK_H

#include <stdbool.h>

/* Whether a thread is about to fork and waits for calls in progress to let go. */
bool spinkv__fork_is_pending(void);

#endif
