/*
 * A counter as a value: 8 bytes, a signed little-endian integer, as Spin stores it.
 */
#ifndef SPINKV_COUNTER_H
#define SPINKV_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The size of a counter in bytes. */
#define SPINKV__COUNTER_SIZE 8

/* Reads a counter from a value; false if the value has another size. */
bool spinkv__counter_read(const void *value, size_t size, int64_t *number);

/* Writes a counter as a value of SPINKV__COUNTER_SIZE bytes. */
void spinkv__counter_write(int64_t number, unsigned char *value);

/* Adds; false if the sum does not fit 64 bits. */
bool spinkv__counter_add(int64_t number, int64_t delta, int64_t *sum);

#endif
