/*
 * How many tuples each label of a file holds, known without counting on each write. A count stays
 * right while only this process writes: the connection tells which rows a transaction added, and
 * SQLite's data version tells whether anybody else has committed since. Only then is it counted
 * anew.
 */
#ifndef SPINKV_SQLITE_COUNT_H
#define SPINKV_SQLITE_COUNT_H

#include "connection.h"

/* What is known of one label's tuples. Belongs to whoever holds the file's writing connection. */
struct tuples {
    struct tuples *next;
    char *label;
    size_t label_size;
    int64_t count;
    /* The file's epoch in which the count was right; 0 for never. */
    uint64_t epoch;
};

/* What is known of a file's commits. */
struct commits {
    /* Changes whenever somebody else has committed; begins at 1. */
    uint64_t epoch;
    /* The data version after this process's last commit. */
    unsigned version;
    struct tuples *tuples;
};

/* The check that a transaction is under. */
struct count_check {
    struct commits *commits;
    struct tuples *tuples;
    uint64_t max_entries;
    enum {
        COUNT_UNKNOWN = 1,
        COUNT_FULL
    } refusal;
};

/* Makes a connection report what it adds and ask before it commits. */
void spinkv__count_watch(struct connection *connection);

/* Begins the check of a transaction. */
void spinkv__count_begin(struct connection *connection, struct count_check *check);

/* Ends it. committed tells whether the transaction was. */
void spinkv__count_end(struct connection *connection, bool committed);

/* Whether the count must be taken before a transaction can be checked. It has begun. */
bool spinkv__count_is_unknown(struct connection *connection);

/* Says how many tuples there are before the transaction that has begun. */
void spinkv__count_learn(struct connection *connection, int64_t count);

#endif
