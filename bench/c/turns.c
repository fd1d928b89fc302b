/*
 * Runs workloads in rounds in which the peers' batches take turns, so that what else the machine
 * does strikes all alike. A round is batches that are timed as a whole, then as many again in which
 * each call is timed, unless a batch is a single call.
 */
#include "turns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "fail.h"
#include "memory.h"
#include "output.h"
#include "workload.h"

#define BATCHES_LEAST 3
#define BATCHES_MOST 2000
#define OPERATIONS_MOST 1000

/* In a run that only shows that it works, larger stores are left out. */
#define KEYS_MOST_DIVIDED 100000

struct contest {
    struct heading heading;
    struct subject subjects[PEERS_MOST];
    size_t count;
    /* Who comes when in a turn, and the number that it was dealt by. */
    size_t order[PEERS_MOST];
    uint64_t chance;
    double ns[PEERS_MOST][BATCHES_MOST];
    struct histogram calls[PEERS_MOST];
};

/* Whether a batch is a call, and has been timed as one. */
static bool is_single(const struct contest *contest) {
    return contest->heading.operations == 1 || contest->subjects[0].workload->is_whole;
}

/*
 * Deals the peers anew before each turn, the same in every run: were their order kept, a peer would
 * always find in the processor's caches what the one before it has left there, such as SQLite.
 */
static const size_t *next_order(struct contest *contest) {
    size_t i;

    for (i = 0; i < contest->count; i++) {
        contest->order[i] = i;
    }
    for (i = contest->count; i > 1; i--) {
        size_t other, last = contest->order[i - 1];
        contest->chance = contest->chance * UINT64_C(6364136223846793005) + 1442695040888963407;
        other = (size_t)(contest->chance >> 33) % i;
        contest->order[i - 1] = contest->order[other];
        contest->order[other] = last;
    }
    return contest->order;
}

/* Runs a batch of every peer. */
static void take_turns(struct contest *contest, size_t turn) {
    const size_t *order = next_order(contest);
    size_t i;

    for (i = 0; i < contest->count; i++) {
        size_t index = order[i];
        double ns = subject_time_batch(&contest->subjects[index]);
        contest->ns[index][turn] = ns;
        if (is_single(contest)) {
            histogram_add(&contest->calls[index], (uint64_t)ns);
        }
    }
}

static void take_turns_by_call(struct contest *contest) {
    const size_t *order = next_order(contest);
    uint64_t ns[OPERATIONS_MOST];
    size_t i, call;

    for (i = 0; i < contest->count; i++) {
        size_t index = order[i];
        subject_time_calls(&contest->subjects[index], ns);
        for (call = 0; call < contest->heading.operations; call++) {
            histogram_add(&contest->calls[index], ns[call]);
        }
    }
}

/* Warms up for as long as a round, and tells how many batches of each peer a round is made of. */
static size_t warm_up(struct contest *contest, long round_ms) {
    uint64_t end = clock_ns() + (uint64_t)round_ms * 1000000;
    size_t batches = 0;

    while (batches < BATCHES_LEAST || (clock_ns() < end && batches < BATCHES_MOST)) {
        take_turns(contest, batches++);
    }
    return batches;
}

static void run_round(struct contest *contest, long round, size_t batches) {
    size_t turn, i;

    memset(contest->calls, 0, sizeof(contest->calls));
    for (turn = 0; turn < batches; turn++) {
        take_turns(contest, turn);
    }
    for (turn = 0; turn < batches && !is_single(contest); turn++) {
        take_turns_by_call(contest);
    }
    for (i = 0; i < contest->count; i++) {
        output_round(&contest->heading, contest->subjects[i].peer->name, round, contest->ns[i],
                     batches, &contest->calls[i]);
    }
    output_tick(&contest->heading);
}

/* Fails unless two SQLite files have the same page size and journal mode (bytes 16 to 19). */
static void compare_files(const char *a, const char *b) {
    const char *paths[] = {a, b};
    char headers[2][20];
    int i;

    for (i = 0; i < 2; i++) {
        FILE *file = fopen(paths[i], "rb");
        if (!file || fread(headers[i], 1, sizeof(headers[i]), file) != sizeof(headers[i])) {
            fail("%s: %s", paths[i], strerror(errno));
        }
        fclose(file);
    }
    if (memcmp(headers[0], headers[1], sizeof(headers[0])) != 0) {
        fail("the peers' files are not of the same kind");
    }
}

static void check_results(const struct contest *contest) {
    size_t i;

    for (i = 1; i < contest->count; i++) {
        subject_compare(&contest->subjects[0], &contest->subjects[i]);
        if (strcmp(contest->subjects[i].peer->name, "bare SQLite") == 0) {
            compare_files(contest->subjects[0].path, contest->subjects[i].path);
        }
    }
}

static bool takes_part(const struct peer *peer, const struct workload *workload, bool synced) {
    bool writes = workload->operations_synced > 0;

    return workload->can(peer) && (!writes || peer_offers(peer, synced));
}

static void run_workload(const struct workload *workload, bool synced,
                         const struct settings *settings) {
    static struct contest contest;
    long rounds = settings->rounds, round;
    size_t batches, i;

    contest.heading = (struct heading){
        workload->group,
        workload->name,
        workload->what,
        output_durability(workload->operations_synced > 0, synced),
        synced ? workload->operations_synced : workload->operations,
        (size_t)rounds,
    };
    output_workload(&contest.heading);
    if (settings->list) {
        return;
    }
    contest.count = 0;
    for (i = 0; i < peer_count; i++) {
        if (takes_part(peers[i], workload, synced)) {
            /* What only reads is filled without syncs where a peer can. */
            bool opens_synced = synced || !peers[i]->normal;
            struct subject *subject = &contest.subjects[contest.count++];
            subject_open(subject, workload, peers[i], opens_synced, settings->folder);
            subject->operations = contest.heading.operations;
        }
    }
    batches = warm_up(&contest, settings->round_ms);
    for (round = 0; round < rounds; round++) {
        run_round(&contest, round, batches);
    }
    check_results(&contest);
    for (i = 0; i < contest.count; i++) {
        subject_close(&contest.subjects[i]);
    }
}

void turns_run(const struct settings *settings) {
    size_t i;
    int synced;

    for (i = 0; i < workload_count; i++) {
        const struct workload *workload = &workloads[i];
        bool writes = workload->operations_synced > 0;
        if ((settings->group && strcmp(settings->group, workload->group) != 0) ||
            !settings_want(settings, workload->name) ||
            (settings->divisor > 1 && workload->key_count > KEYS_MOST_DIVIDED)) {
            continue;
        }
        for (synced = 0; synced <= (writes ? 1 : 0); synced++) {
            run_workload(workload, synced, settings);
        }
        if (strcmp(workload->group, "growth") == 0 && !settings->list) {
            memory_measure(workload, settings->folder);
        }
    }
}
