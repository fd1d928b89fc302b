/*
 * The files that are open in this process, and the connections of each. A file has one connection
 * that may write, which also serves a reader when nobody is writing, and further ones made as
 * readers need them. A connection is never used by two threads at once, and no file is open across
 * a fork.
 */
#include "file.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../src/clock.h"
#include "../../src/error.h"
#include "../../src/fork.h"
#include "../../src/path.h"
#include "group.h"

/* The most connections of a file that only read. */
#define READERS_MOST 16

struct file {
    struct file *next;
    /* Stores open on it. At 0 the file is on its way out. */
    size_t references;
    /* Canonical; NULL for in memory, which app_id and label then tell apart. */
    char *path;
    uint64_t app_id;
    char *label;
    bool read_only;

    pthread_mutex_t mutex;
    /* Signalled when a connection is given back or a fork is over. */
    pthread_cond_t changed;
    size_t waiting, taken, reader_count;
    bool forking, writer_taken;
    /* Whether a fork closed the connections and left the write-ahead log as it was. */
    bool log_kept;
    /* Whether the file has been opened and its table checked, and which file on the disk it was. */
    bool ready;
    dev_t device;
    ino_t inode;
    struct connection *writer;
    struct connection *idle_readers;
    struct commits commits;
    struct cache *cache;
    struct group group;
};

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct file *registry;

const char *spinkv__file_name(const struct file *file) {
    return file->path ? file->path : "the store in memory";
}

struct commits *spinkv__file_commits(struct file *file) {
    return &file->commits;
}

struct cache *spinkv__file_cache(struct file *file) {
    return file->cache;
}

struct group *spinkv__file_group(struct file *file) {
    return &file->group;
}

struct tuples *spinkv__file_tuples(struct file *file, const char *label, size_t label_size) {
    struct tuples *tuples;

    pthread_mutex_lock(&file->mutex);
    for (tuples = file->commits.tuples; tuples; tuples = tuples->next) {
        if (strcmp(tuples->label, label) == 0) {
            goto out;
        }
    }
    tuples = calloc(1, sizeof(*tuples));
    if (tuples) {
        tuples->label = strdup(label);
        tuples->label_size = label_size;
    }
    if (tuples && !tuples->label) {
        free(tuples);
        tuples = NULL;
    }
    if (tuples) {
        tuples->next = file->commits.tuples;
        file->commits.tuples = tuples;
    }
out:
    pthread_mutex_unlock(&file->mutex);
    return tuples;
}

/* ---- The registry of files ------------------------------------------------------------------- */

static void free_file(struct file *file) {
    while (file->commits.tuples) {
        struct tuples *tuples = file->commits.tuples;
        file->commits.tuples = tuples->next;
        free(tuples->label);
        free(tuples);
    }
    spinkv__cache_free(file->cache);
    spinkv__group_destroy(&file->group);
    pthread_cond_destroy(&file->changed);
    pthread_mutex_destroy(&file->mutex);
    free(file->path);
    free(file->label);
    free(file);
}

static struct file *new_file(const struct spinkv__store_config *config, const char *path) {
    struct file *file = calloc(1, sizeof(*file));

    if (!file) {
        return NULL;
    }
    pthread_mutex_init(&file->mutex, NULL);
    spinkv__wait_condition_init(&file->changed);
    spinkv__group_init(&file->group);
    file->references = 1;
    file->app_id = config->app_id;
    file->read_only = config->options.read_only;
    file->commits.epoch = 1;
    file->label = strdup(config->label);
    file->path = path ? strdup(path) : NULL;
    file->cache = spinkv__cache_new();
    if (!file->label || (path && !file->path) || !file->cache) {
        free_file(file);
        return NULL;
    }
    return file;
}

/* Whether the path still leads to the file that was opened there. The file is locked. */
static bool is_in_place(const struct file *file) {
    struct stat found;

    return stat(file->path, &found) == 0 && found.st_dev == file->device &&
           found.st_ino == file->inode;
}

/* Whether a path that is the same text leads to the file that is open, or is being opened. */
static bool is_still_there(struct file *file) {
    bool there;

    pthread_mutex_lock(&file->mutex);
    there = !file->ready || is_in_place(file);
    pthread_mutex_unlock(&file->mutex);
    return there;
}

static bool is_same(struct file *file, const struct spinkv__store_config *config,
                    const char *path) {
    if (file->references == 0 || !path != !file->path) {
        return false;
    }
    if (!path) {
        return file->app_id == config->app_id && strcmp(file->label, config->label) == 0;
    }
    return file->read_only == config->options.read_only && strcmp(file->path, path) == 0 &&
           is_still_there(file);
}

