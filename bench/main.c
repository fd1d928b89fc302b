/*
 * The benchmark in C: every workload against every peer, in rounds in which their batches take
 * turns, so that what else the machine does strikes all alike. Prints JSON, one object a line, and
 * leaves all arithmetic to who reads it.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data.h"
#include "fail.h"
#include "workload.h"

/* The library first: its numbers are compared with each of the others'. */
static const struct peer *const peers[] = {&peer_spinkv, &peer_sqlite};

#define PEER_COUNT (sizeof(peers) / sizeof(peers[0]))

#if defined(__clang__)
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#define BATCHES_LEAST 3
#define BATCHES_MOST 2000

struct settings {
    const char *folder;
    /* NULL for all. */
    const char *only;
    const char *durability;
    long rounds;
    /* How long a round of one workload takes with all peers, roughly. */
    long round_ms;
    bool list;
};

static double now_ns(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Runs a batch of every peer in turn; each turn, another one is first. */
static void take_turns(struct subject *subjects, size_t turn, double ns[PEER_COUNT][BATCHES_MOST]) {
    size_t i;

    for (i = 0; i < PEER_COUNT; i++) {
        size_t index = (i + turn) % PEER_COUNT;
        ns[index][turn] = subject_time_batch(&subjects[index]);
    }
}

/* Warms up for as long as a round, and tells how many batches of each peer a round is made of. */
static size_t warm_up(struct subject *subjects, long round_ms,
                      double ns[PEER_COUNT][BATCHES_MOST]) {
    double end = now_ns() + (double)round_ms * 1e6;
    size_t batches = 0;

    while (batches < BATCHES_LEAST || (now_ns() < end && batches < BATCHES_MOST)) {
        take_turns(subjects, batches++, ns);
    }
    return batches;
}

static const char *durability_of(const struct workload *workload, bool synced) {
    if (workload->operations_synced == 0) {
        return "";
    }
    return synced ? "full" : "normal";
}

static void print_round(const struct subject *subject, long round, const double *ns, size_t count) {
    const struct workload *workload = subject->workload;
    size_t i;

    printf("{\"kind\": \"round\", \"workload\": \"%s\", \"durability\": \"%s\", \"peer\": \"%s\", "
           "\"round\": %ld, \"ns\": [",
           workload->name, durability_of(workload, subject->synced), subject->peer->name, round);
    for (i = 0; i < count; i++) {
        printf("%s%.1f", i > 0 ? ", " : "", ns[i]);
    }
    printf("]}\n");
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

static void run_workload(const struct workload *workload, bool synced,
                         const struct settings *settings) {
    static double ns[PEER_COUNT][BATCHES_MOST];
    struct subject subjects[PEER_COUNT];
    size_t i, turn, batches;
    long round;

    for (i = 0; i < PEER_COUNT; i++) {
        subject_open(&subjects[i], workload, peers[i], synced, settings->folder);
    }
    batches = warm_up(subjects, settings->round_ms, ns);
    for (round = 0; round < settings->rounds; round++) {
        for (turn = 0; turn < batches; turn++) {
            take_turns(subjects, turn, ns);
        }
        for (i = 0; i < PEER_COUNT; i++) {
            print_round(&subjects[i], round, ns[i], batches);
        }
        fflush(stdout);
    }
    for (i = 1; i < PEER_COUNT; i++) {
        subject_compare(&subjects[0], &subjects[i]);
        compare_files(subjects[0].path, subjects[i].path);
    }
    for (i = 0; i < PEER_COUNT; i++) {
        subject_close(&subjects[i]);
    }
}

static bool is_wanted(const struct settings *settings, const struct workload *workload,
                      bool synced) {
    const char *durability = durability_of(workload, synced);

    if (synced && workload->operations_synced == 0) {
        return false;
    }
    return (!settings->only || strcmp(settings->only, workload->name) == 0) &&
           (!settings->durability || strcmp(settings->durability, durability) == 0);
}

static void print_workload(const struct workload *workload, bool synced) {
    printf("{\"kind\": \"workload\", \"name\": \"%s\", \"what\": \"%s\", \"durability\": \"%s\", "
           "\"operations\": %zu}\n",
           workload->name, workload->what, durability_of(workload, synced),
           synced ? workload->operations_synced : workload->operations);
}

static long read_number(const char *option, const char *text) {
    char *end = NULL;
    long number = text ? strtol(text, &end, 10) : 0;

    if (!text || *end || number < 1 || number > 1000000) {
        fail("%s takes a number from 1 to 1000000", option);
    }
    return number;
}

static struct settings read_settings(char **arguments) {
    struct settings settings = {NULL, NULL, NULL, 5, 100, false};

    for (arguments++; *arguments; arguments++) {
        const char *option = *arguments;
        if (strcmp(option, "--list") == 0) {
            settings.list = true;
            continue;
        }
        if (!*++arguments) {
            fail("%s is unknown, or lacks a value", option);
        }
        if (strcmp(option, "--folder") == 0) {
            settings.folder = *arguments;
        } else if (strcmp(option, "--only") == 0) {
            settings.only = *arguments;
        } else if (strcmp(option, "--durability") == 0) {
            settings.durability = *arguments;
        } else if (strcmp(option, "--rounds") == 0) {
            settings.rounds = read_number(option, *arguments);
        } else if (strcmp(option, "--round-ms") == 0) {
            settings.round_ms = read_number(option, *arguments);
        } else {
            fail("%s is unknown; there are --list, --folder, --only, --durability, --rounds and "
                 "--round-ms",
                 option);
        }
    }
    if (!settings.folder && !settings.list) {
        fail("--folder says where the files go; it must be there");
    }
    return settings;
}

int main(int count, char **arguments) {
    struct settings settings = read_settings(arguments);
    size_t i;
    int synced;

    (void)count;
    data_init();
    printf(
        "{\"kind\": \"program\", \"spinkv\": \"%s\", \"sqlite\": \"%s\", \"compiler\": \"%s\"}\n",
        spinkv_version(), sqlite3_libversion(), COMPILER);
    for (i = 0; i < workload_count; i++) {
        for (synced = 0; synced < 2; synced++) {
            if (!is_wanted(&settings, &workloads[i], synced)) {
                continue;
            }
            print_workload(&workloads[i], synced);
            if (!settings.list) {
                run_workload(&workloads[i], synced, &settings);
            }
        }
    }
    return 0;
}
