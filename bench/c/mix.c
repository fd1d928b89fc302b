/*
 * The mix of diskcache's published benchmark: 10 gets to a set, 10 sets to a delete, on keys chosen
 * at random. Each process opens the store itself. What they measure they leave in memory that they
 * share with this one.
 */
#include "mix.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "data.h"
#include "fail.h"
#include "output.h"
#include "peer.h"
#include "workload.h"

#define KEY_COUNT 1000
#define VALUE_SIZE 100
#define CALLS 20000
#define PROCESSES_MOST 8

enum action {
    MIX_GET,
    MIX_SET,
    MIX_DELETE,
    ACTION_COUNT
};

static const char *const action_names[] = {"get", "set", "delete"};

static const unsigned process_counts[] = {1, PROCESSES_MOST};

struct tally {
    struct histogram calls[ACTION_COUNT];
    uint64_t total_ns[ACTION_COUNT];
    uint64_t counts[ACTION_COUNT];
};

/* What all processes see. */
struct board {
    pthread_barrier_t start;
    struct tally tallies[PROCESSES_MOST];
};

static enum action choose(uint64_t *random) {
    uint64_t number = data_random(random) % 111;

    return number < 100 ? MIX_GET : number < 110 ? MIX_SET : MIX_DELETE;
}

static void act(const struct peer *peer, void *store, enum action action, spinkv_bytes key,
                spinkv_bytes new_value) {
    spinkv_value value = {NULL, 0};

    switch (action) {
    case MIX_GET:
        peer->get(store, key, &value);
        spinkv_value_free(&value);
        break;
    case MIX_SET:
        peer->set(store, key, new_value);
        break;
    default:
        peer->delete_one(store, key);
    }
}

/* What one process does. */
static void work(const struct peer *peer, const struct terms *terms, struct board *board,
                 unsigned process, size_t calls) {
    struct tally *tally = &board->tallies[process];
    uint64_t random = 42 + process, serial = (uint64_t)(process + 1) << 40;
    char value[VALUE_SIZE];
    void *store = peer->open(terms);
    size_t i;

    data_fill(value, sizeof(value));
    pthread_barrier_wait(&board->start);
    for (i = 0; i < calls; i++) {
        enum action action = choose(&random);
        spinkv_bytes key = data_key(data_random(&random) % KEY_COUNT);
        uint64_t start, ns;
        data_number_value(value, VALUE_SIZE, serial++);
        start = clock_ns();
        act(peer, store, action, key, (spinkv_bytes){value, sizeof(value)});
        ns = clock_ns() - start;
        histogram_add(&tally->calls[action], ns);
        tally->total_ns[action] += ns;
        tally->counts[action]++;
    }
    peer->close(store);
}

static void fill(const struct peer *peer, const struct terms *terms) {
    void *store = peer->open(terms);
    char value[VALUE_SIZE];
    size_t i;

    data_fill(value, sizeof(value));
    for (i = 0; i < KEY_COUNT; i++) {
        data_number_value(value, VALUE_SIZE, i);
        peer->set(store, data_key(i), (spinkv_bytes){value, sizeof(value)});
    }
    peer->close(store);
}

static pid_t begin_process(void) {
    pid_t child = fork();

    if (child < 0) {
        fail("a process cannot be made");
    }
    return child;
}

static void end_process(pid_t child) {
    int status;

    if (waitpid(child, &status, 0) != child || status != 0) {
        fail("a process of the mix failed");
    }
}

/* This process opens no store: some peers leave threads behind, and threads do not survive a fork.
 */
