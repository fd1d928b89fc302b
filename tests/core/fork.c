/*
 * Forking with open stores: parent and child both go on with what was open, files shared and
 * stores in memory as copies, while threads of the parent wait or work. The same under load is in
 * slow_fork.c.
 */
#include "operations.h"

/* How long a child here may take. */
#define PATIENCE_MS 60000

struct handles {
    spinkv_store file, memory;
};

static struct handles open_both(void) {
    struct handles handles = {open_path("store.db"), open_path(NULL)};

    operations_fill(handles.file);
    operations_fill(handles.memory);
    return handles;
}

static void close_both(const struct handles *handles) {
    spinkv_close(handles->file);
    spinkv_close(handles->memory);
}

/* Every operation on both stores, as if nothing had happened. */
static void use_both(void *context) {
    const struct handles *handles = context;
    size_t i;

    for (i = 0; i < OPERATION_COUNT; i++) {
        operations_fill(handles->file);
        CHECK_OK(operations[i].call(handles->file, &err));
        operations_fill(handles->memory);
        CHECK_OK(operations[i].call(handles->memory, &err));
    }
}

static void both_sides_go_on(void) {
    struct handles handles = open_both();

    join_child(fork_child(use_both, &handles), PATIENCE_MS);
    use_both(&handles);
    join_child(fork_child(use_both, &handles), PATIENCE_MS);
    close_both(&handles);
    CHECK_SOUND("store.db");
}

static void write_on_both_sides(void *context) {
    const struct handles *handles = context;

    CHECK_VALUE("parent", handles->file, "by");
    CHECK_VALUE("parent", handles->memory, "by");
    CHECK_OK(set_text(handles->file, "by", "child"));
    CHECK_OK(set_text(handles->memory, "by", "child"));
    CHECK_VALUE("child", handles->memory, "by");
}

static void a_file_is_shared_and_memory_is_copied(void) {
    struct handles handles = open_both();

    CHECK_OK(set_text(handles.file, "by", "parent"));
    CHECK_OK(set_text(handles.memory, "by", "parent"));
    join_child(fork_child(write_on_both_sides, &handles), PATIENCE_MS);
    CHECK_VALUE("child", handles.file, "by");
    CHECK_VALUE("parent", handles.memory, "by");
    close_both(&handles);
}

static void close_all(void *context) {
    const struct handles *handles = context;

    close_both(handles);
    CHECK_STATUS(SPINKV_INVALID_STORE, set_text(handles->file, "k", "v"));
    CHECK_STATUS(SPINKV_INVALID_STORE, set_text(handles->memory, "k", "v"));
}

static void closing_is_for_one_side(void) {
    struct handles handles = open_both();

    join_child(fork_child(close_all, &handles), PATIENCE_MS);
    use_both(&handles);
    close_both(&handles);
}

/* Forks on, three generations deep; each writes before and after its child. */
static void descend(void *context) {
    struct {
        spinkv_store store;
        int depth;
    } *generation = context, next;

    next.store = generation->store;
    next.depth = generation->depth + 1;
    add_to(generation->store, "n", 1);
    if (generation->depth < 3) {
        join_child(fork_child(descend, &next), PATIENCE_MS);
    }
    add_to(generation->store, "n", 1);
}

static void children_of_children(void) {
    struct {
        spinkv_store store;
        int depth;
    } first = {open_path("store.db"), 0};

    descend(&first);
    CHECK_NUMBER(8, add_to(first.store, "n", 0));
    spinkv_close(first.store);
    CHECK_SOUND("store.db");
}

static void open_anew(void *context) {
    const struct handles *handles = context;
    spinkv_store store = open_path("store.db"), other = open_path("other.db");

    CHECK_OK(set_text(store, "k", "v"));
    CHECK_VALUE("v", handles->file, "k");
    CHECK_OK(set_text(other, "k", "v"));
    spinkv_close(store);
    spinkv_close(other);
}

static void a_child_opens_stores_of_its_own(void) {
    struct handles handles = open_both();

    join_child(fork_child(open_anew, &handles), PATIENCE_MS);
    CHECK_VALUE("v", handles.file, "k");
    close_both(&handles);
    CHECK_SQL("1", "other.db", "SELECT count(*) FROM spin_key_value");
}

static void read_only(void *context) {
    spinkv_store store = *(spinkv_store *)context;

    CHECK_VALUE("v", store, "k");
    CHECK_STATUS(SPINKV_READ_ONLY, set_text(store, "k", "w"));
}

static void a_store_that_is_only_read(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store store = open_path("store.db");

    CHECK_OK(set_text(store, "k", "v"));
    spinkv_close(store);
    options.read_only = true;
    CHECK_OK(try_open(&options, &store, &err));
    join_child(fork_child(read_only, &store), PATIENCE_MS);
    read_only(&store);
    spinkv_close(store);
}

/* ---- Forking under threads ------------------------------------------------------------------- */

struct thread_work {
    spinkv_store store;
    atomic_bool done;
    atomic_int count;
};

static void *write_when_unlocked(void *context) {
    struct thread_work *work = context;

    CHECK_OK(set_text(work->store, "waited", "yes"));
    atomic_store(&work->done, true);
    return NULL;
}

static void read_in_child(void *context) {
    struct thread_work *work = context;

    CHECK_VALUE("value", work->store, "key");
}

