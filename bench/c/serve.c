/*
 * The program that answers the requests of languages/README.md in C.
 */
#include "serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "data.h"
#include "fail.h"
#include "peer.h"

#define KEY_COUNT 1000
#define KEY_STEP 617
#define KEY_SIZE 16
#define VALUE_SIZE 100
#define LINE_SIZE 2048

struct server {
    const struct peer *peer;
    void *store;
    char keys[KEY_COUNT][KEY_SIZE + 1];
    unsigned char values[KEY_COUNT][VALUE_SIZE];
    /* What the batch is about. */
    spinkv_pair pairs[KEY_COUNT];
    size_t position;
    uint64_t number;
};

typedef void run_batch(const struct server *server, size_t first, size_t count);

static void make_data(struct server *server) {
    size_t i, j;

    for (i = 0; i < KEY_COUNT; i++) {
        snprintf(server->keys[i], sizeof(server->keys[i]), "user:%011zu",
                 2 * (i * KEY_STEP % KEY_COUNT));
        for (j = 0; j < VALUE_SIZE; j++) {
            server->values[i][j] = (unsigned char)(37 * j);
        }
    }
}

/* Takes the keys that are next, with new values if they are to be written. */
static void prepare(struct server *server, size_t count, bool writes) {
    size_t i, j;

    for (i = 0; i < count; i++) {
        unsigned char *value = server->values[i];
        server->pairs[i].key = (spinkv_bytes){server->keys[server->position], KEY_SIZE};
        server->pairs[i].value = (spinkv_bytes){(const char *)value, VALUE_SIZE};
        server->position = (server->position + 1) % KEY_COUNT;
        for (j = 0; writes && j < sizeof(server->number); j++) {
            value[j] = (unsigned char)(server->number >> (8 * j));
        }
        server->number += writes;
    }
}

static void run_get(const struct server *server, size_t first, size_t count) {
    size_t i;

    for (i = first; i < first + count; i++) {
        spinkv_value value;
        if (!server->peer->get(server->store, server->pairs[i].key, &value) ||
            value.size != VALUE_SIZE) {
            fail("a wrong result of get");
        }
        spinkv_value_free(&value);
    }
}

static void run_set(const struct server *server, size_t first, size_t count) {
    size_t i;

    for (i = first; i < first + count; i++) {
        server->peer->set(server->store, server->pairs[i].key, server->pairs[i].value);
    }
}

static void run_set_many(const struct server *server, size_t first, size_t count) {
    server->peer->set_many(server->store, server->pairs + first, count);
}

/* Which operation a request is about, made ready. */
static run_batch *begin(struct server *server, const char *operation, size_t count) {
    bool gets = strcmp(operation, "get") == 0;

    if (count < 1 || count > KEY_COUNT) {
        fail("a batch has 1 to %d operations", KEY_COUNT);
    }
    prepare(server, count, !gets);
    if (gets) {
        run_get(server, 0, count);
        return run_get;
    }
    return strcmp(operation, "set") == 0 ? run_set : run_set_many;
}

static void answer_batch(struct server *server, const char *operation, size_t count) {
    run_batch *run = begin(server, operation, count);
    uint64_t start = clock_ns();

    run(server, 0, count);
    printf("%" PRIu64 "\n", clock_ns() - start);
}

static void answer_calls(struct server *server, const char *operation, size_t count) {
    run_batch *run = begin(server, operation, count);
    uint64_t ns[KEY_COUNT];
    size_t i;

    for (i = 0; i < count; i++) {
        uint64_t start = clock_ns();
        run(server, i, 1);
        ns[i] = clock_ns() - start;
    }
    for (i = 0; i < count; i++) {
        printf("%" PRIu64 "%c", ns[i], i + 1 < count ? ' ' : '\n');
    }
}

static void answer_values(const struct server *server) {
    const unsigned char *bytes;
    size_t i, j;

    for (i = 0; i < KEY_COUNT; i++) {
        spinkv_value value;
        if (!server->peer->get(server->store, (spinkv_bytes){server->keys[i], KEY_SIZE}, &value)) {
            fail("a key is missing");
        }
        bytes = value.data;
        for (j = 0; j < value.size; j++) {
            printf("%02x", bytes[j]);
        }
        putchar(i + 1 < KEY_COUNT ? ' ' : '\n');
        spinkv_value_free(&value);
    }
}

static void answer_open(struct server *server, const struct peer *peer, const char *durability,
                        const char *cache, const char *path) {
    bool uncached = strcmp(cache, "uncached") == 0 && peer == &peer_spinkv;
    struct terms terms = {path, strcmp(durability, "full") == 0, KEY_COUNT};

    server->peer = uncached ? &peer_spinkv_uncached : peer;
    server->store = server->peer->open(&terms);
    puts("ok");
}

static void answer(struct server *server, const struct peer *peer, char *line) {
    char word[2][16] = {"", ""}, path[LINE_SIZE] = "";
    size_t count = 0;

    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "open %15s %15s %2047[^\n]", word[0], word[1], path) == 3) {
        answer_open(server, peer, word[0], word[1], path);
    } else if (strcmp(line, "fill") == 0) {
        server->position = 0;
        server->number = 0;
        prepare(server, KEY_COUNT, true);
        run_set_many(server, 0, KEY_COUNT);
        puts("ok");
    } else if (sscanf(line, "batch %15s %zu", word[0], &count) == 2) {
        answer_batch(server, word[0], count);
    } else if (sscanf(line, "calls %15s %zu", word[0], &count) == 2) {
        answer_calls(server, word[0], count);
    } else if (strcmp(line, "values") == 0) {
        answer_values(server);
    } else if (strcmp(line, "close") == 0) {
        server->peer->close(server->store);
        puts("ok");
    } else {
        fail("the request \"%s\" is unknown", line);
    }
    fflush(stdout);
}

void serve(const char *peer_name) {
    struct server *server = data_allocate(1, sizeof(*server));
    const struct peer *peer = NULL;
    char line[LINE_SIZE];
    size_t i;

    for (i = 0; i < peer_count; i++) {
        peer = strcmp(peers[i]->name, peer_name) == 0 ? peers[i] : peer;
    }
    if (!peer) {
        fail("there is no peer %s", peer_name);
    }
    make_data(server);
#if defined(__clang__)
    printf("ready\t%s", __VERSION__);
#else
    printf("ready\tgcc %s", __VERSION__);
#endif
    printf("\t%s\t%s\t%s\n", peer->version(), peer->full ? peer->full : "",
           peer->normal ? peer->normal : "");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        answer(server, peer, line);
    }
    free(server);
}
