/*
 * Running suites: round by round, peer by peer, phase by phase, with as many threads as a phase
 * asks for. Each round another peer is first.
 */
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fail.h"
#include "output.h"
#include "workload.h"

#define FILL_PAIRS 1000
#define LIMIT_LEAST_MS 200

/* A peer's store in the course of a suite. */
struct session {
    const struct suite *suite;
    const struct peer *peer;
    const struct settings *settings;
    struct keyset keys;
    char path[1024];
    struct terms terms;
    void *store;
    uint64_t workers_made;
};

struct thread {
    struct worker worker;
    struct histogram calls;
    pthread_t id;
    pthread_barrier_t *start;
    size_t (*call)(struct worker *worker);
    size_t call_count;
    uint64_t limit_ns;
    size_t operations;
    uint64_t began_ns, ended_ns;
};

static void make_worker(struct session *session, struct worker *worker, size_t pairs) {
    size_t size = session->suite->value_size;

    memset(worker, 0, sizeof(*worker));
    worker->peer = session->peer;
    worker->store = session->store;
    worker->keys = &session->keys;
    worker->value_size = size;
    worker->pair_count = pairs < session->keys.count ? pairs : session->keys.count;
    worker->values = data_allocate(worker->pair_count, size);
    data_fill(worker->values, worker->pair_count * size);
    worker->pairs = data_allocate(worker->pair_count, sizeof(*worker->pairs));
    session->workers_made++;
    worker->random = session->workers_made * 0x9e3779b97f4a7c15u;
    worker->serial = session->workers_made << 40;
}

static void free_worker(struct worker *worker) {
    free(worker->pairs);
    free(worker->values);
}

/* ---- Threads --------------------------------------------------------------------------------- */

static void *run_thread(void *argument) {
    struct thread *thread = argument;
    uint64_t last, end;
    size_t i;

    pthread_barrier_wait(thread->start);
    thread->began_ns = last = clock_ns();
    end = last + thread->limit_ns;
    for (i = 0; i < thread->call_count && last < end; i++) {
        size_t operations = thread->call(&thread->worker);
        uint64_t now = clock_ns();
        if (operations == 0) {
            fail("%s: a call did nothing", thread->worker.peer->name);
        }
        histogram_add(&thread->calls, (now - last) / operations);
        thread->operations += operations;
        last = now;
    }
    thread->ended_ns = last;
    return NULL;
}

static void start_threads(struct session *session, const struct phase *phase,
                          struct thread *threads, pthread_barrier_t *start) {
    size_t calls = phase->calls > 0 ? phase->calls : session->suite->entries;
    uint64_t limit_ms = session->suite->limit_ms / (uint64_t)session->settings->divisor;
    unsigned i;

    calls = settings_scale(session->settings, calls);
    for (i = 0; i < phase->threads; i++) {
        struct thread *thread = &threads[i];
        make_worker(session, &thread->worker, phase->pairs);
        if (i > 0 && session->peer->join) {
            thread->worker.store = session->peer->join(session->store);
        }
        thread->start = start;
        thread->call = phase->call;
        thread->call_count = calls / phase->threads + 1;
        thread->limit_ns = (limit_ms > LIMIT_LEAST_MS ? limit_ms : LIMIT_LEAST_MS) * 1000000;
        if (phase->threads == 1) {
            thread->call_count = calls;
            continue;
        }
        if (pthread_create(&thread->id, NULL, run_thread, thread) != 0) {
            fail("a thread cannot be made");
        }
    }
}

/* Runs a phase's calls, and tells how many nanoseconds passed for each operation. */
static double run_threads(struct session *session, const struct phase *phase,
                          struct histogram *calls) {
    struct thread *threads = data_allocate(phase->threads, sizeof(*threads));
    uint64_t began_ns = UINT64_MAX, ended_ns = 0;
    pthread_barrier_t start;
    size_t operations = 0;
    unsigned i;

    pthread_barrier_init(&start, NULL, phase->threads);
    start_threads(session, phase, threads, &start);
    if (phase->threads == 1) {
        run_thread(&threads[0]);
    }
    for (i = 0; i < phase->threads; i++) {
        struct thread *thread = &threads[i];
        if (phase->threads > 1) {
            pthread_join(thread->id, NULL);
        }
        if (thread->worker.store != session->store) {
            session->peer->leave(thread->worker.store);
        }
        histogram_merge(calls, &thread->calls);
        operations += thread->operations;
        began_ns = thread->began_ns < began_ns ? thread->began_ns : began_ns;
        ended_ns = thread->ended_ns > ended_ns ? thread->ended_ns : ended_ns;
        free_worker(&thread->worker);
    }
    pthread_barrier_destroy(&start);
    free(threads);
    return (double)(ended_ns - began_ns) / (double)operations;
}

