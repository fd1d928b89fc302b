/*
 * One call's wait for others: for a connection that another thread uses, for a lock that another
 * process holds, for a fork. The clock is read only once there is something to wait for.
 */
#ifndef SPINKV_SQLITE_WAIT_H
#define SPINKV_SQLITE_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct wait {
    uint32_t timeout_ms;
    /* 0 until the waiting begins. */
    int64_t deadline_ms;
};

/* When this wait is over, in milliseconds of spinkv__now_ms; begins it. */
int64_t spinkv__wait_deadline_ms(struct wait *wait);

/* Makes a condition whose waits end at such a time. */
void spinkv__wait_condition_init(pthread_cond_t *condition);

/* Waits a moment longer the higher attempt is. False if the time is over, or a fork is pending. */
bool spinkv__wait_pause(struct wait *wait, int attempt);

/* Whether to repeat a call that met SQLITE_BUSY, after a pause. A pending fork is no reason not to.
 */
bool spinkv__wait_again(struct wait *wait, int attempt);

#endif