static void run_processes(const struct peer *peer, const struct terms *terms, struct board *board,
                          unsigned count, size_t calls) {
    pthread_barrierattr_t shared;
    pid_t children[PROCESSES_MOST];
    unsigned i;

    children[0] = begin_process();
    if (children[0] == 0) {
        fill(peer, terms);
        _exit(0);
    }
    end_process(children[0]);
    memset(board, 0, sizeof(*board));
    pthread_barrierattr_init(&shared);
    pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&board->start, &shared, count);
    for (i = 0; i < count; i++) {
        children[i] = begin_process();
        if (children[i] == 0) {
            work(peer, terms, board, i, calls);
            _exit(0);
        }
    }
    for (i = 0; i < count; i++) {
        end_process(children[i]);
    }
    pthread_barrier_destroy(&board->start);
}

static struct heading heading_of(enum action action, unsigned processes, size_t ticks, char *name,
                                 size_t name_size) {
    snprintf(name, name_size, "mix_%s_%u", action_names[action], processes);
    return (struct heading){
        "mix",
        name,
        processes == 1 ? "10 gets, 1 set, 0.1 deletes, 1 process"
                       : "10 gets, 1 set, 0.1 deletes, 8 processes",
        "normal",
        1,
        ticks,
    };
}

static void run_mix(const struct peer *peer, unsigned processes, long round,
                    const struct settings *settings, struct board *board) {
    char path[1024], name[64];
    struct terms terms = {path, false, KEY_COUNT};
    unsigned action, i;

    snprintf(path, sizeof(path), "%s/mix-%s.db", settings->folder, peer->name);
    store_remove(path);
    run_processes(peer, &terms, board, processes, settings_scale(settings, CALLS));
    store_remove(path);
    for (action = 0; action < ACTION_COUNT; action++) {
        struct heading heading = heading_of(action, processes, 0, name, sizeof(name));
        struct tally sum = {0};
        double ns;
        for (i = 0; i < processes; i++) {
            histogram_merge(&sum.calls[0], &board->tallies[i].calls[action]);
            sum.total_ns[0] += board->tallies[i].total_ns[action];
            sum.counts[0] += board->tallies[i].counts[action];
        }
        ns = sum.counts[0] > 0 ? (double)sum.total_ns[0] / (double)sum.counts[0] : 0;
        output_round(&heading, peer->name, round, &ns, sum.counts[0] > 0 ? 1 : 0, &sum.calls[0]);
        output_tick(&heading);
    }
}

static bool takes_part(const struct peer *peer, unsigned processes) {
    return peer->normal && !peer->is_variant && (processes == 1 || !peer->one_process);
}

static bool is_wanted(const struct settings *settings, unsigned processes) {
    char name[64];
    unsigned action;
    bool wanted = false;

    for (action = 0; action < ACTION_COUNT; action++) {
        heading_of(action, processes, 0, name, sizeof(name));
        wanted = wanted || settings_want(settings, name);
    }
    return wanted && (!settings->group || strcmp(settings->group, "mix") == 0);
}

static void run_with(unsigned processes, const struct settings *settings, struct board *board) {
    long rounds = settings->suite_rounds, round;
    size_t count = 0, i;
    unsigned action;
    char name[64];

    for (i = 0; i < peer_count; i++) {
        count += takes_part(peers[i], processes);
    }
    for (action = 0; action < ACTION_COUNT; action++) {
        struct heading heading =
            heading_of(action, processes, (size_t)rounds * count, name, sizeof(name));
        output_workload(&heading);
    }
    fflush(stdout);
    for (round = 0; round < rounds && !settings->list; round++) {
        for (i = 0; i < peer_count; i++) {
            const struct peer *peer = peers[(i + (size_t)round) % peer_count];
            if (takes_part(peer, processes)) {
                run_mix(peer, processes, round, settings, board);
            }
        }
    }
}

void mix_run(const struct settings *settings) {
    struct board *board =
        mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    size_t i;

    if (board == MAP_FAILED) {
        fail("out of memory");
    }
    for (i = 0; i < sizeof(process_counts) / sizeof(process_counts[0]); i++) {
        if (is_wanted(settings, process_counts[i])) {
            run_with(process_counts[i], settings, board);
        }
    }
    munmap(board, sizeof(*board));
}
