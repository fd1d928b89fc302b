/*
 * How long single calls took: how many fell into which slot. A slot is at most 1/64 of its time
 * wide, so a percentile read from it is right to 1.6 %; the worst is kept exactly.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SLOTS 2560

struct histogram {
    uint64_t counts[HISTOGRAM_SLOTS];
    uint64_t worst_ns;
};

void histogram_add(struct histogram *histogram, uint64_t ns);

/* Adds what another one holds. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* The shortest time that falls into a slot. */
uint64_t histogram_slot_ns(size_t slot);

#endif
