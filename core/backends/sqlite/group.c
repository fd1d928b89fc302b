/*
 * The first of the waiting writes leads: it takes the file's writing connection, runs all that have
 * come by then in one transaction, gives each its status and leaves the lead to the next. A write
 * that comes when nobody else writes leads at once and waits for nobody.
 */
#include "group.h"

#include <errno.h>
#include <time.h>

#include "../../src/error.h"

/* The most writes and bytes of values in one transaction. */
#define WRITES_MOST 256
#define BYTES_MOST 4194304

void spinkv__group_init(struct group *group) {
    pthread_mutex_init(&group->mutex, NULL);
    group->first = NULL;
    group->last = NULL;
    group->led = false;
}

void spinkv__group_destroy(struct group *group) {
    pthread_mutex_destroy(&group->mutex);
}

void spinkv__group_before_fork(struct group *group) {
    pthread_mutex_lock(&group->mutex);
}

void spinkv__group_after_fork(struct group *group, bool in_child) {
    if (in_child) {
        group->first = NULL;
        group->last = NULL;
        group->led = false;
    }
    pthread_mutex_unlock(&group->mutex);
}

/* ---- The queue. All of it with the group locked ------------------------------------------------- */

static void append(struct group *group, struct write *write) {
    *(group->last ? &group->last->next : &group->first) = write;
    group->last = write;
}

static void remove_write(struct group *group, struct write *write) {
    struct write **link = &group->first, *before = NULL;

    while (*link != write) {
        before = *link;
        link = &before->next;
    }
    *link = write->next;
    if (group->last == write) {
        group->last = before;
    }
}

static void wake(struct write *write) {
    if (write && write->waits) {
        pthread_cond_signal(&write->ended_condition);
    }
}

/* Waits until something happens to a write. False if its time is over. */
static bool wait_for_turn(struct group *group, struct write *write) {
    int64_t deadline_ms = spinkv__wait_deadline_ms(&write->wait);
    struct timespec deadline = {deadline_ms / 1000, deadline_ms % 1000 * 1000000};

    if (!write->waits) {
        spinkv__wait_condition_init(&write->ended_condition);
        write->waits = true;
    }
    if (write->taken) {
        /* Another runs it, and will end it. */
        pthread_cond_wait(&write->ended_condition, &group->mutex);
        return true;
    }
    return pthread_cond_timedwait(&write->ended_condition, &group->mutex, &deadline) != ETIMEDOUT ||
           write->taken;
}

/* Queues a write until it leads (true), has been run, or its time is over. */
static bool queue(struct group *group, struct write *write, bool *in_time) {
    append(group, write);
    *in_time = true;
    while (!write->ended && (group->led || group->first != write)) {
        if (!*in_time) {
            remove_write(group, write);
            return false;
        }
        *in_time = wait_for_turn(group, write);
    }
    if (!write->ended) {
        *in_time = true;
        group->led = true;
    }
    return !write->ended;
}

static size_t value_bytes(const struct write *write) {
    size_t i, bytes = 0;

    for (i = 0; write->kind == WRITE_SET && i < write->count; i++) {
        bytes += write->pairs[i].value.size;
    }
    return bytes;
}

/* How durable the transaction of a leader is to be: as those that wait with it now ask. */
static spinkv_durability strongest_durability(const struct write *leader) {
    const struct write *write;

    for (write = leader; write; write = write->next) {
        if (spinkv__write_durability(write) == SPINKV_DURABILITY_FULL) {
            return SPINKV_DURABILITY_FULL;
        }
    }
    return SPINKV_DURABILITY_NORMAL;
}

/*
 * Takes the writes that go into a transaction that is so durable, the leader's own first, and
 * counts them. They come in order, so one that asks for more durability ends the row.
 */
static size_t take_writes(struct write *leader, spinkv_durability durability,
                          struct write *taken[WRITES_MOST]) {
    struct write *write = leader;
    size_t count = 0, bytes = 0;

    while (write && count < WRITES_MOST &&
           (durability == SPINKV_DURABILITY_FULL ||
            spinkv__write_durability(write) == SPINKV_DURABILITY_NORMAL)) {
        bytes += value_bytes(write);
        if (count > 0 && bytes > BYTES_MOST) {
            break;
        }
        write->taken = true;
        taken[count++] = write;
        write = write->next;
    }
    return count;
}

