/*
 * The table of open stores. Finding a slot takes no lock: slots never move, and one atomic word of
 * a slot holds its generation, whether it is open and how many calls are using it. A slot whose
 * generations are used up is never used again, so that no number ever comes back.
 */
#include "handle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "app.h"
#include "error.h"

#define INDEX_BITS 16
#define INDEX_MASK 0xffffu
#define LAST_GENERATION 0xffffu
#define CHUNK_SLOTS 256
#define CHUNKS 256
#define SLOTS_MOST (CHUNKS * CHUNK_SLOTS - 1)

/* A slot's state: the generation in the upper half, below it an open bit and a count of references.
 */
#define GENERATION_SHIFT 32
#define OPEN (UINT64_C(1) << 31)
#define REFERENCES (OPEN - 1)

struct slot {
    _Atomic uint64_t state;
    struct spinkv__open_store open_store;
    struct slot *next_free;
    uint32_t index;
};

static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct slot *) chunks[CHUNKS];
static uint32_t chunk_count;
static struct slot *free_slots;

void spinkv__handles_lock(void) {
    pthread_mutex_lock(&table_mutex);
}

void spinkv__handles_unlock(void) {
    pthread_mutex_unlock(&table_mutex);
}

static struct slot *find_slot(spinkv_store handle) {
    uint32_t index = handle & INDEX_MASK;
    struct slot *chunk = atomic_load_explicit(&chunks[index / CHUNK_SLOTS], memory_order_acquire);

    return chunk ? &chunk[index % CHUNK_SLOTS] : NULL;
}

static bool is_open(uint64_t state, spinkv_store handle) {
    return state >> GENERATION_SHIFT == handle >> INDEX_BITS && (state & OPEN);
}

/* Adds a chunk of free slots. The table is locked. */
static spinkv_status grow_table(spinkv_error *err) {
    struct slot *chunk;
    uint32_t i;

    if (chunk_count == CHUNKS) {
        return spinkv__fail(err, SPINKV_STORE_TABLE_FULL,
                            "%u stores are open in this process, which is the limit", SLOTS_MOST);
    }
    chunk = calloc(CHUNK_SLOTS, sizeof(*chunk));
    if (!chunk) {
        return spinkv__fail_no_memory(err, "the table of open stores");
    }
    /* Slot 0 stays unused, so that no handle is a small number by accident. */
    for (i = CHUNK_SLOTS; i-- > (chunk_count == 0 ? 1 : 0);) {
        chunk[i].index = chunk_count * CHUNK_SLOTS + i;
        chunk[i].next_free = free_slots;
        atomic_init(&chunk[i].state, UINT64_C(1) << GENERATION_SHIFT);
        free_slots = &chunk[i];
    }
    atomic_store_explicit(&chunks[chunk_count++], chunk, memory_order_release);
    return SPINKV_OK;
}

spinkv_status spinkv__handle_new(const struct spinkv__open_store *open_store, spinkv_store *handle,
                                 spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    struct slot *slot = NULL;

    pthread_mutex_lock(&table_mutex);
    if (!free_slots) {
        status = grow_table(err);
    }
    if (status == SPINKV_OK) {
        slot = free_slots;
        free_slots = slot->next_free;
    }
    pthread_mutex_unlock(&table_mutex);
    if (slot) {
        uint64_t state = atomic_load_explicit(&slot->state, memory_order_relaxed);
        slot->open_store = *open_store;
        *handle = (uint32_t)(state >> GENERATION_SHIFT) << INDEX_BITS | slot->index;
        atomic_store_explicit(&slot->state, state | OPEN, memory_order_release);
    }
    return status;
}

spinkv_status spinkv__handle_acquire(spinkv_store handle,
                                     const struct spinkv__open_store **open_store,
                                     spinkv_error *err) {
    struct slot *slot = find_slot(handle);
    uint64_t state = slot ? atomic_load_explicit(&slot->state, memory_order_relaxed) : 0;

    while (slot && is_open(state, handle)) {
        if (atomic_compare_exchange_weak_explicit(&slot->state, &state, state + 1,
                                                  memory_order_acquire, memory_order_relaxed)) {
            *open_store = &slot->open_store;
            spinkv__error_clear(err);
            return SPINKV_OK;
        }
    }
    return spinkv__fail(err, SPINKV_INVALID_STORE,
                        "the store is not open: it was never opened, or has been closed");
}

/* Gives up what a closed slot stood for, and frees the slot for the next generation. */
static void finish_slot(struct slot *slot, uint64_t state) {
    struct spinkv__open_store open_store = slot->open_store;
    uint64_t generation = (state >> GENERATION_SHIFT) + 1;

    open_store.backend_store->backend->close(open_store.backend_store);
    spinkv__app_store_closed(open_store.app, open_store.config);

    pthread_mutex_lock(&table_mutex);
    if (generation <= LAST_GENERATION) {
        atomic_store_explicit(&slot->state, generation << GENERATION_SHIFT, memory_order_release);
        slot->next_free = free_slots;
        free_slots = slot;
    }
    pthread_mutex_unlock(&table_mutex);
}

static void release_slot(struct slot *slot) {
    uint64_t before = atomic_fetch_sub_explicit(&slot->state, 1, memory_order_acq_rel);

    if ((before & (OPEN | REFERENCES)) == 1) {
        finish_slot(slot, before);
    }
}

void spinkv__handle_release(spinkv_store handle) {
    release_slot(find_slot(handle));
}

void spinkv__handle_close(spinkv_store handle) {
    const struct spinkv__open_store *open_store;

    if (spinkv__handle_acquire(handle, &open_store, NULL) == SPINKV_OK) {
        struct slot *slot = find_slot(handle);
        atomic_fetch_and_explicit(&slot->state, ~OPEN, memory_order_acq_rel);
        release_slot(slot);
    }
}

void spinkv__handles_forget_calls(void) {
    uint32_t index;

    for (index = 0; index < chunk_count * CHUNK_SLOTS; index++) {
        struct slot *slot = &chunks[index / CHUNK_SLOTS][index % CHUNK_SLOTS];
        uint64_t state = atomic_fetch_and_explicit(&slot->state, ~REFERENCES, memory_order_acq_rel);
        if ((state & REFERENCES) && !(state & OPEN)) {
            finish_slot(slot, state & ~REFERENCES);
        }
    }
}