/* A thread waits for the lock of another process; the fork does not wait with it. */
static void a_fork_does_not_wait_for_a_lock(void) {
    struct locker locker = start_locker("store.db");
    spinkv_options options = options_for("store.db");
    struct thread_work work;
    pthread_t threads[2];
    int64_t begin_ms;
    pid_t child;

    memset(&work, 0, sizeof(work));
    options.busy_timeout_ms = 60000;
    CHECK_OK(try_open(&options, &work.store, &err));
    operations_fill(work.store);
    lock_file(&locker);
    threads[0] = start_thread(write_when_unlocked, &work);
    threads[1] = start_thread(write_when_unlocked, &work);
    sleep_us(30000);
    begin_ms = now_ms();
    child = fork_child(read_in_child, &work);
    CHECK(now_ms() - begin_ms < 1000);
    join_child(child, PATIENCE_MS);
    CHECK(!atomic_load(&work.done));
    CHECK_VALUE("value", work.store, "key");
    unlock_file(&locker);
    join_thread(threads[0]);
    join_thread(threads[1]);
    CHECK_VALUE("yes", work.store, "waited");
    spinkv_close(work.store);
}

/* Likewise while a thread waits to open the file. */
static void *open_when_unlocked(void *context) {
    struct thread_work *work = context;
    spinkv_options options = options_for("store.db");

    options.busy_timeout_ms = 60000;
    CHECK_OK(try_open(&options, &work->store, &err));
    atomic_store(&work->done, true);
    return NULL;
}

static void open_another(void *context) {
    spinkv_store store = open_path("other.db");

    (void)context;
    CHECK_OK(set_text(store, "k", "v"));
    spinkv_close(store);
}

static void a_fork_does_not_wait_for_an_open(void) {
    struct locker locker;
    struct thread_work work;
    pthread_t thread;
    int64_t begin_ms;
    pid_t child;

    memset(&work, 0, sizeof(work));
    sql_run_in("store.db", "PRAGMA journal_mode = WAL; CREATE TABLE other (a)");
    locker = start_locker("store.db");
    lock_file(&locker);
    thread = start_thread(open_when_unlocked, &work);
    sleep_us(30000);
    begin_ms = now_ms();
    child = fork_child(open_another, NULL);
    CHECK(now_ms() - begin_ms < 1000);
    join_child(child, PATIENCE_MS);
    CHECK(!atomic_load(&work.done));
    unlock_file(&locker);
    join_thread(thread);
    CHECK_OK(set_text(work.store, "k", "v"));
    spinkv_close(work.store);
}

static void *work_on_json(void *context) {
    struct thread_work *work = context;
    char json[3000];
    spinkv_value value;

    memset(json, ' ', sizeof(json));
    json[0] = '[';
    json[sizeof(json) - 1] = ']';
    while (!atomic_load(&work->done)) {
        begin_turn();
        CHECK_OK(spinkv_set_json(work->store, "json", 4, json, sizeof(json), &err));
        CHECK_OK(spinkv_get_json(work->store, "json", 4, &value, &err));
        CHECK_BYTES("[]", 2, value.data, value.size);
        spinkv_value_free(&value);
        end_turn();
        atomic_fetch_add(&work->count, 1);
    }
    return NULL;
}

static void json_in_child(void *context) {
    struct thread_work *work = context;
    spinkv_value value;

    CHECK_OK(spinkv_set_json(work->store, "child", 5, " 1 ", 3, &err));
    CHECK_OK(spinkv_get_json(work->store, "child", 5, &value, &err));
    CHECK_BYTES("1", 1, value.data, value.size);
    spinkv_value_free(&value);
}

static void fork_under_json(const char *path) {
    struct thread_work work;
    pthread_t threads[3];
    int i;

    memset(&work, 0, sizeof(work));
    work.store = open_path(path);
    for (i = 0; i < 3; i++) {
        threads[i] = start_thread(work_on_json, &work);
    }
    for (i = 0; i < rounds(40); i++) {
        sleep_us(i * 20);
        join_child(fork_child(json_in_child, &work), PATIENCE_MS);
    }
    while (atomic_load(&work.count) < 10) {
        sleep_us(1000);
    }
    atomic_store(&work.done, true);
    for (i = 0; i < 3; i++) {
        join_thread(threads[i]);
    }
    spinkv_close(work.store);
}

static void forking_under_json_in_a_file(void) {
    fork_under_json("store.db");
}

static void forking_under_json_in_memory(void) {
    fork_under_json(NULL);
}

/* A file that went away while the fork had it closed. */
static void a_file_that_is_gone_after_the_fork(void) {
    spinkv_store store = open_path("store.db");
    spinkv_value value;
    pid_t child;

    CHECK_OK(set_text(store, "k", "v"));
    fflush(NULL);
    REQUIRE(rename("store.db", "aside.db") == 0);
    child = fork();
    if (child == 0) {
        end_child(false);
    }
    join_child(child, PATIENCE_MS);
    REFUSES(SPINKV_IO, spinkv_get(store, "k", 1, &value, error));
    CHECK(access("store.db", F_OK) != 0);
    REQUIRE(rename("aside.db", "store.db") == 0);
    CHECK_VALUE("v", store, "k");
    spinkv_close(store);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(both_sides_go_on),
        TEST(a_file_is_shared_and_memory_is_copied),
        TEST(closing_is_for_one_side),
        TEST(children_of_children),
        TEST(a_child_opens_stores_of_its_own),
        TEST(a_store_that_is_only_read),
        TEST(a_fork_does_not_wait_for_a_lock),
        TEST(a_fork_does_not_wait_for_an_open),
        TEST(forking_under_json_in_a_file),
        TEST(forking_under_json_in_memory),
        TEST(a_file_that_is_gone_after_the_fork),
    };

    return RUN_TESTS(tests, argc, argv);
}
