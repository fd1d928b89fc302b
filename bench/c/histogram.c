/*
 * Slots whose width grows with the time: the leading bit and the six bits after it decide.
 */
#include "histogram.h"

#define STEPS 64

void histogram_add(struct histogram *histogram, uint64_t ns) {
    uint64_t leading = ns;
    size_t slot, doublings = 0;

    while (leading >= 2 * (uint64_t)STEPS) {
        leading >>= 1;
        doublings++;
    }
    slot = doublings * STEPS + (size_t)leading;
    histogram->counts[slot < HISTOGRAM_SLOTS ? slot : HISTOGRAM_SLOTS - 1]++;
    if (ns > histogram->worst_ns) {
        histogram->worst_ns = ns;
    }
}

void histogram_merge(struct histogram *histogram, const struct histogram *other) {
    size_t i;

    for (i = 0; i < HISTOGRAM_SLOTS; i++) {
        histogram->counts[i] += other->counts[i];
    }
    if (other->worst_ns > histogram->worst_ns) {
        histogram->worst_ns = other->worst_ns;
    }
}

uint64_t histogram_slot_ns(size_t slot) {
    size_t doublings = slot < 2 * STEPS ? 0 : slot / STEPS - 1;

    return (uint64_t)(slot - doublings * STEPS) << doublings;
}