/* Finds the file among those that are open, or adds it. */
static struct file *share_file(const struct spinkv__store_config *config, const char *path) {
    struct file *file;

    pthread_mutex_lock(&registry_mutex);
    for (file = registry; file; file = file->next) {
        if (is_same(file, config, path)) {
            file->references++;
            break;
        }
    }
    if (!file) {
        file = new_file(config, path);
        if (file) {
            file->next = registry;
            registry = file;
        }
    }
    pthread_mutex_unlock(&registry_mutex);
    return file;
}

/* Refuses what SQLite would wait for, or write over. */
static spinkv_status check_file_type(const char *path, spinkv_error *err) {
    struct stat found;

    if (stat(path, &found) != 0) {
        return SPINKV_OK;
    }
    if (!S_ISREG(found.st_mode)) {
        return spinkv__fail(err, SPINKV_IO, "cannot open %s: it is %s, not a file", path,
                            S_ISDIR(found.st_mode) ? "a folder" : "a device or a pipe");
    }
    if (found.st_size == 1) {
        /* SQLite takes a file of one byte for an empty one. */
        return spinkv__fail(err, SPINKV_CORRUPT, "cannot open %s: file is not a database", path);
    }
    return SPINKV_OK;
}

/* Makes sure that the file has been opened once and its table checked. */
static spinkv_status make_ready(struct file *file, uint32_t timeout_ms, spinkv_error *err) {
    struct wait wait = {timeout_ms, 0};
    struct connection *connection;
    spinkv_status status = SPINKV_BUSY;
    bool ready;
    int attempt;

    pthread_mutex_lock(&file->mutex);
    ready = file->ready;
    pthread_mutex_unlock(&file->mutex);
    if (ready) {
        return SPINKV_OK;
    }
    for (attempt = 0; status == SPINKV_BUSY; attempt++) {
        status = spinkv__file_take(file, FOR_WRITING, &wait, &connection, err);
        if (status == SPINKV_OK) {
            spinkv__file_give(file, connection);
        } else if (status == SPINKV_BUSY && !spinkv__wait_again(&wait, attempt)) {
            break;
        }
    }
    return status;
}

spinkv_status spinkv__file_open(const struct spinkv__store_config *config, struct file **file,
                                spinkv_error *err) {
    const spinkv_options *options = &config->options;
    struct spinkv__path canonical;
    const char *path = NULL;
    spinkv_status status = SPINKV_OK;

    if (options->path) {
        status = spinkv__path_canonical(options->path, !options->read_only, &canonical, err);
        path = canonical.text;
    }
    if (status == SPINKV_OK && path) {
        status = check_file_type(path, err);
    }
    if (status != SPINKV_OK) {
        return status;
    }
    *file = share_file(config, path);
    if (!*file) {
        return spinkv__fail_no_memory(err, "the file");
    }
    status = make_ready(*file, options->busy_timeout_ms, err);
    if (status != SPINKV_OK) {
        spinkv__file_close(*file);
        *file = NULL;
    }
    return status;
}

/* Closes all connections. The file is locked, none is taken, and the cache locked or not in use. */
static void close_connections(struct file *file, bool keep_log) {
    spinkv__cache_detach(file->cache);
    while (file->idle_readers) {
        struct connection *reader = file->idle_readers;
        file->idle_readers = reader->next;
        spinkv__connection_close(reader, keep_log);
    }
    file->reader_count = 0;
    spinkv__connection_close(file->writer, keep_log);
    file->writer = NULL;
}

/* Opens a connection whose close merges the log that a fork left. The file is locked. */
static void merge_log(struct file *file) {
    struct wait wait = {0, 0};

    spinkv__connection_open(file->path, file->path, ACCESS_CREATE, &wait, &file->writer, NULL);
}

void spinkv__file_close(struct file *file) {
    struct file **link;
    bool last;

    pthread_mutex_lock(&registry_mutex);
    last = --file->references == 0;
    pthread_mutex_unlock(&registry_mutex);
    if (!last) {
        return;
    }
    /* Merging the log may take its time; the file stays in the registry, where a fork sees it. */
    pthread_mutex_lock(&file->mutex);
    if (file->log_kept && !file->writer && !file->read_only && is_in_place(file)) {
        merge_log(file);
    }
    close_connections(file, false);
    pthread_mutex_unlock(&file->mutex);

    pthread_mutex_lock(&registry_mutex);
    for (link = &registry; *link != file; link = &(*link)->next) {
    }
    *link = file->next;
    pthread_mutex_unlock(&registry_mutex);
    free_file(file);
}

/* ---- Taking and giving connections ----------------------------------------------------------- */

