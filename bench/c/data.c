/*
 * Making keys and values. They depend on nothing but this file: every run and every peer gets the
 * same ones.
 */
#include "data.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

#define KEY_SIZE 16

/* Smaller than the pages of any peer, so that each page of a value changes. */
#define NUMBER_SPACING 512

static char shuffled_keys[KEYS_MOST][KEY_SIZE + 1];
static char missing_keys[KEYS_MOST][KEY_SIZE + 1];

/* xorshift64 by G. Marsaglia. */
uint64_t data_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void data_init(void) {
    unsigned order[KEYS_MOST];
    uint64_t state = 42;
    unsigned i;

    for (i = 0; i < KEYS_MOST; i++) {
        order[i] = i;
    }
    for (i = KEYS_MOST - 1; i > 0; i--) {
        unsigned other = (unsigned)(data_random(&state) % (i + 1));
        unsigned swapped = order[i];
        order[i] = order[other];
        order[other] = swapped;
    }
    for (i = 0; i < KEYS_MOST; i++) {
        snprintf(shuffled_keys[i], sizeof(shuffled_keys[i]), "user:%011u", 2 * order[i]);
        snprintf(missing_keys[i], sizeof(missing_keys[i]), "user:%011u", 2 * order[i] + 1);
    }
}

spinkv_bytes data_key(size_t index) {
    return (spinkv_bytes){shuffled_keys[index], KEY_SIZE};
}

spinkv_bytes data_missing_key(size_t index) {
    return (spinkv_bytes){missing_keys[index], KEY_SIZE};
}

void keyset_make(struct keyset *keys, size_t count, size_t size) {
    char key[32];
    size_t i;

    keys->bytes = data_allocate(count, size);
    keys->size = size;
    keys->count = count;
    for (i = 0; i < count; i++) {
        snprintf(key, sizeof(key), "%0*zu", (int)size, i);
        memcpy(keys->bytes + i * size, key, size);
    }
}

void keyset_free(struct keyset *keys) {
    free(keys->bytes);
    memset(keys, 0, sizeof(*keys));
}

spinkv_bytes keyset_key(const struct keyset *keys, size_t index) {
    return (spinkv_bytes){keys->bytes + index * keys->size, keys->size};
}

void data_fill(char *value, size_t size) {
    uint64_t state = size + 1;
    size_t i;

    for (i = 0; i < size; i++) {
        value[i] = (char)(data_random(&state) >> 56);
    }
}

void data_number_value(char *value, size_t size, uint64_t number) {
    size_t i;

    for (i = 0; i + sizeof(number) <= size; i += NUMBER_SPACING) {
        memcpy(value + i, &number, sizeof(number));
    }
}

size_t data_json(char *text, size_t capacity, uint64_t number) {
    int size = snprintf(
        text, capacity,
        "{\"id\": %" PRIu64 ", \"name\": \"Ada Lovelace\", \"born\": \"1815-12-10\", "
        "\"score\": 1.50, \"tags\": [\"analyst\", \"poet\"], \"active\": true, \"manager\": null, "
        "\"address\": {\"city\": \"London\", \"street\": \"12 St James's Square\"}}",
        number + 1000000000);

    return (size_t)size;
}

void *data_allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);

    if (!memory) {
        fail("out of memory");
    }
    return memory;
}
