/*
 * Waiting for a lock that another process holds. SQLite can only be asked again, so the pauses
 * start short, for a writer that takes microseconds, and grow to a few milliseconds.
 */
#include "wait.h"

#include "../../src/clock.h"
#include "../../src/fork.h"

#define SHORTEST_PAUSE_US 50
#define LONGEST_PAUSE_US 4000

int64_t spinkv__wait_deadline_ms(struct wait *wait) {
    if (wait->deadline_ms == 0) {
        wait->deadline_ms = spinkv__now_ms() + wait->timeout_ms;
    }
    return wait->deadline_ms;
}

void spinkv__wait_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool spinkv__wait_pause(struct wait *wait, int attempt) {
    long pause_us = attempt < 7 ? (long)SHORTEST_PAUSE_US << attempt : LONGEST_PAUSE_US;

    if (spinkv__fork_is_pending() || spinkv__now_ms() >= spinkv__wait_deadline_ms(wait)) {
        return false;
    }
    spinkv__sleep_us(pause_us < LONGEST_PAUSE_US ? pause_us : LONGEST_PAUSE_US);
    return true;
}

bool spinkv__wait_again(struct wait *wait, int attempt) {
    if (spinkv__fork_is_pending() && spinkv__now_ms() < spinkv__wait_deadline_ms(wait)) {
        spinkv__sleep_us(SHORTEST_PAUSE_US);
        return true;
    }
    return spinkv__wait_pause(wait, attempt);
}