/* Waits until a connection is given back. False if the time is over. The file is locked. */
static bool wait_for_change(struct file *file, struct wait *wait) {
    int64_t deadline_ms = spinkv__wait_deadline_ms(wait);
    struct timespec deadline = {deadline_ms / 1000, deadline_ms % 1000 * 1000000};
    bool in_time = true;

    file->waiting++;
    if (file->forking) {
        pthread_cond_wait(&file->changed, &file->mutex);
    } else {
        in_time = pthread_cond_timedwait(&file->changed, &file->mutex, &deadline) != ETIMEDOUT;
    }
    file->waiting--;
    return in_time;
}

/* What a call gets: a connection, or the right to open one. */
struct grant {
    bool writer;
    struct connection *connection;
};

/* Grants a connection if there is one to be had now. The file is locked. */
static bool try_grant(struct file *file, enum use use, struct grant *grant) {
    if (file->forking) {
        return false;
    }
    if (!file->writer_taken) {
        file->writer_taken = true;
        grant->writer = true;
        grant->connection = file->writer;
    } else if (use == FOR_READING && file->path && file->idle_readers) {
        grant->connection = file->idle_readers;
        file->idle_readers = grant->connection->next;
    } else if (use == FOR_READING && file->path && file->reader_count < READERS_MOST) {
        file->reader_count++;
    } else {
        return false;
    }
    file->taken++;
    return true;
}

/* Gives back what was granted. The file is locked. */
static void end_grant(struct file *file, const struct grant *grant) {
    if (grant->writer) {
        file->writer = grant->connection;
        file->writer_taken = false;
    } else if (grant->connection) {
        grant->connection->next = file->idle_readers;
        file->idle_readers = grant->connection;
    } else {
        file->reader_count--;
    }
    file->taken--;
    if (file->waiting > 0 || file->forking) {
        pthread_cond_broadcast(&file->changed);
    }
}

/* Notes which file on the disk was opened, or checks that it is still that one. */
static spinkv_status identify(struct file *file, spinkv_error *err) {
    struct stat found;

    if (!file->path) {
        file->ready = true;
        return SPINKV_OK;
    }
    if (file->ready) {
        return is_in_place(file)
                   ? SPINKV_OK
                   : spinkv__fail(err, SPINKV_IO, "%s was deleted or replaced while it was open",
                                  file->path);
    }
    if (stat(file->path, &found) != 0) {
        return spinkv__fail(err, SPINKV_IO, "cannot open %s: %s", file->path, strerror(errno));
    }
    file->device = found.st_dev;
    file->inode = found.st_ino;
    file->ready = true;
    return SPINKV_OK;
}

static enum access access_for(const struct file *file) {
    if (file->read_only) {
        return ACCESS_READ_ONLY;
    }
    return file->ready ? ACCESS_OPEN : ACCESS_CREATE;
}

/* Opens the connection that was granted. */
static spinkv_status open_granted(struct file *file, struct grant *grant, struct wait *wait,
                                  spinkv_error *err) {
    spinkv_status status;
    enum access access;

    pthread_mutex_lock(&file->mutex);
    access = access_for(file);
    pthread_mutex_unlock(&file->mutex);
    status = spinkv__connection_open(file->path, spinkv__file_name(file), access, wait,
                                     &grant->connection, err);
    if (status != SPINKV_OK) {
        return status;
    }
    grant->connection->writer = grant->writer;
    pthread_mutex_lock(&file->mutex);
    status = identify(file, err);
    if (grant->writer) {
        /* The data versions of two connections do not compare. */
        file->commits.epoch++;
    }
    pthread_mutex_unlock(&file->mutex);
    if (status != SPINKV_OK) {
        spinkv__connection_close(grant->connection, false);
        grant->connection = NULL;
    }
    return status;
}

spinkv_status spinkv__file_take(struct file *file, enum use use, struct wait *wait,
                                struct connection **connection, spinkv_error *err) {
    struct grant grant = {false, NULL};
    spinkv_status status = SPINKV_OK;
    bool in_time = true;

    *connection = NULL;
    pthread_mutex_lock(&file->mutex);
    while (status == SPINKV_OK && !try_grant(file, use, &grant)) {
        if (in_time) {
            in_time = wait_for_change(file, wait);
        } else {
            status = SPINKV_BUSY;
        }
    }
    pthread_mutex_unlock(&file->mutex);
    if (status != SPINKV_OK) {
        return spinkv__fail(err, status, "%s is in use by other threads", spinkv__file_name(file));
    }
    if (grant.connection && !spinkv__connection_is_current(grant.connection, file->path)) {
        spinkv__connection_close(grant.connection, false);
        grant.connection = NULL;
    }
    if (grant.connection) {
        grant.connection->wait = wait;
        status = spinkv__connection_end_transaction(grant.connection, err);
    } else {
        status = open_granted(file, &grant, wait, err);
    }
    if (status != SPINKV_OK) {
        pthread_mutex_lock(&file->mutex);
        end_grant(file, &grant);
        pthread_mutex_unlock(&file->mutex);
        return status;
    }
    *connection = grant.connection;
    return SPINKV_OK;
}

