/*
 * The keys and values that workloads use.
 */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include <spinkv.h>

/* The most keys that a store is filled with unless its limit is raised, which is Spin's. */
#define KEYS_MOST 1024

/* Makes the shuffled keys; call it once before all else. */
void data_init(void);

/* A key of 16 bytes, in an order that is shuffled, always in the same way. */
spinkv_bytes data_key(size_t index);

/* A key that is in no store, but between keys that are. */
spinkv_bytes data_missing_key(size_t index);

/* Keys of one size in their order: the numbers from 0, in decimal, with zeros before them. */
struct keyset {
    char *bytes;
    size_t size, count;
};

void keyset_make(struct keyset *keys, size_t count, size_t size);
void keyset_free(struct keyset *keys);
spinkv_bytes keyset_key(const struct keyset *keys, size_t index);

/* Fills a value with bytes that are hard to compress. */
void data_fill(char *value, size_t size);

/* Makes a value that was filled a new one all over, by its number. size is 8 or more. */
void data_number_value(char *value, size_t size, uint64_t number);

/* Writes JSON text, with spaces that compact JSON lacks, and a number that makes it a new one. */
size_t data_json(char *text, size_t capacity, uint64_t number);

/* Numbers that look random, from a state that is not 0. */
uint64_t data_random(uint64_t *state);

/* Memory that is cleared, and must be there. */
void *data_allocate(size_t count, size_t size);

#endif
