/*
 * Fifty processes open one missing file in the same moment: all succeed, and what each writes is
 * there. The folder is missing, too.
 */
#include "support.h"

#define PROCESSES 50

struct start {
    /* Closed in the parent to let all go. */
    int gate[2];
    int number;
};

static void open_and_write(void *context) {
    const struct start *start = context;
    char key[16], byte;
    spinkv_store store;

    close(start->gate[1]);
    CHECK_NUMBER(0, read(start->gate[0], &byte, 1));
    store = open_path("new/folder/store.db");
    snprintf(key, sizeof(key), "%d", start->number);
    CHECK_OK(set_text(store, key, "v"));
    CHECK(add_to(store, "total", 1) > 0);
    CHECK_VALUE("v", store, key);
    spinkv_close(store);
}

static void fifty_processes_open_a_missing_file(void) {
    pid_t children[PROCESSES];
    spinkv_store store;
    int round, i;

    for (round = 0; round < 4; round++) {
        struct start start;
        remove_folder("new");
        REQUIRE(pipe(start.gate) == 0);
        for (i = 0; i < PROCESSES; i++) {
            start.number = i;
            children[i] = fork_child(open_and_write, &start);
        }
        close(start.gate[0]);
        close(start.gate[1]);
        for (i = 0; i < PROCESSES; i++) {
            join_child(children[i], 60000);
        }
        store = open_path("new/folder/store.db");
        CHECK_NUMBER(PROCESSES, add_to(store, "total", 0));
        CHECK_NUMBER(PROCESSES + 1, count_of(store));
        spinkv_close(store);
        CHECK_SOUND("new/folder/store.db");
    }
}

/* They end without closing: the next one finds all the same. */
static void open_and_vanish(void *context) {
    const struct start *start = context;
    spinkv_store store = open_path("store.db");
    char key[16];

    snprintf(key, sizeof(key), "%d", start->number);
    CHECK_OK(set_text(store, key, "v"));
}

static void processes_that_end_without_closing(void) {
    struct start start = {{-1, -1}, 0};
    pid_t children[PROCESSES];
    spinkv_store store;
    int i;

    for (i = 0; i < PROCESSES; i++) {
        start.number = i;
        children[i] = fork_child(open_and_vanish, &start);
    }
    for (i = 0; i < PROCESSES; i++) {
        join_child(children[i], 60000);
    }
    store = open_path("store.db");
    CHECK_NUMBER(PROCESSES, count_of(store));
    spinkv_close(store);
    CHECK_SOUND("store.db");
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(fifty_processes_open_a_missing_file),
        TEST(processes_that_end_without_closing),
    };

    return RUN_TESTS(tests, argc, argv);
}
