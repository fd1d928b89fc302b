/*
 * Counters: reading, writing and adding without ever wrapping, on machines of any byte order.
 */
#include "counter.h"

bool spinkv__counter_read(const void *value, size_t size, int64_t *number) {
    const unsigned char *bytes = value;
    uint64_t bits = 0;
    int i;

    if (size != SPINKV__COUNTER_SIZE) {
        return false;
    }
    for (i = SPINKV__COUNTER_SIZE - 1; i >= 0; i--) {
        bits = bits << 8 | bytes[i];
    }
    *number = bits <= INT64_MAX ? (int64_t)bits : -(int64_t)(UINT64_MAX - bits) - 1;
    return true;
}

void spinkv__counter_write(int64_t number, unsigned char *value) {
    uint64_t bits = (uint64_t)number;
    int i;

    for (i = 0; i < SPINKV__COUNTER_SIZE; i++) {
        value[i] = (unsigned char)(bits >> (8 * i));
    }
}

bool spinkv__counter_add(int64_t number, int64_t delta, int64_t *sum) {
    if ((delta > 0 && number > INT64_MAX - delta) || (delta < 0 && number < INT64_MIN - delta)) {
        return false;
    }
    *sum = number + delta;
    return true;
}
