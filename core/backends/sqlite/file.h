/*
 * One file (or one database in memory) in this process, however many stores and handles are open on
 * it: a writing connection, connections for readers, and what is known of its tuple counts.
 */
#ifndef SPINKV_SQLITE_FILE_H
#define SPINKV_SQLITE_FILE_H

#include "cache.h"
#include "connection.h"
#include "count.h"

struct file;
struct group;

/* What a connection is wanted for. */
enum use {
    FOR_READING,
    FOR_WRITING
};

/* Opens the file that a store lives in, or shares it if it is open already. */
spinkv_status spinkv__file_open(const struct spinkv__store_config *config, struct file **file,
                                spinkv_error *err);

/* Ends the share of one store. The file is closed with the last. */
void spinkv__file_close(struct file *file);

/*
 * Takes a connection for one use. A reader does not wait for a writer; writers wait for each other.
 * Errors: SPINKV_BUSY (the wait is over), and those of opening a connection.
 */
spinkv_status spinkv__file_take(struct file *file, enum use use, struct wait *wait,
                                struct connection **connection, spinkv_error *err);

/* Gives a taken connection back. */
void spinkv__file_give(struct file *file, struct connection *connection);

/* What messages call the file. */
const char *spinkv__file_name(const struct file *file);

/* The counts of the file's commits; used with its writing connection taken. */
struct commits *spinkv__file_commits(struct file *file);

/* The file's read cache, and its waiting writes. */
struct cache *spinkv__file_cache(struct file *file);
struct group *spinkv__file_group(struct file *file);

/* The entry for a label's tuples, which lives as long as the file is open; NULL if memory is out.
 */
struct tuples *spinkv__file_tuples(struct file *file, const char *label, size_t label_size);

/* Around a fork: closes every connection to a file and keeps all files locked until after. */
void spinkv__files_before_fork(void);
void spinkv__files_after_fork(bool in_child);

#endif
