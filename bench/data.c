/*
 * Making keys and values. They depend on nothing but this file: every run and every peer gets the
 * same ones.
 */
#include "data.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY_SIZE 16

static char keys[KEYS_MOST][KEY_SIZE + 1];
static char missing_keys[KEYS_MOST][KEY_SIZE + 1];

/* Numbers that look random: xorshift64 by G. Marsaglia. */
static uint64_t next_random(uint64_t *state) {
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
        unsigned other = (unsigned)(next_random(&state) % (i + 1));
        unsigned swapped = order[i];
        order[i] = order[other];
        order[other] = swapped;
    }
    for (i = 0; i < KEYS_MOST; i++) {
        snprintf(keys[i], sizeof(keys[i]), "user:%011u", 2 * order[i]);
        snprintf(missing_keys[i], sizeof(missing_keys[i]), "user:%011u", 2 * order[i] + 1);
    }
}

spinkv_bytes data_key(size_t index) {
    return (spinkv_bytes){keys[index], KEY_SIZE};
}

spinkv_bytes data_missing_key(size_t index) {
    return (spinkv_bytes){missing_keys[index], KEY_SIZE};
}

void data_fill(char *value, size_t size) {
    uint64_t state = size + 1;
    size_t i;

    for (i = 0; i < size; i++) {
        value[i] = (char)(next_random(&state) >> 56);
    }
}

void data_number_value(char *value, uint64_t number) {
    memcpy(value, &number, sizeof(number));
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