/* ---- Phases ---------------------------------------------------------------------------------- */

static void close_session_store(struct session *session) {
    if (session->store) {
        session->peer->close(session->store);
        session->store = NULL;
    }
}

static void fill(struct session *session) {
    struct worker worker;
    size_t done, i;

    make_worker(session, &worker, FILL_PAIRS);
    for (done = 0; done < session->keys.count; done += worker.pair_count) {
        for (i = 0; i < worker.pair_count; i++) {
            worker.pairs[i].key = keyset_key(&session->keys, (done + i) % session->keys.count);
            worker.pairs[i].value = (spinkv_bytes){worker.values, worker.value_size};
        }
        session->peer->set_many(session->store, worker.pairs, worker.pair_count);
    }
    free_worker(&worker);
}

/* Brings the store into the state that a phase begins with. */
static void prepare(struct session *session, const struct phase *phase) {
    if (phase->fresh) {
        close_session_store(session);
        store_remove(session->path);
    }
    if (!session->store || (phase->writes && session->terms.synced != phase->synced)) {
        close_session_store(session);
        session->terms.synced = phase->synced;
        session->store = session->peer->open(&session->terms);
    }
    if (phase->filled) {
        fill(session);
    }
}

static struct heading heading_of(const struct suite *suite, const struct phase *phase,
                                 size_t ticks) {
    return (struct heading){
        suite->name, phase->name, phase->what, output_durability(phase->writes, phase->synced),
        1,           ticks,
    };
}

static void run_session(const struct suite *suite, const struct peer *peer, long round,
                        const struct settings *settings) {
    struct session session = {.suite = suite, .peer = peer, .settings = settings};
    const struct phase *phase;

    keyset_make(&session.keys, settings_scale(settings, suite->entries), suite->key_size);
    snprintf(session.path, sizeof(session.path), "%s/%s-%s.db", settings->folder, suite->name,
             peer->name);
    session.terms = (struct terms){session.path, false, session.keys.count};
    store_remove(session.path);
    for (phase = suite->phases; phase->name; phase++) {
        struct heading heading = heading_of(suite, phase, 0);
        if (phase->threads == 1 || !peer->one_thread) {
            struct histogram *calls = data_allocate(1, sizeof(*calls));
            double ns;
            prepare(&session, phase);
            ns = run_threads(&session, phase, calls);
            if (phase->fresh) {
                /* Keys were chosen at random, or time was up: who reads next finds all of them. */
                fill(&session);
            }
            output_round(&heading, peer->name, round, &ns, 1, calls);
            free(calls);
        }
        output_tick(&heading);
    }
    close_session_store(&session);
    store_remove(session.path);
    keyset_free(&session.keys);
}

/* ---- Suites ---------------------------------------------------------------------------------- */

/* A peer takes part if it offers every durability that the suite writes with. */
static bool takes_part(const struct suite *suite, const struct peer *peer) {
    const struct phase *phase;

    for (phase = suite->phases; phase->name; phase++) {
        if (phase->writes && !peer_offers(peer, phase->synced)) {
            return false;
        }
    }
    return !peer->is_variant;
}

static bool is_wanted(const struct suite *suite, const struct settings *settings) {
    const struct phase *phase;

    if (settings->group && strcmp(settings->group, suite->name) != 0) {
        return false;
    }
    for (phase = suite->phases; phase->name; phase++) {
        if (settings_want(settings, phase->name)) {
            return true;
        }
    }
    return false;
}

static void run_suite(const struct suite *suite, const struct settings *settings) {
    long rounds = suite->has_target ? settings->rounds : settings->suite_rounds, round;
    const struct peer *entered[PEERS_MOST];
    const struct phase *phase;
    size_t count = 0, i;

    for (i = 0; i < peer_count; i++) {
        if (takes_part(suite, peers[i])) {
            entered[count++] = peers[i];
        }
    }
    for (phase = suite->phases; phase->name; phase++) {
        struct heading heading = heading_of(suite, phase, (size_t)rounds * count);
        output_workload(&heading);
    }
    for (round = 0; round < rounds && !settings->list; round++) {
        for (i = 0; i < count; i++) {
            run_session(suite, entered[(i + (size_t)round) % count], round, settings);
        }
    }
}

void suites_run(const struct settings *settings) {
    size_t i;

    for (i = 0; i < suite_count; i++) {
        if (is_wanted(&suites[i], settings)) {
            run_suite(&suites[i], settings);
        }
    }
}
