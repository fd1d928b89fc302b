/*
 * Time that only goes forward, for deadlines, and short sleeps.
 */
#ifndef SPINKV_CLOCK_H
#define SPINKV_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment in the past. */
static inline int64_t spinkv__now_ms(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void spinkv__sleep_us(long microseconds) {
    struct timespec duration = {microseconds / 1000000, microseconds % 1000000 * 1000};

    nanosleep(&duration, NULL);
}

#endif