/* Ends so many writes, from the first on, and gives the lead away. */
static void end_writes(struct group *group, size_t count) {
    while (count-- > 0) {
        struct write *write = group->first;
        group->first = write->next;
        write->ended = true;
        wake(write);
    }
    if (!group->first) {
        group->last = NULL;
    }
    group->led = false;
    wake(group->first);
}

/* ---- Leading ------------------------------------------------------------------------------------ */

/* Lets go of the writes that were taken but not run, which are all but the leader's. */
static void leave_writes(struct group *group, struct write **taken, size_t count) {
    pthread_mutex_lock(&group->mutex);
    while (count > 1) {
        taken[--count]->taken = false;
        /* It may have begun to wait without a limit. */
        wake(taken[count]);
    }
    pthread_mutex_unlock(&group->mutex);
}

/*
 * Runs what has come by the time that the write lock is held, in a transaction that has begun;
 * gives how many writes that were, 0 if they have to be run one by one.
 */
static size_t run_together(struct group *group, struct connection *connection, struct write *leader,
                           spinkv_durability durability) {
    struct write *taken[WRITES_MOST];
    size_t count;

    pthread_mutex_lock(&group->mutex);
    count = take_writes(leader, durability, taken);
    pthread_mutex_unlock(&group->mutex);
    if (spinkv__write_together(connection, taken, count)) {
        return count;
    }
    leave_writes(group, taken, count);
    return 0;
}

/* Runs writes; gives how many have a status, or 0: another process is writing. */
static size_t run_writes(struct group *group, struct connection *connection, struct write *leader) {
    spinkv_status status = SPINKV_OK;
    spinkv_durability durability;
    size_t count = 0;
    bool alone;

    pthread_mutex_lock(&group->mutex);
    alone = !leader->next;
    durability = strongest_durability(leader);
    pthread_mutex_unlock(&group->mutex);
    if (!alone) {
        /* Meanwhile the others are not taken: the time that each may wait is its own. */
        status = spinkv__write_begin_together(connection, durability, leader->err);
        count = status == SPINKV_OK ? run_together(group, connection, leader, durability) : 0;
    }
    if (count > 0) {
        return count;
    }
    leader->status = status == SPINKV_BUSY ? status : spinkv__write_alone(connection, leader);
    return leader->status == SPINKV_BUSY ? 0 : 1;
}

/* Gives how many writes have been run, this one the first. */
static size_t lead(struct group *group, struct write *leader) {
    struct file *file = leader->store->file;
    struct connection *connection;
    size_t count = 0;
    int repeats = 0;

    do {
        leader->status =
            spinkv__file_take(file, FOR_WRITING, &leader->wait, &connection, leader->err);
        if (leader->status == SPINKV_OK) {
            count = run_writes(group, connection, leader);
            spinkv__file_give(file, connection);
        }
    } while (leader->status == SPINKV_BUSY && spinkv__wait_again(&leader->wait, repeats++));
    return count > 0 ? count : 1;
}

spinkv_status spinkv__group_write(struct spinkv__backend_store *base, struct write *write) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct group *group = spinkv__file_group(store->file);
    bool in_time, leads;

    write->store = store;
    write->wait.timeout_ms = base->config->options.busy_timeout_ms;
    pthread_mutex_lock(&group->mutex);
    leads = queue(group, write, &in_time);
    pthread_mutex_unlock(&group->mutex);
    if (leads) {
        size_t count = lead(group, write);
        pthread_mutex_lock(&group->mutex);
        end_writes(group, count);
        pthread_mutex_unlock(&group->mutex);
    } else if (!in_time) {
        write->status = SPINKV_BUSY;
    }
    if (write->waits) {
        pthread_cond_destroy(&write->ended_condition);
    }
    return spinkv__attempt_end(store, &write->wait, write->status, write->err);
}
