/*
 * Reading without waiting, for bindings that would let go of a lock of their own before a call that
 * may wait: what these functions do takes less time than that.
 */
#ifndef SPINKV_RECALL_H
#define SPINKV_RECALL_H

#include "spinkv.h"

/*
 * As spinkv_get_into, with the status in err, if the answer is known without asking the file; false
 * if it is not, and nothing counts then. No argument but key may be NULL.
 */
bool spinkv__recall_into(spinkv_store store, const void *key, size_t key_size, void *buffer,
                         size_t capacity, size_t *value_size, spinkv_error *err);

/* As spinkv_exists, likewise. */
bool spinkv__recall_exists(spinkv_store store, const void *key, size_t key_size, bool *exists,
                           spinkv_error *err);

#endif
