/*
 * The keys and values that workloads use.
 */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include <spinkv.h>

/* The most keys that a store is filled with, which is the most that Spin allows. */
#define KEYS_MOST 1024

/* Makes the keys; call it once before all else. */
void data_init(void);

/* A key of 16 bytes, in an order that is shuffled, always in the same way. */
spinkv_bytes data_key(size_t index);

/* A key that is in no store, but between keys that are. */
spinkv_bytes data_missing_key(size_t index);

/* Fills a value with bytes that are hard to compress. */
void data_fill(char *value, size_t size);

/* Makes a value that was filled a new one, by its number. size is 8 or more. */
void data_number_value(char *value, uint64_t number);

/* Writes JSON text, with spaces that compact JSON lacks, and a number that makes it a new one. */
size_t data_json(char *text, size_t capacity, uint64_t number);

#endif
