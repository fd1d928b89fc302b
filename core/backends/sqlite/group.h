/*
 * Group commit: the writes of one process to one file take turns, first come, first served, and
 * those that wait while another is being committed go together into the next transaction, with one
 * sync.
 */
#ifndef SPINKV_SQLITE_GROUP_H
#define SPINKV_SQLITE_GROUP_H

#include "transaction.h"

/* The writes of a file that are waiting or under way. */
struct group {
    pthread_mutex_t mutex;
    struct write *first, *last;
    /* Whether one of them is running writes, for itself and others. */
    bool led;
};

void spinkv__group_init(struct group *group);
void spinkv__group_destroy(struct group *group);

/* Around a fork; a child has none of its parent's writes. */
void spinkv__group_before_fork(struct group *group);
void spinkv__group_after_fork(struct group *group, bool in_child);

/* Runs a write when its turn has come, or has it run by another; gives its status. */
spinkv_status spinkv__group_write(struct spinkv__backend_store *store, struct write *write);

#endif
