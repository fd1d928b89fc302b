/*
 * The limit on tuples, checked where SQLite is about to commit: a commit hook that refuses turns
 * the commit into a rollback. So a single write stays one statement, and costs no count.
 */
#include "count.h"

#include "cache.h"

static void note_row(void *context, int operation, const char *database, const char *table,
                     sqlite3_int64 row) {
    struct connection *connection = context;

    (void)database;
    (void)table;
    (void)row;
    if (operation == SQLITE_INSERT) {
        connection->rows_added++;
    } else if (operation == SQLITE_DELETE) {
        connection->rows_added--;
    }
}

static unsigned data_version(struct connection *connection) {
    unsigned version = 0;

    sqlite3_file_control(connection->db, NULL, SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
}

/* Starts a new epoch if somebody else has committed. A transaction has begun. */
static void notice_others(struct connection *connection) {
    struct commits *commits = connection->check->commits;
    unsigned version = data_version(connection);

    if (version != commits->version) {
        commits->version = version;
        commits->epoch++;
    }
}

/* Whether the transaction would leave more tuples than the limit, as far as the count is known. */
static bool is_refused(struct connection *connection) {
    struct count_check *check = connection->check;

    if (check->max_entries == 0 || connection->rows_added <= 0) {
        return false;
    }
    if (check->tuples->epoch != check->commits->epoch) {
        check->refusal = COUNT_UNKNOWN;
    } else if ((uint64_t)(check->tuples->count + connection->rows_added) > check->max_entries) {
        check->refusal = COUNT_FULL;
    }
    return check->refusal != 0;
}

/* SQLite's commit hook: anything but 0 rolls back. */
static int check_commit(void *context) {
    struct connection *connection = context;

    if (connection->check) {
        notice_others(connection);
        if (is_refused(connection)) {
            return 1;
        }
    }
    spinkv__log_room_keep(connection);
    if (connection->cache_write) {
        spinkv__cache_write_note(connection->cache_write);
    }
    return 0;
}

void spinkv__count_watch(struct connection *connection) {
    sqlite3_update_hook(connection->db, note_row, connection);
    sqlite3_commit_hook(connection->db, check_commit, connection);
}

void spinkv__count_begin(struct connection *connection, struct count_check *check) {
    check->refusal = 0;
    connection->check = check;
    connection->rows_added = 0;
}

void spinkv__count_end(struct connection *connection, bool committed) {
    struct count_check *check = connection->check;

    if (committed) {
        check->commits->version = data_version(connection);
        check->tuples->count += connection->rows_added;
    }
    connection->check = NULL;
}

bool spinkv__count_is_unknown(struct connection *connection) {
    notice_others(connection);
    return connection->check->max_entries > 0 &&
           connection->check->tuples->epoch != connection->check->commits->epoch;
}

void spinkv__count_learn(struct connection *connection, int64_t count) {
    struct count_check *check = connection->check;

    check->tuples->count = count;
    check->tuples->epoch = check->commits->epoch;
}