/* Lets the cache follow the file, by its connection that stays open longest. */
static void attach_cache(struct file *file, struct connection *connection) {
    if (!connection->writer || connection->immutable || !spinkv__cache_is_used(file->cache) ||
        spinkv__cache_is_attached(file->cache)) {
        return;
    }
    if (!file->path) {
        spinkv__cache_attach_memory(file->cache);
        return;
    }
    spinkv__connection_find_index(connection);
    if (connection->index) {
        spinkv__cache_attach(file->cache, connection->index);
    }
}

void spinkv__file_give(struct file *file, struct connection *connection) {
    struct grant grant = {connection->writer, connection};

    attach_cache(file, connection);
    connection->wait = NULL;
    pthread_mutex_lock(&file->mutex);
    end_grant(file, &grant);
    pthread_mutex_unlock(&file->mutex);
}

/* ---- Around a fork --------------------------------------------------------------------------- */

/* SQLite's own locks, outermost first. A child inherits one that another thread holds as held. */
static const int static_mutexes[] = {
    SQLITE_MUTEX_STATIC_MAIN, SQLITE_MUTEX_STATIC_OPEN, SQLITE_MUTEX_STATIC_VFS1,
    SQLITE_MUTEX_STATIC_VFS2, SQLITE_MUTEX_STATIC_VFS3, SQLITE_MUTEX_STATIC_LRU,
    SQLITE_MUTEX_STATIC_PMEM, SQLITE_MUTEX_STATIC_PRNG, SQLITE_MUTEX_STATIC_MEM};

#define STATIC_MUTEX_COUNT (sizeof(static_mutexes) / sizeof(static_mutexes[0]))

/* How often a lock is tried for, and the pause in between. */
#define LOCK_TRIES 2000
#define LOCK_PAUSE_US 50

static bool static_mutex_held[STATIC_MUTEX_COUNT];

/*
 * Takes SQLite's own locks. Not for ever: another copy of this library in the process, which forks
 * too, may hold one already.
 */
static void hold_sqlite(void) {
    size_t i;
    int tries = 0;

    for (i = 0; i < STATIC_MUTEX_COUNT; i++) {
        sqlite3_mutex *mutex = sqlite3_mutex_alloc(static_mutexes[i]);
        bool held = mutex && sqlite3_mutex_try(mutex) == SQLITE_OK;
        while (mutex && !held && tries++ < LOCK_TRIES) {
            spinkv__sleep_us(LOCK_PAUSE_US);
            held = sqlite3_mutex_try(mutex) == SQLITE_OK;
        }
        static_mutex_held[i] = held;
    }
}

static void release_sqlite(void) {
    size_t i;

    for (i = STATIC_MUTEX_COUNT; i-- > 0;) {
        if (static_mutex_held[i]) {
            sqlite3_mutex_leave(sqlite3_mutex_alloc(static_mutexes[i]));
            static_mutex_held[i] = false;
        }
    }
}

void spinkv__files_before_fork(void) {
    struct file *file;

    pthread_mutex_lock(&registry_mutex);
    for (file = registry; file; file = file->next) {
        pthread_mutex_lock(&file->mutex);
        file->forking = true;
        while (file->taken > 0) {
            pthread_cond_wait(&file->changed, &file->mutex);
        }
        spinkv__group_before_fork(&file->group);
        spinkv__cache_lock(file->cache);
        if (file->path) {
            file->log_kept = file->log_kept || file->writer || file->idle_readers;
            close_connections(file, true);
        }
    }
    hold_sqlite();
}

void spinkv__files_after_fork(bool in_child) {
    struct file *file;

    release_sqlite();
    for (file = registry; file; file = file->next) {
        spinkv__cache_unlock(file->cache);
        spinkv__group_after_fork(&file->group, in_child);
        file->forking = false;
        if (in_child) {
            /* Whoever waited in the parent does not exist here. */
            spinkv__wait_condition_init(&file->changed);
            file->waiting = 0;
        } else {
            pthread_cond_broadcast(&file->changed);
        }
        pthread_mutex_unlock(&file->mutex);
    }
    pthread_mutex_unlock(&registry_mutex);
}
